// SPDX-License-Identifier: Apache-2.0
/*
 * lada-hq taking events: order, repeats, gaps, forks, rejects, and what events do to records.
 */
#include "tests/hq_fixture.h"

static struct json order_body(struct fixture *f, const char *id)
{
	struct record r;

	assert_true(record_find(&f->hq, STORE, stream_by_name("orders"), id, &r));
	return parsed_slice(r.body);
}

static int64_t line_count(struct json body, int line, const char *name)
{
	return json_int_or(json_get(element_of(json_get(body, "lines"), line), name), -1);
}

static int64_t upto_seq(struct json message)
{
	struct json pair = json_get(json_get(message, "upto"), LANE);

	assert_int_equal(json_int_or(element_of(pair, 0), 0), EPOCH);
	return json_int_or(element_of(pair, 1), -1);
}

static void alarm_is(struct fixture *f, const char *kind, int64_t times)
{
	assert_int_equal(
		db_number(&f->hq.db, 0, "SELECT times FROM alarm WHERE kind = ?", "t", kind),
		times);
}

static void skip_announcements(struct fixture *f)
{
	stream_announce(&f->hq, false);
	post_clear(&f->hq.post);
}

static void a_pickup_arrives(void **state)
{
	static const char person[] = "{\"salt\":\"9f1c\",\"collector\":\"Jan N.\"}";
	struct fixture *f = *state;
	char memory[8192], body[512], hash[HASH_TEXT_MAX];
	struct json m, o;
	struct buf b;

	put(f, "order", "ZAM-1", "", READY_BODY);
	put(f, "stock", "A", "", "{\"on_hand\":5,\"reserved\":2}");
	put(f, "member", "M-1", "", "{\"points\":10}");
	skip_announcements(f);
	hash_text(slice_of(person), hash);
	text_fmt(
		body, sizeof(body),
		"{\"order\":\"ZAM-1\",\"rev\":1,\"method\":\"code\",\"mode\":\"online\",\"lines\":["
		"{\"line\":1,\"sku\":\"A\",\"qty\":2,\"short\":0},{\"line\":2,\"sku\":\"B\","
		"\"qty\":0,\"short\":1}],"
		"\"paid\":[],\"collector\":\"proxy\",\"person_hash\":\"%s\"}",
		hash);
	buf_init(&b, memory, sizeof(memory));
	event(f, &b, "pickup.completed", body, person);
	event(f, &b, "stock.changed", "{\"sku\":\"A\",\"delta\":-2,\"why\":\"pickup\"}", NULL);
	event(f, &b, "loyalty.earned", "{\"member\":\"M-1\",\"points\":300,\"order\":\"ZAM-1\"}",
	      NULL);
	event(f, &b, "drawer.opened", "{\"reason\":\"x\",\"staff\":\"E17\"}", NULL);
	assert_ack(send_up(f, buf_str(&b)), 4, NULL);

	m = announced(f, "loyalty");
	assert_int_equal(upto_seq(m), 4);
	assert_int_equal(at(json_get(first_op(m), "body"), "points"), 310);
	m = letter(f, STORE "/down/orders");
	assert_int_equal(at(m, "seq"), 2);
	assert_int_equal(upto_seq(m), 4);
	assert_int_equal(json_count(json_get(m, "ops")), 1);
	assert_int_equal(at(first_op(m), "rev"), 3); /* its points as well */
	o = json_get(first_op(m), "body");
	assert_is(json_get(o, "status"), "collected");
	assert_int_equal(at(element_of(json_get(o, "loyalty"), 0), "earned"), 300);
	assert_is(json_get(json_get(o, "collected"), "store"), STORE);
	assert_is(json_get(json_get(o, "collected"), "lane"), LANE);
	assert_is(json_get(json_get(o, "collected"), "at"), "2026-11-22T16:00:00.123Z");
	assert_int_equal(line_count(o, 0, "handed"), 2);
	assert_int_equal(line_count(o, 1, "short"), 1);
	/* What HQ does not know comes back to the letter. */
	assert_true(slice_eq(json_text(json_get(element_of(json_get(o, "lines"), 0), "x")),
			     "[1.50,\"\\u0105\"]"));
	m = letter(f, STORE "/down/stock");
	assert_int_equal(upto_seq(m), 4);
	assert_int_equal(at(json_get(first_op(m), "body"), "on_hand"), 3);
	assert_int_equal(at(json_get(first_op(m), "body"), "reserved"), 2);
	no_letter(f);
	assert_int_equal(number(f, "SELECT count(*) FROM event"), 4);
	assert_int_equal(db_number(&f->hq.db, 0, "SELECT 1 FROM event WHERE seq = 1 AND person = ?",
				   "t", person),
			 1);
}

