// SPDX-License-Identifier: Apache-2.0
/*
 * Goods that nobody will fetch go back to their place: of an order that HQ cancelled or gave to
 * another store, or past its last day. Staff confirm it by scanning: every parcel of the order, the
 * shelf it lay on, or every piece.
 */
#include <string.h>

#include "firmware/ledger.h"
#include "firmware/orders.h"
#include "firmware/overlay.h"
#include "firmware/prep_inside.h"

static void keep_why(struct station *st, enum desk desk, const char *why)
{
	char memory[256];

	store_work_extra_set(st->store, desk, slice_of(PREP_WHY), prep_quoted(why, memory));
}

static void read_why(struct station *st, enum desk desk, char *dst, size_t cap)
{
	char text[256];
	struct json v;

	text_fmt(dst, cap, "cancelled");
	if (store_work_extra(st->store, desk, slice_of(PREP_WHY), text, sizeof(text)) &&
	    json_check(slice_of(text), &v) == 0)
		json_string(v, dst, cap);
}

/* Parcels to carry away; -1 none. */
static int64_t parcels_here(const struct order *o)
{
	int64_t n = 0;

	for (struct json_walk w = json_walk(o->parcels); json_next(&w);) {
		const enum parcel_state s = parcel_state_of(json_get(w.value, "state"));

		n += (s == PARCEL_ARRIVED || s == PARCEL_STAGED) && !parcel_left(o, w.value);
	}
	return n > 0 ? n : -1;
}

bool prep_back_stands(struct station *st, enum desk desk)
{
	char why[32];

	read_why(st, desk, why, sizeof(why));
	return !strcmp(why, NOT_TAKEN)
		       ? st->order.status == ORDER_READY
		       : prep_put_back(&st->order, st->config->store, station_now(st)) != NULL;
}

void prep_back_begin(struct station *st, const struct call *c, const char *why)
{
	struct word_values v;
	char number[128];

	prep_begin_work(st, c, PREP_BACK);
	keep_why(st, c->desk, why);
	v = prep_words(st, number);
	v.n = prep_pieces_here(&st->order);
	if (v.n == 0)
		v.n = -1;
	v.left = parcels_here(&st->order);
	prep_note(st, c->desk, NOTICE_ATTENTION,
		  !strcmp(why, "cancelled") ? "cancelled" : "put_back", WORD_PREP_BACK, &v);
}

void verb_prep_unstage(struct station *st, const struct call *c, struct json args)
{
	struct word_values v = words_none();
	char named[2 * ID_MAX], order[ID_MAX + 1], members[2 * ID_MAX];
	const char *why;

	if (json_string(json_get(args, "order"), named, sizeof(named)) <= 0) {
		prep_bad(st, c);
		return;
	}
	v.order = named;
	if (!prep_may_begin(st, c))
		return;
	if (!order_named(st, slice_of(named), order) || !order_load(st, slice_of(order))) {
		prep_no(st, c, REASON_NOT_FOUND, &v);
		return;
	}
	why = prep_put_back(&st->order, st->config->store, station_now(st));
	if (serving_elsewhere(st, slice_of(order))) {
		prep_no(st, c, REASON_BEING_SERVED, &v);
	} else if ((!why || prep_unstaged(st, slice_of(order))) && prep_kept(&st->order) == 0) {
		prep_no(st, c, REASON_BAD_REQUEST, &v);
	} else {
		if (why && !prep_unstaged(st, slice_of(order)))
			prep_back_begin(st, c, why);
		else
			kept_begin(st, c);
		text_fmt(members, sizeof(members), "\"order\":\"%s\"", order);
		answer_ok(st, c, members);
	}
}

/* Reserve and try: the customer has tried it, and buys nothing. The goods go back to their place,
 * and then the reservation is over. */
