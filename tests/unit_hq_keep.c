// SPDX-License-Identifier: Apache-2.0
/*
 * What lada-hq keeps and gives away: several signing keys, export and restore, retention, the
 * access list and its users.
 */
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

#include "sync/hq/acl.h"
#include "sync/hq/code.h"
#include "sync/hq/export.h"
#include "sync/hq/keyring.h"
#include "sync/hq/prune.h"
#include "sync/hq/schema.h"
#include "tests/hq_fixture.h"

#define TEXT_MAX 262144

#define ALL_OF_IT                                                                                  \
	"{\"order\":\"ZAM-1\",\"lines\":[{\"line\":1,\"qty\":2,\"short\":0},"                      \
	"{\"line\":2,\"qty\":1,\"short\":0}]}"

static void alarm_is(struct fixture *f, const char *kind, int64_t times)
{
	assert_int_equal(
		db_number(&f->hq.db, 0, "SELECT times FROM alarm WHERE kind = ?", "t", kind),
		times);
}

static void skip_post(struct fixture *f)
{
	stream_announce(&f->hq, false);
	post_clear(&f->hq.post);
}

/* ---- keys ---- */

static void several_keys_live_side_by_side(void **state)
{
	struct fixture *f = *state;
	struct trust_pair pair;
	uint8_t kid;
	char line[KEYRING_LINE_MAX], text[CODE_TEXT_MAX];
	const char *what;
	struct json m, body;

	put(f, "order", "ZAM-1", "", READY_BODY);
	skip_post(f);
	assert_int_equal(keyring_make(&f->hq, "pickup", -1, false, line), 0);
	assert_int_equal(keyring_make(&f->hq, "stream", -1, false, line), 0);
	assert_int_equal(keyring_make(&f->hq, "stream", -1, true, line), 0);
	/* Announced, and signed with the key before it. */
	m = announced(f, "policy");
	body = json_get(first_op(m), "body");
	assert_is(json_get(first_op(m), "id"), "keys");
	assert_int_equal(json_count(json_get(body, "add")), 3);
	assert_is(json_get(element_of(json_get(body, "add"), 2), "purpose"), "stream");
	assert_int_equal(keyring_load(&f->hq, "stream", KEYRING_NEWEST, &kid, &pair), 0);
	assert_int_equal(kid, 2);
	/* The only one in use is not taken away. */
	assert_int_equal(keyring_withdraw(&f->hq, 2, NULL), -EBUSY);
	assert_int_equal(keyring_use(&f->hq, 3, NULL), 0);
	assert_int_equal(keyring_load(&f->hq, "stream", KEYRING_NEWEST, &kid, &pair), 0);
	assert_int_equal(kid, 3);
	assert_int_equal(keyring_withdraw(&f->hq, 2, "stream"), 1);
	m = announced(f, "policy");
	body = json_get(first_op(m), "body");
	assert_int_equal(at(element_of(json_get(body, "withdrawn"), 0), "kid"), 2);
	assert_int_equal(json_count(json_get(body, "add")), 2);
	assert_int_equal(keyring_use(&f->hq, 2, NULL), -ENOENT);
	assert_int_equal(keyring_withdraw(&f->hq, 77, NULL), -ENOENT);
	/* A code by a named key. */
	assert_int_equal(keyring_make(&f->hq, "pickup", -1, false, line), 0);
	assert_int_equal(code_make(&f->hq, "ZAM-1", NULL, 0, 1, text, &what), 0);
	assert_int_equal(keyring_withdraw(&f->hq, 1, NULL), 1);
	assert_int_equal(code_make(&f->hq, "ZAM-1", NULL, 0, 1, text, &what), -ENOENT);
}

/* ---- export, import, retention ---- */

static struct slice read_all(const char *path)
{
	struct slice text;

	assert_int_equal(import_read(path, &text), 0);
	return text;
}

/* The same in both files. */
static void same(struct fixture *f, struct hq *other, const char *sql)
{
	assert_int_equal(number(f, sql), db_number(&other->db, -1, sql, ""));
}

