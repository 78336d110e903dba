// SPDX-License-Identifier: Apache-2.0
/*
 * ui's own metrics in Prometheus text format 0.0.4: counters of requests by route and class of
 * status, live streams, and how long a scan took to a published document.
 */
#ifndef LADA_UI_METER_H
#define LADA_UI_METER_H

#include "ui/ui.h"

enum route {
	ROUTE_NONE, /* no such path */
	ROUTE_PAGE,
	ROUTE_REDIRECT,
	ROUTE_HEALTHZ,
	ROUTE_METRICS,
	ROUTE_STATE,
	ROUTE_LIVE,
	ROUTE_DO,
	ROUTE_DEVICES,
	ROUTE_RECORD,
};
#define ROUTE_COUNT 10

#define METER_BUCKETS 11

struct histogram {
	uint64_t bucket[METER_BUCKETS]; /* not cumulative */
	uint64_t count;
	uint64_t sum_ns;
	uint64_t last_ns;
};

struct meter {
	uint64_t requests[ROUTE_COUNT][6]; /* by first digit of the status */
	uint64_t coalesced;		   /* documents a slow stream never saw */
	uint64_t given_up;		   /* presses without a reply in time */
	uint64_t library_lines;		   /* what the HTTP library would have logged */
	struct histogram scan[SCREEN_COUNT];
};

void meter_request(struct meter *m, enum route route, int status);
void meter_scan(struct meter *m, enum screen screen, uint64_t took_ns);
struct meter_now {
	int connections;
	int streams;
	int parked;
};
void meter_write(const struct meter *m, struct meter_now now, struct buf *b);

#endif
