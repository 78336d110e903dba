// SPDX-License-Identifier: Apache-2.0
//
// A Ukrainian shop with a logo, on a printer of which nothing is known: the slip begins with the
// logo, no letter is wrong, and what the pages have not is drawn.
'use strict';

const test = require('node:test');
const assert = require('node:assert');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { looksLike, readLines } = require('../lib/paper.js');
const { shopOf } = require('../lib/shop.js');
const { order } = require('../lib/fixtures.js');

const WIDTH = 128;
const HEIGHT = 40;
const PAGES = { 16: 'windows1252', 18: 'cp852' }; // of a printer nobody knows

const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'lada-logo-'));
const logo = path.join(dir, 'logo.pbm');

fs.writeFileSync(logo, Buffer.concat([Buffer.from(`P4\n# a shop\n${WIDTH} ${HEIGHT}\n`),
	Buffer.alloc(WIDTH / 8 * HEIGHT, 0xa5)]));

const shop = shopOf('letters', () => ({
	orders: { 'ZAM-UA': order('ZAM-UA', { goods: [['SKU-SOAP', 1]] }) },
	policies: { texts: { pl: { header: ['Крамниця „Ґанок”', 'вул. Їжакевича 5'], footer: ['Дякуємо!'], terms: [] } } },
	sections: { 'printer receipt': { logo } },
	printerOptions: ['--model', 'NONAME P80'], scanner: false,
}));

test.after(() => fs.rmSync(dir, { recursive: true }));

test('a slip with a logo, in letters the printer has not', async () => {
	await shop.handOver('ZAM-UA');
	const job = await shop.printer.waitJob('LR.ZAM-UA.', 10000);
	const bytes = fs.readFileSync(job.png.replace(/png$/, 'bin'));
	const lines = readLines(bytes, PAGES);

	assert.deepStrictEqual([job.unknown, job.ignored, job.stray], [0, 0, 0]);
	assert.match(job.text, new RegExp(`^\\[IMAGE ${WIDTH}x${HEIGHT}\\]\n`));
	for (const want of ['Крамниця „Ґанок”', 'вул. Їжакевича 5', 'Дякуємо!']) {
		assert.ok(lines.some(({ text, drawn }) => drawn && looksLike(text, want)), want);
	}
	assert.ok(lines.some(({ text, drawn }) => !drawn && /[ąćęłńóśźż]/.test(text)));
});
