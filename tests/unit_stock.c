// SPDX-License-Identifier: Apache-2.0
/* Stock, beside its cases: training, repeated presses, many products, snapshots, indexes. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#include <sqlite3.h>

#include "firmware/orders.h"
#include "firmware/stock.h"
#include "firmware/store/db.h"
#include "tests/file_shop.h"
#include "tests/second_lane.h"

#define PUT "[{\"op\":\"put\",\"type\":\"%s\",\"id\":\"%s\",\"rev\":%d,\"body\":%s}]"

static void hq_puts(struct shop *s, enum stream stream, int seq, const char *id, const char *body)
{
	char ops[4096];

	assert_int_equal(text_fmt(ops, sizeof(ops), PUT, stream_type(stream), id, seq + 10, body),
			 0);
	shop_down(s, stream, 7, seq, ops, NULL);
}

/* S1 of SHOP_ORDER in the catalogue, ten of it in stock. */
static struct shop *with_stock(void)
{
	struct shop *s = shop_stocked(1);

	shop_begin_stream(s, STREAM_CATALOG);
	shop_begin_stream(s, STREAM_STOCK);
	hq_puts(s, STREAM_CATALOG, 1, "S1",
		"{\"gtin\":[\"5901234123457\"],\"name\":{\"pl\":\"Kubek\"}}");
	hq_puts(s, STREAM_STOCK, 1, "S1", "{\"on_hand\":10}");
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
	shop_verb(s, verb, args, NULL);
	if (s->status == 200 || !strstr(s->reply, code))
		fail_msg("%s: %s", verb, s->reply);
}

static struct stock_figures figures(struct shop *s, const char *sku)
{
	struct stock_figures f;

	store_begin(s->st->store);
	f = stock_figures(s->st, sku);
	store_commit(s->st->store);
	return f;
}

/* ---- what is not real ---- */

static void test_nothing_of_it_is_real_in_training(void **state)
{
	struct shop *s = with_stock();
	int64_t last;

	(void)state;
	does(s, "training.start", "{}");
	last = s->st->ledger.last;
	does(s, "stock.adjust", "{\"sku\":\"S1\",\"delta\":-1,\"reason\":\"x\"}");
	assert_has(s->reply, "\"on_hand\":9");
	does(s, "stock.count", "{\"sku\":\"S1\",\"qty\":4}");
	does(s, "stock.begin", "{\"work\":\"receive\"}");
	shop_scan(s, "5901234123457");
	does(s, "stock.finish", "{}");
	shop_scan(s, "5901234123457");
	assert_has(s->screen, "\"on_hand\":5");
	assert_int_equal(s->st->ledger.last, last);
	assert_int_equal(figures(s, "S1").on_hand, 10);
	does(s, "training.stop", "{}");
	shop_scan(s, "5901234123457");
	assert_has(s->screen, "\"on_hand\":10");
	shop_close(s);
}

static void test_a_press_said_again_is_one(void **state)
{
	static const char args[] = "{\"sku\":\"S1\",\"delta\":-1,\"reason\":\"x\"}";
	struct shop *s = with_stock();

	(void)state;
	shop_verb(s, "stock.adjust", args, "press-1");
	shop_verb(s, "stock.adjust", args, "press-1");
	assert_int_equal(s->status, 200);
	assert_int_equal(figures(s, "S1").on_hand, 9);
	shop_restart(s);
	shop_verb(s, "stock.adjust", args, "press-1");
	assert_int_equal(figures(s, "S1").on_hand, 9);
	shop_close(s);
}

/* ---- the streams ---- */

/* HQ has heard of the handover and says so in two streams, one after the other. */
static void test_in_no_order_of_the_streams_it_counts_twice(void **state)
{
	static const char collected[] =
		"{\"status\":\"collected\",\"number\":\"4821\",\"totals\":{\"total\":3998,\"due\":"
		"0},"
		"\"lines\":[{\"line\":1,\"sku\":\"S1\",\"qty\":2,\"handed\":2,\"paid\":3998}],"
		"\"payments\":[{\"id\":\"p1\",\"tender\":\"blik\",\"state\":\"captured\","
		"\"amount\":3998}]}";
	char ops[1024], upto[64], order[1024];

	(void)state;
	for (int first = 0; first < 2; first++) {
		struct shop *s = with_stock();

		shop_hand_over(s);
		assert_int_equal(figures(s, "S1").available, 8);
		text_fmt(upto, sizeof(upto), "{\"k1\":[%lld,%lld]}", (long long)s->st->ledger.epoch,
			 (long long)s->st->ledger.last);
		text_fmt(order, sizeof(order), PUT, "order", "ZAM-1", 50, collected);
		text_fmt(ops, sizeof(ops), PUT, "stock", "S1", 50, "{\"on_hand\":8}");
		for (int n = 0; n < 2; n++) {
			if (n == first)
				shop_down(s, STREAM_ORDERS, 7, 2, order, upto);
			else
				shop_down(s, STREAM_STOCK, 7, 2, ops, upto);
			assert_int_equal(figures(s, "S1").on_hand, 8);
			assert_int_equal(figures(s, "S1").reserved, 0);
		}
		shop_close(s);
	}
}

