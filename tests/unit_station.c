// SPDX-License-Identifier: Apache-2.0
/*
 * The step with everything given from outside: stations in memory, a clock that stands still
 * until it is moved, a door without a loop. A hundred of them serve side by side in one process.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sodium.h>

#include "firmware/station.h"
#include "firmware/trust/code.h"
#include "firmware/trust/hash.h"
#include "tests/file_shop.h"

#define STATIONS 100
static void test_hundred_stations(void **state)
{
	struct shop *shops[STATIONS];

	(void)state;
	for (int i = 0; i < STATIONS; i++)
		shops[i] = shop_stocked(i);
	for (int i = 0; i < STATIONS; i++)
		shop_hand_over(shops[i]);
	for (int i = 0; i < STATIONS; i++) {
		struct shop *s = shops[i];
		char store[32];

		text_fmt(store, sizeof(store), "\"store\":\"S%d\"", i);
		assert_int_equal(s->status, 200);
		assert_has(s->up, store);
		assert_has(s->up, "pickup.completed");
		assert_has(s->up, "\"delta\":-2");
		assert_has(s->screen, "\"mode\":\"idle\"");
		assert_has(s->printed, "QLR.ZAM-1.");
		assert_has(s->heartbeat, "\"count\":1");
		shop_close(s);
	}
}

static void test_press_twice(void **state)
{
	struct shop *s = shop_stocked(1);
	char first[SHOP_TEXT_MAX];
	int64_t last;

	(void)state;
	shop_hand_over(s);
	memcpy(first, s->reply, sizeof(first));
	last = s->st->ledger.last;
	shop_verb(s, "pickup.handover", "{}", "press-1");
	assert_string_equal(s->reply, first);
	assert_int_equal(s->st->ledger.last, last);
	shop_verb(s, "pickup.handover", "{}", "press-2");
	assert_int_equal(s->status, 409);
	shop_close(s);
}

static void test_refusals_write_no_facts(void **state)
{
	struct shop *s = shop_stocked(1);
	int64_t handovers;

	(void)state;
	shop_scan(s, "4821"); /* its number asks for the code */
	assert_has(s->screen, "\"mode\":\"asking\"");
	shop_verb(s, "pickup.handover", "{}", NULL);
	assert_int_equal(s->status, 409);
	shop_verb(s, "pickup.find", "{\"order\":\"ZAM-1\",\"pin\":\"000000\"}", NULL);
	assert_has(s->reply, "pin_wrong");
	handovers = s->st->counters.handovers;
	assert_int_equal(handovers, 0);
	assert_int_equal(store_line_fact(s->st->store, slice_of("ZAM-1"), slice_of("1")).handed, 0);
	assert_string_equal(s->printed, "");
	shop_close(s);
}

static void test_facts_stay(void **state)
{
	static const char ready_again[] = "[{\"op\":\"put\",\"type\":\"order\",\"id\":\"ZAM-1\","
					  "\"rev\":%d,\"body\":{\"status\":"
					  "\"ready\",\"lines\":[{\"line\":1,\"qty\":2}]}}]";
	struct shop *s = shop_stocked(1);
	char ops[512], upto[128];
	int64_t last;

	(void)state;
	shop_hand_over(s);
	last = s->st->ledger.last;
	text_fmt(ops, sizeof(ops), ready_again, 4);
	shop_down(s, STREAM_ORDERS, 7, 2, ops, NULL); /* HQ has not heard yet: no conflict */
	assert_int_equal(s->st->ledger.last, last);
	text_fmt(ops, sizeof(ops), ready_again, 5);
	text_fmt(upto, sizeof(upto), "{\"k1\":[%lld,%lld]}", (long long)s->st->ledger.epoch,
		 (long long)last);
	shop_down(s, STREAM_ORDERS, 7, 3, ops, upto);
	assert_has(s->up, "order.conflict");
	last = s->st->ledger.last;
	shop_down(s, STREAM_ORDERS, 7, 3, ops, upto); /* the same message again */
	assert_int_equal(s->st->ledger.last, last);
	shop_scan(s, "ZAM-1");
	shop_verb(s, "pickup.take", "{\"order\":\"ZAM-1\"}", NULL);
	assert_has(s->reply, "approval_needed");
	shop_close(s);
}

