// SPDX-License-Identifier: Apache-2.0
// Words of the pages in the language that is spoken, from the catalogue (ui/words), and how numbers
// are written. A text may hold {names} that are filled in, and {n|one|few|many|other}, of which the
// number chooses one; English has two.

export const languages = { pl: "Polski", en: "English", uk: "Українська" };

/** A language nobody speaks, a third longer than Polish: what breaks with it would break. */
const LONG = "qps";
const FORMS = { pl: ["one", "few", "many", "other"], en: ["one", "other"], uk: ["one", "few", "many", "other"] };

const catalogues = {};
let current = "pl";
let texts = {};
let rules = new Intl.PluralRules("pl");

async function catalogue(code) {
	catalogues[code] ??= (await fetch(`/web/words/${code}.json`)).json();
	return catalogues[code];
}

export function language() {
	return current;
}

function spoken(code) {
	return code === LONG ? "pl" : code;
}

/** Unknown languages leave things as they are. */
export async function setLanguage(code) {
	if (code !== LONG && !Object.hasOwn(languages, code)) return;
	texts = await catalogue(spoken(code));
	current = code;
	rules = new Intl.PluralRules(spoken(code));
	document.documentElement.lang = spoken(code);
}

export function has(key) {
	return Object.hasOwn(texts, key);
}

function form(n, forms) {
	const all = forms.split("|");
	const at = FORMS[spoken(current)].indexOf(rules.select(Math.abs(Number(n))));
	return all[at < 0 ? all.length - 1 : at];
}

function longer(text) {
	return `[${text}${"·".repeat(Math.ceil(text.length * 0.35))}]`;
}

/** The text, or the key itself where there is none, so that a gap is seen and harms nothing. */
export function t(key, values = {}) {
	const text = has(key) ? texts[key] : key;
	const filled = text
		.replace(/\{(\w+)\|([^}]*)\}/g, (all, name, forms) => form(values[name], forms))
		.replace(/\{(\w+)\}/g, (all, name) =>
			values[name] === undefined || values[name] === null ? "" : String(values[name]),
		);
	return current === LONG ? longer(filled) : filled;
}

/** A value of the contract that may be one of a later version: its text or itself. */
export function word(prefix, value) {
	const key = `${prefix}.${value}`;
	return has(key) ? t(key) : String(value ?? "");
}

/** Grosze as text: 1234,50 zł; groups from five digits on, in English from four. */
export function money(amount) {
	if (!Number.isSafeInteger(amount)) return "";
	const whole = String(Math.trunc(Math.abs(amount) / 100));
	const rest = String(Math.abs(amount) % 100).padStart(2, "0");
	const english = current === "en";
	const grouped =
		whole.length >= (english ? 4 : 5)
			? whole.replace(/\B(?=(\d{3})+$)/g, english ? "," : "\u00a0")
			: whole;
	return `${amount < 0 ? "-" : ""}${grouped}${english ? "." : ","}${rest}\u00a0zł`;
}

/** What a person typed as an amount, in grosze; null where it is none. */
export function grosze(text) {
	const found = /^\s*(-?)(\d{1,9})(?:[.,](\d{1,2}))?\s*(?:zł)?\s*$/.exec(text ?? "");
	if (!found) return null;
	const [, sign, whole, rest = ""] = found;
	const amount = Number(whole) * 100 + Number(rest.padEnd(2, "0"));
	return sign ? -amount : amount;
}

/** Time of day of an RFC 3339 text, with the date where it is another day. */
export function when(text) {
	const at = new Date(text ?? NaN);
	if (Number.isNaN(at.getTime())) return "";
	const time = at.toLocaleTimeString("pl", { hour: "2-digit", minute: "2-digit" });
	return at.toDateString() === new Date().toDateString()
		? time
		: `${at.toLocaleDateString("sv")} ${time}`;
}

await setLanguage("pl");
