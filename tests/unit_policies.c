// SPDX-License-Identifier: Apache-2.0
/* Keys that come and go by a signed policy, a lane that its store withdraws, a name that another
 * client uses. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <sodium.h>
#include <stdlib.h>

#include "tests/shop.h"

static void pair_of(uint8_t byte, struct trust_pair *ret_pair)
{
	uint8_t seed[TRUST_SEED_BYTES];

	memset(seed, byte, sizeof(seed));
	trust_pair_from_seed(seed, ret_pair);
}

static void pin(struct shop *s, uint8_t kid, enum key_purpose purpose, uint8_t byte)
{
	struct trust_key *k = &s->config.keys.key[s->config.keys.count++];
	struct trust_pair pair;

	pair_of(byte, &pair);
	*k = (struct trust_key){ .kid = kid, .purpose = purpose };
	memcpy(k->public_key, pair.public_key, TRUST_PUBLIC_BYTES);
}

static const char *key_text(uint8_t byte)
{
	static char base64[4][64];
	static int n;
	struct trust_pair pair;
	char *dst = base64[n++ % 4];

	pair_of(byte, &pair);
	base64_encode(pair.public_key, TRUST_PUBLIC_BYTES, false, dst, 64);
	return dst;
}

/* The next message of the policy stream, signed by a stream key. */
static void policy(struct shop *s, int kid, const char *id, const char *body)
{
	struct cursor c;
	struct door_event e = { .kind = DOOR_DOWN };
	char ops[SHOP_TEXT_MAX];
	static int rev = 10;

	store_begin(s->st->store);
	c = store_cursor(s->st->store, STREAM_POLICY);
	assert_int_equal(store_commit(s->st->store), 0);
	text_fmt(ops, sizeof(ops),
		 "[{\"op\":\"put\",\"type\":\"policy\",\"id\":\"%s\",\"rev\":%d,\"body\":%s}]", id,
		 ++rev, body);
	e.down.stream = STREAM_POLICY;
	e.down.epoch = 7;
	e.down.seq = c.seq + 1;
	e.down.signer = (uint16_t)(kid + 1);
	e.down.ops = (struct span){ 0, (uint32_t)strlen(ops) };
	shop_submit(s, &e, ops);
}

static int64_t policy_seq(struct shop *s)
{
	struct cursor c;

	store_begin(s->st->store);
	c = store_cursor(s->st->store, STREAM_POLICY);
	assert_int_equal(store_commit(s->st->store), 0);
	return c.seq;
}

/* What the station says to a pickup code of ZAM-1 signed by this key. */
static const char *scan_code(struct shop *s, uint8_t kid, uint8_t byte)
{
	struct pickup_code c = { .kid = kid };
	char code[CODE_TEXT_MAX];
	struct trust_pair pair;

	pair_of(byte, &pair);
	text_fmt(c.store, sizeof(c.store), "%s", s->config.store);
	text_fmt(c.order, sizeof(c.order), "ZAM-1");
	assert_true(code_sign(&c, &pair, code) > 0);
	shop_verb(s, "pickup.cancel", "{}", NULL);
	shop_scan(s, code);
	return s->st->desks[DESK_COUNTER].notice.code;
}

static struct shop *signed_shop(void)
{
	struct shop *s = shop_stocked(1);

	pin(s, 1, KEY_PICKUP, 1);
	pin(s, 2, KEY_STREAM, 2);
	shop_restart(s);
	return s;
}

/* A keys file that does not go with the policy any more brings no withdrawn key back. */
static void test_withdrawn_stays_so(void **state)
{
	struct shop *s = signed_shop();
	char body[1024];

	(void)state;
	text_fmt(body, sizeof(body),
		 "{\"add\":[{\"kid\":3,\"purpose\":\"pickup\",\"key\":\"%s\"}],"
		 "\"withdrawn\":[{\"kid\":1,\"purpose\":\"pickup\"}]}",
		 key_text(3));
	policy(s, 2, "keys", body);
	assert_string_equal(scan_code(s, 1, 1), "unknown_key");
	pin(s, 3, KEY_PICKUP, 4);
	shop_restart(s);
	assert_string_equal(scan_code(s, 1, 1), "unknown_key");
	assert_string_equal(scan_code(s, 3, 4), "ready");
	shop_close(s);
}

