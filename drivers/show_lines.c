// SPDX-License-Identifier: Apache-2.0
#include "drivers/show_lines.h"

#include <string.h>

struct show_lines show_lines(struct slice doc)
{
	struct show_lines s = { .count = 0 };
	struct doc_line l;
	size_t at = 0;

	while (doc_next(doc, &at, &l)) {
		if (l.command == 'Q')
			s.qr = l.text;
		else if (!strchr("TBHCL", l.command))
			continue;
		else if (s.qr.n > 0 && s.caption.n == 0)
			s.caption = l.text;
		else if (s.qr.n == 0 && s.count < SHOW_LINES)
			s.line[s.count++] = l;
	}
	return s;
}
