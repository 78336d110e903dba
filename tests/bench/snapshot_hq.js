// SPDX-License-Identifier: Apache-2.0
//
// The HQ of the snapshot bench: one snapshot of the orders, made beforehand, given to whoever asks
// for it as the protocol has it. Other streams are empty.
'use strict';

const crypto = require('node:crypto');
const mqtt = require('mqtt');
const { until } = require('../lib/world.js');
const { order } = require('../lib/fixtures.js');

const PART_BYTES = 1000000;
const PREFIX = 'lada/1';
const STORE = 'WAW-042';

/** An order of about 1.5 kB, as ops in a snapshot are. */
function orderOp(i)
{
	const id = `ORD-2026-${String(i).padStart(6, '0')}`;
	const body = order(id, {
		goods: [['SKU-MUG', 1 + i % 3], ['SKU-TEA', 1], ['SKU-SOAP', 2]],
		status: ['ready', 'placed', 'in_transit', 'collected'][i % 4],
	});

	body.customer.phone_hash = crypto.createHash('md5').update(id).digest('hex');
	body.note = 'Proszę zadzwonić przed odbiorem. '.repeat(20).slice(0, 1500 - JSON.stringify(body).length
		> 0 ? 1500 - JSON.stringify(body).length : 0);
	return JSON.stringify({ op: 'put', type: 'order', id, rev: 1 + i % 5, body });
}

/** The parts' `ops`, each of at most PART_BYTES. */
function makeParts(count)
{
	const parts = [];
	let part = [], bytes = 0;

	for (let i = 0; i < count; i++) {
		const op = orderOp(i);

		if (bytes + op.length > PART_BYTES) {
			parts.push(part.join(','));
			part = [];
			bytes = 0;
		}
		part.push(op);
		bytes += Buffer.byteLength(op) + 1;
	}
	parts.push(part.join(','));
	return parts;
}

class SnapshotHq {
	constructor(url, parts)
	{
		Object.assign(this, { url, epoch: 100, offeredAt: 0n, done: null });
		this.messages = parts.map((ops, i) => ({ ops, part: i + 1 }));
	}

	async start()
	{
		this.client = mqtt.connect(this.url, { clientId: `bench-hq-${process.pid}`, clean: true });
		this.client.on('message', (topic, payload) => {
			const [, lane] = topic.slice(PREFIX.length + 1).split('/');

			this.#answer(lane, JSON.parse(payload));
		});
		await until('the bench HQ is connected', () => this.client.connected);
		this.client.stream.setNoDelay(true);
		await this.client.subscribeAsync(`${PREFIX}/${STORE}/+/ask`, { qos: 1 });
	}

	stop()
	{
		return this.client.endAsync(true);
	}

	#send(lane, stream, text)
	{
		this.client.publish(`${PREFIX}/${STORE}/${lane}/down/${stream}`, text, { qos: 1 });
	}

	#answer(lane, ask)
	{
		if (ask.ask === 'part') {
			this.#sendParts(lane, ask);
		} else if (ask.ask === 'stream' && ask.epoch === 0 && ask.stream !== 'orders') {
			this.#send(lane, ask.stream, JSON.stringify({
				stream: ask.stream, epoch: 1, snapshot: { id: `e-${ask.stream}`, seq: 0, parts: 1 },
			}));
		} else if (ask.ask === 'stream' && ask.stream === 'orders' && ask.epoch < this.epoch) {
			this.offeredAt = this.offeredAt || process.hrtime.bigint();
			this.#send(lane, 'orders', JSON.stringify({
				stream: 'orders', epoch: this.epoch,
				snapshot: { id: `s${this.epoch}`, seq: 0, parts: this.messages.length },
			}));
		} else if (ask.ask === 'stream') {
			if (ask.stream === 'orders' && this.done) {
				this.done(Number(process.hrtime.bigint() - this.offeredAt) / 1e9);
			}
			this.#send(lane, ask.stream, JSON.stringify({
				stream: ask.stream, epoch: ask.epoch, seq: 0, ops: [],
			}));
		}
	}

	#sendParts(lane, { stream, snapshot, from, count })
	{
		if (stream !== 'orders') {
			this.#send(lane, stream, JSON.stringify({
				stream, epoch: 1, snapshot: { id: snapshot, seq: 0, part: 1, parts: 1 }, ops: [],
			}));
			return;
		}
		for (const { ops, part } of this.messages.slice(from - 1, from - 1 + count)) {
			this.#send(lane, stream, `{"stream":"orders","epoch":${this.epoch},"snapshot":{"id":"`
				+ `${snapshot}","seq":0,"part":${part},"parts":${this.messages.length}},"ops":[${ops}]}`);
		}
	}

	/** Seconds from the offer until the taker, whole, asks what comes after it. */
	taken()
	{
		this.offeredAt = 0n;
		return new Promise((resolve) => { this.done = resolve; });
	}
}

module.exports = { PREFIX, STORE, SnapshotHq, makeParts };
