// SPDX-License-Identifier: Apache-2.0
//
// A few runs of the property test of the counter (tests/property); `make property` has more of them,
// and breaks the rules on purpose. And a story told twice is the same.
'use strict';

const assert = require('node:assert');
const { spawnSync } = require('node:child_process');
const path = require('node:path');
const test = require('node:test');

const { checkTexts } = require('../mutate.js');

const UNITS = process.env.LADA_UNITS || path.join(__dirname, '..', '..', 'build', 'tests');
const PROGRAM = path.join(UNITS, '..', 'property', 'counter');
const RUNS = 60;

function counter(...args)
{
	const { status, stdout } = spawnSync(PROGRAM, args.map(String),
		{ encoding: 'utf8', maxBuffer: 1 << 26 });

	return { status, out: stdout };
}

test('whatever happens at a counter, its laws hold', () => {
	const { status, out } = counter('--seed', 1, '--runs', RUNS);

	assert.strictEqual(status, 0, out);
	assert.match(out, /all laws held/);
});

test('a seed is a story, the same each time', () => {
	const told = counter('--seed', 7, '--trace');

	assert.strictEqual(told.status, 0, told.out.slice(-2000));
	assert.strictEqual(counter('--seed', 7, '--trace').out, told.out);
	assert.match(told.out, /^200\. /m);
});

test('bad usage is refused', () => {
	for (const args of [[], ['--seed'], ['--seed', 'x'], ['--seed', '1', '--loud']]) {
		assert.strictEqual(counter(...args).status, 2);
	}
});

test('what is broken on purpose is still there to be broken', () => {
	for (const { MUTATIONS } of [require('../property/mutations.js'), require('../faults/mutations.js')]) {
		assert.ok(MUTATIONS.length > 5);
		checkTexts(MUTATIONS);
	}
});
