// SPDX-License-Identifier: Apache-2.0
/*
 * firmware/trust against the worked examples of tests/vectors.json, in both directions, and
 * against bad input. Run from the repository's top; LADA_VECTORS names another file.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>
#include <sodium.h>

#include "firmware/trust/code.h"
#include "firmware/trust/frame.h"
#include "firmware/trust/hash.h"
#include "firmware/trust/keys.h"

struct fixture {
	json_t *root;
	struct trust_pair pickup, stream;
	struct trust_keys keys;
	char frame_memory[FRAME_MESSAGE_MAX + FRAME_TOPIC_MAX];
	char payload_memory[FRAME_MESSAGE_MAX];
	struct buf scratch, payload;
};

static const char *text_at(const json_t *obj, const char *name)
{
	const char *text = json_string_value(json_object_get(obj, name));

	assert_non_null(text);
	return text;
}

static json_int_t int_at(const json_t *obj, const char *name)
{
	assert_true(json_is_integer(json_object_get(obj, name)));
	return json_integer_value(json_object_get(obj, name));
}

/* Makes the pair from its seed, checks the public half, and pins it through the keys file. */
static void load_pair(struct fixture *f, const char *purpose, struct trust_pair *ret_pair,
		      struct buf *lines)
{
	json_t *key = json_object_get(json_object_get(f->root, "keys"), purpose);
	uint8_t seed[TRUST_SEED_BYTES];
	char public_text[64];

	assert_int_equal(hex_decode(slice_of(text_at(key, "seed")), seed, sizeof(seed)), 0);
	trust_pair_from_seed(seed, ret_pair);
	assert_true(base64_encode(ret_pair->public_key, TRUST_PUBLIC_BYTES, false, public_text,
				  sizeof(public_text)) > 0);
	assert_string_equal(public_text, text_at(key, "public"));
	buf_fmt(lines, "%d %s %s\n", (int)int_at(key, "kid"), purpose, public_text);
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	const char *path = getenv("LADA_VECTORS"), *what = NULL;
	char memory[512];
	struct buf lines;
	int line = 0;

	assert_non_null(f);
	f->root = json_load_file(path ? path : "tests/vectors.json", 0, NULL);
	assert_non_null(f->root);
	buf_init(&lines, memory, sizeof(memory));
	buf_init(&f->scratch, f->frame_memory, sizeof(f->frame_memory));
	buf_init(&f->payload, f->payload_memory, sizeof(f->payload_memory));
	load_pair(f, "pickup", &f->pickup, &lines);
	load_pair(f, "stream", &f->stream, &lines);
	assert_int_equal(trust_keys_parse(buf_read(&lines), &f->keys, &line, &what), 0);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	json_decref(f->root);
	free(f);
	return 0;
}

/* ---- pickup codes ---- */

static struct pickup_code code_of(const json_t *v)
{
	struct pickup_code code = { .kid = (uint8_t)int_at(v, "kid"),
				    .expires_s = (uint32_t)int_at(v, "expires") };

	assert_int_equal(slice_copy(slice_of(text_at(v, "store")), code.store, sizeof(code.store)),
			 0);
	assert_int_equal(slice_copy(slice_of(text_at(v, "order")), code.order, sizeof(code.order)),
			 0);
	assert_int_equal(hex_decode(slice_of(text_at(v, "nonce")), code.nonce, sizeof(code.nonce)),
			 0);
	return code;
}

static void codes_are_signed_as_in_the_vectors(void **state)
{
	struct fixture *f = *state;
	size_t i;
	json_t *v;

	json_array_foreach(json_object_get(f->root, "pickup_code"), i, v)
	{
		struct pickup_code code = code_of(v);
		char text[CODE_TEXT_MAX];

		assert_int_equal(code_sign(&code, &f->pickup, text), strlen(text_at(v, "code")));
		assert_string_equal(text, text_at(v, "code"));
	}
	assert_int_equal(i, 2);
}

