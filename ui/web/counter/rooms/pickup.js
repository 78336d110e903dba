// SPDX-License-Identifier: Apache-2.0
// An order is handed over: what leaves, what is missing, who takes it, and what is paid.

import { h, list } from "/web/dom.js";
import { money, t, when, word } from "/web/i18n.js";
import { lineButton } from "/web/press.js";
import { facts, marked, named, table } from "/counter/shown.js";

const REASONS = ["missing", "damaged", "refused"];

export const left = (line) => Math.max(0, (line.qty ?? 0) - (line.checked ?? 0) - (line.short ?? 0));

export function lack(lines) {
	return list(lines).reduce((sum, line) => sum + left(line), 0);
}

function shortAction(line, name) {
	return {
		id: `short-${line.line}`, verb: "pickup.short", label: t("line.missing"), name,
		title: t("pickup.short.title", { name }), body: { line: line.line },
		fields: [
			{ name: "qty", label: t("pickup.short.qty"), type: "number", wanted: true, value: (line.short ?? 0) + 1 },
			{ name: "reason", label: t("form.reason"), options: REASONS.map((r) => [r, t(`short.${r}`)]), value: "missing" },
		],
	};
}

function row(line) {
	const name = named(line.name) ?? line.sku ?? String(line.line);
	const n = left(line);
	return [
		[
			n === 0 ? "✓ " : "", name,
			line.age > 0 && h("small", {}, t("line.age", { n: line.age })),
			h("small", {}, String(list(line.gtin)[0] ?? line.gtin ?? line.sku ?? "")),
			...list(line.substituted).map((s) => h("small", {}, `⇄ ${s.qty} × ${named(s.name) ?? s.sku}`)),
		],
		[t("line.of", { n: line.checked ?? 0, all: line.qty ?? 0 }), line.short > 0 && h("small", { class: "bad" }, t("line.lacks", { n: line.short }))],
		h(
			"div",
			{ class: "buttons" },
			n > 0 && lineButton({ id: `check-${line.line}`, verb: "pickup.check", label: t("line.check"), name, body: { line: line.line, qty: 1 } }),
			n > 1 && lineButton({ id: `all-${line.line}`, verb: "pickup.check", label: t("line.check.all", { n }), name, body: { line: line.line, qty: n } }),
			lineButton(shortAction(line, name)),
		),
	];
}

function age(pickup) {
	if (pickup.age_check !== true) return null;
	const answer = (id, label, body) => lineButton({ id, verb: "pickup.age", label, body });
	return h(
		"section",
		{ class: "ask", "aria-label": t("age.title") },
		h("p", {}, h("strong", {}, t("age.title"))),
		answer("age-document", t("age.document"), { ok: true, how: "document" }),
		answer("age-mobywatel", t("age.mobywatel"), { ok: true, how: "mobywatel" }),
		answer("age-looked", t("age.looked"), { ok: true, how: "looked" }),
		answer("age-no", t("age.no"), { ok: false, how: "document" }),
	);
}

function payments(pickup) {
	const rows = list(pickup.payments);
	return rows.length > 0 && table(
		["pay.tender", "pay.amount", "pay.at", "line.do"],
		rows.map((p) => ({
			key: p.payment,
			cells: [
				word("tender", p.tender), money(p.amount), when(p.at),
				p.reversed ? t("pay.reversed") : lineButton({
					id: `reverse-${p.payment}`, verb: "pay.reverse", label: t("pay.reverse"), name: money(p.amount),
					body: { payment: p.payment },
					fields: [{ name: "reason", label: t("form.reason"), wanted: true }],
				}),
			],
		})),
	);
}

function parcels(pickup) {
	const rows = list(pickup.parcels);
	return rows.length > 0 && h("ul", { class: "rows" }, ...rows.map((p) => h(
		"li",
		{ class: p.checked ? "good" : null },
		h("span", {}, marked(p.checked), p.label, p.shelf && ` · ${t("pickup.shelf")} ${p.shelf}`),
		p.label && !p.checked && lineButton({ id: `parcel-${p.label}`, verb: "pickup.check", label: t("parcel.check"), name: p.label, body: { label: p.label } }),
	)));
}

function member(m) {
	if (!m) return null;
	const coupons = list(m.coupons).filter((c) => !c.used);
	return h(
		"section",
		{ class: "member", "aria-label": t("member.title") },
		h("p", {}, h("strong", {}, [m.name, m.tier].filter(Boolean).join(" · ")), ` ${t("member.points", { n: m.points ?? 0 })}`,
			m.chosen && ` · ${t(m.chosen.asking ? "member.asking" : "member.chosen", { n: m.chosen.points, money: money(m.chosen.amount) })}`),
		...coupons.map((c) => h("p", {}, c.coupon, ": ", c.amount ? money(c.amount) : t("member.points", { n: c.points }),
			lineButton({
				id: `coupon-${c.coupon}`, verb: "loyalty.coupon", label: t(c.chosen ? "coupon.leave" : "coupon.take"),
				name: c.coupon, body: { coupon: c.chosen ? null : c.coupon },
			}))),
	);
}

