// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/escpos_parse.h"

#include <string.h>

#define NUL 0x00
#define HT 0x09
#define LF 0x0A
#define FF 0x0C
#define CR 0x0D
#define DLE 0x10
#define CAN 0x18
#define ESC 0x1B
#define FS 0x1C
#define GS 0x1D

/* How a command's length is found. */
enum shape {
	SHAPE_FIXED,   /* two letters and `extra` parameter bytes */
	SHAPE_NUL,     /* data up to a NUL */
	SHAPE_LEN16,   /* ( X pL pH data */
	SHAPE_LEN32,   /* 8 L p1 p2 p3 p4 data */
	SHAPE_RASTER,  /* v 0 m xL xH yL yH data */
	SHAPE_CUT,     /* V m, or V m n */
	SHAPE_BARCODE, /* k m data NUL, or k m n data */
	SHAPE_COLUMNS, /* ESC * m nL nH data */
	SHAPE_DEFINE,  /* GS * x y data */
	SHAPE_DC4,     /* DLE DC4 fn ... */
};

struct escpos_rule {
	uint8_t first;
	uint8_t second;
	uint8_t extra;
	enum shape shape;
	enum escpos_kind kind;
};

static const struct escpos_rule rules[] = {
	{ ESC, '@', 0, SHAPE_FIXED, ESCPOS_INIT },
	{ ESC, '!', 1, SHAPE_FIXED, ESCPOS_MODE },
	{ ESC, 'E', 1, SHAPE_FIXED, ESCPOS_BOLD },
	{ ESC, 'G', 1, SHAPE_FIXED, ESCPOS_BOLD },
	{ ESC, '-', 1, SHAPE_FIXED, ESCPOS_UNDERLINE },
	{ ESC, '{', 1, SHAPE_FIXED, ESCPOS_FLIP },
	{ ESC, 'M', 1, SHAPE_FIXED, ESCPOS_FONT },
	{ ESC, 'a', 1, SHAPE_FIXED, ESCPOS_ALIGN },
	{ ESC, 't', 1, SHAPE_FIXED, ESCPOS_CODEPAGE },
	{ ESC, 'R', 1, SHAPE_FIXED, ESCPOS_CHARSET },
	{ ESC, '2', 0, SHAPE_FIXED, ESCPOS_SPACING_RESET },
	{ ESC, '3', 1, SHAPE_FIXED, ESCPOS_SPACING },
	{ ESC, 'd', 1, SHAPE_FIXED, ESCPOS_FEED_LINES },
	{ ESC, 'J', 1, SHAPE_FIXED, ESCPOS_FEED_DOTS },
	{ ESC, ' ', 1, SHAPE_FIXED, ESCPOS_CHAR_SPACE },
	{ ESC, 'D', 0, SHAPE_NUL, ESCPOS_TABS },
	{ ESC, '$', 2, SHAPE_FIXED, ESCPOS_MOVE_TO },
	{ ESC, '\\', 2, SHAPE_FIXED, ESCPOS_MOVE_BY },
	{ ESC, 'V', 1, SHAPE_FIXED, ESCPOS_UNDRAWN },
	{ ESC, '*', 0, SHAPE_COLUMNS, ESCPOS_UNDRAWN },
	{ ESC, 'L', 0, SHAPE_FIXED, ESCPOS_UNDRAWN },
	{ ESC, 'S', 0, SHAPE_FIXED, ESCPOS_OTHER },
	{ ESC, 'T', 1, SHAPE_FIXED, ESCPOS_OTHER },
	{ ESC, 'W', 8, SHAPE_FIXED, ESCPOS_OTHER },
	{ ESC, 'U', 1, SHAPE_FIXED, ESCPOS_OTHER },
	{ ESC, 'r', 1, SHAPE_FIXED, ESCPOS_OTHER },
	{ ESC, 'c', 2, SHAPE_FIXED, ESCPOS_OTHER },
	{ ESC, '=', 1, SHAPE_FIXED, ESCPOS_OTHER },
	{ ESC, '%', 1, SHAPE_FIXED, ESCPOS_OTHER },
	{ ESC, '?', 1, SHAPE_FIXED, ESCPOS_OTHER },
	{ ESC, '(', 0, SHAPE_LEN16, ESCPOS_OTHER },
	{ ESC, 'i', 0, SHAPE_FIXED, ESCPOS_CUT },
	{ ESC, 'm', 0, SHAPE_FIXED, ESCPOS_CUT },
	{ ESC, 'p', 3, SHAPE_FIXED, ESCPOS_PULSE },
	{ FS, '.', 0, SHAPE_FIXED, ESCPOS_WIDE_OFF },
	{ FS, '&', 0, SHAPE_FIXED, ESCPOS_WIDE_ON },
	{ FS, '!', 1, SHAPE_FIXED, ESCPOS_OTHER },
	{ FS, '-', 1, SHAPE_FIXED, ESCPOS_OTHER },
	{ FS, 'C', 1, SHAPE_FIXED, ESCPOS_OTHER },
	{ FS, 'S', 2, SHAPE_FIXED, ESCPOS_OTHER },
	{ FS, 'W', 1, SHAPE_FIXED, ESCPOS_OTHER },
	{ FS, 'p', 2, SHAPE_FIXED, ESCPOS_UNDRAWN },
	{ FS, '(', 0, SHAPE_LEN16, ESCPOS_OTHER },
	{ GS, '!', 1, SHAPE_FIXED, ESCPOS_SIZE },
	{ GS, 'B', 1, SHAPE_FIXED, ESCPOS_REVERSE },
	{ GS, 'L', 2, SHAPE_FIXED, ESCPOS_MARGIN },
	{ GS, 'W', 2, SHAPE_FIXED, ESCPOS_WIDTH },
	{ GS, 'v', 0, SHAPE_RASTER, ESCPOS_RASTER },
	{ GS, '(', 0, SHAPE_LEN16, ESCPOS_OTHER },
	{ GS, '8', 0, SHAPE_LEN32, ESCPOS_GRAPHICS },
	{ GS, '*', 0, SHAPE_DEFINE, ESCPOS_UNDRAWN },
	{ GS, '/', 1, SHAPE_FIXED, ESCPOS_UNDRAWN },
	{ GS, 'h', 1, SHAPE_FIXED, ESCPOS_BAR_HEIGHT },
	{ GS, 'w', 1, SHAPE_FIXED, ESCPOS_BAR_WIDTH },
	{ GS, 'H', 1, SHAPE_FIXED, ESCPOS_BAR_HRI },
	{ GS, 'f', 1, SHAPE_FIXED, ESCPOS_BAR_FONT },
	{ GS, 'k', 0, SHAPE_BARCODE, ESCPOS_BARCODE },
	{ GS, 'V', 0, SHAPE_CUT, ESCPOS_CUT },
	{ GS, 'a', 1, SHAPE_FIXED, ESCPOS_ASB },
	{ GS, 'r', 1, SHAPE_FIXED, ESCPOS_STATUS },
	{ GS, 'I', 1, SHAPE_FIXED, ESCPOS_IDENTITY },
	{ GS, 'P', 2, SHAPE_FIXED, ESCPOS_OTHER },
	{ GS, 'b', 1, SHAPE_FIXED, ESCPOS_OTHER },
	{ GS, ':', 0, SHAPE_FIXED, ESCPOS_OTHER },
	{ GS, '^', 3, SHAPE_FIXED, ESCPOS_UNDRAWN },
	{ GS, '$', 2, SHAPE_FIXED, ESCPOS_OTHER },
	{ GS, '\\', 2, SHAPE_FIXED, ESCPOS_OTHER },
	{ GS, 'T', 1, SHAPE_FIXED, ESCPOS_OTHER },
	{ DLE, 0x04, 1, SHAPE_FIXED, ESCPOS_REALTIME },
	{ DLE, 0x05, 1, SHAPE_FIXED, ESCPOS_REALTIME },
	{ DLE, 0x14, 0, SHAPE_DC4, ESCPOS_REALTIME },
};