static void codes_are_read_as_in_the_vectors(void **state)
{
	struct fixture *f = *state;
	static const char *const before[] = { "", "https://sklep.example/odbior?x=1#", "#",
					      "http://a.example/#b#" };
	size_t i;
	json_t *v;

	json_array_foreach(json_object_get(f->root, "pickup_code"), i, v)
	{
		struct pickup_code want = code_of(v);

		for (size_t k = 0; k < COUNT_OF(before); k++) {
			struct pickup_code got;
			char text[CODE_TEXT_MAX + 64];

			text_fmt(text, sizeof(text), "%s%s", before[k], text_at(v, "code"));
			assert_int_equal(code_verify(slice_of(text), &f->keys, &got), CODE_GOOD);
			assert_int_equal(got.kid, want.kid);
			assert_int_equal(got.expires_s, want.expires_s);
			assert_string_equal(got.store, want.store);
			assert_string_equal(got.order, want.order);
			assert_memory_equal(got.nonce, want.nonce, sizeof(want.nonce));
		}
	}
}

/* Every single bit of the signed bytes, flipped: never GOOD. */
static void no_flipped_bit_passes(void **state)
{
	struct fixture *f = *state;
	const char *text =
		text_at(json_array_get(json_object_get(f->root, "pickup_code"), 0), "code");
	uint8_t bytes[256];
	int n = base64_decode(slice_of(text + 3), true, bytes, sizeof(bytes));

	assert_true(n > 64);
	for (int bit = 0; bit < n * 8; bit++) {
		char flipped[512] = "L1.";
		struct pickup_code code;
		enum code_verdict verdict;

		bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_true(base64_encode(bytes, (size_t)n, true, flipped + 3,
					  sizeof(flipped) - 3) > 0);
		bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
		verdict = code_verify(slice_of(flipped), &f->keys, &code);
		assert_int_not_equal(verdict, CODE_GOOD);
		assert_int_not_equal(verdict, CODE_NOT_ONE);
		if (bit / 8 == 1) {
			assert_int_equal(verdict, CODE_UNKNOWN_KEY);
			assert_int_equal(code.kid, 1 ^ 1 << bit % 8);
		}
		if (bit / 8 >= n - 64)
			assert_int_equal(verdict, CODE_BAD_SIGNATURE);
	}
}

static void broken_codes_are_broken(void **state)
{
	struct fixture *f = *state;
	const char *good =
		text_at(json_array_get(json_object_get(f->root, "pickup_code"), 0), "code");
	size_t n = strlen(good);
	struct pickup_code code;
	char text[5000];

	for (size_t cut = 3; cut < n; cut++) {
		struct slice s = { good, cut };

		assert_int_equal(code_verify(s, &f->keys, &code), CODE_BROKEN);
	}
	text_fmt(text, sizeof(text), "%sA", good);
	assert_int_equal(code_verify(slice_of(text), &f->keys, &code), CODE_BROKEN);
	text_fmt(text, sizeof(text), "%s=", good);
	assert_int_equal(code_verify(slice_of(text), &f->keys, &code), CODE_BROKEN);
	text_fmt(text, sizeof(text), "%s\n", good);
	assert_int_equal(code_verify(slice_of(text), &f->keys, &code), CODE_BROKEN);
	memset(text, 'A', sizeof(text));
	memcpy(text, "L1.", 3);
	assert_int_equal(code_verify((struct slice){ text, sizeof(text) }, &f->keys, &code),
			 CODE_BROKEN);
	for (size_t i = 0; i < 3; i++) {
		static const char *const no[] = { "", "5901234123457",
						  "https://sklep.example/#top" };

		assert_int_equal(code_verify(slice_of(no[i]), &f->keys, &code), CODE_NOT_ONE);
	}
}

/* The last letter carries bits that belong to no byte and must be zero. */
static void spare_bits_must_be_zero(void **state)
{
	struct fixture *f = *state;
	const char *good =
		text_at(json_array_get(json_object_get(f->root, "pickup_code"), 0), "code");
	struct pickup_code code;
	char text[CODE_TEXT_MAX];
	size_t last = strlen(good) - 1;

	assert_int_not_equal((last + 1 - 3) % 4, 0);
	assert_int_equal(slice_copy(slice_of(good), text, sizeof(text)), 0);
	assert_int_equal(text[last], 's');
	text[last]++;
	assert_int_equal(code_verify(slice_of(text), &f->keys, &code), CODE_BROKEN);
}

