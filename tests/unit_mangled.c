// SPDX-License-Identifier: Apache-2.0
/*
 * Whatever HQ, another lane or a person sends, the station lives on: every kind of message
 * (tests/cases/messages.txt) with values, members and lengths it should not have, in a random
 * order over a station that works meanwhile. It must answer every press with one answer, keep its
 * database whole, show documents that are JSON, and start again from what it has kept.
 *
 * LADA_MANGLED=N does N rounds instead of a few; LADA_SEED=S begins with another seed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "firmware/base/json.h"
#include "firmware/base/log.h"
#include "tests/mangle.h"
#include "tests/shop.h"

#define ROUNDS	    12
#define ROUND_STEPS 250

struct mangler {
	struct shop *shop;
	const struct messages *messages;
	struct mangle chance;
	int64_t seq[STREAM_COUNT], up, rev, number;
	int at, end;	    /* in the work that is played */
	int64_t answers[2]; /* refused, done */
	int sound;	    /* out of so many messages one is changed */
	char text[MANGLE_TEXT_MAX];
};

/* ---- sending ---- */

/* SEQ and REV count up; the number stays short of what they are compared with. */
static void fill(struct mangler *m, const char *from)
{
	struct buf b;

	buf_init(&b, m->text, sizeof(m->text));
	while (*from) {
		char number[24];

		if (!strncmp(from, "\"ESEQ", 5)) {
			text_fmt(number, sizeof(number), "\"E%lld", (long long)m->up);
			from += 5;
		} else if (!strncmp(from, "SEQ", 3)) {
			text_fmt(number, sizeof(number), "%lld", (long long)++m->up);
			from += 3;
		} else if (!strncmp(from, "REV", 3)) {
			text_fmt(number, sizeof(number), "%lld", (long long)++m->rev);
			from += 3;
		} else if (!strncmp(from, "NUM", 3)) {
			text_fmt(number, sizeof(number), "%lld",
				 (long long)(m->number - (mangle_pick(&m->chance, 12) == 0
								  ? mangle_pick(&m->chance, 5)
								  : 0)));
			from += 3;
		} else {
			buf_slice(&b, (struct slice){ from++, 1 });
			continue;
		}
		buf_text(&b, number);
	}
	assert_false(b.overflow);
	m->text[b.len] = '\0';
}

static struct slice argument(struct mangler *m, const char *from)
{
	struct slice text, mangled;

	fill(m, from);
	text = slice_of(m->text);
	for (int tries = 0; tries < 3 && mangle_pick(&m->chance, m->sound) == 0; tries++) {
		if (!mangle_text(&m->chance, text, &mangled))
			continue;
		memcpy(m->text, mangled.p, mangled.n);
		m->text[mangled.n] = '\0';
		text = slice_of(m->text);
	}
	return text;
}

static void send_down(struct mangler *m, const char *rest)
{
	char name[24];
	enum stream stream;
	size_t n = strcspn(rest, " ");

	slice_copy((struct slice){ rest, n }, name, sizeof(name));
	assert_int_equal(stream_find(slice_of(name), &stream), 0);
	argument(m, rest + n + 1);
	shop_down(m->shop, stream, 7, ++m->seq[stream], m->text, NULL);
}

static void send_up(struct mangler *m, const char *rest)
{
	struct door_event e = { .kind = DOOR_UP };
	const struct slice text = argument(m, rest);

	e.up.epoch = 5;
	text_fmt(e.up.lane, sizeof(e.up.lane), "k2");
	e.up.events = (struct span){ 0, (uint32_t)text.n };
	shop_submit(m->shop, &e, m->text);
}

static void send_cmd(struct mangler *m, const char *rest)
{
	struct door_event e = { .kind = DOOR_CMD };
	const size_t n = strcspn(rest, " ");
	struct slice text = argument(m, rest + n + 1);

	slice_copy((struct slice){ rest, n }, e.cmd.name, sizeof(e.cmd.name));
	text_fmt(e.cmd.id, sizeof(e.cmd.id), "c%lld", (long long)mangle_pick(&m->chance, 1000));
	e.cmd.expires_ms = m->shop->wall_ms + 60000;
	e.cmd.args = (struct span){ 0, (uint32_t)text.n };
	shop_submit(m->shop, &e, m->text);
}

