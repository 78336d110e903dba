// SPDX-License-Identifier: Apache-2.0
//
// Story 1: prepaid, from the kiosk to the slip; the ERP that writes `ready` again; the power cut
// between the commit and the slip.
'use strict';

const assert = require('node:assert');
const { test } = require('node:test');
const { order, policyRecords } = require('../lib/fixtures.js');
const { readBarcodes } = require('../lib/sim.js');
const { storyOf, zloty } = require('../lib/story.js');

const parcel = (id) => ({ label: `LP.${id}.1`, state: 'staged', shelf: 'B-12', lines: [1, 2] });
const prepaid = (id, number) => order(id, { number, parcels: [parcel(id)] });

const story = storyOf('story-01', () => ({
	orders: { 'ZAM-1': prepaid('ZAM-1', '4821'), 'ZAM-2': prepaid('ZAM-2', '4822') },
	policies: { pickup: { ...policyRecords().pickup, check_items: 'parcel' } },
	counters: { k1: { kiosk: true } },
}));

test('1: code at the kiosk, the clerk takes it, scans the parcel, hands over; one slip', async () => {
	const { k1 } = story.at;

	await k1.kioskScanner.scan(story.code('ZAM-1'));
	const { greeting } = await k1.wait('the customer is greeted', (d) => d.greeting, 8000, 'customer');

	assert.strictEqual(greeting.number, '4821');
	await k1.says('ready', /Mamy Twoje zamówienie 4821\. Zaczekaj chwilę/, 'customer');
	await k1.wait('the clerk sees it', (d) => d.queue.some((q) => q.order === 'ZAM-1' && q.status === 'here'));
	await k1.must('pickup.take', { order: 'ZAM-1' });
	const { pickup } = await k1.doc();

	assert.deepStrictEqual([pickup.shelf, pickup.due], ['B-12', 0]);
	await k1.refused('pickup.handover', {}, 'items_unchecked');
	await k1.scanner.scan('LP.ZAM-1.1');
	await k1.wait('all is checked', (d) => d.pickup.lines.every((l) => l.checked === l.qty));
	await k1.must('pickup.handover');
	await k1.says('handed_over', /Zamówienie 4821 wydane/);
	const slip = await k1.printer.waitJob('LR.ZAM-1.');

	for (const words of [/WYDANIE ZAMÓWIENIA/, /4821/, /2 x Kubek/, zloty('59,98'), /1 x Herbata/, zloty('74,97'),
		/Zapłacono: BLIK/, /Dziękujemy/, /niefiskalny/]) {
		assert.match(slip.text, words);
	}
	assert.doesNotMatch(slip.text, /paragon/i);
	assert.match(readBarcodes(slip.png)[0], /^LR\.ZAM-1\./);
	const done = await story.told('pickup.completed', { order: 'ZAM-1' });

	assert.deepStrictEqual([done.method, done.mode, done.collector], ['code', 'online', 'self']);
	assert.deepStrictEqual(done.lines.map((l) => [l.sku, l.qty, l.short]), [['SKU-MUG', 2, 0], ['SKU-TEA', 1, 0]]);
	await story.told('stock.changed', { order: 'ZAM-1' }, 2);
	assert.deepStrictEqual(story.stock('SKU-MUG', 'SKU-TEA'), [98, 99]);
	assert.strictEqual(story.record('ZAM-1').status, 'collected');
	assert.strictEqual(k1.slips('ZAM-1').length, 1);
});

test('1a: the ERP writes ready again: it stays collected, and a conflict is raised', async () => {
	const { k1 } = story.at;

	story.put('order', { 'ZAM-1': { ...prepaid('ZAM-1', '4821'), note: 'polled again' } });
	await story.inStep();
	const conflict = await story.told('order.conflict');

	assert.deepStrictEqual([conflict.order, conflict.field, conflict.hq, conflict.store],
		['ZAM-1', 'status', 'ready', 'collected']);
	await k1.refused('scan', { code: story.code('ZAM-1') }, 'already_collected', /4821 już wydano: \d\d:\d\d, stanowisko k1/);
	await k1.kioskScanner.scan(story.code('ZAM-1'));
	await k1.says('already_collected', /Wydaliśmy je: .*Jeśli bez Twojej wiedzy, podejdź do nas/, 'customer');
	assert.ok((await k1.doc()).queue.every((q) => q.order !== 'ZAM-1'));
	await story.told('pickup.completed', { order: 'ZAM-1' });
});

test('1b: the power goes between the commit and the slip: a person is asked, no second slip', async () => {
	const { k1 } = story.at;

	await k1.open('ZAM-2', story.code('ZAM-2'));
	await k1.must('scan', { code: 'LP.ZAM-2.1' });
	k1.printer.fault('slow');
	await k1.must('pickup.handover');
	await k1.wait('the slip is under way', (d) => d.jobs.some((j) => j.status === 'printing'));
	await k1.station.kill9();
	k1.printer.fault('none');
	k1.printer.power('cycle'); // the cut was in the whole shop
	await k1.station.start();
	await k1.station.login();
	await k1.says('print_unknown', /Nie wiadomo, czy wydruk wyszedł/);
	const { job } = (await k1.doc()).jobs.find((j) => j.status === 'unknown');

	await k1.refused('scan', { code: story.code('ZAM-2') }, 'already_collected');
	await k1.must('print.test', { name: 'receipt' }); // the printer is well, and prints only this
	await k1.printer.waitJob('próbny', 20000);
	assert.ok(k1.slips('ZAM-2').length <= 1);
	const before = k1.slips('ZAM-2').length;

	await k1.must('print.came', { job, yes: before === 1 });
	if (before === 0) {
		await k1.printer.waitJob('LR.ZAM-2.');
	}
	await k1.wait('the job is done', (d) => d.jobs.every((j) => j.status === 'done'));
	assert.strictEqual(k1.slips('ZAM-2').length, 1);
	await story.told('pickup.completed', { order: 'ZAM-2' });
	assert.deepStrictEqual(story.stock('SKU-MUG', 'SKU-TEA'), [96, 98]);
	await story.books({ conflicts: 1 });
});
