// SPDX-License-Identifier: Apache-2.0
//
// kill -9 of a random one of station, broker and HQ, again and again, while a clerk goes on handing
// over. The printer is the witness: what came out is on its roll, whatever anyone says. In the end
// every order was handed over once, has one slip, and is at HQ once, in an unbroken chain.
//
//	LADA_ROUNDS=5000 LADA_SEED=7 node --test tests/e2e/slow_kill.js
'use strict';

const assert = require('node:assert');
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { after, test } = require('node:test');
const { Broker } = require('../lib/broker.js');
const { pickupCode } = require('../lib/codes.js');
const { LadaHq } = require('../lib/lada_hq.js');
const { GOODS, STORE, order, policyRecords, productRecords, stockRecords } = require('../lib/fixtures.js');
const { SimPrinter } = require('../lib/sim.js');
const { Station } = require('../lib/station.js');
const { randomFrom } = require('../lib/crash_rounds.js');
const { Cleanup, tempDir, until } = require('../lib/world.js');

const ROUNDS = Number(process.env.LADA_ROUNDS) || 100;
const SEED = Number(process.env.LADA_SEED) || Date.now() % 1000000;
const ORDERS = ROUNDS * 60; // more than a clerk can hand over meanwhile
const BETWEEN_MS = 900;
const CALM_MS = 120000;
const STOCK = 1000000;
const CODE = /LR\.([A-Z]+-\d+)\.(\w+)/;

const dir = tempDir('kill');
const cleanup = new Cleanup();
const random = randomFrom(SEED);
const broker = new Broker(dir);
const printer = new SimPrinter({ dir });
let hq = null;
let station = null;
const done = []; // orders, in the clerk's view

after(() => cleanup.run());

function records()
{
	const put = (stream, type, byId) => Object.entries(byId).map(([id, body]) => JSON.stringify({
		store: STORE, stream, op: 'put', type, id, rev: 1, body,
	}));
	const stock = { ...stockRecords(), 'SKU-SOAP': { on_hand: STOCK } };

	return [
		...put('policy', 'policy', policyRecords({ pickup: { check_items: 'none' } })),
		...put('catalog', 'product', productRecords()), ...put('stock', 'stock', stock),
		...put('orders', 'order', Object.fromEntries(Array.from({ length: ORDERS }, (_, i) =>
			[`ZAM-${i}`, order(`ZAM-${i}`, { goods: [['SKU-SOAP', 1]] })]))), '',
	].join('\n');
}

async function open()
{
	await broker.start();
	cleanup.add(() => broker.stop());
	hq = new LadaHq({ dir, url: broker.url });
	fs.writeFileSync(path.join(dir, 'records.jsonl'), records());
	hq.command('import', path.join(dir, 'records.jsonl'));
	await hq.serve();
	cleanup.add(() => hq.stop());
	await printer.start();
	cleanup.add(() => printer.stop());
	station = new Station({
		dir, brokerUrl: broker.url, store: STORE, printerPort: printer.port,
	});
	await station.start();
	cleanup.add(() => station.stop());
	await until('the staff policy is there', async () => station.login().then(() => true, () => false), CALM_MS);
	await until('all orders are there', async () => (await station.do('scan',
		{ code: code(`ZAM-${ORDERS - 1}`) })).status === 200, CALM_MS);
	await station.must('pickup.cancel');
}

function code(id)
{
	return pickupCode({ store: STORE, order: id });
}

// ---- the clerk ----

let stopped = false;
let failed = false; // nobody comes back

/** Presses until there is an answer; logs in again where the station has forgotten. */
async function insist(verb, args)
{
	for (;;) {
		const answer = await station.do(verb, args).catch(() => null);

		if (failed) {
			throw new Error('the round has failed');
		}

		if (answer && answer.status === 401) {
			await station.login().catch(() => null);
		} else if (answer && answer.status !== 503) {
			return answer;
		}
		await new Promise((resolve) => { setTimeout(resolve, 20); });
	}
}

