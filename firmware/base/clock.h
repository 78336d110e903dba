// SPDX-License-Identifier: Apache-2.0
/*
 * Time and chance come from outside, so that a simulation can be a thousand stations with
 * clocks of their own. Wall time orders nothing; it is for people. Monotonic time is for
 * time-outs.
 */
#ifndef LADA_BASE_CLOCK_H
#define LADA_BASE_CLOCK_H

#include "firmware/base/bytes.h"

struct clock {
	int64_t (*wall_ms)(void *ctx); /* Unix time in milliseconds */
	int64_t (*mono_ms)(void *ctx); /* never goes back, starts anywhere */
	void (*random)(void *ctx, void *p, size_t n);
	void *ctx;
};

/* The machine's own clocks and the kernel's random numbers. */
struct clock clock_system(void);

#define TIME_TEXT_MAX 25 /* 2026-11-22T16:00:00.123Z and a NUL */

/* RFC 3339, UTC, milliseconds. Years 0..9999; others are written as the nearest of those. */
void time_format(int64_t wall_ms, char dst[TIME_TEXT_MAX]);
/* Accepts any RFC 3339 time (offset or Z, fraction or none): 0 or -EBADMSG. */
int time_parse(struct slice text, int64_t *ret_wall_ms);

struct local_time {
	int year, month, day, hour, minute, weekday; /* weekday 0 = Sunday */
};
/* In the zone that tzset() was told at start (station's `timezone`). */
struct local_time time_local(int64_t wall_ms);

#define ULID_TEXT_MAX 27
/* A ULID: 48 bits of wall time, 80 random bits, Crockford base 32. */
void ulid_make(const struct clock *c, char dst[ULID_TEXT_MAX]);

#endif
