// SPDX-License-Identifier: Apache-2.0
//
// What the fake HQ knows: per stream its records and numbered log, per (lane, epoch) the chain of
// events it has taken. No network here; written from the contract alone.
'use strict';

const { blake2b } = require('../js/blake2b.js');
const { ZERO_HASH, hash128 } = require('./codes.js');
const { rawElements, rawMembers } = require('./rawjson.js');

const STREAMS = {
	orders: 'order', catalog: 'product', stock: 'stock', loyalty: 'member', policy: 'policy',
	timeline: 'entry',
};
const ID = /^[A-Za-z0-9._-]{1,64}$/;
const WITH_UPTO = new Set(['orders', 'stock', 'loyalty']);

/** A record's share in `sum`, as 8 bytes in hex. */
function recordSum(type, id, rev)
{
	return BigInt(`0x${blake2b(`${type}|${id}|${rev}`, { length: 16 })
		.subarray(0, 8).toString('hex')}`);
}

class StreamLedger {
	constructor(name, epoch)
	{
		this.name = name;
		this.epoch = epoch;
		this.seq = 0;
		this.records = new Map(); // `type|id` -> {type,id,rev,body}; body null: deleted
		this.log = []; // messages, log[i].seq = first + i
		this.count = 0;
		this.xor = 0n;
		this.history = new Map([[0, { count: 0, sum: '0'.repeat(16) }]]); // by seq
	}

	get sum()
	{
		return this.xor.toString(16).padStart(16, '0');
	}

	get(type, id)
	{
		return this.records.get(`${type}|${id}`);
	}

	/** What a correct receiver does with one op, by the rev rule. */
	#apply(op)
	{
		const type = STREAMS[this.name];
		const key = `${type}|${op.id}`;
		const old = this.records.get(key);

		if (old && op.rev <= old.rev) {
			return;
		}
		if (old && old.body !== null) {
			this.count--;
			this.xor ^= recordSum(old.type, old.id, old.rev);
		}
		const body = this.#bodyAfter(op, type, old ? old.body : null);

		this.records.set(key, { type, id: op.id, rev: op.rev, body });
		if (body !== null) {
			this.count++;
			this.xor ^= recordSum(type, op.id, op.rev);
		}
	}

	/** The body an op leaves, null for none; what nobody understands is a put of what was there. */
	#bodyAfter(op, type, before)
	{
		if (op.type !== type || !['put', 'del', 'erase', 'reopen'].includes(op.op)) {
			return before === null ? 'unreadable' : before;
		}
		return op.op === 'put' ? op.body : op.op === 'reopen' ? before : null;
	}

	/** Commits the next numbered message and gives it. */
	commit(ops, upto)
	{
		for (const op of ops) {
			if (op && typeof op.id === 'string' && ID.test(op.id) && !/^\.\.?$/.test(op.id)
				&& Number.isSafeInteger(op.rev) && op.rev >= 0) {
				this.#apply(op);
			}
		}
		this.seq++;
		const message = { stream: this.name, epoch: this.epoch, seq: this.seq };

		if (upto) {
			message.upto = upto;
		}
		message.ops = ops;
		this.log.push(message);
		this.history.set(this.seq, { count: this.count, sum: this.sum });
		return message;
	}

	/** The message after `seq`, or null when there is none or it is no longer in the log. */
	after(seq)
	{
		const message = this.log.find((m) => m.seq === seq + 1);

		return message || null;
	}

	snapshotParts(perPart)
	{
		const ops = [...this.records.values()].map((r) => r.body === null
			? { op: 'del', type: r.type, id: r.id, rev: r.rev }
			: { op: 'put', type: r.type, id: r.id, rev: r.rev, body: r.body });
		const parts = [];

		for (let i = 0; i === 0 || i < ops.length; i += perPart) {
			parts.push(ops.slice(i, i + perPart));
		}
		return parts;
	}

	/** A new life of the stream: same records, another epoch, an empty log. */
	newEpoch(epoch)
	{
		this.epoch = epoch;
		this.log = [];
		this.history = new Map([[this.seq, { count: this.count, sum: this.sum }]]);
	}
}

/** The events of one epoch of one lane, checked as they come. */
class ChainLedger {
	constructor()
	{
		this.seq = 0;
		this.prev = ZERO_HASH;
		this.taken = []; // {e, person, text}
		this.hashes = [ZERO_HASH]; // hash of event i
	}

	/** HQ restored from an old backup: it knows only events up to `seq`. */
	forgetAfter(seq)
	{
		this.taken.length = Math.min(this.taken.length, seq);
		this.hashes.length = this.taken.length + 1;
		this.seq = this.taken.length;
		this.prev = this.hashes[this.seq];
	}

	take(text, personText)
	{
		const e = JSON.parse(text);

		this.prev = hash128(text);
		this.seq = e.seq;
		this.hashes.push(this.prev);
		this.taken.push({ e, text, person: personText ? JSON.parse(personText) : null });
	}
}

/** An `up` message as {store, lane, epoch, events:[{text, e, personText}]}, exact texts kept. */
function readBatch(payload)
{
	const text = payload.toString('utf8');
	const batch = JSON.parse(text);
	const events = rawElements(rawMembers(text).events).map((eventText) => {
		const members = rawMembers(eventText);

		return {
			text: members.e, e: JSON.parse(members.e), personText: members.person || null,
		};
	});

	return { store: batch.store, lane: batch.lane, epoch: batch.epoch, events };
}

const AT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/** What is wrong with the form of one event, or null. */
function eventFault({ e, personText })
{
	if (!AT.test(e.at || '')) {
		return `event ${e.seq}: at ${e.at}`;
	}
	if (!ID.test(e.id || '')) {
		return `event ${e.seq}: id ${e.id}`;
	}
	if (typeof e.type !== 'string' || typeof e.body !== 'object') {
		return `event ${e.seq}: shape`;
	}
	if (personText && e.body.person_hash !== hash128(personText)) {
		return `event ${e.seq}: person_hash`;
	}
	return null;
}

module.exports = { ChainLedger, STREAMS, StreamLedger, WITH_UPTO, eventFault, readBatch };
