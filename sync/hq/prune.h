// SPDX-License-Identifier: Apache-2.0
/*
 * Retention: what HQ need not keep for ever. Numbers and hashes of the last event taken stay, so
 * a lane's chain goes on; a repeat of an event that is gone is acknowledged like any other.
 * Beside a running serve it works in short transactions.
 */
#ifndef LADA_SYNC_HQ_PRUNE_H
#define LADA_SYNC_HQ_PRUNE_H

#include "sync/hq/hq.h"

#define PRUNE_ROWS 2000 /* a transaction */
/* However few days are wanted: an ask for points is repeated for seconds, and they are set aside
 * for a quarter of an hour (points.h), so after this no ask comes whose answer must be the same. */
#define PRUNE_GRANTS_S 86400

struct prune_wanted {
	int64_t events_days;  /* events, finished commands and grants older than this; -1 none */
	int64_t persons_days; /* personal parts of events; -1 none */
	int64_t log_keep;     /* messages to keep of each stream; -1 all */
};

struct prune_counts {
	int64_t events, persons, messages, commands, grants;
};

/* 0 or -EIO; what was done until then stays done. */
int prune(struct hq *hq, const struct prune_wanted *wanted, struct prune_counts *ret_counts);

#endif
