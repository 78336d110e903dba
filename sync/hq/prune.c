// SPDX-License-Identifier: Apache-2.0
#include "sync/hq/prune.h"

#include <errno.h>

#include "sync/hq/points.h"

#define DAY_MS INT64_C(86400000)
#define DAY_S  86400

static void time_before(struct hq *hq, int64_t days, char ret_at[TIME_TEXT_MAX])
{
	time_format(hq->clock.wall_ms(hq->clock.ctx) - days * DAY_MS, ret_at);
}

/* Points set aside, used or not. The newest stays: whoever restores an export numbers on above it,
 * and no number may mean two grants. */
static int prune_grants(struct hq *hq, int64_t days, struct prune_counts *counts)
{
	int64_t age_s = days > PRUNE_GRANTS_S / DAY_S ? days * DAY_S : PRUNE_GRANTS_S;
	int changed, err, tries = 0;

	do {
		do {
			db_begin(&hq->db);
			changed = db_run(&hq->db,
					 "DELETE FROM points_grant WHERE n IN (SELECT n FROM"
					 " points_grant WHERE made_s < ? AND n <"
					 " (SELECT max(n) FROM points_grant) AND (used <> 0 OR"
					 " made_s < ? OR NOT EXISTS (SELECT 1 FROM lane l WHERE"
					 " l.store = points_grant.store AND l.lane ="
					 " points_grant.lane)) ORDER BY n LIMIT ?)",
					 "iii", hq_now_s(hq) - age_s,
					 hq_now_s(hq) - POINTS_SILENT_S, (int64_t)PRUNE_ROWS);
			err = db_commit(&hq->db);
		} while (db_try_again(&hq->db, err, &tries));
		if (err < 0)
			return err;
		counts->grants += changed;
		tries = 0;
	} while (changed > 0);
	return 0;
}

/* Runs `text`, which changes at most PRUNE_ROWS rows, until it changes none. */
static int until_done(struct hq *hq, const char *text, const char *at, int64_t *count)
{
	int changed, err, tries = 0;

	do {
		do {
			db_begin(&hq->db);
			changed = db_run(&hq->db, text, "ti", at, (int64_t)PRUNE_ROWS);
			err = db_commit(&hq->db);
		} while (db_try_again(&hq->db, err, &tries));
		if (err < 0)
			return err;
		*count += changed;
		tries = 0;
	} while (changed > 0);
	return 0;
}

/* Runs `text` over all events by their numbers, a piece at a time, so that none is looked at twice
 * and nobody waits for long. */
static int walk_events(struct hq *hq, const char *text, const char *at, int64_t *count)
{
	int64_t from = 0, to;

	while ((to = db_number(&hq->db, 0,
			       "SELECT max(n) FROM (SELECT n FROM event WHERE n > ?"
			       " ORDER BY n LIMIT ?) e",
			       "ii", from, (int64_t)PRUNE_ROWS)) > from) {
		int changed, err, tries = 0;

		do {
			db_begin(&hq->db);
			changed = db_run(&hq->db, text, "iit", from, to, at);
			err = db_commit(&hq->db);
		} while (db_try_again(&hq->db, err, &tries));
		if (err < 0)
			return err;
		*count += changed;
		from = to;
	}
	return hq->db.error ? -EIO : 0;
}

static int prune_events(struct hq *hq, int64_t days, struct prune_counts *counts)
{
	char at[TIME_TEXT_MAX];
	int err;

	time_before(hq, days, at);
	err = walk_events(hq, "DELETE FROM event WHERE n > ? AND n <= ? AND taken_at < ?", at,
			  &counts->events);
	if (err < 0)
		return err;
	return until_done(hq,
			  "DELETE FROM command WHERE id IN (SELECT id FROM command"
			  " WHERE done_at < ? AND state <> 'waiting' LIMIT ?)",
			  at, &counts->commands);
}

static int prune_persons(struct hq *hq, int64_t days, struct prune_counts *counts)
{
	char at[TIME_TEXT_MAX];

	time_before(hq, days, at);
	return walk_events(hq,
			   "UPDATE event SET person = NULL WHERE n > ? AND n <= ? AND taken_at < ?"
			   " AND person IS NOT NULL",
			   at, &counts->persons);
}

/* The stream behind this one. */
static bool next_stream(struct hq *hq, char store[ID_MAX + 1], char stream[16], int64_t *ret_epoch,
			int64_t *ret_head)
{
	struct db_stmt *q = db_query(&hq->db,
				     "SELECT store, stream, epoch, head FROM stream"
				     " WHERE (store, stream) > (?, ?)"
				     " ORDER BY store, stream LIMIT 1",
				     "tt", store, stream);

	if (!db_row(&hq->db, q))
		return false;
	db_copy(q, 0, store, ID_MAX + 1);
	db_copy(q, 1, stream, 16);
	*ret_epoch = db_int(q, 2);
	*ret_head = db_int(q, 3);
	db_done(q);
	return true;
}

/* The head's own row stays in any case: it holds count and sum as of now. */
static int prune_log(struct hq *hq, int64_t keep, struct prune_counts *counts)
{
	char store[ID_MAX + 1] = "", stream[16] = "";
	int64_t epoch, head;

	while (next_stream(hq, store, stream, &epoch, &head)) {
		int changed, err, tries = 0;

		do {
			db_begin(&hq->db);
			changed = db_run(&hq->db,
					 "DELETE FROM log WHERE store = ? AND stream = ?"
					 " AND (epoch < ? OR (seq <= ? AND seq < ?))",
					 "ttiii", store, stream, epoch, head - keep, head);
			err = db_commit(&hq->db);
		} while (db_try_again(&hq->db, err, &tries));
		if (err < 0)
			return err;
		counts->messages += changed;
	}
	return hq->db.error ? -EIO : 0;
}

int prune(struct hq *hq, const struct prune_wanted *wanted, struct prune_counts *ret_counts)
{
	struct prune_counts counts = { 0 };
	int err = 0;

	if (wanted->persons_days >= 0)
		err = prune_persons(hq, wanted->persons_days, &counts);
	if (err == 0 && wanted->events_days >= 0)
		err = prune_events(hq, wanted->events_days, &counts);
	if (err == 0 && wanted->events_days >= 0)
		err = prune_grants(hq, wanted->events_days, &counts);
	if (err == 0 && wanted->log_keep >= 0)
		err = prune_log(hq, wanted->log_keep, &counts);
	*ret_counts = counts;
	return err;
}
