// SPDX-License-Identifier: Apache-2.0
/* What an import may not undo; see effect_order.h. */
#include "sync/hq/effect_inside.h"
#include "sync/hq/effect_order.h"
#include "sync/hq/fact.h"
#include "sync/hq/handover.h"
#include "sync/hq/order.h"
#include "sync/hq/points.h"

#define SMALL_MAX 4096 /* bytes of `totals`, and of `fiscal` */

/* ---- lines ---- */

static int64_t larger(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static void keep_line(const struct happening *h, const struct effect_order *o, struct json told,
		      struct effect_counts *c)
{
	int64_t ours, shorts;
	struct line_fact f;

	(void)told;
	if (!c->line.n)
		return;
	f = fact_line(h->hq, o->holder, o->id, c->line);
	ours = handover_pieces(h->hq, o->holder, o->id, c->line);
	shorts = handover_shorts(h->hq, o->holder, o->id, c->line) + f.short_;
	c->short_ = larger(c->short_, effect_at_most(shorts, c->qty));
	c->handed = larger(c->handed, effect_at_most(ours, c->qty - c->short_));
	c->returned = larger(c->returned, effect_at_most(f.returned, c->qty));
}

/* ---- payments ---- */

struct purse {
	const struct happening *h;
	const struct effect_order *o;
	bool counted; /* the order has a total, with which its payments must agree */
	int64_t due, moved;
	int count; /* of payments */
	bool changed;
	struct buf *out;
};

static bool goes_up(struct purse *p, int64_t amount)
{
	if (p->count > ORDER_PAYMENTS_MAX)
		return false;
	if (!p->counted || amount <= p->due)
		return true;
	/* Nothing due: whoever says so has it in their books under another name. */
	if (p->due > 0)
		hq_alarm(p->h->hq, p->o->holder, "-", "paid_too_much", p->o->id);
	return false;
}

static void move(struct purse *p, int64_t amount)
{
	p->changed = true;
	if (p->counted) {
		p->due -= amount;
		p->moved += amount;
	}
}

/* Writes what the store took, over what the body says of that payment, if anything. */
static void write_taken(struct purse *p, const struct till_fact *t, struct json said)
{
	struct edit_text room;
	const struct change changes[] = {
		{ .name = "id", .json = slice_of(t->payment) },
		{ .name = "tender", .json = slice_of(t->tender) },
		{ .name = "state", .json = slice_of("\"captured\"") },
		{ .name = "amount", .json = edit_int(t->amount, &room) },
		{ .name = "where", .json = slice_of("\"till\"") },
	};

	effect_write_payment(p->h, p->o, p->out, said, changes, COUNT_OF(changes));
	move(p, t->amount);
}

/* The store's word on a payment of the body. */
static bool find_taken(const struct purse *p, struct json payment, struct till_fact *ret_fact)
{
	struct slice id = json_text(json_get(payment, "id"));
	struct till_fact t = { .payment = "" };

	while (fact_next_payment(p->h->hq, p->o->holder, p->o->id, &t)) {
		if (slice_eq(id, t.payment)) {
			*ret_fact = t;
			return true;
		}
	}
	return false;
}

/* As the body says it, but for what went back, which never gets less. */
static void write_same(struct purse *p, struct json payment)
{
	const int64_t back =
		fact_refund(p->h->hq, p->o->holder, p->o->id, json_text(json_get(payment, "id")));

	if (payment_captured(payment) && back > json_int_or(json_get(payment, "refunded"), 0)) {
		effect_write_refunded(p->out, payment, back);
		p->changed = true;
	} else {
		jw_raw(p->out, NULL, json_text(payment));
	}
}

static void write_said(struct purse *p, struct json payment)
{
	const struct change failed = { .name = "state", .json = slice_of("\"failed\"") };
	const int64_t amount = json_int_or(json_get(payment, "amount"), 0);
	struct till_fact t;

	if (!find_taken(p, payment, &t)) {
		write_same(p, payment);
	} else if (t.reversed && json_is(json_get(payment, "state"), "captured")) {
		edit_object(p->out, NULL, payment, &failed, 1);
		move(p, -amount);
	} else if (!t.reversed && !payment_captured(payment) && goes_up(p, t.amount)) {
		write_taken(p, &t, payment);
	} else {
		write_same(p, payment);
	}
}

static bool is_said(const struct effect_order *o, const struct till_fact *t)
{
	struct json_walk w = json_walk(json_get(o->root, "payments"));

	while (json_next(&w)) {
		if (slice_eq(json_text(json_get(w.value, "id")), t->payment))
			return true;
	}
	return false;
}

/* Writes the new `payments`. */
static void keep_payments(struct purse *p)
{
	struct json_walk w = json_walk(json_get(p->o->root, "payments"));
	struct till_fact t = { .payment = "" };

	buf_reset(p->out);
	jw_open(p->out, NULL, '[');
	while (json_next(&w))
		write_said(p, w.value);
	p->count++;
	while (fact_next_payment(p->h->hq, p->o->holder, p->o->id, &t)) {
		if (t.reversed || is_said(p->o, &t) || !goes_up(p, t.amount))
			continue;
		write_taken(p, &t, (struct json){ .type = JSON_NONE });
		p->count++;
	}
	jw_close(p->out, ']');
}

/* ---- when and where ---- */

/* Of the handover that stands; n = 0 where the body says so itself, or there is none. */
static struct slice keep_place(const struct happening *h, const struct effect_order *o,
			       bool surplus, struct buf *out)
{
	struct json said = json_get(o->root, surplus ? "doubled" : "collected");
	struct handover_place place;

	if ((said.type != JSON_NONE && said.type != JSON_NULL) ||
	    !handover_place(h->hq, o->holder, o->id, surplus, &place))
		return (struct slice){ NULL, 0 };
	jw_open(out, NULL, '{');
	jw_str(out, "at", place.at);
	jw_str(out, "store", place.store);
	jw_str(out, "lane", place.lane);
	jw_close(out, '}');
	return out->overflow ? (struct slice){ NULL, 0 } : buf_read(out);
}

static struct slice keep_receipt(const struct happening *h, const struct effect_order *o,
				 struct buf *out)
{
	const struct change done = { .name = "state", .json = slice_of("\"done\"") };
	struct json fiscal = json_get(o->root, "fiscal");

	if (json_is(json_get(fiscal, "state"), "done") || !fact_receipt(h->hq, o->holder, o->id))
		return (struct slice){ NULL, 0 };
	edit_object(out, NULL, fiscal, &done, 1);
	return buf_read(out);
}

/* ---- all of it ---- */

struct slice effect_keep(struct hq *hq, const char *store, const char *order, struct json body)
{
	enum { LINES, PAYMENTS, TOTALS, FISCAL, COLLECTED, DOUBLED, LOYALTY, ALL };
	struct change changes[ALL] = { { .name = "lines" },	{ .name = "payments" },
				       { .name = "totals" },	{ .name = "fiscal" },
				       { .name = "collected" }, { .name = "doubled" },
				       { .name = "loyalty" } };
	const struct happening h = { .hq = hq, .store = store };
	struct json totals = json_get(body, "totals");
	struct effect_order o = { .root = body };
	struct purse p = { .h = &h,
			   .o = &o,
			   .counted = json_get(totals, "total").type == JSON_NUMBER,
			   .due = json_int_or(json_get(totals, "due"), 0),
			   .count = json_count(json_get(body, "payments")),
			   .out = &hq->message };
	char memory[ALL][SMALL_MAX];
	struct effect_outcome unused;
	struct buf b[ALL];

	if (!fact_any(hq, store, order))
		return json_text(body);
	slice_copy(slice_of(order), o.id, sizeof(o.id));
	slice_copy(slice_of(store), o.holder, sizeof(o.holder));
	for (int i = TOTALS; i < ALL; i++)
		buf_init(&b[i], memory[i], sizeof(memory[i]));
	changes[LINES].json = effect_lines(&h, &o, keep_line, &unused);
	keep_payments(&p);
	if (p.changed)
		changes[PAYMENTS].json = buf_read(p.out);
	if (p.moved)
		changes[TOTALS].json = effect_totals(totals, p.moved, &b[TOTALS]);
	changes[FISCAL].json = keep_receipt(&h, &o, &b[FISCAL]);
	changes[COLLECTED].json = keep_place(&h, &o, false, &b[COLLECTED]);
	changes[DOUBLED].json = keep_place(&h, &o, true, &b[DOUBLED]);
	changes[LOYALTY].json = points_of_order(hq, store, order, &b[LOYALTY]);
	buf_reset(&hq->body);
	edit_object(&hq->body, NULL, body, changes, ALL);
	return hq->lines.overflow || p.out->overflow || b[TOTALS].overflow || b[FISCAL].overflow ||
			       hq->body.overflow
		       ? (struct slice){ NULL, 0 }
		       : buf_read(&hq->body);
}
