// SPDX-License-Identifier: Apache-2.0
/*
 * A receipt printer that falls silent in the middle of a job: how long it is waited for, when the
 * fence is sent again, and what its answer is worth then.
 */
#include "tests/escpos_bench.h"

/* Off without paper and on again with it, the line kept: the answer to a fence sent again says
 * nothing about the job, which is lost. */
static void test_power_cycle_answered(void **state)
{
	(void)state;
	for (int unheard = 0; unheard < 2; unheard++) {
		struct bench *b = bench_new("epson-tm-t20");

		line_up(b);
		b->mute_fence = true;
		give_job(b, 6);
		settle(b, 100);
		hear(b, "\x18\x00\x0c\x00", 4);
		b->deaf = unheard;
		pass(b, unheard ? 3600000 : 5000, 100);
		assert_int_equal(b->job_count, 0);
		b->deaf = b->mute_fence = false;
		pass(b, 45000, 100);
		assert_job(b, 1, 6, JOB_RESULT_UNKNOWN);
		assert_int_equal(b->status, DEVICE_OK);
		bench_free(b);
	}
}

static const char *const both[] = { "generic-80", "epson-tm-t20" };

/* No paper, so the line stands still in the middle of the job's bytes; off and on again with
 * paper, the line kept. The rest of the job is printed and its first fence answered, and what the
 * printer had taken before is lost. A printer that went on by itself would have said so. */
static void test_power_cycle_while_sending(void **state)
{
	(void)state;
	for (int i = 0; i < 4; i++) {
		struct bench *b = bench_new(both[i / 2]);
		const bool reset = i % 2;

		line_up(b);
		give_job(b, 6);
		give_room(b, 12);
		answer(b);
		give_room(b, 20);
		answer(b);
		hear(b, "\x18\x00\x0c\x00", 4);
		memcpy(b->eot, "\x1a\x32\x12\x7e", 4);
		pass(b, 50000, 0);
		assert_int_equal(b->status, DEVICE_PAPER_OUT);
		memset(b->eot, 0x12, 4);
		if (!reset)
			hear(b, "\x10\x00\x00\x00", 4);
		pass(b, 10000, 100);
		assert_int_equal(b->status, DEVICE_OK);
		assert_job(b, 1, 6, reset ? JOB_RESULT_UNKNOWN : JOB_RESULT_DONE);
		bench_free(b);
	}
}

/* A job whose fence went out and was not answered. */
static struct bench *behind_fence(const char *profile)
{
	struct bench *b = bench_new(profile);

	line_up(b);
	b->mute_fence = true;
	give_job(b, 7);
	settle(b, 100);
	assert_int_equal(times_sent(b), 1);
	return b;
}

/* All is out and nothing comes back any more: it is asked, and soon given up. */
static void test_deaf_behind_fence(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++) {
		struct bench *b = behind_fence(both[i]);

		b->deaf = true;
		b->wire_n = b->read_n = 0;
		pass(b, 5000, 100);
		assert_true(b->wire_n >= 12);
		assert_memory_equal(b->wire, "\x10\x04\x01", 3);
		pass(b, 14000, 100);
		assert_int_equal(b->job_count, 0);
		assert_int_equal(b->status, DEVICE_OFFLINE);
		pass(b, 3000, 100);
		assert_job(b, 1, 7, JOB_RESULT_UNKNOWN);
		assert_string_equal(b->job_detail,
				    "printer stopped answering in the middle of the job");
		bench_free(b);
	}
}

/* Deaf between the fence's answer and the last status. */
static void test_deaf_in_confirm(void **state)
{
	struct bench *b = behind_fence("generic-80");

	(void)state;
	b->deaf = true;
	hear(b, "\x00", 1);
	pass(b, 19000, 100);
	assert_int_equal(b->job_count, 0);
	pass(b, 3000, 100);
	assert_job(b, 1, 7, JOB_RESULT_UNKNOWN);
	bench_free(b);
}

/* The printer is well and was heard all the time, only the fence's answer was lost. */
static void test_fence_lost(void **state)
{
	static const char *const again[] = { "\x1dr\x01", "\x1d(H\x06\x00\x30\x30"
							  "5007" };
	static const size_t sizes[] = { 3, 11 };

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct bench *b = behind_fence(both[i]);
		const size_t sent = b->wire_n;

		pass(b, 4000, 100);
		assert_null(memmem(b->wire + sent, b->wire_n - sent, again[i], sizes[i]));
		b->mute_fence = false;
		pass(b, 6000, 100);
		assert_non_null(memmem(b->wire + sent, b->wire_n - sent, again[i], sizes[i]));
		pass(b, 4000, 100);
		assert_job(b, 1, 7, JOB_RESULT_DONE);
		assert_int_equal(times_sent(b), 1);
		give_job(b, 8);
		settle(b, 100);
		assert_job(b, 2, 8, JOB_RESULT_DONE);
		bench_free(b);
	}
}

