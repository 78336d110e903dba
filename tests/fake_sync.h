// SPDX-License-Identifier: Apache-2.0
/*
 * What unit_sync.c and unit_window.c share: a station's sync with a pipe that writes down what
 * is published, a clock that is told the time, and a real door.
 */
#ifndef LADA_TESTS_FAKE_SYNC_H
#define LADA_TESTS_FAKE_SYNC_H

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#include "firmware/base/json.h"
#include "sync/sync.h"
#include "sync/up.h"

#define SENT_MAX 4096
#define ME	 "lada/1/WAW-042/k1/"
#define ALL	 "lada/1/WAW-042/"

/* What another lane says. */
#define K2_UP "{\"store\":\"WAW-042\",\"lane\":\"k2\",\"epoch\":5,\"events\":[{\"e\":{}}]}"
#define K2_STATE                                                                                   \
	"{\"online\":true,\"epoch\":5,\"conn\":3,\"acked\":10,\"outbox\":2,\"lane\":\"k2\"}"
#define ASKS_K1	   "{\"ask\":\"up\",\"id\":\"a\",\"lane\":\"k1\",\"epoch\":9,\"after\":7}"
#define TAKE(lane) "{\"op\":\"take\",\"order\":\"Z\",\"lane\":\"" lane "\",\"claim\":\"C1\"}"

struct sent {
	char topic[128];
	char payload[512];
	bool retain;
};

struct fixture {
	int64_t now;
	uint32_t dice;
	struct sent *sent;
	int sent_count;
	int fail; /* what the pipe answers */
	int64_t wake_ms;
	struct trust_keys keys;
	struct trust_pair stream, pickup, identity;
	struct sync_setup setup;
	struct door *door;
	struct sync *sync;
	char frame[8192];
	char memory[FRAME_MESSAGE_MAX + FRAME_TOPIC_MAX];
	struct buf scratch;
};

static inline int64_t fake_now(void *ctx)
{
	return ((struct fixture *)ctx)->now;
}

static inline void fake_random(void *ctx, void *p, size_t n)
{
	struct fixture *f = ctx;

	for (size_t i = 0; i < n; i++) {
		f->dice = f->dice * 1664525 + 1013904223;
		((uint8_t *)p)[i] = (uint8_t)(f->dice >> 24);
	}
}

static inline int fake_publish(void *ctx, const char *topic, struct slice payload, bool retain)
{
	struct fixture *f = ctx;
	struct sent *s = &f->sent[f->sent_count];

	if (f->fail)
		return f->fail;
	assert_true(f->sent_count < SENT_MAX);
	assert_int_equal(slice_copy(slice_of(topic), s->topic, sizeof(s->topic)), 0);
	assert_int_equal(slice_copy(payload, s->payload, sizeof(s->payload)), 0);
	s->retain = retain;
	f->sent_count++;
	return 0;
}

static inline void fake_wake(void *ctx, int64_t mono_ms)
{
	((struct fixture *)ctx)->wake_ms = mono_ms;
}

static inline struct clock fake_clock(struct fixture *f)
{
	return (struct clock){ fake_now, fake_now, fake_random, f };
}

static inline void add_key(struct fixture *f, uint8_t kid, enum key_purpose purpose,
			   const struct trust_pair *pair)
{
	struct trust_key *key = &f->keys.key[f->keys.count++];

	key->kid = kid;
	key->purpose = purpose;
	memcpy(key->public_key, pair->public_key, sizeof(key->public_key));
}

static inline void make_sync(struct fixture *f)
{
	const struct sync_pipe pipe = { fake_publish, fake_wake, f };
	const struct clock clock = fake_clock(f);

	sync_free(f->sync);
	door_free(f->door);
	f->door = door_new(NULL, NULL);
	assert_non_null(f->door);
	assert_int_equal(sync_new(&f->setup, &pipe, f->door, &clock, &f->sync), 0);
}

static inline void pair_of(uint8_t byte, struct trust_pair *ret_pair)
{
	uint8_t seed[TRUST_SEED_BYTES];

	memset(seed, byte, sizeof(seed));
	trust_pair_from_seed(seed, ret_pair);
}

static inline int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	f->sent = calloc(SENT_MAX, sizeof(*f->sent));
	assert_non_null(f->sent);
	f->now = 1000000;
	buf_init(&f->scratch, f->memory, sizeof(f->memory));
	pair_of(1, &f->pickup);
	pair_of(2, &f->stream);
	pair_of(3, &f->identity);
	add_key(f, 1, KEY_PICKUP, &f->pickup);
	f->setup = (struct sync_setup){
		.host = "127.0.0.1",
		.port = 1883,
		.ca = "",
		.cert = "",
		.key = "",
		.user = "",
		.password = "",
		.prefix = "lada/1",
		.store = "WAW-042",
		.lane = "k1",
		.keys = &f->keys,
		.pair = &f->identity,
		.epoch = 1795366197,
		.first_conn = 12,
	};
	make_sync(f);
	*state = f;
	return 0;
}

