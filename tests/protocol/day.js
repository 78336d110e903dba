// SPDX-License-Identifier: Apache-2.0
//
// One scripted day of a store of two lanes with lada-hq, in which every kind of message is said.
// Gives what a recorder heard: name -> the message as it was published.
'use strict';

const fs = require('node:fs');
const mqtt = require('mqtt');
const path = require('node:path');
const { Broker } = require('../lib/broker.js');
const { TEST_KEYS, keysFile, pickupCode } = require('../lib/codes.js');
const { PEOPLE, STORE } = require('../lib/fixtures.js');
const { LadaHq } = require('../lib/lada_hq.js');
const { Lane } = require('../lib/lane.js');
const { SimPrinter, SimScanner } = require('../lib/sim.js');
const { Station } = require('../lib/station.js');
const { Cleanup, program, run, tempDir, until } = require('../lib/world.js');
const { Witness } = require('../lib/witness.js');

const KEEP_MS = 30000; // a holder says `keep` every 20 s
const LEVEL_MS = 15000;
const BLOCK = 'test'; // the update file of the page's ask
const BLOCK_NAME = '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08';

function soapOrder(id, over = {})
{
	return {
		type: 'order', id, rev: 1,
		body: {
			number: `ZK ${id.slice(4)}`, status: 'ready', shelf: 'B-12',
			totals: { total: 999, due: 0 },
			lines: [{ line: 1, sku: 'SKU-SOAP', name: 'Mydło', qty: 1, paid: 999 }],
			payments: [{ id: 'P-1', tender: 'blik', state: 'captured', amount: 999 }], ...over,
		},
	};
}

const RECORDS = [
	{ type: 'policy', id: 'pickup', body: { check_items: 'none' } },
	{ type: 'policy', id: 'staff', body: { people: [PEOPLE.E17.person] } },
	{ type: 'policy', id: 'lanes', body: { lanes: [{ lane: 'k1' }, { lane: 'k2' }] } },
	{ type: 'product', id: 'SKU-SOAP', rev: 1, body: { gtin: ['5901234000031'], name: { pl: 'Mydło' }, price: 999 } },
	{ type: 'stock', id: 'SKU-SOAP', rev: 1, body: { on_hand: 40 } },
	{ type: 'member', id: 'M-1', rev: 1, body: { name: 'Łucja Ż.', points: 250 } },
	{ type: 'member', id: 'M-2', rev: 1, body: { customer: 'C-2', name: 'Jan N.' } },
	{ type: 'order', id: 'ZAM-0', rev: 1, body: { status: 'cancelled' } }, soapOrder('ZAM-1'),
	{ type: 'order', id: 'ZAM-2', rev: 1, body: { status: 'ready', lines: [{ line: 1, sku: 'SKU-SOAP' }] } },
	{ ...soapOrder('ZAM-9'), store: 'KRK-1' },
];
const WATER = {
	type: 'product', id: 'SKU-WATER', rev: 4,
	body: { gtin: ['5901234123457', { code: '15901234123454', qty: 6 }], name: { pl: 'Woda' }, price: 199 },
};
const CODES = {
	type: 'policy', id: 'codes',
	body: { in_store: ['29IIIIIWWWWWC scale=3 unit=kg', '28IIII?PPPPPC scale=2 PLN', '20IIIIIIIIIIC'] },
};

class Day {
	/** `asked` {grant, blob, part}: lines of the page that no station says; the day says them. */
	constructor(asked)
	{
		this.asked = asked;
		this.dir = tempDir('protocol');
		this.cleanup = new Cleanup({ others: true });
		this.lanes = {};
		this.imports = 0;
		this.from = 0; // messages before this one are of another part of the day
		this.found = {}; // name -> text
	}

	// ---- what was heard ----

	/** Every message on these topics below P, oldest first, from where the part began. */
	heard(pattern)
	{
		return this.witness.messages.slice(this.from).filter(({ topic }) => pattern.test(topic.slice('lada/1/'.length)))
			.map(({ topic, text }) => ({ topic, text, json: jsonOf(text) }));
	}

