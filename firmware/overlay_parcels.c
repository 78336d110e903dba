// SPDX-License-Identifier: Apache-2.0
/* Parcels of an order as they stand for this store: HQ's list with what was done here laid over. */
#include <string.h>

#include "firmware/counter/parcel.h"
#include "firmware/overlay.h"
#include "firmware/trust/hash.h"

/* A label as a name of what is said of it; a long one by its hash. */
static void parcel_name(struct slice label, char dst[OVER_WHAT_MAX])
{
	char hash[HASH_TEXT_MAX];

	hash_text(label, hash);
	if (text_fmt(dst, OVER_WHAT_MAX, "parcel:%.*s", (int)label.n, label.p) < 0)
		text_fmt(dst, OVER_WHAT_MAX, "parcel:%s", hash);
}

/* `{state,shelf}` as it was said here last, if that counts. */
static bool parcel_said(struct station *st, const struct order *o, struct slice label,
			struct json *ret_said)
{
	char name[OVER_WHAT_MAX];
	struct over over;

	parcel_name(label, name);
	if (!store_over(st->store, o->id, name, &over) || !overlay_counts(st, &over, o->rev))
		return false;
	text_fmt(st->over_value, sizeof(st->over_value), "%s", over.value);
	return json_check(slice_of(st->over_value), ret_said) == 0;
}

static void write_parcel(struct buf *b, struct json parcel, struct json said)
{
	jw_open(b, NULL, '{');
	for (struct json_walk w = json_walk(parcel); json_next(&w);) {
		char name[64];

		if (json_string(w.name, name, sizeof(name)) >= 0 && strcmp(name, "state") != 0 &&
		    strcmp(name, "shelf") != 0)
			jw_value(b, name, w.value);
	}
	for (struct json_walk w = json_walk(said); json_next(&w);) {
		char name[64];

		if (json_string(w.name, name, sizeof(name)) >= 0 && w.value.type != JSON_NULL)
			jw_value(b, name, w.value);
	}
	jw_close(b, '}');
}

static bool has_label(struct json parcels, const char *label)
{
	for (struct json_walk w = json_walk(parcels); json_next(&w);)
		if (json_is(json_get(w.value, "label"), label))
			return true;
	return false;
}

/* Parcels that were packed here: as many labels were printed. */
static void write_packed(struct buf *b, const struct order *o, int64_t packed)
{
	for (int64_t n = 1; n <= packed; n++) {
		char label[2 * ID_MAX];

		parcel_label_text(o->id, n, label, sizeof(label));
		if (has_label(o->parcels, label))
			continue;
		jw_open(b, NULL, '{');
		jw_str(b, "label", label);
		jw_str(b, "state", "staged");
		jw_value(b, "shelf", o->shelf);
		jw_close(b, '}');
	}
}

static int64_t packed_here(struct station *st, const struct order *o)
{
	struct over over;
	struct json v;
	int64_t n = 0;

	if (store_over(st->store, o->id, "packed", &over) &&
	    json_check(slice_of(over.value), &v) == 0)
		json_int(v, &n);
	return n > 0 && n <= PARCELS_PACKED_MAX ? n : 0;
}

void overlay_lay_parcels(struct station *st, struct order *o, struct buf *laid)
{
	const int64_t packed = packed_here(st, o);
	char label[PARCEL_LABEL_MAX];
	struct buf b;

	if (json_count(o->parcels) == 0 && packed == 0)
		return;
	buf_init(&b, laid->p + laid->len, laid->cap - laid->len);
	jw_open(&b, NULL, '[');
	for (struct json_walk w = json_walk(o->parcels); json_next(&w);) {
		struct json said;

		if (json_string(json_get(w.value, "label"), label, sizeof(label)) > 0 &&
		    parcel_said(st, o, slice_of(label), &said))
			write_parcel(&b, w.value, said);
		else
			jw_value(&b, NULL, w.value);
	}
	write_packed(&b, o, packed);
	jw_close(&b, ']');
	if (b.overflow)
		return;
	laid->len += b.len;
	o->parcels = (struct json){ b.p, b.len, JSON_ARRAY };
}

void overlay_set_parcel(struct station *st, struct slice order, struct slice label,
			struct slice json, const struct mark *by)
{
	char name[OVER_WHAT_MAX];

	parcel_name(label, name);
	overlay_set(st, order, name, json, by);
}
