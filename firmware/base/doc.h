// SPDX-License-Identifier: Apache-2.0
/*
 * A printed document before it meets a printer: lines of UTF-8, each one command byte, its
 * text, LF. Columns, code pages and rasters are the printer driver's business, so a job can be
 * printed later on another model and still be right.
 *
 *   T text      a line, wrapped at words          B text   the same in bold
 *   H text      centred, double size              C text   centred
 *   L a TAB b   a at the left, b at the right of one line; a wraps, b never
 *   R           a rule across the paper
 *   Q text      a QR code, centred                G        the shop's logo, where there is one
 *   E digits    an EAN-13, or of 7 or 8 digits an EAN-8, centred
 *   K text      a CODE128, centred: printable ASCII; {1 is FNC1, {{ a brace
 *   F n         n empty lines
 *   X           feed and cut                      D        drawer pulse
 *
 * A customer display is given a document of T, C, L and Q lines: two lines of text, and where
 * there is more to it a Q with the words for it behind (`T` or `C`), which take the place of the
 * second line where the QR is drawn. A display that cannot draw one shows the two lines.
 *
 * A document is made of whole lines; text has no control characters (doc_line() takes them
 * out). Whoever makes the buffer owns it.
 */
#ifndef LADA_BASE_DOC_H
#define LADA_BASE_DOC_H

#include "firmware/base/bytes.h"

#define DOC_MAX		(128 * 1024) /* bytes of one document: 300 lines with long names */
#define DOC_DISPLAY_MAX 2048	     /* of one for a customer display */

void doc_line(struct buf *doc, char command, struct slice text);
void doc_text(struct buf *doc, char command, const char *text);
void doc_pair(struct buf *doc, struct slice left, struct slice right);

struct doc_line {
	char command;
	struct slice text;  /* all after the command; for L the left part */
	struct slice right; /* for L */
};
/* The line at *at, which moves on; false at the end. */
bool doc_next(struct slice doc, size_t *at, struct doc_line *ret_line);

#endif
