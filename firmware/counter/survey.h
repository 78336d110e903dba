// SPDX-License-Identifier: Apache-2.0
/*
 * The rules of asking customers how it was, pure: when one question is put on the customer's
 * screen, which one, which answers it takes, and which of them open a case. Scores are whole
 * numbers; times are wall milliseconds, times of day minutes in the shop's zone.
 *
 * A customer is asked by one rule of policy `survey` at most after one contact, and none of them
 * before `days` have passed since that person was asked last, wherever that was.
 */
#ifndef LADA_COUNTER_SURVEY_H
#define LADA_COUNTER_SURVEY_H

#include "firmware/base/json.h"
#include "firmware/base/money.h"

/* How content they are 1..5, how likely to recommend the shop 0..10, how easy it was 1..7. */
enum survey_scale { SCALE_CSAT, SCALE_NPS, SCALE_CES };
#define SURVEY_SCALES (SCALE_CES + 1)
const char *survey_scale_name(enum survey_scale s); /* "csat", "nps", "ces" */
bool survey_scale_read(struct json word, enum survey_scale *ret_scale);
int64_t survey_least(enum survey_scale s);
int64_t survey_most(enum survey_scale s);

/* What the contact was. */
enum survey_after { AFTER_PICKUP, AFTER_RETURN, AFTER_COMPLAINT };
#define SURVEY_AFTERS (AFTER_COMPLAINT + 1)
const char *survey_after_name(enum survey_after a); /* "pickup", "return", "complaint" */

/* ---- policy `survey` ---- */

#define SURVEY_RULES_MAX 8 /* what stands behind them is not looked at */
#define SURVEY_TEXT_MAX	 160
#define SURVEY_CHARS	 120 /* of a question that are shown */
#define SURVEY_LABEL	 40  /* of a label */

struct survey_rule {
	enum survey_after after;
	enum survey_scale scale;
	int64_t every;			 /* contacts: the last of so many is asked */
	int64_t share;			 /* percent of those whose turn it is */
	struct json question, low, high; /* a text each, or one by language */
};
struct survey_policy {
	int rule_count;
	struct survey_rule rules[SURVEY_RULES_MAX];
	int64_t days;			/* between two questions to one person */
	struct json quiet;		/* {"from","until"} */
	bool after_refusal;		/* ask also who was refused something */
	int64_t case_at[SURVEY_SCALES]; /* up to this score a case is opened; below the least: never
					 */
};
/* `{"ask":[{"after","scale","every","share","question","low","high"}],"days","quiet",
 * "after_refusal","case":{"csat":2}}`, or one rule's members themselves, which is then after a
 * pickup. A rule that cannot be read is none. */
struct survey_policy survey_policy_read(struct json survey);
/* Is there any rule for this kind of contact? */
bool survey_wants(const struct survey_policy *p, enum survey_after after);

/* Is this minute of the day in `{"from":"20:00","until":"08:00"}`? Nothing is, where a time cannot
 * be read. */
bool quiet_hours(struct json quiet, int minute);

/* ---- is a question asked? ---- */

struct survey_facts {
	enum survey_after after;
	bool practice;	   /* in training nobody is asked */
	bool present;	   /* the customer stands there; false: a courier took it, or it was sent */
	bool screen_taken; /* by the next customer */
	bool refused;	   /* something, in this contact or to this order shortly before */
	bool never;	   /* this person does not want to be asked */
	int64_t count;	   /* of this lane's contacts of this kind, this one included; from 1 */
	int lot;	   /* 0..99, by chance */
	int minute;	   /* of the day */
	int64_t now_ms;
	int64_t asked_ms;	/* this person, last; 0 never, or nobody knows who it is */
	int64_t quiet_until_ms; /* what they asked for; 0 nothing */
};
enum survey_no {
	SURVEY_ASK,
	SURVEY_NO_RULE,
	SURVEY_PRACTICE,
	SURVEY_ABSENT,
	SURVEY_REFUSED,
	SURVEY_NEVER,
	SURVEY_QUIET,
	SURVEY_LATELY,
	SURVEY_NOT_ITS_TURN,
};
/* ret_rule: which one, where it is asked. */
enum survey_no survey_decide(const struct survey_policy *p, const struct survey_facts *f,
			     int *ret_rule);

/* ---- the answer ---- */

enum survey_answer { ANSWER_TAKEN, ANSWER_NOT_ASKED, ANSWER_OUT_OF_RANGE };
/* `open`: there is a question, with this scale. */
enum survey_answer survey_answer(bool open, enum survey_scale asked, enum survey_scale scale,
				 int64_t score);
bool survey_opens_case(const struct survey_policy *p, enum survey_scale scale, int64_t score);

/* A text of policy in this language, else in Polish, cut to so many characters; false: there is
 * none. */
bool policy_text(struct json text, enum language l, size_t chars, char ret_text[SURVEY_TEXT_MAX]);

#endif
