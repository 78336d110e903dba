// SPDX-License-Identifier: Apache-2.0
//
// Runs the tests and counts them: every build/tests/unit_* (cmocka), tests/js/test_*.js,
// tests/e2e/test_*.js and tests/web/test_*.js (node's runner).
//
//	node tests/run.js [--slow] [name…]
//
// --slow adds tests/e2e/slow_*.js; names keep only the files whose name has one of them. A crash,
// a file out of time and a file without a test point count as failed. The last line is
// "N passed, N failed"; exit 1 if any failed or none ran.
'use strict';

const { spawn } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const TESTS = __dirname;
const BUILT = process.env.LADA_UNITS || path.join(TESTS, '..', 'build', 'tests');
// Built elsewhere they are watched by a compiler, and slow.
const UNIT_LIMIT_MS = process.env.LADA_UNITS ? 240000 : 60000;
const JS_LIMIT_MS = 120000;
const E2E_LIMIT_MS = 180000;
const SLOW_LIMIT_MS = 1800000;
const OUTPUT_MAX = 4 << 20;
const AT_ONCE = 3; // of those that mostly wait; the slow ones keep the machine busy

function filesIn(dir, pattern)
{
	return fs.existsSync(dir)
		? fs.readdirSync(dir).filter((name) => pattern.test(name)).sort()
			.map((name) => path.join(dir, name))
		: [];
}

function nodeFiles(dir, pattern, limitMs)
{
	return filesIn(dir, pattern).map((file) => ({
		file, limitMs, command: process.execPath, args: ['--test', '--test-reporter=tap', file],
	}));
}

/**
 * What there is to run: `together` may share the machine with as many as it has cores, `few` mostly
 * wait for what the protocols wait for.
 */
function findTests(slow, names)
{
	const wanted = ({ file }) => names.length === 0
		|| names.some((name) => path.basename(file).includes(name));
	const units = filesIn(BUILT, /^unit_[a-z0-9_]+$/)
		.map((file) => ({ file, limitMs: UNIT_LIMIT_MS, command: file, args: [] }));
	const e2e = path.join(TESTS, 'e2e');

	return {
		together: [...units, ...nodeFiles(path.join(TESTS, 'js'), /^test_.*\.js$/, JS_LIMIT_MS)]
			.filter(wanted),
		few: [
			...nodeFiles(e2e, /^test_.*\.js$/, E2E_LIMIT_MS),
			...nodeFiles(path.join(TESTS, 'web'), /^test_.*\.js$/, E2E_LIMIT_MS),
			...(slow ? nodeFiles(e2e, /^slow_.*\.js$/, SLOW_LIMIT_MS) : []),
		].filter(wanted),
	};
}

/**
 * Counts the points of a TAP text. A point that sums up indented ones is not counted, unless it
 * failed and none of them did.
 */
function countPoints(text)
{
	const count = { passed: 0, failed: 0, skipped: 0, names: [], points: 0, planned: null };
	const below = []; // per indent: points and failures deeper than it, not yet summed up

	for (const line of text.split('\n')) {
		const plan = /^1\.\.(\d+)/.exec(line);
		const point = /^( *)(not )?ok \d+(?: -)? ?(.*)$/.exec(line);

		if (plan) {
			count.planned = (count.planned || 0) + Number(plan[1]);
		}
		if (!point) {
			continue;
		}
		const indent = point[1].length;

		count.points += indent === 0 ? 1 : 0;
		const bad = Boolean(point[2]);
		const children = below.filter((b) => b.indent > indent);

		below.splice(0, below.length, ...below.filter((b) => b.indent <= indent),
			{ indent, bad });
		if (children.length > 0 && !(bad && !children.some((b) => b.bad))) {
			continue;
		}
		if (/# (SKIP|TODO)/i.test(point[3])) {
			count.skipped++;
			continue;
		}
		count.names.push(point[3]);
		count[bad ? 'failed' : 'passed']++;
	}
	return count;
}

