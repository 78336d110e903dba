// SPDX-License-Identifier: Apache-2.0
#include "drivers/key_layout.h"

#include <string.h>

#include "firmware/base/bytes.h"

#define DEAD(mark) (KEY_DEAD | (mark))

#define USAGE_A		0x04
#define USAGE_Z		0x1d
#define USAGE_6		0x23
#define USAGE_SPACE	0x2c
#define USAGE_MINUS	0x2d
#define USAGE_P_RIGHT	0x2f /* the two keys right of P */
#define USAGE_P_RIGHT2	0x30
#define USAGE_BACKSLASH 0x31
#define USAGE_HASH	0x32 /* the same key on keyboards with a tall Enter */
#define USAGE_ISO	0x64 /* between the left Shift and Z, if it is there */

#define PAD_SLASH 0x54
#define PAD_ONE	  0x59
#define PAD_ZERO  0x62
#define PAD_POINT 0x63

static const struct key us[] = {
	{ 0x04, { 'a', 'A' } },	 { 0x05, { 'b', 'B' } },  { 0x06, { 'c', 'C' } },
	{ 0x07, { 'd', 'D' } },	 { 0x08, { 'e', 'E' } },  { 0x09, { 'f', 'F' } },
	{ 0x0a, { 'g', 'G' } },	 { 0x0b, { 'h', 'H' } },  { 0x0c, { 'i', 'I' } },
	{ 0x0d, { 'j', 'J' } },	 { 0x0e, { 'k', 'K' } },  { 0x0f, { 'l', 'L' } },
	{ 0x10, { 'm', 'M' } },	 { 0x11, { 'n', 'N' } },  { 0x12, { 'o', 'O' } },
	{ 0x13, { 'p', 'P' } },	 { 0x14, { 'q', 'Q' } },  { 0x15, { 'r', 'R' } },
	{ 0x16, { 's', 'S' } },	 { 0x17, { 't', 'T' } },  { 0x18, { 'u', 'U' } },
	{ 0x19, { 'v', 'V' } },	 { 0x1a, { 'w', 'W' } },  { 0x1b, { 'x', 'X' } },
	{ 0x1c, { 'y', 'Y' } },	 { 0x1d, { 'z', 'Z' } },  { 0x1e, { '1', '!' } },
	{ 0x1f, { '2', '@' } },	 { 0x20, { '3', '#' } },  { 0x21, { '4', '$' } },
	{ 0x22, { '5', '%' } },	 { 0x23, { '6', '^' } },  { 0x24, { '7', '&' } },
	{ 0x25, { '8', '*' } },	 { 0x26, { '9', '(' } },  { 0x27, { '0', ')' } },
	{ 0x2c, { ' ', ' ' } },	 { 0x2d, { '-', '_' } },  { 0x2e, { '=', '+' } },
	{ 0x2f, { '[', '{' } },	 { 0x30, { ']', '}' } },  { 0x31, { '\\', '|' } },
	{ 0x32, { '\\', '|' } }, { 0x33, { ';', ':' } },  { 0x34, { '\'', '"' } },
	{ 0x35, { '`', '~' } },	 { 0x36, { ',', '<' } },  { 0x37, { '.', '>' } },
	{ 0x38, { '/', '?' } },	 { 0x64, { '\\', '|' } },
};

/* ą ć ę ł ń ó ś ź ż and the euro sign; on 5 it is Linux's, on U Windows'. */
static const struct key pl[] = {
	{ 0x04, { 'a', 'A', 0x105, 0x104 } }, { 0x06, { 'c', 'C', 0x107, 0x106 } },
	{ 0x08, { 'e', 'E', 0x119, 0x118 } }, { 0x0f, { 'l', 'L', 0x142, 0x141 } },
	{ 0x11, { 'n', 'N', 0x144, 0x143 } }, { 0x12, { 'o', 'O', 0xf3, 0xd3 } },
	{ 0x16, { 's', 'S', 0x15b, 0x15a } }, { 0x18, { 'u', 'U', 0x20ac } },
	{ 0x1b, { 'x', 'X', 0x17a, 0x179 } }, { 0x1d, { 'z', 'Z', 0x17c, 0x17b } },
	{ 0x22, { '5', '%', 0x20ac } },	      { 0x35, { '`', DEAD('~') } },
};

