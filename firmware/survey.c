// SPDX-License-Identifier: Apache-2.0
#include "firmware/survey.h"

#include <string.h>

#include "firmware/ledger.h"
#include "firmware/loyalty.h"
#include "firmware/orders.h"
#include "firmware/privacy.h"
#include "firmware/store/contact.h"

#define REFUSED_MS    (30 * 60 * INT64_C(1000)) /* so long a refusal belongs to the contact */
#define LOW_RATING_MS (10 * 60 * INT64_C(1000)) /* so long staff see one */
#define KEY_MAX	      32

/* ---- who it is ---- */

struct person person_of_order(struct station *st)
{
	struct person p = { .customer = "" };

	if (json_string(json_get(st->order.customer, "id"), p.customer, sizeof(p.customer)) <= 0 ||
	    !id_valid(slice_of(p.customer)))
		p.customer[0] = '\0';
	if (!p.customer[0] || !member_of_customer(st, st->order.customer, p.member))
		p.member[0] = '\0';
	return p;
}

int64_t person_quiet_until(struct json member)
{
	char text[TIME_TEXT_MAX + 8];
	int64_t at;

	return json_string(json_get(member, "quiet_until"), text, sizeof(text)) > 0 &&
			       time_parse(slice_of(text), &at) == 0
		       ? at
		       : 0;
}

bool person_elsewhere(struct json member)
{
	const struct json prefers = json_get(member, "prefers");

	return prefers.type == JSON_STRING && !json_is(prefers, "store");
}

int64_t contact_happened(struct station *st, const struct origin *o)
{
	const int64_t now = station_now(st);

	return o->at_ms < now ? o->at_ms : now;
}

/* ---- is this customer asked? ---- */

static int64_t time_of(struct json v)
{
	char text[TIME_TEXT_MAX + 8];
	int64_t at;

	return json_string(v, text, sizeof(text)) > 0 && time_parse(slice_of(text), &at) == 0 ? at
											      : 0;
}

/* What the lanes of this store remember of somebody, and what HQ says. */
static void person_facts(struct station *st, const struct person *p, struct survey_facts *f)
{
	struct member_view m;
	int64_t at;

	f->asked_ms = p->customer[0] ? store_asked(st->store, p->customer) : 0;
	if (!p->member[0] || !member_load(st, p->member, &m))
		return;
	at = time_of(json_get(json_get(m.body, "asked"), "at"));
	f->asked_ms = at > f->asked_ms ? at : f->asked_ms;
	f->quiet_until_ms = person_quiet_until(m.body);
	f->never = json_false(json_get(json_get(json_get(m.body, "consents"), "survey"), "given"));
}

static bool refused_lately(struct station *st, const char *order)
{
	const struct refusals *r = &st->refusals;

	for (int i = 0; order[0] && i < REFUSALS_KEPT; i++)
		if (strcmp(r->order[i], order) == 0 && station_mono(st) - r->at_ms[i] < REFUSED_MS)
			return true;
	return false;
}

void survey_refused(struct station *st, const char *order)
{
	struct refusals *r = &st->refusals;

	if (!order[0])
		return;
	text_fmt(r->order[r->next], sizeof(r->order[0]), "%s", order);
	r->at_ms[r->next] = station_mono(st);
	r->next = (r->next + 1) % REFUSALS_KEPT;
}

/* The customer's screen is one for both desks: at the kiosk somebody else may stand by now. */
static bool screen_taken(const struct station *st, const char *order)
{
	const struct desk_state *kiosk = &st->desks[DESK_KIOSK];

	if (kiosk->waiting.active)
		return true;
	if (kiosk->greeted[0])
		return strcmp(kiosk->greeted, order) != 0;
	return kiosk->wipe_ms && st->somebody_came;
}

static int64_t count_contact(struct station *st, enum survey_after after)
{
	char key[KEY_MAX];
	int64_t n;

	text_fmt(key, sizeof(key), "contacts_%s", survey_after_name(after));
	n = store_meta(st->store, key, 0) + 1;
	store_meta_set(st->store, key, n);
	return n;
}

static int chance(struct station *st)
{
	uint32_t n;

	st->clock.random(st->clock.ctx, &n, sizeof(n));
	return (int)(n % 100);
}

/* ---- asking ---- */

static void tell_asked(struct station *st, const struct question *q, const struct person *p)
{
	struct buf b = event_begin(st);

	jw_str(&b, "scale", survey_scale_name(q->scale));
	jw_str(&b, "after", survey_after_name(q->after));
	if (q->order[0])
		jw_str(&b, "order", q->order);
	if (p->customer[0])
		jw_str(&b, "customer", p->customer);
	if (p->member[0])
		jw_str(&b, "member", p->member);
	event_end(st, "survey.asked", &b, (struct slice){ 0 }, NULL);
}

