// SPDX-License-Identifier: Apache-2.0
/*
 * The rules of a shift and its drawer: what may be opened, closed, put in and taken out, and what
 * should be in the drawer then. Pure; amounts are grosze.
 */
#ifndef LADA_COUNTER_SHIFT_H
#define LADA_COUNTER_SHIFT_H

#include <stdbool.h>

#include "firmware/base/till.h"
#include "firmware/counter/reason.h"

/* How the till stands. */
struct till_facts {
	bool wanted;  /* policy: cash moves within a shift only */
	bool open;    /* a shift is */
	int64_t cash; /* that should be in its drawer */
};

struct shift_sums {
	int64_t cash; /* in the drawer, by all that is known */
	int64_t drawer_in, drawer_out;
	int64_t first;	    /* the float */
	int64_t difference; /* of the closing count */
};
struct shift_sums shift_sums_of(const struct till_total *totals, int count);
/* What was paid by a tender, less what went back by it. */
int64_t shift_tender_net(const struct till_total *totals, int count, const char *tender);
/* The first total of a tender that was paid or refunded with: tenders are told once each. */
bool shift_tender_first(const struct till_total *totals, int at);

enum reason shift_open_verdict(bool open, int64_t first);
/* `paying`: an order that money of this shift was taken for is still open at the desk. */
enum reason shift_close_verdict(bool open, bool paying, int64_t counted);
/* Cash in (above zero) or out beside a sale. */
enum reason shift_move_verdict(const struct till_facts *till, int64_t amount, bool approved);
/* May this much cash go into the drawer (above zero) or out of it? A drawer without a shift is not
 * counted, so nobody knows what is in it. */
enum reason shift_cash_verdict(const struct till_facts *till, int64_t amount);

#endif
