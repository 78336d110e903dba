// SPDX-License-Identifier: Apache-2.0
#include "sync/hq/replay.h"

#include <string.h>

#include "firmware/base/log.h"
#include "sync/hq/blob.h"
#include "sync/hq/edit.h"
#include "sync/hq/points.h"
#include "sync/hq/putback.h"
#include "sync/hq/quota.h"
#include "sync/hq/snapshot.h"

#define EPOCH_AHEAD_MAX_S 86400 /* a station's epoch further in the future is not believed */

/* ---- a stream ---- */

/* Posts up to HQ_REPLAY_MAX messages; the last seq posted, or `after` when the log does not
 * have the next one. */
static int64_t replay_log(struct hq *hq, const char *store, const char *lane,
			  const struct stream_kind *kind, int64_t epoch, int64_t after)
{
	struct db_stmt *q =
		db_query(&hq->db,
			 "SELECT seq, message FROM log WHERE store = ? AND stream = ?"
			 " AND epoch = ? AND seq > ? ORDER BY seq LIMIT ?",
			 "ttiii", store, kind->name, epoch, after, (int64_t)HQ_REPLAY_MAX);

	while (db_row(&hq->db, q)) {
		if (db_int(q, 0) != after + 1) {
			db_done(q);
			break;
		}
		after++;
		post_add(&hq->post, db_slice(q, 1), "%s/%s/down/%s", store, lane, kind->name);
	}
	return after;
}

static void say_nothing_missing(struct hq *hq, const char *store, const char *lane,
				const struct stream_kind *kind, const struct stream_state *s)
{
	struct buf *m = &hq->message;

	buf_reset(m);
	jw_open(m, NULL, '{');
	jw_str(m, "stream", kind->name);
	jw_int(m, "epoch", s->epoch);
	jw_int(m, "seq", s->head);
	stream_write_upto(hq, m, store, kind);
	jw_open(m, "ops", '[');
	jw_close(m, ']');
	jw_close(m, '}');
	post_add(&hq->post, buf_read(m), "%s/%s/down/%s", store, lane, kind->name);
}

bool replay_is_ahead(struct hq *hq, const struct stream_state *s, int64_t epoch, int64_t seq)
{
	return (epoch == s->epoch && seq > s->head) ||
	       (epoch > s->epoch && epoch <= hq_now_s(hq) + EPOCH_AHEAD_MAX_S);
}

void replay_note_far(struct hq *hq, const char *store, const char *lane,
		     const struct stream_kind *kind, int64_t epoch)
{
	char detail[64];

	if (epoch <= hq_now_s(hq) + EPOCH_AHEAD_MAX_S)
		return;
	text_fmt(detail, sizeof(detail), "%s: epoch %lld", kind->name, (long long)epoch);
	hq_alarm(hq, store, lane, "epoch_ahead", detail);
}

void replay_stream(struct hq *hq, const char *store, const char *lane,
		   const struct stream_kind *kind, int64_t epoch, int64_t after)
{
	struct stream_state s = stream_open(hq, store, kind);
	int64_t reached;

	if (replay_is_ahead(hq, &s, epoch, after)) {
		putback_suspect(hq, store);
		stream_renumber(hq, store, kind, epoch);
		s = stream_open(hq, store, kind);
	}
	if (epoch > s.epoch)
		replay_note_far(hq, store, lane, kind, epoch);
	if (epoch != s.epoch) {
		snapshot_offer(hq, store, lane, kind, false);
		return;
	}
	reached = replay_log(hq, store, lane, kind, epoch, after);
	if (reached == s.head)
		say_nothing_missing(hq, store, lane, kind, &s);
	else if (reached == after)
		snapshot_offer(hq, store, lane, kind, false);
}

/* ---- one order ---- */

static void answer_order(struct hq *hq, const char *store, const char *lane, const char *ask,
			 const char *order)
{
	const struct stream_kind *kind = stream_by_name("orders");
	struct buf *m = &hq->message;
	struct record r = { .rev = 0 };
	struct json root;
	bool found =
		record_find_anywhere(hq, store, kind, order, &r) && json_check(r.body, &root) == 0;

	/* In another store's record an absent `store` means that store, not the asker's. */
	if (found && strcmp(r.store, store) != 0 && json_get(root, "store").type != JSON_STRING) {
		struct edit_text room;
		struct change holder = { "store", edit_string(slice_of(r.store), &room) };

		buf_reset(&hq->edited);
		edit_object(&hq->edited, NULL, root, &holder, 1);
		r.body = buf_read(&hq->edited);
		found = !hq->edited.overflow;
	}
	buf_reset(m);
	jw_open(m, NULL, '{');
	jw_open(m, "answer", '{');
	jw_str(m, "ask", ask);
	jw_str(m, "order", order);
	jw_bool(m, "found", found);
	jw_close(m, '}');
	jw_open(m, "ops", '[');
	if (found)
		op_put(m, kind, order, r.rev, r.body);
	jw_close(m, ']');
	jw_close(m, '}');
	post_add(&hq->post, buf_read(m), "%s/%s/down/orders", store, lane);
}

