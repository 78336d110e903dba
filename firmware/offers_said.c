// SPDX-License-Identifier: Apache-2.0
/* What was offered: kept in the desk's work, told, shown to staff, taken or declined. */
#include "firmware/offers_inside.h"

#include <string.h>

#include "firmware/ledger.h"
#include "firmware/loyalty.h"
#include "firmware/orders.h"
#include "firmware/printing.h"
#include "firmware/privacy.h"

#define WORK_OFFERS   "offers"
#define KEPT_TEXT_MAX 2048
#define SLIP_TEXT_MAX 256

/* ---- what was decided, in the desk's work ---- */

static const char *const states[] = { "shown", "taken", "declined" };

const char *offer_state_name(enum offer_state s)
{
	return states[s];
}

void offered_load(struct station *st, enum desk desk, struct offered_all *ret_all)
{
	char memory[KEPT_TEXT_MAX];
	struct json root;

	*ret_all = (struct offered_all){ .count = 0 };
	if (!store_work_extra(st->store, desk, slice_of(WORK_OFFERS), memory, sizeof(memory)) ||
	    json_check(slice_of(memory), &root) < 0)
		return;
	for (struct json_walk w = json_walk(root); json_next(&w) && ret_all->count < OFFERED_MAX;) {
		struct offered *k = &ret_all->one[ret_all->count++];

		json_string(json_get(w.value, "offer"), k->offer, sizeof(k->offer));
		json_string(json_get(w.value, "sku"), k->sku, sizeof(k->sku));
		for (int i = OFFER_SHOWN; i <= OFFER_REFUSED; i++)
			if (json_is(json_get(w.value, "state"), states[i]))
				k->state = (enum offer_state)i;
	}
}

void offered_save(struct station *st, enum desk desk, const struct offered_all *all)
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

struct offered *offered_find(struct offered_all *all, const char *offer)
{
	for (int i = 0; i < all->count; i++)
		if (offer[0] && strcmp(all->one[i].offer, offer) == 0)
			return &all->one[i];
	return NULL;
}

/* ---- telling ---- */

void offered_tell(struct station *st, const struct call *c, const struct person *p,
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

struct person offered_to(struct station *st, enum desk desk)
{
	struct person p = person_of_order(st);
	char customer[ID_MAX + 1];
	struct member_view m;

	if (!member_of_pickup(st, desk, p.member) || !member_load(st, p.member, &m)) {
		p.member[0] = '\0';
		return p;
	}
	if (json_string(json_get(m.body, "customer"), customer, sizeof(customer)) > 0 &&
	    id_valid(slice_of(customer)))
		text_fmt(p.customer, sizeof(p.customer), "%s", customer);
	return p;
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
	char order[ID_MAX + 1];
	struct person person;
	char id[ID_MAX + 1];
	struct offered_all all;
	struct offered *k;

	if (!arg_text(args, "offer", id, sizeof(id))) {
		answer_no(st, c, 400, REASON_BAD_REQUEST, &v);
		return;
	}
	offered_load(st, c->desk, &all);
	k = offered_find(&all, id);
	if (c->desk != DESK_COUNTER || st->desks[c->desk].mode != MODE_PICKUP || !k ||
	    !order_load(st, slice_of(st->desks[c->desk].row.order))) {
		v.item = id;
		words_say(&v, WORD_OFFER_NONE, WORD_OFFER_NONE);
		answer_no(st, c, 409, REASON_BAD_REQUEST, &v);
		return;
	}
	/* Said once more it is the same word. */
	if (k->state != state) {
		k->state = state;
		person = offered_to(st, c->desk);
		slice_copy(st->order.id, order, sizeof(order));
		offered_tell(st, c, &person, order, k);
		offered_save(st, c->desk, &all);
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
	struct offered_all all;

	offered_load(st, DESK_COUNTER, &all);
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
		    id_valid(slice_of(customer)) && id_valid(slice_of(offer)) &&
		    !store_erased(st->store, slice_of(customer)))
			store_offer_add(st->store, customer, offer, contact_happened(st, o),
					(enum offer_state)i);
}

const struct verb offer_verbs[] = {
	{ "offer.take", false, false, ROLE_CLERK, verb_offer_take },
	{ "offer.decline", false, false, ROLE_CLERK, verb_offer_decline },
	{ 0 },
};
