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

enum id_search { SEARCH_APPROVE, SEARCH_ALLOW, SEARCH_REFUSE };

/* Member `night_ban` of policy `pickup`: `{"category":"alcohol","from":"22:00","to":"06:00"}`, what
 * the town does not let be sold at these hours. No category: no ban. */
#define CATEGORY_MAX 48
struct sale_ban {
	char category[CATEGORY_MAX];
	int from_min, to_min; /* minutes of the shop's day; from > to goes over midnight */
};
bool sale_banned(const struct sale_ban *ban, struct json category, int minute_of_day);

struct pickup_policy {
	enum check_items check_items;
	enum late_rule late;
	enum isolated_rule isolated;
	bool fiscal_external; /* policy `fiscal`: what is due is paid at the shop's till */
	bool partial;	      /* some of it may be handed over, the rest later or paid back */
	enum id_search id_search;
	struct sale_ban ban;
};
struct pickup_policy pickup_policy_read(struct json pickup, struct json fiscal);

/* What is sent was packed and closed: its parcels are scanned, its pieces and whoever collects are
 * not looked at here. */
void pickup_policy_for(struct pickup_policy *p, const struct order *o);

/* May this order be opened for handing over here and now? */
struct pickup_facts {
	const struct order *order; /* NULL: not known here */
	const char *store;	   /* this store */
	int64_t now_ms;
	bool late_approved; /* a supervisor hands it over all the same */
	bool to_courier;    /* who takes it, as far as that is known */
};
/* Would a supervisor's word open what this verdict refuses? */
bool pickup_late_approvable(enum reason r, const struct pickup_policy *p);
enum reason pickup_verdict(const struct pickup_facts *f, const struct pickup_policy *p);

/* What has been done with one line in this pickup, and what its product is. */
struct pickup_line {
	int64_t checked;
	int64_t short_;	 /* missing, refused or paid back: does not leave any more */
	int64_t kept;	 /* of those short: they are here, and may not be handed over */
	enum kept why;	 /* they may not */
	int64_t stays;	 /* for another time */
	int64_t serials; /* numbers that were scanned */
	bool keeps_serials, recalled, banned_now;
};

/* One piece (or qty pieces) of a line was scanned. */
enum reason pickup_check(const struct order_line *line, struct pickup_line done, int64_t qty);
/* qty pieces of a line cannot be found: the new number of shorts, counted from none. */
enum reason pickup_short(const struct order_line *line, struct pickup_line done, int64_t qty);

/* What becomes of the pieces that are not checked. */
enum rest { REST_NONE, REST_LATER, REST_REFUND };
const char *rest_name(enum rest r); /* "later", "refund" */
/* Writes it into the lines; FORBIDDEN where policy wants all or nothing, ITEMS_UNCHECKED where all
 * of it would be paid back and nothing was checked: that is no handover. */
enum reason pickup_rest(const struct order *o, struct pickup_line *done, enum rest rest,
			const struct pickup_policy *p);

/* May it be handed over? `done` has an entry for each line of the order. */
struct handover_facts {
	const struct order *order;
	const struct pickup_line *done;
	int64_t seen_rev;     /* the rev whose lines the clerk has seen */
	bool parcels_checked; /* every parcel's label was scanned */
	bool isolated;
	bool isolated_approved;
	bool age_checked; /* somebody looked at the collector and said yes */
};
enum reason pickup_handover(const struct handover_facts *f, const struct pickup_policy *p);

/* Deposits of what is short are short as well; say it whenever shorts of goods have changed. */
void pickup_deposits(const struct order *o, struct pickup_line *done);
/* Pieces of a line that the customer gets and pays: of goods those that leave, of all else what is
 * not short. */
int64_t pickup_sold(const struct order_line *line, struct pickup_line done);

/* How many of a line leave the shop now. */
int64_t pickup_leaves(const struct order_line *line, struct pickup_line done);
/* Reserved, tried and not bought: may it end so? FORBIDDEN: it was bought; OVERPAID: what was paid
 * goes back first; NOT_READY: some of it was taken. */
enum reason pickup_leave(const struct order *o);
/* Is nothing left for another time? */
bool pickup_all_done(const struct order *o, const struct pickup_line *done);

/* Who collects. A proxy has a name; where the customer named some beforehand, it is one of them, or
 * a supervisor vouches. */
enum collector { COLLECTOR_SELF, COLLECTOR_PROXY, COLLECTOR_COURIER };
/* Absent: self, or the courier of an order that is sent. -EINVAL */
int collector_of(struct json word, bool ships, enum collector *ret_collector);
const char *collector_name(enum collector c);
/* BAD_REQUEST: no name; APPROVAL_NEEDED: not one who was named. `proxies`: of the order. */
enum reason collector_verdict(enum collector c, const char *name, struct json proxies,
			      bool vouched);

#endif
