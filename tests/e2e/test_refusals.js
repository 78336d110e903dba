// SPDX-License-Identifier: Apache-2.0
//
// Everything the counter has to say no to, and what a scanner can throw at it.
'use strict';

const test = require('node:test');
const assert = require('node:assert');
const { shopOf } = require('../lib/shop.js');
const { GOODS, STORE, order } = require('../lib/fixtures.js');
const { TEST_KEYS, flipBit, pickupCode } = require('../lib/codes.js');

const NOT_READY = ['awaiting_payment', 'placed', 'picking', 'in_transit', 'on_hold'];
const PAN = '4111111111111111';
const AMEX = '378282246310005';

const shop = shopOf('refusals', () => ({
	orders: {
		...Object.fromEntries(NOT_READY.map((status) => [`ZAM-${status}`,
			order(`ZAM-${status}`, { status })])),
		'ZAM-EXP': order('ZAM-EXP', { status: 'expired' }),
		'ZAM-CAN': order('ZAM-CAN', { status: 'cancelled' }),
		'ZAM-COL': order('ZAM-COL', {
			status: 'collected', collected: { at: '2026-11-21T10:00:00.000Z', store: STORE, lane: 'k1' },
		}),
		'ZAM-AWAY': order('ZAM-AWAY', { store: 'KRK-1' }),
		'ZAM-MOVED': order('ZAM-MOVED'),
		'ZAM-NONCE': order('ZAM-NONCE', { code_nonce: '1122334455667788' }),
		'ZAM-OK': order('ZAM-OK'),
		'ZAM-PIN': order('ZAM-PIN', { pin: '246802' }),
		'ZAM-PIN2': order('ZAM-PIN2', { pin: '975310' }),
		'ZAM-PIN3': order('ZAM-PIN3', { pin: '112233' }),
		'ZAM-NEW-1': order('ZAM-NEW-1', { status: 'a_status_of_a_later_version' }),
	},
}));

/** A press of `scan` is refused so, the desk stays idle, and the notice says the same. */
async function refusedScan(code, reason)
{
	assert.strictEqual(await shop.station.refused('scan', { code }), reason);
	const doc = await shop.station.state();

	assert.strictEqual(doc.mode, 'idle');
	assert.strictEqual(doc.pickup, null);
	assert.strictEqual(doc.notice.code, reason);
}

test('orders that are not ready', async () => {
	for (const status of NOT_READY) {
		await refusedScan(shop.code(`ZAM-${status}`), 'not_ready');
	}
	await shop.hq.waitEvent('pickup.refused', (b) => b.order === 'ZAM-picking'
		&& b.reason === 'not_ready' && b.method === 'code');
});

test('expired, cancelled and collected orders', async () => {
	await refusedScan(shop.code('ZAM-EXP'), 'expired');
	await refusedScan(shop.code('ZAM-CAN'), 'cancelled');
	await refusedScan(shop.code('ZAM-COL'), 'already_collected');
});

test('a status of a later version is not served and harms nothing', async () => {
	const answer = await shop.station.do('scan', { code: shop.code('ZAM-NEW-1') });

	assert.strictEqual(answer.status, 409, answer.text);
	assert.strictEqual((await shop.station.state()).mode, 'idle');
});

test('an order held by another store, and a code of another store for an unknown order', async () => {
	await refusedScan(shop.code('ZAM-AWAY'), 'wrong_store');
	const asked = shop.hq.asks.length;

	await refusedScan(pickupCode({ store: 'KRK-1', order: 'ZAM-NOBODY' }), 'wrong_store');
	assert.strictEqual(shop.hq.asks.slice(asked).filter((ask) => ask.ask === 'order').length, 0);
	assert.match((await shop.station.state()).notice.text, /Długa 5/);
});

test('an order that is ready here is served though its code names another store', async () => {
	await shop.openPickup('ZAM-MOVED', pickupCode({ store: 'KRK-1', order: 'ZAM-MOVED' }));
	await shop.station.must('pickup.cancel');
});

