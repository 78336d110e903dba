// SPDX-License-Identifier: Apache-2.0
//
// Commands of HQ through a real broker, and another client that uses the station's client id.
'use strict';

const assert = require('node:assert');
const mqtt = require('mqtt');
const test = require('node:test');
const { shopOf } = require('../lib/shop.js');
const { program, run, until } = require('../lib/world.js');

const EXIT_RESTART = 75;

const shop = shopOf('commands', { scanner: false });

function send(id, cmd, args = {}, { inMs = 60000, lane = 'k1' } = {})
{
	return shop.hq.raw(shop.hq.laneTopic(lane, 'cmd'), JSON.stringify({
		id, cmd, args, expires: new Date(Date.now() + inMs).toISOString(),
	}));
}

function answers(id)
{
	return shop.hq.events('cmd.done').filter((e) => e.body.id === id).map((e) => e.body);
}

async function answer(id)
{
	await shop.hq.waitEvent('cmd.done', (body) => body.id === id);
	return answers(id)[0];
}

function status()
{
	return run(program('lada'), ['-c', shop.station.conf, 'status']).stdout;
}

test('print-test prints, once, however often it is sent', async () => {
	const before = shop.printer.jobs().length;

	for (let i = 0; i < 5; i++) {
		await send('p1', 'print-test', { name: 'receipt' });
	}
	const { ok, detail } = await answer('p1');

	assert.ok(ok);
	assert.match(detail, /^job \d+$/);
	await until('it came out', () => shop.printer.jobs().length === before + 1);
	await send('p2', 'diagnose'); // behind the repeats
	await answer('p2');
	assert.strictEqual(answers('p1').length, 1);
	assert.strictEqual(shop.printer.jobs().length, before + 1);
});

test('diagnose tells of cursors, devices, outbox and disk, and of nobody', async () => {
	await send('d1', 'diagnose');
	const { ok, detail } = await answer('d1');
	const told = JSON.parse(detail);

	assert.ok(ok);
	assert.strictEqual(told.cursors.policy.epoch, shop.hq.epoch);
	assert.deepStrictEqual(told.devices.map((d) => d.name), ['receipt']);
	assert.ok(Number.isInteger(told.outbox) && told.disk_free_bytes > 0);
	assert.ok(Math.abs(told.clock_offset_ms) < 2000);
	assert.ok(detail.length < 8192);
	assert.doesNotMatch(detail, /secret|argon2|token/);
});

test('set is kept over a restart, shown by lada status, and undone by null', async () => {
	await send('s1', 'set', { key: 'language', value: 'en' });
	assert.deepStrictEqual(await answer('s1'), { id: 's1', ok: true, detail: 'language set' });
	assert.match(status(), /setting +language = en, by HQ/);
	await shop.station.restart();
	await shop.station.waitState('English', (doc) => doc.language === 'en');
	await send('s2', 'set', { key: 'language', value: null });
	assert.ok((await answer('s2')).ok);
	await shop.station.waitState('Polish', (doc) => doc.language === 'pl');
	assert.doesNotMatch(status(), /setting/);
	await send('s3', 'set', { key: 'url', value: 'mqtt://elsewhere' });
	assert.deepStrictEqual(await answer('s3'), { id: 's3', ok: false, detail: 'no such setting' });
});

test('a message stands at the counter until it is answered', async () => {
	await shop.station.do('end');
	await send('m1', 'message', { text: 'Zamykamy o 18', level: 'bad' });
	assert.ok((await answer('m1')).ok);
	const doc = await shop.station.waitState('the message', (d) => d.notice
		&& d.notice.code === 'message');

	assert.strictEqual(doc.notice.text, 'Zamykamy o 18');
	assert.strictEqual(doc.notice.level, 'bad');
	await shop.station.must('message.done', { id: 'm1' });
	assert.strictEqual((await shop.station.state()).notice, null);
});

