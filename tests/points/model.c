// SPDX-License-Identifier: Apache-2.0
/*
 * A model of points: one member, three lanes, HQ, and a pipe between them that delivers when it
 * likes. What is decided is decided by the product's own rules (firmware/counter/loyalty.c,
 * sync/hq/points_rule.c); what is kept here is who has heard what.
 *
 *	model --depth N		all interleavings of N acts
 *	model --random N --seed S	N schedules of up to 120 acts each, then everything is heard
 *
 * Wanted after every act: no more was redeemed than there was and was earned, and the sum of the
 * lanes' limits; HQ's figure is what the events it has taken add up to; and when all is heard, what
 * all of them do. Exit 1 with the schedule of the first that is not so.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/counter/loyalty.h"
#include "sync/hq/points_rule.h"

#define LANES	     3
#define EVENTS_MAX   16 /* of a lane */
#define ASKS_MAX     4	/* of a lane */
#define VERSIONS_MAX 55 /* a world is whole words */
#define ACTS_MAX     256
#define RANDOM_ACTS  120
#define FIRST_POINTS 3

static const int8_t first_limits[LANES] = { 2, 1, 1 };
#define LIMIT_MAX 2

enum event_kind { EARNED, REDEEMED_GRANT, REDEEMED_ALLOWANCE, RELEASED };

struct event {
	int8_t kind, points; /* points as the event has them */
	int8_t ask;
};

enum ask_state { NOT_HEARD, OPEN, USED, FREED };

/* What a record says, and what HQ had heard when it wrote it. */
struct version {
	int8_t points, allowance[LANES], upto[LANES];
};

struct lane {
	int8_t events, asks, version;
	int8_t heard[LANES];		/* of the others' events, so many */
	int8_t chosen, asking, granted; /* points; which ask, -1 none; HQ said yes to it */
	struct event event[EVENTS_MAX];
};

struct world {
	struct lane lane[LANES];
	int8_t points, versions;
	int8_t limits[LANES]; /* of the lanes' allowances */
	int8_t taken[LANES];
	int8_t ask[LANES][ASKS_MAX]; /* enum ask_state at HQ */
	int8_t ask_points[LANES][ASKS_MAX], granted[LANES][ASKS_MAX];
	struct version version[VERSIONS_MAX];
};

enum act_kind {
	ACT_EARN,
	ACT_TAKE_BACK,
	ACT_OFFLINE, /* redeem with HQ silent, handed over at once */
	ACT_ASK,
	ACT_HQ_ASK,  /* HQ hears an ask, at any time later or never */
	ACT_ANSWER,  /* the lane hears the answer in time */
	ACT_TIMEOUT, /* or not: its allowance decides */
	ACT_USE,     /* handed over with the grant */
	ACT_CANCEL,
	ACT_HQ_EVENT, /* HQ takes the lane's next event and writes the record anew */
	ACT_ADOPT,    /* the lane hears the next version of the record */
	ACT_HEAR,     /* the lane hears a sibling's next event */
	ACT_KINDS,
};
static const char *const act_names[ACT_KINDS] = {
	"earns",
	"takes back",
	"redeems with HQ silent",
	"asks for",
	"HQ hears the ask",
	"hears the answer",
	"waits in vain",
	"uses its grant",
	"gives its grant up",
	"HQ takes an event",
	"hears HQ's record",
	"hears a sibling",
};

struct act {
	int8_t kind, lane, n; /* points, an ask, or a sibling */
};

/* ---- what a lane knows ---- */

static int8_t delta_of(const struct event *e)
{
	if (e->kind == EARNED)
		return e->points;
	return e->kind == RELEASED ? 0 : (int8_t)-e->points;
}

static struct redeem_facts facts_of(const struct world *w, int l, int64_t points, bool reachable)
{
	const struct lane *lane = &w->lane[l];
	const struct version *v = &w->version[lane->version];
	struct redeem_facts f = { .points = points, .due = 1000, .reachable = reachable };

	f.record_sure = true;
	f.balance = v->points;
	f.allowance = v->allowance[l];
	for (int o = 0; o < LANES; o++) {
		const int heard = o == l ? lane->events : lane->heard[o];

		for (int i = v->upto[o]; i < heard; i++) {
			const struct event *e = &w->lane[o].event[i];

			f.balance += delta_of(e);
			if (o == l && e->kind == REDEEMED_ALLOWANCE)
				f.spent += e->points;
		}
	}
	return f;
}

static void tell(struct world *w, int l, enum event_kind kind, int64_t points, int8_t ask)
{
	struct lane *lane = &w->lane[l];

	lane->event[lane->events++] = (struct event){ (int8_t)kind, (int8_t)points, ask };
}

/* ---- HQ ---- */

