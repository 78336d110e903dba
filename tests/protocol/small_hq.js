// SPDX-License-Identifier: Apache-2.0
//
// A whole HQ for one store, to be read and copied: all that keeps the promise of sync/PROTOCOL.md,
// without signatures, commands and points. It needs npm's mqtt and files that need nothing.
//
//	node small_hq.js URL STORE RECORDS JOURNAL
//
// RECORDS has a line {"type","id","rev","body"} for each order, product, stock, member, policy or
// entry (no `body`: it is gone); what is appended goes out at once. JOURNAL is written here.
'use strict';

const fs = require('node:fs');
const mqtt = require('mqtt');
const { hash128, recordsSum } = require('../js/blake2b.js');
const { rawElements, rawMembers } = require('../lib/rawjson.js');
const { Ledger, linesOf } = require('./small_ledger.js');

const WITH_UPTO = ['orders', 'stock', 'loyalty'];
const REPLAY_MAX = 64; // messages an ask
const LOG_MAX = 1000; // messages kept; who needs older ones gets a snapshot
const PART_RECORDS = 200; // of 5 kB each; a message is at most 1 MiB
const SNAPSHOTS_MAX = 8; // of a stream

const [URL, STORE, RECORDS, JOURNAL] = process.argv.slice(2);
const ledger = new Ledger(JOURNAL, STORE);
const streams = {}; // name -> {name, epoch, seq, log, records: id -> op, snapshots: id -> {…}}
const older = {}; // LANE -> the epoch of an older copy of its database that is running
let client = null;

function say(topic, message, retain = false)
{
	client.publish(`lada/1/${topic}`, JSON.stringify(message), { qos: 1, retain });
}

// ---- up ----

/** Commits, and then tells the store what follows, with how far its events were taken. */
function take(lines)
{
	for (const [name, ops] of ledger.commit(lines)) {
		const stream = streams[name];
		const message = { stream: name, epoch: stream.epoch, seq: ++stream.seq, ...upto(name), ops };

		stream.log = [...stream.log, message].slice(-LOG_MAX);
		say(`${STORE}/down/${name}`, message);
	}
}

function load()
{
	const lines = linesOf(RECORDS).filter((record) => ledger.isNew(record)).map((record) => ({ record }));

	while (lines.length > 0) {
		take(lines.splice(0, PART_RECORDS));
	}
}

function takeUp(lane, text)
{
	const { store, lane: who, epoch } = JSON.parse(text);
	const hashes = [...ledger.chain(lane, epoch)];
	const lines = [];

	if (store !== STORE || who !== lane || older[lane] === epoch) {
		throw new Error(`not taken: store ${store}, lane ${who}, epoch ${epoch}`);
	}
	for (const element of rawElements(rawMembers(text).events)) {
		const { e, person } = rawMembers(element); // exact texts: the hashes are over these
		const { seq, prev } = JSON.parse(e);

		if (seq < hashes.length ? hashes[seq] !== hash128(e) : seq === hashes.length && hashes[seq - 1] !== prev) {
			throw new Error(`fork of epoch ${epoch} at event ${seq}`); // nothing is taken nor acknowledged
		}
		if (seq === hashes.length) { // a repeat is not taken; after a gap the rest comes again
			hashes.push(hash128(e));
			lines.push({ lane, epoch, e, person });
		}
	}
	if (lines.length > 0) {
		take(lines);
	}
	say(`${STORE}/${lane}/ack`, { epoch, seq: hashes.length - 1 });
}

function takeState(lane, { online, epoch, acked, cursors })
{
	if (!online) {
		return;
	}
	if (epoch < Math.max(...Object.keys(ledger.chains[lane] || {}))) {
		older[lane] = epoch;
		throw new Error('an older copy of its database is running');
	}
	delete older[lane];
	const taken = ledger.chain(lane, epoch).length - 1;

	if (acked > taken) {
		say(`${STORE}/${lane}/ack`, { epoch, seq: taken }); // JOURNAL was put back; the rest comes again
	}
	for (const [name, cursor] of Object.entries(cursors)) {
		const stream = streams[name];
		const records = liveOf(stream);

		if (cursor.epoch !== stream.epoch || cursor.seq !== stream.seq) {
			replay(lane, stream, cursor.epoch, cursor.seq);
		} else if (cursor.count !== records.length || cursor.sum !== recordsSum(records)) {
			offer(lane, stream);
		}
	}
}

// ---- down ----

function liveOf({ records })
{
	return [...records.values()].filter(({ op }) => op === 'put');
}

