// SPDX-License-Identifier: Apache-2.0
//
// What speed a counter feels, in one run: medians, percentiles and ratios, never pass or fail.
//
//	node tests/bench/bench.js
//
// A real station with 10,000 orders: from the scanner's last byte to the published document, from
// start to ready, memory and wake-ups when idle; and the cost of a handover's commit beside a bare
// SQLite transaction of the same rows; and a slip turned into a printer's bytes, beside what the
// npm encoder @point-of-sale/receipt-printer-encoder takes for the same slip.
'use strict';

const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const ReceiptPrinterEncoder = require('@point-of-sale/receipt-printer-encoder');
const { Broker } = require('../lib/broker.js');
const { FakeHq } = require('../lib/fake_hq.js');
const { Station } = require('../lib/station.js');
const { SimPrinter, SimScanner } = require('../lib/sim.js');
const { Cleanup, sleep, tempDir } = require('../lib/world.js');
const { order, policyRecords, productRecords, stockRecords } = require('../lib/fixtures.js');
const { pickupCode } = require('../lib/codes.js');

const ORDERS = 10000;
const SCANS = 400;
const STARTS = 9;
const IDLE_S = 20;
const ENCODE_MS = 3000;
const COLUMNS = 48;

function percentile(values, p)
{
	const sorted = [...values].sort((a, b) => a - b);

	return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * p))];
}

function show(what, value, goal)
{
	console.log(`  ${what.padEnd(58)} ${value.padStart(12)}   goal ${goal}`);
}

/** Wake-ups of all threads so far: voluntary context switches. */
function wakeups(pid)
{
	return fs.readdirSync(`/proc/${pid}/task`).reduce((sum, task) => {
		const status = fs.readFileSync(`/proc/${pid}/task/${task}/status`, 'utf8');

		return sum + Number(/^voluntary_ctxt_switches:\s+(\d+)/m.exec(status)[1]);
	}, 0);
}

function pssKb(pid)
{
	const text = fs.readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');

	return Number(/^Pss:\s+(\d+)/m.exec(text)[1]);
}

/** Each scan opens a pickup, which is then put aside again. */
async function measureScans(station, scanner)
{
	const live = station.live('counter');
	const times = [];

	await live.wait('the shop', (doc) => doc.mode === 'idle');
	for (let i = 0; i < SCANS; i++) {
		const id = `ORD-${(i * 37) % ORDERS}`;
		const code = pickupCode({ store: 'WAW-042', order: id });
		const at = await scanner.scan(code);
		const seen = await live.wait('the verdict', (doc) => doc.pickup && doc.pickup.order === id);

		times.push(Number(seen.atNs - at) / 1e6);
		await station.must('pickup.cancel');
	}
	live.close();
	return times;
}

/** The same, as the station itself measures it: read() of the last byte to the document. */
async function inside(station)
{
	const text = (await station.get('/metrics')).text;
	const buckets = [...text.matchAll(
		/^lada_\w*scan\w*_bucket\{[^}]*screen="counter"[^}]*le="([^"]+)"\} (\d+)/gm)];
	const total = Math.max(...buckets.map(([, , n]) => Number(n)));
	const p99 = buckets.find(([, , n]) => Number(n) >= total * 0.99);

	return p99 ? `<= ${Number(p99[1]) * 1000} ms` : 'unknown';
}

/** A slip of 40 lines with a QR code, in the words of firmware/base/doc.h. */
function slipLines()
{
	const goods = Array.from({ length: 26 }, (_, i) =>
		`L${i % 3 + 1} x Płatki owsiane górskie ${i + 1}\t12,9${i % 10} zł`);

	return [
		'CSKLEP POD DĘBEM', 'Cul. Długa 5, 00-238 Warszawa', 'F1', 'HODBIÓR',
		'LZamówienie\t2026-000712', 'L2026-11-22 17:04\tk1', 'LObsługa\tOla', 'R', ...goods, 'R',
		'LZapłacono: BLIK\t128,49 zł', 'QLR.ZAM-2026-0007.D1', 'CDziękujemy!',
		'TReklamacje przyjmujemy w każdym sklepie.', 'X',
	];
}

/** The same slip by the npm encoder, with the one code page that has all of it. */
function encodeByNpm(encoder, lines)
{
	encoder.initialize().codepage('cp852');
	for (const line of lines) {
		const text = line.slice(1);
		const [left, right = ''] = text.split('\t');

		switch (line[0]) {
		case 'C': encoder.align('center').line(text).align('left'); break;
		case 'H': encoder.align('center').size(2, 2).line(text).size(1, 1).align('left'); break;
		case 'L': encoder.line(left + right.padStart(COLUMNS - left.length)); break;
		case 'R': encoder.rule(); break;
		case 'Q': encoder.align('center').qrcode(text, { size: 6, errorlevel: 'm' }).align('left'); break;
		case 'F': encoder.newline(Number(text)); break;
		case 'X': encoder.cut(); break;
		default: encoder.line(text);
		}
	}
	return encoder.encode();
}

/** Slips a second: whole documents, nothing kept from one to the next but the encoder itself. */
function npmEncodes(lines, ms)
{
	const Encoder = ReceiptPrinterEncoder.default || ReceiptPrinterEncoder;
	const encoder = new Encoder({ printerModel: 'epson-tm-t20iii' });
	let count = 0;

	for (let i = 0; i < 100; i++) {
		encodeByNpm(encoder, lines); // let the compiler see it first
	}
	const begun = process.hrtime.bigint();

	while (Number(process.hrtime.bigint() - begun) < ms * 1e6) {
		encodeByNpm(encoder, lines);
		count++;
	}
	return count / (Number(process.hrtime.bigint() - begun) / 1e9);
}

