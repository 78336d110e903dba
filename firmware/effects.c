// SPDX-License-Identifier: Apache-2.0
/*
 * What another lane of the store did, as far as it matters here. Each event comes once, in any
 * order, maybe long after HQ's records have it. Facts about orders are kept either way, for no
 * `put` lowers them; figures that HQ counts (stock) only until it has counted this event.
 */
#include <string.h>

#include "firmware/base/log.h"
#include "firmware/desk.h"
#include "firmware/figures.h"
#include "firmware/lanes.h"
#include "firmware/ledger.h"
#include "firmware/loyalty.h"
#include "firmware/money.h"
#include "firmware/offers.h"
#include "firmware/orders.h"
#include "firmware/prep.h"
#include "firmware/privacy.h"
#include "firmware/refunds.h"
#include "firmware/returns.h"
#include "firmware/station.h"
#include "firmware/story.h"
#include "firmware/survey.h"

struct handed {
	int64_t qty;
	int64_t short_;
};

static struct handed handed_of(struct json line)
{
	struct handed h = { json_int_or(json_get(line, "qty"), 0),
			    json_int_or(json_get(line, "short"), 0) };

	h.qty = h.qty > 0 && h.qty <= ORDER_QTY_MAX ? h.qty : 0;
	h.short_ = h.short_ > 0 && h.short_ <= ORDER_QTY_MAX ? h.short_ : 0;
	return h;
}

/* A line's fact is what was done in all. What HQ's record has already must not count twice. */
static void keep_line(struct station *st, struct slice order, struct json line, bool known,
		      bool counted)
{
	const struct json id = json_get(line, "line");
	const struct handed h = handed_of(line);
	const struct line_fact had = store_line_fact(st->store, order, json_text(id));
	const int i = known ? order_line_find(&st->order, json_text(id)) : -1;
	const struct line_fact all = {
		.handed = i >= 0 ? st->order.lines[i].handed : had.handed,
		.short_ = i >= 0 ? st->order.lines[i].short_ : had.short_,
	};
	const struct line_fact add = {
		.handed = all.handed - had.handed + (counted ? 0 : h.qty),
		.short_ = all.short_ - had.short_ + (counted ? 0 : h.short_),
	};

	if (id.type == JSON_STRING || id.type == JSON_NUMBER)
		store_line_fact_add(st->store, order, json_text(id), add);
}

/* ---- handed over twice ---- */

/* How much of a line an event of this lane handed over. */
static int64_t handed_here(struct json body, struct slice line)
{
	for (struct json_walk w = json_walk(json_get(body, "lines")); json_next(&w);)
		if (slice_same(json_text(json_get(w.value, "line")), line))
			return handed_of(w.value).qty;
	return 0;
}

/* The same pieces of one line left at both lanes. */
static bool overlap(struct station *st, bool known, struct json ours, struct json theirs)
{
	for (struct json_walk w = json_walk(json_get(theirs, "lines")); json_next(&w);) {
		const struct slice line = json_text(json_get(w.value, "line"));
		const int64_t here = handed_here(ours, line), there = handed_of(w.value).qty;
		const int i = known ? order_line_find(&st->order, line) : -1;

		if (here > 0 && there > 0 && (i < 0 || here + there > st->order.lines[i].qty))
			return true;
	}
	return false;
}

void doubled_show(struct station *st, const struct origin *o, struct slice order, const char *code,
		  enum word w)
{
	struct word_values v = words_none();
	char number[128];

	log_error("order %.*s: %s, here and at %s", (int)order.n, order.p, code, o->lane);
	if (order_load(st, order))
		order_number(&st->order, number, sizeof(number));
	else
		slice_copy(order, number, sizeof(number));
	v.order = number;
	v.store = o->lane;
	notice_word(st, DESK_COUNTER, NOTICE_BAD, code, w, WORD_READY, &v);
	notice_hide_from_customer(st, DESK_COUNTER);
}

