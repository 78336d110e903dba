// SPDX-License-Identifier: Apache-2.0
/*
 * sync/sync.c without a network: what comes in, what goes out, signatures both ways. Run from the
 * repository's top. The window is in unit_window.c, the real broker in unit_link.c.
 */
#include "tests/fake_sync.h"

#include <stdio.h>

static void span_is(struct slice payload, struct span span, const char *text)
{
	struct slice part = span_of(payload, span);

	if (!slice_eq(part, text))
		fail_msg("wanted %s, got %.*s", text, (int)part.n, part.p);
}

/* ---- in ---- */

static void subscribes_before_it_is_up(void **state)
{
	struct fixture *f = *state;
	static const char *const topics[] = {
		ALL "down/+", ME "down/+", ALL "+/up", ME "ack",      ALL "+/ask",
		ALL "claim",  ME "cmd",	   ME "blob",  ALL "+/state", "lada/1/hq",
	};
	int i = 0;

	for (; sync_subscription(f->sync, i); i++)
		assert_string_equal(sync_subscription(f->sync, i), topics[i]);
	assert_int_equal(i, COUNT_OF(topics));
	assert_false(sync_connected(f->sync));
	nothing(f);
	connect_station(f);
	assert_true(sync_connected(f->sync));
	sync_down(f->sync);
	assert_false(take(f, DOOR_LINK, NULL).link.up);
	sync_down(f->sync);
	nothing(f);
}

static void a_numbered_message(void **state)
{
	struct fixture *f = *state;
	struct slice p;
	struct door_event e;

	receive(f, ALL "down/orders",
		" {\"stream\":\"orders\",\"epoch\":7,\"seq\":1201,\"upto\":{\"k1\":[1795366197,"
		"5531]},"
		"\"new\":[1],\"ops\":[{\"op\":\"put\",\"id\":\"ZAM-1\"}],\"seq\":9}");
	e = take(f, DOOR_DOWN, &p);
	assert_int_equal(e.down.stream, STREAM_ORDERS);
	assert_int_equal(e.down.what, DOWN_OPS);
	assert_false(e.down.direct);
	assert_int_equal(e.down.epoch, 7);
	assert_int_equal(e.down.seq, 1201);
	span_is(p, e.down.ops, "[{\"op\":\"put\",\"id\":\"ZAM-1\"}]");
	span_is(p, e.down.upto, "{\"k1\":[1795366197,5531]}");

	receive(f, ME "down/stock", "{\"stream\":\"stock\",\"epoch\":7,\"seq\":3,\"ops\":[]}");
	e = take(f, DOOR_DOWN, &p);
	assert_int_equal(e.down.stream, STREAM_STOCK);
	assert_true(e.down.direct);
	span_is(p, e.down.ops, "[]");
	assert_int_equal(e.down.upto.n, 0);

	/* What is inside ops and upto is not judged here: it must not hold up the stream. */
	receive(f, ME "down/stock",
		"{\"stream\":\"stock\",\"epoch\":7,\"seq\":3,\"upto\":5,\"ops\":[1,\"x\",null]}");
	e = take(f, DOOR_DOWN, &p);
	span_is(p, e.down.ops, "[1,\"x\",null]");
	assert_int_equal(e.down.upto.n, 0);
	nothing(f);
}

