// SPDX-License-Identifier: Apache-2.0
#include "drivers/glyph.h"

#include <string.h>

/* Records of one size, sorted: "0041:" and 32 hex digits for 16 rows, a newline. The path is the
 * build directory's (Makefile). */
#define RECORD_BYTES 38

__asm__(".section .rodata\n"
	".balign 16\n"
	"glyph_font_start:\n"
	".incbin \"" LADA_UNIFONT "\"\n"
	"glyph_font_end:\n"
	".byte 0\n"
	".previous\n");
extern const char glyph_font_start[];
extern const char glyph_font_end[];

static unsigned int hex(const char *p, int digits)
{
	unsigned int n = 0;

	for (int i = 0; i < digits; i++)
		n = n << 4 | (unsigned int)(p[i] <= '9' ? p[i] - '0' : p[i] - 'A' + 10);
	return n;
}

static const char *record_of(uint32_t character)
{
	size_t low = 0, high = (size_t)(glyph_font_end - glyph_font_start) / RECORD_BYTES;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;
		const char *record = glyph_font_start + middle * RECORD_BYTES;
		const uint32_t here = hex(record, 4);

		if (here == character)
			return record;
		if (here < character)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

static void hollow_box(uint8_t ret_rows[GLYPH_HEIGHT])
{
	memset(ret_rows, 0, GLYPH_HEIGHT);
	for (int y = 2; y <= 13; y++)
		ret_rows[y] = y == 2 || y == 13 ? 0x7e : 0x42;
}

bool glyph_find(uint32_t character, uint8_t ret_rows[GLYPH_HEIGHT])
{
	const char *record = record_of(character);

	if (!record) {
		hollow_box(ret_rows);
		return false;
	}
	for (int y = 0; y < GLYPH_HEIGHT; y++)
		ret_rows[y] = (uint8_t)hex(record + 5 + 2 * y, 2);
	return true;
}

/* A dot and its eight neighbours, row by row; 4 is the middle. */
static void look_around(const uint8_t rows[GLYPH_HEIGHT], int x, int y, bool ret_dots[9])
{
	for (int dy = -1; dy <= 1; dy++) {
		for (int dx = -1; dx <= 1; dx++) {
			const bool in = y + dy >= 0 && y + dy < GLYPH_HEIGHT && x + dx >= 0 &&
					x + dx < GLYPH_WIDTH;

			ret_dots[(dy + 1) * 3 + dx + 1] = in && (rows[y + dy] & (0x80 >> (x + dx)));
		}
	}
}

/*
 * The nine dots that one becomes, by the Scale3x rule: where two neighbours at a corner are the
 * same and differ from the opposite ones, a slant runs there and the corner becomes theirs.
 */
static unsigned int smooth(const bool d[9])
{
	const bool up = d[1], left = d[3], middle = d[4], right = d[5], down = d[7];
	const bool nw = left == up && left != down && up != right;
	const bool ne = up == right && up != left && right != down;
	const bool sw = down == left && down != right && left != up;
	const bool se = right == down && right != up && down != left;
	const bool out[9] = {
		nw ? left : middle,
		(nw && middle != d[2]) || (ne && middle != d[0]) ? up : middle,
		ne ? right : middle,
		(sw && middle != d[0]) || (nw && middle != d[6]) ? left : middle,
		middle,
		(ne && middle != d[8]) || (se && middle != d[2]) ? right : middle,
		sw ? left : middle,
		(se && middle != d[6]) || (sw && middle != d[8]) ? down : middle,
		se ? right : middle,
	};
	unsigned int bits = 0;

	for (int i = 0; i < 9; i++)
		bits = bits << 1 | out[i];
	return bits;
}

void glyph_enlarge(const uint8_t rows[GLYPH_HEIGHT], uint32_t ret_rows[GLYPH_LARGE_HEIGHT])
{
	memset(ret_rows, 0, GLYPH_LARGE_HEIGHT * sizeof(ret_rows[0]));
	for (int y = 0; y < GLYPH_HEIGHT; y++) {
		for (int x = 0; x < GLYPH_WIDTH; x++) {
			bool dots[9];
			unsigned int nine;

			look_around(rows, x, y, dots);
			nine = smooth(dots);
			for (int i = 0; i < 3; i++)
				ret_rows[3 * y + i] |= (nine >> (6 - 3 * i) & 7) << (21 - 3 * x);
		}
	}
}

bool glyph_dot(const uint32_t large[GLYPH_LARGE_HEIGHT], int width, int height, int x, int y)
{
	const int left = x * GLYPH_LARGE_WIDTH / width;
	const int right = (x + 1) * GLYPH_LARGE_WIDTH / width;
	const int top = y * GLYPH_LARGE_HEIGHT / height;
	const int bottom = (y + 1) * GLYPH_LARGE_HEIGHT / height;
	const uint32_t columns =
		(1u << (GLYPH_LARGE_WIDTH - left)) - (1u << (GLYPH_LARGE_WIDTH - right));
	int black = 0;

	for (int i = top; i < bottom; i++)
		black += __builtin_popcount(large[i] & columns);
	return black > 0 && 2 * black >= (right - left) * (bottom - top);
}
