// SPDX-License-Identifier: Apache-2.0
//
// Many times kill -9 of the station at random moments of a handover. LADA_SEED repeats a run.
'use strict';

const test = require('node:test');
const { shopOf } = require('../lib/shop.js');
const { crashOrders, crashRounds } = require('../lib/crash_rounds.js');

const ROUNDS = 150;
const seed = Number(process.env.LADA_SEED) || Date.now() % 1000000;

const shop = shopOf('slow-crash', () => ({ orders: crashOrders(ROUNDS), scanner: false }));

test(`${ROUNDS} power cuts in a handover, seed ${seed}`, async (t) => {
	const fates = await crashRounds(shop, ROUNDS, seed);

	t.diagnostic(`${fates.filter((what) => what === 'collected').length} collected, `
		+ `${fates.filter((what) => what === 'ready').length} still ready`);
});
