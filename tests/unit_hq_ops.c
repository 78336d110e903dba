// SPDX-License-Identifier: Apache-2.0
/*
 * lada-hq for operators: commands to lanes, double handovers and reopening, what one lane may
 * ask, update blocks, lanes that are not who they say, keys, export and retention.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#include "firmware/trust/code.h"
#include "sync/hq/acl.h"
#include "sync/hq/blob.h"
#include "sync/hq/code.h"
#include "sync/hq/command.h"
#include "sync/hq/export.h"
#include "sync/hq/fleet.h"
#include "sync/hq/handover.h"
#include "sync/hq/intake.h"
#include "sync/hq/keyring.h"
#include "sync/hq/list.h"
#include "sync/hq/list_fleet.h"
#include "sync/hq/prune.h"
#include "sync/hq/quota.h"
#include "tests/hq_fixture.h"

#define TEXT_MAX 262144

static void tick(struct fixture *f)
{
	fleet_tick(&f->hq);
	assert_int_equal(db_commit(&f->hq.db), 0);
}

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

/* What a listing prints, for the test to look into; it lives until the next call. */
static const char *printed(int (*print)(struct hq *hq, FILE *out), struct fixture *f)
{
	static char text[TEXT_MAX];
	FILE *out = fmemopen(text, sizeof(text), "w");

	assert_non_null(out);
	assert_int_equal(print(&f->hq, out), 0);
	fclose(out);
	return text;
}

static int fleet_text(struct hq *hq, FILE *out)
{
	return list_fleet(hq, false, out);
}

static int fleet_json(struct hq *hq, FILE *out)
{
	return list_fleet(hq, true, out);
}

static int events_json(struct hq *hq, FILE *out)
{
	const struct events_wanted wanted = { .type = "pickup.completed",
					      .since = "",
					      .json = true };

	return list_events(hq, &wanted, out);
}

/* ---- commands ---- */

static void command_id(struct fixture *f, const char *cmd, char id[ULID_TEXT_MAX])
{
	const struct command c = { STORE, LANE, cmd, slice_of("{\"name\":\"receipt\"}"),
				   f->wall_ms + 60000 };

	assert_int_equal(command_add(&f->hq, &c, id), 0);
}

static int64_t in_state(struct fixture *f, const char *state)
{
	return db_number(&f->hq.db, 0, "SELECT count(*) FROM command WHERE state = ?", "t", state);
}

static void a_command_is_said_until_it_is_answered(void **state)
{
	struct fixture *f = *state;
	char id[ULID_TEXT_MAX], body[256];
	struct json m;

	tick(f);
	no_letter(f);
	command_id(f, "print-test", id);
	tick(f);
	m = letter(f, STORE "/" LANE "/cmd");
	assert_is(json_get(m, "id"), id);
	assert_is(json_get(m, "cmd"), "print-test");
	assert_is(json_get(json_get(m, "args"), "name"), "receipt");
	assert_is(json_get(m, "expires"), "2026-11-23T02:14:20.000Z");
	tick(f);
	no_letter(f);
	f->mono_ms += COMMAND_REPEAT_MS;
	tick(f);
	letter(f, STORE "/" LANE "/cmd");
	/* Another lane's word is not its answer. */
	command_answered(&f->hq, STORE, "k2", id, true, (struct json){ .type = JSON_NONE });
	assert_int_equal(in_state(f, "waiting"), 1);
	text_fmt(body, sizeof(body), "{\"id\":\"%s\",\"ok\":true,\"detail\":\"printed\"}", id);
	up(f, "cmd.done", body);
	assert_int_equal(in_state(f, "done"), 1);
	f->mono_ms += COMMAND_REPEAT_MS;
	tick(f);
	no_letter(f);
	/* The first answer counts. */
	text_fmt(body, sizeof(body), "{\"id\":\"%s\",\"ok\":false,\"detail\":\"again\"}", id);
	up(f, "cmd.done", body);
	assert_int_equal(in_state(f, "done"), 1);
	assert_int_equal(number(f, "SELECT 1 FROM command WHERE detail = 'printed'"), 1);
}

static void a_command_expires(void **state)
{
	struct fixture *f = *state;
	char id[ULID_TEXT_MAX], body[256];

	command_id(f, "restart", id);
	f->wall_ms += 60001;
	tick(f);
	no_letter(f);
	assert_int_equal(in_state(f, "expired"), 1);
	/* It was on its way: what happened is kept all the same. */
	text_fmt(body, sizeof(body), "{\"id\":\"%s\",\"ok\":false,\"detail\":\"expired\"}", id);
	up(f, "cmd.done", body);
	assert_int_equal(in_state(f, "failed"), 1);
	up(f, "cmd.done", "{\"id\":\"nobody\",\"ok\":true}");
}

