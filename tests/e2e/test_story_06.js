// SPDX-License-Identifier: Apache-2.0
//
// Story 6: six jars, two of them cannot be found, another jam instead; the customer does not want
// it; HQ cancels while somebody is picking.
'use strict';

const assert = require('node:assert');
const { test } = require('node:test');
const { order } = require('../lib/fixtures.js');
const { MORE, products, storyOf, zloty } = require('../lib/story.js');

/** Six jars at 8,49, to be prepared; whether it has to be asked is the line's. */
function jars(id, number)
{
	const body = order(id, { number, status: 'placed', ready_at: null, shelf: null, goods: [] });

	body.lines = [{
		line: 1, kind: 'goods', sku: 'SKU-JAM', gtin: MORE['SKU-JAM'].gtin, name: MORE['SKU-JAM'].name,
		qty: 6, unit: 'pc', paid: 5094, vat: '8', substitutes: 'ask',
	}];
	body.totals = { ...body.totals, goods: 5094, total: 5094, paid: 5094 };
	body.payments = [{ id: `P-${id}`, tender: 'blik', state: 'captured', amount: 5094 }];
	return body;
}

const story = storyOf('story-06', () => ({
	orders: { 'ZAM-1': jars('ZAM-1', '4861'), 'ZAM-2': jars('ZAM-2', '4862'), 'ZAM-3': jars('ZAM-3', '4863') },
	products: products('SKU-JAM', 'SKU-JAM2'),
}));

/** Four are there, two are not; the customer agrees to another jam; all of it on shelf B-7. */
async function prepare(k1, id)
{
	await k1.must('prep.start', { order: id });
	await k1.scanPieces('SKU-JAM', 4);
	await k1.must('prep.short', { line: 1, qty: 2, reason: 'brak na półce', then: 'substitute' });
	await k1.refused('prep.substitute', { line: 1, gtin: MORE['SKU-JAM2'].gtin, qty: 2 }, 'consent_needed');
	await k1.must('prep.substitute', { line: 1, gtin: MORE['SKU-JAM2'].gtin, qty: 2, consent: 'telefon' });
	await k1.must('scan', { code: 'LH.B-7' });
	await k1.says('staged', /czeka na półce B-7/);
}

test('6: two of six are another jam at 8,99: the customer pays 8,49 for each', async () => {
	const { k1 } = story.at;

	await prepare(k1, 'ZAM-1');
	const swapped = await story.told('order.substituted', { order: 'ZAM-1' });

	assert.deepStrictEqual([swapped.sku, swapped.qty, swapped.consent], ['SKU-JAM2', 2, 'telefon']);
	assert.deepStrictEqual([story.record('ZAM-1').status, story.record('ZAM-1').shelf], ['ready', 'B-7']);
	const { due, lines } = await k1.open('ZAM-1', story.code('ZAM-1'));

	assert.strictEqual(due, 0);
	assert.deepStrictEqual(lines[0].substituted.map((s) => [s.name, s.qty]), [['Dżem morelowy', 2]]);
	await k1.scanPieces('SKU-JAM', 4);
	await k1.scanPieces('SKU-JAM2', 2);
	await k1.must('pickup.handover');
	const slip = await k1.printer.waitJob('LR.ZAM-1.');

	assert.match(slip.text, zloty('50,94'));
	assert.match(slip.text, /6 x Dżem wiśniowy.*\n *w tym 2 x Dżem morelowy \(zamiennik\)/);
	assert.doesNotMatch(slip.text, /8,99|51,94|Nie wydano/);
	await story.told('pickup.completed', { order: 'ZAM-1' });
	await story.told('refund.requested', {}, 0);
	assert.deepStrictEqual(story.stock('SKU-JAM', 'SKU-JAM2'), [96, 98]);
	const there = story.record('ZAM-1');

	assert.deepStrictEqual([there.totals.total, there.payments[0].refunded || 0], [5094, 0]);
});

test('6a: refused at the counter: 16,98 goes back, the other jam goes back to stock', async () => {
	const { k1 } = story.at;

	await prepare(k1, 'ZAM-2');
	await k1.open('ZAM-2', story.code('ZAM-2'));
	await k1.scanPieces('SKU-JAM', 4);
	await k1.must('pickup.short', { line: 1, qty: 2, reason: 'klient nie chce zamiennika' });
	await k1.must('pickup.handover');
	const { legs } = await story.told('refund.requested', { order: 'ZAM-2' });

	assert.deepStrictEqual(legs, [{ payment: 'P-ZAM-2', tender: 'blik', amount: 1698 }]);
	const done = await story.told('pickup.completed', { order: 'ZAM-2' });

	assert.deepStrictEqual(done.lines.map((l) => [l.qty, l.short]), [[4, 2]]);
	const slip = await k1.printer.waitJob('LR.ZAM-2.');

	assert.match(slip.text, zloty('33,96'));
	assert.doesNotMatch(slip.text, /morelowy/);
	assert.match(slip.text, /Nie wydano\n2 x Dżem wiśniowy +16,98/);
	assert.match(slip.text, /Razem zamówienie +50,94[^]*Razem po zmianach +33,96[^]*Zapłacono: BLIK +50,94[^]*Zwrot do \S+: BLIK +-16,98/);
	assert.deepStrictEqual(story.stock('SKU-JAM', 'SKU-JAM2'), [92, 98]); // none of the other jam left
	const there = story.record('ZAM-2');

	assert.deepStrictEqual([there.status, there.payments[0].state, there.payments[0].refunded],
		['collected', 'partly_refunded', 1698]);
});

test('6b: HQ cancels during picking: the screen says so, and what was picked is put back', async () => {
	const { k1 } = story.at;

	await k1.must('prep.start', { order: 'ZAM-3' });
	await k1.scanPieces('SKU-JAM', 3);
	await story.told('order.picked', { order: 'ZAM-3' }, 3);
	story.put('order', { 'ZAM-3': { ...story.record('ZAM-3'), status: 'cancelled' } });
	await k1.says('cancelled', /4863 nie będzie wydane\. Odłóż na miejsce: 3 szt\. i zeskanuj/);
	const { mode, prep, tasks } = await k1.doc();

	assert.deepStrictEqual([mode, prep.work, prep.asks], ['prep', 'back', 'put_back']);
	assert.deepStrictEqual(tasks.map((t) => [t.task, t.order, t.why]), [['put_back', 'ZAM-3', 'cancelled']]);
	await k1.scanPieces('SKU-JAM', 3);
	await k1.says('put_back_done', /4863: odłożone na miejsce/);
	assert.deepStrictEqual((await k1.doc()).tasks, []);
	const back = await story.told('pickup.unstaged', { order: 'ZAM-3' });

	assert.strictEqual(back.why, 'cancelled');
	assert.strictEqual(story.record('ZAM-3').status, 'cancelled');
	await k1.refused('scan', { code: story.code('ZAM-3') }, 'cancelled', /anulowane\. Nie wydawaj/);
	assert.deepStrictEqual(story.stock('SKU-JAM', 'SKU-JAM2'), [92, 98]);
	await story.books();
});
