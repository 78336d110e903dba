// SPDX-License-Identifier: Apache-2.0
/*
 * The rules of a pickup, pure: facts in, a verdict out. Nothing here looks anything up.
 */
#ifndef LADA_COUNTER_PICKUP_H
#define LADA_COUNTER_PICKUP_H

#include "firmware/counter/order.h"
#include "firmware/counter/reason.h"

/* Policy `pickup`, with the defaults of the contract where HQ said nothing. */
enum check_items { CHECK_EACH, CHECK_PARCEL, CHECK_NONE };
enum late_rule { LATE_APPROVE, LATE_ALLOW, LATE_REFUSE };
enum isolated_rule { ISOLATED_APPROVE, ISOLATED_ALLOW, ISOLATED_REFUSE };

struct pickup_policy {
	enum check_items check_items;
	enum late_rule late;
	enum isolated_rule isolated;
	bool fiscal_external; /* policy `fiscal`: what is due is paid at the shop's till */
};
struct pickup_policy pickup_policy_read(struct json pickup, struct json fiscal);

/* May this order be opened for handing over here and now? */
struct pickup_facts {
	const struct order *order; /* NULL: not known here */
	const char *store;	   /* this store */
	int64_t now_ms;
	bool late_approved; /* a supervisor hands it over all the same */
};
/* Would a supervisor's word open what this verdict refuses? */
bool pickup_late_approvable(enum reason r, const struct pickup_policy *p);
enum reason pickup_verdict(const struct pickup_facts *f, const struct pickup_policy *p);

/* What has been done with one line in this pickup. */
struct pickup_line {
	int64_t checked;
	int64_t short_;
};

/* One piece (or qty pieces) of a line was scanned. */
enum reason pickup_check(const struct order_line *line, struct pickup_line done, int64_t qty);
/* qty pieces of a line cannot be found: the new number of shorts, counted from none. */
enum reason pickup_short(const struct order_line *line, struct pickup_line done, int64_t qty);

/* May it be handed over? `done` has an entry for each line of the order. */
struct handover_facts {
	const struct order *order;
	const struct pickup_line *done;
	int64_t seen_rev;     /* the rev whose lines the clerk has seen */
	bool parcels_checked; /* every parcel's label was scanned */
	bool isolated;
	bool isolated_approved;
};
enum reason pickup_handover(const struct handover_facts *f, const struct pickup_policy *p);

/* How many of a line leave the shop now, by policy. */
int64_t pickup_leaves(const struct order_line *line, struct pickup_line done);

#endif
