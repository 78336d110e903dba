// SPDX-License-Identifier: Apache-2.0
//
// What our encoder makes for every printer profile, read by programs no one here wrote: npos finds
// the commands, codepage-encoder and receipt-printer-encoder know the code pages and their numbers,
// zbarimg reads the symbols from the paper of lada-sim.
'use strict';

const test = require('node:test');
const assert = require('node:assert');
const { execFileSync } = require('node:child_process');
const net = require('node:net');
const path = require('node:path');
const encoderModule = require('@point-of-sale/receipt-printer-encoder');
const { looksLike, readLines } = require('../lib/paper.js');
const { SimPrinter } = require('../lib/sim.js');
const { tempDir, until } = require('../lib/world.js');

const Encoder = encoderModule.default || encoderModule;
const PROGRAM = path.join(__dirname, '../../build/bench/encode');

const PAGES = {
	CP850: 'cp850', CP852: 'cp852', CP858: 'cp858', CP866: 'cp866',
	CP1250: 'windows1250', CP1251: 'windows1251', CP1252: 'windows1252',
};

/** The same printers as receipt-printer-encoder calls them. */
const MODELS = {
	'epson-tm-t20': 'epson-tm-t20iii', 'epson-tm-t88': 'epson-tm-t88v',
	'epson-tm-t88iv': 'epson-tm-t88iv', 'epson-tm-t88iii': 'epson-tm-t88iii',
	'bixolon-srp-350': 'bixolon-srp350', 'bixolon-srp-350iii': 'bixolon-srp350iii',
	'citizen-ct-s310ii': 'citizen-ct-s310ii',
	xprinter: 'xprinter-xp-t80q', 'generic-58': 'pos-5890', 'generic-80': 'pos-8360',
};

const EMULATION = { 'star-escpos': { language: 'esc-pos', codepageMapping: 'star' } };

/** Those it does not know, by the ESC/POS printer database: RP326, ITPP047. */
const DATABASE = {
	rongta: {
		6: 'windows1251', 7: 'cp866', 16: 'windows1252', 18: 'cp852', 19: 'cp858',
		30: 'windows1250',
	},
	munbyn: { 16: 'windows1252', 17: 'cp866', 18: 'cp852', 19: 'cp858' },
};

const ALPHABETS = {
	polish: ['aąbcćdeęfghijklłmnńoóprsśtuwyzźż', 'AĄBCĆDEĘFGHIJKLŁMNŃOÓPRSŚTUWYZŹŻ'],
	ukrainian: ['абвгґдеєжзиіїйклмнопрстуф', 'хцчшщьюя', 'АБВГҐДЕЄЖЗИІЇЙКЛМНОПРСТУФ', 'ХЦЧШЩЬЮЯ'],
	german: ['äöüß ÄÖÜẞ 5 €'],
	french: ['àâæçéèêëîïôœùûüÿ', 'ÀÂÆÇÉÈÊËÎÏÔŒÙÛÜŸ'],
	czech: ['áčďéěíňóřšťúůýž', 'ÁČĎÉĚÍŇÓŘŠŤÚŮÝŽ', 'ĺľŕôä ĹĽŔÔÄ'],
	others: ['áéíóöőúüű ăâîșț ñ¿¡', 'åäöæø ÅÄÖÆØ āčēģīķļņšūž', 'ąčęėįšųūž đ ğışİ', 'αβγδεζηθικλμνξοπρστυφχψω'],
	signs: ['½ ™ № § ° ± × ÷ → ←', '1 234,50 zł'],
};

function encode(profile, lines)
{
	return execFileSync(PROGRAM, ['print', profile], { input: `${lines.join('\n')}\n` });
}

const profiles = execFileSync(PROGRAM, ['profiles'], { encoding: 'utf8' }).split('\n')
	.filter(Boolean).map((line) => JSON.parse(line));

/** The number another encoder sends for a code page on that model; null when it has none. */
function numberByOthers(options, page)
{
	try {
		const bytes = Buffer.from(new Encoder(options).initialize().codepage(page).text('x').encode());

		return bytes[bytes.lastIndexOf(Buffer.from([0x1b, 0x74])) + 2];
	} catch {
		return null;
	}
}

