// SPDX-License-Identifier: Apache-2.0
/*
 * Model check of stock and reservations: three lanes and HQ, with the code that ships (the step of
 * each lane, HQ's intake and effects), and between them words that come late, or not, or again.
 *
 * Every interleaving up to a depth: at each lane a handover, an adjustment, a count; its events
 * reach HQ, or another lane; HQ's next message reaches it, or an acknowledgement; HQ's people write
 * another figure. A partition is that none of these happens. And random ones, longer, with restarts
 * and repeats.
 *
 * After each step the lane it happened at must show: HQ's figure in the newest message it has, and
 * the changes it knows (its own, and those it heard) that this message does not say HQ had heard;
 * each once. And of the order: reserved until it knows of a handover. When all words have come, all
 * show what HQ has, and HQ has what the events make of its people's last figure. The model keeps
 * that by itself, from the events' texts alone.
 *
 *	LADA_STOCK_DEPTH, LADA_STOCK_SCHEDULES, LADA_STOCK_SEED
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <sodium.h>

#include "firmware/base/log.h"
#include "firmware/orders.h"
#include "firmware/station.h"
#include "firmware/stock.h"
#include "firmware/store/db.h"
#include "firmware/store/file.h"
#include "sync/decode.h"
#include "tests/faults/centre.h"
#include "tests/faults/memory.h"

#define LANES	   3
#define HQ	   LANES /* as a node */
#define NODES	   (LANES + 1)
#define EVENTS_MAX 160 /* of a lane */
#define DOWNS_MAX  400
#define DOWN_BYTES 4096
#define DEPTH	   4
#define DEPTH_MAX  9
#define SCHEDULES  200
#define STEPS_MAX  36
#define MEMO_SLOTS (1u << 22)
#define ON_HAND	   5
#define COUNTED	   3
#define WRITTEN	   7 /* by HQ's people */
#define TOKEN	   "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define WALL_MS	   INT64_C(1795363200000)

enum act { ACT_HAND_OVER, ACT_ADJUST, ACT_COUNT, ACTS };

enum step_kind { STEP_ACT, STEP_UP, STEP_HEAR, STEP_DOWN, STEP_ACK, STEP_WRITE, STEP_RESTART };

struct step {
	enum step_kind kind;
	int lane, other; /* HEAR: `lane` hears `other` */
	enum act act;
};

/* A message of HQ to all lanes, and what the model knows of that moment. */
struct down {
	bool stock;
	int64_t on_hand;
	int upto[LANES];
	bool collected; /* of orders: the order is */
	size_t n;
	char text[DOWN_BYTES];
};

/* What is true; goes back together with the databases. */
struct truth {
	int last[LANES];		      /* events of a lane */
	int64_t delta[LANES][EVENTS_MAX + 1]; /* by event */
	bool handed[LANES][EVENTS_MAX + 1];   /* it is a handover */
	int at_hq[LANES];		      /* of them HQ has so many */
	bool heard[LANES][LANES][EVENTS_MAX + 1];
	int pos[LANES];	   /* messages of HQ a lane has */
	int figure[LANES]; /* the newest of stock among them, -1 the first state */
	bool told[LANES];  /* one of them says that the order is collected */
	int acked[LANES], ack[LANES];
	int64_t on_hand; /* HQ's */
	int64_t said[STREAM_COUNT]; /* the last number HQ gave out */
	int writes;
	int downs;
};

struct world {
	struct config config[LANES];
	struct store *store[LANES];
	struct station *st[LANES]; /* NULL: to be started */
	struct centre *centre;
	char path[NODES][MEMORY_NAME_MAX];
	struct image root[NODES];
	struct truth t, first;
	struct down *down;
	bool setting_up;
	uint64_t chance;
	int64_t request;
	int status;
	char failure[512];
	char trail[2048];
	struct image saved[DEPTH_MAX + 1];
	struct {
		uint64_t key;
		int left;
	} * memo;
	int64_t states, steps;
};

static struct world world;

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

__attribute__((format(printf, 1, 2))) static void wrong(const char *fmt, ...)
{
	va_list args;

	if (world.failure[0])
		return;
	va_start(args, fmt);
	vsnprintf(world.failure, sizeof(world.failure), fmt, args);
	va_end(args);
}

static int64_t env_number(const char *name, int64_t otherwise)
{
	const char *text = getenv(name);

	return text && *text ? strtoll(text, NULL, 10) : otherwise;
}

