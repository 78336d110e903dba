// SPDX-License-Identifier: Apache-2.0
// The customer's page: one thing at a time, large. Nothing of the staff, nothing of others.

import { h } from "/web/dom.js";
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

function show() {
	const [kind, big, next] = words(state);
	document.body.dataset.kind = kind;
	put(id("mark"), MARKS[kind]);
	put(id("big"), big);
	put(id("next"), next);
	for (const button of id("languages").children)
		button.setAttribute("aria-pressed", String(button.lang === language()));
}

function useLanguage(code) {
	setLanguage(code);
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
	(doc) => {
		const changed = doc.language && doc.language !== state.language;
		state = doc;
		if (changed) useLanguage(doc.language);
		show();
	},
	(up) => {
		id("gone").hidden = up;
	},
);
useLanguage("pl");
