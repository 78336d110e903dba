// SPDX-License-Identifier: Apache-2.0
/*
 * The step with everything given from outside: stations in memory, a clock that stands still
 * until it is moved, a door without a loop. A hundred of them serve side by side in one process.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sodium.h>

#include "firmware/station.h"
#include "firmware/trust/code.h"
#include "firmware/trust/hash.h"

#define STATIONS 100
#define TEXT_MAX 65536

struct shop {
	struct config config;
	struct station *st;
	int64_t wall_ms, mono_ms;
	uint64_t random;
	uint64_t request;
	/* What came out last. */
	char reply[TEXT_MAX], screen[TEXT_MAX], heartbeat[TEXT_MAX], printed[TEXT_MAX],
		asked[TEXT_MAX], token[TOKEN_TEXT_MAX];
	int status;
	int64_t printed_job, up_first, up_last, asks, wake_ms;
	uint64_t pin;
	char up[TEXT_MAX * 2];
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

static void keep(char *dst, struct slice text)
{
	assert_true(text.n < TEXT_MAX);
	memcpy(dst, text.p, text.n);
	dst[text.n] = '\0';
}

static void collect(struct shop *s)
{
	struct door_out out;
	struct slice payload;

	while (door_collect(s->st->door, &out, &payload)) {
		switch (out.kind) {
		case OUT_REPLY:
			s->status = out.reply.http_status;
			keep(s->reply, payload);
			if (out.reply.set_token[0])
				memcpy(s->token, out.reply.set_token, sizeof(s->token));
			break;
		case OUT_SCREEN:
			if (out.screen.screen == SCREEN_COUNTER)
				keep(s->screen, payload);
			break;
		case OUT_UP:
			s->up_first = out.up.first;
			s->up_last = out.up.last;
			keep(s->up, payload);
			break;
		case OUT_HEARTBEAT:
			keep(s->heartbeat, payload);
			break;
		case OUT_PRINT:
			s->printed_job = out.print.job;
			keep(s->printed, payload);
			break;
		case OUT_ASK:
			s->asks++;
			keep(s->asked, payload);
			break;
		case OUT_PIN:
			s->pin = out.pin.check;
			break;
		case OUT_WAKE:
			s->wake_ms = out.wake.mono_ms;
			break;
		case OUT_SESSION:
		case OUT_ACKED:
		case OUT_FEEDBACK:
		case OUT_METRICS:
		case OUT_STOPPED:
			break;
		}
	}
}

static void submit(struct shop *s, const struct door_event *e, const char *payload)
{
	assert_int_equal(door_submit(s->st->door, e, slice_of(payload ? payload : "")), 0);
	while (station_step(s->st, false))
		;
	collect(s);
}

static void verb(struct shop *s, const char *name, const char *args, const char *press)
{
	struct door_event e = { .kind = DOOR_VERB };

	e.verb.request = ++s->request;
	text_fmt(e.verb.verb, sizeof(e.verb.verb), "%s", name);
	text_fmt(e.verb.press, sizeof(e.verb.press), "%s", press ? press : "");
	memcpy(e.verb.token, s->token, sizeof(s->token));
	submit(s, &e, args);
}

static void tick(struct shop *s, int64_t ms)
{
	struct door_event e = { .kind = DOOR_TICK };

	s->wall_ms += ms;
	s->mono_ms += ms;
	submit(s, &e, NULL);
}

static void down(struct shop *s, enum stream stream, int64_t epoch, int64_t seq, const char *ops,
		 const char *upto)
{
	struct door_event e = { .kind = DOOR_DOWN };
	char text[TEXT_MAX];

	e.down.stream = stream;
	e.down.what = DOWN_OPS;
	e.down.epoch = epoch;
	e.down.seq = seq;
	text_fmt(text, sizeof(text), "%s%s", ops, upto ? upto : "");
	e.down.ops = (struct span){ 0, (uint32_t)strlen(ops) };
	e.down.upto = (struct span){ (uint32_t)strlen(ops), (uint32_t)(upto ? strlen(upto) : 0) };
	submit(s, &e, text);
}

