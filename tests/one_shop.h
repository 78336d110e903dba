// SPDX-License-Identifier: Apache-2.0
/*
 * One shop of a unit's own, told what happens as cases are (cases_facts.h). Include once, after
 * cmocka.h; what a unit does not need costs nothing.
 */
#ifndef LADA_TESTS_ONE_SHOP_H
#define LADA_TESTS_ONE_SHOP_H

#include "tests/cases_facts.h"

static struct case_shop shop; /* large */

static inline void fact(const char *text)
{
	char why[256];

	if (!case_fact(&shop, text, why, sizeof(why)))
		fail_msg("%s: %s", why, text);
}

static inline int does(const char *text)
{
	case_begin(&shop);
	case_do(&shop, text);
	case_end(&shop);
	return shop.shop->status;
}

static inline void opens(const char *order)
{
	char what[ID_MAX + 16];

	snprintf(what, sizeof(what), "code of %s", order);
	case_scan(&shop, what, false);
	assert_int_equal(shop.shop->status, 200);
}

/* How many events of this lane have `want` in them. */
static inline int told_text(const char *want)
{
	struct station *st = shop.shop->st;
	struct slice text;
	int n = 0;

	store_begin(st->store);
	for (int64_t seq = 1; seq <= st->ledger.last; seq++)
		if (store_event_text(st->store, st->ledger.epoch, seq, &text))
			n += memmem(text.p, text.n, want, strlen(want)) != NULL;
	store_commit(st->store);
	return n;
}

static inline int told(const char *type)
{
	char want[64];

	snprintf(want, sizeof(want), "\"type\":\"%s\"", type);
	return told_text(want);
}

#endif