/* An order that HQ writes without the product, or ends, is not looked at for it any more. */
static void test_an_order_is_filed_by_its_goods_while_it_waits(void **state)
{
	static const char waits[] = "{\"status\":\"placed\",\"lines\":[{\"line\":1,\"sku\":\"%s\","
				    "\"qty\":2,\"paid\":0}],\"totals\":{\"total\":0,\"due\":0}}";
	struct shop *s = with_stock();
	char body[512];

	(void)state;
	assert_int_equal(figures(s, "S1").reserved, 2);
	text_fmt(body, sizeof(body), waits, "S2");
	hq_puts(s, STREAM_ORDERS, 2, "ZAM-1", body);
	assert_int_equal(figures(s, "S1").reserved, 0);
	assert_int_equal(figures(s, "S2").reserved, 2);
	text_fmt(body, sizeof(body),
		 "{\"status\":\"cancelled\",\"lines\":[{\"line\":1,\"sku\":\"S2\",\"qty\":2,"
		 "\"paid\":0}],\"totals\":{\"total\":0,\"due\":0}}");
	hq_puts(s, STREAM_ORDERS, 3, "ZAM-1", body);
	assert_int_equal(figures(s, "S2").reserved, 0);
	store_begin(s->st->store);
	assert_false(store_lookup_next(s->st->store, store_cursor(s->st->store, STREAM_ORDERS).gen,
				       LOOKUP_SKU, slice_of("S2"), (char[ID_MAX + 1]){ "" }));
	store_commit(s->st->store);
	shop_close(s);
}

/* A snapshot takes the place of all orders; a database of a version before filed none by goods. */
static void test_a_snapshot_and_an_older_database(void **state)
{
	static const char order[] = "[{\"op\":\"put\",\"type\":\"order\",\"id\":\"ZAM-9\",\"rev\":"
				    "1,\"body\":{\"status\":"
				    "\"placed\",\"lines\":[{\"line\":1,\"sku\":\"S1\",\"qty\":3,"
				    "\"paid\":0}],\"totals\":{"
				    "\"total\":0,\"due\":0}}}]";
	struct shop *s = with_stock();

	(void)state;
	link_is(s, true);
	shop_offer(s, STREAM_ORDERS, 8, 1, "snap", 1, "");
	shop_part(s, STREAM_ORDERS, 8, "snap", 1, order);
	assert_int_equal(figures(s, "S1").reserved, 3);
	store_begin(s->st->store);
	store_lookup_drop(s->st->store, store_cursor(s->st->store, STREAM_ORDERS).gen, LOOKUP_SKU,
			  slice_of("S1"), slice_of("ZAM-9"));
	store_meta_set(s->st->store, "filing", 4);
	store_commit(s->st->store);
	assert_int_equal(figures(s, "S1").reserved, 0);
	shop_restart(s);
	assert_int_equal(figures(s, "S1").reserved, 3);
	shop_close(s);
}

/* ---- bounds ---- */

static void test_a_count_holds_so_many_products(void **state)
{
	struct shop *s = with_stock();
	char id[32], args[64];

	(void)state;
	for (int n = 0; n < 301; n++) {
		text_fmt(id, sizeof(id), "P-%d", n);
		hq_puts(s, STREAM_STOCK, 2 + n, id, "{\"on_hand\":1}");
	}
	does(s, "stock.begin", "{\"work\":\"count\"}");
	for (int n = 0; n < 300; n++) {
		text_fmt(args, sizeof(args), "{\"sku\":\"P-%d\",\"qty\":%d}", n, n % 2);
		does(s, "stock.count", args);
	}
	says_no(s, "stock.count", "{\"sku\":\"P-300\",\"qty\":1}", "quantity_exceeded");
	does(s, "stock.count", "{\"sku\":\"P-1\",\"qty\":1}"); /* one that is there already */
	assert_has(s->screen, "\"products\":300");
	does(s, "stock.finish", "{}");
	assert_int_equal(figures(s, "P-0").on_hand, 0);
	assert_int_equal(figures(s, "P-1").on_hand, 1);
	assert_int_equal(figures(s, "P-300").on_hand, 1);
	shop_close(s);
}

