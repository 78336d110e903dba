// SPDX-License-Identifier: Apache-2.0
/*
 * What HQ says and what this store did, side by side: conflicts, words that cannot be understood,
 * snapshots of a restored HQ.
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

#include "firmware/trust/hash.h"
#include "tests/file_shop.h"

/* ---- pieces ---- */

static const char *covering(struct shop *s, char upto[128], int64_t seq)
{
	text_fmt(upto, 128, "{\"k1\":[%lld,%lld]}", (long long)s->st->ledger.epoch, (long long)seq);
	return upto;
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
	shop_offer(s, STREAM_ORDERS, 8, 1, "restored", 1, before);
	shop_part(s, STREAM_ORDERS, 8, "restored", 1, SHOP_ORDER);
	shop_down(s, STREAM_ORDERS, 8, 2, ops_put(ops, "order", "ZAM-1", 4, READY), before);
	shop_tick(s, 1000);
	assert_int_equal(s->st->ledger.last, last);
	/* When it has heard again, it is one. */
	shop_down(s, STREAM_ORDERS, 8, 3, ops_put(ops, "order", "ZAM-1", 5, READY), upto);
	assert_int_equal(s->st->ledger.last, last + 1);
	assert_has(s->up, "\"field\":\"status\",\"hq\":\"ready\",\"store\":\"collected\"");
	shop_scan_code(s, "ZAM-1");
	assert_has(s->screen, "already_collected");
	shop_close(s);
}

