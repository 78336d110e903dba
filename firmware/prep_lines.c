// SPDX-License-Identifier: Apache-2.0
/* Preparing, line by line: pieces found, missing, replaced. Each is an event of its own. */
#include <string.h>

#include "firmware/counter/pay.h"
#include "firmware/ledger.h"
#include "firmware/orders.h"
#include "firmware/overlay.h"
#include "firmware/prep_inside.h"
#include "firmware/refunds.h"

#define REASON_TEXT_MAX	 128
#define CONSENT_TEXT_MAX 64

/* The line an argument names: its index, -1 none; false (400): the argument is no line at all. */
static bool arg_line(const struct station *st, struct json args, int *ret_line)
{
	const struct json line = json_get(args, "line");

	*ret_line = order_line_find(&st->order, json_text(line));
	return line.type == JSON_NUMBER || line.type == JSON_STRING;
}

static void answer(struct station *st, const struct call *c, enum reason r)
{
	struct word_values v = words_none();
	char number[128];

	if (r == REASON_NONE) {
		answer_ok(st, c, "");
		return;
	}
	if (r == REASON_BAD_REQUEST) {
		prep_bad(st, c);
		return;
	}
	v = prep_words(st, number);
	prep_no(st, c, r, &v);
}

static void reload(struct station *st, const struct call *c)
{
	order_load(st, slice_of(st->desks[c->desk].row.order));
}

bool prep_recalled(struct station *st, const char *sku)
{
	struct json body;
	struct record r;

	return sku[0] && store_find(st->store, STREAM_CATALOG, slice_of(sku), &r) &&
	       json_check(r.body, &body) == 0 && json_is(json_get(body, "blocked"), "recall");
}

/* ---- found ---- */

/* Event order.picked; what is picked of the line from now on. */
static void tell_picked(struct station *st, const struct call *c, const struct order_line *l,
			int64_t qty)
{
	struct mark mark;
	struct buf b;
	char now[24];

	prep_goes_on(st, c);
	b = event_begin(st);
	jw_slice(&b, "order", st->order.id);
	jw_value(&b, "line", l->id);
	jw_int(&b, "qty", qty);
	jw_str(&b, "staff", c->session.row.staff);
	mark = mark_own(st, event_end(st, "order.picked", &b, (struct slice){ 0 }, NULL));
	text_fmt(now, sizeof(now), "%lld", (long long)(l->picked + qty));
	overlay_set_line(st, st->order.id, "picked", l->id, slice_of(now), &mark);
	gone_note(st, c->desk, l, l->picked + qty);
}

static void drop_line(struct station *st, const char *what, const struct order_line *l)
{
	char name[OVER_WHAT_MAX];

	if (text_fmt(name, sizeof(name), "%s:%.*s", what, (int)l->id.n, l->id.p) == 0)
		overlay_drop(st, st->order.id, name);
}

/* What was said to be missing is not any more. */
static void settle_missing(struct station *st, const struct call *c, int line)
{
	reload(st, c);
	if (st->order.lines[line].missing.type != JSON_NONE &&
	    prep_line_of(&st->order.lines[line]).open == 0) {
		drop_line(st, "missing", &st->order.lines[line]);
		reload(st, c);
	}
}

enum reason prep_pick_pieces(struct station *st, const struct call *c, int line, int64_t qty)
{
	const struct order_line *l = &st->order.lines[line];
	char sku[ID_MAX + 1];
	enum reason r;

	if (json_string(l->sku, sku, sizeof(sku)) < 0)
		sku[0] = '\0';
	r = prep_pick(l, qty, prep_recalled(st, sku));
	if (r != REASON_NONE)
		return r;
	tell_picked(st, c, l, qty);
	settle_missing(st, c, line);
	return REASON_NONE;
}

enum reason prep_unpick_pieces(struct station *st, const struct call *c, int line, int64_t qty)
{
	const enum reason r = prep_unpick(&st->order.lines[line], qty);

	if (r == REASON_NONE) {
		tell_picked(st, c, &st->order.lines[line], -qty);
		reload(st, c);
	}
	return r;
}

void verb_prep_pick(struct station *st, const struct call *c, struct json args)
{
	int64_t qty = 1;
	int line;

	if (json_get(args, "qty").type != JSON_NONE && json_int(json_get(args, "qty"), &qty) < 0) {
		prep_bad(st, c);
		return;
	}
	if (!prep_loaded(st, c, PREP_PICK))
		return;
	if (!arg_line(st, args, &line))
		prep_bad(st, c);
	else
		answer(st, c, line < 0 ? REASON_ITEM_UNKNOWN : prep_pick_pieces(st, c, line, qty));
}