static void an_export_restores(void **state)
{
	struct fixture *f = *state;
	char path[288], db[256], line[KEYRING_LINE_MAX], memory[2048];
	const char *what;
	struct slice text;
	struct stream_state was, is;
	struct stat st;
	struct hq other;
	struct buf b;
	long lines;

	put(f, "order", "ZAM-1", "", READY_BODY);
	put(f, "stock", "A", "", "{\"on_hand\":5,\"s\":\"\\u0105\"}");
	put(f, "stock", "B", "", "{}");
	import(f, "{\"store\":\"" STORE "\",\"op\":\"del\",\"type\":\"stock\",\"id\":\"B\"}");
	up(f, "pickup.completed", ALL_OF_IT);
	/* An event with line ends between its words stays what it was, to the letter. */
	buf_init(&b, memory, sizeof(memory));
	event(f, &b, "order.claimed", "{\n \"order\":\"ZAM-1\" }", NULL);
	send_up(f, buf_str(&b));
	assert_int_equal(keyring_make(&f->hq, "stream", -1, false, line), 0);
	db_begin(&f->hq.db);
	db_meta_set(&f->hq.db, "beat", 5000);
	assert_int_equal(db_commit(&f->hq.db), 0);
	text_fmt(path, sizeof(path), "%s/export.jsonl", f->dir);
	if (f->server)
		pg_server_url(f->server, db, sizeof(db));
	else
		text_fmt(db, sizeof(db), "%s/new.db", f->dir);
	assert_int_equal(export_file(&f->hq, path, &lines), 0);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	text = read_all(path);
	assert_true(export_is(text));
	assert_int_equal(export_restore(&f->hq, "x", text, &lines), -EEXIST);
	assert_int_equal(hq_open(&other, db, true, &what), 0);
	other.clock = f->hq.clock;
	assert_int_equal(export_restore(&other, "x", text, &lines), 0);
	same(f, &other, "SELECT count(*) FROM record");
	same(f, &other, "SELECT sum(rev) FROM record");
	same(f, &other, "SELECT sum(length(text)) FROM event");
	same(f, &other, "SELECT count(*) FROM handed");
	same(f, &other, "SELECT seq FROM taken");
	same(f, &other, "SELECT sum(kid) FROM key");
	/* Numbers go on above those that came with the export. */
	assert_int_equal(keyring_make(&other, "stream", -1, false, line), 0);
	assert_true(db_meta(&other.db, "beat", 0) > 5000 + 1000000);
	was = state_of(f, "stock");
	is = stream_open(&other, STORE, stream_by_name("stock"));
	assert_true(is.epoch > was.epoch);
	assert_int_equal(is.count, was.count);
	assert_true(is.sum == was.sum);
	assert_int_equal(is.head, 0);
	/* The lane's chain goes on in the new one. */
	hq_close(&f->hq);
	f->hq = other;
	assert_ack(up(f, "stock.changed", "{\"sku\":\"A\",\"delta\":-1}"), 3, NULL);
	alarm_is(f, "fork", 0);
	free((char *)text.p);
	unlink(path);
	for (int i = 0; i < 4; i++) {
		static const char *const names[] = { "", "-wal", "-shm", ".lock" };

		text_fmt(path, sizeof(path), "%s%s", db, names[i]);
		unlink(path);
	}
}

/* As large as a message may be, and written over several lines, which makes it larger still. */
static void an_export_of_a_large_event_restores(void **state)
{
	struct fixture *f = *state;
	const size_t cap = HQ_MESSAGE_MAX + 1;
	char path[288], db[256], *memory = malloc(cap);
	const char *what;
	struct slice text;
	struct json root;
	struct hq other;
	struct buf b;
	long lines;

	assert_non_null(memory);
	buf_init(&b, memory, cap);
	buf_fmt(&b,
		"{\"store\":\"" STORE "\",\"lane\":\"" LANE "\",\"epoch\":%lld,\"events\":[{\"e\":"
		"{\"seq\":1,\"id\":\"E1\",\"type\":\"of.later\",\"at\":\"2026-11-22T16:00:00Z\","
		"\"prev\":\"%032d\",\"body\":{\"x\":[\n\"\"",
		(long long)EPOCH, 0);
	while (b.len < HQ_MESSAGE_MAX - 64)
		buf_text(&b, ",\"\"");
	buf_text(&b, "]}}}]}");
	assert_int_equal(json_check(buf_read(&b), &root), 0);
	ledger_up(&f->hq, STORE, LANE, root);
	assert_int_equal(db_commit(&f->hq.db), 0);
	assert_int_equal(number(f, "SELECT count(*) FROM event WHERE rejected IS NULL"), 1);
	text_fmt(path, sizeof(path), "%s/export.jsonl", f->dir);
	assert_int_equal(export_file(&f->hq, path, &lines), 0);
	text = read_all(path);
	if (f->server)
		pg_server_url(f->server, db, sizeof(db));
	else
		text_fmt(db, sizeof(db), "%s/new.db", f->dir);
	assert_int_equal(hq_open(&other, db, true, &what), 0);
	assert_int_equal(export_restore(&other, "x", text, &lines), 0);
	same(f, &other, "SELECT sum(length(text)) FROM event");
	hq_close(&other);
	free((char *)text.p);
	free(memory);
	unlink(path);
	for (int i = 0; i < 4; i++) {
		static const char *const names[] = { "", "-wal", "-shm", ".lock" };

		text_fmt(path, sizeof(path), "%s%s", db, names[i]);
		unlink(path);
	}
}

