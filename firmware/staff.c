// SPDX-License-Identifier: Apache-2.0
/* People: PINs and badges, sessions. A PIN's hash is slow on purpose and runs off this thread. */
#include <string.h>

#include "firmware/approvals.h"
#include "firmware/base/log.h"
#include "firmware/desk.h"
#include "firmware/ledger.h"
#include "firmware/orders.h"
#include "firmware/printing.h"
#include "firmware/station.h"
#include "firmware/trust/hash.h"

/* Wrong PINs: the third and each further one makes the person wait, twice as long each time. */
#define FREE_TRIES	3
#define FIRST_WAIT_MS	5000
#define LONGEST_WAIT_MS (15 * 60 * 1000)
#define SUBJECT_MAX	(ID_MAX + 16)
#define PIN_DIGITS	6
#define PIN_HASH_MAX	256
#define LOCK_LEAST_S	10
#define LOCK_MOST_S	(24 * 3600)
#define SESSION_MS	(12 * 3600 * INT64_C(1000)) /* a day's work */

/* Practising changes nothing about who is who: sessions, and PINs that were typed wrong, are the
 * real station's. */
static struct station *people_of(struct station *st)
{
	return st->real ? st->real : st;
}

static struct json staff_person(struct station *st, const char *id)
{
	struct json people = json_get(policy_get(st, "staff"), "people");

	for (struct json_walk w = json_walk(people); json_next(&w);)
		if (json_is(json_get(w.value, "id"), id))
			return w.value;
	return (struct json){ 0 };
}

static enum role role_of(struct json word)
{
	if (json_is(word, "clerk"))
		return ROLE_CLERK;
	if (json_is(word, "supervisor"))
		return ROLE_SUPERVISOR;
	if (json_is(word, "service"))
		return ROLE_SERVICE;
	return ROLE_NONE;
}

bool staff_name(struct station *st, const char *id, char *ret_name, size_t cap, enum role *ret_role)
{
	struct json p = staff_person(st, id);

	if (p.type != JSON_OBJECT || json_string(json_get(p, "name"), ret_name, cap) <= 0)
		return false;
	*ret_role = role_of(json_get(p, "role"));
	return *ret_role != ROLE_NONE;
}

bool staff_speaks(struct station *st, const char *id, const char *lang)
{
	const struct json langs = json_get(staff_person(st, id), "langs");
	char spoken[LANG_MAX];

	if (langs.type != JSON_ARRAY)
		return lang_speaks(slice_of(language_code(st->language)), lang);
	for (struct json_walk w = json_walk(langs); json_next(&w);)
		if (json_string(w.value, spoken, sizeof(spoken)) > 0 &&
		    lang_speaks(slice_of(spoken), lang))
			return true;
	return false;
}

static void tell_session(struct station *st, const char *token_hash, enum role role, bool open)
{
	struct door_out out = { .kind = OUT_SESSION };

	text_fmt(out.session.token_hash, sizeof(out.session.token_hash), "%s", token_hash);
	out.session.role = role;
	out.session.open = open;
	door_emit(st->door, &out, (struct slice){ 0 });
}

static void end_session(struct station *st, const char *token_hash)
{
	store_session_drop(st->store, token_hash);
	tell_session(st, token_hash, ROLE_NONE, false);
}

/* A session ends with its day, and a leaver's with the policy that no longer lists them. The role
 * is the policy's of now. */
static bool session_lives(struct station *st, const char *token_hash, struct session_row *row)
{
	int64_t now = station_now(st);
	char name[128];

	/* A clock set back must not make it longer. */
	if (row->at_ms > now) {
		row->at_ms = now;
		store_session_add(st->store, token_hash, row, now);
	}
	if (now - row->at_ms < SESSION_MS &&
	    staff_name(st, row->staff, name, sizeof(name), &row->role))
		return true;
	end_session(st, token_hash);
	st->dirty = true;
	return false;
}

/* Policy `staff`, member lock_s; 0: never. */
static int64_t lock_ms(struct station *st)
{
	const int64_t s = json_int_or(json_get(policy_get(st, "staff"), "lock_s"), 0);

	return s >= LOCK_LEAST_S && s <= LOCK_MOST_S ? s * 1000 : 0;
}

