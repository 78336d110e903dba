// SPDX-License-Identifier: Apache-2.0
//
// The protocol with HQ: order, gaps, duplicates, snapshots, what the store owns, acknowledgements,
// and a broker that dies.
'use strict';

const test = require('node:test');
const assert = require('node:assert');
const { shopOf } = require('../lib/shop.js');
const { order } = require('../lib/fixtures.js');
const { recordsSum } = require('../js/blake2b.js');
const { STREAMS } = require('../lib/hq_ledger.js');
const { until } = require('../lib/world.js');

const HELD_UP_MS = 900; // on the way, on a busy machine

const READY = Object.fromEntries(Array.from({ length: 12 }, (_, i) =>
	[`ZAM-${i + 1}`, order(`ZAM-${i + 1}`, { goods: [['SKU-SOAP', 1]] })]));

const shop = shopOf('sync', () => ({
	orders: {
		...READY,
		...Object.fromEntries(Array.from({ length: 120 }, (_, i) =>
			[`OLD-${i}`, order(`OLD-${i}`, { status: 'placed' })])),
	},
	scanner: false,
}));

function asked(ask, match = {})
{
	return shop.hq.asks.filter((a) => a.ask === ask
		&& Object.entries(match).every(([key, value]) => a[key] === value));
}

function completed(id)
{
	return shop.hq.events('pickup.completed').filter((e) => e.body.order === id);
}

async function isCollected(id)
{
	assert.strictEqual(await shop.station.refused('scan', { code: shop.code(id) }),
		'already_collected');
}

/** Runs with a filter on what HQ sends; afterwards HQ is honest again. */
async function withFilter(filter, what)
{
	shop.hq.filter = filter;
	try {
		await what();
	} finally {
		shop.hq.filter = (topic, payload) => [payload];
	}
}

test('a new station asks for all six streams from epoch 0 and reports them', async () => {
	for (const stream of Object.keys(STREAMS)) {
		const first = asked('stream', { stream })[0];

		assert.deepStrictEqual([first.epoch, first.after], [0, 0], stream);
	}
	const doc = shop.hq.states.get('k1');

	for (const [name, type] of Object.entries(STREAMS)) {
		const records = [...shop.hq.streams[name].records.values()];

		assert.strictEqual(doc.cursors[name].count, records.length, name);
		assert.strictEqual(doc.cursors[name].sum,
			recordsSum(records.map(({ id, rev }) => ({ type, id, rev }))), name);
	}
	assert.strictEqual(doc.store, 'WAW-042');
	assert.strictEqual(doc.lane, 'k1');
	assert.ok(Number.isInteger(doc.conn) && Number.isInteger(doc.epoch));
	assert.ok(Math.abs(doc.epoch - Date.now() / 1000) < 300);
	assert.strictEqual(Buffer.from(doc.key, 'base64').length, 32);
	assert.ok(typeof doc.version === 'string');
	assert.deepStrictEqual(doc.devices.map((d) => [d.name, d.kind]), [['receipt', 'printer']]);
	assert.strictEqual(new Set(shop.hq.asks.map((a) => a.id)).size, shop.hq.asks.length);
});

test('messages apply in order; a repeated one changes nothing', async () => {
	await withFilter((topic, payload) => [payload, payload, payload], async () => {
		await shop.hq.put('orders', 'NEW-1', order('NEW-1'));
		await shop.hq.put('orders', 'NEW-1', order('NEW-1', { shelf: 'C-1' }));
		await shop.hq.publish('orders', [{ op: 'del', type: 'order', id: 'OLD-0', rev: 2 }]);
		await shop.hq.waitSynced();
	});
	const doc = await shop.openPickup('NEW-1');

	assert.strictEqual(doc.pickup.shelf, 'C-1');
	await shop.station.must('pickup.cancel');
});

test('lost messages are asked for', async () => {
	let lost = 0;

	await withFilter((topic, payload) => (topic.endsWith('042/down/orders') && ++lost <= 3
		? [] : [payload]), async () => {
		for (let i = 0; i < 6; i++) {
			await shop.hq.put('orders', `LOST-${i}`, order(`LOST-${i}`));
		}
		await shop.hq.waitSynced();
	});
	assert.ok(asked('stream', { stream: 'orders', epoch: shop.hq.epoch }).length > 0);
});

