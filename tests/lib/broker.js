// SPDX-License-Identifier: Apache-2.0
//
// A mosquitto of our own: plain, on the loopback, without persistence, so that a kill -9 loses
// what a real broker would lose.
'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { Child, accepts, freePort, until } = require('./world.js');

const PLACES = ['/usr/sbin/mosquitto', '/usr/local/sbin/mosquitto', '/usr/bin/mosquitto'];

class Broker {
	constructor(dir)
	{
		this.dir = dir;
		this.child = null;
		this.port = 0;
		this.more = []; // further lines of its configuration, such as another listener
	}

	get url()
	{
		return `mqtt://127.0.0.1:${this.port}`;
	}

	async start()
	{
		if (this.port === 0) {
			this.port = await freePort();
		}
		const conf = path.join(this.dir, 'mosquitto.conf');

		fs.writeFileSync(conf, [
			`listener ${this.port} 127.0.0.1`,
			'allow_anonymous true',
			'persistence false',
			'set_tcp_nodelay true',
			'log_dest stderr',
			'log_type error', 'log_type warning', 'log_type notice',
			'connection_messages true',
			...this.more,
			'',
		].join('\n'));
		const file = PLACES.find((place) => fs.existsSync(place));

		if (!file) {
			throw new Error('mosquitto is not installed');
		}
		this.child = new Child(file, ['-c', conf], { log: path.join(this.dir, 'broker.log') });
		await until('the broker accepts', () => {
			if (!this.child.alive) {
				throw new Error('mosquitto has ended');
			}
			return accepts(this.port);
		});
	}

	kill9()
	{
		return this.child.kill9();
	}

	async stop()
	{
		if (this.child) {
			await this.child.stop();
		}
	}
}

module.exports = { Broker };
