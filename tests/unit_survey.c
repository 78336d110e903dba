// SPDX-License-Identifier: Apache-2.0
/*
 * Asking customers, as far as cases in text cannot say it: the rules one by one, restarts, other
 * lanes, odd and huge policies, who was erased, training.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>

#include "firmware/counter/survey.h"
#include "firmware/store/contact.h"
#include "firmware/survey.h"
#include "tests/one_shop.h"

#define DAY_MS (24 * 3600 * INT64_C(1000))

static void open_shop(void)
{
	case_shop_open(&shop, 1);
	fact("policy pickup {\"check_items\":\"none\"}");
	fact("policy survey {\"scale\":\"csat\"}");
}

static void hands_over(const char *order)
{
	char text[256];

	snprintf(text, sizeof(text),
		 "order %s ready: 1 x MUG 24.99; card 24.99; "
		 "customer={\"id\":\"C-1\"}",
		 order);
	fact(text);
	snprintf(text, sizeof(text), "code of %s", order);
	case_scan(&shop, text, false);
	assert_int_equal(shop.shop->status, 200);
	assert_int_equal(does("pickup.handover"), 200);
}

/* ---- the rules ---- */

static struct survey_policy policy_of(const char *text)
{
	static struct survey_policy p;
	struct json root;

	assert_int_equal(json_check(slice_of(text), &root), 0);
	p = survey_policy_read(root);
	return p;
}

static struct survey_facts good(void)
{
	return (struct survey_facts){ .after = AFTER_PICKUP,
				      .present = true,
				      .count = 1,
				      .minute = 12 * 60,
				      .now_ms = 1000 * DAY_MS };
}

static enum survey_no decided(const struct survey_policy *p, struct survey_facts f)
{
	int rule = -1;
	const enum survey_no no = survey_decide(p, &f, &rule);

	assert_int_equal(no == SURVEY_ASK, rule >= 0);
	return no;
}

static void each_rule_alone(void **state)
{
	const struct survey_policy p =
		policy_of("{\"scale\":\"csat\",\"every\":2,\"days\":10,"
			  "\"quiet\":{\"from\":\"20:00\",\"until\":\"08:00\"}}");
	struct survey_facts f = good();

	(void)state;
	assert_int_equal(decided(&p, f), SURVEY_NOT_ITS_TURN);
	f.count = 2;
	assert_int_equal(decided(&p, f), SURVEY_ASK);
	f.lot = 99;
	assert_int_equal(decided(&p, f), SURVEY_ASK);
	f.asked_ms = f.now_ms - 10 * DAY_MS + 1;
	assert_int_equal(decided(&p, f), SURVEY_LATELY);
	f.asked_ms--;
	assert_int_equal(decided(&p, f), SURVEY_ASK);
	f.minute = 20 * 60;
	assert_int_equal(decided(&p, f), SURVEY_QUIET);
	f.minute = 8 * 60 - 1;
	assert_int_equal(decided(&p, f), SURVEY_QUIET);
	f.minute = 8 * 60;
	assert_int_equal(decided(&p, f), SURVEY_ASK);
	f.quiet_until_ms = f.now_ms + 1;
	assert_int_equal(decided(&p, f), SURVEY_QUIET);
	f.never = true;
	assert_int_equal(decided(&p, f), SURVEY_NEVER);
	f.refused = true;
	assert_int_equal(decided(&p, f), SURVEY_REFUSED);
	f.screen_taken = true;
	assert_int_equal(decided(&p, f), SURVEY_ABSENT);
	f.screen_taken = f.present = false;
	assert_int_equal(decided(&p, f), SURVEY_ABSENT);
	f.practice = true;
	assert_int_equal(decided(&p, f), SURVEY_PRACTICE);
	f.after = AFTER_RETURN;
	assert_int_equal(decided(&p, f), SURVEY_NO_RULE);
}

