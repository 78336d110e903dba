// SPDX-License-Identifier: Apache-2.0
//
// Is sync/PROTOCOL.md what is said today: its examples beside a day of the real programs, and an HQ
// written from it alone with a real station.
'use strict';

const assert = require('node:assert');
const crypto = require('node:crypto');
const { describe, test } = require('node:test');
const fs = require('node:fs');
const path = require('node:path');
const { Broker } = require('../lib/broker.js');
const { TEST_KEYS, hash128, pickupCode, publicKeyOf, signFrame } = require('../lib/codes.js');
const { STORE, order, policyRecords, productRecords, stockRecords } = require('../lib/fixtures.js');
const { rawElements, rawMembers } = require('../lib/rawjson.js');
const { linesOf } = require('../protocol/small_ledger.js');
const { Station } = require('../lib/station.js');
const { Witness } = require('../lib/witness.js');
const { Child, Cleanup, TOP, tempDir, until } = require('../lib/world.js');
const { Day } = require('../protocol/day.js');
const { blocksOf, differences, fill, readPage, writtenIn } = require('../protocol/page.js');

const SPKI_ED25519 = Buffer.from('302a300506032b6570032100', 'hex');
const LEVEL_MS = 15000;

/** The frame of a block, its line before the JSON checked with a line of a keys file. */
function frameHolds(lines, topic, key)
{
	const [, kid, sig] = /^LS1 (\S+) (\S+)$/.exec(lines[0]);
	const [keyKid, purpose, base64] = key.split(' ');

	return kid === keyKid && purpose === 'stream' && crypto.verify(null,
		Buffer.from(`lada-frame-1 ${topic}\n${lines.slice(1).join('\n')}`), crypto.createPublicKey({
			key: Buffer.concat([SPKI_ED25519, Buffer.from(base64, 'base64')]), format: 'der', type: 'spki',
		}), Buffer.from(sig, 'base64'));
}

function blockOf(name)
{
	return blocksOf(readPage()).find(({ names }) => names.includes(name)).lines;
}

describe('the page', { concurrency: true }, () => {
	test('every block of messages says whether it was captured, and each is there once', () => {
		const page = readPage();
		const names = blocksOf(page).flatMap((block) => block.names);

		assert.strictEqual(blocksOf(page).length, [...page.matchAll(/^```(json)?\n[\s\S]*?^```$/gm)].length);
		assert.strictEqual(new Set(names).size, names.length);
		assert.ok(names.length > 30);
		assert.strictEqual(fill(page, Object.fromEntries(blocksOf(page).flatMap((block) =>
			(block.names.length === 1 ? [[block.names[0], block.lines.join('\n')]]
				: block.names.map((name, i) => [name, block.lines[i]]))))), page, 'filled with itself');
	});

	test('its signed frames hold', () => {
		const written = blockOf('frame');

		assert.strictEqual(written.join('\n'), signFrame(`lada/1/${STORE}/k1/ack`, written[1], TEST_KEYS.stream).toString());
		assert.ok(frameHolds(written, `lada/1/${STORE}/k1/ack`,
			`2 stream ${publicKeyOf(TEST_KEYS.stream.seed).toString('base64')}`));
		assert.ok(frameHolds(blockOf('keys'), `lada/1/${STORE}/down/policy`, blockOf('key')[0]));
	});

	test('its events are a chain, and what is personal belongs to them', () => {
		const [first, second] = rawElements(rawMembers(blockOf('up')[0]).events).map(rawMembers);

		assert.strictEqual(JSON.parse(second.e).prev, hash128(first.e));
		assert.strictEqual(JSON.parse(first.e).body.person_hash, hash128(first.person));
	});

	test('a member that is added, renamed or of another type is told', () => {
		const page = '<!-- captured: a b -->\n```json\n{"x":1,"l":[{"m":"t"}]}\n{"upto":{"k1":[1,2]}}\n```\n';
		const b = '{"upto":{"k2":[3,4]}}';

		assert.deepStrictEqual(differences(page, { a: '{"l":[{"m":"u"},{"m":"v"}],"x":2}', b }), []);
		for (const a of ['{"x":1,"l":[{"m":"t","n":1}]}', '{"y":1,"l":[{"m":"t"}]}', '{"x":"1","l":[{"m":"t"}]}',
			'LS1 2 A\n{"x":1,"l":[{"m":"t"}]}', '{"x":1,"l":[]}']) {
			assert.notDeepStrictEqual(differences(page, { a, b }), [], a);
		}
		assert.notDeepStrictEqual(differences(page, { b }), []);
	});

	test('what it shows is what is said', async () => {
		const page = readPage();
		const { found, faults } = await new Day(writtenIn(page)).run();

		assert.deepStrictEqual(faults, []);
		assert.deepStrictEqual(differences(page, found), [], 'run `make capture` and read the page again');
	});

	test('the small HQ: orders out, each event in once, over kills and a backup put back', smallHq);
});

