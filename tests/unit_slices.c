// SPDX-License-Identifier: Apache-2.0
/*
 * What HQ sends in large pieces: nobody at the counter waits for more than a slice of it, and a
 * stop in the middle does no harm. Nothing is timed: what counts is how much was applied before
 * the scan's answer came.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "firmware/streams.h"
#include "firmware/trust/hash.h"
#include "tests/file_shop.h"

#define ORDERS	  3000
#define SLICE_OPS 512 /* as in firmware/ops.c */
#define PART_MAX  (1024 * 1024)

/* ---- pieces ---- */

/* A part of n small orders from number `first` on; some can be unreadable. */
static char *part_of(int first, int n, int bad)
{
	char *ops = malloc(PART_MAX);
	struct buf b;

	buf_init(&b, ops, PART_MAX);
	buf_byte(&b, '[');
	for (int i = first; i < first + n; i++)
		buf_fmt(&b,
			"%s{\"op\":\"put\",\"type\":\"order\",\"id\":\"O-%d\",\"rev\":1,\"body\":{"
			"\"status\":\"ready\",\"number\":\"%d\",\"lines\":%s}}",
			i > first ? "," : "", i, i,
			i == bad ? "7" : "[{\"line\":1,\"sku\":\"S1\",\"qty\":1}]");
	buf_byte(&b, ']');
	assert_non_null(buf_str(&b));
	return ops;
}

static void queue_part(struct shop *s, const char *id, int number, const char *ops)
{
	struct door_event e = { .kind = DOOR_DOWN };

	e.down.stream = STREAM_ORDERS;
	e.down.what = DOWN_PART;
	e.down.epoch = 8;
	e.down.part = number;
	e.down.ops = (struct span){ 0, (uint32_t)strlen(ops) };
	text_fmt(e.down.snapshot, sizeof(e.down.snapshot), "%s", id);
	assert_int_equal(door_submit(s->st->door, &e, slice_of(ops)), 0);
}

static void queue_scan(struct shop *s, const char *text)
{
	struct door_event e = { .kind = DOOR_SCAN };

	e.scan.read_ns = 1;
	assert_int_equal(door_submit(s->st->door, &e, slice_of(text)), 0);
}

static int64_t records(const struct file_shop *f)
{
	return file_shop_sql(f, "SELECT count(*) FROM record");
}

static uint64_t sum_of(int n)
{
	uint64_t sum = 0;
	char id[32];

	for (int i = 0; i < n; i++) {
		text_fmt(id, sizeof(id), "O-%d", i);
		sum ^= hash_record("order", slice_of(id), 1);
	}
	return sum;
}

static void assert_whole(struct shop *s)
{
	const struct cursor c = store_cursor(s->st->store, STREAM_ORDERS);

	assert_int_equal(c.epoch, 8);
	assert_int_equal(c.count, ORDERS);
	assert_true(c.sum == sum_of(ORDERS));
}

/* As after a power cut: what was committed is there, the station's memory is new. */
static void restart(struct file_shop *f)
{
	struct station *old = f->s->st;
	char message[256];

	f->s->st = calloc(1, sizeof(*old));
	f->s->st->clock = old->clock;
	f->s->st->config = old->config;
	f->s->st->door = door_new(NULL, NULL);
	store_close(old->store);
	door_free(old->door);
	free(old);
	assert_int_equal(store_open(f->path, &f->s->st->store, message, sizeof(message)), 0);
	assert_int_equal(station_start(f->s->st), 0);
	shop_collect(f->s);
}

/* ---- slices ---- */

static void test_a_scan_waits_for_one_slice(void **state)
{
	struct file_shop f = file_shop_open();
	char *ops = part_of(0, ORDERS, -1);
	int64_t before, answered, steps = 0;

	(void)state;
	shop_offer(f.s, STREAM_ORDERS, 8, 0, "big", 1, "");
	queue_part(f.s, "big", 1, ops);
	while (records(&f) < ORDERS / 2)
		assert_true(station_step(f.s->st, false));
	before = records(&f);
	queue_scan(f.s, "nothing-known");
	answered = f.s->st->counters.scans;
	while (f.s->st->counters.scans == answered && ++steps < 100)
		assert_true(station_step(f.s->st, false));
	/* It came while a slice might have been under way, and no further one began. */
	assert_true(records(&f) - before <= SLICE_OPS);
	assert_true(records(&f) < ORDERS);
	while (station_step(f.s->st, false))
		;
	shop_collect(f.s);
	assert_whole(f.s);
	free(ops);
	file_shop_close(&f);
}

