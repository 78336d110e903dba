// SPDX-License-Identifier: Apache-2.0
//
// A printer that goes deaf in the middle of a job, or a station that loses its power there: the job is never
// taken for printed, and never printed twice unasked.
'use strict';

const test = require('node:test');
const assert = require('node:assert');
const { Shop, shopOf } = require('../lib/shop.js');
const { order } = require('../lib/fixtures.js');

const shop = shopOf('slow-print', () => ({
	orders: Object.fromEntries(['MUTE', 'BACK', 'LAST']
		.map((id) => [`ZAM-${id}`, order(`ZAM-${id}`, { goods: [['SKU-SOAP', 1]] })])),
	scanner: false,
}));

function lastJob(doc)
{
	return [...doc.jobs].sort((a, b) => a.job - b.job).pop();
}

function waitLastJob(statuses, timeoutMs)
{
	return shop.station.waitState(`the last job is ${statuses}`,
		(doc) => lastJob(doc) && statuses.includes(lastJob(doc).status), timeoutMs);
}

/** Hands an order over on a slow printer that goes deaf while its slip prints. */
async function deafWithin(id)
{
	shop.printer.fault('slow');
	await shop.handOver(id);
	await waitLastJob(['printing'], 5000);
	shop.printer.fault('deaf');
}

async function printerIsOk()
{
	await shop.station.waitState('the printer is ok',
		(doc) => doc.devices[0].status === 'ok', 60000);
}

test('deaf for good: unknown; “it did not come” prints once more', async () => {
	await deafWithin('ZAM-MUTE');
	const doc = await waitLastJob(['unknown'], 60000);

	shop.printer.fault('none');
	await printerIsOk();
	const before = shop.printer.jobsWith('LR.ZAM-MUTE.').length;

	await shop.station.must('print.came', { job: lastJob(doc).job, yes: false });
	await shop.station.waitState('printed', (d) => lastJob(d).status === 'done'
		&& d.jobs.every((j) => j.status !== 'unknown'), 10000);
	assert.strictEqual(shop.printer.jobsWith('LR.ZAM-MUTE.').length, before + 1);
});

test('deaf for a while: the job is settled soon after, and the next one prints', async () => {
	await deafWithin('ZAM-BACK');
	await shop.station.waitState('offline', (doc) => doc.devices[0].status === 'offline', 20000);
	shop.printer.fault('none');
	await waitLastJob(['done', 'unknown'], 30000);
	await printerIsOk();
	await shop.handOver('ZAM-LAST');
	await shop.printer.waitJob('LR.ZAM-LAST.', 10000);
	assert.ok(shop.printer.jobsWith('LR.ZAM-BACK.').length <= 1);
});

test('the station\'s own power goes at every moment of a slip: printed once, or a person is asked', async () => {
	const shop_ = new Shop('slow-kill');
	const ids = Array.from({ length: 12 }, (_, i) => `ZAM-K${i}`);

	try {
		await shop_.open({
			orders: Object.fromEntries(ids.map((id) => [id, order(id, { goods: [['SKU-SOAP', 1]] })])),
			scanner: false, spare: true, printerFault: 'slow',
		});
		for (const [i, id] of ids.entries()) {
			const { job } = await shop_.handOver(id);

			await new Promise((resolve) => {
				setTimeout(resolve, i * 150);
			});
			await shop_.station.restart();
			await shop_.station.login();
			const status = await shop_.settled(job, ['done', 'unknown']);
			const out = () => shop_.slips(id) + shop_.spare.jobsWith(`LR.${id}.`).length;

			if (status === 'done') {
				assert.strictEqual(out(), 1, id);
			} else {
				await shop_.station.must('print.came', { job, yes: true });
				assert.ok(out() <= 1, id);
			}
		}
	} finally {
		await shop_.close();
	}
});

test('killed inside a picture: what the printer still waits for is filled up, the next slip is whole', async () => {
	const shop_ = new Shop('slow-cut-off');

	try {
		await shop_.open({
			orders: Object.fromEntries(['ZAM-CUT', 'ZAM-NEXT'].map((id) => [id, order(id, { goods: [['SKU-SOAP', 1]] })])),
			scanner: false, sections: { 'printer receipt': { profile: 'generic-80' } },
		});
		shop_.printer.fault('drop@1800');
		const { job } = await shop_.handOver('ZAM-CUT');

		await shop_.settled(job, ['unknown']);
		await shop_.station.kill9();
		await shop_.station.start();
		await shop_.station.login();
		await shop_.station.must('print.came', { job, yes: true });
		const next = await shop_.handOver('ZAM-NEXT');

		assert.strictEqual(await shop_.settled(next.job, ['done', 'unknown']), 'done');
		assert.strictEqual(shop_.slips('ZAM-NEXT'), 1);
	} finally {
		await shop_.close();
	}
});
