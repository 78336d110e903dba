// SPDX-License-Identifier: Apache-2.0
/* Reading records: an order with facts laid over it, policies, products by their codes. */
#include <string.h>

#include "firmware/base/log.h"
#include "firmware/counter/prep.h"
#include "firmware/desk.h"
#include "firmware/lanes.h"
#include "firmware/ledger.h"
#include "firmware/money.h"
#include "firmware/orders.h"
#include "firmware/overlay.h"
#include "firmware/prep.h"
#include "firmware/station.h"

#define FACTS_PER_TICK 50

bool order_load(struct station *st, struct slice id)
{
	struct record r;
	struct json body;
	const char *why;

	if (!store_find(st->store, STREAM_ORDERS, id, &r) || r.body.n >= sizeof(st->body))
		return false;
	memcpy(st->body, r.body.p, r.body.n);
	if (json_check((struct slice){ st->body, r.body.n }, &body) < 0)
		return false;
	why = order_read(id, r.rev, body, &st->order);
	if (why) {
		log_error("order %.*s is stored but unreadable: %s", (int)id.n, id.p, why);
		return false;
	}
	overlay_lay(st, &st->order);
	/* Nobody knows what HQ says of it now. */
	if (r.state == RECORD_UNREADABLE && st->order.status != ORDER_COLLECTED &&
	    st->order.status != ORDER_RETURNED)
		st->order.status = ORDER_ON_HOLD;
	return true;
}

bool order_named(struct station *st, struct slice text, char ret_id[ID_MAX + 1])
{
	struct record r;
	int64_t gen = store_cursor(st->store, STREAM_ORDERS).gen;

	if (id_valid(text) && store_find(st->store, STREAM_ORDERS, text, &r))
		return slice_copy(text, ret_id, ID_MAX + 1) == 0;
	ret_id[0] = '\0';
	return store_lookup_next(st->store, gen, LOOKUP_NUMBER, text, ret_id) ||
	       store_lookup_next(st->store, GEN_GUEST, LOOKUP_NUMBER, text, ret_id);
}

struct json policy_get(struct station *st, const char *id)
{
	struct json none = { 0 }, body;
	struct record r;

	if (!store_find(st->store, STREAM_POLICY, slice_of(id), &r) ||
	    r.body.n >= sizeof(st->policy))
		return none;
	memcpy(st->policy, r.body.p, r.body.n);
	return json_check((struct slice){ st->policy, r.body.n }, &body) < 0 ? none : body;
}

struct pickup_policy pickup_policy_now(struct station *st)
{
	struct json none = { 0 };
	struct pickup_policy p = pickup_policy_read(policy_get(st, "pickup"), none);

	p.fiscal_external = pickup_policy_read(none, policy_get(st, "fiscal")).fiscal_external;
	return p;
}

struct barcode_rules barcode_rules_now(struct station *st)
{
	struct barcode_rules rules = { .year = time_local(station_now(st)).year };

	instore_rules_read(policy_get(st, "codes"), &rules.in_store); /* checked when it came */
	return rules;
}

bool product_by_code(struct station *st, const struct barcode *b, char ret_sku[ID_MAX + 1])
{
	int64_t gen = store_cursor(st->store, STREAM_CATALOG).gen;
	char keys[CODE_KEYS_MAX][CODE_KEY_MAX];
	int n = barcode_keys(b, keys);

	for (int i = 0; i < n; i++) {
		ret_sku[0] = '\0';
		if (store_lookup_next(st->store, gen, LOOKUP_GTIN, slice_of(keys[i]), ret_sku))
			return true;
	}
	return false;
}

void product_name(struct station *st, const char *sku, enum language l,
		  char ret_name[PRODUCT_NAME_MAX])
{
	struct json body;
	struct record r;

	if (store_find(st->store, STREAM_CATALOG, slice_of(sku), &r) &&
	    json_check(r.body, &body) == 0) {
		const struct json names = json_get(body, "name");

		if (json_string(json_get(names, language_code(l)), ret_name, PRODUCT_NAME_MAX) >
			    0 ||
		    json_string(json_get(names, "pl"), ret_name, PRODUCT_NAME_MAX) > 0)
			return;
	}
	text_fmt(ret_name, PRODUCT_NAME_MAX, "%s", sku);
}

