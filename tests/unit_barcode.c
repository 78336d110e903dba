// SPDX-License-Identifier: Apache-2.0
/*
 * What a barcode means: the cases of tests/cases/barcode.txt, element strings made at random and
 * read back, bytes made at random, policies.
 *
 * With --read it is a reader for other programs: a line "AIM HEX" in ("-" for no AIM), a line of
 * JSON out.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/counter/digital_link.h"
#include "firmware/counter/scan.h"

#define YEAR	   2026
#define LINE_MAX_N 4096
#define CASES	   "tests/cases/barcode.txt"

/* ---- what was read, in words ---- */

static void say_date(struct buf *b, const char *what, int32_t date)
{
	if (date)
		buf_fmt(b, ", %s %04d-%02d-%02d", what, (int)(date / 10000),
			(int)(date / 100 % 100), (int)(date % 100));
}

static void say_facts(struct buf *b, const struct barcode *c)
{
	if (c->sscc[0] && c->kind != BARCODE_SSCC)
		buf_fmt(b, ", sscc %s", c->sscc);
	if (c->lot[0])
		buf_fmt(b, ", lot %s", c->lot);
	if (c->serial[0])
		buf_fmt(b, ", serial %s", c->serial);
	say_date(b, "produced", c->produced);
	say_date(b, "packed", c->packed);
	say_date(b, "best before", c->best_before);
	say_date(b, "sell by", c->sell_by);
	say_date(b, "use by", c->use_by);
	if (c->count >= 0)
		buf_fmt(b, ", count %lld", (long long)c->count);
	if (c->pieces >= 0)
		buf_fmt(b, ", pieces %lld", (long long)c->pieces);
	if (c->weight_milli >= 0)
		buf_fmt(b, ", weight %lld g", (long long)c->weight_milli);
	if (c->price >= 0)
		buf_fmt(b, ", price %lld.%02lld%s%s", (long long)(c->price / 100),
			(long long)(c->price % 100), c->currency[0] ? " " : "", c->currency);
}

static void say_barcode(struct buf *b, const struct barcode *c)
{
	switch (c->kind) {
	case BARCODE_NONE:
		buf_text(b, "unreadable");
		break;
	case BARCODE_WRONG:
		buf_fmt(b, "wrong: %s%s%s", code_fault_name(c->fault), c->fault_ai[0] ? " of " : "",
			c->fault_ai);
		return;
	case BARCODE_TEXT:
		buf_text(b, "text");
		break;
	case BARCODE_ITEM:
		buf_fmt(b, "item %s%s%s", c->gtin14, c->also[0] ? " or " : "", c->also);
		break;
	case BARCODE_IN_STORE:
		buf_fmt(b, "in-store %s or %s", c->in_store.code, c->in_store.base);
		break;
	case BARCODE_SSCC:
		buf_fmt(b, "sscc %s", c->sscc);
		break;
	case BARCODE_FACTS:
		buf_text(b, "nothing of ours");
		break;
	case BARCODE_CUSTOMER:
		buf_fmt(b, "customer %s", c->customer);
		break;
	}
	say_facts(b, c);
}

static void say_scan(struct buf *b, const struct scan *s)
{
	static const char *const words[] = {
		[SCAN_PICKUP] = "pickup code", [SCAN_SLIP] = "slip",
		[SCAN_BADGE] = "badge",	       [SCAN_SHELF] = "shelf",
		[SCAN_PARCEL] = "parcel",      [SCAN_MEMBER] = "member",
		[SCAN_PIN] = "six digits",     [SCAN_CARD_LIKE] = "card number",
	};

	if ((size_t)s->kind < COUNT_OF(words) && words[s->kind])
		buf_text(b, words[s->kind]);
	else
		say_barcode(b, &s->code);
}

/* ---- the cases ---- */

/* "<GS>" and the like become their bytes. */
static struct slice plain_input(const char *text, char *memory)
{
	static const struct {
		const char *name;
		char byte;
	} names[] = { { "<GS>", 0x1d },
		      { "<ESC>", 0x1b },
		      { "<NUL>", 0 },
		      { "<TAB>", '\t' },
		      { "<DEL>", 0x7f } };
	size_t n = 0;

