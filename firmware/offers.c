// SPDX-License-Identifier: Apache-2.0
/* Deciding what is offered at an open pickup. */
#include "firmware/offers_inside.h"

#include <string.h>

#include "firmware/loyalty.h"
#include "firmware/orders.h"
#include "firmware/stock.h"

#define GOODS_MAX     40 /* products of an order whose category and company are looked at */
#define BESIDE_MAX    16 /* products that go with them */
#define BOUGHT_MAX    64
#define BOUGHT_ORDERS 16 /* of the customer's orders, so many are looked at */
#define STOCK_LOOKS   16 /* products of which the shelves are counted for one pickup */

/* ---- what is known of the order and its customer ---- */

struct candidate {
	char offer[ID_MAX + 1]; /* "" none */
	int sku_count;		/* 0: a service */
	char sku[OFFER_SKUS_MAX][ID_MAX + 1];
	bool in_stock;
	int64_t not_bought_days;
};

struct bought {
	char sku[ID_MAX + 1];
	int64_t at_ms;
};

struct look {
	struct person person;
	int line_count; /* of the order's goods */
	char line_sku[ORDER_LINES_MAX][ID_MAX + 1];
	char category[GOODS_MAX][CATEGORY_MAX];
	int beside_count;
	char beside[BESIDE_MAX][ID_MAX + 1];
	int64_t worth;
	char phone_hash[HASH_TEXT_MAX], order[ID_MAX + 1];
	bool adult; /* somebody has looked at the collector's age */
	bool bought_known;
	int bought_count;
	struct bought bought[BOUGHT_MAX];
	int candidate_count;
	struct candidate candidate[OFFERS_MAX];
	int stock_looks;
};

static void add_beside(struct look *l, struct json suggest)
{
	for (struct json_walk w = json_walk(suggest); json_next(&w);) {
		char sku[ID_MAX + 1];
		bool there = false;

		if (l->beside_count == BESIDE_MAX || json_string(w.value, sku, sizeof(sku)) <= 0)
			continue;
		for (int i = 0; i < l->beside_count; i++)
			there = there || strcmp(l->beside[i], sku) == 0;
		if (!there)
			text_fmt(l->beside[l->beside_count++], ID_MAX + 1, "%s", sku);
	}
}

static void look_at_goods(struct station *st, struct look *l)
{
	for (int i = 0; i < st->order.line_count; i++) {
		const struct order_line *line = &st->order.lines[i];
		const int n = l->line_count;
		struct record r;
		struct json body;

		if (!line->goods || json_string(line->sku, l->line_sku[n], ID_MAX + 1) <= 0)
			continue;
		l->line_count++;
		if (n < GOODS_MAX &&
		    store_find(st->store, STREAM_CATALOG, slice_of(l->line_sku[n]), &r) &&
		    json_check(r.body, &body) == 0) {
			if (json_string(json_get(body, "category"), l->category[n], CATEGORY_MAX) <
			    0)
				l->category[n][0] = '\0';
			add_beside(l, json_get(body, "suggest"));
		}
	}
}

static bool look_begin(struct station *st, enum desk desk, struct look *l)
{
	if (!order_load(st, slice_of(st->desks[desk].row.order)))
		return false;
	slice_copy(st->order.id, l->order, sizeof(l->order));
	l->person = offered_to(st, desk);
	if (json_string(json_get(st->order.customer, "phone_hash"), l->phone_hash,
			sizeof(l->phone_hash)) < 0)
		l->phone_hash[0] = '\0';
	l->worth = st->order.total;
	l->adult = pickup_age_checked(st, desk);
	look_at_goods(st, l);
	return true;
}

static struct offer_customer customer_of(struct station *st, const struct look *l,
					 struct json *ret_record)
{
	struct offer_customer c = { .known = l->person.customer[0] != '\0' };
	struct member_view m;

	if (!l->person.member[0] || !member_load(st, l->person.member, &m))
		return c;
	c.member = true;
	c.tier = json_get(m.body, "tier");
	c.consents = json_get(m.body, "consents");
	c.elsewhere = person_elsewhere(m.body);
	c.quiet_until_ms = person_quiet_until(m.body);
	*ret_record = m.body;
	return c;
}

/* ---- which offers ---- */

/* By HQ's word, which knows of all channels. */
static void had_elsewhere(struct json record, const char *offer, struct offer_had *had)
{
	for (struct json_walk w = json_walk(json_get(record, "offers")); json_next(&w);) {
		char text[TIME_TEXT_MAX + 8];
		int64_t at;

		if (!json_is(json_get(w.value, "id"), offer) ||
		    json_string(json_get(w.value, "at"), text, sizeof(text)) <= 0 ||
		    time_parse(slice_of(text), &at) < 0 || at <= had->at_ms)
			continue;
		had->at_ms = at;
		had->declined =
			json_is(json_get(w.value, "state"), offer_state_name(OFFER_REFUSED));
	}
}

