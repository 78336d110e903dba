// SPDX-License-Identifier: Apache-2.0
/* The order an event is about, and its lines; see effect_inside.h. */
#include <errno.h>

#include "sync/hq/effect_inside.h"
#include "sync/hq/order.h"

/* ---- the order ---- */

static bool take(const struct happening *h, const char *store, struct effect_order *o)
{
	return record_find(h->hq, store, stream_by_name("orders"), o->id, &o->record) &&
	       o->record.live && json_check(o->record.body, &o->root) == 0 &&
	       slice_copy(slice_of(store), o->holder, sizeof(o->holder)) == 0;
}

/* Recorded at another store: one that says it is held by `store`; or, with `sole`, the only one
 * there is. Any other is another order of the same id. */
static int look_elsewhere(const struct happening *h, const char *store, bool sole,
			  struct effect_order *o)
{
	const struct stream_kind *kind = stream_by_name("orders");
	char at[ID_MAX + 1] = "", found[ID_MAX + 1] = "";
	int count = 0;

	while (record_next_holder(h->hq, kind, o->id, at)) {
		if (take(h, at, o) && json_is(json_get(o->root, "store"), store))
			return 0;
		slice_copy(slice_of(at), found, sizeof(found));
		count++;
	}
	if (sole && count == 1 && take(h, found, o))
		return 0;
	slice_copy(slice_of(store), o->holder, sizeof(o->holder));
	return -ENOENT;
}

static int open_at(const struct happening *h, const char *store, bool sole, struct effect_order *o)
{
	if (json_string(json_get(h->body, "order"), o->id, sizeof(o->id)) <= 0 ||
	    !id_valid(slice_of(o->id)))
		return -EINVAL;
	slice_copy(slice_of(store), o->holder, sizeof(o->holder));
	if (record_find(h->hq, store, stream_by_name("orders"), o->id, &o->record))
		return take(h, store, o) ? 0 : -ENOENT;
	return look_elsewhere(h, store, sole, o);
}

int effect_open(const struct happening *h, struct effect_order *o)
{
	return open_at(h, h->store, false, o);
}

int effect_open_sold(const struct happening *h, struct effect_order *o)
{
	char store[ID_MAX + 1];

	if (json_string(json_get(h->body, "store"), store, sizeof(store)) > 0 &&
	    store_id_valid(slice_of(store)) && !json_is(json_get(h->body, "store"), h->store))
		return open_at(h, store, false, o);
	return open_at(h, h->store, true, o);
}

const char *effect_not_open(int err)
{
	return err == -ENOENT ? NULL : "body";
}

const char *effect_save(const struct happening *h, const struct effect_order *o,
			const struct change *changes, size_t count)
{
	struct buf *out = &h->hq->edited;

	buf_reset(out);
	edit_object(out, NULL, o->root, changes, count);
	if (out->overflow)
		return "too_big";
	record_put(h->hq, o->record.store, stream_by_name("orders"), o->id, o->record.rev + 1,
		   buf_read(out));
	return NULL;
}

/* ---- lines ---- */

int64_t effect_at_most(int64_t n, int64_t max)
{
	if (n < 0)
		return 0;
	return n > max ? max : n;
}

int64_t effect_count(struct json obj, const char *name, int64_t otherwise)
{
	int64_t n = json_int_or(json_get(obj, name), otherwise);

	return n < 0 || n > ORDER_QTY_MAX ? 0 : n;
}

static void write_line(struct buf *out, struct json line, const struct effect_counts *was,
		       const struct effect_counts *now)
{
	struct edit_text room[4];
	struct change changes[4] = { { .name = "picked" },
				     { .name = "handed" },
				     { .name = "short" },
				     { .name = "returned" } };

	if (now->picked != was->picked)
		changes[0].json = edit_int(now->picked, &room[0]);
	if (now->handed != was->handed)
		changes[1].json = edit_int(now->handed, &room[1]);
	if (now->short_ != was->short_)
		changes[2].json = edit_int(now->short_, &room[2]);
	if (now->returned != was->returned)
		changes[3].json = edit_int(now->returned, &room[3]);
	edit_object(out, NULL, line, changes, 4);
}

/* What the event says about this line: in its `lines`, or the event itself names the line. */
static struct json told_of(const struct happening *h, struct json line)
{
	struct slice id = json_text(json_get(line, "line"));
	struct json_walk w = json_walk(json_get(h->body, "lines"));

	while (json_next(&w)) {
		if (id.n && slice_same(json_text(json_get(w.value, "line")), id))
			return w.value;
	}
	if (id.n && slice_same(json_text(json_get(h->body, "line")), id))
		return h->body;
	return (struct json){ .type = JSON_NONE };
}

static bool is_goods(struct json line)
{
	struct json kind = json_get(line, "kind");

	return kind.type == JSON_NONE || json_is(kind, "goods") || json_is(kind, "gift_card");
}

struct slice effect_lines(const struct happening *h, const struct effect_order *o, effect_add *add,
			  struct effect_outcome *ret_outcome)
{
	struct json_walk w = json_walk(json_get(o->root, "lines"));
	bool collected = json_is(json_get(o->root, "status"), "collected");
	struct buf *out = &h->hq->lines;
	struct effect_outcome outcome = { 0 };

	buf_reset(out);
	jw_open(out, NULL, '[');
	while (json_next(&w)) {
		struct effect_counts was = { .qty = effect_count(w.value, "qty", 1) }, now;

		was.short_ = effect_at_most(effect_count(w.value, "short", 0), was.qty);
		was.picked = effect_count(w.value, "picked", 0);
		was.returned = effect_count(w.value, "returned", 0);
		was.handed = effect_count(w.value, "handed", collected ? was.qty - was.short_ : 0);
		was.line = json_text(json_get(w.value, "line"));
		now = was;
		add(h, o, told_of(h, w.value), &now);
		write_line(out, w.value, &was, &now);
		if (is_goods(w.value)) {
			outcome.left += effect_at_most(now.qty - now.handed - now.short_, now.qty);
			outcome.kept += effect_at_most(now.handed - now.returned, now.qty);
			outcome.back += now.returned;
			outcome.given += now.given;
			outcome.surplus += now.surplus;
		}
	}
	jw_close(out, ']');
	*ret_outcome = outcome;
	if (json_get(o->root, "lines").type != JSON_ARRAY)
		return (struct slice){ NULL, 0 };
	return out->overflow ? (struct slice){ NULL, 0 } : buf_read(out);
}
