// SPDX-License-Identifier: Apache-2.0
#include <qrencode.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/sim/barcode.h"
#include "tests/sim/escpos_render.h"

#define SYMBOL_QR 49

void paper_symbols_reset(struct paper *paper)
{
	paper->qr.size = 3;
	paper->qr.level = 0;
	paper->qr.store.len = 0;
	paper->bar = (struct paper_bar){ .height = 162, .width = 3 };
	paper->graphics.rows.len = 0;
	paper->graphics.width = 0;
	paper->graphics.height = 0;
}

static void paper_image(struct paper *paper, const uint8_t *rows, int width, int height,
			int times_x, int times_y)
{
	const int stride = (width + 7) / 8;
	struct bitmap picture;
	char name[48];

	if (width <= 0 || height <= 0) {
		paper->ignored++;
		return;
	}
	if (height > BITMAP_ROWS_MAX / times_y)
		height = BITMAP_ROWS_MAX / times_y;
	bitmap_init(&picture, width * times_x, height * times_y);
	for (int y = 0; y < height; y++)
		for (int x = 0; x < width; x++)
			if (rows[y * stride + x / 8] & (0x80 >> x % 8))
				bitmap_fill(&picture, x * times_x, y * times_y, times_x, times_y);
	snprintf(name, sizeof(name), "IMAGE %dx%d", picture.width, picture.height);
	paper_mark(paper, name, NULL, 0);
	paper_picture(paper, &picture);
	bitmap_free(&picture);
}

/* GS v 0 m xL xH yL yH: x in bytes, y in dots; m doubles the dots. */
void paper_raster(struct paper *paper, const struct escpos_op *op)
{
	const uint8_t m = op->p[1] & 0x0F;

	if (m > 3) {
		paper->ignored++;
		return;
	}
	paper_image(paper, op->data, (op->p[2] | op->p[3] << 8) * 8, op->p[4] | op->p[5] << 8,
		    m & 1 ? 2 : 1, m & 2 ? 2 : 1);
}

/* Function 112: m fn a bx by c xL xH yL yH rows. */
static void graphics_store(struct paper *paper, const uint8_t *d, size_t n)
{
	struct paper_graphics *g = &paper->graphics;
	const int width = n >= 10 ? d[6] | d[7] << 8 : 0;
	const int height = n >= 10 ? d[8] | d[9] << 8 : 0;
	const size_t want = (size_t)(width + 7) / 8 * (size_t)height;

	if (!want || n - 10 != want || d[2] != 48 || d[3] < 1 || d[3] > 2 || d[4] < 1 || d[4] > 2) {
		paper->ignored++;
		return;
	}
	g->width = width;
	g->height = height;
	g->times_x = d[3];
	g->times_y = d[4];
	g->rows.len = 0;
	sim_buf_add(&g->rows, d + 10, want);
}

void paper_graphics_op(struct paper *paper, const struct escpos_op *op)
{
	struct paper_graphics *g = &paper->graphics;
	const int fn = op->data_len >= 2 ? op->data[1] : -1;

	if (fn == 112) {
		graphics_store(paper, op->data, op->data_len);
	} else if (fn == 2 || fn == 50) {
		if (!paper_at_line_start(paper) || !g->rows.len) {
			paper->ignored++;
			return;
		}
		paper_image(paper, g->rows.bytes, g->width, g->height, g->times_x, g->times_y);
		g->rows.len = 0;
	}
}

static QRcode *qr_make(const struct paper *paper)
{
	static const QRecLevel levels[4] = {
		QR_ECLEVEL_L, QR_ECLEVEL_M, QR_ECLEVEL_Q, QR_ECLEVEL_H,
	};

	if (!paper->qr.store.len)
		return NULL;
	return QRcode_encodeData((int)paper->qr.store.len, paper->qr.store.bytes, 0,
				 levels[paper->qr.level]);
}

int paper_qr_side(const struct paper *paper)
{
	QRcode *code = qr_make(paper);
	const int side = code ? code->width * paper->qr.size : 0;

	QRcode_free(code);
	return side;
}

