// SPDX-License-Identifier: Apache-2.0
/* The rules of the counter: facts in, verdict out. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/base/clock.h"
#include "firmware/base/doc.h"
#include "firmware/counter/pickup.h"
#include "firmware/counter/refund.h"
#include "firmware/counter/scan.h"
#include "firmware/counter/slip.h"
#include "firmware/counter/slip_parts.h"
#include "firmware/counter/words.h"

#define NOW_MS INT64_C(1795363200000) /* 2026-11-22T16:00:00Z */

static struct order order_storage;

static const char *read_order(const char *body)
{
	struct json v;

	assert_int_equal(json_check(slice_of(body), &v), 0);
	return order_read(slice_of("ZAM-1"), 3, v, &order_storage);
}

/* ---- verdicts ---- */

static const struct {
	const char *what;
	const char *body;
	const char *policy;
	enum reason verdict;
} verdicts[] = {
	{ "ready", "{\"status\":\"ready\",\"lines\":[{\"line\":1,\"qty\":1}]}", "{}", REASON_NONE },
	{ "partly collected, one piece left",
	  "{\"status\":\"partly_collected\",\"lines\":[{\"line\":1,\"qty\":2,\"handed\":1}]}", "{}",
	  REASON_NONE },
	{ "partly collected, nothing left",
	  "{\"status\":\"partly_collected\",\"lines\":[{\"line\":1,\"qty\":2,\"handed\":1,\"short\":1}]}",
	  "{}", REASON_ALREADY_COLLECTED },
	{ "ready, only a parcel",
	  "{\"status\":\"ready\",\"parcels\":[{\"label\":\"LP.ZAM-1.1\"}]}", "{}", REASON_NONE },
	{ "ready, no lines known", "{\"status\":\"ready\"}", "{}", REASON_NONE },
	{ "ready, nothing but delivery",
	  "{\"status\":\"ready\",\"lines\":[{\"line\":1,\"kind\":\"delivery\"}]}", "{}", REASON_NONE },
	{ "ready, handed over and returned",
	  "{\"status\":\"ready\",\"lines\":[{\"line\":1,\"qty\":2,\"handed\":2,\"returned\":1}]}",
	  "{}", REASON_ALREADY_COLLECTED },
	{ "held by another store", "{\"status\":\"ready\",\"store\":\"KRK-1\"}", "{}",
	  REASON_WRONG_STORE },
	{ "held by this store", "{\"status\":\"ready\",\"store\":\"WAW-042\",\"lines\":[{\"line\":1}]}",
	  "{}", REASON_NONE },
	{ "placed", "{\"status\":\"placed\"}", "{}", REASON_NOT_READY },
	{ "picking", "{\"status\":\"picking\"}", "{}", REASON_NOT_READY },
	{ "on its way", "{\"status\":\"in_transit\"}", "{}", REASON_NOT_READY },
	{ "not paid", "{\"status\":\"awaiting_payment\"}", "{}", REASON_NOT_READY },
	{ "on hold", "{\"status\":\"on_hold\"}", "{}", REASON_NOT_READY },
	{ "a status of a later version", "{\"status\":\"teleported\"}", "{}", REASON_NOT_READY },
	{ "no status", "{}", "{}", REASON_NOT_READY },
	{ "cancelled", "{\"status\":\"cancelled\"}", "{}", REASON_CANCELLED },
	{ "collected", "{\"status\":\"collected\"}", "{}", REASON_ALREADY_COLLECTED },
	{ "returned", "{\"status\":\"returned\"}", "{}", REASON_ALREADY_COLLECTED },
	{ "expired", "{\"status\":\"expired\"}", "{}", REASON_EXPIRED },
	{ "ready, an hour too late",
	  "{\"status\":\"ready\",\"collect_by\":\"2026-11-22T15:00:00Z\",\"lines\":[{\"line\":1}]}",
	  "{}", REASON_EXPIRED },
	{ "ready, too late, but the shop does not mind",
	  "{\"status\":\"ready\",\"collect_by\":\"2026-11-22T15:00:00Z\",\"lines\":[{\"line\":1}]}",
	  "{\"late\":\"allow\"}", REASON_NONE },
	{ "ready, an hour left",
	  "{\"status\":\"ready\",\"collect_by\":\"2026-11-22T17:00:00Z\",\"lines\":[{\"line\":1}]}",
	  "{}", REASON_NONE },
};

