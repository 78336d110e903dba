// SPDX-License-Identifier: Apache-2.0
//
// A chain of shops: stations by the hundred in a few processes (fleet.c), one real broker, the
// real lada-hq. They fetch all they lack, hand orders over for a while, lose the broker in the
// middle of it and come back; after that HQ has every handover once.
//
//	node tests/fleet/fleet.js [--stores 1000] [--processes 2] [--orders 10] [--steady 60] [--rabbitmq]
//
// With --rabbitmq the broker is a cluster of three nodes, one of which dies for good.
//
// The last line is "N passed, N failed"; what was measured stands before it.
'use strict';

const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const { Broker } = require('../lib/broker.js');
const { RabbitCluster } = require('../lib/rabbit.js');
const { Wire } = require('../lib/wire.js');
const { LadaHq } = require('../lib/lada_hq.js');
const { order, policyRecords } = require('../lib/fixtures.js');
const { Child, Cleanup, tempDir, until } = require('../lib/world.js');

const TOP = path.join(__dirname, '..', '..');
const DISK = 20;
const STATUS_MS = 20000;

function option(name, usual)
{
	const at = process.argv.indexOf(`--${name}`);

	return at < 0 ? usual : Number(process.argv[at + 1]);
}

function storeName(i)
{
	return `F${String(i).padStart(5, '0')}`;
}

/** One mosquitto, that dies and comes back without a memory. */
class OneBroker {
	constructor(dir)
	{
		this.broker = new Broker(dir);
	}

	async start()
	{
		await this.broker.start();
	}

	url()
	{
		return this.broker.url;
	}

	get processes()
	{
		return [this.broker.child.pid];
	}

	async die(chain)
	{
		await this.broker.kill9();
		await chain.waitTotal('nobody is linked', (t) => t.linked === 0, 30000);
		await this.broker.start();
	}

	stop()
	{
		return this.broker.stop();
	}
}

/** Three nodes of RabbitMQ behind what leads to the first that lives; one dies for good. */
class Cluster {
	constructor(dir)
	{
		this.cluster = new RabbitCluster(dir);
		this.wires = [];
	}

	async start()
	{
		await this.cluster.start();
		const ports = this.cluster.nodes.map((node) => node.port);

		for (let i = 0; i < ports.length; i++) {
			const wire = new Wire(...ports.slice(i), ...ports.slice(0, i));

			await wire.start();
			this.wires.push(wire);
		}
	}

	/** HQ is 0, the stations' processes go to the other nodes first. */
	url(client)
	{
		return `mqtt://127.0.0.1:${this.wires[client % this.wires.length].port}`;
	}

	get processes()
	{
		return this.cluster.nodes.map((node) => node.pid).filter((pid) => fs.existsSync(`/proc/${pid}`));
	}

	async die()
	{
		await this.cluster.nodes[1].kill9();
	}

	async stop()
	{
		await Promise.all(this.wires.map((wire) => wire.stop()));
		await this.cluster.stop();
	}
}

/** One process of stations. */
class Stations {
	constructor({ dir, url, count, first, orders, disk })
	{
		this.count = count;
		this.waiting = [];
		this.child = new Child(path.join(TOP, 'build', 'fleet', 'fleet'), [
			'--url', url, '--stores', count, '--first', first, '--orders', orders,
			...(disk ? ['--disk', disk, '--dir', dir] : []),
		].map(String), {
			log: path.join(dir, `fleet-${first}.log`), stdin: true, lines: (line) => this.#heard(line),
		});
	}

	#heard(line)
	{
		const next = this.waiting.shift();

		if (next) {
			next(JSON.parse(line));
		}
	}

	/** The next line it says. */
	#line(what)
	{
		return new Promise((resolve, reject) => {
			const late = setTimeout(() => reject(new Error(`${what}: no answer`)), STATUS_MS);

			this.waiting.push((value) => {
				clearTimeout(late);
				resolve(value);
			});
		});
	}

	ready()
	{
		return this.#line('start');
	}

	status()
	{
		this.child.process.stdin.write('status\n');
		return this.#line('status');
	}

	sell(each, overMs)
	{
		this.child.process.stdin.write(`sell ${each} ${overMs}\n`);
	}
}

class Chain {
	constructor({ stores, processes, orders })
	{
		Object.assign(this, { stores, orders, processes });
		this.dir = tempDir('fleet');
		this.cleanup = new Cleanup();
		this.figures = [];
	}

	say(what, value)
	{
		this.figures.push([what, value]);
		process.stdout.write(`${what.padEnd(60)} ${value}\n`);
	}

	recordLines(i)
	{
		const store = storeName(i);
		const put = (stream, type, id, body) => JSON.stringify({
			store, stream, op: 'put', type, id, rev: 1, body,
		});
		const policies = policyRecords({ pickup: { check_items: 'none' } });

		return [
			...Object.entries(policies).map(([id, body]) => put('policy', 'policy', id, body)),
			...Array.from({ length: this.orders }, (_, n) => put('orders', 'order', `${store}-${n}`,
				order(`${store}-${n}`, { store, goods: [['SKU-SOAP', 1]] }))),
		];
	}

