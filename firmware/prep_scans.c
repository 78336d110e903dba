// SPDX-License-Identifier: Apache-2.0
/* What a scan does while an order is prepared, and which scans begin to. */
#include <string.h>

#include "firmware/orders.h"
#include "firmware/prep_inside.h"

static void done(struct station *st, const struct call *c)
{
	notice_clear(st, c->desk);
	feedback_send(st, c->desk, FEEDBACK_GOOD);
	answer_ok(st, c, "");
}

static void refuse(struct station *st, const struct call *c, enum reason r,
		   const struct word_values *values)
{
	struct word_values v = *values;
	char number[128];

	v.order = prep_words(st, number).order;
	prep_no(st, c, r, &v);
}

static enum line_fit fit_of(const struct order_line *l, enum reason r)
{
	if (l->boxed)
		return LINE_OUT;
	return r == REASON_NONE ? LINE_WANTS : LINE_FULL;
}

static enum line_fit pick_fit(const struct station *st, int line, int64_t pieces)
{
	const struct order_line *l = &st->order.lines[line];

	return fit_of(l, prep_pick(l, pieces, false));
}

static enum line_fit back_fit(const struct station *st, int line, int64_t pieces)
{
	const struct order_line *l = &st->order.lines[line];

	return fit_of(l, prep_unpick(l, pieces));
}

static void scan_item(struct station *st, const struct call *c, const struct scan *s)
{
	struct word_values v = words_none();
	int64_t pieces = 1;
	const int line = order_line_of_code(st, &s->code, false, pick_fit, &pieces);
	enum reason r = REASON_ITEM_UNKNOWN;

	if (line >= 0)
		r = pieces > ORDER_QTY_MAX ? REASON_ITEM_SURPLUS
					   : prep_pick_pieces(st, c, line, pieces);
	if (r == REASON_ITEM_SURPLUS && pieces > 1) {
		v.n = pieces;
		v.left = prep_line_of(&st->order.lines[line]).open;
	}
	if (r == REASON_NONE)
		done(st, c);
	else
		refuse(st, c, r, &v);
}

/* ---- putting back ---- */

/* A substitute that is here; its gtin as it was kept. */
static int line_of_swap(struct station *st, const struct barcode *b, char ret_gtin[SWAP_GTIN_MAX])
{
	for (int i = 0; i < st->order.line_count; i++) {
		struct swap swaps[SWAPS_MAX];
		const int n = swaps_read(&st->order.lines[i], swaps);

		for (int k = 0; k < n; k++) {
			if (!barcode_names(b, slice_of(swaps[k].gtin)))
				continue;
			text_fmt(ret_gtin, SWAP_GTIN_MAX, "%s", swaps[k].gtin);
			return i;
		}
	}
	return -1;
}

static void scan_item_back(struct station *st, const struct call *c, const struct scan *s)
{
	struct word_values v = words_none();
	char gtin[SWAP_GTIN_MAX];
	int64_t pieces = 1;
	enum reason r = REASON_ITEM_UNKNOWN;
	int line = order_line_of_code(st, &s->code, false, back_fit, &pieces);

	if (line >= 0)
		r = pieces > ORDER_QTY_MAX ? REASON_ITEM_SURPLUS
					   : prep_unpick_pieces(st, c, line, pieces);
	else if ((line = line_of_swap(st, &s->code, gtin)) >= 0)
		r = prep_unswap_pieces(st, c, line, gtin, barcode_pieces(&s->code, 1));
	if (r != REASON_NONE) {
		refuse(st, c, r, &v);
		return;
	}
	notice_clear(st, c->desk);
	feedback_send(st, c->desk, FEEDBACK_GOOD);
	prep_back_if_done(st, c);
}

/* A parcel of the order is on its way back; all of them are. */
static void scan_parcel_back(struct station *st, const struct call *c, struct slice label)
{
	struct word_values v = words_none();
	const enum reason r = pickup_check_parcel(st, c->desk, label);

	if (r != REASON_NONE)
		refuse(st, c, r, &v);
	else if (pickup_parcels_checked(st, c->desk))
		prep_back_done(st, c);
	else
		done(st, c);
}

static bool is_own_shelf(const struct station *st, struct slice shelf)
{
	char text[ID_MAX + 1];

	return json_string(st->order.shelf, text, sizeof(text)) > 0 && slice_eq(shelf, text);
}

/* ---- in mode prep ---- */

/* How a parcel of the open order is labelled: the text itself, or the SSCC in it. */
static bool own_label(const struct station *st, const struct scan *s, struct slice *ret_label)
{
	*ret_label = s->text;
	if (pickup_has_parcel(st, *ret_label))
		return true;
	*ret_label = slice_of(s->code.sscc);
	return s->code.sscc[0] && pickup_has_parcel(st, *ret_label);
}

/* The open order's own number or slip changes nothing; another has to wait. */
static bool names_order(struct station *st, const struct call *c, const struct scan *s)
{
	const char *open = st->desks[c->desk].row.order;
	struct word_values v = words_none();
	char order[ID_MAX + 1];

	if (s->kind == SCAN_PARCEL && slice_eq(s->second, "0"))
		slice_copy(s->first, order, sizeof(order));
	else if (!order_named(st, s->text, order))
		return false;
	if (!strcmp(order, open))
		done(st, c);
	else
		refuse(st, c, REASON_BUSY, &v);
	return true;
}

static void scan_while_picking(struct station *st, const struct call *c, const struct scan *s)
{
	struct word_values v = words_none();
	char shelf[ID_MAX + 1];
	struct slice label;

	if (own_label(st, s, &label)) {
		parcel_came(st, c, label);
	} else if (s->kind == SCAN_SHELF) {
		slice_copy(s->first, shelf, sizeof(shelf));
		prep_stage_on(st, c, shelf, 1);
	} else if (s->kind == SCAN_GTIN) {
		scan_item(st, c, s);
	} else if (!names_order(st, c, s)) {
		refuse(st, c, REASON_ITEM_UNKNOWN, &v);
	}
}

