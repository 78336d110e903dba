// SPDX-License-Identifier: Apache-2.0
#include "firmware/counter/prep.h"

#include <string.h>

bool prep_status_ends(enum order_status hq)
{
	return hq == ORDER_CANCELLED || hq == ORDER_COLLECTED || hq == ORDER_RETURNED ||
	       hq == ORDER_ON_HOLD;
}

static enum reason verdict_of_status(const struct prep_facts *f)
{
	const struct order *o = f->order;

	switch (o->status) {
	case ORDER_PLACED:
	case ORDER_PICKING:
	case ORDER_READY:
		if (f->unstaged && !f->put_back_approved)
			return REASON_EXPIRED;
		return order_finished(o) ? REASON_CANCELLED : REASON_NONE;
	case ORDER_EXPIRED:
		if (order_finished(o))
			return REASON_CANCELLED;
		return f->put_back_approved ? REASON_NONE : REASON_EXPIRED;
	case ORDER_PARTLY_COLLECTED:
	case ORDER_COLLECTED:
	case ORDER_RETURNED:
		return REASON_ALREADY_COLLECTED;
	case ORDER_CANCELLED:
		return REASON_CANCELLED;
	case ORDER_AWAITING_PAYMENT:
		return REASON_PAYMENT_DUE;
	case ORDER_STATUS_UNKNOWN:
	case ORDER_IN_TRANSIT:
	case ORDER_ON_HOLD:
		return REASON_NOT_READY;
	}
	return REASON_NOT_READY;
}

enum reason prep_verdict(const struct prep_facts *f)
{
	enum reason r;

	if (!f->order)
		return REASON_NOT_FOUND;
	if (f->order->store.type == JSON_STRING && !json_is(f->order->store, f->store))
		return REASON_WRONG_STORE;
	r = verdict_of_status(f);
	if (r != REASON_NONE)
		return r;
	return f->taken && !f->taken_approved ? REASON_BEING_SERVED : REASON_NONE;
}

bool prep_open(const struct order *o, const char *store)
{
	if (o->store.type == JSON_STRING && !json_is(o->store, store))
		return false;
	return (o->status == ORDER_PLACED || o->status == ORDER_PICKING ||
		o->status == ORDER_READY) &&
	       !order_finished(o);
}

static int64_t at_least_none(int64_t n)
{
	return n > 0 ? n : 0;
}

struct prep_line prep_line_of(const struct order_line *l)
{
	struct prep_line p = { 0 };

	if (!l->goods || l->boxed)
		return p;
	p.wanted = order_line_left(l);
	p.have = at_least_none(l->picked + l->swapped - l->handed);
	p.open = at_least_none(p.wanted - p.have);
	p.back = at_least_none(p.have - p.wanted);
	return p;
}

/* ---- what is missing ---- */

static const char *const thens[] = {
	[THEN_WAIT] = "wait",
	[THEN_REFUND] = "refund",
	[THEN_SUBSTITUTE] = "substitute",
	[THEN_CANCEL] = "cancel",
};

bool prep_then_named(struct json word, enum prep_then *ret_then)
{
	for (size_t i = 0; i < COUNT_OF(thens); i++) {
		if (!json_is(word, thens[i]))
			continue;
		*ret_then = (enum prep_then)i;
		return true;
	}
	return false;
}

const char *prep_then_name(enum prep_then then)
{
	return thens[then];
}

bool prep_missing(const struct order_line *l, enum prep_then *ret_then, int64_t *ret_qty)
{
	const int64_t open = prep_line_of(l).open,
		      qty = json_int_or(json_get(l->missing, "qty"), 0);

	if (open == 0 || qty <= 0 || !prep_then_named(json_get(l->missing, "then"), ret_then))
		return false;
	*ret_qty = qty < open ? qty : open;
	return true;
}

/* ---- what is done with a line ---- */

static bool countable(int64_t qty)
{
	return qty > 0 && qty <= ORDER_QTY_MAX;
}

enum reason prep_pick(const struct order_line *l, int64_t qty, bool recalled)
{
	if (!countable(qty))
		return REASON_BAD_REQUEST;
	if (!l->goods || l->boxed)
		return REASON_ITEM_UNKNOWN;
	if (recalled)
		return REASON_RECALLED;
	return qty > prep_line_of(l).open ? REASON_ITEM_SURPLUS : REASON_NONE;
}

enum reason prep_unpick(const struct order_line *l, int64_t qty)
{
	if (!countable(qty))
		return REASON_BAD_REQUEST;
	return qty > at_least_none(l->picked - l->handed) ? REASON_ITEM_SURPLUS : REASON_NONE;
}

