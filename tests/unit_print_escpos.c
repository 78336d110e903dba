// SPDX-License-Identifier: Apache-2.0
/*
 * The ESC/POS job state machine against a printer that misbehaves in every way it can: what is
 * said about a job must be true whatever happens. Time is made here; nothing waits.
 */
#include "tests/escpos_bench.h"

static void test_good(void **state)
{
	static const char *const profiles[] = { "generic-80", "epson-tm-t20" };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		for (size_t room = 1; room < 100; room += room < 16 ? 1 : 40) {
			struct bench *b = bench_up(profiles[i]);

			assert_int_equal(b->status, DEVICE_OK);
			assert_int_equal(give_job(b, 12345), 0);
			assert_int_equal(give_job(b, 2), -EBUSY);
			settle(b, room);
			assert_job(b, 1, 12345, JOB_RESULT_DONE);
			assert_int_equal(times_sent(b), 1);
			assert_int_equal(give_job(b, 2), 0);
			settle(b, room);
			assert_job(b, 2, 2, JOB_RESULT_DONE);
			bench_free(b);
		}
	}
}

static void test_not_connected(void **state)
{
	struct bench *b = bench_new("auto");

	(void)state;
	assert_int_equal(give_job(b, 1), -ENOTCONN);
	line_up(b);
	driver_print_escpos.stop(b->state, &b->sink);
	assert_int_equal(give_job(b, 1), -ENOTCONN);
	assert_int_equal(b->job_count, 0);
	bench_free(b);
}

static void test_deaf(void **state)
{
	struct bench *b = bench_new("auto");

	(void)state;
	b->deaf = true;
	line_up(b);
	assert_int_equal(b->status_count, 0);
	assert_int_equal(give_job(b, 1), 0);
	pass(b, 10000, 100);
	assert_job(b, 1, 1, JOB_RESULT_NOTHING);
	assert_string_equal(b->job_detail, "printer does not answer");
	assert_int_equal(b->status, DEVICE_OFFLINE);
	assert_int_equal(times_sent(b), 0);
	assert_null(memmem(b->wire, b->wire_n, "\x1b@", 2));
	/* It is found again, and asked ever less often meanwhile. */
	b->wire_n = b->read_n = 0;
	pass(b, 600000, 100);
	assert_in_range(b->wire_n, 12, 12 * 25);
	b->deaf = false;
	pass(b, 31000, 100);
	assert_int_equal(b->status, DEVICE_OK);
	bench_free(b);
}

/* A line that takes nothing at all. */
static void test_no_room(void **state)
{
	struct bench *b = bench_new("auto");

	(void)state;
	driver_print_escpos.start(b->state, &b->setup, 0, &b->sink);
	assert_int_equal(give_job(b, 1), 0);
	pass(b, 10000, 0);
	assert_job(b, 1, 1, JOB_RESULT_NOTHING);
	assert_int_equal(b->wire_n, 0);
	assert_int_equal(b->status, DEVICE_OFFLINE);
	bench_free(b);
}

/* The link goes after each number of bytes; the result depends on the first job byte only. */
static void test_link_lost(void **state)
{
	static const char *const profiles[] = { "generic-80", "epson-tm-t20" };

	(void)state;
	for (int i = 0; i < 2; i++) {
		for (size_t k = 0;; k++) {
			struct bench *b = bench_up(profiles[i]);
			size_t sent = 0;

			give_job(b, 9);
			for (size_t n = 0; n < k && b->job_count == 0; n++) {
				give_room(b, 1);
				answer(b);
			}
			if (b->job_count > 0) {
				assert_int_equal(b->result, JOB_RESULT_DONE);
				bench_free(b);
				assert_true(k > JOB_N + 24);
				break;
			}
			driver_print_escpos.stop(b->state, &b->sink);
			sent = b->wire_n > 12 ? b->wire_n - 12 : 0; /* 12: the questions before */
			assert_job(b, 1, 9, sent ? JOB_RESULT_UNKNOWN : JOB_RESULT_NOTHING);
			bench_free(b);
		}
	}
}

/* Paper ends in the middle: the job waits as long as it takes, and is done once. */
static void paper_out(const char *profile, bool automatic)
{
	struct bench *b = bench_new(profile);

	b->automatic = automatic;
	line_up(b);
	begin_job(b, 5, 10);
	b->mute_fence = true;
	memcpy(b->eot, "\x1a\x32\x12\x7e", 4);
	if (automatic)
		hear(b, "\x18\x00\x0c\x00", 4);
	settle(b, 100);
	pass(b, 1800000, 100);
	assert_int_equal(b->job_count, 0);
	assert_int_equal(b->status, DEVICE_PAPER_OUT);
	memset(b->eot, 0x12, 4);
	if (automatic)
		hear(b, "\x10\x00\x00\x00", 4);
	pass(b, 3000, 100);
	assert_int_equal(b->status, DEVICE_OK);
	assert_int_equal(b->job_count, 0); /* well again, but the fence has not answered */
	if (b->profile.fence == PROFILE_FENCE_STATUS)
		hear(b, "\x00", 1);
	else
		hear(b,
		     "\x37\x22"
		     "0005\x00",
		     7);
	settle(b, 100);
	assert_job(b, 1, 5, JOB_RESULT_DONE);
	assert_int_equal(times_sent(b), 1);
	bench_free(b);
}