/* An empty snapshot puts a stream at (7, 0). */
static void begin_stream(struct shop *s, enum stream stream)
{
	struct door_event e = { .kind = DOOR_DOWN };

	e.down.stream = stream;
	e.down.what = DOWN_OFFER;
	e.down.epoch = 7;
	e.down.parts = 1;
	text_fmt(e.down.snapshot, sizeof(e.down.snapshot), "s%d", (int)stream);
	submit(s, &e, "");
	e.down.what = DOWN_PART;
	e.down.part = 1;
	e.down.ops = (struct span){ 0, 2 };
	submit(s, &e, "[]");
}

static const char STAFF[] =
	"[{\"op\":\"put\",\"type\":\"policy\",\"id\":\"staff\",\"rev\":1,\"body\":{\"people\":[{\"id\":"
	"\"E17\",\"name\":\"Ola\",\"role\":\"clerk\",\"pin\":\"x\"}]}}]";
static const char ORDER[] =
	"[{\"op\":\"put\",\"type\":\"order\",\"id\":\"ZAM-1\",\"rev\":3,\"body\":{\"status\":\"ready\","
	"\"number\":\"4821\",\"totals\":{\"total\":3998,\"due\":0},\"customer\":{\"name\":\"Anna K.\"},"
	"\"lines\":[{\"line\":1,\"sku\":\"S1\",\"gtin\":\"5901234123457\",\"name\":\"Żółw\",\"qty\":2,"
	"\"paid\":3998}],\"payments\":[{\"id\":\"p1\",\"tender\":\"blik\",\"state\":\"captured\","
	"\"amount\":3998}]}}]";

static void log_in(struct shop *s)
{
	struct door_event e = { .kind = DOOR_PIN };

	verb(s, "staff.login", "{\"staff\":\"E17\",\"pin\":\"482100\"}", NULL);
	e.pin.check = s->pin;
	e.pin.right = true;
	submit(s, &e, NULL);
	assert_int_equal(s->status, 200);
	assert_int_equal(strlen(s->token), 64);
}

static struct shop *open_shop(int number)
{
	struct door_event e = { .kind = DOOR_DEVICE };
	struct shop *s = calloc(1, sizeof(*s));
	char message[256];

	s->wall_ms = 1795363200000;
	s->mono_ms = 1000;
	s->random = (uint64_t)number + 1;
	text_fmt(s->config.store, sizeof(s->config.store), "S%d", number);
	text_fmt(s->config.lane, sizeof(s->config.lane), "k1");
	text_fmt(s->config.name, sizeof(s->config.name), "Sklep %d", number);
	s->config.device_count = 1;
	s->config.devices[0].kind = DEVICE_PRINTER;
	text_fmt(s->config.devices[0].name, DEVICE_NAME_MAX, "receipt");
	s->config.has_secret = true;
	s->st = calloc(1, sizeof(*s->st));
	s->st->clock = (struct clock){ wall, mono, chance, s };
	s->st->config = &s->config;
	s->st->door = door_new(NULL, NULL);
	assert_int_equal(store_open(NULL, &s->st->store, message, sizeof(message)), 0);
	assert_int_equal(station_start(s->st), 0);
	collect(s);
	text_fmt(e.device.name, sizeof(e.device.name), "receipt");
	submit(s, &e, NULL);
	return s;
}

static struct shop *stocked_shop(int number)
{
	struct shop *s = open_shop(number);

	begin_stream(s, STREAM_ORDERS);
	begin_stream(s, STREAM_POLICY);
	down(s, STREAM_POLICY, 7, 1, STAFF, NULL);
	down(s, STREAM_ORDERS, 7, 1, ORDER, NULL);
	log_in(s);
	return s;
}

static void close_shop(struct shop *s)
{
	store_close(s->st->store);
	door_free(s->st->door);
	free(s->st);
	free(s);
}

static void scan(struct shop *s, const char *text)
{
	struct door_event e = { .kind = DOOR_SCAN };

	e.scan.read_ns = 1;
	submit(s, &e, text);
}

