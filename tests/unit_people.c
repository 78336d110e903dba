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

#include "firmware/station.h"
#include "firmware/trust/hash.h"

#define TEXT_MAX 65536
#define CLOSED_MAX 16
#define FILE_MAX (4 * 1024 * 1024)
#define HOUR_MS (3600 * INT64_C(1000))
#define PAN "4111111111111111"
#define PAN_MEMBER "5555555555554444" /* known as a member's card */
#define PAN_ORDER "4012888888881881"  /* known as an order's number */

struct shop {
	struct config config;
	struct station *st;
	int64_t wall_ms, mono_ms;
	uint64_t random, request, pin;
	int status, closed_count;
	int64_t opened; /* sessions ui was told of */
	char reply[TEXT_MAX], token[TOKEN_TEXT_MAX], closed[CLOSED_MAX][HASH_TEXT_MAX];
	char dir[32], path[64];
};

static int64_t wall(void *ctx)
{
	return ((struct shop *)ctx)->wall_ms;
}

static int64_t mono(void *ctx)
{
	return ((struct shop *)ctx)->mono_ms;
}

static void chance(void *ctx, void *p, size_t n)
{
	struct shop *s = ctx;
	uint8_t *at = p;

	while (n--) {
		s->random = s->random * UINT64_C(6364136223846793005) + 1442695040888963407u;
		*at++ = (uint8_t)(s->random >> 56);
	}
}

static void heard_session(struct shop *s, const struct door_out *out)
{
	if (out->session.open) {
		s->opened++;
		return;
	}
	assert_true(s->closed_count < CLOSED_MAX);
	memcpy(s->closed[s->closed_count++], out->session.token_hash, HASH_TEXT_MAX);
}

static void collect(struct shop *s)
{
	struct door_out out;
	struct slice payload;

	while (door_collect(s->st->door, &out, &payload)) {
		if (out.kind == OUT_REPLY) {
			assert_true(payload.n < TEXT_MAX);
			s->status = out.reply.http_status;
			memcpy(s->reply, payload.p, payload.n);
			s->reply[payload.n] = '\0';
			memcpy(s->token, out.reply.set_token, sizeof(s->token));
		} else if (out.kind == OUT_PIN) {
			s->pin = out.pin.check;
		} else if (out.kind == OUT_SESSION) {
			heard_session(s, &out);
		}
	}
}

static void submit(struct shop *s, const struct door_event *e, const char *payload)
{
	assert_int_equal(door_submit(s->st->door, e, slice_of(payload)), 0);
	while (station_step(s->st, false))
		;
	collect(s);
}

static int verb(struct shop *s, const char *token, const char *name, const char *args,
		const char *press)
{
	struct door_event e = { .kind = DOOR_VERB };

	e.verb.request = ++s->request;
	text_fmt(e.verb.verb, sizeof(e.verb.verb), "%s", name);
	text_fmt(e.verb.press, sizeof(e.verb.press), "%s", press);
	text_fmt(e.verb.token, sizeof(e.verb.token), "%s", token);
	s->status = 0;
	s->reply[0] = s->token[0] = '\0';
	submit(s, &e, args);
	return s->status;
}

static void scan(struct shop *s, const char *text)
{
	struct door_event e = { .kind = DOOR_SCAN };

	e.scan.read_ns = 1;
	submit(s, &e, text);
}

static void pass(struct shop *s, int64_t ms)
{
	struct door_event e = { .kind = DOOR_TICK };

	s->wall_ms += ms;
	s->mono_ms += ms > 0 ? ms : 0;
	submit(s, &e, "");
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
	submit(s, &e, "");
	return s->status;
}

