// SPDX-License-Identifier: Apache-2.0
#include "firmware/counter/figures.h"

#include <string.h>

#include "firmware/base/clock.h"
#include "firmware/base/text.h"
#include "firmware/counter/calendar.h"

/* ---- reading ---- */

static void add(struct tally *t, const char *what, const char *part, int64_t n, int64_t sum)
{
	tally_add(t, slice_of(what), slice_of(part), n, sum);
}

/* A code as part of a figure: what is none (a sentence, a name) must not get into figures. */
static void part_of(struct json v, char dst[TALLY_PART_MAX])
{
	if (json_string(v, dst, TALLY_PART_MAX) <= 0 ||
	    strspn(dst, "abcdefghijklmnopqrstuvwxyz0123456789_") != strlen(dst))
		text_fmt(dst, TALLY_PART_MAX, "%s", TALLY_OTHER);
}

static int64_t within(struct json obj, const char *name, int64_t max)
{
	const int64_t n = json_int_or(json_get(obj, name), -1);

	return n >= 0 && n <= max ? n : -1;
}

struct told {
	struct json body;
	const char *lane;
	int64_t at_ms;
};

/* ---- by kind ---- */

static void add_time(struct tally *t, const char *what, int64_t seconds)
{
	if (seconds >= 0)
		add(t, what, tally_bucket(seconds), 1, seconds);
}

static void completed(struct tally *t, const struct told *e)
{
	bool short_ = false;

	for (struct json_walk w = json_walk(json_get(e->body, "lines")); json_next(&w);)
		short_ = short_ || json_int_or(json_get(w.value, "short"), 0) > 0;
	add(t, "handovers", "", 1, 0);
	if (json_get(e->body, "rest").type != JSON_NONE)
		add(t, "partial", "", 1, 0);
	if (short_)
		add(t, "short", "", 1, 0);
	add_time(t, "waiting", within(e->body, "waited", FIGURES_WAIT_MAX_S));
	add_time(t, "handling", within(e->body, "handled", FIGURES_WAIT_MAX_S));
}

/* Both lanes may tell of one double: it is named by its two handovers, the smaller one first. */
static void doubled(struct tally *t, const struct told *e)
{
	const struct json with = json_get(e->body, "with"), here = json_get(e->body, "here");
	char other[ID_MAX + 1] = "", a[128], b[128], part[TALLY_PART_MAX];
	uint64_t h = UINT64_C(0xcbf29ce484222325); /* FNV-1a: nothing trusts it */
	char pair[260];

	json_string(json_get(with, "lane"), other, sizeof(other));
	text_fmt(a, sizeof(a), "%s/%lld/%lld", e->lane,
		 (long long)json_int_or(json_get(here, "epoch"), 0),
		 (long long)json_int_or(json_get(here, "seq"), 0));
	text_fmt(b, sizeof(b), "%s/%lld/%lld", other,
		 (long long)json_int_or(json_get(with, "epoch"), 0),
		 (long long)json_int_or(json_get(with, "seq"), 0));
	text_fmt(pair, sizeof(pair), "%s %s", strcmp(a, b) < 0 ? a : b, strcmp(a, b) < 0 ? b : a);
	for (const char *p = pair; *p; p++)
		h = (h ^ (uint8_t)*p) * UINT64_C(0x100000001b3);
	text_fmt(part, sizeof(part), "%016llx", (unsigned long long)h);
	add(t, "doubled", part, 1, 0);
}

static void staged(struct tally *t, const struct told *e)
{
	const struct json said = json_get(e->body, "promised");
	char text[48];
	int64_t promised;

	if (said.type == JSON_NONE || json_true(json_get(e->body, "rest")))
		return; /* not the first time that it is ready, or not yet */
	if (json_string(said, text, sizeof(text)) <= 0 || time_parse(slice_of(text), &promised) < 0)
		add(t, "ready", "no_promise", 1, 0);
	else
		add(t, "ready", e->at_ms <= promised ? "on_time" : "late", 1, 0);
}

