// SPDX-License-Identifier: Apache-2.0
#include <qrencode.h>
#include <string.h>

#include "drivers/code128.h"
#include "drivers/escpos_encode.h"
#include "drivers/escpos_raster.h"
#include "firmware/base/text.h"

#define MODULE_DOTS	6
#define MODULE_DOTS_MIN 2
#define QUIET_MODULES	4
#define QR_TEXT_MAX	1000 /* keeps DLE EOT out of the length of GS ( k */
#define BAR_DOTS	3    /* a module of a bar code */
#define BAR_DOTS_MIN	2
#define BAR_QUIET	10 /* modules at either side, CODE128 */
#define EAN13_MODULES	(11 + 95 + 7)
#define EAN8_MODULES	(7 + 67 + 7)

static void put_command(struct buf *out, const uint8_t *p, size_t n)
{
	buf_add(out, p, n);
}
#define PUT(out, ...)                                                                              \
	put_command(out, (const uint8_t[]){ __VA_ARGS__ }, sizeof((const uint8_t[]){ __VA_ARGS__ }))

/* ---- QR ---- */

/* Modules of a side at level M when all is taken as bytes: no printer needs more. 0: too long.
 * ISO/IEC 18004, table of capacities. */
static int qr_side(size_t bytes)
{
	static const uint16_t most[] = { 14,  26,  42,	62,  84,  106, 122, 152, 180,
					 213, 251, 287, 331, 362, 412, 450, 504, 560,
					 624, 666, 711, 779, 857, 911, 997, 1059 };

	for (size_t i = 0; i < COUNT_OF(most); i++)
		if (bytes <= most[i])
			return 21 + 4 * (int)i;
	return 0;
}

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

/* `dots` black ones from `from` on. */
static void set_dots(uint8_t *row, int from, int dots)
{
	for (int i = from; i < from + dots; i++)
		row[i / 8] |= (uint8_t)(0x80 >> (i % 8));
}

static void qr_raster(struct buf *out, const QRcode *qr, int module)
{
	static const uint8_t blank[ESCPOS_ROW_MAX];
	const int side = (qr->width + 2 * QUIET_MODULES) * module;
	struct escpos_picture p = escpos_picture(out, (side + 7) / 8, side);

	escpos_picture_row(&p, blank, QUIET_MODULES * module);
	for (int y = 0; y < qr->width; y++) {
		uint8_t row[ESCPOS_ROW_MAX] = { 0 };

		for (int x = 0; x < qr->width; x++)
			if (qr->data[y * qr->width + x] & 1)
				set_dots(row, (x + QUIET_MODULES) * module, module);
		escpos_picture_row(&p, row, module);
	}
	escpos_picture_row(&p, blank, QUIET_MODULES * module);
}

/* The largest module with which a symbol fits across the paper; 0 none. */
static int fit(int modules, int dots, int most, int least)
{
	for (int size = most; size >= least; size--)
		if (modules * size <= dots)
			return size;
	return 0;
}

static bool draw_qr(struct buf *out, const struct printer_profile *profile, struct slice text)
{
	char copy[QR_TEXT_MAX + 1];
	QRcode *qr;
	int module;

	if (profile->no_raster || slice_copy(text, copy, sizeof(copy)) < 0 ||
	    strlen(copy) != text.n)
		return false;
	qr = QRcode_encodeString8bit(copy, 0, QR_ECLEVEL_M);
	if (!qr)
		return false;
	module = fit(qr->width + 2 * QUIET_MODULES, profile->dots, MODULE_DOTS, MODULE_DOTS_MIN);
	if (module > 0) {
		PUT(out, 0x1b, 'a', 1);
		qr_raster(out, qr, module);
		PUT(out, 0x1b, 'a', 0);
	}
	QRcode_free(qr);
	return module > 0;
}

bool escpos_put_qr(struct buf *out, const struct printer_profile *profile, struct slice text)
{
	const int side = text.n <= QR_TEXT_MAX ? qr_side(text.n) : 0;
	const int module =
		fit(side + 2 * QUIET_MODULES, profile->dots, MODULE_DOTS, MODULE_DOTS_MIN);

	if (text.n == 0 || side == 0 || module == 0)
		return false;
	/* A control character in it could make a real-time command on the way. */
	if (profile->qr == PROFILE_QR_RASTER || text_has_control(text))
		return draw_qr(out, profile, text);
	PUT(out, 0x1b, 'a', 1);
	qr_native(out, text, module);
	PUT(out, 0x1b, 'a', 0);
	return true;
}

/* ---- bar codes ---- */

