// SPDX-License-Identifier: Apache-2.0
/*
 * Why the shop says no (or: what a person should know). Names are the contract's reason codes;
 * words for people are in words.h.
 */
#ifndef LADA_COUNTER_REASON_H
#define LADA_COUNTER_REASON_H

enum reason {
	REASON_NONE, /* yes */
	REASON_NOT_FOUND,
	REASON_WRONG_STORE,
	REASON_NOT_READY,
	REASON_EXPIRED,
	REASON_CANCELLED,
	REASON_ALREADY_COLLECTED,
	REASON_BEING_SERVED,
	REASON_BAD_SIGNATURE,
	REASON_UNKNOWN_KEY,
	REASON_CODE_EXPIRED,
	REASON_CODE_REPLACED,
	REASON_PIN_WRONG,
	REASON_PIN_LOCKED,
	REASON_PAYMENT_DUE,
	REASON_TENDER_REFUSED,
	REASON_FISCAL_NEEDED,
	REASON_ISOLATED,
	REASON_APPROVAL_NEEDED,
	REASON_SAME_PERSON,
	REASON_OWN_ORDER,
	REASON_ITEMS_UNCHECKED,
	REASON_ITEM_UNKNOWN,
	REASON_ITEM_SURPLUS,
	REASON_AGE_CHECK,
	REASON_RECALLED,
	REASON_NIP_WRONG,
	REASON_WINDOW_CLOSED,
	REASON_NOT_RETURNABLE,
	REASON_QUANTITY_EXCEEDED,
	REASON_ALREADY_RETURNED,
	REASON_NO_STAFF,
	REASON_FORBIDDEN,
	REASON_BAD_REQUEST,
	REASON_CARD_NUMBER_REFUSED,
	REASON_BUSY,
	REASON_TRAINING,
	/* Not in the contract's list; see ui/API.md "Codes we add". */
	REASON_ORDER_CHANGED,
	REASON_UNREADABLE,
	REASON_DRAWER,	       /* its printer cannot kick it now */
	REASON_REVOKED,	       /* the store does not list this lane any more */
	REASON_SHIFT_CLOSED,   /* cash moves within a shift */
	REASON_REASON_NEEDED,  /* policy wants to know why */
	REASON_SERIAL_NEEDED,  /* this product's serial numbers are kept */
	REASON_SALE_HOURS,     /* not sold at this hour in this town */
	REASON_OVERPAID,       /* more money than there is to pay */
	REASON_REF_NEEDED,     /* the terminal's confirmation number */
	REASON_DRAWER_SHORT,   /* so much cash is not in it */
	REASON_NO_SUBSTITUTE,  /* the customer wants no other product */
	REASON_CONSENT_NEEDED, /* the customer has to agree first */
	REASON_RECEIPT_USED,   /* this receipt stands with another order */
	REASON_WAITS_LONGER,   /* the order, than until the day that is asked for */
	REASON_KEY_REUSED,     /* a press, with the idempotency key of another */
	REASON_POINTS_SHORT,   /* the member has not so many (of the contract's list) */
	REASON_ALLOWANCE_SHORT, /* more than this lane may redeem while HQ is silent (likewise) */
	REASON_COUPON_REFUSED,	/* used, too late, or too little for it */
	REASON_RECOUNT,	       /* it is to be counted once more */
	REASON_SHIPS,	       /* it is sent to the customer: a courier takes it */
};
#define REASON_COUNT (REASON_SHIPS + 1)

const char *reason_code(enum reason r);

#endif
