// SPDX-License-Identifier: Apache-2.0
/*
 * `lada-hq serve`: the loop that joins the database and the broker. Each turn takes what came,
 * commits it (at once, or store by store: intake.h), and only then lets the post out. What another program has put into the
 * database is noticed and published. A transaction that could not be done is done again from the
 * inbox; while the database is away nothing is answered or acknowledged.
 */
#ifndef LADA_SYNC_HQ_SERVE_H
#define LADA_SYNC_HQ_SERVE_H

#include "sync/hq/hq.h"
#include "sync/hq/link.h"

#define SERVE_POLL_MS	   200
#define SERVE_BEAT_MS	   5000
#define SERVE_TICK_MS	   1000
#define SERVE_TIDY_MS	   600000
#define SERVE_PAUSE_MAX_MS 5000 /* between two tries to reach the database */

/* Until SIGINT or SIGTERM: 0. -EBUSY: already served; -EIO: the database failed. */
int serve(struct hq *hq, const struct link_options *opt);

#endif
