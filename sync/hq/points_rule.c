// SPDX-License-Identifier: Apache-2.0
#include "sync/hq/points_rule.h"

static int64_t left(const struct points_account *a)
{
	return a->points > a->set_aside ? a->points - a->set_aside : 0;
}

int64_t points_may_grant(const struct points_account *a, int64_t wanted)
{
	return wanted > 0 && wanted <= left(a) ? wanted : 0;
}

int64_t points_allowance(const struct points_account *a, int64_t limit)
{
	const int64_t most = left(a);

	if (limit <= 0)
		return 0;
	return limit < most ? limit : most;
}