static struct points_account account_of(const struct world *w)
{
	struct points_account a = { .points = w->points };

	for (int l = 0; l < LANES; l++)
		for (int i = 0; i < ASKS_MAX; i++)
			if (w->ask[l][i] == OPEN)
				a.set_aside += w->granted[l][i];
	return a;
}

static void write_record(struct world *w)
{
	const struct points_account a = account_of(w);
	struct version v = { .points = w->points };

	for (int l = 0; l < LANES; l++) {
		v.allowance[l] = (int8_t)points_allowance(&a, w->limits[l]);
		v.upto[l] = w->taken[l];
	}
	w->version[w->versions++] = v;
}

static void hear_ask(struct world *w, int l, int ask)
{
	const struct points_account a = account_of(w);

	w->granted[l][ask] = (int8_t)points_may_grant(&a, w->ask_points[l][ask]);
	w->ask[l][ask] = OPEN;
}

static void take_event(struct world *w, int l)
{
	const struct event *e = &w->lane[l].event[w->taken[l]++];

	w->points = (int8_t)(w->points + delta_of(e));
	if (e->kind == REDEEMED_GRANT)
		w->ask[l][e->ask] = USED;
	else if (e->kind == RELEASED && w->ask[l][e->ask] != USED)
		w->ask[l][e->ask] = FREED;
	write_record(w);
}

/* ---- acts ---- */

static void begin(struct world *w, const int8_t limits[LANES])
{
	memset(w, 0, sizeof(*w));
	memcpy(w->limits, limits, sizeof(w->limits));
	w->points = FIRST_POINTS;
	for (int l = 0; l < LANES; l++)
		w->lane[l].asking = -1;
	write_record(w);
}

static int8_t earned_by(const struct lane *lane)
{
	int8_t sum = 0;

	for (int i = 0; i < lane->events; i++)
		if (lane->event[i].kind == EARNED)
			sum = (int8_t)(sum + lane->event[i].points);
	return sum;
}

static bool do_offline(struct world *w, int l, int64_t points)
{
	static const struct loyalty_policy policy = { 1, 1, 1 };
	const struct redeem_facts f = facts_of(w, l, points, false);
	enum redeem_way way;

	if (redeem_verdict(&f, &policy, &way) != REASON_NONE || way != REDEEM_ALLOWANCE)
		return false;
	tell(w, l, REDEEMED_ALLOWANCE, points, 0);
	return true;
}

static bool do_ask(struct world *w, int l, int64_t points)
{
	static const struct loyalty_policy policy = { 1, 1, 1 };
	const struct redeem_facts f = facts_of(w, l, points, true);
	struct lane *lane = &w->lane[l];
	enum redeem_way way;

	if (redeem_verdict(&f, &policy, &way) != REASON_NONE || way != REDEEM_ASK)
		return false;
	lane->asking = lane->asks++;
	lane->chosen = (int8_t)points;
	lane->granted = 0;
	w->ask_points[l][lane->asking] = (int8_t)points;
	return true;
}

static bool do_answer(struct world *w, int l)
{
	struct lane *lane = &w->lane[l];
	const int8_t ask = lane->asking;
	const struct redeem_facts f = facts_of(w, l, lane->chosen, true);

	if (w->ask[l][ask] == NOT_HEARD)
		return false;
	lane->granted = redeem_answered(&f, w->granted[l][ask]) == REASON_NONE;
	if (!lane->granted)
		lane->asking = -1;
	return true;
}

/* As loyalty_redeem.c: given up for good before the allowance is looked at. */
static void do_timeout(struct world *w, int l)
{
	struct lane *lane = &w->lane[l];
	const int8_t points = lane->chosen;
	struct redeem_facts f;

	tell(w, l, RELEASED, 0, lane->asking);
	lane->asking = -1;
	f = facts_of(w, l, points, true);
	if (redeem_unanswered(&f) == REASON_NONE)
		tell(w, l, REDEEMED_ALLOWANCE, points, 0);
}

