// SPDX-License-Identifier: Apache-2.0
/*
 * sync/sync.c without a network: what comes in, what goes out. Run from the repository's top.
 * Signatures are in unit_sync_trust.c, the window in unit_window.c, the real broker in
 * unit_link.c.
 */
#include "tests/fake_sync.h"

#include <stdio.h>

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

	receive(f, ME "down/loyalty",
		"{\"answer\":{\"ask\":\"a5\",\"grant\":\"G1\",\"points\":100}}");
	e = take(f, DOOR_DOWN, &p);
	assert_int_equal(e.down.what, DOWN_GRANT);
	assert_string_equal(e.down.ask, "a5");
	assert_string_equal(e.down.order, "G1");
	assert_int_equal(e.down.points, 100);
	receive(f, ME "down/loyalty",
		"{\"answer\":{\"ask\":\"a5\",\"grant\":\"G1\",\"points\":-1}}");
	assert_string_equal(take(f, DOOR_REFUSED, &p).refused.why, "shape");

	/* The answer to a later kind of ask is nobody's fault. */
	receive(f, ME "down/loyalty", "{\"answer\":{\"ask\":\"a6\",\"what\":1}}");
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

static void rubbish_of_siblings_is_refused(void **state)
{
	struct fixture *f = *state;
	static const char *const topics[] = { ALL "k2/up", ALL "k2/ask", ALL "k2/state",
					      ALL "claim" };
	static const char *const shapes[] = {
		"{}",
		"null",
		"[1,2]",
		"{\"store\":\"KRK-1\",\"lane\":\"k2\",\"epoch\":5,\"events\":[]}",
		"{\"store\":\"WAW-042\",\"lane\":\"k3\",\"epoch\":5,\"events\":[]}",
		"{\"store\":\"WAW-042\",\"lane\":\"k2\",\"epoch\":0,\"events\":[]}",
		"{\"store\":\"WAW-042\",\"lane\":\"k2\",\"epoch\":5,\"events\":{}}",
		"{\"online\":true,\"epoch\":5,\"conn\":1}",
		"{\"online\":1,\"epoch\":5,\"conn\":1,\"acked\":0,\"outbox\":0}",
		"{\"online\":true,\"epoch\":5,\"conn\":1,\"outbox\":1,"
		"\"acked\":9223372036854775807}",
		"{\"ask\":7,\"lane\":\"k1\"}",
		"{\"ask\":\"up\",\"lane\":\"k1\",\"epoch\":\"9\",\"after\":7}",
		"{\"op\":\"take\",\"order\":\"../Z\",\"lane\":\"k2\",\"claim\":\"C1\"}",
		"{\"op\":\"take\",\"order\":\"Z\",\"lane\":\"k2\"}",
	};

	for (size_t i = 0; i < COUNT_OF(topics); i++) {
		refused(f, topics[i], "", "json");
		refused(f, topics[i], "nonsense", "json");
		refused(f, topics[i], "[[[[", "json");
		refused(f, topics[i], "{\"a\":\"\xc3\x28\"}", "utf8");
		/* Each is rubbish on at least three of the topics, and good on none but its own;
		 * an ask of another kind is HQ's business. */
		for (size_t k = 0; k < COUNT_OF(shapes); k++)
			if (i != 1 || !strstr(shapes[k], "\"op\""))
				refused(f, topics[i], shapes[k], "shape");
	}
	/* And nothing has stopped. */
	receive(f, ALL "k2/up", K2_UP);
	take(f, DOOR_UP, NULL);
	receive(f, ALL "down/orders", "{\"stream\":\"orders\",\"epoch\":7,\"seq\":1,\"ops\":[]}");
	take(f, DOOR_DOWN, NULL);
}

