// SPDX-License-Identifier: Apache-2.0
/*
 * Key figures at HQ: kept by store, day and lane, once; replaced when told again; added up over
 * lanes without counting a double twice; in an export.
 */
#include "tests/hq_fixture.h"

#include "sync/hq/day_figures.h"
#include "sync/hq/export.h"

#define DAY "2026-11-22"

static void tell(struct fixture *f, const char *lane, const char *more, const char *hours)
{
	char body[2048];
	const struct happening h = { .hq = &f->hq, .store = STORE, .lane = lane };
	struct happening told = h;

	text_fmt(body, sizeof(body), "{\"day\":\"" DAY "\"%s,\"upto\":[1,1],\"hours\":%s}", more,
		 hours);
	told.body = parsed(body);
	db_begin(&f->hq.db);
	assert_null(effect_day_figures(&told));
	assert_int_equal(db_commit(&f->hq.db), 0);
}

/* What `lada-hq figures --json` prints. */
static struct json listed(struct fixture *f, const char *store)
{
	static char text[65536];
	FILE *out = tmpfile();
	size_t n;

	assert_non_null(out);
	assert_int_equal(list_figures(&f->hq, store, true, out), 0);
	rewind(out);
	n = fread(text, 1, sizeof(text) - 1, out);
	fclose(out);
	text[n] = '\0';
	if (n == 0)
		return (struct json){ 0 };
	assert_true(text[n - 1] == '\n');
	text[n - 1] = '\0';
	assert_null(strchr(text, '\n')); /* one day of one store here */
	return parsed(text);
}

static void lanes_add_up(void **state)
{
	struct fixture *f = *state;
	struct json day;

	tell(f, "k1", "",
	     "{\"9\":{\"handovers\":[2,0],\"waiting\":{\"60\":[2,100]},\"doubled\":{\"ab\":[1,0]}},"
	     "\"10\":{\"handovers\":[1,0],\"waiting\":{\"300\":[1,290]}}}");
	tell(f, "k2", "",
	     "{\"9\":{\"handovers\":[3,0],\"waiting\":{\"60\":[3,150]},\"doubled\":{\"ab\":[1,0]},"
	     "\"nps\":{\"10\":[2,20],\"3\":[1,3]},\"ready\":{\"on_time\":[3,0],\"late\":[1,0]}}}");
	day = listed(f, NULL);
	assert_is(json_get(day, "day"), DAY);
	assert_int_equal(at(day, "lanes"), 2);
	assert_int_equal(at(day, "handovers"), 6);
	assert_int_equal(at(day, "doubled"), 1);
	assert_int_equal(at(json_get(day, "waiting"), "n"), 6);
	assert_int_equal(at(json_get(day, "waiting"), "median_s"), 54);
	assert_int_equal(at(json_get(day, "waiting"), "mean_s"), 90);
	assert_int_equal(at(json_get(day, "nps"), "score"), 33);
	assert_int_equal(at(json_get(day, "ready"), "on_time_percent"), 75);
	assert_true(listed(f, "ELSEWHERE").type == JSON_NONE);
}

static void a_day_is_kept_once_unless_told_again(void **state)
{
	struct fixture *f = *state;

	tell(f, "k1", "", "{\"9\":{\"handovers\":[2,0]}}");
	tell(f, "k1", "", "{\"9\":{\"handovers\":[9,0]}}");
	assert_int_equal(at(listed(f, NULL), "handovers"), 2);
	assert_int_equal(db_number(&f->hq.db, 0, "SELECT times FROM alarm WHERE kind = ?", "t",
				   "figures_twice"),
			 1);
	tell(f, "k1", ",\"again\":true", "{\"9\":{\"handovers\":[3,0]}}");
	assert_int_equal(at(listed(f, NULL), "handovers"), 3);
}

static void what_cannot_be_is_rejected(void **state)
{
	static const char *const bad[] = {
		"{}",
		"{\"day\":\"2026-11-22\"}",
		"{\"day\":\"2026-11-22\",\"hours\":[]}",
		"{\"day\":\"soon\",\"hours\":{}}",
		"{\"day\":\"2026-11-2x\",\"hours\":{}}",
		"{\"day\":20261122,\"hours\":{}}",
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < COUNT_OF(bad); i++)
		assert_ack(up(f, "day.figures", bad[i]), (int64_t)i + 1, "body");
	/* What is in it that is no figure adds nothing, and figures of a later version are kept. */
	up(f, "day.figures",
	   "{\"day\":\"2026-11-22\",\"hours\":{\"9\":{\"handovers\":\"many\",\"later\":[1,2],"
	   "\"waiting\":{\"60\":[1e99,\"x\"]}},\"x\":5}}");
	assert_int_equal(at(listed(f, NULL), "handovers"), 0);
	assert_int_equal(at(listed(f, NULL), "lanes"), 1);
}

/* Into a new HQ, which lists the same. */
static void an_export_has_them(void **state)
{
	static char text[262144];
	struct fixture *f = *state;
	const char *what = "";
	char path[128], db[128];
	struct hq other;
	long lines = 0;
	FILE *file;
	size_t n;

	tell(f, "k1", "", "{\"9\":{\"handovers\":[2,0]}}");
	text_fmt(path, sizeof(path), "%s/export", f->dir);
	assert_int_equal(export_file(&f->hq, path, &lines), 0);
	file = fopen(path, "r");
	assert_non_null(file);
	n = fread(text, 1, sizeof(text), file);
	fclose(file);
	unlink(path);
	text_fmt(db, sizeof(db), "%s/other.db", f->dir);
	assert_int_equal(hq_open(&other, db, true, &what), 0);
	other.clock = f->hq.clock;
	assert_int_equal(export_restore(&other, "x", (struct slice){ text, n }, &lines), 0);
	assert_int_equal(
		db_number(&other.db, 0,
			  "SELECT count(*) FROM day_figures WHERE store = ? AND lane = 'k1'"
			  " AND hours = '{\"9\":{\"handovers\":[2,0]}}'",
			  "t", STORE),
		1);
	hq_close(&other);
	unlink(db);
	text_fmt(path, sizeof(path), "%s-wal", db);
	unlink(path);
	text_fmt(path, sizeof(path), "%s-shm", db);
	unlink(path);
	text_fmt(path, sizeof(path), "%s.lock", db);
	unlink(path);
}

int main(void)
{
#define T(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(lanes_add_up),
		T(a_day_is_kept_once_unless_told_again),
		T(what_cannot_be_is_rejected),
		T(an_export_has_them),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
