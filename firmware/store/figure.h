// SPDX-License-Identifier: Apache-2.0
/*
 * Key figures in the database: a row for each (day, hour, lane, figure, part). Days are counted
 * since 1970 in the shop's zone (counter/calendar.h), hours are those of its clock. The lanes of a
 * store have rows of their own, so that they add up, and so that what a lane told of a day can
 * take the place of what was heard of it. Inside a step's transaction, as all of store.h.
 */
#ifndef LADA_STORE_FIGURE_H
#define LADA_STORE_FIGURE_H

#include "firmware/base/tally.h"
#include "firmware/store/store.h"

/* Adds all rows of a tally to a lane's hour. */
void store_figures_add(struct store *st, int64_t day, int hour, const char *lane,
		       const struct tally *add);
/* Adds to `t` what is known of an hour, or with -1 of the day; of one lane, or with NULL of all. */
void store_figures_read(struct store *st, int64_t day, int hour, const char *lane, struct tally *t);
/* All rows of a lane's day go. */
void store_figures_clear(struct store *st, int64_t day, const char *lane);
/* The first day on which there is something; 0 none. */
int64_t store_figures_first(struct store *st);
/* Drops days before this one, some rows a call. */
void store_figures_prune(struct store *st, int64_t before_day);

/* What a lane told of a day: up to which of its events, and whether something came since. */
struct figures_told {
	int64_t epoch, seq;
	int64_t at_ms;
	bool stale;
};
bool store_figures_told(struct store *st, const char *lane, int64_t day,
			struct figures_told *ret_told);
void store_figures_told_set(struct store *st, const char *lane, int64_t day,
			    const struct figures_told *told);
/* Something came after that day was told, if it was. */
void store_figures_stale(struct store *st, const char *lane, int64_t day);
/* The first day of a lane that was told, is stale, and was told before that moment or after `now`;
 * 0 none. */
int64_t store_figures_again(struct store *st, const char *lane, int64_t before_ms, int64_t now_ms);

/* When the pickup that is open at a desk was opened; 0 none. It moves with the clock. */
void store_opened_set(struct store *st, enum desk desk, struct slice order, int64_t at_ms);
int64_t store_opened(struct store *st, enum desk desk, struct slice order);
/* When the customer of an order came; 0: not known to be here. */
int64_t store_here_at(struct store *st, struct slice order);

#endif