static const struct escpos_rule *rule_find(uint8_t first, uint8_t second)
{
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (rules[i].first == first && rules[i].second == second)
			return &rules[i];
	return NULL;
}

static size_t head_need_cut(uint8_t m)
{
	switch (m) {
	case 0: case 1: case 48: case 49:
		return 3;
	case 65: case 66: case 97: case 98: case 103: case 104:
		return 4;
	default:
		return 0;
	}
}

static size_t head_need_dc4(uint8_t fn)
{
	switch (fn) {
	case 1: case 2:
		return 5;
	case 3:
		return 8;
	case 7:
		return 4;
	case 8:
		return 10;
	default:
		return 0;
	}
}

/*
 * Header bytes in all, as far as the first len can tell: more than len means "wait for
 * more", 0 that this is no command.
 */
static size_t head_need(const struct escpos_rule *rule, const uint8_t *h, size_t len)
{
	switch (rule->shape) {
	case SHAPE_FIXED:
		return 2u + rule->extra;
	case SHAPE_NUL:
		return 2;
	case SHAPE_LEN16:
	case SHAPE_COLUMNS:
		return 5;
	case SHAPE_LEN32:
		return len >= 3 && h[2] != 'L' ? 0 : 7;
	case SHAPE_RASTER:
		return len >= 3 && h[2] != '0' ? 0 : 8;
	case SHAPE_DEFINE:
		return 4;
	case SHAPE_CUT:
		return len < 3 ? 3 : head_need_cut(h[2]);
	case SHAPE_DC4:
		return len < 3 ? 3 : head_need_dc4(h[2]);
	case SHAPE_BARCODE:
		return len < 3 || h[2] <= 6 ? 3 : h[2] >= 65 && h[2] <= 79 ? 4 : 0;
	}
	return 0;
}

