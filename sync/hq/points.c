// SPDX-License-Identifier: Apache-2.0
#include "sync/hq/points.h"

#include <stdlib.h>
#include <string.h>

#include "sync/hq/figure.h"
#include "sync/hq/stream.h"

/* Not over yet; two parameters: POINTS_HOLD_S and POINTS_SILENT_S ago. */
#define OPEN                                                                                       \
	"used = 0 AND (made_s > ? OR (made_s > ? AND EXISTS (SELECT 1 FROM lane l"                 \
	" WHERE l.store = points_grant.store AND l.lane = points_grant.lane)))"

int64_t points_set_aside(struct hq *hq, const char *member)
{
	const int64_t now = hq_now_s(hq);

	return db_number(&hq->db, 0,
			 "SELECT sum(points) FROM points_grant WHERE member = ? AND " OPEN, "tii",
			 member, now - POINTS_HOLD_S, now - POINTS_SILENT_S);
}

static int64_t may_grant(struct hq *hq, const char *store, const char *member, int64_t wanted)
{
	struct points_account a = { .points = 0 };
	struct record r;
	struct json root;

	if (!record_find_anywhere(hq, store, stream_by_name("loyalty"), member, &r) ||
	    json_check(r.body, &root) < 0)
		return 0;
	a.points = figure_of(json_get(root, "points"));
	a.set_aside = points_set_aside(hq, member);
	return points_may_grant(&a, wanted);
}

static void answer(struct hq *hq, const char *store, const char *lane, const char *ask, int64_t n,
		   int64_t points)
{
	struct buf *m = &hq->message;
	char name[24];

	text_fmt(name, sizeof(name), "G%lld", (long long)n);
	buf_reset(m);
	jw_open(m, NULL, '{');
	jw_open(m, "answer", '{');
	jw_str(m, "ask", ask);
	jw_str(m, "grant", name);
	jw_int(m, "points", points);
	jw_close(m, '}');
	jw_close(m, '}');
	post_add(&hq->post, buf_read(m), "%s/%s/down/loyalty", store, lane);
}

/* Was this ask answered, and how is it answered again? What is no longer set aside is not promised
 * again. */
static bool find_answer(struct hq *hq, const char *store, const char *lane, const char *ask,
			int64_t *ret_n, int64_t *ret_points)
{
	const int64_t now = hq_now_s(hq);
	struct db_stmt *q =
		db_query(&hq->db,
			 "SELECT n, CASE WHEN used = 1 OR (" OPEN
			 ") THEN points ELSE 0 END FROM points_grant"
			 " WHERE store = ? AND lane = ? AND ask = ?",
			 "iittt", now - POINTS_HOLD_S, now - POINTS_SILENT_S, store, lane, ask);

	if (!db_row(&hq->db, q))
		return false;
	*ret_n = db_int(q, 0);
	*ret_points = db_int(q, 1);
	db_done(q);
	return true;
}

static int64_t add_grant(struct hq *hq, const char *store, const char *lane, const char *ask,
			 const char *member, int64_t points, int64_t used)
{
	return db_number(&hq->db, 0,
			 "INSERT INTO points_grant (store, lane, ask, member, points, made_s, used)"
			 " VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING n",
			 "ttttiii", store, lane, ask, member, points, hq_now_s(hq), used);
}

void points_answer(struct hq *hq, const char *store, const char *lane, const char *ask,
		   const char *member, int64_t points)
{
	int64_t n, granted;

	db_begin(&hq->db);
	if (!find_answer(hq, store, lane, ask, &n, &granted)) {
		/* Of two grants to one member at a time the second must see the first. */
		db_run(&hq->db,
		       "UPDATE record SET deleted = 0"
		       " WHERE stream = 'loyalty' AND id = ? AND deleted = 0",
		       "t", member);
		granted = may_grant(hq, store, member, points);
		n = add_grant(hq, store, lane, ask, member, granted, 0);
	}
	answer(hq, store, lane, ask, n, granted);
}

/* ---- what became of it ---- */

/* Grants are called G and their row. */
static int64_t row_of(const char *name)
{
	return name[0] == 'G' && name[1] && strlen(name) < 18 && text_digits(slice_of(name + 1))
		       ? strtoll(name + 1, NULL, 10)
		       : 0;
}

const char *points_grant_used(const struct happening *h, const char *name, const char *member,
			      int64_t points)
{
	struct db_stmt *q = db_query(&h->hq->db,
				     "SELECT points, used FROM points_grant"
				     " WHERE n = ? AND store = ? AND lane = ? AND member = ?",
				     "ittt", row_of(name), h->store, h->lane, member);
	int64_t granted, used;

	if (!db_row(&h->hq->db, q))
		return "grant_unknown";
	granted = db_int(q, 0);
	used = db_int(q, 1);
	db_done(q);
	db_run(&h->hq->db, "UPDATE points_grant SET used = ? WHERE n = ?", "ii",
	       (int64_t)POINTS_USED, row_of(name));
	if (used)
		return "grant_over";
	return points > granted ? "grant_exceeded" : NULL;
}

void points_grant_released(const struct happening *h, const char *ask, const char *member)
{
	int64_t n, granted;

	/* The ask may still be on its way: then it gets nothing. */
	if (!find_answer(h->hq, h->store, h->lane, ask, &n, &granted)) {
		add_grant(h->hq, h->store, h->lane, ask, member, 0, POINTS_RELEASED);
		return;
	}
	db_run(&h->hq->db, "UPDATE points_grant SET used = ? WHERE n = ? AND used = 0", "ii",
	       (int64_t)POINTS_RELEASED, n);
}