static void test_acknowledgements(void **state)
{
	struct shop *s = shop_stocked(1);
	struct door_event e = { .kind = DOOR_ACK };
	struct door_event pull = { .kind = DOOR_PULL };
	int64_t last;

	(void)state;
	shop_hand_over(s);
	last = s->st->ledger.last;
	e.ack.epoch = pull.pull.epoch = s->st->ledger.epoch;
	e.ack.seq = last + 1; /* above what was sent: ignored */
	shop_submit(s, &e, NULL);
	assert_int_equal(s->st->counters.acks_ignored, 1);
	assert_has(s->up, "above_sent");
	last = s->st->ledger.last;
	e.ack.seq = last;
	shop_submit(s, &e, NULL);
	assert_has(s->heartbeat, "\"outbox\":0");
	e.ack.seq = 1; /* a restored HQ */
	shop_submit(s, &e, NULL);
	assert_false(strstr(s->heartbeat, "\"outbox\":0") != NULL);
	pull.pull.after = 1;
	shop_submit(s, &pull, NULL);
	assert_int_equal(s->up_first, 2);
	assert_int_equal(s->up_last, last);
	shop_close(s);
}

static void test_snapshot_is_whole_or_nothing(void **state)
{
	struct door_event e = { .kind = DOOR_DOWN };
	struct shop *s = shop_stocked(1);
	struct record r;

	(void)state;
	e.down.stream = STREAM_ORDERS;
	e.down.what = DOWN_OFFER;
	e.down.epoch = 8;
	e.down.seq = 5;
	e.down.parts = 2;
	text_fmt(e.down.snapshot, sizeof(e.down.snapshot), "new");
	shop_submit(s, &e, "");
	e.down.what = DOWN_PART;
	e.down.part = 2;
	e.down.ops = (struct span){ 0, (uint32_t)strlen(SHOP_ORDER) };
	shop_submit(s, &e, SHOP_ORDER);
	assert_has(s->heartbeat, "\"orders\":{\"epoch\":7,\"seq\":1,");
	/* A part of an unknown id, and the same part again, change nothing. */
	shop_submit(s, &e, SHOP_ORDER);
	text_fmt(e.down.snapshot, sizeof(e.down.snapshot), "other");
	e.down.part = 1;
	shop_submit(s, &e, SHOP_ORDER);
	text_fmt(e.down.snapshot, sizeof(e.down.snapshot), "new");
	e.down.ops = (struct span){ 0, 2 };
	shop_submit(s, &e, "[]");
	assert_has(s->heartbeat, "\"orders\":{\"epoch\":8,\"seq\":5,\"count\":1,");
	store_begin(s->st->store);
	assert_true(store_find(s->st->store, STREAM_ORDERS, slice_of("ZAM-1"), &r));
	store_commit(s->st->store);
	shop_close(s);
}

/* An HQ that cuts nothing into parts has none to offer. */
static void test_snapshot_of_no_parts(void **state)
{
	struct door_event e = { .kind = DOOR_DOWN };
	struct shop *s = shop_stocked(1);
	struct record r;

	(void)state;
	e.down.stream = STREAM_ORDERS;
	e.down.what = DOWN_OFFER;
	e.down.epoch = 8;
	e.down.seq = 5;
	text_fmt(e.down.snapshot, sizeof(e.down.snapshot), "none");
	shop_submit(s, &e, "");
	assert_has(s->heartbeat, "\"orders\":{\"epoch\":8,\"seq\":5,\"count\":0,");
	store_begin(s->st->store);
	assert_false(store_find(s->st->store, STREAM_ORDERS, slice_of("ZAM-1"), &r));
	store_commit(s->st->store);
	shop_down(s, STREAM_ORDERS, 8, 6, SHOP_ORDER, NULL);
	shop_submit(s, &e, ""); /* late */
	assert_has(s->heartbeat, "\"orders\":{\"epoch\":8,\"seq\":6,\"count\":1,");
	shop_close(s);
}

