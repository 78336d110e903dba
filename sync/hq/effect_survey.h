// SPDX-License-Identifier: Apache-2.0
/*
 * What stores tell of asking and offering: it goes into the member's record, so that other channels
 * and other stores know; a low rating becomes an open entry of the store's timeline.
 */
#ifndef LADA_SYNC_HQ_EFFECT_SURVEY_H
#define LADA_SYNC_HQ_EFFECT_SURVEY_H

#include "sync/hq/effect.h"

#define MEMBER_OFFERS_MAX 50 /* kept of one member, the newest */

const char *effect_survey_asked(const struct happening *h);
const char *effect_offer_shown(const struct happening *h);
const char *effect_offer_taken(const struct happening *h);
const char *effect_offer_declined(const struct happening *h);
/* Of kind `rating` with a `case`; any other is nobody's business here. */
const char *effect_rating_case(const struct happening *h);

#endif
