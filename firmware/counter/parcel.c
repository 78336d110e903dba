// SPDX-License-Identifier: Apache-2.0
#include "firmware/counter/parcel.h"

static const char *const names[] = {
	[PARCEL_UNKNOWN] = "",	      [PARCEL_EXPECTED] = "expected",
	[PARCEL_ARRIVED] = "arrived", [PARCEL_STAGED] = "staged",
	[PARCEL_HANDED] = "handed",   [PARCEL_MISSING] = "missing",
	[PARCEL_DAMAGED] = "damaged", [PARCEL_SENT_BACK] = "sent_back",
};

const char *parcel_state_name(enum parcel_state s)
{
	return names[s];
}

enum parcel_state parcel_state_of(struct json word)
{
	for (size_t i = 1; i < COUNT_OF(names); i++)
		if (json_is(word, names[i]))
			return (enum parcel_state)i;
	return PARCEL_UNKNOWN;
}

enum reason parcel_order_verdict(const struct order *o, const char *store)
{
	if (!o)
		return REASON_ITEM_UNKNOWN;
	if (o->store.type == JSON_STRING && !json_is(o->store, store))
		return REASON_WRONG_STORE;
	switch (o->status) {
	case ORDER_CANCELLED:
		return REASON_CANCELLED;
	case ORDER_EXPIRED:
		return REASON_EXPIRED;
	case ORDER_COLLECTED:
	case ORDER_RETURNED:
		return REASON_ALREADY_COLLECTED;
	case ORDER_STATUS_UNKNOWN:
	case ORDER_AWAITING_PAYMENT:
	case ORDER_PLACED:
	case ORDER_PICKING:
	case ORDER_IN_TRANSIT:
	case ORDER_READY:
	case ORDER_PARTLY_COLLECTED:
	case ORDER_ON_HOLD:
		return REASON_NONE;
	}
	return REASON_NONE;
}

enum reason parcel_receive(enum parcel_state s, bool *ret_again)
{
	*ret_again = s == PARCEL_ARRIVED;
	switch (s) {
	case PARCEL_STAGED:
		return REASON_ITEM_SURPLUS;
	case PARCEL_HANDED:
		return REASON_ALREADY_COLLECTED;
	case PARCEL_UNKNOWN:
	case PARCEL_EXPECTED:
	case PARCEL_ARRIVED:
	case PARCEL_MISSING:   /* found */
	case PARCEL_DAMAGED:   /* looked at, and good enough */
	case PARCEL_SENT_BACK: /* came once more */
		return REASON_NONE;
	}
	return REASON_NONE;
}

enum reason parcel_stage(enum parcel_state s)
{
	switch (s) {
	case PARCEL_HANDED:
		return REASON_ALREADY_COLLECTED;
	case PARCEL_DAMAGED: /* somebody has to receive it as it is first */
	case PARCEL_SENT_BACK:
		return REASON_NOT_READY;
	case PARCEL_UNKNOWN:
	case PARCEL_EXPECTED: /* received and staged in one go */
	case PARCEL_ARRIVED:
	case PARCEL_STAGED: /* to another shelf */
	case PARCEL_MISSING:
		return REASON_NONE;
	}
	return REASON_NONE;
}

enum reason parcel_problem(enum parcel_state s, enum parcel_state problem)
{
	if (problem != PARCEL_MISSING && problem != PARCEL_DAMAGED && problem != PARCEL_SENT_BACK)
		return REASON_BAD_REQUEST;
	return s == PARCEL_HANDED ? REASON_ALREADY_COLLECTED : REASON_NONE;
}

struct json parcel_find(const struct order *o, struct slice label)
{
	char text[PARCEL_LABEL_MAX];

	for (struct json_walk w = json_walk(o->parcels); json_next(&w);)
		if (json_string(json_get(w.value, "label"), text, sizeof(text)) > 0 &&
		    slice_eq(label, text))
			return w.value;
	return (struct json){ 0 };
}

/* An entry of its `lines`: the line's id, or an object that has it. */
static int line_named(const struct order *o, struct json entry)
{
	return order_line_find(
		o, json_text(entry.type == JSON_OBJECT ? json_get(entry, "line") : entry));
}

bool parcel_brings(const struct order *o, struct json parcel, int line)
{
	for (struct json_walk w = json_walk(json_get(parcel, "lines")); json_next(&w);)
		if (line_named(o, w.value) == line)
			return true;
	return false;
}

bool parcel_left(const struct order *o, struct json parcel)
{
	bool named = false;

	for (struct json_walk w = json_walk(json_get(parcel, "lines")); json_next(&w);) {
		const int line = line_named(o, w.value);

		if (line < 0)
			continue;
		if (order_line_left(&o->lines[line]) > 0)
			return false;
		named = true;
	}
	return named;
}

bool parcel_sought(const struct order *o, struct json parcel)
{
	return parcel_state_of(json_get(parcel, "state")) == PARCEL_MISSING && !order_finished(o) &&
	       !parcel_left(o, parcel);
}

bool parcels_staged(const struct order *o)
{
	for (struct json_walk w = json_walk(o->parcels); json_next(&w);) {
		const enum parcel_state s = parcel_state_of(json_get(w.value, "state"));

		if (s != PARCEL_STAGED && s != PARCEL_HANDED)
			return false;
	}
	return true;
}

void parcel_label_text(struct slice order, int64_t n, char *dst, size_t cap)
{
	text_fmt(dst, cap, "LP.%.*s.%lld", (int)order.n, order.p, (long long)n);
}
