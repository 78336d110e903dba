// SPDX-License-Identifier: Apache-2.0
/*
 * What became of an order's pieces by one handover, and what each part of them is worth: what
 * leaves now, what left before, what waits, what is missing. The parts of a line add up to its
 * quantity and to its price, so a slip of them adds up too. Pure; qty pieces, amounts grosze.
 */
#ifndef LADA_COUNTER_SLIP_PARTS_H
#define LADA_COUNTER_SLIP_PARTS_H

#include "firmware/counter/order.h"
#include "firmware/counter/pickup.h"

enum slip_part { PART_NOW, PART_BEFORE, PART_WAITS, PART_MISSING };
#define SLIP_PARTS (PART_MISSING + 1)

/* Of one line. A deposit goes where its goods go; delivery and services with the first handover. */
struct slip_line {
	int64_t n[SLIP_PARTS];
	int64_t worth[SLIP_PARTS]; /* 0 where the line's price is not known */
};
/* `o` as it was before the handover, `done` an entry a line. */
struct slip_line slip_line_of(const struct order *o, const struct pickup_line *done, int line);

struct slip_sums {
	bool known;  /* all prices are */
	int entries; /* lines of all parts that are not empty */
	int64_t n[SLIP_PARTS];
	int64_t worth[SLIP_PARTS];
	int64_t total;
	int64_t returned; /* what pieces that came back were worth */
};
struct slip_sums slip_sums_of(const struct order *o, const struct pickup_line *done);

#endif
