// SPDX-License-Identifier: Apache-2.0
//
// TLS to the broker with certificates on both ends: what is wrong is said in the log and by
// `lada status`, and nothing goes out in clear.
'use strict';

const assert = require('node:assert');
const net = require('node:net');
const test = require('node:test');
const tls = require('node:tls');
const { Authority } = require('../lib/certificates.js');
const { shopOf } = require('../lib/shop.js');
const { Child, Cleanup, freePort, program, run, until } = require('../lib/world.js');
const { Station } = require('../lib/station.js');
const path = require('node:path');
const fs = require('node:fs');

const SECRETS = ['WAW-042', 'lada/1', 'lada-WAW', 'the-user', 'the-password', 'epoch', 'heartbeat', 'pickup.'];

const shop = shopOf('tls', { printer: false, scanner: false, login: false });
const cleanup = new Cleanup();
let ours;
let others;
let port;
let expired;
let number = 0;

test.after(() => cleanup.run());

/** A second broker with TLS alone; HQ and the shop's own station stay on the plain one. */
async function tlsBroker(files, { ca = ours.ca, mutual = true, name = 'tls-broker' } = {})
{
	const listen = await freePort();
	const dir = path.join(shop.dir, `${name}-${listen}`);
	const conf = path.join(dir, 'mosquitto.conf');

	fs.mkdirSync(dir);
	fs.writeFileSync(conf, [
		`listener ${listen} 127.0.0.1`, 'allow_anonymous true', 'persistence false',
		'set_tcp_nodelay true', `cafile ${ca}`, `certfile ${files.cert}`, `keyfile ${files.key}`,
		`require_certificate ${mutual}`, 'user root', '',
	].join('\n'));
	const child = new Child('/usr/sbin/mosquitto', ['-c', conf], { log: path.join(dir, 'log') });

	cleanup.add(() => child.stop());
	await until('the broker listens', () => child.log().includes('running'));
	return listen;
}

/** A station of its own lane and directory, with these settings for TLS. */
async function station(host, at, hq)
{
	const dir = path.join(shop.dir, `station-${++number}`);

	fs.mkdirSync(dir);
	const one = new Station({
		dir, brokerUrl: `mqtts://${host}:${at}`, lane: `t${number}`, sections: { hq },
	});

	await one.start();
	cleanup.add(() => one.stop());
	return one;
}

function status(one)
{
	return run(program('lada'), ['-c', one.conf, 'status']).stdout;
}

async function says(one, words)
{
	await until(`the log says ${words}`, () => one.child.log().includes(words));
	await until(`lada status says ${words}`, () => status(one).includes(`not connected: ${words}`));
	assert.doesNotMatch(one.child.log(), /: connected/);
	assert.strictEqual((await one.get('/healthz')).status, 200);
	assert.match((await one.get('/metrics')).text, /^lada_broker_up 0$/m);
	await one.stop();
}

test('with the right certificates on both ends it connects, and nobody reads along', async () => {
	ours = new Authority(shop.dir, 'ours');
	others = new Authority(shop.dir, 'others');
	expired = ours.issue('expired', 'localhost', { days: 0 });
	port = await tlsBroker(ours.issue('server', 'localhost'));
	const seen = [];
	const between = net.createServer((socket) => {
		const on = net.connect(port, '127.0.0.1');

		for (const [from, to] of [[socket, on], [on, socket]]) {
			from.on('data', (chunk) => { seen.push(chunk); to.write(chunk); });
			from.on('error', () => {});
			from.on('close', () => to.destroy());
		}
	});

	await new Promise((resolve) => { between.listen(0, '127.0.0.1', resolve); });
	cleanup.add(() => new Promise((resolve) => { between.close(resolve); }));
	const password = path.join(shop.dir, 'password');

	fs.writeFileSync(password, 'the-password\n', { mode: 0o600 });
	const mine = ours.issue('station', 'station-1');
	const one = await station('localhost', between.address().port, {
		ca: ours.ca, cert: mine.cert, key: mine.key, user: 'the-user', password_file: password,
	});

	await until('connected', () => status(one).includes('broker   connected'));
	assert.match(status(one), /HQ +not reachable/); // the two are told apart
	await until('the heartbeat is taken', async () =>
		/lada_sync_published_total\{topic="state"\} [1-9]/.test((await one.get('/metrics')).text)
		&& /^lada_sync_outstanding 0$/m.test((await one.get('/metrics')).text));
	await one.stop();
	const bytes = Buffer.concat(seen);

	assert.ok(bytes.length > 2000, `${bytes.length} bytes seen`);
	assert.strictEqual(bytes[0], 0x16, 'a TLS handshake comes first');
	for (const secret of SECRETS) {
		assert.ok(!bytes.includes(secret), `${secret} went out in clear`);
	}
});

