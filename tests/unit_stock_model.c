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
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <sodium.h>

#include "tests/stock/world.h"

#ifdef __SANITIZE_ADDRESS__ /* which takes its time */
#define DEPTH 3
#else
#define DEPTH 4
#endif
#define SCHEDULES 100
#define STEPS_MAX 36

static int64_t env_number(const char *name, int64_t otherwise)
{
	const char *text = getenv(name);

	return text && *text ? strtoll(text, NULL, 10) : otherwise;
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
		 s->kind == STEP_WRITE ? "HQ" : world_lane(s->lane), kinds[s->kind],
		 s->kind == STEP_HEAR  ? " "
		 : s->kind == STEP_ACT ? ": "
				       : "",
		 s->kind == STEP_HEAR  ? world_lane(s->other)
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
		world_stop(node);
}

/* What comes of this state when all words come; it stays as it is. */
static void settle_from_here(void)
{
	static struct image now[NODES];
	const struct truth t = world.t;

	for (int n = 0; n < NODES; n++)
		memory_save(world.path[n], &now[n]);
	step_settle();
	for (int n = 0; n < NODES; n++)
		undo(n, &now[n]);
	world.t = t;
}

static void explore(int left);

static void try_step(const struct step *s, int left)
{
	const int node = step_node(s);
	struct truth *t;
	const size_t trail = strlen(world.trail);

	if (world.failure[0] || !step_possible(s))
		return;
	t = malloc(sizeof(*t));
	if (!t)
		abort();
	*t = world.t;
	memory_save(world.path[node], &world.saved[left]);
	note_step(s);
	step_do(s);
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
	for (int what = 0; what < 2; what++)
		try_step(&(struct step){ STEP_WRITE, 0, what, ACTS }, left);
}

static void test_every_interleaving(void **state)
{
	const int depth = (int)env_number("LADA_STOCK_DEPTH", DEPTH);

	(void)state;
	assert_in_range(depth, 0, DEPTH_MAX);
	world_begin_again();
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
	const int other = world_below(LANES);

	world_start(i);
	world_start(other);
	switch (world_below(3)) {
	case 0:
		if (world.t.pos[i] > 0)
			step_hear_hq(i, world_below(world.t.pos[i]));
		break;
	case 1:
		step_up(i, world_below(world.t.at_hq[i] + 1));
		break;
	case 2:
		if (other != i && world.t.last[other] > 0)
			step_hear(i, other, world_below(world.t.last[other]));
		break;
	}
	step_check(i);
}

static void play(int64_t seed)
{
	world.chance = (uint64_t)seed * 0x2545f4914f6cdd1du;
	world_begin_again();
	for (int n = 5 + world_below(STEPS_MAX - 5); n > 0 && !world.failure[0]; n--) {
		const struct step s = { (enum step_kind)world_below(STEP_RESTART + 1),
					world_below(LANES), world_below(LANES),
					(enum act)world_below(ACTS) };

		if (world_below(8) == 0)
			disturb(s.lane);
		else if (step_possible(&s) && (s.kind != STEP_WRITE || world.t.writes < 3)) {
			note_step(&s);
			step_do(&s);
		}
	}
	step_settle();
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
	return cmocka_run_group_tests(tests, world_open, world_close);
}
