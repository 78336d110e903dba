// SPDX-License-Identifier: Apache-2.0
// Nothing is open: what was scanned last, what was found, and everything that can be begun.

import { h, list } from "/web/dom.js";
import { money, t, when, word } from "/web/i18n.js";
import { lineButton } from "/web/press.js";
import { facts, named, table } from "/counter/shown.js";

const BASES = ["", "withdrawal", "shop_policy", "complaint", "wrong_item", "recall"];
const DEMANDS = ["repair", "replace", "price", "withdraw"];
const HOW = ["document", "mobywatel", "app", "known"];

function product(p) {
	if (!p) return null;
	return h(
		"section",
		{ class: "card", "aria-label": t("product.title") },
		h("h3", {}, named(p.name) ?? p.sku),
		p.hint && h("p", { class: "attention" }, named(p.hint)),
		facts([
			[t("line.code"), list(p.gtin)[0] ?? p.gtin ?? p.sku], [t("product.price"), Number.isInteger(p.price) ? money(p.price) : null],
			[t("product.stock"), p.on_hand], [t("product.available"), p.available], [t("prep.place"), p.location],
			[t("customer.other"), list(p.other).map((o) => `${o.name ?? o.store}: ${o.on_hand}`).join(", ")],
		]),
		lineButton({
			id: "adjust", verb: "stock.adjust", label: t("stock.adjust"), name: named(p.name) ?? p.sku, body: { sku: p.sku },
			fields: [
				{ name: "delta", label: t("stock.delta"), type: "number", wanted: true },
				{ name: "reason", label: t("form.reason"), wanted: true },
			],
		}),
	);
}

function paper(p) {
	if (!p) return null;
	return h(
		"section",
		{ class: "card", "aria-label": t("paper.title") },
		h("h3", {}, `${word("paper", p.kind)} ${p.number ?? ""}`),
		facts([
			[t("paper.order"), p.order], [t("return.basis"), word("basis", p.basis)], [t("return.refund"), Number.isInteger(p.refund) ? money(p.refund) : null],
			[t("paper.due"), p.due_by], [t("paper.answer"), p.answer_by], [t("paper.status"), word("case", p.status)],
		]),
		h("ul", { class: "rows" }, ...list(p.entries).map((e) => h("li", {}, h("span", {}, `${when(e.at)} ${e.text ?? word("case", e.status)}`)))),
		lineButton({ id: "paper-again", verb: "print.again", label: t("print.again"), name: p.number, body: { doc: p.doc } }),
	);
}

function found(orders) {
	if (!orders) return null;
	if (orders.length === 0) return h("p", { class: "none", role: "status" }, t("find.none"));
	return table(["find.order", "pickup.customer", "pickup.shelf", "line.do"], orders.map((o) => {
		const name = o.number ?? o.order;
		return {
			key: o.order,
			cells: [
				[name, h("small", {}, word("status", o.status))], [o.customer ?? "", o.phone_last3 ? h("small", {}, `…${o.phone_last3}`) : ""], o.shelf ?? "",
				h(
					"div",
					{ class: "buttons" },
					lineButton({
						id: `code-${o.order}`, verb: "pickup.find", label: t("find.code"), name, body: { order: o.order },
						fields: [{ name: "pin", label: t("find.pin"), type: "code", wanted: true }],
					}),
					lineButton({
						id: `vouch-${o.order}`, verb: "pickup.vouch", label: t("find.vouch"), name, body: { order: o.order },
						fields: [{ name: "how", label: t("find.how"), options: HOW.map((x) => [x, t(`find.how.${x}`)]), value: "document" }],
					}),
					lineButton({ id: `resend-${o.order}`, verb: "code.resend", label: t("find.resend"), name, body: { order: o.order } }),
					lineButton({
						id: `extend-${o.order}`, verb: "order.extend", label: t("find.extend"), name, body: { order: o.order },
						fields: [{ name: "until", label: t("find.until"), type: "date", wanted: true, of: (day) => new Date(`${day}T20:00`).toISOString() }],
					}),
				),
			],
		};
	}));
}

function member(m) {
	return m && h("section", { class: "card" }, h("h3", {}, m.name ?? m.member), h("p", {}, m.tier, " ", t("member.points", { n: m.points ?? 0 })));
}

