// SPDX-License-Identifier: Apache-2.0
#include "firmware/counter/pickup.h"

#include "firmware/counter/pay.h"

struct pickup_policy pickup_policy_read(struct json pickup, struct json fiscal)
{
	struct pickup_policy p = { CHECK_EACH, LATE_APPROVE, ISOLATED_APPROVE, true };
	struct json check = json_get(pickup, "check_items"), late = json_get(pickup, "late");
	struct json isolated = json_get(pickup, "isolated_handover");

	if (json_is(check, "parcel"))
		p.check_items = CHECK_PARCEL;
	else if (json_is(check, "none"))
		p.check_items = CHECK_NONE;
	if (json_is(late, "allow"))
		p.late = LATE_ALLOW;
	else if (json_is(late, "refuse"))
		p.late = LATE_REFUSE;
	if (json_is(isolated, "allow"))
		p.isolated = ISOLATED_ALLOW;
	else if (json_is(isolated, "refuse"))
		p.isolated = ISOLATED_REFUSE;
	p.fiscal_external = !json_is(json_get(fiscal, "mode"), "none");
	return p;
}

bool pickup_late_approvable(enum reason r, const struct pickup_policy *p)
{
	return r == REASON_EXPIRED && p->late == LATE_APPROVE;
}

static enum reason verdict_of_status(const struct order *o, bool late_allowed, int64_t now_ms)
{
	switch (o->status) {
	case ORDER_READY:
	case ORDER_PARTLY_COLLECTED:
		if (o->collect_by_ms && now_ms > o->collect_by_ms && !late_allowed)
			return REASON_EXPIRED;
		return order_finished(o) ? REASON_ALREADY_COLLECTED : REASON_NONE;
	case ORDER_COLLECTED:
	case ORDER_RETURNED:
		return REASON_ALREADY_COLLECTED;
	case ORDER_CANCELLED:
		return REASON_CANCELLED;
	case ORDER_EXPIRED:
		return late_allowed ? REASON_NONE : REASON_EXPIRED;
	case ORDER_STATUS_UNKNOWN:
	case ORDER_AWAITING_PAYMENT:
	case ORDER_PLACED:
	case ORDER_PICKING:
	case ORDER_IN_TRANSIT:
	case ORDER_ON_HOLD:
		return REASON_NOT_READY;
	}
	return REASON_NOT_READY;
}

enum reason pickup_verdict(const struct pickup_facts *f, const struct pickup_policy *p)
{
	const struct order *o = f->order;

	if (!o)
		return REASON_NOT_FOUND;
	if (o->store.type == JSON_STRING && !json_is(o->store, f->store))
		return REASON_WRONG_STORE;
	return verdict_of_status(
		o, p->late == LATE_ALLOW || (p->late == LATE_APPROVE && f->late_approved),
		f->now_ms);
}

enum reason pickup_check(const struct order_line *line, struct pickup_line done, int64_t qty)
{
	if (qty <= 0 || qty > ORDER_QTY_MAX)
		return REASON_BAD_REQUEST;
	if (!line->goods || done.checked + qty > order_line_left(line) - done.short_)
		return REASON_ITEM_SURPLUS;
	return REASON_NONE;
}

enum reason pickup_short(const struct order_line *line, struct pickup_line done, int64_t qty)
{
	if (qty < 0 || qty > ORDER_QTY_MAX || !line->goods)
		return REASON_BAD_REQUEST;
	if (qty > order_line_left(line) - done.checked)
		return REASON_ITEM_SURPLUS;
	return REASON_NONE;
}

int64_t pickup_leaves(const struct order_line *line, struct pickup_line done)
{
	int64_t leaves = order_line_left(line) - done.short_;

	return line->goods && leaves > 0 ? leaves : 0;
}

enum reason pickup_handover(const struct handover_facts *f, const struct pickup_policy *p)
{
	const struct order *o = f->order;
	bool each = p->check_items == CHECK_EACH ||
		    (p->check_items == CHECK_PARCEL && json_count(o->parcels) == 0);

	if (o->rev != f->seen_rev)
		return REASON_ORDER_CHANGED;
	if (f->isolated && p->isolated == ISOLATED_REFUSE)
		return REASON_ISOLATED;
	if (f->isolated && p->isolated == ISOLATED_APPROVE && !f->isolated_approved)
		return REASON_APPROVAL_NEEDED;
	for (int i = 0; i < o->line_count; i++) {
		const struct order_line *l = &o->lines[i];

		if (l->goods && each && f->done[i].checked != pickup_leaves(l, f->done[i]))
			return REASON_ITEMS_UNCHECKED;
		if (l->age_min > 0 && pickup_leaves(l, f->done[i]) > 0)
			return REASON_AGE_CHECK;
	}
	if (p->check_items == CHECK_PARCEL && !each && !f->parcels_checked)
		return REASON_ITEMS_UNCHECKED;
	if (pay_due(o, f->done) > 0)
		return p->fiscal_external ? REASON_FISCAL_NEEDED : REASON_PAYMENT_DUE;
	if (p->fiscal_external && pay_receipt_only(o, f->done))
		return REASON_FISCAL_NEEDED;
	return REASON_NONE;
}
