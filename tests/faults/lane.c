// SPDX-License-Identifier: Apache-2.0
/* A lane: the station and its sync, without threads, and how they live and die. */
#include "tests/faults/lane.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/store/db.h"
#include "firmware/store/file.h"

#define DOWN_MAX_MS	10000
#define RETRY_MAX_MS	5000
#define TICK_MS		3000 /* ladad ticks every second; all deadlines wake by themselves */
#define MONO_MS		1000
#define CONNS_PER_START 1000
#define MILLION		1000000

const char *lane_name(int i)
{
	static const char *const names[SIM_LANES_MAX] = { "k1", "k2", "k3" };

	return names[i];
}

/* ---- its clocks ---- */

static int64_t mono(void *ctx)
{
	const struct lane *l = ctx;

	return MONO_MS + l->sim->now_ms + l->sim->now_ms * l->drift_ppm / MILLION;
}

static int64_t wall(void *ctx)
{
	const struct lane *l = ctx;

	return SIM_WALL_MS + mono(ctx) - MONO_MS + l->skew_ms;
}

static void chance(void *ctx, void *p, size_t n)
{
	uint8_t *at = p;

	while (n--)
		*at++ = (uint8_t)sim_chance(((struct lane *)ctx)->sim);
}

/* When its monotonic clock shows this. */
static int64_t time_of(const struct lane *l, int64_t mono_ms)
{
	int64_t at = (mono_ms - MONO_MS) * MILLION / (MILLION + l->drift_ppm);

	while (MONO_MS + at + at * l->drift_ppm / MILLION < mono_ms)
		at++;
	return at > l->sim->now_ms ? at : l->sim->now_ms + 1;
}

/* ---- opening ---- */

static void open_once(struct sim *s, int i, const struct image *template)
{
	struct lane *l = calloc(1, sizeof(*l));
	struct config *c = &l->config;
	char message[256] = "";

	l->sim = s;
	l->i = i;
	s->lanes[i] = l;
	text_fmt(l->path, sizeof(l->path), "%s.db", lane_name(i));
	memory_load(l->path, template);
	if (store_open(l->path, &l->store, message, sizeof(message)) < 0) {
		fprintf(stderr, "%s\n", message);
		abort();
	}
	l->db = memory_connection(l->path);
	text_fmt(c->store, sizeof(c->store), "%s", SIM_STORE);
	text_fmt(c->lane, sizeof(c->lane), "%s", lane_name(i));
	text_fmt(c->name, sizeof(c->name), "Sklep");
	text_fmt(c->prefix, sizeof(c->prefix), "%s", SIM_PREFIX);
	c->device_count = 1;
	c->devices[0].kind = DEVICE_PRINTER;
	text_fmt(c->devices[0].name, DEVICE_NAME_MAX, "receipt");
	c->has_secret = true;
	load_pin_key(&c->keys);
}

void lanes_open(struct sim *s)
{
	struct store *made;
	char message[256] = "";

	if (store_open("template.db", &made, message, sizeof(message)) < 0) {
		fprintf(stderr, "%s\n", message);
		abort();
	}
	store_close(made);
	memory_save("template.db", &s->template);
	for (int i = 0; i < SIM_LANES_MAX; i++)
		open_once(s, i, &s->template);
}

void lanes_reset(struct sim *s)
{
	for (int i = 0; i < s->lane_count; i++) {
		struct lane *l = s->lanes[i];

		memory_load(l->path, &s->template);
		l->backed_up = false;
		l->skew_ms = 0;
		l->drift_ppm = sim_below(s, 601) - 300;
		l->epoch_max = 0;
		l->life++;
		l->press[0] = '\0';
		l->paper_ms = 0;
	}
}

/* ---- what it is given to do ---- */

struct happening lane_event(const struct lane *l, enum happening_kind kind, int64_t in_ms)
{
	return (struct happening){
		.kind = kind, .node = l->i + 1, .life = l->life, .at_ms = l->sim->now_ms + in_ms
	};
}

void lane_turn_soon(struct lane *l)
{
	if (l->turn || !l->running)
		return;
	l->turn = true;
	sim_at(l->sim, lane_event(l, AT_TURN, 1 + sim_below(l->sim, 20)));
}

void lane_submit(struct lane *l, const struct door_event *e, const char *payload)
{
	door_submit(l->st->door, e, slice_of(payload ? payload : ""));
	lane_turn_soon(l);
}

static void wake(void *ctx, int64_t mono_ms)
{
	struct lane *l = ctx;
	struct happening h = lane_event(l, AT_TICK, 0);

	h.at_ms = time_of(l, mono_ms);
	if (l->sync_ms && l->sync_ms <= h.at_ms && l->sync_ms > l->sim->now_ms)
		return; /* earlier does no harm */
	l->sync_ms = h.at_ms;
	h.number = 1;
	sim_at(l->sim, h);
}

