// SPDX-License-Identifier: Apache-2.0
/*
 * A lane tells HQ of each of its days once, when the shop has closed, or as soon as it can
 * afterwards; and again when something came to it since. What was told is written down with the
 * event, so neither a restart nor a clock that is set tells it twice.
 */
#include <string.h>

#include "firmware/counter/calendar.h"
#include "firmware/counter/figures.h"
#include "firmware/figures.h"
#include "firmware/ledger.h"
#include "firmware/orders.h"
#include "firmware/store/figure.h"

#define LOOK_MS	     10000
#define DAYS_BACK    31			    /* a station that was off for longer tells of these */
#define AGAIN_MS     (3600 * INT64_C(1000)) /* not more often, whatever comes */
#define DAY_TEXT_MAX (EVENT_TEXT_MAX - 1024)

static void write_hours(struct station *st, int64_t day, struct buf *b)
{
	struct tally *t = &st->figures.work;
	char name[8];

	jw_open(b, "hours", '{');
	for (int hour = 0; hour < 24; hour++) {
		t->count = 0;
		store_figures_read(st->store, day, hour, st->config->lane, t);
		text_fmt(name, sizeof(name), "%d", hour);
		if (t->count)
			tally_write(t, b, name);
	}
	jw_close(b, '}');
}

/* The whole day in one where its hours do not fit an event. */
static void write_day(struct station *st, int64_t day, struct buf *b)
{
	struct tally *t = &st->figures.work;

	t->count = 0;
	store_figures_read(st->store, day, -1, st->config->lane, t);
	jw_open(b, "hours", '{');
	tally_write(t, b, "all");
	jw_close(b, '}');
}

static void tell(struct station *st, int64_t day, bool again)
{
	const struct figures_told told = { st->ledger.epoch, st->ledger.last, station_now(st),
					   false };
	char date[DATE_TEXT_MAX];
	struct buf hours, b;

	buf_init(&hours, st->screen, DAY_TEXT_MAX);
	write_hours(st, day, &hours);
	if (hours.overflow) {
		buf_init(&hours, st->screen, DAY_TEXT_MAX);
		write_day(st, day, &hours);
	}
	date_format(day, date);
	b = event_begin(st);
	jw_str(&b, "day", date);
	if (again)
		jw_bool(&b, "again", true);
	jw_open(&b, "upto", '[');
	jw_int(&b, NULL, told.epoch);
	jw_int(&b, NULL, told.seq);
	jw_close(&b, ']');
	buf_byte(&b, ',');
	buf_slice(&b, buf_read(&hours));
	event_end(st, "day.figures", &b, (struct slice){ 0 }, NULL);
	store_figures_told_set(st->store, st->config->lane, day, &told);
}

static void next_is(struct station *st, int64_t day)
{
	if (st->figures.next_day == day)
		return;
	st->figures.next_day = day;
	store_meta_set(st->store, "figures_next", day);
}

/* The day that is to be told next, by what time it is. */
static int64_t find_next(struct station *st, int64_t today)
{
	const int64_t first = store_figures_first(st->store);
	int64_t next = st->figures.next_day;

	if (next == 0)
		next = first && first < today ? first : today;
	if (next > today + 1) /* the clock was ahead */
		next = today;
	return next < today - DAYS_BACK ? today - DAYS_BACK : next;
}

void figures_tell(struct station *st)
{
	const int64_t now = station_now(st), mono = station_mono(st);
	struct station_figures *f = &st->figures;
	struct figures_told told;
	int64_t today, day;
	int hour;

	if (!clocks_settled(st) || st->revoked || (f->told_ms && mono - f->told_ms < LOOK_MS))
		return;
	f->told_ms = mono;
	today = figures_day(now, &hour);
	next_is(st, find_next(st, today));
	day = f->next_day;
	if (figures_day_over(day, now, policy_get(st, "hours"))) {
		if (!store_figures_told(st->store, st->config->lane, day, &told))
			tell(st, day, false);
		next_is(st, day + 1);
		f->told_ms = 0; /* one a step */
		station_wake_at(st, mono + FIGURES_NEXT_MS);
		return;
	}
	day = store_figures_again(st->store, st->config->lane, now - AGAIN_MS, now);
	if (day && day < today)
		tell(st, day, true);
}

/* ---- another lane's ---- */

static bool read_upto(struct json v, struct figures_told *told)
{
	int64_t n[2] = { 0, 0 };
	int i = 0;

	for (struct json_walk w = json_walk(v); i < 2 && json_next(&w); i++)
		n[i] = json_int_or(w.value, -1);
	told->epoch = n[0];
	told->seq = n[1];
	return i == 2 && n[0] > 0 && n[1] >= 0;
}

static bool is_newer(const struct figures_told *a, const struct figures_told *b)
{
	return a->epoch > b->epoch || (a->epoch == b->epoch && a->seq > b->seq);
}

static void take_hours(struct station *st, const char *lane, int64_t day, struct json hours)
{
	struct tally *t = &st->figures.work;
	char name[8];

	for (struct json_walk w = json_walk(hours); json_next(&w);) {
		int64_t hour = -1;
		struct json n;

		if (json_string(w.name, name, sizeof(name)) > 0 &&
		    json_check(slice_of(name), &n) == 0)
			hour = json_int_or(n, -1);
		if (hour < 0 || hour > 23)
			continue;
		t->count = 0;
		tally_read(t, w.value);
		figures_keep(st, lane, day, (int)hour, t);
	}
}

/* It takes the place of what was heard of that lane's day, which may lack what was done while this
 * one was away. */
void figures_heard_day(struct station *st, const struct origin *o, struct json body)
{
	const struct json hours = json_get(body, "hours");
	struct figures_told told = { .at_ms = station_now(st) }, had;
	char date[DATE_TEXT_MAX];
	int64_t day, today;
	int hour;

	today = figures_day(told.at_ms, &hour);
	if (json_string(json_get(body, "day"), date, sizeof(date)) <= 0 ||
	    !date_parse(slice_of(date), &day) || day > today + 1 ||
	    day < today - FIGURES_KEEP_DAYS_MAX || hours.type != JSON_OBJECT ||
	    json_get(hours, "all").type != JSON_NONE || !read_upto(json_get(body, "upto"), &told))
		return;
	if (store_figures_told(st->store, o->lane, day, &had) && !is_newer(&told, &had))
		return;
	store_figures_clear(st->store, day, o->lane);
	take_hours(st, o->lane, day, hours);
	store_figures_told_set(st->store, o->lane, day, &told);
}
