// SPDX-License-Identifier: Apache-2.0
#include "sync/hq/effect.h"

#include <errno.h>
#include <string.h>

#include "sync/hq/command.h"
#include "sync/hq/day_figures.h"
#include "sync/hq/edit.h"
#include "sync/hq/effect_inside.h"
#include "sync/hq/effect_order.h"
#include "sync/hq/effect_stock.h"
#include "sync/hq/effect_survey.h"
#include "sync/hq/erase.h"
#include "sync/hq/figure.h"
#include "sync/hq/handover.h"
#include "sync/hq/hint.h"
#include "sync/hq/points.h"
#include "sync/hq/story.h"
#include "sync/hq/stream.h"

#define HQ_PIN_HASH_MAX 256

static int read_id(struct json v, char dst[ID_MAX + 1])
{
	return json_string(v, dst, ID_MAX + 1) > 0 && id_valid(slice_of(dst)) ? 0 : -1;
}

/* ---- stock: counted by this event only ---- */

static const char *stock_changed(const struct happening *h)
{
	const struct stream_kind *kind = stream_by_name("stock");
	struct json root = { .type = JSON_NONE };
	struct record r = { .rev = 0 };
	struct edit_text room;
	char sku[ID_MAX + 1];
	struct change change = { .name = "on_hand" };
	int64_t delta, on_hand;

	if (read_id(json_get(h->body, "sku"), sku) < 0 ||
	    json_int(json_get(h->body, "delta"), &delta) < 0 || delta < -INT32_MAX ||
	    delta > INT32_MAX)
		return "body";
	if (record_find(h->hq, h->store, kind, sku, &r) && r.live)
		json_check(r.body, &root);
	if (!figure_add(figure_of(json_get(root, "on_hand")), delta, &on_hand))
		return "range";
	change.json = edit_int(on_hand, &room);
	buf_reset(&h->hq->edited);
	edit_object(&h->hq->edited, NULL, root, &change, 1);
	if (h->hq->edited.overflow)
		return "too_big";
	record_put(h->hq, h->store, kind, sku, r.rev + 1, buf_read(&h->hq->edited));
	return NULL;
}

/* ---- everything else ---- */

static const char *doubled(const struct happening *h)
{
	struct json with = json_get(h->body, "with");
	char lane[ID_MAX + 1];
	struct effect_order o;

	if (effect_open(h, &o) == -EINVAL)
		return "body";
	if (read_id(json_get(with, "lane"), lane) < 0)
		return "body";
	handover_told(h, o.holder, o.id, lane, json_int_or(json_get(with, "epoch"), 0),
		      json_int_or(json_get(with, "seq"), 0));
	effect_touch_order(h);
	return NULL;
}

static const char *return_doubled(const struct happening *h)
{
	char id[ID_MAX + 1];

	if (read_id(json_get(h->body, "order"), id) < 0)
		return "body";
	hq_alarm(h->hq, h->store, h->lane, "return.doubled", id);
	effect_touch_order(h);
	return NULL;
}

static const char *command_done(const struct happening *h)
{
	char id[ID_MAX + 1];

	if (read_id(json_get(h->body, "id"), id) < 0)
		return "body";
	command_answered(h->hq, h->store, h->lane, id, json_true(json_get(h->body, "ok")),
			 json_get(h->body, "detail"));
	return NULL;
}

/* The hash of a PIN that was changed at a counter goes into policy `staff`, and so to every lane.
 */
