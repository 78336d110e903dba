// SPDX-License-Identifier: Apache-2.0
/*
 * The other lane of the store: what it tells, which it decides by the books as if it knew all.
 * Seldom it does not, and hands over what was handed over here as well; then laws of sums are off
 * for the order.
 */
#include "tests/property/property.h"

#include <string.h>

#include "firmware/base/clock.h"

#define BODY_TEXT_MAX 4096

/* The first line of an order with pieces, -1 none. */
static int line_with(const struct book_order *o, int64_t (*left)(const struct book_line *l))
{
	for (int i = 0; i < o->line_count; i++)
		if (!o->lines[i].gone && o->lines[i].kind <= GIFT_CARD && left(&o->lines[i]) > 0)
			return i;
	return -1;
}

static int64_t to_hand(const struct book_line *l)
{
	return l->qty - l->handed - l->short_;
}

static int64_t to_take_back(const struct book_line *l)
{
	return l->handed - l->returned;
}

static int64_t to_pick(const struct book_line *l)
{
	return to_hand(l) - (l->picked > l->handed ? l->picked - l->handed : 0);
}

static void send(struct run *r, const char *type, const char *body)
{
	static char text[BODY_TEXT_MAX + 512];
	struct door_event e = { .kind = DOOR_UP };
	char at[TIME_TEXT_MAX];
	struct json root;

	time_format(r->station.wall_ms, at);
	text_fmt(
		text, sizeof(text),
		"{\"epoch\":%d,\"events\":[{\"e\":{\"seq\":%lld,\"id\":\"K2-%lld\",\"type\":\"%s\","
		"\"at\":\"%s\",\"prev\":\"0\",\"body\":%s}}]}",
		SIBLING_EPOCH, (long long)r->books.seq_sibling + 1,
		(long long)r->books.seq_sibling + 1, type, at, body);
	if (json_check(slice_of(text), &root) < 0)
		return;
	books_hear(r, slice_of(text), true);
	text_fmt(e.up.lane, sizeof(e.up.lane), SIBLING_ID);
	e.up.epoch = SIBLING_EPOCH;
	root = json_get(root, "events");
	e.up.events = (struct span){ 0, (uint32_t)root.n };
	bench_submit(&r->station, &e, json_text(root));
}

static void hand_over(struct run *r, struct chance *c, int i)
{
	struct book_order *o = &r->books.orders[i];
	char text[BODY_TEXT_MAX], stock[256];
	const bool all = chance_in(c, 700);
	struct buf b;

	buf_init(&b, text, sizeof(text));
	buf_fmt(&b, "{\"order\":\"ZAM-%d\",\"rev\":1,\"method\":\"code\",\"mode\":\"online\"", i);
	jw_open(&b, "lines", '[');
	for (int n = 0; n < o->line_count; n++) {
		int64_t qty = o->lines[n].kind <= GIFT_CARD && !o->lines[n].gone
				      ? to_hand(&o->lines[n])
				      : 0;

		if (!all && n > 0)
			qty = 0;
		if (qty > 0)
			buf_fmt(&b, "%s{\"line\":%d,\"sku\":\"%s\",\"qty\":%lld,\"short\":0}",
				b.p[b.len - 1] == '[' ? "" : ",", n + 1, sku_names[o->lines[n].sku],
				(long long)qty);
	}
	jw_close(&b, ']');
	buf_fmt(&b, ",\"paid\":[],\"collector\":\"self\"%s,\"staff\":\"E9\"}",
		all || o->line_count == 1 ? "" : ",\"rest\":\"later\"");
	if (!buf_str(&b))
		return;
	send(r, "pickup.completed", text);
	text_fmt(stock, sizeof(stock),
		 "{\"sku\":\"%s\",\"delta\":-1,\"why\":\"pickup\",\"staff\":\"E9\"}",
		 sku_names[chance_below(c, SKUS)]);
	send(r, "stock.changed", stock);
}

/*
 * It could not hear that the order was handed over here, and does the same: which is told as a
 * double by whoever hears of it.
 */
static void hand_over_again(struct run *r, int i)
{
	struct book_order *o = &r->books.orders[i];
	char text[512];

	for (int n = 0; n < o->line_count; n++) {
		if (o->lines[n].last == 0)
			continue;
		o->doubled = true;
		text_fmt(
			text, sizeof(text),
			"{\"order\":\"ZAM-%d\",\"rev\":1,\"method\":\"code\",\"mode\":\"isolated\","
			"\"lines\":[{\"line\":%d,\"sku\":\"%s\",\"qty\":%lld,\"short\":0}],"
			"\"paid\":[],"
			"\"collector\":\"self\",\"staff\":\"E9\"}",
			i, n + 1, sku_names[o->lines[n].sku], (long long)o->lines[n].qty);
		send(r, "pickup.completed", text);
		if (o->doubles == 0)
			run_fail(r, "double",
				 "ZAM-%d was handed over here and there, and nobody says so", i);
		return;
	}
}

/* What the payments of an order can still give back, of the first that can. */
static struct book_payment *payment_with(struct book_order *o, bool online)
{
	for (int i = 0; i < o->payment_count; i++) {
		struct book_payment *p = &o->payments[i];

		if (p->captured && p->online == online && p->amount > p->refunded)
			return p;
	}
	return NULL;
}

