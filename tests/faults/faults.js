// SPDX-License-Identifier: Apache-2.0
//
// Runs the fault simulation in as many processes as the machine has cores, two at most:
//
//	node tests/faults/faults.js SCHEDULES [FIRST_SEED]
//
// Exit 1 when a schedule failed. More than 20,000 can be stopped and gone on with:
// build/faults/night.json says how far they are. See tests/seeds.js.
'use strict';

const path = require('node:path');

const { runSeeds, seedArguments } = require('../seeds.js');

const BUILD = path.join(__dirname, '..', '..', 'build', 'faults');
const SLICE = 1000;
const LONG = 20 * SLICE;

async function main({ total, first })
{
	const { first: from, right, failed, seconds } = await runSeeds({
		program: path.join(BUILD, 'simulate'),
		night: path.join(BUILD, 'night.json'),
		word: 'schedules', processes: 2, slice: SLICE, long: LONG, every: LONG,
	}, total, first);

	console.log(`faults: ${right} schedules all right from seed ${from}, ${failed} failed, ${seconds} s`);
}

const wanted = seedArguments();

if (wanted) {
	main(wanted);
} else {
	console.error('usage: node tests/faults/faults.js SCHEDULES [FIRST_SEED]');
	process.exitCode = 2;
}
