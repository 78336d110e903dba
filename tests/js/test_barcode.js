// SPDX-License-Identifier: Apache-2.0
//
// What the station reads in a barcode, beside what programs that nobody here wrote read in it: an
// npm parser of GS1 element strings, an npm library of GS1 Digital Link, and symbols that zint
// draws and zbarimg reads. The station's side is `unit_barcode --read`.
'use strict';

const assert = require('node:assert');
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');
const { parseBarcode } = require('gs1-barcode-parser-mod');
const { DigitalLink } = require('digital-link.js');
const { tempDir } = require('../lib/world.js');

const READER = path.join(process.env.LADA_UNITS || path.join(__dirname, '../../build/tests'),
	'unit_barcode');
const GS = '\x1d';
const ROUNDS = 1500;

/** [[aim, text], …] as the station reads them. */
function readAll(scans)
{
	const input = scans.map(([aim, text]) =>
		`${aim || '-'} ${Buffer.from(text, 'utf8').toString('hex')}\n`).join('');
	const { status, stdout } = spawnSync(READER, ['--read'], {
		input, encoding: 'utf8', maxBuffer: 1 << 26,
	});

	assert.strictEqual(status, 0);
	return stdout.trim().split('\n').map((line) => JSON.parse(line));
}

const readOne = (aim, text) => readAll([[aim, text]])[0];

// ---- made at random, the same every time ----

let seed = 20261122;

function chance(n)
{
	seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff;
	return Math.floor(seed / 65536) % n;
}

const pick = (list) => list[chance(list.length)];
const digits = (n) => Array.from({ length: n }, () => chance(10)).join('');

function checked(body)
{
	const sum = [...body].reverse().reduce((acc, d, i) => acc + Number(d) * (i % 2 ? 1 : 3), 0);

	return `${body}${(10 - sum % 10) % 10}`;
}

function letters(max, alphabet)
{
	return Array.from({ length: 1 + chance(max) }, () => pick(alphabet)).join('');
}

const SAFE = 'ABCXYZabcxyz0123456789-_.';
const ANY = `${SAFE}!"%&'()*+,/:;<=>?`;
const two = (n) => String(n).padStart(2, '0');
const date = () => `${two(15 + chance(50))}${two(1 + chance(12))}${two(chance(29))}`;

/** An element: its AI, a value, and whether a separator follows (General Specifications 7.8). */
const ELEMENTS = {
	10: () => letters(20, ANY), 21: () => letters(20, ANY), 11: date, 13: date, 15: date,
	16: date, 17: date, 30: () => String(1 + chance(9999)), 240: () => letters(30, ANY),
	3100: () => digits(6), 3102: () => digits(6), 3103: () => digits(6), 400: () => letters(30, ANY),
	410: () => checked(digits(12)), 3922: () => String(1 + chance(99999999)),
	90: () => letters(30, ANY), 99: () => letters(60, ANY), 8005: () => digits(6),
	7003: () => `${two(15 + chance(50))}${two(1 + chance(12))}${two(1 + chance(28))}${two(chance(24))}${two(chance(60))}`,
};
const FIXED = /^(0[0-4]|1[1-9]|20|3[1-6]|41)/;

function makeElements()
{
	const map = new Map([['01', checked(`${chance(2) ? '0590' : String(chance(10)) + digits(3)}${digits(9)}`)]]);
	const wanted = 1 + chance(7);

	while (map.size < wanted + 1) {
		const ai = pick(Object.keys(ELEMENTS));
		const weights = [...map.keys()].some((a) => a.startsWith('310'));

		if ((ai.startsWith('310') && weights) || (ai === '3922' && map.has('8005')) ||
			(ai === '8005' && map.has('3922'))) {
			continue;
		}
		map.set(ai, ELEMENTS[ai]());
	}
	if (map.has('3922') && ![...map.keys()].some((a) => a.startsWith('310') || a === '30')) {
		map.set('3103', digits(6));
	}
	return [...map];
}

function elementString(elements)
{
	return elements.map(([ai, value], i) =>
		`${ai}${value}${FIXED.test(ai) || i + 1 === elements.length ? '' : GS}`).join('');
}

/** A day of the other parser as ours. */
const day = (item) => Number(item.isoDate.replaceAll('-', ''));

