// SPDX-License-Identifier: Apache-2.0
/*
 * When events are sent again and when the broker is tried again: sync/up.c through sync/sync.c,
 * and sync/retry.c.
 */
#include "tests/fake_sync.h"

#include "sync/retry.h"

static void after_reconnect_oldest_first(void **state)
{
	struct fixture *f = *state;
	struct door_event e;

	acked(f, 5, 10, 100);
	nothing(f);
	connect_station(f);
	for (int64_t after = 10; after < 100; after += 30) {
		e = take(f, DOOR_PULL, NULL);
		assert_int_equal(e.pull.epoch, 5);
		assert_int_equal(e.pull.after, after);
		nothing(f); /* one pull at a time */
		batch(f, 5, after + 1, after + 30, true);
	}
	nothing(f);
	assert_int_equal(f->sent_count, 3);
	assert_string_equal(f->sent[0].topic, ME "up");
	assert_false(f->sent[0].retain);
	acked(f, 5, 100, 100);
	wait_ms(f, 60000);
	nothing(f);
}

/* As the step answers: as many messages of ten rows as were asked for, the last without `more`. */
static int64_t answer_pulls(struct fixture *f, int64_t after)
{
	struct door_event e;
	struct slice p;

	while (door_take(f->door, false, &e, &p)) {
		assert_int_equal(e.kind, DOOR_PULL);
		assert_int_equal(e.pull.after, after);
		assert_int_equal(e.pull.messages, UP_PULL_MESSAGES);
		for (int left = e.pull.messages; left > 0; left--) {
			more_of_batch(f, 5, after + 1, after + 10, left > 1);
			after += 10;
			sync_delivered(f->sync);
		}
	}
	return after;
}

static void the_window_is_bounded(void **state)
{
	struct fixture *f = *state;
	struct door_event e;
	struct slice p;
	int64_t after, started = f->now;

	acked(f, 5, 0, 100000);
	connect_station(f);
	after = answer_pulls(f, 0);
	assert_int_equal(f->sent_count, UP_WINDOW_MESSAGES);
	/* An acknowledgement makes room for as many; they are asked for when it is worth a step. */
	acked(f, 5, 30, 100000);
	nothing(f);
	acked(f, 5, 10 * UP_PULL_MESSAGES, 100000);
	answer_pulls(f, after);
	assert_int_equal(f->sent_count, UP_WINDOW_MESSAGES + UP_PULL_MESSAGES);
	/* Silence: after 5 to 10 s all over again, from the first that is not acknowledged. */
	wait_ms(f, 4999);
	nothing(f);
	while (!door_take(f->door, false, &e, &p)) {
		assert_true(f->now - started <= 10001);
		wait_ms(f, 1);
	}
	assert_int_equal(e.pull.after, 10 * UP_PULL_MESSAGES);
	batch(f, 5, e.pull.after + 1, e.pull.after + 10, true);
	assert_int_equal(take(f, DOOR_PULL, NULL).pull.after, 10 * UP_PULL_MESSAGES + 10);
}

/* Somebody at the counter: few messages are under way, and all of them again when nobody is. */
static void a_person_comes_first(void **state)
{
	struct fixture *f = *state;
	struct door_out told = { .kind = OUT_ACKED, .acked = { 5, 0, 100000, 100000, true } };
	int64_t after = 0;
	struct door_event e;
	struct slice p;

	output(f, &told, "");
	connect_station(f);
	while (door_take(f->door, false, &e, &p)) {
		assert_int_equal(e.pull.messages, UP_PULL_SERVED);
		for (int left = e.pull.messages; left > 0; left--, after += 10) {
			more_of_batch(f, 5, after + 1, after + 10, left > 1);
			sync_delivered(f->sync);
		}
	}
	assert_int_equal(f->sent_count, UP_WINDOW_SERVED);
	acked(f, 5, 0, 100000);
	answer_pulls(f, after);
	assert_in_range(f->sent_count, UP_WINDOW_MESSAGES - UP_PULL_MESSAGES + 1,
			UP_WINDOW_MESSAGES);
}

