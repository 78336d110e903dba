// SPDX-License-Identifier: Apache-2.0
/*
 * What this store has done, laid over an order as HQ wrote it. Two kinds: what is the store's own
 * (handed over, short, returned, paid here) is never lowered by HQ; what is HQ's to say (status,
 * shelf, what is picked, until when it waits) counts until HQ knew of it and wrote the order.
 * On the step thread, inside a step's transaction.
 */
#ifndef LADA_FIRMWARE_OVERLAY_H
#define LADA_FIRMWARE_OVERLAY_H

#include "firmware/station.h"
#include "firmware/store/till.h"

/* Lays all of it over an order that was just read; its texts borrow st->laid. */
void overlay_lay(struct station *st, struct order *o);

/* Who did it: an event of this lane (event_end()) or one heard of another. */
struct mark {
	const char *lane;
	int64_t epoch, seq, at_ms;
};
struct mark mark_own(const struct station *st, int64_t seq);

/* What is HQ's to say; `json`: the value as JSON text. What does not fit is not kept. */
void overlay_set(struct station *st, struct slice order, const char *what, struct slice json,
		 const struct mark *by);
void overlay_set_line(struct station *st, struct slice order, const char *what, struct json line,
		      struct slice json, const struct mark *by);
/* What stays the store's own, however HQ writes the order (who prepares it, what a line was
 * replaced by), until it is dropped. */
void overlay_keep(struct station *st, struct slice order, const char *what, struct slice json,
		  const struct mark *by);
/* Which return was the last one at that lane: an HQ that has not heard of it contradicts nothing. */
#define OVER_RETURNED "returned:" /* and the lane */
void overlay_returned(struct station *st, struct slice order, const struct mark *by);
void overlay_drop(struct station *st, struct slice order, const char *what);
/* `{state,shelf}` of a parcel. */
void overlay_set_parcel(struct station *st, struct slice order, struct slice label,
			struct slice json, const struct mark *by);
/* Does it count, and what is it? Borrows st->over_value until the next call. */
bool overlay_get(struct station *st, struct slice order, const char *what, struct json *ret_value);
/* HQ wrote the order: what it has said by now is forgotten. */
void overlay_settle(struct station *st, struct slice order);

/* Inside overlay*.c: does it count at this rev of the record? And the parcels of overlay_lay(). */
bool overlay_counts(struct station *st, const struct over *over, int64_t rev);
void overlay_lay_parcels(struct station *st, struct order *o, struct buf *laid);

#endif
