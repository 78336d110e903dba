// SPDX-License-Identifier: Apache-2.0
// What waits, stage by stage: cards, oldest first. Exceptions are there only while there are any.

import { h, list, Part } from "/web/dom.js";
import { money, t, when, word } from "/web/i18n.js";
import { lineButton } from "/web/press.js";

const OLD_S = 15 * 60;
const LATE_S = 45 * 60;

/** How long somebody waits: an icon and words, never colour alone. */
function age(seconds) {
	if (!(seconds >= 60)) return null;
	const level = seconds >= LATE_S ? "late" : seconds >= OLD_S ? "old" : "fresh";
	const minutes = Math.floor(seconds / 60);
	return h("span", { class: `age ${level}` }, { late: "‼ ", old: "! ", fresh: "" }[level],
		minutes < 120 ? t("age.minutes", { n: minutes }) : t("age.hours", { n: Math.floor(minutes / 60) }));
}

function queueCard(q) {
	const name = String(q.number ?? q.order);
	const preparing = q.status === "placed" || q.status === "picking";
	const late = preparing && q.promised && Date.parse(q.promised) < Date.now();
	return h(
		"li",
		{ class: late ? "late" : null, "data-order": q.order },
		h("span", {}, h("strong", {}, name), ` ${word("status", q.status)}`, q.ship && ` · ${t("prep.ship")}`,
			q.promised && h("small", {}, t(late ? "queue.promised.late" : "queue.promised", { time: when(q.promised) })),
			q.by && h("small", {}, t("queue.by", { name: q.by.name ?? q.by.id ?? q.by }))),
		age(q.waiting_s),
		preparing
			? lineButton({ id: `prep-${q.order}`, verb: "prep.start", label: t("queue.prepare"), name, body: { order: q.order } })
			: lineButton({ id: `take-${q.order}`, verb: "pickup.take", label: t("queue.take"), name, body: { order: q.order } }),
	);
}

function taskCard(task) {
	const name = String(task.number ?? task.order);
	return h(
		"li",
		{},
		h("span", {}, h("strong", {}, name), ` ${t(`task.${task.task}`)}`, task.shelf && ` · ${t("pickup.shelf")} ${task.shelf}`,
			task.label && h("small", {}, task.label)),
		task.task === "put_back" && lineButton({ id: `back-${task.order}`, verb: "prep.unstage", label: t("task.begin"), name, body: { order: task.order } }),
		task.task === "search" && lineButton({
			id: `found-${task.label}`, verb: "parcel.stage", label: t("task.found"), name: task.label, body: { label: task.label },
			fields: [{ name: "shelf", label: t("pickup.shelf"), type: "code", wanted: true }],
		}),
	);
}

function moneyCard(m) {
	return h(
		"li",
		{ class: "attention" },
		h("span", {}, h("strong", {}, String(m.order)), ` ${t("unsettled", { money: money(m.amount), tender: word("tender", m.tender) })}`),
		lineButton({
			id: `give-${m.payment}`, verb: "pay.reverse", label: t("pay.reverse"), name: m.order, body: { payment: m.payment, order: m.order },
			fields: [{ name: "reason", label: t("form.reason"), wanted: true }],
		}),
	);
}

function jobCard(job) {
	const name = `${word("kind", job.kind)} ${job.job}`;
	const press = (id, label, verb, body) => lineButton({ id: `${id}-${job.job}`, verb, label, name, body: { job: job.job, ...body } });
	return h(
		"li",
		{ class: "attention" },
		h("span", {}, h("strong", {}, name), ` ${job.printer}: ${word("job", job.status)}`),
		job.status === "unknown"
			? [press("came", t("job.came"), "print.came", { yes: true }), press("lost", t("job.lost"), "print.came", { yes: false })]
			: [press("retry", t("job.retry"), "print.retry"), press("drop", t("job.drop"), "print.drop")],
	);
}

function messageCard(message) {
	return h("li", { class: message.level }, h("span", {}, message.text),
		lineButton({ id: `message-${message.id}`, verb: "message.done", label: t("message.done"), name: message.text, body: { id: message.id } }));
}

export const STAGES = ["here", "prepare", "ready", "tasks", "exceptions"];

/** What of the document stands in which stage. */
export function stagesOf(doc) {
	const queue = list(doc.queue);
	return {
		here: queue.filter((q) => q.status === "here"),
		prepare: queue.filter((q) => q.status === "placed" || q.status === "picking"),
		ready: queue.filter((q) => q.status === "ready"),
		tasks: list(doc.tasks),
		exceptions: [
			...list(doc.unsettled).map((of) => ({ money: of })),
			...list(doc.jobs).filter((j) => j.status === "unknown" || j.status === "failed").map((of) => ({ job: of })),
			...list(doc.messages).map((of) => ({ message: of })),
		],
	};
}

class LadaCards extends Part {
	draw({ stage, cards }) {
		if (cards.length === 0) return h("p", { class: "none" }, t(`stage.${stage}.none`));
		return h("ul", { class: "rows cards" }, ...cards.map((card) => {
			if (stage === "tasks") return taskCard(card);
			if (stage !== "exceptions") return queueCard(card);
			return card.money ? moneyCard(card.money) : card.job ? jobCard(card.job) : messageCard(card.message);
		}));
	}
}

class LadaStages extends Part {
	draw({ stage, counts }) {
		return STAGES.filter((s) => s !== "exceptions" || counts[s] > 0).map((s) => h(
			"button",
			{
				type: "button", "data-key": `stage-${s}`, "data-stage": s, "aria-pressed": String(s === stage),
				onclick: () => this.dispatchEvent(new CustomEvent("stage", { bubbles: true, detail: s })),
			},
			`${t(`stage.${s}`)} `,
			h("strong", {}, String(counts[s])),
		));
	}
}

customElements.define("lada-cards", LadaCards);
customElements.define("lada-stages", LadaStages);