static void pubacks_bound_it_too(void **state)
{
	struct fixture *f = *state;
	const struct door_out ask = { .kind = OUT_ASK };
	struct door_event e;
	struct slice p;
	int64_t after = 0;

	acked(f, 5, 0, 100000);
	connect_station(f);
	for (int i = 0; i < SYNC_PUBACK_WINDOW - 5; i++)
		output(f, &ask, "{}");
	f->sent_count = 0;
	while (door_take(f->door, false, &e, &p)) {
		batch(f, 5, after + 1, after + 10, true);
		after += 10;
	}
	assert_int_equal(f->sent_count, 5);
	sync_delivered(f->sync);
	e = take(f, DOOR_PULL, NULL);
	assert_int_equal(e.pull.after, after);
}

static void fresh_batches_need_no_pull(void **state)
{
	struct fixture *f = *state;
	int64_t seq = 0;

	acked(f, 5, 0, 0);
	connect_station(f);
	for (int i = 0; i < 1000; i++) {
		batch(f, 5, seq + 1, seq + 2, false);
		acked(f, 5, seq, seq + 2); /* as the step says it: the batch, then the outbox */
		wait_ms(f, 50);
		seq += 2;
		acked(f, 5, seq, seq);
		while (sync_outstanding(f->sync))
			sync_delivered(f->sync);
	}
	assert_int_equal(f->sent_count, 1000);
	nothing(f);
	has_metric(f, "lada_sync_resend_rounds_total 0\n");
	/* A lost one is sent again 5 to 10 s later. */
	batch(f, 5, seq + 1, seq + 1, false);
	acked(f, 5, seq, seq + 1);
	wait_ms(f, 4999);
	nothing(f);
	wait_ms(f, 5001);
	assert_int_equal(take(f, DOOR_PULL, NULL).pull.after, seq);
	batch(f, 5, seq + 1, seq + 1, true);
	assert_int_equal(f->sent_count, 1002);
	nothing(f);
}

static void epochs_and_restored_hq(void **state)
{
	struct fixture *f = *state;
	struct door_event e;

	connect_station(f);
	acked(f, 5, 8, 10);
	e = take(f, DOOR_PULL, NULL);
	assert_int_equal(e.pull.epoch, 5);
	/* The older epoch is done: the next one's rows follow at once, an old answer is void. */
	acked(f, 6, 0, 4);
	batch(f, 5, 9, 10, true);
	assert_int_equal(f->sent_count, 0);
	e = take(f, DOOR_PULL, NULL);
	assert_int_equal(e.pull.epoch, 6);
	assert_int_equal(e.pull.after, 0);
	batch(f, 6, 1, 4, true);
	assert_int_equal(f->sent_count, 1);
	acked(f, 6, 4, 4);
	nothing(f);
	/* HQ was restored from a backup and says less than it said before. */
	acked(f, 6, 1, 4);
	assert_int_equal(take(f, DOOR_PULL, NULL).pull.after, 1);
	/* Nothing is there after all: no endless asking. */
	batch(f, 6, 2, 1, true);
	nothing(f);
	wait_ms(f, 4999);
	nothing(f);
}

