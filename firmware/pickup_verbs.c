// SPDX-License-Identifier: Apache-2.0
/* What a person can do with a pickup. */
#include <string.h>

#include "firmware/base/doc.h"
#include "firmware/base/log.h"
#include "firmware/station.h"
#include "firmware/trust/hash.h"

/* INTERFACES section 3: five wrong codes lock an order for 10 minutes, ten a desk for 5. */
#define ORDER_TRIES 5
#define ORDER_LOCK_MS (600 * 1000)
#define DESK_TRIES 10
#define DESK_LOCK_MS (300 * 1000)
#define SUBJECT_MAX (ID_MAX + 16)

/* ---- typed codes ---- */

struct lock_rule {
	char subject[SUBJECT_MAX];
	int64_t tries;
	int64_t lock_ms;
};

static struct lock_rule order_rule(const char *order)
{
	struct lock_rule r = { .tries = ORDER_TRIES, .lock_ms = ORDER_LOCK_MS };

	text_fmt(r.subject, sizeof(r.subject), "order:%s", order);
	return r;
}

static struct lock_rule desk_rule(enum desk desk)
{
	struct lock_rule r = { .tries = DESK_TRIES, .lock_ms = DESK_LOCK_MS };

	text_fmt(r.subject, sizeof(r.subject), "desk:%s", desk_name(desk));
	return r;
}

/* Wall time, so that a lock survives a restart; a clock set back cannot make it longer. */
static bool locked(struct station *st, const struct lock_rule *r, int64_t *ret_until_ms)
{
	struct tries t = store_tries(st->store, r->subject);
	int64_t left = t.until_ms - station_now(st);

	if (t.until_ms == 0)
		return false;
	if (left <= 0 || left > r->lock_ms) {
		store_tries_set(st->store, r->subject, (struct tries){ 0 });
		return false;
	}
	*ret_until_ms = t.until_ms;
	return true;
}

/* Returns the tries left; 0 when this one locked the subject. */
static int64_t count_wrong(struct station *st, const struct lock_rule *r, const char *order,
			   enum desk desk)
{
	struct tries t = store_tries(st->store, r->subject);
	struct buf b;

	t.count++;
	if (t.count >= r->tries) {
		t.until_ms = station_now(st) + r->lock_ms;
		b = event_begin(st);
		if (order)
			jw_str(&b, "order", order);
		jw_str(&b, "desk", desk_name(desk));
		event_end(st, "code.locked", &b, (struct slice){ 0 }, NULL);
	}
	store_tries_set(st->store, r->subject, t);
	return r->tries - t.count;
}

static void answer_locked(struct station *st, const struct call *c, const char *order,
			  int64_t until_ms)
{
	struct word_values v = words_none();
	char time[WHEN_TEXT_MAX];

	when_clock(until_ms, station_now(st), time);
	v.order = order;
	v.time = time;
	answer_no(st, c, 409, REASON_PIN_LOCKED, &v);
}

static void wrong_pin(struct station *st, const struct call *c, const char *order,
		      const char *method)
{
	struct lock_rule by_order = order_rule(order), by_desk = desk_rule(c->desk);
	struct word_values v = words_none();
	struct buf b = event_begin(st);
	int64_t left = DESK_TRIES, desk_left;

	if (order[0])
		jw_str(&b, "order", order);
	jw_str(&b, "reason", reason_code(REASON_PIN_WRONG));
	jw_str(&b, "method", method);
	event_end(st, "pickup.refused", &b, (struct slice){ 0 }, NULL);
	if (order[0])
		left = count_wrong(st, &by_order, order, c->desk);
	desk_left = count_wrong(st, &by_desk, NULL, c->desk);
	v.order = order;
	v.tries = left < desk_left ? left : desk_left;
	answer_no(st, c, 409, REASON_PIN_WRONG, &v);
}

/* Is one of the two locks shut? Then it has been answered. */
static bool refused_locked(struct station *st, const struct call *c, const char *order)
{
	struct lock_rule by_order = order_rule(order), by_desk = desk_rule(c->desk);
	int64_t until;

	if (locked(st, &by_desk, &until) || (order[0] && locked(st, &by_order, &until))) {
		answer_locked(st, c, order, until);
		return true;
	}
	return false;
}

