// SPDX-License-Identifier: Apache-2.0
/* One line of time, read from its newest end: HQ's entries, and what lanes have told since. */
#include <stdlib.h>
#include <string.h>

#include "firmware/story.h"
#include "firmware/trust/hash.h"

#define HASH_SHOWN  16 /* of the hex digits: a key fits LOOKUP_WALK_MAX, a body says who it is */
#define OPEN_LOOKED 60 /* entries that opened a case, of one customer */
#define THREAD_READ 20 /* of a case that is shown */

static void prefix_of(enum story_tag tag, const char *id, char dst[LOOKUP_WALK_MAX])
{
	char hash[HASH_TEXT_MAX];

	hash_text(slice_of(id), hash);
	text_fmt(dst, LOOKUP_WALK_MAX, "%c%.*s", (char)tag, HASH_SHOWN, hash);
}

void story_key(enum story_tag tag, const char *id, int64_t back, char ret_key[LOOKUP_WALK_MAX])
{
	char prefix[LOOKUP_WALK_MAX];

	prefix_of(tag, id, prefix);
	text_fmt(ret_key, LOOKUP_WALK_MAX, "%s:%013lld", prefix, (long long)back);
}

/* ---- HQ's entries ---- */

static void read_word(struct json v, char *dst, size_t cap)
{
	if (json_string(v, dst, cap) < 0)
		dst[0] = '\0';
}

/* A long text is cut: its beginning tells what it is about. */
static void read_long(struct json v, char *dst, size_t cap)
{
	char text[8192];

	if (json_string(v, text, sizeof(text)) < 0)
		text[0] = '\0';
	slice_copy(utf8_cut(slice_of(text), cap / 4 - 1), dst, cap);
}

static void read_entry(struct json body, struct story_item *e)
{
	enum {
		CUSTOMER,
		CHANNEL,
		KIND,
		WHAT,
		OUTCOME,
		DOC,
		STATUS,
		ORDER,
		STAFF,
		LANE,
		STORE,
		TEXT,
		ALL
	};
	static const char *const names[ALL] = { "customer", "channel", "kind",	 "what",
						"outcome",  "case",    "status", "order",
						"staff",    "lane",    "store",	 "text" };
	struct json m[ALL];

	json_pick(body, names, m, ALL);
	read_word(m[CUSTOMER], e->customer, sizeof(e->customer));
	read_word(m[CHANNEL], e->channel, sizeof(e->channel));
	read_word(m[WHAT].type == JSON_STRING ? m[WHAT] : m[KIND], e->kind, sizeof(e->kind));
	read_word(m[OUTCOME], e->outcome, sizeof(e->outcome));
	read_word(m[DOC], e->doc, sizeof(e->doc));
	read_word(m[STATUS], e->status, sizeof(e->status));
	read_word(m[ORDER], e->order, sizeof(e->order));
	read_word(m[STAFF], e->staff, sizeof(e->staff));
	read_word(m[LANE], e->lane, sizeof(e->lane));
	read_word(m[STORE], e->store, sizeof(e->store));
	read_long(m[TEXT], e->text, sizeof(e->text));
}

static bool next_entry(struct station *st, struct story_walk *w)
{
	const int64_t gen = w->gen;
	char prefix[LOOKUP_WALK_MAX];
	struct record r;
	struct json body;

	prefix_of(w->tag, w->of, prefix);
	while (gen && store_lookup_walk(st->store, gen, LOOKUP_STORY, prefix, w->key, w->id)) {
		struct story_item *e = &w->entry;

		if (!store_record(st->store, gen, slice_of(w->id), &r) || r.state != RECORD_LIVE ||
		    json_check(r.body, &body) < 0)
			continue;
		*e = (struct story_item){ .back = strtoll(strchr(w->key, ':') + 1, NULL, 10) };
		text_fmt(e->id, sizeof(e->id), "%s", w->id);
		read_entry(body, e);
		/* Two may have keys that begin alike. */
		if (strcmp(w->tag == STORY_OF_CASE ? e->doc : e->customer, w->of) == 0)
			return true;
	}
	return false;
}

/* ---- what lanes told since ---- */

static void read_row(struct station *st, const struct story_row *r, struct story_item *i)
{
	*i = (struct story_item){ .back = r->back, .told = true };
	text_fmt(i->id, sizeof(i->id), "%s", r->event);
	text_fmt(i->channel, sizeof(i->channel), "store");
	text_fmt(i->kind, sizeof(i->kind), "%s", r->kind);
	text_fmt(i->outcome, sizeof(i->outcome), "%s", r->outcome);
	text_fmt(i->customer, sizeof(i->customer), "%s", r->customer);
	text_fmt(i->doc, sizeof(i->doc), "%s", r->doc);
	text_fmt(i->status, sizeof(i->status), "%s", r->status);
	text_fmt(i->order, sizeof(i->order), "%s", r->order);
	text_fmt(i->staff, sizeof(i->staff), "%s", r->staff);
	text_fmt(i->lane, sizeof(i->lane), "%s", r->lane);
	text_fmt(i->store, sizeof(i->store), "%s", st->config->store);
	text_fmt(i->text, sizeof(i->text), "%s", r->text);
}

