// SPDX-License-Identifier: Apache-2.0
/* What a line of an open pickup needs beyond being scanned: age, serial numbers, recalls. */
#include <string.h>

#include "firmware/desk.h"
#include "firmware/orders.h"
#include "firmware/station.h"

#define SERIALS_TEXT_MAX 4096
#define SERIAL_MAX	 65
#define LINE_TOLD_MAX	 64    /* what stands around a line's id and sku in pickup.completed... */
#define LINES_TOLD_MAX	 56000 /* ...of which all lines must leave room for the rest of it */
#define AGE_LINE	 "age" /* of the desk's work: what was seen of the collector's age */

/* ---- what the catalogue says ---- */

static void read_product(struct station *st, const struct order_line *l, int minute,
			 const struct sale_ban *ban, struct pickup_line *done)
{
	const struct json listed = json_get(l->json, "serials");
	char sku[ID_MAX + 1];
	struct record r;
	struct json body;

	done->keeps_serials = json_true(listed) || listed.type == JSON_ARRAY;
	if (json_string(l->sku, sku, sizeof(sku)) <= 0 ||
	    !store_find(st->store, STREAM_CATALOG, slice_of(sku), &r) ||
	    json_check(r.body, &body) < 0)
		return;
	done->recalled = json_is(json_get(body, "blocked"), "recall");
	done->keeps_serials =
		done->keeps_serials || json_true(json_get(json_get(body, "attrs"), "serials"));
	done->banned_now = sale_banned(ban, json_get(body, "category"), minute);
}

void pickup_goods_load(struct station *st, enum desk desk, int only)
{
	const struct sale_ban ban = pickup_policy_now(st).ban;
	const struct local_time now = time_local(station_now(st));
	char text[SERIALS_TEXT_MAX];
	struct json root;

	for (int i = 0; i < st->order.line_count; i++) {
		const struct order_line *l = &st->order.lines[i];

		if (!l->goods || (only >= 0 && only != i))
			continue;
		read_product(st, l, now.hour * 60 + now.minute, &ban, &st->done[i]);
		if (st->done[i].keeps_serials &&
		    store_work_extra(st->store, desk, json_text(l->id), text, sizeof(text)) &&
		    json_check(slice_of(text), &root) == 0)
			st->done[i].serials = (int64_t)json_count(json_get(root, "serials"));
	}
}

/* ---- serial numbers ---- */

void pickup_serials(struct station *st, enum desk desk, int line, struct buf *b)
{
	char text[SERIALS_TEXT_MAX];
	struct json root;

	if (store_work_extra(st->store, desk, json_text(st->order.lines[line].id), text,
			     sizeof(text)) &&
	    json_check(slice_of(text), &root) == 0)
		jw_value(b, "serials", json_get(root, "serials"));
}

/* All numbers of an order are told in one event: is there room for one more? */
static bool has_room(struct station *st, enum desk desk, struct slice serial)
{
	char text[SERIALS_TEXT_MAX];
	size_t told = 6 * serial.n;

	for (int i = 0; i < st->order.line_count; i++) {
		const struct order_line *l = &st->order.lines[i];

		if (!l->goods)
			continue;
		told += l->id.n + l->sku.n + LINE_TOLD_MAX;
		if (store_work_extra(st->store, desk, json_text(l->id), text, sizeof(text)))
			told += strlen(text);
	}
	return told <= LINES_TOLD_MAX;
}

/* One more, each once. */
static enum reason add_serial(struct station *st, enum desk desk, int line, struct slice serial)
{
	const struct slice id = json_text(st->order.lines[line].id);
	char text[SERIALS_TEXT_MAX], memory[SERIALS_TEXT_MAX], one[SERIAL_MAX];
	struct json root = { 0 };
	struct buf b;

	if (serial.n == 0 || slice_copy(serial, one, sizeof(one)) < 0 || text_has_control(serial))
		return REASON_BAD_REQUEST;
	if (st->done[line].serials >= st->done[line].checked)
		return REASON_ITEM_SURPLUS;
	if (!has_room(st, desk, serial))
		return REASON_BAD_REQUEST; /* the rest in another go */
	if (store_work_extra(st->store, desk, id, text, sizeof(text)))
		json_check(slice_of(text), &root);
	buf_init(&b, memory, sizeof(memory));
	jw_open(&b, NULL, '{');
	jw_open(&b, "serials", '[');
	for (struct json_walk w = json_walk(json_get(root, "serials")); json_next(&w);) {
		if (json_is(w.value, one))
			return REASON_ITEM_SURPLUS;
		jw_value(&b, NULL, w.value);
	}
	jw_str(&b, NULL, one);
	jw_close(&b, ']');
	jw_close(&b, '}');
	if (b.overflow)
		return REASON_BAD_REQUEST;
	store_work_extra_set(st->store, desk, id, buf_read(&b));
	st->done[line].serials++;
	st->dirty = true;
	return REASON_NONE;
}

enum reason pickup_add_serial(struct station *st, enum desk desk, int line, struct slice serial)
{
	pickup_goods_load(st, desk, line);
	return st->done[line].keeps_serials ? add_serial(st, desk, line, serial)
					    : REASON_ITEM_UNKNOWN;
}