static void snapshots_and_answers(void **state)
{
	struct fixture *f = *state;
	struct slice p;
	struct door_event e;

	receive(f, ME "down/orders",
		"{\"stream\":\"orders\",\"epoch\":8,\"snapshot\":{\"id\":\"s1\",\"seq\":1201,"
		"\"parts\":40},\"upto\":{}}");
	e = take(f, DOOR_DOWN, &p);
	assert_int_equal(e.down.what, DOWN_OFFER);
	assert_string_equal(e.down.snapshot, "s1");
	assert_int_equal(e.down.epoch, 8);
	assert_int_equal(e.down.seq, 1201);
	assert_int_equal(e.down.parts, 40);
	span_is(p, e.down.upto, "{}");
	assert_int_equal(e.down.ops.n, 0);

	receive(f, ME "down/orders",
		"{\"stream\":\"orders\",\"epoch\":8,\"snapshot\":{\"id\":\"s1\",\"seq\":1201,"
		"\"part\":40,\"parts\":40},\"ops\":[{}]}");
	e = take(f, DOOR_DOWN, &p);
	assert_int_equal(e.down.what, DOWN_PART);
	assert_int_equal(e.down.part, 40);
	span_is(p, e.down.ops, "[{}]");

	receive(f, ME "down/orders", "{\"snapshot\":{\"id\":\"s1\",\"gone\":true}}");
	e = take(f, DOOR_DOWN, &p);
	assert_int_equal(e.down.what, DOWN_GONE);
	assert_string_equal(e.down.snapshot, "s1");

	receive(f, ME "down/orders",
		"{\"answer\":{\"ask\":\"a3\",\"order\":\"ZAM-9\",\"found\":true},\"ops\":[{}]}");
	e = take(f, DOOR_DOWN, &p);
	assert_int_equal(e.down.what, DOWN_ANSWER);
	assert_string_equal(e.down.ask, "a3");
	assert_string_equal(e.down.order, "ZAM-9");
	assert_true(e.down.found);

	receive(f, ME "down/orders",
		"{\"answer\":{\"ask\":\"a3\",\"order\":\"ZAM-9\",\"found\":false}}");
	e = take(f, DOOR_DOWN, &p);
	assert_false(e.down.found);
	assert_int_equal(e.down.ops.n, 0);

	/* The answer to a later kind of ask is nobody's fault. */
	receive(f, ME "down/loyalty",
		"{\"answer\":{\"ask\":\"a5\",\"grant\":\"G1\",\"points\":1}}");
	nothing(f);
}

static void acks_and_beats(void **state)
{
	struct fixture *f = *state;
	struct slice p;
	struct door_event e;

	receive(f, ME "ack", "{\"epoch\":5,\"seq\":31,\"reject\":[{\"seq\":30,\"reason\":\"x\"}]}");
	e = take(f, DOOR_ACK, &p);
	assert_int_equal(e.ack.epoch, 5);
	assert_int_equal(e.ack.seq, 31);
	span_is(p, e.ack.reject, "[{\"seq\":30,\"reason\":\"x\"}]");
	receive(f, ME "ack", "{\"epoch\":5,\"seq\":0}");
	e = take(f, DOOR_ACK, &p);
	assert_int_equal(e.ack.seq, 0);
	assert_int_equal(e.ack.reject.n, 0);
	sync_receive(f->sync, ME "ack", slice_of("{\"epoch\":5,\"seq\":1}"), true);
	nothing(f);

	receive(f, "lada/1/hq", "{\"online\":true,\"n\":1,\"at\":\"2026-11-22T16:00:00.123Z\"}");
	e = take(f, DOOR_BEAT, NULL);
	assert_true(e.beat.online);
	assert_int_equal(e.beat.at_ms, 1795363200123);
	receive(f, "lada/1/hq", "{\"online\":false}");
	assert_false(take(f, DOOR_BEAT, NULL).beat.online);
	sync_receive(f->sync, "lada/1/hq", slice_of("{\"online\":true,\"n\":2}"), true);
	nothing(f);
}

