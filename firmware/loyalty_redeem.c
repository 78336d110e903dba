// SPDX-License-Identifier: Apache-2.0
/* Points chosen for the open order: asked of HQ, or within this lane's allowance; they count with
 * the handover, and are free again when there is none. */
#include <string.h>

#include "firmware/ledger.h"
#include "firmware/loyalty.h"
#include "firmware/money.h"
#include "firmware/orders.h"
#include "firmware/streams.h"

#define WORK_CHOSEN   "points"
#define ASK_REPEAT_MS 1200   /* the broker may have lost it */
#define GRANT_MS      600000 /* points that were set aside and not used by then are free again */
#define HOLD	      "points_hold" /* meta: the members' records may be older than what was spent */

/* ---- what is chosen, in the desk's work ---- */

static bool read_text(struct json root, const char *name, char *dst, size_t cap)
{
	if (json_string(json_get(root, name), dst, cap) > 0)
		return true;
	dst[0] = '\0';
	return false;
}

bool chosen_load(struct station *st, enum desk desk, struct chosen *ret_chosen)
{
	struct chosen ch = { .points = 0 };
	char memory[768];
	struct json root;

	if (!store_work_extra(st->store, desk, slice_of(WORK_CHOSEN), memory, sizeof(memory)) ||
	    json_check(slice_of(memory), &root) < 0 ||
	    !read_text(root, "member", ch.member, sizeof(ch.member)))
		return false;
	ch.points = json_int_or(json_get(root, "points"), 0);
	ch.at_ms = json_int_or(json_get(root, "at"), 0);
	ch.amount = json_int_or(json_get(root, "amount"), 0);
	ch.asking = json_true(json_get(root, "asking"));
	ch.way = json_is(json_get(root, "way"), "grant") ? REDEEM_ASK : REDEEM_ALLOWANCE;
	read_text(root, "ask", ch.ask, sizeof(ch.ask));
	read_text(root, "grant", ch.grant, sizeof(ch.grant));
	read_text(root, "payment", ch.payment, sizeof(ch.payment));
	*ret_chosen = ch;
	return true;
}

static void chosen_keep(struct station *st, enum desk desk, const struct chosen *ch)
{
	char memory[768];
	struct buf b;

	buf_init(&b, memory, sizeof(memory));
	jw_open(&b, NULL, '{');
	jw_str(&b, "member", ch->member);
	jw_int(&b, "points", ch->points);
	jw_str(&b, "way", redeem_way_name(ch->way));
	jw_bool(&b, "asking", ch->asking);
	jw_str(&b, "ask", ch->ask);
	jw_str(&b, "grant", ch->grant);
	jw_str(&b, "payment", ch->payment);
	jw_int(&b, "amount", ch->amount);
	jw_int(&b, "at", ch->at_ms);
	jw_close(&b, '}');
	store_work_extra_set(st->store, desk, slice_of(WORK_CHOSEN), buf_read(&b));
	st->dirty = true;
}

void chosen_drop(struct station *st, enum desk desk)
{
	store_work_extra_set(st->store, desk, slice_of(WORK_CHOSEN), slice_of(""));
	st->laid_points[0] = '\0'; /* a payment of that name is one that was made */
	st->dirty = true;
}

/* HQ was asked to set points aside, and they are not used: now it need not wait for them. */
static void tell_released(struct station *st, const struct chosen *ch, const char *order)
{
	struct buf b;

	if (!ch->ask[0])
		return;
	b = points_event(st, ch->member, ch->points);
	jw_str(&b, "ask", ch->ask);
	if (ch->grant[0])
		jw_str(&b, "grant", ch->grant);
	if (order[0])
		jw_str(&b, "order", order);
	event_end(st, "loyalty.released", &b, (struct slice){ 0 }, NULL);
}

static void release(struct station *st, enum desk desk)
{
	struct chosen ch;

	if (!chosen_load(st, desk, &ch))
		return;
	tell_released(st, &ch, st->desks[desk].row.order);
	chosen_drop(st, desk);
}

/* ---- laid over the open order ---- */

static struct json text_json(const char *quoted)
{
	return (struct json){ quoted, strlen(quoted), JSON_STRING };
}

static void unlay(struct order *o, const char *quoted)
{
	for (int i = 0; quoted[0] && i < o->payment_count; i++) {
		struct order_payment *p = &o->payments[i];

		if (!slice_eq(json_text(p->id), quoted))
			continue;
		o->due += p->amount;
		memmove(p, p + 1, (size_t)(--o->payment_count - i) * sizeof(*p));
		return;
	}
}

static void lay(struct order *o, const char *quoted, const char *tender, int64_t amount)
{
	if (amount <= 0 || o->payment_count == ORDER_PAYMENTS_MAX)
		return;
	o->payments[o->payment_count++] = (struct order_payment){
		.id = text_json(quoted),
		.tender = text_json(tender),
		.captured = true,
		.amount = amount,
	};
	o->due -= amount;
}

