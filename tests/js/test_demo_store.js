// SPDX-License-Identifier: Apache-2.0
//
// The demo store: is it what its generator makes, and does it keep the contract's rules?
'use strict';

const test = require('node:test');
const assert = require('node:assert/strict');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const crypto = require('node:crypto');
const { spawnSync } = require('node:child_process');
const { blake2b, hash128, recordsSum } = require('./blake2b.js');

const DIR = path.join(__dirname, '..', 'demo', 'store');
const GENERATE = path.join(DIR, 'generate.js');
const STORE_TEXT = new TextDecoder('utf-8', { fatal: true }).decode(
	fs.readFileSync(path.join(DIR, 'store.jsonl')),
);
const RECORDS = STORE_TEXT.trimEnd()
	.split('\n')
	.map((line) => JSON.parse(line));
const DEMO = JSON.parse(fs.readFileSync(path.join(DIR, 'demo.json'), 'utf8'));
const SECRET = Buffer.from(DEMO.secret, 'hex');

const STATUSES = [
	'awaiting_payment',
	'placed',
	'picking',
	'in_transit',
	'ready',
	'partly_collected',
	'collected',
	'returned',
	'cancelled',
	'expired',
	'on_hold',
];
const CAPTURED = ['captured', 'partly_refunded', 'refunded'];
const STREAM_TYPES = {
	orders: 'order',
	catalog: 'product',
	stock: 'stock',
	loyalty: 'member',
	policy: 'policy',
	timeline: 'entry',
};
const ID = /^(?!\.{1,2}$)[A-Za-z0-9._-]{1,64}$/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const POLISH = 'ąćęłńóśźżĄĆĘŁŃÓŚŹŻ';
const ARGON2ID = /^\$argon2id\$v=19\$m=8192,t=3,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/;
const SLIP_COLUMNS = 48;

const of = (stream) => RECORDS.filter((r) => r.stream === stream);
const bodies = (stream) => new Map(of(stream).map((r) => [r.id, r.body]));
const total = (numbers) => numbers.reduce((a, b) => a + b, 0);
const codes = (product) => product.gtin.map((g) => (typeof g === 'string' ? g : g.code));
const orders = bodies('orders');
const products = bodies('catalog');
const policies = bodies('policy');

function gs1Valid(code)
{
	const sum = [...code].reverse().reduce((acc, d, i) => acc + Number(d) * (i % 2 ? 3 : 1), 0);

	return /^(\d{13}|\d{14})$/.test(code) && sum % 10 === 0;
}

function nipValid(nip)
{
	const weights = [6, 5, 7, 2, 3, 4, 5, 6, 7];

	return (
		/^\d{10}$/.test(nip) &&
		total(weights.map((w, i) => w * Number(nip[i]))) % 11 === Number(nip[9])
	);
}

function generate(...args)
{
	return spawnSync(process.execPath, [GENERATE, ...args], { encoding: 'utf8' });
}

test('blake2b agrees with node where node can, and with the worked examples', () => {
	for (const n of [0, 1, 127, 128, 129, 256, 1000]) {
		const data = crypto.randomBytes(n);

		assert.deepEqual(
			blake2b(data),
			crypto.createHash('blake2b512').update(data).digest(),
			`${n} bytes`,
		);
	}
	const key = Buffer.from(
		'000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f',
		'hex',
	);
	assert.equal(hash128('pin:ZAM-1:135790', key), '91b1d0fcbb8213cca85a93e575da9974');
	assert.equal(hash128('phone:+48600100417', key), 'abf245674e303e10e6b50174f61bdc51');
	assert.equal(hash128('badge:T0K3N-abcdef', key), '633102e4b046c7d7926da0a3ac8720b9');
	assert.equal(
		recordsSum([
			{ type: 'order', id: 'ZAM-1', rev: 3 },
			{ type: 'order', id: 'ZAM-2', rev: 1 },
			{ type: 'order', id: 'ZAM_3.b', rev: 12 },
		]),
		'eaa528a3df6cb342',
	);
	assert.throws(() => blake2b('', { length: 65 }), RangeError);
});

test('the committed files are what the generator makes', () => {
	const run = generate('--check');

	assert.equal(run.status, 0, run.stderr);
});

