// SPDX-License-Identifier: Apache-2.0
//
// One round: an order is handed over with USB devices that people pull out and put in again, in
// an order a random seed decides. Whatever happens, the slip is printed exactly once, or its job
// is `unknown` and a person who looks at the roll answers; and a scan made after its scanner is
// claimed again arrives exactly once.
'use strict';

const assert = require('node:assert');
const { GOODS } = require('../lib/fixtures.js');
const { GADGETS, scanChunks } = require('./gadgets.js');
const { sleep, until } = require('./shop.js');

const SCANNERS = ['pos1', 'pos2', 'keys', 'acm'];
const STRANGER = 'stranger'; // a keyboard that is no scanner
// What may happen to the print.
const ENDS = ['calm', 'cut', 'cut', 'kill', 'power', 'out before'];
const SAME_READ_MS = 350; // the same text sooner is the same read
const SCAN_MS = 10000;
const PRINT_MS = 60000;
const PAPER_MS = 3000; // a printer without a cut ends its job after two silent seconds
const SLIP_BYTES = 900;
const OUT_MAX_MS = 800; // how long a cable is out
const UNITS_MAX = 3;
const FINISHED = ['done', 'unknown', 'failed', 'dropped'];

/** Numbers in 0..1 that a seed repeats, so that a failure can be run again; near seeds differ. */
function randomFrom(seed)
{
	let state = seed >>> 0;

	return () => {
		state = (state + 0x9e3779b9) >>> 0;
		let x = state;

		x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
		x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
		return ((x ^ (x >>> 16)) >>> 0) / 0x100000000;
	};
}

class Round {
	constructor(shop, number, random)
	{
		Object.assign(this, { shop, random, scanners: SCANNERS });
		this.id = `LAB-${number}`;
		this.history = [];
		this.lastTyped = new Map();
		this.began = Date.now();
	}

	say(text)
	{
		this.history.push(`${((Date.now() - this.began) / 1000).toFixed(2)} ${text}`);
	}

	upTo(n)
	{
		return Math.floor(this.random() * n);
	}

	oneOf(list)
	{
		return list[this.upTo(list.length)];
	}

	shuffled(list)
	{
		return list.map((item) => [this.random(), item]).sort(([a], [b]) => a - b)
			.map(([, item]) => item);
	}

	get station()
	{
		return this.shop.station;
	}

	// ---- cables ----

	async out(name)
	{
		this.say(`${name} out`);
		await this.shop.unplug(name);
	}

	async in(name)
	{
		this.say(`${name} in`);
		await this.shop.plug(name);
	}

	/** Some devices out in some order, in again in another. */
	async replugSome(names)
	{
		const some = this.shuffled(names).slice(0, 1 + this.upTo(names.length));

		for (const name of some) {
			await this.out(name);
		}
		await sleep(this.upTo(OUT_MAX_MS));
		for (const name of this.shuffled(some)) {
			await this.in(name);
		}
		for (const name of some.filter((one) => one !== STRANGER)) {
			await this.claimed(name);
		}
	}

	/** Devices come and go while nobody looks after them. */
	async killIdle()
	{
		this.say('kill');
		await this.station.kill9();
		for (const name of this.shuffled(this.scanners).slice(0, 2)) {
			await this.out(name);
			await this.in(name);
		}
		await this.shop.startStation();
		for (const name of ['printer', ...this.scanners]) {
			await this.claimed(name);
		}
	}

	/** The cable was pulled, so `ok` may be from before: first the loss is seen, or a new claim. */
	async claimed(name)
	{
		await this.shop.waitClaimed(name);
		this.say(`${name} claimed`);
	}

	// ---- scanning ----

	async scan(text)
	{
		const name = this.oneOf(this.scanners);
		const chunks = scanChunks(name, text);

		if (this.upTo(4) === 0) {
			await this.replugSome(this.scanners);
		}
		// With the last report a scan is whole; a keyboard's last one only lets Enter go.
		const whole = name === 'keys' ? chunks.length - 1 : chunks.length;

		if (whole > 1 && this.upTo(3) === 0) {
			const part = 1 + this.upTo(whole - 1);

			this.say(`${name} ${part} of ${chunks.length} reports`);
			await this.shop.type(name, text, part);
			await this.out(name);
			await this.in(name);
			await this.claimed(name);
		}
		const since = Date.now() - (this.lastTyped.get(text) || 0);

		if (since < SAME_READ_MS) {
			await sleep(SAME_READ_MS - since);
		}
		this.say(`${name} scans ${text.slice(0, 20)}`);
		this.lastScanner = name;
		await this.shop.type(name, text);
		this.lastTyped.set(text, Date.now());
	}

	async openPickup()
	{
		await this.scan(this.shop.code(this.id));
		await this.station.waitState(`the pickup of ${this.id}`, (doc) => doc.mode === 'pickup'
			&& doc.pickup.order === this.id && doc.pickup.claim !== 'asking', SCAN_MS);
	}

	/** A scan was lost. Was it that one, or is the line dead? */
	async lookAgain(error, sku, line, wanted)
	{
		await this.shop.type(this.lastScanner, GOODS[sku].gtin);
		await this.station.waitState('the scan again', (d) => d.mode === 'pickup'
			&& d.pickup.lines[line].checked >= wanted, SCAN_MS)
			.then(() => { error.message += '\nthe same scan again came'; },
				() => { error.message += '\nnor came the same scan again'; });
		throw error;
	}

