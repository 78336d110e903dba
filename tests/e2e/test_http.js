// SPDX-License-Identifier: Apache-2.0
//
// The local HTTP interface: who may do what, how refusals look, and the live documents.
'use strict';

const test = require('node:test');
const assert = require('node:assert');
const http = require('node:http');
const { shopOf } = require('../lib/shop.js');
const { order, policyRecords } = require('../lib/fixtures.js');
const { request } = require('../lib/http.js');
const { until } = require('../lib/world.js');

const COMMENT_WITHIN_MS = 17000;
const BODY_MAX = 64 * 1024;

const shop = shopOf('http', () => ({
	orders: {
		'ZAM-1': order('ZAM-1', { goods: [['SKU-MUG', 5]] }),
		'ZAM-2': order('ZAM-2', {
			goods: [['SKU-SOAP', 1]],
			customer: { id: 'C-2', name: 'Bartek Q.', phone_last3: '555', lang: 'pl' },
		}),
	},
	staff: false, login: false, scanner: false,
}));

let quiet; // a reader that sees little, for the comments
let quietSince;

function post(path, body, headers = {}, method = 'POST')
{
	return request({
		port: shop.station.port, method, path, body,
		headers: { 'Content-Type': 'application/json', ...headers },
	});
}

function isRefusal(answer, status)
{
	assert.strictEqual(answer.status, status, answer.text);
	assert.strictEqual(answer.json && answer.json.ok, false, answer.text);
	assert.strictEqual(typeof answer.json.error.code, 'string');
	assert.strictEqual(typeof answer.json.error.message, 'string');
}

test('before any staff policy a login is no_staff and does not count', async () => {
	quiet = shop.station.live('board');
	quietSince = Date.now();
	for (let i = 0; i < 8; i++) {
		assert.strictEqual(await shop.station.refused('staff.login', { staff: 'E17', pin: '000000' }),
			'no_staff');
	}
	await shop.hq.put('policy', 'staff', policyRecords().staff);
	await shop.hq.waitSynced();
	const { ms } = await shop.station.login();

	assert.ok(ms < 1500, `${ms} ms`);
});

test('without a session counter and manage say login and nothing of the shop', async () => {
	for (const screen of ['counter', 'manage']) {
		const doc = await shop.station.state(screen, { session: false });

		assert.strictEqual(doc.mode, 'login');
		assert.doesNotMatch(JSON.stringify(doc), /ZAM-|Ola|E17|Łucja|SKU-/);
	}
	const clerk = await shop.station.state('manage');

	assert.strictEqual(clerk.mode, 'login');
	const live = shop.station.live('counter', { session: false });

	await live.wait('a login document', (doc) => doc.mode === 'login');
	live.close();
});

test('the session cookie is HttpOnly and SameSite=Strict', async () => {
	const { setCookie } = await shop.station.login();

	assert.match(setCookie, /HttpOnly/i);
	assert.match(setCookie, /SameSite=Strict/i);
	assert.ok(setCookie.split(';')[0].split('=')[1].length >= 32);
});

test('counter verbs without a session are 401, also with a cookie of nobody', async () => {
	const forged = { Cookie: shop.station.cookie.replace(/[0-9a-f]{4}$/, '0000') };

	for (const headers of [{}, forged, { Cookie: 'x=y; =; ;;;' }]) {
		isRefusal(await post('/api/v1/do/pickup.handover', '{}', headers), 401);
		isRefusal(await post('/api/v1/do/pickup.cancel', '{}', headers), 401);
		isRefusal(await post('/api/v1/do/scan', JSON.stringify({ desk: 'counter', code: 'x' }),
			headers), 401);
	}
});

test('the customer’s own verbs work without one, at the kiosk', async () => {
	const answer = await post('/api/v1/do/scan', JSON.stringify({ code: 'no such thing' }));

	assert.strictEqual(answer.status, 409, answer.text);
	assert.strictEqual((await shop.station.state()).mode, 'idle');
});