void verb_pickup_leave(struct station *st, const struct call *c, struct json args)
{
	struct word_values v = words_none();
	char number[128];
	enum reason r;

	(void)args;
	if (!pickup_loaded(st, c))
		return;
	order_number(&st->order, number, sizeof(number));
	v.order = number;
	r = pickup_leave(&st->order);
	if (r != REASON_NONE) {
		answer_no(st, c, 409, r, &v);
		return;
	}
	prep_back_begin(st, c, NOT_TAKEN);
	answer_ok(st, c, "");
}

/* ---- done ---- */

static void write_lines(struct station *st, struct buf *b)
{
	jw_open(b, "lines", '[');
	for (int i = 0; i < st->order.line_count; i++) {
		const struct order_line *l = &st->order.lines[i];

		if (!l->goods || order_line_left(l) == 0)
			continue;
		jw_open(b, NULL, '{');
		jw_value(b, "line", l->id);
		jw_int(b, "qty", order_line_left(l));
		jw_close(b, '}');
	}
	jw_close(b, ']');
}

void prep_forget(struct station *st, const struct mark *mark)
{
	char label[PARCEL_LABEL_MAX], name[OVER_WHAT_MAX];

	for (int i = 0; i < st->order.line_count; i++) {
		const struct order_line *l = &st->order.lines[i];

		if (l->picked > l->handed)
			overlay_set_line(st, st->order.id, "picked", l->id, slice_of("0"), mark);
		if (l->swapped > 0 &&
		    text_fmt(name, sizeof(name), "swaps:%.*s", (int)l->id.n, l->id.p) == 0)
			overlay_keep(st, st->order.id, name, slice_of("[]"), mark);
		if (text_fmt(name, sizeof(name), "missing:%.*s", (int)l->id.n, l->id.p) == 0)
			overlay_drop(st, st->order.id, name);
	}
	for (struct json_walk w = json_walk(st->order.parcels); json_next(&w);)
		if (json_is(json_get(w.value, "state"), "staged") &&
		    json_string(json_get(w.value, "label"), label, sizeof(label)) > 0)
			overlay_set_parcel(st, st->order.id, slice_of(label),
					   slice_of("{\"state\":\"arrived\"}"), mark);
	overlay_set(st, st->order.id, "shelf", slice_of("null"), mark);
	overlay_drop(st, st->order.id, "packed");
	overlay_drop(st, st->order.id, "search");
	kept_forget(st);
	overlay_drop(st, st->order.id, "by");
}

static void tell_unstaged(struct station *st, const struct call *c, const char *why)
{
	struct buf b = event_begin(st);
	char memory[256];
	struct mark mark;

	jw_slice(&b, "order", st->order.id);
	jw_str(&b, "why", why);
	write_lines(st, &b);
	jw_str(&b, "staff", c->session.row.staff);
	mark = mark_own(st, event_end(st, "pickup.unstaged", &b, (struct slice){ 0 }, NULL));
	prep_forget(st, &mark);
	if (!strcmp(why, "no_show") || !strcmp(why, NOT_TAKEN))
		overlay_set(st, st->order.id, "status", slice_of("\"expired\""), &mark);
	overlay_keep(st, st->order.id, "unstaged", prep_quoted(why, memory), &mark);
}

void prep_back_done(struct station *st, const struct call *c)
{
	struct word_values v;
	char number[128], why[32], members[2 * ID_MAX];

	read_why(st, c->desk, why, sizeof(why));
	v = prep_words(st, number);
	text_fmt(members, sizeof(members), "\"order\":\"%.*s\",\"done\":true", (int)st->order.id.n,
		 st->order.id.p);
	tell_unstaged(st, c, why);
	prep_end_work(st, c->desk);
	prep_note(st, c->desk, NOTICE_GOOD, "put_back_done", WORD_PREP_BACK_DONE, &v);
	answer_ok(st, c, members);
}

void prep_back_if_done(struct station *st, const struct call *c)
{
	if (prep_pieces_here(&st->order) == 0)
		prep_back_done(st, c);
	else
		answer_ok(st, c, "");
}
