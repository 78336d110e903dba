// SPDX-License-Identifier: Apache-2.0
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdlib.h>
#include <unistd.h>

#include <sqlite3.h>

#include "tests/file_shop.h"

struct file_shop file_shop_open(void)
{
	struct file_shop f = { .s = shop_open(1), .dir = "/tmp/lada-unit-XXXXXX" };
	char message[256];

	store_close(f.s->st->store);
	assert_non_null(mkdtemp(f.dir));
	text_fmt(f.path, sizeof(f.path), "%s/lada.db", f.dir);
	assert_int_equal(store_open(f.path, &f.s->st->store, message, sizeof(message)), 0);
	assert_int_equal(station_start(f.s->st), 0);
	shop_collect(f.s);
	shop_begin_stream(f.s, STREAM_ORDERS);
	return f;
}

void file_shop_close(struct file_shop *f)
{
	char extra[80];

	shop_close(f->s);
	unlink(f->path);
	text_fmt(extra, sizeof(extra), "%s-wal", f->path);
	unlink(extra);
	text_fmt(extra, sizeof(extra), "%s-shm", f->path);
	unlink(extra);
	rmdir(f->dir);
}

int64_t file_shop_sql(const struct file_shop *f, const char *text)
{
	sqlite3 *db;
	sqlite3_stmt *row;
	int64_t n = -1;

	assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, text, -1, &row, NULL), SQLITE_OK);
	if (sqlite3_step(row) == SQLITE_ROW)
		n = sqlite3_column_int64(row, 0);
	assert_int_equal(sqlite3_finalize(row), SQLITE_OK);
	sqlite3_close(db);
	return n;
}

const char *ops_put(char ops[OPS_MAX], const char *type, const char *id, int rev, const char *body)
{
	text_fmt(ops, OPS_MAX,
		 "[{\"op\":\"put\",\"type\":\"%s\",\"id\":\"%s\",\"rev\":%d,\"body\":%s}]", type,
		 id, rev, body);
	return ops;
}

void shop_offer(struct shop *s, enum stream stream, int64_t epoch, int64_t seq, const char *id,
		int parts, const char *upto)
{
	struct door_event e = { .kind = DOOR_DOWN };

	e.down.stream = stream;
	e.down.what = DOWN_OFFER;
	e.down.epoch = epoch;
	e.down.seq = seq;
	e.down.parts = parts;
	e.down.upto = (struct span){ 0, (uint32_t)strlen(upto) };
	text_fmt(e.down.snapshot, sizeof(e.down.snapshot), "%s", id);
	shop_submit(s, &e, upto);
}

void shop_part(struct shop *s, enum stream stream, int64_t epoch, const char *id, int number,
	       const char *ops)
{
	struct door_event e = { .kind = DOOR_DOWN };

	e.down.stream = stream;
	e.down.what = DOWN_PART;
	e.down.epoch = epoch;
	e.down.part = number;
	e.down.ops = (struct span){ 0, (uint32_t)strlen(ops) };
	text_fmt(e.down.snapshot, sizeof(e.down.snapshot), "%s", id);
	shop_submit(s, &e, ops);
}

void shop_scan_code(struct shop *s, const char *order)
{
	char code[CODE_TEXT_MAX];

	shop_sign_code(s, order, code);
	shop_scan(s, code);
}
