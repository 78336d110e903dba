// SPDX-License-Identifier: Apache-2.0
/*
 * What another lane prepared. Its words about an order (status, shelf, picked, parcels) count until
 * HQ's record has them; what is the store's own (short, who prepares it, substitutes) stays.
 */
#include <string.h>

#include "firmware/ledger.h"
#include "firmware/orders.h"
#include "firmware/overlay.h"
#include "firmware/prep_inside.h"

/* An event that was heard, and the order it is about, in st->order where that is known. */
struct heard {
	const struct origin *origin;
	struct mark mark;
	struct json body;
	char order[ID_MAX + 1];
	bool known;
	bool counted; /* HQ's record has it */
	int line;     /* it names, -1 none */
};

static struct order_line *line_of(struct station *st, const struct heard *h)
{
	return h->known && h->line >= 0 ? &st->order.lines[h->line] : NULL;
}

/* The same lane said so later: events may be heard in any order. */
static bool said_later(struct station *st, const struct heard *h, const char *what)
{
	const struct mark *m = &h->mark;
	struct over over;

	return store_over(st->store, slice_of(h->order), what, &over) &&
	       strcmp(over.lane, m->lane) == 0 &&
	       (over.epoch > m->epoch || (over.epoch == m->epoch && over.seq > m->seq));
}

static void drop(struct station *st, const struct heard *h, const char *what)
{
	if (!said_later(st, h, what))
		overlay_drop(st, slice_of(h->order), what);
}

static void set(struct station *st, const struct heard *h, const char *what, const char *json)
{
	if (!h->counted && !said_later(st, h, what))
		overlay_set(st, slice_of(h->order), what, slice_of(json), &h->mark);
}

static void keep_line(struct station *st, const struct heard *h, const char *what,
		      struct slice json)
{
	const struct slice id = json_text(json_get(h->body, "line"));
	char name[OVER_WHAT_MAX];

	if (text_fmt(name, sizeof(name), "%s:%.*s", what, (int)id.n, id.p) == 0)
		overlay_keep(st, slice_of(h->order), name, json, &h->mark);
}

static void drop_line(struct station *st, const struct heard *h, const char *what)
{
	const struct slice id = json_text(json_get(h->body, "line"));
	char name[OVER_WHAT_MAX];

	if (text_fmt(name, sizeof(name), "%s:%.*s", what, (int)id.n, id.p) == 0)
		overlay_drop(st, slice_of(h->order), name);
}

static void claimed(struct station *st, const struct heard *h)
{
	char staff[ID_MAX + 1], memory[4 * ID_MAX];
	struct buf b;

	if (json_string(json_get(h->body, "staff"), staff, sizeof(staff)) <= 0 ||
	    said_later(st, h, "by"))
		return;
	buf_init(&b, memory, sizeof(memory));
	jw_open(&b, NULL, '{');
	jw_str(&b, "staff", staff);
	jw_str(&b, "lane", h->origin->lane);
	jw_close(&b, '}');
	overlay_keep(st, slice_of(h->order), "by", buf_read(&b), &h->mark);
	drop(st, h, "unstaged");
	if (!h->known || st->order.status == ORDER_PLACED || st->order.status == ORDER_EXPIRED)
		set(st, h, "status", "\"picking\"");
}

static void released(struct station *st, const struct heard *h)
{
	drop(st, h, "by");
	if (h->known && st->order.status == ORDER_PICKING && prep_nothing_done(&st->order))
		set(st, h, "status", "\"placed\"");
}

/* What was said to be missing of the line is not any more. */
static void settle_missing(struct station *st, const struct heard *h)
{
	const struct order_line *l;

	if (h->line < 0 || !order_load(st, slice_of(h->order)))
		return;
	l = &st->order.lines[h->line];
	if (l->missing.type != JSON_NONE && prep_line_of(l).open == 0)
		drop_line(st, h, "missing");
}

