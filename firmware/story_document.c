// SPDX-License-Identifier: Apache-2.0
/*
 * What staff see of a customer. Every personal value goes through one small function below, which
 * is where masking by role belongs; nothing else here reads one.
 */
#include <stdlib.h>
#include <string.h>

#include "firmware/loyalty.h"
#include "firmware/story.h"

#define PAGE_ITEMS 20
#define WORD_MAX   64 /* of a tier, a language, a channel */

/* Who a profile is about: the member's record where there is one, else the order's customer. */
struct who {
	struct json name, phone, lang, channel;
};

/* ---- personal values ---- */

static void add_name(struct buf *b, struct json name, enum role role)
{
	char text[256];

	(void)role;
	if (json_string(name, text, sizeof(text)) > 0)
		jw_str(b, "name", text);
	else
		jw_null(b, "name");
}

static void add_phone(struct buf *b, struct json phone, enum role role)
{
	char text[8];

	(void)role;
	if (json_string(phone, text, sizeof(text)) > 0)
		jw_str(b, "phone_last3", text);
	else
		jw_null(b, "phone_last3");
}

static void add_text(struct buf *b, const char *text, enum role role)
{
	(void)role;
	jw_str(b, "text", text);
}

/* ---- the rest ---- */

static void add_word(struct buf *b, const char *name, struct json v)
{
	char text[WORD_MAX];

	if (json_string(v, text, sizeof(text)) > 0)
		jw_str(b, name, text);
	else
		jw_null(b, name);
}

static void add_said(struct buf *b, const char *name, const char *text)
{
	if (text[0])
		jw_str(b, name, text);
}

static void add_at(struct buf *b, int64_t back)
{
	char at[TIME_TEXT_MAX];

	if (back >= STORY_END_MS) { /* HQ did not say when */
		jw_null(b, "at");
		return;
	}
	time_format(story_at_ms(back), at);
	jw_str(b, "at", at);
}

static void add_staff(struct station *st, struct buf *b, const char *staff)
{
	char name[128];
	enum role role;

	if (staff[0])
		jw_str(b, "staff", staff_name(st, staff, name, sizeof(name), &role) ? name : staff);
}

static void add_cases(struct station *st, struct buf *b, const char *customer, enum role role)
{
	struct story_case cases[STORY_CASES_MAX];
	const int n = story_cases(st, customer, cases);

	jw_open(b, "cases", '[');
	for (int i = 0; i < n; i++) {
		jw_open(b, NULL, '{');
		jw_str(b, "case", cases[i].doc);
		jw_str(b, "kind", cases[i].kind);
		jw_str(b, "status", "open");
		add_at(b, cases[i].back);
		add_said(b, "channel", cases[i].channel);
		add_said(b, "order", cases[i].order);
		add_text(b, cases[i].text, role);
		jw_close(b, '}');
	}
	jw_close(b, ']');
}

static void add_item(struct station *st, struct buf *b, const struct story_item *i, enum role role)
{
	jw_open(b, NULL, '{');
	jw_str(b, "id", i->id);
	add_at(b, i->back);
	jw_str(b, "channel", i->channel);
	jw_str(b, "kind", i->kind);
	add_said(b, "outcome", i->outcome);
	add_said(b, "case", i->doc);
	add_said(b, "status", i->status);
	add_said(b, "order", i->order);
	add_said(b, "store", i->store);
	add_said(b, "lane", i->lane);
	add_staff(st, b, i->staff);
	add_text(b, i->text, role);
	jw_bool(b, "sent", !i->told);
	jw_close(b, '}');
}

/* `AT.ID` of the last one shown. */
static void read_before(const char *before, int64_t *ret_back, const char **ret_id)
{
	const char *dot = strchr(before, '.');

	*ret_back = dot ? strtoll(before, NULL, 10) : 0;
	*ret_id = dot ? dot + 1 : "";
}

