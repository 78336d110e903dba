// SPDX-License-Identifier: Apache-2.0
/*
 * The window over the outbox: which rows are sent again, and when (INTERFACES section 4, "Up").
 *
 * A fresh batch goes out at once and is not this window's business, as long as HQ acknowledges.
 * A round sends again what HQ has not acknowledged, oldest first: it begins after reconnect, and
 * after 5 to 10 s in which rows wait and no new acknowledgement came. A round pulls one batch at
 * a time from the database (through the door) and stops while UP_WINDOW_MESSAGES of them are not
 * covered by an acknowledgement. A new round believes the old one's messages lost.
 *
 * Pure: no I/O, time and chance are given. Times are monotonic ms, rows are event seqs.
 */
#ifndef LADA_SYNC_UP_H
#define LADA_SYNC_UP_H

#include <stdbool.h>
#include <stdint.h>

#include "firmware/base/clock.h"

#define UP_WINDOW_MESSAGES 64
#define UP_PULL_MESSAGES                                                                           \
	16 /* at a time, and only when so many fit: a pull for each                                \
	    * acknowledgement would be a step for each */
#define UP_WINDOW_SERVED 8
#define UP_PULL_SERVED	 4
#define UP_RESEND_MIN_MS 5000
#define UP_RESEND_MAX_MS 10000
#define UP_NEVER_MS	 INT64_MAX

struct up {
	struct clock clock;
	int64_t epoch; /* whose rows go next; 0 = not told yet */
	int64_t acked; /* HQ has every row up to here */
	int64_t last;  /* the newest row of this epoch */
	int64_t next;  /* rows up to here have been sent in this round */
	bool served;   /* somebody is at the counter */
	bool linked;
	bool round;
	bool pulling; /* a pull is not answered yet */
	int64_t pull_epoch, pull_after;
	int64_t resend_at_ms; /* when a new round begins unless something is acknowledged */
	int64_t flight[UP_WINDOW_MESSAGES]; /* last row of each message sent again, rising */
	int in_flight;
	uint64_t rounds;
};

void up_init(struct up *u, const struct clock *clock);
/* The broker came (every row that waits is sent again) or went. */
void up_link(struct up *u, bool linked);
/* Where the outbox stands (OUT_ACKED). */
void up_acked(struct up *u, int64_t epoch, int64_t acked, int64_t last);
/* Is somebody at the counter? Then a few messages under way are enough: full speed takes the
 * processor from who waits for an answer. */
void up_served(struct up *u, bool served);
/* A fresh batch; `sent`: it was given to the broker. */
void up_fresh(struct up *u, int64_t epoch, int64_t first, int64_t last, bool sent);
/* The answer to a pull, or a part of it with `more` to come; true when it must be sent now.
 * first > last: nothing is there. */
bool up_batch(struct up *u, int64_t epoch, int64_t first, int64_t last, bool more);
/* What up_batch() let through could not be sent after all. */
void up_unsent(struct up *u, int64_t first);
/* Begins a round when one is due. True when a pull of the rows behind *ret_after should go out
 * now; it then counts as under way. `room`: the broker's client can take more. */
bool up_pull(struct up *u, bool room, int64_t *ret_epoch, int64_t *ret_after);
/* How many messages a pull is for. */
int up_pull_messages(const struct up *u);
/* That pull could not be made: it will be asked for again. */
void up_pull_failed(struct up *u);
/* When up_pull() may have something new to say though nothing happened. */
int64_t up_deadline_ms(const struct up *u);

#endif