static void repeats_change_nothing(void **state)
{
	struct fixture *f = *state;
	char memory[4096];
	struct buf b;

	put(f, "stock", "A", "", "{\"on_hand\":5}");
	buf_init(&b, memory, sizeof(memory));
	event(f, &b, "stock.changed", "{\"sku\":\"A\",\"delta\":-2}", NULL);
	event(f, &b, "stock.changed", "{\"sku\":\"A\"}", NULL);
	for (int i = 0; i < 3; i++)
		assert_ack(send_up(f, buf_str(&b)), 2, "body");
	assert_int_equal(number(f, "SELECT count(*) FROM event"), 2);
	assert_int_equal(number(f, "SELECT rev FROM record WHERE id = 'A'"), 2);
	/* Also after a new start on the same file. */
	hq_close(&f->hq);
	open_hq(f);
	assert_ack(send_up(f, buf_str(&b)), 2, "body");
	assert_int_equal(number(f, "SELECT count(*) FROM event"), 2);
	assert_ack(up(f, "stock.changed", "{\"sku\":\"A\",\"delta\":-1}"), 3, NULL);
	assert_int_equal(sum_of(f, "on_hand"), 2);
}

static void a_gap_is_not_taken(void **state)
{
	struct fixture *f = *state;
	char first[2048], rest[4096];
	struct buf a, b;

	buf_init(&a, first, sizeof(first));
	buf_init(&b, rest, sizeof(rest));
	event(f, &a, "order.claimed", "{\"order\":\"X\"}", NULL);
	event(f, &b, "order.claimed", "{\"order\":\"X\"}", NULL);
	event(f, &b, "order.claimed", "{\"order\":\"X\"}", NULL);
	assert_ack(send_up(f, buf_str(&b)), 0, NULL);
	assert_int_equal(number(f, "SELECT count(*) FROM event"), 0);
	assert_ack(send_up(f, buf_str(&a)), 1, NULL);
	assert_ack(send_up(f, buf_str(&b)), 3, NULL);
	assert_int_equal(number(f, "SELECT count(*) FROM alarm"), 0);
}

static void a_fork_is_refused_and_told(void **state)
{
	struct fixture *f = *state;
	char memory[4096], fork[4096];
	struct buf b, other;

	buf_init(&b, memory, sizeof(memory));
	event(f, &b, "order.claimed", "{\"order\":\"X\"}", NULL);
	assert_ack(send_up(f, buf_str(&b)), 1, NULL);
	/* The same number with another text: a cumulative word would cover that, too. */
	f->seq = 0;
	memset(f->prev, '0', 32);
	buf_init(&other, fork, sizeof(fork));
	event(f, &other, "order.claimed", "{\"order\":\"Y\"}", NULL);
	event(f, &other, "order.claimed", "{\"order\":\"Z\"}", NULL);
	say_up(f, buf_str(&other));
	no_letter(f);
	alarm_is(f, "fork", 1);
	/* A later number is a gap, the next one on another past a fork again. */
	assert_ack(up(f, "order.claimed", "{\"order\":\"Q\"}"), 1, NULL);
	f->seq = 1;
	buf_reset(&other);
	event(f, &other, "order.claimed", "{\"order\":\"Q\"}", NULL);
	say_up(f, buf_str(&other));
	no_letter(f);
	alarm_is(f, "fork", 2);
	assert_int_equal(number(f, "SELECT count(*) FROM event"), 1);
}

