// SPDX-License-Identifier: Apache-2.0
#include "sync/hq/list.h"

#include <errno.h>
#include <inttypes.h>
#include <time.h>

#include "firmware/base/log.h"
#include "sync/hq/stream.h"

#define FOLLOW_POLL_NS 200000000

static void print_slice(FILE *out, struct slice s)
{
	fwrite(s.p, 1, s.n, out);
}

/* JSON as it was taken, in one line: between its words alone may a line end. */
static void print_json(FILE *out, struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		fputc(s.p[i] == '\n' || s.p[i] == '\r' ? ' ' : s.p[i], out);
}

/* ---- events ---- */

static void event_json(struct hq *hq, struct db_stmt *q, FILE *out)
{
	struct buf *m = &hq->message;

	buf_reset(m);
	jw_open(m, NULL, '{');
	jw_int(m, "n", db_int(q, 0));
	jw_slice(m, "store", db_slice(q, 1));
	jw_slice(m, "lane", db_slice(q, 2));
	jw_int(m, "epoch", db_int(q, 3));
	jw_int(m, "seq", db_int(q, 4));
	if (db_slice(q, 7).p)
		jw_slice(m, "rejected", db_slice(q, 7));
	if (db_slice(q, 9).p) {
		jw_open(m, "doubled", '{');
		jw_slice(m, "first", db_slice(q, 9));
		jw_int(m, "epoch", db_int(q, 10));
		jw_int(m, "seq", db_int(q, 11));
		jw_close(m, '}');
	}
	jw_slice(m, "taken_at", db_slice(q, 8));
	jw_raw(m, "e", db_slice(q, 5));
	if (db_slice(q, 6).p)
		jw_raw(m, "person", db_slice(q, 6));
	jw_close(m, '}');
	print_json(out, buf_read(m));
	fputc('\n', out);
}

static void event_line(struct db_stmt *q, FILE *out)
{
	char type[ID_MAX + 1] = "?", at[TIME_TEXT_MAX] = "?", store[ID_MAX + 1], lane[ID_MAX + 1];
	struct json e = { .type = JSON_NONE };

	json_check(db_slice(q, 5), &e);
	if (e.type == JSON_OBJECT) {
		json_string(json_get(e, "type"), type, sizeof(type));
		json_string(json_get(e, "at"), at, sizeof(at));
	}
	db_copy(q, 1, store, sizeof(store));
	db_copy(q, 2, lane, sizeof(lane));
	fprintf(out, "%6" PRId64 "  %-24s  %s/%s  %" PRId64 "  %-18s ", db_int(q, 0), at, store,
		lane, db_int(q, 4), type);
	print_json(out, json_text(json_get(e, "body")));
	if (db_slice(q, 7).p) {
		fputs("  REJECTED ", out);
		print_slice(out, db_slice(q, 7));
	}
	if (db_slice(q, 9).p) {
		fputs("  DOUBLED, first by ", out);
		print_slice(out, db_slice(q, 9));
		fprintf(out, " seq %" PRId64, db_int(q, 11));
	}
	fputc('\n', out);
}

#define EVENTS_AT_ONCE 500

/* The second of a double handover, and no other event, has a row of `doubled` beside it. */
static struct db_stmt *query_events(struct hq *hq, const struct events_wanted *w, int64_t after,
				    int64_t horizon)
{
	return db_query(
		&hq->db,
		"SELECT e.n, e.store, e.lane, e.epoch, e.seq, e.text, e.person, e.rejected,"
		" e.taken_at, d.first_place, d.first_epoch, d.first_seq FROM event e"
		" LEFT JOIN doubled d ON d.second_place = e.store || '/' || e.lane"
		" AND d.second_epoch = e.epoch AND d.second_seq = e.seq AND d.seen = 1"
		" WHERE e.n > ? AND e.n <= ? AND e.store = coalesce(?, e.store)"
		" AND e.lane = coalesce(?, e.lane) AND e.taken_at >= ? ORDER BY e.n LIMIT ?",
		"iittti", after, horizon, w->store, w->lane, w->since, (int64_t)EVENTS_AT_ONCE);
}

