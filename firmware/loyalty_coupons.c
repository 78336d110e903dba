// SPDX-License-Identifier: Apache-2.0
/* Coupons and missions: few rules, all of them data of HQ. */
#include <string.h>

#include "firmware/ledger.h"
#include "firmware/loyalty.h"
#include "firmware/money.h"
#include "firmware/orders.h"

#define WORK_COUPON   "coupon"
#define COUPONS_SHOWN 20

/* ---- what is chosen ---- */

/* One of a member by its id, as it is now: used, too, where a lane has told so. */
static bool coupon_of(struct station *st, const struct member_view *m, const char *id,
		      struct coupon *ret_coupon)
{
	char note[POINTS_NOTE_MAX];

	for (struct json_walk w = json_walk(json_get(m->body, "coupons")); json_next(&w);) {
		if (!json_is(json_get(w.value, "id"), id) ||
		    !coupon_read(w.value, policy_get(st, "loyalty"), ret_coupon))
			continue;
		text_fmt(note, sizeof(note), "coupon:%s", id);
		ret_coupon->used =
			ret_coupon->used || store_points_noted(st->store, m->id, note) > 0;
		return true;
	}
	return false;
}

/* What is handed over now of the goods that count for it, in grosze. */
static int64_t worth_of(struct station *st, const struct coupon *c)
{
	int64_t sum = 0;

	for (int i = 0; i < st->order.line_count; i++) {
		const struct order_line *l = &st->order.lines[i];
		const int64_t n = order_line_left(l) - st->done[i].short_ - st->done[i].stays;
		char sku[ID_MAX + 1];
		struct json body;
		struct record r;

		if (!l->goods || l->paid < 0 || n <= 0 || !loyalty_line_counts(l))
			continue;
		if (c->category[0] && (json_string(l->sku, sku, sizeof(sku)) <= 0 ||
				       !store_find(st->store, STREAM_CATALOG, slice_of(sku), &r) ||
				       json_check(r.body, &body) < 0 ||
				       !json_is(json_get(body, "category"), c->category)))
			continue;
		sum += money_part(l->paid, l->qty, l->handed + l->short_, n);
	}
	return sum;
}

static enum reason verdict(struct station *st, const struct coupon *c)
{
	return coupon_verdict(c, worth_of(st, c), station_now(st));
}

bool coupon_load(struct station *st, enum desk desk, struct coupon_choice *ret_choice)
{
	struct coupon_choice k = { .amount = 0 };
	struct member_view m;
	char memory[512], id[ID_MAX + 1];
	struct json root;

	if (!store_work_extra(st->store, desk, slice_of(WORK_COUPON), memory, sizeof(memory)) ||
	    json_check(slice_of(memory), &root) < 0 ||
	    json_string(json_get(root, "coupon"), id, sizeof(id)) <= 0 ||
	    json_string(json_get(root, "payment"), k.payment, sizeof(k.payment)) <= 0 ||
	    json_string(json_get(root, "member"), k.member, sizeof(k.member)) <= 0 ||
	    !member_load(st, k.member, &m) || !coupon_of(st, &m, id, &k.coupon) ||
	    verdict(st, &k.coupon) != REASON_NONE)
		return false;
	*ret_choice = k;
	return true;
}

static void keep(struct station *st, enum desk desk, const char *coupon, const char *member)
{
	char memory[512], payment[ULID_TEXT_MAX];
	struct buf b;

	ulid_make(&st->clock, payment);
	buf_init(&b, memory, sizeof(memory));
	jw_open(&b, NULL, '{');
	jw_str(&b, "coupon", coupon);
	jw_str(&b, "member", member);
	jw_str(&b, "payment", payment);
	jw_close(&b, '}');
	store_work_extra_set(st->store, desk, slice_of(WORK_COUPON),
			     coupon[0] ? buf_read(&b) : slice_of(""));
	st->laid_coupon[0] = '\0';
	st->dirty = true;
}

void coupon_drop(struct station *st, enum desk desk)
{
	keep(st, desk, "", "");
}

