// SPDX-License-Identifier: Apache-2.0
/*
 * What HQ says and what this store did, side by side: conflicts, words that cannot be understood,
 * snapshots of a restored HQ, and that nothing grows for ever.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sodium.h>
#include <sqlite3.h>

#include "firmware/trust/hash.h"
#include "tests/shop.h"

#define DAY_MS (24 * 3600 * INT64_C(1000))
#define OPS_MAX 4096

/* ---- a shop whose database can be looked into ---- */

struct file_shop {
	struct shop *s;
	char dir[32], path[64];
};

static struct file_shop open_file_shop(void)
{
	struct file_shop f = { .s = shop_open(1), .dir = "/tmp/lada-unit-XXXXXX" };
	char message[256];

	store_close(f.s->st->store);
	assert_non_null(mkdtemp(f.dir));
	text_fmt(f.path, sizeof(f.path), "%s/lada.db", f.dir);
	assert_int_equal(store_open(f.path, &f.s->st->store, message, sizeof(message)), 0);
	assert_int_equal(station_start(f.s->st), 0);
	shop_collect(f.s);
	shop_begin_stream(f.s, STREAM_ORDERS);
	return f;
}

static void close_file_shop(struct file_shop *f)
{
	char extra[80];

	shop_close(f->s);
	unlink(f->path);
	text_fmt(extra, sizeof(extra), "%s-wal", f->path);
	unlink(extra);
	text_fmt(extra, sizeof(extra), "%s-shm", f->path);
	unlink(extra);
	rmdir(f->dir);
}

/* The first column of the first row; runs it all. */
static int64_t sql(const struct file_shop *f, const char *text)
{
	sqlite3 *db;
	sqlite3_stmt *row;
	int64_t n = -1;

	assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, text, -1, &row, NULL), SQLITE_OK);
	if (sqlite3_step(row) == SQLITE_ROW)
		n = sqlite3_column_int64(row, 0);
	assert_int_equal(sqlite3_finalize(row), SQLITE_OK);
	sqlite3_close(db);
	return n;
}

/* ---- pieces ---- */

static const char *put(char ops[OPS_MAX], const char *type, const char *id, int rev,
		       const char *body)
{
	text_fmt(ops, OPS_MAX,
		 "[{\"op\":\"put\",\"type\":\"%s\",\"id\":\"%s\",\"rev\":%d,\"body\":%s}]", type, id,
		 rev, body);
	return ops;
}

static const char *covering(struct shop *s, char upto[128], int64_t seq)
{
	text_fmt(upto, 128, "{\"k1\":[%lld,%lld]}", (long long)s->st->ledger.epoch, (long long)seq);
	return upto;
}

static void offer(struct shop *s, enum stream stream, int64_t epoch, int64_t seq, const char *id,
		  int parts, const char *upto)
{
	struct door_event e = { .kind = DOOR_DOWN };

	e.down.stream = stream;
	e.down.what = DOWN_OFFER;
	e.down.epoch = epoch;
	e.down.seq = seq;
	e.down.parts = parts;
	e.down.upto = (struct span){ 0, (uint32_t)strlen(upto) };
	text_fmt(e.down.snapshot, sizeof(e.down.snapshot), "%s", id);
	shop_submit(s, &e, upto);
}

static void part(struct shop *s, enum stream stream, int64_t epoch, const char *id, int number,
		 const char *ops)
{
	struct door_event e = { .kind = DOOR_DOWN };

	e.down.stream = stream;
	e.down.what = DOWN_PART;
	e.down.epoch = epoch;
	e.down.part = number;
	e.down.ops = (struct span){ 0, (uint32_t)strlen(ops) };
	text_fmt(e.down.snapshot, sizeof(e.down.snapshot), "%s", id);
	shop_submit(s, &e, ops);
}

static void assert_stream(struct shop *s, const char *name, int64_t seq, int count, uint64_t sum)
{
	char want[160];

	text_fmt(want, sizeof(want),
		 "\"%s\":{\"epoch\":7,\"seq\":%lld,\"count\":%d,\"sum\":\"%016llx\"}", name,
		 (long long)seq, count, (unsigned long long)sum);
	assert_has(s->heartbeat, want);
}

static uint64_t share(const char *type, const char *id, int64_t rev)
{
	return hash_record(type, slice_of(id), rev);
}