static void wake_step(struct lane *l, int64_t mono_ms)
{
	struct happening h = lane_event(l, AT_TICK, 0);

	h.at_ms = l->wake_ms = time_of(l, mono_ms);
	sim_at(l->sim, h);
}

static int publish(void *ctx, const char *topic, struct slice payload, bool retain)
{
	struct lane *l = ctx;

	return pipe_publish(l->sim, l->i + 1, topic, payload, retain);
}

/* In place of firmware/documents.c's, by the linker (Makefile). */
void __wrap_documents_publish(struct station *st);
void __wrap_metrics_publish(struct station *st);

void __wrap_documents_publish(struct station *st)
{
	st->dirty = st->queue_stale = false;
	st->reachable_shown = station_hq_reachable(st);
}

void __wrap_metrics_publish(struct station *st)
{
	(void)st;
}

/* ---- living ---- */

static void start_sync(struct lane *l)
{
	const struct sync_pipe pipe = { publish, wake, l };
	const struct clock clock = { wall, mono, chance, l };
	struct sync_setup setup = { .prefix = l->config.prefix };

	setup.store = l->config.store;
	setup.lane = l->config.lane;
	setup.keys = &l->config.keys;
	setup.epoch = l->st->ledger.epoch;
	setup.first_conn = l->st->revision / REVISIONS_PER_START * CONNS_PER_START + 1;
	if (sync_new(&setup, &pipe, l->st->door, &clock, &l->sync) < 0)
		abort();
}

static void collect(struct lane *l, int most);

void lane_boot(struct sim *s, int i)
{
	struct lane *l = s->lanes[i];
	struct door_event e = { .kind = DOOR_DEVICE };

	store_remember(l->store);
	l->st = calloc(1, sizeof(*l->st));
	if (!l->st)
		abort();
	l->st->clock = (struct clock){ wall, mono, chance, l };
	l->st->config = &l->config;
	l->st->store = l->store;
	l->st->door = door_new(NULL, NULL);
	text_fmt(l->st->operator_token, TOKEN_TEXT_MAX, "%s", LANE_TOKEN);
	l->running = true;
	l->turn = l->clock_counts = false;
	l->wake_ms = l->sync_ms = 0;
	l->handover = 0;
	l->handovers = 0;
	l->dead_n = 0;
	if (station_start(l->st) < 0)
		sim_fail(s, "%s does not start: %s", lane_name(i), store_trouble(l->store));
	if (l->st->ledger.epoch > l->epoch_max)
		l->epoch_max = l->st->ledger.epoch;
	sim_note(s, "%s starts, epoch %lld, at event %lld", lane_name(i),
		 (long long)l->st->ledger.epoch, (long long)l->st->ledger.last);
	start_sync(l);
	collect(l, INT32_MAX);
	text_fmt(e.device.name, sizeof(e.device.name), "receipt");
	lane_submit(l, &e, NULL);
	sim_at(s, lane_event(l, AT_CONNECT, sim_below(s, 2000)));
	e.kind = DOOR_TICK;
	lane_submit(l, &e, NULL);
	{
		struct happening h = lane_event(l, AT_TICK, 1);

		h.number = 2;
		sim_at(s, h);
	}
	sim_at(s, lane_event(l, AT_PEOPLE, 500));
}

static void take_output(struct lane *l, const struct door_out *out, struct slice payload)
{
	switch (out->kind) {
	case OUT_WAKE:
		wake_step(l, out->wake.mono_ms);
		break;
	case OUT_PRINT:
		printer_takes(l, out, payload);
		break;
	case OUT_REPLY:
		sim_note(l->sim, "%s answers %d %.*s", lane_name(l->i), out->reply.http_status,
			 (int)payload.n, payload.p);
		if (l->handover && out->reply.request == l->handover) {
			l->handover = 0;
			if (out->reply.http_status == 200)
				witness_answered(l, payload);
			l->press[0] = '\0';
		}
		break;
	case OUT_UP:
	case OUT_ACKED:
	case OUT_ASK:
	case OUT_CLAIM:
	case OUT_HEARTBEAT:
	case OUT_KEYS:
	case OUT_LANES:
		sync_output(l->sync, out, payload);
		lane_turn_soon(l); /* sync may have put something into the door */
		break;
	case OUT_SCREEN:
	case OUT_SESSION:
	case OUT_PIN:
	case OUT_FEEDBACK:
	case OUT_DISPLAY:
	case OUT_METRICS:
	case OUT_STOPPED:
	case OUT_LOG:
	case OUT_RESTART:
		break;
	}
}

