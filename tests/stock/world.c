// SPDX-License-Identifier: Apache-2.0
/* Lanes and HQ: how they live, what they say, and what of it the model keeps. */
#include "tests/stock/world.h"

#include <malloc.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "firmware/base/log.h"
#include "firmware/store/db.h"
#include "sync/decode.h"

struct world world;

void log_line(enum log_level level, const char *fmt, ...)
{
	(void)level;
	(void)fmt;
}

/* Nobody looks at screens here (Makefile). */
void __wrap_documents_publish(struct station *st);
void __wrap_metrics_publish(struct station *st);

void __wrap_documents_publish(struct station *st)
{
	st->dirty = st->queue_stale = false;
}

void __wrap_metrics_publish(struct station *st)
{
	(void)st;
}

__attribute__((format(printf, 1, 2))) void world_wrong(const char *fmt, ...)
{
	va_list args;

	if (world.failure[0])
		return;
	va_start(args, fmt);
	vsnprintf(world.failure, sizeof(world.failure), fmt, args);
	va_end(args);
}

uint64_t world_chance(void)
{
	world.chance += 0x9e3779b97f4a7c15u;
	uint64_t z = world.chance;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

int world_below(int n)
{
	return (int)(world_chance() % (uint64_t)n);
}

static int64_t wall(void *ctx)
{
	(void)ctx;
	return WALL_MS;
}

static int64_t mono(void *ctx)
{
	(void)ctx;
	return 100000;
}

static void random_bytes(void *ctx, void *p, size_t n)
{
	uint8_t *at = p;

	(void)ctx;
	while (n--)
		*at++ = (uint8_t)world_chance();
}

const char *world_lane(int i)
{
	static const char *const names[LANES] = { "k1", "k2", "k3" };

	return names[i];
}

/* ---- what HQ says ---- */

struct json world_message(struct slice text)
{
	struct json root;

	if (json_check(text, &root) < 0)
		abort();
	return root;
}

int64_t world_number(struct json v)
{
	int64_t n;

	if (json_int(v, &n) < 0)
		world_wrong("no number: %.*s", (int)v.n, v.p ? v.p : "");
	return n;
}

static bool is_handed(struct json body)
{
	struct json_walk line = json_walk(json_get(body, "lines"));

	return json_is(json_get(body, "status"), "collected") ||
	       (json_next(&line) && json_int_or(json_get(line.value, "handed"), 0) > 0);
}

/* A message is remembered with what is true at HQ at that moment, which it must say. */
static void take_down(enum stream stream, struct slice text)
{
	const struct json root = world_message(text), ops = json_get(root, "ops");
	struct down *d = &world.down[world.t.downs];
	struct json_walk w = json_walk(ops);

	/* What it has said before the database was put back it says again. */
	if (world_number(json_get(root, "seq")) <= world.t.said[stream])
		return;
	world.t.said[stream] = world_number(json_get(root, "seq"));
	if (world.setting_up || (stream != STREAM_STOCK && stream != STREAM_ORDERS) ||
	    !json_next(&w))
		return;
	if (world.t.downs == DOWNS_MAX || text.n > DOWN_BYTES)
		abort();
	*d = (struct down){ .stock = stream == STREAM_STOCK, .n = text.n };
	memcpy(d->text, text.p, text.n);
	d->on_hand = world.t.on_hand;
	memcpy(d->upto, world.t.at_hq, sizeof(d->upto));
	d->collected = is_handed(json_get(w.value, "body"));
	for (int i = 0; d->stock && i < LANES; i++) {
		struct json_walk pair = json_walk(json_get(json_get(root, "upto"), world_lane(i)));
		int64_t seq = 0;

		if (json_next(&pair) && json_next(&pair))
			seq = world_number(pair.value);
		if (seq != d->upto[i])
			world_wrong("HQ says it had %lld of %s, and it has %d: %.*s",
				    (long long)seq, world_lane(i), d->upto[i], (int)text.n, text.p);
	}
	if (d->stock && world_number(json_get(json_get(w.value, "body"), "on_hand")) != d->on_hand)
		world_wrong("HQ tells of another figure than %lld: %.*s", (long long)d->on_hand,
			    (int)text.n, text.p);
	world.t.downs++;
}

static void take_ack(const char *lane, struct slice text)
{
	for (int i = 0; i < LANES; i++)
		if (strcmp(lane, world_lane(i)) == 0)
			world.t.ack[i] = (int)world_number(json_get(world_message(text), "seq"));
}

static bool stream_named(const char *name, enum stream *ret_stream)
{
	for (int s = 0; s < STREAM_COUNT; s++)
		if (strcmp(stream_name((enum stream)s), name) == 0) {
			*ret_stream = (enum stream)s;
			return true;
		}
	return false;
}

static void hq_says(void *ctx, const char *topic, struct slice text, bool retain)
{
	char lane[ID_MAX + 1], rest[ID_MAX + 1];
	enum stream stream;

	(void)ctx;
	(void)retain;
	if (sscanf(topic, "lada/1/S1/down/%64s", rest) == 1 && stream_named(rest, &stream)) {
		take_down(stream, text);
		return;
	}
	if (sscanf(topic, "lada/1/S1/%64[^/]/%64s", lane, rest) != 2)
		return;
	if (strcmp(rest, "ack") == 0)
		take_ack(lane, text);
	for (int i = 0; i < LANES && world.setting_up; i++)
		if (strcmp(lane, world_lane(i)) == 0 && strncmp(rest, "down/", 5) == 0 &&
		    stream_named(rest + 5, &stream))
			world_deliver(i, stream, true, text);
}

void world_hq_turn(void)
{
	if (!centre_turn(world.centre, CENTRE_WHOLE))
		world_wrong("HQ's database fails");
}

void world_hq_import(const char *element)
{
	if (!centre_import(world.centre, slice_of(element)))
		world_wrong("HQ refuses %s", element);
}

int64_t world_hq_figure(void)
{
	sqlite3_stmt *q = NULL;
	int64_t n = -1;

	sqlite3_prepare_v2(centre_db(world.centre),
			   "SELECT json_extract(body, '$.on_hand') FROM record WHERE"
			   " stream='stock' AND id='A'",
			   -1, &q, NULL);
	if (sqlite3_step(q) == SQLITE_ROW)
		n = sqlite3_column_int64(q, 0);
	sqlite3_finalize(q);
	return n;
}

/* ---- a lane ---- */

static void collect(int i)
{
	struct door_out out;
	struct slice payload;
	char topic[64];

	while (door_collect(world.st[i]->door, &out, &payload)) {
		if (out.kind == OUT_REPLY)
			world.status = out.reply.http_status;
		if (out.kind != OUT_ASK || !world.setting_up)
			continue;
		text_fmt(topic, sizeof(topic), "lada/1/S1/%s/ask", world_lane(i));
		centre_message(world.centre, topic, payload, false);
	}
}

void world_submit(int i, const struct door_event *e, struct slice payload)
{
	if (door_submit(world.st[i]->door, e, payload) < 0)
		world_wrong("the door of %s is full", world_lane(i));
	while (station_step(world.st[i], false))
		;
	if (store_trouble(world.store[i])[0])
		world_wrong("%s: %s", world_lane(i), store_trouble(world.store[i]));
	collect(i);
}

void world_stop(int i)
{
	if (!world.st[i])
		return;
	door_free(world.st[i]->door);
	free(world.st[i]);
	world.st[i] = NULL;
}

void world_start(int i)
{
	struct station *st;

	if (world.st[i])
		return;
	st = world.st[i] = calloc(1, sizeof(*st));
	if (!st)
		abort();
	store_remember(world.store[i]);
	st->clock = (struct clock){ wall, mono, random_bytes, NULL };
	st->config = &world.config[i];
	st->store = world.store[i];
	st->door = door_new(NULL, NULL);
	text_fmt(st->operator_token, TOKEN_TEXT_MAX, "%s", TOKEN);
	if (station_start(st) < 0)
		world_wrong("%s does not start", world_lane(i));
	collect(i);
}

void world_deliver(int i, enum stream stream, bool direct, struct slice text)
{
	struct door_event e;

	if (decode_down(text, world_message(text), stream, direct, &e) == 0)
		world_submit(i, &e, text);
}

void world_press(int i, const char *verb, const char *args)
{
	struct door_event e = { .kind = DOOR_VERB };

	e.verb.request = (uint64_t)++world.request;
	text_fmt(e.verb.verb, sizeof(e.verb.verb), "%s", verb);
	text_fmt(e.verb.token, sizeof(e.verb.token), "%s", TOKEN);
	world_submit(i, &e, slice_of(args));
}

/* What the lane told, by the texts of its events. */
void world_note_events(int i)
{
	struct station *st = world.st[i];

	if (st->ledger.last > EVENTS_MAX)
		abort();
	store_begin(st->store);
	for (int seq = world.t.last[i] + 1; seq <= (int)st->ledger.last; seq++) {
		struct slice text;
		struct json e;

		if (!store_event_text(st->store, st->ledger.epoch, seq, &text)) {
			world_wrong("%s does not have its event %d", world_lane(i), seq);
			break;
		}
		e = world_message(text);
		world.t.delta[i][seq] = 0;
		if (json_is(json_get(e, "type"), "stock.changed"))
			world.t.delta[i][seq] =
				world_number(json_get(json_get(e, "body"), "delta"));
		world.t.handed[i][seq] = json_is(json_get(e, "type"), "pickup.completed");
	}
	world.t.last[i] = (int)st->ledger.last;
	store_commit(st->store);
}

struct slice world_events(int i, int after, struct buf *b)
{
	struct station *st = world.st[i];

	jw_open(b, NULL, '{');
	jw_str(b, "store", "S1");
	jw_str(b, "lane", world_lane(i));
	jw_int(b, "epoch", st->ledger.epoch);
	jw_open(b, "events", '[');
	store_begin(st->store);
	store_batch(st->store, st->ledger.epoch, after, UP_MESSAGE_MAX / 2, b);
	store_commit(st->store);
	jw_close(b, ']');
	jw_close(b, '}');
	return buf_read(b);
}

/* ---- the beginning ---- */

static void open_lane(int i)
{
	struct config *c = &world.config[i];
	char message[256] = "";

	text_fmt(world.path[i], MEMORY_NAME_MAX, "%s.db", world_lane(i));
	if (i > 0)
		memory_load(world.path[i], &world.root[0]);
	if (store_open(world.path[i], &world.store[i], message, sizeof(message)) < 0) {
		fprintf(stderr, "%s\n", message);
		abort();
	}
	if (i == 0)
		memory_save(world.path[0], &world.root[0]); /* empty */
	text_fmt(c->store, sizeof(c->store), "S1");
	text_fmt(c->lane, sizeof(c->lane), "%s", world_lane(i));
	text_fmt(c->name, sizeof(c->name), "Sklep");
	text_fmt(c->prefix, sizeof(c->prefix), "lada/1");
}

static void open_hq(const char *dir)
{
	static const char *const records[] = {
		"{\"store\":\"S1\",\"type\":\"policy\",\"id\":\"pickup\",\"body\":{\"check_items\":"
		"\"none\",\"id_search\":\"allow\"}}",
		"{\"store\":\"S1\",\"type\":\"policy\",\"id\":\"fiscal\",\"body\":{\"mode\":"
		"\"none\"}}",
		"{\"store\":\"S1\",\"type\":\"product\",\"id\":\"A\",\"body\":{\"name\":{\"pl\":"
		"\"Rzecz\"}}}",
		"{\"store\":\"S1\",\"type\":\"stock\",\"id\":\"A\",\"body\":{\"on_hand\":5}}",
		WORLD_ORDER,
	};
	const struct clock clock = { wall, mono, random_bytes, NULL };
	const struct centre_pipe pipe = { hq_says, NULL };

	text_fmt(world.path[HQ], MEMORY_NAME_MAX, "%s/hq.db", dir);
	world.centre = centre_open(world.path[HQ], &clock, &pipe);
	if (!world.centre)
		abort();
	centre_boot(world.centre);
	for (size_t i = 0; i < COUNT_OF(records); i++)
		world_hq_import(records[i]);
	centre_link(world.centre, true);
	world_hq_turn();
}

/* Each lane asks for the streams, until it has them. */
static void fill_lane(int i)
{
	struct door_event e = { .kind = DOOR_LINK, .link.up = true };
	struct record r;

	world_start(i);
	world_submit(i, &e, slice_of(""));
	for (int n = 0; n < 20; n++) {
		world_hq_turn();
		collect(i);
	}
	e.link.up = false;
	world_submit(i, &e, slice_of(""));
	store_begin(world.store[i]);
	if (!store_find(world.store[i], STREAM_ORDERS, slice_of("ZAM-1"), &r) ||
	    !store_find(world.store[i], STREAM_STOCK, slice_of("A"), &r) ||
	    !store_find(world.store[i], STREAM_POLICY, slice_of("pickup"), &r))
		world_wrong("%s did not get its records", world_lane(i));
	store_commit(world.store[i]);
	world_note_events(i);
	world_stop(i);
}

int world_open(void **state)
{
	static char dir[] = "/tmp/lada-stock-XXXXXX";

	(void)state;
	mallopt(M_MMAP_THRESHOLD, 256 * 1024);
	world.down = calloc(DOWNS_MAX, sizeof(*world.down));
	world.memo = calloc(MEMO_SLOTS, sizeof(*world.memo));
	if (!world.down || !world.memo || !mkdtemp(dir))
		return -1;
	world.setting_up = true;
	open_hq(dir);
	for (int i = 0; i < LANES; i++)
		open_lane(i);
	for (int i = 0; i < LANES; i++)
		fill_lane(i);
	world.setting_up = false;
	world.t.on_hand = ON_HAND;
	for (int i = 0; i < LANES; i++)
		world.t.figure[i] = -1;
	for (int n = 0; n < NODES; n++)
		memory_save(world.path[n], &world.root[n]);
	world.first = world.t;
	*state = dir;
	return world.failure[0] ? -1 : 0;
}

int world_close(void **state)
{
	char path[96];

	for (int i = 0; i < LANES; i++)
		world_stop(i);
	centre_close(world.centre);
	/* HQ locks a file, although its database is not there. */
	text_fmt(path, sizeof(path), "%s/hq.db.lock", (const char *)*state);
	unlink(path);
	rmdir(*state);
	free(world.down);
	free(world.memo);
	return 0;
}

void world_begin_again(void)
{
	for (int n = 0; n < NODES; n++) {
		memory_load(world.path[n], &world.root[n]);
		if (n < LANES)
			world_stop(n);
	}
	world.t = world.first;
	world.trail[0] = world.failure[0] = '\0';
}
