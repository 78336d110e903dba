// SPDX-License-Identifier: Apache-2.0
//
// One real `ladad` in a directory of its own: writes its configuration and keys, starts and kills
// it, and speaks its HTTP interface as a browser would.
'use strict';

const { randomUUID } = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');
const { Child, freePort, program, run, until } = require('./world.js');
const { TEST_KEYS, keysFile } = require('./codes.js');
const { LiveReader, request } = require('./http.js');

const PRESS_TRIES = 5;

/** INI text of {section: {key: value}}; keys that are null are left out. */
function iniText(sections)
{
	return Object.entries(sections).filter(([, keys]) => keys !== null).map(([section, keys]) =>
		`[${section}]\n${Object.entries(keys).filter(([, value]) => value !== null)
			.map(([key, value]) => `${key} = ${value}`).join('\n')}\n`).join('\n');
}

function merge(base, extra = {})
{
	const sections = { ...base };

	for (const [name, keys] of Object.entries(extra)) {
		sections[name] = keys === null ? null : { ...(base[name] || {}), ...keys };
	}
	return sections;
}

class Station {
	/**
	 * `sections` is laid over the usual configuration; a section or key that is null is left out.
	 * `keysText` takes the place of the test keys' public halves.
	 */
	constructor({
		dir, brokerUrl, store = 'WAW-042', lane = 'k1', printerPort = null, scannerLink = null,
		keys = TEST_KEYS, keysText = null, sections = {}, signedStream = false,
	})
	{
		Object.assign(this, { dir, store, lane, keys });
		this.conf = path.join(dir, 'lada.conf');
		this.data = path.join(dir, 'data');
		this.logFile = path.join(dir, 'ladad.log');
		this.port = 0;
		this.cookie = null;
		this.child = null;
		this.lives = [];
		this.keysText = keysText || keysFile(keys, signedStream ? ['pickup', 'stream'] : ['pickup']);
		this.sections = merge({
			station: {
				store, lane, name: 'Warszawa Arkadia', language: 'pl', timezone: 'Europe/Warsaw',
				data: this.data,
			},
			hq: {
				url: brokerUrl, prefix: 'lada/1', keys: path.join(dir, 'hq-keys.conf'),
				secret: path.join(dir, 'store-secret'),
			},
			http: {},
			'scanner counter': scannerLink
				? { port: `serial:${scannerLink}`, protocol: 'line', desk: 'counter' } : null,
			'printer receipt': printerPort ? {
				port: `tcp:127.0.0.1:${printerPort}`, protocol: 'escpos', profile: 'auto', columns: 48,
			} : null,
		}, sections);
	}

	async writeConfig()
	{
		if (this.port === 0) {
			this.port = await freePort();
		}
		fs.mkdirSync(this.data, { recursive: true });
		fs.writeFileSync(path.join(this.dir, 'hq-keys.conf'), this.keysText);
		fs.writeFileSync(path.join(this.dir, 'store-secret'),
			`${this.keys.secret.toString('hex')}\n`, { mode: 0o600 });
		fs.chmodSync(path.join(this.dir, 'store-secret'), 0o600);
		fs.writeFileSync(this.conf, iniText(merge(this.sections, {
			http: { listen: `127.0.0.1:${this.port}`, ...this.sections.http },
		})));
	}

	/** Runs `ladad` to its end, for refusals and --check-config. */
	runOnce(args = ['-c', this.conf])
	{
		return run(program('ladad'), args, { timeoutMs: 5000 });
	}

	async start({ timeoutMs = 5000 } = {})
	{
		if (!fs.existsSync(this.conf)) {
			await this.writeConfig();
		}
		const began = Date.now();

		this.child = new Child(program('ladad'), ['-c', this.conf], { log: this.logFile });
		await until('ladad serves /healthz', async () => {
			if (!this.child.alive) {
				const { code, signal } = await this.child.ended;

				throw new Error(`ladad has ended, code ${code} signal ${signal}; see ${this.logFile}`);
			}
			return (await request({ port: this.port, path: '/healthz' })).status === 200;
		}, timeoutMs);
		this.startMs = Date.now() - began;
	}