bool pickup_take_serial(struct station *st, enum desk desk, struct slice text,
			enum reason *ret_reason)
{
	for (int i = 0; i < st->order.line_count; i++) {
		if (!st->order.lines[i].goods || st->done[i].checked == 0)
			continue;
		pickup_goods_load(st, desk, i);
		if (!st->done[i].keeps_serials || st->done[i].serials >= st->done[i].checked)
			continue;
		*ret_reason = add_serial(st, desk, i, text);
		return true;
	}
	return false;
}

/* ---- age ---- */

bool pickup_age_checked(struct station *st, enum desk desk)
{
	char text[128];
	struct json root;

	return store_work_extra(st->store, desk, slice_of(AGE_LINE), text, sizeof(text)) &&
	       json_check(slice_of(text), &root) == 0 && json_true(json_get(root, "ok"));
}

static bool age_refused(struct station *st, enum desk desk)
{
	char text[128];
	struct json root;

	return store_work_extra(st->store, desk, slice_of(AGE_LINE), text, sizeof(text)) &&
	       json_check(slice_of(text), &root) == 0 && json_false(json_get(root, "ok"));
}

/* Yes or no is kept, and how it was seen; nothing of a document. */
static void keep_age(struct station *st, enum desk desk, bool ok, const char *how)
{
	char memory[128];
	struct buf b;

	buf_init(&b, memory, sizeof(memory));
	jw_open(&b, NULL, '{');
	jw_bool(&b, "ok", ok);
	jw_str(&b, "how", how);
	jw_close(&b, '}');
	store_work_extra_set(st->store, desk, slice_of(AGE_LINE), buf_read(&b));
}

/* What was missing of a line before its goods were refused for the collector's age. */
static void note_before(struct station *st, enum desk desk, int line, struct check c)
{
	const struct slice id = json_text(st->order.lines[line].id);
	char name[WORK_LINE_MAX];

	if (text_fmt(name, sizeof(name), AGE_LINE ":%.*s", (int)id.n, id.p) == 0)
		store_check_set(st->store, desk, slice_of(name),
				(struct check){ .short_ = c.short_ }, slice_of(""));
}

static struct check before(struct station *st, enum desk desk, int line)
{
	const struct slice id = json_text(st->order.lines[line].id);
	char name[WORK_LINE_MAX];
	struct check none = { 0 };

	return text_fmt(name, sizeof(name), AGE_LINE ":%.*s", (int)id.n, id.p) == 0
		       ? store_check(st->store, desk, slice_of(name))
		       : none;
}

/* Too young: these lines stay here and are paid back. Old enough after all: they go, but for what
 * was missing anyway. */
static void mark_lines(struct station *st, enum desk desk, bool ok, bool again)
{
	for (int i = 0; i < st->order.line_count; i++) {
		const struct order_line *l = &st->order.lines[i];
		struct check c = { 0 };

		if (!l->goods || l->age_min == 0)
			continue;
		if (ok)
			c = before(st, desk, i);
		else if (!again)
			note_before(st, desk, i, store_check(st->store, desk, json_text(l->id)));
		if (!ok)
			c.short_ = order_line_left(l);
		store_check_set(st->store, desk, json_text(l->id), c, slice_of(ok ? "" : "age"));
	}
}

void pickup_kept_load(struct station *st, enum desk desk)
{
	if (!age_refused(st, desk))
		return;
	for (int i = 0; i < st->order.line_count; i++) {
		const struct order_line *l = &st->order.lines[i];
		const int64_t kept = st->done[i].short_ - before(st, desk, i).short_;

		if (!l->goods || l->age_min == 0 || kept <= 0)
			continue;
		st->done[i].kept = kept;
		st->done[i].why = KEPT_AGE;
	}
}

void pickup_age_document(struct station *st, enum desk desk, struct buf *b)
{
	char text[128];
	struct json root;

	if (!store_work_extra(st->store, desk, slice_of(AGE_LINE), text, sizeof(text)) ||
	    json_check(slice_of(text), &root) < 0) {
		jw_null(b, "age");
		return;
	}
	jw_open(b, "age", '{');
	jw_bool(b, "ok", json_true(json_get(root, "ok")));
	jw_value(b, "how", json_get(root, "how"));
	jw_close(b, '}');
}

void verb_pickup_age(struct station *st, const struct call *c, struct json args)
{
	static const char *const ways[] = { "looked", "document", "mobywatel" };
	const struct json ok = json_get(args, "ok");
	struct word_values v = words_none();
	char how[16] = "";
	bool known = json_false(ok);

	if (json_get(args, "how").type != JSON_NONE &&
	    json_string(json_get(args, "how"), how, sizeof(how)) < 0)
		how[0] = '\0';
	for (size_t i = 0; i < COUNT_OF(ways); i++)
		known = known || !strcmp(how, ways[i]);
	if ((!json_true(ok) && !json_false(ok)) || !known) {
		answer_no(st, c, 400, REASON_BAD_REQUEST, &v);
		return;
	}
	if (!pickup_loaded(st, c))
		return;
	/* A yes after a no opens the lines again; a yes alone changes no line. */
	if (json_false(ok) || age_refused(st, c->desk))
		mark_lines(st, c->desk, json_true(ok), age_refused(st, c->desk));
	keep_age(st, c->desk, json_true(ok), how);
	st->dirty = true;
	answer_ok(st, c, "");
}
