// SPDX-License-Identifier: Apache-2.0
/* The table of verbs: who may do what at which desk. */
#include <string.h>

#include "firmware/approvals.h"
#include "firmware/commands.h"
#include "firmware/desk.h"
#include "firmware/ledger.h"
#include "firmware/loyalty.h"
#include "firmware/money.h"
#include "firmware/offers.h"
#include "firmware/prep.h"
#include "firmware/printing.h"
#include "firmware/privacy.h"
#include "firmware/returns.h"
#include "firmware/station.h"
#include "firmware/stock.h"
#include "firmware/story.h"
#include "firmware/survey.h"
#include "firmware/training.h"
#include "firmware/trust/hash.h"

bool arg_text(struct json args, const char *name, char *dst, size_t cap)
{
	return json_string(json_get(args, name), dst, cap) > 0 && id_valid(slice_of(dst));
}

bool arg_why(struct json args, char *dst, size_t cap)
{
	const struct json v = json_get(args, "reason");

	dst[0] = '\0';
	return v.type == JSON_NONE || v.type == JSON_NULL ||
	       (json_string(v, dst, cap) >= 0 && !text_has_control(slice_of(dst)));
}

static void verb_scan(struct station *st, const struct call *c, struct json args)
{
	struct word_values v = words_none();
	char code[SCAN_TEXT_MAX + 1];
	int n = json_string(json_get(args, "code"), code, sizeof(code));

	if (n <= 0)
		answer_no(st, c, 400, REASON_BAD_REQUEST, &v);
	else
		desk_scan(st, c, (struct slice){ code, (size_t)n }, SYMBOLOGY_UNKNOWN);
}

static void verb_language(struct station *st, const struct call *c, struct json args)
{
	struct word_values v = words_none();
	char lang[4];

	if (json_string(json_get(args, "lang"), lang, sizeof(lang)) <= 0 ||
	    strcmp(lang, language_code(language_of(slice_of(lang)))) != 0) {
		answer_no(st, c, 400, REASON_BAD_REQUEST, &v);
		return;
	}
	st->desks[c->desk].language = language_of(slice_of(lang));
	if (c->desk == DESK_KIOSK)
		st->question.language = st->desks[c->desk].language;
	st->dirty = true;
	answer_ok(st, c, "");
}

static void verb_help(struct station *st, const struct call *c, struct json args)
{
	struct word_values v = words_none();

	(void)args;
	counter_call(st, WORD_CALLED, &v);
	/* Behind it, so that the customer's screen stays with the kiosk, and whom it greets. */
	if (c->desk == DESK_KIOSK)
		notice_word(st, c->desk, NOTICE_ATTENTION, "help", WORD_COMING, WORD_COMING, &v);
	answer_ok(st, c, "");
}

static void verb_more_time(struct station *st, const struct call *c, struct json args)
{
	struct desk_state *d = &st->desks[c->desk];

	(void)args;
	if (d->wipe_ms) {
		d->wipe_ms = station_mono(st) + 20000;
		station_wake_at(st, d->wipe_ms);
	}
	answer_ok(st, c, "");
}

static void verb_end(struct station *st, const struct call *c, struct json args)
{
	char message[ID_MAX + 1];

	(void)args;
	text_fmt(message, sizeof(message), "%s", st->desks[c->desk].notice.message);
	if (c->desk == DESK_KIOSK)
		desk_wipe(st, c->desk);
	else if (st->desks[c->desk].notice.shown && message[0])
		message_answered(st, message);
	else if (st->desks[c->desk].notice.shown)
		notice_clear(st, c->desk);
	else
		survey_seen(st);
	answer_ok(st, c, "");
}

