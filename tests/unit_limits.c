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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(serial_numbers_of_many_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
