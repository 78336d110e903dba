// SPDX-License-Identifier: Apache-2.0
/*
 * What a barcode means: the one parser, for any bytes a reader delivers. Pure, table-driven, no
 * heap; its work is bounded by SCAN_TEXT_MAX. Whether such a product, order or person exists is
 * for the caller to look up. Lada's own codes and card numbers are scan.h's.
 *
 * EAN, UPC and GTIN: GS1 General Specifications 2 and 7.9; UPC-E is widened by its zero rules.
 * Under an EAN/UPC symbology check digits are enforced; without one a number that would be a GTIN
 * is one only if its check digit is right. Readers send UPC-E as 6, 7 or 8 digits.
 * GS1 data is read under a GS1 carrier; without any AIM identifier only where GS (1Dh) stands in
 * it, which nothing else sends. Everything else with control characters is BARCODE_NONE.
 */
#ifndef LADA_COUNTER_BARCODE_H
#define LADA_COUNTER_BARCODE_H

#include "firmware/base/device.h"
#include "firmware/counter/gs1.h"
#include "firmware/counter/instore.h"

enum barcode_kind {
	BARCODE_NONE,	  /* nothing that can be read: empty, control characters, not UTF-8 */
	BARCODE_WRONG,	  /* means to be a code and breaks its rules: `fault` */
	BARCODE_TEXT,	  /* a text of its own: an order number, an address, anything */
	BARCODE_ITEM,	  /* a product: gtin14 */
	BARCODE_IN_STORE, /* a product by a pattern of this shop: in_store; gtin14 is its base code
			   */
	BARCODE_SSCC,	  /* a parcel or pallet: sscc, and no product */
	BARCODE_FACTS,	  /* GS1 data that names no product, or none that a shop has */
	BARCODE_CUSTOMER, /* 15 digits: a customer's number, as the KID of e-paragon */
};
const char *barcode_kind_name(enum barcode_kind kind); /* "item" … */

#define GTIN_TEXT_MAX 15

struct barcode {
	enum barcode_kind kind;
	enum code_fault fault;
	char fault_ai[5]; /* which AI; "" where there is none */
	char gtin14[GTIN_TEXT_MAX];
	char also[GTIN_TEXT_MAX]; /* the other way to read digits no symbology explains; "" none */
	char sscc[19];
	char customer[19]; /* CUSTOMER, or a GSRN (AI 8018); "" none */
	char lot[21], serial[21];
	int32_t produced, packed, best_before, sell_by, use_by; /* YYYYMMDD, 0 none */
	int64_t pieces;		     /* AI 37: so many of gtin14 (AI 02) inside; -1 none */
	int64_t count;		     /* AI 30, or Q of an in-store code; -1 none */
	int64_t weight_milli;	     /* net, kilograms in thousandths, so grams; -1 none */
	int64_t price;		     /* minor units; -1 none */
	char currency[CURRENCY_MAX]; /* "PLN", or ISO 4217 digits "985" (AI 393n); "" the shop's */
	struct instore_reading in_store; /* kind IN_STORE */
};

struct barcode_rules {
	struct instore_rules in_store;
	int year; /* this one, for dates of two digits */
};

void barcode_read(struct slice text, enum symbology symbology, const struct barcode_rules *rules,
		  struct barcode *ret_barcode);

/* Did the reader say that this is an EAN, UPC or GS1 symbol? */
bool barcode_is_retail(enum symbology symbology);
/* Is `code`, as a product or an order's line names it, what was read? A GTIN of any length, an
 * in-store code's fixed digits and item ("2912345"), or its base code. */
bool barcode_names(const struct barcode *b, struct slice code);
/* How many pieces one scan of it is, if the catalogue says that one of this code is `pack`: what
 * the label counts (AI 30, Q) goes before the catalogue, and so many of AI 02 are AI 37 times that.
 * A count of zero says nothing. */
int64_t barcode_pieces(const struct barcode *b, int64_t pack);
/* What such a code is filed under ("05901234123457", "item 2912345"), and what to look for after a
 * scan, best first; how many. */
#define CODE_KEY_MAX  24
#define CODE_KEYS_MAX 2
int code_keys(struct slice code, char ret_keys[CODE_KEYS_MAX][CODE_KEY_MAX]);
int barcode_keys(const struct barcode *b, char ret_keys[CODE_KEYS_MAX][CODE_KEY_MAX]);

#endif
