// SPDX-License-Identifier: Apache-2.0
/*
 * Contacts: one is open at the counter from the moment somebody's matter is begun there until it
 * ends, and is told then, in the transaction of what ends it. What nobody ends (a look, a refusal
 * that might go on) ends by itself, as of when somebody did something for it last.
 */
#include "firmware/privacy.h"
#include "firmware/story.h"

#include <string.h>

#include "firmware/ledger.h"
#include "firmware/orders.h"

#define PERSON_TEXT_MAX (6 * STORY_TEXT_MAX + 64)

/* ---- telling ---- */

/* What somebody wrote is theirs: beside the chain, so that it can be forgotten. */
static struct slice person_of(struct station *st, const char *text, char *memory, size_t cap)
{
	uint8_t random[8];
	char salt[17];
	struct buf b;

	if (!text[0])
		return (struct slice){ 0 };
	st->clock.random(st->clock.ctx, random, sizeof(random));
	hex_encode(random, sizeof(random), salt);
	buf_init(&b, memory, cap);
	jw_open(&b, NULL, '{');
	jw_str(&b, "salt", salt);
	jw_str(&b, "text", text);
	jw_close(&b, '}');
	return buf_read(&b);
}

void story_tell(struct station *st, struct buf *body, struct story_row *row)
{
	char memory[PERSON_TEXT_MAX], event[ULID_TEXT_MAX];
	const struct slice person = person_of(st, row->text, memory, sizeof(memory));

	row->seq = event_end(st, "interaction.recorded", body, person, event);
	row->epoch = st->ledger.epoch;
	row->back = story_back(station_now(st));
	text_fmt(row->event, sizeof(row->event), "%s", event);
	text_fmt(row->lane, sizeof(row->lane), "%s", st->config->lane);
	if (row->customer[0] || row->doc[0])
		store_story_add(st->store, row);
}

void story_customer(struct station *st, const char *order, char ret_customer[ID_MAX + 1])
{
	struct record r;
	struct json body;

	ret_customer[0] = '\0';
	if (!order[0] || !store_find(st->store, STREAM_ORDERS, slice_of(order), &r) ||
	    json_check(r.body, &body) < 0 ||
	    json_string(json_get(json_get(body, "customer"), "id"), ret_customer, ID_MAX + 1) < 0)
		ret_customer[0] = '\0';
}

struct told {
	enum contact_kind kind;
	enum contact_end end;
	int64_t seconds;
	const char *doc, *text; /* "" none */
};

static void tell(struct station *st, const struct contact_row *k, const struct told *t)
{
	const enum contact_resolved resolved = contact_resolved(t->end);
	struct buf b = event_begin(st);
	struct story_row row = { .back = 0 };

	jw_str(&b, "kind", contact_kind_name(t->kind));
	jw_str(&b, "outcome", contact_end_name(t->end));
	jw_int(&b, "seconds", t->seconds);
	if (k->waited_ms > 0)
		jw_int(&b, "waited", k->waited_ms / 1000);
	if (k->order[0])
		jw_str(&b, "order", k->order);
	if (k->customer[0])
		jw_str(&b, "customer", k->customer);
	if (t->doc[0]) {
		jw_str(&b, "case", t->doc);
		jw_str(&b, "status", "open");
	}
	if (resolved != RESOLVED_UNKNOWN)
		jw_bool(&b, "resolved", resolved == RESOLVED_YES);
	if (t->end == CONTACT_REFUSED && k->reason[0])
		jw_str(&b, "reason", k->reason);
	if (k->staff[0])
		jw_str(&b, "staff", k->staff);
	text_fmt(row.kind, sizeof(row.kind), "%s", contact_kind_name(t->kind));
	text_fmt(row.outcome, sizeof(row.outcome), "%s", contact_end_name(t->end));
	text_fmt(row.customer, sizeof(row.customer), "%s", k->customer);
	text_fmt(row.order, sizeof(row.order), "%s", k->order);
	text_fmt(row.staff, sizeof(row.staff), "%s", k->staff);
	text_fmt(row.doc, sizeof(row.doc), "%s", t->doc);
	text_fmt(row.status, sizeof(row.status), "%s", t->doc[0] ? "open" : "");
	text_fmt(row.text, sizeof(row.text), "%s", t->text);
	story_tell(st, &b, &row);
}

static void over(struct station *st, enum desk desk, const struct contact_row *k,
		 enum contact_end end, int64_t ended_ms)
{
	const struct told t = { (enum contact_kind)k->kind, end,
				contact_seconds(k->begun_ms, ended_ms), "", "" };

	tell(st, k, &t);
	store_contact_drop(st->store, desk);
}

/* Nobody ended it: it ended when somebody did something for it last. */
static void lapse(struct station *st, enum desk desk, const struct contact_row *k)
{
	over(st, desk, k,
	     contact_given_up((enum contact_kind)k->kind, k->reason[0] != '\0',
			      (enum contact_noted)k->noted),
	     k->last_ms);
}