static const struct key de[] = {
	{ 0x08, { 'e', 'E', 0x20ac } },
	{ 0x10, { 'm', 'M', 0xb5 } },
	{ 0x14, { 'q', 'Q', '@' } },
	{ 0x1c, { 'z', 'Z' } },
	{ 0x1d, { 'y', 'Y' } },
	{ 0x1f, { '2', '"', 0xb2 } },
	{ 0x20, { '3', 0xa7, 0xb3 } },
	{ 0x23, { '6', '&' } },
	{ 0x24, { '7', '/', '{' } },
	{ 0x25, { '8', '(', '[' } },
	{ 0x26, { '9', ')', ']' } },
	{ 0x27, { '0', '=', '}' } },
	{ 0x2d, { 0xdf, '?', '\\', 0x1e9e } },
	{ 0x2e, { DEAD(0xb4), DEAD('`') } },
	{ 0x2f, { 0xfc, 0xdc } },
	{ 0x30, { '+', '*', '~' } },
	{ 0x31, { '#', '\'' } },
	{ 0x32, { '#', '\'' } },
	{ 0x33, { 0xf6, 0xd6 } },
	{ 0x34, { 0xe4, 0xc4 } },
	{ 0x35, { DEAD('^'), 0xb0 } },
	{ 0x36, { ',', ';' } },
	{ 0x37, { '.', ':' } },
	{ 0x38, { '-', '_' } },
	{ 0x64, { '<', '>', '|' } },
};

static const struct key fr[] = {
	{ 0x04, { 'q', 'Q' } },
	{ 0x08, { 'e', 'E', 0x20ac } },
	{ 0x10, { ',', '?' } },
	{ 0x14, { 'a', 'A' } },
	{ 0x1a, { 'z', 'Z' } },
	{ 0x1d, { 'w', 'W' } },
	{ 0x1e, { '&', '1' } },
	{ 0x1f, { 0xe9, '2', DEAD('~') } },
	{ 0x20, { '"', '3', '#' } },
	{ 0x21, { '\'', '4', '{' } },
	{ 0x22, { '(', '5', '[' } },
	{ 0x23, { '-', '6', '|' } },
	{ 0x24, { 0xe8, '7', DEAD('`') } },
	{ 0x25, { '_', '8', '\\' } },
	{ 0x26, { 0xe7, '9', '^' } },
	{ 0x27, { 0xe0, '0', '@' } },
	{ 0x2d, { ')', 0xb0, ']' } },
	{ 0x2e, { '=', '+', '}' } },
	{ 0x2f, { DEAD('^'), DEAD(0xa8) } },
	{ 0x30, { '$', 0xa3, 0xa4 } },
	{ 0x31, { '*', 0xb5 } },
	{ 0x32, { '*', 0xb5 } },
	{ 0x33, { 'm', 'M' } },
	{ 0x34, { 0xf9, '%' } },
	{ 0x35, { 0xb2 } },
	{ 0x36, { ';', '.' } },
	{ 0x37, { ':', '/' } },
	{ 0x38, { '!', 0xa7 } },
	{ 0x64, { '<', '>' } },
};

/* Mark, letter, the letter with its mark. */
static const uint16_t western[][3] = {
	{ '^', 'a', 0xe2 },  { '^', 'e', 0xea },  { '^', 'i', 0xee },  { '^', 'o', 0xf4 },
	{ '^', 'u', 0xfb },  { '^', 'A', 0xc2 },  { '^', 'E', 0xca },  { '^', 'I', 0xce },
	{ '^', 'O', 0xd4 },  { '^', 'U', 0xdb },  { 0xb4, 'a', 0xe1 }, { 0xb4, 'e', 0xe9 },
	{ 0xb4, 'i', 0xed }, { 0xb4, 'o', 0xf3 }, { 0xb4, 'u', 0xfa }, { 0xb4, 'y', 0xfd },
	{ 0xb4, 'A', 0xc1 }, { 0xb4, 'E', 0xc9 }, { 0xb4, 'I', 0xcd }, { 0xb4, 'O', 0xd3 },
	{ 0xb4, 'U', 0xda }, { 0xb4, 'Y', 0xdd }, { '`', 'a', 0xe0 },  { '`', 'e', 0xe8 },
	{ '`', 'i', 0xec },  { '`', 'o', 0xf2 },  { '`', 'u', 0xf9 },  { '`', 'A', 0xc0 },
	{ '`', 'E', 0xc8 },  { '`', 'I', 0xcc },  { '`', 'O', 0xd2 },  { '`', 'U', 0xd9 },
	{ 0xa8, 'a', 0xe4 }, { 0xa8, 'e', 0xeb }, { 0xa8, 'i', 0xef }, { 0xa8, 'o', 0xf6 },
	{ 0xa8, 'u', 0xfc }, { 0xa8, 'y', 0xff }, { 0xa8, 'A', 0xc4 }, { 0xa8, 'E', 0xcb },
	{ 0xa8, 'I', 0xcf }, { 0xa8, 'O', 0xd6 }, { 0xa8, 'U', 0xdc }, { '~', 'a', 0xe3 },
	{ '~', 'n', 0xf1 },  { '~', 'o', 0xf5 },  { '~', 'A', 0xc3 },  { '~', 'N', 0xd1 },
	{ '~', 'O', 0xd5 },
};

