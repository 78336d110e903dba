// SPDX-License-Identifier: Apache-2.0
#include "firmware/counter/barcode.h"

#include <string.h>

#include "firmware/base/money.h"
#include "firmware/base/text.h"
#include "firmware/counter/digital_link.h"

#define UPC_DIGITS	 12
#define CUSTOMER_DIGITS	 15
#define WEIGHT_MAX_MILLI INT64_C(1000000000) /* a thousand tonnes */

const char *barcode_kind_name(enum barcode_kind kind)
{
	switch (kind) {
	case BARCODE_NONE:
		return "unreadable";
	case BARCODE_WRONG:
		return "wrong";
	case BARCODE_TEXT:
		return "text";
	case BARCODE_ITEM:
		return "item";
	case BARCODE_IN_STORE:
		return "in_store";
	case BARCODE_SSCC:
		return "sscc";
	case BARCODE_FACTS:
		return "facts";
	case BARCODE_CUSTOMER:
		return "customer";
	}
	return "";
}

static bool is_ean(enum symbology s)
{
	return s == SYMBOLOGY_EAN_UPC || s == SYMBOLOGY_EAN8 || s == SYMBOLOGY_EAN_ADDON ||
	       s == SYMBOLOGY_ADDON;
}

bool barcode_is_retail(enum symbology symbology)
{
	return is_ean(symbology) || symbology == SYMBOLOGY_GS1;
}

static void wrong(struct barcode *b, enum code_fault fault, struct slice ai)
{
	b->kind = BARCODE_WRONG;
	b->fault = fault;
	if (slice_copy(ai, b->fault_ai, sizeof(b->fault_ai)) < 0)
		b->fault_ai[0] = '\0';
}

/* ---- EAN and UPC ---- */

/* A GTIN with a right check digit: whose it is, and whether a pattern of the shop takes it. */
static void take_gtin(struct barcode *b, struct slice digits, const struct barcode_rules *rules)
{
	struct slice code = digits;
	char upc[INSTORE_DIGITS_MAX];

	b->kind = BARCODE_ITEM;
	gtin_pad(digits, b->gtin14);
	/* UPC-A is an EAN-13, and an EAN-13 may come with a 0 before it. */
	if (digits.n == UPC_DIGITS || (digits.n == 14 && digits.p[0] == '0')) {
		memcpy(upc, b->gtin14 + 1, sizeof(upc));
		code = (struct slice){ upc, sizeof(upc) };
	}
	switch (instore_match(&rules->in_store, code, &b->in_store)) {
	case INSTORE_NOT:
		return;
	case INSTORE_WRONG:
		wrong(b, FAULT_INNER_DIGIT, slice_of(""));
		return;
	case INSTORE_TAKEN:
		b->kind = BARCODE_IN_STORE;
		gtin_pad(slice_of(b->in_store.base), b->gtin14);
		if (b->weight_milli < 0)
			b->weight_milli = b->in_store.weight_milli;
		if (b->price < 0) {
			b->price = b->in_store.price;
			memcpy(b->currency, b->in_store.currency, sizeof(b->currency));
		}
		if (b->count < 0)
			b->count = b->in_store.pieces;
		return;
	}
}

/* UPC-E in the digits N d1..d6 (C): the UPC-A it stands for. The last of the six says where the
 * zeros belong. */
static void upce_widen(char system, const char *six, char ret_upc[UPC_DIGITS + 1])
{
	char *u = ret_upc;
	unsigned sum = 0;

	memset(u, '0', UPC_DIGITS);
	u[UPC_DIGITS] = '\0';
	u[0] = system;
	if (six[5] <= '2') {
		u[1] = six[0], u[2] = six[1], u[3] = six[5];
		memcpy(u + 8, six + 2, 3);
	} else if (six[5] == '3') {
		memcpy(u + 1, six, 3);
		memcpy(u + 9, six + 3, 2);
	} else if (six[5] == '4') {
		memcpy(u + 1, six, 4);
		u[10] = six[4];
	} else {
		memcpy(u + 1, six, 5);
		u[10] = six[5];
	}
	for (size_t i = 0; i < UPC_DIGITS - 1; i++)
		sum += (unsigned)(u[i] - '0') * (i % 2 ? 1 : 3);
	u[UPC_DIGITS - 1] = (char)('0' + (10 - sum % 10) % 10);
}

/* Eight digits with number system and check digit. */
static bool upce_read(struct slice digits, char ret_upc[UPC_DIGITS + 1])
{
	if (digits.n != 8 || !text_digits(digits) || digits.p[0] > '1')
		return false;
	upce_widen(digits.p[0], digits.p + 1, ret_upc);
	return ret_upc[UPC_DIGITS - 1] == digits.p[7];
}

/* Readers may leave out the number system, the check digit, or both. With seven digits either may
 * be the one that is missing. */
