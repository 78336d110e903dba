// SPDX-License-Identifier: Apache-2.0
/*
 * What a barcode means: the cases of tests/cases/barcode.txt, bytes made at random, how a product
 * names a code. GS1 data by itself is unit_gs1.c's, the shop's own codes are unit_instore.c's.
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
		cmocka_unit_test(test_cases),	  cmocka_unit_test(test_one_wrong_digit_is_seen),
		cmocka_unit_test(test_any_bytes), cmocka_unit_test(test_long_addresses),
		cmocka_unit_test(test_names),
	};

	if (argc == 2 && !strcmp(argv[1], "--read"))
		return read_lines();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
