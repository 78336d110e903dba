// SPDX-License-Identifier: Apache-2.0
/* What records are looked up by: order numbers and status, barcodes, cards, phones. */
#include <string.h>

#include "firmware/overlay.h"
#include "firmware/station.h"
#include "firmware/story.h"
#include "firmware/streams.h"

#define FILED_OUT_MAX	256 /* orders of a status looked at in one step */
#define LOOKUP_TEXT_MAX 256
/* Rises with what is filed; 3: orders by time, 4: cases, 5: orders by goods, 6: stories by time */
#define FILING 6

/* What a record is looked up by, put in or taken out: both follow from its body alone. */
struct filing {
	struct store *store;
	int64_t gen;
	const char *id;
	bool out;
};

static void file_key(const struct filing *f, enum lookup kind, const char *key)
{
	if (f->out)
		store_lookup_drop(f->store, f->gen, kind, slice_of(key), slice_of(f->id));
	else
		store_lookup_add(f->store, f->gen, kind, slice_of(key), slice_of(f->id));
}

static void file_text(const struct filing *f, enum lookup kind, struct json v)
{
	char text[LOOKUP_TEXT_MAX];

	if (json_string(v, text, sizeof(text)) > 0)
		file_key(f, kind, text);
}

/* Orders are walked by the status they wait in, and in it by time: what is to prepare by its
 * promise, what is ready by its last day. What will not be fetched any more waits to be put back.
 */
static const char *const to_prepare[] = { "placed", "picking" };
#define NO_TIME INT64_C(9999999999999)

struct wait {
	const char *status; /* NULL: waits for nothing */
	int64_t at_ms;	    /* 0 unknown */
};

static bool is_named(struct json word, const char *const names[], size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (json_is(word, names[i]))
			return true;
	return false;
}

/* Is any of it in this store's shelves or boxes? */
static bool is_put_aside(struct json shelf, struct json lines)
{
	if (shelf.type == JSON_STRING)
		return true;
	for (struct json_walk w = json_walk(lines); json_next(&w);)
		if (json_int_or(json_get(w.value, "picked"), 0) > 0)
			return true;
	return false;
}

static int64_t time_of(struct json v)
{
	char text[48];
	int64_t at = 0;

	return json_string(v, text, sizeof(text)) > 0 && time_parse(slice_of(text), &at) == 0 ? at
											      : 0;
}

enum {
	ORDER_STATUS,
	ORDER_NUMBER,
	ORDER_CUSTOMER,
	ORDER_PROMISED,
	ORDER_PLACED_AT,
	ORDER_COLLECT_BY,
	ORDER_SHELF,
	ORDER_LINES,
	ORDER_PARCELS,
	ORDER_MEMBERS,
};
static const char *const order_members[ORDER_MEMBERS] = {
	"status",     "number", "customer", "promised_at", "placed_at",
	"collect_by", "shelf",	"lines",    "parcels",
};

static struct wait wait_as(const char *status, int64_t at_ms)
{
	return (struct wait){ status, at_ms };
}

/* `put_aside`: of an order nobody will fetch. */
static struct wait wait_by(struct json status, int64_t promised_ms, int64_t placed_ms,
			   int64_t collect_by_ms, bool put_aside)
{
	static const char *const over[] = { "expired", "cancelled" };

	for (size_t i = 0; i < COUNT_OF(to_prepare); i++)
		if (json_is(status, to_prepare[i]))
			return wait_as(to_prepare[i], promised_ms ? promised_ms : placed_ms);
	if (json_is(status, "ready") || json_is(status, "partly_collected"))
		return wait_as("ready", collect_by_ms);
	if (put_aside && is_named(status, over, COUNT_OF(over)))
		return wait_as("over", collect_by_ms);
	return wait_as(NULL, 0);
}

static struct wait wait_of(const struct json m[ORDER_MEMBERS])
{
	return wait_by(m[ORDER_STATUS], time_of(m[ORDER_PROMISED]), time_of(m[ORDER_PLACED_AT]),
		       time_of(m[ORDER_COLLECT_BY]), is_put_aside(m[ORDER_SHELF], m[ORDER_LINES]));
}

static void wait_key(const struct wait *w, char key[LOOKUP_WALK_MAX])
{
	const int64_t at = w->at_ms > 0 && w->at_ms < NO_TIME ? w->at_ms : NO_TIME;

	text_fmt(key, LOOKUP_WALK_MAX, "%s:%013lld", w->status, (long long)at);
}

/* What this store has handed over waits no more; it is only left out here, since a handover has
 * enough to write: who walks the waiting orders looks at facts too. */