static void collect(struct lane *l, int most)
{
	struct door_out out;
	struct slice payload;

	while (most-- > 0 && door_collect(l->st->door, &out, &payload))
		take_output(l, &out, payload);
}

/* A claim that was heard to end must not live again. */
static void check_dead(struct lane *l)
{
	const struct claims *c = &l->st->claims;

	for (int i = 0; i < c->count; i++)
		for (int d = 0; d < l->dead_n && d < LANE_DEAD_MAX; d++)
			if (c->others[i].id[0] && strcmp(c->others[i].id, l->dead[d]) == 0)
				sim_fail(l->sim, "%s: claim %s of %s was dropped and lives again",
					 lane_name(l->i), l->dead[d], c->others[i].lane);
}

static bool holds(const struct lane *l)
{
	return l->running && l->st->link_up && l->sim->clients[l->i + 1].connected &&
	       l->st->claims.own.state == CLAIM_HOLDING && !l->st->isolated;
}

void lane_check_claims(struct sim *s)
{
	for (int i = 0; i < s->lane_count; i++)
		for (int j = i + 1; j < s->lane_count; j++) {
			const struct lane *a = s->lanes[i], *b = s->lanes[j];
			int64_t since = s->undisturbed_ms;

			if (!holds(a) || !holds(b) ||
			    strcmp(a->st->claims.own.order, b->st->claims.own.order) != 0)
				continue;
			/* Words that were lost are made good by the next `keep`. */
			if (s->now_ms - since > CLAIM_KEEP_MS + 2000 ||
			    (time_of(a, a->st->claims.own.taken_ms) > since + MONO_MS &&
			     a->st->claims.own.taken_ms - MONO_MS > since + 500 &&
			     b->st->claims.own.taken_ms - MONO_MS > since + 500))
				sim_fail(s, "%s and %s both hold %s", lane_name(i), lane_name(j),
					 a->st->claims.own.order);
		}
}

void lane_turn(struct sim *s, int i)
{
	struct lane *l = s->lanes[i];

	l->turn = false;
	while (station_step(l->st, false))
		;
	if (store_trouble(l->store)[0])
		sim_fail(s, "%s: %s", lane_name(i), store_trouble(l->store));
	witness_look(l);
	collect(l, INT32_MAX);
	check_dead(l);
	lane_check_claims(s);
}

void lane_tick(struct sim *s, const struct happening *h)
{
	struct lane *l = s->lanes[h->node - 1];
	struct door_event e = { .kind = DOOR_TICK };

	if (h->number == 1) {
		if (h->at_ms != l->sync_ms)
			return;
		l->sync_ms = 0;
		sync_tick(l->sync);
		lane_turn_soon(l);
		return;
	}
	if (h->number == 0 && h->at_ms != l->wake_ms)
		return;
	if (h->number == 2) {
		struct happening next = lane_event(l, AT_TICK, TICK_MS);

		next.number = 2;
		sim_at(s, next);
	}
	lane_submit(l, &e, NULL);
}

/* ---- connections ---- */

void lane_connect(struct sim *s, int i)
{
	struct lane *l = s->lanes[i];
	const char *topic;
	struct slice will;

	if (s->clients[i + 1].connected)
		return;
	sync_attempt(l->sync, &topic, &will);
	pipe_connect(s, i + 1, topic, will);
	sync_up(l->sync);
	lane_turn_soon(l);
}

void lane_cut(struct sim *s, int i)
{
	struct lane *l = s->lanes[i];

	if (!l->running || !s->clients[i + 1].connected)
		return;
	pipe_cut(s, i + 1);
	sync_down(l->sync);
	lane_turn_soon(l);
	sim_at(s, lane_event(l, AT_CONNECT, 200 + sim_below(s, s->healing ? 500 : RETRY_MAX_MS)));
}

static void note_dropped(struct lane *l, const struct message *m)
{
	struct json root;

	if (strcmp(m->topic, SIM_PREFIX "/" SIM_STORE "/claim") != 0 ||
	    json_check(m->payload, &root) < 0 || !json_is(json_get(root, "op"), "drop") ||
	    json_is(json_get(root, "lane"), l->config.lane))
		return;
	json_string(json_get(root, "claim"), l->dead[l->dead_n++ % LANE_DEAD_MAX], ID_MAX + 1);
}

void lane_deliver(struct sim *s, const struct happening *h)
{
	struct lane *l = s->lanes[h->node - 1];

	if (!l->running || s->clients[h->node].life != h->life)
		return;
	sim_note(s, "%s hears%s %s %.*s", lane_name(l->i), h->retained ? " (kept)" : "",
		 h->message->topic, (int)h->message->payload.n, h->message->payload.p);
	sync_receive(l->sync, h->message->topic, h->message->payload, h->retained);
	note_dropped(l, h->message);
	lane_turn_soon(l);
}