static bool entry_is_off(struct station *st, const struct call *c)
{
	struct word_values v = words_none();

	if (st->config->has_secret)
		return false;
	answer_no(st, c, 409, REASON_FORBIDDEN, &v);
	notice_word(st, c->desk, NOTICE_BAD, reason_code(REASON_FORBIDDEN), WORD_ENTRY_OFF,
		    WORD_ENTRY_OFF, &v);
	return true;
}

static bool pin_right(struct station *st, const char *order, struct slice digits)
{
	char want[HASH_TEXT_MAX] = "", have[HASH_TEXT_MAX];
	struct record r;
	struct json body;

	if (!store_find(st->store, STREAM_ORDERS, slice_of(order), &r) ||
	    json_check(r.body, &body) < 0 ||
	    json_string(json_get(body, "pin_hash"), want, sizeof(want)) < 0)
		return false;
	hash_keyed(st->config->secret, "pin", slice_of(order), &digits, have);
	return hash_text_eq(want, have);
}

static void pin_accepted(struct station *st, const struct call *c, const char *order,
			 const char *method)
{
	struct lock_rule by_order = order_rule(order), by_desk = desk_rule(c->desk);

	store_tries_set(st->store, by_order.subject, (struct tries){ 0 });
	/* At the kiosk one known code must not buy more guesses at others. */
	if (c->desk == DESK_COUNTER)
		store_tries_set(st->store, by_desk.subject, (struct tries){ 0 });
	pickup_open(st, c, order, method);
}

void pickup_try_pin(struct station *st, const struct call *c, const char *order,
		    struct slice digits)
{
	if (entry_is_off(st, c) || refused_locked(st, c, order))
		return;
	if (pin_right(st, order, digits))
		pin_accepted(st, c, order, "pin");
	else
		wrong_pin(st, c, order, "pin");
}

/* "600 100 417" and "+48600100417" are one number; Polish where no country is said. */
static bool normal_phone(const char *typed, char *dst, size_t cap)
{
	char digits[32];
	size_t n = 0;

	for (const char *p = typed; *p; p++) {
		if (*p >= '0' && *p <= '9' && n < sizeof(digits) - 1)
			digits[n++] = *p;
		else if (*p != ' ' && *p != '-' && !(*p == '+' && p == typed))
			return false;
	}
	digits[n] = '\0';
	if (n < 9 || n > 15)
		return false;
	return text_fmt(dst, cap, "+%s%s", typed[0] != '+' && n == 9 ? "48" : "", digits) == 0;
}

static void find_by_phone(struct station *st, const struct call *c, const char *typed,
			  struct slice digits)
{
	int64_t gen = store_cursor(st->store, STREAM_ORDERS).gen;
	struct word_values v = words_none();
	char phone[32], hash[HASH_TEXT_MAX], order[ID_MAX + 1] = "";

	if (!normal_phone(typed, phone, sizeof(phone))) {
		answer_no(st, c, 400, REASON_BAD_REQUEST, &v);
		return;
	}
	if (refused_locked(st, c, ""))
		return;
	hash_keyed(st->config->secret, "phone", slice_of(phone), NULL, hash);
	while (store_lookup_next(st->store, gen, LOOKUP_PHONE, slice_of(hash), order)) {
		struct lock_rule by_order = order_rule(order);
		int64_t until;

		if (locked(st, &by_order, &until) || !pin_right(st, order, digits))
			continue;
		pin_accepted(st, c, order, "phone");
		return;
	}
	wrong_pin(st, c, "", "phone");
}

void verb_pickup_find(struct station *st, const struct call *c, struct json args)
{
	struct word_values v = words_none();
	char order[ID_MAX + 1], typed[128], pin[16] = "", phone[32];
	bool has_pin = json_string(json_get(args, "pin"), pin, sizeof(pin)) >= 0;

	if (has_pin && (strlen(pin) != 6 || !text_digits(slice_of(pin)))) {
		answer_no(st, c, 400, REASON_BAD_REQUEST, &v);
		return;
	}
	if (entry_is_off(st, c))
		return;
	if (has_pin && json_string(json_get(args, "phone"), phone, sizeof(phone)) > 0) {
		find_by_phone(st, c, phone, slice_of(pin));
		return;
	}
	if (json_string(json_get(args, "order"), typed, sizeof(typed)) <= 0 || !has_pin) {
		answer_no(st, c, 400, REASON_BAD_REQUEST, &v);
		return;
	}
	v.order = typed;
	if (order_named(st, slice_of(typed), order)) {
		pickup_try_pin(st, c, order, slice_of(pin));
	} else if (pan_like(slice_of(typed))) {
		v.order = NULL;
		answer_no(st, c, 409, REASON_CARD_NUMBER_REFUSED, &v);
	} else {
		answer_no(st, c, 409, REASON_NOT_FOUND, &v);
	}
}