static struct pickup_policy policy_of(const char *pickup, const char *fiscal)
{
	struct json p, f;

	assert_int_equal(json_check(slice_of(pickup), &p), 0);
	assert_int_equal(json_check(slice_of(fiscal), &f), 0);
	return pickup_policy_read(p, f);
}

static void test_verdicts(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(verdicts); i++) {
		struct pickup_policy p = policy_of(verdicts[i].policy, "{}");
		struct pickup_facts f = { &order_storage, "WAW-042", NOW_MS, false, false };
		enum reason r;

		assert_null(read_order(verdicts[i].body));
		r = pickup_verdict(&f, &p);
		if (r != verdicts[i].verdict)
			fail_msg("%s: %s, not %s", verdicts[i].what, reason_code(r),
				 reason_code(verdicts[i].verdict));
	}
}

static void test_unknown_order(void **state)
{
	struct pickup_policy p = policy_of("{}", "{}");
	struct pickup_facts f = { NULL, "WAW-042", NOW_MS, false, false };

	(void)state;
	assert_int_equal(pickup_verdict(&f, &p), REASON_NOT_FOUND);
}

/* ---- reading orders ---- */

#define SKU_16 "0123456789abcdef"
#define TEXT_126 SKU_16 SKU_16 SKU_16 SKU_16 SKU_16 SKU_16 SKU_16 "0123456789abcd"

static const struct {
	const char *what;
	const char *body;
	const char *why; /* NULL: good */
} readings[] = {
	{ "nothing known", "{}", NULL },
	{ "all agrees",
	  "{\"totals\":{\"total\":7497,\"due\":0},\"lines\":[{\"line\":1,\"paid\":5998},{\"line\":2,"
	  "\"paid\":1499}],\"payments\":[{\"id\":\"p\",\"state\":\"captured\",\"amount\":7497}]}",
	  NULL },
	{ "part is due",
	  "{\"totals\":{\"total\":100,\"due\":40},\"lines\":[{\"line\":1,\"paid\":100}],\"payments\":["
	  "{\"id\":\"p\",\"state\":\"partly_refunded\",\"amount\":60,\"refunded\":10},"
	  "{\"id\":\"q\",\"state\":\"failed\",\"amount\":40}]}",
	  NULL },
	{ "lines do not add up", "{\"totals\":{\"total\":100},\"lines\":[{\"line\":1,\"paid\":99}]}",
	  "amounts_mismatch" },
	{ "payments do not add up",
	  "{\"totals\":{\"total\":100,\"due\":0},\"payments\":[{\"state\":\"captured\",\"amount\":99}]}",
	  "amounts_mismatch" },
	{ "more due than the total", "{\"totals\":{\"total\":100,\"due\":101}}", "amounts_mismatch" },
	{ "a negative amount", "{\"totals\":{\"total\":-1}}", "shape" },
	{ "an amount with a fraction", "{\"totals\":{\"total\":1.5}}", "shape" },
	{ "an amount beyond all shops", "{\"totals\":{\"total\":99999999999999}}", "shape" },
	{ "a huge quantity", "{\"lines\":[{\"line\":1,\"qty\":9223372036854775807}]}", "shape" },
	{ "no quantity", "{\"lines\":[{\"line\":1,\"qty\":0}]}", "shape" },
	{ "two lines of one id", "{\"lines\":[{\"line\":1},{\"line\":1}]}", "shape" },
	{ "a line without id", "{\"lines\":[{\"qty\":1}]}", "shape" },
	{ "a sku of the longest kind",
	  "{\"lines\":[{\"line\":1,\"sku\":\"" SKU_16 SKU_16 SKU_16 SKU_16 "\"}]}", NULL },
	{ "a sku that is too long",
	  "{\"lines\":[{\"line\":1,\"sku\":\"" SKU_16 SKU_16 SKU_16 SKU_16 "x\"}]}", "shape" },
	{ "a payment's id of the longest kind",
	  "{\"payments\":[{\"id\":\"" TEXT_126 "\",\"tender\":\"" TEXT_126 "\"}]}", NULL },
	{ "a payment's id that is too long", "{\"payments\":[{\"id\":\"" TEXT_126 "x\"}]}",
	  "shape" },
	{ "a tender that is too long", "{\"payments\":[{\"tender\":\"" TEXT_126 "x\"}]}", "shape" },
	{ "lines that are no list", "{\"lines\":{}}", "shape" },
	{ "a status that is no word", "{\"status\":5}", "shape" },
	{ "a time that is none", "{\"collect_by\":\"tomorrow\"}", "shape" },
	{ "not an object", "[]", "shape" },
};

