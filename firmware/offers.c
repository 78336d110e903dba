// SPDX-License-Identifier: Apache-2.0
#include "firmware/offers.h"

#include <string.h>

#include "firmware/ledger.h"
#include "firmware/loyalty.h"
#include "firmware/orders.h"
#include "firmware/printing.h"
#include "firmware/stock.h"
#include "firmware/store/contact.h"
#include "firmware/survey.h"

#define WORK_OFFERS   "offers"
#define GOODS_MAX     40 /* products of an order whose category and company are looked at */
#define BESIDE_MAX    16 /* products that go with them */
#define BOUGHT_MAX    64
#define BOUGHT_ORDERS 16 /* of the customer's orders, so many are looked at */
#define STOCK_LOOKS   16 /* products of which the shelves are counted for one pickup */
#define KEPT_MAX      (OFFERS_CONTACT_MAX + SUGGESTED_MAX)
#define KEPT_TEXT_MAX 2048
#define SLIP_TEXT_MAX 256

/* ---- what was decided, in the desk's work ---- */

struct offered {
	char offer[ID_MAX + 1]; /* "" a product that goes with the order */
	char sku[ID_MAX + 1];	/* "" none */
	enum offer_state state;
};
struct chosen_all {
	int count;
	struct offered one[KEPT_MAX];
};

static const char *const states[] = { "shown", "taken", "declined" };

static void kept_load(struct station *st, enum desk desk, struct chosen_all *ret)
{
	char memory[KEPT_TEXT_MAX];
	struct json root;

	*ret = (struct chosen_all){ .count = 0 };
	if (!store_work_extra(st->store, desk, slice_of(WORK_OFFERS), memory, sizeof(memory)) ||
	    json_check(slice_of(memory), &root) < 0)
		return;
	for (struct json_walk w = json_walk(root); json_next(&w) && ret->count < KEPT_MAX;) {
		struct offered *k = &ret->one[ret->count++];

		json_string(json_get(w.value, "offer"), k->offer, sizeof(k->offer));
		json_string(json_get(w.value, "sku"), k->sku, sizeof(k->sku));
		for (int i = OFFER_SHOWN; i <= OFFER_REFUSED; i++)
			if (json_is(json_get(w.value, "state"), states[i]))
				k->state = (enum offer_state)i;
	}
}

static void kept_save(struct station *st, enum desk desk, const struct chosen_all *all)
{
	char memory[KEPT_TEXT_MAX];
	struct buf b;

	buf_init(&b, memory, sizeof(memory));
	jw_open(&b, NULL, '[');
	for (int i = 0; i < all->count; i++) {
		jw_open(&b, NULL, '{');
		jw_str(&b, "offer", all->one[i].offer);
		jw_str(&b, "sku", all->one[i].sku);
		jw_str(&b, "state", states[all->one[i].state]);
		jw_close(&b, '}');
	}
	jw_close(&b, ']');
	store_work_extra_set(st->store, desk, slice_of(WORK_OFFERS), buf_read(&b));
	st->dirty = true;
}

static struct offered *kept_find(struct chosen_all *all, const char *offer)
{
	for (int i = 0; i < all->count; i++)
		if (offer[0] && strcmp(all->one[i].offer, offer) == 0)
			return &all->one[i];
	return NULL;
}

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
	struct member_view m;

	if (!order_load(st, slice_of(st->desks[desk].row.order)))
		return false;
	slice_copy(st->order.id, l->order, sizeof(l->order));
	l->person = person_of_order(st);
	/* Who showed a card is who is served. */
	if (member_of_pickup(st, desk, l->person.member) && member_load(st, l->person.member, &m)) {
		char customer[ID_MAX + 1];

		if (json_string(json_get(m.body, "customer"), customer, sizeof(customer)) > 0 &&
		    id_valid(slice_of(customer)))
			text_fmt(l->person.customer, sizeof(l->person.customer), "%s", customer);
	} else {
		l->person.member[0] = '\0';
	}
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
		had->declined = json_is(json_get(w.value, "state"), states[OFFER_REFUSED]);
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