void product_hint(struct station *st, const char *sku, enum language l,
		  char ret_hint[PRODUCT_HINT_MAX])
{
	struct json hint = { .type = JSON_NONE }, body;
	char text[4 * PRODUCT_HINT_MAX];
	struct record r;

	ret_hint[0] = '\0';
	if (store_find(st->store, STREAM_CATALOG, slice_of(sku), &r) &&
	    json_check(r.body, &body) == 0)
		hint = json_get(body, "hint");
	if (hint.type == JSON_OBJECT && json_get(hint, language_code(l)).type == JSON_STRING)
		hint = json_get(hint, language_code(l));
	else if (hint.type == JSON_OBJECT)
		hint = json_get(hint, "pl");
	if (json_string(hint, text, sizeof(text)) > 0)
		slice_copy(utf8_cut(slice_of(text), PRODUCT_HINT_MAX / 4 - 1), ret_hint,
			   PRODUCT_HINT_MAX);
}

int64_t product_pack(struct station *st, const struct barcode *b, const char *sku)
{
	int64_t qty;
	struct json body;
	struct record r;
	char code[32];

	if (!store_find(st->store, STREAM_CATALOG, slice_of(sku), &r) ||
	    json_check(r.body, &body) < 0)
		return 1;
	for (struct json_walk w = json_walk(json_get(body, "gtin")); json_next(&w);)
		if (json_int(json_get(w.value, "qty"), &qty) == 0 && qty > 0 &&
		    qty <= ORDER_QTY_MAX &&
		    json_string(json_get(w.value, "code"), code, sizeof(code)) > 0 &&
		    barcode_names(b, slice_of(code)))
			return qty;
	return 1;
}

int order_line_of_code(struct station *st, const struct barcode *b, bool substitutes,
		       enum line_fit (*fit)(const struct station *st, int line, int64_t pieces),
		       int64_t *ret_pieces)
{
	char text[64], sku[ID_MAX + 1] = "";
	int64_t pack = 1;
	int found = -1;

	if (product_by_code(st, b, sku))
		pack = product_pack(st, b, sku);
	else
		sku[0] = '\0';
	for (int i = 0; i < st->order.line_count; i++) {
		const struct order_line *l = &st->order.lines[i];
		const bool named = (substitutes && swaps_named(l, b)) ||
				   (json_string(l->gtin, text, sizeof(text)) > 0 &&
				    barcode_names(b, slice_of(text)));
		const int64_t pieces = barcode_pieces(b, named ? 1 : pack);
		enum line_fit how;

		if (!l->goods || (!named && !(sku[0] && json_is(l->sku, sku))))
			continue;
		how = fit(st, i, pieces);
		if (how == LINE_OUT || (found >= 0 && how == LINE_FULL))
			continue;
		found = i;
		*ret_pieces = pieces;
		if (how == LINE_WANTS)
			break;
	}
	return found;
}

bool order_conflict_begin(struct station *st, const char *field, struct buf *ret_b)
{
	const struct order *hq = &st->order;

	if (store_conflict_rev(st->store, hq->id, field) >= hq->rev)
		return false;
	store_conflict_set(st->store, hq->id, field, hq->rev);
	*ret_b = event_begin(st);
	jw_slice(ret_b, "order", hq->id);
	jw_str(ret_b, "field", field);
	return true;
}

