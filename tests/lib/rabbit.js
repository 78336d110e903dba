// SPDX-License-Identifier: Apache-2.0
//
// RabbitMQ as a shop chain may have it: a cluster of nodes on this machine, with MQTT. Debian's
// package, every node in a directory of its own, nothing of the system's own instance touched.
'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { Child, accepts, freePort, run, until } = require('./world.js');

const BIN = '/usr/lib/rabbitmq/bin';
const START_MS = 90000;

class RabbitNode {
	constructor(dir, name, cookieHome)
	{
		this.name = `${name}@localhost`;
		this.dir = path.join(dir, name);
		this.home = cookieHome;
		this.port = 0; // MQTT
		this.child = null;
	}

	get url()
	{
		return `mqtt://127.0.0.1:${this.port}`;
	}

	async prepare()
	{
		fs.mkdirSync(this.dir, { recursive: true });
		this.port = await freePort();
		this.dist = await freePort();
		this.amqp = await freePort();
		fs.writeFileSync(path.join(this.dir, 'rabbitmq.conf'), [
			`listeners.tcp.local = 127.0.0.1:${this.amqp}`,
			`mqtt.listeners.tcp.default = ${this.port}`,
			'mqtt.tcp_listen_options.nodelay = true',
			'mqtt.allow_anonymous = true',
			'mqtt.default_user = guest',
			'mqtt.default_pass = guest',
			'mqtt.vhost = /',
			'mqtt.exchange = amq.topic',
			'loopback_users = none',
			'log.console = false',
			'log.file.level = warning',
			'',
		].join('\n'));
		fs.writeFileSync(path.join(this.dir, 'enabled_plugins'), '[rabbitmq_mqtt].\n');
	}

	get env()
	{
		return {
			...process.env, HOME: this.home, RABBITMQ_NODENAME: this.name,
			RABBITMQ_DIST_PORT: String(this.dist), RABBITMQ_MNESIA_BASE: path.join(this.dir, 'mnesia'),
			RABBITMQ_LOG_BASE: path.join(this.dir, 'log'), RABBITMQ_CONFIG_FILE: path.join(this.dir, 'rabbitmq'),
			RABBITMQ_ENABLED_PLUGINS_FILE: path.join(this.dir, 'enabled_plugins'),
			RABBITMQ_PID_FILE: path.join(this.dir, 'pid'), RABBITMQ_NODE_PORT: String(this.amqp),
			RABBITMQ_CONF_ENV_FILE: path.join(this.dir, 'none'), RABBITMQ_ADVANCED_CONFIG_FILE: path.join(this.dir, 'none'),
			RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '+S 1:1 +sbwt none -kernel inet_dist_use_interface {127,0,0,1}',
		};
	}

	async start()
	{
		this.child = new Child(path.join(BIN, 'rabbitmq-server'), [],
			{ log: path.join(this.dir, 'console.log'), env: this.env });
		await until(`${this.name} accepts`, () => {
			if (!this.child.alive) {
				throw new Error(`${this.name} has ended; see ${this.dir}`);
			}
			return accepts(this.port);
		}, START_MS);
	}

	ctl(...args)
	{
		const result = run(path.join(BIN, 'rabbitmqctl'), ['-n', this.name, ...args],
			{ env: this.env, timeoutMs: START_MS });

		if (result.code !== 0) {
			throw new Error(`rabbitmqctl ${args.join(' ')}: ${result.code} ${result.stderr}${result.stdout}`);
		}
		return result.stdout;
	}

	/** The Erlang machine itself: the script in front of it may live on. */
	get pid()
	{
		return Number(fs.readFileSync(path.join(this.dir, 'pid'), 'utf8'));
	}

	kill9()
	{
		process.kill(this.pid, 'SIGKILL');
		return this.child.ended;
	}

	async stop()
	{
		if (this.child && this.child.alive) {
			await this.kill9().catch(() => this.child.kill9());
		}
	}
}

class RabbitCluster {
	constructor(dir, nodes = 3)
	{
		this.nodes = Array.from({ length: nodes }, (_, i) => new RabbitNode(dir, `lada${process.pid}r${i}`, dir));
	}

	static get installed()
	{
		return fs.existsSync(path.join(BIN, 'rabbitmq-server'));
	}

	async start()
	{
		const [first, ...others] = this.nodes;

		for (const node of this.nodes) {
			await node.prepare();
		}
		await first.start();
		await Promise.all(others.map((node) => node.start()));
		for (const node of others) {
			node.ctl('stop_app');
			node.ctl('reset');
			node.ctl('join_cluster', first.name);
			node.ctl('start_app');
			await until(`${node.name} accepts again`, () => accepts(node.port), START_MS);
		}
		// Without it a client whose queue was on a node that died cannot connect anywhere: RabbitMQ
		// 3.10 keeps even a clean session's queue as a durable one of that node, and refuses to make
		// it anew ("home node … is down").
		first.ctl('set_policy', 'mqtt-mirrored', '^mqtt-subscription-',
			'{"ha-mode":"exactly","ha-params":2,"ha-sync-mode":"automatic","ha-promote-on-failure":"always","ha-promote-on-shutdown":"always"}',
			'--apply-to', 'queues');
	}

	async stop()
	{
		await Promise.all(this.nodes.map((node) => node.stop()));
	}
}

module.exports = { RabbitCluster };
