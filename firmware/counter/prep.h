// SPDX-License-Identifier: Apache-2.0
/*
 * The rules of preparing an order, pure: facts in, a verdict or figures out. A line is prepared
 * when its pieces are picked, replaced by a substitute, or short; an order when all its lines are.
 *
 * What is short for good (refunded, or its line cancelled) is the store's own fact: line->short_.
 * What only waits, or wants a substitute, stays open: line->missing.
 */
#ifndef LADA_COUNTER_PREP_H
#define LADA_COUNTER_PREP_H

#include "firmware/counter/barcode.h"
#include "firmware/counter/order.h"
#include "firmware/counter/reason.h"

/* HQ's newer word that what was done here while preparing does not hide. */
bool prep_status_ends(enum order_status hq);

struct prep_facts {
	const struct order *order; /* NULL: not known here */
	const char *store;	   /* this store */
	bool unstaged;		   /* was put back by this store */
	bool put_back_approved;	   /* a supervisor has it prepared again all the same */
	bool taken;		   /* by somebody else */
	bool taken_approved;
};
/* May it be opened for preparing? A ready one is only moved to another shelf. */
enum reason prep_verdict(const struct prep_facts *f);
/* Is this order on its way to a shelf, or on one? */
bool prep_open(const struct order *o, const char *store);

struct prep_line {
	int64_t wanted; /* pieces that the customer is still to get */
	int64_t have;	/* of them here: picked, or a substitute's */
	int64_t open;	/* to be found */
	int64_t back;	/* more than wanted: to be put back */
};
struct prep_line prep_line_of(const struct order_line *l);

/* What the customer chose for pieces that cannot be found. */
enum prep_then { THEN_WAIT, THEN_REFUND, THEN_SUBSTITUTE, THEN_CANCEL };
bool prep_then_named(struct json word, enum prep_then *ret_then);
const char *prep_then_name(enum prep_then then);
/* What was chosen for what is missing of a line; false: nothing is. */
bool prep_missing(const struct order_line *l, enum prep_then *ret_then, int64_t *ret_qty);

enum reason prep_pick(const struct order_line *l, int64_t qty, bool recalled);
/* Picked pieces go back to their place. */
enum reason prep_unpick(const struct order_line *l, int64_t qty);
/* *ret_short: how many pieces are short for good by this; CANCEL takes all of the line. */
enum reason prep_short(const struct order_line *l, int64_t qty, enum prep_then then, bool reasoned,
		       int64_t *ret_short);

struct substitute_facts {
	const struct order_line *line;
	int64_t qty;
	bool known; /* in the catalogue */
	bool same;  /* is what was ordered */
	bool recalled;
	bool similar;	/* of the same category */
	bool consented; /* by the customer, for this one */
};
/* The customer pays what was agreed for the line, so that a dearer one costs no more. */
enum reason prep_substitute(const struct substitute_facts *f);

/* May what is here go onto a shelf? ITEM_SURPLUS: something is to be put back first;
 * ITEMS_UNCHECKED: something was neither found nor said to be missing, or nothing is here.
 * *ret_whole: nothing waits, so the order is ready. */
enum reason prep_stage(const struct order *o, bool *ret_whole);

/* What the person who prepares has to do next. */
enum prep_asks { ASKS_PICK, ASKS_PUT_BACK, ASKS_SUBSTITUTE, ASKS_SHELF };
enum prep_asks prep_asks(const struct order *o);
const char *prep_asks_name(enum prep_asks a);

/* So many of the pieces that were not handed over are back in their place. */
enum reason prep_kept_back(const struct order_line *l, int64_t qty);
/* How many of them are still to go. */
int64_t prep_kept(const struct order *o);

/* Why the goods of an order have to go back to where they came from; NULL: they have not. */
const char *prep_put_back(const struct order *o, const char *store, int64_t now_ms);
/* Pieces of it that are here. */
int64_t prep_pieces_here(const struct order *o);

/* ---- substitutes: line->swaps ---- */

#define SWAPS_MAX     4 /* products a line is replaced by */
#define SWAP_GTIN_MAX 32
struct swap {
	char gtin[SWAP_GTIN_MAX];
	char sku[ID_MAX + 1];
	int64_t qty;
};
int swaps_read(const struct order_line *l, struct swap ret_swaps[SWAPS_MAX]);
int64_t swaps_count(const struct order_line *l); /* pieces */
/* Is one of them what was scanned? */
bool swaps_named(const struct order_line *l, const struct barcode *b);
/* Writes them as JSON with add->qty more (or fewer) of one; *ret_left: pieces of it then. False:
 * too many products for one line. */
bool swaps_write(const struct order_line *l, const struct swap *add, int64_t *ret_left,
		 struct buf *b);
/* So many pieces of a line leave the shop: how many of them are a substitute's, and of which of
 * swaps_read(). What was ordered leaves first, so what the customer does not want is the
 * substitute. */
int64_t swaps_leave(const struct order_line *l, int64_t pieces, int64_t ret_of[SWAPS_MAX]);
/* The same of pieces that come back: `scanned` of them were a substitute's by their code; -1 nobody
 * looked, then what was ordered comes back first. */
int64_t swaps_back(const struct order_line *l, int64_t pieces, int64_t scanned,
		   int64_t ret_of[SWAPS_MAX]);

#endif
