// SPDX-License-Identifier: Apache-2.0
/*
 * Facts: what stores did to orders beside handing them over (handover.h), kept apart from the
 * records, so that no import can undo them (INTERFACES section 4, "Store-owned facts").
 *
 * `holder` is the store whose record of the order it is: two stores may use the same id. Lines and
 * payments go by the exact JSON text of their ids; texts longer than any station takes are let go.
 * Money is grosze. Failures stick to the database, as everywhere.
 */
#ifndef LADA_SYNC_HQ_FACT_H
#define LADA_SYNC_HQ_FACT_H

#include "sync/hq/hq.h"

#define FACT_PAYMENT_MAX (2 * ID_MAX) /* bytes of a payment's id, and of its tender, as JSON */

/* Is anything known of this order, handovers that stand included? Most have nothing. */
bool fact_any(struct hq *hq, const char *holder, const char *order);

/* Pieces of a line that were short while preparing, and that came back. */
struct line_fact {
	int64_t short_, returned;
};
struct line_fact fact_line(struct hq *hq, const char *holder, const char *order, struct slice line);
void fact_line_add(struct hq *hq, const char *holder, const char *order, struct slice line,
		   struct line_fact add);

/* A payment taken at the till, and whether it was reversed after that. */
struct till_fact {
	char payment[FACT_PAYMENT_MAX + 1], tender[FACT_PAYMENT_MAX + 1];
	int64_t amount;
	bool reversed;
};
void fact_taken(struct hq *hq, const char *holder, const char *order, struct slice payment,
		struct slice tender, int64_t amount);
/* Also of one that is not known yet: lanes are heard in any order. */
void fact_reversed(struct hq *hq, const char *holder, const char *order, struct slice payment);
bool fact_is_reversed(struct hq *hq, const char *holder, const char *order, struct slice payment);
/* The order's payment behind t->payment ("" to begin). */
bool fact_next_payment(struct hq *hq, const char *holder, const char *order, struct till_fact *t);

/* What stores paid back of a payment, or asked HQ to pay back. */
void fact_refund_add(struct hq *hq, const char *holder, const char *order, struct slice payment,
		     int64_t amount);
int64_t fact_refund(struct hq *hq, const char *holder, const char *order, struct slice payment);

/* A fiscal receipt was made. */
void fact_receipt_add(struct hq *hq, const char *holder, const char *order);
bool fact_receipt(struct hq *hq, const char *holder, const char *order);

#endif
