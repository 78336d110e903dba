// SPDX-License-Identifier: Apache-2.0
//
// Story 5b: one of the two orders is being served on a lane that cannot be heard. With the broker
// dead both counters may hand over by policy; when they meet, the double is said everywhere.
'use strict';

const assert = require('node:assert');
const { test } = require('node:test');
const { order } = require('../lib/fixtures.js');
const { BACK_MS, storyOf } = require('../lib/story.js');

const soap = (id, number) => order(id, { number, goods: [['SKU-SOAP', 1]], proxies: ['Jan N.'] });

const story = storyOf('story-05b', () => ({
	orders: { 'ZAM-1': soap('ZAM-1', '4851'), 'ZAM-2': soap('ZAM-2', '4852') },
	counters: { k1: {}, k2: {} },
}));

async function handOver(counter, id, code)
{
	const { claim } = await counter.open(id, code);

	assert.strictEqual(claim, 'isolated');
	await counter.scanPieces('SKU-SOAP');
	await counter.approved('pickup.handover', { collector: 'proxy', name: 'Jan N.' }, 'sieć leży');
	await counter.printer.waitJob(`LR.${id}.`);
}

test('5b: the broker is dead, both counters hand the order over: HQ and both screens say so', async () => {
	const { k1, k2 } = story.at;
	const codes = ['ZAM-1', 'ZAM-2'].map((id) => story.code(id));

	await story.broker.kill9();
	await story.each((counter) => counter.wait('it is alone', (d) => !d.hq.broker && d.hq.isolated, BACK_MS));
	await handOver(k1, 'ZAM-1', codes[0]); // the proxy takes both orders here
	await handOver(k1, 'ZAM-2', codes[1]);
	await handOver(k2, 'ZAM-2', codes[1]); // and the customer came to the other counter
	await k2.refused('scan', { code: codes[1] }, 'already_collected');
	await story.broker.start();
	await story.each((counter) => counter.joined());
	await k1.says('doubled', /4852 wydano dwa razy: tutaj i na stanowisku k2.*Zgłoś to kierownikowi/, 'counter', BACK_MS);
	await k2.says('doubled', /4852 wydano dwa razy: tutaj i na stanowisku k1/, 'counter', BACK_MS);
	const doubles = await story.hears('pickup.doubled', { order: 'ZAM-2' }, 2);

	assert.deepStrictEqual(doubles.map((d) => d.with.lane).sort(), ['k1', 'k2']);
	const done = await story.told('pickup.completed', { order: 'ZAM-2' }, 2);

	assert.deepStrictEqual(done.map((d) => [d.mode, d.approval.staff]), [['isolated', 'S01'], ['isolated', 'S01']]);
	await story.told('pickup.completed', { order: 'ZAM-1' });
	const { doubled } = story.fleet();

	assert.deepStrictEqual(doubled.map((d) => d.order), ['ZAM-2']);
	assert.strictEqual(story.record('ZAM-2').status, 'collected');
	assert.notStrictEqual(story.record('ZAM-2').doubled.lane, story.record('ZAM-2').collected.lane);
	assert.deepStrictEqual(story.stock('SKU-SOAP'), [97]); // three pieces have left
	await story.each((counter) => counter.refused('scan', { code: codes[1] }, 'already_collected'));
	await story.books({ alarms: ['pickup.doubled'] });
});
