// SPDX-License-Identifier: Apache-2.0
#include "firmware/base/bytes.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define INT_TEXT_MAX 20 /* -9223372036854775808 */

struct slice slice_of(const char *text)
{
	return (struct slice){ text, text ? strlen(text) : 0 };
}

bool slice_eq(struct slice s, const char *text)
{
	return s.n == strlen(text) && memcmp(s.p, text, s.n) == 0;
}

bool slice_same(struct slice a, struct slice b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

bool slice_starts(struct slice s, const char *prefix)
{
	size_t n = strlen(prefix);

	return s.n >= n && memcmp(s.p, prefix, n) == 0;
}

int slice_copy(struct slice s, char *dst, size_t cap)
{
	if (s.n >= cap) {
		if (cap)
			dst[0] = '\0';
		return -ENAMETOOLONG;
	}
	if (s.n)
		memcpy(dst, s.p, s.n);
	dst[s.n] = '\0';
	return 0;
}

void buf_init(struct buf *b, char *memory, size_t cap)
{
	*b = (struct buf){ .p = memory, .cap = cap };
}

void buf_reset(struct buf *b)
{
	b->len = 0;
	b->overflow = false;
}

void buf_add(struct buf *b, const void *p, size_t n)
{
	if (b->overflow || n > b->cap - b->len) {
		b->overflow = true;
		return;
	}
	if (n)
		memcpy(b->p + b->len, p, n);
	b->len += n;
}

void buf_byte(struct buf *b, uint8_t byte)
{
	buf_add(b, &byte, 1);
}

void buf_text(struct buf *b, const char *text)
{
	buf_add(b, text, strlen(text));
}

void buf_slice(struct buf *b, struct slice s)
{
	buf_add(b, s.p, s.n);
}

void buf_fmt(struct buf *b, const char *fmt, ...)
{
	va_list args;
	size_t room = b->cap - b->len;
	int n;

	if (b->overflow)
		return;
	va_start(args, fmt);
	n = vsnprintf(b->p + b->len, room, fmt, args);
	va_end(args);
	if (n < 0 || (size_t)n >= room)
		b->overflow = true;
	else
		b->len += (size_t)n;
}

void buf_int(struct buf *b, int64_t value)
{
	char digits[INT_TEXT_MAX];
	size_t at = sizeof(digits);
	uint64_t left = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;

	do {
		digits[--at] = (char)('0' + left % 10);
		left /= 10;
	} while (left);
	if (value < 0)
		digits[--at] = '-';
	buf_add(b, digits + at, sizeof(digits) - at);
}

struct slice buf_read(const struct buf *b)
{
	return (struct slice){ b->p, b->len };
}

const char *buf_str(struct buf *b)
{
	if (b->overflow || b->len == b->cap)
		return NULL;
	b->p[b->len] = '\0';
	return b->p;
}

int text_fmt(char *dst, size_t cap, const char *fmt, ...)
{
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsnprintf(dst, cap, fmt, args);
	va_end(args);
	if (n < 0 || (size_t)n >= cap) {
		if (cap)
			dst[0] = '\0';
		return -ENAMETOOLONG;
	}
	return 0;
}

void hex_encode(const uint8_t *p, size_t n, char *dst)
{
	static const char digit[] = "0123456789abcdef";

	for (size_t i = 0; i < n; i++) {
		dst[2 * i] = digit[p[i] >> 4];
		dst[2 * i + 1] = digit[p[i] & 15];
	}
	dst[2 * n] = '\0';
}

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

int hex_decode(struct slice text, uint8_t *dst, size_t cap)
{
	if (text.n != 2 * cap)
		return -EBADMSG;
	for (size_t i = 0; i < cap; i++) {
		int hi = hex_value(text.p[2 * i]), lo = hex_value(text.p[2 * i + 1]);

		if (hi < 0 || lo < 0)
			return -EBADMSG;
		dst[i] = (uint8_t)(hi << 4 | lo);
	}
	return 0;
}

static const char *base64_alphabet(bool url)
{
	return url ? "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
		   : "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
}

int base64_encode(const uint8_t *p, size_t n, bool url, char *dst, size_t cap)
{
	const char *alphabet = base64_alphabet(url);
	size_t need = url ? (n * 8 + 5) / 6 : (n + 2) / 3 * 4, out = 0;

	if (need >= cap)
		return -ENAMETOOLONG;
	for (size_t i = 0; i < n; i += 3) {
		size_t have = n - i < 3 ? n - i : 3;
		uint32_t v = (uint32_t)p[i] << 16;

		if (have > 1)
			v |= (uint32_t)p[i + 1] << 8;
		if (have > 2)
			v |= p[i + 2];
		for (size_t k = 0; k < 4; k++) {
			if (k <= have)
				dst[out++] = alphabet[v >> (18 - 6 * k) & 63];
			else if (!url)
				dst[out++] = '=';
		}
	}
	dst[out] = '\0';
	return (int)out;
}

static int base64_value(char c, bool url)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == (url ? '-' : '+'))
		return 62;
	if (c == (url ? '_' : '/'))
		return 63;
	return -1;
}

int base64_decode(struct slice text, bool url, uint8_t *dst, size_t cap)
{
	size_t n = text.n, out = 0, tail;
	uint32_t acc = 0;
	unsigned bits = 0;

	if (!url) {
		if (n % 4)
			return -EBADMSG;
		for (int k = 0; k < 2 && n && text.p[n - 1] == '='; k++)
			n--;
	}
	tail = n % 4;
	if (tail == 1)
		return -EBADMSG;
	for (size_t i = 0; i < n; i++) {
		int v = base64_value(text.p[i], url);

		if (v < 0)
			return -EBADMSG;
		acc = acc << 6 | (uint32_t)v;
		bits += 6;
		if (bits >= 8) {
			bits -= 8;
			if (out == cap)
				return -ENAMETOOLONG;
			dst[out++] = (uint8_t)(acc >> bits);
		}
	}
	/* Left-over bits must be zero, or two texts would name the same bytes. */
	if (acc & ((1u << bits) - 1))
		return -EBADMSG;
	return (int)out;
}