static const struct verb verbs[] = {
	{ "scan", true, false, ROLE_CLERK, verb_scan },
	{ "pickup.find", true, false, ROLE_CLERK, verb_pickup_find },
	{ "language", true, false, ROLE_CLERK, verb_language },
	{ "help", true, false, ROLE_CLERK, verb_help },
	{ "more_time", true, false, ROLE_CLERK, verb_more_time },
	{ "end", true, false, ROLE_CLERK, verb_end },
	{ "staff.login", false, true, ROLE_NONE, verb_staff_login },
	{ "staff.logout", false, false, ROLE_CLERK, verb_staff_logout },
	{ "pickup.take", false, false, ROLE_CLERK, verb_pickup_take },
	{ "pickup.check", false, false, ROLE_CLERK, verb_pickup_check },
	{ "pickup.short", false, false, ROLE_CLERK, verb_pickup_short },
	{ "pickup.age", false, false, ROLE_CLERK, verb_pickup_age },
	{ "pickup.search", false, false, ROLE_CLERK, verb_pickup_search },
	{ "pickup.vouch", false, false, ROLE_CLERK, verb_pickup_vouch },
	{ "code.resend", false, false, ROLE_CLERK, verb_code_resend },
	{ "order.extend", false, false, ROLE_CLERK, verb_order_extend },
	{ "pickup.handover", false, false, ROLE_CLERK, verb_pickup_handover },
	{ "pickup.cancel", false, false, ROLE_CLERK, verb_pickup_cancel },
	{ "print.test", false, false, ROLE_CLERK, verb_print_test },
	{ "print.retry", false, false, ROLE_CLERK, verb_print_retry },
	{ "print.drop", false, false, ROLE_SUPERVISOR, verb_print_drop },
	{ "print.came", false, false, ROLE_CLERK, verb_print_came },
	{ "print.again", false, false, ROLE_CLERK, verb_print_again },
	{ "drawer.open", false, false, ROLE_CLERK, verb_drawer_open },
	{ "message.done", false, false, ROLE_CLERK, verb_message_done },
	{ "letter.drop", false, false, ROLE_SUPERVISOR, verb_letter_drop },
	{ "reject.drop", false, false, ROLE_SUPERVISOR, verb_reject_drop },
	{ "staff.pin", false, false, ROLE_CLERK, verb_staff_pin },
	{ "approve", false, false, ROLE_CLERK, verb_approve },
	{ 0 },
};

static const struct verb *const rooms[] = { verbs,	 money_verbs,	 shift_verbs,
					    prep_verbs,	 return_verbs,	 training_verbs,
					    stock_verbs, counting_verbs, draft_verbs,
					    loyalty_verbs, survey_verbs,   offer_verbs,
					    story_verbs,   privacy_verbs };

static const struct verb *find_verb(const char *name)
{
	for (size_t i = 0; i < COUNT_OF(rooms); i++)
		for (const struct verb *v = rooms[i]; v->name; v++)
			if (!strcmp(v->name, name))
				return v;
	return NULL;
}

/* Of the hash of what a press asks for, kept with its answer: a slip of a program is seen. */
#define PRESS_ASKED_CHARS 8

/* A press is one press of one person; another's key is another press. */
static void scope_press(struct call *c, const char *verb, struct slice payload)
{
	char text[IDEMPOTENCY_KEY_MAX + TOKEN_TEXT_MAX + VERB_MAX];

	if (!c->press[0])
		return;
	hash_text(payload, c->asked);
	c->asked[PRESS_ASKED_CHARS] = '\0';
	text_fmt(text, sizeof(text), "%s %s %s", c->token, verb, c->press);
	hash_text(slice_of(text), c->press);
}

static bool pressed_before(struct station *st, const struct call *c)
{
	struct door_out out = { .kind = OUT_REPLY };
	struct word_values none = words_none();
	struct slice body, asked;
	struct call other;
	int64_t status;

	if (!c->press[0] || !store_press(st->store, c->press, &status, &body, &asked))
		return false;
	if (asked.n && !slice_eq(asked, c->asked)) {
		other = *c;
		other.press[0] = '\0'; /* the first one's answer stays */
		answer_no(st, &other, 409, REASON_KEY_REUSED, &none);
		return true;
	}
	out.reply.request = c->request;
	out.reply.http_status = (int)status;
	out.reply.revision = st->revision;
	door_emit(st->door, &out, body);
	return true;
}

/* Which desk: the kiosk without a session, else what `desk` says, else the counter. */
static bool choose_desk(struct call *c, struct json args, bool anyone)
{
	struct json desk = json_get(args, "desk");

	c->desk = c->session.valid || anyone ? DESK_COUNTER : DESK_KIOSK;
	if (desk.type == JSON_NONE)
		return true;
	if (json_is(desk, "kiosk"))
		c->desk = DESK_KIOSK;
	else if (json_is(desk, "counter"))
		c->desk = DESK_COUNTER;
	else
		return false;
	return true;
}

/* Is a text among these arguments, at any depth, a card number? Names count as well: whatever a
 * caller can type may end up in a refusal's words. */