static void test_bad_ops_do_not_block(void **state)
{
	static const char bad[] =
		"[{\"op\":\"put\",\"type\":\"order\",\"id\":\"A/B\",\"rev\":1,\"body\":{}},"
		"{\"op\":\"explode\",\"type\":\"order\",\"id\":\"B\",\"rev\":1},"
		"{\"op\":\"put\",\"type\":\"order\",\"id\":\"C\",\"rev\":-1,\"body\":{}},"
		"{\"op\":\"put\",\"type\":\"order\",\"id\":\"D\",\"rev\":1,\"body\":{\"lines\":5}},"
		"{\"op\":\"put\",\"type\":\"member\",\"id\":\"E\",\"rev\":1,\"body\":{}},7,"
		"{\"op\":\"put\",\"type\":\"order\",\"id\":\"F\",\"rev\":1,\"body\":{\"status\":"
		"\"ready\"}}]";
	struct shop *s = shop_stocked(1);
	char want[128];
	uint64_t sum;

	(void)state;
	shop_down(s, STREAM_ORDERS, 7, 2, bad, NULL);
	assert_int_equal(s->st->counters.letters, 6);
	sum = hash_record("order", slice_of("ZAM-1"), 3);
	for (const char *id = "BDEF"; *id; id++) /* whose id and rev can be read */
		sum ^= hash_record("order", (struct slice){ id, 1 }, 1);
	text_fmt(want, sizeof(want),
		 "\"orders\":{\"epoch\":7,\"seq\":2,\"count\":5,\"sum\":\"%016llx\"}",
		 (unsigned long long)sum);
	assert_has(s->heartbeat, want);
	shop_close(s);
}

/* Texts borrowed from open statements must not keep the write-ahead log from being moved. */
static void test_log_is_moved_when_quiet(void **state)
{
	char dir[] = "/tmp/lada-unit-XXXXXX", path[64], wal[64];
	struct shop *s = shop_stocked(1);
	struct stat info;
	char message[256];

	(void)state;
	store_close(s->st->store);
	assert_non_null(mkdtemp(dir));
	text_fmt(path, sizeof(path), "%s/lada.db", dir);
	text_fmt(wal, sizeof(wal), "%s/lada.db-wal", dir);
	assert_int_equal(store_open(path, &s->st->store, message, sizeof(message)), 0);
	assert_int_equal(station_start(s->st), 0);
	shop_begin_stream(s, STREAM_ORDERS);
	shop_down(s, STREAM_ORDERS, 7, 1, SHOP_ORDER, NULL);
	shop_scan(s, "4821");
	assert_int_equal(stat(wal, &info), 0);
	assert_true(info.st_size > 0);
	shop_tick(s, 6000);
	assert_int_equal(stat(wal, &info), 0);
	assert_int_equal(info.st_size, 0);
	shop_close(s);
	unlink(path);
	rmdir(dir);
}

static void down_direct(struct shop *s, int64_t seq, const char *ops)
{
	struct door_event e = { .kind = DOOR_DOWN };

	e.down.stream = STREAM_ORDERS;
	e.down.direct = true;
	e.down.epoch = 7;
	e.down.seq = seq;
	e.down.ops = (struct span){ 0, (uint32_t)strlen(ops) };
	shop_submit(s, &e, ops);
}

static void link_up(struct shop *s)
{
	struct door_event e = { .kind = DOOR_LINK };

	e.link.up = true;
	shop_submit(s, &e, NULL);
}

