// SPDX-License-Identifier: Apache-2.0
/* Members: who they are, what is known of them here, what staff see. */
#include "firmware/loyalty.h"

#include <string.h>

#include "firmware/ledger.h"
#include "firmware/offers.h"
#include "firmware/orders.h"
#include "firmware/privacy.h"
#include "firmware/story.h"
#include "firmware/streams.h"
#include "firmware/trust/hash.h"

/* ---- a member as known here ---- */

static int64_t figure_of(struct json v)
{
	const int64_t n = json_int_or(v, 0);

	return n >= -STOCK_MAX && n <= STOCK_MAX ? n : 0;
}

bool member_load(struct station *st, const char *id, struct member_view *ret_view)
{
	struct member_view m = { .balance = 0 };
	struct record r;

	if (!store_find(st->store, STREAM_LOYALTY, slice_of(id), &r) ||
	    r.body.n >= sizeof(st->member))
		return false;
	memcpy(st->member, r.body.p, r.body.n);
	if (json_check((struct slice){ st->member, r.body.n }, &m.body) < 0)
		return false;
	text_fmt(m.id, sizeof(m.id), "%s", id);
	m.balance = figure_of(json_get(m.body, "points")) + store_points_delta(st->store, id);
	m.allowance = figure_of(json_get(json_get(m.body, "allowance"), st->config->lane));
	m.spent = store_points_spent(st->store, id, st->config->lane);
	m.policy = loyalty_policy_read(policy_get(st, "loyalty"), json_get(m.body, "tier"));
	*ret_view = m;
	return true;
}

/* By a key that is one member's and nobody else's. */
static bool member_by(struct station *st, enum lookup kind, const char *key,
		      char ret_member[ID_MAX + 1])
{
	const int64_t gen = store_cursor(st->store, STREAM_LOYALTY).gen;
	char id[ID_MAX + 1] = "", other[ID_MAX + 1];

	if (!store_lookup_next(st->store, gen, kind, slice_of(key), id))
		return false;
	text_fmt(other, sizeof(other), "%s", id);
	if (store_lookup_next(st->store, gen, kind, slice_of(key), other))
		return false;
	text_fmt(ret_member, ID_MAX + 1, "%s", id);
	return true;
}

bool member_of_customer(struct station *st, struct json customer, char ret_member[ID_MAX + 1])
{
	char id[ID_MAX + 1];

	return json_string(json_get(customer, "id"), id, sizeof(id)) > 0 &&
	       member_by(st, LOOKUP_CUSTOMER, id, ret_member);
}

/* A card's number, as such or behind LM. (also at the end of an app's link), or a member's id. */
static bool member_by_card(struct station *st, struct slice text, char ret_member[ID_MAX + 1])
{
	const char *hash = memrchr(text.p, '#', text.n);
	char card[256];
	struct record r;

	if (hash)
		text = (struct slice){ hash + 1, (size_t)(text.p + text.n - hash - 1) };
	if (slice_starts(text, "LM."))
		text = (struct slice){ text.p + 3, text.n - 3 };
	if (text.n == 0 || slice_copy(text, card, sizeof(card)) < 0)
		return false;
	if (member_by(st, LOOKUP_CARD, card, ret_member))
		return true;
	if (!id_valid(text) || !store_find(st->store, STREAM_LOYALTY, text, &r))
		return false;
	slice_copy(text, ret_member, ID_MAX + 1);
	return true;
}

/* ---- who is served ---- */

#define WORK_MEMBER "member"

bool member_of_pickup(struct station *st, enum desk desk, char ret_member[ID_MAX + 1])
{
	char memory[256];
	struct json root;

	if (store_work_extra(st->store, desk, slice_of(WORK_MEMBER), memory, sizeof(memory)) &&
	    json_check(slice_of(memory), &root) == 0)
		return json_string(json_get(root, "member"), ret_member, ID_MAX + 1) > 0;
	return member_of_customer(st, st->order.customer, ret_member);
}

