// SPDX-License-Identifier: Apache-2.0
/*
 * The device manager with configured ports: scans, jobs, what is told of a device, and stopping.
 * What comes and goes is in unit_auto.c.
 */
#include <unistd.h>

#include "tests/device_bench.h"

static void test_scan(void **state)
{
	struct bench *b = bench_new();
	const struct told *s;
	int64_t before;

	(void)state;
	bench_plug_scanner(b);
	b->config->devices[0].desk = DESK_KIOSK;
	bench_start(b);
	RUN_UNTIL(b, bench_status(b, "counter") == DEVICE_OK);
	before = (int64_t)uv_hrtime();
	bench_type(b, "]E05901234123457\r");
	RUN_UNTIL(b, bench_count(b, DOOR_SCAN) == 1);
	s = bench_last(b, DOOR_SCAN);
	assert_string_equal(s->text, "5901234123457");
	assert_int_equal(s->event.scan.desk, DESK_KIOSK);
	assert_int_equal(s->event.scan.symbology, SYMBOLOGY_EAN_UPC);
	assert_string_equal(s->event.scan.device, "counter");
	assert_in_range(s->event.scan.read_ns, before, (int64_t)uv_hrtime());
	bench_type(b, "L1.AAAA\n");
	RUN_UNTIL(b, bench_count(b, DOOR_SCAN) == 2);
	assert_int_equal(bench_last(b, DOOR_SCAN)->event.scan.symbology, SYMBOLOGY_UNKNOWN);
	bench_pull_scanner(b);
	RUN_UNTIL(b, bench_status(b, "counter") == DEVICE_OFFLINE);
	bench_free(b);
}

static int64_t made_ms(void *ctx)
{
	return *(int64_t *)ctx;
}

static void made_random(void *ctx, void *p, size_t n)
{
	(void)ctx;
	memset(p, 0, n);
}

/* The 300 ms are counted by the time of each read; the time is made here. */
static void test_repeats(void **state)
{
	struct bench *b = bench_new();
	int64_t now_ms = 1000;

	(void)state;
	b->clock = (struct clock){ made_ms, made_ms, made_random, &now_ms };
	bench_plug_scanner(b);
	bench_start(b);
	RUN_UNTIL(b, bench_status(b, "counter") == DEVICE_OK);
	bench_type(b, "A\rA\r\nB\rA\r");
	RUN_UNTIL(b, bench_value(b, "lada_scans_repeated_total", "counter") == 2);
	assert_int_equal(bench_count(b, DOOR_SCAN), 2);
	now_ms += 300;
	bench_type(b, "A\r");
	RUN_UNTIL(b, bench_value(b, "lada_scans_repeated_total", "counter") == 3);
	now_ms += 301;
	bench_type(b, "A\r");
	RUN_UNTIL(b, bench_count(b, DOOR_SCAN) == 3);
	assert_int_equal(bench_value(b, "lada_scans_repeated_total", "counter"), 3);
	assert_int_equal(bench_value(b, "lada_scans_total", "counter"), 3);
	bench_free(b);
}

/* A full door drops scans and counts them; results of jobs and states wait for room. */
static void test_full_door(void **state)
{
	static char code[4097];
	struct bench *b = bench_new();
	const struct door_event filler = { .kind = DOOR_SCAN };
	const struct slice nothing = { NULL, 0 };

	(void)state;
	bench_plug_scanner(b);
	bench_start(b);
	RUN_UNTIL(b, bench_status(b, "counter") == DEVICE_OK);
	b->shut = true;
	memset(code, 'x', 4096);
	while (door_submit(b->door, &filler, slice_of(code)) == 0)
		;
	while (door_submit(b->door, &filler, nothing) == 0)
		;
	bench_type(b, "LOST\r");
	RUN_UNTIL(b, bench_value(b, "lada_scans_dropped_total", "counter") == 1);
	bench_print(b, 70, "nobody", "Tx\n");
	bench_print(b, 71, "nobody", "Tx\n");
	bench_pull_scanner(b);
	RUN_UNTIL(b, bench_value(b, "lada_device_ready", "counter") == 0);
	{
		struct door_event e;
		struct slice payload;

		while (door_take(b->door, false, &e, &payload))
			assert_int_equal(e.kind, DOOR_SCAN);
	}
	b->shut = false;
	RUN_UNTIL(b, bench_count(b, DOOR_JOB) == 2 && bench_status(b, "counter") == DEVICE_OFFLINE);
	bench_assert_job(b, 71, JOB_RESULT_NOTHING);
	assert_string_equal(bench_last(b, DOOR_JOB)->event.job.detail, "no such printer");
	bench_free(b);
}

