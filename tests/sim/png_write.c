// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <png.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/sim/bitmap.h"

static void png_rows(png_structp png, png_infop info, const struct bitmap *bitmap, int dpi)
{
	const png_uint_32 per_metre = (png_uint_32)(dpi * 10000 / 254);

	png_set_IHDR(png, info, (png_uint_32)bitmap->width, (png_uint_32)bitmap->height, 1,
		     PNG_COLOR_TYPE_GRAY, PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
		     PNG_FILTER_TYPE_DEFAULT);
	png_set_pHYs(png, info, per_metre, per_metre, PNG_RESOLUTION_METER);
	png_write_info(png, info);
	/* In a PNG 1 is white. */
	png_set_invert_mono(png);
	for (int y = 0; y < bitmap->height; y++)
		png_write_row(png, bitmap->bits + (size_t)y * (size_t)bitmap->stride);
	png_write_end(png, info);
}

int png_write(const char *path, const struct bitmap *bitmap, int dpi)
{
	png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
	png_infop info = png ? png_create_info_struct(png) : NULL;
	FILE *f;
	int r = 0;

	if (!info) {
		png_destroy_write_struct(&png, NULL);
		return -ENOMEM;
	}
	f = fopen(path, "we");
	if (!f) {
		r = -errno;
		png_destroy_write_struct(&png, &info);
		return r;
	}
	if (setjmp(png_jmpbuf(png))) {
		png_destroy_write_struct(&png, &info);
		fclose(f);
		return -EIO;
	}
	png_init_io(png, f);
	png_rows(png, info, bitmap, dpi);
	png_destroy_write_struct(&png, &info);
	return fclose(f) == 0 ? 0 : -errno;
}
