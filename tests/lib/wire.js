// SPDX-License-Identifier: Apache-2.0
//
// The wire between one program and a server on this machine, that can be cut and mended. Of several
// servers it leads to the first that is there, as what stands before a cluster does.
'use strict';

const net = require('node:net');

class Wire {
	constructor(...ports)
	{
		this.far = ports;
		this.port = 0;
		this.whole = true;
		this.ends = new Set();
	}

	start()
	{
		this.server = net.createServer((near) => this.#join(near));
		return new Promise((resolve, reject) => {
			this.server.once('error', reject);
			this.server.listen(0, '127.0.0.1', () => {
				this.port = this.server.address().port;
				resolve();
			});
		});
	}

	#join(near)
	{
		if (!this.whole) {
			near.destroy();
			return;
		}
		this.#reach(near, this.far);
	}

	#reach(near, ports)
	{
		const far = net.connect(ports[0], '127.0.0.1');
		const next = () => {
			if (ports.length > 1 && this.whole && !near.destroyed) {
				this.#reach(near, ports.slice(1));
			} else {
				near.destroy();
			}
		};

		near.on('error', () => {});
		far.once('error', next);
		far.once('connect', () => {
			far.removeListener('error', next);
			this.#pipe(near, far);
		});
	}

	#pipe(near, far)
	{
		for (const [end, other] of [[near, far], [far, near]]) {
			this.ends.add(end);
			end.setNoDelay(true);
			end.on('error', () => {});
			end.on('close', () => {
				this.ends.delete(end);
				other.destroy();
			});
			end.pipe(other);
		}
	}

	cut()
	{
		this.whole = false;
		this.ends.forEach((end) => end.destroy());
	}

	mend()
	{
		this.whole = true;
	}

	stop()
	{
		this.cut();
		return new Promise((resolve) => { this.server.close(resolve); });
	}
}

module.exports = { Wire };
