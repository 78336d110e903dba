// SPDX-License-Identifier: Apache-2.0
/*
 * HQ: it has heard what the store told up to some event, writes orders by what it has heard, and
 * changes them by its own will, which it does only when it has heard all, so that what is true is
 * no question.
 */
#include "tests/property/property.h"

#include <stdio.h>
#include <string.h>

#include "tests/property/kinds.h"

#define ORDERS_A_MESSAGE 8

static char ops_text[OPS_MAX];

/* ---- messages ---- */

static void write_upto(const struct run *r, char *dst, size_t cap)
{
	struct buf b;

	buf_init(&b, dst, cap);
	buf_fmt(&b, "{\"" LANE_ID "\":[%lld,%lld]", (long long)r->station.st->ledger.epoch,
		(long long)r->heard.seq);
	if (r->heard.seq_sibling)
		buf_fmt(&b, ",\"" SIBLING_ID "\":[%d,%lld]", SIBLING_EPOCH,
			(long long)r->heard.seq_sibling);
	buf_text(&b, "}");
	buf_str(&b);
}

void hq_put(struct run *r, enum stream s, const char *ops, bool upto)
{
	char text[128] = "";

	if (upto)
		write_upto(r, text, sizeof(text));
	/* The goods are the same in every story. */
	if (s != STREAM_CATALOG && strcmp(ops, "[]") != 0 && (r->at > 0 || s != STREAM_STOCK))
		run_note(r, "   HQ says %s %s %s", stream_name(s), ops, text);
	bench_down(&r->station, s, ++r->hq_seq[s], ops, upto ? text : NULL);
}

static void begin_op(struct run *r, struct buf *b, const char *type, const char *id)
{
	buf_fmt(b, "%s{\"op\":\"put\",\"type\":\"%s\",\"id\":\"%s\",\"rev\":%lld,\"body\":",
		b->len > 1 ? "," : "", type, id, (long long)++r->hq_rev);
}

static void order_op(struct run *r, struct buf *b, int i, bool sloppy)
{
	char id[ID_MAX + 1];

	order_id(i, id);
	begin_op(r, b, "order", id);
	r->heard.orders[i].rev = r->hq_rev;
	order_write(&r->heard.orders[i], i, sloppy, b);
	buf_text(b, "}");
}

/* With all that follows from what was heard, since the message says up to where that was. */
static void put_order(struct run *r, int i, bool sloppy)
{
	const uint64_t told = r->heard.orders_told;
	struct buf b;

	r->heard.orders_told = 0;
	buf_init(&b, ops_text, sizeof(ops_text));
	buf_text(&b, "[");
	for (int n = 0; n < r->plan.orders; n++)
		if (n != i && (told >> n & 1))
			order_op(r, &b, n, false);
	order_op(r, &b, i, sloppy);
	buf_text(&b, "]");
	if (buf_str(&b))
		hq_put(r, STREAM_ORDERS, ops_text, true);
}

static void put_policy(struct run *r, struct chance *c, const char *id)
{
	char body[2048];
	struct buf b;

	plan_policy(r, c, id, body, sizeof(body));
	buf_init(&b, ops_text, sizeof(ops_text));
	buf_text(&b, "[");
	begin_op(r, &b, "policy", id);
	buf_fmt(&b, "%s}]", body);
	if (buf_str(&b))
		hq_put(r, STREAM_POLICY, ops_text, false);
}

static void put_stock(struct run *r, uint64_t which)
{
	struct buf b;

	which |= r->heard.stock_told;
	r->heard.stock_told = 0;
	buf_init(&b, ops_text, sizeof(ops_text));
	buf_text(&b, "[");
	for (int i = 0; i < SKUS; i++) {
		if (!(which >> i & 1))
			continue;
		begin_op(r, &b, "stock", sku_names[i]);
		buf_fmt(&b, "{\"on_hand\":%lld}}", (long long)r->heard.stock[i]);
	}
	buf_text(&b, "]");
	if (buf_str(&b))
		hq_put(r, STREAM_STOCK, ops_text, true);
}

/* ---- the first day ---- */

