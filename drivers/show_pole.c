// SPDX-License-Identifier: Apache-2.0
/*
 * Customer displays of two lines of 20 characters: protocol `pole`.
 *
 * Commands: Epson's DM-D set (DM-D110 specification) and CD5220 (XP8200 and P07303 manuals). The
 * start leaves string mode by CLR, because a display that another program left in it takes
 * nothing else; then every line is positioned and exactly 20 characters long, in overwrite mode,
 * so nothing ever scrolls. String mode (ESC Q) itself is not used: it can only be left by
 * clearing, which flickers. Only a line that has changed is sent.
 *
 * Such a display cannot be asked anything, so it is `ok` while its line is up, and both lines
 * are written again now and then, without clearing, for one that lost its power meanwhile.
 *
 * Letters: a display draws what its code pages have and nothing else, so what they lack is
 * folded to ASCII (fold.h). Code page numbers are facts of a model, not of a command set; the
 * table has those that a specification gives. A CD5220 has a Slavonic and a Russian set by its
 * manual, which does not print them: `cd5220` takes no risk, `cd5220-852` says that they are the
 * PC852 and PC866 of the display's other command sets.
 */
#include <string.h>

#include "drivers/codepage.h"
#include "drivers/driver.h"
#include "drivers/fold.h"
#include "drivers/show_lines.h"

#define COLUMNS	   20
#define ROWS	   2
#define LEFT_MIN   4 /* fewer characters of a left part say nothing */
#define PAGES_MAX  4
#define OUT_MAX	   128
#define REFRESH_MS 60000
#define ANY_PAGE   0xff

_Static_assert(ROWS == SHOW_LINES, "a row for each line");

enum commands { COMMANDS_EPSON, COMMANDS_CD5220 };

struct dialect {
	const char *name;
	enum commands commands;
	struct {
		enum codepage page;
		uint8_t number; /* ESC t n, or ESC c n */
	} pages[PAGES_MAX];	/* first the one that is tried first */
	int page_count;
};

static const struct dialect dialects[] = {
	{ "epson",
	  COMMANDS_EPSON,
	  { { CODEPAGE_852, 18 }, { CODEPAGE_866, 17 }, { CODEPAGE_858, 19 }, { CODEPAGE_437, 0 } },
	  4 },
	{ "epson-ascii", COMMANDS_EPSON, { { 0 } }, 0 },
	{ "aures", COMMANDS_EPSON, { { CODEPAGE_852, 9 }, { CODEPAGE_858, 19 } }, 2 },
	{ "cd5220", COMMANDS_CD5220, { { 0 } }, 0 },
	{ "cd5220-852", COMMANDS_CD5220, { { CODEPAGE_852, 'L' }, { CODEPAGE_866, 'R' } }, 2 },
};

struct cell {
	uint8_t byte;
	uint8_t page; /* index into the dialect's pages; ANY_PAGE for ASCII */
};

struct row {
	struct cell cells[COLUMNS];
};

struct pole {
	const struct dialect *dialect; /* NULL before the first start */
	bool up;
	bool init_due;	/* the start sequence is to be sent */
	bool modes_due; /* the modes again, without clearing */
	char doc[DOC_DISPLAY_MAX];
	size_t doc_n;
	struct row want[ROWS], shown[ROWS];
	bool known[ROWS]; /* `shown` is what stands there */
	uint8_t page;	  /* selected now; ANY_PAGE: not known */
	int64_t fresh_ms; /* when all was written anew */
	uint8_t out[OUT_MAX];
	size_t out_n, out_at;
	uint64_t garbage;
};

_Static_assert(sizeof(struct pole) <= DRIVER_STATE_MAX, "state too large");

static const struct dialect *dialect_of(const char *name)
{
	for (size_t i = 0; i < COUNT_OF(dialects); i++)
		if (strcmp(dialects[i].name, name) == 0)
			return &dialects[i];
	return &dialects[0];
}

/* ---- a document as two rows of cells ---- */

static bool has(const void *ctx, uint32_t character)
{
	const struct dialect *d = ctx;

	for (int i = 0; i < d->page_count; i++)
		if (codepage_byte(d->pages[i].page, character))
			return true;
	return false;
}

/* Stays with the page of the letter before where it can. */
static struct cell cell_of(const struct dialect *d, uint32_t c, uint8_t before)
{
	uint8_t byte;

	if (c < 0x80)
		return (struct cell){ (uint8_t)c, ANY_PAGE };
	byte = before == ANY_PAGE ? 0 : codepage_byte(d->pages[before].page, c);
	for (uint8_t i = 0; byte == 0 && i < d->page_count; i++) {
		byte = codepage_byte(d->pages[i].page, c);
		before = i;
	}
	return (struct cell){ byte, before };
}