static void keep_member(struct station *st, enum desk desk, const char *member)
{
	char memory[ID_MAX + 32];
	struct buf b;

	buf_init(&b, memory, sizeof(memory));
	jw_open(&b, NULL, '{');
	jw_str(&b, "member", member);
	jw_close(&b, '}');
	store_work_extra_set(st->store, desk, slice_of(WORK_MEMBER), buf_read(&b));
}

static void show(struct station *st, const struct call *c, const struct member_view *m)
{
	char whole[256] = "", name[128] = "", members[ID_MAX + 48];
	struct word_values v = words_none();

	if (json_string(json_get(m->body, "name"), whole, sizeof(whole)) <= 0 ||
	    !shown(PERSONAL_NAME, VIEWER_CUSTOMER, whole, name, sizeof(name)))
		text_fmt(name, sizeof(name), "%s", m->id);
	v.item = name;
	v.n = m->balance > 0 ? m->balance : 0;
	notice_word(st, c->desk, NOTICE_GOOD, "member", WORD_MEMBER, WORD_MEMBER_CUSTOMER, &v);
	text_fmt(members, sizeof(members), "\"member\":\"%s\",\"points\":%lld", m->id,
		 (long long)m->balance);
	answer_ok(st, c, c->session.valid ? members : "");
}

/* Staff see the customer: told like a search, unless an order of theirs tells it. */
static void tell_viewed(struct station *st, const struct call *c, const struct member_view *m)
{
	char customer[ID_MAX + 1];

	if (c->session.valid && c->desk == DESK_COUNTER &&
	    json_string(json_get(m->body, "customer"), customer, sizeof(customer)) > 0)
		profile_viewed(st, c, customer, "loyalty");
}

static void identify(struct station *st, const struct call *c, const char *member)
{
	struct desk_state *desk = &st->desks[c->desk];
	struct word_values v = words_none();
	struct member_view m;

	if (!member || !member_load(st, member, &m)) {
		answer_no(st, c, 409, REASON_NOT_FOUND, &v);
		return;
	}
	if (desk->mode == MODE_PICKUP) {
		if (loyalty_waits(st, c->desk)) {
			answer_no(st, c, 409, REASON_BUSY, &v);
			return;
		}
		/* What was chosen of another's points is free again. */
		loyalty_forget(st, c->desk);
		coupon_drop(st, c->desk);
		keep_member(st, c->desk, m.id);
	} else {
		tell_viewed(st, c, &m);
		story_look_at(st, c, json_get(m.body, "customer"));
		text_fmt(desk->member, sizeof(desk->member), "%s", m.id);
	}
	st->dirty = true;
	show(st, c, &m);
	offers_open(st, c);
}

static void verb_loyalty_identify(struct station *st, const struct call *c, struct json args)
{
	const enum desk_mode mode = st->desks[c->desk].mode;
	char text[256], hash[HASH_TEXT_MAX], member[ID_MAX + 1];
	struct word_values v = words_none();
	bool found;

	if (mode != MODE_IDLE && mode != MODE_PICKUP) {
		answer_no(st, c, 409, REASON_BUSY, &v);
	} else if (json_string(json_get(args, "card"), text, sizeof(text)) > 0) {
		found = member_by_card(st, slice_of(text), member);
		identify(st, c, found ? member : NULL);
	} else if (json_string(json_get(args, "phone"), text, sizeof(text)) > 0) {
		found = typed_phone_hash(st, text, hash) &&
			member_by(st, LOOKUP_PHONE, hash, member);
		identify(st, c, found ? member : NULL);
	} else {
		answer_no(st, c, 400, REASON_BAD_REQUEST, &v);
	}
}

