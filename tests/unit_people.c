// SPDX-License-Identifier: Apache-2.0
/*
 * People at a station: who is logged in and for how long, what wrong codes cost, and that a card
 * number somebody typed is written nowhere.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sodium.h>

#include "tests/shop.h"

#define FILE_MAX   (4 * 1024 * 1024)
#define HOUR_MS	   (3600 * INT64_C(1000))
#define PAN	   "4111111111111111"
#define PAN_MEMBER "5555555555554444" /* known as a member's card */
#define PAN_ORDER  "4012888888881881" /* known as an order's number */

/* A verb of the browser that holds this token; its status. */
static int verb(struct shop *s, const char *token, const char *name, const char *args,
		const char *press)
{
	text_fmt(s->token, sizeof(s->token), "%s", token);
	s->status = 0;
	s->reply[0] = s->given[0] = '\0';
	shop_verb(s, name, args, press);
	return s->status;
}

/* The staff's slow hash is done: right or not. */
static int log_in(struct shop *s, const char *staff, bool right, const char *press)
{
	struct door_event e = { .kind = DOOR_PIN };
	char args[160];
	uint64_t before = s->pin;

	text_fmt(args, sizeof(args), "{\"staff\":\"%s\",\"pin\":\"482100\"}", staff);
	if (verb(s, "", "staff.login", args, press))
		return s->status; /* without any hash */
	assert_true(s->pin > before);
	e.pin.check = s->pin;
	e.pin.right = right;
	shop_submit(s, &e, NULL);
	return s->status;
}

static void must_log_in(struct shop *s, const char *staff, char ret_token[TOKEN_TEXT_MAX])
{
	assert_int_equal(log_in(s, staff, true, ""), 200);
	assert_int_equal(strlen(s->given), TOKEN_TEXT_MAX - 1);
	memcpy(ret_token, s->given, TOKEN_TEXT_MAX);
}

/* A session that counts may cancel nothing (409); one that does not may not even ask (401). */
static bool lives(struct shop *s, const char *token)
{
	verb(s, token, "pickup.cancel", "{}", "");
	return s->status != 401;
}

static bool told_closed(const struct shop *s, const char *token)
{
	char hash[HASH_TEXT_MAX];

	hash_text(slice_of(token), hash);
	for (int i = 0; i < s->closed_count; i++)
		if (!strcmp(s->closed[i], hash))
			return true;
	return false;
}

static int rows(struct shop *s)
{
	char hash[HASH_TEXT_MAX];
	struct session_row row;
	int n = 0;

	while (store_session_nth(s->st->store, n, hash, &row))
		n++;
	return n;
}

static struct tries tries_of(struct shop *s, const char *subject)
{
	struct tries t;

	store_begin(s->st->store);
	t = store_tries(s->st->store, subject);
	store_commit(s->st->store);
	return t;
}

static void put_staff(struct shop *s, int seq, bool with_ola)
{
	char badge[HASH_TEXT_MAX], ops[1024];

	hash_keyed(s->config.secret, "badge", slice_of("T-17"), NULL, badge);
	text_fmt(ops, sizeof(ops),
		 "[{\"op\":\"put\",\"type\":\"policy\",\"id\":\"staff\",\"rev\":%d,\"body\":{"
		 "\"people\":[{\"id\":\"%s\",\"name\":\"Ola\",\"role\":\"clerk\",\"pin\":\"x\","
		 "\"badge\":\"%s\"},{\"id\":\"E18\",\"name\":\"Jan\",\"role\":\"clerk\","
		 "\"pin\":\"x\"}]}}]",
		 seq, with_ola ? "E17" : "E19", badge);
	shop_down(s, STREAM_POLICY, 7, seq, ops, NULL);
}

