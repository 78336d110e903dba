// SPDX-License-Identifier: Apache-2.0
/*
 * Key figures by the day: told to HQ once (midnight, 25 hours, a restart between, clocks that are
 * set), kept as long as policy says, read in slices.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>
#include <setjmp.h>
#include <cmocka.h>

#include <sodium.h>
#include <sqlite3.h>

#include "tests/figures_shop.h"

/* ---- days ---- */

/* The newest day.figures in the journal, and how many there are. */
static int days_told(struct shop *s, char *ret_newest, size_t cap)
{
	struct slice text;
	struct json v;
	int n = 0;

	for (int64_t seq = 1; seq <= s->st->ledger.last; seq++) {
		if (!store_event_text(s->st->store, s->st->ledger.epoch, seq, &text) ||
		    json_check(text, &v) < 0 || !json_is(json_get(v, "type"), "day.figures"))
			continue;
		n++;
		if (ret_newest)
			assert_int_equal(slice_copy(text, ret_newest, cap), 0);
	}
	return n;
}

static void go_to(struct shop *s, const char *when)
{
	int64_t at;

	assert_int_equal(time_parse(slice_of(when), &at), 0);
	assert_true(at >= s->wall_ms);
	while (s->wall_ms < at) {
		const int64_t by = at - s->wall_ms < 20000 * 60 ? at - s->wall_ms : 20000 * 60;

		s->mono_ms += by;
		s->wall_ms += by;
	}
	beat(s);
}

static void test_a_day_is_told_once_when_the_shop_has_closed(void **state)
{
	static const char hours[] =
		"[{\"op\":\"put\",\"type\":\"policy\",\"id\":\"hours\",\"rev\":1,\"body\":{"
		"\"open\":{"
		"\"mon\":[\"09:00\",\"21:00\"],\"sun\":[\"10:00\",\"18:00\"]}}}]";
	static char told[65536];
	struct shop *s = open_shop();

	(void)state;
	shop_down(s, STREAM_POLICY, 7, 2, no_checks, NULL);
	shop_down(s, STREAM_POLICY, 7, 3, hours, NULL);
	settle(s); /* Sunday 22 November, 17:00 */
	scan_and_hand_over(s, "ZAM-1");
	assert_int_equal(days_told(s, NULL, 0), 0);
	go_to(s, "2026-11-22T16:59:00Z");
	settle(s);
	assert_int_equal(days_told(s, NULL, 0), 0);
	go_to(s, "2026-11-22T17:01:00Z");
	settle(s);
	assert_int_equal(days_told(s, told, sizeof(told)), 1);
	assert_has(told, "\"day\":\"2026-11-22\",\"upto\":[");
	assert_has(told, "\"17\":{");
	assert_has(told, "\"handovers\":[1,0]");
	assert_null(strstr(told, "\"again\""));
	/* Neither a restart nor a clock that is set back tells it twice. */
	shop_restart(s);
	link_is(s, true);
	beat(s);
	settle(s);
	s->wall_ms -= 3 * HOUR_MS;
	for (int i = 0; i < 8; i++) {
		s->mono_ms += 1000;
		beat(s);
	}
	settle(s);
	s->wall_ms += 3 * HOUR_MS;
	beat(s);
	settle(s);
	assert_int_equal(days_told(s, NULL, 0), 1);
	/* What comes after closing: told again, once the day is over. */
	put_order(s, "ZAM-2", 2, "");
	scan_and_hand_over(s, "ZAM-2");
	settle(s);
	assert_int_equal(days_told(s, NULL, 0), 1);
	go_to(s, "2026-11-22T23:01:00Z"); /* past midnight in Warsaw */
	settle(s);
	assert_int_equal(days_told(s, told, sizeof(told)), 2);
	assert_has(told, "\"day\":\"2026-11-22\",\"again\":true,");
	settle(s);
	assert_int_equal(days_told(s, NULL, 0), 2);
	shop_close(s);
}

static void test_days_without_the_station_are_told_later(void **state)
{
	static char told[65536];
	struct shop *s = open_shop();

	(void)state;
	shop_down(s, STREAM_POLICY, 7, 2, no_checks, NULL);
	settle(s);
	scan_and_hand_over(s, "ZAM-1");
	s->wall_ms += 3 * DAY_MS; /* it was off */
	shop_restart(s);
	link_is(s, true);
	beat(s);
	for (int i = 0; i < 4; i++)
		settle(s);
	assert_int_equal(days_told(s, told, sizeof(told)), 3);
	assert_has(told, "\"day\":\"2026-11-24\"");
	assert_has(told, "\"hours\":{}");
	/* A clock that runs years ahead, until HQ is heard, leaves no years of days behind. */
	s->wall_ms += 400 * DAY_MS;
	shop_restart(s);
	settle(s);
	assert_int_equal(days_told(s, NULL, 0), 3);
	s->wall_ms -= 400 * DAY_MS;
	for (int i = 0; i < 8; i++) {
		s->mono_ms += 1000;
		beat(s);
	}
	settle(s);
	assert_int_equal(days_told(s, NULL, 0), 3);
	shop_close(s);
}

