// SPDX-License-Identifier: Apache-2.0
//
// An HQ of our own over another MQTT client than the station's, written only from the contract.
// It keeps the rules (commits, then acknowledges; answers asks; sends what is missing) and can be
// told to break them: `filter` sees every outgoing message, `faults` holds the rest.
'use strict';

const mqtt = require('mqtt');
const { Schemas } = require('./schemas.js');
const { until } = require('./world.js');
const {
	ChainLedger, STREAMS, StreamLedger, WITH_UPTO, eventFault, readBatch,
} = require('./hq_ledger.js');

const REPLAY_MAX = 64;
const BEAT_MS = 5000;
const BEHIND_MS = 10000;
const schemas = new Schemas();

class FakeHq {
	constructor({ url, prefix = 'lada/1', store = 'WAW-042', lanes = ['k1'], partRecords = 25 })
	{
		Object.assign(this, { url, prefix, store, lanes, partRecords });
		this.epoch = Math.floor(Date.now() / 1000);
		this.streams = {};
		for (const name of Object.keys(STREAMS)) {
			this.streams[name] = new StreamLedger(name, this.epoch);
		}
		this.chains = new Map(); // lane -> Map(epoch -> ChainLedger)
		this.snapshots = new Map(); // id -> {stream, epoch, seq, parts}
		this.snapshotCount = 0;
		this.states = new Map(); // lane -> last state document
		this.stateLog = []; // {lane, at, retain, doc}
		this.asks = []; // everything asked
		this.ups = []; // every batch as it came, {lane, epoch, seqs, bytes}
		this.claims = [];
		this.problems = []; // breaches of the contract by a station
		this.extraOrders = new Map(); // answers to asks for orders: id -> op
		this.beatCount = Date.now();
		this.behindSince = new Map();
		this.follow = true;
		this.filter = (topic, payload) => [payload];
		this.faults = {
			neverAck: false, silentOrders: false, orderDelayMs: 0, silentStreams: false,
			silentParts: false, reject: null, autoUpto: true,
			strangers: false, // somebody else speaks on the topic of claims
		};
		this.timers = [];
	}

	// ---- connection ----

