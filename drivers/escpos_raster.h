// SPDX-License-Identifier: Apache-2.0
/*
 * Inside the encoder: dots. Pictures go out as GS v 0 in slices, so that a printer which lost its
 * link in the middle of one swallows no more than ESCPOS_SWALLOW_MAX bytes, and no byte pair that
 * printers take for a real-time command (DLE EOT, ENQ, DC4) is in them: one dot more is set there.
 *
 * A line of text that no code page covers is drawn whole, each cell where it would have stood, at
 * font A's size and with the line's feed, so the layout stays as it was.
 */
#ifndef LADA_DRIVERS_ESCPOS_RASTER_H
#define LADA_DRIVERS_ESCPOS_RASTER_H

#include "drivers/escpos_text.h"

#define ESCPOS_ROW_MAX (PROFILE_DOTS_MAX / 8) /* bytes of a row of dots */

struct escpos_style {
	bool bold;
	bool centred;
	int times; /* 1 or 2: both ways */
};

/* A picture of `rows` rows of `row_bytes` <= ESCPOS_ROW_MAX, given row by row; it begins at the
 * start of a line. */
struct escpos_picture {
	struct buf *out;
	int row_bytes;
	int rows;	/* to come */
	int in_slice;	/* of them in the slice that was begun */
	uint8_t before; /* the last byte */
};

struct escpos_picture escpos_picture(struct buf *out, int row_bytes, int rows);
/* One row so many times; never more than were announced. */
void escpos_picture_row(struct escpos_picture *p, const uint8_t *row, int times);

/* The cells of one line, at most the profile's columns; ends the line. */
void escpos_put_drawn(struct buf *out, const struct printer_profile *profile,
		      const struct escpos_cell *cells, size_t n, struct escpos_style style);

#endif