/** What the npm parser found, in the station's words. */
function inOurWords(items)
{
	const of = (ai) => items.find((item) => item.ai === ai);
	const weight = items.find((item) => /^310\d$/.test(item.ai));
	const price = items.find((item) => /^392\d$/.test(item.ai));
	const words = { kind: 'item', gtin: of('01').data };
	const texts = { lot: '10', serial: '21' };
	const days = { produced: '11', packed: '13', best_before: '15', sell_by: '16', use_by: '17' };

	for (const [name, ai] of Object.entries(texts)) {
		if (of(ai)) {
			words[name] = of(ai).data;
		}
	}
	for (const [name, ai] of Object.entries(days)) {
		if (of(ai)) {
			words[name] = day(of(ai));
		}
	}
	if (of('30')) {
		words.count = Number(of('30').data);
	}
	if (weight) {
		words.weight_milli = Math.round(weight.data * 1000);
	}
	if (price) {
		words.price = Math.round(price.data * 100);
	}
	return words;
}

test('element strings mean what an independent parser says', () => {
	const made = Array.from({ length: ROUNDS }, () => makeElements());
	const carriers = [']C1', ']e0', ']d2', ']Q3'];
	const scans = made.map((elements) => [pick(carriers), elementString(elements)]);
	const ours = readAll(scans);

	scans.forEach(([aim, text], i) => {
		const theirs = inOurWords(parseBarcode(`${aim}${text}`).parsedCodeItems);
		const got = { ...ours[i] };

		if (!theirs.use_by) {
			delete got.use_by; // ours also takes the day of AI 7003
		}
		assert.deepStrictEqual(got, theirs, JSON.stringify(text));
	});
});

test('a string cut short or with a strange AI is refused by both', () => {
	for (const text of ['01059012341234', '0105901234123457310', '01059012341234573103001',
		'010590123412345717271', '05123', '0105901234123457891x']) {
		assert.throws(() => parseBarcode(`]d2${text}`), undefined, text);
		assert.strictEqual(readOne(']d2', text).kind, 'wrong', text);
	}
});

test('Digital Links mean what an independent library says', () => {
	const lengths = [14, 13, 12, 8];
	const links = Array.from({ length: ROUNDS / 5 }, () => {
		const n = pick(lengths);
		const gtin = checked(`${n === 14 ? chance(10) : ''}${digits(n - 1 - (n === 14))}`);
		const right = chance(4) > 0;
		const shown = right ? gtin : `${gtin.slice(0, -1)}${(Number(gtin.at(-1)) + 1) % 10}`;
		const qualifiers = [['22', 2], ['10', 2], ['21', 2]].filter(([, odds]) => chance(odds))
			.map(([ai]) => `/${ai}/${letters(20, 'ABCXYZ0189-_.')}`);
		const query = [['17', `${two(15 + chance(50))}${two(1 + chance(12))}15`], ['3103', digits(6)],
			['utm_source', 'mail']].filter(() => chance(2)).map((pair) => pair.join('='));

		if (qualifiers.length > 1 && chance(4) === 0) {
			qualifiers.reverse();
		}
		return `https://${pick(['id.gs1.org', 'sklep.example', 'x.pl/p'])}/01/${shown}${
			qualifiers.join('')}${query.length ? `?${query.join('&')}` : ''}`;
	});
	const ours = readAll(links.map((link) => [']Q1', link]));
	let wrong = 0;

	links.forEach((link, i) => {
		const theirs = DigitalLink(link);
		const valid = theirs.isValid();

		assert.strictEqual(ours[i].kind, valid ? 'item' : 'wrong', link);
		wrong += valid ? 0 : 1;
		if (!valid) {
			return;
		}
		assert.strictEqual(ours[i].gtin, theirs.getIdentifier()['01'].padStart(14, '0'), link);
		assert.strictEqual(ours[i].lot, theirs.getKeyQualifiers()['10'], link);
		assert.strictEqual(ours[i].serial, theirs.getKeyQualifiers()['21'], link);
		const attributes = theirs.getAttributes();

		assert.strictEqual(ours[i].weight_milli,
			attributes['3103'] === undefined ? undefined : Number(attributes['3103']), link);
		assert.strictEqual(ours[i].use_by,
			attributes['17'] === undefined ? undefined : Number(`20${attributes['17']}`), link);
	});
	assert.ok(wrong > 20 && wrong < links.length / 2, `${wrong} of ${links.length} are wrong`);
});

