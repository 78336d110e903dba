// SPDX-License-Identifier: Apache-2.0
//
// The reference HQ with a real station: what an integrator types, and what survives its death.
'use strict';

const test = require('node:test');
const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const { Broker } = require('../lib/broker.js');
const { LadaHq } = require('../lib/lada_hq.js');
const { Postgres } = require('../lib/postgres.js');
const { Station } = require('../lib/station.js');
const { readBarcodes } = require('../lib/sim.js');
const { Witness } = require('../lib/witness.js');
const { STORE, order, policyRecords, productRecords, stockRecords } = require('../lib/fixtures.js');
const { Cleanup, program, run, tempDir, until } = require('../lib/world.js');

const dir = tempDir('hq');
const records = path.join(dir, 'records.jsonl');
const cleanup = new Cleanup();
let broker;
let hq;
let station;
let witness;
let server = null; // where LADA_HQ_DB says postgresql

function lines(stream, type, byId)
{
	return Object.entries(byId).map(([id, body]) => JSON.stringify({
		store: STORE, stream, op: 'put', type, id, rev: 1, body,
	}));
}

/** A file with one order as an integrator would write it. */
function orderFile(id, over = {})
{
	const file = path.join(dir, `${id}.json`);

	fs.writeFileSync(file, JSON.stringify({
		store: STORE, stream: 'orders', op: 'put', type: 'order', id, rev: 1, body: order(id, over),
	}));
	return file;
}

function events(type)
{
	return hq.jsonLines('events', '--json').filter((event) => event.e.type === type);
}

function code(id)
{
	return hq.command('code', id).split('\n')[0];
}

/** A whole pickup by presses. */
async function handOver(id)
{
	await station.must('scan', { code: code(id) });
	const { pickup } = await station.state();

	for (const line of pickup.lines) {
		await station.must('pickup.check', { line: line.line, qty: line.qty });
	}
	await station.must('pickup.handover');
}

function waitCompleted(id)
{
	return until(`HQ has ${id}`, () =>
		events('pickup.completed').some((event) => event.e.body.order === id), 16000);
}

test.before(async () => {
	broker = new Broker(dir);
	cleanup.add(() => broker.stop());
	await broker.start();
	witness = new Witness(broker.url);
	cleanup.add(() => witness.stop());
	await witness.start();
	if (process.env.LADA_HQ_DB === 'postgresql') {
		server = new Postgres();
		cleanup.add(() => server.stop());
		await server.start();
	}
	hq = new LadaHq({ dir, url: broker.url, ...(server ? { db: server.newDatabase() } : {}) });
	cleanup.add(() => hq.stop());
});

test.after(() => cleanup.run());

test('import takes records in; the same again changes nothing', () => {
	fs.writeFileSync(records, [
		...lines('policy', 'policy', policyRecords()), ...lines('catalog', 'product', productRecords()),
		...lines('stock', 'stock', stockRecords()),
		...lines('orders', 'order', { 'ZAM-1': order('ZAM-1'), 'ZAM-2': order('ZAM-2') }), '',
	].join('\n'));
	assert.match(hq.command('import', records), /^14 changed, 0 unchanged, 0 refused/);
	assert.match(hq.command('import', records), /^0 changed, 14 unchanged, 0 refused/);
	const bad = path.join(dir, 'bad.jsonl');

	fs.writeFileSync(bad, '{"store":"WAW-042"}\nnot json\n');
	assert.notStrictEqual(run(program('lada-hq'), [...hq.common, 'import', bad]).code, 0);
});

test('a file that is damaged, and one that is none, are told apart', () => {
	const file = path.join(dir, 'bad.db');
	const said = () => run(program('lada-hq'), ['--db', file, 'orders']);

	fs.writeFileSync(file, 'no database');
	assert.match(said().stderr, /is no database of lada-hq/);
	fs.rmSync(file);
	run(program('lada-hq'), ['--db', file, 'import', '/dev/null']);
	const bytes = fs.readFileSync(file);

	bytes.fill(0xa5, 100); // behind the header
	fs.writeFileSync(file, bytes);
	fs.rmSync(`${file}-wal`);
	fs.rmSync(`${file}-shm`);
	assert.match(said().stderr, /is damaged/);
	assert.strictEqual(said().code, 1);
});

