// SPDX-License-Identifier: Apache-2.0
/*
 * The shop that is practised in: how it is made, its practice orders, its sheet of codes. `t` is
 * always the station in memory. On the step thread.
 */
#ifndef LADA_FIRMWARE_TRAINING_SHOP_H
#define LADA_FIRMWARE_TRAINING_SHOP_H

#include "firmware/desk.h"
#include "firmware/station.h"

/* Its transaction is begun. Jobs and checks are numbered from first + 1 on. NULL: no memory. */
struct station *training_shop_open(struct station *real, int64_t first);
/* The practice orders as of now. */
void training_shop_fill(struct station *t);
/* Its timers, and its prints to the printers. */
void training_shop_tick(struct station *t);
/* Prints what can be practised, with codes to scan. */
void verb_training_sheet(struct station *t, const struct call *c, struct json args);

#endif
