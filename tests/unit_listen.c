// SPDX-License-Identifier: Apache-2.0
/*
 * After an isolated handover a lane listens to the others until each has said that it told all:
 * what ends that, what does not, and that this lane says so itself.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

#include "firmware/lanes.h"
#include "firmware/ledger.h"
#include "tests/second_lane.h"

static void open_order(struct shop *s)
{
	char code[CODE_TEXT_MAX];

	shop_sign_code(s, "ZAM-1", code);
	shop_scan(s, code);
}

#define COMPLETED                                                                                  \
	"{\"order\":\"ZAM-1\",\"rev\":3,\"method\":\"code\",\"mode\":\"offline\",\"lines\":"       \
	"[{\"line\":1,\"sku\":\"S1\",\"qty\":2,\"short\":0}],\"paid\":[],\"collector\":\"self\"}"

/* k2 answers the newest ask: this was all of that epoch. */
static void told(struct shop *s, int64_t epoch, int64_t last, int64_t next)
{
	struct door_event e = { .kind = DOOR_TOLD };
	struct json ask;

	assert_int_equal(json_check(slice_of(s->asked), &ask), 0);
	assert_true(json_string(json_get(ask, "id"), e.told.ask, sizeof(e.told.ask)) > 0);
	text_fmt(e.told.lane, sizeof(e.told.lane), "k2");
	e.told.epoch = epoch;
	e.told.last = last;
	e.told.next = next;
	shop_submit(s, &e, NULL);
}

static bool listens(struct shop *s)
{
	int64_t epoch, after;

	return store_listen(s->st->store, slice_of("k2"), &epoch, &after);
}

/* Within some seconds; asks of HQ are none. */
static bool asks(struct shop *s)
{
	s->asked[0] = '\0';
	for (int i = 0; i < 60; i++) {
		shop_tick(s, 100);
		if (strstr(s->asked, "\"ask\":\"up\""))
			return true;
	}
	return false;
}

static struct shop *handed_over_alone(void)
{
	struct shop *s = two_lanes("allow");

	shop_down(s, STREAM_ORDERS, 7, 2, "[]", "{\"k2\":[50,2]}");
	open_order(s);
	shop_verb(s, "pickup.handover", "{}", "p1");
	assert_int_equal(s->status, 200);
	assert_true(listens(s));
	return s;
}

/* The broker's stored state is older than k2's handover, and HQ has that before it is heard. */
static void test_an_old_state_is_not_the_end(void **state)
{
	struct shop *s = handed_over_alone();

	(void)state;
	link_is(s, true);
	lane_is(s, true, 50, 1, 2, 0);
	assert_true(listens(s));
	assert_has(s->asked, "\"epoch\":50,\"after\":2}");
	shop_down(s, STREAM_ORDERS, 7, 3, "[]", "{\"k2\":[50,4]}");
	assert_has(s->screen, "\"isolated\":false");
	assert_true(asks(s));
	assert_has(s->asked, "\"epoch\":50,\"after\":2}");
	/* Its word overtook its events. */
	told(s, 50, 4, 0);
	assert_true(listens(s));
	events(s, 50, event(3, "pickup.completed", COMPLETED));
	assert_has(s->up, "\"type\":\"pickup.doubled\"");
	events(s, 50, event(4, "code.requested", "{}"));
	told(s, 50, 4, 0);
	assert_false(listens(s));
	assert_false(asks(s));
	shop_close(s);
}

/* k2 handed over too, and was then put back as it was: that event is of the epoch before. */
static void test_the_epoch_before_is_heard(void **state)
{
	struct shop *s = handed_over_alone();

	(void)state;
	shop_down(s, STREAM_ORDERS, 7, 3, "[]", "{\"k2\":[60,1]}");
	link_is(s, true);
	lane_is(s, true, 60, 1, 1, 0);
	assert_has(s->screen, "\"isolated\":false");
	assert_has(s->asked, "\"epoch\":50,\"after\":2}");
	events(s, 50, event(3, "pickup.completed", COMPLETED));
	assert_has(s->up, "\"type\":\"pickup.doubled\"");
	told(s, 50, 3, 60);
	assert_has(s->asked, "\"epoch\":60,\"after\":0}");
	assert_true(listens(s));
	events(s, 60, event(1, "code.requested", "{}"));
	told(s, 60, 1, 0);
	assert_false(listens(s));
	shop_close(s);
}