static void put_products(struct run *r)
{
	static const char *const more[SKUS] = {
		"\"category\":\"home\"",    "\"category\":\"home\"",
		"\"category\":\"food\"",    "\"category\":\"alcohol\"",
		"\"category\":\"clothes\"", "\"category\":\"underwear\"",
		"\"location\":\"B-1\"",	    "\"attrs\":{\"serials\":true}",
	};
	struct buf b;

	buf_init(&b, ops_text, sizeof(ops_text));
	buf_text(&b, "[");
	for (int i = 0; i < SKUS; i++) {
		begin_op(r, &b, "product", sku_names[i]);
		buf_fmt(&b, "{\"gtin\":[\"%s\"],\"name\":{\"pl\":\"%s\"},\"price\":%lld,%s}}",
			sku_gtins[i], sku_names[i], (long long)sku_prices[i], more[i]);
	}
	buf_text(&b, "]");
	hq_put(r, STREAM_CATALOG, buf_str(&b), false);
}

static void put_orders(struct run *r)
{
	for (int from = 0; from < r->plan.orders; from += ORDERS_A_MESSAGE) {
		struct buf b;

		buf_init(&b, ops_text, sizeof(ops_text));
		buf_text(&b, "[");
		for (int i = from; i < from + ORDERS_A_MESSAGE && i < r->plan.orders; i++)
			if (r->heard.orders[i].there)
				order_op(r, &b, i, false);
		buf_text(&b, "]");
		if (buf_str(&b))
			hq_put(r, STREAM_ORDERS, ops_text, false);
	}
}

void hq_open(struct run *r)
{
	struct chance c = { r->seed ^ 99 };

	bench_begin_streams(&r->station);
	for (int n = 0; plan_policy_name(n); n++)
		if (strcmp(plan_policy_name(n), "lanes") != 0 || r->plan.two_lanes)
			put_policy(r, &c, plan_policy_name(n));
	put_products(r);
	for (int i = 0; i < SKUS; i++)
		r->books.stock[i] = chance_below(&c, 100);
	r->heard = r->books;
	put_stock(r, (1u << SKUS) - 1);
	put_orders(r);
	bench_link(&r->station, true);
	bench_beat(&r->station);
}

/* ---- later ---- */

void hq_hear(struct run *r)
{
	struct door_event e = { .kind = DOOR_ACK };
	const uint64_t orders = r->heard.orders_told | r->books.orders_told;
	const uint64_t stock = r->heard.stock_told | r->books.stock_told;
	int64_t revs[ORDERS_MAX];

	for (int i = 0; i < ORDERS_MAX; i++)
		revs[i] = r->heard.orders[i].rev;
	r->heard = r->books;
	for (int i = 0; i < ORDERS_MAX; i++)
		r->heard.orders[i].rev = revs[i];
	r->heard.orders_told = orders;
	r->heard.stock_told = stock;
	r->books.orders_told = r->books.stock_told = 0;
	e.ack.epoch = r->station.st->ledger.epoch;
	e.ack.seq = r->heard.seq;
	run_note(r, "   HQ has heard all, to event %lld", (long long)r->heard.seq);
	bench_submit(&r->station, &e, slice_of(""));
}

/* It is gone, and will be written anew. */
static void take_out(struct run *r, int i)
{
	char text[256];

	text_fmt(text, sizeof(text),
		 "[{\"op\":\"del\",\"type\":\"order\",\"id\":\"ZAM-%d\",\"rev\":%lld}]", i,
		 (long long)++r->hq_rev);
	hq_put(r, STREAM_ORDERS, text, false);
}

/* An ERP that writes what it always wrote, though it has heard better. */
static void write_sloppily(struct run *r, int i)
{
	struct book_order *o = &r->books.orders[i];

	for (int n = 0; n < o->line_count; n++)
		if (o->lines[n].handed || o->lines[n].short_ || o->lines[n].returned ||
		    o->lines[n].picked)
			return; /* what HQ itself said before would be lost with it */
	o->status = "ready";
	r->heard.orders[i].status = "ready";
	put_order(r, i, true);
}