/** Why a file as a whole has failed although its points may not tell; null if it has not. */
function fileFault(test, count, { code, signal, late })
{
	if (late) {
		return `not done within ${test.limitMs / 1000} s`;
	}
	if (signal) {
		return `ended by ${signal}`;
	}
	// node counts a file without tests as one passed test named as the file.
	const own = count.names.length === 1 && count.names[0].endsWith(path.basename(test.file));

	if (count.passed + count.failed + count.skipped === 0 || (own && count.failed === 0)) {
		return 'no test point';
	}
	if (count.planned !== null && count.points < count.planned) {
		return `only ${count.points} of ${count.planned} planned points`;
	}
	if (code !== 0 && count.failed === 0) {
		return `exit ${code}`;
	}
	return null;
}

const running = new Set();

function killGroup(child)
{
	try {
		process.kill(-child.pid, 'SIGKILL');
	} catch {
		// it has ended meanwhile
	}
}

/** Runs one file in a process group of its own, so that all it started ends with it. */
function runFile(test)
{
	return new Promise((resolve) => {
		const began = Date.now();
		const child = spawn(test.command, test.args, {
			detached: true, stdio: ['ignore', 'pipe', 'pipe'],
			env: { ...process.env, CMOCKA_MESSAGE_OUTPUT: 'TAP', NODE_TEST_CONTEXT: undefined },
		});
		let output = '';
		let late = false;
		const take = (chunk) => {
			if (output.length < OUTPUT_MAX) {
				output += chunk;
			}
		};
		const timer = setTimeout(() => { late = true; killGroup(child); }, test.limitMs);

		running.add(child);
		child.stdout.setEncoding('utf8').on('data', take);
		child.stderr.setEncoding('utf8').on('data', take);
		child.on('error', (error) => take(`${error.message}\n`));
		child.on('close', (code, signal) => {
			clearTimeout(timer);
			running.delete(child);
			killGroup(child);
			const count = countPoints(output);
			const fault = fileFault(test, count, { code, signal: late ? null : signal, late });

			if (fault) {
				count.failed++;
				count.passed -= fault === 'no test point' ? count.passed : 0;
			}
			resolve({ test, count, fault, output, ms: Date.now() - began });
		});
	});
}

function report({ test, count, fault, output, ms })
{
	const name = path.relative(path.join(TESTS, '..'), test.file);
	const skipped = count.skipped > 0 ? `, ${count.skipped} skipped` : '';

	if (count.failed > 0) {
		process.stdout.write(`${output.trimEnd()}\n`);
	}
	process.stdout.write(`${count.failed > 0 ? 'FAIL' : 'ok  '} ${name.padEnd(34)} `
		+ `${String(count.passed).padStart(3)} passed, ${count.failed} failed${skipped}`
		+ `${fault ? ` (${fault})` : ''}  ${(ms / 1000).toFixed(1)} s\n`);
}

async function runAll(tests, atOnce, results)
{
	const waiting = [...tests];
	const worker = async () => {
		while (waiting.length > 0) {
			const result = await runFile(waiting.shift());

			report(result);
			results.push(result);
		}
	};

	await Promise.all(Array.from({ length: atOnce }, worker));
}

async function main(args)
{
	const slow = args.includes('--slow');
	const names = args.filter((arg) => !arg.startsWith('--'));
	const unknown = args.find((arg) => arg.startsWith('--') && arg !== '--slow');

	if (unknown) {
		process.stderr.write('usage: node tests/run.js [--slow] [name…]\n');
		return 2;
	}
	const { together, few } = findTests(slow, names);
	const results = [];

	await runAll(together, 2 * os.cpus().length, results);
	await runAll(few, slow ? 2 : AT_ONCE, results);
	const sum = (what) => results.reduce((acc, result) => acc + result.count[what], 0);
	const failing = results.filter((result) => result.count.failed > 0);

	for (const { test } of failing) {
		process.stdout.write(`failed: ${path.relative(path.join(TESTS, '..'), test.file)}\n`);
	}
	process.stdout.write(`${sum('passed')} passed, ${sum('failed')} failed\n`);
	return sum('failed') === 0 && sum('passed') > 0 ? 0 : 1;
}

for (const [name, number] of [['SIGINT', 2], ['SIGTERM', 15]]) {
	process.on(name, () => {
		running.forEach(killGroup);
		process.exit(128 + number);
	});
}

if (require.main === module) {
	main(process.argv.slice(2)).then((code) => { process.exitCode = code; });
}

module.exports = { countPoints, fileFault, runFile };
