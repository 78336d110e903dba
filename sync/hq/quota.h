// SPDX-License-Identifier: Apache-2.0
/*
 * What one lane may ask in a while, so that it cannot starve the others: a bucket of asks and one
 * of answered bytes per lane, both refilled by the monotonic clock. An ask over the limit is not
 * answered; the lane asks again by itself. Bulk (streams, parts, blobs) also waits while much of
 * the post has not left; then lanes that had the least go first.
 *
 * The table has a fixed size. Where more lanes meet in one place of it than fit, the one with the
 * fullest buckets is forgotten, which costs it nothing.
 */
#ifndef LADA_SYNC_HQ_QUOTA_H
#define LADA_SYNC_HQ_QUOTA_H

#include "sync/hq/hq.h"

#define QUOTA_ASKS_MAX	  200 /* at once */
#define QUOTA_ASKS_PER_S  50
#define QUOTA_BYTES_MAX	  (INT64_C(128) << 20) /* at once */
#define QUOTA_BYTES_PER_S (INT64_C(32) << 20)
#define QUOTA_POST_EASY	  (8u << 20)  /* of the post: below it everyone gets bulk */
#define QUOTA_POST_FULL	  (48u << 20) /* above it nobody does */
#define QUOTA_ALARM_MS	  60000	      /* between two alarms of one lane */

/* May this lane be answered now? Takes one ask; alarms `asks_limited` when not. */
bool quota_ask(struct hq *hq, const char *store, const char *lane, bool bulk);
/* What the answer came to. */
void quota_answered(struct hq *hq, const char *store, const char *lane, size_t bytes);
void quota_free(struct hq *hq);

#endif
