// SPDX-License-Identifier: Apache-2.0
/*
 * What goes back to the customer, in exact grosze. Pure.
 */
#ifndef LADA_COUNTER_REFUND_H
#define LADA_COUNTER_REFUND_H

#include "firmware/counter/order.h"

/* What n more pieces of a line are worth when short and returned pieces so far form one
 * sequence; 0 when the line's price is unknown. */
int64_t refund_of_pieces(const struct order_line *line, int64_t n);

/* Of what pieces are worth that are short from now on (their lines do not count them yet): as much
 * as was paid, and not given back, above what the rest of the order costs. The whole worth where
 * the order's prices or payments are not known. `given[i]` as below. */
int64_t refund_owed(const struct order *o, int64_t worth, const int64_t *given);

struct refund_leg {
	int payment; /* index into the order's payments */
	int64_t amount;
};
/* Shares `amount` over captured payments that HQ pays back (online ones, and those of a till of
 * which some is back already) in the order's sequence, never above what is left of each; `given[i]`
 * is what this store asked back of payment i before. Returns the number of legs; what no payment
 * could take is *ret_rest. */
int refund_legs(const struct order *o, int64_t amount, const int64_t *given,
		struct refund_leg ret_legs[ORDER_PAYMENTS_MAX], int64_t *ret_rest);

/* The same over all captured payments: first those of the tenders in `sequence` (ended by ""), then
 * the others as the order has them. */
#define REFUND_TENDER_MAX 16
int refund_split(const struct order *o, int64_t amount, const int64_t *given,
		 const char (*sequence)[REFUND_TENDER_MAX], int sequence_max,
		 struct refund_leg ret_legs[ORDER_PAYMENTS_MAX], int64_t *ret_rest);
/* Is it paid back here, at the till? Not what was paid online; and gift cards and points are
 * nothing that a drawer or a card terminal could give back. */
bool refund_is_here(const struct order_payment *p);
/* What is left of a payment; `given`: what this store has paid or asked back. */
int64_t refund_left(const struct order_payment *p, int64_t given);

/* The VAT in a gross amount, half up, by a line's word for its rate ("23", "zw" …); 0 where there
 * is none or it is not known. */
int64_t vat_amount(int64_t gross, struct json vat);

#endif
