// SPDX-License-Identifier: Apache-2.0
#include "sync/hq/effect_order.h"

#include <errno.h>

#include "sync/hq/edit.h"
#include "sync/hq/handover.h"
#include "sync/hq/order.h"
#include "sync/hq/stream.h"

/* An order as HQ has it, to be changed. */
struct order {
	char id[ID_MAX + 1];
	struct record record;
	struct json root;
};

static int order_open(const struct happening *h, struct order *o)
{
	const struct stream_kind *kind = stream_by_name("orders");

	if (json_string(json_get(h->body, "order"), o->id, sizeof(o->id)) <= 0 ||
	    !id_valid(slice_of(o->id)))
		return -EINVAL;
	if (!record_find_anywhere(h->hq, h->store, kind, o->id, &o->record) ||
	    json_check(o->record.body, &o->root) < 0)
		return -ENOENT;
	return 0;
}

/* Answers for an order_open() that failed. */
static const char *not_open(int err)
{
	return err == -ENOENT ? NULL : "body";
}

static const char *order_save(const struct happening *h, const struct order *o,
			      const struct change *changes, size_t count)
{
	struct buf *out = &h->hq->edited;

	buf_reset(out);
	edit_object(out, NULL, o->root, changes, count);
	if (out->overflow)
		return "too_big";
	record_put(h->hq, o->record.store, stream_by_name("orders"), o->id, o->record.rev + 1,
		   buf_read(out));
	return NULL;
}

void effect_touch_order(const struct happening *h)
{
	struct order o;

	if (order_open(h, &o) == 0)
		record_touch(h->hq, o.record.store, stream_by_name("orders"), o.id);
}

/* ---- lines ---- */

struct counts {
	struct slice line; /* its id, JSON text */
	int64_t qty, picked, handed, short_, returned;
	int64_t given;	 /* pieces this event gave away, and of them those */
	int64_t surplus; /* that were gone already */
};

static int64_t at_most(int64_t n, int64_t max)
{
	if (n < 0)
		return 0;
	return n > max ? max : n;
}

/* Numbers of the contract's size; anything else is 0, so that sums cannot run over. */
static int64_t count_of(struct json obj, const char *name, int64_t otherwise)
{
	int64_t n = json_int_or(json_get(obj, name), otherwise);

	return n < 0 || n > ORDER_QTY_MAX ? 0 : n;
}

static void write_line(struct buf *out, struct json line, const struct counts *was,
		       const struct counts *now)
{
	struct edit_text room[4];
	struct change changes[4] = { { .name = "picked" },
				     { .name = "handed" },
				     { .name = "short" },
				     { .name = "returned" } };

	if (now->picked != was->picked)
		changes[0].json = edit_int(now->picked, &room[0]);
	if (now->handed != was->handed)
		changes[1].json = edit_int(now->handed, &room[1]);
	if (now->short_ != was->short_)
		changes[2].json = edit_int(now->short_, &room[2]);
	if (now->returned != was->returned)
		changes[3].json = edit_int(now->returned, &room[3]);
	edit_object(out, NULL, line, changes, 4);
}

/* Adds what the event says about one line; `told` is its element for that line or NONE. */
typedef void add_counts(const struct happening *h, const struct order *o, struct json told,
			struct counts *c);

/* What the event says about this line: in its `lines`, or the event itself names the line. */
static struct json told_of(const struct happening *h, struct json line)
{
	struct slice id = json_text(json_get(line, "line"));
	struct json_walk w = json_walk(json_get(h->body, "lines"));

	while (json_next(&w)) {
		if (id.n && slice_same(json_text(json_get(w.value, "line")), id))
			return w.value;
	}
	if (id.n && slice_same(json_text(json_get(h->body, "line")), id))
		return h->body;
	return (struct json){ .type = JSON_NONE };
}

struct outcome {
	int64_t left; /* goods not yet handed over nor short */
	int64_t kept; /* goods handed over and not returned */
	int64_t given, surplus;
};

