// SPDX-License-Identifier: Apache-2.0
/*
 * What a receipt printer sends back: telling its answers apart, whole and in pieces and with
 * flow control in between, and what their bits mean (Epson TM-T88III specification).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "drivers/escpos_answer.h"

struct heard {
	struct escpos_answer answers[32];
	size_t n;
	uint64_t garbage;
};

static struct heard hear(const void *p, size_t n)
{
	struct escpos_reader reader = { .n = 0 };
	struct heard h = { .n = 0 };
	const uint8_t *bytes = p;

	for (size_t i = 0; i < n; i++) {
		assert_true(h.n < COUNT_OF(h.answers));
		h.n += escpos_read(&reader, bytes[i], &h.answers[h.n]);
	}
	h.garbage = reader.garbage;
	return h;
}
#define HEAR(text) hear(text, sizeof(text) - 1)

static void assert_answer(const struct heard *h, size_t i, enum escpos_answer_kind kind,
			  const char *bytes, size_t n)
{
	assert_true(i < h->n);
	assert_int_equal(h->answers[i].kind, kind);
	assert_memory_equal(h->answers[i].bytes, bytes, n);
}

static void test_kinds(void **state)
{
	const struct heard h = HEAR("\x12\x00\x10\x01\x0f\x6f\x37\x22"
				    "0042\x00\x7e");

	(void)state;
	assert_int_equal(h.n, 5);
	assert_answer(&h, 0, ESCPOS_ANSWER_REALTIME, "\x12", 1);
	assert_answer(&h, 1, ESCPOS_ANSWER_STATUS, "\x00", 1);
	assert_answer(&h, 2, ESCPOS_ANSWER_AUTOMATIC, "\x10\x01\x0f\x6f", 4);
	assert_answer(&h, 3, ESCPOS_ANSWER_PROCESS, "0042", 4);
	assert_answer(&h, 4, ESCPOS_ANSWER_REALTIME, "\x7e", 1);
	assert_int_equal(h.garbage, 0);
}

static void test_flow_control(void **state)
{
	const struct heard h = HEAR("\x13\x11\x12\x13\x10\x13\x01\x11\x0f\x13\x6f\x13\x37\x22\x13"
				    "00\x11"
				    "42\x13\x00");

	(void)state;
	assert_int_equal(h.n, 3);
	assert_answer(&h, 1, ESCPOS_ANSWER_AUTOMATIC, "\x10\x01\x0f\x6f", 4);
	assert_answer(&h, 2, ESCPOS_ANSWER_PROCESS, "0042", 4);
	assert_int_equal(h.garbage, 0);
}

/* A name is a block of its own kind. Blocks nobody asked for are nothing; a broken answer does not
 * take the next one with it. */
static void test_foreign(void **state)
{
	struct heard h = HEAR("\x5f"
			      "EPSON\x00\x37\x23\x41\x00\x37\x25\x00\x37\x36"
			      "33\x1f"
			      "33\x1f"
			      "1\x1f"
			      "0\x00\x12");

	(void)state;
	assert_int_equal(h.n, 2);
	assert_int_equal(h.answers[0].kind, ESCPOS_ANSWER_TEXT);
	assert_int_equal(h.answers[0].text.n, 5);
	assert_answer(&h, 1, ESCPOS_ANSWER_REALTIME, "\x12", 1);
	h = HEAR("\x10\x00\x16\x10\x00\x00\x10\x00\x00\x00");
	assert_int_equal(h.n, 2);
	assert_answer(&h, 0, ESCPOS_ANSWER_REALTIME, "\x16", 1);
	assert_answer(&h, 1, ESCPOS_ANSWER_AUTOMATIC, "\x10\x00\x00\x00", 4);
	assert_int_equal(h.garbage, 5);
	h = HEAR("\x37\x22"
		 "00\xff\x37\x22"
		 "0042\x00\x37\x22"
		 "00423\x00\x37\x22"
		 "004\x00");
	assert_int_equal(h.n, 1);
	assert_answer(&h, 0, ESCPOS_ANSWER_PROCESS, "0042", 4);
}

/* A block without an end is given up. */
static void test_endless(void **state)
{
	char block[400];
	struct heard h;

	(void)state;
	memset(block, 'P', sizeof(block));
	block[0] = '_';
	block[sizeof(block) - 1] = 0x12;
	h = hear(block, sizeof(block));
	assert_answer(&h, h.n - 1, ESCPOS_ANSWER_REALTIME, "\x12", 1);
	assert_true(h.garbage > ESCPOS_BLOCK_MAX);
}

