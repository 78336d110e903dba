// SPDX-License-Identifier: Apache-2.0
#include "firmware/counter/need.h"

#include <string.h>

static const char *const names[NEED_COUNT] = {
	[NEED_LATE] = "late",
	[NEED_ISOLATED] = "isolated",
	[NEED_VOUCH] = "vouch",
	[NEED_SEARCH] = "search",
	[NEED_UNSHOWN] = "unshown",
	[NEED_PUT_BACK] = "put_back",
	[NEED_REVERSAL] = "reversal",
	[NEED_CASH] = "cash",
	[NEED_NO_RECEIPT] = "no_receipt",
	[NEED_FOREIGN] = "foreign",
	[NEED_LIMIT] = "limit",
	[NEED_HQ_DOWN] = "hq_down",
	[NEED_TENDER] = "tender",
	[NEED_GOODWILL] = "goodwill",
	[NEED_TAKEN] = "taken",
	[NEED_PROXY] = "proxy",
	[NEED_STOCK] = "stock",
};

const char *need_name(enum need n)
{
	return names[n];
}

enum reason approval_verdict(const struct approval_facts *f)
{
	if (strcmp(f->asker, f->approver) == 0)
		return REASON_SAME_PERSON;
	if (!f->senior)
		return REASON_FORBIDDEN;
	return f->own ? REASON_OWN_ORDER : REASON_NONE;
}
