// SPDX-License-Identifier: Apache-2.0
//
// What takes the protocol's own patience: losses only a heartbeat shows, silent divergence, and a
// broker that dies again and again.
'use strict';

const test = require('node:test');
const assert = require('node:assert');
const { shopOf } = require('../lib/shop.js');
const { order } = require('../lib/fixtures.js');
const { until } = require('../lib/world.js');

const HEARTBEAT_MS = 30000;
const RECONNECT_MS = 15000;
const OUTAGES = 8;

const shop = shopOf('slow-sync', () => ({
	orders: Object.fromEntries(Array.from({ length: OUTAGES + 1 }, (_, i) =>
		[`ZAM-${i}`, order(`ZAM-${i}`, { goods: [['SKU-SOAP', 1]] })])),
	scanner: false,
}));

test('a lost last message is found by the reported cursor', async () => {
	shop.hq.filter = (topic, payload) => (topic.endsWith('042/down/orders') ? [] : [payload]);
	await shop.hq.put('orders', 'LOST', order('LOST'));
	shop.hq.filter = (topic, payload) => [payload];
	await shop.hq.waitSynced('k1', 3 * HEARTBEAT_MS);
});

test('silent divergence is mended by a snapshot nobody asked for', async () => {
	const stream = shop.hq.streams.stock;

	// HQ has a record that never went out.
	stream.commit([{ op: 'put', type: 'stock', id: 'SKU-GHOST', rev: 1, body: { on_hand: 7 } }], null);
	stream.log.pop();
	stream.seq--;
	stream.history.set(stream.seq, { count: stream.count, sum: stream.sum });
	await shop.hq.waitSynced('k1', 3 * HEARTBEAT_MS);
	assert.strictEqual(shop.hq.problems.length, 1, shop.hq.problems.join('\n'));
	shop.hq.problems.length = 0;
});

test('a broker that dies again and again loses nothing', async () => {
	for (let i = 0; i < OUTAGES; i++) {
		await shop.broker.kill9();
		await shop.station.waitState('offline', (doc) => !doc.hq.broker);
		await shop.handOver(`ZAM-${i}`);
		await shop.broker.start();
		await until(`event ${i}`, () => shop.hq.events('pickup.completed').length === i + 1,
			RECONNECT_MS + 3000);
	}
	await shop.outboxEmpty();
	shop.noProblems();
	assert.strictEqual(shop.hq.events('pickup.completed').length, OUTAGES);
});

test('half a minute without a beat makes HQ unreachable', async () => {
	await shop.station.waitState('reachable', (doc) => doc.hq.reachable, 10000);
	shop.hq.timers.splice(0).forEach(clearInterval);
	const began = Date.now();

	await shop.station.waitState('unreachable', (doc) => !doc.hq.reachable, 35000);
	assert.ok(Date.now() - began > 20000);
	shop.hq.beat();
	await shop.station.waitState('reachable', (doc) => doc.hq.reachable);
});
