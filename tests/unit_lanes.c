// SPDX-License-Identifier: Apache-2.0
/*
 * A store of several lanes, seen by one of them: what is heard of the others, when it is isolated,
 * what it claims, and what it says when an order left twice.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdlib.h>

#include "firmware/ledger.h"
#include "tests/second_lane.h"

static void says(struct shop *s, enum claim_op op, const char *lane, const char *claim)
{
	struct door_event e = { .kind = DOOR_CLAIM, .claim.op = op };

	text_fmt(e.claim.order, sizeof(e.claim.order), "ZAM-1");
	text_fmt(e.claim.lane, sizeof(e.claim.lane), "%s", lane);
	text_fmt(e.claim.claim, sizeof(e.claim.claim), "%s", claim);
	shop_submit(s, &e, NULL);
}

/* The claim this lane took comes back from the broker. */
static void echo(struct shop *s)
{
	char claim[ID_MAX + 1];
	struct json word;

	assert_int_equal(json_check(slice_of(s->claim), &word), 0);
	assert_true(json_string(json_get(word, "claim"), claim, sizeof(claim)) > 0);
	assert_has(s->claim, "\"op\":\"take\"");
	says(s, CLAIM_OP_TAKE, "k1", claim);
}

static void open_order(struct shop *s)
{
	char code[CODE_TEXT_MAX];

	shop_sign_code(s, "ZAM-1", code);
	shop_scan(s, code);
}

#define COMPLETED                                                                                  \
	"{\"order\":\"ZAM-1\",\"rev\":3,\"method\":\"code\",\"mode\":\"offline\",\"lines\":"       \
	"[{\"line\":1,\"sku\":\"S1\",\"qty\":2,\"short\":0}],\"paid\":[],\"collector\":\"self\"}"

static void test_caught_up(void **state)
{
	struct shop *s = two_lanes("refuse");

	(void)state;
	assert_has(s->screen, "\"isolated\":true");
	link_is(s, true);
	assert_has(s->screen, "\"isolated\":false");
	/* A state tells of five events, of which HQ has two and two were heard. */
	lane_is(s, true, 50, 3, 2, 3);
	assert_has(s->screen, "\"isolated\":true");
	assert_has(s->asked, "{\"ask\":\"up\",");
	assert_has(s->asked, "\"lane\":\"k2\",\"epoch\":50,\"after\":0}");
	events(s, 50, event(4, "code.requested", "{\"order\":\"ZAM-7\"}"));
	events(s, 50, event(5, "code.requested", "{\"order\":\"ZAM-7\"}"));
	shop_down(s, STREAM_ORDERS, 7, 2, "[]", "{\"k2\":[50,2]}");
	assert_has(s->screen, "\"isolated\":true");
	shop_tick(s, 1000);
	assert_has(s->asked, "\"after\":2}");
	events(s, 50, event(3, "code.requested", "{\"order\":\"ZAM-7\"}"));
	assert_has(s->screen, "\"isolated\":false");
	/* A late will of its connection before is old news; its own is not. */
	lane_is(s, true, 50, 4, 2, 5);
	lane_is(s, false, 50, 3, 0, 0);
	assert_has(s->screen, "\"isolated\":true");
	lane_is(s, false, 50, 4, 0, 0);
	assert_has(s->screen, "\"isolated\":false");
	link_is(s, false);
	assert_has(s->screen, "\"isolated\":true");
	shop_close(s);
}

/* States overtake each other, and a broker may tell them before it grants the subscription. */
static void test_states_in_any_order(void **state)
{
	struct shop *s = two_lanes("refuse");

	(void)state;
	link_is(s, true);
	lane_is(s, true, 50, 3, 0, 5);
	assert_has(s->screen, "\"isolated\":true");
	lane_is(s, true, 50, 3, 0, 0);
	assert_has(s->screen, "\"isolated\":true");
	link_is(s, false);
	lane_is(s, true, 50, 3, 0, 5);
	link_is(s, true);
	assert_has(s->screen, "\"isolated\":true");
	assert_has(s->asked, "\"after\":0}");
	lane_is(s, true, 51, 1, 0, 0);
	assert_has(s->screen, "\"isolated\":false");
	shop_close(s);
}

/* `acked` and `outbox` of a state add up to the newest event of its epoch, though events of the
 * epoch before a restore wait as well. */
