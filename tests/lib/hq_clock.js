// SPDX-License-Identifier: Apache-2.0
//
// What time HQ says it is: beats of a client of our own, among those of the real HQ. A station goes
// by HQ's time, so this is how a test comes to Christmas. It must lie ahead of the machine's clock:
// of two beats a station believes the later one.
'use strict';

const mqtt = require('mqtt');
const { until } = require('./world.js');

const BEAT_MS = 500; // HQ's own come every 5 s

class HqClock {
	constructor(url, prefix = 'lada/1')
	{
		Object.assign(this, { url, topic: `${prefix}/hq`, aheadMs: 0, n: Date.now() });
	}

	async start()
	{
		this.client = mqtt.connect(this.url, { clean: true, reconnectPeriod: 100 });
		this.client.on('error', () => {});
		await until('the clock is at the broker', () => this.client.connected);
		this.timer = setInterval(() => this.aheadMs > 0 && this.beat(), BEAT_MS);
	}

	now()
	{
		return Date.now() + this.aheadMs;
	}

	/** It is this time now. Time goes on from there. */
	set(time)
	{
		const aheadMs = Date.parse(time) - Date.now();

		if (!(aheadMs > 0 && aheadMs >= this.aheadMs)) {
			throw new Error(`${time} is not ahead`);
		}
		this.aheadMs = aheadMs;
		this.beat();
	}

	beat()
	{
		if (this.client.connected) {
			this.client.publish(this.topic, JSON.stringify({
				online: true, n: ++this.n, at: new Date(this.now()).toISOString(),
			}), { qos: 1 });
		}
	}

	stop()
	{
		clearInterval(this.timer);
		return new Promise((resolve) => { this.client.end(true, {}, resolve); });
	}
}

/** The next year that has Christmas as 2026: 23 December is a Wednesday. */
function christmasYear(now = new Date())
{
	let year = now.getUTCFullYear();

	while (new Date(Date.UTC(year, 11, 23)).getUTCDay() !== 3 || Date.UTC(year, 11, 23) < now.getTime()) {
		year++;
	}
	return year;
}

module.exports = { HqClock, christmasYear };
