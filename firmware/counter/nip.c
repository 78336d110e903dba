// SPDX-License-Identifier: Apache-2.0
#include "firmware/counter/nip.h"

#include <string.h>

static bool check_holds(const char nip[NIP_MAX])
{
	static const int weights[] = { 6, 5, 7, 2, 3, 4, 5, 6, 7 };
	int sum = 0;

	for (size_t i = 0; i < COUNT_OF(weights); i++)
		sum += weights[i] * (nip[i] - '0');
	/* A remainder of ten has no digit: such a number was never given out. */
	return sum % 11 == nip[9] - '0';
}

bool nip_read(struct slice typed, char ret_nip[NIP_MAX])
{
	char nip[NIP_MAX];
	size_t n = 0;

	if (slice_starts(typed, "PL") || slice_starts(typed, "pl"))
		typed = (struct slice){ typed.p + 2, typed.n - 2 };
	for (size_t i = 0; i < typed.n; i++) {
		const char c = typed.p[i];

		if (c == ' ' || c == '-')
			continue;
		if (c < '0' || c > '9' || n == NIP_MAX - 1)
			return false;
		nip[n++] = c;
	}
	nip[n] = '\0';
	/* The first three digits name a tax office, and none begins with 0. */
	if (n != NIP_MAX - 1 || nip[0] == '0' || !check_holds(nip))
		return false;
	memcpy(ret_nip, nip, sizeof(nip));
	return true;
}