/* ---- telling ---- */

static void tell(struct station *st, const struct call *c, const struct person *p,
		 const char *order, const struct offered *k)
{
	const struct slice nobody = { 0 };
	struct buf b = event_begin(st);

	if (p->customer[0])
		jw_str(&b, "customer", p->customer);
	jw_str(&b, "offer", k->offer);
	if (p->member[0])
		jw_str(&b, "member", p->member);
	if (k->sku[0])
		jw_str(&b, "sku", k->sku);
	jw_str(&b, "order", order);
	jw_str(&b, "channel", "store");
	jw_str(&b, "staff", c->session.row.staff);
	switch (k->state) {
	case OFFER_SHOWN:
		event_end(st, "offer.shown", &b, nobody, NULL);
		break;
	case OFFER_TAKEN:
		event_end(st, "offer.taken", &b, nobody, NULL);
		break;
	case OFFER_REFUSED:
		event_end(st, "offer.declined", &b, nobody, NULL);
		break;
	}
	if (p->customer[0])
		store_offer_add(st->store, p->customer, k->offer, station_now(st), k->state);
}

/* ---- deciding ---- */

static bool sku_kept(const struct chosen_all *all, const char *sku)
{
	for (int i = 0; i < all->count; i++)
		if (sku[0] && strcmp(all->one[i].sku, sku) == 0)
			return true;
	return false;
}

/* "" and true for a service. */
static bool choose_sku(struct station *st, struct look *l, const struct candidate *c,
		       const struct chosen_all *all, char ret_sku[ID_MAX + 1])
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
		       struct chosen_all *all)
{
	int shown = 0;

	for (int i = 0; i < all->count; i++)
		shown += all->one[i].offer[0] != '\0';
	for (int i = 0; i < l->candidate_count && shown < most && all->count < KEPT_MAX; i++) {
		const struct candidate *cand = &l->candidate[i];
		struct offered k = { .state = OFFER_SHOWN };

		if (kept_find(all, cand->offer) || !choose_sku(st, l, cand, all, k.sku))
			continue;
		text_fmt(k.offer, sizeof(k.offer), "%s", cand->offer);
		all->one[all->count++] = k;
		shown++;
		tell(st, c, &l->person, l->order, &k);
	}
}

static void add_suggested(struct station *st, struct look *l, struct chosen_all *all)
{
	const struct candidate any = { .in_stock = true };
	int n = 0;

	for (int i = 0; i < l->beside_count && n < SUGGESTED_MAX && all->count < KEPT_MAX; i++) {
		struct offered k = { .state = OFFER_SHOWN };

		if (sku_kept(all, l->beside[i]) || !may_have(st, l, &any, l->beside[i]))
			continue;
		text_fmt(k.sku, sizeof(k.sku), "%s", l->beside[i]);
		all->one[all->count++] = k;
		n++;
	}
}

/* Products beside the offers are chosen anew: one of them may be offered now. */
static void drop_suggested(struct chosen_all *all)
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
	struct chosen_all all;

	if (c->desk != DESK_COUNTER || st->desks[c->desk].mode != MODE_PICKUP ||
	    !look_begin(st, c->desk, &look))
		return;
	kept_load(st, c->desk, &all);
	drop_suggested(&all);
	/* A courier takes it, not its customer. */
	if (!st->order.ships) {
		find_candidates(st, &look, &policy);
		add_offers(st, c, &look, policy.most, &all);
		if (policy.suggest)
			add_suggested(st, &look, &all);
	}
	kept_save(st, c->desk, &all);
	order_load(st, slice_of(st->desks[c->desk].row.order));
}

/* ---- the customer's word ---- */

/* The offer of this name in the policy as it is now. */
static bool offer_named(struct station *st, const char *id, struct offer *ret_offer)
{
	const struct offers_policy policy = offers_policy_read(policy_get(st, "offers"));

	for (struct json_walk w = json_walk(policy.list); json_next(&w);)
		if (json_is(json_get(w.value, "id"), id) && offer_read(w.value, ret_offer))
			return true;
	return false;
}

