// SPDX-License-Identifier: Apache-2.0
/* Nothing a station keeps grows for ever: dead letters, held messages, events, tries, guests. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdlib.h>

#include <sodium.h>

#include "firmware/store/file.h"
#include "tests/file_shop.h"

static const char READY[] = "{\"status\":\"ready\",\"lines\":[{\"line\":1,\"qty\":2}]}";

static void test_letters_are_bounded(void **state)
{
	struct file_shop f = file_shop_open();
	char *ops = malloc(100000);
	struct door_event e = { .kind = DOOR_DOWN };

	(void)state;
	e.down.stream = STREAM_ORDERS;
	e.down.epoch = 7;
	e.down.seq = 1;
	text_fmt(ops, 100000, "[{\"op\":\"put\",\"n\":\"%50000s\"}]", "");
	e.down.ops = (struct span){ 0, (uint32_t)strlen(ops) };
	shop_submit(f.s, &e, ops);
	assert_int_equal(file_shop_sql(&f, "SELECT max(length(op)) FROM letter"), 16384);
	for (int seq = 2; seq < 5; seq++) {
		ops[0] = '\0';
		for (int i = 0; i < 400; i++)
			memcpy(ops + 2 * i, i ? ",7" : "[7", 3);
		memcpy(ops + 800, "]", 2);
		e.down.seq = seq;
		e.down.ops = (struct span){ 0, 801 };
		shop_submit(f.s, &e, ops);
	}
	assert_int_equal(f.s->st->counters.letters, 1201);
	assert_int_equal(file_shop_sql(&f, "SELECT count(*) FROM letter"), 1000);
	assert_int_equal(file_shop_sql(&f, "SELECT max(n) FROM letter"), 1201);
	free(ops);
	file_shop_close(&f);
}

/* Messages before their turn wait in memory, but not without end. */
static void test_held_messages_are_bounded_in_bytes(void **state)
{
	struct shop *s = shop_stocked(1);
	struct door_event e = { .kind = DOOR_DOWN };
	size_t n = 1000000;
	char *ops = malloc(n + 1);

	(void)state;
	memset(ops, ' ', n);
	ops[0] = '[';
	ops[n - 1] = ']';
	ops[n] = '\0';
	e.down.stream = STREAM_ORDERS;
	e.down.epoch = 7;
	e.down.ops = (struct span){ 0, (uint32_t)n };
	for (int seq = 3; seq < 12; seq++) {
		e.down.seq = seq;
		shop_submit(s, &e, ops);
	}
	shop_down(s, STREAM_ORDERS, 7, 2, "[]", NULL);
	assert_int_equal(store_cursor(s->st->store, STREAM_ORDERS).seq, 6);
	free(ops);
	shop_close(s);
}

/* What stands in an event is bounded where it comes in, or its handover would end the program. */
static void test_payments_as_long_as_an_event(void **state)
{
	static char ops[100000];
	struct door_event e = { .kind = DOOR_DOWN };
	struct shop *s = shop_stocked(1);
	char code[CODE_TEXT_MAX];

	(void)state;
	text_fmt(ops, sizeof(ops),
		 "[{\"op\":\"put\",\"type\":\"order\",\"id\":\"ZAM-1\",\"rev\":9,\"body\":{"
		 "\"status\":\"ready\",\"lines\":[{\"line\":1,\"qty\":2,\"paid\":200}],"
		 "\"payments\":[{\"id\":\"p1\",\"tender\":\"%070000d\",\"state\":"
		 "\"captured\",\"amount\":200}]}}]",
		 7);
	e.down.stream = STREAM_ORDERS;
	e.down.epoch = 7;
	e.down.seq = 2;
	e.down.ops = (struct span){ 0, (uint32_t)strlen(ops) };
	shop_submit(s, &e, ops);
	shop_sign_code(s, "ZAM-1", code);
	shop_scan(s, code);
	shop_verb(s, "pickup.short", "{\"line\":1,\"qty\":2,\"reason\":\"missing\"}", NULL);
	shop_verb(s, "pickup.handover", "{}", NULL);
	assert_int_equal(s->st->counters.handovers, 0);
	assert_int_equal(store_letter_count(s->st->store), 1);
	shop_close(s);
}

