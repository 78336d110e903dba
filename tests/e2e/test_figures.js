// SPDX-License-Identifier: Apache-2.0
//
// A short day and its key figures through the real programs: an order is prepared in time, a
// customer checks in and waits, one is refused, something comes back; the board, the manager,
// Prometheus, `lada figures`, and HQ once the shop has closed say the same.
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
	GOODS, STORE, order, policyRecords, productRecords, stockRecords,
} = require('../lib/fixtures.js');
const { Cleanup, program, run, sleep, tempDir, until } = require('../lib/world.js');

const WAIT_MS = 2100;
const dir = tempDir('figures');
const cleanup = new Cleanup();
let broker;
let hq;
let station;
let witness;

/** The shop's day and minute. */
function local()
{
	const [day, time] = new Date().toLocaleString('sv-SE', { timeZone: 'Europe/Warsaw' }).split(' ');

	return { day, time: time.slice(0, 5) };
}

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

function code(id)
{
	return hq.command('code', id).split('\n')[0];
}

async function metric(line)
{
	const { text } = await station.get('/metrics');
	const found = text.split('\n').find((l) => l.startsWith(`${line} `));

	return found ? Number(found.slice(line.length + 1)) : null;
}

function tool(...args)
{
	return run(program('lada'), ['-c', path.join(dir, 'lada.conf'), ...args]);
}

