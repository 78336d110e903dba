// SPDX-License-Identifier: Apache-2.0
/*
 * Paper of preparing, as documents (base/doc.h): the slip a picker walks with, and the label of a
 * packed parcel. Both carry a QR of the contract's parcel code, LP.ORDER.N; the slip is number 0.
 * Pure.
 */
#ifndef LADA_COUNTER_PICK_SLIP_H
#define LADA_COUNTER_PICK_SLIP_H

#include "firmware/counter/order.h"

struct pick_slip_facts {
	const struct order *order;
	const char *store_name, *staff, *lane;
	int64_t now_ms;
	enum language language; /* of the staff */
};
void pick_slip_begin(const struct pick_slip_facts *f, struct buf *doc);
/* A line with something to find; `place` where it lies, "" unknown. */
void pick_slip_line(const struct pick_slip_facts *f, int line, const char *place, struct buf *doc);
void pick_slip_end(const struct pick_slip_facts *f, struct buf *doc);

/* Parcel n of `count`, on a shelf. */
void parcel_label(const struct pick_slip_facts *f, int64_t n, int64_t count, const char *shelf,
		  struct buf *doc);

#endif
