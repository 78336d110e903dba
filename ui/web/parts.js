// SPDX-License-Identifier: Apache-2.0
// The small elements that pages share. Each shows one member of the state document and takes
// any of its fields being absent; a press is an event `press` with {verb, body} on its way up.

import { h, list, Part } from "./dom.js";
import { t, word, has, money, language } from "./i18n.js";

/** Asks the page around it to press a verb. */
export function ask(element, verb, body = {}) {
	element.dispatchEvent(new CustomEvent("press", { bubbles: true, detail: { verb, body } }));
}

function button(part, key, text, verb, body, more = {}) {
	return h(
		"button",
		{ type: "button", "data-key": key, onclick: () => ask(part, verb, body), ...more },
		text,
	);
}

/** A name that may be one text or one for each language. */
function named(name) {
	return name !== null && typeof name === "object" ? (name[language()] ?? name.pl) : name;
}

const LEVELS = {
	good: "good", ok: "good", success: "good",
	attention: "attention", warn: "attention", warning: "attention",
	bad: "bad", error: "bad", refused: "bad",
};

export function levelOf(notice) {
	return LEVELS[notice?.level] ?? "info";
}

export function noticeText(notice) {
	if (notice.text) return notice.text;
	return has(`code.${notice.code}`) ? t(`code.${notice.code}`) : String(notice.code ?? "");
}

const MARKS = { good: "✓", attention: "!", bad: "✕", info: "i" };

class LadaNotice extends Part {
	draw(notice) {
		if (!notice) return null;
		const level = levelOf(notice);
		return h(
			"div",
			{ class: `notice ${level}` },
			h("span", { class: "mark", "aria-hidden": "true" }, MARKS[level]),
			h(
				"p",
				{},
				h("strong", {}, `${t(`notice.${level}`)}: `),
				noticeText(notice),
				notice.code && h("small", {}, String(notice.code)),
			),
		);
	}
}

function remaining(line) {
	return Math.max(0, (line.qty ?? 0) - (line.checked ?? 0) - (line.short ?? 0));
}

class LadaPickup extends Part {
	draw(pickup) {
		if (!pickup) return null;
		const lines = list(pickup.lines);
		const left = lines.reduce((sum, line) => sum + remaining(line), 0);
		return h(
			"section",
			{ "aria-labelledby": "pickup-title", class: "task" },
			h("h2", { id: "pickup-title" }, t("pickup.title", { order: pickup.number ?? pickup.order })),
			this.verdict(pickup),
			this.facts(pickup),
			lines.length > 0 && this.table(lines),
			this.age(pickup),
			this.suggest(list(pickup.suggest)),
			h(
				"div",
				{ class: "actions" },
				button(this, "cancel", t("pickup.cancel"), "pickup.cancel", {}),
				h("p", { class: "left" }, left ? t("pickup.left", { n: left }) : t("pickup.complete")),
				button(this, "handover", t("pickup.handover"), "pickup.handover", {}, {
					class: left ? "main waiting" : "main",
				}),
			),
		);
	}

	verdict(pickup) {
		const ok = pickup.verdict === undefined || pickup.verdict === "ok";
		const claim = has(`pickup.claim.${pickup.claim}`) ? t(`pickup.claim.${pickup.claim}`) : "";
		return h(
			"p",
			{ class: ok ? "verdict good" : "verdict bad" },
			h("strong", {}, ok ? `✓ ${t("pickup.ok")}` : `✕ ${word("code", pickup.verdict)}`),
			claim && ` · ${claim}`,
		);
	}

	facts(pickup) {
		const parcels = list(pickup.parcels)
			.map((p) => (p?.checked ? "✓ " : "") + (typeof p === "object" ? (p?.label ?? p?.id ?? "") : String(p)))
			.filter(Boolean);
		const customer = typeof pickup.customer === "object"
			? pickup.customer?.name
			: pickup.customer;
		const rows = [
			[t("pickup.customer"), customer],
			[t("pickup.shelf"), pickup.shelf],
			[t("pickup.parcels"), parcels.join(", ")],
		].filter(([, value]) => value);
		return [
			h("dl", {}, ...rows.flatMap(([name, value]) => [h("dt", {}, name), h("dd", {}, String(value))])),
			pickup.due > 0 && h("p", { class: "due" }, t("pickup.due", { money: money(pickup.due) })),
			pickup.paid > 0 && h("p", {}, t("pickup.paid", { money: money(pickup.paid) })),
		];
	}

