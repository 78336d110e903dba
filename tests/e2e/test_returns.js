// SPDX-License-Identifier: Apache-2.0
//
// Stories 9 and 10 of the counter: a piece of an order bought online comes back in another store,
// to the grosz; a complaint without any proof is taken, HQ or no HQ, and its slip says how it stands.
'use strict';

const assert = require('node:assert');
const { test } = require('node:test');
const { GOODS, order } = require('../lib/fixtures.js');
const { shopOf } = require('../lib/shop.js');
const { readBarcodes } = require('../lib/sim.js');
const { sleep, until } = require('../lib/world.js');

const DAY_MS = 24 * 3600 * 1000;
const collected = { status: 'collected', collected: { at: new Date(Date.now() - DAY_MS).toISOString() } };

/** Three for the price of two, in all 39,98, paid as said. */
function three(id, payments, over = {})
{
	const body = order(id, { goods: [['SKU-MUG', 3]], ...collected, ...over });

	body.lines[0].paid = 3998;
	body.totals = { ...body.totals, goods: 3998, total: 3998, paid: 3998 };
	body.payments = payments.map(([tender, amount], i) =>
		({ id: `P-${i + 1}`, tender, state: 'captured', amount }));
	return body;
}

const shop = shopOf('returns', () => ({
	orders: {
		'ZAM-MIX': three('ZAM-MIX', [['gift', 2000], ['card', 1998]]),
		'ZAM-OUT': order('ZAM-OUT', { goods: [['SKU-TEA', 2]] }),
		'ZAM-B2B': order('ZAM-B2B', {
			goods: [['SKU-TEA', 1]], status: 'collected', buyer: { kind: 'business' },
			collected: { at: '2024-10-01T10:00:00.000Z' },
		}),
	},
	policies: { returns: { refund_order: ['card', 'gift'], refund_limit: 100, reasons: ['size'] } },
}));

const returned = (id) => (body) => body.order === id;

test('9: bought online, brought back in another store: 13,33, and nobody asks why', async () => {
	const body = { ...three('ZAM-KRK', [['blik', 3998]]), store: 'KRK-1' };

	shop.hq.extraOrders.set('ZAM-KRK', { op: 'put', type: 'order', id: 'ZAM-KRK', rev: 1, body });
	await shop.station.waitState('HQ', (d) => d.hq.reachable);
	const opened = await shop.station.must('return.start', { order: 'ZAM-KRK' });

	assert.strictEqual(opened.basis, 'withdrawal');
	await shop.scanner.scan(GOODS['SKU-MUG'].gtin);
	const doc = await shop.station.waitState('one piece back', (d) => d.mode === 'return'
		&& d.return.refund === 1333);

	assert.deepStrictEqual(doc.return.lines.map(({ line, sku, qty, returned: back, now, refund }) =>
		({ line, sku, qty, back, now, refund })),
	[{ line: 1, sku: 'SKU-MUG', qty: 3, back: 0, now: 1, refund: 1333 }]);
	const done = await shop.station.must('return.accept');

	assert.strictEqual((await shop.station.state()).mode, 'idle');
	assert.match(done.number, /^ZW 1\/k1\/[0-9A-Z]+$/);
	const { body: event } = await shop.hq.waitEvent('return.accepted', returned('ZAM-KRK'));
	const { body: refund } = await shop.hq.waitEvent('refund.requested', returned('ZAM-KRK'));

	assert.strictEqual(event.store, 'KRK-1');
	assert.deepStrictEqual(event.refund, []);
	assert.deepStrictEqual(refund.legs, [{ payment: 'P-1', tender: 'blik', amount: 1333 }]);
	await shop.hq.waitEvent('stock.changed', (e) => e.sku === 'SKU-MUG' && e.delta === 1 && e.why === 'return');
});

test('9: the protocol prints twice, with all the register needs', async () => {
	await until('two copies', () => shop.printer.jobsWith('LR.ZAM-KRK.').length >= 2);
	const [customer, store] = shop.printer.jobsWith('LR.ZAM-KRK.');

	assert.match(customer.text, /PROTOKÓŁ ZWROTU/);
	for (const word of ['ZW 1/k1/', 'ZK KRK/2026', 'Data sprzedaży', 'Data zwrotu', 'VAT 23%', '13,33', '2,49',
		'podpis klienta', 'podpis sprzedawcy']) {
		assert.ok(customer.text.includes(word), `${word} in ${customer.text}`);
	}
	assert.doesNotMatch(customer.text, /paragon/i);
	assert.match(store.text, /Egzemplarz 2 z 2/);
});

test('9: the return\'s own slip says how it stands', async () => {
	const [slip] = readBarcodes(shop.printer.jobsWith('LR.ZAM-KRK.')[0].png);

	await shop.scanForNotice(slip, 'paper');
	const { paper } = await shop.station.state();

	assert.strictEqual(paper.kind, 'return');
	assert.strictEqual(paper.order, 'ZAM-KRK');
	assert.strictEqual(paper.refund, 1333);
});