static void test_paper_out(void **state)
{
	(void)state;
	paper_out("generic-80", false);
	paper_out("generic-80", true);
	paper_out("epson-tm-t20", false);
	paper_out("epson-tm-t20", true);
}

/* GS r says "taken out of the buffer": a printer that then has no paper holds the last lines. */
static void test_paper_out_behind_fence(void **state)
{
	struct bench *b = bench_up("generic-80");

	(void)state;
	b->mute_fence = true;
	give_job(b, 5);
	settle(b, 100);
	memcpy(b->eot, "\x1a\x32\x12\x7e", 4);
	hear(b, "\x00", 1);
	settle(b, 100);
	pass(b, 60000, 100);
	assert_int_equal(b->job_count, 0);
	memset(b->eot, 0x12, 4);
	pass(b, 3000, 100);
	assert_job(b, 1, 5, JOB_RESULT_DONE);
	bench_free(b);
}

/* The window is shut and every question behind it unanswered; automatic status said why. */
static void test_stuck_with_reason(void **state)
{
	struct bench *b = bench_up("epson-tm-t20");

	(void)state;
	begin_job(b, 6, 10);
	b->deaf = true;
	hear(b, "\x38\x00\x00\x00", 4);
	pass(b, 3600000, 0);
	assert_int_equal(b->status, DEVICE_COVER_OPEN);
	assert_int_equal(b->job_count, 0);
	b->deaf = false;
	hear(b, "\x10\x00\x00\x00", 4);
	settle(b, 100);
	assert_job(b, 1, 6, JOB_RESULT_DONE);
	bench_free(b);
}

/* Switched off without paper and on again with paper: it has forgotten the job and GS a. */
static void test_power_cycle(void **state)
{
	struct bench *b = bench_up("epson-tm-t20");

	(void)state;
	b->mute_fence = true;
	give_job(b, 6);
	settle(b, 100);
	b->deaf = true;
	hear(b, "\x18\x00\x0c\x00", 4);
	pass(b, 3600000, 100);
	assert_int_equal(b->status, DEVICE_PAPER_OUT);
	assert_int_equal(b->job_count, 0);
	b->deaf = false;
	pass(b, 31000, 100);
	assert_int_equal(b->status, DEVICE_OK);
	pass(b, 301000, 100);
	assert_job(b, 1, 6, JOB_RESULT_UNKNOWN);
	bench_free(b);
}

static void test_silence(void **state)
{
	struct bench *b = bench_up("generic-80");

	(void)state;
	b->mute_fence = true;
	give_job(b, 7);
	settle(b, 100);
	pass(b, 299000, 100);
	assert_int_equal(b->job_count, 0);
	pass(b, 2000, 100);
	assert_job(b, 1, 7, JOB_RESULT_UNKNOWN);
	/* Switched off in the middle of a job, the line still up. */
	b->deaf = true;
	b->mute_fence = false;
	b->deaf = false;
	give_job(b, 8);
	give_room(b, 12);
	answer(b);
	b->deaf = true;
	settle(b, 100);
	pass(b, 301000, 100);
	assert_job(b, 2, 8, JOB_RESULT_UNKNOWN);
	assert_int_equal(b->status, DEVICE_OFFLINE);
	bench_free(b);
}

/* Hours between two bytes of a job: no question is put between them. */
static void test_no_realtime_inside(void **state)
{
	struct bench *b = bench_new("epson-tm-t20");
	const uint8_t *at;

	(void)state;
	b->automatic = false;
	b->setup.max_job_ms = 86400000;
	line_up(b);
	give_job(b, 77);
	give_room(b, 12);
	answer(b);
	for (int i = 0; i < 400 && b->job_count == 0; i++) {
		give_room(b, 1);
		answer(b);
		b->now_ms += 4000;
		driver_print_escpos.tick(b->state, b->now_ms, &b->sink);
	}
	assert_job(b, 1, 77, JOB_RESULT_DONE);
	at = memmem(b->wire, b->wire_n, job_bytes, JOB_N);
	assert_non_null(at);
	assert_memory_equal(at + JOB_N,
			    "\x1d(H\x06\x00\x30\x30"
			    "0077",
			    11);
	bench_free(b);
}

