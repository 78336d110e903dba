// SPDX-License-Identifier: Apache-2.0
/*
 * Forgetting a customer: op `erase` of a member in a store's stream `loyalty`, and in HQ's own
 * tables the orders keep their figures without the person, the member and the timeline's entries
 * are deleted, what stands beside events about them goes. The log of the store's streams of people
 * begins anew, so a lane that is far behind takes a snapshot, which holds the tombstones too.
 * Lanes answer with event customer.erased.
 */
#ifndef LADA_SYNC_HQ_ERASE_H
#define LADA_SYNC_HQ_ERASE_H

#include <stdio.h>

#include "sync/hq/effect.h"
#include "sync/hq/stream.h"

/* In one store: `member` as given, with a rev of at least `rev`; within a transaction. NULL or what
 * is wrong. */
const char *erase_in(struct hq *hq, const char *store, const char *member, const char *customer,
		     int64_t rev, int64_t *ret_rev);
/* In every store HQ knows, a transaction each; how many. -ENOENT: it knows no store. */
int erase_everywhere(struct hq *hq, const char *customer, int *ret_stores);
/* Is the record, which somebody imports, of a customer who was erased in this store? */
bool erase_was(struct hq *hq, const char *store, const struct stream_kind *kind, struct json body);
/* An order without its person, into `out`. */
void erase_order(struct json body, struct buf *out);
/* Is the event about somebody who was erased? Then what stands beside it is not kept. */
bool erase_about(struct hq *hq, const char *store, struct json body);
const char *effect_customer_erased(const struct happening *h);
/* HQ keeps in the member's record what a customer said at a lane. */
const char *effect_consent_changed(const struct happening *h);
/* The tombstones of a store as ops behind a snapshot's records; `each` is called with hq->lines. */
void erase_ops(struct hq *hq, const char *store, void (*each)(void *ctx, struct slice op),
	       void *ctx);
/* Who was erased where, and which lanes have done it. */
int erase_list(struct hq *hq, bool json, FILE *out);

#endif