static void a_share_is_a_share(void **state)
{
	const struct survey_policy p = policy_of("{\"scale\":\"nps\",\"share\":25}");
	struct survey_facts f = good();
	int asked = 0;

	(void)state;
	for (f.lot = 0; f.lot < 100; f.lot++)
		asked += decided(&p, f) == SURVEY_ASK;
	assert_int_equal(asked, 25);
}

static void the_first_rule_whose_turn_it_is(void **state)
{
	const struct survey_policy p = policy_of("{\"ask\":[{\"scale\":\"nps\",\"every\":10},"
						 "{\"scale\":\"csat\",\"every\":3},"
						 "{\"after\":\"return\",\"scale\":\"ces\"}]}");
	struct survey_facts f = good();
	int rule = -1;

	(void)state;
	f.count = 30;
	assert_int_equal(survey_decide(&p, &f, &rule), SURVEY_ASK);
	assert_int_equal(rule, 0);
	f.count = 33;
	assert_int_equal(survey_decide(&p, &f, &rule), SURVEY_ASK);
	assert_int_equal(rule, 1);
	f.after = AFTER_RETURN;
	assert_int_equal(survey_decide(&p, &f, &rule), SURVEY_ASK);
	assert_int_equal(rule, 2);
}

static void answers_in_range_and_asked_for(void **state)
{
	static const int64_t far[] = { INT64_MIN, -1, 11, INT64_MAX };

	(void)state;
	for (int s = 0; s < SURVEY_SCALES; s++) {
		const enum survey_scale scale = (enum survey_scale)s;

		for (int64_t n = survey_least(scale); n <= survey_most(scale); n++) {
			assert_int_equal(survey_answer(true, scale, scale, n), ANSWER_TAKEN);
			assert_int_equal(survey_answer(false, scale, scale, n), ANSWER_NOT_ASKED);
		}
		for (size_t i = 0; i < COUNT_OF(far); i++)
			assert_int_equal(survey_answer(true, scale, scale, far[i]),
					 ANSWER_OUT_OF_RANGE);
	}
	assert_int_equal(survey_answer(true, SCALE_CSAT, SCALE_CES, 3), ANSWER_NOT_ASKED);
}

/* What is wrong or too much in a policy is left out; the rest stands. */
static void policies_that_cannot_be(void **state)
{
	char text[16384], many[64 * 20];
	struct survey_policy p;
	struct buf b;

	(void)state;
	p = policy_of("{\"ask\":[{\"scale\":\"stars\"},7,{\"after\":\"birthday\",\"scale\":"
		      "\"nps\"},{\"scale\":\"ces\",\"every\":0,\"share\":101}],\"days\":-4,"
		      "\"case\":{\"csat\":99,\"nps\":false,\"ces\":0}}");
	assert_int_equal(p.rule_count, 1);
	assert_int_equal(p.rules[0].every, 1);
	assert_int_equal(p.rules[0].share, 100);
	assert_int_equal(p.days, 30);
	assert_int_equal(p.case_at[SCALE_CSAT], 2);
	assert_false(survey_opens_case(&p, SCALE_NPS, 0));
	assert_false(survey_opens_case(&p, SCALE_CES, 1));
	assert_int_equal(policy_of("[]").rule_count, 0);
	assert_int_equal(policy_of("{\"ask\":{\"a\":{\"scale\":\"nps\"}}}").rule_count, 0);
	buf_init(&b, many, sizeof(many));
	for (int i = 0; i < 40; i++)
		buf_text(&b, i ? ",{\"scale\":\"nps\"}" : "{\"scale\":\"nps\"}");
	snprintf(text, sizeof(text), "{\"ask\":[%s]}", buf_str(&b));
	assert_int_equal(policy_of(text).rule_count, SURVEY_RULES_MAX);
}

