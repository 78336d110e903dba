// SPDX-License-Identifier: Apache-2.0
//
// The pictures of the key figures, as the module says them: what they show, that a table says the
// same, and that nothing in them wants what the page's policy forbids.
'use strict';

const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const { test, before } = require('node:test');

const WEB = path.join(__dirname, '..', '..', 'ui', 'web');
let charts;
let i18n;

const load = (name) =>
	import(`data:text/javascript,${encodeURIComponent(fs.readFileSync(path.join(WEB, name), 'utf8'))}`);

/** A page asks the station for its words, and says its language to the document. */
const WORDS = path.join(__dirname, '..', '..', 'build', 'words');

before(async () => {
	globalThis.document = { documentElement: {} };
	globalThis.fetch = async (url) => ({
		json: async () => JSON.parse(fs.readFileSync(path.join(WORDS, path.basename(url)), 'utf8')),
	});
	charts = await load('charts.js');
	i18n = await load('i18n.js');
});

const HOURS = [
	{ hour: 9, handovers: 2, waiting_s: 60, on_time: 3, late: 1,
		before: { handovers: 4, waiting_s: null, on_time: 0, late: 0 } },
	{ hour: 10, handovers: 0, waiting_s: null, on_time: 0, late: 0,
		before: { handovers: 1, waiting_s: 185, on_time: 1, late: 0 } },
];
const FIGURES = {
	day: '2026-11-23', before_day: '2026-11-16', hours: HOURS,
	queue: { here: 1, ready: 5, picking: 2, placed: 3 },
};

function all(tree, tag)
{
	return typeof tree !== 'object' ? [] : [
		...(Array.isArray(tree) ? tree : tree.children).flatMap((c) => all(c, tag)),
		...(tree.tag === tag ? [tree] : []),
	];
}

function text(tree)
{
	return typeof tree !== 'object' ? String(tree)
		: (Array.isArray(tree) ? tree : tree.children).map(text).join(' ');
}

test('each hour has a bar for today and one for the week before, as high as they are', () => {
	const [handovers, waiting] = all(charts.boardView(FIGURES, i18n.t), 'svg');
	const bars = (svg, kind) => all(svg, 'rect').filter((r) => r.attributes.class === kind);

	assert.deepStrictEqual(bars(handovers, 'today').map((r) => r.attributes.height), [78, 0]);
	assert.deepStrictEqual(bars(handovers, 'before').map((r) => r.attributes.height), [156, 39]);
	/* Nobody waited: no bar, not one of nothing. */
	assert.strictEqual(bars(waiting, 'today').length, 1);
	assert.strictEqual(bars(waiting, 'before').length, 1);
	for (const rect of all(handovers, 'rect')) {
		for (const name of ['x', 'y', 'width', 'height'])
			assert.ok(Number.isFinite(rect.attributes[name]) && rect.attributes[name] >= 0);
		assert.ok(rect.attributes.x + rect.attributes.width <= 640);
	}
});

test('each picture has a title and a description, and a table that says the same', () => {
	const view = charts.boardView(FIGURES, i18n.t);

	for (const figure of all(view, 'figure')) {
		const [svg] = all(figure, 'svg');
		const named = svg.attributes['aria-labelledby'].split(' ');

		assert.strictEqual(svg.attributes.role, 'img');
		assert.deepStrictEqual(named, [all(svg, 'title')[0].attributes.id, all(svg, 'desc')[0].attributes.id]);
		assert.ok(text(all(svg, 'desc')[0]).length > 20);
		assert.strictEqual(all(figure, 'details').length, 1);
		assert.strictEqual(all(figure, 'tr').length, HOURS.length + 1);
	}
	assert.match(text(all(view, 'table')[0]), /9:00 2 4 {1,2}10:00 0 1/);
	assert.match(text(all(view, 'table')[1]), /9:00 1:00 – {1,2}10:00 – 3:05/);
	assert.match(text(view), /75%/);
});

test('no picture wants what the policy of the page forbids', () => {
	const walk = (tree) => {
		if (typeof tree !== 'object') return;
		for (const [name, value] of Object.entries(tree.attributes ?? {})) {
			assert.doesNotMatch(name, /^(style|on.*|href|src|xlink:href)$/);
			assert.doesNotMatch(String(value), /url\(|https?:|undefined|NaN|\[object/);
		}
		(Array.isArray(tree) ? tree : tree.children).forEach(walk);
	};

	walk(charts.boardView(FIGURES, i18n.t));
	walk(charts.manageView({ ...FIGURES, today: {}, before: null }, i18n.t, i18n.money));
	for (const name of ['charts.js', 'figures.js'])
		assert.doesNotMatch(fs.readFileSync(path.join(WEB, name), 'utf8'), /innerHTML|fetch\(|\.style\b/);
});

test('what is missing, or of a later version, breaks nothing', () => {
	for (const odd of [null, undefined, 5, {}, { hours: 'x' }, { hours: [{}] }, { hours: [], queue: null },
		{ hours: [{ hour: 3, handovers: 'many', before: null }], queue: { here: {} } }]) {
		charts.boardView(odd, i18n.t);
		charts.manageView(odd, i18n.t, i18n.money);
	}
	assert.deepStrictEqual(charts.boardView(null, i18n.t), []);
	assert.match(text(charts.boardView({ hours: [] }, i18n.t)), /Dziś jeszcze nic/);
	/* A day of 24 hours, and one of thousands. */
	const day = Array.from({ length: 24 }, (_, hour) => ({ hour, handovers: 5000 * hour, waiting_s: 90000, before: {} }));

	for (const rect of all(charts.boardView({ hours: day }, i18n.t), 'rect'))
		assert.ok(rect.attributes.y >= 0 && rect.attributes.height <= 200);
});

test('the manager sees all figures of both days', () => {
	const today = { handovers: 7, waiting: { n: 7, median_s: 95, p90_s: 300 }, ready: { on_time_percent: 80 },
		returns: { n: 2, amount: 3998 }, nps: { n: 3, score: -17 }, csat: { n: 2, mean: 4.5 },
		offline_s: { broker: 60, hq: 5 }, refused: { n: 2, by: { not_ready: 2 } } };
	const view = charts.manageView({ ...FIGURES, today, before: {}, no_shows_waiting: 4 }, i18n.t, i18n.money);
	const rows = text(all(view, 'table').at(-1));

	assert.match(rows, /Oczekiwanie, mediana 1:35 –/);
	assert.match(rows, /NPS -17 –/);
	assert.match(rows, /39,98/);
	assert.match(rows, /Bez łączności \(min:s\) 1:05/);
	assert.match(text(view), /do odłożenia: 4/);
});

test('every word is there in three languages', async () => {
	for (const l of ['pl', 'en', 'uk']) {
		await i18n.setLanguage(l);
		assert.doesNotMatch(text(charts.manageView({ ...FIGURES, today: {}, before: {} }, i18n.t, i18n.money)), /figures\./);
	}
	await i18n.setLanguage('pl');
});