void verb_pickup_take(struct station *st, const struct call *c, struct json args)
{
	struct word_values v = words_none();
	char order[ID_MAX + 1];

	if (!arg_text(args, "order", order, sizeof(order))) {
		answer_no(st, c, 400, REASON_BAD_REQUEST, &v);
		return;
	}
	v.order = order;
	if (store_is_here(st->store, slice_of(order)))
		pickup_open(st, c, order, "code");
	else /* nobody has shown a code for it */
		answer_no(st, c, 409, REASON_APPROVAL_NEEDED, &v);
}

/* ---- an open pickup ---- */

/* Loads the order this desk has open; false and answered when there is none. */
static bool open_order(struct station *st, const struct call *c)
{
	struct desk_state *desk = &st->desks[c->desk];
	struct word_values v = words_none();

	if (desk->mode == MODE_PICKUP && order_load(st, slice_of(desk->row.order))) {
		pickup_done_load(st, c->desk);
		return true;
	}
	answer_no(st, c, 409, REASON_BAD_REQUEST, &v);
	return false;
}

static void keep_done(struct station *st, enum desk desk, int line, struct slice reason)
{
	struct check c = { st->done[line].checked, st->done[line].short_ };

	store_check_set(st->store, desk, json_text(st->order.lines[line].id), c, reason);
	st->dirty = true;
}

enum reason pickup_check_pieces(struct station *st, enum desk desk, int line, int64_t qty)
{
	enum reason r = pickup_check(&st->order.lines[line], st->done[line], qty);

	if (r == REASON_NONE) {
		st->done[line].checked += qty;
		keep_done(st, desk, line, slice_of(""));
	}
	return r;
}

/* A parcel is kept among the checks under its label, which no line's id can be. */
enum reason pickup_check_parcel(struct station *st, enum desk desk, struct slice label)
{
	char text[2 * ID_MAX + 8];

	for (struct json_walk w = json_walk(st->order.parcels); json_next(&w);) {
		struct json l = json_get(w.value, "label");

		if (json_string(l, text, sizeof(text)) <= 0 || !slice_eq(label, text))
			continue;
		if (store_check(st->store, desk, label).checked)
			return REASON_ITEM_SURPLUS;
		store_check_set(st->store, desk, label, (struct check){ 1, 0 }, slice_of(""));
		st->dirty = true;
		return REASON_NONE;
	}
	return REASON_ITEM_UNKNOWN;
}

static bool parcels_checked(struct station *st, enum desk desk)
{
	char text[2 * ID_MAX + 8];

	for (struct json_walk w = json_walk(st->order.parcels); json_next(&w);)
		if (json_string(json_get(w.value, "label"), text, sizeof(text)) <= 0 ||
		    !store_check(st->store, desk, slice_of(text)).checked)
			return false;
	return true;
}

/* The line an argument names: its index, or -1. */
static int arg_line(const struct station *st, struct json args)
{
	struct json line = json_get(args, "line");

	return line.type == JSON_NONE ? -1 : order_line_find(&st->order, json_text(line));
}

void verb_pickup_check(struct station *st, const struct call *c, struct json args)
{
	struct word_values v = words_none();
	char label[2 * ID_MAX + 8];
	struct json q = json_get(args, "qty");
	int64_t qty = 1;
	enum reason r;
	int line;

	if ((q.type != JSON_NONE && json_int(q, &qty) < 0) ||
	    (json_get(args, "line").type == JSON_NONE &&
	     json_get(args, "label").type == JSON_NONE)) {
		answer_no(st, c, 400, REASON_BAD_REQUEST, &v);
		return;
	}
	if (!open_order(st, c))
		return;
	if (json_string(json_get(args, "label"), label, sizeof(label)) > 0) {
		r = pickup_check_parcel(st, c->desk, slice_of(label));
	} else {
		line = arg_line(st, args);
		r = line < 0 ? REASON_ITEM_UNKNOWN : pickup_check_pieces(st, c->desk, line, qty);
	}
	if (r == REASON_NONE)
		answer_ok(st, c, "");
	else
		answer_no(st, c, r == REASON_BAD_REQUEST ? 400 : 409, r, &v);
}

