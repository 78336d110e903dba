// SPDX-License-Identifier: Apache-2.0
/*
 * Key figures at the station: what is counted and when, that it is what the journal says, days at
 * the edge (midnight, 25 hours, a restart between, clocks that are set), what other lanes tell, and
 * what HQ is told.
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

#include "firmware/counter/calendar.h"
#include "firmware/counter/figures.h"
#include "firmware/store/figure.h"
#include "firmware/store/file.h"
#include "tests/second_lane.h"

#define HOUR_MS (3600 * INT64_C(1000))
#define DAY_MS	(24 * HOUR_MS)

/* ---- what is in the tables ---- */

static struct tally *figures_of(struct shop *s, int64_t day, int hour, const char *lane)
{
	static struct tally t;

	t.count = 0;
	store_figures_read(s->st->store, day, hour, lane, &t);
	return &t;
}

static int64_t today(const struct shop *s)
{
	int hour;

	return figures_day(s->wall_ms, &hour);
}

static int64_t n_of(struct shop *s, const char *lane, const char *what, const char *part)
{
	return tally_n(figures_of(s, today(s), -1, lane), what, part);
}

static int64_t sum_of(struct shop *s, const char *lane, const char *what, const char *part)
{
	return tally_sum(figures_of(s, today(s), -1, lane), what, part);
}

/* As many ticks as the screens' figures, and what is to be told, take. */
static void settle(struct shop *s)
{
	shop_tick(s, 5000);
	for (int i = 0; i < 20; i++)
		shop_tick(s, 100);
}

static void beat(struct shop *s)
{
	struct door_event e = { .kind = DOOR_BEAT, .beat.online = true };

	e.beat.at_ms = s->wall_ms;
	shop_submit(s, &e, NULL);
}

static struct shop *open_shop(void)
{
	struct shop *s = shop_stocked(1);

	link_is(s, true);
	beat(s);
	return s;
}

static void put_order(struct shop *s, const char *id, int seq, const char *more)
{
	char ops[1024];

	text_fmt(ops, sizeof(ops),
		 "[{\"op\":\"put\",\"type\":\"order\",\"id\":\"%s\",\"rev\":%d,\"body\":{"
		 "\"status\":\"ready\",\"lines\":[{\"line\":1,\"sku\":\"S1\",\"qty\":1}]%s}}]",
		 id, seq + 10, more);
	shop_down(s, STREAM_ORDERS, 7, seq, ops, NULL);
}

static const char no_checks[] =
	"[{\"op\":\"put\",\"type\":\"policy\",\"id\":\"pickup\",\"rev\":1,\"body\":{"
	"\"check_items\":\"none\",\"id_search\":\"allow\"}}]";

static void scan_and_hand_over(struct shop *s, const char *order)
{
	char code[CODE_TEXT_MAX];

	shop_sign_code(s, order, code);
	shop_scan(s, code);
	shop_verb(s, "pickup.handover", "{}", NULL);
	assert_int_equal(s->status, 200);
}

/* ---- waiting ---- */

static void test_waiting_begins_at_check_in(void **state)
{
	struct shop *s = open_shop();
	char code[CODE_TEXT_MAX];

	(void)state;
	shop_down(s, STREAM_POLICY, 7, 2, no_checks, NULL);
	shop_sign_code(s, "ZAM-1", code);
	/* At the kiosk, then at the counter. */
	struct door_event e = { .kind = DOOR_SCAN, .scan.desk = DESK_KIOSK };
	shop_submit(s, &e, code);
	assert_int_equal(n_of(s, "k1", "arrivals", NULL), 1);
	s->wall_ms += 200000;
	s->mono_ms += 200000;
	beat(s);
	shop_scan(s, code);
	s->wall_ms += 40000;
	s->mono_ms += 40000;
	/* A restart, and a clock that is set, between: the customer waited as long. */
	shop_restart(s);
	link_is(s, true);
	beat(s);
	s->wall_ms += 7 * HOUR_MS;
	beat(s);
	shop_verb(s, "pickup.handover", "{}", NULL);
	assert_int_equal(s->status, 200);
	assert_has(s->up, "\"waited\":240,\"handled\":40,");
	assert_int_equal(n_of(s, "k1", "handovers", NULL), 1);
	assert_int_equal(n_of(s, "k1", "waiting", "240"), 1);
	assert_int_equal(sum_of(s, "k1", "waiting", NULL), 240);
	assert_int_equal(sum_of(s, "k1", "handling", NULL), 40);
	shop_close(s);
}

