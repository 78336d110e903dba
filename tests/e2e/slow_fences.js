// SPDX-License-Identifier: Apache-2.0
//
// Every kind of fence, with paper that ends and power that goes in the middle of a slip: done is
// true, and nothing is printed twice unasked.
'use strict';

const test = require('node:test');
const assert = require('node:assert');
const { Shop } = require('../lib/shop.js');
const { order } = require('../lib/fixtures.js');

function lastJob(doc)
{
	return [...doc.jobs].sort((a, b) => a.job - b.job).pop();
}

const FENCES = [
	{ name: 'process id', profile: 'epson-tm-t20', faults: 'near-end' },
	{ name: 'GS r', profile: 'auto', faults: 'no-process' },
	{ name: 'GS r where GS ( H is promised', profile: 'epson-tm-t20', faults: 'no-process' },
	{ name: 'real time', profile: 'auto', faults: 'no-process,no-status,no-auto',
		// A full buffer would hide the paper's end on a network.
		options: ['--buffer', '65536'] },
];

/** A slip that stops half way for want of paper; its number. */
async function halfOut(shop_, id, faults)
{
	shop_.printer.fault(`${faults},paper-out@300`);
	const { job } = await shop_.handOver(id);

	await shop_.station.waitState('no paper', (doc) => doc.devices[0].status === 'paper_out', 20000);
	assert.strictEqual(lastJob(await shop_.station.state()).status, 'printing');
	return job;
}

async function powerLost(shop_, { faults }, id, how)
{
	const job = await halfOut(shop_, id, faults);

	shop_.printer.power(how);
	if (how === 'off') {
		await shop_.station.waitState('off', (doc) => doc.devices[0].status === 'offline', 20000);
	}
	shop_.printer.fault(faults);
	shop_.printer.power('on');
	await shop_.settled(job, ['unknown']);
	assert.strictEqual(shop_.slips(id), 0);
	await shop_.station.must('print.came', { job, yes: false });
	await shop_.settled(job, ['done']);
	assert.strictEqual(shop_.slips(id), 1);
}

async function everyTrouble(shop_, fence)
{
	const ids = ['PLAIN', 'PAPER', 'OFF', 'CYCLE'];

	await shop_.open({
		orders: Object.fromEntries(ids.map((id) =>
			[`ZAM-${id}`, order(`ZAM-${id}`, { goods: [['SKU-SOAP', 1]] })])),
		scanner: false, printerFault: fence.faults, printerOptions: fence.options || [],
		sections: { 'printer receipt': { profile: fence.profile } },
	});
	const plain = await shop_.handOver('ZAM-PLAIN');

	await shop_.settled(plain.job, ['done']);
	assert.strictEqual(shop_.slips('ZAM-PLAIN'), 1);
	const paper = await halfOut(shop_, 'ZAM-PAPER', fence.faults);

	shop_.printer.fault(fence.faults);
	assert.strictEqual(await shop_.settled(paper, ['done', 'unknown']), 'done');
	assert.strictEqual(shop_.slips('ZAM-PAPER'), 1);
	await powerLost(shop_, fence, 'ZAM-OFF', 'off');
	await powerLost(shop_, fence, 'ZAM-CYCLE', 'cycle');
}

// They wait most of their time, so all at once; closing one shop ends every child process.
test('done is true, paper and power are not mistaken', { concurrency: FENCES.length }, async (t) => {
	const shops = FENCES.map(() => new Shop('slow-fence'));

	t.after(() => Promise.all(shops.map((shop_) => shop_.close())));
	await Promise.all(FENCES.map((fence, i) => t.test(fence.name, () => everyTrouble(shops[i], fence))));
});