static const char CANCELLED[] = "[{\"op\":\"put\",\"type\":\"order\",\"id\":\"ZAM-1\",\"rev\":4,"
				"\"body\":{\"status\":\"cancelled\"}}]";

/* Rubbish by the hundred thousand is counted, told in part, and published over several steps. */
static void test_a_message_of_rubbish(void **state)
{
	struct shop *s = shop_stocked(1);
	size_t n = 200000;
	char *ops = malloc(n + 2);
	struct door_event e = { .kind = DOOR_DOWN };
	int64_t before = s->st->ledger.last;

	(void)state;
	for (size_t i = 0; i < n; i++)
		ops[i] = i == 0 ? '[' : i % 2 ? '7' : ',';
	memcpy(ops + n - 1 - (n - 1) % 2, "7]", 3);
	n = strlen(ops);
	e.down.stream = STREAM_ORDERS;
	e.down.epoch = 7;
	e.down.seq = 2;
	e.down.ops = (struct span){ 0, (uint32_t)n };
	assert_int_equal(door_submit(s->st->door, &e, (struct slice){ ops, n }), 0);
	while (station_step(s->st, false))
		shop_collect(s);
	for (int i = 0; i < 5; i++)
		shop_tick(s, 10);
	assert_has(s->heartbeat, "\"orders\":{\"epoch\":7,\"seq\":2,");
	assert_in_range(s->st->ledger.last - before, 500, 1001);
	assert_int_equal(s->st->fresh_after, s->st->ledger.last);
	free(ops);
	shop_close(s);
}

/* The broker lets message 2 through to nobody: HQ is not asked as fast as it answers. */
static void test_what_never_comes_is_no_storm(void **state)
{
	struct shop *s = shop_stocked(1);
	const int64_t *rounds = &s->st->follow[STREAM_ORDERS].rounds;
	int64_t asks, began;

	(void)state;
	link_up(s);
	asks = *rounds;
	began = s->mono_ms;
	while (s->mono_ms < began + 20000) {
		const int64_t before = *rounds;

		down_direct(s, 3, CANCELLED);
		down_direct(s, 3, "[]");
		assert_true(*rounds - asks < 50);
		for (int i = 0; i < 600 && *rounds == before; i++)
			shop_tick(s, 10);
	}
	assert_in_range(*rounds - asks, 4, 8);
	/* It comes after all, and what follows is asked for at once. */
	down_direct(s, 2, "[]");
	shop_down(s, STREAM_ORDERS, 7, 2, "[]", NULL);
	assert_has(s->heartbeat, "\"orders\":{\"epoch\":7,\"seq\":3,");
	asks = *rounds;
	down_direct(s, 5, "[]");
	assert_int_equal(*rounds, asks + 1);
	shop_close(s);
}

/* What the copy knew of the clock's error is of the day it was made: the epoch it opens, where the
 * old database is lost, is above every one that a clock that is right has opened since. */
static void test_a_restored_copy_forgets_the_clock(void **state)
{
	struct shop *s = shop_stocked(1);

	(void)state;
	store_begin(s->st->store);
	store_meta_set(s->st->store, "hq_offset", -8 * 365 * 86400000LL);
	store_meta_set(s->st->store, "hq_time", s->wall_ms - 9 * 365 * 86400000LL);
	store_meta_set(s->st->store, "restored", 1);
	store_commit(s->st->store);
	s->wall_ms += 3600000;
	assert_int_equal(station_start(s->st), 0);
	assert_int_equal(s->st->ledger.epoch, s->wall_ms / 1000);
	shop_close(s);
}

/* An older copy of the database, under an epoch that is below one HQ knows: it goes on above that
 * one, once, and what it had not told yet goes first. */
