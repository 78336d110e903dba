// SPDX-License-Identifier: Apache-2.0
// Pictures of the key figures, as plain trees {tag, attributes, children}: figures.js makes elements
// of them, tests read them. Nothing is told by colour alone, each picture has a title, a
// description, and a table that says the same; no styles in attributes, as the page's policy asks.

const WIDTH = 640;
const HEIGHT = 200;
const LEFT = 48;
const BOTTOM = 26;
const TOP = 18;

export function node(tag, attributes = {}, ...children) {
	return { tag, attributes, children: children.flat(Infinity).filter((c) => c !== null && c !== undefined && c !== false) };
}

/** 185 s as 3:05. */
export function minutes(seconds) {
	return `${Math.floor(seconds / 60)}:${String(Math.round(seconds) % 60).padStart(2, "0")}`;
}

/** The end of a scale: 1, 2 or 5 times a power of ten, or whole minutes where it is time. */
export function top(values, time) {
	const most = Math.max(0, ...values.filter((v) => typeof v === "number"));
	if (time) return [60, 120, 300, 600, 1200, 1800, 3600, 7200].find((v) => v >= most) ?? 14400;
	let step = 1;
	for (;;) {
		for (const times of [1, 2, 5]) if (step * times * 2 >= most) return step * times * 2;
		step *= 10;
	}
}

function bar(x, width, value, scale, kind) {
	if (typeof value !== "number") return null;
	const high = Math.max(value > 0 ? 2 : 0, Math.round(Math.min(1, value / scale) * (HEIGHT - TOP - BOTTOM)));
	return node("rect", {
		class: kind, x: Math.round(x), y: HEIGHT - BOTTOM - high, width: Math.max(1, Math.round(width)), height: high,
	});
}

function line(y, label) {
	return [
		node("line", { class: "grid", x1: LEFT, x2: WIDTH, y1: y, y2: y }),
		node("text", { class: "axis", x: LEFT - 6, y: y + 4, "text-anchor": "end" }, label),
	];
}

/**
 * Two values an hour beside each other: the week before as an outline, today filled.
 * rows: [{label, today, before}], a value may be null. words: {title, desc, hour, today, before, none, table}
 */
export function bars(id, rows, words, time = false) {
	const say = (value) => (typeof value !== "number" ? words.none : time ? minutes(value) : String(value));
	const scale = top(rows.flatMap((r) => [r.today, r.before]), time);
	const slot = (WIDTH - LEFT) / Math.max(1, rows.length);
	const wide = Math.min(28, slot * 0.4);
	const at = (i) => LEFT + slot * i + (slot - 2 * wide) / 2;
	const every = slot < 26 ? 2 : 1;
	const svg = node(
		"svg",
		{
			viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-labelledby": `${id}-title ${id}-desc`,
			class: "chart",
		},
		node("title", { id: `${id}-title` }, words.title),
		node("desc", { id: `${id}-desc` }, words.desc),
		[0, 0.5, 1].map((part) =>
			line(HEIGHT - BOTTOM - part * (HEIGHT - TOP - BOTTOM), say(scale * part))),
		rows.map((r, i) => [
			bar(at(i), wide, r.before, scale, "before"),
			bar(at(i) + wide, wide, r.today, scale, "today"),
			i % every === 0 &&
				node("text", { class: "axis", x: Math.round(at(i) + wide), y: HEIGHT - 8, "text-anchor": "middle" }, r.label),
		]),
	);
	const table = node(
		"table",
		{},
		node("thead", {}, node("tr", {}, [words.hour, words.today, words.before].map((w) =>
			node("th", { scope: "col" }, w)))),
		node("tbody", {}, rows.map((r) =>
			node("tr", {}, node("th", { scope: "row" }, r.label), node("td", {}, say(r.today)), node("td", {}, say(r.before))))),
	);
	return node(
		"figure",
		{ class: "chart" },
		node("figcaption", {}, words.title),
		svg,
		node("p", { class: "legend", "aria-hidden": "true" },
			node("span", { class: "key today" }, words.today), " ", node("span", { class: "key before" }, words.before)),
		node("details", {}, node("summary", {}, words.table), table),
	);
}

function hourText(hour) {
	return `${hour}:00`;
}

function numbers(value) {
	return typeof value === "number" ? value : null;
}

/** Of ready orders with a promise, percent that were on time; null where there were none. */
export function onTime(hours) {
	const sum = (name) => hours.reduce((n, h) => n + (numbers(h[name]) ?? 0), 0);
	const all = sum("on_time") + sum("late");
	return all > 0 ? Math.round((sum("on_time") * 100) / all) : null;
}

function tile(label, value) {
	return node("div", { class: "tile" }, node("dt", {}, label), node("dd", {}, String(value)));
}

