// SPDX-License-Identifier: Apache-2.0
/*
 * The slip of a return or a complaint, scanned: what the store knows of it, and what HQ and the
 * lanes have said since, as entries of the timeline under its case.
 */
#include <string.h>

#include "firmware/counter/calendar.h"
#include "firmware/counter/return_words.h"
#include "firmware/orders.h"
#include "firmware/privacy.h"
#include "firmware/returns.h"
#include "firmware/store/till.h"
#include "firmware/story.h"

#define ENTRIES_MAX   50 /* of one case */
#define BODY_TEXT_MAX 1024
#define SAID_MAX      200

struct entry {
	char at[TIME_TEXT_MAX];
	char status[16];
	char text[SAID_MAX];
};

struct state {
	struct paper paper; /* its body is `body` */
	char body[BODY_TEXT_MAX];
	struct json root;  /* of the body, NONE when this store has no paper */
	struct entry last; /* at "" when nothing was said */
};

static void read_entry(const struct story_item *i, struct entry *e)
{
	*e = (struct entry){ .at = "" };
	if (i->back < STORY_END_MS)
		time_format(story_at_ms(i->back), e->at);
	text_fmt(e->status, sizeof(e->status), "%s", i->status);
	slice_copy(utf8_cut(slice_of(i->text), SAID_MAX / 4 - 1), e->text, sizeof(e->text));
}

/* The next thing that was said of a case since it was opened. */
static bool next_entry(struct station *st, struct story_walk *w, struct entry *e)
{
	struct story_item i;

	while (story_walk_next(st, w, &i)) {
		if (strcmp(i.outcome, contact_end_name(CONTACT_OPENED)) == 0)
			continue;
		read_entry(&i, e);
		return true;
	}
	return false;
}

/* What was said last, and how the case stands by the newest word of that. */
static void newest_entry(struct station *st, const char *doc, struct entry *ret_last)
{
	struct story_walk w;
	struct entry e;

	*ret_last = (struct entry){ .at = "" };
	story_walk_begin(st, &w, STORY_OF_CASE, doc, 0, "");
	for (int n = 0; n < ENTRIES_MAX && next_entry(st, &w, &e); n++) {
		if (n == 0)
			*ret_last = e;
		if (e.status[0]) {
			memcpy(ret_last->status, e.status, sizeof(e.status));
			return;
		}
	}
}

static bool load(struct station *st, const char *doc, struct state *s)
{
	struct story_case known;

	*s = (struct state){ .body = "" };
	if (store_paper(st->store, doc, &s->paper)) {
		if (slice_copy(s->paper.body, s->body, sizeof(s->body)) == 0)
			json_check(slice_of(s->body), &s->root);
	} else if (story_case(st, doc, &known)) {
		/* Taken at another store, or so long ago that only HQ knows. */
		text_fmt(s->paper.doc, sizeof(s->paper.doc), "%s", doc);
		text_fmt(s->paper.kind, sizeof(s->paper.kind), "complaint");
	} else {
		return false;
	}
	newest_entry(st, doc, &s->last);
	return true;
}

static bool day_text(struct json time, char dst[DATE_TEXT_MAX])
{
	char text[TIME_TEXT_MAX + 8];
	int64_t at_ms;

	if (json_string(time, text, sizeof(text)) <= 0 || time_parse(slice_of(text), &at_ms) < 0)
		return false;
	date_format(calendar_day_of(at_ms), dst);
	return true;
}

/* "open, decyzja w drodze" */
static void say_state(const struct state *s, enum language l, char *dst, size_t cap)
{
	const bool closed = strcmp(s->last.status, "closed") == 0;

	text_fmt(dst, cap, "%s%s%s", paper_text(closed ? PAPER_CLOSED : PAPER_OPEN, l),
		 s->last.text[0] ? ", " : "", s->last.text);
}

