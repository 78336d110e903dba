// SPDX-License-Identifier: Apache-2.0
/*
 * Whatever a lane tells, lada-hq lives on: every kind of event (tests/cases/messages.txt) with
 * values it should not have, over orders that come the same way. Each is acknowledged, taken or
 * rejected; every order stays a record that stations take, whose sums hold; every letter is JSON.
 *
 * LADA_MANGLED=N does N rounds instead of a few; LADA_SEED=S begins with another seed.
 */
#include <stdio.h>

#include "sync/hq/order.h"
#include "tests/hq_fixture.h"
#include "tests/mangle.h"

#define ROUNDS	    6
#define ROUND_STEPS 200
#define BODY_MAX    1600 /* of what the fixture's lane sends */

struct teller {
	struct fixture *f;
	const struct messages *messages;
	struct mangle chance;
	int64_t number, rev;
	char text[MANGLE_TEXT_MAX];
	int64_t taken, rejected;
};

/* NUM is an order's number; what counts up is the fixture's own. */
static struct slice fill(struct teller *t, const char *from)
{
	struct buf b;
	char number[24];

	buf_init(&b, t->text, sizeof(t->text));
	text_fmt(number, sizeof(number), "%lld",
		 (long long)(t->number - mangle_pick(&t->chance, 3)));
	while (*from) {
		if (!strncmp(from, "NUM", 3)) {
			buf_text(&b, number);
			from += 3;
		} else if (!strncmp(from, "SEQ", 3) || !strncmp(from, "REV", 3)) {
			buf_text(&b, "1");
			from += 3;
		} else {
			buf_slice(&b, (struct slice){ from++, 1 });
		}
	}
	assert_false(b.overflow);
	return buf_read(&b);
}

/* HQ's own records, one of a line's ops. */
static void tell_records(struct teller *t, const char *ops)
{
	char id[128], type[32], body[BODY_MAX * 2], more[64];

	for (struct json_walk w = json_walk(parsed_slice(fill(t, ops))); json_next(&w);) {
		struct slice text = json_text(json_get(w.value, "body")), mangled;

		if (!json_is(json_get(w.value, "op"), "put") ||
		    json_string(json_get(w.value, "id"), id, sizeof(id)) <= 0 ||
		    json_string(json_get(w.value, "type"), type, sizeof(type)) <= 0)
			continue;
		if (mangle_pick(&t->chance, 6) == 0 && mangle_text(&t->chance, text, &mangled))
			text = mangled;
		if (slice_copy(text, body, sizeof(body)) < 0)
			continue;
		text_fmt(more, sizeof(more), ",\"rev\":%lld", (long long)++t->rev);
		put(t->f, type, id, more, body);
	}
}

static void tell_events(struct teller *t, const char *events)
{
	char type[64], body[BODY_MAX + 1], memory[4096];
	struct json ack;
	struct buf b;

	for (struct json_walk w = json_walk(parsed_slice(fill(t, events))); json_next(&w);) {
		const struct json e = json_get(w.value, "e");
		struct slice text = json_text(json_get(e, "body")), mangled;

		if (mangle_pick(&t->chance, 2) == 0 && mangle_text(&t->chance, text, &mangled))
			text = mangled;
		if (json_string(json_get(e, "type"), type, sizeof(type)) <= 0 ||
		    slice_copy(text, body, sizeof(body)) < 0)
			continue;
		buf_init(&b, memory, sizeof(memory));
		event(t->f, &b, type, body, NULL);
		while (t->f->hq.post.first)
			free(post_take(&t->f->hq.post));
		ack = send_up(t->f, buf_str(&b));
		assert_int_equal(at(ack, "seq"), t->f->seq);
		if (json_get(ack, "reject").type == JSON_NONE)
			t->taken++;
		else
			t->rejected++;
	}
}

/* What HQ holds of an order is what a station takes. */
static void orders_hold(struct teller *t, const char *line)
{
	char room[256], id[32];
	struct record r;

	for (int64_t n = t->number - 2; n <= t->number; n++) {
		const char *wrong;

		text_fmt(id, sizeof(id), "ZAM-%lld", (long long)n);
		if (!record_find(&t->f->hq, STORE, stream_by_name("orders"), id, &r) || !r.live)
			continue;
		wrong = order_check(parsed_slice(r.body), room, sizeof(room));
		if (wrong)
			fail_msg("%s: %s: %.*s\nafter %s: %s", id, wrong, (int)r.body.n, r.body.p,
				 line, t->text);
	}
}

static void a_round(struct fixture *f, const struct messages *messages, int number, int64_t *taken,
		    int64_t *rejected)
{
	static struct teller t;

	t = (struct teller){ .f = f, .messages = messages, .number = 10 + number * 1000 };
	t.rev = (int64_t)number * 1000000;
	t.chance.state = (uint64_t)number * UINT64_C(0x9E3779B97F4A7C15) + 1;
	for (int i = 0; i < ROUND_STEPS; i++) {
		const char *line = messages->line[mangle_pick(&t.chance, messages->count)];

		t.number += mangle_pick(&t.chance, 8) == 0;
		if (!strncmp(line, "down orders ", 12))
			tell_records(&t, line + 12);
		else if (!strncmp(line, "up ", 3))
			tell_events(&t, line + 3);
		orders_hold(&t, line);
	}
	assert_int_equal(db_commit(&f->hq.db), 0);
	stream_announce(&f->hq, false);
	*taken += t.taken;
	*rejected += t.rejected;
}

static void whatever_comes(void **state)
{
	const char *rounds = getenv("LADA_MANGLED"), *seed = getenv("LADA_SEED");
	const int n = rounds ? (int)strtol(rounds, NULL, 10) : ROUNDS;
	const int first = seed ? (int)strtol(seed, NULL, 10) : 1;
	int64_t taken = 0, rejected = 0;
	struct messages messages;

	assert_true(messages_read(&messages));
	for (int i = first; i < first + n; i++)
		a_round(*state, &messages, i, &taken, &rejected);
	/* It worked meanwhile, or nothing was tried. */
	assert_true(taken > 20 * n && rejected > n);
	free(messages.text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(whatever_comes, setup, teardown),
	};

	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