static bool is_wanted(const struct events_wanted *wanted, struct db_stmt *q)
{
	struct json e;

	return !wanted->type ||
	       (json_check(db_slice(q, 5), &e) == 0 && json_is(json_get(e, "type"), wanted->type));
}

/* Prints the events after *after that can no longer get one between them; false when there were
 * no more. */
static bool events_page(struct hq *hq, const struct events_wanted *wanted, int64_t *after,
			int64_t horizon, FILE *out)
{
	struct db_stmt *q = query_events(hq, wanted, *after, horizon);
	bool any = false;

	while (db_row(&hq->db, q)) {
		any = true;
		*after = db_int(q, 0);
		if (!is_wanted(wanted, q))
			continue;
		if (wanted->json)
			event_json(hq, q, out);
		else
			event_line(q, out);
	}
	return any;
}

static void events_once(struct hq *hq, const struct events_wanted *wanted, int64_t *after,
			FILE *out)
{
	int64_t horizon;

	if (!db_number(&hq->db, 0, "SELECT 1 FROM event WHERE n > ? LIMIT 1", "i", *after))
		return;
	horizon = db_horizon(&hq->db);
	while (events_page(hq, wanted, after, horizon, out))
		;
	fflush(out);
}

int list_events(struct hq *hq, const struct events_wanted *wanted, FILE *out)
{
	const struct timespec pause = { .tv_nsec = FOLLOW_POLL_NS };
	int64_t after = wanted->after;

	events_once(hq, wanted, &after, out);
	while (wanted->follow && !hq->db.error && !ferror(out)) {
		nanosleep(&pause, NULL);
		events_once(hq, wanted, &after, out);
	}
	return hq->db.error ? -EIO : 0;
}

/* ---- orders ---- */

int list_orders(struct hq *hq, const char *store, bool json, FILE *out)
{
	struct db_stmt *q = db_walk(&hq->db,
				    "SELECT store, id, rev, body FROM record"
				    " WHERE stream = 'orders' AND deleted = 0"
				    " AND store = coalesce(?, store) ORDER BY store, id",
				    "t", store);

	while (db_row(&hq->db, q)) {
		struct json body = { .type = JSON_NONE }, v;
		char status[ID_MAX + 1] = "?", number[ID_MAX + 1] = "", at[ID_MAX + 1];

		json_check(db_slice(q, 3), &body);
		v = json_get(body, "status");
		if (v.type == JSON_STRING)
			json_string(v, status, sizeof(status));
		v = json_get(body, "number");
		if (v.type == JSON_STRING)
			json_string(v, number, sizeof(number));
		db_copy(q, 0, at, sizeof(at));
		if (json) {
			struct buf *m = &hq->message;

			buf_reset(m);
			jw_open(m, NULL, '{');
			jw_str(m, "store", at);
			jw_slice(m, "id", db_slice(q, 1));
			jw_int(m, "rev", db_int(q, 2));
			jw_str(m, "status", status);
			jw_str(m, "number", number);
			jw_close(m, '}');
			print_slice(out, buf_read(m));
			fputc('\n', out);
		} else {
			fprintf(out, "%-12s ", at);
			db_copy(q, 1, at, sizeof(at));
			fprintf(out, "%-16s rev %-5" PRId64 " %-17s %s\n", at, db_int(q, 2), status,
				number);
		}
	}
	return hq->db.error ? -EIO : 0;
}

int list_order(struct hq *hq, const char *store, const char *id, FILE *out)
{
	const struct stream_kind *kind = stream_by_name("orders");
	struct buf *m = &hq->message;
	struct record r;

	if (store ? !record_find(hq, store, kind, id, &r) || !r.live
		  : !record_find_anywhere(hq, "", kind, id, &r))
		return hq->db.error ? -EIO : -ENOENT;
	if (!store && record_is_ambiguous(hq, kind, id))
		return -ENOTUNIQ;
	buf_reset(m);
	jw_open(m, NULL, '{');
	jw_str(m, "store", r.store);
	jw_str(m, "type", kind->type);
	jw_str(m, "id", id);
	jw_int(m, "rev", r.rev);
	jw_raw(m, "body", r.body);
	jw_close(m, '}');
	print_slice(out, buf_read(m));
	fputc('\n', out);
	return 0;
}
