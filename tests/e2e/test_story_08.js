// SPDX-License-Identifier: Apache-2.0
//
// Story 8: wine, an energy drink and bread. The collector is sixteen; then it is half past ten at
// night in a town with a ban; then the adult is drunk. What may go out goes out.
'use strict';

const assert = require('node:assert');
const { test } = require('node:test');
const { order, policyRecords } = require('../lib/fixtures.js');
const { MORE, products, storyOf } = require('../lib/story.js');

const GOODS = ['SKU-WINE', 'SKU-ENERGY', 'SKU-BREAD'];
const ADULT = { 'SKU-WINE': { min: 18, why: 'alcohol' }, 'SKU-ENERGY': { min: 18, why: 'energy' } };
const year = new Date().getUTCFullYear() + 1;

function basket(id, number)
{
	const body = order(id, { number, goods: [] });

	body.lines = GOODS.map((sku, i) => ({
		line: i + 1, kind: 'goods', sku, gtin: MORE[sku].gtin, name: MORE[sku].name, qty: 1, unit: 'pc',
		paid: MORE[sku].price, vat: MORE[sku].vat, ...(ADULT[sku] ? { age: ADULT[sku] } : {}),
	}));
	body.totals = { ...body.totals, goods: 5247, total: 5247, paid: 5247 };
	body.payments = [{ id: `P-${id}`, tender: 'card', state: 'captured', amount: 5247 }];
	return body;
}

const story = storyOf('story-08', () => ({
	clock: `${year}-01-13T15:00:00.000Z`, // 16:00 in Warsaw
	orders: { 'ZAM-1': basket('ZAM-1', '4881'), 'ZAM-2': basket('ZAM-2', '4882'), 'ZAM-3': basket('ZAM-3', '4883') },
	products: products(...GOODS),
	policies: {
		pickup: { ...policyRecords().pickup, night_ban: { category: 'alcohol', from: '22:00', to: '06:00' } },
	},
}));

async function openAll(k1, id)
{
	await k1.open(id, story.code(id));
	for (const sku of GOODS) {
		await k1.scanPieces(sku);
	}
}

test('8: the collector is sixteen: bread goes out, the rest is paid back', async () => {
	const { k1 } = story.at;

	await openAll(k1, 'ZAM-1');
	assert.strictEqual((await k1.doc()).pickup.age_check, true);
	await k1.refused('pickup.handover', {}, 'age_check', /produkty dla dorosłych/);
	await k1.says('age_check', /Proszę pokazać dokument; niczego nie zapisujemy/, 'customer');
	await k1.must('pickup.age', { ok: false, how: 'document', born: '2010-03-04', number: 'ABA300000' });
	await k1.must('pickup.handover');
	const done = await story.told('pickup.completed', { order: 'ZAM-1' });

	assert.deepStrictEqual(done.lines.map((l) => [l.sku, l.qty, l.short]),
		[['SKU-WINE', 0, 1], ['SKU-ENERGY', 0, 1], ['SKU-BREAD', 1, 0]]);
	const { legs } = await story.told('refund.requested', { order: 'ZAM-1' });

	assert.deepStrictEqual(legs, [{ payment: 'P-ZAM-1', tender: 'card', amount: 4598 }]);
	const slip = await k1.printer.waitJob('LR.ZAM-1.');

	assert.match(slip.text, /1 x Chleb/);
	assert.deepStrictEqual((await k1.doc()).tasks.map((task) => [task.task, task.order, task.why, task.pieces]),
		[['put_back', 'ZAM-1', 'age', 2]]);
	await k1.must('prep.unstage', { order: 'ZAM-1' });
	await k1.scanPieces('SKU-WINE');
	await k1.scanPieces('SKU-ENERGY');
	assert.deepStrictEqual((await k1.doc()).tasks, []);
	await story.told('pickup.put_back', { order: 'ZAM-1', sku: 'SKU-ENERGY' });
	assert.match(slip.text, /Nie wydano\n1 x .* 39,99.*\n.*1 szt\.: wiek\n1 x .* 5,99.*\n.*1 szt\.: wiek/);
	assert.match(slip.text, /Zwrot do \S+: karta +-45,98/);
	const there = story.record('ZAM-1');

	assert.deepStrictEqual([there.status, there.payments[0].refunded], ['collected', 4598]);
	assert.deepStrictEqual(story.stock(...GOODS), [100, 100, 99]);
	const written = Buffer.concat([k1.station.writtenBytes(), Buffer.from(JSON.stringify(story.events()))]);

	for (const secret of ['2010-03-04', 'ABA300000']) {
		assert.ok(!written.includes(secret), `${secret} is kept`);
	}
});

