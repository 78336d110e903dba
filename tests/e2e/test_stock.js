// SPDX-License-Identifier: Apache-2.0
//
// Stock through the real programs, with a scanner on a pty: a delivery is received, the station is
// killed in the middle; a shelf is counted blind, with a difference and a second count; HQ's figures
// are right; the kiosk shows who else has a thing, and begins an order that HQ lists.
'use strict';

const test = require('node:test');
const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const { Broker } = require('../lib/broker.js');
const { LadaHq } = require('../lib/lada_hq.js');
const { SimPrinter, SimScanner } = require('../lib/sim.js');
const { Station } = require('../lib/station.js');
const { Witness } = require('../lib/witness.js');
const {
	GOODS, STORE, ean13, order, policyRecords, productRecords, stockRecords,
} = require('../lib/fixtures.js');
const { Cleanup, tempDir, until } = require('../lib/world.js');

const PACK = ean13('590123400091');
const LINK = 'https://sklep.example/d/';
const SAME_READ_MS = 320; // the same code sooner is the same read
const dir = tempDir('stock');
const cleanup = new Cleanup();
let broker;
let hq;
let printer;
let scanner;
let station;
let witness;
let scannedMs = 0;

function lines(stream, type, byId, rev = 1)
{
	return Object.entries(byId).map(([id, body]) =>
		JSON.stringify({ store: STORE, stream, op: 'put', type, id, rev, body }));
}

function put(...records)
{
	const file = path.join(dir, 'put.jsonl');

	fs.writeFileSync(file, `${records.flat().join('\n')}\n`);
	hq.command('import', file);
}

async function begun(thing)
{
	cleanup.add(() => thing.stop());
	await thing.start();
	return thing;
}

function told(type)
{
	return hq.jsonLines('events', '--json', '--type', type).map(({ e }) => e.body);
}

async function atHq(type, count)
{
	await until(`HQ has ${count} ${type}`, () => told(type).length >= count, 16000);
	return told(type);
}

/** What HQ has told stations of a product, by the newest message that names it. */
function figure(sku)
{
	const ops = witness.messages.filter(({ topic }) => topic.endsWith('/down/stock'))
		.flatMap(({ text }) => JSON.parse(text).ops || []).filter(({ id }) => id === sku);

	return ops.length ? ops.at(-1).body.on_hand : null;
}

/** One more piece, or pack, by the scanner; the desk's work then has so many. */
async function scan(code, pieces)
{
	await until('the reader takes the same code again', () => Date.now() - scannedMs > SAME_READ_MS);
	await scanner.scan(code);
	scannedMs = Date.now();
	return station.waitState(`${pieces} pieces`, ({ count }) => count && count.pieces === pieces);
}

test.before(async () => {
	broker = await begun(new Broker(dir));
	witness = await begun(new Witness(broker.url));
	hq = new LadaHq({ dir, url: broker.url });
	cleanup.add(() => hq.stop());
	const keys = hq.command('keygen');
	const products = productRecords();

	products['SKU-TEA'].gtin.push({ code: PACK, qty: 12 });
	put(lines('policy', 'policy', policyRecords({
		stock: { recount_above: 3 },
		kiosk: { draft_url: `${LINK}{draft}`, slip: true },
	})), lines('catalog', 'product', products), lines('stock', 'stock', {
		...stockRecords(),
		'SKU-MUG': { on_hand: 4, reserved: 2, other: [{ store: 'KRK-1', on_hand: 7 }] },
		'SKU-TEA': { on_hand: 1 },
	}), lines('orders', 'order', { 'ZAM-1': order('ZAM-1', { goods: [['SKU-MUG', 2]] }) }));
	await hq.serve();
	printer = await begun(new SimPrinter({ dir }));
	scanner = await begun(new SimScanner({ dir }));
	station = new Station({
		dir, brokerUrl: broker.url, keysText: keys, printerPort: printer.port,
		scannerLink: scanner.link,
	});
	cleanup.add(() => station.stop());
	await station.start();
	await until('the station has its records', async () => {
		const [lane] = JSON.parse(hq.command('fleet', '--json')).lanes;

		return lane && lane.online && Object.values(lane.streams).every((stream) =>
			stream.cursor_epoch === stream.epoch && stream.cursor === stream.head);
	}, 16000);
	await station.login();
});

test.after(() => cleanup.run());

test('figures: what orders hold is not for others', async () => {
	await station.must('scan', { code: GOODS['SKU-MUG'].gtin });
	const { product } = await station.state();

	assert.deepStrictEqual([product.on_hand, product.reserved, product.available], [4, 2, 2]);
	assert.deepStrictEqual(product.other.map(({ store, name, on_hand: n }) => [store, name, n]),
		[['KRK-1', 'Kraków', 7]]);
});