static uint64_t data_need(const struct escpos_rule *rule, const uint8_t *h)
{
	switch (rule->shape) {
	case SHAPE_LEN16:
		return h[3] | (uint64_t)h[4] << 8;
	case SHAPE_LEN32:
		return h[3] | (uint64_t)h[4] << 8 | (uint64_t)h[5] << 16 | (uint64_t)h[6] << 24;
	case SHAPE_RASTER:
		return (uint64_t)(h[4] | h[5] << 8) * (uint64_t)(h[6] | h[7] << 8);
	case SHAPE_COLUMNS:
		return (uint64_t)(h[3] | h[4] << 8) * (h[2] < 32 ? 1 : 3);
	case SHAPE_DEFINE:
		return (uint64_t)h[2] * h[3] * 8;
	case SHAPE_BARCODE:
		return h[2] >= 65 ? h[3] : 0;
	case SHAPE_FIXED:
	case SHAPE_NUL:
	case SHAPE_CUT:
	case SHAPE_DC4:
		return 0;
	}
	return 0;
}

static enum escpos_kind kind_of(const struct escpos_parser *p)
{
	if (p->data_seen > ESCPOS_DATA_MAX)
		return ESCPOS_OTHER;
	if (p->rule->first != GS || p->rule->second != '(')
		return p->rule->kind;
	switch (p->head[2]) {
	case 'L':
		return ESCPOS_GRAPHICS;
	case 'k':
		return ESCPOS_SYMBOL;
	case 'H':
		return ESCPOS_RESPONSE;
	case 'D':
		return ESCPOS_REALTIME_SET;
	default:
		return ESCPOS_OTHER;
	}
}

static void parser_done(struct escpos_parser *p)
{
	struct escpos_op op = { .kind = kind_of(p), .data = p->data.bytes, .data_len = p->data.len };

	op.p_len = p->head_len - 2;
	memcpy(op.p, p->head + 2, op.p_len);
	escpos_reset(p);
	p->op(p->ctx, &op);
	p->data.len = 0;
}

void escpos_reset(struct escpos_parser *parser)
{
	parser->head_len = 0;
	parser->in_data = false;
	parser->until_nul = false;
	parser->data_seen = 0;
	parser->scan.len = 0;
}

static void parser_unknown(struct escpos_parser *p, uint64_t bytes)
{
	p->unknown += bytes;
	escpos_reset(p);
	p->data.len = 0;
}

static void parser_ground(struct escpos_parser *p, uint8_t byte)
{
	struct escpos_op op = { .kind = ESCPOS_TEXT, .p = { byte }, .p_len = 1 };

	switch (byte) {
	case ESC: case FS: case GS: case DLE:
		p->head[p->head_len++] = byte;
		return;
	case LF:
		op.kind = ESCPOS_LINE;
		break;
	case HT:
		op.kind = ESCPOS_TAB;
		break;
	case NUL: case CR: case FF: case CAN:
		op.kind = ESCPOS_CANCEL;
		break;
	default:
		if (byte < 0x20) {
			p->unknown++;
			return;
		}
	}
	p->op(p->ctx, &op);
}

static void parser_head(struct escpos_parser *p, uint8_t byte)
{
	size_t need;

	p->head[p->head_len++] = byte;
	if (p->head_len == 2)
		p->rule = rule_find(p->head[0], p->head[1]);
	if (!p->rule) {
		parser_unknown(p, p->head_len);
		return;
	}
	need = head_need(p->rule, p->head, p->head_len);
	if (!need) {
		parser_unknown(p, p->head_len);
		return;
	}
	if (need > p->head_len)
		return;
	p->until_nul = p->rule->shape == SHAPE_NUL ||
		       (p->rule->shape == SHAPE_BARCODE && p->head[2] <= 6);
	p->data_want = data_need(p->rule, p->head);
	p->data.len = 0;
	if (p->until_nul || p->data_want)
		p->in_data = true;
	else
		parser_done(p);
}

static void parser_data(struct escpos_parser *p, uint8_t byte)
{
	struct realtime_command command;

	if (p->until_nul && byte == NUL) {
		parser_done(p);
		return;
	}
	if (realtime_feed(&p->scan, byte, &command))
		p->stray++;
	p->data_seen++;
	if (p->data_seen <= ESCPOS_DATA_MAX)
		sim_buf_add(&p->data, &byte, 1);
	if (p->until_nul) {
		if (p->data_seen > ESCPOS_NUL_DATA_MAX)
			parser_unknown(p, p->head_len + p->data_seen);
	} else if (p->data_seen == p->data_want) {
		parser_done(p);
	}
}

void escpos_init(struct escpos_parser *parser, void (*op)(void *ctx, const struct escpos_op *op),
		 void *ctx)
{
	memset(parser, 0, sizeof(*parser));
	parser->op = op;
	parser->ctx = ctx;
}

void escpos_feed(struct escpos_parser *parser, uint8_t byte)
{
	if (parser->in_data)
		parser_data(parser, byte);
	else if (parser->head_len)
		parser_head(parser, byte);
	else
		parser_ground(parser, byte);
}

bool escpos_at_rest(const struct escpos_parser *parser)
{
	return !parser->head_len;
}

void escpos_free(struct escpos_parser *parser)
{
	sim_buf_free(&parser->data);
}
