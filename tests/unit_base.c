// SPDX-License-Identifier: Apache-2.0
/* The words everyone uses: bytes, text, JSON (against jansson as an oracle), money, time. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/base/clock.h"
#include "firmware/base/doc.h"
#include "firmware/base/json.h"
#include "firmware/base/money.h"
#include "firmware/base/text.h"
#include "tests/oracle.h"

static struct json parsed(const char *text)
{
	struct json v;

	assert_int_equal(json_check(slice_of(text), &v), 0);
	return v;
}

static void test_base64(void **state)
{
	static const char *const plain[] = { "", "f", "fo", "foo", "foob", "fooba", "foobar" };
	static const char *const coded[] = { "",	 "Zg==",     "Zm8=",	"Zm9v",
					     "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy" };
	uint8_t bytes[16];
	char text[32];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(plain); i++) {
		assert_true(base64_encode((const uint8_t *)plain[i], strlen(plain[i]), false, text,
					  sizeof(text)) >= 0);
		assert_string_equal(text, coded[i]);
		assert_int_equal(base64_decode(slice_of(coded[i]), false, bytes, sizeof(bytes)),
				 (int)strlen(plain[i]));
	}
	/* Not canonical: left-over bits, wrong padding, foreign alphabet, a lone character. */
	assert_int_equal(base64_decode(slice_of("Zh=="), false, bytes, 16), -EBADMSG);
	assert_int_equal(base64_decode(slice_of("Zg"), false, bytes, 16), -EBADMSG);
	assert_int_equal(base64_decode(slice_of("Zg=="), true, bytes, 16), -EBADMSG);
	assert_int_equal(base64_decode(slice_of("Zm9v_"), true, bytes, 16), -EBADMSG);
	assert_int_equal(base64_decode(slice_of("-_+/"), true, bytes, 16), -EBADMSG);
	assert_int_equal(base64_decode(slice_of("Zm9vYmFy"), true, bytes, 3), -ENAMETOOLONG);
}

static void test_utf8(void **state)
{
	static const char *const bad[] = { "\x80",	   "\xc0\x80",	       "\xe0\x80\x80",
					   "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xf8\x88\x80\x80",
					   "a\xc5",	   "\xe2\x82" };

	(void)state;
	assert_true(utf8_valid(slice_of("zażółć gęślą jaźń – їжак 🐢")));
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		assert_false(utf8_valid(slice_of(bad[i])));
	assert_int_equal(utf8_count(slice_of("żółw")), 4);
	assert_int_equal((int)utf8_cut(slice_of("żółw"), 2).n, 4);
}

static void test_ids(void **state)
{
	(void)state;
	assert_true(id_valid(slice_of("BL-4821.A_7")));
	assert_false(id_valid(slice_of("")));
	assert_false(id_valid(slice_of("..")));
	assert_false(id_valid(slice_of("a/b")));
	assert_false(id_valid(slice_of("ż")));
	assert_false(store_id_valid(slice_of("hq")));
	assert_false(store_id_valid(slice_of("A.B")));
	assert_false(lane_id_valid(slice_of("down")));
	assert_false(lane_id_valid(slice_of("claim")));
	assert_true(lane_id_valid(slice_of("k1")));
}

static void test_card_numbers(void **state)
{
	(void)state;
	assert_true(pan_like(slice_of("4111111111111111")));
	assert_true(pan_like(slice_of("378282246310005")));
	assert_false(pan_like(slice_of("411111111111111")));  /* 15 digits, no 34 or 37 */
	assert_false(pan_like(slice_of("4111111111111112"))); /* Luhn */
	assert_false(pan_like(slice_of("1234567890123452"))); /* first digit 1 */
	assert_false(pan_like(slice_of("5901234123457")));    /* 13 digits */
	assert_true(gtin_valid(slice_of("5901234123457")));
	assert_false(gtin_valid(slice_of("5901234123458")));
}