/* Orders of one customer, of phone +48600100417. */
static void put_order(struct shop *s, int seq, const char *id, const char *number, const char *pin)
{
	char phone[HASH_TEXT_MAX], code[HASH_TEXT_MAX], ops[1024];
	struct slice digits = slice_of(pin);

	hash_keyed(s->config.secret, "phone", slice_of("+48600100417"), NULL, phone);
	hash_keyed(s->config.secret, "pin", slice_of(id), &digits, code);
	text_fmt(ops, sizeof(ops),
		 "[{\"op\":\"put\",\"type\":\"order\",\"id\":\"%s\",\"rev\":1,\"body\":{\"status\":"
		 "\"ready\",\"number\":\"%s\",\"pin_hash\":\"%s\",\"customer\":{\"phone_hash\":"
		 "\"%s\"},\"totals\":{\"total\":100,\"due\":0},\"lines\":[{\"line\":1,\"qty\":1,"
		 "\"paid\":100}]}}]",
		 id, number, code, phone);
	shop_down(s, STREAM_ORDERS, 7, seq, ops, NULL);
}

static struct shop *open_shop(void)
{
	struct shop *s = shop_open_file(0);

	shop_begin_stream(s, STREAM_POLICY);
	shop_begin_stream(s, STREAM_ORDERS);
	shop_begin_stream(s, STREAM_LOYALTY);
	put_staff(s, 1, true);
	put_order(s, 1, "ZAM-1", "4821", "111111");
	put_order(s, 2, "ZAM-2", PAN_ORDER, "222222");
	shop_down(
		s, STREAM_LOYALTY, 7, 1,
		"[{\"op\":\"put\",\"type\":\"member\",\"id\":\"M-1\",\"rev\":1,\"body\":{\"card\":"
		"[\"" PAN_MEMBER "\"]}}]",
		NULL);
	return s;
}

/* ---- sessions ---- */

static void test_next_person_ends_the_last_ones_sessions(void **state)
{
	char ola[TOKEN_TEXT_MAX], ola2[TOKEN_TEXT_MAX], jan[TOKEN_TEXT_MAX];
	struct shop *s = open_shop();

	(void)state;
	must_log_in(s, "E17", ola);
	must_log_in(s, "E17", ola2);
	assert_true(lives(s, ola) && lives(s, ola2)); /* one person, two browsers */
	must_log_in(s, "E18", jan);
	assert_true(told_closed(s, ola) && told_closed(s, ola2));
	assert_false(lives(s, ola) || lives(s, ola2));
	assert_true(lives(s, jan));
	assert_int_equal(rows(s), 1);
	shop_close(s);
}

static void test_logout_ends_all_of_a_person(void **state)
{
	char here[TOKEN_TEXT_MAX], there[TOKEN_TEXT_MAX];
	struct shop *s = open_shop();

	(void)state;
	must_log_in(s, "E17", here);
	must_log_in(s, "E17", there);
	shop_scan(s, "LB.E17.T-17");
	assert_int_equal(rows(s), 3);
	assert_int_equal(verb(s, here, "staff.logout", "{}", ""), 200);
	assert_int_equal(rows(s), 0);
	assert_true(told_closed(s, here) && told_closed(s, there));
	assert_int_equal(s->closed_count, s->opened);
	assert_false(lives(s, there));
	/* What is scanned now is nobody's. */
	shop_scan(s, "4821");
	assert_int_equal(s->st->desks[DESK_COUNTER].mode, MODE_IDLE);
	shop_close(s);
}

static void test_leaver_scans_nothing(void **state)
{
	struct shop *s = open_shop();
	char token[TOKEN_TEXT_MAX];

	(void)state;
	must_log_in(s, "E17", token);
	shop_scan(s, "4821");
	assert_int_equal(s->st->desks[DESK_COUNTER].mode, MODE_ASKING);
	verb(s, token, "pickup.cancel", "{}", "");
	put_staff(s, 2, false);
	shop_scan(s, "4821");
	assert_string_equal(s->st->desks[DESK_COUNTER].notice.code, "forbidden");
	assert_int_equal(s->st->desks[DESK_COUNTER].mode, MODE_IDLE);
	assert_int_equal(rows(s), 0);
	assert_true(told_closed(s, token));
	shop_close(s);
}