/* At most `cap` cells of a text. */
static size_t cells_of(const struct dialect *d, struct slice text, struct cell *cells, size_t cap)
{
	struct fold f = fold_start(text, has, d);
	uint8_t page = ANY_PAGE;
	uint32_t c;
	size_t n = 0;

	while (n < cap && fold_next(&f, &c)) {
		cells[n] = cell_of(d, c == FOLD_GLUE ? ' ' : c, page);
		page = cells[n].page == ANY_PAGE ? page : cells[n].page;
		n++;
	}
	while (n > 0 && cells[n - 1].byte == ' ')
		n--;
	return n;
}

/* How many of n cells stand in a width: up to the end of a word, unless little would be left. */
static size_t cut(const struct cell *cells, size_t n, size_t width)
{
	if (n <= width)
		return n;
	for (size_t i = width; i > width / 2; i--) {
		if (cells[i].byte == ' ') {
			while (i > 0 && cells[i - 1].byte == ' ')
				i--;
			return i;
		}
	}
	return width;
}

static void put(struct row *row, size_t at, const struct cell *cells, size_t n)
{
	if (n > 0)
		memcpy(row->cells + at, cells, n * sizeof(*cells));
}

static void blank(struct row *row)
{
	for (size_t i = 0; i < COLUMNS; i++)
		row->cells[i] = (struct cell){ ' ', ANY_PAGE };
}

/* The right part, a price, stays whole. */
static void put_pair(struct row *row, const struct cell *left, size_t left_n,
		     const struct cell *right, size_t right_n)
{
	size_t room = right_n == 0 ? COLUMNS : right_n < COLUMNS ? COLUMNS - right_n - 1 : 0;

	if (left_n > room && room < LEFT_MIN)
		left_n = 0;
	put(row, 0, left, cut(left, left_n, room));
	put(row, COLUMNS - right_n, right, right_n);
}

static void put_text(struct row *row, const struct cell *cells, size_t n, bool centred)
{
	put(row, centred ? (COLUMNS - n) / 2 : 0, cells, n);
}

/* The only line has both rows. */
static void lay_out_alone(struct pole *p, const struct cell *cells, size_t n, bool centred)
{
	size_t first = cut(cells, n, COLUMNS), rest = first;

	put_text(&p->want[0], cells, first, centred);
	while (rest < n && cells[rest].byte == ' ')
		rest++;
	put_text(&p->want[1], cells + rest, cut(cells + rest, n - rest, COLUMNS), centred);
}

static void lay_out_line(struct pole *p, int i, const struct show_lines *s)
{
	const struct doc_line *l = &s->line[i];
	struct cell cells[4 * COLUMNS], right[COLUMNS];
	size_t n = cells_of(p->dialect, l->text, cells, COUNT_OF(cells));
	size_t right_n = cells_of(p->dialect, l->right, right, COUNT_OF(right));
	const bool alone = s->count == 1, centred = l->command == 'C';

	if (l->command == 'L' && alone && n + 1 + right_n > COLUMNS) {
		put_text(&p->want[0], cells, cut(cells, n, COLUMNS), false);
		put_pair(&p->want[1], NULL, 0, right, right_n);
	} else if (l->command == 'L') {
		put_pair(&p->want[i], cells, n, right, right_n);
	} else if (alone) {
		lay_out_alone(p, cells, n, centred);
	} else {
		put_text(&p->want[i], cells, cut(cells, n, COLUMNS), centred);
	}
}

static void lay_out(struct pole *p)
{
	const struct show_lines s = show_lines((struct slice){ p->doc, p->doc_n });

	for (int i = 0; i < ROWS; i++)
		blank(&p->want[i]);
	for (int i = 0; i < s.count; i++)
		lay_out_line(p, i, &s);
}

/* ---- bytes ---- */

static void add(struct pole *p, const void *bytes, size_t n)
{
	memcpy(p->out + p->out_n, bytes, n);
	p->out_n += n;
}

#define ADD(p, literal) add(p, literal, sizeof(literal) - 1)

/* Overwrite mode, no cursor. */
static void add_modes(struct pole *p)
{
	if (p->dialect->commands == COMMANDS_EPSON)
		ADD(p, "\x1f\x01\x1f\x43\x00");
	else
		ADD(p, "\x1b\x11\x1b\x5f\x00");
	p->page = ANY_PAGE;
}