static void bad_messages_are_refused(void **state)
{
	struct fixture *f = *state;
	static char deep[200], big[FRAME_MESSAGE_MAX + 2];
	static const char *const shapes[] = {
		"[]",
		"5",
		"\"x\"",
		"null",
		"{}",
		"{\"stream\":\"orders\"}",
		"{\"stream\":\"orders\",\"epoch\":7,\"seq\":\"3\",\"ops\":[]}",
		"{\"stream\":\"orders\",\"epoch\":7,\"seq\":3.5,\"ops\":[]}",
		"{\"stream\":\"orders\",\"epoch\":7,\"seq\":-1,\"ops\":[]}",
		"{\"stream\":\"orders\",\"epoch\":7,\"seq\":99999999999999999999,\"ops\":[]}",
		"{\"stream\":\"orders\",\"epoch\":0,\"seq\":3,\"ops\":[]}",
		"{\"stream\":\"orders\",\"epoch\":7,\"seq\":3,\"ops\":{}}",
		"{\"stream\":\"orders\",\"epoch\":7,\"seq\":3}",
		"{\"stream\":7,\"epoch\":7,\"seq\":3,\"ops\":[]}",
		"{\"epoch\":7,\"seq\":3,\"ops\":[]}",
		"{\"snapshot\":[]}",
		"{\"snapshot\":{\"id\":\"../x\",\"gone\":true}}",
		"{\"epoch\":8,\"snapshot\":{\"id\":\"s\",\"seq\":1,\"parts\":-1}}",
		"{\"epoch\":8,\"snapshot\":{\"id\":\"s\",\"seq\":1,\"part\":3,\"parts\":2},\"ops\":"
		"[]}",
		"{\"epoch\":8,\"snapshot\":{\"id\":\"s\",\"seq\":1,\"part\":0,\"parts\":2},\"ops\":"
		"[]}",
		"{\"epoch\":8,\"snapshot\":{\"id\":\"s\",\"seq\":1,\"part\":1,\"parts\":2}}",
		"{\"epoch\":8,\"snapshot\":{\"id\":\"s\",\"seq\":1,\"parts\":99999999}}",
		"{\"answer\":{\"ask\":\"a\",\"order\":\"Z\"}}",
		"{\"answer\":{\"ask\":7,\"order\":\"Z\",\"found\":true},\"ops\":[]}",
		"{\"answer\":{\"ask\":\"a\",\"order\":\"Z\",\"found\":true}}",
		"{\"answer\":{\"ask\":\"a\",\"order\":\"../Z\",\"found\":false}}",
		"{\"answer\":1}",
	};

	for (size_t i = 0; i < COUNT_OF(shapes); i++)
		refused(f, ALL "down/orders", shapes[i], "shape");
	refused(f, ALL "down/orders", "", "json");
	refused(f, ALL "down/orders", "{\"stream\":", "json");
	refused(f, ME "ack", "{\"a\":\"\xc3\x28\"}", "utf8");
	refused(f, ALL "down/orders", "LS1 2 nonsense\n{}", "frame");
	memset(deep, '[', sizeof(deep) - 1);
	refused(f, ALL "down/orders", deep, "json");
	memset(big, ' ', sizeof(big) - 1);
	refused(f, ALL "down/orders", big, "too_big");
	refused(f, ME "ack", big, "too_big");
	refused(f, ALL "down/orders", "{\"stream\":\"stock\",\"epoch\":7,\"seq\":3,\"ops\":[]}",
		"stream");
	refused(f, ALL "down/prices", "{\"stream\":\"prices\"}", "stream");
	refused(f, "lada/1/KRK-1/down/orders", "{}", "topic");
	refused(f, ME "nonsense", "{}", "topic");
	refused(f, "other/1/hq", "{}", "topic");
	refused(f, ME "ack", "{\"epoch\":1}", "shape");
	refused(f, ME "ack", "[1,2]", "shape");
	refused(f, ME "ack", "{\"epoch\":1,\"seq\":true}", "shape");
	refused(f, "lada/1/hq", "{\"online\":1}", "shape");
	refused(f, "lada/1/hq", "{\"online\":true,\"n\":\"1\"}", "shape");
	has_metric(f, "lada_sync_refused_total{why=\"too_big\"} 2\n");
	has_metric(f, "lada_sync_refused_total{why=\"stream\"} 2\n");
	has_metric(f, "lada_sync_received_total{topic=\"ack\"} 5\n");
	/* And the stream goes on. */
	receive(f, ALL "down/orders", "{\"stream\":\"orders\",\"epoch\":7,\"seq\":1,\"ops\":[]}");
	take(f, DOOR_DOWN, NULL);
}

static void a_flood_is_counted_and_reported_in_part(void **state)
{
	struct fixture *f = *state;
	struct door_event e;
	struct slice p;
	int reports = 0;

	for (int i = 0; i < 1000; i++)
		receive(f, ALL "down/orders", "nonsense");
	while (door_take(f->door, false, &e, &p))
		reports++;
	assert_int_equal(reports, 20);
	has_metric(f, "lada_sync_refused_total{why=\"json\"} 1000\n");
	f->now += 1000;
	receive(f, ALL "down/orders", "nonsense");
	take(f, DOOR_REFUSED, NULL);
}

