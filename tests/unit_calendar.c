// SPDX-License-Identifier: Apache-2.0
/* The shop's days: dates, zones, holidays by law, deadlines, trading Sundays, opening hours. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "firmware/base/clock.h"
#include "firmware/base/text.h"
#include "firmware/counter/calendar.h"

static int64_t day(const char *text)
{
	int64_t d = 0;

	assert_true(date_parse(slice_of(text), &d));
	return d;
}

static void days_and_dates(void **state)
{
	char text[DATE_TEXT_MAX];

	(void)state;
	for (int64_t d = day("1999-12-25"); d < day("2101-01-05"); d++) {
		int64_t again;

		date_format(d, text);
		assert_true(date_parse(slice_of(text), &again));
		assert_int_equal(again, d);
		assert_int_equal(calendar_day_of(calendar_end_ms(d)), d);
		assert_int_equal(calendar_day_of(calendar_end_ms(d) + 1000), d + 1);
	}
	assert_false(date_parse(slice_of("2026-02-29"), &(int64_t){ 0 }));
	assert_false(date_parse(slice_of("2026-2-09"), &(int64_t){ 0 }));
	assert_false(date_parse(slice_of("2026-13-01"), &(int64_t){ 0 }));
	assert_int_equal(calendar_weekday(day("2026-11-22")), 0);
}

static void zones(void **state)
{
	(void)state;
	for (const char **zone = (const char *[]){ "Europe/Warsaw", "UTC", "America/New_York", "" };
	     **zone; zone++) {
		setenv("TZ", *zone, 1);
		tzset();
		/* Also over the nights in which clocks are set. */
		for (int64_t d = day("2026-03-25"); d < day("2026-11-05"); d++) {
			assert_int_equal(calendar_day_of(calendar_end_ms(d)), d);
			assert_int_equal(calendar_day_of(calendar_end_ms(d) + 1000), d + 1);
		}
	}
	unsetenv("TZ");
	tzset();
}

static void polish_holidays(void **state)
{
	/* As printed in the calendars of these years. */
	static const char *const free_days[] = {
		"2024-01-01", "2024-01-06", "2024-03-31", "2024-04-01", "2024-05-01", "2024-05-03",
		"2024-05-19", "2024-05-30", "2024-08-15", "2024-11-01", "2024-11-11", "2024-12-25",
		"2024-12-26", "2025-04-20", "2025-04-21", "2025-06-08", "2025-06-19", "2025-12-24",
		"2026-04-05", "2026-04-06", "2026-05-24", "2026-06-04", "2026-12-24", "2027-03-28",
		"2027-03-29", "2027-05-16", "2027-05-27", "2038-04-25",
	};
	static const char *const working[] = { "2024-12-24", "2026-04-03", "2026-04-07",
					       "2026-12-23", "2026-12-27", "2026-05-02" };
	int count = 0;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(free_days); i++)
		if (!calendar_holiday(day(free_days[i])))
			fail_msg("%s is a holiday", free_days[i]);
	for (size_t i = 0; i < COUNT_OF(working); i++)
		if (calendar_holiday(day(working[i])))
			fail_msg("%s is none", working[i]);
	for (int64_t d = day("2026-01-01"); d <= day("2026-12-31"); d++)
		count += calendar_holiday(d);
	assert_int_equal(count, 14);
}