static void test_not_ready(void **state)
{
	static const struct {
		uint8_t eot[4];
		enum device_status status;
	} cases[] = {
		{ { 0x1a, 0x12, 0x12, 0x12 }, DEVICE_OFFLINE },
		{ { 0x1a, 0x16, 0x12, 0x12 }, DEVICE_COVER_OPEN },
		{ { 0x1a, 0x32, 0x12, 0x7e }, DEVICE_PAPER_OUT },
		{ { 0x1a, 0x52, 0x1a, 0x12 }, DEVICE_ERROR },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct bench *b = bench_new("auto");

		b->automatic = false;
		memcpy(b->eot, cases[i].eot, 4);
		line_up(b);
		assert_int_equal(b->status, cases[i].status);
		b->wire_n = b->read_n = 0;
		give_job(b, 3);
		settle(b, 100);
		assert_job(b, 1, 3, JOB_RESULT_NOTHING);
		assert_string_equal(b->job_detail, b->detail);
		assert_int_equal(b->wire_n, 12);
		bench_free(b);
	}
}

static void test_still_ready(void **state)
{
	static const uint8_t cases[][4] = {
		{ 0x16, 0x12, 0x12, 0x12 }, /* drawer pin high */
		{ 0x12, 0x12, 0x12, 0x1e }, /* paper near its end */
		{ 0x12, 0x1a, 0x12, 0x12 }, /* somebody presses FEED */
		{ 0x12, 0x12, 0x16, 0x12 }, /* a bit that some models leave undefined */
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct bench *b = bench_new("auto");

		b->automatic = false;
		memcpy(b->eot, cases[i], 4);
		line_up(b);
		assert_int_equal(b->status, i == 1 ? DEVICE_PAPER_LOW : DEVICE_OK);
		give_job(b, 3);
		settle(b, 100);
		assert_job(b, 1, 3, JOB_RESULT_DONE);
		bench_free(b);
	}
}

/* Idle: with automatic status nearly nothing is asked, without it every 2 s. */
static void test_idle(void **state)
{
	struct bench *b = bench_up("auto");

	(void)state;
	pass(b, 300000, 100);
	assert_in_range(b->wire_n, 12 * 9, 12 * 10);
	assert_int_equal(b->status_count, 1);
	bench_free(b);
	b = bench_new("auto");
	b->automatic = false;
	line_up(b);
	pass(b, 300000, 100);
	assert_in_range(b->wire_n, 12 * 149, 12 * 150);
	memcpy(b->eot, "\x1a\x16\x12\x12", 4);
	pass(b, 2000, 100);
	assert_int_equal(b->status, DEVICE_COVER_OPEN);
	assert_int_equal(b->status_count, 2);
	bench_free(b);
}

/* Answers nobody asked for, the fence of another job, noise: none of them prints a job. */
static void test_garbage(void **state)
{
	struct bench *b = bench_new("epson-tm-t20");
	unsigned int seed = 11;
	uint8_t noise[256];

	(void)state;
	hear(b, "x", 1);
	line_up(b);
	hear(b,
	     "\x37\x22"
	     "0004\x00\x00\x12\x12",
	     10);
	b->mute_fence = true;
	give_job(b, 4);
	settle(b, 100);
	hear(b,
	     "\x00\x0f\x37\x22"
	     "0003\x00\x37\x22"
	     "00004\x00\x37\x23"
	     "0004\x00",
	     24);
	for (int i = 0; i < 200; i++) {
		for (size_t j = 0; j < sizeof(noise); j++)
			noise[j] = (uint8_t)(rand_r(&seed) | 0x80);
		hear(b, noise, sizeof(noise));
	}
	settle(b, 100);
	assert_int_equal(b->job_count, 0);
	assert_true(driver_print_escpos.garbage(b->state) >= 200 * sizeof(noise));
	hear(b,
	     "\x37\x22"
	     "0004\x00",
	     7);
	settle(b, 100);
	assert_job(b, 1, 4, JOB_RESULT_DONE);
	bench_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_not_connected),
		cmocka_unit_test(test_deaf),
		cmocka_unit_test(test_no_room),
		cmocka_unit_test(test_link_lost),
		cmocka_unit_test(test_paper_out),
		cmocka_unit_test(test_paper_out_behind_fence),
		cmocka_unit_test(test_stuck_with_reason),
		cmocka_unit_test(test_power_cycle),
		cmocka_unit_test(test_silence),
		cmocka_unit_test(test_no_realtime_inside),
		cmocka_unit_test(test_not_ready),
		cmocka_unit_test(test_still_ready),
		cmocka_unit_test(test_idle),
		cmocka_unit_test(test_garbage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
