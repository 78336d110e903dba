// SPDX-License-Identifier: Apache-2.0
/*
 * Who is believed: frames of HQ by the keys that are valid now, frames of lanes by policy
 * `lanes`, our own by our identity.
 */
#include "tests/fake_sync.h"

static void with_a_stream_key_hq_must_sign(void **state)
{
	struct fixture *f = *state;
	const char *ack = "{\"epoch\":1795366197,\"seq\":5531}";
	const char *down = "{\"stream\":\"orders\",\"epoch\":7,\"seq\":1,\"ops\":[]}";
	struct slice p;
	struct door_event e;
	char *broken;

	add_key(f, 2, KEY_STREAM, &f->stream);
	make_sync(f);
	refused(f, ME "ack", ack, "signature");
	refused(f, ALL "down/orders", down, "signature");
	refused(f, "lada/1/hq", "{\"online\":true,\"n\":1}", "signature");
	refused(f, ME "cmd", "{}", "signature");
	refused(f, ME "blob", "a4\nxx", "signature");
	refused(f, ME "ack", "LS1 2 short\n{}", "signature");
	/* The worked example of the contract's vectors. */
	receive(f, ME "ack",
		"LS1 2 NP1k4tYVDpvNci60z5WND4mbCN3zQocwe0bvR1gNtJqsmJczZkrjvCozj3weoz4QbB9RLOJr602K"
		"buSmEhoXDw==\n{\"epoch\":1795366197,\"seq\":5531}");
	assert_int_equal(take(f, DOOR_ACK, NULL).ack.seq, 5531);

	receive(f, ALL "down/orders", signed_frame(f, "2", &f->stream, ALL "down/orders", down));
	e = take(f, DOOR_DOWN, &p);
	span_is(p, e.down.ops, "[]");
	assert_true(slice_eq(p, down));
	/* Another topic, another key, another purpose, another name of the key, a flipped bit. */
	refused(f, ME "down/orders", signed_frame(f, "2", &f->stream, ALL "down/orders", down),
		"signature");
	refused(f, ME "ack", signed_frame(f, "2", &f->pickup, ME "ack", ack), "signature");
	refused(f, ME "ack", signed_frame(f, "1", &f->pickup, ME "ack", ack), "signature");
	refused(f, ME "ack", signed_frame(f, "02", &f->stream, ME "ack", ack), "signature");
	broken = f->frame + strlen(signed_frame(f, "2", &f->stream, ME "ack", ack)) - 2;
	*broken ^= 1;
	refused(f, ME "ack", f->frame, "signature");
	/* Who signed is told to the step, which may know meanwhile that the key is withdrawn. */
	receive(f, ALL "down/orders", signed_frame(f, "2", &f->stream, ALL "down/orders", down));
	assert_int_equal(take(f, DOOR_DOWN, NULL).down.signer, 3);
	/* Siblings are not HQ, and need no signature while policy `lanes` has no keys. */
	receive(f, ALL "k2/up", K2_UP);
	take(f, DOOR_UP, NULL);
}

/* The step hands on which keys are valid now. */
static void keys_change_while_it_runs(void **state)
{
	const struct door_out keys = { .kind = OUT_KEYS };
	const char *ack = "{\"epoch\":1795366197,\"seq\":5531}";
	struct fixture *f = *state;
	struct trust_pair next;
	struct trust_keys list;
	char text[TRUST_KEYS_TEXT_MAX];
	struct buf b;

	pair_of(4, &next);
	add_key(f, 2, KEY_STREAM, &f->stream);
	make_sync(f);
	refused(f, ME "ack", signed_frame(f, "3", &next, ME "ack", ack), "signature");
	add_key(f, 3, KEY_STREAM, &next);
	list = f->keys;
	f->keys.count--; /* pinned is what the file says */
	buf_init(&b, text, sizeof(text));
	trust_keys_write(&list, &b);
	output(f, &keys, buf_str(&b));
	/* Two at once. */
	receive(f, ME "ack", signed_frame(f, "3", &next, ME "ack", ack));
	take(f, DOOR_ACK, NULL);
	receive(f, ME "ack", signed_frame(f, "2", &f->stream, ME "ack", ack));
	take(f, DOOR_ACK, NULL);
	/* The first is withdrawn; nobody gets in with it, nor without any. */
	list.key[1] = list.key[2];
	list.count = 2;
	buf_init(&b, text, sizeof(text));
	trust_keys_write(&list, &b);
	output(f, &keys, buf_str(&b));
	refused(f, ME "ack", signed_frame(f, "2", &f->stream, ME "ack", ack), "signature");
	refused(f, ME "cmd", signed_frame(f, "2", &f->stream, ME "cmd", "{}"), "signature");
	refused(f, ME "ack", ack, "signature");
	receive(f, ME "ack", signed_frame(f, "3", &next, ME "ack", ack));
	take(f, DOOR_ACK, NULL);
	/* What cannot be read changes nothing. */
	output(f, &keys, "nonsense");
	receive(f, ME "ack", signed_frame(f, "3", &next, ME "ack", ack));
	take(f, DOOR_ACK, NULL);
}

