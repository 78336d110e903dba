// SPDX-License-Identifier: Apache-2.0
//
// A small shop whose station runs in the lab's machine: broker, HQ and the simulated printer are
// here, `ladad` and its USB devices there.
'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { Broker } = require('../lib/broker.js');
const { FakeHq } = require('../lib/fake_hq.js');
const { STORE, order, policyRecords, productRecords, stockRecords } = require('../lib/fixtures.js');
const { request } = require('../lib/http.js');
const { Shop } = require('../lib/shop.js');
const { SimPrinter } = require('../lib/sim.js');
const { Station, iniText } = require('../lib/station.js');
const { sleep, until } = require('../lib/world.js');
const { HOST_SEEN_INSIDE, Machine } = require('./machine.js');
const { GADGETS, scanChunks, setupScript, udcOf, usbPath } = require('./gadgets.js');

const START_MS = 30000;
const STOP_MS = 15000;
const TYPE_MS = 8000;
const CLAIM_MS = 30000;
const ASK_GAP_MS = 40; // the machine is slow: questions must not be all it does
const CONF = '/etc/lada/lada.conf';
const SIGKILL = 9;
const SIGTERM = 15;

class GuestStation extends Station {
	constructor({ machine, ...options })
	{
		super(options);
		this.machine = machine;
		this.port = machine.webPort;
		this.running = false;
	}

	async writeConfig()
	{
		const inside = (name) => `/etc/lada/${name}`;
		const write = async (name, text, mode) => {
			await this.machine.writeFile(inside(name), text, mode);
			await this.machine.must(`chown lada:lada ${inside(name)}`);
		};

		await write('hq-keys.conf', this.keysText, '644');
		await write('store-secret', `${this.keys.secret.toString('hex')}\n`, '600');
		await write('lada.conf', iniText({
			...this.sections,
			station: { ...this.sections.station, data: '/var/lib/lada' },
			hq: {
				...this.sections.hq, insecure: 'yes', keys: inside('hq-keys.conf'),
				secret: inside('store-secret'),
			},
			http: { listen: `0.0.0.0:${this.port}` },
		}), '644');
	}

	async state(...args)
	{
		await sleep(ASK_GAP_MS);
		return super.state(...args);
	}

	async start({ timeoutMs = START_MS } = {})
	{
		const from = this.machine.events.length;

		await this.machine.ask('start', this.machine.logs.address().port, '/usr/bin/ladad', '-c', CONF);
		this.running = true;
		await until('ladad serves /healthz', async () => {
			const ended = this.machine.events.slice(from).find((line) => line.startsWith('! ended'));

			if (ended) {
				throw new Error(`ladad in the machine: ${ended}; see ${this.machine.stationLog}`);
			}
			return (await request({ port: this.port, path: '/healthz' })).status === 200;
		}, timeoutMs);
	}

	async #end(signal)
	{
		const from = this.machine.events.length;

		this.closeLives();
		if (!this.running) {
			return;
		}
		await this.machine.ask('kill', signal);
		await this.machine.event('ended', from, STOP_MS);
		this.running = false;
	}

	stop()
	{
		return this.#end(SIGTERM);
	}

	kill9()
	{
		return this.#end(SIGKILL);
	}
}

class LabShop extends Shop {
	constructor({ image })
	{
		super('lab');
		this.machine = new Machine({ dir: this.dir, image });
		this.scans = 0;
	}

	/** Everything but the station itself, which has no devices yet. */
	async open()
	{
		this.broker = new Broker(this.dir);
		await this.broker.start();
		this.cleanup.add(() => this.broker.stop());
		this.hq = new FakeHq({ url: this.broker.url, store: STORE });
		this.hq.seed('policy', policyRecords());
		this.hq.seed('catalog', productRecords());
		this.hq.seed('stock', stockRecords());
		await this.hq.start();
		this.cleanup.add(() => this.hq.stop());
		this.printer = new SimPrinter({ dir: this.dir });
		await this.printer.start();
		this.cleanup.add(() => this.printer.stop());
		this.cleanup.add(() => this.machine.stop());
		await this.machine.start();
		await this.machine.must(setupScript());
		await this.machine.ask('printer', this.printer.port);
		this.station = new GuestStation({
			machine: this.machine, dir: this.dir, store: STORE,
			brokerUrl: `mqtt://${HOST_SEEN_INSIDE}:${this.broker.port}`,
		});
	}

	/** The devices' sections of lada.conf, for the next start. */
	setDevices(sections)
	{
		const { station, hq, http } = this.station.sections;

		this.station.sections = { station, hq, http, ...sections };
		return this.station.writeConfig();
	}

	async startStation()
	{
		await this.station.start();
		await this.hq.waitSynced('k1', START_MS);
		await this.station.login();
	}

	// ---- cables ----

	plug(name)
	{
		return this.machine.ask('plug', name, udcOf(name));
	}

	unplug(name)
	{
		return this.machine.ask('unplug', name);
	}

	/** Ids of the USB devices whose keys or buttons the machine listens to. */
	async typingDevices()
	{
		const text = await this.machine.must('for d in /sys/class/input/event*/device; do'
			+ ' readlink -f $d | grep -q dummy_hcd && echo $(cat $d/id/vendor):$(cat $d/id/product);'
			+ ' done; true');

		return text.split('\n').filter(Boolean);
	}

	/** A device's section in the counter's document. */
	waitDevice(section, statuses, timeoutMs = CLAIM_MS)
	{
		return this.station.waitState(`${section} is ${statuses}`, (doc) =>
			doc.devices.some((d) => d.name === section && statuses.includes(d.status)), timeoutMs);
	}

	/** Does the station have it? It is the user of the USB interface, or has the serial port open. */
	async isClaimed(name)
	{
		await sleep(ASK_GAP_MS);
		return name === 'acm' ? Number(await this.machine.ask('holds', '/dev/ttyACM')) > 0
			: await this.driver(name) === 'usbfs';
	}

	/** The kernel's driver of a device's interface, '' for none. */
	driver(name)
	{
		return this.machine.ask('driver', `${usbPath(name)}:1.0`);
	}

	/**
	 * A device that was put in again is claimed: its kernel driver is off and the section says so.
	 * `ok` alone may be from before the cable was out.
	 */
	async waitClaimed(name)
	{
		await until(`${name} is claimed`, () => this.isClaimed(name), CLAIM_MS);
		await this.waitDevice(name, ['ok', 'paper_low']);
	}

	/** Types a scan into a scanner's far side; `part`: only so many of its reports. */
	async type(name, text, part = Infinity)
	{
		const chunks = scanChunks(name, text).slice(0, part);
		const said = await this.machine.ask('type', GADGETS[name].part.far, 0, TYPE_MS, ...chunks);

		if (said !== `${chunks.length} all`) {
			throw new Error(`${name} took ${said} of ${chunks.length} reports`);
		}
		this.scans++;
	}

	newOrder(id, goods)
	{
		this.hq.put('orders', id, order(id, { goods }));
		return this.hq.waitSynced('k1', START_MS);
	}

	/** Finished slips of an order: cut, and with its return code. */
	slips(id)
	{
		return this.printer.jobsWith(`LR.${id}.`).filter((job) => job.cut);
	}

	/** All there is to look at when something went wrong. */
	logs()
	{
		return fs.readdirSync(this.dir).filter((name) => name.endsWith('.log'))
			.map((name) => path.join(this.dir, name));
	}
}

module.exports = { LabShop, sleep, until };
