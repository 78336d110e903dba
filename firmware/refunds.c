// SPDX-License-Identifier: Apache-2.0
#include "firmware/refunds.h"

#include "firmware/base/log.h"
#include "firmware/counter/slip.h"
#include "firmware/ledger.h"
#include "firmware/loyalty.h"

static bool has_leg(const struct refund_plan *p, int payment)
{
	for (int i = 0; i < p->leg_count; i++)
		if (p->legs[i].payment == payment)
			return true;
	return false;
}

/* What no payment made online takes back, points that were paid here do. */
static void plan_points(struct station *st, const int64_t *given, struct refund_plan *p)
{
	char member[ID_MAX + 1];

	for (int i = 0; i < st->order.payment_count && p->rest > 0; i++) {
		const int64_t left = refund_left(&st->order.payments[i], given[i]);
		const int64_t take = left < p->rest ? left : p->rest;

		if (take <= 0 || has_leg(p, i) || !loyalty_payer(st, &st->order.payments[i], member))
			continue;
		p->legs[p->leg_count++] = (struct refund_leg){ i, take };
		p->rest -= take;
	}
}

void refund_plan(struct station *st, int64_t worth, struct refund_plan *ret_plan)
{
	struct refund_plan *p = ret_plan;
	int64_t given[ORDER_PAYMENTS_MAX] = { 0 };
	char payment[ID_MAX * 2];

	*p = (struct refund_plan){ 0 };
	for (int i = 0; i < st->order.payment_count; i++)
		if (json_string(st->order.payments[i].id, payment, sizeof(payment)) > 0)
			given[i] = store_refunded(st->store, st->order.id, slice_of(payment));
	p->amount = refund_owed(&st->order, worth, given);
	p->leg_count = refund_legs(&st->order, p->amount, given, p->legs, &p->rest);
	plan_points(st, given, p);
	if (p->rest > 0)
		log_warning("order %.*s: no online payment takes %lld back", (int)st->order.id.n,
			    st->order.id.p, (long long)p->rest);
}

void refund_keep(struct station *st, bool known, struct slice order, struct json payment,
		 int64_t amount)
{
	char id[ID_MAX * 2];
	int64_t had, all;

	if (json_string(payment, id, sizeof(id)) <= 0)
		return;
	all = had = store_refunded(st->store, order, slice_of(id));
	for (int i = 0; known && i < st->order.payment_count; i++)
		if (json_is(st->order.payments[i].id, id) && st->order.payments[i].refunded > all)
			all = st->order.payments[i].refunded;
	store_refunded_add(st->store, order, slice_of(id), all - had + amount);
}

void refund_tell(struct station *st, const struct call *c, const struct refund_plan *plan,
		 const char *basis)
{
	char id[ULID_TEXT_MAX], due[TIME_TEXT_MAX], member[ID_MAX + 1];
	struct buf b;

	if (plan->leg_count == 0)
		return;
	ulid_make(&st->clock, id);
	time_format(station_now(st) + REFUND_DUE_MS, due);
	b = event_begin(st);
	jw_str(&b, "refund", id);
	jw_slice(&b, "order", st->order.id);
	jw_str(&b, "basis", basis);
	jw_open(&b, "legs", '[');
	for (int i = 0; i < plan->leg_count; i++) {
		const struct order_payment *p = &st->order.payments[plan->legs[i].payment];

		jw_open(&b, NULL, '{');
		jw_value(&b, "payment", p->id);
		jw_value(&b, "tender", p->tender);
		jw_int(&b, "amount", plan->legs[i].amount);
		if (loyalty_payer(st, p, member))
			jw_bool(&b, "given", true);
		jw_close(&b, '}');
		refund_keep(st, true, st->order.id, p->id, plan->legs[i].amount);
	}
	jw_close(&b, ']');
	jw_str(&b, "due_by", due);
	jw_str(&b, "staff", c->session.row.staff);
	event_end(st, "refund.requested", &b, (struct slice){ 0 }, NULL);
	loyalty_refunded(st, c, plan);
}

void refund_backs(struct station *st, const struct refund_plan *plan,
		  struct slip_back ret_back[ORDER_PAYMENTS_MAX])
{
	char id[ID_MAX * 2];

	for (int i = 0; i < st->order.payment_count; i++) {
		const struct order_payment *p = &st->order.payments[i];
		struct slip_back *back = &ret_back[i];
		int64_t kept = 0;

		*back = (struct slip_back){ 0 };
		for (int leg = 0; leg < plan->leg_count; leg++)
			if (plan->legs[leg].payment == i)
				back->now += plan->legs[leg].amount;
		if (json_string(p->id, id, sizeof(id)) > 0)
			kept = store_refunded(st->store, st->order.id, slice_of(id)) - back->now;
		back->before = kept > p->refunded ? kept : p->refunded;
	}
}
