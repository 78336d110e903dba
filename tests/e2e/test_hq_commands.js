// SPDX-License-Identifier: Apache-2.0
//
// What lada-hq tells a real station, all frames signed: commands with their answers, and keys that
// come and go. On PostgreSQL where LADA_HQ_DB says so.
'use strict';

const test = require('node:test');
const assert = require('node:assert');
const fs = require('node:fs');
const mqtt = require('mqtt');
const path = require('node:path');
const { Broker } = require('../lib/broker.js');
const { signFrame } = require('../lib/codes.js');
const { STORE, order, policyRecords, productRecords, stockRecords } = require('../lib/fixtures.js');
const { LadaHq } = require('../lib/lada_hq.js');
const { Postgres } = require('../lib/postgres.js');
const { SimPrinter } = require('../lib/sim.js');
const { Station } = require('../lib/station.js');
const { Witness } = require('../lib/witness.js');
const { Cleanup, program, run, tempDir, until } = require('../lib/world.js');

const dir = tempDir('hqcommands');
const cleanup = new Cleanup();
let broker;
let hq;
let printer;
let station;
let witness;

function importLines(name, lines)
{
	const file = path.join(dir, name);

	fs.writeFileSync(file, lines.map((line) => JSON.stringify({ store: STORE, ...line })).join('\n'));
	hq.command('import', file);
}

function puts(type, byId)
{
	return Object.entries(byId).map(([id, body]) => ({ type, id, body }));
}

/** Has the station every message HQ ever numbered, and does it count the same? */
function level()
{
	const [lane] = JSON.parse(hq.command('fleet', '--json')).lanes;

	return lane && lane.online && Object.values(lane.streams).length > 0
		&& Object.values(lane.streams).every(({ verdict }) => verdict === 'equal');
}

/** `cmd … --wait`: its exit status and what it printed behind the id. */
function command(cmd, ...args)
{
	const words = args.flatMap((arg) => ['--arg', arg]);
	const { code, stdout } = run(program('lada-hq'), [...hq.common, 'cmd', STORE, 'k1', cmd, ...words,
		'--expires', '30s', '--wait']);

	return { code, said: stdout.trim().split('\n').slice(1).join('\n') };
}

function refusals(why)
{
	return hq.jsonLines('events', '--json', '--type', 'frame.refused')
		.filter(({ e }) => e.body.why === why);
}

/** The seed of a key, as an export gives it away. */
function seedOf(kid)
{
	const file = path.join(dir, 'keys.jsonl');

	hq.command('export', file);
	const line = fs.readFileSync(file, 'utf8').split('\n').filter(Boolean).map((text) => JSON.parse(text))
		.find((row) => row.export === 'key' && row.kid === kid);

	return Buffer.from(line.seed, 'base64');
}

test.before(async () => {
	broker = new Broker(dir);
	cleanup.add(() => broker.stop());
	await broker.start();
	witness = new Witness(broker.url);
	cleanup.add(() => witness.stop());
	await witness.start();
	let db = {};

	if (process.env.LADA_HQ_DB === 'postgresql') {
		const server = new Postgres();

		cleanup.add(() => server.stop());
		await server.start();
		db = { db: server.newDatabase() };
	}
	hq = new LadaHq({ dir, url: broker.url, ...db });
	cleanup.add(() => hq.stop());
	printer = new SimPrinter({ dir });
	await printer.start();
	cleanup.add(() => printer.stop());
	const keysText = hq.command('keygen') + hq.command('keygen', '--purpose', 'stream');

	importLines('records.jsonl', [...puts('policy', policyRecords()), ...puts('product', productRecords()),
		...puts('stock', stockRecords()), ...puts('order', { 'ZAM-1': order('ZAM-1'), 'ZAM-2': order('ZAM-2') })]);
	await hq.serve();
	station = new Station({ dir, brokerUrl: broker.url, keysText, printerPort: printer.port });
	cleanup.add(() => station.stop());
	await station.start();
	await until('the station is level', level, 20000);
	await station.login();
});

test.after(() => cleanup.run());

test('print-test comes out of the printer, and HQ hears of it', async () => {
	const before = printer.jobs().length;
	const { code, said } = command('print-test', 'name=receipt');

	assert.strictEqual(code, 0, said);
	assert.match(said, /^done: job \d+$/);
	await until('it came out', () => printer.jobs().length === before + 1);
	const nowhere = command('print-test', 'name=nobody');

	assert.strictEqual(nowhere.code, 1);
	assert.match(nowhere.said, /^failed: ./);
});