static void test_an_older_copy_goes_on_above(void **state)
{
	struct shop *s = shop_stocked(1);
	struct door_event e = { .kind = DOOR_ACK };
	const int64_t old = s->st->ledger.epoch;

	(void)state;
	shop_hand_over(s);
	e.ack.epoch = old + 5000000;
	e.ack.seq = 7;
	shop_submit(s, &e, "");
	assert_int_equal(s->st->ledger.epoch, old + 5000001);
	assert_int_equal(s->st->ledger.last, 0);
	assert_int_equal(store_ledger_waiting(s->st->store).epoch, old);
	shop_tick(s, 1000);
	assert_has(s->heartbeat, "\"acked\":0,");
	e.ack.epoch = old + 9000000;
	shop_submit(s, &e, "");
	assert_int_equal(s->st->ledger.epoch, old + 5000001);
	assert_int_equal(s->st->counters.acks_ignored, 1);
	shop_close(s);
}

/* A word of the old epoch's head, late: the snapshot of the new one is fetched all the same. */
static void test_a_late_head_stops_no_snapshot(void **state)
{
	struct shop *s = shop_stocked(1);
	int64_t asks;

	(void)state;
	link_up(s);
	shop_offer(s, STREAM_ORDERS, 8, 0, "new", 1, "");
	down_direct(s, 1, "[]");
	asks = s->asks;
	shop_tick(s, 6000); /* the ask for the part was lost */
	assert_true(s->asks > asks);
	shop_part(s, STREAM_ORDERS, 8, "new", 1, SHOP_ORDER);
	assert_int_equal(store_cursor(s->st->store, STREAM_ORDERS).epoch, 8);
	shop_close(s);
}

/* Message 2 is lost, and HQ's word about its head comes twice: it must not pass for message 2. */
static void test_a_repeated_head_hides_nothing(void **state)
{
	struct shop *s = shop_stocked(1);
	int64_t asks;

	(void)state;
	link_up(s);
	asks = s->asks;
	down_direct(s, 2, "[]");
	down_direct(s, 2, "[]");
	down_direct(s, 2, "[]");
	assert_has(s->heartbeat, "\"orders\":{\"epoch\":7,\"seq\":1,");
	assert_true(s->asks > asks);
	down_direct(s, 2, CANCELLED);
	assert_has(s->heartbeat, "\"orders\":{\"epoch\":7,\"seq\":2,");
	shop_scan(s, "4821");
	assert_has(s->screen, "not_found"); /* its number went with the old body */
	/* A message that really has no ops is believed after many rounds that brought nothing else.
	 */
	for (int i = 0; i < 8; i++) {
		down_direct(s, 3, "[]");
		shop_tick(s, 6000);
	}
	assert_has(s->heartbeat, "\"orders\":{\"epoch\":7,\"seq\":3,");
	shop_close(s);
}

/* A snapshot of seq 1 that completes after live message 2 does not take message 2 back. */
static void test_a_snapshot_takes_nothing_back(void **state)
{
	struct door_event e = { .kind = DOOR_DOWN };
	struct shop *s = shop_stocked(1);
	char want[128], code[CODE_TEXT_MAX];

	(void)state;
	e.down.stream = STREAM_ORDERS;
	e.down.what = DOWN_OFFER;
	e.down.epoch = 7;
	e.down.seq = 1;
	e.down.parts = 1;
	text_fmt(e.down.snapshot, sizeof(e.down.snapshot), "again");
	shop_submit(s, &e, "");
	shop_down(s, STREAM_ORDERS, 7, 2, CANCELLED, NULL);
	e.down.what = DOWN_PART;
	e.down.part = 1;
	e.down.ops = (struct span){ 0, (uint32_t)strlen(SHOP_ORDER) };
	shop_submit(s, &e, SHOP_ORDER);
	text_fmt(want, sizeof(want),
		 "\"orders\":{\"epoch\":7,\"seq\":2,\"count\":1,\"sum\":\"%016llx\"}",
		 (unsigned long long)hash_record("order", slice_of("ZAM-1"), 4));
	assert_has(s->heartbeat, want);
	shop_sign_code(s, "ZAM-1", code);
	shop_scan(s, code);
	assert_has(s->screen, "cancelled");
	shop_close(s);
}

