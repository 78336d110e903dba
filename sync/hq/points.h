// SPDX-License-Identifier: Apache-2.0
/*
 * Points: a lane that wants to redeem asks first, and HQ sets them aside until the lane says that
 * they were redeemed (loyalty.redeemed) or are not (loyalty.released), so that two tills cannot
 * spend the same points. It may say so hours later, when its line is back; only of a lane that
 * nobody knows, or that was silent for a month, are they free without its word.
 */
#ifndef LADA_SYNC_HQ_POINTS_H
#define LADA_SYNC_HQ_POINTS_H

#include "sync/hq/effect.h"
#include "sync/hq/hq.h"
#include "sync/hq/points_rule.h"

#define POINTS_HOLD_S	900		 /* of a lane that has never told a state */
#define POINTS_SILENT_S (30 * 24 * 3600) /* of one that has: as long as it keeps its events */

/* Posts the answer: all the points asked for, or 0. The same ask gets the same answer. */
void points_answer(struct hq *hq, const char *store, const char *lane, const char *ask,
		   const char *member, int64_t points);
int64_t points_set_aside(struct hq *hq, const char *member);
/* A lane's word about a grant, by its name or its ask. */
enum points_grant_end { POINTS_USED = 1, POINTS_RELEASED = 2 };
/* NULL, or what is wrong with it, for an alarm: there is none of that name (G and its row), it was
 * another's, it is over, or it was for less. */
const char *points_grant_used(const struct happening *h, const char *name, const char *member,
			      int64_t points);
void points_grant_released(const struct happening *h, const char *ask, const char *member);

/* ---- effect_points.c: what loyalty.* does; points are counted by these only ---- */

const char *effect_loyalty_earned(const struct happening *h);
const char *effect_loyalty_redeemed(const struct happening *h);
const char *effect_loyalty_released(const struct happening *h);
const char *effect_loyalty_used(const struct happening *h);
const char *effect_loyalty_counted(const struct happening *h);
/* A member as it is imported, with allowances that hold now: hq->lines, or the body as it is. */
struct slice points_import(struct hq *hq, const char *member, struct json body);
/* `loyalty` of an order, from the events alone, into `out`; n = 0 where there is nothing. */
struct slice points_of_order(struct hq *hq, const char *holder, const char *order, struct buf *out);

#endif
