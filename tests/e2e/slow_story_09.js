// SPDX-License-Identifier: Apache-2.0
//
// Story 9a: two stores take the same piece back while HQ is down, each by its policy. HQ, back
// again, says so, and never counts more as returned or refunded than there was.
'use strict';

const assert = require('node:assert');
const { test } = require('node:test');
const { order } = require('../lib/fixtures.js');
const { storyOf } = require('../lib/story.js');

const KRK = 'KRK-1';

function bought(id, number)
{
	const collected = { at: new Date(Date.now() - 24 * 3600 * 1000).toISOString(), store: KRK, lane: 'kr' };
	const body = order(id, { number, store: KRK, goods: [['SKU-MUG', 1]], status: 'collected', collected });

	body.lines[0].handed = 1;
	return body;
}

const story = storyOf('story-09a', () => ({
	orders: { 'ZAM-2': bought('ZAM-2', '4892') },
	policies: { returns: { hq_down: { own_store: 'approve', other_store: 'refuse' } } },
	counters: { k1: {}, kr: { store: KRK } },
}));

/** What the law lets nobody refuse is softened to a supervisor's word. */
async function takeBack(counter, id)
{
	await counter.approved('return.start', { order: id }, 'centrala milczy');
	await counter.must('return.line', { line: 1, qty: 1, condition: 'good' });
	return counter.must('return.accept');
}

test('9a: two stores take the same piece back while HQ is down: within policy, and it is reported', async () => {
	const { k1, kr } = story.at;

	await k1.must('return.start', { order: 'ZAM-2' }); // asked of HQ while it is there
	await k1.must('return.cancel');
	await story.hq.child.kill9();
	await story.each((counter) => counter.wait('HQ is gone', (d) => !d.hq.reachable));
	const here = await takeBack(kr, 'ZAM-2');
	const there = await takeBack(k1, 'ZAM-2');

	assert.notStrictEqual(here.number, there.number);
	await story.each((counter) => counter.printer.waitJob('LR.ZAM-2.'));
	await story.hq.serve();
	story.beat();
	const both = await story.hears('return.accepted', { order: 'ZAM-2' }, 2);

	assert.deepStrictEqual(both.map((r) => [r.lines[0].qty, r.approval.staff]), [[1, 'S01'], [1, 'S01']]);
	const kept = story.record('ZAM-2', KRK);

	assert.strictEqual(kept.lines[0].returned, 1);
	assert.ok(kept.payments[0].refunded <= 2999, 'never more than was paid');
	assert.deepStrictEqual(story.stock('SKU-MUG'), [101]); // it lies here, and another one in Kraków
	const alarms = story.fleet().alarms.filter((a) => a.detail.includes('ZAM-2')).map((a) => a.kind);

	assert.deepStrictEqual(alarms.sort(), ['refunded_too_much', 'return.surplus']);
	await story.books({ alarms: ['refunded_too_much', 'return.surplus'] });
});