test('a delivery is scanned in pieces and packs; killed in the middle, nothing is lost', async () => {
	await station.must('stock.begin', { work: 'receive', number: 'WZ 12/2026' });
	await scan(PACK, 12);
	await scan(GOODS['SKU-TEA'].gtin, 13);
	await station.restart();
	await station.login();
	await station.waitState('the delivery goes on', ({ mode, count }) =>
		mode === 'count' && count.number === 'WZ 12/2026' && count.pieces === 13);
	await until('the scanner is used again', async () => (await station.state()).devices
		.some(({ name, status }) => name === 'counter' && status === 'ok'));
	await scan(PACK, 25);
	assert.deepStrictEqual(told('stock.changed'), []);
	await station.must('stock.finish');
	const [change] = await atHq('stock.changed', 1);

	assert.deepStrictEqual([change.sku, change.delta, change.why, change.number],
		['SKU-TEA', 25, 'delivery', 'WZ 12/2026']);
	await until('HQ tells the new figure', () => figure('SKU-TEA') === 26, 16000);
});

test('a shelf is counted blind, a large difference twice; HQ counts by the change alone', async () => {
	await station.must('stock.begin', { work: 'count' });
	await scan(GOODS['SKU-MUG'].gtin, 1);
	await scan(GOODS['SKU-TEA'].gtin, 2);
	await station.must('stock.count', { sku: 'SKU-TEA', qty: 24 });
	await scan(GOODS['SKU-MUG'].gtin, 26);
	await station.must('stock.count', { sku: 'SKU-MUG', qty: 3 });
	assert.doesNotMatch(JSON.stringify((await station.state()).count), /expected|26|"on_hand"/);
	await station.must('stock.count', { sku: 'SKU-SOAP', qty: 20 });
	assert.strictEqual(await station.refused('stock.finish'), 'recount');
	const { count } = await station.state();

	assert.deepStrictEqual(count.lines.filter((line) => line.recount).map(({ sku }) => sku), ['SKU-SOAP']);
	await scan(GOODS['SKU-SOAP'].gtin, 28);
	await station.must('stock.count', { sku: 'SKU-SOAP', qty: 98 });
	const { differences } = await station.must('stock.finish');

	assert.deepStrictEqual(differences.map(({ sku, difference }) => [sku, difference]).sort(),
		[['SKU-MUG', -1], ['SKU-SOAP', -2], ['SKU-TEA', -2]]);
	const counted = await atHq('stock.counted', 3);

	assert.deepStrictEqual(counted.map((body) => [body.sku, body.counted, body.expected]).sort(),
		[['SKU-MUG', 3, 4], ['SKU-SOAP', 98, 100], ['SKU-TEA', 24, 26]]);
	await until('HQ tells the counted figures', () => figure('SKU-MUG') === 3
		&& figure('SKU-SOAP') === 98 && figure('SKU-TEA') === 24, 16000);
	await station.must('scan', { code: GOODS['SKU-TEA'].gtin });
	await station.waitState('the station shows what HQ has', ({ product }) =>
		product && product.on_hand === 24);
});

test('the kiosk: who else has it, a draft, its QR; nothing of the customer', async () => {
	const guest = { session: false };

	await station.must('scan', { code: GOODS['SKU-MUG'].gtin }, guest);
	const { product } = await station.waitState('the customer sees it',
		(seen) => seen.product && seen.product.sku === 'SKU-MUG', 5000, 'customer');

	assert.strictEqual(product.on_hand, undefined);
	assert.deepStrictEqual([product.available, product.order_up_to, product.other[0].name], [1, 10, 'Kraków']);
	const { draft, qr } = await station.must('order.draft',
		{ sku: 'SKU-MUG', qty: 2, where: 'store', store: 'KRK-1' }, guest);

	assert.strictEqual(qr, LINK + draft);
	const seen = await station.state('customer', guest);

	assert.strictEqual(seen.draft.qr, qr);
	assert.ok(seen.draft.qr_rows.length >= 21
		&& seen.draft.qr_rows.every((row) => row.length === seen.draft.qr_rows.length));
	const slip = await printer.waitJob('DOKOŃCZ', 10000);

	assert.ok(slip.text.includes('Kraków'));
	await atHq('order.drafted', 1);
	const [listed] = hq.jsonLines('drafts', '--json');

	assert.deepStrictEqual(listed.e.body,
		{ draft, sku: 'SKU-MUG', qty: 2, where: 'store', store: 'KRK-1', desk: 'kiosk' });
	assert.strictEqual(listed.person, undefined);
	assert.ok(hq.command('drafts').includes(draft));
	await station.must('end', {}, guest);
	assert.strictEqual((await station.state('customer', guest)).draft, null);
	assert.deepStrictEqual(witness.faults, []);
});
