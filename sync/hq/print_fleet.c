// SPDX-License-Identifier: Apache-2.0
/* `fleet`, for people and for programs; see list.h. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "sync/hq/list.h"
#include "sync/hq/list_fleet.h"

#define KEY_TEXT_MAX 48 /* base64 of 32 bytes */

/* Devices of the lane's state that are not well. */
static bool next_trouble(struct json_walk *w, char name[ID_MAX + 1], char status[ID_MAX + 1])
{
	while (json_next(w)) {
		struct json s = json_get(w->value, "status");

		if (s.type != JSON_STRING || json_is(s, "ok"))
			continue;
		if (json_string(json_get(w->value, "name"), name, ID_MAX + 1) > 0 &&
		    json_string(s, status, ID_MAX + 1) > 0)
			return true;
	}
	return false;
}

static struct json state_member(const struct fleet_lane *row, const char *name)
{
	struct json root = { .type = JSON_NONE };

	json_check(row->state, &root);
	return json_get(root, name);
}

/* ---- for people ---- */

static void print_streams(struct hq *hq, const struct fleet_lane *row, FILE *out)
{
	struct db_stmt *q = fleet_streams(hq, row);
	struct fleet_stream s;

	while (fleet_next_stream(hq, q, &s)) {
		if (s.verdict == FLEET_EQUAL)
			fprintf(out, "  %s %" PRId64 " equal", s.name, s.head);
		else if (s.verdict == FLEET_DIFFERS)
			fprintf(out, "  %s %" PRId64 " DIFFERS", s.name, s.cursor);
		else if (s.cursor_epoch != s.epoch)
			fprintf(out, "  %s new of %" PRId64, s.name, s.head);
		else
			fprintf(out, "  %s %" PRId64 " of %" PRId64 " behind %" PRId64 " s", s.name,
				s.cursor, s.head, s.behind_s);
	}
	fputc('\n', out);
}

static void print_lane(const struct fleet_lane *row, FILE *out)
{
	struct json_walk devices = json_walk(state_member(row, "devices"));
	char name[ID_MAX + 1], status[ID_MAX + 1];

	fprintf(out, "%s/%s  %s%s  version %s  outbox %" PRId64 "  events %" PRId64, row->store,
		row->lane, row->online ? "online" : "OFFLINE", row->isolated ? " ISOLATED" : "",
		row->version[0] ? row->version : "?", row->outbox, row->taken_seq);
	if (row->behind)
		fprintf(out, "  LACKS %" PRId64 " for %" PRId64 " s", row->behind, row->behind_s);
	if (row->rejected)
		fprintf(out, "  rejected %" PRId64, row->rejected);
	fprintf(out, "  seen %s\n", row->seen_at[0] ? row->seen_at : "never");
	while (next_trouble(&devices, name, status))
		fprintf(out, "  DEVICE %s %s\n", name, status);
}

static void print_alarms(struct hq *hq, FILE *out)
{
	static const int column[5] = { 0, 1, 2, 3, 6 };
	struct db_stmt *q = fleet_alarms(hq);

	while (db_row(&hq->db, q)) {
		struct slice s[5];

		for (int i = 0; i < 5; i++)
			s[i] = db_slice(q, column[i]);
		fprintf(out, "ALARM %.*s/%.*s  %.*s (%.*s)  %" PRId64 " times, last %.*s\n",
			(int)s[0].n, s[0].p, (int)s[1].n, s[1].p, (int)s[2].n, s[2].p, (int)s[3].n,
			s[3].p, db_int(q, 4), (int)s[4].n, s[4].p);
	}
}

static void print_doubles(struct hq *hq, FILE *out)
{
	struct db_stmt *q = fleet_doubles(hq);

	while (db_row(&hq->db, q)) {
		struct slice order = db_slice(q, 0), first = db_slice(q, 1),
			     first_at = db_slice(q, 2), second = db_slice(q, 5),
			     second_at = db_slice(q, 6), told = db_slice(q, 11);

		fprintf(out,
			"DOUBLED %.*s  collected at %.*s %.*s, again at %.*s %.*s, %" PRId64
			" pieces%s%s%.*s\n",
			(int)order.n, order.p, (int)first.n, first.p, (int)first_at.n, first_at.p,
			(int)second.n, second.p, (int)second_at.n, second_at.p, db_int(q, 9),
			db_int(q, 10) ? ", found by HQ" : "", told.n ? ", told by " : "",
			(int)told.n, told.p);
	}
}

static int print_fleet(struct hq *hq, FILE *out)
{
	struct db_stmt *q = fleet_lanes(hq);
	struct fleet_lane row;
	bool heard = false;

	while (fleet_next_lane(hq, q, &row)) {
		print_lane(&row, out);
		print_streams(hq, &row, out);
		heard = true;
	}
	if (!heard)
		fputs("no lane was heard yet\n", out);
	print_doubles(hq, out);
	print_alarms(hq, out);
	return hq->db.error ? -EIO : 0;
}

/* ---- for programs ---- */