void verb_pickup_short(struct station *st, const struct call *c, struct json args)
{
	struct word_values v = words_none();
	char reason[128] = "";
	int64_t qty;
	enum reason r;
	int line;

	if (!open_order(st, c))
		return;
	line = arg_line(st, args);
	if (json_get(args, "line").type == JSON_NONE ||
	    json_int(json_get(args, "qty"), &qty) < 0 ||
	    (json_get(args, "reason").type != JSON_NONE &&
	     json_string(json_get(args, "reason"), reason, sizeof(reason)) < 0)) {
		answer_no(st, c, 400, REASON_BAD_REQUEST, &v);
		return;
	}
	if (line < 0) {
		answer_no(st, c, 409, REASON_ITEM_UNKNOWN, &v);
		return;
	}
	r = pickup_short(&st->order.lines[line], st->done[line], qty);
	if (r != REASON_NONE) {
		answer_no(st, c, r == REASON_BAD_REQUEST ? 400 : 409, r, &v);
		return;
	}
	st->done[line].short_ = qty;
	keep_done(st, c->desk, line, slice_of(reason));
	answer_ok(st, c, "");
}

void verb_pickup_cancel(struct station *st, const struct call *c, struct json args)
{
	struct desk_state *desk = &st->desks[c->desk];

	(void)args;
	if (desk->waiting.active) {
		struct word_values v = words_none();
		struct call waited = desk->waiting.call;

		desk->waiting.active = false;
		answer_no(st, &waited, 409, REASON_NOT_FOUND, &v);
	}
	pickup_close(st, c->desk);
	notice_clear(st, c->desk);
	answer_ok(st, c, "");
}

/* ---- handing over: one transaction, then paper ---- */

struct handover {
	const struct call *call;
	char collector[16];
	char name[128];
	char event[ULID_TEXT_MAX]; /* id of pickup.completed */
	int64_t seq;
	int64_t refund;
};

static void write_lines(struct station *st, struct buf *b)
{
	jw_open(b, "lines", '[');
	for (int i = 0; i < st->order.line_count; i++) {
		const struct order_line *l = &st->order.lines[i];

		if (!l->goods || (pickup_leaves(l, st->done[i]) == 0 && st->done[i].short_ == 0))
			continue;
		jw_open(b, NULL, '{');
		jw_value(b, "line", l->id);
		jw_value(b, "sku", l->sku);
		jw_int(b, "qty", pickup_leaves(l, st->done[i]));
		jw_int(b, "short", st->done[i].short_);
		jw_close(b, '}');
	}
	jw_close(b, ']');
}

static void tell_completed(struct station *st, struct handover *h)
{
	struct desk_state *desk = &st->desks[h->call->desk];
	char memory[512], salt[17];
	struct buf b, person;
	uint8_t random[8];

	buf_init(&person, memory, sizeof(memory));
	if (h->name[0]) {
		st->clock.random(st->clock.ctx, random, sizeof(random));
		hex_encode(random, sizeof(random), salt);
		jw_open(&person, NULL, '{');
		jw_str(&person, "salt", salt);
		jw_str(&person, "collector", h->name);
		jw_close(&person, '}');
	}
	b = event_begin(st);
	jw_slice(&b, "order", st->order.id);
	jw_int(&b, "rev", st->order.rev);
	jw_str(&b, "method", desk->row.method);
	jw_str(&b, "mode", desk->row.how);
	write_lines(st, &b);
	jw_open(&b, "paid", '[');
	jw_close(&b, ']');
	jw_str(&b, "collector", h->collector);
	jw_str(&b, "staff", h->call->session.row.staff);
	h->seq = event_end(st, "pickup.completed", &b, buf_read(&person), h->event);
}

