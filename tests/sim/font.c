// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/font.h"

#include <errno.h>
#include <ft2build.h>
#include FT_FREETYPE_H
#include <stdlib.h>
#include <string.h>

#include "tests/sim/util.h"

#define CACHE_SLOTS 512

/* A drawn character, so that a line of text does not cost a line of outlines. */
struct font_slot {
	uint32_t codepoint;
	const struct font_cell *cell; /* NULL = empty */
	int times_x;
	int times_y;
	struct bitmap dots;
};

struct font {
	FT_Library library;
	FT_Face face;
	struct font_slot cache[CACHE_SLOTS];
};

const struct font_cell font_cells[2] = {
	{ 12, 24, 19, 20 },
	{ 9, 17, 14, 15 },
};

int font_open(const char *path, struct font **ret_font)
{
	struct font *font = sim_alloc(NULL, sizeof(*font));

	memset(font, 0, sizeof(*font));
	if (FT_Init_FreeType(&font->library)) {
		free(font);
		return -ENOMEM;
	}
	if (FT_New_Face(font->library, path, 0, &font->face)) {
		FT_Done_FreeType(font->library);
		free(font);
		return -ENOENT;
	}
	*ret_font = font;
	return 0;
}

void font_close(struct font *font)
{
	if (!font)
		return;
	for (size_t i = 0; i < CACHE_SLOTS; i++)
		bitmap_free(&font->cache[i].dots);
	FT_Done_Face(font->face);
	FT_Done_FreeType(font->library);
	free(font);
}

static void font_draw_glyph(const FT_GlyphSlot slot, struct bitmap *cell, int baseline)
{
	const FT_Bitmap *from = &slot->bitmap;

	for (unsigned int j = 0; j < from->rows; j++) {
		const uint8_t *row = from->buffer + (size_t)j * (size_t)from->pitch;

		for (unsigned int i = 0; i < from->width; i++)
			if (row[i / 8] & (0x80 >> i % 8))
				bitmap_set(cell, slot->bitmap_left + (int)i,
					   baseline - slot->bitmap_top + (int)j, true);
	}
}

static struct font_slot *font_slot(struct font *font, uint32_t codepoint,
				   const struct font_cell *cell, int times_x, int times_y)
{
	const uint32_t hash = codepoint * 31 + (uint32_t)(cell->width + times_x * 8 + times_y);
	struct font_slot *slot = &font->cache[hash % CACHE_SLOTS];

	if (slot->cell == cell && slot->codepoint == codepoint && slot->times_x == times_x &&
	    slot->times_y == times_y)
		return slot;
	if (FT_Set_Pixel_Sizes(font->face, (FT_UInt)(cell->em * times_x),
			       (FT_UInt)(cell->em * times_y)) ||
	    FT_Load_Char(font->face, codepoint, FT_LOAD_RENDER | FT_LOAD_TARGET_MONO))
		return NULL;
	bitmap_free(&slot->dots);
	*slot = (struct font_slot){ codepoint, cell, times_x, times_y, { 0 } };
	bitmap_init(&slot->dots, cell->width * times_x, cell->height * times_y);
	font_draw_glyph(font->face->glyph, &slot->dots, cell->baseline * times_y);
	return slot;
}

void font_draw(struct font *font, struct bitmap *to, int x, int y, uint32_t codepoint,
	       const struct font_cell *cell, int times_x, int times_y, bool bold)
{
	const struct font_slot *slot = font_slot(font, codepoint, cell, times_x, times_y);
	struct bitmap right;

	if (!slot)
		return;
	bitmap_stamp(to, &slot->dots, x, y, false);
	/* Thermal printers make bold by printing every dot twice, one dot apart. */
	if (bold) {
		right = slot->dots;
		right.width--;
		bitmap_stamp(to, &right, x + 1, y, false);
	}
}
