// SPDX-License-Identifier: Apache-2.0
/*
 * What the ESC/POS driver finds out about a printer, which fence its jobs get from that, and what
 * it does about an error that waits for a command.
 */
#include "tests/escpos_bench.h"

static int count(const struct bench *b, const char *what, size_t n)
{
	int found = 0;

	for (size_t i = 0; i + n <= b->wire_n; i++)
		found += memcmp(b->wire + i, what, n) == 0;
	return found;
}

#define SENT(b, text) count(b, text, sizeof(text) - 1)
#define PROBE	      "\x1d(H\x06\x00\x30\x30PROB"
#define GS_R	      "\x1dr\x01"

static void start(struct bench *b)
{
	driver_print_escpos.start(b->state, &b->setup, b->now_ms, &b->sink);
	settle(b, 100);
	pass(b, 16000, 100);
}

static void forget_wire(struct bench *b)
{
	b->wire_n = b->read_n = 0;
}

/* A clone is never sent what it would print; a model that knows it is asked once. */
static void test_probe_by_profile(void **state)
{
	struct bench *b = bench_new("generic-80");

	(void)state;
	start(b);
	assert_int_equal(SENT(b, "\x1d(H"), 0);
	assert_int_equal(SENT(b, GS_R), 1);
	bench_free(b);
	b = bench_new("epson-tm-t20");
	start(b);
	assert_int_equal(SENT(b, PROBE), 1);
	assert_int_equal(SENT(b, GS_R), 0);
	bench_free(b);
	b = bench_new("generic-80");
	b->profile.fence = PROFILE_FENCE_REALTIME;
	start(b);
	assert_int_equal(SENT(b, PROBE) + SENT(b, GS_R), 0);
	bench_free(b);
}

/* Neither is answered: the job is done by the real-time fence, and not at once. */
static void test_fall_back(void **state)
{
	struct bench *b = bench_new("epson-tm-t20");

	(void)state;
	b->mute_fence = true;
	b->automatic = false;
	start(b);
	assert_int_equal(SENT(b, PROBE), 1);
	assert_int_equal(SENT(b, GS_R), 1);
	forget_wire(b);
	give_job(b, 4);
	settle(b, 100);
	pass(b, 1000, 100);
	assert_int_equal(times_sent(b), 1);
	assert_int_equal(b->job_count, 0);
	pass(b, 8000, 100);
	assert_job(b, 1, 4, JOB_RESULT_DONE);
	assert_int_equal(SENT(b, PROBE) + SENT(b, GS_R) + SENT(b, "\x1d(H"), 0);
	bench_free(b);
}

/* GS ( H only is missing. */
static void test_second_best(void **state)
{
	struct bench *b = bench_new("epson-tm-t20");

	(void)state;
	b->mute_fence = true;
	driver_print_escpos.start(b->state, &b->setup, b->now_ms, &b->sink);
	settle(b, 100);
	pass(b, 3000, 100);
	assert_int_equal(SENT(b, GS_R), 1);
	hear(b, "\x00", 1);
	b->mute_fence = false;
	forget_wire(b);
	give_job(b, 4);
	pass(b, 4000, 100);
	assert_job(b, 1, 4, JOB_RESULT_DONE);
	assert_int_equal(SENT(b, GS_R), 1);
	assert_int_equal(SENT(b, "\x1d(H"), 0);
	bench_free(b);
}

/* What GS r answers first may be owed to the station before it was switched off: no job begins
 * before the printer is through with what it had, and no such answer is taken for a fence's. */