static void say_return(const struct state *s, enum language l, char *dst, size_t cap)
{
	char money[MONEY_TEXT_MAX], date[DATE_TEXT_MAX];
	const bool asked = day_text(json_get(s->root, "due_by"), date);

	money_format(json_int_or(json_get(s->root, "refund"), 0), l, money);
	text_fmt(dst, cap, "%s%s%s%s%s%s%s", money, asked ? ", " : "",
		 asked ? paper_text(PAPER_MONEY_ASKED, l) : "", asked ? " " : "", asked ? date : "",
		 s->last.text[0] ? ", " : "", s->last.text);
}

bool paper_show(struct station *st, const struct call *c, struct slice doc)
{
	struct desk_state *desk = &st->desks[c->desk];
	const enum language l = desk->language;
	struct word_values v = words_none();
	char id[ID_MAX + 1], item[512], taken[DATE_TEXT_MAX], by[DATE_TEXT_MAX];
	char members[2 * ID_MAX + 64];
	struct state s;
	bool back;

	if (slice_copy(doc, id, sizeof(id)) < 0 || !load(st, id, &s))
		return false;
	back = strcmp(s.paper.kind, "return") == 0;
	if (desk->mode == MODE_ASKING)
		desk_set_mode(st, c->desk, MODE_IDLE);
	if (s.paper.at_ms) {
		date_format(calendar_day_of(s.paper.at_ms), taken);
		v.time = taken;
	}
	v.order = s.paper.number[0] ? s.paper.number : NULL;
	if (back)
		say_return(&s, l, item, sizeof(item));
	else
		say_state(&s, l, item, sizeof(item));
	v.item = item;
	if (day_text(json_get(s.root, "answer_by"), by))
		v.store = by;
	text_fmt(desk->paper, sizeof(desk->paper), "%s", id);
	notice_word(st, c->desk, NOTICE_GOOD, "paper",
		    back ? WORD_PAPER_RETURN : WORD_PAPER_COMPLAINT,
		    back ? WORD_PAPER_RETURN : WORD_PAPER_COMPLAINT, &v);
	text_fmt(members, sizeof(members), "\"paper\":\"%s\",\"kind\":\"%s\"", id, s.paper.kind);
	answer_ok(st, c, members);
	return true;
}

/* In the order it was said: the last ones. */
static void write_entries(struct station *st, const char *doc, struct buf *b)
{
	struct entry said[ENTRIES_MAX];
	char text[SAID_MAX];
	struct story_walk w;
	int n = 0;

	story_walk_begin(st, &w, STORY_OF_CASE, doc, 0, "");
	while (n < ENTRIES_MAX && next_entry(st, &w, &said[n]))
		n++;
	jw_open(b, "entries", '[');
	while (n-- > 0) {
		jw_open(b, NULL, '{');
		jw_str(b, "at", said[n].at);
		jw_str(b, "status", said[n].status);
		shown(PERSONAL_TEXT, viewer_at(st, DESK_COUNTER), said[n].text, text, sizeof(text));
		jw_str(b, "text", text);
		jw_close(b, '}');
	}
	jw_close(b, ']');
}

void paper_document(struct station *st, struct buf *b)
{
	const struct desk_state *desk = &st->desks[DESK_COUNTER];
	char at[TIME_TEXT_MAX];
	struct state s;

	if (!desk->paper[0] || !desk->notice.shown || strcmp(desk->notice.code, "paper") != 0 ||
	    !load(st, desk->paper, &s)) {
		jw_null(b, "paper");
		return;
	}
	jw_open(b, "paper", '{');
	jw_str(b, "doc", s.paper.doc);
	jw_str(b, "kind", s.paper.kind);
	jw_str(b, "number", s.paper.number);
	jw_str(b, "order", s.paper.order);
	if (s.paper.at_ms) {
		time_format(s.paper.at_ms, at);
		jw_str(b, "at", at);
	}
	jw_value(b, "basis", json_get(s.root, "basis"));
	if (strcmp(s.paper.kind, "return") == 0) {
		jw_value(b, "refund", json_get(s.root, "refund"));
		jw_value(b, "due_by", json_get(s.root, "due_by"));
	} else {
		jw_value(b, "answer_by", json_get(s.root, "answer_by"));
	}
	jw_str(b, "status", s.last.status[0] ? s.last.status : "open");
	write_entries(st, desk->paper, b);
	jw_close(b, '}');
}
