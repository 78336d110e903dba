// SPDX-License-Identifier: Apache-2.0
//
// Devices that come and go under a real station, what `lada devices` says of them, and recordings:
// they play again, through `replay:` and through the drivers' test, and hold no card number.
'use strict';

const test = require('node:test');
const assert = require('node:assert');
const { spawn } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { shopOf } = require('../lib/shop.js');
const { SimScanner } = require('../lib/sim.js');
const { order } = require('../lib/fixtures.js');
const { TOP, program, run, until } = require('../lib/world.js');

const UNITS = process.env.LADA_UNITS || path.join(TOP, 'build', 'tests');
const CARD = '4111111111111111';
const REPLUG_MS = 20000; // a port looks for its line at least every 15 s

let second = null;
const shop = shopOf('devices', () => ({
	orders: { 'ZAM-1': order('ZAM-1'), 'ZAM-2': order('ZAM-2') },
	sections: {
		'scanner second': { port: 'serial:second.tty', protocol: 'line', desk: 'counter' },
		'scanner any': { port: 'auto', desk: 'counter' },
	},
}));

function deviceOf(doc, name)
{
	return doc.devices.find((d) => d.name === name);
}

function waitDevice(name, status, timeoutMs = REPLUG_MS)
{
	return shop.station.waitState(`${name} is ${status}`,
		(doc) => deviceOf(doc, name).status === status, timeoutMs);
}

async function metric(line)
{
	const text = (await shop.station.get('/metrics')).text;
	const found = text.split('\n').find((each) => each.startsWith(line));

	return found ? Number(found.split(' ').pop()) : 0;
}

/** Starts `lada record`; resolves when it records. Its `done` is the exit status. */
async function record(name, file, seconds = 60)
{
	const child = spawn(program('lada'), ['-c', shop.station.conf, 'record', name, file,
		'--seconds', String(seconds)], { stdio: ['ignore', 'ignore', 'pipe'] });
	let said = '';

	child.stderr.setEncoding('utf8').on('data', (text) => { said += text; });
	child.done = new Promise((resolve) => { child.on('close', resolve); });
	await until(`${name} is recorded`, () => said.includes(`recording ${name}`));
	return child;
}

async function stop(child)
{
	child.kill('SIGINT');
	assert.strictEqual(await child.done, 0);
}