static void test_pieces_beyond_counting_are_refused(void **state)
{
	struct shop *s = with_stock();

	(void)state;
	does(s, "stock.begin", "{\"work\":\"receive\"}");
	does(s, "stock.count", "{\"sku\":\"S1\",\"qty\":1000000}");
	shop_scan(s, "5901234123457");
	assert_has(s->screen, "\"code\":\"quantity_exceeded\"");
	assert_has(s->screen, "\"pieces\":1000000");
	does(s, "stock.finish", "{}");
	assert_int_equal(figures(s, "S1").on_hand, 1000010);
	shop_close(s);
}

/* ---- the kiosk ---- */

static void test_who_presses_all_day_fills_nothing(void **state)
{
	static const char args[] = "{\"desk\":\"kiosk\",\"sku\":\"S1\",\"where\":\"home\"}";
	struct shop *s = with_stock();

	(void)state;
	hq_puts(s, STREAM_POLICY, 2, "kiosk", "{\"draft_url\":\"https://s.example/{draft}\"}");
	for (int n = 0; n < 20; n++)
		does(s, "order.draft", args);
	says_no(s, "order.draft", args, "busy");
	shop_restart(s);
	says_no(s, "order.draft", args, "busy");
	shop_tick(s, 10 * 60 * 1000 + 1);
	does(s, "order.draft", args);
	shop_close(s);
}

/* Every draft has a name of its own, which nobody can guess from another. */
static void test_a_draft_is_known_by_its_link_alone(void **state)
{
	static const char args[] = "{\"desk\":\"kiosk\",\"sku\":\"S1\",\"where\":\"home\"}";
	struct shop *s = with_stock();
	char first[SHOP_TEXT_MAX];

	(void)state;
	hq_puts(s, STREAM_POLICY, 2, "kiosk", "{\"draft_url\":\"https://s.example/{draft}\"}");
	does(s, "order.draft", args);
	text_fmt(first, sizeof(first), "%s", s->reply);
	assert_has(first, "\"qr\":\"https://s.example/01");
	assert_null(strstr(s->up, "person"));
	does(s, "order.draft", args);
	assert_string_not_equal(first, s->reply);
	shop_close(s);
}

/* ---- the database ---- */

static void assert_searched(sqlite3 *db, const char *sql)
{
	char text[512];
	sqlite3_stmt *q;

	text_fmt(text, sizeof(text), "EXPLAIN QUERY PLAN %s", sql);
	assert_int_equal(sqlite3_prepare_v2(db, text, -1, &q, NULL), SQLITE_OK);
	while (sqlite3_step(q) == SQLITE_ROW)
		if (strncmp((const char *)sqlite3_column_text(q, 3), "SCAN", 4) == 0 &&
		    !strstr((const char *)sqlite3_column_text(q, 3), "over_swaps"))
			fail_msg("%s: %s", sql, sqlite3_column_text(q, 3));
	sqlite3_finalize(q);
}

static void test_figures_need_no_scan_of_a_table(void **state)
{
	struct file_shop f = file_shop_open();
	sqlite3 *db;

	(void)state;
	assert_int_equal(sqlite3_open(f.path, &db), SQLITE_OK);
	assert_searched(db, "SELECT id FROM lookup WHERE gen=1 AND kind=8 AND key='x' AND id>'y'"
			    " ORDER BY id LIMIT 1");
	assert_searched(db, "SELECT 1 FROM lookup WHERE gen=1 AND kind=8 AND key='x' AND id='y'");
	assert_searched(db, "SELECT id FROM over WHERE what>='swaps:' AND what<'swaps;' AND"
			    " id>'a' AND instr(value, 'b') > 0 ORDER BY id LIMIT 1");
	sqlite3_close(db);
	file_shop_close(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing_of_it_is_real_in_training),
		cmocka_unit_test(test_a_press_said_again_is_one),
		cmocka_unit_test(test_in_no_order_of_the_streams_it_counts_twice),
		cmocka_unit_test(test_an_order_is_filed_by_its_goods_while_it_waits),
		cmocka_unit_test(test_a_snapshot_and_an_older_database),
		cmocka_unit_test(test_a_count_holds_so_many_products),
		cmocka_unit_test(test_pieces_beyond_counting_are_refused),
		cmocka_unit_test(test_who_presses_all_day_fills_nothing),
		cmocka_unit_test(test_a_draft_is_known_by_its_link_alone),
		cmocka_unit_test(test_figures_need_no_scan_of_a_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
