// SPDX-License-Identifier: Apache-2.0
/*
 * What came from the broker and is not yet committed: kept whole, so that a transaction that
 * failed can be tried again, and over the time the database is away. What is too much is dropped;
 * stations send again what nobody acknowledges or answers.
 */
#ifndef LADA_SYNC_HQ_INBOX_H
#define LADA_SYNC_HQ_INBOX_H

#include "firmware/base/bytes.h"
#include "firmware/base/text.h"

#define INBOX_TOPIC_MAX 512
#define INBOX_MAX	1024
#define INBOX_BYTES_MAX (64 * 1024 * 1024)

struct inbox_item {
	struct inbox_item *next;
	bool retained;
	bool taken;		/* in a transaction that inbox_sweep() is to follow */
	char store[ID_MAX + 1]; /* whose it is, "" where the topic names none */
	char topic[INBOX_TOPIC_MAX];
	size_t n;
	char text[];
};

struct inbox {
	struct inbox_item *first, *last;
	int count;
	size_t bytes;
	int64_t dropped; /* since the owner last looked */
};

/* Copies. `below`: the topic behind the prefix, whose first part is the store. */
void inbox_add(struct inbox *in, const char *topic, const char *below, struct slice payload,
	       bool retained);
/* Removes what was taken. */
void inbox_sweep(struct inbox *in);
/* Keeps the oldest `max` of a store's, and counts the others as dropped. */
void inbox_limit(struct inbox *in, const char *store, int max);
void inbox_clear(struct inbox *in);

#endif
