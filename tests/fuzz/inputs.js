// SPDX-License-Identifier: Apache-2.0
//
// What the fuzzers begin with: every recorded conversation of tests/traces as an input of
// fuzz_driver.c, every report descriptor, every text of the cases of barcodes.
'use strict';

const fs = require('node:fs');
const path = require('node:path');

const TESTS = path.join(__dirname, '..');
const TRACES = path.join(TESTS, 'traces');
const CASES = ['barcode.txt', 'gs1_ai.txt'].map((name) => path.join(TESTS, 'cases', name));
const LAYOUTS = ['us', 'pl', 'de', 'fr'];
const PASS_MS = 50;

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
	const texts = CASES.flatMap((file) => fs.readFileSync(file, 'utf8').split(/\s+/));

	return [...new Set(texts)].filter((text) => text.length > 2).flatMap((text, i) =>
		[Buffer.concat([Buffer.from([i % 6]), Buffer.from(text.replace(/<GS>|\\x1d|␝/g, '\x1d'))])]);
}

module.exports = { driverInputs, hidInputs, barcodeInputs };
