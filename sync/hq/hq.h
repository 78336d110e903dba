// SPDX-License-Identifier: Apache-2.0
/*
 * What all parts of HQ share while it works on one file: the database, the clock, room for one
 * message, and the post that leaves after the commit.
 *
 * The order of things is always: db_begin, read and write, stream_flush, db_commit, and only
 * then does the post go to the broker.
 */
#ifndef LADA_SYNC_HQ_HQ_H
#define LADA_SYNC_HQ_HQ_H

#include "firmware/base/clock.h"
#include "firmware/base/json.h"
#include "firmware/base/text.h"
#include "sync/hq/hq_db.h"
#include "sync/hq/post.h"

#define HQ_MESSAGE_MAX (1024 * 1024) /* of any kind, bytes; larger ones are dropped */
#define HQ_BODY_MAX    (128 * 1024)  /* one record, as it is taken in */
#define HQ_ROOM_MAX    (160 * 1024)  /* and with what stores do to it */
#ifndef HQ_OPS_MAX /* the fault simulation wants small ones */
#define HQ_OPS_MAX     (32 * 1024)   /* ops of a message, unless one op alone is larger */
#define HQ_PART_MAX    (256 * 1024)  /* a part of a snapshot */
#endif
#define HQ_REPLAY_MAX  64	     /* messages an ask */
#define HQ_LOG_KEEP    10000	     /* messages kept of each stream */
#define HQ_REV_MAX     INT64_C(9007199254740991) /* what JavaScript can count to */

struct lease;
struct quota;

#define HQ_NEWS_MAX 64

/* Streams that got messages since they were last announced; what does not fit is `all`. */
struct hq_news {
	struct hq_news_stream {
		char store[ID_MAX + 1], stream[16];
	} stream[HQ_NEWS_MAX];
	int count;
	bool all;
};

struct hq {
	struct hq_db db;
	struct lease *lease; /* of a serve among several; NULL: every store is ours */
	int64_t held;	     /* the transaction that holds the stream below (stream_hold()) */
	char held_stream[2 * ID_MAX + 2];
	int64_t flush; /* how many stream_flush() there were */
	bool logged;   /* a message was numbered since the owner last looked */
	struct hq_news news;
	struct clock clock;
	struct post post;
	struct buf ops;		  /* ops of the message being written */
	struct buf message;	  /* the message */
	struct buf body;	  /* a record's body as it was read */
	struct buf edited;	  /* and as it will be */
	struct buf lines;	  /* a piece of it on the way */
	int64_t commands_said_ms; /* monotonic; 0 = not yet */
	struct quota *quota;	  /* per lane, of asks; made when the first comes */
	const char *blobs;	  /* directory of update files, NULL none */
};

/* 0 or negative errno, with *ret_what. hq_close() frees what hq_open() made. */
int hq_open(struct hq *hq, const char *path, bool create, const char **ret_what);
void hq_close(struct hq *hq);

int64_t hq_now_s(const struct hq *hq);
void hq_now_text(const struct hq *hq, char dst[TIME_TEXT_MAX]);

/* Something a person should look at: one row per (store, lane, kind), counted, and a log line
 * when it is new or was quiet for ten minutes. `detail` is a few words. */
void hq_alarm(struct hq *hq, const char *store, const char *lane, const char *kind,
	      const char *detail);

#endif