test('9a: the same piece cannot come back twice; HQ silent, another store\'s order waits for a word', async () => {
	const body = { ...three('ZAM-KRK', [['blik', 3998]]), store: 'KRK-1' };

	body.lines[0] = { ...body.lines[0], handed: 3, returned: 3 };
	shop.hq.extraOrders.set('ZAM-KRK', { op: 'put', type: 'order', id: 'ZAM-KRK', rev: 2, body });
	assert.strictEqual(await shop.station.refused('return.start', { order: 'ZAM-KRK' }), 'already_returned');
	shop.hq.faults.silentOrders = true;
	assert.strictEqual(await shop.station.refused('return.start', { order: 'ZAM-NEW' }), 'not_found');
	shop.hq.faults.silentOrders = false;
});

test('9b: gift card and card: legs in policy\'s order, never above what was paid', async () => {
	const legs = [];

	for (const qty of [1, 2]) {
		await shop.station.must('return.start', { order: 'ZAM-MIX' });
		await shop.station.must('return.line', { line: 1, qty, condition: 'good' });
		await shop.station.must('return.accept');
		await shop.outboxEmpty();
		legs.push(shop.hq.events('refund.requested').filter((e) => e.body.order === 'ZAM-MIX').at(-1).body.legs);
	}
	assert.deepStrictEqual(legs, [
		[{ payment: 'P-2', tender: 'card', amount: 1333 }],
		[{ payment: 'P-2', tender: 'card', amount: 665 }, { payment: 'P-1', tender: 'gift', amount: 2000 }],
	]);
	assert.strictEqual(await shop.station.refused('return.start', { order: 'ZAM-MIX' }), 'already_returned');
});

test('9: handed over here, and the slip of that opens the return', async () => {
	await shop.handOver('ZAM-OUT');
	const { png } = await shop.printer.waitJob('LR.ZAM-OUT.');
	const [slip] = readBarcodes(png);

	await shop.scanner.scan(slip);
	const doc = await shop.station.waitState('the return', (d) => d.mode === 'return');

	assert.strictEqual(doc.return.order, 'ZAM-OUT');
	assert.strictEqual(doc.return.basis, 'withdrawal');
	await shop.station.must('return.line', { line: 1, qty: 2, condition: 'good' });
	/* Power goes: what was brought is still there. */
	await shop.station.restart();
	await shop.station.login();
	const again = await shop.station.waitState('the return again', (d) => d.mode === 'return' && d.hq.reachable);

	assert.strictEqual(again.return.refund, 2998);
	await shop.station.must('return.accept', {}, { key: 'press-1' });
	const once = await shop.station.do('return.accept', {}, { key: 'press-1' });

	assert.strictEqual(once.status, 200);
	await shop.outboxEmpty();
	assert.strictEqual(shop.hq.events('return.accepted').filter((e) => e.body.order === 'ZAM-OUT').length, 1);
});

test('10: after fourteen months, with a bank statement: case, two copies, a date', async () => {
	const taken = await shop.station.must('complaint.open', {
		proof: 'wyciąg z konta, 20 września 2025', basis: 'conformity', demand: 'repair', goods: 'left',
		text: 'Ucho kubka pękło przy myciu.',
	});

	assert.match(taken.number, /^SPR 1\/k1\//);
	assert.ok(Date.parse(taken.answer_by) > Date.now() + 13 * DAY_MS);
	const { body, person } = await shop.hq.waitEvent('complaint.opened');

	assert.strictEqual(body.case, taken.case);
	assert.strictEqual(person, undefined); // beside the event, never in it
	assert.doesNotMatch(JSON.stringify(body), /pękło|wyciąg/);
	await until('two copies', () => shop.printer.jobsWith(taken.case).length >= 2);
	const [job] = shop.printer.jobsWith(taken.case);

	assert.match(job.text, /REKLAMACJA/);
	assert.match(job.text, /pękło/);
	shop.hq.put('timeline', 'EN-1', {
		case: taken.case, at: new Date().toISOString(), kind: 'complaint', status: 'closed',
		text: 'wymiana na nowy',
	});
	const [slip] = readBarcodes(job.png);

	await until('HQ\'s word on the slip', async () => {
		await shop.scanner.scan(slip);
		await sleep(400); // one read of a scanner is one scan
		const { paper } = await shop.station.state();

		return paper && paper.status === 'closed' && paper.entries[0].text === 'wymiana na nowy';
	});
});

test('10b: a business, and 25 months later: taken with its basis, decided at HQ', async () => {
	await shop.station.must('complaint.open', {
		order: 'ZAM-B2B', line: 1, demand: 'price', goods: 'kept', text: 'wilgotna',
	});
	const { body } = await shop.hq.waitEvent('complaint.opened', returned('ZAM-B2B'));

	assert.strictEqual(body.basis, 'b2b');
	assert.strictEqual(await shop.station.refused('return.start', { order: 'ZAM-B2B', basis: 'withdrawal' }),
		'not_returnable');
});

test('10a: the order is not known and HQ is gone: taken with what the customer says', async () => {
	await shop.broker.stop();
	await shop.station.waitState('no broker', (d) => !d.hq.broker);
	const taken = await shop.station.must('complaint.open', {
		order: 'ZAM-GONE', basis: 'conformity', demand: 'replace', goods: 'kept', text: 'nie działa',
	});

	assert.match(taken.number, /^SPR 3\/k1\//);
	assert.strictEqual(await shop.station.refused('return.start', { order: 'ZAM-GONE' }), 'not_found');
	assert.strictEqual(await shop.station.refused('return.start', { order: 'ZAM-OUT' }), 'already_returned');
	shop.noProblems();
});
