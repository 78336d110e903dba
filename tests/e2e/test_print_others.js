// SPDX-License-Identifier: Apache-2.0
//
// lada-sim as the printer of programs that no one here wrote: what three encoders of npm send is
// understood to the last byte, and the client receiptio learns from it what it should.
'use strict';

const test = require('node:test');
const assert = require('node:assert');
const net = require('node:net');
const receiptio = require('receiptio');
const foreign = require('../lib/foreign.js');
const { SimPrinter } = require('../lib/sim.js');
const { tempDir, until } = require('../lib/world.js');

const { MEANT } = foreign;
const OFFLINE_CAUSE = Buffer.from([0x10, 0x04, 0x02]); // DLE EOT 2
const CAUSES = { none: 0x12, cover: 0x16, 'paper-out': 0x32 };
// receiptio knows port 9100 only: an address of this test's own.
const HOST = `127.91.${(process.pid >> 8) & 255}.${process.pid & 255 || 1}`;

const printer = new SimPrinter({ dir: tempDir('print-others'), host: HOST, port: 9100 });

test.before(() => printer.start());
test.after(() => printer.stop());

function talk(bytes, answered)
{
	return new Promise((resolve, reject) => {
		const socket = net.connect(printer.port, HOST, () => socket.write(bytes));
		let got = Buffer.alloc(0);

		socket.setTimeout(5000, () => socket.destroy(new Error('the printer says nothing')));
		socket.on('error', reject);
		socket.on('data', (data) => {
			got = Buffer.concat([got, data]);
			if (answered(got)) {
				socket.end();
			}
		});
		socket.on('close', () => resolve(got));
		if (answered(got)) {
			socket.on('connect', () => socket.end());
		}
	});
}

/** Prints the bytes; the first job that came of them. */
async function print(bytes)
{
	const before = printer.jobs().length;

	await talk(bytes, () => true);
	return until('the job is printed', () => printer.jobs()[before]);
}

/** Sets a fault and waits until the printer shows it. */
async function fault(name)
{
	printer.fault(name);
	await until(`the printer shows ${name}`, async () =>
		(await talk(OFFLINE_CAUSE, (got) => got.length > 0))[0] === CAUSES[name]);
}

/** Text with runs of blanks as one, as encoders set columns in their own ways. */
function words(text)
{
	return text.split('\n').map((line) => line.trim().replace(/\s+/g, ' '));
}

for (const [name, bytes] of [
	['receiptline', foreign.byReceiptline],
	['receipt-printer-encoder', foreign.byReceiptPrinterEncoder],
	['node-thermal-printer', foreign.byNodeThermalPrinter],
]) {
	test(`a receipt by ${name}: no unknown byte, every letter, every symbol`, async () => {
		const job = await print(bytes());

		assert.deepStrictEqual([job.unknown, job.ignored, job.stray], [0, 0, 0], job.text);
		assert.strictEqual(job.cut, true);
		for (const line of MEANT.lines) {
			assert.ok(words(job.text).includes(line), `${line} in\n${job.text}`);
		}
		assert.ok(words(job.text).some((line) => line.includes('odwrócony')));
		assert.deepStrictEqual(printer.codesOf(job).sort(),
			[MEANT.qr, MEANT.ean13, MEANT.ean8, MEANT.code128].sort());
	});
}

/** What receiptio says of a print. */
function byReceiptio(text)
{
	return receiptio.print(`${text}\n{code:${MEANT.qr}; option:qrcode,4,m}\n=`,
		`-d ${HOST} -c 48 -p escpos -l pl -t 5`);
}

test('receiptio sees success, an open cover and no paper as they are', async () => {
	const printed = () => printer.jobs().filter((job) => job.text.includes('Zażółć')).length;
	const before = printed();

	assert.strictEqual(await byReceiptio('Zażółć gęślą jaźń 1'), 'success');
	await until('it is printed', () => printed() === before + 1);
	await fault('cover');
	assert.strictEqual(await byReceiptio('Zażółć gęślą jaźń 2'), 'coveropen');
	await fault('paper-out');
	assert.strictEqual(await byReceiptio('Zażółć gęślą jaźń 3'), 'paperempty');
	assert.strictEqual(printed(), before + 1);
	await fault('none');
	assert.strictEqual(await byReceiptio('Zażółć gęślą jaźń 4'), 'success');
	await until('it is printed', () => printed() === before + 2);
	for (const job of printer.jobs()) {
		assert.deepStrictEqual([job.unknown, job.ignored], [0, 0], job.text);
	}
});
