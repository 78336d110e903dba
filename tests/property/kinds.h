// SPDX-License-Identifier: Apache-2.0
/* The kinds of events, in the order of their names in people.c. */
#ifndef LADA_TESTS_PROPERTY_KINDS_H
#define LADA_TESTS_PROPERTY_KINDS_H

#include <stdbool.h>
#include <stdint.h>

enum kind {
	/* handing over */
	CODE_SCANNED,
	ORDER_TYPED,
	FOUND_BY_PIN,
	TAKEN,
	VOUCHED,
	ITEM_CHECKED,
	ITEM_SCANNED,
	AGE_SEEN,
	ITEM_SHORT,
	PAID,
	RECEIPTED,
	REVERSED,
	HANDED_OVER,
	PICKUP_CANCELLED,
	/* preparing */
	PREP_STARTED,
	PICKED,
	PUT_BACK,
	PREP_SHORT,
	SUBSTITUTED,
	STAGED,
	UNSTAGED,
	PREP_CANCELLED,
	PARCEL,
	LABEL_SCANNED,
	/* taking back */
	RETURN_STARTED,
	RETURN_LINE,
	RETURN_ACCEPTED,
	RETURN_CANCELLED,
	COMPLAINED,
	/* people, shifts and the drawer */
	SHIFT_OPENED,
	SHIFT_CLOSED,
	SHIFT_REPORTED,
	CASH_MOVED,
	APPROVED,
	LOGGED_IN,
	EXTENDED,
	ODD_SCAN,
	BAD_INPUT,
	PRESSED_AGAIN,
	OTHER_PRESS,
	/* HQ */
	HQ_HEARS,
	HQ_WRITES,
	HQ_CHANGES,
	HQ_SLOPPY,
	HQ_STOCK,
	HQ_SNAPSHOT,
	HQ_ANSWERS,
	HQ_POLICY,
	/* the rest of the world */
	SIBLING,
	PAPER,
	PRINTER,
	RESTART,
	TIME_PASSES,
	LINE,
	KINDS
};

struct run;
struct chance;

/* people.c, people_prep.c, people_money.c: what a kind does. */
void do_pickup(struct run *r, int kind, struct chance *c);
void do_prep(struct run *r, int kind, struct chance *c);
void do_return(struct run *r, int kind, struct chance *c);
void do_money(struct run *r, int kind, struct chance *c);
void do_odd(struct run *r, int kind, struct chance *c);
void do_world(struct run *r, int kind, struct chance *c);

/* A press of whoever is logged in: the refusal law is held to it. */
void press(struct run *r, struct chance *c, const char *verb, const char *args);
void scan(struct run *r, struct chance *c, const char *text, bool kiosk);
/* Now and then what nobody would say. */
int64_t odd_qty(struct chance *c, int64_t qty);
/* What the open work lacks: a line, how many pieces of which product, money. */
struct wanted {
	int line; /* 0 none */
	int sku;
	int64_t pieces, due;
	bool begun;	  /* some line has pieces */
	bool serial, age; /* a serial number, or whether somebody looked at the customer's age */
};
struct wanted wanted_now(struct run *r, struct chance *c);
/* A line of the open order, by chance; 0 where there is none. Odd now and then. */
int open_line(struct run *r, struct chance *c);
/* The order that is open at the counter, loaded into station.st->order; false: none. */
bool open_order(struct run *r);
/* An order somebody has business with, by the word they came for. */
int some_order(struct run *r, struct chance *c, const char *const *statuses);

#endif