test('--check notices a change, another date makes other times, bad usage is 2', (t) => {
	const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'lada-demo-store-'));
	const file = path.join(dir, 'store.jsonl');

	t.after(() => fs.rmSync(dir, { recursive: true }));
	assert.equal(generate('--check', '--out', dir).status, 1);
	assert.equal(generate('--out', dir, '2028-05-04T08:00:00Z').status, 0);
	assert.equal(generate('--check', '--out', dir, '2028-05-04T08:00:00Z').status, 0);
	assert.equal(generate('--check', '--out', dir).status, 1);
	const zam1 = fs
		.readFileSync(file, 'utf8')
		.split('\n')
		.find((l) => l.includes('"order","id":"ZAM-1"'));
	assert.ok(
		JSON.parse(zam1).body.collect_by > '2028-05-04',
		'still waiting for its customer',
	);
	fs.appendFileSync(file, '{}\n');
	assert.equal(generate('--check', '--out', dir, '2028-05-04T08:00:00Z').status, 1);
	assert.equal(generate('yesterday').status, 2);
	assert.equal(generate('--out').status, 2);
});

test('every line is a put that HQ can take', () => {
	const seen = new Set();

	for (const r of RECORDS) {
		assert.equal(r.store, 'WAW-042');
		assert.equal(r.op, 'put');
		assert.equal(r.type, STREAM_TYPES[r.stream], `${r.stream} ${r.id}`);
		assert.match(r.id, ID);
		assert.equal(r.rev, 1);
		assert.equal(typeof r.body, 'object');
		assert.ok(!seen.has(`${r.stream} ${r.id}`), `twice: ${r.id}`);
		seen.add(`${r.stream} ${r.id}`);
	}
	assert.equal(STORE_TEXT, STORE_TEXT.normalize('NFC'));
	assert.ok(!STORE_TEXT.includes('\ufffd'));
});

test('there is enough of everything', () => {
	const sold = [...products.values()].filter((p) => p.gtin.length > 0);
	const has = (what, test_body) => assert.ok(sold.some(test_body), what);

	assert.ok(sold.length >= 220, `${sold.length} products`);
	assert.equal(orders.size, 40);
	assert.equal(of('loyalty').length, 30);
	assert.ok(of('timeline').length >= 60);
	assert.deepEqual([...policies.keys()].sort(), [
		'codes',
		'fiscal',
		'hours',
		'lanes',
		'loyalty',
		'offers',
		'pickup',
		'print',
		'privacy',
		'returns',
		'staff',
		'stores',
		'survey',
		'texts',
	]);
	has('suggest', (p) => p.suggest);
	has('variant', (p) => p.parent && p.attrs);
	has('recall', (p) => p.blocked === 'recall');
	has('alcohol', (p) => p.age?.min === 18 && p.age.why === 'alcohol');
	has('energy drink', (p) => p.age?.why === 'energy_drink');
	has('deposit', (p) => p.deposit > 0);
	has('pack', (p) => p.gtin.some((g) => g.qty > 1));
	has('weighed', (p) => p.unit === 'kg' && /^29\d{11}$/.test(p.gtin[0]));
	assert.deepEqual(new Set(sold.map((p) => p.vat)), new Set(['23', '8', '5']));
});

test('products: names in three languages, whole prices, valid codes that nothing else has', () => {
	const seen = new Set();

	for (const [sku, p] of products) {
		for (const lang of ['pl', 'en', 'uk']) {
			assert.ok(p.name[lang]?.trim().length > 2, `${sku} ${lang}`);
		}
		assert.match(p.name.uk, /[а-яіїєґ]/i, sku);
		assert.doesNotMatch(p.name.pl + p.name.en, /[а-яіїєґ]/i, sku);
		assert.ok(Number.isInteger(p.price) && p.price > 0, sku);
		assert.equal(typeof p.returnable, 'boolean');
		assert.ok(p.category && p.location, sku);
		for (const code of codes(p)) {
			assert.ok(gs1Valid(code), `${sku}: ${code}`);
			assert.match(code, /^1?590|^29/);
			assert.ok(!seen.has(code), `${sku}: ${code} twice`);
			seen.add(code);
		}
	}
	const pl = [...products.values()].map((p) => p.name.pl);
	assert.equal(new Set(pl).size, pl.length, 'no two products of one name');
});

