// SPDX-License-Identifier: Apache-2.0
#include "firmware/counter/returns.h"

#include <string.h>

#include "firmware/base/clock.h"
#include "firmware/counter/calendar.h"
#include "firmware/counter/need.h"
#include "firmware/counter/refund.h"

#define WINDOW_DAYS	30
#define WITHDRAWAL_DAYS 14 /* by law; a shop may give more, never less */
#define REFUND_LIMIT	50000
#define DAYS_MAX	36500
#define CONDITIONS_ALL	((1u << CONDITION_COUNT) - 1)

static const char *const bases[] = { "withdrawal", "shop_policy", "complaint", "wrong_item",
				     "recall" };
static const char *const conditions[] = { "good", "opened", "damaged", "incomplete" };
static const char *const places[] = { "stock", "inspect", "scrap" };

const char *return_basis_name(enum return_basis b)
{
	return bases[b];
}

bool return_basis_read(struct json word, enum return_basis *ret_basis)
{
	for (size_t i = 0; i < COUNT_OF(bases); i++) {
		if (json_is(word, bases[i])) {
			*ret_basis = (enum return_basis)i;
			return true;
		}
	}
	return false;
}

const char *condition_name(enum condition c)
{
	return conditions[c];
}

bool condition_read(struct json word, enum condition *ret_condition)
{
	for (size_t i = 0; i < COUNT_OF(conditions); i++) {
		if (json_is(word, conditions[i])) {
			*ret_condition = (enum condition)i;
			return true;
		}
	}
	return false;
}

const char *goods_to_name(enum goods_to t)
{
	return places[t];
}

/* ---- policy ---- */

static enum returns_rule rule_of(struct json word, enum returns_rule otherwise)
{
	if (json_is(word, "allow"))
		return RETURNS_ALLOW;
	if (json_is(word, "approve"))
		return RETURNS_APPROVE;
	return json_is(word, "refuse") ? RETURNS_REFUSE : otherwise;
}

static int64_t days_of(struct json v, int64_t otherwise)
{
	const int64_t n = json_int_or(v, otherwise);

	return n < 0 || n > DAYS_MAX ? otherwise : n;
}

static uint32_t conditions_of(struct json list, uint32_t otherwise)
{
	uint32_t set = 0;
	enum condition c;

	if (list.type != JSON_ARRAY)
		return otherwise;
	for (struct json_walk w = json_walk(list); json_next(&w);)
		if (condition_read(w.value, &c))
			set |= 1u << c;
	return set;
}

struct returns_policy returns_policy_read(struct json returns, struct json pickup)
{
	const struct json down = json_get(returns, "hq_down");
	const int64_t limit = json_int_or(json_get(returns, "refund_limit"), REFUND_LIMIT);
	struct returns_policy p = {
		.window_days = days_of(json_get(returns, "window_days"), WINDOW_DAYS),
		.withdrawal_days = days_of(json_get(returns, "withdrawal_days"), WITHDRAWAL_DAYS),
		.refund_limit = limit < 0 || limit > MONEY_MAX ? REFUND_LIMIT : limit,
		.own_store = rule_of(json_get(down, "own_store"), RETURNS_APPROVE),
		.other_store = rule_of(json_get(down, "other_store"), RETURNS_REFUSE),
		.no_receipt = rule_of(json_get(returns, "no_receipt"), RETURNS_APPROVE),
		.foreign = rule_of(json_get(returns, "foreign"), RETURNS_APPROVE),
		.goodwill = rule_of(json_get(returns, "goodwill"), RETURNS_APPROVE),
		.isolated = rule_of(json_get(pickup, "returns_isolated"), RETURNS_APPROVE),
		.other_tender = json_is(json_get(returns, "refund_to"), "any"),
		.exchange = json_get(returns, "exchange").type != JSON_BOOL ||
			    json_true(json_get(returns, "exchange")),
		.reason_needed = json_true(json_get(returns, "reason_needed")),
		.conditions = conditions_of(json_get(returns, "conditions"), CONDITIONS_ALL),
	};
	int n = 0;

