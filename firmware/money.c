// SPDX-License-Identifier: Apache-2.0
/* Taking money for a pickup and giving it back, into and out of the open shift. */
#include "firmware/money.h"

#include <errno.h>
#include <string.h>

#include "firmware/approvals.h"
#include "firmware/ledger.h"
#include "firmware/orders.h"
#include "firmware/printing.h"

#define REASON_TEXT_MAX 128
#define FIGURES_MAX	13 /* cards have 14 and more */

struct pay_policy money_policy_now(struct station *st)
{
	struct pay_policy p = { 0 };

	pay_policy_tenders(policy_get(st, "pickup"), &p);
	pay_policy_fiscal(policy_get(st, "fiscal"), &p);
	return p;
}

struct till_facts money_till_now(struct station *st, struct shift_row *ret_shift)
{
	struct till_facts f = { .wanted = json_true(json_get(policy_get(st, "till"), "shifts")) };
	struct shift_row shift;

	f.open = store_shift(st->store, &shift);
	if (!f.open)
		return f;
	f.cash = store_till_cash(st->store, shift.shift);
	if (ret_shift)
		*ret_shift = shift;
	return f;
}

void money_book(struct station *st, const struct call *c, enum till_kind kind, const char *tender,
		int64_t amount, const char *id, const char *reason)
{
	struct till_row row = { .kind = kind, .amount = amount, .at_ms = station_now(st) };
	struct shift_row shift;

	if (store_shift(st->store, &shift))
		row.shift = shift.shift;
	text_fmt(row.tender, sizeof(row.tender), "%s", tender);
	text_fmt(row.id, sizeof(row.id), "%s", id);
	text_fmt(row.reason, sizeof(row.reason), "%s", reason);
	text_fmt(row.staff, sizeof(row.staff), "%s", c->session.row.staff);
	store_till_add(st->store, &row);
	st->dirty = true;
}

void money_shift_write(struct station *st, struct buf *b)
{
	struct shift_row shift;

	if (store_shift(st->store, &shift))
		jw_str(b, "shift", shift.number);
}

int64_t money_kick(struct station *st, const struct call *c, const char *reason)
{
	for (int i = 0; i < st->config->device_count; i++) {
		const struct config_device *d = &st->config->devices[i];

		if (d->kind == DEVICE_PRINTER && d->drawer > 0)
			return drawer_queue(st, i, reason, c->session.row.staff);
	}
	return 0;
}

bool money_arg_code(struct json v, char *dst, size_t cap)
{
	int64_t n;

	/* A card's number is looked for in texts, so none may come in as a figure. */
	if (v.type == JSON_NUMBER)
		return json_int(v, &n) == 0 && n >= 0 && v.n <= FIGURES_MAX &&
		       slice_copy(json_text(v), dst, cap) == 0;
	return json_string(v, dst, cap) > 0 && !text_has_control(slice_of(dst));
}

/* "karta, BLIK" */
static void list_tenders(struct station *st, enum language l, char *dst, size_t cap)
{
	const struct pay_policy p = money_policy_now(st);
	struct buf b;

	buf_init(&b, dst, cap);
	for (int i = 0; i < p.tender_count; i++)
		buf_fmt(&b, "%s%s", i ? ", " : "", tender_text(p.tender[i], l));
	if (!buf_str(&b) || p.tender_count == 0)
		dst[0] = '\0';
}

void money_refuse(struct station *st, const struct call *c, enum reason r, int64_t amount)
{
	const enum language l = st->desks[c->desk].language;
	struct word_values v = words_none();
	char text[256] = "", money[MONEY_TEXT_MAX];

	money_format(amount, l, money);
	if (r == REASON_TENDER_REFUSED)
		list_tenders(st, l, text, sizeof(text));
	else if (amount > 0)
		text_fmt(text, sizeof(text), "%s", money);
	v.item = text[0] ? text : NULL;
	answer_no(st, c, 409, r, &v);
}

/* ---- pickup.pay ---- */

struct pay_wish {
	char tender[TENDER_MAX];
	int64_t amount, given; /* given -1: not said */
	char ref[REF_MAX];
};