static void test_readings(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(readings); i++) {
		const char *why = read_order(readings[i].body);

		if ((why == NULL) != (readings[i].why == NULL) ||
		    (why && strcmp(why, readings[i].why) != 0))
			fail_msg("%s: %s", readings[i].what, why ? why : "taken");
	}
}

static void test_many_lines(void **state)
{
	size_t cap = 64 * (ORDER_LINES_MAX + 2);
	char *text = malloc(cap);
	struct buf b;

	(void)state;
	for (int extra = 0; extra < 2; extra++) {
		buf_init(&b, text, cap);
		jw_open(&b, NULL, '{');
		jw_open(&b, "lines", '[');
		for (int i = 0; i < ORDER_LINES_MAX + extra; i++) {
			jw_open(&b, NULL, '{');
			jw_int(&b, "line", i);
			jw_close(&b, '}');
		}
		jw_close(&b, ']');
		jw_close(&b, '}');
		if (extra)
			assert_string_equal(read_order(buf_str(&b)), "too_many_lines");
		else
			assert_null(read_order(buf_str(&b)));
	}
	free(text);
}

/* ---- checking and handing over ---- */

static void test_checking_pieces(void **state)
{
	struct pickup_line done = { 0 };
	const struct order_line *l = order_storage.lines;

	(void)state;
	assert_null(read_order("{\"status\":\"ready\",\"lines\":[{\"line\":1,\"qty\":5,\"handed\":1,"
			       "\"short\":1},{\"line\":2,\"kind\":\"delivery\"}]}"));
	assert_int_equal(order_line_left(l), 3);
	assert_int_equal(pickup_check(l, done, 3), REASON_NONE);
	assert_int_equal(pickup_check(l, done, 4), REASON_ITEM_SURPLUS);
	assert_int_equal(pickup_check(l, done, 0), REASON_BAD_REQUEST);
	assert_int_equal(pickup_check(l, done, -1), REASON_BAD_REQUEST);
	assert_int_equal(pickup_check(l, done, INT64_MAX), REASON_BAD_REQUEST);
	done.checked = 2;
	assert_int_equal(pickup_short(l, done, 1), REASON_NONE);
	assert_int_equal(pickup_short(l, done, 2), REASON_ITEM_SURPLUS);
	assert_int_equal(pickup_short(l, done, -1), REASON_BAD_REQUEST);
	done.short_ = 1;
	assert_int_equal(pickup_check(l, done, 1), REASON_ITEM_SURPLUS);
	assert_int_equal(pickup_leaves(l, done), 2);
	assert_int_equal(pickup_check(&l[1], (struct pickup_line){ 0 }, 1), REASON_ITEM_SURPLUS);
	assert_int_equal(pickup_leaves(&l[1], (struct pickup_line){ 0 }), 0);
}