static void a_broken_export_leaves_nothing(void **state)
{
	struct fixture *f = *state;
	long lines;

	assert_int_equal(
		export_restore(
			&f->hq, "x",
			slice_of("{\"export\":\"lada-hq\",\"version\":1}\n"
				 "{\"export\":\"stream\",\"store\":\"S\",\"stream\":\"stock\","
				 "\"epoch\":5}\n{\"export\":\"event\",\"n\":\"7\"}\n"),
			&lines),
		-EBADMSG);
	assert_int_equal(number(f, "SELECT count(*) FROM stream"), 0);
	assert_false(export_is(slice_of("{\"store\":\"S\"}\n")));
	assert_false(export_is(slice_of("")));
}

static void old_things_are_forgotten(void **state)
{
	struct fixture *f = *state;
	struct prune_wanted wanted = { .events_days = 30, .persons_days = -1, .log_keep = 2 };
	struct prune_counts counts;
	struct stream_state s;
	char body[64];

	for (int i = 0; i < 6; i++) {
		text_fmt(body, sizeof(body), "{\"on_hand\":%d}", i);
		put(f, "stock", "A", "", body);
	}
	up(f, "robot.danced", "{}");
	f->wall_ms += INT64_C(31) * 86400 * 1000;
	up(f, "robot.danced", "{}");
	assert_int_equal(prune(&f->hq, &wanted, &counts), 0);
	assert_int_equal(counts.events, 1);
	assert_int_equal(counts.messages, 5); /* with the row that began the numbering */
	assert_int_equal(number(f, "SELECT count(*) FROM event"), 1);
	/* Chain and streams go on. */
	assert_ack(up(f, "robot.danced", "{}"), 3, NULL);
	s = state_of(f, "stock");
	put(f, "stock", "A", "", "{\"on_hand\":9}");
	assert_int_equal(state_of(f, "stock").head, s.head + 1);
	wanted = (struct prune_wanted){ .events_days = -1, .persons_days = 0, .log_keep = 0 };
	assert_int_equal(prune(&f->hq, &wanted, &counts), 0);
	assert_int_equal(number(f, "SELECT count(*) FROM log"), 1);
}

/* What one lane asks for its customer; the grant's name and how much. */
static int64_t granted(struct fixture *f, const char *id, char name[24])
{
	char text[256];
	struct json answer;

	text_fmt(text, sizeof(text),
		 "{\"ask\":\"grant\",\"id\":\"%s\",\"member\":\"M\",\"points\":60}", id);
	ask(f, text);
	answer = json_get(letter(f, STORE "/" LANE "/down/loyalty"), "answer");
	json_string(json_get(answer, "grant"), name, 24);
	return at(answer, "points");
}

static void grants_are_forgotten_and_none_is_given_twice(void **state)
{
	const struct prune_wanted now = { .events_days = 0, .persons_days = -1, .log_keep = -1 };
	struct fixture *f = *state;
	char first[24], second[24], body[128];
	struct prune_counts counts;

	put(f, "member", "M", "", "{\"points\":100}");
	assert_int_equal(granted(f, "a1", first), 60);
	text_fmt(body, sizeof(body), "{\"member\":\"M\",\"points\":60,\"grant\":\"%s\"}", first);
	up(f, "loyalty.redeemed", body);
	/* A repeat that was slow gets the same answer, pruned or not. */
	assert_int_equal(prune(&f->hq, &now, &counts), 0);
	assert_int_equal(counts.grants, 0);
	assert_int_equal(granted(f, "a1", second), 60);
	assert_string_equal(first, second);
	assert_int_equal(granted(f, "a2", second), 0);
	f->wall_ms += INT64_C(2) * 86400 * 1000;
	assert_int_equal(granted(f, "a3", second), 0);
	f->wall_ms += INT64_C(2) * 86400 * 1000;
	assert_int_equal(prune(&f->hq, &now, &counts), 0);
	assert_int_equal(counts.grants, 2);
	/* The newest stays for its number, which no other gets. */
	assert_int_equal(number(f, "SELECT count(*) FROM points_grant"), 1);
	assert_int_equal(granted(f, "a4", first), 0);
	assert_true(strcmp(first, second) != 0);
	/* What was spent stays spent. */
	assert_int_equal(sum_of(f, "points"), 40);
}