static void test_badge_scans_do_not_pile_up(void **state)
{
	struct shop *s = open_shop();
	char jan[TOKEN_TEXT_MAX];

	(void)state;
	must_log_in(s, "E18", jan);
	for (int i = 0; i < 20; i++) {
		shop_tick(s, 1000);
		shop_scan(s, "LB.E17.T-17");
	}
	assert_int_equal(rows(s), 1);
	assert_true(told_closed(s, jan));
	shop_scan(s, "4821");
	assert_int_equal(s->st->desks[DESK_COUNTER].mode, MODE_ASKING);
	/* The twelve hours are those of the newest scan. */
	shop_tick(s, 12 * HOUR_MS - 1);
	assert_int_equal(rows(s), 1);
	shop_tick(s, 1);
	assert_int_equal(rows(s), 0);
	shop_close(s);
}

static void test_session_ends_with_its_day(void **state)
{
	struct shop *s = open_shop();
	char token[TOKEN_TEXT_MAX];

	(void)state;
	must_log_in(s, "E17", token);
	s->wall_ms += 12 * HOUR_MS - 1; /* no tick in between */
	s->mono_ms += 12 * HOUR_MS - 1;
	assert_true(lives(s, token));
	s->wall_ms += 1;
	s->mono_ms += 1;
	assert_false(lives(s, token));
	assert_true(told_closed(s, token));
	must_log_in(s, "E17", token);
	shop_tick(s, 12 * HOUR_MS);
	assert_int_equal(rows(s), 0);
	assert_true(told_closed(s, token));
	/* A clock set back a day does not add one. */
	must_log_in(s, "E17", token);
	shop_tick(s, -24 * HOUR_MS);
	assert_true(lives(s, token));
	shop_tick(s, 12 * HOUR_MS);
	assert_false(lives(s, token));
	shop_close(s);
}

static void test_login_is_no_press(void **state)
{
	struct shop *s = open_shop();

	(void)state;
	assert_int_equal(log_in(s, "E17", false, "a"), 409);
	assert_int_equal(log_in(s, "E17", true, "a"), 200);
	assert_int_equal(strlen(s->given), TOKEN_TEXT_MAX - 1);
	assert_int_equal(log_in(s, "E17", true, "a"), 200);
	assert_int_equal(strlen(s->given), TOKEN_TEXT_MAX - 1);
	/* A badge scanned at the page is a login too. */
	for (int i = 0; i < 2; i++) {
		char token[TOKEN_TEXT_MAX];

		must_log_in(s, "E17", token);
		verb(s, token, "scan", "{\"code\":\"LB.E17.T-17\"}", "b");
		assert_int_equal(strlen(s->given), TOKEN_TEXT_MAX - 1);
		assert_int_equal(verb(s, token, "scan", "{\"code\":\"LB.E17.T-17\"}", "b"), 200);
		assert_int_equal(strlen(s->given), TOKEN_TEXT_MAX - 1);
	}
	shop_close(s);
}

/* A machine too busy to hash in time says so; the same press again waits for the same hash. */
static void test_login_again_joins_the_first(void **state)
{
	static const char args[] = "{\"staff\":\"E17\",\"pin\":\"482100\"}";
	struct door_event e = { .kind = DOOR_PIN, .pin.right = true };
	struct shop *s = open_shop();
	uint64_t first;

	(void)state;
	shop_verb(s, "staff.login", args, "key");
	first = s->pin;
	shop_verb(s, "staff.login", args, "key");
	assert_int_equal(s->pin, first);
	/* Another press, and another PIN under the same, are others. */
	shop_verb(s, "staff.login", args, "other");
	assert_int_equal(s->pin, first + 1);
	shop_verb(s, "staff.login", "{\"staff\":\"E17\",\"pin\":\"482101\"}", "key");
	assert_int_equal(s->pin, first + 2);
	e.pin.check = first;
	s->status = 0;
	shop_submit(s, &e, NULL);
	assert_int_equal(s->status, 200);
	assert_int_equal(s->answered, 2);
	shop_close(s);
}

