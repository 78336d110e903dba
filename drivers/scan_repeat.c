// SPDX-License-Identifier: Apache-2.0
#include "drivers/scan_repeat.h"

#include <string.h>

bool scan_is_repeat(struct scan_repeats *r, struct slice text, int64_t read_ms)
{
	size_t at = 0;
	bool repeat = false;

	if (text.n == 0 || text.n > SCAN_TEXT_MAX)
		return false;
	for (size_t i = 0; i < SCAN_REPEAT_TEXTS; i++) {
		const struct slice known = { r->recent[i].text, r->recent[i].n };

		if (slice_same(known, text)) {
			repeat = read_ms - r->recent[i].read_ms <= SCAN_REPEAT_MS;
			at = i;
			break;
		}
		if (!known.n || (r->recent[at].n && r->recent[i].read_ms < r->recent[at].read_ms))
			at = i;
	}
	memcpy(r->recent[at].text, text.p, text.n);
	r->recent[at].n = text.n;
	r->recent[at].read_ms = read_ms;
	return repeat;
}
