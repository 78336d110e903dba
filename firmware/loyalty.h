// SPDX-License-Identifier: Apache-2.0
/*
 * Members and their points at the counter: who is served, what a handover earns, what a return
 * takes back, points and coupons that count with the handover. The rules are counter/loyalty.h. On
 * the step thread, inside a step's transaction.
 *
 * What is chosen stands in the desk's work until the handover and is laid over the open order as a
 * payment. A grant that is asked of HQ ends in one of two events: `loyalty.redeemed` when it was
 * used, `loyalty.released` when it was not (cancelled, too old, answered too late or not at all),
 * so HQ never has to guess whether points it set aside are still to come.
 */
#ifndef LADA_FIRMWARE_LOYALTY_H
#define LADA_FIRMWARE_LOYALTY_H

#include "firmware/counter/loyalty.h"
#include "firmware/desk.h"
#include "firmware/refunds.h"
#include "firmware/lanes.h"
#include "firmware/returns.h"
#include "firmware/station.h"
#include "firmware/store/points.h"

extern const struct verb loyalty_verbs[]; /* ends with one without a name */

/* ---- for the other rooms ---- */

/* Member `member` of the counter's document: of the open pickup, or who was identified in idle. */
void loyalty_document(struct station *st, struct buf *b);
/* A scan that names a member; false: it does not. */
bool loyalty_scan(struct station *st, const struct call *c, const struct scan *s);
/* st->order and st->done are what this desk has open: what was chosen is laid over the order. */
void loyalty_lay(struct station *st, enum desk desk);
/* What is laid over st->order now, in grosze. */
int64_t loyalty_laid(const struct station *st);
/* Does a redemption wait for HQ at this desk? */
bool loyalty_waits(const struct station *st, enum desk desk);
void loyalty_answered(struct station *st, const struct door_down *d);
/* The desk's work ends without a handover: what was set aside is free again. */
void loyalty_forget(struct station *st, enum desk desk);
void loyalty_start(struct station *st); /* after a restart; before work is forgotten */
void loyalty_tick(struct station *st);
/* What another lane did to a member. */
void loyalty_effect(struct station *st, const struct origin *o, const char *type, struct json body);

/* What a handover did to its member's points. */
struct loyalty_sum {
	bool member; /* there is one */
	char id[ID_MAX + 1];
	int64_t paid_before; /* grosze of the order that were paid by points before */
	int64_t earned, balance;
};
/* Does what was chosen still hold? HQ may have lowered the allowance since. */
enum reason loyalty_verdict(struct station *st, enum desk desk);
/* Before pickup.completed: what was chosen is paid. */
void loyalty_pay(struct station *st, const struct call *c, struct loyalty_sum *ret_sum);
/* After it: points, coupons, missions. */
void loyalty_handed(struct station *st, const struct call *c, struct loyalty_sum *sum);

/* After return.accepted, before its facts are kept: what was earned goes back, and what was paid by
 * points comes back. `store`: who sold it. */
void loyalty_returned(struct station *st, const struct call *c, const struct return_work *w,
		      const struct return_legs *legs, const char *doc);
/* The same for what is missing: legs of points in a plan that refund_tell() has told. */
void loyalty_refunded(struct station *st, const struct call *c, const struct refund_plan *plan);
/* The member whose points a payment of st->order was; false: it was none, or nobody knows. */
bool loyalty_payer(struct station *st, const struct order_payment *p, char ret_member[ID_MAX + 1]);

/* ---- among its own files ---- */

/* A member as known here. Borrows st->member. */
struct member_view {
	char id[ID_MAX + 1];
	struct json body;
	int64_t balance; /* HQ's figure with what lanes did since */
	int64_t allowance, spent;
	struct loyalty_policy policy;
};
bool member_load(struct station *st, const char *id, struct member_view *ret_view);
/* Who the open order's points belong to: who was identified, else its customer, if a member. */
bool member_of_pickup(struct station *st, enum desk desk, char ret_member[ID_MAX + 1]);
bool member_of_customer(struct station *st, struct json customer, char ret_member[ID_MAX + 1]);

/* loyalty_redeem.c: points chosen at a desk. */
struct chosen {
	char member[ID_MAX + 1];
	int64_t points;
	enum redeem_way way;
	bool asking; /* HQ has not answered yet */
	char ask[ULID_TEXT_MAX], grant[ID_MAX + 1], payment[ULID_TEXT_MAX];
	int64_t at_ms;
	int64_t amount; /* of them those that count now, in grosze; loyalty_lay() */
};
bool chosen_load(struct station *st, enum desk desk, struct chosen *ret_chosen);
void chosen_drop(struct station *st, enum desk desk);
struct redeem_facts redeem_facts_now(struct station *st, enum desk desk,
				     const struct member_view *m, int64_t points);
void verb_loyalty_redeem(struct station *st, const struct call *c, struct json args);
/* Event loyalty.redeemed and its payment; nothing, and released, where none count any more. */
void chosen_pay(struct station *st, const struct call *c);

/* loyalty_coupons.c: a coupon chosen at a desk, and missions. */
struct coupon_choice {
	struct coupon coupon;
	char member[ID_MAX + 1], payment[ULID_TEXT_MAX];
	int64_t amount; /* that counts now */
};
bool coupon_load(struct station *st, enum desk desk, struct coupon_choice *ret_choice);
void coupon_drop(struct station *st, enum desk desk);
void coupons_document(struct station *st, const struct member_view *m, struct buf *b);
void coupon_pay(struct station *st, const struct call *c);
/* Points of the chosen coupon, and of missions that are complete now. */
int64_t coupon_points(struct station *st, const struct call *c, const struct member_view *m);
int64_t missions_count(struct station *st, const struct call *c, const char *member,
		       const char *event);
void verb_loyalty_coupon(struct station *st, const struct call *c, struct json args);

/* A change of a member's points that this lane told as event `seq`. */
void points_keep(struct station *st, const char *member, int64_t points, const char *note,
		 int64_t seq);
/* Facts of st->order: what HQ's record says and what this store did, by member; the larger counts.
 */
#define ORDER_MEMBERS_MAX 8
int order_points_all(struct station *st, struct order_points ret[ORDER_MEMBERS_MAX]);
/* Adds to one of them; what HQ's record alone has is kept here with it. */
void order_points_keep(struct station *st, const struct order_points *all,
		       const struct order_points *add);
/* Begins the event and writes what all of them have. */
struct buf points_event(struct station *st, const char *member, int64_t points);

#endif
