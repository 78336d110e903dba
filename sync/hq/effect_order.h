// SPDX-License-Identifier: Apache-2.0
/*
 * What events do to orders; each function is the effect of one type (see effect.h).
 */
#ifndef LADA_SYNC_HQ_EFFECT_ORDER_H
#define LADA_SYNC_HQ_EFFECT_ORDER_H

#include "sync/hq/effect.h"

const char *effect_pickup_completed(const struct happening *h);
/* Preparing (effect_prep.c). */
const char *effect_order_claimed(const struct happening *h);
const char *effect_order_released(const struct happening *h);
const char *effect_order_picked(const struct happening *h);
const char *effect_order_substituted(const struct happening *h);
const char *effect_order_staged(const struct happening *h);
const char *effect_order_short(const struct happening *h);
const char *effect_pickup_unstaged(const struct happening *h);
const char *effect_parcel_received(const struct happening *h);
const char *effect_parcel_staged(const struct happening *h);
const char *effect_parcel_problem(const struct happening *h);
const char *effect_order_extended(const struct happening *h);
const char *effect_payment_taken(const struct happening *h);
const char *effect_payment_reversed(const struct happening *h);
const char *effect_fiscal_recorded(const struct happening *h);
const char *effect_return_accepted(const struct happening *h);
const char *effect_refund_requested(const struct happening *h);
/* `body`, as somebody else says this order of `store` is, with all that stores did to it still
 * done: pieces handed over, short and returned, payments taken, reversed and paid back, the
 * receipt, when and where. A sum that does not go up is left as the body has it, and alarmed. The
 * text is body's own or stands in hq->body; empty when it is too large. */
struct slice effect_keep(struct hq *hq, const char *store, const char *order, struct json body);
/* An order of this store that was handed over is ready again, with nothing handed; *rev, which
 * stands in the record, then rises. NULL or why not. */
const char *effect_reopen(struct hq *hq, const char *store, const char *order, int64_t *rev);
/* Says the named order again as it is; nothing when the event names none that HQ knows. */
void effect_touch_order(const struct happening *h);

#endif
