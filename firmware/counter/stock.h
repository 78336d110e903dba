// SPDX-License-Identifier: Apache-2.0
/*
 * The rules of stock, pure: facts in, a verdict or figures out. Pieces throughout. A figure may be
 * below zero; it is a figure, and nothing is refused because of one.
 *
 * What is shown of a product:
 *   on_hand    HQ's figure and every change that lanes told and HQ's figure does not have yet
 *   reserved   what the orders known here still hold of it; not HQ's `reserved`, which counts the
 *              same orders and has not heard what was handed over since
 *   available  on_hand - reserved: a handover lowers both, so it changes nothing here
 */
#ifndef LADA_COUNTER_STOCK_H
#define LADA_COUNTER_STOCK_H

#include "firmware/counter/order.h"
#include "firmware/counter/reason.h"

#define STOCK_ADJUST_MAX 1000000   /* pieces of one change or one count */
#define STOCK_DELTA_MAX	 INT32_MAX /* HQ takes no event with a larger change */

/* Policy `stock`. */
struct stock_policy {
	struct json reasons;   /* of adjusting; no list: any that is said */
	int64_t approve_above; /* pieces either way that a clerk adjusts alone */
	int64_t recount_above; /* pieces of difference that want a second count; -1: none do */
	bool recount_moved;    /* and so does what changed since it was counted */
	bool aside_apart;      /* what lies aside for orders is not among what is counted */
};
struct stock_policy stock_policy_read(struct json stock);

struct adjust_facts {
	bool known; /* in the catalogue or in stock */
	int64_t delta;
	const char *reason; /* "" none was said */
	bool approved;
};
enum reason stock_adjust(const struct stock_policy *p, const struct adjust_facts *f);

/* What an order that is to be picked up or sent from here holds of a product. */
struct stock_hold {
	int64_t reserved;
	int64_t aside; /* of them: taken from their place, on a shelf or in a box for it */
};
struct stock_hold stock_held(const struct order *o, const char *store, const char *sku);

/* One product of a count that is finished. */
struct count_facts {
	int64_t counted;
	int64_t on_hand, aside; /* now */
	int64_t moved;		/* by which on_hand changed since it was counted */
	bool again;		/* this is the second count, which stands */
};
/* *ret_expected: what should have been counted; what it is off by is counted - expected. RECOUNT,
 * or QUANTITY_EXCEEDED: no such change can be told. */
enum reason stock_count(const struct stock_policy *p, const struct count_facts *f,
			int64_t *ret_expected);

/* ---- endless aisle: an order that a customer begins at the kiosk ---- */

/* Policy `kiosk`. */
#define DRAFT_URL_MAX  512
#define DRAFT_LINK_MAX (DRAFT_URL_MAX + ID_MAX)
struct draft_policy {
	bool offered;
	char url[DRAFT_URL_MAX]; /* `{draft}` stands for the draft's id */
	int64_t max_qty;
	bool slip;
};
struct draft_policy draft_policy_read(struct json kiosk);

struct draft_facts {
	bool known;   /* in the catalogue */
	bool blocked; /* recalled */
	int64_t qty;
	bool home;	  /* else to a store */
	bool store_known; /* which is another one of this chain */
};
enum reason draft_verdict(const struct draft_policy *p, const struct draft_facts *f);
/* What the customer's phone opens; false: too long. */
bool draft_link(const struct draft_policy *p, const char *draft, char ret_link[DRAFT_LINK_MAX]);

#endif
