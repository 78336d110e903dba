// SPDX-License-Identifier: Apache-2.0
/* Random orders, and how HQ writes them. */
#include "tests/property/property.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/base/clock.h"
#include "firmware/trust/code.h"
#include "firmware/trust/hash.h"

#define DAY_MS (24 * 3600 * INT64_C(1000))

void order_id(int i, char id[ID_MAX + 1])
{
	text_fmt(id, ID_MAX + 1, "ZAM-%d", i);
}

int order_of(struct slice id)
{
	char text[16], *end;
	long n;

	if (!slice_starts(id, "ZAM-") || slice_copy(id, text, sizeof(text)) < 0)
		return -1;
	n = strtol(text + 4, &end, 10);
	return *end || n < 0 || n >= ORDERS_MAX ? -1 : (int)n;
}

/* ---- codes ---- */

static void pair(struct trust_pair *p)
{
	const uint8_t seed[TRUST_SEED_BYTES] = { 1 };

	trust_pair_from_seed(seed, p);
}

void plan_pin_key(struct trust_keys *keys)
{
	struct trust_pair p;

	pair(&p);
	keys->count = 1;
	keys->key[0] = (struct trust_key){ .kid = 1, .purpose = KEY_PICKUP };
	memcpy(keys->key[0].public_key, p.public_key, TRUST_PUBLIC_BYTES);
}

/* Signed once a process: signing takes longer than most events. */
const char *order_code(int i, int kind)
{
	static char codes[ORDERS_MAX + 1][4][CODE_TEXT_MAX];
	char *text = codes[i][kind];
	struct pickup_code c = { .kid = kind == 2 ? 9 : 1, .expires_s = kind == 1 ? 1 : 0 };
	struct trust_pair p;

	if (text[0])
		return text;
	pair(&p);
	text_fmt(c.store, sizeof(c.store), STORE_ID);
	order_id(i, c.order);
	code_sign(&c, &p, text);
	if (kind == 3)
		text[strlen(text) - 10] = text[strlen(text) - 10] == 'A' ? 'B' : 'A';
	return text;
}

void order_pin(int i, char pin[8])
{
	text_fmt(pin, 8, "%06d", 100000 + i * 7);
}

void order_phone(int i, char phone[16])
{
	text_fmt(phone, 16, "+4860010%04d", i / 3); /* some people have several orders */
}

/* ---- drawing ---- */

static void draw_line(struct chance *c, struct book_line *l, bool first)
{
	static const char *const substitutes[] = { NULL, "no", "similar", "ask" };
	int64_t price;

	*l = (struct book_line){ .sku = (int)chance_below(c, SKUS), .qty = 1 };
	if (!first && chance_in(c, 180))
		l->kind = chance_in(c, 500) ? DEPOSIT : chance_in(c, 600) ? DELIVERY : SERVICE;
	else if (chance_in(c, 40))
		l->kind = GIFT_CARD;
	if (l->sku < 6 && chance_in(c, 700))
		l->qty = 1 + chance_below(c, 6);
	price = sku_prices[l->sku];
	l->paid = price * l->qty;
	if (chance_in(c, 300) && l->qty >= 3) /* three for two */
		l->paid -= price * (l->qty / 3);
	if (chance_in(c, 400)) /* a discount that does not divide */
		l->paid -= chance_below(c, l->paid / 3 + 1);
	if (chance_in(c, 20))
		l->paid = 0;
	l->substitutes = substitutes[chance_below(c, 4)];
}

static void add_payment(struct book_order *o, const char *tender, int64_t amount, bool online)
{
	struct book_payment *p = &o->payments[o->payment_count++];

	*p = (struct book_payment){ .amount = amount, .captured = true, .online = online };
	text_fmt(p->id, sizeof(p->id), "p%d", o->payment_count);
	text_fmt(p->tender, sizeof(p->tender), "%s", tender);
}

/* Paid online, in part, or not at all; by one payment or several. */
static void draw_payments(struct chance *c, struct book_order *o, int64_t total)
{
	static const char *const tenders[] = { "card", "blik", "transfer", "gift", "points" };
	int64_t left = total;

	if (chance_in(c, 350))
		left = chance_in(c, 500) ? 0 : chance_below(c, total + 1);
	for (int n = 0; n < 3 && left > 0; n++) {
		const int64_t part = n < 2 && chance_in(c, 350) ? 1 + chance_below(c, left) : left;

		add_payment(o, tenders[chance_below(c, 5)], part, chance_in(c, 920));
		left -= part;
	}
}

