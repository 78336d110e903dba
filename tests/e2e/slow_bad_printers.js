// SPDX-License-Identifier: Apache-2.0
//
// Printers that never answer, answer noise, take a byte a second, hang up or are off: the counter
// goes on serving, says what is wrong, and the slip comes out once when the printer is well.
'use strict';

const test = require('node:test');
const assert = require('node:assert');
const { shopOf } = require('../lib/shop.js');
const { order } = require('../lib/fixtures.js');

const SERVED_MS = 3000; // a whole pickup by presses, on a busy machine

const FAULTS = ['deaf', 'garbage', 'crawl', 'off', 'drop@5'];

const shop = shopOf('bad-printers', () => ({
	orders: Object.fromEntries([...FAULTS, 'crawl-in'].map((fault) => fault.replace('@', ''))
		.map((id) => [`ZAM-${id}`, order(`ZAM-${id}`, { goods: [['SKU-SOAP', 1]] })])),
	// A long slip: its QR codes are drawn.
	sections: { 'printer receipt': { profile: 'generic-80' } },
	scanner: false,
}));

function device(doc)
{
	return doc.devices.find((d) => d.name === 'receipt');
}

function waitDevice(what, match, timeoutMs)
{
	return shop.station.waitState(what, (doc) => match(device(doc)), timeoutMs);
}

function jobOf(doc, number)
{
	return doc.jobs.find((job) => job.job === number);
}

/** Whatever is made of its job by now, it ends printed, or in a person's hands. */
async function settle(job)
{
	const doc = await shop.station.waitState(`job ${job} is settled`,
		(d) => ['done', 'unknown'].includes(jobOf(d, job).status), 40000);

	if (jobOf(doc, job).status === 'unknown') {
		await shop.station.must('print.came', { job, yes: true });
	}
	return jobOf(doc, job).status;
}

for (const fault of FAULTS) {
	test(`${fault}: served, said, printed when it is well`, async () => {
		const id = `ZAM-${fault.replace('@', '')}`;

		await waitDevice('well', (d) => d.status === 'ok', 40000);
		shop.printer.fault(fault);
		const began = Date.now();
		const { job } = await shop.handOver(id);

		assert.ok(Date.now() - began < SERVED_MS, `${Date.now() - began} ms`);
		if (fault !== 'drop@5' && fault !== 'garbage') {
			const bad = device(await waitDevice('trouble', (d) => d.trouble !== '', 15000));

			assert.strictEqual(bad.status, 'offline');
			assert.notStrictEqual(bad.say, '');
		}
		shop.printer.fault('none');
		const status = await settle(job);
		const slips = shop.printer.jobsWith(`LR.${id}.`).length;

		assert.ok(status === 'unknown' ? slips <= 1 : slips === 1, `${status}, ${slips} slips`);
	});
}

test('a printer that crawls in the middle of a slip: served, and a person is asked', async () => {
	await waitDevice('well', (d) => d.status === 'ok', 40000);
	shop.printer.fault('slow');
	const { job } = await shop.handOver('ZAM-crawl-in');

	await shop.station.waitState('printing', (d) => jobOf(d, job).status === 'printing');
	shop.printer.fault('crawl');
	const doc = await shop.station.waitState('unknown',
		(d) => jobOf(d, job).status === 'unknown', 90000);

	assert.strictEqual(doc.notice.code, 'print_unknown');
	shop.printer.fault('none');
	await waitDevice('well', (d) => d.status === 'ok', 40000);
	assert.ok(shop.printer.jobsWith('LR.ZAM-crawl-in.').length <= 1);
});
