// SPDX-License-Identifier: Apache-2.0
//
// The power-cut promise from outside: ladad is killed with -9 at random moments of a handover.
// Afterwards the order is ready with nothing printed, or collected with its slip printed once or
// its job waiting for a person; and HQ has its events exactly once.
'use strict';

const assert = require('node:assert');
const { order } = require('./fixtures.js');
const { until } = require('./world.js');

const KILL_WITHIN_MS = 50;
const SLIP_MS = 15000;

function roundId(round)
{
	return `CRASH-${round}`;
}

function crashOrders(rounds)
{
	return Object.fromEntries(Array.from({ length: rounds }, (_, i) =>
		[roundId(i), order(roundId(i), { goods: [['SKU-SOAP', 1], ['SKU-TEA', 1]] })]));
}

/** Numbers in 0..1 that a seed repeats, so that a failure can be run again. */
function randomFrom(seed)
{
	let x = seed >>> 0 || 1;

	return () => {
		x ^= x << 13;
		x >>>= 0;
		x ^= x >>> 17;
		x ^= x << 5;
		x >>>= 0;
		return x / 0x100000000;
	};
}

/** Presses on, from scan to handover, until the kill takes the station away. */
async function pressUntilDead(shop, id)
{
	try {
		await shop.handOver(id);
		return true;
	} catch {
		return false; // the answer was lost with the process
	}
}

/** What became of the order: 'ready' or 'collected', by scanning it again. */
async function fate(shop, id)
{
	await shop.calm();
	const answer = await shop.station.do('scan', { code: shop.code(id) });

	if (answer.status === 200) {
		await shop.station.must('pickup.cancel');
		return 'ready';
	}
	assert.strictEqual(answer.json.error.code, 'already_collected', answer.text);
	return 'collected';
}

function slips(shop, id)
{
	return shop.printer.jobsWith(`LR.${id}.`).length;
}

/** One round; resolves to the order's fate. `delayMs` after the first press comes the kill. */
async function crashRound(shop, round, delayMs)
{
	const id = roundId(round);
	const { jobs } = await shop.station.state();
	const unknownBefore = jobs.filter((j) => j.status === 'unknown').length;
	const answered = pressUntilDead(shop, id);

	await new Promise((resolve) => { setTimeout(resolve, delayMs); });
	await shop.station.kill9();
	const done = await answered;

	await shop.station.start();
	await shop.station.login();
	const what = await fate(shop, id);

	assert.ok(!done || what === 'collected', `${id} was answered and is ${what}`);
	const doc = await shop.station.waitState('no job is under way', (d) =>
		d.jobs.every((j) => !['queued', 'printing'].includes(j.status)), SLIP_MS);
	const unknown = doc.jobs.filter((j) => j.status === 'unknown').length - unknownBefore;

	if (what === 'ready') {
		assert.deepStrictEqual([slips(shop, id), unknown], [0, 0], `${id} is ready, yet printed`);
	} else {
		const count = slips(shop, id);

		assert.ok(count === 1 || (count === 0 && unknown === 1) || (count === 1 && unknown === 1),
			`${id}: ${count} slips, ${unknown} unknown`);
	}
	// A person looks at the roll and says it came, so that the list of jobs stays short.
	for (const job of doc.jobs.filter((j) => j.status === 'unknown')) {
		await shop.station.must('print.came', { job: job.job, yes: true });
	}
	return what;
}

/** HQ's events for each round's order agree with its fate: exactly one, or none. */
async function crashVerdict(shop, fates)
{
	await until('HQ has every handover', () => {
		const at = shop.hq.events('pickup.completed').map((e) => e.body.order);

		return fates.every((what, round) => what === 'ready' || at.includes(roundId(round)));
	}, 20000);
	await shop.outboxEmpty(20000);
	fates.forEach((what, round) => {
		const events = shop.hq.events('pickup.completed').filter((e) => e.body.order === roundId(round));

		assert.strictEqual(events.length, what === 'collected' ? 1 : 0, `${roundId(round)} is ${what}`);
		assert.ok(slips(shop, roundId(round)) <= 1, `${roundId(round)} has two slips`);
	});
	const collected = fates.filter((what) => what === 'collected').length;

	assert.strictEqual(shop.hq.record('stock', 'SKU-SOAP').on_hand, 100 - collected);
	shop.noProblems();
}

async function crashRounds(shop, rounds, seed)
{
	const random = randomFrom(seed);
	const fates = [];

	for (let round = 0; round < rounds; round++) {
		fates.push(await crashRound(shop, round, random() * KILL_WITHIN_MS));
	}
	await crashVerdict(shop, fates);
	return fates;
}

module.exports = { crashOrders, crashRounds, randomFrom };
