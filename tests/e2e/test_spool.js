// SPDX-License-Identifier: Apache-2.0
//
// A second printer that stands in, copies, and the cash drawer.
'use strict';

const test = require('node:test');
const assert = require('node:assert');
const { shopOf } = require('../lib/shop.js');
const { order } = require('../lib/fixtures.js');

const shop = shopOf('spool', () => ({
	orders: Object.fromEntries(['AWAY', 'BACK', 'HALF', 'COPY', 'TWICE']
		.map((id) => [`ZAM-${id}`, order(`ZAM-${id}`, { goods: [['SKU-SOAP', 1]] })])),
	scanner: false, spare: true, printerOptions: ['--drawer-open', 'low', '--drawer-ms', '1500'],
	sections: { 'printer receipt': { drawer: 1 } },
}));

function jobOf(doc, number)
{
	return doc.jobs.find((job) => job.job === number);
}

function waitJob(number, status, timeoutMs = 15000)
{
	return shop.station.waitState(`job ${number} is ${status}`,
		(doc) => jobOf(doc, number)?.status === status, timeoutMs);
}

function printer(doc, name = 'receipt')
{
	return doc.devices.find((d) => d.name === name);
}

function waitStatus(status, timeoutMs = 15000)
{
	return shop.station.waitState(status, (doc) => printer(doc).status === status, timeoutMs);
}

function printed(id)
{
	return [shop.printer, shop.spare].map((p) => p.jobsWith(`LR.ZAM-${id}.`).length);
}

test('a slip of a printer that is away comes out of the other one, once', async () => {
	await shop.station.waitState('both ready', (doc) => doc.devices.every((d) => d.status === 'ok'));
	await shop.printer.stop();
	await waitStatus('offline');
	const { job } = await shop.handOver('ZAM-AWAY');
	const done = jobOf(await waitJob(job, 'done'), job);

	assert.deepStrictEqual([done.printer, done.instead_of], ['spare', 'receipt']);
	await shop.printer.start();
	await waitStatus('ok');
	assert.deepStrictEqual(printed('AWAY'), [0, 1]);
});

test('one that is back in time keeps its slip', async () => {
	shop.printer.fault('cover');
	await waitStatus('cover_open');
	const { job } = await shop.handOver('ZAM-BACK');

	shop.printer.fault('none');
	assert.strictEqual(jobOf(await waitJob(job, 'done'), job).printer, 'receipt');
	assert.deepStrictEqual(printed('BACK'), [1, 0]);
});

test('a slip that is half out goes nowhere else', async () => {
	shop.printer.fault('paper-out@300');
	const { job } = await shop.handOver('ZAM-HALF');

	await waitStatus('paper_out');
	// Its stand-in is tried: what comes behind it goes there.
	const test_ = await shop.station.must('print.test', { name: 'receipt' });

	await shop.station.waitState('the stand-in could have taken it',
		(doc) => printer(doc, 'spare').status === 'ok' && jobOf(doc, test_.job).status === 'queued');
	assert.strictEqual(jobOf(await shop.station.state(), job).status, 'printing');
	await shop.station.restart();
	await shop.station.login();
	await waitJob(job, 'unknown');
	shop.printer.fault('none');
	await waitStatus('ok');
	await waitJob(test_.job, 'done');
	await shop.station.must('print.came', { job, yes: true });
	assert.deepStrictEqual(printed('HALF'), [1, 0]);
});

test('print.again prints a copy that says so', async () => {
	const { job } = await shop.handOver('ZAM-TWICE');

	await waitJob(job, 'done');
	const [slip] = shop.printer.jobsWith('LR.ZAM-TWICE.');
	const code = shop.printer.codesOf(slip).find((text) => text.startsWith('LR.'));
	const again = await shop.station.must('print.again', { doc: code });

	assert.strictEqual(jobOf(await waitJob(again.job, 'done'), again.job).copy_of, job);
	const copies = shop.printer.jobsWith('LR.ZAM-TWICE.').map((j) => j.text.includes('KOPIA'));

	assert.deepStrictEqual(copies, [false, true]);
	assert.strictEqual((await shop.station.do('print.again', { doc: code }, { session: false })).status, 401);
});

test('policy copy: an unknown slip is printed again by itself, marked', async () => {
	shop.hq.put('policy', 'print', { unknown: 'copy', copies: 1 });
	await shop.hq.waitSynced();
	shop.printer.fault('drop@400');
	const { job } = await shop.handOver('ZAM-COPY');
	const doc = await waitJob(job, 'dropped');
	const copy = doc.jobs.find((j) => j.copy_of === job);

	shop.printer.fault('none');
	await waitJob(copy.job, 'done');
	const slips = shop.printer.jobsWith('LR.ZAM-COPY.').concat(shop.spare.jobsWith('LR.ZAM-COPY.'));

	assert.strictEqual(slips.filter((j) => j.text.includes('KOPIA')).length, 1);
	assert.ok(slips.filter((j) => !j.text.includes('KOPIA')).length <= 1);
	await shop.hq.waitEvent('print.failed', (b) => b.job === job);
});

test('the drawer opens with a reason, and its contact is learnt and read', async () => {
	await waitStatus('ok');
	const kicks = shop.printer.kicks();

	assert.strictEqual(printer(await shop.station.state()).drawer, undefined);
	assert.strictEqual((await shop.station.do('drawer.open', {})).status, 400);
	await shop.station.must('drawer.open', { reason: 'rozmienienie' });
	await shop.station.waitState('open', (doc) => printer(doc).drawer === 'open', 8000);
	await shop.station.waitState('closed', (doc) => printer(doc).drawer === 'closed', 8000);
	assert.strictEqual(shop.printer.kicks(), kicks + 1);
	await shop.hq.waitEvent('drawer.opened', (b) => b.reason === 'rozmienienie' && b.staff === 'E17');
	await shop.station.restart();
	await shop.station.login();
	await shop.station.waitState('closed, still known', (doc) => printer(doc).drawer === 'closed', 15000);
	shop.printer.fault('cover');
	await waitStatus('cover_open');
	assert.strictEqual(await shop.station.refused('drawer.open', { reason: 'x' }), 'drawer_unreachable');
	shop.printer.fault('none');
	await waitStatus('ok');
	assert.strictEqual(shop.printer.kicks(), kicks + 1);
});
