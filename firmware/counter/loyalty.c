// SPDX-License-Identifier: Apache-2.0
#include "firmware/counter/loyalty.h"

#include <string.h>

/* ---- policy ---- */

/* A figure of policy, or `otherwise` where it is none that may be. */
static int64_t figure(struct json v, int64_t least, int64_t otherwise)
{
	int64_t n;

	return json_int(v, &n) == 0 && n >= least && n <= LOYALTY_POINTS_MAX ? n : otherwise;
}

struct loyalty_policy loyalty_policy_read(struct json policy, struct json tier)
{
	struct loyalty_policy p = {
		.earn_per = figure(json_get(policy, "earn_per"), 1, 100),
		.earn_points = figure(json_get(policy, "earn_points"), 0, 1),
		.point_value = figure(json_get(policy, "point_value"), 1, 1),
	};
	char name[ID_MAX + 1];
	struct json own;

	if (json_string(tier, name, sizeof(name)) <= 0)
		return p;
	own = json_get(json_get(policy, "tiers"), name);
	p.earn_per = figure(json_get(own, "earn_per"), 1, p.earn_per);
	p.earn_points = figure(json_get(own, "earn_points"), 0, p.earn_points);
	return p;
}

/* ---- what was handed over, what came back ---- */

int64_t loyalty_points(const struct loyalty_policy *p, int64_t amount)
{
	const __int128 n = amount > 0 ? (__int128)amount * p->earn_points / p->earn_per : 0;

	return n < LOYALTY_POINTS_MAX ? (int64_t)n : LOYALTY_POINTS_MAX;
}

bool loyalty_line_counts(const struct order_line *l)
{
	const struct json kind = json_get(l->json, "kind");

	return !json_is(kind, "deposit") && !json_is(kind, "gift_card");
}

/* Pieces of a line that are short, with this handover. */
static int64_t short_of(const struct order_line *l, const struct pickup_line *done)
{
	const int64_t n = l->short_ + (done ? done->short_ : 0);

	return n < l->qty ? n : l->qty;
}

static int64_t handed_of(const struct order_line *l, const struct pickup_line *done)
{
	const int64_t n = l->handed + (done ? pickup_leaves(l, *done) : 0);
	const int64_t most = l->qty - short_of(l, done);

	return n < most ? n : most;
}

/* Nothing of the goods is left here, and some of them were handed over. */
static bool goods_are_gone(const struct order *o, const struct pickup_line *done)
{
	bool any = false;

	for (int i = 0; i < o->line_count; i++) {
		const struct order_line *l = &o->lines[i];
		const struct pickup_line *d = done ? &done[i] : NULL;

		if (!l->goods)
			continue;
		if (handed_of(l, d) + short_of(l, d) < l->qty)
			return false;
		any = any || handed_of(l, d) > 0;
	}
	return any;
}

int64_t loyalty_worth(const struct order *o, const struct pickup_line *done)
{
	const bool gone = goods_are_gone(o, done);
	int64_t sum = 0; /* of at most 300 amounts of 10^12 */

	for (int i = 0; i < o->line_count; i++) {
		const struct order_line *l = &o->lines[i];
		const struct pickup_line *d = done ? &done[i] : NULL;

		if (l->paid < 0 || l->qty <= 0 || !loyalty_line_counts(l))
			continue;
		if (l->goods)
			sum += money_part(l->paid, l->qty, short_of(l, d), handed_of(l, d));
		else if (gone)
			sum += l->paid;
	}
	return sum;
}

int64_t loyalty_paid_by_points(const struct order *o)
{
	int64_t sum = 0;

	for (int i = 0; i < o->payment_count; i++)
		if (o->payments[i].captured && json_is(o->payments[i].tender, "points"))
			sum += o->payments[i].amount;
	return sum;
}

static int64_t above_zero(int64_t n)
{
	return n > 0 ? n : 0;
}

int64_t loyalty_earned(const struct order *o, const struct pickup_line *done,
		       const struct loyalty_policy *p, int64_t paid_before)
{
	const int64_t before = above_zero(loyalty_worth(o, NULL) - paid_before);
	const int64_t after = above_zero(loyalty_worth(o, done) - loyalty_paid_by_points(o));

	return above_zero(loyalty_points(p, after) - loyalty_points(p, before));
}

int64_t loyalty_share(int64_t whole, int64_t of, int64_t part)
{
	__int128 twice;

	if (whole <= 0 || part <= 0)
		return 0;
	if (part >= of)
		return whole;
	twice = (__int128)whole * part * 2 + of;
	return (int64_t)(twice / ((__int128)of * 2));
}

int64_t loyalty_returned_worth(const struct order *o, const struct return_line *back,
			       enum return_basis basis)
{
	int64_t sum = 0;

	for (int i = 0; i < o->line_count; i++) {
		const struct order_line *l = &o->lines[i];
		const int64_t most = l->qty - short_of(l, NULL);
		int64_t n = l->returned + (back ? return_pieces(o, back, basis, i) : 0);

		if (l->paid < 0 || l->qty <= 0 || !loyalty_line_counts(l))
			continue;
		n = n < most ? n : most;
		sum += money_part(l->paid, l->qty, short_of(l, NULL), above_zero(n));
	}
	return sum;
}

int64_t loyalty_take_back(const struct order *o, const struct return_line *back,
			  enum return_basis basis, int64_t earned, int64_t taken)
{
	const int64_t all = loyalty_share(earned, loyalty_worth(o, NULL),
					  loyalty_returned_worth(o, back, basis));

	return above_zero(all - taken);
}

/* ---- redeeming ---- */