test('a broker without TLS gets no word in clear', async () => {
	const seen = [];
	const plain = net.createServer((socket) => {
		socket.on('data', (chunk) => { seen.push(chunk); socket.end(); });
		socket.on('error', () => {});
	});

	await new Promise((resolve) => { plain.listen(0, '127.0.0.1', resolve); });
	cleanup.add(() => new Promise((resolve) => { plain.close(resolve); }));
	const mine = ours.issue('station-2', 'station-2');
	const one = await station('localhost', plain.address().port,
		{ ca: ours.ca, cert: mine.cert, key: mine.key, user: 'the-user' });

	await says(one, 'it hung up while TLS began');
	const bytes = Buffer.concat(seen);

	assert.strictEqual(bytes[0], 0x16);
	for (const secret of SECRETS) {
		assert.ok(!bytes.includes(secret), secret);
	}
});

test('a broker that is not there is said to be so at once', async () => {
	const mine = ours.issue('station-r', 'station-r');

	await says(await station('127.0.0.1', await freePort(), { ca: ours.ca, cert: mine.cert, key: mine.key }),
		'the connection was refused or reset');
});

test('another authority is not trusted', async () => {
	const mine = ours.issue('station-3', 'station-3');

	await says(await station('localhost', port, { ca: others.ca, cert: mine.cert, key: mine.key }),
		"the broker's certificate is not from an authority this station trusts");
});

test('a certificate for another name is not accepted', async () => {
	const mine = ours.issue('station-4', 'station-4');

	await says(await station('127.0.0.1', port, { ca: ours.ca, cert: mine.cert, key: mine.key }),
		"the broker's certificate is not for the name 127.0.0.1");
});

test('an expired certificate is not accepted, and our clock is named', async () => {
	const mine = ours.issue('station-5', 'station-5');
	const at = await tlsBroker(expired);

	await says(await station('localhost', at, { ca: ours.ca, cert: mine.cert, key: mine.key }),
		"the broker's certificate has expired (this station's clock says 20");
});

test('a broker that speaks no TLS 1.2 is not spoken to', async () => {
	const at = await freePort();
	const files = ours.issue('old', 'localhost');
	const old = new Child('openssl', ['s_server', '-accept', `127.0.0.1:${at}`, '-tls1_1', '-cert', files.cert,
		'-key', files.key, '-cipher', 'ALL:@SECLEVEL=0', '-quiet'],
	{ log: path.join(shop.dir, 'old.log'), stdin: true });

	cleanup.add(() => old.kill9());
	await says(await station('localhost', at, { ca: ours.ca }),
		'the broker speaks no TLS 1.2 or newer');
});

test('a station without the certificate the broker wants is told so', async () => {
	await says(await station('localhost', port, { ca: ours.ca }),
		'the broker wants a certificate of this station, and none is configured');
	const wrong = others.issue('stranger', 'stranger');

	await says(await station('localhost', port, { ca: ours.ca, cert: wrong.cert, key: wrong.key }),
		"the broker refuses this station's certificate");
});

test('the same where the broker\'s word is lost, since its reset overtakes it', async () => {
	const { cert, key } = ours.issue('resets', 'localhost');
	const raws = new Map();
	const server = tls.createServer({
		cert: fs.readFileSync(cert), key: fs.readFileSync(key), ca: fs.readFileSync(ours.ca),
		requestCert: true, rejectUnauthorized: false,
	}, (socket) => raws.get(socket.remotePort).resetAndDestroy());

	server.on('connection', (raw) => raws.set(raw.remotePort, raw));
	server.on('tlsClientError', () => {});
	await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
	cleanup.add(() => server.close());
	const at = server.address().port;

	await says(await station('localhost', at, { ca: ours.ca }),
		'the broker wants a certificate of this station, and none is configured');
	const wrong = others.issue('stranger-2', 'stranger-2');

	await says(await station('localhost', at, { ca: ours.ca, cert: wrong.cert, key: wrong.key }),
		"the broker refuses this station's certificate");
});

test('a key that is not the certificate\'s is named, and so is a missing file', async () => {
	const mine = ours.issue('station-8', 'station-8');
	const other = ours.issue('station-9', 'station-9');

	await says(await station('localhost', port, { ca: ours.ca, cert: mine.cert, key: other.key }),
		`the key in ${other.key} does not belong`);
});
