// SPDX-License-Identifier: Apache-2.0
/* What handovers and returns do to a member's points, here and, as far as it was heard, at the
 * other lanes of the store. */
#include <string.h>

#include "firmware/ledger.h"
#include "firmware/loyalty.h"
#include "firmware/orders.h"
#include "firmware/store/till.h"

/* ---- events and what is kept of them ---- */

struct buf points_event(struct station *st, const char *member, int64_t points)
{
	struct buf b = event_begin(st);

	jw_str(&b, "member", member);
	jw_int(&b, "points", points);
	return b;
}

void points_keep(struct station *st, const char *member, int64_t points, const char *note,
		 int64_t seq)
{
	struct points_row row = { .points = points, .epoch = st->ledger.epoch, .seq = seq };

	row.at_ms = station_now(st);
	text_fmt(row.member, sizeof(row.member), "%s", member);
	text_fmt(row.note, sizeof(row.note), "%s", note);
	text_fmt(row.lane, sizeof(row.lane), "%s", st->config->lane);
	store_points_add(st->store, &row);
}

/* ---- facts of an order, by member ---- */

static int64_t count_of(struct json v)
{
	const int64_t n = json_int_or(v, 0);

	return n > 0 && n <= MONEY_MAX ? n : 0;
}

static int64_t larger(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* One that stands in the list already, or a new one; NULL: the list is full. */
static struct order_points *entry_of(struct order_points *all, int *n, const char *member)
{
	for (int i = 0; i < *n; i++)
		if (strcmp(all[i].member, member) == 0)
			return &all[i];
	if (*n == ORDER_MEMBERS_MAX)
		return NULL;
	all[*n] = (struct order_points){ .earned = 0 };
	text_fmt(all[*n].member, sizeof(all[*n].member), "%s", member);
	return &all[(*n)++];
}

int order_points_all(struct station *st, struct order_points ret[ORDER_MEMBERS_MAX])
{
	struct order_points own = { .member = "" }, *e;
	char member[ID_MAX + 1];
	int n = 0;

	for (struct json_walk w = json_walk(json_get(st->order.body, "loyalty")); json_next(&w);) {
		if (json_string(json_get(w.value, "member"), member, sizeof(member)) <= 0 ||
		    !id_valid(slice_of(member)) || !(e = entry_of(ret, &n, member)))
			continue;
		e->earned = count_of(json_get(w.value, "earned"));
		e->back = count_of(json_get(w.value, "back"));
		e->redeemed = count_of(json_get(w.value, "redeemed"));
		e->worth = count_of(json_get(w.value, "worth"));
		e->given = count_of(json_get(w.value, "given"));
	}
	while (store_order_points_next(st->store, st->order.id, &own)) {
		e = entry_of(ret, &n, own.member);
		if (!e)
			continue;
		e->earned = larger(e->earned, own.earned);
		e->back = larger(e->back, own.back);
		e->redeemed = larger(e->redeemed, own.redeemed);
		e->worth = larger(e->worth, own.worth);
		e->given = larger(e->given, own.given);
	}
	return n;
}

void order_points_keep(struct station *st, const struct order_points *all,
		       const struct order_points *add)
{
	struct order_points own = { .member = "" }, row = *add;

	while (store_order_points_next(st->store, st->order.id, &own))
		if (strcmp(own.member, all->member) == 0)
			break;
	if (strcmp(own.member, all->member) != 0)
		own = (struct order_points){ .earned = 0 };
	/* The fact is what was done in all, HQ's share included. */
	row.earned += larger(all->earned - own.earned, 0);
	row.back += larger(all->back - own.back, 0);
	row.redeemed += larger(all->redeemed - own.redeemed, 0);
	row.worth += larger(all->worth - own.worth, 0);
	row.given += larger(all->given - own.given, 0);
	text_fmt(row.member, sizeof(row.member), "%s", all->member);
	store_order_points_add(st->store, st->order.id, &row);
}

static struct order_points points_of(struct station *st, const char *member)
{
	struct order_points all[ORDER_MEMBERS_MAX], none = { .earned = 0 };
	int n = order_points_all(st, all);
	const struct order_points *e = entry_of(all, &n, member);

	text_fmt(none.member, sizeof(none.member), "%s", member);
	return e ? *e : none;
}

/* ---- handing over ---- */

void loyalty_pay(struct station *st, const struct call *c, struct loyalty_sum *ret_sum)
{
	struct loyalty_sum sum = { .member = false };
	struct chosen ch;

	sum.member = c->desk == DESK_COUNTER && member_of_pickup(st, c->desk, sum.id);
	sum.paid_before = loyalty_paid_by_points(&st->order);
	if (chosen_load(st, c->desk, &ch))
		sum.paid_before -= ch.amount;
	coupon_pay(st, c);
	chosen_pay(st, c);
	*ret_sum = sum;
}

static void tell_earned(struct station *st, const struct call *c, const char *member,
			int64_t points)
{
	const struct order_points all = points_of(st, member), add = { .earned = points };
	struct buf b;

	if (points <= 0)
		return;
	b = points_event(st, member, points);
	jw_slice(&b, "order", st->order.id);
	jw_str(&b, "staff", c->session.row.staff);
	points_keep(st, member, points, "",
		    event_end(st, "loyalty.earned", &b, (struct slice){ 0 }, NULL));
	order_points_keep(st, &all, &add);
}

void loyalty_handed(struct station *st, const struct call *c, struct loyalty_sum *sum)
{
	struct member_view m;

	if (!sum->member || !member_load(st, sum->id, &m)) {
		sum->member = false;
		return;
	}
	sum->earned = loyalty_earned(&st->order, st->done, &m.policy, sum->paid_before);
	tell_earned(st, c, m.id, sum->earned);
	sum->earned += coupon_points(st, c, &m);
	sum->earned += missions_count(st, c, m.id, "pickup");
	if (member_load(st, sum->id, &m))
		sum->balance = m.balance;
}

/* ---- taking back ---- */

static struct json payment_record(const struct order *o, struct json id)
{
	for (struct json_walk w = json_walk(json_get(o->body, "payments")); json_next(&w);)
		if (slice_same(json_text(json_get(w.value, "id")), json_text(id)))
			return w.value;
	return (struct json){ .type = JSON_NONE };
}

bool loyalty_payer(struct station *st, const struct order_payment *p, char ret_member[ID_MAX + 1])
{
	struct order_points all[ORDER_MEMBERS_MAX];
	char payment[2 * ID_MAX];
	struct taken t;
	int n;

	if (p->online || !json_is(p->tender, "points"))
		return false;
	if (json_string(p->id, payment, sizeof(payment)) > 0 &&
	    store_taken(st->store, st->order.id, slice_of(payment), &t) &&
	    id_valid(slice_of(t.ref))) {
		text_fmt(ret_member, ID_MAX + 1, "%s", t.ref);
		return true;
	}
	if (json_string(json_get(payment_record(&st->order, p->id), "ref"), ret_member,
			ID_MAX + 1) > 0 &&
	    id_valid(slice_of(ret_member)))
		return true;
	n = order_points_all(st, all);
	for (int i = 0; i < n; i++) {
		if (all[i].redeemed == 0)
			continue;
		text_fmt(ret_member, ID_MAX + 1, "%s", all[i].member);
		return true;
	}
	return false;
}

struct back {
	const struct call *call;
	const char *store, *doc; /* who sold it, and the return; "" where it is none */
	enum return_basis basis;
};

static struct buf back_event(struct station *st, const struct back *k, const char *member,
			     int64_t points, const char *why)
{
	struct buf b = points_event(st, member, points);

	jw_slice(&b, "order", st->order.id);
	jw_str(&b, "why", why);
	if (k->doc[0]) {
		jw_str(&b, "store", k->store);
		jw_str(&b, "return", k->doc);
	}
	jw_str(&b, "staff", k->call->session.row.staff);
	return b;
}

/* What was earned on the goods that come back. */
static void take_back(struct station *st, const struct back *k, const struct order_points *all)
{
	const int64_t n = loyalty_take_back(&st->order, st->back, k->basis, all->earned, all->back);
	const struct order_points add = { .back = n };
	struct buf b;

	if (n == 0)
		return;
	b = back_event(st, k, all->member, -n, "return");
	points_keep(st, all->member, -n, "",
		    event_end(st, "loyalty.earned", &b, (struct slice){ 0 }, NULL));
	order_points_keep(st, all, &add);
}

/* Grosze of points payments of a member that went back before this return. */
static int64_t refunded_before(struct station *st, const char *member)
{
	char payer[ID_MAX + 1];
	int64_t sum = 0;

	for (int i = 0; i < st->order.payment_count; i++)
		if (loyalty_payer(st, &st->order.payments[i], payer) && !strcmp(payer, member))
			sum += st->order.payments[i].refunded;
	return sum;
}

/* What a member paid by points and gets back now. */
static int64_t refunded_now(struct station *st, const struct return_legs *legs, const char *member)
{
	char payer[ID_MAX + 1];
	int64_t sum = 0;

	for (int i = 0; i < st->order.payment_count; i++) {
		if (!loyalty_payer(st, &st->order.payments[i], payer) || strcmp(payer, member) != 0)
			continue;
		for (int l = 0; l < legs->count; l++)
			if (legs->leg[l].here && slice_same(json_text(legs->leg[l].payment),
							    json_text(st->order.payments[i].id)))
				sum += legs->leg[l].amount;
	}
	return sum;
}

static void give_back(struct station *st, const struct back *k, const struct return_legs *legs,
		      const struct order_points *all)
{
	const int64_t now = refunded_now(st, legs, all->member);
	struct order_points add = { .given = 0 };
	struct buf b;

	if (now == 0)
		return;
	add.given =
		loyalty_share(all->redeemed, all->worth, refunded_before(st, all->member) + now) -
		all->given;
	if (add.given <= 0)
		return;
	b = back_event(st, k, all->member, add.given, "refund");
	points_keep(st, all->member, add.given, "",
		    event_end(st, "loyalty.earned", &b, (struct slice){ 0 }, NULL));
	order_points_keep(st, all, &add);
}

void loyalty_returned(struct station *st, const struct call *c, const struct return_work *w,
		      const struct return_legs *legs, const char *doc)
{
	const struct back k = { c, w->store, doc, w->basis };
	struct order_points all[ORDER_MEMBERS_MAX];
	const int n = order_points_all(st, all);

	for (int i = 0; i < n; i++) {
		take_back(st, &k, &all[i]);
		all[i] = points_of(st, all[i].member);
		give_back(st, &k, legs, &all[i]);
	}
}

void loyalty_refunded(struct station *st, const struct call *c, const struct refund_plan *plan)
{
	const struct back k = { .call = c, .store = "", .doc = "" };
	struct order_points all[ORDER_MEMBERS_MAX];
	struct return_legs legs = { .count = plan->leg_count };
	const int n = order_points_all(st, all);

	for (int i = 0; i < plan->leg_count; i++)
		legs.leg[i] = (struct return_leg){
			.payment = st->order.payments[plan->legs[i].payment].id,
			.amount = plan->legs[i].amount,
			.here = true,
		};
	for (int i = 0; i < n; i++)
		give_back(st, &k, &legs, &all[i]);
}

/* ---- heard of another lane ---- */

/* What the event says of an order is kept as a fact, unless HQ's record has it. */
static void hear_order(struct station *st, const struct origin *o, struct json body,
		       const struct order_points *add)
{
	char order[ID_MAX + 1];

	if (json_string(json_get(body, "order"), order, sizeof(order)) <= 0 ||
	    !id_valid(slice_of(order)) ||
	    store_upto_covers(st->store, STREAM_ORDERS, o->lane, o->epoch, o->seq))
		return;
	if (order_load(st, slice_of(order))) {
		const struct order_points all = points_of(st, add->member);

		order_points_keep(st, &all, add);
	} else {
		store_order_points_add(st->store, slice_of(order), add);
	}
}

static void hear_earned(struct station *st, const struct origin *o, struct json body,
			struct points_row *row)
{
	const struct json why = json_get(body, "why");
	struct order_points add = { .earned = 0 };
	char id[ID_MAX + 1];

	text_fmt(add.member, sizeof(add.member), "%s", row->member);
	if (json_is(why, "return"))
		add.back = -row->points;
	else if (json_is(why, "refund"))
		add.given = row->points;
	else if (!json_is(why, "mission"))
		add.earned = row->points;
	if (json_is(why, "mission") && json_string(json_get(body, "mission"), id, sizeof(id)) > 0)
		text_fmt(row->note, sizeof(row->note), "mission:%s", id);
	else
		hear_order(st, o, body, &add);
}

static void hear_redeemed(struct station *st, const struct origin *o, struct json body,
			  struct points_row *row)
{
	struct order_points add = { .redeemed = row->points };

	text_fmt(add.member, sizeof(add.member), "%s", row->member);
	add.worth = count_of(json_get(body, "amount"));
	hear_order(st, o, body, &add);
	row->points = -row->points;
	if (json_is(json_get(body, "against"), "allowance"))
		text_fmt(row->note, sizeof(row->note), "allowance");
}

void loyalty_effect(struct station *st, const struct origin *o, const char *type, struct json body)
{
	struct points_row row = { .epoch = o->epoch, .seq = o->seq, .at_ms = o->at_ms };
	char id[ID_MAX + 1];

	if (strncmp(type, "loyalty.", 8) != 0 || strcmp(type, "loyalty.released") == 0 ||
	    json_string(json_get(body, "member"), row.member, sizeof(row.member)) <= 0 ||
	    !id_valid(slice_of(row.member)))
		return;
	row.points = json_int_or(json_get(body, "points"), 0);
	if (row.points > LOYALTY_POINTS_MAX || row.points < -LOYALTY_POINTS_MAX)
		return;
	text_fmt(row.lane, sizeof(row.lane), "%s", o->lane);
	if (strcmp(type, "loyalty.earned") == 0)
		hear_earned(st, o, body, &row);
	else if (strcmp(type, "loyalty.redeemed") == 0)
		hear_redeemed(st, o, body, &row);
	else if (strcmp(type, "loyalty.used") == 0 &&
		 json_string(json_get(body, "coupon"), id, sizeof(id)) > 0)
		text_fmt(row.note, sizeof(row.note), "coupon:%s", id);
	else if (strcmp(type, "loyalty.counted") == 0 &&
		 json_string(json_get(body, "event"), id, sizeof(id)) > 0)
		text_fmt(row.note, sizeof(row.note), "event:%s", id);
	if (!store_upto_covers(st->store, STREAM_LOYALTY, o->lane, o->epoch, o->seq))
		store_points_add(st->store, &row);
	st->dirty = true;
}