/* The amount that counts changes with what is missing; it is kept for the documents. */
static void lay_chosen(struct station *st, enum desk desk)
{
	struct member_view m;
	struct chosen ch;
	int64_t amount;

	if (!chosen_load(st, desk, &ch) || ch.asking || !member_load(st, ch.member, &m))
		return;
	text_fmt(st->laid_points, sizeof(st->laid_points), "\"%s\"", ch.payment);
	amount = redeem_needed(ch.points, pay_due(&st->order, st->done), &m.policy) *
		 m.policy.point_value;
	lay(&st->order, st->laid_points, "\"points\"", amount);
	if (amount != ch.amount) {
		ch.amount = amount;
		chosen_keep(st, desk, &ch);
	}
}

void loyalty_lay(struct station *st, enum desk desk)
{
	const struct desk_state *d = &st->desks[desk];
	struct coupon_choice choice;

	if (desk != DESK_COUNTER || d->mode != MODE_PICKUP || st->order.due < 0 ||
	    !slice_eq(st->order.id, d->row.order))
		return;
	unlay(&st->order, st->laid_points);
	unlay(&st->order, st->laid_coupon);
	if (coupon_load(st, desk, &choice)) {
		const int64_t due = pay_due(&st->order, st->done);

		text_fmt(st->laid_coupon, sizeof(st->laid_coupon), "\"%s\"", choice.payment);
		lay(&st->order, st->laid_coupon, "\"coupon\"",
		    choice.coupon.amount < due ? choice.coupon.amount : due);
	}
	lay_chosen(st, desk);
}

int64_t loyalty_laid(const struct station *st)
{
	int64_t sum = 0;

	for (int i = 0; i < st->order.payment_count; i++) {
		const struct slice id = json_text(st->order.payments[i].id);

		if (id.n && (slice_eq(id, st->laid_points) || slice_eq(id, st->laid_coupon)))
			sum += st->order.payments[i].amount;
	}
	return sum;
}

/* ---- loyalty.redeem ---- */

struct redeem_facts redeem_facts_now(struct station *st, enum desk desk,
				     const struct member_view *m, int64_t points)
{
	struct redeem_facts f = {
		.points = points,
		.balance = m->balance,
		.allowance = m->allowance,
		.spent = m->spent,
		.record_sure = store_meta(st->store, HOLD, 0) == 0,
		.reachable = station_hq_reachable(st),
	};
	struct chosen ch;

	if (st->desks[desk].mode == MODE_PICKUP) {
		f.due = pay_due(&st->order, st->done);
		if (chosen_load(st, desk, &ch) && !ch.asking)
			f.due += ch.amount;
	}
	return f;
}

static void answer_chosen(struct station *st, const struct call *c, const struct chosen *ch,
			  const struct member_view *m)
{
	char money[MONEY_TEXT_MAX], members[ID_MAX + 128];
	struct word_values v = words_none();

	money_format(ch->points * m->policy.point_value, st->desks[c->desk].language, money);
	v.n = ch->points;
	v.item = money;
	notice_word(st, c->desk, NOTICE_GOOD, "points", WORD_REDEEM, WORD_REDEEM, &v);
	text_fmt(members, sizeof(members), "\"points\":%lld,\"amount\":%lld,\"against\":\"%s\"",
		 (long long)ch->points, (long long)(ch->points * m->policy.point_value),
		 redeem_way_name(ch->way));
	answer_ok(st, c, members);
}

static void refuse(struct station *st, const struct call *c, enum reason r,
		   const struct redeem_facts *f)
{
	struct word_values v = words_none();
	char money[MONEY_TEXT_MAX];

	if (r == REASON_POINTS_SHORT && f->points > f->balance)
		v.left = f->balance > 0 ? f->balance : 0;
	else if (r == REASON_ALLOWANCE_SHORT)
		v.left = redeem_allowance_left(f);
	money_format(f->due, st->desks[c->desk].language, money);
	if (r == REASON_OVERPAID)
		v.item = money;
	answer_no(st, c, r == REASON_BAD_REQUEST ? 400 : 409, r, &v);
}

static void choose(struct station *st, const struct call *c, struct chosen *ch,
		   const struct member_view *m)
{
	ch->asking = false;
	ulid_make(&st->clock, ch->payment);
	chosen_keep(st, c->desk, ch);
	answer_chosen(st, c, ch, m);
}

static void ask_hq(struct station *st, const struct call *c, struct chosen *ch)
{
	struct redeem_wait *w = &st->redeem;

	*w = (struct redeem_wait){ .active = true, .call = *c };
	w->deadline_ms = station_mono(st) + ASK_WAIT_MS;
	w->again_ms = station_mono(st) + ASK_REPEAT_MS;
	ch->asking = true;
	stream_ask_grant(st, ch->member, ch->points, st->desks[c->desk].row.order, ch->ask);
	chosen_keep(st, c->desk, ch);
	station_wake_at(st, w->again_ms);
}