static void write_streams(struct hq *hq, struct buf *m, const struct fleet_lane *row)
{
	struct db_stmt *q = fleet_streams(hq, row);
	struct fleet_stream s;

	jw_open(m, "streams", '{');
	while (fleet_next_stream(hq, q, &s)) {
		jw_open(m, s.name, '{');
		jw_int(m, "epoch", s.epoch);
		jw_int(m, "head", s.head);
		jw_int(m, "cursor_epoch", s.cursor_epoch);
		jw_int(m, "cursor", s.cursor);
		jw_str(m, "verdict", fleet_verdict_word(s.verdict));
		jw_int(m, "behind", s.behind);
		jw_int(m, "behind_s", s.behind_s);
		if (s.told_count >= 0) {
			jw_int(m, "told_count", s.told_count);
			jw_str(m, "told_sum", s.told_sum);
		}
		if (s.count >= 0) {
			jw_int(m, "count", s.count);
			jw_str(m, "sum", s.sum);
		}
		jw_close(m, '}');
	}
	jw_close(m, '}');
}

static void write_trouble(struct buf *m, const struct fleet_lane *row)
{
	struct json_walk w = json_walk(state_member(row, "devices"));
	char name[ID_MAX + 1], status[ID_MAX + 1];

	jw_open(m, "trouble", '[');
	while (next_trouble(&w, name, status)) {
		jw_open(m, NULL, '{');
		jw_str(m, "name", name);
		jw_str(m, "status", status);
		jw_close(m, '}');
	}
	jw_close(m, ']');
}

/* The public key that the lane said last, for policy `lanes`. */
static void write_key(struct buf *m, const struct fleet_lane *row)
{
	char key[KEY_TEXT_MAX];

	if (json_string(state_member(row, "key"), key, sizeof(key)) > 0)
		jw_str(m, "key", key);
}

static void write_lane(struct hq *hq, struct buf *m, const struct fleet_lane *row)
{
	jw_open(m, NULL, '{');
	jw_str(m, "store", row->store);
	jw_str(m, "lane", row->lane);
	jw_bool(m, "online", row->online);
	jw_bool(m, "isolated", row->isolated);
	jw_str(m, "version", row->version);
	write_key(m, row);
	jw_int(m, "outbox", row->outbox);
	jw_str(m, "seen_at", row->seen_at);
	jw_open(m, "events", '{');
	jw_int(m, "epoch", row->taken_epoch);
	jw_int(m, "seq", row->taken_seq);
	jw_int(m, "behind", row->behind);
	jw_int(m, "behind_s", row->behind_s);
	jw_int(m, "rejected", row->rejected);
	jw_close(m, '}');
	write_trouble(m, row);
	write_streams(hq, m, row);
	jw_close(m, '}');
}

static void write_alarms(struct hq *hq, struct buf *m)
{
	static const char *const names[] = { "store", "lane",	  "kind",   "detail",
					     "times", "first_at", "last_at" };
	struct db_stmt *q = fleet_alarms(hq);

	while (db_row(&hq->db, q)) {
		jw_open(m, NULL, '{');
		for (int i = 0; i < 7; i++) {
			if (i == 4)
				jw_int(m, names[i], db_int(q, i));
			else
				jw_slice(m, names[i], db_slice(q, i));
		}
		jw_close(m, '}');
	}
}

static void write_side(struct buf *m, const char *name, struct db_stmt *q, int from)
{
	jw_open(m, name, '{');
	jw_slice(m, "place", db_slice(q, from));
	jw_slice(m, "at", db_slice(q, from + 1));
	jw_int(m, "epoch", db_int(q, from + 2));
	jw_int(m, "seq", db_int(q, from + 3));
	jw_close(m, '}');
}

static void write_doubles(struct hq *hq, struct buf *m)
{
	struct db_stmt *q = fleet_doubles(hq);

	while (db_row(&hq->db, q)) {
		jw_open(m, NULL, '{');
		jw_slice(m, "order", db_slice(q, 0));
		write_side(m, "first", q, 1);
		write_side(m, "second", q, 5);
		jw_int(m, "pieces", db_int(q, 9));
		jw_bool(m, "seen", db_int(q, 10) != 0);
		jw_slice(m, "told", db_slice(q, 11));
		jw_slice(m, "found_at", db_slice(q, 12));
		jw_close(m, '}');
	}
}

/* Large fleets do not fit the room of one message: what is full goes out. */
static void pour(struct buf *m, FILE *out)
{
	fwrite(m->p, 1, m->len, out);
	m->len = 0;
}

int list_fleet(struct hq *hq, bool json, FILE *out)
{
	struct buf *m = &hq->message;
	struct fleet_lane row;
	const char *comma = "";
	struct db_stmt *q;

	if (!json)
		return print_fleet(hq, out);
	fputs("{\"lanes\":[", out);
	q = fleet_lanes(hq);
	while (fleet_next_lane(hq, q, &row)) {
		buf_reset(m);
		write_lane(hq, m, &row);
		fputs(comma, out);
		pour(m, out);
		comma = ",";
	}
	fputs("],\"doubled\":[", out);
	buf_reset(m);
	write_doubles(hq, m);
	pour(m, out);
	fputs("],\"alarms\":[", out);
	buf_reset(m);
	write_alarms(hq, m);
	pour(m, out);
	fputs("]}\n", out);
	return hq->db.error ? -EIO : m->overflow ? -EFBIG : 0;
}