/* Somebody who comes while a slice is being applied ends it early: the door is looked at. */
static void test_a_waiting_scan_cuts_a_slice(void **state)
{
	struct file_shop f = file_shop_open();
	struct ops_target t = { .stream = STREAM_ORDERS };
	char *ops = part_of(0, ORDERS, -1);
	size_t at = 0;

	(void)state;
	queue_scan(f.s, "nothing-known");
	store_begin(f.s->st->store);
	t.gen = store_gen_new(f.s->st->store);
	assert_false(ops_apply_slice(f.s->st, &t, slice_of(ops), &at));
	assert_true(t.count > 0 && t.count < SLICE_OPS / 4);
	store_commit(f.s->st->store);
	free(ops);
	file_shop_close(&f);
}

static void test_each_slice_is_committed(void **state)
{
	struct file_shop f = file_shop_open();
	char *ops = part_of(0, ORDERS, -1);
	int64_t last = 0, n;

	(void)state;
	shop_offer(f.s, STREAM_ORDERS, 8, 0, "big", 1, "");
	queue_part(f.s, "big", 1, ops);
	while (station_step(f.s->st, false)) {
		n = records(&f); /* seen from another connection */
		assert_true(n - last <= SLICE_OPS);
		last = n;
	}
	assert_int_equal(last, ORDERS);
	free(ops);
	file_shop_close(&f);
}

static void test_a_stop_in_a_part_does_no_harm(void **state)
{
	char *first = part_of(0, ORDERS / 2, 3), *second = part_of(ORDERS / 2, ORDERS / 2, -1);

	(void)state;
	for (int slices = 1; slices <= 3; slices++) {
		struct file_shop f = file_shop_open();

		shop_offer(f.s, STREAM_ORDERS, 8, 0, "big", 2, "");
		queue_part(f.s, "big", 1, first);
		for (int i = 0; i < slices; i++)
			assert_true(station_step(f.s->st, false));
		restart(&f);
		/* It comes again, and then the other one. */
		queue_part(f.s, "big", 1, first);
		queue_part(f.s, "big", 2, second);
		while (station_step(f.s->st, false))
			;
		shop_collect(f.s);
		assert_whole(f.s);
		assert_int_equal(store_letter_count(f.s->st->store), 1);
		file_shop_close(&f);
	}
	free(first);
	free(second);
}

/* What is handed over while the snapshot comes in stays handed over when it takes effect. */
static void test_a_handover_between_slices(void **state)
{
	struct shop *s = shop_stocked(1);
	char ops[OPS_MAX];

	(void)state;
	shop_offer(s, STREAM_ORDERS, 8, 0, "coming", 2, "");
	shop_part(s, STREAM_ORDERS, 8, "coming", 1, SHOP_ORDER);
	shop_hand_over(s);
	assert_int_equal(s->status, 200);
	shop_part(s, STREAM_ORDERS, 8, "coming", 2,
		  ops_put(ops, "order", "ZAM-2", 1, "{\"status\":\"ready\"}"));
	assert_int_equal(store_cursor(s->st->store, STREAM_ORDERS).epoch, 8);
	assert_has(s->screen, "\"queue\":[{\"order\":\"ZAM-2\",\"status\":\"ready\"");
	assert_null(strstr(s->screen, "\"order\":\"ZAM-1\""));
	shop_close(s);
}

/* What this store handed over and HQ has not written yet is passed over when the queue is listed;
 * where it is much, it is no longer filed as waiting, and what waits still is. */
