// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/escpos_render.h"

#include <stdlib.h>
#include <string.h>

static void paper_reset_modes(struct paper *paper)
{
	codepage_select(&paper->page, 0);
	codepage_select_charset(&paper->page, 0);
	paper->style = (struct paper_style){ .times_x = 1, .times_y = 1 };
	paper->wide = paper->starts_wide;
	paper->wide_first = 0;
	paper->flip = false;
	paper->align = 0;
	paper->spacing = PAPER_SPACING;
	paper->char_space = 0;
	paper->margin = 0;
	paper->width = paper->dots;
	paper->tab_count = 0;
	paper_symbols_reset(paper);
}

void paper_init(struct paper *paper, int dots, struct font *font, bool starts_wide)
{
	memset(paper, 0, sizeof(*paper));
	paper->dots = dots;
	paper->font = font;
	paper->starts_wide = starts_wide;
	paper_reset_modes(paper);
	paper_next(paper);
}

void paper_next(struct paper *paper)
{
	bitmap_free(&paper->dots_out);
	bitmap_init(&paper->dots_out, paper->dots, 0);
	paper->y = 0;
	paper->text.len = 0;
	paper->qr_json.len = 0;
	paper->inked = false;
	paper->ignored = 0;
}

void paper_free(struct paper *paper)
{
	bitmap_free(&paper->dots_out);
	sim_buf_free(&paper->text);
	sim_buf_free(&paper->qr_json);
	sim_buf_free(&paper->qr.store);
	sim_buf_free(&paper->graphics.rows);
}

bool paper_at_line_start(const struct paper *paper)
{
	return !paper->line_len;
}

void paper_drop_line(struct paper *paper)
{
	paper->line_len = 0;
	paper->x = 0;
	paper->wide_first = 0;
}

void paper_feed(struct paper *paper, int dots)
{
	paper->y += dots;
	if (paper->y > BITMAP_ROWS_MAX)
		paper->y = BITMAP_ROWS_MAX;
	bitmap_grow(&paper->dots_out, paper->y);
}

/* Printable width between the left margin and the right edge. */
static int paper_room(const struct paper *paper)
{
	const int rest = paper->dots - paper->margin;

	return paper->width < rest ? paper->width : rest;
}

int paper_left(const struct paper *paper, int width)
{
	const int spare = paper_room(paper) - width;

	if (spare <= 0)
		return paper->margin;
	return paper->margin + (paper->align == 1 ? spare / 2 : paper->align == 2 ? spare : 0);
}

static int glyph_height(const struct paper_glyph *g)
{
	return font_cells[g->style.font].height * g->style.times_y;
}

static int line_height(const struct paper *paper)
{
	int height = 0;

	for (size_t i = 0; i < paper->line_len; i++)
		if (glyph_height(&paper->line[i]) > height)
			height = glyph_height(&paper->line[i]);
	return height;
}

static int line_width(const struct paper *paper)
{
	int width = 0;

	for (size_t i = 0; i < paper->line_len; i++)
		if (paper->line[i].x + paper->line[i].width > width)
			width = paper->line[i].x + paper->line[i].width;
	return width;
}

static void line_text(struct paper *paper, int left)
{
	const int column = font_cells[0].width;
	struct sim_buf *out = &paper->text;
	const size_t start = out->len;
	int end = 0;

	for (int i = 0; i < left / column; i++)
		sim_buf_text(out, " ");
	for (size_t i = 0; i < paper->line_len; i++) {
		const struct paper_glyph *g = &paper->line[i];

		for (int gap = g->x - end; gap >= g->width && g->width > 0; gap -= g->width)
			sim_buf_text(out, " ");
		sim_buf_utf8(out, g->codepoint);
		end = g->x + g->width;
	}
	while (out->len > start && out->bytes[out->len - 1] == ' ')
		out->len--;
	sim_buf_text(out, "\n");
}

static void line_draw(struct paper *paper, struct bitmap *line)
{
	for (size_t i = 0; i < paper->line_len; i++) {
		const struct paper_glyph *g = &paper->line[i];
		const struct font_cell *cell = &font_cells[g->style.font];
		const int height = glyph_height(g);
		const int y = line->height - height;

		if (paper->font && g->codepoint != ' ')
			font_draw(paper->font, line, g->x, y, g->codepoint, cell,
				  g->style.times_x, g->style.times_y, g->style.bold);
		if (g->style.reverse)
			bitmap_invert(line, g->x, y, g->width, height);
		else if (g->style.underline)
			bitmap_fill(line, g->x, line->height - g->style.underline, g->width,
				    g->style.underline);
	}
}

