// SPDX-License-Identifier: Apache-2.0
/* A customer's profile, opened for a reason and told; notes and answers that join a case. */
#include <stdlib.h>
#include <string.h>

#include "firmware/ledger.h"
#include "firmware/loyalty.h"
#include "firmware/orders.h"
#include "firmware/store/till.h"
#include "firmware/story.h"

/* ---- opening ---- */

/* A reason is one of these: what is told must be able to be counted. */
static bool is_why(const char *why)
{
	static const char *const reasons[] = { "pickup",   "return", "complaint",
					       "question", "case",   "check" };

	for (size_t i = 0; i < COUNT_OF(reasons); i++)
		if (!strcmp(why, reasons[i]))
			return true;
	return false;
}

/* Does anything here know of this customer? */
static bool known(struct station *st, const char *customer)
{
	const int64_t gen = store_cursor(st->store, STREAM_LOYALTY).gen;
	char id[ID_MAX + 1] = "";
	struct story_walk w;
	struct story_item i;

	if (store_lookup_next(st->store, gen, LOOKUP_CUSTOMER, slice_of(customer), id))
		return true;
	story_walk_begin(st, &w, STORY_OF_CUSTOMER, customer, 0, "");
	return story_walk_next(st, &w, &i);
}

/* One of `customer`, `member` and `order`. False: none of them, or several. */
static bool read_whose(struct station *st, struct json args, struct profile *p)
{
	static const char *const names[] = { "customer", "member", "order" };
	struct json m[COUNT_OF(names)];
	char text[128], member[ID_MAX + 1];
	struct member_view view;
	int given = 0;

	json_pick(args, names, m, COUNT_OF(names));
	for (size_t i = 0; i < COUNT_OF(names); i++)
		given += m[i].type != JSON_NONE;
	if (given != 1)
		return false;
	if (m[0].type != JSON_NONE) {
		if (!arg_text(args, "customer", p->customer, sizeof(p->customer)))
			return false;
		if (!known(st, p->customer))
			p->customer[0] = '\0';
	} else if (m[1].type != JSON_NONE) {
		if (!arg_text(args, "member", member, sizeof(member)))
			return false;
		if (!member_load(st, member, &view) ||
		    json_string(json_get(view.body, "customer"), p->customer, sizeof(p->customer)) <
			    0)
			p->customer[0] = '\0';
	} else {
		if (json_string(m[2], text, sizeof(text)) <= 0)
			return false;
		if (order_named(st, slice_of(text), p->order))
			story_customer(st, p->order, p->customer);
	}
	return true;
}

/* `before`: where a page ended, as the document says it. */
static bool read_before(struct json v, struct profile *p)
{
	if (v.type == JSON_NONE || v.type == JSON_NULL)
		return true;
	return json_string(v, p->before, sizeof(p->before)) > 0 && p->before[0] >= '1' &&
	       p->before[0] <= '9' && strchr(p->before, '.') != NULL;
}

static void verb_profile_open(struct station *st, const struct call *c, struct json args)
{
	struct desk_state *desk = &st->desks[c->desk];
	struct word_values v = words_none();
	struct profile p = { .customer = "" };

	if (json_string(json_get(args, "why"), p.why, sizeof(p.why)) <= 0 || !is_why(p.why) ||
	    !read_before(json_get(args, "before"), &p) || !read_whose(st, args, &p)) {
		answer_no(st, c, 400, REASON_BAD_REQUEST, &v);
		return;
	}
	if (c->desk != DESK_COUNTER) {
		answer_no(st, c, 409, REASON_BAD_REQUEST, &v);
		return;
	}
	if (desk->mode == MODE_PREP || desk->mode == MODE_COUNT) {
		answer_no(st, c, 409, REASON_BUSY, &v);
		return;
	}
	if (!p.customer[0]) {
		v.order = p.order[0] ? p.order : NULL;
		answer_no(st, c, 409, REASON_NOT_FOUND, &v);
		return;
	}
	text_fmt(p.staff, sizeof(p.staff), "%s", c->session.row.staff);
	desk->profile = p;
	profile_viewed(st, c, p.customer, p.why);
	story_look(st, c, CONTACT_QUESTION, p.customer);
	st->dirty = true;
	answer_ok(st, c, "");
}