static void test_state_after_a_restore(void **state)
{
	struct shop *s = two_lanes("refuse");
	char sum[64];

	(void)state;
	open_order(s);
	assert_true(s->st->ledger.last > 0);
	store_begin(s->st->store);
	store_ledger_open(s->st->store, s->st->ledger.epoch + 1);
	ledger_load(s->st);
	store_commit(s->st->store);
	s->st->fresh_after = 0;
	shop_verb(s, "pickup.cancel", "{}", NULL);
	open_order(s);
	text_fmt(sum, sizeof(sum), "\"outbox\":%lld,\"acked\":0", (long long)s->st->ledger.last);
	assert_has(s->heartbeat, sum);
	shop_close(s);
}

/* The others hear of a lane with a key only what it has signed. */
static void test_unsigned_is_alone(void **state)
{
	struct shop *s = two_lanes("refuse");

	(void)state;
	link_is(s, true);
	assert_has(s->screen, "\"isolated\":false");
	shop_down(s, STREAM_POLICY, 7, 3,
		  "[{\"op\":\"put\",\"type\":\"policy\",\"id\":\"lanes\",\"rev\":2,\"body\":"
		  "{\"lanes\":[{\"lane\":\"k1\",\"key\":\"x\"},{\"lane\":\"k2\"}]}}]",
		  NULL);
	assert_has(s->screen, "\"isolated\":true");
	shop_close(s);
}

static void test_asks_until_heard(void **state)
{
	struct shop *s = two_lanes("refuse");

	(void)state;
	link_is(s, true);
	lane_is(s, true, 50, 1, 0, 1);
	assert_has(s->asked, "\"ask\":\"up\"");
	s->asked[0] = '\0';
	shop_tick(s, 3900);
	assert_null(strstr(s->asked, "\"ask\":\"up\""));
	for (int i = 0; i < 100 && !strstr(s->asked, "\"ask\":\"up\""); i++)
		shop_tick(s, 11);
	assert_has(s->asked, "\"ask\":\"up\"");
	events(s, 50, event(1, "code.requested", "{}"));
	s->asked[0] = '\0';
	for (int i = 0; i < 100; i++) {
		shop_tick(s, 100);
		assert_null(strstr(s->asked, "\"ask\":\"up\""));
	}
	shop_close(s);
}

static void test_their_handover(void **state)
{
	struct shop *s = two_lanes("allow");

	(void)state;
	link_is(s, true);
	open_order(s);
	assert_has(s->screen, "\"mode\":\"pickup\"");
	events(s, 50, event(1, "pickup.completed", COMPLETED));
	assert_has(s->screen, "\"mode\":\"idle\"");
	assert_has(s->screen, "already_collected");
	open_order(s);
	assert_has(s->screen, "already_collected");
	assert_null(strstr(s->up, "pickup.doubled"));
	/* HQ, which has not heard yet, says that it is ready. */
	shop_down(s, STREAM_ORDERS, 7, 2, SHOP_ORDER, NULL);
	open_order(s);
	assert_has(s->screen, "already_collected");
	shop_close(s);
}

static void test_their_stock(void **state)
{
	struct shop *s = two_lanes("allow");
	const struct slice sku = slice_of("S1");

	(void)state;
	shop_begin_stream(s, STREAM_STOCK);
	events(s, 50,
	       event(2, "stock.changed", "{\"sku\":\"S1\",\"delta\":-2,\"why\":\"pickup\"}"));
	events(s, 50,
	       event(2, "stock.changed", "{\"sku\":\"S1\",\"delta\":-2,\"why\":\"pickup\"}"));
	store_begin(s->st->store);
	assert_int_equal(store_stock_delta(s->st->store, sku), -2);
	store_commit(s->st->store);
	shop_down(s, STREAM_STOCK, 7, 1, "[]", "{\"k2\":[50,3]}");
	/* Heard late: HQ's figure has it. */
	events(s, 50,
	       event(3, "stock.changed", "{\"sku\":\"S1\",\"delta\":-5,\"why\":\"pickup\"}"));
	store_begin(s->st->store);
	assert_int_equal(store_stock_delta(s->st->store, sku), 0);
	store_commit(s->st->store);
	/* What no shop has is nothing. */
	for (int seq = 4; seq < 6; seq++)
		events(s, 50,
		       event(seq, "stock.changed",
			     "{\"sku\":\"S1\",\"delta\":9223372036854775807,\"why\":\"pickup\"}"));
	events(s, 50, event(6, "stock.changed", "{\"sku\":\"S1\",\"delta\":1,\"why\":\"pickup\"}"));
	store_begin(s->st->store);
	assert_int_equal(store_stock_delta(s->st->store, sku), 1);
	store_commit(s->st->store);
	shop_close(s);
}