/* ---- card numbers ---- */

static bool file_has(const char *path, const char *text)
{
	char *bytes = malloc(FILE_MAX);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : read(fd, bytes, FILE_MAX);
	bool found;

	assert_true(bytes && n >= 0 && n < FILE_MAX);
	found = memmem(bytes, (size_t)n, text, strlen(text)) != NULL;
	if (fd >= 0)
		close(fd);
	free(bytes);
	return found;
}

static bool written(const struct shop *s, const char *text)
{
	char wal[80];

	text_fmt(wal, sizeof(wal), "%s-wal", s->path);
	return file_has(s->path, text) || file_has(wal, text);
}

static void test_card_numbers_are_not_kept(void **state)
{
	static const struct {
		const char *verb, *args;
	} typed[] = {
		{ "pickup.handover", "{\"collector\":\"proxy\",\"name\":\"" PAN "\"}" },
		{ "pickup.short", "{\"line\":1,\"qty\":1,\"reason\":\"" PAN "\"}" },
		{ "pickup.short", "{\"line\":1,\"qty\":1,\"reason\":\"\\u0034111111111111111\"}" },
		{ "pickup.check", "{\"label\":\"" PAN "\"}" },
		{ "pickup.take", "{\"order\":\"" PAN "\"}" },
		{ "pickup.find", "{\"phone\":\"" PAN "\",\"pin\":\"111111\"}" },
		{ "print.test", "{\"name\":\"" PAN "\"}" },
		{ "staff.login", "{\"staff\":\"" PAN "\",\"pin\":\"1\"}" },
		{ "end", "{\"a\":\"\\\"\",\"deep\":[[{\"b\":[\"" PAN "\"]}]]}" },
		{ "end", "{\"" PAN "\":true}" },
	};
	struct shop *s = open_shop();
	char token[TOKEN_TEXT_MAX];
	int64_t last;

	(void)state;
	must_log_in(s, "E17", token);
	assert_int_equal(
		verb(s, token, "pickup.find", "{\"order\":\"4821\",\"pin\":\"111111\"}", ""), 200);
	last = s->st->ledger.last;
	for (size_t i = 0; i < COUNT_OF(typed); i++) {
		char press[8];

		text_fmt(press, sizeof(press), "p%zu", i);
		assert_int_equal(verb(s, token, typed[i].verb, typed[i].args, press), 409);
		assert_has(s->reply, "card_number_refused");
		assert_null(strstr(s->reply, PAN));
		/* The press is still free. */
		assert_int_equal(verb(s, token, typed[i].verb, "{\"collector\":7}", press) == 409 &&
					 strstr(s->reply, "card_number_refused"),
				 0);
	}
	assert_int_equal(s->st->ledger.last, last);
	assert_int_equal(verb(s, token, "pickup.handover", "{\"name\":\"Jan\"}", ""), 409);
	assert_has(s->reply, "items_unchecked");
	assert_true(written(s, PAN_MEMBER)); /* one would be found here */
	assert_false(written(s, PAN));
	shop_close(s);
}

static void test_known_numbers_are_no_cards(void **state)
{
	struct shop *s = open_shop();
	char token[TOKEN_TEXT_MAX];

	(void)state;
	must_log_in(s, "E17", token);
	assert_int_equal(verb(s, token, "scan", "{\"code\":\"" PAN_MEMBER "\"}", ""), 200);
	assert_has(s->reply, "\"member\":\"M-1\"");
	shop_scan(s, PAN_MEMBER);
	assert_string_equal(s->st->desks[DESK_COUNTER].notice.code, "member");
	shop_scan(s, PAN);
	assert_string_equal(s->st->desks[DESK_COUNTER].notice.code, "card_number_refused");
	assert_int_equal(verb(s, token, "pickup.find",
			      "{\"order\":\"" PAN_ORDER "\",\"pin\":\"222222\"}", ""),
			 200);
	shop_close(s);
}

/* ---- wrong tries ---- */

