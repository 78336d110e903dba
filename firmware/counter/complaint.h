// SPDX-License-Identifier: Apache-2.0
/*
 * Complaints (niezgodność z umową, gwarancja): what may stand in one, and until when it must be
 * answered. The counter never refuses one: with or without an order or proof, at any age; who is
 * in the right is decided at HQ. Pure.
 */
#ifndef LADA_COUNTER_COMPLAINT_H
#define LADA_COUNTER_COMPLAINT_H

#include "firmware/counter/order.h"

enum complaint_basis { COMPLAINT_CONFORMITY, COMPLAINT_GUARANTEE, COMPLAINT_B2B };
enum complaint_demand { DEMAND_REPAIR, DEMAND_REPLACE, DEMAND_PRICE, DEMAND_WITHDRAW };
enum complaint_goods { GOODS_KEPT, GOODS_LEFT };

#define COMPLAINT_ANSWER_DAYS 14 /* art. 7a: silence for longer means accepted */

/* Names as in events; *_read: false for a word that is none, absent is the usual one. */
const char *complaint_basis_name(enum complaint_basis b);
const char *complaint_demand_name(enum complaint_demand d);
const char *complaint_goods_name(enum complaint_goods g);
/* A business's order is a matter of its contract, everybody else has the law's protection. */
bool complaint_basis_read(struct json word, const struct order *order, enum complaint_basis *ret);
bool complaint_demand_read(struct json word, enum complaint_demand *ret);
bool complaint_goods_read(struct json word, enum complaint_goods *ret);

/* The last day to answer: the fourteenth, rolled over Saturdays, Sundays and holidays. */
int64_t complaint_answer_day(int64_t today);

#endif