/* Texts both readers must judge alike. */
static const char *const json_texts[] = {
	"{}",
	"[]",
	"null",
	"0",
	"-0",
	"1e5",
	"-1.5E-3",
	"\"\"",
	"[1,2,3]",
	" { \"a\" : [ ] } ",
	"{\"a\":{\"b\":[{\"c\":\"\\u017c\\\"\"}]}}",
	"\"\\ud83d\\udc22\"",
	"[true,false,null]",
	"",
	"{",
	"[1,]",
	"{\"a\":}",
	"{\"a\" 1}",
	"{a:1}",
	"01",
	"1.",
	".5",
	"+1",
	"1e",
	"tru",
	"nul",
	"\"\n\"",
	"\"\\x\"",
	"\"\\u12\"",
	"[1 2]",
	"{}{}",
	"[\"\xff\"]",
	"\"\xc3\x28\"",
	"'a'",
	"-",
	"[1]x",
	"{\"a\":1,}",
	"\"abc",
	"[[]",
	"[]]",
};

static void test_json_like_jansson(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(json_texts); i++) {
		struct slice text = slice_of(json_texts[i]);
		struct json v;

		if ((json_check(text, &v) == 0) != oracle_accepts(text.p, text.n, true))
			fail_msg("text %zu is judged otherwise: %s", i, json_texts[i]);
	}
}

/* Random damage to a real text: both accept or both refuse. */
static void test_json_damaged_like_jansson(void **state)
{
	static const char original[] =
		"{\"stream\":\"orders\",\"epoch\":7,\"seq\":1201,\"upto\":{\"k1\":[17,-5]},\"ops\":"
		"[{\"op\":\"put\",\"id\":\"ZAM-1\",\"body\":{\"name\":\"\\u017b\xc3\xb3\xc5\x82w "
		"\\\"A\\\"\",\"x\":[1.5e3,true,null,\"\"]}}]}";
	static const char spice[] = "{}[]\",:\\01e.-x \x80\xc3";
	char text[sizeof(original)];

	(void)state;
	srand(7);
	for (int round = 0; round < 20000; round++) {
		struct json v;
		int ours;

		memcpy(text, original, sizeof(text));
		for (int hit = rand() % 3; hit >= 0; hit--)
			text[(size_t)rand() % (sizeof(text) - 1)] =
				spice[(size_t)rand() % (sizeof(spice) - 1)];
		ours = json_check((struct slice){ text, sizeof(text) - 1 }, &v);
		/* jansson refuses some fine JSON: numbers that fit no C type, repeated names. */
		if (oracle_accepts(text, sizeof(text) - 1, false) && ours != 0)
			fail_msg("refused what jansson takes: %s", text);
	}
}

static void test_json_depth(void **state)
{
	const size_t n = 400000;
	char *deep = malloc(2 * n);
	struct json v;

	(void)state;
	memset(deep, '[', n);
	memset(deep + n, ']', n);
	assert_int_equal(json_check((struct slice){ deep, 2 * n }, &v), 0);
	assert_int_equal(json_depth(v), (int)n);
	deep[2 * n - 1] = '}';
	assert_int_equal(json_check((struct slice){ deep, 2 * n }, &v), -EBADMSG);
	assert_int_equal(json_depth(parsed("{\"a]\":[{\"b\":\"[[\"}]}")), 3);
	assert_int_equal(json_depth(parsed("7")), 0);
	free(deep);
}

static void test_json_loose(void **state)
{
	struct json v;

	(void)state;
	assert_int_equal(json_check(slice_of("[\"\xff\"]"), &v), -EBADMSG);
	assert_int_equal(json_check_loose(slice_of("[\"\xff\"]"), &v), 0);
	assert_int_equal(json_check_loose(slice_of("[\"\x01\"]"), &v), -EBADMSG);
	assert_int_equal(json_check_loose(slice_of("[\xff]"), &v), -EBADMSG);
}

