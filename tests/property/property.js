// SPDX-License-Identifier: Apache-2.0
//
// Runs the property test of the counter, in one process or on all cores:
//
//	node tests/property/property.js RUNS [FIRST_SEED]
//
// More than a thousand runs take all cores, can be stopped and gone on with (see tests/seeds.js;
// build/property/night.json says how far they are). A slice that fails ends with its first failure,
// whose short story is told. The last line is "N passed, N failed"; exit 1 when one failed.
'use strict';

const os = require('node:os');
const path = require('node:path');

const { runSeeds, seedArguments } = require('../seeds.js');

const BUILD = path.join(__dirname, '..', '..', 'build', 'property');
const LONG = 1000;

async function main({ total, first })
{
	const { first: from, right, failed, seconds } = await runSeeds({
		program: path.join(BUILD, 'counter'),
		night: path.join(BUILD, 'night.json'),
		word: 'runs', processes: total > LONG ? os.cpus().length : 1, slice: 100, long: LONG, every: LONG,
	}, total, first);

	console.log(`property: ${right} runs from seed ${from}, ${seconds} s`);
	console.log(`${right} passed, ${failed} failed`);
}

const wanted = seedArguments();

if (wanted) {
	main(wanted);
} else {
	console.error('usage: node tests/property/property.js RUNS [FIRST_SEED]');
	process.exitCode = 2;
}