/* Over a restart, too: who pulls the plug opens nothing. */
static void set_locked(struct station *st, bool locked)
{
	if (st->locked == locked)
		return;
	st->locked = locked;
	st->dirty = true;
	store_meta_set(st->store, "locked", locked);
}

void staff_acted(struct station *st)
{
	const int64_t after = lock_ms(st);

	st = people_of(st);
	st->act_ms = station_mono(st);
	if (after)
		station_wake_at(st, st->act_ms + after);
}

static void lock_tick(struct station *st)
{
	const int64_t after = lock_ms(st);

	if (after == 0 || st->locked || !staff_at(st, DESK_COUNTER).valid)
		return;
	if (station_mono(st) - st->act_ms >= after)
		set_locked(st, true);
	else
		station_wake_at(st, st->act_ms + after);
}

void staff_tick(struct station *st)
{
	char hash[HASH_TEXT_MAX] = "";
	struct session_row row;

	lock_tick(st);

	while (store_session_next(st->store, hash, &row))
		session_lives(st, hash, &row);
}

/* Ends the sessions of one person at a desk, or of all the others there. */
static void end_sessions(struct station *st, enum desk desk, const char *staff, bool others)
{
	char hash[HASH_TEXT_MAX] = "";
	struct session_row row;

	while (store_session_next(st->store, hash, &row))
		if (row.desk == desk && (strcmp(row.staff, staff) != 0) == others)
			end_session(st, hash);
}

/* Tokens are kept as hashes only; sessions outlive a restart. */
void staff_start(struct station *st)
{
	char hash[HASH_TEXT_MAX];
	struct session_row row;

	if (st->operator_token[0]) {
		hash_text(slice_of(st->operator_token), hash);
		tell_session(st, hash, ROLE_SERVICE, true);
	}
	st->act_ms = station_mono(st);
	st->locked = store_meta(st->store, "locked", 0) != 0;
	staff_tick(st);
	for (int64_t n = 0; store_session_nth(st->store, n, hash, &row); n++)
		tell_session(st, hash, row.role, true);
}

struct session staff_session(struct station *st, const char *token)
{
	struct session s = { 0 };

	st = people_of(st);
	if (!token[0])
		return s;
	if (st->operator_token[0] && hash_text_eq(token, st->operator_token)) {
		s.valid = true;
		s.row = (struct session_row){ DESK_COUNTER, ROLE_SERVICE, "operator", 0 };
		return s;
	}
	hash_text(slice_of(token), s.token_hash);
	s.valid = store_session(st->store, s.token_hash, &s.row) &&
		  session_lives(st, s.token_hash, &s.row);
	return s;
}

struct session staff_at(struct station *st, enum desk desk)
{
	struct session s = { 0 };

	st = people_of(st);
	while (!s.valid && store_session_at(st->store, desk, s.token_hash, &s.row))
		s.valid = session_lives(st, s.token_hash, &s.row);
	return s;
}

static void open_session(struct station *st, struct call *c, const char *id, enum role role)
{
	char token[TOKEN_TEXT_MAX], hash[HASH_TEXT_MAX], name[128];
	struct word_values v = words_none();
	uint8_t random[32];
	enum role ignored;

	st->clock.random(st->clock.ctx, random, sizeof(random));
	hex_encode(random, sizeof(random), token);
	hash_text(slice_of(token), hash);
	/* A scanner takes no token, so nobody will hold this one: such a session has one name a
	 * person, under which no token can be made, and the next badge scan begins it anew. */
	if (c->request == 0)
		hash_keyed(st->config->secret, "badge-session", slice_of(id), NULL, hash);
	c->session.valid = true;
	c->session.row = (struct session_row){ DESK_COUNTER, role, "", 0 };
	text_fmt(c->session.row.staff, sizeof(c->session.row.staff), "%s", id);
	end_sessions(st, DESK_COUNTER, id, true);
	set_locked(st, false);
	staff_acted(st);
	store_session_add(st->store, hash, &c->session.row, station_now(st));
	tell_session(st, hash, role, true);
	if (staff_name(st, id, name, sizeof(name), &ignored))
		v.item = name;
	/* Who comes is asked what nobody answered yet. */
	if (!jobs_ask(st))
		notice_word(st, DESK_COUNTER, NOTICE_GOOD, "logged_in", WORD_LOGGED_IN,
			    WORD_GREETING, &v);
	answer_login(st, c, token);
}

