// SPDX-License-Identifier: Apache-2.0
/* Preparing, beside its cases: restarts, other lanes, what HQ has not heard yet, many orders. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#include "firmware/counter/prep.h"
#include "firmware/orders.h"
#include "firmware/prep.h"
#include "tests/second_lane.h"

#define ORDER                                                                                      \
	"\"number\":\"4821\",\"totals\":{\"total\":3998,\"due\":0},\"customer\":{\"name\":\"Anna " \
	"K.\"},\"lines\":[{\"line\":1,\"sku\":\"S1\",\"gtin\":\"5901234123457\",\"name\":\"Cup\"," \
	"\"qty\":2,\"paid\":3998%s}],\"payments\":[{\"id\":\"p1\",\"tender\":\"blik\","            \
	"\"state\":\"captured\",\"amount\":3998}]"

/* ZAM-1 as HQ writes it now. */
static void hq_writes(struct shop *s, int seq, const char *status, const char *line,
		      const char *upto)
{
	char order[1024], ops[2048];

	text_fmt(order, sizeof(order), ORDER, line);
	text_fmt(ops, sizeof(ops),
		 "[{\"op\":\"put\",\"type\":\"order\",\"id\":\"ZAM-1\",\"rev\":%d,\"body\":"
		 "{\"status\":\"%s\",%s}}]",
		 seq + 10, status, order);
	shop_down(s, STREAM_ORDERS, 7, seq, ops, upto);
}

static struct shop *placed(void)
{
	struct shop *s = shop_stocked(1);

	hq_writes(s, 2, "placed", "", NULL);
	return s;
}

static void does(struct shop *s, const char *verb, const char *args)
{
	shop_verb(s, verb, args, NULL);
	if (s->status != 200)
		fail_msg("%s: %s", verb, s->reply);
}

static void says_no(struct shop *s, const char *verb, const char *args, const char *code)
{
	const int64_t last = s->st->ledger.last;

	shop_verb(s, verb, args, NULL);
	if (s->status == 200 || !strstr(s->reply, code))
		fail_msg("%s: %s", verb, s->reply);
	assert_int_equal(s->st->ledger.last, last); /* nothing was told */
}

static struct order_line *line_now(struct shop *s)
{
	store_begin(s->st->store);
	assert_true(order_load(s->st, slice_of("ZAM-1")));
	store_commit(s->st->store);
	return &s->st->order.lines[0];
}

static bool is_taken(struct shop *s)
{
	struct prep_by by;
	bool taken;

	store_begin(s->st->store);
	taken = prep_taken_by(s->st, slice_of("ZAM-1"), &by);
	store_commit(s->st->store);
	return taken;
}

/* ---- one lane ---- */

static void test_a_restart_while_goods_go_back(void **state)
{
	struct shop *s = placed();

	(void)state;
	does(s, "prep.start", "{\"order\":\"ZAM-1\"}");
	does(s, "prep.pick", "{\"line\":1,\"qty\":2}");
	hq_writes(s, 3, "cancelled", "", NULL);
	assert_has(s->screen, "\"work\":\"back\"");
	shop_scan(s, "5901234123457");
	shop_restart(s);
	assert_has(s->screen, "\"work\":\"back\"");
	shop_scan(s, "5901234123457");
	assert_has(s->up, "\"why\":\"cancelled\"");
	assert_has(s->screen, "\"mode\":\"idle\"");
	shop_close(s);
}

/* HQ cancelled before it heard that the order was claimed: that does not hide it. */
static void test_a_cancellation_crosses_our_word(void **state)
{
	struct shop *s = placed();

	(void)state;
	does(s, "prep.start", "{\"order\":\"ZAM-1\"}");
	assert_int_equal(line_now(s)->qty, 2);
	assert_int_equal(s->st->order.status, ORDER_PICKING);
	hq_writes(s, 3, "cancelled", "", "{\"k1\":[1,0]}");
	line_now(s);
	assert_int_equal(s->st->order.status, ORDER_CANCELLED);
	assert_has(s->screen, "\"code\":\"cancelled\"");
	assert_has(s->screen, "\"mode\":\"idle\"");
	shop_close(s);
}

