// SPDX-License-Identifier: Apache-2.0
//
// Story 4b: a good code of an order that nobody here knows, while the line is down.
'use strict';

const assert = require('node:assert');
const { test } = require('node:test');
const { order } = require('../lib/fixtures.js');
const { storyOf } = require('../lib/story.js');

const story = storyOf('story-04b', () => ({ counters: { k1: { kiosk: true } } }));

test('4b: a good code, an order nobody here knows, no broker: staff are called, the code is kept', async () => {
	const { k1 } = story.at;

	await k1.cutOff();
	story.put('order', { 'ZAM-3': order('ZAM-3', { number: '4843', goods: [['SKU-SOAP', 1]] }) });
	const code = story.code('ZAM-3');
	const began = Date.now();

	await k1.kioskScanner.scan(code);
	await k1.says('help', /Przy kiosku jest klient z dobrym kodem zamówienia ZAM-3/);
	assert.ok(Date.now() - began > 2500, 'it waits for an answer');
	await k1.says('not_found', /Nie możemy teraz sprawdzić.*Obsługa już wie.*kod zachowaj/, 'customer');
	assert.strictEqual((await k1.doc()).pickup, null);
	await k1.joined();
	await k1.open('ZAM-3', code);
	await k1.scanPieces('SKU-SOAP');
	await k1.must('pickup.handover');
	await story.told('pickup.refused', { order: 'ZAM-3', reason: 'not_found' });
	await story.told('pickup.completed', { order: 'ZAM-3' });
	await story.books();
});
