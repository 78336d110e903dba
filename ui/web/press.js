// SPDX-License-Identifier: Apache-2.0
// What can be pressed: buttons with their keys, and the small forms that ask what a press needs.
//
// An action is {id, label, verb, body?, fields?, main?, key?, hint?, off?}: a verb of the station
// with what it takes. With `fields` it asks first. `off` says why it cannot be pressed yet; it can
// be pressed all the same, and the station says what is missing. A field is {name, label, type?,
// value?, options?, wanted?, hint?}; its type is text, money, number, pin, code, date or choice.

import { h, Part } from "./dom.js";
import { grosze, t } from "./i18n.js";

/** What stands in a field, as the station takes it; undefined where nothing was said. */
function taken(field, text) {
	const said = text.trim();
	if (said === "") return undefined;
	if (field.type === "money") return grosze(said) ?? Number.NaN;
	if (field.type === "number") return /^-?\d{1,9}$/.test(said) ? Number(said) : Number.NaN;
	if (field.type === "date") return said;
	return field.of ? field.of(said) : said;
}

const INPUTS = {
	money: { inputmode: "decimal", autocomplete: "off", maxlength: 14 },
	number: { inputmode: "numeric", autocomplete: "off", maxlength: 10 },
	pin: { type: "password", inputmode: "numeric", autocomplete: "off", maxlength: 32 },
	code: { autocomplete: "off", spellcheck: "false", autocapitalize: "characters", maxlength: 128 },
	date: { type: "date" },
	text: { autocomplete: "off", maxlength: 500 },
};

function input(field, id) {
	if (field.options)
		return h(
			"select",
			{ id, name: field.name },
			...field.options.map(([value, label]) =>
				h("option", { value, selected: value === field.value }, label)),
		);
	return h("input", {
		id, name: field.name, required: field.wanted === true, value: field.value ?? null,
		"aria-describedby": field.hint ? `${id}-hint` : null, ...(INPUTS[field.type ?? "text"] ?? INPUTS.text),
	});
}

/** Asks what an action needs. It stays as it is while documents come, until it is sent or left. */
export class LadaForm extends HTMLElement {
	#action = null;
	#done = null;

	get open() {
		return this.#action !== null;
	}

	get action() {
		return this.#action?.id ?? null;
	}

	/** `send(action, body)` gives the answer; `done()` is told when the form is gone. */
	ask(action, send, done) {
		this.#action = action;
		this.#done = done;
		const wrong = h("p", { class: "wrong", role: "alert" });
		const form = h(
			"form",
			{ novalidate: true, "aria-labelledby": "form-title" },
			h("h3", { id: "form-title" }, action.title ?? action.label),
			...action.fields.map((field) => this.#field(field)),
			wrong,
			h(
				"div",
				{ class: "actions" },
				h("button", { type: "button", onclick: () => this.leave() }, t("form.leave")),
				h("button", { type: "submit", class: "main" }, action.go ?? action.label),
			),
		);
		form.addEventListener("submit", (event) => {
			event.preventDefault();
			this.#send(action, form, wrong, send);
		});
		form.addEventListener("keydown", (event) => {
			if (event.key !== "Escape") return;
			event.stopPropagation();
			this.leave();
		});
		this.replaceChildren(form);
		this.hidden = false;
		const first = form.querySelector("input, select");
		first?.focus();
		first?.select?.(); // what is typed stands instead of what was proposed
	}

	#field(field) {
		const id = `field-${field.name}`;
		return h(
			"p",
			{ class: "field" },
			h("label", { for: id }, field.label),
			input(field, id),
			field.hint && h("small", { id: `${id}-hint` }, field.hint),
		);
	}

	async #send(action, form, wrong, send) {
		const body = { ...action.body };
		for (const field of action.fields) {
			const element = form.elements[field.name];
			const value = taken(field, element.value);
			const bad = Number.isNaN(value) || (value === undefined && field.wanted === true);
			element.setAttribute("aria-invalid", String(bad));
			if (bad) {
				wrong.textContent = t(Number.isNaN(value) ? "form.number" : "form.wanted", { field: field.label });
				element.focus();
				return;
			}
			if (value !== undefined) body[field.name] = value;
		}
		wrong.textContent = "";
		const answer = await send(action, body);
		if (answer.ok) this.leave();
		else if (this.open) wrong.textContent = answer.error?.message ?? "";
	}

	leave() {
		if (!this.open) return;
		this.#action = null;
		this.replaceChildren();
		this.hidden = true;
		this.#done?.();
	}
}

/** The buttons of the open task: the main one last, where the right hand finds it. */
export class LadaActions extends Part {
	draw(actions) {
		const rest = actions.filter((a) => !a.main);
		const main = actions.find((a) => a.main);
		return [
			h("div", { class: "rest" }, ...rest.map((a) => this.button(a))),
			main && this.button(main),
		];
	}

	button(action) {
		return h(
			"button",
			{
				type: "button", "data-key": action.id, "data-verb": action.verb,
				class: [action.main && "main", action.off && "waiting", action.grave && "grave"].filter(Boolean).join(" ") || null,
				"aria-keyshortcuts": action.key ?? null,
				onclick: () => this.dispatchEvent(new CustomEvent("act", { bubbles: true, detail: action.id })),
			},
			h("span", {}, action.label),
			action.key && h("kbd", { "aria-hidden": "true" }, action.key),
			action.off && h("small", {}, action.off),
		);
	}
}

customElements.define("lada-form", LadaForm);
customElements.define("lada-actions", LadaActions);

/** A button of a line or a card that presses an action of its own. */
export function lineButton(action, label = action.label) {
	return h(
		"button",
		{
			type: "button", "data-key": action.id, "data-verb": action.verb, "aria-label": action.name ? `${label}: ${action.name}` : null,
			onclick: (event) => event.target.dispatchEvent(new CustomEvent("do", { bubbles: true, detail: action })),
		},
		label,
	);
}