static void file_wait(const struct filing *f, const struct wait *w)
{
	char key[LOOKUP_WALK_MAX];

	if (!w->status)
		return;
	wait_key(w, key);
	if (f->out || f->gen == GEN_GUEST || !store_order_gone(f->store, slice_of(f->id)))
		file_key(f, LOOKUP_STATUS, key);
}

static void file_swapped(const struct filing *f, struct json swaps)
{
	for (struct json_walk w = json_walk(swaps); json_next(&w);)
		file_text(f, LOOKUP_SKU, json_get(w.value, "sku"));
}

/* Whose pieces are still to leave the shop. */
static void file_goods(const struct filing *f, const struct wait *w, struct json lines)
{
	static const char *const names[] = { "sku", "substituted" };
	struct json m[COUNT_OF(names)];

	if (!w->status || !strcmp(w->status, "over") || f->gen == GEN_GUEST)
		return;
	for (struct json_walk l = json_walk(lines); json_next(&l);) {
		json_pick(l.value, names, m, COUNT_OF(names));
		file_text(f, LOOKUP_SKU, m[0]);
		file_swapped(f, m[1]);
	}
}

static void file_labels(const struct filing *f, struct json parcels)
{
	for (struct json_walk w = json_walk(parcels); json_next(&w);)
		file_text(f, LOOKUP_LABEL, json_get(w.value, "label"));
}

/* The same of an order that was just read, without reading it again. */
static void file_order_read(const struct filing *f, const struct order *o)
{
	const bool promised = o->promised_ms != 0,
		   over = o->status == ORDER_EXPIRED || o->status == ORDER_CANCELLED;
	const struct wait w =
		wait_by(json_get(o->body, "status"), o->promised_ms,
			promised ? 0 : time_of(json_get(o->body, "placed_at")), o->collect_by_ms,
			over && is_put_aside(o->shelf, json_get(o->body, "lines")));

	file_wait(f, &w);
	file_goods(f, &w, json_get(o->body, "lines"));
	file_text(f, LOOKUP_NUMBER, o->number);
	file_text(f, LOOKUP_PHONE, json_get(o->customer, "phone_hash"));
	file_labels(f, o->parcels);
}

static void file_order_body(const struct filing *f, struct json body)
{
	struct json m[ORDER_MEMBERS];
	struct wait w;

	json_pick(body, order_members, m, ORDER_MEMBERS);
	w = wait_of(m);
	file_wait(f, &w);
	file_goods(f, &w, m[ORDER_LINES]);
	file_text(f, LOOKUP_NUMBER, m[ORDER_NUMBER]);
	file_text(f, LOOKUP_PHONE, json_get(m[ORDER_CUSTOMER], "phone_hash"));
	file_labels(f, m[ORDER_PARCELS]);
}

void file_order(struct station *st, int64_t gen, const char *id, const struct order *o)
{
	struct filing f = { st->store, gen, id, false };

	file_order_read(&f, o);
}

static void file_product(const struct filing *f, struct json body)
{
	char text[32], keys[CODE_KEYS_MAX][CODE_KEY_MAX];

	for (struct json_walk w = json_walk(json_get(body, "gtin")); json_next(&w);) {
		struct json code =
			w.value.type == JSON_OBJECT ? json_get(w.value, "code") : w.value;
		int n = json_string(code, text, sizeof(text)) > 0 ? code_keys(slice_of(text), keys)
								  : 0;

		for (int i = 0; i < n; i++)
			file_key(f, LOOKUP_GTIN, keys[i]);
	}
}

static void file_member(const struct filing *f, struct json body)
{
	for (struct json_walk w = json_walk(json_get(body, "card")); json_next(&w);)
		file_text(f, LOOKUP_CARD, w.value);
	file_text(f, LOOKUP_PHONE, json_get(body, "phone_hash"));
	file_text(f, LOOKUP_CUSTOMER, json_get(body, "customer"));
}

/* By customer and by case, the newest first. */
static void file_entry(const struct filing *f, struct json body)
{
	const int64_t back = story_back(time_of(json_get(body, "at")));
	char customer[ID_MAX + 1], doc[ID_MAX + 1], key[LOOKUP_WALK_MAX];
	const bool has_doc = json_string(json_get(body, "case"), doc, sizeof(doc)) > 0;

	file_text(f, LOOKUP_CUSTOMER, json_get(body, "customer"));
	file_text(f, LOOKUP_CASE, json_get(body, "case"));
	if (json_string(json_get(body, "customer"), customer, sizeof(customer)) > 0) {
		story_key(STORY_OF_CUSTOMER, customer, back, key);
		file_key(f, LOOKUP_STORY, key);
		story_key(STORY_OPEN, customer, back, key);
		if (has_doc && json_is(json_get(body, "status"), "open"))
			file_key(f, LOOKUP_STORY, key);
	}
	if (has_doc) {
		story_key(STORY_OF_CASE, doc, back, key);
		file_key(f, LOOKUP_STORY, key);
	}
}