	/** Keeps under a name the first message that fits, waiting for it. */
	async keep(name, pattern, fits = () => true, timeoutMs = LEVEL_MS)
	{
		const { text, json } = await until(`${name} is heard`, () => this.heard(pattern)
			.find(({ json: message, topic, text: all }) => fits(message, topic, all)), timeoutMs)
			.catch((error) => {
				const last = this.heard(pattern).slice(-8).map((m) => `${m.topic} ${m.text}`);

				throw new Error([`${error.message}; of its kind the last were`, ...last].join('\n'));
			});

		this.found[name] = text;
		return json;
	}

	// ---- the shop ----

	async open()
	{
		this.broker = new Broker(this.dir);
		this.cleanup.add(() => this.broker.stop());
		await this.broker.start();
		this.witness = new Witness(this.broker.url);
		this.cleanup.add(() => this.witness.stop());
		await this.witness.start();
		this.client = await mqtt.connectAsync(this.broker.url);
		this.cleanup.add(() => this.client.endAsync());
		fs.writeFileSync(path.join(this.dir, BLOCK_NAME), BLOCK);
		this.hq = new LadaHq({ dir: this.dir, url: this.broker.url });
		this.hq.common.push('--blobs', this.dir);
		this.cleanup.add(() => this.hq.stop());
		this.import(...RECORDS);
		await this.hq.serve();
	}

	import(...records)
	{
		const file = path.join(this.dir, `records-${++this.imports}.jsonl`);

		fs.writeFileSync(file, records.map((record) => JSON.stringify({ store: STORE, ...record })).join('\n'));
		this.hq.command('import', file);
	}

	async openLane(lane)
	{
		const dir = path.join(this.dir, lane);

		fs.mkdirSync(dir);
		const printer = new SimPrinter({ dir });
		const scanner = new SimScanner({ dir });

		await Promise.all([printer.start(), scanner.start()]);
		const station = new Station({
			dir, brokerUrl: this.broker.url, store: STORE, lane, printerPort: printer.port,
			scannerLink: scanner.link, keysText: keysFile(TEST_KEYS),
		});

		this.lanes[lane] = Object.assign(station, { scanner });
		this.cleanup.add(() => Promise.all([printer.stop(), scanner.stop(), station.stop()]));
		await this.startLane(lane);
	}

	async startLane(lane)
	{
		await this.lanes[lane].start();
		await until(`${lane} knows its staff`, () => this.lanes[lane].login().then(() => true), LEVEL_MS);
	}

	together(lane)
	{
		return this.lanes[lane].waitState(`${lane} has broker, HQ and siblings`,
			(doc) => doc.hq && doc.hq.broker && doc.hq.reachable && !doc.hq.isolated, LEVEL_MS);
	}

	/** Until the lane's heartbeat says that HQ has all of its events. */
	quiet(lane)
	{
		return this.lanes[lane].waitState(`${lane} has an empty outbox`,
			(doc) => doc.hq && doc.hq.outbox === 0, LEVEL_MS);
	}

	scan(lane, order)
	{
		return this.lanes[lane].scanner.scan(pickupCode({ store: STORE, order }));
	}

	claimed(lane, order)
	{
		return this.lanes[lane].waitState(`${lane} holds ${order}`, (doc) => doc.pickup
			&& doc.pickup.order === order && doc.pickup.claim === 'held');
	}

	say(lane, leaf, text)
	{
		return this.client.publishAsync(`lada/1/${STORE}/${lane}/${leaf}`, text, { qos: 1 });
	}

	// ---- the day ----

