// SPDX-License-Identifier: Apache-2.0
/*
 * One-bit pictures, 1 = black, leftmost dot in the highest bit of each byte. Zero-initialise
 * and bitmap_init; the owner frees. Drawing outside is clipped; a picture grows downwards only
 * through bitmap_grow, up to BITMAP_ROWS_MAX (rows beyond are lost, as off the end of a roll).
 * png_write stores one as a 1-bit grey PNG with its resolution; it fails with a negative errno.
 */
#ifndef LADA_SIM_BITMAP_H
#define LADA_SIM_BITMAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BITMAP_ROWS_MAX 65536

struct bitmap {
	int width;
	int height;
	int stride; /* bytes */
	int rows_cap;
	uint8_t *bits;
};

void bitmap_init(struct bitmap *bitmap, int width, int height);
void bitmap_grow(struct bitmap *bitmap, int height);
bool bitmap_get(const struct bitmap *bitmap, int x, int y);
void bitmap_set(struct bitmap *bitmap, int x, int y, bool black);
void bitmap_fill(struct bitmap *bitmap, int x, int y, int w, int h);
void bitmap_invert(struct bitmap *bitmap, int x, int y, int w, int h);
/* Adds the source's black dots, turned by 180 degrees if flip. */
void bitmap_stamp(struct bitmap *to, const struct bitmap *from, int x, int y, bool flip);
void bitmap_free(struct bitmap *bitmap);

int png_write(const char *path, const struct bitmap *bitmap, int dpi);

#endif