static void picked(struct station *st, const struct heard *h)
{
	const struct order_line *l = line_of(st, h);
	const int64_t qty = json_int_or(json_get(h->body, "qty"), 0);
	char now[24];

	if (!l || h->counted || qty < -ORDER_QTY_MAX || qty > ORDER_QTY_MAX)
		return;
	text_fmt(now, sizeof(now), "%lld", (long long)(l->picked + qty > 0 ? l->picked + qty : 0));
	overlay_set_line(st, slice_of(h->order), "picked", l->id, slice_of(now), &h->mark);
	settle_missing(st, h);
}

/* A line's fact is what is short in all; what HQ's record has already must not count twice. */
static void keep_short(struct station *st, const struct heard *h, int64_t qty)
{
	const struct json id = json_get(h->body, "line");
	const struct line_fact had = store_line_fact(st->store, slice_of(h->order), json_text(id));
	const struct order_line *l = line_of(st, h);
	struct line_fact add = { .short_ = h->counted ? 0 : qty };

	if (l) {
		add.handed = l->handed - had.handed;
		add.short_ += l->short_ - had.short_;
	}
	if (id.type == JSON_STRING || id.type == JSON_NUMBER)
		store_line_fact_add(st->store, slice_of(h->order), json_text(id), add);
}

static void was_short(struct station *st, const struct heard *h)
{
	const int64_t qty = json_int_or(json_get(h->body, "qty"), 0);
	char memory[OVER_VALUE_MAX];
	enum prep_then then;
	struct buf b;

	if (qty <= 0 || qty > ORDER_QTY_MAX || !prep_then_named(json_get(h->body, "then"), &then))
		return;
	if (then == THEN_REFUND || then == THEN_CANCEL) {
		keep_short(st, h, qty);
		drop_line(st, h, "missing");
		if (h->known && order_load(st, slice_of(h->order)) && order_finished(&st->order)) {
			set(st, h, "status", "\"cancelled\"");
			overlay_drop(st, slice_of(h->order), "by");
		}
		return;
	}
	buf_init(&b, memory, sizeof(memory));
	jw_open(&b, NULL, '{');
	jw_int(&b, "qty", qty);
	jw_str(&b, "then", prep_then_name(then));
	jw_value(&b, "reason", json_get(h->body, "reason"));
	jw_close(&b, '}');
	if (!b.overflow)
		keep_line(st, h, "missing", buf_read(&b));
}

/* The line's substitutes with those of the event. */
static void substituted(struct station *st, const struct heard *h)
{
	struct order_line other = { .qty = ORDER_QTY_MAX }, *l = line_of(st, h);
	const int64_t qty = json_int_or(json_get(h->body, "qty"), 0);
	char memory[OVER_VALUE_MAX];
	struct swap add = { 0 };
	struct buf b;
	int64_t left;

	if (qty < -ORDER_QTY_MAX || qty > ORDER_QTY_MAX ||
	    json_string(json_get(h->body, "gtin"), add.gtin, sizeof(add.gtin)) <= 0)
		return;
	json_string(json_get(h->body, "sku"), add.sku, sizeof(add.sku));
	/* HQ's `substituted` of the line has it already. */
	add.qty = h->counted && l && json_get(l->json, "substituted").type == JSON_ARRAY ? 0 : qty;
	buf_init(&b, memory, sizeof(memory));
	if (swaps_write(l ? l : &other, &add, &left, &b))
		keep_line(st, h, "swaps", buf_read(&b));
	settle_missing(st, h);
}

static void staged(struct station *st, const struct heard *h)
{
	const int64_t parcels = (int64_t)json_count(json_get(h->body, "parcels"));
	char shelf[ID_MAX + 1], memory[256];

	drop(st, h, "by");
	drop(st, h, "unstaged");
	if (json_string(json_get(h->body, "shelf"), shelf, sizeof(shelf)) > 0)
		set(st, h, "shelf", prep_quoted(shelf, memory).p);
	if (!json_true(json_get(h->body, "rest")))
		set(st, h, "status", "\"ready\"");
	if (parcels > 0 && parcels <= PARCELS_PACKED_MAX) {
		text_fmt(memory, sizeof(memory), "%lld", (long long)parcels);
		overlay_keep(st, slice_of(h->order), "packed", slice_of(memory), &h->mark);
	}
}