static void bad_events_are_rejected_and_passed(void **state)
{
	static const struct {
		const char *type, *body, *person, *reason;
	} bad[] = {
		{ "no type", "{}", NULL, "type" },
		{ "stock.changed", "[]", NULL, "body" },
		{ "stock.changed", "{\"sku\":\"a b\",\"delta\":1}", NULL, "body" },
		{ "stock.changed", "{\"sku\":\"A\",\"delta\":1e3}", NULL, "body" },
		{ "pickup.completed", "{\"order\":7}", NULL, "body" },
		{ "loyalty.earned", "{\"member\":\"M\",\"points\":-3}", NULL, "body" },
		{ "payment.taken", "{\"order\":\"ZAM-1\",\"amount\":5}", NULL, "body" },
		{ "customer.arrived", "{}", "{\"salt\":1}", "person_hash" },
		{ "customer.arrived", "{\"person_hash\":\"00\"}", "{}", "person_hash" },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		char memory[4096];
		struct buf b;

		buf_init(&b, memory, sizeof(memory));
		event(f, &b, bad[i].type, bad[i].body, bad[i].person);
		assert_ack(send_up(f, buf_str(&b)), (int64_t)i + 1, bad[i].reason);
	}
	/* Types of a later version are kept, no more. */
	assert_ack(up(f, "robot.danced", "{\"x\":1}"), COUNT_OF(bad) + 1, NULL);
	assert_int_equal(number(f, "SELECT count(*) FROM event WHERE rejected IS NOT NULL"),
			 COUNT_OF(bad));
	assert_int_equal(number(f, "SELECT count(*) FROM record"), 0);
}

static void unplaceable_batches_are_dropped(void **state)
{
	static const char *const bad[] = {
		"{\"store\":\"KRK-1\",\"lane\":\"k1\",\"epoch\":1,\"events\":[]}",
		"{\"store\":\"WAW-042\",\"lane\":\"k2\",\"epoch\":1,\"events\":[]}",
		"{\"store\":\"WAW-042\",\"lane\":\"k1\",\"epoch\":0,\"events\":[]}",
		"{\"store\":\"WAW-042\",\"lane\":\"k1\",\"epoch\":\"1\",\"events\":[]}",
		"{\"store\":\"WAW-042\",\"lane\":\"k1\",\"epoch\":1}",
		"{}",
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		ledger_up(&f->hq, STORE, LANE, parsed(bad[i]));
		no_letter(f);
	}
	alarm_is(f, "identity", 2); /* the first two name another lane */
	alarm_is(f, "bad_message", COUNT_OF(bad) - 2);
	assert_ack(send_up(f, "7"), 0, NULL);
	assert_ack(send_up(f, "{\"e\":{\"seq\":\"1\"}}"), 0, NULL);
	alarm_is(f, "event_unreadable", 2);
}

/* After a restore the lane sends rows of its older epoch too; each epoch has its own count, and
 * `upto` says where the newest stands. */
static void epochs_are_counted_apart(void **state)
{
	struct fixture *f = *state;
	struct json m, pair;

	put(f, "order", "ZAM-1", "", READY_BODY);
	skip_announcements(f);
	assert_ack(up(f, "customer.arrived", "{\"order\":\"ZAM-1\",\"desk\":\"kiosk\"}"), 1, NULL);
	m = announced(f, "orders");
	/* Nothing about the order changed, yet it carries the new upto. */
	assert_int_equal(at(first_op(m), "rev"), 1);
	assert_int_equal(upto_seq(m), 1);
	db_run(&f->hq.db, "UPDATE taken SET epoch = epoch - 1000", "");
	db_run(&f->hq.db, "UPDATE event SET epoch = epoch - 1000", "");
	f->seq = 0;
	memset(f->prev, '0', 32);
	assert_ack(
		up(f, "order.extended", "{\"order\":\"ZAM-1\",\"until\":\"2026-12-01T10:00:00Z\"}"),
		1, NULL);
	assert_int_equal(number(f, "SELECT count(*) FROM taken"), 2);
	m = announced(f, "orders");
	pair = json_get(json_get(m, "upto"), LANE);
	assert_int_equal(json_int_or(element_of(pair, 0), 0), EPOCH);
	assert_is(json_get(json_get(first_op(m), "body"), "collect_by"), "2026-12-01T10:00:00Z");
}

/* ---- effects ---- */

