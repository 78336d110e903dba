// SPDX-License-Identifier: Apache-2.0
/*
 * What a store did stays done at lada-hq, whatever somebody imports who had not heard of it; and
 * it stays that store's, though another has an order of the same id.
 */
#include <errno.h>

#include "sync/hq/export.h"
#include "sync/hq/handover.h"
#include "sync/hq/schema.h"
#include "tests/hq_fixture.h"

#define KRK "KRK-1"

/* Somebody who owes 5,00 of 15,00, as an ERP wrote it down before the store did anything. */
#define OLD_BODY                                                                                   \
	"{\"status\":\"ready\",\"totals\":{\"total\":1500,\"paid\":1000,\"due\":500},"             \
	"\"fiscal\":{\"duty\":\"receipt\",\"state\":\"todo\"},"                                    \
	"\"lines\":[{\"line\":1,\"sku\":\"A\",\"qty\":2,\"paid\":1000},"                           \
	"{\"line\":\"b\",\"sku\":\"B\",\"qty\":1,\"paid\":500}],"                                  \
	"\"payments\":[{\"id\":\"p\",\"tender\":\"blik\",\"state\":\"captured\",\"amount\":1000}]" \
	"}"

static struct json body_at(struct fixture *f, const char *store, const char *id)
{
	struct record r;

	assert_true(record_find(&f->hq, store, stream_by_name("orders"), id, &r));
	assert_true(r.live);
	return parsed_slice(r.body);
}

static struct json body(struct fixture *f)
{
	return body_at(f, STORE, "ZAM-1");
}

static struct json line_of(struct json order, int n)
{
	return element_of(json_get(order, "lines"), n);
}

static void put_old(struct fixture *f)
{
	char room[128];

	put(f, "order", "ZAM-1", "", OLD_BODY);
	/* A station would not take what does not add up. */
	assert_null(order_check(body(f), room, sizeof(room)));
}

/* The same import once more changes nothing, or a polling ERP would be heard all day. */
static void is_stable(struct fixture *f)
{
	assert_int_equal(put(f, "order", "ZAM-1", "", OLD_BODY).unchanged, 1);
}

static void alarm_is(struct fixture *f, const char *kind, int64_t times)
{
	assert_int_equal(
		db_number(&f->hq.db, 0, "SELECT times FROM alarm WHERE kind = ?", "t", kind),
		times);
}

/* ---- lanes are heard in any order ---- */

/* Reversed at one lane, taken at another whose word comes later: it is not paid. */
static void a_reversal_is_heard_first(void **state)
{
	struct fixture *f = *state;

	put_old(f);
	up(f, "payment.reversed", "{\"order\":\"ZAM-1\",\"payment\":\"t\",\"reason\":\"x\"}");
	up(f, "payment.taken",
	   "{\"order\":\"ZAM-1\",\"payment\":\"t\",\"tender\":\"card\",\"amount\":500}");
	assert_int_equal(at(json_get(body(f), "totals"), "due"), 500);
	put_old(f);
	assert_int_equal(at(json_get(body(f), "totals"), "due"), 500);
	up(f, "payment.taken",
	   "{\"order\":\"ZAM-1\",\"payment\":\"u\",\"tender\":\"card\",\"amount\":500}");
	assert_int_equal(at(json_get(body(f), "totals"), "due"), 0);
	assert_int_equal(number(f, "SELECT count(*) FROM alarm WHERE kind='paid_too_much'"), 0);
}

/* Both lanes took the same money, and one gave it back: the other's counts. */
static void the_other_payment_counts_when_one_is_reversed(void **state)
{
	struct fixture *f = *state;
	char room[128];

	put_old(f);
	up(f, "payment.taken",
	   "{\"order\":\"ZAM-1\",\"payment\":\"t\",\"tender\":\"card\",\"amount\":500}");
	up(f, "payment.taken",
	   "{\"order\":\"ZAM-1\",\"payment\":\"u\",\"tender\":\"cash\",\"amount\":500}");
	alarm_is(f, "paid_too_much", 1);
	up(f, "payment.reversed", "{\"order\":\"ZAM-1\",\"payment\":\"t\",\"reason\":\"x\"}");
	assert_int_equal(at(json_get(body(f), "totals"), "due"), 0);
	assert_int_equal(json_count(json_get(body(f), "payments")), 3);
	assert_null(order_check(body(f), room, sizeof(room)));
}