	while (*text) {
		size_t i = 0;

		while (i < COUNT_OF(names) && strncmp(text, names[i].name, strlen(names[i].name)))
			i++;
		memory[n++] = i < COUNT_OF(names) ? names[i].byte : *text;
		text += i < COUNT_OF(names) ? strlen(names[i].name) : 1;
	}
	return (struct slice){ memory, n };
}

static enum symbology take_aim(char **input)
{
	char aim[AIM_MAX] = "";

	if (**input != ']')
		return SYMBOLOGY_UNKNOWN;
	memcpy(aim, *input, 3);
	*input += strspn(*input + 3, " ") + 3;
	return symbology_of_aim(aim);
}

struct policy_text {
	char json[LINE_MAX_N];
	int count;
};

/* A "codes:" line: another pattern, or none at all. */
static void take_codes(struct policy_text *p, const char *pattern, struct barcode_rules *rules)
{
	struct json policy;
	struct buf b;

	if (!strcmp(pattern, "none")) {
		p->count = 0;
		rules->in_store.count = 0;
		return;
	}
	buf_init(&b, p->json, sizeof(p->json));
	if (p->count)
		b.len = strlen(p->json) - 2;
	else
		buf_text(&b, "{\"in_store\":[");
	buf_fmt(&b, "%s\"%s\"]}", p->count++ ? "," : "", pattern);
	assert_int_equal(json_check(slice_of(buf_str(&b)), &policy), 0);
	if (instore_rules_read(policy, &rules->in_store))
		fail_msg("codes: %s: %s", pattern, instore_rules_read(policy, &rules->in_store));
}

static int run_case(char *line, const struct barcode_rules *rules)
{
	char *arrow = strstr(line, "-> "), memory[LINE_MAX_N], said[LINE_MAX_N], *end;
	enum symbology symbology;
	char *input = line;
	struct scan s;
	struct buf b;

	if (!arrow)
		fail_msg("no meaning: %s", line);
	symbology = take_aim(&input);
	for (end = arrow; end > input && end[-1] == ' '; end--)
		;
	*end = '\0';
	scan_read(plain_input(input, memory), symbology, rules, &s);
	buf_init(&b, said, sizeof(said));
	say_scan(&b, &s);
	if (strcmp(buf_str(&b), arrow + 3) != 0) {
		print_message("%s: \"%s\", not \"%s\"\n", line, buf_str(&b), arrow + 3);
		return 1;
	}
	return 0;
}

static void test_cases(void **state)
{
	struct barcode_rules rules = { .year = YEAR };
	struct policy_text policy = { .count = 0 };
	FILE *f = fopen(CASES, "r");
	int wrong = 0, count = 0;
	char line[LINE_MAX_N];

	(void)state;
	if (!f)
		fail_msg("no " CASES "; run from the top of the tree");
	while (fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = '\0';
		if (!line[0] || line[0] == '#')
			continue;
		if (!strncmp(line, "codes: ", 7)) {
			take_codes(&policy, line + 7, &rules);
			continue;
		}
		count++;
		wrong += run_case(line, &rules);
	}
	fclose(f);
	assert_int_equal(wrong, 0);
	assert_true(count > 150);
}

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

/* A digit of a GTIN changed: never read. */
static void test_one_wrong_digit_is_seen(void **state)
{
	const struct barcode_rules rules = { .year = YEAR };
	struct barcode b;

	(void)state;
	for (int i = 0; i < 14; i++) {
		for (char d = '0'; d <= '9'; d++) {
			char text[] = "0105901234123457";
			bool same = text[2 + i] == d;

			text[2 + i] = d;
			barcode_read(slice_of(text), SYMBOLOGY_GS1, &rules, &b);
			assert_int_equal(b.kind, same ? BARCODE_ITEM : BARCODE_WRONG);
		}
	}
}