static const struct {
	const char *what;
	const char *body;
	const char *pickup, *fiscal;
	int64_t checked;
	bool parcels, isolated;
	int64_t seen_rev;
	enum reason verdict;
} handovers[] = {
#define READY(more) "{\"status\":\"ready\",\"lines\":[{\"line\":1,\"qty\":2" more "}]"
	{ "all checked", READY("") "}", "{}", "{}", 2, false, false, 3, REASON_NONE },
	{ "one not checked", READY("") "}", "{}", "{}", 1, false, false, 3, REASON_ITEMS_UNCHECKED },
	{ "this shop does not check", READY("") "}", "{\"check_items\":\"none\"}", "{}", 0, false, false,
	  3, REASON_NONE },
	{ "parcels, all scanned", READY("") ",\"parcels\":[{\"label\":\"P\"}]}",
	  "{\"check_items\":\"parcel\"}", "{}", 0, true, false, 3, REASON_NONE },
	{ "parcels, one missing", READY("") ",\"parcels\":[{\"label\":\"P\"}]}",
	  "{\"check_items\":\"parcel\"}", "{}", 0, false, false, 3, REASON_ITEMS_UNCHECKED },
	{ "by parcel, but there is none: each piece", READY("") "}", "{\"check_items\":\"parcel\"}",
	  "{}", 0, true, false, 3, REASON_ITEMS_UNCHECKED },
	{ "HQ changed it meanwhile", READY("") "}", "{}", "{}", 2, false, false, 2,
	  REASON_ORDER_CHANGED },
	{ "adults only", READY(",\"age\":{\"min\":18}") "}", "{}", "{}", 2, false, false, 3,
	  REASON_AGE_CHECK },
	{ "something due, fiscal till", READY("") ",\"totals\":{\"total\":5,\"due\":5}}", "{}", "{}", 2,
	  false, false, 3, REASON_FISCAL_NEEDED },
	{ "something due, no fiscal duty", READY("") ",\"totals\":{\"total\":5,\"due\":5}}", "{}",
	  "{\"mode\":\"none\"}", 2, false, false, 3, REASON_PAYMENT_DUE },
	{ "isolated, default", READY("") "}", "{}", "{}", 2, false, true, 3, REASON_APPROVAL_NEEDED },
	{ "isolated, refused", READY("") "}", "{\"isolated_handover\":\"refuse\"}", "{}", 2, false, true,
	  3, REASON_ISOLATED },
	{ "isolated, allowed", READY("") "}", "{\"isolated_handover\":\"allow\"}", "{}", 2, false, true,
	  3, REASON_NONE },
#undef READY
};

static void test_handovers(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(handovers); i++) {
		struct pickup_policy p = policy_of(handovers[i].pickup, handovers[i].fiscal);
		struct pickup_line done = { .checked = handovers[i].checked };
		struct handover_facts f = { &order_storage, &done, handovers[i].seen_rev,
					    handovers[i].parcels, handovers[i].isolated, false, false };
		enum reason r;

		assert_null(read_order(handovers[i].body));
		r = pickup_handover(&f, &p);
		if (r != handovers[i].verdict)
			fail_msg("%s: %s, not %s", handovers[i].what, reason_code(r),
				 reason_code(handovers[i].verdict));
	}
}

/* ---- money back ---- */

