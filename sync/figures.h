// SPDX-License-Identifier: Apache-2.0
/*
 * What sync counts, and why it refuses; written as Prometheus text. Owned by struct sync.
 */
#ifndef LADA_SYNC_FIGURES_H
#define LADA_SYNC_FIGURES_H

#include "sync/route.h"

enum refusal {
	REFUSED_TOPIC,	   /* not a topic of this station */
	REFUSED_TOO_BIG,   /* above FRAME_MESSAGE_MAX */
	REFUSED_FRAME,	   /* begins like a signed frame, is none */
	REFUSED_SIGNATURE, /* not signed by a stream key, or the lane's, that is valid */
	REFUSED_JSON,
	REFUSED_UTF8,
	REFUSED_SHAPE,	/* members missing or of the wrong type */
	REFUSED_STREAM, /* an unknown stream, or another than the topic's */
	REFUSED_REPLAY, /* a beat whose counter did not rise */
	REFUSED_LANE,	/* of a lane that policy `lanes` does not list, where it lists keys */
};
#define REFUSAL_COUNT (REFUSED_LANE + 1)
const char *refusal_name(enum refusal why);

struct figures {
	uint64_t received[ROUTE_COUNT];
	uint64_t refused[REFUSAL_COUNT];
	uint64_t published[ROUTE_COUNT];
	uint64_t unsent;    /* wanted, but not connected or too much under way */
	uint64_t door_full; /* came, but the door had no room */
	uint64_t attempts;  /* to connect */
	uint64_t lost;	    /* connections that ended */
	/* gauges, filled in before writing */
	uint64_t up;
	uint64_t outstanding;
	uint64_t rounds; /* in which rows were sent again */
};

void figures_write(const struct figures *f, struct buf *text);

#endif