/* The display and not the printer behind it, out of string mode, as after power-up, empty. */
static void add_init(struct pole *p)
{
	ADD(p, "\x1b=\x02\x0c\x1b@");
	add_modes(p);
	for (int i = 0; i < ROWS; i++) {
		blank(&p->shown[i]);
		p->known[i] = true;
	}
}

static void add_page(struct pole *p, uint8_t page)
{
	const uint8_t command[] = { 0x1b, p->dialect->commands == COMMANDS_EPSON ? 't' : 'c',
				    p->dialect->pages[page].number };

	add(p, command, sizeof(command));
	p->page = page;
}

static void add_row(struct pole *p, int i)
{
	const bool epson = p->dialect->commands == COMMANDS_EPSON;
	const uint8_t position[] = { epson ? 0x1f : 0x1b, epson ? 0x24 : 0x6c, 1,
				     (uint8_t)(i + 1) };

	_Static_assert(sizeof(position) + 4 * COLUMNS <= OUT_MAX, "a row fits");
	add(p, position, sizeof(position));
	for (size_t c = 0; c < COLUMNS; c++) {
		const struct cell cell = p->want[i].cells[c];

		if (cell.page != ANY_PAGE && cell.page != p->page)
			add_page(p, cell.page);
		add(p, &cell.byte, 1);
	}
	p->shown[i] = p->want[i];
	p->known[i] = true;
}

/* The next whole piece of work into `out`; nothing when all is shown. */
static void compose(struct pole *p)
{
	p->out_n = p->out_at = 0;
	if (p->init_due)
		add_init(p);
	else if (p->modes_due)
		add_modes(p);
	for (int i = 0; i < ROWS && p->out_n == 0; i++)
		if (!p->known[i] || memcmp(&p->shown[i], &p->want[i], sizeof(p->want[i])) != 0)
			add_row(p, i);
	p->init_due = p->modes_due = false;
}

/* ---- the driver ---- */

static void pole_start(void *state, const struct driver_setup *setup, int64_t now_ms,
		       const struct sink *sink)
{
	const struct driver_event up = { .kind = DRIVER_STATUS, .status = DEVICE_OK, .detail = "" };
	struct pole *p = state;

	p->dialect = dialect_of(setup->dialect);
	p->up = p->init_due = true;
	p->out_n = p->out_at = 0;
	p->fresh_ms = now_ms;
	lay_out(p);
	sink->event(sink->ctx, &up);
}

static void pole_rx(void *state, const void *bytes, size_t n, int64_t now_ms,
		    const struct sink *sink)
{
	struct pole *p = state;

	(void)bytes;
	(void)now_ms;
	(void)sink;
	p->garbage += n;
}

static void pole_room(void *state, size_t bytes, int64_t now_ms, const struct sink *sink)
{
	struct pole *p = state;
	size_t n;

	(void)now_ms;
	while (p->up && bytes > 0) {
		if (p->out_at == p->out_n)
			compose(p);
		if (p->out_n == 0)
			return;
		n = p->out_n - p->out_at < bytes ? p->out_n - p->out_at : bytes;
		sink->bytes(sink->ctx, p->out + p->out_at, n);
		p->out_at += n;
		bytes -= n;
	}
}

static void pole_tick(void *state, int64_t now_ms, const struct sink *sink)
{
	struct pole *p = state;

	(void)sink;
	if (!p->up || now_ms - p->fresh_ms < REFRESH_MS)
		return;
	p->fresh_ms = now_ms;
	p->modes_due = true;
	for (int i = 0; i < ROWS; i++)
		p->known[i] = false;
}

static void pole_stop(void *state, const struct sink *sink)
{
	struct pole *p = state;

	(void)sink;
	p->up = false;
}

static void pole_show(void *state, struct slice doc, int64_t now_ms, const struct sink *sink)
{
	struct pole *p = state;

	(void)now_ms;
	(void)sink;
	if (doc.n > sizeof(p->doc))
		doc.n = sizeof(p->doc);
	if (doc.n > 0)
		memcpy(p->doc, doc.p, doc.n);
	p->doc_n = doc.n;
	if (p->dialect)
		lay_out(p);
}

static uint64_t pole_garbage(const void *state)
{
	const struct pole *p = state;

	return p->garbage;
}

const struct driver driver_show_pole = {
	.name = "pole",
	.kind = DEVICE_DISPLAY,
	.look = SEEN_TTY,
	.line = "9600 8n1 none",
	.state_size = sizeof(struct pole),
	.start = pole_start,
	.rx = pole_rx,
	.room = pole_room,
	.tick = pole_tick,
	.stop = pole_stop,
	.show = pole_show,
	.garbage = pole_garbage,
};
