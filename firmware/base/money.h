// SPDX-License-Identifier: Apache-2.0
/*
 * Money is a whole number of minor units (grosze) in an int64_t; no floating point anywhere.
 */
#ifndef LADA_BASE_MONEY_H
#define LADA_BASE_MONEY_H

#include "firmware/base/bytes.h"

enum language { LANGUAGE_PL, LANGUAGE_EN, LANGUAGE_UK };

/* LANGUAGE_PL for anything it does not know. */
enum language language_of(struct slice code);
const char *language_code(enum language l);

/* The largest amount a record may carry: 10 milliard zloty; sums of lines cannot overflow. */
#define MONEY_MAX INT64_C(1000000000000)

/*
 * The part of `paid` (a whole line, `qty` pieces) that belongs to pieces from+1 .. from+n, by
 * cumulative rounding, half up: parts of any sequence add up to exactly `paid`. Wants
 * 0 <= from, from + n <= qty, 0 < qty, 0 <= paid <= MONEY_MAX.
 */
int64_t money_part(int64_t paid, int64_t qty, int64_t from, int64_t n);

#define MONEY_TEXT_MAX 48
/* "1234,50 zł" (pl), "1234.50 zł" (en), "1234,50 zł" (uk); grouping by a no-break space from
 * five digits on in pl and uk, by a comma from four digits in en. */
void money_format(int64_t amount, enum language l, char dst[MONEY_TEXT_MAX]);

#endif