static void file_body(const struct filing *f, enum stream stream, struct json body)
{
	switch (stream) {
	case STREAM_ORDERS:
		file_order_body(f, body);
		break;
	case STREAM_CATALOG:
		file_product(f, body);
		break;
	case STREAM_LOYALTY:
		file_member(f, body);
		break;
	case STREAM_TIMELINE:
		file_entry(f, body);
		break;
	case STREAM_STOCK:
	case STREAM_POLICY:
		break;
	}
}

void file_record(struct station *st, enum stream stream, int64_t gen, const char *id,
		 struct json body)
{
	struct filing f = { st->store, gen, id, false };

	file_body(&f, stream, body);
}

void file_record_out(struct station *st, enum stream stream, int64_t gen, const char *id,
		     struct slice text)
{
	struct filing f = { st->store, gen, id, true };
	struct json body;

	if (text.n && json_check(text, &body) == 0)
		file_body(&f, stream, body);
}

void file_order_status(struct station *st, int64_t gen, struct slice order)
{
	char id[ID_MAX + 1];
	struct filing f = { st->store, gen, id, true };
	struct json body, m[ORDER_MEMBERS];
	struct record r;
	struct wait w;

	if (!gen || slice_copy(order, id, sizeof(id)) < 0 ||
	    !store_record(st->store, gen, order, &r) || r.body.n == 0 ||
	    json_check(r.body, &body) < 0)
		return;
	json_pick(body, order_members, m, ORDER_MEMBERS);
	w = wait_of(m);
	file_wait(&f, &w);
	f.out = false;
	if (r.state != RECORD_UNREADABLE) /* which is on hold */
		file_wait(&f, &w);
}

void file_reopened(struct station *st, struct slice order)
{
	struct shadow shadow;

	file_order_status(st, store_cursor(st->store, STREAM_ORDERS).gen, order);
	if (store_shadow(st->store, STREAM_ORDERS, &shadow))
		file_order_status(st, shadow.gen, order);
}

/* Handed over, or to prepare no more: on a shelf, which is known by what is said here. */
static bool waits_no_more(struct station *st, const char *id, bool prepared)
{
	struct json over;

	return store_order_gone(st->store, slice_of(id)) ||
	       (prepared && overlay_get(st, slice_of(id), "status", &over) &&
		!is_named(over, to_prepare, COUNT_OF(to_prepare)));
}

void file_out_done(struct station *st)
{
	static const char *const listed[] = { "placed", "picking", "ready", "over" };
	const int64_t gen = store_cursor(st->store, STREAM_ORDERS).gen;

	for (size_t i = 0; i < COUNT_OF(listed); i++) {
		char id[ID_MAX + 1] = "", key[LOOKUP_WALK_MAX] = "";

		for (int n = 0; n < FILED_OUT_MAX; n++) {
			if (!store_lookup_walk(st->store, gen, LOOKUP_STATUS, listed[i], key, id))
				break;
			if (waits_no_more(st, id, i < COUNT_OF(to_prepare)))
				store_lookup_drop(st->store, gen, LOOKUP_STATUS, slice_of(key),
						  slice_of(id));
		}
	}
}

/* What was filed under fewer keys gets those it lacks. */
static void file_again(struct station *st, enum stream stream, int64_t gen)
{
	char id[ID_MAX + 1] = "", status[LOOKUP_TEXT_MAX];
	struct record r;
	struct json body;

	while (gen && store_record_next(st->store, gen, id)) {
		if (!store_record(st->store, gen, slice_of(id), &r) || !r.body.n ||
		    json_check(r.body, &body) < 0)
			continue;
		if (stream == STREAM_ORDERS &&
		    json_string(json_get(body, "status"), status, sizeof(status)) > 0)
			store_lookup_drop(st->store, gen, LOOKUP_STATUS, slice_of(status),
					  slice_of(id)); /* without its time */
		file_record(st, stream, gen, id, body);
	}
}

void files_again(struct station *st)
{
	static const enum stream changed[] = { STREAM_CATALOG, STREAM_ORDERS, STREAM_TIMELINE };
	struct shadow shadow;

	if (store_meta(st->store, "filing", 0) == FILING)
		return;
	for (size_t i = 0; i < COUNT_OF(changed); i++) {
		file_again(st, changed[i], store_cursor(st->store, changed[i]).gen);
		if (store_shadow(st->store, changed[i], &shadow))
			file_again(st, changed[i], shadow.gen);
	}
	store_meta_set(st->store, "filing", FILING);
}
