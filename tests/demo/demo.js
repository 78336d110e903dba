// SPDX-License-Identifier: Apache-2.0
//
// `make demo`: a shop with the real programs, from HQ's order to the slip in the customer's hand,
// with and without a network. Every tick is something that was observed; exit 0 only if all were.
// `make run` (--stay): the same shop, left running to try by hand.
'use strict';

const { once } = require('node:events');
const { playCounter } = require('./counter.js');
const { DemoShop } = require('./shop.js');
const { playOutage, playPickup, playTwoCounters } = require('./play.js');
const { stay } = require('./stay.js');
const { Teller } = require('./teller.js');
const { keepLogs } = require('../lib/world.js');

async function main(args)
{
	const staying = args.includes('--stay');

	if (args.some((arg) => arg !== '--stay')) {
		process.stderr.write('usage: node demo.js [--stay]\n');
		return 2;
	}
	keepLogs();
	const shop = new DemoShop();
	const tell = new Teller(shop.dir);

	try {
		await shop.open(tell, { fixedPort: staying });
		if (staying) {
			await stay(shop, tell);
			process.removeAllListeners('SIGINT');
			await once(process, 'SIGINT');
			return 0;
		}
		await playPickup(shop, tell);
		await playCounter(shop, tell);
		await playOutage(shop, tell);
		await playTwoCounters(shop, tell);
		tell.summary();
		return 0;
	} catch (error) {
		tell.failure(error);
		return 1;
	} finally {
		await shop.close();
	}
}

main(process.argv.slice(2)).then((code) => process.exit(code));
