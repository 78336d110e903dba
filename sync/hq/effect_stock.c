// SPDX-License-Identifier: Apache-2.0
/*
 * What stations tell of stock beside its changes (stock.changed, in effect.c, which alone moves a
 * figure), and orders begun at a kiosk. Both are kept as events and change no record; they are
 * looked at so that what nobody could act on is rejected, and its station's people hear of it.
 */
#include "sync/hq/effect_stock.h"

#define DRAFT_QTY_MAX 1000000

static bool is_id(struct json v)
{
	char id[ID_MAX + 1];

	return json_string(v, id, sizeof(id)) > 0 && id_valid(slice_of(id));
}

static bool is_figure(struct json v)
{
	int64_t n;

	return json_int(v, &n) == 0 && n >= -FIGURE_MAX && n <= FIGURE_MAX;
}

const char *effect_stock_counted(const struct happening *h)
{
	return is_id(json_get(h->body, "sku")) && is_figure(json_get(h->body, "counted")) &&
			       is_figure(json_get(h->body, "expected"))
		       ? NULL
		       : "body";
}

const char *effect_order_drafted(const struct happening *h)
{
	const struct json where = json_get(h->body, "where");
	const bool placed = json_is(where, "home") ||
			    (json_is(where, "store") && is_id(json_get(h->body, "store")));
	int64_t qty;

	return placed && is_id(json_get(h->body, "draft")) && is_id(json_get(h->body, "sku")) &&
			       json_int(json_get(h->body, "qty"), &qty) == 0 && qty >= 1 &&
			       qty <= DRAFT_QTY_MAX
		       ? NULL
		       : "body";
}
