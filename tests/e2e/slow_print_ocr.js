// SPDX-License-Identifier: Apache-2.0
//
// Drawn letters as a stranger sees them: tesseract reads the paper of a printer that has no page
// for Polish or Ukrainian. It errs now and then, as people do, so nearly all letters must be right.
'use strict';

const test = require('node:test');
const assert = require('node:assert');
const { execFileSync } = require('node:child_process');
const net = require('node:net');
const path = require('node:path');
const { SimPrinter } = require('../lib/sim.js');
const { run, tempDir, until } = require('../lib/world.js');

const PROGRAM = path.join(__dirname, '../../build/bench/encode');
const RIGHT_AT_LEAST = 0.93;

const TEXTS = {
	pol: [
		'TPchnąć w tę łódź jeża', 'Tlub ośm skrzyń fig', 'TZażółć gęślą jaźń',
		'HZamówienie gotowe', 'BDziękujemy, zapraszamy ponownie',
	],
	ukr: [
		'TЖебракують філософи', 'Tпри ґанку церкви в Гадячі', 'Tще й шатро їхнє знаємо',
		'HВаше замовлення', 'BДякуємо за покупку',
	],
};

/** How many letters must be changed, put in or taken out. */
function distance(a, b)
{
	let row = Array.from({ length: b.length + 1 }, (_, i) => i);

	for (let i = 1; i <= a.length; i++) {
		const next = [i];

		for (let j = 1; j <= b.length; j++) {
			next[j] = Math.min(row[j] + 1, next[j - 1] + 1,
				row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
		}
		row = next;
	}
	return row[b.length];
}

for (const [language, lines] of Object.entries(TEXTS)) {
	test(`tesseract reads drawn letters: ${language}`, async (t) => {
		const printer = new SimPrinter({ dir: tempDir(`ocr-${language}`) });

		await printer.start();
		t.after(() => printer.stop());
		const bytes = execFileSync(PROGRAM, ['print', 'bixolon-srp-350'],
			{ input: `${lines.join('\n')}\nX\n` });

		await new Promise((resolve, reject) => {
			const socket = net.connect(printer.port, '127.0.0.1', () => socket.end(bytes));

			socket.on('error', reject).on('close', resolve).resume();
		});
		const job = await until('it is printed', () => printer.jobs()[0]);
		const { stdout, code } = run('tesseract',
			[job.png, '-', '-l', language, '--psm', '6', '--dpi', '203']);
		const want = lines.map((line) => line.slice(1)).join('').replace(/\s/g, '');
		const got = stdout.replace(/\s/g, '');

		assert.strictEqual(code, 0);
		assert.doesNotMatch(job.text, /[ąęґї]/, 'it is drawn, not text');
		assert.ok(distance(got, want) <= (1 - RIGHT_AT_LEAST) * want.length, `${want}\n${got}`);
	});
}
