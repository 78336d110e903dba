// SPDX-License-Identifier: Apache-2.0
/* What people hear back: answers to a press, notices at a desk, sounds. */
#include <string.h>

#include "firmware/approvals.h"
#include "firmware/desk.h"
#include "firmware/station.h"

#define ANSWER_MAX 16384

struct word_values words_none(void)
{
	return (struct word_values){ .tries = -1, .n = -1, .left = -1 };
}

void feedback_send(struct station *st, enum desk desk, enum feedback f)
{
	struct door_out out = { .kind = OUT_FEEDBACK, .feedback = { desk, f } };

	door_emit(st->door, &out, (struct slice){ 0 });
}

static void reply(struct station *st, const struct call *c, int http, struct buf *body,
		  const char *set_token, bool clear_token)
{
	struct door_out out = { .kind = OUT_REPLY };

	st->dirty = true; /* the revision the answer names is published with this step */
	if (c->request == 0)
		return;
	out.reply.request = c->request;
	out.reply.http_status = http;
	out.reply.revision = st->revision + 1;
	out.reply.clear_token = clear_token;
	if (set_token)
		text_fmt(out.reply.set_token, sizeof(out.reply.set_token), "%s", set_token);
	/* A token is not kept, and without it the answer is not the same. */
	if (c->press[0] && !set_token)
		store_press_add(st->store, c->press, c->asked, http, buf_read(body),
				station_now(st));
	door_emit(st->door, &out, buf_read(body));
}

static void begin_ok(struct station *st, struct buf *b, char *memory, size_t cap)
{
	buf_init(b, memory, cap);
	jw_open(b, NULL, '{');
	jw_bool(b, "ok", true);
	jw_int(b, "revision", st->revision + 1);
}

void answer_aside(struct station *st, const struct call *c, const char *members)
{
	char memory[ANSWER_MAX];
	struct buf b;

	approval_happened(st, c);
	begin_ok(st, &b, memory, sizeof(memory));
	if (members[0]) {
		buf_byte(&b, ',');
		buf_text(&b, members);
	}
	jw_close(&b, '}');
	reply(st, c, 200, &b, NULL, false);
}

void answer_ok(struct station *st, const struct call *c, const char *members)
{
	/* What was refused before is behind them. What else a notice says still matters. */
	if (st->desks[c->desk].notice.refusal)
		notice_clear(st, c->desk);
	answer_aside(st, c, members);
}

void answer_login(struct station *st, const struct call *c, const char *token)
{
	char memory[ANSWER_MAX];
	struct buf b;

	begin_ok(st, &b, memory, sizeof(memory));
	jw_open(&b, "staff", '{');
	jw_str(&b, "id", c->session.row.staff);
	jw_close(&b, '}');
	jw_close(&b, '}');
	reply(st, c, 200, &b, token, false);
}

void answer_logout(struct station *st, const struct call *c)
{
	char memory[ANSWER_MAX];
	struct buf b;

	begin_ok(st, &b, memory, sizeof(memory));
	jw_close(&b, '}');
	reply(st, c, 200, &b, NULL, true);
}

static void fill(char *dst, const char *text, const struct word_values *values)
{
	struct buf b;

	buf_init(&b, dst, NOTICE_TEXT_MAX);
	words_fill(text, values, &b);
	if (!buf_str(&b))
		text_fmt(dst, NOTICE_TEXT_MAX, "%s", text);
}

static void set_notice(struct station *st, enum desk desk, enum notice_level level,
		       const char *code)
{
	struct notice *n = &st->desks[desk].notice;

	n->shown = true;
	n->n = ++st->notice_n;
	n->at_ms = station_mono(st);
	n->level = level;
	n->job = 0;
	n->refusal = false;
	n->message[0] = '\0';
	text_fmt(n->code, sizeof(n->code), "%s", code);
	st->dirty = true;
	if (desk == DESK_KIOSK) {
		st->desks[desk].wipe_ms = station_mono(st) + KIOSK_WIPE_MS;
		station_wake_at(st, st->desks[desk].wipe_ms);
	}
}