test('messages in any order end in the same state', async () => {
	const held = [];

	await withFilter((topic, payload) => {
		if (!topic.endsWith('042/down/orders')) {
			return [payload];
		}
		held.push([topic, payload]);
		return [];
	}, async () => {
		for (let i = 0; i < 8; i++) {
			await shop.hq.put('orders', `MIX-${i % 3}`, order(`MIX-${i % 3}`, { shelf: `S-${i}` }));
		}
		for (const i of [3, 1, 0, 7, 5, 2, 6, 4]) {
			await shop.hq.raw(...held[i]);
		}
	});
	await shop.hq.waitSynced();
	const doc = await shop.openPickup('MIX-1');

	assert.strictEqual(doc.pickup.shelf, 'S-7');
	await shop.station.must('pickup.cancel');
});

test('a hundred missing messages are fetched by several asks', async () => {
	await withFilter((topic, payload) => (topic.endsWith('042/down/stock') ? [] : [payload]),
		async () => {
			for (let i = 0; i < 150; i++) {
				await shop.hq.put('stock', `BULK-${i % 10}`, { on_hand: i, reserved: 0 });
			}
		});
	await shop.hq.put('stock', 'BULK-0', { on_hand: 1, reserved: 0 });
	await shop.hq.waitSynced();
	assert.ok(asked('stream', { stream: 'stock', epoch: shop.hq.epoch }).length >= 2);
});

test('a new epoch is fetched as a snapshot; parts survive a restart of the station', async () => {
	const stream = shop.hq.streams.orders;
	const parts = () => asked('part', { stream: 'orders' }).length;

	stream.newEpoch(stream.epoch + 1);
	let sent = 0;

	await withFilter((topic, payload, message) => (message.snapshot && message.snapshot.part
		&& message.stream === 'orders' && ++sent > 3 ? [] : [payload]), async () => {
		await shop.hq.put('orders', 'EPOCH-1', order('EPOCH-1'));
		await until('three parts are sent', () => sent >= 3);
		// What is sent is not yet stored: a message behind them is, when the station reports it.
		await shop.hq.put('stock', 'BULK-0', { on_hand: 2, reserved: 0 });
		await until('the station has them', () =>
			shop.hq.states.get('k1').cursors.stock.seq === shop.hq.streams.stock.seq);
		await shop.station.restart();
	});
	const before = parts();

	await shop.hq.waitSynced();
	const again = asked('part', { stream: 'orders' }).slice(before);

	assert.ok(again.length > 0 && again.every((ask) => ask.from > 1),
		`asked again from ${again.map((ask) => ask.from)}`);
	await shop.station.login();
	await shop.openPickup('EPOCH-1');
	await shop.station.must('pickup.cancel');
});

test('an epoch below is ignored', async () => {
	const stream = shop.hq.streams.orders;

	await shop.hq.raw(shop.hq.downTopic('orders'), JSON.stringify({
		stream: 'orders', epoch: stream.epoch - 1, seq: stream.seq + 1,
		ops: [{
			op: 'put', type: 'order', id: 'ZAM-1', rev: 99,
			body: order('ZAM-1', { status: 'cancelled' }),
		}],
	}));
	await shop.hq.put('orders', 'EPOCH-2', order('EPOCH-2'));
	await shop.hq.waitSynced();
});

test('a snapshot that is gone is asked for again', async () => {
	shop.hq.streams.catalog.newEpoch(shop.hq.streams.catalog.epoch + 1);
	let gone = 0;

	await withFilter((topic, payload, message) => {
		if (message.stream === 'catalog' && message.snapshot && message.snapshot.part && gone++ === 0) {
			return [JSON.stringify({
				stream: 'catalog', snapshot: { id: message.snapshot.id, gone: true },
			})];
		}
		return [payload];
	}, async () => {
		await shop.hq.put('catalog', 'SKU-NEW', { name: { pl: 'Nowy' }, price: 100, vat: '23' });
		await shop.hq.waitSynced();
	});
	assert.ok(gone >= 1);
});