static void test_answers_of_an_earlier_life(void **state)
{
	(void)state;
	for (int cut_off = 0; cut_off < 2; cut_off++) {
		struct bench *b = bench_new("generic-80");

		b->mute_fence = true;
		b->setup.cut_off = cut_off;
		driver_print_escpos.start(b->state, &b->setup, b->now_ms, &b->sink);
		settle(b, 100);
		assert_int_equal(SENT(b, GS_R), 1);
		give_job(b, 4);
		settle(b, 100);
		for (int i = 0; i < 3; i++) {
			hear(b, "\x00", 1);
			pass(b, 1000, 100);
			assert_int_equal(times_sent(b), 0);
		}
		pass(b, cut_off ? 6000 : 0, 100);
		assert_int_equal(times_sent(b), 0);
		pass(b, cut_off ? 4000 : 2000, 100);
		assert_int_equal(times_sent(b), 1);
		assert_int_equal(b->job_count, 0);
		hear(b, "\x00", 1);
		settle(b, 100);
		assert_job(b, 1, 4, JOB_RESULT_DONE);

		/* The next line needs no such wait. */
		driver_print_escpos.stop(b->state, &b->sink);
		b->mute_fence = false;
		driver_print_escpos.start(b->state, &b->setup, b->now_ms, &b->sink);
		settle(b, 100);
		give_job(b, 5);
		settle(b, 100);
		if (!cut_off)
			assert_job(b, 2, 5, JOB_RESULT_DONE);
		bench_free(b);
	}
}

/* An answer too late to be counted: the next one is waited for before a fence relies on it. */
static void test_answer_after_all_patience(void **state)
{
	struct bench *b = bench_new("generic-80");

	(void)state;
	b->mute_fence = true;
	driver_print_escpos.start(b->state, &b->setup, b->now_ms, &b->sink);
	settle(b, 100);
	pass(b, 12000, 100);
	hear(b, "\x00", 1);
	forget_wire(b);
	give_job(b, 4);
	settle(b, 100);
	assert_int_equal(times_sent(b), 0);
	assert_int_equal(SENT(b, GS_R), 1);
	hear(b, "\x00", 1);
	pass(b, 3000, 100);
	assert_int_equal(times_sent(b), 1);
	assert_int_equal(b->job_count, 0);
	hear(b, "\x00", 1);
	settle(b, 100);
	assert_job(b, 1, 4, JOB_RESULT_DONE);
	bench_free(b);
}

/* A printer that chatters is never quiet behind GS r: its job does not wait for ever. */
static void test_job_of_a_chatterer(void **state)
{
	struct bench *b = bench_new("generic-80");

	(void)state;
	b->mute_fence = true;
	driver_print_escpos.start(b->state, &b->setup, b->now_ms, &b->sink);
	settle(b, 100);
	give_job(b, 4);
	settle(b, 100);
	for (int i = 0; i < 60 && b->job_count == 0; i++) {
		hear(b, "\x00", 1);
		pass(b, 1000, 100);
	}
	assert_job(b, 1, 4, JOB_RESULT_NOTHING);
	assert_int_equal(times_sent(b), 0);
	/* It ends, and the next one is printed. */
	b->mute_fence = false;
	give_job(b, 5);
	pass(b, 4000, 100);
	assert_job(b, 2, 5, JOB_RESULT_DONE);
	bench_free(b);
}

/* The line went while GS r was owed: its answer may come over the next one, and is no answer to
 * the next job's. */
static void test_answer_owed_to_a_broken_off_job(void **state)
{
	struct bench *b = bench_up("generic-80");

	(void)state;
	b->mute_fence = true;
	give_job(b, 4);
	settle(b, 100);
	assert_int_equal(SENT(b, GS_R), 1);
	driver_print_escpos.stop(b->state, &b->sink);
	assert_job(b, 1, 4, JOB_RESULT_UNKNOWN);
	start_anew(b, 100);
	give_job(b, 5);
	pass(b, 2000, 100);
	hear(b, "\x00", 1);
	settle(b, 100);
	assert_int_equal(b->job_count, 1);
	/* The answer to the question of this line; then it is quiet. */
	hear(b, "\x00", 1);
	pass(b, 12000, 100);
	assert_int_equal(times_sent(b), 1);
	assert_int_equal(b->job_count, 1);
	hear(b, "\x00", 1);
	settle(b, 100);
	assert_job(b, 2, 5, JOB_RESULT_DONE);
	bench_free(b);
}