static void unstaged(struct tally *t, const struct told *e)
{
	if (json_is(json_get(e->body, "why"), "no_show"))
		add(t, "no_shows", "", 1, 0);
}

static void arrived(struct tally *t, const struct told *e)
{
	(void)e;
	add(t, "arrivals", "", 1, 0);
}

static void refused(struct tally *t, const struct told *e)
{
	char part[TALLY_PART_MAX];

	part_of(json_get(e->body, "reason"), part);
	add(t, "refused", part, 1, 0);
}

static void return_refused(struct tally *t, const struct told *e)
{
	char part[TALLY_PART_MAX];

	part_of(json_get(e->body, "reason"), part);
	add(t, "return_refused", part, 1, 0);
}

static void returned(struct tally *t, const struct told *e)
{
	char part[TALLY_PART_MAX];
	int64_t all = 0;

	for (struct json_walk w = json_walk(json_get(e->body, "lines")); json_next(&w);) {
		const int64_t qty = within(w.value, "qty", TALLY_MAX);
		const int64_t gross = within(w.value, "gross", TALLY_MAX);

		all += gross > 0 ? gross : 0;
		if (json_get(w.value, "kind").type != JSON_NONE)
			continue; /* delivery, a deposit: nobody gives a reason for those */
		part_of(json_get(w.value, "reason"), part);
		add(t, "returned", json_get(w.value, "reason").type == JSON_STRING ? part : "none",
		    qty > 0 ? qty : 0, gross > 0 ? gross : 0);
	}
	part_of(json_get(e->body, "basis"), part);
	add(t, "returns", part, 1, all);
}

static void complaint(struct tally *t, const struct told *e)
{
	char part[TALLY_PART_MAX];

	part_of(json_get(e->body, "basis"), part);
	add(t, "complaints", part, 1, 0);
}

static void rated(struct tally *t, const struct told *e)
{
	static const struct {
		const char *scale;
		int64_t least, most;
	} scales[] = { { "csat", 1, 5 }, { "nps", 0, 10 }, { "ces", 1, 7 } };
	const int64_t score = within(e->body, "score", 10);
	char part[TALLY_PART_MAX];

	text_fmt(part, sizeof(part), "%lld", (long long)score);
	for (size_t i = 0; i < COUNT_OF(scales); i++)
		if (json_is(json_get(e->body, "scale"), scales[i].scale) &&
		    score >= scales[i].least && score <= scales[i].most)
			add(t, scales[i].scale, part, 1, score);
}

static void earned(struct tally *t, const struct told *e)
{
	const int64_t points = json_int_or(json_get(e->body, "points"), 0);

	/* What was paid by points and is given back is no earning. */
	if (points > 0 && !json_is(json_get(e->body, "why"), "refund"))
		add(t, "points_earned", "", 1, points);
	else if (points < 0)
		add(t, "points_taken_back", "", 1, points > -TALLY_MAX ? -points : TALLY_MAX);
}

static void redeemed(struct tally *t, const struct told *e)
{
	const int64_t points = within(e->body, "points", TALLY_MAX);

	if (points > 0)
		add(t, "points_redeemed", "", 1, points);
}

static void print_failed(struct tally *t, const struct told *e)
{
	(void)e;
	add(t, "prints_failed", "", 1, 0);
}

/* Its reason is what somebody typed: it stays in the event. */
static void drawer_opened(struct tally *t, const struct told *e)
{
	(void)e;
	add(t, "drawer_opened", "", 1, 0);
}

/* For several things at once: counted by the first, which is the one that was asked for first. */
static void approved(struct tally *t, const struct told *e)
{
	char needs[256], part[TALLY_PART_MAX];

	if (json_string(json_get(e->body, "for"), needs, sizeof(needs)) <= 0)
		needs[0] = '\0';
	needs[strcspn(needs, ",")] = '\0';
	if (slice_copy(slice_of(needs), part, sizeof(part)) < 0 || !part[0])
		text_fmt(part, sizeof(part), "%s", TALLY_OTHER);
	add(t, "approvals", part, 1, 0);
}

