// SPDX-License-Identifier: Apache-2.0
// The public board: what is being prepared, what is ready, and how the day goes.

import { h, list, Part } from "/web/dom.js";
import "/web/figures.js";
import { language, setLanguage, t } from "/web/i18n.js";
import { Live } from "/web/live.js";
import { translate } from "/web/parts.js";

const id = (name) => document.getElementById(name);

class LadaColumn extends Part {
	draw(rows) {
		return [
			h("h2", {}, t(`board.${this.id}`)),
			rows.length === 0
				? h("p", { class: "none" }, t("board.none"))
				: h("ul", {}, ...rows.map((q) => h("li", {}, String(q.number ?? q.order ?? ""), q.name && ` ${q.name}`))),
		];
	}
}
customElements.define("lada-column", LadaColumn);

new Live(
	"board",
	async (doc) => {
		await setLanguage(doc.language ?? "pl");
		translate();
		const queue = list(doc.queue);
		const is = (...names) => queue.filter((q) => names.includes(q.status));
		id("preparing").show(is("placed", "picking"), language());
		id("ready").show(is("ready", "here"), language());
		id("figures").show(doc.figures, language());
	},
	(up) => {
		id("gone").hidden = up;
	},
);
translate();
