// SPDX-License-Identifier: Apache-2.0
/* The shop's own codes: policy `codes`, and the check digit of a price or weight. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

#include "firmware/base/text.h"
#include "firmware/counter/instore.h"

static const struct {
	const char *policy;
	const char *why; /* NULL: right */
} policies[] = {
	{ "{}", NULL },
	{ "{\"in_store\":null}", NULL },
	{ "{\"in_store\":[]}", NULL },
	{ "{\"in_store\":[\"29IIIII?WWWWC scale=3 unit=kg\"]}", NULL },
	{ "{\"in_store\":[\"29IIIIIVPPPPC scale=2 currency=PLN\"]}", NULL },
	{ "{\"in_store\":[\"29IIIIIVPPPPC   PLN  scale=2\"]}", NULL },
	{ "{\"in_store\":[\"2IIIIIIC\"]}", NULL },
	{ "{\"in_store\":{}}", "codes_list" },
	{ "{\"in_store\":[7]}", "codes_list" },
	{ "{\"in_store\":[\"\"]}", "codes_length" },
	{ "{\"in_store\":[\"29IIIIIC\",\"29IIIIIIC\"]}", "codes_length" },
	{ "{\"in_store\":[\"29IIIIIIIIIIIC\"]}", "codes_length" },
	{ "{\"in_store\":[\"59IIIIIIIIIIC\"]}", "codes_prefix" },
	{ "{\"in_store\":[\"IIIIIIIIIIIIC\"]}", "codes_prefix" },
	{ "{\"in_store\":[\"00IIIIIIIIIIC\"]}", "codes_prefix" },
	{ "{\"in_store\":[\"29IIIIXIIIIIC\"]}", "codes_letter" },
	{ "{\"in_store\":[\"29IIIIIIIIIII\"]}", "codes_check" },
	{ "{\"in_store\":[\"29IIIICIIIIII\"]}", "codes_check" },
	{ "{\"in_store\":[\"29????WWWWWWC scale=3 unit=kg\"]}", "codes_item" },
	{ "{\"in_store\":[\"29IIIIWWWPPPC scale=3 unit=kg\"]}", "codes_measure" },
	{ "{\"in_store\":[\"29IIIIIIVWWWC scale=3 unit=kg\"]}", "codes_measure" },
	{ "{\"in_store\":[\"29IIIIIWWWWWC unit=kg\"]}", "codes_scale" },
	{ "{\"in_store\":[\"29IIIIIWWWWWC scale=6 unit=kg\"]}", "codes_scale" },
	{ "{\"in_store\":[\"29IIIIIIIIIIC scale=3\"]}", "codes_scale" },
	{ "{\"in_store\":[\"29IIIIIWWWWWC scale=3\"]}", "codes_unit" },
	{ "{\"in_store\":[\"29IIIIIWWWWWC scale=3 unit=lb\"]}", "codes_unit" },
	{ "{\"in_store\":[\"29IIIIIPPPPPC scale=2 unit=kg\"]}", "codes_unit" },
	{ "{\"in_store\":[\"29IIIIIPPPPPC scale=2 pln\"]}", "codes_currency" },
	{ "{\"in_store\":[\"29IIIIIWWWWWC scale=3 unit=kg PLN\"]}", "codes_currency" },
	{ "{\"in_store\":[\"29IIIIIPPPPPC scale=2 price\"]}", "codes_option" },
};

static void test_policies(void **state)
{
	struct instore_rules rules;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(policies); i++) {
		struct json v;
		const char *why;

		assert_int_equal(json_check(slice_of(policies[i].policy), &v), 0);
		why = instore_rules_read(v, &rules);
		if (!policies[i].why ? why != NULL : !why || strcmp(why, policies[i].why) != 0)
			fail_msg("%s: %s", policies[i].policy, why ? why : "right");
		assert_true(!why || rules.count == 0);
	}
}

static void test_too_many_patterns(void **state)
{
	struct instore_rules rules;
	char memory[2048];
	struct json v;
	struct buf b;

	(void)state;
	buf_init(&b, memory, sizeof(memory));
	buf_text(&b, "{\"in_store\":[\"20IIIIIIIIIIC\"");
	for (int i = 0; i < INSTORE_PATTERNS_MAX; i++)
		buf_text(&b, ",\"20IIIIIIIIIIC\"");
	buf_text(&b, "]}");
	assert_int_equal(json_check(buf_read(&b), &v), 0);
	assert_string_equal(instore_rules_read(v, &rules), "codes_count");
}

/* The examples of the General Specifications, 7.9.3 and 7.9.4. */
static void test_measure_check_digit(void **state)
{
	(void)state;
	assert_int_equal(measure_check_digit(slice_of("2875")), 9);
	assert_int_equal(measure_check_digit(slice_of("14685")), 6);
	assert_int_equal(measure_check_digit(slice_of("0000")), 0);
	assert_int_equal(measure_check_digit(slice_of("00000")), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_policies),
		cmocka_unit_test(test_too_many_patterns),
		cmocka_unit_test(test_measure_check_digit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
