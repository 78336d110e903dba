// SPDX-License-Identifier: Apache-2.0
//
// The main job: an order comes from HQ, its code is scanned, the right items are checked, the
// order is handed over, the slip prints, HQ has the events.
'use strict';

const test = require('node:test');
const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const { shopOf } = require('../lib/shop.js');
const { GOODS, STORE, order } = require('../lib/fixtures.js');
const { readBarcodes } = require('../lib/sim.js');
const { TOP, sleep } = require('../lib/world.js');

const MUG = GOODS['SKU-MUG'];
const TEA = GOODS['SKU-TEA'];
const SAME_READ_MS = 300;

const shop = shopOf('pickup', () => ({
	orders: {
		'ZAM-1': order('ZAM-1'),
		'ZAM-2': order('ZAM-2', { goods: [['SKU-SOAP', 1]] }),
		'ZAM-EN': order('ZAM-EN', { goods: [['SKU-TEA', 1]], lang: 'en' }),
		'ZAM-UK': order('ZAM-UK', { goods: [['SKU-TEA', 1]], lang: 'uk' }),
		'ZAM-KEY': order('ZAM-KEY', { goods: [['SKU-TEA', 2]] }),
	},
}));

let code1;

test('an idle counter shows a person, devices, HQ and nothing open', async () => {
	await shop.station.waitState('idle with HQ and devices', (doc) => doc.mode === 'idle'
		&& doc.hq.reachable && doc.devices.every((d) => d.status === 'ok'));
	const doc = await shop.station.state();

	assert.ok(Number.isInteger(doc.revision));
	assert.strictEqual(doc.pickup, null);
	assert.deepStrictEqual(doc.staff, { id: 'E17', name: 'Ola', role: 'clerk' });
	assert.strictEqual(doc.hq.broker, true);
	assert.strictEqual(doc.hq.isolated, false);
	assert.ok(Number.isInteger(doc.hq.outbox));
	assert.deepStrictEqual(doc.devices.map((d) => [d.name, d.kind, d.protocol]).sort(),
		[['counter', 'scanner', 'line'], ['receipt', 'printer', 'escpos']]);
	assert.ok(Array.isArray(doc.jobs));
	assert.ok(Array.isArray(doc.queue));
	assert.ok(!doc.return);
});

test('a scanned code opens the pickup with lines, shelf and customer', async () => {
	code1 = shop.code('ZAM-1');
	await shop.scanner.scan(code1);
	const { pickup } = await shop.station.waitState('the pickup', (doc) => doc.mode === 'pickup');

	assert.strictEqual(pickup.order, 'ZAM-1');
	assert.strictEqual(pickup.verdict, 'ok');
	assert.strictEqual(pickup.claim, 'none');
	assert.strictEqual(pickup.shelf, 'B-12');
	assert.strictEqual(pickup.due, 0);
	assert.strictEqual(pickup.paid, 0);
	assert.match(JSON.stringify(pickup.customer), /Łucja Ż\./);
	assert.deepStrictEqual(pickup.lines.map(({ line, sku, gtin, name, qty, checked, short }) =>
		({ line, sku, gtin, name, qty, checked, short })), [
		{ line: 1, sku: 'SKU-MUG', gtin: MUG.gtin, name: MUG.name, qty: 2, checked: 0, short: 0 },
		{ line: 2, sku: 'SKU-TEA', gtin: TEA.gtin, name: TEA.name, qty: 1, checked: 0, short: 0 },
	]);
});

test('the customer sees a greeting, no staff and no goods of others', async () => {
	const text = JSON.stringify(await shop.station.state('customer', { session: false }));

	assert.doesNotMatch(text, /E17|"Ola"|482100|phone_hash|pin_hash/);
	assert.match(text, /pickup|ZK 1|Łucja/);
});

test('the open order scanned again changes nothing', async () => {
	const before = await shop.station.state();

	await shop.station.do('scan', { code: code1 });
	const after = await shop.station.state();

	assert.deepStrictEqual(after.pickup, before.pickup);
	assert.strictEqual(after.mode, 'pickup');
});

test('another order while one is open is refused busy', async () => {
	const before = await shop.station.state();

	assert.strictEqual(await shop.station.refused('scan', { code: shop.code('ZAM-2') }), 'busy');
	const after = await shop.station.state();

	assert.strictEqual(after.notice.code, 'busy');
	assert.deepStrictEqual(after.pickup, before.pickup);
});

