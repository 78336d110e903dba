// SPDX-License-Identifier: Apache-2.0
/* One run: a shop is drawn, wishes are chosen or given, laws are held; and failures made short. */
#include "tests/property/property.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define TRIES_MAX 400 /* runs that a story is made short by */

/* ---- chance (splitmix64) ---- */

uint64_t chance_next(struct chance *c)
{
	uint64_t z = c->state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

int64_t chance_below(struct chance *c, int64_t n)
{
	return n < 1 ? 0 : (int64_t)(chance_next(c) % (uint64_t)n);
}

bool chance_in(struct chance *c, int thousandths)
{
	return chance_below(c, 1000) < thousandths;
}

/* ---- telling ---- */

void run_fail(struct run *r, const char *law, const char *fmt, ...)
{
	va_list args;

	if (r->failure[0])
		return;
	va_start(args, fmt);
	vsnprintf(r->failure, sizeof(r->failure), fmt, args);
	va_end(args);
	text_fmt(r->law, sizeof(r->law), "%s", law);
}

void run_note(struct run *r, const char *fmt, ...)
{
	va_list args;

	if (!r->trace)
		return;
	va_start(args, fmt);
	vprintf(fmt, args);
	va_end(args);
	putchar('\n');
}

/* ---- one run ---- */

static void begin(struct run *r, uint64_t seed)
{
	r->seed = seed;
	r->failure[0] = r->law[0] = '\0';
	r->at = 0;
	memset(&r->books, 0, sizeof(r->books));
	memset(&r->heard, 0, sizeof(r->heard));
	memset(r->hq_seq, 0, sizeof(r->hq_seq));
	r->hq_rev = 0;
	r->press = 0;
	r->last_verb[0] = r->last_press[0] = r->last_payment[0] = r->last_doc[0] = '\0';
	r->step_moved = r->step_told = r->step_returns = 0;
	plan_draw(r);
	replay_reset(r);
	bench_reset(&r->station, seed, r);
	orders_draw(r);
	hq_open(r);
	bench_log_in(&r->station, "E1");
}

static void go(struct run *r)
{
	const struct wish w = r->wishes[r->at];
	struct chance c = { w.word };

	run_note(r, "%d. %s", r->at + 1, people_kind(w.kind));
	people_do(r, w.kind, &c);
	r->events_total++;
}

static bool end(struct run *r)
{
	if (!r->failure[0])
		laws_at_end(r);
	return !r->failure[0];
}

bool run_fresh(struct run *r, uint64_t seed)
{
	int count;

	r->orders_off = 0;
	begin(r, seed);
	r->chance.state = seed * 31 + 7;
	count = PROPERTY_EVENTS + (int)chance_below(&r->chance, EVENTS_MAX - PROPERTY_EVENTS);
	for (r->wish_count = 0; r->wish_count < count && !r->failure[0];) {
		r->wishes[r->wish_count].kind = people_choose(r, &r->chance);
		r->wishes[r->wish_count].word = chance_next(&r->chance);
		r->at = r->wish_count++;
		go(r);
	}
	return end(r);
}

bool run_list(struct run *r, uint64_t seed, const struct wish *wishes, int count)
{
	memmove(r->wishes, wishes, (size_t)count * sizeof(r->wishes[0]));
	r->wish_count = count;
	begin(r, seed);
	for (r->at = 0; r->at < count && !r->failure[0]; r->at++) {
		go(r);
		if (r->failure[0])
			break;
	}
	return end(r);
}

/* ---- making it short ---- */

struct story {
	struct wish wishes[EVENTS_MAX];
	int count;
	uint64_t orders_off;
	char law[32];
	int tries;
};

/* The same law, broken by this list? Then it is the story from now on. */
static bool still_fails(struct run *r, struct story *s, const struct wish *wishes, int count,
			uint64_t orders_off)
{
	if (s->tries++ >= TRIES_MAX)
		return false;
	r->orders_off = orders_off;
	if (run_list(r, r->seed, wishes, count) || strcmp(r->law, s->law) != 0)
		return false;
	/* Nothing behind the failure belongs to it. */
	s->count = r->at < count ? r->at + 1 : count;
	memcpy(s->wishes, r->wishes, (size_t)s->count * sizeof(s->wishes[0]));
	s->orders_off = orders_off;
	return true;
}

static bool without(struct run *r, struct story *s, int from, int n)
{
	struct wish list[EVENTS_MAX];
	int count = 0;

	for (int i = 0; i < s->count; i++)
		if (i < from || i >= from + n)
			list[count++] = s->wishes[i];
	return still_fails(r, s, list, count, s->orders_off);
}

/* Chunks of half the story, of a quarter … and single ones, until none can go. */
static void drop_wishes(struct run *r, struct story *s)
{
	for (int n = s->count / 2; n >= 1;) {
		bool any = false;

		for (int from = s->count - n; from > -n; from -= n)
			any = without(r, s, from < 0 ? 0 : from, n) || any;
		n = any && n == 1 ? 1 : n == 1 ? 0 : (n + 1) / 2 == n ? 1 : (n + 1) / 2;
	}
}

static void drop_orders(struct run *r, struct story *s)
{
	for (int i = 0; i < ORDERS_MAX; i++)
		still_fails(r, s, s->wishes, s->count, s->orders_off | UINT64_C(1) << i);
}

void run_shrink(struct run *r)
{
	static struct story s;
	const bool trace = r->trace;

	r->trace = false;
	s = (struct story){ .count = r->wish_count, .orders_off = r->orders_off };
	memcpy(s.wishes, r->wishes, sizeof(s.wishes));
	text_fmt(s.law, sizeof(s.law), "%s", r->law);
	drop_wishes(r, &s);
	drop_orders(r, &s);
	s.tries = 0;
	drop_wishes(r, &s);
	r->trace = trace;
	r->orders_off = s.orders_off;
	r->wish_count = s.count;
	memcpy(r->wishes, s.wishes, sizeof(r->wishes));
}
