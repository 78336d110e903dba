// SPDX-License-Identifier: Apache-2.0
/* What is brought back, line by line: by hand, or by scanning. */
#include <string.h>

#include "firmware/approvals.h"
#include "firmware/counter/calendar.h"
#include "firmware/counter/prep.h"
#include "firmware/orders.h"
#include "firmware/returns.h"

#define LINES_MAX 80 /* of goods in one return without an order, so that its event has room */

/* ---- the rule of a line ---- */

/* The product as the catalogue has it; borrows the store until the next record is looked for. */
static struct json product_of(struct station *st, struct json sku)
{
	const struct json none = { 0 };
	char id[ID_MAX + 1];
	struct json body;
	struct record r;

	if (json_string(sku, id, sizeof(id)) <= 0 ||
	    !store_find(st->store, STREAM_CATALOG, slice_of(id), &r) ||
	    json_check(r.body, &body) < 0)
		return none;
	return body;
}

static bool reason_known(struct station *st, const char *reason)
{
	const struct json list = json_get(policy_get(st, "returns"), "reasons");

	if (list.type != JSON_ARRAY)
		return true;
	for (struct json_walk w = json_walk(list); json_next(&w);)
		if (json_is(w.value, reason))
			return true;
	return false;
}

enum reason return_line_check(struct station *st, const struct return_work *w,
			      const struct returns_policy *p, int line, struct line_rule *ret_rule,
			      int64_t *ret_last)
{
	const struct json by_category = json_get(policy_get(st, "returns"), "by_category");
	const struct order_line *l = &st->order.lines[line];
	const struct json product = product_of(st, l->sku);
	struct return_line_facts f = { .line = l, .rule = ret_rule, .basis = w->basis };
	struct json category = { 0 };
	char name[ID_MAX + 1];

	if (json_string(json_get(product, "category"), name, sizeof(name)) > 0)
		category = json_get(by_category, name);
	*ret_rule = line_rule_read(p, l->json, product, category);
	*ret_last = DAY_UNKNOWN;
	if (w->sold_day != DAY_UNKNOWN)
		/* Who comes on a day the shop is closed may come on the next one. */
		*ret_last = calendar_next_open(w->sold_day + ret_rule->window_days,
					       policy_get(st, "hours"));
	f.back = &st->back[line];
	f.reason_known = reason_known(st, st->back[line].reason);
	f.today = calendar_day_of(station_now(st));
	f.window_last = *ret_last;
	return return_line_verdict(&f, p);
}

/* ---- setting a line ---- */

static void keep_line(struct station *st, enum desk desk, int line, const struct return_line *l)
{
	const struct slice id = json_text(st->order.lines[line].id);
	char memory[2560], had[2048];
	struct json root;
	struct buf b;

	buf_init(&b, memory, sizeof(memory));
	jw_open(&b, NULL, '{');
	jw_str(&b, "condition", condition_name(l->condition));
	jw_str(&b, "reason", l->reason);
	jw_bool(&b, "approved", l->approved);
	jw_int(&b, "others", l->others);
	/* Of goods without an order, which only the work knows. */
	if (store_work_extra(st->store, desk, id, had, sizeof(had)) &&
	    json_check(slice_of(had), &root) == 0 && json_get(root, "paid").type != JSON_NONE) {
		jw_value(&b, "paid", json_get(root, "paid"));
		jw_value(&b, "name", json_get(root, "name"));
		jw_value(&b, "vat", json_get(root, "vat"));
	}
	jw_close(&b, '}');
	store_check_set(st->store, desk, id, (struct check){ l->qty, 0 }, slice_of(l->reason));
	store_work_extra_set(st->store, desk, id, buf_read(&b));
	st->dirty = true;
}

