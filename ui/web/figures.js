// SPDX-License-Identifier: Apache-2.0
// The key figures on a page: elements made of what charts.js says.

import { boardView, manageView } from "./charts.js";
import { Part } from "./dom.js";
import { money, t } from "./i18n.js";

const SVG = "http://www.w3.org/2000/svg";
const DRAWN = new Set(["svg", "title", "desc", "rect", "line", "text"]);

function element(tree) {
	if (typeof tree !== "object") return document.createTextNode(String(tree));
	const made = DRAWN.has(tree.tag)
		? document.createElementNS(SVG, tree.tag)
		: document.createElement(tree.tag);
	for (const [name, value] of Object.entries(tree.attributes)) made.setAttribute(name, String(value));
	made.append(...tree.children.map(element));
	return made;
}

class LadaFigures extends Part {
	draw(figures) {
		// A table that somebody has opened stays open when the figures change.
		const open = [...this.querySelectorAll("details")].map((d) => d.open);
		const view = this.hasAttribute("all") ? manageView(figures, t, money) : boardView(figures, t);
		const made = view.map(element);
		const details = made.flatMap((m) => [...(m.querySelectorAll?.("details") ?? [])]);
		details.forEach((d, i) => {
			d.open = open[i] === true;
		});
		return made;
	}
}
customElements.define("lada-figures", LadaFigures);
