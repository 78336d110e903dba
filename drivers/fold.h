// SPDX-License-Identifier: Apache-2.0
/*
 * UTF-8 to what a device can show: a stream of characters, each ASCII or one that the device has.
 *
 * What it has not is replaced by a look-alike or an ASCII spelling (the table in fold.c is the
 * documentation; Ukrainian by the rules of 2010), and by '?' as the last resort. A letter and a
 * combining mark become one letter where there is one; invisible characters are left out; control
 * characters become spaces, so none ever reaches a device in text. Broken UTF-8 is '?'. Nothing
 * here fails or allocates; the text is borrowed.
 */
#ifndef LADA_DRIVERS_FOLD_H
#define LADA_DRIVERS_FOLD_H

#include "firmware/base/bytes.h"

#define FOLD_GLUE     0xa0u /* every no-break space comes out as this one: show a space */
#define FOLD_LONGEST  4	    /* characters of one replacement: "shch" */
#define FOLD_WAIT_MAX 16

struct fold {
	struct slice text;
	size_t at;
	bool (*has)(const void *ctx, uint32_t character); /* asked above ASCII; NULL: nothing */
	const void *ctx;
	uint32_t waiting[FOLD_WAIT_MAX]; /* of a replacement, last one first */
	size_t waiting_count;
};

struct fold fold_start(struct slice text, bool (*has)(const void *ctx, uint32_t character),
		       const void *ctx);
/* Letter and combining mark as one letter; the letter alone where there is none. */
uint32_t fold_join(uint32_t letter, uint32_t mark);
/* False at the end of the text. */
bool fold_next(struct fold *f, uint32_t *ret_character);

#endif
