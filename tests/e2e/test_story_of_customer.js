// SPDX-License-Identifier: Apache-2.0
//
// One customer, one case, all channels: a chat that HQ has, a complaint at one lane, a note at the
// other, all in one line of time at both lanes and at HQ; each once, with HQ there and gone.
'use strict';

const assert = require('node:assert');
const fs = require('node:fs');
const { test } = require('node:test');
const { order, policyRecords, STORE } = require('../lib/fixtures.js');
const { storyOf } = require('../lib/story.js');
const { until } = require('../lib/world.js');

const DAY_MS = 24 * 3600 * 1000;
const AGAIN_MS = 30000; // what HQ did not take is sent again within 10 s

const story = storyOf('customer', () => ({
	orders: {
		'ZAM-1': {
			...order('ZAM-1', { goods: [['SKU-MUG', 1]] }), status: 'collected',
			collected: { at: new Date(Date.now() - DAY_MS).toISOString() },
			customer: { ...order('ZAM-1', { goods: [['SKU-MUG', 1]] }).customer, id: 'C-1' },
		},
	},
	policies: { pickup: { ...policyRecords().pickup } },
	counters: { k1: {}, k2: {} },
}));

/** HQ's entries of the customer, as its export says; by store. */
function entries(store = STORE)
{
	const file = `${story.dir}/export.jsonl`;

	story.hq.command('export', file);
	return fs.readFileSync(file, 'utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line))
		.filter((r) => r.type === 'entry' && r.store === store && r.body.customer === 'C-1');
}

/** What a counter shows of the customer, once it is as `match` wants it. */
function seen(counter, what, match, ms = 8000)
{
	return counter.wait(what, (d) => d.profile && match(d.profile), ms).then((d) => d.profile);
}

const texts = (profile) => profile.timeline.map((entry) => entry.text);

test('a chat of HQ and a complaint at the counter are one story at both lanes', async () => {
	const { k1, k2 } = story.at;

	story.put('member', { 'M-1': { customer: 'C-1', card: ['KL-1'], name: 'Łucja Ż.', tier: 'gold', points: 10, lang: 'uk' } });
	story.put('member', { 'M-1': { customer: 'C-1', card: ['KL-1'], name: 'Łucja Ż.', tier: 'gold', points: 10 } }, 'KRK-1');
	story.put('entry', {
		'CHAT-1': {
			customer: 'C-1', at: new Date(Date.now() - DAY_MS / 2).toISOString(), channel: 'chat',
			kind: 'question', status: 'closed', text: 'Czy kubek można myć w zmywarce?',
		},
	});
	await story.inStep();
	for (const k of [k1, k2]) {
		await k.must('profile.open', { customer: 'C-1', why: 'question' });
		assert.deepStrictEqual(texts((await k.doc()).profile), ['Czy kubek można myć w zmywarce?']);
	}
	const taken = await k1.must('complaint.open', {
		order: 'ZAM-1', basis: 'conformity', demand: 'replace', goods: 'left', text: 'Ucho pękło.',
	});

	story.case = taken.case;
	for (const k of [k1, k2]) {
		const profile = await seen(k, `${k.name} shows the complaint`, (p) => p.cases.length === 1);

		assert.deepStrictEqual([profile.cases[0].case, profile.cases[0].kind, profile.name], [taken.case, 'complaint', 'Łucja Ż.']);
		assert.deepStrictEqual(texts(profile), ['Ucho pękło.', 'Czy kubek można myć w zmywarce?']);
	}
	await until('HQ has an entry of it', () => entries().length === 2);
});

test('HQ writes back, staff answer at the other lane: all in the same case, each once', async () => {
	const { k1, k2 } = story.at;

	story.put('entry', {
		'MAIL-1': {
			customer: 'C-1', case: story.case, at: new Date().toISOString(), channel: 'email',
			kind: 'note', status: 'open', text: 'Wymieniamy na nowy.',
		},
	});
	await seen(k2, 'k2 has HQ\'s mail', (p) => texts(p).includes('Wymieniamy na nowy.'));
	await k2.must('note', { text: 'Nowy kubek wydany.', answer: true, close: true });
	for (const k of [k1, k2]) {
		const profile = await seen(k, `${k.name} shows the case closed, all of it HQ's`,
			(p) => p.cases.length === 0 && p.timeline.length === 4 && p.timeline.every((entry) => entry.sent));

		assert.deepStrictEqual(texts(profile), ['Nowy kubek wydany.', 'Wymieniamy na nowy.', 'Ucho pękło.', 'Czy kubek można myć w zmywarce?']);
		assert.deepStrictEqual(profile.timeline.slice(0, 3).map((entry) => entry.case), [story.case, story.case, story.case]);
	}
	const told = await story.told('interaction.recorded', { kind: 'answer' });

	assert.deepStrictEqual([told.case, told.status, told.staff, told.customer], [story.case, 'closed', 'E17', 'C-1']);
	assert.doesNotMatch(JSON.stringify(told), /kubek/); // what was written stands beside it
	const mine = entries().find((r) => r.body.what === 'answer').body;

	assert.deepStrictEqual([mine.text, mine.case, mine.status, mine.lane], ['Nowy kubek wydany.', story.case, 'closed', 'k2']);
	assert.strictEqual(entries('KRK-1').length, 2); // another store knows the member: it is told what happened here
});

test('with HQ gone the other lane learns a note at once, and HQ has it once afterwards', async () => {
	const { k1, k2 } = story.at;

	await story.hq.stop();
	await k1.must('note', { text: 'Dzwonił, dziękuje.' });
	const alone = await seen(k2, 'k2 hears it of k1', (p) => texts(p)[0] === 'Dzwonił, dziękuje.');

	assert.strictEqual(alone.timeline[0].sent, false);
	await story.hq.serve();
	await seen(k2, 'it is HQ\'s now',
		(p) => p.timeline[0].text === 'Dzwonił, dziękuje.' && p.timeline[0].sent, AGAIN_MS);
	assert.strictEqual(entries().filter((r) => r.body.text === 'Dzwonił, dziękuje.').length, 1);
	await k1.must('profile.close');
	assert.strictEqual((await k1.doc()).profile, null);
});