/* An HQ that keeps no substitutes, nor who prepares what, does not take them away. */
static void test_what_is_the_stores_own_stays(void **state)
{
	struct shop *s = placed();
	char upto[64];

	(void)state;
	shop_begin_stream(s, STREAM_CATALOG);
	shop_down(
		s, STREAM_CATALOG, 7, 1,
		"[{\"op\":\"put\",\"type\":\"product\",\"id\":\"S2\",\"rev\":1,\"body\":{\"gtin\":"
		"[\"4006381333931\"],\"name\":{\"pl\":\"Kubek\"}}}]",
		NULL);
	does(s, "prep.start", "{\"order\":\"ZAM-1\"}");
	does(s, "prep.substitute",
	     "{\"line\":1,\"gtin\":\"4006381333931\",\"qty\":1,\"consent\":true}");
	does(s, "prep.short", "{\"line\":1,\"qty\":1,\"reason\":\"x\",\"then\":\"wait\"}");
	text_fmt(upto, sizeof(upto), "{\"k1\":[%lld,%lld]}", (long long)s->st->ledger.epoch,
		 (long long)s->st->ledger.last);
	hq_writes(s, 3, "picking", "", upto);
	assert_int_equal(line_now(s)->swapped, 1);
	assert_has(s->screen, "\"by\":{\"id\":\"E17\"");
	assert_has(s->screen, "\"then\":\"wait\"");
	/* What is picked is HQ's to say, once it has heard. */
	does(s, "prep.pick", "{\"line\":1,\"qty\":1}");
	text_fmt(upto, sizeof(upto), "{\"k1\":[%lld,%lld]}", (long long)s->st->ledger.epoch,
		 (long long)s->st->ledger.last);
	hq_writes(s, 4, "picking", ",\"picked\":1", upto);
	assert_int_equal(line_now(s)->picked, 1);
	assert_int_equal(prep_line_of(line_now(s)).open, 0);
	shop_close(s);
}

static void test_numbers_no_shop_has(void **state)
{
	static const char *const numbers[] = { "0", "-1", "100001", "9223372036854775807",
					       "-9223372036854775808" };
	struct shop *s = placed();
	char args[256];

	(void)state;
	does(s, "prep.start", "{\"order\":\"ZAM-1\"}");
	for (size_t i = 0; i < COUNT_OF(numbers); i++) {
		text_fmt(args, sizeof(args), "{\"line\":1,\"qty\":%s}", numbers[i]);
		says_no(s, "prep.pick", args, "bad_request");
		assert_int_equal(s->status, 400); /* as everywhere: no such number */
		says_no(s, "prep.unpick", args, "bad_request");
		text_fmt(args, sizeof(args),
			 "{\"line\":1,\"qty\":%s,\"reason\":\"x\",\"then\":\"cancel\"}",
			 numbers[i]);
		says_no(s, "prep.short", args, "bad_request");
	}
	says_no(s, "prep.pick", "{\"line\":1,\"qty\":1.5}", "bad_request");
	assert_int_equal(s->status, 400);
	says_no(s, "prep.pick", "{\"line\":{},\"qty\":1}", "bad_request");
	assert_int_equal(s->status, 400);
	says_no(s, "prep.pick", "{\"qty\":1}", "bad_request");
	says_no(s, "prep.stage", "{\"shelf\":7}", "bad_request");
	says_no(s, "prep.start", "{\"order\":\"ZAM-1\",\"desk\":\"kiosk\"}", "bad_request");
	assert_has(s->screen, "\"picked\":0");
	shop_close(s);
}

/* Two browsers press the same button; a scan comes in the middle. */
static void test_one_press_is_one_press(void **state)
{
	struct shop *s = placed();

	(void)state;
	does(s, "prep.start", "{\"order\":\"ZAM-1\"}");
	shop_verb(s, "prep.pick", "{\"line\":1}", "press-1");
	shop_verb(s, "prep.pick", "{\"line\":1}", "press-1");
	assert_int_equal(s->status, 200);
	assert_int_equal(line_now(s)->picked, 1);
	shop_scan(s, "5901234123457");
	says_no(s, "prep.pick", "{\"line\":1}", "item_surplus");
	shop_verb(s, "prep.stage", "{\"shelf\":\"B-1\"}", "press-2");
	assert_int_equal(s->status, 200);
	says_no(s, "prep.stage", "{\"shelf\":\"B-2\"}", "bad_request");
	shop_verb(s, "prep.stage", "{\"shelf\":\"B-1\"}", "press-2");
	assert_int_equal(s->status, 200);
	shop_close(s);
}

/* Who prepares is for staff alone: the queue is on the board, too. */
static void test_the_board_names_nobody(void **state)
{
	struct shop *s = placed();

	(void)state;
	does(s, "prep.start", "{\"order\":\"ZAM-1\"}");
	assert_has(s->screen, "\"by\":\"Ola\"");
	assert_true(s->st->board_queue_n > 2);
	s->st->board_queue[s->st->board_queue_n] = '\0';
	assert_has(s->st->board_queue, "ZAM-1");
	assert_null(strstr(s->st->board_queue, "Ola"));
	shop_close(s);
}