static bool upce_short(struct slice digits, struct barcode *b)
{
	char without_check[UPC_DIGITS + 1], without_system[UPC_DIGITS + 1];
	bool checked, systemed;

	if (digits.n == 6) {
		upce_widen('0', digits.p, without_check);
		b->kind = BARCODE_ITEM;
		return gtin_pad(slice_of(without_check), b->gtin14);
	}
	upce_widen('0', digits.p, without_system);
	checked = without_system[UPC_DIGITS - 1] == digits.p[6];
	systemed = digits.p[0] <= '1';
	if (systemed)
		upce_widen(digits.p[0], digits.p + 1, without_check);
	if (!checked && !systemed)
		return false;
	b->kind = BARCODE_ITEM;
	if (checked && systemed)
		gtin_pad(slice_of(without_system), b->also);
	return gtin_pad(slice_of(systemed ? without_check : without_system), b->gtin14);
}

/* The main part of a code that came with an add-on of 2 or 5 digits: issue or price of a
 * periodical, which the shop's goods do not need. */
static struct slice cut_addon(struct slice digits)
{
	static const uint8_t mains[] = { 13, 12, 8 }, addons[] = { 5, 2 };
	char upc[UPC_DIGITS + 1];

	if (digits.n == 13 && gtin_valid(digits))
		return digits;
	for (size_t m = 0; m < COUNT_OF(mains); m++) {
		for (size_t a = 0; a < COUNT_OF(addons); a++) {
			struct slice head = { digits.p, mains[m] };

			if (digits.n == (size_t)mains[m] + addons[a] &&
			    (gtin_valid(head) || upce_read(head, upc)))
				return head;
		}
	}
	return digits;
}

static void read_ean(struct slice digits, enum symbology symbology,
		     const struct barcode_rules *rules, struct barcode *b)
{
	char upc[UPC_DIGITS + 1];

	if (!text_digits(digits)) {
		wrong(b, FAULT_CHARACTER, slice_of(""));
		return;
	}
	if (symbology == SYMBOLOGY_EAN_ADDON)
		digits = cut_addon(digits);
	if (symbology == SYMBOLOGY_ADDON || digits.n < 6)
		wrong(b, FAULT_SHORT, slice_of("")); /* an add-on alone says nothing */
	else if (digits.n == 8 && symbology != SYMBOLOGY_EAN8 && upce_read(digits, upc))
		take_gtin(b, slice_of(upc), rules);
	else if (gtin_valid(digits))
		take_gtin(b, digits, rules);
	else if (digits.n > 14)
		wrong(b, FAULT_LONG, slice_of(""));
	else if (digits.n > 7 || !upce_short(digits, b))
		wrong(b, FAULT_CHECK_DIGIT, slice_of(""));
}

/* Digits of which no reader said what they are, or which stood in a symbol that may hold
 * anything. */
static void read_number(struct slice digits, enum symbology symbology,
			const struct barcode_rules *rules, struct barcode *b)
{
	bool itf = symbology == SYMBOLOGY_ITF;
	char upc[UPC_DIGITS + 1];

	if (gtin_valid(digits) && (!itf || digits.n == 14)) {
		take_gtin(b, digits, rules);
		if (digits.n == 8 && symbology == SYMBOLOGY_UNKNOWN && upce_read(digits, upc))
			gtin_pad(slice_of(upc), b->also);
	} else if (symbology == SYMBOLOGY_UNKNOWN && upce_read(digits, upc)) {
		take_gtin(b, slice_of(upc), rules);
	} else if (digits.n == CUSTOMER_DIGITS && !itf) {
		b->kind = BARCODE_CUSTOMER;
		slice_copy(digits, b->customer, sizeof(b->customer));
	}
}

/* ---- GS1 ---- */

static int64_t whole(struct slice digits)
{
	int64_t n = 0;

	for (size_t i = 0; i < digits.n; i++)
		n = n * 10 + (digits.p[i] - '0');
	return n;
}

static int64_t whole_or_none(const struct gs1 *g, const char *ai)
{
	struct slice v = gs1_value(g, ai);

	return v.n ? whole(v) : -1;
}

static int decimals(const struct gs1_element *e)
{
	return e->ai.p[3] - '0';
}

static void take_dates(struct barcode *b, const struct gs1 *g, int year)
{
	struct slice expiry = gs1_value(g, "7003");

	b->produced = gs1_date(gs1_value(g, "11"), year);
	b->packed = gs1_date(gs1_value(g, "13"), year);
	b->best_before = gs1_date(gs1_value(g, "15"), year);
	b->sell_by = gs1_date(gs1_value(g, "16"), year);
	b->use_by = gs1_date(gs1_value(g, "17"), year);
	if (!b->use_by && expiry.n)
		b->use_by = gs1_date((struct slice){ expiry.p, 6 }, year);
}