static void another_domain_or_key_does_not_sign(void **state)
{
	struct fixture *f = *state;
	struct pickup_code code =
		code_of(json_array_get(json_object_get(f->root, "pickup_code"), 0));
	char text[CODE_TEXT_MAX];

	assert_true(code_sign(&code, &f->stream, text) > 0);
	assert_int_equal(code_verify(slice_of(text), &f->keys, &code), CODE_BAD_SIGNATURE);
	/* kid 2 exists, but as a stream key. */
	code.kid = 2;
	assert_true(code_sign(&code, &f->stream, text) > 0);
	assert_int_equal(code_verify(slice_of(text), &f->keys, &code), CODE_UNKNOWN_KEY);
	slice_copy(slice_of("a.b"), code.store, sizeof(code.store));
	assert_int_equal(code_sign(&code, &f->stream, text), -EINVAL);
	slice_copy(slice_of("WAW-042"), code.store, sizeof(code.store));
	slice_copy(slice_of("a b"), code.order, sizeof(code.order));
	assert_int_equal(code_sign(&code, &f->stream, text), -EINVAL);
}

static void the_longest_code_fits(void **state)
{
	struct fixture *f = *state;
	struct pickup_code code = { .kid = 1, .expires_s = UINT32_MAX }, got;
	char text[CODE_TEXT_MAX];

	memset(code.store, 'S', ID_MAX);
	memset(code.order, 'o', ID_MAX);
	assert_true(code_sign(&code, &f->pickup, text) > 0);
	assert_int_equal(code_verify(slice_of(text), &f->keys, &got), CODE_GOOD);
	assert_string_equal(got.order, code.order);
	assert_int_equal(got.expires_s, UINT32_MAX);
}

/* ---- hashes ---- */

static void keyed_hashes_match(void **state)
{
	struct fixture *f = *state;
	json_t *pin = json_object_get(f->root, "pin_hash");
	json_t *phone = json_object_get(f->root, "phone_hash");
	json_t *badge = json_object_get(f->root, "badge_hash");
	struct slice digits = slice_of(text_at(pin, "digits"));
	uint8_t secret[TRUST_SECRET_BYTES];
	char hex[HASH_TEXT_MAX];

	assert_int_equal(hex_decode(slice_of(text_at(json_object_get(f->root, "keys"), "secret")),
				    secret, sizeof(secret)),
			 0);
	hash_keyed(secret, "pin", slice_of(text_at(pin, "order")), &digits, hex);
	assert_string_equal(hex, text_at(pin, "hash"));
	hash_keyed(secret, "phone", slice_of(text_at(phone, "phone")), NULL, hex);
	assert_string_equal(hex, text_at(phone, "hash"));
	hash_keyed(secret, "badge", slice_of(text_at(badge, "token")), NULL, hex);
	assert_true(hash_text_eq(hex, text_at(badge, "hash")));
	secret[0] ^= 1;
	hash_keyed(secret, "badge", slice_of(text_at(badge, "token")), NULL, hex);
	assert_false(hash_text_eq(hex, text_at(badge, "hash")));
	assert_false(hash_text_eq(hex, ""));
}

static void the_chain_matches(void **state)
{
	struct fixture *f = *state;
	json_t *chain = json_object_get(f->root, "chain"), *e = json_object_get(chain, "e");
	json_t *person = json_object_get(f->root, "person");
	char hex[HASH_TEXT_MAX];

	hash_text(slice_of(json_string_value(json_array_get(e, 0))), hex);
	assert_string_equal(hex, text_at(chain, "hash_of_e1"));
	assert_non_null(strstr(json_string_value(json_array_get(e, 1)), hex));
	hash_text(slice_of(json_string_value(json_array_get(e, 1))), hex);
	assert_string_equal(hex, text_at(chain, "hash_of_e2"));
	hash_text(slice_of(text_at(person, "text")), hex);
	assert_string_equal(hex, text_at(person, "person_hash"));
}