static void send_ack(struct mangler *m, const char *rest)
{
	struct door_event e = { .kind = DOOR_ACK };
	struct json root, reject;

	argument(m, rest);
	if (json_check(slice_of(m->text), &root) < 0)
		return;
	e.ack.epoch = m->shop->st->ledger.epoch;
	e.ack.seq = json_int_or(json_get(root, "seq"), 0);
	reject = json_get(root, "reject");
	if (reject.type == JSON_ARRAY)
		e.ack.reject = (struct span){ (uint32_t)(reject.p - m->text), (uint32_t)reject.n };
	shop_submit(m->shop, &e, m->text);
}

/* Every press has one answer: now, or when a hash or a claim is there. */
static void press(struct mangler *m, const char *name, const char *args)
{
	m->shop->pin = 0;
	shop_verb(m->shop, name, args, NULL);
	if (m->shop->pin) {
		struct door_event e = { .kind = DOOR_PIN };

		e.pin.check = m->shop->pin;
		e.pin.right = mangle_pick(&m->chance, 8) != 0;
		shop_submit(m->shop, &e, "$argon2id$v=19$m=65536,t=2,p=1$c2FsdA$aGFzaA");
	}
	for (int i = 0; i < 12 && m->shop->answered != m->shop->request; i++)
		shop_tick(m->shop, 500);
	if (m->shop->answered != m->shop->request)
		fail_msg("no answer to %s %s", name, args);
	m->answers[m->shop->status == 200]++;
	switch (m->shop->status) {
	case 200:
	case 400:
	case 401:
	case 403:
	case 409:
		return;
	}
	fail_msg("%s %s: %d %s", name, args, m->shop->status, m->shop->reply);
}

static void send_verb(struct mangler *m, const char *rest)
{
	const size_t n = strcspn(rest, " ");
	char name[VERB_MAX];
	struct json root;

	slice_copy((struct slice){ rest, n }, name, sizeof(name));
	argument(m, rest + n + 1);
	if (json_check(slice_of(m->text), &root) < 0 || root.type != JSON_OBJECT)
		return;
	press(m, name, m->text);
	if (strstr(m->shop->reply, "approval_needed") && mangle_pick(&m->chance, 4) != 0)
		press(m, "approve", "{\"staff\":\"E90\",\"pin\":\"1\",\"reason\":\"wiem\"}");
}

/* What is open is left, most of the time. */
static void leave(struct mangler *m)
{
	static const char *const ways[] = { "pickup.cancel", "prep.cancel", "return.cancel" };

	for (size_t i = 0; i < COUNT_OF(ways) && mangle_pick(&m->chance, 20) != 0; i++)
		press(m, ways[i], "{}");
}

static void send_scan(struct mangler *m, const char *rest)
{
	char text[256];

	fill(m, rest);
	text_fmt(text, sizeof(text), "%s", m->text);
	if (mangle_pick(&m->chance, 4 * m->sound) == 0)
		text[mangle_pick(&m->chance, (int64_t)strlen(text))] =
			(char)(1 + mangle_pick(&m->chance, 127));
	shop_scan(m->shop, text);
}

static void send_one(struct mangler *m)
{
	static const struct {
		const char *word;
		void (*send)(struct mangler *m, const char *rest);
	} kinds[] = {
		{ "down ", send_down }, { "up ", send_up },	{ "cmd ", send_cmd },
		{ "ack ", send_ack },	{ "verb ", send_verb }, { "scan ", send_scan },
	};
	const struct messages *all = m->messages;
	const char *line;

	if (m->at == m->end) {
		const int64_t work = mangle_pick(&m->chance, all->works);

		m->at = all->work[work];
		m->end = all->work[work + 1];
		m->number++;
		leave(m);
	}
	if (mangle_pick(&m->chance, 4) == 0) {
		m->sound = 2;
		line = all->line[mangle_pick(&m->chance, all->count)];
	} else {
		m->sound = 10;
		line = all->line[m->at++];
	}
	for (size_t i = 0; i < COUNT_OF(kinds); i++) {
		const size_t n = strlen(kinds[i].word);

		if (!strncmp(line, kinds[i].word, n)) {
			kinds[i].send(m, line + n);
			return;
		}
	}
	fail_msg("no such message: %s", line);
}

/* ---- rounds ---- */

