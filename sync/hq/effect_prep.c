// SPDX-License-Identifier: Apache-2.0
/* What preparing an order does to its record: lines, parcels, shelf, status; see effect_order.h.
 * No line's price changes by it: what is short stays in `paid`, and goes back by refund.requested.
 */
#include <errno.h>

#include "sync/hq/effect_inside.h"
#include "sync/hq/effect_order.h"
#include "sync/hq/fact.h"
#include "sync/hq/order.h"

static bool status_is(const struct effect_order *o, const char *status)
{
	return json_is(json_get(o->root, "status"), status);
}

static bool in_preparation(const struct effect_order *o)
{
	return status_is(o, "placed") || status_is(o, "picking");
}

/* ---- taken, and let go ---- */

const char *effect_order_claimed(const struct happening *h)
{
	struct change change = { .name = "status", .json = slice_of("\"picking\"") };
	struct effect_order o;
	int err = effect_open(h, &o);

	if (err < 0)
		return effect_not_open(err);
	if (status_is(&o, "placed") || status_is(&o, "expired"))
		return effect_save(h, &o, &change, 1);
	effect_touch_order(h);
	return NULL;
}

static bool anything_done(const struct effect_order *o)
{
	struct json_walk w = json_walk(json_get(o->root, "lines"));

	while (json_next(&w)) {
		if (effect_count(w.value, "picked", 0) > 0 ||
		    effect_count(w.value, "short", 0) > 0 ||
		    json_count(json_get(w.value, "substituted")) > 0)
			return true;
	}
	return false;
}

const char *effect_order_released(const struct happening *h)
{
	struct change change = { .name = "status", .json = slice_of("\"placed\"") };
	struct effect_order o;
	int err = effect_open(h, &o);

	if (err < 0)
		return effect_not_open(err);
	if (status_is(&o, "picking") && !anything_done(&o))
		return effect_save(h, &o, &change, 1);
	effect_touch_order(h);
	return NULL;
}

/* ---- lines ---- */

/* Pieces that were put back again are below zero. */
static int64_t signed_count(struct json obj, const char *name)
{
	const int64_t n = json_int_or(json_get(obj, name), 0);

	return n < -ORDER_QTY_MAX || n > ORDER_QTY_MAX ? 0 : n;
}

static void add_picked(const struct happening *h, const struct effect_order *o, struct json told,
		       struct effect_counts *c)
{
	(void)h;
	(void)o;
	c->picked = effect_at_most(c->picked + signed_count(told, "qty"), c->qty);
}

const char *effect_order_picked(const struct happening *h)
{
	struct change changes[2] = { { .name = "lines" }, { .name = "status" } };
	struct effect_outcome unused;
	struct effect_order o;
	int err = effect_open(h, &o);

	if (err < 0)
		return effect_not_open(err);
	changes[0].json = effect_lines(h, &o, add_picked, &unused);
	if (status_is(&o, "placed"))
		changes[1].json = slice_of("\"picking\"");
	return effect_save(h, &o, changes, 2);
}

/* What waits, or gets a substitute, is still to come. */
static bool stays_open(const struct happening *h)
{
	const struct json then = json_get(h->body, "then");

	return json_is(then, "wait") || json_is(then, "substitute");
}

static void add_short(const struct happening *h, const struct effect_order *o, struct json told,
		      struct effect_counts *c)
{
	const int64_t was = c->short_, most = effect_at_most(c->qty - c->handed, c->qty);

	c->surplus = effect_at_most(was + effect_count(told, "qty", 0) - most,
				    effect_count(told, "qty", 0));
	/* What was short before stays so, though more left since than there was. */
	c->short_ = effect_at_most(was + effect_count(told, "qty", 0), most > was ? most : was);
	if (c->short_ > was)
		fact_line_add(h->hq, o->holder, o->id, c->line,
			      (struct line_fact){ .short_ = c->short_ - was });
}

const char *effect_order_short(const struct happening *h)
{
	struct change changes[2] = { { .name = "lines" }, { .name = "status" } };
	struct effect_outcome outcome;
	struct effect_order o;
	int err = effect_open(h, &o);

	if (err == -ENOENT && !stays_open(h))
		fact_line_add(h->hq, o.holder, o.id, json_text(json_get(h->body, "line")),
			      (struct line_fact){ .short_ = effect_count(h->body, "qty", 0) });
	if (err < 0)
		return effect_not_open(err);
	if (stays_open(h)) {
		effect_touch_order(h);
		return NULL;
	}
	changes[0].json = effect_lines(h, &o, add_short, &outcome);
	/* Two lanes gave up the same piece, and each asked HQ to pay it back. */
	if (outcome.surplus)
		hq_alarm(h->hq, h->store, h->lane, "short.surplus", o.id);
	if (changes[0].json.n && outcome.left == 0 && outcome.kept == 0 && in_preparation(&o))
		changes[1].json = slice_of("\"cancelled\"");
	return effect_save(h, &o, changes, 2);
}