static bool read_wish(struct json args, struct pay_wish *w)
{
	const struct json given = json_get(args, "given"), ref = json_get(args, "ref");

	*w = (struct pay_wish){ .given = -1 };
	return arg_text(args, "tender", w->tender, sizeof(w->tender)) &&
	       json_int(json_get(args, "amount"), &w->amount) == 0 && w->amount > 0 &&
	       w->amount <= MONEY_MAX &&
	       (given.type == JSON_NONE ||
		(json_int(given, &w->given) == 0 && w->given >= 0 && w->given <= MONEY_MAX)) &&
	       (ref.type == JSON_NONE || money_arg_code(ref, w->ref, sizeof(w->ref)));
}

void money_tell_taken(struct station *st, const struct call *c, struct taken *t)
{
	const struct order *o = &st->order;
	struct buf b = event_begin(st);

	jw_slice(&b, "order", o->id);
	jw_str(&b, "payment", t->payment);
	jw_str(&b, "tender", t->tender);
	jw_int(&b, "amount", t->amount);
	if (t->ref[0])
		jw_str(&b, "ref", t->ref);
	money_shift_write(st, &b);
	jw_str(&b, "staff", c->session.row.staff);
	t->seq = event_end(st, "payment.taken", &b, (struct slice){ 0 }, NULL);
	t->epoch = st->ledger.epoch;
	t->at_ms = station_now(st);
	text_fmt(t->lane, sizeof(t->lane), "%s", st->config->lane);
	store_taken_set(st->store, o->id, t);
}

int money_payments(struct station *st)
{
	struct taken t = { .payment = "" };
	int payments = st->order.payment_count;

	/* Those that went back stand in HQ's record too, sooner or later. */
	while (store_taken_next(st->store, st->order.id, &t)) {
		bool listed = false;

		for (int i = 0; i < st->order.payment_count; i++)
			listed = listed || json_is(st->order.payments[i].id, t.payment);
		payments += !listed;
	}
	return payments;
}

static void answer_paid(struct station *st, const struct call *c, const struct taken *t,
			int64_t due, int64_t change, int64_t job)
{
	const enum language l = st->desks[c->desk].language;
	const enum word w = change ? WORD_CHANGE : WORD_PAID;
	struct word_values v = words_none();
	char members[ID_MAX + 160], money[MONEY_TEXT_MAX];

	money_format(change ? change : t->amount, l, money);
	v.item = money;
	notice_word(st, c->desk, NOTICE_GOOD, "paid", w, w, &v);
	text_fmt(members, sizeof(members),
		 "\"payment\":\"%s\",\"amount\":%lld,\"change\":%lld,\"due\":%lld,\"job\":%lld",
		 t->payment, (long long)t->amount, (long long)change, (long long)due,
		 (long long)job);
	answer_ok(st, c, members);
}

static void take(struct station *st, const struct call *c, const struct pay_wish *w,
		 const struct pay_sum *sum, int64_t due)
{
	struct taken t = { .amount = sum->amount };
	int64_t job = 0;

	ulid_make(&st->clock, t.payment);
	text_fmt(t.tender, sizeof(t.tender), "%s", w->tender);
	text_fmt(t.ref, sizeof(t.ref), "%s", w->ref);
	money_tell_taken(st, c, &t);
	money_book(st, c, TILL_SALE, t.tender, t.amount, t.payment, "");
	if (strcmp(t.tender, "cash") == 0)
		job = money_kick(st, c, "payment");
	answer_paid(st, c, &t, due - t.amount, sum->change, job);
}

static void verb_pickup_pay(struct station *st, const struct call *c, struct json args)
{
	const struct pay_policy policy = money_policy_now(st);
	struct word_values v = words_none();
	struct pay_facts f = { .order = &st->order };
	struct pay_sum sum;
	struct pay_wish w;
	enum reason r;

	if (!read_wish(args, &w)) {
		answer_no(st, c, 400, REASON_BAD_REQUEST, &v);
		return;
	}
	if (w.given >= 0 && w.given < w.amount) {
		answer_said(st, c, 400, REASON_BAD_REQUEST, WORD_NO_GIVEN);
		return;
	}
	if (!pickup_loaded(st, c) || serving_park(st, c, args))
		return;
	f.due = pay_due(&st->order, st->done);
	f.tender = w.tender;
	f.amount = w.amount;
	f.given = w.given;
	f.ref = w.ref[0];
	f.till = money_till_now(st, NULL);
	f.payments = money_payments(st);
	r = pay_verdict(&f, &policy, &sum);
	/* What may not be handed over here is not paid here. */
	if (r == REASON_NONE && serving_alone(st) &&
	    pickup_policy_now(st).isolated == ISOLATED_REFUSE)
		r = REASON_ISOLATED;
	if (r == REASON_NONE)
		take(st, c, &w, &sum, f.due);
	else
		money_refuse(st, c, r, f.due);
}