/* A text that no screen has room for is left out; the order is shown all the same.
 */
static void test_texts_as_long_as_a_screen(void **state)
{
	static char ops[700000];
	static const char *const where[] = {
		"\"customer\":{\"name\":\"%0600000d\"},\"lines\":[{\"line\":1}]",
		"\"shelf\":\"%0600000d\",\"lines\":[{\"line\":1}]",
		"\"lines\":[{\"line\":1,\"name\":\"%0600000d\"}]",
		"\"lines\":[{\"line\":1,\"gtin\":\"%0600000d\"}]",
		"\"parcels\":[{\"label\":\"%0600000d\"}],\"lines\":[{\"line\":1}]",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(where); i++) {
		struct door_event e = { .kind = DOOR_DOWN };
		struct shop *s = shop_stocked(1);
		char code[CODE_TEXT_MAX];
		struct buf b;

		buf_init(&b, ops, sizeof(ops));
		buf_text(&b, "[{\"op\":\"put\",\"type\":\"order\",\"id\":\"ZAM-1\",\"rev\":9,"
			     "\"body\":{\"status\":\"ready\",");
		buf_fmt(&b, where[i], 7);
		buf_text(&b, "}}]");
		e.down.stream = STREAM_ORDERS;
		e.down.epoch = 7;
		e.down.seq = 2;
		e.down.ops = (struct span){ 0, (uint32_t)b.len };
		shop_submit(s, &e, buf_str(&b));
		shop_sign_code(s, "ZAM-1", code);
		shop_scan(s, code);
		assert_has(s->screen, "\"mode\":\"pickup\"");
		shop_close(s);
	}
}

static void make_events(struct shop *s, int n)
{
	struct door_event e = { .kind = DOOR_DEVICE };

	text_fmt(e.device.name, sizeof(e.device.name), "receipt");
	for (int i = 0; i < n; i++) {
		e.device.status = i % 2 ? DEVICE_PAPER_OUT : DEVICE_ERROR;
		shop_submit(s, &e, NULL);
	}
}

static void ack(struct shop *s, int64_t seq, const char *reject)
{
	struct door_event e = { .kind = DOOR_ACK };

	e.ack.epoch = s->st->ledger.epoch;
	e.ack.seq = seq;
	e.ack.reject = (struct span){ 0, (uint32_t)strlen(reject) };
	shop_submit(s, &e, reject);
}

static void test_old_events_go(void **state)
{
	struct file_shop f = file_shop_open();
	struct shop *s = f.s;
	int64_t acked;

	(void)state;
	make_events(s, 700);
	acked = s->st->ledger.last;
	ack(s, acked, "");
	make_events(s, 10); /* these HQ has not taken */
	shop_tick(s, 1000);
	for (int day = 0; day < 29; day++)
		shop_tick(s, DAY_MS);
	assert_int_equal(file_shop_sql(&f, "SELECT min(seq) FROM journal"), 1);
	shop_tick(s, DAY_MS);
	shop_tick(s, DAY_MS); /* in slices */
	assert_int_equal(file_shop_sql(&f, "SELECT min(seq) FROM journal"), 501);
	shop_tick(s, DAY_MS);
	assert_int_equal(file_shop_sql(&f, "SELECT min(seq) FROM journal"), acked + 1);
	/* What is left is whole, and what HQ has not taken never goes. */
	for (int day = 0; day < 40; day++)
		shop_tick(s, DAY_MS);
	assert_int_equal(file_shop_sql(&f, "SELECT min(seq) FROM journal"), acked + 1);
	assert_int_equal(file_shop_sql(&f, "SELECT count(*) FROM journal"),
			 s->st->ledger.last - acked);
	file_shop_close(&f);
}

