// SPDX-License-Identifier: Apache-2.0
#include "firmware/counter/gs1.h"

#include <string.h>

#include "firmware/base/text.h"

#define TYPES_82                                                                                   \
	"!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"
#define TYPES_39 "#-/0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define TYPES_64 "-0123456789=ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"

const char *code_fault_name(enum code_fault fault)
{
	static const char *const names[FAULT_COUNT] = {
		[FAULT_NONE] = "",
		[FAULT_UNKNOWN_AI] = "unknown_ai",
		[FAULT_EMPTY] = "empty",
		[FAULT_SHORT] = "short",
		[FAULT_LONG] = "long",
		[FAULT_CHARACTER] = "character",
		[FAULT_CHECK_DIGIT] = "check_digit",
		[FAULT_DATE] = "date",
		[FAULT_TIME] = "time",
		[FAULT_VALUE] = "value",
		[FAULT_MISSING] = "missing",
		[FAULT_PAIR] = "pair",
		[FAULT_CONTRADICTION] = "contradiction",
		[FAULT_ORDER] = "order",
		[FAULT_TOO_MANY] = "too_many",
		[FAULT_INNER_DIGIT] = "inner_digit",
		[FAULT_AMOUNT] = "amount",
		[FAULT_COMPRESSED] = "compressed",
	};

	return (unsigned)fault < FAULT_COUNT ? names[fault] : "";
}

bool gs1_check_digit_right(struct slice digits)
{
	unsigned sum = 0;

	if (!text_digits(digits))
		return false;
	for (size_t i = 0; i < digits.n; i++)
		sum += (unsigned)(digits.p[digits.n - 1 - i] - '0') * (i % 2 ? 3 : 1);
	return sum % 10 == 0;
}

static int two(struct slice s, size_t at)
{
	return (s.p[at] - '0') * 10 + (s.p[at + 1] - '0');
}

static int month_days(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	return days[month - 1] + (month == 2 && leap);
}

/* General Specifications 7.12: 51 to 99 years ahead is the century before, 50 to 99 behind the
 * next one. */
static int full_year(int yy, int year)
{
	int ahead = yy - year % 100, century = year - year % 100;

	if (ahead >= 51)
		century -= 100;
	else if (ahead <= -50)
		century += 100;
	return century + yy;
}

int32_t gs1_date(struct slice yymmdd, int year)
{
	int y, month, day;

	if (yymmdd.n != 6 || !text_digits(yymmdd))
		return 0;
	y = full_year(two(yymmdd, 0), year);
	month = two(yymmdd, 2);
	day = two(yymmdd, 4);
	if (month < 1 || month > 12 || day > month_days(y, month))
		return 0;
	if (day == 0)
		day = month_days(y, month);
	return (int32_t)(y * 10000 + month * 100 + day);
}

/* Whether a day exists does not depend on the century: 2000 was a leap year, and no code is from
 * 1900 or 2100. */
static bool is_day(struct slice yymmdd, bool or_month)
{
	return gs1_date(yymmdd, 2000) != 0 && (or_month || two(yymmdd, 4) != 0);
}

/* A birthday: four digits of the year. */
static bool is_full_day(struct slice yyyymmdd)
{
	const int y = two(yyyymmdd, 0) * 100 + two(yyyymmdd, 2), month = two(yyyymmdd, 4);
	const int day = two(yyyymmdd, 6);

	return month >= 1 && month <= 12 && day >= 1 && day <= month_days(y, month);
}

static bool all_in(struct slice s, const char *set)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == '\0' || !strchr(set, s.p[i]))
			return false;
	return true;
}

static bool of_type(struct slice s, char type)
{
	switch (type) {
	case 'n':
		return text_digits(s);
	case 'y':
		return all_in(s, TYPES_39);
	case 'z':
		return all_in(s, TYPES_64);
	default:
		return all_in(s, TYPES_82);
	}
}

static enum code_fault check_content(struct slice s, char check)
{
	switch (check) {
	case 'c':
		return gs1_check_digit_right(s) ? FAULT_NONE : FAULT_CHECK_DIGIT;
	case 'd':
	case 'D':
		return is_day(s, check == 'd') ? FAULT_NONE : FAULT_DATE;
	case 'y':
		return is_full_day(s) ? FAULT_NONE : FAULT_DATE;
	case 't':
		return two(s, 0) < 24 && two(s, 2) < 60 ? FAULT_NONE : FAULT_TIME;
	case 'h':
		if (!is_day((struct slice){ s.p, 6 }, false))
			return FAULT_DATE;
		return two(s, 6) < 24 ? FAULT_NONE : FAULT_TIME;
	case 's':
		if (s.n % 2 || two(s, 0) > 59 || (s.n == 4 && two(s, 2) > 59))
			return FAULT_TIME;
		return FAULT_NONE;
	case 'p':
		return all_in(s, "0") ? FAULT_VALUE : FAULT_NONE;
	case 'o':
		return all_in(s, "0") ? FAULT_NONE : FAULT_VALUE;
	case 'b':
		return all_in(s, "01") ? FAULT_NONE : FAULT_VALUE;
	case 'm':
		return s.p[0] == '-' ? FAULT_NONE : FAULT_CHARACTER;
	default:
		return FAULT_NONE;
	}
}

struct component {
	char type, check;
	bool optional;
	size_t min, max;
};

static size_t number(const char **at)
{
	size_t n = 0;

	while (**at >= '0' && **at <= '9')
		n = n * 10 + (size_t)(*(*at)++ - '0');
	return n;
}