static struct offer_had had_of(struct station *st, const struct look *l, struct json record,
			       const char *offer)
{
	struct offer_had had = { .at_ms = 0 };
	enum offer_state state;

	if (l->person.customer[0] &&
	    store_offer(st->store, l->person.customer, offer, &had.at_ms, &state))
		had.declined = state == OFFER_REFUSED;
	had_elsewhere(record, offer, &had);
	return had;
}

static void add_candidate(struct look *l, const struct offer *o)
{
	struct candidate *c = &l->candidate[l->candidate_count++];

	*c = (struct candidate){ .in_stock = o->in_stock, .not_bought_days = o->not_bought_days };
	text_fmt(c->offer, sizeof(c->offer), "%s", o->id);
	if (o->sku.type == JSON_STRING)
		c->sku_count = json_string(o->sku, c->sku[0], sizeof(c->sku[0])) > 0;
	for (struct json_walk w = json_walk(o->sku);
	     json_next(&w) && c->sku_count < OFFER_SKUS_MAX;)
		if (json_string(w.value, c->sku[c->sku_count], sizeof(c->sku[0])) > 0)
			c->sku_count++;
}

/* Those the customer may have, by all that is not about their products. */
static void find_candidates(struct station *st, struct look *l, struct offers_policy *ret_policy)
{
	struct json record = { .type = JSON_NONE };
	const struct offer_customer who = customer_of(st, l, &record);
	const struct offer_basket basket = {
		.count = l->line_count < GOODS_MAX ? l->line_count : GOODS_MAX,
		.sku = (const char(*)[ID_MAX + 1]) l->line_sku,
		.category = (const char(*)[CATEGORY_MAX])l->category,
		.worth = l->worth,
	};
	const int64_t now = station_now(st);
	const struct local_time t = time_local(now);
	const struct offer_time time = { now, t.weekday, t.hour * 60 + t.minute };
	int seen = 0;

	*ret_policy = offers_policy_read(policy_get(st, "offers"));
	for (struct json_walk w = json_walk(ret_policy->list); json_next(&w);) {
		struct offer_had had;
		struct offer o;

		if (seen++ == OFFERS_MAX)
			return;
		if (!offer_read(w.value, &o))
			continue;
		had = had_of(st, l, record, o.id);
		if (offer_decide(ret_policy, &o, &who, &basket, &had, &time) == OFFER_FITS)
			add_candidate(l, &o);
	}
}

/* ---- which product of an offer ---- */

static void add_bought(struct station *st, struct look *l)
{
	char text[TIME_TEXT_MAX + 8];
	struct order_fact fact;
	int64_t at = 0;

	if (json_string(json_get(st->order.collected, "at"), text, sizeof(text)) > 0)
		time_parse(slice_of(text), &at);
	if (store_order_fact(st->store, st->order.id, &fact) && fact.at_ms > at)
		at = fact.at_ms;
	for (int i = 0; at && i < st->order.line_count && l->bought_count < BOUGHT_MAX; i++) {
		const struct order_line *line = &st->order.lines[i];
		struct bought *b = &l->bought[l->bought_count];

		if (!line->goods || line->handed <= line->returned ||
		    json_string(line->sku, b->sku, sizeof(b->sku)) <= 0)
			continue;
		b->at_ms = at;
		l->bought_count++;
	}
}

/* What they have bought, by the orders known here of this customer or this phone. */
static void look_at_bought(struct station *st, struct look *l, enum lookup kind, const char *key)
{
	const int64_t gen = store_cursor(st->store, STREAM_ORDERS).gen;
	char id[ID_MAX + 1] = "";

	for (int n = 0; key[0] && n < BOUGHT_ORDERS &&
			store_lookup_next(st->store, gen, kind, slice_of(key), id);
	     n++)
		if (strcmp(id, l->order) != 0 && order_load(st, slice_of(id)))
			add_bought(st, l);
}

static int64_t bought_ms(struct station *st, struct look *l, const char *sku)
{
	int64_t at = 0;

	if (!l->bought_known) {
		look_at_bought(st, l, LOOKUP_PHONE, l->phone_hash);
		look_at_bought(st, l, LOOKUP_CUSTOMER, l->person.customer);
		l->bought_known = true;
	}
	for (int i = 0; i < l->bought_count; i++)
		if (strcmp(l->bought[i].sku, sku) == 0 && l->bought[i].at_ms > at)
			at = l->bought[i].at_ms;
	return at;
}

static struct offer_product product_of(struct station *st, const struct look *l, const char *sku)
{
	struct offer_product p = { .known = false };
	struct json body, blocked;
	struct record r;