/* What went back of a payment is there when the payment is, and stays when somebody imports. */
static void a_refund_is_heard_before_its_payment(void **state)
{
	struct fixture *f = *state;

	put_old(f);
	up(f, "return.accepted",
	   "{\"order\":\"ZAM-1\",\"lines\":[],"
	   "\"refund\":[{\"payment\":\"t\",\"tender\":\"card\",\"amount\":200}]}");
	up(f, "payment.taken",
	   "{\"order\":\"ZAM-1\",\"payment\":\"t\",\"tender\":\"card\",\"amount\":500}");
	for (int i = 0; i < 2; i++) {
		const struct json paid = element_of(json_get(body(f), "payments"), 1);

		assert_int_equal(at(paid, "refunded"), 200);
		assert_is(json_get(paid, "state"), "partly_refunded");
		put_old(f);
	}
	is_stable(f);
}

static void a_return_is_heard_before_its_handover(void **state)
{
	struct fixture *f = *state;

	put_old(f);
	up(f, "return.accepted",
	   "{\"order\":\"ZAM-1\",\"lines\":[{\"line\":1,\"qty\":2},{\"line\":\"b\",\"qty\":1}]}");
	up(f, "pickup.completed",
	   "{\"order\":\"ZAM-1\",\"lines\":[{\"line\":1,\"qty\":2},{\"line\":\"b\",\"qty\":1}]}");
	assert_is(json_get(body(f), "status"), "returned");
}

/* Two lanes that could not hear each other gave up the same piece: each asked for its money. */
static void a_piece_that_was_given_up_twice_is_alarmed(void **state)
{
	struct fixture *f = *state;

	put_old(f);
	up(f, "order.short",
	   "{\"order\":\"ZAM-1\",\"line\":\"b\",\"qty\":1,\"then\":\"refund\",\"reason\":\"x\"}");
	assert_int_equal(number(f, "SELECT count(*) FROM alarm WHERE kind='short.surplus'"), 0);
	up(f, "order.short",
	   "{\"order\":\"ZAM-1\",\"line\":\"b\",\"qty\":1,\"then\":\"refund\",\"reason\":\"x\"}");
	alarm_is(f, "short.surplus", 1);
	assert_int_equal(at(line_of(body(f), 1), "short"), 1);
}

/* An ERP wrote fewer pieces than had left: nothing below none is short. */
static void less_was_ordered_than_left(void **state)
{
	struct fixture *f = *state;

	put(f, "order", "ZAM-1", "", "{\"status\":\"ready\",\"lines\":[{\"line\":1,\"qty\":3}]}");
	up(f, "pickup.completed",
	   "{\"order\":\"ZAM-1\",\"lines\":[{\"line\":1,\"qty\":2}],\"rest\":\"later\"}");
	import(f,
	       "{\"store\":\"" STORE "\",\"op\":\"put\",\"type\":\"order\",\"id\":\"ZAM-1\","
	       "\"body\":{\"status\":\"ready\",\"lines\":[{\"line\":1,\"qty\":1,\"handed\":2}]}}");
	up(f, "order.short",
	   "{\"order\":\"ZAM-1\",\"line\":1,\"qty\":1,\"then\":\"refund\",\"reason\":\"x\"}");
	assert_true(json_int_or(json_get(line_of(body(f), 0), "short"), 0) >= 0);
}

/* ---- facts ---- */

static void an_import_keeps_what_came_back(void **state)
{
	struct fixture *f = *state;

	put_old(f);
	up(f, "pickup.completed",
	   "{\"order\":\"ZAM-1\",\"lines\":[{\"line\":1,\"qty\":2},"
	   "{\"line\":\"b\",\"qty\":1}]}");
	up(f, "return.accepted",
	   "{\"order\":\"ZAM-1\",\"lines\":[{\"line\":1,\"qty\":1},{\"line\":\"b\",\"qty\":1}]}");
	put_old(f);
	assert_int_equal(at(line_of(body(f), 0), "handed"), 2);
	assert_int_equal(at(line_of(body(f), 0), "returned"), 1);
	assert_int_equal(at(line_of(body(f), 1), "returned"), 1);
	is_stable(f);
	/* Another piece counts on from there. */
	up(f, "return.accepted", "{\"order\":\"ZAM-1\",\"lines\":[{\"line\":1,\"qty\":1}]}");
	put_old(f);
	assert_int_equal(at(line_of(body(f), 0), "returned"), 2);
	/* Nor does it help to take the order away for a while. */
	import(f, "{\"store\":\"" STORE "\",\"op\":\"del\",\"type\":\"order\",\"id\":\"ZAM-1\"}");
	put_old(f);
	assert_int_equal(at(line_of(body(f), 0), "returned"), 2);
}

