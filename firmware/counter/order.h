// SPDX-License-Identifier: Apache-2.0
/*
 * An order as a counter looks at it: HQ's record with this store's facts laid over it.
 *
 * order_read() takes the fields it knows from a record's body and checks them; the body's text
 * must outlive the order (texts are slices of it). order_load() (station.h) lays the facts over it.
 * Pure: no I/O, no heap. Amounts are grosze, qty pieces.
 */
#ifndef LADA_COUNTER_ORDER_H
#define LADA_COUNTER_ORDER_H

#include "firmware/base/json.h"
#include "firmware/base/money.h"
#include "firmware/base/text.h"

#define ORDER_LINES_MAX	       300
#define ORDER_PAYMENTS_MAX     32
#define ORDER_QTY_MAX	       100000
#define PRODUCT_NAME_MAX       128 /* bytes with the NUL; a longer one is called by its sku */
#define ORDER_LINE_ID_MAX      40  /* bytes of a line's id as JSON */
#define ORDER_SKU_MAX	       (ID_MAX + 2) /* the same of a sku, which goes into events as it came */
#define ORDER_PAYMENT_TEXT_MAX (2 * ID_MAX) /* and of a payment's id, and of its tender */

enum order_status {
	ORDER_STATUS_UNKNOWN, /* absent, or a word of a later version */
	ORDER_AWAITING_PAYMENT,
	ORDER_PLACED,
	ORDER_PICKING,
	ORDER_IN_TRANSIT,
	ORDER_READY,
	ORDER_PARTLY_COLLECTED,
	ORDER_COLLECTED,
	ORDER_RETURNED,
	ORDER_CANCELLED,
	ORDER_EXPIRED,
	ORDER_ON_HOLD,
};
const char *order_status_name(enum order_status s);
enum order_status order_status_of(struct json word);
enum order_status order_status_named(struct slice word);

/* Why pieces that are here were not handed over and were paid back. */
enum kept { KEPT_NOTHING, KEPT_AGE, KEPT_HOURS, KEPT_RECALLED };
const char *kept_name(enum kept k); /* "age", "hours", "recalled" */
enum kept kept_of(struct json word);

struct order_line {
	struct json json; /* all of it, for what only some rules look at */
	struct json id;	  /* number or string, as HQ wrote it */
	struct json sku, gtin, name;
	bool goods; /* something handed over: goods or gift_card */
	int64_t qty;
	int64_t paid; /* whole line, -1 unknown */
	int64_t handed, short_, returned;
	/* order_load() alone knows these: what this store has prepared. */
	int64_t picked;
	int64_t swapped;     /* pieces that are a substitute's */
	struct json swaps;   /* `[{gtin,sku,qty}]`, those */
	struct json missing; /* `{qty,then,reason}`: what could not be found and is still open */
	int64_t kept;	     /* of those that are short: here, and to go back to their place */
	enum kept kept_why;
	bool boxed;	   /* comes in a parcel, nobody picks it here */
	bool handed_known; /* HQ said how many */
	bool short_known;
	bool returned_known;
	int64_t age_min; /* 0 none */
};

struct order_payment {
	struct json id, tender;
	bool captured;
	bool online;
	int64_t amount, refunded;
};

struct order {
	struct slice id;
	int64_t rev;
	struct json body;
	enum order_status status;
	struct json number, store, shelf, parcels, customer, code_nonce, pin_hash;
	enum language language;		    /* the customer's */
	int64_t promised_ms, collect_by_ms; /* 0 unknown */
	struct json collected;
	bool ships;	    /* is sent from here: a courier takes it, its customer does not come */
	bool reservation;   /* nothing is sold yet: the customer tries it, and buys or does not */
	int64_t total, due; /* -1 unknown */
	int line_count;
	struct order_line lines[ORDER_LINES_MAX];
	int payment_count;
	struct order_payment payments[ORDER_PAYMENTS_MAX];
	bool receipted; /* the shop's till made a receipt; order_load() alone knows it */
};

/* NULL, or why the body is no order: "shape", "too_many_lines", "amounts_mismatch" … */
const char *order_read(struct slice id, int64_t rev, struct json body, struct order *ret_order);

/* Pieces of a line that can still be handed over. */
int64_t order_line_left(const struct order_line *line);
/* There are goods and all of them are handed over or short. What was returned had been handed
 * over before, so it does not count here. */
bool order_finished(const struct order *o);
/* Still to pay before handing over, without what is short; 0 when nothing or nothing known. */
int64_t order_due(const struct order *o);
/* What people call it: `number`, or its id. */
void order_number(const struct order *o, char *dst, size_t cap);
bool order_line_is_deposit(const struct order_line *line);
/* The goods a deposit belongs to: member `of`, the same sku, or the only goods there are; -1. */
int order_deposit_goods(const struct order *o, int deposit);
/* Pieces of a deposit that nobody owes any more when n more pieces of its goods are short. */
int64_t order_deposit_short(const struct order *o, int deposit, int64_t n);
/* The line with this id (exact JSON text), -1 none. */
int order_line_find(const struct order *o, struct slice id);

#endif
