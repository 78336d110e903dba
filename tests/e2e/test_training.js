// SPDX-License-Identifier: Apache-2.0
//
// Training through the real programs: a clerk practises with a scanner, a printer and a customer
// display; HQ, the broker and the disk have nothing of it; then the real order is handed over.
'use strict';

const test = require('node:test');
const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const { Broker } = require('../lib/broker.js');
const { LadaHq } = require('../lib/lada_hq.js');
const { SimDisplay, SimPrinter, SimScanner } = require('../lib/sim.js');
const { Station } = require('../lib/station.js');
const { Witness } = require('../lib/witness.js');
const { GOODS, PEOPLE, STORE, order, policyRecords, productRecords } = require('../lib/fixtures.js');
const { Cleanup, tempDir, until } = require('../lib/world.js');

const MARK = 'SZKOLENIE / TRAINING / НАВЧАННЯ';
const PIN = '123456';
const dir = tempDir('training');
const cleanup = new Cleanup();
const boss = Object.values(PEOPLE).find((one) => one.person.role === 'supervisor');
let broker;
let hq;
let printer;
let scanner;
let display;
let station;
let witness;

function lines(stream, type, byId)
{
	return Object.entries(byId).map(([id, body]) =>
		JSON.stringify({ store: STORE, stream, op: 'put', type, id, rev: 1, body }));
}

function put(...records)
{
	const file = path.join(dir, 'put.jsonl');

	fs.writeFileSync(file, `${records.flat().join('\n')}\n`);
	hq.command('import', file);
}

function told(type)
{
	return hq.jsonLines('events', '--json').map((event) => event.e).filter((e) => e.type === type);
}

function codeOf(id)
{
	return hq.command('code', id).split('\n')[0];
}

function shown(what, match)
{
	return station.waitState(what, match);
}

async function begun(thing)
{
	cleanup.add(() => thing.stop());
	await thing.start();
	return thing;
}

test.before(async () => {
	broker = await begun(new Broker(dir));
	witness = await begun(new Witness(broker.url));
	hq = new LadaHq({ dir, url: broker.url });
	cleanup.add(() => hq.stop());
	const keys = hq.command('keygen');

	put(lines('policy', 'policy', policyRecords({ fiscal: { mode: 'none' } })),
		lines('catalog', 'product', productRecords()),
		lines('orders', 'order', { 'ZAM-1': order('ZAM-1', { goods: [['SKU-MUG', 1]] }) }));
	await hq.serve();
	printer = await begun(new SimPrinter({ dir }));
	scanner = await begun(new SimScanner({ dir }));
	display = await begun(new SimDisplay({ dir, kind: 'pole' }));
	station = await begun(new Station({
		dir, brokerUrl: broker.url, keysText: keys, printerPort: printer.port,
		scannerLink: scanner.link,
		sections: {
			'printer receipt': { drawer: 1 },
			'display customer': { port: `serial:${display.link}?baud=9600`, protocol: 'pole', desk: 'counter' },
		},
	}));
	await until('the station has its orders', () => {
		const [lane] = JSON.parse(hq.command('fleet', '--json')).lanes;

		return lane && lane.online && Object.values(lane.streams).every((stream) =>
			stream.cursor_epoch === stream.epoch && stream.cursor === stream.head);
	}, 16000);
	await station.login();
});

test.after(() => cleanup.run());

test('the counter trains: marked on its screen, its display and the practice sheet', async () => {
	await station.must('training.start');
	const state = await station.state();

	assert.strictEqual(state.training, true);
	assert.ok(state.queue.some((one) => one.order === 'SZK-1' && one.status === 'here'));
	assert.ok(!JSON.stringify(state.queue).includes('ZAM-1'));
	await until('the display says so', () => display.shown.lines[0].includes('SZKOLENIE'));
	await station.must('training.sheet');
	const sheet = await printer.waitJob('SZK-8', 10000);
	const codes = printer.codesOf(sheet).filter((code) => code.startsWith('L1.'));

	assert.ok(sheet.text.includes(MARK), sheet.text);
	assert.deepStrictEqual(codes.sort(), state.practice.orders.map((one) => one.code).sort());
	await scanner.scan(codes.find((code) => code === state.practice.orders[0].code));
	await shown('the practice order is open', (s) => s.pickup && s.pickup.order === 'SZK-1');
});