/* The clocks go back at 03:00 on 25 October 2026: the hour from 2 to 3 comes twice. */
static void test_a_day_of_25_hours(void **state)
{
	struct shop *s = shop_stocked(1);
	int hour;

	(void)state;
	shop_down(s, STREAM_POLICY, 7, 2, no_checks, NULL);
	s->wall_ms = 1792888200000; /* 2026-10-25T00:30:00Z, 02:30 the first time */
	link_is(s, true);
	for (int i = 0; i < 8; i++) {
		s->mono_ms += 1000;
		beat(s);
	}
	scan_and_hand_over(s, "ZAM-1");
	assert_int_equal(tally_n(figures_of(s, today(s), 2, "k1"), "handovers", NULL), 1);
	s->wall_ms += HOUR_MS;
	s->mono_ms += HOUR_MS;
	beat(s);
	put_order(s, "ZAM-2", 2, "");
	scan_and_hand_over(s, "ZAM-2");
	assert_int_equal(tally_n(figures_of(s, today(s), 2, "k1"), "handovers", NULL), 2);
	/* Local midnight is 25 hours after the one before. */
	assert_int_equal(figures_day(1792879199999, &hour), today(s) - 1);
	assert_int_equal(figures_day(1792879200000, &hour), today(s));
	assert_int_equal(hour, 0);
	assert_int_equal(figures_day(1792879200000 + 25 * HOUR_MS - 1, &hour), today(s));
	assert_int_equal(hour, 23);
	assert_int_equal(figures_day(1792879200000 + 25 * HOUR_MS, &hour), today(s) + 1);
	shop_close(s);
}

/* ---- what is practised, what is old, what it costs ---- */

static void test_days_are_kept_as_long_as_policy_says(void **state)
{
	static const char policy[] = "{\"retain_days\":{\"figures\":30}}";
	struct shop *s = open_shop();
	struct tally *t = &s->st->figures.work;
	struct json v;

	(void)state;
	assert_int_equal(figures_keep_days((struct json){ 0 }), 800);
	assert_int_equal(json_check(slice_of(policy), &v), 0);
	assert_int_equal(figures_keep_days(v), 30);
	assert_int_equal(json_check(slice_of("{\"retain_days\":{\"figures\":3}}"), &v), 0);
	assert_int_equal(figures_keep_days(v), 800);
	shop_down(s, STREAM_POLICY, 7, 2,
		  "[{\"op\":\"put\",\"type\":\"policy\",\"id\":\"privacy\",\"rev\":1,\"body\":{"
		  "\"retain_days\":{\"figures\":30}}}]",
		  NULL);
	t->count = 0;
	tally_add(t, slice_of("handovers"), slice_of(""), 1, 0);
	store_begin(s->st->store);
	for (int back = 0; back < 900; back++)
		store_figures_add(s->st->store, today(s) - back, 12, "k1", t);
	store_commit(s->st->store);
	for (int i = 0; i < 4; i++) {
		shop_tick(s, 601 * 1000);
		beat(s);
	}
	assert_int_equal(store_figures_first(s->st->store), today(s) - 30);
	shop_close(s);
}

static void test_practising_counts_nothing(void **state)
{
	struct shop *s = open_shop();

	(void)state;
	shop_verb(s, "training.start", "{}", NULL);
	assert_int_equal(s->status, 200);
	shop_scan(s, "SZK-1");
	settle(s);
	shop_verb(s, "training.stop", "{}", NULL);
	settle(s);
	assert_int_equal(n_of(s, "k1", "interactions", NULL), 0);
	assert_int_equal(figures_of(s, today(s), -1, "k1")->count, 0);
	shop_close(s);
}

/* A lane that tells ever new reasons: the table is bounded, the count is right. */
static void test_parts_are_bounded(void **state)
{
	struct shop *s = two_lanes("allow");
	char body[128];

	(void)state;
	link_is(s, true);
	for (int i = 0; i < 300; i++) {
		text_fmt(body, sizeof(body), "{\"reason\":\"r%d\",\"method\":\"code\"}", i);
		events(s, 5, event(i + 1, "pickup.refused", body));
	}
	events(s, 5, event(400, "pickup.refused", "{\"reason\":\"Jan Kowalski\"}"));
	assert_int_equal(n_of(s, "k2", "refused", NULL), 301);
	assert_true(figures_of(s, today(s), -1, "k2")->count <= TALLY_PARTS + 1);
	assert_int_equal(n_of(s, "k2", "refused", "Jan Kowalski"), 0);
	shop_close(s);
}

/* ---- how it is read ---- */