static struct pin_check *free_check(struct station *st)
{
	for (int i = 0; i < PIN_CHECKS_MAX; i++)
		if (!st->pins[i].active)
			return &st->pins[i];
	return NULL;
}

/* Wrong tries are kept for people the policy knows; whatever else is typed counts for the desk,
 * so that nothing typed is written. */
static void tries_subject(struct station *st, const char *id, enum desk desk,
			  char ret_subject[SUBJECT_MAX])
{
	if (staff_person(st, id).type == JSON_OBJECT)
		text_fmt(ret_subject, SUBJECT_MAX, "staff:%s", id);
	else
		text_fmt(ret_subject, SUBJECT_MAX, "staff-unknown:%s", desk_name(desk));
}

static int64_t wait_of(int64_t tries)
{
	int64_t wait = FIRST_WAIT_MS;

	for (int64_t i = FREE_TRIES; i < tries && wait < LONGEST_WAIT_MS; i++)
		wait *= 2;
	return wait < LONGEST_WAIT_MS ? wait : LONGEST_WAIT_MS;
}

static bool must_wait(struct station *st, const char *subject)
{
	struct store *store = people_of(st)->store;
	struct tries t = store_tries(store, subject);
	int64_t now = station_now(st), longest = now + wait_of(t.count);

	/* A clock set back neither ends the wait nor makes it longer. */
	if (t.until_ms > longest) {
		t.until_ms = longest;
		store_tries_set(store, subject, t);
	}
	return t.until_ms > now;
}

static void count_wrong(struct station *st, const char *subject)
{
	struct store *store = people_of(st)->store;
	struct tries t = store_tries(store, subject);

	t.count++;
	if (t.count >= FREE_TRIES)
		t.until_ms = station_now(st) + wait_of(t.count);
	store_tries_set(store, subject, t);
}

static void hash_typed(const char *staff, const char *pin, char ret_hash[33])
{
	char text[ID_MAX + 80];

	text_fmt(text, sizeof(text), "%s %s", staff, pin);
	hash_text(slice_of(text), ret_hash);
	memset(text, 0, sizeof(text));
}

/* The same press again, whose first answer came too late: it gets that one's, when it is there. */
static bool join_check(struct station *st, const struct call *c, const char *typed)
{
	for (int i = 0; c->unkept[0] && i < PIN_CHECKS_MAX; i++) {
		struct pin_check *check = &st->pins[i];

		if (check->active && strcmp(check->call.unkept, c->unkept) == 0 &&
		    strcmp(check->typed, typed) == 0) {
			check->call.request = c->request;
			return true;
		}
	}
	return false;
}

/* A PIN that was changed here counts until policy has another one than it had then: that may be
 * the same change, come back from HQ, or HQ's own word. */
static const char *changed_key(const char *id, char memory[ID_MAX + 8])
{
	text_fmt(memory, ID_MAX + 8, "pin:%s", id);
	return memory;
}

static bool pin_hash(struct station *st, const char *id, char *dst, size_t cap)
{
	char key[ID_MAX + 8], kept[PIN_HASH_MAX + HASH_TEXT_MAX], was[HASH_TEXT_MAX];

	if (json_string(json_get(staff_person(st, id), "pin"), dst, cap) <= 0)
		return false;
	st = people_of(st);
	if (!store_setting(st->store, changed_key(id, key), kept, sizeof(kept)))
		return true;
	hash_text(slice_of(dst), was);
	if (strncmp(kept, was, HASH_TEXT_MAX - 1) == 0)
		text_fmt(dst, cap, "%s", kept + HASH_TEXT_MAX);
	else
		store_setting_set(st->store, key, NULL);
	return true;
}

