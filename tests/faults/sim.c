// SPDX-License-Identifier: Apache-2.0
#include "tests/faults/sim.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ARENA_BYTES    (64 * 1024 * 1024)
#define QUIET_LOOK_MS  4000
#define HAPPENINGS_MAX 2000000 /* a schedule; more is a storm, and a failure */

/* ---- chance ---- */

/* splitmix64 */
uint64_t sim_chance(struct sim *s)
{
	uint64_t z = s->chance += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

int64_t sim_below(struct sim *s, int64_t n)
{
	return n > 0 ? (int64_t)(sim_chance(s) % (uint64_t)n) : 0;
}

bool sim_in(struct sim *s, int thousandths)
{
	return thousandths > 0 && sim_below(s, 1000) < thousandths;
}

/* ---- what is told ---- */

void sim_note(struct sim *s, const char *fmt, ...)
{
	va_list args;

	if (!s->trace)
		return;
	printf("%8" PRId64 " ", s->now_ms);
	va_start(args, fmt);
	vprintf(fmt, args);
	va_end(args);
	putchar('\n');
}

void sim_fail(struct sim *s, const char *fmt, ...)
{
	va_list args;

	if (s->failure[0])
		return;
	va_start(args, fmt);
	vsnprintf(s->failure, sizeof(s->failure), fmt, args);
	va_end(args);
	sim_note(s, "FAILED %s", s->failure);
}

const char *sim_name(const struct sim *s, int node)
{
	(void)s;
	return node == SIM_HQ ? "hq" : lane_name(node - 1);
}

void *sim_keep(struct sim *s, const void *p, size_t n)
{
	char *at = s->arena + s->arena_n;

	if (s->arena_n + n + 1 > s->arena_cap) {
		fprintf(stderr, "seed %" PRIu64 ": more said than there is room for\n", s->seed);
		abort();
	}
	memcpy(at, p, n);
	at[n] = '\0';
	s->arena_n += (n + 1 + 15) / 16 * 16;
	return at;
}

/* ---- what happens when ---- */

static bool earlier(const struct happening *a, const struct happening *b)
{
	return a->at_ms < b->at_ms || (a->at_ms == b->at_ms && a->order < b->order);
}

void sim_at(struct sim *s, struct happening h)
{
	size_t i;

	if (s->heap_n == s->heap_cap) {
		s->heap_cap = s->heap_cap ? s->heap_cap * 2 : 4096;
		s->heap = realloc(s->heap, s->heap_cap * sizeof(*s->heap));
		if (!s->heap)
			abort();
	}
	if (h.at_ms < s->now_ms)
		h.at_ms = s->now_ms;
	h.order = ++s->made;
	for (i = s->heap_n++; i > 0 && earlier(&h, &s->heap[(i - 1) / 2]); i = (i - 1) / 2)
		s->heap[i] = s->heap[(i - 1) / 2];
	s->heap[i] = h;
}

static struct happening take_first(struct sim *s)
{
	struct happening first = s->heap[0], last = s->heap[--s->heap_n];
	size_t i = 0;

	for (;;) {
		size_t child = 2 * i + 1;

		if (child >= s->heap_n)
			break;
		if (child + 1 < s->heap_n && earlier(&s->heap[child + 1], &s->heap[child]))
			child++;
		if (!earlier(&s->heap[child], &last))
			break;
		s->heap[i] = s->heap[child];
		i = child;
	}
	if (s->heap_n)
		s->heap[i] = last;
	return first;
}

/* The life of a node: what was meant for an earlier one does not happen. */
static uint64_t life_of(const struct sim *s, int node)
{
	return node == SIM_HQ ? s->hq.life : lane_life(s, node - 1);
}

static void lane_happens(struct sim *s, const struct happening *h)
{
	const int i = h->node - 1;

	switch (h->kind) {
	case AT_BOOT:
		lane_boot(s, i);
		break;
	case AT_CONNECT:
		lane_connect(s, i);
		break;
	case AT_TURN:
		lane_turn(s, i);
		break;
	case AT_TICK:
		lane_tick(s, h);
		break;
	case AT_DELIVER:
		lane_deliver(s, h);
		break;
	case AT_PUBACK:
		lane_puback(s, h);
		break;
	case AT_PAPER:
		lane_paper(s, h);
		break;
	case AT_PRINTED:
		lane_printed(s, h);
		break;
	case AT_PEOPLE:
		lane_people(s, i);
		break;
	case AT_BROKER:
	case AT_WILL:
	case AT_ACTION:
		break;
	}
}

static void next_action(struct sim *s)
{
	struct happening h = { .kind = AT_ACTION };

	h.at_ms = s->now_ms + 1 + sim_below(s, 2 * s->active_ms / (s->actions + 1));
	sim_at(s, h);
}

static void happens(struct sim *s, const struct happening *h)
{
	if (h->kind == AT_BROKER) {
		pipe_arrived(s, h);
	} else if (h->kind == AT_WILL) {
		pipe_missed(s, h);
	} else if (h->kind == AT_ACTION) {
		if (s->healing)
			return;
		load_action(s);
		next_action(s);
	} else if (h->kind != AT_DELIVER && h->kind != AT_PUBACK && h->kind != AT_PAPER &&
		   h->life != life_of(s, h->node)) {
		return;
	} else if (h->node == SIM_HQ) {
		hq_happens(s, h);
	} else {
		lane_happens(s, h);
	}
}

/* Until `until_ms`, or a failure. */
static void pass(struct sim *s, int64_t until_ms)
{
	while (!s->failure[0] && s->heap_n && s->heap[0].at_ms <= until_ms) {
		struct happening h = take_first(s);

		if (s->made > HAPPENINGS_MAX)
			sim_fail(s, "a storm: more than %d happenings", HAPPENINGS_MAX);
		s->now_ms = h.at_ms;
		happens(s, &h);
	}
	if (!s->failure[0])
		s->now_ms = until_ms;
}

/* ---- a schedule ---- */

static int one_of(struct sim *s, const int *values, int n)
{
	return values[sim_below(s, n)];
}

/* Most schedules are bad in a few ways only: what many faults at once hide is found so. */
static void make_weather(struct sim *s)
{
	static const int lose[] = { 0, 0, 0, 10, 50, 200 }, repeat[] = { 0, 0, 20, 200 };
	static const int reorder[] = { 0, 0, 30, 200 }, often[] = { 0, 20, 80, 250 };
	static const int seldom[] = { 0, 0, 50, 150 };
	static const int delay[] = { 5, 20, 120, 120, 1000, 4000 };
	struct weather *w = &s->weather;

	*w = (struct weather){ .lose = one_of(s, lose, COUNT_OF(lose)),
			       .repeat = one_of(s, repeat, COUNT_OF(repeat)),
			       .reorder = one_of(s, reorder, COUNT_OF(reorder)) };
	w->old = one_of(s, often, COUNT_OF(often));
	w->delay_ms = one_of(s, delay, COUNT_OF(delay));
	w->cut = one_of(s, often, COUNT_OF(often));
	w->kill = one_of(s, often, COUNT_OF(often));
	w->kill_hq = one_of(s, often, COUNT_OF(often));
	w->restart_broker = one_of(s, seldom, COUNT_OF(seldom));
	w->restore = one_of(s, seldom, COUNT_OF(seldom));
	w->restore_hq = one_of(s, seldom, COUNT_OF(seldom));
	/* Both, and what a lane told before its own restore is nowhere any more. */
	if (w->restore)
		w->restore_hq = 0;
	w->clock = one_of(s, seldom, COUNT_OF(seldom));
	w->garbage = one_of(s, seldom, COUNT_OF(seldom));
}

static void reset(struct sim *s, uint64_t seed)
{
	s->seed = s->chance = seed;
	sim_chance(s);
	s->healing = false;
	s->now_ms = 0;
	s->failure[0] = '\0';
	s->heap_n = s->made = s->arena_n = 0;
	s->handed_n = s->slip_n = 0;
	s->hq_restored = false;
	s->undisturbed_ms = 0;
	s->old_n = 0;
	if (!s->arena) {
		s->arena = malloc(ARENA_BYTES);
		s->arena_cap = ARENA_BYTES;
	}
	if (!s->arena)
		abort();
	make_weather(s);
	s->active_ms = 3000 + sim_below(s, 17000);
	s->actions = 6 + sim_below(s, 26);
	s->lane_count = sim_in(s, 300) ? 3 : 2;
	pipe_reset(s);
}

static void begin(struct sim *s)
{
	struct happening h = { .kind = AT_BOOT };

	sim_note(s,
		 "seed %" PRIu64 ": %d lanes, lose %d repeat %d reorder %d delay %" PRId64
		 " cut %d kill %d/%d broker %d restore %d/%d clock %d",
		 s->seed, s->lane_count, s->weather.lose, s->weather.repeat, s->weather.reorder,
		 s->weather.delay_ms, s->weather.cut, s->weather.kill, s->weather.kill_hq,
		 s->weather.restart_broker, s->weather.restore, s->weather.restore_hq,
		 s->weather.clock);
	lanes_reset(s);
	hq_reset(s);
	load_begin(s);
	hq_boot(s);
	for (int i = 0; i < s->lane_count; i++) {
		h.node = i + 1;
		h.life = lane_life(s, i);
		h.at_ms = sim_below(s, 2000);
		sim_at(s, h);
	}
	next_action(s);
}

static void heal(struct sim *s)
{
	sim_note(s, "all is healed");
	s->healing = true;
	s->weather = (struct weather){ .delay_ms = 20 };
	s->broker_up = true;
	s->hq.skew_ms = 0;
	if (!s->hq.running)
		hq_boot(s);
	for (int i = 0; i < s->lane_count; i++)
		lane_heal(s, i);
}

static void run_until_quiet(struct sim *s)
{
	const int64_t until = s->now_ms + SIM_HEAL_MS;
	char why[512] = "it was never looked";
	bool quiet = false;

	while (!s->failure[0] && s->now_ms < until && !quiet) {
		pass(s, s->now_ms + QUIET_LOOK_MS);
		check_always(s);
		quiet = !s->failure[0] && check_quiet(s, why, sizeof(why));
	}
	/* Right for good? Late words, time-outs and the next heartbeats must leave it so. */
	if (quiet && sim_in(s, 100)) {
		pass(s, s->now_ms + 90000);
		if (!s->failure[0] && !check_quiet(s, why, sizeof(why)))
			sim_fail(s, "was right, and then not: %s", why);
	}
	if (!quiet)
		sim_fail(s, "not right %d s after all was healed: %s", SIM_HEAL_MS / 1000, why);
}

bool sim_run(struct sim *s, uint64_t seed)
{
	reset(s, seed);
	begin(s);
	while (!s->failure[0] && s->now_ms < s->active_ms) {
		pass(s, s->now_ms + 2000 < s->active_ms ? s->now_ms + 2000 : s->active_ms);
		check_always(s);
	}
	if (!s->failure[0]) {
		heal(s);
		run_until_quiet(s);
	}
	for (int i = 0; i < s->lane_count; i++)
		lane_end(s, i);
	centre_kill(s->centre);
	return !s->failure[0];
}
