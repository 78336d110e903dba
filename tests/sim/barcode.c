// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/barcode.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

static const char *const names[] = {
	[BARCODE_UPC_A] = "UPC-A",     [BARCODE_UPC_E] = "UPC-E",     [BARCODE_EAN13] = "EAN13",
	[BARCODE_EAN8] = "EAN8",       [BARCODE_CODE39] = "CODE39",   [BARCODE_ITF] = "ITF",
	[BARCODE_CODABAR] = "CODABAR", [BARCODE_CODE93] = "CODE93",   [BARCODE_CODE128] = "CODE128",
	[BARCODE_GS1_128] = "GS1-128", [BARCODE_DATABAR] = "DATABAR",
};

const char *barcode_name(enum barcode_kind kind)
{
	return names[kind];
}

int barcode_kind_of(uint8_t m, enum barcode_kind *ret_kind)
{
	static const enum barcode_kind plain[] = {
		BARCODE_UPC_A, BARCODE_UPC_E, BARCODE_EAN13, BARCODE_EAN8,
		BARCODE_CODE39, BARCODE_ITF, BARCODE_CODABAR,
	};

	if (m <= 6)
		*ret_kind = plain[m];
	else if (m >= 65 && m <= 71)
		*ret_kind = plain[m - 65];
	else if (m == 72)
		*ret_kind = BARCODE_CODE93;
	else if (m == 73)
		*ret_kind = BARCODE_CODE128;
	else if (m == 74)
		*ret_kind = BARCODE_GS1_128;
	else if (m >= 75 && m <= 78)
		*ret_kind = BARCODE_DATABAR;
	else
		return -EINVAL;
	return 0;
}

static void put_modules(struct barcode *b, bool black, size_t n)
{
	while (n-- && b->modules < BARCODE_MODULES_MAX)
		b->black[b->modules++] = black;
}

/* Alternating bars and spaces from widths written as digits. */
static void put_widths(struct barcode *b, const char *widths)
{
	for (size_t i = 0; widths[i]; i++)
		put_modules(b, i % 2 == 0, (size_t)(widths[i] - '0'));
}

static void put_bits(struct barcode *b, unsigned int bits, int n)
{
	while (n--)
		put_modules(b, bits >> n & 1, 1);
}

static void put_text(struct barcode *b, uint8_t c)
{
	if (b->text_len < BARCODE_TEXT_MAX)
		b->text[b->text_len++] = (char)c;
}

/* EAN left-hand odd set; the others are its complement and mirror. */
static const uint8_t ean_left[10] = {
	0x0D, 0x19, 0x13, 0x3D, 0x23, 0x31, 0x2F, 0x3B, 0x37, 0x0B,
};

static unsigned int ean_mirror(unsigned int bits)
{
	unsigned int out = 0;

	for (int i = 0; i < 7; i++)
		out |= (bits >> i & 1) << (6 - i);
	return out;
}

static void put_ean_left(struct barcode *b, int digit, bool even)
{
	const unsigned int odd = ean_left[digit];

	put_bits(b, even ? ean_mirror(~odd & 0x7F) : odd, 7);
}

static void put_ean_right(struct barcode *b, int digit)
{
	put_bits(b, ~(unsigned int)ean_left[digit] & 0x7F, 7);
}

/* Digits, with the check digit added if it is missing, checked if it is there. */
static int ean_digits(const uint8_t *data, size_t n, size_t want, int *ret_digits)
{
	int sum = 0;

	if (n != want && n != want - 1)
		return -EINVAL;
	for (size_t i = 0; i < want - 1; i++) {
		if (data[i] < '0' || data[i] > '9')
			return -EINVAL;
		ret_digits[i] = data[i] - '0';
		sum += ret_digits[i] * ((want - 1 - i) % 2 ? 3 : 1);
	}
	ret_digits[want - 1] = (10 - sum % 10) % 10;
	if (n == want && data[n - 1] != ret_digits[want - 1] + '0')
		return -EINVAL;
	return 0;
}

static void encode_ean13(struct barcode *b, const int *d)
{
	/* Bit i set: digit i+1 is drawn in the even set. */
	static const uint8_t parity[10] = {
		0x00, 0x0B, 0x0D, 0x0E, 0x13, 0x19, 0x1C, 0x15, 0x16, 0x1A,
	};

	put_bits(b, 5, 3);
	for (int i = 1; i <= 6; i++)
		put_ean_left(b, d[i], parity[d[0]] >> (6 - i) & 1);
	put_bits(b, 10, 5);
	for (int i = 7; i <= 12; i++)
		put_ean_right(b, d[i]);
	put_bits(b, 5, 3);
}

