// SPDX-License-Identifier: Apache-2.0
//
// Points over two real lanes and the real HQ: identified by the scanner, earned, redeemed by a grant,
// redeemed by the allowance when the line is cut and not a point more, taken back; and HQ's figures.
'use strict';

const assert = require('node:assert');
const { test } = require('node:test');
const { order, policyRecords, STORE } = require('../lib/fixtures.js');
const { storyOf } = require('../lib/story.js');

const CARD = 'KL-100017';
const MEMBER = {
	customer: 'C-1', card: [CARD], name: 'Łucja Ż.', tier: 'gold', points: 1000,
	allowance: { k1: 300, k2: 200 },
	coupons: [{ id: 'KUP-1', amount: 500, from_total: 2000 }],
};

/** To be paid at the counter: 29,99 for a mug, each. */
function due(id, customer, mugs = 1)
{
	const body = order(id, { goods: [['SKU-MUG', mugs]], contract: 'premises' });
	const { total } = body.totals;

	return {
		...body, customer: { ...body.customer, id: customer }, payments: [],
		totals: { ...body.totals, paid: 0, due: total },
	};
}

const story = storyOf('loyalty', () => ({
	orders: {
		'ZAM-1': due('ZAM-1', 'C-1', 2), 'ZAM-2': due('ZAM-2', 'C-2'), 'ZAM-3': due('ZAM-3', 'C-1'),
		'ZAM-4': due('ZAM-4', 'C-1'), 'ZAM-5': due('ZAM-5', 'C-1'),
	},
	policies: {
		pickup: { ...policyRecords().pickup, tenders: ['cash', 'card'], isolated_handover: 'allow', check_items: 'none' },
		fiscal: { mode: 'none' },
		loyalty: { earn_per: 100, earn_points: 1, point_value: 1, tiers: { gold: { earn_points: 2 } } },
		returns: { isolated: 'allow', refund_order: ['points'] },
	},
	counters: { k1: {}, k2: {} },
}));

