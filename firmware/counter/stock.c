// SPDX-License-Identifier: Apache-2.0
#include "firmware/counter/stock.h"

#include <string.h>

#include "firmware/counter/prep.h"

#define APPROVE_ABOVE 10
#define DRAFT_QTY_MAX 10
#define DRAFT_MARK    "{draft}"

/* A number of pieces, or what counts where policy says none. */
static int64_t pieces(struct json v, int64_t otherwise)
{
	const int64_t n = json_int_or(v, -1);

	return n >= 0 && n <= STOCK_ADJUST_MAX ? n : otherwise;
}

struct stock_policy stock_policy_read(struct json stock)
{
	return (struct stock_policy){
		.reasons = json_get(stock, "reasons"),
		.approve_above = pieces(json_get(stock, "approve_above"), APPROVE_ABOVE),
		.recount_above = pieces(json_get(stock, "recount_above"), -1),
		.recount_moved = !json_false(json_get(stock, "recount_moved")),
		.aside_apart = json_is(json_get(stock, "aside"), "apart"),
	};
}

static bool reason_good(const struct stock_policy *p, const char *reason)
{
	if (json_count(p->reasons) == 0)
		return reason[0] != '\0';
	for (struct json_walk w = json_walk(p->reasons); json_next(&w);)
		if (json_is(w.value, reason))
			return true;
	return false;
}

static int64_t size_of(int64_t n)
{
	return n < 0 ? -n : n;
}

enum reason stock_adjust(const struct stock_policy *p, const struct adjust_facts *f)
{
	if (f->delta == 0 || f->delta < -STOCK_ADJUST_MAX || f->delta > STOCK_ADJUST_MAX)
		return REASON_BAD_REQUEST;
	if (!f->known)
		return REASON_ITEM_UNKNOWN;
	if (!reason_good(p, f->reason))
		return REASON_REASON_NEEDED;
	return size_of(f->delta) > p->approve_above && !f->approved ? REASON_APPROVAL_NEEDED
								    : REASON_NONE;
}

/* ---- what orders hold ---- */

static bool is_here(const struct order *o)
{
	return o->status == ORDER_READY || o->status == ORDER_PARTLY_COLLECTED;
}

static bool holds(const struct order *o, const char *store)
{
	return (o->store.type != JSON_STRING || json_is(o->store, store)) &&
	       (o->status == ORDER_PLACED || o->status == ORDER_PICKING || is_here(o));
}

static int64_t least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* A line holds what was ordered, and in place of some of it what replaces that. */
static struct stock_hold held_by_line(const struct order_line *l, bool here, const char *sku)
{
	const int64_t left = order_line_left(l);
	int64_t of[SWAPS_MAX], others = swaps_leave(l, left, of);
	struct stock_hold h = { 0, 0 };
	struct swap swaps[SWAPS_MAX];
	const int n = swaps_read(l, swaps);

	for (int i = 0; i < n; i++)
		if (!strcmp(swaps[i].sku, sku))
			h.reserved += of[i];
	h.aside = h.reserved;
	if (json_is(l->sku, sku)) {
		const int64_t own = left - others, found = l->picked - l->handed;

		h.reserved += own;
		h.aside += here ? own : least(own, found > 0 ? found : 0);
	}
	return h;
}

struct stock_hold stock_held(const struct order *o, const char *store, const char *sku)
{
	struct stock_hold all = { 0, 0 };
	const bool here = is_here(o);

	for (int i = 0; holds(o, store) && i < o->line_count; i++) {
		const struct order_line *l = &o->lines[i];
		struct stock_hold h;

		/* What comes in a parcel is in no figure of this store before it is here. */
		if (!l->goods || (l->boxed && !here) || order_line_left(l) <= 0)
			continue;
		h = held_by_line(l, here, sku);
		all.reserved += h.reserved;
		all.aside += h.aside;
	}
	return all;
}

/* ---- counting ---- */

enum reason stock_count(const struct stock_policy *p, const struct count_facts *f,
			int64_t *ret_expected)
{
	const int64_t expected = f->on_hand - (p->aside_apart ? f->aside : 0);
	const int64_t off = size_of(f->counted - expected);

	if (off > STOCK_DELTA_MAX)
		return REASON_QUANTITY_EXCEEDED;
	if (!f->again && p->recount_above >= 0 && off > p->recount_above)
		return REASON_RECOUNT;
	/* Whether what left since lay among what was counted, nobody knows. */
	if (!f->again && p->recount_moved && f->moved != 0)
		return REASON_RECOUNT;
	*ret_expected = expected;
	return REASON_NONE;
}

/* ---- endless aisle ---- */

struct draft_policy draft_policy_read(struct json kiosk)
{
	struct draft_policy p = { .max_qty = pieces(json_get(kiosk, "max_qty"), DRAFT_QTY_MAX),
				  .slip = json_true(json_get(kiosk, "slip")) };
	const char *mark;

	if (json_string(json_get(kiosk, "draft_url"), p.url, sizeof(p.url)) <= 0)
		return p;
	mark = strstr(p.url, DRAFT_MARK);
	p.offered = mark && !strstr(mark + 1, DRAFT_MARK) && !text_has_control(slice_of(p.url));
	return p;
}

enum reason draft_verdict(const struct draft_policy *p, const struct draft_facts *f)
{
	if (f->qty < 1 || f->qty > STOCK_ADJUST_MAX)
		return REASON_BAD_REQUEST;
	if (!p->offered)
		return REASON_FORBIDDEN;
	if (!f->known)
		return REASON_ITEM_UNKNOWN;
	if (f->blocked)
		return REASON_RECALLED;
	if (f->qty > p->max_qty)
		return REASON_QUANTITY_EXCEEDED;
	return f->home || f->store_known ? REASON_NONE : REASON_NOT_FOUND;
}

bool draft_link(const struct draft_policy *p, const char *draft, char ret_link[DRAFT_LINK_MAX])
{
	const char *mark = strstr(p->url, DRAFT_MARK);

	return mark && text_fmt(ret_link, DRAFT_LINK_MAX, "%.*s%s%s", (int)(mark - p->url), p->url,
				draft, mark + sizeof(DRAFT_MARK) - 1) == 0;
}
