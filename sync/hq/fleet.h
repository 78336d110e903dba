// SPDX-License-Identifier: Apache-2.0
/*
 * The fleet: what lanes say of themselves (P/STORE/LANE/state), and what follows from it. A lane
 * whose count and sum differ from HQ's as of its own cursor has silently diverged and is offered
 * a snapshot; one that stands still behind the head is sent what it lacks.
 */
#ifndef LADA_SYNC_HQ_FLEET_H
#define LADA_SYNC_HQ_FLEET_H

#include "sync/hq/hq.h"

#define FLEET_LAG_MS 10000 /* so long a lane may stand behind */
#define FLEET_OFFER_MS                                                                             \
	60000 /* between two offers to one lane for a wrong sum; doubled each time, */
#define FLEET_OFFER_MAX_MS 3600000 /* up to this: one still fetching must not begin again */
#define FLEET_SILENT_MS	   120000  /* a lane not heard for so long is sent nothing unasked */
#define FLEET_LAGGING_MAX  256	   /* lanes' streams a tick */
#define FLEET_STATE_MAX	   65536   /* bytes of a state that are kept */

/* `root` is the JSON of a state message. */
void fleet_state(struct hq *hq, const char *store, const char *lane, struct json root,
		 bool retained);
/* Did the lane's last live state come from a database of this epoch, though a newer one had
 * spoken before? Its events are not taken. */
bool fleet_is_back(struct hq *hq, const char *store, const char *lane, int64_t epoch);
/* Posts to lanes that lag, and commands; call it about once a second while the broker is there. */
void fleet_tick(struct hq *hq);

#endif
