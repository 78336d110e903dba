// SPDX-License-Identifier: Apache-2.0
/*
 * Key figures of the store by day and hour: counted in the transaction of the event that they are
 * of (own, or heard of another lane), shown on the board and to the manager, in /metrics, and told
 * to HQ once a day. Each lane's are kept apart (store/figure.h), so the store's are their sum; when
 * a lane tells of its day, that takes the place of what was heard of it. What is practised is not
 * counted. On the step thread.
 */
#ifndef LADA_FIRMWARE_FIGURES_H
#define LADA_FIRMWARE_FIGURES_H

#include "firmware/desk.h"
#include "firmware/lanes.h"
#include "firmware/station.h"

/* Between two slices of work: whoever has a deadline goes before. */
#define FIGURES_NEXT_MS 20

void figures_start(struct station *st);
/* An event of this lane was told. */
void figures_own(struct station *st, const char *type, struct slice body);
/* Another lane's was heard. */
void figures_heard(struct station *st, const struct origin *o, const char *type, struct json body);
/* Adds to an hour of a lane. */
void figures_keep(struct station *st, const char *lane, int64_t day, int hour,
		  const struct tally *add);
void figures_tick(struct station *st);
void figures_prune(struct station *st);

/* A pickup was opened; and members `waited`, `handled` of its pickup.completed. */
void figures_opened(struct station *st, enum desk desk);
void figures_took(struct station *st, enum desk desk, struct buf *b);
/* Member `promised` of an order.staged by which the loaded order is ready for the first time. */
void figures_promised(struct station *st, struct buf *b);

/* ---- figures_tell.c: the day for HQ ---- */

void figures_tell(struct station *st);
void figures_heard_day(struct station *st, const struct origin *o, struct json body);

/* ---- figures_screen.c ---- */

void figures_screen_tick(struct station *st);
void figures_board(struct station *st, struct buf *b);	/* member `figures` */
void figures_manage(struct station *st, struct buf *b); /* the same, all of it */
void figures_metrics(struct station *st, struct buf *b);

#endif
