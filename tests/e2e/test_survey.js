// SPDX-License-Identifier: Apache-2.0
//
// Asking and offering through the real programs, two lanes and HQ: after a handover the customer's
// screen asks in Polish, a low rating is a case at HQ and at the other lane; an offer that another
// channel gave this week is not given, one that a lane gave is known to HQ and to the other lane.
'use strict';

const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');
const { order, policyRecords, STORE } = require('../lib/fixtures.js');
const { storyOf } = require('../lib/story.js');

const DAY_MS = 24 * 3600 * 1000;
const daysAgo = (n) => new Date(Date.now() - n * DAY_MS).toISOString();
const given = { given: true, at: daysAgo(90), channel: 'app' };

function paid(id, customer)
{
	const body = order(id, { goods: [['SKU-MUG', 1]] });

	return { ...body, customer: { ...body.customer, id: customer, lang: 'pl' } };
}

const story = storyOf('survey', () => ({
	orders: {
		'ZAM-1': paid('ZAM-1', 'C-1'), 'ZAM-2': paid('ZAM-2', 'C-1'), 'ZAM-3': paid('ZAM-3', 'C-1'),
		'ZAM-4': paid('ZAM-4', 'C-2'),
	},
	policies: {
		pickup: { ...policyRecords().pickup, check_items: 'none', isolated_handover: 'allow' },
		survey: {
			days: 30, case: { csat: 2 },
			ask: [{ after: 'pickup', scale: 'csat', question: { pl: 'Jak oceniasz dzisiejszy odbiór?', en: 'How was it?' } }],
		},
		offers: {
			most: 2, days: 7, suggest: false,
			offers: [
				{ id: 'OF-APP', text: { pl: 'Kawa za punkty' } },
				{ id: 'OF-NEW', text: { pl: 'Druga rzecz taniej' }, then: 'print' },
			],
		},
	},
	counters: { k1: {}, k2: {} },
}));

