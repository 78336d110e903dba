// SPDX-License-Identifier: Apache-2.0
/*
 * A station whose clock is wrong: by years at the start, jumping, stepping back; with HQ's time
 * and without. Nothing that is under way may end early or last longer for it.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <sodium.h>
#include <stdlib.h>

#include "tests/shop.h"

#define HOUR_MS	 (3600 * INT64_C(1000))
#define DAY_MS	 (24 * HOUR_MS)
#define YEAR_MS	 (365 * DAY_MS)
#define START_MS INT64_C(1795363200000) /* what the shop's clock says at first */

static void beat(struct shop *s, int64_t at_ms)
{
	struct door_event e = { .kind = DOOR_BEAT };

	e.beat.online = true;
	e.beat.at_ms = at_ms;
	shop_submit(s, &e, NULL);
}

static void link_up(struct shop *s)
{
	struct door_event e = { .kind = DOOR_LINK, .link.up = true };

	shop_submit(s, &e, NULL);
}

/* The wall clock is set while the other one runs on. */
static void set_clock(struct shop *s, int64_t by_ms)
{
	struct door_event e = { .kind = DOOR_TICK };

	s->wall_ms += by_ms;
	shop_submit(s, &e, NULL);
}

static void restart(struct shop *s, int64_t wall_ms)
{
	struct door *door = s->st->door;
	struct store *store = s->st->store;
	struct clock clock = s->st->clock;

	s->wall_ms = wall_ms;
	s->mono_ms = 500; /* the machine was off too */
	memset(s->st, 0, sizeof(*s->st));
	s->st->clock = clock;
	s->st->config = &s->config;
	s->st->door = door;
	s->st->store = store;
	assert_int_equal(station_start(s->st), 0);
	shop_collect(s);
}

static int events_of(struct shop *s, const char *type)
{
	char quoted[64];
	int n = 0;

	text_fmt(quoted, sizeof(quoted), "\"type\":\"%s\"", type);
	for (int64_t seq = 1; seq <= s->st->ledger.last; seq++) {
		struct slice text;
		char e[4096];

		store_begin(s->st->store);
		if (store_event_text(s->st->store, s->st->ledger.epoch, seq, &text)) {
			text_fmt(e, sizeof(e), "%.*s", (int)text.n, text.p);
			n += strstr(e, quoted) != NULL;
		}
		assert_int_equal(store_commit(s->st->store), 0);
	}
	return n;
}

/* A code of ZAM-1 that runs out at a time; what the station says of it. */
static const char *verdict(struct shop *s, int64_t expires_ms)
{
	struct pickup_code c = { .kid = 1, .expires_s = (uint32_t)(expires_ms / 1000) };
	char code[CODE_TEXT_MAX];
	struct trust_pair pair;
	uint8_t seed[TRUST_SEED_BYTES] = { 1 };

	shop_sign_code(s, "ZAM-1", code); /* pins the key */
	trust_pair_from_seed(seed, &pair);
	text_fmt(c.store, sizeof(c.store), "%s", s->config.store);
	text_fmt(c.order, sizeof(c.order), "ZAM-1");
	assert_true(code_sign(&c, &pair, code) > 0);
	shop_verb(s, "pickup.cancel", "{}", NULL);
	shop_verb(s, "end", "{}", NULL);
	shop_scan(s, code);
	return s->st->desks[DESK_COUNTER].notice.code;
}

static void test_codes_expire_by_hqs_time(void **state)
{
	struct shop *s = shop_stocked(1);

	(void)state;
	link_up(s);
	assert_string_equal(verdict(s, START_MS + HOUR_MS), "ready");
	/* HQ says it is two hours later: the code has run out, though the clock here does not
	 * say so. */
	beat(s, s->wall_ms + 2 * HOUR_MS);
	assert_string_equal(verdict(s, START_MS + HOUR_MS), "code_expired");
	assert_string_equal(verdict(s, START_MS + 3 * HOUR_MS), "ready");
	assert_has(s->screen, "\"clock\":{\"ahead_s\":-7200}");
	/* Somebody sets the clock right. */
	set_clock(s, 2 * HOUR_MS);
	assert_has(s->screen, "\"clock\":null");
	assert_true(station_now(s->st) == s->wall_ms);
	shop_close(s);
}

/* Signed beats count; what one life has heard the next one does not believe. */
static void test_the_counter_outlives_a_restart(void **state)
{
	struct shop *s = shop_stocked(1);
	struct door_event e = { .kind = DOOR_BEAT, .beat.online = true, .beat.at_ms = START_MS };

	(void)state;
	assert_int_equal(clocks_first_beat(s->st), 0);
	e.beat.n = 41;
	shop_submit(s, &e, NULL);
	restart(s, START_MS);
	assert_int_equal(clocks_first_beat(s->st), 42);
	e.beat.n = 7; /* not signed by then, or from a queue: it lowers nothing */
	shop_submit(s, &e, NULL);
	restart(s, START_MS);
	assert_int_equal(clocks_first_beat(s->st), 42);
	shop_close(s);
}

