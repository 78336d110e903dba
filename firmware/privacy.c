// SPDX-License-Identifier: Apache-2.0
/* Forgetting people: what is to be done, slice by slice, and what is left of a record. */
#include "firmware/privacy.h"

#include <string.h>

#include "firmware/base/log.h"
#include "firmware/documents.h"
#include "firmware/files.h"
#include "firmware/ledger.h"
#include "firmware/orders.h"

#define SOON_MS	     20	 /* between two slices */
#define SCRUB_PAGES  512 /* half a megabyte */
#define SCRUB_URGENT 16

int64_t privacy_days(struct station *st, enum keep k)
{
	return keep_days(policy_get(st, "privacy"), k);
}

/* ---- what is left of a record ---- */

static bool customer_of(enum stream stream, struct json body, char dst[ID_MAX + 1])
{
	return stream == STREAM_ORDERS ? order_customer(body, dst, ID_MAX + 1)
				       : record_customer(body, dst, ID_MAX + 1);
}

static bool of_people(enum stream stream)
{
	return stream == STREAM_ORDERS || stream == STREAM_LOYALTY || stream == STREAM_TIMELINE;
}

bool privacy_is_erased(struct station *st, enum stream stream, const char *id, struct json body)
{
	struct tombstone t = { .at_ms = station_now(st) };

	if (!of_people(stream) || !customer_of(stream, body, t.customer) ||
	    !store_erased(st->store, slice_of(t.customer)))
		return false;
	/* What this station did with it before may name them as well. */
	store_erased_add(st->store, &t);
	erase_gather(st, stream, id, body);
	st->privacy.again = true;
	return true;
}

struct slice privacy_rest(struct station *st, enum stream stream, struct json body)
{
	struct buf b;

	if (stream != STREAM_ORDERS)
		return slice_of("");
	buf_init(&b, st->screen, sizeof(st->screen)); /* which shows nothing by itself */
	order_without_person(body, &b);
	return b.overflow ? slice_of("") : buf_read(&b);
}

/* The lookups first, which follow from the body. HQ counts the record: its rev stays. */
bool privacy_strip(struct station *st, const struct person_record *r)
{
	struct slice rest;
	struct json body;

	if (r->body.n == 0 || r->body.n > sizeof(st->body))
		return false;
	memmove(st->body, r->body.p, r->body.n);
	if (json_check((struct slice){ st->body, r->body.n }, &body) < 0)
		return false;
	if (r->stream == STREAM_ORDERS && !order_has_person(body))
		return false;
	file_record_out(st, r->stream, r->gen, r->id, json_text(body));
	rest = privacy_rest(st, r->stream, body);
	store_person_record_set(
		st->store, r->n,
		r->state == RECORD_LIVE && rest.n == 0 ? RECORD_UNREADABLE : r->state, rest);
	if (rest.n && json_check(rest, &body) == 0) {
		file_record(st, r->stream, r->gen, r->id, body);
		if (r->state == RECORD_UNREADABLE)
			file_order_status(st, r->gen, slice_of(r->id));
	}
	st->dirty = st->queue_stale = true;
	return true;
}

/* ---- tombstones ---- */

void privacy_replaced(struct station *st, const char *order, struct slice was, struct slice now)
{
	static const char member[] = "\"customer\"";
	struct json body;

	if (memmem(now.p, now.n, member, sizeof(member) - 1) ||
	    !memmem(was.p, was.n, member, sizeof(member) - 1) || json_check(was, &body) < 0 ||
	    json_get(body, "customer").type != JSON_OBJECT)
		return;
	erase_gather(st, STREAM_ORDERS, order, body);
}

void privacy_erase(struct station *st, const char *customer, const char *member, struct json about)
{
	struct tombstone t = { .at_ms = station_now(st) };
	char id[ID_MAX + 1];

	for (struct json_walk w = json_walk(about); json_next(&w);)
		if (json_string(w.value, id, sizeof(id)) > 0) {
			store_erasing_add(st->store, ERASING_ID, slice_of(id));
			store_erasing_add(st->store, ERASING_TEXT, slice_of(id));
		}

	text_fmt(t.customer, sizeof(t.customer), "%s", customer);
	text_fmt(t.member, sizeof(t.member), "%s", member);
	store_erased_add(st->store, &t);
	st->privacy.any = st->privacy.again = true;
	st->privacy.kept = false;
	station_wake_at(st, station_mono(st) + SOON_MS);
}

static void merge(void *ctx, const char *customer, const char *member, int64_t at_ms)
{
	struct station *st = ctx;
	struct tombstone t = { .at_ms = at_ms };

	if (store_erased(st->store, slice_of(customer)))
		return;
	text_fmt(t.customer, sizeof(t.customer), "%s", customer);
	text_fmt(t.member, sizeof(t.member), "%s", strcmp(member, "-") ? member : "");
	store_erased_add(st->store, &t);
	st->privacy.kept = false;
}