static void test_claim(void **state)
{
	struct shop *s = two_lanes("refuse");

	(void)state;
	link_is(s, true);
	open_order(s);
	assert_has(s->screen, "\"claim\":\"pending\"");
	echo(s);
	shop_tick(s, 300);
	assert_has(s->screen, "\"claim\":\"held\"");
	says(s, CLAIM_OP_TAKE, "k2", "00");
	assert_has(s->claim, "\"op\":\"held\"");
	shop_verb(s, "pickup.handover", "{}", "p1");
	assert_int_equal(s->status, 200);
	assert_has(s->claim, "\"op\":\"drop\"");
	assert_has(s->up, "\"mode\":\"offline\"");
	shop_close(s);
}

static void test_handover_waits(void **state)
{
	struct shop *s = two_lanes("refuse");

	(void)state;
	link_is(s, true);
	open_order(s);
	s->status = 0;
	shop_verb(s, "pickup.handover", "{}", "p1");
	assert_int_equal(s->status, 0);
	echo(s);
	assert_int_equal(s->status, 0);
	shop_tick(s, 300);
	assert_int_equal(s->status, 200);
	assert_has(s->screen, "\"mode\":\"idle\"");
	shop_close(s);
}

static void test_claim_lost(void **state)
{
	struct shop *s = two_lanes("allow");

	(void)state;
	link_is(s, true);
	open_order(s);
	s->status = 0;
	shop_verb(s, "pickup.handover", "{}", "p1");
	says(s, CLAIM_OP_HELD, "k2", "zz");
	assert_int_equal(s->status, 409);
	assert_has(s->reply, "being_served");
	assert_has(s->screen, "\"mode\":\"idle\"");
	assert_has(s->claim, "\"op\":\"drop\"");
	/* It is known now who serves it. */
	s->claims = 0;
	open_order(s);
	assert_has(s->screen, "being_served");
	assert_int_equal(s->claims, 0);
	says(s, CLAIM_OP_DROP, "k2", "zz");
	open_order(s);
	assert_has(s->screen, "\"claim\":\"pending\"");
	shop_close(s);
}

static const char SECOND[] =
	"[{\"op\":\"put\",\"type\":\"order\",\"id\":\"ZAM-2\",\"rev\":3,\"body\":"
	"{\"number\":\"4822\",\"status\":\"ready\",\"lines\":[{\"line\":\"1\","
	"\"sku\":\"S1\",\"qty\":2,\"paid\":20000}],\"totals\":{\"total\":20000,"
	"\"due\":0},\"payments\":[{\"id\":\"p1\",\"state\":\"captured\","
	"\"amount\":20000}]}}]";

/* Another lane may be broken, or nobody's: what it says is bounded before it is kept. */
static void test_amounts_no_shop_has(void **state)
{
	static const char refund[] =
		"{\"order\":\"ZAM-1\",\"legs\":[{\"payment\":\"p1\",\"amount\":"
		"9000000000000000000},{\"payment\":\"p1\",\"amount\":700}]}";
	struct shop *s = two_lanes("refuse");

	(void)state;
	link_is(s, true);
	for (int64_t seq = 1; seq < 4; seq++)
		events(s, 50, event(seq, "refund.requested", refund));
	assert_string_equal(store_trouble(s->st->store), "");
	assert_int_equal(store_refunded(s->st->store, slice_of("ZAM-1"), slice_of("p1")), 2100);
	shop_close(s);
}

