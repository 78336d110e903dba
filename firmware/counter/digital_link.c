// SPDX-License-Identifier: Apache-2.0
#include "firmware/counter/digital_link.h"

#include <string.h>
#include <strings.h>

#include "firmware/base/text.h"

#define GTIN_DIGITS    14
#define PAIRS_MAX      8 /* of a path; no key has more than three qualifiers */
#define COMPRESSED_MIN 10
#define RESOLVER       "id.gs1.org"

/* The words of releases 1.0 and 1.1. */
static const struct {
	const char *word, *ai;
} words[] = {
	{ "gtin", "01" },    { "itip", "8006" },  { "gmn", "8013" },   { "cpid", "8010" },
	{ "shipTo", "410" }, { "billTo", "411" }, { "gln", "414" },    { "payTo", "415" },
	{ "party", "417" },  { "gsrnp", "8017" }, { "gsrn", "8018" },  { "gcn", "255" },
	{ "sscc", "00" },    { "gdti", "253" },	  { "ginc", "401" },   { "gsin", "402" },
	{ "grai", "8003" },  { "giai", "8004" },  { "cpv", "22" },     { "lot", "10" },
	{ "ser", "21" },     { "cpsn", "8011" },  { "glnx", "254" },   { "refno", "8020" },
	{ "srin", "8019" },  { "exp", "17" },	  { "expdt", "7003" },
};

/* The AI that a word stands for; n = 0 for none. */
static struct slice ai_of_word(struct slice name)
{
	for (size_t i = 0; i < COUNT_OF(words); i++)
		if (name.n == strlen(words[i].word) &&
		    strncasecmp(name.p, words[i].word, name.n) == 0)
			return slice_of(words[i].ai);
	return (struct slice){ "", 0 };
}

static struct slice ai_of(struct slice name)
{
	const struct slice ai = ai_of_word(name);

	return ai.n ? ai : name;
}

/* Cuts the text at the first of these bytes; what is behind it stays in *text. */
static struct slice cut(struct slice *text, const char *bytes)
{
	struct slice head = { text->p, 0 };

	while (head.n < text->n && !strchr(bytes, text->p[head.n]))
		head.n++;
	*text = head.n == text->n ? (struct slice){ text->p + text->n, 0 }
				  : (struct slice){ text->p + head.n + 1, text->n - head.n - 1 };
	return head;
}

static bool is_web(struct slice *text)
{
	static const char *const schemes[] = { "https://", "http://" };

	for (size_t i = 0; i < COUNT_OF(schemes); i++) {
		size_t n = strlen(schemes[i]);

		if (text->n > n && strncasecmp(text->p, schemes[i], n) == 0) {
			*text = (struct slice){ text->p + n, text->n - n };
			return true;
		}
	}
	return false;
}

static int hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static enum code_fault decode(struct slice raw, struct digital_link_memory *m, struct slice *ret)
{
	char *start = m->text + m->n;
	size_t n = 0;

	for (size_t i = 0; i < raw.n; i++, n++) {
		int c = (uint8_t)raw.p[i];

		if (n == GS1_VALUE_MAX || m->n + n == sizeof(m->text))
			return FAULT_LONG;
		if (c == '%') {
			if (raw.n - i < 3 || hex(raw.p[i + 1]) < 0 || hex(raw.p[i + 2]) < 0)
				return FAULT_CHARACTER;
			c = hex(raw.p[i + 1]) * 16 + hex(raw.p[i + 2]);
			i += 2;
		}
		start[n] = (char)c;
	}
	m->n += n;
	*ret = (struct slice){ start, n };
	return FAULT_NONE;
}

static bool add(struct gs1 *g, struct digital_link_memory *m, struct slice ai, struct slice raw)
{
	struct slice value;
	char *start;

	g->at = ai;
	g->fault = decode(raw, m, &value);
	if (g->fault != FAULT_NONE)
		return false;
	/* A GTIN of 8, 12 or 13 digits. */
	if ((slice_eq(ai, "01") || slice_eq(ai, "02")) &&
	    (value.n == 8 || value.n == 12 || value.n == 13) &&
	    m->n + GTIN_DIGITS <= sizeof(m->text)) {
		start = m->text + m->n;
		memset(start, '0', GTIN_DIGITS);
		memcpy(start + GTIN_DIGITS - value.n, value.p, value.n);
		m->n += GTIN_DIGITS;
		value = (struct slice){ start, GTIN_DIGITS };
	}
	return gs1_add(g, ai, value);
}

static const struct gs1_ai *whole_ai(struct slice text)
{
	const struct gs1_ai *row = gs1_ai_find(text);

	return row && row->digits == text.n ? row : NULL;
}

