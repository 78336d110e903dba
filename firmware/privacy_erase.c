// SPDX-License-Identifier: Apache-2.0
/*
 * An erasure, slice by slice: who they are by their records, then what stands elsewhere about the
 * same orders, cases and names, and last the records themselves, so that an erasure that was broken
 * off begins again and finds them.
 */
#include <string.h>

#include "firmware/loyalty.h"
#include "firmware/privacy.h"
#include "firmware/store/contact.h"
#include "firmware/store/story.h"
#include "firmware/store/till.h"
#include "firmware/survey.h"

#define WINDOW_ROWS 1000 /* records passed over in a slice... */
#define PEOPLE_ROWS 100	 /* ...and looked into */
#define EVENT_ROWS  100
#define TEXT_ROWS   50
#define WORD_MIN    4 /* bytes of a name or number that is looked for in other texts */

static void add_id(struct station *st, struct slice id)
{
	store_erasing_add(st->store, ERASING_ID, id);
}

/* A text of a person that may stand elsewhere. */
static void add_words(struct station *st, struct json v)
{
	char text[ERASING_MAX];
	const int n = json_string(v, text, sizeof(text));

	if (n >= WORD_MIN)
		store_erasing_add(st->store, ERASING_TEXT, slice_of(text));
}

static void add_list(struct station *st, struct json list)
{
	for (struct json_walk w = json_walk(list); json_next(&w);)
		add_words(st, w.value);
}

/* ---- who they are ---- */

static void gather_order(struct station *st, const char *id, struct json body)
{
	const struct json customer = json_get(body, "customer");

	add_id(st, slice_of(id));
	store_erasing_add(st->store, ERASING_TEXT, slice_of(id));
	add_words(st, json_get(body, "number"));
	add_words(st, json_get(customer, "name"));
	add_words(st, json_get(customer, "phone_hash"));
	add_words(st, json_get(json_get(body, "buyer"), "nip"));
	add_list(st, json_get(body, "proxies"));
}

static void gather_member(struct station *st, const char *id, struct json body)
{
	add_id(st, slice_of(id));
	store_erasing_add(st->store, ERASING_TEXT, slice_of(id));
	add_words(st, json_get(body, "name"));
	add_words(st, json_get(body, "phone_hash"));
	add_list(st, json_get(body, "card"));
}

static void gather_entry(struct station *st, struct json body)
{
	char text[ID_MAX + 1];

	if (json_string(json_get(body, "case"), text, sizeof(text)) > 0) {
		add_id(st, slice_of(text));
		store_erasing_add(st->store, ERASING_TEXT, slice_of(text));
	}
}

static bool is_theirs(struct station *st, const struct person_record *r, struct json body)
{
	char customer[ID_MAX + 1];
	const bool known = r->stream == STREAM_ORDERS
				   ? order_customer(body, customer, sizeof(customer))
				   : record_customer(body, customer, sizeof(customer));

	return known ? store_erased(st->store, slice_of(customer))
		     : r->stream == STREAM_ORDERS &&
			       store_erasing(st->store, ERASING_ID, slice_of(r->id));
}

void erase_gather(struct station *st, enum stream stream, const char *id, struct json body)
{
	if (stream == STREAM_ORDERS)
		gather_order(st, id, body);
	else if (stream == STREAM_LOYALTY)
		gather_member(st, id, body);
	else
		gather_entry(st, body);
}

static void gather(struct station *st, const struct person_record *r, struct json body)
{
	erase_gather(st, r->stream, r->id, body);
}

/* A record's body in st->body, if it is an erased customer's. */
static bool load_theirs(struct station *st, const struct person_record *r, struct json *ret_body)
{
	if (r->body.n == 0 || r->body.n > sizeof(st->body))
		return false;
	memcpy(st->body, r->body.p, r->body.n);
	return json_check((struct slice){ st->body, r->body.n }, ret_body) == 0 &&
	       is_theirs(st, r, *ret_body);
}

/* True: the last record was passed. */
static bool walk_records(struct station *st,
			 void (*each)(struct station *st, const struct person_record *r,
				      struct json body))
{
	struct privacy *p = &st->privacy;
	const int64_t until = p->at + WINDOW_ROWS, last = store_person_records(st->store);
	struct person_record r = { .n = p->at };
	struct json body;

	for (int n = 0; n < PEOPLE_ROWS; n++) {
		if (!store_person_record(st->store, until, &r)) {
			p->at = until;
			return until >= last;
		}
		p->at = r.n;
		if (load_theirs(st, &r, &body))
			each(st, &r, body);
	}
	return p->at >= last;
}

static void gather_themselves(struct station *st)
{
	struct tombstone t = { .customer = "" };

	while (store_erased_next(st->store, true, &t)) {
		add_id(st, slice_of(t.customer));
		store_erasing_add(st->store, ERASING_TEXT, slice_of(t.customer));
		if (t.member[0]) {
			add_id(st, slice_of(t.member));
			store_erasing_add(st->store, ERASING_TEXT, slice_of(t.member));
		}
	}
}

/* ---- events ---- */

/* Is the event about one of them, by any id in its body? */
static bool names_them(struct station *st, struct json body)
{
	char id[ID_MAX + 1];

	for (struct json_walk w = json_walk(body); json_next(&w);)
		if (json_string(w.value, id, sizeof(id)) > 0 &&
		    store_erasing(st->store, ERASING_ID, slice_of(id)))
			return true;
	return false;
}

/* What was beside it, a name perhaps, and the number of its case may be printed somewhere. */
static void gather_event(struct station *st, struct json body, struct slice person)
{
	struct json root;
	char id[ID_MAX + 1];

	add_words(st, json_get(body, "number"));
	if (json_string(json_get(body, "case"), id, sizeof(id)) > 0)
		add_id(st, slice_of(id));
	if (json_check(person, &root) < 0)
		return;
	for (struct json_walk w = json_walk(root); json_next(&w);)
		if (!json_is(w.name, "salt"))
			add_words(st, w.value);
}

