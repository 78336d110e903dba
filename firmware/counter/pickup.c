// SPDX-License-Identifier: Apache-2.0
#include "firmware/counter/pickup.h"

#include <errno.h>
#include <string.h>

#include "firmware/counter/calendar.h"
#include "firmware/counter/pay.h"

static struct sale_ban ban_read(struct json v)
{
	struct sale_ban ban = { .from_min = calendar_minute(json_get(v, "from")),
				.to_min = calendar_minute(json_get(v, "to")) };

	if (json_string(json_get(v, "category"), ban.category, sizeof(ban.category)) <= 0 ||
	    ban.from_min < 0 || ban.to_min < 0)
		ban.category[0] = '\0';
	return ban;
}

bool sale_banned(const struct sale_ban *ban, struct json category, int minute_of_day)
{
	const bool late = minute_of_day >= ban->from_min, early = minute_of_day < ban->to_min;

	if (!ban->category[0] || !json_is(category, ban->category))
		return false;
	return ban->from_min > ban->to_min ? late || early : late && early;
}

struct pickup_policy pickup_policy_read(struct json pickup, struct json fiscal)
{
	struct pickup_policy p = { .check_items = CHECK_EACH,
				   .late = LATE_APPROVE,
				   .isolated = ISOLATED_APPROVE,
				   .id_search = SEARCH_APPROVE };
	struct json search = json_get(pickup, "id_search");
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
	if (json_is(search, "allow"))
		p.id_search = SEARCH_ALLOW;
	else if (json_is(search, "refuse"))
		p.id_search = SEARCH_REFUSE;
	p.partial = !json_false(json_get(pickup, "partial"));
	p.ban = ban_read(json_get(pickup, "night_ban"));
	p.fiscal_external = !json_is(json_get(fiscal, "mode"), "none");
	return p;
}

void pickup_policy_for(struct pickup_policy *p, const struct order *o)
{
	if (o->ships && p->check_items == CHECK_EACH)
		p->check_items = CHECK_PARCEL;
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
	if (o->ships && !f->to_courier)
		return REASON_SHIPS;
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
	const int64_t leaves = order_line_left(line) - done.short_ - done.stays;

	return line->goods && leaves > 0 ? leaves : 0;
}

void pickup_deposits(const struct order *o, struct pickup_line *done)
{
	for (int i = 0; i < o->line_count; i++) {
		const int goods =
			order_line_is_deposit(&o->lines[i]) ? order_deposit_goods(o, i) : -1;

		if (goods >= 0)
			done[i].short_ = order_deposit_short(o, i, done[goods].short_);
	}
}

int64_t pickup_sold(const struct order_line *line, struct pickup_line done)
{
	const int64_t sold = line->qty - line->short_ - done.short_;

	if (line->goods)
		return pickup_leaves(line, done);
	return sold > 0 ? sold : 0;
}

enum reason pickup_leave(const struct order *o)
{
	if (!o->reservation)
		return REASON_FORBIDDEN;
	for (int i = 0; i < o->payment_count; i++)
		if (o->payments[i].captured && o->payments[i].amount > o->payments[i].refunded)
			return REASON_OVERPAID;
	return o->status == ORDER_READY ? REASON_NONE : REASON_NOT_READY;
}

bool pickup_all_done(const struct order *o, const struct pickup_line *done)
{
	for (int i = 0; i < o->line_count; i++)
		if (o->lines[i].goods && done[i].stays > 0)
			return false;
	return true;
}

const char *rest_name(enum rest r)
{
	switch (r) {
	case REST_NONE:
		return "";
	case REST_LATER:
		return "later";
	case REST_REFUND:
		return "refund";
	}
	return "";
}

/* What may not be handed over is not missing. */
static void pay_back(struct pickup_line *done, int64_t unchecked)
{
	done->short_ += unchecked;
	if (!done->recalled && !done->banned_now)
		return;
	done->kept += unchecked;
	done->why = done->recalled ? KEPT_RECALLED : KEPT_HOURS;
}

static bool any_checked(const struct order *o, const struct pickup_line *done)
{
	for (int i = 0; i < o->line_count; i++)
		if (o->lines[i].goods && done[i].checked > 0)
			return true;
	return false;
}