test('wrong and surplus items are refused and change nothing', async () => {
	const unknown = await shop.scanForNotice(GOODS['SKU-BOOK'].gtin, 'item_unknown');

	assert.deepStrictEqual(unknown.pickup.lines.map((l) => l.checked), [0, 0]);
	assert.strictEqual(typeof unknown.notice.text, 'string');
	assert.ok(unknown.notice.text.length > 0);
	assert.ok(unknown.notice.level);
	await shop.scanForNotice('5901234123457', 'item_unknown');
	await shop.scanner.scan(TEA.gtin);
	await shop.station.waitState('tea checked', (doc) => doc.pickup.lines[1].checked === 1);
	await sleep(SAME_READ_MS + 50); // the same text sooner is the same read
	const surplus = await shop.scanForNotice(TEA.gtin, 'item_surplus');

	assert.deepStrictEqual(surplus.pickup.lines.map((l) => l.checked), [0, 1]);
});

test('a handover with unchecked items is refused', async () => {
	assert.strictEqual(await shop.station.refused('pickup.handover'), 'items_unchecked');
	assert.strictEqual((await shop.station.state()).mode, 'pickup');
});

test('the same text within 300 ms is one read', async () => {
	await shop.scanner.scan(MUG.gtin);
	await shop.scanner.scan(MUG.gtin);
	const first = await shop.station.waitState('one mug', (doc) => doc.pickup.lines[0].checked >= 1);

	assert.strictEqual(first.pickup.lines[0].checked, 1);
	await sleep(SAME_READ_MS + 50);
	await shop.scanner.scan(MUG.gtin);
	await shop.station.waitState('two mugs', (doc) => doc.pickup.lines[0].checked === 2);
});

test('the handover leaves the desk idle, and everything follows from it', async () => {
	const answer = await shop.station.must('pickup.handover');
	const doc = await shop.station.state();

	assert.ok(doc.revision >= answer.revision);
	assert.strictEqual(doc.mode, 'idle');
	assert.strictEqual(doc.pickup, null);
	const done = await shop.hq.waitEvent('pickup.completed', (body) => body.order === 'ZAM-1');

	assert.strictEqual(done.body.rev, 1);
	assert.strictEqual(done.body.method, 'code');
	assert.strictEqual(done.body.mode, 'online');
	assert.strictEqual(done.body.collector, 'self');
	assert.strictEqual(done.body.staff, 'E17');
	assert.deepStrictEqual(done.body.lines.map(({ line, sku, qty, short }) =>
		[line, sku, qty, short || 0]), [[1, 'SKU-MUG', 2, 0], [2, 'SKU-TEA', 1, 0]]);
	await shop.hq.waitEvent('stock.changed', (b) => b.sku === 'SKU-MUG' && b.delta === -2);
	await shop.hq.waitEvent('stock.changed', (b) => b.sku === 'SKU-TEA' && b.delta === -1);
	await shop.hq.waitEvent('pickup.verified', (b) => b.order === 'ZAM-1' && b.method === 'code'
		&& b.mode === 'online');
	assert.strictEqual(shop.hq.record('orders', 'ZAM-1').status, 'collected');
});

test('the slip has every Polish letter, the order, and a QR of the return code', async () => {
	const job = await shop.printer.waitJob('ZK 1/2026');

	for (const word of ['Sklep pod Żółwiem', 'ul. Łąkowa 3', 'Kubek', 'Żółw', 'Herbata z Łęczycy',
		'59,98', '14,99', '74,97', 'zł', 'Dziękujemy', 'Ola']) {
		assert.ok(job.text.includes(word), `${word} is on the slip:\n${job.text}`);
	}
	assert.doesNotMatch(job.text, /paragon/i);
	assert.strictEqual(job.cut, true);
	assert.strictEqual(job.unknown, 0);
	const codes = readBarcodes(job.png);

	assert.strictEqual(codes.length, 1, job.text);
	assert.match(codes[0], /^LR\.ZAM-1\.[A-Za-z0-9._-]+$/);
	await shop.station.waitState('the job is done', (doc) => doc.jobs.length === 1
		&& doc.jobs[0].status === 'done' && doc.jobs[0].printer === 'receipt');
});

test('the same code again is already_collected, also after HQ has taken it', async () => {
	const early = await shop.scanForNotice(code1, 'already_collected');

	assert.strictEqual(early.mode, 'idle');
	assert.strictEqual(early.pickup, null);
	await shop.hq.waitSynced();
	assert.strictEqual(await shop.station.refused('scan', { code: code1 }), 'already_collected');
	await shop.hq.waitEvent('pickup.refused', (b) => b.order === 'ZAM-1'
		&& b.reason === 'already_collected' && b.method === 'code');
});

