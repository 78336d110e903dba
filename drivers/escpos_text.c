// SPDX-License-Identifier: Apache-2.0
#include "drivers/escpos_text.h"

#include <string.h>

#include "drivers/fold.h"
#include "firmware/base/text.h"

/* Signs only, and only those that read the same: no letter is ever replaced by another. */
static const struct {
	const char *to;
	const char *from;
} folds[] = {
	{ "'", "‘’‚‛‹›ʼ′" },
	{ "\"", "“”„‟«»″" },
	{ "-", "‐‑‒–—―−" },
	{ "...", "…" },
};

static bool is_mark(int32_t c)
{
	return c >= 0x300 && c <= 0x36f;
}

static bool is_invisible(uint32_t c)
{
	return c == 0xad || (c >= 0x200b && c <= 0x200f) || (c >= 0x202a && c <= 0x202e) ||
	       (c >= 0x2060 && c <= 0x206f) || (c >= 0xfe00 && c <= 0xfe0f) || c == 0xfeff;
}

static bool is_glue(uint32_t c)
{
	return c == 0xa0 || c == 0x202f || c == 0x2007;
}

static bool is_wide_space(uint32_t c)
{
	return (c >= 0x2000 && c <= 0x200a) || c == 0x205f || c == 0x3000;
}

static uint8_t pages_of(const struct printer_profile *profile, uint32_t c)
{
	uint8_t pages = 0;

	for (int i = 0; i < profile->page_count; i++)
		if (codepage_byte(profile->pages[i].page, c))
			pages |= (uint8_t)(1u << i);
	return pages;
}

static const char *fold_of(uint32_t c)
{
	char wanted[5] = "";

	utf8_put(c, wanted);
	for (size_t i = 0; i < COUNT_OF(folds); i++)
		if (strstr(folds[i].from, wanted))
			return folds[i].to;
	return NULL;
}

struct escpos_text escpos_text(const struct printer_profile *profile, struct slice text)
{
	return (struct escpos_text){ .profile = profile, .text = text };
}

/* The next character of the text with its marks; those that make one letter with it are joined.
 * False at the end. */
static bool next_character(struct escpos_text *t, struct escpos_cell *ret_cell)
{
	uint32_t c, joined;
	int32_t mark;
	int marks = 0;
	size_t at;

	if (t->at >= t->text.n)
		return false;
	if ((uint8_t)t->text.p[t->at] < 0x80)
		mark = (uint8_t)t->text.p[t->at++];
	else
		mark = utf8_next(t->text, &t->at);
	c = mark < 0 ? '?' : (uint32_t)mark;
	for (at = t->at; at < t->text.n && (uint8_t)t->text.p[at] >= 0x80; t->at = at) {
		mark = utf8_next(t->text, &at);
		if (!is_mark(mark))
			break;
		joined = fold_join(c, (uint32_t)mark);
		if (joined == c && marks < ESCPOS_MARKS_MAX)
			ret_cell->marks[marks++] = (uint32_t)mark;
		c = joined;
	}
	ret_cell->character = c;
	return true;
}

/* Which pages have the cell; none: it is drawn, or folded where that reads the same. */
static void look_up(struct escpos_text *t, struct escpos_cell *cell)
{
	const char *fold = NULL;

	if (cell->marks[0])
		cell->pages = 0;
	else if (cell->character >= 0x80)
		cell->pages = pages_of(t->profile, cell->character);
	if (cell->pages)
		return;
	if (!cell->marks[0])
		fold = fold_of(cell->character);
	if (!fold && t->profile->no_raster)
		fold = "?";
	if (!fold)
		return;
	*cell = (struct escpos_cell){ .character = (uint8_t)fold[0], .pages = 0xff };
	t->again = (uint8_t)fold[0];
	t->again_count = strlen(fold) - 1;
}

bool escpos_text_next(struct escpos_text *t, struct escpos_cell *ret_cell)
{
	struct escpos_cell cell = { .pages = 0xff };

	if (t->again_count > 0) {
		t->again_count--;
		cell.character = t->again;
		*ret_cell = cell;
		return true;
	}
	while (next_character(t, &cell)) {
		if (is_invisible(cell.character) || is_mark((int32_t)cell.character)) {
			cell = (struct escpos_cell){ .pages = 0xff };
			continue;
		}
		if (is_glue(cell.character) || cell.character < 0x20 || cell.character == 0x7f) {
			cell.character = ' ';
		} else {
			if (is_wide_space(cell.character))
				cell.character = ' ';
			cell.space = cell.character == ' ';
		}
		look_up(t, &cell);
		*ret_cell = cell;
		return true;
	}
	return false;
}

void escpos_wrap_start(struct escpos_wrap *w, const struct printer_profile *profile,
		       struct slice text, size_t width)
{
	*w = (struct escpos_wrap){ .text = escpos_text(profile, text), .width = width };
}

static void drop_cells(struct escpos_wrap *w, size_t n)
{
	memmove(w->cells, w->cells + n, (w->n - n) * sizeof(w->cells[0]));
	w->n -= n;
}

/* One cell more than the width, to see whether the word ends there. */
static void fill(struct escpos_wrap *w)
{
	struct escpos_cell cell;

	while (w->begun && w->n > 0 && w->cells[0].space)
		drop_cells(w, 1);
	while (w->n <= w->width && escpos_text_next(&w->text, &cell))
		if (!(w->begun && w->n == 0 && cell.space))
			w->cells[w->n++] = cell;
}

/* Where to break width + 1 cells: the last space behind a word, else in the word. */
static void find_break(struct escpos_wrap *w)
{
	size_t word = 0;

	while (word < w->n && w->cells[word].space)
		word++;
	w->line = w->used = w->width;
	for (size_t i = w->width; i > word; i--) {
		if (w->cells[i].space) {
			w->line = i;
			w->used = i + 1;
			return;
		}
	}
}

bool escpos_wrap_next(struct escpos_wrap *w)
{
	drop_cells(w, w->used);
	w->used = 0;
	fill(w);
	if (w->n == 0 && w->begun)
		return false;
	w->begun = true;
	w->line = w->used = w->n;
	if (w->n > w->width)
		find_break(w);
	while (w->line > 0 && w->cells[w->line - 1].space)
		w->line--;
	return true;
}