test('8b: a drunk adult: the wine stays and is not paid back, the code stays good', async () => {
	const { k1 } = story.at;

	await k1.open('ZAM-3', story.code('ZAM-3'));
	await k1.scanPieces('SKU-BREAD');
	await k1.refused('pickup.handover', {}, 'items_unchecked');
	await k1.must('pickup.handover', { rest: 'later' });
	const first = await story.told('pickup.completed', { order: 'ZAM-3' });

	assert.deepStrictEqual([first.rest, first.lines.map((l) => [l.sku, l.qty])], ['later', [['SKU-BREAD', 1]]]);
	await story.told('refund.requested', { order: 'ZAM-3' }, 0);
	assert.strictEqual(story.record('ZAM-3').status, 'partly_collected');
	const { lines } = await k1.open('ZAM-3', story.code('ZAM-3'));

	assert.deepStrictEqual(lines.map((l) => l.qty), [1, 1, 0]);
	await k1.must('pickup.cancel'); // still drunk: nothing happens to the order
	await story.told('pickup.completed', { order: 'ZAM-3' });
	assert.ok((await k1.doc()).queue.some((q) => q.order === 'ZAM-3'), 'it still waits');
});

test('8a: half past ten at night: wine may not be sold, all else goes out; by day the wine too', async () => {
	const { k1 } = story.at;

	story.clock.set(`${year}-01-13T21:30:00.000Z`); // 22:30
	await k1.wait('it is night', (d) => d.clock.ahead_s < (Date.now() - story.clock.now()) / 1000 + 3600);
	await openAll(k1, 'ZAM-2');
	await k1.must('pickup.age', { ok: true, how: 'mobywatel' });
	await k1.refused('pickup.handover', {}, 'sale_hours', /O tej porze nie wolno tu tego wydawać/);
	await k1.must('pickup.cancel');
	await k1.open('ZAM-2', story.code('ZAM-2'));
	await k1.scanPieces('SKU-ENERGY');
	await k1.scanPieces('SKU-BREAD');
	await k1.must('pickup.age', { ok: true, how: 'mobywatel' });
	await k1.must('pickup.handover', { rest: 'later' });
	story.clock.set(`${year}-01-14T10:00:00.000Z`);
	await k1.wait('it is day', (d) => d.clock.ahead_s < (Date.now() - story.clock.now()) / 1000 + 3600);
	await k1.open('ZAM-2', story.code('ZAM-2'));
	await k1.scanPieces('SKU-WINE');
	await k1.refused('pickup.handover', {}, 'age_check'); // whoever comes now is looked at now
	await k1.must('pickup.age', { ok: true, how: 'document' });
	await k1.must('pickup.handover');
	const [night, day] = await story.told('pickup.completed', { order: 'ZAM-2' }, 2);

	assert.deepStrictEqual([night.lines.map((l) => l.sku), day.lines.map((l) => l.sku)],
		[['SKU-ENERGY', 'SKU-BREAD'], ['SKU-WINE']]);
	await story.told('refund.requested', { order: 'ZAM-2' }, 0);
	assert.strictEqual(story.record('ZAM-2').status, 'collected');
	assert.deepStrictEqual(story.stock(...GOODS), [99, 99, 97]);
	await story.books();
});