/* "zły rozmiar, uszkodzenie"; false: there is none to choose from. */
static bool list_reasons(struct station *st, const struct call *c, char *dst, size_t cap)
{
	char codes[RETURN_REASONS_MAX][RETURN_REASON_MAX], name[RETURN_REASON_NAME_MAX];
	const int count = return_reasons(st, codes);
	struct buf b;

	buf_init(&b, dst, cap);
	for (int i = 0; i < count; i++) {
		return_reason_name(st, codes[i], st->desks[c->desk].language, name);
		buf_fmt(&b, "%s%s", i ? ", " : "", name);
	}
	return count > 0 && buf_str(&b) != NULL;
}

static void refuse_line(struct station *st, const struct call *c, enum reason r, int line,
			int64_t last, uint32_t needs, int64_t amount)
{
	const struct order_line *l = &st->order.lines[line];
	struct word_values v = words_none();
	char number[128], date[DATE_TEXT_MAX], name[256] = "", list[512];

	order_number(&st->order, number, sizeof(number));
	v.order = number;
	v.left = return_line_left(l);
	if (r == REASON_WINDOW_CLOSED && last != DAY_UNKNOWN) {
		date_format(last, date);
		v.time = date;
	}
	if (r == REASON_NOT_RETURNABLE && json_string(l->name, name, sizeof(name)) > 0)
		v.item = name;
	if (r == REASON_REASON_NEEDED && list_reasons(st, c, list, sizeof(list)))
		v.item = list;
	if (r == REASON_BAD_REQUEST)
		answer_no(st, c, 400, r, &v);
	else if (r == REASON_ITEM_UNKNOWN || r == REASON_REASON_NEEDED)
		answer_no(st, c, 409, r, &v);
	else
		return_refuse(st, c, r, st->desks[c->desk].row.order, &v, needs, amount);
}

/* False: refused and answered, and nothing has changed. */
static bool set_line(struct station *st, const struct call *c, struct return_work *w, int line,
		     const struct return_line *want)
{
	const struct returns_policy p = returns_policy_now(st);
	const struct return_line had = st->back[line];
	struct line_rule rule;
	uint32_t needs = 0;
	int64_t last, total = 0;
	enum reason r;

	st->back[line] = *want;
	st->back[line].approved = (w->granted & (1u << NEED_GOODWILL)) != 0;
	r = return_line_check(st, w, &p, line, &rule, &last);
	/* Of a quantity that cannot be there is no sum. */
	if (r == REASON_NONE || return_approvable(r, w->basis, &p))
		total = return_total(&st->order, st->back, w->basis);
	if (r != REASON_NONE && return_approvable(r, w->basis, &p))
		needs |= 1u << NEED_GOODWILL;
	if (want->qty > 0 && total > w->limit && return_over_limit(total, w->basis, &p))
		needs |= 1u << NEED_LIMIT;
	if ((r != REASON_NONE && !(needs & (1u << NEED_GOODWILL))) ||
	    approval_missing(st, c, needs, total)) {
		st->back[line] = had;
		refuse_line(st, c, r == REASON_NONE ? REASON_APPROVAL_NEEDED : r, line, last,
			    r == REASON_NONE || needs & (1u << NEED_GOODWILL) ? needs : 0, total);
		return false;
	}
	if (needs & (1u << NEED_GOODWILL))
		st->back[line].approved = true;
	if (needs & (1u << NEED_LIMIT)) {
		w->limit = total;
		return_work_keep(st, c->desk, w);
	}
	approval_keep(st, c, 1u << NEED_GOODWILL | 1u << NEED_LIMIT);
	keep_line(st, c->desk, line, &st->back[line]);
	return true;
}

static void answer_total(struct station *st, const struct call *c, const struct return_work *w)
{
	char members[64];

	text_fmt(members, sizeof(members), "\"refund\":%lld",
		 (long long)return_total(&st->order, st->back, w->basis));
	answer_ok(st, c, members);
}

/* ---- goods without an order ---- */

struct goods {
	char key[ID_MAX + 3]; /* its line's id: the sku as JSON */
	struct check had;
	char had_extra[2048];
};

