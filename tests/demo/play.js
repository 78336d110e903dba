// SPDX-License-Identifier: Apache-2.0
//
// The acts of the demo: a pickup as it should be, one while everything breaks, and one parcel wanted
// at two counters.
'use strict';

const assert = require('node:assert');
const path = require('node:path');
const { until } = require('../lib/world.js');

function ms(value)
{
	return `${value.toFixed(1)} ms`;
}

/** Scans every piece of the open pickup. */
async function checkItems(shop, live, tell)
{
	let { pickup } = live.last;
	let pieces = 0;

	for (const line of pickup.lines) {
		for (let checked = line.checked; checked < line.qty; checked++) {
			({ doc: { pickup } } = await shop.scanToScreen(live, line.gtin, `${line.name} checked`,
				(doc) => doc.pickup && doc.pickup.lines.some((l) =>
					l.line === line.line && l.checked === checked + 1)));
			pieces++;
		}
	}
	assert.ok(pickup.lines.every((line) => line.checked === line.qty));
	tell.tick(`${pieces} right items scanned and checked`);
}

async function handOver(shop, order, tell)
{
	await shop.station.must('pickup.handover');
	const doc = await shop.station.state();

	assert.strictEqual(doc.mode, 'idle');
	const job = await shop.printer.waitJob(`LR.${order}.`, 10000);

	await shop.station.waitState('the slip is known to be printed', (d) =>
		d.jobs.length > 0 && d.jobs.every((j) => j.status === 'done'), 10000);
	tell.tick(`${order} handed over; its slip is printed and cut, known from the printer`);
	return job;
}

async function waitHqHas(shop, order, timeoutMs = 10000)
{
	await until(`HQ has pickup.completed of ${order}`,
		() => shop.hqEvents('pickup.completed', order).length > 0, timeoutMs);
	assert.strictEqual(shop.hqEvents('pickup.completed', order).length, 1);
	assert.strictEqual(shop.hqOrder(order).body.status, 'collected');
	await until(`HQ publishes ${order} as collected`, () => {
		const body = shop.witness.orders.get(order);

		return body && body.status === 'collected';
	}, timeoutMs);
}

async function playPickup(shop, tell)
{
	const [order] = shop.facts.plain_prepaid_ready;
	const live = shop.station.live('counter');

	tell.heading(`A customer comes for ${order}`);
	await live.wait('the counter’s screen', (doc) => doc.mode === 'idle');
	const code = shop.codeOf(order);

	tell.tick(`HQ’s QR code (${path.basename(code.png)}) read back by zbarimg: ${
		code.text.slice(0, 24)}…`);
	const opened = await shop.scanToScreen(live, code.text, 'the verdict',
		(doc) => doc.mode === 'pickup' && doc.pickup.order === order);

	assert.strictEqual(opened.doc.pickup.verdict, 'ok');
	tell.tick(`scanned: verdict "ok" on the screen ${ms(opened.ms)} after the last byte`);
	tell.figure('last scanned byte to state document', ms(opened.ms));
	tell.line(`shelf ${opened.doc.pickup.shelf}; ${opened.doc.pickup.lines.map((l) =>
		`${l.qty} × ${l.name}`).join(', ')}`);
	const wrong = await shop.scanToScreen(live, shop.facts.wrong_item.gtin, 'a notice',
		(doc) => doc.notice && doc.notice.code === 'item_unknown');

	assert.ok(wrong.doc.pickup.lines.every((line) => line.checked === 0));
	tell.tick(`wrong item (${shop.facts.wrong_item.name}) refused: "${wrong.doc.notice.text}"`);
	await checkItems(shop, live, tell);
	const job = await handOver(shop, order, tell);

	tell.slip(job.text, shop.printer.codesOf(job));
	await waitHqHas(shop, order);
	assert.strictEqual(shop.hqEvents('pickup.completed', order)[0].body.mode, 'online');
	tell.tick(`HQ holds exactly one pickup.completed, and ${order} is collected there`);
	const again = await shop.scanToScreen(live, code.text, 'a refusal',
		(doc) => doc.notice && doc.notice.code === 'already_collected');

	assert.strictEqual(again.doc.pickup, null);
	tell.tick(`the same code again: already_collected, "${again.doc.notice.text}"`);
	live.close();
}

