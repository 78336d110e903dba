// SPDX-License-Identifier: Apache-2.0
//
// The demo's shop: mosquitto, lada-hq with the demo store, a simulated printer and scanner, ladad,
// and a witness on the broker that is none of them.
'use strict';

const fs = require('node:fs');
const path = require('node:path');
const mqtt = require('mqtt');
const { Broker } = require('../lib/broker.js');
const { LadaHq } = require('../lib/lada_hq.js');
const { SimPrinter, SimScanner, readBarcodes } = require('../lib/sim.js');
const { Station } = require('../lib/station.js');
const { Cleanup, accepts, sleep, tempDir, until } = require('../lib/world.js');

const STORE_FILE = path.join(__dirname, 'store', 'store.jsonl');
const DEMO_FILE = path.join(__dirname, 'store', 'demo.json');
const PREFIX = 'lada/1';
const USUAL_PORT = 8080;
const SECOND_LANE = 'k2';
const SAME_READ_MS = 350; // a scanner's same text sooner than 300 ms is one read

/** Hears what passes over the broker, to say afterwards what was really sent. */
class Witness {
	constructor(url)
	{
		this.states = [];
		this.beats = 0;
		this.orders = new Map(); // id -> last published body
		this.client = mqtt.connect(url, {
			clientId: `witness-${process.pid}`, clean: true, reconnectPeriod: 100,
		});
		this.client.on('error', () => {});
		this.client.on('connect', () => this.client.subscribe(`${PREFIX}/#`, { qos: 1 }));
		this.client.on('message', (topic, payload, packet) => {
			if (!packet.retain) {
				this.#hear(topic, payload);
			}
		});
	}

	#hear(topic, payload)
	{
		if (topic === `${PREFIX}/hq`) {
			this.beats++;
		} else if (topic.endsWith('/state')) {
			this.states.push(JSON.parse(payload));
		} else if (topic.includes('/down/orders')) {
			for (const op of JSON.parse(payload).ops || []) {
				if (op.op === 'put') {
					this.orders.set(op.id, op.body);
				}
			}
		}
	}

	stop()
	{
		return new Promise((resolve) => { this.client.end(true, {}, resolve); });
	}
}

class DemoShop {
	constructor()
	{
		this.dir = tempDir('demo');
		this.facts = JSON.parse(fs.readFileSync(DEMO_FILE, 'utf8'));
		this.cleanup = new Cleanup();
	}

	async open(tell, { fixedPort })
	{
		tell.heading('A shop opens');
		this.broker = new Broker(this.dir);
		this.cleanup.add(() => this.broker.stop());
		await this.broker.start();
		this.witness = new Witness(this.broker.url);
		this.cleanup.add(() => this.witness.stop());
		tell.tick(`broker up: mosquitto on port ${this.broker.port}`);
		await this.#openHq(tell);
		await this.#openDevices(tell);
		await this.#openStation(tell, fixedPort);
	}

	async #openHq(tell)
	{
		this.hq = new LadaHq({ dir: this.dir, url: this.broker.url, prefix: PREFIX });
		this.cleanup.add(() => this.hq.stop());
		this.keysText = this.hq.command('keygen');
		this.hq.command('import', STORE_FILE);
		const records = fs.readFileSync(STORE_FILE, 'utf8').split('\n').filter(Boolean).length;

		await this.hq.serve();
		await until('HQ’s beat', () => this.witness.beats > 0, 10000);
		tell.tick(`HQ up: lada-hq with ${records} records of the store "${this.facts.name}"`);
	}

	async #openDevices(tell)
	{
		this.printer = new SimPrinter({ dir: this.dir });
		this.cleanup.add(() => this.printer.stop());
		await this.printer.start();
		this.scanner = new SimScanner({ dir: this.dir });
		this.cleanup.add(() => this.scanner.stop());
		await this.scanner.start();
		tell.tick(`devices up: scanner on a serial line, receipt printer on port ${this.printer.port}`);
	}

	/** On the usual port only if it is asked for and free. */
	async #openStation(tell, fixedPort)
	{
		this.station = new Station({
			dir: this.dir, brokerUrl: this.broker.url, store: this.facts.store,
			lane: this.facts.lane, printerPort: this.printer.port, scannerLink: this.scanner.link,
			keysText: this.keysText,
			keys: { secret: Buffer.from(this.facts.secret, 'hex') },
			sections: { station: { name: this.facts.name } },
		});
		if (fixedPort && !await accepts(USUAL_PORT)) {
			this.station.port = USUAL_PORT;
		}
		await this.station.writeConfig();
		this.cleanup.add(() => this.station.stop());
		await this.station.start();
		tell.tick(`station up: ladad at http://127.0.0.1:${this.station.port}/counter/`
			+ `, ${this.station.startMs} ms after its start`);
		await this.waitSynced();
		const { cursors } = this.witness.states[this.witness.states.length - 1];

		tell.tick(`synced: ${Object.entries(cursors).map(([name, c]) => `${c.count} ${name}`).join(', ')}`
			+ '; every sum as computed apart');
		await this.checkLetters();
		const staff = this.facts.staff[0];

		await this.station.login(staff.id, staff.pin);
		tell.tick(`${staff.name} (${staff.id}) is logged in`);
		await this.station.waitState('HQ’s live beat', (doc) => doc.hq.reachable, 15000);
		tell.tick('HQ is reachable: its live beat was heard');
	}

