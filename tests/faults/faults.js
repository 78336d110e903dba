// SPDX-License-Identifier: Apache-2.0
//
// Runs the fault simulation in as many processes as the machine has cores, two at most:
//
//	node tests/faults/faults.js SCHEDULES [FIRST_SEED]
//
// Without a first seed the day's: other schedules every day, and the seed of a failure is all it
// takes to see it again. Exit 1 when a schedule failed.
//
// A long run (more than 20,000) that is stopped goes on where it was, as long as the program is the
// same: build/faults/night.json says how far it is.
'use strict';

const { spawn } = require('node:child_process');
const crypto = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');

const PROGRAM = path.join(__dirname, '..', '..', 'build', 'faults', 'simulate');
const NIGHT = path.join(__dirname, '..', '..', 'build', 'faults', 'night.json');
const PROCESSES = 2;
const SLICE = 1000; // schedules a process, so that a long run is seen to move
const LONG = 20 * SLICE;
const DAY_MS = 24 * 3600 * 1000;
const SEEDS_A_DAY = 10000000;

function simulate(seed, schedules)
{
	return new Promise((done, fail) => {
		const child = spawn(PROGRAM, ['--seed', seed, '--schedules', schedules].map(String),
			{ stdio: ['ignore', 'pipe', 'inherit'] });
		let out = '';

		child.stdout.on('data', (data) => { out += data; });
		child.on('error', fail);
		child.on('close', (code, signal) => done({ code: code ?? signal, out: out.trim() }));
	});
}

/** How far a long run is: slices that were right or failed, by their first seed. */
class Progress {
	constructor(schedules, first)
	{
		const program = crypto.createHash('sha256').update(fs.readFileSync(PROGRAM)).digest('hex');
		const fresh = { program, schedules, first, right: {}, failed: {}, seconds: 0 };

		this.long = schedules > LONG;
		this.is = fresh;
		if (this.long && fs.existsSync(NIGHT)) {
			const kept = JSON.parse(fs.readFileSync(NIGHT, 'utf8'));

			if (kept.program === program && kept.schedules === schedules) {
				this.is = kept;
			}
		}
		this.began = Date.now() - this.is.seconds * 1000;
	}

	knows(seed)
	{
		return seed in this.is.right || seed in this.is.failed;
	}

	note(seed, n, ok)
	{
		(ok ? this.is.right : this.is.failed)[seed] = n;
		this.is.seconds = Math.round((Date.now() - this.began) / 1000);
		if (this.long) {
			fs.writeFileSync(`${NIGHT}.new`, JSON.stringify(this.is));
			fs.renameSync(`${NIGHT}.new`, NIGHT);
		}
	}

	get right()
	{
		return Object.values(this.is.right).reduce((sum, n) => sum + n, 0);
	}

	get failed()
	{
		return Object.keys(this.is.failed).length;
	}
}

async function main(schedules, wanted)
{
	const progress = new Progress(schedules, wanted);
	const { first } = progress.is;
	let next = 0;

	async function worker()
	{
		while (next < schedules) {
			const seed = first + next, n = Math.min(SLICE, schedules - next);

			next += n;
			if (progress.knows(seed)) {
				continue;
			}
			const { code, out } = await simulate(seed, n);

			progress.note(seed, n, code === 0);
			if (code !== 0) {
				console.log(out || `seeds ${seed} to ${seed + n - 1}: ended by ${code}`);
			} else if (progress.long && progress.right % LONG === 0) {
				console.log(`${progress.right} schedules, ${progress.is.seconds} s`);
			}
		}
	}
	await Promise.all(Array.from({ length: PROCESSES }, worker));
	console.log(`faults: ${progress.right} schedules all right from seed ${first}, ${progress.failed} failed,`
		+ ` ${progress.is.seconds} s`);
	process.exitCode = progress.failed > 0 || progress.right === 0 ? 1 : 0;
}

const schedules = Number(process.argv[2]);
const first = Number(process.argv[3] ?? Math.floor(Date.now() / DAY_MS) * SEEDS_A_DAY);

if (!Number.isInteger(schedules) || schedules < 1 || !Number.isInteger(first)) {
	console.error('usage: node tests/faults/faults.js SCHEDULES [FIRST_SEED]');
	process.exitCode = 2;
} else {
	main(schedules, first);
}