static void test_unknown_people_share_their_tries(void **state)
{
	struct shop *s = open_shop();
	char token[TOKEN_TEXT_MAX];

	(void)state;
	assert_int_equal(log_in(s, "NOBODY-1", false, ""), 409);
	assert_int_equal(log_in(s, "NOBODY-2", false, ""), 409);
	assert_int_equal(log_in(s, "NOBODY-3", false, ""), 409);
	assert_has(s->reply, "pin_wrong");
	assert_int_equal(tries_of(s, "staff:NOBODY-1").count, 0);
	assert_int_equal(tries_of(s, "staff-unknown:counter").count, 3);
	assert_int_equal(log_in(s, "NOBODY-4", false, ""), 409);
	assert_has(s->reply, "pin_locked");
	assert_int_equal(tries_of(s, "staff-unknown:counter").count, 3);
	assert_false(written(s, "NOBODY"));
	must_log_in(s, "E17", token);
	shop_tick(s, 5000);
	assert_int_equal(log_in(s, "NOBODY-4", false, ""), 409);
	assert_has(s->reply, "pin_wrong");
	shop_close(s);
}

static void find(struct shop *s, const char *token, const char *by, const char *pin)
{
	char args[128];

	text_fmt(args, sizeof(args), "{%s,\"pin\":\"%s\"}", by, pin);
	assert_int_equal(verb(s, token, "pickup.find", args, ""), 409);
}

static void test_guesses_by_phone_count_on_its_orders(void **state)
{
	static const char phone[] = "\"phone\":\"600 100 417\"";
	struct shop *s = open_shop();
	char token[TOKEN_TEXT_MAX];

	(void)state;
	must_log_in(s, "E17", token);
	find(s, token, "\"order\":\"ZAM-1\"", "000000");
	find(s, token, "\"order\":\"ZAM-1\"", "000000");
	for (int i = 0; i < 3; i++) {
		find(s, token, phone, "000000");
		assert_has(s->reply, "pin_wrong");
	}
	assert_int_equal(tries_of(s, "desk:counter").count, 5);
	find(s, token, "\"order\":\"ZAM-1\"", "111111");
	assert_has(s->reply, "pin_locked");
	find(s, token, phone, "111111"); /* shut this way as well; a try at the other one */
	assert_has(s->reply, "pin_wrong");
	assert_int_equal(tries_of(s, "order:ZAM-1").count, 5);
	assert_int_equal(tries_of(s, "order:ZAM-2").count, 4);
	find(s, token, phone, "000000");
	find(s, token, phone, "222222");
	assert_has(s->reply, "pin_locked");
	assert_int_equal(tries_of(s, "desk:counter").count, 7);
	shop_tick(s, 600 * 1000);
	assert_int_equal(verb(s, token, "pickup.find",
			      "{\"phone\":\"+48600100417\",\"pin\":"
			      "\"222222\"}",
			      ""),
			 200);
	shop_close(s);
}

static void test_clock_set_back_opens_no_lock(void **state)
{
	static const char order[] = "\"order\":\"ZAM-1\"";
	struct shop *s = open_shop();
	char token[TOKEN_TEXT_MAX];

	(void)state;
	must_log_in(s, "E17", token);
	for (int i = 0; i < 5; i++)
		find(s, token, order, "000000");
	for (int i = 0; i < 3; i++)
		assert_int_equal(log_in(s, "E18", false, ""), 409);
	shop_tick(s, -24 * HOUR_MS);
	find(s, token, order, "111111");
	assert_has(s->reply, "pin_locked");
	assert_int_equal(tries_of(s, "order:ZAM-1").until_ms, s->wall_ms + 600 * 1000);
	assert_int_equal(log_in(s, "E18", true, ""), 409);
	assert_has(s->reply, "pin_locked");
	assert_int_equal(tries_of(s, "staff:E18").until_ms, s->wall_ms + 5000);
	shop_tick(s, 600 * 1000);
	assert_int_equal(
		verb(s, token, "pickup.find", "{\"order\":\"ZAM-1\",\"pin\":\"111111\"}", ""), 200);
	assert_int_equal(log_in(s, "E18", true, ""), 200);
	shop_close(s);
}

