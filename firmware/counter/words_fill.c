// SPDX-License-Identifier: Apache-2.0
/* Values put into texts of the catalogue. */
#include <string.h>

#include "firmware/counter/words.h"

/* The value of a {name}; NULL when it is absent. `number` is memory for a figure. */
static const char *value_of(struct slice name, const struct word_values *v, char *number)
{
	int64_t n = slice_eq(name, "tries") ? v->tries : slice_eq(name, "left") ? v->left : v->n;
	struct buf b;

	if (slice_eq(name, "order"))
		return v->order;
	if (slice_eq(name, "time"))
		return v->time;
	if (slice_eq(name, "store"))
		return v->store;
	if (slice_eq(name, "item"))
		return v->item;
	if (n < 0)
		return NULL;
	buf_init(&b, number, 24);
	buf_fmt(&b, "%lld", (long long)n);
	return buf_str(&b);
}

static bool piece_complete(struct slice piece, const struct word_values *v)
{
	char number[24];

	for (size_t i = 0; i < piece.n; i++) {
		const char *end;

		if (piece.p[i] != '{')
			continue;
		end = memchr(piece.p + i, '}', piece.n - i);
		if (end &&
		    !value_of((struct slice){ piece.p + i + 1, (size_t)(end - piece.p) - i - 1 }, v,
			      number))
			return false;
	}
	return true;
}

static void fill_piece(struct slice piece, const struct word_values *v, struct buf *b)
{
	char number[24];

	for (size_t i = 0; i < piece.n; i++) {
		const char *end = piece.p[i] == '{' ? memchr(piece.p + i, '}', piece.n - i) : NULL;
		const char *value;

		if (!end) {
			buf_byte(b, (uint8_t)piece.p[i]);
			continue;
		}
		value = value_of((struct slice){ piece.p + i + 1, (size_t)(end - piece.p) - i - 1 },
				 v, number);
		buf_text(b, value ? value : "");
		i = (size_t)(end - piece.p);
	}
}

void words_say(struct word_values *values, enum word staff, enum word customer)
{
	values->said = true;
	values->staff = staff;
	values->customer = customer;
}

void words_fill(const char *text, const struct word_values *values, struct buf *ret_text)
{
	while (*text) {
		const char *open = strchr(text, '['), *close = open ? strchr(open, ']') : NULL;
		struct slice optional;

		if (!close) {
			fill_piece(slice_of(text), values, ret_text);
			return;
		}
		fill_piece((struct slice){ text, (size_t)(open - text) }, values, ret_text);
		optional = (struct slice){ open + 1, (size_t)(close - open - 1) };
		if (piece_complete(optional, values))
			fill_piece(optional, values, ret_text);
		text = close + 1;
	}
}