/* It goes out ever more rarely, not at all while there is no paper. */
static void test_fence_again_rarely(void **state)
{
	struct bench *b = behind_fence("generic-80");
	int n = 0;

	(void)state;
	b->automatic = false;
	memcpy(b->eot, "\x1a\x32\x12\x7e", 4);
	pass(b, 600000, 100);
	for (size_t i = JOB_N; i + 3 <= b->wire_n; i++)
		n += memcmp(b->wire + i, "\x1dr\x01", 3) == 0;
	assert_int_equal(n, 1);
	memset(b->eot, 0x12, 4);
	pass(b, 290000, 100);
	assert_int_equal(b->job_count, 0);
	n = 0;
	for (size_t i = JOB_N; i + 3 <= b->wire_n; i++)
		n += memcmp(b->wire + i, "\x1dr\x01", 3) == 0;
	assert_in_range(n, 5, 10);
	pass(b, 20000, 100);
	assert_job(b, 1, 7, JOB_RESULT_UNKNOWN);
	bench_free(b);
}

/* Both fences are answered, late: the second answer must not meet the next job. */
static void test_fence_answered_twice(void **state)
{
	struct bench *b = behind_fence("generic-80");

	(void)state;
	pass(b, 10000, 100);
	hear(b, "\x00", 1);
	settle(b, 100);
	assert_int_equal(b->job_count, 0);
	b->now_ms += 300;
	hear(b, "\x00", 1);
	pass(b, 3000, 100);
	assert_job(b, 1, 7, JOB_RESULT_DONE);
	give_job(b, 8);
	settle(b, 100);
	assert_int_equal(b->job_count, 1);
	bench_free(b);
}

/* It hears again before it is given up. Only the first fence's own answer proves the job. */
static void test_heard_again(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++) {
		struct bench *b = behind_fence(both[i]);

		b->deaf = true;
		pass(b, 12000, 100);
		b->deaf = b->mute_fence = false;
		pass(b, 12000, 100);
		assert_job(b, 1, 7, JOB_RESULT_UNKNOWN);
		assert_string_equal(
			b->job_detail,
			"printer was silent in the middle of the job and may have lost it");
		assert_int_equal(b->status, DEVICE_OK);
		bench_free(b);

		b = behind_fence(both[i]);
		b->deaf = true;
		pass(b, 12000, 100);
		b->deaf = false;
		if (i == 0)
			hear(b, "\x00", 1);
		else
			hear(b,
			     "\x37\x22"
			     "0007\x00",
			     7);
		pass(b, 4000, 100);
		assert_job(b, 1, 7, JOB_RESULT_DONE);
		bench_free(b);
	}
}

/* No room in the middle of a job: as long as bytes move or anything is heard, all is well. */
static void test_stuck(void **state)
{
	struct bench *b = bench_new("generic-80");

	(void)state;
	b->automatic = false;
	line_up(b);
	give_job(b, 7);
	give_room(b, 12);
	answer(b);
	b->deaf = true;
	for (int i = 0; i < 10; i++) {
		give_room(b, 1);
		pass(b, 50000, 0);
		assert_int_equal(b->job_count, 0);
	}
	hear(b, "\x10\x00\x00\x00", 4);
	pass(b, 59000, 0);
	assert_int_equal(b->job_count, 0);
	assert_int_equal(b->status, DEVICE_OK);
	pass(b, 2000, 0);
	assert_job(b, 1, 7, JOB_RESULT_UNKNOWN);
	assert_string_equal(b->job_detail, "printer took no more and did not answer");
	assert_int_equal(b->wire_n, 12 + 10);
	bench_free(b);
	b = bench_new("generic-80");
	line_up(b);
	give_job(b, 7);
	give_room(b, 12);
	answer(b);
	pass(b, 61000, 0);
	assert_job(b, 1, 7, JOB_RESULT_NOTHING);
	bench_free(b);
}

/* The port took the whole job at once and gives it to the line slowly: nothing is asked. */
static void test_slow_line(void **state)
{
	struct bench *b = bench_new("generic-80");
	size_t room = 1000 - JOB_N - 3, sent;

	(void)state;
	driver_print_escpos.start(b->state, &b->setup, 0, &b->sink);
	settle(b, 1000);
	pass(b, 3000, 1000);
	give_job(b, 7);
	give_room(b, 1000);
	b->deaf = true;
	hear(b, b->eot, 4);
	give_room(b, 1000);
	sent = b->wire_n;
	give_room(b, room);
	for (; room < 990; room++) {
		pass(b, 40000, room);
		assert_int_equal(b->job_count, 0);
		assert_int_equal(b->wire_n, sent);
		assert_int_equal(b->status, DEVICE_OK);
	}
	pass(b, 22000, room);
	assert_int_equal(b->job_count, 0);
	pass(b, 40000, room);
	assert_job(b, 1, 7, JOB_RESULT_UNKNOWN);
	assert_string_equal(b->job_detail, "printer took no more and did not answer");
	bench_free(b);
}

