// SPDX-License-Identifier: Apache-2.0
/*
 * Key figures at the station: what is counted and when, that it is what the journal says, what
 * other lanes tell, and how long this one was cut off.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>
#include <setjmp.h>
#include <cmocka.h>

#include <sodium.h>

#include "firmware/store/file.h"
#include "tests/figures_shop.h"

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

/* ---- other lanes ---- */

static void test_lanes_add_up_and_nothing_counts_twice(void **state)
{
	static const char body[] =
		"{\"order\":\"ZAM-9\",\"waited\":100,\"handled\":50,\"lines\":[],"
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
		     "{\"day\":\"2026-11-22\",\"upto\":[5,8],\"hours\":{\"16\":{\"handovers\":[5,0]"
		     ","
		     "\"waiting\":{\"60\":[5,250]}},\"77\":{\"handovers\":[9,0]},\"x\":1}}"));
	assert_int_equal(n_of(s, "k2", "handovers", NULL), 5);
	assert_int_equal(n_of(s, NULL, "handovers", NULL), 6);
	events(s, 5, event(6, "pickup.completed", body));
	assert_int_equal(n_of(s, "k2", "handovers", NULL), 5);
	events(s, 5, event(10, "pickup.completed", body));
	assert_int_equal(n_of(s, "k2", "handovers", NULL), 6);
	/* An older word does not. */
	events(s, 5,
	       event(7, "day.figures", "{\"day\":\"2026-11-22\",\"upto\":[5,2],\"hours\":{}}"));
	assert_int_equal(n_of(s, "k2", "handovers", NULL), 6);
	events(s, 5,
	       event(11, "day.figures",
		     "{\"day\":\"2026-11-22\",\"again\":true,\"upto\":[5,10],\"hours\":{"
		     "\"16\":{\"handovers\":[7,0]}}}"));
	assert_int_equal(n_of(s, "k2", "handovers", NULL), 7);
	/* What is no figures changes none. */
	events(s, 5, event(12, "day.figures", "{\"day\":\"soon\",\"hours\":{}}"));
	events(s, 5,
	       event(13, "day.figures", "{\"day\":\"2026-11-22\",\"upto\":[6,0],\"hours\":[]}"));
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
	events(s, 5,
	       event(3, "pickup.doubled",
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_waiting_begins_at_check_in),
		cmocka_unit_test(test_who_did_not_check_in_waits_from_the_counter_on),
		cmocka_unit_test(test_the_table_is_what_the_journal_says),
		cmocka_unit_test(test_lanes_add_up_and_nothing_counts_twice),
		cmocka_unit_test(test_a_double_is_one),
		cmocka_unit_test(test_offline_seconds),
	};

	if (sodium_init() < 0)
		return 1;
	setenv("TZ", "Europe/Warsaw", 1);
	tzset();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
