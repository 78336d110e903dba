// SPDX-License-Identifier: Apache-2.0
/*
 * What an event adds to the key figures: the one rule, for own events, for those of the store's
 * other lanes, and for a recount of the journal. An event says by itself all that is counted of it
 * (a handover says how long its customer waited), so each counts alone, in any order. Pure.
 */
#ifndef LADA_COUNTER_FIGURES_H
#define LADA_COUNTER_FIGURES_H

#include "firmware/base/tally.h"

#define FIGURES_WAIT_MAX_S (12 * 3600) /* what lasted longer was no waiting: not measured */

/* Is there a figure that this kind of event adds to? */
bool figures_counts(const char *type);
/* Adds what one event of this kind adds, told by `lane` at `at_ms`. */
void figures_add(struct tally *t, const char *type, struct json body, const char *lane,
		 int64_t at_ms);
/* Which day it was then (calendar.h), and which hour on the shop's clock. */
int64_t figures_day(int64_t at_ms, int *ret_hour);
/* Seconds from one moment to another, as `waited` and `handled` say them; -1: not measured. */
int64_t figures_seconds(int64_t from_ms, int64_t to_ms);

/* How long figures are kept, by policy `privacy`, in days. */
#define FIGURES_KEEP_DAYS     800
#define FIGURES_KEEP_DAYS_MIN 15 /* last week's same day stands beside today */
#define FIGURES_KEEP_DAYS_MAX 3650
int64_t figures_keep_days(struct json privacy);

/* Is that day over at this moment: the shop has closed by policy `hours`, or it is the next day? */
bool figures_day_over(int64_t day, int64_t now_ms, struct json hours);

#endif
