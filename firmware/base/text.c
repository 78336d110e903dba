// SPDX-License-Identifier: Apache-2.0
#include "firmware/base/text.h"

#include <errno.h>
#include <string.h>

int32_t utf8_next(struct slice s, size_t *at)
{
	const uint8_t *p = (const uint8_t *)s.p + *at;
	size_t left = s.n - *at, need;
	uint32_t c, least;

	if (p[0] < 0x80) {
		*at += 1;
		return p[0];
	}
	if (p[0] >= 0xc2 && p[0] <= 0xdf) {
		need = 1, c = p[0] & 0x1fu, least = 0x80;
	} else if ((p[0] & 0xf0) == 0xe0) {
		need = 2, c = p[0] & 0x0fu, least = 0x800;
	} else if (p[0] >= 0xf0 && p[0] <= 0xf4) {
		need = 3, c = p[0] & 0x07u, least = 0x10000;
	} else {
		*at += 1;
		return -EBADMSG;
	}
	for (size_t i = 1; i <= need; i++) {
		if (i >= left || (p[i] & 0xc0) != 0x80) {
			*at += 1;
			return -EBADMSG;
		}
		c = c << 6 | (p[i] & 0x3fu);
	}
	if (c < least || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff)) {
		*at += 1;
		return -EBADMSG;
	}
	*at += need + 1;
	return (int32_t)c;
}

bool utf8_valid(struct slice s)
{
	uint64_t eight;

	for (size_t at = 0; at < s.n;) {
		if (s.n - at >= sizeof(eight)) {
			memcpy(&eight, s.p + at, sizeof(eight));
			if ((eight & UINT64_C(0x8080808080808080)) == 0) {
				at += sizeof(eight);
				continue;
			}
		}
		if (utf8_next(s, &at) < 0)
			return false;
	}
	return true;
}

size_t utf8_put(uint32_t c, char *dst)
{
	if (c < 0x80) {
		dst[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		dst[0] = (char)(0xc0 | c >> 6);
		dst[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c >= 0xd800 && c <= 0xdfff)
		return 0;
	if (c < 0x10000) {
		dst[0] = (char)(0xe0 | c >> 12);
		dst[1] = (char)(0x80 | (c >> 6 & 0x3f));
		dst[2] = (char)(0x80 | (c & 0x3f));
		return 3;
	}
	if (c > 0x10ffff)
		return 0;
	dst[0] = (char)(0xf0 | c >> 18);
	dst[1] = (char)(0x80 | (c >> 12 & 0x3f));
	dst[2] = (char)(0x80 | (c >> 6 & 0x3f));
	dst[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}

size_t utf8_count(struct slice s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		n += ((uint8_t)s.p[i] & 0xc0) != 0x80;
	return n;
}

struct slice utf8_cut(struct slice s, size_t n)
{
	size_t i = 0;

	for (; i < s.n; i++)
		if (((uint8_t)s.p[i] & 0xc0) != 0x80 && n-- == 0)
			break;
	return (struct slice){ s.p, i };
}

static bool id_byte(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
	       c == '.' || c == '_' || c == '-';
}

bool id_valid(struct slice s)
{
	if (s.n == 0 || s.n > ID_MAX || slice_eq(s, ".") || slice_eq(s, ".."))
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (!id_byte(s.p[i]))
			return false;
	return true;
}

bool store_id_valid(struct slice s)
{
	return id_valid(s) && !memchr(s.p, '.', s.n) && !slice_eq(s, "hq");
}

bool lane_id_valid(struct slice s)
{
	return id_valid(s) && !memchr(s.p, '.', s.n) && !slice_eq(s, "down") &&
	       !slice_eq(s, "claim");
}

bool text_digits(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	return s.n > 0;
}

bool text_has_control(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((uint8_t)s.p[i] < 0x20 || s.p[i] == 0x7f)
			return true;
	return false;
}

bool gtin_valid(struct slice s)
{
	unsigned sum = 0;

	if (!text_digits(s) || (s.n != 8 && s.n != 12 && s.n != 13 && s.n != 14))
		return false;
	for (size_t i = 0; i < s.n; i++)
		sum += (unsigned)(s.p[s.n - 1 - i] - '0') * (i % 2 ? 3 : 1);
	return sum % 10 == 0;
}

bool gtin_pad(struct slice s, char ret_gtin14[15])
{
	if (!text_digits(s) || (s.n != 8 && s.n != 12 && s.n != 13 && s.n != 14))
		return false;
	memset(ret_gtin14, '0', 14);
	memcpy(ret_gtin14 + 14 - s.n, s.p, s.n);
	ret_gtin14[14] = '\0';
	return true;
}

static bool luhn_valid(struct slice s)
{
	unsigned sum = 0;

	for (size_t i = 0; i < s.n; i++) {
		unsigned d = (unsigned)(s.p[s.n - 1 - i] - '0');

		if (i % 2)
			d = d * 2 > 9 ? d * 2 - 9 : d * 2;
		sum += d;
	}
	return sum % 10 == 0;
}

bool pan_like(struct slice s)
{
	if (s.n < 14 || s.n > 19 || !text_digits(s) || s.p[0] < '2' || s.p[0] > '6')
		return false;
	if (s.n == 15 && !slice_starts(s, "34") && !slice_starts(s, "37"))
		return false;
	return luhn_valid(s);
}

/* One letter without its case and Polish mark. */
static int32_t fold(int32_t c)
{
	static const struct {
		int32_t from, to;
	} marked[] = {
		{ 0x104, 'a' }, { 0x105, 'a' }, { 0x106, 'c' }, { 0x107, 'c' },	  { 0x118, 'e' },
		{ 0x119, 'e' }, { 0x141, 'l' }, { 0x142, 'l' }, { 0x143, 'n' },	  { 0x144, 'n' },
		{ 0xd3, 'o' },	{ 0xf3, 'o' },	{ 0x15a, 's' }, { 0x15b, 's' },	  { 0x179, 'z' },
		{ 0x17a, 'z' }, { 0x17b, 'z' }, { 0x17c, 'z' }, { 0x490, 0x491 },
	};

	if (c >= 'A' && c <= 'Z')
		return c + 32;
	if (c >= 0x410 && c <= 0x42f)
		return c + 0x20;
	if (c >= 0x400 && c <= 0x40f)
		return c + 0x50;
	for (size_t i = 0; i < COUNT_OF(marked); i++)
		if (marked[i].from == c)
			return marked[i].to;
	return c;
}

static bool holds_at(struct slice have, size_t at, struct slice want)
{
	for (size_t w = 0; w < want.n;) {
		const int32_t b = utf8_next(want, &w);

		if (at >= have.n || fold(utf8_next(have, &at)) != fold(b))
			return false;
	}
	return true;
}

bool text_holds(struct slice have, struct slice want)
{
	if (want.n == 0)
		return true;
	for (size_t at = 0; at < have.n;) {
		if (holds_at(have, at, want))
			return true;
		if (utf8_next(have, &at) < 0)
			return false;
	}
	return false;
}