static void a_lane_has_only_so_many_commands(void **state)
{
	struct fixture *f = *state;
	const struct command c = { STORE, LANE, "diagnose", slice_of("{}"), f->wall_ms + 60000 };
	char id[ULID_TEXT_MAX];

	for (int i = 0; i < COMMAND_WAITING_MAX; i++)
		assert_int_equal(command_add(&f->hq, &c, id), 0);
	assert_int_equal(command_add(&f->hq, &c, id), -EAGAIN);
}

static void arguments_become_json(void **state)
{
	static const char *const good[] = { "text=a \"b\" = c", "n:=7", "empty=" };
	static const char *const bad[] = { "x", "=x", "n:=", "n:=7 8", "a b=c", ":=1" };
	char memory[256];
	struct buf b;

	(void)state;
	buf_init(&b, memory, sizeof(memory));
	assert_int_equal(command_args(good, 3, &b), 0);
	assert_string_equal(buf_str(&b), "{\"text\":\"a \\\"b\\\" = c\",\"n\":7,\"empty\":\"\"}");
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		buf_reset(&b);
		assert_int_equal(command_args(&bad[i], 1, &b), -EINVAL);
	}
	assert_true(command_valid("set"));
	assert_false(command_valid("format"));
}

/* ---- double handovers ---- */

/* One pickup.completed of another lane, as its whole chain. */
static void other_lane(struct fixture *f, const char *lane, int64_t seq, const char *type,
		       const char *body)
{
	static char prev[HASH_TEXT_MAX];
	char e[2048], text[4096];

	if (seq == 1)
		slice_copy(slice_of("00000000000000000000000000000000"), prev, sizeof(prev));
	text_fmt(e, sizeof(e),
		 "{\"seq\":%lld,\"id\":\"01JK%022lld\",\"type\":\"%s\","
		 "\"at\":\"2026-11-22T17:00:00.000Z\",\"prev\":\"%s\",\"body\":%s}",
		 (long long)seq, (long long)seq, type, prev, body);
	hash_text(slice_of(e), prev);
	text_fmt(text, sizeof(text),
		 "{\"store\":\"" STORE "\",\"lane\":\"%s\",\"epoch\":1795366197,"
		 "\"events\":[{\"e\":%s}]}",
		 lane, e);
	ledger_up(&f->hq, STORE, lane, parsed(text));
	assert_int_equal(db_commit(&f->hq.db), 0);
	post_clear(&f->hq.post);
}

#define ALL_OF_IT                                                                                  \
	"{\"order\":\"ZAM-1\",\"lines\":[{\"line\":1,\"qty\":2,\"short\":0},"                      \
	"{\"line\":2,\"qty\":1,\"short\":0}]}"

static struct json order_body(struct fixture *f)
{
	struct record r;

	assert_true(record_find(&f->hq, STORE, stream_by_name("orders"), "ZAM-1", &r));
	return parsed_slice(r.body);
}

static void a_double_handover_is_found(void **state)
{
	struct fixture *f = *state;
	const char *text;
	struct json o;

	put(f, "order", "ZAM-1", "", READY_BODY);
	skip_post(f);
	up(f, "pickup.completed", ALL_OF_IT);
	alarm_is(f, "pickup.doubled", 0);
	skip_post(f);
	other_lane(f, "k2", 1, "pickup.completed", ALL_OF_IT);
	alarm_is(f, "pickup.doubled", 1);
	assert_int_equal(number(f, "SELECT pieces FROM doubled WHERE first_place = 'WAW-042/k1'"
				   " AND second_place = 'WAW-042/k2' AND seen = 1 AND told = ''"),
			 3);
	o = order_body(f);
	assert_is(json_get(json_get(o, "collected"), "lane"), LANE);
	assert_is(json_get(json_get(o, "doubled"), "lane"), "k2");
	/* Both tell it, too: the same double. */
	other_lane(f, "k2", 2, "pickup.doubled",
		   "{\"order\":\"ZAM-1\",\"with\":{\"lane\":\"k1\",\"seq\":1}}");
	up(f, "pickup.doubled", "{\"order\":\"ZAM-1\",\"with\":{\"lane\":\"k2\",\"seq\":1}}");
	up(f, "pickup.doubled", "{\"order\":\"ZAM-1\",\"with\":{\"lane\":\"k2\",\"seq\":1}}");
	assert_int_equal(number(f, "SELECT count(*) FROM doubled"), 1);
	assert_int_equal(
		number(f, "SELECT 1 FROM doubled WHERE told = 'WAW-042/k2 WAW-042/k1' AND seen = 1"
			  " AND first_place = 'WAW-042/k1' AND pieces = 3"),
		1);
	text = printed(fleet_text, f);
	assert_non_null(strstr(text, "DOUBLED ZAM-1  collected at WAW-042/k1"));
	parsed(printed(fleet_json, f));
	text = printed(events_json, f);
	assert_non_null(strstr(text, "\"doubled\":{\"first\":\"WAW-042/k1\",\"epoch\":1795366197,"
				     "\"seq\":1}"));
}

