// SPDX-License-Identifier: Apache-2.0
// The staff's page: shows the counter's document and presses what a person presses. The station
// decides; here is only what somebody is about to say.

import { h, list, Part } from "/web/dom.js";
import { language, languages, setLanguage, t, word } from "/web/i18n.js";
import { Live, press, pressAgain } from "/web/live.js";
import { clockText, translate } from "/web/parts.js";
import "/web/press.js";
import { STAGES, stagesOf } from "/counter/cards.js";
import * as count from "/counter/rooms/count.js";
import * as idle from "/counter/rooms/idle.js";
import * as pickup from "/counter/rooms/pickup.js";
import * as prep from "/counter/rooms/prep.js";
import * as back from "/counter/rooms/return.js";

const rooms = { idle, pickup, prep, return: back, count };
const id = (name) => document.getElementById(name);
let state = null;
let chosen = false; // the language, by a person at this page
let stage = "here";
let found = null; // what the last search gave
let acts = [];

/* ---- what is shown ---- */

class LadaTask extends Part {
	draw({ room, doc }) {
		return rooms[room]?.draw(doc);
	}
}

class LadaLink extends Part {
	draw(hq) {
		if (!hq) return null;
		const trouble = hq.stuck ? "hq.stuck" : hq.taken ? "hq.taken" : hq.isolated ? "hq.isolated"
			: !hq.broker ? "hq.no_broker" : !hq.reachable ? "hq.silent" : null;
		return [
			h("span", { class: trouble ? "attention" : "good" }, trouble ? `! ${t(trouble)}` : `✓ ${t("hq.ok")}`),
			hq.outbox > 0 && h("span", {}, t("hq.outbox", { n: hq.outbox })),
		];
	}
}

/** What prints and opens drawers, and whatever is not well; the rest stands in /manage/. */
class LadaStrip extends Part {
	draw(devices) {
		return list(devices).filter((d) => d.status !== "ok" || d.kind === "printer").map((d) => h(
			"span",
			{ class: d.status === "ok" ? "good" : "attention", title: d.say || null },
			`${d.status === "ok" ? "✓" : "!"} ${word("kind", d.kind)}`,
			d.status !== "ok" && `: ${word("device", d.status)}`,
			d.drawer && ` · ${t(`drawer.${d.drawer}`)}`,
		));
	}
}

class LadaBlocked extends Part {
	draw(blocked) {
		if (!blocked) return null;
		return h(
			"section",
			{ class: "notice attention", role: "group", "aria-label": t("approve.title") },
			h("p", {}, h("strong", {}, t("approve.title")), " ", list(blocked.needs).map((n) => word("need", n)).join(", "),
				blocked.order ? ` · ${blocked.order}` : ""),
			h("button", { type: "button", "data-key": "approve", class: "main", onclick: () => ask(approval()) }, t("approve.go"), h("kbd", { "aria-hidden": "true" }, "F8")),
		);
	}
}
customElements.define("lada-strip", LadaStrip);
customElements.define("lada-task", LadaTask);
customElements.define("lada-link", LadaLink);
customElements.define("lada-blocked", LadaBlocked);

function approval() {
	return {
		id: "approve", verb: "approve", label: t("approve.go"), title: t("approve.title"),
		fields: [
			{ name: "staff", label: t("login.staff"), type: "code", wanted: true },
			{ name: "pin", label: t("login.pin"), type: "pin", wanted: true },
			{ name: "reason", label: t("form.reason"), wanted: true },
		],
	};
}

function roomOf(doc) {
	return Object.hasOwn(rooms, doc.mode) ? doc.mode : "idle";
}

/** Only what a room shows, so that nothing is drawn anew because something else changed. */
function sliceOf(doc) {
	const { pickup: open, member, prep: preparing, return: returning, count: counting } = doc;
	switch (roomOf(doc)) {
		case "pickup": return { pickup: open, member };
		case "prep": return { prep: preparing };
		case "return": return { return: returning };
		case "count": return { count: counting };
		default: {
			const { product, paper, shift, practice, training, devices } = doc;
			return { product, paper, member, shift, practice, training, devices: list(devices).map(({ name, kind }) => ({ name, kind })), found };
		}
	}
}

