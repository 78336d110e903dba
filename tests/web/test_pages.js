// SPDX-License-Identifier: Apache-2.0
//
// Every page in every language: it asks nobody else, throws nothing, and axe finds nothing.
'use strict';

const assert = require('node:assert');
const { after, before, test } = require('node:test');
const { Browser } = require('../lib/browser.js');
const { order } = require('../lib/fixtures.js');
const { shopOf } = require('../lib/shop.js');

const LANGUAGES = ['pl', 'en', 'uk'];
const browser = new Browser();
const shop = shopOf('pages', () => ({
	orders: {
		'ZAM-1': order('ZAM-1', { goods: [['SKU-MUG', 2], ['SKU-TEA', 1]] }),
		'ZAM-2': order('ZAM-2', { goods: [['SKU-SOAP', 1]], status: 'placed' }),
	},
}));

before(() => browser.start());
after(() => browser.stop());

async function isSound(window, what)
{
	assert.deepStrictEqual(await window.violations(), [], what);
	assert.strictEqual(await window.scrollsSideways(), false, `${what} scrolls sideways`);
	assert.deepStrictEqual(window.faults, [], what);
}

for (const [screen, size] of [['counter', 'till'], ['manage', 'till'], ['customer', 'kiosk'], ['board', 'till']]) {
	test(`${screen}: as anybody finds it`, async () => {
		for (const language of LANGUAGES) {
			const window = await browser.window(shop.station.port, { screen: size, language });

			await window.open(screen);
			if (screen === 'customer') { // the station says in which language the kiosk speaks
				await window.page.locator(`button[lang=${language}]`).tap();
				await window.page.locator(`button[lang=${language}][aria-pressed=true]`).waitFor();
			}
			await isSound(window, `${screen} ${language}`);
			await window.page.context().close();
		}
	});
}

test('counter: an order is opened and handed over by touch', async () => {
	const window = await (await browser.window(shop.station.port)).open('counter');
	const { page } = window;

	await page.getByLabel('Identyfikator pracownika').fill('E17');
	await page.getByLabel('PIN').fill('482100');
	await page.getByRole('button', { name: 'Zaloguj', exact: true }).tap();
	await page.locator('html[data-state="idle"]').waitFor();
	await window.shot('counter-idle');
	await isSound(window, 'counter, idle');
	await shop.scanner.scan(shop.code('ZAM-1'));
	await page.locator('html[data-state="pickup"]').waitFor();
	await window.shot('counter-pickup');
	await isSound(window, 'counter, an order');
	await page.getByRole('button', { name: 'Sprawdź 2: Kubek' }).tap();
	await page.locator('tr[data-row="1"].done').waitFor();
	await page.getByRole('button', { name: 'Sprawdź 1: Herbata' }).tap();
	await page.locator('tr[data-row="2"].done').waitFor();
	await page.locator('lada-actions button[data-key="handover"]').tap();
	await page.locator('html[data-state="idle"]').waitFor();
	await shop.hq.waitEvent('pickup.completed', (body) => body.order === 'ZAM-1');
	await isSound(window, 'counter, handed over');
});
