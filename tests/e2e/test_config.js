// SPDX-License-Identifier: Apache-2.0
//
// lada.conf is strict: what is wrong is said with file and line, exit 2, and nothing starts.
'use strict';

const test = require('node:test');
const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const { Station } = require('../lib/station.js');
const { program, run, tempDir } = require('../lib/world.js');

const dir = tempDir('config');
let good;

test.before(async () => {
	const station = new Station({ dir, brokerUrl: 'mqtt://127.0.0.1:1', printerPort: 9 });

	await station.writeConfig();
	good = fs.readFileSync(station.conf, 'utf8');
});

/** Writes a configuration made from the good one and runs ladad with it. */
function tryConfig(text, args = ['--check-config'])
{
	const file = path.join(dir, 'try.conf');

	fs.writeFileSync(file, text);
	return { file, ...run(program('ladad'), ['-c', file, ...args], { timeoutMs: 5000 }) };
}

/** The number of the first line that matches. */
function lineOf(text, pattern)
{
	return text.split('\n').findIndex((line) => pattern.test(line)) + 1;
}

/** Refused with exit 2, in checking and in starting, and the message names file and line. */
function refused(text, line, about)
{
	for (const args of [['--check-config'], []]) {
		const result = tryConfig(text, args);

		assert.strictEqual(result.code, 2, `${args}: ${result.code} ${result.signal} ${result.stderr}`);
		assert.ok(result.stderr.includes(`${result.file}:${line}: `),
			`line ${line} is named: ${result.stderr}`);
		assert.match(result.stderr, about);
	}
}

test('the good configuration is good', () => {
	const result = tryConfig(good);

	assert.strictEqual(result.code, 0, result.stderr);
});

test('unknown keys and sections', () => {
	const key = good.replace('[http]', 'colour = red\n[http]');

	refused(key, lineOf(key, /colour/), /colour/);
	const section = `${good}\n[kitchen]\nheat = 3\n`;

	refused(section, lineOf(section, /kitchen/), /kitchen/);
	refused('[station\nstore = A\n', 1, /./);
	refused('store = A\n', 1, /./);
});

test('values out of range', () => {
	for (const [from, to, about] of [
		[/^lane = .*$/m, 'lane = down', /lane/], [/^lane = .*$/m, 'lane = a.b', /lane/],
		[/^store = .*$/m, 'store = hq', /store/], [/^store = .*$/m, 'store = a/b', /store/],
		[/^language = .*$/m, 'language = de', /language/],
		[/^timezone = .*$/m, 'timezone = Mars/Olympus', /timezone|Mars/],
		[/^columns = .*$/m, 'columns = many', /columns/],
		[/^columns = .*$/m, 'columns = 4000', /columns/],
		[/^protocol = escpos$/m, 'protocol = telepathy', /protocol|telepathy/],
		[/^url = .*$/m, 'url = http://127.0.0.1', /url/],
		[/^url = .*$/m, 'url = mqtt://127.0.0.1:99999', /url|port/],
	]) {
		const text = good.replace(from, to);

		assert.notStrictEqual(text, good);
		refused(text, lineOf(text, new RegExp(`^${to.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`)), about);
	}
});

test('bad ports', () => {
	for (const port of ['parallel:/dev/lp0', 'tcp:127.0.0.1', 'tcp:127.0.0.1:0', 'tcp:127.0.0.1:70000',
		'serial:', 'serial:/dev/ttyS0?baud=fast', 'serial:/dev/ttyS0?mode=9x3', 'usb:xyz', 'usb:1:2:3',
		'replay:']) {
		const text = good.replace(/^port = .*$/m, `port = ${port}`);

		refused(text, lineOf(text, /^port = /), /port/);
	}
	for (const listen of ['8080', '127.0.0.1:', '127.0.0.1:99999', '127.0.0.1:http']) {
		const text = good.replace(/^listen = .*$/m, `listen = ${listen}`);

		refused(text, lineOf(text, /^listen = /), /listen/);
	}
});