static void offer_words(const struct offer *o, const char *id, enum language l,
			char text[SURVEY_TEXT_MAX])
{
	if (!o || !policy_text(o->text, l, SURVEY_CHARS, text))
		text_fmt(text, SURVEY_TEXT_MAX, "%s", id);
}

static void print_code(struct station *st, const char *sku, struct buf *doc)
{
	struct json_walk w;
	struct json body;
	struct record r;
	char code[32];

	if (!store_find(st->store, STREAM_CATALOG, slice_of(sku), &r) ||
	    json_check(r.body, &body) < 0)
		return;
	w = json_walk(json_get(body, "gtin"));
	if (json_next(&w) && json_string(w.value, code, sizeof(code)) > 0 &&
	    text_digits(slice_of(code)) && (strlen(code) == 13 || strlen(code) == 8))
		doc_text(doc, 'E', code);
}

/* For the shop's till; nothing of the customer stands on it. */
static int64_t print(struct station *st, const struct offer *o, const struct offered *k,
		     enum language l)
{
	char text[SURVEY_TEXT_MAX], name[PRODUCT_NAME_MAX] = "", money[MONEY_TEXT_MAX] = "";
	char points[SLIP_TEXT_MAX];
	struct word_values v = words_none();
	struct buf doc, b;

	offer_words(o, k->offer, l, text);
	buf_init(&doc, st->doc, sizeof(st->doc));
	doc_text(&doc, 'H', word_text(WORD_OFFER_TITLE, l));
	doc_text(&doc, 'B', text);
	if (k->sku[0])
		product_name(st, k->sku, l, name);
	if (o->price >= 0)
		money_format(o->price, l, money);
	if (name[0] || money[0])
		doc_pair(&doc, slice_of(name), slice_of(money));
	if (o->points > 0) {
		v.n = o->points;
		buf_init(&b, points, sizeof(points));
		words_fill(word_text(WORD_OFFER_POINTS, l), &v, &b);
		doc_line(&doc, 'T', buf_read(&b));
	}
	if (k->sku[0])
		print_code(st, k->sku, &doc);
	doc_text(&doc, 'C', word_text(WORD_OFFER_TILL, l));
	doc_text(&doc, 'C', k->offer);
	doc_line(&doc, 'X', (struct slice){ 0 });
	return doc.overflow ? 0 : job_queue(st, "offer", NULL, buf_read(&doc));
}

static void said(struct station *st, const struct call *c, const struct offered *k)
{
	const enum language l = st->desks[c->desk].language;
	struct word_values v = words_none();
	char text[SURVEY_TEXT_MAX], members[ID_MAX + 96];
	struct offer offer;
	const bool there = offer_named(st, k->offer, &offer);
	enum word w = k->state == OFFER_TAKEN ? WORD_OFFER_REMIND : WORD_OFFER_DECLINED;
	int64_t job = 0;

	offer_words(there ? &offer : NULL, k->offer, l, text);
	if (k->state == OFFER_TAKEN && there && offer.then == OFFER_PRINT)
		job = print(st, &offer, k, st->order.language);
	if (job)
		w = WORD_OFFER_PRINTED;
	v.item = text;
	notice_word(st, c->desk, NOTICE_GOOD, "offer", w, w, &v);
	if (k->state != OFFER_TAKEN)
		notice_hide_from_customer(st, c->desk);
	text_fmt(members, sizeof(members), "\"offer\":\"%s\",\"state\":\"%s\",\"job\":%lld",
		 k->offer, states[k->state], (long long)job);
	answer_ok(st, c, members);
}

static void decide_offer(struct station *st, const struct call *c, struct json args,
			 enum offer_state state)
{
	struct word_values v = words_none();
	struct look look = { .line_count = 0 };
	char id[ID_MAX + 1];
	struct chosen_all all;
	struct offered *k;

