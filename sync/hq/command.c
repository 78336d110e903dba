// SPDX-License-Identifier: Apache-2.0
#include "sync/hq/command.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "sync/hq/lease.h"

#define WAIT_POLL_NS  100000000
#define WAIT_AFTER_MS 2000 /* a serve that is there ends what expired within its tick */

bool command_valid(const char *cmd)
{
	static const char *const known[] = { "resync",	 "print-test", "restart",
					     "diagnose", "message",    "set" };

	for (size_t i = 0; i < COUNT_OF(known); i++) {
		if (strcmp(known[i], cmd) == 0)
			return true;
	}
	return false;
}

static int write_arg(const char *word, struct buf *out)
{
	const char *eq = strchr(word, '=');
	size_t n = eq ? (size_t)(eq - word) : 0;
	bool raw = n > 1 && word[n - 1] == ':';
	char name[ID_MAX + 1];
	struct json value;

	if (raw)
		n--;
	if (!n || slice_copy((struct slice){ word, n }, name, sizeof(name)) < 0 ||
	    !id_valid(slice_of(name)) || !utf8_valid(slice_of(eq + 1)))
		return -EINVAL;
	if (!raw)
		jw_str(out, name, eq + 1);
	else if (json_check(slice_of(eq + 1), &value) == 0)
		jw_value(out, name, value);
	else
		return -EINVAL;
	return 0;
}

int command_args(const char *const *words, int count, struct buf *out)
{
	jw_open(out, NULL, '{');
	for (int i = 0; i < count; i++) {
		if (write_arg(words[i], out) < 0)
			return -EINVAL;
	}
	jw_close(out, '}');
	return out->overflow || out->len > COMMAND_ARGS_MAX ? -E2BIG : 0;
}

int command_add(struct hq *hq, const struct command *c, char ret_id[ULID_TEXT_MAX])
{
	char id[ULID_TEXT_MAX], at[TIME_TEXT_MAX];

	ulid_make(&hq->clock, id);
	hq_now_text(hq, at);
	if (db_begin(&hq->db) < 0)
		return -EIO;
	if (db_number(&hq->db, 0,
		      "SELECT count(*) FROM command WHERE state = 'waiting' AND store = ?"
		      " AND lane = ?",
		      "tt", c->store, c->lane) >= COMMAND_WAITING_MAX) {
		db_rollback(&hq->db);
		return -ENOSPC;
	}
	db_run(&hq->db,
	       "INSERT INTO command (id, store, lane, cmd, args, made_at, expires_ms)"
	       " VALUES (?, ?, ?, ?, ?, ?, ?)",
	       "ttttsti", id, c->store, c->lane, c->cmd, c->args, at, c->expires_ms);
	db_tell(&hq->db);
	if (db_commit(&hq->db) < 0)
		return -EIO;
	memcpy(ret_id, id, sizeof(id));
	return 0;
}

/* ---- saying ---- */

static void post_command(struct hq *hq, struct db_stmt *q)
{
	struct buf *m = &hq->message;
	char store[ID_MAX + 1], lane[ID_MAX + 1], expires[TIME_TEXT_MAX];

	db_copy(q, 1, store, sizeof(store));
	db_copy(q, 2, lane, sizeof(lane));
	time_format(db_int(q, 5), expires);
	buf_reset(m);
	jw_open(m, NULL, '{');
	jw_slice(m, "id", db_slice(q, 0));
	jw_slice(m, "cmd", db_slice(q, 3));
	jw_raw(m, "args", db_slice(q, 4));
	jw_str(m, "expires", expires);
	jw_close(m, '}');
	post_add(&hq->post, buf_read(m), "%s/%s/cmd", store, lane);
}

static void end_expired(struct hq *hq, int64_t now_ms)
{
	char at[TIME_TEXT_MAX];

	if (!db_number(&hq->db, 0,
		       "SELECT 1 FROM command WHERE state = 'waiting' AND expires_ms <= ? LIMIT 1",
		       "i", now_ms))
		return;
	time_format(now_ms, at);
	db_begin(&hq->db);
	db_run(&hq->db,
	       "UPDATE command SET state = 'expired', done_at = ?"
	       " WHERE state = 'waiting' AND expires_ms <= ?",
	       "ti", at, now_ms);
}

/* The command of this row, unless another instance speaks for its store. */
static void say(struct hq *hq, struct db_stmt *q)
{
	char store[ID_MAX + 1], id[ID_MAX + 1];

	db_copy(q, 1, store, sizeof(store));
	if (!lease_holds(hq, store))
		return;
	post_command(hq, q);
	db_copy(q, 0, id, sizeof(id));
	if (!db_int(q, 6))
		db_run(&hq->db, "UPDATE command SET said = 1 WHERE id = ?", "t", id);
}