/* ---- put back ---- */

/* Event order.substituted; false, and nothing told: too many products for one line. */
static bool tell_swapped(struct station *st, const struct call *c, const struct order_line *l,
			 const struct swap *add, struct json consent)
{
	char memory[OVER_VALUE_MAX], name[OVER_WHAT_MAX];
	struct buf swaps, b;
	struct mark mark;
	int64_t left;

	buf_init(&swaps, memory, sizeof(memory));
	if (!swaps_write(l, add, &left, &swaps) || left < 0 ||
	    text_fmt(name, sizeof(name), "swaps:%.*s", (int)l->id.n, l->id.p) < 0)
		return false;
	prep_goes_on(st, c);
	b = event_begin(st);
	jw_slice(&b, "order", st->order.id);
	jw_value(&b, "line", l->id);
	jw_str(&b, "gtin", add->gtin);
	jw_str(&b, "sku", add->sku);
	jw_int(&b, "qty", add->qty);
	jw_value(&b, "consent", consent);
	jw_str(&b, "staff", c->session.row.staff);
	mark = mark_own(st, event_end(st, "order.substituted", &b, (struct slice){ 0 }, NULL));
	overlay_keep(st, st->order.id, name, buf_read(&swaps), &mark);
	return true;
}

enum reason prep_unswap_pieces(struct station *st, const struct call *c, int line, const char *gtin,
			       int64_t qty)
{
	struct swap swaps[SWAPS_MAX], back;
	const int n = swaps_read(&st->order.lines[line], swaps);
	const struct json none = { 0 };

	if (qty <= 0 || qty > ORDER_QTY_MAX)
		return REASON_BAD_REQUEST;
	for (int i = 0; i < n; i++) {
		if (strcmp(swaps[i].gtin, gtin) != 0)
			continue;
		back = swaps[i];
		back.qty = -qty;
		if (qty > swaps[i].qty || !tell_swapped(st, c, &st->order.lines[line], &back, none))
			return REASON_ITEM_SURPLUS;
		reload(st, c);
		return REASON_NONE;
	}
	return REASON_ITEM_UNKNOWN;
}

void verb_prep_unpick(struct station *st, const struct call *c, struct json args)
{
	const struct json gtin = json_get(args, "gtin");
	const bool back = prep_works(st, c->desk, PREP_BACK);
	const bool kept = prep_works(st, c->desk, PREP_KEPT);
	char text[SWAP_GTIN_MAX];
	int64_t qty = 1;
	enum reason r;
	int line;

	if ((json_get(args, "qty").type != JSON_NONE &&
	     json_int(json_get(args, "qty"), &qty) < 0) ||
	    (gtin.type != JSON_NONE && json_string(gtin, text, sizeof(text)) <= 0)) {
		prep_bad(st, c);
		return;
	}
	if (!prep_loaded(st, c, kept ? PREP_KEPT : back ? PREP_BACK : PREP_PICK))
		return;
	if (!arg_line(st, args, &line)) {
		prep_bad(st, c);
		return;
	}
	if (kept)
		r = line < 0 ? REASON_ITEM_UNKNOWN : kept_back(st, c, line, qty);
	else if (line < 0)
		r = gone_back(st, c->desk, json_text(json_get(args, "line")), qty);
	else if (gtin.type != JSON_NONE)
		r = prep_unswap_pieces(st, c, line, text, qty);
	else
		r = prep_unpick_pieces(st, c, line, qty);
	if (r == REASON_NONE && kept)
		kept_if_done(st, c);
	else if (r == REASON_NONE && back)
		prep_back_if_done(st, c);
	else
		answer(st, c, r);
}

/* ---- missing ---- */

static int64_t tell_short(struct station *st, const struct call *c, const struct order_line *l,
			  int64_t qty, enum prep_then then, const char *reason)
{
	struct buf b;

	prep_goes_on(st, c);
	b = event_begin(st);
	jw_slice(&b, "order", st->order.id);
	jw_value(&b, "line", l->id);
	jw_int(&b, "qty", qty);
	jw_str(&b, "reason", reason);
	jw_str(&b, "then", prep_then_name(then));
	jw_str(&b, "staff", c->session.row.staff);
	return event_end(st, "order.short", &b, (struct slice){ 0 }, NULL);
}

/* It stays open. */
static void keep_missing(struct station *st, const struct order_line *l, int64_t qty,
			 enum prep_then then, const char *reason, int64_t seq)
{
	const struct mark mark = mark_own(st, seq);
	char memory[OVER_VALUE_MAX], name[OVER_WHAT_MAX];
	struct buf b;