	/** k2 comes, takes in all there is, and opens ZAM-2, which it holds all day. */
	async morning()
	{
		await this.openLane('k2');
		await this.keep('offer', /k2\/down\/orders/, (m) => m.snapshot && m.snapshot.parts && !m.ops);
		await this.keep('part', /k2\/down\/orders/, (m) => m.snapshot && m.snapshot.part);
		const { snapshot } = jsonOf(this.found.part);

		await this.keep('ask-part', /k2\/ask/, (m) => m.snapshot === snapshot.id);
		await this.scan('k2', 'ZAM-2');
		await this.claimed('k2', 'ZAM-2');
	}

	/** k1 comes, has not heard yet who holds ZAM-2, and is told. */
	async claims()
	{
		await this.openLane('k1');
		await this.lanes.k1.waitState('k1 has its siblings', (doc) => doc.hq.broker && !doc.hq.isolated, LEVEL_MS);
		await this.scan('k1', 'ZAM-2');
		const { claim } = await this.keep('take', /claim/, (m) => m.op === 'take' && m.lane === 'k1');

		await this.keep('held', /claim/, (m) => m.op === 'held');
		await this.keep('drop', /claim/, (m) => m.op === 'drop' && m.claim === claim);
	}

	async unknownOrders()
	{
		await this.scan('k1', 'ZAM-9');
		const ask = await this.keep('ask-order', /k1\/ask/, (m) => m.order === 'ZAM-9');

		await this.keep('found', /k1\/down\/orders/, (m) => m.answer && m.answer.ask === ask.id);
		await this.scan('k1', 'ZAM-404');
		await this.keep('not-found', /k1\/down\/orders/, (m) => m.answer && !m.answer.found);
	}

	/** A pickup by somebody else than the customer, and what HQ makes of it. */
	async pickup()
	{
		await this.scan('k1', 'ZAM-1');
		await this.claimed('k1', 'ZAM-1');
		await this.lanes.k1.must('pickup.handover', { collector: 'proxy', name: 'Jan N.' });
		const { events } = await this.keep('up', /k1\/up/, (m) => m.events[0].e.type === 'pickup.completed');
		const last = events.at(-1).e.seq;

		await this.keep('ack', /k1\/ack/, (m) => m.seq >= last);
		await this.quiet('k2');
		this.import(soapOrder('ZAM-3'), { type: 'order', op: 'del', id: 'ZAM-0', rev: 9 }, WATER, CODES,
			{ type: 'member', op: 'erase', id: 'M-2', customer: 'C-2' });
		await this.keep('down', /^WAW-042\/down\/orders/, (m) => m.ops.length === 2);
		await this.keep('pack', /^WAW-042\/down\/catalog/, (m) => m.ops[0].id === 'SKU-WATER');
		await this.keep('codes', /^WAW-042\/down\/policy/, (m) => m.ops[0].id === 'codes');
		this.hq.command('order', 'reopen', 'ZAM-1', '--why', 'wrong parcel');
		await this.keep('erase', /^WAW-042\/down\/loyalty/, (m) => m.ops[0].op === 'erase');
		const { seq } = await this.keep('reopen', /^WAW-042\/down\/orders/, (m) => m.ops[0].op === 'reopen');

		await this.keep('reopened', /^WAW-042\/down\/orders/, (m) => m.seq === seq + 1);
	}

	async command()
	{
		const { stdout } = run(program('lada-hq'), [...this.hq.common, 'cmd', STORE, 'k1', 'print-test',
			'--arg', 'name=receipt', '--wait']);
		const [id] = stdout.split('\n');

		await this.keep('cmd', /k1\/cmd/, (m) => m.id === id);
		await this.keep('cmd-done', /k1\/up/, (m) => m.events[0].e.body.id === id);
		await this.quiet('k1');
		await this.keep('state', /k1\/state/, (m) => m.online && m.outbox === 0 && m.acked >= 5
			&& m.devices.length === 2 && m.devices.every((d) => d.status === 'ok'));
	}

