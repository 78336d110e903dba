// SPDX-License-Identifier: Apache-2.0
//
// `lada`, the operator's tool, with a station that runs and with one that does not.
'use strict';

const test = require('node:test');
const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const { shopOf } = require('../lib/shop.js');
const { order } = require('../lib/fixtures.js');
const { Child, program, run, until } = require('../lib/world.js');

const shop = shopOf('tool', () => ({
	orders: { 'ZAM-1': order('ZAM-1'), 'ZAM-2': order('ZAM-2') }, scanner: false,
}));

test('udev rules come without a station and without a configuration', () => {
	const { code, stdout } = run(program('lada'), ['devices', '--udev']);

	assert.strictEqual(code, 0);
	assert.match(stdout, /ATTR\{idVendor\}=="04b8", ATTR\{idProduct\}=="0202", GROUP="lada", MODE="0660"/);
	assert.match(stdout, /\nLABEL="lada_end"\n$/);
});

test('status and devices, for people and for machines', () => {
	assert.match(shop.mustLada('status'), /WAW-042|k1/);
	assert.match(JSON.stringify(JSON.parse(shop.mustLada('--json', 'status'))), /orders/);
	assert.match(shop.mustLada('devices'), /receipt/);
	assert.match(JSON.stringify(JSON.parse(shop.mustLada('--json', 'devices'))), /"receipt"/);
});

test('scan is a scan at the counter', async () => {
	shop.mustLada('scan', shop.code('ZAM-1'));
	await shop.station.waitState('the pickup', (doc) => doc.mode === 'pickup');
	await shop.station.must('pickup.cancel');
	assert.strictEqual(shop.lada('scan', shop.code('ZAM-2', { kid: 9 })).code, 1);
});

test('print-test prints a page', async () => {
	const before = shop.printer.jobs().length;

	shop.mustLada('print-test', 'receipt');
	await shop.station.waitState('a page', () => shop.printer.jobs().length === before + 1);
	const { code, stderr } = shop.lada('print-test', 'nobody');

	assert.deepStrictEqual([code, stderr], [1, 'lada: no printer of this name; see lada devices\n']);
});

test('jobs are listed and answered', async () => {
	shop.printer.fault('drop@150');
	shop.lada('print-test', 'receipt');
	const unknown = await shop.station.waitState('an unknown job',
		(doc) => doc.jobs.some((j) => j.status === 'unknown'), 15000);
	const { job } = unknown.jobs.find((j) => j.status === 'unknown');

	shop.printer.fault('none');
	assert.match(shop.mustLada('jobs'), new RegExp(`^${job} +receipt +test +unknown`, 'm'));
	assert.ok(JSON.parse(shop.mustLada('--json', 'jobs')).some((j) => j.job === job));
	shop.mustLada('jobs', 'came', String(job), 'yes');
	assert.match(shop.mustLada('jobs'), new RegExp(`^${job} +receipt +test +done`, 'm'));
	assert.strictEqual(shop.lada('jobs', 'came', String(job), 'yes').code, 1);
	assert.match(shop.lada('jobs', 'retry', '999').stderr, /no such job/);
	for (const wrong of [['jobs', 'came', '1'], ['jobs', 'retry', 'x'], ['jobs', 'drop'], ['jobs', 'x', '1']]) {
		assert.strictEqual(shop.lada(...wrong).code, 2, wrong.join(' '));
	}
});

test('journal, check and diagnose; no secret in any of them', async () => {
	await shop.handOver('ZAM-1');
	const journal = shop.mustLada('journal');

	assert.match(journal, /pickup\.completed/);
	shop.mustLada('check');
	const diagnose = shop.mustLada('diagnose');
	const secret = shop.station.keys.secret.toString('hex');

	JSON.parse(diagnose);
	for (const text of [journal, diagnose, shop.mustLada('--json', 'status')]) {
		assert.ok(!text.includes(secret) && !text.includes('$argon2') && !text.includes('482100'));
	}
});

