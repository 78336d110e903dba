// SPDX-License-Identifier: Apache-2.0
/* What lada-hq makes of counts, of orders begun at a kiosk, and of what was tried and not bought.
 */
#include "tests/hq_fixture.h"

static struct json record_of(struct fixture *f, const char *stream, const char *id)
{
	struct record r;

	assert_true(record_find(&f->hq, STORE, stream_by_name(stream), id, &r));
	assert_true(r.live);
	return parsed_slice(r.body);
}

static int64_t rejects(struct fixture *f)
{
	return db_number(&f->hq.db, -1, "SELECT count(*) FROM event WHERE rejected IS NOT NULL",
			 "");
}

static void stock_is_counted_by_its_change_alone(void **state)
{
	struct fixture *f = *state;
	struct json root;

	put(f, "stock", "S1", "",
	    "{\"on_hand\":5,\"reserved\":2,\"other\":[{\"store\":\"KRK-1\",\"on_hand\":7}]}");
	up(f, "stock.counted", "{\"sku\":\"S1\",\"counted\":3,\"expected\":5,\"staff\":\"E17\"}");
	assert_int_equal(at(record_of(f, "stock", "S1"), "on_hand"), 5);
	up(f, "stock.changed", "{\"sku\":\"S1\",\"delta\":-2,\"why\":\"count\",\"staff\":\"E17\"}");
	up(f, "stock.changed",
	   "{\"sku\":\"S1\",\"delta\":6,\"why\":\"delivery\",\"number\":\"WZ 1\"}");
	up(f, "stock.changed",
	   "{\"sku\":\"S1\",\"delta\":-1,\"why\":\"adjust\",\"reason\":\"zbity\"}");
	root = record_of(f, "stock", "S1");
	assert_int_equal(at(root, "on_hand"), 8);
	/* What is somebody else's to say stays. */
	assert_int_equal(at(root, "reserved"), 2);
	assert_int_equal(json_count(json_get(root, "other")), 1);
	/* Below zero, and of a product HQ had no figure of. */
	up(f, "stock.changed", "{\"sku\":\"S2\",\"delta\":-4,\"why\":\"adjust\"}");
	assert_int_equal(at(record_of(f, "stock", "S2"), "on_hand"), -4);
	up(f, "stock.counted", "{\"sku\":\"S2\",\"counted\":0,\"expected\":-4}");
	assert_int_equal(rejects(f), 0);
}

static void what_is_no_count_or_draft_is_rejected(void **state)
{
	static const char *const counts[] = {
		"{}",
		"{\"sku\":\"S1\",\"counted\":3}",
		"{\"sku\":\"..\",\"counted\":3,\"expected\":5}",
		"{\"sku\":\"S1\",\"counted\":\"3\",\"expected\":5}",
		"{\"sku\":\"S1\",\"counted\":1000000000001,\"expected\":5}",
	};
	static const char *const drafts[] = {
		"{}",
		"{\"draft\":\"D1\",\"sku\":\"S1\",\"qty\":0,\"where\":\"home\"}",
		"{\"draft\":\"D1\",\"sku\":\"S1\",\"qty\":1,\"where\":\"moon\"}",
		"{\"draft\":\"D1\",\"sku\":\"S1\",\"qty\":1,\"where\":\"store\"}",
		"{\"draft\":\"\",\"sku\":\"S1\",\"qty\":1,\"where\":\"home\"}",
		"{\"draft\":\"D1\",\"sku\":7,\"qty\":1,\"where\":\"home\"}",
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < COUNT_OF(counts); i++)
		up(f, "stock.counted", counts[i]);
	for (size_t i = 0; i < COUNT_OF(drafts); i++)
		up(f, "order.drafted", drafts[i]);
	assert_int_equal(rejects(f), COUNT_OF(counts) + COUNT_OF(drafts));
	up(f, "order.drafted", "{\"draft\":\"D1\",\"sku\":\"S1\",\"qty\":2,\"where\":\"home\"}");
	up(f, "order.drafted",
	   "{\"draft\":\"D2\",\"sku\":\"S1\",\"qty\":1,\"where\":\"store\",\"store\":\"KRK-1\"}");
	assert_int_equal(rejects(f), COUNT_OF(counts) + COUNT_OF(drafts));
}

static void what_was_tried_and_left_is_over(void **state)
{
	struct fixture *f = *state;
	struct json root;

	put(f, "order", "ZAM-1", "",
	    "{\"status\":\"ready\",\"contract\":\"reservation\",\"shelf\":\"B-1\","
	    "\"totals\":{\"total\":3998,\"due\":3998},\"lines\":[{\"line\":1,\"sku\":\"S1\","
	    "\"qty\":1,\"paid\":3998,\"picked\":1}]}");
	up(f, "pickup.unstaged",
	   "{\"order\":\"ZAM-1\",\"why\":\"not_taken\",\"lines\":[{\"line\":1,\"qty\":1}],"
	   "\"staff\":\"E17\"}");
	root = record_of(f, "orders", "ZAM-1");
	assert_is(json_get(root, "status"), "expired");
	assert_int_equal(json_get(root, "shelf").type, JSON_NULL);
	assert_int_equal(rejects(f), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(stock_is_counted_by_its_change_alone, setup,
						teardown),
		cmocka_unit_test_setup_teardown(what_is_no_count_or_draft_is_rejected, setup,
						teardown),
		cmocka_unit_test_setup_teardown(what_was_tried_and_left_is_over, setup, teardown),
	};

	return cmocka_run_group_tests_name("hq stock", tests, group_setup, group_teardown);
}