test('resync takes every stream anew by a snapshot', async () => {
	const snapshots = shop.hq.snapshotCount;

	await send('r1', 'resync', { stream: 'catalog' });
	assert.ok((await answer('r1')).ok);
	await until('a snapshot was offered and taken', () => shop.hq.snapshotCount > snapshots
		&& shop.hq.asks.some((a) => a.ask === 'part' && a.snapshot.endsWith('-catalog')
			&& Number(a.snapshot.slice(1).split('-')[0]) > snapshots));
	await shop.hq.waitSynced();
	const all = shop.hq.snapshotCount;

	await send('r2', 'resync');
	assert.ok((await answer('r2')).ok);
	await until('all six', () => shop.hq.snapshotCount >= all + 6);
	await shop.hq.waitSynced();
	assert.deepStrictEqual(shop.hq.problems, []);
});

test('expired, unknown and malformed commands do nothing, and the first two say so', async () => {
	await send('x1', 'restart', {}, { inMs: -1000 });
	assert.deepStrictEqual(await answer('x1'), { id: 'x1', ok: false, detail: 'expired' });
	await send('x2', 'self-destruct');
	assert.deepStrictEqual(await answer('x2'), { id: 'x2', ok: false, detail: 'unknown command' });
	const topic = shop.hq.laneTopic('k1', 'cmd');

	for (const text of ['', 'nonsense', '[]', '{}', '{"id":"x3","cmd":"restart"}',
		'{"id":"x4","cmd":"restart","expires":"2100-01-01T00:00:00Z","args":[]}']) {
		await shop.hq.raw(topic, text);
	}
	await send('x5', 'diagnose');
	assert.ok((await answer('x5')).ok);
	assert.ok(shop.station.child.alive);
	assert.strictEqual(answers('x3').length + answers('x4').length, 0);
	assert.match((await shop.station.get('/metrics')).text,
		/lada_sync_refused_total\{why="shape"\} [4-9]/);
});

test('restart answers first, and ends with a status that has it started again', async () => {
	await send('e1', 'restart');
	const { code, signal } = await shop.station.child.ended;

	assert.deepStrictEqual([code, signal], [EXIT_RESTART, null]);
	assert.match(shop.station.child.log(), /as HQ has commanded[\s\S]*stopped/);
	await shop.station.start();
	assert.ok((await answer('e1')).ok);
	/* The same id is not run again. */
	await send('e1', 'restart');
	await send('e2', 'diagnose');
	await answer('e2');
	assert.ok(shop.station.child.alive);
	assert.strictEqual(answers('e1').length, 1);
});

test('another client with our id is noticed once, told, and not fought with', async () => {
	const attempts = async () => Number(/^lada_broker_attempts_total (\d+)$/m
		.exec((await shop.station.get('/metrics')).text)[1]);

	await shop.hq.waitSynced();
	const thief = mqtt.connect(shop.broker.url, {
		clientId: 'lada-WAW-042-k1', clean: true, reconnectPeriod: 20, protocolVersion: 4,
	});

	thief.on('error', () => {});
	try {
		await shop.station.waitState('it is noticed', (doc) => doc.hq.taken === true, 30000);
		assert.match(status(), /another client uses this station's client id/);
		assert.match((await shop.station.get('/metrics')).text, /^lada_session_taken 1$/m);
		const before = await attempts();

		await until('it tries again', async () => await attempts() > before, 20000);
		assert.ok(await attempts() <= before + 1, 'it waits between its tries');
	} finally {
		await new Promise((resolve) => { thief.end(true, {}, resolve); });
	}
	await shop.hq.waitEvent('session.taken', () => true, 30000);
	await shop.station.waitState('it is over', (doc) => doc.hq.taken === false, 60000);
	assert.strictEqual(shop.hq.events('session.taken').length, 1);
	assert.deepStrictEqual(shop.hq.events('session.taken')[0].body, {});
	assert.match(status(), /broker +connected\nHQ +reachable/);
});
