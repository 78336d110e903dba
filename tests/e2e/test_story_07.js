// SPDX-License-Identifier: Apache-2.0
//
// Story 7: Christmas. What is ready on 23 December at 15:00 waits 48 opening hours; what was put
// back is prepared again with a supervisor's word. HQ says what day it is. What HQ did while the
// station was cut off is in slow_story_07.js.
'use strict';

const assert = require('node:assert');
const { test } = require('node:test');
const { order } = require('../lib/fixtures.js');
const { christmasYear } = require('../lib/hq_clock.js');
const { OPEN_HOURS, storyOf, zloty } = require('../lib/story.js');

const year = christmasYear();
const placed = (id, number) => order(id, {
	number, status: 'placed', ready_at: null, shelf: null, goods: [['SKU-BOOK', 1]],
});

const story = storyOf('story-07', () => ({
	clock: `${year}-12-23T14:00:00.000Z`, // 15:00 in Warsaw
	orders: { 'ZAM-1': placed('ZAM-1', '4871'), 'ZAM-2': placed('ZAM-2', '4872') },
	policies: { hours: OPEN_HOURS },
}));

async function prepare(k1, id, shelf)
{
	await k1.scanPieces('SKU-BOOK');
	await k1.must('scan', { code: `LH.${shelf}` });
	await k1.says('staged', new RegExp(`czeka na półce ${shelf}`));
	return story.hears('order.extended', { order: id }, 1);
}

test('7: ready 23 December 15:00, 48 opening hours, fetched on the 28th', async () => {
	const { k1 } = story.at;

	for (const [id, shelf] of [['ZAM-1', 'B-1'], ['ZAM-2', 'B-2']]) {
		await k1.must('prep.start', { order: id });
		const { until } = await prepare(k1, id, shelf);

		/* 6 hours today; closed on the 24th, 25th, 26th and on Sunday; 12 a day until the 31st at 15:00. */
		assert.match(until, new RegExp(`^${year}-12-31T14:0`));
		assert.strictEqual(story.record(id).collect_by, until);
	}
	story.clock.set(`${year}-12-28T10:00:00.000Z`);
	await k1.wait('it is the 28th', (d) => d.clock.ahead_s < (Date.now() - story.clock.now()) / 1000 + 3600);
	assert.deepStrictEqual((await k1.doc()).tasks, []);
	await k1.open('ZAM-1', story.code('ZAM-1'));
	await k1.scanPieces('SKU-BOOK');
	await k1.must('pickup.handover');
	const slip = await k1.printer.waitJob('LR.ZAM-1.');

	assert.match(slip.text, new RegExp(`${year}-12-28 11:0`));
	assert.match(slip.text, zloty('39,99'));
	const done = await story.told('pickup.completed', { order: 'ZAM-1' });

	assert.strictEqual(done.approval, undefined);
	assert.strictEqual(story.record('ZAM-1').status, 'collected');
});

test('7a: put back already: the supervisor has it prepared again', async () => {
	const { k1 } = story.at;

	story.clock.set(`${year}-12-31T15:00:00.000Z`); // 16:00, an hour late
	await k1.wait('it is to be put back', (d) => d.tasks.some((t) => t.order === 'ZAM-2' && t.why === 'no_show'), 90000);
	await k1.must('prep.unstage', { order: 'ZAM-2' });
	await k1.scanPieces('SKU-BOOK');
	await k1.says('put_back_done');
	assert.strictEqual((await story.told('pickup.unstaged', { order: 'ZAM-2' })).why, 'no_show');
	assert.strictEqual(story.record('ZAM-2').status, 'expired');
	await k1.refused('scan', { code: story.code('ZAM-2') }, 'expired', /Termin odbioru zamówienia 4872 minął.*kierownik zmiany/);
	await k1.approved('prep.start', { order: 'ZAM-2' }, 'klient przyszedł', 'expired');
	const { approval } = await story.told('approval.granted', { order: 'ZAM-2' }).then(() =>
		story.events().map((v) => v.e.body).filter((b) => b.order === 'ZAM-2' && b.approval)[0]);

	assert.deepStrictEqual(approval, { staff: 'S01', reason: 'klient przyszedł' });
	await k1.scanPieces('SKU-BOOK');
	await k1.must('scan', { code: 'LH.B-3' });
	const [, again] = await story.told('order.extended', { order: 'ZAM-2' }, 2);

	assert.match(again.until, new RegExp(`^${year + 1}-01-07T15:0`)); // New Year, a Sunday and Epiphany do not count
	await k1.open('ZAM-2', story.code('ZAM-2'));
	await k1.scanPieces('SKU-BOOK');
	await k1.must('pickup.handover');
	await k1.printer.waitJob('LR.ZAM-2.');
	await story.told('pickup.completed', { order: 'ZAM-2' });
	assert.strictEqual(story.record('ZAM-2').status, 'collected');
	assert.deepStrictEqual(story.stock('SKU-BOOK'), [98]);
	await story.books();
});
