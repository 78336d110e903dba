// SPDX-License-Identifier: Apache-2.0
#include "drivers/device_id.h"

#include <string.h>

#define WORD_MAX 32

/* As a word of the list begins; letters and digits only, so PCL XL is PCLXL and PCL. */
static const char *const page_languages[] = {
	"PCL",	    "DWPCL", "PJL",   "POSTSCRIPT", "ADOBEPOSTSCRIPT",
	"BRSCRIPT", "KPDL",  "PDF",   "XPS",	    "URF",
	"PWG",	    "ESCPL", "ESCPR", "ESCPAGE",    "LIPS",
	"UFR",	    "CPCA",  "BJL",   "BJRASTER",   "SPL",
	"HBP",	    "ZJS",   "RPCS",  "ZPL",	    "EPL",
	"TSPL",
};

static const char *const receipt_languages[] = { "ESCPOS", "EPSON" };

static struct slice cut(struct slice *rest, char mark)
{
	const char *at = rest->n ? memchr(rest->p, mark, rest->n) : NULL;
	const size_t n = at ? (size_t)(at - rest->p) : rest->n;
	const struct slice head = { rest->p, n };

	rest->p += n + (at ? 1 : 0);
	rest->n -= n + (at ? 1 : 0);
	return head;
}

struct slice device_id_value(struct slice id, const char *key, const char *long_key)
{
	while (id.n > 0) {
		struct slice value = cut(&id, ';');
		struct slice name = cut(&value, ':');

		while (name.n > 0 && (name.p[0] == ' ' || name.p[0] == '\n'))
			name = (struct slice){ name.p + 1, name.n - 1 };
		if (slice_eq(name, key) || slice_eq(name, long_key))
			return value;
	}
	return slice_of("");
}

/* Its letters and digits in capitals, as many as fit. */
static void plain_word(struct slice text, char dst[WORD_MAX])
{
	size_t n = 0;

	for (size_t i = 0; i < text.n && n + 1 < WORD_MAX; i++) {
		const char c = text.p[i];

		if ((c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'))
			dst[n++] = c;
		else if (c >= 'a' && c <= 'z')
			dst[n++] = (char)(c - 'a' + 'A');
	}
	dst[n] = '\0';
}

static const char *listed(const char *word, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strncmp(word, list[i], strlen(list[i])) == 0)
			return list[i];
	return NULL;
}

const char *device_id_language(struct slice id)
{
	struct slice words = device_id_value(id, "CMD", "COMMAND SET");
	const char *page = NULL;
	char word[WORD_MAX];

	while (words.n > 0) {
		plain_word(cut(&words, ','), word);
		if (listed(word, receipt_languages, COUNT_OF(receipt_languages)))
			return "";
		if (!page)
			page = listed(word, page_languages, COUNT_OF(page_languages));
	}
	return page ? page : "";
}
