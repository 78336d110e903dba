// SPDX-License-Identifier: Apache-2.0
#include "firmware/overlay.h"

#include <string.h>

#include "firmware/counter/parcel.h"
#include "firmware/counter/prep.h"
#include "firmware/orders.h"

struct mark mark_own(const struct station *st, int64_t seq)
{
	return (struct mark){ st->config->lane, st->ledger.epoch, seq, station_now(st) };
}

/* ---- what is the store's own ---- */

static void lay_lines(struct station *st, struct order *o)
{
	for (int i = 0; i < o->line_count; i++) {
		struct order_line *l = &o->lines[i];
		const struct line_fact f = store_line_fact(st->store, o->id, json_text(l->id));

		l->handed = f.handed > l->handed ? f.handed : l->handed;
		l->short_ = f.short_ > l->short_ ? f.short_ : l->short_;
		l->returned = f.returned > l->returned ? f.returned : l->returned;
	}
}

/* Of the part that is still here HQ has the last word, and who put it back. */
static bool rest_is_over(enum order_status s)
{
	return s == ORDER_COLLECTED || s == ORDER_CANCELLED || s == ORDER_EXPIRED ||
	       s == ORDER_ON_HOLD;
}

static void lay_handover(struct station *st, struct order *o)
{
	struct order_fact f;

	if (!store_order_fact(st->store, o->id, &f) || o->status == ORDER_RETURNED)
		return;
	if (!strcmp(f.status, "collected"))
		o->status = ORDER_COLLECTED;
	else if (!strcmp(f.status, "partly_collected") && !rest_is_over(o->status))
		o->status = ORDER_PARTLY_COLLECTED;
}

static int payment_find(const struct order *o, const char *id)
{
	for (int i = 0; i < o->payment_count; i++)
		if (json_is(o->payments[i].id, id))
			return i;
	return -1;
}

/* A text as JSON that lasts as long as the order. */
static struct json keep_text(struct buf *laid, const char *text)
{
	struct json none = { 0 };
	struct buf b;

	buf_init(&b, laid->p + laid->len, laid->cap - laid->len);
	jw_str(&b, NULL, text);
	if (b.overflow)
		return none;
	laid->len += b.len;
	return (struct json){ b.p, b.len, JSON_STRING };
}

/* HQ knows of it and has no more to be paid: it has this money in its books under another name. */
static bool has_other_name(struct station *st, const struct order *o, const struct taken *t)
{
	return o->due == 0 &&
	       store_upto_covers(st->store, STREAM_ORDERS, t->lane, t->epoch, t->seq);
}

static void lay_payment(struct station *st, struct order *o, const struct taken *t,
			struct buf *laid)
{
	const int i = payment_find(o, t->payment);
	const bool known = i >= 0 && o->payments[i].captured;
	struct order_payment *p;

	if (t->state == TAKEN_BACK && known) {
		o->payments[i].captured = false;
		o->due = (o->due > 0 ? o->due : 0) + o->payments[i].amount;
	}
	if (t->state == TAKEN_BACK || known)
		return;
	if (i < 0 && (o->payment_count == ORDER_PAYMENTS_MAX || has_other_name(st, o, t)))
		return;
	p = &o->payments[i < 0 ? o->payment_count++ : i];
	*p = (struct order_payment){ .captured = true, .amount = t->amount };
	p->id = keep_text(laid, t->payment);
	p->tender = keep_text(laid, t->tender);
	o->due = o->due > t->amount ? o->due - t->amount : 0;
}

static void lay_payments(struct station *st, struct order *o, struct buf *laid)
{
	struct receipt r;

	o->receipted = store_receipt(st->store, o->id, &r);
	/* What went back first: only then is it known what the others have paid. */
	for (int taken = 0; taken < 2; taken++) {
		struct taken t = { 0 };

		while (store_taken_next(st->store, o->id, &t))
			if ((t.state == TAKEN_BACK) == !taken)
				lay_payment(st, o, &t, laid);
	}
}

/* ---- what is HQ's to say ---- */

bool overlay_counts(struct station *st, const struct over *over, int64_t rev)
{
	return rev <= over->rev ||
	       !store_upto_covers(st->store, STREAM_ORDERS, over->lane, over->epoch, over->seq);
}

static struct json keep_value(struct buf *laid, const char *value)
{
	const size_t at = laid->len;
	struct json v = { 0 };

	buf_text(laid, value);
	if (laid->overflow || json_check((struct slice){ laid->p + at, laid->len - at }, &v) < 0)
		v = (struct json){ 0 };
	return v;
}

static void lay_word(struct order *o, const struct over *over, struct buf *laid)
{
	const struct json v = keep_value(laid, over->value);
	char text[TIME_TEXT_MAX + 8];
	int64_t at, n;
	int line;

	if (!strcmp(over->what, "status")) {
		if (order_status_of(v) != ORDER_STATUS_UNKNOWN &&
		    !(o->rev > over->rev && prep_status_ends(o->status)))
			o->status = order_status_of(v);
	} else if (!strcmp(over->what, "shelf")) {
		o->shelf = v;
	} else if (!strcmp(over->what, "until")) {
		if (json_string(v, text, sizeof(text)) > 0 && time_parse(slice_of(text), &at) == 0)
			o->collect_by_ms = at;
	} else if (!strncmp(over->what, "picked:", 7)) {
		line = order_line_find(o, slice_of(over->what + 7));
		if (line >= 0 && json_int(v, &n) == 0 && n >= 0 && n <= ORDER_QTY_MAX)
			o->lines[line].picked = n;
	} else if (!strncmp(over->what, "swaps:", 6)) {
		line = order_line_find(o, slice_of(over->what + 6));
		if (line >= 0)
			o->lines[line].swaps = v;
	} else if (!strncmp(over->what, "missing:", 8)) {
		line = order_line_find(o, slice_of(over->what + 8));
		if (line >= 0)
			o->lines[line].missing = v;
	} else if (!strncmp(over->what, "kept:", 5)) {
		line = order_line_find(o, slice_of(over->what + 5));
		if (line >= 0 && json_int(json_get(v, "qty"), &n) == 0 && n > 0 &&
		    n <= ORDER_QTY_MAX) {
			o->lines[line].kept = n;
			o->lines[line].kept_why = kept_of(json_get(v, "why"));
		}
	}
}