test('keygen and code: the QR read back is the code, as PNG and in the terminal', () => {
	const keys = hq.command('keygen');

	assert.match(keys, /^\d+ pickup [A-Za-z0-9+/]{43}=\n$/);
	const png = path.join(dir, 'code.png');
	const text = hq.command('code', 'ZAM-1', '--png', png).trim();

	assert.deepStrictEqual(readBarcodes(png), [text]);
	assert.match(text, /^L1\.[A-Za-z0-9_-]+$/);
	const svg = path.join(dir, 'code.svg');

	hq.command('code', 'ZAM-1', '--svg', svg);
	assert.match(fs.readFileSync(svg, 'utf8'), /<svg/);
	assert.ok(hq.command('code', 'ZAM-1', '--text').split('\n').length > 15);
	assert.notStrictEqual(run(program('lada-hq'), [...hq.common, 'code', 'ZAM-NOBODY']).code, 0);
	for (const how of ['--png', '--svg']) {
		const nowhere = path.join(dir, 'not-there', 'code');

		assert.match(run(program('lada-hq'), [...hq.common, 'code', 'ZAM-1', how, nowhere]).stderr,
			/not-there\/code: No such file or directory/);
	}
	station = new Station({ dir, brokerUrl: broker.url, keysText: keys });
});

test('a station syncs from it and hands over; HQ ends with the order collected', async () => {
	await hq.serve();
	cleanup.add(() => station.stop());
	await station.start();
	await until('HQ sees the lane at the head of every stream', () => {
		const [lane] = JSON.parse(hq.command('fleet', '--json')).lanes;

		return lane && lane.online && Object.values(lane.streams).every((stream) =>
			stream.cursor_epoch === stream.epoch && stream.cursor === stream.head);
	}, 15000);
	await station.login();
	await handOver('ZAM-1');
	await waitCompleted('ZAM-1');
	const there = JSON.parse(hq.command('order', 'get', 'ZAM-1'));

	assert.strictEqual(there.body.status, 'collected');
	const last = events('pickup.completed')[0];

	assert.deepStrictEqual(hq.jsonLines('events', '--json', '--after', String(last.n))
		.filter((event) => event.n <= last.n), []);
});

test('an order put while it serves arrives; one that does not add up is refused', async () => {
	hq.command('order', 'put', orderFile('ZAM-3'));
	await until('the station knows it', async () =>
		(await station.do('scan', { code: code('ZAM-3') })).status === 200, 8000);
	await station.must('pickup.cancel');
	const bad = order('ZAM-4').totals;
	const result = run(program('lada-hq'), [...hq.common, 'order', 'put',
		orderFile('ZAM-4', { totals: { ...bad, total: bad.total + 1 } })]);

	assert.strictEqual(result.code, 1, result.stdout);
});

test('HQ, the broker and the station die with -9; each event is there once', async () => {
	await hq.child.kill9();
	await handOver('ZAM-3');
	await broker.kill9();
	await handOver('ZAM-2');
	await station.kill9();
	await broker.start();
	await hq.serve();
	await station.start();
	await waitCompleted('ZAM-3');
	await waitCompleted('ZAM-2');
	await until('the outbox is empty', async () => {
		await station.login();
		return (await station.state()).hq.outbox === 0;
	}, 16000);
	assert.deepStrictEqual(events('pickup.completed').map((event) => event.e.body.order),
		['ZAM-1', 'ZAM-3', 'ZAM-2']);
	const seqs = hq.jsonLines('events', '--json').map((event) => event.seq);

	assert.deepStrictEqual(seqs, seqs.map((_, i) => i + 1));
});

test('an ERP that writes ready again does not undo it', async () => {
	hq.command('order', 'put', orderFile('ZAM-1', { shelf: 'X-9' }));
	await until('the conflict is at HQ', () => events('order.conflict')
		.some((event) => event.e.body.order === 'ZAM-1'), 10000);
	assert.strictEqual(await station.refused('scan', { code: code('ZAM-1') }), 'already_collected');
});

test('fleet and acl say what they know', () => {
	assert.match(hq.command('fleet'), /k1/);
	assert.match(hq.command('acl'), /pattern|user|topic/);
});

test('everything that HQ and the station published is what the schemas say', () => {
	assert.deepStrictEqual(witness.faults, []);
	for (const kind of ['hq', 'up', 'ack', 'ask', 'state', 'down']) {
		assert.ok(witness.seen.get(kind) > 0, `no ${kind}`);
	}
});