/** The events that a recording says the driver made. */
function eventsSaid(file)
{
	return fs.readFileSync(file, 'utf8').split('\n')
		.filter((line) => /^# (scan|status|job|drawer|model) /.test(line))
		.map((line) => line.slice(2));
}

/** Plays a recording through the drivers' own test, in 40 chunkings; gives the events. */
function playAll(driver, file)
{
	const dir = path.join(shop.dir, 'played');
	const folder = path.join(dir, driver);
	const env = { ...process.env, LADA_TRACES_DIR: dir };
	const unit = path.join(UNITS, 'unit_traces');

	fs.rmSync(dir, { recursive: true, force: true });
	fs.mkdirSync(folder, { recursive: true });
	fs.copyFileSync(file, path.join(folder, 'it.trace'));
	for (const how of ['write', 'compare']) {
		const result = run(unit, [], { cwd: TOP, env: { ...env, LADA_TRACES: how } });

		assert.strictEqual(result.code, 0, result.stdout + result.stderr);
	}
	return fs.readFileSync(path.join(folder, 'it.events'), 'utf8').trimEnd().split('\n');
}

test.before(async () => {
	second = new SimScanner({ dir: shop.dir, name: 'second' });
});
test.after(() => second.stop());

test('scanners go and come back, in another order', async () => {
	await waitDevice('counter', 'ok');
	await waitDevice('second', 'offline');
	assert.strictEqual(deviceOf(await shop.station.state(), 'second').trouble, 'not_found');
	await second.start();
	await waitDevice('second', 'ok');
	for (let round = 0; round < 2; round++) {
		await shop.scanner.stop();
		await second.stop();
		await waitDevice('counter', 'offline');
		const doc = await waitDevice('second', 'offline');

		assert.strictEqual(deviceOf(doc, 'second').trouble, 'unplugged');
		await (round ? shop.scanner : second).start();
		await (round ? second : shop.scanner).start();
		await waitDevice('second', 'ok');
		await waitDevice('counter', 'ok');
	}
	await second.scan(shop.code('ZAM-1'));
	await shop.station.waitState('the pickup', (doc) => doc.mode === 'pickup');
	await shop.station.must('pickup.cancel');
});

test('an automatic section that finds nothing says so; the station serves', async () => {
	const device = deviceOf(await shop.station.state(), 'any');

	assert.deepStrictEqual([device.status, device.trouble, device.protocol],
		['unclaimed', 'not_found', 'auto']);
	assert.match(device.detail, /no scanner is plugged in/);
});

test('lada devices: what is configured and what is there', async () => {
	await waitDevice('receipt', 'ok');
	const text = shop.mustLada('devices');
	const json = JSON.parse(shop.mustLada('--json', 'devices'));

	assert.match(text, /^receipt +printer +escpos +ok/m);
	assert.match(text, /^any +scanner +auto +unclaimed +no scanner is plugged in/m);
	assert.match(text, /^PLUGGED IN/m);
	assert.match(text, new RegExp(`^tcp:127.0.0.1:${shop.printer.port} .*receipt`, 'm'));
	assert.deepStrictEqual(json.devices.map((d) => d.name).sort(),
		['any', 'counter', 'receipt', 'second']);
	const paper = json.plugged.find((p) => p.section === 'receipt');

	assert.strictEqual(paper.path, `tcp:127.0.0.1:${shop.printer.port}`);
	assert.strictEqual(paper.why, '');
	assert.ok(json.plugged.every((p) => p.section || p.why), 'whoever has none knows why');
	assert.strictEqual((await shop.station.get('/api/v1/devices')).status, 403, 'a clerk may not');
});

test('a recorded scanner plays the same events, and holds no card number', async () => {
	const file = path.join(shop.dir, 'scanner.trace');
	const child = await record('counter', file);
	const before = await metric('lada_scans_total{device="counter"');

	assert.notStrictEqual(shop.lada('record', 'second', `${file}.2`).code, 0, 'one at a time');
	await waitDevice('counter', 'ok');
	await shop.scanner.scan(']E05901234123457');
	await shop.scanner.scan(CARD);
	await shop.scanner.scan(shop.code('ZAM-2'));
	await shop.scanner.scan(`\\x02${CARD.slice(0, 7)}`);
	await shop.scanner.scan(`${CARD}\\x03`);
	await shop.scanner.scan('LAST-ONE');
	await until('all is scanned', async () =>
		await metric('lada_scans_total{device="counter"') >= before + 6);
	await stop(child);
	const text = fs.readFileSync(file, 'utf8');
	const said = eventsSaid(file);

	assert.ok(!text.includes(CARD));
	assert.match(text, /a code that may be a card number: \d+ bytes left out/);
	assert.match(text, /^# Of: scanner counter, driver line, /m);
	assert.ok(said.includes('scan ]E0 5901234123457') && said.includes('scan - LAST-ONE'), said);
	assert.deepStrictEqual(playAll('line', file), said);
	assert.ok(!shop.station.writtenBytes().includes(CARD), 'nor is it anywhere else');
	assert.notStrictEqual(shop.lada('record', 'counter', file).code, 0, 'a file that is there is kept');
	await shop.calm();
});

test('a recorded printer plays the same events and sends the same bytes', async () => {
	const file = path.join(shop.dir, 'printer.trace');
	const child = await record('receipt', file);
	const before = shop.printer.jobs().length;

	await waitDevice('receipt', 'ok');
	shop.mustLada('print-test', 'receipt');
	await until('a page', () => shop.printer.jobs().length === before + 1);
	shop.printer.fault('paper-out');
	await waitDevice('receipt', 'paper_out');
	shop.printer.fault('none');
	await waitDevice('receipt', 'ok');
	await stop(child);
	const text = fs.readFileSync(file, 'utf8');
	const said = eventsSaid(file);

	assert.match(text, / ! up\n/);
	assert.match(text, / ! job \d+ /);
	assert.ok(said.some((line) => /^job \d+ done/.test(line)), said);
	assert.ok(said.some((line) => line.startsWith('status paper_out')), said);
	assert.deepStrictEqual(playAll('escpos', file), said);
});

test('a recording of a printer that a job broke off at begins with what that job may lack', async () => {
	const file = path.join(shop.dir, 'broken-off.trace');
	const before = shop.printer.jobs().length;

	shop.printer.fault('drop@150');
	shop.lada('print-test', 'receipt');
	const doc = await shop.station.waitState('an unknown job',
		(d) => d.jobs.some((j) => j.status === 'unknown'), 15000);

	shop.printer.fault('none');
	shop.mustLada('jobs', 'drop', String(doc.jobs.find((j) => j.status === 'unknown').job));
	const child = await record('receipt', file);

	await waitDevice('receipt', 'ok');
	shop.mustLada('print-test', 'receipt');
	await until('a page', () => shop.printer.jobs().length > before, 20000);
	await stop(child);
	assert.match(fs.readFileSync(file, 'utf8'), / ! cut off\n/);
	assert.deepStrictEqual(playAll('escpos', file), eventsSaid(file));
});

const said = (file) => fs.readFileSync(file, 'utf8');
const beside = () => fs.readdirSync(shop.dir).filter((name) => name.startsWith('cut.'));

test('no room for the copy: no half of it, and word of the whole one', async () => {
	const file = path.join(shop.dir, 'cut.trace');
	// One block of 512 bytes is less than the head of a recording.
	const child = spawn('sh', ['-c', 'trap "" XFSZ; ulimit -f 1; exec "$@"', 'sh', program('lada'),
		'-c', shop.station.conf, 'record', 'counter', file], { stdio: ['ignore', 'ignore', 'pipe'] });
	let words = '';

	child.stderr.setEncoding('utf8').on('data', (text) => { words += text; });
	const done = new Promise((resolve) => { child.on('close', resolve); });

	await until('it is recorded', () => words.includes('recording counter'));
	await waitDevice('counter', 'ok');
	for (const n of [1, 2, 3, 4, 5, 6, 7, 8]) {
		await shop.scanner.scan(`NUMBER-${n}-${'x'.repeat(64)}`);
	}
	child.kill('SIGINT');
	assert.strictEqual(await done, 1);
	assert.deepStrictEqual(beside(), []);
	const [, kept] = /the recording is kept as (\S+\.trace), copy it from there/.exec(words);

	assert.ok(!said(kept).includes('cut short'));
	assert.deepStrictEqual(playAll('line', kept), eventsSaid(kept));
	await shop.calm();
});

test('the station goes down in the middle: what there is, marked', async () => {
	const file = path.join(shop.dir, 'cut.trace');
	const child = await record('counter', file);
	const before = await metric('lada_scans_total{device="counter"');
	const own = path.join(shop.station.data, 'recordings');

	await waitDevice('counter', 'ok');
	await shop.scanner.scan('BEFORE-THE-END');
	await until('it is scanned', async () =>
		await metric('lada_scans_total{device="counter"') === before + 1);
	await until('it is on disk', () => fs.readdirSync(own).some((name) =>
		said(path.join(own, name)).includes('# scan - BEFORE-THE-END')));
	await shop.station.kill9();
	assert.strictEqual(await child.done, 1);
	assert.deepStrictEqual(beside(), ['cut.trace']);
	assert.match(said(file), /^# cut short here: the station was stopped in the middle, or went down$/m);
	assert.ok(eventsSaid(file).includes('scan - BEFORE-THE-END'));
	assert.deepStrictEqual(playAll('line', file), eventsSaid(file));
	await shop.station.start();
	await shop.station.login();
});

test('a recording is a device: replay: plays it into a station', async () => {
	await shop.station.stop();
	shop.station.sections['scanner counter'] = {
		port: `replay:${path.join(shop.dir, 'scanner.trace')}`, protocol: 'line', desk: 'counter',
	};
	await shop.station.writeConfig();
	await shop.station.start();
	await shop.station.login();
	await until('the scans of the recording', async () =>
		await metric('lada_scans_total{device="counter"') === 4, 15000);
	await until('lada devices knows it', () =>
		/^replay:.*counter/m.test(shop.mustLada('devices')));
});

test('without a running station the tool says so', async () => {
	await shop.station.stop();
	const result = shop.lada('devices');

	assert.strictEqual(result.code, 1);
	assert.match(result.stderr, /ladad does not run here/);
	assert.match(shop.lada('record', 'counter', path.join(shop.dir, 'x')).stderr, /does not run here/);
	assert.strictEqual(shop.lada('record', 'counter').code, 2);
	assert.strictEqual(shop.lada('record', 'counter', 'x', '--seconds', 'y').code, 2);
});
