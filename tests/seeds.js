// SPDX-License-Identifier: Apache-2.0
//
// Runs a program over many seeds (`PROGRAM --seed N --WORD M` runs the seeds N .. N+M-1 and ends
// with 0 when all were right) in as many processes as wanted. Without a first seed the day's: other
// seeds every day, and the seed of a failure is all it takes to see it again.
//
// A long run that is stopped goes on where it was, as long as the program is the same: a file says
// how far it is.
'use strict';

const { spawn } = require('node:child_process');
const crypto = require('node:crypto');
const fs = require('node:fs');

const DAY_MS = 24 * 3600 * 1000;
const SEEDS_A_DAY = 10000000;

function run(program, args)
{
	return new Promise((done, fail) => {
		const child = spawn(program, args.map(String), { stdio: ['ignore', 'pipe', 'inherit'] });
		let out = '';

		child.stdout.on('data', (data) => { out += data; });
		child.on('error', fail);
		child.on('close', (code, signal) => done({ code: code ?? signal, out: out.trim() }));
	});
}

/** How far a long run is: slices that were right or failed, by their first seed. */
class Progress {
	constructor({ program, night, long, word }, total, first)
	{
		const hash = crypto.createHash('sha256').update(fs.readFileSync(program)).digest('hex');

		this.file = total > long ? night : null;
		this.is = { program: hash, [word]: total, first, right: {}, failed: {}, seconds: 0 };
		if (this.file && fs.existsSync(this.file)) {
			const kept = JSON.parse(fs.readFileSync(this.file, 'utf8'));

			if (kept.program === hash && kept[word] === total) {
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
		if (this.file) {
			fs.writeFileSync(`${this.file}.new`, JSON.stringify(this.is));
			fs.renameSync(`${this.file}.new`, this.file);
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

/**
 * What it takes: `program`, `word` (of its second option), `processes`, `slice` (seeds a process,
 * so that a long run is seen to move), `long` (more than so many can be gone on with), `night` (the
 * file for that), `every` (so many, and a line says how far it is).
 */
async function runSeeds(what, total, wanted)
{
	const progress = new Progress(what, total, wanted);
	const { first } = progress.is;
	let next = 0, said = progress.right;

	async function worker()
	{
		while (next < total) {
			const seed = first + next, n = Math.min(what.slice, total - next);

			next += n;
			if (progress.knows(seed)) {
				continue;
			}
			const { code, out } = await run(what.program, ['--seed', seed, `--${what.word}`, n]);

			progress.note(seed, n, code === 0);
			if (code !== 0) {
				console.log(out || `seeds ${seed} to ${seed + n - 1}: ended by ${code}`);
			} else if (progress.file && progress.right >= said + what.every) {
				said = progress.right;
				console.log(`${said} ${what.word}, ${progress.is.seconds} s`);
			}
		}
	}
	await Promise.all(Array.from({ length: what.processes }, worker));
	process.exitCode = progress.failed > 0 || progress.right === 0 ? 1 : 0;
	return { first, right: progress.right, failed: progress.failed, seconds: progress.is.seconds };
}

/** The two arguments of such a script; null when they are none. */
function seedArguments()
{
	const total = Number(process.argv[2]);
	const first = Number(process.argv[3] ?? Math.floor(Date.now() / DAY_MS) * SEEDS_A_DAY);

	return Number.isInteger(total) && total >= 1 && Number.isInteger(first) ? { total, first } : null;
}

module.exports = { runSeeds, seedArguments };
