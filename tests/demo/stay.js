// SPDX-License-Identifier: Apache-2.0
//
// `make run`: what to look at and what to try, and a scanner at the terminal.
'use strict';

const readline = require('node:readline');
const path = require('node:path');
const { BIN } = require('../lib/world.js');

const SLIP_POLL_MS = 300;
const CODES_SHOWN = 4;

function showTips(shop, tell)
{
	const base = `http://127.0.0.1:${shop.station.port}`;
	const hq = `${path.join(BIN, 'lada-hq')} ${shop.hq.common.join(' ')}`;

	tell.heading('The shop is open. Pages:');
	tell.line(`${base}/counter/    staff`);
	tell.line(`${base}/customer/   customer's screen`);
	tell.heading('Staff (for the counter page):');
	for (const person of shop.facts.staff) {
		tell.line(`${person.id}  PIN ${person.pin}  ${person.name}, ${person.role}`);
	}
	tell.heading('Scan: paste a line here and press Enter; the simulated scanner types it.');
	for (const order of shop.facts.plain_prepaid_ready.slice(0, CODES_SHOWN)) {
		tell.line(`${order}  ${shop.codeOf(order).text}`);
	}
	tell.line(`a wrong item  ${shop.facts.wrong_item.gtin}  ${shop.facts.wrong_item.name}`);
	tell.heading('Commands in another terminal:');
	tell.line(`${path.join(BIN, 'lada')} -c ${shop.station.conf} status`);
	tell.line(`${path.join(BIN, 'lada')} -c ${shop.station.conf} scan CODE`);
	tell.line(`${hq} fleet`);
	tell.line(`${hq} events`);
	tell.line(`${hq} code ${shop.facts.plain_prepaid_ready[0]}`);
	tell.heading(`Slips appear here and in ${shop.printer.out}. Ctrl-C ends everything.`);
}

async function stay(shop, tell)
{
	let shown = shop.printer.jobs().length;

	showTips(shop, tell);
	readline.createInterface({ input: process.stdin }).on('line', (line) => {
		if (line.trim() !== '') {
			shop.scan(line.trim()).catch((error) => tell.line(error.message));
		}
	});
	setInterval(() => {
		for (const job of shop.printer.jobs().slice(shown)) {
			tell.slip(job.text, shop.printer.codesOf(job));
			shown++;
		}
	}, SLIP_POLL_MS).unref();
}

module.exports = { stay };