/* ---- pay.reverse ---- */

/* One that HQ's record says was paid at a till of the store, and this station has no word of: it
 * was set up anew since. */
static bool find_recorded(const struct order *o, const char *payment, struct taken *ret_taken)
{
	for (int i = 0; i < o->payment_count; i++) {
		const struct order_payment *p = &o->payments[i];
		struct taken t = { .amount = p->amount };

		if (!json_is(p->id, payment) || !p->captured || p->online || p->refunded > 0 ||
		    json_string(p->tender, t.tender, sizeof(t.tender)) <= 0)
			continue;
		text_fmt(t.payment, sizeof(t.payment), "%s", payment);
		*ret_taken = t;
		return true;
	}
	return false;
}

/* Did some of it go back, for goods that came back? By this store's word, or HQ's. */
static bool paid_back(struct station *st, bool loaded, struct slice order, const char *payment)
{
	for (int i = 0; loaded && i < st->order.payment_count; i++)
		if (json_is(st->order.payments[i].id, payment) && st->order.payments[i].refunded)
			return true;
	return store_refunded(st->store, order, slice_of(payment)) > 0;
}

static void tell_reversed(struct station *st, const struct call *c, const char *order,
			  const char *reason, struct taken *t)
{
	struct buf b = event_begin(st);

	jw_str(&b, "order", order);
	jw_str(&b, "payment", t->payment);
	jw_str(&b, "tender", t->tender);
	jw_int(&b, "amount", t->amount);
	jw_str(&b, "reason", reason);
	money_shift_write(st, &b);
	jw_str(&b, "staff", c->session.row.staff);
	jw_approval(&b, approval_of(st, c));
	t->seq = event_end(st, "payment.reversed", &b, (struct slice){ 0 }, NULL);
	t->epoch = st->ledger.epoch;
	t->at_ms = station_now(st);
	t->state = TAKEN_BACK;
	text_fmt(t->lane, sizeof(t->lane), "%s", st->config->lane);
	store_taken_set(st->store, slice_of(order), t);
}

static void reverse(struct station *st, const struct call *c, const char *order, const char *reason,
		    struct taken *t)
{
	const bool outside = store_receipt_paid(st->store, slice_of(order), t->payment);
	const bool cash = !outside && strcmp(t->tender, "cash") == 0;
	struct word_values v = words_none();
	char money[MONEY_TEXT_MAX], members[48];

	tell_reversed(st, c, order, reason, t);
	/* What the shop's till took lies in that till. */
	if (!outside)
		money_book(st, c, TILL_REVERSAL, t->tender, -t->amount, t->payment, reason);
	text_fmt(members, sizeof(members), "\"amount\":%lld,\"job\":%lld", (long long)t->amount,
		 (long long)(cash ? money_kick(st, c, "reversal") : 0));
	money_format(t->amount, st->desks[c->desk].language, money);
	v.item = money;
	notice_word(st, c->desk, NOTICE_GOOD, "reversed", WORD_REVERSED, WORD_REVERSED, &v);
	answer_ok(st, c, members);
}

/* The order a reversal is about: the open one, or with none open the payment's own. Loads it if it
 * is known; false and answered when this cannot be. */
static bool reversal_order(struct station *st, const struct call *c, struct json args,
			   const char *payment, char order[ID_MAX + 1])
{
	const struct desk_state *desk = &st->desks[c->desk];
	enum reason r = REASON_NONE;

	if (!store_taken_order(st->store, payment, order) &&
	    !arg_text(args, "order", order, ID_MAX + 1))
		text_fmt(order, ID_MAX + 1, "%s", desk->row.order);
	if (!order[0])
		r = REASON_NOT_FOUND;
	else if (desk->mode == MODE_PICKUP && strcmp(order, desk->row.order) != 0)
		r = REASON_BUSY;
	else if (desk->mode != MODE_PICKUP && desk->mode != MODE_IDLE)
		r = REASON_BAD_REQUEST;
	else if (desk->mode == MODE_IDLE && serving_elsewhere(st, slice_of(order)))
		r = REASON_BEING_SERVED;
	if (r == REASON_NONE)
		return desk->mode == MODE_IDLE ||
		       (pickup_loaded(st, c) && !serving_park(st, c, args));
	money_refuse(st, c, r, 0);
	return false;
}