void notice_word(struct station *st, enum desk desk, enum notice_level level, const char *code,
		 enum word w, enum word customer, const struct word_values *values)
{
	enum language l = st->desks[desk].language;

	set_notice(st, desk, level, code);
	fill(st->desks[desk].notice.text, word_text(w, l), values);
	fill(st->desks[desk].notice.customer, word_text(customer, l), values);
	feedback_send(st, desk, level == NOTICE_GOOD ? FEEDBACK_GOOD : FEEDBACK_ATTENTION);
}

void counter_call(struct station *st, enum word w, const struct word_values *values)
{
	notice_word(st, DESK_COUNTER, NOTICE_ATTENTION, "help", w, w, values);
	notice_hide_from_customer(st, DESK_COUNTER);
}

void notice_message(struct station *st, enum desk desk, enum notice_level level, const char *id,
		    const char *text)
{
	struct notice *n = &st->desks[desk].notice;

	set_notice(st, desk, level, "message");
	text_fmt(n->message, sizeof(n->message), "%s", id);
	text_fmt(n->text, sizeof(n->text), "%s", text);
	n->customer[0] = '\0';
	feedback_send(st, desk, FEEDBACK_ATTENTION);
}

void notice_clear(struct station *st, enum desk desk)
{
	st->dirty = st->dirty || st->desks[desk].notice.shown;
	st->desks[desk].notice.shown = false;
}

void notice_hide_from_customer(struct station *st, enum desk desk)
{
	st->desks[desk].notice.customer[0] = '\0';
}

void answer_said(struct station *st, const struct call *c, int http, enum reason r, enum word w)
{
	struct word_values v = words_none();

	words_say(&v, w, w);
	answer_no(st, c, http, r, &v);
}

static void reply_no(struct station *st, const struct call *c, int http, enum reason r,
		     const char *text)
{
	char memory[ANSWER_MAX];
	struct buf b;

	buf_init(&b, memory, sizeof(memory));
	jw_open(&b, NULL, '{');
	jw_bool(&b, "ok", false);
	jw_open(&b, "error", '{');
	jw_str(&b, "code", reason_code(r));
	jw_str(&b, "message", text);
	jw_close(&b, '}');
	jw_close(&b, '}');
	reply(st, c, http, &b, NULL, false);
}

void answer_quiet(struct station *st, const struct call *c, int http, enum reason r)
{
	struct word_values none = words_none();
	char text[NOTICE_TEXT_MAX];

	fill(text, reason_text(r, st->desks[c->desk].language), &none);
	reply_no(st, c, http, r, text);
}

void answer_no_verb(struct station *st, const struct call *c)
{
	reply_no(st, c, 404, REASON_NOT_FOUND,
		 word_text(WORD_NO_VERB, st->desks[c->desk].language));
}

/* A value that cannot be taken is not the desk's fault: the reason's own words speak of that. */
static const char *words_of(enum reason r, int http, enum language l,
			    const struct word_values *values)
{
	if (values->said)
		return word_text(values->staff, l);
	if (http == 400 && r == REASON_BAD_REQUEST)
		return word_text(WORD_NO_VALUES, l);
	return reason_text(r, l);
}

void answer_no(struct station *st, const struct call *c, int http, enum reason r,
	       const struct word_values *values)
{
	struct desk_state *desk = &st->desks[c->desk];
	char text[NOTICE_TEXT_MAX];

	approval_came_to_nothing(st, c);
	fill(text, words_of(r, http, desk->language, values), values);
	if (http == 409) {
		set_notice(st, c->desk, NOTICE_BAD, reason_code(r));
		desk->notice.refusal = true;
		memcpy(desk->notice.text, text, sizeof(text));
		fill(desk->notice.customer,
		     values->said ? word_text(values->customer, desk->language)
				  : reason_customer_text(r, desk->language),
		     values);
		feedback_send(st, c->desk, FEEDBACK_BAD);
	}
	reply_no(st, c, http, r, text);
}
