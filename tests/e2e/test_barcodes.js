// SPDX-License-Identifier: Apache-2.0
//
// Goods are checked by whatever stands on them: GS1 DataMatrix, Digital Link, UPC-E, the label of
// the shop's scale, a carton's code, an SSCC. What breaks a rule is refused and changes nothing.
'use strict';

const test = require('node:test');
const assert = require('node:assert');
const { shopOf } = require('../lib/shop.js');
const { GOODS, order } = require('../lib/fixtures.js');
const { program, run, until } = require('../lib/world.js');

const GS = '\\x1d'; // as the simulated scanner writes it
const MUG = GOODS['SKU-MUG'].gtin;
const SSCC = '106141412345678908';
const KID = '123456789012345';
const CODES = { in_store: ['29IIIIIWWWWWC scale=3 unit=kg', '28IIII?PPPPPC scale=2 PLN'] };

/** Prepaid lines [sku, name, qty]. */
function lines(...rows)
{
	return {
		lines: rows.map(([sku, name, qty], i) => ({
			line: i + 1, kind: 'goods', sku, name, qty, unit: 'pc', paid: 100 * qty, vat: '8',
		})),
		...totals(rows.reduce((acc, [, , qty]) => acc + 100 * qty, 0)),
	};
}

function totals(total)
{
	return {
		totals: { goods: total, discount: 0, delivery: 0, deposit: 0, total, paid: total, due: 0 },
		payments: [{ id: 'P-1', tender: 'blik', state: 'captured', amount: total }],
	};
}

const shop = shopOf('barcodes', () => ({
	orders: {
		'ZAM-1': order('ZAM-1', {
			...lines(['SKU-MUG', 'Kubek', 3], ['SKU-GUM', 'Guma', 1], ['SKU-CHEESE', 'Ser', 2],
				['SKU-WATER', 'Woda', 7]),
			parcels: [{ label: SSCC, state: 'staged', shelf: 'B-12' }],
		}),
		// An order whose number reads like an EAN-8.
		'ZAM-2': order('ZAM-2', { ...lines(['SKU-MUG', 'Kubek', 1]), number: '96385074' }),
	},
	policies: { codes: CODES }, printer: false,
}));

const name = (pl) => ({ pl, en: pl, uk: pl });

/** How many pieces of each line are checked. */
async function checked()
{
	const { pickup } = await shop.station.state();

	return pickup.lines.map((line) => line.checked);
}

/** Scans, and waits until the lines are checked so far. */
async function checks(text, expected)
{
	await shop.scanner.scan(text);
	await until(`${expected} after ${text}`, async () => String(await checked()) === String(expected));
}

/** Scans what is refused with this notice and changes nothing. */
async function refuses(text, code)
{
	const before = await checked();

	await shop.scanForNotice(text, code);
	assert.deepStrictEqual(await checked(), before, text);
}

test('goods, packs and the shop’s own codes come from HQ', async () => {
	await shop.hq.put('catalog', 'SKU-GUM', { gtin: ['042100005264'], name: name('Guma'), price: 100 });
	await shop.hq.put('catalog', 'SKU-CHEESE', { gtin: ['2912345'], name: name('Ser'), price: 4990 });
	await shop.hq.put('catalog', 'SKU-HAM', { gtin: ['2812340000002'], name: name('Szynka') });
	await shop.hq.put('catalog', 'SKU-WATER', {
		gtin: ['5901234123457', { code: '15901234123454', qty: 6 }], name: name('Woda'), price: 199,
	});
	await shop.hq.put('stock', 'SKU-CHEESE', { on_hand: 12, reserved: 0 });
	await shop.hq.waitSynced();
});

test('in idle each of them shows the product and its stock', async () => {
	for (const [text, sku] of [
		[`]d201${MUG.padStart(14, '0')}17271231${'10'}L7${GS}21S7`, 'SKU-MUG'],
		[`]Q1https://id.gs1.org/01/${MUG}/10/L7?17=271231`, 'SKU-MUG'],
		[']E004252614', 'SKU-GUM'], [']E02912345012342', 'SKU-CHEESE'],
		[']E02812343146851', 'SKU-HAM'], ['15901234123454', 'SKU-WATER'],
		[`010590123412345710L1${GS}21S1`, 'SKU-WATER'],
	]) {
		await shop.scanner.scan(text);
		await shop.station.waitState(`${sku} for ${text}`, (doc) => doc.mode === 'idle'
			&& doc.product && doc.product.sku === sku);
	}
	await shop.scanner.scan(']E02912345000004');
	const { product } = await shop.station.waitState('the cheese', (doc) => doc.product.sku === 'SKU-CHEESE');

	assert.strictEqual(product.on_hand, 12);
});

