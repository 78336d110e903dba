// SPDX-License-Identifier: Apache-2.0
/*
 * Key figures, as station and HQ count and show them: rows (name, part, n, sum) of an hour or a
 * day, from which come sums, means, percentiles and shares. What each name means, and what adds to
 * it, stands in one table of ui/API.md. Lanes, hours and days add up by adding their rows; nothing
 * here is counted twice by that but `doubled`, whose part names the pair of handovers.
 *
 * Durations are in seconds, money in minor units. Bounded: a name takes TALLY_PARTS parts, what
 * comes above is part `other`; nothing fails. Pure.
 */
#ifndef LADA_BASE_TALLY_H
#define LADA_BASE_TALLY_H

#include "firmware/base/json.h"

#define TALLY_NAME_MAX 24
#define TALLY_PART_MAX 24
#define TALLY_PARTS    32  /* of one name */
#define TALLY_ROWS     512 /* of one tally */
#define TALLY_OTHER    "other"
#define TALLY_MAX      INT64_C(1000000000000000) /* no figure is above, either way */

struct tally_row {
	char what[TALLY_NAME_MAX];
	char part[TALLY_PART_MAX]; /* "" none */
	int64_t n, sum;
};

struct tally {
	int count;
	struct tally_row rows[TALLY_ROWS];
};

/* `name` and `part` are cut to `other` where they are too long. */
void tally_add(struct tally *t, struct slice what, struct slice part, int64_t n, int64_t sum);
void tally_add_all(struct tally *t, const struct tally *from);
/* Of one part, or with part NULL of all parts together. */
int64_t tally_n(const struct tally *t, const char *what, const char *part);
int64_t tally_sum(const struct tally *t, const char *what, const char *part);

/* Durations stand in buckets, whose part is the upper bound in seconds, the last one `inf`. */
#define TALLY_BUCKETS 20
int64_t tally_bound(int bucket); /* the last one: -1 */
const char *tally_bucket_name(int bucket);
const char *tally_bucket(int64_t seconds);
/* The smallest duration that so many percent do not exceed, as near as the buckets tell (evenly
 * spread within one; above the last bound, that bound). -1 where there is none. */
int64_t tally_percentile(const struct tally *t, const char *what, int percent);
/* sum / n in hundredths, half away from zero; 0 for nothing. */
int64_t tally_mean_100(int64_t sum, int64_t n);
/* Percent of n, half up; -1 for nothing. */
int64_t tally_share(int64_t part, int64_t n);
/* Of scores 0..10 the percentage of 9 and 10 less that of 0..6: -100..100. False: nobody said. */
bool tally_nps(const struct tally *t, int64_t *ret_score);

/* One hour, or a day, as told: {"handovers":[n,sum],"waiting":{"60":[n,sum]}}. What cannot be read
 * adds nothing. */
void tally_read(struct tally *t, struct json figures);
void tally_write(const struct tally *t, struct buf *b, const char *name);
/* The same as people read it: counts, means, medians, shares, as members of the open object. */
void tally_summary(const struct tally *t, struct buf *b);

#endif