static void siblings_are_heard(void **state)
{
	struct fixture *f = *state;
	struct door_event e;
	struct slice p;

	receive(f, ALL "k2/up", K2_UP);
	e = take(f, DOOR_UP, &p);
	assert_string_equal(e.up.lane, "k2");
	assert_int_equal(e.up.epoch, 5);
	span_is(p, e.up.events, "[{\"e\":{}}]");
	receive(f, ALL "k2/state", K2_STATE);
	e = take(f, DOOR_LANE, NULL);
	assert_string_equal(e.lane.lane, "k2");
	assert_true(e.lane.online);
	assert_int_equal(e.lane.acked + e.lane.outbox, 12);
	receive(f, ALL "k2/ask", ASKS_K1);
	e = take(f, DOOR_AGAIN, NULL);
	assert_int_equal(e.again.epoch, 9);
	assert_int_equal(e.again.after, 7);
	assert_string_equal(e.again.lane, "k2");
	receive(f, ALL "k2/ask",
		"{\"ask\":\"told\",\"id\":\"A1\",\"lane\":\"k1\",\"epoch\":9,\"last\":7,\"next\":"
		"12}");
	e = take(f, DOOR_TOLD, NULL);
	assert_string_equal(e.told.lane, "k2");
	assert_string_equal(e.told.ask, "A1");
	assert_int_equal(e.told.epoch, 9);
	assert_int_equal(e.told.last, 7);
	assert_int_equal(e.told.next, 12);
	refused(f, ALL "k2/ask",
		"{\"ask\":\"told\",\"id\":\"A1\",\"lane\":\"k1\",\"epoch\":9,\"last\":7,\"next\":"
		"9}",
		"shape");
	receive(f, ALL "claim", TAKE("k2"));
	e = take(f, DOOR_CLAIM, NULL);
	assert_int_equal(e.claim.op, CLAIM_OP_TAKE);
	assert_string_equal(e.claim.lane, "k2");
	/* Asks of HQ and of others, and words of a later version, are nobody's fault. */
	receive(f, ALL "k2/ask", "{\"ask\":\"stream\",\"id\":\"a\",\"stream\":\"orders\"}");
	receive(f, ALL "k2/ask", "{\"ask\":\"up\",\"lane\":\"k3\",\"epoch\":1,\"after\":0}");
	receive(f, ALL "claim",
		"{\"op\":\"lend\",\"order\":\"Z\",\"lane\":\"k2\",\"claim\":\"C1\"}");
	nothing(f);
}

/* Of its own words a station hears claims only; of the broker's memory only how others stand. */
static void own_and_stored_words(void **state)
{
	struct fixture *f = *state;

	receive(f, ME "up", K2_UP);
	receive(f, ME "ask", ASKS_K1);
	receive(f, ME "state", K2_STATE);
	receive(f, ME "state", "nonsense");
	nothing(f);
	receive(f, ALL "claim", TAKE("k1"));
	assert_string_equal(take(f, DOOR_CLAIM, NULL).claim.lane, "k1");
	sync_receive(f->sync, ALL "k2/up", slice_of(K2_UP), true);
	sync_receive(f->sync, ALL "k2/ask", slice_of(ASKS_K1), true);
	sync_receive(f->sync, ALL "claim", slice_of(TAKE("k2")), true);
	nothing(f);
	sync_receive(f->sync, ALL "k2/state", slice_of(K2_STATE), true);
	assert_true(take(f, DOOR_LANE, NULL).lane.online);
}

