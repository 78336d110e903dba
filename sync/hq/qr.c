// SPDX-License-Identifier: Apache-2.0
#include "sync/hq/qr.h"

#include <errno.h>
#include <png.h>
#include <qrencode.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define IMAGE_MAX ((177 + 2 * QR_QUIET) * QR_MODULE_PX) /* pixels, of the largest symbol */

static QRcode *encode(const char *text)
{
	return QRcode_encodeData((int)strlen(text), (const unsigned char *)text, 0, QR_ECLEVEL_M);
}

/* Dark? Coordinates count from the corner of the quiet zone. */
static bool dark(const QRcode *qr, int x, int y)
{
	x -= QR_QUIET;
	y -= QR_QUIET;
	return x >= 0 && y >= 0 && x < qr->width && y < qr->width &&
	       (qr->data[y * qr->width + x] & 1);
}

/* Opens it, has it written, and closes it: 0, or what went wrong. */
static int write_file(const char *path, int (*write)(FILE *f, const void *what), const void *what)
{
	FILE *f = fopen(path, "we");
	int err;

	if (!f)
		return -errno;
	err = write(f, what);
	if (ferror(f))
		err = -EIO;
	if (fclose(f) != 0)
		err = -EIO;
	return err;
}

static int write_png(FILE *f, const void *what)
{
	const QRcode *qr = what;
	png_image image = { .version = PNG_IMAGE_VERSION, .format = PNG_FORMAT_GRAY };
	int size = (qr->width + 2 * QR_QUIET) * QR_MODULE_PX;
	unsigned char *pixels;
	int err = 0;

	if (size > IMAGE_MAX)
		return -EFBIG;
	pixels = malloc((size_t)size * (size_t)size);
	if (!pixels)
		return -ENOMEM;
	for (int y = 0; y < size; y++) {
		for (int x = 0; x < size; x++)
			pixels[y * size + x] =
				dark(qr, x / QR_MODULE_PX, y / QR_MODULE_PX) ? 0 : 255;
	}
	image.width = image.height = (png_uint_32)size;
	if (!png_image_write_to_stdio(&image, f, 0, pixels, size, NULL))
		err = -EIO;
	free(pixels);
	return err;
}

int qr_png(const char *text, const char *path)
{
	QRcode *qr = encode(text);
	int err;

	if (!qr)
		return -errno;
	err = write_file(path, write_png, qr);
	QRcode_free(qr);
	return err;
}

static int write_svg(FILE *f, const void *what)
{
	const QRcode *qr = what;
	int size = qr->width + 2 * QR_QUIET;

	fprintf(f,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\""
		" viewBox=\"0 0 %d %d\" shape-rendering=\"crispEdges\">\n"
		"<rect width=\"%d\" height=\"%d\" fill=\"#fff\"/>\n<path d=\"",
		size * QR_MODULE_PX, size * QR_MODULE_PX, size, size, size, size);
	for (int y = 0; y < size; y++) {
		for (int x = 0; x < size; x++) {
			if (dark(qr, x, y))
				fprintf(f, "M%d %dh1v1h-1z", x, y);
		}
	}
	fprintf(f, "\" fill=\"#000\"/>\n</svg>\n");
	return 0;
}

int qr_svg(const char *text, const char *path)
{
	QRcode *qr = encode(text);
	int err;

	if (!qr)
		return -errno;
	err = write_file(path, write_svg, qr);
	QRcode_free(qr);
	return err;
}

int qr_terminal(const char *text, FILE *out)
{
	static const char *const block[] = { "\u2588", "\u2580", "\u2584", " " };
	QRcode *qr = encode(text);
	int size;

	if (!qr)
		return -errno;
	size = qr->width + 2 * QR_QUIET;
	for (int y = 0; y < size; y += 2) {
		for (int x = 0; x < size; x++)
			fputs(block[dark(qr, x, y) * 2 + dark(qr, x, y + 1)], out);
		fputc('\n', out);
	}
	QRcode_free(qr);
	return ferror(out) ? -EIO : 0;
}
