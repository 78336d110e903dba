// SPDX-License-Identifier: Apache-2.0
/*
 * Parcels of an order: those that come from the warehouse, and those packed here. A parcel is known
 * by its label: LP.ORDER.N, an SSCC, or what a carrier printed. Pure.
 */
#ifndef LADA_COUNTER_PARCEL_H
#define LADA_COUNTER_PARCEL_H

#include "firmware/counter/order.h"
#include "firmware/counter/reason.h"

#define PARCEL_LABEL_MAX   160 /* bytes with the NUL */
#define PARCELS_PACKED_MAX 20  /* that one order is packed in here */

enum parcel_state {
	PARCEL_UNKNOWN, /* absent, or a word of a later version */
	PARCEL_EXPECTED,
	PARCEL_ARRIVED,
	PARCEL_STAGED,
	PARCEL_HANDED,
	PARCEL_MISSING,
	PARCEL_DAMAGED,
	PARCEL_SENT_BACK,
};
const char *parcel_state_name(enum parcel_state s);
enum parcel_state parcel_state_of(struct json word);

/* May anything be done with this order's parcels here? WRONG_STORE, CANCELLED, EXPIRED,
 * ALREADY_COLLECTED. `o` NULL: no order has such a label, ITEM_UNKNOWN. */
enum reason parcel_order_verdict(const struct order *o, const char *store);
/* It came; it is put on a shelf; it is missing, damaged or sent back. `*ret_again`: it is so
 * already, and nothing is to be done. */
enum reason parcel_receive(enum parcel_state s, bool *ret_again);
enum reason parcel_stage(enum parcel_state s);
enum reason parcel_problem(enum parcel_state s, enum parcel_state problem);

/* The order's parcel of this label; .type JSON_NONE: none. */
struct json parcel_find(const struct order *o, struct slice label);
/* Does the line with this index come in this parcel, by what the parcel says? */
bool parcel_brings(const struct order *o, struct json parcel, int line);
/* It names lines, and all of them are handed over or short: it is not here any more. */
bool parcel_left(const struct order *o, struct json parcel);
/* Is it missing, and is something of it still to be handed over? Pieces that were found and left
 * without it are not looked for any more. */
bool parcel_sought(const struct order *o, struct json parcel);
/* Every one is on a shelf; also when there is none. */
bool parcels_staged(const struct order *o);

/* `LP.ORDER.N`: parcels are counted from 1; 0 is the order's pick slip. */
void parcel_label_text(struct slice order, int64_t n, char *dst, size_t cap);

#endif
