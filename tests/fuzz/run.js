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

const TOP = path.join(__dirname, '..', '..');
const PROGRAMS = process.env.LADA_FUZZERS || path.join(TOP, 'build', 'clang', 'fuzz');
const PLACE = path.join(TOP, 'build', 'fuzz');
const TRACES = path.join(TOP, 'tests', 'traces');
const SECONDS = Number(process.env.LADA_FUZZ_SECONDS || 20);
const INPUT_MAX = 6000;
const LAYOUTS = ['us', 'pl', 'de', 'fr'];
const PASS_MS = 50;

// ---- first inputs ----

/** Bytes of a trace's record: hex pairs and quoted text. */
function recordBytes(text)
{
	const out = [];
	const token = /"((?:\\.|[^"\\])*)"|([0-9a-fA-F]{2})|(#.*)/g;

	for (const [, quoted, hex] of text.matchAll(token)) {
		if (hex) {
			out.push(parseInt(hex, 16));
		} else if (quoted !== undefined) {
			const plain = quoted.replace(/\\(x[0-9a-fA-F]{2}|.)/g, (_, c) =>
				(c.length > 1 ? String.fromCharCode(parseInt(c.slice(1), 16))
					: { r: '\r', n: '\n', t: '\t' }[c] || c));

			out.push(...Buffer.from(plain, 'latin1'));
		}
	}
	return out;
}

/** A trace as an input of fuzz_driver.c. */
function conversation(text)
{
	let settings = 0;
	let descriptor = [];
	let now = 0;
	const steps = [];

	for (const line of text.split('\n')) {
		const record = /^\s*(\d+)\s*([<>!])\s*(.*)$/.exec(line);

		if (!record || record[2] === '>') {
			continue;
		}
		const [, ms, kind, what] = record;

		for (; Number(ms) - now >= PASS_MS; now += Math.floor(
			Math.min(255 * PASS_MS, Number(ms) - now) / PASS_MS) * PASS_MS) {
			steps.push(4, Math.min(255, Math.floor((Number(ms) - now) / PASS_MS)));
		}
		if (kind === '<') {
			const bytes = recordBytes(what);

			for (let at = 0; at < bytes.length; at += 255) {
				const part = bytes.slice(at, at + 255);

				steps.push(0, part.length, ...part);
			}
		} else if (what.startsWith('descriptor ')) {
			descriptor = recordBytes(what.slice(11));
		} else if (what.startsWith('layout ')) {
			settings |= Math.max(0, LAYOUTS.indexOf(what.slice(7)));
		} else if (what === 'ask model') {
			settings |= 4;
		} else if (what === 'down') {
			steps.push(7, 0);
		} else if (what.startsWith('feedback ')) {
			steps.push(5, ['good', 'attention', 'bad'].indexOf(what.slice(9)));
		} else if (/^(job|show) /.test(what)) {
			steps.push(6, steps.length & 3);
		}
	}
	return Buffer.from([settings, descriptor.length >> 8, descriptor.length & 255,
		...descriptor, ...steps]);
}

function tracesIn(folder)
{
	const dir = path.join(TRACES, folder);

	return fs.existsSync(dir) && fs.statSync(dir).isDirectory() ? fs.readdirSync(dir).filter((name) => name.endsWith('.trace'))
		.map((name) => fs.readFileSync(path.join(dir, name), 'utf8')) : [];
}

/** Longer than any code may be, in the pieces an input is made of. */
function tooLong()
{
	const piece = Buffer.concat([Buffer.from([0, 255]), Buffer.alloc(255, '7')]);

	return Buffer.concat([Buffer.from([0, 0, 0]), ...Array(20).fill(piece), Buffer.from([0, 1, 13])]);
}

function driverInputs(name)
{
	return [...tracesIn(name).map(conversation), tooLong()];
}

function hidInputs()
{
	return fs.readdirSync(TRACES).flatMap(tracesIn)
		.flatMap((text) => [...text.matchAll(/! descriptor (.*)$/gm)])
		.map(([, hex]) => Buffer.from([...recordBytes(hex), 0, 0, 0, 0]));
}

/** Every text in quotes or of digits that the cases of barcodes have. */
function barcodeInputs()
{
	const dir = path.join(TOP, 'tests', 'cases');
	const texts = fs.existsSync(dir) ? fs.readdirSync(dir)
		.flatMap((name) => fs.readFileSync(path.join(dir, name), 'utf8').split(/\s+/)) : [];

	return [...new Set(texts)].filter((text) => text.length > 2).flatMap((text, i) =>
		[Buffer.concat([Buffer.from([i % 6]), Buffer.from(text.replace(/<GS>|\\x1d|␝/g, '\x1d'))])]);
}

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