static void test_json_reading(void **state)
{
	struct json v =
		parsed("{\"a\":{\"x\":\"}\\\"]\"},\"n\":-12,\"big\":9223372036854775808,"
		       "\"f\":1.0,\"s\":\"\\u017c\\ud83d\\udc22\\n\",\"a\":2,\"nul\":\"\\u0000\"}");
	int64_t n;
	char text[32];

	(void)state;
	assert_int_equal(json_get(v, "a").type, JSON_OBJECT); /* the first counts */
	assert_true(json_is(json_get(json_get(v, "a"), "x"), "}\"]"));
	assert_int_equal(json_int(json_get(v, "n"), &n), 0);
	assert_int_equal(n, -12);
	assert_int_equal(json_int(json_get(v, "big"), &n), -ERANGE);
	assert_int_equal(json_int(json_get(v, "f"), &n), -EINVAL);
	assert_int_equal(json_string(json_get(v, "s"), text, sizeof(text)), 7);
	assert_string_equal(text, "ż🐢\n");
	assert_int_equal(json_string(json_get(v, "s"), text, 7), -ENAMETOOLONG);
	assert_int_equal(json_string(json_get(v, "nul"), text, sizeof(text)), -EBADMSG);
	assert_int_equal(json_string(json_get(v, "missing"), text, sizeof(text)), -EINVAL);
	assert_int_equal((int)json_count(v), 7);
}

static void test_json_writing(void **state)
{
	char memory[128];
	struct json v;
	struct buf b;

	(void)state;
	buf_init(&b, memory, sizeof(memory));
	jw_open(&b, NULL, '{');
	jw_str(&b, "s", "a\"\\\n\x01ż");
	jw_open(&b, "l", '[');
	jw_int(&b, NULL, INT64_MIN + 1);
	jw_bool(&b, NULL, true);
	jw_null(&b, NULL);
	jw_close(&b, ']');
	jw_raw(&b, "r", slice_of("{\"x\":1}"));
	jw_close(&b, '}');
	assert_string_equal(buf_str(&b),
			    "{\"s\":\"a\\\"\\\\\\u000a\\u0001ż\",\"l\":[-9223372036854775807,true,"
			    "null],\"r\":{\"x\":1}}");
	assert_int_equal(json_check(buf_read(&b), &v), 0);
	/* What does not fit leaves no half and says so. */
	buf_init(&b, memory, 8);
	jw_str(&b, NULL, "0123456789");
	assert_true(b.overflow);
	assert_null(buf_str(&b));
}

static void test_money_parts(void **state)
{
	(void)state;
	/* The contract's own example: 3 pieces at 39,98. */
	assert_int_equal(money_part(3998, 3, 0, 1), 1333);
	assert_int_equal(money_part(3998, 3, 1, 1), 1332);
	assert_int_equal(money_part(3998, 3, 2, 1), 1333);
	srand(3);
	for (int round = 0; round < 20000; round++) {
		int64_t paid = rand() % 1000000, qty = 1 + rand() % 50, sum = 0, from = 0;

		while (from < qty) {
			int64_t n = 1 + rand() % (qty - from);
			int64_t part = money_part(paid, qty, from, n);

			assert_true(part >= 0);
			sum += part;
			from += n;
			assert_true(sum <= paid);
		}
		assert_int_equal(sum, paid);
	}
	assert_int_equal(money_part(MONEY_MAX, 100000, 0, 100000), MONEY_MAX);
}

static void test_money_text(void **state)
{
	char text[MONEY_TEXT_MAX];

	(void)state;
	money_format(123450, LANGUAGE_PL, text);
	assert_string_equal(text, "1234,50\u00a0zł");
	money_format(1234550, LANGUAGE_PL, text);
	assert_string_equal(text, "12\u00a0345,50\u00a0zł");
	money_format(1234550, LANGUAGE_EN, text);
	assert_string_equal(text, "12,345.50\u00a0zł");
	money_format(-5, LANGUAGE_UK, text);
	assert_string_equal(text, "-0,05\u00a0zł");
}