test('broken signatures', async () => {
	const code = shop.code('ZAM-OK', { nonce: '0001020304050607' });
	const bits = Buffer.from(code.slice(3), 'base64url').length * 8;

	// Bits of the key id (bytes 1) are another test; the rest must all matter.
	for (const bit of [0, 16, 40, 55, 64, 100, 150, bits - 64 * 8, bits - 300, bits - 1]) {
		const answer = await shop.station.do('scan', { code: flipBit(code, bit) });

		assert.strictEqual(answer.status, 409, `bit ${bit}: ${answer.text}`);
		assert.strictEqual(answer.json.error.code, 'bad_signature', `bit ${bit}`);
	}
	await refusedScan(pickupCode({
		store: STORE, order: 'ZAM-OK', key: { kid: 1, seed: TEST_KEYS.stream.seed },
	}), 'bad_signature');
	await shop.hq.waitEvent('pickup.refused', (b) => b.reason === 'bad_signature');
});

test('unknown key, expired code, replaced code', async () => {
	await refusedScan(shop.code('ZAM-OK', { kid: 77 }), 'unknown_key');
	await refusedScan(shop.code('ZAM-OK', { expires: Math.floor(Date.now() / 1000) - 60 }),
		'code_expired');
	await refusedScan(shop.code('ZAM-NONCE', { nonce: '0102030405060708' }), 'code_replaced');
	await shop.openPickup('ZAM-NONCE', shop.code('ZAM-NONCE', { nonce: '1122334455667788' }));
	await shop.station.must('pickup.cancel');
	await shop.openPickup('ZAM-OK',
		shop.code('ZAM-OK', { expires: Math.floor(Date.now() / 1000) + 3600 }));
	await shop.station.must('pickup.cancel');
});

test('an order HQ does not know is not_found', async () => {
	await refusedScan(shop.code('ZAM-NOBODY'), 'not_found');
	assert.ok(shop.hq.asks.some((ask) => ask.ask === 'order' && ask.order === 'ZAM-NOBODY'));
});

test('an order HQ knows is asked for and served, and scans meanwhile are kept in order', async () => {
	shop.hq.extraOrders.set('ZAM-ASK', {
		op: 'put', type: 'order', id: 'ZAM-ASK', rev: 1,
		body: order('ZAM-ASK', { goods: [['SKU-SOAP', 1]] }),
	});
	shop.hq.faults.orderDelayMs = 600;
	await shop.scanner.scan(shop.code('ZAM-ASK'));
	await shop.station.waitState('asking', (doc) => doc.mode === 'asking');
	await shop.scanner.scan(GOODS['SKU-SOAP'].gtin);
	const doc = await shop.station.waitState('served with its item checked',
		(d) => d.mode === 'pickup' && d.pickup.lines[0].checked === 1);

	assert.strictEqual(doc.pickup.order, 'ZAM-ASK');
	shop.hq.faults.orderDelayMs = 0;
	await shop.station.must('pickup.handover');
	await shop.hq.waitEvent('pickup.completed', (b) => b.order === 'ZAM-ASK');
	await shop.hq.waitSynced(); // an asked order is in no count and no sum
	await refusedScan(shop.code('ZAM-ASK'), 'already_collected');
});

test('no answer within 3 s is not_found', async () => {
	shop.hq.faults.silentOrders = true;
	const answer = await shop.station.do('scan', { code: shop.code('ZAM-SILENT') });

	assert.strictEqual(answer.status, 409, answer.text);
	assert.strictEqual(answer.json.error.code, 'not_found');
	assert.ok(answer.ms > 2000 && answer.ms < 4000, `${answer.ms} ms`);
	shop.hq.faults.silentOrders = false;
	await shop.station.waitState('idle', (doc) => doc.mode === 'idle');
});

test('other unknown text never asks', async () => {
	const asked = shop.hq.asks.length;

	for (const code of ['hello', '????', 'L2.abc', 'https://example.com/']) {
		const answer = await shop.station.do('scan', { code });

		assert.strictEqual(answer.status, 409, `${code}: ${answer.text}`);
	}
	assert.strictEqual(shop.hq.asks.length, asked);
});

test('a card number is refused and written nowhere', async () => {
	await shop.scanForNotice(PAN, 'card_number_refused');
	assert.strictEqual(await shop.station.refused('scan', { code: AMEX }), 'card_number_refused');
	const answer = await shop.station.do('pickup.find', { order: '5555555555554444', pin: '123456' });

	assert.strictEqual(answer.status, 409, answer.text);
	assert.strictEqual(answer.json.error.code, 'card_number_refused');
	await shop.outboxEmpty();
	const states = JSON.stringify([await shop.station.state(), await shop.station.state('customer')]);

	await shop.station.stop();
	const written = shop.station.writtenBytes();

	for (const number of [PAN, AMEX, '5555555555554444']) {
		assert.ok(!written.includes(number), `${number} was written`);
		assert.ok(!states.includes(number), `${number} is on a screen`);
		assert.ok(!JSON.stringify(shop.hq.events()).includes(number), `${number} went to HQ`);
	}
	await shop.station.start();
	await shop.station.login();
});

