// SPDX-License-Identifier: Apache-2.0
/*
 * `lada-hq serve`: the loop that joins the file and the broker. Each turn takes what came, makes
 * one commit of it, and only then lets the post out. What another program has put into the file
 * is seen by PRAGMA data_version and published.
 */
#ifndef LADA_SYNC_HQ_SERVE_H
#define LADA_SYNC_HQ_SERVE_H

#include "sync/hq/hq.h"
#include "sync/hq/link.h"

#define SERVE_POLL_MS 200
#define SERVE_BEAT_MS 5000
#define SERVE_TICK_MS 1000

/* Until SIGINT or SIGTERM: 0. -EBUSY: already served; -EIO: the database failed. */
int serve(struct hq *hq, const struct link_options *opt);

#endif