static void test_time(void **state)
{
	char text[TIME_TEXT_MAX];
	int64_t ms;

	(void)state;
	assert_int_equal(time_parse(slice_of("2026-11-22T17:00:00.123+01:00"), &ms), 0);
	time_format(ms, text);
	assert_string_equal(text, "2026-11-22T16:00:00.123Z");
	assert_int_equal(time_parse(slice_of("2024-02-29T00:00:00Z"), &ms), 0);
	time_format(ms, text);
	assert_string_equal(text, "2024-02-29T00:00:00.000Z");
	assert_int_equal(time_parse(slice_of("2026-11-22 17:00:00"), &ms), -EBADMSG);
	assert_int_equal(time_parse(slice_of("2026-13-22T17:00:00Z"), &ms), -EBADMSG);
	assert_int_equal(time_parse(slice_of("2026-11-22T17:00:00.Z"), &ms), -EBADMSG);
	assert_int_equal(time_parse(slice_of("2026-11-22T17:00:00+1:00"), &ms), -EBADMSG);
	time_format(INT64_MAX, text);
	assert_string_equal(text, "9999-12-31T23:59:59.999Z");
}

static void test_documents(void **state)
{
	char memory[256];
	struct doc_line line;
	struct buf doc;
	size_t at = 0;

	(void)state;
	buf_init(&doc, memory, sizeof(memory));
	doc_text(&doc, 'T', "a\nb\x1b@");
	doc_pair(&doc, slice_of("left\tx"), slice_of("1,00"));
	doc_text(&doc, 'X', "");
	assert_true(doc_next(buf_read(&doc), &at, &line));
	assert_int_equal(line.command, 'T');
	assert_true(slice_eq(line.text, "a b @")); /* control characters have no effect */
	assert_true(doc_next(buf_read(&doc), &at, &line));
	assert_true(slice_eq(line.text, "left x"));
	assert_true(slice_eq(line.right, "1,00"));
	assert_true(doc_next(buf_read(&doc), &at, &line));
	assert_int_equal(line.command, 'X');
	assert_false(doc_next(buf_read(&doc), &at, &line));
}

/* Reading goes 16 bytes at a time: what it looks for may stand anywhere in them. */
static void test_json_members_at_every_offset(void **state)
{
	static const char *const names[] = { "b", "d", "none", "a" };
	char text[256], pad[64];
	struct json root, m[4];

	(void)state;
	for (int n = 0; n < 50; n++) {
		memset(pad, 'x', sizeof(pad));
		pad[n] = '\0';
		text_fmt(text, sizeof(text),
			 "{\"a\":\"%s\\\"]}\",\"b\":[{\"c\":\"}]{[\\\\\"},[%d]],\"e\":-1.5e3,\"d\":"
			 "\"%s\"}",
			 pad, n, pad);
		assert_int_equal(json_check(slice_of(text), &root), 0);
		json_pick(root, names, m, 4);
		assert_int_equal(json_count(m[0]), 2);
		assert_int_equal(json_depth(m[0]), 2);
		assert_true(json_is(m[1], pad));
		assert_int_equal(m[2].type, JSON_NONE);
		assert_int_equal(m[3].n, (size_t)n + 6);
		assert_true(slice_same(json_text(json_get(root, "b")), json_text(m[0])));
		assert_int_equal(json_count(root), 4);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_base64),
		cmocka_unit_test(test_utf8),
		cmocka_unit_test(test_ids),
		cmocka_unit_test(test_card_numbers),
		cmocka_unit_test(test_json_like_jansson),
		cmocka_unit_test(test_json_damaged_like_jansson),
		cmocka_unit_test(test_json_depth),
		cmocka_unit_test(test_json_loose),
		cmocka_unit_test(test_json_reading),
		cmocka_unit_test(test_json_writing),
		cmocka_unit_test(test_money_parts),
		cmocka_unit_test(test_money_text),
		cmocka_unit_test(test_time),
		cmocka_unit_test(test_documents),
		cmocka_unit_test(test_json_members_at_every_offset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