test('references exist', () => {
	const other_stores = Object.keys(policies.get('stores'));
	const customers = new Set(
		[...orders.values(), ...bodies('loyalty').values()].map((b) =>
			typeof b.customer === 'string' ? b.customer : b.customer.id,
		),
	);

	for (const [sku, p] of products) {
		(p.suggest ?? []).forEach((s) =>
			assert.ok(products.get(s)?.gtin.length > 0, `${sku} suggests ${s}`),
		);
		if (p.parent) {
			assert.equal(
				products.get(p.parent)?.gtin.length,
				0,
				`${sku} has no model ${p.parent}`,
			);
		}
	}
	for (const [id, o] of orders) {
		for (const line of o.lines.filter((l) => l.kind === 'goods')) {
			const p = products.get(line.sku);

			assert.equal(line.gtin, p?.gtin[0], `${id} ${line.sku}`);
			assert.equal(line.name, p.name[o.customer.lang]);
			assert.equal(line.vat, p.vat);
			assert.deepEqual(line.age, p.age);
		}
		for (const parcel of o.parcels ?? []) {
			assert.ok(
				parcel.lines.every((n) =>
					o.lines.some((l) => l.line === n && l.kind === 'goods'),
				),
				id,
			);
		}
	}
	for (const offer of policies.get('offers').offers) {
		offer.sku.forEach((s) => assert.ok(products.has(s), s));
	}
	for (const [, entry] of bodies('timeline')) {
		assert.ok(customers.has(entry.customer), entry.text);
	}
	assert.deepEqual(new Set(bodies('stock').keys()), new Set(products.keys()));
	assert.deepEqual(other_stores, ['KRK-1', 'GDN-2']);
});

test('sums agree in every order', () => {
	for (const [id, o] of orders) {
		const paid = total(o.lines.map((l) => l.paid));
		const captured = total(
			o.payments.filter((p) => CAPTURED.includes(p.state)).map((p) => p.amount),
		);
		const t = o.totals;

		assert.equal(paid, t.total, id);
		assert.equal(captured + t.due, t.total, id);
		assert.equal(t.paid, captured, id);
		assert.equal(t.goods - t.discount + t.delivery + t.deposit, t.total, id);
		assert.ok(
			t.due >= 0 &&
				o.payments.every((p) => p.amount > 0 && p.refunded <= p.amount),
			id,
		);
		for (const line of o.lines) {
			assert.ok(
				Number.isInteger(line.paid) && line.paid >= 0,
				`${id} ${line.line}`,
			);
			assert.ok(
				(line.handed ?? 0) + (line.short ?? 0) <= line.qty,
				`${id} ${line.line}`,
			);
			assert.ok((line.returned ?? 0) <= (line.handed ?? 0), `${id} ${line.line}`);
			if (line.kind === 'goods') {
				const p = products.get(line.sku);
				const off = total(line.discounts.map((d) => d.amount));
				const gross = line.qty_milli
					? Math.round((p.price * line.qty_milli) / 1000)
					: p.price * line.qty;

				assert.equal(line.paid, gross - off, `${id} ${line.sku}`);
			}
		}
	}
});

test('all statuses and situations are there', () => {
	const list = [...orders.values()];
	const some = (what, test_body) => assert.ok(list.some(test_body), what);

	assert.deepEqual(new Set(list.map((o) => o.status)), new Set(STATUSES));
	assert.deepEqual(
		new Set(list.flatMap((o) => o.payments.map((p) => p.tender))),
		new Set(['blik', 'card', 'transfer', 'gift', 'points']),
	);
	assert.deepEqual(
		new Set(list.flatMap((o) => o.lines.map((l) => l.kind))),
		new Set(['goods', 'delivery', 'deposit', 'service', 'gift_card']),
	);
	some(
		'due at pickup',
		(o) => o.status === 'ready' && o.totals.due > 0 && o.payments.length === 0,
	);
	some('part paid', (o) => o.status === 'ready' && o.totals.due > 0 && o.payments.length > 0);
	some('proxies', (o) => o.proxies?.length > 0);
	some('age', (o) => o.status === 'ready' && o.lines.some((l) => l.age?.min === 18));
	some('discount', (o) => o.totals.discount > 0);
	some('two parcels', (o) => o.status === 'ready' && o.parcels.length > 1);
	some('late', (o) => o.status === 'ready' && o.collect_by < DEMO.generated_for);
	some('code sent anew', (o) => /^[0-9a-f]{16}$/.test(o.code_nonce ?? ''));
	some('recalled', (o) => o.lines.some((l) => products.get(l.sku)?.blocked));
	some(
		'twelve lines, long names',
		(o) => o.lines.length >= 12 && o.lines.some((l) => l.name.length > 65),
	);
	some('another store', (o) => o.store === 'KRK-1' && o.status === 'ready');
	some('business', (o) => o.buyer.kind === 'business' && nipValid(o.buyer.nip));
	list.filter((o) => o.buyer.nip).forEach((o) => assert.ok(nipValid(o.buyer.nip)));
	assert.equal(nipValid('1234563219'), false);
});