/* The member whose points these would be, and that anything may be chosen now; or answers. */
static bool may_choose(struct station *st, const struct call *c, struct member_view *m)
{
	struct word_values v = words_none();
	char id[ID_MAX + 1];

	if (!pickup_loaded(st, c))
		return false;
	if (loyalty_waits(st, c->desk)) {
		answer_no(st, c, 409, REASON_BUSY, &v);
		return false;
	}
	if (!member_of_pickup(st, c->desk, id) || !member_load(st, id, m)) {
		answer_no(st, c, 409, REASON_NOT_FOUND, &v);
		return false;
	}
	return true;
}

void verb_loyalty_redeem(struct station *st, const struct call *c, struct json args)
{
	struct chosen ch = { .at_ms = station_now(st) };
	struct word_values v = words_none();
	struct redeem_facts f;
	struct member_view m;
	enum reason r;

	if (json_int(json_get(args, "points"), &ch.points) < 0 || ch.points < 0) {
		answer_no(st, c, 400, REASON_BAD_REQUEST, &v);
		return;
	}
	if (!may_choose(st, c, &m))
		return;
	f = redeem_facts_now(st, c->desk, &m, ch.points);
	text_fmt(ch.member, sizeof(ch.member), "%s", m.id);
	r = ch.points ? redeem_verdict(&f, &m.policy, &ch.way) : REASON_NONE;
	if (r == REASON_NONE && ch.points && money_payments(st) >= ORDER_PAYMENTS_MAX)
		r = REASON_TENDER_REFUSED;
	if (r != REASON_NONE) {
		refuse(st, c, r, &f);
		return;
	}
	release(st, c->desk); /* one choice stands for the other */
	if (ch.points == 0) {
		notice_word(st, c->desk, NOTICE_GOOD, "points", WORD_REDEEM_FREE, WORD_REDEEM_FREE,
			    &v);
		answer_ok(st, c, "\"points\":0,\"amount\":0");
	} else if (ch.way == REDEEM_ASK) {
		ask_hq(st, c, &ch);
	} else {
		choose(st, c, &ch, &m);
	}
}

/* ---- HQ's answer ---- */

bool loyalty_waits(const struct station *st, enum desk desk)
{
	return st->redeem.active && st->redeem.call.desk == desk;
}

/* `granted` -1: no answer in time, so this lane's allowance decides. */
static void finish(struct station *st, int64_t granted, const char *grant)
{
	const struct call c = st->redeem.call;
	struct word_values v = words_none();
	struct redeem_facts f;
	struct member_view m;
	struct chosen ch;
	enum reason r;

	st->redeem.active = false;
	if (!chosen_load(st, c.desk, &ch) ||
	    !order_load(st, slice_of(st->desks[c.desk].row.order)) ||
	    !member_load(st, ch.member, &m)) {
		release(st, c.desk);
		answer_no(st, &c, 409, REASON_NOT_FOUND, &v);
		return;
	}
	pickup_done_load(st, c.desk);
	f = redeem_facts_now(st, c.desk, &m, ch.points);
	r = granted < 0 ? redeem_unanswered(&f) : redeem_answered(&f, granted);
	text_fmt(ch.grant, sizeof(ch.grant), "%s", grant);
	/* What HQ set aside all the same, or may still, is free again. */
	if (granted < 0 || (r != REASON_NONE && granted > 0)) {
		tell_released(st, &ch, st->desks[c.desk].row.order);
		ch.ask[0] = ch.grant[0] = '\0';
		ch.way = REDEEM_ALLOWANCE;
	}
	if (r == REASON_NONE) {
		choose(st, &c, &ch, &m);
	} else {
		chosen_drop(st, c.desk);
		refuse(st, &c, r, &f);
	}
}

void loyalty_answered(struct station *st, const struct door_down *d)
{
	struct chosen ch;

	if (!st->redeem.active || !chosen_load(st, st->redeem.call.desk, &ch) || !ch.asking ||
	    strcmp(ch.ask, d->ask) != 0)
		return;
	finish(st, d->points, d->order);
	desk_resume(st, st->redeem.call.desk);
}

/* ---- the end of it ---- */

void loyalty_forget(struct station *st, enum desk desk)
{
	const bool waits = loyalty_waits(st, desk);
	struct word_values v = words_none();

	st->redeem.active = st->redeem.active && !waits;
	release(st, desk);
	if (waits)
		answer_no(st, &st->redeem.call, 409, REASON_BUSY, &v);
}

