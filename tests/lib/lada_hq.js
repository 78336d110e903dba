// SPDX-License-Identifier: Apache-2.0
//
// The real reference HQ, `lada-hq`, on a database of its own, or on one of several's (`db`).
'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { Child, program, run, until } = require('./world.js');

class LadaHq {
	constructor({ dir, url, prefix = 'lada/1', db = path.join(dir, 'hq.db'), name = 'hq' })
	{
		this.dir = dir;
		this.db = db;
		this.log = path.join(dir, `${name}.log`);
		this.common = ['--db', this.db, '--url', url, '--prefix', prefix];
		this.child = null;
	}

	/** Runs a command to its end; throws unless it exits 0. Resolves to its standard output. */
	command(...args)
	{
		const result = run(program('lada-hq'), [...this.common, ...args]);

		fs.appendFileSync(this.log, `--- lada-hq ${args.join(' ')}\n${result.stderr}`);
		if (result.code !== 0) {
			throw new Error(`lada-hq ${args.join(' ')}: ${result.code} ${result.stderr.trim()}`);
		}
		return result.stdout;
	}

	/** Starts serving and waits until it is at the broker. */
	async serve()
	{
		const connected = () => fs.readFileSync(this.log, 'utf8').split('connected to ').length;

		this.child = new Child(program('lada-hq'), [...this.common, 'serve'], { log: this.log });
		const before = connected();

		await until('lada-hq is at the broker', () => {
			if (!this.child.alive) {
				throw new Error(`lada-hq has ended; see ${this.log}`);
			}
			return connected() > before;
		});
	}

	/** One JSON value a line. */
	jsonLines(...args)
	{
		return this.command(...args).split('\n').filter(Boolean).map((line) => JSON.parse(line));
	}

	async stop()
	{
		if (this.child) {
			await this.child.stop();
		}
	}
}

module.exports = { LadaHq };
