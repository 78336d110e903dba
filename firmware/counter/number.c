// SPDX-License-Identifier: Apache-2.0
#include "firmware/counter/number.h"

#define BASE32_DIGITS 13 /* of 64 bits */

static void base32(uint64_t value, char dst[BASE32_DIGITS + 1])
{
	static const char letters[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
	char reversed[BASE32_DIGITS];
	int n = 0;

	do
		reversed[n++] = letters[value & 31];
	while ((value >>= 5) != 0);
	for (int i = 0; i < n; i++)
		dst[i] = reversed[n - 1 - i];
	dst[n] = '\0';
}

void number_text(const char *kind, int64_t n, const char *lane, int64_t epoch,
		 char dst[NUMBER_TEXT_MAX])
{
	char text[BASE32_DIGITS + 1];

	base32((uint64_t)epoch, text);
	text_fmt(dst, NUMBER_TEXT_MAX, "%s %lld/%s/%s", kind, (long long)n, lane, text);
}
