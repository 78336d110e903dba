// SPDX-License-Identifier: Apache-2.0
/*
 * What the files of offers share: what was decided for the open pickup, as it stands in the desk's
 * work, and telling of it. Only offers*.c see it.
 */
#ifndef LADA_FIRMWARE_OFFERS_INSIDE_H
#define LADA_FIRMWARE_OFFERS_INSIDE_H

#include "firmware/offers.h"
#include "firmware/store/contact.h"
#include "firmware/survey.h"

#define OFFERED_MAX (OFFERS_CONTACT_MAX + SUGGESTED_MAX)

struct offered {
	char offer[ID_MAX + 1]; /* "" a product that goes with the order */
	char sku[ID_MAX + 1];	/* "" none */
	enum offer_state state;
};
struct offered_all {
	int count;
	struct offered one[OFFERED_MAX];
};

const char *offer_state_name(enum offer_state s); /* "shown", "taken", "declined" */
void offered_load(struct station *st, enum desk desk, struct offered_all *ret_all);
void offered_save(struct station *st, enum desk desk, const struct offered_all *all);
/* NULL: it is none of them. */
struct offered *offered_find(struct offered_all *all, const char *offer);
/* Whom the open pickup's offers are for: who showed a card, else the customer of st->order. */
struct person offered_to(struct station *st, enum desk desk);
/* Its event, by its state, and what is remembered of it. */
void offered_tell(struct station *st, const struct call *c, const struct person *p,
		  const char *order, const struct offered *k);

#endif