	async start()
	{
		const will = {
			topic: `${this.prefix}/hq`, payload: '{"online":false}', qos: 1, retain: true,
		};

		this.client = mqtt.connect(this.url, {
			clientId: `fake-hq-${process.pid}-${Date.now()}`, clean: true, reconnectPeriod: 100,
			connectTimeout: 3000, will,
		});
		this.client.on('error', () => {});
		this.client.on('message', (topic, payload, packet) => this.#receive(topic, payload, packet));
		this.client.on('connect', () => {
			// Nagle on one end makes every QoS 1 round trip wait for a delayed acknowledgement.
			this.client.stream.setNoDelay(true);
			this.client.subscribe(['up', 'ask', 'state', 'claim'].map((leaf) => leaf === 'claim'
				? `${this.prefix}/${this.store}/claim`
				: `${this.prefix}/${this.store}/+/${leaf}`), { qos: 1 }, () => this.beat());
		});
		await until('the fake HQ is connected', () => this.client.connected);
		this.timers.push(setInterval(() => this.beat(), BEAT_MS));
	}

	async stop()
	{
		this.timers.forEach(clearInterval);
		this.timers = [];
		if (this.client) {
			await new Promise((resolve) => { this.client.end(true, {}, resolve); });
		}
	}

	beat(online = true)
	{
		const beat = online
			? { online: true, n: ++this.beatCount, at: new Date().toISOString() }
			: { online: false };

		this.client.publish(`${this.prefix}/hq`, JSON.stringify(beat), { qos: 1, retain: true });
	}

	/** Publishes exactly these bytes. */
	raw(topic, payload)
	{
		return new Promise((resolve, reject) => {
			this.client.publish(topic, payload, { qos: 1 },
				(error) => (error ? reject(error) : resolve()));
		});
	}

	downTopic(stream, lane = null)
	{
		return lane ? `${this.prefix}/${this.store}/${lane}/down/${stream}`
			: `${this.prefix}/${this.store}/down/${stream}`;
	}

	laneTopic(lane, leaf)
	{
		return `${this.prefix}/${this.store}/${lane}/${leaf}`;
	}

	/** Everything that follows the protocol goes through here, and so through `filter`. */
	async send(topic, message)
	{
		for (const payload of this.filter(topic, JSON.stringify(message), message)) {
			await this.raw(topic, payload);
		}
	}

	// ---- down ----

	/** What HQ has taken, per lane, or null when it has taken nothing. */
	upto()
	{
		const upto = {};

		for (const [lane, epochs] of this.chains) {
			const epoch = Math.max(...epochs.keys());

			upto[lane] = [epoch, epochs.get(epoch).seq];
		}
		return Object.keys(upto).length > 0 ? upto : null;
	}

	/** Commits and publishes one numbered message. `upto` undefined: what HQ has taken. */
	publish(stream, ops, upto = undefined)
	{
		const covers = upto === undefined && this.faults.autoUpto ? this.upto() : upto || null;
		const message = this.streams[stream].commit(ops,
			WITH_UPTO.has(stream) ? covers : null);

		return this.send(this.downTopic(stream), message);
	}

	put(stream, id, body, { rev, upto } = {})
	{
		const old = this.streams[stream].get(STREAMS[stream], id);
		const op = {
			op: 'put', type: STREAMS[stream], id, rev: rev === undefined ? (old ? old.rev + 1 : 1) : rev,
			body,
		};

		return this.publish(stream, [op], upto);
	}

	/** Fills a stream without publishing, as if long ago; the station gets it by snapshot. */
	seed(stream, records)
	{
		for (const [id, body] of Object.entries(records)) {
			this.streams[stream].commit([
				{ op: 'put', type: STREAMS[stream], id, rev: 1, body },
			], null);
		}
		this.streams[stream].log = [];
	}

	record(stream, id)
	{
		const record = this.streams[stream].get(STREAMS[stream], id);

		return record ? record.body : null;
	}

	/** Resolves to the snapshot's id. */
	offer(stream, lane)
	{
		const ledger = this.streams[stream];
		const id = `s${++this.snapshotCount}-${stream}`;
		const parts = ledger.snapshotParts(this.partRecords);

		this.snapshots.set(id, { stream, epoch: ledger.epoch, seq: ledger.seq, parts });
		const offer = {
			stream, epoch: ledger.epoch, snapshot: { id, seq: ledger.seq, parts: parts.length },
		};
		const upto = WITH_UPTO.has(stream) ? this.upto() : null;

		if (upto) {
			offer.upto = upto;
		}
		return this.send(this.downTopic(stream, lane), offer).then(() => id);
	}

	// ---- answers ----

	#receive(topic, payload, packet)
	{
		const [store, lane, leaf] = topic.slice(this.prefix.length + 1).split('/');

		try {
			if (store !== this.store || (lane !== 'claim' && !this.lanes.includes(lane))) {
				return; // not a station's; a test may send anything here
			}
			if (lane === 'claim' && this.faults.strangers) {
				return;
			}
			const wrong = payload.length > 0 && schemas.message(`${store}/${lane}${leaf ? `/${leaf}` : ''}`,
				payload);

			if (wrong) {
				this.problems.push(`${topic}: ${wrong}: ${payload.toString().slice(0, 400)}`);
			}
			if (lane === 'claim') {
				this.claims.push(JSON.parse(payload));
			} else if (leaf === 'up') {
				this.#takeBatch(lane, payload);
			} else if (leaf === 'ask') {
				this.#answer(lane, JSON.parse(payload));
			} else if (leaf === 'state') {
				this.#takeState(lane, JSON.parse(payload), packet.retain);
			}
		} catch (error) {
			this.problems.push(`${topic}: ${error.stack}`);
		}
	}

	#answer(lane, ask)
	{
		this.asks.push({ lane, at: Date.now(), ...ask });
		if (typeof ask.id !== 'string') {
			this.problems.push(`an ask without id: ${JSON.stringify(ask)}`);
		} else if (ask.ask === 'stream' && STREAMS[ask.stream]) {
			if (!this.faults.silentStreams) {
				this.#replay(lane, ask);
			}
		} else if (ask.ask === 'part') {
			if (!this.faults.silentParts) {
				this.#sendParts(lane, ask);
			}
		} else if (ask.ask === 'order') {
			if (!this.faults.silentOrders) {
				setTimeout(() => this.#answerOrder(lane, ask), this.faults.orderDelayMs);
			}
		} else if (!['up', 'told'].includes(ask.ask)) { // lanes among themselves
			this.problems.push(`unknown ask: ${JSON.stringify(ask)}`);
		}
	}

	#replay(lane, { stream, epoch, after })
	{
		const ledger = this.streams[stream];
		const topic = this.downTopic(stream, lane);

		if (epoch !== ledger.epoch || (after < ledger.seq && !ledger.after(after))) {
			this.offer(stream, lane);
			return;
		}
		if (after >= ledger.seq) {
			const head = { stream, epoch, seq: ledger.seq, ops: [] };
			const upto = WITH_UPTO.has(stream) ? this.upto() : null;

			this.send(topic, upto ? { ...head, upto } : head);
			return;
		}
		for (let seq = after; seq < Math.min(ledger.seq, after + REPLAY_MAX); seq++) {
			this.send(topic, ledger.after(seq));
		}
	}

	#sendParts(lane, { snapshot: id, stream, from, count })
	{
		const topic = this.downTopic(stream, lane);
		const snapshot = this.snapshots.get(id);

		if (!snapshot || snapshot.stream !== stream) {
			this.send(topic, { stream, snapshot: { id, gone: true } });
			return;
		}
		for (let part = from; part < from + count && part <= snapshot.parts.length; part++) {
			this.send(topic, {
				stream, epoch: snapshot.epoch,
				snapshot: { id, seq: snapshot.seq, part, parts: snapshot.parts.length },
				ops: snapshot.parts[part - 1],
			});
		}
	}

	#answerOrder(lane, ask)
	{
		const op = this.extraOrders.get(ask.order);
		const answer = { answer: { ask: ask.id, order: ask.order, found: Boolean(op) } };

		this.send(this.downTopic('orders', lane), { ...answer, ops: op ? [op] : [] });
	}

	// ---- up ----

	chain(lane, epoch)
	{
		const epochs = this.chains.get(lane) || this.chains.set(lane, new Map()).get(lane);

		return epochs.get(epoch) || epochs.set(epoch, new ChainLedger()).get(epoch);
	}

	#takeBatch(lane, payload)
	{
		const batch = readBatch(payload);
		const chain = this.chain(lane, batch.epoch);
		const before = chain.taken.length;
		const rejected = [];

		this.ups.push({
			lane, at: Date.now(), epoch: batch.epoch, seqs: batch.events.map((v) => v.e.seq),
			bytes: payload.length,
		});
		if (batch.store !== this.store || batch.lane !== lane) {
			this.problems.push(`batch of ${batch.store}/${batch.lane} on ${lane}/up`);
		}
		if (payload.length > 64 * 1024) {
			this.problems.push(`batch of ${payload.length} bytes`);
		}
		for (const event of batch.events) {
			this.#takeEvent(chain, event, rejected);
		}
		this.#followUp(chain.taken.slice(before).map((t) => t.e));
		this.ack(lane, batch.epoch, rejected);
	}

	#takeEvent(chain, event, rejected)
	{
		if (event.e.seq <= chain.seq) {
			const known = chain.taken[event.e.seq - 1];

			if (known && known.text !== event.text) {
				this.problems.push(`fork: event ${event.e.seq} changed`);
			}
			return;
		}
		if (event.e.seq !== chain.seq + 1) {
			return; // a gap: the ack below says so
		}
		if (event.e.prev !== chain.prev) {
			this.problems.push(`event ${event.e.seq}: prev ${event.e.prev}, not ${chain.prev}`);
			return;
		}
		const fault = eventFault(event);

		if (fault) {
			this.problems.push(fault);
		}
		const reason = this.faults.reject && this.faults.reject(event.e);

		if (reason) {
			rejected.push({ seq: event.e.seq, reason });
		}
		chain.take(event.text, event.personText);
	}

	/** The puts that follow from events, in one message a stream with the new upto. */
	#followUp(events)
	{
		if (!this.follow || events.length === 0) {
			return;
		}
		const ops = { orders: new Map(), stock: new Map() };

		for (const e of events) {
			if (e.type === 'pickup.completed') {
				this.#followPickup(ops.orders, e);
			} else if (e.type === 'stock.changed') {
				this.#followStock(ops.stock, e);
			}
		}
		for (const [stream, byId] of Object.entries(ops)) {
			if (byId.size > 0) {
				this.publish(stream, [...byId.values()]);
			}
		}
	}

	#followPickup(ops, e)
	{
		const old = this.streams.orders.get('order', e.body.order);

		if (!old || old.body === null) {
			return;
		}
		const lines = old.body.lines.map((line) => {
			const done = e.body.lines.find((l) => l.line === line.line);

			return done ? { ...line, handed: done.qty, short: done.short || 0 } : line;
		});
		const body = {
			...old.body, status: 'collected', lines, collected: { at: e.at, store: this.store },
		};

		ops.set(old.id, { op: 'put', type: 'order', id: old.id, rev: old.rev + 1, body });
	}

	#followStock(ops, e)
	{
		const old = this.streams.stock.get('stock', e.body.sku);

		if (old && old.body !== null) {
			const waiting = ops.get(old.id);
			const onHand = (waiting ? waiting.body : old.body).on_hand + e.body.delta;

			ops.set(old.id, {
				op: 'put', type: 'stock', id: old.id, rev: old.rev + 1,
				body: { ...old.body, on_hand: onHand },
			});
		}
	}

	ack(lane, epoch, rejected = [])
	{
		if (this.faults.neverAck) {
			return Promise.resolve();
		}
		const ack = { epoch, seq: this.chain(lane, epoch).seq };

		if (rejected.length > 0) {
			ack.reject = rejected;
		}
		return this.send(this.laneTopic(lane, 'ack'), ack);
	}

	#takeState(lane, doc, retain)
	{
		this.stateLog.push({ lane, at: Date.now(), retain, doc });
		this.states.set(lane, doc);
		if (!doc.online || retain || !doc.cursors) {
			return;
		}
		for (const [name, ledger] of Object.entries(this.streams)) {
			this.#compare(lane, name, ledger, doc.cursors[name]);
		}
	}

	#compare(lane, name, ledger, cursor)
	{
		const key = `${lane}/${name}`;

		if (!cursor || cursor.epoch !== ledger.epoch) {
			return;
		}
		const then = ledger.history.get(cursor.seq);

		if (then && (then.count !== cursor.count || then.sum !== cursor.sum)) {
			this.problems.push(`${name} at ${cursor.seq}: count ${cursor.count} sum ${cursor.sum},`
				+ ` not ${then.count} ${then.sum}`);
			this.offer(name, lane);
		}
		if (cursor.seq >= ledger.seq) {
			this.behindSince.delete(key);
			return;
		}
		if (!this.behindSince.has(key)) {
			this.behindSince.set(key, Date.now());
		} else if (Date.now() - this.behindSince.get(key) > BEHIND_MS) {
			this.behindSince.set(key, Date.now());
			this.#replay(lane, { stream: name, epoch: cursor.epoch, after: cursor.seq });
		}
	}

	// ---- what tests look at ----

	/** All events taken, of one type if named, oldest epoch first. */
	/** Of one lane, or of all of them. */
	events(type = null, lane = null)
	{
		const chains = lane ? [this.chains.get(lane) || new Map()] : [...this.chains.values()];
		const epochs = chains.flatMap((c) => [...c].sort(([a], [b]) => a - b));

		return epochs.flatMap(([, chain]) => chain.taken.map((t) => t.e))
			.filter((e) => type === null || e.type === type);
	}

	waitEvent(type, match = () => true, timeoutMs = 5000)
	{
		return until(`event ${type} at HQ`, () => this.events(type).find((e) => match(e.body, e)),
			timeoutMs);
	}

	isSynced(lane = 'k1')
	{
		const doc = this.states.get(lane);

		return Boolean(doc && doc.online && doc.cursors)
			&& Object.values(this.streams).every((ledger) => {
				const cursor = doc.cursors[ledger.name];

				return cursor && cursor.epoch === ledger.epoch && cursor.seq === ledger.seq
					&& cursor.count === ledger.count && cursor.sum === ledger.sum;
			});
	}

	waitSynced(lane = 'k1', timeoutMs = 8000)
	{
		return until(`${lane} reports every stream at HQ's head with the same count and sum`,
			() => this.isSynced(lane), timeoutMs).catch((error) => {
			const heads = Object.values(this.streams)
				.map((l) => `${l.name} ${l.epoch}/${l.seq} ${l.count} ${l.sum}`).join('; ');
			const doc = this.states.get(lane);

			throw new Error(`${error.message}; HQ: ${heads}; lane: `
				+ `${JSON.stringify(doc && doc.cursors)}`);
		});
	}
}

module.exports = { FakeHq };
