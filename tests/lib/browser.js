// SPDX-License-Identifier: Apache-2.0
//
// A real Chromium before the real pages: one browser a file of tests, one window a screen. The
// sizes are those of the screens a shop has; a pixel of CSS is what the station's page makes of the
// millimetres it is told.
'use strict';

const fs = require('node:fs');
const { chromium } = require('playwright-core');
const axe = require('axe-core');

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser'];
const RULES = ['EN-301-549', 'wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

/** Pixels and millimetres of the screens that are tried. */
const SCREENS = {
	till: { width: 1920, height: 1080, mm: 344 }, // 15.6 inches, full HD
	small: { width: 1280, height: 800, mm: 217 }, // 10.1 inches
	kiosk: { width: 1080, height: 1920, mm: 268 }, // 21.5 inches, upright
};

class Window {
	constructor(page, port)
	{
		this.page = page;
		this.port = port;
		this.faults = []; // whatever the page threw or could not load
		this.bytes = 0;
		page.on('pageerror', (error) => this.faults.push(String(error)));
		page.on('console', (message) => {
			if (message.type() === 'error') {
				this.faults.push(message.text());
			}
		});
		page.on('request', (request) => {
			if (new URL(request.url()).host !== `127.0.0.1:${port}`) {
				this.faults.push(`asks another host: ${request.url()}`);
			}
		});
	}

	/** Opens a screen and waits until it shows a document. */
	async open(screen)
	{
		await this.page.goto(`http://127.0.0.1:${this.port}/${screen}/`);
		await this.page.locator('html[data-state]').waitFor();
		return this;
	}

	/** What axe finds against the rules that count, as lines a person can read. */
	async violations()
	{
		await this.page.evaluate(axe.source);
		const { violations } = await this.page.evaluate((rules) => globalThis.axe.run(document, {
			runOnly: { type: 'tag', values: rules },
			rules: { 'target-size': { enabled: true } },
			resultTypes: ['violations'],
		}), RULES);

		return violations.flatMap(({ id, help, nodes }) => nodes.map((node) =>
			`${id}: ${help}: ${node.html} (${node.failureSummary})`));
	}

	shot(name)
	{
		return process.env.LADA_PICTURES
			? this.page.screenshot({ path: `${process.env.LADA_PICTURES}/${name}.png`, fullPage: true })
			: null;
	}

	/** True when the page is wider than its window. */
	scrollsSideways()
	{
		return this.page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
	}
}

class Browser {
	static installed()
	{
		return PLACES.find((place) => fs.existsSync(place));
	}

	async start()
	{
		this.browser = await chromium.launch({
			executablePath: Browser.installed(),
			args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
		});
		return this;
	}

	/** A window of its own, which shares no cookie with another. */
	async window(port, { screen = 'till', language = 'pl', more = {} } = {})
	{
		const { width, height } = SCREENS[screen];
		const context = await this.browser.newContext({
			viewport: { width, height }, screen: { width, height }, hasTouch: true, locale: 'pl-PL', ...more,
		});

		await context.addInitScript((code) => localStorage.setItem('lada.language', code), language);
		return new Window(await context.newPage(), port);
	}

	async stop()
	{
		await this.browser?.close();
	}
}

module.exports = { Browser, SCREENS };