async function handOverOffline(shop, order, code, tell)
{
	const live = shop.station.live('counter');

	await live.wait('the counter’s screen', (doc) => doc.mode === 'idle');
	const opened = await shop.scanToScreen(live, code, 'the verdict offline',
		(doc) => doc.mode === 'pickup' && doc.pickup.order === order);

	tell.tick(`${order} scanned offline: verdict "${opened.doc.pickup.verdict}" after ${
		ms(opened.ms)}`);
	await checkItems(shop, live, tell);
	await handOver(shop, order, tell);
	live.close();
}

async function playOutage(shop, tell)
{
	const [first, second] = shop.facts.plain_prepaid_ready;
	const staff = shop.facts.staff[0];
	const code = shop.codeOf(second).text;

	tell.heading('The network goes, then the power');
	await shop.broker.kill9();
	await shop.station.waitState('the station knows', (doc) => !doc.hq.broker);
	tell.tick('the broker is killed (-9); the station says so and serves on');
	await handOverOffline(shop, second, code, tell);
	assert.strictEqual(shop.hqEvents('pickup.completed', second).length, 0);
	await shop.station.kill9();
	await shop.station.start();
	await shop.station.login(staff.id, staff.pin);
	const { hq } = await shop.station.state();

	assert.ok(hq.outbox > 0 && !hq.broker);
	tell.tick(`the station is killed (-9) and back after ${shop.station.startMs} ms; ${
		hq.outbox} events wait`);
	assert.strictEqual(await shop.station.refused('scan', { code }), 'already_collected');
	assert.strictEqual(shop.printer.jobsWith(`LR.${second}.`).length, 1);
	tell.tick(`nothing is lost: ${second} is already_collected, its slip was printed once`);
	const began = Date.now();

	await shop.broker.start();
	await waitHqHas(shop, second, 20000);
	tell.tick(`the broker is back; HQ has ${second} ${
		((Date.now() - began) / 1000).toFixed(1)} s later`);
	await shop.station.waitState('the outbox is empty', (doc) => doc.hq.outbox === 0, 20000);
	for (const order of [first, second]) {
		assert.strictEqual(shop.hqEvents('pickup.completed', order).length, 1);
	}
	assert.strictEqual(shop.hqEvents('pickup.completed', second)[0].body.mode, 'offline');
	tell.tick('HQ has exactly one pickup.completed for each, and the outbox is empty');
}

async function refusedAt(station, code, reason)
{
	const answer = await station.do('scan', { code });

	assert.strictEqual(answer.status, 409);
	assert.strictEqual(answer.json.error.code, reason);
	return (await station.state()).notice.text;
}

async function playTwoCounters(shop, tell)
{
	const order = shop.facts.plain_prepaid_ready[6];
	const code = shop.codeOf(order).text;
	const live = shop.station.live('counter');

	tell.heading('A second counter, and HQ goes');
	const second = await shop.openSecondCounter(tell);

	await shop.hq.child.kill9();
	for (const station of [shop.station, second]) {
		await station.waitState('HQ is missed', (doc) => doc.hq.broker && !doc.hq.reachable, 10000);
	}
	tell.tick('HQ is killed (-9); both counters say so and serve on');
	await live.wait('the counter’s screen', (doc) => doc.mode === 'idle');
	await shop.scanToScreen(live, code, 'the claim at k1', (doc) => doc.mode === 'pickup'
		&& doc.pickup.order === order && doc.pickup.claim === 'held');
	tell.tick(`${order} is opened at k1; the same code at k2: being_served, "${
		await refusedAt(second, code, 'being_served')}"`);
	await checkItems(shop, live, tell);
	await handOver(shop, order, tell);
	await until('k2 has heard of it', async () => {
		const answer = await second.do('scan', { code });

		return answer.json.error && answer.json.error.code === 'already_collected';
	}, 5000);
	tell.tick(`without HQ, k2 knows: already_collected, "${
		await refusedAt(second, code, 'already_collected')}"`);
	await shop.hq.serve();
	await waitHqHas(shop, order, 20000);
	tell.tick(`HQ is back and has exactly one pickup.completed of ${order}`);
	live.close();
}

module.exports = {
	checkItems, handOver, ms, playOutage, playPickup, playTwoCounters, waitHqHas,
};