static void tell_doubled(struct station *st, const struct origin *o, struct slice order,
			 const struct order_fact *ours)
{
	struct buf b = event_begin(st);

	jw_slice(&b, "order", order);
	jw_open(&b, "with", '{');
	jw_str(&b, "lane", o->lane);
	jw_int(&b, "epoch", o->epoch);
	jw_int(&b, "seq", o->seq);
	jw_close(&b, '}');
	jw_open(&b, "here", '{');
	jw_int(&b, "epoch", ours->epoch);
	jw_int(&b, "seq", ours->seq);
	jw_close(&b, '}');
	event_end(st, "pickup.doubled", &b, (struct slice){ 0 }, NULL);
	doubled_show(st, o, order, "doubled", WORD_DOUBLED);
}

/* More pieces left than there were, and some of them there. */
static bool too_many(struct station *st, struct json theirs)
{
	for (struct json_walk w = json_walk(json_get(theirs, "lines")); json_next(&w);) {
		const int64_t there = handed_of(w.value).qty;
		const int i = order_line_find(&st->order, json_text(json_get(w.value, "line")));

		if (i >= 0 && there > 0 &&
		    there + st->order.lines[i].handed > st->order.lines[i].qty)
			return true;
	}
	return false;
}

/* This lane handed the order over as well: what it told of that against what was heard. */
static void look_for_double(struct station *st, const struct origin *o, struct slice order,
			    bool known, bool counted, struct json theirs)
{
	struct order_fact f;
	struct json ours = { 0 };
	struct slice text;

	if (!store_order_fact(st->store, order, &f) || strcmp(f.lane, st->config->lane) != 0)
		return;
	if (store_event_text(st->store, f.epoch, f.seq, &text) && text.n < sizeof(st->event_text)) {
		memcpy(st->event_text, text.p, text.n);
		if (json_check((struct slice){ st->event_text, text.n }, &ours) < 0)
			ours = (struct json){ 0 };
	}
	if (overlap(st, known, json_get(ours, "body"), theirs) ||
	    (known && !counted && too_many(st, theirs)))
		tell_doubled(st, o, order, &f);
}

/* ---- by type ---- */

static void keep_order_fact(struct station *st, const struct origin *o, struct slice order,
			    struct json body)
{
	struct order_fact f = { .at_ms = o->at_ms, .epoch = o->epoch, .seq = o->seq }, had;

	if (store_order_fact(st->store, order, &had) && strcmp(had.status, "collected") == 0)
		return;
	text_fmt(f.status, sizeof(f.status), "%s",
		 json_get(body, "rest").type == JSON_NONE ? "collected" : "partly_collected");
	text_fmt(f.lane, sizeof(f.lane), "%s", o->lane);
	text_fmt(f.event, sizeof(f.event), "%s", o->event);
	store_order_fact_set(st->store, order, &f);
}

/* What was not handed over there, and goes back to its place. */
static void keep_kept(struct station *st, const struct origin *o, struct slice order,
		      struct json body)
{
	const struct mark mark = { o->lane, o->epoch, o->seq, o->at_ms };

	for (struct json_walk w = json_walk(json_get(body, "lines")); json_next(&w);)
		kept_note(st, order, json_text(json_get(w.value, "line")),
			  json_int_or(json_get(w.value, "kept"), 0),
			  kept_of(json_get(w.value, "why")), &mark);
}

static void completed(struct station *st, const struct origin *o, struct json body)
{
	char id[ID_MAX + 1];
	bool known, counted;

	if (json_string(json_get(body, "order"), id, sizeof(id)) <= 0 || !id_valid(slice_of(id)) ||
	    store_reopened(st->store, slice_of(o->event)))
		return;
	counted = store_upto_covers(st->store, STREAM_ORDERS, o->lane, o->epoch, o->seq);
	known = order_load(st, slice_of(id));
	look_for_double(st, o, slice_of(id), known, counted, body);
	known = order_load(st, slice_of(id));
	for (struct json_walk w = json_walk(json_get(body, "lines")); json_next(&w);)
		keep_line(st, slice_of(id), w.value, known, counted);
	keep_kept(st, o, slice_of(id), body);
	keep_order_fact(st, o, slice_of(id), body);
	store_taken_told(st->store, slice_of(id));
	store_here_drop(st->store, slice_of(id));
	parcels_left(st, slice_of(id));
	order_changed(st, slice_of(id));
}

/* A sibling tells that the same pieces left there and here. What it did may never be heard here: HQ
 * has it, and nobody asks for it. */
