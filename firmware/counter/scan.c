// SPDX-License-Identifier: Apache-2.0
#include "firmware/counter/scan.h"

#include <string.h>

/* A pickup code behind a URL's '#', or the text itself. */
static bool has_pickup_code(struct slice text)
{
	const char *hash = memrchr(text.p, '#', text.n);
	struct slice rest = text;

	if (hash)
		rest = (struct slice){ hash + 1, (size_t)(text.p + text.n - hash - 1) };
	return slice_starts(text, "L1.") || slice_starts(rest, "L1.");
}

/* Ids may hold dots, so the last one divides. */
static bool split_last(struct slice rest, struct scan *s)
{
	const char *dot = memrchr(rest.p, '.', rest.n);

	if (!dot)
		return false;
	s->first = (struct slice){ rest.p, (size_t)(dot - rest.p) };
	s->second = (struct slice){ dot + 1, (size_t)(rest.p + rest.n - dot - 1) };
	return id_valid(s->first) && id_valid(s->second);
}

static bool read_lada_code(struct slice text, struct scan *s)
{
	static const struct {
		const char *prefix;
		enum scan_kind kind;
		bool two;
	} codes[] = {
		{ "LR.", SCAN_SLIP, true },    { "LB.", SCAN_BADGE, true },
		{ "LP.", SCAN_PARCEL, true },  { "LH.", SCAN_SHELF, false },
		{ "LM.", SCAN_MEMBER, false },
	};

	for (size_t i = 0; i < COUNT_OF(codes); i++) {
		struct slice rest = { text.p + 3, text.n - 3 };

		if (text.n <= 3 || !slice_starts(text, codes[i].prefix))
			continue;
		s->first = rest;
		if (codes[i].two ? !split_last(rest, s) : !id_valid(rest))
			return false;
		s->kind = codes[i].kind;
		return true;
	}
	return false;
}

static enum scan_kind kind_of(const struct barcode *b)
{
	switch (b->kind) {
	case BARCODE_NONE:
	case BARCODE_WRONG:
		return SCAN_NOTHING;
	case BARCODE_TEXT:
	case BARCODE_FACTS:
		return SCAN_TEXT;
	case BARCODE_ITEM:
	case BARCODE_IN_STORE:
		return SCAN_GTIN;
	case BARCODE_SSCC:
		return SCAN_SSCC;
	case BARCODE_CUSTOMER:
		return SCAN_CUSTOMER;
	}
	return SCAN_NOTHING;
}

void scan_read(struct slice text, enum symbology symbology, const struct barcode_rules *rules,
	       struct scan *ret_scan)
{
	struct scan *s = ret_scan;

	*s = (struct scan){ .kind = SCAN_TEXT, .text = text };
	if (text.n > 0 && !text_has_control(text) && utf8_valid(text)) {
		if (has_pickup_code(text)) {
			s->kind = SCAN_PICKUP;
			return;
		}
		if (read_lada_code(text, s))
			return;
		if (pan_like(text) && !barcode_is_retail(symbology)) {
			s->kind = SCAN_CARD_LIKE;
			return;
		}
	}
	barcode_read(text, symbology, rules, &s->code);
	s->kind = kind_of(&s->code);
	if (s->kind == SCAN_TEXT && text.n == 6 && text_digits(text))
		s->kind = SCAN_PIN;
}
