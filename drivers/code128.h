// SPDX-License-Identifier: Apache-2.0
/*
 * CODE128 (ISO/IEC 15417): the shortest sequence of symbols for a text, over code sets A, B and
 * C; its bars; and its data as ESC/POS wants it. Pure.
 *
 * The text is ASCII; `{1` in it is FNC1, `{{` a brace, any other `{` itself. -EINVAL: other
 * characters, nothing at all, or more than CODE128_TEXT_MAX bytes.
 */
#ifndef LADA_DRIVERS_CODE128_H
#define LADA_DRIVERS_CODE128_H

#include "firmware/base/bytes.h"

#define CODE128_TEXT_MAX    80
#define CODE128_VALUES_MAX  (2 * CODE128_TEXT_MAX + 2)
#define CODE128_MODULES_MAX (11 * CODE128_VALUES_MAX + 13)
#define CODE128_DATA_MAX    (2 * CODE128_VALUES_MAX)

struct code128 {
	uint8_t values[CODE128_VALUES_MAX]; /* start and check symbol too, not the stop */
	size_t count;
	char text[CODE128_TEXT_MAX + 1]; /* for people: without FNC1 */
};

int code128_make(struct slice text, struct code128 *ret_code);
int code128_modules(const struct code128 *code); /* without quiet zones */
/* One byte a module, 1 black; returns how many. */
int code128_bars(const struct code128 *code, uint8_t ret_modules[CODE128_MODULES_MAX]);
/* The data of GS k 73 (`{B` …); returns its length. */
size_t code128_data(const struct code128 *code, uint8_t ret_data[CODE128_DATA_MAX]);

#endif
