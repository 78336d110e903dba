// SPDX-License-Identifier: Apache-2.0
#include "firmware/counter/calendar.h"

#include "firmware/base/clock.h"
#include "firmware/base/text.h"

#define DAY_MS	      (24 * 3600 * INT64_C(1000))
#define MINUTE_MS     (60 * INT64_C(1000))
#define DAY_MINUTES   (24 * 60)
#define SATURDAY      6
#define EVE_FREE_FROM 2025 /* Christmas Eve is free since then */

static const char *const weekdays[] = { "sun", "mon", "tue", "wed", "thu", "fri", "sat" };

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

bool calendar_open(int64_t day, struct json hours)
{
	const int weekday = calendar_weekday(day);
	const struct json open = json_get(hours, "open");
	char date[DATE_TEXT_MAX];

	date_format(day, date);
	if (json_get(json_get(hours, "also_open"), date).type == JSON_ARRAY)
		return true;
	if (listed(json_get(hours, "closed"), date) || calendar_holiday(day))
		return false;
	if (open.type == JSON_OBJECT)
		return json_get(open, weekdays[weekday]).type == JSON_ARRAY;
	return weekday != 0 || calendar_trading_sunday(day);
}

int64_t calendar_next_open(int64_t day, struct json hours)
{
	for (int64_t d = day; d < day + 366; d++)
		if (calendar_open(d, hours))
			return d;
	return day;
}

int calendar_minute(struct json v)
{
	char text[8];
	int minute;

	if (json_string(v, text, sizeof(text)) != 5 || text[2] != ':' ||
	    !text_digits((struct slice){ text, 2 }) || !text_digits((struct slice){ text + 3, 2 }))
		return -1;
	minute = ((text[0] - '0') * 10 + text[1] - '0') * 60 + (text[3] - '0') * 10 + text[4] - '0';
	return text[3] < '6' && minute <= DAY_MINUTES ? minute : -1;
}

/* In the station's zone; where clocks are put forward or back, an hour around it may be off. */
static int64_t minute_ms(int64_t day, int minute)
{
	const int64_t guess = day * DAY_MS + minute * MINUTE_MS;
	const struct local_time t = time_local(guess);
	const int64_t there = calendar_day((struct date){ t.year, t.month, t.day });

	return 2 * guess - (there * DAY_MS + (t.hour * 60 + t.minute) * MINUTE_MS);
}

/* The hours of an open day: from, to in minutes. */
static void hours_of(int64_t day, struct json policy, int ret[2])
{
	char date[DATE_TEXT_MAX];
	struct json span;
	int i = 0;

	date_format(day, date);
	span = json_get(json_get(policy, "also_open"), date);
	if (span.type != JSON_ARRAY)
		span = json_get(json_get(policy, "open"), weekdays[calendar_weekday(day)]);
	ret[0] = 0;
	ret[1] = DAY_MINUTES;
	for (struct json_walk w = json_walk(span); i < 2 && json_next(&w); i++)
		ret[i] = calendar_minute(w.value);
	if (ret[0] < 0 || ret[1] <= ret[0]) {
		ret[0] = 0;
		ret[1] = DAY_MINUTES;
	}
}

int calendar_closes(int64_t day, struct json policy)
{
	int span[2];

	hours_of(day, policy, span);
	return span[1];
}

int64_t calendar_hold_ms(int64_t from_ms, int64_t hours, struct json policy)
{
	const int64_t first = calendar_day_of(from_ms);
	int64_t left = hours * 60 * MINUTE_MS, at;

	for (int64_t day = first; day < first + 366; day++) {
		int span[2];
		int64_t opens, closes;

		if (!calendar_open(day, policy))
			continue;
		hours_of(day, policy, span);
		opens = minute_ms(day, span[0]);
		closes = minute_ms(day, span[1]);
		at = opens > from_ms ? opens : from_ms;
		if (at + left <= closes)
			return at + left;
		if (closes > at)
			left -= closes - at;
	}
	return from_ms + hours * 60 * MINUTE_MS;
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

int64_t calendar_end_ms(int64_t day)
{
	/* 23:59:59 if the zone were UTC; then moved by what the zone says of that moment. */
	const int64_t guess = day * DAY_MS + DAY_MS - 1000;
	const struct local_time t = time_local(guess);
	const int64_t there = calendar_day((struct date){ t.year, t.month, t.day });
	const int64_t off_ms = (there - day) * DAY_MS +
			       ((t.hour * 60 + t.minute) * INT64_C(60) - 86400 + 60) * 1000;

	return guess - off_ms;
}