void privacy_start(struct station *st)
{
	struct tombstone t = { .customer = "" };

	st->privacy.kept = true;
	if (st->config->data[0])
		files_erased(st->config->data, merge, st);
	st->privacy.any = store_erased_next(st->store, false, &t);
	t = (struct tombstone){ .customer = "" };
	st->privacy.again = store_erased_next(st->store, true, &t);
	/* A copy that was put back may have words of theirs in its free pages. */
	st->privacy.scrub = st->privacy.again;
}

static bool keep_tombstones(struct station *st)
{
	struct tombstone t = { .customer = "" };
	struct files_erased_out out;
	bool kept;

	if (st->privacy.kept || !st->config->data[0])
		return true;
	kept = files_erased_begin(&out, st->config->data);
	while (kept && store_erased_next(st->store, false, &t))
		kept = files_erased_add(&out, t.customer, t.member, t.at_ms);
	kept = files_erased_end(&out, kept);
	st->privacy.kept = kept;
	return kept;
}

static void tell(struct station *st)
{
	struct tombstone t = { .customer = "" };
	struct buf b;

	while (store_erased_next(st->store, true, &t)) {
		store_erased_done(st->store, t.customer);
		log_notice("%s: nothing of this customer is held any more", t.customer);
		if (t.told)
			continue;
		b = event_begin(st);
		jw_str(&b, "customer", t.customer);
		event_end(st, "customer.erased", &b, (struct slice){ 0 }, NULL);
	}
}

/* ---- slice by slice ---- */

static void start_scrub(struct station *st)
{
	st->privacy.scrub = true;
	st->privacy.page = 0;
}

static void erase_on(struct station *st)
{
	struct privacy *p = &st->privacy;

	if (p->again) {
		p->again = false;
		p->erase = ERASE_WHO;
		p->at = p->table = 0;
	}
	switch (p->erase) {
	case ERASE_NOTHING:
		return;
	case ERASE_WHO:
	case ERASE_EVENTS:
	case ERASE_TEXTS:
	case ERASE_RECORDS:
		erase_slice(st);
		break;
	case ERASE_SWEEP:
		if (!store_gens_discarded(st->store) && keep_tombstones(st)) {
			/* What printers were sent stands there in bytes nobody can look through. */
			if (st->config->data[0])
				files_forget(st->config->data, "recordings", INT64_MAX);
			start_scrub(st);
			p->erase = ERASE_SCRUB;
		}
		break;
	case ERASE_SCRUB:
		if (!p->scrub)
			p->erase = ERASE_TELL;
		break;
	case ERASE_TELL:
		tell(st);
		p->erase = ERASE_NOTHING;
		return;
	}
	station_wake_at(st, station_mono(st) + SOON_MS);
}

void privacy_tick(struct station *st)
{
	struct privacy *p = &st->privacy;

	if (st->real)
		return;
	erase_on(st);
	if (p->erase == ERASE_NOTHING)
		purge_slice(st);
	if (p->purge == PURGE_NOTHING && p->purged) {
		p->purged = false;
		start_scrub(st);
	}
	if (p->scrub)
		station_wake_at(st, station_mono(st) + SOON_MS);
}

void privacy_after_commit(struct station *st, bool idle)
{
	struct privacy *p = &st->privacy;
	int done;

	if (!p->scrub || st->real || (!idle && door_urgent(st->door)))
		return;
	done = store_scrub(st->store, &p->page, idle ? SCRUB_PAGES : SCRUB_URGENT);
	if (done < 0)
		log_warning("the database's file cannot be gone over: old personal data may be "
			    "left in its gaps");
	if (done != 0)
		p->scrub = false;
}

/* ---- what is shown of a person ---- */

enum viewer viewer_at(struct station *st, enum desk desk)
{
	const struct session s = staff_at(st, desk);

	if (desk == DESK_KIOSK || !s.valid)
		return VIEWER_CUSTOMER;
	switch (s.row.role) {
	case ROLE_NONE:
		return VIEWER_CUSTOMER;
	case ROLE_CLERK:
		return VIEWER_CLERK;
	case ROLE_SUPERVISOR:
		return VIEWER_SUPERVISOR;
	case ROLE_SERVICE:
		return VIEWER_SERVICE;
	}
	return VIEWER_CUSTOMER;
}

void jw_shown(struct buf *b, const char *name, enum personal what, enum viewer who, struct json v)
{
	char text[2048], seen[2048];

	if (json_string(v, text, sizeof(text)) > 0 && shown(what, who, text, seen, sizeof(seen)))
		jw_str(b, name, seen);
	else
		jw_null(b, name);
}
