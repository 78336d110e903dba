// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/bitmap.h"

#include <stdlib.h>
#include <string.h>

#include "tests/sim/util.h"

void bitmap_init(struct bitmap *bitmap, int width, int height)
{
	*bitmap = (struct bitmap){ .width = width, .stride = (width + 7) / 8 };
	bitmap_grow(bitmap, height);
}

void bitmap_grow(struct bitmap *bitmap, int height)
{
	if (height > BITMAP_ROWS_MAX)
		height = BITMAP_ROWS_MAX;
	if (height <= bitmap->height)
		return;
	if (height > bitmap->rows_cap) {
		bitmap->rows_cap = height * 2;
		bitmap->bits = sim_alloc(bitmap->bits,
					 (size_t)bitmap->rows_cap * (size_t)bitmap->stride);
	}
	memset(bitmap->bits + (size_t)bitmap->height * (size_t)bitmap->stride, 0,
	       (size_t)(height - bitmap->height) * (size_t)bitmap->stride);
	bitmap->height = height;
}

static bool bitmap_inside(const struct bitmap *bitmap, int x, int y)
{
	return x >= 0 && y >= 0 && x < bitmap->width && y < bitmap->height;
}

bool bitmap_get(const struct bitmap *bitmap, int x, int y)
{
	if (!bitmap_inside(bitmap, x, y))
		return false;
	return bitmap->bits[(size_t)y * (size_t)bitmap->stride + (size_t)x / 8] & (0x80 >> x % 8);
}

void bitmap_set(struct bitmap *bitmap, int x, int y, bool black)
{
	uint8_t *byte;

	if (!bitmap_inside(bitmap, x, y))
		return;
	byte = &bitmap->bits[(size_t)y * (size_t)bitmap->stride + (size_t)x / 8];
	if (black)
		*byte |= (uint8_t)(0x80 >> x % 8);
	else
		*byte &= (uint8_t)~(0x80 >> x % 8);
}

void bitmap_fill(struct bitmap *bitmap, int x, int y, int w, int h)
{
	for (int j = y; j < y + h; j++)
		for (int i = x; i < x + w; i++)
			bitmap_set(bitmap, i, j, true);
}

void bitmap_invert(struct bitmap *bitmap, int x, int y, int w, int h)
{
	for (int j = y; j < y + h; j++)
		for (int i = x; i < x + w; i++)
			bitmap_set(bitmap, i, j, !bitmap_get(bitmap, i, j));
}

void bitmap_stamp(struct bitmap *to, const struct bitmap *from, int x, int y, bool flip)
{
	for (int j = 0; j < from->height; j++) {
		for (int i = 0; i < from->width; i++) {
			const int u = flip ? from->width - 1 - i : i;
			const int v = flip ? from->height - 1 - j : j;

			if (bitmap_get(from, u, v))
				bitmap_set(to, x + i, y + j, true);
		}
	}
}

void bitmap_free(struct bitmap *bitmap)
{
	free(bitmap->bits);
	*bitmap = (struct bitmap){ 0 };
}
