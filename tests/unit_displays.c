// SPDX-License-Identifier: Apache-2.0
/*
 * What the customer displays of a desk show, for every state a customer may see; told when it
 * changes and after a start, never otherwise, and never with a name.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdlib.h>

#include "firmware/base/doc.h"
#include "tests/shop.h"

#define COUNTER(s) ((s)->display[DESK_COUNTER])
#define KIOSK(s)   ((s)->display[DESK_KIOSK])
#define IDLE	   "CSklep 1\nCZapraszamy\n"

static const char PRODUCT[] =
	"[{\"op\":\"put\",\"type\":\"product\",\"id\":\"S1\",\"rev\":1,\"body\":{\"gtin\":["
	"\"5901234123457\"],\"name\":{\"pl\":\"Żółw pluszowy\",\"en\":\"Plush "
	"turtle\"},\"price\":1999}},"
	"{\"op\":\"put\",\"type\":\"product\",\"id\":\"S2\",\"rev\":1,\"body\":{\"gtin\":["
	"\"4006381333931\"],\"name\":{\"en\":\"Pen\"}}}]";
static const char DUE[] = "[{\"op\":\"put\",\"type\":\"order\",\"id\":\"ZAM-2\",\"rev\":1,\"body\":"
			  "{\"status\":\"ready\","
			  "\"totals\":{\"total\":123450,\"due\":123450},\"lines\":[{\"line\":1,"
			  "\"sku\":\"S1\",\"qty\":1,"
			  "\"paid\":123450}],\"payments\":[]}}]";

static struct shop *open_shop(void)
{
	struct shop *s = shop_stocked(1);

	for (int desk = 0; desk < DESK_COUNT; desk++) {
		struct config_device *d = &s->config.devices[s->config.device_count++];

		d->kind = DEVICE_DISPLAY;
		d->desk = (enum desk)desk;
		text_fmt(d->name, sizeof(d->name), "display%d", desk);
	}
	shop_begin_stream(s, STREAM_CATALOG);
	shop_down(s, STREAM_CATALOG, 7, 1, PRODUCT, NULL);
	shop_tick(s, QUEUE_AGE_MS);
	assert_int_equal(s->displays, DESK_COUNT);
	return s;
}

static void scan_at_kiosk(struct shop *s, const char *text)
{
	struct door_event e = { .kind = DOOR_SCAN, .scan = { .desk = DESK_KIOSK } };

	shop_submit(s, &e, text);
}

static void open_pickup(struct shop *s, const char *order)
{
	char code[CODE_TEXT_MAX];

	shop_sign_code(s, order, code);
	shop_scan(s, code);
}

static void test_idle_and_after_a_start(void **state)
{
	struct shop *s = open_shop();

	(void)state;
	assert_string_equal(COUNTER(s), IDLE);
	assert_string_equal(KIOSK(s), IDLE);
	/* Nothing changed, nothing is told. */
	shop_tick(s, QUEUE_AGE_MS);
	assert_int_equal(s->displays, DESK_COUNT);
	/* A display may have been switched on meanwhile, so a start tells all again. */
	memset(s->st->display_hash, 0, sizeof(s->st->display_hash));
	assert_int_equal(station_start(s->st), 0);
	shop_collect(s);
	assert_int_equal(s->displays, 2 * DESK_COUNT);
	assert_string_equal(COUNTER(s), IDLE);
	shop_close(s);
}

static void test_price(void **state)
{
	struct shop *s = open_shop();

	(void)state;
	shop_scan(s, "5901234123457");
	assert_string_equal(COUNTER(s), "TŻółw pluszowy\nLCena\t19,99 zł\n");
	assert_string_equal(KIOSK(s), IDLE);
	/* No name in this language, no price: what is known. */
	scan_at_kiosk(s, "4006381333931");
	assert_string_equal(KIOSK(s), "TS2\n");
	scan_at_kiosk(s, "5901234123457");
	assert_string_equal(KIOSK(s), "TŻółw pluszowy\nLCena\t19,99 zł\n");
	/* Nobody ends a price check. */
	shop_tick(s, 44000);
	assert_has(COUNTER(s), "19,99");
	shop_tick(s, 1500);
	assert_string_equal(COUNTER(s), IDLE);
	assert_string_equal(KIOSK(s), IDLE);
	shop_close(s);
}

static void test_pickup(void **state)
{
	struct shop *s = open_shop();

	(void)state;
	open_pickup(s, "ZAM-1");
	assert_string_equal(COUNTER(s), "LZamówienie\t4821\nLSztuki\t0/2\n");
	shop_scan(s, "5901234123457");
	assert_string_equal(COUNTER(s), "LZamówienie\t4821\nLSztuki\t1/2\n");
	/* A product that is not in the order changes nothing here. */
	shop_scan(s, "4006381333931");
	assert_string_equal(COUNTER(s), "LZamówienie\t4821\nLSztuki\t1/2\n");
	shop_verb(s, "pickup.cancel", "{}", NULL);
	assert_string_equal(COUNTER(s), IDLE);
	shop_close(s);
}