static void scan_code(struct shop *s, const char *order)
{
	char code[CODE_TEXT_MAX];

	shop_sign_code(s, order, code);
	shop_scan(s, code);
}

static const char READY[] = "{\"status\":\"ready\",\"lines\":[{\"line\":1,\"qty\":2}]}";

/* ---- conflicts ---- */

/* HQ restored from a backup has forgotten what it had heard: saying the old thing again is no
 * contradiction. */
static void test_restored_hq_is_no_conflict(void **state)
{
	struct shop *s = shop_stocked(1);
	char ops[OPS_MAX], upto[128], before[128];
	int64_t last;

	(void)state;
	shop_hand_over(s);
	last = s->st->ledger.last;
	covering(s, before, 1);
	shop_down(s, STREAM_ORDERS, 7, 2, "[]", covering(s, upto, last));
	offer(s, STREAM_ORDERS, 8, 1, "restored", 1, before);
	part(s, STREAM_ORDERS, 8, "restored", 1, SHOP_ORDER);
	shop_down(s, STREAM_ORDERS, 8, 2, put(ops, "order", "ZAM-1", 4, READY), before);
	shop_tick(s, 1000);
	assert_int_equal(s->st->ledger.last, last);
	/* When it has heard again, it is one. */
	shop_down(s, STREAM_ORDERS, 8, 3, put(ops, "order", "ZAM-1", 5, READY), upto);
	assert_int_equal(s->st->ledger.last, last + 1);
	assert_has(s->up, "\"field\":\"status\",\"hq\":\"ready\",\"store\":\"collected\"");
	scan_code(s, "ZAM-1");
	assert_has(s->screen, "already_collected");
	shop_close(s);
}

/* One piece handed over, one short. */
static void hand_over_part(struct shop *s)
{
	scan_code(s, "ZAM-1");
	shop_scan(s, "5901234123457");
	shop_verb(s, "pickup.short", "{\"line\":1,\"qty\":1,\"reason\":\"missing\"}", NULL);
	shop_verb(s, "pickup.handover", "{}", NULL);
	assert_int_equal(s->status, 200);
}

static const char LESS[] = "{\"status\":\"%s\",\"lines\":[{\"line\":1,\"qty\":2,\"handed\":0,"
			   "\"short\":%d}]}";

static void test_a_conflict_names_its_field(void **state)
{
	struct shop *s = shop_stocked(1);
	char ops[OPS_MAX], body[512], upto[128];
	int64_t last;

	(void)state;
	hand_over_part(s);
	last = s->st->ledger.last;
	covering(s, upto, last);
	text_fmt(body, sizeof(body), LESS, "collected", 0);
	shop_down(s, STREAM_ORDERS, 7, 2, put(ops, "order", "ZAM-1", 4, body), upto);
	assert_int_equal(s->st->ledger.last, last + 2);
	assert_has(s->up, "{\"order\":\"ZAM-1\",\"field\":\"lines.1.handed\",\"hq\":0,\"store\":1}");
	assert_has(s->up, "{\"order\":\"ZAM-1\",\"field\":\"lines.1.short\",\"hq\":0,\"store\":1}");
	/* Another rev, another field. */
	text_fmt(body, sizeof(body), LESS, "ready", 1);
	shop_down(s, STREAM_ORDERS, 7, 3, put(ops, "order", "ZAM-1", 5, body), upto);
	assert_int_equal(s->st->ledger.last, last + 4);
	assert_has(s->up, "\"field\":\"status\",\"hq\":\"ready\",\"store\":\"collected\"");
	assert_has(s->up, "\"field\":\"lines.1.handed\"");
	/* What HQ does not say contradicts nothing, nor does what is unknown to the store. */
	shop_down(s, STREAM_ORDERS, 7, 4,
	     put(ops, "order", "ZAM-1", 6,
		 "{\"status\":\"collected\",\"lines\":[{\"line\":1,\"qty\":2},{\"line\":\"1\","
		 "\"handed\":0}]}"),
	     upto);
	assert_int_equal(s->st->ledger.last, last + 4);
	shop_close(s);
}

