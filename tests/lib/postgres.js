// SPDX-License-Identifier: Apache-2.0
//
// A PostgreSQL server of the test's own, in a temporary directory, on a socket there. It refuses
// to run as root, so as root it is run as nobody.
'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { Child, run, tempDir, until } = require('./world.js');

const PLACE = '/usr/lib/postgresql';

/** Where initdb and postgres are, or null. */
function programs()
{
	const versions = fs.existsSync(PLACE) ? fs.readdirSync(PLACE).sort((a, b) => a - b) : [];

	return versions.map((version) => path.join(PLACE, version, 'bin')).reverse()
		.find((bin) => fs.existsSync(path.join(bin, 'initdb'))) || null;
}

class Postgres {
	constructor()
	{
		this.bin = programs();
		this.dir = tempDir('postgres');
		this.data = path.join(this.dir, 'data');
		this.schemas = 0;
	}

	static installed()
	{
		return programs() !== null;
	}

	/** A command line that runs it as somebody who may. */
	#line(name, args)
	{
		const line = [path.join(this.bin, name), ...args];

		return process.getuid() === 0
			? ['setpriv', '--reuid', 'nobody', '--regid', 'nogroup', '--clear-groups', '--', ...line]
			: line;
	}

	async start()
	{
		if (!fs.existsSync(this.data)) {
			if (process.getuid() === 0) {
				run('chown', ['nobody:nogroup', this.dir]);
			}
			const [file, ...args] = this.#line('initdb', ['-D', this.data, '-U', 'lada', '-A', 'trust',
				'-E', 'UTF8', '--locale=C.UTF-8', '--no-sync']);
			const made = run(file, args, { timeoutMs: 60000, cwd: '/' });

			if (made.code !== 0) {
				throw new Error(`initdb: ${made.stderr}`);
			}
		}
		const [file, ...args] = this.#line('postgres', ['-D', this.data, '-k', this.dir,
			'-c', 'listen_addresses=', '-c', 'fsync=off']);

		this.child = new Child(file, args, { log: path.join(this.dir, 'postgres.log'), cwd: '/' });
		await until('PostgreSQL is ready', () => this.sql('SELECT 1') === '1', 30000);
	}

	/** Standard output of psql, trimmed. */
	sql(text, url = this.url)
	{
		const result = run(path.join(this.bin, 'psql'), ['-XqAt', '-v', 'ON_ERROR_STOP=1', '-c', text, url]);

		if (result.code !== 0) {
			throw new Error(`psql: ${result.stderr}`);
		}
		return result.stdout.trim();
	}

	get url()
	{
		return `postgresql:///postgres?host=${this.dir}&user=lada`;
	}

	/** The URL of a new schema, as good as a database of its own. */
	newDatabase()
	{
		const name = `t${++this.schemas}`;

		this.sql(`CREATE SCHEMA ${name}`);
		return `${this.url}&options=-csearch_path%3D${name}`;
	}

	/** At once, as after a crash. */
	async stop()
	{
		if (this.child) {
			await this.child.stop('SIGQUIT');
		}
	}
}

module.exports = { Postgres };
