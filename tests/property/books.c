// SPDX-License-Identifier: Apache-2.0
/*
 * The books of a shop: what its events say was handed over, paid, paid back, moved in the drawer
 * and in stock; and the laws that hold at every one of them.
 */
#include "tests/property/books.h"

#include <string.h>

struct book_payment *book_payment_find(struct book_order *o, const char *id)
{
	for (int i = 0; i < o->payment_count; i++)
		if (strcmp(o->payments[i].id, id) == 0)
			return &o->payments[i];
	return NULL;
}

struct book_line *book_line(const struct event *e, struct json line)
{
	const int64_t n = json_int_or(json_get(line, "line"), 0);

	return e->order && n >= 1 && n <= e->order->line_count ? &e->order->lines[n - 1] : NULL;
}

int64_t book_number(struct json v, const char *name)
{
	return json_int_or(json_get(v, name), 0);
}

/* What n pieces of a line are worth, rounded half up. */
static int64_t worth(const struct book_line *l, int64_t n)
{
	return (2 * l->paid * n + l->qty) / (2 * l->qty);
}

bool book_lawful(const struct event *e)
{
	return e->order && !e->order->doubled;
}

/* ---- the drawer ---- */

static void tender_moves(struct run *r, const char *tender, int64_t amount)
{
	for (int i = 0; i < TENDERS_MAX; i++) {
		if (!r->books.tender[i].name[0])
			text_fmt(r->books.tender[i].name, sizeof(r->books.tender[i].name), "%s",
				 tender);
		if (strcmp(r->books.tender[i].name, tender) != 0)
			continue;
		r->books.tender[i].amount += amount;
		break;
	}
	if (strcmp(tender, "cash") == 0)
		r->books.cash += amount;
	if (r->books.shift && r->books.cash < 0)
		run_fail(r, "drawer", "there are %lld in the drawer", (long long)r->books.cash);
}

static void shift_opened(struct event *e)
{
	if (e->r->books.shift)
		run_fail(e->r, "drawer", "a shift is opened while one is open");
	memset(e->r->books.tender, 0, sizeof(e->r->books.tender));
	e->r->books.shift = true;
	e->r->books.cash = book_number(e->body, "float");
}

/* A report's figures against the books. */
static void shift_told(struct event *e)
{
	struct books *b = &e->r->books;

	if (book_number(e->body, "expected") != b->cash)
		run_fail(e->r, "drawer",
			 "%lld are expected in the drawer, float and movements are %lld",
			 (long long)book_number(e->body, "expected"), (long long)b->cash);
	for (int i = 0; i < TENDERS_MAX && b->tender[i].name[0]; i++) {
		const int64_t told = book_number(json_get(e->body, "totals"), b->tender[i].name);

		if (told != b->tender[i].amount)
			run_fail(e->r, "drawer", "%s: the report says %lld, payments are %lld",
				 b->tender[i].name, (long long)told,
				 (long long)b->tender[i].amount);
	}
}

static void shift_closed(struct event *e)
{
	shift_told(e);
	e->r->books.shift = false;
}

static void cash_moved(struct event *e)
{
	e->r->books.cash += book_number(e->body, "amount");
	if (e->r->books.cash < 0)
		run_fail(e->r, "drawer", "cash is moved out that was not there");
}

/* ---- payments ---- */

static void payment_taken(struct event *e)
{
	struct book_payment *p;
	char tender[16] = "";

	if (!e->order || e->order->payment_count == PAYMENTS_MAX)
		return;
	p = &e->order->payments[e->order->payment_count++];
	*p = (struct book_payment){ .captured = true, .ours = true };
	json_string(json_get(e->body, "payment"), p->id, sizeof(p->id));
	json_string(json_get(e->body, "tender"), tender, sizeof(tender));
	text_fmt(p->tender, sizeof(p->tender), "%s", tender);
	p->amount = book_number(e->body, "amount");
	if (p->amount <= 0)
		run_fail(e->r, "paid", "a payment of %lld", (long long)p->amount);
	if (book_lawful(e) && order_captured(e->order) > order_total(e->order))
		run_fail(e->r, "paid", "%s: %lld are paid of %lld", e->id,
			 (long long)order_captured(e->order), (long long)order_total(e->order));
	if (!e->sibling)
		tender_moves(e->r, tender, p->amount);
	text_fmt(e->r->last_payment, sizeof(e->r->last_payment), "%s", p->id);
}

/* That payment lies in the shop's fiscal till, not in the drawer. */
static void fiscal_recorded(struct event *e)
{
	struct book_payment *p;
	char id[40];

	if (!e->order || json_string(json_get(e->body, "payment"), id, sizeof(id)) <= 0)
		return;
	p = book_payment_find(e->order, id);
	if (!p || p->fiscal)
		return;
	p->fiscal = true;
	if (!e->sibling)
		tender_moves(e->r, p->tender, -p->amount);
}