	async openHq()
	{
		const file = path.join(this.dir, 'records.jsonl');
		const out = fs.openSync(file, 'w');

		for (let i = 0; i < this.stores; i++) {
			fs.writeSync(out, `${this.recordLines(i).join('\n')}\n`);
		}
		fs.closeSync(out);
		this.broker = process.argv.includes('--rabbitmq') ? new Cluster(this.dir) : new OneBroker(this.dir);
		this.cleanup.add(() => this.broker.stop());
		await this.broker.start();
		this.hq = new LadaHq({ dir: this.dir, url: this.broker.url(0) });
		const began = Date.now();

		this.hq.command('import', file);
		this.say('records imported by HQ a second',
			Math.round(this.stores * (this.orders + 5) / ((Date.now() - began) / 1000)));
		await this.hq.serve();
		this.cleanup.add(() => this.hq.stop());
	}

	async openStations()
	{
		const each = Math.ceil(this.stores / this.processes);

		this.groups = [];
		for (let first = 0; first < this.stores; first += each) {
			this.groups.push(new Stations({
				dir: this.dir, url: this.broker.url(1 + this.groups.length), count: Math.min(each, this.stores - first), first,
				orders: this.orders, disk: first === 0 ? Math.min(DISK, each) : 0,
			}));
		}
		await Promise.all(this.groups.map((g) => g.ready()));
	}

	/** What all stations say, added up. */
	async total()
	{
		const all = await Promise.all(this.groups.map((g) => g.status()));

		return all.reduce((sum, one) => Object.fromEntries(Object.entries(one)
			.map(([key, value]) => [key, (sum[key] || 0) + value])), {});
	}

	async waitTotal(what, test, timeoutMs)
	{
		const began = Date.now();

		await until(what, async () => {
			const sum = await this.total();

			if (!test(sum)) {
				this.last = sum;
				return false;
			}
			return true;
		}, timeoutMs).catch((error) => {
			throw new Error(`${error.message}; ${JSON.stringify(this.last)}`);
		});
		return ((Date.now() - began) / 1000).toFixed(1);
	}

	rss(pid)
	{
		const text = fs.readFileSync(`/proc/${pid}/status`, 'utf8');

		return Number(/VmRSS:\s+(\d+)/.exec(text)[1]) / 1024;
	}

	/** Of several processes together. */
	cpuSeconds(pids)
	{
		return pids.reduce((sum, pid) => {
			const fields = fs.readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');

			return sum + (Number(fields[11]) + Number(fields[12])) / 100;
		}, 0);
	}

	/** Seconds of a core so far: HQ, broker, stations. */
	cpu()
	{
		return [[this.hq.child.pid], this.broker.processes, this.groups.map((g) => g.child.pid)]
			.map((pids) => this.cpuSeconds(pids));
	}

	/** Every handover is at HQ once. */
	checkHq()
	{
		const done = this.hq.jsonLines('events', '--json')
			.filter((event) => event.e.type === 'pickup.completed').map((event) => event.e.body.order);

		assert.strictEqual(new Set(done).size, done.length, 'an order handed over twice');
		assert.strictEqual(done.length, this.stores * this.orders, 'handovers at HQ');
	}
}

async function main()
{
	const chain = new Chain({
		stores: option('stores', 1000), processes: option('processes', 2), orders: option('orders', 10),
	});
	const steadyS = option('steady', 60);
	const all = chain.stores * chain.orders;
	const half = Math.floor(chain.orders / 2);

	try {
		await chain.openHq();
		await chain.openStations();
		chain.say('stations', chain.stores);
		chain.say('all of them have all of their records after, s', await chain.waitTotal('in step',
			(t) => t.linked === chain.stores && t.orders === all, 120000));
		const before = chain.cpu();

		chain.groups.forEach((g) => g.sell(half, steadyS * 1000));
		await chain.waitTotal('sold and acknowledged', (t) => t.sold + t.refused === chain.stores * half
			&& t.outbox === 0, steadyS * 1000 + 60000);
		const cost = chain.cpu().map((s, i) => (s - before[i]) / (chain.stores * half) * 1000);

		chain.say('a steady day: ms of a core at HQ for a handover', cost[0].toFixed(2));
		chain.say('the same at the broker', cost[1].toFixed(2));
		chain.say('the same at the station', cost[2].toFixed(2));
		chain.groups.forEach((g) => g.sell(chain.orders - half, steadyS * 500));
		await chain.waitTotal('some sold', (t) => t.sold > chain.stores * half + chain.stores, 60000);
		await chain.broker.die(chain);
		chain.say('a broker died: all are linked again after, s',
			await chain.waitTotal('linked again', (t) => t.linked === chain.stores, 90000));
		chain.say('and HQ has acknowledged everything after, s', await chain.waitTotal('all is told',
			(t) => t.sold + t.refused === all && t.outbox === 0, steadyS * 1000 + 120000));
		const end = await chain.total();

		assert.strictEqual(end.refused, 0, 'handovers refused');
		chain.checkHq();
		chain.say('memory a station, kB', Math.round(chain.groups.reduce((sum, g) =>
			sum + chain.rss(g.child.pid), 0) * 1024 / chain.stores));
		chain.say('memory of HQ, MB', Math.round(chain.rss(chain.hq.child.pid)));
		chain.say('memory of the broker, MB', Math.round(chain.broker.processes
			.reduce((sum, pid) => sum + chain.rss(pid), 0)));
		process.stdout.write('1 passed, 0 failed\n');
	} catch (error) {
		process.stdout.write(`${error.stack}\n0 passed, 1 failed\n`);
		process.exitCode = 1;
	} finally {
		chain.groups?.forEach((g) => g.child.process.stdin.write('quit\n'));
		await chain.cleanup.run();
		process.exit();
	}
}

main();
