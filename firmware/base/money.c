// SPDX-License-Identifier: Apache-2.0
#include "firmware/base/money.h"

#include <stdio.h>
#include <string.h>

enum language language_of(struct slice code)
{
	if (slice_eq(code, "en"))
		return LANGUAGE_EN;
	if (slice_eq(code, "uk"))
		return LANGUAGE_UK;
	return LANGUAGE_PL;
}

const char *language_code(enum language l)
{
	switch (l) {
	case LANGUAGE_PL:
		return "pl";
	case LANGUAGE_EN:
		return "en";
	case LANGUAGE_UK:
		return "uk";
	}
	return "pl";
}

/* What the first k of qty pieces are worth, half up. 128 bits: paid * k may pass 2^63. */
static int64_t first_pieces(int64_t paid, int64_t qty, int64_t k)
{
	__int128 twice = (__int128)paid * k * 2 + qty;

	return (int64_t)(twice / ((__int128)qty * 2));
}

int64_t money_part(int64_t paid, int64_t qty, int64_t from, int64_t n)
{
	return first_pieces(paid, qty, from + n) - first_pieces(paid, qty, from);
}

void money_format(int64_t amount, enum language l, char dst[MONEY_TEXT_MAX])
{
	char digits[24];
	uint64_t whole = (uint64_t)(amount < 0 ? -amount : amount);
	int n = snprintf(digits, sizeof(digits), "%llu", (unsigned long long)(whole / 100));
	bool group = l == LANGUAGE_EN ? n >= 4 : n >= 5;
	struct buf b;

	buf_init(&b, dst, MONEY_TEXT_MAX);
	if (amount < 0)
		buf_byte(&b, '-');
	for (int i = 0; i < n; i++) {
		if (group && i && (n - i) % 3 == 0)
			buf_text(&b, l == LANGUAGE_EN ? "," : "\u00a0");
		buf_byte(&b, (uint8_t)digits[i]);
	}
	buf_fmt(&b, "%c%02d\u00a0zł", l == LANGUAGE_EN ? '.' : ',', (int)(whole % 100));
	if (!buf_str(&b))
		dst[0] = '\0';
}