static bool has_card_number(struct station *st, struct json args)
{
	struct slice all = json_text(args);
	char text[20]; /* no longer than the longest card number */

	for (size_t i = 0; i < all.n; i++) {
		struct json string = { all.p + i, 1, JSON_STRING };
		struct scan s = { .kind = SCAN_CARD_LIKE };

		if (all.p[i] != '"')
			continue;
		while (all.p[++i] != '"')
			i += all.p[i] == '\\';
		string.n = (size_t)(all.p + i + 1 - string.p);
		if (json_string(string, text, sizeof(text)) <= 0 || !pan_like(slice_of(text)))
			continue;
		s.text = slice_of(text);
		desk_resolve_card_like(st, &s);
		if (s.kind == SCAN_CARD_LIKE)
			return true;
	}
	return false;
}

/* 0, or the HTTP status of the refusal. */
static int allowed(const struct station *st, const struct verb *v, const struct call *c)
{
	if (v->anyone || (v->customer && c->desk == DESK_KIOSK))
		return 0;
	if (!c->session.valid)
		return 401;
	/* The operator's token is a program's, not the desk's. */
	if (st->locked && c->session.token_hash[0] && strcmp(v->name, "staff.logout") != 0)
		return 401;
	return c->session.row.role >= v->role ? 0 : 403;
}

bool verb_at_counter(struct station *st, const struct door_event *e, struct slice payload)
{
	struct call c = { .session = staff_session(st, e->verb.token) };
	struct json args;

	return c.session.valid && json_check(payload, &args) == 0 && choose_desk(&c, args, false) &&
	       c.desk == DESK_COUNTER;
}

void verb_call(struct station *st, const struct door_event *e, struct slice payload)
{
	struct call c = { .request = e->verb.request };
	const struct verb *v = find_verb(e->verb.verb);
	struct word_values none = words_none();
	struct json args;
	int refused;

	st->counters.verbs++;
	memcpy(c.press, e->verb.press, sizeof(c.press));
	memcpy(c.token, e->verb.token, sizeof(c.token));
	c.session = staff_session(st, e->verb.token);
	scope_press(&c, e->verb.verb, payload);
	/* A kept answer has no cookie, so a login said again is another login. */
	if (v && v->anyone) {
		memcpy(c.unkept, c.press, sizeof(c.unkept));
		c.press[0] = '\0';
	}
	if (pressed_before(st, &c) || training_pressed(st, &c))
		return;
	if (json_check(payload, &args) < 0 || args.type != JSON_OBJECT ||
	    !choose_desk(&c, args, v && v->anyone)) {
		answer_no(st, &c, 400, REASON_BAD_REQUEST, &none);
		return;
	}
	if (!v) {
		answer_no_verb(st, &c);
		return;
	}
	refused = allowed(st, v, &c);
	if (refused) {
		/* Not kept under the press: after logging in the same press may go through. */
		c.press[0] = '\0';
		if (refused == 401)
			words_say(&none, WORD_NO_LOG_IN, WORD_NO_LOG_IN);
		answer_no(st, &c, refused, REASON_FORBIDDEN, &none);
		return;
	}
	if (c.session.valid && c.session.token_hash[0] && c.desk == DESK_COUNTER)
		staff_acted(st);
	if (st->revoked && revoked_verb(v->name)) {
		c.press[0] = '\0';
		answer_no(st, &c, 409, REASON_REVOKED, &none);
		return;
	}
	if (has_card_number(st, args)) {
		c.press[0] = '\0';
		answer_no(st, &c, 409, REASON_CARD_NUMBER_REFUSED, &none);
		return;
	}
	if (strchr(v->name, '.') && strncmp(v->name, "print.", 6) != 0)
		approval_forget(st, c.desk);
	if (training_refuses(st, &c, v->name, args))
		return;
	approval_doing(st, v->name, payload, SYMBOLOGY_UNKNOWN);
	v->run(st, &c, args);
	st->doing.verb = NULL;
}

void verb_again(struct station *st, const struct call *c, const char *name, struct slice args)
{
	const struct verb *v = find_verb(name);
	struct json root;

	if (!v || json_check(args, &root) < 0)
		return;
	approval_doing(st, v->name, args, SYMBOLOGY_UNKNOWN);
	v->run(st, c, root);
	st->doing.verb = NULL;
}
