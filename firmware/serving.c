// SPDX-License-Identifier: Apache-2.0
/*
 * Serving an order among several lanes: the counter claims what it opens (the rules are in
 * counter/claim.h), and hands over when the claim is settled.
 */
#include <string.h>

#include "firmware/base/log.h"
#include "firmware/desk.h"
#include "firmware/lanes.h"
#include "firmware/orders.h"
#include "firmware/prep.h"
#include "firmware/station.h"
#include "firmware/story.h"

/* Is an order open at the counter that no other lane may have? */
static bool serves(const struct station *st)
{
	const struct desk_state *desk = &st->desks[DESK_COUNTER];

	return desk->row.order[0] &&
	       (desk->mode == MODE_PICKUP || desk->mode == MODE_RETURN ||
		(desk->mode == MODE_PREP && strcmp(desk->row.method, "parcel") != 0));
}

/* Policy `claim_s`. */
static int64_t lapse_ms(struct station *st)
{
	const int64_t s = json_int_or(json_get(policy_get(st, "pickup"), "claim_s"), 90);

	return (s >= 1 && s <= 3600 ? s : 90) * 1000;
}

static void publish(struct station *st, const struct claim_word *word)
{
	struct door_out out = { .kind = OUT_CLAIM };
	char memory[512];
	struct buf b;

	buf_init(&b, memory, sizeof(memory));
	jw_open(&b, NULL, '{');
	jw_str(&b, "op", claim_op_name(word->op));
	jw_str(&b, "order", word->order);
	jw_str(&b, "lane", word->lane);
	jw_str(&b, "claim", word->claim);
	jw_close(&b, '}');
	door_emit(st->door, &out, buf_read(&b));
}

static void unpark(struct station *st)
{
	const struct parked p = st->parked;

	if (!p.active)
		return;
	st->parked.active = false;
	verb_again(st, &p.call, p.verb, (struct slice){ p.args, p.n });
}

struct call serving_take_back(struct station *st, enum desk desk)
{
	struct call c = { .desk = desk };

	if (desk != DESK_COUNTER || !st->parked.active)
		return c;
	st->parked.active = false;
	return st->parked.call;
}

/* Another lane serves the order: it was being served there before, or at the same time. */
static void lost(struct station *st, const char *order)
{
	struct word_values v = words_none();
	struct call c;
	char number[128];

	if (st->desks[DESK_COUNTER].mode == MODE_PREP) {
		prep_lost(st, DESK_COUNTER);
		return;
	}
	if (!serves(st))
		return;
	c = serving_take_back(st, DESK_COUNTER);
	if (order_load(st, slice_of(order)))
		order_number(&st->order, number, sizeof(number));
	else
		text_fmt(number, sizeof(number), "%s", order);
	v.order = number;
	story_ends(st, DESK_COUNTER, CONTACT_ELSEWHERE);
	pickup_close(st, DESK_COUNTER);
	answer_no(st, &c, 409, REASON_BEING_SERVED, &v);
}

static void follow(struct station *st, const struct claim_result *r, const char *order)
{
	if (r->say)
		publish(st, &r->word);
	switch (r->change) {
	case CLAIM_UNCHANGED:
		break;
	case CLAIM_CHANGED:
	case CLAIM_LAPSED:
		st->dirty = true;
		if (st->claims.own.state != CLAIM_PENDING)
			unpark(st);
		break;
	case CLAIM_LOST:
		lost(st, order);
		break;
	}
	if (claim_due_ms(&st->claims, lapse_ms(st)) != CLAIM_NEVER_MS)
		station_wake_at(st, claim_due_ms(&st->claims, lapse_ms(st)));
}

bool serving_elsewhere(struct station *st, struct slice order)
{
	return lanes_several(st) && claim_elsewhere(&st->claims, order, station_mono(st));
}

void serving_begin(struct station *st, struct slice order)
{
	struct claim_result r;
	char id[ULID_TEXT_MAX];

	if (!lanes_several(st))
		return;
	ulid_make(&st->clock, id);
	r = claim_take(&st->claims, order, id, station_mono(st));
	follow(st, &r, st->claims.own.order);
}

void serving_touch(struct station *st)
{
	const struct desk_state *desk = &st->desks[DESK_COUNTER];

	if (!serves(st))
		return;
	claim_touch(&st->claims, station_mono(st));
	/* Let go while nobody did anything, or several lanes only since. */
	if (st->claims.own.state == CLAIM_NONE)
		serving_begin(st, slice_of(desk->row.order));
}

void serving_end(struct station *st)
{
	const struct call parked = serving_take_back(st, DESK_COUNTER);
	struct claim_result r = claim_drop(&st->claims);
	struct word_values v = words_none();

	if (r.say)
		publish(st, &r.word);
	if (parked.request)
		answer_no(st, &parked, 409, REASON_BAD_REQUEST, &v);
}

const char *serving_state(struct station *st)
{
	if (!lanes_several(st))
		return claim_state_name(CLAIM_NONE);
	if (st->claims.own.state == CLAIM_HOLDING && station_isolated(st))
		return claim_state_name(CLAIM_ISOLATED);
	return claim_state_name(st->claims.own.state);
}

bool serving_alone(struct station *st)
{
	return lanes_several(st) && (station_isolated(st) || st->claims.own.state != CLAIM_HOLDING);
}

bool serving_park(struct station *st, const struct call *c, struct json args)
{
	struct parked *p = &st->parked;
	const struct slice text = json_text(args);
	struct word_values v = words_none();

	if (!lanes_several(st) || st->claims.own.state != CLAIM_PENDING || !st->doing.verb)
		return false;
	if (p->active || text.n > sizeof(p->args)) {
		struct call again = *c;

		/* The same press once more: the first one's answer is the one that is kept. */
		if (p->active && strcmp(again.press, p->call.press) == 0)
			again.press[0] = '\0';
		answer_no(st, &again, 409, REASON_BUSY, &v);
		return true;
	}
	*p = (struct parked){ .active = true, .call = *c, .n = text.n };
	text_fmt(p->verb, sizeof(p->verb), "%s",
		 st->doing.verb && st->doing.verb[0] ? st->doing.verb : "pickup.handover");
	memcpy(p->args, text.p, text.n);
	return true;
}

void serving_heard(struct station *st, const struct claim_word *word)
{
	char order[ID_MAX + 1];
	struct claim_result r;

	memcpy(order, st->claims.own.order, sizeof(order));
	r = claim_heard(&st->claims, word, station_mono(st));
	follow(st, &r, order);
}

void serving_link(struct station *st)
{
	const struct desk_state *desk = &st->desks[DESK_COUNTER];
	char id[ULID_TEXT_MAX];
	struct claim_result r;

	ulid_make(&st->clock, id);
	r = claim_line(&st->claims, st->link_up, id, station_mono(st));
	follow(st, &r, st->claims.own.order);
	/* A pickup that was open before a restart. */
	if (st->claims.own.state == CLAIM_NONE && serves(st))
		serving_begin(st, slice_of(desk->row.order));
}

void serving_tick(struct station *st)
{
	char id[ULID_TEXT_MAX];
	struct claim_result r;

	ulid_make(&st->clock, id);
	r = claim_tick(&st->claims, id, lapse_ms(st), station_mono(st));
	follow(st, &r, st->claims.own.order);
}
