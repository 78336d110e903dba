// SPDX-License-Identifier: Apache-2.0
/* What a person can do with a pickup before it is handed over. */
#include <string.h>

#include "firmware/approvals.h"
#include "firmware/counter/parcel.h"
#include "firmware/desk.h"
#include "firmware/lanes.h"
#include "firmware/orders.h"
#include "firmware/station.h"

void verb_pickup_take(struct station *st, const struct call *c, struct json args)
{
	struct word_values v = words_none();
	char order[ID_MAX + 1];

	if (!arg_text(args, "order", order, sizeof(order))) {
		answer_no(st, c, 400, REASON_BAD_REQUEST, &v);
		return;
	}
	v.order = order;
	if (store_here_shown(st->store, slice_of(order)))
		pickup_open(st, c, order, "code");
	else if (order_load(st, slice_of(order)) && st->order.ships)
		pickup_open(st, c, order, "search"); /* a courier has no code */
	else if (approval_missing(st, c, 1u << NEED_UNSHOWN, 0))
		/* nobody has shown a code for it */
		approval_ask(st, c, 1u << NEED_UNSHOWN, 0, order, REASON_APPROVAL_NEEDED, &v);
	else
		pickup_open(st, c, order, "search");
}

/* ---- an open pickup ---- */

bool pickup_loaded(struct station *st, const struct call *c)
{
	struct desk_state *desk = &st->desks[c->desk];
	struct word_values v = words_none();

	if (desk->mode == MODE_PICKUP && order_load(st, slice_of(desk->row.order))) {
		serving_touch(st);
		pickup_done_load(st, c->desk);
		return true;
	}
	answer_no(st, c, 409, REASON_BAD_REQUEST, &v);
	return false;
}

static void keep_done(struct station *st, enum desk desk, int line, struct slice reason)
{
	struct check c = { st->done[line].checked, st->done[line].short_ };

	store_check_set(st->store, desk, json_text(st->order.lines[line].id), c, reason);
	st->dirty = true;
}

enum reason pickup_check_pieces(struct station *st, enum desk desk, int line, int64_t qty)
{
	enum reason r;

	pickup_goods_load(st, desk, line);
	r = st->done[line].recalled ? REASON_RECALLED
				    : pickup_check(&st->order.lines[line], st->done[line], qty);
	if (r == REASON_NONE) {
		st->done[line].checked += qty;
		keep_done(st, desk, line, slice_of(""));
	}
	return r;
}

/* A parcel is kept among the checks; the prefix keeps its label apart from lines' ids. */
#define PARCEL_LABEL_MAX 160

static struct slice parcel_key(struct slice label, char memory[PARCEL_LABEL_MAX + 8])
{
	text_fmt(memory, PARCEL_LABEL_MAX + 8, "parcel:%.*s", (int)label.n, label.p);
	return slice_of(memory);
}

bool pickup_has_parcel(const struct station *st, struct slice label)
{
	char text[PARCEL_LABEL_MAX];

	for (struct json_walk w = json_walk(st->order.parcels); json_next(&w);)
		if (json_string(json_get(w.value, "label"), text, sizeof(text)) > 0 &&
		    slice_eq(label, text))
			return true;
	return false;
}

enum reason pickup_check_parcel(struct station *st, enum desk desk, struct slice label)
{
	char memory[PARCEL_LABEL_MAX + 8];
	struct slice key = parcel_key(label, memory);

	if (!pickup_has_parcel(st, label))
		return REASON_ITEM_UNKNOWN;
	if (store_check(st->store, desk, key).checked)
		return REASON_ITEM_SURPLUS;
	store_check_set(st->store, desk, key, (struct check){ 1, 0 }, slice_of(""));
	st->dirty = true;
	return REASON_NONE;
}

static bool parcel_checked(struct station *st, enum desk desk, struct json parcel)
{
	char text[PARCEL_LABEL_MAX], memory[PARCEL_LABEL_MAX + 8];

	return json_string(json_get(parcel, "label"), text, sizeof(text)) > 0 &&
	       store_check(st->store, desk, parcel_key(slice_of(text), memory)).checked;
}

bool pickup_parcels_checked(struct station *st, enum desk desk)
{
	for (struct json_walk w = json_walk(st->order.parcels); json_next(&w);)
		if (!parcel_left(&st->order, w.value) && !parcel_checked(st, desk, w.value))
			return false;
	return true;
}

/* Did all parcels that bring it come? `all`: every parcel of the order did, which counts for a line
 * that none of them names. */
static bool line_came(struct station *st, enum desk desk, int line, bool all)
{
	bool named = false;

	for (struct json_walk w = json_walk(st->order.parcels); json_next(&w);) {
		if (!parcel_brings(&st->order, w.value, line))
			continue;
		if (!parcel_checked(st, desk, w.value))
			return false;
		named = true;
	}
	return named || all;
}

