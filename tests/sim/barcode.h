// SPDX-License-Identifier: Apache-2.0
/*
 * Linear bar codes as the printer draws them (GS k): data bytes to a row of modules.
 * Sources: GS1 General Specifications (EAN/UPC), ISO/IEC 15417 (Code 128), ISO/IEC 16388
 * (Code 39), ISO/IEC 16390 (ITF). Bad data (wrong length, wrong check digit, a character the
 * symbology lacks) gives -EINVAL, and the printer then prints nothing; a symbology that is
 * known but not drawn here gives -ENOTSUP.
 */
#ifndef LADA_SIM_BARCODE_H
#define LADA_SIM_BARCODE_H

#include <stddef.h>
#include <stdint.h>

#define BARCODE_MODULES_MAX 6000
#define BARCODE_TEXT_MAX 512

enum barcode_kind {
	BARCODE_UPC_A,
	BARCODE_UPC_E,
	BARCODE_EAN13,
	BARCODE_EAN8,
	BARCODE_CODE39,
	BARCODE_ITF,
	BARCODE_CODABAR,
	BARCODE_CODE93,
	BARCODE_CODE128,
	BARCODE_GS1_128,
	BARCODE_DATABAR,
};

struct barcode {
	enum barcode_kind kind;
	size_t modules;
	uint8_t black[BARCODE_MODULES_MAX];
	size_t text_len;
	char text[BARCODE_TEXT_MAX]; /* what a reader would read, check digit included */
};

/* The name in the text rendering: EAN13, CODE128, ... */
const char *barcode_name(enum barcode_kind kind);
/* The symbology of GS k m; -EINVAL if m is none. */
int barcode_kind_of(uint8_t m, enum barcode_kind *ret_kind);
int barcode_encode(enum barcode_kind kind, const uint8_t *data, size_t n,
		   struct barcode *ret_barcode);

#endif