static void hand_over(struct shop *s)
{
	char code[CODE_TEXT_MAX];
	struct pickup_code c = { .kid = 1 };
	struct trust_pair pair;
	uint8_t seed[TRUST_SEED_BYTES] = { 1 };

	trust_pair_from_seed(seed, &pair);
	s->config.keys.count = 1;
	s->config.keys.key[0] = (struct trust_key){ .kid = 1, .purpose = KEY_PICKUP };
	memcpy(s->config.keys.key[0].public_key, pair.public_key, TRUST_PUBLIC_BYTES);
	text_fmt(c.store, sizeof(c.store), "%s", s->config.store);
	text_fmt(c.order, sizeof(c.order), "ZAM-1");
	assert_true(code_sign(&c, &pair, code) > 0);
	scan(s, code);
	scan(s, "5901234123457");
	scan(s, "5901234123457");
	verb(s, "pickup.handover", "{}", "press-1");
}

#define assert_has(text, part) \
	do { \
		if (!strstr(text, part)) \
			fail_msg("no %s in %s", part, text); \
	} while (0)

static void test_hundred_stations(void **state)
{
	struct shop *shops[STATIONS];

	(void)state;
	for (int i = 0; i < STATIONS; i++)
		shops[i] = stocked_shop(i);
	for (int i = 0; i < STATIONS; i++)
		hand_over(shops[i]);
	for (int i = 0; i < STATIONS; i++) {
		struct shop *s = shops[i];
		char store[32];

		text_fmt(store, sizeof(store), "\"store\":\"S%d\"", i);
		assert_int_equal(s->status, 200);
		assert_has(s->up, store);
		assert_has(s->up, "pickup.completed");
		assert_has(s->up, "\"delta\":-2");
		assert_has(s->screen, "\"mode\":\"idle\"");
		assert_has(s->printed, "QLR.ZAM-1.");
		assert_has(s->heartbeat, "\"count\":1");
		close_shop(s);
	}
}

static void test_press_twice(void **state)
{
	struct shop *s = stocked_shop(1);
	char first[TEXT_MAX];
	int64_t last;

	(void)state;
	hand_over(s);
	memcpy(first, s->reply, sizeof(first));
	last = s->st->ledger.last;
	verb(s, "pickup.handover", "{}", "press-1");
	assert_string_equal(s->reply, first);
	assert_int_equal(s->st->ledger.last, last);
	verb(s, "pickup.handover", "{}", "press-2");
	assert_int_equal(s->status, 409);
	close_shop(s);
}

static void test_refusals_write_no_facts(void **state)
{
	struct shop *s = stocked_shop(1);
	int64_t handovers;

	(void)state;
	scan(s, "4821"); /* its number asks for the code */
	assert_has(s->screen, "\"mode\":\"asking\"");
	verb(s, "pickup.handover", "{}", NULL);
	assert_int_equal(s->status, 409);
	verb(s, "pickup.find", "{\"order\":\"ZAM-1\",\"pin\":\"000000\"}", NULL);
	assert_has(s->reply, "pin_wrong");
	handovers = s->st->counters.handovers;
	assert_int_equal(handovers, 0);
	assert_int_equal(store_line_fact(s->st->store, slice_of("ZAM-1"), slice_of("1")).handed, 0);
	assert_string_equal(s->printed, "");
	close_shop(s);
}

static void test_facts_stay(void **state)
{
	static const char ready_again[] =
		"[{\"op\":\"put\",\"type\":\"order\",\"id\":\"ZAM-1\",\"rev\":%d,\"body\":{\"status\":"
		"\"ready\",\"lines\":[{\"line\":1,\"qty\":2}]}}]";
	struct shop *s = stocked_shop(1);
	char ops[512], upto[128];
	int64_t last;

	(void)state;
	hand_over(s);
	last = s->st->ledger.last;
	text_fmt(ops, sizeof(ops), ready_again, 4);
	down(s, STREAM_ORDERS, 7, 2, ops, NULL); /* HQ has not heard yet: no conflict */
	assert_int_equal(s->st->ledger.last, last);
	text_fmt(ops, sizeof(ops), ready_again, 5);
	text_fmt(upto, sizeof(upto), "{\"k1\":[%lld,%lld]}", (long long)s->st->ledger.epoch,
		 (long long)last);
	down(s, STREAM_ORDERS, 7, 3, ops, upto);
	assert_has(s->up, "order.conflict");
	last = s->st->ledger.last;
	down(s, STREAM_ORDERS, 7, 3, ops, upto); /* the same message again */
	assert_int_equal(s->st->ledger.last, last);
	scan(s, "ZAM-1");
	verb(s, "pickup.take", "{\"order\":\"ZAM-1\"}", NULL);
	assert_has(s->reply, "approval_needed");
	close_shop(s);
}

