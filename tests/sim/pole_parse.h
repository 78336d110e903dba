// SPDX-License-Identifier: Apache-2.0
/*
 * A 2x20 customer display that understands Epson's DM-D commands and the CD5220 set, fed byte
 * by byte (DM-D110 specification; XP8200 and P07303 manuals). Unknown bytes are counted. Owns
 * nothing; cannot fail.
 */
#ifndef LADA_SIM_POLE_PARSE_H
#define LADA_SIM_POLE_PARSE_H

#include <stdbool.h>

#include "tests/sim/codepage.h"
#include "tests/sim/util.h"

#define POLE_ROWS 2
#define POLE_COLUMNS 20
#define POLE_STRING_MAX 40

enum pole_mode { POLE_OVERWRITE, POLE_SCROLL_UP, POLE_SCROLL_LEFT };

struct pole {
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
	uint64_t unknown;
};

void pole_init(struct pole *pole);
void pole_feed(struct pole *pole, uint8_t byte);
/* Two lines of UTF-8, spaces at their ends left out. */
void pole_text(const struct pole *pole, struct sim_buf *ret_text);

#endif