static void check_status(struct station *st, const struct order_fact *f)
{
	enum order_status hq = st->order.status;
	const bool partly = strcmp(f->status, "partly_collected") == 0;
	/* What is left of it HQ may end. */
	const bool agrees = hq == ORDER_COLLECTED ||
			    (partly && (hq == ORDER_PARTLY_COLLECTED || hq == ORDER_CANCELLED ||
					hq == ORDER_EXPIRED || hq == ORDER_ON_HOLD));
	struct buf b;

	if (agrees || !order_conflict_begin(st, "status", &b))
		return;
	jw_str(&b, "hq", order_status_name(hq));
	jw_str(&b, "store", f->status);
	event_end(st, "order.conflict", &b, (struct slice){ 0 }, NULL);
	log_warning("order %.*s: HQ says %s, this store says %s; kept", (int)st->order.id.n,
		    st->order.id.p, order_status_name(hq), f->status);
}

/* `lines.LINE.handed`: what is absent at HQ is unknown there and contradicts nothing. */
static void check_quantity(struct station *st, struct json line, const char *what, int64_t hq,
			   int64_t store)
{
	char text[ORDER_LINE_ID_MAX + 1], field[ORDER_LINE_ID_MAX + 16];
	struct buf b;

	if (hq >= store)
		return;
	if (line.type != JSON_STRING)
		slice_copy(json_text(line), text, sizeof(text));
	else if (json_string(line, text, sizeof(text)) < 0)
		return;
	text_fmt(field, sizeof(field), "lines.%s.%s", text, what);
	if (!order_conflict_begin(st, field, &b))
		return;
	jw_int(&b, "hq", hq);
	jw_int(&b, "store", store);
	event_end(st, "order.conflict", &b, (struct slice){ 0 }, NULL);
	log_warning("order %.*s: HQ says %s %lld, this store says %lld; kept", (int)st->order.id.n,
		    st->order.id.p, field, (long long)hq, (long long)store);
}

/* HQ's record as it stands, nothing laid over it. */
static bool load_record(struct station *st, struct slice id)
{
	struct record r;
	struct json body;

	if (!store_find(st->store, STREAM_ORDERS, id, &r) || r.state != RECORD_LIVE ||
	    r.body.n >= sizeof(st->body))
		return false;
	memcpy(st->body, r.body.p, r.body.n);
	return json_check((struct slice){ st->body, r.body.n }, &body) == 0 &&
	       !order_read(id, r.rev, body, &st->order);
}

static void check_handover(struct station *st, struct slice id, const struct order_fact *f)
{
	if (st->order.status == ORDER_RETURNED ||
	    !store_upto_covers(st->store, STREAM_ORDERS, f->lane, f->epoch, f->seq))
		return;
	check_status(st, f);
	for (int i = 0; i < st->order.line_count; i++) {
		const struct order_line *l = &st->order.lines[i];
		struct line_fact fact = store_line_fact(st->store, id, json_text(l->id));

		/* What left twice is told as that; more of a line than was ordered HQ need not say.
		 */
		if (fact.handed > l->qty)
			fact.handed = l->qty;
		if (l->handed_known)
			check_quantity(st, l->id, "handed", l->handed, fact.handed);
		if (l->short_known)
			check_quantity(st, l->id, "short", l->short_, fact.short_);
	}
}

/* There was one at some lane, and HQ knew the last of each when it wrote the order. */
static bool returns_covered(struct station *st, struct slice id)
{
	struct over last = { .what = OVER_RETURNED };
	bool any = false;

	while (store_over_next(st->store, id, &last) &&
	       !strncmp(last.what, OVER_RETURNED, strlen(OVER_RETURNED))) {
		if (!store_upto_covers(st->store, STREAM_ORDERS, last.lane, last.epoch, last.seq))
			return false;
		any = true;
	}
	return any;
}

static void check_returns(struct station *st, struct slice id)
{
	for (int i = 0; i < st->order.line_count; i++) {
		const struct order_line *l = &st->order.lines[i];

		if (l->returned_known)
			check_quantity(st, l->id, "returned", l->returned,
				       store_line_fact(st->store, id, json_text(l->id)).returned);
	}
}

