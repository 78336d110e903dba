// SPDX-License-Identifier: Apache-2.0
/*
 * Points at the counter, as far as cases in text cannot say it: restarts and restores, other lanes,
 * answers that come late or twice, odd arguments and records, what reading a member costs.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <time.h>

#include <sqlite3.h>

#include "firmware/counter/loyalty.h"
#include "firmware/loyalty.h"
#include "tests/one_shop.h"

static void refused(const char *text, const char *code)
{
	char want[64];

	assert_int_not_equal(does(text), 200);
	snprintf(want, sizeof(want), "\"code\":\"%s\"", code);
	assert_has(shop.shop->reply, want);
}

/* A member with 500 points of whom this lane may spend 50, and two orders of 30,00 to pay. */
static void open_shop(void)
{
	case_shop_open(&shop, 1);
	fact("policy fiscal {\"mode\":\"none\"}");
	fact("policy pickup {\"tenders\":[\"cash\"],\"check_items\":\"none\"}");
	fact("member M-1 "
	     "{\"customer\":\"C-1\",\"points\":500,\"allowance\":{\"k1\":50,\"k2\":40}}");
	fact("order ZAM-1 ready: 1 x MUG 30.00; ; customer={\"id\":\"C-1\"}");
	fact("order ZAM-2 ready: 1 x MUG 30.00; ; customer={\"id\":\"C-1\"}");
}

static void balance_is(int64_t points)
{
	struct member_view m;

	store_begin(shop.shop->st->store);
	assert_true(member_load(shop.shop->st, "M-1", &m));
	store_commit(shop.shop->st->store);
	assert_int_equal(m.balance, points);
}

/* ---- restarts and restores ---- */

static void an_ask_that_nobody_waits_for_is_given_up(void **state)
{
	(void)state;
	open_shop();
	opens("ZAM-1");
	shop.silent = false;
	shop_verb(shop.shop, "loyalty.redeem", "{\"points\":100}", NULL);
	assert_has(shop.shop->asked, "\"ask\":\"grant\"");
	assert_int_equal(told("loyalty.released"), 0);
	case_restart(&shop);
	assert_int_equal(told("loyalty.released"), 1);
	fact("hq up");
	assert_has(shop.shop->screen, "\"chosen\":null");
	assert_int_equal(does("loyalty.redeem points=100"), 200);
	case_restart(&shop); /* a grant that was answered is kept */
	assert_int_equal(told("loyalty.released"), 1);
	assert_has(shop.shop->screen, "\"points\":100,\"amount\":100,\"against\":\"grant\"");
	case_shop_close(&shop);
}

static void put_back(void)
{
	struct station *st = shop.shop->st;

	store_begin(st->store);
	store_meta_set(st->store, "restored", 1);
	store_commit(st->store);
	case_restart(&shop);
	case_login(&shop, "E17");
}

static void a_copy_of_the_database_spends_nothing_until_hq_has_spoken(void **state)
{
	struct door_event link = { .kind = DOOR_LINK }, head = { .kind = DOOR_DOWN };

	(void)state;
	open_shop();
	opens("ZAM-1");
	assert_int_equal(does("loyalty.redeem points=100"), 200);
	put_back();
	assert_int_equal(told("loyalty.released"), 1); /* under the new epoch */
	opens("ZAM-1");
	refused("loyalty.redeem points=1", "allowance_short");
	link.link.up = true;
	shop_submit(shop.shop, &link, "");
	shop_tick(shop.shop, 1000);
	refused("loyalty.redeem points=1", "allowance_short");
	/* HQ's head: nothing of the members is missing. */
	head.down.stream = STREAM_LOYALTY;
	head.down.epoch = 7;
	head.down.seq = shop.seq[STREAM_LOYALTY];
	head.down.direct = true;
	head.down.ops.n = 2;
	shop_submit(shop.shop, &head, "[]");
	shop_tick(shop.shop, 1000);
	assert_false(shop.shop->st->follow[STREAM_LOYALTY].wanted);
	assert_int_equal(does("loyalty.redeem points=50"), 200);
	case_shop_close(&shop);
}

/* ---- HQ's answers ---- */

