// SPDX-License-Identifier: Apache-2.0
/* The door between the loop and the step: who goes before whom, and what is seen when. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "firmware/door.h"
#include "tests/shop.h"

static void count_wake(void *ctx)
{
	(*(int *)ctx)++;
}

static int set_up(void **state)
{
	static int wakes;

	wakes = 0;
	*state = door_new(count_wake, &wakes);
	return *state ? 0 : -1;
}

static int tear_down(void **state)
{
	door_free(*state);
	return 0;
}

static void emit_rows(struct door *d, int64_t first, bool sibling)
{
	const struct door_out out = {
		.kind = OUT_UP,
		.up = { .epoch = 5,
			.first = first,
			.last = first,
			.again = !sibling,
			.sibling = sibling },
	};

	door_emit(d, &out, slice_of("rows"));
}

static void emit_reply(struct door *d, uint64_t request)
{
	const struct door_out out = { .kind = OUT_REPLY, .reply.request = request };

	door_emit(d, &out, slice_of("answer"));
}

static void expect_rows(struct door *d, int64_t first)
{
	struct door_out out;
	struct slice payload;

	assert_true(door_collect(d, &out, &payload));
	assert_int_equal(out.kind, OUT_UP);
	assert_int_equal(out.up.first, first);
	assert_true(slice_eq(payload, "rows"));
}

static void expect_reply(struct door *d, uint64_t request)
{
	struct door_out out;
	struct slice payload;

	assert_true(door_collect(d, &out, &payload));
	assert_int_equal(out.kind, OUT_REPLY);
	assert_int_equal(out.reply.request, request);
	assert_true(slice_eq(payload, "answer"));
}

static void expect_nothing(struct door *d)
{
	struct door_out out;
	struct slice payload;

	assert_false(door_collect(d, &out, &payload));
}

/* A thousand events said again are no reason for a person to wait. */
static void an_answer_overtakes_rows(void **state)
{
	struct door *d = *state;

	emit_rows(d, 1, false);
	emit_rows(d, 2, true);
	door_flush(d);
	expect_rows(d, 1);
	emit_reply(d, 1);
	emit_rows(d, 3, false);
	emit_reply(d, 2);
	door_flush(d);
	expect_reply(d, 1);
	expect_reply(d, 2);
	expect_rows(d, 2);
	expect_rows(d, 3);
	expect_nothing(d);
}

/* Events that nobody heard yet are in one line with what else the step says. */
static void fresh_events_keep_their_place(void **state)
{
	struct door *d = *state;
	const struct door_out fresh = { .kind = OUT_UP,
					.up = { .epoch = 5, .first = 9, .last = 9 } };

	emit_rows(d, 1, false);
	door_emit(d, &fresh, slice_of("rows"));
	emit_reply(d, 1);
	door_flush(d);
	expect_rows(d, 9);
	expect_reply(d, 1);
	expect_rows(d, 1);
	expect_nothing(d);
}

static void nothing_is_seen_before_the_flush(void **state)
{
	struct door *d = *state;

	emit_reply(d, 1);
	emit_rows(d, 1, false);
	assert_int_equal(door_pending(d), sizeof("answer") - 1 + sizeof("rows") - 1);
	expect_nothing(d);
	door_flush(d);
	assert_int_equal(door_pending(d), 0);
	emit_rows(d, 2, false);
	emit_reply(d, 2);
	expect_reply(d, 1);
	expect_rows(d, 1);
	expect_nothing(d);
	door_flush(d);
	expect_reply(d, 2);
	expect_rows(d, 2);
	expect_nothing(d);
}

/* Who scans or presses something is served for a while, and HQ's hunger for events waits. */
static void sync_knows_of_people(void **state)
{
	struct shop *s = shop_stocked(1);
	const struct door_event ack = { .kind = DOOR_ACK, .ack = { .epoch = s->st->ledger.epoch } };

	(void)state;
	shop_tick(s, 2000);
	shop_submit(s, &ack, "");
	assert_false(s->served);
	shop_scan(s, "5901234123457");
	shop_submit(s, &ack, "");
	assert_true(s->served);
	shop_tick(s, 2000);
	shop_submit(s, &ack, "");
	assert_false(s->served);
	shop_close(s);
}

/* A wake-up is a system call; who is not done yet sees what is new without it. */
static void who_is_collecting_is_not_woken(void **state)
{
	int *wakes = test_calloc(1, sizeof(*wakes));
	struct door *d;

	(void)state;
	d = door_new(count_wake, wakes);
	emit_reply(d, 1);
	door_flush(d);
	assert_int_equal(*wakes, 1);
	expect_reply(d, 1);
	emit_reply(d, 2);
	door_flush(d);
	assert_int_equal(*wakes, 1);
	expect_reply(d, 2);
	expect_nothing(d);
	emit_reply(d, 3);
	door_flush(d);
	assert_int_equal(*wakes, 2);
	expect_reply(d, 3);
	door_free(d);
	test_free(wakes);
}

static void a_batch_is_made_in_its_queue(void **state)
{
	const struct door_out rows = { .kind = OUT_UP,
				       .up = { .first = 1, .last = 1, .again = true } };
	struct door *d = *state;
	struct buf b = door_room(d, &rows, 4);

	buf_text(&b, "left");
	b = door_room(d, &rows, 4);
	buf_text(&b, "rows, and more than there is room");
	assert_true(b.overflow);
	buf_reset(&b);
	buf_text(&b, "rows");
	door_emit_room(d, &rows, b.len);
	assert_int_equal(door_pending(d), 4);
	expect_nothing(d);
	door_flush(d);
	expect_rows(d, 1);
	expect_nothing(d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(an_answer_overtakes_rows, set_up, tear_down),
		cmocka_unit_test_setup_teardown(fresh_events_keep_their_place, set_up, tear_down),
		cmocka_unit_test_setup_teardown(nothing_is_seen_before_the_flush, set_up,
						tear_down),
		cmocka_unit_test(who_is_collecting_is_not_woken),
		cmocka_unit_test_setup_teardown(a_batch_is_made_in_its_queue, set_up, tear_down),
		cmocka_unit_test(sync_knows_of_people),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