static void test_refund_legs(void **state)
{
	struct refund_leg legs[ORDER_PAYMENTS_MAX];
	int64_t given[ORDER_PAYMENTS_MAX] = { 0 }, rest;

	(void)state;
	assert_null(read_order(
		"{\"payments\":[{\"id\":\"till\",\"state\":\"captured\",\"amount\":500,\"where\":\"till\"},"
		"{\"id\":\"gift\",\"state\":\"captured\",\"amount\":2000},{\"id\":\"no\",\"state\":\"failed\","
		"\"amount\":900},{\"id\":\"card\",\"state\":\"partly_refunded\",\"amount\":1998,"
		"\"refunded\":998}]}"));
	assert_int_equal(refund_legs(&order_storage, 2500, given, legs, &rest), 2);
	assert_int_equal(legs[0].payment, 1);
	assert_int_equal(legs[0].amount, 2000);
	assert_int_equal(legs[1].payment, 3);
	assert_int_equal(legs[1].amount, 500);
	assert_int_equal(rest, 0);
	given[1] = 1500; /* asked for before, HQ has not said so yet */
	assert_int_equal(refund_legs(&order_storage, 9999, given, legs, &rest), 2);
	assert_int_equal(legs[0].amount + legs[1].amount, 500 + 1000);
	assert_int_equal(rest, 9999 - 1500);
}

static void test_refund_pieces(void **state)
{
	struct order_line *l = order_storage.lines;

	(void)state;
	assert_null(read_order("{\"lines\":[{\"line\":1,\"qty\":3,\"paid\":3998,\"returned\":1}]}"));
	assert_int_equal(refund_of_pieces(l, 1), 1332);
	assert_int_equal(refund_of_pieces(l, 2), 1332 + 1333);
	assert_int_equal(refund_of_pieces(l, 3), 0); /* more than there are */
	assert_int_equal(refund_of_pieces(l, 0), 0);
}

/* ---- what a scan is ---- */

static const struct {
	const char *text;
	enum symbology symbology;
	enum scan_kind kind;
	const char *first, *second;
} scans[] = {
	{ "L1.AQEAAAAA", SYMBOLOGY_QR, SCAN_PICKUP, NULL, NULL },
	{ "https://sklep.example/x?y#L1.AQEAAAAA", SYMBOLOGY_QR, SCAN_PICKUP, NULL, NULL },
	{ "LR.BL-4821.A_7.01JD", SYMBOLOGY_QR, SCAN_SLIP, "BL-4821.A_7", "01JD" },
	{ "LB.E17.T0K3N-abcdef", SYMBOLOGY_QR, SCAN_BADGE, "E17", "T0K3N-abcdef" },
	{ "LP.ZAM-1.1", SYMBOLOGY_QR, SCAN_PARCEL, "ZAM-1", "1" },
	{ "LH.B-12", SYMBOLOGY_QR, SCAN_SHELF, "B-12", NULL },
	{ "LM.290001", SYMBOLOGY_QR, SCAN_MEMBER, "290001", NULL },
	{ "LR.onlyone", SYMBOLOGY_QR, SCAN_TEXT, NULL, NULL },
	{ "LH.", SYMBOLOGY_QR, SCAN_TEXT, NULL, NULL },
	{ "5901234123457", SYMBOLOGY_UNKNOWN, SCAN_GTIN, NULL, NULL },
	{ "5901234123458", SYMBOLOGY_UNKNOWN, SCAN_TEXT, NULL, NULL },
	{ "135790", SYMBOLOGY_UNKNOWN, SCAN_PIN, NULL, NULL },
	{ "4111111111111111", SYMBOLOGY_UNKNOWN, SCAN_CARD_LIKE, NULL, NULL },
	{ "378282246310005", SYMBOLOGY_CODE128, SCAN_CARD_LIKE, NULL, NULL },
	{ "ZK 12/2026", SYMBOLOGY_UNKNOWN, SCAN_TEXT, NULL, NULL },
	{ "", SYMBOLOGY_UNKNOWN, SCAN_NOTHING, NULL, NULL },
	{ "a\x1b[2J", SYMBOLOGY_UNKNOWN, SCAN_NOTHING, NULL, NULL },
	{ "a\x80", SYMBOLOGY_UNKNOWN, SCAN_NOTHING, NULL, NULL },
};

