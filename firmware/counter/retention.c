// SPDX-License-Identifier: Apache-2.0
#include "firmware/counter/retention.h"

#include <string.h>

#include "firmware/base/clock.h"

#define DAYS_MAX 3650

/* `least`: what the shop needs to work; a copy of HQ may need events again. */
static const struct {
	const char *name;
	int64_t days, least;
} keeps[KEEP_COUNT] = {
	[KEEP_INTERACTIONS] = { "interactions", 180, 1 },
	[KEEP_ORDERS] = { "orders", 90, 1 },
	[KEEP_PROFILES] = { "profiles", 7, 1 },
	[KEEP_PERSONS] = { "persons", 30, 1 },
	[KEEP_PRINTS] = { "prints", 30, 1 },
	[KEEP_PAPERS] = { "papers", 1096, 30 },
	[KEEP_LETTERS] = { "letters", 30, 1 },
	[KEEP_TRACES] = { "traces", 1096, 30 },
	[KEEP_RECORDINGS] = { "recordings", 14, 1 },
	[KEEP_BACKUPS] = { "backups", 30, 1 },
};

const char *keep_name(enum keep k)
{
	return keeps[k].name;
}

int64_t keep_days(struct json privacy, enum keep k)
{
	const struct json said = json_get(json_get(privacy, "retain_days"), keeps[k].name);
	const int64_t days = json_int_or(said, 0);

	return days >= keeps[k].least && days <= DAYS_MAX ? days : keeps[k].days;
}

/* ---- an order without its person ---- */

/* What a shop has to keep, and what it needs to hand an order over. All else goes, also what this
 * program does not know: it may be an address. */
static const char *const order_stays[] = {
	"number",   "status",	  "channel",	"contract",  "placed_at",  "promised_at",
	"ready_at", "collect_by", "checkin_at", "collected", "pin_hash",   "code_nonce",
	"shelf",    "totals",	  "payments",	"fiscal",    "withdrawal", "store",
};
static const char *const line_stays[] = {
	"line",	   "kind",     "sku",	     "gtin",	  "name",	 "qty",
	"unit",	   "paid",     "vat",	     "discounts", "age",	 "serials",
	"picked",  "handed",   "short",	     "returned",  "substituted", "substitutes",
	"deposit", "category", "returnable", "sealed",	  "kept",	 "location",
};
static const char *const parcel_stays[] = { "label", "state", "shelf", "lines" };
static const char *const buyer_stays[] = { "kind", "document" };
static const char *const payment_stays[] = {
	"id", "tender", "state", "amount", "refunded", "where"
};

static bool named(struct json name, const char *const names[], size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (json_is(name, names[i]))
			return true;
	return false;
}

/* An object's members of these names, as they are. */
static void write_members(struct buf *b, const char *name, struct json v, const char *const stays[],
			  size_t n)
{
	char text[64];

	jw_open(b, name, '{');
	for (struct json_walk w = json_walk(v); json_next(&w);)
		if (named(w.name, stays, n) && json_string(w.name, text, sizeof(text)) > 0)
			jw_value(b, text, w.value);
	jw_close(b, '}');
}

static void write_list(struct buf *b, const char *name, struct json list, const char *const stays[],
		       size_t n)
{
	if (list.type != JSON_ARRAY)
		return;
	jw_open(b, name, '[');
	for (struct json_walk w = json_walk(list); json_next(&w);)
		if (w.value.type == JSON_OBJECT)
			write_members(b, NULL, w.value, stays, n);
	jw_close(b, ']');
}

/* Points are paid by a member, whom the reference names. */
static void write_payments(struct buf *b, struct json list)
{
	const size_t stay = COUNT_OF(payment_stays);

	if (list.type != JSON_ARRAY)
		return;
	jw_open(b, "payments", '[');
	for (struct json_walk w = json_walk(list); json_next(&w);) {
		const struct json ref = json_get(w.value, "ref");

		if (w.value.type != JSON_OBJECT)
			continue;
		write_members(b, NULL, w.value, payment_stays, stay);
		if (ref.type != JSON_STRING || json_is(json_get(w.value, "tender"), "points"))
			continue;
		b->len--; /* its brace again */
		jw_value(b, "ref", ref);
		jw_close(b, '}');
	}
	jw_close(b, ']');
}

void order_without_person(struct json body, struct buf *out)
{
	char text[64];

	jw_open(out, NULL, '{');
	for (struct json_walk w = json_walk(body); json_next(&w);)
		if (named(w.name, order_stays, COUNT_OF(order_stays)) &&
		    !json_is(w.name, "payments") && json_string(w.name, text, sizeof(text)) > 0)
			jw_value(out, text, w.value);
	write_payments(out, json_get(body, "payments"));
	write_list(out, "lines", json_get(body, "lines"), line_stays, COUNT_OF(line_stays));
	write_list(out, "parcels", json_get(body, "parcels"), parcel_stays, COUNT_OF(parcel_stays));
	if (json_get(body, "buyer").type == JSON_OBJECT)
		write_members(out, "buyer", json_get(body, "buyer"), buyer_stays,
			      COUNT_OF(buyer_stays));
	jw_close(out, '}');
}

bool order_has_person(struct json body)
{
	for (struct json_walk w = json_walk(body); json_next(&w);)
		if (!named(w.name, order_stays, COUNT_OF(order_stays)) &&
		    !json_is(w.name, "lines") && !json_is(w.name, "parcels") &&
		    !json_is(w.name, "buyer"))
			return true;
	return json_get(json_get(body, "buyer"), "nip").type != JSON_NONE;
}

static int64_t time_of(struct json v)
{
	char text[48];
	int64_t at = 0;

	return json_string(v, text, sizeof(text)) > 0 && time_parse(slice_of(text), &at) == 0 ? at
											      : 0;
}

int64_t order_ended_ms(struct json body)
{
	static const char *const over[] = { "collected", "returned", "cancelled", "expired" };
	static const char *const times[] = { "collect_by", "ready_at", "promised_at", "placed_at" };
	const struct json status = json_get(body, "status");
	int64_t at = time_of(json_get(json_get(body, "collected"), "at"));
	bool ended = false;

	for (size_t i = 0; i < COUNT_OF(over); i++)
		ended = ended || json_is(status, over[i]);
	if (!ended)
		return 0;
	for (size_t i = 0; i < COUNT_OF(times) && !at; i++)
		at = time_of(json_get(body, times[i]));
	return at;
}

bool order_customer(struct json body, char *dst, size_t cap)
{
	return json_string(json_get(json_get(body, "customer"), "id"), dst, cap) > 0;
}

bool record_customer(struct json body, char *dst, size_t cap)
{
	return json_string(json_get(body, "customer"), dst, cap) > 0;
}

/* ---- words in a text ---- */

static bool is_part(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	       (unsigned char)c >= 0x80;
}

bool text_names(struct slice where, struct slice what)
{
	const char *at = where.p, *end = where.p + where.n;

	if (what.n == 0)
		return false;
	while ((at = memmem(at, (size_t)(end - at), what.p, what.n)) != NULL) {
		const bool joined_before = at > where.p && is_part(at[-1]) && is_part(what.p[0]);
		const bool joined_after =
			at + what.n < end && is_part(at[what.n]) && is_part(what.p[what.n - 1]);

		if (!joined_before && !joined_after)
			return true;
		at++;
	}
	return false;
}