static bool next_told(struct station *st, struct story_walk *w)
{
	const int64_t gen = w->gen;
	struct record r;

	while (w->tag == STORY_OF_CASE ? store_story_next_of(st->store, w->of, &w->row)
				       : store_story_next(st->store, w->of, &w->row)) {
		/* HQ's entry has the event's id: each once. */
		if (gen && store_record(st->store, gen, slice_of(w->row.event), &r) &&
		    r.state == RECORD_LIVE)
			continue;
		read_row(st, &w->row, &w->told);
		return true;
	}
	return false;
}

/* ---- both ---- */

void story_walk_begin(struct station *st, struct story_walk *w, enum story_tag tag, const char *of,
		      int64_t back, const char *id)
{
	*w = (struct story_walk){ .tag = tag, .of = of };
	w->gen = store_cursor(st->store, STREAM_TIMELINE).gen;
	w->row.back = back;
	text_fmt(w->row.event, sizeof(w->row.event), "%s", id);
	text_fmt(w->id, sizeof(w->id), "%s", id);
	if (back > 0)
		story_key(tag, of, back, w->key);
}

static bool comes_first(const struct story_item *a, const struct story_item *b)
{
	return a->back < b->back || (a->back == b->back && strcmp(a->id, b->id) < 0);
}

bool story_walk_next(struct station *st, struct story_walk *w, struct story_item *ret_item)
{
	if (!w->entry_there && !w->entry_over) {
		w->entry_there = next_entry(st, w);
		w->entry_over = !w->entry_there;
	}
	/* Of rows a case's own are asked for, and of a customer all. */
	if (!w->row_there && !w->row_over) {
		w->row_there = next_told(st, w);
		w->row_over = !w->row_there;
	}
	if (w->row_there && (!w->entry_there || comes_first(&w->told, &w->entry))) {
		*ret_item = w->told;
		w->row_there = false;
	} else if (w->entry_there) {
		*ret_item = w->entry;
		w->entry_there = false;
	} else {
		return false;
	}
	return true;
}

/* ---- cases ---- */

bool story_case(struct station *st, const char *doc, struct story_case *ret_case)
{
	struct story_case k = { .open = true };
	struct story_walk w;
	struct story_item i;
	bool said = false, any = false;

	text_fmt(k.doc, sizeof(k.doc), "%s", doc);
	story_walk_begin(st, &w, STORY_OF_CASE, doc, 0, "");
	for (int n = 0; n < THREAD_READ && story_walk_next(st, &w, &i); n++) {
		if (!any) {
			k.back = i.back;
			text_fmt(k.text, sizeof(k.text), "%s", i.text);
			text_fmt(k.channel, sizeof(k.channel), "%s", i.channel);
		}
		any = true;
		if (!said && i.status[0]) {
			said = true;
			k.open = strcmp(i.status, "closed") != 0;
		}
		/* What it is about the oldest says. */
		if (!k.kind[0] || (strcmp(i.kind, "note") != 0 && strcmp(i.kind, "answer") != 0))
			text_fmt(k.kind, sizeof(k.kind), "%s", i.kind);
		if (!k.customer[0])
			text_fmt(k.customer, sizeof(k.customer), "%s", i.customer);
		if (!k.order[0])
			text_fmt(k.order, sizeof(k.order), "%s", i.order);
	}
	if (any)
		*ret_case = k;
	return any;
}

/* The newest word of it that says so; a case of which nobody says it is open. */
static bool is_open(struct station *st, const char *doc)
{
	struct story_walk w;
	struct story_item i;

	story_walk_begin(st, &w, STORY_OF_CASE, doc, 0, "");
	for (int n = 0; n < THREAD_READ && story_walk_next(st, &w, &i); n++)
		if (i.status[0])
			return strcmp(i.status, "closed") != 0;
	return true;
}

static bool listed(const struct story_case *list, int n, const char *doc)
{
	for (int i = 0; i < n; i++)
		if (strcmp(list[i].doc, doc) == 0)
			return true;
	return false;
}

int story_cases(struct station *st, const char *customer, struct story_case ret[STORY_CASES_MAX])
{
	struct story_walk w;
	struct story_item i;
	int n = 0;

	story_walk_begin(st, &w, STORY_OPEN, customer, 0, "");
	for (int looked = 0; looked < OPEN_LOOKED && n < STORY_CASES_MAX; looked++) {
		if (!story_walk_next(st, &w, &i))
			break;
		if (i.doc[0] && !listed(ret, n, i.doc) && is_open(st, i.doc) &&
		    story_case(st, i.doc, &ret[n]))
			n++;
	}
	return n;
}
