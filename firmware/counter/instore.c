// SPDX-License-Identifier: Apache-2.0
#include "firmware/counter/instore.h"

#include <string.h>

#include "firmware/base/text.h"

#define PATTERN_TEXT_MAX 64
#define SCALE_MAX	 5

static size_t count_of(const char *letters, char letter)
{
	size_t n = 0;

	for (; *letters; letters++)
		n += *letters == letter;
	return n;
}

/* Only ranges that GS1 leaves to shops; a pattern for others would eat real products. */
static bool prefix_is_ours(const char *letters)
{
	if (strlen(letters) == 8)
		return letters[0] == '0' || letters[0] == '2';
	return (letters[0] == '0' && letters[1] == '2') ||
	       (letters[0] == '2' && letters[1] >= '0' && letters[1] <= '9');
}

static const char *check_letters(const char *letters)
{
	size_t n = strlen(letters), measure;

	if (n != 8 && n != 13)
		return "codes_length";
	if (!prefix_is_ours(letters))
		return "codes_prefix";
	if (strspn(letters, "0123456789IWPQ?VC") != n)
		return "codes_letter";
	if (count_of(letters, 'C') != 1 || letters[n - 1] != 'C')
		return "codes_check";
	if (count_of(letters, 'I') == 0)
		return "codes_item";
	measure = count_of(letters, 'W') + count_of(letters, 'P') + count_of(letters, 'Q');
	if (measure != count_of(letters, 'W') && measure != count_of(letters, 'P') &&
	    measure != count_of(letters, 'Q'))
		return "codes_measure";
	if (count_of(letters, 'V') > 1 ||
	    (count_of(letters, 'V') == 1 && measure != 4 && measure != 5))
		return "codes_measure";
	return NULL;
}

static bool is_currency(struct slice word)
{
	for (size_t i = 0; i < word.n; i++)
		if (word.p[i] < 'A' || word.p[i] > 'Z')
			return false;
	return word.n == CURRENCY_MAX - 1;
}

struct options {
	bool scale, unit;
};

static const char *read_option(struct slice word, struct instore_pattern *p, struct options *seen)
{
	if (slice_starts(word, "scale=")) {
		if (word.n != 7 || word.p[6] < '0' || word.p[6] > '0' + SCALE_MAX)
			return "codes_scale";
		p->scale = (uint8_t)(word.p[6] - '0');
		seen->scale = true;
		return NULL;
	}
	if (slice_starts(word, "unit=")) {
		if (!slice_eq(word, "unit=kg") && !slice_eq(word, "unit=g"))
			return "codes_unit";
		p->grams = slice_eq(word, "unit=g");
		seen->unit = true;
		return NULL;
	}
	if (slice_starts(word, "currency="))
		word = (struct slice){ word.p + 9, word.n - 9 };
	else if (word.n != CURRENCY_MAX - 1)
		return "codes_option";
	if (!is_currency(word))
		return "codes_currency";
	slice_copy(word, p->currency, sizeof(p->currency));
	return NULL;
}

/* What a measure must say of itself, and what only it may. */
static const char *check_options(const struct instore_pattern *p, const struct options *seen)
{
	bool weight = count_of(p->letters, 'W') > 0, price = count_of(p->letters, 'P') > 0;

	if (seen->scale != (weight || price))
		return "codes_scale";
	if (seen->unit != weight)
		return "codes_unit";
	return p->currency[0] && !price ? "codes_currency" : NULL;
}

static struct slice next_word(struct slice *text)
{
	struct slice word;

	while (text->n && text->p[0] == ' ')
		*text = (struct slice){ text->p + 1, text->n - 1 };
	word = (struct slice){ text->p, 0 };
	while (word.n < text->n && text->p[word.n] != ' ')
		word.n++;
	*text = (struct slice){ text->p + word.n, text->n - word.n };
	return word;
}

static const char *read_pattern(struct slice text, struct instore_pattern *ret_pattern)
{
	struct instore_pattern p = { 0 };
	struct options seen = { 0 };
	const char *why;

	if (slice_copy(next_word(&text), p.letters, sizeof(p.letters)) < 0)
		return "codes_length";
	why = check_letters(p.letters);
	while (!why) {
		struct slice word = next_word(&text);

		if (word.n == 0)
			break;
		why = read_option(word, &p, &seen);
	}
	if (!why)
		why = check_options(&p, &seen);
	if (!why)
		*ret_pattern = p;
	return why;
}

