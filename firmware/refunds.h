// SPDX-License-Identifier: Apache-2.0
/*
 * Money that goes back for pieces that are short, of st->order: HQ pays it back the way it was paid
 * online, and points that were paid here go back to the member. What the customer has not paid yet is not paid back, it is owed no more (order_due()). On
 * the step thread, inside a step's transaction.
 */
#ifndef LADA_FIRMWARE_REFUNDS_H
#define LADA_FIRMWARE_REFUNDS_H

#include "firmware/station.h"

#define REFUND_DUE_MS (14 * 24 * 3600 * INT64_C(1000)) /* HQ pays within so long */

struct refund_plan {
	int64_t amount; /* grosze, for what is short */
	struct refund_leg legs[ORDER_PAYMENTS_MAX];
	int leg_count;
	int64_t rest; /* of it, that no online payment takes back */
};

/* For pieces of goods that were worth `worth` and are short from now on; their lines do not count
 * them yet. */
void refund_plan(struct station *st, int64_t worth, struct refund_plan *ret_plan);
/* Event refund.requested, and what was asked back of each payment; nothing without legs. */
void refund_tell(struct station *st, const struct call *c, const struct refund_plan *plan,
		 const char *basis);
/* What this handover's plan and all that came before it give back, an entry a payment of st->order;
 * once the plan was told. */
struct slip_back;
void refund_backs(struct station *st, const struct refund_plan *plan,
		  struct slip_back ret_back[ORDER_PAYMENTS_MAX]);

/* So much of a payment (its id as JSON) went back: the fact is what went back in all, HQ's share
 * included. `known`: st->order is the order. */
void refund_keep(struct station *st, bool known, struct slice order, struct json payment,
		 int64_t amount);

#endif