static void ask(struct station *st, const struct contact *k, const struct person *p,
		const struct survey_rule *rule, int index)
{
	struct desk_state *kiosk = &st->desks[DESK_KIOSK];
	struct question *q = &st->question;

	*q = (struct question){ .open = true, .scale = rule->scale, .after = k->after };
	q->rule = index;
	q->asked_ms = station_mono(st);
	q->language = k->order[0] ? st->order.language : kiosk->language;
	text_fmt(q->order, sizeof(q->order), "%s", k->order);
	text_fmt(q->customer, sizeof(q->customer), "%s", p->customer);
	tell_asked(st, q, p);
	if (p->customer[0])
		store_asked_add(st->store, p->customer, station_now(st));
	/* It is forgotten with all else that this customer saw. */
	kiosk->wipe_ms = station_mono(st) + KIOSK_WIPE_MS;
	station_wake_at(st, kiosk->wipe_ms);
	st->dirty = true;
}

void survey_contact(struct station *st, const struct contact *k)
{
	struct survey_facts f = { .after = k->after, .practice = st->real != NULL };
	struct survey_policy policy = survey_policy_read(policy_get(st, "survey"));
	struct person p = { .customer = "" };
	struct local_time t;
	int rule = 0;

	if (f.practice || !survey_wants(&policy, k->after))
		return;
	f.present = k->present;
	f.refused = k->refused || refused_lately(st, k->order);
	f.screen_taken = screen_taken(st, k->order);
	f.now_ms = station_now(st);
	t = time_local(f.now_ms);
	f.minute = t.hour * 60 + t.minute;
	f.count = count_contact(st, k->after);
	f.lot = chance(st);
	if (k->order[0] && order_load(st, slice_of(k->order)))
		p = person_of_order(st);
	person_facts(st, &p, &f);
	policy = survey_policy_read(policy_get(st, "survey")); /* others were read meanwhile */
	if (survey_decide(&policy, &f, &rule) == SURVEY_ASK)
		ask(st, k, &p, &policy.rules[rule], rule);
}

void survey_somebody_comes(struct station *st)
{
	survey_over(st);
	st->somebody_came = true;
}

void survey_over(struct station *st)
{
	st->dirty = st->dirty || st->question.open;
	st->question = (struct question){ .open = false };
}

/* ---- the answer ---- */

static void tell_rated(struct station *st, const struct question *q, int64_t score)
{
	struct buf b = event_begin(st);

	jw_int(&b, "score", score);
	jw_str(&b, "scale", survey_scale_name(q->scale));
	if (q->order[0])
		jw_str(&b, "order", q->order);
	jw_str(&b, "after", survey_after_name(q->after));
	event_end(st, "interaction.rated", &b, (struct slice){ 0 }, NULL);
}

/* HQ opens it in the timeline; staff see that there is one, the customer's screen does not. */
static void open_case(struct station *st, const struct question *q, int64_t score)
{
	struct low_rating *low = &st->low_rating;
	struct buf b = event_begin(st);

	*low = (struct low_rating){ .scale = q->scale, .score = score };
	low->until_ms = station_mono(st) + LOW_RATING_MS;
	text_fmt(low->order, sizeof(low->order), "%s", q->order);
	ulid_make(&st->clock, low->case_id);
	jw_str(&b, "kind", "rating");
	jw_str(&b, "outcome", "low");
	jw_int(&b, "seconds", (station_mono(st) - q->asked_ms) / 1000);
	jw_str(&b, "case", low->case_id);
	if (q->customer[0])
		jw_str(&b, "customer", q->customer);
	if (q->order[0])
		jw_str(&b, "order", q->order);
	jw_int(&b, "score", score);
	jw_str(&b, "scale", survey_scale_name(q->scale));
	event_end(st, "interaction.recorded", &b, (struct slice){ 0 }, NULL);
	station_wake_at(st, low->until_ms);
}

static void take(struct station *st, const struct call *c, int64_t score)
{
	const struct survey_policy policy = survey_policy_read(policy_get(st, "survey"));
	const struct question q = st->question;
	struct word_values v = words_none();

	tell_rated(st, &q, score);
	if (survey_opens_case(&policy, q.scale, score))
		open_case(st, &q, score);
	survey_over(st);
	st->desks[DESK_KIOSK].greeted[0] = '\0'; /* nothing follows for who was greeted */
	st->somebody_came = false;
	st->desks[DESK_KIOSK].language = q.language;
	notice_word(st, DESK_KIOSK, NOTICE_GOOD, "rated", WORD_SURVEY_THANKS, WORD_SURVEY_THANKS,
		    &v);
	answer_ok(st, c, "");
}

