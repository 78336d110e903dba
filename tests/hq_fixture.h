// SPDX-License-Identifier: Apache-2.0
/*
 * What the tests of lada-hq share: an HQ on a file of its own, with the test's clock; a lane that
 * sends events; and the post, every letter of which SQLite, too, must find to be JSON. Where
 * LADA_HQ_DB says postgresql, HQ is on a server of the test program's own.
 */
#ifndef LADA_TESTS_HQ_FIXTURE_H
#define LADA_TESTS_HQ_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <sodium.h>
#include <sqlite3.h>

#include "firmware/trust/hash.h"
#include "sync/hq/import.h"
#include "sync/hq/ledger.h"
#include "sync/hq/order.h"
#include "sync/hq/replay.h"
#include "tests/pg_server.h"

#define STORE "WAW-042"
#define LANE  "k1"
#define EPOCH INT64_C(1795366197)

struct fixture {
	char dir[64], path[256];
	struct pg_server *server; /* NULL on SQLite */
	struct hq hq;
	int64_t wall_ms, mono_ms;
	struct letter *read; /* letters the test has looked at */
	/* The lane that sends events. */
	int64_t seq;
	char prev[HASH_TEXT_MAX];
};

static inline int64_t fake_wall(void *ctx)
{
	return ((struct fixture *)ctx)->wall_ms;
}

static inline int64_t fake_mono(void *ctx)
{
	return ((struct fixture *)ctx)->mono_ms;
}

static inline void true_random(void *ctx, void *p, size_t n)
{
	(void)ctx;
	randombytes_buf(p, n);
}

static inline void open_hq(struct fixture *f)
{
	const char *what = "";

	assert_int_equal(hq_open(&f->hq, f->path, true, &what), 0);
	f->hq.clock = (struct clock){ fake_wall, fake_mono, true_random, f };
}

static inline int group_setup(void **state)
{
	*state = pg_server_wanted();
	return 0;
}

static inline int group_teardown(void **state)
{
	if (*state)
		pg_server_remove(*state);
	free(*state);
	return 0;
}

static inline int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct pg_server *server = *state;

	assert_non_null(f);
	f->server = server;
	text_fmt(f->dir, sizeof(f->dir), "/tmp/unit_hq.XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	if (server)
		pg_server_url(server, f->path, sizeof(f->path));
	else
		text_fmt(f->path, sizeof(f->path), "%s/hq.db", f->dir);
	f->wall_ms = INT64_C(1795400000000);
	f->mono_ms = 1000000;
	slice_copy(slice_of("00000000000000000000000000000000"), f->prev, sizeof(f->prev));
	open_hq(f);
	*state = f;
	return 0;
}

static inline int teardown(void **state)
{
	static const char *const names[] = { "", "-wal", "-shm", ".lock" };
	struct fixture *f = *state;

	hq_close(&f->hq);
	while (f->read) {
		struct letter *l = f->read;

		f->read = l->next;
		free(l);
	}
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		char path[128];

		text_fmt(path, sizeof(path), "%s/hq.db%s", f->dir, names[i]);
		unlink(path);
	}
	rmdir(f->dir);
	free(f);
	return 0;
}

/* ---- small helpers ---- */

static inline struct json parsed_slice(struct slice text)
{
	struct json root;

	assert_int_equal(json_check(text, &root), 0);
	return root;
}

static inline struct json parsed(const char *text)
{
	return parsed_slice(slice_of(text));
}

static inline struct import_counts import(struct fixture *f, const char *text)
{
	struct import_counts counts = { 0 };

	assert_int_equal(import_text(&f->hq, "test", slice_of(text), &counts), 0);
	return counts;
}

/* A put of one record; the caller checks what came of it by the counts. */
static inline struct import_counts put(struct fixture *f, const char *type, const char *id,
				       const char *more, const char *body)
{
	char text[4096];

	assert_int_equal(text_fmt(text, sizeof(text),
				  "{\"store\":\"" STORE
				  "\",\"type\":\"%s\",\"id\":\"%s\"%s,\"body\":%s}",
				  type, id, more, body),
			 0);
	return import(f, text);
}

static inline int64_t number(struct fixture *f, const char *sql)
{
	int64_t n = db_number(&f->hq.db, INT64_MIN, sql, "");

	assert_int_equal(f->hq.db.error, DB_FINE);
	assert_true(n != INT64_MIN);
	return n;
}

/* The sum of a member over the bodies of all records. */
static inline int64_t sum_of(struct fixture *f, const char *name)
{
	struct db_stmt *q = db_query(&f->hq.db, "SELECT body FROM record", "");
	int64_t sum = 0;

	while (db_row(&f->hq.db, q)) {
		struct json root;

		assert_int_equal(json_check(db_slice(q, 0), &root), 0);
		sum += json_int_or(json_get(root, name), 0);
	}
	return sum;
}

static inline bool sqlite_says_json(const char *text, size_t n)
{
	sqlite3_stmt *q;
	sqlite3 *sql;
	bool valid;

	assert_int_equal(sqlite3_open(":memory:", &sql), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(sql, "SELECT json_valid(?)", -1, &q, NULL), SQLITE_OK);
	sqlite3_bind_text(q, 1, text, (int)n, SQLITE_STATIC);
	assert_int_equal(sqlite3_step(q), SQLITE_ROW);
	valid = sqlite3_column_int(q, 0) == 1;
	sqlite3_finalize(q);
	sqlite3_close(sql);
	return valid;
}

