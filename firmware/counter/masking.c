// SPDX-License-Identifier: Apache-2.0
#include "firmware/counter/masking.h"

#include <string.h>

#include "firmware/base/text.h"

#define PHONE_SHOWN 3
#define CARD_SHOWN  4
#define DIGITS_LONG 7 /* of a text: shorter ones are numbers of orders, days, sizes */
#define DOTS	    "•••"

static size_t letter_bytes(const char *p)
{
	const struct slice one = utf8_cut(slice_of(p), 1);

	return one.n;
}

/* "Anna Maria Kowalska-Nowak" -> "Anna K.", or "A. K.". What is one word is a first name. */
static void short_name(const char *text, bool initials, struct buf *b)
{
	const char *space = strchr(text, ' '), *last = strrchr(text, ' ');

	if (initials) {
		buf_add(b, text, letter_bytes(text));
		buf_text(b, ".");
	} else {
		buf_add(b, text, space ? (size_t)(space - text) : strlen(text));
	}
	if (!last || !last[1])
		return;
	buf_text(b, " ");
	buf_add(b, last + 1, letter_bytes(last + 1));
	buf_text(b, ".");
}

static void last_digits(const char *text, struct buf *b)
{
	const size_t n = strlen(text);

	buf_text(b, DOTS);
	buf_text(b, n > PHONE_SHOWN ? text + n - PHONE_SHOWN : text);
}

static void last_of_card(const char *text, struct buf *b)
{
	const size_t n = strlen(text);

	for (size_t i = 0; i < n; i++)
		buf_byte(b, n > CARD_SHOWN && i < n - CARD_SHOWN ? '*' : (uint8_t)text[i]);
}

static void mail(const char *text, size_t n, struct buf *b)
{
	const char *at = memchr(text, '@', n);

	buf_add(b, text, letter_bytes(text));
	buf_text(b, DOTS);
	if (at)
		buf_add(b, at, n - (size_t)(at - text));
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* A number as people write one: digits, with single spaces or dashes between them. */
static size_t number_bytes(const char *p, int *ret_digits)
{
	size_t n = 0, end = 0;
	int digits = 0;

	while (is_digit(p[n]) || ((p[n] == ' ' || p[n] == '-') && is_digit(p[n + 1]))) {
		digits += is_digit(p[n]);
		end = ++n;
	}
	*ret_digits = digits;
	return end;
}

/* Numbers and addresses of mail in it are masked, the words stay. */
static void words(const char *text, struct buf *b)
{
	while (*text) {
		const size_t n = strcspn(text, " \t\n,;()<>");
		int digits = 0;
		const size_t number = is_digit(*text) ? number_bytes(text, &digits) : 0;

		if (digits >= DIGITS_LONG) {
			buf_text(b, DOTS);
			buf_add(b, text + number - PHONE_SHOWN, PHONE_SHOWN);
			text += number;
		} else if (n && memchr(text, '@', n)) {
			mail(text, n, b);
			text += n;
		} else if (is_digit(*text) && number) {
			buf_add(b, text, number);
			text += number;
		} else {
			buf_byte(b, (uint8_t)*text++);
		}
	}
}

static bool may_see(enum personal what, enum viewer who)
{
	switch (who) {
	case VIEWER_CUSTOMER:
	case VIEWER_SERVICE:
		return what == PERSONAL_NAME;
	case VIEWER_CLERK:
		return what != PERSONAL_CARD;
	case VIEWER_SUPERVISOR:
		return true;
	}
	return false;
}

bool shown(enum personal what, enum viewer who, const char *text, char *dst, size_t cap)
{
	char memory[2048];
	struct buf b;

	dst[0] = '\0';
	if (!text[0] || !may_see(what, who))
		return false;
	buf_init(&b, memory, sizeof(memory) - 1);
	switch (what) {
	case PERSONAL_NAME:
		if (who == VIEWER_SUPERVISOR)
			buf_text(&b, text);
		else
			short_name(text, who == VIEWER_SERVICE, &b);
		break;
	case PERSONAL_PHONE:
		last_digits(text, &b);
		break;
	case PERSONAL_CARD:
		last_of_card(text, &b);
		break;
	case PERSONAL_EMAIL:
		mail(text, strlen(text), &b);
		break;
	case PERSONAL_TEXT:
		words(text, &b);
		break;
	}
	if (!buf_str(&b))
		return false;
	if (b.len >= cap)
		b.len = cap - 1;
	while (b.len && ((uint8_t)memory[b.len] & 0xc0) == 0x80)
		b.len--;
	slice_copy(buf_read(&b), dst, cap);
	return dst[0] != '\0';
}
