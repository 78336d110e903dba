// SPDX-License-Identifier: Apache-2.0
//
// The long run of slow_kill.js: several shops side by side, each with a broker, an HQ, a station and
// a printer of its own, because a round is mostly waiting for what was killed to come back.
//
//	node tests/night_kill.js [ROUNDS] [SHOPS]
//
// The last line is "N passed, N failed", in shops.
'use strict';

const { spawn } = require('node:child_process');
const path = require('node:path');

const ROUNDS = Number(process.argv[2]) || 5000;
const SHOPS = Number(process.argv[3]) || 4;
const TEST = path.join(__dirname, 'e2e', 'slow_kill.js');

function shop(i, rounds)
{
	return new Promise((resolve) => {
		const seed = (Date.now() + i) % 1000000;
		const child = spawn(process.execPath, ['--test', TEST], {
			env: { ...process.env, LADA_ROUNDS: String(rounds), LADA_SEED: String(seed) },
			stdio: ['ignore', 'pipe', 'inherit'],
		});
		let out = '';

		child.stdout.on('data', (data) => { out += data; });
		child.on('close', (code) => {
			const told = /orders handed over/.test(out) ? /(\d+) orders handed over/.exec(out)[0] : 'no figures';

			console.log(`${code === 0 ? 'ok  ' : 'FAIL'} shop ${i}: ${rounds} rounds, seed ${seed}, ${told}`);
			if (code !== 0) {
				console.log(out);
			}
			resolve(code === 0);
		});
	});
}

async function main()
{
	const each = Math.ceil(ROUNDS / SHOPS);
	const from = Date.now();
	const right = (await Promise.all(Array.from({ length: SHOPS },
		(_, i) => shop(i + 1, Math.min(each, ROUNDS - i * each))))).filter(Boolean).length;

	console.log(`${ROUNDS} rounds in ${Math.round((Date.now() - from) / 60000)} min`);
	console.log(`${right} passed, ${SHOPS - right} failed`);
	process.exitCode = right === SHOPS ? 0 : 1;
}

main();
