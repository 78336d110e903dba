// SPDX-License-Identifier: Apache-2.0
/*
 * GS1 element strings: AI and value pairs as they stand in a GS1-128, DataBar, DataMatrix, QR or
 * DotCode symbol, checked one by one and against each other. GS (1Dh) is how a reader hands on
 * the separator FNC1. Pure and bounded; nothing is guessed: what breaks a rule is a fault.
 *
 * Values borrow the text that was read. Sources: the AI table re-states facts of the GS1 Barcode
 * Syntax Dictionary (gs1/gs1-syntax-dictionary, Apache-2.0); separators, dates and check digits
 * are those of the GS1 General Specifications, sections 3, 7.8, 7.9 and 7.12.
 *
 * Pairs that only one of several symbols on an item can complete (a lot number beside an SSCC) are
 * no fault here. Country, currency and coupon codes, check characters of AI 8013 and 8014, places
 * on earth and IBANs are not looked into: new ones are given out, and nobody here acts on them.
 */
#ifndef LADA_COUNTER_GS1_H
#define LADA_COUNTER_GS1_H

#include "firmware/base/bytes.h"

#define GS1_SEPARATOR	 0x1d
#define GS1_ELEMENTS_MAX 48
#define GS1_VALUE_MAX	 90 /* bytes of the longest value */

/* What is wrong with a code that means to be one. */
enum code_fault {
	FAULT_NONE,
	FAULT_UNKNOWN_AI,
	FAULT_EMPTY,
	FAULT_SHORT,
	FAULT_LONG,
	FAULT_CHARACTER, /* not in the set this value may be written in */
	FAULT_CHECK_DIGIT,
	FAULT_DATE,
	FAULT_TIME,
	FAULT_VALUE,	     /* a number that may not be zero, or must be */
	FAULT_MISSING,	     /* an AI that has to stand beside this one */
	FAULT_PAIR,	     /* an AI that may not stand beside this one */
	FAULT_CONTRADICTION, /* the same AI twice, with two values */
	FAULT_ORDER,	     /* Digital Link: key qualifiers in a wrong order */
	FAULT_TOO_MANY,
	FAULT_INNER_DIGIT, /* in-store code: the check digit of its price or weight */
	FAULT_AMOUNT,	   /* more money or weight than any shop has */
	FAULT_COMPRESSED,  /* Digital Link in its compressed form, which only a resolver reads */
};
#define FAULT_COUNT (FAULT_COMPRESSED + 1)
const char *code_fault_name(enum code_fault fault); /* "check_digit" … */

/* A row of the AI table. `format` is one component after another: a type (n digits, x the 82, y
 * the 39 and z the 64 characters of the General Specifications), a length or MIN-MAX, and what is
 * to be checked: c check digit, d date (day 00 allowed), D date, y YYYYMMDD, t HHMM, h YYMMDDHH,
 * s MM[SS], p not all zeros, o all zeros, b 0 or 1, m a minus sign. A component behind '?' may be
 * absent. `needs`: one of each group of AIs has to be there; `never`: none of these may; 'n' is any
 * digit. `path`: a key of Digital Link, with the orders of its qualifiers; NULL for none. */
struct gs1_ai {
	uint16_t first, last;
	uint8_t digits;
	const char *format, *needs, *never, *path;
};
/* The row of the AI that begins this text; its length in digits is the row's. NULL: none. */
const struct gs1_ai *gs1_ai_find(struct slice text);
/* Does this AI stand in a list as "01,02,31nn"? */
bool gs1_ai_listed(struct slice ai, const char *list);

struct gs1_element {
	struct slice ai, value;
	const struct gs1_ai *row;
};

struct gs1 {
	int count;
	struct gs1_element element[GS1_ELEMENTS_MAX];
	enum code_fault fault;
	struct slice at; /* the AI with the fault */
};

/* An element string, its leading FNC1 there or not. False, and `fault`, when it is none. */
bool gs1_read(struct slice text, struct gs1 *ret_gs1);
/* Adds and checks one element; an equal one a second time changes nothing. */
bool gs1_add(struct gs1 *g, struct slice ai, struct slice value);
/* Checks the elements against each other. */
bool gs1_settle(struct gs1 *g);
/* n = 0 when it is not there. */
struct slice gs1_value(const struct gs1 *g, const char *ai);
/* The first element in a list as "3100,3101" or "310n"; NULL. */
const struct gs1_element *gs1_any(const struct gs1 *g, const char *list);

/* YYYYMMDD of YYMMDD, the day 00 being the month's last, in the century that puts it within 50
 * years of `year`; 0 when there is no such day. */
int32_t gs1_date(struct slice yymmdd, int year);
/* Mod 10 with weights 3 and 1 from the right, for codes of any length. */
bool gs1_check_digit_right(struct slice digits);

#endif
