// SPDX-License-Identifier: Apache-2.0
/*
 * The post: messages that wait for the commit of what they say. They are kept in order, in
 * memory; after a crash the asks and repeats of the protocol bring them about again.
 */
#ifndef LADA_SYNC_HQ_POST_H
#define LADA_SYNC_HQ_POST_H

#include "firmware/base/bytes.h"

#define POST_TOPIC_MAX 256
#define POST_BYTES_MAX (64 * 1024 * 1024) /* waiting at once; what is more is dropped */

struct letter {
	struct letter *next;
	char topic[POST_TOPIC_MAX]; /* below the prefix: "WAW-042/k1/ack" */
	size_t n;
	char text[];
};

struct post {
	struct letter *first, *last;
	size_t bytes;
};

/* Copies; a letter too many, or out of memory, is dropped with a log line. */
__attribute__((format(printf, 3, 4))) void post_add(struct post *post, struct slice text,
						    const char *topic, ...);
/* The oldest letter, which the caller frees; NULL when there is none. */
struct letter *post_take(struct post *post);
void post_clear(struct post *post);
/* Drops what was added since `last` was the last one (NULL: there was none); none may have been
 * taken since. */
void post_cut(struct post *post, struct letter *last);

#endif