/* The longest order still has a slip and a document. */
static void test_three_hundred_lines(void **state)
{
	struct shop *s = shop_stocked(1);
	char *ops = malloc(SHOP_TEXT_MAX);
	struct buf b;

	(void)state;
	buf_init(&b, ops, SHOP_TEXT_MAX - 1);
	buf_text(&b, "[{\"op\":\"put\",\"type\":\"order\",\"id\":\"BIG\",\"rev\":1,\"body\":{"
		     "\"status\":\"placed\",\"lines\":[");
	for (int i = 1; i <= ORDER_LINES_MAX; i++)
		buf_fmt(&b,
			"%s{\"line\":%d,\"sku\":\"S%d\",\"name\":\"A name of a thing "
			"%d\",\"qty\":1}",
			i > 1 ? "," : "", i, i, i);
	buf_text(&b, "]}}]");
	shop_down(s, STREAM_ORDERS, 7, 2, buf_str(&b), NULL);
	does(s, "prep.start", "{\"order\":\"BIG\"}");
	assert_has(s->printed, "A name of a thing 300");
	assert_has(s->screen, "\"line\":300");
	free(ops);
	shop_close(s);
}

/* ---- other lanes ---- */

static void test_another_lane_was_first(void **state)
{
	struct door_event e = { .kind = DOOR_CLAIM };
	struct shop *s = two_lanes("allow");

	(void)state;
	hq_writes(s, 2, "placed", "", NULL);
	link_is(s, true);
	does(s, "prep.start", "{\"order\":\"ZAM-1\"}");
	assert_has(s->claim, "\"op\":\"take\"");
	e.claim.op = CLAIM_OP_HELD;
	text_fmt(e.claim.order, sizeof(e.claim.order), "ZAM-1");
	text_fmt(e.claim.lane, sizeof(e.claim.lane), "k2");
	text_fmt(e.claim.claim, sizeof(e.claim.claim), "00000000000000000000000000");
	shop_submit(s, &e, NULL);
	assert_has(s->screen, "\"code\":\"being_served\"");
	assert_has(s->screen, "\"mode\":\"idle\"");
	says_no(s, "prep.start", "{\"order\":\"ZAM-1\"}", "being_served");
	shop_close(s);
}

/* Each event of another lane counts once, whether HQ's record has it already or not. */
static void test_shorts_of_another_lane(void **state)
{
	static const char shorts[] = "{\"order\":\"ZAM-1\",\"line\":1,\"qty\":1,\"reason\":\"x\","
				     "\"then\":\"refund\",\"staff\":\"E18\"}";
	struct shop *s = placed();

	(void)state;
	events(s, 5, event(1, "order.short", shorts));
	assert_int_equal(line_now(s)->short_, 1);
	events(s, 5, event(1, "order.short", shorts));
	assert_int_equal(line_now(s)->short_, 1);
	/* HQ has the first and the next one. */
	hq_writes(s, 3, "cancelled", ",\"short\":2", "{\"k2\":[5,2]}");
	events(s, 5, event(2, "order.short", shorts));
	assert_int_equal(line_now(s)->short_, 2);
	/* What only waits is not short. */
	events(s, 5,
	       event(3, "order.short",
		     "{\"order\":\"ZAM-1\",\"line\":1,\"qty\":9,\"reason\":\"x\",\"then\":"
		     "\"wait\"}"));
	assert_int_equal(line_now(s)->short_, 2);
	shop_close(s);
}