/* What it answered before this lane handed over again is no answer. */
static void test_asked_anew(void **state)
{
	struct shop *s = handed_over_alone();
	char before[sizeof(s->asked)];

	(void)state;
	link_is(s, true);
	lane_is(s, true, 50, 1, 2, 0);
	memcpy(before, s->asked, sizeof(before));
	assert_has(before, "\"ask\":\"up\"");
	store_begin(s->st->store);
	lanes_listen(s->st);
	store_commit(s->st->store);
	told(s, 50, 2, 0);
	assert_true(listens(s));
	assert_true(asks(s));
	assert_string_not_equal(s->asked, before);
	told(s, 50, 2, 0);
	assert_false(listens(s));
	shop_close(s);
}

/* A lane that never tells the end, of an earlier version say, is not asked for ever. */
static void test_never_told(void **state)
{
	struct shop *s = handed_over_alone();
	int asked = 0;

	(void)state;
	link_is(s, true);
	lane_is(s, true, 60, 1, 0, 1);
	assert_has(s->asked, "\"epoch\":50,");
	while (strstr(s->asked, "\"epoch\":50,") && asked++ < 50)
		assert_true(asks(s));
	assert_has(s->asked, "\"epoch\":60,\"after\":0}");
	/* This one may be missing altogether: it is asked for until it is heard. */
	for (int i = 0; i < 50; i++)
		assert_true(asks(s));
	events(s, 60, event(1, "code.requested", "{}"));
	for (asked = 0; asks(s); asked++)
		assert_in_range(asked, 0, 50);
	assert_false(listens(s));
	shop_close(s);
}

/* Opened without a line, claimed and handed over with one: it says that it was alone. */
static void test_opened_alone(void **state)
{
	struct shop *s = two_lanes("allow");
	struct door_event e = { .kind = DOOR_CLAIM, .claim.op = CLAIM_OP_TAKE };
	struct json word;

	(void)state;
	open_order(s);
	link_is(s, true);
	assert_int_equal(json_check(slice_of(s->claim), &word), 0);
	json_string(json_get(word, "claim"), e.claim.claim, sizeof(e.claim.claim));
	text_fmt(e.claim.order, sizeof(e.claim.order), "ZAM-1");
	text_fmt(e.claim.lane, sizeof(e.claim.lane), "k1");
	shop_submit(s, &e, NULL);
	shop_tick(s, 400);
	assert_has(s->screen, "\"claim\":\"held\"");
	shop_verb(s, "pickup.handover", "{}", "p1");
	assert_int_equal(s->status, 200);
	assert_has(s->up, "\"mode\":\"isolated\"");
	assert_true(listens(s));
	shop_close(s);
}

static void test_told_the_end(void **state)
{
	struct shop *s = two_lanes("allow");
	struct door_event e = { .kind = DOOR_AGAIN };
	const int64_t old = s->st->ledger.epoch;
	char end[256];

	(void)state;
	link_is(s, true);
	open_order(s);
	text_fmt(e.again.lane, sizeof(e.again.lane), "k2");
	text_fmt(e.again.ask, sizeof(e.again.ask), "A1");
	e.again.epoch = old;
	shop_submit(s, &e, NULL);
	text_fmt(end, sizeof(end),
		 "{\"ask\":\"told\",\"id\":\"A1\",\"lane\":\"k2\",\"epoch\":%lld,\"last\":%lld}",
		 (long long)old, (long long)s->st->ledger.last);
	assert_string_equal(s->up, end);
	text_fmt(end, sizeof(end), "\"epoch\":%lld,\"last\":%lld,\"next\":%lld}", (long long)old,
		 (long long)s->st->ledger.last, (long long)old + 1);
	store_begin(s->st->store);
	store_ledger_open(s->st->store, old + 1);
	ledger_load(s->st);
	store_commit(s->st->store);
	shop_submit(s, &e, NULL);
	assert_has(s->up, end);
	/* Of an epoch that is not yet nobody knows the end. */
	s->up[0] = '\0';
	e.again.epoch = old + 2;
	shop_submit(s, &e, NULL);
	assert_string_equal(s->up, "");
	shop_close(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_told_the_end),
		cmocka_unit_test(test_opened_alone),
		cmocka_unit_test(test_an_old_state_is_not_the_end),
		cmocka_unit_test(test_the_epoch_before_is_heard),
		cmocka_unit_test(test_asked_anew),
		cmocka_unit_test(test_never_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