/* What is paid back, at a counter or by HQ, is in the order at once, and no import lowers it. */
static void refunds_are_counted_and_kept(void **state)
{
	struct fixture *f = *state;
	struct json paid;
	char room[128];

	put_old(f);
	up(f, "pickup.completed",
	   "{\"order\":\"ZAM-1\",\"lines\":[{\"line\":1,\"qty\":2},"
	   "{\"line\":\"b\",\"qty\":1}]}");
	up(f, "return.accepted",
	   "{\"order\":\"ZAM-1\",\"lines\":[{\"line\":1,\"qty\":1}],"
	   "\"refund\":[{\"payment\":\"p\",\"tender\":\"blik\",\"amount\":200}]}");
	up(f, "refund.requested",
	   "{\"refund\":\"R\",\"order\":\"ZAM-1\",\"basis\":\"withdrawal\","
	   "\"legs\":[{\"payment\":\"p\",\"tender\":\"blik\",\"amount\":300}]}");
	paid = element_of(json_get(body(f), "payments"), 0);
	assert_int_equal(at(paid, "refunded"), 500);
	assert_is(json_get(paid, "state"), "partly_refunded");
	assert_null(order_check(body(f), room, sizeof(room)));
	put_old(f);
	paid = element_of(json_get(body(f), "payments"), 0);
	assert_int_equal(at(paid, "refunded"), 500);
	is_stable(f);
	up(f, "refund.requested",
	   "{\"refund\":\"S\",\"order\":\"ZAM-1\",\"basis\":\"withdrawal\","
	   "\"legs\":[{\"payment\":\"p\",\"tender\":\"blik\",\"amount\":500}]}");
	assert_is(json_get(element_of(json_get(body(f), "payments"), 0), "state"), "refunded");
	assert_int_equal(number(f, "SELECT count(*) FROM alarm WHERE kind='refunded_too_much'"), 0);
	up(f, "refund.requested",
	   "{\"refund\":\"T\",\"order\":\"ZAM-1\",\"basis\":\"withdrawal\","
	   "\"legs\":[{\"payment\":\"p\",\"tender\":\"blik\",\"amount\":1}]}");
	alarm_is(f, "refunded_too_much", 1);
	assert_int_equal(at(element_of(json_get(body(f), "payments"), 0), "refunded"), 1000);
}

/* Two stores took back the same piece while neither could ask. */
static void pieces_that_came_back_twice_are_alarmed(void **state)
{
	struct fixture *f = *state;

	put_old(f);
	up(f, "pickup.completed", "{\"order\":\"ZAM-1\",\"lines\":[{\"line\":1,\"qty\":1}]}");
	up(f, "return.accepted", "{\"order\":\"ZAM-1\",\"lines\":[{\"line\":1,\"qty\":1}]}");
	assert_int_equal(number(f, "SELECT count(*) FROM alarm WHERE kind='return.surplus'"), 0);
	up(f, "return.accepted", "{\"order\":\"ZAM-1\",\"lines\":[{\"line\":1,\"qty\":1}]}");
	alarm_is(f, "return.surplus", 1);
	up(f, "return.doubled",
	   "{\"order\":\"ZAM-1\",\"with\":{\"lane\":\"k2\",\"epoch\":1,\"seq\":1},"
	   "\"here\":{\"epoch\":1,\"seq\":1}}");
	alarm_is(f, "return.doubled", 1);
}

static void an_import_keeps_what_was_short_while_preparing(void **state)
{
	struct fixture *f = *state;

	put_old(f);
	up(f, "order.short",
	   "{\"order\":\"ZAM-1\",\"line\":1,\"qty\":1,\"reason\":\"none\",\"then\":\"refund\"}");
	put_old(f);
	assert_int_equal(at(line_of(body(f), 0), "short"), 1);
	assert_int_equal(json_get(line_of(body(f), 1), "short").type, JSON_NONE);
	is_stable(f);
	/* With what is short at the counter it is two, not one. */
	up(f, "pickup.completed",
	   "{\"order\":\"ZAM-1\",\"lines\":[{\"line\":1,\"qty\":0,\"short\":1}]}");
	put_old(f);
	assert_int_equal(at(line_of(body(f), 0), "short"), 2);
	/* An ERP that has heard says the same, and it is not more for that. */
	put(f, "order", "ZAM-1", "",
	    "{\"status\":\"ready\",\"lines\":[{\"line\":1,\"qty\":2,\"short\":2}]}");
	assert_int_equal(at(line_of(body(f), 0), "short"), 2);
}