/* A line's `substituted` with the pieces of this event. */
static void write_substituted(const struct happening *h, struct json line, struct buf *out)
{
	const struct json gtin = json_get(h->body, "gtin");
	int64_t qty = signed_count(h->body, "qty");
	struct json_walk w = json_walk(json_get(line, "substituted"));
	struct edit_text room;
	struct change change = { .name = "qty" };

	jw_open(out, NULL, '[');
	while (json_next(&w)) {
		int64_t n = effect_count(w.value, "qty", 0);

		if (slice_same(json_text(json_get(w.value, "gtin")), json_text(gtin))) {
			n += qty;
			qty = 0;
		}
		change.json = edit_int(n, &room);
		if (n > 0)
			edit_object(out, NULL, w.value, &change, 1);
	}
	if (qty > 0) {
		jw_open(out, NULL, '{');
		jw_value(out, "gtin", gtin);
		jw_value(out, "sku", json_get(h->body, "sku"));
		jw_int(out, "qty", qty);
		jw_close(out, '}');
	}
	jw_close(out, ']');
}

const char *effect_order_substituted(const struct happening *h)
{
	const struct slice id = json_text(json_get(h->body, "line"));
	struct change lines = { .name = "lines" }, swaps = { .name = "substituted" };
	struct buf *out = &h->hq->lines;
	char memory[4096];
	struct buf list;
	struct effect_order o;
	int err = effect_open(h, &o);

	if (json_get(h->body, "gtin").type != JSON_STRING)
		return "body";
	if (err < 0)
		return effect_not_open(err);
	buf_reset(out);
	jw_open(out, NULL, '[');
	for (struct json_walk w = json_walk(json_get(o.root, "lines")); json_next(&w);) {
		if (!id.n || !slice_same(json_text(json_get(w.value, "line")), id)) {
			jw_raw(out, NULL, json_text(w.value));
			continue;
		}
		buf_init(&list, memory, sizeof(memory));
		write_substituted(h, w.value, &list);
		swaps.json = buf_read(&list);
		if (!list.overflow)
			edit_object(out, NULL, w.value, &swaps, 1);
		else
			jw_raw(out, NULL, json_text(w.value));
	}
	jw_close(out, ']');
	if (json_get(o.root, "lines").type == JSON_ARRAY && !out->overflow)
		lines.json = buf_read(out);
	return effect_save(h, &o, &lines, 1);
}

/* ---- parcels ---- */

static bool has_label(struct json parcels, struct json label)
{
	for (struct json_walk w = json_walk(parcels); json_next(&w);)
		if (slice_same(json_text(json_get(w.value, "label")), json_text(label)))
			return true;
	return false;
}

/* Those that were packed at the store, as many as labels were printed there. */
static struct slice with_packed(const struct happening *h, const struct effect_order *o,
				struct buf *out)
{
	const struct json had = json_get(o->root, "parcels"), told = json_get(h->body, "parcels");

	if (json_count(told) == 0)
		return (struct slice){ NULL, 0 };
	jw_open(out, NULL, '[');
	for (struct json_walk w = json_walk(had); json_next(&w);)
		jw_raw(out, NULL, json_text(w.value));
	for (struct json_walk w = json_walk(told); json_next(&w);) {
		if (w.value.type != JSON_STRING || has_label(had, w.value))
			continue;
		jw_open(out, NULL, '{');
		jw_value(out, "label", w.value);
		jw_str(out, "state", "staged");
		jw_value(out, "shelf", json_get(h->body, "shelf"));
		jw_bool(out, "packed", true);
		jw_close(out, '}');
	}
	jw_close(out, ']');
	return out->overflow ? (struct slice){ NULL, 0 } : buf_read(out);
}

static const char *parcel_is(const struct happening *h, struct slice state)
{
	const struct json label = json_get(h->body, "label"), shelf = json_get(h->body, "shelf");
	struct change list = { .name = "parcels" };
	const struct change changes[2] = {
		{ .name = "state", .json = state },
		{ .name = "shelf",
		  .json = shelf.type == JSON_STRING ? json_text(shelf) : slice_of("null") },
	};
	struct buf *out = &h->hq->lines;
	struct effect_order o;
	int err = effect_open(h, &o);

	if (label.type != JSON_STRING || state.n == 0)
		return "body";
	if (err < 0)
		return effect_not_open(err);
	if (!has_label(json_get(o.root, "parcels"), label)) {
		effect_touch_order(h);
		return NULL;
	}
	buf_reset(out);
	jw_open(out, NULL, '[');
	for (struct json_walk w = json_walk(json_get(o.root, "parcels")); json_next(&w);) {
		if (slice_same(json_text(json_get(w.value, "label")), json_text(label)))
			edit_object(out, NULL, w.value, changes, 2);
		else
			jw_raw(out, NULL, json_text(w.value));
	}
	jw_close(out, ']');
	list.json = buf_read(out);
	return out->overflow ? "too_big" : effect_save(h, &o, &list, 1);
}