static void test_realtime_bits(void **state)
{
	static const struct {
		uint8_t eot[4];
		enum device_status status;
		enum device_trouble trouble;
	} cases[] = {
		{ { 0x12, 0x12, 0x12, 0x12 }, DEVICE_OK, TROUBLE_NONE },
		{ { 0x16, 0x12, 0x12, 0x12 }, DEVICE_OK, TROUBLE_NONE }, /* drawer pin high */
		{ { 0x12, 0x1a, 0x12, 0x12 }, DEVICE_OK, TROUBLE_NONE }, /* somebody presses FEED */
		{ { 0x12, 0x12, 0x16, 0x12 },
		  DEVICE_OK,
		  TROUBLE_NONE }, /* undefined on some models */
		{ { 0x12, 0x12, 0x12, 0x1e }, DEVICE_PAPER_LOW, TROUBLE_PAPER_LOW },
		{ { 0x1a, 0x12, 0x12, 0x12 }, DEVICE_OFFLINE, TROUBLE_OFFLINE },
		{ { 0x1a, 0x16, 0x12, 0x12 }, DEVICE_COVER_OPEN, TROUBLE_COVER },
		{ { 0x1a, 0x36, 0x12, 0x7e }, DEVICE_COVER_OPEN, TROUBLE_COVER },
		{ { 0x1a, 0x32, 0x12, 0x7e }, DEVICE_PAPER_OUT, TROUBLE_PAPER_OUT },
		{ { 0x12, 0x12, 0x12, 0x72 }, DEVICE_PAPER_OUT, TROUBLE_PAPER_OUT },
		{ { 0x1a, 0x52, 0x1a, 0x12 }, DEVICE_ERROR, TROUBLE_CUTTER },
		{ { 0x1a, 0x52, 0x32, 0x12 }, DEVICE_ERROR, TROUBLE_SERVICE },
		{ { 0x1a, 0x52, 0x52, 0x12 }, DEVICE_ERROR, TROUBLE_HOT },
		{ { 0x1a, 0x52, 0x16, 0x12 }, DEVICE_ERROR, TROUBLE_MECHANICAL },
		{ { 0x1a, 0x52, 0x12, 0x12 }, DEVICE_ERROR, TROUBLE_MECHANICAL },
		/* opened while it printed: an error that ends by itself, with the cover */
		{ { 0x1a, 0x56, 0x52, 0x12 }, DEVICE_COVER_OPEN, TROUBLE_COVER },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		const struct escpos_facts f = escpos_facts_realtime(cases[i].eot);

		assert_int_equal(f.status, cases[i].status);
		assert_int_equal(f.trouble, cases[i].trouble);
		assert_int_equal(f.cover, (cases[i].eot[1] & 0x04) != 0);
		assert_int_equal(f.drawer_high, i == 1);
		assert_int_equal(f.detail[0] == '\0', f.status == DEVICE_OK);
	}
}

static void test_automatic_bits(void **state)
{
	static const struct {
		uint8_t asb[4];
		enum device_status status;
		enum device_trouble trouble;
	} cases[] = {
		{ { 0x10, 0, 0, 0 }, DEVICE_OK, TROUBLE_NONE },
		{ { 0x14, 0, 0, 0 }, DEVICE_OK, TROUBLE_NONE },
		{ { 0x50, 0, 0, 0 }, DEVICE_OK, TROUBLE_NONE },	   /* somebody presses FEED */
		{ { 0x10, 0x07, 0, 0 }, DEVICE_OK, TROUBLE_NONE }, /* undefined on some models */
		{ { 0x10, 0, 0x03, 0 }, DEVICE_PAPER_LOW, TROUBLE_PAPER_LOW },
		{ { 0x18, 0, 0x0c, 0 }, DEVICE_PAPER_OUT, TROUBLE_PAPER_OUT },
		{ { 0x38, 0, 0, 0 }, DEVICE_COVER_OPEN, TROUBLE_COVER },
		{ { 0x38, 0, 0x0f, 0 }, DEVICE_COVER_OPEN, TROUBLE_COVER },
		{ { 0x18, 0x08, 0, 0 }, DEVICE_ERROR, TROUBLE_CUTTER },
		{ { 0x18, 0x20, 0, 0 }, DEVICE_ERROR, TROUBLE_SERVICE },
		{ { 0x18, 0x40, 0, 0 }, DEVICE_ERROR, TROUBLE_HOT },
		{ { 0x18, 0x04, 0, 0 }, DEVICE_ERROR, TROUBLE_MECHANICAL },
		{ { 0x18, 0, 0, 0 }, DEVICE_OFFLINE, TROUBLE_OFFLINE },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		const struct escpos_facts f = escpos_facts_automatic(cases[i].asb);

		assert_int_equal(f.status, cases[i].status);
		assert_int_equal(f.trouble, cases[i].trouble);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kinds),	      cmocka_unit_test(test_flow_control),
		cmocka_unit_test(test_foreign),	      cmocka_unit_test(test_endless),
		cmocka_unit_test(test_realtime_bits), cmocka_unit_test(test_automatic_bits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
