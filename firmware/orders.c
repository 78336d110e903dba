// SPDX-License-Identifier: Apache-2.0
/* Reading records: an order with facts laid over it, policies, products by their codes. */
#include <string.h>

#include "firmware/base/log.h"
#include "firmware/station.h"

/* Facts of this store win over HQ's record, which may be older; but HQ may know more. */
static void lay_facts(struct station *st, struct order *o)
{
	struct order_fact f;

	for (int i = 0; i < o->line_count; i++) {
		struct line_fact l = store_line_fact(st->store, o->id, json_text(o->lines[i].id));

		if (l.handed > o->lines[i].handed)
			o->lines[i].handed = l.handed;
		if (l.short_ > o->lines[i].short_)
			o->lines[i].short_ = l.short_;
	}
	if (!store_order_fact(st->store, o->id, &f) || o->status == ORDER_RETURNED)
		return;
	if (!strcmp(f.status, "collected"))
		o->status = ORDER_COLLECTED;
	else if (!strcmp(f.status, "partly_collected") && o->status != ORDER_COLLECTED)
		o->status = ORDER_PARTLY_COLLECTED;
}

bool order_load(struct station *st, struct slice id)
{
	struct record r;
	struct json body;
	const char *why;

	if (!store_find(st->store, STREAM_ORDERS, id, &r) || r.body.n >= sizeof(st->body))
		return false;
	memcpy(st->body, r.body.p, r.body.n);
	if (json_check((struct slice){ st->body, r.body.n }, &body) < 0)
		return false;
	why = order_read(id, r.rev, body, &st->order);
	if (why) {
		log_error("order %.*s is stored but unreadable: %s", (int)id.n, id.p, why);
		return false;
	}
	lay_facts(st, &st->order);
	return true;
}

bool order_named(struct station *st, struct slice text, char ret_id[ID_MAX + 1])
{
	struct record r;
	int64_t gen = store_cursor(st->store, STREAM_ORDERS).gen;

	if (id_valid(text) && store_find(st->store, STREAM_ORDERS, text, &r))
		return slice_copy(text, ret_id, ID_MAX + 1) == 0;
	ret_id[0] = '\0';
	return store_lookup_next(st->store, gen, LOOKUP_NUMBER, text, ret_id) ||
	       store_lookup_next(st->store, GEN_GUEST, LOOKUP_NUMBER, text, ret_id);
}

struct json policy_get(struct station *st, const char *id)
{
	struct json none = { 0 }, body;
	struct record r;

	if (!store_find(st->store, STREAM_POLICY, slice_of(id), &r) ||
	    r.body.n >= sizeof(st->policy))
		return none;
	memcpy(st->policy, r.body.p, r.body.n);
	return json_check((struct slice){ st->policy, r.body.n }, &body) < 0 ? none : body;
}

struct pickup_policy pickup_policy_now(struct station *st)
{
	struct json none = { 0 };
	struct pickup_policy p = pickup_policy_read(policy_get(st, "pickup"), none);

	p.fiscal_external =
		pickup_policy_read(none, policy_get(st, "fiscal")).fiscal_external;
	return p;
}

bool product_by_gtin(struct station *st, const struct scan *s, char ret_sku[ID_MAX + 1])
{
	int64_t gen = store_cursor(st->store, STREAM_CATALOG).gen;

	ret_sku[0] = '\0';
	return store_lookup_next(st->store, gen, LOOKUP_GTIN, slice_of(s->gtin14), ret_sku);
}

/* Does HQ's record say otherwise than this store's fact? The field, or NULL. */
static const char *contradiction(struct station *st, const struct order *hq,
				 const struct order_fact *f)
{
	bool collected = !strcmp(f->status, "collected");

	if (hq->status == ORDER_RETURNED)
		return NULL;
	if (collected && hq->status != ORDER_COLLECTED)
		return "status";
	if (!collected && hq->status != ORDER_PARTLY_COLLECTED && hq->status != ORDER_COLLECTED)
		return "status";
	for (int i = 0; i < hq->line_count; i++) {
		struct line_fact l =
			store_line_fact(st->store, hq->id, json_text(hq->lines[i].id));

		if (hq->lines[i].handed_known && hq->lines[i].handed < l.handed)
			return "handed";
	}
	return NULL;
}

void order_conflict_check(struct station *st, struct slice id)
{
	struct order_fact f;
	struct record r;
	struct json body;
	const char *field;
	struct buf b;

	if (!store_order_fact(st->store, id, &f) ||
	    !store_upto_covers(st->store, STREAM_ORDERS, f.lane, f.epoch, f.seq) ||
	    !store_find(st->store, STREAM_ORDERS, id, &r) || r.rev <= f.conflict_rev ||
	    r.body.n >= sizeof(st->body))
		return;
	memcpy(st->body, r.body.p, r.body.n);
	if (json_check((struct slice){ st->body, r.body.n }, &body) < 0 ||
	    order_read(id, r.rev, body, &st->order))
		return;
	field = contradiction(st, &st->order, &f);
	if (!field)
		return;
	f.conflict_rev = r.rev;
	store_order_fact_set(st->store, id, &f);
	b = event_begin(st);
	jw_slice(&b, "order", id);
	jw_str(&b, "field", field);
	jw_str(&b, "hq", order_status_name(st->order.status));
	jw_str(&b, "store", f.status);
	event_end(st, "order.conflict", &b, (struct slice){ 0 }, NULL);
	log_warning("order %.*s: HQ says %s, this store says %s; kept", (int)id.n, id.p,
		    order_status_name(st->order.status), f.status);
}

/* HQ changed an order that a desk has open: tell the people there what it is now. */
void order_changed(struct station *st, struct slice id)
{
	struct pickup_policy policy;
	struct pickup_facts facts;
	struct word_values v = words_none();
	enum reason verdict;
	char number[128];

	st->dirty = st->queue_stale = true;
	for (int d = 0; d < DESK_COUNT; d++) {
		struct desk_state *desk = &st->desks[d];
		struct call c = { .desk = (enum desk)d };

		if (desk->mode != MODE_PICKUP || !slice_eq(id, desk->row.order))
			continue;
		policy = pickup_policy_now(st);
		facts = (struct pickup_facts){ order_load(st, id) ? &st->order : NULL,
					       st->config->store, station_now(st) };
		verdict = pickup_verdict(&facts, &policy);
		if (verdict == REASON_NONE)
			continue; /* shown as it is now; the handover asks again */
		if (facts.order)
			order_number(&st->order, number, sizeof(number));
		v.order = facts.order ? number : desk->row.order;
		pickup_close(st, (enum desk)d);
		answer_no(st, &c, 409, verdict, &v);
	}
}
