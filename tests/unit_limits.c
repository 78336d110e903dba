// SPDX-License-Identifier: Apache-2.0
/* The largest orders a counter may meet: what is told of them fits a message, or is refused before
 * anything is done. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdlib.h>

#include "firmware/orders.h"
#include "tests/shop.h"

#define LINES  20
#define PIECES 60

static struct shop *shop_with(const char *policies)
{
	struct shop *s = shop_stocked(1);

	if (policies)
		shop_down(s, STREAM_POLICY, 7, 2, policies, NULL);
	return s;
}

/* Each serial number is bounded, and so are those of a line; an order may have many lines. */
static void serial_numbers_of_many_lines(void **state)
{
	struct shop *s = shop_with(NULL);
	char *ops = malloc(SHOP_TEXT_MAX), args[256], code[CODE_TEXT_MAX];
	bool refused = false;
	struct buf b;

	(void)state;
	buf_init(&b, ops, SHOP_TEXT_MAX - 1);
	buf_text(&b, "[{\"op\":\"put\",\"type\":\"order\",\"id\":\"BIG\",\"rev\":1,\"body\":{"
		     "\"status\":\"ready\",\"lines\":[");
	for (int i = 1; i <= LINES; i++)
		buf_fmt(&b, "%s{\"line\":%d,\"sku\":\"S%d\",\"qty\":%d,\"serials\":true}",
			i > 1 ? "," : "", i, i, PIECES);
	buf_text(&b, "]}}]");
	shop_down(s, STREAM_ORDERS, 7, 2, buf_str(&b), NULL);
	shop_sign_code(s, "BIG", code);
	shop_scan(s, code);
	for (int i = 1; i <= LINES && !refused; i++) {
		text_fmt(args, sizeof(args), "{\"line\":%d,\"qty\":%d}", i, PIECES);
		shop_verb(s, "pickup.check", args, NULL);
		assert_int_equal(s->status, 200);
		for (int n = 0; n < PIECES && !refused; n++) {
			text_fmt(args, sizeof(args), "{\"line\":%d,\"serial\":\"SN-%02d-%057d\"}",
				 i, i, n);
			shop_verb(s, "pickup.check", args, NULL);
			refused = s->status != 200;
		}
	}
	assert_true(refused);
	assert_has(s->reply, "bad_request");
	shop_verb(s, "pickup.handover", "{}", NULL);
	assert_int_equal(s->status, 409);
	shop_verb(s, "pickup.cancel", "{}", NULL);
	/* In two goes it leaves. */
	shop_scan(s, code);
	for (int i = 1; i <= LINES / 2; i++) {
		text_fmt(args, sizeof(args), "{\"line\":%d,\"qty\":%d}", i, PIECES);
		shop_verb(s, "pickup.check", args, NULL);
		for (int n = 0; n < PIECES; n++) {
			text_fmt(args, sizeof(args), "{\"line\":%d,\"serial\":\"SN-%02d-%057d\"}",
				 i, i, n);
			shop_verb(s, "pickup.check", args, NULL);
			assert_int_equal(s->status, 200);
		}
	}
	shop_verb(s, "pickup.handover", "{\"rest\":\"later\"}", NULL);
	assert_int_equal(s->status, 200);
	assert_has(s->up, "pickup.completed");
	free(ops);
	shop_close(s);
}

/* All that may be said of the lines of the largest order: none of it hides the rest. */
static void all_lines_are_missing_something(void **state)
{
	struct shop *s = shop_with(NULL);
	char *ops = malloc(SHOP_TEXT_MAX), args[512];
	const struct order *o = &s->st->order;
	int64_t missing = 0;
	struct buf b;

	(void)state;
	buf_init(&b, ops, SHOP_TEXT_MAX - 1);
	buf_text(&b, "[{\"op\":\"put\",\"type\":\"order\",\"id\":\"BIG\",\"rev\":1,\"body\":{"
		     "\"status\":\"placed\",\"lines\":[");
	for (int i = 1; i <= ORDER_LINES_MAX; i++)
		buf_fmt(&b, "%s{\"line\":%d,\"sku\":\"S%d\",\"qty\":2}", i > 1 ? "," : "", i, i);
	buf_text(&b, "]}}]");
	shop_down(s, STREAM_ORDERS, 7, 2, buf_str(&b), NULL);
	shop_verb(s, "prep.start", "{\"order\":\"BIG\"}", NULL);
	for (int i = 1; i <= ORDER_LINES_MAX; i++) {
		text_fmt(args, sizeof(args), "{\"line\":%d}", i);
		shop_verb(s, "prep.pick", args, NULL);
		text_fmt(args, sizeof(args),
			 "{\"line\":%d,\"qty\":1,\"then\":\"wait\",\"reason\":\"на складі немає, "
			 "постачальник привезе завтра зранку або в понеділок\"}",
			 i);
		shop_verb(s, "prep.short", args, NULL);
		if (s->status != 200)
			fail_msg("%d: %s", i, s->reply);
	}
	store_begin(s->st->store);
	assert_true(order_load(s->st, slice_of("BIG")));
	assert_int_equal(o->status, ORDER_PICKING);
	for (int i = 0; i < o->line_count; i++) {
		assert_int_equal(o->lines[i].picked, 1);
		missing += o->lines[i].missing.type == JSON_OBJECT;
	}
	assert_int_equal(missing, ORDER_LINES_MAX);
	store_commit(s->st->store);
	shop_verb(s, "prep.stage", "{\"shelf\":\"B-1\"}", NULL);
	assert_int_equal(s->status, 200);
	free(ops);
	shop_close(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(serial_numbers_of_many_lines),
		cmocka_unit_test(all_lines_are_missing_something),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