static void put_pin(struct shop *s)
{
	struct slice digits = slice_of("135790");
	char ops[SHOP_TEXT_MAX], hash[HASH_TEXT_MAX];

	hash_keyed(s->config.secret, "pin", slice_of("ZAM-1"), &digits, hash);
	text_fmt(ops, sizeof(ops),
		 "[{\"op\":\"put\",\"type\":\"order\",\"id\":\"ZAM-1\",\"rev\":4,\"body\":{"
		 "\"status\":\"ready\",\"pin_hash\":\"%s\",\"lines\":[{\"line\":1,\"qty\":1,"
		 "\"paid\":1999}],\"parcels\":[{\"label\":\"1\"},{\"label\":\"JJD0003900\"}]}}]",
		 hash);
	shop_down(s, STREAM_ORDERS, 7, 2, ops, NULL);
}

static void test_number_then_digits_by_scanner(void **state)
{
	struct shop *s = shop_stocked(1);

	(void)state;
	put_pin(s);
	shop_scan(s, "ZAM-1");
	shop_scan(s, "135790");
	assert_has(s->screen, "\"mode\":\"pickup\"");
	assert_has(s->screen, "\"order\":\"ZAM-1\"");
	/* A label that reads like a line's id checks no line; a carrier's label can be scanned. */
	shop_verb(s, "pickup.check", "{\"label\":\"1\"}", NULL);
	assert_has(s->screen, "\"checked\":0");
	shop_scan(s, "JJD0003900");
	assert_has(s->screen, "\"notice\":null");
	shop_verb(s, "pickup.handover", "{}", NULL);
	assert_has(s->reply, "items_unchecked");
	/* What could break the person's text beside the event is not let in. */
	shop_verb(s, "pickup.check", "{\"line\":1}", NULL);
	shop_verb(s, "pickup.handover", "{\"collector\":\"proxy\",\"name\":\"a\\nb\"}", NULL);
	assert_int_equal(s->status, 400);
	shop_verb(s, "pickup.handover", "{\"collector\":\"proxy\",\"name\":\"Jan \\\"N.\\\"\"}",
		  NULL);
	assert_int_equal(s->status, 200);
	assert_has(s->up, "\"collector\":\"Jan \\\"N.\\\"\"");
	shop_close(s);
}

/* Numbers that read like an EAN-8 or an SSCC are orders all the same while one is open. */
static void test_numbers_like_goods(void **state)
{
	static const char orders[] =
		"[{\"op\":\"put\",\"type\":\"order\",\"id\":\"ZAM-1\",\"rev\":4,\"body\":{"
		"\"status\":"
		"\"ready\",\"number\":\"96385074\",\"lines\":[{\"line\":1,\"qty\":1}]}},"
		"{\"op\":\"put\",\"type\":\"order\",\"id\":\"55123457\",\"rev\":4,\"body\":{"
		"\"status\":"
		"\"ready\",\"lines\":[{\"line\":1,\"qty\":1}]}}]";
	struct shop *s = shop_stocked(1);
	char code[CODE_TEXT_MAX];

	(void)state;
	shop_down(s, STREAM_ORDERS, 7, 2, orders, NULL);
	shop_sign_code(s, "ZAM-1", code);
	shop_scan(s, code);
	assert_has(s->screen, "\"mode\":\"pickup\"");
	shop_verb(s, "scan", "{\"code\":\"96385074\"}", NULL);
	assert_int_equal(s->status, 200);
	shop_verb(s, "scan", "{\"code\":\"55123457\"}", NULL);
	assert_int_equal(s->status, 409);
	assert_has(s->reply, "\"busy\"");
	shop_verb(s, "scan", "{\"code\":\"5901234123457\"}", NULL);
	assert_has(s->reply, "item_unknown");
	assert_has(s->screen, "\"checked\":0");
	shop_close(s);
}

