// SPDX-License-Identifier: Apache-2.0
/*
 * Points at HQ: what is granted and when that ends, allowances that are lowered and renewed, orders
 * that remember, missions and coupons, and what is no lane's to say.
 */
#include "tests/hq_fixture.h"

#include "sync/hq/export.h"
#include "sync/hq/points.h"
#include "sync/hq/stream.h"

#define MEMBER "{\"points\":100,\"allowance\":{\"k1\":30,\"k2\":20}}"

static int64_t granted(struct fixture *f, const char *id, int points, char *name)
{
	char text[160];
	struct json answer;

	text_fmt(text, sizeof(text),
		 "{\"ask\":\"grant\",\"id\":\"%s\",\"member\":\"M\",\"points\":%d,\"order\":\"X\"}",
		 id, points);
	ask(f, text);
	answer = json_get(letter(f, STORE "/" LANE "/down/loyalty"), "answer");
	assert_is(json_get(answer, "ask"), id);
	if (name)
		assert_true(json_string(json_get(answer, "grant"), name, 24) > 0);
	return at(answer, "points");
}

static struct json member(struct fixture *f)
{
	static char text[4096];
	struct record r;

	assert_true(record_find(&f->hq, STORE, stream_by_name("loyalty"), "M", &r));
	assert_int_equal(slice_copy(r.body, text, sizeof(text)), 0);
	return parsed(text);
}

static struct json order_loyalty(struct fixture *f, const char *id)
{
	static char text[4096];
	struct record r;

	assert_true(record_find(&f->hq, STORE, stream_by_name("orders"), id, &r));
	assert_int_equal(slice_copy(r.body, text, sizeof(text)), 0);
	return element_of(json_get(parsed(text), "loyalty"), 0);
}

static void allowance_is(struct fixture *f, int64_t k1, int64_t k2)
{
	const struct json a = json_get(member(f), "allowance");

	assert_int_equal(at(a, "k1"), k1);
	assert_int_equal(at(a, "k2"), k2);
}

static void alarms(struct fixture *f, const char *kind, int64_t n)
{
	assert_int_equal(
		db_number(&f->hq.db, 0, "SELECT times FROM alarm WHERE kind = ?", "t", kind), n);
}

/* The lane is one that HQ knows: it has told how it stands. */
static void lane_is_known(struct fixture *f)
{
	db_begin(&f->hq.db);
	db_run(&f->hq.db,
	       "INSERT INTO lane (store, lane, online, epoch, conn, outbox, version, state, "
	       "seen_at)"
	       " VALUES (?, ?, 1, 1, 1, 0, '', '{}', '')",
	       "tt", STORE, LANE);
	assert_int_equal(db_commit(&f->hq.db), 0);
}

static void allowances_follow_what_there_is(void **state)
{
	struct fixture *f = *state;

	put(f, "member", "M", "", MEMBER);
	assert_true(json_get(member(f), "limits").type == JSON_NONE); /* as it was imported */
	up(f, "loyalty.redeemed",
	   "{\"member\":\"M\",\"points\":75,\"order\":\"A\",\"against\":\"allowance\"}");
	alarms(f, "allowance_exceeded", 1);
	allowance_is(f, 25, 20);
	assert_int_equal(at(json_get(member(f), "limits"), "k1"), 30);
	up(f, "loyalty.redeemed",
	   "{\"member\":\"M\",\"points\":30,\"order\":\"A\",\"against\":\"allowance\"}");
	allowance_is(f, 0, 0);
	alarms(f, "points_overspent", 1);
	assert_int_equal(at(member(f), "points"), -5);
	up(f, "loyalty.earned", "{\"member\":\"M\",\"points\":30,\"order\":\"A\"}");
	allowance_is(f, 25, 20);
	up(f, "loyalty.earned", "{\"member\":\"M\",\"points\":100,\"order\":\"A\"}");
	allowance_is(f, 30, 20);
	/* Imported anew with fewer points than it lets lanes spend. */
	put(f, "member", "M", "", "{\"points\":10,\"allowance\":{\"k1\":30,\"k2\":5}}");
	allowance_is(f, 10, 5);
	assert_int_equal(at(json_get(member(f), "limits"), "k1"), 30);
}

