// SPDX-License-Identifier: Apache-2.0
#include "sync/hq/hq.h"

#include <errno.h>
#include <stdlib.h>

#include "firmware/base/log.h"

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
	if (make_room(&hq->ops, HQ_PART_MAX + HQ_BODY_MAX + 4096) == 0 &&
	    make_room(&hq->message, HQ_MESSAGE_MAX + 4096) == 0 &&
	    make_room(&hq->body, HQ_BODY_MAX) == 0 && make_room(&hq->edited, HQ_BODY_MAX) == 0 &&
	    make_room(&hq->lines, HQ_BODY_MAX) == 0)
		return 0;
	hq_close(hq);
	*ret_what = "out of memory";
	return -ENOMEM;
}

void hq_close(struct hq *hq)
{
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

void hq_alarm(struct hq *hq, const char *store, const char *lane, const char *kind,
	      const char *detail)
{
	char at[TIME_TEXT_MAX];
	int64_t times;

	hq_now_text(hq, at);
	db_begin(&hq->db);
	db_run(&hq->db,
	       "INSERT INTO alarm (store, lane, kind, detail, first_at, last_at, times)"
	       " VALUES (?1, ?2, ?3, ?4, ?5, ?5, 1) ON CONFLICT (store, lane, kind) DO UPDATE"
	       " SET detail = excluded.detail, last_at = excluded.last_at,"
	       " times = alarm.times + 1",
	       "ttttt", store, lane, kind, detail, at);
	times = db_number(&hq->db, 0,
			  "SELECT times FROM alarm WHERE store = ? AND lane = ? AND kind = ?",
			  "ttt", store, lane, kind);
	if (times == 1)
		log_warning("alarm: %s/%s: %s: %s", store, lane, kind, detail);
}
