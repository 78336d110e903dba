// SPDX-License-Identifier: Apache-2.0
/*
 * lada-hq for operators: commands to lanes, double handovers and reopening, what one lane may
 * ask, update blocks, lanes that are not who they say, what the fleet shows.
 */
#include <errno.h>
#include <stdio.h>

#include "sync/hq/blob.h"
#include "sync/hq/command.h"
#include "sync/hq/fleet.h"
#include "sync/hq/handover.h"
#include "sync/hq/intake.h"
#include "sync/hq/list.h"
#include "sync/hq/list_fleet.h"
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
	assert_int_equal(command_add(&f->hq, &c, id), -ENOSPC);
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

static int events_text(struct hq *hq, FILE *out)
{
	const struct events_wanted wanted = { .since = "" };

	return list_events(hq, &wanted, out);
}

/* However a lane writes its events. */
static void each_event_is_one_line(void **state)
{
	struct fixture *f = *state;

	up(f, "pickup.completed", "{\r\n\"order\":\"ZAM-1\",\n\"lines\":[]\n}");
	assert_int_equal(strcspn(printed(events_json, f), "\r\n"),
			 strlen(printed(events_json, f)) - 1);
	assert_int_equal(strcspn(printed(events_text, f), "\r\n"),
			 strlen(printed(events_text, f)) - 1);
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

/* Nor does it give a lane that never heard of it what was handed over: only `reopen` does. */
static void an_import_keeps_what_is_handed_over(void **state)
{
	struct fixture *f = *state;
	struct json lines;

	put(f, "order", "ZAM-1", "", READY_BODY);
	up(f, "pickup.completed", "{\"order\":\"ZAM-1\",\"lines\":[{\"line\":1,\"qty\":1}]}");
	skip_post(f);
	put(f, "order", "ZAM-1", "", READY_BODY);
	lines = json_get(json_get(first_op(announced(f, "orders")), "body"), "lines");
	assert_int_equal(at(element_of(lines, 0), "handed"), 1);
	assert_int_equal(json_get(element_of(lines, 1), "handed").type, JSON_NONE);
	post_clear(&f->hq.post);
	put(f, "order", "ZAM-1", "", READY_BODY);
	no_letter(f); /* the same again says nothing new */
	import(f, "{\"store\":\"" STORE "\",\"op\":\"reopen\",\"type\":\"order\",\"id\":\"ZAM-1\","
		  "\"of\":\"01JD0000000000000000000001\",\"why\":\"wrong parcel\"}");
	lines = json_get(order_body(f), "lines");
	assert_int_equal(at(element_of(lines, 0), "handed"), 0);
	put(f, "order", "ZAM-1", "", READY_BODY);
	lines = json_get(order_body(f), "lines");
	assert_int_equal(json_get(element_of(lines, 0), "handed").type, JSON_NONE);
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

/* One lane's name may begin another's. */
static void each_lane_that_tells_is_named(void **state)
{
	struct fixture *f = *state;

	put(f, "order", "ZAM-1", "", READY_BODY);
	up(f, "pickup.completed", ALL_OF_IT);
	other_lane(f, "k10", 1, "pickup.completed", ALL_OF_IT);
	other_lane(f, "k10", 2, "pickup.doubled",
		   "{\"order\":\"ZAM-1\",\"with\":{\"lane\":\"k1\",\"seq\":1}}");
	up(f, "pickup.doubled", "{\"order\":\"ZAM-1\",\"with\":{\"lane\":\"k10\",\"seq\":1}}");
	up(f, "pickup.doubled", "{\"order\":\"ZAM-1\",\"with\":{\"lane\":\"k10\",\"seq\":1}}");
	assert_int_equal(
		number(f, "SELECT count(*) FROM doubled WHERE told = 'WAW-042/k10 WAW-042/k1'"), 1);
}

static void a_reopened_order_can_be_handed_over_again(void **state)
{
	struct fixture *f = *state;
	char of[ID_MAX + 1];
	struct json m, o;

	put(f, "order", "ZAM-1", "", READY_BODY);
	assert_int_equal(handover_event(&f->hq, STORE, "ZAM-1", of), -ENOENT);
	up(f, "pickup.completed", ALL_OF_IT);
	skip_post(f);
	assert_int_equal(handover_event(&f->hq, STORE, "ZAM-1", of), 0);
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

/* Both lanes hold to what they did; HQ has neither any more, so it takes back both. */
static void a_double_is_reopened_whole(void **state)
{
	struct fixture *f = *state;
	char of[ID_MAX + 1];
	struct json m;

	put(f, "order", "ZAM-1", "", READY_BODY);
	up(f, "pickup.completed", ALL_OF_IT);
	other_lane(f, "k2", 1, "pickup.completed", ALL_OF_IT);
	skip_post(f);
	assert_int_equal(handover_event(&f->hq, STORE, "ZAM-1", of), 0);
	import(f, "{\"store\":\"" STORE "\",\"op\":\"reopen\",\"type\":\"order\",\"id\":\"ZAM-1\","
		  "\"of\":\"01JD0000000000000000000001\",\"why\":\"both came back\"}");
	m = announced(f, "orders");
	assert_is(json_get(first_op(m), "of"), of);
	m = letter(f, STORE "/down/orders");
	assert_is(json_get(first_op(m), "op"), "reopen");
	assert_false(json_is(json_get(first_op(m), "of"), of));
	assert_is(json_get(first_op(m), "why"), "both came back");
	m = letter(f, STORE "/down/orders");
	assert_is(json_get(first_op(m), "op"), "put");
	assert_is(json_get(json_get(first_op(m), "body"), "status"), "ready");
	assert_int_equal(handover_next(&f->hq, STORE, "ZAM-1", 0, of), 0);
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
		 "\"conn\":%lld,\"outbox\":7,\"acked\":0,\"isolated\":true,\"devices\":[{\"name\":"
		 "\"receipt\",\"status\":\"paper_out\"},{\"name\":\"scan\",\"status\":\"ok\"}]}",
		 lane, (long long)epoch, (long long)conn);
	fleet_state(&f->hq, STORE, LANE, parsed(text), retained);
	assert_int_equal(db_commit(&f->hq.db), 0);
}

static void an_epoch_that_goes_back_is_refused(void **state)
{
	struct fixture *f = *state;
	char memory[2048];
	struct json ack;
	struct buf b;

	tell(f, LANE, EPOCH + 10, 1, false);
	/* Rows of an older epoch may come after a restore. */
	assert_ack(up(f, "order.claimed", "{\"order\":\"X\"}"), 1, NULL);
	tell(f, LANE, EPOCH, 50, true);
	alarm_is(f, "epoch_back", 0); /* the broker's old copy says nothing */
	post_clear(&f->hq.post);
	tell(f, LANE, EPOCH, 50, false);
	alarm_is(f, "epoch_back", 1);
	/* It is told which epoch it is behind, and can go on above it. */
	ack = letter(f, STORE "/" LANE "/ack");
	assert_int_equal(at(ack, "epoch"), EPOCH + 10);
	assert_int_equal(at(ack, "seq"), 0);
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
	assert_non_null(strstr(printed(fleet_text, f), "no lane was heard yet"));
	tell(f, LANE, EPOCH, 1, false);
	assert_ack(up(f, "robot.danced", "{}"), 1, NULL);
	f->wall_ms += 5000;
	fleet_state(
		&f->hq, STORE, LANE,
		parsed("{\"online\":true,\"epoch\":1795366197,\"conn\":1,\"outbox\":6,"
		       "\"acked\":1,\"version\":\"9.9\",\"key\":\"KQP=\",\"isolated\":true,"
		       "\"devices\":[{\"name\":"
		       "\"receipt\",\"status\":\"paper_out\"}],\"cursors\":{\"stock\":{\"epoch\":"
		       "1795400000,\"seq\":2,\"count\":2,\"sum\":\"0000000000000000\"}}}"),
		false);
	assert_int_equal(db_commit(&f->hq.db), 0);
	f->wall_ms += 7000;
	root = parsed(printed(fleet_json, f));
	lane = element_of(json_get(root, "lanes"), 0);
	assert_true(json_true(json_get(lane, "isolated")));
	assert_is(json_get(lane, "key"), "KQP=");
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

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		T(a_command_is_said_until_it_is_answered),
		T(a_command_expires),
		T(a_lane_has_only_so_many_commands),
		T(arguments_become_json),
		T(a_double_handover_is_found),
		T(each_event_is_one_line),
		T(parts_are_no_double),
		T(a_record_put_back_does_not_hide_it),
		T(an_import_keeps_what_is_handed_over),
		T(a_told_double_stands_alone),
		T(each_lane_that_tells_is_named),
		T(a_reopened_order_can_be_handed_over_again),
		T(a_double_is_reopened_whole),
		T(one_lane_cannot_ask_for_ever),
		T(bytes_count_as_well),
		T(ten_thousand_lanes_are_kept_apart),
		T(blocks_of_files_are_served),
		T(points_are_never_promised_twice),
		T(an_epoch_that_goes_back_is_refused),
		T(another_identity_is_refused),
		T(the_fleet_says_what_is_wrong),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
