// SPDX-License-Identifier: Apache-2.0
/*
 * What a customer agrees to, purpose by purpose. Purposes and their texts are policy data
 * (`privacy.purposes`); what is said at a lane lies over HQ's record until an `upto` of the stream
 * covers it, here and at the siblings. Taking back is the same press as giving.
 */
#include <string.h>

#include "firmware/documents.h"
#include "firmware/ledger.h"
#include "firmware/loyalty.h"
#include "firmware/orders.h"
#include "firmware/privacy.h"

#define PURPOSES_MAX   16
#define PURPOSES_BYTES 16384

static struct json purposes(struct station *st)
{
	return json_get(policy_get(st, "privacy"), "purposes");
}

/* Whose consents a desk is about: at the kiosk the one who showed a code there, and nobody else. */
static bool customer_at(struct station *st, enum desk desk, char ret_customer[ID_MAX + 1])
{
	struct desk_state *d = &st->desks[desk];
	char member[ID_MAX + 1] = "";
	struct member_view m;

	if (desk == DESK_KIOSK) {
		return d->greeted[0] && order_load(st, slice_of(d->greeted)) &&
		       json_string(json_get(st->order.customer, "id"), ret_customer, ID_MAX + 1) >
			       0;
	}
	if (d->mode == MODE_PICKUP) {
		if (!order_load(st, slice_of(d->row.order)))
			return false;
		if (!member_of_pickup(st, desk, member))
			return json_string(json_get(st->order.customer, "id"), ret_customer,
					   ID_MAX + 1) > 0;
	} else {
		text_fmt(member, sizeof(member), "%s", d->member);
	}
	return member[0] && member_load(st, member, &m) &&
	       record_customer(m.body, ret_customer, ID_MAX + 1);
}

/* ---- what holds now ---- */

static struct json of_record(struct station *st, const char *customer, const char *purpose)
{
	const int64_t gen = store_cursor(st->store, STREAM_LOYALTY).gen;
	char id[ID_MAX + 1] = "";
	struct member_view m;

	if (!store_lookup_next(st->store, gen, LOOKUP_CUSTOMER, slice_of(customer), id) ||
	    !member_load(st, id, &m))
		return (struct json){ 0 };
	return json_get(json_get(m.body, "consents"), purpose);
}

static void write_one(struct station *st, const char *customer, struct json name, struct json p,
		      enum language l, struct buf *b)
{
	char purpose[ID_MAX + 1], at[TIME_TEXT_MAX];
	struct consent c;
	struct json record;

	if (json_string(name, purpose, sizeof(purpose)) <= 0)
		return;
	jw_open(b, NULL, '{');
	jw_str(b, "purpose", purpose);
	jw_value(b, "version", json_get(p, "version"));
	jw_value(b, "text", json_get(json_get(p, "text"), language_code(l)));
	if (store_consent(st->store, customer, purpose, &c) &&
	    !store_upto_covers(st->store, STREAM_LOYALTY, c.lane, c.epoch, c.seq)) {
		jw_bool(b, "given", c.given);
		time_format(c.at_ms, at);
		jw_str(b, "at", at);
	} else {
		record = of_record(st, customer, purpose);
		jw_bool(b, "given", json_true(json_get(record, "given")));
		jw_value(b, "at", json_get(record, "at"));
	}
	jw_close(b, '}');
}

void consents_document(struct station *st, enum desk desk, struct buf *b)
{
	char customer[ID_MAX + 1], memory[PURPOSES_BYTES];
	struct json all = { 0 };
	int n = 0;

	if (!customer_at(st, desk, customer)) {
		jw_null(b, "consents");
		return;
	}
	jw_open(b, "consents", '[');
	/* Other policies are read on the way. */
	if (slice_copy(json_text(purposes(st)), memory, sizeof(memory)) == 0)
		json_check(slice_of(memory), &all);
	for (struct json_walk w = json_walk(all); json_next(&w) && n < PURPOSES_MAX; n++)
		write_one(st, customer, w.name, w.value, st->desks[desk].language, b);
	jw_close(b, ']');
}

