// SPDX-License-Identifier: Apache-2.0
/* What is too old by policy `privacy` goes: once a day, slice by slice, from the tick. */
#include <string.h>

#include "firmware/files.h"
#include "firmware/orders.h"
#include "firmware/privacy.h"
#include "firmware/store/story.h"
#include "firmware/store/till.h"

#define DAY_MS	    (24 * 3600 * INT64_C(1000))
#define SOON_MS	    20
#define FIRST_MS    10000 /* after a start: people come first */
#define LOOK_MS	    1000  /* has HQ said other days? */
#define WINDOW_ROWS 1000
#define PEOPLE_ROWS 50
#define TRACE_ROWS  20

/* By the time the journal ages by: it passes a jump of HQ's clock, too, only a day at a time. */
static int64_t before(struct station *st, enum keep k)
{
	bool a_day;
	const int64_t now = station_now(st), aged = store_aged_ms(st->store, &a_day);

	return (aged == 0 || now < aged ? now : aged) - privacy_days(st, k) * DAY_MS;
}

static void next_phase(struct station *st, enum purge_phase next)
{
	st->privacy.purge = next;
	st->privacy.purge_at = 0;
	st->privacy.purge_id[0] = '\0';
}

/* ---- rows that say when they came ---- */

static void purge_rows(struct station *st)
{
	const int64_t gone = store_persons_purge(st->store, before(st, KEEP_PERSONS)) +
			     store_prints_forget(st->store, before(st, KEEP_PRINTS)) +
			     store_letters_forget(st->store, before(st, KEEP_LETTERS)) +
			     store_papers_forget(st->store, before(st, KEEP_PAPERS)) +
			     store_guests_forget(st->store, before(st, KEEP_PROFILES)) +
			     store_consents_prune(st->store, before(st, KEEP_PERSONS)) +
			     store_story_prune(st->store, before(st, KEEP_PERSONS),
					       before(st, KEEP_INTERACTIONS)) +
			     store_numbers_forget(st->store);

	st->privacy.purged = st->privacy.purged || gone > 0;
	/* Orders that lost their customer, and no tombstone came. */
	store_erasing_clear(st->store);
	if (gone == 0)
		next_phase(st, PURGE_RECORDS);
}

/* ---- HQ's records ---- */

static int64_t time_of(struct json v)
{
	char text[48];
	int64_t at = 0;

	return json_string(v, text, sizeof(text)) > 0 && time_parse(slice_of(text), &at) == 0 ? at
											      : 0;
}

/* Members are HQ's to delete; orders come to an end, also by what this store did. */
static bool too_old(struct station *st, const struct person_record *r, struct json body)
{
	struct order_fact f;
	int64_t at;

	if (r->stream == STREAM_TIMELINE) {
		at = time_of(json_get(body, "at"));
		return at > 0 && at < before(st, KEEP_INTERACTIONS);
	}
	if (r->stream != STREAM_ORDERS || !order_has_person(body))
		return false;
	at = order_ended_ms(body);
	/* The later of what HQ and this store say: a lane's clock may have been wrong by years. */
	if (store_order_fact(st->store, slice_of(r->id), &f) &&
	    strcmp(f.status, "collected") == 0 && f.at_ms > at)
		at = f.at_ms;
	return at > 0 && at < before(st, KEEP_ORDERS);
}

static void purge_records(struct station *st)
{
	struct privacy *p = &st->privacy;
	const int64_t until = p->purge_at + WINDOW_ROWS;
	struct person_record r = { .n = p->purge_at };
	struct json body;

	for (int n = 0; n < PEOPLE_ROWS; n++) {
		if (!store_person_record(st->store, until, &r)) {
			p->purge_at = until;
			if (until >= store_person_records(st->store))
				next_phase(st, PURGE_TRACES);
			return;
		}
		p->purge_at = r.n;
		if (r.body.n == 0 || r.body.n > sizeof(st->body))
			continue;
		memcpy(st->body, r.body.p, r.body.n);
		r.body.p = st->body;
		if (json_check(r.body, &body) == 0 && too_old(st, &r, body) &&
		    privacy_strip(st, &r))
			p->purged = true;
	}
}

/* ---- what this store did with orders that HQ does not list any more ---- */

static bool still_listed(struct station *st, const char *order)
{
	struct record r;

	return store_find(st->store, STREAM_ORDERS, slice_of(order), &r) ||
	       store_record(st->store, GEN_GUEST, slice_of(order), &r);
}

static void purge_traces(struct station *st)
{
	struct privacy *p = &st->privacy;

	for (int n = 0; n < TRACE_ROWS; n++) {
		int64_t at;

		if (!store_trace_next(st->store, p->purge_id)) {
			if (st->config->data[0])
				files_forget(st->config->data, "recordings",
					     before(st, KEEP_RECORDINGS));
			next_phase(st, PURGE_NOTHING);
			return;
		}
		at = store_trace_ms(st->store, p->purge_id);
		if (at == 0 || at >= before(st, KEEP_TRACES) || still_listed(st, p->purge_id))
			continue;
		store_trace_drop(st->store, p->purge_id);
		p->purged = true;
	}
}

/* All of the policy's days as one number: when it is another, HQ has said something else. */
static int64_t all_days(struct station *st)
{
	const struct json privacy = policy_get(st, "privacy");
	int64_t all = 1;

	for (int k = 0; k < KEEP_COUNT; k++)
		all = (all * 4001 + keep_days(privacy, (enum keep)k)) % INT64_C(2000000000003);
	return all;
}

/* A clock that is not sure throws nothing away, nor does a database of which nobody knows yet that
 * time goes by as its clock says, unless HQ has just said how long. */
static bool is_due(struct station *st)
{
	const int64_t mono = station_mono(st), day = station_now(st) / DAY_MS;
	struct privacy *p = &st->privacy;
	const int64_t days = mono < p->purge_next_ms ? p->purge_days : all_days(st);
	bool said = p->purge_days && p->purge_days != days, a_day;

	p->purge_said = p->purge_said || said;
	p->purge_days = days;
	if (mono < p->purge_next_ms)
		return false;
	p->purge_next_ms = mono + (p->purge_next_ms ? LOOK_MS : FIRST_MS);
	if (!clocks_settled(st))
		return false;
	store_aged_ms(st->store, &a_day);
	if (!p->purge_said && (!a_day || p->purge_day == day))
		return false;
	p->purge_said = false;
	p->purge_day = day;
	return true;
}

void purge_slice(struct station *st)
{
	switch (st->privacy.purge) {
	case PURGE_NOTHING:
		if (!is_due(st))
			return;
		next_phase(st, PURGE_ROWS);
		break;
	case PURGE_ROWS:
		purge_rows(st);
		break;
	case PURGE_RECORDS:
		purge_records(st);
		break;
	case PURGE_TRACES:
		purge_traces(st);
		break;
	}
	station_wake_at(st, station_mono(st) + SOON_MS);
}
