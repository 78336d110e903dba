// SPDX-License-Identifier: Apache-2.0
/*
 * The slip of a pickup, as a document (base/doc.h). It confirms the collection; it is no fiscal
 * receipt and never calls itself one. It adds up for whoever holds it: where not all of the order
 * leaves in one go, it also says what left before, what waits and what is missing, and the sums say
 * how that comes to what was paid and what goes back. Pure.
 */
#ifndef LADA_COUNTER_SLIP_H
#define LADA_COUNTER_SLIP_H

#include "firmware/counter/order.h"
#include "firmware/counter/pickup.h"
#include "firmware/counter/refund.h"

/* Pieces of a line that are another product, by the customer's consent. */
#define SLIP_SWAPS_MAX 40
struct slip_swap {
	int line; /* its index */
	int64_t qty;
	char name[PRODUCT_NAME_MAX];
};

/* What went back of a payment, or was asked back: before this handover, and by it. */
struct slip_back {
	int64_t before, now;
};

struct slip_facts {
	const struct order *order;	/* as it was before this handover */
	const struct pickup_line *done; /* an entry a line */
	const struct slip_swap *swaps;
	int swap_count;
	const char *store_name;
	struct json texts; /* policy `texts` of the slip's language: header, footer, terms */
	const char *staff; /* display name */
	const char *lane;
	int64_t now_ms;
	const struct slip_back *back; /* an entry a payment */
	int64_t refund_by_ms; /* when what goes back now is with the customer at the latest */
	bool member; /* its member has earned points_earned with it, and has `points` now */
	int64_t points_earned, points;
	const char *document; /* DOC of the return code */
	enum language language;
};
void slip_pickup(const struct slip_facts *f, struct buf *ret_doc);

/* "2026-11-22 17:04" in the station's zone; *_clock: "17:04", with the date when not today. */
#define WHEN_TEXT_MAX 24
void when_format(int64_t at_ms, char dst[WHEN_TEXT_MAX]);
void when_clock(int64_t at_ms, int64_t now_ms, char dst[WHEN_TEXT_MAX]);

#endif
