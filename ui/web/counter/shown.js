// SPDX-License-Identifier: Apache-2.0
// How the counter shows what all its rooms have: facts, tables, names.

import { h } from "/web/dom.js";
import { language, t } from "/web/i18n.js";

/** A name that may be one text or one for each language. */
export function named(name) {
	if (name === null || typeof name !== "object") return name;
	return name[language()] ?? name.pl;
}

export function marked(done) {
	return done ? "✓ " : "";
}

/** Pairs of a name and a value; those without a value are left out. */
export function facts(rows) {
	const known = rows.filter(([, value]) => value !== undefined && value !== null && value !== "");
	return known.length > 0 && h("dl", {}, ...known.flatMap(([name, value]) => [h("dt", {}, name), h("dd", {}, String(value))]));
}

/** `rows`: {key, cells, done?, note?}; the first cell names its row. */
export function table(columns, rows) {
	return h(
		"table",
		{},
		h("thead", {}, h("tr", {}, ...columns.map((c) => h("th", { scope: "col" }, t(c))))),
		h("tbody", {}, ...rows.map(({ key, cells, done, note }) => h(
			"tr",
			{ class: done ? "done" : null, "data-row": String(key) },
			...cells.map((cell, i) => h(i === 0 ? "th" : "td", { scope: i === 0 ? "row" : null }, ...[cell].flat())),
			note && h("td", {}, note),
		))),
	);
}