/* False: it cannot be, or changes nothing. */
static bool do_act(struct world *w, struct act a)
{
	struct lane *lane = &w->lane[a.lane];
	const bool room = lane->events + 2 < EVENTS_MAX;

	switch ((enum act_kind)a.kind) {
	case ACT_EARN:
		if (room)
			tell(w, a.lane, EARNED, a.n, 0);
		return room;
	case ACT_TAKE_BACK:
		if (!room || earned_by(lane) < a.n)
			return false;
		tell(w, a.lane, EARNED, -a.n, 0);
		return true;
	case ACT_OFFLINE:
		return room && lane->asking < 0 && do_offline(w, a.lane, a.n);
	case ACT_ASK:
		return room && lane->asking < 0 && lane->asks < ASKS_MAX && do_ask(w, a.lane, a.n);
	case ACT_HQ_ASK:
		if (a.n >= lane->asks || w->ask[a.lane][a.n] != NOT_HEARD)
			return false;
		hear_ask(w, a.lane, a.n);
		return true;
	case ACT_ANSWER:
		return lane->asking >= 0 && !lane->granted && do_answer(w, a.lane);
	case ACT_TIMEOUT:
		if (lane->asking < 0 || lane->granted || !room)
			return false;
		do_timeout(w, a.lane);
		return true;
	case ACT_USE:
	case ACT_CANCEL:
		if (lane->asking < 0 || !lane->granted || !room)
			return false;
		tell(w, a.lane, a.kind == ACT_USE ? REDEEMED_GRANT : RELEASED,
		     a.kind == ACT_USE ? lane->chosen : 0, lane->asking);
		lane->asking = -1;
		lane->granted = 0;
		return true;
	case ACT_HQ_EVENT:
		if (w->taken[a.lane] == lane->events || w->versions == VERSIONS_MAX)
			return false;
		take_event(w, a.lane);
		return true;
	case ACT_ADOPT:
		if (lane->version + 1 >= w->versions)
			return false;
		lane->version++;
		return true;
	case ACT_HEAR:
		if (a.n == a.lane || lane->heard[a.n] == w->lane[a.n].events)
			return false;
		lane->heard[a.n]++;
		return true;
	case ACT_KINDS:
		return false;
	}
	return false;
}

/* ---- what must be so ---- */

/* NULL, or what is wrong. `ret_above`: how much more was redeemed than there was. */
static const char *look(const struct world *w, bool all_heard, int *ret_above)
{
	int redeemed = 0, credited = FIRST_POINTS, taken = FIRST_POINTS, all = FIRST_POINTS,
	    bound = 0;

	for (int l = 0; l < LANES; l++) {
		bound += w->limits[l];
		for (int i = 0; i < w->lane[l].events; i++) {
			const struct event *e = &w->lane[l].event[i];

			if (e->kind == EARNED && e->points > 0)
				credited += e->points;
			else if (e->kind != EARNED && e->kind != RELEASED)
				redeemed += e->points;
			all += delta_of(e);
			taken += i < w->taken[l] ? delta_of(e) : 0;
		}
	}
	*ret_above = redeemed - credited;
	if (redeemed > credited + bound)
		return "more was redeemed than the sum of the limits above what there was";
	if (w->points != taken)
		return "HQ's figure is not what it was told";
	if (all_heard && w->points != all)
		return "all is heard, and HQ's figure is not what was done";
	return NULL;
}

/* ---- running them ---- */

struct run {
	struct act acts[ACTS_MAX];
	int count;
	int64_t schedules;
	uint64_t chance;
	int most; /* that was redeemed above what there was */
};

static void fail(const struct run *r, const char *why)
{
	printf("%s, after:\n", why);
	for (int i = 0; i < r->count; i++)
		printf("  k%d %s %d\n", r->acts[i].lane + 1, act_names[r->acts[i].kind],
		       r->acts[i].n);
	exit(1);
}

static bool step(struct run *r, struct world *w, struct act a)
{
	const char *why;
	int above;

	if (!do_act(w, a))
		return false;
	r->acts[r->count++] = a;
	why = look(w, false, &above);
	if (why)
		fail(r, why);
	r->most = above > r->most ? above : r->most;
	return true;
}

/* Is the number of this act a choice? How many there are. */
static int choices(enum act_kind kind)
{
	switch (kind) {
	case ACT_OFFLINE:
	case ACT_ASK:
		return 2; /* one point or two */
	case ACT_HQ_ASK:
		return ASKS_MAX;
	case ACT_HEAR:
		return LANES;
	case ACT_EARN:
	case ACT_TAKE_BACK:
	case ACT_ANSWER:
	case ACT_TIMEOUT:
	case ACT_USE:
	case ACT_CANCEL:
	case ACT_HQ_EVENT:
	case ACT_ADOPT:
	case ACT_KINDS:
		return 1;
	}
	return 1;
}

static struct act act_of(int kind, int lane, int choice)
{
	const bool counts_from_0 = kind == ACT_HQ_ASK || kind == ACT_HEAR;

	return (struct act){ (int8_t)kind, (int8_t)lane,
			     (int8_t)(counts_from_0 ? choice : choice + 1) };
}

_Static_assert(sizeof(struct world) % sizeof(uint64_t) == 0, "hashed by words");

/* ---- all interleavings: a world that was seen with as many acts left is not gone on with ---- */

struct seen {
	uint64_t *slot;
	size_t cap, count;
};

