// SPDX-License-Identifier: Apache-2.0
/*
 * A second person's word. An act that needs it is refused and remembered at its desk for three
 * minutes; verb `approve {staff,pin,reason}` checks who approves and does the very same act again,
 * now with the approval. It is for this one act: what it was asked for, the order and the amount
 * must be the same. What a work that is open was granted (late, isolated …) stays with that work.
 * On the step thread.
 */
#ifndef LADA_FIRMWARE_APPROVALS_H
#define LADA_FIRMWARE_APPROVALS_H

#include "firmware/station.h"

/* Which of these (1 << enum need) nobody has approved yet, for this act or the work at its desk. */
uint32_t approval_missing(const struct station *st, const struct call *c, uint32_t needs,
			  int64_t amount);
/* Refuses, and remembers what this step was doing. `r`: APPROVAL_NEEDED, or a reason that says more
 * (expired). `order` "" for none. Answers. */
void approval_ask(struct station *st, const struct call *c, uint32_t needs, int64_t amount,
		  const char *order, enum reason r, const struct word_values *values);
/* What this act was granted belongs to the desk's open work from now on; of `but` (1 << enum need)
 * only who said so and why: that was for this act alone. */
void approval_keep(struct station *st, const struct call *c, uint32_t but);
void approval_load(struct station *st, enum desk desk); /* at start */
/* The word that counts for this act: its own, or that of the desk's work; staff "" when there is
 * none. */
const struct approval *approval_of(const struct station *st, const struct call *c);
/* Member `approval` of an event, if there is one. */
void jw_approval(struct buf *b, const struct approval *a);
/* Member `blocked` of the counter's document: what waits for a second person. */
void approval_document(struct station *st, struct buf *b);
void approval_forget(struct station *st, enum desk desk);
void approvals_tick(struct station *st);

/* Remembers what is being done now, so that it can be done again. `verb` "": a scan. */
void approval_doing(struct station *st, const char *verb, struct slice text, enum symbology sym);

/* The act of this call was done (or not): event approval.granted tells of words that were given for
 * an act that happened, and of no others. */
void approval_happened(struct station *st, const struct call *c);
void approval_came_to_nothing(struct station *st, const struct call *c);

void verb_approve(struct station *st, const struct call *c, struct json args);
/* The approver's PIN was right. `number`: of the act that was blocked when it was typed. */
void approval_given(struct station *st, const struct call *c, uint64_t number, const char *staff,
		    enum role role, const char *reason);

#endif