static uint64_t chance(void)
{
	world.chance += 0x9e3779b97f4a7c15u;
	uint64_t z = world.chance;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

static int below(int n)
{
	return (int)(chance() % (uint64_t)n);
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
		*at++ = (uint8_t)chance();
}

static const char *lane_name(int i)
{
	static const char *const names[LANES] = { "k1", "k2", "k3" };

	return names[i];
}

/* ---- what HQ says ---- */

static void deliver(int i, enum stream stream, bool direct, struct slice text);

static struct json message_of(struct slice text)
{
	struct json root;

	if (json_check(text, &root) < 0)
		abort();
	return root;
}

static int64_t json_number(struct json v)
{
	int64_t n;

	if (json_int(v, &n) < 0)
		wrong("no number: %.*s", (int)v.n, v.p ? v.p : "");
	return n;
}

/* A message is remembered with what is true at HQ at that moment, which it must say. */
static void take_down(enum stream stream, struct slice text)
{
	const struct json root = message_of(text), ops = json_get(root, "ops");
	struct down *d = &world.down[world.t.downs];
	struct json_walk w = json_walk(ops);

	/* What it has said before the database was put back it says again. */
	if (json_number(json_get(root, "seq")) <= world.t.said[stream])
		return;
	world.t.said[stream] = json_number(json_get(root, "seq"));
	if (world.setting_up || (stream != STREAM_STOCK && stream != STREAM_ORDERS) ||
	    !json_next(&w))
		return;
	if (world.t.downs == DOWNS_MAX || text.n > DOWN_BYTES)
		abort();
	*d = (struct down){ .stock = stream == STREAM_STOCK, .n = text.n };
	memcpy(d->text, text.p, text.n);
	d->on_hand = world.t.on_hand;
	memcpy(d->upto, world.t.at_hq, sizeof(d->upto));
	d->collected = json_is(json_get(json_get(w.value, "body"), "status"), "collected");
	for (int i = 0; d->stock && i < LANES; i++) {
		struct json_walk pair = json_walk(json_get(json_get(root, "upto"), lane_name(i)));
		int64_t seq = 0;

		if (json_next(&pair) && json_next(&pair))
			seq = json_number(pair.value);
		if (seq != d->upto[i])
			wrong("HQ says it had %lld of %s, and it has %d: %.*s", (long long)seq,
			      lane_name(i), d->upto[i], (int)text.n, text.p);
	}
	if (d->stock && json_number(json_get(json_get(w.value, "body"), "on_hand")) != d->on_hand)
		wrong("HQ tells of another figure than %lld: %.*s", (long long)d->on_hand,
		      (int)text.n, text.p);
	world.t.downs++;
}

static void take_ack(const char *lane, struct slice text)
{
	for (int i = 0; i < LANES; i++)
		if (strcmp(lane, lane_name(i)) == 0)
			world.t.ack[i] = (int)json_number(json_get(message_of(text), "seq"));
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
		if (strcmp(lane, lane_name(i)) == 0 && strncmp(rest, "down/", 5) == 0 &&
		    stream_named(rest + 5, &stream))
			deliver(i, stream, true, text);
}

static void hq_turn(void)
{
	if (!centre_turn(world.centre, CENTRE_WHOLE))
		wrong("HQ's database fails");
}

static void hq_import(const char *element)
{
	if (!centre_import(world.centre, slice_of(element)))
		wrong("HQ refuses %s", element);
}

static int64_t hq_figure(void)
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
		text_fmt(topic, sizeof(topic), "lada/1/S1/%s/ask", lane_name(i));
		centre_message(world.centre, topic, payload, false);
	}
}

static void submit(int i, const struct door_event *e, struct slice payload)
{
	if (door_submit(world.st[i]->door, e, payload) < 0)
		wrong("the door of %s is full", lane_name(i));
	while (station_step(world.st[i], false))
		;
	if (store_trouble(world.store[i])[0])
		wrong("%s: %s", lane_name(i), store_trouble(world.store[i]));
	collect(i);
}

static void stop(int i)
{
	if (!world.st[i])
		return;
	door_free(world.st[i]->door);
	free(world.st[i]);
	world.st[i] = NULL;
}

static void start(int i)
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
		wrong("%s does not start", lane_name(i));
	collect(i);
}

