// SPDX-License-Identifier: Apache-2.0
/* What went back of a payment, by whom it may be: the sum of all is never above the payment. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "firmware/orders.h"
#include "tests/second_lane.h"

/* 20,00 of the first payment went back for the line that HQ says is short. */
static const char PAID_TWICE[] =
	"[{\"op\":\"put\",\"type\":\"order\",\"id\":\"ZAM-2\",\"rev\":1,\"body\":{\"status\":"
	"\"placed\",\"totals\":{\"total\":10000,\"due\":0},\"lines\":["
	"{\"line\":1,\"qty\":1,\"paid\":4000},{\"line\":2,\"qty\":1,\"paid\":4000},"
	"{\"line\":3,\"qty\":1,\"paid\":2000,\"short\":1}],\"payments\":["
	"{\"id\":\"p1\",\"tender\":\"blik\",\"state\":\"partly_refunded\",\"amount\":5000,"
	"\"refunded\":2000},{\"id\":\"p2\",\"tender\":\"card\",\"state\":\"captured\","
	"\"amount\":5000}]}}]";

static int64_t gone(struct shop *s, const char *payment)
{
	int64_t n;

	store_begin(s->st->store);
	n = store_refunded(s->st->store, slice_of("ZAM-2"), slice_of(payment));
	store_commit(s->st->store);
	return n;
}

static void does(struct shop *s, const char *verb, const char *args)
{
	shop_verb(s, verb, args, NULL);
	if (s->status != 200)
		fail_msg("%s: %s", verb, s->reply);
}

/* HQ paid some back itself; what this store asks for comes on top of that. */
static void what_hq_paid_back_counts(void **state)
{
	struct shop *s = shop_stocked(1);

	(void)state;
	shop_down(s, STREAM_ORDERS, 7, 2, PAID_TWICE, NULL);
	does(s, "prep.start", "{\"order\":\"ZAM-2\"}");
	does(s, "prep.short", "{\"line\":1,\"qty\":1,\"reason\":\"x\",\"then\":\"refund\"}");
	assert_has(s->up, "{\"payment\":\"p1\",\"tender\":\"blik\",\"amount\":3000},"
			  "{\"payment\":\"p2\",\"tender\":\"card\",\"amount\":1000}");
	assert_int_equal(gone(s, "p1"), 5000);
	does(s, "prep.short", "{\"line\":2,\"qty\":1,\"reason\":\"x\",\"then\":\"refund\"}");
	assert_has(s->up, "\"legs\":[{\"payment\":\"p2\",\"tender\":\"card\",\"amount\":4000}]");
	shop_close(s);
}

/* The same of what another lane asked for or paid out, before HQ counted it. */
static void what_another_lane_paid_back_counts(void **state)
{
	static const char *const told[] = { "refund.requested", "return.accepted" };
	static const char *const bodies[] = {
		"{\"refund\":\"R1\",\"order\":\"ZAM-2\",\"legs\":[{\"payment\":\"p1\","
		"\"tender\":\"blik\",\"amount\":3000}]}",
		"{\"return\":\"R2\",\"order\":\"ZAM-2\",\"lines\":[],\"refund\":[{\"payment\":"
		"\"p1\","
		"\"tender\":\"blik\",\"amount\":3000}]}",
	};

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct shop *s = two_lanes("allow");

		shop_down(s, STREAM_ORDERS, 7, 2, PAID_TWICE, NULL);
		events(s, 50, event(3, told[i], bodies[i]));
		assert_int_equal(gone(s, "p1"), 5000);
		shop_close(s);
	}
}

/* Another lane's handover is heard before what was paid for it: nothing is left open. */
static void a_payment_is_heard_after_its_handover(void **state)
{
	struct shop *s = two_lanes("allow");

	(void)state;
	events(s, 50,
	       event(8, "pickup.completed",
		     "{\"order\":\"ZAM-1\",\"lines\":[{\"line\":1,\"qty\":2,\"short\":0}],\"paid\":"
		     "[]}"));
	events(s, 50,
	       event(7, "payment.taken",
		     "{\"order\":\"ZAM-1\",\"payment\":\"P1\",\"tender\":\"cash\",\"amount\":"
		     "100}"));
	assert_has(s->screen, "\"unsettled\":[]");
	events(s, 50,
	       event(9, "payment.taken",
		     "{\"order\":\"ZAM-9\",\"payment\":\"P2\",\"tender\":\"cash\",\"amount\":"
		     "100}"));
	assert_has(s->screen, "\"unsettled\":[{\"order\":\"ZAM-9\"");
	shop_close(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_hq_paid_back_counts),
		cmocka_unit_test(what_another_lane_paid_back_counts),
		cmocka_unit_test(a_payment_is_heard_after_its_handover),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