	if (p.withdrawal_days < WITHDRAWAL_DAYS)
		p.withdrawal_days = WITHDRAWAL_DAYS;
	for (struct json_walk w = json_walk(json_get(returns, "refund_order"));
	     n < REFUND_ORDER_MAX && json_next(&w);)
		if (json_string(w.value, p.refund_order[n], sizeof(p.refund_order[n])) > 0)
			n++;
	return p;
}

static bool is_false(struct json v)
{
	return v.type == JSON_BOOL && !json_true(v);
}

static enum withdrawal_rule withdrawal_rule_of(struct json v, enum withdrawal_rule otherwise)
{
	if (is_false(v))
		return WITHDRAWAL_NO;
	if (json_is(v, "sealed"))
		return WITHDRAWAL_SEALED;
	return json_true(v) ? WITHDRAWAL_YES : otherwise;
}

struct line_rule line_rule_read(const struct returns_policy *p, struct json line,
				struct json product, struct json category)
{
	const struct json restock = json_get(category, "restock");
	struct line_rule r = {
		.returnable = !is_false(json_get(category, "returnable")) &&
			      !is_false(json_get(product, "returnable")),
		.window_days = days_of(json_get(category, "window_days"), p->window_days),
		.conditions = conditions_of(json_get(category, "conditions"), p->conditions),
		.restock = !is_false(restock),
	};

	/* Whoever knows the line best: the order, then the product, then its category. */
	r.withdrawal = withdrawal_rule_of(json_get(category, "withdrawal"), WITHDRAWAL_YES);
	r.withdrawal = withdrawal_rule_of(json_get(product, "withdrawal"), r.withdrawal);
	r.withdrawal = withdrawal_rule_of(json_get(line, "withdrawal"), r.withdrawal);
	return r;
}

/* ---- the law's clock ---- */

/* A contract that does not say what it is, of an order that came from afar, is one at a distance;
 * a business buying for its trade has no such right. */
static bool has_right(const struct order *o)
{
	const struct json contract = json_get(o->body, "contract");

	if (json_is(json_get(json_get(o->body, "buyer"), "kind"), "business"))
		return false;
	if (contract.type == JSON_STRING)
		return json_is(contract, "distance");
	return !json_is(json_get(o->body, "channel"), "store");
}

struct withdrawal withdrawal_of(const struct order *o, const struct returns_policy *p,
				int64_t handed_day, int64_t now_ms)
{
	struct withdrawal w = { .right = has_right(o), .last_day = DAY_UNKNOWN };
	char text[TIME_TEXT_MAX + 8];
	int64_t until_ms;

	if (!w.right)
		return w;
	if (json_string(json_get(json_get(o->body, "withdrawal"), "until"), text, sizeof(text)) >
		    0 &&
	    time_parse(slice_of(text), &until_ms) == 0) {
		w.last_day = calendar_day_of(until_ms);
		w.running = now_ms <= until_ms;
		return w;
	}
	if (handed_day != DAY_UNKNOWN)
		w.last_day = calendar_deadline(handed_day, (int)p->withdrawal_days);
	w.running = w.last_day == DAY_UNKNOWN || calendar_day_of(now_ms) <= w.last_day;
	return w;
}

/* ---- opening ---- */

enum return_basis return_basis_default(const struct return_facts *f, const struct returns_policy *p)
{
	return f->has_order && withdrawal_of(f->order, p, f->handed_day, f->now_ms).running
		       ? BASIS_WITHDRAWAL
		       : BASIS_SHOP_POLICY;
}

static bool any_left(const struct order *o, bool *ret_returned)
{
	bool left = false;

	*ret_returned = o->status == ORDER_RETURNED;
	for (int i = 0; i < o->line_count; i++) {
		left = left ||
		       (return_line_is_goods(&o->lines[i]) && return_line_left(&o->lines[i]) > 0);
		*ret_returned = *ret_returned || o->lines[i].returned > 0;
	}
	return left;
}

static enum reason order_verdict(const struct return_facts *f, const struct returns_policy *p)
{
	const struct withdrawal w = withdrawal_of(f->order, p, f->handed_day, f->now_ms);
	bool returned;