static void test_print(void **state)
{
	struct bench *b = bench_new();

	(void)state;
	bench_plug_printer(b);
	b->config->devices[0].columns = 32;
	bench_start(b);
	bench_print(b, 1, "receipt", "Tearly\n");
	RUN_UNTIL(b, bench_count(b, DOOR_JOB) == 1);
	bench_assert_job(b, 1, JOB_RESULT_NOTHING);
	RUN_UNTIL(b, bench_status(b, "receipt") == DEVICE_OK);
	bench_print(b, 2, "receipt", "TDziekujemy za zakupy w naszym sklepie\nR\nX\n");
	bench_print(b, 3, "receipt", "Tbusy\n");
	RUN_UNTIL(b, bench_count(b, DOOR_JOB) == 3);
	assert_int_equal(b->told[b->count - 2].event.job.job, 3);
	assert_int_equal(b->told[b->count - 2].event.job.result, JOB_RESULT_NOTHING);
	bench_assert_job(b, 2, JOB_RESULT_DONE);
	assert_non_null(
		memmem(b->paper, b->paper_n, "Dziekujemy za zakupy w naszym\nsklepie\n", 38));
	assert_non_null(memmem(b->paper, b->paper_n, "\n--------------------------------\n", 34));
	assert_null(memmem(b->paper, b->paper_n, "busy", 4));
	assert_null(memmem(b->paper, b->paper_n, "early", 5));
	assert_int_equal(bench_value(b, "lada_print_jobs_done_total", "receipt"), 1);
	assert_int_equal(bench_value(b, "lada_print_jobs_nothing_total", "receipt"), 2);
	bench_free(b);
}

static void test_no_paper(void **state)
{
	struct bench *b = bench_new();

	(void)state;
	bench_plug_printer(b);
	memcpy(b->eot, "\x1a\x32\x12\x7e", 4);
	bench_start(b);
	RUN_UNTIL(b, bench_status(b, "receipt") == DEVICE_PAPER_OUT);
	assert_string_equal(bench_last(b, DOOR_DEVICE)->event.device.detail, "no paper");
	bench_print(b, 1, "receipt", "Tx\n");
	RUN_UNTIL(b, bench_count(b, DOOR_JOB) == 1);
	bench_assert_job(b, 1, JOB_RESULT_NOTHING);
	assert_string_equal(bench_last(b, DOOR_JOB)->event.job.detail, "no paper");
	memset(b->eot, 0x12, 4);
	RUN_UNTIL(b, bench_status(b, "receipt") == DEVICE_OK);
	bench_print(b, 1, "receipt", "Tx\n");
	RUN_UNTIL(b, bench_count(b, DOOR_JOB) == 2);
	bench_assert_job(b, 1, JOB_RESULT_DONE);
	bench_free(b);
}

/* A printer gone mad says another thing with every few bytes: not all of it is told, and the last
 * word is. */
static void test_flapping(void **state)
{
	struct bench *b = bench_new();
	char mad[8 * 500];
	int before;

	(void)state;
	for (size_t i = 0; i < sizeof(mad); i += 8)
		memcpy(mad + i, "\x14\0\0\0\x38\0\x0c\0", 8);
	bench_plug_printer(b);
	bench_start(b);
	RUN_UNTIL(b, bench_status(b, "receipt") == DEVICE_OK);
	before = bench_count(b, DOOR_DEVICE);
	assert_int_equal(write(b->printer, mad, sizeof(mad)), sizeof(mad));
	RUN_UNTIL(b, bench_value(b, "lada_device_read_bytes_total", "receipt") > sizeof(mad));
	assert_in_range(bench_count(b, DOOR_DEVICE) - before, 2, 50);
	RUN_UNTIL(b, bench_status(b, "receipt") == DEVICE_COVER_OPEN);
	bench_free(b);
}