/* Busy with what it got in an earlier life, it says its model late: the jobs are fenced by it. */
static void test_name_comes_late(void **state)
{
	(void)state;
	for (int all_over = 0; all_over < 2; all_over++) {
		struct bench *b = bench_new("generic-80");

		b->mute_fence = true;
		b->setup.ask_model = true;
		driver_print_escpos.start(b->state, &b->setup, b->now_ms, &b->sink);
		settle(b, 100);
		pass(b, all_over ? 28000 : 4000, 100);
		assert_int_equal(SENT(b, PROBE), 0);
		hear(b,
		     "\x5f"
		     "EPSON",
		     7);
		b->profile = *profile_find(slice_of("epson-tm-t20")); /* as the manager does */
		hear(b,
		     "\x5f"
		     "TM-T20II",
		     10);
		assert_string_equal(b->model, "EPSON TM-T20II");
		b->mute_fence = false;
		hear(b, "\x00", 1);
		pass(b, 6000, 100);
		assert_int_equal(SENT(b, PROBE), 1);
		assert_int_equal(SENT(b, "\x1dI\x42\x1dI\x43"), 1);
		give_job(b, 4);
		settle(b, 100);
		assert_job(b, 1, 4, JOB_RESULT_DONE);
		assert_int_equal(SENT(b, "\x1d(H\x06\x00\x30\x30"
					 "0004"),
				 1);
		bench_free(b);
	}
}

/* What a printer could do once it still can after a reconnect that met it busy. */
static void test_keeps_what_it_proved(void **state)
{
	struct bench *b = bench_new("epson-tm-t20");

	(void)state;
	start(b);
	driver_print_escpos.stop(b->state, &b->sink);
	forget_wire(b);
	b->mute_fence = true;
	start(b);
	assert_int_equal(SENT(b, PROBE) + SENT(b, GS_R), 0);
	give_job(b, 4);
	settle(b, 100);
	assert_int_equal(SENT(b, "\x1d(H\x06\x00\x30\x30"
				 "0004"),
			 1);
	/* The fence stays away for good though all is well: asked anew on the next line. */
	pass(b, 310000, 100);
	assert_job(b, 1, 4, JOB_RESULT_UNKNOWN);
	driver_print_escpos.stop(b->state, &b->sink);
	forget_wire(b);
	start(b);
	pass(b, 4000, 100);
	assert_int_equal(SENT(b, PROBE), 1);
	bench_free(b);
}

/* No question is put to a printer that is not well, nor in the middle of a job. */
static void test_only_when_well(void **state)
{
	struct bench *b = bench_new("epson-tm-t20");

	(void)state;
	memcpy(b->eot, "\x1a\x32\x12\x7e", 4);
	b->automatic = false;
	b->setup.ask_model = true;
	start(b);
	pass(b, 60000, 100);
	assert_int_equal(SENT(b, PROBE) + SENT(b, "\x1dI"), 0);
	memset(b->eot, 0x12, 4);
	pass(b, 10000, 100);
	assert_int_equal(SENT(b, PROBE), 1);
	assert_int_equal(SENT(b, "\x1dI\x42\x1dI\x43"), 1);
	bench_free(b);
}

/* A job that comes while a question is out waits for it, and is printed once. */
static void test_job_waits(void **state)
{
	struct bench *b = bench_new("generic-80");

	(void)state;
	b->mute_fence = true;
	b->setup.ask_model = true;
	driver_print_escpos.start(b->state, &b->setup, b->now_ms, &b->sink);
	settle(b, 100);
	give_job(b, 4);
	settle(b, 100);
	assert_int_equal(times_sent(b), 0);
	pass(b, 8000, 100); /* GS r is waited for: what answers DLE EOT may just be busy */
	assert_int_equal(times_sent(b), 0);
	pass(b, 8000, 100);
	assert_int_equal(times_sent(b), 1);
	pass(b, 8000, 100);
	assert_job(b, 1, 4, JOB_RESULT_DONE);
	assert_int_equal(times_sent(b), 1);
	bench_free(b);
}

/* The line goes at each point of the questions: nothing of a job is lost or doubled by that. */
static void test_line_lost_in_questions(void **state)
{
	(void)state;
	for (size_t k = 1; k < 60; k++) {
		struct bench *b = bench_new("epson-tm-t20");

		b->setup.ask_model = true;
		driver_print_escpos.start(b->state, &b->setup, b->now_ms, &b->sink);
		for (size_t n = 0; n < k; n++) {
			give_room(b, 1);
			answer(b);
		}
		give_job(b, 4);
		driver_print_escpos.stop(b->state, &b->sink);
		assert_job(b, 1, 4, JOB_RESULT_NOTHING);
		start(b);
		forget_wire(b);
		give_job(b, 5);
		settle(b, 100);
		assert_job(b, 2, 5, JOB_RESULT_DONE);
		assert_int_equal(times_sent(b), 1);
		bench_free(b);
	}
}