static char check_digit(const char *digits, int n)
{
	int sum = 0;

	for (int i = 0; i < n; i++)
		sum += (digits[n - 1 - i] - '0') * (i % 2 ? 1 : 3);
	return (char)('0' + (10 - sum % 10) % 10);
}

static uint8_t bar_height(const struct printer_profile *profile)
{
	return (uint8_t)(profile->dpi * 2 / 5); /* 10 mm */
}

static void put_bar_setup(struct buf *out, const struct printer_profile *profile, int module)
{
	PUT(out, 0x1b, 'a', 1);
	PUT(out, 0x1d, 'h', bar_height(profile));
	PUT(out, 0x1d, 'w', (uint8_t)module);
	PUT(out, 0x1d, 'H', 2);
	PUT(out, 0x1d, 'f', 0);
}

/* GS k in its older form, which printers without the newer one have too. A wrong check digit
 * would print nothing on many models. */
bool escpos_put_ean(struct buf *out, const struct printer_profile *profile, struct slice digits)
{
	const bool small = digits.n == 7 || digits.n == 8;
	const size_t n = small ? 7 : 12;
	const int module =
		fit(small ? EAN8_MODULES : EAN13_MODULES, profile->dots, BAR_DOTS, BAR_DOTS_MIN);
	char code[14] = "";

	if ((digits.n != n && digits.n != n + 1) || !text_digits(digits) || module == 0)
		return false;
	memcpy(code, digits.p, n);
	code[n] = check_digit(code, (int)n);
	if (digits.n > n && digits.p[n] != code[n])
		return false;
	put_bar_setup(out, profile, module);
	PUT(out, 0x1d, 'k', small ? 3 : 2);
	buf_add(out, code, n + 1);
	PUT(out, 0, 0x1b, 'a', 0);
	return true;
}

static void draw_bars(struct buf *out, const struct printer_profile *profile,
		      const struct code128 *code, int module)
{
	uint8_t modules[CODE128_MODULES_MAX], row[ESCPOS_ROW_MAX] = { 0 };
	const int n = code128_bars(code, modules);
	const int quiet = (n + 2 * BAR_QUIET) * module <= profile->dots ? BAR_QUIET : 0;
	const int height = bar_height(profile);
	struct escpos_picture p = escpos_picture(out, ((n + 2 * quiet) * module + 7) / 8, height);

	for (int i = 0; i < n; i++)
		if (modules[i])
			set_dots(row, (quiet + i) * module, module);
	PUT(out, 0x1b, 'a', 1);
	escpos_picture_row(&p, row, height);
	PUT(out, 0x1b, 'a', 0);
}

/* In code set C digits are bytes 0 to 99: "1604" would be DLE EOT. */
static bool has_realtime(const uint8_t *p, size_t n)
{
	for (size_t i = 0; i + 1 < n; i++)
		if (p[i] == 0x10 && (p[i + 1] == 0x04 || p[i + 1] == 0x05 || p[i + 1] == 0x14))
			return true;
	return false;
}

bool escpos_put_code128(struct buf *out, const struct printer_profile *profile, struct slice text,
			char ret_below[ESCPOS_BELOW_MAX])
{
	uint8_t data[CODE128_DATA_MAX];
	struct code128 code;
	size_t n;
	int module;

	if (code128_make(text, &code) < 0)
		return false;
	module = fit(code128_modules(&code) + 2 * BAR_QUIET, profile->dots, BAR_DOTS, BAR_DOTS_MIN);
	/* The paper's own margins are 4 mm at the least, which is quiet enough. */
	if (module == 0)
		module = fit(code128_modules(&code), profile->dots, BAR_DOTS_MIN, BAR_DOTS_MIN);
	n = code128_data(&code, data);
	if (module == 0)
		return false;
	ret_below[0] = '\0';
	if (profile->code128 && !has_realtime(data, n)) {
		put_bar_setup(out, profile, module);
		PUT(out, 0x1d, 'k', 73, (uint8_t)n);
		buf_add(out, data, n);
		PUT(out, 0x1b, 'a', 0);
		return true;
	}
	if (profile->no_raster)
		return false;
	draw_bars(out, profile, &code, module);
	slice_copy(slice_of(code.text), ret_below, ESCPOS_BELOW_MAX);
	return true;
}

void escpos_put_logo(struct buf *out, const struct printer_profile *profile)
{
	const struct pbm *logo = profile->logo;
	struct escpos_picture p;

	if (!logo || profile->no_raster || logo->width > profile->dots)
		return;
	p = escpos_picture(out, logo->row_bytes, logo->height);
	PUT(out, 0x1b, 'a', 1);
	for (int y = 0; y < logo->height; y++)
		escpos_picture_row(&p, logo->rows + y * logo->row_bytes, 1);
	PUT(out, 0x1b, 'a', 0);
}
