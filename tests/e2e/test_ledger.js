// SPDX-License-Identifier: Apache-2.0
//
// What an operator sees of the ledger between HQ and the store: dead letters, rejected events, the
// journal's chain with pruned beginnings and purged persons, and an HQ restored from so old a backup
// that the store cannot give back what it lost.
'use strict';

const test = require('node:test');
const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const { shopOf } = require('../lib/shop.js');
const { order } = require('../lib/fixtures.js');
const { hash128 } = require('../lib/codes.js');
const { rawMembers } = require('../lib/rawjson.js');
const { run, until } = require('../lib/world.js');

const shop = shopOf('ledger', () => ({
	orders: Object.fromEntries([1, 2, 3].map((n) => [`ZAM-${n}`, order(`ZAM-${n}`)])),
	scanner: false,
}));

function manage()
{
	return JSON.parse(shop.mustLada('--json', 'status'));
}

/** Changes the database behind the back of a station that is stopped. */
function alter(sql)
{
	const { code, stdout, stderr } = run('sqlite3', [path.join(shop.station.data, 'lada.db'), sql]);

	assert.strictEqual(code, 0, stderr);
	return stdout.trim();
}

test('a dead letter is listed with what to do, and dropped', async () => {
	await shop.hq.publish('orders', [{
		op: 'put', type: 'order', id: 'BAD-1', rev: 1,
		body: order('BAD-1', { totals: { total: 1, due: 0 } }),
	}]);
	await until('the letter', () => manage().letters === 1);
	const [letter] = manage().dead_letters;

	assert.deepStrictEqual([letter.stream, letter.id, letter.reason],
		['orders', 'BAD-1', 'amounts_mismatch']);
	assert.match(shop.mustLada('letters'), /BAD-1: amounts_mismatch\n {2}.*correct the order at HQ/);
	assert.match(shop.mustLada('status'), /letters {2}1; see lada letters/);
	assert.match(JSON.parse(shop.mustLada('--json', 'letters')).op, /"id":"BAD-1"/);
	assert.strictEqual(shop.lada('letters', 'drop', '4711').code, 1);
	assert.strictEqual(shop.lada('letters', 'lose', '1').code, 2);
	shop.mustLada('letters', 'drop', String(letter.letter));
	assert.strictEqual(manage().letters, 0);
	assert.strictEqual(shop.mustLada('letters'), '');
});

test('what HQ rejects is listed with what to do, and dropped', async () => {
	shop.hq.faults.reject = (e) => (e.type === 'pickup.refused' ? 'unknown_type' : null);
	await shop.station.do('scan', { code: shop.code('ZAM-1', { kid: 9 }) });
	await until('the reject', () => manage().rejects.length === 1);
	shop.hq.faults.reject = null;
	const [{ epoch, seq, type, reason }] = manage().rejects;

	assert.deepStrictEqual([type, reason], ['pickup.refused', 'unknown_type']);
	assert.match(shop.mustLada('rejects'),
		new RegExp(`${epoch}/${seq} pickup.refused: unknown_type\n {2}.*update HQ`));
	assert.strictEqual(shop.lada('rejects', 'drop', `${epoch}/${seq + 1}`).code, 1);
	shop.mustLada('rejects', 'drop', `${epoch}/${seq}`);
	assert.deepStrictEqual(manage().rejects, []);
});

test('the journal as JSON has each event exactly as it is chained', async () => {
	await shop.openPickup('ZAM-1').then((doc) => shop.checkAll(doc));
	await shop.station.must('pickup.handover', { collector: 'proxy', name: 'Jan N.' });
	await shop.handOver('ZAM-2');
	await shop.outboxEmpty();
	const lines = shop.mustLada('--json', 'journal').trimEnd().split('\n');
	const warsawDay = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/Warsaw' });
	let prev = '0'.repeat(32), persons = 0;

	for (const [i, line] of lines.entries()) {
		const { n, e, person, ...header } = JSON.parse(line);

		assert.deepStrictEqual([n, e.seq, e.prev], [i + 1, i + 1, prev]);
		assert.deepStrictEqual(
			[header.RetailStoreID, header.WorkstationID, header.SequenceNumber,
				header.BeginDateTime, header.OperatorID],
			[shop.station.store, shop.station.lane, e.seq, e.at, e.body.staff]);
		assert.strictEqual(header.BusinessDayDate, warsawDay.format(new Date(e.at)));
		prev = hash128(rawMembers(line).e);
		persons += person ? 1 : 0;
	}
	assert.ok(lines.length > 4);
	assert.strictEqual(persons, 1);
});

