// SPDX-License-Identifier: Apache-2.0
/*
 * Offers at an open pickup, as far as cases in text cannot say it: the rules one by one, restarts,
 * other lanes, huge policies, members who were erased, what opening a pickup costs.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>

#include "firmware/counter/offers.h"
#include "firmware/offers.h"
#include "firmware/store/contact.h"
#include "tests/one_shop.h"

#define DAY_MS (24 * 3600 * INT64_C(1000))

/* How many are suggested, and whether this text stands there. */
static int suggested(const char *part)
{
	static char text[SHOP_TEXT_MAX + 1];
	struct json root, list;

	text_fmt(text, sizeof(text), "{%s", shop.shop->screen);
	assert_int_equal(json_check(slice_of(text), &root), 0);
	list = json_get(json_get(root, "pickup"), "suggest");
	assert_int_equal(list.type, JSON_ARRAY);
	if (part)
		assert_non_null(memmem(list.p, list.n, part, strlen(part)));
	return (int)json_count(list);
}

#define MEMBER                                                                                     \
	"member M-1 {\"customer\":\"C-1\",\"points\":0,\"consents\":{\"marketing\":{\"given\":"    \
	"true}}}"
#define ORDER(id) "order " id " ready: 1 x MUG 24.99; card 24.99; customer={\"id\":\"C-1\"}"

static void open_shop(const char *offers)
{
	case_shop_open(&shop, 1);
	fact("policy pickup {\"check_items\":\"none\"}");
	fact(offers);
	fact(MEMBER);
	fact(ORDER("ZAM-1"));
	fact(ORDER("ZAM-2"));
}

/* ---- the rules ---- */

static struct json json_of(const char *text)
{
	struct json v;

	assert_int_equal(json_check(slice_of(text), &v), 0);
	return v;
}

static struct offer offer_of(const char *text)
{
	struct offer o;

	assert_true(offer_read(json_of(text), &o));
	return o;
}

static const char basket_sku[2][ID_MAX + 1] = { "MUG", "SHIRT" };
static const char basket_category[2][CATEGORY_MAX] = { "", "clothes" };
static const struct offer_basket basket = { 2, basket_sku, basket_category, 6497 };
static const struct offer_time noon = { 1000 * DAY_MS, 1, 12 * 60 };
static const struct offer_had never = { 0 };

static struct offer_customer gold(void)
{
	return (struct offer_customer){
		.known = true,
		.member = true,
		.tier = json_of("\"gold\""),
		.consents = json_of("{\"marketing\":{\"given\":true}}"),
	};
}

static enum offer_no decided(const char *offer, const struct offer_customer *c,
			     const struct offer_had *had)
{
	const struct offers_policy p = offers_policy_read(json_of("{\"days\":7}"));
	const struct offer o = offer_of(offer);

	return offer_decide(&p, &o, c, &basket, had, &noon);
}

static void each_condition_alone(void **state)
{
	static const struct {
		const char *when;
		enum offer_no no;
	} t[] = {
		{ "{}", OFFER_FITS },
		{ "{\"weekday\":\"mon\"}", OFFER_FITS },
		{ "{\"weekday\":[\"sun\",\"sat\"]}", OFFER_NOT_NOW },
		{ "{\"hours\":{\"from\":\"12:00\",\"until\":\"12:01\"}}", OFFER_FITS },
		{ "{\"hours\":{\"from\":\"11:00\",\"until\":\"12:00\"}}", OFFER_NOT_NOW },
		{ "{\"until\":\"1972-09-27T00:00:00Z\"}", OFFER_NOT_NOW },
		{ "{\"until\":\"1972-09-27T00:00:00.001Z\"}", OFFER_FITS },
		{ "{\"since\":\"1972-09-27T00:00:00.001Z\"}", OFFER_NOT_NOW },
		{ "{\"category\":\"clothes\"}", OFFER_FITS },
		{ "{\"category\":\"shoes\"}", OFFER_NOT_THIS },
		{ "{\"category\":\"\"}", OFFER_NOT_THIS },
		{ "{\"sku\":[\"X\",\"MUG\"]}", OFFER_FITS },
		{ "{\"sku\":\"X\"}", OFFER_NOT_THIS },
		{ "{\"from\":6497}", OFFER_FITS },
		{ "{\"from\":6498}", OFFER_NOT_THIS },
		{ "{\"tier\":\"gold\",\"member\":true}", OFFER_FITS },
		{ "{\"tier\":[\"silver\"]}", OFFER_NOT_WHO },
	};
	const struct offer_customer c = gold(), nobody = { 0 };
	char text[256];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(t); i++) {
		snprintf(text, sizeof(text), "{\"id\":\"A\",\"text\":\"a\",\"when\":%s}",
			 t[i].when);
		assert_int_equal(decided(text, &c, &never), t[i].no);
	}
	assert_int_equal(decided("{\"id\":\"A\",\"text\":\"a\",\"for\":\"everybody\","
				 "\"when\":{\"member\":true}}",
				 &nobody, &never),
			 OFFER_NOT_WHO);
}

