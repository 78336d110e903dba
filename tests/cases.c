// SPDX-License-Identifier: Apache-2.0
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#include "firmware/counter/figures.h"
#include "firmware/store/figure.h"
#include "tests/cases.h"
#include "tests/cases_facts.h"
#include "tests/json_part.h"
#include "tests/shop.h"

#define LINE_MAX_BYTES 4096

struct run {
	struct cases *cases;
	const char *path;
	int line;
	struct case_shop shop;
	bool open;	   /* a case has begun */
	int64_t heard;	   /* events up to here are of before the last thing that happened */
	char decision[64]; /* of it */
	char text[LINE_MAX_BYTES];
	char screen[SHOP_TEXT_MAX + 4];
};

__attribute__((format(printf, 2, 3))) static bool wrong(struct run *r, const char *fmt, ...)
{
	char what[1600];
	va_list args;

	va_start(args, fmt);
	vsnprintf(what, sizeof(what), fmt, args);
	va_end(args);
	snprintf(r->cases->trouble, sizeof(r->cases->trouble), "%s:%d: %s", r->path, r->line, what);
	return false;
}

static const char *rest_after(const char *text, const char *word)
{
	const size_t n = strlen(word);

	if (strncmp(text, word, n) != 0 || (text[n] && text[n] != ' '))
		return NULL;
	text += n;
	return *text == ' ' ? text + 1 : text;
}

/* ---- what happens ---- */

/* "ok", the code of the refusal, or "waits" when nobody was answered yet. */
static void note_decision(struct run *r)
{
	struct shop *s = r->shop.shop;
	struct json root;

	if (s->answered != s->request)
		text_fmt(r->decision, sizeof(r->decision), "waits");
	else if (s->status == 200)
		text_fmt(r->decision, sizeof(r->decision), "ok");
	else if (json_check(slice_of(s->reply), &root) < 0 ||
		 json_string(json_get(json_get(root, "error"), "code"), r->decision,
			     sizeof(r->decision)) < 0)
		text_fmt(r->decision, sizeof(r->decision), "?");
}

static bool happens(struct run *r, const char *text)
{
	struct shop *s = r->shop.shop;
	const char *rest;

	r->heard = s->st->ledger.last;
	case_begin(&r->shop);
	if ((rest = rest_after(text, "scan at kiosk")))
		case_scan(&r->shop, rest, true);
	else if ((rest = rest_after(text, "scan")))
		case_scan(&r->shop, rest, false);
	else if ((rest = rest_after(text, "do")))
		case_do(&r->shop, rest);
	else if ((rest = rest_after(text, "press")))
		case_press(&r->shop, rest);
	else if ((rest = rest_after(text, "approve wrong")))
		case_approve(&r->shop, rest, false);
	else if ((rest = rest_after(text, "approve")))
		case_approve(&r->shop, rest, true);
	else if ((rest = rest_after(text, "login")))
		case_login(&r->shop, rest);
	else
		return wrong(r, "neither a fact nor something that happens: %s", text);
	note_decision(r);
	case_end(&r->shop);
	return true;
}

static int reason_named(const char *code)
{
	for (int i = 1; i < REASON_COUNT; i++)
		if (strcmp(reason_code((enum reason)i), code) == 0)
			return i;
	return -1;
}

static void cover(int *count, int *list, int n)
{
	if (*count < CASES_COVER_MAX && (*count == 0 || list[*count - 1] != n))
		list[(*count)++] = n;
}

/* "ok", "expired", "ok, not expired" */
static bool decided(struct run *r, char *want)
{
	char *near = strstr(want, ", not ");
	int reason;

	if (near)
		*near = '\0';
	if (strcmp(want, r->decision) != 0)
		return wrong(r, "decided: %s, expected: %s (%s)", r->decision, want,
			     r->shop.shop->reply);
	reason = reason_named(want);
	if (reason > 0)
		cover(&r->cases->cover[reason].given_count, r->cases->cover[reason].given,
		      r->cases->count - 1);
	for (char *code = near ? near + 6 : NULL, *end; code; code = end) {
		end = strstr(code, ", ");
		if (end) {
			*end = '\0';
			end += 2;
		}
		reason = reason_named(code);
		if (reason < 0)
			return wrong(r, "no such reason: %s", code);
		cover(&r->cases->cover[reason].not_count, r->cases->cover[reason].not_given,
		      r->cases->count - 1);
	}
	return true;
}

/* ---- what is so then ---- */

static bool has_part(struct run *r, const char *what, const char *have, const char *part)
{
	char why[512];

	if (json_has_part(have, part, why, sizeof(why)))
		return true;
	return wrong(r, "%s: %s\n  in %.900s", what, why, have);
}

