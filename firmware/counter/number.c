// SPDX-License-Identifier: Apache-2.0
#include "firmware/counter/number.h"

#define DIGITS_MAX 13 /* of 63 bits */

void number_text(const char *kind, int64_t n, const char *lane, int64_t epoch,
		 char dst[NUMBER_TEXT_MAX])
{
	/* Without I, L, O and U, which people read as other signs. */
	static const char digits[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
	char text[DIGITS_MAX + 1];
	int at = DIGITS_MAX;

	text[at] = '\0';
	for (uint64_t left = (uint64_t)epoch; at > 0 && (left || at == DIGITS_MAX); left >>= 5)
		text[--at] = digits[left & 31];
	text_fmt(dst, NUMBER_TEXT_MAX, "%s %lld/%s/%s", kind, (long long)n, lane, text + at);
}