/* Set aside for long, and the order still lies here. */
static void drop_old(struct station *st)
{
	const enum desk desk = DESK_COUNTER;
	struct word_values v = words_none();
	struct chosen ch;

	if (st->desks[desk].mode != MODE_PICKUP || !chosen_load(st, desk, &ch) || !ch.ask[0] ||
	    (station_now(st) - ch.at_ms <= GRANT_MS && station_now(st) >= ch.at_ms))
		return;
	release(st, desk);
	notice_word(st, desk, NOTICE_ATTENTION, "points", WORD_REDEEM_FREE, WORD_REDEEM_FREE, &v);
}

void loyalty_start(struct station *st)
{
	struct desk_row row;
	struct chosen ch;

	if (store_meta(st->store, "restored", 0))
		store_meta_set(st->store, HOLD, 1);
	for (int d = 0; d < DESK_COUNT; d++) {
		if (!store_desk(st->store, (enum desk)d, &row) ||
		    !chosen_load(st, (enum desk)d, &ch))
			continue;
		/* Whoever asked is not waiting any more; and what a copy says was chosen may have
		 * been used since. */
		if (!ch.asking && !store_meta(st->store, "restored", 0))
			continue;
		tell_released(st, &ch, row.order);
		chosen_drop(st, (enum desk)d);
	}
}

void loyalty_tick(struct station *st)
{
	struct redeem_wait *w = &st->redeem;
	const int64_t now = station_mono(st);
	struct chosen ch;

	if (w->active && now >= w->deadline_ms) {
		finish(st, -1, "");
		desk_resume(st, w->call.desk);
	} else if (w->active) {
		if (w->again_ms && now >= w->again_ms && chosen_load(st, w->call.desk, &ch)) {
			w->again_ms = 0;
			stream_ask_grant(st, ch.member, ch.points,
					 st->desks[w->call.desk].row.order, ch.ask);
		}
		station_wake_at(st, w->again_ms ? w->again_ms : w->deadline_ms);
	} else {
		drop_old(st);
	}
	/* HQ has said that nothing of the members is missing: all it knew is in the records. */
	if (st->link_up && !st->follow[STREAM_LOYALTY].wanted &&
	    store_cursor(st->store, STREAM_LOYALTY).epoch > 0 && store_meta(st->store, HOLD, 0))
		store_meta_set(st->store, HOLD, 0);
}

/* ---- with the handover ---- */

enum reason loyalty_verdict(struct station *st, enum desk desk)
{
	struct redeem_facts f;
	struct member_view m;
	struct chosen ch;

	if (!chosen_load(st, desk, &ch) || ch.asking || ch.way != REDEEM_ALLOWANCE ||
	    ch.amount == 0 || !member_load(st, ch.member, &m))
		return REASON_NONE;
	f = redeem_facts_now(st, desk, &m, ch.amount / m.policy.point_value);
	return redeem_unanswered(&f);
}

static void pay(struct station *st, const struct call *c, const struct chosen *ch,
		const struct member_view *m)
{
	struct order_points add = { .worth = ch->amount }, all[ORDER_MEMBERS_MAX];
	struct taken t = { .amount = ch->amount };
	struct order_points had = { .member = "" };
	const int64_t points = ch->amount / m->policy.point_value;
	const int n = order_points_all(st, all);
	int64_t seq;
	struct buf b = points_event(st, ch->member, points);

	jw_slice(&b, "order", st->order.id);
	jw_str(&b, "against", redeem_way_name(ch->way));
	if (ch->grant[0])
		jw_str(&b, "grant", ch->grant);
	jw_str(&b, "payment", ch->payment);
	jw_int(&b, "amount", ch->amount);
	jw_str(&b, "staff", c->session.row.staff);
	seq = event_end(st, "loyalty.redeemed", &b, (struct slice){ 0 }, NULL);
	points_keep(st, ch->member, -points, ch->way == REDEEM_ALLOWANCE ? "allowance" : "", seq);
	text_fmt(had.member, sizeof(had.member), "%s", ch->member);
	for (int i = 0; i < n; i++)
		if (strcmp(all[i].member, ch->member) == 0)
			had = all[i];
	add.redeemed = points;
	order_points_keep(st, &had, &add);
	text_fmt(t.payment, sizeof(t.payment), "%s", ch->payment);
	text_fmt(t.tender, sizeof(t.tender), "points");
	text_fmt(t.ref, sizeof(t.ref), "%s", ch->member);
	money_tell_taken(st, c, &t);
}

void chosen_pay(struct station *st, const struct call *c)
{
	struct member_view m;
	struct chosen ch;

	if (!chosen_load(st, c->desk, &ch))
		return;
	if (ch.amount > 0 && !ch.asking && member_load(st, ch.member, &m))
		pay(st, c, &ch, &m);
	else
		tell_released(st, &ch, st->desks[c->desk].row.order);
	chosen_drop(st, c->desk);
}
