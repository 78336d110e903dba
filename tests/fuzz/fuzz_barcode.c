// SPDX-License-Identifier: Apache-2.0
/*
 * Any text under any symbology: what a barcode means stays within its bounds, is the same when
 * read again, and what has a meaning keeps the rules of that meaning.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/base/text.h"
#include "firmware/counter/scan.h"

#define SYMBOLOGIES (SYMBOLOGY_OTHER + 1)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool is, const char *what)
{
	if (is)
		return;
	fprintf(stderr, "%s\n", what);
	abort();
}

static bool ended(const char *text, size_t cap)
{
	return memchr(text, '\0', cap) != NULL;
}

static void check(const struct barcode *b)
{
	must(ended(b->gtin14, sizeof(b->gtin14)) && ended(b->also, sizeof(b->also)) &&
		     ended(b->sscc, sizeof(b->sscc)) && ended(b->customer, sizeof(b->customer)) &&
		     ended(b->lot, sizeof(b->lot)) && ended(b->serial, sizeof(b->serial)) &&
		     ended(b->currency, sizeof(b->currency)) &&
		     ended(b->fault_ai, sizeof(b->fault_ai)),
	     "an endless text");
	must(b->kind != BARCODE_ITEM || gtin_valid(slice_of(b->gtin14)), "a wrong check digit");
	must(b->kind != BARCODE_SSCC || strlen(b->sscc) == 18, "a wrong SSCC");
	must(b->pieces >= -1 && b->count >= -1 && b->weight_milli >= -1 && b->price >= -1,
	     "a number below none");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct barcode_rules rules = { .year = 2026 };
	struct slice text = { (const char *)data + 1, size - 1 };
	struct barcode b, again;
	char keys[CODE_KEYS_MAX][CODE_KEY_MAX];
	enum symbology symbology;
	struct scan scan;

	if (size == 0)
		return 0;
	symbology = (enum symbology)(data[0] % SYMBOLOGIES);
	text.n = text.n > SCAN_TEXT_MAX ? SCAN_TEXT_MAX : text.n;
	memset(&b, 0x55, sizeof(b));
	memset(&again, 0xaa, sizeof(again));
	barcode_read(text, symbology, &rules, &b);
	barcode_read(text, symbology, &rules, &again);
	check(&b);
	must(b.kind == again.kind && strcmp(b.gtin14, again.gtin14) == 0 &&
		     b.weight_milli == again.weight_milli && b.price == again.price,
	     "two readings of one code");
	must(barcode_keys(&b, keys) <= CODE_KEYS_MAX && code_keys(text, keys) <= CODE_KEYS_MAX,
	     "too many keys");
	(void)barcode_names(&b, text);
	scan_read(text, symbology, &rules, &scan);
	must(scan.text.n <= text.n &&
		     (scan.kind != SCAN_GTIN || barcode_keys(&scan.code, keys) > 0),
	     "a product without a key");
	must(!pan_like(text) || symbology == SYMBOLOGY_EAN_UPC || symbology == SYMBOLOGY_GS1 ||
		     scan.kind == SCAN_CARD_LIKE || scan.kind == SCAN_GTIN,
	     "a card number is taken for something else");
	return 0;
}