static bool walk_events(struct station *st)
{
	struct person_event e = { .n = st->privacy.at };
	struct json event;

	for (int n = 0; n < EVENT_ROWS; n++) {
		if (!store_person_event(st->store, &e))
			return true;
		st->privacy.at = e.n;
		if (json_check(e.e, &event) < 0 || !names_them(st, json_get(event, "body")))
			continue;
		gather_event(st, json_get(event, "body"), e.person);
		store_person_event_purge(st->store, e.n);
	}
	return false;
}

/* ---- texts ---- */

static bool says_them(struct station *st, struct slice text)
{
	char word[ERASING_MAX] = "";

	while (store_erasing_next(st->store, ERASING_TEXT, word))
		if (text_names(text, slice_of(word)))
			return true;
	return false;
}

/* The next `n` rows of a table; true: there were no more. */
static bool walk_text(struct station *st, enum text_of of)
{
	struct text_row row = { .n = st->privacy.at };

	for (int n = 0; n < TEXT_ROWS; n++) {
		if (!store_text_next(st->store, of, &row))
			return true;
		st->privacy.at = row.n;
		if (row.text.n && row.text.n < sizeof(st->body)) {
			memcpy(st->body, row.text.p, row.text.n);
			if (says_them(st, (struct slice){ st->body, row.text.n }))
				store_text_drop(st->store, of, row.n);
		}
	}
	return false;
}

/* What lies open on desks, and is left of orders: little. */
static void drop_work(struct station *st)
{
	char line[WORK_LINE_MAX] = "", memory[4096];
	int64_t desk = -1;
	struct slice extra;

	while (store_work_text(st->store, &desk, line, &extra))
		if (slice_copy(extra, memory, sizeof(memory)) == 0 &&
		    says_them(st, slice_of(memory)))
			store_work_text_drop(st->store, desk, line);
}

static void drop_of_order(struct station *st, const char *order)
{
	struct paper paper = { .doc = "" };
	struct over over = { .what = "" };

	while (store_paper_next(st->store, order, &paper)) {
		char memory[4096];

		if (slice_copy(paper.body, memory, sizeof(memory)) < 0 ||
		    says_them(st, slice_of(memory)))
			store_paper_body_drop(st->store, paper.doc);
	}
	while (store_over_next(st->store, slice_of(order), &over))
		if (says_them(st, slice_of(over.value)))
			store_over_drop(st->store, slice_of(order), over.what);
}

static void drop_by_ids(struct station *st)
{
	char id[ERASING_MAX] = "";

	while (store_erasing_next(st->store, ERASING_ID, id)) {
		drop_of_order(st, id);
		store_points_forget(st->store, id);
		store_consents_forget(st->store, id);
		store_story_erase(st->store, id);
		store_contact_forget(st->store, id);
	}
}

/* Screens and what desks have in mind. */
static void clear_desks(struct station *st)
{
	for (int d = 0; d < DESK_COUNT; d++) {
		struct desk_state *desk = &st->desks[d];

		if (desk->member[0] && store_erasing(st->store, ERASING_ID, slice_of(desk->member)))
			desk->member[0] = '\0';
		if (desk->paper[0] && store_erasing(st->store, ERASING_ID, slice_of(desk->paper)))
			desk->paper[0] = '\0';
		if (says_them(st, slice_of(desk->notice.text)) ||
		    says_them(st, slice_of(desk->notice.customer)))
			desk->notice = (struct notice){ .n = desk->notice.n };
		if (says_them(st, slice_of(desk->draft)))
			desk->draft[0] = '\0';
		if (desk->profile.customer[0] &&
		    store_erasing(st->store, ERASING_ID, slice_of(desk->profile.customer)))
			desk->profile = (struct profile){ .customer = "" };
	}
	if (st->question.customer[0] &&
	    store_erasing(st->store, ERASING_ID, slice_of(st->question.customer)))
		survey_over(st);
	st->dirty = st->queue_stale = true;
}

static bool walk_texts(struct station *st)
{
	struct privacy *p = &st->privacy;

	if (p->table < TEXT_OF_COUNT) {
		if (walk_text(st, (enum text_of)p->table)) {
			p->table++;
			p->at = 0;
		}
		return false;
	}
	drop_work(st);
	drop_by_ids(st);
	clear_desks(st);
	return true;
}

/* ---- records ---- */

static void strip(struct station *st, const struct person_record *r, struct json body)
{
	struct person_record again = *r;

	again.body = json_text(body);
	privacy_strip(st, &again);
}

static void next_phase(struct station *st, enum erase_phase next)
{
	st->privacy.erase = next;
	st->privacy.at = 0;
	st->privacy.table = 0;
}

void erase_slice(struct station *st)
{
	switch (st->privacy.erase) {
	case ERASE_WHO:
		if (st->privacy.at == 0)
			gather_themselves(st);
		if (walk_records(st, gather))
			next_phase(st, ERASE_EVENTS);
		break;
	case ERASE_EVENTS:
		if (walk_events(st))
			next_phase(st, ERASE_TEXTS);
		break;
	case ERASE_TEXTS:
		if (walk_texts(st))
			next_phase(st, ERASE_RECORDS);
		break;
	case ERASE_RECORDS:
		if (walk_records(st, strip)) {
			store_erasing_clear(st->store);
			next_phase(st, ERASE_SWEEP);
		}
		break;
	case ERASE_NOTHING:
	case ERASE_SWEEP:
	case ERASE_SCRUB:
	case ERASE_TELL:
		break;
	}
}
