// SPDX-License-Identifier: Apache-2.0
/*
 * lada letters, lada rejects: what did not go through between HQ and the store, each with what a
 * person can do about it. Read from the database; dropped through the running station.
 */
#include <stdio.h>
#include <string.h>

#include "firmware/base/clock.h"
#include "firmware/store/file.h"
#include "firmware/tool/tool.h"

/* As enum stream has them, which this program does not link. */
static const char *const streams[] = {
	"orders", "catalog", "stock", "loyalty", "policy", "timeline"
};

static const struct {
	const char *reason; /* or how it begins */
	const char *advice;
} letter_advice[] = {
	{ "amounts_mismatch", "lines, total and payments disagree: correct the order at HQ; nobody "
			      "hands it over until then" },
	{ "bad_id", "HQ sent an op without a usable id: correct what publishes it" },
	{ "bad_rev", "HQ sent an op without a usable rev: correct what publishes it" },
	{ "wrong_type", "this record does not belong into this stream: correct what publishes it" },
	{ "unknown_op", "HQ speaks of what this version does not know: update this station" },
	{ "nothing_to_reopen", "HQ reopened an order that this store does not hold: nothing to do "
			       "here" },
	{ "codes_", "policy `codes` has a mistake, the last good one stays in force: correct it at "
		    "HQ" },
	{ "",
	  "HQ wrote a record that cannot be read: correct it at HQ and publish it again; an order "
	  "is on hold until then" },
};

static const struct {
	const char *reason;
	const char *advice;
} reject_advice[] = {
	{ "unknown_type", "HQ does not know this kind of event: update HQ, then enter it there by "
			  "hand" },
	{ "",
	  "HQ will never take it; what was done here stays done. Compare with HQ and put it right "
	  "there by hand" },
};

static const char *advice_for_letter(struct slice reason)
{
	for (size_t i = 0;; i++)
		if (strncmp(reason.p, letter_advice[i].reason, strlen(letter_advice[i].reason)) ==
		    0)
			return letter_advice[i].advice;
}

static const char *advice_for_reject(struct slice reason)
{
	for (size_t i = 0;; i++)
		if (strncmp(reason.p, reject_advice[i].reason, strlen(reject_advice[i].reason)) ==
		    0)
			return reject_advice[i].advice;
}

struct listing {
	struct tool *t;
	int64_t count;
};

static void show_letter(void *ctx, const struct file_letter *l)
{
	struct listing *list = ctx;
	const char *stream =
		l->stream >= 0 && l->stream < (int64_t)COUNT_OF(streams) ? streams[l->stream] : "?";
	char at[TIME_TEXT_MAX];
	struct buf b;

	list->count++;
	time_format(l->at_ms, at);
	if (!list->t->json) {
		printf("%lld %s %s %lld/%lld %.*s: %.*s\n  %s\n", (long long)l->n, at, stream,
		       (long long)l->epoch, (long long)l->seq, l->id.n ? (int)l->id.n : 1,
		       l->id.n ? l->id.p : "-", (int)l->reason.n, l->reason.p,
		       advice_for_letter(l->reason));
		return;
	}
	buf_init(&b, list->t->memory, sizeof(list->t->memory));
	jw_open(&b, NULL, '{');
	jw_int(&b, "letter", l->n);
	jw_str(&b, "at", at);
	jw_str(&b, "stream", stream);
	jw_int(&b, "epoch", l->epoch);
	jw_int(&b, "seq", l->seq);
	jw_slice(&b, "id", l->id);
	jw_slice(&b, "reason", l->reason);
	jw_str(&b, "do", advice_for_letter(l->reason));
	jw_slice(&b, "op", utf8_valid(l->op) ? l->op : slice_of(""));
	jw_close(&b, '}');
	tool_print(buf_read(&b));
}

static void show_reject(void *ctx, const struct file_reject *r)
{
	struct listing *list = ctx;
	struct buf b;

	list->count++;
	if (!list->t->json) {
		printf("%lld/%lld %.*s: %.*s\n  %s\n", (long long)r->epoch, (long long)r->seq,
		       r->type.n ? (int)r->type.n : 1, r->type.n ? r->type.p : "-",
		       (int)r->reason.n, r->reason.p, advice_for_reject(r->reason));
		return;
	}
	buf_init(&b, list->t->memory, sizeof(list->t->memory));
	jw_open(&b, NULL, '{');
	jw_int(&b, "epoch", r->epoch);
	jw_int(&b, "seq", r->seq);
	jw_slice(&b, "type", r->type);
	jw_slice(&b, "reason", r->reason);
	jw_str(&b, "do", advice_for_reject(r->reason));
	jw_close(&b, '}');
	tool_print(buf_read(&b));
}

/* "12" or "1795366197/5531"; false when it is neither. */
static bool read_numbers(const char *text, int want, long long ret[2])
{
	char extra;

	return want == 1 ? sscanf(text, "%18lld%c", &ret[0], &extra) == 1
			 : sscanf(text, "%18lld/%18lld%c", &ret[0], &ret[1], &extra) == 2;
}

int tool_letters(struct tool *t, char **args)
{
	struct listing list = { .t = t };
	long long n[2];
	char body[64];

	if (args[0]) {
		if (strcmp(args[0], "drop") || !args[1] || !read_numbers(args[1], 1, n)) {
			fputs("lada: letters [drop N]\n", stderr);
			return 2;
		}
		text_fmt(body, sizeof(body), "{\"letter\":%lld}", n[0]);
		return tool_press(t, "letter.drop", body);
	}
	if (file_letters(t->database, show_letter, &list, t->message, sizeof(t->message)) < 0)
		return tool_fail(t);
	if (list.count && !t->json)
		puts("Seen to? lada letters drop N");
	return 0;
}

int tool_rejects(struct tool *t, char **args)
{
	struct listing list = { .t = t };
	long long n[2];
	char body[96];

	if (args[0]) {
		if (strcmp(args[0], "drop") || !args[1] || !read_numbers(args[1], 2, n)) {
			fputs("lada: rejects [drop EPOCH/SEQ]\n", stderr);
			return 2;
		}
		text_fmt(body, sizeof(body), "{\"epoch\":%lld,\"seq\":%lld}", n[0], n[1]);
		return tool_press(t, "reject.drop", body);
	}
	if (file_rejects(t->database, show_reject, &list, t->message, sizeof(t->message)) < 0)
		return tool_fail(t);
	if (list.count && !t->json)
		puts("Seen to? lada rejects drop EPOCH/SEQ");
	return 0;
}
