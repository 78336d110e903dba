// SPDX-License-Identifier: Apache-2.0
/* Checks the journal's chain of hashes (INTERFACES section 4, "Up"). */
#ifndef LADA_TOOL_CHAIN_H
#define LADA_TOOL_CHAIN_H

#include "firmware/store/file.h"

struct chain {
	int64_t epoch;
	int64_t seq;
	char prev[33]; /* hash of the event before */
	int64_t events;
	char wrong[160]; /* "" while the chain holds */
};

void chain_init(struct chain *c);
/* False, and `wrong` set, at the first event that does not fit. */
bool chain_add(struct chain *c, const struct file_event *event);

#endif