	buf_init(&b, memory, sizeof(memory));
	jw_open(&b, NULL, '{');
	jw_int(&b, "qty", qty);
	jw_str(&b, "then", prep_then_name(then));
	jw_slice(&b, "reason", utf8_cut(slice_of(reason), REASON_TEXT_MAX / 2));
	jw_close(&b, '}');
	if (!b.overflow && text_fmt(name, sizeof(name), "missing:%.*s", (int)l->id.n, l->id.p) == 0)
		overlay_keep(st, st->order.id, name, buf_read(&b), &mark);
}

/* A line's fact is what is short in all, HQ's share included. */
static void keep_short(struct station *st, const struct order_line *l, int64_t qty)
{
	const struct line_fact had = store_line_fact(st->store, st->order.id, json_text(l->id));
	const struct line_fact add = { .handed = l->handed - had.handed,
				       .short_ = l->short_ - had.short_ + qty };

	store_line_fact_add(st->store, st->order.id, json_text(l->id), add);
}

/* Nobody pays the deposit of what they do not get. */
static void keep_deposits(struct station *st, const struct call *c, int line, int64_t gone,
			  const char *reason)
{
	for (int i = 0; i < st->order.line_count; i++) {
		const struct order_line *l = &st->order.lines[i];
		const int64_t n =
			order_line_is_deposit(l) && order_deposit_goods(&st->order, i) == line
				? order_deposit_short(&st->order, i, gone)
				: 0;

		if (n == 0)
			continue;
		tell_short(st, c, l, n, THEN_REFUND, reason);
		keep_short(st, l, n);
	}
}

/* Nothing of the order is left to hand over. */
static void all_short(struct station *st, const struct call *c, int64_t seq)
{
	const struct mark mark = mark_own(st, seq);
	struct word_values v;
	char number[128];

	overlay_set(st, st->order.id, "status", slice_of("\"cancelled\""), &mark);
	overlay_drop(st, st->order.id, "by");
	reload(st, c);
	if (prep_pieces_here(&st->order) > 0) {
		prep_back_begin(st, c, "cancelled");
		return;
	}
	v = prep_words(st, number);
	prep_end_work(st, c->desk);
	prep_note(st, c->desk, NOTICE_ATTENTION, "order_empty", WORD_PREP_NOTHING, &v);
}

/* What was taken at a till goes back at the till, before less is owed for it. */
static void overpaid(struct station *st, const struct call *c, int64_t rest)
{
	char number[128], money[MONEY_TEXT_MAX];
	struct word_values v = prep_words(st, number);

	money_format(rest, st->desks[c->desk].language, money);
	v.item = money;
	prep_no(st, c, REASON_OVERPAID, &v);
}

/* What goes back when `gone` pieces of a line are short: they, their deposit, and where nothing of
 * the order is left, what delivery and services cost. */
static int64_t worth_of_short(const struct order *o, int line, int64_t gone)
{
	int64_t worth = refund_of_pieces(&o->lines[line], gone);
	bool rest = false, handed = false;

	for (int i = 0; i < o->line_count; i++) {
		const struct order_line *l = &o->lines[i];

		rest = rest || (l->goods && order_line_left(l) > (i == line ? gone : 0));
		handed = handed || l->handed > 0;
		if (order_line_is_deposit(l) && order_deposit_goods(o, i) == line)
			worth += refund_of_pieces(l, order_deposit_short(o, i, gone));
	}
	for (int i = 0; i < o->line_count && !rest && !handed; i++)
		if (!o->lines[i].goods && !order_line_is_deposit(&o->lines[i]))
			worth += refund_of_pieces(&o->lines[i], o->lines[i].qty -
									o->lines[i].short_ -
									o->lines[i].returned);
	return worth;
}

static void be_short(struct station *st, const struct call *c, int line, int64_t qty,
		     enum prep_then then, const char *reason, int64_t gone)
{
	const struct order_line *l = &st->order.lines[line];
	struct refund_plan plan;
	int64_t seq;

	if (gone == 0) {
		seq = tell_short(st, c, l, qty, then, reason);
		keep_missing(st, l, qty, then, reason, seq);
		reload(st, c);
		answer(st, c, REASON_NONE);
		return;
	}
	refund_plan(st, worth_of_short(&st->order, line, gone), &plan);
	if (plan.rest > 0 && pay_at_till(&st->order) > 0) {
		overpaid(st, c, plan.rest);
		return;
	}
	seq = tell_short(st, c, l, gone, then, reason);
	keep_deposits(st, c, line, gone, reason);
	refund_tell(st, c, &plan, "short");
	keep_short(st, l, gone);
	drop_line(st, "missing", l);
	st->dirty = true;
	reload(st, c);
	if (order_finished(&st->order))
		all_short(st, c, seq);
	answer(st, c, REASON_NONE);
}