static void answer(const char *ask, int64_t points)
{
	struct door_event e = { .kind = DOOR_DOWN };

	e.down.stream = STREAM_LOYALTY;
	e.down.what = DOWN_GRANT;
	e.down.points = points;
	snprintf(e.down.ask, sizeof(e.down.ask), "%s", ask);
	snprintf(e.down.order, sizeof(e.down.order), "G9");
	shop_submit(shop.shop, &e, "");
}

static void late_and_foreign_answers_change_nothing(void **state)
{
	struct json root;
	char ask[ID_MAX + 1];

	(void)state;
	open_shop();
	opens("ZAM-1");
	shop_verb(shop.shop, "loyalty.redeem", "{\"points\":100}", NULL);
	assert_int_equal(json_check(slice_of(shop.shop->asked), &root), 0);
	assert_true(json_string(json_get(root, "id"), ask, sizeof(ask)) > 0);
	answer("another", 100);
	assert_int_not_equal(shop.shop->answered, shop.shop->request);
	/* While it waits: scans wait, a handover and another choice are refused. */
	case_scan(&shop, "LM.M-1", false);
	refused("pickup.handover", "busy");
	refused("loyalty.redeem points=5", "busy");
	assert_int_equal(shop.shop->asks > 0, 1);
	shop_tick(shop.shop, 1300);
	assert_has(shop.shop->asked, ask); /* said once more, under the same id */
	shop_tick(shop.shop, 1600);
	assert_has(shop.shop->screen, "\"chosen\":null");
	assert_int_equal(told("loyalty.released"), 1);
	answer(ask, 100);
	assert_has(shop.shop->screen, "\"chosen\":null");
	assert_int_equal(does("pickup.pay tender=cash amount=3000"), 200);
	assert_int_equal(does("pickup.handover"), 200);
	assert_int_equal(told("loyalty.redeemed"), 0);
	case_shop_close(&shop);
}

static void a_pickup_that_ends_while_hq_is_asked_gives_it_up(void **state)
{
	(void)state;
	open_shop();
	opens("ZAM-1");
	shop_verb(shop.shop, "loyalty.redeem", "{\"points\":100}", NULL);
	assert_int_equal(does("pickup.cancel"), 200);
	assert_int_equal(told("loyalty.released"), 1);
	shop_tick(shop.shop, 3000);
	assert_int_equal(told("loyalty.released"), 1);
	case_shop_close(&shop);
}

/* ---- other lanes ---- */

static void siblings_count_once_and_until_hq_has_them(void **state)
{
	static const char ops[] = "[{\"op\":\"put\",\"type\":\"member\",\"id\":\"M-1\",\"rev\":900,"
				  "\"body\":{\"customer\":\"C-1\",\"points\":505}}]";

	(void)state;
	open_shop();
	fact("policy lanes {\"lanes\":[{\"lane\":\"k1\"},{\"lane\":\"k2\"}]}");
	fact("lane k2 loyalty.earned {\"member\":\"M-1\",\"points\":5,\"order\":\"ZAM-9\"}");
	fact("lane k2 loyalty.redeemed {\"member\":\"M-1\",\"points\":40,\"order\":\"ZAM-9\","
	     "\"against\":\"allowance\",\"amount\":40}");
	balance_is(465);
	shop.heard_seq = 0; /* heard again: known */
	fact("lane k2 loyalty.earned {\"member\":\"M-1\",\"points\":5,\"order\":\"ZAM-9\"}");
	balance_is(465);
	/* HQ has the first of them. */
	shop_down(shop.shop, STREAM_LOYALTY, 7, ++shop.seq[STREAM_LOYALTY], ops, "{\"k2\":[1,1]}");
	balance_is(465);
	shop.heard_seq = 2;
	fact("lane k2 loyalty.earned "
	     "{\"member\":\"M-1\",\"points\":999999999999,\"order\":\"ZAM-9\"}");
	fact("lane k2 loyalty.earned {\"member\":7,\"points\":1}");
	fact("lane k2 loyalty.released {\"member\":\"M-1\",\"points\":40,\"ask\":\"a\"}");
	balance_is(465);
	case_shop_close(&shop);
}

static void brings_one_mug_of(const char *order)
{
	char text[128];

	snprintf(text, sizeof(text), "return.start {\"order\":\"%s\",\"basis\":\"wrong_item\"}",
		 order);
	assert_int_equal(does(text), 200);
	case_scan(&shop, "MUG", false);
	assert_int_equal(does("return.accept"), 200);
	assert_has(shop.shop->reply, "\"number\"");
}

