// SPDX-License-Identifier: Apache-2.0
/*
 * Handovers as HQ took them, and double ones: the same pieces of an order given away twice, by
 * two lanes that could not hear each other, or by a lane whose database was an older copy.
 *
 * HQ finds them itself by counting pieces per line, and joins what lanes report with
 * `pickup.doubled`: one row per order and pair of places. The first that was taken stands in the
 * order's `collected`; the second is named in its `doubled`.
 *
 * `holder` is the store whose record of the order it is: two stores may use the same id.
 */
#ifndef LADA_SYNC_HQ_HANDOVER_H
#define LADA_SYNC_HQ_HANDOVER_H

#include "sync/hq/effect.h"

#define HANDOVER_PLACE_MAX (2 * ID_MAX + 2) /* STORE/LANE */

/* Pieces of this line (its JSON text) that stand as handed over, reopened ones left out. */
int64_t handover_pieces(struct hq *hq, const char *holder, const char *order, struct slice line);
/* Notes the pickup.completed of `h`, before its pieces. Its number among the order's. */
int64_t handover_add(const struct happening *h, const char *holder, const char *order);
void handover_add_line(struct hq *hq, const char *holder, const char *order, int64_t n,
		       struct slice line, int64_t qty);
/* The same of pieces that were told to be short at a handover: they were paid back. */
int64_t handover_shorts(struct hq *hq, const char *holder, const char *order, struct slice line);
void handover_add_short(struct hq *hq, const char *holder, const char *order, int64_t n,
			struct slice line, int64_t qty);
/* Handover n gave away `surplus` pieces that were gone already: the double is noted and alarmed.
 * False when no handover HQ knows of came before it. */
bool handover_doubled(const struct happening *h, const char *holder, const char *order, int64_t n,
		      int64_t surplus);
/* A lane's own report: event pickup.doubled. */
void handover_told(const struct happening *h, const char *holder, const char *order,
		   const char *lane, int64_t epoch, int64_t seq);

/* The event by which the order counts as handed over, where none is named: the one that stands in
 * `collected`, the last one of several partial pickups. -ENOENT. */
int handover_event(struct hq *hq, const char *holder, const char *order,
		   char ret_event[ID_MAX + 1]);
/* Where and when that was; or, with `surplus`, the last that gave away what was gone. */
struct handover_place {
	char store[ID_MAX + 1], lane[ID_MAX + 1], at[TIME_TEXT_MAX + 8];
};
bool handover_place(struct hq *hq, const char *holder, const char *order, bool surplus,
		    struct handover_place *ret_place);
/* The handovers that stand, surplus ones too, one after the other: the number of the first one
 * after `n`, and its event; 0 behind the last. */
int64_t handover_next(struct hq *hq, const char *holder, const char *order, int64_t n,
		      char ret_event[ID_MAX + 1]);
/* All of them are taken back. */
void handover_undo(struct hq *hq, const char *holder, const char *order);

#endif
