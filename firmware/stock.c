// SPDX-License-Identifier: Apache-2.0
#include "firmware/stock.h"

#include <string.h>

#include "firmware/approvals.h"
#include "firmware/ledger.h"
#include "firmware/orders.h"

#define REASON_TEXT_MAX 201
#define OTHERS_SHOWN	40
#define STORE_NAME_MAX	128

struct stock_policy stock_policy_now(struct station *st)
{
	return stock_policy_read(policy_get(st, "stock"));
}

bool stock_product(struct station *st, const char *text, char ret_sku[ID_MAX + 1])
{
	const struct barcode_rules rules = barcode_rules_now(st);
	struct record r;
	struct scan s;

	if (id_valid(slice_of(text)) &&
	    (store_find(st->store, STREAM_CATALOG, slice_of(text), &r) ||
	     store_find(st->store, STREAM_STOCK, slice_of(text), &r)))
		return text_fmt(ret_sku, ID_MAX + 1, "%s", text) == 0;
	scan_read(slice_of(text), SYMBOLOGY_UNKNOWN, &rules, &s);
	if (s.kind == SCAN_CARD_LIKE)
		desk_resolve_card_like(st, &s);
	return s.kind == SCAN_GTIN && product_by_code(st, &s.code, ret_sku);
}

/* ---- figures ---- */

int64_t stock_on_hand(struct station *st, const char *sku, bool *ret_known)
{
	struct record r;
	struct json body;
	int64_t n = 0;
	const bool said = store_find(st->store, STREAM_STOCK, slice_of(sku), &r) &&
			  json_check(r.body, &body) == 0 &&
			  json_int(json_get(body, "on_hand"), &n) == 0 && n >= -STOCK_MAX &&
			  n <= STOCK_MAX;

	/* What HQ does not know it takes for none, and counts from there. */
	*ret_known = said || store_stock_moved(st->store, slice_of(sku));
	return (said ? n : 0) + store_stock_delta(st->store, slice_of(sku));
}

static void add_held(struct station *st, const char *order, const char *sku,
		     struct stock_figures *f)
{
	struct stock_hold h;

	if (!order_load(st, slice_of(order)))
		return;
	h = stock_held(&st->order, st->config->store, sku);
	f->reserved += h.reserved;
	f->aside += h.aside;
}

static void add_orders(struct station *st, const char *sku, struct stock_figures *f)
{
	const int64_t gen = store_cursor(st->store, STREAM_ORDERS).gen;
	char id[ID_MAX + 1] = "", quoted[ID_MAX + 3];

	while (store_lookup_next(st->store, gen, LOOKUP_SKU, slice_of(sku), id))
		add_held(st, id, sku, f);
	/* A substitute is not in HQ's record yet, or never. */
	text_fmt(quoted, sizeof(quoted), "\"%s\"", sku);
	id[0] = '\0';
	while (store_over_swapped(st->store, quoted, id))
		if (!store_lookup_has(st->store, gen, LOOKUP_SKU, slice_of(sku), slice_of(id)))
			add_held(st, id, sku, f);
}

struct stock_figures stock_figures(struct station *st, const char *sku)
{
	struct stock_figures f = { 0 };

	f.on_hand = stock_on_hand(st, sku, &f.known);
	add_orders(st, sku, &f);
	f.available = f.on_hand - f.reserved;
	return f;
}

/* ---- who else has it ---- */

void stock_store_name(struct station *st, const char *store, char *dst, size_t cap)
{
	const struct json name = json_get(json_get(policy_get(st, "stores"), store), "name");

	if (json_string(name, dst, cap) <= 0)
		text_fmt(dst, cap, "%s", store);
}

/* What HQ says of other stores; borrows st->doc, since policies are read meanwhile. */
static struct json others_of(struct station *st, const char *sku)
{
	struct json body, none = { 0 };
	struct record r;

	if (!store_find(st->store, STREAM_STOCK, slice_of(sku), &r) || r.body.n > sizeof(st->doc))
		return none;
	memcpy(st->doc, r.body.p, r.body.n);
	return json_check((struct slice){ st->doc, r.body.n }, &body) == 0 ? json_get(body, "other")
									   : none;
}

static bool read_other(const struct station *st, struct json v, char store[ID_MAX + 1],
		       int64_t *ret_on_hand)
{
	return json_string(json_get(v, "store"), store, ID_MAX + 1) > 0 &&
	       id_valid(slice_of(store)) && strcmp(store, st->config->store) != 0 &&
	       json_int(json_get(v, "on_hand"), ret_on_hand) == 0 && *ret_on_hand >= -STOCK_MAX &&
	       *ret_on_hand <= STOCK_MAX;
}

