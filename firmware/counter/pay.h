// SPDX-License-Identifier: Apache-2.0
/*
 * The rules of paying at a pickup: what is still due, by what it may be paid, what goes back.
 * INTERFACES section 8. Pure; amounts are grosze.
 */
#ifndef LADA_COUNTER_PAY_H
#define LADA_COUNTER_PAY_H

#include "firmware/counter/order.h"
#include "firmware/counter/pickup.h"
#include "firmware/counter/reason.h"
#include "firmware/counter/shift.h"

#define PAY_TENDERS_MAX	  8
#define PAY_BUSINESS_CASH 1500000 /* a business pays more than this through its bank */

/* Policies `pickup` and `fiscal`, with the defaults of the contract where HQ said nothing. */
struct pay_policy {
	bool external; /* paid and receipted at the shop's till */
	bool ref;      /* what a terminal took needs its confirmation number */
	int tender_count;
	char tender[PAY_TENDERS_MAX][TILL_TENDER_MAX];
};
void pay_policy_tenders(struct json pickup, struct pay_policy *p);
void pay_policy_fiscal(struct json fiscal, struct pay_policy *p);

/* Still to pay, if what is missing now is not handed over: missing pieces are paid by nobody, and
 * only what is above that goes back. */
int64_t pay_due(const struct order *o, const struct pickup_line *done);
/* Money that was taken at a till and not given back. */
int64_t pay_at_till(const struct order *o);
/* Nothing is due, and HQ wants a receipt of the shop's till all the same (fiscal.where `till`). */
bool pay_receipt_only(const struct order *o, const struct pickup_line *done);
/* What a receipt of the whole order says. */
int64_t pay_receipt_total(const struct order *o, const struct pickup_line *done);

struct pay_facts {
	const struct order *order;
	int64_t due;
	const char *tender;
	int64_t amount;
	int64_t given; /* what the customer laid down, -1 not said */
	bool ref;      /* the terminal's confirmation number is there */
	struct till_facts till;
	int payments; /* the order's, those that went back too */
};
struct pay_sum {
	int64_t amount, change;
};
/* `ret_sum` is written on REASON_NONE only. */
enum reason pay_verdict(const struct pay_facts *f, const struct pay_policy *p,
			struct pay_sum *ret_sum);

struct reverse_facts {
	bool known;	 /* the payment is one that this store took */
	bool taken_back; /* already */
	bool part_back;	 /* some of it was paid back, for goods that came back or were missing */
	bool gone;	 /* all of the order was handed over */
	bool drawer;	 /* it lies in a drawer of the store */
	int64_t amount;
	bool approved;
	struct till_facts till;
};
enum reason pay_reverse_verdict(const struct reverse_facts *f);

struct fiscal_facts {
	const struct order *order;
	int64_t due;
	bool receipt_only;
	int64_t receipt_total;
	int64_t total;	    /* as the receipt says */
	struct slice nip;   /* as typed, n = 0 none */
	struct slice buyer; /* the order's own */
	int payments;	    /* the order's, those that went back too */
	bool used;	    /* another order has this receipt, and it is of today */
};
enum reason pay_fiscal_verdict(const struct fiscal_facts *f, const struct pay_policy *p);

/* May a refund for goods that came back be paid out here? Cash from the drawer, cards and BLIK by
 * the terminal; all else is HQ's to pay. */
enum reason pay_refund_verdict(const struct till_facts *till, const char *tender, int64_t amount);

#endif
