// SPDX-License-Identifier: Apache-2.0
/* HQ as a node of the simulation: it lives, dies, and is put back as it was. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/faults/sim.h"

#define HQ_DOWN_MAX_MS 8000
#define TICK_MS	       2000 /* as centre.c looks at its clock */
#define HQ_MONO_MS     INT64_C(5000000)

static int64_t wall(void *ctx)
{
	const struct sim *s = ctx;

	return SIM_WALL_MS + s->now_ms + s->hq.skew_ms;
}

static int64_t mono(void *ctx)
{
	return HQ_MONO_MS + ((const struct sim *)ctx)->now_ms;
}

static void chance(void *ctx, void *p, size_t n)
{
	uint8_t *at = p;

	while (n--)
		*at++ = (uint8_t)sim_chance(ctx);
}

static void publish(void *ctx, const char *topic, struct slice payload, bool retain)
{
	pipe_publish(ctx, SIM_HQ, topic, payload, retain);
}

void hq_open_once(struct sim *s, const char *dir)
{
	const struct clock clock = { wall, mono, chance, s };
	const struct centre_pipe pipe = { publish, s };
	char path[MEMORY_NAME_MAX];

	text_fmt(path, sizeof(path), "%s/hq.db", dir);
	s->centre = centre_open(path, &clock, &pipe);
	if (!s->centre) {
		fprintf(stderr, "HQ does not open\n");
		abort();
	}
	slice_copy(slice_of(path), s->hq.path, sizeof(s->hq.path));
	memory_save(path, &s->hq.template);
}

void hq_reset(struct sim *s)
{
	memory_load(s->hq.path, &s->hq.template);
	s->hq.life++;
	s->hq.running = s->hq.turn = s->hq.backed_up = false;
	s->hq.skew_ms = 0;
}

void hq_backup(struct sim *s)
{
	sim_note(s, "hq is backed up");
	memory_save(s->hq.path, &s->hq.backup);
	s->hq.backed_up = true;
}

bool hq_restore(struct sim *s)
{
	if (!s->hq.backed_up)
		return false;
	hq_kill(s);
	sim_note(s, "hq is put back as it was");
	memory_load(s->hq.path, &s->hq.backup);
	s->hq_restored = true;
	return true;
}

/* ---- HQ as a node ---- */

void hq_boot(struct sim *s)
{
	struct happening h = { .kind = AT_CONNECT, .node = SIM_HQ };

	sim_note(s, "hq starts");
	s->hq.life++;
	s->hq.running = true;
	s->hq.turn = false;
	centre_boot(s->centre);
	h.life = s->hq.life;
	h.at_ms = s->now_ms + sim_below(s, 1000);
	sim_at(s, h);
	h.kind = AT_TICK;
	h.at_ms = s->now_ms + 1;
	sim_at(s, h);
}

static void hq_turn_soon(struct sim *s)
{
	struct happening h = { .kind = AT_TURN, .node = SIM_HQ, .life = s->hq.life };

	if (s->hq.turn || !s->hq.running)
		return;
	s->hq.turn = true;
	h.at_ms = s->now_ms + 1 + sim_below(s, s->healing ? 10 : 40);
	sim_at(s, h);
}

void hq_kill(struct sim *s)
{
	struct happening h = { .kind = AT_BOOT, .node = SIM_HQ };

	if (!s->hq.running)
		return;
	sim_note(s, "hq dies");
	centre_turn(s->centre, CENTRE_BEFORE_COMMIT + (int)sim_below(s, 3));
	centre_kill(s->centre);
	pipe_cut(s, SIM_HQ);
	s->hq.running = false;
	h.life = ++s->hq.life;
	h.at_ms = s->now_ms + 100 + sim_below(s, HQ_DOWN_MAX_MS);
	sim_at(s, h);
}

void hq_cut(struct sim *s)
{
	struct happening h = { .kind = AT_CONNECT, .node = SIM_HQ, .life = s->hq.life };

	if (!s->clients[SIM_HQ].connected)
		return;
	pipe_cut(s, SIM_HQ);
	centre_link(s->centre, false);
	h.at_ms = s->now_ms + 250 + sim_below(s, 5000);
	sim_at(s, h);
}

static void hq_connect(struct sim *s)
{
	struct happening again = { .kind = AT_CONNECT, .node = SIM_HQ, .life = s->hq.life };

	if (s->clients[SIM_HQ].connected)
		return;
	if (!s->broker_up) {
		again.at_ms = s->now_ms + 250 + sim_below(s, 3000);
		sim_at(s, again);
		return;
	}
	centre_link(s->centre, true);
	pipe_connect(s, SIM_HQ, SIM_PREFIX "/hq", slice_of("{\"online\":false}"));
	hq_turn_soon(s);
}

void hq_worked(struct sim *s)
{
	hq_turn_soon(s);
}

static void hq_tick(struct sim *s)
{
	struct happening h = { .kind = AT_TICK, .node = SIM_HQ, .life = s->hq.life };

	h.at_ms = s->now_ms + TICK_MS;
	sim_at(s, h);
	hq_turn_soon(s);
}

void hq_happens(struct sim *s, const struct happening *h)
{
	switch (h->kind) {
	case AT_BOOT:
		hq_boot(s);
		break;
	case AT_CONNECT:
		hq_connect(s);
		break;
	case AT_TURN:
		s->hq.turn = false;
		if (!centre_turn(s->centre, CENTRE_WHOLE))
			sim_fail(s, "HQ's database failed");
		break;
	case AT_TICK:
		hq_tick(s);
		break;
	case AT_DELIVER:
		if (s->clients[SIM_HQ].life != h->life)
			break;
		sim_note(s, "hq hears %s %.*s", h->message->topic, (int)h->message->payload.n,
			 h->message->payload.p);
		centre_message(s->centre, h->message->topic, h->message->payload, h->retained);
		hq_turn_soon(s);
		break;
	case AT_BROKER:
	case AT_PUBACK:
	case AT_WILL:
	case AT_PAPER:
	case AT_PRINTED:
	case AT_ACTION:
	case AT_PEOPLE:
		break;
	}
}