static void verb_profile_close(struct station *st, const struct call *c, struct json args)
{
	(void)args;
	if (st->desks[c->desk].profile.customer[0])
		story_answered(st, c->desk);
	st->desks[c->desk].profile = (struct profile){ .customer = "" };
	st->dirty = true;
	answer_ok(st, c, "");
}

/* ---- notes ---- */

struct note {
	char text[STORY_TEXT_MAX];
	char doc[ID_MAX + 1]; /* the case, "" none */
	char customer[ID_MAX + 1], order[ID_MAX + 1];
	bool answer, close, reopen;
	bool open; /* the case, after it */
};

static bool read_flag(struct json v, bool *ret_true, bool *ret_false)
{
	if (v.type != JSON_NONE && v.type != JSON_NULL && v.type != JSON_BOOL)
		return false;
	*ret_true = json_true(v);
	*ret_false = json_false(v);
	return true;
}

/* Lines and tabs are fine, what moves a terminal's cursor is not. */
static bool is_plain(const char *text)
{
	bool seen = false;

	for (; *text; text++) {
		if (((unsigned char)*text < ' ' && *text != '\n' && *text != '\t') || *text == 127)
			return false;
		seen = seen || ((unsigned char)*text > ' ');
	}
	return seen;
}

static bool read_note(struct json args, struct note *n)
{
	const struct json doc = json_get(args, "case");
	bool no_answer;

	*n = (struct note){ .open = true };
	return json_string(json_get(args, "text"), n->text, sizeof(n->text)) > 0 &&
	       is_plain(n->text) && read_flag(json_get(args, "answer"), &n->answer, &no_answer) &&
	       read_flag(json_get(args, "close"), &n->close, &n->reopen) &&
	       (doc.type == JSON_NONE || doc.type == JSON_NULL ||
		arg_text(args, "case", n->doc, sizeof(n->doc)));
}

/* A case by HQ's entries, by what lanes told, or by this store's own paper. */
static bool find_case(struct station *st, const char *doc, struct story_case *ret_case)
{
	struct story_case k = { .open = true };
	struct paper p;

	if (story_case(st, doc, ret_case))
		return true;
	if (!store_paper(st->store, doc, &p) || strcmp(p.kind, "complaint") != 0)
		return false;
	text_fmt(k.doc, sizeof(k.doc), "%s", doc);
	text_fmt(k.order, sizeof(k.order), "%s", p.order);
	story_customer(st, p.order, k.customer);
	*ret_case = k;
	return true;
}

/* Who this desk is about, but for cases. */
static void whose_desk(struct station *st, const struct desk_state *desk, struct note *n)
{
	if (story_looks(st, desk)) {
		text_fmt(n->customer, sizeof(n->customer), "%s", desk->profile.customer);
	} else if (desk->mode == MODE_PICKUP || desk->mode == MODE_RETURN) {
		text_fmt(n->order, sizeof(n->order), "%s", desk->row.order);
		story_customer(st, n->order, n->customer);
	}
}

/* Where it belongs, or why it does not; `ret_several`: a case is to be chosen. */
static enum reason place(struct station *st, const struct call *c, struct note *n,
			 bool *ret_several)
{
	const struct desk_state *desk = &st->desks[c->desk];
	struct story_case cases[STORY_CASES_MAX], k;
	struct note_facts f = { .text = true,
				.closes = n->close || n->reopen,
				.named = n->doc[0] != '\0' };
	enum note_target target;
	enum reason r;

	whose_desk(st, desk, n);
	f.known = f.named && find_case(st, n->doc, &k);
	if (!f.named && desk->paper[0] && find_case(st, desk->paper, &k))
		f.shown = true;
	f.person = n->customer[0] != '\0';
	f.open_cases = f.person ? story_cases(st, n->customer, cases) : 0;
	r = note_verdict(&f, &target);
	*ret_several = f.person;
	if (r != REASON_NONE || target == NOTE_PERSON)
		return r;
	if (target == NOTE_ONLY_CASE)
		k = cases[0];
	text_fmt(n->doc, sizeof(n->doc), "%s", k.doc);
	/* A case is its customer's, whoever stands there. */
	if (k.customer[0] || target != NOTE_ONLY_CASE)
		text_fmt(n->customer, sizeof(n->customer), "%s", k.customer);
	text_fmt(n->order, sizeof(n->order), "%s", k.order);
	n->open = n->reopen || (k.open && !n->close);
	return r;
}