static void test_link_lost(void **state)
{
	struct bench *b = bench_new();

	(void)state;
	bench_plug_printer(b);
	b->mute = true;
	bench_start(b);
	RUN_UNTIL(b, bench_status(b, "receipt") == DEVICE_OK);
	bench_print(b, 5, "receipt", "Tin the middle\n");
	RUN_UNTIL(b, memmem(b->paper, b->paper_n, "middle\n", 7));
	close(b->printer);
	b->printer = -1;
	RUN_UNTIL(b, bench_count(b, DOOR_JOB) == 1);
	bench_assert_job(b, 5, JOB_RESULT_UNKNOWN);
	RUN_UNTIL(b, bench_status(b, "receipt") == DEVICE_OFFLINE);
	b->mute = false;
	RUN_UNTIL(b, bench_status(b, "receipt") == DEVICE_OK);
	bench_print(b, 6, "receipt", "Tagain\n");
	RUN_UNTIL(b, bench_count(b, DOOR_JOB) == 2);
	bench_assert_job(b, 6, JOB_RESULT_DONE);
	bench_free(b);
}

/* A stop in the middle of a job tells the truth before the ports close. */
static void test_stop_in_a_job(void **state)
{
	struct bench *b = bench_new();

	(void)state;
	bench_plug_printer(b);
	b->mute = true;
	bench_start(b);
	RUN_UNTIL(b, bench_status(b, "receipt") == DEVICE_OK);
	bench_print(b, 5, "receipt", "Tin the middle\n");
	RUN_UNTIL(b, memmem(b->paper, b->paper_n, "middle\n", 7));
	bench_stop(b);
	bench_assert_job(b, 5, JOB_RESULT_UNKNOWN);
	devices_free(b->devices);
	b->stopped = false;
	bench_start(b);
	bench_free(b);
}

static void test_missing(void **state)
{
	struct bench *b = bench_new();
	struct door_out beep = { .kind = OUT_FEEDBACK };

	(void)state;
	bench_add(b, DEVICE_SCANNER, "gone", "serial:/dev/serial/by-id/nothing", "line");
	bench_add(b, DEVICE_SCANNER, "auto", "auto", "line");
	bench_add(b, DEVICE_PRINTER, "usb", "usb:04b8:0202", "escpos");
	bench_add(b, DEVICE_SCANNER, "zebra", "serial:/dev/ttyS9", "morse");
	bench_add(b, DEVICE_DISPLAY, "pole", "serial:/dev/ttyS9", "pole");
	slice_copy(slice_of("no-such"),
		   bench_add(b, DEVICE_PRINTER, "odd", "tcp:127.0.0.1:9", "escpos")->profile, 32);
	bench_start(b);
	RUN_UNTIL(b, bench_count(b, DOOR_DEVICE) >= 6);
	assert_int_equal(bench_status(b, "gone"), DEVICE_OFFLINE);
	assert_int_equal(bench_status(b, "auto"), DEVICE_UNCLAIMED);
	assert_int_equal(bench_status(b, "usb"), DEVICE_OFFLINE);
	assert_int_equal(bench_device(b, "usb")->device.trouble, TROUBLE_NOT_FOUND);
	assert_int_equal(bench_status(b, "zebra"), DEVICE_UNCLAIMED);
	assert_int_equal(bench_device(b, "zebra")->device.trouble, TROUBLE_UNSUPPORTED);
	assert_int_equal(bench_device(b, "gone")->device.trouble, TROUBLE_NOT_FOUND);
	assert_int_equal(bench_device(b, "auto")->device.trouble, TROUBLE_NOT_FOUND);
	assert_string_equal(bench_device(b, "auto")->device.protocol, "line");
	assert_int_equal(bench_status(b, "pole"), DEVICE_OFFLINE);
	assert_int_equal(bench_status(b, "odd"), DEVICE_UNCLAIMED);
	for (int i = 0; i < b->count; i++)
		assert_true(b->told[i].event.device.detail[0] != '\0');
	bench_print(b, 9, "usb", "Tx\n");
	RUN_UNTIL(b, bench_count(b, DOOR_JOB) == 1);
	bench_assert_job(b, 9, JOB_RESULT_NOTHING);
	devices_output(b->devices, &beep, (struct slice){ NULL, 0 });
	assert_int_equal(bench_value(b, "lada_device_garbage_bytes_total", "usb"), 0);
	bench_free(b);
}

static void test_none(void **state)
{
	struct bench *b = bench_new();

	(void)state;
	bench_start(b);
	bench_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_scan),	      cmocka_unit_test(test_repeats),
		cmocka_unit_test(test_full_door),     cmocka_unit_test(test_print),
		cmocka_unit_test(test_no_paper),      cmocka_unit_test(test_link_lost),
		cmocka_unit_test(test_stop_in_a_job), cmocka_unit_test(test_missing),
		cmocka_unit_test(test_none),	      cmocka_unit_test(test_flapping),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
