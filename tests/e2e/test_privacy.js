// SPDX-License-Identifier: Apache-2.0
//
// A customer is forgotten, by real programs: their name stands in orders, papers, answers, events
// and a backup; HQ erases them, and its bytes are found in no file of any station, while it runs and
// after it stopped, and do not come back. What is too old by policy goes the same way.
'use strict';

const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');
const { order, policyRecords } = require('../lib/fixtures.js');
const { storyOf } = require('../lib/story.js');
const { program, run, until } = require('../lib/world.js');

const MARKS = ['Zgryzeld', 'Brunhild', 'ulica Marki 7', 'KL-700777'];
const OLD = 'Dawnomir';
const FORGOTTEN_MS = 30000;

function theirs(id)
{
	const body = order(id, { goods: [['SKU-MUG', 1]] });

	return {
		...body, customer: { ...body.customer, id: 'C-7', name: 'Zgryzelda Q.' }, proxies: ['Brunhilda X.'],
		note: 'dla Zgryzeldy', delivery_address: 'ulica Marki 7',
	};
}

function ended(id)
{
	const body = order(id, { goods: [['SKU-MUG', 1]] });

	return {
		...body, status: 'expired', placed_at: '2026-01-01T10:00:00.000Z', ready_at: '2026-01-02T10:00:00.000Z',
		collect_by: '2026-01-05T10:00:00.000Z', customer: { ...body.customer, id: 'C-9', name: `${OLD}a K.` },
	};
}

const story = storyOf('privacy', () => ({
	orders: { 'ZAM-7': theirs('ZAM-7'), 'ZAM-8': theirs('ZAM-8'), 'ZAM-9': ended('ZAM-9') },
	policies: {
		pickup: { ...policyRecords().pickup, check_items: 'none' },
		fiscal: { mode: 'none' },
		privacy: { retain_days: { orders: 3650, interactions: 3650 } },
	},
	counters: { k1: {}, k2: {} },
}));

/** The files under a directory in which the text stands, byte for byte. */
function found(dir, text)
{
	return fs.readdirSync(dir, { recursive: true, withFileTypes: true }).filter((f) => f.isFile())
		.map((f) => path.join(f.parentPath || f.path, f.name))
		.filter((file) => {
			try {
				return fs.readFileSync(file).includes(text);
			} catch (e) {
				return e.code !== 'ENOENT'; // a file that was replaced in between
			}
		});
}

function datas()
{
	return Object.values(story.at).map((k) => k.station.data);
}

function nowhere(text)
{
	return datas().every((dir) => found(dir, text).length === 0);
}

function member(customer = 'C-7')
{
	return { 'M-7': { customer, card: ['KL-700777'], name: 'Zgryzelda Q.', points: 40 } };
}

function entry(text, at)
{
	return { customer: 'C-7', at, channel: 'chat', kind: 'question', status: 'open', text };
}

function lada(k, ...args)
{
	return run(program('lada'), ['-c', k.station.conf, ...args]);
}

test('their name stands in every corner, which the search finds', async () => {
	const { k1 } = story.at;

	story.put('member', member());
	story.put('entry', { 'E-7': entry('Pralka huczy u Zgryzeldy', '2026-11-20T10:00:00Z') });
	story.put('entry', { 'E-9': { ...entry(`${OLD} pyta`, '2026-01-20T10:00:00Z'), customer: 'C-9' } });
	await story.inStep();
	await k1.must('pickup.search', { text: 'Zgry' });
	await k1.must('complaint.open', {
		order: 'ZAM-7', basis: 'conformity', demand: 'repair', goods: 'left', text: 'Pralka huczy u Zgryzeldy',
	});
	await k1.open('ZAM-8', story.code('ZAM-8'));
	await k1.must('pickup.handover', { collector: 'proxy', name: 'Brunhilda X.' });
	await story.told('pickup.completed', { order: 'ZAM-8' });
	for (const mark of MARKS) {
		for (const dir of datas()) {
			assert.notStrictEqual(found(dir, mark).length, 0, `${mark} in ${dir}`);
		}
	}
	assert.notStrictEqual(found(datas()[0], OLD).length, 0);
	const held = lada(k1, '--json', 'privacy', 'M-7').stdout.split('\n').filter(Boolean).map((l) => JSON.parse(l));

	for (const where of ['member', 'order', 'entry', 'event, person', 'print', 'answer']) {
		assert.ok(held.some((row) => row.where === where && row.goes), `${where} is shown`);
	}
	assert.match(lada(k1, 'privacy', 'C-7').stdout, /Zgryzelda[^]*rows on C-7/);
	assert.strictEqual(lada(k1, 'backup', path.join(story.dir, 'before.db')).code, 0);
	assert.strictEqual(found(story.dir, 'Zgryzeld').includes(path.join(story.dir, 'before.db')), true);
});

