// SPDX-License-Identifier: Apache-2.0
//
// A real broker as shops have them: its default settings, a short queue, a limit on messages just
// above ours, an access list that denies. Nothing is lost, and the operator is told.
'use strict';

const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const { after, test } = require('node:test');
const { Broker } = require('../lib/broker.js');
const { FakeHq } = require('../lib/fake_hq.js');
const { STORE, order, policyRecords, productRecords, stockRecords } = require('../lib/fixtures.js');
const { pickupCode } = require('../lib/codes.js');
const { Station } = require('../lib/station.js');
const { Cleanup, tempDir, until } = require('../lib/world.js');

const MESSAGE_MAX = 1024 * 1024;
const CALM_MS = 60000;
const STUCK_MS = 120000; // a minute without an acknowledgement, and what stands before it
const SOLD = 30;

/** One broker with lines of its own, HQ and a station. */
class Place {
	constructor(label, more = [])
	{
		this.dir = tempDir(label);
		this.cleanup = new Cleanup();
		this.broker = new Broker(this.dir);
		this.broker.more = more;
		this.sold = 0;
	}

	async open(orders = SOLD)
	{
		await this.broker.start();
		this.cleanup.add(() => this.broker.stop());
		this.hq = new FakeHq({ url: this.broker.url, store: STORE });
		this.hq.seed('policy', policyRecords({ pickup: { check_items: 'none' } }));
		this.hq.seed('catalog', productRecords());
		this.hq.seed('stock', stockRecords());
		this.hq.seed('orders', Object.fromEntries(Array.from({ length: orders }, (_, i) => this.#order(i))));
		await this.hq.start();
		this.cleanup.add(() => this.hq.stop());
		this.station = new Station({ dir: this.dir, brokerUrl: this.broker.url, store: STORE });
		await this.station.start();
		this.cleanup.add(() => this.station.stop());
		await this.hq.waitSynced('k1', CALM_MS);
		await this.station.login();
	}

	#order(i)
	{
		return [`ZAM-${i}`, order(`ZAM-${i}`, { goods: [['SKU-SOAP', 1]] })];
	}

	async sell(count)
	{
		for (let n = 0; n < count; n++, this.sold++) {
			await this.station.must('scan', { code: pickupCode({ store: STORE, order: `ZAM-${this.sold}` }) });
			await this.station.must('pickup.handover');
		}
	}

	/** HQ has every handover once, in order, and the station all that HQ has. */
	async settled()
	{
		await this.station.waitState('nothing waits', (doc) => doc.hq.outbox === 0, CALM_MS);
		await this.hq.waitSynced('k1', CALM_MS);
		assert.deepStrictEqual(this.hq.events('pickup.completed').map((e) => e.body.order),
			Array.from({ length: this.sold }, (_, i) => `ZAM-${i}`));
		assert.deepStrictEqual(this.hq.problems, []);
	}
}

const places = [];

async function place(label, more, orders)
{
	const made = new Place(label, more);

	places.push(made);
	await made.open(orders);
	return made;
}

after(() => Promise.all(places.map((p) => p.cleanup.run())));

test('a queue of ten: what it drops on the way is sent again', async () => {
	const shop = await place('queue', ['max_queued_messages 10', 'max_inflight_messages 2']);

	for (let i = 0; i < 150; i++) {
		shop.hq.put('stock', `SKU-${i}`, { on_hand: i });
	}
	await shop.sell(SOLD);
	await shop.settled();
});

test('killed and started again without a memory, in the middle of everything', async () => {
	const shop = await place('restart', []);

	for (let round = 0; round < 3; round++) {
		for (let i = 0; i < 100; i++) {
			shop.hq.put('stock', `SKU-${i}`, { on_hand: i + round });
		}
		await shop.sell(3);
		await shop.broker.kill9();
		await shop.sell(3);
		await shop.broker.start();
		await shop.sell(3);
	}
	await shop.settled();
});

test('a limit 1 kB above ours: the largest message passes, and batches of 64 KiB', async () => {
	const shop = await place('limit', [`message_size_limit ${MESSAGE_MAX + 1024}`]);

	shop.hq.faults.neverAck = true;
	shop.hq.put('stock', 'SKU-BIG', { on_hand: 1, note: 'x'.repeat(MESSAGE_MAX - 600) });
	await shop.sell(SOLD);
	// Sent again in full batches.
	await shop.broker.kill9();
	await shop.broker.start();
	await until('a batch of many', () => shop.hq.ups.some((up) => up.bytes > 16 * 1024), CALM_MS);
	shop.hq.faults.neverAck = false;
	await shop.settled();
});

test('an access list that denies our events: they stay, and the operator is told', async () => {
	const dir = tempDir('acl');
	const list = path.join(dir, 'acl');
	const allow = (up) => fs.writeFileSync(list, ['topic readwrite lada/1/#',
		...(up ? [] : [`topic deny lada/1/${STORE}/k1/up`]), ''].join('\n'));

	allow(true);
	const shop = await place('denied', [`acl_file ${list}`,
		...(process.getuid() === 0 ? ['user root'] : [])]); // who else may not read the directory

	await shop.sell(1);
	await shop.settled();
	allow(false);
	shop.broker.child.process.kill('SIGHUP');
	await until('the broker denies', async () => {
		await shop.sell(1);
		const { hq } = await shop.station.state();

		return hq.outbox > 0 && shop.sold < SOLD;
	}, CALM_MS);
	const doc = await shop.station.waitState('it is told', (d) => d.hq.stuck, STUCK_MS);

	assert.ok(doc.hq.broker && doc.hq.reachable && doc.hq.outbox > 0);
	assert.match((await shop.station.get('/metrics')).text, /^lada_outbox_stuck 1$/m);
	allow(true);
	shop.broker.child.process.kill('SIGHUP');
	await shop.settled();
	await shop.station.waitState('it is well again', (d) => !d.hq.stuck);
});
