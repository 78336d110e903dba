// SPDX-License-Identifier: Apache-2.0
#include "firmware/counter/calendar.h"

#include "firmware/base/clock.h"
#include "firmware/base/text.h"

#define MINUTE_MS     (60 * INT64_C(1000))
#define DAY_MS	      (24 * 60 * MINUTE_MS)
#define SATURDAY      6
#define EVE_FREE_FROM 2025 /* Christmas Eve is free since then */

/* Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms". */
int64_t calendar_day(struct date d)
{
	const int64_t y = d.year - (d.month <= 2);
	const int64_t era = (y >= 0 ? y : y - 399) / 400, of_era = y - era * 400;
	const int64_t of_year = (153 * (d.month + (d.month > 2 ? -3 : 9)) + 2) / 5 + d.day - 1;

	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

struct date calendar_date(int64_t day)
{
	const int64_t z = day + 719468, era = (z >= 0 ? z : z - 146096) / 146097;
	const int64_t doe = z - era * 146097;
	const int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	const int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153;
	const int month = (int)(mp < 10 ? mp + 3 : mp - 9);

	return (struct date){ (int)(yoe + era * 400 + (month <= 2)), month,
			      (int)(doy - (153 * mp + 2) / 5 + 1) };
}

int64_t calendar_day_of(int64_t at_ms)
{
	const struct local_time t = time_local(at_ms);

	return calendar_day((struct date){ t.year, t.month, t.day });
}

int calendar_weekday(int64_t day)
{
	return (int)(((day + 4) % 7 + 7) % 7); /* 1970-01-01 was a Thursday */
}

/* The Gregorian computus of Meeus, Jones and Butcher. */
int64_t calendar_easter(int year)
{
	const int a = year % 19, b = year / 100, c = year % 100, d = b / 4, e = b % 4;
	const int g = (8 * b + 13) / 25, h = (19 * a + b - d - g + 15) % 30, i = c / 4, k = c % 4;
	const int l = (32 + 2 * e + 2 * i - h - k) % 7, m = (a + 11 * h + 19 * l) / 433;
	const int n = (h + l - 7 * m + 90) / 25, p = (h + l - 7 * m + 33 * n + 19) % 32;

	return calendar_day((struct date){ year, n, p });
}

bool calendar_holiday(int64_t day)
{
	static const struct {
		int month, day;
	} fixed[] = { { 1, 1 },	 { 1, 6 },   { 5, 1 },	 { 5, 3 },  { 8, 15 },
		      { 11, 1 }, { 11, 11 }, { 12, 25 }, { 12, 26 } };
	static const int after_easter[] = { 0, 1, 49, 60 }; /* Pentecost, Corpus Christi */
	const struct date d = calendar_date(day);

	for (size_t i = 0; i < COUNT_OF(fixed); i++)
		if (d.month == fixed[i].month && d.day == fixed[i].day)
			return true;
	for (size_t i = 0; i < COUNT_OF(after_easter); i++)
		if (day == calendar_easter(d.year) + after_easter[i])
			return true;
	return d.month == 12 && d.day == 24 && d.year >= EVE_FREE_FROM;
}

static bool is_rest(int64_t day)
{
	const int weekday = calendar_weekday(day);

	return weekday == 0 || weekday == SATURDAY || calendar_holiday(day);
}

int64_t calendar_deadline(int64_t from, int days)
{
	int64_t day = from + days;

	while (is_rest(day))
		day++;
	return day;
}

static bool is_last_sunday_of(int64_t day, int month)
{
	return calendar_date(day).month == month && calendar_date(day + 7).month != month;
}

bool calendar_trading_sunday(int64_t day)
{
	const struct date d = calendar_date(day);
	const int64_t eve = calendar_day((struct date){ d.year, 12, 24 });

	if (calendar_weekday(day) != 0 || calendar_holiday(day))
		return false;
	return is_last_sunday_of(day, 1) || is_last_sunday_of(day, 4) ||
	       is_last_sunday_of(day, 6) || is_last_sunday_of(day, 8) ||
	       day == calendar_easter(d.year) - 7 || (day < eve && day >= eve - 21);
}

static bool listed(struct json dates, const char *date)
{
	for (struct json_walk w = json_walk(dates); json_next(&w);)
		if (json_is(w.value, date))
			return true;
	return false;
}

/* The policy's word on that day: false when it is closed; `hours` where it has any. */
static bool hours_of(int64_t day, struct json policy, struct json *ret_hours)
{
	static const char *const names[] = { "sun", "mon", "tue", "wed", "thu", "fri", "sat" };
	const struct json open = json_get(policy, "open");
	char date[DATE_TEXT_MAX];

	date_format(day, date);
	*ret_hours = json_get(json_get(policy, "also_open"), date);
	if (ret_hours->type == JSON_ARRAY)
		return true;
	if (listed(json_get(policy, "closed"), date) || calendar_holiday(day))
		return false;
	*ret_hours = json_get(open, names[calendar_weekday(day)]);
	if (open.type == JSON_OBJECT)
		return ret_hours->type == JSON_ARRAY;
	return calendar_weekday(day) != 0 || calendar_trading_sunday(day);
}

bool calendar_open(int64_t day, struct json hours)
{
	struct json of_day;

	return hours_of(day, hours, &of_day);
}

int64_t calendar_next_open(int64_t day, struct json hours)
{
	for (int64_t d = day; d < day + 366; d++)
		if (calendar_open(d, hours))
			return d;
	return day;
}

void date_format(int64_t day, char dst[DATE_TEXT_MAX])
{
	const struct date d = calendar_date(day);

	text_fmt(dst, DATE_TEXT_MAX, "%04d-%02d-%02d", d.year % 10000, d.month, d.day);
}

static int digits(struct slice s, size_t at, size_t n)
{
	int value = 0;

	for (size_t i = at; i < at + n; i++)
		value = value * 10 + (s.p[i] - '0');
	return value;
}

bool date_parse(struct slice text, int64_t *ret_day)
{
	char again[DATE_TEXT_MAX];
	int64_t day;

	if (text.n != 10 || text.p[4] != '-' || text.p[7] != '-' ||
	    !text_digits((struct slice){ text.p, 4 }) ||
	    !text_digits((struct slice){ text.p + 5, 2 }) ||
	    !text_digits((struct slice){ text.p + 8, 2 }))
		return false;
	day = calendar_day(
		(struct date){ digits(text, 0, 4), digits(text, 5, 2), digits(text, 8, 2) });
	date_format(day, again);
	if (!slice_eq(text, again))
		return false; /* the 31st of April */
	*ret_day = day;
	return true;
}

/* That minute of that day in the station's zone. */
static int64_t minute_ms(int64_t day, int64_t minute)
{
	/* As if the zone were UTC; then moved by what the zone says of that moment. */
	const int64_t guess = day * DAY_MS + minute * MINUTE_MS;
	const struct local_time t = time_local(guess);
	const int64_t there = calendar_day((struct date){ t.year, t.month, t.day });
	const int64_t off_ms =
		(there - day) * DAY_MS + (t.hour * 60 + t.minute - minute) * MINUTE_MS;

	return guess - off_ms;
}

int64_t calendar_end_ms(int64_t day)
{
	return minute_ms(day, 24 * 60 - 1) + MINUTE_MS - 1000;
}

/* "09:00" as minutes, or what it is otherwise. */
static int64_t minute_of(struct json v, int64_t otherwise)
{
	char text[8];
	int64_t minute;

	if (json_string(v, text, sizeof(text)) != 5 || text[2] != ':' ||
	    !text_digits((struct slice){ text, 2 }) || !text_digits((struct slice){ text + 3, 2 }))
		return otherwise;
	minute = digits(slice_of(text), 0, 2) * INT64_C(60) + digits(slice_of(text), 3, 2);
	return minute <= 24 * 60 ? minute : otherwise;
}

/* From when to when, in minutes: `["09:00","21:00"]`, or the whole day. */
static void minutes_of(struct json hours, int64_t *ret_opens, int64_t *ret_closes)
{
	struct json_walk w = json_walk(hours);

	*ret_opens = json_next(&w) ? minute_of(w.value, 0) : 0;
	*ret_closes = json_next(&w) ? minute_of(w.value, 24 * 60) : 24 * 60;
}

int64_t calendar_open_hours_after(int64_t from_ms, int64_t hours, struct json policy)
{
	const int64_t first = calendar_day_of(from_ms);
	int64_t left_ms = hours * 60 * MINUTE_MS, opens, closes, opens_ms, closes_ms;
	struct json of_day;

	for (int64_t day = first; day < first + 366; day++) {
		if (!hours_of(day, policy, &of_day))
			continue;
		minutes_of(of_day, &opens, &closes);
		opens_ms = minute_ms(day, opens);
		closes_ms = minute_ms(day, closes);
		if (opens_ms < from_ms)
			opens_ms = from_ms;
		if (closes_ms <= opens_ms)
			continue;
		if (left_ms <= closes_ms - opens_ms)
			return opens_ms + left_ms;
		left_ms -= closes_ms - opens_ms;
	}
	return from_ms + hours * 60 * MINUTE_MS;
}