static void test_a_late_beat_says_little(void **state)
{
	struct shop *s = shop_stocked(1);
	int64_t now;

	(void)state;
	link_up(s);
	beat(s, s->wall_ms + HOUR_MS);
	now = station_now(s->st);
	assert_true(now == s->wall_ms + HOUR_MS);
	/* One that was under way for twenty seconds does not turn time back. */
	shop_tick(s, 20000);
	beat(s, s->wall_ms + HOUR_MS - 20000);
	assert_true(station_now(s->st) == s->wall_ms + HOUR_MS);
	shop_tick(s, 10000);
	beat(s, s->wall_ms + HOUR_MS);
	assert_true(station_now(s->st) == s->wall_ms + HOUR_MS);
	/* HQ's clock was set back: three in a row say so. */
	for (int i = 0; i < 3; i++) {
		shop_tick(s, 10000);
		beat(s, s->wall_ms);
	}
	assert_true(station_now(s->st) == s->wall_ms);
	/* And no beat can name a time out of this world. */
	beat(s, 1);
	beat(s, START_MS + 200 * YEAR_MS);
	beat(s, 0);
	assert_true(station_now(s->st) == s->wall_ms);
	shop_close(s);
}

static void test_wrong_by_years_at_the_start(void **state)
{
	struct shop *s = shop_stocked(1);
	const int64_t day = START_MS + DAY_MS;

	(void)state;
	link_up(s);
	beat(s, START_MS);
	assert_true(station_now(s->st) == START_MS);
	/* The battery is empty: 1970. It is not earlier than HQ has said already. */
	restart(s, 1000);
	assert_true(station_now(s->st) == START_MS);
	assert_true(s->st->clocks.shown_s < -50 * 365 * 86400);
	assert_string_equal(verdict(s, START_MS - HOUR_MS), "code_expired");
	link_up(s);
	beat(s, day);
	assert_true(station_now(s->st) == day);
	assert_string_equal(verdict(s, START_MS + HOUR_MS), "code_expired");
	/* That clock is as wrong as it was, and known to be, at the next start. */
	shop_tick(s, 1000);
	restart(s, s->wall_ms + HOUR_MS);
	assert_true(station_now(s->st) == day + 1000 + HOUR_MS);
	/* It was set right while the station was off: it is believed. */
	restart(s, day + 2 * DAY_MS);
	assert_true(station_now(s->st) == day + 2 * DAY_MS);
	/* Years ahead: known from HQ, kept over a restart, and believed when it is set right. */
	link_up(s);
	set_clock(s, 5 * YEAR_MS);
	beat(s, day + 2 * DAY_MS);
	assert_true(station_now(s->st) == day + 2 * DAY_MS);
	restart(s, s->wall_ms + HOUR_MS);
	assert_true(station_now(s->st) == day + 2 * DAY_MS + HOUR_MS);
	restart(s, day + 3 * DAY_MS);
	assert_true(station_now(s->st) == day + 3 * DAY_MS);
	shop_close(s);
}

static void test_locks_last_as_long_as_they_should(void **state)
{
	static const int64_t jumps[] = { YEAR_MS, -YEAR_MS, HOUR_MS, -20 * 60000 };
	struct tries t;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(jumps); i++) {
		struct shop *s = shop_stocked(1);

		for (int k = 0; k < 5; k++)
			shop_verb(s, "pickup.find", "{\"order\":\"ZAM-1\",\"pin\":\"000000\"}",
				  NULL);
		shop_verb(s, "pickup.find", "{\"order\":\"ZAM-1\",\"pin\":\"000000\"}", NULL);
		assert_has(s->reply, "pin_locked");
		shop_tick(s, 9 * 60000);
		set_clock(s, jumps[i]);
		shop_verb(s, "pickup.find", "{\"order\":\"ZAM-1\",\"pin\":\"000000\"}", NULL);
		assert_has(s->reply, "pin_locked");
		shop_tick(s, 61000);
		shop_verb(s, "pickup.find", "{\"order\":\"ZAM-1\",\"pin\":\"000000\"}", NULL);
		assert_null(strstr(s->reply, "pin_locked"));
		store_begin(s->st->store);
		t = store_tries(s->st->store, "order:ZAM-1");
		assert_int_equal(store_commit(s->st->store), 0);
		assert_true(t.until_ms == 0);
		shop_close(s);
	}
}