test('files that are missing, damaged, or readable by others', () => {
	const secret = path.join(dir, 'secret-open');
	const keys = path.join(dir, 'keys-bad');

	fs.writeFileSync(secret, `${'00'.repeat(32)}\n`);
	fs.chmodSync(secret, 0o644);
	fs.writeFileSync(keys, '1 pickup not-base64\n');
	for (const [key, value, about] of [
		['keys', path.join(dir, 'nowhere'), /nowhere/], ['secret', path.join(dir, 'nowhere'), /nowhere/],
		['secret', secret, /secret-open/], ['secret', dir, /./],
	]) {
		const text = good.replace(new RegExp(`^${key} = .*$`, 'm'), `${key} = ${value}`);

		refused(text, lineOf(text, new RegExp(`^${key} = `)), about);
	}
	const damaged = tryConfig(good.replace(/^keys = .*$/m, `keys = ${keys}`));

	assert.strictEqual(damaged.code, 2, damaged.stderr);
	assert.match(damaged.stderr, /keys-bad:1: |try\.conf:\d+: /);
	const short = path.join(dir, 'secret-short');

	fs.writeFileSync(short, '0011\n', { mode: 0o600 });
	const text = good.replace(/^secret = .*$/m, `secret = ${short}`);

	assert.strictEqual(tryConfig(text).code, 2);
});

test('a broker that is not on this machine needs TLS and a stream key unless insecure', () => {
	const text = good.replace(/^url = .*$/m, 'url = mqtt://192.0.2.1:1883');

	assert.strictEqual(tryConfig(text).code, 2);
	const insecure = text.replace(/^(url = .*)$/m, '$1\ninsecure = yes');
	const result = tryConfig(insecure);

	assert.strictEqual(result.code, 0, result.stderr);
});

test('pieces in lada.conf.d are read, and blamed by their own name', () => {
	const sub = tempDir('config-d');
	const file = path.join(sub, 'lada.conf');
	const piece = path.join(sub, 'lada.conf.d', '10-more.conf');

	fs.writeFileSync(file, good);
	fs.mkdirSync(path.dirname(piece));
	fs.writeFileSync(piece, '[printer second]\nport = tcp:127.0.0.1:9101\nprotocol = escpos\n');
	assert.strictEqual(run(program('ladad'), ['-c', file, '--check-config']).code, 0);
	fs.writeFileSync(piece, '; a remark\n[printer second]\nport = tcp:127.0.0.1:9101\nsmell = 1\n');
	const result = run(program('ladad'), ['-c', file, '--check-config']);

	assert.strictEqual(result.code, 2);
	assert.ok(result.stderr.includes(`${piece}:4: `), result.stderr);
});

test('a disk that takes nothing is named as what it is', () => {
	const file = path.join(dir, 'full.conf');
	const data = path.join(dir, 'full');

	fs.writeFileSync(file, good.replace(/^data = .*$/m, `data = ${data}`));
	const { code, stderr } = run('sh', ['-c', 'trap "" XFSZ; ulimit -f 0; exec "$@"', 'sh',
		program('ladad'), '-c', file], { timeoutMs: 5000 });

	assert.strictEqual(code, 1);
	assert.match(stderr, /full\/identity: cannot be written: File too large/);
	assert.deepStrictEqual(fs.readdirSync(data), ['lock']);
});

test('no configuration, no such file, bad usage', () => {
	assert.strictEqual(run(program('ladad'), ['-c', path.join(dir, 'nowhere.conf')]).code, 2);
	assert.strictEqual(run(program('ladad'), ['--no-such-option']).code, 2);
	const missing = tryConfig(good.replace(/^store = .*$/m, ''));

	assert.strictEqual(missing.code, 2, missing.stderr);
});

test('every program has --help and --version', () => {
	for (const name of ['ladad', 'lada', 'lada-hq', 'lada-sim']) {
		for (const option of ['--help', '--version']) {
			const result = run(program(name), [option], { timeoutMs: 5000 });

			assert.strictEqual(result.code, 0, `${name} ${option}: ${result.stderr}`);
			assert.match(result.stdout, option === '--version' ? /\d+\.\d+/ : new RegExp(name));
		}
		assert.strictEqual(run(program(name), ['--no-such-option'], { timeoutMs: 5000 }).code, 2, name);
	}
});