/* A text that might be a card's number, and is no product's or order's. */
static bool may_be_card(struct station *st, const struct scan *s)
{
	char id[ID_MAX + 1];

	switch (s->kind) {
	case SCAN_MEMBER:
		return true;
	case SCAN_GTIN:
		return !product_by_code(st, &s->code, id) && !order_named(st, s->text, id);
	case SCAN_TEXT:
	case SCAN_CUSTOMER:
		return !order_named(st, s->text, id);
	case SCAN_NOTHING:
	case SCAN_PICKUP:
	case SCAN_BADGE:
	case SCAN_PIN:
	case SCAN_PARCEL:
	case SCAN_SSCC:
	case SCAN_CARD_LIKE:
	case SCAN_SLIP:
	case SCAN_SHELF:
		return false;
	}
	return false;
}

bool loyalty_scan(struct station *st, const struct call *c, const struct scan *s)
{
	const enum desk_mode mode = st->desks[c->desk].mode;
	char member[ID_MAX + 1];
	bool found;

	if ((mode != MODE_IDLE && mode != MODE_PICKUP) || !may_be_card(st, s))
		return false;
	/* A parcel's label may look like anything. */
	if (mode == MODE_PICKUP && order_load(st, slice_of(st->desks[c->desk].row.order)) &&
	    pickup_has_parcel(st, s->text))
		return false;
	found = member_by_card(st, s->text, member);
	if (!found && s->kind != SCAN_MEMBER)
		return false;
	identify(st, c, found ? member : NULL);
	return true;
}

/* ---- what staff see ---- */

/* The first of them. */
static void add_card(struct station *st, const struct member_view *m, struct buf *b)
{
	struct json_walk w = json_walk(json_get(m->body, "card"));

	if (json_next(&w))
		jw_shown(b, "card", PERSONAL_CARD, viewer_at(st, DESK_COUNTER), w.value);
	else
		jw_null(b, "card");
}

static void add_chosen(struct station *st, struct buf *b)
{
	struct chosen ch;

	if (!chosen_load(st, DESK_COUNTER, &ch)) {
		jw_null(b, "chosen");
		return;
	}
	jw_open(b, "chosen", '{');
	jw_int(b, "points", ch.points);
	jw_int(b, "amount", ch.amount);
	jw_str(b, "against", redeem_way_name(ch.way));
	jw_bool(b, "asking", ch.asking);
	jw_close(b, '}');
}

void loyalty_document(struct station *st, struct buf *b)
{
	const struct desk_state *desk = &st->desks[DESK_COUNTER];
	const bool pickup = desk->mode == MODE_PICKUP && order_load(st, slice_of(desk->row.order));
	char id[ID_MAX + 1] = "", name[256];
	struct redeem_facts f;
	struct member_view m;

	if (pickup) {
		pickup_done_load(st, DESK_COUNTER);
		if (!member_of_pickup(st, DESK_COUNTER, id))
			id[0] = '\0';
	} else {
		text_fmt(id, sizeof(id), "%s", desk->member);
	}
	if (!id[0] || !member_load(st, id, &m)) {
		jw_null(b, "member");
		return;
	}
	jw_open(b, "member", '{');
	jw_str(b, "member", m.id);
	jw_shown(b, "name", PERSONAL_NAME, viewer_at(st, DESK_COUNTER), json_get(m.body, "name"));
	if (json_string(json_get(m.body, "tier"), name, sizeof(name)) > 0)
		jw_str(b, "tier", name);
	add_card(st, &m, b);
	jw_int(b, "points", m.balance);
	f = redeem_facts_now(st, DESK_COUNTER, &m, 0);
	jw_int(b, "redeemable", pickup ? redeem_most(&f, &m.policy) : 0);
	jw_int(b, "point_value", m.policy.point_value);
	if (pickup)
		add_chosen(st, b);
	else
		jw_null(b, "chosen");
	coupons_document(st, &m, b);
	jw_close(b, '}');
}

const struct verb loyalty_verbs[] = {
	{ "loyalty.identify", false, false, ROLE_CLERK, verb_loyalty_identify },
	{ "loyalty.redeem", false, false, ROLE_CLERK, verb_loyalty_redeem },
	{ "loyalty.coupon", false, false, ROLE_CLERK, verb_loyalty_coupon },
	{ 0 },
};