static void each_persons_word_alone(void **state)
{
	static const char personal[] = "{\"id\":\"A\",\"text\":\"a\"}";
	static const char all[] = "{\"id\":\"A\",\"text\":\"a\",\"for\":\"everybody\"}";
	const struct offer_customer nobody = { 0 };
	struct offer_customer c = gold();

	(void)state;
	assert_int_equal(decided(personal, &c, &never), OFFER_FITS);
	assert_int_equal(decided(personal, &nobody, &never), OFFER_NO_CONSENT);
	assert_int_equal(decided(all, &nobody, &never), OFFER_FITS);
	c.elsewhere = true;
	assert_int_equal(decided(personal, &c, &never), OFFER_ELSEWHERE);
	assert_int_equal(decided(all, &c, &never), OFFER_FITS);
	c.elsewhere = false;
	c.quiet_until_ms = noon.now_ms + 1;
	assert_int_equal(decided(personal, &c, &never), OFFER_QUIET);
	assert_int_equal(decided(all, &c, &never), OFFER_FITS);
	c.quiet_until_ms = 0;
	c.consents = json_of("{\"marketing\":{\"given\":\"yes\"}}"); /* not said to be true */
	assert_int_equal(decided(personal, &c, &never), OFFER_NO_CONSENT);
	c.consents = json_of("{\"sms\":{\"given\":true}}");
	assert_int_equal(decided("{\"id\":\"A\",\"text\":\"a\",\"consent\":\"sms\"}", &c, &never),
			 OFFER_FITS);
}

static void had_lately_to_the_millisecond(void **state)
{
	static const char all[] = "{\"id\":\"A\",\"text\":\"a\",\"for\":\"everybody\"}";
	const struct offer_customer c = gold();
	struct offer_had had = { noon.now_ms - 7 * DAY_MS + 1, false };

	(void)state;
	assert_int_equal(decided(all, &c, &had), OFFER_HAD);
	had.at_ms--;
	assert_int_equal(decided(all, &c, &had), OFFER_FITS);
	had.declined = true;
	assert_int_equal(decided(all, &c, &had), OFFER_DECLINED);
	had.at_ms = noon.now_ms - 90 * DAY_MS;
	assert_int_equal(decided(all, &c, &had), OFFER_FITS);
}

static void products_that_may_be_offered(void **state)
{
	const struct offer_product good = { .known = true, .stock_known = true, .available = 1 };
	struct offer_product p = good;

	(void)state;
	assert_true(offer_product_fits(&p, true, 30, noon.now_ms));
	p.available = 0;
	assert_false(offer_product_fits(&p, true, 30, noon.now_ms));
	assert_true(offer_product_fits(&p, false, 30, noon.now_ms));
	p = good;
	p.stock_known = false;
	assert_false(offer_product_fits(&p, true, 0, noon.now_ms));
	p = good;
	p.known = false;
	assert_false(offer_product_fits(&p, false, 0, noon.now_ms));
	p = good;
	p.blocked = true;
	assert_false(offer_product_fits(&p, false, 0, noon.now_ms));
	p = good;
	p.age = true;
	assert_false(offer_product_fits(&p, false, 0, noon.now_ms));
	p = good;
	p.in_order = true;
	assert_false(offer_product_fits(&p, false, 0, noon.now_ms));
	p = good;
	p.bought_ms = noon.now_ms - 30 * DAY_MS + 1;
	assert_false(offer_product_fits(&p, true, 30, noon.now_ms));
	p.bought_ms--;
	assert_true(offer_product_fits(&p, true, 30, noon.now_ms));
}

