// SPDX-License-Identifier: Apache-2.0
/*
 * What a second person has to agree to: one act, by somebody of the role supervisor or service who
 * is neither the one who asks nor the one it is done for. Pure; who asks whom is approvals.c.
 */
#ifndef LADA_COUNTER_NEED_H
#define LADA_COUNTER_NEED_H

#include <stdbool.h>
#include <stdint.h>

#include "firmware/counter/reason.h"

enum need {
	NEED_LATE,	 /* after the last day: policy pickup.late */
	NEED_ISOLATED,	 /* nobody may know of this handover or return */
	NEED_VOUCH,	 /* no code at hand, identity looked at */
	NEED_SEARCH,	 /* opened by looking for it */
	NEED_UNSHOWN,	 /* taken from the queue, and nobody has shown a code for it */
	NEED_PUT_BACK,	 /* was put back already, and is handed over all the same */
	NEED_REVERSAL,	 /* money that was taken goes back */
	NEED_CASH,	 /* cash in or out of the drawer beside a sale */
	NEED_NO_RECEIPT, /* a return without proof */
	NEED_FOREIGN,	 /* a return of what another store or shop sold */
	NEED_LIMIT,	 /* a refund above policy returns.refund_limit */
	NEED_HQ_DOWN,	 /* a return that HQ cannot confirm now */
	NEED_TENDER,	 /* refunded in another way than it was paid */
	NEED_GOODWILL,	 /* taken back though policy says no */
	NEED_TAKEN,	 /* being prepared by somebody else, and is taken over */
	NEED_PROXY,	 /* collected by somebody the customer has not named */
	NEED_STOCK,	 /* stock is changed by more than policy stock.approve_above */
};
#define NEED_COUNT (NEED_STOCK + 1)

const char *need_name(enum need n);

struct approval_facts {
	const char *asker;    /* who asks, by staff id */
	const char *approver; /* whose PIN was right */
	bool senior;	      /* the approver's role is supervisor or service */
	bool own;	      /* the approver is the customer it is done for */
};
/* May this person approve? FORBIDDEN, SAME_PERSON, OWN_ORDER. */
enum reason approval_verdict(const struct approval_facts *f);

#endif
