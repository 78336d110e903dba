// SPDX-License-Identifier: Apache-2.0
/*
 * What a store's event does to HQ's records. An event that names an order, but changes nothing
 * about it here, still has the order said again, so that stations get the new `upto`.
 *
 * An order is the store's own, or one that another's record says this store holds; two stores may
 * use the same id. Only what is brought back may be another's, which the event names. A member may
 * be recorded under several stores, and the change goes to all of them.
 */
#ifndef LADA_SYNC_HQ_EFFECT_H
#define LADA_SYNC_HQ_EFFECT_H

#include "sync/hq/hq.h"

struct happening {
	struct hq *hq;
	const char *store, *lane; /* where it happened */
	int64_t epoch, seq;
	const char *type;
	struct json id;
	struct slice at; /* JSON text of the time */
	struct json body;
	struct json person; /* NONE: there is none, or it was purged */
	int64_t handover; /* of a pickup.completed: its number among the order's */
};

/* NULL, or the reason for which HQ cannot act on it (the event is then rejected, and nothing
 * has been changed). Records unknown to HQ are no reason. */
const char *effect_apply(const struct happening *h);

#endif
