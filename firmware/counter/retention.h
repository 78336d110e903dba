// SPDX-License-Identifier: Apache-2.0
/*
 * How long what is known of people is kept, and what is left of a record without its person. Pure.
 * Policy `privacy`: {"retain_days":{"orders":90,...}}; a number that is none, or out of bounds, is
 * as if nothing was said.
 */
#ifndef LADA_COUNTER_RETENTION_H
#define LADA_COUNTER_RETENTION_H

#include "firmware/base/json.h"

/* Days are counted from: when an interaction was; an order's end; when a stranger's profile (an
 * order asked for beside the stream) came; HQ's acknowledgement of an event with personal data
 * beside it; when a slip was queued; when a return or complaint was taken; when something came that
 * could not be applied; when an order's payments and pieces were last touched; when a device's
 * conversation was recorded. */
enum keep {
	KEEP_INTERACTIONS,
	KEEP_ORDERS,
	KEEP_PROFILES,
	KEEP_PERSONS,
	KEEP_PRINTS,
	KEEP_PAPERS,
	KEEP_LETTERS,
	KEEP_TRACES,
	KEEP_RECORDINGS,
	KEEP_BACKUPS,
	KEEP_COUNT,
};
const char *keep_name(enum keep k); /* as in the policy */
int64_t keep_days(struct json privacy, enum keep k);

/* When an order came to its end, 0: it has not, or does not say when. */
int64_t order_ended_ms(struct json body);
/* The order as it stays: figures, goods, payments and where they were made, no person. */
void order_without_person(struct json body, struct buf *out);
/* Does it name a person, or something that only a person has said? */
bool order_has_person(struct json body);
/* Whose is it: of an order its customer's id, of a member or an entry `customer`. False: nobody's
 * who has one. */
bool order_customer(struct json body, char *dst, size_t cap);
bool record_customer(struct json body, char *dst, size_t cap);

/* Does this text stand in the other as a word of its own, not as a part of a longer one? */
bool text_names(struct slice where, struct slice what);

#endif
