// SPDX-License-Identifier: Apache-2.0
//
// The lab: the real `ladad` in a virtual machine with real USB devices, made by the machine's own
// kernel. First what each device does once, then rounds of pickups with cables pulled out.
//
//	node tests/lab/lab.js [--first N] [--rounds N] [--seed N] [--verbose]
//
// The last line is "N passed, N failed"; exit 1 if any failed. A round that fails says what it
// did; `--seed SEED --first ROUND --rounds 1` does it again. The rest of the rounds is not run.
'use strict';

const assert = require('node:assert');
const fs = require('node:fs');
const { GOODS } = require('../lib/fixtures.js');
const { buildImage } = require('./image.js');
const { GADGETS, usbPath } = require('./gadgets.js');
const { LabShop, until } = require('./shop.js');
const { Round, SCANNERS, randomFrom } = require('./rounds.js');

const ROUNDS = 20;
const LOG_TAIL_BYTES = 3000;
const ACM_BY_ID = '/dev/serial/by-id/usb-Honeywell_Scanner_2_18094B0003-if00';
const STATUS_MS = 20000;

const SERIAL_ONLY = {
	'scanner acm': {
		port: `serial:${ACM_BY_ID}?baud=19200&mode=7e1&flow=rtscts`, protocol: 'line', desk: 'counter',
	},
};

// Two equal scanners: one is named by its serial number, the other is what `auto` finds.
const ALL_DEVICES = {
	'scanner acm': { port: 'auto', protocol: 'line', desk: 'counter' },
	'scanner pos1': { port: `usb:0c2e:0b61@${GADGETS.pos1.serial}`, protocol: 'hidpos', desk: 'counter' },
	'scanner pos2': { port: 'auto', protocol: 'hidpos', desk: 'counter' },
	'scanner keys': { port: 'auto', protocol: 'keyboard', desk: 'counter' },
	'printer printer': { port: 'auto', protocol: 'escpos', profile: 'auto', columns: 48 },
};

const say = (text) => process.stdout.write(`${text}\n`);

class Points {
	constructor()
	{
		this.passed = 0;
		this.failed = 0;
	}

	/** One test point; true if it passed. */
	async point(name, body)
	{
		const began = Date.now();
		const seconds = () => `${((Date.now() - began) / 1000).toFixed(1)} s`;

		try {
			const note = await body();

			this.passed++;
			say(`ok   ${name}${note ? ` (${note})` : ''}  ${seconds()}`);
			return true;
		} catch (error) {
			this.failed++;
			say(`FAIL ${name}  ${seconds()}\n${error.stack}`);
			return false;
		}
	}
}

// ---- what each device does once ----

async function kernelHasAll(shop)
{
	const { machine } = shop;

	assert.match(await machine.must('uname -r'), /^6\.1\.0-\d+-amd64\n$/);
	for (const name of Object.keys(GADGETS)) {
		await shop.plug(name);
	}
	await until('the kernel has all devices', async () => {
		const nodes = await machine.must('ls /dev /dev/usb /dev/input');

		return /ttyACM0/.test(nodes) && /lp0/.test(nodes);
	});
	await until('keyboards type', async () => {
		const there = await shop.typingDevices();

		return there.includes(GADGETS.keys.ids) && there.includes(GADGETS.stranger.ids);
	});
}

async function serialLine(shop)
{
	await shop.setDevices(SERIAL_ONLY);
	await shop.startStation();
	await shop.waitDevice('acm', ['ok']);
	const line = await shop.machine.must('stty -F /dev/ttyACM0 -a 2>/dev/null');

	assert.match(line, /speed 19200 baud/);
	for (const word of ['crtscts', 'parenb', '-parodd', 'cs7', '-cstopb', '-ixon', '-icanon', '-echo']) {
		assert.ok(line.split(/[\s;]+/).includes(word), `${word} in ${line}`);
	}
	await shop.newOrder('LAB-SERIAL', [['SKU-SOAP', 1]]);
	await shop.unplug('acm');
	await shop.waitDevice('acm', ['offline']);
	await shop.plug('acm');
	await shop.waitDevice('acm', ['ok']);
	await shop.type('acm', shop.code('LAB-SERIAL'));
	await shop.station.waitState('the pickup', (doc) => doc.mode === 'pickup', STATUS_MS);
	await shop.station.must('pickup.cancel');
	await shop.station.stop();
}

async function startAndClaim(shop)
{
	await shop.startStation();
	for (const name of ['printer', ...SCANNERS]) {
		await shop.waitClaimed(name);
	}
}