static void test_who_did_not_check_in_waits_from_the_counter_on(void **state)
{
	struct shop *s = open_shop();
	char code[CODE_TEXT_MAX];

	(void)state;
	shop_down(s, STREAM_POLICY, 7, 2, no_checks, NULL);
	shop_sign_code(s, "ZAM-1", code);
	shop_scan(s, code);
	s->wall_ms += 31000;
	s->mono_ms += 31000;
	shop_verb(s, "pickup.handover", "{}", NULL);
	assert_has(s->up, "\"waited\":31,\"handled\":31,");
	shop_close(s);
}

/* ---- the journal says the same ---- */

struct recount {
	struct tally t;
	int64_t day;
	char lane[8];
};

static bool recount_event(void *ctx, int64_t number, const struct file_event *e)
{
	struct recount *r = ctx;
	char type[64], at[48];
	struct json v;
	int64_t at_ms;
	int hour;

	(void)number;
	assert_int_equal(json_check(e->e, &v), 0);
	json_string(json_get(v, "type"), type, sizeof(type));
	json_string(json_get(v, "at"), at, sizeof(at));
	assert_int_equal(time_parse(slice_of(at), &at_ms), 0);
	if (figures_day(at_ms, &hour) == r->day)
		figures_add(&r->t, type, json_get(v, "body"), r->lane, at_ms);
	return true;
}

static void assert_same_as_journal(struct shop *s, int64_t day)
{
	static char counted[65536], told[65536];
	static struct recount r;
	char message[256];
	struct buf a, b;
	struct tally *t;

	r = (struct recount){ .day = day, .lane = "k1" };
	assert_int_equal(file_journal(s->path, 0, recount_event, &r, message, sizeof(message)), 0);
	t = figures_of(s, day, -1, "k1");
	for (int i = 0; i < t->count; i++)
		if (strcmp(t->rows[i].what, "offline") == 0)
			t->rows[i--] = t->rows[--t->count];
	buf_init(&a, counted, sizeof(counted));
	buf_init(&b, told, sizeof(told));
	tally_write(t, &a, NULL);
	tally_write(&r.t, &b, NULL);
	assert_string_equal(buf_str(&a), buf_str(&b));
	assert_true(r.t.count > 0);
}

static struct shop *open_file_shop(void)
{
	struct shop *s = shop_open_file(1);

	shop_begin_stream(s, STREAM_ORDERS);
	shop_begin_stream(s, STREAM_POLICY);
	shop_down(s, STREAM_POLICY, 7, 1, SHOP_STAFF, NULL);
	shop_down(s, STREAM_POLICY, 7, 2, no_checks, NULL);
	shop_down(s, STREAM_ORDERS, 7, 1, SHOP_ORDER, NULL);
	shop_log_in(s);
	link_is(s, true);
	beat(s);
	return s;
}