/* Two lanes that each gave away a part of it have done nothing wrong. */
static void parts_are_no_double(void **state)
{
	struct fixture *f = *state;

	put(f, "order", "ZAM-1", "", READY_BODY);
	up(f, "pickup.completed", "{\"order\":\"ZAM-1\",\"lines\":[{\"line\":1,\"qty\":1}]}");
	other_lane(
		f, "k2", 1, "pickup.completed",
		"{\"order\":\"ZAM-1\",\"lines\":[{\"line\":1,\"qty\":1},{\"line\":2,\"qty\":1}]}");
	assert_int_equal(number(f, "SELECT count(*) FROM doubled"), 0);
	other_lane(f, "k2", 2, "pickup.completed",
		   "{\"order\":\"ZAM-1\",\"lines\":[{\"line\":2,\"qty\":1}]}");
	assert_int_equal(number(f, "SELECT pieces FROM doubled"), 1);
}

/* An ERP that writes `ready` again does not hide the first handover. */
static void a_record_put_back_does_not_hide_it(void **state)
{
	struct fixture *f = *state;

	put(f, "order", "ZAM-1", "", READY_BODY);
	up(f, "pickup.completed", ALL_OF_IT);
	put(f, "order", "ZAM-1", "", READY_BODY);
	assert_is(json_get(order_body(f), "status"), "ready");
	other_lane(f, "k2", 1, "pickup.completed", ALL_OF_IT);
	assert_int_equal(number(f, "SELECT seen FROM doubled"), 1);
}

/* Before HQ has the second handover, or of one it never gets, the lane's word stands alone. */
static void a_told_double_stands_alone(void **state)
{
	struct fixture *f = *state;

	put(f, "order", "ZAM-1", "", READY_BODY);
	up(f, "pickup.completed", ALL_OF_IT);
	up(f, "pickup.doubled", "{\"order\":\"ZAM-1\",\"with\":{\"lane\":\"k2\",\"seq\":1}}");
	assert_int_equal(number(f, "SELECT 1 FROM doubled WHERE seen = 0 AND told = 'WAW-042/k1'"
				   " AND first_place = 'WAW-042/k1'"),
			 1);
	alarm_is(f, "pickup.doubled", 1);
	other_lane(f, "k2", 1, "pickup.completed", ALL_OF_IT);
	assert_int_equal(number(f, "SELECT count(*) FROM doubled"), 1);
	assert_int_equal(number(f, "SELECT seen FROM doubled WHERE told = 'WAW-042/k1'"), 1);
}

static void a_reopened_order_can_be_handed_over_again(void **state)
{
	struct fixture *f = *state;
	char of[ID_MAX + 1];
	struct json m, o;

	put(f, "order", "ZAM-1", "", READY_BODY);
	assert_int_equal(handover_event(&f->hq, "ZAM-1", of), -ENOENT);
	up(f, "pickup.completed", ALL_OF_IT);
	skip_post(f);
	assert_int_equal(handover_event(&f->hq, "ZAM-1", of), 0);
	assert_string_equal(of, "01JD0000000000000000000001");
	import(f, "{\"store\":\"" STORE "\",\"op\":\"reopen\",\"type\":\"order\",\"id\":\"ZAM-1\","
		  "\"of\":\"01JD0000000000000000000001\",\"why\":\"wrong parcel\"}");
	m = announced(f, "orders");
	assert_is(json_get(first_op(m), "op"), "reopen");
	assert_is(json_get(first_op(m), "of"), of);
	m = letter(f, STORE "/down/orders");
	o = json_get(first_op(m), "body");
	assert_is(json_get(o, "status"), "ready");
	assert_int_equal(json_get(o, "collected").type, JSON_NULL);
	assert_int_equal(at(element_of(json_get(o, "lines"), 0), "handed"), 0);
	other_lane(f, "k2", 1, "pickup.completed", ALL_OF_IT);
	assert_int_equal(number(f, "SELECT count(*) FROM doubled"), 0);
	assert_is(json_get(json_get(order_body(f), "collected"), "lane"), "k2");
	alarm_is(f, "pickup.surplus", 0);
}