/* No payment is known: nothing can be asked back, so the slip promises nothing. */
static void test_no_promise_without_payment(void **state)
{
	struct shop *s = shop_stocked(1);

	(void)state;
	put_pin(s);
	shop_scan(s, "ZAM-1");
	shop_scan(s, "135790");
	shop_verb(s, "pickup.short", "{\"line\":1,\"qty\":1,\"reason\":\"missing\"}", NULL);
	shop_verb(s, "pickup.handover", "{}", NULL);
	assert_int_equal(s->status, 200);
	assert_has(s->printed, "BNie wydano\n");
	assert_false(strstr(s->printed, "LZwrot") != NULL);
	assert_false(strstr(s->up, "refund.requested") != NULL);
	shop_close(s);
}

/* The kiosk greets, then forgets: the next person's digits are not the last one's. */
static void test_kiosk_forgets(void **state)
{
	struct shop *s = shop_stocked(1);

	(void)state;
	put_pin(s);
	shop_verb(s, "scan", "{\"desk\":\"kiosk\",\"code\":\"ZAM-1\"}", NULL);
	shop_verb(s, "scan", "{\"desk\":\"kiosk\",\"code\":\"135790\"}", NULL);
	assert_int_equal(s->status, 200);
	assert_int_equal(s->st->desks[DESK_KIOSK].mode, MODE_IDLE);
	assert_has(s->up, "customer.arrived");
	assert_string_equal(s->st->desks[DESK_KIOSK].greeted, "ZAM-1");
	shop_tick(s, KIOSK_WIPE_MS + 1);
	assert_string_equal(s->st->desks[DESK_KIOSK].greeted, "");
	shop_verb(s, "scan", "{\"desk\":\"kiosk\",\"code\":\"nothing we know\"}", NULL);
	assert_true(s->st->desks[DESK_KIOSK].notice.shown);
	shop_tick(s, KIOSK_WIPE_MS + 1);
	assert_false(s->st->desks[DESK_KIOSK].notice.shown);
	shop_verb(s, "pickup.take", "{\"order\":\"ZAM-1\"}", NULL);
	assert_int_equal(s->status, 200);
	assert_has(s->screen, "\"mode\":\"pickup\"");
	shop_close(s);
}

static void test_restored_work_is_not_done_twice(void **state)
{
	struct door_event device = { .kind = DOOR_DEVICE };
	struct shop *s = shop_stocked(1);
	int64_t epoch = s->st->ledger.epoch, revision = s->st->revision;
	char number[24];

	(void)state;
	text_fmt(device.device.name, sizeof(device.device.name), "receipt");
	device.device.status = DEVICE_PAPER_OUT;
	shop_submit(s, &device, NULL);
	shop_hand_over(s); /* its slip is queued */
	store_begin(s->st->store);
	store_meta_set(s->st->store, "restored", 1);
	store_meta_set(s->st->store, "epoch_floor", epoch + 50);
	store_commit(s->st->store);
	assert_int_equal(station_start(s->st), 0);
	shop_collect(s);
	assert_int_equal(s->st->ledger.epoch, epoch + 51);
	assert_true(s->st->revision > revision + 1000000);
	device.device.status = DEVICE_OK;
	shop_submit(s, &device, NULL);
	assert_string_equal(s->printed, "");
	assert_has(s->screen, "\"status\":\"unknown\"");
	text_fmt(number, sizeof(number), "%lld", (long long)(epoch + 51));
	assert_has(s->heartbeat, number);
	shop_close(s);
}