function titleOf(doc) {
	const open = doc.pickup ?? doc.prep ?? doc.return;
	switch (doc.mode) {
		case "pickup": return t("pickup.title", { order: open?.number ?? open?.order });
		case "prep": return t(`prep.title.${open?.work === "pick" || open?.work === "parcel" ? "pick" : "back"}`, { order: open?.number ?? open?.order });
		case "return": return t("return.title", { order: open?.number ?? open?.order ?? open?.receipt ?? "" });
		case "count": return t(doc.count?.work === "receive" ? "count.receive" : "count.begin");
		case "asking": return t("ask.title", { order: doc.asking?.number ?? doc.asking?.order });
		default: return t("idle.title");
	}
}

function asking(doc) {
	return [
		{ id: "cancel", verb: "pickup.cancel", label: t("pickup.cancel"), key: "Escape" },
		{
			id: "pin", verb: "pickup.find", label: t("find.code"), main: true, body: { order: doc.asking?.order }, title: t("ask.hint"),
			fields: [{ name: "pin", label: t("find.pin"), type: "code", wanted: true }],
		},
	];
}

function actionsOf(doc) {
	if (doc.mode === "asking") return doc.asking?.for === "order" ? [] : asking(doc);
	return rooms[roomOf(doc)].actions(doc);
}

function showStages() {
	const stages = stagesOf(state);
	const counts = Object.fromEntries(STAGES.map((s) => [s, stages[s].length]));
	if (stage === "exceptions" && counts.exceptions === 0) stage = "here";
	id("stages").show({ stage, counts }, language());
	id("cards").show({ stage, cards: stages[stage] }, language());
}

function showBanners(inside) {
	id("training").hidden = state.training !== true;
	id("offline").hidden = !inside || !state.hq || state.hq.reachable === true;
	id("offline").textContent = t("hq.offline", { n: state.hq?.outbox ?? 0 });
	id("revoked").hidden = state.mode !== "revoked" && state.revoked !== true;
	id("clock").hidden = !state.clock;
	id("clock").textContent = state.clock ? clockText(state.clock) : "";
	id("low-rating").hidden = !state.low_rating;
	id("low-rating").textContent = state.low_rating?.text ?? "";
}

let shown = ""; // the work whose forms may be open

function show() {
	if (!state) return;
	const inside = state.mode !== "login" && state.mode !== "locked" && state.mode !== "revoked";
	id("login").hidden = inside || state.mode === "revoked";
	id("login-title").textContent = t(state.mode === "locked" ? "login.locked" : "login.title");
	id("work").hidden = !inside;
	id("logout").hidden = !inside;
	id("station").textContent = [state.station?.name, state.station?.lane].filter(Boolean).join(" · ");
	id("staff").textContent = state.staff?.name ?? state.staff?.id ?? "";
	for (const part of ["notice", "devices"]) id(part).show(state[part], language());
	id("link").show(state.hq, language());
	showBanners(inside);
	if (!inside) return;
	const work = [state.mode, (state.pickup ?? state.prep ?? state.return ?? state.asking)?.order].join(" ");
	if (work !== shown) {
		id("form").leave();
		if (state.mode !== "idle") found = null;
		shown = work;
	}
	id("title").textContent = titleOf(state);
	id("task").hidden = state.mode === "asking";
	id("task").show({ room: roomOf(state), doc: sliceOf(state) }, language());
	id("blocked").show(state.blocked, language());
	acts = actionsOf(state);
	id("actions").show(acts, language());
	showStages();
	if (state.mode === "asking" && acts.length > 0 && !id("form").open) ask(acts.at(-1));
}

/* ---- what is pressed ---- */

