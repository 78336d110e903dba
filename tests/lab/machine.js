// SPDX-License-Identifier: Apache-2.0
//
// The lab's virtual machine: QEMU with Debian's kernel, and the agent in it, which does what we
// ask. The machine reaches this one at 10.0.2.2 (QEMU's user network, the loopback here); a port
// of ours leads to the same port of the machine.
'use strict';

const fs = require('node:fs');
const net = require('node:net');
const path = require('node:path');
const { Child, freePort, until } = require('../lib/world.js');

const HOST_SEEN_INSIDE = '10.0.2.2';
const MEMORY_MB = 512;
const BOOT_MS = 120000;
const ANSWER_MS = 60000;
// One processor: dummy_hcd may hand over a finished transfer while another processor frees its
// gadget, and the kernel then stops. KVM inside a virtual machine hangs on some; emulation is the same everywhere.
const QEMU = 'qemu-system-x86_64';

function listen(onConnection)
{
	return new Promise((resolve, reject) => {
		const server = net.createServer(onConnection);

		server.once('error', reject);
		server.listen(0, '127.0.0.1', () => resolve(server));
	});
}

class Machine {
	constructor({ dir, image })
	{
		Object.assign(this, { dir, image });
		this.stationLog = path.join(dir, 'ladad.log');
		this.console = path.join(dir, 'console.log');
		this.waiting = new Map(); // answers, by id
		this.events = []; // lines that begin with '!'
		this.lastId = 0;
		this.rest = '';
		this.socket = null;
	}

	async start()
	{
		this.control = await listen((socket) => this.#connected(socket));
		this.logs = await listen((socket) => socket.on('error', () => {})
			.on('data', (chunk) => fs.appendFileSync(this.stationLog, chunk)));
		this.webPort = await freePort();
		this.child = new Child(QEMU, [
			'-accel', 'tcg', '-smp', '1', '-cpu', 'max', '-m', String(MEMORY_MB),
			'-nodefaults', '-display', 'none', '-serial', `file:${this.console}`, '-no-reboot',
			'-kernel', this.image.kernel, '-initrd', this.image.initrd,
			'-append', `console=ttyS0 panic=-1 quiet lab.control=${this.control.address().port}`,
			'-netdev', `user,id=n,hostfwd=tcp:127.0.0.1:${this.webPort}-:${this.webPort}`,
			'-device', 'virtio-net-pci,netdev=n,romfile=',
		], { log: path.join(this.dir, 'qemu.log') });
		await until('the machine is up', () => {
			this.#mustLive();
			return this.events.includes('! up');
		}, BOOT_MS);
	}

	#mustLive()
	{
		if (!this.child.alive) {
			throw new Error(`${QEMU} has ended: ${this.child.log()}\n${this.said()}`);
		}
	}

	/** The end of what the kernel and init said. */
	said()
	{
		return fs.existsSync(this.console) ? fs.readFileSync(this.console, 'utf8').slice(-4000) : '';
	}

	#connected(socket)
	{
		this.socket = socket;
		socket.setEncoding('utf8');
		socket.setNoDelay(true);
		socket.on('error', () => {});
		socket.on('data', (chunk) => {
			const lines = (this.rest + chunk).split('\n');

			this.rest = lines.pop();
			lines.forEach((line) => this.#take(line));
		});
		socket.on('close', () => {
			for (const { reject } of this.waiting.values()) {
				reject(new Error(`the lab's agent is gone\n${this.said()}`));
			}
			this.waiting.clear();
		});
	}

	#take(line)
	{
		const [, id, word, text] = /^(\S+) (\S+) ?(.*)$/.exec(line) || [];
		const asked = this.waiting.get(id);

		if (id === '!') {
			this.events.push(line);
		} else if (asked) {
			this.waiting.delete(id);
			clearTimeout(asked.timer);
			if (word === 'ok') {
				asked.resolve(text);
			} else {
				asked.reject(new Error(`${asked.what}: ${text}`));
			}
		}
	}

	/** One request to the agent; resolves to what follows "ok". */
	ask(...words)
	{
		const id = String(++this.lastId);
		const line = words.join(' ');

		return new Promise((resolve, reject) => {
			const what = `lab agent, ${line.slice(0, 80)}`;
			const timer = setTimeout(() => {
				this.waiting.delete(id);
				reject(new Error(`${what}: no answer in ${ANSWER_MS} ms\n${this.said()}`));
			}, ANSWER_MS);

			this.waiting.set(id, { resolve, reject, what, timer });
			this.socket.write(`${id} ${line}\n`);
		});
	}

	/** Runs a shell command in the machine: {code, text}. */
	async run(command)
	{
		const [code, hex] = (await this.ask('run', Buffer.from(command).toString('hex'))).split(' ');

		return { code: Number(code), text: Buffer.from(hex || '', 'hex').toString('utf8') };
	}

	/** The same for a command that has to succeed; gives what it said. */
	async must(command)
	{
		const { code, text } = await this.run(command);

		if (code !== 0) {
			throw new Error(`in the machine, ${command.slice(0, 200)}: ${code} ${text}`);
		}
		return text;
	}

	writeFile(name, text, mode = '644')
	{
		const octal = [...Buffer.from(text)].map((b) => `\\${b.toString(8).padStart(3, '0')}`).join('');

		return this.must(`printf '%b' '${octal.replace(/\\/g, '\\0')}' >${name} && chmod ${mode} ${name}`);
	}

	/** An event that came after `from`, a length of `events`. */
	event(word, from, timeoutMs = 15000)
	{
		return until(`the agent says ${word}`,
			() => this.events.slice(from).find((line) => line.startsWith(`! ${word}`)), timeoutMs);
	}

	async stop()
	{
		if (this.child) {
			await this.child.kill9();
		}
		if (this.socket) {
			this.socket.destroy();
		}
		[this.control, this.logs].filter(Boolean).forEach((server) => server.close());
	}
}

module.exports = { HOST_SEEN_INSIDE, Machine };
