// SPDX-License-Identifier: Apache-2.0
/*
 * The rules of what is offered to a customer at an open pickup, pure: which offers of policy
 * `offers` they get, and which products go with what they collect. Prices are grosze, times wall
 * milliseconds, times of day minutes in the shop's zone.
 *
 * Nobody is pressed: so many offers a contact, none that this customer has had lately in any
 * channel, none they have declined, and without their consent only what is for everybody.
 */
#ifndef LADA_COUNTER_OFFERS_H
#define LADA_COUNTER_OFFERS_H

#include "firmware/base/json.h"
#include "firmware/base/money.h"
#include "firmware/counter/pickup.h"

#define OFFERS_MAX	   64 /* of the policy; what stands behind them is not looked at */
#define OFFER_SKUS_MAX	   8  /* of one offer: the first that can be had is offered */
#define OFFERS_CONTACT_MAX 4
#define SUGGESTED_MAX	   3 /* products beside the offers */

/* ---- policy `offers` ---- */

enum offer_then { OFFER_REMIND, OFFER_PRINT }; /* when it is taken */

struct offers_policy {
	int64_t most;	       /* in one contact, at most OFFERS_CONTACT_MAX */
	int64_t days;	       /* in which a customer does not get the same one again */
	int64_t declined_days; /* the same, where they said no */
	struct json quiet;     /* {"from","until"}: nothing personal is offered */
	bool suggest;	       /* products that go with those of the order are for everybody */
	struct json list;
};
struct offers_policy offers_policy_read(struct json offers);

struct offer {
	char id[ID_MAX + 1];
	struct json sku;  /* one, or several in order of preference; NONE: a service */
	struct json text; /* by language */
	struct json category, skus, tier,
		weekdays;	       /* one of these: in the order, of the member … */
	int64_t from;		       /* worth of the order */
	int minute_from, minute_until; /* of the day; -1 any */
	int64_t from_ms, until_ms;     /* 0 any */
	bool member;		       /* for members only */
	bool in_stock;		       /* only what is here */
	int64_t not_bought_days;
	bool everybody;	       /* not personal: no consent is needed */
	char consent[32];      /* the purpose that must be given */
	int64_t price, points; /* -1 not said */
	enum offer_then then;
};
/* False: it has no id or no text, or says a condition that cannot be read. */
bool offer_read(struct json entry, struct offer *ret_offer);

/* ---- who is there ---- */

struct offer_customer {
	bool known; /* there is an id: what they had is remembered */
	bool member;
	struct json tier, consents; /* of the member's record */
	bool elsewhere;		    /* they prefer to hear of offers in another channel */
	int64_t quiet_until_ms;	    /* what they asked for, 0 nothing */
};
/* The same offer to the same customer, last, in any channel; 0 never. */
struct offer_had {
	int64_t at_ms;
	bool declined;
};
/* The order, as far as it matters; by index of what it holds. */
struct offer_basket {
	int count;
	const char (*sku)[ID_MAX + 1];
	const char (*category)[CATEGORY_MAX]; /* "" none */
	int64_t worth;
};
struct offer_time {
	int64_t now_ms;
	int weekday, minute; /* 0 = Sunday */
};

enum offer_no {
	OFFER_FITS,
	OFFER_NOT_NOW,	/* other day or hour, not begun, over */
	OFFER_NOT_THIS, /* the order has not what it goes with, or is worth too little */
	OFFER_NOT_WHO,	/* no member, another tier */
	OFFER_NO_CONSENT,
	OFFER_ELSEWHERE, /* another channel is preferred */
	OFFER_QUIET,
	OFFER_HAD,
	OFFER_DECLINED,
};
enum offer_no offer_decide(const struct offers_policy *p, const struct offer *o,
			   const struct offer_customer *c, const struct offer_basket *b,
			   const struct offer_had *had, const struct offer_time *t);

/* ---- a product that may be offered ---- */

struct offer_product {
	bool known;   /* in the catalogue */
	bool blocked; /* recalled */
	bool age;     /* sold to adults only, and nobody has looked at this one's age */
	bool in_order;
	int64_t bought_ms; /* by this customer, last; 0 not that anybody knows */
	bool stock_known;
	int64_t available;
};
/* `in_stock`, `not_bought_days`: of the offer. */
bool offer_product_fits(const struct offer_product *p, bool in_stock, int64_t not_bought_days,
			int64_t now_ms);

#endif
