#!/usr/bin/env node
// SPDX-License-Identifier: Apache-2.0
//
// Makes the demo store: store.jsonl, which `lada-hq import` takes, and demo.json, the facts a demo
// or a test needs and a store would never be sent (PINs, phones, badge tokens). Same date, same
// bytes: randomness is seeded, nothing is read but the word lists in data/.
'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { recordsSum } = require('../../js/blake2b.js');
const { STORE, STORE_NAME, LANE, SECRET_HEX, iso } = require('./common.js');
const { buildProducts, buildStock } = require('./build_catalog.js');
const { buildOrders } = require('./build_orders.js');
const {
	STAFF,
	buildCustomers,
	buildMembers,
	staffPolicy,
	buildEntries,
} = require('./build_people.js');
const { POLICIES } = require('./data/policies.js');

const DEFAULT_DATE = '2026-11-22T08:00:00Z';
const USAGE = `usage: generate.js [--check] [--out DIR] [DATE]
Writes store.jsonl and demo.json into DIR (default: beside this script), with times counted from
DATE (RFC 3339, default ${DEFAULT_DATE}). --check writes nothing and says whether the files in DIR
are what it would write: exit 0 yes, 1 no.
`;

function put(stream, type, { id, body })
{
	return { store: STORE, stream, op: 'put', type, id, rev: 1, body };
}

function buildStore(base_ms)
{
	const customers = buildCustomers();
	const products = buildProducts();
	const orders = buildOrders(customers, products, base_ms);
	const stock = buildStock(products, orders, STORE, Object.keys(POLICIES.stores));
	const policies = Object.entries({ ...POLICIES, staff: staffPolicy() }).map(
		([id, body]) => ({ id, body }),
	);
	const records = [
		...policies.map((r) => put('policy', 'policy', r)),
		...products.map((r) => put('catalog', 'product', r)),
		...stock.map((r) => put('stock', 'stock', r)),
		...buildMembers(customers, base_ms).map((r) => put('loyalty', 'member', r)),
		...orders.map((r) => put('orders', 'order', r)),
		...buildEntries(customers, orders, base_ms).map((r) => put('timeline', 'entry', r)),
	];

	return { customers, products, orders, records };
}

/** Prepaid, ready here, and nothing to ask: the orders that the main job can be shown with. */
function isPlain({ body }, products, now_ms)
{
	return (
		body.status === 'ready' &&
		!body.store &&
		body.totals.due === 0 &&
		!body.code_nonce &&
		!body.proxies &&
		Date.parse(body.collect_by) > now_ms &&
		body.buyer.kind === 'consumer' &&
		body.lines.every(
			(l) =>
				l.kind === 'goods' &&
				!l.age &&
				!l.qty_milli &&
				!products.get(l.sku).blocked,
		)
	);
}

function demoOrder(order, plain)
{
	const { body } = order;

	return {
		number: body.number,
		status: body.status,
		plain,
		store: body.store ?? STORE,
		pin: order.pin,
		phone: order.phone,
		customer: body.customer.name,
		lang: body.customer.lang,
		total: body.totals.total,
		due: body.totals.due,
		shelf: body.shelf ?? null,
		code_nonce: body.code_nonce ?? null,
		parcels: (body.parcels ?? []).map((p) => p.label),
		lines: body.lines.map(({ line, kind, sku, gtin, name, qty, paid }) => ({
			line,
			kind,
			sku,
			gtin,
			name,
			qty,
			paid,
		})),
	};
}

function streamFigures(records)
{
	const streams = {};

	for (const stream of new Set(records.map((r) => r.stream))) {
		const of = records.filter((r) => r.stream === stream);

		streams[stream] = { count: of.length, sum: recordsSum(of) };
	}
	return streams;
}

/** A product that no order asks for: what a demo scans to be refused. */
function wrongItem(products, orders)
{
	const ordered = new Set(orders.flatMap((o) => o.body.lines.map((l) => l.sku)));
	const { id, body } = products.find(
		(p) => !ordered.has(p.id) && p.body.category === 'kitchen',
	);

	return { sku: id, gtin: body.gtin[0], name: body.name.pl };
}

