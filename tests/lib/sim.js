// SPDX-License-Identifier: Apache-2.0
//
// The real `lada-sim` devices: a scanner and customer displays on ptys, an ESC/POS printer on TCP.
'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { Child, program, run, until } = require('./world.js');

const ZBAR_NOTHING_FOUND = 4;

class SimScanner {
	constructor({ dir, name = 'scanner', options = [] })
	{
		this.link = path.join(dir, `${name}.tty`);
		this.log = path.join(dir, `${name}.log`);
		this.options = options;
		this.typed = [];
		this.count = 0;
	}

	async start()
	{
		this.child = new Child(program('lada-sim'), [
			'scanner', '--link', this.link, '--escapes', '--stay', ...this.options,
		], {
			log: this.log, stdin: true,
			lines: (line) => {
				if (line.startsWith('{')) {
					this.typed.push(JSON.parse(line));
				}
			},
		});
		await until('the simulated scanner is there', () => fs.existsSync(this.link));
	}

	/**
	 * Types one scan. Backslashes are the simulator's escapes (\xNN). Resolves to the moment just
	 * after the last byte, in nanoseconds of process.hrtime.bigint().
	 */
	async scan(text)
	{
		const number = ++this.count;

		this.child.write(`${text}\n`);
		const typed = await until('the scan is typed', () =>
			this.typed.find((line) => line.typed === number));

		return BigInt(typed.at_ns);
	}

	async stop()
	{
		if (this.child) {
			await this.child.stop();
		}
	}
}

class SimPrinter {
	constructor({ dir, name = 'printer', host = '127.0.0.1', port = 0, options = [] })
	{
		this.out = path.join(dir, name);
		this.log = path.join(dir, `${name}.log`);
		this.codes = new Map(); // by job
		this.done = []; // jobs read so far
		this.readBytes = 0; // of their list
		this.options = options;
		this.host = host;
		this.port = port; // 0: the printer chooses; kept over a restart
	}

	/** `fault`: a list as `lada-sim printer --fault` takes it. */
	async start(fault = null)
	{
		let listening = null;

		this.child = new Child(program('lada-sim'), [
			'printer', '--listen', `${this.host}:${this.port}`, '--out', this.out,
			...this.options, ...(fault ? ['--fault', fault] : []),
		], {
			log: this.log, stdin: true,
			lines: (line) => {
				listening = listening || /^listening .*:(\d+)$/.exec(line);
			},
		});
		await until('the simulated printer listens', () => listening);
		this.port = Number(listening[1]);
	}

	/** Replaces the faults while it runs: 'paper-out', 'deaf,slow', 'none' … */
	fault(list)
	{
		this.child.write(`fault ${list}\n`);
	}

	/** 'off', 'on', or 'cycle', which keeps the connection. */
	power(what)
	{
		this.child.write(`power ${what}\n`);
	}

	/** Drawer kicks so far. */
	kicks()
	{
		const list = path.join(this.out, 'drawer.jsonl');

		return fs.existsSync(list) ? fs.readFileSync(list, 'utf8').split('\n').filter(Boolean).length : 0;
	}

	async stop()
	{
		if (this.child) {
			await this.child.stop();
		}
	}

	/** Finished jobs in order: {job, cut, qr, text, png, …}. The list only grows: what was read is kept. */
	jobs()
	{
		const list = path.join(this.out, 'jobs.jsonl');

		if (!fs.existsSync(list)) {
			return [];
		}
		const fd = fs.openSync(list, 'r');
		const fresh = Buffer.alloc(fs.fstatSync(fd).size - this.readBytes);

		fs.readSync(fd, fresh, 0, fresh.length, this.readBytes);
		fs.closeSync(fd);
		const whole = fresh.subarray(0, fresh.lastIndexOf('\n') + 1);

		this.readBytes += whole.length;
		for (const line of whole.toString('utf8').split('\n').filter(Boolean)) {
			const job = JSON.parse(line);
			const base = path.join(this.out, String(job.job).padStart(3, '0'));

			this.done.push({ ...job, text: fs.readFileSync(`${base}.txt`, 'utf8'), png: `${base}.png` });
		}
		return [...this.done];
	}

	/** What zbarimg reads on a job's paper, whether the printer or the station drew it. */
	codesOf(job)
	{
		if (!this.codes.has(job.job)) {
			this.codes.set(job.job, readBarcodes(job.png));
		}
		return this.codes.get(job.job);
	}

	/** Finished jobs whose text or bar codes name this. */
	jobsWith(word)
	{
		return this.jobs().filter((job) => job.text.includes(word)
			|| this.codesOf(job).some((code) => code.includes(word)));
	}

	waitJob(word, timeoutMs = 5000)
	{
		return until(`a printed job with ${word}`, () => this.jobsWith(word)[0], timeoutMs);
	}
}

/** A customer display on a pty: `kind` pole or nextion. Keeps what it showed, newest last. */
class SimDisplay {
	constructor({ dir, kind, name = kind, options = [] })
	{
		this.link = path.join(dir, `${name}.tty`);
		this.log = path.join(dir, `${name}.log`);
		this.args = [kind, '--link', this.link,
			...(kind === 'pole' ? ['--out', path.join(dir, `${name}.txt`)] : []), ...options];
		this.history = [];
	}

	async start()
	{
		this.child = new Child(program('lada-sim'), this.args, {
			log: this.log, stdin: true,
			lines: (line) => {
				if (line.startsWith('{')) {
					this.history.push(JSON.parse(line));
				}
			},
		});
		await until(`the simulated ${this.args[0]} is there`, () => fs.existsSync(this.link));
	}

	get shown()
	{
		return this.history[this.history.length - 1] || null;
	}

	/** Waits until it shows all of this: {t0, qr} of a panel, {lines} of a pole. */
	waitShown(want, timeoutMs = 5000)
	{
		return until(`${this.args[0]} shows ${JSON.stringify(want)}`, () => {
			if (this.shown && Object.entries(want).every(([key, value]) =>
				JSON.stringify(this.shown[key]) === JSON.stringify(value))) {
				return this.shown;
			}
			throw new Error(`it shows ${JSON.stringify(this.shown)}`);
		}, timeoutMs);
	}

	/** To a panel: 'power off', 'power on', 'touch'. */
	say(line)
	{
		this.child.write(`${line}\n`);
	}

	async stop()
	{
		if (this.child) {
			await this.child.stop();
		}
	}
}

/** What an independent reader finds in a picture, one text a symbol. */
function readBarcodes(png)
{
	const result = run('zbarimg', ['--raw', '-q', png]);

	if (result.code !== 0 && result.code !== ZBAR_NOTHING_FOUND) {
		throw new Error(`zbarimg ${png}: ${result.code} ${result.stderr}`);
	}
	return result.stdout.split('\n').filter(Boolean);
}

module.exports = { SimDisplay, SimPrinter, SimScanner, readBarcodes };
