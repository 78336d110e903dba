// SPDX-License-Identifier: Apache-2.0
#include "drivers/fold.h"

#include <string.h>

#include "firmware/base/text.h"

/* Each character of `from` may be printed as `to`; `to` is looked up again where no page has
 * it, so a chain ends in ASCII. */
static const struct {
	const char *to;
	const char *from;
} folds[] = {
	/* Signs. */
	{ "'", "‘’‚‛ʼ′´" },
	{ "\"", "“”„‟«»″" },
	{ "-", "‐‑‒–—―−" },
	{ "...", "…" },
	{ "*", "•·∙●" },
	{ "EUR", "€" },
	{ "x", "×" },
	{ "/", "÷⁄" },
	{ "<", "‹" },
	{ ">", "›" },
	{ "(c)", "©" },
	{ "(R)", "®" },
	{ "TM", "™" },
	{ "Nr", "№" },
	{ "1/2", "½" },
	{ "1/4", "¼" },
	{ "3/4", "¾" },
	{ "2", "²" },
	{ "3", "³" },
	{ "o", "°º" },
	{ "+-", "±" },
	{ "->", "→" },
	{ "<-", "←" },
	/* Letters of Latin alphabets. */
	{ "a", "àáâãäåăāąª" },
	{ "A", "ÀÁÂÃÄÅĂĀĄ" },
	{ "ae", "æ" },
	{ "AE", "Æ" },
	{ "c", "çčćĉċ" },
	{ "C", "ÇČĆĈĊ" },
	{ "d", "ďđð" },
	{ "D", "ĎĐÐ" },
	{ "e", "èéêëěęėē" },
	{ "E", "ÈÉÊËĚĘĖĒ" },
	{ "g", "ğģ" },
	{ "G", "ĞĢ" },
	{ "i", "ìíîïįīıі" },
	{ "I", "ÌÍÎÏĮĪİІ" },
	{ "k", "ķ" },
	{ "K", "Ķ" },
	{ "l", "łľĺļ" },
	{ "L", "ŁĽĹĻ" },
	{ "n", "ñńňņ" },
	{ "N", "ÑŃŇŅ" },
	{ "o", "òóôõöøőō" },
	{ "O", "ÒÓÔÕÖØŐŌ" },
	{ "oe", "œ" },
	{ "OE", "Œ" },
	{ "r", "ŕř" },
	{ "R", "ŔŘ" },
	{ "s", "šśşșŝ" },
	{ "S", "ŠŚŞȘŜ" },
	{ "ss", "ß" },
	{ "SS", "ẞ" },
	{ "t", "ťţț" },
	{ "T", "ŤŢȚ" },
	{ "th", "þ" },
	{ "Th", "Þ" },
	{ "u", "ùúûüůűūų" },
	{ "U", "ÙÚÛÜŮŰŪŲ" },
	{ "y", "ýÿ" },
	{ "Y", "ÝŸ" },
	{ "z", "žźż" },
	{ "Z", "ŽŹŻ" },
	/* Cyrillic: first a letter of the same alphabet, then the Ukrainian rules of 2010. */
	{ "г", "ґ" },
	{ "Г", "Ґ" },
	{ "h", "г" },
	{ "H", "Г" },
	{ "a", "а" },
	{ "A", "А" },
	{ "b", "б" },
	{ "B", "Б" },
	{ "v", "в" },
	{ "V", "В" },
	{ "d", "д" },
	{ "D", "Д" },
	{ "e", "еэё" },
	{ "E", "ЕЭЁ" },
	{ "ie", "є" },
	{ "Ye", "Є" },
	{ "zh", "ж" },
	{ "Zh", "Ж" },
	{ "z", "з" },
	{ "Z", "З" },
	{ "y", "иы" },
	{ "Y", "ИЫ" },
	{ "i", "їй" },
	{ "Y", "Й" },
	{ "Yi", "Ї" },
	{ "k", "к" },
	{ "K", "К" },
	{ "l", "л" },
	{ "L", "Л" },
	{ "m", "м" },
	{ "M", "М" },
	{ "n", "н" },
	{ "N", "Н" },
	{ "o", "о" },
	{ "O", "О" },
	{ "p", "п" },
	{ "P", "П" },
	{ "r", "р" },
	{ "R", "Р" },
	{ "s", "с" },
	{ "S", "С" },
	{ "t", "т" },
	{ "T", "Т" },
	{ "u", "уў" },
	{ "U", "УЎ" },
	{ "f", "ф" },
	{ "F", "Ф" },
	{ "kh", "х" },
	{ "Kh", "Х" },
	{ "ts", "ц" },
	{ "Ts", "Ц" },
	{ "ch", "ч" },
	{ "Ch", "Ч" },
	{ "sh", "ш" },
	{ "Sh", "Ш" },
	{ "shch", "щ" },
	{ "Shch", "Щ" },
	{ "'", "ьъЬЪ" },
	{ "iu", "ю" },
	{ "Yu", "Ю" },
	{ "ia", "я" },
	{ "Ya", "Я" },
};

