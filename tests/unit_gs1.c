// SPDX-License-Identifier: Apache-2.0
/* GS1 data: element strings made at random and read back, the table of AIs. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/base/text.h"
#include "firmware/counter/gs1.h"

/* ---- made at random ---- */

static uint64_t seed = 20261122;

static unsigned chance(unsigned n)
{
	seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
	return (unsigned)(seed >> 33) % n;
}

static void set_check_digit(char *digits, size_t n)
{
	unsigned sum = 0;

	for (size_t i = 1; i < n; i++)
		sum += (unsigned)(digits[n - 1 - i] - '0') * (i % 2 ? 3 : 1);
	digits[n - 1] = (char)('0' + (10 - sum % 10) % 10);
}

static void make_text(char *dst, char type, size_t n)
{
	static const char x[] = "!\"%&'()*+,-./0123456789:;<=>?ABCDXYZ_abcxyz";
	static const char y[] = "#-/0123456789ABCDXYZ";

	for (size_t i = 0; i < n; i++) {
		if (type == 'n')
			dst[i] = (char)('0' + chance(10));
		else if (type == 'y')
			dst[i] = y[chance(sizeof(y) - 1)];
		else if (type == 'z')
			dst[i] = "aZ09-_="[chance(7)];
		else
			dst[i] = x[chance(sizeof(x) - 1)];
	}
}

static void make_content(char *p, size_t n, char check)
{
	char memory[16];

	switch (check) {
	case 'c':
		set_check_digit(p, n);
		break;
	case 'd':
	case 'D':
	case 'h':
		text_fmt(memory, sizeof(memory), "%02u%02u%02u%02u", chance(100), 1 + chance(12),
			 check == 'd' ? chance(29) : 1 + chance(28), chance(24));
		memcpy(p, memory, n);
		break;
	case 'y':
		text_fmt(memory, sizeof(memory), "%04u%02u%02u", 1900 + chance(200), 1 + chance(12),
			 1 + chance(28));
		memcpy(p, memory, n);
		break;
	case 'm':
		p[0] = '-';
		break;
	case 't':
		text_fmt(memory, sizeof(memory), "%02u%02u", chance(24), chance(60));
		memcpy(p, memory, n);
		break;
	case 's':
		text_fmt(memory, sizeof(memory), "%02u%02u", chance(60), chance(60));
		memcpy(p, memory, n);
		break;
	case 'p':
		p[0] = '7';
		break;
	case 'o':
		memset(p, '0', n);
		break;
	case 'b':
		p[0] = "01"[chance(2)];
		break;
	default:
		break;
	}
}

/* A value that the row's format allows. */
static size_t make_value(const struct gs1_ai *row, char *dst)
{
	const char *f = row->format;
	size_t at = 0;

	while (*f) {
		bool optional = *f == '?';
		size_t min, max, n;
		char type, *end;

		f += optional;
		type = *f++;
		min = max = strtoul(f, &end, 10);
		if (*end == '-')
			max = strtoul(end + 1, &end, 10);
		n = min + chance((unsigned)(max - min + 1));
		if (*end == 's') /* minutes, or minutes and seconds */
			n = min + 2 * chance(2);
		if (optional && chance(2))
			break;
		make_text(dst + at, type, n);
		make_content(dst + at, n, *end && *end != ' ' ? *end : 0);
		at += n;
		f = end + strcspn(end, " ");
		f += *f == ' ';
	}
	return at;
}

/* By the two first digits, and as the test's author reads the specifications. */
static bool needs_no_separator(const char *ai)
{
	return strstr("00 01 02 03 04 11 12 13 14 15 16 17 18 19 20 31 32 33 34 35 36 41",
		      (char[]){ ai[0], ai[1], 0 }) != NULL;
}

struct made {
	int count;
	struct {
		char ai[5], value[GS1_VALUE_MAX + 1];
		size_t n;
	} e[12];
	char text[2048];
	size_t n;
};

/* AIs that get on with each other in any number. */
static const char *const friends[] = { "01",   "10",   "11",   "13",   "15",   "16",   "17",
				       "20",   "21",   "22",   "240",  "241",  "250",  "251",
				       "30",   "3103", "3115", "3302", "3922", "400",  "401",
				       "410",  "413",  "414",  "420",  "422",  "7003", "7007",
				       "7040", "710",  "8001", "8003", "8005", "8008", "8010",
				       "8017", "8030", "8200", "90",   "93",   "99",   "4324",
				       "4321", "4309", "7030", "7230", "253",  "00",   "402" };

static void make_string(struct made *m)
{
	int want = 2 + (int)chance(10);

	*m = (struct made){ 0 };
	while (m->count < want) {
		const char *ai =
			friends[m->count < 2 ? (m->count ? 15 : 0) : chance(COUNT_OF(friends))];
		bool again = false;

		if (!strcmp(ai, "3922") || !strcmp(ai, "8005"))
			again = chance(2);
		for (int i = 0; i < m->count; i++)
			again = again || !strcmp(m->e[i].ai, ai) ||
				(!strcmp(ai, "8005") && !strcmp(m->e[i].ai, "3922")) ||
				(!strcmp(ai, "3922") && !strcmp(m->e[i].ai, "8005"));
		if (again)
			continue;
		text_fmt(m->e[m->count].ai, 5, "%s", ai);
		m->e[m->count].n = make_value(gs1_ai_find(slice_of(ai)), m->e[m->count].value);
		m->count++;
	}
	/* In any order. */
	for (int i = m->count - 1; i > 0; i--) {
		int j = (int)chance((unsigned)i + 1);
		char keep[sizeof(m->e[0])];

		memcpy(keep, &m->e[i], sizeof(keep));
		memcpy(&m->e[i], &m->e[j], sizeof(keep));
		memcpy(&m->e[j], keep, sizeof(keep));
	}
	for (int i = 0; i < m->count; i++) {
		memcpy(m->text + m->n, m->e[i].ai, strlen(m->e[i].ai));
		m->n += strlen(m->e[i].ai);
		memcpy(m->text + m->n, m->e[i].value, m->e[i].n);
		m->n += m->e[i].n;
		if (i + 1 < m->count && (!needs_no_separator(m->e[i].ai) || chance(4) == 0))
			m->text[m->n++] = GS1_SEPARATOR;
	}
}

