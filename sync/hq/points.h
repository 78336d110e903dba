// SPDX-License-Identifier: Apache-2.0
/*
 * Points: a lane that wants to redeem asks first, and HQ sets them aside until the event comes
 * or a quarter of an hour has passed, so that two tills cannot spend the same points.
 */
#ifndef LADA_SYNC_HQ_POINTS_H
#define LADA_SYNC_HQ_POINTS_H

#include "sync/hq/hq.h"

#define POINTS_HOLD_S 900

/* Posts the answer: all the points asked for, or 0. The same ask gets the same answer. */
void points_answer(struct hq *hq, const char *store, const char *lane, const char *ask,
		   const char *member, int64_t points);

#endif