static const uint16_t polish[][3] = {
	{ '~', 'a', 0x105 }, { '~', 'c', 0x107 }, { '~', 'e', 0x119 }, { '~', 'l', 0x142 },
	{ '~', 'n', 0x144 }, { '~', 'o', 0xf3 },  { '~', 's', 0x15b }, { '~', 'x', 0x17a },
	{ '~', 'z', 0x17c }, { '~', 'A', 0x104 }, { '~', 'C', 0x106 }, { '~', 'E', 0x118 },
	{ '~', 'L', 0x141 }, { '~', 'N', 0x143 }, { '~', 'O', 0xd3 },  { '~', 'S', 0x15a },
	{ '~', 'X', 0x179 }, { '~', 'Z', 0x17b },
};

static const struct key_layout layouts[] = {
	{ .name = "us", .pad_point = '.', .ansi = CODEPAGE_1252, .oem = CODEPAGE_437 },
	{ .name = "pl",
	  .keys = pl,
	  .key_count = COUNT_OF(pl),
	  .marks = polish,
	  .mark_count = COUNT_OF(polish),
	  .pad_point = ',',
	  .ansi = CODEPAGE_1250,
	  .oem = CODEPAGE_852 },
	{ .name = "de",
	  .keys = de,
	  .key_count = COUNT_OF(de),
	  .marks = western,
	  .mark_count = COUNT_OF(western),
	  .caps_is_shift = true,
	  .pad_point = ',',
	  .ansi = CODEPAGE_1252,
	  .oem = CODEPAGE_850 },
	{ .name = "fr",
	  .keys = fr,
	  .key_count = COUNT_OF(fr),
	  .marks = western,
	  .mark_count = COUNT_OF(western),
	  .caps_is_shift = true,
	  .pad_point = '.',
	  .ansi = CODEPAGE_1252,
	  .oem = CODEPAGE_850 },
};

const struct key_layout *key_layout_find(const char *name)
{
	for (size_t i = 0; i < COUNT_OF(layouts); i++)
		if (strcmp(layouts[i].name, name) == 0)
			return &layouts[i];
	return NULL;
}

static const struct key *key_in(const struct key *keys, size_t n, uint8_t usage)
{
	for (size_t i = 0; i < n; i++)
		if (keys[i].usage == usage)
			return &keys[i];
	return NULL;
}

static const struct key *key_find(const struct key_layout *layout, uint8_t usage)
{
	const struct key *own = key_in(layout->keys, layout->key_count, usage);

	return own ? own : key_in(us, COUNT_OF(us), usage);
}

/* A letter and its capital, in the alphabets that are here. */
static bool is_pair(uint16_t small, uint16_t capital)
{
	if (small >= 'a' && small <= 'z')
		return capital == small - 0x20;
	if (small >= 0xe0 && small <= 0xfe)
		return capital == small - 0x20;
	return small > 0x100 && capital == small - 1;
}

uint16_t key_character(const struct key_layout *layout, uint8_t usage, bool shift, bool altgr,
		       bool caps)
{
	const struct key *key = key_find(layout, usage);
	const size_t base = altgr ? 2 : 0;

	if (!key)
		return 0;
	if (caps && ((layout->caps_is_shift && !altgr && usage != USAGE_ISO) ||
		     is_pair(key->levels[base], key->levels[base + 1])))
		shift = !shift;
	return key->levels[base + (shift ? 1 : 0)];
}

uint16_t key_pad(const struct key_layout *layout, uint8_t usage)
{
	static const char signs[] = "/*-+";

	if (usage >= PAD_SLASH && usage < PAD_SLASH + 4)
		return (uint16_t)signs[usage - PAD_SLASH];
	if (usage == PAD_ZERO)
		return '0';
	if (usage >= PAD_ONE && usage < PAD_ZERO)
		return (uint16_t)('1' + (usage - PAD_ONE));
	return usage == PAD_POINT ? layout->pad_point : 0;
}

int key_control(const struct key_layout *layout, uint8_t usage, bool shift)
{
	const uint16_t c = key_character(layout, usage, false, false, false);

	if (c >= 'a' && c <= 'z')
		return c - 'a' + 1;
	switch (usage) {
	case USAGE_P_RIGHT:
		return 0x1b;
	case USAGE_P_RIGHT2:
		return 0x1d;
	case USAGE_BACKSLASH:
	case USAGE_HASH:
	case USAGE_ISO:
		return 0x1c;
	case USAGE_6:
		return shift ? 0x1e : -1;
	case USAGE_MINUS:
		return shift ? 0x1f : -1;
	default:
		return -1;
	}
}

uint16_t key_compose(const struct key_layout *layout, uint16_t mark, uint16_t letter)
{
	for (size_t i = 0; i < layout->mark_count; i++)
		if (layout->marks[i][0] == mark && layout->marks[i][1] == letter)
			return layout->marks[i][2];
	return 0;
}