static void must_log_in(struct shop *s, const char *staff, char ret_token[TOKEN_TEXT_MAX])
{
	assert_int_equal(log_in(s, staff, true, ""), 200);
	assert_int_equal(strlen(s->token), TOKEN_TEXT_MAX - 1);
	memcpy(ret_token, s->token, TOKEN_TEXT_MAX);
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

/* One op at the place it has in its stream. */
static void down(struct shop *s, enum stream stream, int64_t seq, const char *ops)
{
	struct door_event e = { .kind = DOOR_DOWN };

	e.down.stream = stream;
	e.down.epoch = 7;
	e.down.seq = seq;
	e.down.parts = 1;
	if (seq == 0) { /* an empty snapshot begins it */
		e.down.what = DOWN_OFFER;
		text_fmt(e.down.snapshot, sizeof(e.down.snapshot), "s%d", (int)stream);
		submit(s, &e, "");
		e.down.what = DOWN_PART;
		e.down.part = 1;
	}
	e.down.ops = (struct span){ 0, (uint32_t)strlen(ops) };
	submit(s, &e, ops);
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
	down(s, STREAM_POLICY, seq, ops);
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
	down(s, STREAM_ORDERS, seq, ops);
}

static struct shop *open_shop(void)
{
	struct shop *s = calloc(1, sizeof(*s));
	char message[256];

	s->wall_ms = 1795363200000;
	s->mono_ms = 1000;
	s->random = 1;
	text_fmt(s->config.store, sizeof(s->config.store), "S1");
	text_fmt(s->config.lane, sizeof(s->config.lane), "k1");
	text_fmt(s->config.name, sizeof(s->config.name), "Sklep");
	s->config.has_secret = true;
	text_fmt(s->dir, sizeof(s->dir), "/tmp/lada-unit-XXXXXX");
	assert_non_null(mkdtemp(s->dir));
	text_fmt(s->path, sizeof(s->path), "%s/lada.db", s->dir);
	s->st = calloc(1, sizeof(*s->st));
	s->st->clock = (struct clock){ wall, mono, chance, s };
	s->st->config = &s->config;
	s->st->door = door_new(NULL, NULL);
	assert_int_equal(store_open(s->path, &s->st->store, message, sizeof(message)), 0);
	assert_int_equal(station_start(s->st), 0);
	down(s, STREAM_POLICY, 0, "[]");
	down(s, STREAM_ORDERS, 0, "[]");
	down(s, STREAM_LOYALTY, 0, "[]");
	put_staff(s, 1, true);
	put_order(s, 1, "ZAM-1", "4821", "111111");
	put_order(s, 2, "ZAM-2", PAN_ORDER, "222222");
	down(s, STREAM_LOYALTY, 1,
	     "[{\"op\":\"put\",\"type\":\"member\",\"id\":\"M-1\",\"rev\":1,\"body\":{\"card\":"
	     "[\"" PAN_MEMBER "\"]}}]");
	return s;
}

static void close_shop(struct shop *s)
{
	char path[80];

	store_close(s->st->store);
	door_free(s->st->door);
	unlink(s->path);
	text_fmt(path, sizeof(path), "%s-wal", s->path);
	unlink(path);
	text_fmt(path, sizeof(path), "%s-shm", s->path);
	unlink(path);
	rmdir(s->dir);
	free(s->st);
	free(s);
}

#define assert_has(text, part) \
	do { \
		if (!strstr(text, part)) \
			fail_msg("no %s in %s", part, text); \
	} while (0)

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
	close_shop(s);
}

static void test_logout_ends_all_of_a_person(void **state)
{
	char here[TOKEN_TEXT_MAX], there[TOKEN_TEXT_MAX];
	struct shop *s = open_shop();

	(void)state;
	must_log_in(s, "E17", here);
	must_log_in(s, "E17", there);
	scan(s, "LB.E17.T-17");
	assert_int_equal(rows(s), 3);
	assert_int_equal(verb(s, here, "staff.logout", "{}", ""), 200);
	assert_int_equal(rows(s), 0);
	assert_true(told_closed(s, here) && told_closed(s, there));
	assert_int_equal(s->closed_count, s->opened);
	assert_false(lives(s, there));
	/* What is scanned now is nobody's. */
	scan(s, "4821");
	assert_int_equal(s->st->desks[DESK_COUNTER].mode, MODE_IDLE);
	close_shop(s);
}

static void test_leaver_scans_nothing(void **state)
{
	struct shop *s = open_shop();
	char token[TOKEN_TEXT_MAX];

	(void)state;
	must_log_in(s, "E17", token);
	scan(s, "4821");
	assert_int_equal(s->st->desks[DESK_COUNTER].mode, MODE_ASKING);
	verb(s, token, "pickup.cancel", "{}", "");
	put_staff(s, 2, false);
	scan(s, "4821");
	assert_string_equal(s->st->desks[DESK_COUNTER].notice.code, "forbidden");
	assert_int_equal(s->st->desks[DESK_COUNTER].mode, MODE_IDLE);
	assert_int_equal(rows(s), 0);
	assert_true(told_closed(s, token));
	close_shop(s);
}

static void test_badge_scans_do_not_pile_up(void **state)
{
	struct shop *s = open_shop();
	char jan[TOKEN_TEXT_MAX];

	(void)state;
	must_log_in(s, "E18", jan);
	for (int i = 0; i < 20; i++) {
		pass(s, 1000);
		scan(s, "LB.E17.T-17");
	}
	assert_int_equal(rows(s), 1);
	assert_true(told_closed(s, jan));
	scan(s, "4821");
	assert_int_equal(s->st->desks[DESK_COUNTER].mode, MODE_ASKING);
	/* The twelve hours are those of the newest scan. */
	pass(s, 12 * HOUR_MS - 1);
	assert_int_equal(rows(s), 1);
	pass(s, 1);
	assert_int_equal(rows(s), 0);
	close_shop(s);
}

