// SPDX-License-Identifier: Apache-2.0
/*
 * The simulated printer: its parser gives the same operations in any chunking, every fault
 * shows in every status answer, and nothing printed is lost or doubled by a fault.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "tests/sim/bench.h"

/* Operations as text, to compare whole streams. */
static void note_op(void *ctx, const struct escpos_op *op)
{
	struct sim_buf *out = ctx;

	sim_buf_format(out, "%d", (int)op->kind);
	for (size_t i = 0; i < op->p_len; i++)
		sim_buf_format(out, " %02x", op->p[i]);
	sim_buf_text(out, " ");
	sim_buf_visible(out, op->data, op->data_len);
	sim_buf_text(out, "\n");
}

static const char stream[] =
	"\x1b@\x1c.\x1bt\x12Zaj\xA5" "c\n\x1d!\x11\x1b" "a\x01Tytu\x88\n"
	"\x1b" "D\x08\x10\x00\x1b!\x38g\tx\n"
	"\x1d(k\x08\x00\x31\x50\x30" "12\x10\x04\x01\x1d(k\x03\x00\x31\x51\x30"
	"\x1dv0\x00\x02\x00\x02\x00\x1b@\x1b@"
	"\x1d(L\x0c\x00\x30\x70\x30\x01\x01\x31\x08\x00\x02\x00\xFF\x81\x1d(L\x02\x00\x30\x32"
	"\x1d" "8L\x0c\x00\x00\x00\x30\x70\x30\x01\x01\x31\x08\x00\x02\x00\xFF\x81"
	"\x1dk\x02" "590123412345\x00\x1dkI\x05{BABC"
	"\x1bp\x00\x19\xfa\x10\x04\x01\x10\x14\x01\x00\x01\x10\x05\x02"
	"\x1b\xFE\x02\x1d" "ad\x1d(H\x06\x00\x30\x30" "0001\x1dr\x01\x1dV\x42\x00\x1dV\x00\x1bi";

/* The operations themselves; chunks come in the next test. */
static void test_operations(void **state)
{
	struct sim_buf once = { 0 };
	struct escpos_parser parser;
	size_t half;

	(void)state;
	escpos_init(&parser, note_op, &once);
	for (size_t i = 0; i < sizeof(stream) - 1; i++)
		escpos_feed(&parser, (uint8_t)stream[i]);
	assert_true(escpos_at_rest(&parser));
	assert_int_equal(parser.unknown, 3);
	assert_int_equal(parser.stray, 1);
	half = once.len;
	/* Nothing is left behind that would change the same bytes sent again. */
	for (size_t i = 0; i < sizeof(stream) - 1; i++)
		escpos_feed(&parser, (uint8_t)stream[i]);
	assert_int_equal(once.len, 2 * half);
	assert_memory_equal(once.bytes + half, once.bytes, half);
	escpos_free(&parser);
	sim_buf_free(&once);
}

/* Through the whole printer, where reads do come in chunks. */
static void test_chunking_printer(void **state)
{
	struct sim_buf answers = { 0 };
	struct sim_buf text = { 0 };

	(void)state;
	for (size_t chunk = sizeof(stream) - 1; chunk > 0; chunk--) {
		struct bench b;

		bench_open(&b, false);
		for (size_t at = 0; at < sizeof(stream) - 1; at += chunk) {
			const size_t left = sizeof(stream) - 1 - at;

			bench_send(&b, stream + at, left < chunk ? left : chunk);
		}
		if (!text.len) {
			sim_buf_add(&answers, b.answers.bytes, b.answers.len);
			sim_buf_add(&text, b.text.bytes, b.text.len);
			assert_true(text.len > 60 && answers.len > 10);
		}
		assert_int_equal(b.answers.len, answers.len);
		assert_memory_equal(b.answers.bytes, answers.bytes, answers.len);
		assert_int_equal(b.text.len, text.len);
		assert_memory_equal(b.text.bytes, text.bytes, text.len);
		assert_int_equal(b.kicks, 2);
		bench_close(&b);
	}
	sim_buf_free(&answers);
	sim_buf_free(&text);
}

