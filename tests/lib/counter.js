// SPDX-License-Identifier: Apache-2.0
//
// One counter of a story: a real station with its own printer, scanner and wire, what people do at
// it, and the goods they do it with.
'use strict';

const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const { GOODS, PEOPLE, STORE, ean13 } = require('./fixtures.js');
const { SimPrinter, SimScanner } = require('./sim.js');
const { Station } = require('./station.js');
const { Wire } = require('./wire.js');

const BACK_MS = 30000; // a station tries a line again after at most 15 s
const BOSS = Object.values(PEOPLE).find((one) => one.person.role === 'supervisor');

/** Goods the stories name beside those of fixtures.js. */
const MORE = {
	'SKU-WINE': { gtin: ean13('590123400101'), name: 'Wino czerwone', price: 3999, vat: '23', category: 'alcohol' },
	'SKU-ENERGY': { gtin: ean13('590123400102'), name: 'Napój energetyczny', price: 599, vat: '23', category: 'energy' },
	'SKU-BREAD': { gtin: ean13('590123400103'), name: 'Chleb żytni', price: 649, vat: '5', category: 'bread' },
	'SKU-JAM': { gtin: ean13('590123400104'), name: 'Dżem wiśniowy', price: 849, vat: '8', category: 'jam' },
	'SKU-JAM2': { gtin: ean13('590123400105'), name: 'Dżem morelowy', price: 899, vat: '8', category: 'jam' },
};

/** One station, and what people do at it. */
class Counter {
	constructor({
		dir, name, port, keys, beat, store = STORE, lane = name, sections = {}, kiosk = false,
	})
	{
		Object.assign(this, { dir: path.join(dir, name), name, store, lane, kiosk, beat });
		fs.mkdirSync(this.dir);
		this.wire = new Wire(port);
		this.printer = new SimPrinter({ dir: this.dir });
		this.scanner = new SimScanner({ dir: this.dir });
		this.kioskScanner = new SimScanner({ dir: this.dir, name: 'kiosk' });
		this.make = { keysText: keys, sections };
	}

	async start(cleanup)
	{
		await Promise.all([this.wire, this.printer, this.scanner, ...(this.kiosk ? [this.kioskScanner] : [])]
			.map((device) => {
				cleanup.add(() => device.stop());
				return device.start();
			}));
		this.station = new Station({
			dir: this.dir, brokerUrl: `mqtt://127.0.0.1:${this.wire.port}`, store: this.store,
			lane: this.lane, keysText: this.make.keysText, printerPort: this.printer.port,
			scannerLink: this.scanner.link,
			sections: {
				'printer receipt': { drawer: 1 },
				...(this.kiosk ? {
					'scanner kiosk': { port: `serial:${this.kioskScanner.link}`, protocol: 'line', desk: 'kiosk' },
				} : {}),
				...this.make.sections,
			},
		});
		cleanup.add(() => this.station.stop());
		await this.station.start();
	}

	must(verb, args = {})
	{
		return this.station.must(verb, args);
	}

	/** Refused for this reason, in these words. */
	async refused(verb, args, code, words = null)
	{
		const answer = await this.station.do(verb, args);

		assert.strictEqual(answer.status, 409, `${verb}: ${answer.text}`);
		assert.strictEqual(answer.json.error.code, code, answer.text);
		if (words) {
			assert.match(answer.json.error.message, words);
		}
		return answer.json.error.message;
	}

	doc(screen = 'counter')
	{
		return this.station.state(screen);
	}

	wait(what, match, ms = 8000, screen = 'counter')
	{
		return this.station.waitState(what, match, ms, screen);
	}

	/** The notice of this code, once it is there. */
	async says(code, words = /./, screen = 'counter', ms = 8000)
	{
		const { notice } = await this.wait(`it says ${code}`, (d) => d.notice && d.notice.code === code, ms, screen);

		assert.match(notice.text, words);
		return notice;
	}

	/** Opens an order by its code and gives the pickup, with its claim settled. */
	async open(order, code)
	{
		await this.must('scan', { code });
		const { pickup } = await this.wait(`${order} is open`, (d) => d.pickup && d.pickup.order === order
			&& d.pickup.claim !== 'pending');

		return pickup;
	}

	/** Scans a piece, again and again as a hand does: the next one when the one before is on screen. */
	async scanPieces(sku, n = 1)
	{
		const { gtin } = GOODS[sku] || MORE[sku];

		for (let i = 0; i < n; i++) {
			await this.must('scan', { code: gtin });
		}
	}

	/** A supervisor types the PIN for what was just refused. */
	approve(reason)
	{
		return this.must('approve', { staff: BOSS.person.id, pin: BOSS.pin, reason });
	}

	/** Refused until a supervisor agrees; the answer to the act. */
	async approved(verb, args, reason, code = 'approval_needed')
	{
		await this.refused(verb, args, code);
		return this.approve(reason);
	}

	/** The slips of an order that came out, copies too. */
	slips(order)
	{
		return this.printer.jobsWith(`LR.${order}.`);
	}

	cutOff()
	{
		this.wire.cut();
		return this.wait(`${this.name} is cut off`, (d) => !d.hq.broker, BACK_MS);
	}

	async joined()
	{
		this.wire.mend();
		await this.wait(`${this.name} has a line`, (d) => d.hq.broker, BACK_MS);
		this.beat();
		await this.wait(`${this.name} is back`, (d) => d.hq.reachable && !d.hq.isolated, BACK_MS);
	}

	/** Pulled and put in again, with a person who logs in. */
	async powerCut()
	{
		await this.station.restart();
		await this.station.login();
	}
}

/** Products of MORE, as HQ's catalogue has them. */
function products(...skus)
{
	return Object.fromEntries(skus.map((sku) => [sku, {
		gtin: [MORE[sku].gtin], name: { pl: MORE[sku].name }, price: MORE[sku].price, vat: MORE[sku].vat,
		category: MORE[sku].category, returnable: true,
	}]));
}

module.exports = { BACK_MS, Counter, MORE, products };