static void payment_reversed(struct event *e)
{
	struct book_payment *p;
	char id[40];

	if (!e->order || json_string(json_get(e->body, "payment"), id, sizeof(id)) <= 0)
		return;
	p = book_payment_find(e->order, id);
	if (!p || !p->captured) {
		run_fail(e->r, "refund", "%s: %s is reversed and was not paid", e->id, id);
		return;
	}
	if (p->refunded > 0 && book_lawful(e))
		run_fail(e->r, "refund", "%s: all %lld of %s go back, %lld of which had gone back",
			 e->id, (long long)p->amount, id, (long long)p->refunded);
	p->captured = false;
	if (!e->sibling && !p->fiscal)
		tender_moves(e->r, p->tender, -p->amount);
}

/* One leg of a refund. */
static void refunded(struct event *e, struct json leg)
{
	const int64_t amount = book_number(leg, "amount");
	struct book_payment *p;
	char id[40] = "";

	json_string(json_get(leg, "payment"), id, sizeof(id));
	p = e->order ? book_payment_find(e->order, id) : NULL;
	if (amount <= 0)
		run_fail(e->r, "refund", "%s: %lld are paid back", e->id, (long long)amount);
	if (!p)
		return;
	p->refunded += amount;
	if (book_lawful(e) && (!p->captured || p->refunded > p->amount))
		run_fail(e->r, "refund", "%s: %lld of the %lld paid by %s (%s) go back", e->id,
			 (long long)p->refunded, (long long)(p->captured ? p->amount : 0), p->id,
			 p->tender);
}

static int64_t legs_of(struct event *e, struct json legs)
{
	int64_t sum = 0;

	for (struct json_walk w = json_walk(legs); json_next(&w);) {
		refunded(e, w.value);
		sum += book_number(w.value, "amount");
	}
	return sum;
}

static void refund_requested(struct event *e)
{
	const int64_t sum = legs_of(e, json_get(e->body, "legs"));

	if (json_get(e->body, "return").type == JSON_STRING)
		e->r->step_returns -= sum;
}

/* ---- goods ---- */

static void handed(struct event *e, struct json line)
{
	const int64_t qty = book_number(line, "qty"), missing = book_number(line, "short");
	struct book_line *l = book_line(e, line);

	e->r->step_moved -= e->sibling ? 0 : qty;
	if (!l)
		return;
	if (book_lawful(e) && l->handed + l->short_ + qty + missing > l->qty)
		run_fail(e->r, "handover",
			 "%s line %d: %lld handed over and %lld short of %lld, and now %lld and "
			 "%lld",
			 e->id, (int)book_number(line, "line"), (long long)l->handed,
			 (long long)l->short_, (long long)l->qty, (long long)qty,
			 (long long)missing);
	l->handed += qty;
	l->short_ += missing;
	l->last = e->sibling ? 0 : qty;
}

static void completed(struct event *e)
{
	for (int i = 0; e->order && i < e->order->line_count; i++)
		e->order->lines[i].last = 0;
	for (struct json_walk w = json_walk(json_get(e->body, "lines")); json_next(&w);)
		handed(e, w.value);
	if (!e->order)
		return;
	e->order->status =
		json_get(e->body, "rest").type == JSON_NONE ? "collected" : "partly_collected";
	e->order->ours = !e->sibling && !strcmp(e->order->status, "collected");
}

static void came_back(struct event *e, struct json line)
{
	const int64_t qty = book_number(line, "qty"), gross = book_number(line, "gross");
	struct book_line *l = book_line(e, line);
	int64_t gone, had;

	if (json_is(json_get(line, "to"), "stock") && !e->sibling)
		e->r->step_moved += qty;
	if (!e->sibling)
		e->r->step_returns += gross;
	if (!l)
		return;
	gone = l->short_ + l->returned;
	had = l->kind <= GIFT_CARD ? l->handed : l->qty - l->short_;
	if (book_lawful(e) && l->returned + qty > had)
		run_fail(e->r, "return", "%s line %d: %lld came back of %lld, and now %lld", e->id,
			 (int)book_number(line, "line"), (long long)l->returned, (long long)had,
			 (long long)qty);
	if (book_lawful(e) && gross != worth(l, gone + qty) - worth(l, gone))
		run_fail(e->r, "gross", "%s line %d: %lld pieces of %lld at %lld, %lld gone: %lld",
			 e->id, (int)book_number(line, "line"), (long long)qty, (long long)l->qty,
			 (long long)l->paid, (long long)gone, (long long)gross);
	l->returned += qty;
	l->gross += gross;
}