static void test_due(void **state)
{
	struct shop *s = open_shop();

	(void)state;
	shop_down(s, STREAM_ORDERS, 7, 2, DUE, NULL);
	open_pickup(s, "ZAM-2");
	assert_string_equal(COUNTER(s), "LZamówienie\tZAM-2\nLDo zapłaty\t1234,50 zł\n");
	shop_close(s);
}

/* The code on the display is the code on the slip. */
static void test_thanks(void **state)
{
	struct shop *s = open_shop();
	char code[RECEIPT_CODE_MAX + 3], *end;
	const char *slip;

	(void)state;
	shop_hand_over(s);
	assert_int_equal(s->status, 200);
	slip = strstr(s->printed, "QLR.ZAM-1.");
	assert_non_null(slip);
	text_fmt(code, sizeof(code), "%.40s", slip);
	end = strchr(code, '\n');
	assert_non_null(end);
	end[1] = '\0';
	assert_has(COUNTER(s), code);
	assert_has(COUNTER(s), "CDziękujemy!\nCZapraszamy ponownie\nQLR.ZAM-1.");
	assert_null(strstr(COUNTER(s), "Anna"));
	/* No survey: it stays for a while, but the next customer does not find it. */
	shop_tick(s, 60000);
	assert_has(COUNTER(s), code);
	shop_tick(s, 31000);
	assert_string_equal(COUNTER(s), IDLE);
	shop_scan(s, "5901234123457");
	assert_has(COUNTER(s), "19,99");
	shop_close(s);
}

/* Nor what was said of the order before. */
static void test_refusal_goes(void **state)
{
	struct shop *s = open_shop();
	char code[CODE_TEXT_MAX];

	(void)state;
	shop_hand_over(s);
	shop_sign_code(s, "ZAM-1", code);
	shop_scan(s, code);
	assert_int_equal(COUNTER(s)[0], 'T');
	shop_tick(s, 89000);
	assert_int_equal(COUNTER(s)[0], 'T');
	shop_tick(s, 2000);
	assert_string_equal(COUNTER(s), IDLE);
	shop_close(s);
}

static void test_survey(void **state)
{
	static const char policy[] = "[{\"op\":\"put\",\"type\":\"policy\",\"id\":\"survey\","
				     "\"rev\":1,\"body\":{\"every\":1,"
				     "\"url\":{\"pl\":\"https://sklep.example/o?s=1\"}}}]";
	struct shop *s = open_shop();

	(void)state;
	shop_down(s, STREAM_POLICY, 7, 2, policy, NULL);
	shop_hand_over(s);
	assert_has(COUNTER(s), "QLR.ZAM-1.");
	shop_tick(s, 19000);
	assert_has(COUNTER(s), "QLR.ZAM-1.");
	shop_tick(s, 1500);
	assert_has(COUNTER(s),
		   "CDziękujemy!\nCZapraszamy ponownie\nQhttps://sklep.example/o?s=1\n");
	assert_null(strstr(COUNTER(s), "LR."));
	shop_close(s);
}

static void test_kiosk(void **state)
{
	struct shop *s = open_shop();
	char code[CODE_TEXT_MAX];

	(void)state;
	shop_sign_code(s, "ZAM-1", code);
	scan_at_kiosk(s, code);
	assert_string_equal(KIOSK(s), "LZamówienie\t4821\nLOdbiór przy\tk1\n"
				      "QZamówienie 4821. Odbiór przy k1. Sklep 1\n");
	assert_string_equal(COUNTER(s), IDLE);
	/* A refusal, in the customer's words; then the customer has left. */
	scan_at_kiosk(s, "no-such-code");
	assert_has(KIOSK(s), "TNie znamy tego kodu. Pokaż");
	shop_tick(s, KIOSK_WIPE_MS + 1000);
	assert_string_equal(KIOSK(s), IDLE);
	shop_close(s);
}

/* A desk without a display costs nothing. */
static void test_none(void **state)
{
	struct shop *s = shop_stocked(1);

	(void)state;
	shop_hand_over(s);
	assert_int_equal(s->displays, 0);
	shop_close(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_idle_and_after_a_start),
		cmocka_unit_test(test_price),
		cmocka_unit_test(test_pickup),
		cmocka_unit_test(test_due),
		cmocka_unit_test(test_thanks),
		cmocka_unit_test(test_refusal_goes),
		cmocka_unit_test(test_survey),
		cmocka_unit_test(test_kiosk),
		cmocka_unit_test(test_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