test.before(async () => {
	broker = await begun(new Broker(dir));
	witness = await begun(new Witness(broker.url));
	hq = new LadaHq({ dir, url: broker.url });
	cleanup.add(() => hq.stop());
	const keys = hq.command('keygen');
	const policies = policyRecords();

	policies.pickup.check_items = 'none';
	put(lines('policy', 'policy', policies), lines('catalog', 'product', productRecords()),
		lines('stock', 'stock', stockRecords()), lines('orders', 'order', {
			'ZAM-1': order('ZAM-1', { goods: [['SKU-TEA', 1]] }),
			'ZAM-2': order('ZAM-2', { goods: [['SKU-MUG', 1]] }),
			'ZAM-3': order('ZAM-3', {
				goods: [['SKU-SOAP', 1]], status: 'placed', shelf: undefined, ready_at: undefined,
				promised_at: new Date(Date.now() + 3600000).toISOString(),
			}),
		}));
	await hq.serve();
	const printer = await begun(new SimPrinter({ dir }));
	const scanner = await begun(new SimScanner({ dir }));

	station = new Station({
		dir, brokerUrl: broker.url, keysText: keys, printerPort: printer.port, scannerLink: scanner.link,
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

test('a customer checks in and waits: the handover says how long', async () => {
	await station.must('scan', { code: code('ZAM-1') }, { session: false });
	await sleep(WAIT_MS); /* a duration is what is measured here */
	await station.must('pickup.take', { order: 'ZAM-1' });
	await station.must('pickup.handover');
	await until('HQ has the handover', () => told('pickup.completed').length === 1, 16000);
	const [{ waited, handled }] = told('pickup.completed');

	assert.ok(waited >= 2 && waited < 60, `waited ${waited}`);
	assert.ok(handled >= 0 && handled <= waited, `handled ${handled}`);
});

test('an order is prepared in time; a refusal; a handover to who did not check in', async () => {
	await station.must('prep.start', { order: 'ZAM-3' });
	await station.must('scan', { code: GOODS['SKU-SOAP'].gtin });
	await station.must('prep.stage', { shelf: 'B-14' });
	assert.strictEqual(await station.refused('scan', { code: code('ZAM-1') }), 'already_collected');
	await station.must('scan', { code: code('ZAM-2') });
	await station.must('pickup.handover');
});

test('the board shows the hour beside last week\'s; nothing about people', async () => {
	const { figures } = await station.waitState('the day on the board', (doc) => doc.figures
		&& doc.figures.hours.reduce((n, h) => n + h.handovers, 0) === 2, 20000, 'board');
	const hour = figures.hours.find((h) => h.handovers > 0);

	assert.strictEqual(figures.day, local().day);
	assert.strictEqual(new Date(figures.day) - new Date(figures.before_day), 7 * 86400000);
	assert.strictEqual(figures.hours.reduce((n, h) => n + h.on_time, 0), 1);
	assert.ok(hour.waiting_s > 0 && hour.waiting_s <= 60);
	assert.deepStrictEqual(hour.before, { handovers: 0, waiting_s: null, on_time: 0, late: 0 });
	assert.strictEqual(figures.queue.ready, 1);
	assert.doesNotMatch(JSON.stringify(figures), /E17|Ola|C-ZAM|ZAM-|Łucja/);
	for (const file of ['/web/charts.js', '/web/figures.js'])
		assert.strictEqual((await station.get(file)).status, 200);
});

test('Prometheus: a histogram of waiting, counters with bounded labels', async () => {
	assert.strictEqual(await metric('lada_waiting_seconds_count'), 2);
	assert.strictEqual(await metric('lada_waiting_seconds_bucket{le="+Inf"}'), 2);
	assert.ok(await metric('lada_waiting_seconds_sum') >= 2);
	assert.strictEqual(await metric('lada_arrivals_total'), 1);
	assert.strictEqual(await metric('lada_refusals_total{reason="already_collected"}'), 1);
	assert.strictEqual(await metric('lada_orders_ready_total{promise="on_time"}'), 1);
	const { text } = await station.get('/metrics');

	assert.match(text, /# TYPE lada_waiting_seconds histogram/);
	assert.doesNotMatch(text.replace(/^#.*$/gm, ''), /ZAM-|E17|Ola/);
});

test('lada figures: the day, and that the journal says the same', async () => {
	const day = JSON.parse(tool('figures', '--json').stdout);

	assert.strictEqual(day.store, STORE);
	assert.strictEqual(day.handovers, 2);
	assert.strictEqual(day.ready.on_time, 1);
	assert.strictEqual(day.refused.by.already_collected, 1);
	assert.match(tool('figures').stdout, /handovers +2\n/);
	assert.match(tool('figures', '2020-02-29').stdout, /handovers +0\n/);
	assert.strictEqual(tool('figures', 'yesterday').code, 2);
	const checked = tool('figures', '--check');

	assert.strictEqual(checked.code, 0, checked.stdout + checked.stderr);
	assert.match(checked.stdout, /what its journal says/);
});

test('the shop closes: HQ has the day, once, over a restart too', async () => {
	await until('the day has begun', () => local().time > '00:00', 70000);
	const { day, time } = local();

	put(lines('policy', 'policy', { hours: { also_open: { [day]: ['00:00', time] } } }));
	await until('HQ has the day', () => told('day.figures').length >= 1, 30000);
	const [body] = told('day.figures');
	const sum = (figure, part) => Object.values(body.hours).reduce((n, hour) =>
		n + ((part ? (hour[figure] || {})[part] : hour[figure]) || [0])[0], 0);

	assert.strictEqual(body.day, day);
	assert.strictEqual(body.again, undefined);
	assert.strictEqual(sum('handovers'), 2);
	assert.strictEqual(sum('ready', 'on_time'), 1);
	await station.restart();
	await station.waitState('the board after the restart', (doc) => doc.figures
		&& doc.figures.hours.length > 0, 20000, 'board');
	await sleep(1500);
	assert.strictEqual(told('day.figures').length, 1);
	const [listed] = hq.jsonLines('figures', '--json', '--store', STORE);

	assert.strictEqual(listed.handovers, 2);
	assert.strictEqual(listed.waiting.n, 2);
	assert.strictEqual(listed.ready.on_time_percent, 100);
	assert.match(hq.command('figures'), new RegExp(`${day} ${STORE} +1 +2 `));
	assert.deepStrictEqual(witness.faults, []);
});