static void a_partial_pickup_leaves_the_rest(void **state)
{
	struct fixture *f = *state;
	struct json o;

	put(f, "order", "ZAM-1", "", READY_BODY);
	up(f, "pickup.completed",
	   "{\"order\":\"ZAM-1\",\"lines\":[{\"line\":1,\"qty\":1,\"short\":0}]}");
	o = order_body(f, "ZAM-1");
	assert_is(json_get(o, "status"), "partly_collected");
	assert_int_equal(line_count(o, 0, "handed"), 1);
	up(f, "pickup.completed",
	   "{\"order\":\"ZAM-1\",\"lines\":[{\"line\":1,\"qty\":1},{\"line\":2,\"qty\":1}]}");
	o = order_body(f, "ZAM-1");
	assert_is(json_get(o, "status"), "collected");
	assert_int_equal(line_count(o, 0, "handed"), 2);
	/* A second handover of the same goods cannot count above what was ordered. */
	up(f, "pickup.completed", "{\"order\":\"ZAM-1\",\"lines\":[{\"line\":1,\"qty\":2}]}");
	o = order_body(f, "ZAM-1");
	assert_int_equal(line_count(o, 0, "handed"), 2);
	up(f, "return.accepted", "{\"order\":\"ZAM-1\",\"lines\":[{\"line\":1,\"qty\":2}]}");
	assert_is(json_get(order_body(f, "ZAM-1"), "status"), "collected");
	up(f, "return.accepted", "{\"order\":\"ZAM-1\",\"lines\":[{\"line\":2,\"qty\":1}]}");
	assert_is(json_get(order_body(f, "ZAM-1"), "status"), "returned");
	assert_int_equal(number(f, "SELECT rev FROM record"), 6);
}

static void preparing_moves_the_status(void **state)
{
	struct fixture *f = *state;
	struct json o;

	put(f, "order", "P-1", "",
	    "{\"status\":\"placed\",\"lines\":[{\"line\":1,\"qty\":3},{\"line\":2,\"qty\":1}]}");
	up(f, "order.claimed", "{\"order\":\"P-1\"}");
	assert_is(json_get(order_body(f, "P-1"), "status"), "picking");
	up(f, "order.picked", "{\"order\":\"P-1\",\"line\":1,\"qty\":2}");
	up(f, "order.short",
	   "{\"order\":\"P-1\",\"line\":1,\"qty\":1,\"reason\":\"none\",\"then\":\"refund\"}");
	up(f, "order.staged", "{\"order\":\"P-1\",\"shelf\":\"B-12\",\"lines\":[]}");
	o = order_body(f, "P-1");
	assert_is(json_get(o, "status"), "ready");
	assert_is(json_get(o, "shelf"), "B-12");
	assert_is(json_get(o, "ready_at"), "2026-11-22T16:00:00.123Z");
	assert_int_equal(line_count(o, 0, "picked"), 2);
	assert_int_equal(line_count(o, 0, "short"), 1);
	assert_int_equal(line_count(o, 1, "picked"), -1);
}

/* Whatever is paid, the order must still add up, or stations would not take it. */
static void payments_keep_the_sums(void **state)
{
	struct fixture *f = *state;
	char room[128];
	struct json o;

	put(f, "order", "D-1", "",
	    "{\"status\":\"ready\",\"totals\":{\"total\":500,\"paid\":200,\"due\":300},"
	    "\"payments\":[{\"id\":\"a\",\"tender\":\"gift\",\"state\":\"captured\",\"amount\":200}"
	    "]}");
	up(f, "payment.taken",
	   "{\"order\":\"D-1\",\"payment\":\"b\",\"tender\":\"card\",\"amount\":300}");
	o = order_body(f, "D-1");
	assert_null(order_check(o, room, sizeof(room)));
	assert_int_equal(at(json_get(o, "totals"), "due"), 0);
	assert_int_equal(at(json_get(o, "totals"), "paid"), 500);
	assert_is(json_get(element_of(json_get(o, "payments"), 1), "where"), "till");
	/* Too much, or twice: told, and the record stays. */
	up(f, "payment.taken",
	   "{\"order\":\"D-1\",\"payment\":\"c\",\"tender\":\"card\",\"amount\":1}");
	up(f, "payment.taken",
	   "{\"order\":\"D-1\",\"payment\":\"b\",\"tender\":\"card\",\"amount\":0}");
	alarm_is(f, "paid_too_much", 2);
	up(f, "payment.reversed", "{\"order\":\"D-1\",\"payment\":\"b\",\"reason\":\"x\"}");
	o = order_body(f, "D-1");
	assert_null(order_check(o, room, sizeof(room)));
	assert_int_equal(at(json_get(o, "totals"), "due"), 299); /* now there is room for c */
	up(f, "payment.taken",
	   "{\"order\":\"D-1\",\"payment\":\"b\",\"tender\":\"blik\",\"amount\":299}");
	up(f, "fiscal.recorded",
	   "{\"order\":\"D-1\",\"register\":\"1\",\"number\":\"2\",\"total\":300}");
	o = order_body(f, "D-1");
	assert_null(order_check(o, room, sizeof(room)));
	assert_int_equal(json_count(json_get(o, "payments")), 3);
	assert_is(json_get(json_get(o, "fiscal"), "state"), "done");
}

