// SPDX-License-Identifier: Apache-2.0
#include "sync/hq/effect_order.h"

#include <errno.h>

#include "sync/hq/effect_inside.h"
#include "sync/hq/fact.h"
#include "sync/hq/handover.h"

void effect_touch_order(const struct happening *h)
{
	struct effect_order o;

	if (effect_open(h, &o) == 0)
		record_touch(h->hq, o.record.store, stream_by_name("orders"), o.id);
}

/* ---- pickup ---- */

/* An event without `lines` says that all that was left is gone. */
static int64_t told_qty(const struct happening *h, struct json told, const struct effect_counts *c,
			int64_t gone)
{
	if (json_get(h->body, "lines").type == JSON_ARRAY)
		return effect_count(told, "qty", 0);
	return gone < c->qty - c->short_ ? c->qty - c->short_ - gone : c->qty - c->short_;
}

static void add_handed(const struct happening *h, const struct effect_order *o, struct json told,
		       struct effect_counts *c)
{
	/* The record may say less: an ERP that writes `ready` again does not bring pieces back. */
	int64_t ours = c->line.n ? handover_pieces(h->hq, o->holder, o->id, c->line) : 0;
	int64_t gone = ours > c->handed ? ours : c->handed, was_short = c->short_;

	c->short_ = effect_at_most(c->short_ + effect_count(told, "short", 0), c->qty);
	c->given = told_qty(h, told, c, gone);
	c->surplus = effect_at_most(gone + c->given - (c->qty - c->short_), c->given);
	c->handed = effect_at_most(c->handed + c->given, c->qty - c->short_);
	if (c->line.n && c->given)
		handover_add_line(h->hq, o->holder, o->id, h->handover, c->line,
				  c->given - c->surplus);
	if (c->line.n && c->short_ > was_short)
		handover_add_short(h->hq, o->holder, o->id, h->handover, c->line,
				   c->short_ - was_short);
}

/* An order HQ does not have (yet): its pieces are gone all the same, which whoever imports it must
 * not undo. */
static void note_pieces(const struct happening *h, const struct effect_order *o)
{
	struct json_walk w = json_walk(json_get(h->body, "lines"));

	while (json_next(&w)) {
		struct slice line = json_text(json_get(w.value, "line"));
		int64_t qty = effect_count(w.value, "qty", 0),
			shorts = effect_count(w.value, "short", 0);

		if (line.n && qty)
			handover_add_line(h->hq, o->holder, o->id, h->handover, line, qty);
		if (line.n && shorts)
			handover_add_short(h->hq, o->holder, o->id, h->handover, line, shorts);
	}
}

/* Writes {"at","store","lane"} of where it happened. */
static struct slice write_place(const struct happening *h, struct buf *b)
{
	jw_open(b, NULL, '{');
	jw_raw(b, "at", h->at);
	jw_str(b, "store", h->store);
	jw_str(b, "lane", h->lane);
	jw_close(b, '}');
	return b->overflow ? (struct slice){ NULL, 0 } : buf_read(b);
}

const char *effect_pickup_completed(const struct happening *happened)
{
	struct change changes[4] = { { .name = "lines" },
				     { .name = "status" },
				     { .name = "collected" },
				     { .name = "doubled" } };
	struct happening numbered = *happened, *h = &numbered;
	char memory[2 * ID_MAX + 128];
	struct effect_outcome outcome;
	struct buf place;
	struct effect_order o;
	int err = effect_open(h, &o);

	if (err == -EINVAL)
		return "body";
	h->handover = handover_add(h, o.holder, o.id);
	if (err < 0) {
		note_pieces(h, &o);
		return NULL;
	}
	changes[0].json = effect_lines(h, &o, add_handed, &outcome);
	/* What HQ ended stays ended in its record; the store that did not know says so as a
	 * conflict. The lane that took it back may have been heard first. */
	if (outcome.given && json_is(json_get(o.root, "status"), "cancelled"))
		hq_alarm(h->hq, h->store, h->lane, "pickup.cancelled", o.id);
	else
		changes[1].json = slice_of(outcome.left			   ? "\"partly_collected\""
					   : outcome.kept || !outcome.back ? "\"collected\""
									   : "\"returned\"");
	buf_init(&place, memory, sizeof(memory));
	write_place(h, &place);
	if (outcome.surplus && !handover_doubled(h, o.holder, o.id, h->handover, outcome.surplus))
		hq_alarm(h->hq, h->store, h->lane, "pickup.surplus", o.id);
	/* Of a double handover the first stays in `collected`; the second is named beside it. */
	if (outcome.surplus)
		changes[3].json = buf_read(&place);
	if (outcome.surplus < outcome.given || !outcome.surplus)
		changes[2].json = json_is(json_get(o.root, "status"), "collected")
					  ? (struct slice){ NULL, 0 }
					  : buf_read(&place);
	return effect_save(h, &o, changes, 4);
}