static void doubled(struct station *st, const struct origin *o, struct json body)
{
	const struct json here = json_get(body, "here");
	const int64_t epoch = json_int_or(json_get(here, "epoch"), 0);
	const int64_t seq = json_int_or(json_get(here, "seq"), 0);
	char id[ID_MAX + 1];

	if (json_string(json_get(body, "order"), id, sizeof(id)) > 0 && epoch > 0 && seq > 0 &&
	    json_is(json_get(json_get(body, "with"), "lane"), st->config->lane) &&
	    !store_heard(st->store, slice_of(o->lane), epoch, seq))
		doubled_show(st, o, slice_of(id), "doubled", WORD_DOUBLED);
}

static void stock_changed(struct station *st, const struct origin *o, struct json body)
{
	char sku[ID_MAX + 1];
	int64_t delta;

	if (json_string(json_get(body, "sku"), sku, sizeof(sku)) <= 0 ||
	    json_int(json_get(body, "delta"), &delta) < 0 || delta < -STOCK_MAX ||
	    delta > STOCK_MAX ||
	    store_upto_covers(st->store, STREAM_STOCK, o->lane, o->epoch, o->seq))
		return;
	store_stock_delta_add(st->store, slice_of(sku), delta, o->lane, o->epoch, o->seq);
	st->dirty = true;
}

/* When it happened. An event may be heard hours later; that lane's clock may be ahead of ours. */
static int64_t happened_ms(struct station *st, const struct origin *o)
{
	const int64_t now = station_now(st);

	return o->at_ms < now ? o->at_ms : now;
}

static void arrived(struct station *st, const struct origin *o, struct json body)
{
	const int64_t at = happened_ms(st, o);
	char id[ID_MAX + 1];

	if (json_string(json_get(body, "order"), id, sizeof(id)) <= 0 || !id_valid(slice_of(id)) ||
	    store_order_gone(st->store, slice_of(id)) || at <= station_now(st) - HERE_KEEP_MS)
		return;
	store_here_add(st->store, slice_of(id), at);
	st->dirty = st->queue_stale = true;
}

static void refund_requested(struct station *st, const struct origin *o, struct json body)
{
	char id[ID_MAX + 1];
	int64_t amount;
	bool known;

	/* What HQ has counted stands in its record, and what was paid back in all is the larger. */
	if (json_string(json_get(body, "order"), id, sizeof(id)) <= 0 ||
	    store_upto_covers(st->store, STREAM_ORDERS, o->lane, o->epoch, o->seq))
		return;
	known = order_load(st, slice_of(id));
	for (struct json_walk w = json_walk(json_get(body, "legs")); json_next(&w);)
		if (json_int(json_get(w.value, "amount"), &amount) == 0 && amount > 0 &&
		    amount <= MONEY_MAX)
			refund_keep(st, known, slice_of(id), json_get(w.value, "payment"), amount);
}

static void locked(struct station *st, const struct origin *o, struct json body)
{
	char id[ID_MAX + 1];

	if (json_string(json_get(body, "order"), id, sizeof(id)) > 0)
		typed_codes_lock(st, id, happened_ms(st, o));
}

static const struct {
	const char *type;
	void (*apply)(struct station *st, const struct origin *o, struct json body);
} effects[] = {
	{ "pickup.completed", completed },
	{ "stock.changed", stock_changed },
	{ "customer.arrived", arrived },
	{ "refund.requested", refund_requested },
	{ "code.locked", locked },
	{ "pickup.doubled", doubled },
	{ "payment.taken", money_heard_taken },
	{ "payment.reversed", money_heard_reversed },
	{ "fiscal.recorded", money_heard_receipt },
};

void effect_apply(struct station *st, const struct origin *o, const char *type, struct json body)
{
	figures_heard(st, o, type, body);
	prep_effect(st, o, type, body);
	for (size_t i = 0; i < COUNT_OF(effects); i++)
		if (strcmp(effects[i].type, type) == 0)
			effects[i].apply(st, o, body);
	return_effect(st, o, type, body);
	loyalty_effect(st, o, type, body);
	survey_effect(st, o, type, body);
	offers_effect(st, o, type, body);
	story_effect(st, o, type, body);
	consent_effect(st, o, type, body);
}