static void test_acknowledgements(void **state)
{
	struct shop *s = stocked_shop(1);
	struct door_event e = { .kind = DOOR_ACK };
	struct door_event pull = { .kind = DOOR_PULL };
	int64_t last;

	(void)state;
	hand_over(s);
	last = s->st->ledger.last;
	e.ack.epoch = pull.pull.epoch = s->st->ledger.epoch;
	e.ack.seq = last + 1; /* above what was sent: ignored */
	submit(s, &e, NULL);
	assert_int_equal(s->st->counters.acks_ignored, 1);
	e.ack.seq = last;
	submit(s, &e, NULL);
	assert_has(s->heartbeat, "\"outbox\":0");
	e.ack.seq = 1; /* a restored HQ */
	submit(s, &e, NULL);
	assert_false(strstr(s->heartbeat, "\"outbox\":0") != NULL);
	pull.pull.after = 1;
	submit(s, &pull, NULL);
	assert_int_equal(s->up_first, 2);
	assert_int_equal(s->up_last, last);
	close_shop(s);
}

static void test_snapshot_is_whole_or_nothing(void **state)
{
	struct door_event e = { .kind = DOOR_DOWN };
	struct shop *s = stocked_shop(1);
	struct record r;

	(void)state;
	e.down.stream = STREAM_ORDERS;
	e.down.what = DOWN_OFFER;
	e.down.epoch = 8;
	e.down.seq = 5;
	e.down.parts = 2;
	text_fmt(e.down.snapshot, sizeof(e.down.snapshot), "new");
	submit(s, &e, "");
	e.down.what = DOWN_PART;
	e.down.part = 2;
	e.down.ops = (struct span){ 0, (uint32_t)strlen(ORDER) };
	submit(s, &e, ORDER);
	assert_has(s->heartbeat, "\"orders\":{\"epoch\":7,\"seq\":1,");
	/* A part of an unknown id, and the same part again, change nothing. */
	submit(s, &e, ORDER);
	text_fmt(e.down.snapshot, sizeof(e.down.snapshot), "other");
	e.down.part = 1;
	submit(s, &e, ORDER);
	text_fmt(e.down.snapshot, sizeof(e.down.snapshot), "new");
	e.down.ops = (struct span){ 0, 2 };
	submit(s, &e, "[]");
	assert_has(s->heartbeat, "\"orders\":{\"epoch\":8,\"seq\":5,\"count\":1,");
	store_begin(s->st->store);
	assert_true(store_find(s->st->store, STREAM_ORDERS, slice_of("ZAM-1"), &r));
	store_commit(s->st->store);
	close_shop(s);
}

static void test_bad_ops_do_not_block(void **state)
{
	static const char bad[] =
		"[{\"op\":\"put\",\"type\":\"order\",\"id\":\"A/B\",\"rev\":1,\"body\":{}},"
		"{\"op\":\"explode\",\"type\":\"order\",\"id\":\"B\",\"rev\":1},"
		"{\"op\":\"put\",\"type\":\"order\",\"id\":\"C\",\"rev\":-1,\"body\":{}},"
		"{\"op\":\"put\",\"type\":\"order\",\"id\":\"D\",\"rev\":1,\"body\":{\"lines\":5}},"
		"{\"op\":\"put\",\"type\":\"member\",\"id\":\"E\",\"rev\":1,\"body\":{}},7,"
		"{\"op\":\"put\",\"type\":\"order\",\"id\":\"F\",\"rev\":1,\"body\":{\"status\":\"ready\"}}]";
	struct shop *s = stocked_shop(1);
	char want[128];
	uint64_t sum;

	(void)state;
	down(s, STREAM_ORDERS, 7, 2, bad, NULL);
	assert_int_equal(s->st->counters.letters, 6);
	sum = hash_record("order", slice_of("ZAM-1"), 3) ^ hash_record("order", slice_of("D"), 1) ^
	      hash_record("order", slice_of("F"), 1);
	text_fmt(want, sizeof(want),
		 "\"orders\":{\"epoch\":7,\"seq\":2,\"count\":3,\"sum\":\"%016llx\"}",
		 (unsigned long long)sum);
	assert_has(s->heartbeat, want);
	close_shop(s);
}