test('a cancelled pickup leaves the order ready and the desk idle', async () => {
	await shop.openPickup('ZAM-2');
	await shop.station.must('pickup.check', { line: 1, qty: 1 });
	await shop.station.must('pickup.cancel');
	assert.strictEqual((await shop.station.state()).mode, 'idle');
	assert.strictEqual(shop.hq.events('pickup.completed').length, 1);
	await shop.handOver('ZAM-2');
});

test('a code at the end of a URL and with an AIM prefix is the same code', async () => {
	await shop.scanner.scan(`]Q1https://sklep.example/odbior?x=1#${shop.code('ZAM-EN')}`);
	const doc = await shop.station.waitState('the pickup', (d) => d.mode === 'pickup');

	assert.strictEqual(doc.pickup.order, 'ZAM-EN');
	await shop.checkAll(doc);
	await shop.station.must('pickup.handover');
	const job = await shop.printer.waitJob('LR.ZAM-EN.');

	assert.match(job.text, /Turtle Shop/);
	assert.match(job.text, /Thank you!/);
});

test('a Ukrainian slip can be read, as text or as dots', async () => {
	await shop.handOver('ZAM-UK');
	const job = await shop.printer.waitJob('LR.ZAM-UK.');

	assert.doesNotMatch(job.text, /\?\?\?/);
	assert.deepStrictEqual(readBarcodes(job.png).map((code) => code.slice(0, 10)), ['LR.ZAM-UK.']);
	assert.ok(/Дякуємо!/.test(job.text) || /\[(IMAGE|RASTER|BITMAP)/i.test(job.text), job.text);
});

test('a repeated press with one Idempotency-Key is one press', async () => {
	await shop.openPickup('ZAM-KEY');
	await shop.station.must('pickup.check', { line: 1, qty: 2 });
	const [one, two] = await Promise.all([0, 1].map(() =>
		shop.station.do('pickup.handover', {}, { key: 'press-1' })));
	const three = await shop.station.do('pickup.handover', {}, { key: 'press-1' });

	assert.strictEqual(one.status, 200, one.text);
	assert.strictEqual(two.text, one.text);
	assert.strictEqual(three.text, one.text);
	await shop.outboxEmpty();
	assert.strictEqual(shop.hq.events('pickup.completed')
		.filter((e) => e.body.order === 'ZAM-KEY').length, 1);
});

test('the metrics and the web pages are there', async () => {
	const metrics = await shop.station.get('/metrics');

	assert.strictEqual(metrics.status, 200);
	assert.match(metrics.text, /^[a-z_]+(\{[^}]*\})? [0-9.e+-]+$/m);
	for (const page of ['/counter/', '/customer/']) {
		const answer = await shop.station.get(page);

		assert.strictEqual(answer.status, 200, page);
		assert.match(answer.headers['content-type'], /text\/html/);
	}
});

test('HQ saw each event once in one chain, and all of HQ is here', async () => {
	await shop.outboxEmpty();
	await shop.hq.waitSynced();
	shop.noProblems();
	assert.deepStrictEqual(shop.hq.events('pickup.completed').map((e) => e.body.order).sort(),
		['ZAM-1', 'ZAM-2', 'ZAM-EN', 'ZAM-KEY', 'ZAM-UK']);
	assert.strictEqual(shop.hq.record('stock', 'SKU-TEA').on_hand, 95);
	assert.strictEqual(shop.printer.jobs().length, 5);
	assert.strictEqual(STORE, shop.hq.store);
});

test('every metric has one type and its row in ui/API.md, which names no other', async () => {
	const { text } = await shop.station.get('/metrics');
	const types = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)];
	const names = types.map(([, name]) => name);
	const labels = [...text.matchAll(/^(\w+)(?:\{|\s)/gm)].map(([, name]) => name);
	const page = fs.readFileSync(path.join(TOP, 'ui/API.md'), 'utf8').split('## Health and metrics')[1];
	const rows = [...page.matchAll(/^\| `(lada_\w+)/gm)].map(([, name]) => name);

	assert.deepStrictEqual(names.filter((name, i) => names.indexOf(name) !== i), [], 'named twice');
	assert.deepStrictEqual([...rows].sort(), [...names].sort());
	for (const name of labels.filter((word) => word.startsWith('lada_'))) {
		assert.ok(names.includes(name.replace(/_(?:bucket|sum|count)$/, '')) || names.includes(name), name);
	}
	assert.ok(!text.includes('"?"'), 'a label without a name');
});