static void a_grant_ends_by_the_lanes_word_alone(void **state)
{
	struct fixture *f = *state;
	char name[24], body[200];

	lane_is_known(f);
	put(f, "member", "M", "", MEMBER);
	assert_int_equal(granted(f, "a1", 60, name), 60);
	f->wall_ms += INT64_C(86400000); /* a lane whose line is down since */
	assert_int_equal(granted(f, "a2", 60, NULL), 0);
	assert_int_equal(granted(f, "a1", 60, NULL), 60); /* still the same answer */
	up(f, "loyalty.released", "{\"member\":\"M\",\"points\":60,\"ask\":\"a1\"}");
	assert_int_equal(granted(f, "a1", 60, NULL), 0);
	assert_int_equal(granted(f, "a3", 60, name), 60);
	text_fmt(body, sizeof(body),
		 "{\"member\":\"M\",\"points\":50,\"order\":\"A\",\"against\":\"grant\",\"grant\":"
		 "\"%s\"}",
		 name);
	up(f, "loyalty.redeemed", body);
	/* Released behind it: it was used all the same. */
	up(f, "loyalty.released", "{\"member\":\"M\",\"points\":60,\"ask\":\"a3\"}");
	assert_int_equal(at(member(f), "points"), 50);
	assert_int_equal(granted(f, "a4", 50, NULL), 50);
	assert_int_equal(granted(f, "a5", 1, NULL), 0);
	/* A lane that was silent for a month is not waited for. */
	f->wall_ms += (int64_t)POINTS_SILENT_S * 1000 + 1000;
	assert_int_equal(granted(f, "a6", 50, NULL), 50);
	alarms(f, "grant_over", 0);
	up(f, "loyalty.redeemed", body);
	alarms(f, "grant_over", 1);
}

static void an_ask_behind_its_release_gets_nothing(void **state)
{
	struct fixture *f = *state;

	lane_is_known(f);
	put(f, "member", "M", "", MEMBER);
	up(f, "loyalty.released", "{\"member\":\"M\",\"points\":60,\"ask\":\"a1\"}");
	assert_int_equal(granted(f, "a1", 60, NULL), 0);
	assert_int_equal(granted(f, "a2", 100, NULL), 100);
}

static void a_grant_that_is_not_the_lanes_is_an_alarm(void **state)
{
	static const char *const names[] = { "G99", "X1", "G", "G1x", "G123456789012345678901" };
	struct fixture *f = *state;
	char name[24], body[200];

	put(f, "member", "M", "", MEMBER);
	put(f, "member", "N", "", MEMBER);
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		text_fmt(body, sizeof(body),
			 "{\"member\":\"M\",\"points\":1,\"order\":\"A\",\"against\":\"grant\","
			 "\"grant\":\"%s\"}",
			 names[i]);
		up(f, "loyalty.redeemed", body);
		alarms(f, "grant_unknown", (int64_t)i + 1);
	}
	granted(f, "a1", 10, name);
	text_fmt(body, sizeof(body),
		 "{\"member\":\"N\",\"points\":1,\"order\":\"A\",\"against\":\"grant\",\"grant\":"
		 "\"%s\"}",
		 name);
	up(f, "loyalty.redeemed", body);
	alarms(f, "grant_unknown", COUNT_OF(names) + 1);
	body[11] = 'M';
	text_fmt(body, sizeof(body),
		 "{\"member\":\"M\",\"points\":11,\"order\":\"A\",\"against\":\"grant\",\"grant\":"
		 "\"%s\"}",
		 name);
	up(f, "loyalty.redeemed", body);
	alarms(f, "grant_exceeded", 1);
	assert_int_equal(at(member(f), "points"), 100 - (int)COUNT_OF(names) - 11);
}

/* The same events again, and an ERP that knows of none of them. */
static void an_order_remembers_its_points(void **state)
{
	struct fixture *f = *state;
	char memory[8192];
	struct buf b;

	put(f, "member", "M", "", MEMBER);
	put(f, "order", "ZAM-1", "", READY_BODY);
	buf_init(&b, memory, sizeof(memory));
	event(f, &b, "loyalty.redeemed",
	      "{\"member\":\"M\",\"points\":20,\"order\":\"ZAM-1\",\"against\":\"allowance\","
	      "\"amount\":40}",
	      NULL);
	event(f, &b, "loyalty.earned", "{\"member\":\"M\",\"points\":9,\"order\":\"ZAM-1\"}", NULL);
	event(f, &b, "loyalty.earned",
	      "{\"member\":\"M\",\"points\":-4,\"order\":\"ZAM-1\",\"why\":\"return\",\"store\":"
	      "\"" STORE "\"}",
	      NULL);
	event(f, &b, "loyalty.earned",
	      "{\"member\":\"M\",\"points\":7,\"order\":\"ZAM-1\",\"why\":\"refund\"}", NULL);
	for (int i = 0; i < 3; i++) {
		assert_ack(send_up(f, buf_str(&b)), 4, NULL);
		assert_int_equal(at(member(f), "points"), 100 - 20 + 9 - 4 + 7);
	}
	put(f, "order", "ZAM-1", "", READY_BODY);
	assert_int_equal(at(order_loyalty(f, "ZAM-1"), "earned"), 9);
	assert_int_equal(at(order_loyalty(f, "ZAM-1"), "back"), 4);
	assert_int_equal(at(order_loyalty(f, "ZAM-1"), "redeemed"), 20);
	assert_int_equal(at(order_loyalty(f, "ZAM-1"), "worth"), 40);
	assert_int_equal(at(order_loyalty(f, "ZAM-1"), "given"), 7);
	/* Of one that comes later too. */
	up(f, "loyalty.earned", "{\"member\":\"M\",\"points\":5,\"order\":\"ZAM-2\"}");
	put(f, "order", "ZAM-2", "", READY_BODY);
	assert_int_equal(at(order_loyalty(f, "ZAM-2"), "earned"), 5);
}

