// SPDX-License-Identifier: Apache-2.0
/* A database of an earlier version is opened: what it holds can be scanned as if it came today. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <unistd.h>

#include <sodium.h>
#include <sqlite3.h>

#include "firmware/store/schema.h"
#include "tests/file_shop.h"

/* Version 1 filed a product by its GTINs only: 2912345 is none, so nothing names the cheese. A
 * snapshot was on its way. */
static const char CATALOG[] =
	"INSERT INTO gen VALUES (1,0),(2,0),(3,0);"
	"INSERT INTO cursor VALUES (1,7,4,1,4,0),(4,7,1,2,1,0);"
	"INSERT INTO shadow VALUES (1,8,9,3,0,0,2,'s8','');"
	"INSERT INTO record (gen,id,rev,state,body) VALUES"
	" (1,'CHEESE',1,0,'{\"gtin\":[\"5901234123457\",\"2912345\"],\"name\":{\"pl\":\"Ser\"}}'),"
	" (1,'GONE',2,1,''),"
	" (1,'HAM',1,0,'{\"gtin\":[{\"code\":\"281234\",\"qty\":1}],\"name\":{\"pl\":\"Szynka\"}}')"
	","
	" (1,'PLAIN',1,0,'{\"gtin\":[\"4006381333931\"],\"name\":{\"pl\":\"Kubek\"}}'),"
	" (2,'codes',1,0,'{\"in_store\":[\"29IIIIIWWWWWC scale=3 unit=kg\","
	"\"28IIII?PPPPPC scale=2 PLN\"]}'),"
	" (3,'CHEESE',2,0,'{\"gtin\":[\"2912345\"],\"name\":{\"pl\":\"Ser żółty\"}}');"
	"INSERT INTO lookup VALUES (1,3,'05901234123457','CHEESE'),(1,3,'04006381333931','PLAIN');";

/* The numbers written out above. */
_Static_assert(STREAM_CATALOG == 1 && STREAM_POLICY == 4 && LOOKUP_GTIN == 3 && RECORD_LIVE == 0 &&
		       RECORD_DELETED == 1,
	       "the old database's numbers");

static void run(sqlite3 *db, const char *text)
{
	char *why = NULL;

	if (sqlite3_exec(db, text, NULL, NULL, &why) != SQLITE_OK)
		fail_msg("%s: %s", text, why);
}

static struct file_shop open_old(void)
{
	struct file_shop f = file_shop_open();
	char text[128];
	sqlite3 *db;

	store_close(f.s->st->store);
	assert_int_equal(unlink(f.path), 0);
	assert_int_equal(sqlite3_open(f.path, &db), SQLITE_OK);
	run(db, schema_migration(0));
	text_fmt(text, sizeof(text), "PRAGMA application_id=%d; PRAGMA user_version=1;",
		 SCHEMA_APPLICATION_ID);
	run(db, text);
	run(db, CATALOG);
	sqlite3_close(db);
	return f;
}

static void start(struct file_shop *f)
{
	char message[256];

	assert_int_equal(store_open(f->path, &f->s->st->store, message, sizeof(message)), 0);
	assert_int_equal(station_start(f->s->st), 0);
	shop_collect(f->s);
}

static void scans_as(struct file_shop *f, const char *text, const char *sku)
{
	shop_scan(f->s, text);
	if (!sku) {
		assert_has(f->s->screen, "\"code\":\"not_found\"");
		return;
	}
	assert_string_equal(f->s->st->desks[DESK_COUNTER].product, sku);
}

static void log_in(struct file_shop *f)
{
	char ops[OPS_MAX];

	shop_down(f->s, STREAM_POLICY, 7, 2,
		  ops_put(ops, "policy", "staff", 1,
			  "{\"people\":[{\"id\":\"E17\",\"name\":\"Ola\",\"role\":\"clerk\","
			  "\"pin\":\"x\"}]}"),
		  NULL);
	shop_log_in(f->s);
}

static void test_the_shops_own_codes_are_found(void **state)
{
	struct file_shop f = open_old();

	(void)state;
	start(&f);
	assert_int_equal(file_shop_sql(&f, "PRAGMA user_version"), (int64_t)schema_version());
	log_in(&f);
	scans_as(&f, "2912345012342", "CHEESE");
	scans_as(&f, "2812343146851", "HAM");
	scans_as(&f, "5901234123457", "CHEESE");
	scans_as(&f, "4006381333931", "PLAIN");
	scans_as(&f, "2954321012342", NULL);
	/* The snapshot on its way, too. */
	assert_int_equal(file_shop_sql(&f, "SELECT count(*) FROM lookup WHERE gen=3 AND "
					   "key='item 2912345' AND id='CHEESE'"),
			 1);
	file_shop_close(&f);
}

/* Only once: what the next start finds done is not done again. */
static void test_it_is_done_once(void **state)
{
	struct file_shop f = open_old();

	(void)state;
	start(&f);
	store_close(f.s->st->store);
	file_shop_sql(&f, "DELETE FROM lookup WHERE key='item 2912345' AND gen=1");
	start(&f);
	assert_int_equal(file_shop_sql(&f, "SELECT count(*) FROM lookup WHERE key='item 2912345'"),
			 1);
	file_shop_close(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_shops_own_codes_are_found),
		cmocka_unit_test(test_it_is_done_once),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