void verb_prep_short(struct station *st, const struct call *c, struct json args)
{
	const struct json why = json_get(args, "reason");
	char reason[REASON_TEXT_MAX] = "";
	enum prep_then then;
	int64_t qty, gone = 0;
	enum reason r;
	int line;

	if (json_int(json_get(args, "qty"), &qty) < 0 ||
	    !prep_then_named(json_get(args, "then"), &then) ||
	    (why.type != JSON_NONE && (json_string(why, reason, sizeof(reason)) < 0 ||
				       text_has_control(slice_of(reason))))) {
		prep_bad(st, c);
		return;
	}
	if (!prep_loaded(st, c, PREP_PICK))
		return;
	if (!arg_line(st, args, &line)) {
		prep_bad(st, c);
		return;
	}
	r = line < 0 ? REASON_ITEM_UNKNOWN
		     : prep_short(&st->order.lines[line], qty, then, reason[0] != '\0', &gone);
	if (r == REASON_NONE)
		be_short(st, c, line, qty, then, reason, gone);
	else
		answer(st, c, r);
}

/* ---- replaced ---- */

bool prep_product(struct station *st, struct slice text, char ret_sku[ID_MAX + 1])
{
	const struct barcode_rules rules = barcode_rules_now(st);
	struct scan s;

	scan_read(text, SYMBOLOGY_UNKNOWN, &rules, &s);
	if (s.kind == SCAN_CARD_LIKE)
		desk_resolve_card_like(st, &s);
	return s.kind == SCAN_GTIN && product_by_code(st, &s.code, ret_sku);
}

/* Both of one category, which both name. */
static bool same_category(struct station *st, const char *sku, struct json ordered)
{
	char one[128] = "", other[128] = "", id[ID_MAX + 1];
	struct json body;
	struct record r;

	if (store_find(st->store, STREAM_CATALOG, slice_of(sku), &r) &&
	    json_check(r.body, &body) == 0)
		json_string(json_get(body, "category"), one, sizeof(one));
	if (json_string(ordered, id, sizeof(id)) > 0 &&
	    store_find(st->store, STREAM_CATALOG, slice_of(id), &r) &&
	    json_check(r.body, &body) == 0)
		json_string(json_get(body, "category"), other, sizeof(other));
	return one[0] && !strcmp(one, other);
}

/* `true`, or a word that says how: "phone", "app". */
static bool consent_of(struct json v)
{
	char text[CONSENT_TEXT_MAX];

	return json_true(v) || json_string(v, text, sizeof(text)) > 0;
}

static enum reason substitute(struct station *st, const struct call *c, int line, struct swap *swap,
			      struct json consent)
{
	const struct order_line *l = &st->order.lines[line];
	struct substitute_facts f = { .line = l, .qty = swap->qty };
	struct json said = consent;
	enum reason r;

	f.known = prep_product(st, slice_of(swap->gtin), swap->sku);
	f.same = f.known && json_is(l->sku, swap->sku);
	f.recalled = f.known && prep_recalled(st, swap->sku);
	f.similar = f.known && same_category(st, swap->sku, l->sku);
	f.consented = consent_of(consent);
	r = prep_substitute(&f);
	if (r != REASON_NONE)
		return r;
	/* Agreed to beforehand. */
	if (!f.consented)
		said = json_get(l->json, "substitutes");
	if (!tell_swapped(st, c, l, swap, said))
		return REASON_BAD_REQUEST;
	settle_missing(st, c, line);
	return REASON_NONE;
}

void verb_prep_substitute(struct station *st, const struct call *c, struct json args)
{
	const struct json consent = json_get(args, "consent");
	struct swap swap = { .qty = 1 };
	int line;

	if (json_string(json_get(args, "gtin"), swap.gtin, sizeof(swap.gtin)) <= 0 ||
	    (json_get(args, "qty").type != JSON_NONE &&
	     json_int(json_get(args, "qty"), &swap.qty) < 0) ||
	    (consent.type != JSON_NONE && consent.type != JSON_BOOL && !consent_of(consent))) {
		prep_bad(st, c);
		return;
	}
	if (!prep_loaded(st, c, PREP_PICK))
		return;
	if (!arg_line(st, args, &line)) {
		prep_bad(st, c);
		return;
	}
	answer(st, c, line < 0 ? REASON_ITEM_UNKNOWN : substitute(st, c, line, &swap, consent));
}
