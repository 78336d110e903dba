// SPDX-License-Identifier: Apache-2.0
/*
 * Practice: what of it is told apart from the real thing, and the orders that are practised with.
 * Their numbers are SZK-1 to SZK-8 (szkolenie), which no HQ gives; their codes are signed with a
 * key that everybody knows and that no shop pins, so a printed practice sheet stays good. Pure.
 *
 * Amounts in grosze, times in ms. Nothing here fails.
 */
#ifndef LADA_COUNTER_TRAINING_H
#define LADA_COUNTER_TRAINING_H

#include "firmware/base/json.h"
#include "firmware/base/money.h"
#include "firmware/base/text.h"
#include "firmware/counter/reason.h"

#define PRACTICE_ORDERS	  8
#define PRACTICE_PRODUCTS 6 /* different ones in all of them */
#define PRACTICE_PIN	  "123456"
#define PRACTICE_PHONE	  "+48600000000" /* of the first two: several orders by one phone */
#define PRACTICE_STORE	  "SZK"
#define PRACTICE_ID_MAX	  8

struct practice_product {
	char sku[ID_MAX + 1];
	char gtin[16];
	char name[128];
	char vat[4];
	int64_t price;
};

/* One of those that are there where the shop has too few. */
struct practice_product practice_product(int n);

struct practice_facts {
	int64_t now_ms;
	enum language language;
	const char *store, *lane;
	/* By order, "" where codes cannot be typed. */
	char pin_hash[PRACTICE_ORDERS][40];
	char phone_hash[40];
	struct practice_product products[PRACTICE_PRODUCTS];
};

void practice_id(int n, char dst[PRACTICE_ID_MAX]); /* 0: SZK-1 */
bool practice_names(struct slice id);		    /* is it one of their numbers? */
/* What it is there to learn, for people. */
const char *practice_teaches(int n, enum language l);
/* HQ's op that puts it. */
void practice_write(const struct practice_facts *f, int n, struct buf *b);

/* What a code, a number or a label names. */
enum named { NAMED_NOTHING, NAMED_REAL, NAMED_PRACTICE };
/* Each only where it belongs. */
enum reason training_verdict(bool training, enum named named);

/* A document as it is printed in training: said at its head and at its foot, and no drawer opens.
 * Check ret_doc's overflow. */
void training_mark(struct slice doc, struct buf *ret_doc);
extern const char TRAINING_MARK[];
#define TRAINING_SHORT "SZKOLENIE / TRAINING" /* 20 columns */

#endif
