// SPDX-License-Identifier: Apache-2.0
/*
 * The text of a code while it comes in, and the event it becomes: what all scanner drivers share.
 * Pure; part of a driver's state, zero it to begin. Sizes are bytes.
 *
 * Source of the AIM identifiers: ISO/IEC 15424.
 */
#ifndef LADA_DRIVERS_SCAN_TEXT_H
#define LADA_DRIVERS_SCAN_TEXT_H

#include "drivers/driver.h"

/* A silence this long in the middle of a code ends it, for devices that type or report it. */
#define SCAN_GAP_MS 1000

struct scan_text {
	uint8_t bytes[SCAN_TEXT_MAX];
	size_t n;
	bool too_long;	  /* beyond SCAN_TEXT_MAX: this code will not be told */
	uint64_t garbage; /* bytes that became no scan */
};

/* Is there an identifier at the beginning: ']', a code letter, a modifier that is a hex digit? */
bool scan_starts_with_aim(const void *p, size_t n);

/* Forgets the code; its bytes were of use, or are counted already. */
void scan_text_clear(struct scan_text *t);
/* Forgets the code and counts its bytes. */
void scan_text_drop(struct scan_text *t);
void scan_text_add(struct scan_text *t, const void *p, size_t n);
/* Takes an identifier off the beginning; `ret_aim` is not written where there is none. */
void scan_text_take_aim(struct scan_text *t, char ret_aim[AIM_MAX]);
/* Tells the code, unless it is empty or too long, and forgets it. */
void scan_text_tell(struct scan_text *t, const char *aim, const struct sink *sink);

#endif