static void test_the_table_is_what_the_journal_says(void **state)
{
	struct shop *s = open_file_shop();
	char id[16];

	(void)state;
	for (int i = 2; i < 60; i++) {
		text_fmt(id, sizeof(id), "ZAM-%d", i);
		put_order(s, id, i, "");
		s->wall_ms += 97000 + i * 1000;
		s->mono_ms += 97000 + i * 1000;
		beat(s);
		if (i % 7 == 0)
			shop_restart(s);
		if (i % 7 == 0) {
			link_is(s, true);
			beat(s);
		}
		if (i % 5 == 0)
			shop_scan(s, "ZAM-404404");
		scan_and_hand_over(s, id);
		if (i % 11 == 0) {
			char code[CODE_TEXT_MAX];

			shop_sign_code(s, id, code);
			shop_scan(s, code); /* already collected */
		}
	}
	assert_true(n_of(s, "k1", "handovers", NULL) > 30);
	assert_true(n_of(s, "k1", "refused", "already_collected") > 3);
	assert_same_as_journal(s, today(s));
	/* Able to fail. */
	s->st->figures.work.count = 0;
	tally_add(&s->st->figures.work, slice_of("handovers"), slice_of(""), 1, 0);
	store_begin(s->st->store);
	store_figures_add(s->st->store, today(s), 3, "k1", &s->st->figures.work);
	store_commit(s->st->store);
	assert_int_not_equal(n_of(s, "k1", "handovers", NULL), 58);
	shop_close(s);
}

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
		"[{\"op\":\"put\",\"type\":\"policy\",\"id\":\"hours\",\"rev\":1,\"body\":{\"open\":{"
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

/* ---- other lanes ---- */

static void test_lanes_add_up_and_nothing_counts_twice(void **state)
{
	static const char body[] = "{\"order\":\"ZAM-9\",\"waited\":100,\"handled\":50,\"lines\":[],"
				   "\"method\":\"code\",\"mode\":\"online\",\"paid\":[]}";
	struct shop *s = two_lanes("allow");

	(void)state;
	link_is(s, true);
	beat(s);
	events(s, 5, event(3, "pickup.completed", body));
	events(s, 5, event(3, "pickup.completed", body));
	events(s, 5, event(4, "customer.arrived", "{\"order\":\"ZAM-8\",\"desk\":\"kiosk\"}"));
	assert_int_equal(n_of(s, "k2", "handovers", NULL), 1);
	assert_int_equal(n_of(s, "k1", "handovers", NULL), 0);
	assert_int_equal(n_of(s, NULL, "arrivals", NULL), 1);
	assert_int_equal(sum_of(s, NULL, "waiting", NULL), 100);
	link_is(s, false); /* no claim to wait for */
	scan_and_hand_over(s, "ZAM-1");
	link_is(s, true);
	assert_int_equal(n_of(s, NULL, "handovers", NULL), 2);
	settle(s);
	assert_has(s->st->figures.board, "\"handovers\":2,");
	/* Its own word on its day takes the place of what was heard, and covers what comes late. */
	events(s, 5,
	       event(9, "day.figures",
		     "{\"day\":\"2026-11-22\",\"upto\":[5,8],\"hours\":{\"16\":{\"handovers\":[5,0],"
		     "\"waiting\":{\"60\":[5,250]}},\"77\":{\"handovers\":[9,0]},\"x\":1}}"));
	assert_int_equal(n_of(s, "k2", "handovers", NULL), 5);
	assert_int_equal(n_of(s, NULL, "handovers", NULL), 6);
	events(s, 5, event(6, "pickup.completed", body));
	assert_int_equal(n_of(s, "k2", "handovers", NULL), 5);
	events(s, 5, event(10, "pickup.completed", body));
	assert_int_equal(n_of(s, "k2", "handovers", NULL), 6);
	/* An older word does not. */
	events(s, 5, event(7, "day.figures",
			   "{\"day\":\"2026-11-22\",\"upto\":[5,2],\"hours\":{}}"));
	assert_int_equal(n_of(s, "k2", "handovers", NULL), 6);
	events(s, 5, event(11, "day.figures",
			   "{\"day\":\"2026-11-22\",\"again\":true,\"upto\":[5,10],\"hours\":{"
			   "\"16\":{\"handovers\":[7,0]}}}"));
	assert_int_equal(n_of(s, "k2", "handovers", NULL), 7);
	/* What is no figures changes none. */
	events(s, 5, event(12, "day.figures", "{\"day\":\"soon\",\"hours\":{}}"));
	events(s, 5, event(13, "day.figures",
			   "{\"day\":\"2026-11-22\",\"upto\":[6,0],\"hours\":[]}"));
	assert_int_equal(n_of(s, "k2", "handovers", NULL), 7);
	/* Of this lane, nobody else tells. */
	assert_int_equal(n_of(s, "k1", "handovers", NULL), 1);
	shop_close(s);
}

