// SPDX-License-Identifier: Apache-2.0
//
// The fake HQ against a real broker: it answers, replays, offers, and notices a broken chain.
'use strict';

const test = require('node:test');
const assert = require('node:assert');
const mqtt = require('mqtt');
const { Broker } = require('../lib/broker.js');
const { FakeHq } = require('../lib/fake_hq.js');
const { ZERO_HASH, hash128 } = require('../lib/codes.js');
const { recordsSum } = require('./blake2b.js');
const { tempDir, until } = require('../lib/world.js');

const LANE = 'lada/1/WAW-042/k1';
let broker;
let hq;
let lane;
const heard = [];

function ask(body)
{
	lane.publish(`${LANE}/ask`, JSON.stringify(body), { qos: 1 });
}

function hear(what, match)
{
	return until(what, () => heard.find((m) => match(m)));
}

function event(seq, prev, over = {})
{
	return JSON.stringify({
		seq, id: `01JD000000000000000000000${seq}`, type: 'customer.arrived', at: '2026-11-22T16:00:00.123Z',
		prev, body: { order: 'ZAM-1', desk: 'kiosk' }, ...over,
	});
}

function up(...texts)
{
	lane.publish(`${LANE}/up`, `{"store":"WAW-042","lane":"k1","epoch":5,"events":[${
		texts.map((text) => `{"e":${text}}`).join(',')}]}`, { qos: 1 });
}

test.before(async () => {
	broker = new Broker(tempDir('fake-hq'));
	await broker.start();
	hq = new FakeHq({ url: broker.url, partRecords: 2 });
	hq.seed('orders', { A: { lines: [] }, B: { lines: [] }, C: { lines: [] } });
	await hq.start();
	lane = mqtt.connect(broker.url, { clientId: 'lane', reconnectPeriod: 100 });
	lane.on('message', (topic, payload) => heard.push({ topic, ...JSON.parse(payload) }));
	lane.on('error', () => {});
	lane.on('connect', () => lane.subscribe([`${LANE}/#`, 'lada/1/WAW-042/down/#', 'lada/1/hq']));
	await hear('a beat', (m) => m.topic === 'lada/1/hq' && m.online);
});

test.after(async () => {
	lane.end(true);
	await hq.stop();
	await broker.stop();
});

test('a new lane is offered a snapshot and gets its parts', async () => {
	ask({ ask: 'stream', id: 'a1', stream: 'orders', epoch: 0, after: 0 });
	const offer = await hear('an offer', (m) => m.snapshot && m.snapshot.part === undefined);

	assert.deepStrictEqual([offer.snapshot.seq, offer.snapshot.parts], [3, 2]);
	ask({ ask: 'part', id: 'a2', stream: 'orders', snapshot: offer.snapshot.id, from: 1, count: 8 });
	const last = await hear('the last part', (m) => m.snapshot && m.snapshot.part === 2);

	assert.deepStrictEqual(last.ops.map((op) => op.id), ['C']);
	ask({ ask: 'part', id: 'a3', stream: 'orders', snapshot: 'nobody', from: 1, count: 1 });
	await hear('gone', (m) => m.snapshot && m.snapshot.gone);
});

test('missing messages are replayed, then the head is told', async () => {
	await hq.put('orders', 'D', { lines: [] });
	await hq.put('orders', 'A', { lines: [1] });
	heard.length = 0;
	ask({ ask: 'stream', id: 'a4', stream: 'orders', epoch: hq.epoch, after: 3 });
	await hear('seq 4', (m) => m.topic.startsWith(LANE) && m.seq === 4 && m.ops.length === 1);
	await hear('seq 5', (m) => m.topic.startsWith(LANE) && m.seq === 5 && m.ops.length === 1);
	ask({ ask: 'stream', id: 'a5', stream: 'orders', epoch: hq.epoch, after: 5 });
	await hear('the head', (m) => m.topic.startsWith(LANE) && m.seq === 5 && m.ops.length === 0);
	const sum = recordsSum([['A', 2], ['B', 1], ['C', 1], ['D', 1]]
		.map(([id, rev]) => ({ type: 'order', id, rev })));

	assert.strictEqual(hq.streams.orders.sum, sum);
});

test('events are taken in order, acknowledged, and a broken chain is noticed', async () => {
	const e1 = event(1, ZERO_HASH);
	const e2 = event(2, hash128(e1));

	up(e1, event(3, hash128(e2)));
	await hear('ack 1', (m) => m.topic === `${LANE}/ack` && m.seq === 1);
	up(e1, e2);
	await hear('ack 2', (m) => m.topic === `${LANE}/ack` && m.seq === 2);
	assert.deepStrictEqual(hq.problems, []);
	assert.deepStrictEqual(hq.upto(), { k1: [5, 2] });
	up(event(3, ZERO_HASH));
	await until('the fork is noticed', () => hq.problems.length === 1);
	assert.match(hq.problems[0], /event 3: prev/);
});

test('it lives through a broker that was killed', async () => {
	await broker.kill9();
	await broker.start();
	heard.length = 0;
	await hear('a live beat', (m) => m.topic === 'lada/1/hq' && m.online);
	await hq.put('orders', 'E', { lines: [] });
	await hear('seq 6', (m) => m.seq === 6 && m.ops.length === 1);
});