test('set changes the language at once', async () => {
	assert.deepStrictEqual(command('set', 'key=language', 'value=en'), { code: 0, said: 'done: language set' });
	await station.waitState('English', (doc) => doc.language === 'en');
	assert.strictEqual(command('set', 'key=language', 'value:=null').code, 0);
	await station.waitState('Polish', (doc) => doc.language === 'pl');
});

test('message stands at the counter', async () => {
	await station.do('end');
	assert.strictEqual(command('message', 'text=Zamykamy o 18', 'level=bad').code, 0);
	const { notice } = await station.waitState('the message', (doc) => doc.notice
		&& doc.notice.code === 'message');

	assert.strictEqual(notice.text, 'Zamykamy o 18');
	const [last] = hq.jsonLines('cmds', '--json').slice(-1);

	await station.must('message.done', { id: last.id });
});

test('resync takes all six streams anew from HQ', async () => {
	const asked = () => witness.messages.filter(({ topic, text }) => topic.endsWith('/k1/ask')
		&& text.includes('"ask":"stream"') && text.includes('"epoch":0')).length;
	const before = asked();

	assert.strictEqual(command('resync').code, 0);
	await until('it asked for all six', () => asked() >= before + 6);
	await until('it is level again', level, 20000);
});

test('diagnose is answered with a picture of the station', () => {
	const { code, said } = command('diagnose');

	assert.strictEqual(code, 0);
	assert.strictEqual(typeof JSON.parse(said.replace(/^done: /, '')).uptime_s, 'number');
});

test('a PIN changed at the counter is HQ’s before long, and the old one is dead', async () => {
	const staffRecord = () => {
		const file = path.join(dir, 'staff.jsonl');

		hq.command('export', file);
		return fs.readFileSync(file, 'utf8').split('\n').filter(Boolean).map((text) => JSON.parse(text))
			.find((row) => row.export === 'record' && row.id === 'staff');
	};
	const before = JSON.stringify(staffRecord());

	assert.strictEqual(await station.refused('staff.pin', { old: '111111', new: '739155' }), 'pin_wrong');
	await station.must('staff.pin', { old: '482100', new: '739155' });
	await assert.rejects(station.login('E17', '482100'), /pin_wrong/);
	await station.login('E17', '739155');
	await until('HQ has written it', () => JSON.stringify(staffRecord()) !== before, 20000);
	await until('the station is level', level, 20000);
	await station.login('E17', '739155');
	await station.must('staff.pin', { old: '739155', new: '482100' });
	await station.login();
});

test('a pickup key that is withdrawn opens nothing any more', async () => {
	const old = hq.command('code', 'ZAM-2').trim();

	hq.command('keygen', '--later');
	await until('the station knows the next key', level, 20000);
	hq.command('keys', 'use', '3');
	const fresh = hq.command('code', 'ZAM-2').trim();

	hq.command('keys', 'withdraw', '1');
	await until('the station has the policy', level, 20000);
	assert.strictEqual((await station.do('scan', { code: old })).json.ok, false);
	await station.must('scan', { code: fresh });
	assert.strictEqual((await station.state()).pickup.order, 'ZAM-2');
	await station.must('end');
});

test('a stream key is changed while HQ speaks, and the old one is not heard any more', async () => {
	const seed = seedOf(2);

	hq.command('keygen', '--purpose', 'stream', '--later');
	await until('the station knows the next key', level, 20000);
	hq.command('keys', 'use', '4');
	assert.strictEqual(command('set', 'key=language', 'value:=null').code, 0); // signed by either
	hq.command('keys', 'withdraw', '2');
	await until('the station has the policy', level, 20000);
	importLines('more.jsonl', puts('order', { 'ZAM-3': order('ZAM-3') }));
	await until('the station follows the new key', level, 20000);
	const refused = refusals('signature').length;
	const topic = `lada/1/${STORE}/k1/cmd`;
	const client = await mqtt.connectAsync(broker.url);
	const forged = { id: 'forged', cmd: 'set', args: { key: 'language', value: 'uk' },
		expires: new Date(Date.now() + 60000).toISOString() };

	await client.publishAsync(topic, signFrame(topic, JSON.stringify(forged), { kid: 2, seed }), { qos: 1 });
	await client.endAsync();
	await until('it was refused', () => refusals('signature').length > refused, 20000);
	assert.strictEqual((await station.state()).language, 'pl');
});

test('everything that was published is what the schemas say', () => {
	assert.deepStrictEqual(witness.faults, []);
});
