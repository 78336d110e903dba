// SPDX-License-Identifier: Apache-2.0
/*
 * lada privacy WHO: all that this station holds on a person, where it is, and when it goes. First
 * who they are by their records, then everything that names them or something of theirs.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "firmware/base/clock.h"
#include "firmware/counter/retention.h"
#include "firmware/store/file_person.h"
#include "firmware/tool/tool.h"
#include "firmware/trust/hash.h"

#define WORDS_MAX 1024
#define WORD_MAX  192
#define WORD_MIN  4
#define DAY_MS	  INT64_C(86400000)
#define SAID_MAX  160 /* of a text, for people */

static const struct {
	const char *name;
	int keep; /* enum keep that ends it, -1: nothing here does */
	const char *until;
} wheres[FILE_WHERE_COUNT] = {
	[FILE_ORDER] = { "order", KEEP_ORDERS, "" },
	[FILE_GUEST] = { "order asked for", KEEP_PROFILES, "" },
	[FILE_MEMBER] = { "member", -1, "until HQ deletes it" },
	[FILE_ENTRY] = { "entry", KEEP_INTERACTIONS, "" },
	[FILE_ERASED] = { "erased", -1, "stays, so that nothing comes back" },
	[FILE_EVENT] = { "event", -1, "ids alone; as long as the journal" },
	[FILE_PRINT] = { "print", KEEP_PRINTS, "" },
	[FILE_PRESS] = { "answer", -1, "a day" },
	[FILE_LETTER] = { "letter", KEEP_LETTERS, "" },
	[FILE_MESSAGE] = { "message", -1, "until it is read" },
	[FILE_TILL] = { "till", -1, "180 days after its shift" },
	[FILE_WORK] = { "desk", -1, "until the work there ends" },
	[FILE_PAPER] = { "paper", KEEP_PAPERS, "" },
	[FILE_PAYMENT] = { "payment", KEEP_TRACES, "" },
	[FILE_RECEIPT] = { "receipt", KEEP_TRACES, "" },
	[FILE_HANDED] = { "handed over", KEEP_TRACES, "" },
	[FILE_POINTS] = { "points", -1, "with the journal, once HQ has counted them" },
	[FILE_STORY] = { "contact", KEEP_INTERACTIONS, "" },
	[FILE_ASKED] = { "asked", -1, "400 days" },
	[FILE_OFFERED] = { "offer", -1, "400 days" },
	[FILE_CONSENT] = { "consent", -1, "until HQ's record says it" },
};

struct held {
	struct tool *t;
	struct json policy;
	const char *who;
	char phone_hash[HASH_TEXT_MAX];
	char customer[ID_MAX + 1];
	char word[WORDS_MAX][WORD_MAX];
	int words;
	int64_t rows;
	struct buf out; /* --json */
};

static void add_word(struct held *h, const char *text)
{
	if (h->words == WORDS_MAX || strlen(text) < WORD_MIN || strlen(text) >= WORD_MAX)
		return;
	for (int i = 0; i < h->words; i++)
		if (strcmp(h->word[i], text) == 0)
			return;
	memcpy(h->word[h->words++], text, strlen(text) + 1);
}

static void add_json(struct held *h, struct json v)
{
	char text[WORD_MAX];

	if (json_string(v, text, sizeof(text)) > 0)
		add_word(h, text);
}

static bool is_order(const struct file_row *row)
{
	return row->where == FILE_ORDER || row->where == FILE_GUEST;
}

static bool customer_of(const struct file_row *row, struct json body, char dst[ID_MAX + 1])
{
	return is_order(row) ? order_customer(body, dst, ID_MAX + 1)
			     : record_customer(body, dst, ID_MAX + 1);
}

/* A member's id, or the phone, leads to the customer. */
static void find_customer(void *ctx, const struct file_row *row)
{
	struct held *h = ctx;
	struct json body, of;

	if (h->customer[0] || json_check(row->text, &body) < 0)
		return;
	of = is_order(row) ? json_get(body, "customer") : body;
	if ((h->phone_hash[0] && json_is(json_get(of, "phone_hash"), h->phone_hash)) ||
	    (row->where == FILE_MEMBER && slice_eq(row->id, h->who)))
		customer_of(row, body, h->customer);
}

/* ---- what is printed ---- */

static void print_row(struct held *h, const struct file_row *row, int64_t at_ms, int keep,
		      struct slice text)
{
	char until[TIME_TEXT_MAX + 32] = "";
	const char *name = row->person.n ? "event, person" : wheres[row->where].name;
	struct slice said = utf8_cut(text, SAID_MAX);

	h->rows++;
	if (keep >= 0 && at_ms > 0)
		time_format(at_ms + keep_days(h->policy, (enum keep)keep) * DAY_MS, until);
	else if (keep >= 0)
		text_fmt(until, sizeof(until), "%lld days after its end",
			 (long long)keep_days(h->policy, (enum keep)keep));
	if (!h->t->json) {
		printf("%-16s %.*s\n  goes  %s\n  ", name, (int)row->id.n, row->id.p,
		       keep >= 0 ? until : wheres[row->where].until);
		for (size_t i = 0; i < said.n; i++)
			putchar((unsigned char)said.p[i] < 0x20 ? ' ' : said.p[i]);
		puts(said.n < text.n ? " …" : "");
		return;
	}
	buf_reset(&h->out);
	jw_open(&h->out, NULL, '{');
	jw_str(&h->out, "where", name);
	jw_slice(&h->out, "id", row->id);
	jw_str(&h->out, "goes", keep >= 0 ? until : wheres[row->where].until);
	jw_slice(&h->out, "text", text);
	jw_close(&h->out, '}');
	if (h->out.overflow)
		fprintf(stderr, "lada: %s %.*s is too long to be shown\n", name, (int)row->id.n,
			row->id.p);
	else
		tool_print(buf_read(&h->out));
}

