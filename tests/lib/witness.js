// SPDX-License-Identifier: Apache-2.0
//
// Listens to all that is published below a prefix and holds it to sync/schemas/.
'use strict';

const mqtt = require('mqtt');
const { Schemas } = require('./schemas.js');
const { until } = require('./world.js');

class Witness {
	constructor(url, prefix = 'lada/1')
	{
		Object.assign(this, { url, prefix });
		this.schemas = new Schemas();
		this.seen = new Map(); // kind -> messages
		this.faults = [];
		this.messages = []; // {topic, text}
	}

	async start()
	{
		let granted = false;

		this.client = mqtt.connect(this.url, { clean: true, reconnectPeriod: 100, connectTimeout: 3000 });
		this.client.on('error', () => {});
		this.client.on('connect', () => this.client.subscribe(`${this.prefix}/#`, { qos: 1 },
			() => { granted = true; }));
		this.client.on('message', (topic, payload) => this.#take(topic, payload));
		await until('the witness listens', () => granted);
	}

	#take(topic, payload)
	{
		const below = topic.slice(this.prefix.length + 1);
		const kind = below.includes('/down/') ? 'down' : below.split('/').at(-1);

		if (payload.length === 0) {
			return; // a stored message is taken back
		}
		const wrong = this.schemas.message(below, payload);

		this.seen.set(kind, (this.seen.get(kind) || 0) + 1);
		this.messages.push({ topic, text: payload.toString() });
		if (wrong) {
			this.faults.push(`${topic}: ${wrong}: ${payload.toString().slice(0, 400)}`);
		}
	}

	stop()
	{
		return new Promise((resolve) => { this.client.end(true, {}, resolve); });
	}
}

module.exports = { Witness };
