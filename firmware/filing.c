// SPDX-License-Identifier: Apache-2.0
/* What records are looked up by: order numbers and status, barcodes, cards, phones. */
#include <string.h>

#include "firmware/station.h"
#include "firmware/streams.h"

#define FILED_OUT_MAX	256 /* orders of a status looked at in one step */
#define LOOKUP_TEXT_MAX 256
#define FILING		3 /* rises when more is filed; 2: in-store items, 3: cases of the timeline */

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

/* Only orders that wait for something are walked by their status. */
static const char *const listed[] = { "placed", "picking", "ready" };

static bool is_listed(const char *status)
{
	for (size_t i = 0; i < COUNT_OF(listed); i++)
		if (!strcmp(status, listed[i]))
			return true;
	return false;
}

/* What this store has done with waits no more; it is only left out here, since a handover has
 * enough to write: who walks the waiting orders looks at facts too. */
static void file_status(const struct filing *f, const char *hq)
{
	struct order_fact fact;

	if (!is_listed(hq))
		return;
	if (f->out || f->gen == GEN_GUEST || !store_order_fact(f->store, slice_of(f->id), &fact))
		file_key(f, LOOKUP_STATUS, hq);
}

void file_order(struct station *st, int64_t gen, const char *id, const struct order *o)
{
	struct filing f = { st->store, gen, id, false };

	file_status(&f, order_status_name(o->status));
	file_text(&f, LOOKUP_NUMBER, o->number);
	file_text(&f, LOOKUP_PHONE, json_get(o->customer, "phone_hash"));
}

static void file_order_body(const struct filing *f, struct json body)
{
	static const char *const names[] = { "status", "number", "customer" };
	struct json m[COUNT_OF(names)];
	char status[LOOKUP_TEXT_MAX];

	json_pick(body, names, m, COUNT_OF(names));
	json_string(m[0], status, sizeof(status)); /* "" when it has none */
	file_status(f, status);
	file_text(f, LOOKUP_NUMBER, m[1]);
	file_text(f, LOOKUP_PHONE, json_get(m[2], "phone_hash"));
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
		file_text(f, LOOKUP_CUSTOMER, json_get(body, "customer"));
		file_text(f, LOOKUP_CASE, json_get(body, "case"));
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
	char status[LOOKUP_TEXT_MAX], id[ID_MAX + 1];
	struct filing f = { st->store, gen, id, true };
	struct record r;
	struct json body;

	if (!gen || slice_copy(order, id, sizeof(id)) < 0 ||
	    !store_record(st->store, gen, order, &r) || r.body.n == 0 ||
	    json_check(r.body, &body) < 0)
		return;
	json_string(json_get(body, "status"), status, sizeof(status));
	file_status(&f, status);
	f.out = false;
	if (r.state != RECORD_UNREADABLE) /* which is on hold */
		file_status(&f, status);
}

void file_reopened(struct station *st, struct slice order)
{
	struct shadow shadow;

	file_order_status(st, store_cursor(st->store, STREAM_ORDERS).gen, order);
	if (store_shadow(st->store, STREAM_ORDERS, &shadow))
		file_order_status(st, shadow.gen, order);
}

void file_out_done(struct station *st)
{
	const int64_t gen = store_cursor(st->store, STREAM_ORDERS).gen;
	struct order_fact fact;

	for (size_t i = 0; i < COUNT_OF(listed); i++) {
		char id[ID_MAX + 1] = "";

		for (int n = 0; n < FILED_OUT_MAX; n++) {
			if (!store_lookup_next(st->store, gen, LOOKUP_STATUS, slice_of(listed[i]),
					       id))
				break;
			if (store_order_fact(st->store, slice_of(id), &fact))
				store_lookup_drop(st->store, gen, LOOKUP_STATUS,
						  slice_of(listed[i]), slice_of(id));
		}
	}
}

/* What was filed under fewer keys gets those it lacks; no key was ever given up. */
static void file_again(struct station *st, enum stream stream, int64_t gen)
{
	char id[ID_MAX + 1] = "";
	struct record r;
	struct json body;

	while (gen && store_record_next(st->store, gen, id))
		if (store_record(st->store, gen, slice_of(id), &r) && r.body.n &&
		    json_check(r.body, &body) == 0)
			file_record(st, stream, gen, id, body);
}

void files_again(struct station *st)
{
	static const enum stream streams[] = { STREAM_CATALOG, STREAM_TIMELINE };
	struct shadow shadow;

	if (store_meta(st->store, "filing", 0) == FILING)
		return;
	for (size_t i = 0; i < COUNT_OF(streams); i++) {
		file_again(st, streams[i], store_cursor(st->store, streams[i]).gen);
		if (store_shadow(st->store, streams[i], &shadow))
			file_again(st, streams[i], shadow.gen);
	}
	store_meta_set(st->store, "filing", FILING);
}