/* A line's id may be a text: it stands in the field as it reads. */
static void test_a_conflict_of_a_named_line(void **state)
{
	struct shop *s = shop_stocked(1);
	char ops[OPS_MAX], upto[128];

	(void)state;
	shop_down(s, STREAM_ORDERS, 7, 2,
	     put(ops, "order", "ZAM-1", 4,
		 "{\"status\":\"ready\",\"lines\":[{\"line\":\"a-1\",\"gtin\":\"5901234123457\","
		 "\"qty\":2}]}"),
	     NULL);
	shop_hand_over(s);
	assert_int_equal(s->status, 200);
	shop_down(s, STREAM_ORDERS, 7, 3,
	     put(ops, "order", "ZAM-1", 5,
		 "{\"status\":\"collected\",\"lines\":[{\"line\":\"a-1\",\"qty\":2,\"handed\":1}]}"),
	     covering(s, upto, s->st->ledger.last));
	assert_has(s->up, "\"field\":\"lines.a-1.handed\",\"hq\":1,\"store\":2");
	shop_close(s);
}

static void test_a_snapshot_is_compared_line_by_line(void **state)
{
	struct shop *s = shop_stocked(1);
	char ops[OPS_MAX], body[512], upto[128];
	int64_t last;

	(void)state;
	hand_over_part(s);
	last = s->st->ledger.last;
	text_fmt(body, sizeof(body), LESS, "collected", 0);
	offer(s, STREAM_ORDERS, 7, 9, "again", 1, covering(s, upto, last));
	part(s, STREAM_ORDERS, 7, "again", 1, put(ops, "order", "ZAM-1", 4, body));
	shop_tick(s, 1000);
	assert_int_equal(s->st->ledger.last, last + 2);
	assert_has(s->up, "\"field\":\"lines.1.handed\",\"hq\":0,\"store\":1");
	/* The same rev in another snapshot is nothing new. */
	offer(s, STREAM_ORDERS, 7, 10, "third", 1, upto);
	part(s, STREAM_ORDERS, 7, "third", 1, ops);
	shop_tick(s, 1000);
	shop_tick(s, 1000);
	assert_int_equal(s->st->ledger.last, last + 2);
	shop_close(s);
}

/* A reopen in a snapshot that is still coming, or never comes, takes no fact back. */
static void test_a_reopen_on_its_way_keeps_facts(void **state)
{
	struct shop *s = shop_stocked(1);
	struct order_fact f = { 0 };
	char ops[OPS_MAX];

	(void)state;
	shop_hand_over(s);
	assert_true(store_order_fact(s->st->store, slice_of("ZAM-1"), &f));
	offer(s, STREAM_ORDERS, 7, 9, "coming", 2, "");
	part(s, STREAM_ORDERS, 7, "coming", 1, SHOP_ORDER);
	text_fmt(ops, sizeof(ops),
		 "[{\"op\":\"reopen\",\"type\":\"order\",\"id\":\"ZAM-1\",\"rev\":4,\"of\":\"%s\"}]",
		 f.event);
	part(s, STREAM_ORDERS, 7, "coming", 2, ops);
	scan_code(s, "ZAM-1");
	assert_has(s->screen, "already_collected");
	/* By a message it does, and the stream's count and sum go with it. */
	text_fmt(ops, sizeof(ops),
		 "[{\"op\":\"reopen\",\"type\":\"order\",\"id\":\"ZAM-1\",\"rev\":5,\"of\":\"%s\"}]",
		 f.event);
	shop_down(s, STREAM_ORDERS, 7, 10, ops, NULL);
	assert_stream(s, "orders", 10, 1, share("order", "ZAM-1", 5));
	scan_code(s, "ZAM-1");
	assert_has(s->screen, "\"mode\":\"pickup\"");
	shop_close(s);
}

/* ---- words that cannot be understood ---- */