static void test_what_is_done_waits_no_more(void **state)
{
	struct file_shop f = file_shop_open();
	const struct order_fact done = {
		.status = "collected", .lane = "k1", .epoch = 1, .seq = 1
	};
	char *ops = part_of(0, 100, -1), id[ID_MAX + 1];
	struct ops_target t = { .stream = STREAM_ORDERS };

	(void)state;
	t.gen = store_cursor(f.s->st->store, STREAM_ORDERS).gen;
	store_begin(f.s->st->store);
	ops_apply(f.s->st, &t, slice_of(ops));
	for (int i = 0; i < 90; i++) {
		text_fmt(id, sizeof(id), "O-%d", i);
		store_order_fact_set(f.s->st->store, slice_of(id), &done);
	}
	store_commit(f.s->st->store);
	f.s->st->queue_stale = true;
	shop_tick(f.s, 60000);
	shop_scan(f.s, "nothing-known");
	assert_has(f.s->screen, "\"queue\":[{\"order\":\"O-90\"");
	assert_int_equal(file_shop_sql(&f, "SELECT count(*) FROM lookup WHERE key LIKE 'ready:%'"),
			 10);
	/* HQ takes one back: it waits again. */
	store_begin(f.s->st->store);
	store_order_facts_drop(f.s->st->store, slice_of("O-7"));
	file_reopened(f.s->st, slice_of("O-7"));
	store_commit(f.s->st->store);
	f.s->st->queue_stale = true;
	shop_scan(f.s, "nothing-known either");
	assert_has(f.s->screen, "{\"order\":\"O-7\"");
	free(ops);
	file_shop_close(&f);
}

/* An order keeps no key of a body that was replaced. */
static void test_keys_follow_the_record(void **state)
{
	struct shop *s = shop_stocked(1);
	const int64_t gen = store_cursor(s->st->store, STREAM_ORDERS).gen;
	char ops[OPS_MAX], id[ID_MAX + 1] = "", key[LOOKUP_WALK_MAX] = "";

	(void)state;
	assert_true(store_lookup_next(s->st->store, gen, LOOKUP_NUMBER, slice_of("4821"), id));
	shop_down(s, STREAM_ORDERS, 7, 2,
		  ops_put(ops, "order", "ZAM-1", 4, "{\"status\":\"placed\",\"number\":\"7\"}"),
		  NULL);
	id[0] = '\0';
	assert_false(store_lookup_next(s->st->store, gen, LOOKUP_NUMBER, slice_of("4821"), id));
	assert_false(store_lookup_walk(s->st->store, gen, LOOKUP_STATUS, "ready", key, id));
	assert_true(store_lookup_walk(s->st->store, gen, LOOKUP_STATUS, "placed", key, id));
	shop_down(s, STREAM_ORDERS, 7, 3,
		  "[{\"op\":\"del\",\"type\":\"order\",\"id\":\"ZAM-1\",\"rev\":5}]", NULL);
	id[0] = key[0] = '\0';
	assert_false(store_lookup_walk(s->st->store, gen, LOOKUP_STATUS, "placed", key, id));
	assert_false(store_lookup_next(s->st->store, gen, LOOKUP_NUMBER, slice_of("7"), id));
	shop_close(s);
}

/* Messages that came before their turn are applied one a step, and scans come between them. */
static void test_held_messages_go_one_by_one(void **state)
{
	struct shop *s = shop_stocked(1);
	char ops[OPS_MAX], id[32];
	struct door_event e = { .kind = DOOR_DOWN };

	(void)state;
	for (int i = 40; i > 2; i--) {
		text_fmt(id, sizeof(id), "H-%d", i);
		shop_down(s, STREAM_ORDERS, 7, i, ops_put(ops, "order", id, 1, "{}"), NULL);
	}
	assert_int_equal(store_cursor(s->st->store, STREAM_ORDERS).seq, 1);
	ops_put(ops, "order", "H-2", 1, "{}");
	e.down.stream = STREAM_ORDERS;
	e.down.what = DOWN_OPS;
	e.down.epoch = 7;
	e.down.seq = 2;
	e.down.ops = (struct span){ 0, (uint32_t)strlen(ops) };
	assert_int_equal(door_submit(s->st->door, &e, slice_of(ops)), 0);
	assert_true(station_step(s->st, false));
	assert_true(station_step(s->st, false));
	queue_scan(s, "nothing-known");
	assert_int_equal(s->st->counters.scans, 0);
	assert_true(station_step(s->st, false));
	assert_int_equal(s->st->counters.scans, 1);
	assert_true(store_cursor(s->st->store, STREAM_ORDERS).seq < 10);
	while (station_step(s->st, false))
		;
	shop_collect(s);
	assert_int_equal(store_cursor(s->st->store, STREAM_ORDERS).seq, 40);
	shop_close(s);
}