/** One order, until the station itself says that it is gone. */
async function handOver(id)
{
	for (;;) {
		const scanned = await insist('scan', { code: code(id) });

		if (scanned.status === 409 && scanned.json.error.code === 'already_collected') {
			return;
		}
		if (scanned.status === 200) {
			await insist('pickup.handover', {});
		} else if (scanned.json.error.code === 'busy') {
			await insist('pickup.cancel', {});
		}
	}
}

async function clerk()
{
	for (let n = 0; n < ORDERS && !stopped; n++) {
		const id = `ZAM-${n}`;

		await handOver(id);
		done.push(id);
	}
}

// ---- the killer ----

async function killOne(round)
{
	const what = ['station', 'broker', 'hq'][Math.floor(random() * 3)];

	await new Promise((resolve) => { setTimeout(resolve, random() * BETWEEN_MS); });
	if (what === 'station') {
		await station.kill9();
		await station.start();
	} else if (what === 'broker') {
		await broker.kill9();
		await broker.start();
	} else {
		await hq.child.kill9();
		await hq.serve();
	}
	return `${round} ${what}`;
}

/** A person looks at the roll for every slip nobody is sure of, and says what is there. */
async function settleSlips()
{
	await until('no slip is under way or in doubt', async () => {
		const doc = await station.state();

		for (const { job } of doc.jobs.filter((j) => j.status === 'unknown')) {
			const shown = printer.jobs().length;

			await until('the roll is still', () => printer.jobs().length === shown);
			await station.do('print.came', { job, yes: cameOut(job) });
		}
		return doc.jobs.every((j) => ['done', 'dropped'].includes(j.status));
	}, CALM_MS);
}

/** What a slip's return code names: [whole, order, document]. A code that was drawn is read. */
const named = new Map();

function codeOf(slip)
{
	if (!named.has(slip.job)) {
		const said = [slip.text, ...slip.qr].join('\n');
		const found = CODE.exec(said) || CODE.exec(printer.codesOf(slip).join('\n'));

		named.set(slip.job, found || ['', '', '']);
	}
	return named.get(slip.job);
}

/** How many slips of each order are on the roll. */
function slipsByOrder()
{
	const count = new Map();

	for (const [, id] of printer.jobs().map(codeOf)) {
		count.set(id, (count.get(id) || 0) + 1);
	}
	return count;
}

/** What the roll says of a job: its slip has the job's document in its code, a copy is marked. */
function cameOut(job)
{
	const { stdout } = spawnSync('sqlite3', ['-readonly', '-separator', ' ',
		path.join(station.data, 'lada.db'), `SELECT document, copy_of FROM job WHERE job=${job}`],
	{ encoding: 'utf8' });
	const [document, copyOf] = stdout.trim().split(' ');

	assert.ok(document, `job ${job} has no document`);
	return printer.jobs().some((slip) => codeOf(slip)[2] === document
		&& /KOPIA/.test(slip.text) === (copyOf !== '0'));
}

test(`${ROUNDS} times kill -9 of station, broker or HQ, seed ${SEED}`, async (t) => {
	await open();
	const working = clerk();

	working.catch(() => null); // what failed before is told
	for (let round = 0; round < ROUNDS; round++) {
		await killOne(round).catch((error) => {
			failed = true;
			throw error;
		});
	}
	stopped = true;
	await working;
	await station.login();
	await settleSlips();
	await station.waitState('nothing waits', (doc) => doc.hq.outbox === 0, CALM_MS);
	const events = hq.jsonLines('events', '--json');
	const handed = events.filter(({ e }) => e.type === 'pickup.completed').map(({ e }) => e.body.order);

	t.diagnostic(`${done.length} orders handed over`);
	assert.deepStrictEqual(handed, done);
	assert.deepStrictEqual(events.map(({ e }) => e.seq), events.map((_, i) => i + 1));
	const slips = slipsByOrder();

	assert.deepStrictEqual(done.filter((id) => slips.get(id) !== 1), [], 'one slip each');
	await station.must('scan', { code: GOODS['SKU-SOAP'].gtin });
	await station.waitState('the stock is what it was less what left',
		(doc) => doc.product && doc.product.on_hand === STOCK - done.length, CALM_MS);
});
