// SPDX-License-Identifier: Apache-2.0
/*
 * Words of the till that rules and tables share: what a movement of money is, and sums of them.
 * Amounts are grosze; money that leaves the till is below zero.
 */
#ifndef LADA_BASE_TILL_H
#define LADA_BASE_TILL_H

#include <stdint.h>

#define TILL_TENDER_MAX 16
#define TILL_TOTALS_MAX 96 /* kinds times tenders of one shift */

enum till_kind {
	TILL_FLOAT,    /* in the drawer when the shift began */
	TILL_SALE,     /* paid for an order */
	TILL_REVERSAL, /* and given back before the goods left */
	TILL_REFUND,   /* for goods that came back */
	TILL_IN,       /* cash put into the drawer */
	TILL_OUT,      /* cash taken out of it */
	TILL_COUNT,    /* by which the closing count differs */
};
#define TILL_KINDS (TILL_COUNT + 1)

/* All movements of one kind and tender. */
struct till_total {
	enum till_kind kind;
	char tender[TILL_TENDER_MAX];
	int64_t amount, count;
};

#endif