/* Does the rest of a path from this segment on consist of a key, its value and pairs of an AI and
 * a value? An address may have numbers in its path for reasons of its own, so the key's value has
 * to look like one as well. */
static bool is_key_path(struct slice path, struct digital_link_memory *scratch)
{
	struct slice key = ai_of(cut(&path, "/")), value = cut(&path, "/");
	const struct gs1_ai *row = whole_ai(key);
	bool gtin = slice_eq(key, "01");

	scratch->n = 0;
	if (!row || !row->path || value.n == 0)
		return false;
	(void)decode(value, scratch, &value); /* what cannot be decoded has no digits to be */
	if (gtin && (!text_digits(value) ||
		     (value.n != 8 && value.n != 12 && value.n != 13 && value.n != 14)))
		return false;
	if (!gtin && row->format[0] == 'n' && !text_digits(value))
		return false;
	for (int i = 0; path.n; i++) {
		struct slice ai = ai_of(cut(&path, "/"));

		if (i == PAIRS_MAX || !whole_ai(ai) || cut(&path, "/").n == 0)
			return false;
	}
	return true;
}

/* Does `ai` stand in the list behind its position *at? Then *at moves there. */
static bool follows(const char **at, struct slice ai)
{
	const char *list = *at;

	while (*list && *list != '|') {
		size_t n = strcspn(list, ",|");
		bool same = ai.n == n && memcmp(list, ai.p, n) == 0;

		list += n + (list[n] == ',');
		if (same) {
			*at = list;
			return true;
		}
	}
	return false;
}

/* Qualifiers in one of the orders their key allows. */
static bool in_order(const char *orders, struct slice path)
{
	for (const char *order = orders; order;) {
		const char *at = order, *next = strchr(order, '|');
		struct slice rest = path;
		bool good = true;

		while (rest.n && good) {
			good = follows(&at, ai_of(cut(&rest, "/")));
			cut(&rest, "/");
		}
		if (good)
			return true;
		order = next ? next + 1 : NULL;
	}
	return false;
}

static bool add_path(struct gs1 *g, struct digital_link_memory *m, struct slice path)
{
	struct slice key = ai_of(cut(&path, "/"));

	if (!add(g, m, key, cut(&path, "/")))
		return false;
	if (!in_order(g->element[0].row->path, path)) {
		g->fault = FAULT_ORDER;
		g->at = key;
		return false;
	}
	while (path.n) {
		struct slice ai = ai_of(cut(&path, "/"));

		if (!add(g, m, ai, cut(&path, "/")))
			return false;
	}
	return true;
}

/* What is no AI in the query is for the web, not for us. */
static bool add_query(struct gs1 *g, struct digital_link_memory *m, struct slice query,
		      bool words_too)
{
	while (query.n) {
		struct slice pair = cut(&query, "&;"), name = cut(&pair, "=");

		if (words_too)
			name = ai_of(name);
		if (text_digits(name) && whole_ai(name) && !add(g, m, name, pair))
			return false;
	}
	return true;
}

static bool is_base64url(struct slice s)
{
	for (size_t i = 0; i < s.n; i++) {
		const char c = s.p[i], letter = (char)(c | 0x20);

		if (!(c >= '0' && c <= '9') && !(letter >= 'a' && letter <= 'z') && c != '-' &&
		    c != '_')
			return false;
	}
	return true;
}

/* What follows the last slash, packed; a part of the path before it may be in the open. */
static bool is_compressed(struct slice host, struct slice path)
{
	struct slice last = { path.p, 0 }, name = cut(&host, ":");

	if (name.n != strlen(RESOLVER) || strncasecmp(name.p, RESOLVER, name.n) != 0)
		return false;
	while (path.n)
		last = cut(&path, "/");
	return last.n >= COMPRESSED_MIN && is_base64url(last);
}

bool digital_link_read(struct slice text, struct digital_link_memory *memory, struct gs1 *ret_gs1)
{
	struct gs1 *g = ret_gs1;
	struct slice host, path, whole, rest = text, word;

	if (!is_web(&rest))
		return false;
	rest = cut(&rest, "#");
	path = cut(&rest, "?");
	host = cut(&path, "/");
	if (host.n == 0)
		return false;
	while (path.n && path.p[path.n - 1] == '/')
		path.n--;
	whole = path;
	while (path.n && !is_key_path(path, memory))
		cut(&path, "/");
	g->count = 0;
	g->at = (struct slice){ path.p, 0 };
	g->fault = path.n ? FAULT_NONE : FAULT_COMPRESSED;
	if (path.n == 0)
		return is_compressed(host, whole);
	memory->n = 0;
	word = path;
	word = ai_of_word(cut(&word, "/"));
	if (add_path(g, memory, path) && add_query(g, memory, rest, word.n > 0))
		gs1_settle(g);
	return true;
}
