// SPDX-License-Identifier: Apache-2.0
/*
 * Preparing orders at the counter's desk (mode `prep`), in four works: an order is picked and put
 * on a shelf; a parcel that came is put on a shelf; goods nobody will fetch go back to their place;
 * and so do pieces that may not be handed over.
 * The rules are in counter/prep.h and counter/parcel.h. What is done is told at once, piece by
 * piece, so that a restart or another person loses nothing. On the step thread, inside a step's
 * transaction.
 */
#ifndef LADA_FIRMWARE_PREP_H
#define LADA_FIRMWARE_PREP_H

#include "firmware/desk.h"
#include "firmware/lanes.h"
#include "firmware/overlay.h"

extern const struct verb prep_verbs[];

void prep_document(struct station *st, struct buf *b); /* member `prep` of the counter's document */

/* ---- what others do to an order that is open here ---- */

/* HQ or another lane changed it. */
void prep_changed(struct station *st, enum desk desk);
/* Another lane prepares it, and was first. */
void prep_lost(struct station *st, enum desk desk);
/* Pieces of this order left the shop: is still a parcel of it to be looked for? st->order is read
 * anew. */
void parcels_left(struct station *st, struct slice order);
/* So many pieces of a line were not handed over and go back to their place (0: none do), as `mark`
 * told; what was said later stays. */
void kept_note(struct station *st, struct slice order, struct slice line, int64_t qty,
	       enum kept why, const struct mark *mark);
/* Events of other lanes; false: not one of these. */
bool prep_effect(struct station *st, const struct origin *o, const char *type, struct json body);

/* ---- scans ---- */

/* In mode prep, or of a parcel or a pick slip while the desk is idle. False: nothing of preparing,
 * and nothing was answered. */
bool prep_scan(struct station *st, const struct call *c, const struct scan *s);

/* ---- who prepares it: the store's own, until it is on a shelf or let go ---- */

struct prep_by {
	char staff[ID_MAX + 1];
	char lane[ID_MAX + 1];
};
bool prep_taken_by(struct station *st, struct slice order, struct prep_by *ret_by);
/* Its goods were put back by this store. */
bool prep_unstaged(struct station *st, struct slice order);

/* ---- tasks.c: what has to go back, or to be looked for ---- */

void tasks_write(struct station *st, struct buf *b); /* the list, as JSON */

#endif
