// SPDX-License-Identifier: Apache-2.0
//
// The tests' own signer, hashes and raw JSON against the contract's worked examples.
'use strict';

const test = require('node:test');
const assert = require('node:assert');
const crypto = require('node:crypto');
const codes = require('../lib/codes.js');
const { blake2b, recordsSum } = require('./blake2b.js');
const { rawElements, rawMembers } = require('../lib/rawjson.js');
const { ean13 } = require('../lib/fixtures.js');

test('BLAKE2b agrees with OpenSSL where both can', () => {
	for (const text of ['', 'abc', 'ż'.repeat(64), 'x'.repeat(1000)]) {
		assert.strictEqual(blake2b(text).toString('hex'),
			crypto.createHash('blake2b512').update(text).digest('hex'));
	}
});

test('pickup codes are signed as in the worked examples', () => {
	assert.strictEqual(codes.pickupCode({
		store: 'WAW-042', order: 'ZAM-1', nonce: '0001020304050607',
	}),
		'L1.AQEAAAAAB1dBVy0wNDIFWkFNLTEAAQIDBAUGByFpgX2KQzyI2iAsts_aiIWBgWu-CUAv7VpEEWVqm9WmJv-n5cn7'
		+ 'J48S_P182sw0HV5NtsgWJ77xDySU-Ck3JAs');
	assert.strictEqual(codes.pickupCode({
		store: 'KRK-1', order: 'BL-4821.A_7', nonce: 'ffeeddccbbaa9988', expires: 1798761600,
	}),
	'L1.AQFrNuyABUtSSy0xC0JMLTQ4MjEuQV83_-7dzLuqmYj-LPfFB7C0x9Yuq8BYiJxZa_DMucLQCLcwAlWSyuLGkRFu2'
		+ 'xO2RC6GftHK-o4fWhCVwmV2-Lu7xewftvK8sL0B');
});

test('keyed hashes, frames and sums are those of the worked examples', () => {
	assert.strictEqual(codes.pinHash('ZAM-1', '135790'), '91b1d0fcbb8213cca85a93e575da9974');
	assert.strictEqual(codes.phoneHash('+48600100417'), 'abf245674e303e10e6b50174f61bdc51');
	assert.strictEqual(codes.signFrame('lada/1/WAW-042/k1/ack', '{"epoch":1795366197,"seq":5531}',
		codes.TEST_KEYS.stream).toString(),
	'LS1 2 NP1k4tYVDpvNci60z5WND4mbCN3zQocwe0bvR1gNtJqsmJczZkrjvCozj3weoz4QbB9RLOJr602KbuSmEhoXDw=='
		+ '\n{"epoch":1795366197,"seq":5531}');
	assert.strictEqual(recordsSum([
		{ type: 'order', id: 'ZAM-1', rev: 3 }, { type: 'order', id: 'ZAM-2', rev: 1 },
		{ type: 'order', id: 'ZAM_3.b', rev: 12 },
	]), 'eaa528a3df6cb342');
});

test('a flipped bit changes one bit only', () => {
	const code = codes.pickupCode({ store: 'WAW-042', order: 'ZAM-1' });
	const bytes = (text) => [...Buffer.from(text.slice(3), 'base64url')];
	const different = bytes(code).map((byte, i) => byte ^ bytes(codes.flipBit(code, 77))[i])
		.filter((byte) => byte !== 0);

	assert.deepStrictEqual(different, [1 << 5]);
});

test('raw JSON keeps the exact text of members and elements', () => {
	const text = ' { "a" : [ {"x":"}\\"]"} , 1.50,"ż" ] , "b":{ } ,"c":null}';
	const members = rawMembers(text);

	assert.deepStrictEqual(members, { a: '[ {"x":"}\\"]"} , 1.50,"ż" ]', b: '{ }', c: 'null' });
	assert.deepStrictEqual(rawElements(members.a), ['{"x":"}\\"]"}', '1.50', '"ż"']);
	assert.deepStrictEqual(rawElements('[]'), []);
});

test('EAN-13 check digits', () => {
	assert.strictEqual(ean13('590123412345'), '5901234123457');
});