async function smallHq()
{
	const dir = tempDir('small-hq');
	const file = (name) => path.join(dir, name);
	const cleanup = new Cleanup({ others: true });
	const broker = new Broker(dir);
	let hq = null;
	const put = (type, byId, rev = 1) => fs.appendFileSync(file('records.jsonl'), Object.entries(byId)
		.map(([id, body]) => `${JSON.stringify({ type, id, rev, body })}\n`).join(''));
	const serve = () => {
		hq = new Child(process.execPath, [path.join(TOP, 'tests/protocol/small_hq.js'), broker.url, STORE,
			file('records.jsonl'), file('journal.jsonl')], { log: file('small_hq.log') });
	};
	const events = () => linesOf(file('journal.jsonl')).filter(({ e }) => e).map(({ e }) => JSON.parse(e));
	const completed = () => events().filter((e) => e.type === 'pickup.completed').map((e) => e.body.order);
	const station = new Station({ dir, brokerUrl: null, store: STORE });
	const handOver = async (id) => {
		await until(`${id} is there`, async () =>
			(await station.do('scan', { code: pickupCode({ store: STORE, order: id }) })).status === 200, LEVEL_MS);
		await station.must('pickup.handover');
	};

	try {
		await broker.start();
		cleanup.add(() => broker.stop());
		const witness = new Witness(broker.url);

		await witness.start();
		cleanup.add(() => witness.stop());
		put('policy', policyRecords({ pickup: { check_items: 'none' } }));
		put('product', productRecords());
		put('stock', stockRecords());
		put('order', { 'ZAM-1': order('ZAM-1') });
		serve();
		cleanup.add(() => hq.stop());
		station.sections.hq.url = broker.url;
		await station.start();
		cleanup.add(() => station.stop());
		await until('staff is known', () => station.login().then(() => true), LEVEL_MS);
		put('order', { 'ZAM-2': order('ZAM-2') });
		await handOver('ZAM-2');
		await until('HQ has it', () => completed().includes('ZAM-2'), LEVEL_MS);
		await hq.kill9();
		fs.copyFileSync(file('journal.jsonl'), file('backup.jsonl'));
		await handOver('ZAM-1');
		serve();
		await until('HQ has both', () => completed().includes('ZAM-1'), LEVEL_MS);
		await hq.kill9();
		put('order', { 'ZAM-1': order('ZAM-1', { shelf: 'C-7' }) }, 2); // an ERP that has not heard of it
		serve();
		await station.waitState('HQ has all of it', (doc) => doc.hq.reachable && doc.hq.outbox === 0, LEVEL_MS);
		await until('the new shelf came down', () => witness.messages.some(({ topic, text }) =>
			/k1\/down\/orders$/.test(topic) && text.includes('C-7') && text.includes('"part"')), LEVEL_MS);
		await until('the station is level with it', () => levelWith(witness), 2 * LEVEL_MS);
		assert.strictEqual(await station.refused('scan', { code: pickupCode({ store: STORE, order: 'ZAM-1' }) }),
			'already_collected');
		assert.deepStrictEqual(completed(), ['ZAM-2', 'ZAM-1']);
		await until('the store says that the ERP is wrong', () => events().some((e) => e.type === 'order.conflict'), LEVEL_MS);
		const whole = events();

		assert.deepStrictEqual(whole.map((e) => e.seq), whole.map((_, i) => i + 1), 'each once, in order');
		await hq.kill9();
		fs.copyFileSync(file('backup.jsonl'), file('journal.jsonl')); // it was put back
		serve();
		await until('HQ has all again', () => events().length >= whole.length, 2 * LEVEL_MS);
		assert.deepStrictEqual(events().slice(0, whole.length), whole);
		assert.deepStrictEqual(witness.faults, []);
		assert.doesNotMatch(hq.log(), /ALARM/);
	} finally {
		await cleanup.run();
	}
}

/** Does the last heartbeat stand where the last head or snapshot of every stream stands? */
function levelWith({ messages })
{
	const last = (fits) => messages.map(({ text }) => JSON.parse(text)).filter(fits).at(-1);
	const { cursors } = last((m) => m.cursors) || {};

	return cursors && Object.entries(cursors).every(([name, { epoch, seq }]) => {
		const head = last((m) => m.stream === name && m.ops && m.seq !== undefined);

		return head && head.epoch === epoch && head.seq === seq;
	});
}