/** What the board shows; t(key, values) gives the words. Takes any member being absent. */
export function boardView(figures, t) {
	if (!figures || typeof figures !== "object") return [];
	const hours = Array.isArray(figures.hours) ? figures.hours : [];
	const queue = figures.queue ?? {};
	const before = hours.map((h) => h.before ?? {});
	const share = (n) => (n === null ? t("figures.none") : `${n}%`);
	const count = (list) => list.reduce((n, h) => n + (numbers(h.handovers) ?? 0), 0);
	const words = (name) => ({
		title: t(`figures.${name}.hours`),
		desc: t(`figures.${name}.desc`, { today: count(hours), before: count(before), day: figures.before_day ?? "" }),
		hour: t("figures.hour"), today: t("figures.today"), before: t("figures.before"),
		none: t("figures.none"), table: t("figures.table"),
	});
	const rows = (name) =>
		hours.map((h) => ({ label: hourText(h.hour), today: numbers(h[name]), before: numbers(h.before?.[name]) }));
	return [
		node("h2", {}, t("figures.title")),
		node(
			"dl",
			{ class: "tiles" },
			tile(t("figures.handovers"), count(hours)),
			tile(t("figures.on_time"), share(onTime(hours))),
			["here", "ready", "picking", "placed"].map((status) =>
				tile(t(`figures.queue.${status}`), numbers(queue[status]) ?? 0)),
		),
		hours.length === 0
			? node("p", { class: "none" }, t("figures.nothing"))
			: [
				bars("handovers", rows("handovers"), words("handovers")),
				bars("waiting", rows("waiting_s"), words("waiting"), true),
			],
	].flat(Infinity);
}

/** One figure of a day's summary as text, or null. */
const MANAGED = [
	["arrivals", (d) => d.arrivals],
	["handovers", (d) => d.handovers],
	["partial", (d) => d.partial],
	["short", (d) => d.short],
	["doubled", (d) => d.doubled],
	["waiting", (d) => d.waiting?.median_s, minutes],
	["waiting_p90", (d) => d.waiting?.p90_s, minutes],
	["handling", (d) => d.handling?.median_s, minutes],
	["on_time", (d) => d.ready?.on_time_percent, (n) => `${n}%`],
	["no_shows", (d) => d.no_shows],
	["returns", (d) => d.returns?.n],
	["returned_amount", (d) => d.returns?.amount, "money"],
	["complaints", (d) => d.complaints?.n],
	["refused", (d) => d.refused?.n],
	["csat", (d) => d.csat?.mean],
	["nps", (d) => d.nps?.score],
	["ces", (d) => d.ces?.mean],
	["points_earned", (d) => d.points?.earned],
	["points_redeemed", (d) => d.points?.redeemed],
	["offline", (d) => (d.offline_s?.broker ?? 0) + (d.offline_s?.hq ?? 0), minutes],
	["prints_failed", (d) => d.prints_failed],
	["drawer_opened", (d) => d.drawer_opened],
	["approvals", (d) => d.approvals?.n],
	["aht", (d) => d.aht_s, minutes],
	["fcr", (d) => d.fcr_percent, (n) => `${n}%`],
];

function reasons(title, by, t) {
	const rows = Object.entries(by ?? {});
	return rows.length > 0 && [
		node("h3", {}, title),
		node("ul", { class: "rows" }, rows.map(([name, value]) =>
			node("li", {}, node("span", {}, t(`code.${name}`) === `code.${name}` ? name : t(`code.${name}`)),
				node("span", {}, String(typeof value === "object" ? (value?.n ?? 0) : value))))),
	];
}

/** What the manager sees: the board's pictures, and all figures of both days. */
export function manageView(figures, t, money) {
	if (!figures || typeof figures !== "object") return [];
	const say = (day, read, format) => {
		const value = read(day ?? {});
		if (typeof value !== "number") return t("figures.none");
		return format === "money" ? money(value) : format ? format(value) : String(value);
	};
	return [
		...boardView(figures, t),
		node("p", {}, `${t("figures.no_shows_waiting")}: ${numbers(figures.no_shows_waiting) ?? 0}`),
		node(
			"table",
			{},
			node("thead", {}, node("tr", {}, [t("figures.figure"), t("figures.today"), t("figures.before")].map((w) =>
				node("th", { scope: "col" }, w)))),
			node("tbody", {}, MANAGED.map(([name, read, format]) =>
				node("tr", {}, node("th", { scope: "row" }, t(`figures.${name}`)),
					node("td", {}, say(figures.today, read, format)), node("td", {}, say(figures.before, read, format))))),
		),
		reasons(t("figures.refused"), figures.today?.refused?.by, t),
		reasons(t("figures.returned"), figures.today?.returned?.by, t),
	].flat(Infinity).filter(Boolean);
}