/* The next letter, which must go to this topic. It lives until the test ends. */
static inline struct json letter(struct fixture *f, const char *topic)
{
	struct letter *l = post_take(&f->hq.post);
	struct json v;

	assert_non_null(l);
	l->next = f->read;
	f->read = l;
	assert_string_equal(l->topic, topic);
	assert_true(l->n <= HQ_MESSAGE_MAX);
	assert_int_equal(json_check((struct slice){ l->text, l->n }, &v), 0);
	assert_true(sqlite_says_json(l->text, l->n));
	return v;
}

static inline void no_letter(struct fixture *f)
{
	assert_null(f->hq.post.first);
}

static inline int64_t at(struct json v, const char *name)
{
	int64_t n = 0;

	assert_int_equal(json_int(json_get(v, name), &n), 0);
	return n;
}

#define assert_is(value, text) assert_true(json_is(value, text))

static inline struct json element_of(struct json array, int n)
{
	struct json_walk w = json_walk(array);

	while (json_next(&w)) {
		if (n-- == 0)
			return w.value;
	}
	return (struct json){ .type = JSON_NONE };
}

static inline struct json first_op(struct json message)
{
	return element_of(json_get(message, "ops"), 0);
}

/* Commits, and takes the numbered messages of a store's stream that are new. */
static inline struct json announced(struct fixture *f, const char *stream)
{
	char topic[64];

	assert_int_equal(db_commit(&f->hq.db), 0);
	text_fmt(topic, sizeof(topic), STORE "/down/%s", stream);
	stream_announce(&f->hq, false);
	return letter(f, topic);
}

static inline void ask(struct fixture *f, const char *text)
{
	replay_ask(&f->hq, STORE, LANE, parsed(text));
	assert_int_equal(db_commit(&f->hq.db), 0);
}

static inline struct stream_state state_of(struct fixture *f, const char *stream)
{
	return stream_open(&f->hq, STORE, stream_by_name(stream));
}

static inline void ask_stream(struct fixture *f, const char *stream, int64_t epoch, int64_t after)
{
	char text[256];

	text_fmt(text, sizeof(text),
		 "{\"ask\":\"stream\",\"id\":\"a1\",\"stream\":\"%s\",\"epoch\":%lld,\"after\":%"
		 "lld}",
		 stream, (long long)epoch, (long long)after);
	ask(f, text);
}

#define READY_BODY                                                                                 \
	"{\"status\":\"ready\",\"code_nonce\":\"0011223344556677\","                               \
	"\"totals\":{\"total\":30000,\"due\":0},"                                                  \
	"\"lines\":[{\"line\":1,\"sku\":\"A\",\"qty\":2,\"paid\":20000,\"x\":[1.50,\"\\u0105\"]}," \
	"{\"line\":2,\"sku\":\"B\",\"qty\":1,\"paid\":9000},"                                      \
	"{\"line\":3,\"kind\":\"delivery\",\"qty\":1,\"paid\":1000}],"                             \
	"\"payments\":[{\"id\":\"p\",\"tender\":\"card\",\"state\":\"captured\",\"amount\":30000}" \
	"]}"

/* ---- the lane ---- */

/* Writes the next event of the lane as an element of a batch and moves its chain on. */
static inline void event(struct fixture *f, struct buf *b, const char *type, const char *body,
			 const char *person)
{
	char e[2048];

	f->seq++;
	assert_int_equal(
		text_fmt(e, sizeof(e),
			 "{\"seq\":%lld,\"id\":\"01JD%022lld\",\"type\":\"%s\","
			 "\"at\":\"2026-11-22T16:00:00.123Z\",\"prev\":\"%s\",\"body\":%s}",
			 (long long)f->seq, (long long)f->seq, type, f->prev, body),
		0);
	hash_text(slice_of(e), f->prev);
	jw_open(b, NULL, '{');
	jw_raw(b, "e", slice_of(e));
	if (person)
		jw_raw(b, "person", slice_of(person));
	jw_close(b, '}');
}

/* Sends a batch without looking at what comes back. */
static inline void say_up(struct fixture *f, const char *events)
{
	char text[65536];

	assert_int_equal(text_fmt(text, sizeof(text),
				  "{\"store\":\"" STORE "\",\"lane\":\"" LANE "\",\"epoch\":%lld,"
				  "\"events\":[%s]}",
				  (long long)EPOCH, events),
			 0);
	ledger_up(&f->hq, STORE, LANE, parsed(text));
	assert_int_equal(db_commit(&f->hq.db), 0);
}

static inline struct json send_up(struct fixture *f, const char *events)
{
	say_up(f, events);
	return letter(f, STORE "/" LANE "/ack");
}

/* One event as a batch of its own; the acknowledgement. */
static inline struct json up(struct fixture *f, const char *type, const char *body)
{
	char memory[4096];
	struct buf b;

	buf_init(&b, memory, sizeof(memory));
	event(f, &b, type, body, NULL);
	return send_up(f, buf_str(&b));
}

static inline void assert_ack(struct json ack, int64_t seq, const char *reason)
{
	struct json reject = json_get(ack, "reject");

	assert_int_equal(at(ack, "epoch"), EPOCH);
	assert_int_equal(at(ack, "seq"), seq);
	if (reason)
		assert_is(json_get(element_of(reject, 0), "reason"), reason);
	else
		assert_int_equal(reject.type, JSON_NONE);
}

#endif
