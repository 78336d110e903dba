// SPDX-License-Identifier: Apache-2.0
/*
 * Asking customers how it was: one question on the customer's screen after a contact, their answer,
 * and the case that a bad one opens. The rules are counter/survey.h. On the step thread, inside a
 * step's transaction; in training nobody is asked.
 */
#ifndef LADA_FIRMWARE_SURVEY_H
#define LADA_FIRMWARE_SURVEY_H

#include "firmware/counter/survey.h"
#include "firmware/desk.h"
#include "firmware/lanes.h"

extern const struct verb survey_verbs[];

struct contact {
	enum survey_after after;
	const char *order; /* "" none */
	bool present;	   /* the customer stands there */
	bool refused;	   /* something, in it */
};
/* A contact is over. Loads its order into st->order. */
void survey_contact(struct station *st, const struct contact *k);
/* Somebody was refused this order ("" nothing is known of it). */
void survey_refused(struct station *st, const char *order);
/* Whoever was asked has left. */
void survey_over(struct station *st);
/* Somebody scans or types at the kiosk: until that is wiped the screen is theirs. */
void survey_somebody_comes(struct station *st);
/* Member `survey` of the customer's document; member `low_rating` of the counter's. */
void survey_customer_document(struct station *st, struct buf *b);
void survey_counter_document(struct station *st, struct buf *b);
void survey_tick(struct station *st);
/* At the counter `end` was pressed with nothing else to end. */
void survey_seen(struct station *st);
/* What another lane asked. */
void survey_effect(struct station *st, const struct origin *o, const char *type, struct json body);

/* ---- for both rooms: who it is ---- */

struct person {
	char customer[ID_MAX + 1]; /* "" nobody knows */
	char member[ID_MAX + 1];   /* "" none */
};
/* The customer of st->order. */
struct person person_of_order(struct station *st);
/* "quiet_until" of the member's record (view): 0 none. */
int64_t person_quiet_until(struct json member);
/* Is what they want to hear only told in another channel than the store? */
bool person_elsewhere(struct json member);
/* When it happened; another lane's clock may be ahead of ours. */
int64_t contact_happened(struct station *st, const struct origin *o);

#endif