static void write_others(struct station *st, struct buf *b, const char *sku, bool staff)
{
	char store[ID_MAX + 1], name[STORE_NAME_MAX];
	int64_t on_hand;
	int n = 0;

	jw_open(b, "other", '[');
	for (struct json_walk w = json_walk(others_of(st, sku));
	     json_next(&w) && n < OTHERS_SHOWN;) {
		if (!read_other(st, w.value, store, &on_hand) || (!staff && on_hand <= 0))
			continue;
		stock_store_name(st, store, name, sizeof(name));
		jw_open(b, NULL, '{');
		jw_str(b, "store", store);
		jw_str(b, "name", name);
		jw_value(b, "address",
			 json_get(json_get(policy_get(st, "stores"), store), "address"));
		jw_int(b, "on_hand", on_hand);
		jw_close(b, '}');
		n++;
	}
	jw_close(b, ']');
}

bool stock_store_known(struct station *st, const char *sku, const char *store)
{
	char other[ID_MAX + 1];
	int64_t on_hand;

	if (strcmp(store, st->config->store) == 0)
		return false;
	for (struct json_walk w = json_walk(others_of(st, sku)); json_next(&w);)
		if (read_other(st, w.value, other, &on_hand) && !strcmp(other, store))
			return true;
	return json_get(policy_get(st, "stores"), store).type == JSON_OBJECT;
}

static void write_known(struct buf *b, const char *name, bool known, int64_t n)
{
	if (known)
		jw_int(b, name, n);
	else
		jw_null(b, name);
}

void stock_document(struct station *st, struct buf *b, const char *sku,
		    const struct stock_figures *f, bool staff)
{
	if (staff) {
		write_known(b, "on_hand", f->known, f->on_hand);
		jw_int(b, "reserved", f->reserved);
		jw_int(b, "aside", f->aside);
	}
	write_known(b, "available", f->known, staff || f->available > 0 ? f->available : 0);
	write_others(st, b, sku, staff);
}

/* ---- changes ---- */

void stock_change(struct station *st, const struct call *c, const char *sku, int64_t delta,
		  const char *why, const char *more)
{
	struct buf b = event_begin(st);
	int64_t seq;

	jw_str(&b, "sku", sku);
	jw_int(&b, "delta", delta);
	jw_str(&b, "why", why);
	if (more[0]) {
		buf_byte(&b, ',');
		buf_text(&b, more);
	}
	jw_str(&b, "staff", c->session.row.staff);
	jw_approval(&b, approval_of(st, c));
	seq = event_end(st, "stock.changed", &b, (struct slice){ 0 }, NULL);
	store_stock_delta_add(st->store, slice_of(sku), delta, st->config->lane, st->ledger.epoch,
			      seq);
	st->dirty = true;
}

static void adjust(struct station *st, const struct call *c, const char *sku, int64_t delta,
		   const char *reason)
{
	struct word_values v = words_none();
	char name[PRODUCT_NAME_MAX], figure[24], members[64], more[2 * REASON_TEXT_MAX + 16];
	struct buf b;
	bool known;

	buf_init(&b, more, sizeof(more));
	jw_str(&b, "reason", reason);
	stock_change(st, c, sku, delta, "adjust", buf_str(&b) ? more : "");
	text_fmt(figure, sizeof(figure), "%lld", (long long)stock_on_hand(st, sku, &known));
	product_name(st, sku, st->desks[c->desk].language, name);
	v.item = name;
	v.order = figure;
	notice_word(st, c->desk, NOTICE_GOOD, "stock", WORD_STOCK_NOW, WORD_STOCK_NOW, &v);
	notice_hide_from_customer(st, c->desk);
	text_fmt(members, sizeof(members), "\"on_hand\":%s", figure);
	answer_ok(st, c, members);
}

static void verb_stock_adjust(struct station *st, const struct call *c, struct json args)
{
	struct adjust_facts f = { .approved = !approval_missing(st, c, 1u << NEED_STOCK, 0) };
	char text[REASON_TEXT_MAX], sku[ID_MAX + 1] = "", reason[REASON_TEXT_MAX] = "";
	struct word_values v = words_none();
	struct stock_policy policy;
	enum reason r;

	if (json_string(json_get(args, "sku"), text, sizeof(text)) <= 0 ||
	    json_int(json_get(args, "delta"), &f.delta) < 0 ||
	    (json_get(args, "reason").type != JSON_NONE &&
	     json_string(json_get(args, "reason"), reason, sizeof(reason)) < 0) ||
	    text_has_control(slice_of(text)) || text_has_control(slice_of(reason))) {
		answer_no(st, c, 400, REASON_BAD_REQUEST, &v);
		return;
	}
	f.known = stock_product(st, text, sku);
	f.reason = reason;
	policy = stock_policy_now(st); /* borrows what is read for it, so last */
	r = stock_adjust(&policy, &f);
	v.item = text;
	if (r == REASON_NONE)
		adjust(st, c, sku, f.delta, reason);
	else if (r == REASON_APPROVAL_NEEDED)
		approval_ask(st, c, 1u << NEED_STOCK, 0, "", r, &v);
	else
		answer_no(st, c, 409, r, &v);
}

const struct verb stock_verbs[] = {
	{ "stock.adjust", false, false, ROLE_CLERK, verb_stock_adjust },
	{ 0 },
};