/* Letter and combining mark to one letter. */
static const struct {
	uint32_t letter, mark, whole;
} joins[] = {
	{ 'a', 0x328, 0x105 },	 { 'A', 0x328, 0x104 }, { 'e', 0x328, 0x119 },
	{ 'E', 0x328, 0x118 },	 { 'c', 0x301, 0x107 }, { 'C', 0x301, 0x106 },
	{ 'n', 0x301, 0x144 },	 { 'N', 0x301, 0x143 }, { 'o', 0x301, 0xf3 },
	{ 'O', 0x301, 0xd3 },	 { 's', 0x301, 0x15b }, { 'S', 0x301, 0x15a },
	{ 'z', 0x301, 0x17a },	 { 'Z', 0x301, 0x179 }, { 'z', 0x307, 0x17c },
	{ 'Z', 0x307, 0x17b },	 { 'e', 0x301, 0xe9 },	{ 'E', 0x301, 0xc9 },
	{ 'u', 0x308, 0xfc },	 { 'U', 0x308, 0xdc },	{ 'o', 0x308, 0xf6 },
	{ 'O', 0x308, 0xd6 },	 { 'a', 0x308, 0xe4 },	{ 'A', 0x308, 0xc4 },
	{ 0x438, 0x306, 0x439 }, /* й */
	{ 0x418, 0x306, 0x419 }, /* Й */
	{ 0x456, 0x308, 0x457 }, /* ї */
	{ 0x406, 0x308, 0x407 }, /* Ї */
};

uint32_t fold_join(uint32_t letter, uint32_t mark)
{
	for (size_t i = 0; i < COUNT_OF(joins); i++)
		if (joins[i].letter == letter && joins[i].mark == mark)
			return joins[i].whole;
	return letter;
}

static bool is_mark(int32_t c)
{
	return c >= 0x300 && c <= 0x36f;
}

static bool is_invisible(uint32_t c)
{
	return c == 0xad || (c >= 0x200b && c <= 0x200f) || c == 0x2060 || c == 0xfeff;
}

static bool is_glue(uint32_t c)
{
	return c == 0xa0 || c == 0x202f || c == 0x2007;
}

static const char *fold_of(uint32_t c)
{
	char wanted[5] = "";

	utf8_put(c, wanted);
	for (size_t i = 0; i < COUNT_OF(folds); i++)
		if (strstr(folds[i].from, wanted))
			return folds[i].to;
	return "?";
}

struct fold fold_start(struct slice text, bool (*has)(const void *ctx, uint32_t c), const void *ctx)
{
	return (struct fold){ .text = text, .has = has, .ctx = ctx };
}

/* Puts a replacement before what is still to come. */
static void replace(struct fold *f, const char *with)
{
	const struct slice s = slice_of(with);
	uint32_t characters[FOLD_LONGEST];
	size_t n = 0;

	for (size_t at = 0; at < s.n && n < COUNT_OF(characters);)
		characters[n++] = (uint32_t)utf8_next(s, &at);
	while (n > 0 && f->waiting_count < COUNT_OF(f->waiting))
		f->waiting[f->waiting_count++] = characters[--n];
}

/* The next character of the text with its marks joined; false at the end. */
static bool next_character(struct fold *f, uint32_t *ret_character)
{
	int32_t c, mark;
	size_t at;

	if (f->waiting_count > 0) {
		*ret_character = f->waiting[--f->waiting_count];
		return true;
	}
	if (f->at >= f->text.n)
		return false;
	c = utf8_next(f->text, &f->at);
	if (c < 0)
		c = '?';
	for (at = f->at; at < f->text.n; f->at = at) {
		mark = utf8_next(f->text, &at);
		if (!is_mark(mark))
			break;
		c = (int32_t)fold_join((uint32_t)c, (uint32_t)mark);
	}
	*ret_character = (uint32_t)c;
	return true;
}

bool fold_next(struct fold *f, uint32_t *ret_character)
{
	uint32_t c;

	while (next_character(f, &c)) {
		if (is_invisible(c) || is_mark((int32_t)c))
			continue;
		if (is_glue(c))
			c = FOLD_GLUE;
		else if (c < 0x20 || (c >= 0x7f && c < 0xa0))
			c = ' ';
		else if (c >= 0x80 && !(f->has && f->has(f->ctx, c))) {
			replace(f, fold_of(c));
			continue;
		}
		*ret_character = c;
		return true;
	}
	return false;
}