static void test_a_dead_letter_keeps_what_was_known(void **state)
{
	struct shop *s = shop_stocked(1);
	char ops[OPS_MAX];
	struct record r = { 0 };

	(void)state;
	shop_begin_stream(s, STREAM_CATALOG);
	shop_down(s, STREAM_CATALOG, 7, 1,
	     put(ops, "product", "S1", 1,
		 "{\"gtin\":[\"5901234123457\"],\"name\":{\"pl\":\"Żółw\"},\"price\":100}"),
	     NULL);
	shop_down(s, STREAM_CATALOG, 7, 2, put(ops, "product", "S1", 2, "7"), NULL);
	assert_int_equal(s->st->counters.letters, 1);
	assert_stream(s, "catalog", 2, 1, share("product", "S1", 2));
	shop_scan(s, "5901234123457");
	assert_has(s->screen, "Żółw");
	/* The same for a policy, in force over a snapshot that has the unreadable one too. */
	shop_down(s, STREAM_POLICY, 7, 2, put(ops, "policy", "pickup", 1, "{\"late\":\"allow\"}"), NULL);
	shop_down(s, STREAM_POLICY, 7, 3, put(ops, "policy", "pickup", 2, "[]"), NULL);
	offer(s, STREAM_POLICY, 7, 3, "policies", 1, "");
	part(s, STREAM_POLICY, 7, "policies", 1, ops);
	assert_stream(s, "policy", 3, 1, share("policy", "pickup", 2));
	assert_true(store_find(s->st->store, STREAM_POLICY, slice_of("pickup"), &r));
	assert_true(slice_eq(r.body, "{\"late\":\"allow\"}"));
	assert_int_equal(r.rev, 2);
	shop_close(s);
}

static void test_an_unreadable_order_is_on_hold(void **state)
{
	struct shop *s = shop_stocked(1);
	char ops[OPS_MAX];

	(void)state;
	scan_code(s, "ZAM-1");
	assert_has(s->screen, "\"mode\":\"pickup\"");
	/* The desk that has it open is told. */
	shop_down(s, STREAM_ORDERS, 7, 2, put(ops, "order", "ZAM-1", 4, "{\"lines\":5}"), NULL);
	assert_stream(s, "orders", 2, 1, share("order", "ZAM-1", 4));
	assert_has(s->screen, "\"mode\":\"idle\"");
	assert_has(s->screen, "not_ready");
	assert_has(s->screen, "\"queue\":[]");
	scan_code(s, "ZAM-1");
	assert_has(s->screen, "not_ready");
	shop_scan(s, "4821");
	assert_has(s->screen, "\"mode\":\"asking\"");
	shop_verb(s, "pickup.cancel", "{}", NULL);
	/* In a snapshot as well. */
	offer(s, STREAM_ORDERS, 7, 2, "again", 1, "");
	part(s, STREAM_ORDERS, 7, "again", 1, ops);
	scan_code(s, "ZAM-1");
	assert_has(s->screen, "not_ready");
	/* A wrong type and an unknown op leave it so; their revs count. */
	shop_down(s, STREAM_ORDERS, 7, 3, put(ops, "member", "ZAM-1", 5, "{}"), NULL);
	assert_stream(s, "orders", 3, 1, share("order", "ZAM-1", 5));
	scan_code(s, "ZAM-1");
	assert_has(s->screen, "not_ready");
	shop_down(s, STREAM_ORDERS, 7, 4, put(ops, "order", "ZAM-1", 6, READY), NULL);
	scan_code(s, "ZAM-1");
	assert_has(s->screen, "\"mode\":\"pickup\"");
	assert_int_equal(s->st->counters.letters, 3);
	shop_close(s);
}

/* What was handed over stays handed over, whatever HQ's newest word was meant to say. */
static void test_an_unreadable_order_stays_collected(void **state)
{
	struct shop *s = shop_stocked(1);
	char ops[OPS_MAX], upto[128];
	int64_t last;

	(void)state;
	shop_hand_over(s);
	last = s->st->ledger.last;
	shop_down(s, STREAM_ORDERS, 7, 2, put(ops, "order", "ZAM-1", 4, "{\"lines\":5}"),
	     covering(s, upto, last));
	assert_int_equal(s->st->ledger.last, last + 1); /* sync.rejected, no conflict */
	assert_has(s->up, "sync.rejected");
	scan_code(s, "ZAM-1");
	assert_has(s->screen, "already_collected");
	shop_close(s);
}