test('what is too old by a new policy goes', async () => {
	story.put('policy', { privacy: { retain_days: { orders: 30, interactions: 30 } } });
	await until('the old ones are forgotten', () => nowhere(OLD), FORGOTTEN_MS);
	assert.strictEqual(nowhere('Zgryzeld'), false); // not these
});

test('HQ erases the customer: nothing is left on any lane, and each says so', async () => {
	const { k1 } = story.at;

	story.hq.command('erase', 'C-7');
	await story.hears('customer.erased', { customer: 'C-7' }, 2);
	for (const mark of MARKS) {
		for (const dir of datas()) {
			assert.deepStrictEqual(found(dir, mark), [], mark);
		}
		assert.deepStrictEqual(story.hq.command('events', '--json').includes(mark), false);
	}
	const lanes = story.hq.jsonLines('erased', '--json');

	assert.deepStrictEqual(lanes.map((l) => [l.customer, l.lane, Boolean(l.done)]),
		[['C-7', 'k1', true], ['C-7', 'k2', true]]);
	assert.match(lada(k1, 'privacy', 'C-7').stdout, /^erased +C-7/);
	const journal = lada(k1, 'journal');

	assert.strictEqual(journal.code, 0, journal.stderr);
	assert.match(journal.stderr, /unbroken.*personal data of [1-9]\d* purged/);
});

test('the order that waits is handed over without a name', async () => {
	const { k1 } = story.at;

	await k1.open('ZAM-7', story.code('ZAM-7'));
	assert.strictEqual((await k1.doc()).pickup.customer, null);
	await k1.must('pickup.handover');
	await story.told('pickup.completed', { order: 'ZAM-7' });
});

test('they do not come back: by what an old list says, or a backup of before', async () => {
	const { k2 } = story.at;

	assert.throws(() => story.put('member', member()), /erased/);
	story.put('order', { 'ZAM-70': theirs('ZAM-70') });
	await story.inStep();
	assert.strictEqual(nowhere('Zgryzeld'), true);
	await k2.station.stop();
	for (const mark of MARKS) {
		assert.deepStrictEqual(found(k2.station.data, mark), [], mark);
	}
	const restored = lada(k2, 'restore', path.join(story.dir, 'before.db'));

	assert.strictEqual(restored.code, 0, restored.stderr);
	assert.notStrictEqual(found(k2.station.data, 'Zgryzeld').length, 0);
	await k2.station.start();
	await until('forgotten again', () => nowhere('Zgryzeld') && nowhere('Brunhild'), FORGOTTEN_MS);
});

test('nor where the tombstones are lost with the disk: HQ says them again', async () => {
	const { k2 } = story.at;

	await k2.station.stop();
	fs.unlinkSync(path.join(k2.station.data, 'erased'));
	assert.strictEqual(lada(k2, 'restore', path.join(story.dir, 'before.db')).code, 0);
	await k2.station.start();
	await until('forgotten by HQ\'s word', () => nowhere('Zgryzeld'), FORGOTTEN_MS);
});