static void add_returned(const struct happening *h, const struct effect_order *o, struct json told,
			 struct effect_counts *c)
{
	const struct line_fact back = { .returned = effect_count(told, "qty", 0) };

	fact_line_add(h->hq, o->holder, o->id, c->line, back);
	/* More came back than left: somewhere it was taken back twice. Of what has no count of its
	 * own (delivery, deposits) all that was sold can. */
	c->surplus = effect_at_most(c->returned + back.returned -
					    (c->handed ? c->handed : c->qty - c->short_),
				    back.returned);
	c->returned = effect_at_most(c->returned + back.returned, c->qty);
}

static void note_returned(const struct happening *h, const struct effect_order *o)
{
	struct json_walk w = json_walk(json_get(h->body, "lines"));

	while (json_next(&w))
		fact_line_add(h->hq, o->holder, o->id, json_text(json_get(w.value, "line")),
			      (struct line_fact){ .returned = effect_count(w.value, "qty", 0) });
}

const char *effect_return_accepted(const struct happening *h)
{
	struct change changes[3] = { { .name = "lines" },
				     { .name = "status" },
				     { .name = "payments" } };
	struct effect_outcome outcome;
	struct effect_order o;
	int err;

	if (json_get(h->body, "order").type == JSON_NONE)
		return NULL; /* a return without an order */
	err = effect_open_sold(h, &o);
	if (err == -ENOENT)
		note_returned(h, &o);
	if (err == -ENOENT)
		effect_refund_note(h, &o, json_get(h->body, "refund"));
	if (err < 0)
		return effect_not_open(err);
	changes[2].json = effect_refunds(h, &o, json_get(h->body, "refund"), &h->hq->message);
	changes[0].json = effect_lines(h, &o, add_returned, &outcome);
	if (outcome.surplus)
		hq_alarm(h->hq, h->store, h->lane, "return.surplus", o.id);
	if (!outcome.kept && !outcome.left)
		changes[1].json = slice_of("\"returned\"");
	return effect_save(h, &o, changes, 3);
}

/* ---- until when it waits ---- */

const char *effect_order_extended(const struct happening *h)
{
	struct json until = json_get(h->body, "until");
	struct change change = { .name = "collect_by", .json = json_text(until) };
	struct effect_order o;
	char text[64];
	int64_t at_ms;
	int err;

	if (json_string(until, text, sizeof(text)) <= 0 || time_parse(slice_of(text), &at_ms) < 0)
		return "body";
	err = effect_open(h, &o);
	return err < 0 ? effect_not_open(err) : effect_save(h, &o, &change, 1);
}

/* ---- opening again ---- */

static void take_back(const struct happening *h, const struct effect_order *o, struct json told,
		      struct effect_counts *c)
{
	(void)o;
	(void)told;
	(void)h;
	c->handed = 0;
}

static bool was_handed_over(const struct effect_order *o)
{
	struct json_walk w = json_walk(json_get(o->root, "lines"));
	struct json status = json_get(o->root, "status");

	while (json_next(&w))
		if (effect_count(w.value, "handed", 0) > 0)
			return true;

	return json_is(status, "collected") || json_is(status, "partly_collected") ||
	       json_is(status, "returned");
}

const char *effect_reopen(struct hq *hq, const char *store, const char *order, int64_t *rev)
{
	struct change changes[4] = { { .name = "lines" },
				     { .name = "status", .json = slice_of("\"ready\"") },
				     { .name = "collected", .json = slice_of("null") },
				     { .name = "doubled", .json = slice_of("null") } };
	struct happening h = { .hq = hq, .store = store };
	struct effect_outcome unused;
	struct effect_order o;

	slice_copy(slice_of(order), o.id, sizeof(o.id));
	slice_copy(slice_of(store), o.holder, sizeof(o.holder));
	if (!record_find(hq, store, stream_by_name("orders"), order, &o.record) || !o.record.live ||
	    json_check(o.record.body, &o.root) < 0)
		return "no such order";
	if (!was_handed_over(&o))
		return NULL;
	changes[0].json = effect_lines(&h, &o, take_back, &unused);
	if (json_get(o.root, "collected").type == JSON_NONE)
		changes[2].json.n = 0;
	if (json_get(o.root, "doubled").type == JSON_NONE)
		changes[3].json.n = 0;
	o.record.rev = *rev;
	++*rev;
	return effect_save(&h, &o, changes, 4);
}
