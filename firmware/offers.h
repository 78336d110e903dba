// SPDX-License-Identifier: Apache-2.0
/*
 * What is offered to the customer of an open pickup: offers of policy `offers`, and products that
 * go with those they collect. The rules are counter/offers.h. It is decided once, when the pickup
 * is opened (and again when its member is known), told then, and stands in the desk's work. On the
 * step thread, inside a step's transaction.
 */
#ifndef LADA_FIRMWARE_OFFERS_H
#define LADA_FIRMWARE_OFFERS_H

#include "firmware/counter/offers.h"
#include "firmware/desk.h"
#include "firmware/lanes.h"

extern const struct verb offer_verbs[];

/* The counter has opened a pickup, or knows its member now. Loads its order into st->order anew. */
void offers_open(struct station *st, const struct call *c);
/* Member `suggest` of the open pickup. */
void offers_document(struct station *st, struct buf *b);
/* What another lane offered. */
void offers_effect(struct station *st, const struct origin *o, const char *type, struct json body);

#endif