/* ---- what is open ---- */

static void keep(struct station *st, enum desk desk, const struct contact_row *k)
{
	store_contact_set(st->store, desk, k);
	if (!k->work)
		station_wake_at(st, station_mono(st) + CONTACT_LAPSE_MS + 1);
}

static void begin_new(struct station *st, enum desk desk, enum contact_kind kind,
		      struct contact_row *k)
{
	const int64_t now = station_now(st),
		      since = k->order[0] ? store_here_since(st->store, slice_of(k->order)) : 0;
	const struct session s = staff_at(st, desk);

	k->kind = kind;
	k->begun_ms = k->last_ms = now;
	k->waited_ms = since > 0 && since < now ? now - since : 0;
	if (s.valid)
		text_fmt(k->staff, sizeof(k->staff), "%s", s.row.staff);
}

/* The contact goes on or another begins; in `ret_contact` as it is now, not kept yet. */
static void begin(struct station *st, enum desk desk, enum contact_kind kind, const char *order,
		  const char *customer, struct contact_row *ret_contact)
{
	struct contact_row k, next = { .kind = kind };
	struct contact_facts f = { .open = store_contact(st->store, desk, &k),
				   .next_order = next.order,
				   .next_customer = next.customer,
				   .now_ms = station_now(st) };
	enum contact_step step;

	text_fmt(next.order, sizeof(next.order), "%s", order);
	if (customer[0])
		text_fmt(next.customer, sizeof(next.customer), "%s", customer);
	else
		story_customer(st, order, next.customer);
	f.work = f.open && k.work;
	f.order = f.open ? k.order : "";
	f.customer = f.open ? k.customer : "";
	f.last_ms = f.open ? k.last_ms : 0;
	step = contact_next(&f);
	if (step == CONTACT_AFTER)
		lapse(st, desk, &k);
	if (step == CONTACT_GOES_ON) {
		next.begun_ms = k.begun_ms;
		next.waited_ms = k.waited_ms;
		next.noted = k.noted;
		text_fmt(next.staff, sizeof(next.staff), "%s", k.staff);
		if (!next.order[0])
			text_fmt(next.order, sizeof(next.order), "%s", k.order);
		if (!next.customer[0])
			text_fmt(next.customer, sizeof(next.customer), "%s", k.customer);
		next.last_ms = station_now(st);
	} else {
		begin_new(st, desk, kind, &next);
	}
	*ret_contact = next;
}

/* ---- what happens at a desk ---- */

void story_ends(struct station *st, enum desk desk, enum contact_end end)
{
	st->desks[desk].contact_end = 1 + (int)end;
}

static void work_over(struct station *st, enum desk desk)
{
	const int said = st->desks[desk].contact_end;
	struct contact_row k;

	st->desks[desk].contact_end = 0;
	if (!store_contact(st->store, desk, &k) || !k.work)
		return;
	over(st, desk, &k,
	     said ? (enum contact_end)(said - 1)
		  : contact_given_up((enum contact_kind)k.kind, k.reason[0] != '\0',
				     (enum contact_noted)k.noted),
	     station_now(st));
}

void story_mode(struct station *st, enum desk desk, enum desk_mode mode)
{
	struct contact_row k;

	if (desk != DESK_COUNTER)
		return;
	if (mode == MODE_PICKUP || mode == MODE_RETURN || mode == MODE_ASKING) {
		begin(st, desk, mode == MODE_RETURN ? CONTACT_RETURN : CONTACT_PICKUP,
		      st->desks[desk].row.order, "", &k);
		k.work = true;
		keep(st, desk, &k);
	} else {
		work_over(st, desk);
	}
}

void story_look(struct station *st, const struct call *c, enum contact_kind kind,
		const char *customer)
{
	struct contact_row k;

	if (c->desk != DESK_COUNTER || st->desks[c->desk].mode != MODE_IDLE)
		return;
	begin(st, c->desk, kind, "", customer, &k);
	keep(st, c->desk, &k);
}

void story_look_at(struct station *st, const struct call *c, struct json customer)
{
	char id[ID_MAX + 1];

	if (json_string(customer, id, sizeof(id)) > 0)
		story_look(st, c, CONTACT_QUESTION, id);
}

void story_refused(struct station *st, const struct call *c, enum contact_kind kind,
		   const char *order, enum reason r, bool approvable)
{
	struct contact_row k;

	if (c->desk != DESK_COUNTER)
		return;
	if (store_contact(st->store, c->desk, &k) && k.work &&
	    st->desks[c->desk].mode != MODE_ASKING) {
		/* Of an open return: it goes on, with other lines. */
		text_fmt(k.reason, sizeof(k.reason), "%s", reason_code(r));
		keep(st, c->desk, &k);
		return;
	}
	begin(st, c->desk, kind, order, "", &k);
	k.work = false;
	text_fmt(k.reason, sizeof(k.reason), "%s", reason_code(r));
	if (contact_may_go_on(r, approvable))
		keep(st, c->desk, &k);
	else
		over(st, c->desk, &k, CONTACT_REFUSED, station_now(st));
}

