// SPDX-License-Identifier: Apache-2.0
//
// What the ten stories stand on: a real broker, the real `lada-hq`, a client that holds all that is
// said to sync/schemas/, and real stations, each with its own printer and scanner and a wire of its
// own. Told is what HQ's books have; `told()` waits until no station holds anything back.
'use strict';

const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const { Broker } = require('./broker.js');
const { BACK_MS, Counter, MORE, products } = require('./counter.js');
const { STORE, policyRecords, productRecords, stockRecords } = require('./fixtures.js');
const { HqClock } = require('./hq_clock.js');
const { LadaHq } = require('./lada_hq.js');
const { Witness } = require('./witness.js');
const { Cleanup, tempDir, until } = require('./world.js');

const AT_HQ_MS = 20000; // what an acknowledgement that was lost may take

class Story {
	constructor(label)
	{
		this.dir = tempDir(label);
		this.cleanup = new Cleanup();
		this.at = {}; // counters by name
	}

	/**
	 * `orders` {id: body}, an order's `store` being whose it is. `counters` {name: {store, lane,
	 * sections, kiosk}}. `clock`: HQ's time is set by the test.
	 */
	async open({ orders = {}, policies = {}, products = {}, counters = { k1: {} }, clock = null } = {})
	{
		this.broker = new Broker(this.dir);
		this.cleanup.add(() => this.broker.stop());
		await this.broker.start();
		this.witness = new Witness(this.broker.url);
		this.cleanup.add(() => this.witness.stop());
		await this.witness.start();
		this.hq = new LadaHq({ dir: this.dir, url: this.broker.url });
		this.cleanup.add(() => this.hq.stop());
		const keys = this.hq.command('keygen');

		this.#importAll(orders, policies, products, counters);
		await this.hq.serve();
		this.clock = new HqClock(this.broker.url);
		this.cleanup.add(() => this.clock.stop());
		await this.clock.start();
		if (clock) {
			this.clock.set(clock);
		}
		for (const [name, how] of Object.entries(counters)) {
			this.at[name] = new Counter({
				dir: this.dir, name, port: this.broker.port, keys, beat: () => this.beat(), ...how,
			});
		}
		await this.each((counter) => counter.start(this.cleanup));
		await this.inStep();
		await this.each((counter) => counter.station.login());
		this.beat();
		await this.each((counter) => counter.wait(`${counter.name} is ready`,
			(d) => d.mode === 'idle' && d.hq.reachable && !d.hq.isolated && this.#onTime(d), BACK_MS));
	}

	/** The station has taken HQ's time. */
	#onTime(doc)
	{
		return this.clock.aheadMs === 0 || (doc.clock && doc.clock.ahead_s < 0);
	}

	/** HQ's next beat, for which nobody waits 5 s. */
	beat()
	{
		this.clock.beat();
	}

	each(fn)
	{
		return Promise.all(Object.values(this.at).map(fn));
	}

	#importAll(orders, policies, products, counters)
	{
		const stores = new Set([STORE, ...Object.values(counters).map((c) => c.store || STORE)]);
		const catalog = { ...productRecords(), ...products };
		const stock = { ...stockRecords(), ...Object.fromEntries(Object.keys(products)
			.map((sku) => [sku, { on_hand: 100, reserved: 0 }])) };
		const lanes = Object.entries(counters).filter(([, c]) => (c.store || STORE) === STORE)
			.map(([name, c]) => ({ lane: c.lane || name }));
		const all = { ...policyRecords(policies), ...(lanes.length > 1 ? { lanes: { lanes } } : {}) };

		for (const store of stores) {
			this.put('policy', store === STORE ? all : policyRecords(policies), store);
			this.put('product', catalog, store);
			this.put('stock', stock, store);
		}
		this.put('order', orders);
	}

	/** Records of HQ's, as an ERP writes them: what differs is the next revision. */
	put(type, byId, store = null)
	{
		const file = path.join(this.dir, 'put.jsonl');

		fs.writeFileSync(file, Object.entries(byId).map(([id, body]) =>
			`${JSON.stringify({ store: store || body.store || STORE, type, id, body })}\n`).join(''));
		this.hq.command('import', file);
	}

	/** All counters that are on the line have all that HQ has. */
	inStep()
	{
		return until('the counters have what HQ has', () => {
			const { lanes } = JSON.parse(this.hq.command('fleet', '--json'));

			return lanes.length >= Object.keys(this.at).length && lanes.every((lane) => lane.online
				&& Object.values(lane.streams).every((s) => s.cursor_epoch === s.epoch && s.cursor === s.head));
		}, AT_HQ_MS);
	}

	code(order, ...more)
	{
		return this.hq.command('code', order, ...more).split('\n')[0];
	}

	/** HQ's record of an order. */
	record(order, store = null)
	{
		return JSON.parse(this.hq.command('order', 'get', order, ...(store ? ['--store', store] : []))).body;
	}

	events()
	{
		return this.hq.jsonLines('events', '--json');
	}

	/** What HQ has in its books of this kind: so many, no more, and nothing on its way. */
	async told(type, match = {}, n = 1)
	{
		await this.each((counter) => counter.wait(`all of ${counter.name} is at HQ`,
			(d) => d.hq.outbox === 0, AT_HQ_MS));
		const found = this.#found(type, match);

		assert.strictEqual(found.length, n, `${type} ${JSON.stringify(match)}: ${JSON.stringify(found)}`);
		return n === 1 ? found[0].body : found.map((e) => e.body);
	}

	/** The same once they have come to be told, which may take two counters that have met a while. */
	async hears(type, match, n)
	{
		await until(`${n} ${type}`, () => this.#found(type, match).length >= n, AT_HQ_MS);
		return this.told(type, match, n);
	}

	#found(type, match)
	{
		return this.events().map(({ e }) => e).filter((e) => e.type === type
			&& Object.entries(match).every(([key, value]) => e.body[key] === value));
	}

	/** How much of each product is there, as HQ's export says. */
	stock(...skus)
	{
		const file = path.join(this.dir, 'export.jsonl');

		this.hq.command('export', file);
		const rows = fs.readFileSync(file, 'utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line));

		return skus.map((sku) => rows.find((r) => r.type === 'stock' && r.id === sku
			&& r.store === STORE).body.on_hand);
	}

	fleet()
	{
		return JSON.parse(this.hq.command('fleet', '--json'));
	}

	/** Nothing else happened: unbroken chains, messages as the schemas say, no alarm at HQ. */
	async books({ alarms = [], conflicts = 0 } = {})
	{
		await this.told('order.conflict', {}, conflicts);
		const chains = new Map();

		for (const { store, lane, epoch, e } of this.events()) {
			const key = `${store}/${lane}/${epoch}`;

			assert.strictEqual(e.seq, (chains.get(key) || 0) + 1, `${key} is unbroken`);
			chains.set(key, e.seq);
		}
		assert.deepStrictEqual([...new Set(this.fleet().alarms.map((a) => a.kind))].sort(), [...alarms].sort());
		assert.deepStrictEqual(this.witness.faults, []);
	}

	close()
	{
		return this.cleanup.run();
	}
}

/** For a test file: opened before its tests, closed after them. */
function storyOf(label, options)
{
	const story = new Story(label);

	test.before(() => story.open(typeof options === 'function' ? options() : options));
	test.after(() => story.close());
	return story;
}

/** Policy `hours`: nine to nine, Sundays and holidays closed. */
const OPEN_HOURS = {
	open: Object.fromEntries(['mon', 'tue', 'wed', 'thu', 'fri', 'sat'].map((day) => [day, ['09:00', '21:00']])),
};

/** "39,98 zł" as it stands on paper and screens, its space of either kind. */
function zloty(text)
{
	return new RegExp(`${text}[ \\u00a0]zł`);
}

module.exports = { BACK_MS, MORE, OPEN_HOURS, Story, products, storyOf, zloty };
