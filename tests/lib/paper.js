// SPDX-License-Identifier: Apache-2.0
//
// Reads an ESC/POS stream of ours back with the programs of others: npos (npm) finds the commands,
// @point-of-sale/codepage-encoder (npm) knows the code pages, and letters that were drawn are
// compared with the font's own file.
'use strict';

const fs = require('node:fs');
const CodepageEncoder = require('@point-of-sale/codepage-encoder');
const Parser = require('npos/lib/parser');
const rules = require('npos/lib/parser/rules');

const FONT_FILE = '/usr/share/unifont/unifont.hex';
const GS = 0x1d;
const CELL = { width: 12, height: 24 };
const GLYPH = { width: 8, height: 16 };
const LINE_ROWS = 30;
const HEAD_ROWS = 48;

// npos is older than GS ( k; its length field is like that of the other GS ( commands.
const parser = new Parser({ ...rules, [GS]: { ...rules[GS], '(k': [0, 'd16'] } });
const pages = CodepageEncoder.default || CodepageEncoder;
const font = readFont();

function readFont()
{
	const glyphs = [];

	for (const line of fs.readFileSync(FONT_FILE, 'latin1').split('\n')) {
		const [code, dots = ''] = line.split(':');
		const character = parseInt(code, 16);

		if (dots.length === 32 && character >= 0x20 && character < 0x3000
			&& !(character >= 0x300 && character < 0x370)) {
			glyphs.push({ character, rows: Buffer.from(dots, 'hex') });
		}
	}
	return glyphs;
}

function glyphOf(character)
{
	return font.find((g) => g.character === character.codePointAt(0));
}

/** Latin i and Cyrillic і are the same dots: on paper they are the same letter. */
function looksLike(got, want)
{
	const a = [...got];
	const b = [...want];

	return a.length === b.length && b.every((letter, i) => letter === a[i]
		|| (glyphOf(letter) && glyphOf(a[i]) && glyphOf(letter).rows.equals(glyphOf(a[i]).rows)));
}

function dotsOf(picture, left, scale)
{
	const rows = Buffer.alloc(GLYPH.height);

	for (let y = 0; y < GLYPH.height; y++) {
		for (let x = 0; x < GLYPH.width; x++) {
			const px = left + Math.floor((2 * x + 1) * CELL.width * scale / (2 * GLYPH.width));
			const py = Math.floor((2 * y + 1) * CELL.height * scale / (2 * GLYPH.height));

			if (picture.data[py * picture.across + (px >> 3)] & (0x80 >> (px & 7))) {
				rows[y] |= 0x80 >> x;
			}
		}
	}
	return rows;
}

function difference(a, b)
{
	let wrong = 0;

	for (let i = 0; i < a.length; i++) {
		for (let bits = a[i] ^ b[i]; bits; bits &= bits - 1) {
			wrong++;
		}
	}
	return wrong;
}

function readLetter(dots)
{
	let best = null;
	let least = Infinity;

	for (const glyph of font) {
		const wrong = difference(glyph.rows, dots);

		if (wrong < least) {
			least = wrong;
			best = glyph;
		}
	}
	return String.fromCodePoint(best.character);
}

/** A line of text that was drawn, from the left edge of its picture. */
function readPicture(picture)
{
	const scale = picture.rows === HEAD_ROWS ? 2 : 1;
	const width = CELL.width * scale;
	const columns = Math.floor(picture.across * 8 / width);
	const left = picture.centred ? Math.floor((picture.across * 8 - columns * width) / 2) : 0;
	let text = '';

	for (let i = 0; i < columns; i++) {
		text += readLetter(dotsOf(picture, left + i * width, scale));
	}
	return text.trimEnd();
}

function pictureOf(bytes, node, centred)
{
	const at = node.offset + 4;
	const across = bytes.readUInt16LE(at);
	const rows = bytes.readUInt16LE(at + 2);

	return { across, rows, centred, data: bytes.subarray(at + 4, at + 4 + across * rows) };
}

/**
 * The lines on the paper: {text, drawn, head}. `names` says which code page each number of ESC t
 * is, by the names of codepage-encoder. Pictures of other heights are no text and are left out.
 */
function readLines(bytes, names)
{
	const { tree, error } = parser.analyze(bytes);
	const lines = [];
	let page = null;
	let line = '';
	let centred = false;

	if (error) {
		throw error;
	}
	const put = (byte) => {
		if (byte === 0x0a) {
			lines.push({ text: line, drawn: false });
			line = '';
		} else if (byte < 0x80) {
			line += String.fromCharCode(byte);
		} else {
			line += String.fromCodePoint(page[byte]);
		}
	};

	for (const node of tree) {
		const what = node.ascii + (node.fn || '');

		if (what === 'STX') {
			bytes.subarray(node.offset, node.offset + node.length).forEach(put);
		} else if (what === 'ESCt') {
			const name = names[bytes[node.offset + 2]];

			if (!name) {
				throw new Error(`code page ${bytes[node.offset + 2]} is not known there`);
			}
			page = pages.getCodepoints(name, true);
		} else if (what === 'ESCa') {
			centred = bytes[node.offset + 2] === 1;
		} else if (what === 'GSv0') {
			const picture = pictureOf(bytes, node, centred);

			if (picture.rows === LINE_ROWS || picture.rows === HEAD_ROWS) {
				lines.push({ text: readPicture(picture), drawn: true });
			}
		}
	}
	return lines;
}

module.exports = { looksLike, readLines };
