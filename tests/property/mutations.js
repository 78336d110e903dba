// SPDX-License-Identifier: Apache-2.0
//
// Is the property test worth anything? Breaks a rule of the shop in a copy of one source, builds
// the test with it, and wants a law to be broken within a bounded number of runs (tests/mutate.js).
//
//	node tests/property/mutations.js [NAME…]
'use strict';

const { mutate } = require('../mutate.js');

const MUTATIONS = [
	{
		name: 'hand-over-what-is-gone',
		file: 'firmware/counter/order.c',
		from: '\tint64_t left = line->qty - line->handed - line->short_;\n',
		to: '\tint64_t left = line->qty - line->short_;\n',
	}, {
		name: 'believe-hq-that-nothing-was-handed-over',
		file: 'firmware/overlay.c',
		from: '\t\tl->handed = f.handed > l->handed ? f.handed : l->handed;\n',
		to: '',
	}, {
		name: 'pay-back-what-went-back',
		file: 'firmware/counter/refund.c',
		from: '\treturn p->captured && p->amount > back ? p->amount - back : 0;\n',
		to: '\treturn p->captured && p->amount > back ? p->amount : 0;\n',
	}, {
		name: 'one-grosz-too-much',
		file: 'firmware/counter/returns.c',
		from: '\treturn refund_of_pieces(&o->lines[line], return_pieces(o, back, basis, line));\n',
		to: '\tconst int64_t n = return_pieces(o, back, basis, line);\n\n'
			+ '\treturn refund_of_pieces(&o->lines[line], n) + (n > 1);\n',
	}, {
		name: 'reverse-twice',
		file: 'firmware/money.c',
		from: '\t\tf.taken_back = t.state == TAKEN_BACK;\n',
		to: '\t\tf.taken_back = false;\n',
	}, {
		name: 'forget-a-sale-in-the-drawer',
		file: 'firmware/money.c',
		from: '\tmoney_book(st, c, TILL_SALE, t.tender, t.amount, t.payment, "");\n',
		to: '\tif (t.amount < 10000)\n'
			+ '\t\tmoney_book(st, c, TILL_SALE, t.tender, t.amount, t.payment, "");\n',
	}, {
		name: 'pay-out-more-than-is-there',
		file: 'firmware/counter/shift.c',
		from: '\tif (amount < 0 && -amount > till->cash)\n',
		to: '\tif (amount < 0 && -amount > till->cash + 5000)\n',
	}, {
		name: 'forget-what-came-back-in-stock',
		file: 'firmware/return_accept.c',
		from: '\tstore_stock_delta_add(st->store, slice_of(sku), pieces, st->config->lane, st->ledger.epoch,\n'
			+ '\t\t\t      seq);\n',
		to: '\t(void)seq;\n',
	}, {
		name: 'tell-stock-of-one-piece',
		file: 'firmware/handover.c',
		from: '\tjw_int(&b, "delta", -pieces);\n',
		to: '\tjw_int(&b, "delta", -1);\n',
	}, {
		name: 'leave-what-was-refused',
		file: 'firmware/return_lines.c',
		from: '\t} else {\n\t\tundo_goods(st, c->desk, &g);\n\t}\n',
		to: '\t}\n',
	}, {
		name: 'pick-more-than-was-ordered',
		file: 'firmware/counter/prep.c',
		from: '\treturn qty > prep_line_of(l).open ? REASON_ITEM_SURPLUS : REASON_NONE;\n}\n\n'
			+ 'enum reason prep_unpick(',
		to: '\treturn REASON_NONE;\n}\n\nenum reason prep_unpick(',
	}, {
		name: 'do-a-press-again',
		file: 'firmware/verbs.c',
		from: '\tif (pressed_before(st, &c) || training_pressed(st, &c))\n',
		to: '\tif (c.request == 0 && pressed_before(st, &c))\n',
	}, {
		name: 'do-not-tell-a-double',
		file: 'firmware/effects.c',
		from: '\t\ttell_doubled(st, o, order, &f);\n',
		to: '\t\tif (f.seq < 0)\n\t\t\ttell_doubled(st, o, order, &f);\n',
	}, {
		name: 'do-not-hear-a-reversal',
		file: 'firmware/effects.c',
		from: '\t{ "payment.reversed", money_heard_reversed },\n',
		to: '',
	}, {
		name: 'do-not-hear-what-is-short',
		file: 'firmware/effects_prep.c',
		from: '\t\tkeep_short(st, h, qty);\n',
		to: '\t\tkeep_short(st, h, 0);\n',
	}, {
		name: 'lay-what-was-paid-before-what-went-back',
		file: 'firmware/overlay.c',
		from: '\t\t\tif ((t.state == TAKEN_BACK) == !taken)\n',
		to: '\t\t\tif (taken)\n',
	}, {
		name: 'count-only-what-is-no-refusal',
		file: 'firmware/ledger.c',
		from: '\tfigures_own(st, type, buf_read(body));\n',
		to: '\tif (strcmp(type, "pickup.refused"))\n\t\tfigures_own(st, type, buf_read(body));\n',
	},
];

if (require.main === module) {
	mutate({
		mutations: MUTATIONS,
		build: 'build/property/mutants',
		program: 'counter',
		make: (name, files) => [`BROKEN=${name}`, `BROKEN_FILES=${files.join(' ')}`],
		seed: 1,
		word: 'runs',
		most: 2000,
		failed: /^seed (\d+) failed at event \d+ of \d+: (.*)$/m,
	}, process.argv.slice(2));
}

module.exports = { MUTATIONS };
