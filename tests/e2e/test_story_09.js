// SPDX-License-Identifier: Apache-2.0
//
// Story 9: bought online, three for the price of two at 39,98, brought back in another store;
// a gift card and a card. By the real HQ's books; paper and slips of a return are in test_returns.js,
// two stores that take the same piece while HQ is down in slow_story_09.js.
'use strict';

const assert = require('node:assert');
const { test } = require('node:test');
const { GOODS, STORE, order } = require('../lib/fixtures.js');
const { storyOf, zloty } = require('../lib/story.js');

const KRK = 'KRK-1';
const yesterday = new Date(Date.now() - 24 * 3600 * 1000).toISOString();

/** So many mugs, in all 39,98, handed over in Kraków yesterday. */
function bought(id, number, qty, payments, store = KRK)
{
	const body = order(id, {
		number, store, goods: [['SKU-MUG', qty]], status: 'collected',
		collected: { at: yesterday, store, lane: 'kr' },
	});

	Object.assign(body.lines[0], { paid: 3998, handed: qty });
	body.totals = { ...body.totals, goods: 3998, total: 3998, paid: 3998 };
	body.payments = payments.map(([tender, amount], i) => ({ id: `P-${i + 1}`, tender, state: 'captured', amount }));
	return body;
}

const story = storyOf('story-09', () => ({
	orders: {
		'ZAM-1': bought('ZAM-1', '4891', 3, [['blik', 3998]]),
		'ZAM-3': bought('ZAM-3', '4893', 3, [['gift', 2000], ['card', 1998]], STORE),
	},
	policies: {
		returns: { refund_order: ['card', 'gift'], refund_limit: 100 },
	},
}));

async function takeBack(counter, id, qty)
{
	await counter.must('return.start', { order: id });
	await counter.must('return.line', { line: 1, qty, condition: 'good' });
	return counter.must('return.accept');
}

test('9: one piece back in another store: 13,33, and no reason is asked', async () => {
	const { k1 } = story.at;

	assert.strictEqual((await k1.must('return.start', { order: 'ZAM-1' })).basis, 'withdrawal');
	await k1.scanner.scan(GOODS['SKU-MUG'].gtin);
	await k1.wait('13,33', (d) => d.return && d.return.refund === 1333);
	const taken = await k1.must('return.accept');

	assert.match(taken.number, /^ZW 1\/k1\//);
	await k1.says('returned', zloty('13,33'));
	await k1.says('returned', /Przyjęliśmy zwrot: 13,33.zł\. Pieniądze wrócą tą samą drogą do /, 'customer');
	const paper = await k1.printer.waitJob('LR.ZAM-1.');

	assert.match(paper.text, /PROTOKÓŁ ZWROTU/);
	const { store, basis, lines } = await story.told('return.accepted', { order: 'ZAM-1' });

	assert.deepStrictEqual([store, basis, lines[0].gross, lines[0].reason || null], [KRK, 'withdrawal', 1333, null]);
	const { legs } = await story.told('refund.requested', { order: 'ZAM-1' });

	assert.deepStrictEqual(legs, [{ payment: 'P-1', tender: 'blik', amount: 1333 }]);
	const there = story.record('ZAM-1', KRK);

	assert.deepStrictEqual([there.lines[0].returned, there.payments[0].state, there.payments[0].refunded],
		[1, 'partly_refunded', 1333]);
	assert.deepStrictEqual(story.stock('SKU-MUG'), [101]); // it is this store's now
});

test('9b: gift card and card: in policy\'s order, never above 39,98', async () => {
	const { k1 } = story.at;

	await takeBack(k1, 'ZAM-3', 1);
	await takeBack(k1, 'ZAM-3', 2);
	const [one, two] = await story.told('refund.requested', { order: 'ZAM-3' }, 2);

	assert.deepStrictEqual(one.legs, [{ payment: 'P-2', tender: 'card', amount: 1333 }]);
	assert.deepStrictEqual(two.legs, [{ payment: 'P-2', tender: 'card', amount: 665 },
		{ payment: 'P-1', tender: 'gift', amount: 2000 }]);
	const there = story.record('ZAM-3');

	assert.deepStrictEqual(there.payments.map((p) => [p.tender, p.state, p.refunded]),
		[['gift', 'refunded', 2000], ['card', 'refunded', 1998]]);
	assert.strictEqual(there.status, 'returned');
	await k1.refused('return.start', { order: 'ZAM-3' }, 'already_returned');
	await story.books();
});
