// SPDX-License-Identifier: Apache-2.0
/*
 * What a display's document (firmware/base/doc.h) says: two lines of text, a QR and the words for
 * it. Slices borrow the document. Cannot fail: what is not there is empty, what is too much is
 * left out.
 */
#ifndef LADA_DRIVERS_SHOW_LINES_H
#define LADA_DRIVERS_SHOW_LINES_H

#include "firmware/base/doc.h"

#define SHOW_LINES 2

struct show_lines {
	struct doc_line line[SHOW_LINES];
	int count;
	struct slice qr;      /* n = 0: none */
	struct slice caption; /* instead of the second line where the QR is drawn; n = 0: none */
};

struct show_lines show_lines(struct slice doc);

#endif