static void deliver(int i, enum stream stream, bool direct, struct slice text)
{
	struct door_event e;

	if (decode_down(text, message_of(text), stream, direct, &e) == 0)
		submit(i, &e, text);
}

static void press(int i, const char *verb, const char *args)
{
	struct door_event e = { .kind = DOOR_VERB };

	e.verb.request = (uint64_t)++world.request;
	text_fmt(e.verb.verb, sizeof(e.verb.verb), "%s", verb);
	text_fmt(e.verb.token, sizeof(e.verb.token), "%s", TOKEN);
	submit(i, &e, slice_of(args));
}

/* What the lane told, by the texts of its events. */
static void note_events(int i)
{
	struct station *st = world.st[i];

	if (st->ledger.last > EVENTS_MAX)
		abort();
	store_begin(st->store);
	for (int seq = world.t.last[i] + 1; seq <= (int)st->ledger.last; seq++) {
		struct slice text;
		struct json e;

		if (!store_event_text(st->store, st->ledger.epoch, seq, &text)) {
			wrong("%s does not have its event %d", lane_name(i), seq);
			break;
		}
		e = message_of(text);
		world.t.delta[i][seq] = 0;
		if (json_is(json_get(e, "type"), "stock.changed"))
			world.t.delta[i][seq] = json_number(json_get(json_get(e, "body"), "delta"));
		world.t.handed[i][seq] = json_is(json_get(e, "type"), "pickup.completed");
	}
	world.t.last[i] = (int)st->ledger.last;
	store_commit(st->store);
}

static struct slice events_text(int i, int after, struct buf *b)
{
	struct station *st = world.st[i];

	jw_open(b, NULL, '{');
	jw_str(b, "store", "S1");
	jw_str(b, "lane", lane_name(i));
	jw_int(b, "epoch", st->ledger.epoch);
	jw_open(b, "events", '[');
	store_begin(st->store);
	store_batch(st->store, st->ledger.epoch, after, UP_MESSAGE_MAX / 2, b);
	store_commit(st->store);
	jw_close(b, ']');
	jw_close(b, '}');
	return buf_read(b);
}

/* ---- what must be ---- */

static bool knows(int i, int of, int seq)
{
	return i == of || world.t.heard[i][of][seq];
}

static int64_t should_show(int i)
{
	const int m = world.t.figure[i];
	int64_t n = m < 0 ? ON_HAND : world.down[m].on_hand;

	for (int of = 0; of < LANES; of++)
		for (int seq = 1; seq <= world.t.last[of]; seq++)
			if (knows(i, of, seq) && seq > (m < 0 ? 0 : world.down[m].upto[of]))
				n += world.t.delta[of][seq];
	return n;
}

static bool knows_handed(int i)
{
	bool any = world.t.told[i];

	for (int of = 0; of < LANES; of++)
		for (int seq = 1; seq <= world.t.last[of]; seq++)
			any = any || (world.t.handed[of][seq] && knows(i, of, seq));
	return any;
}

static struct stock_figures shown(int i)
{
	struct stock_figures f;

	store_begin(world.st[i]->store);
	f = stock_figures(world.st[i], "A");
	store_commit(world.st[i]->store);
	return f;
}

static void check(int i)
{
	const struct stock_figures f = shown(i);
	const int64_t want = should_show(i), held = knows_handed(i) ? 0 : 1;

	if (f.on_hand != want || !f.known)
		wrong("%s shows %lld, and should %lld", lane_name(i), (long long)f.on_hand,
		      (long long)want);
	if (f.reserved != held || f.available != want - held)
		wrong("%s shows %lld reserved and %lld available, and should %lld and %lld",
		      lane_name(i), (long long)f.reserved, (long long)f.available, (long long)held,
		      (long long)(want - held));
}

/* ---- steps ---- */

static void hand_over(int i)
{
	const struct stock_figures before = shown(i);
	struct stock_figures after;

	press(i, "pickup.vouch", "{\"order\":\"ZAM-1\",\"how\":\"known\"}");
	if (world.status != 200)
		return; /* it is gone, as this lane knows */
	press(i, "pickup.handover", "{}");
	if (world.status != 200)
		wrong("%s does not hand over", lane_name(i));
	after = shown(i);
	if (after.available != before.available || after.on_hand != before.on_hand - 1)
		wrong("a handover at %s makes %lld available of %lld", lane_name(i),
		      (long long)after.available, (long long)before.available);
}