static void write_note(struct station *st, const struct call *c, const struct note *n)
{
	const char *kind = n->answer ? "answer" : "note",
		   *outcome = n->answer ? "answered" : "noted";
	struct buf b = event_begin(st);
	struct story_row row = { .back = 0 };

	jw_str(&b, "kind", kind);
	jw_str(&b, "outcome", outcome);
	jw_int(&b, "seconds", 0);
	if (n->doc[0]) {
		jw_str(&b, "case", n->doc);
		jw_str(&b, "status", n->open ? "open" : "closed");
	}
	if (n->order[0])
		jw_str(&b, "order", n->order);
	if (n->customer[0])
		jw_str(&b, "customer", n->customer);
	jw_str(&b, "staff", c->session.row.staff);
	text_fmt(row.kind, sizeof(row.kind), "%s", kind);
	text_fmt(row.outcome, sizeof(row.outcome), "%s", outcome);
	text_fmt(row.doc, sizeof(row.doc), "%s", n->doc);
	text_fmt(row.status, sizeof(row.status), "%s",
		 n->doc[0] ? n->open ? "open" : "closed" : "");
	text_fmt(row.order, sizeof(row.order), "%s", n->order);
	text_fmt(row.customer, sizeof(row.customer), "%s", n->customer);
	text_fmt(row.staff, sizeof(row.staff), "%s", c->session.row.staff);
	text_fmt(row.text, sizeof(row.text), "%s", n->text);
	story_tell(st, &b, &row);
}

static void verb_note(struct station *st, const struct call *c, struct json args)
{
	struct word_values v = words_none();
	char members[2 * ID_MAX];
	bool several;
	struct note n;
	enum reason r;

	if (c->desk != DESK_COUNTER || !read_note(args, &n)) {
		answer_no(st, c, 400, REASON_BAD_REQUEST, &v);
		return;
	}
	if (note_hides_card(slice_of(n.text))) {
		answer_no(st, c, 409, REASON_CARD_NUMBER_REFUSED, &v);
		return;
	}
	r = place(st, c, &n, &several);
	if (r == REASON_BAD_REQUEST) {
		answer_said(st, c, 409, r, several ? WORD_NO_ONE_CASE : WORD_NO_NOTE_HERE);
		return;
	}
	if (r != REASON_NONE) {
		answer_no(st, c, 409, r, &v);
		return;
	}
	write_note(st, c, &n);
	story_noted(st, c->desk, n.answer || !n.open ? CONTACT_SETTLED : CONTACT_NOTED);
	notice_word(st, c->desk, NOTICE_GOOD, "noted",
		    !n.doc[0] ? WORD_NOTED
		    : n.open  ? WORD_NOTED_CASE
			      : WORD_CASE_CLOSED,
		    WORD_NOTED, &v);
	notice_hide_from_customer(st, c->desk);
	text_fmt(members, sizeof(members), "\"case\":%s%s%s", n.doc[0] ? "\"" : "",
		 n.doc[0] ? n.doc : "null", n.doc[0] ? "\"" : "");
	answer_ok(st, c, members);
}

const struct verb story_verbs[] = {
	{ "profile.open", false, false, ROLE_CLERK, verb_profile_open },
	{ "profile.close", false, false, ROLE_CLERK, verb_profile_close },
	{ "note", false, false, ROLE_CLERK, verb_note },
	{ 0 },
};
