// SPDX-License-Identifier: Apache-2.0
/*
 * Topics of one station: what it subscribes, where it publishes, what a topic that came means
 * (INTERFACES section 4). Pure text, no I/O, no heap. P = prefix, S = store, L = lane; the caller
 * has checked all three (ids, no wildcards), so every topic fits ROUTE_TOPIC_MAX.
 */
#ifndef LADA_SYNC_ROUTE_H
#define LADA_SYNC_ROUTE_H

#include "firmware/base/text.h"
#include "firmware/door.h"

#define ROUTE_TOPIC_MAX	 512
#define ROUTE_PREFIX_MAX 200 /* bytes of P */

enum route {
	ROUTE_DOWN,  /* P/S/down/STREAM, P/S/L/down/STREAM */
	ROUTE_ACK,   /* P/S/L/ack */
	ROUTE_CMD,   /* P/S/L/cmd */
	ROUTE_BLOB,  /* P/S/L/blob */
	ROUTE_BEAT,  /* P/hq */
	ROUTE_UP,    /* P/S/+/up */
	ROUTE_ASK,   /* P/S/+/ask */
	ROUTE_STATE, /* P/S/+/state */
	ROUTE_CLAIM, /* P/S/claim */
};
#define ROUTE_COUNT 9
const char *route_name(enum route route);
/* Does HQ alone speak there? Such messages must be signed where a stream key is pinned. */
bool route_from_hq(enum route route);

struct route_base {
	const char *prefix;
	const char *store;
	const char *lane;
};

struct route_found {
	enum route route;
	enum stream stream; /* DOWN */
	bool direct;	    /* DOWN: on the lane's own topic */
	char lane[ID_MAX + 1]; /* UP, ASK, STATE: whose */
};

/* -ENOENT: not a topic of this station; -EINVAL: a stream this version does not know. */
int route_find(const struct route_base *base, const char *topic, struct route_found *ret_found);

/* The i-th subscription; -ENOENT behind the last. */
#define ROUTE_SUBSCRIPTIONS 10
int route_subscription(const struct route_base *base, int i, char ret_topic[ROUTE_TOPIC_MAX]);
/* Where this lane publishes: ROUTE_UP, ROUTE_ASK, ROUTE_STATE, ROUTE_CLAIM. -ENAMETOOLONG. */
int route_own(const struct route_base *base, enum route route, char ret_topic[ROUTE_TOPIC_MAX]);

#endif