/* Paid at the shop's fiscal till: what a station tells of it, in its order, and of its shift. */
static void a_receipt_of_the_shops_till_is_a_payment(void **state)
{
	struct fixture *f = *state;
	char room[128];
	struct json o, p;

	put(f, "order", "E-1", "",
	    "{\"status\":\"ready\",\"totals\":{\"total\":12999,\"due\":12999},\"payments\":[],"
	    "\"lines\":[{\"line\":1,\"qty\":1,\"paid\":12999}],\"fiscal\":{\"duty\":\"receipt\","
	    "\"state\":\"todo\",\"where\":\"till\"}}");
	assert_ack(up(f, "shift.opened", "{\"shift\":\"ZM 1/k1/1\",\"float\":20000}"), 1, NULL);
	assert_ack(up(f, "payment.taken",
		      "{\"order\":\"E-1\",\"payment\":\"t\",\"tender\":\"till\",\"amount\":12999,"
		      "\"ref\":\"347\",\"shift\":\"ZM 1/k1/1\"}"),
		   2, NULL);
	assert_ack(up(f, "fiscal.recorded",
		      "{\"order\":\"E-1\",\"register\":\"K1\",\"number\":\"347\","
		      "\"total\":12999,\"payment\":\"t\"}"),
		   3, NULL);
	o = order_body(f, "E-1");
	p = element_of(json_get(o, "payments"), 0);
	assert_null(order_check(o, room, sizeof(room)));
	assert_int_equal(at(json_get(o, "totals"), "due"), 0);
	assert_int_equal(at(p, "amount"), 12999); /* once: the receipt is no money of its own */
	assert_is(json_get(p, "tender"), "till");
	assert_is(json_get(p, "where"), "till");
	assert_is(json_get(json_get(o, "fiscal"), "state"), "done");
	assert_ack(up(f, "payment.reversed",
		      "{\"order\":\"E-1\",\"payment\":\"t\",\"tender\":\"till\","
		      "\"amount\":12999,\"reason\":\"x\",\"shift\":\"ZM 1/k1/1\"}"),
		   4, NULL);
	o = order_body(f, "E-1");
	assert_null(order_check(o, room, sizeof(room)));
	assert_int_equal(at(json_get(o, "totals"), "due"), 12999);
	/* Kept, and nothing of an order is changed by them. */
	assert_ack(up(f, "cash.moved", "{\"amount\":-500,\"reason\":\"bank\"}"), 5, NULL);
	assert_ack(up(f, "shift.closed",
		      "{\"shift\":\"ZM 1/k1/1\",\"counted\":19500,\"expected\":19500,"
		      "\"totals\":{}}"),
		   6, NULL);
	assert_int_equal(number(f, "SELECT count(*) FROM event WHERE rejected IS NOT NULL"), 0);
}

/* A thing HQ has never heard of still counts; an order it has not is no reason to refuse. */
static void unknown_records_are_no_trouble(void **state)
{
	struct fixture *f = *state;

	assert_ack(up(f, "stock.changed", "{\"sku\":\"NEW\",\"delta\":-1}"), 1, NULL);
	assert_int_equal(sum_of(f, "on_hand"), -1);
	assert_ack(up(f, "pickup.completed", "{\"order\":\"GHOST\",\"lines\":[]}"), 2, NULL);
	assert_ack(up(f, "loyalty.earned", "{\"member\":\"GHOST\",\"points\":5}"), 3, NULL);
	assert_ack(up(f, "pickup.doubled",
		      "{\"order\":\"GHOST\",\"with\":{\"lane\":\"k2\",\"seq\":3}}"),
		   4, NULL);
	alarm_is(f, "pickup.doubled", 1);
	assert_int_equal(number(f, "SELECT count(*) FROM record"), 1);
}