async function autoClaimed(shop)
{
	await shop.setDevices(ALL_DEVICES);
	await startAndClaim(shop);
	const status = await shop.machine.must('cat /proc/$(pidof ladad)/status');

	assert.match(status, /^Uid:\s+990\s+990\s+990\s+990$/m);
}

async function strangersStay(shop)
{
	const { ids } = GADGETS.stranger;

	await until('only the stranger types', async () =>
		JSON.stringify(await shop.typingDevices()) === JSON.stringify([ids]));
	assert.strictEqual(await shop.driver('stranger'), 'usbhid');
}

async function nodesOfGroup(shop)
{
	const rights = async (name) => {
		const bus = usbPath(name).split('-')[0];

		return (await shop.machine.must(`stat -c '%G %a' /dev/bus/usb/00${bus}/`
			+ `$(printf %03d $(cat /sys/bus/usb/devices/${bus}-1/devnum))`)).trim();
	};

	for (const name of ['printer', 'pos1', 'pos2', 'keys']) {
		assert.strictEqual(await rights(name), 'lada 660', `${name}'s node`);
	}
	assert.strictEqual(await rights('stranger'), 'root 664');
	assert.strictEqual((await shop.machine.must('stat -c %G /dev/ttyACM0')).trim(), 'lada');
}

async function equalOnesToldApart(shop)
{
	for (const [gone, stays] of [['pos1', 'pos2'], ['pos2', 'pos1']]) {
		await shop.unplug(gone);
		await shop.waitDevice(gone, ['offline', 'unclaimed'], STATUS_MS);
		await shop.waitDevice(stays, ['ok']);
		const order = `LAB-TWO-${gone}`;

		await shop.newOrder(order, [['SKU-SOAP', 1]]);
		await shop.type(stays, shop.code(order));
		await shop.station.waitState('the pickup', (doc) => doc.mode === 'pickup'
			&& doc.pickup.order === order, STATUS_MS);
		await shop.station.must('pickup.cancel');
		await shop.plug(gone);
		await shop.waitClaimed(gone);
	}
	// Both out: the one that `auto` is to find comes first, or last.
	for (const order of [['pos1', 'pos2'], ['pos2', 'pos1']]) {
		await shop.unplug('pos1');
		await shop.unplug('pos2');
		for (const name of order) {
			await shop.plug(name);
			await shop.waitClaimed(name);
		}
	}
}

async function everyScannerAndThePrinter(shop)
{
	for (const name of SCANNERS) {
		const order = `LAB-ONE-${name}`;

		await shop.newOrder(order, [['SKU-TEA', 1]]);
		await shop.type(name, shop.code(order));
		await shop.station.waitState(`${order} by ${name}`, (doc) => doc.mode === 'pickup'
			&& doc.pickup.order === order, STATUS_MS);
		await shop.type(name, GOODS['SKU-TEA'].gtin);
		await shop.station.waitState(`the tea by ${name}`, (doc) => doc.mode === 'pickup'
			&& doc.pickup.lines[0].checked === 1, STATUS_MS);
		await shop.station.must('pickup.handover');
		await until(`the slip of ${order}`, () => shop.slips(order).length === 1, STATUS_MS);
	}
}

async function givenBack(shop)
{
	await shop.station.stop();
	await until('keyboards type again', async () =>
		(await shop.typingDevices()).includes(GADGETS.keys.ids));
	assert.strictEqual(await shop.driver('printer'), 'usblp');
	for (const name of ['pos1', 'pos2', 'keys']) {
		assert.strictEqual(await shop.driver(name), 'usbhid');
	}
	await startAndClaim(shop);
}

/** A killed station leaves its devices without any driver. */
async function takenAfterKill(shop)
{
	await shop.station.kill9();
	assert.strictEqual(await shop.driver('pos1'), '');
	await startAndClaim(shop);
}

// ---- rounds ----

async function oneRound(points, shop, number, random, verbose)
{
	const round = new Round(shop, number, random);
	let result = null;

	await points.point(`round ${number}`, async () => {
		try {
			result = await round.run();
		} catch (error) {
			const doc = await shop.station.state().catch((e) => e.message);
			const kernel = await shop.machine.run('dmesg | tail -25; stty -a -F /dev/ttyACM0')
				.catch((e) => ({ text: e.message }));
			const counts = await shop.station.get('/metrics').catch((e) => ({ text: e.message }));

			error.stack += `\nwhat was done:\n\t${round.history.join('\n\t')}\n`
				+ `the counter's document: ${JSON.stringify(doc)}\n`
				+ `the kernel: ${kernel.text}\n`
				+ `the station's counts: ${counts.text.split('\n').filter((line) => line.startsWith('lada')).join(', ')}\n`
				+ `on the roll: ${JSON.stringify(shop.printer.jobs().slice(-4))}`;
			throw error;
		}
		return round.history.find((line) => line.includes('handover')).replace(/^\S+ /, '');
	});
	if (result && verbose) {
		say(`\t${round.history.join('\n\t')}`);
	}
	return result;
}