/* Any bytes under any symbology: an answer, and texts that end. */
static void test_any_bytes(void **state)
{
	static const char alphabet[] = "0123456789010210173103392/:?&=%#.https]E0LM\x1d\x1d";
	static char text[SCAN_TEXT_MAX + 10];
	struct barcode_rules rules = { .year = YEAR };
	struct json policy;
	struct scan s;

	(void)state;
	assert_int_equal(json_check(slice_of("{\"in_store\":[\"2IIIIIIIWWWWC scale=3 unit=kg\","
					     "\"2IIIIIIC\"]}"),
				    &policy),
			 0);
	assert_string_equal(instore_rules_read(policy, &rules.in_store), "codes_prefix");
	assert_int_equal(
		json_check(slice_of("{\"in_store\":[\"20IIIIIIWWWWC scale=3 unit=kg\"]}"), &policy),
		0);
	assert_null(instore_rules_read(policy, &rules.in_store));
	for (int round = 0; round < 60000; round++) {
		size_t n = round % 500 ? chance(60) : chance(sizeof(text));

		for (size_t i = 0; i < n; i++)
			text[i] = chance(40) ? alphabet[chance(sizeof(alphabet) - 1)]
					     : (char)chance(256);
		scan_read((struct slice){ text, n },
			  (enum symbology)chance(SYMBOLOGY_DATAMATRIX + 1), &rules, &s);
		assert_true(strlen(s.code.lot) <= 20 && strlen(s.code.serial) <= 20);
		assert_true(strlen(s.code.gtin14) == 14 || s.code.gtin14[0] == '\0');
		if (s.kind == SCAN_GTIN)
			assert_true(gs1_check_digit_right(slice_of(s.code.gtin14)));
	}
	memset(text, '1', sizeof(text));
	barcode_read((struct slice){ text, sizeof(text) }, SYMBOLOGY_GS1, &rules, &s.code);
	assert_int_equal(s.code.kind, BARCODE_NONE);
}

/* An address made to be slow stays quick, and is no Digital Link. */
static void test_long_addresses(void **state)
{
	static char text[SCAN_TEXT_MAX];
	static struct digital_link_memory memory;
	static struct gs1 g;
	struct buf b;

	(void)state;
	buf_init(&b, text, sizeof(text));
	buf_text(&b, "https://x");
	while (b.len + 20 < sizeof(text))
		buf_text(&b, "/8004/x");
	buf_text(&b, "/zz");
	for (int i = 0; i < 100; i++)
		assert_false(digital_link_read(buf_read(&b), &memory, &g));
}

/* ---- policy `codes` ---- */

static const struct {
	const char *policy;
	const char *why; /* NULL: right */
} policies[] = {
	{ "{}", NULL },
	{ "{\"in_store\":null}", NULL },
	{ "{\"in_store\":[]}", NULL },
	{ "{\"in_store\":[\"29IIIII?WWWWC scale=3 unit=kg\"]}", NULL },
	{ "{\"in_store\":[\"29IIIIIVPPPPC scale=2 currency=PLN\"]}", NULL },
	{ "{\"in_store\":[\"29IIIIIVPPPPC   PLN  scale=2\"]}", NULL },
	{ "{\"in_store\":[\"2IIIIIIC\"]}", NULL },
	{ "{\"in_store\":{}}", "codes_list" },
	{ "{\"in_store\":[7]}", "codes_list" },
	{ "{\"in_store\":[\"\"]}", "codes_length" },
	{ "{\"in_store\":[\"29IIIIIC\",\"29IIIIIIC\"]}", "codes_length" },
	{ "{\"in_store\":[\"29IIIIIIIIIIIC\"]}", "codes_length" },
	{ "{\"in_store\":[\"59IIIIIIIIIIC\"]}", "codes_prefix" },
	{ "{\"in_store\":[\"IIIIIIIIIIIIC\"]}", "codes_prefix" },
	{ "{\"in_store\":[\"00IIIIIIIIIIC\"]}", "codes_prefix" },
	{ "{\"in_store\":[\"29IIIIXIIIIIC\"]}", "codes_letter" },
	{ "{\"in_store\":[\"29IIIIIIIIIII\"]}", "codes_check" },
	{ "{\"in_store\":[\"29IIIICIIIIII\"]}", "codes_check" },
	{ "{\"in_store\":[\"29????WWWWWWC scale=3 unit=kg\"]}", "codes_item" },
	{ "{\"in_store\":[\"29IIIIWWWPPPC scale=3 unit=kg\"]}", "codes_measure" },
	{ "{\"in_store\":[\"29IIIIIIVWWWC scale=3 unit=kg\"]}", "codes_measure" },
	{ "{\"in_store\":[\"29IIIIIWWWWWC unit=kg\"]}", "codes_scale" },
	{ "{\"in_store\":[\"29IIIIIWWWWWC scale=6 unit=kg\"]}", "codes_scale" },
	{ "{\"in_store\":[\"29IIIIIIIIIIC scale=3\"]}", "codes_scale" },
	{ "{\"in_store\":[\"29IIIIIWWWWWC scale=3\"]}", "codes_unit" },
	{ "{\"in_store\":[\"29IIIIIWWWWWC scale=3 unit=lb\"]}", "codes_unit" },
	{ "{\"in_store\":[\"29IIIIIPPPPPC scale=2 unit=kg\"]}", "codes_unit" },
	{ "{\"in_store\":[\"29IIIIIPPPPPC scale=2 pln\"]}", "codes_currency" },
	{ "{\"in_store\":[\"29IIIIIWWWWWC scale=3 unit=kg PLN\"]}", "codes_currency" },
	{ "{\"in_store\":[\"29IIIIIPPPPPC scale=2 price\"]}", "codes_option" },
};

