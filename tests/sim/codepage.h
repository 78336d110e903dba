// SPDX-License-Identifier: Apache-2.0
/*
 * Printer code pages (ESC t n, Epson TM-T20II numbering) and international sets (ESC R n) to
 * Unicode, through iconv: an oracle apart from any table the drivers carry.
 * Numbers from Epson's command reference; Unknown numbers
 * give -EINVAL and change nothing, as on the printer.
 */
#ifndef LADA_SIM_CODEPAGE_H
#define LADA_SIM_CODEPAGE_H

#include <stddef.h>
#include <stdint.h>

struct codepage {
	int number;
	int charset;
	uint32_t upper[128]; /* bytes 80h..FFh; 0 where the page has nothing */
};

int codepage_select(struct codepage *page, int number);
int codepage_select_charset(struct codepage *page, int charset);
/* '?' where the page has nothing. */
uint32_t codepage_char(const struct codepage *page, uint8_t byte);
/* One GB18030 two-byte character, as clones in double-byte mode read text; '?' if none. */
uint32_t codepage_wide(uint8_t first, uint8_t second);

#endif