test('what the store has done stays done, whatever HQ writes', async () => {
	const heard = () => shop.hq.events('order.conflict').filter((e) => e.body.order === 'ZAM-1');

	shop.hq.follow = false;
	shop.hq.faults.autoUpto = false;
	await shop.handOver('ZAM-1');
	await until('HQ has it', () => completed('ZAM-1').length === 1);
	await shop.outboxEmpty();
	const covering = shop.hq.upto();
	const early = { k1: [covering.k1[0], completed('ZAM-1')[0].seq - 1] };

	// An HQ that has not heard yet is no conflict.
	await shop.hq.put('orders', 'ZAM-1', READY['ZAM-1'], { upto: null });
	await shop.hq.put('orders', 'ZAM-1', READY['ZAM-1'], { upto: early });
	await shop.hq.waitSynced();
	await isCollected('ZAM-1');
	assert.strictEqual(heard().length, 0);
	// One that has heard, and says otherwise, is: once per order, field and rev.
	await shop.hq.put('orders', 'ZAM-1', READY['ZAM-1'], { upto: covering });
	await until('a conflict', () => heard().length > 0);
	await shop.hq.waitSynced();
	await isCollected('ZAM-1');
	const fields = heard().map((e) => e.body.field);

	assert.strictEqual(new Set(fields).size, fields.length, fields.join());
	assert.ok(heard().every((e) => e.body.hq !== undefined && e.body.store !== undefined));
	const snapshot = await shop.hq.offer('orders', 'k1'); // the same rev in it is no new conflict

	await until('its parts are asked for', () => asked('part', { snapshot }).length > 0);
	await shop.hq.put('orders', 'EPOCH-3', order('EPOCH-3'));
	await shop.hq.waitSynced();
	await shop.outboxEmpty();
	assert.strictEqual(heard().length, fields.length);
	await isCollected('ZAM-1');
	shop.hq.follow = true;
	shop.hq.faults.autoUpto = true;
});

test('only a reopen opens a collected order again', async () => {
	const rev = shop.hq.streams.orders.get('order', 'ZAM-1').rev + 1;

	await shop.hq.publish('orders', [{
		op: 'reopen', type: 'order', id: 'ZAM-1', rev, of: completed('ZAM-1')[0].id, why: 'mistake',
	}]);
	await shop.hq.waitSynced();
	await shop.openPickup('ZAM-1');
	await shop.station.must('pickup.cancel');
});

test('unanswered asks are repeated, events without an ack sent again, each once at HQ', async () => {
	const asks = () => asked('stream', { stream: 'timeline' }).length;
	const before = asks();

	Object.assign(shop.hq.faults, { neverAck: true, silentStreams: true });
	await withFilter((topic, payload) => (topic.endsWith('042/down/timeline') ? [] : [payload]),
		() => shop.hq.put('timeline', 'T-1', { customer: 'C-1', kind: 'note', text: 'a' }));
	await shop.hq.put('timeline', 'T-2', { customer: 'C-1', kind: 'note', text: 'b' });
	await shop.handOver('ZAM-2');
	await until('HQ has it', () => completed('ZAM-2').length === 1);
	const { seq } = completed('ZAM-2')[0];
	const times = () => shop.hq.ups.filter((up) => up.seqs.includes(seq)).length;

	await until('asked twice', () => asks() >= before + 2, 8000);
	await until('sent again', () => times() >= 2, 12000);
	Object.assign(shop.hq.faults, { neverAck: false, silentStreams: false });
	await shop.outboxEmpty(12000);
	await shop.hq.waitSynced();
	assert.strictEqual(completed('ZAM-2').length, 1);
	await until('the state says so', // at most one a second
		() => shop.hq.states.get('k1').acked === shop.hq.events().length);
});

test('an event is published within 200 ms of its press', async () => {
	const before = shop.hq.events().length;
	const answer = await shop.station.do('scan', { code: shop.code('OLD-5') });
	const began = Date.now();

	assert.strictEqual(answer.status, 409);
	await until('the event', () => shop.hq.events().length > before, 1000);
	assert.ok(Date.now() - began < 250, `${Date.now() - began} ms`);
});

test('a restored HQ gets again what it has lost', async () => {
	await shop.outboxEmpty();
	const { epoch } = shop.hq.states.get('k1');
	const chain = shop.hq.chain('k1', epoch);
	const all = chain.taken.map((t) => t.text);

	chain.forgetAfter(Math.floor(all.length / 2));
	await shop.hq.ack('k1', epoch);
	await until('HQ has everything again', () => chain.taken.length >= all.length);
	assert.deepStrictEqual(chain.taken.slice(0, all.length).map((t) => t.text), all);
});

