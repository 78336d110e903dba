// SPDX-License-Identifier: Apache-2.0
/*
 * Money that other lanes of the store took, gave back or had receipted. Their events come once
 * each, in any order; what they say is the store's own, like what this lane did. And where HQ's
 * record, having heard of it, says otherwise: order.conflict.
 */
#include <string.h>

#include "firmware/base/log.h"
#include "firmware/ledger.h"
#include "firmware/money.h"
#include "firmware/orders.h"

/* ---- heard ---- */

static bool read_id(struct json body, const char *name, char dst[ID_MAX + 1])
{
	return json_string(json_get(body, name), dst, ID_MAX + 1) > 0 && id_valid(slice_of(dst));
}

static bool read_taken(const struct origin *o, struct json body, char order[ID_MAX + 1],
		       struct taken *t)
{
	*t = (struct taken){ .epoch = o->epoch, .seq = o->seq, .at_ms = o->at_ms };
	text_fmt(t->lane, sizeof(t->lane), "%s", o->lane);
	if (json_string(json_get(body, "ref"), t->ref, sizeof(t->ref)) < 0)
		t->ref[0] = '\0';
	if (json_string(json_get(body, "tender"), t->tender, sizeof(t->tender)) < 0)
		t->tender[0] = '\0';
	t->amount = json_int_or(json_get(body, "amount"), 0);
	return read_id(body, "order", order) && read_id(body, "payment", t->payment) &&
	       t->amount >= 0 && t->amount <= MONEY_MAX;
}

/* The handover it was for was heard before it. */
static bool told_already(struct station *st, const struct origin *o, const char *order)
{
	struct order_fact f;

	return store_order_fact(st->store, slice_of(order), &f) && strcmp(f.lane, o->lane) == 0 &&
	       (f.epoch > o->epoch || (f.epoch == o->epoch && f.seq > o->seq));
}

void money_heard_taken(struct station *st, const struct origin *o, struct json body)
{
	char order[ID_MAX + 1];
	struct taken t, had;

	if (!read_taken(o, body, order, &t) || t.amount == 0 || !t.tender[0])
		return;
	/* Heard behind its reversal, it stays taken back. */
	if (store_taken(st->store, slice_of(order), slice_of(t.payment), &had) &&
	    had.state == TAKEN_BACK)
		return;
	if (told_already(st, o, order))
		t.state = TAKEN_TOLD;
	store_taken_set(st->store, slice_of(order), &t);
	order_changed(st, slice_of(order));
}

void money_heard_reversed(struct station *st, const struct origin *o, struct json body)
{
	char order[ID_MAX + 1];
	struct taken t, had;

	if (!read_taken(o, body, order, &t))
		return;
	if (store_taken(st->store, slice_of(order), slice_of(t.payment), &had)) {
		text_fmt(t.tender, sizeof(t.tender), "%s", had.tender);
		text_fmt(t.ref, sizeof(t.ref), "%s", had.ref);
		t.amount = had.amount;
	}
	t.state = TAKEN_BACK;
	store_taken_set(st->store, slice_of(order), &t);
	order_changed(st, slice_of(order));
}

void money_heard_receipt(struct station *st, const struct origin *o, struct json body)
{
	struct receipt r = { .at_ms = o->at_ms };
	char order[ID_MAX + 1];

	if (!read_id(body, "order", order) ||
	    !money_arg_code(json_get(body, "register"), r.register_id, sizeof(r.register_id)) ||
	    !money_arg_code(json_get(body, "number"), r.number, sizeof(r.number)))
		return;
	r.total = json_int_or(json_get(body, "total"), 0);
	if (!read_id(body, "payment", r.payment))
		r.payment[0] = '\0';
	store_receipt_add(st->store, slice_of(order), &r);
	order_changed(st, slice_of(order));
}

/* ---- HQ says otherwise ---- */

static const struct order_payment *recorded(const struct order *hq, const char *payment)
{
	for (int i = 0; i < hq->payment_count; i++)
		if (json_is(hq->payments[i].id, payment))
			return &hq->payments[i];
	return NULL;
}

/* Where nothing is due, HQ has it in its books under another name. */
static bool contradicts(const struct order *hq, const struct taken *t)
{
	const struct order_payment *p = recorded(hq, t->payment);

	if (t->state == TAKEN_BACK)
		return p && p->captured;
	return !(p && p->captured) && order_due(hq) > 0;
}

void money_conflicts(struct station *st, struct slice order)
{
	struct taken t = { .payment = "" };
	char field[ID_MAX + 16];
	struct buf b;

	while (store_taken_next(st->store, order, &t)) {
		if (!contradicts(&st->order, &t) ||
		    !store_upto_covers(st->store, STREAM_ORDERS, t.lane, t.epoch, t.seq))
			continue;
		text_fmt(field, sizeof(field), "payments.%s", t.payment);
		if (!order_conflict_begin(st, field, &b))
			continue;
		jw_str(&b, "hq", t.state == TAKEN_BACK ? "captured" : "unpaid");
		jw_str(&b, "store", t.state == TAKEN_BACK ? "reversed" : "captured");
		event_end(st, "order.conflict", &b, (struct slice){ 0 }, NULL);
		log_warning("order %.*s: HQ does not have payment %s as this store has; kept",
			    (int)order.n, order.p, t.payment);
	}
}