static void an_import_keeps_what_was_paid(void **state)
{
	struct fixture *f = *state;
	struct json paid;

	put_old(f);
	up(f, "payment.taken",
	   "{\"order\":\"ZAM-1\",\"payment\":\"t\",\"tender\":\"card\",\"amount\":500}");
	put_old(f);
	paid = element_of(json_get(body(f), "payments"), 1);
	assert_is(json_get(paid, "id"), "t");
	assert_is(json_get(paid, "tender"), "card");
	assert_is(json_get(paid, "state"), "captured");
	assert_is(json_get(paid, "where"), "till");
	assert_int_equal(at(paid, "amount"), 500);
	assert_int_equal(at(json_get(body(f), "totals"), "due"), 0);
	assert_int_equal(at(json_get(body(f), "totals"), "paid"), 1500);
	is_stable(f);
	/* Who has it in their books, under whatever id, is not told to pay again. */
	put(f, "order", "ZAM-1", "",
	    "{\"status\":\"ready\",\"totals\":{\"total\":1500,\"due\":0},\"payments\":["
	    "{\"id\":\"erp\",\"tender\":\"card\",\"state\":\"captured\",\"amount\":1500}]}");
	assert_int_equal(json_count(json_get(body(f), "payments")), 1);
	alarm_is(f, "paid_too_much", 0);
}

/* A record that no station takes would be worse than one that lacks a payment. */
static void a_record_stays_one_that_stations_take(void **state)
{
	struct fixture *f = *state;
	char text[512], tender[200];

	put(f, "order", "ZAM-1", "",
	    "{\"status\":\"ready\",\"totals\":{\"total\":1500,\"due\":1500},\"payments\":[]}");
	memset(tender, 'x', sizeof(tender));
	tender[sizeof(tender) - 1] = '\0';
	text_fmt(text, sizeof(text),
		 "{\"order\":\"ZAM-1\",\"payment\":\"p\",\"tender\":\"%s\",\"amount\":1}", tender);
	assert_ack(up(f, "payment.taken", text), 1, "body");
	for (int i = 0; i < ORDER_PAYMENTS_MAX + 1; i++) {
		text_fmt(text, sizeof(text),
			 "{\"order\":\"ZAM-1\",\"payment\":\"p%d\",\"tender\":\"card\","
			 "\"amount\":1}",
			 i);
		up(f, "payment.taken", text);
	}
	assert_int_equal(json_count(json_get(body(f), "payments")), ORDER_PAYMENTS_MAX);
	alarm_is(f, "too_many_payments", 1);
}

/* The other way round it would give the goods away. */
static void an_import_brings_no_reversed_payment_back(void **state)
{
	static const char paid[] =
		"{\"status\":\"ready\",\"totals\":{\"total\":1500,\"due\":0},\"payments\":["
		"{\"id\":\"p\",\"tender\":\"blik\",\"state\":\"captured\",\"amount\":1000},"
		"{\"id\":\"t\",\"tender\":\"card\",\"state\":\"captured\",\"amount\":500}]}";
	struct fixture *f = *state;
	char room[128];

	put_old(f);
	up(f, "payment.taken",
	   "{\"order\":\"ZAM-1\",\"payment\":\"t\",\"tender\":\"card\",\"amount\":500}");
	put(f, "order", "ZAM-1", "", paid);
	assert_int_equal(at(json_get(body(f), "totals"), "due"), 0);
	up(f, "payment.reversed", "{\"order\":\"ZAM-1\",\"payment\":\"t\",\"reason\":\"x\"}");
	put(f, "order", "ZAM-1", "", paid);
	assert_int_equal(at(json_get(body(f), "totals"), "due"), 500);
	assert_is(json_get(element_of(json_get(body(f), "payments"), 1), "state"), "failed");
	assert_null(order_check(body(f), room, sizeof(room)));
	/* One that was taken again counts again. */
	up(f, "payment.taken",
	   "{\"order\":\"ZAM-1\",\"payment\":\"t\",\"tender\":\"cash\",\"amount\":500}");
	put(f, "order", "ZAM-1", "", paid);
	assert_int_equal(at(json_get(body(f), "totals"), "due"), 0);
}