/* Prints the line and feeds at least `feed` dots; an empty line only feeds. */
static void paper_print_line(struct paper *paper, int feed)
{
	const int height = line_height(paper);
	const int width = line_width(paper);
	struct bitmap line;
	int left;

	if (!paper->line_len) {
		paper->x = 0;
		paper_feed(paper, feed);
		return;
	}
	left = paper_left(paper, width);
	line_text(paper, left);
	bitmap_init(&line, width, height);
	line_draw(paper, &line);
	if (paper->flip)
		left = paper->dots - left - width;
	bitmap_grow(&paper->dots_out, paper->y + height);
	bitmap_stamp(&paper->dots_out, &line, left, paper->y, paper->flip);
	bitmap_free(&line);
	paper_feed(paper, height > feed ? height : feed);
	paper->inked = true;
	paper_drop_line(paper);
}

static void paper_new_line(struct paper *paper, int lines)
{
	/* The first feed ends the line itself, if there is one. */
	const int blank = lines - (paper->line_len ? 1 : 0);

	paper_print_line(paper, lines * paper->spacing);
	for (int i = 0; i < blank; i++)
		sim_buf_text(&paper->text, "\n");
}

static void paper_put(struct paper *paper, uint32_t codepoint, int cells)
{
	const int width = font_cells[paper->style.font].width * paper->style.times_x * cells;
	struct paper_glyph *g;

	if (paper->x + width > paper_room(paper) || paper->line_len == PAPER_LINE_MAX) {
		paper_print_line(paper, paper->spacing);
		paper->x = 0;
	}
	g = &paper->line[paper->line_len++];
	*g = (struct paper_glyph){ codepoint, paper->x, width, paper->style };
	paper->x += width + paper->char_space * paper->style.times_x;
}

static void paper_text(struct paper *paper, uint8_t byte)
{
	if (paper->wide_first) {
		const uint8_t first = paper->wide_first;

		paper->wide_first = 0;
		paper_put(paper, codepage_wide(first, byte), 2);
	} else if (paper->wide && byte >= 0x81 && byte != 0xFF) {
		paper->wide_first = byte;
	} else {
		paper_put(paper, codepage_char(&paper->page, byte), 1);
	}
}

static void paper_tab(struct paper *paper)
{
	const int cell = font_cells[paper->style.font].width * paper->style.times_x +
			 paper->char_space;
	const int column = paper->x / cell;
	int to = -1;

	if (!paper->tab_count)
		to = (column / 8 + 1) * 8;
	for (size_t i = 0; i < paper->tab_count && to < 0; i++)
		if (paper->tabs[i] > column)
			to = paper->tabs[i];
	if (to >= 0 && to * cell < paper_room(paper))
		paper->x = to * cell;
}

/* Outside the printable width nothing moves. */
static void paper_move(struct paper *paper, int x)
{
	if (x >= 0 && x < paper_room(paper))
		paper->x = x;
	else
		paper->ignored++;
}

static void paper_set_tabs(struct paper *paper, const uint8_t *data, size_t n)
{
	paper->tab_count = 0;
	for (size_t i = 0; i < n && i < PAPER_TABS_MAX; i++)
		paper->tabs[paper->tab_count++] = data[i];
}

static void paper_mode(struct paper *paper, uint8_t n)
{
	paper->style.font = n & 0x01;
	paper->style.bold = n & 0x08;
	paper->style.times_y = n & 0x10 ? 2 : 1;
	paper->style.times_x = n & 0x20 ? 2 : 1;
	paper->style.underline = n & 0x80 ? 1 : 0;
}

static void paper_size(struct paper *paper, uint8_t n)
{
	if (n & 0x88) {
		paper->ignored++;
		return;
	}
	paper->style.times_x = (n >> 4 & 7) + 1;
	paper->style.times_y = (n & 7) + 1;
}

/* Settings that a command makes only on an empty line. */
static void paper_line_setting(struct paper *paper, const struct escpos_op *op)
{
	const int number = op->p[0] | op->p[1] << 8;

	if (!paper_at_line_start(paper)) {
		paper->ignored++;
	} else if (op->kind == ESCPOS_ALIGN) {
		paper->align = (op->p[0] & 0x0F) <= 2 ? op->p[0] & 0x0F : paper->align;
	} else if (op->kind == ESCPOS_FLIP) {
		paper->flip = op->p[0] & 1;
	} else if (op->kind == ESCPOS_MARGIN) {
		paper->margin = number < paper->dots ? number : paper->dots;
	} else if (op->kind == ESCPOS_WIDTH) {
		paper->width = number;
	}
}