static void texts_are_cut_between_letters(void **state)
{
	char text[2048] = "\"", out[SURVEY_TEXT_MAX];
	struct json v;

	(void)state;
	for (int i = 0; i < 150; i++)
		text_fmt(text + 1 + 2 * i, 3, "ż");
	text_fmt(text + 1 + 300, 2, "\"");
	assert_int_equal(json_check(slice_of(text), &v), 0);
	assert_true(policy_text(v, LANGUAGE_UK, SURVEY_CHARS, out));
	assert_int_equal(strlen(out) % 2, 0);
	assert_true(strlen(out) < SURVEY_TEXT_MAX && strlen(out) > SURVEY_TEXT_MAX - 4);
	assert_int_equal(json_check(slice_of("{\"en\":\"a\"}"), &v), 0);
	assert_true(policy_text(v, LANGUAGE_EN, SURVEY_CHARS, out));
	assert_false(
		policy_text(v, LANGUAGE_UK, SURVEY_CHARS, out)); /* no Polish to fall back to */
	assert_int_equal(json_check(slice_of("\"a\\nb\""), &v), 0);
	assert_false(policy_text(v, LANGUAGE_PL, SURVEY_CHARS, out));
}

/* ---- the station ---- */

static void a_restart_ends_the_question_and_keeps_the_limit(void **state)
{
	(void)state;
	open_shop();
	hands_over("ZAM-1");
	assert_int_equal(told("survey.asked"), 1);
	assert_has(shop.shop->customer, "\"survey\":{");
	case_restart(&shop);
	assert_has(shop.shop->customer, "\"survey\":null");
	assert_int_equal(does("rate score=5 scale=csat desk=kiosk"), 409);
	assert_int_equal(told("interaction.rated"), 0);
	hands_over("ZAM-2");
	assert_int_equal(told("survey.asked"), 1); /* C-1 again, the same day */
	case_shop_close(&shop);
}

static void one_press_said_twice_is_one_rating(void **state)
{
	(void)state;
	open_shop();
	hands_over("ZAM-1");
	case_press(&shop, "key-1 rate score=1 scale=csat desk=kiosk");
	assert_int_equal(shop.shop->status, 200);
	case_press(&shop, "key-1 rate score=1 scale=csat desk=kiosk");
	assert_int_equal(shop.shop->status, 200);
	assert_int_equal(told("interaction.rated"), 1);
	/* The handover itself, and the case that the rating opens. */
	assert_int_equal(told("interaction.recorded"), 2);
	case_shop_close(&shop);
}

/* Nobody is logged in at the kiosk. */
static void who_rates_needs_no_session(void **state)
{
	(void)state;
	open_shop();
	hands_over("ZAM-1");
	shop.shop->token[0] = '\0';
	shop_verb(shop.shop, "rate", "{\"score\":1,\"scale\":\"csat\"}", NULL);
	assert_int_equal(shop.shop->status, 200);
	assert_null(strstr(shop.shop->customer, "low_rating"));
	assert_null(strstr(shop.shop->customer, "Niska ocena"));
	memcpy(shop.shop->token, shop.token, sizeof(shop.token));
	assert_has(shop.shop->screen, "Niska ocena: 1 z 5");
	/* Seen or not, it does not stand there for ever. */
	fact("after 11m");
	case_login(&shop, "E17");
	assert_has(shop.shop->screen, "\"low_rating\":null");
	case_shop_close(&shop);
}

static void other_lanes_count_in_any_order_and_by_the_earlier_clock(void **state)
{
	struct station *st;

	(void)state;
	open_shop();
	st = shop.shop->st;
	fact("lane k2 survey.asked {\"scale\":\"nps\",\"after\":\"return\",\"customer\":\"C-1\"}");
	store_begin(st->store);
	assert_int_equal(store_asked(st->store, "C-1"), shop.shop->wall_ms);
	store_asked_add(st->store, "C-1", 5); /* heard late */
	assert_int_equal(store_asked(st->store, "C-1"), shop.shop->wall_ms);
	assert_int_equal(store_asked(st->store, "C-2"), 0);
	store_commit(st->store);
	/* Odd ones change nothing. */
	fact("lane k2 survey.asked {\"scale\":\"nps\",\"customer\":7}");
	fact("lane k2 survey.asked {\"scale\":\"nps\",\"customer\":\"a b\"}");
	hands_over("ZAM-1");
	assert_int_equal(told("survey.asked"), 0);
	case_shop_close(&shop);
}

