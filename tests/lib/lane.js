// SPDX-License-Identifier: Apache-2.0
//
// A lane without a station: it speaks the protocol over its own MQTT client, keeps its chain, and
// does only what the test tells it. For what HQ does with lanes that a real station would not be.
'use strict';

const mqtt = require('mqtt');
const { ZERO_HASH, hash128 } = require('./codes.js');
const { until } = require('./world.js');

class Lane {
	constructor({
		url, store, lane, prefix = 'lada/1', epoch = Math.floor(Date.now() / 1000), options = {},
	})
	{
		Object.assign(this, { url, store, lane, epoch, options });
		this.base = `${prefix}/${store}/${lane}`;
		this.seq = 0;
		this.prev = ZERO_HASH;
		this.heard = []; // {topic, payload}
	}

	/** Connects and hears everything the broker lets it hear. */
	async start()
	{
		let granted = false;

		this.client = mqtt.connect(this.url, {
			clientId: `lada-${this.store}-${this.lane}`, clean: true, reconnectPeriod: 0,
			connectTimeout: 5000, ...this.options,
		});
		this.client.on('error', () => {});
		this.client.on('message', (topic, payload) => this.heard.push({ topic, payload }));
		this.client.once('connect', () => this.client.subscribe('#', { qos: 1 }, () => {
			granted = true;
		}));
		await until(`${this.base} is connected`, () => granted);
	}

	stop()
	{
		return new Promise((resolve) => {
			this.client.end(true, {}, resolve);
		});
	}

	say(topic, payload)
	{
		const text = typeof payload === 'string' || Buffer.isBuffer(payload)
			? payload : JSON.stringify(payload);

		return this.client.publishAsync(topic, text, { qos: 1 });
	}

	/** The next event of its chain, published. */
	event(type, body)
	{
		this.seq++;
		const e = JSON.stringify({
			seq: this.seq, id: `${this.lane}-${this.epoch}-${this.seq}`, type,
			at: new Date().toISOString(), prev: this.prev, body,
		});

		this.prev = hash128(e);
		return this.say(`${this.base}/up`, `{"store":"${this.store}","lane":"${this.lane}",`
			+ `"epoch":${this.epoch},"events":[{"e":${e}}]}`);
	}

	state(over = {})
	{
		return this.say(`${this.base}/state`, {
			online: true, store: this.store, lane: this.lane, epoch: this.epoch, conn: 1,
			version: '0.0.1', cursors: {}, outbox: 0, acked: this.seq, devices: [], ...over,
		});
	}

	ask(body)
	{
		return this.say(`${this.base}/ask`, body);
	}

	/** Messages on a topic below its own, as JSON. */
	on(what)
	{
		return this.heard.filter(({ topic }) => topic === `${this.base}/${what}`)
			.map(({ payload }) => JSON.parse(payload));
	}

	waitFor(what, match = () => true)
	{
		return until(`${this.base}/${what}`, () => this.on(what).find(match), 15000);
	}
}

module.exports = { Lane };
