// SPDX-License-Identifier: Apache-2.0
//
// Story 4: too early. Then an order that was given to this store, with its old code. The good code
// that nobody here knows is in slow_story_04.js.
'use strict';

const assert = require('node:assert');
const { test } = require('node:test');
const { order } = require('../lib/fixtures.js');
const { storyOf } = require('../lib/story.js');

const year = new Date().getUTCFullYear() + 1;
const NOW = `${year}-01-13T12:50:00.000Z`; // 13:50 in Warsaw
const soap = (id, number, over = {}) => order(id, { number, goods: [['SKU-SOAP', 1]], ...over });

const story = storyOf('story-04', () => ({
	clock: NOW,
	orders: {
		'ZAM-1': soap('ZAM-1', '4841', {
			status: 'picking', ready_at: null, promised_at: `${year}-01-13T13:30:00.000Z`,
		}),
	},
	counters: { k1: { kiosk: true } },
}));

test('4: promised for 14:30, scanned at 13:50: when it will be ready, and nothing is opened', async () => {
	const { k1 } = story.at;

	await k1.kioskScanner.scan(story.code('ZAM-1'));
	await k1.says('not_ready', /Jeszcze kompletujemy zamówienie 4841\. Będzie gotowe około 14:30, damy znać/, 'customer');
	await k1.refused('scan', { code: story.code('ZAM-1') }, 'not_ready', /4841 jest w przygotowaniu\. Będzie gotowe około 14:30/);
	assert.strictEqual((await k1.doc()).pickup, null);
	const [one] = (await k1.doc()).queue;

	assert.deepStrictEqual([one.order, one.status], ['ZAM-1', 'picking']);
	await story.told('pickup.refused', { order: 'ZAM-1', reason: 'not_ready' }, 2);
	await story.told('customer.arrived', {}, 0);
});

test('4a: given to this store since, and shown with its old code: served', async () => {
	const { k1 } = story.at;

	story.put('order', { 'ZAM-2': soap('ZAM-2', '4842', { store: 'KRK-1' }) });
	const old = story.code('ZAM-2', '--store', 'KRK-1');

	await k1.refused('scan', { code: old }, 'wrong_store', /Kraków, ul\. Długa 5/);
	story.put('order', { 'ZAM-2': soap('ZAM-2', '4842') });
	await story.inStep();
	await k1.open('ZAM-2', old);
	await k1.scanPieces('SKU-SOAP');
	await k1.must('pickup.handover');
	const done = await story.told('pickup.completed', { order: 'ZAM-2' });

	assert.deepStrictEqual([done.method, done.lines.length], ['code', 1]);
	assert.strictEqual(story.record('ZAM-2', 'WAW-042').status, 'collected');
	assert.strictEqual(story.record('ZAM-2', 'KRK-1').status, 'ready'); // HQ's own to end
	assert.deepStrictEqual(story.stock('SKU-SOAP'), [99]);
	await story.books();
});