static inline int tear_down(void **state)
{
	struct fixture *f = *state;

	sync_free(f->sync);
	door_free(f->door);
	free(f->sent);
	free(f);
	return 0;
}

/* ---- helpers ---- */

static inline void receive(struct fixture *f, const char *topic, const char *payload)
{
	sync_receive(f->sync, topic, slice_of(payload), false);
}

/* The next event at the door, which must be of this kind. */
static inline struct door_event take(struct fixture *f, enum door_kind kind,
				     struct slice *ret_payload)
{
	struct door_event e = { 0 };
	struct slice payload;

	if (!door_take(f->door, false, &e, &payload))
		fail_msg("nothing at the door, wanted kind %d", kind);
	assert_int_equal(e.kind, kind);
	if (ret_payload)
		*ret_payload = payload;
	return e;
}

static inline void nothing(struct fixture *f)
{
	struct door_event e;
	struct slice payload;

	if (door_take(f->door, false, &e, &payload))
		fail_msg("kind %d at the door, wanted nothing", e.kind);
}

static inline void connect_station(struct fixture *f)
{
	const char *topic;
	struct slice will;

	sync_attempt(f->sync, &topic, &will);
	sync_up(f->sync);
	assert_true(take(f, DOOR_LINK, NULL).link.up);
}

static inline void output(struct fixture *f, const struct door_out *out, const char *payload)
{
	sync_output(f->sync, out, slice_of(payload));
}

static inline void heartbeat(struct fixture *f, const char *payload)
{
	const struct door_out out = { .kind = OUT_HEARTBEAT };

	output(f, &out, payload);
}

/* Part of the answer to a pull; `more`: not its last. */
static inline void more_of_batch(struct fixture *f, int64_t epoch, int64_t first, int64_t last,
				 bool more)
{
	const struct door_out out = { .kind = OUT_UP, .up = { epoch, first, last, true, more } };

	output(f, &out, "{}");
}

static inline void batch(struct fixture *f, int64_t epoch, int64_t first, int64_t last, bool again)
{
	const struct door_out out = { .kind = OUT_UP, .up = { epoch, first, last, again } };

	output(f, &out, first > last ? "" : "{}");
}

static inline void acked(struct fixture *f, int64_t epoch, int64_t seq, int64_t last)
{
	const struct door_out out = { .kind = OUT_ACKED,
				      .acked = { epoch, seq, last, last - seq } };

	output(f, &out, "");
}

/* Lets time pass; the station acts when it asked to. */
static inline void wait_ms(struct fixture *f, int64_t ms)
{
	int64_t end = f->now + ms;

	while (f->wake_ms <= end) {
		assert_true(f->wake_ms >= f->now - 1000);
		f->now = f->wake_ms > f->now ? f->wake_ms : f->now + 1;
		sync_tick(f->sync);
	}
	f->now = end;
}

static inline const char *signed_frame(struct fixture *f, const char *kid,
				       const struct trust_pair *pair, const char *topic,
				       const char *json)
{
	struct buf payload;

	buf_init(&payload, f->frame, sizeof(f->frame));
	frame_sign(kid, pair, topic, slice_of(json), &f->scratch, &payload);
	assert_non_null(buf_str(&payload));
	return f->frame;
}

static inline void has_metric(const struct fixture *f, const char *line)
{
	char text[8192];
	struct buf b;

	buf_init(&b, text, sizeof(text));
	sync_metrics(f->sync, &b);
	if (!strstr(buf_str(&b), line))
		fail_msg("no `%s` in\n%s", line, text);
}

static inline void refused(struct fixture *f, const char *topic, const char *payload,
			   const char *why)
{
	struct slice said;
	struct door_event e;

	receive(f, topic, payload);
	e = take(f, DOOR_REFUSED, &said);
	assert_string_equal(e.refused.why, why);
	assert_true(slice_eq(said, topic));
	nothing(f);
	f->now += 2000;
}

static inline void span_is(struct slice payload, struct span span, const char *text)
{
	struct slice part = span_of(payload, span);

	if (!slice_eq(part, text))
		fail_msg("wanted %s, got %.*s", text, (int)part.n, part.p);
}

#endif
