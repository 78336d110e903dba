// SPDX-License-Identifier: Apache-2.0
/*
 * An HQ that was put back as it was: a raw copy of its database (not an export, which begins new
 * epochs by itself). What the copy does not have, lanes know: they hold acknowledgements or
 * numbers that this database never gave. Since then it may have given some of those numbers and
 * revs again with other bodies, which no count or sum shows. So the streams such a lane follows
 * begin new epochs, and its older epochs' events are asked for again; each once in the life of
 * the database's connection, because lanes go on saying it until their events are here.
 *
 * What no lane can show, putback_renumber() mends when an operator asks for it.
 */
#ifndef LADA_SYNC_HQ_PUTBACK_H
#define LADA_SYNC_HQ_PUTBACK_H

#include "sync/hq/stream.h"

#define PUTBACK_EVENTS_AHEAD INT64_C(1000000) /* numbers of events and grants left free */
/* No clock is wrong by more than a century; a lane that says so would use up all epochs. */
#define PUTBACK_EPOCH_AHEAD_S INT64_C(3155760000)

/* Some lane of this store had seen what this database never said. */
void putback_suspect(struct hq *hq, const char *store);
/* A lane speaks; `knows` when its state has more than this database. Are the streams it follows
 * to be begun anew? */
bool putback_heard(struct hq *hq, const char *store, const char *lane, bool knows);
/* Begins this stream anew, once. */
void putback_stream(struct hq *hq, const char *store, const struct stream_kind *kind, int64_t seen);
/* Beats, and the numbers of events and grants, go on above all that may have been said. In a
 * transaction. */
void putback_number_ahead(struct hq *hq);
/* All streams, or those of one store, begin new epochs, above those their lanes told of. How many,
 * or -EIO. */
int64_t putback_renumber(struct hq *hq, const char *store);

#endif