/* What was earned at another lane is taken back here, whether HQ's record says it or that lane. */
static void another_lanes_earning_is_taken_back_here(void **state)
{
	(void)state;
	open_shop();
	fact("policy lanes {\"lanes\":[{\"lane\":\"k1\"},{\"lane\":\"k2\"}]}");
	fact("order ZAM-7 collected: 2 x MUG 40.00; card 40.00 till; contract=premises "
	     "loyalty=[{\"member\":\"M-1\",\"earned\":40}]");
	fact("order ZAM-8 collected: 2 x MUG 40.00; card 40.00 till; contract=premises");
	fact("lane k2 loyalty.earned {\"member\":\"M-1\",\"points\":40,\"order\":\"ZAM-8\"}");
	fact("policy lanes {\"lanes\":[{\"lane\":\"k1\"}]}");
	balance_is(540);
	brings_one_mug_of("ZAM-7");
	balance_is(520);
	brings_one_mug_of("ZAM-8");
	balance_is(500);
	brings_one_mug_of("ZAM-8");
	balance_is(480);
	case_shop_close(&shop);
}

/* ---- odd things ---- */

static void odd_arguments_are_one_clear_answer(void **state)
{
	static const char *const bad[] = {
		"loyalty.redeem points=-1",	     "loyalty.redeem",
		"loyalty.redeem {\"points\":\"5\"}", "loyalty.redeem {\"points\":1.5}",
		"loyalty.identify {\"card\":7}",     "loyalty.identify {\"card\":\"\"}",
		"loyalty.coupon {\"coupon\":[]}",
	};

	(void)state;
	open_shop();
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		refused(bad[i], "bad_request");
	opens("ZAM-1");
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		refused(bad[i], "bad_request");
	refused("loyalty.redeem points=9223372036854775807", "bad_request");
	fact("member M-1 {\"customer\":\"C-1\",\"points\":900000000000}");
	assert_int_equal(does("loyalty.redeem points=1000000001"), 400);
	/* A record that nobody can read is no member; nor is one whose figures are none. */
	fact("member M-1 {\"customer\":\"C-1\",\"points\":\"many\",\"allowance\":7,\"coupons\":{},"
	     "\"missions\":5,\"tier\":{}}");
	balance_is(0);
	refused("loyalty.redeem points=1", "points_short");
	assert_int_equal(does("pickup.pay tender=cash amount=3000"), 200);
	assert_int_equal(does("pickup.handover"), 200);
	balance_is(30);
	case_shop_close(&shop);
}

/* Points that were paid went with goods: no reversal takes them out of a till they are not in. */
static void points_are_not_reversed_at_the_till(void **state)
{
	char payment[ULID_TEXT_MAX], args[128];
	const char *at;

	(void)state;
	open_shop();
	fact("policy pickup {\"tenders\":[\"cash\"],\"check_items\":\"each\"}");
	fact("order ZAM-3 ready: 2 x MUG 4.00; ; customer={\"id\":\"C-1\"}");
	opens("ZAM-3");
	case_scan(&shop, "MUG", false);
	assert_int_equal(does("loyalty.redeem points=400"), 200);
	assert_int_equal(does("pickup.handover rest=later"), 200);
	opens("ZAM-3");
	at = strstr(shop.shop->screen, "\"payments\":[{\"payment\":\"");
	assert_non_null(at);
	snprintf(payment, sizeof(payment), "%.26s", strstr(at, ":\"") + 2);
	snprintf(args, sizeof(args), "pay.reverse payment=%s reason=x", payment);
	refused(args, "tender_refused");
	balance_is(100);
	case_shop_close(&shop);
}

static void a_card_or_phone_of_two_members_is_nobodys(void **state)
{
	(void)state;
	open_shop();
	fact("member M-2 {\"card\":[\"KL-7\"],\"points\":1}");
	fact("member M-3 {\"card\":[\"KL-7\"],\"points\":1}");
	refused("loyalty.identify card=KL-7", "not_found");
	fact("member M-3 {\"card\":[\"KL-8\"],\"points\":1}");
	assert_int_equal(does("loyalty.identify card=KL-7"), 200);
	case_shop_close(&shop);
}

