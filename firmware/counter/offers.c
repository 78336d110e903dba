// SPDX-License-Identifier: Apache-2.0
#include "firmware/counter/offers.h"

#include <string.h>

#include "firmware/base/clock.h"
#include "firmware/base/text.h"
#include "firmware/counter/calendar.h"
#include "firmware/counter/survey.h"

#define DAY_MS	      (24 * 3600 * INT64_C(1000))
#define DAYS_MAX      365 /* longer nothing is remembered */
#define DAYS	      7
#define DECLINED_DAYS 90
#define MOST	      2

static const char *const weekdays[] = { "sun", "mon", "tue", "wed", "thu", "fri", "sat" };

static int64_t between(struct json v, int64_t least, int64_t most, int64_t otherwise)
{
	const int64_t n = json_int_or(v, otherwise);

	return n >= least && n <= most ? n : otherwise;
}

struct offers_policy offers_policy_read(struct json offers)
{
	return (struct offers_policy){
		.most = between(json_get(offers, "most"), 0, OFFERS_CONTACT_MAX, MOST),
		.days = between(json_get(offers, "days"), 0, DAYS_MAX, DAYS),
		.declined_days =
			between(json_get(offers, "declined_days"), 0, DAYS_MAX, DECLINED_DAYS),
		.quiet = json_get(offers, "quiet"),
		.suggest = !json_false(json_get(offers, "suggest")),
		.list = json_get(offers, "offers"),
	};
}

/* ---- one offer ---- */

/* A condition is one word or several. What is said and is neither is no condition that anybody can
 * keep to. */
static bool is_words(struct json v)
{
	if (v.type == JSON_NONE || v.type == JSON_STRING)
		return true;
	for (struct json_walk w = json_walk(v); json_next(&w);)
		if (w.value.type != JSON_STRING)
			return false;
	return v.type == JSON_ARRAY;
}

static bool read_number(struct json v, int64_t least, int64_t most, int64_t *number)
{
	int64_t n;

	if (v.type == JSON_NONE || v.type == JSON_NULL)
		return true;
	if (json_int(v, &n) < 0 || n < least || n > most)
		return false;
	*number = n;
	return true;
}

static bool read_time(struct json v, int64_t *at_ms)
{
	char text[TIME_TEXT_MAX + 8];

	return v.type == JSON_NONE ||
	       (json_string(v, text, sizeof(text)) > 0 && time_parse(slice_of(text), at_ms) == 0);
}

static bool read_hours(struct json hours, struct offer *o)
{
	if (hours.type == JSON_NONE)
		return true;
	o->minute_from = calendar_minute(json_get(hours, "from"));
	o->minute_until = calendar_minute(json_get(hours, "until"));
	return o->minute_from >= 0 && o->minute_until >= 0;
}

static bool read_when(struct json when, struct offer *o)
{
	o->category = json_get(when, "category");
	o->skus = json_get(when, "sku");
	o->tier = json_get(when, "tier");
	o->weekdays = json_get(when, "weekday");
	o->member = json_true(json_get(when, "member"));
	o->in_stock = !json_false(json_get(when, "in_stock"));
	return (when.type == JSON_OBJECT || when.type == JSON_NONE) && is_words(o->category) &&
	       is_words(o->skus) && is_words(o->tier) && is_words(o->weekdays) &&
	       read_number(json_get(when, "from"), 0, MONEY_MAX, &o->from) &&
	       read_number(json_get(when, "not_bought_days"), 0, DAYS_MAX, &o->not_bought_days) &&
	       read_hours(json_get(when, "hours"), o) &&
	       read_time(json_get(when, "since"), &o->from_ms) &&
	       read_time(json_get(when, "until"), &o->until_ms);
}