static void scan_while_putting_back(struct station *st, const struct call *c, const struct scan *s)
{
	struct word_values v = words_none();
	struct slice label;

	if (own_label(st, s, &label))
		scan_parcel_back(st, c, label);
	else if (s->kind == SCAN_SHELF && is_own_shelf(st, s->first))
		prep_back_done(st, c);
	else if (s->kind == SCAN_GTIN)
		scan_item_back(st, c, s);
	else if (!names_order(st, c, s))
		refuse(st, c, REASON_ITEM_UNKNOWN, &v);
}

static struct slice label_of(const struct scan *s)
{
	return s->kind == SCAN_SSCC ? slice_of(s->code.sscc) : s->text;
}

static void scan_with_parcel(struct station *st, const struct call *c, const struct scan *s)
{
	char text[2 * PARCEL_LABEL_MAX], label[PARCEL_LABEL_MAX], shelf[ID_MAX + 1];
	char order[ID_MAX + 1];
	struct word_values v = words_none();
	struct json kept;

	if (s->kind == SCAN_SHELF &&
	    store_work_extra(st->store, c->desk, slice_of(PREP_LABEL), text, sizeof(text)) &&
	    json_check(slice_of(text), &kept) == 0 && json_string(kept, label, sizeof(label)) > 0) {
		slice_copy(s->first, shelf, sizeof(shelf));
		parcel_stage_on(st, c, slice_of(label), shelf);
	} else if (parcel_order(st, s->text, order)) {
		parcel_came(st, c, s->text);
	} else if (parcel_order(st, label_of(s), order)) {
		parcel_came(st, c, label_of(s));
	} else if (!names_order(st, c, s)) {
		order_load(st, slice_of(st->desks[c->desk].row.order));
		refuse(st, c, REASON_ITEM_UNKNOWN, &v);
	}
}

static bool scan_in_prep(struct station *st, const struct call *c, const struct scan *s)
{
	const char *method = st->desks[c->desk].row.method;

	if (s->kind == SCAN_NOTHING || s->kind == SCAN_BADGE || s->kind == SCAN_CARD_LIKE ||
	    s->kind == SCAN_PICKUP)
		return false; /* the same in every mode */
	if (!prep_loaded(st, c, method))
		return true;
	if (!strcmp(method, PREP_KEPT))
		kept_scan(st, c, s);
	else if (!strcmp(method, PREP_BACK))
		scan_while_putting_back(st, c, s);
	else if (!strcmp(method, PREP_PARCEL))
		scan_with_parcel(st, c, s);
	else
		scan_while_picking(st, c, s);
	return true;
}

/* ---- while the desk is idle ---- */

/* A parcel that is to come, or whose order's goods go back. */
static void begin_with_parcel(struct station *st, const struct call *c, struct slice label)
{
	const char *why = prep_put_back(&st->order, st->config->store, station_now(st));
	char order[ID_MAX + 1];

	if (why && !serving_elsewhere(st, st->order.id)) {
		prep_back_begin(st, c, why);
		if (parcel_order(st, label, order))
			scan_parcel_back(st, c, label);
		return;
	}
	parcel_came(st, c, label);
}

/* The slip of an order that is to be prepared, or a label of one that was packed here and let go.
 */
static bool begin_with_slip(struct station *st, const struct call *c, const struct scan *s)
{
	char order[ID_MAX + 1];

	if (s->kind != SCAN_PARCEL || slice_copy(s->first, order, sizeof(order)) < 0 ||
	    !order_load(st, slice_of(order)) || !slice_eq(s->second, "0"))
		return false;
	prep_begin(st, c, order);
	return true;
}

static bool may_be_label(const struct scan *s)
{
	return s->kind == SCAN_PARCEL || s->kind == SCAN_SSCC || s->kind == SCAN_TEXT;
}

/* Is something to be done with this parcel? One that waits for its customer is none of ours. */
static bool wants_handling(const struct station *st, struct slice label)
{
	const enum parcel_state s =
		parcel_state_of(json_get(parcel_find(&st->order, label), "state"));

	return (s != PARCEL_STAGED && s != PARCEL_HANDED && s != PARCEL_UNKNOWN) ||
	       prep_put_back(&st->order, st->config->store, station_now(st));
}

/* A courier takes it: its parcels are scanned out. */
static void begin_sending(struct station *st, const struct call *c, const char *order,
			  struct slice label)
{
	const struct desk_state *desk = &st->desks[c->desk];

	pickup_open(st, c, order, "search");
	if (desk->mode == MODE_PICKUP && !strcmp(desk->row.order, order) &&
	    order_load(st, slice_of(order)))
		pickup_check_parcel(st, c->desk, label);
}

bool prep_scan(struct station *st, const struct call *c, const struct scan *s)
{
	const struct desk_state *desk = &st->desks[c->desk];
	char order[ID_MAX + 1];

	if (desk->mode == MODE_PREP)
		return scan_in_prep(st, c, s);
	if (c->desk != DESK_COUNTER || desk->mode != MODE_IDLE || !may_be_label(s))
		return false;
	if (parcel_order(st, label_of(s), order) && wants_handling(st, label_of(s))) {
		begin_with_parcel(st, c, label_of(s));
		return true;
	}
	if (parcel_order(st, label_of(s), order) && st->order.ships) {
		begin_sending(st, c, order, label_of(s));
		return true;
	}
	return begin_with_slip(st, c, s);
}