/** A refusal that a document also tells is said once: by the document's notice. */
function say(answer) {
	const code = answer.error?.code;
	if (code === "net") return showLost(answer);
	id("said").textContent = code && code !== state?.notice?.code ? answer.error.message || t("error.other", { code }) : "";
}

/** The station did not answer: nobody knows whether it heard. The same press can be sent again. */
function showLost(answer) {
	const [text, button] = id("lost").children;
	text.textContent = t("error.net");
	button.textContent = t("error.again");
	button.onclick = async () => {
		id("lost").hidden = true;
		say(await pressAgain(answer.lost));
	};
	id("lost").hidden = false;
	button.focus();
}

async function send(action, body = action.body ?? {}) {
	id("said").textContent = "";
	const answer = await press(action.verb, body);
	if (!answer.ok) say(answer);
	if (action.verb === "pickup.search") {
		found = answer.ok ? list(answer.found) : null;
		show();
	} else if (answer.ok && found) {
		found = null;
		show();
	}
	return answer;
}

function ask(action) {
	id("form").ask(action, send, () => id("actions").querySelector("button.main")?.focus({ preventScroll: true }));
}

function act(action) {
	if (!action) return;
	if (action.fields) ask(action);
	else send(action);
}

document.addEventListener("act", (event) => act(acts.find((a) => a.id === event.detail)));
document.addEventListener("do", (event) => act(event.detail));
document.addEventListener("stage", (event) => {
	stage = event.detail;
	showStages();
});

document.addEventListener("keydown", (event) => {
	if (id("work").hidden || event.ctrlKey || event.altKey || event.metaKey) return;
	const action = acts.find((a) => a.key === event.key);
	if (event.key === "F8" && state.blocked) {
		event.preventDefault();
		ask(approval());
	} else if (action && !(event.key === "Escape" && id("form").open)) {
		event.preventDefault();
		act(action);
	} else if (event.key === "F1") {
		event.preventDefault();
		send({ verb: "help" });
	} else if (event.key.length === 1 && (document.activeElement === document.body || !document.activeElement)) {
		id("scan").elements.code.focus(); // a reader that types finds its field, wherever the focus was lost
	}
});

/* ---- the page itself ---- */

const live = new Live("counter", async (doc) => {
	state = doc;
	if (!chosen && doc.language && doc.language !== language()) await useLanguage(doc.language);
	else show();
}, (up) => {
	id("gone").hidden = up;
});

async function useLanguage(code) {
	await setLanguage(code);
	id("language").value = language();
	translate();
	show();
}

id("login").addEventListener("submit", async (event) => {
	event.preventDefault();
	const { elements } = id("login");
	const answer = await send({ verb: "staff.login" }, { staff: elements.staff.value.trim(), pin: elements.pin.value });
	elements.pin.value = "";
	if (!answer.ok) return elements.pin.focus();
	id("login").reset();
	live.restart();
});
id("scan").addEventListener("submit", async (event) => {
	event.preventDefault();
	const code = id("scan").elements.code.value;
	id("scan").reset();
	await send({ verb: "scan" }, { code });
});
id("logout").addEventListener("click", async () => {
	await send({ verb: "staff.logout" });
	live.restart();
});

const clock = () => {
	id("time").textContent = new Date().toLocaleTimeString("pl", { hour: "2-digit", minute: "2-digit" });
};
clock();
setInterval(clock, 5000);

id("language").append(...Object.entries(languages).map(([code, name]) => h("option", { value: code, lang: code }, name)));
id("language").addEventListener("change", (event) => {
	chosen = true;
	localStorage.setItem("lada.language", event.target.value);
	useLanguage(event.target.value);
	// The station's own words follow; without a session this would be the customer's language.
	if (state && state.mode !== "login") press("language", { lang: event.target.value });
});
const kept = localStorage.getItem("lada.language");
chosen = kept !== null;
await useLanguage(kept ?? "pl");