static void shares_add_up(void **state)
{
	(void)state;
	for (int64_t whole = 0; whole < 40; whole++)
		for (int64_t of = 1; of < 40; of++) {
			int64_t sum = 0;

			for (int64_t part = 1; part <= of; part++) {
				const int64_t now = loyalty_share(whole, of, part) -
						    loyalty_share(whole, of, part - 1);

				assert_true(now >= 0);
				sum += now;
			}
			assert_int_equal(sum, whole);
		}
	assert_int_equal(loyalty_share(LOYALTY_POINTS_MAX, MONEY_MAX, MONEY_MAX - 1),
			 LOYALTY_POINTS_MAX);
}

static void amounts_do_not_run_over(void **state)
{
	const struct loyalty_policy p = { 1, LOYALTY_POINTS_MAX, 1 };

	(void)state;
	assert_int_equal(loyalty_points(&p, 300 * MONEY_MAX), LOYALTY_POINTS_MAX);
	assert_int_equal(loyalty_points(&p, -5), 0);
}

/* ---- what it costs ---- */

static void no_statement_looks_at_all_rows(void **state)
{
	static const char *const wanted[] = {
		"SELECT sum(p.points) FROM points p WHERE p.member='M' AND NOT EXISTS (SELECT 1"
		" FROM upto u WHERE u.stream=3 AND u.lane=p.lane AND (u.epoch, u.seq) >="
		" (p.epoch, p.seq))",
		"SELECT member FROM order_points WHERE id='x' AND member>'' ORDER BY member",
		"DELETE FROM points WHERE n IN (SELECT p.n FROM (SELECT * FROM points ORDER BY n"
		" LIMIT 200) p WHERE p.at < 5)",
	};
	struct shop *file = shop_open_file(1);
	sqlite3 *db;

	(void)state;
	assert_int_equal(sqlite3_open(file->path, &db), SQLITE_OK);
	for (size_t i = 0; i < COUNT_OF(wanted); i++) {
		char sql[512];
		sqlite3_stmt *q;

		snprintf(sql, sizeof(sql), "EXPLAIN QUERY PLAN %s", wanted[i]);
		assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &q, NULL), SQLITE_OK);
		while (sqlite3_step(q) == SQLITE_ROW) {
			const char *plan = (const char *)sqlite3_column_text(q, 3);

			/* The slice of the oldest, in their order, is no scan of all. */
			if (strncmp(plan, "SCAN", 4) == 0 && i != 2)
				fail_msg("%s: %s", plan, wanted[i]);
		}
		sqlite3_finalize(q);
	}
	sqlite3_close(db);
	shop_close(file);
}

static void rows_go_when_they_are_counted_and_old(void **state)
{
	struct points_row row = { .member = "M-1", .points = 1, .lane = "k1", .epoch = 1 };
	struct station *st;

	(void)state;
	open_shop();
	st = shop.shop->st;
	store_begin(st->store);
	for (row.seq = 1; row.seq <= 3; row.seq++)
		store_points_add(st->store, &row);
	assert_int_equal(store_points_delta(st->store, "M-1"), 3);
	store_upto_set(st->store, STREAM_LOYALTY, slice_of("k1"), 1, 2);
	assert_int_equal(store_points_delta(st->store, "M-1"), 1);
	store_points_prune(st->store, 1);
	/* HQ was put back and has heard none of it: what is not kept any more it has no need of. */
	store_upto_clear(st->store, STREAM_LOYALTY);
	assert_int_equal(store_points_delta(st->store, "M-1"), 1);
	store_commit(st->store);
	case_shop_close(&shop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_ask_that_nobody_waits_for_is_given_up),
		cmocka_unit_test(a_copy_of_the_database_spends_nothing_until_hq_has_spoken),
		cmocka_unit_test(late_and_foreign_answers_change_nothing),
		cmocka_unit_test(a_pickup_that_ends_while_hq_is_asked_gives_it_up),
		cmocka_unit_test(siblings_count_once_and_until_hq_has_them),
		cmocka_unit_test(another_lanes_earning_is_taken_back_here),
		cmocka_unit_test(odd_arguments_are_one_clear_answer),
		cmocka_unit_test(a_card_or_phone_of_two_members_is_nobodys),
		cmocka_unit_test(points_are_not_reversed_at_the_till),
		cmocka_unit_test(shares_add_up),
		cmocka_unit_test(amounts_do_not_run_over),
		cmocka_unit_test(no_statement_looks_at_all_rows),
		cmocka_unit_test(rows_go_when_they_are_counted_and_old),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
