// SPDX-License-Identifier: Apache-2.0
//
// A clerk's day at the counter's page, by keyboard and scanner alone: prepared, handed over, paid,
// taken back, with a second person's word; and what happens when the station cannot be heard.
'use strict';

const assert = require('node:assert');
const { after, before, test } = require('node:test');
const { Browser } = require('../lib/browser.js');
const { GOODS, PEOPLE, order } = require('../lib/fixtures.js');
const { shopOf } = require('../lib/shop.js');

const browser = new Browser();
const SOLD = new Date(Date.now() - 24 * 3600 * 1000).toISOString();
const shop = shopOf('desk', () => ({
	orders: {
		'ZAM-1': order('ZAM-1', { goods: [['SKU-MUG', 2], ['SKU-TEA', 1]], status: 'placed' }),
		'ZAM-2': order('ZAM-2', { goods: [['SKU-SOAP', 1]] }),
		'ZAM-3': order('ZAM-3', { goods: [['SKU-TEA', 2]], status: 'collected', collected: { at: SOLD } }),
		'ZAM-4': order('ZAM-4', { goods: [['SKU-SOAP', 1]], collect_by: SOLD }),
	},
	policies: { pickup: { late: 'approve' } },
}));
let window, page;

before(async () => {
	await browser.start();
	// Without HQ a return is another matter.
	await shop.station.waitState('HQ', (doc) => doc.hq.reachable, 15000);
	window = await (await browser.window(shop.station.port)).open('counter');
	page = window.page;
	await shown('login');
});
after(() => browser.stop());

function shown(mode)
{
	return page.locator(`html[data-state="${mode}"]`).waitFor();
}

/** Moves with Tab until `what` has the focus; a keyboard has no other way. */
async function reach(what, most = 60)
{
	for (let i = 0; i < most; i++) {
		if (await page.evaluate((selector) => document.activeElement?.matches(selector), what)) {
			return;
		}
		await page.keyboard.press('Tab');
	}
	throw new Error(`Tab does not reach ${what}`);
}

async function sound(what)
{
	await window.shot(`desk-${what}`);
	assert.deepStrictEqual(await window.violations(), [], what);
	assert.strictEqual(await window.scrollsSideways(), false, what);
	assert.deepStrictEqual(window.faults, [], what);
}

test('a clerk signs in by keyboard', async () => {
	await reach('input[name=staff]');
	await page.keyboard.type('E17');
	await page.keyboard.press('Tab');
	await page.keyboard.type(PEOPLE.E17.pin);
	await page.keyboard.press('Enter');
	await shown('idle');
});

test('an order is prepared: taken from its stage, scanned, one piece missing, put on a shelf', async () => {
	await reach('button[data-stage=prepare]');
	await page.keyboard.press('Enter');
	await reach('button[data-key="prep-ZAM-1"]');
	await page.keyboard.press('Enter');
	await shown('prep');
	await sound('prep');
	await shop.scanner.scan(GOODS['SKU-MUG'].gtin);
	await shop.scanner.scan(GOODS['SKU-TEA'].gtin);
	await page.locator('tr[data-row="2"].done').waitFor();
	await reach('button[data-key="short-1"]');
	await page.keyboard.press('Enter');
	await page.locator('#field-qty').waitFor();
	await sound('prep-short');
	await page.keyboard.press('Enter'); // one piece, missing, refund: as it stands there
	await page.locator('tr[data-row="1"].done').waitFor();
	await page.keyboard.press('F9');
	await reach('#field-shelf');
	await page.keyboard.type('B-7');
	await page.keyboard.press('Enter');
	await shown('idle');
	const { body } = await shop.hq.waitEvent('order.staged', (told) => told.order === 'ZAM-1');

	assert.strictEqual(body.shelf, 'B-7');
});

test('what is late needs a second person: asked for on the page, given there', async () => {
	await shop.scanner.scan(shop.code('ZAM-4'));
	await page.locator('lada-blocked button').waitFor();
	await sound('blocked');
	await page.keyboard.press('F8');
	await reach('#field-staff');
	await page.keyboard.type('S01');
	await page.keyboard.press('Tab');
	await page.keyboard.type(PEOPLE.S01.pin);
	await page.keyboard.press('Tab');
	await page.keyboard.type('klientka była chora');
	await page.keyboard.press('Enter');
	await shown('pickup');
	await shop.scanner.scan(GOODS['SKU-SOAP'].gtin);
	await page.locator('tr[data-row="1"].done').waitFor();
	await page.keyboard.press('F9');
	await shown('idle');
	await shop.hq.waitEvent('pickup.completed', (told) => told.order === 'ZAM-4');
});

test('a piece comes back: opened by its number, scanned, accepted', async () => {
	await page.keyboard.press('F4');
	await reach('#field-order');
	await page.keyboard.type('ZAM-3');
	await page.keyboard.press('Enter');
	await shown('return');
	await shop.scanner.scan(GOODS['SKU-TEA'].gtin);
	await page.locator('tr[data-row="1"].done').waitFor();
	await sound('return');
	await page.keyboard.press('F9');
	await shown('idle');
	await shop.hq.waitEvent('return.accepted', (told) => told.order === 'ZAM-3');
});

test('a wrong code is a line on the page, and the next scan is not swallowed', async () => {
	await shop.scanner.scan('NIC-TAKIEGO');
	await page.locator('lada-notice .notice.bad').waitFor();
	await sound('refused');
	await shop.scanner.scan(shop.code('ZAM-2'));
	await shown('pickup');
	await page.keyboard.press('Escape');
	await shown('idle');
});

test('the station cannot be heard: said at once, and a press is neither lost nor done twice', async () => {
	await page.route('**/api/v1/do/**', (route) => route.abort());
	await page.keyboard.press('F2');
	await reach('#field-text');
	await page.keyboard.type('ZAM-2');
	await page.keyboard.press('Enter');
	await page.locator('#lost button').waitFor();
	await page.unroute('**/api/v1/do/**');
	const [again] = await Promise.all([
		page.waitForRequest('**/api/v1/do/pickup.search'),
		page.locator('#lost button').press('Enter'),
	]);

	assert.match(again.headers()['idempotency-key'], /^[0-9a-f]{32}$/);
	await page.keyboard.press('Escape');
	window.faults.length = 0; // the lost requests themselves
	await shop.station.stop();
	await page.locator('#gone').waitFor({ timeout: 2000 });
	await shop.station.start();
	await page.locator('#gone').waitFor({ state: 'hidden' });
});
