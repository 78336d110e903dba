// SPDX-License-Identifier: Apache-2.0
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdlib.h>
#include <unistd.h>

#include "firmware/training.h"
#include "tests/shop.h"

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
	assert_true(text.n < SHOP_TEXT_MAX);
	memcpy(dst, text.p, text.n);
	dst[text.n] = '\0';
}

static void heard_session(struct shop *s, const struct door_out *out)
{
	if (out->session.open) {
		s->opened++;
		return;
	}
	assert_true(s->closed_count < SHOP_CLOSED_MAX);
	memcpy(s->closed[s->closed_count++], out->session.token_hash, HASH_TEXT_MAX);
}

void shop_collect(struct shop *s)
{
	struct door_out out;
	struct slice payload;

	while (door_collect(s->st->door, &out, &payload)) {
		switch (out.kind) {
		case OUT_REPLY:
			s->status = out.reply.http_status;
			s->answered = out.reply.request;
			keep(s->reply, payload);
			memcpy(s->given, out.reply.set_token, sizeof(s->given));
			if (out.reply.set_token[0])
				memcpy(s->token, out.reply.set_token, sizeof(s->token));
			break;
		case OUT_SCREEN:
			if (out.screen.screen == SCREEN_COUNTER)
				keep(s->screen, payload);
			else if (out.screen.screen == SCREEN_CUSTOMER)
				keep(s->customer, payload);
			else if (out.screen.screen == SCREEN_MANAGE)
				keep(s->manage, payload);
			break;
		case OUT_KEYS:
			keep(s->keys, payload);
			break;
		case OUT_LANES:
			keep(s->lanes, payload);
			break;
		case OUT_RESTART:
			s->restarts++;
			break;
		case OUT_LOG:
			s->log_level = out.log.level;
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
			s->prints++;
			memcpy(s->printer, out.print.printer, sizeof(s->printer));
			keep(s->printed, payload);
			break;
		case OUT_ASK:
			s->asks++;
			keep(s->asked, payload);
			break;
		case OUT_CLAIM:
			s->claims++;
			keep(s->claim, payload);
			break;
		case OUT_PIN:
			s->pin = out.pin.check;
			break;
		case OUT_WAKE:
			s->wake_ms = out.wake.mono_ms;
			break;
		case OUT_DISPLAY:
			s->displays++;
			keep(s->display[out.display.desk], payload);
			break;
		case OUT_SESSION:
			heard_session(s, &out);
			break;
		case OUT_ACKED:
			s->served = out.acked.served;
			break;
		case OUT_FEEDBACK:
		case OUT_METRICS:
		case OUT_STOPPED:
			break;
		}
	}
}

void shop_submit(struct shop *s, const struct door_event *e, const char *payload)
{
	assert_int_equal(door_submit(s->st->door, e, slice_of(payload ? payload : "")), 0);
	while (station_step(s->st, false))
		;
	shop_collect(s);
}

void shop_verb(struct shop *s, const char *name, const char *args, const char *press)
{
	struct door_event e = { .kind = DOOR_VERB };

	e.verb.request = ++s->request;
	text_fmt(e.verb.verb, sizeof(e.verb.verb), "%s", name);
	text_fmt(e.verb.press, sizeof(e.verb.press), "%s", press ? press : "");
	memcpy(e.verb.token, s->token, sizeof(s->token));
	shop_submit(s, &e, args);
}

void shop_restart(struct shop *s)
{
	struct door *door = s->st->door;
	struct store *store = s->st->store;
	struct clock clock = s->st->clock;

	training_free(s->st);
	memset(s->st, 0, sizeof(*s->st));
	s->st->clock = clock;
	s->st->config = &s->config;
	s->st->door = door;
	s->st->store = store;
	assert_int_equal(station_start(s->st), 0);
	shop_collect(s);
}

void shop_tick(struct shop *s, int64_t ms)
{
	struct door_event e = { .kind = DOOR_TICK };

	s->wall_ms += ms;
	s->mono_ms += ms > 0 ? ms : 0;
	shop_submit(s, &e, NULL);
}

void shop_down(struct shop *s, enum stream stream, int64_t epoch, int64_t seq, const char *ops,
	       const char *upto)
{
	struct door_event e = { .kind = DOOR_DOWN };
	char text[SHOP_TEXT_MAX];

	e.down.stream = stream;
	e.down.what = DOWN_OPS;
	e.down.epoch = epoch;
	e.down.seq = seq;
	text_fmt(text, sizeof(text), "%s%s", ops, upto ? upto : "");
	e.down.ops = (struct span){ 0, (uint32_t)strlen(ops) };
	e.down.upto = (struct span){ (uint32_t)strlen(ops), (uint32_t)(upto ? strlen(upto) : 0) };
	shop_submit(s, &e, text);
}

void shop_begin_stream(struct shop *s, enum stream stream)
{
	struct door_event e = { .kind = DOOR_DOWN };

	e.down.stream = stream;
	e.down.what = DOWN_OFFER;
	e.down.epoch = 7;
	e.down.parts = 1;
	text_fmt(e.down.snapshot, sizeof(e.down.snapshot), "s%d", (int)stream);
	shop_submit(s, &e, "");
	e.down.what = DOWN_PART;
	e.down.part = 1;
	e.down.ops = (struct span){ 0, 2 };
	shop_submit(s, &e, "[]");
}