function practice(p) {
	return p && h("section", { class: "card" }, h("h3", {}, t("training.orders")), h("ul", { class: "rows" }, ...list(p.orders).map((o) => h(
		"li",
		{},
		h("span", {}, h("strong", {}, o.order), ` ${named(o.teaches) ?? ""} · ${o.pin ?? ""}`),
		o.code && lineButton({ id: `practise-${o.order}`, verb: "scan", label: t("training.scan"), name: o.order, body: { code: o.code } }),
	))), lineButton({ id: "sheet", verb: "training.sheet", label: t("training.sheet") }));
}

/** Everything that can be begun, in groups. */
function groups(doc) {
	const shift = doc.shift;
	const amount = (name, label) => ({ name, label: t(label), type: "money", wanted: true });
	return [
		["group.money", [
			!shift && { id: "shift-open", verb: "shift.open", label: t("shift.open"), fields: [amount("float", "shift.float")] },
			shift && { id: "cash-in", verb: "cash.move", label: t("cash.move"), fields: [{ ...amount("amount", "pay.amount"), hint: t("cash.hint") }, { name: "reason", label: t("form.reason"), wanted: true }] },
			shift && { id: "shift-report", verb: "shift.report", label: t("shift.report") },
			shift && { id: "shift-close", verb: "shift.close", label: t("shift.close"), fields: [amount("counted", "shift.counted")] },
			{ id: "drawer", verb: "drawer.open", label: t("drawer.kick"), fields: [{ name: "reason", label: t("form.reason"), wanted: true }] },
		]],
		["group.goods", [
			{ id: "count", verb: "stock.begin", label: t("count.begin"), body: { work: "count" } },
			{ id: "receive", verb: "stock.begin", label: t("count.receive"), body: { work: "receive" }, fields: [{ name: "number", label: t("count.number"), type: "code" }] },
		]],
		["group.paper", [
			{ id: "again", verb: "print.again", label: t("print.again"), fields: [{ name: "doc", label: t("print.doc"), type: "code", wanted: true }] },
			...list(doc.devices).filter((d) => d.kind === "printer").map((d) => ({ id: `test-${d.name}`, verb: "print.test", label: t("print.test", { name: d.name }), body: { name: d.name } })),
		]],
		["group.people", [
			{ id: "identify", verb: "loyalty.identify", label: t("member.identify"), fields: [{ name: "card", label: t("member.card"), type: "code", wanted: true }] },
			{ id: "pin", verb: "staff.pin", label: t("pin.change"), fields: [{ name: "old", label: t("pin.old"), type: "pin", wanted: true }, { name: "new", label: t("pin.new"), type: "pin", wanted: true }] },
			doc.training ? { id: "train-end", verb: "training.stop", label: t("training.stop") } : { id: "train", verb: "training.start", label: t("training.start") },
		]],
	];
}

export function draw(doc) {
	return [
		product(doc.product), paper(doc.paper), member(doc.member), found(doc.found), practice(doc.practice),
		!doc.product && !doc.paper && !doc.found && h("p", { class: "hint" }, t("idle.hint")),
		h("div", { class: "groups" }, ...groups(doc).map(([title, all]) => h(
			"section",
			{ "aria-label": t(title) },
			h("h3", {}, t(title)),
			...all.filter(Boolean).map((a) => lineButton(a)),
		))),
	];
}

export function actions() {
	const order = { name: "order", label: t("find.order"), type: "code" };
	return [
		{
			id: "code", verb: "pickup.find", label: t("find.code"), key: "F3", title: t("find.title"),
			fields: [order, { name: "phone", label: t("find.phone"), type: "code" }, { name: "pin", label: t("find.pin"), type: "code", wanted: true }],
		},
		{
			id: "return", verb: "return.start", label: t("return.start"), key: "F4",
			fields: [
				order, { name: "receipt", label: t("return.receipt"), type: "code" }, { name: "sold_at", label: t("return.sold"), type: "date" },
				{ name: "basis", label: t("return.basis"), options: BASES.map((b) => [b, b ? word("basis", b) : t("return.basis.any")]), value: "" },
			],
		},
		{
			id: "complaint", verb: "complaint.open", label: t("complaint.open"), key: "F7",
			fields: [
				order, { name: "proof", label: t("complaint.proof") },
				{ name: "text", label: t("complaint.text"), wanted: true },
				{ name: "demand", label: t("complaint.demand"), options: DEMANDS.map((d) => [d, t(`demand.${d}`)]), value: "repair" },
				{ name: "goods", label: t("complaint.goods"), options: [["kept", t("goods.kept")], ["left", t("goods.left")]], value: "kept" },
			],
		},
		{ id: "search", verb: "pickup.search", label: t("find.search"), key: "F2", main: true, fields: [{ name: "text", label: t("find.text"), wanted: true }] },
	];
}