/* An ERP that ran over, or wrote nines: said where it comes in, and no sum runs over after it. */
static void absurd_figures_are_refused(void **state)
{
	static const char *const stock[] = {
		"{\"on_hand\":9223372036854775807}",
		"{\"on_hand\":-1000000000001}",
		"{\"on_hand\":5.5}",
		"{\"on_hand\":\"5\"}",
		"{\"reserved\":1000000000001}",
		"{\"other\":[{\"on_hand\":1e30}]}",
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < COUNT_OF(stock); i++)
		assert_int_equal(put(f, "stock", "A", "", stock[i]).refused, 1);
	assert_int_equal(put(f, "member", "M", "", "{\"points\":9223372036854775807}").refused, 1);
	assert_int_equal(
		put(f, "member", "M", "", "{\"allowance\":{\"k1\":99999999999999}}").refused, 1);
	assert_int_equal(put(f, "stock", "A", "", "{\"on_hand\":null}").changed, 1);
	assert_int_equal(put(f, "stock", "A", "", "{\"on_hand\":999999999999}").changed, 1);
	assert_ack(up(f, "stock.changed", "{\"sku\":\"A\",\"delta\":1}"), 1, NULL);
	assert_ack(up(f, "stock.changed", "{\"sku\":\"A\",\"delta\":1}"), 2, "range");
	assert_int_equal(sum_of(f, "on_hand"), 1000000000000);
	assert_int_equal(put(f, "member", "M", "", "{\"points\":1000000000000}").changed, 1);
	assert_ack(up(f, "loyalty.earned", "{\"member\":\"M\",\"points\":1}"), 3, "range");
	assert_int_equal(sum_of(f, "points"), 1000000000000);
	/* One that came in before there was a bound. */
	db_run(&f->hq.db,
	       "UPDATE record SET body = '{\"on_hand\":9223372036854775807}' WHERE stream = "
	       "'stock'",
	       "");
	assert_ack(up(f, "stock.changed", "{\"sku\":\"A\",\"delta\":-1}"), 4, NULL);
	assert_int_equal(sum_of(f, "on_hand"), -1);
	db_run(&f->hq.db,
	       "UPDATE record SET body = '{\"points\":-9223372036854775808}'"
	       " WHERE stream = 'loyalty'",
	       "");
	ask(f, "{\"ask\":\"grant\",\"id\":\"a1\",\"member\":\"M\",\"points\":9223372036854775807}");
	assert_int_equal(
		at(json_get(letter(f, STORE "/" LANE "/down/loyalty"), "answer"), "points"), 0);
}

/* Points, and orders that a store holds for another, are recorded there. */
static void effects_go_where_the_record_is(void **state)
{
	struct fixture *f = *state;
	struct json m;

	import(f,
	       "{\"store\":\"KRK-1\",\"type\":\"order\",\"id\":\"K-1\",\"body\":{\"store\":"
	       "\"" STORE "\",\"status\":\"ready\"}}\n"
	       "{\"store\":\"KRK-1\",\"type\":\"member\",\"id\":\"M-1\",\"body\":{\"points\":1}}\n"
	       "{\"store\":\"" STORE
	       "\",\"type\":\"member\",\"id\":\"M-1\",\"body\":{\"points\":1}}");
	skip_announcements(f);
	up(f, "loyalty.earned", "{\"member\":\"M-1\",\"points\":4}");
	assert_int_equal(sum_of(f, "points"), 10);
	skip_announcements(f);
	up(f, "pickup.completed", "{\"order\":\"K-1\"}");
	stream_announce(&f->hq, false);
	m = letter(f, "KRK-1/down/orders");
	assert_is(json_get(json_get(first_op(m), "body"), "status"), "collected");
	assert_int_equal(json_get(json_get(m, "upto"), LANE).type, JSON_NONE);
	no_letter(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		T(a_pickup_arrives),
		T(repeats_change_nothing),
		T(a_gap_is_not_taken),
		T(a_fork_is_refused_and_told),
		T(bad_events_are_rejected_and_passed),
		T(unplaceable_batches_are_dropped),
		T(epochs_are_counted_apart),
		T(a_partial_pickup_leaves_the_rest),
		T(preparing_moves_the_status),
		T(payments_keep_the_sums),
		T(a_receipt_of_the_shops_till_is_a_payment),
		T(unknown_records_are_no_trouble),
		T(absurd_figures_are_refused),
		T(effects_go_where_the_record_is),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
