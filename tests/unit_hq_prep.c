// SPDX-License-Identifier: Apache-2.0
/* What preparing an order does to lada-hq's record of it, whose sums hold all the while. */
#include "sync/hq/order.h"
#include "tests/hq_fixture.h"

#define BODY                                                                                       \
	"{\"status\":\"%s\",\"totals\":{\"total\":6393,\"paid\":6393,\"due\":0},\"lines\":["       \
	"{\"line\":1,\"sku\":\"TEA\",\"qty\":6,\"paid\":5094},"                                    \
	"{\"line\":\"b\",\"sku\":\"MUG\",\"qty\":1,\"paid\":1299}],"                               \
	"\"payments\":[{\"id\":\"p\",\"tender\":\"blik\",\"state\":\"captured\",\"amount\":6393}]" \
	"%s}"

static struct json body(struct fixture *f)
{
	static char room[256];
	struct json root;
	struct record r;

	assert_true(record_find(&f->hq, STORE, stream_by_name("orders"), "ZAM-1", &r));
	assert_true(r.live);
	root = parsed_slice(r.body);
	assert_null(order_check(root, room, sizeof(room)));
	return root;
}

static struct json line(struct fixture *f, int n)
{
	return element_of(json_get(body(f), "lines"), n);
}

static void put_order(struct fixture *f, const char *status, const char *more)
{
	char text[1024];

	text_fmt(text, sizeof(text), BODY, status, more);
	put(f, "order", "ZAM-1", "", text);
}

static void status_is(struct fixture *f, const char *status)
{
	assert_is(json_get(body(f), "status"), status);
}

static void an_order_is_prepared(void **state)
{
	struct fixture *f = *state;
	struct json parcel;

	put_order(f, "placed", "");
	up(f, "order.claimed", "{\"order\":\"ZAM-1\",\"staff\":\"E17\"}");
	status_is(f, "picking");
	up(f, "order.released", "{\"order\":\"ZAM-1\",\"staff\":\"E17\"}");
	status_is(f, "placed");
	up(f, "order.claimed", "{\"order\":\"ZAM-1\",\"staff\":\"E18\"}");
	up(f, "order.picked", "{\"order\":\"ZAM-1\",\"line\":1,\"qty\":5}");
	up(f, "order.picked", "{\"order\":\"ZAM-1\",\"line\":1,\"qty\":-1}");
	assert_int_equal(at(line(f, 0), "picked"), 4);
	/* What is picked keeps it in preparation. */
	up(f, "order.released", "{\"order\":\"ZAM-1\",\"staff\":\"E18\"}");
	status_is(f, "picking");
	up(f, "order.picked", "{\"order\":\"ZAM-1\",\"line\":\"b\",\"qty\":1}");
	up(f, "order.staged", "{\"order\":\"ZAM-1\",\"shelf\":\"B-1\",\"lines\":[],\"rest\":true}");
	status_is(f, "picking");
	assert_is(json_get(body(f), "shelf"), "B-1");
	up(f, "order.staged",
	   "{\"order\":\"ZAM-1\",\"shelf\":\"B-2\",\"lines\":[],\"parcels\":[\"LP.ZAM-1.1\"]}");
	status_is(f, "ready");
	parcel = element_of(json_get(body(f), "parcels"), 0);
	assert_is(json_get(parcel, "label"), "LP.ZAM-1.1");
	assert_is(json_get(parcel, "state"), "staged");
	assert_int_equal(json_get(body(f), "ready_at").type, JSON_STRING);
}

/* What is no time would make the record one that no station takes. */
static void until_no_time(void **state)
{
	struct fixture *f = *state;

	put_order(f, "ready", ",\"collect_by\":\"2026-12-01T10:00:00Z\"");
	assert_ack(up(f, "order.extended", "{\"order\":\"ZAM-1\",\"until\":\"E18\"}"), 1, "body");
	assert_is(json_get(body(f), "collect_by"), "2026-12-01T10:00:00Z");
}