function productFacts(products)
{
	const first = (test) => products.find((p) => test(p.body));
	const fact = ({ id, body }) => ({ sku: id, gtin: body.gtin[0], name: body.name.pl });
	const pack = (p) => ({ ...fact(p), pack: p.body.gtin[1] });

	return {
		recalled: fact(first((b) => b.blocked === 'recall')),
		weighed: fact(first((b) => b.unit === 'kg')),
		age: fact(first((b) => b.age)),
		deposit: fact(first((b) => b.deposit)),
		pack: pack(first((b) => b.gtin[1]?.code.length === 13)),
		pack_gtin14: pack(first((b) => b.gtin[1]?.code.length === 14)),
	};
}

function buildDemo({ customers, products, orders, records }, base_ms)
{
	const by_sku = new Map(products.map((p) => [p.id, p.body]));
	const plain = orders.filter((o) => isPlain(o, by_sku, base_ms)).map((o) => o.id);

	return {
		store: STORE,
		lane: LANE,
		name: STORE_NAME,
		secret: SECRET_HEX,
		generated_for: iso(base_ms),
		plain_prepaid_ready: plain,
		situations: {
			story_1: 'ZAM-1',
			many_lines: 'ZAM-5',
			lang_en: 'ZAM-4',
			lang_uk: 'ZAM-3',
			nip_due: 'ZAM-15',
			part_paid: 'ZAM-16',
			due_with_delivery: 'ZAM-17',
			age: 'ZAM-18',
			proxies: ['ZAM-19', 'ZAM-20'],
			late: 'ZAM-21',
			code_replaced: 'ZAM-22',
			recalled: 'ZAM-23',
			invoice: 'ZAM-24',
			other_store: 'BL-4821.A_7',
			story_4: 'ZAM-28',
			story_6: 'ZAM-29',
			parcel_missing: 'ZAM-32',
			story_9: 'ZAM-33',
			story_10: 'ZAM-34',
		},
		staff: STAFF.map(({ id, name, role, pin, token }) => ({
			id,
			name,
			role,
			pin,
			badge_token: token,
			badge_code: `LB.${id}.${token}`,
		})),
		wrong_item: wrongItem(products, orders),
		products: productFacts(products),
		members: Object.fromEntries(
			customers
				.filter((c) => c.member)
				.map((c) => [
					c.member,
					{
						name: c.name,
						phone: c.phone,
						card_code: `LM.${c.card}`,
						points: c.points,
					},
				]),
		),
		streams: streamFigures(records),
		orders: Object.fromEntries(
			orders.map((o) => [o.id, demoOrder(o, plain.includes(o.id))]),
		),
	};
}

/** @returns {{[file: string]: string}} */
function generate(date = DEFAULT_DATE)
{
	const base_ms = Date.parse(date);
	const store = buildStore(base_ms);

	return {
		'store.jsonl': store.records.map((r) => `${JSON.stringify(r)}\n`).join(''),
		'demo.json': `${JSON.stringify(buildDemo(store, base_ms), null, 1)}\n`,
	};
}

/** Names of the files in `dir` that are missing or differ. */
function stale(dir, files)
{
	return Object.keys(files).filter((name) => {
		const file = path.join(dir, name);

		return !fs.existsSync(file) || fs.readFileSync(file, 'utf8') !== files[name];
	});
}

function parseArgs(argv)
{
	const args = { check: false, help: false, dir: __dirname, date: DEFAULT_DATE };

	for (let i = 0; i < argv.length; i++) {
		if (argv[i] === '--check') {
			args.check = true;
		} else if (argv[i] === '--help') {
			args.help = true;
		} else if (argv[i] === '--out' && i + 1 < argv.length) {
			args.dir = argv[++i];
		} else if (
			/^\d{4}-\d\d-\d\dT/.test(argv[i]) &&
			!Number.isNaN(Date.parse(argv[i]))
		) {
			args.date = argv[i];
		} else {
			return null;
		}
	}
	return args;
}

function main(argv)
{
	const args = parseArgs(argv);

	if (!args || args.help) {
		(args ? process.stdout : process.stderr).write(USAGE);
		return args ? 0 : 2;
	}
	const files = generate(args.date);
	if (args.check) {
		const differing = stale(args.dir, files);

		differing.forEach((name) =>
			process.stderr.write(
				`${path.join(args.dir, name)}: not what generate.js makes\n`,
			),
		);
		return differing.length > 0 ? 1 : 0;
	}
	for (const [name, text] of Object.entries(files)) {
		fs.writeFileSync(path.join(args.dir, name), text);
	}
	return 0;
}

module.exports = { generate, stale };

if (require.main === module) {
	process.exitCode = main(process.argv.slice(2));
}
