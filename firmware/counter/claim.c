// SPDX-License-Identifier: Apache-2.0
#include "firmware/counter/claim.h"

#include <string.h>

const char *claim_state_name(enum claim_state s)
{
	switch (s) {
	case CLAIM_NONE:
		return "none";
	case CLAIM_PENDING:
		return "pending";
	case CLAIM_HOLDING:
		return "held";
	case CLAIM_ISOLATED:
		return "isolated";
	}
	return "none";
}

void claims_init(struct claims *c, const char *lane)
{
	memset(c, 0, sizeof(*c));
	slice_copy(slice_of(lane), c->lane, sizeof(c->lane));
}

static struct claim_result nothing(void)
{
	return (struct claim_result){ .change = CLAIM_UNCHANGED };
}

static struct claim_result say(const struct claims *c, enum claim_op op, enum claim_change change)
{
	struct claim_result r = { .change = change, .say = true, .word.op = op };

	memcpy(r.word.order, c->own.order, sizeof(r.word.order));
	memcpy(r.word.lane, c->lane, sizeof(r.word.lane));
	memcpy(r.word.claim, c->own.id, sizeof(r.word.claim));
	return r;
}

/* ---- the others ---- */

static bool alive(const struct claims *c, int i, int64_t now_ms)
{
	return c->others[i].id[0] && now_ms - c->others[i].heard_ms < CLAIM_DEAD_MS;
}

bool claim_elsewhere(const struct claims *c, struct slice order, int64_t now_ms)
{
	for (int i = 0; i < c->count; i++)
		if (alive(c, i, now_ms) && slice_eq(order, c->others[i].order))
			return true;
	return false;
}

/* Its row; when all are taken, the one of the lane that was silent longest. */
static int row_of(struct claims *c, const char *lane)
{
	int oldest = 0;

	for (int i = 0; i < c->count; i++) {
		if (strcmp(c->others[i].lane, lane) == 0)
			return i;
		if (c->others[i].heard_ms < c->others[oldest].heard_ms)
			oldest = i;
	}
	if (c->count < CLAIM_LANES_MAX)
		oldest = c->count++;
	memset(&c->others[oldest], 0, sizeof(c->others[oldest]));
	slice_copy(slice_of(lane), c->others[oldest].lane, sizeof(c->others[oldest].lane));
	return oldest;
}

static bool is_buried(const struct claims *c, int i, const char *id)
{
	for (int n = 0; n < CLAIM_BURIED_MAX; n++)
		if (strcmp(c->others[i].buried[n], id) == 0)
			return true;
	return false;
}

static void bury(struct claims *c, int i, const char *id)
{
	const int n = c->others[i].next_grave;

	if (is_buried(c, i, id))
		return;
	slice_copy(slice_of(id), c->others[i].buried[n], sizeof(c->others[i].buried[n]));
	c->others[i].next_grave = (n + 1) % CLAIM_BURIED_MAX;
}

/* False when the word is of a claim that has ended: by its `drop`, by a `take` of the same lane
 * that came later, or unheard for too long. Words overtake each other, so of two ids the larger is
 * taken for the later one. */
static bool remember(struct claims *c, const struct claim_word *w, int64_t now_ms)
{
	const int i = row_of(c, w->lane);
	const bool same = strcmp(c->others[i].id, w->claim) == 0;

	if (w->op == CLAIM_OP_DROP) {
		bury(c, i, w->claim);
		if (same)
			c->others[i].id[0] = '\0';
		return true;
	}
	if (same && !alive(c, i, now_ms))
		bury(c, i, w->claim);
	if (is_buried(c, i, w->claim))
		return false;
	if (w->op == CLAIM_OP_TAKE && c->others[i].id[0] && strcmp(w->claim, c->others[i].id) > 0)
		bury(c, i, c->others[i].id);
	c->others[i].settled = w->op != CLAIM_OP_TAKE || (same && c->others[i].settled);
	c->others[i].heard_ms = now_ms;
	memcpy(c->others[i].order, w->order, sizeof(w->order));
	memcpy(c->others[i].id, w->claim, sizeof(w->claim));
	return true;
}

/* ---- our own ---- */

struct claim_result claim_take(struct claims *c, struct slice order, const char *id, int64_t now_ms)
{
	slice_copy(order, c->own.order, sizeof(c->own.order));
	slice_copy(slice_of(id), c->own.id, sizeof(c->own.id));
	c->own.state = c->linked ? CLAIM_PENDING : CLAIM_ISOLATED;
	c->own.taken_ms = c->own.keep_ms = c->own.touch_ms = c->own.heard_ms = now_ms;
	c->own.echoed = false;
	c->own.defied[0] = '\0';
	return c->linked ? say(c, CLAIM_OP_TAKE, CLAIM_CHANGED)
			 : (struct claim_result){ .change = CLAIM_CHANGED };
}

/* The order stays, under another id, as if it were taken now. */
static struct claim_result take_anew(struct claims *c, const char *fresh, int64_t now_ms)
{
	const int64_t touch_ms = c->own.touch_ms;
	char order[ID_MAX + 1];
	struct claim_result r;

	memcpy(order, c->own.order, sizeof(order));
	r = claim_take(c, slice_of(order), fresh, now_ms);
	c->own.touch_ms = touch_ms;
	return r;
}

struct claim_result claim_drop(struct claims *c)
{
	struct claim_result r = nothing();

	if (c->own.state != CLAIM_NONE && c->linked)
		r = say(c, CLAIM_OP_DROP, CLAIM_UNCHANGED);
	c->own.state = CLAIM_NONE;
	c->own.order[0] = c->own.id[0] = '\0';
	return r;
}

