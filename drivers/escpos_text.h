// SPDX-License-Identifier: Apache-2.0
/*
 * UTF-8 to what a printer can print: a stream of cells, one column each, and lines of them
 * wrapped at words. No heap; the text and the profile are borrowed.
 *
 * A cell that no page of the profile has is drawn (escpos_raster.h). Only signs that read the
 * same are replaced by ASCII where a page lacks them: quotes, dashes, the ellipsis. A letter and a
 * combining mark become one letter where there is one, else the mark is drawn over the letter (two
 * at most). A no-break space prints as a space at which no line is broken. Nothing here fails:
 * broken UTF-8 is '?', and so is what a printer without raster cannot print.
 *
 * Text is printed in the order in which it is stored, so words of right-to-left scripts stand
 * mirrored: Hebrew letters are right, their order on the paper is not.
 */
#ifndef LADA_DRIVERS_ESCPOS_TEXT_H
#define LADA_DRIVERS_ESCPOS_TEXT_H

#include "drivers/profile.h"

#define ESCPOS_MARKS_MAX 2

struct escpos_cell {
	uint32_t character;		  /* ASCII, or one that a page in `pages` has */
	uint32_t marks[ESCPOS_MARKS_MAX]; /* to be drawn over it, 0 none */
	uint8_t pages;			  /* bit i: the profile's page i; all for ASCII; 0: drawn */
	bool space;			  /* a line may be broken here */
};

struct escpos_text {
	const struct printer_profile *profile;
	struct slice text;
	size_t at;
	uint8_t again; /* of a replacement: the same sign so many times more */
	size_t again_count;
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
