// SPDX-License-Identifier: Apache-2.0
/*
 * The rules of points: what an order earns, what goes back of it, what a member may redeem, coupons
 * and missions. Pure. Points are whole numbers, amounts grosze.
 *
 * HQ's ledger is the truth. While HQ cannot be asked a lane redeems no more than HQ has set aside
 * for it (the lane's allowance in the member's record), so what all lanes together can spend too
 * much is known beforehand: the sum of the allowances.
 */
#ifndef LADA_COUNTER_LOYALTY_H
#define LADA_COUNTER_LOYALTY_H

#include "firmware/base/clock.h"
#include "firmware/counter/order.h"
#include "firmware/counter/pickup.h"
#include "firmware/counter/reason.h"
#include "firmware/counter/returns.h"

#define LOYALTY_POINTS_MAX INT64_C(1000000000) /* of one event, and of what policy may name */

/* ---- policy `loyalty` ---- */

struct loyalty_policy {
	int64_t earn_per, earn_points; /* so many points for so many grosze */
	int64_t point_value;	       /* grosze of a point that is redeemed */
};
/* With the contract's figures where HQ said nothing that may be; `tier` (a member's) may change
 * what is earned: member `tiers` `{"gold":{"earn_points":2}}`. */
struct loyalty_policy loyalty_policy_read(struct json policy, struct json tier);

/* ---- earning ---- */

/* Points for an amount, rounded down. */
int64_t loyalty_points(const struct loyalty_policy *p, int64_t amount);
/* A line that points are earned on: no deposit, and no gift card, which earns when it is spent. */
bool loyalty_line_counts(const struct order_line *l);
/* What was paid for all that the customer has been given, and for delivery and services once no
 * goods are left; with `done` (an entry a line) as after this handover. */
int64_t loyalty_worth(const struct order *o, const struct pickup_line *done);
/* What was paid by points: that earns none. */
int64_t loyalty_paid_by_points(const struct order *o);
/* What a handover earns: what the order is worth in points after it, less before it. `paid_before`:
 * of what was paid by points, the part before this handover. */
int64_t loyalty_earned(const struct order *o, const struct pickup_line *done,
		       const struct loyalty_policy *p, int64_t paid_before);

/* ---- taking back ---- */

/* Of `whole` the share of `part` in `of`, half up; all of it where nothing is left. So the shares
 * of any sequence of parts add up to the whole and never to more. */
int64_t loyalty_share(int64_t whole, int64_t of, int64_t part);
/* What came back, in grosze of what earned points: with `back` (may be NULL) as after this return.
 */
int64_t loyalty_returned_worth(const struct order *o, const struct return_line *back,
			       enum return_basis basis);
/* Of `earned` points those that go back with this return, `taken` before. */
int64_t loyalty_take_back(const struct order *o, const struct return_line *back,
			  enum return_basis basis, int64_t earned, int64_t taken);

/* ---- redeeming ---- */

enum redeem_way { REDEEM_ASK, REDEEM_ALLOWANCE }; /* HQ is asked; within this lane's allowance */
const char *redeem_way_name(enum redeem_way w);	  /* "grant", "allowance" */

struct redeem_facts {
	int64_t points;	   /* that are to be redeemed */
	int64_t due;	   /* grosze, without any points */
	int64_t balance;   /* HQ's figure with what lanes did since, as known here */
	int64_t allowance; /* HQ's for this lane, by the record as it stands here */
	int64_t spent;	   /* by this lane against it, and not in that record yet */
	bool record_sure;  /* no older copy of the database since which more may have been spent */
	bool reachable;	   /* HQ can be asked */
};
/* What of the allowance is left. */
int64_t redeem_allowance_left(const struct redeem_facts *f);
/* May it be, and how? BAD_REQUEST, OVERPAID, POINTS_SHORT, ALLOWANCE_SHORT. */
enum reason redeem_verdict(const struct redeem_facts *f, const struct loyalty_policy *p,
			   enum redeem_way *ret_way);
/* HQ has not answered in time. */
enum reason redeem_unanswered(const struct redeem_facts *f);
/* HQ has answered: so many points are set aside. */
enum reason redeem_answered(const struct redeem_facts *f, int64_t granted);
/* Of `chosen` points those that count for so much due: whole points, never more than is due. */
int64_t redeem_needed(int64_t chosen, int64_t due, const struct loyalty_policy *p);
/* The most that could be redeemed now. */
int64_t redeem_most(const struct redeem_facts *f, const struct loyalty_policy *p);

/* ---- coupons and missions ---- */

#define COUPON_CATEGORY_MAX CATEGORY_MAX
/* One of a member: `{"id","amount"|"points","from_total","category","until","once"}`; what it does
 * not say policy `loyalty` says under `coupons` by its id. */
struct coupon {
	char id[ID_MAX + 1];
	int64_t amount, points;		    /* one of them is above 0 */
	int64_t from_total;		    /* worth of what is handed over, at least */
	char category[COUPON_CATEGORY_MAX]; /* only goods of this one count, "" all */
	int64_t until_ms;		    /* 0: for ever */
	bool once;			    /* true where nothing is said */
	bool used;
};
/* False: this is no coupon that the rules know. */
bool coupon_read(struct json entry, struct json policy, struct coupon *ret_coupon);
/* `worth`: of the goods handed over now that count. COUPON_REFUSED: used, too late, or too little
 * for it. */
enum reason coupon_verdict(const struct coupon *c, int64_t worth, int64_t now_ms);

#define MISSION_NEEDS_MAX 8
#define MISSION_EVENT_MAX 24
/* One of policy `loyalty`: `{"id","needs":{"pickup":2,"review":1},"points","until"}`. */
struct mission {
	char id[ID_MAX + 1];
	int count;
	struct {
		char event[MISSION_EVENT_MAX];
		int64_t times;
	} needs[MISSION_NEEDS_MAX];
	int64_t points, until_ms;
};
bool mission_read(struct json entry, struct mission *ret_mission);
/* How often an event of it is wanted, 0: it is none of its. */
int64_t mission_wants(const struct mission *m, const char *event);
/* Is it complete? `state`: the member's own `{"id","done":{EVENT:n},"given"}` (may be absent);
 * `more[i]`: how often needs[i] happened beside that. */
bool mission_complete(const struct mission *m, struct json state, const int64_t *more,
		      int64_t now_ms);

#endif
