// SPDX-License-Identifier: Apache-2.0
/* What comes back of a line, product by product: pieces that were ordered, and of each substitute.
 */
#include <string.h>

#include "firmware/counter/prep.h"
#include "firmware/orders.h"
#include "firmware/returns.h"

/* Short and returned pieces are one sequence, in which these stand behind `before` others. */
static void add_part(const struct order_line *l, int64_t before, int64_t qty,
		     struct return_part *ret_part)
{
	struct order_line then = *l;

	then.returned += before;
	*ret_part = (struct return_part){ .qty = qty, .gross = refund_of_pieces(&then, qty) };
	if (slice_copy(json_text(json_get(l->json, "vat")), ret_part->vat, sizeof(ret_part->vat)))
		ret_part->vat[0] = '\0';
	if (json_string(l->sku, ret_part->sku, sizeof(ret_part->sku)) < 0)
		ret_part->sku[0] = '\0';
	if (json_string(l->name, ret_part->name, sizeof(ret_part->name)) < 0)
		ret_part->name[0] = '\0';
}

/* As the catalogue has it; what it does not know is as it was ordered. */
static void is_substitute(struct station *st, const char *sku, struct return_part *part)
{
	char name[PRODUCT_NAME_MAX];
	struct json body, vat;
	struct record r;

	text_fmt(part->sku, sizeof(part->sku), "%s", sku);
	product_name(st, sku, st->order.language, name);
	text_fmt(part->name, sizeof(part->name), "%s", name);
	if (!store_find(st->store, STREAM_CATALOG, slice_of(sku), &r) ||
	    json_check(r.body, &body) < 0)
		return;
	vat = json_get(body, "vat");
	if (vat.type == JSON_STRING || vat.type == JSON_NUMBER)
		slice_copy(json_text(vat), part->vat, sizeof(part->vat));
}

int return_parts(struct station *st, enum return_basis basis, int line,
		 struct return_part ret_parts[RETURN_PARTS_MAX])
{
	const struct order_line *l = &st->order.lines[line];
	const int64_t all = return_pieces(&st->order, st->back, basis, line);
	int64_t of[SWAPS_MAX] = { 0 }, others = 0, before;
	struct swap swaps[SWAPS_MAX];
	const int swap_count = swaps_read(l, swaps);
	int count = 0;

	if (l->goods && swap_count > 0)
		others = swaps_back(l, all, st->back[line].others, of);
	before = all - others;
	if (before > 0)
		add_part(l, 0, before, &ret_parts[count++]);
	for (int s = 0; s < swap_count; s++) {
		if (of[s] <= 0)
			continue;
		add_part(l, before, of[s], &ret_parts[count]);
		is_substitute(st, swaps[s].sku, &ret_parts[count++]);
		before += of[s];
	}
	return count;
}

struct json return_part_vat(const struct return_part *part)
{
	const struct json none = { 0 };

	/* Texts of JSON that was read before. */
	return part->vat[0] == '\0'
		       ? none
		       : (struct json){ part->vat, strlen(part->vat),
					part->vat[0] == '"' ? JSON_STRING : JSON_NUMBER };
}