static void siblings_do_no_harm(void **state)
{
	struct fixture *f = *state;
	static const char *const topics[] = { ALL "k2/up", ALL "k2/ask", ALL "k2/state", ME "up",
					      ALL "claim", ME "cmd",	 ME "blob" };
	static const char *const payloads[] = { "", "{}", "nonsense", "\xff\xff", "[[[[", "null" };

	for (size_t i = 0; i < COUNT_OF(topics); i++)
		for (size_t k = 0; k < COUNT_OF(payloads); k++)
			receive(f, topics[i], payloads[k]);
	nothing(f);
	has_metric(f, "lada_sync_received_total{topic=\"up\"} 12\n");
	has_metric(f, "lada_sync_received_total{topic=\"claim\"} 6\n");
}

/* ---- signatures ---- */

static void with_a_stream_key_hq_must_sign(void **state)
{
	struct fixture *f = *state;
	const char *ack = "{\"epoch\":1795366197,\"seq\":5531}";
	const char *down = "{\"stream\":\"orders\",\"epoch\":7,\"seq\":1,\"ops\":[]}";
	struct slice p;
	struct door_event e;
	char *broken;

	add_key(f, 2, KEY_STREAM, &f->stream);
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
	/* Siblings are not HQ. */
	receive(f, ALL "k2/up", "{}");
	nothing(f);
}

static void a_beat_cannot_be_played_again(void **state)
{
	struct fixture *f = *state;
	const char *hq = "lada/1/hq";

	add_key(f, 2, KEY_STREAM, &f->stream);
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
	const struct door_out ask = { .kind = OUT_ASK };
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
	assert_int_equal(f->sent_count, 3);
	is_signed(f, ME "up", slice_of(f->sent[0].payload), "{}");
	is_signed(f, ME "ask", slice_of(f->sent[1].payload), "{\"ask\":\"order\"}");
	is_signed(f, ME "state", slice_of(f->sent[2].payload),
		  "{\"online\":true,\"conn\":12,\"store\":\"WAW-042\"}");
	assert_string_equal(f->sent[0].topic, ME "up");
}

/* ---- out ---- */

static void heartbeats_are_few(void **state)
{
	struct fixture *f = *state;
	int64_t last;

	heartbeat(f, "\"v\":1}");
	assert_int_equal(f->sent_count, 0);
	connect_station(f);
	assert_int_equal(f->sent_count, 1);
	assert_string_equal(f->sent[0].topic, ME "state");
	assert_string_equal(f->sent[0].payload, "{\"online\":true,\"conn\":12,\"v\":1}");
	assert_true(f->sent[0].retain);
	/* Changes within a second go out together, at its end. */
	wait_ms(f, 300);
	heartbeat(f, "\"v\":2}");
	heartbeat(f, "\"v\":3}");
	assert_int_equal(f->sent_count, 1);
	wait_ms(f, 699);
	assert_int_equal(f->sent_count, 1);
	wait_ms(f, 1);
	assert_int_equal(f->sent_count, 2);
	assert_string_equal(f->sent[1].payload, "{\"online\":true,\"conn\":12,\"v\":3}");
	/* One that comes after a quiet time goes at once, and without news every 30 s. */
	wait_ms(f, 5000);
	heartbeat(f, "\"v\":4}");
	assert_int_equal(f->sent_count, 3);
	last = f->now;
	wait_ms(f, 29999);
	assert_int_equal(f->sent_count, 3);
	wait_ms(f, 60001);
	assert_int_equal(f->sent_count, 6);
	assert_true(f->now - last == 90000);
	/* A change every 10 ms for 10 s is about ten messages. */
	for (int i = 0; i < 1000; i++) {
		heartbeat(f, "\"v\":5}");
		wait_ms(f, 10);
	}
	assert_in_range(f->sent_count, 15, 17);
}

