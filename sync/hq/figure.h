// SPDX-License-Identifier: Apache-2.0
/*
 * Figures that HQ counts on: stock and points. They are bounded where they come in, so that no sum
 * runs over, at HQ or at a station. Whole numbers.
 */
#ifndef LADA_SYNC_HQ_FIGURE_H
#define LADA_SYNC_HQ_FIGURE_H

#include "firmware/base/json.h"

#define FIGURE_MAX INT64_C(1000000000000) /* either way */

/* NULL, or what is wrong with the figures of a record of this type; the text is in ret_room. */
const char *figure_check(const char *type, struct json body, char *ret_room, size_t cap);
/* A record's figure: 0 where there is none, or none that may be. */
int64_t figure_of(struct json v);
/* False where the sum would be too large; neither is above FIGURE_MAX. */
bool figure_add(int64_t a, int64_t b, int64_t *ret_sum);

#endif
