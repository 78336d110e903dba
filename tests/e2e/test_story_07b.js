// SPDX-License-Identifier: Apache-2.0
//
// Story 7b: HQ refunded the order while the station was cut off; the customer came late, a
// supervisor agreed. What was handed over stays, and HQ's books say that both happened.
'use strict';

const assert = require('node:assert');
const { test } = require('node:test');
const { order } = require('../lib/fixtures.js');
const { storyOf } = require('../lib/story.js');

const HOUR_MS = 3600000;
const late = (id, number) => order(id, {
	number, goods: [['SKU-BOOK', 1]], collect_by: new Date(Date.now() - HOUR_MS).toISOString(),
});

const story = storyOf('story-07b', () => ({ orders: { 'ZAM-1': late('ZAM-1', '4873') } }));

test('7b: refunded at HQ while the station was cut off: approval, and a conflict is raised', async () => {
	const { k1 } = story.at;
	const code = story.code('ZAM-1');

	await k1.cutOff();
	const before = story.record('ZAM-1');

	story.put('order', { 'ZAM-1': {
		...before, status: 'cancelled',
		payments: before.payments.map((p) => ({ ...p, state: 'refunded', refunded: p.amount })),
	} });
	await k1.approved('scan', { code }, 'paczka jeszcze leży', 'expired');
	await k1.scanPieces('SKU-BOOK');
	await k1.must('pickup.handover');
	await k1.printer.waitJob('LR.ZAM-1.');
	await k1.joined();
	const [conflict] = [await story.hears('order.conflict', { order: 'ZAM-1' }, 1)];

	assert.deepStrictEqual([conflict.field, conflict.hq, conflict.store], ['status', 'cancelled', 'collected']);
	const done = await story.told('pickup.completed', { order: 'ZAM-1' });

	assert.deepStrictEqual([done.mode, done.approval], ['offline', { staff: 'S01', reason: 'paczka jeszcze leży' }]);
	const there = story.record('ZAM-1');

	/* HQ's own word stands, and beside it what left the shop and what went back. */
	assert.deepStrictEqual([there.status, there.collected.lane, there.lines[0].handed], ['cancelled', 'k1', 1]);
	assert.deepStrictEqual([there.payments[0].state, there.payments[0].refunded], ['refunded', 3999]);
	assert.deepStrictEqual(story.stock('SKU-BOOK'), [99]);
	await k1.refused('scan', { code }, 'already_collected', /4873 już wydano/);
	await story.told('pickup.completed', { order: 'ZAM-1' });
	await story.books({ conflicts: 1, alarms: ['pickup.cancelled'] });
});