void verb_loyalty_coupon(struct station *st, const struct call *c, struct json args)
{
	const struct json wanted = json_get(args, "coupon");
	struct word_values v = words_none();
	char id[ID_MAX + 1] = "", member[ID_MAX + 1];
	struct member_view m;
	struct coupon k;
	enum reason r;

	if (wanted.type != JSON_NULL && !arg_text(args, "coupon", id, sizeof(id))) {
		answer_no(st, c, 400, REASON_BAD_REQUEST, &v);
		return;
	}
	if (!pickup_loaded(st, c))
		return;
	v.item = id;
	if (id[0]) {
		r = !member_of_pickup(st, c->desk, member) || !member_load(st, member, &m) ||
				    !coupon_of(st, &m, id, &k)
			    ? REASON_NOT_FOUND
			    : verdict(st, &k);
		if (r == REASON_NONE && k.amount && pay_due(&st->order, st->done) == 0)
			r = REASON_COUPON_REFUSED; /* nothing that it could take off */
		if (r != REASON_NONE) {
			answer_no(st, c, 409, r, &v);
			return;
		}
		notice_word(st, c->desk, NOTICE_GOOD, "coupon", WORD_COUPON, WORD_COUPON, &v);
	}
	keep(st, c->desk, id, id[0] ? member : "");
	answer_ok(st, c, "");
}

void coupons_document(struct station *st, const struct member_view *m, struct buf *b)
{
	const bool pickup = st->desks[DESK_COUNTER].mode == MODE_PICKUP;
	struct json_walk w = json_walk(json_get(m->body, "coupons"));
	struct coupon_choice chosen;
	const bool any = pickup && coupon_load(st, DESK_COUNTER, &chosen);
	char id[ID_MAX + 1];
	struct coupon c;

	jw_open(b, "coupons", '[');
	for (int n = 0; n < COUPONS_SHOWN && json_next(&w); n++) {
		if (json_string(json_get(w.value, "id"), id, sizeof(id)) <= 0 ||
		    !coupon_of(st, m, id, &c))
			continue;
		jw_open(b, NULL, '{');
		jw_str(b, "coupon", c.id);
		jw_int(b, "amount", c.amount);
		jw_int(b, "points", c.points);
		jw_int(b, "from_total", c.from_total);
		if (c.category[0])
			jw_str(b, "category", c.category);
		jw_bool(b, "used", c.used);
		jw_bool(b, "counts", pickup && verdict(st, &c) == REASON_NONE);
		jw_bool(b, "chosen", any && strcmp(chosen.coupon.id, c.id) == 0);
		jw_close(b, '}');
	}
	jw_close(b, ']');
}

/* ---- with the handover ---- */

/* The amount of it that is laid over the order. */
static int64_t laid_amount(const struct station *st, const char *payment)
{
	for (int i = 0; i < st->order.payment_count; i++)
		if (json_is(st->order.payments[i].id, payment))
			return st->order.payments[i].amount;
	return 0;
}

void coupon_pay(struct station *st, const struct call *c)
{
	struct coupon_choice k;
	struct taken t = { .amount = 0 };
	char note[POINTS_NOTE_MAX];
	struct buf b;

	if (!coupon_load(st, c->desk, &k))
		return;
	t.amount = laid_amount(st, k.payment);
	if (t.amount == 0 && k.coupon.points == 0)
		return;
	b = event_begin(st);
	jw_str(&b, "member", k.member);
	jw_str(&b, "coupon", k.coupon.id);
	jw_slice(&b, "order", st->order.id);
	if (t.amount) {
		jw_str(&b, "payment", k.payment);
		jw_int(&b, "amount", t.amount);
	}
	jw_str(&b, "staff", c->session.row.staff);
	text_fmt(note, sizeof(note), "coupon:%s", k.coupon.id);
	points_keep(st, k.member, 0, note,
		    event_end(st, "loyalty.used", &b, (struct slice){ 0 }, NULL));
	if (t.amount == 0)
		return;
	st->laid_coupon[0] = '\0'; /* it is one that was made */
	text_fmt(t.payment, sizeof(t.payment), "%s", k.payment);
	text_fmt(t.tender, sizeof(t.tender), "coupon");
	text_fmt(t.ref, sizeof(t.ref), "%s", k.coupon.id);
	money_tell_taken(st, c, &t);
}