/* A file of the first version is brought up to date with what it holds. */
static void a_file_of_version_1_is_taken_over(void **state)
{
	struct fixture *f = *state;
	struct trust_pair pair;
	const char *what = "";
	sqlite3 *sql;
	uint8_t kid;

	if (f->server)
		skip(); /* there was no version 1 of it */
	hq_close(&f->hq);
	unlink(f->path);
	assert_int_equal(sqlite3_open(f->path, &sql), SQLITE_OK);
	assert_int_equal(sqlite3_exec(sql, schema_steps[0].both, NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(
		sqlite3_exec(
			sql,
			"INSERT INTO key (kid, purpose, seed, public, made_at) VALUES (9,"
			" 'stream', zeroblob(32), 'x', 't'); PRAGMA user_version = 1;"
			"INSERT INTO lane VALUES ('WAW-042','k1',1,1795366197,1,0,'','{}','t')",
			NULL, NULL, NULL),
		SQLITE_OK);
	sqlite3_close(sql);
	assert_int_equal(hq_open(&f->hq, f->path, false, &what), 0);
	f->hq.clock = (struct clock){ fake_wall, fake_mono, true_random, f };
	assert_int_equal(keyring_load(&f->hq, "stream", KEYRING_NEWEST, &kid, &pair), 0);
	assert_int_equal(kid, 9);
	assert_int_equal(number(f, "PRAGMA user_version"), SCHEMA_VERSION);
	assert_int_equal(number(f, "SELECT sql LIKE '%used = 0' FROM sqlite_schema"
				   " WHERE name = 'points_grant_open'"),
			 1);
	put(f, "order", "ZAM-1", "", READY_BODY);
	assert_ack(up(f, "pickup.completed", ALL_OF_IT), 1, NULL);
	assert_int_equal(number(f, "SELECT count(*) FROM handover"), 1);
}

/* ---- access ---- */

static char *acl_of(struct fixture *f, const struct acl_wanted *wanted)
{
	static char text[TEXT_MAX];
	FILE *out = fmemopen(text, sizeof(text), "w");

	assert_non_null(out);
	assert_int_equal(acl_print(&f->hq, wanted, out), 0);
	fclose(out);
	return text;
}

static void the_access_list_has_every_lane(void **state)
{
	static const char *const hqs[] = { "hq-a", "hq-b" };
	static const char *const more[] = { "KRK-1/k9" };
	struct fixture *f = *state;
	struct acl_wanted wanted = { .prefix = "lada/1", .lane = more, .lane_count = 1 };
	char *text;

	up(f, "robot.danced", "{}"); /* so it was heard of */
	text = acl_of(f, &wanted);
	assert_non_null(strstr(text, "\nuser hq\n"));
	assert_non_null(strstr(text, "\nuser lada-WAW-042-k1\n"));
	assert_non_null(strstr(text, "\nuser lada-KRK-1-k9\n"));
	assert_non_null(strstr(text, "\ntopic write lada/1/WAW-042/k1/up\n"));
	assert_non_null(strstr(text, "\ntopic readwrite lada/1/WAW-042/claim\n"));
	/* A list of lanes has the last word: who is not in it is out. */
	put(f, "policy", "lanes", "", "{\"lanes\":[{\"lane\":\"k5\"}]}");
	wanted.hq = hqs;
	wanted.hq_count = 2;
	text = acl_of(f, &wanted);
	assert_null(strstr(text, "lada-WAW-042-k1"));
	assert_non_null(strstr(text, "\nuser lada-WAW-042-k5\n"));
	assert_non_null(strstr(text, "\nuser hq-b\n"));
	assert_null(strstr(text, "\nuser hq\n"));
	assert_true(acl_lane_valid("A/b") && !acl_lane_valid("A") && !acl_lane_valid("A/+") &&
		    !acl_lane_valid("A/b/c"));
}

static void users_keep_their_passwords(void **state)
{
	static const char *const more[] = { "KRK-1/k9" };
	struct fixture *f = *state;
	struct acl_wanted wanted = { .prefix = "lada/1" };
	char path[128], secrets[160];
	struct slice first, second;
	struct stat st;

	text_fmt(path, sizeof(path), "%s/users", f->dir);
	text_fmt(secrets, sizeof(secrets), "%s.secrets", path);
	assert_int_equal(acl_users(&f->hq, &wanted, path), 0);
	first = read_all(secrets);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	wanted.lane = more;
	wanted.lane_count = 1;
	assert_int_equal(acl_users(&f->hq, &wanted, path), 0);
	second = read_all(secrets);
	assert_true(second.n > first.n);
	assert_memory_equal(first.p, second.p, first.n);
	free((char *)first.p);
	free((char *)second.p);
	unlink(path);
	unlink(secrets);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		T(several_keys_live_side_by_side),
		T(an_export_restores),
		T(an_export_of_a_large_event_restores),
		T(a_broken_export_leaves_nothing),
		T(old_things_are_forgotten),
		T(grants_are_forgotten_and_none_is_given_twice),
		T(a_file_of_version_1_is_taken_over),
		T(the_access_list_has_every_lane),
		T(users_keep_their_passwords),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