/* ---- the station ---- */

#define THREE                                                                                      \
	"policy offers {\"offers\":[{\"id\":\"OF-1\",\"text\":\"a\"},{\"id\":\"OF-2\","            \
	"\"text\":\"b\",\"for\":\"everybody\"},{\"id\":\"OF-3\",\"text\":\"c\"}]}"

static void at_most_two_and_told_once_over_a_restart(void **state)
{
	(void)state;
	open_shop(THREE);
	opens("ZAM-1");
	assert_int_equal(suggested("OF-2"), 2);
	assert_int_equal(told("offer.shown"), 2);
	assert_int_equal(does("offer.take offer=OF-2"), 200);
	case_restart(&shop);
	assert_int_equal(suggested("\"offer\":\"OF-2\",\"text\":\"b\",\"state\":\"taken\""), 2);
	assert_int_equal(does("offer.take offer=OF-2"), 200);
	assert_int_equal(does("offer.decline offer=OF-1"), 200);
	assert_int_equal(told("offer.shown"), 2);
	assert_int_equal(told("offer.taken"), 1);
	assert_int_equal(told("offer.declined"), 1);
	assert_int_equal(does("pickup.handover"), 200);
	/* The same person, another order, the same day: only what they have not had. */
	opens("ZAM-2");
	assert_int_equal(suggested("OF-3"), 1);
	case_shop_close(&shop);
}

static void an_offer_that_policy_withdrew_is_still_answered(void **state)
{
	(void)state;
	open_shop(THREE);
	opens("ZAM-1");
	fact("policy offers {\"offers\":[]}");
	assert_int_equal(suggested("\"text\":\"OF-1\""), 2); /* by its name: its words are gone */
	assert_int_equal(does("offer.take offer=OF-1"), 200);
	assert_int_equal(told("offer.taken"), 1);
	case_shop_close(&shop);
}

static void only_at_the_counter_by_who_is_logged_in(void **state)
{
	(void)state;
	open_shop(THREE);
	opens("ZAM-1");
	assert_int_equal(suggested("OF-1"), 2);
	assert_null(strstr(shop.shop->customer, "OF-")); /* staff say it, if they like */
	assert_int_equal(does("offer.take offer=OF-1 desk=kiosk"), 409);
	shop.shop->token[0] = '\0';
	assert_int_equal(does("offer.take offer=OF-1"), 401);
	assert_int_equal(told("offer.taken"), 0);
	case_shop_close(&shop);
}

static void siblings_count_whatever_they_did(void **state)
{
	enum offer_state offer;
	struct station *st;
	int64_t at;

	(void)state;
	open_shop(THREE);
	st = shop.shop->st;
	fact("lane k2 offer.shown {\"customer\":\"C-1\",\"offer\":\"OF-1\"}");
	fact("lane k2 offer.declined {\"customer\":\"C-1\",\"offer\":\"OF-2\"}");
	fact("lane k2 offer.taken {\"customer\":\"C-9\",\"offer\":\"OF-3\"}");
	fact("lane k2 offer.shown {\"customer\":\"C-1\",\"offer\":\"no id\"}");
	fact("lane k2 offer.shown {\"offer\":\"OF-3\"}");
	opens("ZAM-1");
	assert_int_equal(suggested("OF-3"), 1);
	assert_int_equal(told("offer.shown"), 1);
	/* At one time the word that says more stays, in any order. */
	store_begin(st->store);
	store_offer_add(st->store, "C-1", "OF-2", shop.shop->wall_ms, OFFER_SHOWN);
	assert_true(store_offer(st->store, "C-1", "OF-2", &at, &offer));
	assert_int_equal(offer, OFFER_REFUSED);
	store_commit(st->store);
	case_shop_close(&shop);
}