/* What was there before, so that a refusal changes nothing. */
static void note_goods(struct station *st, enum desk desk, const char *sku, struct goods *g)
{
	text_fmt(g->key, sizeof(g->key), "\"%s\"", sku);
	g->had = store_check(st->store, desk, slice_of(g->key));
	if (!store_work_extra(st->store, desk, slice_of(g->key), g->had_extra,
			      sizeof(g->had_extra)))
		g->had_extra[0] = '\0';
}

static void undo_goods(struct station *st, enum desk desk, const struct goods *g)
{
	char reason[sizeof(((struct return_line *)NULL)->reason)] = "";
	struct json root;

	if (!g->had_extra[0]) {
		store_work_drop(st->store, desk, slice_of(g->key));
		return;
	}
	if (json_check(slice_of(g->had_extra), &root) == 0 &&
	    json_string(json_get(root, "reason"), reason, sizeof(reason)) < 0)
		reason[0] = '\0';
	store_check_set(st->store, desk, slice_of(g->key), g->had, slice_of(reason));
	store_work_extra_set(st->store, desk, slice_of(g->key), slice_of(g->had_extra));
}

/* Writes the product as a line of the return. `paid` -1: what it costs today, which is also the
 * most where nothing proves another price. */
static enum reason put_goods(struct station *st, enum desk desk, const struct return_work *w,
			     const struct goods *g, int64_t qty, int64_t paid)
{
	struct json sku = { g->key, strlen(g->key), JSON_STRING };
	const struct json product = product_of(st, sku);
	const int64_t price = json_int_or(json_get(product, "price"), -1);
	struct json name = json_get(json_get(product, "name"), language_code(LANGUAGE_PL));
	char memory[1500], text[256];
	int64_t today;
	struct buf b;

	if (product.type != JSON_OBJECT)
		return REASON_ITEM_UNKNOWN;
	if (qty < 0 || qty > ORDER_QTY_MAX || price > MONEY_MAX || paid > MONEY_MAX)
		return REASON_BAD_REQUEST;
	today = price < 0 ? -1 : price * qty;
	if (paid < 0)
		paid = today < 0 ? 0 : today;
	if (paid > MONEY_MAX || (!w->receipt[0] && today >= 0 && paid > today))
		return REASON_BAD_REQUEST;
	if (json_string(name, text, sizeof(text)) < 0)
		slice_copy(json_text(sku), text, sizeof(text));
	buf_init(&b, memory, sizeof(memory));
	jw_open(&b, NULL, '{');
	jw_int(&b, "paid", paid);
	jw_str(&b, "name", text);
	jw_value(&b, "vat", json_get(product, "vat"));
	jw_close(&b, '}');
	if (b.overflow)
		return REASON_BAD_REQUEST;
	store_check_set(st->store, desk, slice_of(g->key), (struct check){ qty, 0 }, slice_of(""));
	store_work_extra_set(st->store, desk, slice_of(g->key), buf_read(&b));
	return REASON_NONE;
}

static void set_goods(struct station *st, const struct call *c, struct return_work *w,
		      const char *sku, const struct return_line *want, int64_t paid)
{
	struct word_values v = words_none();
	struct goods g;
	enum reason r;
	int line;

	note_goods(st, c->desk, sku, &g);
	if (st->order.line_count >= LINES_MAX && g.had.checked == 0) {
		answer_no(st, c, 409, REASON_BAD_REQUEST, &v);
		return;
	}
	r = put_goods(st, c->desk, w, &g, want->qty, paid);
	if (r != REASON_NONE) {
		answer_no(st, c, r == REASON_BAD_REQUEST ? 400 : 409, r, &v);
		return;
	}
	if (!return_load(st, c->desk, w) ||
	    (line = order_line_find(&st->order, slice_of(g.key))) < 0) {
		if (want->qty == 0) { /* taken out */
			answer_total(st, c, w);
			return;
		}
		undo_goods(st, c->desk, &g);
		answer_no(st, c, 409, REASON_BAD_REQUEST, &v);
	} else if (set_line(st, c, w, line, want)) {
		answer_total(st, c, w);
	} else {
		undo_goods(st, c->desk, &g);
	}
}