	if (!any_left(f->order, &returned)) {
		if (returned)
			return REASON_ALREADY_RETURNED;
		return f->order->status == ORDER_CANCELLED ? REASON_CANCELLED
							   : REASON_QUANTITY_EXCEEDED;
	}
	if (f->basis == BASIS_WITHDRAWAL && !w.right)
		return REASON_NOT_RETURNABLE;
	return f->basis == BASIS_WITHDRAWAL && !w.running ? REASON_WINDOW_CLOSED : REASON_NONE;
}

/* Adds what a rule asks for; false: it refuses. */
static bool ask(enum returns_rule rule, enum need need, uint32_t *needs)
{
	if (rule == RETURNS_APPROVE)
		*needs |= 1u << need;
	return rule != RETURNS_REFUSE;
}

/* The law's right is not lost because the shop's lines are down: then somebody has to agree. */
static enum returns_rule soften(enum returns_rule rule, enum return_basis basis)
{
	return rule == RETURNS_REFUSE && basis == BASIS_WITHDRAWAL ? RETURNS_APPROVE : rule;
}

enum reason return_open(const struct return_facts *f, const struct returns_policy *p,
			uint32_t *ret_needs)
{
	enum reason r = f->has_order ? order_verdict(f, p) : REASON_NONE;
	uint32_t needs = 0;

	*ret_needs = 0;
	if (r != REASON_NONE)
		return r;
	if (f->self)
		return REASON_OWN_ORDER;
	if (!f->has_order && f->basis == BASIS_WITHDRAWAL)
		return REASON_NOT_RETURNABLE;
	if (!f->proof && !ask(p->no_receipt, NEED_NO_RECEIPT, &needs))
		return REASON_NOT_RETURNABLE;
	if (!f->has_order && !f->own && !ask(p->foreign, NEED_FOREIGN, &needs))
		return REASON_NOT_RETURNABLE;
	if (f->has_order && !f->reachable &&
	    !ask(soften(f->own ? p->own_store : p->other_store, f->basis), NEED_HQ_DOWN, &needs))
		return REASON_ISOLATED;
	if (f->has_order && f->isolated &&
	    !ask(soften(p->isolated, f->basis), NEED_ISOLATED, &needs))
		return REASON_ISOLATED;
	*ret_needs = needs;
	return REASON_NONE;
}

/* ---- lines ---- */

bool return_line_is_goods(const struct order_line *line)
{
	return line->goods;
}

bool return_line_is_deposit(const struct order_line *line)
{
	return order_line_is_deposit(line);
}

int64_t return_line_left(const struct order_line *line)
{
	const int64_t had = line->goods ? line->handed : line->qty - line->short_;
	const int64_t most = line->qty - line->short_;
	const int64_t left = (had < most ? had : most) - line->returned;

	return left > 0 ? left : 0;
}

static enum reason quantity_verdict(const struct order_line *line, int64_t qty)
{
	const int64_t left = return_line_left(line);

	if (qty < 0 || qty > ORDER_QTY_MAX)
		return REASON_BAD_REQUEST;
	if (!return_line_is_goods(line) && !return_line_is_deposit(line))
		return REASON_ITEM_UNKNOWN;
	if (qty <= left)
		return REASON_NONE;
	return left == 0 && line->returned > 0 ? REASON_ALREADY_RETURNED : REASON_QUANTITY_EXCEEDED;
}

static enum reason withdrawal_verdict(const struct return_line_facts *f)
{
	if (f->rule->withdrawal == WITHDRAWAL_NO)
		return REASON_NOT_RETURNABLE;
	return f->rule->withdrawal == WITHDRAWAL_SEALED && f->back->condition != CONDITION_GOOD
		       ? REASON_NOT_RETURNABLE
		       : REASON_NONE;
}

static enum reason policy_verdict(const struct return_line_facts *f, const struct returns_policy *p)
{
	if (f->back->reason[0] ? !f->reason_known : p->reason_needed)
		return REASON_REASON_NEEDED;
	if (f->back->approved)
		return REASON_NONE;
	if (!f->rule->returnable || !(f->rule->conditions & (1u << f->back->condition)))
		return REASON_NOT_RETURNABLE;
	return f->window_last != DAY_UNKNOWN && f->today > f->window_last ? REASON_WINDOW_CLOSED
									  : REASON_NONE;
}