/* Policy says for how long; never less than what a restored HQ may ask for. */
static void test_events_are_kept_as_policy_says(void **state)
{
	struct file_shop f = file_shop_open();
	struct shop *s = f.s;
	char ops[OPS_MAX];

	(void)state;
	shop_begin_stream(s, STREAM_POLICY);
	shop_down(s, STREAM_POLICY, 7, 1,
		  ops_put(ops, "policy", "privacy", 1, "{\"retain_days\":{\"journal\":40}}"), NULL);
	make_events(s, 20);
	ack(s, s->st->ledger.last, "");
	shop_tick(s, 1000);
	for (int day = 0; day < 40; day++)
		shop_tick(s, DAY_MS);
	assert_int_equal(file_shop_sql(&f, "SELECT min(seq) FROM journal"), 1);
	shop_tick(s, DAY_MS);
	/* Those; each day tells of its figures. */
	assert_int_equal(
		file_shop_sql(&f, "SELECT count(*) FROM journal WHERE type<>'day.figures'"), 0);
	shop_down(s, STREAM_POLICY, 7, 2,
		  ops_put(ops, "policy", "privacy", 2, "{\"retain_days\":{\"journal\":3}}"), NULL);
	make_events(s, 5);
	ack(s, s->st->ledger.last, "");
	shop_tick(s, 1000);
	for (int day = 0; day < 20; day++)
		shop_tick(s, DAY_MS);
	assert_int_equal(
		file_shop_sql(&f, "SELECT count(*) FROM journal WHERE type<>'day.figures'"), 5);
	file_shop_close(&f);
}

/* A clock that was years behind when HQ acknowledged, and is set right then: HQ, restored from a
 * copy, may still ask for what it had. */
static void test_a_clock_set_right_takes_no_events(void **state)
{
	struct file_shop f = file_shop_open();

	(void)state;
	make_events(f.s, 20);
	ack(f.s, f.s->st->ledger.last, "");
	shop_tick(f.s, -400 * DAY_MS);
	shop_tick(f.s, 1000);
	for (int i = 0; i < 5; i++) {
		f.s->wall_ms += 400 * DAY_MS;
		shop_tick(f.s, 11 * 60 * 1000);
	}
	assert_int_equal(file_shop_sql(&f, "SELECT min(seq) FROM journal"), 1);
	file_shop_close(&f);
}

/* Restored twice, the second time before it was started: the epoch of the database that went first
 * must not come again. */
static void test_the_second_restore_knows_the_first(void **state)
{
	struct file_shop f = file_shop_open();
	const int64_t epoch = f.s->st->ledger.epoch;
	char message[256];

	(void)state;
	assert_int_equal(file_epoch(f.path), epoch);
	assert_int_equal(file_mark_restored(f.path, epoch + 5, message, sizeof(message)), 0);
	assert_int_equal(file_epoch(f.path), epoch + 5);
	file_shop_close(&f);
}

/* A restored HQ that took less again: the older acknowledgement does not count. */
static void test_unacknowledged_again_stays(void **state)
{
	struct file_shop f = file_shop_open();

	(void)state;
	make_events(f.s, 20);
	ack(f.s, f.s->st->ledger.last, "");
	shop_tick(f.s, 1000);
	ack(f.s, 5, "");
	for (int day = 0; day < 40; day++)
		shop_tick(f.s, DAY_MS);
	assert_int_equal(file_shop_sql(&f, "SELECT min(seq) FROM journal"), 6);
	file_shop_close(&f);
}

static bool last_of_first_epoch(void *ctx, const struct file_epoch *epoch)
{
	*(struct file_epoch *)ctx = *epoch;
	return false;
}

