// SPDX-License-Identifier: Apache-2.0
#include "firmware/counter/order.h"

#include <string.h>

#include "firmware/base/clock.h"

static const char *const status_names[] = {
	[ORDER_STATUS_UNKNOWN] = "unknown",
	[ORDER_AWAITING_PAYMENT] = "awaiting_payment",
	[ORDER_PLACED] = "placed",
	[ORDER_PICKING] = "picking",
	[ORDER_IN_TRANSIT] = "in_transit",
	[ORDER_READY] = "ready",
	[ORDER_PARTLY_COLLECTED] = "partly_collected",
	[ORDER_COLLECTED] = "collected",
	[ORDER_RETURNED] = "returned",
	[ORDER_CANCELLED] = "cancelled",
	[ORDER_EXPIRED] = "expired",
	[ORDER_ON_HOLD] = "on_hold",
};

const char *order_status_name(enum order_status s)
{
	return status_names[s];
}

enum order_status order_status_of(struct json word)
{
	for (size_t i = 1; i < COUNT_OF(status_names); i++)
		if (json_is(word, status_names[i]))
			return (enum order_status)i;
	return ORDER_STATUS_UNKNOWN;
}

enum order_status order_status_named(struct slice word)
{
	for (size_t i = 1; i < COUNT_OF(status_names); i++)
		if (slice_eq(word, status_names[i]))
			return (enum order_status)i;
	return ORDER_STATUS_UNKNOWN;
}

/* A member that may be absent; false when it is there and no whole number in 0..max. */
static bool read_number(struct json v, int64_t max, int64_t otherwise, int64_t *ret_value)
{
	if (v.type == JSON_NONE || v.type == JSON_NULL) {
		*ret_value = otherwise;
		return true;
	}
	return json_int(v, ret_value) == 0 && *ret_value >= 0 && *ret_value <= max;
}

static bool text_or_absent(struct json v)
{
	return v.type == JSON_NONE || v.type == JSON_NULL || v.type == JSON_STRING;
}

static bool read_time(struct json v, int64_t *ret_ms)
{
	char text[48];

	*ret_ms = 0;
	if (v.type == JSON_NONE || v.type == JSON_NULL)
		return true;
	return json_string(v, text, sizeof(text)) > 0 && time_parse(slice_of(text), ret_ms) == 0;
}

/* Of repeated members the first counts; all are found in one pass, since a snapshot has many. */
enum {
	LINE_ID,
	LINE_KIND,
	LINE_SKU,
	LINE_GTIN,
	LINE_NAME,
	LINE_QTY,
	LINE_PAID,
	LINE_HANDED,
	LINE_SHORT,
	LINE_RETURNED,
	LINE_AGE,
	LINE_MEMBERS,
};
static const char *const line_names[LINE_MEMBERS] = {
	"line", "kind", "sku", "gtin", "name", "qty", "paid", "handed", "short", "returned", "age",
};

static bool read_line(struct json v, struct order_line *l)
{
	struct json m[LINE_MEMBERS];

	json_pick(v, line_names, m, LINE_MEMBERS);
	*l = (struct order_line){ .json = v, .id = m[LINE_ID] };
	l->sku = m[LINE_SKU];
	l->gtin = m[LINE_GTIN];
	l->name = m[LINE_NAME];
	l->goods = m[LINE_KIND].type == JSON_NONE || json_is(m[LINE_KIND], "goods") ||
		   json_is(m[LINE_KIND], "gift_card");
	l->handed_known = m[LINE_HANDED].type == JSON_NUMBER;
	l->short_known = m[LINE_SHORT].type == JSON_NUMBER;
	l->returned_known = m[LINE_RETURNED].type == JSON_NUMBER;
	return (l->id.type == JSON_NUMBER || l->id.type == JSON_STRING) &&
	       l->id.n <= ORDER_LINE_ID_MAX && text_or_absent(l->sku) &&
	       l->sku.n <= ORDER_SKU_MAX && text_or_absent(l->gtin) && text_or_absent(l->name) &&
	       text_or_absent(m[LINE_KIND]) &&
	       read_number(m[LINE_QTY], ORDER_QTY_MAX, 1, &l->qty) && l->qty > 0 &&
	       read_number(m[LINE_PAID], MONEY_MAX, -1, &l->paid) &&
	       read_number(m[LINE_HANDED], ORDER_QTY_MAX, 0, &l->handed) &&
	       read_number(m[LINE_SHORT], ORDER_QTY_MAX, 0, &l->short_) &&
	       read_number(m[LINE_RETURNED], ORDER_QTY_MAX, 0, &l->returned) &&
	       read_number(json_get(m[LINE_AGE], "min"), 150, 0, &l->age_min);
}

