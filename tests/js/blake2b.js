// SPDX-License-Identifier: Apache-2.0
//
// BLAKE2b (RFC 7693) with key and output length, for tests and data scripts. Node's own crypto
// offers only the unkeyed 512-bit form. Written to be read: about 0.1 ms a block.
'use strict';

const IV = [
	0x6a09e667f3bcc908n,
	0xbb67ae8584caa73bn,
	0x3c6ef372fe94f82bn,
	0xa54ff53a5f1d36f1n,
	0x510e527fade682d1n,
	0x9b05688c2b3e6c1fn,
	0x1f83d9abfb41bd6bn,
	0x5be0cd19137e2179n,
];

const SIGMA = [
	[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
	[14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3],
	[11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4],
	[7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8],
	[9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13],
	[2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9],
	[12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11],
	[13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10],
	[6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5],
	[10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0],
];

const BLOCK_BYTES = 128;
const ROUNDS = 12;

// Every store into a BigUint64Array reduces modulo 2^64; rotations need it done by hand.
function rotr(x, n)
{
	return (x >> n) | BigInt.asUintN(64, x << (64n - n));
}

function mix(v, a, b, c, d, x, y)
{
	v[a] = v[a] + v[b] + x;
	v[d] = rotr(v[d] ^ v[a], 32n);
	v[c] = v[c] + v[d];
	v[b] = rotr(v[b] ^ v[c], 24n);
	v[a] = v[a] + v[b] + y;
	v[d] = rotr(v[d] ^ v[a], 16n);
	v[c] = v[c] + v[d];
	v[b] = rotr(v[b] ^ v[c], 63n);
}

function compress(h, block, counted_bytes, last)
{
	const m = [];
	const v = new BigUint64Array(16);

	for (let i = 0; i < 16; i++) {
		m.push(block.readBigUInt64LE(8 * i));
		v[i] = i < 8 ? h[i] : IV[i - 8];
	}
	v[12] ^= BigInt(counted_bytes);
	if (last) {
		v[14] ^= 0xffffffffffffffffn;
	}
	for (let r = 0; r < ROUNDS; r++) {
		const s = SIGMA[r % 10];

		mix(v, 0, 4, 8, 12, m[s[0]], m[s[1]]);
		mix(v, 1, 5, 9, 13, m[s[2]], m[s[3]]);
		mix(v, 2, 6, 10, 14, m[s[4]], m[s[5]]);
		mix(v, 3, 7, 11, 15, m[s[6]], m[s[7]]);
		mix(v, 0, 5, 10, 15, m[s[8]], m[s[9]]);
		mix(v, 1, 6, 11, 12, m[s[10]], m[s[11]]);
		mix(v, 2, 7, 8, 13, m[s[12]], m[s[13]]);
		mix(v, 3, 4, 9, 14, m[s[14]], m[s[15]]);
	}
	for (let i = 0; i < 8; i++) {
		h[i] ^= v[i] ^ v[i + 8];
	}
}

/**
 * @param {Buffer|Uint8Array|string} data  a string is taken as UTF-8
 * @param {{length?: number, key?: Buffer|Uint8Array}} [options]  length in bytes, 1..64
 * @returns {Buffer}
 */
function blake2b(data, { length = 64, key = Buffer.alloc(0) } = {})
{
	if (!Number.isInteger(length) || length < 1 || length > 64 || key.length > 64) {
		throw new RangeError('blake2b: length must be 1..64 bytes, key at most 64 bytes');
	}
	const keyblock = Buffer.alloc(key.length > 0 ? BLOCK_BYTES : 0);
	Buffer.from(key).copy(keyblock);
	const input = Buffer.concat([keyblock, Buffer.from(data)]);
	const h = BigUint64Array.from(IV);

	h[0] ^= BigInt(0x01010000 | (key.length << 8) | length);
	const blocks = Math.max(1, Math.ceil(input.length / BLOCK_BYTES));
	for (let i = 0; i < blocks; i++) {
		const block = Buffer.alloc(BLOCK_BYTES);
		const last = i === blocks - 1;

		input.copy(block, 0, i * BLOCK_BYTES, (i + 1) * BLOCK_BYTES);
		compress(h, block, last ? input.length : (i + 1) * BLOCK_BYTES, last);
	}
	const out = Buffer.alloc(64);
	h.forEach((word, i) => out.writeBigUInt64LE(word, 8 * i));
	return out.subarray(0, length);
}

/** BLAKE2b-128 in hex; with a key it is the contract's pin_hash, phone_hash and badge. */
function hash128(text, key)
{
	return blake2b(text, { length: 16, key }).toString('hex');
}

/** The contract's `sum` of a stream: records are {type,id,rev}. */
function recordsSum(records)
{
	const sum = Buffer.alloc(8);

	for (const { type, id, rev } of records) {
		blake2b(`${type}|${id}|${rev}`, { length: 16 })
			.subarray(0, 8)
			.forEach((byte, i) => {
				sum[i] ^= byte;
			});
	}
	return sum.toString('hex');
}

module.exports = { blake2b, hash128, recordsSum };