static struct claim_result lose(struct claims *c)
{
	struct claim_result r = claim_drop(c);

	r.change = CLAIM_LOST;
	return r;
}

static struct claim_result own_echo(struct claims *c, const struct claim_word *w, int64_t now_ms)
{
	if (strcmp(w->claim, c->own.id) != 0)
		return nothing();
	if (w->op != CLAIM_OP_DROP)
		c->own.heard_ms = now_ms;
	if (w->op != CLAIM_OP_TAKE || c->own.state != CLAIM_PENDING || c->own.echoed)
		return nothing();
	c->own.echoed = true;
	c->own.echo_ms = now_ms;
	return nothing();
}

/* Another lane has, by a larger id, what we have: it gives way. When it does not, our claim is dead
 * to it, and the next tick takes the order anew. */
static struct claim_result defend(struct claims *c, const struct claim_word *w, int64_t now_ms)
{
	if (w->op != CLAIM_OP_TAKE && strcmp(c->own.defied, w->claim) == 0)
		c->own.heard_ms = now_ms - CLAIM_DEAD_MS;
	else if (w->op != CLAIM_OP_TAKE)
		memcpy(c->own.defied, w->claim, sizeof(c->own.defied));
	return say(c, CLAIM_OP_HELD, CLAIM_UNCHANGED);
}

/* Another lane wants or has the order that is ours. */
static struct claim_result contested(struct claims *c, const struct claim_word *w, int64_t now_ms)
{
	const bool smaller = strcmp(w->claim, c->own.id) < 0;

	switch (c->own.state) {
	case CLAIM_NONE:
		return nothing();
	case CLAIM_ISOLATED: /* it is taken anew as soon as there is a line, and answered then */
		return w->op != CLAIM_OP_TAKE ? lose(c) : nothing();
	case CLAIM_PENDING:
		/* The other one may have heard of this claim before it made its own: again. */
		return w->op != CLAIM_OP_TAKE || smaller ? lose(c)
							 : say(c, CLAIM_OP_TAKE, CLAIM_UNCHANGED);
	case CLAIM_HOLDING:
		return w->op != CLAIM_OP_TAKE && smaller ? lose(c) : defend(c, w, now_ms);
	}
	return nothing();
}

struct claim_result claim_heard(struct claims *c, const struct claim_word *w, int64_t now_ms)
{
	if (strcmp(w->lane, c->lane) == 0)
		return own_echo(c, w, now_ms);
	if (!remember(c, w, now_ms) || w->op == CLAIM_OP_DROP ||
	    strcmp(w->order, c->own.order) != 0)
		return nothing();
	return contested(c, w, now_ms);
}

void claim_touch(struct claims *c, int64_t now_ms)
{
	c->own.touch_ms = now_ms;
}

struct claim_result claim_line(struct claims *c, bool linked, const char *fresh, int64_t now_ms)
{
	c->linked = linked;
	if (c->own.state == CLAIM_NONE)
		return nothing();
	if (linked)
		return take_anew(c, fresh, now_ms);
	if (c->own.state == CLAIM_ISOLATED)
		return nothing();
	c->own.state = CLAIM_ISOLATED;
	return (struct claim_result){ .change = CLAIM_CHANGED };
}

/* When its state is due to change by itself, or a word of it is due. */
static int64_t state_due_ms(const struct claims *c)
{
	switch (c->own.state) {
	case CLAIM_NONE:
		break;
	case CLAIM_PENDING:
		return c->own.echoed ? c->own.echo_ms + CLAIM_SETTLE_MS
				     : c->own.taken_ms + CLAIM_ECHO_MAX_MS;
	case CLAIM_HOLDING:
		return c->own.keep_ms + CLAIM_KEEP_MS < c->own.heard_ms + CLAIM_DEAD_MS
			       ? c->own.keep_ms + CLAIM_KEEP_MS
			       : c->own.heard_ms + CLAIM_DEAD_MS;
	case CLAIM_ISOLATED:
		return c->linked ? c->own.taken_ms + CLAIM_AGAIN_MS : CLAIM_NEVER_MS;
	}
	return CLAIM_NEVER_MS;
}

int64_t claim_due_ms(const struct claims *c, int64_t lapse_ms)
{
	const int64_t due = state_due_ms(c);
	const int64_t lapse = c->own.touch_ms + lapse_ms;

	return c->own.state == CLAIM_HOLDING && lapse < due ? lapse : due;
}

struct claim_result claim_tick(struct claims *c, const char *fresh, int64_t lapse_ms,
			       int64_t now_ms)
{
	struct claim_result r;

	if (now_ms < claim_due_ms(c, lapse_ms))
		return nothing();
	switch (c->own.state) {
	case CLAIM_NONE:
		break;
	case CLAIM_PENDING:
		c->own.state = c->own.echoed ? CLAIM_HOLDING : CLAIM_ISOLATED;
		return (struct claim_result){ .change = CLAIM_CHANGED };
	case CLAIM_HOLDING:
		if (now_ms - c->own.touch_ms >= lapse_ms) {
			r = claim_drop(c);
			r.change = CLAIM_LAPSED;
			return r;
		}
		if (now_ms - c->own.heard_ms >= CLAIM_DEAD_MS)
			return take_anew(c, fresh, now_ms);
		c->own.keep_ms = now_ms;
		return say(c, CLAIM_OP_KEEP, CLAIM_UNCHANGED);
	case CLAIM_ISOLATED:
		return take_anew(c, fresh, now_ms);
	}
	return nothing();
}