static void test_another_lane_prepared_it(void **state)
{
	struct shop *s = placed();

	(void)state;
	events(s, 5, event(1, "order.claimed", "{\"order\":\"ZAM-1\",\"staff\":\"E18\"}"));
	events(s, 5, event(2, "order.picked", "{\"order\":\"ZAM-1\",\"line\":1,\"qty\":1}"));
	events(s, 5,
	       event(3, "order.substituted",
		     "{\"order\":\"ZAM-1\",\"line\":1,\"gtin\":\"59\",\"sku\":\"S2\",\"qty\":1}"));
	assert_int_equal(prep_line_of(line_now(s)).open, 0);
	events(s, 5,
	       event(4, "order.staged",
		     "{\"order\":\"ZAM-1\",\"shelf\":\"D-4\",\"lines\":[],\"parcels\":"
		     "[\"LP.ZAM-1.1\"]}"));
	line_now(s);
	assert_int_equal(s->st->order.status, ORDER_READY);
	assert_true(json_is(s->st->order.shelf, "D-4"));
	assert_int_equal(json_count(s->st->order.parcels), 1);
	assert_has(s->screen, "\"status\":\"ready\"");
	events(s, 5,
	       event(5, "pickup.unstaged",
		     "{\"order\":\"ZAM-1\",\"why\":\"no_show\",\"lines\":[]}"));
	line_now(s);
	assert_int_equal(s->st->order.status, ORDER_EXPIRED);
	assert_int_equal(prep_pieces_here(&s->st->order), 0);
	assert_int_equal(json_count(s->st->order.parcels), 0);
	/* Rubbish does no harm. */
	events(s, 5, event(6, "order.picked", "{\"order\":\"ZAM-1\",\"line\":7,\"qty\":1}"));
	events(s, 5, event(7, "order.claimed", "{\"order\":7}"));
	events(s, 5, event(8, "parcel.problem", "{\"order\":\"ZAM-1\",\"label\":\"P\"}"));
	shop_close(s);
}

/* What that lane drops by itself is dropped here as well. */
static void test_another_lane_settled_it(void **state)
{
	static const char shorts[] = "{\"order\":\"ZAM-1\",\"line\":1,\"qty\":%d,\"reason\":"
				     "\"x\",\"then\":\"%s\"}";
	struct shop *s = placed();
	char body[256];

	(void)state;
	events(s, 5, event(1, "order.claimed", "{\"order\":\"ZAM-1\",\"staff\":\"E18\"}"));
	/* What was said to be missing is found after all, and then put back. */
	text_fmt(body, sizeof(body), shorts, 1, "wait");
	events(s, 5, event(2, "order.short", body));
	assert_int_equal(line_now(s)->missing.type, JSON_OBJECT);
	events(s, 5, event(3, "order.picked", "{\"order\":\"ZAM-1\",\"line\":1,\"qty\":2}"));
	events(s, 5, event(4, "order.picked", "{\"order\":\"ZAM-1\",\"line\":1,\"qty\":-2}"));
	assert_int_equal(line_now(s)->missing.type, JSON_NONE);
	/* With a piece short it is not as if nobody had begun. */
	text_fmt(body, sizeof(body), shorts, 1, "refund");
	events(s, 5, event(5, "order.short", body));
	events(s, 5, event(6, "order.released", "{\"order\":\"ZAM-1\",\"staff\":\"E18\"}"));
	line_now(s);
	assert_int_equal(s->st->order.status, ORDER_PICKING);
	/* Nobody prepares what is not there. */
	events(s, 5, event(7, "order.claimed", "{\"order\":\"ZAM-1\",\"staff\":\"E18\"}"));
	text_fmt(body, sizeof(body), shorts, 1, "cancel");
	events(s, 5, event(8, "order.short", body));
	line_now(s);
	assert_int_equal(s->st->order.status, ORDER_CANCELLED);
	assert_false(is_taken(s));
	shop_close(s);
}

/* HQ takes it away while it is picked: the other lanes hear that nobody has it any more. */
static void test_a_cancellation_lets_go(void **state)
{
	struct shop *s = placed();

	(void)state;
	does(s, "prep.start", "{\"order\":\"ZAM-1\"}");
	assert_true(is_taken(s));
	hq_writes(s, 3, "cancelled", "", NULL);
	assert_false(is_taken(s));
	assert_has(s->up, "\"type\":\"order.released\"");
	assert_has(s->up, "\"staff\":\"E17\"");
	/* Or there is no such order any more. */
	hq_writes(s, 4, "placed", "", NULL);
	does(s, "prep.start", "{\"order\":\"ZAM-1\"}");
	shop_down(s, STREAM_ORDERS, 7, 5,
		  "[{\"op\":\"del\",\"type\":\"order\",\"id\":\"ZAM-1\",\"rev\":99}]", NULL);
	assert_has(s->up, "\"type\":\"order.released\"");
	assert_false(is_taken(s));
	shop_close(s);
}