static void add_timeline(struct station *st, struct buf *b, const struct profile *p, enum role role)
{
	char more[BEFORE_MAX] = "";
	struct story_item i;
	struct story_walk w;
	const char *id;
	int64_t back;
	int n = 0;

	read_before(p->before, &back, &id);
	story_walk_begin(st, &w, STORY_OF_CUSTOMER, p->customer, back, id);
	jw_open(b, "timeline", '[');
	while (n < PAGE_ITEMS && story_walk_next(st, &w, &i)) {
		add_item(st, b, &i, role);
		text_fmt(more, sizeof(more), "%lld.%s", (long long)i.back, i.id);
		n++;
	}
	jw_close(b, ']');
	if (n == PAGE_ITEMS && story_walk_next(st, &w, &i))
		jw_str(b, "before", more);
	else
		jw_null(b, "before");
	jw_bool(b, "first", !p->before[0]);
}

static void add_member(struct buf *b, const struct member_view *m)
{
	jw_open(b, "member", '{');
	jw_str(b, "member", m->id);
	add_word(b, "tier", json_get(m->body, "tier"));
	jw_int(b, "points", m->balance);
	jw_close(b, '}');
}

static struct json first_of(struct json a, struct json b)
{
	return a.type == JSON_STRING ? a : b;
}

/* The only member of this customer; false: none, or several. */
static bool member_of(struct station *st, const char *customer, struct member_view *ret_view)
{
	const int64_t gen = store_cursor(st->store, STREAM_LOYALTY).gen;
	char id[ID_MAX + 1] = "", other[ID_MAX + 1];

	if (!store_lookup_next(st->store, gen, LOOKUP_CUSTOMER, slice_of(customer), id))
		return false;
	text_fmt(other, sizeof(other), "%s", id);
	return !store_lookup_next(st->store, gen, LOOKUP_CUSTOMER, slice_of(customer), other) &&
	       member_load(st, id, ret_view);
}

static void add_profile(struct station *st, struct buf *b, const struct profile *p, enum role role)
{
	struct member_view m = { .id = "" };
	const bool member = member_of(st, p->customer, &m);
	struct json customer = { .type = JSON_NONE }, body;
	struct record r;

	if (p->order[0] && store_find(st->store, STREAM_ORDERS, slice_of(p->order), &r) &&
	    json_check(r.body, &body) == 0)
		customer = json_get(body, "customer");
	jw_open(b, "profile", '{');
	jw_str(b, "customer", p->customer);
	add_name(b, first_of(json_get(m.body, "name"), json_get(customer, "name")), role);
	add_phone(b, json_get(customer, "phone_last3"), role);
	add_word(b, "language", first_of(json_get(m.body, "lang"), json_get(customer, "lang")));
	add_word(b, "channel", json_get(m.body, "channel"));
	jw_str(b, "why", p->why);
	if (member)
		add_member(b, &m);
	else
		jw_null(b, "member");
	add_cases(st, b, p->customer, role);
	add_timeline(st, b, p, role);
	jw_close(b, '}');
}

/* The open work's customer is one press away. */
static void add_offer(struct station *st, struct buf *b, const struct desk_state *desk)
{
	const bool back = desk->mode == MODE_RETURN;
	char customer[ID_MAX + 1] = "";

	if (desk->mode == MODE_PICKUP || back)
		story_customer(st, desk->row.order, customer);
	if (!customer[0] ||
	    (story_looks(st, desk) && strcmp(customer, desk->profile.customer) == 0)) {
		jw_null(b, "profile_of");
		return;
	}
	jw_open(b, "profile_of", '{');
	jw_str(b, "order", desk->row.order);
	jw_str(b, "why", back ? "return" : "pickup");
	jw_close(b, '}');
}

bool story_looks(struct station *st, const struct desk_state *desk)
{
	const struct session s = staff_at(st, DESK_COUNTER);

	return desk->profile.customer[0] && s.valid &&
	       strcmp(s.row.staff, desk->profile.staff) == 0;
}

void story_document(struct station *st, struct buf *b)
{
	const struct desk_state *desk = &st->desks[DESK_COUNTER];
	const struct session s = staff_at(st, DESK_COUNTER);

	if (story_looks(st, desk))
		add_profile(st, b, &desk->profile, s.row.role);
	else
		jw_null(b, "profile");
	add_offer(st, b, desk);
}
