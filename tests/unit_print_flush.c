// SPDX-License-Identifier: Apache-2.0
/*
 * A job that broke off: the printer may wait for the rest of a picture, and would take all that
 * comes for it. What the next connection sends to get out of that, and when.
 */
#include "tests/escpos_bench.h"

/* The status is asked first (and automatic status): 15 bytes. Then how many NULs? */
static size_t nuls_behind_status(const struct bench *b)
{
	size_t n = 15;

	assert_true(b->wire_n > n && b->wire[0] == 0x10);
	while (n < b->wire_n && b->wire[n] == 0)
		n++;
	return n - 15;
}

/* A driver whose state is new, because its printer was claimed again, is told so. */
static void test_flush_when_told(void **state)
{
	struct bench *b = bench_new("auto");

	(void)state;
	b->setup.cut_off = true;
	start_anew(b, 100);
	assert_int_equal(nuls_behind_status(b), ESCPOS_SWALLOW_MAX);
	assert_int_equal(b->status, DEVICE_OK);
	bench_free(b);
}

/* After a job that broke off, the next connection fills up what the printer may wait for. */
static void test_flush(void **state)
{
	struct bench *b = bench_up("auto");

	(void)state;
	begin_job(b, 1, 5);
	driver_print_escpos.stop(b->state, &b->sink);
	assert_job(b, 1, 1, JOB_RESULT_UNKNOWN);
	start_anew(b, 100);
	assert_int_equal(nuls_behind_status(b), ESCPOS_SWALLOW_MAX);
	assert_int_equal(b->status, DEVICE_OK);
	give_job(b, 2);
	settle(b, 100);
	assert_job(b, 2, 2, JOB_RESULT_DONE);
	driver_print_escpos.stop(b->state, &b->sink);
	line_up(b);
	assert_int_equal(b->job_count, 2);
	b->wire_n = 0;
	bench_free(b);
}

/* The line goes again before all of that is out. */
static void test_flush_broken_off(void **state)
{
	struct bench *b = bench_up("auto");

	(void)state;
	begin_job(b, 1, 5);
	driver_print_escpos.stop(b->state, &b->sink);
	driver_print_escpos.start(b->state, &b->setup, b->now_ms, &b->sink);
	give_room(b, 15);
	answer(b);
	give_room(b, 100);
	driver_print_escpos.stop(b->state, &b->sink);
	start_anew(b, 100);
	assert_int_equal(nuls_behind_status(b), ESCPOS_SWALLOW_MAX);
	bench_free(b);
}

/* A cover that stands open when the line comes back: NULs would fill the printer's buffer, and
 * nobody could ask it anything any more. They wait until it is well. */
static void test_flush_waits(void **state)
{
	struct bench *b = bench_new("auto");

	(void)state;
	b->setup.cut_off = true;
	b->automatic = false;
	memcpy(b->eot, "\x1a\x16\x12\x12", 4);
	start_anew(b, 100);
	pass(b, 60000, 4000);
	assert_int_equal(b->status, DEVICE_COVER_OPEN);
	assert_null(memmem(b->wire, b->wire_n, "\0\0", 2));
	memset(b->eot, 0x12, sizeof(b->eot));
	pass(b, 4000, 4000);
	assert_int_equal(b->status, DEVICE_OK);
	assert_true(b->wire_n > ESCPOS_SWALLOW_MAX);
	bench_free(b);
}

/* Silence may be a printer that takes the questions for the rest of a picture. */
static void test_flush_into_silence(void **state)
{
	struct bench *b = bench_new("auto");

	(void)state;
	b->setup.cut_off = true;
	b->deaf = true;
	start_anew(b, 100);
	assert_int_equal(b->wire_n, 15);
	pass(b, 3000, 4000);
	assert_int_equal(nuls_behind_status(b), ESCPOS_SWALLOW_MAX);
	bench_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_flush_when_told),	   cmocka_unit_test(test_flush),
		cmocka_unit_test(test_flush_broken_off),   cmocka_unit_test(test_flush_waits),
		cmocka_unit_test(test_flush_into_silence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