const char *effect_parcel_received(const struct happening *h)
{
	return parcel_is(h, slice_of("\"arrived\""));
}

const char *effect_parcel_staged(const struct happening *h)
{
	return parcel_is(h, slice_of("\"staged\""));
}

const char *effect_parcel_problem(const struct happening *h)
{
	static const char *const states[] = { "missing", "damaged", "sent_back" };
	const struct json problem = json_get(h->body, "problem");

	for (size_t i = 0; i < COUNT_OF(states); i++)
		if (json_is(problem, states[i]))
			return parcel_is(h, json_text(problem));
	return "body";
}

/* ---- on a shelf, and off it ---- */

const char *effect_order_staged(const struct happening *h)
{
	struct change changes[4] = { { .name = "shelf" },
				     { .name = "parcels" },
				     { .name = "status" },
				     { .name = "ready_at" } };
	const struct json shelf = json_get(h->body, "shelf");
	struct effect_order o;
	int err = effect_open(h, &o);

	if (err < 0)
		return effect_not_open(err);
	if (shelf.type == JSON_STRING)
		changes[0].json = json_text(shelf);
	buf_reset(&h->hq->lines);
	changes[1].json = with_packed(h, &o, &h->hq->lines);
	/* With a rest that is still to come the customer is not told yet. */
	if (!json_true(json_get(h->body, "rest")) &&
	    (in_preparation(&o) || status_is(&o, "in_transit") || status_is(&o, "expired"))) {
		changes[2].json = slice_of("\"ready\"");
		changes[3].json = h->at;
	}
	return effect_save(h, &o, changes, 4);
}

/* Nothing of the line is put aside any more. */
static void write_unpicked(struct json line, struct buf *out)
{
	struct edit_text room;
	struct change changes[2] = { { .name = "picked" }, { .name = "substituted" } };

	if (effect_count(line, "picked", 0) > 0)
		changes[0].json = edit_int(effect_count(line, "handed", 0), &room);
	if (json_count(json_get(line, "substituted")) > 0)
		changes[1].json = slice_of("[]");
	edit_object(out, NULL, line, changes, 2);
}

/* What was packed here is packed no more; what came is here still, and on no shelf. */
static struct slice write_off_shelf(const struct effect_order *o, struct buf *out)
{
	const struct change off[2] = { { .name = "state", .json = slice_of("\"arrived\"") },
				       { .name = "shelf", .json = slice_of("null") } };

	if (json_get(o->root, "parcels").type != JSON_ARRAY)
		return (struct slice){ NULL, 0 };
	jw_open(out, NULL, '[');
	for (struct json_walk w = json_walk(json_get(o->root, "parcels")); json_next(&w);) {
		if (json_true(json_get(w.value, "packed")))
			continue;
		if (json_is(json_get(w.value, "state"), "staged"))
			edit_object(out, NULL, w.value, off, 2);
		else
			jw_raw(out, NULL, json_text(w.value));
	}
	jw_close(out, ']');
	return out->overflow ? (struct slice){ NULL, 0 } : buf_read(out);
}

const char *effect_pickup_unstaged(const struct happening *h)
{
	struct change changes[4] = { { .name = "lines" },
				     { .name = "parcels" },
				     { .name = "shelf" },
				     { .name = "status" } };
	struct buf *out = &h->hq->lines;
	struct effect_order o;
	int err = effect_open(h, &o);

	if (err < 0)
		return effect_not_open(err);
	buf_reset(out);
	jw_open(out, NULL, '[');
	for (struct json_walk w = json_walk(json_get(o.root, "lines")); json_next(&w);)
		write_unpicked(w.value, out);
	jw_close(out, ']');
	if (json_get(o.root, "lines").type == JSON_ARRAY && !out->overflow)
		changes[0].json = buf_read(out);
	buf_reset(&h->hq->message);
	changes[1].json = write_off_shelf(&o, &h->hq->message);
	if (json_get(o.root, "shelf").type == JSON_STRING)
		changes[2].json = slice_of("null");
	if ((json_is(json_get(h->body, "why"), "no_show") ||
	     json_is(json_get(h->body, "why"), "not_taken")) &&
	    status_is(&o, "ready"))
		changes[3].json = slice_of("\"expired\"");
	return effect_save(h, &o, changes, 4);
}