const char *redeem_way_name(enum redeem_way w)
{
	return w == REDEEM_ASK ? "grant" : "allowance";
}

int64_t redeem_allowance_left(const struct redeem_facts *f)
{
	return f->record_sure ? above_zero(f->allowance - above_zero(f->spent)) : 0;
}

enum reason redeem_unanswered(const struct redeem_facts *f)
{
	if (f->points > f->balance)
		return REASON_POINTS_SHORT;
	return f->points > redeem_allowance_left(f) ? REASON_ALLOWANCE_SHORT : REASON_NONE;
}

enum reason redeem_answered(const struct redeem_facts *f, int64_t granted)
{
	return granted >= f->points ? REASON_NONE : REASON_POINTS_SHORT;
}

enum reason redeem_verdict(const struct redeem_facts *f, const struct loyalty_policy *p,
			   enum redeem_way *ret_way)
{
	if (f->points <= 0 || f->points > LOYALTY_POINTS_MAX)
		return REASON_BAD_REQUEST;
	if (f->points > f->balance)
		return REASON_POINTS_SHORT;
	if (f->points > f->due / p->point_value)
		return REASON_OVERPAID;
	*ret_way = f->reachable ? REDEEM_ASK : REDEEM_ALLOWANCE;
	return f->reachable ? REASON_NONE : redeem_unanswered(f);
}

int64_t redeem_needed(int64_t chosen, int64_t due, const struct loyalty_policy *p)
{
	const int64_t most = above_zero(due) / p->point_value;

	return chosen < most ? chosen : most;
}

int64_t redeem_most(const struct redeem_facts *f, const struct loyalty_policy *p)
{
	const int64_t left = f->reachable ? LOYALTY_POINTS_MAX : redeem_allowance_left(f);
	const int64_t most = redeem_needed(LOYALTY_POINTS_MAX, f->due, p);
	const int64_t n = f->balance < left ? f->balance : left;

	return above_zero(n < most ? n : most);
}

/* ---- coupons ---- */

/* A member of the coupon itself, or else of what policy says of it. */
static struct json said(struct json entry, struct json rule, const char *name)
{
	const struct json own = json_get(entry, name);

	return own.type == JSON_NONE ? json_get(rule, name) : own;
}

static bool read_until(struct json v, int64_t *ret_ms)
{
	char text[TIME_TEXT_MAX + 16];

	*ret_ms = 0;
	if (v.type == JSON_NONE || v.type == JSON_NULL)
		return true;
	return json_string(v, text, sizeof(text)) > 0 && time_parse(slice_of(text), ret_ms) == 0;
}

bool coupon_read(struct json entry, struct json policy, struct coupon *ret_coupon)
{
	struct coupon c = { .once = true };
	struct json rule, category, once;

	if (json_string(json_get(entry, "id"), c.id, sizeof(c.id)) <= 0 ||
	    !id_valid(slice_of(c.id)))
		return false;
	rule = json_get(json_get(policy, "coupons"), c.id);
	category = said(entry, rule, "category");
	once = said(entry, rule, "once");
	c.amount = figure(said(entry, rule, "amount"), 0, 0);
	c.points = figure(said(entry, rule, "points"), 0, 0);
	c.from_total = figure(said(entry, rule, "from_total"), 0, 0);
	c.once = once.type == JSON_NONE || json_true(once);
	c.used = json_true(json_get(entry, "used"));
	if (category.type != JSON_NONE && category.type != JSON_NULL &&
	    json_string(category, c.category, sizeof(c.category)) <= 0)
		return false;
	if (!read_until(said(entry, rule, "until"), &c.until_ms) ||
	    (c.amount > 0) == (c.points > 0))
		return false;
	*ret_coupon = c;
	return true;
}

enum reason coupon_verdict(const struct coupon *c, int64_t worth, int64_t now_ms)
{
	const bool late = c->until_ms && now_ms > c->until_ms;

	return (c->used && c->once) || late || worth <= 0 || worth < c->from_total
		       ? REASON_COUPON_REFUSED
		       : REASON_NONE;
}

/* ---- missions ---- */

bool mission_read(struct json entry, struct mission *ret_mission)
{
	struct mission m = { .count = 0 };

	if (json_string(json_get(entry, "id"), m.id, sizeof(m.id)) <= 0 ||
	    !id_valid(slice_of(m.id)))
		return false;
	for (struct json_walk w = json_walk(json_get(entry, "needs")); json_next(&w);) {
		if (m.count == MISSION_NEEDS_MAX ||
		    json_string(w.name, m.needs[m.count].event, MISSION_EVENT_MAX) <= 0)
			return false;
		m.needs[m.count++].times = figure(w.value, 1, 1);
	}
	m.points = figure(json_get(entry, "points"), 1, 0);
	if (m.count == 0 || m.points == 0 || !read_until(json_get(entry, "until"), &m.until_ms))
		return false;
	*ret_mission = m;
	return true;
}

int64_t mission_wants(const struct mission *m, const char *event)
{
	for (int i = 0; i < m->count; i++)
		if (strcmp(m->needs[i].event, event) == 0)
			return m->needs[i].times;
	return 0;
}

bool mission_complete(const struct mission *m, struct json state, const int64_t *more,
		      int64_t now_ms)
{
	const struct json done = json_get(state, "done");

	if (json_true(json_get(state, "given")) || (m->until_ms && now_ms > m->until_ms))
		return false;
	for (int i = 0; i < m->count; i++) {
		const int64_t had = figure(json_get(done, m->needs[i].event), 0, 0);

		if (had + more[i] < m->needs[i].times)
			return false;
	}
	return true;
}
