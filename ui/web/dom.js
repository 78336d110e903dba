// SPDX-License-Identifier: Apache-2.0
// Making elements without markup in strings: what comes from outside is always text.

/**
 * h("button", { type: "button", onclick: f, "aria-label": "…" }, "text", child)
 * Functions become listeners, false and null attributes are left out.
 */
export function h(tag, attributes = {}, ...children) {
	const element = document.createElement(tag);
	for (const [name, value] of Object.entries(attributes)) {
		if (value === false || value === null || value === undefined) continue;
		if (typeof value === "function") element.addEventListener(name.slice(2), value);
		else element.setAttribute(name, value === true ? "" : String(value));
	}
	element.append(...children.flat().filter((c) => c !== null && c !== undefined && c !== false));
	return element;
}

/** The array of a field that may be missing. */
export function list(value) {
	return Array.isArray(value) ? value : [];
}

/**
 * A part of a page that shows a value. It draws only when the value or the language changed, so
 * that a person's focus survives documents that say nothing new to it.
 */
export class Part extends HTMLElement {
	#last = "";

	show(value, language) {
		const now = JSON.stringify([value ?? null, language]);
		if (now === this.#last) return;
		this.#last = now;
		const focused = this.contains(document.activeElement)
			? document.activeElement.dataset.key
			: undefined;
		this.replaceChildren(...[this.draw(value)].flat().filter(Boolean));
		if (focused) this.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus();
	}
}
