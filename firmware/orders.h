// SPDX-License-Identifier: Apache-2.0
/*
 * An order as it stands for this store: HQ's record with what the store did laid over it, and the
 * policies and products that are asked for beside it. On the step thread, inside a step's
 * transaction; what is handed out borrows the station's buffers until the same function is called
 * again.
 */
#ifndef LADA_FIRMWARE_ORDERS_H
#define LADA_FIRMWARE_ORDERS_H

#include "firmware/station.h"

/* Loads an order with facts laid over it into st->order; false when not known here. */
bool order_load(struct station *st, struct slice id);
/* By id, or by the number people use; the id in ret_id. */
bool order_named(struct station *st, struct slice text, char ret_id[ID_MAX + 1]);
struct json policy_get(struct station *st, const char *id); /* borrows st->policy */
struct pickup_policy pickup_policy_now(struct station *st);
/* What this shop's own barcodes mean, by policy `codes`, and this year. */
struct barcode_rules barcode_rules_now(struct station *st);
/* The product a barcode names; false when the catalogue has none. */
bool product_by_code(struct station *st, const struct barcode *b, char ret_sku[ID_MAX + 1]);
/* The line of st->order that a scanned product belongs to, -1 none, and how many pieces were
 * scanned. It may stand in two lines: the first that wants so many pieces, else the first. */
enum line_fit { LINE_OUT /* not this one */, LINE_FULL, LINE_WANTS };
int order_line_of_code(struct station *st, const struct barcode *b, bool substitutes,
		       enum line_fit (*fit)(const struct station *st, int line, int64_t pieces),
		       int64_t *ret_pieces);
/* What a product is called in that language, else in Polish, else its sku. */
void product_name(struct station *st, const char *sku, enum language l,
		  char ret_name[PRODUCT_NAME_MAX]);
/* What to know before it leaves (`hint` of its record, by language or one text); "" nothing. */
#define PRODUCT_HINT_MAX 256
void product_hint(struct station *st, const char *sku, enum language l,
		  char ret_hint[PRODUCT_HINT_MAX]);
/* How many pieces of it one of that barcode is in the catalogue: more than one for a pack. */
int64_t product_pack(struct station *st, const struct barcode *b, const char *sku);
/* Raised when HQ says otherwise than what this store did. */
void order_conflict_check(struct station *st, struct slice id);
/* Begins the event about a field of st->order (HQ's record alone); once per order, field, rev. */
bool order_conflict_begin(struct station *st, const char *field, struct buf *ret_b);
/* After a snapshot: compares some more facts with it. */
void order_conflicts_tick(struct station *st);
void order_changed(struct station *st, struct slice id);

#endif
