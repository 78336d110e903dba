// SPDX-License-Identifier: Apache-2.0
/*
 * Characters drawn into cells with FreeType, as dots. The printer's fonts are stood in for by
 * DejaVu Sans Mono: font A 12x24, font B 9x17 (Epson TM-T20II). The owner closes it. Opening
 * fails with -ENOENT when the font file cannot be read; drawing a character the font lacks
 * leaves its "missing" box.
 */
#ifndef LADA_SIM_FONT_H
#define LADA_SIM_FONT_H

#include "tests/sim/bitmap.h"

#define FONT_PATH "/usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf"

struct font;

struct font_cell {
	int width;
	int height;
	int baseline; /* rows from the top of the cell */
	int em;       /* pixel size whose advance is the cell's width */
};

extern const struct font_cell font_cells[2]; /* A, B */

int font_open(const char *path, struct font **ret_font);
void font_close(struct font *font);
/* Draws with the cell's top left at x, y; times_x and times_y are 1..8; clipped to the cell. */
void font_draw(struct font *font, struct bitmap *to, int x, int y, uint32_t codepoint,
	       const struct font_cell *cell, int times_x, int times_y, bool bold);

#endif