static void an_import_keeps_receipt_and_place(void **state)
{
	struct fixture *f = *state;

	put_old(f);
	up(f, "fiscal.recorded",
	   "{\"order\":\"ZAM-1\",\"register\":\"1\",\"number\":\"2\",\"total\":500}");
	put_old(f);
	assert_is(json_get(json_get(body(f), "fiscal"), "state"), "done");
	assert_int_equal(json_get(body(f), "collected").type, JSON_NONE);
	up(f, "pickup.completed", "{\"order\":\"ZAM-1\"}");
	put_old(f);
	assert_is(json_get(json_get(body(f), "collected"), "store"), STORE);
	assert_is(json_get(json_get(body(f), "collected"), "lane"), LANE);
	assert_is(json_get(json_get(body(f), "collected"), "at"), "2026-11-22T16:00:00.123Z");
	/* What an ERP says of the status is its own: the store that knows better tells it. */
	assert_is(json_get(body(f), "status"), "ready");
	is_stable(f);
	import(f, "{\"store\":\"" STORE "\",\"op\":\"reopen\",\"type\":\"order\",\"id\":\"ZAM-1\","
		  "\"of\":\"01JD0000000000000000000001\",\"why\":\"wrong parcel\"}");
	put_old(f);
	assert_int_equal(json_get(body(f), "collected").type, JSON_NONE);
}

/* A handover that is taken back gives no money back, and no piece that was brought back. */
static void a_reopened_order_keeps_its_money(void **state)
{
	struct fixture *f = *state;

	put_old(f);
	up(f, "payment.taken",
	   "{\"order\":\"ZAM-1\",\"payment\":\"t\",\"tender\":\"card\",\"amount\":500}");
	up(f, "pickup.completed", "{\"order\":\"ZAM-1\"}");
	up(f, "return.accepted", "{\"order\":\"ZAM-1\",\"lines\":[{\"line\":1,\"qty\":1}]}");
	import(f, "{\"store\":\"" STORE "\",\"op\":\"reopen\",\"type\":\"order\",\"id\":\"ZAM-1\","
		  "\"of\":\"01JD0000000000000000000002\",\"why\":\"wrong parcel\"}");
	put_old(f);
	assert_int_equal(json_get(line_of(body(f), 0), "handed").type, JSON_NONE);
	assert_int_equal(at(line_of(body(f), 0), "returned"), 1);
	assert_int_equal(at(json_get(body(f), "totals"), "due"), 0);
}

/* HQ did not have the order, or did not have it any more. */
static void what_happened_to_an_unknown_order_is_kept(void **state)
{
	struct fixture *f = *state;

	up(f, "order.short", "{\"order\":\"ZAM-1\",\"line\":1,\"qty\":1}");
	up(f, "payment.taken",
	   "{\"order\":\"ZAM-1\",\"payment\":\"t\",\"tender\":\"card\",\"amount\":500}");
	up(f, "fiscal.recorded", "{\"order\":\"ZAM-1\",\"register\":\"1\",\"number\":\"2\"}");
	up(f, "return.accepted", "{\"order\":\"ZAM-1\",\"lines\":[{\"line\":\"b\",\"qty\":1}]}");
	put_old(f);
	assert_int_equal(at(line_of(body(f), 0), "short"), 1);
	assert_int_equal(at(line_of(body(f), 1), "returned"), 1);
	assert_int_equal(at(json_get(body(f), "totals"), "due"), 0);
	assert_is(json_get(json_get(body(f), "fiscal"), "state"), "done");
	is_stable(f);
}

/* The sums of a record always agree; what does not fit them is for a person. */
static void what_does_not_fit_is_told(void **state)
{
	struct fixture *f = *state;
	char room[128];

	put_old(f);
	up(f, "payment.taken",
	   "{\"order\":\"ZAM-1\",\"payment\":\"t\",\"tender\":\"card\",\"amount\":500}");
	put(f, "order", "ZAM-1", "",
	    "{\"status\":\"ready\",\"totals\":{\"total\":1500,\"due\":400},\"payments\":["
	    "{\"id\":\"p\",\"tender\":\"blik\",\"state\":\"captured\",\"amount\":1100}]}");
	assert_null(order_check(body(f), room, sizeof(room)));
	assert_int_equal(at(json_get(body(f), "totals"), "due"), 400);
	alarm_is(f, "paid_too_much", 1);
	assert_ack(up(f, "payment.taken",
		      "{\"order\":\"ZAM-1\",\"payment\":\"u\",\"tender\":\"card\","
		      "\"amount\":9223372036854775807}"),
		   2, "body");
}