test('a raw copy of the data, put back: a new epoch, and nothing that happens then is lost', async (t) => {
	if (!fs.statSync(path.join(shop.station.data, 'lada.db')).birthtimeMs) {
		t.skip('this file system does not say when a file was made');
		return;
	}
	const copy = path.join(shop.dir, 'copy');
	const { epoch } = shop.hq.states.get('k1');
	const refused = () => shop.hq.events('pickup.refused').length;
	const refuse = () => shop.station.refused('scan', { code: shop.code('ZAM-404') });

	await shop.outboxEmpty();
	await shop.station.stop();
	fs.cpSync(shop.station.data, copy, { recursive: true });
	await shop.station.start();
	await shop.station.login();
	const before = refused();

	await refuse();
	await until('HQ has it', () => refused() === before + 1);
	assert.strictEqual(shop.hq.states.get('k1').epoch, epoch, 'a restart is no restore');
	await shop.station.kill9();
	fs.rmSync(shop.station.data, { recursive: true });
	fs.cpSync(copy, shop.station.data, { recursive: true });
	await shop.station.start();
	await shop.station.login();
	await refuse();
	await until('HQ has that too', () => refused() === before + 2, 12000);
	assert.ok(shop.hq.states.get('k1').epoch > epoch);
	await shop.outboxEmpty();
	shop.noProblems();
});

test('an older copy written over the database: a new epoch as well', async () => {
	const database = path.join(shop.station.data, 'lada.db');
	const copy = path.join(shop.dir, 'copy.db');
	const refuse = () => shop.station.refused('scan', { code: shop.code('ZAM-404') });

	await shop.outboxEmpty();
	await shop.station.stop();
	fs.copyFileSync(database, copy);
	await shop.station.start();
	await shop.station.login();
	await refuse();
	await shop.outboxEmpty();
	await shop.station.stop();
	const { epoch } = shop.hq.states.get('k1');
	const { ino } = fs.statSync(database);

	fs.writeFileSync(database, fs.readFileSync(copy));
	assert.strictEqual(fs.statSync(database).ino, ino);
	await shop.station.start();
	await shop.station.login();
	const before = shop.hq.events('pickup.refused').length;

	await refuse();
	await until('HQ has it', () => shop.hq.events('pickup.refused').length === before + 1, 12000);
	assert.ok(shop.hq.states.get('k1').epoch > epoch);
	await shop.station.stop();
	await shop.station.start();
	await shop.station.login();
	await refuse();
	await shop.outboxEmpty();
	assert.ok(shop.hq.states.get('k1').epoch > epoch, 'and stays there');
	shop.noProblems();
});

test('a disk that fills up makes no copy of the database', async () => {
	const { epoch } = shop.hq.states.get('k1');
	const wal = path.join(shop.station.data, 'lada.db-wal');

	await shop.station.stop();
	const child = new Child('sh', ['-c', 'trap "" XFSZ; exec "$@"', 'sh', program('ladad'), '-c',
		shop.station.conf], { log: shop.station.logFile });

	shop.station.child = child;
	await until('it serves', async () => (await shop.station.get('/healthz')).status === 200);
	await shop.outboxEmpty();
	/* The log goes to a file as well, and has to have room for the last word. */
	const size = Math.max(fs.statSync(wal).size, fs.statSync(shop.station.logFile).size) + 65536;

	run('prlimit', ['--pid', String(child.pid), `--fsize=${size}`]);
	for (let i = 0; i < 200 && child.alive; i++) {
		await shop.station.do('scan', { code: shop.code(`ZAM-${4100 + i}`) }).catch(() => {});
	}
	await until('it has ended', () => !child.alive);
	assert.match(child.log(), /database: .*; stopping/);
	await shop.station.start();
	await shop.station.login();
	await shop.outboxEmpty();
	assert.strictEqual(shop.hq.states.get('k1').epoch, epoch);
	shop.noProblems();
});

test('a backup while it runs, restored: the store’s facts are there, under a new epoch', async () => {
	const file = path.join(shop.dir, 'backup.db');

	shop.mustLada('backup', file);
	assert.ok(fs.statSync(file).size > 0);
	assert.notStrictEqual(shop.lada('restore', file).code, 0, 'not while ladad runs');
	await shop.outboxEmpty();
	const { epoch } = shop.hq.states.get('k1');

	await shop.station.stop();
	shop.mustLada('restore', file);
	await shop.station.start();
	await shop.hq.waitSynced();
	await shop.station.login();
	assert.strictEqual(await shop.station.refused('scan', { code: shop.code('ZAM-1') }),
		'already_collected');
	assert.ok(shop.hq.states.get('k1').epoch > epoch);
	await shop.handOver('ZAM-2');
	await shop.hq.waitEvent('pickup.completed', (body) => body.order === 'ZAM-2');
	await shop.outboxEmpty();
	shop.noProblems();
	assert.strictEqual(shop.hq.events('pickup.completed').length, 2);
});
