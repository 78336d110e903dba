// SPDX-License-Identifier: Apache-2.0
/* What happens in the world, and what must be so after each of it. */
#include "tests/stock/world.h"

#include <stdio.h>

#include "sync/decode.h"

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

struct stock_figures step_shown(int i)
{
	struct stock_figures f;

	store_begin(world.st[i]->store);
	f = stock_figures(world.st[i], "A");
	store_commit(world.st[i]->store);
	return f;
}

void step_check(int i)
{
	const struct stock_figures f = step_shown(i);
	const int64_t want = should_show(i), held = knows_handed(i) ? 0 : 1;

	if (f.on_hand != want || !f.known)
		world_wrong("%s shows %lld, and should %lld", world_lane(i), (long long)f.on_hand,
			    (long long)want);
	if (f.reserved != held || f.available != want - held)
		world_wrong("%s shows %lld reserved and %lld available, and should %lld and %lld",
			    world_lane(i), (long long)f.reserved, (long long)f.available,
			    (long long)held, (long long)(want - held));
}

/* ---- steps ---- */

static void hand_over(int i)
{
	const struct stock_figures before = step_shown(i);
	struct stock_figures after;

	world_press(i, "pickup.vouch", "{\"order\":\"ZAM-1\",\"how\":\"known\"}");
	if (world.status != 200)
		return; /* it is gone, as this lane knows */
	world_press(i, "pickup.handover", "{}");
	if (world.status != 200)
		world_wrong("%s does not hand over", world_lane(i));
	after = step_shown(i);
	if (after.available != before.available || after.on_hand != before.on_hand - 1)
		world_wrong("a handover at %s makes %lld available of %lld", world_lane(i),
			    (long long)after.available, (long long)before.available);
}

static void count(int i)
{
	char args[64];

	text_fmt(args, sizeof(args), "{\"sku\":\"A\",\"qty\":%d}", COUNTED);
	world_press(i, "stock.count", args);
	if (world.status != 200 || step_shown(i).on_hand != COUNTED)
		world_wrong("%s counted %d and shows %lld", world_lane(i), COUNTED,
			    (long long)step_shown(i).on_hand);
}

static void act(int i, enum act what)
{
	switch (what) {
	case ACT_HAND_OVER:
		hand_over(i);
		break;
	case ACT_ADJUST:
		world_press(i, "stock.adjust", "{\"sku\":\"A\",\"delta\":-1,\"reason\":\"x\"}");
		if (world.status != 200)
			world_wrong("%s does not adjust", world_lane(i));
		break;
	case ACT_COUNT:
		count(i);
		break;
	case ACTS:
		break;
	}
	world_note_events(i);
}

void step_up(int i, int after)
{
	static char memory[UP_MESSAGE_MAX];
	char topic[64];
	struct buf b;

	for (int seq = world.t.at_hq[i] + 1; seq <= world.t.last[i]; seq++)
		world.t.on_hand += world.t.delta[i][seq];
	world.t.at_hq[i] = world.t.last[i];
	buf_init(&b, memory, sizeof(memory));
	text_fmt(topic, sizeof(topic), "lada/1/S1/%s/up", world_lane(i));
	centre_message(world.centre, topic, world_events(i, after, &b), false);
	world_hq_turn();
	if (world_hq_figure() != world.t.on_hand)
		world_wrong("HQ has %lld, and the events make %lld", (long long)world_hq_figure(),
			    (long long)world.t.on_hand);
}

void step_hear(int i, int other, int after)
{
	static char memory[UP_MESSAGE_MAX];
	struct slice text;
	struct door_event e;
	struct buf b;

	buf_init(&b, memory, sizeof(memory));
	text = world_events(other, after, &b);
	if (decode_up(text, world_message(text), "S1", world_lane(other), &e) < 0)
		world_wrong("what %s tells cannot be read", world_lane(other));
	else
		world_submit(i, &e, text);
	for (int seq = after + 1; seq <= world.t.last[other]; seq++)
		world.t.heard[i][other][seq] = true;
	world_note_events(i); /* it may tell that the order left twice */
}

