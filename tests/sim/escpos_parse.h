// SPDX-License-Identifier: Apache-2.0
/*
 * ESC/POS bytes to operations: a state machine fed one byte at a time, so that the same bytes
 * in any chunking give the same operations.
 *
 * Written from Epson's ESC/POS command reference, apart from
 * any driver: it is the independent reader of what drivers write. Bad bytes never fail; they
 * are counted in `unknown`. A payload is stored up to ESCPOS_DATA_MAX bytes and lent to the
 * callback for the call only; a longer one is consumed and reported as ESCPOS_OTHER.
 */
#ifndef LADA_SIM_ESCPOS_PARSE_H
#define LADA_SIM_ESCPOS_PARSE_H

#include "tests/sim/realtime.h"
#include "tests/sim/util.h"

#define ESCPOS_HEAD_MAX 12
#define ESCPOS_DATA_MAX (4u << 20)
#define ESCPOS_NUL_DATA_MAX 255

enum escpos_kind {
	ESCPOS_TEXT,        /* p[0] one character byte */
	ESCPOS_LINE,        /* LF */
	ESCPOS_TAB,         /* HT */
	ESCPOS_CANCEL,      /* CAN, CR, FF, NUL: no effect in standard mode */
	ESCPOS_INIT,        /* ESC @ */
	ESCPOS_MODE,        /* ESC ! n */
	ESCPOS_SIZE,        /* GS ! n */
	ESCPOS_BOLD,        /* ESC E n, ESC G n */
	ESCPOS_UNDERLINE,   /* ESC - n */
	ESCPOS_REVERSE,     /* GS B n */
	ESCPOS_FLIP,        /* ESC { n */
	ESCPOS_FONT,        /* ESC M n */
	ESCPOS_ALIGN,       /* ESC a n */
	ESCPOS_CODEPAGE,    /* ESC t n */
	ESCPOS_CHARSET,     /* ESC R n */
	ESCPOS_WIDE_OFF,    /* FS . */
	ESCPOS_WIDE_ON,     /* FS & */
	ESCPOS_SPACING_RESET, /* ESC 2 */
	ESCPOS_SPACING,     /* ESC 3 n */
	ESCPOS_FEED_LINES,  /* ESC d n */
	ESCPOS_FEED_DOTS,   /* ESC J n */
	ESCPOS_CHAR_SPACE,  /* ESC SP n */
	ESCPOS_TABS,        /* ESC D data */
	ESCPOS_MOVE_TO,     /* ESC $ nL nH */
	ESCPOS_MOVE_BY,     /* ESC \ nL nH, signed */
	ESCPOS_MARGIN,      /* GS L nL nH */
	ESCPOS_WIDTH,       /* GS W nL nH */
	ESCPOS_RASTER,      /* GS v 0 m xL xH yL yH data; p[0] = '0' */
	ESCPOS_GRAPHICS,    /* GS ( L, GS 8 L; data from m on */
	ESCPOS_SYMBOL,      /* GS ( k; data from cn on */
	ESCPOS_BAR_HEIGHT,  /* GS h n */
	ESCPOS_BAR_WIDTH,   /* GS w n */
	ESCPOS_BAR_HRI,     /* GS H n */
	ESCPOS_BAR_FONT,    /* GS f n */
	ESCPOS_BARCODE,     /* GS k m ...; p[0] = m, data without the closing NUL */
	ESCPOS_CUT,         /* GS V m [n], ESC i, ESC m */
	ESCPOS_PULSE,       /* ESC p m t1 t2 */
	ESCPOS_ASB,         /* GS a n */
	ESCPOS_STATUS,      /* GS r n */
	ESCPOS_IDENTITY,    /* GS I n */
	ESCPOS_RESPONSE,    /* GS ( H; data from fn on */
	ESCPOS_REALTIME_SET, /* GS ( D; data from m on */
	ESCPOS_REALTIME,    /* DLE ...: acted on when it arrived */
	ESCPOS_UNDRAWN,     /* known, would print or change the look, not drawn here */
	ESCPOS_OTHER,       /* known, no effect on this printer */
};

struct escpos_op {
	enum escpos_kind kind;
	uint8_t p[ESCPOS_HEAD_MAX]; /* parameter bytes after the command's letters */
	size_t p_len;
	const uint8_t *data;
	size_t data_len;
};

struct escpos_rule;

struct escpos_parser {
	void (*op)(void *ctx, const struct escpos_op *op);
	void *ctx;
	uint64_t unknown; /* bytes that belong to no known command */
	uint64_t stray;   /* real-time commands seen inside another command's data */
	uint8_t head[ESCPOS_HEAD_MAX];
	size_t head_len;
	const struct escpos_rule *rule;
	bool in_data;
	bool until_nul;
	uint64_t data_want;
	uint64_t data_seen;
	struct sim_buf data;
	struct realtime_scan scan;
};

void escpos_init(struct escpos_parser *parser, void (*op)(void *ctx, const struct escpos_op *op),
		 void *ctx);
void escpos_feed(struct escpos_parser *parser, uint8_t byte);
/* Forgets a half-read command (power off, buffers cleared). */
void escpos_reset(struct escpos_parser *parser);
/* True between commands. */
bool escpos_at_rest(const struct escpos_parser *parser);
void escpos_free(struct escpos_parser *parser);

#endif
