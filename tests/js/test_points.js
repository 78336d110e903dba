// SPDX-License-Identifier: Apache-2.0
//
// The model of points: what is never exceeded, and that the model would see it (tests/points/).
'use strict';

const assert = require('node:assert');
const { test } = require('node:test');
const { points } = require('../points/points.js');

test('points: every interleaving to a depth, random ones, and broken rules are caught', () => {
	const said = [];
	const good = points({ depth: 6, random: 200000, seed: 1 }, (line) => said.push(line));

	assert.ok(good, said.join('\n'));
	assert.match(said[0], /^depth 6: [0-9]{6} worlds, at most [1-4] too many, all right$/);
});