test('handed over, paid, returned: marked slips, a shut drawer', async () => {
	await scanner.scan(GOODS['SKU-BOOK'].gtin);
	await scanner.scan(GOODS['SKU-MUG'].gtin);
	await station.must('pickup.check', { line: 1, qty: 1 });
	await shown('all is checked', (s) => s.pickup.lines.every((line) => line.checked === line.qty));
	await station.must('pickup.handover');
	const slip = await printer.waitJob('LR.SZK-1.', 10000);

	assert.strictEqual(slip.text.split(MARK).length, 3, slip.text);
	assert.ok(slip.text.indexOf(MARK) < slip.text.indexOf('SZK-1'));
	await station.must('shift.open', { float: 5000 });
	await station.must('pickup.find', { order: 'SZK-2', pin: PIN });
	const { due } = (await station.state()).pickup;

	assert.strictEqual(due, GOODS['SKU-SOAP'].price);
	await station.must('pickup.check', { line: 1, qty: 1 });
	await station.must('pickup.pay', { tender: 'card', amount: due, ref: '000123' });
	await station.must('pickup.handover');
	await station.must('return.start', { order: 'SZK-7' });
	await station.must('return.line', { line: 1, qty: 1, condition: 'good' });
	const back = await station.must('return.accept');

	assert.match(back.number, /^SZK-ZW 1\/k1\//);
	assert.ok((await printer.waitJob('SZK-ZW', 10000)).text.includes(MARK));
	assert.match((await station.must('shift.close', { counted: 5000 })).shift || 'SZK-ZM', /^SZK-ZM/);
	assert.strictEqual(printer.kicks(), 0);
});

test('a real order is refused, by the scanner and by hand, and a supervisor changes nothing about it', async () => {
	await scanner.scan(codeOf('ZAM-1'));
	await shown('it is refused', (s) => s.notice && s.notice.code === 'training');
	assert.strictEqual((await station.state()).mode, 'idle');
	assert.strictEqual(await station.refused('pickup.find', { order: 'ZAM-1', pin: '135790' }), 'training');
	assert.strictEqual(await station.refused('pickup.find', { phone: '600100417', pin: '135790' }), 'training');
	assert.strictEqual(await station.refused('pickup.vouch', { order: 'ZAM-1', how: 'document' }), 'training');
	assert.strictEqual(await station.refused('pickup.find', { order: 'SZK-8', pin: PIN }), 'expired');
	await station.must('approve', { staff: boss.person.id, pin: boss.pin, reason: 'jeszcze tu jest' });
	await station.must('pickup.cancel');
});

test('the kiosk goes on for real meanwhile', async () => {
	await station.must('scan', { code: codeOf('ZAM-1') }, { session: false });
	await shown('somebody is really here', (s) => s.training && s.practice.here === 1);
	const board = await station.state('board', { session: false });

	assert.ok(board.queue.some((one) => one.order === 'ZAM-1' && one.status === 'here'));
	assert.ok(!JSON.stringify(board).includes('SZK-'));
	assert.strictEqual(board.training, false);
	assert.ok(!JSON.stringify(await station.state('customer', { session: false })).includes('SZK-'));
});

test('it is over: HQ, the broker and the disk know nothing of it but that it was', async () => {
	const sheet = (await station.state()).practice.orders;

	await station.must('training.stop');
	await until('HQ knows who practised', () => told('interaction.recorded').length === 1, 16000);
	const [{ body }] = told('interaction.recorded');

	assert.strictEqual(body.kind, 'training');
	assert.strictEqual(body.outcome, 'stopped');
	assert.strictEqual(body.staff, 'E17');
	assert.deepStrictEqual(['pickup.completed', 'payment.taken', 'return.accepted', 'shift.opened',
		'stock.changed', 'approval.granted', 'refund.requested'].filter((type) => told(type).length), []);
	assert.deepStrictEqual(witness.messages.filter(({ text }) => text.includes('SZK-')), []);
	assert.deepStrictEqual(witness.faults, []);
	assert.ok(!station.writtenBytes().includes('SZK-'));
	await scanner.scan(sheet[0].code);
	await shown('practice is refused now', (s) => s.notice && s.notice.code === 'training' && !s.training);
	await until('the display is the shop\'s again', () => !display.shown.lines.join().includes('SZKOLENIE'));
});

test('the real order is handed over, and its slip is none of practice', async () => {
	await scanner.scan(codeOf('ZAM-1'));
	await shown('it is open', (s) => s.pickup && s.pickup.order === 'ZAM-1');
	await scanner.scan(GOODS['SKU-MUG'].gtin);
	await shown('it is checked', (s) => s.pickup.lines[0].checked === 1);
	await station.must('pickup.handover');
	const slip = await printer.waitJob('LR.ZAM-1.', 10000);

	assert.ok(!slip.text.includes('SZKOLENIE'), slip.text);
	await until('HQ has the handover', () => told('pickup.completed').length === 1, 16000);
	assert.match((await station.must('shift.open', { float: 0 })).shift, /^ZM 1\/k1\//);
});

test('killed while somebody trains and a slip waits: it is gone, and told', async () => {
	printer.fault('paper-out');
	await shown('the printer is out of paper', (s) => s.devices.some((one) => one.status === 'paper_out'));
	await station.must('training.start');
	await station.must('training.sheet');
	await shown('the sheet waits', (s) => s.jobs.some((job) => job.kind === 'practice'));
	await station.restart();
	await station.login();
	const state = await station.state();

	assert.strictEqual(state.training, false);
	assert.deepStrictEqual(state.jobs.filter((job) => job.kind === 'practice'), []);
	printer.fault('none');
	await station.must('print.test', { name: 'receipt' });
	const slip = await printer.waitJob('Wydruk próbny', 10000).catch(() => printer.jobs().at(-1));

	assert.ok(!slip.text.includes('SZK-8'), slip.text);
	assert.strictEqual(printer.jobsWith('SZK-8').length, 1);
	await until('HQ knows', () => told('interaction.recorded').some((e) => e.body.outcome === 'restart'), 16000);
});