/* Erased by HQ: their record is gone, and with it every consent. */
static void an_erased_member_gets_nothing_personal(void **state)
{
	(void)state;
	open_shop(THREE);
	shop_down(shop.shop, STREAM_LOYALTY, 7, ++shop.seq[STREAM_LOYALTY],
		  "[{\"op\":\"erase\",\"type\":\"member\",\"id\":\"M-1\",\"rev\":1000,"
		  "\"customer\":\"C-1\"}]",
		  NULL);
	opens("ZAM-1");
	assert_int_equal(suggested("OF-2"), 1);
	case_shop_close(&shop);
}

static void a_huge_policy_is_cut_behind_its_sixty_fourth(void **state)
{
	static char text[32768], all[32000];
	struct buf b;

	(void)state;
	buf_init(&b, all, sizeof(all));
	for (int i = 0; i < OFFERS_MAX; i++)
		buf_fmt(&b,
			"%s{\"id\":\"N-%d\",\"text\":\"a\",\"for\":\"everybody\",\"when\":{"
			"\"sku\":\"NOTHING\"}}",
			i ? "," : "", i);
	snprintf(text, sizeof(text),
		 "[{\"op\":\"put\",\"type\":\"policy\",\"id\":\"offers\",\"rev\":900,\"body\":"
		 "{\"offers\":[%s,{\"id\":\"LATE\",\"text\":\"a\",\"for\":\"everybody\"}]}}]",
		 buf_str(&b));
	open_shop("policy till {}");
	shop_down(shop.shop, STREAM_POLICY, 7, ++shop.seq[STREAM_POLICY], text, NULL);
	opens("ZAM-1");
	assert_int_equal(suggested(NULL), 0);
	case_shop_close(&shop);
}

/* Many products that could go with an order: so many shelves are counted and no more, and what
 * comes of it fits. */
static void many_products_beside_an_order(void **state)
{
	char text[2048], list[1024];
	struct buf b;

	(void)state;
	open_shop("policy offers {}");
	buf_init(&b, list, sizeof(list));
	for (int i = 0; i < 40; i++) {
		snprintf(text, sizeof(text), "product P-%d {\"name\":{\"pl\":\"P %d\"}}", i, i);
		fact(text);
		snprintf(text, sizeof(text), "stock P-%d {\"on_hand\":%d}", i, i < 5 ? 0 : 3);
		fact(text);
		buf_fmt(&b, "%s\"P-%d\"", i ? "," : "", i);
	}
	snprintf(text, sizeof(text),
		 "product MUG {\"gtin\":[\"5901234123457\"],\"name\":{\"pl\":\"Kubek\"},"
		 "\"suggest\":[%s]}",
		 buf_str(&b));
	fact(text);
	opens("ZAM-1");
	assert_int_equal(suggested("P-5"), SUGGESTED_MAX);
	assert_has(shop.shop->screen, "\"order\":\"ZAM-1\"");
	case_shop_close(&shop);
}

static void in_training_no_customer_is_offered_anything(void **state)
{
	struct station *st;
	enum offer_state offer;
	int64_t at;

	(void)state;
	open_shop(THREE);
	st = shop.shop->st;
	assert_int_equal(does("training.start"), 200);
	case_scan(&shop, "code of ZAM-1", false); /* a real one: not there */
	assert_int_not_equal(shop.shop->status, 200);
	assert_int_equal(does("training.stop"), 200);
	assert_int_equal(told("offer.shown"), 0);
	store_begin(st->store);
	assert_false(store_offer(st->store, "C-1", "OF-1", &at, &offer));
	store_commit(st->store);
	case_shop_close(&shop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_condition_alone),
		cmocka_unit_test(each_persons_word_alone),
		cmocka_unit_test(had_lately_to_the_millisecond),
		cmocka_unit_test(products_that_may_be_offered),
		cmocka_unit_test(at_most_two_and_told_once_over_a_restart),
		cmocka_unit_test(an_offer_that_policy_withdrew_is_still_answered),
		cmocka_unit_test(only_at_the_counter_by_who_is_logged_in),
		cmocka_unit_test(siblings_count_whatever_they_did),
		cmocka_unit_test(an_erased_member_gets_nothing_personal),
		cmocka_unit_test(a_huge_policy_is_cut_behind_its_sixty_fourth),
		cmocka_unit_test(many_products_beside_an_order),
		cmocka_unit_test(in_training_no_customer_is_offered_anything),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