test('unknown verbs and paths are 404, wrong methods 405', async () => {
	isRefusal(await shop.station.do('pickup.explode'), 404);
	isRefusal(await shop.station.do('../state'), 404);
	isRefusal(await shop.station.get('/api/v1/nothing'), 404);
	assert.strictEqual((await shop.station.get('/nothing')).status, 404);
	assert.strictEqual((await shop.station.get('/counter/../../etc/passwd')).status, 404);
	assert.strictEqual((await shop.station.get('/counter/%2e%2e/%2e%2e/etc/passwd')).status, 404);
	isRefusal(await shop.station.get('/api/v1/do/pickup.cancel'), 405);
	isRefusal(await post('/api/v1/state?screen=counter', '{}'), 405);
	isRefusal(await post('/api/v1/do/pickup.cancel', '{}', shop.station.headers(), 'DELETE'), 405);
	isRefusal(await shop.station.get('/api/v1/state?screen=kitchen'), 400);
	isRefusal(await shop.station.get('/api/v1/state'), 400);
});

test('malformed bodies are 400, too large ones 413', async () => {
	const deep = `{"code":${'['.repeat(5000)}${']'.repeat(5000)}}`;

	for (const body of ['', '{', '[]', '"scan"', '{"code":1}', '{"code":"a"', '{"code":"a"}x', '{}',
		'{"code":null}', '{"code":"a","code":', deep, Buffer.from('7b22636f6465223a22ff227d', 'hex')]) {
		isRefusal(await shop.station.do('scan', body), 400);
	}
	await shop.openPickup('ZAM-1');
	for (const args of [{ line: 1, qty: -1 }, { line: 1, qty: 1.5 }, { line: 1, qty: '1' }, {}]) {
		isRefusal(await shop.station.do('pickup.check', args), 400);
	}
	await shop.station.must('pickup.cancel');
	isRefusal(await shop.station.do('scan', { code: 'x'.repeat(BODY_MAX) }), 413);
	// Far too much may also be cut off while it is still being sent.
	const huge = await shop.station.do('scan', { code: 'x'.repeat(10 << 20) })
		.catch((error) => ({ cut: ['EPIPE', 'ECONNRESET'].includes(error.code) }));

	assert.ok(huge.cut || huge.status === 413, huge.text);
	assert.strictEqual((await shop.station.get('/healthz')).status, 200);
});

test('a foreign Host or Origin is refused', async () => {
	const own = `127.0.0.1:${shop.station.port}`;
	const text = JSON.stringify({ staff: 'E17', pin: '482100' });

	for (const headers of [{ Host: 'evil.example' }, { Host: `evil.example:${shop.station.port}` },
		{ Host: own, Origin: 'http://evil.example' }, { Host: own, Origin: 'null' },
		{ Host: own, Origin: `http://${own}.evil.example` }]) {
		isRefusal(await post('/api/v1/do/staff.login', text, headers), 403);
		const read = await request({
			port: shop.station.port, path: '/api/v1/state?screen=board', headers,
		});

		assert.strictEqual(read.status, 403, JSON.stringify(headers));
	}
	for (const headers of [{ Host: own }, { Host: own, Origin: `http://${own}` }]) {
		assert.strictEqual((await post('/api/v1/do/staff.login', text, headers)).status, 200);
	}
});

test('half a request and silence harm nobody', async () => {
	const lazy = Array.from({ length: 20 }, () => {
		const req = http.request({
			host: '127.0.0.1', port: shop.station.port, method: 'POST', path: '/api/v1/do/scan',
			headers: { 'Content-Length': '1000' }, agent: false,
		});

		req.on('error', () => {});
		req.write('{"co');
		return req;
	});

	assert.strictEqual((await shop.station.get('/healthz')).status, 200);
	await shop.station.login();
	lazy.forEach((req) => req.destroy());
});

test('a state read after a press shows at least its revision', async () => {
	let last = 0;

	for (let i = 0; i < 10; i++) {
		const opened = await shop.station.must('scan', { code: shop.code('ZAM-1') });
		const one = await shop.station.state();
		const closed = await shop.station.must('pickup.cancel');
		const two = await shop.station.state();

		assert.ok(one.revision >= opened.revision && opened.revision > last);
		assert.strictEqual(one.mode, 'pickup');
		assert.ok(two.revision >= closed.revision && closed.revision > opened.revision);
		assert.strictEqual(two.mode, 'idle');
		last = closed.revision;
	}
});

