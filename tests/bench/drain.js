// SPDX-License-Identifier: Apache-2.0
//
// How fast a station gets rid of what waited: 100,000 events to a real mosquitto, with a peer that
// acknowledges each message at once, beside a bare libmosquitto loop that publishes the very same
// messages through the same broker to the same peer, 64 ahead of its acknowledgements. And what a
// person at the counter feels of it: the time a scan takes (POST …/do/scan, answered when its step
// is committed), while the same station has nothing to do, and then while it drains all of it again
// and again; the throughput is measured without them.
//
//	node tests/bench/drain.js [EVENTS] [RUNS]
//
// `drain / bare` is the station's events a second over the bare loop's, counted at the receiver
// from the first message to the last; the median of all runs. `p99 rises by` is the median over the
// runs of (p99 while draining - p99 when idle); both ends share the machine's processors with the
// broker and the peer. `again` is what the peer got more than once: resending too early shows here.
'use strict';

const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { Broker } = require('../lib/broker.js');
const { Station } = require('../lib/station.js');
const { Child, Cleanup, TOP, sleep, tempDir, until } = require('../lib/world.js');
const { SnapshotHq, makeParts } = require('./snapshot_hq.js');

const EVENTS = Number(process.argv[2] || 100000);
const RUNS = Number(process.argv[3] || 5);
const IDLE_SCANS = 300;
const TIMES = 12; // the peer wants all of it again so often while scans are made
const WARM_SCANS = 50;
const SERVED_MS = 60000;
const PAUSE_MS = 4;
const PROGRAM = path.join(TOP, 'build', 'bench', 'drain');

function percentile(values, p)
{
	const sorted = [...values].sort((a, b) => a - b);

	return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * p))];
}

function show(what, value, goal)
{
	console.log(`  ${what.padEnd(58)} ${value.padStart(12)}   goal ${goal}`);
}

/** Milliseconds of each scan, until `more` says no. */
async function scans(station, more)
{
	const times = [];

	while (more(times.length)) {
		const begun = process.hrtime.bigint();

		await station.do('scan', { code: `ORD-2026-${times.length % 100}` }, { session: false });
		times.push(Number(process.hrtime.bigint() - begun) / 1e6);
		await sleep(PAUSE_MS);
	}
	return times;
}

/** A peer that is ready; `figures` resolves to what it says at its end. */
async function startPeer(dir, port, last, file, times = 1)
{
	const lines = [];
	const child = new Child(PROGRAM, ['peer', String(port), String(last), file, String(times)],
		{ log: path.join(dir, 'peer.log'), lines: (line) => lines.push(line) });

	await until('the peer is ready', () => lines.includes('ready'));
	return {
		figures: child.ended.then(() => JSON.parse(lines.pop())), ended: () => !child.alive,
	};
}

/** One drain; what the peer says. */
async function drain(dir, broker, station, last, file)
{
	const peer = await startPeer(dir, broker.port, last, file);

	await station.start();
	const said = await peer.figures;

	await station.stop();
	return said;
}

/** What scans take while nothing happens, and while all of it is drained many times over. */
async function served(dir, broker, station, last, figures)
{
	await station.start();
	await scans(station, (n) => n < WARM_SCANS);
	const idle = await scans(station, (n) => n < IDLE_SCANS);
	const peer = await startPeer(dir, broker.port, last, '-', TIMES);
	const late = Date.now() + SERVED_MS;
	/* The first of these tells the station that HQ has nothing. */
	const busy = await scans(station, () => !peer.ended() && Date.now() < late);

	if (!peer.ended()) {
		throw new Error(`not drained ${TIMES} times in ${SERVED_MS} ms`);
	}
	await station.stop();
	figures.idle.push(percentile(idle, 0.99));
	figures.busy.push(percentile(busy, 0.99));
	figures.rise.push(percentile(busy, 0.99) - percentile(idle, 0.99));
	figures.scans.push(busy.length);
}

async function run(dir, broker, figures)
{
	const station = new Station({ dir, brokerUrl: broker.url });
	const messages = path.join(dir, 'messages'), database = path.join(dir, 'data', 'lada.db');

	await station.start();
	await station.stop();
	const { last } = JSON.parse(execFileSync(PROGRAM, ['fill', database, String(EVENTS)],
		{ encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));

	/* Once to have the messages, and once for the time: the bare loop's peer writes no file. */
	await drain(dir, broker, station, last, messages);
	execFileSync('sqlite3', [database, 'UPDATE ledger SET acked=0']);
	const drained = await drain(dir, broker, station, last, '-');
	const other = await startPeer(dir, broker.port, last, '-');

	execFileSync(PROGRAM, ['bare', String(broker.port), messages]);
	const bare = await other.figures;

	await served(dir, broker, station, last, figures);
	figures.ratio.push(bare.seconds / drained.seconds);
	figures.seconds.push(drained.seconds);
	figures.bare.push(bare.seconds);
	figures.again.push(drained.again);
	return drained;
}

async function main()
{
	const cleanup = new Cleanup();
	const dir = tempDir('drain');
	const broker = new Broker(dir);
	const figures = {
		ratio: [], seconds: [], bare: [], again: [], idle: [], busy: [], rise: [], scans: [],
	};
	let drained;

	try {
		await broker.start();
		cleanup.add(() => broker.stop());
		const hq = new SnapshotHq(broker.url, makeParts(200));

		await hq.start();
		cleanup.add(() => hq.stop());
		for (let i = 0; i < RUNS; i++) {
			const place = path.join(dir, String(i));

			fs.mkdirSync(place);
			drained = await run(place, broker, figures);
			fs.rmSync(place, { recursive: true });
		}
	} finally {
		await cleanup.run();
	}
	const of = (name) => percentile(figures[name], 0.5);

	console.log(`${EVENTS} waiting events, ${drained.messages} messages of ${
		(drained.bytes / drained.messages / 1e3).toFixed(0)} kB, median of ${RUNS}: drained in ${
		of('seconds').toFixed(2)} s, bare loop ${of('bare').toFixed(2)} s`);
	show('drain / bare', of('ratio').toFixed(2), '>= 0.5');
	show('messages that came again', String(of('again')), '0');
	show('scan p99, idle', `${of('idle').toFixed(1)} ms`, '-');
	show(`scan p99, draining (${of('scans')} scans)`, `${of('busy').toFixed(1)} ms`, '-');
	show('p99 rises by', `${of('rise').toFixed(1)} ms`, '<= 2 ms');
}

main().catch((err) => {
	console.error(err);
	process.exitCode = 1;
});