static bool take_measures(struct barcode *b, const struct gs1 *g)
{
	const struct gs1_element *weight = gs1_any(g, "310n"), *price = gs1_any(g, "392n,393n");

	b->count = whole_or_none(g, "30");
	b->pieces = whole_or_none(g, "37");
	if (weight)
		b->weight_milli = scale_to(whole(weight->value), decimals(weight), 3);
	if (price) {
		struct slice amount = price->value;

		if (price->ai.p[2] == '3') {
			slice_copy((struct slice){ amount.p, 3 }, b->currency, sizeof(b->currency));
			amount = (struct slice){ amount.p + 3, amount.n - 3 };
		}
		b->price = scale_to(whole(amount), decimals(price), 2);
	}
	if (b->weight_milli > WEIGHT_MAX_MILLI || b->price > MONEY_MAX) {
		wrong(b, FAULT_AMOUNT, b->price > MONEY_MAX ? price->ai : weight->ai);
		return false;
	}
	return true;
}

/* The elements' facts; values fit their fields by the AI table. */
static void take_elements(struct barcode *b, const struct gs1 *g, const struct barcode_rules *rules)
{
	struct slice gtin = gs1_value(g, "01,02");

	if (g->fault != FAULT_NONE) {
		wrong(b, g->fault, g->at);
		return;
	}
	slice_copy(gs1_value(g, "00"), b->sscc, sizeof(b->sscc));
	slice_copy(gs1_value(g, "8018"), b->customer, sizeof(b->customer));
	slice_copy(gs1_value(g, "10"), b->lot, sizeof(b->lot));
	slice_copy(gs1_value(g, "21"), b->serial, sizeof(b->serial));
	take_dates(b, g, rules->year);
	if (!take_measures(b, g))
		return;
	if (gtin.n)
		take_gtin(b, gtin, rules);
	else if (b->sscc[0])
		b->kind = BARCODE_SSCC;
	else
		b->kind = b->customer[0] ? BARCODE_CUSTOMER : BARCODE_FACTS;
}

static bool is_digital_link(struct slice text, const struct barcode_rules *rules, struct barcode *b)
{
	struct digital_link_memory memory;
	struct gs1 g;

	if (!digital_link_read(text, &memory, &g))
		return false;
	take_elements(b, &g, rules);
	return true;
}

void barcode_read(struct slice text, enum symbology symbology, const struct barcode_rules *rules,
		  struct barcode *ret_barcode)
{
	struct barcode *b = ret_barcode;
	struct gs1 g;

	*b = (struct barcode){ .pieces = -1, .count = -1, .weight_milli = -1, .price = -1 };
	if (text.n == 0 || text.n > SCAN_TEXT_MAX)
		return;
	if (symbology == SYMBOLOGY_GS1 ||
	    (symbology == SYMBOLOGY_UNKNOWN && memchr(text.p, GS1_SEPARATOR, text.n))) {
		gs1_read(text, &g);
		take_elements(b, &g, rules);
		return;
	}
	if (text_has_control(text) || !utf8_valid(text))
		return;
	b->kind = BARCODE_TEXT;
	if (is_ean(symbology))
		read_ean(text, symbology, rules, b);
	else if (text_digits(text))
		read_number(text, symbology, rules, b);
	else
		is_digital_link(text, rules, b);
}

int64_t barcode_pieces(const struct barcode *b, int64_t pack)
{
	return (b->count > 0 ? b->count : pack) * (b->pieces > 0 ? b->pieces : 1);
}

/* ---- finding the product ---- */

int code_keys(struct slice code, char ret_keys[CODE_KEYS_MAX][CODE_KEY_MAX])
{
	char gtin14[GTIN_TEXT_MAX];
	int n = 0;

	if (gtin_pad(code, gtin14))
		text_fmt(ret_keys[n++], CODE_KEY_MAX, "%s", gtin14);
	if (text_digits(code) && code.n < INSTORE_DIGITS_MAX &&
	    (code.p[0] == '0' || code.p[0] == '2'))
		text_fmt(ret_keys[n++], CODE_KEY_MAX, "item %.*s", (int)code.n, code.p);
	return n;
}

int barcode_keys(const struct barcode *b, char ret_keys[CODE_KEYS_MAX][CODE_KEY_MAX])
{
	int n = 0;

	if (b->kind != BARCODE_ITEM && b->kind != BARCODE_IN_STORE)
		return 0;
	if (b->kind == BARCODE_IN_STORE)
		text_fmt(ret_keys[n++], CODE_KEY_MAX, "item %s", b->in_store.code);
	text_fmt(ret_keys[n++], CODE_KEY_MAX, "%s", b->gtin14);
	if (b->kind == BARCODE_ITEM && b->also[0])
		text_fmt(ret_keys[n++], CODE_KEY_MAX, "%s", b->also);
	return n;
}

bool barcode_names(const struct barcode *b, struct slice code)
{
	char read[CODE_KEYS_MAX][CODE_KEY_MAX], named[CODE_KEYS_MAX][CODE_KEY_MAX];
	int read_n = barcode_keys(b, read), named_n = code_keys(code, named);

	for (int i = 0; i < read_n; i++)
		for (int j = 0; j < named_n; j++)
			if (!strcmp(read[i], named[j]))
				return true;
	return false;
}