/* Only what is short for good is short; no price changes by any of it. */
static void what_is_missing(void **state)
{
	struct fixture *f = *state;

	put_order(f, "picking", "");
	up(f, "order.short",
	   "{\"order\":\"ZAM-1\",\"line\":1,\"qty\":2,\"reason\":\"x\",\"then\":\"wait\"}");
	up(f, "order.short",
	   "{\"order\":\"ZAM-1\",\"line\":1,\"qty\":2,\"reason\":\"x\",\"then\":\"substitute\"}");
	assert_int_equal(json_get(line(f, 0), "short").type, JSON_NONE);
	up(f, "order.short",
	   "{\"order\":\"ZAM-1\",\"line\":1,\"qty\":2,\"reason\":\"x\",\"then\":\"refund\"}");
	assert_int_equal(at(line(f, 0), "short"), 2);
	assert_int_equal(at(line(f, 0), "paid"), 5094);
	/* An import that has not heard does not bring them back. */
	put_order(f, "picking", "");
	assert_int_equal(at(line(f, 0), "short"), 2);
	up(f, "order.short",
	   "{\"order\":\"ZAM-1\",\"line\":1,\"qty\":4,\"reason\":\"x\",\"then\":\"refund\"}");
	status_is(f, "picking");
	up(f, "order.short",
	   "{\"order\":\"ZAM-1\",\"line\":\"b\",\"qty\":1,\"reason\":\"x\",\"then\":\"cancel\"}");
	status_is(f, "cancelled");
}

static void what_is_replaced(void **state)
{
	struct fixture *f = *state;
	struct json swap;

	put_order(f, "picking", "");
	up(f, "order.substituted",
	   "{\"order\":\"ZAM-1\",\"line\":1,\"gtin\":\"59\",\"sku\":\"MINT\",\"qty\":2,"
	   "\"consent\":true}");
	up(f, "order.substituted",
	   "{\"order\":\"ZAM-1\",\"line\":1,\"gtin\":\"59\",\"sku\":\"MINT\",\"qty\":1,"
	   "\"consent\":true}");
	swap = element_of(json_get(line(f, 0), "substituted"), 0);
	assert_is(json_get(swap, "sku"), "MINT");
	assert_int_equal(at(swap, "qty"), 3);
	assert_int_equal(at(line(f, 0), "paid"), 5094);
	assert_int_equal(json_get(line(f, 1), "substituted").type, JSON_NONE);
	up(f, "order.substituted",
	   "{\"order\":\"ZAM-1\",\"line\":1,\"gtin\":\"59\",\"sku\":\"MINT\",\"qty\":-3,"
	   "\"consent\":null}");
	assert_int_equal(json_count(json_get(line(f, 0), "substituted")), 0);
}

static void goods_go_back(void **state)
{
	struct fixture *f = *state;

	put_order(f, "picking", "");
	up(f, "order.picked", "{\"order\":\"ZAM-1\",\"line\":1,\"qty\":4}");
	up(f, "order.substituted",
	   "{\"order\":\"ZAM-1\",\"line\":1,\"gtin\":\"59\",\"sku\":\"MINT\",\"qty\":2,"
	   "\"consent\":true}");
	up(f, "order.staged",
	   "{\"order\":\"ZAM-1\",\"shelf\":\"B-2\",\"lines\":[],\"parcels\":[\"LP.ZAM-1.1\"]}");
	status_is(f, "ready");
	up(f, "pickup.unstaged", "{\"order\":\"ZAM-1\",\"why\":\"no_show\",\"lines\":[]}");
	status_is(f, "expired");
	assert_int_equal(json_get(body(f), "shelf").type, JSON_NULL);
	assert_int_equal(at(line(f, 0), "picked"), 0);
	assert_int_equal(json_count(json_get(line(f, 0), "substituted")), 0);
	assert_int_equal(json_count(json_get(body(f), "parcels")), 0);
	/* A supervisor has it prepared again. */
	up(f, "order.claimed", "{\"order\":\"ZAM-1\",\"staff\":\"E17\"}");
	status_is(f, "picking");
	up(f, "order.staged", "{\"order\":\"ZAM-1\",\"shelf\":\"B-3\",\"lines\":[]}");
	status_is(f, "ready");
	assert_is(json_get(body(f), "shelf"), "B-3");
}

