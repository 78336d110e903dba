// SPDX-License-Identifier: Apache-2.0
/* What nobody needs any more goes, a slice a call, so that no step is long. */
#include "firmware/store/contact.h"
#include "firmware/store/db.h"
#include "firmware/store/store.h"
#include "firmware/store/points.h"
#include "firmware/store/till.h"

#define DAY_MS		(24 * 3600 * INT64_C(1000))
#define GUEST_KEEP_MS	(7 * DAY_MS)
#define TRIES_KEEP_MS	DAY_MS /* after the lock's end */
#define OVER_KEEP_MS	(90 * DAY_MS)
#define TILL_KEEP_MS	(180 * DAY_MS)
#define CONTACT_KEEP_MS (400 * DAY_MS) /* more than a policy may ask for */
#define SLICE_ROWS	500
#define SLICE_GUESTS	50

/* An acknowledgement has no time of its own; once a day it is noted how far each epoch is. */
static void mark_acked(struct store *st, int64_t now_ms)
{
	/* A restored HQ took some of it back. */
	db_run(st,
	       "DELETE FROM ack_mark WHERE seq >"
	       " (SELECT acked FROM ledger l WHERE l.epoch=ack_mark.epoch)",
	       "");
	db_run(st,
	       "INSERT INTO ack_mark SELECT epoch, acked, ? FROM ledger l WHERE acked > coalesce("
	       "(SELECT max(seq) FROM ack_mark m WHERE m.epoch=l.epoch), 0) AND NOT EXISTS"
	       " (SELECT 1 FROM ack_mark m WHERE m.epoch=l.epoch AND m.at BETWEEN ? AND ?)",
	       "iii", now_ms, now_ms - DAY_MS, now_ms);
}

/* From an epoch's oldest event on, so that what is left is a chain without its beginning. */
static void prune_journal(struct store *st, int64_t before_ms)
{
	int64_t epoch, upto;
	sqlite3_stmt *row = db_query(
		st,
		"SELECT m.epoch, max(m.seq) FROM ack_mark m JOIN ledger l ON l.epoch=m.epoch"
		" WHERE at<=? AND EXISTS (SELECT 1 FROM journal j WHERE j.n > l.base"
		" AND j.n <= l.base + m.seq) GROUP BY m.epoch LIMIT 1",
		"i", before_ms);

	if (!row)
		return;
	epoch = db_int(row, 0);
	upto = db_int(row, 1);
	db_done(row);
	db_run(st,
	       "DELETE FROM journal WHERE n IN (SELECT j.n FROM journal j, ledger l"
	       " WHERE l.epoch=? AND j.n > l.base AND j.n <= l.base + ? ORDER BY j.n LIMIT ?)",
	       "iii", epoch, upto, (int64_t)SLICE_ROWS);
	db_run(st, "DELETE FROM reject WHERE epoch=? AND seq<=?", "ii", epoch, upto);
	db_run(st, "DELETE FROM ack_mark WHERE epoch=? AND seq<?", "ii", epoch, upto);
}

static void prune_guests(struct store *st, int64_t now_ms)
{
	char id[ID_MAX + 1];

	for (int i = 0; i < SLICE_GUESTS; i++) {
		sqlite3_stmt *row = db_query(st, "SELECT id FROM guest WHERE at<? LIMIT 1", "i",
					     now_ms - GUEST_KEEP_MS);

		if (!row)
			return;
		slice_copy(db_text(row, 0), id, sizeof(id));
		db_done(row);
		store_guest_drop(st, slice_of(id));
	}
}

/* Wall time as the journal ages by it: it stands still while the clock goes back, and a jump counts
 * as a day at most. Else a clock that was wrong by years and is set right would take events away
 * that HQ, restored from a copy, still has to ask for. */
static int64_t aged_ms(struct store *st, int64_t now_ms)
{
	const int64_t passed = now_ms - store_meta(st, "pruned_at", now_ms);
	int64_t aged = store_meta(st, "aged", now_ms);

	if (passed > 0)
		aged += passed < DAY_MS ? passed : DAY_MS;
	store_meta_set(st, "pruned_at", now_ms);
	store_meta_set(st, "aged", aged);
	if (!store_meta(st, "aged_from", 0))
		store_meta_set(st, "aged_from", aged);
	return aged;
}

int64_t store_aged_ms(struct store *st, bool *ret_a_day)
{
	const int64_t aged = store_meta(st, "aged", 0), from = store_meta(st, "aged_from", 0);

	*ret_a_day = from && aged - from >= DAY_MS;
	return aged;
}

void store_prune(struct store *st, int64_t now_ms, int64_t journal_days)
{
	const int64_t aged = aged_ms(st, now_ms);

	mark_acked(st, aged);
	prune_journal(st, aged - journal_days * DAY_MS);
	prune_guests(st, now_ms);
	db_run(st,
	       "DELETE FROM tries WHERE subject IN"
	       " (SELECT subject FROM tries WHERE until>0 AND until<? LIMIT ?)",
	       "ii", now_ms - TRIES_KEEP_MS, (int64_t)SLICE_ROWS);
	store_till_prune(st, aged - TILL_KEEP_MS);
	store_points_prune(st, aged - journal_days * DAY_MS);
	store_contact_prune(st, now_ms - CONTACT_KEEP_MS);
	db_run(st,
	       "DELETE FROM over WHERE (id, what) IN (SELECT id, what FROM over WHERE at<? LIMIT "
	       "?)",
	       "ii", now_ms - OVER_KEEP_MS, (int64_t)SLICE_ROWS);
}