	async checkItems(goods)
	{
		const units = this.shuffled(goods.flatMap(([sku, qty], line) =>
			Array.from({ length: qty }, () => ({ sku, line }))));
		const wanted = goods.map(() => 0);

		for (const { sku, line } of units) {
			wanted[line]++;
			await this.scan(GOODS[sku].gtin);
			const doc = await this.station.waitState(`${sku} scanned`, (d) => d.mode === 'pickup'
				&& d.pickup.lines[line].checked >= wanted[line], SCAN_MS)
				.catch((error) => this.lookAgain(error, sku, line, wanted[line]));

			assert.deepStrictEqual(doc.pickup.lines.map((l) => l.checked), wanted);
		}
		const { notice } = await this.station.state();

		assert.ok(!notice || notice.level !== 'bad', `a scan came twice: ${JSON.stringify(notice)}`);
	}

	// ---- printing ----

	async handOver()
	{
		const end = this.oneOf(ENDS);
		const bytes = this.upTo(SLIP_BYTES);

		this.say(`handover, ${end} ${bytes}`);
		switch (end) {
		case 'cut':
		case 'power':
			await this.cutCable(bytes, end === 'power');
			break;
		case 'kill':
			await this.killStation(bytes);
			break;
		case 'out before':
			await this.out('printer');
			await this.pressHandover(false);
			await sleep(this.upTo(OUT_MAX_MS));
			await this.in('printer');
			break;
		default:
			await this.pressHandover(false);
		}
	}

	/** The printer's cable is out after so many bytes, or its power is, which loses its buffer. */
	async cutCable(bytes, power)
	{
		const { machine, printer } = this.shop;
		const from = machine.events.length;

		await machine.ask('cut', bytes, 'unplug', 'printer');
		await this.pressHandover(false);
		if (!await this.cutCame(from)) {
			return;
		}
		if (power) {
			this.say('printer off');
			printer.child.write('power off\n');
		}
		await sleep(this.upTo(OUT_MAX_MS));
		if (power) {
			printer.child.write('power on\n');
		}
		await this.in('printer');
	}

	async killStation(bytes)
	{
		const { machine } = this.shop;
		const from = machine.events.length;

		await machine.ask('cut', bytes, 'kill');
		await this.pressHandover(true);
		if (!await this.cutCame(from)) {
			return;
		}
		await machine.event('ended', from);
		this.say('station starts again');
		this.station.running = false;
		await this.shop.startStation();
	}

	async pressHandover(mayBeLost)
	{
		try {
			await this.station.must('pickup.handover');
		} catch (error) {
			if (!mayBeLost) {
				throw error;
			}
			this.say('the answer is lost');
		}
	}

	/** True when the cut has come, false when the job is over without so many bytes. */
	async cutCame(from)
	{
		const { machine } = this.shop;
		const came = () => machine.events.slice(from).some((line) => line.startsWith('! cut'));

		await until('the cut or the end of the job', async () => came()
			|| (await this.station.state()).jobs.every((j) => FINISHED.includes(j.status)), PRINT_MS);
		await machine.ask('cut', 'off');
		this.say(machine.events.slice(from).join(' ') || 'no cut');
		return came();
	}

	/** Looks at the roll and answers for unknown jobs, until none is open. */
	async settle()
	{
		for (;;) {
			const doc = await this.station.waitState('no job is under way', (d) =>
				d.jobs.every((j) => FINISHED.includes(j.status)), PRINT_MS);
			const unknown = doc.jobs.filter((j) => j.status === 'unknown');

			if (unknown.length === 0) {
				return;
			}
			for (const { job } of unknown) {
				const yes = await this.cameOut();

				this.say(`job ${job} is unknown, it came: ${yes}`);
				await this.station.must('print.came', { job, yes });
			}
		}
	}

	/** What a person sees on the roll once the printer is silent. */
	async cameOut()
	{
		const { shop } = this;
		let passed = -1;
		let since = Date.now();

		await until('the printer is silent', async () => {
			const now = Number(await shop.machine.ask('passed'));

			if (now !== passed) {
				passed = now;
				since = Date.now();
			}
			return shop.slips(this.id).length > 0 || Date.now() - since > PAPER_MS;
		}, PRINT_MS);
		return shop.slips(this.id).length > 0;
	}

	async run()
	{
		const goods = this.shuffled(['SKU-SOAP', 'SKU-TEA']).slice(0, 1 + this.upTo(2))
			.map((sku) => [sku, 1 + this.upTo(UNITS_MAX - 1)]);

		await this.shop.newOrder(this.id, goods);
		if (this.upTo(8) === 0) {
			await this.killIdle();
		} else if (this.upTo(2) === 0) {
			await this.replugSome(['printer', STRANGER, ...this.scanners]);
		}
		await this.openPickup();
		await this.checkItems(goods);
		await this.handOver();
		await this.settle();
		const answer = await this.station.do('scan', { code: this.shop.code(this.id) });

		assert.strictEqual(answer.json.error && answer.json.error.code, 'already_collected',
			answer.text);
		assert.strictEqual(this.shop.slips(this.id).length, 1, 'slips on the roll');
		await this.shop.waitClaimed('printer');
		assert.deepStrictEqual(await this.shop.typingDevices(), [GADGETS[STRANGER].ids],
			'who types into the machine');
		return { id: this.id, goods };
	}
}

module.exports = { Round, SCANNERS, randomFrom };