test('ZAM-1 is the first story', () => {
	const o = orders.get('ZAM-1');

	assert.equal(o.status, 'ready');
	assert.deepEqual(
		o.lines.map((l) => l.qty),
		[2, 1],
	);
	assert.equal(o.totals.total, 7497);
	assert.deepEqual(
		o.payments.map((p) => [p.tender, p.state, p.amount]),
		[['blik', 'captured', 7497]],
	);
	assert.deepEqual(o.parcels, [
		{ label: 'LP.ZAM-1.1', state: 'staged', shelf: 'B-12', lines: [1, 2] },
	]);
	assert.equal(o.pin_hash, '91b1d0fcbb8213cca85a93e575da9974');
	assert.equal(o.customer.phone_hash, 'abf245674e303e10e6b50174f61bdc51');
	assert.equal(o.customer.phone_last3, '417');
});

test('at least twelve plain orders, ready long after today, in three languages', () => {
	const plain = DEMO.plain_prepaid_ready.map((id) => orders.get(id));

	assert.ok(plain.length >= 12);
	for (const o of plain) {
		assert.equal(o.status, 'ready');
		assert.equal(o.totals.due, 0);
		assert.equal(o.store, undefined);
		assert.equal(o.code_nonce, undefined);
		assert.ok(o.collect_by >= '2027-12-31', o.number);
		assert.ok(
			o.lines.every(
				(l) => l.kind === 'goods' && !l.age && !products.get(l.sku).blocked,
			),
			o.number,
		);
		assert.ok(
			o.parcels.every((p) => p.state === 'staged' && p.shelf === o.shelf),
			o.number,
		);
		assert.deepEqual(
			o.parcels.flatMap((p) => p.lines).sort((a, b) => a - b),
			o.lines.map((l) => l.line),
		);
		assert.notEqual(o.fiscal.state, 'todo');
	}
	assert.deepEqual(new Set(plain.map((o) => o.customer.lang)), new Set(['pl', 'en', 'uk']));
});

test('slips of plain orders have every letter and fit the paper', () => {
	const slip = (lang) =>
		DEMO.plain_prepaid_ready
			.map((id) => orders.get(id))
			.filter((o) => o.customer.lang === lang)
			.flatMap((o) => o.lines.map((l) => l.name))
			.join();
	const texts = policies.get('texts');

	for (const letter of POLISH) {
		assert.ok(slip('pl').includes(letter), `no ${letter} in a name`);
	}
	for (const letter of 'іїєґ') {
		assert.ok(
			(slip('uk') + Object.values(texts.uk).flat().join()).includes(letter),
			`no ${letter}`,
		);
	}
	for (const lang of ['pl', 'en', 'uk']) {
		for (const line of Object.values(texts[lang]).flat()) {
			assert.ok([...line].length <= SLIP_COLUMNS, line);
			assert.doesNotMatch(line, /paragon|receipt|чек|NIP/i);
			// The station prints its own line saying that the slip is no fiscal document.
			assert.doesNotMatch(line, /fiskaln|fiscal|фіскальн/i);
		}
	}
});