static void test_session_ends_with_its_day(void **state)
{
	struct shop *s = open_shop();
	char token[TOKEN_TEXT_MAX];

	(void)state;
	must_log_in(s, "E17", token);
	s->wall_ms += 12 * HOUR_MS - 1;
	assert_true(lives(s, token));
	s->wall_ms += 1; /* no tick in between */
	assert_false(lives(s, token));
	assert_true(told_closed(s, token));
	must_log_in(s, "E17", token);
	pass(s, 12 * HOUR_MS);
	assert_int_equal(rows(s), 0);
	assert_true(told_closed(s, token));
	/* A clock set back a day does not add one. */
	must_log_in(s, "E17", token);
	pass(s, -24 * HOUR_MS);
	assert_true(lives(s, token));
	pass(s, 12 * HOUR_MS);
	assert_false(lives(s, token));
	close_shop(s);
}

static void test_login_is_no_press(void **state)
{
	struct shop *s = open_shop();

	(void)state;
	assert_int_equal(log_in(s, "E17", false, "a"), 409);
	assert_int_equal(log_in(s, "E17", true, "a"), 200);
	assert_int_equal(strlen(s->token), TOKEN_TEXT_MAX - 1);
	assert_int_equal(log_in(s, "E17", true, "a"), 200);
	assert_int_equal(strlen(s->token), TOKEN_TEXT_MAX - 1);
	/* A badge scanned at the page is a login too. */
	for (int i = 0; i < 2; i++) {
		char token[TOKEN_TEXT_MAX];

		must_log_in(s, "E17", token);
		verb(s, token, "scan", "{\"code\":\"LB.E17.T-17\"}", "b");
		assert_int_equal(strlen(s->token), TOKEN_TEXT_MAX - 1);
		assert_int_equal(verb(s, token, "scan", "{\"code\":\"LB.E17.T-17\"}", "b"), 200);
		assert_int_equal(strlen(s->token), TOKEN_TEXT_MAX - 1);
	}
	close_shop(s);
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
	assert_int_equal(verb(s, token, "pickup.find", "{\"order\":\"4821\",\"pin\":\"111111\"}", ""),
			 200);
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
	close_shop(s);
}

static void test_known_numbers_are_no_cards(void **state)
{
	struct shop *s = open_shop();
	char token[TOKEN_TEXT_MAX];

	(void)state;
	must_log_in(s, "E17", token);
	assert_int_equal(verb(s, token, "scan", "{\"code\":\"" PAN_MEMBER "\"}", ""), 409);
	assert_has(s->reply, "not_found"); /* members open nothing yet */
	scan(s, PAN_MEMBER);
	assert_string_equal(s->st->desks[DESK_COUNTER].notice.code, "not_found");
	scan(s, PAN);
	assert_string_equal(s->st->desks[DESK_COUNTER].notice.code, "card_number_refused");
	assert_int_equal(verb(s, token, "pickup.find",
			      "{\"order\":\"" PAN_ORDER "\",\"pin\":\"222222\"}", ""),
			 200);
	close_shop(s);
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
	pass(s, 5000);
	assert_int_equal(log_in(s, "NOBODY-4", false, ""), 409);
	assert_has(s->reply, "pin_wrong");
	close_shop(s);
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
	pass(s, 600 * 1000);
	assert_int_equal(verb(s, token, "pickup.find", "{\"phone\":\"+48600100417\",\"pin\":"
						       "\"222222\"}", ""),
			 200);
	close_shop(s);
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
	pass(s, -24 * HOUR_MS);
	find(s, token, order, "111111");
	assert_has(s->reply, "pin_locked");
	assert_int_equal(tries_of(s, "order:ZAM-1").until_ms, s->wall_ms + 600 * 1000);
	assert_int_equal(log_in(s, "E18", true, ""), 409);
	assert_has(s->reply, "pin_locked");
	assert_int_equal(tries_of(s, "staff:E18").until_ms, s->wall_ms + 5000);
	pass(s, 600 * 1000);
	assert_int_equal(verb(s, token, "pickup.find", "{\"order\":\"ZAM-1\",\"pin\":\"111111\"}", ""),
			 200);
	assert_int_equal(log_in(s, "E18", true, ""), 200);
	close_shop(s);
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
		cmocka_unit_test(test_card_numbers_are_not_kept),
		cmocka_unit_test(test_known_numbers_are_no_cards),
		cmocka_unit_test(test_unknown_people_share_their_tries),
		cmocka_unit_test(test_guesses_by_phone_count_on_its_orders),
		cmocka_unit_test(test_clock_set_back_opens_no_lock),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