static void test_policies(void **state)
{
	struct instore_rules rules;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(policies); i++) {
		struct json v;
		const char *why;

		assert_int_equal(json_check(slice_of(policies[i].policy), &v), 0);
		why = instore_rules_read(v, &rules);
		if (!policies[i].why ? why != NULL : !why || strcmp(why, policies[i].why) != 0)
			fail_msg("%s: %s", policies[i].policy, why ? why : "right");
		assert_true(!why || rules.count == 0);
	}
}

static void test_too_many_patterns(void **state)
{
	struct instore_rules rules;
	char memory[2048];
	struct json v;
	struct buf b;

	(void)state;
	buf_init(&b, memory, sizeof(memory));
	buf_text(&b, "{\"in_store\":[\"20IIIIIIIIIIC\"");
	for (int i = 0; i < INSTORE_PATTERNS_MAX; i++)
		buf_text(&b, ",\"20IIIIIIIIIIC\"");
	buf_text(&b, "]}");
	assert_int_equal(json_check(buf_read(&b), &v), 0);
	assert_string_equal(instore_rules_read(v, &rules), "codes_count");
}

/* The examples of the General Specifications, 7.9.3 and 7.9.4. */
static void test_measure_check_digit(void **state)
{
	(void)state;
	assert_int_equal(measure_check_digit(slice_of("2875")), 9);
	assert_int_equal(measure_check_digit(slice_of("14685")), 6);
	assert_int_equal(measure_check_digit(slice_of("0000")), 0);
	assert_int_equal(measure_check_digit(slice_of("00000")), 0);
}

/* ---- how a product names a code ---- */