enum reason prep_short(const struct order_line *l, int64_t qty, enum prep_then then, bool reasoned,
		       int64_t *ret_short)
{
	const struct prep_line p = prep_line_of(l);

	if (!countable(qty) || !l->goods || l->boxed)
		return REASON_BAD_REQUEST;
	if (qty > (then == THEN_CANCEL ? p.wanted : p.open))
		return REASON_ITEM_SURPLUS;
	if (!reasoned)
		return REASON_REASON_NEEDED;
	switch (then) {
	case THEN_WAIT:
	case THEN_SUBSTITUTE:
		*ret_short = 0;
		break;
	case THEN_REFUND:
		*ret_short = qty;
		break;
	case THEN_CANCEL:
		*ret_short = p.wanted;
		break;
	}
	return REASON_NONE;
}

enum reason prep_substitute(const struct substitute_facts *f)
{
	const struct order_line *l = f->line;
	const struct json wish = json_get(l->json, "substitutes");

	if (!countable(f->qty) || !l->goods || l->boxed || f->same)
		return REASON_BAD_REQUEST;
	if (!f->known)
		return REASON_ITEM_UNKNOWN;
	if (f->recalled)
		return REASON_RECALLED;
	if (f->qty > prep_line_of(l).open)
		return REASON_ITEM_SURPLUS;
	if (json_is(wish, "no"))
		return REASON_NO_SUBSTITUTE;
	if (f->consented || (json_is(wish, "similar") && f->similar))
		return REASON_NONE;
	return REASON_CONSENT_NEEDED;
}

/* ---- the order ---- */

/* What is open of a line is said to wait. */
static bool waits(const struct order_line *l, int64_t open)
{
	enum prep_then then;
	int64_t qty;

	return prep_missing(l, &then, &qty) && then == THEN_WAIT && qty >= open;
}

enum reason prep_stage(const struct order *o, bool *ret_whole)
{
	bool whole = true, any = false;

	for (int i = 0; i < o->line_count; i++) {
		const struct prep_line p = prep_line_of(&o->lines[i]);

		if (p.back > 0)
			return REASON_ITEM_SURPLUS;
		if (p.open > 0 && !waits(&o->lines[i], p.open))
			return REASON_ITEMS_UNCHECKED;
		whole = whole && p.open == 0;
		any = any || p.have > 0;
	}
	if (!any)
		return REASON_ITEMS_UNCHECKED;
	*ret_whole = whole;
	return REASON_NONE;
}

static const char *const asked[] = {
	[ASKS_PICK] = "pick",
	[ASKS_PUT_BACK] = "put_back",
	[ASKS_SUBSTITUTE] = "substitute",
	[ASKS_SHELF] = "shelf",
};

const char *prep_asks_name(enum prep_asks a)
{
	return asked[a];
}

enum prep_asks prep_asks(const struct order *o)
{
	bool back = false, substitute = false, whole;

	for (int i = 0; i < o->line_count; i++) {
		enum prep_then then;
		int64_t qty;

		back = back || prep_line_of(&o->lines[i]).back > 0;
		substitute = substitute ||
			     (prep_missing(&o->lines[i], &then, &qty) && then == THEN_SUBSTITUTE);
	}
	if (back)
		return ASKS_PUT_BACK;
	if (prep_stage(o, &whole) == REASON_NONE)
		return ASKS_SHELF;
	return substitute ? ASKS_SUBSTITUTE : ASKS_PICK;
}

enum reason prep_kept_back(const struct order_line *l, int64_t qty)
{
	if (qty <= 0 || qty > ORDER_QTY_MAX)
		return REASON_BAD_REQUEST;
	return qty > l->kept ? REASON_ITEM_SURPLUS : REASON_NONE;
}

int64_t prep_kept(const struct order *o)
{
	int64_t n = 0;

	for (int i = 0; i < o->line_count; i++)
		n += o->lines[i].kept;
	return n;
}

const char *prep_put_back(const struct order *o, const char *store, int64_t now_ms)
{
	if (o->store.type == JSON_STRING && !json_is(o->store, store))
		return "moved";
	if (o->status == ORDER_CANCELLED)
		return "cancelled";
	if (o->status == ORDER_EXPIRED)
		return "no_show";
	if ((o->status == ORDER_READY || o->status == ORDER_PARTLY_COLLECTED) && o->collect_by_ms &&
	    now_ms > o->collect_by_ms)
		return "no_show";
	return NULL;
}

