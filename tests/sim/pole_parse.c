// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/pole_parse.h"

#include <string.h>

#define BS 0x08
#define HT 0x09
#define LF 0x0A
#define HOME 0x0B
#define CLR 0x0C
#define CR 0x0D
#define CAN 0x18
#define ESC 0x1B
#define US 0x1F

static void pole_clear_row(struct pole *pole, int row)
{
	for (int i = 0; i < POLE_COLUMNS; i++)
		pole->cells[row][i] = ' ';
}

static void pole_clear(struct pole *pole)
{
	for (int row = 0; row < POLE_ROWS; row++)
		pole_clear_row(pole, row);
	pole->row = pole->column = 0;
	pole->clears++;
}

void pole_init(struct pole *pole, enum pole_dialect dialect)
{
	memset(pole, 0, sizeof(*pole));
	pole->dialect = dialect;
	codepage_select(&pole->page, 0);
	pole_clear(pole);
}

static void pole_reset(struct pole *pole)
{
	const struct pole before = *pole;

	pole_init(pole, before.dialect);
	pole->unknown = before.unknown;
	pole->written = before.written;
	pole->clears += before.clears;
}

static void pole_down(struct pole *pole)
{
	if (pole->row < POLE_ROWS - 1) {
		pole->row++;
	} else if (pole->mode == POLE_SCROLL_UP) {
		memcpy(pole->cells[0], pole->cells[1], sizeof(pole->cells[0]));
		pole_clear_row(pole, 1);
	} else {
		pole->row = 0;
	}
}

static void pole_left(struct pole *pole)
{
	if (pole->column > 0) {
		pole->column--;
	} else if (pole->row > 0) {
		pole->row--;
		pole->column = POLE_COLUMNS - 1;
	}
}

static void pole_right(struct pole *pole)
{
	if (++pole->column < POLE_COLUMNS)
		return;
	pole->column = 0;
	pole_down(pole);
}

static void pole_put(struct pole *pole, uint8_t byte)
{
	uint32_t *row = pole->cells[pole->row];

	pole->written++;
	if (pole->mode == POLE_SCROLL_LEFT) {
		if (pole->column == POLE_COLUMNS) {
			memmove(row, row + 1, (POLE_COLUMNS - 1) * sizeof(*row));
			pole->column--;
		}
		row[pole->column++] = codepage_char(&pole->page, byte);
		return;
	}
	row[pole->column] = codepage_char(&pole->page, byte);
	pole_right(pole);
}

static void pole_move(struct pole *pole, int x, int y)
{
	if (x < 1 || x > POLE_COLUMNS || y < 1 || y > POLE_ROWS)
		return;
	pole->column = x - 1;
	pole->row = y - 1;
}

/* Plain control bytes; the head is empty. */
static void pole_control(struct pole *pole, uint8_t byte)
{
	if (pole->column == POLE_COLUMNS && byte != CLR && byte != CAN)
		pole->column--;
	switch (byte) {
	case BS:
		pole_left(pole);
		break;
	case HT:
		pole_right(pole);
		break;
	case LF:
		pole_down(pole);
		break;
	case CR:
		pole->column = 0;
		break;
	case HOME:
		pole_move(pole, 1, 1);
		break;
	case CLR:
		pole_clear(pole);
		pole->string_mode = false;
		break;
	case CAN:
		pole_clear_row(pole, pole->row);
		pole->column = 0;
		pole->string_mode = false;
		break;
	default:
		pole->unknown++;
	}
}

/* Commands of both families, and of one alone. */
static bool pole_speaks(const struct pole *pole, const uint8_t *h)
{
	static const char both[] = "@=", epson[] = "tR", cd5220[] = "fc*_[Ql#\x11\x12\x13";

	if (h[0] == US)
		return pole->dialect != POLE_CD5220 || h[1] == 0x45 || h[1] == 0x40;
	return strchr(both, h[1]) || (pole->dialect != POLE_CD5220 && strchr(epson, h[1])) ||
	       (pole->dialect != POLE_EPSON && strchr(cd5220, h[1]));
}

/* Bytes in all of a command that begins like this; 0 = none. */
static size_t pole_need(const struct pole *pole, const uint8_t *h)
{
	if (!h[1] || !pole_speaks(pole, h))
		return 0;
	if (h[0] == US) {
		switch (h[1]) {
		case 0x01: case 0x02: case 0x03: case 0x0A: case 0x0D: case 0x40: case 0x42:
			return 2;
		case 0x43: case 0x45: case 0x58: case 0x72:
			return 3;
		case 0x24:
			return 4;
		default:
			return 0;
		}
	}
	switch (h[1]) {
	case '@': case 0x11: case 0x12: case 0x13:
		return 2;
	case 't': case 'f': case 'c': case '*': case '_': case '=': case '#': case 'R': case '[':
	case 'Q':
		return 3;
	case 'l':
		return 4;
	default:
		return 0;
	}
}

static void pole_epson(struct pole *pole, const uint8_t *h)
{
	switch (h[1]) {
	case 0x01: case 0x02: case 0x03:
		pole->mode = (enum pole_mode)(h[1] - 1);
		break;
	case 0x0A:
		pole->row = pole->row ? 0 : POLE_ROWS - 1;
		break;
	case 0x0D:
		pole->column = POLE_COLUMNS - 1;
		break;
	case 0x42:
		pole_move(pole, POLE_COLUMNS, POLE_ROWS);
		break;
	case 0x24:
		pole_move(pole, h[2], h[3]);
		break;
	}
}

