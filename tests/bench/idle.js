// SPDX-License-Identifier: Apache-2.0
//
// What ten connected devices cost a station that has nothing to do: five scanners, three printers,
// two customer displays, over a minute.
//
//	node tests/bench/idle.js [SECONDS]
'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { execFileSync } = require('node:child_process');
const { Broker } = require('../lib/broker.js');
const { FakeHq } = require('../lib/fake_hq.js');
const { Station } = require('../lib/station.js');
const { SimPrinter, SimScanner } = require('../lib/sim.js');
const { Child, Cleanup, program, sleep, tempDir, until } = require('../lib/world.js');
const { policyRecords } = require('../lib/fixtures.js');

const SCANNERS = 5;
const PRINTERS = 3;
const POLES = 2;
const SETTLE_MS = 5000; // snapshots, first status, the first documents

/** Seconds of CPU that a process has used. */
function cpu(pid)
{
	const fields = fs.readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
	const ticks = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));

	return (Number(fields[11]) + Number(fields[12])) / ticks;
}

function wakeups(pid)
{
	return fs.readdirSync(`/proc/${pid}/task`).reduce((sum, task) => {
		const status = fs.readFileSync(`/proc/${pid}/task/${task}/status`, 'utf8');

		return sum + Number(/^voluntary_ctxt_switches:\s+(\d+)/m.exec(status)[1]);
	}, 0);
}

async function startDevices(dir, cleanup)
{
	const sections = {};
	const start = async (device) => {
		await device.start();
		cleanup.add(() => device.stop());
	};

	for (let i = 0; i < SCANNERS; i++) {
		const scanner = new SimScanner({ dir, name: `scanner${i}` });

		await start(scanner);
		sections[`scanner s${i}`] = { port: `serial:${scanner.link}`, protocol: 'line' };
	}
	for (let i = 0; i < PRINTERS; i++) {
		const printer = new SimPrinter({ dir, name: `printer${i}` });

		await start(printer);
		sections[`printer p${i}`] = { port: `tcp:127.0.0.1:${printer.port}`, protocol: 'escpos' };
	}
	for (let i = 0; i < POLES; i++) {
		const link = path.join(dir, `pole${i}.tty`);
		const child = new Child(program('lada-sim'),
			['pole', '--link', link, '--out', path.join(dir, `pole${i}.txt`)],
			{ log: path.join(dir, `pole${i}.log`) });

		cleanup.add(() => child.stop());
		await until('the pole is there', () => fs.existsSync(link));
		sections[`display d${i}`] = { port: `serial:${link}`, protocol: 'pole' };
	}
	return sections;
}

async function main(seconds)
{
	const cleanup = new Cleanup();
	const dir = tempDir('idle');
	const broker = new Broker(dir);

	try {
		await broker.start();
		cleanup.add(() => broker.stop());
		const hq = new FakeHq({ url: broker.url });

		hq.seed('policy', policyRecords({}));
		await hq.start();
		cleanup.add(() => hq.stop());
		const station = new Station({
			dir, brokerUrl: broker.url, sections: await startDevices(dir, cleanup),
		});

		await station.start();
		cleanup.add(() => station.stop());
		await hq.waitSynced('k1', 60000);
		await station.login();
		await station.waitState('ten devices that are well', (doc) =>
			doc.devices.filter((d) => d.status === 'ok').length === SCANNERS + PRINTERS + POLES, 20000);
		await sleep(SETTLE_MS);
		const { pid } = station.child;
		const before = { cpu: cpu(pid), wakeups: wakeups(pid), at: process.hrtime.bigint() };

		await sleep(seconds * 1000);
		const took = Number(process.hrtime.bigint() - before.at) / 1e9;
		const row = (what, value, goal) => console.log(
			`  ${what.padEnd(58)} ${value.padStart(12)}   goal ${goal}`);

		row(`ten idle devices over ${seconds} s, of a core`,
			`${((cpu(pid) - before.cpu) / took * 100).toFixed(2)} %`, '0.5 %');
		row('ten idle devices, wake-ups a second',
			((wakeups(pid) - before.wakeups) / took).toFixed(1), '-');
	} finally {
		await cleanup.run();
	}
}

main(Number(process.argv[2]) || 60).catch((err) => {
	console.error(err);
	process.exitCode = 1;
});