void lane_puback(struct sim *s, const struct happening *h)
{
	struct lane *l = s->lanes[h->node - 1];

	if (!l->running || s->clients[h->node].life != h->life)
		return;
	sync_delivered(l->sync);
	lane_turn_soon(l);
}

const char *lane_subscription(const struct sim *s, int lane, int i)
{
	return sync_subscription(s->lanes[lane]->sync, i);
}

/* ---- dying ---- */

void lane_end(struct sim *s, int i)
{
	struct lane *l = s->lanes[i];

	if (!l->running)
		return;
	l->running = false;
	l->life++;
	sync_free(l->sync);
	door_free(l->st->door);
	free(l->st);
	l->st = NULL;
	l->sync = NULL;
}

void lane_kill(struct sim *s, int i)
{
	struct lane *l = s->lanes[i];
	const int how = (int)sim_below(s, 3);

	if (!l->running)
		return;
	sim_note(s, "%s dies", lane_name(i));
	if (how > 0)
		station_step(l->st, false);
	witness_look(l);
	if (how > 1)
		collect(l, (int)sim_below(s, 6));
	pipe_cut(s, i + 1);
	lane_end(s, i);
	sim_at(s, lane_event(l, AT_BOOT, 100 + sim_below(s, DOWN_MAX_MS)));
}

void lane_backup(struct sim *s, int i)
{
	struct lane *l = s->lanes[i];

	sim_note(s, "%s is backed up", lane_name(i));
	memory_save(l->path, &l->backup);
	l->backed_up = true;
}

static bool has_event(struct lane *l, int64_t epoch, int64_t seq)
{
	sqlite3_stmt *q = NULL;
	bool has;

	sqlite3_prepare_v2(l->db, "SELECT 1 FROM journal WHERE epoch=? AND seq=?", -1, &q, NULL);
	sqlite3_bind_int64(q, 1, epoch);
	sqlite3_bind_int64(q, 2, seq);
	has = sqlite3_step(q) == SQLITE_ROW;
	sqlite3_finalize(q);
	return has;
}

/* As `lada restore` does it. Without the old database (its disk is lost) the station knows its
 * epochs by the clock alone. */
bool lane_restore(struct sim *s, int i)
{
	static const char fresh[] = "restored.db";
	struct lane *l = s->lanes[i];
	struct image image = { 0 };
	char message[256];
	int64_t floor;

	if (!l->backed_up)
		return false;
	lane_kill(s, i);
	floor = file_epoch(l->path);
	if (l->skew_ms == 0 && wall(l) / 1000 > l->epoch_max && sim_in(s, 300))
		floor = 0;
	l->clock_counts = floor == 0;
	sim_note(s, "%s is restored, its epoch above %lld", lane_name(i), (long long)floor);
	memory_load(fresh, &l->backup);
	if (file_mark_restored(fresh, floor, message, sizeof(message)) < 0)
		sim_fail(s, "restore: %s", message);
	memory_save(fresh, &image);
	memory_remove(fresh);
	memory_load(l->path, &image);
	image_free(&image);
	for (int n = 0; n < s->handed_n; n++)
		if (s->handed[n].lane == i && !has_event(l, s->handed[n].epoch, s->handed[n].seq))
			s->handed[n].orphan = true;
	return true;
}

void lane_clock(struct sim *s, int i, int64_t by_ms)
{
	struct lane *l = s->lanes[i];

	if (l->clock_counts)
		return;
	sim_note(s, "%s: its clock moves by %lld s", lane_name(i), (long long)by_ms / 1000);
	l->skew_ms += by_ms;
}

void lane_heal(struct sim *s, int i)
{
	struct lane *l = s->lanes[i];

	l->skew_ms = 0;
	if (!l->running) {
		l->life++; /* the start that was planned is not needed */
		lane_boot(s, i);
	}
}

/* ---- looking ---- */

bool lane_running(const struct sim *s, int i)
{
	return s->lanes[i]->running;
}

bool lane_linked(const struct sim *s, int i)
{
	return s->clients[i + 1].connected;
}

uint64_t lane_life(const struct sim *s, int i)
{
	return s->lanes[i]->life;
}

sqlite3 *lane_db(const struct sim *s, int i)
{
	return s->lanes[i]->db;
}

bool lane_idle(const struct sim *s, int i)
{
	const struct lane *l = s->lanes[i];

	return l->running && l->st->link_up && l->st->desks[DESK_COUNTER].mode == MODE_IDLE &&
	       !l->st->isolated;
}
