// SPDX-License-Identifier: Apache-2.0
// Shelves are counted blind, or a delivery is taken in: each scan is a piece.

import { h, list } from "/web/dom.js";
import { t } from "/web/i18n.js";
import { lineButton } from "/web/press.js";
import { named, table } from "/counter/shown.js";

export function draw({ count }) {
	return [
		h("p", { class: "verdict" }, h("strong", {}, t(count.asks === "recount" ? "count.recount" : "count.scan"))),
		h("p", {}, t("count.sum", { products: count.products ?? 0, n: count.pieces ?? 0 })),
		table(["line.name", "prep.place", "count.qty", "line.do"], list(count.lines).map((line) => {
			const name = named(line.name) ?? line.sku;
			return {
				key: line.sku,
				cells: [
					[name, line.recount && h("small", {}, t("count.again"))], line.location ?? "", String(line.qty),
					lineButton({
						id: `qty-${line.sku}`, verb: "stock.count", label: t("count.change"), name, body: { sku: line.sku },
						fields: [{ name: "qty", label: t("count.qty"), type: "number", wanted: true, value: line.qty }],
					}),
				],
			};
		})),
	];
}

export function actions({ count }) {
	return [
		{ id: "cancel", verb: "stock.cancel", label: t("pickup.cancel"), key: "Escape", grave: true },
		{
			id: "add", verb: "stock.count", label: t("count.add"), key: "F2",
			fields: [
				{ name: "sku", label: t("line.code"), type: "code", wanted: true },
				{ name: "qty", label: t("count.qty"), type: "number", wanted: true },
			],
		},
		{ id: "finish", verb: "stock.finish", label: t(count.work === "receive" ? "count.received" : "count.finish"), key: "F9", main: true },
	];
}
