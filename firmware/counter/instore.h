// SPDX-License-Identifier: Apache-2.0
/*
 * Codes a shop gives out itself: EAN-13 with prefix 02 or 20..29, EAN-8 with prefix 0 or 2. What
 * they mean is the shop's own affair, so it is policy (record `codes`), never a guess:
 *
 *   {"in_store":["29IIII?WWWWWC scale=3 unit=kg","28IIIIIVPPPPC scale=2 PLN","20IIIIIIIIIIC"]}
 *
 * A pattern is as long as the code. Digits stand for themselves; I is the item, W a weight, P a
 * price, Q pieces, ? anything, V the GS1 check digit of the price or weight (four or five digits;
 * General Specifications 7.9.2 to 7.9.4), C at the end the check digit. W needs `scale` (decimals)
 * and `unit` (kg or g); P needs `scale` and may name its currency. The first pattern that fits a
 * code takes it; a code no pattern takes is a plain number.
 *
 * Pure; the rules own their memory.
 */
#ifndef LADA_COUNTER_INSTORE_H
#define LADA_COUNTER_INSTORE_H

#include "firmware/base/json.h"
#include "firmware/counter/gs1.h"

#define INSTORE_PATTERNS_MAX 32
#define INSTORE_TEXT_MAX     14 /* a code and a NUL */
#define INSTORE_DIGITS_MAX   13
#define CURRENCY_MAX	     4 /* "PLN" and a NUL */

struct instore_pattern {
	char letters[INSTORE_TEXT_MAX];
	uint8_t scale;		     /* decimals of the weight or price */
	bool grams;		     /* the weight's unit is g; else kg */
	char currency[CURRENCY_MAX]; /* "" the shop's */
};

struct instore_rules {
	int count;
	struct instore_pattern pattern[INSTORE_PATTERNS_MAX];
};

/* From the body of policy `codes` (JSON_NONE: no rules). NULL, or what is wrong with it as a word
 * for HQ: "codes_list", "codes_count", "codes_length", "codes_prefix", "codes_letter",
 * "codes_check", "codes_item", "codes_measure", "codes_scale", "codes_unit", "codes_currency",
 * "codes_option". ret_rules is then empty. */
const char *instore_rules_read(struct json policy, struct instore_rules *ret_rules);

struct instore_reading {
	char item[INSTORE_TEXT_MAX]; /* the item's digits */
	/* How a product's `gtin` may name it: the fixed digits and the item, or the whole code with
	 * 0 for what changes from piece to piece, and its check digit. */
	char code[INSTORE_TEXT_MAX];
	char base[INSTORE_TEXT_MAX];
	int64_t weight_milli; /* kilograms in thousandths, so grams; -1 none */
	int64_t price;	      /* minor units; -1 none */
	int64_t pieces;	      /* -1 none */
	char currency[CURRENCY_MAX];
};

enum instore_match { INSTORE_NOT, INSTORE_TAKEN, INSTORE_WRONG };

/* A code of 8 or 13 digits with a right check digit. WRONG: its inner check digit is not. */
enum instore_match instore_match(const struct instore_rules *rules, struct slice digits,
				 struct instore_reading *ret_reading);

/* `value` with `scale` decimals in units of 10^-want, half up. */
int64_t scale_to(int64_t value, int scale, int want);
/* The GS1 check digit of a price or weight of four or five digits. */
int measure_check_digit(struct slice digits);

#endif
