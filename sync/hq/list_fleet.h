// SPDX-License-Identifier: Apache-2.0
/*
 * What `fleet` shows of one lane, put together for people and for programs alike.
 */
#ifndef LADA_SYNC_HQ_LIST_FLEET_H
#define LADA_SYNC_HQ_LIST_FLEET_H

#include "sync/hq/hq.h"

struct fleet_lane {
	char store[ID_MAX + 1], lane[ID_MAX + 1], version[ID_MAX + 1], seen_at[TIME_TEXT_MAX];
	bool online, isolated;
	int64_t outbox;
	int64_t epoch;			/* of its last state, 0 never heard */
	int64_t taken_epoch, taken_seq; /* its newest events HQ has */
	int64_t behind, behind_s;	/* events it wrote that HQ lacks, and since when */
	int64_t rejected;		/* events HQ would not act on */
	struct slice state;		/* its last state message, in hq->body */
};

/* How a lane's picture of a stream compares with HQ's, as of the lane's cursor. */
enum fleet_verdict { FLEET_EQUAL, FLEET_BEHIND, FLEET_DIFFERS };
const char *fleet_verdict_word(enum fleet_verdict v);

struct fleet_stream {
	char name[16];
	int64_t epoch, head, cursor_epoch, cursor;
	int64_t behind, behind_s; /* messages, and the age of the oldest it lacks */
	int64_t count, told_count;
	char sum[17], told_sum[17];
	enum fleet_verdict verdict;
};

struct db_stmt *fleet_lanes(struct hq *hq);
bool fleet_next_lane(struct hq *hq, struct db_stmt *q, struct fleet_lane *row);
struct db_stmt *fleet_streams(struct hq *hq, const struct fleet_lane *lane);
bool fleet_next_stream(struct hq *hq, struct db_stmt *q, struct fleet_stream *ret_stream);
struct db_stmt *
fleet_alarms(struct hq *hq); /* store, lane, kind, detail, times, first_at, last_at */
struct db_stmt *fleet_doubles(struct hq *hq); /* as in table `doubled`, newest first */

#endif