static void deadlines_roll_over(void **state)
{
	static const struct {
		const char *from, *last;
	} cases[] = {
		{ "2026-11-09", "2026-11-23" }, /* a Monday */
		{ "2026-11-07", "2026-11-23" }, /* a Saturday */
		{ "2026-11-08", "2026-11-23" }, /* a Sunday */
		{ "2026-12-10", "2026-12-28" }, /* Christmas Eve, two holidays, a Sunday */
		{ "2026-04-17", "2026-05-04" }, /* the first of May, Saturday, the third */
		{ "2026-05-21", "2026-06-05" }, /* Corpus Christi */
		{ "2024-12-10", "2024-12-24" }, /* was no holiday then */
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		assert_int_equal(calendar_deadline(day(cases[i].from), 14), day(cases[i].last));
}

static void trading_days(void **state)
{
	static const char *const sundays[] = { "2026-01-25", "2026-03-29", "2026-04-26",
					       "2026-06-28", "2026-08-30", "2026-12-06",
					       "2026-12-13", "2026-12-20" };
	const struct json none = { 0 };
	struct json hours;
	size_t found = 0;

	(void)state;
	for (int64_t d = day("2026-01-01"); d <= day("2026-12-31"); d++)
		if (calendar_trading_sunday(d)) {
			assert_true(found < COUNT_OF(sundays));
			assert_int_equal(d, day(sundays[found++]));
		}
	assert_int_equal(found, COUNT_OF(sundays));
	assert_true(calendar_open(day("2026-12-20"), none));
	assert_false(calendar_open(day("2026-12-27"), none));
	assert_false(calendar_open(day("2026-12-25"), none));
	assert_int_equal(json_check(slice_of("{\"open\":{\"mon\":[\"09:00\",\"21:00\"]},"
					     "\"also_open\":{\"2026-11-22\":[\"10:00\",\"20:00\"]},"
					     "\"closed\":[\"2026-11-23\"]}"),
				    &hours),
			 0);
	assert_true(calendar_open(day("2026-11-22"), hours));
	assert_false(calendar_open(day("2026-11-23"), hours));
	assert_int_equal(calendar_next_open(day("2026-11-23"), hours), day("2026-11-30"));
}

static void hold_hours_are_opening_hours(void **state)
{
	static const struct {
		const char *from;
		int64_t hours;
		const char *until;
	} cases[] = {
		{ "2026-11-24T09:00:00Z", 2, "2026-11-24T11:00:00.000Z" },
		/* Tuesday 18:00 to 21:00, and the rest from Wednesday 9:00 on. */
		{ "2026-11-24T17:00:00Z", 5, "2026-11-25T10:00:00.000Z" },
		{ "2026-11-24T23:30:00Z", 1, "2026-11-25T09:00:00.000Z" },
		/* 23 December 15:00: 6 hours, then Christmas and a Sunday; 28 to 30 December 12
		 * each, New Year's Eve 6 more. */
		{ "2026-12-23T14:00:00Z", 48, "2026-12-31T14:00:00.000Z" },
		/* Summer time begins in the night before a Monday. */
		{ "2026-03-28T19:00:00Z", 2, "2026-03-30T08:00:00.000Z" },
	};
	static const char text[] =
		"{\"open\":{\"mon\":[\"09:00\",\"21:00\"],\"tue\":[\"09:00\",\"21:00\"],"
		"\"wed\":[\"09:00\",\"21:00\"],\"thu\":[\"09:00\",\"21:00\"],"
		"\"fri\":[\"09:00\",\"21:00\"],\"sat\":[\"09:00\",\"21:00\"]}}";
	const struct json none = { 0 };
	char until[TIME_TEXT_MAX];
	struct json hours;
	int64_t from;

	(void)state;
	setenv("TZ", "Europe/Warsaw", 1);
	tzset();
	assert_int_equal(json_check(slice_of(text), &hours), 0);
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		assert_int_equal(time_parse(slice_of(cases[i].from), &from), 0);
		time_format(calendar_hold_ms(from, cases[i].hours, hours), until);
		assert_string_equal(until, cases[i].until);
	}
	/* Without hours a day that is open counts whole: 9 hours of the 23rd, the 28th, 15 more. */
	assert_int_equal(time_parse(slice_of("2026-12-23T14:00:00Z"), &from), 0);
	time_format(calendar_hold_ms(from, 48, none), until);
	assert_string_equal(until, "2026-12-29T14:00:00.000Z");
	/* A shop that never opens, and hours that are none. */
	assert_int_equal(json_check(slice_of("{\"open\":{}}"), &hours), 0);
	assert_int_equal(calendar_hold_ms(from, 48, hours), from + INT64_C(48) * 3600000);
	assert_int_equal(json_check(slice_of("{\"open\":{\"wed\":[\"99:00\",7]}}"), &hours), 0);
	from -= INT64_C(12) * 3600000;
	assert_int_equal(calendar_hold_ms(from, 1, hours), from + 3600000);
	unsetenv("TZ");
	tzset();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(days_and_dates),
		cmocka_unit_test(zones),
		cmocka_unit_test(polish_holidays),
		cmocka_unit_test(deadlines_roll_over),
		cmocka_unit_test(hold_hours_are_opening_hours),
		cmocka_unit_test(trading_days),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