static void test_names(void **state)
{
	struct barcode_rules rules = { .year = YEAR };
	struct json policy;
	struct barcode b;

	(void)state;
	assert_int_equal(
		json_check(slice_of("{\"in_store\":[\"29IIIIIWWWWWC scale=3 unit=kg\"]}"), &policy),
		0);
	assert_null(instore_rules_read(policy, &rules.in_store));
	barcode_read(slice_of("2912345012342"), SYMBOLOGY_UNKNOWN, &rules, &b);
	assert_int_equal(b.kind, BARCODE_IN_STORE);
	assert_true(barcode_names(&b, slice_of("2912345")));
	assert_true(barcode_names(&b, slice_of("2912345000004")));
	assert_false(barcode_names(&b, slice_of("2912345012342"))); /* one piece's own code */
	assert_false(barcode_names(&b, slice_of("12345")));
	assert_false(barcode_names(&b, slice_of("")));
	barcode_read(slice_of("]"), SYMBOLOGY_UNKNOWN, &rules, &b);
	assert_false(barcode_names(&b, slice_of("00000000000000")));
	/* Eight digits that are right both as EAN-8 and as UPC-E, and no reader who says which. */
	barcode_read(slice_of("00079198"), SYMBOLOGY_UNKNOWN, &rules, &b);
	assert_int_equal(b.kind, BARCODE_ITEM);
	assert_true(barcode_names(&b, slice_of("00079198")));
	assert_true(barcode_names(&b, slice_of("000791000098")));
	barcode_read(slice_of("00079198"), SYMBOLOGY_EAN8, &rules, &b);
	assert_true(barcode_names(&b, slice_of("00079198")));
	assert_false(barcode_names(&b, slice_of("000791000098")));
	barcode_read(slice_of("00079198"), SYMBOLOGY_EAN_UPC, &rules, &b);
	assert_false(barcode_names(&b, slice_of("00079198")));
	assert_true(barcode_names(&b, slice_of("000791000098")));
}

/* ---- a reader for other programs ---- */

static void json_date(struct buf *b, const char *name, int32_t date)
{
	if (date)
		jw_int(b, name, date);
}

static void json_number(struct buf *b, const char *name, int64_t n)
{
	if (n >= 0)
		jw_int(b, name, n);
}

static void json_text_of(struct buf *b, const char *name, const char *text)
{
	if (text[0])
		jw_str(b, name, text);
}

static void print_json(const struct barcode *c)
{
	char memory[2048];
	struct buf b;

	buf_init(&b, memory, sizeof(memory));
	jw_open(&b, NULL, '{');
	jw_str(&b, "kind", barcode_kind_name(c->kind));
	json_text_of(&b, "fault", code_fault_name(c->fault));
	json_text_of(&b, "ai", c->fault_ai);
	json_text_of(&b, "gtin", c->kind == BARCODE_WRONG ? "" : c->gtin14);
	json_text_of(&b, "sscc", c->sscc);
	json_text_of(&b, "lot", c->lot);
	json_text_of(&b, "serial", c->serial);
	json_date(&b, "produced", c->produced);
	json_date(&b, "packed", c->packed);
	json_date(&b, "best_before", c->best_before);
	json_date(&b, "sell_by", c->sell_by);
	json_date(&b, "use_by", c->use_by);
	json_number(&b, "count", c->count);
	json_number(&b, "pieces", c->pieces);
	json_number(&b, "weight_milli", c->weight_milli);
	json_number(&b, "price", c->price);
	json_text_of(&b, "currency", c->currency);
	jw_close(&b, '}');
	printf("%s\n", buf_str(&b));
}

static int read_lines(void)
{
	const struct barcode_rules rules = { .year = YEAR };
	static char line[2 * LINE_MAX_N + 16], aim[8];
	static uint8_t bytes[LINE_MAX_N];

	while (fgets(line, sizeof(line), stdin)) {
		char *hex = strchr(line, ' ');
		struct barcode b;
		size_t n;

		line[strcspn(line, "\n")] = '\0';
		if (!hex)
			return 2;
		*hex++ = '\0';
		n = strlen(hex) / 2;
		if (text_fmt(aim, sizeof(aim), "%s", line) < 0 ||
		    hex_decode(slice_of(hex), bytes, n) < 0)
			return 2;
		barcode_read((struct slice){ (const char *)bytes, n }, symbology_of_aim(aim),
			     &rules, &b);
		print_json(&b);
	}
	return 0;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_strings_made_at_random),
		cmocka_unit_test(test_one_wrong_digit_is_seen),
		cmocka_unit_test(test_any_bytes),
		cmocka_unit_test(test_long_addresses),
		cmocka_unit_test(test_policies),
		cmocka_unit_test(test_too_many_patterns),
		cmocka_unit_test(test_measure_check_digit),
		cmocka_unit_test(test_names),
	};

	if (argc == 2 && !strcmp(argv[1], "--read"))
		return read_lines();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
