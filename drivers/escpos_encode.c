// SPDX-License-Identifier: Apache-2.0
#include "drivers/escpos_encode.h"

#include <errno.h>
#include <string.h>

#include "drivers/escpos_raster.h"
#include "firmware/base/doc.h"

#define FEED_LINES_MAX 20
#define PULSE_ON_2MS   60  /* 120 ms */
#define PULSE_OFF_2MS  120 /* 240 ms */

struct encoder {
	const struct printer_profile *profile;
	struct buf *out;
	int page; /* index into the profile's pages; -1 as the printer begins */
};

#define ESC(e, letter, n) command(e, (const char[]){ 0x1b, letter, 0 }, n)

static void command(struct encoder *e, const char *letters, int n)
{
	buf_text(e->out, letters);
	if (n >= 0)
		buf_byte(e->out, (uint8_t)n);
}

/* The page that carries on longest from here; the fewest switches a line can do with. */
static int page_for(const struct escpos_cell *cells, size_t n)
{
	uint8_t pages = cells[0].pages;

	for (size_t i = 1; i < n && (pages & cells[i].pages); i++)
		pages &= cells[i].pages;
	for (int i = 0; i < PROFILE_PAGES_MAX; i++)
		if (pages & (1u << i))
			return i;
	return 0;
}

static void put_cells(struct encoder *e, const struct escpos_cell *cells, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (cells[i].character < 0x80) {
			buf_byte(e->out, (uint8_t)cells[i].character);
			continue;
		}
		if (e->page < 0 || !(cells[i].pages & (1u << e->page))) {
			e->page = page_for(cells + i, n - i);
			command(e, "\x1bt", e->profile->pages[e->page].number);
		}
		buf_byte(e->out,
			 codepage_byte(e->profile->pages[e->page].page, cells[i].character));
	}
}

static const struct escpos_style plain = { .times = 1 };

/* A line of cells. One that no page has: the whole line is drawn. */
static void put_cell_line(struct encoder *e, const struct escpos_cell *cells, size_t n,
			  struct escpos_style style)
{
	for (size_t i = 0; i < n; i++) {
		if (!cells[i].pages) {
			escpos_put_drawn(e->out, e->profile, cells, n, style);
			return;
		}
	}
	put_cells(e, cells, n);
	buf_byte(e->out, '\n');
}

static void put_text(struct encoder *e, struct slice text, struct escpos_style style)
{
	const size_t width = (size_t)(e->profile->columns / style.times);
	struct escpos_wrap w;

	escpos_wrap_start(&w, e->profile, text, width);
	while (escpos_wrap_next(&w))
		put_cell_line(e, w.cells, w.line, style);
}

static void put_centred(struct encoder *e, struct slice text)
{
	ESC(e, 'a', 1);
	put_text(e, text, (struct escpos_style){ .centred = true, .times = 1 });
	ESC(e, 'a', 0);
}

static void put_head(struct encoder *e, struct slice text)
{
	ESC(e, 'a', 1);
	command(e, "\x1d!", 0x11);
	put_text(e, text, (struct escpos_style){ .centred = true, .times = 2 });
	command(e, "\x1d!", 0);
	ESC(e, 'a', 0);
}

static void put_bold(struct encoder *e, struct slice text)
{
	ESC(e, 'E', 1);
	put_text(e, text, (struct escpos_style){ .bold = true, .times = 1 });
	ESC(e, 'E', 0);
}

/* One line being put together. */
struct row {
	struct escpos_cell cells[PROFILE_COLUMNS_MAX];
	size_t n;
};

static void row_pad(struct row *row, size_t to)
{
	while (row->n < to)
		row->cells[row->n++] =
			(struct escpos_cell){ .character = ' ', .pages = 0xff, .space = true };
}

static void row_add(struct row *row, const struct escpos_cell *cells, size_t n)
{
	memcpy(row->cells + row->n, cells, n * sizeof(cells[0]));
	row->n += n;
}

static void row_end(struct encoder *e, struct row *row)
{
	put_cell_line(e, row->cells, row->n, plain);
	row->n = 0;
}

/* The right part stands on the last line of the left one; the left one keeps clear of its
 * columns, or takes the whole width where that would leave it less than half the paper. */