static void parcels_come(void **state)
{
	static const char parcels[] = ",\"parcels\":[{\"label\":\"P-1\",\"state\":\"expected\"},"
				      "{\"label\":\"P-2\",\"state\":\"expected\"}]";
	struct fixture *f = *state;

	put_order(f, "in_transit", parcels);
	up(f, "parcel.received", "{\"order\":\"ZAM-1\",\"label\":\"P-1\"}");
	assert_is(json_get(element_of(json_get(body(f), "parcels"), 0), "state"), "arrived");
	up(f, "parcel.staged", "{\"order\":\"ZAM-1\",\"label\":\"P-1\",\"shelf\":\"C-1\"}");
	assert_is(json_get(element_of(json_get(body(f), "parcels"), 0), "shelf"), "C-1");
	assert_is(json_get(element_of(json_get(body(f), "parcels"), 1), "state"), "expected");
	up(f, "parcel.problem", "{\"order\":\"ZAM-1\",\"label\":\"P-2\",\"problem\":\"missing\"}");
	assert_is(json_get(element_of(json_get(body(f), "parcels"), 1), "state"), "missing");
	/* The store says when it is all there. */
	status_is(f, "in_transit");
	up(f, "order.staged", "{\"order\":\"ZAM-1\",\"shelf\":\"C-1\",\"lines\":[]}");
	status_is(f, "ready");
	/* One that HQ does not know changes nothing. */
	up(f, "parcel.staged", "{\"order\":\"ZAM-1\",\"label\":\"P-9\",\"shelf\":\"C-1\"}");
	assert_int_equal(json_count(json_get(body(f), "parcels")), 2);
}

/* What HQ ended stays ended, whatever comes late from the store. */
static void late_words_change_no_end(void **state)
{
	struct fixture *f = *state;

	put_order(f, "cancelled", "");
	up(f, "order.claimed", "{\"order\":\"ZAM-1\",\"staff\":\"E17\"}");
	up(f, "order.picked", "{\"order\":\"ZAM-1\",\"line\":1,\"qty\":1}");
	up(f, "order.staged", "{\"order\":\"ZAM-1\",\"shelf\":\"B-3\",\"lines\":[]}");
	status_is(f, "cancelled");
	assert_int_equal(at(line(f, 0), "picked"), 1);
	up(f, "pickup.unstaged", "{\"order\":\"ZAM-1\",\"why\":\"cancelled\",\"lines\":[]}");
	status_is(f, "cancelled");
	assert_int_equal(at(line(f, 0), "picked"), 0);
}

/* Cancelled and refunded while a store was cut off that handed it over. */
static void handed_over_though_cancelled(void **state)
{
	struct fixture *f = *state;

	put_order(f, "cancelled", "");
	up(f, "pickup.completed",
	   "{\"order\":\"ZAM-1\",\"lines\":[{\"line\":1,\"sku\":\"S\",\"qty\":6,\"short\":0}]}");
	status_is(f, "cancelled");
	assert_int_equal(at(line(f, 0), "handed"), 6);
	assert_int_equal(json_get(body(f), "collected").type, JSON_OBJECT);
}

static void nonsense_is_rejected(void **state)
{
	struct fixture *f = *state;
	static const char *const bad[][2] = {
		{ "order.substituted", "{\"order\":\"ZAM-1\",\"line\":1,\"qty\":1}" },
		{ "parcel.problem", "{\"order\":\"ZAM-1\",\"label\":\"P\",\"problem\":\"lost\"}" },
		{ "parcel.received", "{\"order\":\"ZAM-1\"}" },
		{ "pickup.unstaged", "{\"why\":\"no_show\"}" },
		{ "order.released", "{}" },
	};

	put_order(f, "picking", "");
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		assert_ack(up(f, bad[i][0], bad[i][1]), (int64_t)i + 1, "body");
	status_is(f, "picking");
	/* Numbers no shop has count for nothing. */
	up(f, "order.picked", "{\"order\":\"ZAM-1\",\"line\":1,\"qty\":9223372036854775807}");
	assert_int_equal(json_int_or(json_get(line(f, 0), "picked"), 0), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		T(an_order_is_prepared),
		T(what_is_missing),
		T(what_is_replaced),
		T(goods_go_back),
		T(parcels_come),
		T(late_words_change_no_end),
		T(handed_over_though_cancelled),
		T(nonsense_is_rejected),
		T(until_no_time),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
