// SPDX-License-Identifier: Apache-2.0
/* What the property test of the counter (tests/property) found and cases in text cannot say. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#include "firmware/counter/refund.h"
#include "firmware/orders.h"
#include "tests/second_lane.h"

static bool line_is_kept(struct shop *s, const char *line)
{
	char at[WORK_LINE_MAX] = "";
	bool kept = false;

	store_begin(s->st->store);
	while (store_work_next(s->st->store, DESK_COUNTER, at))
		kept = kept || strcmp(at, line) == 0;
	store_commit(s->st->store);
	return kept;
}

/* A refused line of goods without an order leaves nothing behind, and what was there as it was. */
static void a_refused_line_leaves_nothing(void **state)
{
	struct shop *s = shop_stocked(1);
	char had[512], has[512];

	(void)state;
	shop_begin_stream(s, STREAM_CATALOG);
	shop_down(s, STREAM_CATALOG, 7, 1,
		  "[{\"op\":\"put\",\"type\":\"product\",\"id\":\"S1\",\"rev\":1,\"body\":{"
		  "\"gtin\":[\"5901234123457\"],\"price\":1000}}]",
		  NULL);
	shop_down(s, STREAM_POLICY, 7, 2,
		  "[{\"op\":\"put\",\"type\":\"policy\",\"id\":\"returns\",\"rev\":5,\"body\":{"
		  "\"reason_needed\":true,\"reasons\":[\"size\"]}}]",
		  NULL);
	shop_verb(s, "return.start", "{\"receipt\":\"P1\",\"sold_at\":\"2026-11-20\"}", NULL);
	assert_int_equal(s->status, 200);
	shop_verb(s, "return.line", "{\"line\":\"S1\",\"qty\":1,\"condition\":\"good\"}", NULL);
	assert_has(s->reply, "reason_needed");
	assert_false(line_is_kept(s, "\"S1\""));
	shop_verb(s, "return.line",
		  "{\"line\":\"S1\",\"qty\":1,\"condition\":\"good\",\"reason\":\"size\"}", NULL);
	assert_int_equal(s->status, 200);
	store_begin(s->st->store);
	assert_true(store_work_extra(s->st->store, DESK_COUNTER, slice_of("\"S1\""), had, 512));
	store_commit(s->st->store);
	shop_verb(s, "return.line", "{\"line\":\"S1\",\"qty\":3,\"condition\":\"good\"}", NULL);
	assert_has(s->reply, "reason_needed");
	store_begin(s->st->store);
	assert_true(store_work_extra(s->st->store, DESK_COUNTER, slice_of("\"S1\""), has, 512));
	assert_int_equal(store_check(s->st->store, DESK_COUNTER, slice_of("\"S1\"")).checked, 1);
	store_commit(s->st->store);
	assert_string_equal(had, has);
	shop_close(s);
}

static int64_t gone_back(struct shop *s)
{
	store_begin(s->st->store);
	assert_true(order_load(s->st, slice_of("ZAM-5")));
	store_commit(s->st->store);
	return s->st->order.payments[0].refunded;
}

/* HQ paid some back, and says so in its record; what a lane pays back then comes on top of it, and
 * is not the larger of both. */
static void refunds_of_hq_and_of_lanes_add_up(void **state)
{
	struct shop *s = two_lanes("allow");

	(void)state;
	shop_down(s, STREAM_ORDERS, 7, 2,
		  "[{\"op\":\"put\",\"type\":\"order\",\"id\":\"ZAM-5\",\"rev\":9,\"body\":{"
		  "\"status\":\"placed\",\"totals\":{\"total\":3000,\"due\":0},\"lines\":[{"
		  "\"line\":1,\"sku\":\"S1\",\"qty\":3,\"paid\":3000}],\"payments\":[{"
		  "\"id\":\"p1\",\"tender\":\"blik\",\"state\":\"partly_refunded\","
		  "\"amount\":3000,\"refunded\":500}]}}]",
		  NULL);
	/* One piece of 1000: what remains paid is 500 above what the others cost. */
	shop_verb(s, "prep.start", "{\"order\":\"ZAM-5\"}", NULL);
	shop_verb(s, "prep.short", "{\"line\":1,\"qty\":1,\"reason\":\"x\",\"then\":\"refund\"}",
		  NULL);
	assert_int_equal(s->status, 200);
	assert_has(s->up, "\"amount\":500}]");
	assert_int_equal(gone_back(s), 1000);
	events(s, 5,
	       event(1, "refund.requested",
		     "{\"order\":\"ZAM-5\",\"basis\":\"short\",\"legs\":[{\"payment\":\"p1\","
		     "\"tender\":\"blik\",\"amount\":1000}]}"));
	assert_int_equal(gone_back(s), 2000);
	events(s, 5,
	       event(2, "return.accepted",
		     "{\"return\":\"R1\",\"number\":\"ZW 1\",\"order\":\"ZAM-5\",\"lines\":[],"
		     "\"refund\":[{\"payment\":\"p1\",\"tender\":\"card\",\"amount\":300}]}"));
	assert_int_equal(gone_back(s), 2300);
	shop_close(s);
}

/* More pieces than any number has: no sum, and no overflow on the way to that. */
static void pieces_without_end_are_worth_nothing(void **state)
{
	const struct order_line l = { .qty = 5, .paid = 500, .short_ = 3, .goods = true };

	(void)state;
	assert_int_equal(refund_of_pieces(&l, INT64_MAX), 0);
	assert_int_equal(refund_of_pieces(&l, INT64_MIN), 0);
	assert_int_equal(refund_of_pieces(&l, 3), 0);
	assert_int_equal(refund_of_pieces(&l, 2), 200);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_refused_line_leaves_nothing),
		cmocka_unit_test(refunds_of_hq_and_of_lanes_add_up),
		cmocka_unit_test(pieces_without_end_are_worth_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