static void tell_stock(struct station *st, int i, const struct handover *h)
{
	const struct order_line *l = &st->order.lines[i];
	int64_t delta = -pickup_leaves(l, st->done[i]), seq;
	char sku[ID_MAX + 1];
	struct buf b;

	if (delta == 0 || json_string(l->sku, sku, sizeof(sku)) <= 0)
		return;
	b = event_begin(st);
	jw_str(&b, "sku", sku);
	jw_int(&b, "delta", delta);
	jw_str(&b, "why", "pickup");
	jw_slice(&b, "order", st->order.id);
	jw_str(&b, "staff", h->call->session.row.staff);
	seq = event_end(st, "stock.changed", &b, (struct slice){ 0 }, NULL);
	store_stock_delta_add(st->store, slice_of(sku), delta, st->config->lane, st->ledger.epoch,
			      seq);
}

/* What is missing was paid for: HQ pays it back the way it was paid. */
static void tell_refund(struct station *st, const struct handover *h)
{
	struct refund_leg legs[ORDER_PAYMENTS_MAX];
	int64_t given[ORDER_PAYMENTS_MAX] = { 0 }, rest;
	char id[ULID_TEXT_MAX], due[TIME_TEXT_MAX], payment[ID_MAX * 2];
	struct buf b;
	int n;

	for (int i = 0; i < st->order.payment_count; i++)
		if (json_string(st->order.payments[i].id, payment, sizeof(payment)) > 0)
			given[i] = store_refunded(st->store, st->order.id, slice_of(payment));
	n = refund_legs(&st->order, h->refund, given, legs, &rest);
	if (n == 0)
		return;
	ulid_make(&st->clock, id);
	time_format(station_now(st) + 14 * 24 * 3600 * INT64_C(1000), due);
	b = event_begin(st);
	jw_str(&b, "refund", id);
	jw_slice(&b, "order", st->order.id);
	jw_str(&b, "basis", "short");
	jw_open(&b, "legs", '[');
	for (int i = 0; i < n; i++) {
		const struct order_payment *p = &st->order.payments[legs[i].payment];

		jw_open(&b, NULL, '{');
		jw_value(&b, "payment", p->id);
		jw_value(&b, "tender", p->tender);
		jw_int(&b, "amount", legs[i].amount);
		jw_close(&b, '}');
		if (json_string(p->id, payment, sizeof(payment)) > 0)
			store_refunded_add(st->store, st->order.id, slice_of(payment),
					   legs[i].amount);
	}
	jw_close(&b, ']');
	jw_str(&b, "due_by", due);
	jw_str(&b, "staff", h->call->session.row.staff);
	event_end(st, "refund.requested", &b, (struct slice){ 0 }, NULL);
	if (rest > 0)
		log_warning("order %.*s: no online payment takes %lld back", (int)st->order.id.n,
			    st->order.id.p, (long long)rest);
}

static void keep_facts(struct station *st, const struct handover *h)
{
	struct order_fact f = { .at_ms = station_now(st), .epoch = st->ledger.epoch };

	for (int i = 0; i < st->order.line_count; i++) {
		const struct order_line *l = &st->order.lines[i];
		struct line_fact add = { pickup_leaves(l, st->done[i]), st->done[i].short_ };
		struct line_fact had =
			store_line_fact(st->store, st->order.id, json_text(l->id));

		if (!l->goods || (add.handed == 0 && add.short_ == 0))
			continue;
		/* The fact is what has been done in all, HQ's share included. */
		add.handed += l->handed - had.handed;
		add.short_ += l->short_ - had.short_;
		store_line_fact_add(st->store, st->order.id, json_text(l->id), add);
	}
	text_fmt(f.status, sizeof(f.status), "collected");
	text_fmt(f.lane, sizeof(f.lane), "%s", st->config->lane);
	text_fmt(f.event, sizeof(f.event), "%s", h->event);
	f.seq = h->seq;
	store_order_fact_set(st->store, st->order.id, &f);
	store_lookup_status(st->store, store_cursor(st->store, STREAM_ORDERS).gen, st->order.id,
			    f.status);
}