/* A product by its sku or by a barcode that was typed. */
static bool product_named(struct station *st, struct json text, char ret_sku[ID_MAX + 1])
{
	struct barcode b = { .kind = BARCODE_ITEM, .pieces = -1 };
	struct record r;

	if (json_string(text, ret_sku, ID_MAX + 1) <= 0)
		return false;
	if (id_valid(slice_of(ret_sku)) &&
	    store_find(st->store, STREAM_CATALOG, slice_of(ret_sku), &r))
		return true;
	return gtin_pad(slice_of(ret_sku), b.gtin14) && product_by_code(st, &b, ret_sku);
}

/* ---- the verb ---- */

static bool read_line(struct json args, struct return_line *ret_line, int64_t *ret_paid)
{
	const struct json reason = json_get(args, "reason"), paid = json_get(args, "paid");
	struct return_line l = { .condition = CONDITION_GOOD, .others = -1 };

	*ret_paid = -1;
	if (json_get(args, "line").type == JSON_NONE ||
	    json_int(json_get(args, "qty"), &l.qty) < 0 ||
	    (json_get(args, "condition").type == JSON_NONE
		     ? l.qty != 0
		     : !condition_read(json_get(args, "condition"), &l.condition)) ||
	    (paid.type != JSON_NONE && (json_int(paid, ret_paid) < 0 || *ret_paid < 0)) ||
	    (reason.type != JSON_NONE && reason.type != JSON_NULL &&
	     (json_string(reason, l.reason, sizeof(l.reason)) < 0 ||
	      text_has_control(slice_of(l.reason)))))
		return false;
	*ret_line = l;
	return true;
}

void verb_return_line(struct station *st, const struct call *c, struct json args)
{
	struct word_values v = words_none();
	char sku[ID_MAX + 1];
	struct return_work w;
	struct return_line want;
	int64_t paid;
	int line;

	if (!read_line(args, &want, &paid)) {
		if (json_get(args, "condition").type == JSON_NONE)
			words_say(&v, WORD_NO_CONDITION, WORD_NO_CONDITION);
		answer_no(st, c, 400, REASON_BAD_REQUEST, &v);
		return;
	}
	if (!return_loaded(st, c, &w))
		return;
	if (!w.order) {
		if (product_named(st, json_get(args, "line"), sku))
			set_goods(st, c, &w, sku, &want, paid);
		else
			answer_no(st, c, 409, REASON_ITEM_UNKNOWN, &v);
		return;
	}
	line = order_line_find(&st->order, json_text(json_get(args, "line")));
	if (line < 0)
		answer_no(st, c, 409, REASON_ITEM_UNKNOWN, &v);
	else if (set_line(st, c, &w, line, &want))
		answer_total(st, c, &w);
}

/* ---- scanning ---- */

static enum line_fit return_fit(const struct station *st, int line, int64_t pieces)
{
	const int64_t left = return_line_left(&st->order.lines[line]) - st->back[line].qty;

	return left >= pieces ? LINE_WANTS : LINE_FULL;
}

/* By its code, which the line itself does not have. */
static bool is_substitute(const struct station *st, int line, const struct barcode *b)
{
	const struct order_line *l = &st->order.lines[line];
	char text[64];

	return swaps_named(l, b) &&
	       !(json_string(l->gtin, text, sizeof(text)) > 0 && barcode_names(b, slice_of(text)));
}

static void scan_piece(struct station *st, const struct call *c, const struct scan *s,
		       struct return_work *w)
{
	struct word_values v = words_none();
	struct return_line want = { .qty = 0 };
	char sku[ID_MAX + 1], key[ID_MAX + 3];
	int64_t pieces = 1;
	int line;