static void test_scans(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(scans); i++) {
		const struct barcode_rules rules = { .year = 2026 };
		struct scan s;

		scan_read(slice_of(scans[i].text), scans[i].symbology, &rules, &s);
		if (s.kind != scans[i].kind)
			fail_msg("%s: kind %d", scans[i].text, (int)s.kind);
		if (scans[i].first)
			assert_true(slice_eq(s.first, scans[i].first));
		if (scans[i].second)
			assert_true(slice_eq(s.second, scans[i].second));
	}
}

/* ---- words and slips ---- */

static void test_words(void **state)
{
	struct word_values v = { .order = "4821", .tries = 2, .n = -1, .left = -1 };
	char memory[256];
	struct buf b;

	(void)state;
	buf_init(&b, memory, sizeof(memory));
	words_fill("Zamówienie {order}.[ Około {time}.][ Prób: {tries}.]", &v, &b);
	assert_string_equal(buf_str(&b), "Zamówienie 4821. Prób: 2.");
	/* Every word in every language is there, and no text is an old one by mistake. */
	for (int l = LANGUAGE_PL; l <= LANGUAGE_UK; l++) {
		for (int w = 0; w < WORD_COUNT + WORD_STOCK_COUNT; w++)
			assert_true(word_text((enum word)w, (enum language)l)[0]);
		for (int r = 1; r < REASON_COUNT; r++) {
			assert_true(reason_text((enum reason)r, (enum language)l)[0]);
			assert_true(reason_code((enum reason)r)[0]);
		}
	}
}

static bool has_line(struct slice doc, const char *text)
{
	return memmem(doc.p, doc.n, text, strlen(text)) != NULL;
}

static struct slip_facts slip_facts_of(const struct pickup_line *done, const struct slip_back *back,
				       enum language l)
{
	static struct json texts;

	assert_int_equal(json_check(slice_of("{\"footer\":[\"Dziękujemy!\"]}"), &texts), 0);
	return (struct slip_facts){ .order = &order_storage,
				    .done = done,
				    .back = back,
				    .store_name = "Warszawa Arkadia",
				    .texts = texts,
				    .staff = "Ola",
				    .lane = "k1",
				    .now_ms = NOW_MS,
				    .refund_by_ms = NOW_MS + 14 * 24 * 3600 * INT64_C(1000),
				    .document = "01JD",
				    .language = l };
}