static void commands_come_in(void **state)
{
	struct fixture *f = *state;
	static const char *const shapes[] = {
		"{}",
		"[]",
		"{\"id\":\"c1\",\"cmd\":\"restart\"}",
		"{\"id\":\"c1\",\"cmd\":\"restart\",\"expires\":\"tomorrow\"}",
		"{\"id\":\"c1\",\"cmd\":\"restart\",\"expires\":1795363200}",
		"{\"id\":\"../c\",\"cmd\":\"restart\",\"expires\":\"2026-11-22T16:00:00Z\"}",
		"{\"id\":7,\"cmd\":\"restart\",\"expires\":\"2026-11-22T16:00:00Z\"}",
		"{\"id\":\"c1\",\"cmd\":[],\"expires\":\"2026-11-22T16:00:00Z\"}",
		"{\"id\":\"c1\",\"cmd\":\"set\",\"args\":[],\"expires\":\"2026-11-22T16:00:00Z\"}",
	};
	const char *good = "{\"id\":\"c1\",\"cmd\":\"set\",\"args\":{\"key\":\"log\"},"
			   "\"expires\":\"2026-11-22T16:00:00.123Z\"}";
	struct door_event e;
	struct slice p;

	for (size_t i = 0; i < COUNT_OF(shapes); i++)
		refused(f, ME "cmd", shapes[i], "shape");
	refused(f, ME "cmd", "nonsense", "json");
	receive(f, ME "cmd", good);
	e = take(f, DOOR_CMD, &p);
	assert_string_equal(e.cmd.id, "c1");
	assert_string_equal(e.cmd.name, "set");
	assert_int_equal(e.cmd.expires_ms, 1795363200123);
	span_is(p, e.cmd.args, "{\"key\":\"log\"}");
	/* A later version's, with a name too long for any of ours, is answered by the step. */
	receive(f, ME "cmd",
		"{\"id\":\"c2\",\"cmd\":\"a-command-of-a-much-later-version\","
		"\"expires\":\"2026-11-22T16:00:00Z\"}");
	e = take(f, DOOR_CMD, &p);
	assert_string_equal(e.cmd.name, "");
	assert_int_equal(e.cmd.args.n, 0);
	sync_receive(f->sync, ME "cmd", slice_of(good), true);
	receive(f, ME "blob", "a4\nxx");
	nothing(f);
}

static void the_broker_is_told_of_once(void **state)
{
	struct fixture *f = *state;
	struct door_event e;

	sync_broker(f->sync, "no route", false);
	sync_broker(f->sync, "no route", false);
	e = take(f, DOOR_BROKER, NULL);
	assert_string_equal(e.broker.trouble, "no route");
	assert_false(e.broker.taken);
	nothing(f);
	sync_broker(f->sync, "lost", true);
	assert_true(take(f, DOOR_BROKER, NULL).broker.taken);
	sync_broker(f->sync, "", false);
	assert_string_equal(take(f, DOOR_BROKER, NULL).broker.trouble, "");
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

/* A message on the topic of the stream it names. */
static void receive_down(struct fixture *f, const char *line)
{
	char stream[32], topic[64];
	struct json root;

	assert_int_equal(json_check(slice_of(line), &root), 0);
	if (json_string(json_get(root, "stream"), stream, sizeof(stream)) <= 0)
		text_fmt(stream, sizeof(stream), "orders");
	text_fmt(topic, sizeof(topic), ME "down/%s", stream);
	receive(f, topic, line);
}

/* The examples of sync/PROTOCOL.md that HQ says are let in, each for what it is. */
static void the_protocol_page_is_true(void **state)
{
	struct fixture *f = *state;
	FILE *page = fopen("sync/PROTOCOL.md", "r");
	static char line[65536];
	int downs = 0, acks = 0, beats = 0;

	assert_non_null(page);
	while (fgets(line, sizeof(line), page)) {
		struct slice s = slice_of(line);

		if (slice_starts(s, "{\"stream\"") || slice_starts(s, "{\"answer\"")) {
			receive_down(f, line);
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
	assert_true(downs >= 7);
	assert_true(acks >= 3);
	assert_true(beats >= 2);
}

int main(void)
{
#define T(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		T(subscribes_before_it_is_up),	   T(a_numbered_message),
		T(snapshots_and_answers),	   T(acks_and_beats),
		T(bad_messages_are_refused),	   T(a_flood_is_counted_and_reported_in_part),
		T(rubbish_of_siblings_is_refused), T(siblings_are_heard),
		T(own_and_stored_words),	   T(commands_come_in),
		T(the_broker_is_told_of_once),	   T(heartbeats_are_few),
		T(goodbye_is_the_last_word),	   T(every_connection_has_its_number),
		T(what_cannot_go_is_dropped),	   T(the_protocol_page_is_true),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
