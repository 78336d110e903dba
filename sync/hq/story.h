// SPDX-License-Identifier: Apache-2.0
/*
 * What stations tell of customers becomes entries of the stream `timeline`: one an event, with the
 * event's id, at every store that knows the customer or the case. A store knows a customer by an
 * order, a member or an entry that was put for it, or by something that happened there.
 */
#ifndef LADA_SYNC_HQ_STORY_H
#define LADA_SYNC_HQ_STORY_H

#include "sync/hq/effect.h"
#include "sync/hq/stream.h"

/* interaction.recorded */
const char *story_recorded(const struct happening *h);
/* A record was put for a store: whose it is, and of which case. */
void story_note_record(struct hq *hq, const char *store, const struct stream_kind *kind,
		       struct slice body);

#endif