static void goodbye_is_the_last_word(void **state)
{
	struct fixture *f = *state;
	const struct door_out ask = { .kind = OUT_ASK };

	connect_station(f);
	heartbeat(f, "\"v\":1}");
	sync_goodbye(f->sync);
	assert_int_equal(f->sent_count, 2);
	assert_string_equal(f->sent[1].payload,
			    "{\"online\":false,\"epoch\":1795366197,\"conn\":12}");
	assert_true(f->sent[1].retain);
	output(f, &ask, "{}");
	heartbeat(f, "\"v\":2}");
	receive(f, ALL "down/orders", "nonsense");
	assert_int_equal(f->sent_count, 2);
	nothing(f);
}

static void every_connection_has_its_number(void **state)
{
	struct fixture *f = *state;
	const char *topic;
	struct slice will;

	connect_station(f);
	sync_down(f->sync);
	sync_attempt(f->sync, &topic, &will); /* one that failed */
	sync_attempt(f->sync, &topic, &will);
	assert_true(slice_eq(will, "{\"online\":false,\"epoch\":1795366197,\"conn\":14}"));
	sync_up(f->sync);
	heartbeat(f, "\"v\":1}");
	assert_string_equal(f->sent[f->sent_count - 1].payload,
			    "{\"online\":true,\"conn\":14,\"v\":1}");
}

static void what_cannot_go_is_dropped(void **state)
{
	struct fixture *f = *state;
	const struct door_out ask = { .kind = OUT_ASK };

	output(f, &ask, "{}");
	batch(f, 5, 1, 3, false);
	assert_int_equal(f->sent_count, 0);
	has_metric(f, "lada_sync_unsent_total 2\n");
	connect_station(f);
	/* The rows that had no broker are pulled at once, the ask is repeated by who asked. */
	assert_int_equal(take(f, DOOR_PULL, NULL).pull.after, 0);
	nothing(f);
	/* Not more than 256 under way, whatever comes. */
	for (int i = 0; i < 400; i++)
		output(f, &ask, "{}");
	assert_int_equal(f->sent_count, SYNC_PUBACK_MAX);
	assert_int_equal(sync_outstanding(f->sync), SYNC_PUBACK_MAX);
	sync_delivered(f->sync);
	output(f, &ask, "{}");
	assert_int_equal(f->sent_count, SYNC_PUBACK_MAX + 1);
}

/* The examples of sync/PROTOCOL.md that HQ says are let in, each for what it is. */
static void the_protocol_page_is_true(void **state)
{
	struct fixture *f = *state;
	FILE *page = fopen("sync/PROTOCOL.md", "r");
	char line[2048];
	int downs = 0, acks = 0, beats = 0;

	assert_non_null(page);
	while (fgets(line, sizeof(line), page)) {
		struct slice s = slice_of(line);

		if (slice_starts(s, "{\"stream\"") || slice_starts(s, "{\"answer\"")) {
			receive(f, ME "down/orders", line);
			take(f, DOOR_DOWN, NULL);
			downs++;
		} else if (slice_starts(s, "{\"epoch\"")) {
			receive(f, ME "ack", line);
			take(f, DOOR_ACK, NULL);
			acks++;
		} else if (slice_starts(s, "{\"online\"") && !strstr(line, "conn")) {
			receive(f, "lada/1/hq", line);
			take(f, DOOR_BEAT, NULL);
			beats++;
		}
		nothing(f);
	}
	fclose(page);
	assert_int_equal(downs, 7);
	assert_int_equal(acks, 3);
	assert_int_equal(beats, 2);
}

int main(void)
{
#define T(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		T(subscribes_before_it_is_up),
		T(a_numbered_message),
		T(snapshots_and_answers),
		T(acks_and_beats),
		T(bad_messages_are_refused),
		T(a_flood_is_counted_and_reported_in_part),
		T(siblings_do_no_harm),
		T(with_a_stream_key_hq_must_sign),
		T(a_beat_cannot_be_played_again),
		T(what_we_say_is_signed),
		T(heartbeats_are_few),
		T(goodbye_is_the_last_word),
		T(every_connection_has_its_number),
		T(what_cannot_go_is_dropped),
		T(the_protocol_page_is_true),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