enum reason pickup_rest(const struct order *o, struct pickup_line *done, enum rest rest,
			const struct pickup_policy *p)
{
	if (rest == REST_NONE)
		return REASON_NONE;
	if (!p->partial)
		return REASON_FORBIDDEN;
	/* One press never gives a whole order up: what is missing is said piece by piece. */
	if (rest == REST_REFUND && !any_checked(o, done))
		return REASON_ITEMS_UNCHECKED;
	for (int i = 0; i < o->line_count; i++) {
		const int64_t unchecked = pickup_leaves(&o->lines[i], done[i]) - done[i].checked;

		if (unchecked <= 0)
			continue;
		if (rest == REST_REFUND)
			pay_back(&done[i], unchecked);
		else
			done[i].stays += unchecked;
	}
	pickup_deposits(o, done);
	return REASON_NONE;
}

static enum reason line_verdict(const struct order_line *l, const struct pickup_line *done,
				bool each, bool age_checked)
{
	const int64_t leaves = pickup_leaves(l, *done);

	if (!l->goods)
		return REASON_NONE;
	if (each && done->checked != leaves)
		return REASON_ITEMS_UNCHECKED;
	if (leaves == 0)
		return REASON_NONE;
	if (done->recalled)
		return REASON_RECALLED;
	if (done->banned_now)
		return REASON_SALE_HOURS;
	if (l->age_min > 0 && !age_checked)
		return REASON_AGE_CHECK;
	return done->keeps_serials && done->serials != leaves ? REASON_SERIAL_NEEDED : REASON_NONE;
}

/* Something leaves, or all of it is settled: only to put all of it off is no handover. */
static bool does_something(const struct handover_facts *f)
{
	int64_t pieces = 0;

	for (int i = 0; i < f->order->line_count; i++)
		if (f->order->lines[i].goods)
			pieces +=
				pickup_leaves(&f->order->lines[i], f->done[i]) + f->done[i].short_;
	return pieces > 0;
}

enum reason pickup_handover(const struct handover_facts *f, const struct pickup_policy *p)
{
	const struct order *o = f->order;
	const bool each = p->check_items == CHECK_EACH ||
			  (p->check_items == CHECK_PARCEL &&
			   (json_count(o->parcels) == 0 || !f->parcels_checked));

	if (o->rev != f->seen_rev)
		return REASON_ORDER_CHANGED;
	if (f->isolated && p->isolated == ISOLATED_REFUSE)
		return REASON_ISOLATED;
	if (f->isolated && p->isolated == ISOLATED_APPROVE && !f->isolated_approved)
		return REASON_APPROVAL_NEEDED;
	for (int i = 0; i < o->line_count; i++) {
		const enum reason r = line_verdict(&o->lines[i], &f->done[i], each, f->age_checked);

		if (r != REASON_NONE)
			return r;
	}
	if (!does_something(f))
		return REASON_ITEMS_UNCHECKED;
	if (pay_due(o, f->done) > 0)
		return p->fiscal_external ? REASON_FISCAL_NEEDED : REASON_PAYMENT_DUE;
	if (p->fiscal_external && pay_receipt_only(o, f->done))
		return REASON_FISCAL_NEEDED;
	return REASON_NONE;
}

int collector_of(struct json word, bool ships, enum collector *ret_collector)
{
	if (word.type == JSON_NONE && ships)
		*ret_collector = COLLECTOR_COURIER;
	else if (word.type == JSON_NONE || json_is(word, "self"))
		*ret_collector = COLLECTOR_SELF;
	else if (json_is(word, "proxy"))
		*ret_collector = COLLECTOR_PROXY;
	else if (json_is(word, "courier"))
		*ret_collector = COLLECTOR_COURIER;
	else
		return -EINVAL;
	return 0;
}

const char *collector_name(enum collector c)
{
	switch (c) {
	case COLLECTOR_SELF:
		return "self";
	case COLLECTOR_PROXY:
		return "proxy";
	case COLLECTOR_COURIER:
		return "courier";
	}
	return "self";
}

enum reason collector_verdict(enum collector c, const char *name, struct json proxies, bool vouched)
{
	if (c != COLLECTOR_PROXY)
		return REASON_NONE;
	if (!name[0])
		return REASON_BAD_REQUEST;
	if (json_count(proxies) == 0 || vouched)
		return REASON_NONE;
	for (struct json_walk w = json_walk(proxies); json_next(&w);)
		if (json_is(w.value, name))
			return REASON_NONE;
	return REASON_APPROVAL_NEEDED;
}
