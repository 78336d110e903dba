// SPDX-License-Identifier: Apache-2.0
//
// A store of two lanes: two real stations, one real broker, the wire of one of them cut and mended.
'use strict';

const assert = require('node:assert');
const { after, before, test } = require('node:test');
const fs = require('node:fs');
const path = require('node:path');
const { Broker } = require('../lib/broker.js');
const { pickupCode } = require('../lib/codes.js');
const { FakeHq } = require('../lib/fake_hq.js');
const { STORE, order, policyRecords, productRecords, stockRecords } = require('../lib/fixtures.js');
const { Station } = require('../lib/station.js');
const { Wire } = require('../lib/wire.js');
const { Cleanup, tempDir, until } = require('../lib/world.js');

const RECONNECT_MS = 25000; // full jitter, at most 15 s, and what was missed
const IDS = ['ZAM-A', 'ZAM-B', 'ZAM-C', 'ZAM-D', 'ZAM-E', 'ZAM-F', 'ZAM-G'];

const cleanup = new Cleanup();
const lanes = {};
let hq = null;
let wire = null;

async function openLane(lane, dir, url)
{
	const own = path.join(dir, lane);

	fs.mkdirSync(own);
	lanes[lane] = new Station({ dir: own, brokerUrl: url, store: STORE, lane });
	await lanes[lane].start();
	cleanup.add(() => lanes[lane].stop());
	await hq.waitSynced(lane);
	await lanes[lane].login();
}

before(async () => {
	const dir = tempDir('lanes');
	const broker = new Broker(dir);

	await broker.start();
	cleanup.add(() => broker.stop());
	hq = new FakeHq({ url: broker.url, store: STORE, lanes: ['k1', 'k2'] });
	hq.seed('policy', policyRecords({
		lanes: { lanes: [{ lane: 'k1' }, { lane: 'k2' }] },
		pickup: { check_items: 'none', isolated_handover: 'allow', claim_s: 90 },
	}));
	hq.seed('catalog', productRecords());
	hq.seed('stock', stockRecords());
	hq.seed('orders', Object.fromEntries(IDS.map((id) => [id, order(id, { goods: [['SKU-SOAP', 1]] })])));
	await hq.start();
	cleanup.add(() => hq.stop());
	wire = new Wire(broker.port);
	await wire.start();
	cleanup.add(() => wire.stop());
	await openLane('k1', dir, broker.url);
	await openLane('k2', dir, `mqtt://127.0.0.1:${wire.port}`);
	await Promise.all(['k1', 'k2'].map((lane) => together(lane)));
});

after(() => cleanup.run());

function together(lane)
{
	return lanes[lane].waitState(`${lane} has broker, HQ and siblings`,
		(doc) => doc.hq && doc.hq.broker && doc.hq.reachable && !doc.hq.isolated, RECONNECT_MS);
}

function alone(lane)
{
	return lanes[lane].waitState(`${lane} is isolated`, (doc) => doc.hq && doc.hq.isolated, 10000);
}

function scan(lane, id)
{
	return lanes[lane].do('scan', { code: pickupCode({ store: STORE, order: id }) });
}

function claimIs(lane, id, claim)
{
	return lanes[lane].waitState(`${id} is ${claim} at ${lane}`,
		(doc) => doc.pickup && doc.pickup.order === id && doc.pickup.claim === claim);
}

function idleWith(lane, code, ms = 5000)
{
	return lanes[lane].waitState(`${lane} says ${code}`,
		(doc) => doc.mode === 'idle' && doc.notice && doc.notice.code === code, ms);
}

test('a claim is settled before anything is handed over, and dropped after', async () => {
	await scan('k1', 'ZAM-A');
	await lanes.k1.must('pickup.handover'); // waits for it
	const words = hq.claims.filter((c) => c.order === 'ZAM-A').map((c) => c.op);

	await until('the drop is heard', () => hq.claims.some((c) => c.order === 'ZAM-A' && c.op === 'drop'));
	assert.strictEqual(words[0], 'take');
	const event = await hq.waitEvent('pickup.completed', (body) => body.order === 'ZAM-A');

	assert.strictEqual(event.body.mode, 'online');
	assert.strictEqual(hq.asks.filter(({ ask }) => ask === 'up').length, 0,
		'what is told in order is not asked for');
});

test('what one lane has open the other does not open', async () => {
	await scan('k1', 'ZAM-B');
	await claimIs('k1', 'ZAM-B', 'held');
	const refused = await scan('k2', 'ZAM-B');

	assert.strictEqual(refused.status, 409);
	assert.strictEqual(refused.json.error.code, 'being_served');
	await lanes.k1.must('pickup.cancel');
	await until('k2 may have it', async () => (await scan('k2', 'ZAM-B')).status === 200);
	await claimIs('k2', 'ZAM-B', 'held');
	await lanes.k2.must('pickup.handover');
});

test('both open it at once: one of them has it', async () => {
	await Promise.all([scan('k1', 'ZAM-C'), scan('k2', 'ZAM-C')]);
	const answers = await Promise.all(['k1', 'k2'].map((lane) => lanes[lane].do('pickup.handover')));
	const good = answers.filter((a) => a.status === 200);

	assert.strictEqual(good.length, 1, JSON.stringify(answers.map((a) => a.text)));
	await until('HQ has it once', () => hq.events('pickup.completed')
		.filter((e) => e.body.order === 'ZAM-C').length === 1);
});

test('HQ is silent: what one lane hands over the other knows at once', async () => {
	hq.faults.neverAck = true;
	hq.faults.autoUpto = false;
	await scan('k1', 'ZAM-D');
	await lanes.k1.must('pickup.handover');
	await until('k2 knows', async () => {
		const answer = await scan('k2', 'ZAM-D');

		return answer.status === 409 && answer.json.error.code === 'already_collected';
	});
	hq.faults.neverAck = false;
	hq.faults.autoUpto = true;
});

test('a lane that was away catches up before it is whole again', async () => {
	wire.cut();
	await alone('k2');
	await scan('k1', 'ZAM-E');
	await lanes.k1.must('pickup.handover');
	wire.mend();
	await together('k2');
	const refused = await scan('k2', 'ZAM-E');

	assert.strictEqual(refused.json.error.code, 'already_collected');
});

test('an order handed over twice while nobody could know is said on both and to HQ', async () => {
	wire.cut();
	await alone('k2');
	for (const lane of ['k1', 'k2']) {
		await scan(lane, 'ZAM-F');
		await lanes[lane].must('pickup.handover');
	}
	wire.mend();
	await Promise.all(['k1', 'k2'].map((lane) => idleWith(lane, 'doubled', RECONNECT_MS)));
	await until('HQ hears of it from both', () => hq.events('pickup.doubled').length === 2,
		RECONNECT_MS);
	assert.deepStrictEqual(hq.events('pickup.doubled').map((e) => [e.body.order, e.body.with.lane]).sort(),
		[['ZAM-F', 'k1'], ['ZAM-F', 'k2']]);
	await together('k2');
});

test('a restart in the middle of a pickup: the claim is taken anew', async () => {
	await scan('k1', 'ZAM-G');
	await claimIs('k1', 'ZAM-G', 'held');
	await lanes.k1.restart();
	await lanes.k1.login();
	await claimIs('k1', 'ZAM-G', 'held');
	await together('k1');
	const refused = await scan('k2', 'ZAM-G');

	assert.strictEqual(refused.json.error.code, 'being_served');
	await lanes.k1.must('pickup.handover');
	assert.deepStrictEqual(hq.problems, []);
});