static void take_back(struct run *r, struct chance *c, int i)
{
	struct book_order *o = &r->books.orders[i];
	const int n = line_with(o, to_take_back);
	struct book_line *l = &o->lines[n < 0 ? 0 : n];
	struct book_payment *p = payment_with(o, true);
	char text[BODY_TEXT_MAX];
	int64_t qty, gone, gross;

	if (n < 0 || !p)
		return;
	qty = 1 + chance_below(c, to_take_back(l));
	gone = l->short_ + l->returned;
	gross = (2 * l->paid * (gone + qty) + l->qty) / (2 * l->qty) -
		(2 * l->paid * gone + l->qty) / (2 * l->qty);
	text_fmt(text, sizeof(text),
		 "{\"return\":\"R%lld\",\"number\":\"ZW "
		 "1/k2\",\"order\":\"ZAM-%d\",\"store\":\"S1\","
		 "\"basis\":\"withdrawal\",\"document\":\"x\",\"lines\":[{\"line\":%d,\"sku\":\"%"
		 "s\","
		 "\"qty\":%lld,\"gross\":%lld,\"condition\":\"good\",\"to\":\"inspect\"}],"
		 "\"refund\":[],\"staff\":\"E9\"}",
		 (long long)r->books.seq_sibling, i, n + 1, sku_names[l->sku], (long long)qty,
		 (long long)gross);
	send(r, "return.accepted", text);
	if (gross > p->amount - p->refunded)
		gross = p->amount - p->refunded;
	if (gross <= 0)
		return;
	text_fmt(text, sizeof(text),
		 "{\"refund\":\"F%lld\",\"order\":\"ZAM-%d\",\"basis\":\"withdrawal\",\"legs\":[{"
		 "\"payment\":\"%s\",\"tender\":\"%s\",\"amount\":%lld}],\"staff\":\"E9\"}",
		 (long long)r->books.seq_sibling, i, p->id, p->tender, (long long)gross);
	send(r, "refund.requested", text);
}

static void prepare(struct run *r, struct chance *c, int i)
{
	struct book_order *o = &r->books.orders[i];
	const int n = line_with(o, to_pick);
	char text[512];

	if (!strcmp(o->status, "placed")) {
		text_fmt(text, sizeof(text), "{\"order\":\"ZAM-%d\",\"staff\":\"E9\"}", i);
		send(r, "order.claimed", text);
	} else if (!strcmp(o->status, "picking") && n >= 0 && chance_in(c, 700)) {
		text_fmt(text, sizeof(text),
			 "{\"order\":\"ZAM-%d\",\"line\":%d,\"qty\":%lld,\"staff\":\"E9\"}", i,
			 n + 1, (long long)(1 + chance_below(c, to_pick(&o->lines[n]))));
		send(r, "order.picked", text);
	} else if (!strcmp(o->status, "picking")) {
		text_fmt(text, sizeof(text),
			 "{\"order\":\"ZAM-%d\",\"shelf\":\"K2-1\",\"lines\":[],\"staff\":\"E9\"}",
			 i);
		send(r, "order.staged", text);
	}
}

static void pay(struct run *r, struct chance *c, int i)
{
	struct book_order *o = &r->books.orders[i];
	int64_t due = order_total(o) - order_captured(o);
	char text[512];

	/* Where pieces are short, somebody else's sums would be needed. */
	for (int n = 0; n < o->line_count; n++)
		if (o->lines[n].short_ > 0)
			due = 0;
	if (due <= 0 || o->payment_count > PAYMENTS_MAX - 4)
		return;
	text_fmt(text, sizeof(text),
		 "{\"order\":\"ZAM-%d\",\"payment\":\"k2p%lld\",\"tender\":\"%s\",\"amount\":%lld,"
		 "\"staff\":\"E9\"}",
		 i, (long long)r->books.seq_sibling, chance_in(c, 500) ? "cash" : "card",
		 (long long)(chance_in(c, 600) ? due : 1 + chance_below(c, due)));
	send(r, "payment.taken", text);
}

static void say_other(struct run *r, struct chance *c, int i)
{
	char text[256];

	switch (chance_below(c, 3)) {
	case 0:
		text_fmt(text, sizeof(text), "{\"order\":\"ZAM-%d\",\"desk\":\"kiosk\"}", i);
		send(r, "customer.arrived", text);
		break;
	case 1:
		text_fmt(text, sizeof(text), "{\"sku\":\"%s\",\"delta\":%d,\"why\":\"return\"}",
			 sku_names[chance_below(c, SKUS)], (int)chance_below(c, 9) - 4);
		send(r, "stock.changed", text);
		break;
	default:
		text_fmt(text, sizeof(text), "{\"order\":\"ZAM-%d\",\"desk\":\"counter\"}", i);
		send(r, "code.locked", text);
		break;
	}
}

void sibling_act(struct run *r, struct chance *c)
{
	const int i = (int)chance_below(c, r->plan.orders);
	struct book_order *o = &r->books.orders[i];
	const char *open = r->station.st->desks[DESK_COUNTER].row.order;
	char id[ID_MAX + 1];

	order_id(i, id);
	if (!o->there)
		return;
	/* It would know by the claim that this order is being served here. */
	if (!strcmp(open, id))
		return;
	if (chance_in(c, 300))
		say_other(r, c, i);
	else if (!strcmp(o->status, "ready") || !strcmp(o->status, "partly_collected"))
		chance_in(c, 400) ? pay(r, c, i) : hand_over(r, c, i);
	else if (o->ours && !o->doubled && !strcmp(o->status, "collected") && chance_in(c, 200))
		hand_over_again(r, i);
	else if (!strcmp(o->status, "collected"))
		take_back(r, c, i);
	else
		prepare(r, c, i);
}
