// SPDX-License-Identifier: Apache-2.0
/* Codes that are typed: an order's six digits, a phone and its code, and the locks that stop
 * guessing. A signed code always works. */
#include <string.h>

#include "firmware/desk.h"
#include "firmware/ledger.h"
#include "firmware/orders.h"
#include "firmware/station.h"
#include "firmware/survey.h"
#include "firmware/trust/hash.h"

/* INTERFACES section 3: five wrong codes lock an order for 10 minutes, ten a desk for 5. */
#define ORDER_TRIES   5
#define ORDER_LOCK_MS (600 * 1000)
#define DESK_TRIES    10
#define DESK_LOCK_MS  (300 * 1000)
#define SUBJECT_MAX   (ID_MAX + 16)

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

/* Wall time, so that a lock survives a restart; a clock set back neither opens it nor makes it
 * longer. */
static bool locked(struct station *st, const struct lock_rule *r, int64_t *ret_until_ms)
{
	struct tries t = store_tries(st->store, r->subject);
	int64_t left = t.until_ms - station_now(st);

	if (t.until_ms == 0)
		return false;
	if (left <= 0) {
		store_tries_set(st->store, r->subject, (struct tries){ 0 });
		return false;
	}
	if (left > r->lock_ms) {
		t.until_ms = station_now(st) + r->lock_ms;
		store_tries_set(st->store, r->subject, t);
	}
	*ret_until_ms = t.until_ms;
	return true;
}

void typed_codes_lock(struct station *st, const char *order, int64_t since_ms)
{
	const struct lock_rule r = order_rule(order);
	struct tries t = store_tries(st->store, r.subject);

	if (since_ms + r.lock_ms <= station_now(st) || since_ms + r.lock_ms <= t.until_ms)
		return;
	t.until_ms = since_ms + r.lock_ms;
	store_tries_set(st->store, r.subject, t);
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

static void tell_wrong(struct station *st, const char *order, const char *method)
{
	struct buf b = event_begin(st);

	if (order[0])
		jw_str(&b, "order", order);
	jw_str(&b, "reason", reason_code(REASON_PIN_WRONG));
	jw_str(&b, "method", method);
	event_end(st, "pickup.refused", &b, (struct slice){ 0 }, NULL);
}

/* Counts it for the desk; `left`: the tries its order has left. */
static void answer_wrong(struct station *st, const struct call *c, const char *order, int64_t left)
{
	struct lock_rule by_desk = desk_rule(c->desk);
	struct word_values v = words_none();
	int64_t desk_left = count_wrong(st, &by_desk, NULL, c->desk);

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
	struct lock_rule by_order = order_rule(order);

	if (entry_is_off(st, c) || refused_locked(st, c, order))
		return;
	if (pin_right(st, order, digits)) {
		pin_accepted(st, c, order, "pin");
		return;
	}
	tell_wrong(st, order, "pin");
	answer_wrong(st, c, order, count_wrong(st, &by_order, order, c->desk));
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

bool typed_phone_hash(struct station *st, const char *typed, char ret_hash[HASH_TEXT_MAX])
{
	char phone[32];

	if (!st->config->has_secret || !normal_phone(typed, phone, sizeof(phone)))
		return false;
	hash_keyed(st->config->secret, "phone", slice_of(phone), NULL, ret_hash);
	return true;
}

/* One guess at a phone's code is a guess at each of its orders. */
static void wrong_for_phone(struct station *st, const struct call *c, int64_t gen,
			    struct slice phone_hash)
{
	char order[ID_MAX + 1] = "";
	int64_t until, left, least = DESK_TRIES;

	tell_wrong(st, "", "phone");
	while (store_lookup_next(st->store, gen, LOOKUP_PHONE, phone_hash, order)) {
		struct lock_rule by_order = order_rule(order);

		if (locked(st, &by_order, &until))
			continue;
		left = count_wrong(st, &by_order, order, c->desk);
		least = left < least ? left : least;
	}
	answer_wrong(st, c, "", least);
}

/* Who has shown one code of this phone has come for all its orders: they can be taken one after the
 * other. */
static void others_are_here(struct station *st, int64_t gen, struct slice phone_hash,
			    const char *opened)
{
	char order[ID_MAX + 1] = "";

	while (store_lookup_next(st->store, gen, LOOKUP_PHONE, phone_hash, order))
		if (strcmp(order, opened) != 0 && order_load(st, slice_of(order)) &&
		    (st->order.status == ORDER_READY || st->order.status == ORDER_PARTLY_COLLECTED))
			store_here_add(st->store, slice_of(order), station_now(st));
	st->queue_stale = true;
}

static void find_by_phone(struct station *st, const struct call *c, const char *typed,
			  struct slice digits)
{
	int64_t gen = store_cursor(st->store, STREAM_ORDERS).gen;
	struct word_values v = words_none();
	char phone[32], hash[HASH_TEXT_MAX], order[ID_MAX + 1] = "";
	int64_t until, opens = 0; /* when the first of its locked orders opens */
	bool all_locked = true;

	if (!normal_phone(typed, phone, sizeof(phone))) {
		answer_no(st, c, 400, REASON_BAD_REQUEST, &v);
		return;
	}
	if (refused_locked(st, c, ""))
		return;
	hash_keyed(st->config->secret, "phone", slice_of(phone), NULL, hash);
	while (store_lookup_next(st->store, gen, LOOKUP_PHONE, slice_of(hash), order)) {
		struct lock_rule by_order = order_rule(order);

		if (locked(st, &by_order, &until)) {
			opens = !opens || until < opens ? until : opens;
			continue;
		}
		all_locked = false;
		if (pin_right(st, order, digits)) {
			others_are_here(st, gen, slice_of(hash), order);
			pin_accepted(st, c, order, "phone");
			return;
		}
	}
	if (opens && all_locked)
		answer_locked(st, c, "", opens);
	else
		wrong_for_phone(st, c, gen, slice_of(hash));
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
	if (c->desk == DESK_KIOSK)
		survey_somebody_comes(st);
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