static int64_t time_of(struct json v)
{
	char text[48];
	int64_t at = 0;

	return json_string(v, text, sizeof(text)) > 0 && time_parse(slice_of(text), &at) == 0 ? at
											      : 0;
}

static void add_record(struct held *h, const struct file_row *row, struct json body)
{
	char id[ID_MAX + 1];

	slice_copy(row->id, id, sizeof(id));
	if (row->where != FILE_ENTRY)
		add_word(h, id);
	add_json(h, json_get(body, "number"));
	add_json(h, json_get(body, "name"));
	add_json(h, json_get(body, "case"));
	add_json(h, json_get(json_get(body, "customer"), "name"));
	for (struct json_walk w = json_walk(json_get(body, "proxies")); json_next(&w);)
		add_json(h, w.value);
}

static void show_record(void *ctx, const struct file_row *row)
{
	struct held *h = ctx;
	char customer[ID_MAX + 1];
	struct json body;
	int64_t at = row->at_ms;

	if (json_check(row->text, &body) < 0 || !customer_of(row, body, customer) ||
	    strcmp(customer, h->customer) != 0)
		return;
	add_record(h, row, body);
	if (row->where == FILE_ORDER)
		at = order_ended_ms(body);
	else if (row->where == FILE_ENTRY)
		at = time_of(json_get(body, "at"));
	print_row(h, row, at, wheres[row->where].keep, row->text);
}

static bool says_them(const struct held *h, struct slice text)
{
	for (int i = 0; i < h->words; i++)
		if (text_names(text, slice_of(h->word[i])))
			return true;
	return false;
}

static void show_text(void *ctx, const struct file_row *row)
{
	struct held *h = ctx;

	if (says_them(h, row->text) || says_them(h, row->id))
		print_row(h, row, row->at_ms, wheres[row->where].keep, row->text);
}

static void show_event(void *ctx, const struct file_row *row)
{
	struct held *h = ctx;
	struct json e, body;

	if (!says_them(h, row->text) || json_check(row->text, &e) < 0)
		return;
	body = json_get(e, "body");
	add_json(h, json_get(body, "case"));
	add_json(h, json_get(body, "return"));
	print_row(h, row, row->person.n ? time_of(json_get(e, "at")) : 0,
		  row->person.n ? KEEP_PERSONS : -1, row->person.n ? row->person : row->text);
}

static void show_erased(void *ctx, const struct file_row *row)
{
	struct held *h = ctx;

	if (slice_eq(row->id, h->customer) || slice_eq(row->text, h->who))
		print_row(h, row, 0, -1, row->text);
}

/* ---- in order ---- */

static bool walk(struct held *h, enum file_where where,
		 void (*each)(void *ctx, const struct file_row *row))
{
	return file_people(h->t->database, where, each, h, h->t->message, sizeof(h->t->message)) ==
	       0;
}

static bool find(struct held *h)
{
	static const enum file_where records[] = { FILE_MEMBER, FILE_ORDER, FILE_GUEST };

	if (h->who[0] == '+' && h->t->config.has_secret)
		hash_keyed(h->t->config.secret, "phone", slice_of(h->who), NULL, h->phone_hash);
	for (size_t i = 0; i < COUNT_OF(records); i++)
		if (!walk(h, records[i], find_customer))
			return false;
	if (!h->customer[0])
		slice_copy(slice_of(h->who), h->customer, sizeof(h->customer));
	add_word(h, h->customer);
	if (h->phone_hash[0])
		add_word(h, h->phone_hash);
	return true;
}

static bool show(struct held *h)
{
	bool good = walk(h, FILE_ERASED, show_erased);

	for (int w = FILE_ORDER; w <= FILE_ENTRY && good; w++)
		good = walk(h, (enum file_where)w, show_record);
	good = good && walk(h, FILE_EVENT, show_event);
	for (int w = FILE_PRINT; w < FILE_WHERE_COUNT && good; w++)
		good = walk(h, (enum file_where)w, show_text);
	return good;
}

int tool_privacy(struct tool *t, char **args)
{
	static char policy[65536];
	struct held *h = calloc(1, sizeof(*h));
	bool good;

	if (!h)
		return 1;
	h->t = t;
	h->who = args[0];
	file_policy(t->database, "privacy", policy, sizeof(policy));
	if (json_check(slice_of(policy), &h->policy) < 0)
		h->policy = (struct json){ 0 };
	buf_init(&h->out, t->memory, sizeof(t->memory));
	good = find(h) && show(h);
	if (good && !h->t->json)
		printf("%lld rows on %s\n", (long long)h->rows, h->customer);
	free(h);
	return good ? 0 : tool_fail(t);
}
