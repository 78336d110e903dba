// SPDX-License-Identifier: Apache-2.0
//
// Is stock's model check (tests/unit_stock_model.c) worth anything? Breaks a rule in a copy of one
// source, builds the check with it, and wants it caught. Each mutation is a text of the source and
// what stands there instead; a text that is no longer found, or found twice, is an error here.
//
//	node tests/stock/mutations.js [NAME…]
'use strict';

const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const TOP = path.join(__dirname, '..', '..');
const BUILD = 'build/stock/mutants';
const LIMIT_MS = 300000;
const ENV = { ...process.env, LADA_STOCK_DEPTH: '4', LADA_STOCK_SCHEDULES: '2000' };

const MUTATIONS = [
	{
		name: 'a-handover-lays-nothing-over',
		file: 'firmware/handover.c',
		from: '\tstore_stock_delta_add(st->store, slice_of(sku), -pieces,',
		to: '\tstore_stock_delta_add(st->store, slice_of(sku), 0 * pieces,',
	}, {
		name: 'an-adjustment-lays-nothing-over',
		file: 'firmware/stock.c',
		from: '\tstore_stock_delta_add(st->store, slice_of(sku), delta,',
		to: '\tstore_stock_delta_add(st->store, slice_of(sku), 0 * delta,',
	}, {
		name: 'acknowledged-is-taken-for-counted',
		file: 'firmware/ledger.c',
		from: '\t\ttake_acked(st, seq);\n',
		to: '\t\ttake_acked(st, seq);\n\t\tstore_stock_deltas_covered(st->store,'
			+ ' slice_of(st->config->lane), epoch, seq);\n',
	}, {
		name: 'what-hq-has-counted-is-heard-and-laid-over',
		file: 'firmware/effects.c',
		from: '\t    store_upto_covers(st->store, STREAM_STOCK, o->lane, o->epoch, o->seq))\n',
		to: '\t    delta == INT32_MAX)\n',
	}, {
		name: 'the-last-event-covered-stays-over',
		file: 'firmware/store/fact.c',
		from: '"(epoch, seq) <= (?, ?))"',
		to: '"(epoch, seq) < (?, ?))"',
	}, {
		name: 'all-lanes-are-covered-by-one',
		file: 'firmware/store/fact.c',
		from: '"DELETE FROM passing WHERE n IN (SELECT n FROM temp.delta_of WHERE lane=? AND "',
		to: '"DELETE FROM passing WHERE n IN (SELECT n FROM temp.delta_of WHERE lane>=? AND "',
	}, {
		name: 'the-orders-upto-covers-stock',
		file: 'firmware/stream.c',
		from: '\t\tif (s == STREAM_STOCK)\n',
		to: '\t\tif (s != STREAM_CATALOG)\n',
	}, {
		name: 'a-siblings-event-counts-each-time',
		file: 'firmware/lanes.c',
		from: '\t\t    store_heard(st->store, slice_of(s->lane), e->up.epoch, seq))\n',
		to: '\t\t    seq > INT32_MAX)\n',
	}, {
		name: 'a-restart-forgets-what-lies-over',
		file: 'firmware/store/db.c',
		from: ' WHERE sku NOT NULL;";\n\nvoid store_remember',
		to: ' WHERE 0;";\n\nvoid store_remember',
	}, {
		name: 'a-count-compares-with-hq-alone',
		file: 'firmware/counting.c',
		from: '\t\tf.on_hand = stock_on_hand(st, l->sku, &f.known);\n',
		to: '\t\tf.on_hand = stock_on_hand(st, l->sku, &f.known) -\n'
			+ '\t\t\t    store_stock_delta(st->store, slice_of(l->sku));\n',
	}, {
		name: 'an-order-holds-what-was-handed-over',
		file: 'firmware/counter/stock.c',
		from: '\treturn (o->store.type != JSON_STRING || json_is(o->store, store)) &&\n',
		to: '\tif (o->status == ORDER_COLLECTED)\n\t\treturn true;\n'
			+ '\treturn (o->store.type != JSON_STRING || json_is(o->store, store)) &&\n',
		also: [ {
			file: 'firmware/counter/order.c',
			from: 'int64_t order_line_left(const struct order_line *line)\n{\n',
			to: 'int64_t order_line_left(const struct order_line *line)\n{\n'
				+ '\tif (line->handed == line->qty)\n\t\treturn line->qty;\n',
		} ],
	}, {
		name: 'hq-counts-twice',
		file: 'sync/hq/effect.c',
		from: 'json_int(json_get(h->body, "delta"), &delta) < 0 || delta < -INT32_MAX ||',
		to: 'json_int(json_get(h->body, "delta"), &delta) < 0 || (delta *= 2) < -INT32_MAX ||',
	}, {
		name: 'hq-counts-by-counted-too',
		file: 'sync/hq/effect.c',
		from: '\t{ "stock.counted", effect_stock_counted },\n',
		to: '\t{ "stock.counted", stock_changed },\n',
		also: [ {
			file: 'firmware/counting.c',
			from: '\tjw_int(&b, "counted", l->qty);\n',
			to: '\tjw_int(&b, "counted", l->qty);\n\tjw_int(&b, "delta", l->qty - expected);\n',
		} ],
	}, {
		name: 'hq-says-a-figure-without-what-it-heard',
		file: 'sync/hq/stream.c',
		from: '\tif (!kind->has_upto)\n',
		to: '\tif (!kind->has_upto || strcmp(kind->name, "stock") == 0)\n',
	},
];

/** Writes the changed copies; their names relative to the tree. */
function write(mutation)
{
	const texts = new Map();

	for (const { file, from, to } of [mutation, ...mutation.also ?? []]) {
		const text = texts.get(file) ?? fs.readFileSync(path.join(TOP, file), 'utf8');

		if (text.split(from).length !== 2) {
			throw new Error(`${mutation.name}: ${file} does not have this text once:\n${from}`);
		}
		texts.set(file, text.replace(from, () => to));
	}
	for (const [file, text] of texts) {
		const copy = path.join(TOP, BUILD, mutation.name, file);

		fs.mkdirSync(path.dirname(copy), { recursive: true });
		fs.writeFileSync(copy, text);
	}
	return [...texts.keys()];
}

function run(command, args)
{
	return spawnSync(command, args, {
		cwd: TOP, env: ENV, encoding: 'utf8', timeout: LIMIT_MS, maxBuffer: 1 << 24,
	});
}

/** What the check said of it; null: nothing. */
function attempt(mutation)
{
	const files = write(mutation);
	const program = `${BUILD}/${mutation.name}/model`;
	const built = run('make', ['-s', program, `STOCK_MUTANT=${mutation.name}`,
		`MUTATED=${files.join(' ')}`]);

	if (built.status !== 0) {
		throw new Error(`${mutation.name}: is not built\n${built.stdout}${built.stderr}`);
	}
	const { status, stderr, stdout } = run(path.join(TOP, program), []);
	const said = /ERROR: (.*)/.exec(stderr + stdout);

	return status !== 0 && said ? said[1] : null;
}

const names = process.argv.slice(2);
const wanted = MUTATIONS.filter(({ name }) => names.length === 0 || names.includes(name));
let caught = 0;

for (const mutation of wanted) {
	const said = attempt(mutation);

	caught += said !== null;
	console.log(said === null ? `NOT CAUGHT: ${mutation.name}` : `caught: ${mutation.name}: ${said}`);
}
console.log(`${caught} of ${wanted.length} mutations caught`);
process.exitCode = caught === wanted.length && wanted.length > 0 ? 0 : 1;