void story_complaint(struct station *st, const struct call *c, const char *doc, const char *order,
		     const char *text)
{
	const int64_t now = station_now(st);
	struct contact_row k, open, mine = { .kind = CONTACT_COMPLAINT };
	struct told t = { CONTACT_COMPLAINT, CONTACT_OPENED, 0, doc, text };
	const bool work = store_contact(st->store, c->desk, &open) && open.work;

	if (work) {
		/* What was done until now was done for it; the open work's time begins anew. */
		text_fmt(mine.order, sizeof(mine.order), "%s", order);
		story_customer(st, order, mine.customer);
		text_fmt(mine.staff, sizeof(mine.staff), "%s", c->session.row.staff);
		if (strcmp(open.order, order) == 0) {
			t.seconds = contact_seconds(open.begun_ms, now);
			open.begun_ms = open.last_ms = now;
			keep(st, c->desk, &open);
		}
		tell(st, &mine, &t);
		return;
	}
	begin(st, c->desk, CONTACT_COMPLAINT, order,
	      order[0] || !story_looks(st, &st->desks[c->desk])
		      ? ""
		      : st->desks[c->desk].profile.customer,
	      &k);
	text_fmt(k.staff, sizeof(k.staff), "%s", c->session.row.staff);
	t.seconds = contact_seconds(k.begun_ms, now);
	tell(st, &k, &t);
	store_contact_drop(st->store, c->desk);
}

void story_noted(struct station *st, enum desk desk, enum contact_noted noted)
{
	struct contact_row k;

	if (!store_contact(st->store, desk, &k))
		return;
	k.last_ms = station_now(st);
	k.noted = noted;
	keep(st, desk, &k);
}

void story_answered(struct station *st, enum desk desk)
{
	struct contact_row k;

	if (!store_contact(st->store, desk, &k) || k.work || k.kind != CONTACT_QUESTION)
		return;
	k.last_ms = station_now(st);
	lapse(st, desk, &k);
}

void story_tick(struct station *st)
{
	const int64_t now = station_now(st);
	struct contact_row k;

	for (int d = 0; d < DESK_COUNT; d++) {
		if (!store_contact(st->store, (enum desk)d, &k))
			continue;
		/* Its work was not there any more after a restart. */
		k.work = k.work && st->desks[d].mode != MODE_IDLE;
		if (k.work)
			continue;
		if (contact_lapsed(k.work, k.last_ms, now))
			lapse(st, (enum desk)d, &k);
		else
			station_wake_at(st,
					station_mono(st) + k.last_ms + CONTACT_LAPSE_MS + 1 - now);
	}
}

/* ---- other lanes ---- */

static void read_text(struct json v, char *dst, size_t cap)
{
	if (json_string(v, dst, cap) < 0)
		dst[0] = '\0';
}

void story_effect(struct station *st, const struct origin *o, const char *type, struct json body)
{
	enum { CUSTOMER, KIND, OUTCOME, DOC, STATUS, ORDER, STAFF, ALL };
	static const char *const names[ALL] = { "customer", "kind",  "outcome", "case",
						"status",   "order", "staff" };
	struct story_row row = { .back = story_back(o->at_ms), .epoch = o->epoch, .seq = o->seq };
	struct json m[ALL];

	if (strcmp(type, "interaction.recorded") != 0 ||
	    store_upto_covers(st->store, STREAM_TIMELINE, o->lane, o->epoch, o->seq))
		return;
	json_pick(body, names, m, ALL);
	read_text(m[CUSTOMER], row.customer, sizeof(row.customer));
	read_text(m[KIND], row.kind, sizeof(row.kind));
	read_text(m[OUTCOME], row.outcome, sizeof(row.outcome));
	read_text(m[DOC], row.doc, sizeof(row.doc));
	read_text(m[STATUS], row.status, sizeof(row.status));
	read_text(m[ORDER], row.order, sizeof(row.order));
	read_text(m[STAFF], row.staff, sizeof(row.staff));
	read_text(json_get(o->person, "text"), row.text, sizeof(row.text));
	if ((!row.customer[0] && !row.doc[0]) ||
	    (row.customer[0] && store_erased(st->store, slice_of(row.customer))))
		return;
	text_fmt(row.event, sizeof(row.event), "%s", o->event);
	text_fmt(row.lane, sizeof(row.lane), "%s", o->lane);
	store_story_add(st->store, &row);
	st->dirty = true;
}