/* ---- whose order it is ---- */

/* An event of lane k9 of any store, as its whole chain. */
static void other_store(struct fixture *f, const char *store, int64_t seq, const char *type,
			const char *event_body)
{
	static char prev[HASH_TEXT_MAX];
	char e[2048], text[4096];

	if (seq == 1)
		slice_copy(slice_of("00000000000000000000000000000000"), prev, sizeof(prev));
	text_fmt(e, sizeof(e),
		 "{\"seq\":%lld,\"id\":\"01JK%022lld\",\"type\":\"%s\","
		 "\"at\":\"2026-11-22T17:00:00.000Z\",\"prev\":\"%s\",\"body\":%s}",
		 (long long)seq, (long long)seq, type, prev, event_body);
	hash_text(slice_of(e), prev);
	text_fmt(text, sizeof(text),
		 "{\"store\":\"%s\",\"lane\":\"k9\",\"epoch\":1795366197,\"events\":[{\"e\":%s}]}",
		 store, e);
	ledger_up(&f->hq, store, "k9", parsed(text));
	assert_int_equal(db_commit(&f->hq.db), 0);
	post_clear(&f->hq.post);
}

static void put_at_krakow(struct fixture *f, const char *order_body)
{
	char text[2048];

	text_fmt(text, sizeof(text),
		 "{\"store\":\"" KRK "\",\"type\":\"order\",\"id\":\"ZAM-1\",\"body\":%s}",
		 order_body);
	import(f, text);
}

#define ALL_OF_IT                                                                                  \
	"{\"order\":\"ZAM-1\",\"lines\":[{\"line\":1,\"qty\":2},{\"line\":\"b\",\"qty\":1}]}"

static void two_stores_may_use_one_order_id(void **state)
{
	struct fixture *f = *state;
	char of[ID_MAX + 1];

	put_old(f);
	put_at_krakow(f, OLD_BODY);
	up(f, "pickup.completed", ALL_OF_IT);
	assert_is(json_get(body_at(f, KRK, "ZAM-1"), "status"), "ready");
	/* What one of them handed over is not what the other's ERP must keep. */
	put_at_krakow(f, "{\"status\":\"ready\",\"lines\":[{\"line\":1,\"qty\":2}]}");
	assert_int_equal(json_get(line_of(body_at(f, KRK, "ZAM-1"), 0), "handed").type, JSON_NONE);
	put_at_krakow(f, OLD_BODY);
	/* Both may give theirs away. */
	other_store(f, KRK, 1, "pickup.completed", ALL_OF_IT);
	assert_int_equal(number(f, "SELECT count(*) FROM doubled"), 0);
	alarm_is(f, "pickup.doubled", 0);
	alarm_is(f, "pickup.surplus", 0);
	assert_is(json_get(json_get(body_at(f, KRK, "ZAM-1"), "collected"), "lane"), "k9");
	assert_int_equal(json_get(body_at(f, KRK, "ZAM-1"), "doubled").type, JSON_NONE);
	/* And one takes its own back. */
	import(f, "{\"store\":\"" KRK "\",\"op\":\"reopen\",\"type\":\"order\",\"id\":\"ZAM-1\","
		  "\"of\":\"01JK0000000000000000000001\",\"why\":\"wrong parcel\"}");
	assert_int_equal(handover_event(&f->hq, KRK, "ZAM-1", of), -ENOENT);
	assert_int_equal(handover_event(&f->hq, STORE, "ZAM-1", of), 0);
	assert_string_equal(of, "01JD0000000000000000000001");
	put_old(f);
	assert_int_equal(at(line_of(body(f), 0), "handed"), 2);
}

