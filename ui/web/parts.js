// SPDX-License-Identifier: Apache-2.0
// The small elements that pages share. Each shows one member of the state document and takes
// any of its fields being absent; a press is an event `press` with {verb, body} on its way up.

import { h, list, Part } from "./dom.js";
import { t, word, has } from "./i18n.js";

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
customElements.define("lada-devices", LadaDevices);
customElements.define("lada-jobs", LadaJobs);
/** How far the station's clock is off, in whole minutes. */
export function clockText(clock) {
	const minutes = Math.round(Math.abs(clock.ahead_s) / 60);
	return t(clock.ahead_s > 0 ? "clock.ahead" : "clock.behind", { minutes });
}

customElements.define("lada-hq", LadaHq);

/** Fills every element that names a text, and puts labels into the page's language. */
export function translate(root = document) {
	for (const element of root.querySelectorAll("[data-text]"))
		element.textContent = t(element.dataset.text);
	const title = document.documentElement.dataset.title;
	if (title) document.title = t(title);
}
