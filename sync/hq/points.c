// SPDX-License-Identifier: Apache-2.0
#include "sync/hq/points.h"

#include "sync/hq/figure.h"
#include "sync/hq/stream.h"

static int64_t points_free(struct hq *hq, const char *store, const char *member)
{
	struct record r;
	struct json root;

	if (!record_find_anywhere(hq, store, stream_by_name("loyalty"), member, &r) ||
	    json_check(r.body, &root) < 0)
		return 0;
	return figure_of(json_get(root, "points")) -
	       db_number(&hq->db, 0,
			 "SELECT sum(points) FROM points_grant"
			 " WHERE member = ? AND used = 0 AND made_s > ?",
			 "ti", member, hq_now_s(hq) - POINTS_HOLD_S);
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

void points_answer(struct hq *hq, const char *store, const char *lane, const char *ask,
		   const char *member, int64_t points)
{
	struct db_stmt *q;
	int64_t n;

	db_begin(&hq->db);
	q = db_query(&hq->db,
		     "SELECT n, points, used, made_s FROM points_grant"
		     " WHERE store = ? AND lane = ? AND ask = ?",
		     "ttt", store, lane, ask);

	if (db_row(&hq->db, q)) {
		int64_t granted = db_int(q, 1);
		bool over = !db_int(q, 2) && db_int(q, 3) <= hq_now_s(hq) - POINTS_HOLD_S;

		n = db_int(q, 0);
		db_done(q);
		/* What is no longer set aside is not promised again. */
		answer(hq, store, lane, ask, n, over ? 0 : granted);
		return;
	}
	/* Of two grants to one member at a time the second must see the first. */
	db_run(&hq->db,
	       "UPDATE record SET deleted = 0"
	       " WHERE stream = 'loyalty' AND id = ? AND deleted = 0",
	       "t", member);
	if (points > points_free(hq, store, member))
		points = 0;
	n = db_number(&hq->db, 0,
		      "INSERT INTO points_grant (store, lane, ask, member, points, made_s)"
		      " VALUES (?, ?, ?, ?, ?, ?) RETURNING n",
		      "ttttii", store, lane, ask, member, points, hq_now_s(hq));
	answer(hq, store, lane, ask, n, points);
}