/* Both lanes tell of one double: in the store's figures it is one. */
static void test_a_double_is_one(void **state)
{
	struct shop *s = two_lanes("allow");
	struct tally *t;
	char text[8192];
	struct buf b;

	(void)state;
	link_is(s, true);
	events(s, 5, event(3, "pickup.doubled",
			   "{\"order\":\"Z\",\"with\":{\"lane\":\"k1\",\"epoch\":9,\"seq\":4},"
			   "\"here\":{\"epoch\":5,\"seq\":2}}"));
	t = &s->st->figures.work;
	t->count = 0;
	figures_add(t, "pickup.doubled",
		    json_accepted(slice_of("{\"with\":{\"lane\":\"k2\",\"epoch\":5,\"seq\":2},"
					   "\"here\":{\"epoch\":9,\"seq\":4}}")),
		    "k1", 0);
	store_begin(s->st->store);
	store_figures_add(s->st->store, today(s), 18, "k1", t);
	store_commit(s->st->store);
	t = figures_of(s, today(s), -1, NULL);
	assert_int_equal(tally_n(t, "doubled", NULL), 2);
	buf_init(&b, text, sizeof(text));
	jw_open(&b, NULL, '{');
	tally_summary(t, &b);
	jw_close(&b, '}');
	assert_has(buf_str(&b), "\"doubled\":1,");
	shop_close(s);
}

/* ---- cut off ---- */

static void test_offline_seconds(void **state)
{
	struct shop *s = open_shop();

	(void)state;
	shop_tick(s, 1000);
	assert_int_equal(sum_of(s, "k1", "offline", NULL), 0);
	link_is(s, false);
	shop_tick(s, 1000);
	for (int i = 0; i < 10; i++)
		shop_tick(s, 30000);
	assert_int_equal(sum_of(s, "k1", "offline", "broker"), 300);
	assert_int_equal(n_of(s, "k1", "offline", "broker"), 1);
	link_is(s, true);
	shop_tick(s, 1000);
	shop_tick(s, 20000); /* the broker is there, HQ is not heard */
	shop_tick(s, 20000);
	beat(s);
	shop_tick(s, 100);
	shop_tick(s, 1000);
	assert_true(sum_of(s, "k1", "offline", "hq") >= 39);
	assert_true(sum_of(s, "k1", "offline", "hq") <= 42);
	assert_true(sum_of(s, "k1", "offline", "broker") <= 302);
	assert_int_equal(sum_of(s, "k1", "offline", "isolated"), 0);
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
	explain(s, "UPDATE figure SET n=n+? , sum=sum+? WHERE day=? AND hour=? AND lane=? AND what=?"
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
		cmocka_unit_test(test_waiting_begins_at_check_in),
		cmocka_unit_test(test_who_did_not_check_in_waits_from_the_counter_on),
		cmocka_unit_test(test_the_table_is_what_the_journal_says),
		cmocka_unit_test(test_a_day_is_told_once_when_the_shop_has_closed),
		cmocka_unit_test(test_days_without_the_station_are_told_later),
		cmocka_unit_test(test_a_day_of_25_hours),
		cmocka_unit_test(test_lanes_add_up_and_nothing_counts_twice),
		cmocka_unit_test(test_a_double_is_one),
		cmocka_unit_test(test_offline_seconds),
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
