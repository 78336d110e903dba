// SPDX-License-Identifier: Apache-2.0
//
// The runner counts truly: crashes, time-outs and files without a test are failures.
'use strict';

const test = require('node:test');
const assert = require('node:assert');
const { countPoints, fileFault, runFile } = require('../run.js');

function script(text, limitMs = 10000)
{
	return { file: '/x/unit_made_up', limitMs, command: process.execPath, args: ['-e', text] };
}

test('plain points', () => {
	const count = countPoints('1..3\nok 1 - a\nnot ok 2 - b\nok 3 - c # SKIP why\n');

	assert.deepStrictEqual([count.passed, count.failed, count.skipped], [1, 1, 1]);
});

test('a point that sums up others is not counted again', () => {
	const count = countPoints('    ok 1 - a\n    not ok 2 - b\n    1..2\nnot ok 1 - suite\n1..1\n');

	assert.deepStrictEqual([count.passed, count.failed], [1, 1]);
});

test('a failing sum of passing points counts', () => {
	const count = countPoints('    ok 1 - a\n    1..1\nnot ok 1 - suite\nok 2 - next\n1..2\n');

	assert.deepStrictEqual([count.passed, count.failed], [2, 1]);
});

test('no point, fewer than planned, an exit code, a signal, no time', () => {
	const test1 = { file: '/x/test_a.js', limitMs: 1000 };
	const fine = { code: 0, signal: null, late: false };
	const fault = (text, end) => fileFault(test1, countPoints(text), { ...fine, ...end });

	assert.strictEqual(fault('1..1\nok 1 - a\n', {}), null);
	assert.match(fault('', {}), /no test point/);
	assert.match(fault('ok 1 - /x/test_a.js\n1..1\n', {}), /no test point/);
	assert.match(fault('1..3\nok 1 - a\n', {}), /planned/);
	assert.match(fault('1..1\nok 1 - a\n', { code: 1 }), /exit 1/);
	assert.match(fault('1..1\nok 1 - a\n', { code: null, signal: 'SIGSEGV' }), /SIGSEGV/);
	assert.match(fault('1..1\nok 1 - a\n', { late: true }), /not done/);
});

test('a file that crashes, hangs or says nothing has failed', async () => {
	const crash = await runFile(script('console.log("ok 1 - a");process.kill(process.pid,"SIGSEGV")'));

	assert.deepStrictEqual([crash.count.passed, crash.count.failed], [1, 1]);
	const hang = await runFile(script('console.log("ok 1 - a");setInterval(()=>{},9)', 500));

	/* Whether its first point came before its time was up is the machine's affair. */
	assert.strictEqual(hang.count.failed, 1);
	assert.match(hang.fault, /not done/);
	const silent = await runFile(script(''));

	assert.deepStrictEqual([silent.count.passed, silent.count.failed], [0, 1]);
	const good = await runFile(script('console.log("1..1\\nok 1 - a")'));

	assert.deepStrictEqual([good.count.passed, good.count.failed, good.fault], [1, 0, null]);
});
