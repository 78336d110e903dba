// SPDX-License-Identifier: Apache-2.0
//
// Pickup codes, keyed hashes and signed frames, written from the contract and on node's own
// crypto, so that the tests do not check the C code against itself.
'use strict';

const crypto = require('node:crypto');
const { hash128 } = require('../js/blake2b.js');

const PKCS8_ED25519 = Buffer.from('302e020100300506032b657004220420', 'hex');
const ZERO_HASH = '0'.repeat(32);

/** The keys of the published test vectors. */
const TEST_KEYS = {
	pickup: { kid: 1, seed: Buffer.alloc(32, 1) },
	stream: { kid: 2, seed: Buffer.alloc(32, 2) },
	secret: Buffer.from(Array.from({ length: 32 }, (_, i) => i)),
};

function privateKey(seed)
{
	return crypto.createPrivateKey({
		key: Buffer.concat([PKCS8_ED25519, seed]), format: 'der', type: 'pkcs8',
	});
}

function publicKeyOf(seed)
{
	const der = crypto.createPublicKey(privateKey(seed)).export({ format: 'der', type: 'spki' });

	return der.subarray(der.length - 32);
}

function sign(seed, ...parts)
{
	return crypto.sign(null, Buffer.concat(parts.map((p) => Buffer.from(p))), privateKey(seed));
}

/** `L1.` … for an order; `nonce` hex, `expires` in Unix seconds (0 = never). */
function pickupCode({ store, order, nonce, expires = 0, key = TEST_KEYS.pickup, kid = key.kid })
{
	const head = Buffer.alloc(6);

	head[0] = 1;
	head[1] = kid;
	head.writeUInt32BE(expires, 2);
	const body = Buffer.concat([
		head, Buffer.from([store.length]), Buffer.from(store),
		Buffer.from([order.length]), Buffer.from(order),
		nonce ? Buffer.from(nonce, 'hex') : crypto.randomBytes(8),
	]);

	return `L1.${Buffer.concat([body, sign(key.seed, 'lada-pickup-1', body)]).toString('base64url')}`;
}

/** The same code with one bit of its bytes the other way round. */
function flipBit(code, bit)
{
	const bytes = Buffer.from(code.slice(3), 'base64url');

	bytes[bit >> 3] ^= 1 << (bit & 7);
	return `L1.${bytes.toString('base64url')}`;
}

function pinHash(order, digits, secret = TEST_KEYS.secret)
{
	return hash128(`pin:${order}:${digits}`, secret);
}

function phoneHash(phone, secret = TEST_KEYS.secret)
{
	return hash128(`phone:${phone}`, secret);
}

function signFrame(topic, json, key)
{
	const sig = sign(key.seed, 'lada-frame-1 ', topic, '\n', json);

	return Buffer.from(`LS1 ${key.kid} ${sig.toString('base64')}\n${json}`);
}

/** The lines of a keys file. */
function keysFile(keys = TEST_KEYS, purposes = ['pickup'])
{
	return purposes.map((purpose) =>
		`${keys[purpose].kid} ${purpose} ${publicKeyOf(keys[purpose].seed).toString('base64')}\n`)
		.join('');
}

module.exports = {
	TEST_KEYS, ZERO_HASH, flipBit, hash128, keysFile, phoneHash, pickupCode, pinHash, publicKeyOf,
	signFrame,
};