static const char *draw_status(struct chance *c)
{
	static const char *const often[] = { "placed", "placed", "ready", "ready",
					     "ready",  "ready",	 "ready", "collected" };
	static const char *const seldom[] = { "picking",	 "in_transit", "partly_collected",
					      "cancelled",	 "expired",    "on_hold",
					      "awaiting_payment" };

	return chance_in(c, 850) ? often[chance_below(c, COUNT_OF(often))]
				 : seldom[chance_below(c, COUNT_OF(seldom))];
}

static void draw_more(struct chance *c, struct book_order *o, int i)
{
	const uint8_t secret[32] = { 0 };
	char hash[HASH_TEXT_MAX], phone[16], pin[8], id[ID_MAX + 1];
	struct slice digits;
	struct buf b;

	buf_init(&b, o->more, sizeof(o->more));
	order_pin(i, pin);
	order_id(i, id);
	digits = slice_of(pin);
	hash_keyed(secret, "pin", slice_of(id), &digits, hash);
	jw_str(&b, "pin_hash", hash);
	order_phone(i, phone);
	hash_keyed(secret, "phone", slice_of(phone), NULL, hash);
	buf_fmt(&b, ",\"customer\":{\"id\":\"C-%d\",\"name\":\"Anna %d\",\"phone_hash\":\"%s\"}",
		(int)chance_below(c, 6), i, hash);
	if (chance_in(c, 150))
		buf_text(&b, ",\"contract\":\"distance\"");
	if (chance_in(c, 80))
		buf_text(&b, ",\"channel\":\"store\"");
	if (chance_in(c, 100))
		buf_text(&b, ",\"buyer\":{\"kind\":\"business\",\"nip\":\"5260250995\"}");
	if (chance_in(c, 100))
		buf_text(&b, ",\"proxies\":[\"Jan N.\"]");
	if (chance_in(c, 40))
		buf_text(&b, ",\"store\":\"KRK-1\"");
	if (chance_in(c, 120))
		buf_text(
			&b,
			",\"fiscal\":{\"duty\":\"receipt\",\"state\":\"todo\",\"where\":\"till\"}");
	if (!buf_str(&b))
		o->more[0] = '\0';
}

static void draw_parcels(struct chance *c, struct book_order *o, int i)
{
	static const char *const states[] = { "expected", "arrived", "staged" };

	if (!chance_in(c, 200) && strcmp(o->status, "in_transit") != 0)
		return;
	o->parcel_count = 1 + (int)chance_below(c, PARCELS_DRAWN);
	for (int n = 0; n < o->parcel_count; n++) {
		text_fmt(o->parcels[n].label, sizeof(o->parcels[n].label), "LP.ZAM-%d.%d", i,
			 n + 1);
		o->parcels[n].state =
			!strcmp(o->status, "ready") ? "staged" : states[chance_below(c, 3)];
	}
}

static void draw(struct chance *c, struct book_order *o, int i)
{
	int64_t total = 0;

	*o = (struct book_order){ .there = true, .status = draw_status(c) };
	o->line_count = 1 + (int)chance_below(c, 4);
	for (int n = 0; n < o->line_count; n++) {
		struct book_line *l = &o->lines[n];

		draw_line(c, l, n == 0);
		total += l->paid;
		if (l->kind > GIFT_CARD)
			continue;
		if (!strcmp(o->status, "collected"))
			l->handed = l->qty;
		else if (!strcmp(o->status, "partly_collected"))
			l->handed = chance_below(c, l->qty + (n == 0 ? 0 : 1));
		if (!strcmp(o->status, "picking"))
			l->picked = chance_below(c, l->qty + 1);
	}
	draw_payments(c, o, total);
	if (!strcmp(o->status, "collected") && order_captured(o) < total)
		add_payment(o, "cash", total - order_captured(o), false);
	if (!strcmp(o->status, "ready"))
		text_fmt(o->shelf, sizeof(o->shelf), "A-%d", i % 7);
	if (chance_in(c, 300))
		o->collect_by_ms = WALL_MS + (chance_below(c, 9) - 2) * DAY_MS;
	draw_parcels(c, o, i);
	draw_more(c, o, i);
}

void orders_draw(struct run *r)
{
	for (int i = 0; i < r->plan.orders; i++) {
		struct chance c = { r->seed * 77 + (uint64_t)i * UINT64_C(0x9e3779b97f4a7c15) };

		if (!(r->orders_off >> i & 1))
			draw(&c, &r->books.orders[i], i);
	}
}

/* ---- writing ---- */

int64_t order_captured(const struct book_order *o)
{
	int64_t sum = 0;

	for (int i = 0; i < o->payment_count; i++)
		if (o->payments[i].captured)
			sum += o->payments[i].amount;
	return sum;
}