void order_conflict_check(struct station *st, struct slice id)
{
	struct taken t = { .payment = "" };
	const bool paid = store_taken_next(st->store, id, &t), returned = returns_covered(st, id);
	struct order_fact f;
	const bool handed = store_order_fact(st->store, id, &f);

	if ((!handed && !paid && !returned) || !load_record(st, id))
		return;
	if (handed)
		check_handover(st, id, &f);
	if (returned)
		check_returns(st, id);
	if (paid)
		money_conflicts(st, id);
}

void order_conflicts_tick(struct station *st)
{
	int64_t gen = store_cursor(st->store, STREAM_ORDERS).gen;

	if (st->compare.gen != gen) {
		st->compare.gen = gen;
		st->compare.id[0] = '\0';
		st->compare.done = store_meta(st->store, "compared", 0) == gen;
	}
	for (int i = 0; i < FACTS_PER_TICK && !st->compare.done; i++) {
		if (store_order_fact_next(st->store, st->compare.id)) {
			order_conflict_check(st, slice_of(st->compare.id));
		} else {
			st->compare.done = true;
			store_meta_set(st->store, "compared", gen);
		}
	}
}

/* Loads it, if it is known. */
static enum reason verdict_now(struct station *st, struct slice id, bool late_approved,
			       bool *ret_known)
{
	const struct pickup_policy policy = pickup_policy_now(st);
	struct pickup_facts f = { NULL, st->config->store, station_now(st), late_approved, true };

	*ret_known = order_load(st, id);
	f.order = *ret_known ? &st->order : NULL;
	return pickup_verdict(&f, &policy);
}

static void pickup_changed(struct station *st, enum desk d)
{
	struct desk_state *desk = &st->desks[d];
	struct word_values v = words_none();
	char number[128];
	bool known;
	const enum reason verdict = verdict_now(st, slice_of(desk->row.order),
						desk->approval.granted & (1u << NEED_LATE), &known);
	struct call c;

	if (verdict == REASON_NONE) {
		/* Shown as it is now; where the goods have changed the handover asks again. */
		pickup_still_seen(st, d);
		return;
	}
	if (known)
		order_number(&st->order, number, sizeof(number));
	else
		text_fmt(number, sizeof(number), "%s", desk->row.order);
	v.order = number;
	c = serving_take_back(st, d);
	pickup_close(st, d);
	answer_no(st, &c, 409, verdict, &v);
}

/* The customer told HQ "I am here": on the board, but no code was shown. */
static void check_in(struct station *st, struct slice id)
{
	char text[TIME_TEXT_MAX + 8];
	static const char member[] = "\"checkin_at\"";
	const int64_t now = station_now(st);
	struct record r;
	int64_t at;

	/* Few have it, and this is looked at for each order that HQ writes. */
	if (!store_find(st->store, STREAM_ORDERS, id, &r) ||
	    !memmem(r.body.p, r.body.n, member, sizeof(member) - 1) || !order_load(st, id) ||
	    json_string(json_get(st->order.body, "checkin_at"), text, sizeof(text)) <= 0 ||
	    time_parse(slice_of(text), &at) < 0 || at <= now - HERE_KEEP_MS)
		return;
	if (st->order.status == ORDER_READY || st->order.status == ORDER_PARTLY_COLLECTED)
		store_here_check_in(st->store, id, at < now ? at : now);
}

/* HQ changed an order that a desk has open: tell the people there what it is now. */
void order_changed(struct station *st, struct slice id)
{
	bool known;

	st->dirty = st->queue_stale = true;
	overlay_settle(st, id);
	check_in(st, id);
	if (store_is_here(st->store, id) && verdict_now(st, id, false, &known) != REASON_NONE)
		store_here_drop(st->store, id);
	for (int d = 0; d < DESK_COUNT; d++) {
		if (!slice_eq(id, st->desks[d].row.order))
			continue;
		if (st->desks[d].mode == MODE_PICKUP)
			pickup_changed(st, (enum desk)d);
		else if (st->desks[d].mode == MODE_PREP)
			prep_changed(st, (enum desk)d);
	}
}