static void test_keys_rotate(void **state)
{
	struct shop *s = signed_shop();
	char body[1024], ring[1024];

	(void)state;
	text_fmt(ring, sizeof(ring), "1 pickup %s\n2 stream %s\n", key_text(1), key_text(2));
	assert_string_equal(s->keys, ring);
	assert_string_equal(scan_code(s, 1, 1), "ready");
	assert_string_equal(scan_code(s, 3, 3), "unknown_key");
	/* Two at once. */
	text_fmt(body, sizeof(body),
		 "{\"add\":[{\"kid\":3,\"purpose\":\"pickup\",\"key\":\"%s\"},"
		 "{\"kid\":4,\"purpose\":\"stream\",\"key\":\"%s\"}]}",
		 key_text(3), key_text(4));
	policy(s, 2, "keys", body);
	assert_string_equal(scan_code(s, 1, 1), "ready");
	assert_string_equal(scan_code(s, 3, 3), "ready");
	assert_string_equal(scan_code(s, 3, 1), "bad_signature");
	assert_has(s->keys, "4 stream ");
	policy(s, 4, "print", "{}");
	policy(s, 2, "print", "{}");
	assert_int_equal(policy_seq(s), 4);
	/* One withdrawn, for good, and by the new key. */
	text_fmt(body, sizeof(body),
		 "{\"add\":[{\"kid\":3,\"purpose\":\"pickup\",\"key\":\"%s\"},"
		 "{\"kid\":4,\"purpose\":\"stream\",\"key\":\"%s\"}],\"withdrawn\":"
		 "[{\"kid\":1,\"purpose\":\"pickup\"},{\"kid\":2,\"purpose\":\"stream\"}]}",
		 key_text(3), key_text(4));
	policy(s, 4, "keys", body);
	text_fmt(ring, sizeof(ring), "3 pickup %s\n4 stream %s\n", key_text(3), key_text(4));
	assert_string_equal(s->keys, ring);
	for (int i = 0; i < 2; i++) {
		assert_string_equal(scan_code(s, 1, 1), "unknown_key");
		assert_string_equal(scan_code(s, 3, 3), "ready");
		s->keys[0] = '\0';
		shop_restart(s);
		assert_string_equal(s->keys, ring);
	}
	shop_close(s);
}

/* What a withdrawn key signed is not applied, even when it was on its way already. */
static void test_a_withdrawn_key_withdraws_nobody(void **state)
{
	struct shop *s = signed_shop();
	struct door_event cmd = { .kind = DOOR_CMD };
	int64_t seq;
	char body[1024];

	(void)state;
	pin(s, 5, KEY_STREAM, 5);
	policy(s, 2, "keys", "{\"withdrawn\":[{\"kid\":2,\"purpose\":\"stream\"}]}");
	seq = policy_seq(s);
	assert_null(strstr(s->keys, "2 stream"));
	text_fmt(body, sizeof(body), "{\"withdrawn\":[{\"kid\":5,\"purpose\":\"stream\"}]}");
	policy(s, 2, "keys", body);
	policy(s, 2, "keys", "{}");
	assert_int_equal(policy_seq(s), seq);
	assert_has(s->keys, "5 stream");
	text_fmt(cmd.cmd.id, sizeof(cmd.cmd.id), "c1");
	text_fmt(cmd.cmd.name, sizeof(cmd.cmd.name), "restart");
	cmd.cmd.expires_ms = s->wall_ms + 60000;
	cmd.cmd.signer = 3;
	shop_submit(s, &cmd, NULL);
	assert_int_equal(s->restarts, 0);
	cmd.cmd.signer = 6;
	shop_submit(s, &cmd, NULL);
	assert_int_equal(s->restarts, 1);
	/* The key that is left can take it back. */
	policy(s, 5, "keys", "{}");
	assert_has(s->keys, "2 stream");
	shop_close(s);
}