	/** HQ says that the store has a second lane, and that lane is opened. */
	async openSecondCounter(tell)
	{
		const own = path.join(this.dir, SECOND_LANE);
		const lanes = path.join(this.dir, 'lanes.jsonl');
		const staff = this.facts.staff[1];

		fs.mkdirSync(own);
		fs.writeFileSync(lanes, `${JSON.stringify({
			store: this.facts.store, stream: 'policy', op: 'put', type: 'policy', id: 'lanes', rev: 2,
			body: { lanes: [this.facts.lane, SECOND_LANE].map((lane) => ({ lane })) },
		})}\n`);
		this.hq.command('import', lanes);
		const second = new Station({
			dir: own, brokerUrl: this.broker.url, store: this.facts.store, lane: SECOND_LANE,
			keysText: this.keysText, keys: this.station.keys,
			sections: { station: { name: this.facts.name } },
		});

		this.cleanup.add(() => second.stop());
		await second.start();
		await until(`${SECOND_LANE} knows its orders and both lanes know of each other`, () => {
			const states = [this.facts.lane, SECOND_LANE].map((lane) =>
				this.witness.states.findLast((state) => state.lane === lane));
			const [one, two] = states.map((state) => state && state.cursors);

			return one && two && two.orders && two.policy && two.policy.sum === one.policy.sum
				&& two.orders.sum === one.orders.sum;
		}, 15000);
		await second.login(staff.id, staff.pin);
		for (const station of [this.station, second]) {
			await station.waitState('nobody is isolated',
				(doc) => doc.hq.reachable && !doc.hq.isolated, 15000);
		}
		tell.tick(`${SECOND_LANE} is up in ${second.startMs} ms and has the same orders, by their sum; ${
			staff.name} is logged in there`);
		return second;
	}

	/** Until the station reports the records and sums that the store's maker computed. */
	async waitSynced()
	{
		const want = this.facts.streams;

		await until('the station reports every stream complete', () => {
			const last = this.witness.states[this.witness.states.length - 1];

			return last && last.online && Object.entries(want).every(([name, figures]) => {
				const cursor = last.cursors[name];

				return cursor && cursor.count === figures.count && cursor.sum === figures.sum;
			});
		}, 15000);
	}

	/** Every record of the store is one that a station takes. */
	async checkLetters()
	{
		const { text } = await this.station.get('/metrics');

		if (!/^lada_letters_total 0$/m.test(text)) {
			throw new Error('records of the demo store became dead letters: see `lada letters`');
		}
	}

	/** The QR code of an order as HQ draws it, read by an independent reader. */
	codeOf(order)
	{
		const png = path.join(this.dir, `code-${order}.png`);
		const code = this.hq.command('code', order, '--png', png);
		const read = readBarcodes(png);

		if (read.length !== 1 || !code.includes(read[0])) {
			throw new Error(`zbarimg read ${JSON.stringify(read)} from the code of ${order}`);
		}
		return { png, text: read[0] };
	}

	/** Scans the same text again only when it counts as another read. */
	async scan(text)
	{
		if (this.lastScan === text) {
			await sleep(SAME_READ_MS);
		}
		this.lastScan = text;
		return this.scanner.scan(text);
	}

	/** Scans and waits for the document on the live screen: the milliseconds in between. */
	async scanToScreen(live, text, what, match)
	{
		const from = live.events.length;
		const typedNs = await this.scan(text);
		const event = await live.wait(what, match, 5000, from);

		return { doc: event.doc, ms: Number(event.atNs - typedNs) / 1e6 };
	}

	/** What HQ's own database says of an order. */
	hqOrder(order)
	{
		return JSON.parse(this.hq.command('order', 'get', order));
	}

	/** HQ's events of one type about an order. */
	hqEvents(type, order)
	{
		return this.hq.jsonLines('events', '--json').map((event) => event.e || event)
			.filter((e) => e.type === type && e.body.order === order);
	}

	close()
	{
		return this.cleanup.run();
	}
}

module.exports = { DemoShop };