/* A lossy world until everything has arrived; the bounds hold at every moment. */
static void all_rows_arrive(void **state)
{
	struct fixture *f = *state;
	const int64_t rows = 3000;
	int64_t hq = 0, told = 0, round_from = 0;
	int window = 0;
	struct door_event e;
	struct slice p;

	acked(f, 5, 0, rows);
	connect_station(f);
	for (int step = 0; step < 200000 && told < rows; step++) {
		uint32_t dice;

		fake_random(f, &dice, sizeof(dice));
		f->sent_count = 0;
		if (door_take(f->door, false, &e, &p) && e.kind == DOOR_PULL) {
			int64_t last = e.pull.after + 1 + dice % 7;

			if (e.pull.after == told) {
				window = 0;
				round_from = told;
			}
			last = last < rows ? last : rows;
			batch(f, 5, e.pull.after + 1, last, true);
			window += f->sent_count;
			assert_true(window - (told - round_from) <= UP_WINDOW_MESSAGES);
			if (f->sent_count && dice >> 28 && e.pull.after <= hq && last > hq)
				hq = last; /* HQ takes it unless it was lost or leaves a gap */
		} else {
			wait_ms(f, 200);
		}
		if (dice % 5 == 0 && sync_outstanding(f->sync))
			sync_delivered(f->sync);
		if (dice % 11 == 0 && told < hq)
			acked(f, 5, told = hq, rows);
		if (dice % 997 == 0) {
			sync_down(f->sync);
			take(f, DOOR_LINK, NULL);
			connect_station(f);
		}
		assert_true(sync_outstanding(f->sync) <= SYNC_PUBACK_MAX);
	}
	assert_int_equal(told, rows);
}

/* ---- the wait between attempts ---- */

static void retries_spread_and_end_at_15_s(void **state)
{
	struct fixture *f = *state;
	const struct clock clock = fake_clock(f);
	struct retry r;
	int64_t most = 0, sum = 0;

	for (int k = 0; k < 200; k++) {
		retry_init(&r);
		assert_true(retry_lost(&r, &clock) <= RETRY_FIRST_MS);
		for (int i = 0; i < 10; i++)
			retry_lost(&r, &clock);
		for (int i = 0; i < 10; i++) {
			int64_t wait = retry_lost(&r, &clock);

			assert_in_range(wait, 0, RETRY_MAX_MS);
			most = wait > most ? wait : most;
			sum += wait;
		}
	}
	assert_true(most > 14000);
	assert_in_range(sum / 2000, 6500, 8500); /* full jitter: the mean is half */
	assert_false(retry_taken(&r));
}

/* A broker that a whole chain comes back to answers late: giving up and asking again as fast as
 * before would never end. */
static void a_late_broker_is_given_more_time(void **state)
{
	struct fixture *f = *state;
	const struct clock clock = fake_clock(f);
	struct retry r;

	retry_init(&r);
	assert_int_equal(retry_patience(&r), RETRY_PATIENCE_MS);
	retry_lost(&r, &clock);
	assert_int_equal(retry_patience(&r), 2 * RETRY_PATIENCE_MS);
	for (int i = 0; i < 200; i++)
		retry_lost(&r, &clock);
	assert_int_equal(retry_patience(&r), RETRY_PATIENCE_MAX_MS);
	retry_connected(&r, &clock);
	f->now += RETRY_STABLE_MS;
	retry_lost(&r, &clock);
	assert_int_equal(retry_patience(&r), 2 * RETRY_PATIENCE_MS);
}

static void a_taken_name_does_not_flap(void **state)
{
	struct fixture *f = *state;
	const struct clock clock = fake_clock(f);
	struct retry r;

	retry_init(&r);
	for (int i = 0; i < 10; i++) {
		int64_t wait;

		retry_connected(&r, &clock);
		f->now += 50;
		wait = retry_lost(&r, &clock);
		assert_true(i < RETRY_TAKEN_LIVES - 1 || wait >= RETRY_TAKEN_MS);
		assert_true(wait <= RETRY_MAX_MS);
	}
	assert_true(retry_taken(&r));
	retry_connected(&r, &clock);
	f->now += RETRY_STABLE_MS;
	assert_true(retry_lost(&r, &clock) <= RETRY_FIRST_MS);
	assert_false(retry_taken(&r));
}

int main(void)
{
#define T(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		T(after_reconnect_oldest_first),
		T(the_window_is_bounded),
		T(a_person_comes_first),
		T(pubacks_bound_it_too),
		T(fresh_batches_need_no_pull),
		T(epochs_and_restored_hq),
		T(all_rows_arrive),
		T(retries_spread_and_end_at_15_s),
		T(a_taken_name_does_not_flap),
		T(a_late_broker_is_given_more_time),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