async function hqAgrees(shop, done)
{
	await shop.outboxEmpty(STATUS_MS);
	const all = shop.hq.events('pickup.completed').map((e) => e.body.order);

	assert.strictEqual(new Set(all).size, all.length, 'an order handed over twice');
	done.forEach(({ id }) => assert.ok(all.includes(id), `HQ has no ${id}`));
	done.forEach(({ id }) => assert.strictEqual(shop.slips(id).length, 1, `slips of ${id}`));
	for (const sku of ['SKU-SOAP', 'SKU-TEA']) {
		const moved = shop.hq.events('stock.changed').filter((e) => e.body.sku === sku)
			.reduce((sum, e) => sum - e.body.delta, 0);
		const handed = [...done.flatMap(({ goods }) => goods),
			...(sku === 'SKU-TEA' ? SCANNERS.map(() => [sku, 1]) : [])]
			.filter(([name]) => name === sku).reduce((sum, [, qty]) => sum + qty, 0);

		assert.strictEqual(moved, handed, `${sku} that left the stock`);
	}
	shop.noProblems();
}

async function rounds(points, shop, { first, count, seed, verbose })
{
	const done = [];

	for (let number = first; number < first + count; number++) {
		// Each round has a seed of its own, so that it does not depend on those before.
		const result = await oneRound(points, shop, number, randomFrom(seed * 1000003 + number),
			verbose);

		if (!result) {
			say(`do it again: node tests/lab/lab.js --seed ${seed} --first ${number} --rounds 1`);
			return;
		}
		done.push(result);
	}
	await points.point('HQ has every handover once, and the stock agrees',
		() => hqAgrees(shop, done));
}

function tail(file)
{
	return fs.readFileSync(file, 'utf8').slice(-LOG_TAIL_BYTES);
}

function option(args, name, usual)
{
	const at = args.indexOf(name);

	return at < 0 ? usual : Number(args[at + 1]);
}

async function main(args)
{
	const count = option(args, '--rounds', ROUNDS);
	const first = option(args, '--first', 1);
	const seed = option(args, '--seed', Date.now() % 1000000);
	const points = new Points();

	if (![first, count, seed].every(Number.isInteger)) {
		say('usage: node tests/lab/lab.js [--first N] [--rounds N] [--seed N] [--verbose]');
		return 2;
	}
	const began = Date.now();
	const shop = new LabShop({ image: buildImage() });

	say(`lab: seed ${seed}, ${count} rounds`);
	try {
		const ready = await points.point('Debian\'s kernel boots in the machine', () => shop.open())
			&& await points.point('the kernel has all devices', () => kernelHasAll(shop))
			&& await points.point('a serial line has the settings of its port, RTS/CTS too',
				() => serialLine(shop))
			&& await points.point('all known devices are claimed, without root',
				() => autoClaimed(shop));

		if (ready) {
			await points.point('a keyboard that is no scanner is left alone, a scanner\'s is gone',
				() => strangersStay(shop));
			await points.point('udev gives the group lada what is known, and nothing else',
				() => nodesOfGroup(shop));
			await points.point('two equal scanners are told apart', () => equalOnesToldApart(shop));
			await points.point('a pickup with each scanner', () => everyScannerAndThePrinter(shop));
			await points.point('a station that stops gives the devices back', () => givenBack(shop));
			await points.point('a station that was killed takes them again', () => takenAfterKill(shop));
			await rounds(points, shop, {
				first, count, seed, verbose: args.includes('--verbose'),
			});
		}
		if (points.failed > 0) {
			shop.logs().forEach((file) => say(`---- ${file}\n${tail(file)}`));
		}
	} finally {
		await shop.close();
	}
	say(`lab: seed ${seed}, ${((Date.now() - began) / 1000).toFixed(0)} s`);
	say(`${points.passed} passed, ${points.failed} failed`);
	return points.failed === 0 ? 0 : 1;
}

if (require.main === module) {
	main(process.argv.slice(2)).then((code) => process.exit(code), (error) => {
		say(`${error.stack}\n0 passed, 1 failed`);
		process.exit(1);
	});
}