static void test_slip(void **state)
{
	const struct pickup_line none[2] = { { 0 } }, done[2] = { { .checked = 2, .short_ = 1 } };
	const struct slip_back zero = { 0 }, back = { 0, 1000 };
	struct slip_facts f;
	char *memory = malloc(DOC_MAX);
	struct buf b;

	(void)state;
	assert_null(read_order("{\"number\":\"4821\",\"totals\":{\"total\":3997,\"due\":0},"
			       "\"lines\":[{\"line\":1,\"qty\":3,"
			       "\"name\":\"Żółw\",\"paid\":3000},{\"line\":2,\"kind\":\"delivery\","
			       "\"name\":\"Dostawa\","
			       "\"paid\":997}],\"payments\":[{\"id\":\"p\",\"tender\":\"blik\","
			       "\"state\":\"captured\","
			       "\"amount\":3997}]}"));
	f = slip_facts_of(none, &zero, LANGUAGE_PL);
	buf_init(&b, memory, DOC_MAX);
	slip_pickup(&f, &b);
	assert_true(has_line(buf_read(&b), "\nQLR.ZAM-1.01JD\n"));
	assert_true(has_line(buf_read(&b), "\nR\nL3 x Żółw\t30,00\u00a0zł\n"));
	assert_true(has_line(buf_read(&b),
			     "\nL1 x Dostawa\t9,97\u00a0zł\nR\nLRazem\t39,97\u00a0zł\n"
			     "LZapłacono: BLIK\t39,97\u00a0zł\nR\n"));
	assert_true(has_line(buf_read(&b), "CDziękujemy!"));
	f = slip_facts_of(done, &back, LANGUAGE_PL);
	buf_reset(&b);
	slip_pickup(&f, &b);
	assert_true(has_line(buf_read(&b), "\nBWydano teraz\nL2 x Żółw\t20,00\u00a0zł\n"
					   "L1 x Dostawa\t9,97\u00a0zł\n"
					   "BNie wydano\nL1 x Żółw\t10,00\u00a0zł\nR\n"
					   "LWydano teraz\t29,97\u00a0zł\nLNie wydano\t10,00\u00a0zł\n"
					   "LRazem zamówienie\t39,97\u00a0zł\nR\n"
					   "LNie wydano\t-10,00\u00a0zł\n"
					   "LRazem po zmianach\t29,97\u00a0zł\n"
					   "LZapłacono: BLIK\t39,97\u00a0zł\nLZwrot do 2"));
	assert_true(has_line(buf_read(&b), ": BLIK\t-10,00\u00a0zł\n"));
	assert_false(has_line(buf_read(&b), "aragon")); /* never called a receipt */
	/* Nothing is promised that nobody was asked for. */
	f = slip_facts_of(done, &zero, LANGUAGE_PL);
	buf_reset(&b);
	slip_pickup(&f, &b);
	assert_true(has_line(buf_read(&b), "LNie wydano\t-10,00"));
	assert_false(has_line(buf_read(&b), "LZwrot"));
	free(memory);
}

/* Amounts of the L lines between two lines of the document, summed up. */
static int64_t sum_between(const char *doc, const char *from, const char *to)
{
	const char *at = strstr(doc, from), *end;
	int64_t sum = 0;

	assert_non_null(at);
	at += strlen(from);
	end = strstr(at, to);
	assert_non_null(end);
	for (const char *line = at; line < end; line = strchr(line, '\n') + 1) {
		const char *tab = strchr(line, '\t');
		int64_t amount = 0;

		if (*line != 'L' || !tab)
			continue;
		for (const char *p = tab + 1; *p && *p != '\n'; p++)
			amount = *p >= '0' && *p <= '9' ? 10 * amount + *p - '0' : amount;
		sum += tab[1] == '-' ? -amount : amount;
	}
	return sum;
}

/* Something of everything: handed over before and of that brought back, now, later, missing before
 * and now, with deposits; thirds of a grosz everywhere. It adds up in every language. */