/** What goes with the order, and what is offered: staff say it, and what the customer said. */
function suggest(all) {
	if (all.length === 0) return null;
	return h("section", { class: "member", "aria-label": t("offer.title") }, h("h3", {}, t("offer.title")), h("ul", { class: "rows" }, ...all.map((o) => {
		const name = named(o.name) ?? o.sku;
		const price = o.offer_price ?? o.price;
		return h(
			"li",
			{},
			h("span", {}, [o.text, name, Number.isInteger(price) ? money(price) : ""].filter(Boolean).join(" · "),
				o.offer && o.state !== "shown" && h("small", {}, word("offer", o.state))),
			o.offer && h(
				"span",
				{ class: "buttons" },
				lineButton({ id: `offer-take-${o.offer}`, verb: "offer.take", label: t("offer.take"), name, body: { offer: o.offer } }),
				lineButton({ id: `offer-decline-${o.offer}`, verb: "offer.decline", label: t("offer.decline"), name, body: { offer: o.offer } }),
			),
		);
	})));
}

export function draw({ pickup, member: m }) {
	const lines = list(pickup.lines);
	const n = lack(lines);
	return [
		h("p", { class: "verdict good" }, h("strong", {}, `✓ ${t("pickup.ok")}`),
			pickup.claim === "isolated" || pickup.claim === "pending" ? ` · ${t(`pickup.claim.${pickup.claim}`)}` : ""),
		facts([
			[t("pickup.customer"), typeof pickup.customer === "object" ? pickup.customer?.name : pickup.customer],
			[t("pickup.shelf"), pickup.shelf],
			[t("pickup.receipt"), pickup.receipt && `${pickup.receipt.register} / ${pickup.receipt.number}`],
		]),
		pickup.due > 0 && h("p", { class: "due" }, t("pickup.due", { money: money(pickup.due) })),
		pickup.paid > 0 && h("p", {}, t("pickup.paid", { money: money(pickup.paid) })),
		parcels(pickup),
		lines.length > 0 && table(
			["line.name", "line.checked", "line.do"],
			lines.map((line) => ({ key: line.line, done: left(line) === 0, cells: row(line) })),
		),
		age(pickup),
		payments(pickup),
		member(m),
		suggest(list(pickup.suggest)),
		h("p", { class: "left" }, n ? t("pickup.left", { n }) : t("pickup.complete")),
	];
}

function payActions({ pickup, paying }) {
	if (!(pickup.due > 0) || paying?.fiscal !== "none") return [];
	return list(paying.tenders).map((tender) => ({
		id: `pay-${tender}`, verb: "pickup.pay", label: t("pay.by", { tender: word("tender", tender) }), body: { tender },
		fields: [
			{ name: "amount", label: t("pay.amount"), type: "money", wanted: true, value: (pickup.due / 100).toFixed(2).replace(".", ",") },
			tender === "cash"
				? { name: "given", label: t("pay.given"), type: "money" }
				: { name: "ref", label: t("pay.ref"), type: "code", wanted: paying.ref === true },
		],
	}));
}

function receiptActions({ pickup, paying }) {
	if (paying?.fiscal === "none" || !(pickup.due > 0 || pickup.receipt_needed)) return [];
	const due = pickup.due > 0 ? pickup.due : pickup.receipt_needed;
	return [
		{
			id: "receipt", verb: "fiscal.record", label: t("fiscal.record"), key: "F6",
			fields: [
				{ name: "register", label: t("fiscal.register"), type: "code", wanted: true },
				{ name: "number", label: t("fiscal.number"), type: "code", wanted: true },
				{ name: "total", label: t("fiscal.total"), type: "money", wanted: true, value: Number.isInteger(due) ? (due / 100).toFixed(2).replace(".", ",") : null },
				{ name: "nip", label: t("fiscal.nip"), type: "code", value: pickup.nip ?? null },
			],
		},
		{ id: "till-card", verb: "pickup.till_card", label: t("fiscal.card") },
	];
}

function memberActions({ member: m }) {
	if (!m) return [{
		id: "identify", verb: "loyalty.identify", label: t("member.identify"),
		fields: [{ name: "card", label: t("member.card"), type: "code", wanted: true }],
	}];
	return m.redeemable > 0 || m.chosen ? [{
		id: "redeem", verb: "loyalty.redeem", label: t("member.redeem"),
		fields: [{
			name: "points", label: t("member.redeem.points"), type: "number", wanted: true, value: m.chosen ? 0 : m.redeemable,
			hint: t("member.redeem.hint", { n: m.redeemable ?? 0 }),
		}],
	}] : [];
}

export function actions(doc) {
	const { pickup } = doc;
	const n = lack(pickup.lines);
	const some = list(pickup.lines).some((line) => line.checked > 0);
	const waits = n > 0 && t("pickup.left", { n });
	return [
		{ id: "cancel", verb: "pickup.cancel", label: t("pickup.cancel"), key: "Escape" },
		...payActions(doc), ...receiptActions(doc), ...memberActions(doc),
		{
			id: "proxy", verb: "pickup.handover", label: t("pickup.proxy"), body: { collector: "proxy" }, off: waits || null,
			fields: [{ name: "name", label: t("pickup.proxy.name"), wanted: true }], go: t("pickup.handover"),
		},
		n > 0 && some && { id: "later", verb: "pickup.handover", label: t("pickup.later"), body: { rest: "later" } },
		n > 0 && some && { id: "refund", verb: "pickup.handover", label: t("pickup.refund"), body: { rest: "refund" }, grave: true },
		pickup.reservation && { id: "leave", verb: "pickup.leave", label: t("pickup.leave") },
		{
			id: "handover", verb: "pickup.handover", label: t("pickup.handover"), key: "F9", main: true,
			off: waits || (pickup.due > 0 ? t("pickup.due", { money: money(pickup.due) }) : null),
		},
	].filter(Boolean);
}