int64_t coupon_points(struct station *st, const struct call *c, const struct member_view *m)
{
	char memory[512], id[ID_MAX + 1];
	struct order_points all[ORDER_MEMBERS_MAX], had = { .earned = 0 }, add = { .earned = 0 };
	struct coupon k;
	struct json root;
	struct buf b;
	int n;

	/* It counted when the handover was decided; that it is used now is this one's own doing. */
	if (!store_work_extra(st->store, c->desk, slice_of(WORK_COUPON), memory, sizeof(memory)) ||
	    json_check(slice_of(memory), &root) < 0 ||
	    json_string(json_get(root, "coupon"), id, sizeof(id)) <= 0 ||
	    !json_is(json_get(root, "member"), m->id) || !coupon_of(st, m, id, &k) ||
	    k.points == 0 || !k.used)
		return 0;
	b = points_event(st, m->id, k.points);
	jw_slice(&b, "order", st->order.id);
	jw_str(&b, "why", "coupon");
	jw_str(&b, "coupon", k.id);
	jw_str(&b, "staff", c->session.row.staff);
	points_keep(st, m->id, k.points, "",
		    event_end(st, "loyalty.earned", &b, (struct slice){ 0 }, NULL));
	n = order_points_all(st, all);
	text_fmt(had.member, sizeof(had.member), "%s", m->id);
	for (int i = 0; i < n; i++)
		if (strcmp(all[i].member, m->id) == 0)
			had = all[i];
	add.earned = k.points;
	order_points_keep(st, &had, &add);
	return k.points;
}

/* ---- missions ---- */

static struct json state_of(const struct member_view *m, const char *mission)
{
	for (struct json_walk w = json_walk(json_get(m->body, "missions")); json_next(&w);)
		if (json_is(json_get(w.value, "id"), mission))
			return w.value;
	return (struct json){ .type = JSON_NONE };
}

/* Points of one that is complete now, told once. */
static int64_t complete(struct station *st, const struct call *c, const struct member_view *m,
			const struct mission *k)
{
	int64_t more[MISSION_NEEDS_MAX];
	char note[POINTS_NOTE_MAX];
	struct buf b;

	for (int i = 0; i < k->count; i++) {
		text_fmt(note, sizeof(note), "event:%s", k->needs[i].event);
		more[i] = store_points_noted(st->store, m->id, note);
	}
	text_fmt(note, sizeof(note), "mission:%s", k->id);
	if (!mission_complete(k, state_of(m, k->id), more, station_now(st)) ||
	    store_points_noted(st->store, m->id, note) > 0)
		return 0;
	b = points_event(st, m->id, k->points);
	jw_str(&b, "why", "mission");
	jw_str(&b, "mission", k->id);
	jw_str(&b, "staff", c->session.row.staff);
	points_keep(st, m->id, k->points, note,
		    event_end(st, "loyalty.earned", &b, (struct slice){ 0 }, NULL));
	return k->points;
}

/* Is there a mission that this could bring further? */
static bool is_wanted(struct station *st, const struct member_view *m, const char *event)
{
	const struct json missions = json_get(policy_get(st, "loyalty"), "missions");
	struct mission k;

	for (struct json_walk w = json_walk(missions); json_next(&w);)
		if (mission_read(w.value, &k) && mission_wants(&k, event) &&
		    !json_true(json_get(state_of(m, k.id), "given")))
			return true;
	return false;
}

int64_t missions_count(struct station *st, const struct call *c, const char *member,
		       const char *event)
{
	char note[POINTS_NOTE_MAX];
	struct member_view m;
	struct mission k;
	int64_t sum = 0;
	struct buf b;

	if (!member_load(st, member, &m) || !is_wanted(st, &m, event))
		return 0;
	b = event_begin(st);
	jw_str(&b, "member", member);
	jw_str(&b, "event", event);
	jw_slice(&b, "order", st->order.id);
	jw_str(&b, "staff", c->session.row.staff);
	text_fmt(note, sizeof(note), "event:%s", event);
	points_keep(st, member, 0, note,
		    event_end(st, "loyalty.counted", &b, (struct slice){ 0 }, NULL));
	for (struct json_walk w = json_walk(json_get(policy_get(st, "loyalty"), "missions"));
	     json_next(&w);)
		if (mission_read(w.value, &k) && mission_wants(&k, event))
			sum += complete(st, c, &m, &k);
	return sum;
}
