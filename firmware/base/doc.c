// SPDX-License-Identifier: Apache-2.0
#include "firmware/base/doc.h"

#include <string.h>

static void add_clean(struct buf *doc, struct slice text)
{
	for (size_t i = 0; i < text.n; i++)
		buf_byte(doc,
			 (uint8_t)text.p[i] < 0x20 || text.p[i] == 0x7f ? ' ' : (uint8_t)text.p[i]);
}

void doc_line(struct buf *doc, char command, struct slice text)
{
	buf_byte(doc, (uint8_t)command);
	add_clean(doc, text);
	buf_byte(doc, '\n');
}

void doc_text(struct buf *doc, char command, const char *text)
{
	doc_line(doc, command, slice_of(text));
}

void doc_pair(struct buf *doc, struct slice left, struct slice right)
{
	buf_byte(doc, 'L');
	add_clean(doc, left);
	buf_byte(doc, '\t');
	add_clean(doc, right);
	buf_byte(doc, '\n');
}

bool doc_next(struct slice doc, size_t *at, struct doc_line *ret_line)
{
	const char *p = doc.p + *at, *end, *tab;
	size_t left = doc.n - *at;

	if (left == 0)
		return false;
	end = memchr(p, '\n', left);
	if (!end)
		end = p + left;
	*at += (size_t)(end - p) + (end < p + left);
	*ret_line = (struct doc_line){ 0 };
	if (end == p)
		return doc_next(doc, at, ret_line);
	ret_line->command = *p++;
	ret_line->text = (struct slice){ p, (size_t)(end - p) };
	tab = ret_line->command == 'L' ? memchr(p, '\t', (size_t)(end - p)) : NULL;
	if (tab) {
		ret_line->text.n = (size_t)(tab - p);
		ret_line->right = (struct slice){ tab + 1, (size_t)(end - tab - 1) };
	}
	return true;
}
