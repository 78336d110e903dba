// SPDX-License-Identifier: Apache-2.0
/*
 * Papers of the till, as documents (base/doc.h): the card that goes to the shop's fiscal till with
 * what is to be paid there, and the reports of a shift. None of them is a fiscal document, and each
 * says so. For staff, so in the station's language. Pure.
 */
#ifndef LADA_COUNTER_TILL_PAPER_H
#define LADA_COUNTER_TILL_PAPER_H

#include "firmware/base/till.h"
#include "firmware/counter/order.h"
#include "firmware/counter/pickup.h"

#define CARD_CODE_MAX 32 /* of a line: its GTIN */

struct till_card_facts {
	const struct order *order;
	const struct pickup_line *done;
	const char (*codes)[CARD_CODE_MAX]; /* an entry a line, "" none */
	const char *nip;		    /* "" none */
	const char *store_name;
	const char *lane;
	int64_t now_ms;
	int64_t due; /* what is to be paid there, or the receipt's total */
	enum language language;
};
void paper_till_card(const struct till_card_facts *f, struct buf *ret_doc);

#define SHIFT_MOVES_MAX 60 /* told one by one on a report */

struct shift_move {
	int64_t amount;
	char reason[201];
};

struct shift_facts {
	const char *number;
	const char *store_name;
	const char *staff; /* who opened it */
	const char *closer;
	int64_t opened_ms, now_ms;
	int64_t handovers;
	bool closed;	 /* Z; else X */
	int64_t counted; /* Z */
	const struct till_total *totals;
	int total_count;
	const struct shift_move *moves; /* cash in and out, the first of them */
	int move_count;
	enum language language;
};
void paper_shift(const struct shift_facts *f, struct buf *ret_doc);

#endif