static void test_oversize(void **state)
{
	struct sim_buf ops = { 0 };
	struct escpos_parser parser;

	(void)state;
	escpos_init(&parser, note_op, &ops);
	/* GS 8 L of 5 MiB: swallowed whole, kept in bounds, and the next command is read. */
	for (const char *c = "\x1d" "8L"; *c; c++)
		escpos_feed(&parser, (uint8_t)*c);
	for (int i = 0; i < 4; i++)
		escpos_feed(&parser, (uint8_t)((5u << 20) >> (8 * i)));
	for (unsigned int i = 0; i < 5u << 20; i++)
		escpos_feed(&parser, 'x');
	assert_true(escpos_at_rest(&parser));
	assert_true(parser.data.cap <= 2 * ESCPOS_DATA_MAX + 16);
	ops.len = 0;
	escpos_feed(&parser, 'A');
	sim_buf_add(&ops, "", 1);
	assert_string_equal((const char *)ops.bytes, "0 41 \n");
	/* A NUL-ended bar code without its NUL does not swallow the world. */
	for (const char *c = "\x1dk\x04"; *c; c++)
		escpos_feed(&parser, (uint8_t)*c);
	for (int i = 0; i < 300; i++)
		escpos_feed(&parser, '1');
	assert_true(escpos_at_rest(&parser) && parser.unknown > 200);
	escpos_free(&parser);
	sim_buf_free(&ops);
}

static void test_realtime_overlap(void **state)
{
	struct realtime_scan scan = { 0 };
	struct realtime_command command;
	int found = 0;

	(void)state;
	/* False starts before and inside the real thing. */
	for (size_t i = 0; i < 12; i++)
		found += realtime_feed(&scan, (uint8_t)"\x10\x14\x10\x10\x04\x09\x10\x14\x01\x10\x04\x02"[i],
				       &command);
	assert_int_equal(found, 1);
	assert_int_equal(command.kind, REALTIME_STATUS);
	assert_int_equal(command.value, 2);
}

#define ASK_ALL "\x10\x04\x01\x10\x04\x02\x10\x04\x03\x10\x04\x04"