/* What HQ's record says of preparing. */
static void read_prepared(struct order *o)
{
	for (int i = 0; i < o->line_count; i++) {
		struct order_line *l = &o->lines[i];
		const int64_t n = json_int_or(json_get(l->json, "picked"), 0);

		l->picked = n >= 0 && n <= l->qty ? n : 0;
		l->swaps = json_get(l->json, "substituted");
		l->missing = (struct json){ 0 };
		l->kept = 0;
		l->boxed = false;
	}
}

static void lay_words(struct station *st, struct order *o, struct buf *laid)
{
	struct over over = { .what = "" };

	read_prepared(o);
	while (store_over_next(st->store, o->id, &over))
		if (overlay_counts(st, &over, o->rev))
			lay_word(o, &over, laid);
	for (int i = 0; i < o->line_count; i++)
		o->lines[i].swapped = swaps_count(&o->lines[i]);
}

/* Lines that come in parcels. */
static void lay_boxed(struct order *o)
{
	for (struct json_walk w = json_walk(o->parcels); json_next(&w);)
		for (int i = 0; i < o->line_count; i++)
			o->lines[i].boxed = o->lines[i].boxed || parcel_brings(o, w.value, i);
}

/* What this store asked back of a payment, whatever HQ's record says of it. */
static void lay_refunds(struct station *st, struct order *o)
{
	char payment[ID_MAX * 2];

	for (int i = 0; i < o->payment_count; i++) {
		struct order_payment *p = &o->payments[i];
		int64_t given;

		if (json_string(p->id, payment, sizeof(payment)) <= 0)
			continue;
		given = store_refunded(st->store, o->id, slice_of(payment));
		p->refunded = given > p->refunded ? given : p->refunded;
	}
}

void overlay_lay(struct station *st, struct order *o)
{
	struct buf laid;

	buf_init(&laid, st->laid, sizeof(st->laid));
	lay_words(st, o, &laid);
	overlay_lay_parcels(st, o, &laid);
	lay_boxed(o);
	lay_payments(st, o, &laid);
	lay_refunds(st, o);
	lay_lines(st, o);
	lay_handover(st, o);
}

static int64_t rev_now(struct station *st, struct slice order)
{
	struct record r;

	return store_find(st->store, STREAM_ORDERS, order, &r) ? r.rev : 0;
}

/* What is said of a line or a parcel changes nobody's place in the queue. */
static void changed(struct station *st, const char *what)
{
	st->dirty = true;
	st->queue_stale = st->queue_stale || !strchr(what, ':');
}

static void set(struct station *st, struct slice order, const char *what, struct slice json,
		const struct mark *by, int64_t rev)
{
	struct over over = { .rev = rev, .epoch = by->epoch, .seq = by->seq };

	over.at_ms = by->at_ms;
	if (text_fmt(over.what, sizeof(over.what), "%s", what) < 0 ||
	    slice_copy(json, over.value, sizeof(over.value)) < 0)
		return;
	text_fmt(over.lane, sizeof(over.lane), "%s", by->lane);
	store_over_set(st->store, order, &over);
	changed(st, what);
}

void overlay_set(struct station *st, struct slice order, const char *what, struct slice json,
		 const struct mark *by)
{
	set(st, order, what, json, by, rev_now(st, order));
}

void overlay_keep(struct station *st, struct slice order, const char *what, struct slice json,
		  const struct mark *by)
{
	set(st, order, what, json, by, INT64_MAX);
}

void overlay_returned(struct station *st, struct slice order, const struct mark *by)
{
	char what[OVER_WHAT_MAX];

	if (text_fmt(what, sizeof(what), OVER_RETURNED "%s", by->lane) >= 0)
		overlay_keep(st, order, what, slice_of("true"), by);
}

void overlay_drop(struct station *st, struct slice order, const char *what)
{
	store_over_drop(st->store, order, what);
	changed(st, what);
}

void overlay_set_line(struct station *st, struct slice order, const char *what, struct json line,
		      struct slice json, const struct mark *by)
{
	char name[OVER_WHAT_MAX];
	const struct slice id = json_text(line);

	if (text_fmt(name, sizeof(name), "%s:%.*s", what, (int)id.n, id.p) == 0)
		overlay_set(st, order, name, json, by);
}

bool overlay_get(struct station *st, struct slice order, const char *what, struct json *ret_value)
{
	struct over over;

	if (!store_over(st->store, order, what, &over) ||
	    !overlay_counts(st, &over, rev_now(st, order)))
		return false;
	text_fmt(st->over_value, sizeof(st->over_value), "%s", over.value);
	return json_check(slice_of(st->over_value), ret_value) == 0;
}

void overlay_settle(struct station *st, struct slice order)
{
	const int64_t rev = rev_now(st, order);
	struct over over = { .what = "" };

	while (store_over_next(st->store, order, &over))
		if (!overlay_counts(st, &over, rev))
			store_over_drop(st->store, order, over.what);
}