static void who_is_forgotten_leaves_nothing(void **state)
{
	struct station *st;
	enum offer_state offer;
	int64_t at;

	(void)state;
	open_shop();
	st = shop.shop->st;
	hands_over("ZAM-1");
	store_begin(st->store);
	store_offer_add(st->store, "C-1", "OF-1", 1000, OFFER_SHOWN);
	store_offer_add(st->store, "C-2", "OF-1", 1000, OFFER_TAKEN);
	assert_true(store_asked(st->store, "C-1") > 0);
	store_contact_forget(st->store, "C-1");
	assert_int_equal(store_asked(st->store, "C-1"), 0);
	assert_false(store_offer(st->store, "C-1", "OF-1", &at, &offer));
	assert_true(store_offer(st->store, "C-2", "OF-1", &at, &offer));
	store_contact_prune(st->store, 1001);
	assert_false(store_offer(st->store, "C-2", "OF-1", &at, &offer));
	store_commit(st->store);
	case_shop_close(&shop);
}

static void a_policy_that_changes_meanwhile_changes_words_only(void **state)
{
	(void)state;
	open_shop();
	fact("policy survey {\"scale\":\"csat\",\"question\":\"Jak?\"}");
	hands_over("ZAM-1");
	assert_has(shop.shop->customer, "\"question\":\"Jak?\"");
	fact("policy survey {\"ask\":[{\"scale\":\"nps\",\"question\":\"Ile?\"}]}");
	assert_has(shop.shop->customer, "\"scale\":\"csat\"");
	assert_has(shop.shop->customer, "Jak oceniasz");
	fact("policy survey {}");
	assert_int_equal(does("rate score=5 scale=nps desk=kiosk"), 409);
	assert_int_equal(does("rate score=5 scale=csat desk=kiosk"), 200);
	case_shop_close(&shop);
}

static void in_training_nobody_is_asked(void **state)
{
	struct station *t;

	(void)state;
	open_shop();
	assert_int_equal(does("training.start"), 200);
	t = shop.shop->st->training.station;
	assert_non_null(t);
	store_begin(t->store);
	survey_contact(t, &(struct contact){ AFTER_PICKUP, "", true, false });
	store_commit(t->store);
	assert_false(t->question.open);
	assert_has(shop.shop->customer, "\"survey\":null");
	assert_int_equal(does("training.stop"), 200);
	assert_int_equal(told("survey.asked"), 0);
	hands_over("ZAM-1");
	assert_int_equal(told("survey.asked"), 1);
	case_shop_close(&shop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_rule_alone),
		cmocka_unit_test(a_share_is_a_share),
		cmocka_unit_test(the_first_rule_whose_turn_it_is),
		cmocka_unit_test(answers_in_range_and_asked_for),
		cmocka_unit_test(policies_that_cannot_be),
		cmocka_unit_test(texts_are_cut_between_letters),
		cmocka_unit_test(a_restart_ends_the_question_and_keeps_the_limit),
		cmocka_unit_test(one_press_said_twice_is_one_rating),
		cmocka_unit_test(who_rates_needs_no_session),
		cmocka_unit_test(other_lanes_count_in_any_order_and_by_the_earlier_clock),
		cmocka_unit_test(who_is_forgotten_leaves_nothing),
		cmocka_unit_test(a_policy_that_changes_meanwhile_changes_words_only),
		cmocka_unit_test(in_training_nobody_is_asked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
