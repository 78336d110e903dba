// SPDX-License-Identifier: Apache-2.0
/*
 * When to try the broker again: exponential with full jitter, so that the shops of a chain do
 * not come back all at once, and never more than RETRY_MAX_MS.
 *
 * A connection that lived less than RETRY_STABLE_MS does not reset the waiting. Several of those
 * in a row, without an attempt between that failed by itself, mean that somebody else uses our
 * client id (the broker then throws each of the two out in turn): from then on every wait is long,
 * and the operator is told.
 *
 * A broker that is asked by a whole chain at once answers late. Who gives up then and asks again
 * makes it worse, so each failed attempt gives the next one more time.
 */
#ifndef LADA_SYNC_RETRY_H
#define LADA_SYNC_RETRY_H

#include <stdbool.h>
#include <stdint.h>

#include "firmware/base/clock.h"

#define RETRY_FIRST_MS	  1000
#define RETRY_MAX_MS	  15000
#define RETRY_STABLE_MS	  20000
#define RETRY_TAKEN_MS	  10000 /* least wait when our name seems to be taken */
#define RETRY_TAKEN_LIVES 3

#define RETRY_PATIENCE_MS     10000 /* from the socket to the granted subscriptions, at first */
#define RETRY_PATIENCE_MAX_MS 40000

struct retry {
	int failures;
	int short_lives;
	int64_t up_since_ms; /* -1: not connected */
};

void retry_init(struct retry *r);
void retry_connected(struct retry *r, const struct clock *clock);
/* An attempt failed or a connection ended; returns the ms to wait before the next attempt. */
int64_t retry_lost(struct retry *r, const struct clock *clock);
/* How long the attempt that begins now may wait for the broker's answers. */
int64_t retry_patience(const struct retry *r);
/* Has the connection there is lasted? */
bool retry_stable(const struct retry *r, const struct clock *clock);
/* Does somebody else seem to use our client id? */
bool retry_taken(const struct retry *r);

#endif