/* Its last word was that it has no paper, and then nothing for as long as it takes: after a lunch
 * break it may still go on by itself, after hours nobody knows. */
static void test_silent_without_paper(void **state)
{
	static const char *const why = "printer could not print and has been silent for hours";

	(void)state;
	for (int sending = 0; sending < 2; sending++) {
		struct bench *b = sending ? bench_new("generic-80") : behind_fence("generic-80");

		if (sending) {
			line_up(b);
			give_job(b, 7);
			give_room(b, 12);
			answer(b);
			give_room(b, 20);
			answer(b);
		}
		hear(b, "\x18\x00\x0c\x00", 4);
		b->deaf = true;
		pass(b, 5400000, sending ? 0 : 100);
		assert_int_equal(b->job_count, 0);
		assert_int_equal(b->status, DEVICE_PAPER_OUT);
		/* A sign of life, and the hours begin anew. */
		hear(b, "\x18\x00\x0c\x00", 4);
		pass(b, 7000000, sending ? 0 : 100);
		assert_int_equal(b->job_count, 0);
		pass(b, 300000, sending ? 0 : 100);
		assert_job(b, 1, 7, JOB_RESULT_UNKNOWN);
		assert_string_equal(b->job_detail, why);
		bench_free(b);
	}
}

/* Without automatic status: asked and answered that it has no paper, then silent. */
static void test_silent_without_paper_asked(void **state)
{
	struct bench *b = behind_fence("generic-80");

	(void)state;
	b->automatic = false;
	memcpy(b->eot, "\x1a\x32\x12\x7e", 4);
	pass(b, 5400000, 100);
	assert_int_equal(b->job_count, 0);
	b->deaf = true;
	pass(b, 320000, 100);
	assert_job(b, 1, 7, JOB_RESULT_UNKNOWN);
	assert_string_equal(b->job_detail, "printer stopped answering in the middle of the job");
	bench_free(b);
}

/* A serial line without automatic status: a job of which some is out. */
static struct bench *half_out(const char *profile)
{
	struct bench *b = bench_new(profile);

	b->automatic = false;
	line_up(b);
	give_job(b, 7);
	give_room(b, 12);
	answer(b);
	give_room(b, 20);
	return b;
}

/* Off and on while the bytes went out: they stood still for as long as that takes. The rest came
 * and its first fence is answered; what the printer had before is lost. A printer that is only
 * slow stands still for less. */
static void test_stood_still(void **state)
{
	(void)state;
	for (int i = 0; i < 4; i++) {
		struct bench *b = half_out(both[i / 2]);
		const bool cycled = i % 2;

		b->deaf = true;
		b->read_n = b->wire_n;
		pass(b, cycled ? 8000 : 3000, 0);
		b->deaf = false;
		pass(b, 8000, 100);
		assert_job(b, 1, 7, cycled ? JOB_RESULT_UNKNOWN : JOB_RESULT_DONE);
		bench_free(b);
	}
}

/* All is out of the port, and what the kernel and the cable hold goes on after the power came
 * back; or it was busy and slow to answer, but had answered behind the fence before: then the
 * fence, and all in front of it, was in the printer already. */
static void test_silent_before_fence(void **state)
{
	(void)state;
	for (int i = 0; i < 4; i++) {
		struct bench *b = half_out(both[i / 2]);
		const bool heard = i % 2;

		b->mute_fence = true;
		b->deaf = !heard;
		settle(b, 100);
		pass(b, 3000, 100);
		b->deaf = true;
		pass(b, 9000, 100);
		b->deaf = false;
		assert_int_equal(b->job_count, 0);
		if (i / 2 == 0)
			hear(b, "\x00", 1);
		else
			hear(b,
			     "\x37\x22"
			     "0007\x00",
			     7);
		pass(b, 4000, 100);
		assert_job(b, 1, 7, heard ? JOB_RESULT_DONE : JOB_RESULT_UNKNOWN);
		bench_free(b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_power_cycle_answered),
		cmocka_unit_test(test_power_cycle_while_sending),
		cmocka_unit_test(test_deaf_behind_fence),
		cmocka_unit_test(test_deaf_in_confirm),
		cmocka_unit_test(test_fence_lost),
		cmocka_unit_test(test_fence_again_rarely),
		cmocka_unit_test(test_fence_answered_twice),
		cmocka_unit_test(test_heard_again),
		cmocka_unit_test(test_stuck),
		cmocka_unit_test(test_slow_line),
		cmocka_unit_test(test_silent_without_paper),
		cmocka_unit_test(test_silent_without_paper_asked),
		cmocka_unit_test(test_stood_still),
		cmocka_unit_test(test_silent_before_fence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
