// SPDX-License-Identifier: Apache-2.0
/* An order without its code at hand: looked for, vouched for, its code sent anew, its day moved. */
#include <string.h>

#include "firmware/approvals.h"
#include "firmware/counter/slip.h"
#include "firmware/desk.h"
#include "firmware/ledger.h"
#include "firmware/orders.h"
#include "firmware/overlay.h"
#include "firmware/privacy.h"
#include "firmware/station.h"
#include "firmware/trust/hash.h"

#define LOOK_MS	      600000 /* the same person at the same customer: one look */
#define FOUND_MAX     10
#define LOOKED_MAX    5000 /* orders; a shop that has more waiting types more letters */
#define SEARCH_MIN    2	   /* letters; fewer would show everybody */
#define SEARCH_MAX    64
#define RESEND_MS     60000 /* a code is sent anew once a minute at most */
#define EXTEND_MAX_MS (60 * 24 * 3600 * INT64_C(1000))

static void write_found(struct station *st, const char *id, enum viewer who, struct buf *b)
{
	const struct order *o = &st->order;
	char number[128];

	order_number(o, number, sizeof(number));
	jw_open(b, NULL, '{');
	jw_str(b, "order", id);
	jw_str(b, "number", number);
	jw_str(b, "status", order_status_name(o->status));
	jw_shown(b, "customer", PERSONAL_NAME, who, json_get(o->customer, "name"));
	jw_value(b, "phone_last3", json_get(o->customer, "phone_last3"));
	jw_value(b, "shelf", o->shelf);
	jw_close(b, '}');
}

/* Has this person been shown as that customer's viewer a while ago? What is typed letter by letter
 * is one look. */
static bool seen_lately(struct station *st, enum desk desk, const char *staff, const char *customer)
{
	struct looks *looks = &st->desks[desk].looks;
	const int64_t now = station_mono(st);
	char text[2 * ID_MAX + 4];
	uint8_t hash[HASH_BYTES];

	text_fmt(text, sizeof(text), "%s %s", staff, customer);
	hash_bytes(slice_of(text), hash);
	for (int i = 0; i < LOOKS_KEPT; i++)
		if (looks->at_ms[i] && now - looks->at_ms[i] < LOOK_MS &&
		    !memcmp(looks->hash[i], hash, HASH_BYTES))
			return true;
	memcpy(looks->hash[looks->next], hash, HASH_BYTES);
	looks->at_ms[looks->next] = now;
	looks->next = (looks->next + 1) % LOOKS_KEPT;
	return false;
}

static void viewed(struct station *st, const struct call *c, const char *customer, const char *why,
		   struct slice order)
{
	struct buf b;

	if (seen_lately(st, c->desk, c->session.row.staff, customer))
		return;
	b = event_begin(st);
	jw_str(&b, "customer", customer);
	jw_str(&b, "why", why);
	if (order.n)
		jw_slice(&b, "order", order);
	jw_str(&b, "staff", c->session.row.staff);
	event_end(st, "profile.viewed", &b, (struct slice){ 0 }, NULL);
}

void profile_viewed(struct station *st, const struct call *c, const char *customer, const char *why)
{
	viewed(st, c, customer, why, (struct slice){ 0 });
}

/* Who served a customer is told by that order's events; who only looked, by this one. */
static void tell_viewed(struct station *st, const struct call *c)
{
	char customer[ID_MAX + 1];

	if (json_string(json_get(st->order.customer, "id"), customer, sizeof(customer)) > 0)
		viewed(st, c, customer, "search", st->order.id);
}

static bool holds(struct json field, struct slice text)
{
	char have[256];
	const int n = json_string(field, have, sizeof(have));

	return n > 0 && text_holds((struct slice){ have, (size_t)n }, text);
}

/* Is the text in what people know of an order: its number, the name, the phone's last digits? */
static bool matches(struct station *st, const char *id, struct slice text)
{
	static const char *const names[] = { "number", "customer" };
	struct json m[COUNT_OF(names)], body;
	struct record r;

	if (!store_find(st->store, STREAM_ORDERS, slice_of(id), &r) ||
	    json_check(r.body, &body) < 0)
		return false;
	json_pick(body, names, m, COUNT_OF(names));
	return text_holds(slice_of(id), text) || holds(m[0], text) ||
	       holds(json_get(m[1], "name"), text) || holds(json_get(m[1], "phone_last3"), text);
}

struct search {
	struct slice text;
	int looked, found;
	struct buf b;
};

static void search_status(struct station *st, const struct call *c, const char *status,
			  struct search *s)
{
	const int64_t gen = store_cursor(st->store, STREAM_ORDERS).gen;
	char key[LOOKUP_WALK_MAX] = "", id[ID_MAX + 1] = "";

	while (s->found < FOUND_MAX && s->looked < LOOKED_MAX &&
	       store_lookup_walk(st->store, gen, LOOKUP_STATUS, status, key, id)) {
		s->looked++;
		if (!matches(st, id, s->text) || !order_load(st, slice_of(id)))
			continue;
		write_found(st, id, viewer_at(st, c->desk), &s->b);
		tell_viewed(st, c);
		s->found++;
	}
}

