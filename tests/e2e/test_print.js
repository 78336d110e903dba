// SPDX-License-Identifier: Apache-2.0
//
// A slip is printed exactly once, or a person is asked; never twice silently.
'use strict';

const test = require('node:test');
const assert = require('node:assert');
const { shopOf } = require('../lib/shop.js');
const { order } = require('../lib/fixtures.js');
const { sleep } = require('../lib/world.js');

const SETTLE_MS = 700; // longer than a slip takes to print

const shop = shopOf('print', () => ({
	orders: Object.fromEntries(['OUT', 'COVER', 'DROP', 'DEAF', 'NO', 'OFF', 'LAST', 'CUT']
		.map((id) => [`ZAM-${id}`, order(`ZAM-${id}`, { goods: [['SKU-SOAP', 1]] })])),
	scanner: false,
}));

function printed(id)
{
	return shop.printer.jobsWith(`LR.ZAM-${id}.`).length;
}

function device(doc)
{
	return doc.devices.find((d) => d.name === 'receipt').status;
}

function lastJob(doc)
{
	return [...doc.jobs].sort((a, b) => a.job - b.job).pop();
}

function waitLastJob(status, timeoutMs = 10000)
{
	return shop.station.waitState(`the last job is ${status}`,
		(doc) => lastJob(doc) && lastJob(doc).status === status, timeoutMs);
}

test('paper out: known, the job waits, goes on once when there is paper', async () => {
	shop.printer.fault('paper-out');
	await shop.station.waitState('paper out', (doc) => device(doc) === 'paper_out', 8000);
	await shop.handOver('ZAM-OUT'); // the order does not wait for paper
	const doc = await shop.station.state();

	assert.ok(['queued', 'printing'].includes(lastJob(doc).status), lastJob(doc).status);
	assert.strictEqual(printed('OUT'), 0);
	await shop.hq.waitEvent('device.changed', (b) => b.name === 'receipt' && b.status === 'paper_out');
	shop.printer.fault('none');
	await shop.printer.waitJob('LR.ZAM-OUT.', 10000);
	await waitLastJob('done');
	await shop.station.waitState('ok again', (d) => device(d) === 'ok', 8000);
});

test('an open cover is known and printing goes on once it is closed', async () => {
	shop.printer.fault('cover');
	await shop.station.waitState('cover open', (doc) => device(doc) === 'cover_open', 8000);
	await shop.handOver('ZAM-COVER');
	shop.printer.fault('none');
	await shop.printer.waitJob('LR.ZAM-COVER.', 10000);
	await waitLastJob('done');
	assert.strictEqual(printed('COVER'), 1);
});

test('a printer that is away is offline; its job prints once when it is back', async () => {
	await shop.printer.stop();
	await shop.station.waitState('offline', (doc) => device(doc) === 'offline', 8000);
	await shop.handOver('ZAM-OFF');
	await shop.printer.start();
	await shop.printer.waitJob('LR.ZAM-OFF.', 15000);
	await waitLastJob('done');
	assert.strictEqual(printed('OFF'), 1);
});

test('a connection lost within the job: unknown, a person says it came', async () => {
	await shop.station.waitState('ok', (doc) => device(doc) === 'ok', 8000);
	shop.printer.fault('drop@400');
	await shop.handOver('ZAM-DROP');
	const doc = await waitLastJob('unknown');
	const { job } = lastJob(doc);

	shop.printer.fault('none');
	await shop.station.waitState('ok again', (d) => device(d) === 'ok', 15000);
	await sleep(SETTLE_MS); // nothing may follow by itself
	assert.strictEqual(lastJob(await shop.station.state()).status, 'unknown');
	const before = shop.printer.jobs().length;

	await shop.station.must('print.came', { job, yes: true });
	const after = lastJob(await shop.station.state());

	assert.strictEqual(after.job, job);
	assert.strictEqual(after.status, 'done');
	await sleep(SETTLE_MS);
	assert.strictEqual(shop.printer.jobs().length, before);
	assert.ok((await shop.station.do('print.came', { job, yes: true })).status !== 200);
});

test('a printer that is deaf before the job gets none; it prints once when it hears', async () => {
	shop.printer.fault('deaf');
	await shop.handOver('ZAM-DEAF');
	await shop.station.waitState('offline', (doc) => device(doc) === 'offline', 10000);
	assert.strictEqual(lastJob(await shop.station.state()).status, 'queued');
	shop.printer.fault('none');
	await waitLastJob('done', 15000);
	assert.strictEqual(printed('DEAF'), 1);
});

test('an unknown job stays unknown over a kill -9 and no one prints it', async () => {
	shop.printer.fault('drop@400');
	await shop.handOver('ZAM-NO');
	const doc = await waitLastJob('unknown');

	shop.printer.fault('none');
	const before = shop.printer.jobs().length;

	await shop.station.restart();
	await shop.station.login();
	await shop.station.waitState('ok', (d) => device(d) === 'ok', 15000);
	await sleep(SETTLE_MS);
	const same = (await shop.station.state()).jobs.find((j) => j.job === lastJob(doc).job);

	assert.strictEqual(same.status, 'unknown');
	assert.strictEqual(shop.printer.jobs().length, before);
	await shop.handOver('ZAM-LAST');
	await shop.printer.waitJob('LR.ZAM-LAST.');
	assert.strictEqual(printed('LAST'), 1);
});

function said(doc)
{
	return doc.devices.find((d) => d.name === 'receipt');
}

test('what is wrong is said in words, and what a clerk can do', async () => {
	const cases = [
		['near-end', 'paper_low', /Przygotuj nową rolkę/], ['heat', 'too_hot', /za gorąca/],
		['cover', 'cover_open', /Zamknij ją/], ['paper-out', 'paper_out', /włóż nową rolkę/],
	];

	for (const [fault, trouble, words] of cases) {
		shop.printer.fault(fault);
		const device_ = said(await shop.station.waitState(trouble,
			(doc) => said(doc).trouble === trouble, 8000));

		assert.match(device_.say, words);
		assert.strictEqual(device_.recoverable, true);
	}
	shop.printer.fault('none');
	const well = said(await shop.station.waitState('well', (d) => said(d).trouble === '', 8000));

	assert.strictEqual(well.say, '');
	assert.strictEqual(well.status, 'ok');
});

test('a cutter error is recovered from by itself once its cause is gone', async () => {
	shop.printer.fault('cutter');
	await shop.station.waitState('cutter', (doc) => said(doc).trouble === 'cutter', 8000);
	await shop.handOver('ZAM-CUT');
	shop.printer.fault('none'); // the printer itself waits for a command
	await shop.printer.waitJob('LR.ZAM-CUT.', 20000);
	await waitLastJob('done');
	assert.strictEqual(printed('CUT'), 1);
});

test('every handover is at HQ once, whatever the printer did', async () => {
	await shop.outboxEmpty();
	shop.noProblems();
	assert.deepStrictEqual(shop.hq.events('pickup.completed').map((e) => e.body.order),
		['OUT', 'COVER', 'OFF', 'DROP', 'DEAF', 'NO', 'LAST', 'CUT'].map((id) => `ZAM-${id}`));
	assert.strictEqual(printed('OUT'), 1);
});
