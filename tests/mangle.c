// SPDX-License-Identifier: Apache-2.0
#include "tests/mangle.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/base/text.h"

#define MESSAGES   "tests/cases/messages.txt"
#define VALUES_MAX 400

bool messages_read(struct messages *ret_messages)
{
	struct messages m = { .text = calloc(1, MANGLE_TEXT_MAX) };
	FILE *f = fopen(MESSAGES, "r");
	char *save = NULL;
	size_t n = 0;

	if (f && m.text) {
		n = fread(m.text, 1, MANGLE_TEXT_MAX - 1, f);
		fclose(f);
	}
	for (char *l = strtok_r(m.text, "\n", &save); l; l = strtok_r(NULL, "\n", &save)) {
		if (m.count == MESSAGES_MAX || m.works == WORKS_MAX)
			return false;
		if (l[0] == '=')
			m.work[m.works++] = m.count;
		else if (l[0] != '#')
			m.line[m.count++] = l;
	}
	m.works--; /* the last one is no work but all the others */
	*ret_messages = m;
	return n > 0 && n < MANGLE_TEXT_MAX - 1 && m.works > 5;
}

int64_t mangle_pick(struct mangle *m, int64_t below)
{
	m->state = m->state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (int64_t)(m->state >> 33) % below;
}

static int collect(struct json v, struct json *values, int n)
{
	for (struct json_walk w = json_walk(v); json_next(&w);) {
		if (n < VALUES_MAX)
			values[n++] = w.value;
		n = collect(w.value, values, n);
	}
	return n;
}

static const char *const nasty[] = {
	"null",
	"true",
	"false",
	"0",
	"-1",
	"1",
	"2",
	"3",
	"0.5",
	"1e3",
	"-0",
	"100000",
	"100001",
	"999999999999",
	"1000000000000",
	"1000000000001",
	"9223372036854775807",
	"-9223372036854775808",
	"9223372036854775808",
	"99999999999999999999999999",
	"\"\"",
	"\" \"",
	"\"'\"",
	"\"\\\"\"",
	"\"\\\\\"",
	"\"\\u0000\"",
	"\"\\u0007\"",
	"\"\\n\"",
	"\"\\ud83d\\ude00\"",
	"\"\\u202e\"",
	"\"<script>\"",
	"\"%s%n\"",
	"\"x:y\"",
	"\"x,y\"",
	"\"returned:k1\"",
	"\"status\"",
	"[]",
	"{}",
	"[[[[[[[[]]]]]]]]",
	"{\"\":{}}",
	"[null,1,\"x\",{}]",
	"\"2026-13-45T99:99:99Z\"",
	"\"9999-12-31T23:59:59.999Z\"",
	"\"0000-01-01T00:00:00Z\"",
	"\"ZAM-1\"",
	"\"ZAM-2\"",
	"\"ZAM-3\"",
	"\"k1\"",
	"\"E17\"",
	"\"E18\"",
	"\"ready\"",
	"\"placed\"",
	"\"collected\"",
	"\"returned\"",
	"\"cancelled\"",
	"\"partly_collected\"",
	"\"expired\"",
	"\"cash\"",
	"\"captured\"",
	"\"refunded\"",
};

/* A text, a list or an object far longer than any should be. */
static void write_long(struct mangle *m, struct buf *b)
{
	static const int sizes[] = { 39, 40, 41, 63, 64, 65, 128, 256, 1000, 5000 };
	const int n = sizes[mangle_pick(m, COUNT_OF(sizes))];
	const int64_t kind = mangle_pick(m, 3);

	buf_text(b, kind == 0 ? "\"" : "[");
	for (int i = 0; i < n; i++)
		if (kind == 0)
			buf_text(b, i % 7 == 3 ? "ż" : "x");
		else if (kind == 1)
			buf_text(b, i ? ",1" : "1");
		else
			buf_text(b, i ? ",{\"line\":1,\"qty\":1}" : "{\"line\":1,\"qty\":1}");
	buf_text(b, kind == 0 ? "\"" : "]");
}

static void put_span(struct buf *b, const char *from, const char *to)
{
	buf_slice(b, (struct slice){ from, (size_t)(to - from) });
}

/* One value of the document becomes another one. False: it would be no JSON that is let in. */
bool mangle_text(struct mangle *m, struct slice text, struct slice *ret_text)
{
	static struct json values[VALUES_MAX];
	struct json root;
	struct buf b;
	int n, at;

	buf_init(&b, m->text, sizeof(m->text));
	if (json_check(text, &root) < 0)
		return false;
	n = collect(root, values, 0);
	if (n == 0)
		return false;
	at = (int)mangle_pick(m, n);
	put_span(&b, text.p, values[at].p);
	if (mangle_pick(m, 6) == 0)
		write_long(m, &b);
	else if (mangle_pick(m, 4) == 0)
		buf_slice(&b, json_text(values[mangle_pick(m, n)]));
	else
		buf_text(&b, nasty[mangle_pick(m, COUNT_OF(nasty))]);
	put_span(&b, values[at].p + values[at].n, text.p + text.n);
	*ret_text = buf_read(&b);
	return !b.overflow && json_check(*ret_text, &root) == 0;
}