static void list_lanes(struct fixture *f, const char *k2, const char *more)
{
	const struct door_out lanes = { .kind = OUT_LANES };
	char text[512];

	assert_int_equal(
		text_fmt(text, sizeof(text), "[{\"lane\":\"k1\"},{\"lane\":\"k2\"%s}%s]", k2, more),
		0);
	output(f, &lanes, text);
}

static void lanes_with_keys_must_sign(void **state)
{
	struct fixture *f = *state;
	struct trust_pair k2, k3;
	char base64[64], key[128];

	pair_of(5, &k2);
	pair_of(6, &k3);
	base64_encode(k2.public_key, TRUST_PUBLIC_BYTES, false, base64, sizeof(base64));
	text_fmt(key, sizeof(key), ",\"key\":\"%s\"", base64);
	/* No keys: everybody is believed, one that is not listed too. */
	list_lanes(f, "", "");
	receive(f, ALL "k9/up",
		"{\"store\":\"WAW-042\",\"lane\":\"k9\",\"epoch\":5,\"events\":[]}");
	take(f, DOOR_UP, NULL);
	list_lanes(f, key, ",{\"lane\":\"k4\"}");
	refused(f, ALL "k2/up", K2_UP, "signature");
	refused(f, ALL "k2/ask", ASKS_K1, "signature");
	refused(f, ALL "k2/state", K2_STATE, "signature");
	refused(f, ALL "claim", TAKE("k2"), "signature");
	refused(f, ALL "k2/up", signed_frame(f, "k2", &k3, ALL "k2/up", K2_UP), "signature");
	refused(f, ALL "k2/up", signed_frame(f, "k4", &k2, ALL "k2/up", K2_UP), "signature");
	refused(f, ALL "k2/up", signed_frame(f, "k2", &k2, ALL "k2/ask", K2_UP), "signature");
	receive(f, ALL "k2/up", signed_frame(f, "k2", &k2, ALL "k2/up", K2_UP));
	take(f, DOOR_UP, NULL);
	receive(f, ALL "k2/ask", signed_frame(f, "k2", &k2, ALL "k2/ask", ASKS_K1));
	take(f, DOOR_AGAIN, NULL);
	receive(f, ALL "k2/state", signed_frame(f, "k2", &k2, ALL "k2/state", K2_STATE));
	take(f, DOOR_LANE, NULL);
	receive(f, ALL "claim", signed_frame(f, "k2", &k2, ALL "claim", TAKE("k2")));
	take(f, DOOR_CLAIM, NULL);
	refused(f, ALL "claim", TAKE("k3"), "lane");
	refused(f, ALL "k9/up", "{}", "lane");
	refused(f, ALL "k9/state", signed_frame(f, "k9", &k3, ALL "k9/state", K2_STATE), "lane");
	/* A listed lane without a key cannot sign. */
	receive(f, ALL "claim", TAKE("k4"));
	take(f, DOOR_CLAIM, NULL);
	/* A key nobody has is not no key. */
	list_lanes(f, ",\"key\":\"x\"", "");
	refused(f, ALL "k2/up", signed_frame(f, "k2", &k2, ALL "k2/up", K2_UP), "signature");
}

static void our_own_claims_must_be_ours(void **state)
{
	struct fixture *f = *state;
	struct trust_pair other;

	pair_of(7, &other);
	f->setup.sign = true;
	make_sync(f);
	refused(f, ALL "claim", TAKE("k1"), "signature");
	refused(f, ALL "claim", signed_frame(f, "k1", &other, ALL "claim", TAKE("k1")),
		"signature");
	receive(f, ALL "claim", signed_frame(f, "k1", &f->identity, ALL "claim", TAKE("k1")));
	take(f, DOOR_CLAIM, NULL);
}

