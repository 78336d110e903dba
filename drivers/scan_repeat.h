// SPDX-License-Identifier: Apache-2.0
/*
 * The same text within 300 ms of itself is one read (INTERFACES section 2). A reader that
 * repeats a code every 200 ms makes one read of it however long it goes on. Texts in between do
 * not end the 300 ms. Pure; zero the struct to begin. Times are monotonic milliseconds.
 */
#ifndef LADA_DRIVERS_SCAN_REPEAT_H
#define LADA_DRIVERS_SCAN_REPEAT_H

#include "firmware/base/bytes.h"
#include "firmware/base/device.h"

#define SCAN_REPEAT_MS	  300
#define SCAN_REPEAT_TEXTS 4 /* more different codes than a reader manages in that time */

struct scan_repeats {
	struct {
		char text[SCAN_TEXT_MAX];
		size_t n; /* 0: unused */
		int64_t read_ms;
	} recent[SCAN_REPEAT_TEXTS];
};

/* Is this read a repeat? Remembers it either way. */
bool scan_is_repeat(struct scan_repeats *r, struct slice text, int64_t read_ms);

#endif