function upto(name)
{
	return WITH_UPTO.includes(name) ? { upto: ledger.upto() } : {};
}

function head({ name, epoch, seq })
{
	return { stream: name, epoch, seq, ...upto(name), ops: [] };
}

function replay(lane, stream, epoch, after)
{
	const topic = `${STORE}/${lane}/down/${stream.name}`;

	if (epoch > stream.epoch || (epoch === stream.epoch && after > stream.seq)) {
		Object.assign(stream, { epoch: epoch + 1, log: [] }); // JOURNAL was put back: everybody asks anew
	}
	const missing = stream.log.filter(({ seq }) => seq > after).slice(0, REPLAY_MAX);

	if (epoch !== stream.epoch || (after < stream.seq && missing[0]?.seq !== after + 1)) {
		offer(lane, stream);
		return;
	}
	missing.forEach((message) => say(topic, message));
	if (after + missing.length === stream.seq) {
		say(topic, head(stream));
	}
}

function offer(lane, stream)
{
	const { name, epoch, seq, snapshots } = stream;
	const id = `${epoch}-${seq}`;

	if (!snapshots.has(id)) {
		const records = liveOf(stream);
		const parts = Array.from({ length: Math.ceil(records.length / PART_RECORDS) || 1 },
			(_, i) => records.slice(i * PART_RECORDS, (i + 1) * PART_RECORDS));

		snapshots.set(id, { parts, upto: upto(name) });
		[...snapshots.keys()].slice(0, -SNAPSHOTS_MAX).forEach((old) => snapshots.delete(old));
	}
	const { parts, upto: then } = snapshots.get(id);

	say(`${STORE}/${lane}/down/${name}`, { stream: name, epoch, snapshot: { id, seq, parts: parts.length }, ...then });
}

function sendParts(lane, { name, snapshots }, { snapshot: id, from, count })
{
	const topic = `${STORE}/${lane}/down/${name}`;
	const [epoch, seq] = id.split('-').map(Number);
	const parts = snapshots.get(id)?.parts;

	if (!parts) {
		say(topic, { stream: name, snapshot: { id, gone: true } });
		return;
	}
	parts.slice(from - 1, from - 1 + count).forEach((ops, i) =>
		say(topic, { stream: name, epoch, snapshot: { id, seq, part: from + i, parts: parts.length }, ops }));
}

function answer(lane, ask)
{
	if (ask.ask === 'stream') {
		replay(lane, streams[ask.stream], ask.epoch, ask.after);
	} else if (ask.ask === 'part') {
		sendParts(lane, streams[ask.stream], ask);
	} else if (ask.ask === 'order') {
		const ops = liveOf(streams.orders).filter(({ id }) => id === ask.order);

		say(`${STORE}/${lane}/down/orders`, { answer: { ask: ask.id, order: ask.order, found: ops.length > 0 }, ops });
	} // `up` is for another lane
}

// ---- the connection ----

function hear(topic, payload, { retain })
{
	const [lane, leaf] = topic.split('/').slice(3);

	try {
		if (leaf === 'up') {
			takeUp(lane, payload.toString());
		} else if (leaf === 'ask') {
			answer(lane, JSON.parse(payload));
		} else if (leaf === 'state' && !retain) { // a stored one is old news
			takeState(lane, JSON.parse(payload));
		}
	} catch (error) {
		console.error(`ALARM ${topic}: ${error.message}`);
	}
}

function beat()
{
	say('hq', { online: true, n: Date.now(), at: new Date().toISOString() }, true);
}

/** HQ lives, and there its streams stand: who stands elsewhere asks. */
function greet()
{
	beat();
	Object.values(streams).forEach((stream) => say(`${STORE}/down/${stream.name}`, head(stream)));
}

function start()
{
	const epoch = ledger.open();

	for (const [name, records] of Object.entries(ledger.records)) {
		streams[name] = { name, epoch, seq: 0, log: [], records, snapshots: new Map() };
	}
	client = mqtt.connect(URL, {
		clientId: `hq-${STORE}`, clean: true, reconnectPeriod: 1000,
		will: { topic: 'lada/1/hq', payload: '{"online":false}', qos: 1, retain: true },
	});
	client.on('error', (error) => console.error(error.message));
	client.on('message', hear);
	client.on('connect', () => client.subscribe(
		['up', 'ask', 'state'].map((leaf) => `lada/1/${STORE}/+/${leaf}`), { qos: 1 }, greet));
	load();
	fs.watchFile(RECORDS, { interval: 200 }, load);
	setInterval(beat, 5000);
}

start();