/* Texts borrowed from open statements must not keep the write-ahead log from being moved. */
static void test_log_is_moved_when_quiet(void **state)
{
	char dir[] = "/tmp/lada-unit-XXXXXX", path[64], wal[64];
	struct shop *s = stocked_shop(1);
	struct stat info;
	char message[256];

	(void)state;
	store_close(s->st->store);
	assert_non_null(mkdtemp(dir));
	text_fmt(path, sizeof(path), "%s/lada.db", dir);
	text_fmt(wal, sizeof(wal), "%s/lada.db-wal", dir);
	assert_int_equal(store_open(path, &s->st->store, message, sizeof(message)), 0);
	assert_int_equal(station_start(s->st), 0);
	begin_stream(s, STREAM_ORDERS);
	down(s, STREAM_ORDERS, 7, 1, ORDER, NULL);
	scan(s, "4821");
	assert_int_equal(stat(wal, &info), 0);
	assert_true(info.st_size > 0);
	tick(s, 6000);
	assert_int_equal(stat(wal, &info), 0);
	assert_int_equal(info.st_size, 0);
	close_shop(s);
	unlink(path);
	rmdir(dir);
}

static void test_unanswered_ask_ends(void **state)
{
	struct shop *s = stocked_shop(1);
	struct door_event e = { .kind = DOOR_LINK };

	(void)state;
	e.link.up = true;
	submit(s, &e, NULL);
	hand_over(s); /* pins the key */
	{
		struct pickup_code c = { .kid = 1 };
		uint8_t seed[TRUST_SEED_BYTES] = { 1 };
		struct trust_pair pair;
		char code[CODE_TEXT_MAX];

		trust_pair_from_seed(seed, &pair);
		text_fmt(c.store, sizeof(c.store), "%s", s->config.store);
		text_fmt(c.order, sizeof(c.order), "ZAM-9");
		assert_true(code_sign(&c, &pair, code) > 0);
		scan(s, code);
	}
	assert_has(s->asked, "\"order\":\"ZAM-9\"");
	assert_has(s->screen, "\"mode\":\"asking\"");
	/* An alarm that rings a little early is set again. */
	s->wake_ms = 0;
	tick(s, ASK_WAIT_MS - 1);
	assert_int_equal(s->wake_ms, s->mono_ms + 1);
	tick(s, 1);
	assert_has(s->screen, "not_found");
	assert_has(s->screen, "\"mode\":\"idle\"");
	close_shop(s);
}

static void test_printing_waits_for_its_printer(void **state)
{
	struct door_event device = { .kind = DOOR_DEVICE }, job = { .kind = DOOR_JOB };
	struct shop *s = stocked_shop(1);

	(void)state;
	text_fmt(device.device.name, sizeof(device.device.name), "receipt");
	device.device.status = DEVICE_PAPER_OUT;
	submit(s, &device, NULL);
	hand_over(s);
	assert_string_equal(s->printed, "");
	device.device.status = DEVICE_OK;
	submit(s, &device, NULL);
	assert_has(s->printed, "QLR.ZAM-1.");
	/* Half of it left and nobody knows more: a person decides, nothing prints by itself. */
	s->printed[0] = '\0';
	job.job.job = s->printed_job;
	job.job.result = JOB_RESULT_UNKNOWN;
	submit(s, &job, NULL);
	tick(s, 10000);
	assert_string_equal(s->printed, "");
	assert_has(s->screen, "\"status\":\"unknown\"");
	assert_has(s->up, "print.failed");
	verb(s, "print.came", "{\"job\":1,\"yes\":false}", NULL);
	assert_has(s->printed, "QLR.ZAM-1.");
	close_shop(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hundred_stations),
		cmocka_unit_test(test_press_twice),
		cmocka_unit_test(test_refusals_write_no_facts),
		cmocka_unit_test(test_facts_stay),
		cmocka_unit_test(test_acknowledgements),
		cmocka_unit_test(test_snapshot_is_whole_or_nothing),
		cmocka_unit_test(test_bad_ops_do_not_block),
		cmocka_unit_test(test_log_is_moved_when_quiet),
		cmocka_unit_test(test_unanswered_ask_ends),
		cmocka_unit_test(test_printing_waits_for_its_printer),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