static void count(int i)
{
	char args[64];

	text_fmt(args, sizeof(args), "{\"sku\":\"A\",\"qty\":%d}", COUNTED);
	press(i, "stock.count", args);
	if (world.status != 200 || shown(i).on_hand != COUNTED)
		wrong("%s counted %d and shows %lld", lane_name(i), COUNTED,
		      (long long)shown(i).on_hand);
}

static void act(int i, enum act what)
{
	switch (what) {
	case ACT_HAND_OVER:
		hand_over(i);
		break;
	case ACT_ADJUST:
		press(i, "stock.adjust", "{\"sku\":\"A\",\"delta\":-1,\"reason\":\"x\"}");
		if (world.status != 200)
			wrong("%s does not adjust", lane_name(i));
		break;
	case ACT_COUNT:
		count(i);
		break;
	case ACTS:
		break;
	}
	note_events(i);
}

static void up(int i, int after)
{
	static char memory[UP_MESSAGE_MAX];
	char topic[64];
	struct buf b;

	for (int seq = world.t.at_hq[i] + 1; seq <= world.t.last[i]; seq++)
		world.t.on_hand += world.t.delta[i][seq];
	world.t.at_hq[i] = world.t.last[i];
	buf_init(&b, memory, sizeof(memory));
	text_fmt(topic, sizeof(topic), "lada/1/S1/%s/up", lane_name(i));
	centre_message(world.centre, topic, events_text(i, after, &b), false);
	hq_turn();
	if (hq_figure() != world.t.on_hand)
		wrong("HQ has %lld, and the events make %lld", (long long)hq_figure(),
		      (long long)world.t.on_hand);
}

static void hear(int i, int other, int after)
{
	static char memory[UP_MESSAGE_MAX];
	struct slice text;
	struct door_event e;
	struct buf b;

	buf_init(&b, memory, sizeof(memory));
	text = events_text(other, after, &b);
	if (decode_up(text, message_of(text), "S1", lane_name(other), &e) < 0)
		wrong("what %s tells cannot be read", lane_name(other));
	else
		submit(i, &e, text);
	for (int seq = after + 1; seq <= world.t.last[other]; seq++)
		world.t.heard[i][other][seq] = true;
	note_events(i); /* it may tell that the order left twice */
}

static void hear_hq(int i, int n)
{
	const struct down *d = &world.down[n];

	deliver(i, d->stock ? STREAM_STOCK : STREAM_ORDERS, false, (struct slice){ d->text, d->n });
	if (n >= world.t.pos[i]) {
		world.t.pos[i] = n + 1;
		world.t.figure[i] = d->stock ? n : world.t.figure[i];
		world.t.told[i] = d->stock ? world.t.told[i] : d->collected;
	}
	note_events(i);
}

static void acknowledge(int i)
{
	struct door_event e = { .kind = DOOR_ACK };

	e.ack.epoch = world.st[i]->ledger.epoch;
	e.ack.seq = world.t.acked[i] = world.t.ack[i];
	submit(i, &e, slice_of("{}"));
}

static void people_write(void)
{
	char text[160];

	world.t.on_hand = WRITTEN + world.t.writes++;
	text_fmt(text, sizeof(text),
		 "{\"store\":\"S1\",\"type\":\"stock\",\"id\":\"A\",\"body\":{\"on_hand\":%lld}}",
		 (long long)world.t.on_hand);
	hq_import(text);
	hq_turn();
}

/* The last event in a row from the first that a lane has heard of another. */
static int heard_from(int i, int other)
{
	int n = 0;

	while (n < world.t.last[other] && world.t.heard[i][other][n + 1])
		n++;
	return n;
}

static bool possible(const struct step *s)
{
	const struct truth *t = &world.t;

	switch (s->kind) {
	case STEP_ACT:
		return true;
	case STEP_UP:
		return t->at_hq[s->lane] < t->last[s->lane];
	case STEP_HEAR:
		return s->lane != s->other && heard_from(s->lane, s->other) < t->last[s->other];
	case STEP_DOWN:
		return t->pos[s->lane] < t->downs;
	case STEP_ACK:
		return t->acked[s->lane] < t->ack[s->lane];
	case STEP_WRITE:
	case STEP_RESTART:
		return true;
	}
	return false;
}

