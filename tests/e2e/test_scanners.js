// SPDX-License-Identifier: Apache-2.0
//
// A scanner that sends packets and sends them again until they are acknowledged: every scan
// arrives once, whole, whatever happens to packets and answers on the way.
'use strict';

const test = require('node:test');
const assert = require('node:assert');
const { shopOf } = require('../lib/shop.js');
const { SimScanner } = require('../lib/sim.js');
const { order } = require('../lib/fixtures.js');

const ACK_MS = 700; // longer than the 300 ms in which equal scans are one
const ORDERS = ['ZAM-ACK', 'ZAM-LONG', 'ZAM-GARBLE'];

const shop = shopOf('scanners', () => ({
	orders: Object.fromEntries(ORDERS.map((id) => [id, order(id, { goods: [['SKU-SOAP', 1]] })])),
	printer: false,
	scannerOptions: ['--protocol', 'ssi', '--fault', 'lose-ack', '--ack-ms', String(ACK_MS)],
	sections: { 'scanner counter': { protocol: 'ssi' } },
}));

async function scans()
{
	const { text } = await shop.station.get('/metrics');
	const of = (name) => Number(
		new RegExp(`^${name}\\{device="counter"[^}]*\\} (\\d+)$`, 'm').exec(text)[1]);

	return of('lada_scans_total') + of('lada_scans_repeated_total') + of('lada_scans_dropped_total');
}

function scannerIs(status)
{
	return shop.station.waitState(`the scanner is ${status}`, (doc) =>
		doc.devices.find((d) => d.name === 'counter').status === status, 15000);
}

/** Another scanner in the place of the one before. */
async function exchange(options)
{
	await shop.scanner.stop();
	await scannerIs('offline');
	shop.scanner = new SimScanner({ dir: shop.dir, options });
	await shop.scanner.start();
}

async function scanOpens(text, id)
{
	const before = await scans();

	await shop.scanner.scan(text); // until the station's acknowledgement
	await shop.station.waitState(`pickup of ${id}`, (doc) => doc.mode === 'pickup'
		&& doc.pickup && doc.pickup.order === id);
	assert.strictEqual(await scans(), before + 1, 'one scan');
	await shop.calm();
}

test('an answer that gets lost: the packet comes again, the scan does not', async () => {
	await scannerIs('ok');
	const began = Date.now();

	await scanOpens(shop.code('ZAM-ACK'), 'ZAM-ACK');
	assert.ok(Date.now() - began >= ACK_MS, 'the packet was sent again');
});

test('a code of several packets is whole', async () => {
	const long = `https://sklep.example/${'odbior-'.repeat(90)}#${shop.code('ZAM-LONG')}`;

	assert.ok(long.length > 500);
	await scanOpens(long, 'ZAM-LONG');
});

test('broken packets come again, after an exchange of the scanner too', async () => {
	await exchange(['--protocol', 'ssi', '--fault', 'garble', '--ack-ms', '5000']);
	await scannerIs('ok');
	await scanOpens(shop.code('ZAM-GARBLE'), 'ZAM-GARBLE');
});

test('a scanner that is not set to packets is told of, and its text is no scan', async () => {
	await exchange([]);
	const before = await scans();

	await shop.scanner.scan('5901234123457');
	await shop.scanner.scan('5901234123457');
	await shop.station.waitState('plain text is told of', (doc) => doc.devices
		.find((d) => d.name === 'counter').detail.includes('plain text'), 10000);
	assert.strictEqual(await scans(), before);
});
