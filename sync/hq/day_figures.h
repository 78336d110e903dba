// SPDX-License-Identifier: Apache-2.0
/*
 * Key figures that lanes tell once a day (day.figures): kept by store, day and lane, listed by
 * store and day, the lanes added up.
 */
#ifndef LADA_SYNC_HQ_DAY_FIGURES_H
#define LADA_SYNC_HQ_DAY_FIGURES_H

#include <stdio.h>

#include "sync/hq/effect.h"

/* Effect of the event. A day that is there is replaced by one told `again` only. */
const char *effect_day_figures(const struct happening *h);
/* Of one store, or with NULL of all: 0 or -EIO. */
int list_figures(struct hq *hq, const char *store, bool json, FILE *out);

#endif