/* Whose database it changes. */
static int node_of(const struct step *s)
{
	return s->kind == STEP_UP || s->kind == STEP_WRITE ? HQ : s->lane;
}

static void do_step(const struct step *s)
{
	world.steps++;
	if (s->kind != STEP_WRITE)
		start(s->lane);
	switch (s->kind) {
	case STEP_ACT:
		act(s->lane, s->act);
		break;
	case STEP_UP:
		up(s->lane, world.t.at_hq[s->lane]);
		break;
	case STEP_HEAR:
		start(s->other);
		hear(s->lane, s->other, heard_from(s->lane, s->other));
		break;
	case STEP_DOWN:
		hear_hq(s->lane, world.t.pos[s->lane]);
		break;
	case STEP_ACK:
		acknowledge(s->lane);
		break;
	case STEP_WRITE:
		people_write();
		return;
	case STEP_RESTART:
		stop(s->lane);
		start(s->lane);
		break;
	}
	check(s->lane);
}

/* All words come; then all show the same, and nothing lies over HQ's figure. */
static void settle(void)
{
	for (bool more = true; more && !world.failure[0];) {
		more = false;
		for (int i = 0; i < LANES; i++)
			for (int kind = STEP_UP; kind <= STEP_ACK; kind++)
				for (int other = 0; other < LANES; other++) {
					const struct step s = { (enum step_kind)kind, i, other,
								ACTS };

					if (!possible(&s) || (kind != STEP_HEAR && other))
						continue;
					do_step(&s);
					more = true;
				}
	}
	for (int i = 0; i < LANES && !world.failure[0]; i++) {
		start(i);
		store_begin(world.store[i]);
		if (store_stock_moved(world.store[i], slice_of("A")))
			wrong("%s lays something over what HQ has heard", lane_name(i));
		store_commit(world.store[i]);
		if (shown(i).on_hand != hq_figure())
			wrong("in the end %s shows %lld, and HQ has %lld", lane_name(i),
			      (long long)shown(i).on_hand, (long long)hq_figure());
	}
}

/* ---- the beginning ---- */

static void open_lane(int i)
{
	struct config *c = &world.config[i];
	char message[256] = "";

	text_fmt(world.path[i], MEMORY_NAME_MAX, "%s.db", lane_name(i));
	if (i > 0)
		memory_load(world.path[i], &world.root[0]);
	if (store_open(world.path[i], &world.store[i], message, sizeof(message)) < 0) {
		fprintf(stderr, "%s\n", message);
		abort();
	}
	if (i == 0)
		memory_save(world.path[0], &world.root[0]); /* empty */
	text_fmt(c->store, sizeof(c->store), "S1");
	text_fmt(c->lane, sizeof(c->lane), "%s", lane_name(i));
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
		"{\"store\":\"S1\",\"type\":\"order\",\"id\":\"ZAM-1\",\"body\":{\"status\":"
		"\"ready\",\"lines\":[{\"line\":1,\"sku\":\"A\",\"qty\":1,\"paid\":1500}],"
		"\"totals\":{\"total\":1500,\"due\":0},\"payments\":[{\"id\":\"p1\",\"tender\":"
		"\"blik\",\"state\":\"captured\",\"amount\":1500}]}}",
	};
	const struct clock clock = { wall, mono, random_bytes, NULL };
	const struct centre_pipe pipe = { hq_says, NULL };

	text_fmt(world.path[HQ], MEMORY_NAME_MAX, "%s/hq.db", dir);
	world.centre = centre_open(world.path[HQ], &clock, &pipe);
	if (!world.centre)
		abort();
	centre_boot(world.centre);
	for (size_t i = 0; i < COUNT_OF(records); i++)
		hq_import(records[i]);
	centre_link(world.centre, true);
	hq_turn();
}

/* Each lane asks for the streams, until it has them. */
static void fill_lane(int i)
{
	struct door_event e = { .kind = DOOR_LINK, .link.up = true };
	struct record r;

	start(i);
	submit(i, &e, slice_of(""));
	for (int n = 0; n < 20; n++) {
		hq_turn();
		collect(i);
	}
	e.link.up = false;
	submit(i, &e, slice_of(""));
	store_begin(world.store[i]);
	if (!store_find(world.store[i], STREAM_ORDERS, slice_of("ZAM-1"), &r) ||
	    !store_find(world.store[i], STREAM_STOCK, slice_of("A"), &r) ||
	    !store_find(world.store[i], STREAM_POLICY, slice_of("pickup"), &r))
		wrong("%s did not get its records", lane_name(i));
	store_commit(world.store[i]);
	note_events(i);
	stop(i);
}