	if (!w->order) {
		if (!product_by_code(st, &s->code, sku)) {
			answer_no(st, c, 409, REASON_ITEM_UNKNOWN, &v);
			return;
		}
		text_fmt(key, sizeof(key), "\"%s\"", sku);
		line = order_line_find(&st->order, slice_of(key));
		if (line >= 0)
			want = st->back[line];
		want.qty += barcode_pieces(&s->code, product_pack(st, &s->code, sku));
		set_goods(st, c, w, sku, &want, -1);
		return;
	}
	line = order_line_of_code(st, &s->code, true, return_fit, &pieces);
	if (line < 0) {
		answer_no(st, c, 409, REASON_ITEM_UNKNOWN, &v);
		return;
	}
	want = st->back[line];
	if (want.others >= 0 && is_substitute(st, line, &s->code))
		want.others += pieces > ORDER_QTY_MAX ? ORDER_QTY_MAX : pieces;
	/* A label may count more pieces than there are in the world. */
	want.qty = pieces > ORDER_QTY_MAX ? ORDER_QTY_MAX : want.qty + pieces;
	if (want.qty > ORDER_QTY_MAX)
		want.qty = ORDER_QTY_MAX;
	if (!set_line(st, c, w, line, &want))
		return;
	notice_clear(st, c->desk);
	feedback_send(st, c->desk, FEEDBACK_GOOD);
	answer_total(st, c, w);
}

static void scan_other(struct station *st, const struct call *c, const struct scan *s)
{
	const struct desk_state *desk = &st->desks[c->desk];
	struct word_values v = words_none();
	char order[ID_MAX + 1];
	bool named = false;

	if (s->kind == SCAN_SLIP)
		named = slice_copy(s->first, order, sizeof(order)) == 0;
	else if (s->kind != SCAN_PICKUP)
		named = order_named(st, s->text, order);
	if (named && desk->row.order[0] && strcmp(order, desk->row.order) == 0)
		answer_ok(st, c, "");
	else
		answer_no(st, c, 409,
			  named || s->kind == SCAN_PICKUP ? REASON_BUSY : REASON_ITEM_UNKNOWN, &v);
}

/* The slip of a handover opens its return; one of a return or a complaint says how that stands. */
static void scan_slip(struct station *st, const struct call *c, const struct scan *s)
{
	char memory[ID_MAX + 32];
	struct json args;
	struct buf b;

	if (paper_show(st, c, s->second))
		return;
	buf_init(&b, memory, sizeof(memory));
	jw_open(&b, NULL, '{');
	jw_slice(&b, "order", s->first);
	jw_close(&b, '}');
	if (json_check(buf_read(&b), &args) == 0)
		verb_return_start(st, c, args);
}

static bool scan_in_return(struct station *st, const struct call *c, const struct scan *s)
{
	struct return_work w;

	switch (s->kind) {
	case SCAN_NOTHING:
	case SCAN_BADGE:
	case SCAN_CARD_LIKE:
		return false;
	case SCAN_GTIN:
		if (return_loaded(st, c, &w))
			scan_piece(st, c, s, &w);
		return true;
	case SCAN_SLIP:
	case SCAN_PICKUP:
	case SCAN_SHELF:
	case SCAN_PARCEL:
	case SCAN_MEMBER:
	case SCAN_SSCC:
	case SCAN_CUSTOMER:
	case SCAN_PIN:
	case SCAN_TEXT:
		scan_other(st, c, s);
		return true;
	}
	return false;
}

bool return_scan(struct station *st, const struct call *c, const struct scan *s)
{
	const enum desk_mode mode = st->desks[c->desk].mode;

	if (c->desk != DESK_COUNTER)
		return false;
	if (mode == MODE_RETURN)
		return scan_in_return(st, c, s);
	if (s->kind != SCAN_SLIP || (mode != MODE_IDLE && mode != MODE_ASKING))
		return false;
	scan_slip(st, c, s);
	return true;
}