static const char enq_clear[] = "\x10\x05\x02\x1b@\x1d\x61\x0f";
static const char enq_go_on[] = "\x10\x05\x01";

static void test_recovery(void **state)
{
	struct bench *b = bench_new("epson-tm-t20");

	(void)state;
	start(b);
	forget_wire(b);
	memcpy(b->eot, "\x1a\x52\x1a\x12", 4);
	hear(b, "\x18\x08\x00\x00", 4);
	pass(b, 9000, 100);
	assert_int_equal(count(b, enq_clear, 8), 0);
	pass(b, 91000, 100);
	assert_in_range(count(b, enq_clear, 8), 8, 10);
	assert_int_equal(count(b, enq_go_on, 3), 0);
	/* Heat and a broken printer get nothing. */
	forget_wire(b);
	memcpy(b->eot, "\x1a\x52\x52\x12", 4);
	hear(b, "\x18\x40\x00\x00", 4);
	pass(b, 60000, 100);
	memcpy(b->eot, "\x1a\x52\x32\x12", 4);
	hear(b, "\x18\x20\x00\x00", 4);
	pass(b, 60000, 100);
	assert_int_equal(SENT(b, "\x10\x05"), 0);
	bench_free(b);
}

/* Behind the last byte the job goes on; between its bytes nothing is ever sent. */
static void test_recovery_in_a_job(void **state)
{
	struct bench *b = bench_new("epson-tm-t20");

	(void)state;
	start(b);
	forget_wire(b);
	b->mute_fence = true;
	give_job(b, 4);
	give_room(b, 12);
	answer(b);
	give_room(b, 10);
	hear(b, "\x18\x08\x00\x00", 4);
	pass(b, 60000, 0);
	assert_int_equal(SENT(b, "\x10\x05"), 0);
	memcpy(b->eot, "\x1a\x52\x1a\x12", 4);
	settle(b, 100);
	pass(b, 15000, 100);
	assert_int_equal(SENT(b, "\x10\x05\x02"), 0);
	assert_in_range(count(b, enq_go_on, 3), 1, 2);
	assert_int_equal(times_sent(b), 1);
	assert_int_equal(b->job_count, 0);
	memset(b->eot, 0x12, 4);
	hear(b,
	     "\x10\x00\x00\x00\x37\x22"
	     "0004\x00",
	     11);
	settle(b, 100);
	assert_job(b, 1, 4, JOB_RESULT_DONE);
	bench_free(b);
}

/* Whatever of a large job is still between the station and the printer is bounded, so a printer
 * that falls silent behind it is given up in time. */
static void test_silence_does_not_grow(void **state)
{
	struct bench *b = bench_new("epson-tm-t20");
	char *large = calloc(1, 50000);

	(void)state;
	assert_non_null(large);
	start(b);
	b->mute_fence = true;
	driver_print_escpos.job(b->state, 4, (struct slice){ large, 50000 }, b->now_ms, &b->sink);
	settle(b, 8192);
	assert_true(b->wire_n > 50000);
	b->deaf = true;
	pass(b, 45000, 8192);
	assert_job(b, 1, 4, JOB_RESULT_UNKNOWN);
	bench_free(b);
	free(large);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_probe_by_profile),
		cmocka_unit_test(test_fall_back),
		cmocka_unit_test(test_second_best),
		cmocka_unit_test(test_answers_of_an_earlier_life),
		cmocka_unit_test(test_answer_after_all_patience),
		cmocka_unit_test(test_job_of_a_chatterer),
		cmocka_unit_test(test_answer_owed_to_a_broken_off_job),
		cmocka_unit_test(test_name_comes_late),
		cmocka_unit_test(test_keeps_what_it_proved),
		cmocka_unit_test(test_only_when_well),
		cmocka_unit_test(test_job_waits),
		cmocka_unit_test(test_line_lost_in_questions),
		cmocka_unit_test(test_recovery),
		cmocka_unit_test(test_recovery_in_a_job),
		cmocka_unit_test(test_silence_does_not_grow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