	/** What goes with the order, and what is offered: staff say it, and what the customer said. */
	suggest(all) {
		if (all.length === 0) return null;
		const line = ({ sku, name, text, price, offer_price: now, offer, state }) => h(
			"li",
			{},
			h("span", {}, [text, name ?? sku, price === undefined && now === undefined ? "" : money(now ?? price)]
				.filter(Boolean).join(" · ")),
			offer && h(
				"span",
				{ class: "ask" },
				state !== "shown" && h("strong", {}, t(`offer.${state}`)),
				button(this, `take ${offer}`, t("offer.take"), "offer.take", { offer }),
				button(this, `decline ${offer}`, t("offer.decline"), "offer.decline", { offer }),
			),
		);
		return [h("h3", {}, t("offer.title")), h("ul", { class: "rows" }, ...all.map(line))];
	}

	table(lines) {
		return h(
			"table",
			{},
			h(
				"thead",
				{},
				h("tr", {}, ...["name", "code", "checked", "short", "do"].map((c) =>
					h("th", { scope: "col" }, t(`line.${c}`)))),
			),
			h("tbody", {}, ...lines.map((line) => this.line(line))),
		);
	}

	line(line) {
		const done = remaining(line) === 0;
		const name = named(line.name) ?? line.sku ?? String(line.line);
		const act = (key, verb, body) =>
			!done &&
			button(this, `${key}-${line.line}`, t(`line.${key}`), verb, { line: line.line, ...body }, {
				"aria-label": t(`line.${key}.for`, { name }),
			});
		return h(
			"tr",
			{ class: done ? "done" : false },
			h("th", { scope: "row" }, name, ...list(line.substituted).map((s) =>
				h("small", {}, ` ⇄ ${s.qty} × ${s.name ?? s.sku}`))),
			h("td", { class: "code" }, String(list(line.gtin)[0] ?? line.gtin ?? line.sku ?? "")),
			h("td", {}, (done ? "✓ " : "") + t("line.of", { n: line.checked ?? 0, all: line.qty ?? 0 })),
			h("td", {}, line.short ? String(line.short) : ""),
			h("td", {}, h(
				"div",
				{ class: "buttons" },
				act("check", "pickup.check", { qty: 1 }),
				// pickup.short tells how many are short in all, pickup.check how many more are checked.
				act("missing", "pickup.short", { qty: (line.short ?? 0) + 1, reason: "missing" }),
				act("damaged", "pickup.short", { qty: (line.short ?? 0) + 1, reason: "damaged" }),
			)),
		);
	}

	age(pickup) {
		if (pickup.age_check !== true && pickup.age_check?.needed !== true &&
			pickup.age_check !== "needed") return null;
		return h(
			"div",
			{ class: "ask" },
			h("p", {}, t("age.title")),
			button(this, "age-ok", t("age.ok"), "pickup.age", { ok: true, how: "document" }),
			button(this, "age-no", t("age.no"), "pickup.age", { ok: false, how: "document" }),
		);
	}
}

class LadaProduct extends Part {
	draw(product) {
		if (!product) return null;
		const name = named(product.name);
		const rows = [
			[t("line.code"), list(product.gtin)[0] ?? product.gtin ?? product.sku],
			[t("product.price"), money(product.price)],
			[t("product.stock"), product.on_hand],
		].filter(([, value]) => value !== undefined && value !== null && value !== "");
		return h(
			"section",
			{ class: "task" },
			h("h2", {}, name ?? t("product.title")),
			h("dl", {}, ...rows.flatMap(([k, v]) => [h("dt", {}, k), h("dd", {}, String(v))])),
		);
	}
}

class LadaQueue extends Part {
	draw(queue) {
		const rows = list(queue);
		const here = rows.filter((q) => q.status === "here");
		const others = new Map();
		for (const q of rows)
			if (q.status !== "here") others.set(q.status, (others.get(q.status) ?? 0) + 1);
		return [
			h("h2", {}, t("queue.title")),
			here.length === 0
				? h("p", { class: "none" }, t("queue.empty"))
				: h("ul", { class: "rows" }, ...here.map((q) => this.row(q))),
			others.size > 0 &&
				h("p", {}, [...others].map(([status, n]) => `${word("status", status)}: ${n}`).join(" · ")),
		];
	}

	row(q) {
		const minutes = Math.floor((q.waiting_s ?? 0) / 60);
		return h(
			"li",
			{},
			h("span", {}, h("strong", {}, String(q.order ?? "")), ` ${word("status", q.status)}`,
				minutes > 0 && `, ${t("queue.waiting", { n: minutes })}`),
			button(this, `take-${q.order}`, t("queue.take"), "pickup.take", { order: q.order }, {
				"aria-label": t("queue.take.for", { order: q.order }),
			}),
		);
	}
}

