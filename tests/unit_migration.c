// SPDX-License-Identifier: Apache-2.0
/*
 * A database of the version before (schema 2), with something in every table that migration 3
 * rebuilds: nothing is lost, and the chain goes on where it stood.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sodium.h>
#include <sqlite3.h>

#include "firmware/store/schema.h"
#include "tests/file_shop.h"

static void run(sqlite3 *db, const char *sql)
{
	char *why = NULL;

	if (sqlite3_exec(db, sql, NULL, NULL, &why))
		fail_msg("%s: %s", sql, why);
}

/* Two epochs, the first pruned from its beginning, numbers as that version gave them. */
static const char ROWS[] =
	"INSERT INTO ledger VALUES (100,5,5,'aa'),(200,2,1,'bb');"
	"INSERT INTO journal VALUES (4,100,4,'t','{\"seq\":4}',NULL),"
	"(5,100,5,'t','{\"seq\":5}','{\"salt\":\"x\"}'),(6,200,1,'t','{\"seq\":1}',NULL),"
	"(7,200,2,'pickup.completed','{\"seq\":2}',NULL);"
	"INSERT INTO fact_order VALUES ('Z-1','collected',7,'k1',200,2,'EV',3);"
	"INSERT INTO fact_line VALUES ('Z-1','1',2,1);"
	"INSERT INTO stock_delta (sku, delta, lane, epoch, seq) VALUES ('S',-2,'k1',200,2);"
	"INSERT INTO desk VALUES (0,'pickup','Z-2','code','online',4);"
	"INSERT INTO desk_check VALUES (0,'1',1,0,'');"
	"INSERT INTO press VALUES ('key',200,'{\"ok\":true}',9);"
	"INSERT INTO job (printer, kind, status, doc, at) VALUES ('receipt','pickup',2,'D',1),"
	"('receipt','pickup',0,'E',2);"
	"INSERT INTO gen VALUES (1,0);INSERT INTO cursor VALUES (0,7,9,1,1,5);"
	"INSERT INTO record (gen, id, rev, state, body) VALUES"
	" (1,'Z-2',4,0,'{\"status\":\"ready\",\"number\":\"22\"}');"
	"INSERT INTO lookup VALUES (1,0,'ready','Z-2'),(1,2,'22','Z-2');";

static void make_old(const char *path)
{
	sqlite3 *db;
	char sql[96];

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	for (size_t n = 0; n < 2; n++)
		run(db, schema_migration(n));
	run(db, ROWS);
	text_fmt(sql, sizeof(sql), "PRAGMA application_id=%d; PRAGMA user_version=2;",
		 SCHEMA_APPLICATION_ID);
	run(db, sql);
	sqlite3_close(db);
}

static void check_journal(struct store *st)
{
	struct ledger l = store_ledger(st), old;
	struct slice text;
	char memory[512];
	struct buf b;

	assert_int_equal(l.epoch, 200);
	assert_int_equal(l.last, 2);
	assert_int_equal(l.acked, 1);
	assert_string_equal(l.prev, "bb");
	assert_true(store_ledger_of(st, 100, &old));
	assert_int_equal(old.last, 5);
	assert_int_equal(store_waiting(st), 1);
	assert_int_equal(store_event_oldest(st, 100), 4);
	assert_true(store_event_text(st, 100, 5, &text));
	assert_true(slice_eq(text, "{\"seq\":5}"));
	assert_false(store_event_text(st, 100, 3, &text));
	buf_init(&b, memory, sizeof(memory));
	assert_int_equal(store_batch(st, 200, 1, 400, &b), 2);
	assert_string_equal(buf_str(&b), "{\"e\":{\"seq\":2}}");
	buf_init(&b, memory, sizeof(memory));
	assert_int_equal(store_batch(st, 100, 3, 400, &b), 5); /* and none of the next epoch */
}

static void check_rest(struct store *st)
{
	struct job_row job = { 0 };
	struct desk_row desk;
	struct order_fact f;
	struct slice body, asked;
	int64_t status;
	char id[ID_MAX + 1] = "";

	assert_true(store_order_fact(st, slice_of("Z-1"), &f));
	assert_string_equal(f.status, "collected");
	assert_string_equal(f.event, "EV");
	assert_int_equal(store_line_fact(st, slice_of("Z-1"), slice_of("1")).handed, 2);
	assert_int_equal(store_stock_delta(st, slice_of("S")), -2);
	store_stock_deltas_covered(st, slice_of("k1"), 200, 2);
	assert_int_equal(store_stock_delta(st, slice_of("S")), 0);
	assert_true(store_desk(st, DESK_COUNTER, &desk));
	assert_string_equal(desk.order, "Z-2");
	assert_int_equal(store_check(st, DESK_COUNTER, slice_of("1")).checked, 1);
	assert_true(store_press(st, "key", &status, &body, &asked));
	assert_true(slice_eq(body, "{\"ok\":true}"));
	assert_true(store_job_next(st, "receipt", &job));
	assert_int_equal(job.job, 2);
	assert_true(slice_eq(job.doc, "E"));
	assert_int_equal(store_job_add(st, "receipt", "pickup", slice_of("F"), 3), 3);
	assert_true(store_lookup_next(st, 1, LOOKUP_NUMBER, slice_of("22"), id));
	assert_string_equal(id, "Z-2");
}

static void test_nothing_is_lost(void **state)
{
	char path[] = "/tmp/lada-unit-XXXXXX", message[256], side[64];
	struct store *st;

	(void)state;
	close(mkstemp(path));
	make_old(path);
	assert_int_equal(store_open(path, &st, message, sizeof(message)), 0);
	store_begin(st);
	check_journal(st);
	check_rest(st);
	/* A new epoch's events stand behind all others. */
	store_ledger_open(st, 300);
	store_event(st, 300, 1, "t", slice_of("{\"seq\":1}"), (struct slice){ 0 });
	assert_int_equal(store_ledger(st).last, 1);
	assert_int_equal(store_waiting(st), 2);
	assert_int_equal(store_ledger_waiting(st).epoch, 200);
	assert_int_equal(store_commit(st), 0);
	store_close(st);
	unlink(path);
	text_fmt(side, sizeof(side), "%s-wal", path);
	unlink(side);
	text_fmt(side, sizeof(side), "%s-shm", path);
	unlink(side);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing_is_lost),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
