// SPDX-License-Identifier: Apache-2.0
/*
 * Money and papers of this store: payments taken for orders, numbers that never repeat, returns and
 * complaints by their slips. Inside a step's transaction, as all of store.h.
 */
#ifndef LADA_STORE_TILL_H
#define LADA_STORE_TILL_H

#include "firmware/store/store.h"

/* ---- payments taken for orders, at any lane of the store: no record of HQ lowers them ---- */

#define TENDER_MAX 16
#define REF_MAX	   65

enum taken_state { TAKEN, TAKEN_BACK };

struct taken {
	char payment[ID_MAX + 1];
	char tender[TENDER_MAX];
	int64_t amount; /* grosze */
	char ref[REF_MAX];
	enum taken_state state;
	int64_t at_ms;
	char lane[ID_MAX + 1];
	int64_t epoch, seq; /* the event behind it */
};
void store_taken_set(struct store *st, struct slice order, const struct taken *t);
/* The next of an order behind ret_taken->payment ("" to begin), which is replaced. */
bool store_taken_next(struct store *st, struct slice order, struct taken *ret_taken);
bool store_taken(struct store *st, struct slice order, struct slice payment,
		 struct taken *ret_taken);

/* ---- numbers ---- */

/* The next number of a kind under an epoch, from 1. A database that was put back opens an epoch
 * that never was, so kind, lane, epoch and number together never repeat. */
int64_t store_number_next(struct store *st, const char *kind, int64_t epoch);

/* ---- papers: what a scanned slip is about ---- */

struct paper {
	char doc[ID_MAX + 1]; /* the event's id, as on the slip */
	char kind[16];	      /* "return", "complaint" */
	char number[64];
	char order[ID_MAX + 1]; /* "" without one */
	int64_t at_ms;
	struct slice body; /* JSON, what else the kind keeps; borrowed */
};
void store_paper_add(struct store *st, const struct paper *p);
bool store_paper(struct store *st, const char *doc, struct paper *ret_paper);
/* The next of an order behind ret_paper->doc ("" to begin), which is replaced. */
bool store_paper_next(struct store *st, const char *order, struct paper *ret_paper);

#endif