/* ---- asks ---- */

static void one_lane_cannot_ask_for_ever(void **state)
{
	struct fixture *f = *state;
	int answered = 0;

	for (int i = 0; i < 10 * QUOTA_ASKS_MAX; i++) {
		ask(f, "{\"ask\":\"order\",\"id\":\"a\",\"order\":\"X\"}");
		answered += f->hq.post.first != NULL;
		post_clear(&f->hq.post);
	}
	assert_int_equal(answered, QUOTA_ASKS_MAX);
	alarm_is(f, "asks_limited", 1);
	/* The others are served, and the lane again after a while. */
	replay_ask(&f->hq, STORE, "k2", parsed("{\"ask\":\"order\",\"id\":\"a\",\"order\":\"X\"}"));
	letter(f, STORE "/k2/down/orders");
	f->mono_ms += 1000;
	ask(f, "{\"ask\":\"order\",\"id\":\"a\",\"order\":\"X\"}");
	letter(f, STORE "/" LANE "/down/orders");
}

static void bytes_count_as_well(void **state)
{
	struct fixture *f = *state;

	assert_true(quota_ask(&f->hq, STORE, LANE, true));
	quota_answered(&f->hq, STORE, LANE, QUOTA_BYTES_MAX);
	assert_false(quota_ask(&f->hq, STORE, LANE, true));
	assert_true(quota_ask(&f->hq, STORE, LANE, false)); /* a small one always */
	assert_true(quota_ask(&f->hq, STORE, "k2", true));
	f->mono_ms += 1000;
	assert_true(quota_ask(&f->hq, STORE, LANE, true));
	/* With much of the post still here only those go who had little. */
	f->hq.post.bytes = QUOTA_POST_EASY;
	assert_false(quota_ask(&f->hq, STORE, LANE, true));
	assert_true(quota_ask(&f->hq, STORE, "k2", true));
	f->hq.post.bytes = QUOTA_POST_FULL;
	assert_false(quota_ask(&f->hq, STORE, "k2", true));
	f->hq.post.bytes = 0;
}

static void ten_thousand_lanes_are_kept_apart(void **state)
{
	struct fixture *f = *state;

	quota_answered(&f->hq, STORE, LANE, QUOTA_BYTES_MAX * 1000);
	for (int i = 0; i < 10000; i++) {
		char lane[16];

		text_fmt(lane, sizeof(lane), "x%d", i);
		assert_true(quota_ask(&f->hq, STORE, lane, true));
	}
	assert_false(quota_ask(&f->hq, STORE, LANE, true));
}

#define BLOB "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

static void ask_blob(struct fixture *f, const char *sha256, long offset, long length)
{
	char text[256];

	text_fmt(text, sizeof(text),
		 "{\"ask\":\"blob\",\"id\":\"a4\",\"sha256\":\"%s\",\"offset\":%ld,\"length\":%ld}",
		 sha256, offset, length);
	ask(f, text);
}

static void blob_is(struct fixture *f, const char *text, size_t n)
{
	struct letter *l = post_take(&f->hq.post);

	assert_non_null(l);
	assert_string_equal(l->topic, STORE "/" LANE "/blob");
	assert_int_equal(l->n, n);
	assert_memory_equal(l->text, text, n);
	free(l);
}

static void blocks_of_files_are_served(void **state)
{
	struct fixture *f = *state;
	char path[256];
	FILE *file;

	text_fmt(path, sizeof(path), "%s/" BLOB, f->dir);
	file = fopen(path, "we");
	assert_non_null(file);
	fputs("0123456789", file);
	fclose(file);
	ask_blob(f, BLOB, 0, 10);
	blob_is(f, "a4\n", 3); /* no directory was given */
	f->hq.blobs = f->dir;
	ask_blob(f, BLOB, 0, 4);
	blob_is(f, "a4\n0123", 7);
	ask_blob(f, BLOB, 8, 65536);
	blob_is(f, "a4\n89", 5);
	ask_blob(f, BLOB, 10, 1);
	blob_is(f, "a4\n", 3);
	ask_blob(f, "ff112233445566778899aabbccddeeff00112233445566778899aabbccddeeff", 0, 4);
	blob_is(f, "a4\n", 3);
	ask_blob(f, "../hq.db", 0, 4);
	ask_blob(f, BLOB, -1, 4);
	ask_blob(f, BLOB, 0, 0);
	no_letter(f);
	unlink(path);
}