static void encode_ean8(struct barcode *b, const int *d)
{
	put_bits(b, 5, 3);
	for (int i = 0; i < 4; i++)
		put_ean_left(b, d[i], false);
	put_bits(b, 10, 5);
	for (int i = 4; i < 8; i++)
		put_ean_right(b, d[i]);
	put_bits(b, 5, 3);
}

static int encode_ean(struct barcode *b, const uint8_t *data, size_t n)
{
	const size_t want = b->kind == BARCODE_EAN8 ? 8 : b->kind == BARCODE_EAN13 ? 13 : 12;
	int digits[14] = { 0 };
	/* UPC-A is EAN-13 with a leading zero that is not written. */
	int *d = digits + (want == 12 ? 1 : 0);
	const int r = ean_digits(data, n, want, d);

	if (r)
		return r;
	if (want == 8)
		encode_ean8(b, digits);
	else
		encode_ean13(b, digits);
	for (size_t i = 0; i < want; i++)
		put_text(b, (uint8_t)('0' + d[i]));
	return 0;
}

static const char code39_chars[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-. $/+%*";

/* Nine elements a character, bar first, highest bit first, 1 = wide. */
static const uint16_t code39_wide[] = {
	0x034, 0x121, 0x061, 0x160, 0x031, 0x130, 0x070, 0x025, 0x124, 0x064, 0x109,
	0x049, 0x148, 0x019, 0x118, 0x058, 0x00D, 0x10C, 0x04C, 0x01C, 0x103, 0x043,
	0x142, 0x013, 0x112, 0x052, 0x007, 0x106, 0x046, 0x016, 0x181, 0x0C1, 0x1C0,
	0x091, 0x190, 0x0D0, 0x085, 0x184, 0x0C4, 0x0A8, 0x0A2, 0x08A, 0x02A, 0x094,
};

static void put_code39(struct barcode *b, char c)
{
	const uint16_t wide = code39_wide[strchr(code39_chars, c) - code39_chars];

	for (int i = 0; i < 9; i++)
		put_modules(b, i % 2 == 0, wide >> (8 - i) & 1 ? 3 : 1);
	put_modules(b, false, 1);
}

static int encode_code39(struct barcode *b, const uint8_t *data, size_t n)
{
	/* Start and stop may be written by the host. */
	if (n >= 2 && data[0] == '*' && data[n - 1] == '*') {
		data++;
		n -= 2;
	}
	if (!n)
		return -EINVAL;
	for (size_t i = 0; i < n; i++)
		if (!data[i] || data[i] == '*' || !strchr(code39_chars, data[i]))
			return -EINVAL;
	put_code39(b, '*');
	for (size_t i = 0; i < n; i++) {
		put_code39(b, (char)data[i]);
		put_text(b, data[i]);
	}
	put_code39(b, '*');
	return 0;
}

static int encode_itf(struct barcode *b, const uint8_t *data, size_t n)
{
	static const uint8_t wide[10] = {
		0x06, 0x11, 0x09, 0x18, 0x05, 0x14, 0x0C, 0x03, 0x12, 0x0A,
	};

	if (!n || n % 2)
		return -EINVAL;
	for (size_t i = 0; i < n; i++) {
		if (data[i] < '0' || data[i] > '9')
			return -EINVAL;
		put_text(b, data[i]);
	}
	put_widths(b, "1111");
	for (size_t i = 0; i < n; i += 2) {
		for (int k = 4; k >= 0; k--) {
			put_modules(b, true, wide[data[i] - '0'] >> k & 1 ? 3 : 1);
			put_modules(b, false, wide[data[i + 1] - '0'] >> k & 1 ? 3 : 1);
		}
	}
	put_widths(b, "311");
	return 0;
}

static const char *const code128_widths[107] = {
	"212222", "222122", "222221", "121223", "121322", "131222", "122213", "122312", "132212",
	"221213", "221312", "231212", "112232", "122132", "122231", "113222", "123122", "123221",
	"223211", "221132", "221231", "213212", "223112", "312131", "311222", "321122", "321221",
	"312212", "322112", "322211", "212123", "212321", "232121", "111323", "131123", "131321",
	"112313", "132113", "132311", "211313", "231113", "231311", "112133", "112331", "132131",
	"113123", "113321", "133121", "313121", "211331", "231131", "213113", "213311", "213131",
	"311123", "311321", "331121", "312113", "312311", "332111", "314111", "221411", "431111",
	"111224", "111422", "121124", "121421", "141122", "141221", "112214", "112412", "122114",
	"122411", "142112", "142211", "241211", "221114", "413111", "241112", "134111", "111242",
	"121142", "121241", "114212", "124112", "124211", "411212", "421112", "421211", "212141",
	"214121", "412121", "111143", "111341", "131141", "114113", "114311", "411113", "411311",
	"113141", "114131", "311141", "411131", "211412", "211214", "211232", "2331112",
};

struct code128 {
	struct barcode *b;
	char set; /* 'A', 'B' or 'C' */
	bool started;
	long sum;
	int place;
};

static void put_code128(struct code128 *c, int value)
{
	c->sum += (long)value * (c->place ? c->place : 1);
	c->place++;
	put_widths(c->b, code128_widths[value]);
}

static int code128_function(struct code128 *c, uint8_t letter)
{
	switch (letter) {
	case 'A': case 'B': case 'C':
		if (!c->started)
			put_code128(c, 103 + letter - 'A');
		else
			put_code128(c, letter == 'A' ? 101 : letter == 'B' ? 100 : 99);
		c->started = true;
		c->set = (char)letter;
		return 0;
	case '1':
		put_code128(c, 102);
		if (c->place > 2)
			put_text(c->b, 0x1D);
		return 0;
	case '2':
		put_code128(c, 97);
		return 0;
	case '3':
		put_code128(c, 96);
		return 0;
	case '4':
		put_code128(c, c->set == 'A' ? 101 : 100);
		return 0;
	default:
		return -EINVAL;
	}
}

static int code128_char(struct code128 *c, uint8_t byte)
{
	if (!c->started)
		return -EINVAL;
	if (c->set == 'C') {
		if (byte > 99)
			return -EINVAL;
		put_code128(c, byte);
		put_text(c->b, (uint8_t)('0' + byte / 10));
		put_text(c->b, (uint8_t)('0' + byte % 10));
		return 0;
	}
	if (byte > 127 || (c->set == 'A' && byte > 95) || (c->set == 'B' && byte < 32))
		return -EINVAL;
	put_code128(c, byte < 32 ? byte + 64 : byte - 32);
	put_text(c->b, byte);
	return 0;
}

static int encode_code128(struct barcode *b, const uint8_t *data, size_t n)
{
	struct code128 c = { .b = b };
	int r = 0;

	for (size_t i = 0; i < n && !r; i++) {
		const bool escaped = data[i] == '{' && c.set != 'C' && i + 1 < n && data[i + 1] == '{';

		if (data[i] == '{' && !escaped)
			r = i + 1 < n ? code128_function(&c, data[++i]) : -EINVAL;
		else
			r = code128_char(&c, data[i += escaped ? 1 : 0]);
	}
	if (r || !c.started || !b->text_len)
		return -EINVAL;
	put_widths(b, code128_widths[c.sum % 103]);
	put_widths(b, code128_widths[106]);
	return 0;
}

int barcode_encode(enum barcode_kind kind, const uint8_t *data, size_t n,
		   struct barcode *ret_barcode)
{
	memset(ret_barcode, 0, sizeof(*ret_barcode));
	ret_barcode->kind = kind;
	switch (kind) {
	case BARCODE_UPC_A:
	case BARCODE_EAN13:
	case BARCODE_EAN8:
		return encode_ean(ret_barcode, data, n);
	case BARCODE_CODE39:
		return encode_code39(ret_barcode, data, n);
	case BARCODE_ITF:
		return encode_itf(ret_barcode, data, n);
	case BARCODE_CODE128:
		return encode_code128(ret_barcode, data, n);
	case BARCODE_UPC_E:
	case BARCODE_CODABAR:
	case BARCODE_CODE93:
	case BARCODE_GS1_128:
	case BARCODE_DATABAR:
		return -ENOTSUP;
	}
	return -ENOTSUP;
}
