// SPDX-License-Identifier: Apache-2.0
//
// Story 2 through the real programs: an order that is paid at the pickup, at the shop's fiscal till
// and at the counter; the station is killed, the payment goes back; HQ's record adds up all the way.
'use strict';

const test = require('node:test');
const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const { Broker } = require('../lib/broker.js');
const { LadaHq } = require('../lib/lada_hq.js');
const { SimPrinter } = require('../lib/sim.js');
const { Station } = require('../lib/station.js');
const { Witness } = require('../lib/witness.js');
const { PEOPLE, STORE, order, policyRecords, productRecords } = require('../lib/fixtures.js');
const { Cleanup, tempDir, until } = require('../lib/world.js');

const DUE = 12999;
const NIP = '5260250995';

const dir = tempDir('money');
const cleanup = new Cleanup();
const boss = Object.values(PEOPLE).find((one) => one.person.role === 'supervisor');
let broker;
let hq;
let printer;
let station;
let witness;

function unpaid(id)
{
	const body = order(id, { goods: [['SKU-MUG', 1]], payments: [] });

	body.lines[0].paid = DUE;
	body.totals = { ...body.totals, goods: DUE, total: DUE, paid: 0, due: DUE };
	body.buyer = { kind: 'sole_trader', nip: NIP };
	body.fiscal = { duty: 'receipt', state: 'todo', where: 'till' };
	return body;
}

function lines(stream, type, byId, rev = 1)
{
	return Object.entries(byId).map(([id, body]) =>
		JSON.stringify({ store: STORE, stream, op: 'put', type, id, rev, body }));
}

function put(...records)
{
	const file = path.join(dir, 'put.jsonl');

	fs.writeFileSync(file, `${records.flat().join('\n')}\n`);
	hq.command('import', file);
}

function recorded(id)
{
	return JSON.parse(hq.command('order', 'get', id)).body;
}

function told(type)
{
	return hq.jsonLines('events', '--json').map((event) => event.e).filter((e) => e.type === type);
}

async function open(id)
{
	await station.must('scan', { code: hq.command('code', id).split('\n')[0] });
	return (await station.state()).pickup;
}

async function reverse(payment)
{
	assert.strictEqual(await station.refused('pay.reverse', { payment, reason: 'pęknięte' }),
		'approval_needed');
	return station.must('approve', { staff: boss.person.id, pin: boss.pin, reason: 'widać rysę' });
}

function atHq(what, condition)
{
	return until(what, condition, 16000);
}

test.before(async () => {
	broker = new Broker(dir);
	cleanup.add(() => broker.stop());
	await broker.start();
	witness = new Witness(broker.url);
	cleanup.add(() => witness.stop());
	await witness.start();
	hq = new LadaHq({ dir, url: broker.url });
	cleanup.add(() => hq.stop());
	const keys = hq.command('keygen');

	put(lines('policy', 'policy', policyRecords()), lines('catalog', 'product', productRecords()),
		lines('orders', 'order', { 'ZAM-1': unpaid('ZAM-1'), 'ZAM-2': unpaid('ZAM-2') }));
	await hq.serve();
	printer = new SimPrinter({ dir });
	cleanup.add(() => printer.stop());
	await printer.start();
	station = new Station({
		dir, brokerUrl: broker.url, keysText: keys, printerPort: printer.port,
		sections: { 'printer receipt': { drawer: 1 } },
	});
	cleanup.add(() => station.stop());
	await station.start();
	await atHq('the station has its orders', async () => {
		const [lane] = JSON.parse(hq.command('fleet', '--json')).lanes;

		return lane && lane.online && Object.values(lane.streams).every((stream) =>
			stream.cursor_epoch === stream.epoch && stream.cursor === stream.head);
	});
	await station.login();
});

test.after(() => cleanup.run());

