// SPDX-License-Identifier: Apache-2.0
//
// What the builders share: the store's constants, seeded randomness, times and check digits.
'use strict';

const { hash128 } = require('../../js/blake2b.js');

const STORE = 'WAW-042';
const STORE_NAME = 'Warszawa Arkadia';
const LANE = 'k1';
const SECRET_HEX = '000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f';
const SECRET = Buffer.from(SECRET_HEX, 'hex');
const HOUR_MS = 3600 * 1000;
const DAY_MS = 24 * HOUR_MS;

/** FNV-1a into mulberry32. Each purpose has its own seed, so a new row here moves nothing there. */
function random(seed)
{
	let state = 2166136261;

	for (const ch of Buffer.from(seed)) {
		state = Math.imul(state ^ ch, 16777619);
	}
	const next = () => {
		state = (state + 0x6d2b79f5) | 0;
		let t = Math.imul(state ^ (state >>> 15), 1 | state);
		t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
		return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
	};
	const below = (n) => Math.floor(next() * n);
	return {
		below,
		between: (low, high) => low + below(high - low + 1),
		chance: (percent) => below(100) < percent,
		text: (alphabet, length) =>
			Array.from({ length }, () => alphabet[below(alphabet.length)]).join(''),
	};
}

function iso(ms)
{
	return new Date(ms).toISOString();
}

/** GS1 check digit of a code without one: weights 3,1,3,… from the right. */
function checkDigit(digits)
{
	const sum = [...digits]
		.reverse()
		.reduce((acc, d, i) => acc + Number(d) * (i % 2 === 0 ? 3 : 1), 0);
	return String((10 - (sum % 10)) % 10);
}

function withCheckDigit(digits)
{
	return digits + checkDigit(digits);
}

function keyed(text)
{
	return hash128(text, SECRET);
}

module.exports = {
	STORE,
	STORE_NAME,
	LANE,
	SECRET_HEX,
	SECRET,
	HOUR_MS,
	DAY_MS,
	random,
	iso,
	checkDigit,
	withCheckDigit,
	keyed,
};
