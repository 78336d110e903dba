// SPDX-License-Identifier: Apache-2.0
/*
 * What HQ checks of an order before it gives it a number: a station would put a wrong one into
 * its dead letters, so it is better refused here, where the person is who wrote it.
 *
 * What is absent is unknown and contradicts nothing. Of what is there: the lines' `paid` add up
 * to `totals.total`, and captured payments and `totals.due` (0 where absent) do too.
 */
#ifndef LADA_SYNC_HQ_ORDER_H
#define LADA_SYNC_HQ_ORDER_H

#include "firmware/base/json.h"

#define ORDER_LINES_MAX	       300
#define ORDER_LINE_ID_MAX      40 /* bytes of a line's id as JSON; stations take no longer ones */
#define ORDER_SKU_MAX	       66 /* the same of a sku */
#define ORDER_PAYMENTS_MAX     32
#define ORDER_PAYMENT_TEXT_MAX 128 /* and of a payment's id, and of its tender */
#define ORDER_QTY_MAX	       100000

/* Said where a person names an order and not its store. */
#define ORDER_AMBIGUOUS "several stores have an order of this id; choose with --store"

/* NULL, or what is wrong: "amounts_mismatch: lines 100, total 90". The text is in ret_room. */
const char *order_check(struct json body, char *ret_room, size_t cap);
/* Did money move for this payment, whatever became of it later? */
bool payment_captured(struct json payment);

#endif
