// SPDX-License-Identifier: Apache-2.0
/*
 * What a scanned or typed text is, by its look alone; whether such a thing exists is looked up
 * by the caller. Pure and table-like; the first kind that fits wins.
 */
#ifndef LADA_COUNTER_SCAN_H
#define LADA_COUNTER_SCAN_H

#include "firmware/base/text.h"
#include "firmware/counter/barcode.h"

enum scan_kind {
	SCAN_NOTHING,	/* empty, control characters, not UTF-8, or a code that breaks its rules */
	SCAN_PICKUP,	/* L1.… alone or behind a '#' */
	SCAN_SLIP,	/* LR.ORDER.DOC */
	SCAN_BADGE,	/* LB.STAFF.TOKEN */
	SCAN_SHELF,	/* LH.SHELF */
	SCAN_PARCEL,	/* LP.ORDER.N: the whole text is the label */
	SCAN_MEMBER,	/* LM.CARD */
	SCAN_GTIN,	/* a product: `code` says which, and what else its label said */
	SCAN_SSCC,	/* a parcel's or pallet's number: code.sscc */
	SCAN_CUSTOMER,	/* a customer's number: code.customer */
	SCAN_PIN,	/* six digits: a typed code where one was asked for */
	SCAN_CARD_LIKE, /* looks like a payment card; refused unless known as something else */
	SCAN_TEXT,	/* anything else: an order's id or number, or unknown */
};

struct scan {
	enum scan_kind kind;
	struct slice text;   /* all of it */
	struct slice first;  /* ORDER, STAFF, SHELF, CARD */
	struct slice second; /* DOC, TOKEN, N */
	struct barcode code; /* GTIN, SSCC, CUSTOMER: facts; NOTHING: what is wrong with it */
};

void scan_read(struct slice text, enum symbology symbology, const struct barcode_rules *rules,
	       struct scan *ret_scan);
#endif
