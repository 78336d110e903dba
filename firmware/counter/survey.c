// SPDX-License-Identifier: Apache-2.0
#include "firmware/counter/survey.h"

#include <string.h>

#include "firmware/base/text.h"
#include "firmware/counter/calendar.h"

#define DAY_MS	      (24 * 3600 * INT64_C(1000))
#define DAYS_MAX      365 /* longer nothing is remembered */
#define EVERY_MAX     1000000
#define DAYS	      30
#define TEXT_READ_MAX 1024 /* bytes of a text that is looked at */

static const struct {
	const char *name;
	int64_t least, most, low;
} scales[SURVEY_SCALES] = {
	[SCALE_CSAT] = { "csat", 1, 5, 2 },
	[SCALE_NPS] = { "nps", 0, 10, 6 },
	[SCALE_CES] = { "ces", 1, 7, 3 },
};
static const char *const afters[SURVEY_AFTERS] = { "pickup", "return", "complaint" };

const char *survey_scale_name(enum survey_scale s)
{
	return scales[s].name;
}

bool survey_scale_read(struct json word, enum survey_scale *ret_scale)
{
	for (int i = 0; i < SURVEY_SCALES; i++)
		if (json_is(word, scales[i].name)) {
			*ret_scale = (enum survey_scale)i;
			return true;
		}
	return false;
}

int64_t survey_least(enum survey_scale s)
{
	return scales[s].least;
}

int64_t survey_most(enum survey_scale s)
{
	return scales[s].most;
}

const char *survey_after_name(enum survey_after a)
{
	return afters[a];
}

/* ---- policy ---- */

static int64_t between(struct json v, int64_t least, int64_t most, int64_t otherwise)
{
	const int64_t n = json_int_or(v, otherwise);

	return n >= least && n <= most ? n : otherwise;
}

/* After a pickup, where nothing is said. */
static bool after_read(struct json word, enum survey_after *ret_after)
{
	*ret_after = AFTER_PICKUP;
	if (word.type == JSON_NONE)
		return true;
	for (int i = 0; i < SURVEY_AFTERS; i++)
		if (json_is(word, afters[i])) {
			*ret_after = (enum survey_after)i;
			return true;
		}
	return false;
}

static void add_rule(struct survey_policy *p, struct json v)
{
	struct survey_rule r = { .every = between(json_get(v, "every"), 1, EVERY_MAX, 1),
				 .share = between(json_get(v, "share"), 0, 100, 100),
				 .question = json_get(v, "question") };

	if (p->rule_count == SURVEY_RULES_MAX || !after_read(json_get(v, "after"), &r.after) ||
	    !survey_scale_read(json_get(v, "scale"), &r.scale))
		return;
	r.low = json_get(v, "low");
	r.high = json_get(v, "high");
	p->rules[p->rule_count++] = r;
}

static int64_t case_of(struct json cases, enum survey_scale s)
{
	const struct json v = json_get(cases, scales[s].name);

	if (v.type == JSON_NULL || json_false(v))
		return scales[s].least - 1;
	return between(v, scales[s].least - 1, scales[s].most, scales[s].low);
}

struct survey_policy survey_policy_read(struct json survey)
{
	struct survey_policy p = { .days = between(json_get(survey, "days"), 0, DAYS_MAX, DAYS),
				   .quiet = json_get(survey, "quiet"),
				   .after_refusal = json_true(json_get(survey, "after_refusal")) };
	const struct json ask = json_get(survey, "ask");

	if (ask.type == JSON_NONE)
		add_rule(&p, survey);
	for (struct json_walk w = json_walk(ask); json_next(&w);)
		if (w.value.type == JSON_OBJECT && ask.type == JSON_ARRAY)
			add_rule(&p, w.value);
	for (int i = 0; i < SURVEY_SCALES; i++)
		p.case_at[i] = case_of(json_get(survey, "case"), (enum survey_scale)i);
	return p;
}

bool survey_wants(const struct survey_policy *p, enum survey_after after)
{
	for (int i = 0; i < p->rule_count; i++)
		if (p->rules[i].after == after)
			return true;
	return false;
}

bool quiet_hours(struct json quiet, int minute)
{
	const int from = calendar_minute(json_get(quiet, "from"));
	const int until = calendar_minute(json_get(quiet, "until"));

	if (from < 0 || until < 0)
		return false;
	return from <= until ? minute >= from && minute < until : minute >= from || minute < until;
}

/* ---- is a question asked? ---- */

static bool its_turn(const struct survey_rule *r, const struct survey_facts *f)
{
	return f->count % r->every == 0 && f->lot < r->share;
}

enum survey_no survey_decide(const struct survey_policy *p, const struct survey_facts *f,
			     int *ret_rule)
{
	if (!survey_wants(p, f->after))
		return SURVEY_NO_RULE;
	if (f->practice)
		return SURVEY_PRACTICE;
	if (!f->present || f->screen_taken)
		return SURVEY_ABSENT;
	if (f->refused && !p->after_refusal)
		return SURVEY_REFUSED;
	if (f->never)
		return SURVEY_NEVER;
	if (quiet_hours(p->quiet, f->minute) || f->now_ms < f->quiet_until_ms)
		return SURVEY_QUIET;
	if (f->asked_ms && f->now_ms < f->asked_ms + p->days * DAY_MS)
		return SURVEY_LATELY;
	for (int i = 0; i < p->rule_count; i++)
		if (p->rules[i].after == f->after && its_turn(&p->rules[i], f)) {
			*ret_rule = i;
			return SURVEY_ASK;
		}
	return SURVEY_NOT_ITS_TURN;
}

/* ---- the answer ---- */

enum survey_answer survey_answer(bool open, enum survey_scale asked, enum survey_scale scale,
				 int64_t score)
{
	if (score < scales[scale].least || score > scales[scale].most)
		return ANSWER_OUT_OF_RANGE;
	return open && asked == scale ? ANSWER_TAKEN : ANSWER_NOT_ASKED;
}

bool survey_opens_case(const struct survey_policy *p, enum survey_scale scale, int64_t score)
{
	return score <= p->case_at[scale];
}

bool policy_text(struct json text, enum language l, size_t chars, char ret_text[SURVEY_TEXT_MAX])
{
	struct json v = text.type == JSON_OBJECT ? json_get(text, language_code(l)) : text;
	char whole[TEXT_READ_MAX];
	struct slice cut;

	if (v.type != JSON_STRING)
		v = json_get(text, language_code(LANGUAGE_PL));
	if (json_string(v, whole, sizeof(whole)) <= 0 || text_has_control(slice_of(whole)))
		return false;
	cut = utf8_cut(slice_of(whole), chars);
	/* So many characters may be four times as many bytes. */
	while (slice_copy(cut, ret_text, SURVEY_TEXT_MAX) < 0)
		cut = utf8_cut(cut, --chars);
	return true;
}