/* One piece handed over, one short. */
static void hand_over_part(struct shop *s)
{
	shop_scan_code(s, "ZAM-1");
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
	shop_down(s, STREAM_ORDERS, 7, 2, ops_put(ops, "order", "ZAM-1", 4, body), upto);
	assert_int_equal(s->st->ledger.last, last + 2);
	assert_has(s->up,
		   "{\"order\":\"ZAM-1\",\"field\":\"lines.1.handed\",\"hq\":0,\"store\":1}");
	assert_has(s->up, "{\"order\":\"ZAM-1\",\"field\":\"lines.1.short\",\"hq\":0,\"store\":1}");
	/* Another rev, another field. */
	text_fmt(body, sizeof(body), LESS, "ready", 1);
	shop_down(s, STREAM_ORDERS, 7, 3, ops_put(ops, "order", "ZAM-1", 5, body), upto);
	assert_int_equal(s->st->ledger.last, last + 4);
	assert_has(s->up, "\"field\":\"status\",\"hq\":\"ready\",\"store\":\"collected\"");
	assert_has(s->up, "\"field\":\"lines.1.handed\"");
	/* What HQ does not say contradicts nothing, nor does what is unknown to the store. */
	shop_down(s, STREAM_ORDERS, 7, 4,
		  ops_put(ops, "order", "ZAM-1", 6,
			  "{\"status\":\"collected\",\"lines\":[{\"line\":1,\"qty\":2},{\"line\":"
			  "\"1\","
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
		  ops_put(ops, "order", "ZAM-1", 4,
			  "{\"status\":\"ready\",\"lines\":[{\"line\":\"a-1\",\"gtin\":"
			  "\"5901234123457\","
			  "\"qty\":2}]}"),
		  NULL);
	shop_hand_over(s);
	assert_int_equal(s->status, 200);
	shop_down(s, STREAM_ORDERS, 7, 3,
		  ops_put(ops, "order", "ZAM-1", 5,
			  "{\"status\":\"collected\",\"lines\":[{\"line\":\"a-1\",\"qty\":2,"
			  "\"handed\":1}]}"),
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
	shop_offer(s, STREAM_ORDERS, 7, 9, "again", 1, covering(s, upto, last));
	shop_part(s, STREAM_ORDERS, 7, "again", 1, ops_put(ops, "order", "ZAM-1", 4, body));
	shop_tick(s, 1000);
	assert_int_equal(s->st->ledger.last, last + 2);
	assert_has(s->up, "\"field\":\"lines.1.handed\",\"hq\":0,\"store\":1");
	/* The same rev in another snapshot is nothing new. */
	shop_offer(s, STREAM_ORDERS, 7, 10, "third", 1, upto);
	shop_part(s, STREAM_ORDERS, 7, "third", 1, ops);
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
	shop_offer(s, STREAM_ORDERS, 7, 9, "coming", 2, "");
	shop_part(s, STREAM_ORDERS, 7, "coming", 1, SHOP_ORDER);
	text_fmt(
		ops, sizeof(ops),
		"[{\"op\":\"reopen\",\"type\":\"order\",\"id\":\"ZAM-1\",\"rev\":4,\"of\":\"%s\"}]",
		f.event);
	shop_part(s, STREAM_ORDERS, 7, "coming", 2, ops);
	shop_scan_code(s, "ZAM-1");
	assert_has(s->screen, "already_collected");
	/* By a message it does, and the stream's count and sum go with it. */
	text_fmt(
		ops, sizeof(ops),
		"[{\"op\":\"reopen\",\"type\":\"order\",\"id\":\"ZAM-1\",\"rev\":5,\"of\":\"%s\"}]",
		f.event);
	shop_down(s, STREAM_ORDERS, 7, 10, ops, NULL);
	assert_stream(s, "orders", 10, 1, share("order", "ZAM-1", 5));
	shop_scan_code(s, "ZAM-1");
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
	shop_down(
		s, STREAM_CATALOG, 7, 1,
		ops_put(ops, "product", "S1", 1,
			"{\"gtin\":[\"5901234123457\"],\"name\":{\"pl\":\"Żółw\"},\"price\":100}"),
		NULL);
	shop_down(s, STREAM_CATALOG, 7, 2, ops_put(ops, "product", "S1", 2, "7"), NULL);
	assert_int_equal(s->st->counters.letters, 1);
	assert_stream(s, "catalog", 2, 1, share("product", "S1", 2));
	shop_scan(s, "5901234123457");
	assert_has(s->screen, "Żółw");
	/* The same for a policy, in force over a snapshot that has the unreadable one too. */
	shop_down(s, STREAM_POLICY, 7, 2,
		  ops_put(ops, "policy", "pickup", 1, "{\"late\":\"allow\"}"), NULL);
	shop_down(s, STREAM_POLICY, 7, 3, ops_put(ops, "policy", "pickup", 2, "[]"), NULL);
	shop_offer(s, STREAM_POLICY, 7, 3, "policies", 1, "");
	shop_part(s, STREAM_POLICY, 7, "policies", 1, ops);
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
	shop_scan_code(s, "ZAM-1");
	assert_has(s->screen, "\"mode\":\"pickup\"");
	/* The desk that has it open is told. */
	shop_down(s, STREAM_ORDERS, 7, 2, ops_put(ops, "order", "ZAM-1", 4, "{\"lines\":5}"), NULL);
	assert_stream(s, "orders", 2, 1, share("order", "ZAM-1", 4));
	assert_has(s->screen, "\"mode\":\"idle\"");
	assert_has(s->screen, "not_ready");
	assert_has(s->screen, "\"queue\":[]");
	shop_scan_code(s, "ZAM-1");
	assert_has(s->screen, "not_ready");
	shop_scan(s, "4821");
	assert_has(s->screen, "\"mode\":\"asking\"");
	shop_verb(s, "pickup.cancel", "{}", NULL);
	/* In a snapshot as well. */
	shop_offer(s, STREAM_ORDERS, 7, 2, "again", 1, "");
	shop_part(s, STREAM_ORDERS, 7, "again", 1, ops);
	shop_scan_code(s, "ZAM-1");
	assert_has(s->screen, "not_ready");
	/* A wrong type and an unknown op leave it so; their revs count. */
	shop_down(s, STREAM_ORDERS, 7, 3, ops_put(ops, "member", "ZAM-1", 5, "{}"), NULL);
	assert_stream(s, "orders", 3, 1, share("order", "ZAM-1", 5));
	shop_scan_code(s, "ZAM-1");
	assert_has(s->screen, "not_ready");
	shop_down(s, STREAM_ORDERS, 7, 4, ops_put(ops, "order", "ZAM-1", 6, READY), NULL);
	shop_scan_code(s, "ZAM-1");
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
	shop_down(s, STREAM_ORDERS, 7, 2, ops_put(ops, "order", "ZAM-1", 4, "{\"lines\":5}"),
		  covering(s, upto, last));
	assert_int_equal(s->st->ledger.last, last + 1); /* sync.rejected, no conflict */
	assert_has(s->up, "sync.rejected");
	shop_scan_code(s, "ZAM-1");
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
	assert_stream(s, "orders", 2, 2, share("order", "ZAM-1", 3) ^ share("order", "Z", 5));
	/* Their revs stand. */
	shop_down(s, STREAM_ORDERS, 7, 3,
		  "[{\"op\":\"put\",\"type\":\"order\",\"id\":\"X\",\"rev\":5,\"body\":{}},"
		  "{\"op\":\"put\",\"type\":\"order\",\"id\":\"Y\",\"rev\":4,\"body\":{}},"
		  "{\"op\":\"reopen\",\"type\":\"order\",\"id\":\"Y\",\"rev\":6,\"of\":\"E\"},"
		  "{\"op\":\"put\",\"type\":\"order\",\"id\":\"Z\",\"rev\":6,\"body\":{}}]",
		  NULL);
	assert_stream(s, "orders", 3, 2, share("order", "ZAM-1", 3) ^ share("order", "Z", 6));
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
		shop_down(s, STREAM_POLICY, 7, 2, ops_put(ops, "policy", "lanes", 1, bad[i]), NULL);
		assert_has(s->screen, "\"isolated\":true");
		shop_down(s, STREAM_POLICY, 7, 3,
			  ops_put(ops, "policy", "lanes", 2, "{\"lanes\":[{\"lane\":\"k1\"}]}"),
			  NULL);
		assert_has(s->screen, "\"isolated\":false");
		/* With an older one that is what counts. */
		shop_down(s, STREAM_POLICY, 7, 4, ops_put(ops, "policy", "lanes", 3, "7"), NULL);
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
		 "[{\"op\":\"put\",\"type\":\"policy\",\"id\":\"lanes\",\"rev\":1,\"body\":{"
		 "\"lanes\":"
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
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