static void rejected(struct shop *s, const char *body, const char *why)
{
	char want[128], keys[1024];

	text_fmt(keys, sizeof(keys), "%s", s->keys);
	s->up[0] = '\0';
	policy(s, 2, "keys", body);
	text_fmt(want, sizeof(want), "\"id\":\"keys\",\"reason\":\"%s\"", why);
	assert_has(s->up, want);
	assert_string_equal(s->keys, keys);
}

static void test_bad_key_policies_are_dead_letters(void **state)
{
	struct shop *s = signed_shop();
	char body[4096], one[256];
	struct buf b;

	(void)state;
	rejected(s, "{\"withdrawn\":[{\"kid\":2,\"purpose\":\"stream\"}]}", "keys_none_left");
	rejected(s, "{\"add\":{}}", "shape");
	rejected(s, "{\"add\":[{\"kid\":300,\"purpose\":\"stream\",\"key\":\"x\"}]}", "keys_shape");
	rejected(s, "{\"add\":[{\"kid\":3,\"purpose\":\"stream\",\"key\":\"x\"}]}", "keys_shape");
	rejected(s, "{\"withdrawn\":[{\"kid\":2,\"purpose\":\"dream\"}]}", "keys_shape");
	rejected(s, "{\"withdrawn\":[7]}", "keys_shape");
	text_fmt(body, sizeof(body),
		 "{\"add\":[{\"kid\":2,\"purpose\":\"stream\",\"key\":\"%s\"}]}", key_text(9));
	rejected(s, body, "keys_kid");
	buf_init(&b, body, sizeof(body));
	buf_text(&b, "{\"add\":[");
	for (int i = 0; i < 31; i++) {
		text_fmt(one, sizeof(one), "%s{\"kid\":%d,\"purpose\":\"update\",\"key\":\"%s\"}",
			 i ? "," : "", i, key_text((uint8_t)(20 + i)));
		buf_text(&b, one);
	}
	buf_text(&b, "]}");
	rejected(s, buf_str(&b), "keys_count");
	/* The stream has gone on, and so does the station. */
	assert_string_equal(scan_code(s, 1, 1), "ready");
	policy(s, 2, "keys", "{\"withdrawn\":[{\"kid\":1,\"purpose\":\"pickup\"}]}");
	assert_string_equal(scan_code(s, 1, 1), "unknown_key");
	shop_close(s);
}

/* Nobody has signed it, so it is nobody's word. */
static void test_without_a_pinned_stream_key_it_is_not_honoured(void **state)
{
	struct shop *s = shop_stocked(1);
	char body[512];

	(void)state;
	pin(s, 1, KEY_PICKUP, 1);
	text_fmt(body, sizeof(body),
		 "{\"add\":[{\"kid\":3,\"purpose\":\"pickup\",\"key\":\"%s\"}],\"withdrawn\":"
		 "[{\"kid\":1,\"purpose\":\"pickup\"}]}",
		 key_text(3));
	policy(s, -1, "keys", body);
	assert_string_equal(scan_code(s, 1, 1), "ready");
	assert_string_equal(scan_code(s, 3, 3), "unknown_key");
	shop_close(s);
}

