// SPDX-License-Identifier: Apache-2.0
/*
 * The ledger: taking a lane's events (INTERFACES section 4, "Up").
 *
 * Per (store, lane, epoch) events are taken strictly in order, each once. Taken means: its exact
 * text, what it does to records, and the new `upto` are in one transaction; the acknowledgement
 * is posted for after it. A gap or a repeat is answered with the last number taken. An event
 * whose `prev` is not the hash of the one before (or a known number with another text) is a
 * fork: two databases write as one lane. It is refused, nothing after it is taken, and a person
 * is told. An event that can be placed but not understood is taken, kept, and named in `reject`.
 */
#ifndef LADA_SYNC_HQ_LEDGER_H
#define LADA_SYNC_HQ_LEDGER_H

#include "sync/hq/hq.h"

/* `root` is the JSON of a message on P/STORE/LANE/up. Leaves the transaction open. */
void ledger_up(struct hq *hq, const char *store, const char *lane, struct json root);
/* A lane says that its events of `epoch` are acknowledged up to `acked`. When this file has fewer
 * (it was restored from a copy) the lane is told where it stands, and sends them again: true. */
bool ledger_remind(struct hq *hq, const char *store, const char *lane, int64_t epoch,
		   int64_t acked);
/* The newest epoch's acknowledgement, for a lane that speaks under an older one: an older copy of
 * its database, which then goes on under an epoch above. */
void ledger_tell_newest(struct hq *hq, const char *store, const char *lane);
/* Of a file that was restored from a copy: the same for the lane's epochs before this one, of
 * which its state says nothing. */
void ledger_remind_older(struct hq *hq, const char *store, const char *lane, int64_t epoch);

#endif