void pickup_parcels_count(struct station *st, enum desk desk)
{
	const bool all = pickup_parcels_checked(st, desk);
	struct pickup_policy policy = pickup_policy_now(st);

	pickup_policy_for(&policy, &st->order);
	if (json_count(st->order.parcels) == 0 || policy.check_items != CHECK_PARCEL)
		return;
	for (int i = 0; i < st->order.line_count; i++)
		if (line_came(st, desk, i, all))
			st->done[i].checked =
				order_line_left(&st->order.lines[i]) - st->done[i].short_;
}

void pickup_parcels_document(struct station *st, enum desk desk, struct buf *b)
{
	static const char *const names[] = { "label", "state", "shelf", "lines" };
	struct json m[COUNT_OF(names)];

	jw_open(b, "parcels", '[');
	for (struct json_walk w = json_walk(st->order.parcels); json_next(&w);) {
		json_pick(w.value, names, m, COUNT_OF(names));
		jw_open(b, NULL, '{');
		for (size_t i = 0; i < COUNT_OF(names); i++)
			if (m[i].type != JSON_NONE)
				jw_value(b, names[i], m[i]);
		jw_bool(b, "checked", parcel_checked(st, desk, w.value));
		jw_close(b, '}');
	}
	jw_close(b, ']');
}

/* The line an argument names: its index, or -1. */
static int arg_line(const struct station *st, struct json args)
{
	struct json line = json_get(args, "line");

	return line.type == JSON_NONE ? -1 : order_line_find(&st->order, json_text(line));
}

void verb_pickup_check(struct station *st, const struct call *c, struct json args)
{
	struct word_values v = words_none();
	char label[2 * ID_MAX + 8];
	struct json q = json_get(args, "qty");
	int64_t qty = 1;
	enum reason r;
	int line;

	if ((q.type != JSON_NONE && json_int(q, &qty) < 0) ||
	    (json_get(args, "line").type == JSON_NONE &&
	     json_get(args, "label").type == JSON_NONE)) {
		answer_no(st, c, 400, REASON_BAD_REQUEST, &v);
		return;
	}
	if (!pickup_loaded(st, c))
		return;
	if (json_string(json_get(args, "label"), label, sizeof(label)) > 0) {
		r = pickup_check_parcel(st, c->desk, slice_of(label));
	} else {
		line = arg_line(st, args);
		if (line < 0)
			r = REASON_ITEM_UNKNOWN;
		else if (json_string(json_get(args, "serial"), label, sizeof(label)) > 0)
			r = pickup_add_serial(st, c->desk, line, slice_of(label));
		else
			r = pickup_check_pieces(st, c->desk, line, qty);
	}
	if (r == REASON_NONE)
		answer_ok(st, c, "");
	else
		answer_no(st, c, r == REASON_BAD_REQUEST ? 400 : 409, r, &v);
}

void verb_pickup_short(struct station *st, const struct call *c, struct json args)
{
	struct word_values v = words_none();
	char reason[128] = "";
	int64_t qty;
	enum reason r;
	int line;

	if (!pickup_loaded(st, c))
		return;
	line = arg_line(st, args);
	if (json_get(args, "line").type == JSON_NONE || json_int(json_get(args, "qty"), &qty) < 0 ||
	    (json_get(args, "reason").type != JSON_NONE &&
	     json_string(json_get(args, "reason"), reason, sizeof(reason)) < 0)) {
		answer_no(st, c, 400, REASON_BAD_REQUEST, &v);
		return;
	}
	if (line < 0) {
		answer_no(st, c, 409, REASON_ITEM_UNKNOWN, &v);
		return;
	}
	r = pickup_short(&st->order.lines[line], st->done[line], qty);
	if (r != REASON_NONE) {
		answer_no(st, c, r == REASON_BAD_REQUEST ? 400 : 409, r, &v);
		return;
	}
	st->done[line].short_ = qty;
	keep_done(st, c->desk, line, slice_of(reason));
	answer_ok(st, c, "");
}

void verb_pickup_cancel(struct station *st, const struct call *c, struct json args)
{
	struct desk_state *desk = &st->desks[c->desk];
	struct word_values v = words_none();

	(void)args;
	if (!desk_may_cancel(st, c->desk, MODE_PICKUP)) {
		answer_no(st, c, 409, REASON_BAD_REQUEST, &v);
		return;
	}
	if (desk->waiting.active) {
		struct call waited = desk->waiting.call;

		desk->waiting.active = false;
		answer_no(st, &waited, 409, REASON_NOT_FOUND, &v);
	}
	desk_forget_kept(st, c->desk);
	pickup_close(st, c->desk);
	notice_clear(st, c->desk);
	answer_ok(st, c, "");
}