static int64_t granted(struct fixture *f, const char *id, int points)
{
	char text[256];
	struct json m;

	text_fmt(text, sizeof(text),
		 "{\"ask\":\"grant\",\"id\":\"%s\",\"member\":\"M-1\",\"points\":%d}", id, points);
	ask(f, text);
	m = letter(f, STORE "/" LANE "/down/loyalty");
	assert_is(json_get(json_get(m, "answer"), "ask"), id);
	return at(json_get(m, "answer"), "points");
}

static void points_are_never_promised_twice(void **state)
{
	struct fixture *f = *state;

	put(f, "member", "M-1", "", "{\"points\":100}");
	assert_int_equal(granted(f, "a1", 60), 60);
	assert_int_equal(granted(f, "a1", 60), 60); /* the same answer */
	assert_int_equal(granted(f, "a2", 60), 0);
	assert_int_equal(granted(f, "a3", 40), 40);
	up(f, "loyalty.redeemed",
	   "{\"member\":\"M-1\",\"points\":60,\"order\":\"X\",\"against\":\"grant\","
	   "\"grant\":\"G1\"}");
	assert_int_equal(granted(f, "a4", 1), 0);
	f->wall_ms += INT64_C(901000);
	/* What was set aside and not used is free again, and no longer that ask's. */
	assert_int_equal(granted(f, "a3", 40), 0);
	assert_int_equal(granted(f, "a5", 40), 40);
}

/* ---- lanes that are not who they say ---- */

static void tell(struct fixture *f, const char *lane, int64_t epoch, int64_t conn, bool retained)
{
	char text[512];

	text_fmt(text, sizeof(text),
		 "{\"online\":true,\"store\":\"" STORE "\",\"lane\":\"%s\",\"epoch\":%lld,"
		 "\"conn\":%lld,\"outbox\":3,\"acked\":4,\"isolated\":true,\"devices\":[{\"name\":"
		 "\"receipt\",\"status\":\"paper_out\"},{\"name\":\"scan\",\"status\":\"ok\"}]}",
		 lane, (long long)epoch, (long long)conn);
	fleet_state(&f->hq, STORE, LANE, parsed(text), retained);
	assert_int_equal(db_commit(&f->hq.db), 0);
}

static void an_epoch_that_goes_back_is_refused(void **state)
{
	struct fixture *f = *state;
	char memory[2048];
	struct buf b;

	tell(f, LANE, EPOCH + 10, 1, false);
	/* Rows of an older epoch may come after a restore. */
	assert_ack(up(f, "order.claimed", "{\"order\":\"X\"}"), 1, NULL);
	tell(f, LANE, EPOCH, 50, true);
	alarm_is(f, "epoch_back", 0); /* the broker's old copy says nothing */
	tell(f, LANE, EPOCH, 50, false);
	alarm_is(f, "epoch_back", 1);
	buf_init(&b, memory, sizeof(memory));
	event(f, &b, "order.claimed", "{\"order\":\"X\"}", NULL);
	say_up(f, buf_str(&b));
	no_letter(f);
	alarm_is(f, "epoch_back", 2);
	assert_int_equal(number(f, "SELECT count(*) FROM event"), 1);
	assert_int_equal(number(f, "SELECT epoch FROM lane"), EPOCH + 10);
	/* The newest speaks: what is left of the older one may come. */
	tell(f, LANE, EPOCH + 10, 1, false);
	assert_ack(send_up(f, buf_str(&b)), 2, NULL);
}

