// SPDX-License-Identifier: Apache-2.0
/*
 * Money and papers of this store: payments taken for orders, numbers that never repeat, returns and
 * complaints by their slips. Inside a step's transaction, as all of store.h.
 */
#ifndef LADA_STORE_TILL_H
#define LADA_STORE_TILL_H

#include "firmware/base/till.h"
#include "firmware/store/store.h"

/* ---- payments taken for orders, at any lane of the store: no record of HQ lowers them ---- */

#define TENDER_MAX TILL_TENDER_MAX
#define REF_MAX	   65

/* TOLD: the handover it was for has named it. */
enum taken_state { TAKEN, TAKEN_BACK, TAKEN_TOLD };

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
/* The order that a payment is of; false: no such payment. */
bool store_taken_order(struct store *st, const char *payment, char ret_order[ID_MAX + 1]);
/* A handover has named those of this order that were taken. */
void store_taken_told(struct store *st, struct slice order);
/* The newest whose orders are still here, back from (*at_ms, ret_taken->payment); INT64_MAX and ""
 * to begin. */
bool store_taken_open(struct store *st, int64_t *at_ms, char ret_order[ID_MAX + 1],
		      struct taken *ret_taken);

/* ---- receipts of the shop's fiscal till (shift.c) ---- */

#define REGISTER_MAX 33
#define RECEIPT_MAX  41

struct receipt {
	char register_id[REGISTER_MAX];
	char number[RECEIPT_MAX];
	int64_t total;
	char payment[ID_MAX + 1]; /* what was paid by it, "" nothing was due */
	int64_t at_ms;
};
void store_receipt_add(struct store *st, struct slice order, const struct receipt *r);
/* The newest whose payment was not taken back. */
bool store_receipt(struct store *st, struct slice order, struct receipt *ret_receipt);
/* The other order that has a receipt of this number since then, whose payment was not taken back. */
bool store_receipt_used(struct store *st, struct slice order, const struct receipt *r,
			int64_t since_ms, char ret_order[ID_MAX + 1]);
/* Was this payment made at the shop's till? */
bool store_receipt_paid(struct store *st, struct slice order, const char *payment);

/* ---- shifts of this lane, and every movement of money in them (shift.c) ---- */

#define SHIFT_NUMBER_MAX (ID_MAX + 48)

struct shift_row {
	int64_t shift;
	char number[SHIFT_NUMBER_MAX];
	char staff[ID_MAX + 1];	      /* who opened it */
	int64_t opened_ms, closed_ms; /* 0: open */
	int64_t counted, expected;    /* once it is closed; counted -1: it never was */
	int64_t handovers;
};
/* The newest, if it is open. */
bool store_shift(struct store *st, struct shift_row *ret_shift);
bool store_shift_of(struct store *st, int64_t shift, struct shift_row *ret_shift);
int64_t store_shift_add(struct store *st, const struct shift_row *s); /* its row */
void store_shift_close(struct store *st, const struct shift_row *s);
void store_shift_handover(struct store *st); /* one more in the open one, if there is one */

struct till_row {
	int64_t n;
	int64_t shift; /* 0: none was open */
	enum till_kind kind;
	char tender[TENDER_MAX];
	int64_t amount; /* out of the till below zero */
	char reason[201];
	char id[ID_MAX + 1]; /* the payment or order it is about, "" none */
	char staff[ID_MAX + 1];
	int64_t at_ms;
};
void store_till_add(struct store *st, const struct till_row *row);
/* The next movement of a shift behind ret_row->n (0 to begin), of these kinds and between. */
bool store_till_next(struct store *st, int64_t shift, enum till_kind from, enum till_kind to,
		     struct till_row *ret_row);
/* What a shift's movements add up to, by kind and tender: how many of these, at most
 * TILL_TOTALS_MAX. Reads the rows of this shift and no others. */
int store_till_totals(struct store *st, int64_t shift, struct till_total *ret_totals);
int64_t store_till_cash(struct store *st, int64_t shift); /* that should be in the drawer */
/* Movements of shifts that were closed before; a slice a call. */
void store_till_prune(struct store *st, int64_t before_ms);
/* After a restore: what the open shift did since the backup is not known, so it ends uncounted. */
void store_shift_forget(struct store *st);

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