static void the_sum_matches(void **state)
{
	struct fixture *f = *state;
	json_t *sum = json_object_get(f->root, "sum"), *v;
	uint64_t x = 0;
	char hex[17];
	size_t i;

	json_array_foreach(json_object_get(sum, "records"), i, v) x ^=
		hash_record(text_at(v, "type"), slice_of(text_at(v, "id")), int_at(v, "rev"));
	text_fmt(hex, sizeof(hex), "%016llx", (unsigned long long)x);
	assert_string_equal(hex, text_at(sum, "sum"));
}

/* ---- frames ---- */

static void frames_are_signed_as_in_the_vectors(void **state)
{
	struct fixture *f = *state;
	json_t *v = json_object_get(f->root, "frame");
	struct slice json = slice_of(text_at(v, "json"));
	struct frame frame;
	char kid[8];

	text_fmt(kid, sizeof(kid), "%d", (int)int_at(v, "kid"));
	frame_sign(kid, &f->stream, text_at(v, "topic"), json, &f->scratch, &f->payload);
	assert_false(f->payload.overflow);
	assert_true(slice_eq(buf_read(&f->payload), text_at(v, "payload")));
	assert_int_equal(frame_open(slice_of(text_at(v, "payload")), &frame), 0);
	assert_true(frame.is_signed);
	assert_string_equal(frame.kid, kid);
	assert_true(slice_same(frame.json, json));
	assert_true(frame_verify(&frame, text_at(v, "topic"), f->stream.public_key, &f->scratch));
	assert_false(
		frame_verify(&frame, "lada/1/WAW-042/k2/ack", f->stream.public_key, &f->scratch));
	assert_false(frame_verify(&frame, text_at(v, "topic"), f->pickup.public_key, &f->scratch));
}

static void no_flipped_bit_of_a_frame_passes(void **state)
{
	struct fixture *f = *state;
	json_t *v = json_object_get(f->root, "frame");
	size_t n = strlen(text_at(v, "payload"));
	char text[512];

	slice_copy(slice_of(text_at(v, "payload")), text, sizeof(text));
	for (size_t bit = 0; bit < n * 8; bit++) {
		struct frame frame;
		bool good;

		text[bit / 8] ^= (char)(1 << bit % 8);
		good = frame_open((struct slice){ text, n }, &frame) == 0 && frame.is_signed &&
		       strcmp(frame.kid, "2") == 0 &&
		       frame_verify(&frame, text_at(v, "topic"), f->stream.public_key, &f->scratch);
		assert_false(good);
		text[bit / 8] ^= (char)(1 << bit % 8);
	}
}

static void bad_frames_are_refused(void **state)
{
	struct fixture *f = *state;
	static const char *const bad[] = { "LS1 ",     "LS1 2",	    "LS1 2 abc\n{}",
					   "LS1 2 {}", "LS1  \n{}", "LS1 a/b AAAA\n{}" };
	json_t *v = json_object_get(f->root, "frame");
	const char *payload = text_at(v, "payload");
	size_t header = strlen(payload) - strlen(text_at(v, "json"));
	struct frame frame;
	struct buf small;
	char memory[64];

	for (size_t i = 0; i < COUNT_OF(bad); i++)
		assert_int_equal(frame_open(slice_of(bad[i]), &frame), -EBADMSG);
	for (size_t cut = 4; cut < header; cut++)
		assert_int_equal(frame_open((struct slice){ payload, cut }, &frame), -EBADMSG);
	assert_int_equal(frame_open(slice_of("{\"a\":1}"), &frame), 0);
	assert_false(frame.is_signed);
	assert_true(slice_eq(frame.json, "{\"a\":1}"));
	assert_false(frame_verify(&frame, "t", f->stream.public_key, &f->scratch));
	buf_init(&small, memory, sizeof(memory));
	frame_sign("2", &f->stream, "t", slice_of("{}"), &f->scratch, &small);
	assert_true(small.overflow);
	frame_sign("2", &f->stream, "a/topic/that/does/not/fit/into/scratch/memory/of/64/bytes",
		   slice_of("{}"), &small, &f->payload);
	assert_true(f->payload.overflow);
}