static void test_sessions_and_presses_keep_their_age(void **state)
{
	struct shop *s = shop_stocked(1);

	(void)state;
	shop_hand_over(s);
	assert_int_equal(s->status, 200);
	assert_int_equal(events_of(s, "pickup.completed"), 1);
	link_up(s);
	/* Two days ahead, and the hour at which old presses are thrown away comes. */
	set_clock(s, 2 * DAY_MS);
	beat(s, s->wall_ms);
	shop_tick(s, 11 * 60000);
	shop_verb(s, "pickup.handover", "{}", "press-1");
	assert_int_equal(s->status, 200);
	assert_int_equal(events_of(s, "pickup.completed"), 1);
	/* Ola is still logged in; twelve hours after she came she is not. */
	shop_tick(s, 11 * HOUR_MS);
	assert_has(s->screen, "\"staff\":{\"id\":\"E17\"");
	shop_tick(s, HOUR_MS);
	assert_has(s->screen, "\"staff\":null");
	shop_close(s);
}

/* The claim lives by the monotonic clock alone. */
static void test_a_claim_does_not_look_at_the_clock(void **state)
{
	struct shop *s = shop_stocked(1);
	char code[CODE_TEXT_MAX];

	(void)state;
	shop_down(s, STREAM_POLICY, 7, 2,
		  "[{\"op\":\"put\",\"type\":\"policy\",\"id\":\"lanes\",\"rev\":1,\"body\":"
		  "{\"lanes\":[{\"lane\":\"k1\"},{\"lane\":\"k2\"}]}}]",
		  NULL);
	link_up(s);
	shop_sign_code(s, "ZAM-1", code);
	shop_scan(s, code);
	assert_has(s->screen, "\"claim\":\"pending\"");
	set_clock(s, YEAR_MS);
	set_clock(s, -2 * YEAR_MS);
	assert_has(s->screen, "\"claim\":\"pending\"");
	assert_int_equal(s->claims, 1);
	shop_tick(s, 2000);
	assert_has(s->screen, "\"claim\":\"isolated\"");
	shop_close(s);
}

static void test_jumps_are_told_and_no_flood(void **state)
{
	struct shop *s = shop_stocked(1);

	(void)state;
	set_clock(s, 1500);
	assert_int_equal(events_of(s, "clock.jumped"), 0);
	set_clock(s, HOUR_MS);
	assert_int_equal(events_of(s, "clock.jumped"), 1);
	assert_has(s->up,
		   "\"from\":\"2026-11-22T16:00:01.500Z\",\"to\":\"2026-11-22T17:00:01.500Z\"");
	/* A clock that dances: one a minute, from where it was to where it is. */
	for (int i = 0; i < 1000; i++)
		set_clock(s, i % 2 ? -HOUR_MS : 2 * HOUR_MS);
	assert_int_equal(events_of(s, "clock.jumped"), 1);
	shop_tick(s, 61000);
	assert_int_equal(events_of(s, "clock.jumped"), 2);
	/* There and back within the minute is no news. */
	set_clock(s, DAY_MS);
	set_clock(s, -DAY_MS);
	shop_tick(s, 61000);
	assert_int_equal(events_of(s, "clock.jumped"), 2);
	shop_close(s);
}

/* The sequence, not the time, is the order. */
static void test_order_does_not_depend_on_it(void **state)
{
	struct shop *s = shop_stocked(1);
	const int64_t first = s->st->ledger.last;

	(void)state;
	set_clock(s, -30 * YEAR_MS);
	shop_hand_over(s);
	assert_int_equal(s->status, 200);
	set_clock(s, 60 * YEAR_MS);
	shop_down(s, STREAM_ORDERS, 7, 2,
		  "[{\"op\":\"put\",\"type\":\"order\",\"id\":\"ZAM-1\",\"rev\":4,\"body\":"
		  "{\"status\":\"ready\"}}]",
		  NULL);
	assert_true(s->st->ledger.last > first);
	store_begin(s->st->store);
	for (int64_t seq = 1; seq <= s->st->ledger.last; seq++) {
		struct slice text;
		struct json e;

		assert_true(store_event_text(s->st->store, s->st->ledger.epoch, seq, &text));
		assert_int_equal(json_check(text, &e), 0);
		assert_int_equal(json_int_or(json_get(e, "seq"), 0), seq);
	}
	assert_int_equal(store_commit(s->st->store), 0);
	assert_string_equal(verdict(s, 0), "already_collected");
	shop_close(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_codes_expire_by_hqs_time),
		cmocka_unit_test(test_the_counter_outlives_a_restart),
		cmocka_unit_test(test_a_late_beat_says_little),
		cmocka_unit_test(test_wrong_by_years_at_the_start),
		cmocka_unit_test(test_locks_last_as_long_as_they_should),
		cmocka_unit_test(test_sessions_and_presses_keep_their_age),
		cmocka_unit_test(test_a_claim_does_not_look_at_the_clock),
		cmocka_unit_test(test_jumps_are_told_and_no_flood),
		cmocka_unit_test(test_order_does_not_depend_on_it),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