static int open_world(void **state)
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

static int close_world(void **state)
{
	char path[96];

	for (int i = 0; i < LANES; i++)
		stop(i);
	centre_close(world.centre);
	/* HQ locks a file, although its database is not there. */
	text_fmt(path, sizeof(path), "%s/hq.db.lock", (const char *)*state);
	unlink(path);
	rmdir(*state);
	free(world.down);
	free(world.memo);
	return 0;
}

static void begin_again(void)
{
	for (int n = 0; n < NODES; n++) {
		memory_load(world.path[n], &world.root[n]);
		if (n < LANES)
			stop(n);
	}
	world.t = world.first;
	world.trail[0] = world.failure[0] = '\0';
}

/* ---- all of them ---- */

static void note_step(const struct step *s)
{
	static const char *const kinds[] = {
		"act", "up", "hear", "down", "ack", "write", "restart"
	};
	static const char *const acts[] = { "hand over", "adjust", "count", "" };
	const size_t n = strlen(world.trail);

	snprintf(world.trail + n, sizeof(world.trail) - n, "%s%s %s%s%s", n ? "; " : "",
		 s->kind == STEP_WRITE ? "HQ" : lane_name(s->lane), kinds[s->kind],
		 s->kind == STEP_HEAR  ? " "
		 : s->kind == STEP_ACT ? ": "
				       : "",
		 s->kind == STEP_HEAR  ? lane_name(s->other)
		 : s->kind == STEP_ACT ? acts[s->act]
				       : "");
}

static uint64_t mix(uint64_t h, int64_t v)
{
	h = (h ^ (uint64_t)v) * 0xff51afd7ed558ccdu;
	return h ^ (h >> 29);
}

/* A lane as it stands, seen with the lanes in another order: they differ by name only. */
static uint64_t lane_key(int i, const int as[LANES], const int who[LANES])
{
	const struct truth *t = &world.t;
	uint64_t h = 17;

	for (int seq = 1; seq <= t->last[i]; seq++)
		h = mix(mix(h, t->delta[i][seq]), t->handed[i][seq]);
	h = mix(mix(mix(h, t->last[i]), t->at_hq[i]), t->pos[i]);
	h = mix(mix(h, t->acked[i]), t->ack[i]);
	for (int n = 0; n < LANES; n++)
		for (int seq = 1; seq <= t->last[who[n]]; seq++)
			h = mix(h, t->heard[i][who[n]][seq]);
	(void)as;
	return h;
}

static uint64_t key_as(const int who[LANES])
{
	const struct truth *t = &world.t;
	uint64_t h = mix(mix(mix(3, t->on_hand), t->writes), t->downs);
	int as[LANES];

	for (int n = 0; n < LANES; n++)
		as[who[n]] = n;
	for (int n = 0; n < LANES; n++)
		h = mix(h, (int64_t)lane_key(who[n], as, who));
	for (int d = 0; d < t->downs; d++) {
		h = mix(mix(h, world.down[d].stock), world.down[d].on_hand);
		h = mix(h, world.down[d].collected);
		for (int n = 0; n < LANES; n++)
			h = mix(h, world.down[d].upto[who[n]]);
	}
	return h;
}

static uint64_t key_now(void)
{
	static const int orders[6][LANES] = { { 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 },
					      { 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 } };
	uint64_t least = UINT64_MAX;

	for (int n = 0; n < 6; n++) {
		const uint64_t h = key_as(orders[n]);

		least = h < least ? h : least;
	}
	return least ? least : 1;
}

/* True: from here so many steps were tried already. */
static bool been_here(int left)
{
	const uint64_t key = key_now();
	uint32_t at = (uint32_t)key & (MEMO_SLOTS - 1);

	while (world.memo[at].key && world.memo[at].key != key)
		at = (at + 1) & (MEMO_SLOTS - 1);
	if (world.memo[at].key && world.memo[at].left >= left)
		return true;
	if (!world.memo[at].key && ++world.states > MEMO_SLOTS / 2)
		abort();
	world.memo[at].key = key;
	world.memo[at].left = left;
	return false;
}

static void undo(int node, const struct image *image)
{
	memory_load(world.path[node], image);
	if (node < LANES)
		stop(node);
}