static void test_strings_made_at_random(void **state)
{
	static struct made m;
	static struct gs1 g;

	(void)state;
	for (int round = 0; round < 20000; round++) {
		struct slice text;

		make_string(&m);
		text = (struct slice){ m.text, m.n };
		if (!gs1_read(text, &g))
			fail_msg("round %d: %s of %.*s in %.*s", round, code_fault_name(g.fault),
				 (int)g.at.n, g.at.p, (int)m.n, m.text);
		assert_int_equal(g.count, m.count);
		for (int i = 0; i < g.count; i++) {
			assert_true(slice_eq(g.element[i].ai, m.e[i].ai));
			assert_true(slice_same(g.element[i].value,
					       (struct slice){ m.e[i].value, m.e[i].n }));
		}
	}
}

/* ---- the table of AIs ---- */

#define AIS	 "tests/cases/gs1_ai.txt"
#define ROWS_MAX 200

struct lengths {
	char first[5], last[5];
	size_t min, max;
};

static int read_lengths(struct lengths rows[ROWS_MAX])
{
	FILE *f = fopen(AIS, "r");
	char line[256];
	int n = 0;

	if (!f)
		fail_msg("no " AIS "; run from the top of the tree");
	while (fgets(line, sizeof(line), f)) {
		if (line[0] == '#')
			continue;
		assert_true(n < ROWS_MAX);
		assert_int_equal(sscanf(line, "%4s %4s %zu %zu", rows[n].first, rows[n].last,
					&rows[n].min, &rows[n].max),
				 4);
		n++;
	}
	fclose(f);
	assert_true(n > 100);
	return n;
}

static const struct lengths *listed(const struct lengths *rows, int n, const char *ai)
{
	for (int i = 0; i < n; i++)
		if (strlen(rows[i].first) == strlen(ai) && strcmp(ai, rows[i].first) >= 0 &&
		    strcmp(ai, rows[i].last) <= 0)
			return &rows[i];
	return NULL;
}

static void format_lengths(const char *format, size_t *min, size_t *max)
{
	*min = *max = 0;
	while (*format) {
		bool optional = *format == '?';
		char *end;
		size_t least = strtoul(format + 1 + optional, &end, 10), most = least;

		if (*end == '-')
			most = strtoul(end + 1, &end, 10);
		*min += optional ? 0 : least;
		*max += most;
		format = end + strcspn(end, " ");
		format += *format == ' ';
	}
}

static void check_ai(const char *ai, const struct lengths *want)
{
	const struct gs1_ai *row = gs1_ai_find(slice_of(ai));
	size_t min, max;

	if (row && row->digits != strlen(ai))
		row = NULL; /* a shorter one, and something behind it */
	if ((want != NULL) != (row != NULL))
		fail_msg("AI %s is %s", ai, row ? "none" : "missing");
	if (!row)
		return;
	format_lengths(row->format, &min, &max);
	if (min != want->min || max != want->max)
		fail_msg("AI %s: %zu..%zu, not %zu..%zu", ai, min, max, want->min, want->max);
}

static void test_the_table_has_every_ai(void **state)
{
	static struct lengths rows[ROWS_MAX];
	int count = read_lengths(rows);
	char ai[8];

	(void)state;
	for (int digits = 2, end = 100; digits <= 4; digits++, end *= 10)
		for (int n = 0; n < end; n++) {
			text_fmt(ai, sizeof(ai), "%0*d", digits, n);
			check_ai(ai, listed(rows, count, ai));
		}
}

/* What a format allows is taken under every AI, and one character more is not. */
static void test_every_ai_takes_its_values(void **state)
{
	static struct lengths rows[ROWS_MAX];
	static char value[GS1_VALUE_MAX + 2];
	static struct gs1 g;
	int count = read_lengths(rows);

	(void)state;
	for (int i = 0; i < count; i++) {
		struct slice ai = slice_of(rows[i].last);

		for (int round = 0; round < 200; round++) {
			size_t n = make_value(gs1_ai_find(ai), value);

			g = (struct gs1){ 0 };
			if (!gs1_add(&g, ai, (struct slice){ value, n }))
				fail_msg("%s of %.*s(%.*s)", code_fault_name(g.fault), (int)ai.n,
					 ai.p, (int)n, value);
			memset(value + n, '0', rows[i].max + 1 - n);
			g = (struct gs1){ 0 };
			assert_false(gs1_add(&g, ai, (struct slice){ value, rows[i].max + 1 }));
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_strings_made_at_random),
		cmocka_unit_test(test_the_table_has_every_ai),
		cmocka_unit_test(test_every_ai_takes_its_values),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