/* A handover that waits is of the order it was pressed for, whatever comes in between. */
static void test_wait_ends_with_the_pickup(void **state)
{
	char code[CODE_TEXT_MAX];

	(void)state;
	for (int how = 0; how < 3; how++) {
		struct shop *s = two_lanes("allow");
		uint64_t first;

		shop_down(s, STREAM_ORDERS, 7, 2, SECOND, NULL);
		link_is(s, true);
		open_order(s);
		s->status = 0;
		shop_verb(s, "pickup.handover", "{}", "p1");
		first = s->request;
		assert_int_equal(s->status, 0);
		/* Pressed again by the same hand: not yet, and that is not what is kept. */
		shop_verb(s, "pickup.handover", "{}", "p1");
		assert_has(s->reply, "busy");
		if (how == 0)
			events(s, 50, event(1, "pickup.completed", COMPLETED));
		else if (how == 1)
			shop_down(s, STREAM_ORDERS, 7, 3,
				  "[{\"op\":\"del\",\"type\":\"order\",\"id\":\"ZAM-1\","
				  "\"rev\":9}]",
				  NULL);
		else
			shop_verb(s, "pickup.cancel", "{}", "p2");
		assert_has(s->screen, "\"mode\":\"idle\"");
		assert_int_equal(s->st->parked.active, false);
		if (how < 2)
			assert_int_equal(s->answered, first);
		shop_sign_code(s, "ZAM-2", code);
		shop_scan(s, code);
		assert_has(s->screen, "\"claim\":\"pending\"");
		echo(s);
		shop_tick(s, 300);
		assert_has(s->screen, "\"mode\":\"pickup\"");
		assert_has(s->screen, "\"claim\":\"held\"");
		assert_int_equal(s->st->counters.handovers, 0);
		shop_close(s);
	}
}

static void test_isolated(void **state)
{
	static const char *const rules[] = { "refuse", "approve", "allow" };
	static const char *const codes[] = { "\"isolated\"", "approval_needed", "\"ok\":true" };

	(void)state;
	for (int i = 0; i < 3; i++) {
		struct shop *s = two_lanes(rules[i]);

		open_order(s);
		assert_has(s->screen, "\"claim\":\"isolated\"");
		shop_verb(s, "pickup.handover", "{}", "p1");
		assert_has(s->reply, codes[i]);
		shop_close(s);
	}
}

/* Both were alone; each hears of the other's afterwards, HQ first or the lane first. */
static void test_doubled(void **state)
{
	(void)state;
	for (int hq_first = 0; hq_first < 2; hq_first++) {
		struct shop *s = two_lanes("allow");

		open_order(s);
		shop_verb(s, "pickup.handover", "{}", "p1");
		assert_int_equal(s->status, 200);
		assert_has(s->up, "\"mode\":\"isolated\"");
		link_is(s, true);
		if (hq_first) {
			shop_down(s, STREAM_ORDERS, 7, 2, "[]", "{\"k2\":[50,9]}");
			lane_is(s, true, 50, 1, 9, 0);
			/* Not isolated: HQ has it all. But what happened is still to be heard. */
			assert_has(s->screen, "\"isolated\":false");
			assert_has(s->asked, "\"ask\":\"up\"");
			assert_has(s->asked, "\"after\":0}");
		}
		events(s, 50, event(9, "pickup.completed", COMPLETED));
		assert_has(s->up, "\"type\":\"pickup.doubled\"");
		assert_has(s->up, "\"with\":{\"lane\":\"k2\",\"epoch\":50,\"seq\":9}");
		assert_has(s->screen, "\"code\":\"doubled\"");
		assert_has(s->up, "\"here\":{\"epoch\":");
		s->up[0] = '\0';
		events(s, 50, event(9, "pickup.completed", COMPLETED));
		assert_null(strstr(s->up, "pickup.doubled"));
		/* k2 found it as well: that is known here. */
		s->st->desks[DESK_COUNTER].notice.shown = false;
		events(s, 50,
		       event(10, "pickup.doubled",
			     "{\"order\":\"ZAM-1\",\"with\":{\"lane\":\"k1\",\"seq\":1},"
			     "\"here\":{\"epoch\":50,\"seq\":9}}"));
		assert_false(s->st->desks[DESK_COUNTER].notice.shown);
		shop_close(s);
	}
}