bool offer_read(struct json entry, struct offer *ret_offer)
{
	struct offer o = { .minute_from = -1, .minute_until = -1, .price = -1, .points = -1 };
	const struct json consent = json_get(entry, "consent");
	char text[SURVEY_TEXT_MAX];

	text_fmt(o.consent, sizeof(o.consent), "marketing");
	o.sku = json_get(entry, "sku");
	o.text = json_get(entry, "text");
	o.everybody = json_is(json_get(entry, "for"), "everybody");
	o.then = json_is(json_get(entry, "then"), "print") ? OFFER_PRINT : OFFER_REMIND;
	if (json_string(json_get(entry, "id"), o.id, sizeof(o.id)) <= 0 ||
	    !id_valid(slice_of(o.id)) || !is_words(o.sku) ||
	    !policy_text(o.text, LANGUAGE_PL, SURVEY_CHARS, text) ||
	    (consent.type != JSON_NONE &&
	     json_string(consent, o.consent, sizeof(o.consent)) <= 0) ||
	    !read_number(json_get(entry, "price"), 0, MONEY_MAX, &o.price) ||
	    !read_number(json_get(entry, "points"), 0, MONEY_MAX, &o.points) ||
	    !read_when(json_get(entry, "when"), &o))
		return false;
	*ret_offer = o;
	return true;
}

/* ---- who gets it ---- */

static bool word_among(struct json words, const char *word)
{
	if (words.type == JSON_STRING)
		return json_is(words, word);
	for (struct json_walk w = json_walk(words); json_next(&w);)
		if (json_is(w.value, word))
			return true;
	return false;
}

static bool is_time(const struct offer *o, const struct offer_time *t)
{
	if (o->weekdays.type != JSON_NONE && !word_among(o->weekdays, weekdays[t->weekday]))
		return false;
	if (o->minute_from >= 0 && (t->minute < o->minute_from || t->minute >= o->minute_until))
		return false;
	return t->now_ms >= o->from_ms && (!o->until_ms || t->now_ms < o->until_ms);
}

static bool goes_with(const struct offer *o, const struct offer_basket *b)
{
	bool category = o->category.type == JSON_NONE, sku = o->skus.type == JSON_NONE;

	for (int i = 0; i < b->count; i++) {
		category =
			category || (b->category[i][0] && word_among(o->category, b->category[i]));
		sku = sku || word_among(o->skus, b->sku[i]);
	}
	return category && sku && b->worth >= o->from;
}

static bool is_for(const struct offer *o, const struct offer_customer *c)
{
	char tier[64];

	if ((o->member || o->tier.type != JSON_NONE) && !c->member)
		return false;
	return o->tier.type == JSON_NONE ||
	       (json_string(c->tier, tier, sizeof(tier)) > 0 && word_among(o->tier, tier));
}

/* Somebody whom nobody knows has given no consent. */
static bool consents(const struct offer *o, const struct offer_customer *c)
{
	return c->member && json_true(json_get(json_get(c->consents, o->consent), "given"));
}

static enum offer_no personal(const struct offers_policy *p, const struct offer *o,
			      const struct offer_customer *c, const struct offer_time *t)
{
	if (!consents(o, c))
		return OFFER_NO_CONSENT;
	if (c->elsewhere)
		return OFFER_ELSEWHERE;
	if (t->now_ms < c->quiet_until_ms || quiet_hours(p->quiet, t->minute))
		return OFFER_QUIET;
	return OFFER_FITS;
}

enum offer_no offer_decide(const struct offers_policy *p, const struct offer *o,
			   const struct offer_customer *c, const struct offer_basket *b,
			   const struct offer_had *had, const struct offer_time *t)
{
	enum offer_no no = OFFER_FITS;

	if (!is_time(o, t))
		return OFFER_NOT_NOW;
	if (!goes_with(o, b))
		return OFFER_NOT_THIS;
	if (!is_for(o, c))
		return OFFER_NOT_WHO;
	if (!o->everybody)
		no = personal(p, o, c, t);
	if (no != OFFER_FITS)
		return no;
	if (had->at_ms && had->declined && t->now_ms < had->at_ms + p->declined_days * DAY_MS)
		return OFFER_DECLINED;
	return had->at_ms && t->now_ms < had->at_ms + p->days * DAY_MS ? OFFER_HAD : OFFER_FITS;
}

bool offer_product_fits(const struct offer_product *p, bool in_stock, int64_t not_bought_days,
			int64_t now_ms)
{
	if (!p->known || p->blocked || p->age || p->in_order)
		return false;
	if (p->bought_ms && now_ms < p->bought_ms + not_bought_days * DAY_MS)
		return false;
	return !in_stock || (p->stock_known && p->available > 0);
}
