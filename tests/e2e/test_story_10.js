// SPDX-License-Identifier: Apache-2.0
//
// Story 10: a complaint is taken, after fourteen months with a bank statement, with HQ silent and
// the order gone, of a business after twenty-five months. By the real HQ's books; slips that say how
// a complaint stands are in test_returns.js.
'use strict';

const assert = require('node:assert');
const { test } = require('node:test');
const { order } = require('../lib/fixtures.js');
const { storyOf } = require('../lib/story.js');

const DAY_MS = 24 * 3600 * 1000;
const PROOF = 'wyciąg z konta, wrzesień';
const business = order('ZAM-B2B', {
	number: '4899', goods: [['SKU-TEA', 1]], status: 'collected',
	buyer: { kind: 'business', nip: '5260250995' },
	collected: { at: new Date(Date.now() - 760 * DAY_MS).toISOString() },
});

const story = storyOf('story-10', () => ({ orders: { 'ZAM-B2B': business } }));

/** Two copies came out, one for the store, and a label for the goods that were left. */
async function papers(counter, taken)
{
	await counter.wait('all is printed', (d) => d.jobs.length >= 3
		&& d.jobs.every((j) => j.status === 'done'));
	const [one, two, label, ...more] = counter.printer.jobsWith(taken.case);

	assert.deepStrictEqual(more, []);
	for (const [copy, title] of [[one, /REKLAMACJA\s+Egzemplarz 1 z 2: klient/], [two, /REKLAMACJA\s+Egzemplarz 2 z 2: sklep/],
		[label, /^\s*TOWAR Z REKLAMACJI/]]) {
		assert.match(copy.text, title);
		assert.ok(copy.text.includes(taken.number), copy.text);
	}
	return one.text;
}

/** HQ's event, and what stands beside it. */
async function toldCase(taken)
{
	const body = await story.told('complaint.opened', { case: taken.case });
	const { person } = story.events().find((v) => v.e.body.case === taken.case && v.person);

	assert.strictEqual(body.answer_by, taken.answer_by);
	return { body, person };
}

test('10: after fourteen months, with a bank statement only: case, two copies, answer date', async () => {
	const { k1 } = story.at;
	const taken = await k1.must('complaint.open', {
		proof: PROOF, basis: 'conformity', demand: 'repair', goods: 'left', text: 'ucho kubka pękło',
	});

	assert.match(taken.number, /^SPR 1\/k1\//);
	assert.ok(Date.parse(taken.answer_by) > Date.now() + 13 * DAY_MS);
	await k1.says('complaint', /Przyjęliśmy reklamację SPR 1\/k1\/.*Odpowiemy do /);
	const text = await papers(k1, taken);

	assert.match(text, /ucho kubka pękło/);
	const { body, person } = await toldCase(taken);

	assert.deepStrictEqual([body.basis, body.demand, body.goods, body.order], ['conformity', 'repair', 'left', undefined]);
	assert.doesNotMatch(JSON.stringify(body), /pękło|wyciąg/);
	assert.deepStrictEqual([person.proof, person.text], [PROOF, 'ucho kubka pękło']);
	await story.told('refund.requested', {}, 0);
});

test('10b: a business, and after twenty-five months: taken with its basis, HQ decides', async () => {
	const { k1 } = story.at;
	const taken = await k1.must('complaint.open', {
		order: 'ZAM-B2B', line: 1, demand: 'price', goods: 'kept', text: 'wilgotna',
	});
	const { body } = await toldCase(taken);

	assert.deepStrictEqual([body.order, body.line, body.basis, body.demand], ['ZAM-B2B', 1, 'b2b', 'price']);
	await k1.refused('return.start', { order: 'ZAM-B2B', basis: 'withdrawal' }, 'not_returnable');
	assert.strictEqual(story.record('ZAM-B2B').status, 'collected'); // nothing is decided here
});

test('10a: the order is gone from the cache and HQ is down: taken with what the customer says', async () => {
	const { k1 } = story.at;

	await k1.cutOff();
	const taken = await k1.must('complaint.open', {
		order: 'ZAM-GONE', proof: PROOF, basis: 'conformity', demand: 'replace', goods: 'kept', text: 'nie działa',
	});

	assert.match(taken.number, /^SPR 3\/k1\//);
	await k1.printer.waitJob(taken.case);
	await k1.powerCut(); // and it is not forgotten
	await k1.joined();
	const { body, person } = await toldCase(taken);

	assert.deepStrictEqual([body.order, body.basis], ['ZAM-GONE', 'conformity']);
	assert.strictEqual(person.proof, PROOF);
	await story.told('complaint.opened', {}, 3);
	await story.books();
});
