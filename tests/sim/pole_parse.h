// SPDX-License-Identifier: Apache-2.0
/*
 * A 2x20 customer display that understands Epson's DM-D commands and the CD5220 set, fed byte
 * by byte (DM-D110 specification; XP8200, P07303 and CD5220 manuals). With a dialect chosen it
 * knows that one's commands alone, as the real display does. Unknown bytes are counted, code
 * pages that it does not have too. Owns nothing; cannot fail.
 */
#ifndef LADA_SIM_POLE_PARSE_H
#define LADA_SIM_POLE_PARSE_H

#include <stdbool.h>

#include "tests/sim/codepage.h"
#include "tests/sim/util.h"

#define POLE_ROWS 2
#define POLE_COLUMNS 20
#define POLE_STRING_MAX 40

enum pole_dialect { POLE_BOTH, POLE_EPSON, POLE_CD5220 };

enum pole_mode { POLE_OVERWRITE, POLE_SCROLL_UP, POLE_SCROLL_LEFT };

struct pole {
	enum pole_dialect dialect;
	uint32_t cells[POLE_ROWS][POLE_COLUMNS];
	int row;
	int column;
	enum pole_mode mode;
	bool string_mode; /* after ESC Q only strings, CLR and CAN are taken */
	bool deselected;  /* ESC = 1: bytes are for the printer behind */
	struct codepage page;
	uint8_t head[8];
	size_t head_len;
	char string_kind; /* ESC Q: reading a string up to CR */
	uint8_t string[POLE_STRING_MAX];
	size_t string_len;
	uint64_t unknown; /* bytes */
	uint64_t clears;  /* times the whole display went dark */
	uint64_t written; /* characters */
};

void pole_init(struct pole *pole, enum pole_dialect dialect);
void pole_feed(struct pole *pole, uint8_t byte);
/* Two lines of UTF-8, spaces at their ends left out. */
void pole_text(const struct pole *pole, struct sim_buf *ret_text);

#endif
