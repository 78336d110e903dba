// SPDX-License-Identifier: Apache-2.0
/* What tells practice from the real thing: its numbers, its mark on paper, its orders. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "firmware/counter/order.h"
#include "firmware/counter/training.h"

static void assert_marked(const char *doc, const char *want)
{
	char memory[4096];
	struct buf b;

	buf_init(&b, memory, sizeof(memory));
	training_mark(slice_of(doc), &b);
	assert_string_equal(buf_str(&b), want);
}

static void every_slip_of_a_document_is_marked(void **state)
{
#define MARK                                                                                       \
	"BSZKOLENIE / TRAINING / НАВЧАННЯ\n"                                               \
	"CNie jest dowodem. Not a proof. Не є підтвердженням.\n"
	(void)state;
	assert_marked("Ta\nX\n", MARK "Ta\n" MARK "X\n");
	assert_marked("Ta\n", MARK "Ta\n" MARK);
	assert_marked("D\nTa\nLb\tc\nX\nTd\nX\n",
		      MARK "Ta\nLb\tc\n" MARK "X\n" MARK "Td\n" MARK "X\n");
	/* A copy of it says it once. */
	assert_marked(MARK "Ta\n" MARK "X\n", MARK "Ta\n" MARK "X\n");
	assert_marked("D\n", "");
}

static void only_its_own_numbers(void **state)
{
	static const char *const others[] = { "SZK-0", "SZK-9",	 "SZK-10", "SZK-01", "SZK-",
					      "szk-1", "SZK-1 ", "SZK1",   "",	     "SZK-1.1" };
	char id[PRACTICE_ID_MAX];

	(void)state;
	for (int i = 0; i < PRACTICE_ORDERS; i++) {
		practice_id(i, id);
		assert_true(practice_names(slice_of(id)));
	}
	for (size_t i = 0; i < COUNT_OF(others); i++)
		assert_false(practice_names(slice_of(others[i])));
	assert_int_equal(training_verdict(true, NAMED_REAL), REASON_TRAINING);
	assert_int_equal(training_verdict(true, NAMED_PRACTICE), REASON_NONE);
	assert_int_equal(training_verdict(true, NAMED_NOTHING), REASON_NONE);
	assert_int_equal(training_verdict(false, NAMED_REAL), REASON_NONE);
	assert_int_equal(training_verdict(false, NAMED_PRACTICE), REASON_TRAINING);
	assert_int_equal(training_verdict(false, NAMED_NOTHING), REASON_NONE);
}

/* Each of them is an order as HQ writes it, also where amounts and names are as large as may be. */
static void every_order_can_be_read(void **state)
{
	static char memory[65536];
	static struct order order;
	struct practice_facts f = { .now_ms = 1795363200000, .store = "S1", .lane = "k1" };
	char id[PRACTICE_ID_MAX];
	struct json root;
	struct buf b;

	(void)state;
	for (int large = 0; large < 2; large++)
		for (int i = 0; i < PRACTICE_ORDERS; i++) {
			for (int p = 0; p < PRACTICE_PRODUCTS; p++) {
				f.products[p] = practice_product(p);
				if (!large)
					continue;
				f.products[p].price = MONEY_MAX / 100;
				memset(f.products[p].name, '"', sizeof(f.products[p].name) - 1);
			}
			buf_init(&b, memory, sizeof(memory));
			practice_write(&f, i, &b);
			assert_int_equal(json_check(buf_read(&b), &root), 0);
			practice_id(i, id);
			assert_true(json_is(json_get(root, "id"), id));
			assert_null(order_read(slice_of(id), 1, json_get(root, "body"), &order));
			assert_true(practice_teaches(i, LANGUAGE_UK)[0] != 0);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_slip_of_a_document_is_marked),
		cmocka_unit_test(only_its_own_numbers),
		cmocka_unit_test(every_order_can_be_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