void command_tick(struct hq *hq)
{
	int64_t now = hq->clock.mono_ms(hq->clock.ctx);
	bool all = !hq->commands_said_ms || now - hq->commands_said_ms >= COMMAND_REPEAT_MS;
	struct db_stmt *q;

	if (lease_mine(hq, LEASE_HQ))
		end_expired(hq, hq->clock.wall_ms(hq->clock.ctx));
	if (all)
		hq->commands_said_ms = now;
	if (!db_number(&hq->db, 0,
		       "SELECT 1 FROM command WHERE state = 'waiting' AND (said = 0 OR ? = 1)"
		       " LIMIT 1",
		       "i", (int64_t)all))
		return;
	db_begin(&hq->db);
	q = db_query(&hq->db,
		     "SELECT id, store, lane, cmd, args, expires_ms, said FROM command"
		     " WHERE state = 'waiting' AND (said = 0 OR ? = 1) ORDER BY id",
		     "i", (int64_t)all);
	while (db_row(&hq->db, q))
		say(hq, q);
}

void command_answered(struct hq *hq, const char *store, const char *lane, const char *id, bool ok,
		      struct json detail)
{
	char text[COMMAND_DETAIL_MAX + 1] = "", at[TIME_TEXT_MAX];
	struct slice told = { text, 0 };

	if (detail.type == JSON_STRING && json_string(detail, text, sizeof(text)) > 0)
		told.n = strlen(text);
	else if (detail.type != JSON_STRING && detail.type != JSON_NONE)
		told = json_text(detail);
	if (told.n > COMMAND_DETAIL_MAX)
		told = slice_of("(too long; see the event)");
	hq_now_text(hq, at);
	/* An answer that comes late is still what happened. */
	db_run(&hq->db,
	       "UPDATE command SET state = ?, detail = ?, done_at = ? WHERE id = ? AND store = ?"
	       " AND lane = ? AND state IN ('waiting', 'expired')",
	       "tstttt", ok ? "done" : "failed", told, at, id, store, lane);
}

/* ---- showing ---- */

static struct db_stmt *query_one(struct hq *hq, const char *id)
{
	return db_query(&hq->db, "SELECT state, detail, expires_ms FROM command WHERE id = ?", "t",
			id);
}

static int print_end(FILE *out, const char *state, const char *detail)
{
	fprintf(out, "%s%s%s\n", state, detail[0] ? ": " : "", detail);
	if (strcmp(state, "done") == 0)
		return 0;
	return strcmp(state, "failed") == 0 ? -EPROTO : -ETIME;
}

int command_wait(struct hq *hq, const char *id, FILE *out)
{
	const struct timespec pause = { .tv_nsec = WAIT_POLL_NS };
	char state[16], detail[COMMAND_DETAIL_MAX + 1];

	for (;;) {
		struct db_stmt *q = query_one(hq, id);
		int64_t expires_ms;

		if (!db_row(&hq->db, q))
			return hq->db.error ? -EIO : -ENOENT;
		db_copy(q, 0, state, sizeof(state));
		db_copy(q, 1, detail, sizeof(detail));
		expires_ms = db_int(q, 2);
		db_done(q);
		if (strcmp(state, "waiting") != 0)
			return print_end(out, state, detail);
		if (hq->clock.wall_ms(hq->clock.ctx) > expires_ms + WAIT_AFTER_MS)
			return print_end(out, "expired", "");
		nanosleep(&pause, NULL);
	}
}

static void list_json(struct hq *hq, struct db_stmt *q, FILE *out)
{
	struct buf *m = &hq->message;
	char expires[TIME_TEXT_MAX];

	time_format(db_int(q, 6), expires);
	buf_reset(m);
	jw_open(m, NULL, '{');
	jw_slice(m, "id", db_slice(q, 0));
	jw_slice(m, "store", db_slice(q, 1));
	jw_slice(m, "lane", db_slice(q, 2));
	jw_slice(m, "cmd", db_slice(q, 3));
	jw_raw(m, "args", db_slice(q, 4));
	jw_slice(m, "made_at", db_slice(q, 5));
	jw_str(m, "expires", expires);
	jw_slice(m, "state", db_slice(q, 7));
	if (db_slice(q, 8).p)
		jw_slice(m, "detail", db_slice(q, 8));
	if (db_slice(q, 9).p)
		jw_slice(m, "done_at", db_slice(q, 9));
	jw_close(m, '}');
	fwrite(m->p, 1, m->len, out);
	fputc('\n', out);
}

static void list_line(struct db_stmt *q, FILE *out)
{
	static const int columns[] = { 0, 1, 2, 3, 4, 7, 8 };
	static const char *const between[] = { "  ", "/", "  ", " ", "  ", "  ", "\n" };

	for (size_t i = 0; i < COUNT_OF(columns); i++) {
		struct slice s = db_slice(q, columns[i]);

		fwrite(s.p ? s.p : "", 1, s.n, out);
		fputs(between[i], out);
	}
}

int command_list(struct hq *hq, const char *store, const char *lane, bool json, FILE *out)
{
	struct db_stmt *q =
		db_query(&hq->db,
			 "SELECT id, store, lane, cmd, args, made_at, expires_ms, state,"
			 " detail, done_at FROM command WHERE store = coalesce(?, store)"
			 " AND lane = coalesce(?, lane) ORDER BY id",
			 "tt", store, lane);

	while (db_row(&hq->db, q)) {
		if (json)
			list_json(hq, q, out);
		else
			list_line(q, out);
	}
	return hq->db.error ? -EIO : 0;
}
