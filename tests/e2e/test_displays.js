// SPDX-License-Identifier: Apache-2.0
//
// What a customer sees on the displays beside the screen: poles of both command families and a
// panel with a QR code, at the real ladad, through a pickup, unplugging and a restart.
'use strict';

const test = require('node:test');
const assert = require('node:assert');
const { Shop } = require('../lib/shop.js');
const { SimDisplay } = require('../lib/sim.js');
const { GOODS, order } = require('../lib/fixtures.js');
const { until } = require('../lib/world.js');

const IDLE = 'Warszawa Arkadia';
const COMES_BACK_MS = 20000; // a port is tried again every 15 s at the latest

const shop = new Shop('displays');
const { dir } = shop;
const epson = new SimDisplay({ dir, kind: 'pole', name: 'epson', options: ['--dialect', 'epson'] });
const cd5220 = new SimDisplay({ dir, kind: 'pole', name: 'cd5220', options: ['--dialect', 'cd5220'] });
const panel = new SimDisplay({ dir, kind: 'nextion', name: 'panel' });
const kiosk = new SimDisplay({ dir, kind: 'nextion', name: 'kiosk' });
const all = [epson, cd5220, panel, kiosk];

function section(display, protocol, dialect, desk = 'counter')
{
	return { port: `serial:${display.link}`, protocol, dialect, desk };
}

test.before(async () => {
	for (const display of all) {
		await display.start();
		shop.cleanup.add(() => display.stop());
	}
	await shop.open({
		orders: Object.fromEntries(['1', '2', 'KIOSK'].map((id) => [`ZAM-${id}`,
			order(`ZAM-${id}`, { number: `48${id}`, goods: [['SKU-SOAP', 2]] })])),
		sections: {
			'display pole': section(epson, 'pole', 'epson'),
			'display old': section(cd5220, 'pole', 'cd5220'),
			'display panel': section(panel, 'nextion', null),
			'display kiosk': section(kiosk, 'nextion', null, 'kiosk'),
		},
	});
});
test.after(() => shop.close());

function status(doc, name)
{
	return doc.devices.find((d) => d.name === name).status;
}

/** "39,98 zł" has a no-break space, which a pole shows as a plain one. */
function centred(text)
{
	return `${' '.repeat(Math.floor((20 - text.length) / 2))}${text}`;
}

/** A scan that is no repeat, however fast this test is. */
function press(sku)
{
	return shop.station.must('scan', { code: GOODS[sku].gtin });
}

async function seesIdle()
{
	await epson.waitShown({ lines: [centred(IDLE), centred('Zapraszamy')] });
	await cd5220.waitShown({ lines: [centred(IDLE), centred('Zapraszamy')] });
	await panel.waitShown({ t0: IDLE, t1: 'Zapraszamy', qr: null });
}

test('every display is ok and shows the shop', async () => {
	await shop.station.waitState('four displays are ok', (doc) =>
		['pole', 'old', 'panel', 'kiosk'].every((name) => status(doc, name) === 'ok'));
	await seesIdle();
	await kiosk.waitShown({ t0: IDLE, t1: 'Zapraszamy', qr: null });
});

test('a price check shows name and price, Polish letters through PC852', async () => {
	const dark = epson.shown.clears;

	await shop.scanner.scan(GOODS['SKU-SOAP'].gtin);
	await epson.waitShown({ lines: ['Mydło źródlane ŚĆŃ', 'Cena         9,99 zł'] });
	await cd5220.waitShown({ lines: ['Mydlo zrodlane SCN', 'Cena         9,99 zl'] });
	await panel.waitShown({ t0: 'Mydło źródlane ŚĆŃ', t1: 'Cena 9,99 zł', qr: null });
	await press('SKU-TEA');
	await epson.waitShown({ lines: ['Herbata z Łęczycy,', 'Cena        14,99 zł'] });
	assert.strictEqual(epson.shown.clears, dark, 'it flickered');
	assert.strictEqual(kiosk.shown.t0, IDLE);
});