static bool is_goods(struct json line)
{
	struct json kind = json_get(line, "kind");

	return kind.type == JSON_NONE || json_is(kind, "goods") || json_is(kind, "gift_card");
}

/* Writes the order's new `lines` into hq->lines. */
static struct slice edit_lines(const struct happening *h, const struct order *o, add_counts *add,
			       struct outcome *ret_outcome)
{
	struct json_walk w = json_walk(json_get(o->root, "lines"));
	bool collected = json_is(json_get(o->root, "status"), "collected");
	struct buf *out = &h->hq->lines;
	struct outcome outcome = { 0 };

	buf_reset(out);
	jw_open(out, NULL, '[');
	while (json_next(&w)) {
		struct counts was = { .qty = count_of(w.value, "qty", 1) }, now;

		was.short_ = at_most(count_of(w.value, "short", 0), was.qty);
		was.picked = count_of(w.value, "picked", 0);
		was.returned = count_of(w.value, "returned", 0);
		was.handed = count_of(w.value, "handed", collected ? was.qty - was.short_ : 0);
		was.line = json_text(json_get(w.value, "line"));
		now = was;
		add(h, o, told_of(h, w.value), &now);
		write_line(out, w.value, &was, &now);
		if (is_goods(w.value)) {
			outcome.left += at_most(now.qty - now.handed - now.short_, now.qty);
			outcome.kept += at_most(now.handed - now.returned, now.qty);
			outcome.given += now.given;
			outcome.surplus += now.surplus;
		}
	}
	jw_close(out, ']');
	*ret_outcome = outcome;
	if (json_get(o->root, "lines").type != JSON_ARRAY)
		return (struct slice){ NULL, 0 };
	return out->overflow ? (struct slice){ NULL, 0 } : buf_read(out);
}

/* ---- pickup ---- */

/* An event without `lines` says that all that was left is gone. */
static int64_t told_qty(const struct happening *h, struct json told, const struct counts *c,
			int64_t gone)
{
	if (json_get(h->body, "lines").type == JSON_ARRAY)
		return count_of(told, "qty", 0);
	return gone < c->qty - c->short_ ? c->qty - c->short_ - gone : c->qty - c->short_;
}

static void add_handed(const struct happening *h, const struct order *o, struct json told,
		       struct counts *c)
{
	/* The record may say less: an ERP that writes `ready` again does not bring pieces back. */
	int64_t ours = c->line.n ? handover_pieces(h->hq, o->id, c->line) : 0;
	int64_t gone = ours > c->handed ? ours : c->handed, was_short = c->short_;

	c->short_ = at_most(c->short_ + count_of(told, "short", 0), c->qty);
	c->given = told_qty(h, told, c, gone);
	c->surplus = at_most(gone + c->given - (c->qty - c->short_), c->given);
	c->handed = at_most(c->handed + c->given, c->qty - c->short_);
	if (c->line.n && c->given)
		handover_add_line(h->hq, o->id, h->handover, c->line, c->given - c->surplus);
	if (c->line.n && c->short_ > was_short)
		handover_add_short(h->hq, o->id, h->handover, c->line, c->short_ - was_short);
}

/* An order HQ does not have (yet): its pieces are gone all the same, which whoever imports it must
 * not undo. */
