// SPDX-License-Identifier: Apache-2.0
/*
 * Lines that HQ took out of an order while it was being prepared: what was picked of them goes
 * back. HQ's record has nothing of them any more, so the desk's own work remembers what was picked
 * at it.
 */
#include <string.h>

#include "firmware/prep_inside.h"

void gone_note(struct station *st, enum desk desk, const struct order_line *l, int64_t picked)
{
	const struct slice id = json_text(l->id);
	char memory[1024];
	struct buf b;

	store_check_set(st->store, desk, id, (struct check){ .checked = picked }, slice_of(""));
	buf_init(&b, memory, sizeof(memory));
	jw_open(&b, NULL, '{');
	jw_value(&b, "sku", l->sku);
	jw_value(&b, "name", l->name);
	jw_close(&b, '}');
	store_work_extra_set(st->store, desk, id, b.overflow ? slice_of("{}") : buf_read(&b));
}

bool gone_next(struct station *st, enum desk desk, char line[WORK_LINE_MAX], int64_t *ret_qty)
{
	while (store_work_next(st->store, desk, line)) {
		const struct check c = store_check(st->store, desk, slice_of(line));
		struct json id;

		if (c.checked <= 0 || json_check(slice_of(line), &id) < 0 ||
		    (id.type != JSON_NUMBER && id.type != JSON_STRING) ||
		    order_line_find(&st->order, slice_of(line)) >= 0)
			continue;
		*ret_qty = c.checked;
		return true;
	}
	return false;
}

bool gone_any(struct station *st, enum desk desk)
{
	char line[WORK_LINE_MAX] = "";
	int64_t qty;

	return gone_next(st, desk, line, &qty);
}

enum reason gone_back(struct station *st, enum desk desk, struct slice id, int64_t qty)
{
	char line[WORK_LINE_MAX] = "";
	int64_t left;

	if (qty <= 0 || qty > ORDER_QTY_MAX)
		return REASON_BAD_REQUEST;
	while (gone_next(st, desk, line, &left)) {
		if (!slice_eq(id, line))
			continue;
		if (qty > left)
			return REASON_ITEM_SURPLUS;
		store_check_set(st->store, desk, id, (struct check){ .checked = left - qty },
				slice_of(""));
		st->dirty = true;
		return REASON_NONE;
	}
	return REASON_ITEM_UNKNOWN;
}

void gone_document(struct station *st, struct buf *b)
{
	char line[WORK_LINE_MAX] = "", memory[1024];
	struct json what;
	int64_t qty;

	jw_open(b, "gone", '[');
	while (gone_next(st, DESK_COUNTER, line, &qty)) {
		if (!store_work_extra(st->store, DESK_COUNTER, slice_of(line), memory,
				      sizeof(memory)) ||
		    json_check(slice_of(memory), &what) < 0)
			what = (struct json){ 0 };
		jw_open(b, NULL, '{');
		jw_raw(b, "line", slice_of(line));
		jw_value(b, "sku", json_get(what, "sku"));
		jw_value(b, "name", json_get(what, "name"));
		jw_int(b, "put_back", qty);
		jw_close(b, '}');
	}
	jw_close(b, ']');
}
