// SPDX-License-Identifier: Apache-2.0
// The customer's page: one thing at a time, large. Nothing of the staff, nothing of others.

import { h, list } from "/web/dom.js";
import { languages, language, setLanguage, t } from "/web/i18n.js";
import { Live, press } from "/web/live.js";
import { levelOf, noticeText, translate } from "/web/parts.js";

const id = (name) => document.getElementById(name);
let state = {};

function greetingName(doc) {
	if (typeof doc.greeting === "string") return doc.greeting;
	return doc.greeting?.name ?? doc.pickup?.name ?? "";
}

/** What stands there: [kind, headline, what happens next]. */
function words(doc) {
	const notice = doc.notice;
	if (doc.survey) return ["none", doc.survey.question, ""];
	const order = doc.pickup ?? (typeof doc.greeting === "object" ? doc.greeting : null);
	const name = greetingName(doc);
	if (order || name) {
		const number = order?.number ?? order?.order;
		const ready = number ? t("customer.ready", { number }) : t("customer.ready.plain");
		const next = notice ? noticeText(notice) : `${ready}. ${t("customer.next")}`;
		return [notice ? levelOf(notice) : "good", name ? t("customer.hello", { name }) : ready, next];
	}
	if (notice) return [levelOf(notice), noticeText(notice), ""];
	if (doc.mode === "asking") return ["info", t("customer.asking"), ""];
	return ["none", t("customer.welcome"), t("customer.welcome.hint")];
}

const MARKS = { good: "✓", attention: "!", bad: "✕", info: "i", none: "" };

function put(element, text) {
	if (element.textContent !== text) element.textContent = text;
}

const SVG = "http://www.w3.org/2000/svg";
const QUIET = 4; // modules around a QR code

/** Rows of 0 and 1 as a picture. */
function qr(rows, label) {
	const side = rows.length + 2 * QUIET;
	const svg = document.createElementNS(SVG, "svg");
	const path = document.createElementNS(SVG, "path");
	const dark = rows.flatMap((row, y) =>
		[...row].flatMap((bit, x) => (bit === "1" ? `M${x + QUIET} ${y + QUIET}h1v1h-1z` : [])),
	);
	path.setAttribute("d", dark.join(""));
	svg.setAttribute("viewBox", `0 0 ${side} ${side}`);
	svg.setAttribute("role", "img");
	svg.setAttribute("aria-label", label);
	svg.setAttribute("shape-rendering", "crispEdges");
	svg.append(path);
	return svg;
}

function order(text, body) {
	return h("button", { type: "button", onclick: () => press("order.draft", { desk: "kiosk", ...body }) }, text);
}

/** What was scanned at the kiosk: is it here, who else has it, and where it can be ordered to. */
function product({ sku, available, other, order_up_to: most }) {
	return [
		typeof available === "number" && h("p", {}, available > 0
			? t("customer.here", { n: available }) : t("customer.here.none")),
		list(other).length > 0 && h("p", {}, `${t("customer.other")}: ${list(other)
			.map(({ name }) => name).join(", ")}`),
		most > 0 && h("div", { class: "languages" },
			order(t("customer.order.home"), { sku, where: "home" }),
			...list(other).slice(0, 4).map(({ store, name }) =>
				order(t("customer.order.store", { store: name }), { sku, where: "store", store }))),
	];
}

/** One question, one press: every score is a button, the ends say what they mean. */
function survey({ scale, min, max, low, high, language: lang }) {
	const scores = Array.from({ length: max - min + 1 }, (_, i) => min + i);
	const meaning = { [min]: low, [max]: high };
	const score = (n) => h("button", {
		type: "button", class: "score", "aria-label": meaning[n] ? `${n}: ${meaning[n]}` : String(n),
		onclick: () => press("rate", { desk: "kiosk", score: n, scale }),
	}, String(n));
	return [
		h("div", { class: "scores", lang }, ...scores.map(score)),
		h("p", { class: "ends", lang }, h("span", {}, `${min}: ${low}`), h("span", {}, `${max}: ${high}`)),
		h("div", { class: "languages" },
			h("button", { type: "button", onclick: () => press("end", { desk: "kiosk" }) }, t("customer.skip"))),
	];
}

let offered = "";

function showOffer() {
	const { draft, product: seen, survey: asked } = state;
	const now = JSON.stringify([draft ?? null, seen ?? null, asked ?? null, language()]);
	if (now === offered) return;
	offered = now;
	const parts = asked ? survey(asked) : draft?.qr_rows
		? [h("div", { class: "qr" }, qr(draft.qr_rows, draft.qr)), h("p", {}, t("customer.scan"))]
		: seen ? product(seen) : [];
	id("offer").replaceChildren(...parts.filter(Boolean));
	id("offer").hidden = parts.length === 0;
}

function show() {
	const [kind, big, next] = words(state);
	document.body.dataset.kind = kind;
	put(id("mark"), MARKS[kind]);
	put(id("big"), big);
	put(id("next"), next);
	showOffer();
	for (const button of id("languages").children)
		button.setAttribute("aria-pressed", String(button.lang === language()));
}

async function useLanguage(code) {
	await setLanguage(code);
	translate();
	show();
}

id("languages").append(
	...Object.entries(languages).map(([code, name]) =>
		h("button", { type: "button", lang: code, onclick: () => choose(code) }, name)),
);

function choose(code) {
	useLanguage(code);
	press("language", { lang: code });
}

new Live(
	"customer",
	async (doc) => {
		const changed = doc.language && doc.language !== state.language;
		state = doc;
		if (changed) await useLanguage(doc.language);
		else show();
	},
	(up) => {
		id("gone").hidden = up;
	},
);
useLanguage("pl");
