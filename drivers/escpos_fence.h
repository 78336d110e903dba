// SPDX-License-Identifier: Apache-2.0
/*
 * The command behind a job's bytes whose answer says that the printer has dealt with them:
 * GS ( H with a process id, or GS r 1. Pure; one struct per job, zeroed and given `kind` and `job`
 * to begin. PROFILE_FENCE_REALTIME has no bytes and no answer of its own.
 *
 * A fence that is sent again has another process id, so that the two answers differ. Several
 * ids that wait may be answered by the newest alone (Epson's GS ( H reference). The answers to
 * GS r are all alike: once two are out, any may be the second one's, and `owed` counts them.
 */
#ifndef LADA_DRIVERS_ESCPOS_FENCE_H
#define LADA_DRIVERS_ESCPOS_FENCE_H

#include "drivers/escpos_answer.h"
#include "drivers/profile.h"

#define ESCPOS_FENCE_MAX 11

struct escpos_fence {
	enum profile_fence kind;
	int64_t job;
	int sent;
	int owed; /* answers to GS r still to come */
};

enum escpos_fence_match { ESCPOS_FENCE_OTHER, ESCPOS_FENCE_FIRST, ESCPOS_FENCE_AGAIN };

/* The bytes of the next one; returns how many. */
size_t escpos_fence_make(struct escpos_fence *fence, uint8_t ret_bytes[ESCPOS_FENCE_MAX]);
/* Called for every in-order answer. FIRST: to the first one for certain. */
enum escpos_fence_match escpos_fence_take(struct escpos_fence *fence,
					  const struct escpos_answer *answer);

#endif