static void is_whole(struct mangler *m, const char *line)
{
	static char document[SHOP_TEXT_MAX + 1];
	const char *trouble = store_trouble(m->shop->st->store);
	struct json doc;

	if (trouble[0])
		fail_msg("%s\nafter %s %s", trouble, line, m->text);
	/* Its bracket and revision are put in front of it where it is served. */
	text_fmt(document, sizeof(document), "{%s", m->shop->screen);
	if (m->shop->screen[0] && json_check(slice_of(document), &doc) < 0)
		fail_msg("no document: %s", m->shop->screen);
}

/* People who are there whatever became of the policy. */
static void staff_again(struct mangler *m)
{
	static const char people[] =
		"[{\"op\":\"put\",\"type\":\"policy\",\"id\":\"staff\",\"rev\":%lld,\"body\":{"
		"\"people\":[{\"id\":\"E17\",\"name\":\"Ola\",\"role\":\"%s\",\"pin\":\"x\"},"
		"{\"id\":\"E90\",\"name\":\"Ewa\",\"role\":\"supervisor\",\"pin\":\"x\"}]}},"
		"{\"op\":\"put\",\"type\":\"policy\",\"id\":\"lanes\",\"rev\":%lld,\"body\":{"
		"\"lanes\":[{\"lane\":\"k1\"}]}},{\"op\":\"put\",\"type\":\"policy\",\"id\":"
		"\"pickup\",\"rev\":%lld,\"body\":{\"id_search\":\"allow\",\"late\":\"allow\","
		"\"tenders\":[\"cash\",\"card\",\"blik\"]}},{\"op\":\"put\",\"type\":\"policy\","
		"\"id\":\"fiscal\",\"rev\":%lld,\"body\":{\"mode\":\"none\"}}]";
	static const char *const roles[] = { "clerk", "supervisor", "service" };
	struct door_event e = { .kind = DOOR_PIN };
	const long long rev = ++m->rev;
	char ops[1024];

	text_fmt(ops, sizeof(ops), people, rev, roles[mangle_pick(&m->chance, 3)], rev, rev, rev);
	shop_down(m->shop, STREAM_POLICY, 7, ++m->seq[STREAM_POLICY], ops, NULL);
	m->shop->pin = 0;
	shop_verb(m->shop, "staff.login", "{\"staff\":\"E17\",\"pin\":\"482100\"}", NULL);
	if (!m->shop->pin)
		return; /* slowed down, since an approval went wrong before */
	e.pin.check = m->shop->pin;
	e.pin.right = true;
	shop_submit(m->shop, &e, NULL);
}

static void round_of(const struct messages *messages, int number)
{
	static struct mangler m;
	struct door_event beat = { .kind = DOOR_BEAT };

	m = (struct mangler){ .shop = shop_open(number), .messages = messages };
	m.chance.state = (uint64_t)number * UINT64_C(0x9E3779B97F4A7C15) + 1;
	for (int s = 0; s < STREAM_COUNT; s++)
		shop_begin_stream(m.shop, (enum stream)s);
	for (int i = 0; i < ROUND_STEPS; i++) {
		if (i % 50 == 0) {
			staff_again(&m);
			beat.beat.online = mangle_pick(&m.chance, 3) != 0;
			beat.beat.at_ms = m.shop->wall_ms;
			shop_submit(m.shop, &beat, NULL);
		}
		send_one(&m);
		is_whole(&m, "a message");
		if (mangle_pick(&m.chance, 25) == 0)
			shop_tick(m.shop, 1000 * (1 + mangle_pick(&m.chance, 90)));
		if (mangle_pick(&m.chance, 80) == 0)
			shop_restart(m.shop);
		is_whole(&m, "a restart");
	}
	/* It worked meanwhile, or nothing was tried. */
	assert_true(m.answers[true] > ROUND_STEPS / 10);
	shop_close(m.shop);
}

static void whatever_comes(void **state)
{
	const char *rounds = getenv("LADA_MANGLED"), *seed = getenv("LADA_SEED");
	const int n = rounds ? (int)strtol(rounds, NULL, 10) : ROUNDS;
	const int first = seed ? (int)strtol(seed, NULL, 10) : 1;
	struct messages messages;

	(void)state;
	assert_true(messages_read(&messages));
	log_limit(LOG_LEVEL_ERROR);
	for (int i = first; i < first + n; i++)
		round_of(&messages, i);
	printf("%d messages of %d kinds\n", n * ROUND_STEPS, messages.count);
	free(messages.text);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(whatever_comes) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