/* HQ's record has what was ordered as handed over, and names the second beside it. */
static void test_doubled_is_no_conflict(void **state)
{
	struct shop *s = two_lanes("allow");
	char upto[96];

	(void)state;
	open_order(s);
	shop_verb(s, "pickup.handover", "{}", "p1");
	link_is(s, true);
	events(s, 50, event(9, "pickup.completed", COMPLETED));
	s->up[0] = '\0';
	text_fmt(upto, sizeof(upto), "{\"k1\":[%lld,%lld],\"k2\":[50,9]}",
		 (long long)s->st->ledger.epoch, (long long)s->st->ledger.last);
	shop_down(s, STREAM_ORDERS, 7, 2,
		  "[{\"op\":\"put\",\"type\":\"order\",\"id\":\"ZAM-1\",\"rev\":4,\"body\":{"
		  "\"status\":\"collected\",\"lines\":[{\"line\":1,\"sku\":\"S1\",\"qty\":2,"
		  "\"handed\":2}]}}]",
		  upto);
	assert_null(strstr(s->up, "order.conflict"));
	s->up[0] = '\0';
	shop_down(s, STREAM_ORDERS, 7, 3,
		  "[{\"op\":\"put\",\"type\":\"order\",\"id\":\"ZAM-1\",\"rev\":5,\"body\":{"
		  "\"status\":\"collected\",\"lines\":[{\"line\":1,\"sku\":\"S1\",\"qty\":2,"
		  "\"handed\":1}]}}]",
		  upto);
	assert_has(s->up, "\"field\":\"lines.1.handed\"");
	shop_close(s);
}

/* A lane that found nothing on the shelf handed nothing over a second or third time. */
static void test_nothing_left_is_no_double(void **state)
{
	static const char nothing[] =
		"{\"order\":\"ZAM-1\",\"rev\":1,\"mode\":\"isolated\","
		"\"lines\":[{\"line\":1,\"sku\":\"S1\",\"qty\":0,\"short\":2}]}";
	struct shop *s = two_lanes("allow");

	(void)state;
	open_order(s);
	shop_verb(s, "pickup.handover", "{}", "p1");
	link_is(s, true);
	events(s, 50, event(9, "pickup.completed", COMPLETED));
	assert_has(s->up, "\"type\":\"pickup.doubled\"");
	s->up[0] = '\0';
	s->st->desks[DESK_COUNTER].notice.shown = false;
	events(s, 50, event(11, "pickup.completed", nothing));
	assert_null(strstr(s->up, "pickup.doubled"));
	assert_false(s->st->desks[DESK_COUNTER].notice.shown);
	shop_close(s);
}

/* k2's handover was never heard here, only that it found two. */
static void test_told_of_a_double(void **state)
{
	struct shop *s = two_lanes("allow");
	static const char *const who[] = { "k3", "k1" };
	char body[256];

	(void)state;
	link_is(s, true);
	for (int i = 0; i < 2; i++) {
		assert_null(strstr(s->screen, "\"code\":\"doubled\""));
		text_fmt(body, sizeof(body),
			 "{\"order\":\"ZAM-1\",\"with\":{\"lane\":\"%s\",\"epoch\":7,\"seq\":5},"
			 "\"here\":{\"epoch\":50,\"seq\":9}}",
			 who[i]);
		events(s, 50, event(10 + i, "pickup.doubled", body));
	}
	assert_has(s->screen, "\"code\":\"doubled\"");
	assert_null(strstr(s->up, "pickup.doubled"));
	shop_close(s);
}

static void test_told_again(void **state)
{
	struct shop *s = two_lanes("allow");
	struct door_event e = { .kind = DOOR_AGAIN };

	(void)state;
	link_is(s, true);
	open_order(s);
	s->up[0] = '\0';
	e.again.epoch = s->st->ledger.epoch;
	e.again.after = s->st->ledger.last - 1;
	shop_submit(s, &e, NULL);
	assert_has(s->up, "pickup.verified");
	assert_int_equal(s->up_first, s->st->ledger.last);
	shop_close(s);
}

/* HQ took the handover back before this lane heard of it. */
static void test_reopened(void **state)
{
	struct shop *s = two_lanes("allow");

	(void)state;
	link_is(s, true);
	shop_down(
		s, STREAM_ORDERS, 7, 2,
		"[{\"op\":\"reopen\",\"type\":\"order\",\"id\":\"ZAM-1\",\"rev\":4,\"of\":\"E5\"}]",
		"{\"k2\":[50,5]}");
	events(s, 50, event(5, "pickup.completed", COMPLETED));
	open_order(s);
	assert_has(s->screen, "\"mode\":\"pickup\"");
	shop_close(s);
}