	if (!store_find(st->store, STREAM_CATALOG, slice_of(sku), &r) ||
	    json_check(r.body, &body) < 0)
		return p;
	blocked = json_get(body, "blocked");
	p.known = true;
	p.blocked = blocked.type != JSON_NONE && blocked.type != JSON_NULL && !json_false(blocked);
	p.age = json_get(body, "age").type == JSON_OBJECT && !l->adult;
	for (int i = 0; i < l->line_count; i++)
		p.in_order = p.in_order || strcmp(l->line_sku[i], sku) == 0;
	return p;
}

/* Counting the shelf looks at every order that holds some of it, so it comes last. */
static bool may_have(struct station *st, struct look *l, const struct candidate *c, const char *sku)
{
	const int64_t now = station_now(st);
	struct offer_product p = product_of(st, l, sku);

	if (!offer_product_fits(&p, false, 0, now))
		return false;
	if (c->not_bought_days) {
		p.bought_ms = bought_ms(st, l, sku);
		if (!offer_product_fits(&p, false, c->not_bought_days, now))
			return false;
	}
	if (!c->in_stock)
		return true;
	if (l->stock_looks++ >= STOCK_LOOKS)
		return false;
	p.available = stock_figures(st, sku).available;
	stock_on_hand(st, sku, &p.stock_known);
	return offer_product_fits(&p, true, c->not_bought_days, now);
}

/* ---- deciding ---- */

static bool sku_kept(const struct offered_all *all, const char *sku)
{
	for (int i = 0; i < all->count; i++)
		if (sku[0] && strcmp(all->one[i].sku, sku) == 0)
			return true;
	return false;
}

/* "" and true for a service. */
static bool choose_sku(struct station *st, struct look *l, const struct candidate *c,
		       const struct offered_all *all, char ret_sku[ID_MAX + 1])
{
	ret_sku[0] = '\0';
	for (int i = 0; i < c->sku_count; i++)
		if (!sku_kept(all, c->sku[i]) && may_have(st, l, c, c->sku[i])) {
			text_fmt(ret_sku, ID_MAX + 1, "%s", c->sku[i]);
			return true;
		}
	return c->sku_count == 0;
}

static void add_offers(struct station *st, const struct call *c, struct look *l, int64_t most,
		       struct offered_all *all)
{
	int shown = 0;

	for (int i = 0; i < all->count; i++)
		shown += all->one[i].offer[0] != '\0';
	for (int i = 0; i < l->candidate_count && shown < most && all->count < OFFERED_MAX; i++) {
		const struct candidate *cand = &l->candidate[i];
		struct offered k = { .state = OFFER_SHOWN };

		if (offered_find(all, cand->offer) || !choose_sku(st, l, cand, all, k.sku))
			continue;
		text_fmt(k.offer, sizeof(k.offer), "%s", cand->offer);
		all->one[all->count++] = k;
		shown++;
		offered_tell(st, c, &l->person, l->order, &k);
	}
}

static void add_suggested(struct station *st, struct look *l, struct offered_all *all)
{
	const struct candidate any = { .in_stock = true };
	int n = 0;

	for (int i = 0; i < l->beside_count && n < SUGGESTED_MAX && all->count < OFFERED_MAX; i++) {
		struct offered k = { .state = OFFER_SHOWN };

		if (sku_kept(all, l->beside[i]) || !may_have(st, l, &any, l->beside[i]))
			continue;
		text_fmt(k.sku, sizeof(k.sku), "%s", l->beside[i]);
		all->one[all->count++] = k;
		n++;
	}
}

/* Products beside the offers are chosen anew: one of them may be offered now. */
static void drop_suggested(struct offered_all *all)
{
	int n = 0;

	for (int i = 0; i < all->count; i++)
		if (all->one[i].offer[0])
			all->one[n++] = all->one[i];
	all->count = n;
}

void offers_open(struct station *st, const struct call *c)
{
	struct look look = { .line_count = 0 };
	struct offers_policy policy;
	struct offered_all all;
	int before;

	if (c->desk != DESK_COUNTER || st->desks[c->desk].mode != MODE_PICKUP ||
	    !look_begin(st, c->desk, &look))
		return;
	offered_load(st, c->desk, &all);
	before = all.count;
	drop_suggested(&all);
	/* A courier takes it, not its customer. */
	if (!st->order.ships) {
		find_candidates(st, &look, &policy);
		add_offers(st, c, &look, policy.most, &all);
		if (policy.suggest)
			add_suggested(st, &look, &all);
	}
	if (all.count || before)
		offered_save(st, c->desk, &all);
	order_load(st, slice_of(st->desks[c->desk].row.order));
}