static void tell_changed(struct station *st, const char *id, const char *made)
{
	char memory[512], salt[17];
	struct buf b, person;
	uint8_t random[8];

	st->clock.random(st->clock.ctx, random, sizeof(random));
	hex_encode(random, sizeof(random), salt);
	buf_init(&person, memory, sizeof(memory));
	jw_open(&person, NULL, '{');
	jw_str(&person, "salt", salt);
	jw_str(&person, "pin", made);
	jw_close(&person, '}');
	b = event_begin(st);
	jw_str(&b, "who", id);
	jw_str(&b, "staff", id);
	event_end(st, "staff.pin_changed", &b, buf_read(&person), NULL);
}

static void change_pin(struct station *st, const struct pin_check *check, struct slice made)
{
	char key[ID_MAX + 8], text[PIN_HASH_MAX + HASH_TEXT_MAX], old[PIN_HASH_MAX],
		was[HASH_TEXT_MAX];
	struct word_values v = words_none();

	if (made.n == 0 || made.n >= PIN_HASH_MAX ||
	    json_string(json_get(staff_person(st, check->staff), "pin"), old, sizeof(old)) <= 0) {
		answer_no(st, &check->call, 409, REASON_BUSY, &v);
		return;
	}
	hash_text(slice_of(old), was);
	text_fmt(text, sizeof(text), "%s %.*s", was, (int)made.n, made.p);
	store_setting_set(st->store, changed_key(check->staff, key), text);
	tell_changed(st, check->staff, text + HASH_TEXT_MAX);
	answer_ok(st, &check->call, "");
}

/* The loop's worker compares what was typed with a hash nobody's PIN fits when the person is not
 * known: an unknown one takes as long as a known one. */
static void send_check(struct station *st, const struct pin_check *check, const char *pin)
{
	const char *new_pin = check->why == PIN_CHANGE ? check->note : "";
	static const char nobody[] = "$argon2id$v=19$m=8192,t=3,p=1$AAAAAAAAAAAAAAAAAAAAAA$"
				     "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
	struct door_out out = { .kind = OUT_PIN, .pin.check = check->number };
	char memory[512];
	struct buf b;

	buf_init(&b, memory, sizeof(memory));
	if (pin_hash(st, check->staff, memory, PIN_HASH_MAX))
		b.len = strlen(memory);
	else
		buf_text(&b, nobody);
	buf_byte(&b, 0);
	buf_text(&b, pin);
	buf_byte(&b, 0);
	if (new_pin[0]) {
		buf_text(&b, new_pin);
		buf_byte(&b, 0);
	}
	door_emit(st->door, &out, buf_read(&b));
	memset(memory, 0, sizeof(memory));
}

void staff_check_pin(struct station *st, const struct call *c, enum pin_for why, const char *id,
		     const char *pin, const char *note)
{
	struct pin_check *check = free_check(st);
	char subject[SUBJECT_MAX], typed[33];

	if (json_count(json_get(policy_get(st, "staff"), "people")) == 0) {
		answer_quiet(st, c, 409, REASON_NO_STAFF);
		return;
	}
	tries_subject(st, id, c->desk, subject);
	hash_typed(id, pin, typed);
	if (join_check(st, c, typed))
		return;
	if (must_wait(st, subject) || !check) {
		answer_quiet(st, c, 409, check ? REASON_PIN_LOCKED : REASON_BUSY);
		return;
	}
	*check = (struct pin_check){ .active = true, .number = ++st->pin_number, .call = *c };
	check->why = why;
	check->blocked = st->desks[c->desk].blocked.number;
	text_fmt(check->staff, sizeof(check->staff), "%s", id);
	text_fmt(check->note, sizeof(check->note), "%s", note);
	memcpy(check->typed, typed, sizeof(typed));
	send_check(st, check, pin);
}