enum reason return_line_verdict(const struct return_line_facts *f, const struct returns_policy *p)
{
	const enum reason r = quantity_verdict(f->line, f->back->qty);

	if (r != REASON_NONE || f->back->qty == 0 || !return_line_is_goods(f->line))
		return r;
	switch (f->basis) {
	case BASIS_WITHDRAWAL:
		return withdrawal_verdict(f);
	case BASIS_SHOP_POLICY:
		return policy_verdict(f, p);
	case BASIS_COMPLAINT:
	case BASIS_WRONG_ITEM:
	case BASIS_RECALL:
		return REASON_NONE; /* the shop's own fault has no window */
	}
	return REASON_BAD_REQUEST;
}

bool return_approvable(enum reason r, enum return_basis basis, const struct returns_policy *p)
{
	return basis == BASIS_SHOP_POLICY && p->goodwill != RETURNS_REFUSE &&
	       (r == REASON_WINDOW_CLOSED || r == REASON_NOT_RETURNABLE);
}

bool return_over_limit(int64_t amount, enum return_basis basis, const struct returns_policy *p)
{
	return basis != BASIS_WITHDRAWAL && basis != BASIS_RECALL && amount > p->refund_limit;
}

enum goods_to return_goods_to(enum condition c, enum return_basis basis,
			      const struct line_rule *rule)
{
	/* What is complained of, or recalled, is looked at before anything is done with it. */
	if (basis == BASIS_COMPLAINT || basis == BASIS_RECALL)
		return TO_INSPECT;
	switch (c) {
	case CONDITION_GOOD:
		return rule->restock ? TO_STOCK : TO_INSPECT;
	case CONDITION_OPENED:
	case CONDITION_INCOMPLETE:
		return TO_INSPECT;
	case CONDITION_DAMAGED:
		return TO_SCRAP;
	}
	return TO_INSPECT;
}

/* ---- figures ---- */

bool return_is_all(const struct order *o, const struct return_line *back)
{
	for (int i = 0; i < o->line_count; i++) {
		const struct order_line *l = &o->lines[i];

		if (l->goods && (order_line_left(l) > 0 || return_line_left(l) > back[i].qty))
			return false;
	}
	return true;
}

static int64_t deposit_pieces(const struct order *o, const struct return_line *back, int deposit)
{
	const struct order_line *d = &o->lines[deposit];
	const int64_t left = return_line_left(d);
	const int goods = order_deposit_goods(o, deposit);
	int64_t n = back[deposit].qty;

	if (goods >= 0 && o->lines[goods].goods && back[goods].condition == CONDITION_GOOD) {
		const struct order_line *g = &o->lines[goods];

		/* A pack has several bottles, so not always one for one. */
		n += d->qty * (g->returned + back[goods].qty) / g->qty -
		     d->qty * g->returned / g->qty;
	}
	return n < left ? n : left;
}

int64_t return_pieces(const struct order *o, const struct return_line *back,
		      enum return_basis basis, int line)
{
	const struct order_line *l = &o->lines[line];

	if (l->goods)
		return back[line].qty;
	if (return_line_is_deposit(l))
		return deposit_pieces(o, back, line);
	if (basis == BASIS_WITHDRAWAL && json_is(json_get(l->json, "kind"), "delivery") &&
	    return_is_all(o, back))
		return return_line_left(l);
	return 0;
}

int64_t return_gross(const struct order *o, const struct return_line *back, enum return_basis basis,
		     int line)
{
	return refund_of_pieces(&o->lines[line], return_pieces(o, back, basis, line));
}

int64_t return_total(const struct order *o, const struct return_line *back, enum return_basis basis)
{
	int64_t sum = 0; /* of at most 300 amounts of 10^12 */

	for (int i = 0; i < o->line_count; i++)
		sum += return_gross(o, back, basis, i);
	return sum;
}