static uint64_t hash_of(const struct world *w, int left)
{
	uint64_t h = (uint64_t)left, word;

	for (size_t i = 0; i < sizeof(*w); i += sizeof(word)) {
		memcpy(&word, (const char *)w + i, sizeof(word));
		h = (h ^ word) * UINT64_C(0x9e3779b97f4a7c15);
		h ^= h >> 29;
	}
	return h | 1;
}

static bool seen_before(struct seen *s, uint64_t h)
{
	size_t i = h % s->cap;

	if (s->count * 2 > s->cap) {
		fprintf(stderr, "too many worlds: a smaller depth\n");
		exit(2);
	}
	for (; s->slot[i]; i = (i + 1) % s->cap)
		if (s->slot[i] == h)
			return true;
	s->slot[i] = h;
	s->count++;
	return false;
}

static void explore(struct run *r, struct seen *s, const struct world *from, int left)
{
	r->schedules++;
	for (int kind = 0; left > 0 && kind < ACT_KINDS; kind++)
		for (int lane = 0; lane < LANES; lane++)
			for (int c = 0; c < choices((enum act_kind)kind); c++) {
				struct world w = *from;

				if (!step(r, &w, act_of(kind, lane, c)))
					continue;
				if (!seen_before(s, hash_of(&w, left - 1)))
					explore(r, s, &w, left - 1);
				r->count--;
			}
}

/* ---- random ones ---- */

static uint32_t chance(struct run *r, uint32_t below)
{
	r->chance = r->chance * UINT64_C(6364136223846793005) + 1442695040888963407u;
	return (uint32_t)(r->chance >> 33) % below;
}

/* Everything comes through at last, in any order of lanes. */
static void hear_all(struct run *r, struct world *w)
{
	const char *why;
	bool any = true;
	int above;

	while (any) {
		any = false;
		for (int l = 0; l < LANES; l++) {
			any = do_act(w, (struct act){ ACT_CANCEL, (int8_t)l, 0 }) || any;
			any = do_act(w, (struct act){ ACT_HQ_EVENT, (int8_t)l, 0 }) || any;
		}
	}
	why = look(w, true, &above);
	if (why && w->versions < VERSIONS_MAX) /* else there was no room for all of it */
		fail(r, why);
}

/* Acts of people come seldom, of the pipe often; in some schedules this or that hardly ever. */
static void random_one(struct run *r)
{
	const int acts = 5 + (int)chance(r, RANDOM_ACTS - 5);
	uint32_t seldom[ACT_KINDS];
	int8_t limits[LANES];
	struct world w;

	for (int k = 0; k < ACT_KINDS; k++)
		seldom[k] = chance(r, 4);

	for (int l = 0; l < LANES; l++)
		limits[l] = (int8_t)chance(r, LIMIT_MAX + 1);
	begin(&w, limits);
	r->count = 0;
	for (int i = 0; i < acts; i++) {
		const int kind = (int)chance(r, ACT_KINDS), lane = (int)chance(r, LANES);
		int choice = (int)chance(r, (uint32_t)choices((enum act_kind)kind));

		if (seldom[kind] && chance(r, 3 * seldom[kind]))
			continue;
		/* Its last ask is on the way, or one before that. */
		if (kind == ACT_HQ_ASK && choice >= w.lane[lane].asks)
			choice = w.lane[lane].asks - 1;
		if (choice >= 0)
			step(r, &w, act_of(kind, lane, choice));
	}
	hear_all(r, &w);
	r->schedules++;
}

int main(int argc, char **argv)
{
	struct run r = { .chance = 1 };
	long long depth = 0, random = 0;

	for (int i = 1; i + 1 < argc; i += 2) {
		const long long n = strtoll(argv[i + 1], NULL, 10);

		if (!strcmp(argv[i], "--depth"))
			depth = n;
		else if (!strcmp(argv[i], "--random"))
			random = n;
		else if (!strcmp(argv[i], "--seed"))
			r.chance = (uint64_t)n * 2 + 1;
	}
	if (depth > 9)
		return 2;
	if (depth > 0) {
		struct seen s = { .cap = (size_t)1 << (3 * depth + 2) };
		struct world w;

		s.slot = calloc(s.cap, sizeof(*s.slot));
		if (!s.slot)
			return 2;
		begin(&w, first_limits);
		explore(&r, &s, &w, (int)depth);
		printf("depth %lld: %zu worlds, at most %d too many, all right\n", depth, s.count,
		       r.most);
		free(s.slot);
	}
	for (long long i = 0; i < random; i++)
		random_one(&r);
	if (random)
		printf("%lld random schedules, at most %d too many, all right\n", random, r.most);
	return depth > 0 || random > 0 ? 0 : 2;
}
