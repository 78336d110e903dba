// SPDX-License-Identifier: Apache-2.0
/* The simulated Nextion panel answers and shows as the instruction set says. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

#include "tests/sim/nextion_parse.h"

#define END "\xff\xff\xff"

struct bench {
	struct panel panel;
	struct sim_buf answers, json;
};

static void on_answer(void *ctx, const uint8_t *bytes, size_t n)
{
	struct bench *b = ctx;

	sim_buf_add(&b->answers, bytes, n);
}

static void bench_open(struct bench *b, bool with_qr)
{
	memset(b, 0, sizeof(*b));
	panel_init(&b->panel, with_qr, 10, on_answer, b);
	panel_power(&b->panel, true);
}

static void bench_close(struct bench *b)
{
	sim_buf_free(&b->answers);
	sim_buf_free(&b->json);
}

static void send(struct bench *b, const char *bytes, size_t n)
{
	b->answers.len = 0;
	for (size_t i = 0; i < n; i++)
		panel_feed(&b->panel, (uint8_t)bytes[i]);
}

static void expect(struct bench *b, const char *bytes, size_t n)
{
	assert_int_equal(b->answers.len, n);
	if (n)
		assert_memory_equal(b->answers.bytes, bytes, n);
}

static void expect_shown(struct bench *b, const char *json)
{
	panel_json(&b->panel, &b->json);
	sim_buf_add(&b->json, "", 1);
	assert_string_equal((const char *)b->json.bytes, json);
}

#define SEND(b, literal)   send(b, literal, sizeof(literal) - 1)
#define EXPECT(b, literal) expect(b, literal, sizeof(literal) - 1)

static void test_answers(void **state)
{
	static const struct {
		const char *text;
		uint8_t code;
	} table[] = {
		{ "", 0x00 },
		{ "nonsense", 0x00 },
		{ "page 1", 0x03 },
		{ "vis t9,1", 0x02 },
		{ "vis t0", 0x1E },
		{ "t9.txt=\"a\"", 0x1A },
		{ "t0.txt=a", 0x1C },
		{ "t0.txt=\"a", 0x1C },
		{ "t0.txt=\"a\"b\"", 0x1C },
		{ "t0.txt=\"\\x\"", 0x1C },
		{ "bkcmd=4", 0x1C },
		{ "page 0", 0x01 },
		{ "vis qr0,0", 0x01 },
		{ "t0.txt=\"ok\"", 0x01 },
		{ "get zero", 0x1A },
	};
	struct bench b;

	(void)state;
	bench_open(&b, true);
	EXPECT(&b, "\x00\x00\x00" END "\x88" END);
	/* As it comes it tells errors alone. */
	SEND(&b, "page 0" END "what" END);
	EXPECT(&b, "\x00" END);
	SEND(&b, "bkcmd=3" END);
	EXPECT(&b, "\x01" END);
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		const uint8_t want[] = { table[i].code, 0xFF, 0xFF, 0xFF };

		send(&b, table[i].text, strlen(table[i].text));
		expect(&b, "", 0);
		for (int n = 0; n < 3; n++)
			panel_feed(&b.panel, 0xFF);
		expect(&b, (const char *)want, sizeof(want));
	}
	SEND(&b, "get bkcmd" END "sendme" END "get t0.txt" END);
	EXPECT(&b, "\x71\x03\x00\x00\x00" END "\x66\x00" END "\x70ok" END);
	bench_close(&b);
}

static void test_shown(void **state)
{
	struct bench b;

	(void)state;
	bench_open(&b, true);
	SEND(&b,
	     "t0.txt=\"a\\\"b\\\\c\"" END "t1.txt=\"0123456789abc\"" END "qr0.txt=\"LR.1\"" END);
	expect_shown(
		&b, "{\"t0\":\"a\\\"b\\\\c\",\"t1\":\"0123456789\",\"qr\":\"LR.1\",\"unknown\":0}");
	SEND(&b, "vis qr0,0" END);
	expect_shown(&b,
		     "{\"t0\":\"a\\\"b\\\\c\",\"t1\":\"0123456789\",\"qr\":null,\"unknown\":0}");
	/* A fresh page knows nothing of what was written. */
	SEND(&b, "page 0" END);
	expect_shown(&b, "{\"t0\":\"\",\"t1\":\"\",\"qr\":null,\"unknown\":0}");
	panel_power(&b.panel, false);
	SEND(&b, "t0.txt=\"lost\"" END);
	EXPECT(&b, "");
	panel_power(&b.panel, true);
	expect_shown(&b, "{\"t0\":\"\",\"t1\":\"\",\"qr\":null,\"unknown\":0}");
	bench_close(&b);
	bench_open(&b, false);
	SEND(&b, "qr0.txt=\"x\"" END "vis qr0,0" END);
	EXPECT(&b, "\x1a" END "\x02" END);
	expect_shown(&b, "{\"t0\":\"\",\"t1\":\"\",\"qr\":null,\"unknown\":2}");
	b.answers.len = 0;
	panel_touch(&b.panel, 1, true);
	EXPECT(&b, "\x65\x00\x01\x01" END);
	bench_close(&b);
}

static void test_overflow(void **state)
{
	struct bench b;

	(void)state;
	bench_open(&b, true);
	b.answers.len = 0;
	for (int i = 0; i < 2 * PANEL_HEAD_MAX; i++)
		panel_feed(&b.panel, 'x');
	for (int i = 0; i < 3; i++)
		panel_feed(&b.panel, 0xFF);
	EXPECT(&b, "\x24" END);
	SEND(&b, "t0.txt=\"well again\"" END);
	expect_shown(&b, "{\"t0\":\"well again\",\"t1\":\"\",\"qr\":null,\"unknown\":1}");
	bench_close(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_shown),
		cmocka_unit_test(test_overflow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