const char *instore_rules_read(struct json policy, struct instore_rules *ret_rules)
{
	struct json list = json_get(policy, "in_store");
	struct instore_rules *r = ret_rules;
	const char *why = NULL;
	char text[PATTERN_TEXT_MAX];

	r->count = 0;
	if (list.type == JSON_NONE || list.type == JSON_NULL)
		return NULL;
	if (list.type != JSON_ARRAY)
		return "codes_list";
	for (struct json_walk w = json_walk(list); !why && json_next(&w);) {
		if (json_string(w.value, text, sizeof(text)) < 0)
			why = "codes_list";
		else if (r->count == INSTORE_PATTERNS_MAX)
			why = "codes_count";
		else
			why = read_pattern(slice_of(text), &r->pattern[r->count]);
		r->count += !why;
	}
	if (why)
		r->count = 0;
	return why;
}

int64_t scale_to(int64_t value, int scale, int want)
{
	int64_t divide = 1;

	for (; scale < want; scale++)
		value *= 10;
	for (; scale > want; scale--)
		divide *= 10;
	return divide > 1 ? (value + divide / 2) / divide : value;
}

/* General Specifications 7.9.2 to 7.9.4: what becomes of a digit in each place. */
int measure_check_digit(struct slice digits)
{
	static const char two_minus[] = "0246891357", three[] = "0369258147";
	static const char five_plus[] = "0516273849", five_minus[] = "0594837261";
	static const char *const four_places[] = { two_minus, two_minus, three, five_minus };
	static const char *const five_places[] = { five_plus, two_minus, five_minus, five_plus,
						   two_minus };
	const char *const *places = digits.n == 4 ? four_places : five_places;
	int sum = 0;

	for (size_t i = 0; i < digits.n; i++)
		sum += places[i][digits.p[i] - '0'] - '0';
	if (digits.n == 4)
		return sum * 3 % 10;
	return (int)(strchr(five_minus, '0' + (10 - sum % 10) % 10) - five_minus);
}

static void set_check_digit(char *code)
{
	size_t n = strlen(code);
	unsigned sum = 0;

	for (size_t i = 1; i < n; i++)
		sum += (unsigned)(code[n - 1 - i] - '0') * (i % 2 ? 3 : 1);
	code[n - 1] = (char)('0' + (10 - sum % 10) % 10);
}

static bool fits(const struct instore_pattern *p, struct slice digits)
{
	if (strlen(p->letters) != digits.n)
		return false;
	for (size_t i = 0; i < digits.n; i++)
		if (p->letters[i] >= '0' && p->letters[i] <= '9' && p->letters[i] != digits.p[i])
			return false;
	return true;
}

static void append(char *text, char c)
{
	size_t n = strlen(text);

	text[n] = c;
	text[n + 1] = '\0';
}

static enum instore_match take(const struct instore_pattern *p, struct slice digits,
			       struct instore_reading *r)
{
	char measure[INSTORE_TEXT_MAX] = "", inner = 0;
	int64_t value = 0;

	*r = (struct instore_reading){ .weight_milli = -1, .price = -1, .pieces = -1 };
	for (size_t i = 0; i < digits.n; i++) {
		char letter = p->letters[i], digit = digits.p[i];
		bool fixed = letter >= '0' && letter <= '9';

		if (letter == 'I')
			append(r->item, digit);
		if (letter == 'I' || fixed)
			append(r->code, digit);
		append(r->base, letter == 'I' || fixed ? digit : '0');
		if (letter == 'V')
			inner = digit;
		if (letter == 'W' || letter == 'P' || letter == 'Q') {
			append(measure, digit);
			value = value * 10 + (digit - '0');
		}
	}
	set_check_digit(r->base);
	if (inner && measure_check_digit(slice_of(measure)) != inner - '0')
		return INSTORE_WRONG;
	if (strchr(p->letters, 'W'))
		r->weight_milli = scale_to(value, p->scale, p->grams ? 0 : 3);
	else if (strchr(p->letters, 'P'))
		r->price = scale_to(value, p->scale, 2);
	else if (strchr(p->letters, 'Q'))
		r->pieces = value;
	memcpy(r->currency, p->currency, sizeof(r->currency));
	return INSTORE_TAKEN;
}

enum instore_match instore_match(const struct instore_rules *rules, struct slice digits,
				 struct instore_reading *ret_reading)
{
	for (int i = 0; i < rules->count; i++)
		if (fits(&rules->pattern[i], digits))
			return take(&rules->pattern[i], digits, ret_reading);
	return INSTORE_NOT;
}