/* Guests that the snapshot brings by itself go, a few a step; others stay. */
static void test_guests_of_a_snapshot_go(void **state)
{
	struct file_shop f = file_shop_open();
	struct ops_target t = { .stream = STREAM_ORDERS, .gen = GEN_GUEST };
	char *guests = part_of(ORDERS - 200, 400, -1), *ops = part_of(0, ORDERS, -1);

	(void)state;
	store_begin(f.s->st->store);
	ops_apply(f.s->st, &t, slice_of(guests));
	store_commit(f.s->st->store);
	shop_offer(f.s, STREAM_ORDERS, 8, 0, "big", 1, "");
	queue_part(f.s, "big", 1, ops);
	while (station_step(f.s->st, false))
		;
	shop_collect(f.s);
	assert_whole(f.s);
	assert_int_equal(file_shop_sql(&f, "SELECT count(*) FROM record WHERE gen=0"), 200);
	assert_int_equal(file_shop_sql(&f, "SELECT count(*) FROM guest"), 200);
	assert_int_equal(file_shop_sql(&f, "SELECT count(*) FROM lookup WHERE gen=0"), 400);
	free(guests);
	free(ops);
	file_shop_close(&f);
}

/* ---- repair ---- */

/* A record is gone and nobody knows why: HQ sees it by the sum, and its snapshot at the very cursor
 * the station stands at puts it right. */
static void test_a_silent_divergence_is_repaired(void **state)
{
	struct file_shop f = file_shop_open();
	char ops[OPS_MAX];
	struct record r;
	struct cursor c;

	(void)state;
	shop_down(f.s, STREAM_ORDERS, 7, 1, SHOP_ORDER, NULL);
	file_shop_sql(&f, "DELETE FROM record WHERE id='ZAM-1' RETURNING 1");
	assert_false(store_find(f.s->st->store, STREAM_ORDERS, slice_of("ZAM-1"), &r));
	shop_offer(f.s, STREAM_ORDERS, 7, 1, "repair", 1, "");
	/* Another at the same place takes the first one's place; a lower one does not. */
	shop_offer(f.s, STREAM_ORDERS, 7, 1, "newer", 1, "");
	shop_offer(f.s, STREAM_ORDERS, 7, 0, "lower", 1, "");
	shop_part(f.s, STREAM_ORDERS, 7, "repair", 1, "[]");
	shop_part(f.s, STREAM_ORDERS, 7, "lower", 1, "[]");
	assert_false(store_find(f.s->st->store, STREAM_ORDERS, slice_of("ZAM-1"), &r));
	shop_part(f.s, STREAM_ORDERS, 7, "newer", 1, SHOP_ORDER);
	assert_true(store_find(f.s->st->store, STREAM_ORDERS, slice_of("ZAM-1"), &r));
	c = store_cursor(f.s->st->store, STREAM_ORDERS);
	assert_int_equal(c.seq, 1);
	assert_int_equal(c.count, 1);
	assert_true(c.sum == hash_record("order", slice_of("ZAM-1"), 3));
	/* The stream goes on behind it. */
	shop_down(f.s, STREAM_ORDERS, 7, 2, ops_put(ops, "order", "ZAM-2", 1, "{}"), NULL);
	assert_int_equal(store_cursor(f.s->st->store, STREAM_ORDERS).count, 2);
	file_shop_close(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_scan_waits_for_one_slice),
		cmocka_unit_test(test_a_waiting_scan_cuts_a_slice),
		cmocka_unit_test(test_each_slice_is_committed),
		cmocka_unit_test(test_a_stop_in_a_part_does_no_harm),
		cmocka_unit_test(test_a_handover_between_slices),
		cmocka_unit_test(test_what_is_done_waits_no_more),
		cmocka_unit_test(test_keys_follow_the_record),
		cmocka_unit_test(test_held_messages_go_one_by_one),
		cmocka_unit_test(test_guests_of_a_snapshot_go),
		cmocka_unit_test(test_a_silent_divergence_is_repaired),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