test('the live document comes at once and on every change, with rising ids', async () => {
	const live = shop.station.live('counter');

	await live.wait('the first document', () => true);
	assert.match(live.contentType, /^text\/event-stream/);
	await shop.station.must('scan', { code: shop.code('ZAM-1') });
	await live.wait('pickup', (doc) => doc.mode === 'pickup');
	for (let qty = 1; qty <= 5; qty++) {
		await shop.station.must('pickup.check', { line: 1, qty: 1 });
	}
	await live.wait('all checked', (doc) => doc.mode === 'pickup'
		&& doc.pickup.lines[0].checked === 5);
	await shop.station.must('pickup.cancel');
	await live.wait('idle again', (doc) => doc.mode === 'idle', 5000, 2);
	const ids = live.events.map((e) => Number(e.id));

	assert.ok(live.events.every((e) => e.event === 'state' && Number(e.id) === e.doc.revision));
	assert.ok(ids.every((id, i) => i === 0 || id > ids[i - 1]), ids.join());
	const now = await shop.station.state();

	assert.deepStrictEqual({ ...live.last, revision: 0 }, { ...now, revision: 0 });
	live.close();
});

test('one press with an Idempotency-Key counts once, another key counts again', async () => {
	await shop.openPickup('ZAM-1');
	const check = (key) => shop.station.do('pickup.check', { line: 1, qty: 1 }, { key });
	const first = await check('a');

	assert.strictEqual((await check('a')).text, first.text);
	assert.strictEqual((await check('a')).text, first.text);
	const { pickup } = await shop.station.state();

	assert.strictEqual(pickup.lines[0].checked, 1);
	isRefusal(await shop.station.do('pickup.check', { line: 1, qty: 1 }, { key: 'k'.repeat(5000) }),
		400);
	await shop.station.must('pickup.cancel');
});

test('customer and board show no staff, no other customer and no hashes', async () => {
	await shop.openPickup('ZAM-1');
	for (const screen of ['customer', 'board']) {
		for (const session of [true, false]) {
			const text = JSON.stringify(await shop.station.state(screen, { session }));

			assert.doesNotMatch(text, /"Ola"|E17|Bartek|pin_hash|phone_hash|B-12|argon2|badge/, screen);
		}
	}
	await shop.station.must('pickup.cancel');
	const after = JSON.stringify(await shop.station.state('customer', { session: false }));

	assert.doesNotMatch(after, /Łucja/);
});

test('many readers get every document', async () => {
	const lives = Array.from({ length: 30 }, () => shop.station.live('counter'));

	await Promise.all(lives.map((live) => live.wait('a first document', () => true)));
	await shop.openPickup('ZAM-2');
	await Promise.all(lives.map((live) => live.wait('the pickup', (doc) => doc.mode === 'pickup')));
	await shop.station.must('pickup.cancel');
	await Promise.all(lives.map((live) => live.wait('idle', (doc) => doc.mode === 'idle', 5000, 1)));
	lives.forEach((live) => live.close());
});

test('a logout ends the session, on a live screen too', async () => {
	const live = shop.station.live('counter');
	const cookie = shop.station.cookie;

	await live.wait('the shop', (doc) => doc.mode === 'idle');
	await shop.station.must('staff.logout');
	await until('the live screen shows no shop any more',
		() => live.closed || live.last.mode === 'login');
	const doc = await shop.station.state();

	assert.strictEqual(doc.mode, 'login');
	isRefusal(await post('/api/v1/do/pickup.cancel', '{}', { Cookie: cookie }), 401);
	await shop.station.login();
});

test('wrong PINs are slowed down for that person and for nobody else', async () => {
	const began = Date.now();
	let refused = 0;

	for (let i = 0; i < 6; i++) {
		const answer = await shop.station.do('staff.login', { staff: 'E18', pin: '000000' });

		assert.notStrictEqual(answer.status, 200);
		isRefusal(answer, answer.status);
		refused += answer.json.error.code === 'pin_locked' ? 1 : 0;
	}
	const right = await shop.station.do('staff.login', { staff: 'E18', pin: '135246' });

	assert.ok(Date.now() - began > 1000 || refused > 0 || right.status !== 200, 'not slowed down');
	const other = await shop.station.login('E17', '482100');

	assert.ok(other.ms < 1500, `${other.ms} ms`);
	isRefusal(await shop.station.do('staff.login', { staff: 'NOBODY', pin: '000000' }), 409);
	await until('E18 may try again', async () =>
		(await shop.station.do('staff.login', { staff: 'E18', pin: '135246' })).status === 200, 20000);
	await shop.station.login();
});

test('a quiet live document has a comment every 15 s', async () => {
	await until('a comment', () => quiet.comments.some((c) => c.at - quietSince < COMMENT_WITHIN_MS
		&& c.at - quietSince > 5000), COMMENT_WITHIN_MS);
	assert.strictEqual(quiet.closed, false);
});