void step_hear_hq(int i, int n)
{
	const struct down *d = &world.down[n];

	world_deliver(i, d->stock ? STREAM_STOCK : STREAM_ORDERS, false,
		      (struct slice){ d->text, d->n });
	if (n >= world.t.pos[i]) {
		world.t.pos[i] = n + 1;
		world.t.figure[i] = d->stock ? n : world.t.figure[i];
		world.t.told[i] = d->stock ? world.t.told[i] : d->collected;
	}
	world_note_events(i);
}

static void acknowledge(int i)
{
	struct door_event e = { .kind = DOOR_ACK };

	e.ack.epoch = world.st[i]->ledger.epoch;
	e.ack.seq = world.t.acked[i] = world.t.ack[i];
	world_submit(i, &e, slice_of("{}"));
}

/* A polling ERP says that the order is ready, whatever has become of it. */
static void order_again(void)
{
	world_hq_import(WORLD_ORDER);
	world_hq_turn();
}

static void people_write(void)
{
	char text[160];

	world.t.on_hand = WRITTEN + world.t.writes++;
	text_fmt(text, sizeof(text),
		 "{\"store\":\"S1\",\"type\":\"stock\",\"id\":\"A\",\"body\":{\"on_hand\":%lld}}",
		 (long long)world.t.on_hand);
	world_hq_import(text);
	world_hq_turn();
}

/* The last event in a row from the first that a lane has heard of another. */
int step_heard_from(int i, int other)
{
	int n = 0;

	while (n < world.t.last[other] && world.t.heard[i][other][n + 1])
		n++;
	return n;
}

bool step_possible(const struct step *s)
{
	const struct truth *t = &world.t;

	switch (s->kind) {
	case STEP_ACT:
		return true;
	case STEP_UP:
		return t->at_hq[s->lane] < t->last[s->lane];
	case STEP_HEAR:
		return s->lane != s->other &&
		       step_heard_from(s->lane, s->other) < t->last[s->other];
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
int step_node(const struct step *s)
{
	return s->kind == STEP_UP || s->kind == STEP_WRITE ? HQ : s->lane;
}

void step_do(const struct step *s)
{
	world.steps++;
	if (s->kind != STEP_WRITE)
		world_start(s->lane);
	switch (s->kind) {
	case STEP_ACT:
		act(s->lane, s->act);
		break;
	case STEP_UP:
		step_up(s->lane, world.t.at_hq[s->lane]);
		break;
	case STEP_HEAR:
		world_start(s->other);
		step_hear(s->lane, s->other, step_heard_from(s->lane, s->other));
		break;
	case STEP_DOWN:
		step_hear_hq(s->lane, world.t.pos[s->lane]);
		break;
	case STEP_ACK:
		acknowledge(s->lane);
		break;
	case STEP_WRITE:
		if (s->other == 0)
			people_write();
		else
			order_again();
		return;
	case STEP_RESTART:
		world_stop(s->lane);
		world_start(s->lane);
		break;
	}
	step_check(s->lane);
}

/* All words come; then all show the same, and nothing lies over HQ's figure. */
void step_settle(void)
{
	for (bool more = true; more && !world.failure[0];) {
		more = false;
		for (int i = 0; i < LANES; i++)
			for (int kind = STEP_UP; kind <= STEP_ACK; kind++)
				for (int other = 0; other < LANES; other++) {
					const struct step s = { (enum step_kind)kind, i, other,
								ACTS };

					if (!step_possible(&s) || (kind != STEP_HEAR && other))
						continue;
					step_do(&s);
					more = true;
				}
	}
	for (int i = 0; i < LANES && !world.failure[0]; i++) {
		world_start(i);
		store_begin(world.store[i]);
		if (store_stock_moved(world.store[i], slice_of("A")))
			world_wrong("%s lays something over what HQ has heard", world_lane(i));
		store_commit(world.store[i]);
		if (step_shown(i).on_hand != world_hq_figure())
			world_wrong("in the end %s shows %lld, and HQ has %lld", world_lane(i),
				    (long long)step_shown(i).on_hand, (long long)world_hq_figure());
	}
}
