// SPDX-License-Identifier: Apache-2.0
/* What the counter sees of an open return. */
#include "firmware/counter/calendar.h"
#include "firmware/orders.h"
#include "firmware/returns.h"

static void add_conditions(struct buf *b)
{
	jw_open(b, "conditions", '[');
	for (int c = 0; c < CONDITION_COUNT; c++)
		jw_str(b, NULL, condition_name((enum condition)c));
	jw_close(b, ']');
}

/* Codes are for programs, names for people. */
static void add_reasons(struct station *st, struct buf *b)
{
	char codes[RETURN_REASONS_MAX][RETURN_REASON_MAX], name[RETURN_REASON_NAME_MAX];
	const int count = return_reasons(st, codes);

	jw_open(b, "reasons", '[');
	for (int i = 0; i < count; i++)
		jw_str(b, NULL, codes[i]);
	jw_close(b, ']');
	jw_open(b, "reason_names", '[');
	for (int i = 0; i < count; i++) {
		return_reason_name(st, codes[i], st->desks[DESK_COUNTER].language, name);
		jw_str(b, NULL, name);
	}
	jw_close(b, ']');
}

static void add_line(struct station *st, struct buf *b, const struct return_work *w,
		     const struct returns_policy *p, int i)
{
	const struct order_line *l = &st->order.lines[i];
	const int64_t now = return_pieces(&st->order, st->back, w->basis, i);
	struct line_rule rule;
	int64_t last;
	enum reason r;

	jw_open(b, NULL, '{');
	jw_value(b, "line", l->id);
	jw_value(b, "sku", l->sku);
	jw_value(b, "gtin", l->gtin);
	jw_value(b, "name", l->name);
	jw_int(b, "qty", l->goods ? l->handed : l->qty - l->short_);
	jw_int(b, "returned", l->returned);
	jw_int(b, "left", return_line_left(l));
	jw_int(b, "now", now);
	jw_int(b, "refund", return_gross(&st->order, st->back, w->basis, i));
	if (l->goods) {
		jw_str(b, "condition", condition_name(st->back[i].condition));
		jw_str(b, "reason", st->back[i].reason);
		/* What would be said of one piece as good as new. */
		if (now == 0)
			st->back[i].qty = return_line_left(l) > 0;
		r = return_line_check(st, w, p, i, &rule, &last);
		jw_str(b, "verdict", r == REASON_REASON_NEEDED ? "ok" : reason_code(r));
		jw_bool(b, "ask_opened",
			w->basis == BASIS_WITHDRAWAL && rule.withdrawal == WITHDRAWAL_SEALED);
		if (now == 0)
			st->back[i].qty = 0;
		else
			jw_str(b, "to",
			       goods_to_name(
				       return_goods_to(st->back[i].condition, w->basis, &rule)));
	} else {
		jw_value(b, "kind", json_get(l->json, "kind"));
	}
	jw_close(b, '}');
}

static void add_legs(struct station *st, struct buf *b, const struct returns_policy *p,
		     int64_t total)
{
	struct return_legs legs;

	return_legs_plan(st, p, total, "", &legs);
	jw_open(b, "legs", '[');
	for (int i = 0; i < legs.count; i++) {
		jw_open(b, NULL, '{');
		jw_value(b, "payment", legs.leg[i].payment);
		jw_str(b, "tender", legs.leg[i].tender);
		jw_int(b, "amount", legs.leg[i].amount);
		jw_bool(b, "here", legs.leg[i].here);
		jw_close(b, '}');
	}
	jw_close(b, ']');
	jw_int(b, "rest", legs.rest);
}

static void add_head(struct station *st, struct buf *b, const struct return_work *w,
		     const struct returns_policy *p)
{
	const struct withdrawal law = withdrawal_of(&st->order, p, w->sold_day, station_now(st));
	char text[128];

	jw_str(b, "order", st->desks[DESK_COUNTER].row.order);
	order_number(&st->order, text, sizeof(text));
	jw_str(b, "number", w->order ? text : "");
	jw_str(b, "receipt", w->receipt);
	jw_str(b, "basis", return_basis_name(w->basis));
	jw_str(b, "claim", w->order ? serving_state(st) : "none");
	jw_str(b, "store", w->store);
	if (w->sold_day != DAY_UNKNOWN) {
		date_format(w->sold_day, text);
		jw_str(b, "sold_at", text);
	} else {
		jw_null(b, "sold_at");
	}
	if (w->order && law.right && law.last_day != DAY_UNKNOWN) {
		date_format(law.last_day, text);
		jw_str(b, "withdrawal_until", text);
	} else {
		jw_null(b, "withdrawal_until");
	}
}

void return_document(struct station *st, struct buf *b)
{
	struct returns_policy p;
	struct return_work w;
	int64_t total;

	if (!return_load(st, DESK_COUNTER, &w)) {
		jw_null(b, "return");
		paper_document(st, b);
		return;
	}
	p = returns_policy_now(st);
	total = return_total(&st->order, st->back, w.basis);
	jw_open(b, "return", '{');
	add_head(st, b, &w, &p);
	jw_open(b, "lines", '[');
	for (int i = 0; i < st->order.line_count; i++)
		if (st->order.lines[i].goods ||
		    return_pieces(&st->order, st->back, w.basis, i) > 0 ||
		    return_line_is_deposit(&st->order.lines[i]))
			add_line(st, b, &w, &p, i);
	jw_close(b, ']');
	jw_int(b, "refund", total);
	add_legs(st, b, &p, total);
	add_reasons(st, b);
	add_conditions(b);
	jw_close(b, '}');
	paper_document(st, b);
}