static void verb_rate(struct station *st, const struct call *c, struct json args)
{
	struct word_values v = words_none();
	enum survey_scale scale;
	int64_t score;

	if (c->desk != DESK_KIOSK) {
		answer_said(st, c, 403, REASON_FORBIDDEN, WORD_SURVEY_THEIRS);
		return;
	}
	if (!survey_scale_read(json_get(args, "scale"), &scale) ||
	    json_int(json_get(args, "score"), &score) < 0) {
		answer_quiet(st, c, 400, REASON_BAD_REQUEST);
		return;
	}
	switch (survey_answer(st->question.open, st->question.scale, scale, score)) {
	case ANSWER_TAKEN:
		take(st, c, score);
		break;
	case ANSWER_NOT_ASKED:
		/* A hand that presses twice still reads thanks. */
		if (st->desks[DESK_KIOSK].notice.shown &&
		    strcmp(st->desks[DESK_KIOSK].notice.code, "rated") == 0)
			answer_quiet(st, c, 409, REASON_BAD_REQUEST);
		else
			answer_said(st, c, 409, REASON_BAD_REQUEST, WORD_SURVEY_NOT_ASKED);
		break;
	case ANSWER_OUT_OF_RANGE:
		v.n = survey_least(scale);
		v.left = survey_most(scale);
		words_say(&v, WORD_SURVEY_RANGE, WORD_SURVEY_RANGE);
		answer_no(st, c, 400, REASON_BAD_REQUEST, &v);
		break;
	}
}

/* ---- what is shown ---- */

static void add_text(struct buf *b, const char *name, struct json said, size_t chars, enum word w,
		     enum language l)
{
	char text[SURVEY_TEXT_MAX];

	jw_str(b, name, policy_text(said, l, chars, text) ? text : word_text(w, l));
}

void survey_customer_document(struct station *st, struct buf *b)
{
	const struct question *q = &st->question;
	struct survey_rule rule = { .scale = q->scale };
	struct survey_policy policy;

	if (!q->open) {
		jw_null(b, "survey");
		return;
	}
	policy = survey_policy_read(policy_get(st, "survey"));
	if (q->rule < policy.rule_count && policy.rules[q->rule].scale == q->scale)
		rule = policy.rules[q->rule];
	jw_open(b, "survey", '{');
	jw_str(b, "scale", survey_scale_name(q->scale));
	jw_str(b, "after", survey_after_name(q->after));
	jw_int(b, "min", survey_least(q->scale));
	jw_int(b, "max", survey_most(q->scale));
	jw_str(b, "language", language_code(q->language));
	add_text(b, "question", rule.question, SURVEY_CHARS, WORD_SURVEY_CSAT + q->scale,
		 q->language);
	add_text(b, "low", rule.low, SURVEY_LABEL, WORD_SURVEY_LOW_CSAT + q->scale, q->language);
	add_text(b, "high", rule.high, SURVEY_LABEL, WORD_SURVEY_HIGH_CSAT + q->scale, q->language);
	jw_close(b, '}');
}

void survey_counter_document(struct station *st, struct buf *b)
{
	const struct station *real = st->real ? st->real : st;
	const struct low_rating *low = &real->low_rating;
	struct word_values v = words_none();
	char memory[512], number[128] = "";
	struct buf text;

	if (!low->until_ms) {
		jw_null(b, "low_rating");
		return;
	}
	if (!st->real && low->order[0] && order_load(st, slice_of(low->order)))
		order_number(&st->order, number, sizeof(number));
	else
		text_fmt(number, sizeof(number), "%s", low->order);
	v.order = number[0] ? number : NULL;
	v.n = low->score;
	v.left = survey_most(low->scale);
	buf_init(&text, memory, sizeof(memory));
	words_fill(word_text(WORD_SURVEY_CASE, st->desks[DESK_COUNTER].language), &v, &text);
	jw_open(b, "low_rating", '{');
	jw_int(b, "score", low->score);
	jw_str(b, "scale", survey_scale_name(low->scale));
	if (low->order[0])
		jw_str(b, "order", low->order);
	jw_str(b, "case", low->case_id);
	jw_slice(b, "text", buf_read(&text));
	jw_close(b, '}');
}

void survey_seen(struct station *st)
{
	st = st->real ? st->real : st;
	st->dirty = st->dirty || st->low_rating.until_ms;
	st->low_rating.until_ms = 0;
}

void survey_tick(struct station *st)
{
	struct low_rating *low = &st->low_rating;

	if (low->until_ms && station_mono(st) >= low->until_ms) {
		low->until_ms = 0;
		st->dirty = true;
	} else if (low->until_ms) {
		station_wake_at(st, low->until_ms);
	}
}

void survey_effect(struct station *st, const struct origin *o, const char *type, struct json body)
{
	char customer[ID_MAX + 1];

	if (strcmp(type, "survey.asked") == 0 &&
	    json_string(json_get(body, "customer"), customer, sizeof(customer)) > 0 &&
	    id_valid(slice_of(customer)) && !store_erased(st->store, slice_of(customer)))
		store_asked_add(st->store, customer, contact_happened(st, o));
}

const struct verb survey_verbs[] = {
	{ "rate", true, false, ROLE_CLERK, verb_rate },
	{ 0 },
};