void verb_pickup_search(struct station *st, const struct call *c, struct json args)
{
	static const char *const waiting[] = { "ready", "picking", "placed" };
	struct word_values v = words_none();
	char text[SEARCH_MAX], memory[8192];
	const int n = json_string(json_get(args, "text"), text, sizeof(text));
	struct search s = { .text = { text, n > 0 ? (size_t)n : 0 } };

	if (utf8_count(s.text) < SEARCH_MIN || text_has_control(s.text)) {
		answer_no(st, c, 400, REASON_BAD_REQUEST, &v);
		return;
	}
	if (pickup_policy_now(st).id_search == SEARCH_REFUSE) {
		answer_no(st, c, 409, REASON_FORBIDDEN, &v);
		return;
	}
	buf_init(&s.b, memory, sizeof(memory));
	jw_open(&s.b, "found", '[');
	for (size_t i = 0; i < COUNT_OF(waiting); i++)
		search_status(st, c, waiting[i], &s);
	jw_close(&s.b, ']');
	answer_ok(st, c, buf_str(&s.b) ? buf_str(&s.b) : "");
}

/* How the person was known; a document's number or picture is kept nowhere. */
static bool arg_how(struct json args, char how[16])
{
	static const char *const ways[] = { "document", "mobywatel", "app", "known" };

	if (json_string(json_get(args, "how"), how, 16) <= 0)
		return false;
	for (size_t i = 0; i < COUNT_OF(ways); i++)
		if (!strcmp(how, ways[i]))
			return true;
	return false;
}

void verb_pickup_vouch(struct station *st, const struct call *c, struct json args)
{
	const enum id_search rule = pickup_policy_now(st).id_search;
	struct word_values v = words_none();
	char order[ID_MAX + 1], how[16];

	if (!arg_text(args, "order", order, sizeof(order)) || !arg_how(args, how)) {
		answer_no(st, c, 400, REASON_BAD_REQUEST, &v);
		return;
	}
	v.order = order;
	if (rule == SEARCH_REFUSE)
		answer_no(st, c, 409, REASON_FORBIDDEN, &v);
	else if (rule == SEARCH_APPROVE && approval_missing(st, c, 1u << NEED_VOUCH, 0))
		approval_ask(st, c, 1u << NEED_VOUCH, 0, order, REASON_APPROVAL_NEEDED, &v);
	else
		pickup_open(st, c, order, "search");
}

/* An order by its id, and known here: it is loaded, and lasts as long as the id. False and answered
 * when not. */
static bool arg_order(struct station *st, const struct call *c, struct json args,
		      char order[ID_MAX + 1])
{
	struct word_values v = words_none();

	if (!arg_text(args, "order", order, ID_MAX + 1)) {
		answer_no(st, c, 400, REASON_BAD_REQUEST, &v);
		return false;
	}
	v.order = order;
	if (order_load(st, slice_of(order)))
		return true;
	answer_no(st, c, 409, REASON_NOT_FOUND, &v);
	return false;
}

void verb_code_resend(struct station *st, const struct call *c, struct json args)
{
	char order[ID_MAX + 1];
	struct over last;
	struct mark mark;
	struct buf b;

	if (!arg_order(st, c, args, order))
		return;
	if (store_over(st->store, st->order.id, "resend", &last) &&
	    station_now(st) - last.at_ms < RESEND_MS && station_now(st) >= last.at_ms) {
		answer_said(st, c, 409, REASON_BUSY, WORD_NO_CODE_YET);
		return;
	}
	b = event_begin(st);
	jw_slice(&b, "order", st->order.id);
	jw_str(&b, "staff", c->session.row.staff);
	mark = mark_own(st, event_end(st, "code.requested", &b, (struct slice){ 0 }, NULL));
	overlay_set(st, st->order.id, "resend", slice_of("true"), &mark);
	answer_ok(st, c, "");
}

static void extend(struct station *st, const struct call *c, int64_t until_ms)
{
	char time[TIME_TEXT_MAX], json[TIME_TEXT_MAX + 4];
	struct buf b = event_begin(st);
	struct mark mark;

	time_format(until_ms, time);
	text_fmt(json, sizeof(json), "\"%s\"", time);
	jw_slice(&b, "order", st->order.id);
	jw_str(&b, "until", time);
	jw_str(&b, "staff", c->session.row.staff);
	jw_approval(&b, &c->approval);
	mark = mark_own(st, event_end(st, "order.extended", &b, (struct slice){ 0 }, NULL));
	overlay_set(st, st->order.id, "until", slice_of(json), &mark);
	answer_ok(st, c, "");
}

void verb_order_extend(struct station *st, const struct call *c, struct json args)
{
	const int64_t now = station_now(st);
	struct word_values v = words_none();
	char text[TIME_TEXT_MAX + 8], order[ID_MAX + 1], when[WHEN_TEXT_MAX];
	int64_t until;

	if (json_string(json_get(args, "until"), text, sizeof(text)) <= 0 ||
	    time_parse(slice_of(text), &until) < 0 || until <= now || until > now + EXTEND_MAX_MS) {
		answer_said(st, c, 400, REASON_BAD_REQUEST, WORD_NO_UNTIL);
		return;
	}
	if (!arg_order(st, c, args, order))
		return;
	v.order = order;
	if (st->order.collect_by_ms && until < st->order.collect_by_ms) {
		when_clock(st->order.collect_by_ms, now, when);
		v.time = when;
		answer_no(st, c, 409, REASON_WAITS_LONGER, &v);
	} else if (st->order.status != ORDER_READY && st->order.status != ORDER_PARTLY_COLLECTED &&
		   st->order.status != ORDER_EXPIRED)
		answer_no(st, c, 409, REASON_NOT_READY, &v);
	else if ((st->order.status == ORDER_EXPIRED ||
		  (st->order.collect_by_ms && st->order.collect_by_ms < now)) &&
		 approval_missing(st, c, 1u << NEED_LATE, 0))
		approval_ask(st, c, 1u << NEED_LATE, 0, order, REASON_APPROVAL_NEEDED, &v);
	else
		extend(st, c, until);
}
