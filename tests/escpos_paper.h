// SPDX-License-Identifier: Apache-2.0
/*
 * Documents to ESC/POS bytes, and these read again by a small reader of its own: text through
 * glibc's iconv, pictures as dots, which zbarimg may read. Bytes it does not know, and such as
 * would be a real-time command, are failures of the test. Include after cmocka.h.
 */
#ifndef LADA_TESTS_ESCPOS_PAPER_H
#define LADA_TESTS_ESCPOS_PAPER_H

#include "drivers/driver.h"
#include "drivers/escpos_encode.h"

#define PAPER_BYTES_MAX DRIVER_JOB_BYTES_MAX
#define PAPER_ROWS_MAX	2000

/* What a printer would show of the last document. */
struct paper {
	const struct printer_profile *profile;
	char encoded[PAPER_BYTES_MAX];
	char text[PAPER_BYTES_MAX]; /* UTF-8; a double-size line begins with '#', a bold one '*' */
	struct buf out;
	int page;
	int switches, cuts, pulses, rasters;
	int size, bold, align, pin, feeds;
	/* Rasters one below the other, as long as they are equally wide. */
	uint8_t rows[PAPER_ROWS_MAX][PROFILE_DOTS_MAX / 8];
	int row_count, row_bytes;
	char symbol[1024]; /* native QR */
	char barcode[256]; /* native, as its data stands in the command */
	bool at_start;
};

/* The bytes alone, valid until the next document. */
struct slice paper_encode(struct paper *paper, const struct printer_profile *profile,
			  const char *doc);
/* Encodes and reads again; the text on the paper. */
const char *paper_print(struct paper *paper, const struct printer_profile *profile,
			const char *doc);
bool paper_dot(const struct paper *paper, int x, int y);
/* What zbarimg, with these options, reads from the rasters, each code and a line feed. */
void paper_zbar(const struct paper *paper, const char *options, char *dst, size_t cap);
const struct printer_profile *paper_profile(const char *name);

#endif
