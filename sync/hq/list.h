// SPDX-License-Identifier: Apache-2.0
/*
 * What HQ knows, for people and for programs: `fleet`, `events`, `orders`, `order get`.
 */
#ifndef LADA_SYNC_HQ_LIST_H
#define LADA_SYNC_HQ_LIST_H

#include <stdio.h>

#include "sync/hq/hq.h"

/* All print to `out`; 0, -EIO (the database), -ENOENT (no such order). */
int list_fleet(struct hq *hq, bool json, FILE *out);
int list_orders(struct hq *hq, const char *store, bool json, FILE *out);
int list_order(struct hq *hq, const char *store, const char *id, FILE *out);

struct events_wanted {
	int64_t after;	   /* global numbers above this one */
	const char *store; /* these three or NULL */
	const char *lane;
	const char *type;
	const char *since; /* taken from then on: RFC 3339 in UTC as time_format() writes, "" all */
	bool json;
	bool follow; /* wait for more, for ever */
};
int list_events(struct hq *hq, const struct events_wanted *wanted, FILE *out);

#endif
