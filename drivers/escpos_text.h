// SPDX-License-Identifier: Apache-2.0
/*
 * UTF-8 to what a printer with code pages can print: a stream of cells, one column each, and
 * lines of them wrapped at words. No heap; the text and the profile are borrowed.
 *
 * A character that no page of the profile has is replaced by a look-alike or an ASCII spelling
 * (the table in escpos_text.c is the documentation), and by '?' as the last resort. A letter and
 * a combining mark become one letter where there is one. A no-break space prints as a space at
 * which no line is broken. Nothing here fails: broken UTF-8 is '?'.
 */
#ifndef LADA_DRIVERS_ESCPOS_TEXT_H
#define LADA_DRIVERS_ESCPOS_TEXT_H

#include "drivers/profile.h"

struct escpos_cell {
	uint32_t character; /* ASCII, or one that a page in `pages` has */
	uint8_t pages;	    /* bit i: the profile's page i; all bits for ASCII */
	bool space;	    /* a line may be broken here */
};

#define ESCPOS_FOLD_MAX 16

struct escpos_text {
	const struct printer_profile *profile;
	struct slice text;
	size_t at;
	uint32_t waiting[ESCPOS_FOLD_MAX]; /* of a replacement, last one first */
	size_t waiting_count;
};

struct escpos_text escpos_text(const struct printer_profile *profile, struct slice text);
bool escpos_text_next(struct escpos_text *t, struct escpos_cell *ret_cell);

/* Lines of at most `width` cells. `escpos_wrap_next` leaves a line in cells[0..line). An empty
 * text is one empty line. */
struct escpos_wrap {
	struct escpos_text text;
	size_t width;
	struct escpos_cell cells[PROFILE_COLUMNS_MAX + 1];
	size_t n;    /* cells here */
	size_t line; /* of the line to print, trailing spaces left off */
	size_t used; /* of the line to print, with the space it was broken at */
	bool begun;
};

void escpos_wrap_start(struct escpos_wrap *w, const struct printer_profile *profile,
		       struct slice text, size_t width);
bool escpos_wrap_next(struct escpos_wrap *w);

#endif