/* When an epoch ends its row says its last event and that one's hash, by which a journal is checked
 * that lost or changed its end. */
static void test_an_epoch_ends_with_its_last_event(void **state)
{
	struct file_shop f = file_shop_open();
	struct shop *s = f.s;
	struct file_epoch first = { 0 };
	char hash[HASH_TEXT_MAX], message[256];
	int64_t epoch = s->st->ledger.epoch, last;

	(void)state;
	make_events(s, 3);
	ack(s, s->st->ledger.last, "");
	shop_tick(s, 2000);
	make_events(s, 2);
	last = s->st->ledger.last;
	memcpy(hash, s->st->ledger.prev, sizeof(hash));
	assert_int_equal(file_mark_restored(f.path, epoch, message, sizeof(message)), 0);
	shop_restart(s);
	assert_true(s->st->ledger.epoch > epoch);
	assert_int_equal(file_epochs(f.path, last_of_first_epoch, &first, message, sizeof(message)),
			 0);
	assert_int_equal(first.epoch, epoch);
	assert_int_equal(first.last, last);
	assert_int_equal(first.noted, last);
	assert_string_equal(first.prev, hash);
	file_shop_close(&f);
}

static void test_rejects_of_no_event_are_ignored(void **state)
{
	struct file_shop f = file_shop_open();

	(void)state;
	make_events(f.s, 3);
	ack(f.s, f.s->st->ledger.last,
	    "[{\"seq\":0,\"reason\":\"a\"},{\"seq\":-7,\"reason\":\"a\"},{\"seq\":2,\"reason\":"
	    "\"b\"},"
	    "{\"seq\":900000,\"reason\":\"c\"}]");
	assert_int_equal(file_shop_sql(&f, "SELECT count(*) FROM reject"), 1);
	assert_int_equal(file_shop_sql(&f, "SELECT seq FROM reject"), 2);
	file_shop_close(&f);
}

/* A message may be 1 MiB, an acknowledgement too, and one that never came in would be said for
 * ever. What it rejects is for people to look at: a thousand tell enough. */
static void test_an_acknowledgement_as_large_as_a_message(void **state)
{
	const size_t cap = 900 * 1024;
	struct file_shop f = file_shop_open();
	char *reject = malloc(cap);
	struct buf b;

	(void)state;
	assert_non_null(reject);
	make_events(f.s, 1200);
	buf_init(&b, reject, cap - 64);
	buf_byte(&b, '[');
	for (int64_t seq = 1; seq <= 1200; seq++)
		buf_fmt(&b, "%s{\"seq\":%lld,\"reason\":\"%0600d\"}", seq > 1 ? "," : "",
			(long long)seq, 0);
	buf_byte(&b, ']');
	assert_false(b.overflow);
	assert_true(b.len > 700 * 1024);
	ack(f.s, 1200, buf_str(&b));
	assert_int_equal(f.s->st->ledger.acked, 1200);
	assert_int_equal(file_shop_sql(&f, "SELECT count(*) FROM reject"), 1000);
	free(reject);
	file_shop_close(&f);
}

static void test_old_tries_go(void **state)
{
	struct file_shop f = file_shop_open();
	char text[256];

	(void)state;
	text_fmt(text, sizeof(text),
		 "INSERT INTO tries VALUES ('order:A',0,%lld),('order:B',0,%lld),('order:C',3,0)",
		 (long long)f.s->wall_ms, (long long)(f.s->wall_ms + DAY_MS));
	file_shop_sql(&f, text);
	shop_tick(f.s, DAY_MS + 3600000);
	assert_int_equal(file_shop_sql(&f, "SELECT count(*) FROM tries"), 2);
	assert_int_equal(file_shop_sql(&f, "SELECT count(*) FROM tries WHERE subject='order:A'"),
			 0);
	file_shop_close(&f);
}