/* HQ has lost a store's order: another store's of that id is not its. */
static void an_order_that_is_gone_is_not_anothers(void **state)
{
	struct fixture *f = *state;

	put_at_krakow(f, OLD_BODY);
	up(f, "pickup.completed", "{\"order\":\"ZAM-1\",\"lines\":[{\"line\":1,\"qty\":2}]}");
	up(f, "order.short", "{\"order\":\"ZAM-1\",\"line\":\"b\",\"qty\":1}");
	assert_is(json_get(body_at(f, KRK, "ZAM-1"), "status"), "ready");
	assert_int_equal(json_get(line_of(body_at(f, KRK, "ZAM-1"), 1), "short").type, JSON_NONE);
	put_old(f);
	assert_int_equal(at(line_of(body(f), 0), "handed"), 2);
	import(f, "{\"store\":\"" STORE "\",\"op\":\"del\",\"type\":\"order\",\"id\":\"ZAM-1\"}");
	up(f, "return.accepted", "{\"order\":\"ZAM-1\",\"lines\":[{\"line\":1,\"qty\":1}]}");
	assert_int_equal(json_get(line_of(body_at(f, KRK, "ZAM-1"), 0), "returned").type,
			 JSON_NONE);
}

/* A customer may bring something back elsewhere. */
static void a_return_goes_where_it_was_bought(void **state)
{
	struct fixture *f = *state;

	put_old(f);
	put_at_krakow(f, OLD_BODY);
	up(f, "return.accepted",
	   "{\"order\":\"ZAM-1\",\"store\":\"" KRK "\",\"lines\":[{\"line\":1,\"qty\":1}]}");
	assert_int_equal(at(line_of(body_at(f, KRK, "ZAM-1"), 0), "returned"), 1);
	assert_int_equal(json_get(line_of(body(f), 0), "returned").type, JSON_NONE);
	put_at_krakow(f, OLD_BODY);
	assert_int_equal(at(line_of(body_at(f, KRK, "ZAM-1"), 0), "returned"), 1);
	put_old(f);
	assert_int_equal(json_get(line_of(body(f), 0), "returned").type, JSON_NONE);
}

/* ---- over time ---- */

static struct hq restored(struct fixture *f, struct slice text, char db[256])
{
	const char *what;
	struct hq other;
	long lines;

	if (f->server)
		pg_server_url(f->server, db, 256);
	else
		text_fmt(db, 256, "%s/new.db", f->dir);
	assert_int_equal(hq_open(&other, db, true, &what), 0);
	other.clock = f->hq.clock;
	assert_int_equal(export_restore(&other, "x", text, &lines), 0);
	return other;
}

static void an_export_holds_the_facts(void **state)
{
	static const char *const names[] = { "", "-wal", "-shm", ".lock" };
	struct fixture *f = *state;
	char path[320], db[256];
	struct slice text;
	long lines;

	put_old(f);
	put_at_krakow(f, OLD_BODY);
	up(f, "payment.taken",
	   "{\"order\":\"ZAM-1\",\"payment\":\"t\",\"tender\":\"card\",\"amount\":500}");
	up(f, "fiscal.recorded", "{\"order\":\"ZAM-1\",\"register\":\"1\",\"number\":\"2\"}");
	up(f, "pickup.completed", ALL_OF_IT);
	up(f, "return.accepted", "{\"order\":\"ZAM-1\",\"lines\":[{\"line\":1,\"qty\":1}]}");
	text_fmt(path, sizeof(path), "%s/export.jsonl", f->dir);
	assert_int_equal(export_file(&f->hq, path, &lines), 0);
	assert_int_equal(import_read(path, &text), 0);
	unlink(path);
	hq_close(&f->hq);
	f->hq = restored(f, text, db);
	free((char *)text.p);
	put_old(f);
	put_at_krakow(f, OLD_BODY);
	assert_int_equal(at(line_of(body(f), 0), "handed"), 2);
	assert_int_equal(at(line_of(body(f), 0), "returned"), 1);
	assert_int_equal(at(json_get(body(f), "totals"), "due"), 0);
	assert_is(json_get(json_get(body(f), "fiscal"), "state"), "done");
	assert_int_equal(at(json_get(body_at(f, KRK, "ZAM-1"), "totals"), "due"), 500);
	for (size_t i = 0; i < COUNT_OF(names) && !f->server; i++) {
		text_fmt(path, sizeof(path), "%s%s", db, names[i]);
		unlink(path);
	}
}