/* What comes of this state when all words come; it stays as it is. */
static void settle_from_here(void)
{
	static struct image now[NODES];
	const struct truth t = world.t;

	for (int n = 0; n < NODES; n++)
		memory_save(world.path[n], &now[n]);
	settle();
	for (int n = 0; n < NODES; n++)
		undo(n, &now[n]);
	world.t = t;
}

static void explore(int left);

static void try_step(const struct step *s, int left)
{
	const int node = node_of(s);
	struct truth *t;
	const size_t trail = strlen(world.trail);

	if (world.failure[0] || !possible(s))
		return;
	t = malloc(sizeof(*t));
	if (!t)
		abort();
	*t = world.t;
	memory_save(world.path[node], &world.saved[left]);
	note_step(s);
	do_step(s);
	if (!world.failure[0] && !been_here(left - 1)) {
		if (left == 1)
			settle_from_here();
		else
			explore(left - 1);
	}
	if (world.failure[0]) {
		free(t);
		return;
	}
	undo(node, &world.saved[left]);
	world.t = *t;
	free(t);
	world.trail[trail] = '\0';
}

static void explore(int left)
{
	for (int i = 0; i < LANES; i++) {
		for (int a = 0; a < ACTS; a++)
			try_step(&(struct step){ STEP_ACT, i, 0, (enum act)a }, left);
		try_step(&(struct step){ STEP_UP, i, 0, ACTS }, left);
		try_step(&(struct step){ STEP_DOWN, i, 0, ACTS }, left);
		try_step(&(struct step){ STEP_ACK, i, 0, ACTS }, left);
		for (int other = 0; other < LANES; other++)
			try_step(&(struct step){ STEP_HEAR, i, other, ACTS }, left);
	}
	try_step(&(struct step){ STEP_WRITE, 0, 0, ACTS }, left);
}

static void test_every_interleaving(void **state)
{
	const int depth = (int)env_number("LADA_STOCK_DEPTH", DEPTH);

	(void)state;
	assert_in_range(depth, 0, DEPTH_MAX);
	begin_again();
	if (depth)
		explore(depth);
	if (world.failure[0])
		fail_msg("%s\n  after: %s", world.failure, world.trail);
	print_message("depth %d: %lld states, %lld steps\n", depth, (long long)world.states,
		      (long long)world.steps);
}

/* ---- random ones ---- */

/* Words come again, or the last before the others. */
static void disturb(int i)
{
	const int other = below(LANES);

	start(i);
	start(other);
	switch (below(3)) {
	case 0:
		if (world.t.pos[i] > 0)
			hear_hq(i, below(world.t.pos[i]));
		break;
	case 1:
		up(i, below(world.t.at_hq[i] + 1));
		break;
	case 2:
		if (other != i && world.t.last[other] > 0)
			hear(i, other, below(world.t.last[other]));
		break;
	}
	check(i);
}

static void play(int64_t seed)
{
	world.chance = (uint64_t)seed * 0x2545f4914f6cdd1du;
	begin_again();
	for (int n = 5 + below(STEPS_MAX - 5); n > 0 && !world.failure[0]; n--) {
		const struct step s = { (enum step_kind)below(STEP_RESTART + 1), below(LANES),
					below(LANES), (enum act)below(ACTS) };

		if (below(8) == 0)
			disturb(s.lane);
		else if (possible(&s) && (s.kind != STEP_WRITE || world.t.writes < 3)) {
			note_step(&s);
			do_step(&s);
		}
	}
	settle();
}

static void test_random_ones(void **state)
{
	const int64_t many = env_number("LADA_STOCK_SCHEDULES", SCHEDULES),
		      seed = env_number("LADA_STOCK_SEED", 1);

	(void)state;
	for (int64_t n = 0; n < many; n++) {
		play(seed + n);
		if (world.failure[0])
			fail_msg("seed %lld: %s\n  after: %s", (long long)(seed + n), world.failure,
				 world.trail);
	}
	print_message("%lld schedules from seed %lld: all right\n", (long long)many,
		      (long long)seed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_interleaving),
		cmocka_unit_test(test_random_ones),
	};

	memory_start();
	if (sodium_init() < 0)
		abort();
	setenv("TZ", "Europe/Warsaw", 1);
	tzset();
	return cmocka_run_group_tests(tests, open_world, close_world);
}
