// SPDX-License-Identifier: Apache-2.0
/* A station on its bench: its clock, its door, and what comes out of it. */
#include "tests/property/property.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/documents.h"
#include "firmware/orders.h"
#include "firmware/store/db.h"

/* One empty database, made once. */
static struct image template;
static const struct run *watched; /* whose screens are written; one thread */

static int64_t wall(void *ctx)
{
	return ((struct bench *)ctx)->wall_ms;
}

static int64_t mono(void *ctx)
{
	return ((struct bench *)ctx)->mono_ms;
}

static void chance(void *ctx, void *p, size_t n)
{
	uint8_t *at = p;

	while (n--)
		*at++ = (uint8_t)(chance_next(&((struct bench *)ctx)->chance) >> 40);
}

/* By the linker (Makefile): most runs are without screens, which take most of the time. */
void __wrap_documents_publish(struct station *st);
void __wrap_metrics_publish(struct station *st);
void __real_documents_publish(struct station *st);
void __real_metrics_publish(struct station *st);

void __wrap_documents_publish(struct station *st)
{
	if (watched && watched->screens) {
		__real_documents_publish(st);
		return;
	}
	st->dirty = st->queue_stale = false;
	st->reachable_shown = station_hq_reachable(st);
	st->revision++;
}

void __wrap_metrics_publish(struct station *st)
{
	if (watched && watched->screens)
		__real_metrics_publish(st);
}

/* ---- what comes out ---- */

static void take_ask(struct bench *b, struct slice payload)
{
	struct json root;

	if (json_check(payload, &root) < 0 || !json_is(json_get(root, "ask"), "order"))
		return;
	json_string(json_get(root, "id"), b->ask, sizeof(b->ask));
	json_string(json_get(root, "order"), b->asked_order, sizeof(b->asked_order));
}

static void take_claim(struct bench *b, struct slice payload)
{
	struct json root;
	char op[16];

	if (json_check(payload, &root) < 0 ||
	    json_string(json_get(root, "op"), op, sizeof(op)) <= 0 ||
	    claim_op_find(slice_of(op), &b->claim.op) < 0)
		return;
	json_string(json_get(root, "order"), b->claim.order, sizeof(b->claim.order));
	json_string(json_get(root, "lane"), b->claim.lane, sizeof(b->claim.lane));
	json_string(json_get(root, "claim"), b->claim.claim, sizeof(b->claim.claim));
	b->claimed = true;
}

static void take_reply(struct bench *b, const struct door_out *out, struct slice payload)
{
	b->answered = out->reply.request;
	if (out->reply.request == b->request)
		b->status = out->reply.http_status;
	slice_copy(payload, b->reply, sizeof(b->reply));
	if (out->reply.set_token[0])
		memcpy(b->token, out->reply.set_token, sizeof(b->token));
	if (b->run)
		run_note(b->run, "      -> %d %s", out->reply.http_status, b->reply);
}

static void collect(struct bench *b)
{
	struct door_out out;
	struct slice payload;

	while (door_collect(b->st->door, &out, &payload)) {
		switch (out.kind) {
		case OUT_REPLY:
			take_reply(b, &out, payload);
			break;
		case OUT_UP:
			if (b->run && !out.up.again && !out.up.sibling &&
			    out.up.last >= out.up.first)
				books_hear(b->run, payload, false);
			break;
		case OUT_PRINT:
			b->job = out.print.job;
			break;
		case OUT_PIN:
			b->pin = out.pin.check;
			break;
		case OUT_ASK:
			take_ask(b, payload);
			break;
		case OUT_CLAIM:
			take_claim(b, payload);
			break;
		case OUT_SCREEN:
		case OUT_SESSION:
		case OUT_ACKED:
		case OUT_HEARTBEAT:
		case OUT_FEEDBACK:
		case OUT_DISPLAY:
		case OUT_WAKE:
		case OUT_METRICS:
		case OUT_KEYS:
		case OUT_LANES:
		case OUT_LOG:
		case OUT_RESTART:
		case OUT_STOPPED:
			break;
		}
	}
}