test('2, 2a: the shop\'s till: card, receipt 347, killed, nothing due, handed over', async () => {
	const { due } = await open('ZAM-1');
	const card = await printer.waitJob('NIEFISKALNY', 10000);

	assert.strictEqual(due, DUE);
	assert.match(card.text, /129,99[ \u00a0]zł/);
	assert.ok(card.text.includes(NIP), card.text);
	assert.ok(card.text.includes('DO ZAPŁATY'), card.text);
	assert.ok(!/paragon/i.test(card.text), card.text);
	await station.must('pickup.check', { line: 1, qty: 1 });
	assert.strictEqual(await station.refused('pickup.handover'), 'fiscal_needed');
	assert.match((await station.state('customer')).notice.text, /Do zapłaty 129,99.zł w kasie\. Wróć z paragonem/);
	assert.strictEqual(await station.refused('fiscal.record', { register: 'K1', number: '347', total: due, nip: '1234567890' }),
		'nip_wrong');
	await station.must('fiscal.record', { register: 'K1', number: '347', total: due, nip: NIP });
	await station.restart();
	await station.login();
	const { pickup } = await station.state();

	assert.strictEqual(pickup.due, 0);
	assert.strictEqual(pickup.receipt.number, '347');
	await station.must('pickup.handover');
	await atHq('HQ has the handover', () => told('pickup.completed').length === 1);
	const there = recorded('ZAM-1');

	assert.strictEqual(there.status, 'collected');
	assert.strictEqual(there.totals.due, 0);
	assert.strictEqual(there.fiscal.state, 'done');
	assert.deepStrictEqual(there.payments.map((p) => [p.tender, p.state, p.amount, p.where]),
		[['till', 'captured', due, 'till']]);
	const slip = await printer.waitJob('LR.ZAM-1.');

	assert.match(slip.text, /Razem +129,99[ \u00a0]zł/);
	assert.doesNotMatch(slip.text, /paragon/i);
	const [{ e, person }] = hq.jsonLines('events', '--json').filter((v) => v.e.type === 'fiscal.recorded');

	assert.deepStrictEqual([e.body.register, e.body.number, e.body.total, person.nip], ['K1', '347', DUE, NIP]);
	assert.ok(!JSON.stringify(e).includes(NIP));
	assert.deepStrictEqual(told('pickup.completed')[0].body.paid.map((p) => p.amount), [due]);
	assert.deepStrictEqual(told('order.conflict'), []);
});

test('2b: at the counter: cash with change, a crack, the same way back, the shift balances', async () => {
	const policies = policyRecords();

	put(lines('policy', 'policy', {
		fiscal: { mode: 'none' }, till: { shifts: true },
		pickup: { ...policies.pickup, tenders: ['cash', 'card'] },
	}, 2));
	await until('the policies are here', async () =>
		(await station.state()).paying.fiscal === 'none', 8000);
	const kicks = printer.kicks();

	await station.must('shift.open', { float: 20000 });
	const { due } = await open('ZAM-2');
	const paid = await station.must('pickup.pay', { tender: 'cash', amount: due, given: due + 1000 });

	assert.strictEqual(paid.change, 1000);
	await atHq('HQ has the payment', () => recorded('ZAM-2').totals.due === 0);
	await reverse(paid.payment);
	await atHq('HQ has the reversal', () => recorded('ZAM-2').totals.due === due);
	assert.strictEqual(recorded('ZAM-2').payments[0].state, 'failed');
	await until('the drawer was kicked three times', () => printer.kicks() === kicks + 3, 8000);
	await station.must('pickup.cancel');
	const closed = await station.must('shift.close', { counted: 20000 });

	assert.strictEqual(closed.difference, 0);
	await printer.waitJob('ZAMKNIĘCIE ZMIANY (Z)', 10000);
	await atHq('HQ has the shift', () => told('shift.closed').length === 1);
	const { body } = told('shift.closed')[0];

	assert.strictEqual(body.expected, 20000);
	assert.deepStrictEqual(body.totals, { cash: 0 });
	assert.deepStrictEqual(witness.faults, []); // every message is what the schemas say
	assert.strictEqual(body.shift, told('shift.opened')[0].body.shift);
	assert.deepStrictEqual(told('order.conflict'), []);
});