/* ---- asks ---- */

struct ask {
	struct hq *hq;
	const char *store, *lane;
	char id[ID_MAX + 1];
	struct json root;
};

/* A member that must be an id. */
static bool read_id(const struct ask *a, const char *name, char dst[ID_MAX + 1])
{
	return json_string(json_get(a->root, name), dst, ID_MAX + 1) > 0 && id_valid(slice_of(dst));
}

static const struct stream_kind *read_stream(const struct ask *a)
{
	char name[ID_MAX + 1];

	return read_id(a, "stream", name) ? stream_by_name(name) : NULL;
}

static bool ask_stream(const struct ask *a)
{
	const struct stream_kind *kind = read_stream(a);
	int64_t epoch, after;

	if (!kind || json_int(json_get(a->root, "epoch"), &epoch) < 0 || epoch < 0 ||
	    json_int(json_get(a->root, "after"), &after) < 0 || after < 0)
		return false;
	replay_stream(a->hq, a->store, a->lane, kind, epoch, after);
	return true;
}

static bool ask_part(const struct ask *a)
{
	const struct stream_kind *kind = read_stream(a);
	char snapshot[ID_MAX + 1];
	int64_t from, count = json_int_or(json_get(a->root, "count"), 1);

	if (!kind || !read_id(a, "snapshot", snapshot) ||
	    json_int(json_get(a->root, "from"), &from) < 0 || from < 1 || count < 1)
		return false;
	snapshot_parts(a->hq, a->store, a->lane, kind, snapshot, from, count);
	return true;
}

static bool ask_order(const struct ask *a)
{
	char order[ID_MAX + 1];

	if (!read_id(a, "order", order))
		return false;
	answer_order(a->hq, a->store, a->lane, a->id, order);
	return true;
}

static bool ask_grant(const struct ask *a)
{
	char member[ID_MAX + 1];
	int64_t points;

	if (!read_id(a, "member", member) || json_int(json_get(a->root, "points"), &points) < 0 ||
	    points < 0)
		return false;
	points_answer(a->hq, a->store, a->lane, a->id, member, points);
	return true;
}

static bool ask_blob(const struct ask *a)
{
	char name[BLOB_NAME_MAX];
	int64_t offset, length;

	if (json_string(json_get(a->root, "sha256"), name, sizeof(name)) <= 0 ||
	    !blob_name_valid(name) || json_int(json_get(a->root, "offset"), &offset) < 0 ||
	    offset < 0 || json_int(json_get(a->root, "length"), &length) < 0 || length < 1)
		return false;
	blob_answer(a->hq, a->store, a->lane, a->id, name, offset, length);
	return true;
}

static bool ask_siblings(const struct ask *a)
{
	(void)a;
	return true; /* lanes among themselves */
}

static const struct {
	const char *ask;
	bool bulk;
	bool (*answer)(const struct ask *a);
} asks[] = {
	{ "stream", true, ask_stream },	 { "part", true, ask_part }, { "order", false, ask_order },
	{ "grant", false, ask_grant },	 { "blob", true, ask_blob }, { "up", false, ask_siblings },
	{ "told", false, ask_siblings },
};

void replay_ask(struct hq *hq, const char *store, const char *lane, struct json root)
{
	struct ask a = { .hq = hq, .store = store, .lane = lane, .root = root };
	size_t waited = hq->post.bytes;
	size_t i = 0;

	while (i < COUNT_OF(asks) && !json_is(json_get(root, "ask"), asks[i].ask))
		i++;
	if (!quota_ask(hq, store, lane, i < COUNT_OF(asks) && asks[i].bulk))
		return;
	if (i == COUNT_OF(asks) || !read_id(&a, "id", a.id) || !asks[i].answer(&a))
		log_notice("ask of %s/%s is not one this HQ answers", store, lane);
	quota_answered(hq, store, lane, hq->post.bytes - waited);
}
