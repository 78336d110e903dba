// SPDX-License-Identifier: Apache-2.0
#include "sync/hq/hq.h"

#include <errno.h>
#include <stdlib.h>

#include "firmware/base/log.h"
#include "sync/hq/quota.h"

#define ALARM_QUIET_MS 600000

static int make_room(struct buf *b, size_t cap)
{
	char *p = malloc(cap);

	buf_init(b, p, p ? cap : 0);
	return p ? 0 : -ENOMEM;
}

int hq_open(struct hq *hq, const char *path, bool create, const char **ret_what)
{
	int err;

	*hq = (struct hq){ .clock = clock_system() };
	err = db_open(&hq->db, path, create, ret_what);
	if (err < 0)
		return err;
	if (make_room(&hq->ops, HQ_PART_MAX + HQ_ROOM_MAX + 4096) == 0 &&
	    make_room(&hq->message, HQ_MESSAGE_MAX + 4096) == 0 &&
	    make_room(&hq->body, HQ_ROOM_MAX) == 0 && make_room(&hq->edited, HQ_ROOM_MAX) == 0 &&
	    make_room(&hq->lines, HQ_ROOM_MAX) == 0)
		return 0;
	hq_close(hq);
	*ret_what = "out of memory";
	return -ENOMEM;
}

void hq_close(struct hq *hq)
{
	quota_free(hq);
	free(hq->lines.p);
	free(hq->edited.p);
	free(hq->body.p);
	free(hq->message.p);
	free(hq->ops.p);
	post_clear(&hq->post);
	db_rollback(&hq->db);
	db_close(&hq->db);
}

int64_t hq_now_s(const struct hq *hq)
{
	return hq->clock.wall_ms(hq->clock.ctx) / 1000;
}

void hq_now_text(const struct hq *hq, char dst[TIME_TEXT_MAX])
{
	time_format(hq->clock.wall_ms(hq->clock.ctx), dst);
}

/* Was this alarm heard of less than ALARM_QUIET_MS ago? */
static bool alarm_is_old_news(struct hq *hq, const char *store, const char *lane, const char *kind)
{
	struct db_stmt *q = db_query(&hq->db,
				     "SELECT last_at FROM alarm WHERE store = ? AND lane = ?"
				     " AND kind = ?",
				     "ttt", store, lane, kind);
	int64_t last_ms = 0;

	if (!db_row(&hq->db, q))
		return false;
	time_parse(db_slice(q, 0), &last_ms);
	db_done(q);
	return hq->clock.wall_ms(hq->clock.ctx) - last_ms < ALARM_QUIET_MS;
}

void hq_alarm(struct hq *hq, const char *store, const char *lane, const char *kind,
	      const char *detail)
{
	char at[TIME_TEXT_MAX];
	bool old;

	hq_now_text(hq, at);
	db_begin(&hq->db);
	old = alarm_is_old_news(hq, store, lane, kind);
	db_run(&hq->db,
	       "INSERT INTO alarm (store, lane, kind, detail, first_at, last_at, times)"
	       " VALUES (?, ?, ?, ?, ?, ?, 1) ON CONFLICT (store, lane, kind) DO UPDATE"
	       " SET detail = excluded.detail, last_at = excluded.last_at,"
	       " times = alarm.times + 1",
	       "tttttt", store, lane, kind, detail, at, at);
	if (!old)
		log_warning("alarm: %s/%s: %s: %s", store, lane, kind, detail);
}