test("hashes verify, and nothing personal is in the store's data", () => {
	const people = policies.get('staff').people;

	for (const [id, o] of orders) {
		const { pin, phone } = DEMO.orders[id];

		assert.match(pin, /^\d{6}$/);
		assert.equal(o.pin_hash, hash128(`pin:${id}:${pin}`, SECRET), id);
		assert.equal(o.customer.phone_hash, hash128(`phone:${phone}`, SECRET), id);
		assert.equal(o.customer.phone_last3, phone.slice(-3));
		assert.ok(!STORE_TEXT.includes(phone.slice(3)), id);
	}
	for (const [id, m] of bodies('loyalty')) {
		assert.equal(m.phone_hash, hash128(`phone:${DEMO.members[id].phone}`, SECRET), id);
		assert.ok(m.allowance.k1 <= m.points);
	}
	assert.deepEqual(
		people.map((p) => [p.id, p.name, p.role]),
		[
			['E17', 'Ola', 'clerk'],
			['E03', 'Marek', 'supervisor'],
			['S01', 'Serwis', 'service'],
		],
	);
	for (const p of people) {
		const facts = DEMO.staff.find((s) => s.id === p.id);

		assert.equal(p.badge, hash128(`badge:${facts.badge_token}`, SECRET));
		assert.equal(facts.badge_code, `LB.${p.id}.${facts.badge_token}`);
		assert.match(
			p.pin,
			ARGON2ID,
		);
		assert.ok(
			!STORE_TEXT.includes(facts.pin) && !STORE_TEXT.includes(facts.badge_token),
		);
	}
	assert.deepEqual(
		DEMO.staff.map((s) => s.pin),
		['482100', '739155', '905512'],
	);
	assert.doesNotMatch(STORE_TEXT, /@|\+48/);
});

test("times are the contract's, and in an order that can happen", () => {
	const times = STORE_TEXT.match(/"\d{4}-\d\d-\d\dT[^"]*"/g);

	assert.ok(times.length > 300);
	times.forEach((t) => assert.match(t.slice(1, -1), TIME));
	for (const [id, o] of orders) {
		assert.ok(o.placed_at < (o.ready_at ?? '9'), id);
		assert.ok((o.ready_at ?? '0') < (o.collected?.at ?? '9'), id);
		assert.equal(
			o.collected !== undefined,
			['partly_collected', 'collected', 'returned'].includes(o.status),
			id,
		);
		const all_handed = ['collected', 'returned'].includes(o.status);

		assert.equal(o.withdrawal !== undefined, all_handed, id);
		if (o.withdrawal) {
			const days =
				(Date.parse(o.withdrawal.until) - Date.parse(o.collected.at)) /
				86400000;

			assert.ok(days > 14 && days < 17.1, `${id}: ${days} days`);
			assert.ok(![0, 6].includes(new Date(o.withdrawal.until).getUTCDay()), id);
		}
	}
});

test('stock keeps what open orders need', () => {
	const open = [
		'awaiting_payment',
		'placed',
		'picking',
		'ready',
		'partly_collected',
		'on_hold',
	];
	const need = new Map();

	for (const o of orders.values()) {
		if (open.includes(o.status) && !o.store) {
			o.lines
				.filter((l) => l.sku)
				.forEach((l) =>
					need.set(
						l.sku,
						(need.get(l.sku) ?? 0) + l.qty - (l.handed ?? 0),
					),
				);
		}
	}
	for (const [sku, s] of bodies('stock')) {
		assert.equal(s.reserved, need.get(sku) ?? 0, sku);
		assert.ok(s.on_hand >= s.reserved, sku);
		assert.deepEqual(
			s.other.map((x) => x.store),
			['KRK-1', 'GDN-2'],
		);
	}
});

test('demo.json tells the truth', () => {
	assert.deepEqual(new Set(Object.keys(DEMO.orders)), new Set(orders.keys()));
	for (const [id, d] of Object.entries(DEMO.orders)) {
		const o = orders.get(id);

		assert.equal(d.status, o.status);
		assert.equal(d.due, o.totals.due);
		assert.equal(d.plain, DEMO.plain_prepaid_ready.includes(id));
		assert.deepEqual(
			d.lines.map((l) => [l.line, l.gtin, l.qty]),
			o.lines.map((l) => [l.line, l.gtin, l.qty]),
		);
	}
	Object.values(DEMO.situations)
		.flat()
		.forEach((id) => assert.ok(orders.has(id), id));
	assert.ok(
		[...orders.values()].every((o) =>
			o.lines.every((l) => l.gtin !== DEMO.wrong_item.gtin),
		),
	);
	assert.ok(products.get(DEMO.wrong_item.sku).gtin.includes(DEMO.wrong_item.gtin));
	for (const [stream, figures] of Object.entries(DEMO.streams)) {
		assert.deepEqual(
			figures,
			{ count: of(stream).length, sum: recordsSum(of(stream)) },
			stream,
		);
	}
});
