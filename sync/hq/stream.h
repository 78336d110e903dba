// SPDX-License-Identifier: Apache-2.0
/*
 * Streams: HQ's records, their numbering, and the log of numbered messages.
 *
 * A change goes in with record_put() and the like, which only write the record down and mark it
 * as touched. stream_flush(), once before the commit, turns all touched records of a store's
 * stream into numbered messages in the log, each with `upto` where the stream has one. So what
 * one transaction did stands in one message wherever it fits. stream_announce(), after the
 * commit, posts what has not been published yet.
 *
 * HQ never numbers a message without ops: `"ops":[]` always means "nothing is missing".
 */
#ifndef LADA_SYNC_HQ_STREAM_H
#define LADA_SYNC_HQ_STREAM_H

#include "sync/hq/hq.h"

struct stream_kind {
	const char *name; /* as on the topic: "orders" */
	const char *type; /* of its records: "order" */
	bool has_upto;
};
#define STREAM_KINDS 6
extern const struct stream_kind stream_kinds[STREAM_KINDS];
/* NULL when there is none of that name or type. */
const struct stream_kind *stream_by_name(const char *name);
const struct stream_kind *stream_by_type(const char *type);

struct stream_state {
	int64_t epoch, head, count;
	uint64_t sum;
};
/* Where a store's stream stands; begins its numbering when there is none yet. */
struct stream_state stream_open(struct hq *hq, const char *store, const struct stream_kind *kind);
/* The same for whoever will write to it: on PostgreSQL others now wait for this transaction. */
void stream_hold(struct hq *hq, const char *store, const struct stream_kind *kind);
/* Begins a new numbering: used when a station has seen numbers this file has not (it was
 * restored). The epoch rises above `seen`. */
void stream_renumber(struct hq *hq, const char *store, const struct stream_kind *kind,
		     int64_t seen);

struct record {
	char store[ID_MAX + 1];
	int64_t rev;
	bool live;	   /* not deleted */
	struct slice body; /* in hq->body; n = 0 when deleted */
};
/* False when there is no such record, deleted or not. */
bool record_find(struct hq *hq, const char *store, const struct stream_kind *kind, const char *id,
		 struct record *ret_record);
/* The live record of this store, or else of any store. */
bool record_find_anywhere(struct hq *hq, const char *store, const struct stream_kind *kind,
			  const char *id, struct record *ret_record);
/* The store behind this one ("" to begin) that has a live record of this id. */
bool record_next_holder(struct hq *hq, const struct stream_kind *kind, const char *id,
			char store[ID_MAX + 1]);
/* Several stores have one. */
bool record_is_ambiguous(struct hq *hq, const struct stream_kind *kind, const char *id);
void record_put(struct hq *hq, const char *store, const struct stream_kind *kind, const char *id,
		int64_t rev, struct slice body);
void record_delete(struct hq *hq, const char *store, const struct stream_kind *kind, const char *id,
		   int64_t rev);
/* Says the record again as it is, so that its stream carries the new `upto`. */
void record_touch(struct hq *hq, const char *store, const struct stream_kind *kind, const char *id);
/* Sends `op` (a JSON object) for the record instead of a plain put or del. Such an op stands
 * alone: call stream_flush() before and after. */
void record_say(struct hq *hq, const char *store, const struct stream_kind *kind, const char *id,
		struct slice op);

/* {"op":"put","type":…,"id":…,"rev":…,"body":…} as an array element. */
void op_put(struct buf *b, const struct stream_kind *kind, const char *id, int64_t rev,
	    struct slice body);
/* Writes member "upto" when the kind has one. */
void stream_write_upto(struct hq *hq, struct buf *b, const char *store,
		       const struct stream_kind *kind);

void stream_flush(struct hq *hq);
/* Posts log messages not yet published to their stores: of what this process numbered, or where
 * hq->news.all is set, because somebody else did, of all stores. `fresh`: forget what was published
 * and say only the last message of each stream, from which every station sees what it lacks. May
 * leave a transaction open. */
void stream_announce(struct hq *hq, bool fresh);
/* Only the last messages of stores of which nothing was published yet. */
void stream_announce_heads(struct hq *hq);

#endif