test('an order number and its six digits', async () => {
	await shop.station.must('pickup.find', { order: 'ZAM-PIN', pin: '246802' });
	const doc = await shop.station.state();

	assert.strictEqual(doc.pickup.order, 'ZAM-PIN');
	await shop.hq.waitEvent('pickup.verified', (b) => b.order === 'ZAM-PIN' && b.method === 'pin');
	await shop.station.must('pickup.cancel');
});

test('five wrong codes lock typing for that order; a signed code still works', async () => {
	for (let i = 0; i < 5; i++) {
		const reason = await shop.station.refused('pickup.find', { order: 'ZAM-PIN', pin: '000000' });

		assert.ok(reason === 'pin_wrong' || (i === 4 && reason === 'pin_locked'), `${i}: ${reason}`);
	}
	assert.strictEqual(await shop.station.refused('pickup.find', { order: 'ZAM-PIN', pin: '246802' }),
		'pin_locked');
	await shop.hq.waitEvent('code.locked', (b) => b.order === 'ZAM-PIN');
	await shop.openPickup('ZAM-PIN');
	await shop.station.must('pickup.cancel');
});

test('the lock survives a kill -9', async () => {
	await shop.station.restart();
	await shop.station.login();
	assert.strictEqual(await shop.station.refused('pickup.find', { order: 'ZAM-PIN', pin: '246802' }),
		'pin_locked');
	await shop.station.must('pickup.find', { order: 'ZAM-PIN3', pin: '112233' });
	await shop.station.must('pickup.cancel');
});

test('ten wrong codes lock typing at the desk', async () => {
	for (let i = 0; i < 10; i++) {
		const reason = await shop.station.refused('pickup.find',
			{ order: ['ZAM-PIN2', 'ZAM-OK', 'ZAM-MOVED'][i % 3], pin: '000000' });

		assert.ok(['pin_wrong', 'pin_locked'].includes(reason), reason);
	}
	assert.strictEqual(await shop.station.refused('pickup.find', { order: 'ZAM-PIN3', pin: '112233' }),
		'pin_locked');
	await shop.hq.waitEvent('code.locked', (b) => !b.order && b.desk === 'counter');
	await shop.openPickup('ZAM-PIN3');
	await shop.station.must('pickup.cancel');
});

test('a scanner may send anything', async () => {
	await shop.scanner.scan('x'.repeat(10000));
	await shop.scanner.scan('\\x00\\x01\\x07\\x1b[2J\\x7f');
	await shop.scanner.scan('\\xff\\xfe\\x80\\xc3\\x28\\xf0\\x90');
	await shop.scanner.scan('<script>alert(1)</script>\\x22\\x27;DROP TABLE orders');
	await shop.scanner.scan('L1.');
	await shop.scanner.scan(`L1.${'A'.repeat(3000)}`);
	await shop.scanner.scan(shop.code('ZAM-OK'));
	const doc = await shop.station.waitState('the good code after them', (d) => d.mode === 'pickup');

	assert.strictEqual(doc.pickup.order, 'ZAM-OK');
	await shop.station.must('pickup.cancel');
	for (const code of ['', ' ', '\u0000', 'a\u0007b', 'x'.repeat(10000), '\ud800']) {
		const answer = await shop.station.do('scan', { code });

		assert.ok([400, 409].includes(answer.status),
			`${JSON.stringify(code.slice(0, 9))}: ${answer.text}`);
	}
	assert.strictEqual((await shop.station.state()).mode, 'idle');
});

test('an EAN-13 that is Luhn-valid too is goods, not a card', async () => {
	const answer = await shop.station.do('scan', { code: GOODS['SKU-MUG'].gtin });

	assert.notStrictEqual(answer.json.error && answer.json.error.code, 'card_number_refused');
	await shop.calm();
});

test('HQ has nothing to complain about', async () => {
	await shop.outboxEmpty();
	shop.noProblems();
});