/* An event that HQ's record has already is not added to it. */
/* Put back, and prepared again: heard the other way round it is still prepared again. */
static void test_heard_the_other_way_round(void **state)
{
	struct shop *s = two_lanes("allow");

	(void)state;
	hq_writes(s, 2, "ready", "", NULL);
	events(s, 50, event(9, "order.claimed", "{\"order\":\"ZAM-1\",\"staff\":\"E18\"}"));
	events(s, 50,
	       event(8, "pickup.unstaged",
		     "{\"order\":\"ZAM-1\",\"why\":\"no_show\",\"lines\":[]}"));
	store_begin(s->st->store);
	assert_false(prep_unstaged(s->st, slice_of("ZAM-1")));
	store_commit(s->st->store);
	events(s, 50,
	       event(11, "pickup.unstaged",
		     "{\"order\":\"ZAM-1\",\"why\":\"no_show\",\"lines\":[]}"));
	events(s, 50,
	       event(10, "order.staged", "{\"order\":\"ZAM-1\",\"shelf\":\"B-1\",\"lines\":[]}"));
	store_begin(s->st->store);
	assert_true(prep_unstaged(s->st, slice_of("ZAM-1")));
	assert_true(order_load(s->st, slice_of("ZAM-1")));
	assert_int_equal(s->st->order.status, ORDER_EXPIRED);
	store_commit(s->st->store);
	shop_close(s);
}

static void test_picked_there_and_written_by_hq(void **state)
{
	struct shop *s = placed();

	(void)state;
	hq_writes(s, 3, "picking", ",\"picked\":2", "{\"k2\":[5,2]}");
	events(s, 5, event(2, "order.picked", "{\"order\":\"ZAM-1\",\"line\":1,\"qty\":2}"));
	assert_int_equal(line_now(s)->picked, 2);
	shop_close(s);
}

/* ---- many orders ---- */

#define MANY  5000
#define BATCH 200

static void put_many(struct shop *s)
{
	char *ops = malloc(SHOP_TEXT_MAX);
	char at[TIME_TEXT_MAX];
	struct buf b;

	for (int n = 0; n < MANY; n += BATCH) {
		buf_init(&b, ops, SHOP_TEXT_MAX - 1);
		buf_text(&b, "[");
		for (int i = n; i < n + BATCH; i++) {
			/* The later the number, the earlier the promise. */
			time_format(s->wall_ms + (int64_t)(MANY - i) * 60000, at);
			buf_fmt(&b,
				"%s{\"op\":\"put\",\"type\":\"order\",\"id\":\"Q-%d\",\"rev\":1,"
				"\"body\":{\"status\":\"placed\",\"promised_at\":\"%s\",\"lines\":"
				"[{\"line\":1,\"sku\":\"S1\",\"qty\":1}]}}",
				i > n ? "," : "", i, at);
		}
		buf_text(&b, "]");
		shop_down(s, STREAM_ORDERS, 7, 2 + n / BATCH, buf_str(&b), NULL);
	}
	free(ops);
}

static void test_five_thousand_orders_wait(void **state)
{
	struct shop *s = shop_stocked(1);
	char args[64];

	(void)state;
	put_many(s);
	shop_tick(s, 60000);
	assert_has(s->screen, "{\"order\":\"Q-4999\",\"status\":\"placed\"");
	assert_null(strstr(s->screen, "\"Q-4900\""));
	/* Those staged here stand in front of all that wait, for HQ has not heard of it. */
	for (int i = MANY - 1; i >= MANY - 80; i--) {
		text_fmt(args, sizeof(args), "{\"order\":\"Q-%d\"}", i);
		does(s, "prep.start", args);
		does(s, "prep.pick", "{\"line\":1}");
		does(s, "prep.stage", "{\"shelf\":\"A-1\"}");
	}
	assert_has(s->screen, "{\"order\":\"Q-4919\",\"status\":\"placed\"");
	assert_has(s->screen, "\"status\":\"ready\"");
	assert_null(strstr(s->screen, "\"order\":\"Q-4999\",\"status\":\"placed\""));
	shop_close(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_restart_while_goods_go_back),
		cmocka_unit_test(test_a_cancellation_crosses_our_word),
		cmocka_unit_test(test_what_is_the_stores_own_stays),
		cmocka_unit_test(test_numbers_no_shop_has),
		cmocka_unit_test(test_one_press_is_one_press),
		cmocka_unit_test(test_the_board_names_nobody),
		cmocka_unit_test(test_three_hundred_lines),
		cmocka_unit_test(test_another_lane_was_first),
		cmocka_unit_test(test_shorts_of_another_lane),
		cmocka_unit_test(test_another_lane_prepared_it),
		cmocka_unit_test(test_another_lane_settled_it),
		cmocka_unit_test(test_a_cancellation_lets_go),
		cmocka_unit_test(test_heard_the_other_way_round),
		cmocka_unit_test(test_picked_there_and_written_by_hq),
		cmocka_unit_test(test_five_thousand_orders_wait),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
