// SPDX-License-Identifier: Apache-2.0
#include <qrencode.h>
#include <string.h>

#include "drivers/escpos_encode.h"
#include "firmware/base/text.h"

#define MODULE_DOTS	6
#define MODULE_DOTS_MIN 2
#define QUIET_MODULES	4
#define SLICE_MODULES	16   /* rows of modules in one GS v 0, see ESCPOS_SWALLOW_MAX */
#define QR_TEXT_MAX	1000 /* keeps DLE EOT out of the length of GS ( k */
#define RASTER_ROW_MAX	128

static void put_command(struct buf *out, const uint8_t *p, size_t n)
{
	buf_add(out, p, n);
}
#define PUT(out, ...)                                                                              \
	put_command(out, (const uint8_t[]){ __VA_ARGS__ }, sizeof((const uint8_t[]){ __VA_ARGS__ }))

/* GS ( k with cn = 49: model 2, module size, level M, store, print. Quiet zones are not added by
 * the printer. */
static void qr_native(struct buf *out, struct slice text, int module)
{
	const size_t n = text.n + 3;
	const uint8_t quiet = (uint8_t)(QUIET_MODULES * module);

	PUT(out, 0x1b, 'J', quiet);
	PUT(out, 0x1d, '(', 'k', 4, 0, 49, 65, 50, 0);
	PUT(out, 0x1d, '(', 'k', 3, 0, 49, 67, (uint8_t)module);
	PUT(out, 0x1d, '(', 'k', 3, 0, 49, 69, 49);
	PUT(out, 0x1d, '(', 'k', (uint8_t)(n & 0xff), (uint8_t)(n >> 8), 49, 80, 48);
	buf_slice(out, text);
	PUT(out, 0x1d, '(', 'k', 3, 0, 49, 81, 48);
	PUT(out, 0x1b, 'J', quiet);
}

/* One row of dots: row `y` of modules, -QUIET_MODULES .. width + QUIET_MODULES - 1. */
static void raster_row(const QRcode *qr, int y, int module, uint8_t *row)
{
	int dot;

	if (y < 0 || y >= qr->width)
		return;
	for (int x = 0; x < qr->width; x++) {
		if (!(qr->data[y * qr->width + x] & 1))
			continue;
		dot = (x + QUIET_MODULES) * module;
		for (int i = 0; i < module; i++, dot++)
			row[dot / 8] |= (uint8_t)(0x80 >> (dot % 8));
	}
}

static void qr_raster(struct buf *out, const QRcode *qr, int module)
{
	const int across = ((qr->width + 2 * QUIET_MODULES) * module + 7) / 8;
	const int end = qr->width + QUIET_MODULES;

	for (int top = -QUIET_MODULES; top < end; top += SLICE_MODULES) {
		const int bottom = top + SLICE_MODULES < end ? top + SLICE_MODULES : end;

		PUT(out, 0x1d, 'v', '0', 0, (uint8_t)across, 0, (uint8_t)((bottom - top) * module),
		    0);
		for (int y = top; y < bottom; y++) {
			uint8_t row[RASTER_ROW_MAX] = { 0 };

			raster_row(qr, y, module, row);
			for (int i = 0; i < module; i++)
				buf_add(out, row, (size_t)across);
		}
	}
}

/* The largest module that fits across the paper with its quiet zones; 0 none. */
static int module_size(const QRcode *qr, int dots)
{
	for (int module = MODULE_DOTS; module >= MODULE_DOTS_MIN; module--)
		if ((qr->width + 2 * QUIET_MODULES) * module <= dots)
			return module;
	return 0;
}

bool escpos_put_qr(struct buf *out, const struct printer_profile *profile, struct slice text)
{
	char copy[QR_TEXT_MAX + 1];
	QRcode *qr;
	int module;

	if (text.n == 0 || slice_copy(text, copy, sizeof(copy)) < 0 || strlen(copy) != text.n)
		return false;
	qr = QRcode_encodeString8bit(copy, 0, QR_ECLEVEL_M);
	if (!qr)
		return false;
	module = module_size(qr, profile->dots);
	if (module > 0) {
		PUT(out, 0x1b, 'a', 1);
		switch (profile->qr) {
		case PROFILE_QR_NATIVE:
			qr_native(out, text, module);
			break;
		case PROFILE_QR_RASTER:
			qr_raster(out, qr, module);
			break;
		}
		PUT(out, 0x1b, 'a', 0);
	}
	QRcode_free(qr);
	return module > 0;
}

static char check_digit(const char *digits)
{
	int sum = 0;

	for (int i = 0; i < 12; i++)
		sum += (digits[i] - '0') * (i % 2 ? 3 : 1);
	return (char)('0' + (10 - sum % 10) % 10);
}

/* GS k in its older form, which printers without the newer one have too. A wrong check digit
 * would print nothing on many models. */
bool escpos_put_ean13(struct buf *out, struct slice digits)
{
	char code[14] = "";

	if ((digits.n != 12 && digits.n != 13) || !text_digits(digits))
		return false;
	memcpy(code, digits.p, 12);
	code[12] = check_digit(code);
	if (digits.n == 13 && digits.p[12] != code[12])
		return false;
	PUT(out, 0x1b, 'a', 1);
	PUT(out, 0x1d, 'h', 80);
	PUT(out, 0x1d, 'w', 3);
	PUT(out, 0x1d, 'H', 2);
	PUT(out, 0x1d, 'f', 0);
	PUT(out, 0x1d, 'k', 2);
	buf_add(out, code, 13);
	PUT(out, 0, 0x1b, 'a', 0);
	return true;
}