/** Which page every number is there, by others; ours only tells which to ask for. */
function pagesByOthers(profile)
{
	if (DATABASE[profile.name]) {
		return DATABASE[profile.name];
	}
	const options = EMULATION[profile.name] || { printerModel: MODELS[profile.name] };

	return Object.fromEntries(Object.values(PAGES)
		.map((page) => [numberByOthers(options, page), page])
		.filter(([number]) => number !== null));
}

for (const profile of profiles) {
	test(`${profile.name}: every letter is read as it was meant`, () => {
		const names = pagesByOthers(profile);

		for (const [number, name] of Object.entries(profile.pages)) {
			assert.strictEqual(names[number], PAGES[name], `page ${number}`);
		}
		const lines = Object.values(ALPHABETS).flat();
		const got = readLines(encode(profile.name, lines.map((line) => `T${line}`)), names);

		assert.strictEqual(got.length, lines.length);
		lines.forEach((line, i) => assert.ok(got[i].drawn
			? looksLike(got[i].text, line) : got[i].text === line.replaceAll('\u00a0', ' '),
		`${line} is read as ${got[i].text}`));
	});
}

test('letters of a code page are text, only the rest is drawn', () => {
	const drawn = (name, lines) => readLines(encode(name, lines.map((line) => `T${line}`)),
		pagesByOthers(profiles.find((p) => p.name === name))).some((line) => line.drawn);

	for (const name of ['epson-tm-t20', 'epson-tm-t88', 'bixolon-srp-350iii', 'rongta']) {
		assert.strictEqual(drawn(name, [...ALPHABETS.polish, ...ALPHABETS.ukrainian]), false, name);
	}
	for (const { name } of profiles) {
		const western = name === 'bixolon-srp-350' || name === 'epson-tm-t88iii';

		assert.strictEqual(drawn(name, ALPHABETS.polish), western, name);
	}
	assert.strictEqual(drawn('generic-80', ALPHABETS.ukrainian), true);
});

/** Double size, centred, both ends of a line. (Bold is held to its dots in unit_escpos_drawn.) */
test('drawn lines keep their place in every style', () => {
	for (const profile of profiles) {
		const width = profile.columns;
		const got = readLines(encode(profile.name, [
			'Hβґ Ω', 'Cґ αβγ', 'LΧλεβ\t9,99',
		]), pagesByOthers(profile)).map((line) => line.text);

		['βґ Ω', 'ґ αβγ', `Χλεβ${'9,99'.padStart(width - 4)}`].forEach((want, i) =>
			assert.ok(looksLike(got[i], want), `${profile.name}: ${want} is read as ${got[i]}`));
	}
});

const SYMBOLS = {
	Q: 'https://example.pl/o/ZAM-2026-0007?k=ąę', E: '5901234123457', e: '96385074',
	K: 'ZAM-2026-0007',
};

test('zbarimg reads QR, EAN-13, EAN-8 and CODE128 from the paper of every profile', async (t) => {
	const dir = tempDir('print-profiles');
	const sims = new Map();

	t.after(() => Promise.all([...sims.values()].map((sim) => sim.stop())));
	for (const profile of profiles) {
		if (!sims.has(profile.dots)) {
			sims.set(profile.dots, new SimPrinter({
				dir, name: `paper-${profile.dots}`, options: ['--dots', String(profile.dots)],
			}));
			await sims.get(profile.dots).start();
		}
		const sim = sims.get(profile.dots);
		const before = sim.jobs().length;
		const bytes = encode(profile.name, [
			`Q${SYMBOLS.Q}`, 'F1', `E${SYMBOLS.E}`, 'F1', `E${SYMBOLS.e}`, 'F1', `K${SYMBOLS.K}`, 'F1', 'X',
		]);

		await new Promise((resolve, reject) => {
			const socket = net.connect(sim.port, '127.0.0.1', () => socket.end(bytes));

			socket.on('error', reject).on('close', resolve).resume();
		});
		const job = await until(`${profile.name} is printed`, () => sim.jobs()[before]);

		assert.deepStrictEqual([job.unknown, job.ignored, job.stray], [0, 0, 0], profile.name);
		assert.deepStrictEqual(sim.codesOf(job).sort(), Object.values(SYMBOLS).sort(), profile.name);
		assert.strictEqual(job.cut, profile.cutter, profile.name);
		assert.strictEqual(job.qr.length, profile.native_qr ? 1 : 0, profile.name);
		assert.strictEqual(job.text.includes('[CODE128]'), profile.code128, profile.name);
	}
});
