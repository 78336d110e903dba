// SPDX-License-Identifier: Apache-2.0
/*
 * Where messages from the broker come in: topic, size, signature and JSON are checked here, and
 * only here; what is wrong is dropped, counted as an alarm, and never stops anything.
 *
 * What came at a time is one transaction, for all stores. Where somebody else holds the rows of
 * one for long, they are taken store by store, and that one waits, alone: it is tried again ever
 * more rarely, and what it cannot keep comes again.
 */
#ifndef LADA_SYNC_HQ_INTAKE_H
#define LADA_SYNC_HQ_INTAKE_H

#include "sync/hq/hq.h"
#include "sync/hq/inbox.h"

#define INTAKE_HELD_MAX	    64	/* stores that wait at a time */
#define INTAKE_KEEP_MAX	    64	/* messages kept for each of them */
#define INTAKE_PATIENCE_MS  25	/* for a row, where a store is taken alone */
#define INTAKE_APART_MS	    250 /* spent at a time on taking them one by one; beats must go on */
#define INTAKE_APART_TURNS  8	/* before one for all is tried again */
#define INTAKE_PAUSE_MIN_MS 100
#define INTAKE_PAUSE_MAX_MS 3200
#define INTAKE_FORGET_MS    60000 /* a store that had nothing to say */

/* A store whose rows somebody else holds. */
struct intake_held {
	char store[ID_MAX + 1];
	int64_t next_ms, pause_ms;
};

struct intake {
	struct hq *hq;
	const char *prefix;
	struct buf scratch; /* FRAME_MESSAGE_MAX + FRAME_TOPIC_MAX, owned here */
	int apart;	    /* a transaction for all has failed: one by one, so many times more */
	struct intake_held held[INTAKE_HELD_MAX];
	int held_count;
};

int intake_init(struct intake *in, struct hq *hq, const char *prefix);
void intake_free(struct intake *in);
/* May leave a transaction open and letters in the post. */
void intake_message(struct intake *in, const char *topic, struct slice payload, bool retained);
/* Takes what is in `box`, each message out of it when it is committed; the post then has what is
 * to be said. 0 also where a store must wait; then, or when in->apart, call again soon. -EAGAIN:
 * nothing more can be taken now, and the post is not to go out; -EIO. */
int intake_take(struct intake *in, struct inbox *box);

#endif