static void missions_are_given_once(void **state)
{
	static const char given[] =
		"{\"member\":\"M\",\"points\":50,\"why\":\"mission\",\"mission\":\"A\"}";
	struct fixture *f = *state;
	struct json mission;

	put(f, "policy", "loyalty", "",
	    "{\"missions\":[{\"id\":\"A\",\"needs\":{\"pickup\":2,\"review\":1},\"points\":50},"
	    "{\"id\":\"B\",\"needs\":{\"review\":1},\"points\":5},"
	    "{\"id\":\"C\",\"needs\":{\"pickup\":9},\"points\":5}]}");
	put(f, "member", "M", "",
	    "{\"points\":0,\"missions\":[{\"id\":\"A\",\"done\":{\"review\":1},\"x\":7}]}");
	up(f, "loyalty.counted", "{\"member\":\"M\",\"event\":\"pickup\",\"order\":\"A\"}");
	up(f, "loyalty.counted", "{\"member\":\"M\",\"event\":\"pickup\",\"order\":\"B\"}");
	mission = element_of(json_get(member(f), "missions"), 0);
	assert_is(json_get(mission, "id"), "A");
	assert_int_equal(at(json_get(mission, "done"), "pickup"), 2);
	assert_int_equal(at(json_get(mission, "done"), "review"), 1);
	assert_int_equal(at(mission, "x"), 7);
	mission = element_of(json_get(member(f), "missions"), 1);
	assert_is(json_get(mission, "id"), "C");
	assert_int_equal(at(json_get(mission, "done"), "pickup"), 2);
	assert_ack(up(f, "loyalty.earned", given), 3, NULL);
	assert_int_equal(at(member(f), "points"), 50);
	/* The other lane saw it complete as well. */
	assert_ack(up(f, "loyalty.earned", given), 4, "mission_given");
	assert_int_equal(at(member(f), "points"), 50);
}

static void coupons_are_used_and_twice_is_an_alarm(void **state)
{
	static const char used[] =
		"{\"member\":\"M\",\"coupon\":\"K\",\"order\":\"A\",\"amount\":5}";
	struct fixture *f = *state;

	put(f, "member", "M", "",
	    "{\"points\":0,\"coupons\":[{\"id\":\"J\"},{\"id\":\"K\",\"amount\":5}]}");
	up(f, "loyalty.used", used);
	assert_true(json_true(json_get(element_of(json_get(member(f), "coupons"), 1), "used")));
	assert_int_equal(at(element_of(json_get(member(f), "coupons"), 1), "amount"), 5);
	alarms(f, "coupon_twice", 0);
	up(f, "loyalty.used", used);
	alarms(f, "coupon_twice", 1);
}

static void what_cannot_be_is_rejected(void **state)
{
	static const struct {
		const char *type, *body;
	} bad[] = {
		{ "loyalty.earned", "{\"points\":5}" },
		{ "loyalty.earned", "{\"member\":\"M\",\"points\":-5}" },
		{ "loyalty.earned", "{\"member\":\"M\",\"points\":5,\"why\":\"return\"}" },
		{ "loyalty.earned", "{\"member\":\"M\",\"points\":5,\"why\":\"mission\"}" },
		{ "loyalty.earned", "{\"member\":\"M\",\"points\":99999999999}" },
		{ "loyalty.redeemed", "{\"member\":\"M\",\"points\":-1,\"order\":\"A\"}" },
		{ "loyalty.released", "{\"member\":\"M\",\"points\":1}" },
		{ "loyalty.used", "{\"member\":\"M\"}" },
		{ "loyalty.counted", "{\"member\":\"M\",\"event\":5}" },
	};
	struct fixture *f = *state;

	put(f, "member", "M", "", MEMBER);
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		assert_ack(up(f, bad[i].type, bad[i].body), (int64_t)i + 1, "body");
	assert_int_equal(at(member(f), "points"), 100);
	up(f, "loyalty.redeemed", "{\"member\":\"GHOST\",\"points\":1,\"order\":\"A\"}");
	alarms(f, "member_unknown", 1);
}

int main(void)
{
#define T(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(allowances_follow_what_there_is),
		T(a_grant_ends_by_the_lanes_word_alone),
		T(an_ask_behind_its_release_gets_nothing),
		T(a_grant_that_is_not_the_lanes_is_an_alarm),
		T(an_order_remembers_its_points),
		T(missions_are_given_once),
		T(coupons_are_used_and_twice_is_an_alarm),
		T(what_cannot_be_is_rejected),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
