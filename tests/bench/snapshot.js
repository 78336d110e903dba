// SPDX-License-Identifier: Apache-2.0
//
// How fast a snapshot is taken: 100,000 orders of 1.5 kB through a real mosquitto into a real
// station, beside a Node.js program that does the same (node_taker.js) and beside the sqlite3 shell
// inserting the same rows into the same tables in one transaction. Everything in one run, taking
// turns, medians; the figures are ratios, since seconds are the machine's.
//
//	node tests/bench/snapshot.js [ORDERS] [ROUNDS]
//
// `Node.js / Lada` above 1 says Lada is faster: both from the offer to the ask for what follows,
// with the same HQ, broker, rows and durability; Lada checks every record, Node.js only parses.
// `Lada / sqlite3` says how many times as long the whole way takes as the rows alone: the shell
// reads INSERT statements, one a row, and nothing comes over a network. `copied` is the strictest
// form of it, rows copied from an attached database. Seconds of processor time say where it goes:
// the loop thread (MQTT, JSON's first check), the step thread (records and SQLite), the broker.
'use strict';

const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { Broker } = require('../lib/broker.js');
const { Station } = require('../lib/station.js');
const { Child, Cleanup, tempDir } = require('../lib/world.js');
const { SnapshotHq, makeParts } = require('./snapshot_hq.js');

const ORDERS = Number(process.argv[2] || 100000);
const ROUNDS = Number(process.argv[3] || 2);

function median(values)
{
	return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}

function show(what, value, goal)
{
	console.log(`  ${what.padEnd(58)} ${value.padStart(12)}   goal ${goal}`);
}

/** Seconds of processor time of each thread of a process. */
function cpu(pid)
{
	const tick = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));

	return Object.fromEntries(fs.readdirSync(`/proc/${pid}/task`).map((task) => {
		const stat = fs.readFileSync(`/proc/${pid}/task/${task}/stat`, 'utf8');
		const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');

		return [task, (Number(fields[11]) + Number(fields[12])) / tick];
	}));
}

function sqlite(file, sql)
{
	return execFileSync('sqlite3', [file], { input: sql, encoding: 'utf8', maxBuffer: 1 << 30 });
}

const SETUP = 'PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-8192;\n';

/** An empty database with the station's tables. */
function emptyLike(station, file)
{
	const page = sqlite(station, 'PRAGMA page_size;').trim();
	const schema = sqlite(station, "SELECT sql || ';' FROM sqlite_schema WHERE sql NOT NULL"
		+ " AND name NOT LIKE 'sqlite_%';");

	sqlite(file, `PRAGMA page_size=${page};\n${schema}`);
}

async function takeByLada(dir, broker, hq, figures)
{
	const station = new Station({ dir, brokerUrl: broker.url });
	const taken = hq.taken();

	await station.start();
	figures.lada.push(await taken);
	const threads = Object.entries(cpu(station.child.pid)).sort(([, a], [, b]) => b - a);

	figures.threads.push(Object.fromEntries(threads.slice(0, 2).map(([task, s]) =>
		[Number(task) === station.child.pid ? 'loop' : 'step', s])));
	await station.stop();
	return path.join(dir, 'data', 'lada.db');
}

async function takeByNode(dir, broker, hq, database, figures)
{
	const file = path.join(dir, 'node.db');

	emptyLike(database, file);
	const taken = hq.taken();
	const child = new Child(process.execPath, [path.join(__dirname, 'node_taker.js'), broker.url, file],
		{ log: path.join(dir, 'node.log') });

	const seconds = await Promise.race([taken, child.ended.then(() => null)]);

	if (seconds === null && !fs.existsSync(file)) {
		throw new Error('the Node.js taker has ended');
	}
	figures.node.push(seconds === null ? await taken : seconds);
	await child.ended;
	figures.nodeCpu.push(Number(/"cpu_s":([\d.]+)/.exec(
		fs.readFileSync(path.join(dir, 'node.log'), 'utf8'))[1]));
	return file;
}

function timed(what)
{
	const begun = process.hrtime.bigint();

	what();
	return Number(process.hrtime.bigint() - begun) / 1e9;
}