void bench_submit(struct bench *b, const struct door_event *e, struct slice payload)
{
	watched = b->run;
	if (door_submit(b->st->door, e, payload) < 0)
		abort();
	while (station_step(b->st, false)) {
		collect(b);
		if (b->run)
			books_step_ends(b->run);
	}
	collect(b);
	if (b->run)
		books_step_ends(b->run);
	if (store_trouble(b->store)[0]) {
		fprintf(stderr, "%s\n", store_trouble(b->store));
		abort();
	}
}

/* ---- living ---- */

void bench_open(struct bench *b, const char *path, const char *lane)
{
	struct config *c = &b->config;
	char message[256] = "";

	if (!template.n) {
		struct store *made;

		if (store_open("template.db", &made, message, sizeof(message)) < 0)
			abort();
		store_close(made);
		memory_save("template.db", &template);
	}
	text_fmt(b->path, sizeof(b->path), "%s", path);
	memory_load(path, &template);
	if (store_open(path, &b->store, message, sizeof(message)) < 0) {
		fprintf(stderr, "%s\n", message);
		abort();
	}
	b->db = memory_connection(path);
	text_fmt(c->store, sizeof(c->store), STORE_ID);
	text_fmt(c->lane, sizeof(c->lane), "%s", lane);
	text_fmt(c->name, sizeof(c->name), "Sklep");
	c->device_count = 1;
	c->devices[0].kind = DEVICE_PRINTER;
	c->devices[0].drawer = 1;
	text_fmt(c->devices[0].name, DEVICE_NAME_MAX, "receipt");
	c->has_secret = true;
	plan_pin_key(&c->keys);
}

static void boot(struct bench *b)
{
	struct door_event e = { .kind = DOOR_DEVICE };

	store_remember(b->store);
	b->st = calloc(1, sizeof(*b->st));
	if (!b->st)
		abort();
	b->st->clock = (struct clock){ wall, mono, chance, b };
	b->st->config = &b->config;
	b->st->store = b->store;
	b->st->door = door_new(NULL, NULL);
	b->job = 0;
	b->pin = 0;
	b->claimed = false;
	b->ask[0] = '\0';
	watched = b->run;
	if (station_start(b->st) < 0)
		abort();
	collect(b);
	text_fmt(e.device.name, sizeof(e.device.name), "receipt");
	bench_submit(b, &e, slice_of(""));
}

static void stop(struct bench *b)
{
	if (!b->st)
		return;
	door_free(b->st->door);
	free(b->st);
	b->st = NULL;
}

void bench_reset(struct bench *b, uint64_t seed, struct run *run)
{
	stop(b);
	memory_load(b->path, &template);
	b->wall_ms = WALL_MS;
	b->mono_ms = 1000;
	b->chance.state = seed;
	b->run = run;
	b->token[0] = b->staff[0] = '\0';
	b->request = b->answered = 0;
	boot(b);
}

void bench_restart(struct bench *b)
{
	stop(b);
	boot(b);
}

void bench_time(struct bench *b, int64_t ms)
{
	struct door_event e = { .kind = DOOR_TICK };

	b->wall_ms += ms;
	b->mono_ms += ms;
	bench_submit(b, &e, slice_of(""));
}

void bench_link(struct bench *b, bool up)
{
	struct door_event e = { .kind = DOOR_LINK, .link.up = up };

	bench_submit(b, &e, slice_of(""));
}

void bench_beat(struct bench *b)
{
	struct door_event e = { .kind = DOOR_BEAT };

	e.beat.online = true;
	e.beat.at_ms = b->wall_ms;
	bench_submit(b, &e, slice_of(""));
}

void bench_echo(struct bench *b)
{
	struct door_event e = { .kind = DOOR_CLAIM };

	if (!b->claimed)
		return;
	b->claimed = false;
	e.claim = b->claim;
	bench_submit(b, &e, slice_of(""));
	bench_time(b, 400);
}

