// SPDX-License-Identifier: Apache-2.0
#include "firmware/counter/complaint.h"

#include "firmware/counter/calendar.h"

static const char *const bases[] = { "conformity", "guarantee", "b2b" };
static const char *const demands[] = { "repair", "replace", "price", "withdraw" };
static const char *const goods[] = { "kept", "left" };

const char *complaint_basis_name(enum complaint_basis b)
{
	return bases[b];
}

const char *complaint_demand_name(enum complaint_demand d)
{
	return demands[d];
}

const char *complaint_goods_name(enum complaint_goods g)
{
	return goods[g];
}

static int word_of(struct json word, const char *const names[], size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (json_is(word, names[i]))
			return (int)i;
	return -1;
}

bool complaint_basis_read(struct json word, const struct order *order, enum complaint_basis *ret)
{
	const int n = word_of(word, bases, COUNT_OF(bases));
	const bool business =
		order && json_is(json_get(json_get(order->body, "buyer"), "kind"), "business");

	if (word.type == JSON_NONE)
		*ret = business ? COMPLAINT_B2B : COMPLAINT_CONFORMITY;
	else if (n >= 0)
		*ret = (enum complaint_basis)n;
	return word.type == JSON_NONE || n >= 0;
}

bool complaint_demand_read(struct json word, enum complaint_demand *ret)
{
	const int n = word_of(word, demands, COUNT_OF(demands));

	if (word.type == JSON_NONE)
		*ret = DEMAND_REPAIR;
	else if (n >= 0)
		*ret = (enum complaint_demand)n;
	return word.type == JSON_NONE || n >= 0;
}

bool complaint_goods_read(struct json word, enum complaint_goods *ret)
{
	const int n = word_of(word, goods, COUNT_OF(goods));

	if (word.type == JSON_NONE)
		*ret = GOODS_KEPT;
	else if (n >= 0)
		*ret = (enum complaint_goods)n;
	return word.type == JSON_NONE || n >= 0;
}

int64_t complaint_answer_day(int64_t today)
{
	return calendar_deadline(today, COMPLAINT_ANSWER_DAYS);
}