/* ---- saying so ---- */

static bool read_how(const struct call *c, struct json args, char how[16])
{
	static const char *const ways[] = { "said", "screen", "signature" };

	text_fmt(how, 16, "%s", c->desk == DESK_KIOSK ? "screen" : "said");
	if (json_get(args, "how").type != JSON_NONE &&
	    json_string(json_get(args, "how"), how, 16) <= 0)
		return false;
	for (size_t i = 0; i < COUNT_OF(ways); i++)
		if (strcmp(how, ways[i]) == 0)
			return c->desk != DESK_KIOSK || i == 1;
	return false;
}

static void keep(struct station *st, const char *customer, const char *purpose,
		 const struct consent *c)
{
	store_consent_set(st->store, customer, purpose, c);
	st->dirty = true;
}

static void tell(struct station *st, const struct call *c, const char *customer,
		 const char *purpose, bool given, const char *how)
{
	struct consent now = { .given = given, .at_ms = station_now(st) };
	struct buf b = event_begin(st);

	jw_str(&b, "customer", customer);
	jw_str(&b, "purpose", purpose);
	jw_bool(&b, "given", given);
	jw_str(&b, "how", how);
	jw_value(&b, "version", json_get(json_get(purposes(st), purpose), "version"));
	jw_str(&b, "desk", c->desk == DESK_KIOSK ? "kiosk" : "counter");
	if (c->session.valid)
		jw_str(&b, "staff", c->session.row.staff);
	now.seq = event_end(st, "consent.changed", &b, (struct slice){ 0 }, NULL);
	text_fmt(now.lane, sizeof(now.lane), "%s", st->config->lane);
	now.epoch = st->ledger.epoch;
	keep(st, customer, purpose, &now);
}

static void verb_consent_set(struct station *st, const struct call *c, struct json args)
{
	const struct json given = json_get(args, "given");
	char purpose[ID_MAX + 1], how[16], customer[ID_MAX + 1];
	struct word_values v = words_none();

	if (!arg_text(args, "purpose", purpose, sizeof(purpose)) || given.type != JSON_BOOL ||
	    !read_how(c, args, how)) {
		answer_no(st, c, 400, REASON_BAD_REQUEST, &v);
		return;
	}
	if (!customer_at(st, c->desk, customer) ||
	    json_get(purposes(st), purpose).type != JSON_OBJECT) {
		answer_no(st, c, 409, REASON_NOT_FOUND, &v);
		return;
	}
	tell(st, c, customer, purpose, json_true(given), how);
	answer_ok(st, c, "");
}

/* What another lane was told. */
void consent_effect(struct station *st, const struct origin *o, const char *type, struct json body)
{
	struct consent c = { .given = json_true(json_get(body, "given")), .at_ms = o->at_ms }, had;
	char customer[ID_MAX + 1], purpose[ID_MAX + 1];

	if (strcmp(type, "consent.changed") != 0 ||
	    json_string(json_get(body, "customer"), customer, sizeof(customer)) <= 0 ||
	    json_string(json_get(body, "purpose"), purpose, sizeof(purpose)) <= 0 ||
	    json_get(body, "given").type != JSON_BOOL ||
	    store_erased(st->store, slice_of(customer)) ||
	    store_upto_covers(st->store, STREAM_LOYALTY, o->lane, o->epoch, o->seq))
		return;
	/* The later word counts; of two at once the one that takes back. */
	if (store_consent(st->store, customer, purpose, &had) &&
	    (had.at_ms > c.at_ms || (had.at_ms == c.at_ms && !had.given)))
		return;
	text_fmt(c.lane, sizeof(c.lane), "%s", o->lane);
	c.epoch = o->epoch;
	c.seq = o->seq;
	keep(st, customer, purpose, &c);
}

const struct verb privacy_verbs[] = {
	{ "consent.set", true, false, ROLE_CLERK, verb_consent_set },
	{ 0 },
};