	/** What no station of this version asks, and an event that no HQ can act on. */
	async foreign()
	{
		await this.say('k1', 'ask', this.asked['ask-grant']);
		await this.keep('grant', /k1\/down\/loyalty/, (m) => m.answer);
		await this.say('k1', 'ask', this.asked['ask-blob']);
		await this.keep('blob', /k1\/blob/);
		await this.say('k1', 'ask', JSON.stringify({
			ask: 'part', id: 'late', snapshot: 's1', stream: 'orders', from: 1, count: 8,
		}));
		await this.keep('gone', /k1\/down\/orders/, (m) => m.snapshot && m.snapshot.gone);
		const other = new Lane({ url: this.broker.url, store: 'KRK-1', lane: 'k1' });

		await other.start();
		this.cleanup.add(() => other.stop());
		await other.event('customer.arrived', { order: 'ZAM-9', desk: 'kiosk' });
		await other.event('stock.changed', { sku: 'SKU-SOAP', delta: -4e9, why: 'pickup', order: 'ZAM-9' });
		await this.keep('reject', /^KRK-1\/k1\/ack/, (m) => m.reject);
	}

	/** HQ and k1 die; k2 goes on; k1 comes back and asks k2 for what it missed, and then HQ. */
	async outage()
	{
		this.from = this.witness.messages.length;
		await this.hq.child.kill9();
		await this.keep('hq-will', /^hq$/, (m) => !m.online);
		await this.lanes.k1.kill9();
		await this.keep('will', /k1\/state/, (m) => !m.online);
		await this.lanes.k2.must('scan', { code: pickupCode({ store: STORE, order: 'ZAM-3' }), desk: 'kiosk' });
		this.import(soapOrder('ZAM-3', { shelf: 'C-1' }));
		await this.startLane('k1');
		await this.keep('ask-up', /k1\/ask/, (m) => m.ask === 'up');
		await this.keep('told', /k2\/ask/, (m) => m.ask === 'told');
		await this.keep('ask-stream', /k1\/ask/, (m) => m.ask === 'stream' && m.stream === 'orders');
		await this.hq.serve();
		await this.keep('hq-beat', /^hq$/, (m) => m.online);
		await this.keep('head', /k1\/down\/orders/, (m) => m.ops && m.ops.length === 0 && m.upto);
		await this.together('k1');
	}

	/** The last: from here on HQ signs, and stations would have to. */
	async trust()
	{
		const { key } = jsonOf(this.found.state);

		this.from = 0;
		await this.keep('keep', /claim/, (m) => m.op === 'keep', KEEP_MS);
		this.import({ type: 'policy', id: 'lanes', body: { lanes: [{ lane: 'k1', key }, { lane: 'k2' }] } });
		await this.keep('lanes', /^WAW-042\/down\/policy/, (m) => m.ops[0].body.lanes && m.ops[0].body.lanes[0].key);
		const [first] = this.hq.command('keygen', '--purpose', 'stream').split(' ');

		this.found.key = this.hq.command('keygen', '--purpose', 'stream', '--later').trim();
		this.hq.command('keys', 'use', this.found.key.split(' ')[0]);
		this.hq.command('keys', 'withdraw', first);
		await this.keep('keys', /^WAW-042\/down\/policy/, (m, topic, text) => text.startsWith('LS1')
			&& m.ops[0].id === 'keys' && m.ops[0].body.withdrawn.length > 0);
	}

	async run()
	{
		try {
			await this.open();
			for (const part of ['morning', 'claims', 'unknownOrders', 'pickup', 'command', 'foreign',
				'outage', 'trust']) {
				await this[part]();
			}
			return { found: this.found, faults: this.witness.faults, messages: this.witness.messages };
		} finally {
			await this.cleanup.run();
		}
	}
}

/** A payload's JSON, whatever frame it has; {} where there is none. */
function jsonOf(text)
{
	try {
		return JSON.parse(text.replace(/^LS1 .*\n/, ''));
	} catch {
		return {};
	}
}

module.exports = { Day, jsonOf };