function exported(type, id)
{
	const file = path.join(story.dir, 'export.jsonl');

	story.hq.command('export', file);
	const found = fs.readFileSync(file, 'utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line))
		.filter((r) => r.type === type && (!id || r.id === id) && r.store === STORE);

	return found.map(({ id: name, body }) => ({ id: name, ...body }));
}

/** At the customer's screen, where nobody is logged in. */
function rate(k, score, scale)
{
	return k.station.do('rate', { score, scale }, { session: false });
}

test('an offer that another channel gave this week is not given; the other one is, and HQ knows', async () => {
	const { k1, k2 } = story.at;

	story.put('member', {
		'M-1': {
			customer: 'C-1', name: 'Łucja Ż.', points: 0, consents: { marketing: given },
			offers: [{ id: 'OF-APP', channel: 'app', at: daysAgo(3) }],
		},
		'M-2': { customer: 'C-2', name: 'Jan N.', points: 0, consents: { marketing: { ...given, given: false } } },
	});
	await story.inStep();
	const { suggest } = await k1.open('ZAM-1', story.code('ZAM-1'));

	assert.deepStrictEqual(suggest, [{ offer: 'OF-NEW', text: 'Druga rzecz taniej', state: 'shown' }]);
	const shown = await story.told('offer.shown');

	assert.deepStrictEqual([shown.customer, shown.offer, shown.member, shown.staff], ['C-1', 'OF-NEW', 'M-1', 'E17']);
	await k1.must('offer.take', { offer: 'OF-NEW' });
	await k1.printer.waitJob('Druga rzecz taniej');
	await k1.refused('offer.take', { offer: 'OF-APP' }, 'bad_request');
	await story.told('offer.taken', { customer: 'C-1', offer: 'OF-NEW' });
	const [{ offers }] = exported('member', 'M-1');

	assert.deepStrictEqual(offers.map((o) => [o.id, o.channel, o.state]),
		[['OF-APP', 'app', undefined], ['OF-NEW', 'store', 'taken']]);
	// The same customer at the other lane: both were given. Another, without consent: nothing.
	assert.deepStrictEqual((await k2.open('ZAM-2', story.code('ZAM-2'))).suggest, []);
	await k2.must('pickup.cancel');
	assert.deepStrictEqual((await k2.open('ZAM-4', story.code('ZAM-4'))).suggest, []);
	await k2.must('pickup.cancel');
	await story.told('offer.shown');
});

test('after the handover the customer is asked in Polish; a low rating is a case at HQ', async () => {
	const { k1 } = story.at;

	assert.strictEqual((await k1.doc('customer')).survey, null);
	assert.strictEqual((await rate(k1, 1, 'csat')).status, 409); // nobody asked
	await k1.must('pickup.handover');
	const { survey } = await k1.wait('the customer is asked', (d) => d.survey, 8000, 'customer');

	assert.deepStrictEqual(survey, {
		scale: 'csat', after: 'pickup', min: 1, max: 5, language: 'pl',
		question: 'Jak oceniasz dzisiejszy odbiór?', low: 'bardzo źle', high: 'bardzo dobrze',
	});
	assert.strictEqual((await rate(k1, 6, 'csat')).status, 400);
	assert.strictEqual((await k1.station.do('rate', { score: 5, scale: 'csat' })).status, 403); // staff
	assert.strictEqual((await rate(k1, 2, 'csat')).status, 200);
	assert.strictEqual((await rate(k1, 5, 'csat')).status, 409);
	await k1.says('rated', /Dziękujemy/, 'customer');
	const { low_rating: low } = await k1.wait('staff see it', (d) => d.low_rating);

	assert.match(low.text, /Niska ocena: 2 z 5/);
	const customer = await k1.doc('customer');

	assert.ok(customer.survey === null && !('low_rating' in customer) && !JSON.stringify(customer).includes('Niska'));
	assert.ok(!('low_rating' in await k1.doc('board')));
	assert.deepStrictEqual(await story.told('interaction.rated'), { score: 2, scale: 'csat', order: 'ZAM-1', after: 'pickup' });
	const recorded = await story.told('interaction.recorded', { kind: 'rating' });

	assert.deepStrictEqual([recorded.kind, recorded.outcome, recorded.case, recorded.customer],
		['rating', 'low', low.case, 'C-1']);
	// Contacts stand in the story too.
	const entries = exported('entry').filter((entry) => entry.kind === 'rating');

	assert.strictEqual(entries.length, 1);
	assert.deepStrictEqual([entries[0].case, entries[0].status, entries[0].kind, entries[0].customer, entries[0].text],
		[low.case, 'open', 'rating', 'C-1', 'CSAT 2, ZAM-1']);
	assert.strictEqual(exported('member', 'M-1')[0].asked.scale, 'csat');
});

test('the case is at the other lane too, which does not ask the same customer again', async () => {
	const { k1, k2 } = story.at;
	const { case: id } = await story.told('interaction.recorded', { kind: 'rating' });

	await story.inStep();
	await k2.must('scan', { code: `LR.ZAM-1.${id}` });
	const { paper } = await k2.wait('the case is shown', (d) => d.paper);

	assert.strictEqual(paper.status, 'open');
	assert.deepStrictEqual(paper.entries.map((e) => [e.status, e.text]), [['open', 'CSAT 2, ZAM-1']]);
	await k2.open('ZAM-2', story.code('ZAM-2'));
	await k2.must('pickup.handover');
	assert.strictEqual((await k2.doc('customer')).survey, null);
	await story.told('survey.asked', { customer: 'C-1' });
	// Nor after a restart, with HQ away.
	await k1.powerCut();
	await k1.cutOff();
	await k1.open('ZAM-3', story.code('ZAM-3'));
	await k1.must('pickup.handover');
	assert.strictEqual((await k1.doc('customer')).survey, null);
	await k1.joined();
	await story.told('survey.asked');
	await story.books({});
});