static void test_status_per_fault(void **state)
{
	static const struct {
		const char *faults;
		const char *eot; /* n = 1..4 */
		const char *asb; /* 4 bytes */
	} table[] = {
		{ "none", "\x12\x12\x12\x12", "\x10\x00\x00\x0f" },
		{ "near-end", "\x12\x12\x12\x1e", "\x10\x00\x03\x0f" },
		{ "paper-out", "\x1a\x32\x12\x7e", "\x18\x00\x0f\x0f" },
		{ "cover", "\x1a\x16\x12\x12", "\x38\x00\x00\x0f" },
		{ "cutter", "\x1a\x52\x1a\x12", "\x18\x08\x00\x0f" },
		{ "heat", "\x1a\x52\x52\x12", "\x18\x40\x00\x0f" },
		{ "cover,paper-out", "\x1a\x36\x12\x7e", "\x38\x00\x0f\x0f" },
		{ "slow", "\x12\x12\x12\x12", "\x10\x00\x00\x0f" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct bench b;

		bench_open(&b, false);
		/* ASB is switched on while all is well, and reports the change by itself. */
		SEND(&b, "\x1d" "a\x0f");
		EXPECT(&b, "\x10\x00\x00\x0f");
		bench_faults(&b, table[i].faults);
		if (memcmp(table[i].asb, table[0].asb, 4) != 0)
			bench_expect(&b, table[i].asb, 4);
		EXPECT(&b, "");
		SEND(&b, ASK_ALL);
		bench_expect(&b, table[i].eot, 4);
		/* DLE DC4 7 asks for the same in real time. */
		SEND(&b, "\x10\x14\x07\x01");
		bench_expect(&b, table[i].asb, 4);
		bench_close(&b);
	}
}

static void test_deaf_and_garbage(void **state)
{
	struct bench b;

	(void)state;
	bench_open(&b, false);
	bench_faults(&b, "deaf");
	SEND(&b, ASK_ALL "\x1d" "a\x0f" "abc\n\x1d" "IB\x1dr\x01\x1d(H\x06\x00\x30\x30" "0001\x1dV\x00");
	EXPECT(&b, "");
	bench_expect_text(&b, "abc\n[CUT]\n");
	bench_faults(&b, "garbage");
	SEND(&b, "\x1d(H\x06\x00\x30\x30" "0002");
	assert_true(b.answers.len >= 7);
	assert_memory_not_equal(b.answers.bytes, "\x37\x22" "0002", 7);
	bench_close(&b);
}

static void test_in_order_answers(void **state)
{
	struct bench b;

	(void)state;
	bench_open(&b, false);
	SEND(&b, "\x1d" "IA\x1d" "IB\x1d" "IC\x1d" "ID");
	EXPECT(&b, "_0.1.0 SIM\0_EPSON\0_TM-T20II\0_SIM0000001\0");
	SEND(&b, "\x1dr\x01\x1dr\x02");
	EXPECT(&b, "\x00\x00");
	SEND(&b, "\x1bp\x00\x19\xfa\x1dr\x02\x10\x04\x01");
	EXPECT(&b, "\x01\x16");
	/* The drawer closes by itself. */
	device_tick(&b.device, b.now_ms += 2000);
	SEND(&b, "\x1dr\x32");
	EXPECT(&b, "\x00");
	bench_faults(&b, "near-end");
	SEND(&b, "\x1dr\x31");
	EXPECT(&b, "\x03");
	/* 25 modules of 4 dots fit; 16-dot modules of a large symbol do not. */
	SEND(&b, "\x1d(k\x03\x00\x31\x43\x04\x1d(k\x1b\x00\x31\x50\x30" "abcdefghijklmnopqrstuvwx");
	SEND(&b, "\x1d(k\x03\x00\x31\x52\x30");
	EXPECT(&b, "\x37\x36" "100\x1f" "100\x1f" "1\x1f" "0\0");
	bench_close(&b);
}

/* The fence: no answer before the data in front of it is printed, whatever is wrong. */
static void test_paper_out_keeps_the_job(void **state)
{
	struct bench b;

	(void)state;
	bench_open(&b, false);
	bench_faults(&b, "paper-out");
	SEND(&b, "\x1b@line one\nline two\n\x1dV\x42\x00\x1d(H\x06\x00\x30\x30" "0001\x10\x04\x04");
	EXPECT(&b, "\x7e");
	assert_int_equal(b.jobs, 0);
	device_disconnected(&b.device, b.now_ms);
	device_tick(&b.device, b.now_ms += 60000);
	assert_int_equal(b.jobs, 0);
	bench_faults(&b, "none");
	bench_expect_text(&b, "line one\nline two\n[CUT]\n");
	EXPECT(&b, "\x37\x22" "0001\0");
	bench_close(&b);
}

static void test_paper_out_in_the_middle(void **state)
{
	struct bench b;

	(void)state;
	bench_open(&b, false);
	SEND(&b, "\x1d" "a\x0f");
	b.answers.len = 0;
	bench_faults(&b, "paper-out@12");
	SEND(&b, "line one\nline two\n\x1dV\x00\x1dr\x01");
	EXPECT(&b, "\x18\x00\x0f\x0f");
	assert_int_equal(b.jobs, 0);
	bench_faults(&b, "none");
	EXPECT(&b, "\x10\x00\x00\x0f\x00");
	bench_expect_text(&b, "line one\nline two\n[CUT]\n");
	assert_int_equal(b.raw.len, 3 + 18 + 3);
	bench_close(&b);
}

static void test_buffer_fills(void **state)
{
	static const char lines[4096 + 1];
	struct bench b;

	(void)state;
	bench_open(&b, false);
	bench_faults(&b, "cover");
	bench_send(&b, lines, 4096);
	assert_int_equal(device_room(&b.device), 0);
	bench_faults(&b, "none");
	assert_int_equal(device_room(&b.device), 4096);
	bench_close(&b);
}

static void test_cutter_error(void **state)
{
	struct bench b;

	(void)state;
	bench_open(&b, false);
	SEND(&b, "half a li");
	bench_faults(&b, "cutter");
	SEND(&b, "ne\n\x1dV\x00\x10\x05\x01\x10\x04\x01");
	EXPECT(&b, "\x1a"); /* the cause is still there */
	bench_faults(&b, "none");
	SEND(&b, "\x10\x04\x01");
	EXPECT(&b, "\x1a"); /* waits to be told */
	SEND(&b, "\x10\x05\x01\x10\x04\x01");
	EXPECT(&b, "\x12");
	bench_expect_text(&b, "half a line\n[CUT]\n");
	/* ENQ 2 gives up the data, pending fences included. */
	SEND(&b, "lost");
	bench_faults(&b, "cutter");
	SEND(&b, " lost\n\x1d(H\x06\x00\x30\x30" "0001");
	bench_faults(&b, "none");
	SEND(&b, "\x10\x05\x02kept\n\x1dV\x00");
	EXPECT(&b, "");
	bench_expect_text(&b, "kept\n[CUT]\n");
	/* DLE DC4 8 says that it cleared. */
	SEND(&b, "gone\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08kept\n\x1dV\x00");
	EXPECT(&b, "\x37\x25\x00");
	bench_expect_text(&b, "kept\n[CUT]\n");
	bench_close(&b);
}

/* What a board does not know it does not answer; the rest works. */
static void test_unknown_commands(void **state)
{
	struct bench b;

	(void)state;
	bench_open(&b, false);
	bench_faults(&b, "no-process,no-status,no-identity,no-auto");
	SEND(&b, "\x1d(H\x06\x00\x30\x30" "0001\x1dr\x01\x1dI\x42\x1d" "a\x0f");
	EXPECT(&b, "");
	SEND(&b, "\x10\x04\x01");
	EXPECT(&b, "\x12");
	bench_close(&b);
}

/* Off and on with the line up: what it had is lost, and for a while it hears nothing. */
static void test_power_cycle(void **state)
{
	struct bench b;

	(void)state;
	bench_open(&b, false);
	bench_faults(&b, "paper-out");
	SEND(&b, "lost\n\x1dr\x01");
	device_power_cycle(&b.device, b.device.now_ms);
	bench_faults(&b, "none");
	SEND(&b, "deaf\n\x10\x04\x01");
	EXPECT(&b, "");
	b.now_ms += DEVICE_BOOT_MS;
	SEND(&b, "kept\n\x1dV\x00\x10\x04\x01");
	EXPECT(&b, "\x12");
	bench_expect_text(&b, "kept\n[CUT]\n");
	bench_close(&b);
}

static void test_drawer_polarity(void **state)
{
	struct bench b;

	(void)state;
	bench_open(&b, false);
	b.device.config.drawer_low = true;
	SEND(&b, "\x10\x04\x01");
	EXPECT(&b, "\x16");
	SEND(&b, "\x1bp\x00\x19\x19\x10\x04\x01\x1dr\x02");
	EXPECT(&b, "\x12\x00");
	bench_close(&b);
}

static void test_slow(void **state)
{
	struct bench b;

	(void)state;
	bench_open(&b, false);
	bench_faults(&b, "slow");
	SEND(&b, "0123456789\n\x1dV\x00\x1dr\x01\x10\x04\x01");
	EXPECT(&b, "\x12"); /* real time overtakes the data */
	device_tick(&b.device, b.now_ms += 10);
	assert_int_equal(b.jobs, 0);
	device_tick(&b.device, b.now_ms += 4);
	assert_int_equal(b.jobs, 1);
	EXPECT(&b, "");
	device_tick(&b.device, b.now_ms += 3);
	EXPECT(&b, "\x00");
	bench_close(&b);
}

static void test_drop(void **state)
{
	struct bench b;

	(void)state;
	bench_open(&b, false);
	bench_faults(&b, "drop@10");
	assert_int_equal(device_room(&b.device), 10);
	SEND(&b, "first\nseco");
	assert_true(device_drop_due(&b.device));
	assert_false(device_drop_due(&b.device));
	device_disconnected(&b.device, b.now_ms);
	bench_expect_text(&b, "first\n[TORN]\n");
	/* What was half a line is still in the print buffer until ESC @. */
	SEND(&b, "\x1b@again\n\x1dV\x00");
	bench_expect_text(&b, "again\n[CUT]\n");
	bench_close(&b);
}

/* The hazard of raster: a link lost inside an image swallows the start of the next job. */
static void test_half_an_image_swallows(void **state)
{
	struct bench b;

	(void)state;
	bench_open(&b, false);
	SEND(&b, "\x1dv0\x00\x02\x00\x04\x00\x01\x02");
	device_disconnected(&b.device, b.now_ms);
	SEND(&b, "\x1b@lost\nkept\n\x1dV\x00");
	bench_expect_text(&b, "[IMAGE 16x4]\n\nkept\n[CUT]\n");
	/* The cure: as many NULs as a slice, then ESC @. */
	SEND(&b, "\x1dv0\x00\x02\x00\x04\x00\x01\x02");
	SEND(&b, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x1b@kept\n\x1dV\x00");
	bench_expect_text(&b, "[IMAGE 16x4]\nkept\n[CUT]\n");
	assert_int_equal(b.unknown, 0);
	bench_close(&b);
}

static void test_idle_and_power(void **state)
{
	struct bench b;

	(void)state;
	bench_open(&b, false);
	SEND(&b, "no cut\n");
	assert_int_equal(device_timeout_ms(&b.device, b.now_ms), 2000);
	device_tick(&b.device, b.now_ms += 1999);
	assert_int_equal(b.jobs, 0);
	device_tick(&b.device, b.now_ms += 1);
	bench_expect_text(&b, "no cut\n[TORN]\n");
	SEND(&b, "\x1d" "a\x0fprinted\n");
	bench_faults(&b, "cover");
	SEND(&b, "lost\n");
	device_set_power(&b.device, false, b.now_ms);
	assert_false(device_accepting(&b.device));
	bench_faults(&b, "none");
	device_set_power(&b.device, true, b.now_ms);
	assert_true(device_accepting(&b.device));
	bench_expect_text(&b, "printed\n[TORN]\n");
	b.answers.len = 0;
	/* Automatic status is off again, modes are gone. */
	bench_faults(&b, "near-end");
	EXPECT(&b, "");
	SEND(&b, "next\n\x1dV\x00");
	bench_expect_text(&b, "next\n[CUT]\n");
	bench_close(&b);
}

static void test_bad_fault_lists(void **state)
{
	static const char *const bad[] = {
		"", ",", "paper", "cover,", "drop@", "drop@x", "drop@-1", "paper-out@1z",
	};
	struct bench b;

	(void)state;
	bench_open(&b, false);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_true(device_set_faults(&b.device, bad[i], b.now_ms) < 0);
	bench_close(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_operations),
		cmocka_unit_test(test_chunking_printer),
		cmocka_unit_test(test_oversize),
		cmocka_unit_test(test_realtime_overlap),
		cmocka_unit_test(test_status_per_fault),
		cmocka_unit_test(test_deaf_and_garbage),
		cmocka_unit_test(test_in_order_answers),
		cmocka_unit_test(test_paper_out_keeps_the_job),
		cmocka_unit_test(test_paper_out_in_the_middle),
		cmocka_unit_test(test_buffer_fills),
		cmocka_unit_test(test_cutter_error),
		cmocka_unit_test(test_unknown_commands),
		cmocka_unit_test(test_power_cycle),
		cmocka_unit_test(test_drawer_polarity),
		cmocka_unit_test(test_slow),
		cmocka_unit_test(test_drop),
		cmocka_unit_test(test_half_an_image_swallows),
		cmocka_unit_test(test_idle_and_power),
		cmocka_unit_test(test_bad_fault_lists),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
