// SPDX-License-Identifier: Apache-2.0
#include "drivers/escpos_encode.h"

#include <errno.h>

#include "drivers/escpos_text.h"
#include "firmware/base/doc.h"

#define FEED_LINES_MAX 20
#define PULSE_ON_2MS   60  /* 120 ms */
#define PULSE_OFF_2MS  120 /* 240 ms */

struct encoder {
	const struct printer_profile *profile;
	struct buf *out;
	int page; /* index into the profile's pages; -1 as the printer begins */
};

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

static void put_spaces(struct encoder *e, size_t n)
{
	for (size_t i = 0; i < n; i++)
		buf_byte(e->out, ' ');
}

static void put_text(struct encoder *e, struct slice text, size_t width)
{
	struct escpos_wrap w;

	escpos_wrap_start(&w, e->profile, text, width);
	while (escpos_wrap_next(&w)) {
		put_cells(e, w.cells, w.line);
		buf_byte(e->out, '\n');
	}
}

static void put_centred(struct encoder *e, struct slice text)
{
	command(e,
		"\x1b"
		"a",
		1);
	put_text(e, text, (size_t)e->profile->columns);
	command(e,
		"\x1b"
		"a",
		0);
}

static void put_head(struct encoder *e, struct slice text)
{
	command(e,
		"\x1b"
		"a",
		1);
	command(e, "\x1d!", 0x11);
	put_text(e, text, (size_t)e->profile->columns / 2);
	command(e, "\x1d!", 0);
	command(e,
		"\x1b"
		"a",
		0);
}

static void put_bold(struct encoder *e, struct slice text)
{
	command(e,
		"\x1b"
		"E",
		1);
	put_text(e, text, (size_t)e->profile->columns);
	command(e,
		"\x1b"
		"E",
		0);
}

/* The right part stands on the last line of the left one; the left one keeps clear of its
 * columns, or takes the whole width where that would leave it less than half the paper. */
static void put_pair(struct encoder *e, struct slice left, struct slice right)
{
	const size_t columns = (size_t)e->profile->columns;
	struct escpos_wrap l, r;
	size_t width, used = 0;
	bool begun = false;

	escpos_wrap_start(&r, e->profile, right, columns);
	escpos_wrap_next(&r);
	width = r.line + 1 < columns ? columns - r.line - 1 : 0;
	if (width < columns / 2)
		width = columns;
	escpos_wrap_start(&l, e->profile, left, width);
	while (escpos_wrap_next(&l)) {
		if (begun)
			buf_byte(e->out, '\n');
		begun = true;
		put_cells(e, l.cells, l.line);
		used = l.line;
	}
	if (used + 1 + r.line > columns && used > 0) {
		buf_byte(e->out, '\n');
		used = 0;
	}
	do {
		if (r.line > 0)
			put_spaces(e, columns - used - r.line);
		put_cells(e, r.cells, r.line);
		buf_byte(e->out, '\n');
		used = 0;
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
		command(e,
			"\x1b"
			"d",
			lines);
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
	if (e->profile->drawer == 0)
		return;
	command(e, "\x1bp", e->profile->drawer - 1);
	buf_byte(e->out, PULSE_ON_2MS);
	buf_byte(e->out, PULSE_OFF_2MS);
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
			put_centred(e, line->text);
		break;
	case 'E':
		if (!escpos_put_ean13(e->out, line->text))
			put_centred(e, line->text);
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
		put_text(e, line->text, (size_t)e->profile->columns);
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
	command(&e,
		"\x1d"
		"a",
		0x0f);
	while (doc_next(doc, &at, &line))
		put_line(&e, &line);
	return ret_bytes->overflow ? -EMSGSIZE : 0;
}
