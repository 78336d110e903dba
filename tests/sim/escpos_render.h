// SPDX-License-Identifier: Apache-2.0
/*
 * The print mechanism: operations to paper, as dots and as text.
 *
 * `struct paper` holds the modes, the line being composed and what has been printed since the
 * last cut. Units are dots at 203 dpi. What the printer would not do (a cut or an image in the
 * middle of a line, a bar code with a wrong check digit, an unknown code page) is counted in
 * `ignored` and changes nothing. Nothing here fails. The owner calls paper_free; the font is
 * borrowed. escpos_render.c composes lines, escpos_symbols.c draws images, QR and bar codes.
 */
#ifndef LADA_SIM_ESCPOS_RENDER_H
#define LADA_SIM_ESCPOS_RENDER_H

#include "tests/sim/bitmap.h"
#include "tests/sim/codepage.h"
#include "tests/sim/escpos_parse.h"
#include "tests/sim/font.h"
#include "tests/sim/util.h"

#define PAPER_DPI 203
#define PAPER_SPACING 30
#define PAPER_CUTTER_DOTS 120 /* from the head to the cutter */
#define PAPER_LINE_MAX 192
#define PAPER_TABS_MAX 32

struct paper_style {
	int font; /* 0 = A, 1 = B */
	int times_x;
	int times_y;
	int underline; /* dots */
	bool bold;
	bool reverse;
};

struct paper_glyph {
	uint32_t codepoint;
	int x;
	int width;
	struct paper_style style;
};

struct paper_qr {
	int size;  /* dots a module */
	int level; /* 0..3 = L M Q H */
	struct sim_buf store;
};

struct paper_bar {
	int height;
	int width; /* dots a module */
	int hri;   /* 0 none, 1 above, 2 below, 3 both */
	int font;
};

struct paper_graphics {
	int width;
	int height;
	int times_x;
	int times_y;
	struct sim_buf rows;
};

struct paper {
	int dots;
	bool starts_wide; /* a clone that powers up in double-byte mode */
	struct font *font;

	/* Modes. */
	struct codepage page;
	struct paper_style style;
	bool wide;
	uint8_t wide_first;
	bool flip;
	int align;
	int spacing;
	int char_space;
	int margin;
	int width;
	int tabs[PAPER_TABS_MAX];
	size_t tab_count;
	struct paper_qr qr;
	struct paper_bar bar;
	struct paper_graphics graphics;

	/* The line being composed. */
	struct paper_glyph line[PAPER_LINE_MAX];
	size_t line_len;
	int x;

	/* Printed since the last cut. */
	struct bitmap dots_out;
	int y;
	struct sim_buf text;
	struct sim_buf qr_json; /* "a","b" */
	bool inked;
	uint64_t ignored;
};

void paper_init(struct paper *paper, int dots, struct font *font, bool starts_wide);
/* Handles every operation that concerns paper; the others are left alone. */
void paper_op(struct paper *paper, const struct escpos_op *op);
/* True when the line being composed is empty, which several commands need. */
bool paper_at_line_start(const struct paper *paper);
void paper_feed(struct paper *paper, int dots);
/* Forgets the line being composed (buffers cleared). */
void paper_drop_line(struct paper *paper);
/* Takes new, empty paper: after a finished job. */
void paper_next(struct paper *paper);
void paper_free(struct paper *paper);

/* Between the two files of the mechanism. */
int paper_left(const struct paper *paper, int width);
void paper_mark(struct paper *paper, const char *name, const uint8_t *bytes, size_t n);
void paper_picture(struct paper *paper, const struct bitmap *picture);
void paper_symbols_reset(struct paper *paper);
void paper_raster(struct paper *paper, const struct escpos_op *op);
void paper_graphics_op(struct paper *paper, const struct escpos_op *op);
void paper_symbol_op(struct paper *paper, const struct escpos_op *op);
void paper_barcode_op(struct paper *paper, const struct escpos_op *op);
/* Side of the stored QR symbol in dots, 0 if it cannot be made. */
int paper_qr_side(const struct paper *paper);

#endif