	if (!arg_text(args, "offer", id, sizeof(id))) {
		answer_no(st, c, 400, REASON_BAD_REQUEST, &v);
		return;
	}
	kept_load(st, c->desk, &all);
	k = kept_find(&all, id);
	if (c->desk != DESK_COUNTER || st->desks[c->desk].mode != MODE_PICKUP || !k ||
	    !look_begin(st, c->desk, &look)) {
		v.item = id;
		words_say(&v, WORD_OFFER_NONE, WORD_OFFER_NONE);
		answer_no(st, c, 409, REASON_BAD_REQUEST, &v);
		return;
	}
	/* Said once more it is the same word. */
	if (k->state != state) {
		k->state = state;
		tell(st, c, &look.person, look.order, k);
		kept_save(st, c->desk, &all);
	}
	said(st, c, k);
}

static void verb_offer_take(struct station *st, const struct call *c, struct json args)
{
	decide_offer(st, c, args, OFFER_TAKEN);
}

static void verb_offer_decline(struct station *st, const struct call *c, struct json args)
{
	decide_offer(st, c, args, OFFER_REFUSED);
}

/* ---- what staff see ---- */

static int64_t price_of(struct station *st, const char *sku)
{
	struct record r;
	struct json body;

	return store_find(st->store, STREAM_CATALOG, slice_of(sku), &r) &&
			       json_check(r.body, &body) == 0
		       ? json_int_or(json_get(body, "price"), -1)
		       : -1;
}

static void write_one(struct station *st, struct buf *b, const struct offered *k)
{
	const enum language l = st->desks[DESK_COUNTER].language;
	char text[SURVEY_TEXT_MAX];
	struct offer o = { .price = -1, .points = -1 };
	const bool there = k->offer[0] && offer_named(st, k->offer, &o);
	const int64_t price = k->sku[0] ? price_of(st, k->sku) : -1;

	jw_open(b, NULL, '{');
	if (k->sku[0]) {
		char name[PRODUCT_NAME_MAX];

		product_name(st, k->sku, l, name);
		jw_str(b, "sku", k->sku);
		jw_str(b, "name", name);
	}
	if (price >= 0)
		jw_int(b, "price", price);
	if (k->offer[0]) {
		offer_words(there ? &o : NULL, k->offer, l, text);
		jw_str(b, "offer", k->offer);
		jw_str(b, "text", text);
		jw_str(b, "state", states[k->state]);
	}
	if (o.price >= 0)
		jw_int(b, "offer_price", o.price);
	if (o.points >= 0)
		jw_int(b, "points", o.points);
	jw_close(b, '}');
}

void offers_document(struct station *st, struct buf *b)
{
	struct chosen_all all;

	kept_load(st, DESK_COUNTER, &all);
	jw_open(b, "suggest", '[');
	for (int i = 0; i < all.count; i++)
		write_one(st, b, &all.one[i]);
	jw_close(b, ']');
}

void offers_effect(struct station *st, const struct origin *o, const char *type, struct json body)
{
	static const char *const types[] = { "offer.shown", "offer.taken", "offer.declined" };
	char customer[ID_MAX + 1], offer[ID_MAX + 1];

	for (int i = OFFER_SHOWN; i <= OFFER_REFUSED; i++)
		if (strcmp(type, types[i]) == 0 &&
		    json_string(json_get(body, "customer"), customer, sizeof(customer)) > 0 &&
		    json_string(json_get(body, "offer"), offer, sizeof(offer)) > 0 &&
		    id_valid(slice_of(customer)) && id_valid(slice_of(offer)))
			store_offer_add(st->store, customer, offer, contact_happened(st, o),
					(enum offer_state)i);
}

const struct verb offer_verbs[] = {
	{ "offer.take", false, false, ROLE_CLERK, verb_offer_take },
	{ "offer.decline", false, false, ROLE_CLERK, verb_offer_decline },
	{ 0 },
};