static void test_a_withdrawn_lane_serves_nobody(void **state)
{
	struct shop *s = shop_stocked(1);
	char code[CODE_TEXT_MAX];

	(void)state;
	shop_sign_code(s, "ZAM-1", code);
	shop_scan(s, code);
	assert_has(s->screen, "\"mode\":\"pickup\"");
	policy(s, -1, "lanes", "{\"lanes\":[{\"lane\":\"k2\"}]}");
	assert_string_equal(s->lanes, "[{\"lane\":\"k2\"}]");
	assert_has(s->screen, "\"mode\":\"revoked\"");
	assert_has(s->manage, "\"mode\":\"revoked\"");
	assert_has(s->screen, "\"pickup\":null");
	assert_has(s->screen, "\"notice\":{\"code\":\"revoked\"");
	assert_has(s->heartbeat, "\"revoked\":true");
	for (int i = 0; i < 2; i++) {
		static const char *const verbs[] = { "scan", "pickup.find", "pickup.take",
						     "pickup.handover", "drawer.open" };

		for (size_t k = 0; k < COUNT_OF(verbs); k++) {
			shop_verb(s, verbs[k], "{\"order\":\"ZAM-1\",\"code\":\"x\"}", NULL);
			assert_int_equal(s->status, 409);
			assert_has(s->reply, "\"code\":\"revoked\"");
		}
		shop_scan(s, code);
		assert_has(s->screen, "\"mode\":\"revoked\"");
		shop_verb(s, "language", "{\"lang\":\"en\"}", NULL);
		assert_int_equal(s->status, 200);
		shop_restart(s); /* keeps it */
	}
	/* Listed again, it serves. An empty list withdraws nobody. */
	policy(s, -1, "lanes", "{\"lanes\":[]}");
	assert_has(s->screen, "\"mode\":\"idle\"");
	assert_null(strstr(s->heartbeat, "revoked"));
	policy(s, -1, "lanes", "{\"lanes\":[{\"lane\":\"k2\"}]}");
	policy(s, -1, "lanes", "{\"lanes\":[{\"lane\":\"k1\"}]}");
	shop_scan(s, code);
	assert_has(s->screen, "\"mode\":\"pickup\"");
	shop_close(s);
}

/* Where it signs, a lane listed with another station's key is another station's. */
static void test_a_lane_given_to_another_station(void **state)
{
	struct shop *s = shop_stocked(1);
	char body[256];

	(void)state;
	text_fmt(s->st->identity, sizeof(s->st->identity), "%s", key_text(3));
	text_fmt(body, sizeof(body), "{\"lanes\":[{\"lane\":\"k1\",\"key\":\"%s\"}]}", key_text(4));
	policy(s, -1, "lanes", body);
	assert_has(s->screen, "\"mode\":\"idle\"");
	s->config.sign = true;
	text_fmt(body, sizeof(body), "{\"lanes\":[{\"lane\":\"k1\",\"key\":\"%s\"}],\"v\":2}",
		 key_text(4));
	policy(s, -1, "lanes", body);
	assert_has(s->screen, "\"mode\":\"revoked\"");
	text_fmt(body, sizeof(body), "{\"lanes\":[{\"lane\":\"k1\",\"key\":\"%s\"}]}", key_text(3));
	policy(s, -1, "lanes", body);
	assert_has(s->screen, "\"mode\":\"idle\"");
	shop_close(s);
}

static void broker(struct shop *s, const char *trouble, bool taken)
{
	struct door_event e = { .kind = DOOR_BROKER, .broker.taken = taken };

	text_fmt(e.broker.trouble, sizeof(e.broker.trouble), "%s", trouble);
	s->up[0] = '\0';
	shop_submit(s, &e, NULL);
}

static void test_a_taken_name_is_told_once_an_episode(void **state)
{
	struct shop *s = shop_stocked(1);

	(void)state;
	broker(s, "the connection was lost", false);
	assert_has(s->manage, "\"broker_trouble\":\"the connection was lost\"");
	assert_has(s->screen, "\"taken\":false");
	broker(s, "the connection was lost", true);
	assert_has(s->up, "\"type\":\"session.taken\"");
	assert_has(s->screen, "\"taken\":true");
	broker(s, "", true);
	assert_string_equal(s->up, "");
	broker(s, "", false);
	assert_has(s->screen, "\"taken\":false");
	broker(s, "", true);
	assert_has(s->up, "\"type\":\"session.taken\"");
	shop_close(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_withdrawn_stays_so),
		cmocka_unit_test(test_keys_rotate),
		cmocka_unit_test(test_a_withdrawn_key_withdraws_nobody),
		cmocka_unit_test(test_bad_key_policies_are_dead_letters),
		cmocka_unit_test(test_without_a_pinned_stream_key_it_is_not_honoured),
		cmocka_unit_test(test_a_withdrawn_lane_serves_nobody),
		cmocka_unit_test(test_a_lane_given_to_another_station),
		cmocka_unit_test(test_a_taken_name_is_told_once_an_episode),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
