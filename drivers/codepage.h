// SPDX-License-Identifier: Apache-2.0
/*
 * Printer code pages: which byte is which character. Every page here is ASCII below 0x80; the
 * tables hold the upper halves as facts (they agree with glibc's iconv, which a test holds them
 * to). Numbers for ESC t are not here: they differ by printer and stand in its profile.
 */
#ifndef LADA_DRIVERS_CODEPAGE_H
#define LADA_DRIVERS_CODEPAGE_H

#include <stdint.h>

enum codepage {
	CODEPAGE_437,
	CODEPAGE_850,
	CODEPAGE_852,  /* Polish on nearly every printer */
	CODEPAGE_858,  /* 850 with the euro sign */
	CODEPAGE_866,  /* Cyrillic, without Ukrainian i and ghe with upturn */
	CODEPAGE_1250, /* Polish with typographic quotes and euro */
	CODEPAGE_1251, /* Cyrillic with every Ukrainian letter */
	CODEPAGE_1252,
};
#define CODEPAGE_COUNT 8

/* The byte 0x80..0xff that prints `character`, or 0 when the page has none. */
uint8_t codepage_byte(enum codepage page, uint32_t character);
/* The character of byte 0x80..0xff, 0 where the page has nothing. */
uint32_t codepage_character(enum codepage page, uint8_t byte);
const char *codepage_name(enum codepage page); /* "CP852" */

#endif
