// SPDX-License-Identifier: Apache-2.0
/*
 * Days as a shop in Poland counts them: holidays by law, days on which it is open, deadlines that
 * roll over. A day is the number of days since 1970-01-01 in the station's zone. Pure.
 */
#ifndef LADA_COUNTER_CALENDAR_H
#define LADA_COUNTER_CALENDAR_H

#include "firmware/base/json.h"

struct date {
	int year, month, day;
};

int64_t calendar_day(struct date d);
struct date calendar_date(int64_t day);
int64_t calendar_day_of(int64_t at_ms); /* which day it is then, in the station's zone */
int calendar_weekday(int64_t day);	/* 0 = Sunday */

/* The day of Easter Sunday. */
int64_t calendar_easter(int year);
/* A day free from work by law (ustawa o dniach wolnych od pracy), other than Sundays. */
bool calendar_holiday(int64_t day);

/* The last day of a period of so many days after `from`; where that is a Saturday, a Sunday or a
 * holiday, the next day that is none (art. 115 k.c.). */
int64_t calendar_deadline(int64_t from, int days);

/* Is the shop open that day? By policy `hours`: `open` by weekday, `also_open` by date (trading
 * Sundays), `closed` dates. Without one: on all days but holidays and Sundays that are no trading
 * Sundays by law. */
bool calendar_open(int64_t day, struct json hours);
/* Sundays on which shops may trade, by law as it stands since 2025: the last of January, April,
 * June and August, the one before Easter, the three before Christmas Eve. */
bool calendar_trading_sunday(int64_t day);
/* This day, or the next one on which the shop is open; a year ahead at most. */
int64_t calendar_next_open(int64_t day, struct json hours);

/* When so many hours of being open have passed after `from_ms`: that day's own hours count
 * (`also_open` by date, else `open` by weekday, each ["09:00","21:00"]); where the policy has none,
 * all of an open day does. A shop that is not open so long within a year: plain hours. */
int64_t calendar_hold_ms(int64_t from_ms, int64_t hours, struct json policy);
/* The minute at which the shop closes on an open day; 1440 where no policy says one. */
int calendar_closes(int64_t day, struct json policy);
/* "22:30" as minutes of the day, -1; "24:00" is the end of it. */
int calendar_minute(struct json v);

/* "2026-11-22" */
#define DATE_TEXT_MAX 16
void date_format(int64_t day, char dst[DATE_TEXT_MAX]);
bool date_parse(struct slice text, int64_t *ret_day);
/* The last moment of a day, as near as it matters: 23:59:59 in the station's zone. */
int64_t calendar_end_ms(int64_t day);

#endif
