// SPDX-License-Identifier: Apache-2.0
//
// Runs the fault simulation in as many processes as the machine has cores, two at most:
//
//	node tests/faults/faults.js SCHEDULES [FIRST_SEED]
//
// Without a first seed the day's: other schedules every day, and the seed of a failure is all it
// takes to see it again. Exit 1 when a schedule failed.
'use strict';

const { spawn } = require('node:child_process');
const path = require('node:path');

const PROGRAM = path.join(__dirname, '..', '..', 'build', 'faults', 'simulate');
const PROCESSES = 2;
const SLICE = 1000; // schedules a process, so that a long run is seen to move
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

async function main(schedules, first)
{
	const from = Date.now();
	let next = 0, right = 0, failed = 0;

	async function worker()
	{
		while (next < schedules) {
			const seed = first + next, n = Math.min(SLICE, schedules - next);

			next += n;
			const { code, out } = await simulate(seed, n);

			if (code === 0) {
				right += n;
			} else {
				failed++;
				console.log(out || `seeds ${seed} to ${seed + n - 1}: ended by ${code}`);
			}
			if (schedules > 20 * SLICE && right % (20 * SLICE) === 0)
				console.log(`${right} schedules, ${Math.round((Date.now() - from) / 1000)} s`);
		}
	}
	await Promise.all(Array.from({ length: PROCESSES }, worker));
	console.log(`faults: ${right} schedules all right from seed ${first}, ${failed} failed,`
		+ ` ${Math.round((Date.now() - from) / 1000)} s`);
	process.exitCode = failed > 0 || right === 0 ? 1 : 0;
}

const schedules = Number(process.argv[2]);
const first = Number(process.argv[3] ?? Math.floor(Date.now() / DAY_MS) * SEEDS_A_DAY);

if (!Number.isInteger(schedules) || schedules < 1 || !Number.isInteger(first)) {
	console.error('usage: node tests/faults/faults.js SCHEDULES [FIRST_SEED]');
	process.exitCode = 2;
} else {
	main(schedules, first);
}