	async stop()
	{
		this.closeLives();
		return this.child ? this.child.stop() : null;
	}

	async kill9()
	{
		this.closeLives();
		await this.child.kill9();
	}

	closeLives()
	{
		this.lives.forEach((live) => live.close());
		this.lives = [];
	}

	async restart({ kill = true } = {})
	{
		await (kill ? this.kill9() : this.stop());
		await this.start();
	}

	// ---- HTTP ----

	headers(extra = {})
	{
		return { ...(this.cookie ? { Cookie: this.cookie } : {}), ...extra };
	}

	get(target, headers = {})
	{
		return request({ port: this.port, path: target, headers: this.headers(headers) });
	}

	/** Presses: resolves to the whole answer. `session: false` sends no cookie. */
	do(verb, args = {}, { key = null, session = true, headers = {} } = {})
	{
		return request({
			port: this.port, method: 'POST', path: `/api/v1/do/${verb}`,
			headers: {
				...(session ? this.headers() : {}), 'Content-Type': 'application/json',
				...(key ? { 'Idempotency-Key': key } : {}), ...headers,
			},
			body: typeof args === 'string' || Buffer.isBuffer(args) ? args : JSON.stringify(args),
		});
	}

	/** The same, and again under its key while the station is too busy to answer in time. */
	async press(verb, args = {}, options = {})
	{
		const key = options.key || randomUUID();
		let answer = await this.do(verb, args, { ...options, key });

		for (let tries = 1; tries < PRESS_TRIES && answer.status === 503; tries++) {
			answer = await this.do(verb, args, { ...options, key });
		}
		return answer;
	}

	/** A press that has to succeed: its answer's JSON. */
	async must(verb, args = {}, options = {})
	{
		const answer = await this.press(verb, args, options);

		if (answer.status !== 200 || !answer.json || answer.json.ok !== true) {
			throw new Error(`${verb} ${JSON.stringify(args)}: ${answer.status} ${answer.text}`);
		}
		return answer.json;
	}

	/** A press the shop has to refuse: the reason's code. */
	async refused(verb, args = {}, options = {})
	{
		const answer = await this.do(verb, args, options);

		if (answer.status !== 409 || !answer.json || answer.json.ok !== false) {
			throw new Error(`${verb} ${JSON.stringify(args)}: ${answer.status} ${answer.text}`);
		}
		return answer.json.error.code;
	}

	async login(staff = 'E17', pin = '482100')
	{
		const answer = await this.press('staff.login', { staff, pin }, { session: false });
		const set = (answer.headers['set-cookie'] || [])[0];

		if (answer.status !== 200 || !set) {
			throw new Error(`login of ${staff}: ${answer.status} ${answer.text}`);
		}
		this.cookie = set.split(';')[0];
		return { ...answer, setCookie: set };
	}

	async state(screen = 'counter', { session = true } = {})
	{
		const answer = await request({
			port: this.port, path: `/api/v1/state?screen=${screen}`,
			headers: session ? this.headers() : {},
		});

		if (answer.status !== 200) {
			throw new Error(`state of ${screen}: ${answer.status} ${answer.text}`);
		}
		return answer.json;
	}

	waitState(what, match, timeoutMs = 5000, screen = 'counter')
	{
		let last = null;

		return until(what, async () => {
			last = await this.state(screen);
			return match(last) ? last : null;
		}, timeoutMs).catch((error) => {
			throw new Error(`${error.message}; the ${screen} document was ${JSON.stringify(last)}`);
		});
	}

	live(screen = 'counter', { session = true, headers = {} } = {})
	{
		const live = new LiveReader({
			port: this.port, screen, headers: { ...(session ? this.headers() : {}), ...headers },
		});

		this.lives.push(live);
		return live;
	}

	/** Every byte this station has written: its data directory and its log. */
	writtenBytes()
	{
		const files = fs.readdirSync(this.data, { recursive: true })
			.map((name) => path.join(this.data, name))
			.filter((name) => fs.statSync(name).isFile());

		return Buffer.concat([...files, this.logFile].map((name) => fs.readFileSync(name)));
	}
}

module.exports = { Station, iniText };