/* An export of a version that did not name the store of a handover's order. */
static void an_older_export_is_understood(void **state)
{
	static const char lines_of_old[] =
		"{\"export\":\"lada-hq\",\"version\":1}\n"
		"{\"export\":\"stream\",\"store\":\"" STORE
		"\",\"stream\":\"orders\",\"epoch\":5}\n"
		"{\"export\":\"record\",\"store\":\"" KRK "\",\"stream\":\"orders\","
		"\"id\":\"ZAM-1\",\"rev\":1,\"deleted\":0,\"body\":{\"status\":\"ready\"}}\n"
		"{\"export\":\"record\",\"store\":\"" STORE "\",\"stream\":\"orders\","
		"\"id\":\"ZAM-1\",\"rev\":1,\"deleted\":0,\"body\":{\"status\":\"ready\"}}\n"
		"{\"export\":\"handover\",\"order\":\"ZAM-1\",\"n\":1,\"store\":\"" STORE "\","
		"\"lane\":\"k1\",\"epoch\":7,\"seq\":1,\"event\":\"E1\",\"at\":\"t\",\"surplus\":0,"
		"\"undone\":0}\n"
		"{\"export\":\"handed\",\"order\":\"ZAM-1\",\"n\":1,\"line\":\"1\",\"qty\":2}\n";
	struct fixture *f = *state;
	long lines;

	assert_int_equal(export_restore(&f->hq, "x", slice_of(lines_of_old), &lines), 0);
	put_old(f);
	put_at_krakow(f, OLD_BODY);
	assert_int_equal(at(line_of(body(f), 0), "handed"), 2);
	assert_int_equal(json_get(line_of(body_at(f, KRK, "ZAM-1"), 0), "handed").type, JSON_NONE);
}

static void a_file_of_version_3_is_taken_over(void **state)
{
	struct fixture *f = *state;
	sqlite3 *sql;

	if (f->server)
		skip(); /* the steps are the same */
	hq_close(&f->hq);
	unlink(f->path);
	assert_int_equal(sqlite3_open(f->path, &sql), SQLITE_OK);
	for (int i = 0; i < 3; i++)
		assert_int_equal(sqlite3_exec(sql, schema_steps[i].both, NULL, NULL, NULL),
				 SQLITE_OK);
	assert_int_equal(
		sqlite3_exec(sql,
			     "PRAGMA user_version = 3;"
			     "INSERT INTO record VALUES ('KRK-1','orders','ZAM-1',1,0,'{}'),"
			     "('WAW-042','orders','ZAM-1',1,0,'{}'),"
			     "('KRK-1','orders','GUEST',1,0,'{}');"
			     "INSERT INTO handover VALUES"
			     " ('ZAM-1',1,'WAW-042','k1',7,1,'E1','t',0,0),"
			     " ('GUEST',1,'WAW-042','k1',7,2,'E2','t',0,0),"
			     " ('GHOST',1,'WAW-042','k1',7,3,'E3','t',0,0);"
			     "INSERT INTO handed VALUES ('ZAM-1',1,'1',2), ('GUEST',1,'1',1)",
			     NULL, NULL, NULL),
		SQLITE_OK);
	sqlite3_close(sql);
	open_hq(f);
	assert_int_equal(number(f, "PRAGMA user_version"), SCHEMA_VERSION);
	assert_int_equal(handover_pieces(&f->hq, STORE, "ZAM-1", slice_of("1")), 2);
	assert_int_equal(handover_pieces(&f->hq, KRK, "ZAM-1", slice_of("1")), 0);
	assert_int_equal(handover_pieces(&f->hq, KRK, "GUEST", slice_of("1")), 1);
	assert_int_equal(number(f, "SELECT count(*) FROM handover WHERE holder = 'WAW-042'"), 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		T(a_reversal_is_heard_first),
		T(the_other_payment_counts_when_one_is_reversed),
		T(a_refund_is_heard_before_its_payment),
		T(a_return_is_heard_before_its_handover),
		T(a_piece_that_was_given_up_twice_is_alarmed),
		T(less_was_ordered_than_left),
		T(an_import_keeps_what_came_back),
		T(refunds_are_counted_and_kept),
		T(pieces_that_came_back_twice_are_alarmed),
		T(an_import_keeps_what_was_short_while_preparing),
		T(an_import_keeps_what_was_paid),
		T(an_import_brings_no_reversed_payment_back),
		T(a_record_stays_one_that_stations_take),
		T(an_import_keeps_receipt_and_place),
		T(a_reopened_order_keeps_its_money),
		T(what_happened_to_an_unknown_order_is_kept),
		T(what_does_not_fit_is_told),
		T(two_stores_may_use_one_order_id),
		T(an_order_that_is_gone_is_not_anothers),
		T(a_return_goes_where_it_was_bought),
		T(an_export_holds_the_facts),
		T(an_older_export_is_understood),
		T(a_file_of_version_3_is_taken_over),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
