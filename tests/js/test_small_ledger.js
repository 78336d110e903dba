// SPDX-License-Identifier: Apache-2.0
// The small ERP keeps of an order what sync/PROTOCOL.md tells an integrator to keep.
'use strict';

const assert = require('node:assert');
const { test } = require('node:test');
const { handOver } = require('../protocol/small_ledger.js');

test('of an order that leaves in parts the last one counts, until all of it left', () => {
	const told = [{ line: 1, qty: 1, short: 0 }];
	let order = { status: 'ready', lines: [{ line: 1, qty: 2 }] };

	order = handOver(order, told, { at: '2026-11-22T10:00:00Z' });
	assert.strictEqual(order.status, 'partly_collected');
	assert.strictEqual(order.collected.at, '2026-11-22T10:00:00Z');
	order = handOver(order, told, { at: '2026-11-24T10:00:00Z' });
	assert.strictEqual(order.status, 'collected');
	assert.strictEqual(order.collected.at, '2026-11-24T10:00:00Z');
	order = handOver(order, told, { at: '2026-11-25T10:00:00Z' });
	assert.strictEqual(order.collected.at, '2026-11-24T10:00:00Z');
});
