// SPDX-License-Identifier: Apache-2.0
/* How many pieces one scan checks: what the label counts, what the catalogue says of a pack. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <sodium.h>

#include "tests/file_shop.h"

#define GS "\x1d"

/* ZAM-1 wants 20 pieces of S1, which come alone, in sixes, and by number from the shop's scale. */
static struct shop *open_counting(void)
{
	struct shop *s = shop_stocked(1);
	char ops[OPS_MAX];

	shop_down(s, STREAM_POLICY, 7, 2,
		  ops_put(ops, "policy", "codes", 1, "{\"in_store\":[\"25IIIIIIQQQQC\"]}"), NULL);
	shop_begin_stream(s, STREAM_CATALOG);
	shop_down(s, STREAM_CATALOG, 7, 1,
		  ops_put(ops, "product", "S1", 1,
			  "{\"gtin\":[\"5901234123457\",\"25123456\","
			  "{\"code\":\"15901234123454\",\"qty\":6}],\"name\":{\"pl\":\"Żółw\"}}"),
		  NULL);
	shop_down(s, STREAM_ORDERS, 7, 2,
		  ops_put(ops, "order", "ZAM-1", 4,
			  "{\"status\":\"ready\",\"lines\":[{\"line\":1,\"sku\":\"S1\","
			  "\"gtin\":\"5901234123457\",\"name\":\"Żółw\",\"qty\":20}]}"),
		  NULL);
	shop_scan_code(s, "ZAM-1");
	assert_has(s->screen, "\"mode\":\"pickup\"");
	return s;
}

static void assert_checked(struct shop *s, int checked)
{
	char text[32];

	text_fmt(text, sizeof(text), "\"checked\":%d,", checked);
	assert_has(s->screen, text);
}

static void test_a_scan_counts_what_the_code_says(void **state)
{
	static const struct {
		const char *text;
		int pieces;
	} scans[] = {
		{ "5901234123457", 1 },			     /* a plain number: one */
		{ "0105901234123457" GS "305", 5 },	     /* AI 30 */
		{ "0105901234123457" GS "300", 1 },	     /* a count of nothing says nothing */
		{ "0205901234123457" GS "373", 3 },	     /* AI 37 */
		{ "15901234123454", 6 },		     /* the catalogue's pack */
		{ "0115901234123454" GS "302", 2 },	     /* the label knows better */
		{ "0215901234123454" GS "372", 12 },	     /* two packs */
		{ "0205901234123457" GS "372" GS "304", 8 }, /* two of four */
		{ "2512345600121", 12 },		     /* Q of the shop's own code */
		{ "2512345600008", 1 },			     /* Q of nothing: its base code */
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(scans); i++) {
		struct shop *s = open_counting();

		shop_scan(s, scans[i].text);
		assert_checked(s, scans[i].pieces);
		shop_close(s);
	}
}

/* More than is still to hand over: nothing is checked, and the notice says both numbers. */
static void test_too_many_change_nothing(void **state)
{
	static const struct {
		const char *text, *n;
	} scans[] = {
		{ "0105901234123457" GS "3021", "21" },
		{ "2512345600213", "21" },
		{ "0215901234123454" GS "374", "24" },
		{ "0205901234123457" GS "3799999999", "99999999" },
		{ "0205901234123457" GS "3799999999" GS "3099999999", "9999999800000001" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(scans); i++) {
		struct shop *s = open_counting();
		char text[64];

		shop_scan(s, scans[i].text);
		assert_has(s->screen, "\"item_surplus\"");
		assert_checked(s, 0);
		text_fmt(text, sizeof(text), "Kod to %s szt.", scans[i].n);
		assert_has(s->screen, text);
		assert_has(s->screen, "zostało: 20.");
		shop_close(s);
	}
}

static void test_what_is_left_is_counted(void **state)
{
	struct shop *s = open_counting();

	(void)state;
	shop_scan(s, "0105901234123457" GS "3015");
	assert_checked(s, 15);
	shop_verb(s, "pickup.short", "{\"line\":1,\"qty\":2,\"reason\":\"x\"}", NULL);
	assert_int_equal(s->status, 200);
	shop_scan(s, "0105901234123457" GS "304");
	assert_has(s->screen, "Kod to 4 szt., do wydania zostało: 3.");
	assert_checked(s, 15);
	shop_scan(s, "0105901234123457" GS "303");
	assert_checked(s, 18);
	/* One piece over has no numbers to tell. */
	shop_scan(s, "5901234123457");
	assert_has(s->screen, "\"item_surplus\"");
	assert_null(strstr(s->screen, "Kod to"));
	assert_checked(s, 18);
	shop_verb(s, "pickup.handover", "{}", NULL);
	assert_int_equal(s->status, 200);
	assert_has(s->up, "\"qty\":18");
	shop_close(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_scan_counts_what_the_code_says),
		cmocka_unit_test(test_too_many_change_nothing),
		cmocka_unit_test(test_what_is_left_is_counted),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