test('a code of the scale is no product by its thirteen digits', async () => {
	await shop.hq.put('catalog', 'SKU-TRAP', { gtin: ['2954321012342'], name: name('Pułapka') });
	await shop.hq.waitSynced();
	await shop.scanForNotice(']E02954321012342', 'not_found');
});

test('an order’s number that looks like an EAN is that order’s', async () => {
	await shop.scanner.scan('96385074');
	await shop.station.waitState('asking', (doc) => doc.mode === 'asking'
		&& doc.asking.order === 'ZAM-2');
	await shop.calm();
});

test('a customer’s number is neither a product nor a card', async () => {
	await shop.scanForNotice(`]C0${KID}`, 'not_found');
	assert.strictEqual(await shop.station.refused('scan', { code: KID }), 'not_found');
});

test('lines are checked by GS1 DataMatrix, Digital Link, UPC-E, scale label and carton', async () => {
	await shop.openPickup('ZAM-1');
	await checks(`]d201${MUG.padStart(14, '0')}17271231${'10'}L7${GS}21S7`, [1, 0, 0, 0]);
	await checks(`]Q1https://sklep.example/p/01/${MUG}/21/S8?17=271231&x=y`, [2, 0, 0, 0]);
	await checks(']E004252614', [2, 1, 0, 0]);
	await checks(']E02912345012342', [2, 1, 1, 0]);
	await checks(']C10115901234123454', [2, 1, 1, 6]);
	await refuses('15901234123454', 'item_surplus'); // one piece is missing, not a carton
	await checks(']E05901234123457', [2, 1, 1, 7]);
	await refuses(']E004252614', 'item_surplus');
	await refuses(']E02812343146851', 'item_unknown');
	await refuses(`]C0${KID}`, 'not_found');
});

test('what breaks a rule is refused and changes nothing', async () => {
	const bad = `01${MUG.padStart(14, '0').slice(0, -1)}${(Number(MUG.at(-1)) + 1) % 10}`;
	const good = `01${MUG.padStart(14, '0')}`;

	for (const text of [`]d2${bad}10L7`, `]d2${good}17271332`, `]d2${good}0195012345678903`,
		`]Q1https://id.gs1.org/${bad.replace('01', '01/')}`, ']E004252615', `]Q1${good}10A${GS}21B`,
		'\\x1b[2J5901234123457', `${good}\\x1b`, '\\x00', `]C1${good}10A\\x7f`, '\\x1d',
		`]C0${MUG}${GS}`]) {
		await refuses(text, 'unreadable');
	}
	assert.strictEqual(await shop.station.refused('scan', { code: '59012341\t23457' }), 'unreadable');
	assert.strictEqual((await shop.station.state()).mode, 'pickup');
});

test('typed codes and `lada scan` go the same way', async () => {
	await shop.station.must('scan', { code: `\u001d01${MUG.padStart(14, '0')}10L9` });
	assert.deepStrictEqual(await checked(), [3, 1, 1, 7]);
	const { code, stderr } = run(program('lada'), ['-c', shop.station.conf, 'scan', '2912345999995']);

	assert.strictEqual(code, 0, stderr);
	assert.deepStrictEqual(await checked(), [3, 1, 2, 7]);
});

test('an SSCC is a parcel’s label', async () => {
	await shop.station.must('scan', { code: `\u001d00${SSCC}` });
	assert.strictEqual(await shop.station.refused('scan', { code: SSCC }), 'item_surplus');
});

test('a broken policy of codes is set aside, the last one stays in force', async () => {
	await shop.hq.put('policy', 'codes', { in_store: ['59IIIIIWWWWWC scale=3 unit=kg'] });
	await shop.hq.waitSynced();
	await until('the policy is reported', () => shop.hq.events('sync.rejected')
		.some((e) => e.body.id === 'codes' && e.body.reason === 'codes_prefix'));
	await refuses(']E02912345012342', 'item_surplus'); // still the cheese
});

test('the order is handed over with what was scanned', async () => {
	await shop.station.must('pickup.handover');
	const [event] = await until('pickup.completed', () => {
		const found = shop.hq.events('pickup.completed');

		return found.length ? found : null;
	});

	assert.deepStrictEqual(event.body.lines.map((line) => line.qty), [3, 1, 2, 7]);
	shop.noProblems();
});