static void put_pair(struct encoder *e, struct slice left, struct slice right)
{
	const size_t columns = (size_t)e->profile->columns;
	struct row row = { .n = 0 };
	struct escpos_wrap l, r;
	size_t width;
	bool begun = false;

	escpos_wrap_start(&r, e->profile, right, columns);
	escpos_wrap_next(&r);
	width = r.line + 1 < columns ? columns - r.line - 1 : 0;
	if (width < columns / 2)
		width = columns;
	escpos_wrap_start(&l, e->profile, left, width);
	while (escpos_wrap_next(&l)) {
		if (begun)
			row_end(e, &row);
		begun = true;
		row_add(&row, l.cells, l.line);
	}
	if (row.n + 1 + r.line > columns && row.n > 0)
		row_end(e, &row);
	do {
		if (r.line > 0)
			row_pad(&row, columns - r.line);
		row_add(&row, r.cells, r.line);
		row_end(e, &row);
	} while (escpos_wrap_next(&r));
}

static void put_rule(struct encoder *e)
{
	for (int i = 0; i < e->profile->columns; i++)
		buf_byte(e->out, '-');
	buf_byte(e->out, '\n');
}

static int lines_of(struct slice text)
{
	int n = 0;

	for (size_t i = 0; i < text.n && text.p[i] >= '0' && text.p[i] <= '9'; i++) {
		n = n * 10 + (text.p[i] - '0');
		if (n > FEED_LINES_MAX)
			return FEED_LINES_MAX;
	}
	return n;
}

static void put_feed(struct encoder *e, int lines)
{
	if (lines > 0)
		ESC(e, 'd', lines);
}

static void put_cut(struct encoder *e)
{
	put_feed(e, e->profile->feed_lines);
	switch (e->profile->cutter) {
	case PROFILE_CUTTER_NONE:
		break;
	case PROFILE_CUTTER_PLAIN:
		command(e, "\x1dV", 1);
		break;
	case PROFILE_CUTTER_FEEDS:
		command(e, "\x1dV", 66);
		buf_byte(e->out, 0);
		break;
	}
}

static void put_pulse(struct encoder *e)
{
	if (e->profile->drawer == 0 || e->profile->drawer > e->profile->drawer_pins)
		return;
	command(e, "\x1bp", e->profile->drawer - 1);
	buf_byte(e->out, PULSE_ON_2MS);
	buf_byte(e->out, PULSE_OFF_2MS);
}

/* What a symbol would have said, where none can stand. */
static void put_instead(struct encoder *e, const char *what, struct slice text)
{
	if (text.n > 0)
		put_centred(e, slice_of(what));
	put_centred(e, text);
}

static void put_code128(struct encoder *e, struct slice text)
{
	char below[ESCPOS_BELOW_MAX];

	if (!escpos_put_code128(e->out, e->profile, text, below))
		put_instead(e, "[|||]", text);
	else if (below[0])
		put_centred(e, slice_of(below));
}

/* A command of a later version prints its text: paper with too much on it beats a lost line. */
static void put_line(struct encoder *e, const struct doc_line *line)
{
	switch (line->command) {
	case 'B':
		put_bold(e, line->text);
		break;
	case 'H':
		put_head(e, line->text);
		break;
	case 'C':
		put_centred(e, line->text);
		break;
	case 'L':
		put_pair(e, line->text, line->right);
		break;
	case 'R':
		put_rule(e);
		break;
	case 'Q':
		if (!escpos_put_qr(e->out, e->profile, line->text))
			put_instead(e, "[QR]", line->text);
		break;
	case 'E':
		if (!escpos_put_ean(e->out, e->profile, line->text))
			put_instead(e, "[|||]", line->text);
		break;
	case 'K':
		put_code128(e, line->text);
		break;
	case 'G':
		escpos_put_logo(e->out, e->profile);
		break;
	case 'F':
		put_feed(e, lines_of(line->text));
		break;
	case 'X':
		put_cut(e);
		break;
	case 'D':
		put_pulse(e);
		break;
	default:
		put_text(e, line->text, plain);
		break;
	}
}

int escpos_encode(const struct printer_profile *profile, struct slice doc, struct buf *ret_bytes)
{
	struct encoder e = { .profile = profile, .out = ret_bytes, .page = -1 };
	struct doc_line line;
	size_t at = 0;

	command(&e, "\x1b@", -1);
	command(&e, "\x1c.", -1);
	command(&e, "\x1bR", 0);
	command(&e, "\x1d\x61", 0x0f);
	while (doc_next(doc, &at, &line))
		put_line(&e, &line);
	return ret_bytes->overflow ? -EMSGSIZE : 0;
}
