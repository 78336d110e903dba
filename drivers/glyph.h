// SPDX-License-Identifier: Apache-2.0
/*
 * Letters as dots, for what no code page of a printer has: GNU Unifont's glyphs of 8 x 16, made
 * larger. Pure; the font lies in the program (the Makefile takes the alphabets and signs of
 * U+0020..U+2FFF out of Debian's package `unifont`; its licence: README.md).
 *
 * A character the font has not (CJK, emoji, scripts that need shaping) is a hollow box, so a
 * wrong letter is never drawn. Combining marks have glyphs of their own, to be laid over a
 * letter's.
 */
#ifndef LADA_DRIVERS_GLYPH_H
#define LADA_DRIVERS_GLYPH_H

#include "firmware/base/bytes.h"

#define GLYPH_WIDTH	   8
#define GLYPH_HEIGHT	   16
#define GLYPH_LARGE_WIDTH  24
#define GLYPH_LARGE_HEIGHT 48

/* The leftmost dot is the highest bit. False for the box. */
bool glyph_find(uint32_t character, uint8_t ret_rows[GLYPH_HEIGHT]);

/* Three times as large with smoothed slants; the leftmost dot is bit 23. */
void glyph_enlarge(const uint8_t rows[GLYPH_HEIGHT], uint32_t ret_rows[GLYPH_LARGE_HEIGHT]);

/* Is the dot at x, y of `width` x `height` black? Those of the large glyph behind it decide by
 * majority; width is at most 24, height at most 48. */
bool glyph_dot(const uint32_t large[GLYPH_LARGE_HEIGHT], int width, int height, int x, int y);

#endif