static void test_ops_of_nothing_count_nothing(void **state)
{
	struct shop *s = shop_stocked(1);

	(void)state;
	shop_down(s, STREAM_ORDERS, 7, 2,
	     "[{\"op\":\"reopen\",\"type\":\"order\",\"id\":\"X\",\"rev\":5,\"of\":\"E\"},"
	     "{\"op\":\"del\",\"type\":\"order\",\"id\":\"Y\",\"rev\":5},"
	     "{\"op\":\"explode\",\"type\":\"order\",\"id\":\"Z\",\"rev\":5}]",
	     NULL);
	assert_int_equal(s->st->counters.letters, 2);
	assert_stream(s, "orders", 2, 2,
		      share("order", "ZAM-1", 3) ^ share("order", "Z", 5));
	/* Their revs stand. */
	shop_down(s, STREAM_ORDERS, 7, 3,
	     "[{\"op\":\"put\",\"type\":\"order\",\"id\":\"X\",\"rev\":5,\"body\":{}},"
	     "{\"op\":\"put\",\"type\":\"order\",\"id\":\"Y\",\"rev\":4,\"body\":{}},"
	     "{\"op\":\"reopen\",\"type\":\"order\",\"id\":\"Y\",\"rev\":6,\"of\":\"E\"},"
	     "{\"op\":\"put\",\"type\":\"order\",\"id\":\"Z\",\"rev\":6,\"body\":{}}]",
	     NULL);
	assert_stream(s, "orders", 3, 2,
		      share("order", "ZAM-1", 3) ^ share("order", "Z", 6));
	assert_int_equal(s->st->counters.letters, 3);
	shop_close(s);
}

static void test_unreadable_lanes_are_many(void **state)
{
	static const char *const bad[] = { "7", "{\"lanes\":7}" };
	char ops[OPS_MAX];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		struct shop *s = shop_stocked(1);

		assert_has(s->screen, "\"isolated\":false");
		shop_down(s, STREAM_POLICY, 7, 2, put(ops, "policy", "lanes", 1, bad[i]), NULL);
		assert_has(s->screen, "\"isolated\":true");
		shop_down(s, STREAM_POLICY, 7, 3,
		     put(ops, "policy", "lanes", 2, "{\"lanes\":[{\"lane\":\"k1\"}]}"), NULL);
		assert_has(s->screen, "\"isolated\":false");
		/* With an older one that is what counts. */
		shop_down(s, STREAM_POLICY, 7, 4, put(ops, "policy", "lanes", 3, "7"), NULL);
		assert_has(s->screen, "\"isolated\":false");
		shop_close(s);
	}
}

static void test_lanes_too_large_are_many(void **state)
{
	struct shop *s = shop_stocked(1);
	struct door_event e = { .kind = DOOR_DOWN };
	size_t cap = 80000;
	char *ops = malloc(cap);

	(void)state;
	text_fmt(ops, cap,
		 "[{\"op\":\"put\",\"type\":\"policy\",\"id\":\"lanes\",\"rev\":1,\"body\":{\"lanes\":"
		 "[1%70000s]}}]",
		 "");
	e.down.stream = STREAM_POLICY;
	e.down.epoch = 7;
	e.down.seq = 2;
	e.down.ops = (struct span){ 0, (uint32_t)strlen(ops) };
	shop_submit(s, &e, ops);
	assert_has(s->screen, "\"isolated\":true");
	free(ops);
	shop_close(s);
}

/* ---- nothing grows for ever ---- */

static void test_letters_are_bounded(void **state)
{
	struct file_shop f = open_file_shop();
	char *ops = malloc(100000);
	struct door_event e = { .kind = DOOR_DOWN };

	(void)state;
	e.down.stream = STREAM_ORDERS;
	e.down.epoch = 7;
	e.down.seq = 1;
	text_fmt(ops, 100000, "[{\"op\":\"put\",\"n\":\"%50000s\"}]", "");
	e.down.ops = (struct span){ 0, (uint32_t)strlen(ops) };
	shop_submit(f.s, &e, ops);
	assert_int_equal(sql(&f, "SELECT max(length(op)) FROM letter"), 16384);
	for (int seq = 2; seq < 5; seq++) {
		ops[0] = '\0';
		for (int i = 0; i < 400; i++)
			memcpy(ops + 2 * i, i ? ",7" : "[7", 3);
		memcpy(ops + 800, "]", 2);
		e.down.seq = seq;
		e.down.ops = (struct span){ 0, 801 };
		shop_submit(f.s, &e, ops);
	}
	assert_int_equal(f.s->st->counters.letters, 1201);
	assert_int_equal(sql(&f, "SELECT count(*) FROM letter"), 1000);
	assert_int_equal(sql(&f, "SELECT max(n) FROM letter"), 1201);
	free(ops);
	close_file_shop(&f);
}