class LadaDevices extends Part {
	draw(devices) {
		const rows = list(devices);
		return [
			h("h2", {}, t("devices.title")),
			rows.length === 0
				? h("p", { class: "none" }, t("devices.none"))
				: h("ul", { class: "rows" }, ...rows.map((d) =>
					h(
						"li",
						{ class: d.status === "ok" ? "good" : "attention" },
						h("span", {}, h("strong", {}, String(d.name ?? "")), ` ${word("kind", d.kind)}`),
						h("span", {}, `${d.status === "ok" ? "✓" : "!"} ${word("device", d.status)}`,
							d.drawer && `, ${t(`drawer.${d.drawer}`)}`,
							d.say ? h("small", {}, String(d.say))
								: d.detail && h("small", {}, String(d.detail))),
					))),
		];
	}
}

class LadaJobs extends Part {
	draw(jobs) {
		const rows = list(jobs);
		return [
			h("h2", {}, t("jobs.title")),
			rows.length === 0
				? h("p", { class: "none" }, t("jobs.none"))
				: h("ul", { class: "rows" }, ...rows.map((job) => this.row(job))),
		];
	}

	row(job) {
		return h(
			"li",
			{ class: job.status === "unknown" || job.status === "failed" ? "attention" : false },
			h("span", {}, h("strong", {}, `${job.job} `), `${job.kind ?? ""} ${job.printer ?? ""}: `,
				word("job", job.status),
				job.instead_of && ` (${t("job.instead", { name: job.instead_of })})`,
				job.copy_of && ` (${t("job.copy", { job: job.copy_of })})`),
			job.status === "unknown" && h(
				"span",
				{ class: "ask" },
				h("span", {}, t("job.ask", { job: job.job })),
				button(this, `came-${job.job}`, t("job.came"), "print.came", { job: job.job, yes: true }),
				button(this, `lost-${job.job}`, t("job.lost"), "print.came", { job: job.job, yes: false }),
			),
			job.status === "failed" && h(
				"span",
				{ class: "ask" },
				button(this, `retry-${job.job}`, t("job.retry"), "print.retry", { job: job.job }),
				button(this, `drop-${job.job}`, t("job.drop"), "print.drop", { job: job.job }),
			),
		);
	}
}

class LadaHq extends Part {
	draw(hq) {
		if (!hq) return null;
		const flag = (key, on) =>
			h("span", { class: on ? "good" : "attention" }, `${on ? "✓" : "!"} ${t(key)}: ${t(on ? "yes" : "no")}`);
		return [
			flag("hq.broker", hq.broker === true),
			flag("hq.reachable", hq.reachable === true),
			hq.taken === true && h("span", { class: "attention" }, `! ${t("hq.taken")}`),
			hq.isolated === true && h("span", { class: "attention" }, `! ${t("hq.isolated")}`),
			h("span", {}, t("hq.outbox", { n: hq.outbox ?? 0 })),
		];
	}
}

customElements.define("lada-notice", LadaNotice);
customElements.define("lada-pickup", LadaPickup);
customElements.define("lada-product", LadaProduct);
customElements.define("lada-queue", LadaQueue);
customElements.define("lada-devices", LadaDevices);
customElements.define("lada-jobs", LadaJobs);
/** How far the station's clock is off, in whole minutes. */
export function clockText(clock) {
	const minutes = Math.round(Math.abs(clock.ahead_s) / 60);
	return t(clock.ahead_s > 0 ? "clock.ahead" : "clock.behind", { minutes });
}

class LadaMessages extends Part {
	draw(messages) {
		if (!messages || messages.length === 0) return null;
		return [
			h("h2", {}, t("message.title")),
			h("ul", { class: "rows" }, ...messages.map((message) =>
				h(
					"li",
					{ class: message.level },
					h("span", {}, message.text),
					button(this, `message-${message.id}`, t("message.done"), "message.done", { id: message.id }),
				),
			)),
		];
	}
}

customElements.define("lada-messages", LadaMessages);
customElements.define("lada-hq", LadaHq);

/** Fills every element that names a text, and puts labels into the page's language. */
export function translate(root = document) {
	for (const element of root.querySelectorAll("[data-text]"))
		element.textContent = t(element.dataset.text);
	const title = document.documentElement.dataset.title;
	if (title) document.title = t(title);
}