int64_t order_total(const struct book_order *o)
{
	int64_t sum = 0;

	for (int i = 0; i < o->line_count; i++)
		if (!o->lines[i].gone)
			sum += o->lines[i].paid;
	return sum;
}

static void write_swaps(const struct book_line *l, struct buf *b)
{
	jw_open(b, "substituted", '[');
	for (int i = 0; i < SKUS; i++) {
		if (l->swaps[i] <= 0)
			continue;
		jw_open(b, NULL, '{');
		jw_str(b, "gtin", sku_gtins[i]);
		jw_str(b, "sku", sku_names[i]);
		jw_int(b, "qty", l->swaps[i]);
		jw_close(b, '}');
	}
	jw_close(b, ']');
}

static void write_line(const struct book_order *o, int n, bool sloppy, struct buf *b)
{
	static const char *const kinds[] = { "goods", "gift_card", "deposit", "delivery",
					     "service" };
	const struct book_line *l = &o->lines[n];

	jw_open(b, NULL, '{');
	jw_int(b, "line", n + 1);
	jw_str(b, "kind", kinds[l->kind]);
	jw_str(b, "sku", sku_names[l->sku]);
	if (l->kind <= GIFT_CARD)
		jw_str(b, "gtin", sku_gtins[l->sku]);
	jw_str(b, "name", sku_names[l->sku]);
	jw_int(b, "qty", l->qty);
	jw_int(b, "paid", l->paid);
	jw_str(b, "vat", "23");
	if (l->sku == 3 && l->kind == GOODS)
		jw_raw(b, "age", slice_of("{\"min\":18}"));
	if (l->substitutes)
		jw_str(b, "substitutes", l->substitutes);
	if (!sloppy) {
		jw_int(b, "handed", l->handed);
		jw_int(b, "short", l->short_);
		jw_int(b, "returned", l->returned);
		jw_int(b, "picked", l->picked);
		write_swaps(l, b);
	}
	jw_close(b, '}');
}

static void write_payment(const struct book_payment *p, struct buf *b)
{
	jw_open(b, NULL, '{');
	jw_str(b, "id", p->id);
	jw_str(b, "tender", p->tender);
	jw_str(b, "state",
	       !p->captured		  ? "failed"
	       : p->refunded == 0	  ? "captured"
	       : p->refunded >= p->amount ? "refunded"
					  : "partly_refunded");
	jw_int(b, "amount", p->amount);
	if (p->refunded)
		jw_int(b, "refunded", p->refunded);
	if (!p->online)
		jw_str(b, "where", "till");
	jw_close(b, '}');
}

static void write_parcels(const struct book_order *o, struct buf *b)
{
	jw_open(b, "parcels", '[');
	for (int n = 0; n < o->parcel_count; n++) {
		jw_open(b, NULL, '{');
		jw_str(b, "label", o->parcels[n].label);
		jw_str(b, "state", o->parcels[n].state);
		if (o->parcels[n].shelf[0])
			jw_str(b, "shelf", o->parcels[n].shelf);
		if (o->parcels[n].packed)
			jw_bool(b, "packed", true);
		jw_open(b, "lines", '[');
		if (!o->parcels[n].packed && n < o->line_count)
			jw_int(b, NULL, n + 1);
		jw_close(b, ']');
		jw_close(b, '}');
	}
	jw_close(b, ']');
}

void order_write(const struct book_order *o, int i, bool sloppy, struct buf *b)
{
	const int64_t total = order_total(o);
	char text[TIME_TEXT_MAX];

	jw_open(b, NULL, '{');
	buf_fmt(b, "\"number\":\"ZK %d/2026\",\"status\":\"%s\",%s", i, o->status, o->more);
	if (o->shelf[0])
		jw_str(b, "shelf", o->shelf);
	if (o->collect_by_ms) {
		time_format(o->collect_by_ms, text);
		jw_str(b, "collect_by", text);
	}
	jw_open(b, "lines", '[');
	for (int n = 0; n < o->line_count; n++)
		if (!o->lines[n].gone)
			write_line(o, n, sloppy, b);
	jw_close(b, ']');
	if (o->parcel_count)
		write_parcels(o, b);
	jw_open(b, "payments", '[');
	for (int n = 0; n < o->payment_count; n++)
		write_payment(&o->payments[n], b);
	jw_close(b, ']');
	buf_fmt(b, ",\"totals\":{\"total\":%lld,\"due\":%lld}}", (long long)total,
		(long long)(total - order_captured(o)));
}
