// SPDX-License-Identifier: Apache-2.0
//
// Story 3: a dead phone. A supervisor vouches for who stands there; who knows only the name gets
// nothing; a code sent anew ends the old one.
'use strict';

const assert = require('node:assert');
const { test } = require('node:test');
const { PEOPLE, order } = require('../lib/fixtures.js');
const { storyOf } = require('../lib/story.js');

const ID_CARD = 'ABA300000';
const ready = (id, number) => order(id, { number, goods: [['SKU-BOOK', 1]] });

const story = storyOf('story-03', () => ({
	orders: { 'ZAM-1': ready('ZAM-1', '4831'), 'ZAM-2': ready('ZAM-2', '4832'), 'ZAM-3': ready('ZAM-3', '4833') },
	counters: { k1: { kiosk: true } },
}));

test('3: the order number, the ID looked at, a supervisor vouches; nothing of it is on disk', async () => {
	const { k1 } = story.at;
	const { found } = await k1.must('pickup.search', { text: '4831' });

	assert.deepStrictEqual(found.map((f) => [f.order, f.customer, f.phone_last3, f.shelf]),
		[['ZAM-1', 'Łucja Ż.', '417', 'B-12']]);
	await k1.refused('scan', { code: ID_CARD }, 'not_found'); // the clerk reads the card, as one does
	await k1.approved('pickup.vouch', { order: 'ZAM-1', how: 'document', number: ID_CARD }, 'dowód obejrzany');
	await k1.scanPieces('SKU-BOOK');
	await k1.must('pickup.handover');
	await k1.printer.waitJob('LR.ZAM-1.');
	const seen = await story.told('pickup.verified', { order: 'ZAM-1' });

	assert.strictEqual(seen.method, 'search');
	assert.deepStrictEqual(seen.approval, { staff: PEOPLE.S01.person.id, reason: 'dowód obejrzany' });
	const granted = await story.told('approval.granted', { order: 'ZAM-1' });

	assert.deepStrictEqual([granted.for, granted.by, granted.staff], ['vouch', 'S01', 'E17']);
	await story.told('pickup.completed', { order: 'ZAM-1' });
	assert.strictEqual(story.record('ZAM-1').status, 'collected');
	const written = k1.station.writtenBytes();

	for (const secret of [ID_CARD, '+48600100417', '600100417', PEOPLE.S01.pin, PEOPLE.E17.pin]) {
		assert.ok(!written.includes(secret), `${secret} is on disk`);
	}
	assert.ok(!JSON.stringify(story.events()).includes(ID_CARD));
});

test('3a: who knows the name and not the digits is refused, and it is reported', async () => {
	const { k1 } = story.at;
	const { found } = await k1.must('pickup.search', { text: 'łucja' });

	assert.deepStrictEqual(found.map((f) => f.order).sort(), ['ZAM-2', 'ZAM-3']);
	await k1.refused('pickup.find', { order: 'ZAM-2', pin: '000000' }, 'pin_wrong', /nie zgadza.*Pozostało prób: 4/);
	const refused = await story.told('pickup.refused', { order: 'ZAM-2' });

	assert.deepStrictEqual([refused.reason, refused.method], ['pin_wrong', 'pin']);
	await k1.refused('pickup.vouch', { order: 'ZAM-2', how: 'known' }, 'approval_needed', /zgoda kierownika/);
	for (let i = 0; i < 4; i++) {
		await k1.station.do('pickup.find', { order: 'ZAM-2', pin: '000000' });
	}
	await k1.refused('pickup.find', { order: 'ZAM-2', pin: '135790' }, 'pin_locked', /Za dużo nietrafionych/);
	await story.told('code.locked', { order: 'ZAM-2' });
	await story.told('pickup.completed', { order: 'ZAM-2' }, 0);
	assert.strictEqual(story.record('ZAM-2').status, 'ready');
});

test('3b: a code sent anew meanwhile: the old one says that it was replaced', async () => {
	const { k1 } = story.at;
	const old = story.code('ZAM-3');

	await k1.must('code.resend', { order: 'ZAM-3' });
	await k1.refused('code.resend', { order: 'ZAM-3' }, 'busy');
	await story.told('code.requested', { order: 'ZAM-3' });
	story.put('order', { 'ZAM-3': { ...story.record('ZAM-3'), code_nonce: '00112233aabbccdd' } });
	await story.inStep();
	await k1.refused('scan', { code: old }, 'code_replaced', /zastąpiono nowym. Poproś o najnowszą/);
	await k1.kioskScanner.scan(old);
	await k1.says('code_replaced', /zastąpiono nowym. Pokaż najnowszą wiadomość/, 'customer');
	await k1.open('ZAM-3', story.code('ZAM-3'));
	await k1.scanPieces('SKU-BOOK');
	await k1.must('pickup.handover');
	await story.told('pickup.completed', { order: 'ZAM-3' });
	await story.books();
});