/* ---- a second person ---- */

static struct shop *with_supervisor(void)
{
	struct shop *s = open_shop();

	shop_down(
		s, STREAM_POLICY, 7, 2,
		"[{\"op\":\"put\",\"type\":\"policy\",\"id\":\"staff\",\"rev\":9,\"body\":{\"lock_"
		"s\":"
		"60,\"people\":[{\"id\":\"E17\",\"name\":\"Ola\",\"role\":\"clerk\",\"pin\":\"x\"},"
		"{\"id\":\"E90\",\"name\":\"Ewa\",\"role\":\"supervisor\",\"pin\":\"x\"}]}}]",
		NULL);
	return s;
}

/* What a supervisor saw on the screen is what is approved, not what came after it while the slow
 * hash of the PIN was made. */
static void test_a_word_is_for_what_was_seen(void **state)
{
	struct door_event e = { .kind = DOOR_PIN, .pin.right = true };
	struct shop *s = with_supervisor();
	char ola[TOKEN_TEXT_MAX];

	(void)state;
	must_log_in(s, "E17", ola);
	assert_int_equal(verb(s, ola, "shift.open", "{\"float\":100000}", ""), 200);
	assert_int_equal(verb(s, ola, "cash.move", "{\"amount\":-100,\"reason\":\"x\"}", ""), 409);
	verb(s, ola, "approve", "{\"staff\":\"E90\",\"pin\":\"482100\",\"reason\":\"x\"}", "");
	e.pin.check = s->pin;
	assert_int_equal(verb(s, ola, "cash.move", "{\"amount\":-90000,\"reason\":\"x\"}", ""),
			 409);
	shop_submit(s, &e, NULL);
	assert_int_equal(s->status, 409);
	assert_null(strstr(s->up, "cash.moved"));
	/* The newer one still waits for its own word. */
	verb(s, ola, "approve", "{\"staff\":\"E90\",\"pin\":\"482100\",\"reason\":\"x\"}", "");
	e.pin.check = s->pin;
	shop_submit(s, &e, NULL);
	assert_int_equal(s->status, 200);
	assert_has(s->up, "\"amount\":-90000");
	shop_close(s);
}

/* Whoever stands at the locked counter does nothing in the name of who left it, at no desk. */
static void test_a_locked_counter_is_locked_at_the_kiosk(void **state)
{
	struct shop *s = with_supervisor();
	char ola[TOKEN_TEXT_MAX];

	(void)state;
	must_log_in(s, "E17", ola);
	shop_tick(s, 61000);
	assert_int_equal(verb(s, ola, "shift.open", "{\"float\":1}", ""), 401);
	assert_int_equal(verb(s, ola, "shift.open", "{\"float\":1,\"desk\":\"kiosk\"}", ""), 401);
	assert_int_equal(verb(s, ola, "help", "{\"desk\":\"kiosk\"}", ""), 200);
	shop_close(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_next_person_ends_the_last_ones_sessions),
		cmocka_unit_test(test_logout_ends_all_of_a_person),
		cmocka_unit_test(test_leaver_scans_nothing),
		cmocka_unit_test(test_badge_scans_do_not_pile_up),
		cmocka_unit_test(test_session_ends_with_its_day),
		cmocka_unit_test(test_login_is_no_press),
		cmocka_unit_test(test_login_again_joins_the_first),
		cmocka_unit_test(test_card_numbers_are_not_kept),
		cmocka_unit_test(test_known_numbers_are_no_cards),
		cmocka_unit_test(test_unknown_people_share_their_tries),
		cmocka_unit_test(test_guesses_by_phone_count_on_its_orders),
		cmocka_unit_test(test_clock_set_back_opens_no_lock),
		cmocka_unit_test(test_a_word_is_for_what_was_seen),
		cmocka_unit_test(test_a_locked_counter_is_locked_at_the_kiosk),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