test('the chain: pruned and purged holds, and the first broken link is said', async () => {
	const file = path.join(shop.station.data, 'lada.db');
	const good = path.join(shop.dir, 'good.db');
	const broken = (sql, said) => {
		fs.copyFileSync(good, file);
		alter(sql);
		const { code, stderr } = shop.lada('journal');

		assert.match(stderr, said);
		assert.strictEqual(code, 1, sql);
		assert.strictEqual(shop.lada('check').code, 1);
	};

	await shop.station.stop();
	alter('PRAGMA wal_checkpoint(TRUNCATE)');
	alter('UPDATE journal SET person = NULL');
	assert.match(shop.lada('journal').stderr, /unbroken: \d+ events kept, 0 pruned, .* of 1 purged/);
	alter('DELETE FROM journal WHERE seq <= 2');
	assert.match(shop.lada('journal').stderr, /kept from 3 on.*\n.*unbroken: .* 2 pruned/);
	shop.mustLada('check');
	alter('PRAGMA wal_checkpoint(TRUNCATE)');
	fs.copyFileSync(file, good);
	const last = Number(alter('SELECT max(seq) FROM journal'));

	broken("UPDATE journal SET e = replace(e, 'pickup', 'backup') WHERE seq = 4",
		/event \d+\/5: does not follow from the one before it/);
	broken('DELETE FROM journal WHERE seq = 5', /event \d+\/5: is missing/);
	broken(`DELETE FROM journal WHERE seq = ${last}`, new RegExp(`event \\d+/${last}: is missing`));
	broken(`UPDATE journal SET e = replace(e, 'E17', 'E18') WHERE seq = ${last}`,
		new RegExp(`event \\d+/${last}: is not the one that was written last`));
	broken("UPDATE journal SET person = '{}' WHERE seq = 3", /event \d+\/3: its personal data/);
	broken('UPDATE ledger SET acked = 1', /event \d+\/2: is missing, and HQ has not/);
	fs.copyFileSync(good, file);
	await shop.station.start();
	await shop.station.login();
});

test('a new epoch begins a chain of its own; both are checked', async () => {
	const backup = path.join(shop.dir, 'backup.db');

	shop.mustLada('backup', backup);
	await shop.station.stop();
	shop.mustLada('restore', backup);
	await shop.station.start();
	await shop.hq.waitSynced();
	await shop.station.login();
	await shop.handOver('ZAM-3');
	await shop.outboxEmpty();
	const { code, stderr } = shop.lada('journal');

	assert.strictEqual(code, 0, stderr);
	assert.strictEqual(stderr.match(/^epoch /gm).length, 2);
	assert.match(stderr, /unbroken/);
});

test('an HQ restored too far back is told what it cannot have again', async () => {
	const old = Math.min(...shop.hq.chains.get('k1').keys());
	const chain = shop.hq.chain('k1', old);
	const before = [...chain.taken];

	assert.strictEqual(manage().lost, null);
	chain.forgetAfter(0);
	await shop.hq.ack('k1', old);
	await until('the loss is told', () => manage().lost !== null);
	assert.deepStrictEqual(manage().lost, { epoch: old, from: 1, to: 2 });
	assert.match(shop.mustLada('status'), /HQ wants events 1 to 2 of epoch \d+ again.*\n.*newer backup/);
	// From a newer backup it goes on: what is kept comes again, the same as it was.
	for (const { text, personText } of before.slice(0, 3)) {
		chain.take(text, personText);
	}
	await shop.hq.ack('k1', old);
	await until('HQ has all of it again', () => chain.taken.length === before.length, 15000);
	assert.deepStrictEqual(chain.taken.map((t) => t.text), before.map((t) => t.text));
	await shop.outboxEmpty(15000);
	assert.strictEqual(manage().lost, null);
	shop.noProblems();
});