static void accepted(struct event *e)
{
	const struct json legs = json_get(e->body, "refund");
	bool all = e->order != NULL;
	int64_t sum;

	for (struct json_walk w = json_walk(json_get(e->body, "lines")); json_next(&w);)
		came_back(e, w.value);
	sum = legs_of(e, legs);
	if (!e->sibling)
		e->r->step_returns -= sum + book_number(e->body, "rest");
	for (struct json_walk w = json_walk(legs); json_next(&w);) {
		char tender[16] = "";

		json_string(json_get(w.value, "tender"), tender, sizeof(tender));
		if (!e->sibling && !e->r->plan.external)
			tender_moves(e->r, tender, -book_number(w.value, "amount"));
	}
	json_string(json_get(e->body, "return"), e->r->last_doc, sizeof(e->r->last_doc));
	for (int i = 0; all && i < e->order->line_count; i++) {
		const struct book_line *l = &e->order->lines[i];

		all = l->gone || l->kind > GIFT_CARD || l->returned + l->short_ >= l->qty;
	}
	if (all)
		e->order->status = "returned";
}

static void doubled(struct event *e)
{
	if (e->order && !e->sibling)
		e->order->doubles++;
}

static void stock_changed(struct event *e)
{
	const int64_t delta = book_number(e->body, "delta");

	for (int i = 0; i < SKUS; i++)
		if (json_is(json_get(e->body, "sku"), sku_names[i])) {
			e->r->books.stock[i] += delta;
			e->r->books.stock_told |= UINT64_C(1) << i;
		}
	e->r->step_told += e->sibling ? 0 : delta;
}

/* ---- hearing ---- */

static const struct {
	const char *type;
	void (*hear)(struct event *e);
	bool drawer; /* of the station's own till */
} kinds[] = {
	{ "shift.opened", shift_opened, true },
	{ "shift.reported", shift_told, true },
	{ "shift.closed", shift_closed, true },
	{ "cash.moved", cash_moved, true },
	{ "payment.taken", payment_taken, false },
	{ "payment.reversed", payment_reversed, false },
	{ "fiscal.recorded", fiscal_recorded, false },
	{ "refund.requested", refund_requested, false },
	{ "return.accepted", accepted, false },
	{ "pickup.completed", completed, false },
	{ "pickup.doubled", doubled, false },
	{ "stock.changed", stock_changed, false },
};

static void hear(struct run *r, struct json told, bool sibling)
{
	struct event e = { .r = r, .body = json_get(told, "body"), .sibling = sibling };
	const int64_t seq = book_number(told, "seq");
	int64_t *last = sibling ? &r->books.seq_sibling : &r->books.seq;
	int i;

	if (seq != *last + 1)
		run_fail(r, "journal", "event %lld follows %lld", (long long)seq, (long long)*last);
	*last = seq;
	if (!sibling)
		book_chained(&e, told);
	run_note(r, "      %s %.*s", sibling ? SIBLING_ID ":" : "event", (int)told.n, told.p);
	if (json_string(json_get(e.body, "order"), e.id, sizeof(e.id)) > 0) {
		i = order_of(slice_of(e.id));
		e.order = i >= 0 && r->books.orders[i].there ? &r->books.orders[i] : NULL;
		if (e.order)
			r->books.orders_told |= UINT64_C(1) << i;
	}
	book_prepared(&e, json_get(told, "type"));
	for (size_t k = 0; k < COUNT_OF(kinds); k++)
		if (json_is(json_get(told, "type"), kinds[k].type) && !(sibling && kinds[k].drawer))
			kinds[k].hear(&e);
}

void books_hear(struct run *r, struct slice message, bool sibling)
{
	struct door_event e = { .kind = DOOR_UP };
	struct json root, list;

	if (json_check(message, &root) < 0) {
		run_fail(r, "journal", "what is published is no JSON");
		return;
	}
	list = json_get(root, "events");
	for (struct json_walk w = json_walk(list); json_next(&w);)
		hear(r, json_get(w.value, "e"), sibling);
	text_fmt(e.up.lane, sizeof(e.up.lane), "%s", sibling ? SIBLING_ID : LANE_ID);
	e.up.epoch = book_number(root, "epoch");
	e.up.events = (struct span){ 0, (uint32_t)list.n };
	replay_keep(r, false, &e, json_text(list));
}

/* What left and what came is what stock was told, and a return's worth is what is paid back. */
void books_step_ends(struct run *r)
{
	if (r->step_moved != r->step_told)
		run_fail(r, "stock", "%lld pieces moved, stock is told %lld",
			 (long long)r->step_moved, (long long)r->step_told);
	if (r->step_returns != 0)
		run_fail(r, "refund", "a return's lines are worth %lld more than what is paid back",
			 (long long)r->step_returns);
	r->step_moved = r->step_told = r->step_returns = 0;
}
