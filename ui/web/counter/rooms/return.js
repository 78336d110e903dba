// SPDX-License-Identifier: Apache-2.0
// Something comes back: which pieces, in what condition, and how the money goes back.

import { h, list } from "/web/dom.js";
import { money, t, word } from "/web/i18n.js";
import { lineButton } from "/web/press.js";
import { facts, named, table } from "/counter/shown.js";

function lineAction(line, name, back) {
	const names = list(back.reason_names);
	return {
		id: `line-${line.line}`, verb: "return.line", label: t("return.line"), name, title: t("return.line.title", { name }),
		body: { line: line.line },
		fields: [
			{ name: "qty", label: t("return.qty", { n: line.left ?? 0 }), type: "number", wanted: true, value: line.now || 1 },
			{ name: "condition", label: t("return.condition"), options: list(back.conditions).map((c) => [c, word("condition", c)]), value: line.condition ?? "good" },
			back.basis !== "withdrawal" && list(back.reasons).length > 0 && {
				name: "reason", label: t("form.reason"), options: [["", "–"], ...list(back.reasons).map((r, i) => [r, names[i] ?? r])], value: line.reason ?? "",
			},
		].filter(Boolean),
	};
}

function row(line, back) {
	const name = named(line.name) ?? line.sku ?? String(line.line);
	const ok = line.verdict === "ok" || line.verdict === undefined;
	return {
		key: line.line, done: line.now > 0,
		cells: [
			[name, line.ask_opened && h("small", {}, t("return.opened"))],
			t("return.left", { n: line.left ?? 0, all: line.qty ?? 0 }),
			line.now > 0 ? [String(line.now), h("small", {}, word("condition", line.condition))] : "",
			line.now > 0 ? money(line.refund) : "",
			ok ? lineButton(lineAction(line, name, back)) : word("code", line.verdict),
		],
	};
}

export function draw({ return: back }) {
	return [
		facts([
			[t("return.basis"), word("basis", back.basis)], [t("return.sold"), back.sold_at],
			[t("return.until"), back.basis === "withdrawal" ? back.withdrawal_until : null],
		]),
		table(["line.name", "return.can", "return.now", "return.refund", "line.do"], list(back.lines).map((line) => row(line, back))),
		list(back.legs).length > 0 && h("ul", { class: "rows" }, ...list(back.legs).map((leg) => h("li", {}, h("span", {}, word("tender", leg.tender)),
			h("span", {}, `${money(leg.amount)} · ${t(leg.here ? "return.here" : "return.hq")}`)))),
		h("p", { class: "due" }, t("return.sum", { money: money(back.refund ?? 0) })),
	];
}

export function actions({ return: back }) {
	const some = list(back.lines).some((line) => line.now > 0);
	return [
		{ id: "cancel", verb: "return.cancel", label: t("pickup.cancel"), key: "Escape" },
		list(back.legs).some((leg) => leg.here) && { id: "tender-cash", verb: "return.accept", label: t("return.cash"), body: { tender: "cash" } },
		{ id: "exchange", verb: "return.accept", label: t("return.exchange"), body: { exchange: true }, off: some ? null : t("return.none") },
		{ id: "accept", verb: "return.accept", label: t("return.accept"), key: "F9", main: true, off: some ? null : t("return.none") },
	].filter(Boolean);
}
