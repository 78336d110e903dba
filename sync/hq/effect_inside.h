// SPDX-License-Identifier: Apache-2.0
/*
 * What the effects on orders share: the order an event is about, and its lines with new counts.
 * Only effect*.c see it.
 */
#ifndef LADA_SYNC_HQ_EFFECT_INSIDE_H
#define LADA_SYNC_HQ_EFFECT_INSIDE_H

#include "sync/hq/edit.h"
#include "sync/hq/effect.h"
#include "sync/hq/stream.h"

/* An order as HQ has it, to be changed. */
struct effect_order {
	char id[ID_MAX + 1];
	char holder[ID_MAX + 1]; /* whose order it is, also of one HQ does not have */
	struct record record;
	struct json root;
};
/* The order the event names: the store's own, or one recorded at another for this store. -EINVAL:
 * it names none; -ENOENT: HQ has no such record, id and holder are set all the same. */
int effect_open(const struct happening *h, struct effect_order *o);
/* The same of what the customer brings back, which may be another store's. */
int effect_open_sold(const struct happening *h, struct effect_order *o);
/* Answers for one of these that failed. */
const char *effect_not_open(int err);
const char *effect_save(const struct happening *h, const struct effect_order *o,
			const struct change *changes, size_t count);

struct effect_counts {
	struct slice line; /* its id, JSON text */
	int64_t qty, picked, handed, short_, returned;
	int64_t given;	 /* pieces this event gave away, and of them those */
	int64_t surplus; /* that were gone already */
};
/* Adds what the event says about one line; `told` is its element for that line or NONE. */
typedef void effect_add(const struct happening *h, const struct effect_order *o, struct json told,
			struct effect_counts *c);
struct effect_outcome {
	int64_t left; /* goods not yet handed over nor short */
	int64_t kept; /* goods handed over and not returned */
	int64_t back; /* goods that came back */
	int64_t given, surplus;
};
/* Writes the order's new `lines` into hq->lines; n = 0 when it has none or they do not fit. */
struct slice effect_lines(const struct happening *h, const struct effect_order *o, effect_add *add,
			  struct effect_outcome *ret_outcome);

/* A number of the contract's size; anything else is 0, so that sums cannot run over. */
int64_t effect_count(struct json obj, const char *name, int64_t otherwise);
int64_t effect_at_most(int64_t n, int64_t max);

/* Writes the order's `payments` with what these legs ([{payment,amount}]) paid back, and keeps it
 * as a fact; n = 0 when there is nothing to write. Alarms what is above a payment's amount. */
struct slice effect_refunds(const struct happening *h, const struct effect_order *o,
			    struct json legs, struct buf *out);
/* The fact alone, of an order HQ does not have (yet). */
void effect_refund_note(const struct happening *h, const struct effect_order *o, struct json legs);
/* A payment as `changes` make it of what it was, with what was paid back of it by then. */
void effect_write_payment(const struct happening *h, const struct effect_order *o, struct buf *out,
			  struct json was, const struct change *changes, size_t count);
/* A payment with so much of it paid back in all. */
void effect_write_refunded(struct buf *out, struct json payment, int64_t refunded);

/* Writes `totals` with `amount` moved from due to paid (back, when negative). */
struct slice effect_totals(struct json totals, int64_t amount, struct buf *out);

#endif