function measureEncoder()
{
	const program = path.join(__dirname, '../../build/bench/encode');
	const lines = slipLines();
	const own = (profile) => JSON.parse(execFileSync(program, ['bench', profile, String(ENCODE_MS)],
		{ input: `${lines.join('\n')}\n` })).per_s;
	const npm = npmEncodes(lines, ENCODE_MS);

	show('slips of 40 lines with QR encoded a second, npm', npm.toFixed(0), '-');
	show('the same by Lada, the printer draws the QR: times as many',
		(own('epson-tm-t20') / npm).toFixed(1), '5');
	show('the same by Lada, QR drawn here: times as many', (own('generic-80') / npm).toFixed(1), '5');
}

async function main()
{
	const cleanup = new Cleanup();
	const dir = tempDir('bench');
	const broker = new Broker(dir);
	const orders = Object.fromEntries(Array.from({ length: ORDERS }, (_, i) =>
		[`ORD-${i}`, order(`ORD-${i}`, { goods: [['SKU-SOAP', 1], ['SKU-TEA', 2]] })]));

	try {
		await broker.start();
		cleanup.add(() => broker.stop());
		const hq = new FakeHq({ url: broker.url, partRecords: 150 });

		hq.seed('policy', policyRecords({}));
		hq.seed('catalog', productRecords());
		hq.seed('stock', stockRecords());
		hq.seed('orders', orders);
		await hq.start();
		cleanup.add(() => hq.stop());
		const printer = new SimPrinter({ dir });
		const scanner = new SimScanner({ dir });

		await printer.start();
		cleanup.add(() => printer.stop());
		await scanner.start();
		cleanup.add(() => scanner.stop());
		const station = new Station({
			dir, brokerUrl: broker.url, printerPort: printer.port, scannerLink: scanner.link,
		});
		const begun = Date.now();

		await station.start();
		cleanup.add(() => station.stop());
		await hq.waitSynced('k1', 60000);
		console.log(`${ORDERS} orders taken as a snapshot in ${((Date.now() - begun) / 1000).toFixed(1)} s`);
		await station.login();

		const outside = await measureScans(station, scanner);

		show('scan to document, the station\'s own figure, p99', await inside(station), '5 ms');
		show('scan to document seen over SSE, median', `${percentile(outside, 0.5).toFixed(2)} ms`, '-');
		show('scan to document seen over SSE, p99', `${percentile(outside, 0.99).toFixed(2)} ms`, '5 ms');

		const starts = [];

		for (let i = 0; i < STARTS; i++) {
			await station.stop();
			const start = process.hrtime.bigint();

			await station.start();
			starts.push(Number(process.hrtime.bigint() - start) / 1e6);
		}
		show('start to ready, median', `${percentile(starts, 0.5).toFixed(0)} ms`, '200 ms');
		await hq.waitSynced('k1', 20000);
		await sleep(8000); // what is timed here is a station with nothing to do
		const before = wakeups(station.child.pid);

		await sleep(IDLE_S * 1000);
		show('wake-ups a second, idle',
			((wakeups(station.child.pid) - before) / IDLE_S).toFixed(1), '5');
		show('memory when idle (PSS)', `${(pssKb(station.child.pid) / 1024).toFixed(1)} MB`, '15 MB');
	} finally {
		await cleanup.run();
	}
	const disk = fs.mkdtempSync(path.join(os.tmpdir(), 'lada-bench-'));
	const program = path.join(__dirname, '../../build/bench/handover');
	const runs = Array.from({ length: 3 }, (_, i) => {
		const place = path.join(disk, String(i));

		fs.mkdirSync(place);
		return JSON.parse(execFileSync(program, [place, '300'], { stdio: ['ignore', 'pipe', 'ignore'] }));
	});

	fs.rmSync(disk, { recursive: true });
	show('a handover\'s step beside a bare commit of its rows, ratio',
		percentile(runs.map((r) => r.ratio), 0.5).toFixed(2), '1.5');
	measureWritten();
	measureUsb();
	measureEncoder();
}

/** What the disk is given for one order; tests/bench/written.c says what counts. */
function measureWritten()
{
	const program = path.join(__dirname, '../../build/bench/written');
	const figures = JSON.parse(execFileSync(program, { stdio: ['ignore', 'pipe', 'ignore'] }));

	show('bytes written for an order handed over and acknowledged',
		`${(figures.handover / 1000).toFixed(1)} kB`, '16 kB');
	show('the same with its scan and its checks', `${(figures.pickup / 1000).toFixed(1)} kB`, '-');
}

/** A faked HID POS scanner on umockdev: the report submitted to the driver's event. */
function measureUsb()
{
	const program = path.join(__dirname, '../../build/bench/usb_report');
	const figures = JSON.parse(execFileSync(program, { stdio: ['ignore', 'pipe', 'ignore'] }));

	show('a USB report to the driver\'s event, median', `${(figures.median_us / 1000).toFixed(2)} ms`, '1 ms');
	show('the same, 99th percentile', `${(figures.p99_us / 1000).toFixed(2)} ms`, '-');
}

main().catch((err) => {
	console.error(err);
	process.exitCode = 1;
});