static void note_pieces(const struct happening *h, const char *order)
{
	struct json_walk w = json_walk(json_get(h->body, "lines"));

	while (json_next(&w)) {
		struct slice line = json_text(json_get(w.value, "line"));
		int64_t qty = count_of(w.value, "qty", 0), shorts = count_of(w.value, "short", 0);

		if (line.n && qty)
			handover_add_line(h->hq, order, h->handover, line, qty);
		if (line.n && shorts)
			handover_add_short(h->hq, order, h->handover, line, shorts);
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
	struct outcome outcome;
	struct buf place;
	struct order o;
	int err = order_open(h, &o);

	if (err == -EINVAL)
		return "body";
	h->handover = handover_add(h, o.id);
	if (err < 0) {
		note_pieces(h, o.id);
		return NULL;
	}
	changes[0].json = edit_lines(h, &o, add_handed, &outcome);
	changes[1].json = slice_of(outcome.left ? "\"partly_collected\"" : "\"collected\"");
	buf_init(&place, memory, sizeof(memory));
	write_place(h, &place);
	if (outcome.surplus && !handover_doubled(h, o.id, h->handover, outcome.surplus))
		hq_alarm(h->hq, h->store, h->lane, "pickup.surplus", o.id);
	/* Of a double handover the first stays in `collected`; the second is named beside it. */
	if (outcome.surplus)
		changes[3].json = buf_read(&place);
	if (outcome.surplus < outcome.given || !outcome.surplus)
		changes[2].json = json_is(json_get(o.root, "status"), "collected")
					  ? (struct slice){ NULL, 0 }
					  : buf_read(&place);
	return order_save(h, &o, changes, 4);
}

static void add_returned(const struct happening *h, const struct order *o, struct json told,
			 struct counts *c)
{
	(void)h;
	(void)o;
	c->returned = at_most(c->returned + count_of(told, "qty", 0), c->qty);
}

const char *effect_return_accepted(const struct happening *h)
{
	struct change changes[2] = { { .name = "lines" }, { .name = "status" } };
	struct outcome outcome;
	struct order o;
	int err;

	if (json_get(h->body, "order").type == JSON_NONE)
		return NULL; /* a return without an order */
	err = order_open(h, &o);
	if (err < 0)
		return not_open(err);
	changes[0].json = edit_lines(h, &o, add_returned, &outcome);
	if (!outcome.kept && !outcome.left)
		changes[1].json = slice_of("\"returned\"");
	return order_save(h, &o, changes, 2);
}

/* ---- preparing ---- */

static bool waits_for_picking(const struct order *o)
{
	return json_is(json_get(o->root, "status"), "placed");
}

const char *effect_order_picking(const struct happening *h)
{
	struct change change = { .name = "status", .json = slice_of("\"picking\"") };
	struct order o;
	int err = order_open(h, &o);

	if (err < 0)
		return not_open(err);
	if (waits_for_picking(&o))
		return order_save(h, &o, &change, 1);
	effect_touch_order(h);
	return NULL;
}

static void add_picked(const struct happening *h, const struct order *o, struct json told,
		       struct counts *c)
{
	(void)h;
	(void)o;
	c->picked = at_most(c->picked + count_of(told, "qty", 0), c->qty);
}

const char *effect_order_picked(const struct happening *h)
{
	struct change changes[2] = { { .name = "lines" }, { .name = "status" } };
	struct outcome unused;
	struct order o;
	int err = order_open(h, &o);

	if (err < 0)
		return not_open(err);
	changes[0].json = edit_lines(h, &o, add_picked, &unused);
	if (waits_for_picking(&o))
		changes[1].json = slice_of("\"picking\"");
	return order_save(h, &o, changes, 2);
}

const char *effect_order_staged(const struct happening *h)
{
	struct change changes[3] = { { .name = "shelf" },
				     { .name = "status" },
				     { .name = "ready_at" } };
	struct json shelf = json_get(h->body, "shelf");
	struct order o;
	int err = order_open(h, &o);

	if (err < 0)
		return not_open(err);
	if (shelf.type == JSON_STRING)
		changes[0].json = json_text(shelf);
	if (waits_for_picking(&o) || json_is(json_get(o.root, "status"), "picking") ||
	    json_is(json_get(o.root, "status"), "in_transit")) {
		changes[1].json = slice_of("\"ready\"");
		changes[2].json = h->at;
	}
	return order_save(h, &o, changes, 3);
}

static void add_short(const struct happening *h, const struct order *o, struct json told,
		      struct counts *c)
{
	(void)h;
	(void)o;
	c->short_ = at_most(c->short_ + count_of(told, "qty", 0), c->qty - c->handed);
}

const char *effect_order_short(const struct happening *h)
{
	struct change change = { .name = "lines" };
	struct outcome unused;
	struct order o;
	int err = order_open(h, &o);

	if (err < 0)
		return not_open(err);
	change.json = edit_lines(h, &o, add_short, &unused);
	return order_save(h, &o, &change, 1);
}

const char *effect_order_extended(const struct happening *h)
{
	struct json until = json_get(h->body, "until");
	struct change change = { .name = "collect_by", .json = json_text(until) };
	struct order o;
	int err = order_open(h, &o);

	if (err < 0)
		return not_open(err);
	return until.type == JSON_STRING ? order_save(h, &o, &change, 1) : "body";
}

/* ---- money ---- */

const char *effect_fiscal_recorded(const struct happening *h)
{
	struct change done = { .name = "state", .json = slice_of("\"done\"") };
	struct change change = { .name = "fiscal" };
	struct order o;
	int err = order_open(h, &o);

	if (err < 0)
		return not_open(err);
	buf_reset(&h->hq->lines);
	edit_object(&h->hq->lines, NULL, json_get(o.root, "fiscal"), &done, 1);
	change.json = buf_read(&h->hq->lines);
	return order_save(h, &o, &change, 1);
}

/* Writes `totals` with `amount` moved from due to paid (back, when negative). */
static struct slice edit_totals(const struct order *o, int64_t amount, struct buf *out)
{
	struct json totals = json_get(o->root, "totals");
	struct edit_text room[2];
	struct change changes[2] = { { .name = "due" }, { .name = "paid" } };

	changes[0].json = edit_int(json_int_or(json_get(totals, "due"), 0) - amount, &room[0]);
	if (json_get(totals, "paid").type == JSON_NUMBER)
		changes[1].json =
			edit_int(json_int_or(json_get(totals, "paid"), 0) + amount, &room[1]);
	edit_object(out, NULL, totals, changes, 2);
	return out->overflow ? (struct slice){ NULL, 0 } : buf_read(out);
}

/* Copies the payments, but for the one of this id, into an array left open. */
static struct json copy_payments(const struct order *o, struct json id, struct buf *out)
{
	struct json_walk w = json_walk(json_get(o->root, "payments"));
	struct json found = { .type = JSON_NONE };

	buf_reset(out);
	jw_open(out, NULL, '[');
	while (json_next(&w)) {
		if (slice_same(json_text(json_get(w.value, "id")), json_text(id)))
			found = w.value;
		else
			jw_raw(out, NULL, json_text(w.value));
	}
	return found;
}

static const char *save_payments(const struct happening *h, const struct order *o, int64_t amount)
{
	struct change changes[2] = { { .name = "payments" }, { .name = "totals" } };
	char memory[4096];
	struct buf totals;

	buf_init(&totals, memory, sizeof(memory));
	changes[0].json = buf_read(&h->hq->lines);
	changes[1].json = edit_totals(o, amount, &totals);
	if (h->hq->lines.overflow || totals.overflow)
		return "too_big";
	return order_save(h, o, changes, 2);
}

const char *effect_payment_taken(const struct happening *h)
{
	struct json id = json_get(h->body, "payment"), tender = json_get(h->body, "tender");
	struct change changes[5] = {
		{ .name = "id", .json = json_text(id) },
		{ .name = "tender", .json = json_text(tender) },
		{ .name = "state", .json = slice_of("\"captured\"") },
		{ .name = "amount", .json = json_text(json_get(h->body, "amount")) },
		{ .name = "where", .json = slice_of("\"till\"") },
	};
	struct json was;
	int64_t amount;
	struct order o;
	int err = order_open(h, &o);

	if (err == -EINVAL || id.type != JSON_STRING || tender.type != JSON_STRING ||
	    json_int(json_get(h->body, "amount"), &amount) < 0 || amount < 0)
		return "body";
	if (err < 0)
		return NULL;
	was = copy_payments(&o, id, &h->hq->lines);
	if (payment_captured(was) ||
	    amount > json_int_or(json_get(json_get(o.root, "totals"), "due"), 0)) {
		/* The record's sums would no longer agree; the event is there for a person. */
		hq_alarm(h->hq, h->store, h->lane, "paid_too_much", o.id);
		effect_touch_order(h);
		return NULL;
	}
	edit_object(&h->hq->lines, NULL, was, changes, 5);
	jw_close(&h->hq->lines, ']');
	return save_payments(h, &o, amount);
}

const char *effect_payment_reversed(const struct happening *h)
{
	struct json id = json_get(h->body, "payment"), was;
	struct change failed = { .name = "state", .json = slice_of("\"failed\"") };
	int64_t amount;
	struct order o;
	int err = order_open(h, &o);

	if (err == -EINVAL || id.type != JSON_STRING)
		return "body";
	if (err < 0)
		return NULL;
	was = copy_payments(&o, id, &h->hq->lines);
	if (!json_is(json_get(was, "state"), "captured")) {
		effect_touch_order(h);
		return NULL;
	}
	amount = json_int_or(json_get(was, "amount"), 0);
	edit_object(&h->hq->lines, NULL, was, &failed, 1);
	jw_close(&h->hq->lines, ']');
	return save_payments(h, &o, -amount);
}

/* ---- what an import may not undo ---- */

static void keep_handed(const struct happening *h, const struct order *o, struct json told,
			struct counts *c)
{
	const int64_t ours = c->line.n ? handover_pieces(h->hq, o->id, c->line) : 0;

	const int64_t shorts = c->line.n ? handover_shorts(h->hq, o->id, c->line) : 0;

	(void)told;
	if (shorts > c->short_)
		c->short_ = at_most(shorts, c->qty);
	if (ours > c->handed)
		c->handed = at_most(ours, c->qty - c->short_);
}

struct slice effect_keep_handed(struct hq *hq, const char *order, struct json body)
{
	struct change change = { .name = "lines" };
	struct happening h = { .hq = hq };
	struct order o = { .root = body };
	char event[ID_MAX + 1];
	struct outcome unused;

	if (handover_event(hq, order, event) < 0)
		return json_text(body);
	slice_copy(slice_of(order), o.id, sizeof(o.id));
	change.json = edit_lines(&h, &o, keep_handed, &unused);
	buf_reset(&hq->body);
	edit_object(&hq->body, NULL, body, &change, 1);
	return hq->lines.overflow || hq->body.overflow ? (struct slice){ NULL, 0 }
						       : buf_read(&hq->body);
}

/* ---- opening again ---- */

static void take_back(const struct happening *h, const struct order *o, struct json told,
		      struct counts *c)
{
	(void)o;
	(void)told;
	(void)h;
	c->handed = 0;
}

static bool was_handed_over(const struct order *o)
{
	struct json_walk w = json_walk(json_get(o->root, "lines"));
	struct json status = json_get(o->root, "status");

	while (json_next(&w))
		if (count_of(w.value, "handed", 0) > 0)
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
	struct outcome unused;
	struct order o;

	slice_copy(slice_of(order), o.id, sizeof(o.id));
	if (!record_find(hq, store, stream_by_name("orders"), order, &o.record) || !o.record.live ||
	    json_check(o.record.body, &o.root) < 0)
		return "no such order";
	if (!was_handed_over(&o))
		return NULL;
	changes[0].json = edit_lines(&h, &o, take_back, &unused);
	if (json_get(o.root, "collected").type == JSON_NONE)
		changes[2].json.n = 0;
	if (json_get(o.root, "doubled").type == JSON_NONE)
		changes[3].json.n = 0;
	o.record.rev = *rev;
	++*rev;
	return order_save(&h, &o, changes, 4);
}
