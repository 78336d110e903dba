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
#include "tests/shop.h"

#define MESSAGES     "tests/cases/messages.txt"
#define MESSAGES_MAX 160
#define WORKS_MAX    16
#define ROUNDS	     12
#define ROUND_STEPS  250
#define VALUES_MAX   400
#define TEXT_MAX     65536

struct messages {
	char *text;
	char *line[MESSAGES_MAX];
	int count;
	int work[WORKS_MAX + 1]; /* where one begins; of the last, where they end */
	int works;
};

struct mangler {
	struct shop *shop;
	const struct messages *messages;
	uint64_t chance;
	int64_t seq[STREAM_COUNT], up, rev, number;
	int at, end;	    /* in the work that is played */
	int64_t answers[2]; /* refused, done */
	int sound;	    /* out of so many messages one is changed */
	char text[TEXT_MAX], mangled[TEXT_MAX];
};

static int64_t pick(struct mangler *m, int64_t below)
{
	m->chance = m->chance * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (int64_t)(m->chance >> 33) % below;
}

static struct messages read_messages(void)
{
	struct messages m = { .text = calloc(1, TEXT_MAX) };
	FILE *f = fopen(MESSAGES, "r");
	char *save = NULL;

	assert_non_null(f);
	assert_in_range(fread(m.text, 1, TEXT_MAX - 1, f), 1000, TEXT_MAX - 2);
	fclose(f);
	for (char *l = strtok_r(m.text, "\n", &save); l; l = strtok_r(NULL, "\n", &save)) {
		assert_true(m.count < MESSAGES_MAX && m.works < WORKS_MAX);
		if (l[0] == '=')
			m.work[m.works++] = m.count;
		else if (l[0] != '#')
			m.line[m.count++] = l;
	}
	/* The last one is no work but all the others. */
	assert_true(m.works > 5);
	m.works--;
	return m;
}

/* ---- what is changed ---- */

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
static void write_long(struct mangler *m, struct buf *b)
{
	static const int sizes[] = { 39, 40, 41, 63, 64, 65, 128, 256, 1000, 5000 };
	const int n = sizes[pick(m, COUNT_OF(sizes))];
	const int64_t kind = pick(m, 3);

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
static bool mangle(struct mangler *m, struct slice text, struct slice *ret_text)
{
	static struct json values[VALUES_MAX];
	struct json root;
	struct buf b;
	int n, at;

	buf_init(&b, m->mangled, sizeof(m->mangled));
	if (json_check(text, &root) < 0)
		return false;
	n = collect(root, values, 0);
	if (n == 0)
		return false;
	at = (int)pick(m, n);
	put_span(&b, text.p, values[at].p);
	if (pick(m, 6) == 0)
		write_long(m, &b);
	else if (pick(m, 4) == 0)
		buf_slice(&b, json_text(values[pick(m, n)]));
	else
		buf_text(&b, nasty[pick(m, COUNT_OF(nasty))]);
	put_span(&b, values[at].p + values[at].n, text.p + text.n);
	*ret_text = buf_read(&b);
	return !b.overflow && json_check(*ret_text, &root) == 0;
}

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
				 (long long)(m->number - (pick(m, 12) == 0 ? pick(m, 5) : 0)));
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
	for (int tries = 0; tries < 3 && pick(m, m->sound) == 0; tries++) {
		if (!mangle(m, text, &mangled))
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
	text_fmt(e.cmd.id, sizeof(e.cmd.id), "c%lld", (long long)pick(m, 1000));
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
		e.pin.right = pick(m, 8) != 0;
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
	if (strstr(m->shop->reply, "approval_needed") && pick(m, 4) != 0)
		press(m, "approve", "{\"staff\":\"E90\",\"pin\":\"1\",\"reason\":\"wiem\"}");
}

/* What is open is left, most of the time. */
static void leave(struct mangler *m)
{
	static const char *const ways[] = { "pickup.cancel", "prep.cancel", "return.cancel" };

	for (size_t i = 0; i < COUNT_OF(ways) && pick(m, 20) != 0; i++)
		press(m, ways[i], "{}");
}

static void send_scan(struct mangler *m, const char *rest)
{
	char text[256];

	fill(m, rest);
	text_fmt(text, sizeof(text), "%s", m->text);
	if (pick(m, 4 * m->sound) == 0)
		text[pick(m, (int64_t)strlen(text))] = (char)(1 + pick(m, 127));
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
		const int64_t work = pick(m, all->works);

		m->at = all->work[work];
		m->end = all->work[work + 1];
		m->number++;
		leave(m);
	}
	if (pick(m, 4) == 0) {
		m->sound = 2;
		line = all->line[pick(m, all->count)];
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

	text_fmt(ops, sizeof(ops), people, rev, roles[pick(m, 3)], rev, rev, rev);
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
	m.chance = (uint64_t)number * UINT64_C(0x9E3779B97F4A7C15) + 1;
	for (int s = 0; s < STREAM_COUNT; s++)
		shop_begin_stream(m.shop, (enum stream)s);
	for (int i = 0; i < ROUND_STEPS; i++) {
		if (i % 50 == 0) {
			staff_again(&m);
			beat.beat.online = pick(&m, 3) != 0;
			beat.beat.at_ms = m.shop->wall_ms;
			shop_submit(m.shop, &beat, NULL);
		}
		send_one(&m);
		is_whole(&m, "a message");
		if (pick(&m, 25) == 0)
			shop_tick(m.shop, 1000 * (1 + pick(&m, 90)));
		if (pick(&m, 80) == 0)
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
	struct messages messages = read_messages();

	(void)state;
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
