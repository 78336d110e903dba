// SPDX-License-Identifier: Apache-2.0
//
// Fuzzes every driver, the HID parser and the barcode parser, as long as LADA_FUZZ_SECONDS says
// (20), as many at once as there are processors. The first inputs come from tests/traces and
// tests/cases.
//
//	node tests/fuzz/run.js [name…]
//
// A finding leaves its input in build/fuzz/ and says how to play it again. The last line is
// "N passed, N failed"; exit 1 if any failed or none ran.
'use strict';

const { spawn, spawnSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const { driverInputs, hidInputs, barcodeInputs } = require('./inputs.js');

const TOP = path.join(__dirname, '..', '..');
const PROGRAMS = process.env.LADA_FUZZERS || path.join(TOP, 'build', 'clang', 'fuzz');
const PLACE = path.join(TOP, 'build', 'fuzz');
const SECONDS = Number(process.env.LADA_FUZZ_SECONDS || 20);
const INPUT_MAX = 6000;

// ---- runs ----

function targets()
{
	const driver = path.join(PROGRAMS, 'fuzz_driver');
	const list = spawnSync(driver, [], { env: { ...process.env, LADA_FUZZ_DRIVER: 'list' },
		encoding: 'utf8' });

	if (list.status !== 0) {
		throw new Error(`${driver} does not run: ${list.stderr || list.error}`);
	}
	return [
		...list.stdout.trim().split('\n').map((name) => ({
			name, program: driver, env: { LADA_FUZZ_DRIVER: name }, inputs: driverInputs(name),
		})),
		{ name: 'hid', program: path.join(PROGRAMS, 'fuzz_hid'), env: {}, inputs: hidInputs() },
		{ name: 'barcode', program: path.join(PROGRAMS, 'fuzz_barcode'), env: {},
			inputs: barcodeInputs() },
	];
}

function prepare({ name, inputs })
{
	const corpus = path.join(PLACE, 'corpus', name);

	fs.mkdirSync(corpus, { recursive: true });
	inputs.forEach((bytes, i) => fs.writeFileSync(path.join(corpus, `trace-${i}`),
		bytes.subarray(0, INPUT_MAX)));
	return corpus;
}

const running = new Set();

function fuzz(target)
{
	const corpus = prepare(target);
	const prefix = path.join(PLACE, `${target.name}-`);
	const args = [corpus, `-max_total_time=${SECONDS}`, `-max_len=${INPUT_MAX}`, '-timeout=10',
		'-rss_limit_mb=2048', `-artifact_prefix=${prefix}`, '-print_final_stats=1'];
	const child = spawn(target.program, args, {
		env: { ...process.env, ...target.env,
			ASAN_OPTIONS: 'detect_leaks=1', UBSAN_OPTIONS: 'print_stacktrace=1' },
		stdio: ['ignore', 'ignore', 'pipe'],
	});
	let tail = '';

	running.add(child);
	child.stderr.setEncoding('utf8').on('data', (text) => { tail = (tail + text).slice(-65536); });
	return new Promise((resolve) => {
		child.on('error', (error) => resolve({ target, good: false, tail: error.message }));
		child.on('close', (code) => {
			running.delete(child);
			resolve({ target, good: code === 0, tail });
		});
	});
}

function report({ target, good, tail })
{
	const runs = /stat::number_of_executed_units: (\d+)/.exec(tail);
	const input = /Test unit written to (\S+)/.exec(tail);

	if (!good) {
		const env = Object.entries(target.env).map(([key, value]) => `${key}=${value} `).join('');

		process.stdout.write(`${tail.split('\n').slice(-60).join('\n')}\n`);
		if (input) {
			process.stdout.write(`again: ${env}${path.relative(TOP, target.program)} `
				+ `${path.relative(TOP, input[1])}\n`);
		}
	}
	process.stdout.write(`${good ? 'ok  ' : 'FAIL'} fuzz ${target.name.padEnd(12)} `
		+ `${target.inputs.length} inputs to begin with, ${runs ? runs[1] : '?'} runs\n`);
}

async function main(names)
{
	const waiting = targets().filter(({ name }) => names.length === 0 || names.includes(name));
	const count = { passed: 0, failed: 0 };
	const worker = async () => {
		while (waiting.length > 0) {
			const result = await fuzz(waiting.shift());

			count[result.good ? 'passed' : 'failed']++;
			report(result);
		}
	};

	await Promise.all(Array.from({ length: os.cpus().length }, worker));
	process.stdout.write(`${count.passed} passed, ${count.failed} failed\n`);
	return count.failed === 0 && count.passed > 0 ? 0 : 1;
}

for (const [name, number] of [['SIGINT', 2], ['SIGTERM', 15]]) {
	process.on(name, () => {
		running.forEach((child) => child.kill('SIGKILL'));
		process.exit(128 + number);
	});
}

main(process.argv.slice(2)).then((code) => { process.exitCode = code; });