static void explain(struct shop *s, const char *sql)
{
	char text[512];
	sqlite3_stmt *q;
	sqlite3 *db;

	assert_int_equal(sqlite3_open_v2(s->path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
	text_fmt(text, sizeof(text), "EXPLAIN QUERY PLAN %s", sql);
	assert_int_equal(sqlite3_prepare_v2(db, text, -1, &q, NULL), SQLITE_OK);
	while (sqlite3_step(q) == SQLITE_ROW)
		if (strncmp((const char *)sqlite3_column_text(q, 3), "SCAN", 4) == 0)
			fail_msg("%s: %s", sql, sqlite3_column_text(q, 3));
	sqlite3_finalize(q);
	sqlite3_close(db);
}

static void test_nothing_is_read_whole(void **state)
{
	struct shop *s = open_file_shop();

	(void)state;
	explain(s, "SELECT what, part, sum(n), sum(sum) FROM figure WHERE day=?1"
		   " AND hour BETWEEN ?2 AND ?3 AND lane=coalesce(?4, lane)"
		   " GROUP BY what, part ORDER BY what, part");
	explain(s,
		"UPDATE figure SET n=n+? , sum=sum+? WHERE day=? AND hour=? AND lane=? AND what=?"
		" AND part=?");
	explain(s, "SELECT count(*) FROM figure WHERE day=? AND hour=? AND lane=? AND what=?");
	explain(s, "DELETE FROM figure WHERE day=? AND hour BETWEEN 0 AND 23 AND lane=?");
	explain(s, "SELECT min(day) FROM figure");
	explain(s, "DELETE FROM figure WHERE (day, hour, lane, what, part) IN (SELECT day, hour,"
		   " lane, what, part FROM figure WHERE day<? LIMIT ?)");
	explain(s, "SELECT day FROM figure_told WHERE stale=1 AND lane=? AND (at<? OR at>?)"
		   " ORDER BY day LIMIT 1");
	explain(s, "UPDATE figure_told SET stale=1 WHERE day=? AND lane=? AND stale=0");
	explain(s, "DELETE FROM figure_told WHERE day<?");
	shop_close(s);
}

/* A busy day of three lanes is some hundred rows, however many leave. */
static void test_a_busy_day_is_read_in_slices(void **state)
{
	struct shop *s = open_shop();
	struct tally *t = &s->st->figures.work;
	static const char *const lanes[] = { "k1", "k2", "k3" };
	int64_t rows = 0;

	(void)state;
	store_begin(s->st->store);
	for (int i = 0; i < 5000; i++) {
		const char *lane = lanes[i % 3];
		char body[160];

		text_fmt(body, sizeof(body), "{\"lines\":[],\"waited\":%d,\"handled\":%d}",
			 i * 7919 % 3000, i * 104729 % 900);
		t->count = 0;
		figures_add(t, "pickup.completed", json_accepted(slice_of(body)), lane, 0);
		store_figures_add(s->st->store, today(s), 8 + i % 13, lane, t);
	}
	store_commit(s->st->store);
	for (int hour = 0; hour < 24; hour++)
		for (int i = 0; i < 3; i++)
			rows += figures_of(s, today(s), hour, lanes[i])->count;
	assert_true(rows < 13 * 3 * 40);
	s->st->figures.stale = true;
	shop_tick(s, 6000);
	assert_true(s->st->figures.at > 0); /* not in one step */
	settle(s);
	assert_int_equal(tally_n(&s->st->figures.days[0], "handovers", NULL), 5000);
	assert_has(s->st->figures.manage, "\"handovers\":5000,");
	assert_has(s->manage, "\"handovers\":5000,");
	shop_close(s);
}

static void test_prometheus(void **state)
{
	struct shop *s = open_shop();
	const char *m = s->st->figures.metrics;

	(void)state;
	shop_down(s, STREAM_POLICY, 7, 2, no_checks, NULL);
	assert_has(m, "# TYPE lada_waiting_seconds histogram\n");
	assert_has(m, "lada_waiting_seconds_bucket{le=\"+Inf\"} 0\n");
	scan_and_hand_over(s, "ZAM-1");
	shop_scan(s, "LR.NOPE.1");
	assert_has(m, "lada_waiting_seconds_bucket{le=\"10\"} 1\n");
	assert_has(m, "lada_waiting_seconds_bucket{le=\"+Inf\"} 1\n");
	assert_has(m, "lada_waiting_seconds_count 1\n");
	assert_has(m, "# TYPE lada_refusals_total counter\n");
	assert_has(m, "lada_handovers_doubled_total 0\n");
	shop_close(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_day_is_told_once_when_the_shop_has_closed),
		cmocka_unit_test(test_days_without_the_station_are_told_later),
		cmocka_unit_test(test_a_day_of_25_hours),
		cmocka_unit_test(test_days_are_kept_as_long_as_policy_says),
		cmocka_unit_test(test_practising_counts_nothing),
		cmocka_unit_test(test_parts_are_bounded),
		cmocka_unit_test(test_nothing_is_read_whole),
		cmocka_unit_test(test_a_busy_day_is_read_in_slices),
		cmocka_unit_test(test_prometheus),
	};

	if (sodium_init() < 0)
		return 1;
	setenv("TZ", "Europe/Warsaw", 1);
	tzset();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