test('plain addresses are no Digital Link to either', () => {
	for (const link of ['https://sklep.example/01/kubki', 'https://sklep.example/produkt/123',
		'https://sklep.example/']) {
		let valid = false;

		try {
			valid = DigitalLink(link).isValid();
		} catch {
			// the library throws where it finds no identifier
		}
		assert.strictEqual(valid, false);
		assert.strictEqual(readOne(']Q1', link).kind, 'text');
	}
});

// ---- symbols drawn by one program and read by another ----

const AIMS = { 'EAN-13': ']E0', 'EAN-8': ']E4', 'UPC-A': ']E0', 'UPC-E': ']E0', I25: ']I1' };

/** Draws a symbol and gives what zbarimg reads: {type, gs1, text}. */
function drawnAndRead(dir, symbology, data, extra = [], enable = [])
{
	const png = path.join(dir, 'symbol.png');
	const drawn = spawnSync('zint', ['-o', png, '-b', symbology, '-d', data, '--scale=2',
		'--quietzones', ...extra], { encoding: 'utf8' });

	assert.strictEqual(drawn.status, 0, drawn.stderr);
	const read = spawnSync('zbarimg', ['--xml', '-q', ...enable, png], { encoding: 'utf8' });
	const found = [...read.stdout.matchAll(
		/<symbol type='([^']+)'[^>]*?>\s*<data([^>]*)><!\[CDATA\[([\s\S]*?)\]\]>/g)];

	fs.rmSync(png);
	return found.map(([all, type, attributes, cdata]) => ({
		type, gs1: / modifiers='GS1'/.test(all) || /^DataBar/.test(type),
		text: attributes.includes('base64') ? Buffer.from(cdata.trim(), 'base64').toString('latin1')
			: cdata,
	}));
}

test('symbols that zint draws and zbarimg reads are read right', () => {
	const dir = tempDir('barcode');
	const cases = [
		['GS1_128', '[01]05901234123457[10]ABC123[17]271231', [], [],
			{ kind: 'item', gtin: '05901234123457', lot: 'ABC123', use_by: 20271231 }],
		['GS1_128', '[00]106141412345678908', [], [],
			{ kind: 'sscc', sscc: '106141412345678908' }],
		['GS1_128', '[02]05901234123457[37]40[10]L1', [], [],
			{ kind: 'item', gtin: '05901234123457', lot: 'L1', pieces: 40 }],
		['DBAR_EXP', '[01]95901234123450[3103]001250[3922]001999', [], [],
			{ kind: 'item', gtin: '95901234123450', weight_milli: 1250, price: 1999 }],
		['QRCODE', '[01]05901234123457[10]A/1[21]77', ['--gs1'], [],
			{ kind: 'item', gtin: '05901234123457', lot: 'A/1', serial: '77' }],
		['QRCODE', 'https://id.gs1.org/01/05901234123457/10/A1', [], [],
			{ kind: 'item', gtin: '05901234123457', lot: 'A1' }],
		['EANX', '590123412345', [], [], { kind: 'item', gtin: '05901234123457' }],
		['EANX', '9638507', [], [], { kind: 'item', gtin: '00000096385074' }],
		['UPCA', '61414199999', [], ['-Supca.enable'], { kind: 'item', gtin: '00614141999996' }],
		['UPCE', '0425261', [], ['-Supce.enable', '-Sean13.disable'],
			{ kind: 'item', gtin: '00042100005264' }],
		['UPCE', '0425261', [], [], { kind: 'item', gtin: '00042100005264' }],
		['ITF14', '1540014128876', [], [], { kind: 'item', gtin: '15400141288763' }],
		['CODE128', '123456789012345', [], [], { kind: 'customer' }],
	];

	for (const [symbology, data, extra, enable, meaning] of cases) {
		const [symbol] = drawnAndRead(dir, symbology, data, extra, enable);

		assert.ok(symbol, `${symbology} ${data} is read`);
		let aim = symbol.gs1 ? { 'QR-Code': ']Q3', 'CODE-128': ']C1' }[symbol.type] || ']e0'
			: { 'QR-Code': ']Q1', 'CODE-128': ']C0' }[symbol.type] || AIMS[symbol.type];

		if (symbol.type === 'I2/5') {
			aim = ']I1';
		}
		assert.ok(aim, `a reader would name ${symbol.type}`);
		assert.deepStrictEqual(readOne(aim, symbol.text), meaning,
			`${symbology} ${data}: ${symbol.type} ${JSON.stringify(symbol.text)}`);
	}
	fs.rmSync(dir, { recursive: true });
});