const char SHOP_STAFF[] = "[{\"op\":\"put\",\"type\":\"policy\",\"id\":\"staff\",\"rev\":1,"
			  "\"body\":{\"people\":[{\"id\":"
			  "\"E17\",\"name\":\"Ola\",\"role\":\"clerk\",\"pin\":\"x\"}]}}]";
const char SHOP_ORDER[] =
	"[{\"op\":\"put\",\"type\":\"order\",\"id\":\"ZAM-1\",\"rev\":3,\"body\":{\"status\":"
	"\"ready\","
	"\"number\":\"4821\",\"totals\":{\"total\":3998,\"due\":0},\"customer\":{\"name\":\"Anna "
	"K.\"},"
	"\"lines\":[{\"line\":1,\"sku\":\"S1\",\"gtin\":\"5901234123457\",\"name\":\"Żółw\","
	"\"qty\":2,"
	"\"paid\":3998}],\"payments\":[{\"id\":\"p1\",\"tender\":\"blik\",\"state\":\"captured\","
	"\"amount\":3998}]}}]";

void shop_log_in(struct shop *s)
{
	struct door_event e = { .kind = DOOR_PIN };

	shop_verb(s, "staff.login", "{\"staff\":\"E17\",\"pin\":\"482100\"}", NULL);
	e.pin.check = s->pin;
	e.pin.right = true;
	shop_submit(s, &e, NULL);
	assert_int_equal(s->status, 200);
	assert_int_equal(strlen(s->token), 64);
}

static struct shop *open_in(struct shop *s, const char *path, int number)
{
	struct door_event e = { .kind = DOOR_DEVICE };
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
	assert_int_equal(store_open(path, &s->st->store, message, sizeof(message)), 0);
	assert_int_equal(station_start(s->st), 0);
	shop_collect(s);
	text_fmt(e.device.name, sizeof(e.device.name), "receipt");
	shop_submit(s, &e, NULL);
	return s;
}

struct shop *shop_open(int number)
{
	return open_in(calloc(1, sizeof(struct shop)), NULL, number);
}

struct shop *shop_open_file(int number)
{
	struct shop *s = calloc(1, sizeof(*s));

	text_fmt(s->dir, sizeof(s->dir), "/tmp/lada-unit-XXXXXX");
	assert_non_null(mkdtemp(s->dir));
	text_fmt(s->path, sizeof(s->path), "%s/lada.db", s->dir);
	return open_in(s, s->path, number);
}

static void remove_files(const struct shop *s)
{
	static const char *const endings[] = { "", "-wal", "-shm" };

	for (size_t i = 0; i < COUNT_OF(endings); i++) {
		char path[sizeof(s->path) + 8];

		text_fmt(path, sizeof(path), "%s%s", s->path, endings[i]);
		unlink(path);
	}
	rmdir(s->dir);
}

struct shop *shop_stocked(int number)
{
	struct shop *s = shop_open(number);

	shop_begin_stream(s, STREAM_ORDERS);
	shop_begin_stream(s, STREAM_POLICY);
	shop_down(s, STREAM_POLICY, 7, 1, SHOP_STAFF, NULL);
	shop_down(s, STREAM_ORDERS, 7, 1, SHOP_ORDER, NULL);
	shop_log_in(s);
	return s;
}

void shop_close(struct shop *s)
{
	training_free(s->st);
	store_close(s->st->store);
	door_free(s->st->door);
	if (s->dir[0])
		remove_files(s);
	free(s->st);
	free(s);
}

void shop_scan(struct shop *s, const char *text)
{
	struct door_event e = { .kind = DOOR_SCAN };

	e.scan.read_ns = 1;
	shop_submit(s, &e, text);
}

void shop_sign_code(struct shop *s, const char *order, char code[CODE_TEXT_MAX])
{
	shop_sign_code_as(s, order, 1, 0, code);
}

void shop_sign_code_as(struct shop *s, const char *order, uint8_t kid, int64_t expires_s,
		       char code[CODE_TEXT_MAX])
{
	struct pickup_code c = { .kid = kid, .expires_s = (uint32_t)expires_s };
	struct trust_pair pair;
	uint8_t seed[TRUST_SEED_BYTES] = { 1 };

	trust_pair_from_seed(seed, &pair);
	s->config.keys.count = 1;
	s->config.keys.key[0] = (struct trust_key){ .kid = 1, .purpose = KEY_PICKUP };
	memcpy(s->config.keys.key[0].public_key, pair.public_key, TRUST_PUBLIC_BYTES);
	text_fmt(c.store, sizeof(c.store), "%s", s->config.store);
	text_fmt(c.order, sizeof(c.order), "%s", order);
	assert_true(code_sign(&c, &pair, code) > 0);
}

void shop_hand_over(struct shop *s)
{
	char code[CODE_TEXT_MAX];

	shop_sign_code(s, "ZAM-1", code);
	shop_scan(s, code);
	shop_scan(s, "5901234123457");
	shop_scan(s, "5901234123457");
	shop_verb(s, "pickup.handover", "{}", "press-1");
}