static const char *read_lines(struct json lines, struct order *o)
{
	struct json_walk w = json_walk(lines);

	if (lines.type != JSON_NONE && lines.type != JSON_ARRAY)
		return "shape";
	while (json_next(&w)) {
		if (o->line_count == ORDER_LINES_MAX)
			return "too_many_lines";
		if (!read_line(w.value, &o->lines[o->line_count]))
			return "shape";
		if (order_line_find(o, json_text(o->lines[o->line_count].id)) >= 0)
			return "shape"; /* two lines of one id cannot be told apart */
		o->line_count++;
	}
	return NULL;
}

static bool read_payment(struct json v, struct order_payment *p)
{
	static const char *const names[] = {
		"id", "tender", "state", "where", "amount", "refunded"
	};
	struct json m[COUNT_OF(names)];

	json_pick(v, names, m, COUNT_OF(names));
	*p = (struct order_payment){ .id = m[0], .tender = m[1] };
	p->captured = json_is(m[2], "captured") || json_is(m[2], "partly_refunded") ||
		      json_is(m[2], "refunded");
	p->online = !json_is(m[3], "till");
	return read_number(m[4], MONEY_MAX, 0, &p->amount) &&
	       read_number(m[5], MONEY_MAX, 0, &p->refunded) && text_or_absent(p->id) &&
	       p->id.n <= ORDER_PAYMENT_TEXT_MAX && text_or_absent(p->tender) &&
	       p->tender.n <= ORDER_PAYMENT_TEXT_MAX;
}

static const char *read_payments(struct json payments, struct order *o)
{
	struct json_walk w = json_walk(payments);

	if (payments.type != JSON_NONE && payments.type != JSON_ARRAY)
		return "shape";
	while (json_next(&w)) {
		if (o->payment_count == ORDER_PAYMENTS_MAX)
			return "too_many_payments";
		if (!read_payment(w.value, &o->payments[o->payment_count]))
			return "shape";
		o->payment_count++;
	}
	return NULL;
}

/* Lines, total and payments tell one story, or nobody may act on it. What is absent is unknown
 * and contradicts nothing. */
static bool amounts_agree(const struct order *o, bool payments_known)
{
	int64_t lines = 0, captured = 0;
	bool lines_known = o->line_count > 0;

	for (int i = 0; i < o->line_count; i++) {
		lines_known = lines_known && o->lines[i].paid >= 0;
		lines += o->lines[i].paid;
	}
	for (int i = 0; i < o->payment_count; i++)
		if (o->payments[i].captured)
			captured += o->payments[i].amount;
	if (lines_known && o->total >= 0 && lines != o->total)
		return false;
	if (o->total < 0)
		return true;
	if (payments_known)
		return captured + (o->due < 0 ? 0 : o->due) == o->total;
	return o->due <= o->total;
}