function insertByShell(dir, database, figures)
{
	const gen = sqlite(database, 'SELECT gen FROM cursor WHERE stream=0;').trim();
	const dump = path.join(dir, 'rows.sql');
	const shell = path.join(dir, 'shell.db'), copy = path.join(dir, 'copy.db');

	for (const file of [shell, copy]) {
		fs.rmSync(file, { force: true });
		emptyLike(database, file);
	}
	fs.writeFileSync(dump, `${SETUP}BEGIN;\n${sqlite(database, '.mode insert record\n'
		+ `SELECT * FROM record WHERE gen=${gen} ORDER BY n;\n.mode insert lookup\n`
		+ `SELECT * FROM lookup WHERE gen=${gen};`)}COMMIT;\n`);
	figures.shell.push(timed(() => execFileSync('sqlite3', [shell],
		{ stdio: [fs.openSync(dump, 'r'), 'ignore', 'inherit'] })));
	figures.copied.push(timed(() => sqlite(copy, `${SETUP}ATTACH '${database}' AS st; BEGIN;`
		+ `INSERT INTO record SELECT * FROM st.record WHERE gen=${gen} ORDER BY n;`
		+ `INSERT INTO lookup SELECT * FROM st.lookup WHERE gen=${gen}; COMMIT;`)));
	fs.rmSync(dump);
}

function sameRows(ours, theirs)
{
	const rows = (file, where) => sqlite(file, 'SELECT count(*), sum(rev), sum(length(id)),'
		+ ` min(id), max(id) FROM record ${where}; SELECT count(*), sum(length(key)) FROM lookup ${where};`);

	return rows(ours, 'WHERE gen=(SELECT gen FROM cursor WHERE stream=0)') === rows(theirs, '');
}

async function main()
{
	const cleanup = new Cleanup();
	const dir = tempDir('snapshot');
	const broker = new Broker(dir);
	const parts = makeParts(ORDERS);
	const figures = { lada: [], node: [], shell: [], copied: [], threads: [], broker: [],
		nodeCpu: [] };

	try {
		await broker.start();
		cleanup.add(() => broker.stop());
		const hq = new SnapshotHq(broker.url, parts);

		await hq.start();
		cleanup.add(() => hq.stop());
		for (let round = 0; round < ROUNDS; round++) {
			const place = path.join(dir, String(round));
			const before = Object.values(cpu(broker.child.pid))[0];

			fs.mkdirSync(place);
			const database = await takeByLada(place, broker, hq, figures);

			figures.broker.push(Object.values(cpu(broker.child.pid))[0] - before);
			const other = await takeByNode(place, broker, hq, database, figures);

			insertByShell(place, database, figures);
			if (!sameRows(database, other)) {
				throw new Error('Node.js has other rows than Lada');
			}
			fs.rmSync(place, { recursive: true });
		}
	} finally {
		await cleanup.run();
	}
	const [lada, node, shell, copied] = ['lada', 'node', 'shell', 'copied'].map((k) => median(figures[k]));

	console.log(`a snapshot of ${ORDERS} orders, ${(parts.join('').length / ORDERS / 1e3).toFixed(2)} kB each,`
		+ ` ${parts.length} parts: Lada ${lada.toFixed(2)} s, Node.js ${node.toFixed(2)} s,`
		+ ` sqlite3 ${shell.toFixed(2)} s (copied ${copied.toFixed(2)} s)`);
	show('Node.js / Lada', (node / lada).toFixed(2), '>= 1');
	show('Lada / sqlite3', (lada / shell).toFixed(2), '<= 3');
	show('Lada / sqlite3, copied', (lada / copied).toFixed(2), '-');
	show('processor seconds: step thread', median(figures.threads.map((t) => t.step)).toFixed(2), '-');
	show('processor seconds: loop thread', median(figures.threads.map((t) => t.loop)).toFixed(2), '-');
	show('processor seconds: Node.js, all of it', median(figures.nodeCpu).toFixed(2), '-');
	show('processor seconds: broker', median(figures.broker).toFixed(2), '-');
}

main().catch((err) => {
	console.error(err);
	process.exitCode = 1;
});