/* ---- the keys file ---- */

static void keys_files_are_read(void **state)
{
	struct trust_keys keys;
	const char *what = NULL;
	int line = 0;

	(void)state;
	assert_int_equal(
		trust_keys_parse(
			slice_of("# HQ's keys\n\n"
				 " 1\tpickup iojj3XQJ8ZX9UtstPLpdcspnCb8dlBIb83SIAbQPb1w= # the "
				 "old one\r\n"
				 "1 stream gTl3Dqh9F19Wo1Rmw0x+zMuNipG07jeiXfYPW4/Js5Q=\n"
				 "255 pickup gTl3Dqh9F19Wo1Rmw0x+zMuNipG07jeiXfYPW4/Js5Q="),
			&keys, &line, &what),
		0);
	assert_int_equal(keys.count, 3);
	assert_true(trust_keys_has(&keys, KEY_STREAM));
	assert_false(trust_keys_has(&keys, KEY_UPDATE));
	assert_non_null(trust_keys_find(&keys, KEY_PICKUP, 255));
	assert_null(trust_keys_find(&keys, KEY_STREAM, 255));
	assert_int_equal(trust_keys_parse(slice_of(""), &keys, &line, &what), 0);
	assert_int_equal(keys.count, 0);
}

static void bad_keys_files_name_their_line(void **state)
{
#define GOOD "1 pickup iojj3XQJ8ZX9UtstPLpdcspnCb8dlBIb83SIAbQPb1w=\n"
	static const char *const bad[] = {
		GOOD "256 pickup iojj3XQJ8ZX9UtstPLpdcspnCb8dlBIb83SIAbQPb1w=",
		GOOD "-1 pickup iojj3XQJ8ZX9UtstPLpdcspnCb8dlBIb83SIAbQPb1w=",
		GOOD "x pickup iojj3XQJ8ZX9UtstPLpdcspnCb8dlBIb83SIAbQPb1w=",
		GOOD "2 pick iojj3XQJ8ZX9UtstPLpdcspnCb8dlBIb83SIAbQPb1w=",
		GOOD "2 pickup iojj3XQJ8ZX9UtstPLpdcspnCb8dlBIb83SIAbQPb1w",
		GOOD "2 pickup iojj3XQJ8ZX9UtstPLpdcspnCb8dlBIb83SIAbQPb1x=",
		GOOD "2 pickup iojj3XQJ8ZX9UtstPLpdcspnCb8dlBIb83SIAbQPbw==",
		GOOD "2 pickup",
		GOOD "2 pickup iojj3XQJ8ZX9UtstPLpdcspnCb8dlBIb83SIAbQPb1w= x",
		GOOD GOOD,
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		struct trust_keys keys = { .count = 7 };
		const char *what = NULL;
		int line = 0;

		assert_int_equal(trust_keys_parse(slice_of(bad[i]), &keys, &line, &what), -EINVAL);
		assert_int_equal(line, 2);
		assert_non_null(what);
		assert_int_equal(keys.count, 7);
	}
#undef GOOD
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(codes_are_signed_as_in_the_vectors),
		cmocka_unit_test(codes_are_read_as_in_the_vectors),
		cmocka_unit_test(no_flipped_bit_passes),
		cmocka_unit_test(broken_codes_are_broken),
		cmocka_unit_test(spare_bits_must_be_zero),
		cmocka_unit_test(another_domain_or_key_does_not_sign),
		cmocka_unit_test(the_longest_code_fits),
		cmocka_unit_test(keyed_hashes_match),
		cmocka_unit_test(the_chain_matches),
		cmocka_unit_test(the_sum_matches),
		cmocka_unit_test(frames_are_signed_as_in_the_vectors),
		cmocka_unit_test(no_flipped_bit_of_a_frame_passes),
		cmocka_unit_test(bad_frames_are_refused),
		cmocka_unit_test(keys_files_are_read),
		cmocka_unit_test(bad_keys_files_name_their_line),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, setup, teardown);
}
