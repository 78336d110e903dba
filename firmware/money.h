// SPDX-License-Identifier: Apache-2.0
/*
 * Money at the counter: payments for pickups and their reversal, receipts of the shop's fiscal
 * till, the shift and its drawer. Each is decided by a rule (counter/pay.h, counter/shift.h) and
 * written in one transaction with its event, its movement in the till and the kick of the drawer.
 * On the step thread, inside a step's transaction; amounts are grosze.
 */
#ifndef LADA_FIRMWARE_MONEY_H
#define LADA_FIRMWARE_MONEY_H

#include "firmware/counter/pay.h"
#include "firmware/desk.h"
#include "firmware/lanes.h"
#include "firmware/station.h"
#include "firmware/store/till.h"

/* ---- money.c ---- */

extern const struct verb money_verbs[]; /* ends with one without a name */

struct pay_policy money_policy_now(struct station *st); /* uses st->policy */
/* How the till stands; ret_shift (may be NULL) is written when a shift is open. */
struct till_facts money_till_now(struct station *st, struct shift_row *ret_shift);
/* Writes a movement into the open shift (or none). Money out is below zero. */
void money_book(struct station *st, const struct call *c, enum till_kind kind, const char *tender,
		int64_t amount, const char *id, const char *reason);
/* Member `shift` of an event, while one is open. */
void money_shift_write(struct station *st, struct buf *b);
/* Queues a kick, which is made after the commit; the job's number, 0 without a drawer. */
int64_t money_kick(struct station *st, const struct call *c, const char *reason);

/* For returns: may this be paid out here now? Ask before the return is decided. */
enum reason money_refund_check(struct station *st, const char *tender, int64_t amount);
/* Books it out of the shift and, for cash, kicks the drawer. Call it in the transaction that writes
 * return.accepted, by which HQ counts it: no event of its own. `reason`: the return's number. 0, or
 * -EPERM and nothing changed where money_refund_check() says no. */
int money_refund_out(struct station *st, const struct call *c, struct slice order,
		     const char *tender, int64_t amount, const char *reason);

/* A number or a text of people (a receipt's, a register's): false when it is neither, too long or
 * has control characters. */
bool money_arg_code(struct json v, char *dst, size_t cap);
/* How many payments the record of st->order has or will have, those that went back too. */
int money_payments(struct station *st);
/* Event payment.taken for st->order, and the store's own fact; fills in where and when. */
void money_tell_taken(struct station *st, const struct call *c, struct taken *t);
/* Refuses with the words that go with it: what is due, which tenders are taken. */
void money_refuse(struct station *st, const struct call *c, enum reason r, int64_t amount);

/* For the handover: `paid` and `shift` of pickup.completed; those payments are told from now on. */
void money_completed(struct station *st, struct buf *b);
/* A pickup was opened (st->order): the card for the shop's till, if something is due there. */
void money_opened(struct station *st, const struct call *c);

/* ---- money_document.c ---- */

/* Members of the open pickup (st->order, st->done): due, paid, payments, receipt … */
void money_pickup_document(struct station *st, struct buf *b);
/* Members of the counter's document: shift, tenders, payments whose orders are still here. */
void money_document(struct station *st, struct buf *b);

/* ---- fiscal.c ---- */

void verb_fiscal_record(struct station *st, const struct call *c, struct json args);
void verb_pickup_card(struct station *st, const struct call *c, struct json args);

/* ---- till_slips.c ---- */

/* Prints what is to be paid at the shop's till for st->order; the job's number, 0 no printer. */
int64_t till_slip_card(struct station *st, const struct call *c);
/* A shift's report, X or Z; uses st->doc. The job's number, 0 none. */
int64_t till_slip_shift(struct station *st, const struct call *c, const struct shift_row *shift,
			bool closed);

/* ---- shifts.c ---- */

extern const struct verb shift_verbs[]; /* ends with one without a name */

/* ---- effects_money.c: what siblings told, and what HQ says otherwise ---- */

void money_heard_taken(struct station *st, const struct origin *o, struct json body);
void money_heard_reversed(struct station *st, const struct origin *o, struct json body);
void money_heard_receipt(struct station *st, const struct origin *o, struct json body);
/* HQ's record as it stands in st->order, nothing laid over it: does it say otherwise than what
 * was paid here, having heard of it? */
void money_conflicts(struct station *st, struct slice order);

#endif
