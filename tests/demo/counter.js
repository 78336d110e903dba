// SPDX-License-Identifier: Apache-2.0
//
// The rest of a counter's day in the demo: an order is prepared, another one is paid at the shop's
// fiscal till, and what was bought comes back.
'use strict';

const assert = require('node:assert');
const { until } = require('../lib/world.js');
const { checkItems, handOver, ms, waitHqHas } = require('./play.js');

const SHELF = 'A-09';

function zloty(grosze)
{
	return `${(grosze / 100).toFixed(2).replace('.', ',')} zł`;
}

/** Every piece is scanned from its place, then the shelf it goes onto. */
async function playPreparing(shop, live, tell)
{
	const order = 'ZAM-26';
	const { lines } = shop.facts.orders[order];
	const goods = lines.filter((line) => line.gtin);

	await shop.station.must('prep.start', { order });
	await live.wait('the order in work', (doc) => doc.mode === 'prep' && doc.prep.order === order);
	const slip = await shop.printer.waitJob('DO SKOMPLETOWANIA', 10000);

	assert.ok(goods.every((line) => slip.text.includes(line.name.slice(0, 20))), slip.text);
	tell.tick(`${order} is taken by ${shop.facts.staff[0].name}; its pick slip is printed`);
	for (const line of goods) {
		for (let picked = 1; picked <= line.qty; picked++) {
			await shop.scanToScreen(live, line.gtin, `${line.name} picked`, (doc) => doc.prep
				&& doc.prep.lines.some((l) => l.line === line.line && l.picked === picked));
		}
	}
	await shop.scanToScreen(live, `LH.${SHELF}`, 'the order on its shelf',
		(doc) => doc.mode === 'idle' && doc.notice.code === 'staged');
	await until('HQ publishes it as ready, so that the customer is told', () => {
		const body = shop.witness.orders.get(order);

		return body && body.status === 'ready' && body.shelf === SHELF;
	}, 10000);
	tell.tick(`picked by scanning and put on ${SHELF}: HQ says ${order} is ready`);
}

async function playPaying(shop, live, tell)
{
	const order = shop.facts.situations.nip_due;
	const { doc: { pickup: { due } } } = await shop.scanToScreen(live, shop.codeOf(order).text,
		'the verdict', (doc) => doc.mode === 'pickup' && doc.pickup.order === order);

	await shop.printer.waitJob('DO ZAPŁATY', 10000);
	tell.tick(`${order}: ${zloty(due)} to pay; the card for the shop's fiscal till is printed`);
	await checkItems(shop, live, tell);
	assert.strictEqual(await shop.station.refused('pickup.handover'), 'fiscal_needed');
	await shop.station.must('fiscal.record', {
		register: 'K1', number: '347', total: due, nip: shop.hqOrder(order).body.buyer.nip,
	});
	await handOver(shop, order, tell);
	await waitHqHas(shop, order);
	const { body } = shop.hqOrder(order);

	assert.deepStrictEqual([body.totals.due, body.fiscal.state], [0, 'done']);
	tell.tick(`not before the receipt's number was recorded: HQ has receipt 347, ${zloty(due)}, nothing due`);
}

async function playReturn(shop, live, tell)
{
	const [order] = shop.facts.plain_prepaid_ready;
	const [, line] = shop.facts.orders[order].lines;
	const slip = shop.printer.jobsWith(`LR.${order}.`)[0];
	const opened = await shop.scanToScreen(live, shop.printer.codesOf(slip)[0], 'the return',
		(doc) => doc.mode === 'return' && doc.return.order === order);

	tell.tick(`the slip of ${order} scanned: its return is open after ${ms(opened.ms)}`);
	const { doc } = await shop.scanToScreen(live, line.gtin, 'one piece back',
		(d) => d.return && d.return.refund === line.paid);
	const { number } = await shop.station.must('return.accept');

	assert.strictEqual(doc.return.refund, line.paid);
	await until('HQ is asked for the money and knows what came back', () =>
		shop.hqEvents('refund.requested', order).length === 1
			&& shop.hqOrder(order).body.lines[1].returned === 1, 10000);
	const [{ body }] = shop.hqEvents('refund.requested', order);

	assert.deepStrictEqual(body.legs.map(({ tender, amount }) => [tender, amount]), [['blik', line.paid]]);
	const paper = await shop.printer.waitJob('PROTOKÓŁ ZWROTU', 10000);

	assert.ok(paper.text.includes(number), paper.text);
	tell.tick(`${line.name} is back under ${number}: HQ is asked to return ${zloty(line.paid)} by BLIK`);
}

async function playCounter(shop, tell)
{
	const live = shop.station.live('counter');

	tell.heading('The counter’s day: preparing, paying, taking back');
	await live.wait('the counter’s screen', (doc) => doc.mode === 'idle');
	await playPreparing(shop, live, tell);
	await playPaying(shop, live, tell);
	await playReturn(shop, live, tell);
	live.close();
}

module.exports = { playCounter };