/** HQ's record of the member, as its export says. */
function member()
{
	const fs = require('node:fs');
	const file = `${story.dir}/export.jsonl`;

	story.hq.command('export', file);
	return fs.readFileSync(file, 'utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line))
		.find((r) => r.type === 'member' && r.id === 'M-1' && r.store === STORE).body;
}

async function pay(k, amount)
{
	await k.must('pickup.pay', { tender: 'cash', amount });
	await k.must('pickup.handover');
}

test('the scanner identifies a member, in idle and in an open pickup', async () => {
	const { k1 } = story.at;

	story.put('member', { 'M-1': MEMBER });
	await story.inStep();
	await k1.scanner.scan(`LM.${CARD}`);
	const { member: seen } = await k1.wait('the member is shown', (d) => d.member);

	assert.deepStrictEqual([seen.member, seen.name, seen.tier, seen.points, seen.card], ['M-1', 'Łucja Ż.', 'gold', 1000, null]);
	await k1.refused('loyalty.identify', { card: '4111111111111111' }, 'card_number_refused');
	await k1.open('ZAM-2', story.code('ZAM-2')); // of somebody who is no member
	assert.strictEqual((await k1.doc()).member, null);
	await k1.scanner.scan(`https://sklep.example/#LM.${CARD}`);
	await k1.wait('the app counts for this pickup', (d) => d.member && d.member.member === 'M-1');
	await pay(k1, 2999);
	const earned = await story.told('loyalty.earned', { order: 'ZAM-2' });

	assert.deepStrictEqual([earned.member, earned.points, earned.staff], ['M-1', 59, 'E17']);
	const slip = await k1.printer.waitJob('LR.ZAM-2.');

	assert.match(slip.text, /Punkty za ten odbiór +59/);
	assert.match(slip.text, /Punkty razem +1059/);
	assert.strictEqual(member().points, 1059);
	assert.ok(!(await k1.doc('customer')).member && !(await k1.doc('board')).member);
});

test('with HQ there its grant is asked: part of what is due, with a coupon', async () => {
	const { k1, k2 } = story.at;

	const { due: before } = await k1.open('ZAM-1', story.code('ZAM-1'));

	assert.strictEqual(before, 5998);
	await k1.refused('loyalty.redeem', { points: 1060 }, 'points_short', /jest 1059/);
	await k1.must('loyalty.coupon', { coupon: 'KUP-1' });
	const { points, amount, against } = await k1.must('loyalty.redeem', { points: 1000 });

	assert.deepStrictEqual([points, amount, against], [1000, 1000, 'grant']);
	const { pickup } = await k1.doc();

	assert.deepStrictEqual([pickup.due, pickup.paid], [4498, 1500]);
	// Set aside: the other lane gets what is left and no more, and frees it again.
	await k2.open('ZAM-3', story.code('ZAM-3'));
	await k2.refused('loyalty.redeem', { points: 60 }, 'points_short');
	await k2.must('loyalty.redeem', { points: 59 });
	await k2.must('pickup.cancel');
	await pay(k1, 4498);
	const done = await story.told('pickup.completed', { order: 'ZAM-1' });

	assert.deepStrictEqual(done.paid.map((p) => [p.tender, p.amount]).sort(),
		[['cash', 4498], ['coupon', 500], ['points', 1000]]);
	const there = story.record('ZAM-1');

	assert.strictEqual(there.totals.due, 0);
	assert.deepStrictEqual(there.loyalty.map((l) => [l.member, l.earned, l.redeemed, l.worth]), [['M-1', 99, 1000, 1000]]);
	await story.told('loyalty.released', { points: 59 });
	const { points: left, allowance, limits, coupons } = member();

	assert.strictEqual(left, 1059 - 1000 + 99);
	assert.deepStrictEqual([allowance, limits], [{ k1: 158, k2: 158 }, { k1: 300, k2: 200 }]);
	assert.strictEqual(coupons[0].used, true);
	await story.inStep();
	await k1.open('ZAM-3', story.code('ZAM-3'));
	await k1.refused('loyalty.coupon', { coupon: 'KUP-1' }, 'coupon_refused');
	await k1.must('pickup.cancel');
});

test('the line is cut: this lane\'s allowance, and not a point more; HQ learns of it', async () => {
	const { k1, k2 } = story.at;

	await k1.cutOff();
	await k1.open('ZAM-3', story.code('ZAM-3'));
	assert.strictEqual((await k1.doc()).member.redeemable, 158);
	await k1.must('loyalty.redeem', { points: 100 });
	await pay(k1, 2899);
	await k1.open('ZAM-4', story.code('ZAM-4'));
	await k1.refused('loyalty.redeem', { points: 59 }, 'allowance_short', /58/);
	const { against } = await k1.must('loyalty.redeem', { points: 58 });

	assert.strictEqual(against, 'allowance');
	await pay(k1, 2941);
	// The other lane, with HQ, does not know yet: what it may is the same points once more.
	await k2.open('ZAM-5', story.code('ZAM-5'));
	await k2.must('loyalty.redeem', { points: 158 });
	await pay(k2, 2841);
	await k1.joined();
	await story.told('loyalty.redeemed', {}, 4);
	await story.inStep();
	const { points, allowance } = member();

	// 57, 58 and 56 were earned on what was paid in money.
	assert.strictEqual(points, 158 - 100 + 57 - 58 + 58 - 158 + 56);
	assert.deepStrictEqual(allowance, { k1: Math.min(300, Math.max(0, points)), k2: Math.min(200, Math.max(0, points)) });
});

test('a return takes back what was earned and gives back what was paid by points', async () => {
	const { k1, k2 } = story.at;
	const before = member().points;

	await k2.must('return.start', { order: 'ZAM-1', basis: 'wrong_item' });
	await k2.scanPieces('SKU-MUG', 2);
	await k2.must('return.accept');
	const { refund } = await story.told('return.accepted', { order: 'ZAM-1' });

	assert.deepStrictEqual(refund.map((r) => [r.tender, r.amount]), [['points', 1000], ['cash', 4498]]);
	assert.strictEqual((await story.told('loyalty.earned', { why: 'return' })).points, -99);
	assert.strictEqual((await story.told('loyalty.earned', { why: 'refund' })).points, 1000);
	assert.strictEqual(member().points, before + 1000 - 99);
	const there = story.record('ZAM-1');

	assert.deepStrictEqual(there.loyalty.map((l) => [l.earned, l.back, l.redeemed, l.given]), [[99, 99, 1000, 1000]]);
	assert.strictEqual(there.payments.find((p) => p.tender === 'points').refunded, 1000);
	await story.inStep();
	for (const k of [k1, k2]) {
		await k.must('scan', { code: `LM.${CARD}` });
		await k.wait('both lanes agree with HQ', (d) => d.member && d.member.points === before + 901);
	}
	await story.books({ alarms: ['points_overspent'] }); // within the allowances
});
