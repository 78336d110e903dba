// SPDX-License-Identifier: Apache-2.0
/*
 * Checks the journal's chain of hashes (INTERFACES section 4, "Up") over all epochs. What was
 * pruned is missing from the beginning of an epoch and acknowledged; the personal data of an event
 * may be gone. Anything else that is missing or does not fit is said, the first only.
 */
#ifndef LADA_TOOL_CHAIN_H
#define LADA_TOOL_CHAIN_H

#include "firmware/store/file.h"

#define CHAIN_EPOCHS_MAX 1024 /* one a restore */

struct chain {
	struct {
		struct file_epoch says;
		int64_t first, last; /* events that are kept, 0 none */
	} epochs[CHAIN_EPOCHS_MAX];
	int count;
	int at;	       /* the epoch whose events come */
	char prev[33]; /* hash of the event before */
	int64_t events, pruned, purged;
	char wrong[200]; /* "" while the chain holds */
};

/* Reads the whole journal of a database. 0, and `wrong` says what does not hold; -EBADMSG or -EIO
 * with a message. */
int chain_check(struct chain *c, const char *path, char *ret_message, size_t cap);

#endif
