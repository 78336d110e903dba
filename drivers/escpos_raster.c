// SPDX-License-Identifier: Apache-2.0
#include "drivers/escpos_raster.h"

#include "drivers/escpos_encode.h"
#include "drivers/glyph.h"

#define SLICE_ROWS_MAX 255 /* some firmware reads the low byte of the height only */
#define HEADER_BYTES   8
#define CELL_WIDTH     12 /* font A */
#define CELL_HEIGHT    24
#define LINE_FEED      30 /* the default line spacing, dots at either resolution */
#define TIMES_MAX      2

struct escpos_picture escpos_picture(struct buf *out, int row_bytes, int rows)
{
	return (struct escpos_picture){ .out = out, .row_bytes = row_bytes, .rows = rows };
}

static void begin_slice(struct escpos_picture *p)
{
	int most = (ESCPOS_SWALLOW_MAX - HEADER_BYTES) / p->row_bytes;

	if (most > SLICE_ROWS_MAX)
		most = SLICE_ROWS_MAX;
	p->in_slice = p->rows < most ? p->rows : most;
	p->before = 0;
	buf_add(p->out,
		(const uint8_t[]){ 0x1d, 'v', '0', 0, (uint8_t)p->row_bytes, 0,
				   (uint8_t)p->in_slice, 0 },
		HEADER_BYTES);
}

void escpos_picture_row(struct escpos_picture *p, const uint8_t *row, int times)
{
	for (; times > 0 && p->rows > 0; times--) {
		if (p->in_slice == 0)
			begin_slice(p);
		for (int i = 0; i < p->row_bytes; i++) {
			uint8_t byte = row[i];

			if (p->before == 0x10 && (byte == 0x04 || byte == 0x05 || byte == 0x14))
				byte |= 0x08;
			buf_byte(p->out, byte);
			p->before = byte;
		}
		p->in_slice--;
		p->rows--;
	}
}

struct canvas {
	uint8_t rows[TIMES_MAX * CELL_HEIGHT][ESCPOS_ROW_MAX];
	int width; /* dots */
};

static void set_dot(struct canvas *c, int x, int y)
{
	if (x < c->width)
		c->rows[y][x / 8] |= (uint8_t)(0x80 >> x % 8);
}

static void draw_cell(struct canvas *c, const struct escpos_cell *cell, int left, int width,
		      const struct escpos_style *style)
{
	uint8_t rows[GLYPH_HEIGHT], mark[GLYPH_HEIGHT];
	uint32_t large[GLYPH_LARGE_HEIGHT];

	glyph_find(cell->character, rows);
	for (int i = 0; i < ESCPOS_MARKS_MAX && cell->marks[i]; i++) {
		glyph_find(cell->marks[i], mark);
		for (int y = 0; y < GLYPH_HEIGHT; y++)
			rows[y] |= mark[y];
	}
	glyph_enlarge(rows, large);
	for (int y = 0; y < CELL_HEIGHT * style->times; y++) {
		for (int x = 0; x < width; x++) {
			if (!glyph_dot(large, width, CELL_HEIGHT * style->times, x, y))
				continue;
			set_dot(c, left + x, y);
			if (style->bold)
				set_dot(c, left + x + 1, y);
		}
	}
}

void escpos_put_drawn(struct buf *out, const struct printer_profile *profile,
		      const struct escpos_cell *cells, size_t n, struct escpos_style style)
{
	static const uint8_t blank[ESCPOS_ROW_MAX];
	const int fits = profile->dots / profile->columns;
	const int width = (fits < CELL_WIDTH ? fits : CELL_WIDTH) * style.times;
	const int height = CELL_HEIGHT * style.times;
	const int row_bytes = ((int)n * width + 7) / 8;
	/* The printer centres whole bytes. */
	const int left = style.centred ? (row_bytes * 8 - (int)n * width) / 2 : 0;
	struct canvas c = { .width = row_bytes * 8 };
	struct escpos_picture picture;

	if (row_bytes <= 0 || row_bytes > ESCPOS_ROW_MAX)
		return;
	for (size_t i = 0; i < n; i++)
		if (cells[i].character != ' ')
			draw_cell(&c, &cells[i], left + (int)i * width, width, &style);
	picture = escpos_picture(out, row_bytes, height > LINE_FEED ? height : LINE_FEED);
	for (int y = 0; y < height; y++)
		escpos_picture_row(&picture, c.rows[y], 1);
	escpos_picture_row(&picture, blank, LINE_FEED - height);
}