static int64_t print_slip(struct station *st, const struct handover *h)
{
	enum language l = st->order.language;
	struct slip_facts f = { .order = &st->order, .done = st->done, .language = l };
	char staff[128];
	enum role role;
	struct buf doc;

	if (!staff_name(st, h->call->session.row.staff, staff, sizeof(staff), &role))
		text_fmt(staff, sizeof(staff), "%s", h->call->session.row.staff);
	f.staff = staff;
	f.texts = json_get(policy_get(st, "texts"), language_code(l));
	f.store_name = st->config->name;
	f.lane = st->config->lane;
	f.now_ms = station_now(st);
	f.refund = h->refund;
	f.document = h->event;
	buf_init(&doc, st->doc, sizeof(st->doc));
	slip_pickup(&f, &doc);
	if (doc.overflow) {
		log_error("the slip of order %.*s is too long to print", (int)st->order.id.n,
			  st->order.id.p);
		return 0;
	}
	return job_queue(st, "pickup", NULL, buf_read(&doc));
}

static void hand_over(struct station *st, struct handover *h)
{
	struct word_values v = words_none();
	char number[128], members[2 * ID_MAX + 64];
	int64_t job;

	for (int i = 0; i < st->order.line_count; i++)
		if (st->order.lines[i].goods)
			h->refund += refund_of_pieces(&st->order.lines[i], st->done[i].short_);
	tell_completed(st, h);
	for (int i = 0; i < st->order.line_count; i++)
		tell_stock(st, i, h);
	if (h->refund > 0)
		tell_refund(st, h);
	job = print_slip(st, h);
	keep_facts(st, h);
	store_here_drop(st->store, st->order.id);
	st->queue_stale = true;
	st->counters.handovers++;
	order_number(&st->order, number, sizeof(number));
	text_fmt(members, sizeof(members), "\"order\":\"%.*s\",\"job\":%lld", (int)st->order.id.n,
		 st->order.id.p, (long long)job);
	pickup_close(st, h->call->desk);
	v.order = number;
	notice_word(st, h->call->desk, NOTICE_GOOD, "handed_over", WORD_HANDED, WORD_HANDED, &v);
	answer_ok(st, h->call, members);
}

/* HQ changed the order since the clerk looked: show it, and ask again. */
static void show_change(struct station *st, const struct call *c)
{
	struct desk_state *desk = &st->desks[c->desk];
	struct word_values v = words_none();
	char number[128];

	desk->row.rev = st->order.rev;
	store_desk_set(st->store, c->desk, &desk->row);
	order_number(&st->order, number, sizeof(number));
	v.order = number;
	answer_no(st, c, 409, REASON_ORDER_CHANGED, &v);
}

static void refuse_handover(struct station *st, const struct call *c, enum reason r)
{
	struct word_values v = words_none();
	char money[MONEY_TEXT_MAX], number[128];

	order_number(&st->order, number, sizeof(number));
	v.order = number;
	if (r == REASON_FISCAL_NEEDED || r == REASON_PAYMENT_DUE) {
		money_format(order_due(&st->order), st->desks[c->desk].language, money);
		v.item = money;
	}
	answer_no(st, c, 409, r, &v);
}

void verb_pickup_handover(struct station *st, const struct call *c, struct json args)
{
	struct pickup_policy policy = pickup_policy_now(st);
	struct handover h = { .call = c, .collector = "self" };
	struct json collector = json_get(args, "collector"), name = json_get(args, "name");
	struct pickup_facts facts = { NULL, st->config->store, station_now(st) };
	struct handover_facts f;
	enum reason r;

	if (!open_order(st, c))
		return;
	if ((collector.type != JSON_NONE &&
	     (json_string(collector, h.collector, sizeof(h.collector)) < 0 ||
	      (strcmp(h.collector, "self") && strcmp(h.collector, "proxy") &&
	       strcmp(h.collector, "courier")))) ||
	    (name.type != JSON_NONE && json_string(name, h.name, sizeof(h.name)) < 0)) {
		struct word_values v = words_none();

		answer_no(st, c, 400, REASON_BAD_REQUEST, &v);
		return;
	}
	facts.order = &st->order;
	r = pickup_verdict(&facts, &policy);
	f = (struct handover_facts){ &st->order, st->done, st->desks[c->desk].row.rev,
				     parcels_checked(st, c->desk), station_isolated(st) };
	if (r == REASON_NONE)
		r = pickup_handover(&f, &policy);
	if (r == REASON_ORDER_CHANGED)
		show_change(st, c);
	else if (r != REASON_NONE)
		refuse_handover(st, c, r);
	else
		hand_over(st, &h);
}