static void paper_setting(struct paper *paper, const struct escpos_op *op)
{
	const uint8_t n = op->p[0];

	switch ((int)op->kind) {
	case ESCPOS_MODE:
		paper_mode(paper, n);
		break;
	case ESCPOS_SIZE:
		paper_size(paper, n);
		break;
	case ESCPOS_BOLD:
		paper->style.bold = n & 1;
		break;
	case ESCPOS_UNDERLINE:
		paper->style.underline = (n & 0x0F) <= 2 ? n & 0x0F : paper->style.underline;
		break;
	case ESCPOS_REVERSE:
		paper->style.reverse = n & 1;
		break;
	case ESCPOS_FONT:
		paper->style.font = n & 1;
		break;
	case ESCPOS_CODEPAGE:
		if (codepage_select(&paper->page, n))
			paper->ignored++;
		break;
	case ESCPOS_CHARSET:
		if (codepage_select_charset(&paper->page, n))
			paper->ignored++;
		break;
	case ESCPOS_SPACING_RESET:
		paper->spacing = PAPER_SPACING;
		break;
	case ESCPOS_SPACING:
		paper->spacing = n;
		break;
	case ESCPOS_CHAR_SPACE:
		paper->char_space = n;
		break;
	case ESCPOS_BAR_HEIGHT:
		paper->bar.height = n ? n : paper->bar.height;
		break;
	case ESCPOS_BAR_WIDTH:
		paper->bar.width = n >= 1 && n <= 6 ? n : paper->bar.width;
		break;
	case ESCPOS_BAR_HRI:
		paper->bar.hri = n & 3;
		break;
	case ESCPOS_BAR_FONT:
		paper->bar.font = n & 1;
		break;
	}
}

/* Symbols and images start on an empty line; their data is swallowed all the same. */
static void paper_block(struct paper *paper, const struct escpos_op *op)
{
	if (op->kind == ESCPOS_SYMBOL) {
		paper_symbol_op(paper, op);
	} else if (op->kind == ESCPOS_GRAPHICS) {
		paper_graphics_op(paper, op);
	} else if (!paper_at_line_start(paper)) {
		paper->ignored++;
	} else if (op->kind == ESCPOS_RASTER) {
		paper_raster(paper, op);
	} else {
		paper_barcode_op(paper, op);
	}
}

void paper_op(struct paper *paper, const struct escpos_op *op)
{
	switch (op->kind) {
	case ESCPOS_TEXT:
		paper_text(paper, op->p[0]);
		break;
	case ESCPOS_LINE:
		paper_new_line(paper, 1);
		break;
	case ESCPOS_FEED_LINES:
		paper_new_line(paper, op->p[0]);
		break;
	case ESCPOS_FEED_DOTS:
		paper_print_line(paper, op->p[0]);
		break;
	case ESCPOS_TAB:
		paper_tab(paper);
		break;
	case ESCPOS_TABS:
		paper_set_tabs(paper, op->data, op->data_len);
		break;
	case ESCPOS_MOVE_TO:
		paper_move(paper, op->p[0] | op->p[1] << 8);
		break;
	case ESCPOS_MOVE_BY:
		paper_move(paper, paper->x + (int16_t)(op->p[0] | op->p[1] << 8));
		break;
	case ESCPOS_INIT:
		paper_drop_line(paper);
		paper_reset_modes(paper);
		break;
	case ESCPOS_WIDE_OFF:
	case ESCPOS_WIDE_ON:
		paper->wide = op->kind == ESCPOS_WIDE_ON;
		paper->wide_first = 0;
		break;
	case ESCPOS_ALIGN:
	case ESCPOS_FLIP:
	case ESCPOS_MARGIN:
	case ESCPOS_WIDTH:
		paper_line_setting(paper, op);
		break;
	case ESCPOS_RASTER:
	case ESCPOS_GRAPHICS:
	case ESCPOS_SYMBOL:
	case ESCPOS_BARCODE:
		paper_block(paper, op);
		break;
	case ESCPOS_UNDRAWN:
		paper->ignored++;
		break;
	case ESCPOS_MODE: case ESCPOS_SIZE: case ESCPOS_BOLD: case ESCPOS_UNDERLINE:
	case ESCPOS_REVERSE: case ESCPOS_FONT: case ESCPOS_CODEPAGE: case ESCPOS_CHARSET:
	case ESCPOS_SPACING_RESET: case ESCPOS_SPACING: case ESCPOS_CHAR_SPACE:
	case ESCPOS_BAR_HEIGHT: case ESCPOS_BAR_WIDTH: case ESCPOS_BAR_HRI: case ESCPOS_BAR_FONT:
		paper_setting(paper, op);
		break;
	case ESCPOS_CANCEL: case ESCPOS_CUT: case ESCPOS_PULSE: case ESCPOS_ASB:
	case ESCPOS_STATUS: case ESCPOS_IDENTITY: case ESCPOS_RESPONSE:
	case ESCPOS_REALTIME_SET: case ESCPOS_REALTIME: case ESCPOS_OTHER:
		break;
	}
}

/* A marker on its own line of the text rendering. */
void paper_mark(struct paper *paper, const char *name, const uint8_t *bytes, size_t n)
{
	sim_buf_format(&paper->text, "[%s]", name);
	if (n) {
		sim_buf_text(&paper->text, " ");
		sim_buf_visible(&paper->text, bytes, n);
	}
	sim_buf_text(&paper->text, "\n");
}

void paper_picture(struct paper *paper, const struct bitmap *picture)
{
	int left = paper_left(paper, picture->width);

	if (paper->flip)
		left = paper->dots - left - picture->width;
	bitmap_grow(&paper->dots_out, paper->y + picture->height);
	bitmap_stamp(&paper->dots_out, picture, left, paper->y, paper->flip);
	paper_feed(paper, picture->height);
	paper->inked = true;
}
