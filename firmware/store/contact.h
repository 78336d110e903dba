// SPDX-License-Identifier: Apache-2.0
/*
 * What customers were asked and offered, by this lane and by its siblings, so that nobody is
 * pressed: when a person was asked last how it was, and which offers they have had here. Only ids
 * stand there. Inside a step's transaction, as all of store.h.
 */
#ifndef LADA_STORE_CONTACT_H
#define LADA_STORE_CONTACT_H

#include "firmware/store/store.h"

/* Wall ms when a customer was asked last, 0 never; the later time stays. */
int64_t store_asked(struct store *st, const char *customer);
void store_asked_add(struct store *st, const char *customer, int64_t at_ms);

enum offer_state { OFFER_SHOWN, OFFER_TAKEN, OFFER_REFUSED };
/* An offer to a customer: what happened last; false: nothing. */
bool store_offer(struct store *st, const char *customer, const char *offer, int64_t *ret_at_ms,
		 enum offer_state *ret_state);
/* The later one stays; at the same time the one that says more. */
void store_offer_add(struct store *st, const char *customer, const char *offer, int64_t at_ms,
		     enum offer_state state);
/* All of a customer is forgotten: they were erased. */
void store_contact_forget(struct store *st, const char *customer);
/* Drops what is older; a slice a call. */
void store_contact_prune(struct store *st, int64_t before_ms);

#endif
