// SPDX-License-Identifier: Apache-2.0
/*
 * Cases of the counter's rules, as text that a shop's manager can read: facts, what happens, what
 * is decided. How they are written stands in tests/cases/counter/README.md. Each case has a shop of
 * its own (tests/shop.h). Include after cmocka.h.
 */
#ifndef LADA_TESTS_CASES_H
#define LADA_TESTS_CASES_H

#include <stdbool.h>

#include "firmware/counter/reason.h"

#define CASES_MAX	400
#define CASE_NAME_MAX	160
#define CASES_COVER_MAX 400

/* Which cases give a reason, and in which ones it stands near and is not given. */
struct cover {
	int given_count, not_count;
	int given[CASES_COVER_MAX], not_given[CASES_COVER_MAX]; /* numbers of cases */
};

struct cases {
	int count;
	char name[CASES_MAX][CASE_NAME_MAX]; /* "pickup.txt: Too late" */
	struct cover cover[REASON_COUNT];
	char trouble[2048]; /* "FILE:LINE: what went otherwise", "" none yet */
};

/* Runs all cases of a file; false: see trouble. */
bool cases_run(struct cases *c, const char *path);

#endif