enum {
	HEAD_STATUS,
	HEAD_NUMBER,
	HEAD_STORE,
	HEAD_SHELF,
	HEAD_PARCELS,
	HEAD_CUSTOMER,
	HEAD_NONCE,
	HEAD_PIN,
	HEAD_COLLECTED,
	HEAD_TOTALS,
	HEAD_PROMISED,
	HEAD_COLLECT_BY,
	HEAD_LINES,
	HEAD_PAYMENTS,
	HEAD_FULFILMENT,
	HEAD_CONTRACT,
	HEAD_MEMBERS,
};
static const char *const head_names[HEAD_MEMBERS] = {
	"status",     "number",	  "store",	"shelf",    "parcels",	   "customer",
	"code_nonce", "pin_hash", "collected",	"totals",   "promised_at", "collect_by",
	"lines",      "payments", "fulfilment", "contract",
};

static bool read_heads(const struct json m[HEAD_MEMBERS], struct order *o)
{
	static const char *const total_names[] = { "total", "due" };
	struct json totals[COUNT_OF(total_names)], lang;

	json_pick(m[HEAD_TOTALS], total_names, totals, COUNT_OF(total_names));
	o->number = m[HEAD_NUMBER];
	o->store = m[HEAD_STORE];
	o->shelf = m[HEAD_SHELF];
	o->parcels = m[HEAD_PARCELS];
	o->customer = m[HEAD_CUSTOMER];
	o->code_nonce = m[HEAD_NONCE];
	o->pin_hash = m[HEAD_PIN];
	o->collected = m[HEAD_COLLECTED];
	o->ships = json_is(m[HEAD_FULFILMENT], "ship");
	o->reservation = json_is(m[HEAD_CONTRACT], "reservation");
	lang = json_get(o->customer, "lang");
	o->language = json_is(lang, "en")   ? LANGUAGE_EN
		      : json_is(lang, "uk") ? LANGUAGE_UK
					    : LANGUAGE_PL;
	return text_or_absent(m[HEAD_STATUS]) && text_or_absent(o->number) &&
	       text_or_absent(o->store) && text_or_absent(o->shelf) &&
	       text_or_absent(o->code_nonce) && text_or_absent(o->pin_hash) &&
	       (o->parcels.type == JSON_NONE || o->parcels.type == JSON_ARRAY) &&
	       (m[HEAD_TOTALS].type == JSON_NONE || m[HEAD_TOTALS].type == JSON_OBJECT) &&
	       (o->customer.type == JSON_NONE || o->customer.type == JSON_OBJECT) &&
	       read_number(totals[0], MONEY_MAX, -1, &o->total) &&
	       read_number(totals[1], MONEY_MAX, -1, &o->due) &&
	       read_time(m[HEAD_PROMISED], &o->promised_ms) &&
	       read_time(m[HEAD_COLLECT_BY], &o->collect_by_ms);
}

const char *order_read(struct slice id, int64_t rev, struct json body, struct order *ret_order)
{
	struct order *o = ret_order;
	struct json m[HEAD_MEMBERS];
	const char *why;

	o->id = id;
	o->rev = rev;
	o->body = body;
	o->line_count = o->payment_count = 0;
	o->receipted = false;
	json_pick(body, head_names, m, HEAD_MEMBERS);
	if (body.type != JSON_OBJECT || !read_heads(m, o))
		return "shape";
	o->status = order_status_of(m[HEAD_STATUS]);
	why = read_lines(m[HEAD_LINES], o);
	if (!why)
		why = read_payments(m[HEAD_PAYMENTS], o);
	if (!why && !amounts_agree(o, m[HEAD_PAYMENTS].type == JSON_ARRAY))
		why = "amounts_mismatch";
	/* In a collected order an absent `handed` is all that was not short. */
	for (int i = 0; !why && o->status == ORDER_COLLECTED && i < o->line_count; i++)
		if (!o->lines[i].handed_known)
			o->lines[i].handed = o->lines[i].qty - o->lines[i].short_;
	return why;
}

int64_t order_line_left(const struct order_line *line)
{
	int64_t left = line->qty - line->handed - line->short_;

	return left > 0 ? left : 0;
}