test('a pickup: number and pieces; only the line that changed is written', async () => {
	await shop.openPickup('ZAM-1');
	await epson.waitShown({ lines: ['Zamówienie       481', 'Sztuki           0/2'] });
	await cd5220.waitShown({ lines: ['Zamowienie       481', 'Sztuki           0/2'] });
	const { written } = epson.shown;

	await press('SKU-SOAP');
	await epson.waitShown({ lines: ['Zamówienie       481', 'Sztuki           1/2'] });
	await panel.waitShown({ t0: 'Zamówienie 481', t1: 'Sztuki 1/2' });
	assert.strictEqual(epson.shown.written, written + 20);
});

test('handed over: thanks, and on the panel the return code of the slip', async () => {
	await press('SKU-SOAP');
	await panel.waitShown({ t1: 'Sztuki 2/2' });
	await shop.station.must('pickup.handover');
	await epson.waitShown({ lines: [centred('Dziękujemy!'), 'Zapraszamy ponownie'] });
	await cd5220.waitShown({ lines: [centred('Dziekujemy!'), 'Zapraszamy ponownie'] });
	const slip = await shop.printer.waitJob('LR.ZAM-1.');
	const code = shop.printer.codesOf(slip).find((text) => text.includes('LR.ZAM-1.'))
		.replace(/^QR-Code:/, '');

	await panel.waitShown({
		t0: 'Dziękujemy!', t1: 'Zwrot lub reklamacja: zachowaj ten kod.', qr: code,
	});
});

test('unplugged and back: the present state, not the one it left', async () => {
	await epson.stop();
	await panel.stop();
	await shop.station.waitState('both are gone', (doc) =>
		status(doc, 'pole') === 'offline' && status(doc, 'panel') === 'offline');
	await shop.openPickup('ZAM-2');
	await cd5220.waitShown({ lines: ['Zamowienie       482', 'Sztuki           0/2'] });
	await epson.start();
	await panel.start();
	await epson.waitShown({ lines: ['Zamówienie       482', 'Sztuki           0/2'] }, COMES_BACK_MS);
	await panel.waitShown({ t0: 'Zamówienie 482', t1: 'Sztuki 0/2', qr: null }, COMES_BACK_MS);
});

test('a panel that lost its power is told everything again; a finger on it means nothing', async () => {
	panel.say('power off');
	await panel.waitShown({ t0: '', t1: '' });
	panel.say('power on');
	await panel.waitShown({ t0: 'Zamówienie 482', t1: 'Sztuki 0/2', qr: null });
	panel.say('touch');
	await shop.station.must('pickup.cancel');
	await seesIdle();
});

test('a panel without power is offline, though its cable is there', async () => {
	panel.say('power off');
	await press('SKU-SOAP');
	await shop.station.waitState('it is silent', (doc) => status(doc, 'panel') === 'offline', 8000);
	panel.say('power on');
	await panel.waitShown({ t0: 'Mydło źródlane ŚĆŃ', t1: 'Cena 9,99 zł' });
	await shop.station.waitState('it is well', (doc) => status(doc, 'panel') === 'ok');
});

test('at the kiosk: the order and where to collect it, and a QR to take along', async () => {
	await shop.station.must('scan', { code: shop.code('ZAM-KIOSK'), desk: 'kiosk' });
	await kiosk.waitShown({
		t0: 'Zamówienie 48KIOSK', t1: 'Odbiór przy k1',
		qr: 'Zamówienie 48KIOSK. Odbiór przy k1. Warszawa Arkadia',
	});
	assert.ok(!JSON.stringify(kiosk.history).includes('Łucja'), 'a name is on the display');
	assert.strictEqual(epson.shown.lines[0], 'Mydło źródlane ŚĆŃ');
});

test('after kill -9 of the station all of them are told again', async () => {
	await shop.station.kill9();
	await shop.station.start();
	await seesIdle();
	await kiosk.waitShown({ t0: IDLE, t1: 'Zapraszamy', qr: null });
});

test('nothing was sent that a display does not know', async () => {
	await until('all have shown something', () => all.every((display) => display.shown));
	all.forEach((display) => assert.strictEqual(display.shown.unknown, 0, display.args.join(' ')));
	shop.noProblems();
});