/* The next component of a row's format; false behind the last. */
static bool next_component(const char **at, struct component *ret)
{
	struct component c = { 0 };

	while (**at == ' ')
		(*at)++;
	if (!**at)
		return false;
	c.optional = **at == '?';
	*at += c.optional;
	c.type = *(*at)++;
	c.min = c.max = number(at);
	if (**at == '-') {
		(*at)++;
		c.max = number(at);
	}
	if (**at && **at != ' ')
		c.check = *(*at)++;
	*ret = c;
	return true;
}

static enum code_fault check_value(const struct gs1_ai *row, struct slice value)
{
	const char *format = row->format;
	struct component c;

	if (value.n == 0)
		return FAULT_EMPTY;
	while (next_component(&format, &c)) {
		struct slice part = { value.p, value.n < c.max ? value.n : c.max };
		enum code_fault fault;

		if (value.n == 0 && c.optional)
			break;
		if (part.n < c.min)
			return FAULT_SHORT;
		if (!of_type(part, c.type))
			return FAULT_CHARACTER;
		fault = check_content(part, c.check);
		if (fault != FAULT_NONE)
			return fault;
		value.p += part.n;
		value.n -= part.n;
	}
	return value.n ? FAULT_LONG : FAULT_NONE;
}

static bool fail(struct gs1 *g, struct slice ai, enum code_fault fault)
{
	g->fault = fault;
	g->at = ai;
	return false;
}

bool gs1_add(struct gs1 *g, struct slice ai, struct slice value)
{
	const struct gs1_ai *row = gs1_ai_find(ai);
	enum code_fault fault;

	if (!row || row->digits != ai.n)
		return fail(g, ai, FAULT_UNKNOWN_AI);
	fault = check_value(row, value);
	if (fault != FAULT_NONE)
		return fail(g, ai, fault);
	for (int i = 0; i < g->count; i++) {
		if (!slice_same(g->element[i].ai, ai))
			continue;
		return slice_same(g->element[i].value, value) || fail(g, ai, FAULT_CONTRADICTION);
	}
	if (g->count == GS1_ELEMENTS_MAX)
		return fail(g, ai, FAULT_TOO_MANY);
	g->element[g->count++] = (struct gs1_element){ ai, value, row };
	return true;
}

/* AIs whose length is fixed by their first two digits, so that no separator follows (General
 * Specifications 7.8): the length of the value. 0: all others run to a separator. */
static size_t predefined(struct slice ai)
{
	static const struct {
		uint8_t first, last, length; /* with the AI */
	} lengths[] = {
		{ 0, 0, 20 },  { 1, 3, 16 },   { 4, 4, 18 },   { 11, 19, 8 },
		{ 20, 20, 4 }, { 31, 36, 10 }, { 41, 41, 16 },
	};
	int start = two(ai, 0);

	for (size_t i = 0; i < COUNT_OF(lengths); i++)
		if (start >= lengths[i].first && start <= lengths[i].last)
			return lengths[i].length - ai.n;
	return 0;
}

bool gs1_read(struct slice text, struct gs1 *ret_gs1)
{
	struct gs1 *g = ret_gs1;

	g->count = 0;
	g->fault = FAULT_NONE;
	g->at = (struct slice){ text.p, 0 };
	if (text.n && text.p[0] == GS1_SEPARATOR)
		text = (struct slice){ text.p + 1, text.n - 1 };
	if (text.n == 0)
		return fail(g, text, FAULT_EMPTY);
	while (text.n) {
		const struct gs1_ai *row = gs1_ai_find(text);
		struct slice ai = { text.p, row ? row->digits : 0 }, value;
		const char *end;
		size_t fixed;

		if (!row)
			return fail(g, ai, FAULT_UNKNOWN_AI);
		fixed = predefined(ai);
		text = (struct slice){ text.p + ai.n, text.n - ai.n };
		end = memchr(text.p, GS1_SEPARATOR, text.n);
		value = (struct slice){ text.p, end ? (size_t)(end - text.p) : text.n };
		if (fixed && value.n > fixed)
			value.n = fixed;
		if (!gs1_add(g, ai, value))
			return false;
		text = (struct slice){ text.p + value.n, text.n - value.n };
		/* A separator that is not needed does no harm. */
		if (text.n && text.p[0] == GS1_SEPARATOR)
			text = (struct slice){ text.p + 1, text.n - 1 };
	}
	return gs1_settle(g);
}

struct slice gs1_value(const struct gs1 *g, const char *ai)
{
	const struct gs1_element *e = gs1_any(g, ai);

	return e ? e->value : (struct slice){ "", 0 };
}

const struct gs1_element *gs1_any(const struct gs1 *g, const char *list)
{
	for (int i = 0; i < g->count; i++)
		if (gs1_ai_listed(g->element[i].ai, list))
			return &g->element[i];
	return NULL;
}

/* One of each group of `needs` is there. */
static bool has_what_it_needs(const struct gs1 *g, const char *needs)
{
	while (needs && *needs) {
		const char *next = strchr(needs, ' ');

		if (!gs1_any(g, needs))
			return false;
		needs = next ? next + 1 : NULL;
	}
	return true;
}

bool gs1_settle(struct gs1 *g)
{
	for (int i = 0; i < g->count; i++) {
		const struct gs1_element *e = &g->element[i];

		for (int j = 0; j < g->count; j++)
			if (j != i && gs1_ai_listed(g->element[j].ai, e->row->never))
				return fail(g, e->ai, FAULT_PAIR);
		if (!has_what_it_needs(g, e->row->needs))
			return fail(g, e->ai, FAULT_MISSING);
	}
	return true;
}