/* Messages before their turn wait in memory, but not without end. */
static void test_held_messages_are_bounded_in_bytes(void **state)
{
	struct shop *s = shop_stocked(1);
	struct door_event e = { .kind = DOOR_DOWN };
	size_t n = 1000000;
	char *ops = malloc(n + 1);

	(void)state;
	memset(ops, ' ', n);
	ops[0] = '[';
	ops[n - 1] = ']';
	ops[n] = '\0';
	e.down.stream = STREAM_ORDERS;
	e.down.epoch = 7;
	e.down.ops = (struct span){ 0, (uint32_t)n };
	for (int seq = 3; seq < 12; seq++) {
		e.down.seq = seq;
		shop_submit(s, &e, ops);
	}
	shop_down(s, STREAM_ORDERS, 7, 2, "[]", NULL);
	assert_int_equal(store_cursor(s->st->store, STREAM_ORDERS).seq, 6);
	free(ops);
	shop_close(s);
}

static void make_events(struct shop *s, int n)
{
	struct door_event e = { .kind = DOOR_DEVICE };

	text_fmt(e.device.name, sizeof(e.device.name), "receipt");
	for (int i = 0; i < n; i++) {
		e.device.status = i % 2 ? DEVICE_PAPER_OUT : DEVICE_ERROR;
		shop_submit(s, &e, NULL);
	}
}

static void ack(struct shop *s, int64_t seq, const char *reject)
{
	struct door_event e = { .kind = DOOR_ACK };

	e.ack.epoch = s->st->ledger.epoch;
	e.ack.seq = seq;
	e.ack.reject = (struct span){ 0, (uint32_t)strlen(reject) };
	shop_submit(s, &e, reject);
}

static void test_old_events_go(void **state)
{
	struct file_shop f = open_file_shop();
	struct shop *s = f.s;
	int64_t acked;

	(void)state;
	make_events(s, 700);
	acked = s->st->ledger.last;
	ack(s, acked, "");
	make_events(s, 10); /* these HQ has not taken */
	shop_tick(s, 1000);
	for (int day = 0; day < 29; day++)
		shop_tick(s, DAY_MS);
	assert_int_equal(sql(&f, "SELECT min(seq) FROM journal"), 1);
	shop_tick(s, 2 * DAY_MS); /* in slices */
	assert_int_equal(sql(&f, "SELECT min(seq) FROM journal"), 501);
	shop_tick(s, DAY_MS);
	assert_int_equal(sql(&f, "SELECT min(seq) FROM journal"), acked + 1);
	/* What is left is whole, and what HQ has not taken never goes. */
	for (int day = 0; day < 40; day++)
		shop_tick(s, DAY_MS);
	assert_int_equal(sql(&f, "SELECT min(seq) FROM journal"), acked + 1);
	assert_int_equal(sql(&f, "SELECT count(*) FROM journal"), s->st->ledger.last - acked);
	close_file_shop(&f);
}

/* A restored HQ that took less again: the older acknowledgement does not count. */
static void test_unacknowledged_again_stays(void **state)
{
	struct file_shop f = open_file_shop();

	(void)state;
	make_events(f.s, 20);
	ack(f.s, f.s->st->ledger.last, "");
	shop_tick(f.s, 1000);
	ack(f.s, 5, "");
	for (int day = 0; day < 40; day++)
		shop_tick(f.s, DAY_MS);
	assert_int_equal(sql(&f, "SELECT min(seq) FROM journal"), 6);
	close_file_shop(&f);
}

static void test_rejects_of_no_event_are_ignored(void **state)
{
	struct file_shop f = open_file_shop();

	(void)state;
	make_events(f.s, 3);
	ack(f.s, f.s->st->ledger.last,
	    "[{\"seq\":0,\"reason\":\"a\"},{\"seq\":-7,\"reason\":\"a\"},{\"seq\":2,\"reason\":\"b\"},"
	    "{\"seq\":900000,\"reason\":\"c\"}]");
	assert_int_equal(sql(&f, "SELECT count(*) FROM reject"), 1);
	assert_int_equal(sql(&f, "SELECT seq FROM reject"), 2);
	close_file_shop(&f);
}

static void test_old_tries_go(void **state)
{
	struct file_shop f = open_file_shop();
	char text[256];

	(void)state;
	text_fmt(text, sizeof(text),
		 "INSERT INTO tries VALUES ('order:A',0,%lld),('order:B',0,%lld),('order:C',3,0)",
		 (long long)f.s->wall_ms, (long long)(f.s->wall_ms + DAY_MS));
	sql(&f, text);
	shop_tick(f.s, DAY_MS + 3600000);
	assert_int_equal(sql(&f, "SELECT count(*) FROM tries"), 2);
	assert_int_equal(sql(&f, "SELECT count(*) FROM tries WHERE subject='order:A'"), 0);
	close_file_shop(&f);
}

