// SPDX-License-Identifier: Apache-2.0
/*
 * Stock: what there is of a product here and elsewhere, and what people do about it (adjusting,
 * deliveries, counts, orders begun at the kiosk). The rules are in counter/stock.h. HQ counts by
 * `stock.changed` only; what was told and is not in HQ's figure lies over it. On the step thread,
 * inside a step's transaction.
 */
#ifndef LADA_FIRMWARE_STOCK_H
#define LADA_FIRMWARE_STOCK_H

#include "firmware/counter/stock.h"
#include "firmware/desk.h"

extern const struct verb stock_verbs[];	   /* adjusting */
extern const struct verb counting_verbs[]; /* counts and deliveries */
extern const struct verb draft_verbs[];

/* ---- stock.c ---- */

struct stock_figures {
	bool known; /* HQ says how many, or a lane told a change */
	int64_t on_hand, reserved, aside, available;
};
/* Loads orders into st->order, which is then whichever. */
struct stock_figures stock_figures(struct station *st, const char *sku);
/* The first of them alone, and it leaves st->order as it is. */
int64_t stock_on_hand(struct station *st, const char *sku, bool *ret_known);
struct stock_policy stock_policy_now(struct station *st);
/* A product by its sku, or by a code of it. */
bool stock_product(struct station *st, const char *text, char ret_sku[ID_MAX + 1]);
/* Event stock.changed, and what it changes here. `more`: further members, JSON text or "". */
void stock_change(struct station *st, const struct call *c, const char *sku, int64_t delta,
		  const char *why, const char *more);
/* Members of a product's document: figures, and who else has it. `staff`: all of them. */
void stock_document(struct station *st, struct buf *b, const char *sku,
		    const struct stock_figures *f, bool staff);
/* Is this store one of the chain's, by policy `stores` or because it has this product, and another
 * one than this? */
bool stock_store_known(struct station *st, const char *sku, const char *store);
void stock_store_name(struct station *st, const char *store, char *dst, size_t cap);

/* ---- counting.c: mode `count` ---- */

/* False: not in this mode, or the same in every mode; nothing was answered. */
bool count_scan(struct station *st, const struct call *c, const struct scan *s);
/* Members `count` and `counted` of the counter's document. */
void count_document(struct station *st, struct buf *b);

/* ---- drafts.c ---- */

/* Members `product` and `draft` of the customer's document, of a desk. */
void draft_document(struct station *st, struct buf *b, const struct desk_state *desk, bool kiosk);

#endif
