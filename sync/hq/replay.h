// SPDX-License-Identifier: Apache-2.0
/*
 * Answering what lanes ask (INTERFACES section 4): messages they lack, parts of snapshots, an
 * order they do not know, points they want to spend. What is broken, unknown, or somebody
 * else's to answer (`up` is for siblings) is let go with a log line.
 */
#ifndef LADA_SYNC_HQ_REPLAY_H
#define LADA_SYNC_HQ_REPLAY_H

#include "sync/hq/stream.h"

/* `root` is the JSON of a message on P/STORE/LANE/ask. May leave a transaction open. */
void replay_ask(struct hq *hq, const char *store, const char *lane, struct json root);

/* Has a lane seen numbers that this file never gave? Then it was restored from a copy. */
bool replay_is_ahead(struct hq *hq, const struct stream_state *s, int64_t epoch, int64_t seq);

/* Alarms where a lane follows an epoch so far ahead that it is not believed: it takes nothing from
 * this HQ until a person decides (`lada-hq renumber`). */
void replay_note_far(struct hq *hq, const char *store, const char *lane,
		     const struct stream_kind *kind, int64_t epoch);

/* Posts what a lane that stands at (epoch, after) lacks: messages, or an offer where the log
 * does not reach, and at the head that nothing is missing. */
void replay_stream(struct hq *hq, const char *store, const char *lane,
		   const struct stream_kind *kind, int64_t epoch, int64_t after);

#endif