static void unstaged(struct station *st, const struct heard *h)
{
	char why[32], memory[256];

	/* Prepared again since. */
	if (json_string(json_get(h->body, "why"), why, sizeof(why)) <= 0 ||
	    said_later(st, h, "by") || said_later(st, h, "status"))
		return;
	if (h->known && !h->counted)
		prep_forget(st, &h->mark);
	if (!strcmp(why, "no_show"))
		set(st, h, "status", "\"expired\"");
	overlay_keep(st, slice_of(h->order), "unstaged", prep_quoted(why, memory), &h->mark);
}

static void parcel(struct station *st, const struct heard *h, enum parcel_state s)
{
	char label[PARCEL_LABEL_MAX], shelf[ID_MAX + 1] = "";

	if (json_string(json_get(h->body, "label"), label, sizeof(label)) <= 0)
		return;
	json_string(json_get(h->body, "shelf"), shelf, sizeof(shelf));
	if (!h->counted)
		parcel_keep_state(st, slice_of(h->order), slice_of(label), s, shelf, &h->mark);
}

static void parcel_received(struct station *st, const struct heard *h)
{
	parcel(st, h, PARCEL_ARRIVED);
}

static void parcel_staged(struct station *st, const struct heard *h)
{
	parcel(st, h, PARCEL_STAGED);
}

static void parcel_problem_heard(struct station *st, const struct heard *h)
{
	const enum parcel_state s = parcel_state_of(json_get(h->body, "problem"));

	if (parcel_problem(PARCEL_UNKNOWN, s) == REASON_NONE)
		parcel(st, h, s);
}

static void extended(struct station *st, const struct heard *h)
{
	char until[TIME_TEXT_MAX + 8], memory[256];
	int64_t at;

	if (json_string(json_get(h->body, "until"), until, sizeof(until)) <= 0 ||
	    time_parse(slice_of(until), &at) < 0)
		return;
	set(st, h, "until", prep_quoted(until, memory).p);
}

static void put_back_heard(struct station *st, const struct heard *h)
{
	kept_heard(st, slice_of(h->order), &h->mark, h->body);
}

static const struct {
	const char *type;
	void (*apply)(struct station *st, const struct heard *h);
} effects[] = {
	{ "order.claimed", claimed },
	{ "order.released", released },
	{ "order.picked", picked },
	{ "order.short", was_short },
	{ "order.substituted", substituted },
	{ "order.staged", staged },
	{ "order.extended", extended },
	{ "pickup.unstaged", unstaged },
	{ "pickup.put_back", put_back_heard },
	{ "parcel.received", parcel_received },
	{ "parcel.staged", parcel_staged },
	{ "parcel.problem", parcel_problem_heard },
};

bool prep_effect(struct station *st, const struct origin *o, const char *type, struct json body)
{
	struct heard h = { .origin = o, .body = body, .line = -1 };

	for (size_t i = 0; i < COUNT_OF(effects); i++) {
		if (strcmp(effects[i].type, type) != 0)
			continue;
		if (json_string(json_get(body, "order"), h.order, sizeof(h.order)) <= 0 ||
		    !id_valid(slice_of(h.order)))
			return true;
		h.mark = (struct mark){ o->lane, o->epoch, o->seq, o->at_ms };
		h.counted = store_upto_covers(st->store, STREAM_ORDERS, o->lane, o->epoch, o->seq);
		h.known = order_load(st, slice_of(h.order));
		if (h.known && json_get(body, "line").type != JSON_NONE)
			h.line = order_line_find(&st->order, json_text(json_get(body, "line")));
		effects[i].apply(st, &h);
		order_changed(st, slice_of(h.order));
		return true;
	}
	return false;
}