/* The broker takes and drops what it does not allow: only HQ's acknowledgement tells. */
static void test_stuck(void **state)
{
	struct door_event beat = { .kind = DOOR_BEAT, .beat.online = true };
	struct door_event ack = { .kind = DOOR_ACK };
	struct shop *s = shop_stocked(1);

	(void)state;
	link_is(s, true);
	for (int i = 0; i < 6; i++) {
		shop_submit(s, &beat, NULL);
		assert_has(s->screen, "\"stuck\":false");
		shop_tick(s, 10000);
	}
	shop_submit(s, &beat, NULL);
	shop_tick(s, 10000);
	assert_has(s->screen, "\"stuck\":true");
	ack.ack.epoch = s->st->ledger.epoch;
	ack.ack.seq = s->st->ledger.last;
	shop_submit(s, &ack, NULL);
	shop_tick(s, 1000);
	assert_has(s->screen, "\"stuck\":false");
	/* HQ is away: then it is no wonder. */
	open_order(s);
	shop_tick(s, 120000);
	assert_has(s->screen, "\"stuck\":false");
	shop_close(s);
}

static void test_ranges(void **state)
{
	struct shop *s = shop_open(1);
	const struct slice k2 = slice_of("k2");

	(void)state;
	store_begin(s->st->store);
	for (int64_t seq = 20; seq > 10; seq -= 2)
		store_heard_add(s->st->store, k2, 5, seq, seq);
	assert_true(store_heard(s->st->store, k2, 5, 12));
	assert_false(store_heard(s->st->store, k2, 5, 13));
	assert_int_equal(store_heard_from(s->st->store, k2, 5, 11), 12);
	assert_int_equal(store_heard_from(s->st->store, k2, 5, 12), 12);
	store_heard_add(s->st->store, k2, 5, 13, 19);
	assert_int_equal(store_heard_from(s->st->store, k2, 5, 11), 20);
	store_heard_add(s->st->store, k2, 5, 1, 40);
	assert_int_equal(store_heard_from(s->st->store, k2, 5, 0), 40);
	assert_int_equal(store_heard_from(s->st->store, k2, 6, 0), 0);
	store_commit(s->st->store);
	shop_close(s);
}

/* What is heard hours after it happened counts from then: nobody waits whom it tells of, and no
 * order is locked by it again. */
static void test_heard_late(void **state)
{
	struct shop *s = two_lanes("refuse");
	const int64_t began = s->wall_ms;

	(void)state;
	events(s, 1000, event(1, "code.locked", "{\"order\":\"ZAM-1\",\"desk\":\"kiosk\"}"));
	assert_int_equal(store_tries(s->st->store, "order:ZAM-1").until_ms, began + 600000);
	events(s, 1000, event(2, "customer.arrived", "{\"order\":\"ZAM-1\",\"desk\":\"kiosk\"}"));
	assert_true(store_is_here(s->st->store, slice_of("ZAM-1")));
	shop_tick(s, 11 * 60000);
	events(s, 1000, event(3, "code.locked", "{\"order\":\"ZAM-2\",\"desk\":\"kiosk\"}"));
	assert_int_equal(store_tries(s->st->store, "order:ZAM-2").until_ms, 0);
	shop_tick(s, 3 * 3600000);
	events(s, 1000, event(4, "customer.arrived", "{\"order\":\"ZAM-3\",\"desk\":\"kiosk\"}"));
	assert_false(store_is_here(s->st->store, slice_of("ZAM-3")));
	/* Its clock may be ahead of ours. */
	s->wall_ms = began - 60000;
	events(s, 1000, event(5, "customer.arrived", "{\"order\":\"ZAM-4\",\"desk\":\"kiosk\"}"));
	assert_true(store_is_here(s->st->store, slice_of("ZAM-4")));
	shop_close(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_caught_up),
		cmocka_unit_test(test_asks_until_heard),
		cmocka_unit_test(test_their_handover),
		cmocka_unit_test(test_their_stock),
		cmocka_unit_test(test_claim),
		cmocka_unit_test(test_handover_waits),
		cmocka_unit_test(test_claim_lost),
		cmocka_unit_test(test_amounts_no_shop_has),
		cmocka_unit_test(test_isolated),
		cmocka_unit_test(test_wait_ends_with_the_pickup),
		cmocka_unit_test(test_told_of_a_double),
		cmocka_unit_test(test_unsigned_is_alone),
		cmocka_unit_test(test_states_in_any_order),
		cmocka_unit_test(test_state_after_a_restore),
		cmocka_unit_test(test_doubled),
		cmocka_unit_test(test_doubled_is_no_conflict),
		cmocka_unit_test(test_nothing_left_is_no_double),
		cmocka_unit_test(test_told_again),
		cmocka_unit_test(test_reopened),
		cmocka_unit_test(test_ranges),
		cmocka_unit_test(test_stuck),
		cmocka_unit_test(test_heard_late),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