/* An event of this type since the last thing that happened, with these members. */
static bool told(struct run *r, const char *type, const char *part, bool *ret_any)
{
	struct station *st = r->shop.shop->st;
	bool found = false;
	struct slice text;
	struct json root;

	*ret_any = false;
	store_begin(st->store);
	for (int64_t seq = r->heard + 1; seq <= st->ledger.last && !found; seq++) {
		char body[LINE_MAX_BYTES * 4], why[512];

		if (!store_event_text(st->store, st->ledger.epoch, seq, &text) ||
		    json_check(text, &root) < 0 || !json_is(json_get(root, "type"), type))
			continue;
		*ret_any = true;
		slice_copy(json_text(json_get(root, "body")), body, sizeof(body));
		found = json_has_part(body, part[0] ? part : "{}", why, sizeof(why));
	}
	store_commit(st->store);
	return found;
}

static bool then_event(struct run *r, const char *text)
{
	char type[64];
	const char *part = strchr(text, ' ');
	bool any;

	text_fmt(type, sizeof(type), "%.*s", part ? (int)(part - text) : (int)strlen(text), text);
	if (told(r, type, part ? part + 1 : "", &any))
		return true;
	return wrong(r, any ? "event %s was told, but not so" : "no event %s was told", type);
}

/* ui puts what is before the members. */
static bool shown(struct run *r, const char *what, const char *members, const char *part)
{
	snprintf(r->screen, sizeof(r->screen), "{%s", members);
	return has_part(r, what, r->screen, part);
}

/* The store's key figures of today. */
static bool figures_are(struct run *r, const char *part)
{
	static struct tally t;
	int hour;
	const int64_t day = figures_day(r->shop.shop->wall_ms, &hour);
	struct buf b;

	t.count = 0;
	store_figures_read(r->shop.shop->st->store, day, -1, NULL, &t);
	buf_init(&b, r->screen, sizeof(r->screen));
	jw_open(&b, NULL, '{');
	tally_summary(&t, &b);
	jw_close(&b, '}');
	return buf_str(&b) ? has_part(r, "figures", r->screen, part) : false;
}

static bool then(struct run *r, const char *text)
{
	const struct shop *s = r->shop.shop;
	const char *rest;
	bool any;

	if ((rest = rest_after(text, "screen")))
		return shown(r, "screen", s->screen, rest);
	if ((rest = rest_after(text, "customer")))
		return shown(r, "customer", s->customer, rest);
	if ((rest = rest_after(text, "answer")))
		return has_part(r, "answer", s->reply, rest);
	if ((rest = rest_after(text, "figures")))
		return figures_are(r, rest);
	if ((rest = rest_after(text, "event")))
		return then_event(r, rest);
	if ((rest = rest_after(text, "no event")))
		return told(r, rest, "", &any) ? wrong(r, "event %s was told", rest) : true;
	if ((rest = rest_after(text, "printed")))
		return strstr(r->shop.printed, rest)
			       ? true
			       : wrong(r, "not printed: %s\n  in %.900s", rest, r->shop.printed);
	if ((rest = rest_after(text, "not printed")))
		return strstr(r->shop.printed, rest) ? wrong(r, "printed: %s", rest) : true;
	return wrong(r, "cannot be looked at: %s", text);
}

/* ---- lines ---- */

static void end_case(struct run *r)
{
	if (r->open)
		case_shop_close(&r->shop);
	r->open = false;
}

static bool begin_case(struct run *r, const char *title)
{
	const char *file = strrchr(r->path, '/');

	end_case(r);
	if (r->cases->count == CASES_MAX)
		return wrong(r, "too many cases");
	text_fmt(r->cases->name[r->cases->count], CASE_NAME_MAX, "%s: %s",
		 file ? file + 1 : r->path, title);
	r->cases->count++;
	case_shop_open(&r->shop, r->cases->count);
	r->open = true;
	return true;
}

static bool run_line(struct run *r, char *text)
{
	char *arrow = strstr(text, " -> ");
	const char *rest;
	char why[512];
	bool is_fact;

	if ((rest = rest_after(text, "==")))
		return begin_case(r, rest);
	if (!r->open)
		return wrong(r, "a case begins with ==");
	if ((rest = rest_after(text, "then")))
		return then(r, rest);
	if (!arrow) {
		is_fact = case_fact(&r->shop, text, why, sizeof(why));
		return is_fact ? true : wrong(r, "%s: %s", why, text);
	}
	*arrow = '\0';
	while (arrow > text && arrow[-1] == ' ')
		*--arrow = '\0';
	return happens(r, text) && decided(r, strstr(arrow + 1, "-> ") + 3);
}

bool cases_run(struct cases *c, const char *path)
{
	FILE *file = fopen(path, "r");
	struct run *r = calloc(1, sizeof(*r));
	bool right = file && r;

	if (!right)
		snprintf(c->trouble, sizeof(c->trouble), "%s: cannot be read", path);
	for (; right && fgets(r->text, sizeof(r->text), file);) {
		char *text = r->text + strspn(r->text, " \t");

		r->cases = c;
		r->path = path;
		r->line++;
		text[strcspn(text, "\n")] = '\0';
		if (*text && *text != '#')
			right = run_line(r, text);
	}
	if (r)
		end_case(r);
	if (file)
		fclose(file);
	free(r);
	return right;
}
