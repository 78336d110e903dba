// SPDX-License-Identifier: Apache-2.0
// The staff's page: shows the counter document and presses what a person presses.

import { h } from "/web/dom.js";
import { languages, language, setLanguage, t, has, word } from "/web/i18n.js";
import { Live, press } from "/web/live.js";
import { clockText, translate } from "/web/parts.js";

const id = (name) => document.getElementById(name);
let state = null;
let chosen = false;

function show() {
	if (!state) return;
	const inside = state.mode !== "login";
	id("login").hidden = inside;
	id("work").hidden = !inside;
	id("logout").hidden = !inside;
	id("mode").textContent = `${t("mode")}: ${word("mode", state.mode)}`;
	id("station").textContent = [state.station?.name, state.station?.lane].filter(Boolean).join(" · ");
	id("staff").textContent = state.staff?.name ?? state.staff?.id ?? "";
	id("training").hidden = state.training !== true;
	id("train").hidden = state.mode !== "idle" || state.training === true;
	id("train-end").hidden = state.training !== true;
	id("offline").hidden = !inside || !state.hq || state.hq.reachable === true;
	id("revoked").hidden = state.mode !== "revoked" && state.revoked !== true;
	id("clock").hidden = !state.clock;
	id("clock").textContent = state.clock ? clockText(state.clock) : "";
	id("hint").hidden = state.mode !== "idle" || Boolean(state.product);
	for (const part of ["notice", "hq", "pickup", "product", "queue", "messages", "jobs", "devices"])
		id(part).show(state[part], language());
	id("low-rating").hidden = !state.low_rating;
	id("low-rating").textContent = state.low_rating?.text ?? "";
	showAsking();
}

function showAsking() {
	const order = state.mode === "asking" ? state.asking?.order : undefined;
	const form = id("asking");
	const was = form.hidden;
	form.hidden = !order;
	if (!order) return;
	id("asking-title").textContent = t("ask.title", { order });
	if (was) {
		form.reset();
		form.elements.pin.focus();
	}
}

/** A refusal that a document also tells is said once: by the document's notice. */
function say(answer) {
	const code = answer.error?.code;
	let text = "";
	if (code === "net") text = t("error.net");
	else if (answer.status === 401)
		text = answer.error?.message || t(state?.mode === "login" ? "code.login" : "login.title");
	else if (code && code !== state?.notice?.code)
		text = answer.error.message || (has(`code.${code}`) ? t(`code.${code}`) : t("error.other", { code }));
	id("said").textContent = text;
}

async function act(verb, body) {
	id("said").textContent = "";
	const answer = await press(verb, body);
	if (!answer.ok) say(answer);
	return answer;
}

const live = new Live(
	"counter",
	(document_) => {
		state = document_;
		if (!chosen && document_.language) useLanguage(document_.language);
		show();
	},
	(up) => {
		id("gone").hidden = up;
	},
);

function useLanguage(code) {
	setLanguage(code);
	id("language").value = language();
	translate();
	show();
}

function onForm(name, take) {
	id(name).addEventListener("submit", async (event) => {
		event.preventDefault();
		const form = event.target;
		const values = Object.fromEntries(new FormData(form));
		await take(values, form);
	});
}

onForm("login", async ({ staff, pin }, form) => {
	const answer = await act("staff.login", { staff: staff.trim(), pin });
	form.elements.pin.value = "";
	if (!answer.ok) return form.elements.pin.focus();
	form.reset();
	live.restart();
});
onForm("scan", async ({ code }, form) => {
	form.reset();
	form.elements.code.focus();
	await act("scan", { code });
});
onForm("find", async ({ order, pin }, form) => {
	const answer = await act("pickup.find", { order: order.trim(), pin });
	if (answer.ok) form.reset();
});
onForm("asking", async ({ pin }, form) => {
	form.reset();
	await act("pickup.find", { order: state?.asking?.order, pin });
});
id("asking-cancel").addEventListener("click", () => act("pickup.cancel"));
id("train").addEventListener("click", () => act("training.start"));
id("train-end").addEventListener("click", () => act("training.stop"));
id("logout").addEventListener("click", async () => {
	await act("staff.logout");
	live.restart();
});
document.addEventListener("press", (event) => act(event.detail.verb, event.detail.body));

// A reader that types like a keyboard must find the scan field, wherever the focus was lost.
document.addEventListener("keydown", (event) => {
	const free = document.activeElement === document.body || !document.activeElement;
	if (free && event.key.length === 1 && !event.ctrlKey && !event.altKey && !event.metaKey &&
		!id("work").hidden)
		id("scan").elements.code.focus();
});

id("language").append(...Object.entries(languages).map(([code, name]) => h("option", { value: code, lang: code }, name)));
id("language").addEventListener("change", (event) => {
	chosen = true;
	localStorage.setItem("lada.language", event.target.value);
	useLanguage(event.target.value);
	// The station's own words follow; without a session this would be the customer's language.
	if (state && state.mode !== "login") act("language", { lang: event.target.value });
});
const kept = localStorage.getItem("lada.language");
chosen = kept !== null;
useLanguage(kept ?? "pl");