static const char *pin_changed(const struct happening *h)
{
	const struct stream_kind *kind = stream_by_name("policy");
	const struct json pin = json_get(h->person, "pin");
	struct change changes[2] = { { .name = "pin", .json = json_text(pin) },
				     { .name = "people" } };
	struct record r;
	struct json root;
	char who[ID_MAX + 1];

	if (read_id(json_get(h->body, "who"), who) < 0)
		return "body";
	if (pin.type != JSON_STRING || pin.n > HQ_PIN_HASH_MAX ||
	    !record_find(h->hq, h->store, kind, "staff", &r) || !r.live ||
	    json_check(r.body, &root) < 0)
		return NULL;
	buf_reset(&h->hq->lines);
	jw_open(&h->hq->lines, NULL, '[');
	for (struct json_walk w = json_walk(json_get(root, "people")); json_next(&w);) {
		if (json_is(json_get(w.value, "id"), who))
			edit_object(&h->hq->lines, NULL, w.value, &changes[0], 1);
		else
			jw_value(&h->hq->lines, NULL, w.value);
	}
	jw_close(&h->hq->lines, ']');
	changes[1].json = buf_read(&h->hq->lines);
	buf_reset(&h->hq->edited);
	edit_object(&h->hq->edited, NULL, root, &changes[1], 1);
	if (h->hq->lines.overflow || h->hq->edited.overflow)
		return "too_big";
	record_put(h->hq, h->store, kind, "staff", r.rev + 1, buf_read(&h->hq->edited));
	return NULL;
}

/* What came back, and what is learned of it. */
static const char *returned(const struct happening *h)
{
	const char *why = effect_return_accepted(h);

	if (!why)
		hint_returned(h);
	return why;
}

/* A low rating opens a case of its own; everything else stands in somebody's story. */
static const char *interaction_recorded(const struct happening *h)
{
	if (erase_about(h->hq, h->store, h->body))
		return NULL; /* told late, of somebody who was forgotten since */
	return json_is(json_get(h->body, "kind"), "rating") ? effect_rating_case(h)
							    : story_recorded(h);
}

static const struct {
	const char *type;
	const char *(*apply)(const struct happening *h);
} effects[] = {
	{ "pickup.completed", effect_pickup_completed },
	{ "order.claimed", effect_order_claimed },
	{ "order.released", effect_order_released },
	{ "order.picked", effect_order_picked },
	{ "order.substituted", effect_order_substituted },
	{ "order.staged", effect_order_staged },
	{ "order.short", effect_order_short },
	{ "order.extended", effect_order_extended },
	{ "pickup.unstaged", effect_pickup_unstaged },
	{ "parcel.received", effect_parcel_received },
	{ "parcel.staged", effect_parcel_staged },
	{ "parcel.problem", effect_parcel_problem },
	{ "payment.taken", effect_payment_taken },
	{ "payment.reversed", effect_payment_reversed },
	{ "fiscal.recorded", effect_fiscal_recorded },
	{ "return.accepted", returned },
	{ "refund.requested", effect_refund_requested },
	{ "return.doubled", return_doubled },
	{ "pickup.doubled", doubled },
	{ "cmd.done", command_done },
	{ "staff.pin_changed", pin_changed },
	{ "stock.changed", stock_changed },
	{ "loyalty.earned", effect_loyalty_earned },
	{ "loyalty.redeemed", effect_loyalty_redeemed },
	{ "loyalty.released", effect_loyalty_released },
	{ "loyalty.used", effect_loyalty_used },
	{ "loyalty.counted", effect_loyalty_counted },
	{ "stock.counted", effect_stock_counted },
	{ "order.drafted", effect_order_drafted },
	{ "survey.asked", effect_survey_asked },
	{ "offer.shown", effect_offer_shown },
	{ "offer.taken", effect_offer_taken },
	{ "offer.declined", effect_offer_declined },
	{ "interaction.recorded", interaction_recorded },
	{ "day.figures", effect_day_figures },
	{ "customer.erased", effect_customer_erased },
	{ "consent.changed", effect_consent_changed },
};

const char *effect_apply(const struct happening *h)
{
	for (size_t i = 0; i < COUNT_OF(effects); i++) {
		if (strcmp(effects[i].type, h->type) == 0)
			return effects[i].apply(h);
	}
	effect_touch_order(h);
	return NULL;
}
