// SPDX-License-Identifier: Apache-2.0
// An order is prepared: found, missing or another product instead, and put on its shelf. Or what
// nobody fetches goes back to its place.

import { h, list } from "/web/dom.js";
import { t, when, word } from "/web/i18n.js";
import { lineButton } from "/web/press.js";
import { facts, named, table } from "/counter/shown.js";

const REASONS = ["missing", "damaged", "expired"];
const CHOICES = ["refund", "wait", "substitute", "cancel"];

function shortAction(line, name) {
	return {
		id: `short-${line.line}`, verb: "prep.short", label: t("line.missing"), name,
		title: t("prep.short.title", { name }), body: { line: line.line },
		fields: [
			{ name: "qty", label: t("pickup.short.qty"), type: "number", wanted: true, value: line.open || 1 },
			{ name: "reason", label: t("form.reason"), options: REASONS.map((r) => [r, t(`short.${r}`)]), value: "missing" },
			{ name: "then", label: t("prep.then"), options: CHOICES.map((c) => [c, t(`prep.then.${c}`)]), value: "refund" },
		],
	};
}

function substituteAction(line, name) {
	return {
		id: `substitute-${line.line}`, verb: "prep.substitute", label: t("prep.substitute"), name,
		title: t("prep.substitute.title", { name }), body: { line: line.line },
		fields: [
			{ name: "gtin", label: t("line.code"), type: "code", wanted: true },
			{ name: "qty", label: t("prep.qty"), type: "number", wanted: true, value: 1 },
			{ name: "consent", label: t("prep.consent"), options: [["", t("prep.consent.none")], ["phone", t("prep.consent.phone")], ["here", t("prep.consent.here")]] },
		],
	};
}

function buttons(line, name, work) {
	if (work !== "pick")
		return line.put_back > 0 && lineButton({ id: `back-${line.line}`, verb: "prep.unpick", label: t("prep.back.one"), name, body: { line: line.line, qty: 1 } });
	return h(
		"div",
		{ class: "buttons" },
		line.open > 0 && lineButton({ id: `pick-${line.line}`, verb: "prep.pick", label: t("prep.pick"), name, body: { line: line.line, qty: 1 } }),
		line.open > 1 && lineButton({ id: `all-${line.line}`, verb: "prep.pick", label: t("prep.pick.all", { n: line.open }), name, body: { line: line.line, qty: line.open } }),
		line.open > 0 && lineButton(shortAction(line, name)),
		(line.open > 0 || line.substitutes) && lineButton(substituteAction(line, name)),
		line.picked > 0 && lineButton({ id: `unpick-${line.line}`, verb: "prep.unpick", label: t("prep.unpick"), name, body: { line: line.line, qty: 1 } }),
	);
}

function row(line, work) {
	const name = named(line.name) ?? line.sku ?? String(line.line);
	return {
		key: line.line, done: work === "pick" ? line.open === 0 : line.put_back === 0,
		cells: [
			[name, ...list(line.substituted).map((s) => h("small", {}, `⇄ ${s.qty} × ${named(s.name) ?? s.sku}`))],
			[line.location ?? "", h("small", {}, String(list(line.gtin)[0] ?? line.gtin ?? line.sku ?? ""))],
			[
				work === "pick" ? t("line.of", { n: line.picked ?? 0, all: line.qty ?? 0 }) : t("prep.back.left", { n: line.put_back ?? 0 }),
				line.short > 0 && h("small", { class: "bad" }, t("line.lacks", { n: line.short })),
			],
			buttons(line, name, work),
		],
	};
}

export function draw({ prep }) {
	return [
		h("p", { class: "verdict" }, h("strong", {}, word("prep.asks", prep.asks))),
		facts([
			[t("prep.promised"), when(prep.promised)], [t("pickup.customer"), prep.customer?.name ?? prep.customer],
			[t("pickup.shelf"), prep.shelf], [t("prep.note"), prep.note], [t("prep.ship"), prep.ship ? t("yes") : null],
		]),
		list(prep.gone).length > 0 && h("p", { class: "due" }, t("prep.gone", { n: list(prep.gone).length })),
		table(["line.name", "prep.place", "prep.found", "line.do"], list(prep.lines).map((line) => row(line, prep.work))),
		list(prep.parcels).length > 0 && h("p", {}, `${t("pickup.parcels")}: ${list(prep.parcels).map((p) => `${p.label} (${word("parcel", p.state)})`).join(", ")}`),
	];
}

export function actions({ prep }) {
	const open = list(prep.lines).reduce((sum, line) => sum + (line.open ?? 0), 0);
	return [
		{ id: "cancel", verb: "prep.cancel", label: t("prep.cancel"), key: "Escape" },
		(prep.work === "pick" || prep.work === "parcel") && {
			id: "stage", verb: "prep.stage", label: t("prep.stage"), key: "F9", main: true, off: open > 0 ? t("prep.open", { n: open }) : null,
			fields: [
				{ name: "shelf", label: t("pickup.shelf"), type: "code", wanted: true, value: prep.shelf ?? null, hint: t("prep.shelf.hint") },
				{ name: "parcels", label: t("prep.parcels"), type: "number", value: 1 },
			],
		},
	].filter(Boolean);
}
