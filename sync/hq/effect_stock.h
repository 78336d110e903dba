// SPDX-License-Identifier: Apache-2.0
/*
 * Events of stock that change no record: counts, and orders begun at a kiosk (see effect.h). NULL,
 * or the reason for which HQ cannot act on it.
 */
#ifndef LADA_SYNC_HQ_EFFECT_STOCK_H
#define LADA_SYNC_HQ_EFFECT_STOCK_H

#include "sync/hq/effect.h"
#include "sync/hq/figure.h"

const char *effect_stock_counted(const struct happening *h);
const char *effect_order_drafted(const struct happening *h);

#endif
