// SPDX-License-Identifier: Apache-2.0
/*
 * What lanes of this store did to members' points: laid over HQ's record of the member until HQ
 * says that it has counted it, and by order, for what goes back. Inside a step's transaction, as
 * all of store.h.
 */
#ifndef LADA_STORE_POINTS_H
#define LADA_STORE_POINTS_H

#include "firmware/store/store.h"

#define POINTS_NOTE_MAX (ID_MAX + 16)

/* One event. */
struct points_row {
	char member[ID_MAX + 1];
	int64_t points;		    /* that the member has more, or below zero fewer */
	char note[POINTS_NOTE_MAX]; /* "", "allowance", "coupon:ID", "event:NAME", "mission:ID" */
	char lane[ID_MAX + 1];
	int64_t epoch, seq, at_ms;
};
void store_points_add(struct store *st, const struct points_row *row);
/* Of what HQ's record of the member does not have yet: the sum; how often there is a note; what one
 * lane redeemed against its allowance. */
int64_t store_points_delta(struct store *st, const char *member);
int64_t store_points_noted(struct store *st, const char *member, const char *note);
int64_t store_points_spent(struct store *st, const char *member, const char *lane);
/* Drops what is older and counted by HQ; a slice a call. */
void store_points_prune(struct store *st, int64_t before_ms);

/* Of an order and a member, in all. */
struct order_points {
	char member[ID_MAX + 1];
	int64_t earned, back;		/* earned for it, and taken back of these */
	int64_t redeemed, worth, given; /* redeemed for it, their worth in grosze, given back */
};
void store_order_points_add(struct store *st, struct slice order, const struct order_points *add);
/* The next member behind ret_points->member ("" to begin), which is replaced. */
bool store_order_points_next(struct store *st, struct slice order, struct order_points *ret_points);

#endif