static const char *const kepts[] = {
	[KEPT_NOTHING] = "",
	[KEPT_AGE] = "age",
	[KEPT_HOURS] = "hours",
	[KEPT_RECALLED] = "recalled",
};

const char *kept_name(enum kept k)
{
	return kepts[k];
}

enum kept kept_of(struct json word)
{
	for (size_t i = 1; i < COUNT_OF(kepts); i++)
		if (json_is(word, kepts[i]))
			return (enum kept)i;
	return KEPT_NOTHING;
}

bool order_finished(const struct order *o)
{
	bool any = false;

	for (int i = 0; i < o->line_count; i++) {
		if (o->lines[i].goods && order_line_left(&o->lines[i]) > 0)
			return false;
		any = any || o->lines[i].goods;
	}
	return any;
}

/* What pieces that came back were worth, behind those that were short. */
static int64_t worth_back(const struct order_line *l)
{
	const int64_t gone = l->short_ < l->qty ? l->short_ : l->qty;
	const int64_t left = l->qty - gone;

	return l->paid > 0 && l->returned > 0
		       ? money_part(l->paid, l->qty, gone, l->returned < left ? l->returned : left)
		       : 0;
}

/* What pieces that are short were worth, deposits too, as far as nothing was paid back for them.
 * What was paid back for pieces that came back pays for nothing that is short. */
static int64_t short_unpaid(const struct order *o)
{
	int64_t worth = 0, back = 0;

	for (int i = 0; i < o->payment_count; i++)
		back += o->payments[i].refunded;
	for (int i = 0; i < o->line_count; i++) {
		const struct order_line *l = &o->lines[i];

		back -= worth_back(l);
		if (l->paid > 0 && l->short_ > 0)
			worth += money_part(l->paid, l->qty, 0,
					    l->short_ < l->qty ? l->short_ : l->qty);
	}
	worth -= back > 0 ? back : 0;
	return worth > 0 ? worth : 0;
}

int64_t order_due(const struct order *o)
{
	const int64_t due = o->due > 0 ? o->due - short_unpaid(o) : 0;

	return due > 0 ? due : 0;
}

void order_number(const struct order *o, char *dst, size_t cap)
{
	if (json_string(o->number, dst, cap) <= 0 && slice_copy(o->id, dst, cap) < 0)
		slice_copy(slice_of("?"), dst, cap);
}

int order_line_find(const struct order *o, struct slice id)
{
	for (int i = 0; i < o->line_count; i++)
		if (slice_same(json_text(o->lines[i].id), id))
			return i;
	return -1;
}

bool order_line_is_deposit(const struct order_line *line)
{
	return json_is(json_get(line->json, "kind"), "deposit");
}

int order_deposit_goods(const struct order *o, int deposit)
{
	const struct order_line *d = &o->lines[deposit];
	const struct json of = json_get(d->json, "of");
	int only = -1, count = 0;

	if (of.type != JSON_NONE)
		return order_line_find(o, json_text(of));
	for (int i = 0; i < o->line_count; i++) {
		if (!o->lines[i].goods)
			continue;
		if (d->sku.type == JSON_STRING &&
		    slice_same(json_text(d->sku), json_text(o->lines[i].sku)))
			return i;
		only = i;
		count++;
	}
	return count == 1 ? only : -1;
}

int64_t order_deposit_short(const struct order *o, int deposit, int64_t n)
{
	const struct order_line *d = &o->lines[deposit];
	const int goods = order_line_is_deposit(d) ? order_deposit_goods(o, deposit) : -1;
	int64_t all, left = d->qty - d->short_ - d->returned;

	if (goods < 0 || !o->lines[goods].goods || n <= 0)
		return 0;
	/* A pack has several bottles, so not always one for one. */
	all = d->qty * (o->lines[goods].short_ + n) / o->lines[goods].qty -
	      d->qty * o->lines[goods].short_ / o->lines[goods].qty;
	left = left > 0 ? left : 0;
	return all < left ? all : left;
}