/* A handover is measured by its own event. */
static bool is_handover(struct json outcome)
{
	return json_is(outcome, "done") || json_is(outcome, "part");
}

/* Practising serves nobody, and what is written or rated behind a contact is none. */
static bool is_contact(const char *kind)
{
	static const char *const others[] = { "training", "note", "answer", "rating" };

	for (size_t i = 0; i < COUNT_OF(others); i++)
		if (strcmp(kind, others[i]) == 0)
			return false;
	return true;
}

static void interaction(struct tally *t, const struct told *e)
{
	const int64_t seconds = within(e->body, "seconds", FIGURES_WAIT_MAX_S);
	const struct json resolved = json_get(e->body, "resolved");
	char kind[TALLY_PART_MAX];

	part_of(json_get(e->body, "kind"), kind);
	if (!is_contact(kind) || seconds < 0)
		return;
	add(t, "interactions", kind, 1, seconds);
	if (resolved.type == JSON_BOOL)
		add(t, "resolved", json_true(resolved) ? "yes" : "no", 1, 0);
	if (strcmp(kind, "pickup") == 0 && !is_handover(json_get(e->body, "outcome")))
		add_time(t, "handling", seconds);
}

static const struct {
	const char *type;
	void (*add)(struct tally *t, const struct told *e);
} kinds[] = {
	{ "pickup.completed", completed },
	{ "pickup.doubled", doubled },
	{ "order.staged", staged },
	{ "pickup.unstaged", unstaged },
	{ "customer.arrived", arrived },
	{ "pickup.refused", refused },
	{ "return.refused", return_refused },
	{ "return.accepted", returned },
	{ "complaint.opened", complaint },
	{ "interaction.rated", rated },
	{ "interaction.recorded", interaction },
	{ "loyalty.earned", earned },
	{ "loyalty.redeemed", redeemed },
	{ "print.failed", print_failed },
	{ "drawer.opened", drawer_opened },
	{ "approval.granted", approved },
};

bool figures_counts(const char *type)
{
	for (size_t i = 0; i < COUNT_OF(kinds); i++)
		if (strcmp(kinds[i].type, type) == 0)
			return true;
	return false;
}

void figures_add(struct tally *t, const char *type, struct json body, const char *lane,
		 int64_t at_ms)
{
	const struct told e = { body, lane, at_ms };

	for (size_t i = 0; i < COUNT_OF(kinds); i++)
		if (strcmp(kinds[i].type, type) == 0)
			kinds[i].add(t, &e);
}

/* ---- days ---- */

int64_t figures_day(int64_t at_ms, int *ret_hour)
{
	const struct local_time t = time_local(at_ms);

	*ret_hour = t.hour;
	return calendar_day((struct date){ t.year, t.month, t.day });
}

int64_t figures_seconds(int64_t from_ms, int64_t to_ms)
{
	const int64_t seconds = (to_ms - from_ms) / 1000;

	return from_ms > 0 && seconds >= 0 && seconds <= FIGURES_WAIT_MAX_S ? seconds : -1;
}

int64_t figures_keep_days(struct json privacy)
{
	const int64_t days = json_int_or(json_get(json_get(privacy, "retain_days"), "figures"), 0);

	return days >= FIGURES_KEEP_DAYS_MIN && days <= FIGURES_KEEP_DAYS_MAX ? days
									      : FIGURES_KEEP_DAYS;
}

bool figures_day_over(int64_t day, int64_t now_ms, struct json hours)
{
	const struct local_time t = time_local(now_ms);
	const int64_t today = calendar_day((struct date){ t.year, t.month, t.day });

	if (day != today)
		return day < today;
	return calendar_open(day, hours) && t.hour * 60 + t.minute >= calendar_closes(day, hours);
}
