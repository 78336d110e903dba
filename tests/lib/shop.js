// SPDX-License-Identifier: Apache-2.0
//
// A whole small shop for one test file: broker, fake HQ with goods, people and policies, printer,
// scanner and one real station, in one temporary directory.
'use strict';

const test = require('node:test');
const { Broker } = require('./broker.js');
const { FakeHq } = require('./fake_hq.js');
const { SimPrinter, SimScanner } = require('./sim.js');
const { Station } = require('./station.js');
const { Cleanup, program, run, tempDir, until } = require('./world.js');
const { STORE, policyRecords, productRecords, stockRecords } = require('./fixtures.js');
const { pickupCode } = require('./codes.js');

class Shop {
	constructor(label)
	{
		this.dir = tempDir(label);
		this.cleanup = new Cleanup();
	}

	/**
	 * `orders` {id: body} are there before the station first asks. `staff: false` leaves the staff
	 * policy out. `hq: false` starts no fake HQ. `spare` is a second printer, the stand-in.
	 */
	async open({
		orders = {}, policies = {}, staff = true, scanner = true, printer = true, login = true,
		sections = {}, printerFault = null, printerOptions = [], spare = false, signedStream = false,
		scannerOptions = [],
	} = {})
	{
		this.broker = new Broker(this.dir);
		await this.broker.start();
		this.cleanup.add(() => this.broker.stop());
		await this.#openHq(orders, policies, staff);
		if (printer) {
			this.printer = new SimPrinter({ dir: this.dir, options: printerOptions });
			await this.printer.start(printerFault);
			this.cleanup.add(() => this.printer.stop());
		}
		if (spare) {
			this.spare = new SimPrinter({ dir: this.dir, name: 'spare' });
			await this.spare.start();
			this.cleanup.add(() => this.spare.stop());
			sections = {
				...sections,
				'printer receipt': { standin: 'spare', ...sections['printer receipt'] },
				'printer spare': { port: `tcp:127.0.0.1:${this.spare.port}`, protocol: 'escpos' },
			};
		}
		if (scanner) {
			this.scanner = new SimScanner({ dir: this.dir, options: scannerOptions });
			await this.scanner.start();
			this.cleanup.add(() => this.scanner.stop());
		}
		this.station = new Station({
			dir: this.dir, brokerUrl: this.broker.url, store: STORE, sections, signedStream,
			printerPort: printer ? this.printer.port : null,
			scannerLink: scanner ? this.scanner.link : null,
		});
		await this.station.start();
		this.cleanup.add(() => this.station.stop());
		await this.hq.waitSynced();
		if (login && staff) {
			await this.station.login();
		}
		return this;
	}

	async #openHq(orders, policies, staff)
	{
		const records = policyRecords(policies);

		if (!staff) {
			delete records.staff;
		}
		this.hq = new FakeHq({ url: this.broker.url, store: STORE });
		this.hq.seed('policy', records);
		this.hq.seed('catalog', productRecords());
		this.hq.seed('stock', stockRecords());
		this.hq.seed('orders', orders);
		await this.hq.start();
		this.cleanup.add(() => this.hq.stop());
	}

	close()
	{
		return this.cleanup.run();
	}

	/** A valid code of an order of this store. */
	code(order, over = {})
	{
		return pickupCode({ store: STORE, order, ...over });
	}

	/** The counter's notice number now: to wait for the next one. */
	async noticeNumber()
	{
		const { notice } = await this.station.state();

		return notice ? notice.n : 0;
	}

	/** Scans with the simulated scanner and waits for the notice it raises. */
	async scanForNotice(text, code, timeoutMs = 5000)
	{
		const before = await this.noticeNumber();

		await this.scanner.scan(text);
		return this.station.waitState(`notice ${code}`, (doc) => doc.notice
			&& doc.notice.n > before && doc.notice.code === code, timeoutMs);
	}

	/** Opens a pickup by a press of `scan` and gives the counter's document. */
	async openPickup(order, code = this.code(order))
	{
		await this.station.must('scan', { code });
		return this.station.waitState(`pickup of ${order}`, (doc) => doc.mode === 'pickup'
			&& doc.pickup && doc.pickup.order === order
			&& ['none', 'held', 'isolated'].includes(doc.pickup.claim));
	}

	/** Checks every line of the open pickup by pressing. */
	async checkAll(doc)
	{
		for (const line of doc.pickup.lines) {
			if (line.checked < line.qty) {
				await this.station.must('pickup.check', {
					line: line.line, qty: line.qty - line.checked,
				});
			}
		}
	}

	/** Waits until a print job has one of these statuses; which one. */
	async settled(job, statuses, timeoutMs = 60000)
	{
		const found = (doc) => doc.jobs.find((j) => j.job === job);

		return found(await this.station.waitState(`job ${job} is ${statuses}`,
			(doc) => statuses.includes(found(doc)?.status), timeoutMs)).status;
	}

	/** How many whole slips of an order the printer has printed. */
	slips(order)
	{
		return this.printer.jobsWith(`LR.${order}.`).length;
	}

	/** The operator's tool with this station's configuration. */
	lada(...args)
	{
		return run(program('lada'), ['-c', this.station.conf, ...args]);
	}

	/** The same, where it must succeed; what it says. */
	mustLada(...args)
	{
		const { code, stdout, stderr } = this.lada(...args);

		if (code !== 0) {
			throw new Error(`lada ${args.join(' ')}: ${code} ${stdout}${stderr}`);
		}
		return stdout;
	}

	/** The whole of a prepaid pickup by presses; gives the handover's answer. */
	async handOver(order, { key = null } = {})
	{
		const doc = await this.openPickup(order);

		await this.checkAll(doc);
		return this.station.must('pickup.handover', {}, { key });
	}

	/** Back to idle, whatever is open. */
	async calm()
	{
		const doc = await this.station.state();

		if (doc.mode !== 'idle') {
			await this.station.do('pickup.cancel');
			await this.station.waitState('idle', (d) => d.mode === 'idle');
		}
	}

	/** Until the station itself says that HQ has acknowledged everything. */
	outboxEmpty(timeoutMs = 12000)
	{
		return this.station.waitState('an empty outbox', (doc) => doc.hq && doc.hq.outbox === 0,
			timeoutMs);
	}

	noProblems()
	{
		const { problems } = this.hq;

		if (problems.length > 0) {
			throw new Error(`HQ saw: ${problems.join('\n')}`);
		}
	}
}

/** A shop for a test file: opened before its tests, closed after them. */
function shopOf(label, options = {})
{
	const shop = new Shop(label);

	test.before(() => shop.open(typeof options === 'function' ? options() : options));
	test.after(() => shop.close());
	return shop;
}

module.exports = { Shop, shopOf, until };
