// SPDX-License-Identifier: Apache-2.0
/*
 * Snapshots: a stream as of one seq, in parts of at most HQ_PART_MAX bytes. They are written
 * down when they are offered, because parts are asked for at the station's own pace while the
 * stream goes on; they are dropped after an hour. A stream without records has one empty part.
 */
#ifndef LADA_SYNC_HQ_SNAPSHOT_H
#define LADA_SYNC_HQ_SNAPSHOT_H

#include "sync/hq/stream.h"

#define SNAPSHOT_KEEP_S	   3600
#define SNAPSHOT_SHARE_S   600 /* so long lanes are offered the same one */
#define SNAPSHOT_PARTS_MAX 16  /* parts an ask */

/* Posts an offer to a lane. `fresh`: as of now; else one made lately does, if the log reaches
 * from it to now. */
void snapshot_offer(struct hq *hq, const char *store, const char *lane,
		    const struct stream_kind *kind, bool fresh);
/* Posts parts from..from+count-1, or that the snapshot is gone. */
void snapshot_parts(struct hq *hq, const char *store, const char *lane,
		    const struct stream_kind *kind, const char *id, int64_t from, int64_t count);
void snapshot_drop_old(struct hq *hq);

#endif