/* HQ answers for an order this store does not hold in its stream. */
static void guest(struct shop *s, const char *order, const char *number)
{
	struct door_event e = { .kind = DOOR_DOWN };
	char ops[OPS_MAX], body[256];
	struct json asked;

	scan_code(s, order);
	assert_int_equal(json_check(slice_of(s->asked), &asked), 0);
	text_fmt(body, sizeof(body), "{\"status\":\"ready\",\"number\":\"%s\",\"lines\":[{\"line\":1}]}",
		 number);
	put(ops, "order", order, 1, body);
	e.down.stream = STREAM_ORDERS;
	e.down.what = DOWN_ANSWER;
	e.down.found = true;
	json_string(json_get(asked, "id"), e.down.ask, sizeof(e.down.ask));
	e.down.ops = (struct span){ 0, (uint32_t)strlen(ops) };
	shop_submit(s, &e, ops);
}

static void test_guests_go_after_a_week(void **state)
{
	struct file_shop f = open_file_shop();
	char ops[OPS_MAX];

	(void)state;
	shop_begin_stream(f.s, STREAM_POLICY);
	shop_down(f.s, STREAM_POLICY, 7, 1,
	     "[{\"op\":\"put\",\"type\":\"policy\",\"id\":\"staff\",\"rev\":1,\"body\":{\"people\":["
	     "{\"id\":\"E17\",\"name\":\"Ola\",\"role\":\"clerk\",\"pin\":\"x\"}]}}]",
	     NULL);
	shop_log_in(f.s);
	guest(f.s, "GUEST-1", "7001");
	shop_verb(f.s, "pickup.cancel", "{}", NULL);
	guest(f.s, "GUEST-2", "7002");
	shop_verb(f.s, "pickup.cancel", "{}", NULL);
	assert_int_equal(sql(&f, "SELECT count(*) FROM record WHERE gen=0"), 2);
	/* A snapshot that has one makes its guest needless. */
	offer(f.s, STREAM_ORDERS, 7, 1, "all", 1, "");
	part(f.s, STREAM_ORDERS, 7, "all", 1, put(ops, "order", "GUEST-2", 2, READY));
	assert_int_equal(sql(&f, "SELECT count(*) FROM record WHERE gen=0"), 1);
	assert_int_equal(sql(&f, "SELECT count(*) FROM lookup WHERE gen=0 AND id='GUEST-2'"), 0);
	for (int day = 0; day < 6; day++)
		shop_tick(f.s, DAY_MS);
	assert_int_equal(sql(&f, "SELECT count(*) FROM record WHERE gen=0"), 1);
	for (int day = 0; day < 2; day++)
		shop_tick(f.s, DAY_MS);
	assert_int_equal(sql(&f, "SELECT count(*) FROM record WHERE gen=0"), 0);
	assert_int_equal(sql(&f, "SELECT count(*) FROM lookup WHERE gen=0"), 0);
	close_file_shop(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_restored_hq_is_no_conflict),
		cmocka_unit_test(test_a_conflict_names_its_field),
		cmocka_unit_test(test_a_conflict_of_a_named_line),
		cmocka_unit_test(test_a_snapshot_is_compared_line_by_line),
		cmocka_unit_test(test_a_reopen_on_its_way_keeps_facts),
		cmocka_unit_test(test_a_dead_letter_keeps_what_was_known),
		cmocka_unit_test(test_an_unreadable_order_is_on_hold),
		cmocka_unit_test(test_an_unreadable_order_stays_collected),
		cmocka_unit_test(test_ops_of_nothing_count_nothing),
		cmocka_unit_test(test_unreadable_lanes_are_many),
		cmocka_unit_test(test_lanes_too_large_are_many),
		cmocka_unit_test(test_letters_are_bounded),
		cmocka_unit_test(test_held_messages_are_bounded_in_bytes),
		cmocka_unit_test(test_old_events_go),
		cmocka_unit_test(test_unacknowledged_again_stays),
		cmocka_unit_test(test_rejects_of_no_event_are_ignored),
		cmocka_unit_test(test_old_tries_go),
		cmocka_unit_test(test_guests_go_after_a_week),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