int64_t prep_pieces_here(const struct order *o)
{
	int64_t n = 0;

	for (int i = 0; i < o->line_count; i++)
		n += prep_line_of(&o->lines[i]).have;
	return n;
}

/* ---- substitutes ---- */

int swaps_read(const struct order_line *l, struct swap ret_swaps[SWAPS_MAX])
{
	int n = 0;

	for (struct json_walk w = json_walk(l->swaps); n < SWAPS_MAX && json_next(&w);) {
		struct swap s = { .qty = json_int_or(json_get(w.value, "qty"), 0) };

		if (s.qty <= 0 || s.qty > ORDER_QTY_MAX ||
		    json_string(json_get(w.value, "gtin"), s.gtin, sizeof(s.gtin)) <= 0)
			continue;
		json_string(json_get(w.value, "sku"), s.sku, sizeof(s.sku));
		ret_swaps[n++] = s;
	}
	return n;
}

int64_t swaps_count(const struct order_line *l)
{
	struct swap swaps[SWAPS_MAX];
	const int n = swaps_read(l, swaps);
	int64_t sum = 0;

	for (int i = 0; i < n; i++)
		sum += swaps[i].qty;
	return sum < l->qty ? sum : l->qty;
}

bool swaps_named(const struct order_line *l, const struct barcode *b)
{
	struct swap swaps[SWAPS_MAX];
	const int n = swaps_read(l, swaps);

	for (int i = 0; i < n; i++)
		if (barcode_names(b, slice_of(swaps[i].gtin)))
			return true;
	return false;
}

bool swaps_write(const struct order_line *l, const struct swap *add, int64_t *ret_left,
		 struct buf *b)
{
	struct swap swaps[SWAPS_MAX];
	int n = swaps_read(l, swaps), i = 0;

	while (i < n && strcmp(swaps[i].gtin, add->gtin) != 0)
		i++;
	if (i == SWAPS_MAX)
		return false;
	if (i == n) {
		swaps[n] = *add;
		swaps[n++].qty = 0;
	}
	swaps[i].qty += add->qty;
	*ret_left = swaps[i].qty;
	jw_open(b, NULL, '[');
	for (i = 0; i < n; i++) {
		if (swaps[i].qty <= 0)
			continue;
		jw_open(b, NULL, '{');
		jw_str(b, "gtin", swaps[i].gtin);
		jw_str(b, "sku", swaps[i].sku);
		jw_int(b, "qty", swaps[i].qty);
		jw_close(b, '}');
	}
	jw_close(b, ']');
	return !b->overflow;
}

/* Shares n pieces over the substitutes, behind the first `gone` pieces of them; how many it took.
 */
static int64_t share(const int64_t qty[SWAPS_MAX], int64_t gone, int64_t n,
		     int64_t ret_of[SWAPS_MAX])
{
	int64_t left = n;

	for (int i = 0; i < SWAPS_MAX; i++) {
		const int64_t here = at_least_none(qty[i] - gone);

		gone = at_least_none(gone - qty[i]);
		ret_of[i] = here < left ? here : left;
		left -= ret_of[i];
	}
	return n - left;
}

int64_t swaps_leave(const struct order_line *l, int64_t pieces, int64_t ret_of[SWAPS_MAX])
{
	const int64_t ordered = at_least_none(l->qty - l->short_ - l->swapped);
	const int64_t before = at_least_none(l->handed - ordered);
	const int64_t all = at_least_none(at_least_none(l->handed + pieces - ordered) - before);
	struct swap swaps[SWAPS_MAX];
	const int n = swaps_read(l, swaps);
	int64_t qty[SWAPS_MAX] = { 0 };

	for (int i = 0; i < n; i++)
		qty[i] = swaps[i].qty;
	return share(qty, before, all, ret_of);
}

int64_t swaps_back(const struct order_line *l, int64_t pieces, int64_t scanned,
		   int64_t ret_of[SWAPS_MAX])
{
	struct order_line whole = *l;
	int64_t left[SWAPS_MAX], others, ordered, before, n;

	whole.handed = 0;
	others = swaps_leave(&whole, l->handed, left);
	ordered = l->handed - others;
	before = at_least_none(l->returned - ordered);
	n = scanned >= 0 ? scanned : at_least_none(l->returned + pieces - ordered) - before;
	n = n < pieces ? n : pieces;
	n = n < others ? n : others;
	return share(left, before + n > others ? others - n : before, n, ret_of);
}
