// SPDX-License-Identifier: Apache-2.0
/* The journal as such: each event names the hash of the one before, and no paper's number is given
 * out twice. */
#include "tests/property/books.h"

#include <string.h>

#include "firmware/counter/figures.h"

static void count(struct run *r, struct json type)
{
	char name[32];

	if (json_string(type, name, sizeof(name)) <= 0)
		return;
	for (int i = 0; i < FIGURES_MAX; i++) {
		if (!r->told[i].type[0])
			text_fmt(r->told[i].type, sizeof(r->told[i].type), "%s", name);
		if (strcmp(r->told[i].type, name) != 0)
			continue;
		r->told[i].count++;
		return;
	}
}

static void check_chain(struct event *e, struct json told)
{
	struct books *b = &e->r->books;
	char prev[HASH_TEXT_MAX] = "";

	json_string(json_get(told, "prev"), prev, sizeof(prev));
	if (b->seq > 1 && strcmp(prev, b->prev) != 0)
		run_fail(e->r, "journal", "event %lld does not follow the text before it",
			 (long long)b->seq);
	hash_text(json_text(told), b->prev);
}

/* Of a shift, a return or a complaint. */
static struct json number_of(struct json told)
{
	const struct json type = json_get(told, "type"), body = json_get(told, "body");
	const struct json none = { 0 };

	if (json_is(type, "shift.opened"))
		return json_get(body, "shift");
	if (json_is(type, "return.accepted") || json_is(type, "complaint.opened"))
		return json_get(body, "number");
	return none;
}

static void check_number(struct event *e, struct json number)
{
	struct books *b = &e->r->books;
	uint64_t h = UINT64_C(14695981039346656037);

	if (number.type == JSON_NONE || b->number_count == NUMBERS_MAX)
		return;
	for (size_t i = 0; i < number.n; i++)
		h = (h ^ (uint8_t)number.p[i]) * UINT64_C(1099511628211);
	for (int i = 0; i < b->number_count; i++)
		if (b->numbers[i] == h)
			run_fail(e->r, "number", "%.*s is given out twice", (int)number.n,
				 number.p);
	b->numbers[b->number_count++] = h;
}

/* By the rule that counts; of what the books have read, so that the table cannot drift from it. */
static void add_figures(struct event *e, struct json told)
{
	char type[64];

	if (json_string(json_get(told, "type"), type, sizeof(type)) > 0)
		figures_add(&e->r->books.figures, type, json_get(told, "body"), LANE_ID, 0);
}

void book_figures_check(struct run *r)
{
	static const char sql[] =
		"SELECT what, sum(n), sum(sum) FROM figure WHERE lane='" LANE_ID "' AND"
		" what<>'offline' GROUP BY what";
	const struct tally *t = &r->books.figures;
	sqlite3_stmt *q = NULL;
	int64_t n = 0, want = 0;

	for (int i = 0; i < t->count; i++)
		want += t->rows[i].n;
	sqlite3_prepare_v2(r->station.db, sql, -1, &q, NULL);
	while (sqlite3_step(q) == SQLITE_ROW) {
		const char *what = (const char *)sqlite3_column_text(q, 0);

		n += sqlite3_column_int64(q, 1);
		/* When something is ready by its promise is a matter of times, which are not kept.
		 */
		if (sqlite3_column_int64(q, 1) != tally_n(t, what, NULL) ||
		    sqlite3_column_int64(q, 2) != tally_sum(t, what, NULL))
			run_fail(r, "figures", "%s: %lld (%lld) in the table, %lld (%lld) told",
				 what, (long long)sqlite3_column_int64(q, 1),
				 (long long)sqlite3_column_int64(q, 2),
				 (long long)tally_n(t, what, NULL),
				 (long long)tally_sum(t, what, NULL));
	}
	sqlite3_finalize(q);
	if (n != want && !r->failure[0])
		run_fail(r, "figures", "%lld counted, %lld told", (long long)n, (long long)want);
}

void book_chained(struct event *e, struct json told)
{
	add_figures(e, told);
	count(e->r, json_get(told, "type"));
	check_chain(e, told);
	check_number(e, number_of(told));
}
