// SPDX-License-Identifier: Apache-2.0
//
// Story 5: somebody comes for two orders of another person, in three parcels; then one of the
// parcels cannot be found. What two counters do that cannot hear each other is in test_story_05b.js.
'use strict';

const assert = require('node:assert');
const { test } = require('node:test');
const { order, policyRecords } = require('../lib/fixtures.js');
const { storyOf } = require('../lib/story.js');

const PROXY = 'Jan N.';

/** An order of so many lines, each in a parcel of its own. */
function inParcels(id, number, labels)
{
	return order(id, {
		number, goods: labels.map((_, i) => [['SKU-MUG', 1], ['SKU-TEA', 1]][i]), proxies: [PROXY, 'Ola K.'],
		parcels: labels.map((label, i) => ({ label, state: 'staged', shelf: `C-${i + 1}`, lines: [i + 1] })),
	});
}

const story = storyOf('story-05', () => ({
	orders: {
		'ZAM-1': inParcels('ZAM-1', '4851', ['P-1', 'P-2']), 'ZAM-2': inParcels('ZAM-2', '4852', ['P-3']),
		'ZAM-3': inParcels('ZAM-3', '4853', ['P-4', 'P-5']),
	},
	policies: { pickup: { ...policyRecords().pickup, check_items: 'parcel' } },
}));

test('5: two orders, one proxy, three parcels', async () => {
	const { k1 } = story.at;

	for (const [id, labels] of [['ZAM-1', ['P-1', 'P-2']], ['ZAM-2', ['P-3']]]) {
		await k1.open(id, story.code(id));
		for (const label of labels) {
			await k1.scanner.scan(label);
			await k1.wait(`${label} is here`, (d) => d.pickup.parcels.find((p) => p.label === label).checked);
		}
		await k1.refused('pickup.handover', { collector: 'proxy', name: 'Piotr Z.' }, 'approval_needed');
		await k1.must('pickup.handover', { collector: 'proxy', name: PROXY });
		await k1.printer.waitJob(`LR.${id}.`);
		const done = await story.told('pickup.completed', { order: id });

		assert.strictEqual(done.collector, 'proxy');
		assert.ok(!JSON.stringify(done).includes(PROXY), 'the name stands beside the event');
	}
	assert.deepStrictEqual(story.events().filter((v) => v.e.type === 'pickup.completed')
		.map((v) => v.person.collector), [PROXY, PROXY]);
	assert.deepStrictEqual(story.stock('SKU-MUG', 'SKU-TEA'), [98, 99]);
});

test('5a: a parcel is missing: partly collected, and somebody looks for it', async () => {
	const { k1 } = story.at;

	await k1.open('ZAM-3', story.code('ZAM-3'));
	await k1.must('scan', { code: 'P-4' });
	await k1.must('parcel.problem', { label: 'P-5', problem: 'missing', note: 'nie ma na półce C-2' });
	await k1.refused('pickup.handover', {}, 'items_unchecked', /Nie wszystkie rzeczy sprawdzono/);
	await k1.must('pickup.handover', { rest: 'later' });
	const { tasks, mode } = await k1.doc();

	assert.strictEqual(mode, 'idle');
	assert.deepStrictEqual(tasks.map((t) => [t.task, t.order, t.number, t.label]), [['search', 'ZAM-3', '4853', 'P-5']]);
	const done = await story.told('pickup.completed', { order: 'ZAM-3' });

	assert.deepStrictEqual([done.rest, done.lines.map((l) => [l.line, l.qty])], ['later', [[1, 1]]]);
	await story.told('parcel.problem', { order: 'ZAM-3', label: 'P-5', problem: 'missing' });
	await story.told('refund.requested', {}, 0);
	const there = story.record('ZAM-3');

	assert.strictEqual(there.status, 'partly_collected');
	assert.strictEqual(there.parcels.find((p) => p.label === 'P-5').state, 'missing');
	const slip = await k1.printer.waitJob('LR.ZAM-3.');

	assert.match(slip.text, /1 x Kubek/);
	assert.match(slip.text, /Wydano teraz\n1 x Kubek.*\nCzeka na odbiór\n1 x Herbata.*14,99/);
	assert.match(slip.text, /Wydano teraz +29,99[^]*Czeka na odbiór +14,99[^]*Razem zamówienie +44,98/);
	/* It is found, and fetched another day. */
	await k1.must('parcel.stage', { label: 'P-5', shelf: 'C-9' });
	await k1.wait('nobody looks for it', (d) => d.tasks.length === 0);
	await k1.open('ZAM-3', story.code('ZAM-3'));
	await k1.must('scan', { code: 'P-5' });
	await k1.must('pickup.handover', { collector: 'proxy', name: PROXY });
	await story.told('pickup.completed', { order: 'ZAM-3' }, 2);
	assert.strictEqual(story.record('ZAM-3').status, 'collected');
	assert.deepStrictEqual(story.stock('SKU-MUG', 'SKU-TEA'), [97, 98]);
	await story.books();
});