static void a_beat_cannot_be_played_again(void **state)
{
	struct fixture *f = *state;
	const char *hq = "lada/1/hq";

	add_key(f, 2, KEY_STREAM, &f->stream);
	make_sync(f);
	receive(f, hq, signed_frame(f, "2", &f->stream, hq, "{\"online\":true,\"n\":5}"));
	assert_true(take(f, DOOR_BEAT, NULL).beat.online);
	refused(f, hq, signed_frame(f, "2", &f->stream, hq, "{\"online\":true,\"n\":5}"), "replay");
	refused(f, hq, signed_frame(f, "2", &f->stream, hq, "{\"online\":true}"), "shape");
	receive(f, hq, signed_frame(f, "2", &f->stream, hq, "{\"online\":false}"));
	assert_false(take(f, DOOR_BEAT, NULL).beat.online);
	refused(f, hq, signed_frame(f, "2", &f->stream, hq, "{\"online\":true,\"n\":4}"), "replay");
	/* What the broker had stored is no news, and cannot become news later. */
	sync_receive(f->sync, hq,
		     slice_of(signed_frame(f, "2", &f->stream, hq, "{\"online\":true,\"n\":8}")),
		     true);
	nothing(f);
	refused(f, hq, signed_frame(f, "2", &f->stream, hq, "{\"online\":true,\"n\":8}"), "replay");
	receive(f, hq, signed_frame(f, "2", &f->stream, hq, "{\"online\":true,\"n\":9}"));
	assert_int_equal(take(f, DOOR_BEAT, NULL).beat.n, 9);
	/* Nor in another life. */
	f->setup.first_beat = 10;
	make_sync(f);
	refused(f, hq, signed_frame(f, "2", &f->stream, hq, "{\"online\":true,\"n\":9}"), "replay");
	receive(f, hq, signed_frame(f, "2", &f->stream, hq, "{\"online\":true,\"n\":10}"));
	assert_true(take(f, DOOR_BEAT, NULL).beat.online);
}

static void is_signed(struct fixture *f, const char *topic, struct slice payload, const char *json)
{
	struct frame frame;

	assert_int_equal(frame_open(payload, &frame), 0);
	assert_true(frame.is_signed);
	assert_string_equal(frame.kid, "k1");
	assert_true(slice_eq(frame.json, json));
	assert_true(frame_verify(&frame, topic, f->identity.public_key, &f->scratch));
}

static void what_we_say_is_signed(void **state)
{
	struct fixture *f = *state;
	const struct door_out ask = { .kind = OUT_ASK }, claim = { .kind = OUT_CLAIM };
	const char *topic;
	struct slice will;

	f->setup.sign = true;
	make_sync(f);
	sync_attempt(f->sync, &topic, &will);
	assert_string_equal(topic, ME "state");
	is_signed(f, topic, will, "{\"online\":false,\"epoch\":1795366197,\"conn\":12}");
	sync_up(f->sync);
	batch(f, 1795366197, 1, 1, false);
	output(f, &ask, "{\"ask\":\"order\"}");
	heartbeat(f, "\"store\":\"WAW-042\"}");
	output(f, &claim, TAKE("k1"));
	assert_int_equal(f->sent_count, 4);
	is_signed(f, ALL "claim", slice_of(f->sent[3].payload), TAKE("k1"));
	is_signed(f, ME "up", slice_of(f->sent[0].payload), "{}");
	is_signed(f, ME "ask", slice_of(f->sent[1].payload), "{\"ask\":\"order\"}");
	is_signed(f, ME "state", slice_of(f->sent[2].payload),
		  "{\"online\":true,\"conn\":12,\"store\":\"WAW-042\"}");
	assert_string_equal(f->sent[0].topic, ME "up");
}

int main(void)
{
#define T(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		T(with_a_stream_key_hq_must_sign), T(keys_change_while_it_runs),
		T(lanes_with_keys_must_sign),	   T(our_own_claims_must_be_ours),
		T(a_beat_cannot_be_played_again),  T(what_we_say_is_signed),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
