// SPDX-License-Identifier: Apache-2.0
/*
 * What comes back and why becomes a product's `hint`, said at every counter before the next one
 * leaves. By policy `hints` of the store where it came back: {"from":20,"share":40,"texts":{"size":
 * {"pl":"…"}}}: the reason that so many pieces, and so many in a hundred of all with a reason, came
 * back for. A hint that somebody else wrote into the product's record (no `hint_by`) stays.
 */
#ifndef LADA_SYNC_HQ_HINT_H
#define LADA_SYNC_HQ_HINT_H

#include "sync/hq/effect.h"

struct hint_rule {
	int64_t from;  /* pieces, at least 1 */
	int64_t share; /* percent */
};
struct hint_count {
	int64_t most, all; /* pieces of the reason given most, of all reasons */
};
bool hint_due(const struct hint_rule *rule, const struct hint_count *n);

/* return.accepted: counts its lines, and writes what follows. */
void hint_returned(const struct happening *h);

#endif
