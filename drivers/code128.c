// SPDX-License-Identifier: Apache-2.0
#include "drivers/code128.h"

#include <errno.h>
#include <string.h>

enum code_set { SET_A, SET_B, SET_C };
#define SETS  3
#define NEVER 10000

#define FNC1	 128 /* among the characters */
#define VALUE_C	 99  /* to set C; 100 to B, 101 to A */
#define VALUE_F1 102
#define START_A	 103

/* Widths of bars and spaces in turn; the last is the stop symbol. */
static const char widths[107][8] = {
	"212222", "222122", "222221", "121223", "121322", "131222", "122213", "122312",	 "132212",
	"221213", "221312", "231212", "112232", "122132", "122231", "113222", "123122",	 "123221",
	"223211", "221132", "221231", "213212", "223112", "312131", "311222", "321122",	 "321221",
	"312212", "322112", "322211", "212123", "212321", "232121", "111323", "131123",	 "131321",
	"112313", "132113", "132311", "211313", "231113", "231311", "112133", "112331",	 "132131",
	"113123", "113321", "133121", "313121", "211331", "231131", "213113", "213311",	 "213131",
	"311123", "311321", "331121", "312113", "312311", "332111", "314111", "221411",	 "431111",
	"111224", "111422", "121124", "121421", "141122", "141221", "112214", "112412",	 "122114",
	"122411", "142112", "142211", "241211", "221114", "413111", "241112", "134111",	 "111242",
	"121142", "121241", "114212", "124112", "124211", "411212", "421112", "421211",	 "212141",
	"214121", "412121", "111143", "111341", "131141", "114113", "114311", "411113",	 "411311",
	"113141", "114131", "311141", "411131", "211412", "211214", "211232", "2331112",
};

struct plan {
	uint8_t characters[CODE128_TEXT_MAX];
	size_t n;
	int cost[CODE128_TEXT_MAX + 1][SETS]; /* symbols from here on, in this set already */
};

static bool read_text(struct slice text, struct plan *p, struct code128 *code)
{
	size_t shown = 0;

	p->n = 0;
	if (text.n == 0 || text.n > CODE128_TEXT_MAX)
		return false;
	for (size_t i = 0; i < text.n; i++) {
		const bool brace = text.p[i] == '{' && i + 1 < text.n;
		uint8_t c = (uint8_t)text.p[i];

		if (c > 127)
			return false;
		if (brace && text.p[i + 1] == '1')
			c = FNC1;
		if (brace && (c == FNC1 || text.p[i + 1] == '{'))
			i++;
		p->characters[p->n++] = c;
		if (c != FNC1)
			code->text[shown++] = c < 0x20 || c == 0x7f ? ' ' : (char)c;
	}
	code->text[shown] = '\0';
	return true;
}

static bool is_digit(const struct plan *p, size_t i)
{
	return i < p->n && p->characters[i] >= '0' && p->characters[i] <= '9';
}

/* How many characters one symbol of this set takes at i: 0, 1 or 2. */
static size_t takes(const struct plan *p, size_t i, enum code_set set)
{
	const uint8_t c = p->characters[i];

	if (c == FNC1)
		return 1;
	switch (set) {
	case SET_A:
		return c < 96;
	case SET_B:
		return c >= 32;
	case SET_C:
		return is_digit(p, i) && is_digit(p, i + 1) ? 2 : 0;
	}
	return 0;
}

/* The cost of symbol after symbol, from the end: stay in the set, or change it first. */
static void weigh(struct plan *p)
{
	memset(p->cost[p->n], 0, sizeof(p->cost[p->n]));
	for (size_t i = p->n; i-- > 0;) {
		int best = NEVER;

		for (int set = 0; set < SETS; set++) {
			const size_t taken = takes(p, i, (enum code_set)set);

			p->cost[i][set] = taken ? 1 + p->cost[i + taken][set] : NEVER;
			if (p->cost[i][set] < best)
				best = p->cost[i][set];
		}
		for (int set = 0; set < SETS; set++)
			if (p->cost[i][set] > best + 1)
				p->cost[i][set] = best + 1;
	}
}

static enum code_set best_set(const struct plan *p, size_t i)
{
	enum code_set best = SET_B;

	for (int set = 0; set < SETS; set++)
		if (takes(p, i, (enum code_set)set) &&
		    (!takes(p, i, best) || p->cost[i][set] < p->cost[i][best]))
			best = (enum code_set)set;
	return best;
}

static uint8_t value_of(const struct plan *p, size_t i, enum code_set set)
{
	const uint8_t c = p->characters[i];

	if (c == FNC1)
		return VALUE_F1;
	switch (set) {
	case SET_A:
		return c < 32 ? c + 64 : c - 32;
	case SET_B:
		return c - 32;
	case SET_C:
		return (uint8_t)((c - '0') * 10 + p->characters[i + 1] - '0');
	}
	return 0;
}

static void add(struct code128 *code, int value)
{
	code->values[code->count++] = (uint8_t)value;
}

int code128_make(struct slice text, struct code128 *ret_code)
{
	struct plan p;
	enum code_set set;
	unsigned int sum;

	ret_code->count = 0;
	if (!read_text(text, &p, ret_code))
		return -EINVAL;
	weigh(&p);
	set = best_set(&p, 0);
	add(ret_code, START_A + (int)set);
	for (size_t i = 0; i < p.n;) {
		if (!takes(&p, i, set) || 1 + p.cost[i + takes(&p, i, set)][set] > p.cost[i][set]) {
			set = best_set(&p, i);
			add(ret_code, set == SET_C ? VALUE_C : set == SET_B ? 100 : 101);
		}
		add(ret_code, value_of(&p, i, set));
		i += takes(&p, i, set);
	}
	sum = ret_code->values[0];
	for (size_t i = 1; i < ret_code->count; i++)
		sum += (unsigned int)i * ret_code->values[i];
	add(ret_code, (int)(sum % 103));
	return 0;
}

int code128_modules(const struct code128 *code)
{
	return 11 * (int)code->count + 13;
}

int code128_bars(const struct code128 *code, uint8_t ret_modules[CODE128_MODULES_MAX])
{
	int n = 0;

	for (size_t i = 0; i <= code->count; i++) {
		const char *w = widths[i < code->count ? code->values[i] : 106];

		for (int j = 0; w[j]; j++)
			for (int k = 0; k < w[j] - '0'; k++)
				ret_modules[n++] = j % 2 == 0;
	}
	return n;
}

size_t code128_data(const struct code128 *code, uint8_t ret_data[CODE128_DATA_MAX])
{
	enum code_set set = (enum code_set)(code->values[0] - START_A);
	size_t n = 0;

	ret_data[n++] = '{';
	ret_data[n++] = (uint8_t)('A' + set);
	for (size_t i = 1; i + 1 < code->count; i++) {
		const uint8_t v = code->values[i];
		uint8_t c = v;

		if (v == VALUE_F1) {
			ret_data[n++] = '{';
			c = '1';
		} else if (v > 99 || (v == VALUE_C && set != SET_C)) {
			set = v == VALUE_C ? SET_C : v == 100 ? SET_B : SET_A;
			ret_data[n++] = '{';
			c = (uint8_t)('A' + set);
		} else if (set == SET_A) {
			c = v < 64 ? v + 32 : v - 64;
		} else if (set == SET_B) {
			c = v + 32;
			if (c == '{')
				ret_data[n++] = '{';
		}
		ret_data[n++] = c;
	}
	return n;
}