/* ---- what it is given ---- */

void bench_verb(struct bench *b, const char *verb, const char *args, const char *press)
{
	struct door_event e = { .kind = DOOR_VERB };

	e.verb.request = ++b->request;
	b->status = 0;
	text_fmt(e.verb.verb, sizeof(e.verb.verb), "%s", verb);
	text_fmt(e.verb.press, sizeof(e.verb.press), "%s", press ? press : "");
	memcpy(e.verb.token, b->token, sizeof(b->token));
	if (b->run)
		run_note(b->run, "   do %s %s", verb, args);
	bench_submit(b, &e, slice_of(args));
}

void bench_scan(struct bench *b, const char *text, bool kiosk)
{
	struct door_event e = { .kind = DOOR_SCAN };

	e.scan.read_ns = 1;
	e.scan.desk = kiosk ? DESK_KIOSK : DESK_COUNTER;
	if (b->run)
		run_note(b->run, "   scan%s %s", kiosk ? " at the kiosk" : "", text);
	bench_submit(b, &e, slice_of(text));
}

void bench_pin(struct bench *b, bool right)
{
	struct door_event e = { .kind = DOOR_PIN };

	if (!b->pin)
		return;
	e.pin.check = b->pin;
	e.pin.right = right;
	b->pin = 0;
	if (b->run)
		run_note(b->run, "   the PIN is %s", right ? "right" : "wrong");
	bench_submit(b, &e, slice_of(right ? "$argon2id$new" : ""));
}

void bench_log_in(struct bench *b, const char *staff)
{
	char args[128];

	text_fmt(args, sizeof(args), "{\"staff\":\"%s\",\"pin\":\"482100\"}", staff);
	bench_verb(b, "staff.login", args, NULL);
	bench_pin(b, true);
	if (b->status == 200)
		text_fmt(b->staff, sizeof(b->staff), "%s", staff);
}

void bench_down(struct bench *b, enum stream s, int64_t seq, const char *ops, const char *upto)
{
	struct door_event e = { .kind = DOOR_DOWN };
	static char text[OPS_MAX * 2];

	e.down.stream = s;
	e.down.what = DOWN_OPS;
	e.down.epoch = HQ_EPOCH;
	e.down.seq = seq;
	text_fmt(text, sizeof(text), "%s%s", ops, upto ? upto : "");
	e.down.ops = (struct span){ 0, (uint32_t)strlen(ops) };
	e.down.upto = (struct span){ (uint32_t)strlen(ops), (uint32_t)(upto ? strlen(upto) : 0) };
	if (b->run)
		replay_keep(b->run, true, &e, slice_of(text));
	bench_submit(b, &e, slice_of(text));
}

void bench_begin_streams(struct bench *b)
{
	struct door_event e = { .kind = DOOR_DOWN };

	for (int s = 0; s < STREAM_COUNT; s++) {
		e.down.stream = (enum stream)s;
		e.down.what = DOWN_OFFER;
		e.down.epoch = HQ_EPOCH;
		e.down.parts = 1;
		text_fmt(e.down.snapshot, sizeof(e.down.snapshot), "s%d", s);
		bench_submit(b, &e, slice_of(""));
		e.down.what = DOWN_PART;
		e.down.part = 1;
		e.down.ops = (struct span){ 0, 2 };
		bench_submit(b, &e, slice_of("[]"));
	}
}

/* ---- looking ---- */

bool bench_order(struct bench *b, const char *id)
{
	bool known;

	store_begin(b->store);
	known = order_load(b->st, slice_of(id));
	store_commit(b->store);
	return known;
}

int64_t bench_count(struct bench *b, const char *sql)
{
	sqlite3_stmt *q = NULL;
	int64_t n = -1;

	if (sqlite3_prepare_v2(b->db, sql, -1, &q, NULL) == SQLITE_OK &&
	    sqlite3_step(q) == SQLITE_ROW)
		n = sqlite3_column_int64(q, 0);
	sqlite3_finalize(q);
	return n;
}