test('a rejected event is taken off all the same', async () => {
	shop.hq.faults.reject = (e) => (e.type === 'pickup.refused' ? 'do not want' : null);
	await shop.station.do('scan', { code: shop.code('OLD-6') });
	await shop.hq.waitEvent('pickup.refused', (b) => b.order === 'OLD-6');
	await shop.outboxEmpty();
	shop.hq.faults.reject = null;
	await shop.handOver('ZAM-3');
	await shop.outboxEmpty();
});

test('the outbox survives a kill -9 without a broker; the station serves on and offline', async () => {
	await shop.hq.waitSynced();
	await shop.broker.kill9();
	await shop.station.waitState('no broker', (doc) => !doc.hq.broker && !doc.hq.reachable, 3000);
	await shop.handOver('ZAM-4');
	await shop.station.kill9();
	await shop.station.start();
	await shop.station.login();
	const doc = await shop.station.state();

	assert.ok(doc.hq.outbox > 0);
	assert.strictEqual(doc.hq.isolated, false);
	await isCollected('ZAM-4');
	await shop.handOver('ZAM-5');
	const began = Date.now();

	await shop.broker.start();
	await until('both at HQ', () => completed('ZAM-4').length === 1
		&& completed('ZAM-5').length === 1, 16000);
	assert.ok(Date.now() - began < 16000);
	assert.deepStrictEqual([completed('ZAM-4')[0].body.mode, completed('ZAM-5')[0].body.mode],
		['offline', 'offline']);
	await shop.outboxEmpty();
	assert.strictEqual(completed('ZAM-4').length + completed('ZAM-5').length, 2);
});

test('what HQ wrote meanwhile arrives after a reconnect', async () => {
	await shop.station.kill9();
	await shop.hq.put('orders', 'MEAN-1', order('MEAN-1'));
	await until('the will is out', () => shop.hq.states.get('k1').online === false);
	const will = shop.hq.states.get('k1');
	const last = shop.hq.stateLog.filter((s) => s.doc.online).pop().doc;

	assert.deepStrictEqual(will, { online: false, epoch: last.epoch, conn: last.conn });
	await shop.station.start();
	await shop.hq.waitSynced();
	assert.ok(shop.hq.states.get('k1').conn > last.conn);
	assert.strictEqual(shop.hq.states.get('k1').epoch, last.epoch);
	await shop.station.login();
	await shop.openPickup('MEAN-1');
	await shop.station.must('pickup.cancel');
});

test('the state is retained, at most one a second', async () => {
	const log = shop.hq.stateLog.filter((s) => !s.retain && s.doc.online);
	// By the receiver's clock: one that was held up on the way seems near to the next, but many
	// that came too fast do so whatever the way was.
	const spans = log.flatMap((from, i) => log.slice(i + 1).map((to, n) => ({
		states: n + 2, ms: to.at - from.at, one: from.doc.conn === to.doc.conn,
	}))).filter(({ states, ms, one }) => one && ms < (states - 1) * 1000 - HELD_UP_MS);

	assert.ok(log.length > 5);
	assert.deepStrictEqual(spans, []);
	const { client } = shop.hq;
	const retained = until('a retained state',
		() => shop.hq.stateLog.find((s) => s.retain && s.at >= began));
	const began = Date.now();

	client.unsubscribe('lada/1/WAW-042/+/state');
	client.subscribe('lada/1/WAW-042/+/state', { qos: 1 });
	assert.strictEqual((await retained).doc.online, true);
});

test('HQ’s will makes it unreachable, the next live beat reachable again', async () => {
	await shop.station.waitState('reachable', (doc) => doc.hq.reachable, 8000);
	shop.hq.beat(false);
	await shop.station.waitState('not reachable', (doc) => doc.hq.broker && !doc.hq.reachable);
	shop.hq.beat();
	await shop.station.waitState('reachable', (doc) => doc.hq.reachable);
});

test('HQ has each event once, in one chain', async () => {
	await shop.outboxEmpty();
	await shop.hq.waitSynced();
	shop.noProblems();
	const ids = shop.hq.events().map((e) => e.id);

	assert.strictEqual(new Set(ids).size, ids.length);
	assert.deepStrictEqual(shop.hq.events('pickup.completed').map((e) => e.body.order),
		['ZAM-1', 'ZAM-2', 'ZAM-3', 'ZAM-4', 'ZAM-5']);
});
