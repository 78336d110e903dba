// SPDX-License-Identifier: Apache-2.0
/*
 * What came from the broker and is not yet committed: kept whole, so that a transaction that
 * failed can be tried again, and over the time the database is away. What is too much is dropped;
 * stations send again what nobody acknowledges or answers.
 */
#ifndef LADA_SYNC_HQ_INBOX_H
#define LADA_SYNC_HQ_INBOX_H

#include "firmware/base/bytes.h"

#define INBOX_TOPIC_MAX 512
#define INBOX_MAX	1024
#define INBOX_BYTES_MAX (64 * 1024 * 1024)

struct inbox_item {
	struct inbox_item *next;
	bool retained;
	char topic[INBOX_TOPIC_MAX];
	size_t n;
	char text[];
};

struct inbox {
	struct inbox_item *first, *last;
	int count;
	size_t bytes;
	int64_t dropped; /* since inbox_clear() */
};

/* Copies. */
void inbox_add(struct inbox *in, const char *topic, struct slice payload, bool retained);
void inbox_clear(struct inbox *in);

#endif