void verb_staff_login(struct station *st, const struct call *c, struct json args)
{
	struct word_values v = words_none();
	char id[ID_MAX + 1], pin[64];

	if (!arg_text(args, "staff", id, sizeof(id)) ||
	    json_string(json_get(args, "pin"), pin, sizeof(pin)) < 0) {
		answer_no(st, c, 400, REASON_BAD_REQUEST, &v);
		return;
	}
	staff_check_pin(st, c, PIN_LOGIN, id, pin, "");
}

static void pin_right(struct station *st, struct pin_check *check, enum role role,
		      struct slice made)
{
	switch (check->why) {
	case PIN_LOGIN:
		open_session(st, &check->call, check->staff, role);
		break;
	case PIN_APPROVE:
		approval_given(st, &check->call, check->blocked, check->staff, role, check->note);
		break;
	case PIN_CHANGE:
		change_pin(st, check, made);
		break;
	}
}

void staff_pin_checked(struct station *st, uint64_t number, bool right, struct slice made)
{
	for (int i = 0; i < PIN_CHECKS_MAX; i++) {
		struct pin_check *check = &st->pins[i];
		char subject[SUBJECT_MAX], name[128];
		enum role role = ROLE_NONE;

		if (!check->active || check->number != number)
			continue;
		check->active = false;
		memset(check->typed, 0, sizeof(check->typed));
		tries_subject(st, check->staff, check->call.desk, subject);
		/* The policy may have changed while the hash was computed. */
		if (right && staff_name(st, check->staff, name, sizeof(name), &role)) {
			store_tries_set(people_of(st)->store, subject, (struct tries){ 0 });
			pin_right(st, check, role, made);
		} else {
			count_wrong(st, subject);
			answer_quiet(st, &check->call, 409, REASON_PIN_WRONG);
		}
		return;
	}
}

void verb_staff_pin(struct station *st, const struct call *c, struct json args)
{
	struct word_values v = words_none();
	char old[64], new_pin[16];

	if (json_string(json_get(args, "old"), old, sizeof(old)) <= 0 ||
	    json_string(json_get(args, "new"), new_pin, sizeof(new_pin)) != PIN_DIGITS ||
	    !text_digits(slice_of(new_pin)) || strcmp(old, new_pin) == 0) {
		answer_no(st, c, 400, REASON_BAD_REQUEST, &v);
		return;
	}
	staff_check_pin(st, c, PIN_CHANGE, c->session.row.staff, old, new_pin);
}

bool staff_is_customer(struct station *st, const char *id, const char *customer)
{
	return json_is(json_get(staff_person(st, id), "customer"), customer);
}

bool staff_own_order(struct station *st, const struct call *c)
{
	char customer[ID_MAX + 1];

	return json_string(json_get(st->order.customer, "id"), customer, sizeof(customer)) > 0 &&
	       staff_is_customer(st, c->session.row.staff, customer);
}

void staff_badge(struct station *st, const struct call *c, const struct scan *s)
{
	struct word_values v = words_none();
	char id[ID_MAX + 1], want[HASH_TEXT_MAX] = "", have[HASH_TEXT_MAX], name[128];
	enum role role = ROLE_NONE;
	struct call mine = *c;
	struct json person;

	if (c->desk != DESK_COUNTER || !st->config->has_secret ||
	    slice_copy(s->first, id, sizeof(id)) < 0) {
		answer_no(st, c, 409, REASON_FORBIDDEN, &v);
		return;
	}
	person = staff_person(st, id);
	if (json_string(json_get(person, "badge"), want, sizeof(want)) < 0)
		want[0] = '\0';
	hash_keyed(st->config->secret, "badge", s->second, NULL, have);
	if (!want[0] || !hash_text_eq(want, have) ||
	    !staff_name(st, id, name, sizeof(name), &role)) {
		answer_no(st, c, 409, REASON_NOT_FOUND, &v);
		return;
	}
	open_session(st, &mine, id, role);
}

void verb_staff_logout(struct station *st, const struct call *c, struct json args)
{
	(void)args;
	/* The operator's own token is no session of the desk. */
	if (c->session.token_hash[0])
		end_sessions(st, c->session.row.desk, c->session.row.staff, false);
	answer_logout(st, c);
}