static void pole_bracket(struct pole *pole, uint8_t letter)
{
	switch (letter) {
	case 'A':
		pole->row = pole->row ? 0 : POLE_ROWS - 1;
		break;
	case 'B':
		pole_down(pole);
		break;
	case 'C':
		pole_right(pole);
		break;
	case 'D':
		pole_left(pole);
		break;
	case 'H':
		pole_move(pole, 1, 1);
		break;
	case 'K':
		pole_move(pole, POLE_COLUMNS, POLE_ROWS);
		break;
	case 'L':
		pole->column = 0;
		break;
	case 'R':
		pole->column = POLE_COLUMNS - 1;
		break;
	default:
		pole->unknown += 3;
	}
}

/* A DM-D110 has these and no others. */
static void pole_page(struct pole *pole, uint8_t number)
{
	if (number > 5 && (number < 16 || number > 19) && number < 254)
		pole->unknown += 3;
	else if (number < 254)
		codepage_select(&pole->page, number);
}

/* CD5220: ASCII, JIS, Slavonic and Russian; which tables those are is not in its manual. */
static void pole_set(struct pole *pole, uint8_t letter)
{
	static const struct {
		char letter;
		int page;
	} sets[] = { { 'A', 0 }, { 'J', 1 }, { 'L', 18 }, { 'R', 17 } };

	for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++) {
		if (sets[i].letter == (char)letter) {
			codepage_select(&pole->page, sets[i].page);
			return;
		}
	}
	pole->unknown += 3;
}

static void pole_escape(struct pole *pole, const uint8_t *h)
{
	switch (h[1]) {
	case '@':
		pole_reset(pole);
		break;
	case 0x11: case 0x12: case 0x13:
		pole->mode = (enum pole_mode)(h[1] - 0x11);
		break;
	case 't':
		pole_page(pole, h[2]);
		break;
	case 'R':
		codepage_select_charset(&pole->page, h[2]);
		break;
	case 'c':
		pole_set(pole, h[2]);
		break;
	case 'l':
		pole_move(pole, h[2], h[3]);
		break;
	case '[':
		pole_bracket(pole, h[2]);
		break;
	case '=':
		pole->deselected = h[2] == 1;
		break;
	}
}

/* ESC Q A/B sets a whole line, D lets one scroll through the upper line. */
static void pole_string(struct pole *pole)
{
	uint32_t *row = pole->cells[pole->string_kind == 'B' ? 1 : 0];
	const size_t skip = pole->string_len > POLE_COLUMNS && pole->string_kind == 'D' ?
			    pole->string_len - POLE_COLUMNS : 0;

	for (size_t i = 0; i < POLE_COLUMNS; i++)
		row[i] = skip + i < pole->string_len ?
			 codepage_char(&pole->page, pole->string[skip + i]) : ' ';
	pole->string_kind = '\0';
	pole->string_mode = true;
}

static void pole_string_byte(struct pole *pole, uint8_t byte)
{
	if (byte == CR)
		pole_string(pole);
	else if (pole->string_len < POLE_STRING_MAX)
		pole->string[pole->string_len++] = byte;
}

static void pole_command(struct pole *pole)
{
	const uint8_t *h = pole->head;

	pole->head_len = 0;
	/* Past the end of a line only in scroll-left mode, and only for the next character. */
	if (pole->column == POLE_COLUMNS)
		pole->column--;
	if (pole->deselected && !(h[0] == ESC && h[1] == '='))
		return;
	if (h[0] == ESC && h[1] == 'Q') {
		if (h[2] >= 'A' && h[2] <= 'D' && h[2] != 'C') {
			pole->string_kind = (char)h[2];
			pole->string_len = 0;
		} else {
			pole->unknown += 3;
		}
	} else if (pole->string_mode && !(h[0] == ESC && h[1] == '@')) {
		return;
	} else if (h[0] == US) {
		pole_epson(pole, h);
	} else {
		pole_escape(pole, h);
	}
}

static void pole_head(struct pole *pole, uint8_t byte)
{
	size_t need;

	pole->head[pole->head_len++] = byte;
	need = pole->head_len < 2 ? 2 : pole_need(pole, pole->head);
	if (!need) {
		pole->unknown += pole->head_len;
		pole->head_len = 0;
	} else if (pole->head_len == need) {
		pole_command(pole);
	}
}

void pole_feed(struct pole *pole, uint8_t byte)
{
	if (pole->string_kind)
		pole_string_byte(pole, byte);
	else if (pole->head_len || byte == ESC || byte == US)
		pole_head(pole, byte);
	else if (pole->deselected || (pole->string_mode && byte != CLR && byte != CAN))
		return;
	else if (byte < 0x20)
		pole_control(pole, byte);
	else
		pole_put(pole, byte);
}

void pole_text(const struct pole *pole, struct sim_buf *ret_text)
{
	ret_text->len = 0;
	for (int row = 0; row < POLE_ROWS; row++) {
		int end = POLE_COLUMNS;

		while (end > 0 && pole->cells[row][end - 1] == ' ')
			end--;
		for (int i = 0; i < end; i++)
			sim_buf_utf8(ret_text, pole->cells[row][i]);
		sim_buf_text(ret_text, "\n");
	}
}