static void test_unanswered_ask_ends(void **state)
{
	struct shop *s = shop_stocked(1);
	char code[CODE_TEXT_MAX];

	(void)state;
	link_up(s);
	shop_sign_code(s, "ZAM-9", code);
	shop_scan(s, code);
	assert_has(s->asked, "\"order\":\"ZAM-9\"");
	assert_has(s->screen, "\"mode\":\"asking\"");
	/* An alarm that rings a little early is set again. */
	s->wake_ms = 0;
	shop_tick(s, ASK_WAIT_MS - 1);
	assert_int_equal(s->wake_ms, s->mono_ms + 1);
	shop_tick(s, 1);
	assert_has(s->screen, "not_found");
	assert_has(s->screen, "\"mode\":\"idle\"");
	/* Scans that were kept die with the wait they waited for, when a person cancels it. */
	shop_scan(s, code);
	shop_scan(s, "5901234123457");
	assert_int_equal(s->st->desks[DESK_COUNTER].kept_count, 1);
	shop_verb(s, "pickup.cancel", "{}", NULL);
	assert_int_equal(s->st->desks[DESK_COUNTER].kept_count, 0);
	assert_has(s->screen, "\"mode\":\"idle\"");
	shop_close(s);
}

static void test_printing_waits_for_its_printer(void **state)
{
	struct door_event device = { .kind = DOOR_DEVICE }, job = { .kind = DOOR_JOB };
	struct shop *s = shop_stocked(1);

	(void)state;
	text_fmt(device.device.name, sizeof(device.device.name), "receipt");
	device.device.status = DEVICE_PAPER_OUT;
	shop_submit(s, &device, NULL);
	shop_hand_over(s);
	assert_string_equal(s->printed, "");
	device.device.status = DEVICE_OK;
	shop_submit(s, &device, NULL);
	assert_has(s->printed, "QLR.ZAM-1.");
	/* Half of it left and nobody knows more: a person decides, nothing prints by itself. */
	s->printed[0] = '\0';
	job.job.job = s->printed_job;
	job.job.result = JOB_RESULT_UNKNOWN;
	shop_submit(s, &job, NULL);
	shop_tick(s, 10000);
	assert_string_equal(s->printed, "");
	assert_has(s->screen, "\"status\":\"unknown\"");
	assert_has(s->up, "print.failed");
	shop_verb(s, "print.came", "{\"job\":1,\"yes\":false}", NULL);
	assert_has(s->printed, "QLR.ZAM-1.");
	shop_close(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hundred_stations),
		cmocka_unit_test(test_press_twice),
		cmocka_unit_test(test_refusals_write_no_facts),
		cmocka_unit_test(test_facts_stay),
		cmocka_unit_test(test_acknowledgements),
		cmocka_unit_test(test_snapshot_is_whole_or_nothing),
		cmocka_unit_test(test_snapshot_of_no_parts),
		cmocka_unit_test(test_bad_ops_do_not_block),
		cmocka_unit_test(test_log_is_moved_when_quiet),
		cmocka_unit_test(test_a_message_of_rubbish),
		cmocka_unit_test(test_what_never_comes_is_no_storm),
		cmocka_unit_test(test_a_restored_copy_forgets_the_clock),
		cmocka_unit_test(test_an_older_copy_goes_on_above),
		cmocka_unit_test(test_a_late_head_stops_no_snapshot),
		cmocka_unit_test(test_a_repeated_head_hides_nothing),
		cmocka_unit_test(test_a_snapshot_takes_nothing_back),
		cmocka_unit_test(test_number_then_digits_by_scanner),
		cmocka_unit_test(test_numbers_like_goods),
		cmocka_unit_test(test_no_promise_without_payment),
		cmocka_unit_test(test_kiosk_forgets),
		cmocka_unit_test(test_restored_work_is_not_done_twice),
		cmocka_unit_test(test_unanswered_ask_ends),
		cmocka_unit_test(test_printing_waits_for_its_printer),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