static void another_identity_is_refused(void **state)
{
	static const char k1[] =
		"{\"lanes\":[{\"lane\":\"k1\",\"key\":\"iojj3XQJ8ZX9UtstPLpdcspnCb8"
		"dlBIb83SIAbQPb1w=\"}]}";
	struct fixture *f = *state;
	struct intake in;
	char memory[2048], text[4096];
	struct buf b;

	tell(f, "k2", EPOCH, 1, false);
	alarm_is(f, "identity", 1);
	assert_int_equal(number(f, "SELECT count(*) FROM lane"), 0);
	assert_int_equal(intake_init(&in, &f->hq, "lada/1"), 0);
	put(f, "policy", "lanes", "", k1);
	skip_post(f);
	buf_init(&b, memory, sizeof(memory));
	event(f, &b, "order.claimed", "{\"order\":\"X\"}", NULL);
	/* A lane that is not in the list, and the listed one without its signature. */
	for (int i = 1; i <= 2; i++) {
		char topic[64];

		text_fmt(text, sizeof(text),
			 "{\"store\":\"" STORE "\",\"lane\":\"k%d\",\"epoch\":1795366197,"
			 "\"events\":[%s]}",
			 i, buf_str(&b));
		text_fmt(topic, sizeof(topic), "lada/1/" STORE "/k%d/up", i);
		intake_message(&in, topic, slice_of(text), false);
		assert_int_equal(db_commit(&f->hq.db), 0);
		no_letter(f);
	}
	assert_int_equal(number(f, "SELECT count(*) FROM alarm WHERE kind = 'identity'"), 2);
	assert_int_equal(number(f, "SELECT count(*) FROM event"), 0);
	intake_free(&in);
}

static void the_fleet_says_what_is_wrong(void **state)
{
	struct fixture *f = *state;
	const char *text;
	struct json lane, root;

	put(f, "stock", "A", "", "{}");
	put(f, "stock", "B", "", "{}");
	put(f, "stock", "C", "", "{}");
	skip_post(f);
	tell(f, LANE, EPOCH, 1, false);
	assert_ack(up(f, "robot.danced", "{}"), 1, NULL);
	f->wall_ms += 5000;
	fleet_state(
		&f->hq, STORE, LANE,
		parsed("{\"online\":true,\"epoch\":1795366197,\"conn\":1,\"outbox\":6,"
		       "\"acked\":1,\"version\":\"9.9\",\"isolated\":true,\"devices\":[{\"name\":"
		       "\"receipt\",\"status\":\"paper_out\"}],\"cursors\":{\"stock\":{\"epoch\":"
		       "1795400000,\"seq\":2,\"count\":2,\"sum\":\"0000000000000000\"}}}"),
		false);
	assert_int_equal(db_commit(&f->hq.db), 0);
	f->wall_ms += 7000;
	root = parsed(printed(fleet_json, f));
	lane = element_of(json_get(root, "lanes"), 0);
	assert_true(json_true(json_get(lane, "isolated")));
	assert_is(json_get(element_of(json_get(lane, "trouble"), 0), "status"), "paper_out");
	assert_int_equal(at(json_get(lane, "events"), "behind"), 6);
	assert_int_equal(at(json_get(lane, "events"), "behind_s"), 12);
	lane = json_get(json_get(lane, "streams"), "stock");
	assert_is(json_get(lane, "verdict"), "differs");
	assert_int_equal(at(lane, "behind"), 1);
	assert_int_equal(at(lane, "behind_s"), 12);
	assert_int_equal(at(lane, "count"), 2);
	text = printed(fleet_text, f);
	assert_non_null(strstr(text, "online ISOLATED"));
	assert_non_null(strstr(text, "LACKS 6 for 12 s"));
	assert_non_null(strstr(text, "DEVICE receipt paper_out"));
	assert_non_null(strstr(text, "stock 2 DIFFERS"));
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
	char path[128], db[128], line[KEYRING_LINE_MAX], memory[2048];
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

	tell(f, LANE, EPOCH, 1, false);
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
		T(a_command_is_said_until_it_is_answered),
		T(a_command_expires),
		T(a_lane_has_only_so_many_commands),
		T(arguments_become_json),
		T(a_double_handover_is_found),
		T(parts_are_no_double),
		T(a_record_put_back_does_not_hide_it),
		T(a_told_double_stands_alone),
		T(a_reopened_order_can_be_handed_over_again),
		T(one_lane_cannot_ask_for_ever),
		T(bytes_count_as_well),
		T(ten_thousand_lanes_are_kept_apart),
		T(blocks_of_files_are_served),
		T(points_are_never_promised_twice),
		T(an_epoch_that_goes_back_is_refused),
		T(another_identity_is_refused),
		T(the_fleet_says_what_is_wrong),
		T(several_keys_live_side_by_side),
		T(an_export_restores),
		T(a_broken_export_leaves_nothing),
		T(old_things_are_forgotten),
		T(the_access_list_has_every_lane),
		T(users_keep_their_passwords),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
