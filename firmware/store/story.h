// SPDX-License-Identifier: Apache-2.0
/*
 * What this store has told of customers and HQ has not written into its stream `timeline` yet, and
 * the contact that is open at a desk. Inside a step's transaction, as all of store.h.
 *
 * A row's place in a story is (back, event): `back` counts down from the end of time, so that the
 * newest comes first.
 */
#ifndef LADA_STORE_STORY_H
#define LADA_STORE_STORY_H

#include "firmware/store/store.h"

#define STORY_KIND_MAX	  24
#define STORY_OUTCOME_MAX 24
#define STORY_TEXT_MAX	  1001 /* bytes of what somebody wrote, and a NUL */
#define STORY_END_MS	  INT64_C(9999999999999)

struct story_row {
	char customer[ID_MAX + 1]; /* "" not known: then it has a case */
	int64_t back;
	char event[ID_MAX + 1];
	char kind[STORY_KIND_MAX], outcome[STORY_OUTCOME_MAX];
	char doc[ID_MAX + 1]; /* the case it belongs to, "" none */
	char status[8];	      /* that its case has then: "open", "closed", "" not said */
	char order[ID_MAX + 1], staff[ID_MAX + 1];
	char text[STORY_TEXT_MAX];
	char lane[ID_MAX + 1];
	int64_t epoch, seq;
};
int64_t story_back(int64_t at_ms);
int64_t story_at_ms(int64_t back);
void store_story_add(struct store *st, const struct story_row *row);
/* The next one of a customer, or of a case, behind (ret_row->back, ret_row->event), 0 and "" to
 * begin, that HQ has not counted. */
bool store_story_next(struct store *st, const char *customer, struct story_row *ret_row);
bool store_story_next_of(struct store *st, const char *doc, struct story_row *ret_row);
/* All of a customer, or of a case, goes. */
void store_story_erase(struct store *st, const char *who);
/* Drops what is older and counted by HQ, and what is older than `all_before_ms` whether HQ ever
 * took it or not; a slice a call, how many. What is dropped has somebody's words in it: see
 * scrub.c. */
int64_t store_story_prune(struct store *st, int64_t before_ms, int64_t all_before_ms);

/* The contact that is open at a desk. */
struct contact_row {
	int64_t kind; /* enum contact_kind */
	bool work;    /* a pickup or a return is open, or asked for */
	int64_t begun_ms, last_ms, waited_ms;
	char order[ID_MAX + 1], customer[ID_MAX + 1], staff[ID_MAX + 1];
	char reason[STORY_OUTCOME_MAX]; /* it was refused for, "" not */
	int64_t noted;			/* enum contact_noted */
};
bool store_contact(struct store *st, enum desk desk, struct contact_row *ret_row);
void store_contact_set(struct store *st, enum desk desk, const struct contact_row *row);
void store_contact_drop(struct store *st, enum desk desk);

#endif