/* HQ answers for an order this store does not hold in its stream. */
static void guest(struct shop *s, const char *order, const char *number)
{
	struct door_event e = { .kind = DOOR_DOWN };
	char ops[OPS_MAX], body[256];
	struct json asked;

	shop_scan_code(s, order);
	assert_int_equal(json_check(slice_of(s->asked), &asked), 0);
	text_fmt(body, sizeof(body),
		 "{\"status\":\"ready\",\"number\":\"%s\",\"lines\":[{\"line\":1}]}", number);
	ops_put(ops, "order", order, 1, body);
	e.down.stream = STREAM_ORDERS;
	e.down.what = DOWN_ANSWER;
	e.down.found = true;
	json_string(json_get(asked, "id"), e.down.ask, sizeof(e.down.ask));
	e.down.ops = (struct span){ 0, (uint32_t)strlen(ops) };
	shop_submit(s, &e, ops);
}

static void test_guests_go_after_a_week(void **state)
{
	struct file_shop f = file_shop_open();
	char ops[OPS_MAX];

	(void)state;
	shop_begin_stream(f.s, STREAM_POLICY);
	shop_down(f.s, STREAM_POLICY, 7, 1,
		  "[{\"op\":\"put\",\"type\":\"policy\",\"id\":\"staff\",\"rev\":1,\"body\":{"
		  "\"people\":["
		  "{\"id\":\"E17\",\"name\":\"Ola\",\"role\":\"clerk\",\"pin\":\"x\"}]}}]",
		  NULL);
	shop_log_in(f.s);
	guest(f.s, "GUEST-1", "7001");
	shop_verb(f.s, "pickup.cancel", "{}", NULL);
	guest(f.s, "GUEST-2", "7002");
	shop_verb(f.s, "pickup.cancel", "{}", NULL);
	assert_int_equal(file_shop_sql(&f, "SELECT count(*) FROM record WHERE gen=0"), 2);
	/* A snapshot that has one makes its guest needless. */
	shop_offer(f.s, STREAM_ORDERS, 7, 1, "all", 1, "");
	shop_part(f.s, STREAM_ORDERS, 7, "all", 1, ops_put(ops, "order", "GUEST-2", 2, READY));
	assert_int_equal(file_shop_sql(&f, "SELECT count(*) FROM record WHERE gen=0"), 1);
	assert_int_equal(
		file_shop_sql(&f, "SELECT count(*) FROM lookup WHERE gen=0 AND id='GUEST-2'"), 0);
	for (int day = 0; day < 6; day++)
		shop_tick(f.s, DAY_MS);
	assert_int_equal(file_shop_sql(&f, "SELECT count(*) FROM record WHERE gen=0"), 1);
	for (int day = 0; day < 2; day++)
		shop_tick(f.s, DAY_MS);
	assert_int_equal(file_shop_sql(&f, "SELECT count(*) FROM record WHERE gen=0"), 0);
	assert_int_equal(file_shop_sql(&f, "SELECT count(*) FROM lookup WHERE gen=0"), 0);
	file_shop_close(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_letters_are_bounded),
		cmocka_unit_test(test_held_messages_are_bounded_in_bytes),
		cmocka_unit_test(test_payments_as_long_as_an_event),
		cmocka_unit_test(test_texts_as_long_as_a_screen),
		cmocka_unit_test(test_old_events_go),
		cmocka_unit_test(test_events_are_kept_as_policy_says),
		cmocka_unit_test(test_a_clock_set_right_takes_no_events),
		cmocka_unit_test(test_the_second_restore_knows_the_first),
		cmocka_unit_test(test_unacknowledged_again_stays),
		cmocka_unit_test(test_an_epoch_ends_with_its_last_event),
		cmocka_unit_test(test_rejects_of_no_event_are_ignored),
		cmocka_unit_test(test_an_acknowledgement_as_large_as_a_message),
		cmocka_unit_test(test_old_tries_go),
		cmocka_unit_test(test_guests_go_after_a_week),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