static void test_slip_adds_up(void **state)
{
	static const char *const titles[3][8] = {
		{ "\nBWydano teraz\n", "\nBWydano wcześniej\n", "\nBCzeka na odbiór do 20",
		  "\nBNie wydano\n", "\nLWydano teraz\t", "LRazem zamówienie\t",
		  "LRazem po zmianach\t", "LZapłacono: BLIK\t" },
		{ "\nBHanded over now\n", "\nBHanded over before\n", "\nBStill to collect by 20",
		  "\nBNot handed over\n", "\nLHanded over now\t", "LWhole order\t",
		  "LTotal after changes\t", "LPaid: BLIK\t" },
		{ "\nBВидано зараз\n", "\nBВидано раніше\n", "\nBЧекає на отримання до 20",
		  "\nBНе видано\n", "\nLВидано зараз\t", "LРазом замовлення\t", "LРазом після змін\t",
		  "LСплачено: BLIK\t" },
	};
	const struct pickup_line done[4] = { { .short_ = 2, .stays = 3 }, { 0 }, { 0 } };
	char *memory = malloc(DOC_MAX);
	struct slip_back back = { 0 };
	struct slip_facts f;
	struct buf b;

	(void)state;
	assert_null(read_order(
		"{\"collect_by\":\"2099-01-02T10:00:00Z\",\"totals\":{\"total\":10007,\"due\":0},"
		"\"lines\":["
		"{\"line\":1,\"qty\":13,\"name\":\"A\",\"paid\":9000,\"handed\":4,\"returned\":1,"
		"\"short\":2},"
		"{\"line\":2,\"kind\":\"deposit\",\"of\":1,\"qty\":7,\"name\":\"D\",\"paid\":10,"
		"\"short\":1},"
		"{\"line\":3,\"kind\":\"delivery\",\"name\":\"Dostawa\",\"paid\":997}],"
		"\"payments\":["
		"{\"id\":\"p\",\"tender\":\"blik\",\"state\":\"captured\",\"amount\":10007}]}"));
	for (int l = 0; l < 3; l++) {
		const struct slip_sums sums = slip_sums_of(&order_storage, done);
		const char *const *t = titles[l];

		back = (struct slip_back){ sums.returned + 1385, sums.worth[PART_MISSING] - 1385 };
		f = slip_facts_of(done, &back, (enum language)l);
		buf_init(&b, memory, DOC_MAX);
		slip_pickup(&f, &b);
		buf_byte(&b, 0);
		assert_int_equal(sum_between(memory, t[0], t[1]), sums.worth[PART_NOW]);
		assert_int_equal(sum_between(memory, t[1], t[2]), sums.worth[PART_BEFORE]);
		assert_int_equal(sum_between(memory, t[2], t[3]), sums.worth[PART_WAITS]);
		assert_int_equal(sum_between(memory, t[3], t[4]), sums.worth[PART_MISSING]);
		assert_int_equal(sum_between(memory, t[0], t[4]), 10007);
		assert_int_equal(sum_between(memory, "\nR\nL", t[5]), 10007 - sums.worth[PART_NOW]);
		assert_int_equal(sum_between(memory, t[5], t[6]),
				 -sums.worth[PART_MISSING] - sums.returned);
		/* What was paid, less what goes back, is what is left. */
		assert_int_equal(sum_between(memory, t[7], "\nR\n"),
				 -sums.worth[PART_MISSING] - sums.returned);
	}
	free(memory);
}

/* The longest order, of which each line is in all four parts, with the longest names. */
static void test_slip_of_many(void **state)
{
	static struct pickup_line done[ORDER_LINES_MAX];
	char *memory = malloc(DOC_MAX), *body = malloc(DOC_MAX);
	const struct slip_back zero = { 0 };
	struct slip_facts f;
	struct buf b;

	(void)state;
	buf_init(&b, body, DOC_MAX);
	buf_text(&b, "{\"lines\":[");
	for (int i = 0; i < ORDER_LINES_MAX; i++) {
		done[i] = (struct pickup_line){ .short_ = 1000, .stays = 1000 };
		buf_fmt(&b, "%s{\"line\":%d,\"qty\":4000,\"handed\":1000,\"paid\":999999999,\"name\":\"",
			i ? "," : "", i);
		for (int n = 0; n < 60; n++)
			buf_text(&b, "🫖");
		buf_text(&b, "\"}");
	}
	buf_text(&b, "]}");
	assert_null(read_order(buf_str(&b)));
	f = slip_facts_of(done, &zero, LANGUAGE_UK);
	buf_init(&b, memory, DOC_MAX);
	slip_pickup(&f, &b);
	assert_false(b.overflow);
	free(body);
	free(memory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_verdicts),      cmocka_unit_test(test_unknown_order),
		cmocka_unit_test(test_readings),      cmocka_unit_test(test_many_lines),
		cmocka_unit_test(test_checking_pieces), cmocka_unit_test(test_handovers),
		cmocka_unit_test(test_refund_legs),   cmocka_unit_test(test_refund_pieces),
		cmocka_unit_test(test_scans),	      cmocka_unit_test(test_words),
		cmocka_unit_test(test_slip),	      cmocka_unit_test(test_slip_adds_up),
		cmocka_unit_test(test_slip_of_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