static void qr_print(struct paper *paper)
{
	const int size = paper->qr.size;
	QRcode *code = paper_at_line_start(paper) ? qr_make(paper) : NULL;
	struct bitmap picture;

	if (!code || code->width * size > paper->dots - paper->margin) {
		paper->ignored++;
		QRcode_free(code);
		return;
	}
	bitmap_init(&picture, code->width * size, code->width * size);
	for (int y = 0; y < code->width; y++)
		for (int x = 0; x < code->width; x++)
			if (code->data[y * code->width + x] & 1)
				bitmap_fill(&picture, x * size, y * size, size, size);
	QRcode_free(code);
	paper_mark(paper, "QR", paper->qr.store.bytes, paper->qr.store.len);
	if (paper->qr_json.len)
		sim_buf_text(&paper->qr_json, ",");
	sim_buf_json(&paper->qr_json, paper->qr.store.bytes, paper->qr.store.len);
	paper_picture(paper, &picture);
	bitmap_free(&picture);
}

/* GS ( k cn fn ...; the size question (fn 82) is answered by the printer, not here. */
void paper_symbol_op(struct paper *paper, const struct escpos_op *op)
{
	const uint8_t *d = op->data;
	const uint8_t n = op->data_len >= 3 ? d[2] : 0;

	if (op->data_len < 3 || d[0] != SYMBOL_QR) {
		paper->ignored++;
		return;
	}
	if (d[1] == 67 && n >= 1 && n <= 16) {
		paper->qr.size = n;
	} else if (d[1] == 69 && n >= 48 && n <= 51) {
		paper->qr.level = n - 48;
	} else if (d[1] == 80 && n == 48) {
		paper->qr.store.len = 0;
		sim_buf_add(&paper->qr.store, d + 3, op->data_len - 3);
	} else if (d[1] == 81 && n == 48) {
		qr_print(paper);
	} else if (d[1] != 65 && d[1] != 82) {
		paper->ignored++;
	}
}

static void bar_hri(const struct paper *paper, const struct barcode *b, struct bitmap *picture,
		    int y)
{
	const struct font_cell *cell = &font_cells[paper->bar.font];
	int x = (picture->width - (int)b->text_len * cell->width) / 2;

	for (size_t i = 0; i < b->text_len && paper->font; i++, x += cell->width)
		font_draw(paper->font, picture, x, y, (uint8_t)b->text[i], cell, 1, 1, false);
}

static void bar_draw(struct paper *paper, const struct barcode *b)
{
	const int line = font_cells[paper->bar.font].height;
	const int above = paper->bar.hri & 1 ? line : 0;
	const int below = paper->bar.hri & 2 ? line : 0;
	const int width = (int)b->modules * paper->bar.width;
	struct bitmap picture;

	bitmap_init(&picture, width, above + paper->bar.height + below);
	for (size_t i = 0; i < b->modules; i++)
		if (b->black[i])
			bitmap_fill(&picture, (int)i * paper->bar.width, above, paper->bar.width,
				    paper->bar.height);
	if (above)
		bar_hri(paper, b, &picture, 0);
	if (below)
		bar_hri(paper, b, &picture, above + paper->bar.height);
	paper_picture(paper, &picture);
	bitmap_free(&picture);
}

void paper_barcode_op(struct paper *paper, const struct escpos_op *op)
{
	struct barcode *b = sim_alloc(NULL, sizeof(*b));
	enum barcode_kind kind;
	int r = barcode_kind_of(op->p[0], &kind);

	if (!r)
		r = barcode_encode(kind, op->data, op->data_len, b);
	if (!r && (int)b->modules * paper->bar.width <= paper->dots - paper->margin) {
		paper_mark(paper, barcode_name(kind), (const uint8_t *)b->text, b->text_len);
		bar_draw(paper, b);
	} else {
		paper->ignored++;
	}
	free(b);
}