static void verb_pay_reverse(struct station *st, const struct call *c, struct json args)
{
	char payment[ID_MAX + 1], order[ID_MAX + 1] = "", reason[REASON_TEXT_MAX];
	struct word_values v = words_none();
	struct reverse_facts f = { 0 };
	struct taken t;
	enum reason r;
	bool loaded;

	if (!arg_text(args, "payment", payment, sizeof(payment)) ||
	    !arg_why(args, reason, sizeof(reason))) {
		answer_no(st, c, 400, REASON_BAD_REQUEST, &v);
		return;
	}
	if (!reason[0]) {
		answer_no(st, c, 400, REASON_REASON_NEEDED, &v);
		return;
	}
	if (!reversal_order(st, c, args, payment, order))
		return;
	loaded = order_load(st, slice_of(order));
	f.known = store_taken(st->store, slice_of(order), slice_of(payment), &t) ||
		  (loaded && find_recorded(&st->order, payment, &t));
	if (f.known) {
		f.taken_back = t.state == TAKEN_BACK;
		f.part_back = paid_back(st, loaded, slice_of(order), payment);
		f.gone = loaded && (st->order.status == ORDER_COLLECTED ||
				    st->order.status == ORDER_RETURNED);
		f.drawer = strcmp(t.tender, "cash") == 0 &&
			   !store_receipt_paid(st->store, slice_of(order), payment);
		f.amount = t.amount;
		f.approved = !approval_missing(st, c, 1u << NEED_REVERSAL, t.amount);
	}
	f.till = money_till_now(st, NULL);
	r = pay_reverse_verdict(&f);
	/* What was redeemed went with goods; it comes back by a return. */
	if (f.known && (strcmp(t.tender, "points") == 0 || strcmp(t.tender, "coupon") == 0))
		r = REASON_TENDER_REFUSED;
	if (r == REASON_NONE)
		reverse(st, c, order, reason, &t);
	else if (r == REASON_APPROVAL_NEEDED)
		approval_ask(st, c, 1u << NEED_REVERSAL, t.amount, order, r, &v);
	else
		money_refuse(st, c, r, 0);
}

/* ---- for others ---- */

enum reason money_refund_check(struct station *st, const char *tender, int64_t amount)
{
	const struct till_facts till = money_till_now(st, NULL);

	return pay_refund_verdict(&till, tender, amount);
}

int money_refund_out(struct station *st, const struct call *c, struct slice order,
		     const char *tender, int64_t amount, const char *reason)
{
	char id[ID_MAX + 1];

	if (money_refund_check(st, tender, amount) != REASON_NONE)
		return -EPERM;
	slice_copy(order, id, sizeof(id));
	money_book(st, c, TILL_REFUND, tender, -amount, id, reason);
	if (strcmp(tender, "cash") == 0)
		money_kick(st, c, "refund");
	return 0;
}

void money_completed(struct station *st, struct buf *b)
{
	struct taken t = { .payment = "" };

	jw_open(b, "paid", '[');
	while (store_taken_next(st->store, st->order.id, &t)) {
		if (t.state != TAKEN)
			continue;
		jw_open(b, NULL, '{');
		jw_str(b, "payment", t.payment);
		jw_str(b, "tender", t.tender);
		jw_int(b, "amount", t.amount);
		jw_close(b, '}');
	}
	jw_close(b, ']');
	money_shift_write(st, b);
	store_taken_told(st->store, st->order.id);
	store_shift_handover(st->store);
}

void money_opened(struct station *st, const struct call *c)
{
	pickup_done_load(st, c->desk);
	if (money_policy_now(st).external &&
	    (pay_due(&st->order, st->done) > 0 || pay_receipt_only(&st->order, st->done)))
		till_slip_card(st, c);
}

const struct verb money_verbs[] = {
	{ "pickup.pay", false, false, ROLE_CLERK, verb_pickup_pay },
	{ "pickup.till_card", false, false, ROLE_CLERK, verb_pickup_card },
	{ "pay.reverse", false, false, ROLE_CLERK, verb_pay_reverse },
	{ "fiscal.record", false, false, ROLE_CLERK, verb_fiscal_record },
	{ 0 },
};