/* All orders once more, as a new generation of records. */
static void snapshot(struct run *r)
{
	struct door_event e = { .kind = DOOR_DOWN };
	char upto[128];
	struct buf b;
	int parts = (r->plan.orders + ORDERS_A_MESSAGE - 1) / ORDERS_A_MESSAGE;

	r->heard.orders_told = 0;
	write_upto(r, upto, sizeof(upto));
	e.down.stream = STREAM_ORDERS;
	e.down.what = DOWN_OFFER;
	e.down.epoch = HQ_EPOCH;
	e.down.seq = r->hq_seq[STREAM_ORDERS];
	e.down.parts = parts;
	e.down.direct = true;
	e.down.upto = (struct span){ 0, (uint32_t)strlen(upto) };
	text_fmt(e.down.snapshot, sizeof(e.down.snapshot), "snap%lld", (long long)++r->hq_rev);
	run_note(r, "   HQ offers a snapshot %s", upto);
	replay_keep(r, true, &e, slice_of(upto));
	bench_submit(&r->station, &e, slice_of(upto));
	e.down.what = DOWN_PART;
	for (int part = 1; part <= parts; part++) {
		buf_init(&b, ops_text, sizeof(ops_text));
		buf_text(&b, "[");
		for (int i = (part - 1) * ORDERS_A_MESSAGE;
		     i < part * ORDERS_A_MESSAGE && i < r->plan.orders; i++)
			if (r->heard.orders[i].there)
				order_op(r, &b, i, false);
		buf_text(&b, "]");
		e.down.part = part;
		e.down.upto = (struct span){ 0 };
		e.down.ops = (struct span){ 0, (uint32_t)b.len };
		if (!buf_str(&b))
			continue;
		run_note(r, "   part %d: %s", part, ops_text);
		replay_keep(r, true, &e, slice_of(ops_text));
		bench_submit(&r->station, &e, slice_of(ops_text));
	}
}

/* To an ask for one order. */
static void answer(struct run *r, struct chance *c)
{
	struct door_event e = { .kind = DOOR_DOWN };
	const int i = order_of(slice_of(r->station.asked_order));
	struct buf b;

	if (!r->station.ask[0])
		return;
	e.down.stream = STREAM_ORDERS;
	e.down.what = DOWN_ANSWER;
	e.down.direct = true;
	text_fmt(e.down.ask, sizeof(e.down.ask), "%s", r->station.ask);
	text_fmt(e.down.order, sizeof(e.down.order), "%s", r->station.asked_order);
	e.down.found = i >= 0 && r->heard.orders[i].there && chance_in(c, 800);
	r->station.ask[0] = '\0';
	buf_init(&b, ops_text, sizeof(ops_text));
	buf_text(&b, "[");
	if (e.down.found) {
		const int64_t rev = r->hq_rev;

		/* As it was written last. */
		r->hq_rev = r->heard.orders[i].rev - 1;
		order_op(r, &b, i, false);
		r->hq_rev = rev;
	}
	buf_text(&b, "]");
	if (!buf_str(&b))
		return;
	e.down.ops = (struct span){ 0, (uint32_t)b.len };
	run_note(r, "   HQ answers %s", ops_text);
	bench_submit(&r->station, &e, slice_of(ops_text));
}

void hq_act(struct run *r, struct chance *c, int kind)
{
	const int i = (int)chance_below(c, r->plan.orders);
	struct chance again = *c;

	switch (kind) {
	case HQ_HEARS:
		hq_hear(r);
		break;
	case HQ_WRITES:
		if (chance_in(c, 700))
			hq_hear(r);
		if (r->heard.orders[i].there)
			put_order(r, i, false);
		break;
	case HQ_CHANGES:
		if (!r->heard.orders[i].there)
			break;
		hq_hear(r);
		if (chance_in(c, 80))
			take_out(r, i);
		chance_next(c);
		again = *c;
		hq_change(r, c, &r->books.orders[i]);
		hq_change(r, &again, &r->heard.orders[i]);
		put_order(r, i, false);
		break;
	case HQ_SLOPPY:
		hq_hear(r);
		if (r->books.orders[i].there)
			write_sloppily(r, i);
		break;
	case HQ_STOCK:
		if (chance_in(c, 600))
			hq_hear(r);
		put_stock(r, UINT64_C(1) << i % SKUS);
		break;
	case HQ_SNAPSHOT:
		if (chance_in(c, 500))
			hq_hear(r);
		snapshot(r);
		break;
	case HQ_ANSWERS:
		answer(r, c);
		break;
	default:
		put_policy(r, c, plan_policy_name((int)chance_below(c, 5)));
		break;
	}
}
