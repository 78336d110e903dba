// SPDX-License-Identifier: Apache-2.0
/*
 * lada figures: a day's key figures as the station has them, of all lanes of the store; and whether
 * those of this lane are what its journal says, by the rule that counted them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "firmware/base/clock.h"
#include "firmware/base/tally.h"
#include "firmware/counter/calendar.h"
#include "firmware/counter/figures.h"
#include "firmware/store/file.h"
#include "firmware/tool/tool.h"

#define SUMMARY_MAX 65536

struct day {
	int64_t day;
	struct tally all, own, hours[24];
	const char *lane;
	/* For the check. */
	struct tally told;
	bool whole; /* every event of the day is still there */
	bool any;
};

static bool take_row(void *ctx, const struct file_figure *row)
{
	struct day *d = ctx;

	tally_add(&d->all, row->what, row->part, row->n, row->sum);
	if (row->hour >= 0 && row->hour < 24)
		tally_add(&d->hours[row->hour], row->what, row->part, row->n, row->sum);
	/* For how long it was cut off the lane counts by itself: no event says so. */
	if (slice_eq(row->lane, d->lane) && !slice_eq(row->what, "offline"))
		tally_add(&d->own, row->what, row->part, row->n, row->sum);
	return true;
}

static bool take_event(void *ctx, int64_t number, const struct file_event *e)
{
	struct day *d = ctx;
	char type[64], at[48];
	struct json v;
	int64_t at_ms;
	int hour;

	if (json_check(e->e, &v) < 0 || json_string(json_get(v, "at"), at, sizeof(at)) <= 0 ||
	    time_parse(slice_of(at), &at_ms) < 0 || slice_copy(e->type, type, sizeof(type)) < 0)
		return true;
	if (!d->any)
		d->whole = number == 1 || figures_day(at_ms, &hour) < d->day;
	d->any = true;
	if (figures_day(at_ms, &hour) == d->day)
		figures_add(&d->told, type, json_get(v, "body"), d->lane, at_ms);
	return true;
}

/* ---- printing ---- */

static void print_value(const char *name, struct json v)
{
	printf(" %s %.*s", name, (int)v.n, v.p);
}

/* `returns: n 2, amount 3998; shop_policy n 1 amount 1999; …` */
static void print_member(const char *name, struct json v)
{
	char key[TALLY_PART_MAX], inner[TALLY_PART_MAX];

	printf("%-16s", name);
	if (v.type != JSON_OBJECT)
		printf(" %.*s", (int)v.n, v.p);
	for (struct json_walk w = json_walk(v); v.type == JSON_OBJECT && json_next(&w);) {
		tool_text(w.name, key, sizeof(key));
		if (w.value.type != JSON_OBJECT) {
			print_value(key, w.value);
			continue;
		}
		for (struct json_walk p = json_walk(w.value); json_next(&p);) {
			printf("; %s", tool_text(p.name, inner, sizeof(inner)));
			if (p.value.type != JSON_OBJECT)
				printf(" %.*s", (int)p.value.n, p.value.p);
			for (struct json_walk q = json_walk(p.value);
			     p.value.type == JSON_OBJECT && json_next(&q);)
				print_value(tool_text(q.name, inner, sizeof(inner)), q.value);
		}
	}
	putchar('\n');
}

static void print_hours(const struct day *d)
{
	printf("\n%-5s %10s %9s %8s %6s\n", "HOUR", "HANDOVERS", "MEDIAN", "ON TIME", "LATE");
	for (int h = 0; h < 24; h++) {
		const struct tally *t = &d->hours[h];

		if (t->count == 0)
			continue;
		printf("%02d    %10lld ", h, (long long)tally_n(t, "handovers", NULL));
		if (tally_n(t, "waiting", NULL))
			printf("%7lld s", (long long)tally_percentile(t, "waiting", 50));
		else
			printf("%9s", "-");
		printf(" %8lld %6lld\n", (long long)tally_n(t, "ready", "on_time"),
		       (long long)tally_n(t, "ready", "late"));
	}
}

static void print_day(struct tool *t, const struct day *d, const char *date)
{
	char name[TALLY_NAME_MAX];
	struct json v;
	struct buf b;

	buf_init(&b, t->memory, SUMMARY_MAX);
	jw_open(&b, NULL, '{');
	if (t->json) {
		jw_str(&b, "store", t->config.store);
		jw_str(&b, "day", date);
	}
	tally_summary(&d->all, &b);
	if (t->json) {
		jw_open(&b, "hours", '{');
		for (int h = 0; h < 24; h++) {
			text_fmt(name, sizeof(name), "%d", h);
			if (d->hours[h].count)
				tally_write(&d->hours[h], &b, name);
		}
		jw_close(&b, '}');
	}
	jw_close(&b, '}');
	if (t->json) {
		tool_print(buf_read(&b));
		return;
	}
	printf("%s %s\n", t->config.store, date);
	if (json_check(buf_read(&b), &v) < 0)
		return;
	for (struct json_walk w = json_walk(v); json_next(&w);)
		print_member(tool_text(w.name, name, sizeof(name)), w.value);
	print_hours(d);
}

/* ---- checking ---- */

static int differences(const struct tally *a, const struct tally *b, bool only_missing)
{
	int n = 0;

	for (int i = 0; i < a->count; i++) {
		const struct tally_row *row = &a->rows[i];
		const int64_t bn = tally_n(b, row->what, row->part);
		const int64_t bsum = tally_sum(b, row->what, row->part);

		if ((bn == row->n && bsum == row->sum) || (only_missing && (bn || bsum)))
			continue;
		printf("%s %s: %lld (%lld), and %lld (%lld) by the journal\n", row->what, row->part,
		       only_missing ? 0LL : (long long)row->n,
		       only_missing ? 0LL : (long long)row->sum,
		       only_missing ? (long long)row->n : (long long)bn,
		       only_missing ? (long long)row->sum : (long long)bsum);
		n++;
	}
	return n;
}

static int check(struct tool *t, struct day *d, const char *date)
{
	if (file_journal(t->database, 0, take_event, d, t->message, sizeof(t->message)) < 0)
		return tool_fail(t);
	if (!d->whole) {
		text_fmt(t->message, sizeof(t->message),
			 "not every event of %s is kept any more: nothing to check by", date);
		return tool_fail(t);
	}
	if (differences(&d->own, &d->told, false) + differences(&d->told, &d->own, true))
		return 1;
	printf("%s: the figures of lane %s are what its journal says\n", date, t->config.lane);
	return 0;
}

int tool_figures(struct tool *t, char **args)
{
	struct day *d = calloc(1, sizeof(*d));
	char date[DATE_TEXT_MAX];
	bool checks = false;
	int hour, status = 0;

	if (!d)
		return 1;
	setenv("TZ", t->config.timezone, 1);
	tzset();
	d->day = figures_day((int64_t)time(NULL) * 1000, &hour);
	d->lane = t->config.lane;
	for (; *args && status == 0; args++) {
		if (strcmp(*args, "--check") == 0)
			checks = true;
		else if (strcmp(*args, "--json") == 0)
			t->json = true;
		else if (!date_parse(slice_of(*args), &d->day))
			status = 2;
	}
	date_format(d->day, date);
	if (status)
		fputs("lada: figures [YYYY-MM-DD] [--check] [--json]\n", stderr);
	else if (file_day(t->database, d->day, take_row, d, t->message, sizeof(t->message)) < 0)
		status = tool_fail(t);
	else if (checks)
		status = check(t, d, date);
	else
		print_day(t, d, date);
	free(d);
	return status;
}
