// SPDX-License-Identifier: Apache-2.0
/* The journal of events, which is also the outbox: rows above `acked` wait for HQ. */
#include <string.h>

#include "firmware/store/db.h"
#include "firmware/store/store.h"

static const char ZEROS[] = "00000000000000000000000000000000";

#define LEDGER                                                                                     \
	"SELECT epoch, last, acked, CASE WHEN last=noted THEN prev ELSE '' END FROM ledger_now"

static bool read_ledger(sqlite3_stmt *row, struct ledger *ret_ledger)
{
	if (!row)
		return false;
	*ret_ledger = (struct ledger){ db_int(row, 0), db_int(row, 1), db_int(row, 2), "" };
	slice_copy(db_text(row, 3), ret_ledger->prev, sizeof(ret_ledger->prev));
	db_done(row);
	return true;
}

struct ledger store_ledger(struct store *st)
{
	struct ledger l = { 0 };

	read_ledger(db_query(st, LEDGER " ORDER BY epoch DESC LIMIT 1", ""), &l);
	return l;
}

bool store_ledger_of(struct store *st, int64_t epoch, struct ledger *ret_ledger)
{
	return read_ledger(db_query(st, LEDGER " WHERE epoch=?", "i", epoch), ret_ledger);
}

void store_ledger_open(struct store *st, int64_t epoch)
{
	db_run(st,
	       "UPDATE ledger SET last=(SELECT l.last FROM ledger_now l WHERE "
	       "l.epoch=ledger.epoch)",
	       "");
	db_run(st,
	       "INSERT INTO ledger (epoch, last, acked, prev, base)"
	       " SELECT ?, 0, 0, ?, coalesce(sum(last), 0) FROM ledger",
	       "is", epoch, ZEROS);
}

struct ledger store_ledger_waiting(struct store *st)
{
	struct ledger l;

	if (read_ledger(db_query(st, LEDGER " WHERE acked<last ORDER BY epoch LIMIT 1", ""), &l))
		return l;
	return store_ledger(st);
}

int64_t store_waiting(struct store *st)
{
	return db_number(st, 0, "SELECT sum(last-acked) FROM ledger_now", "");
}

void store_event(struct store *st, int64_t epoch, int64_t seq, const char *type, struct slice e,
		 struct slice person)
{
	db_run(st,
	       "INSERT INTO journal (n, epoch, seq, type, e, person)"
	       " SELECT base+?, epoch, ?, ?, ?, nullif(?,'') FROM ledger WHERE epoch=?",
	       "iistti", seq, seq, type, e, person, epoch);
}

bool store_event_text(struct store *st, int64_t epoch, int64_t seq, struct slice *ret_text)
{
	sqlite3_stmt *row = db_query(st,
				     "SELECT j.e FROM ledger l JOIN journal j ON j.n=l.base+?"
				     " WHERE l.epoch=? AND j.epoch=l.epoch",
				     "ii", seq, epoch);

	if (!row)
		return false;
	*ret_text = db_text(row, 0);
	return true;
}

void store_acked(struct store *st, int64_t epoch, int64_t seq, const struct ledger *newest)
{
	if (epoch == newest->epoch)
		db_run(st, "UPDATE ledger SET acked=?, last=?, prev=? WHERE epoch=?", "iisi", seq,
		       newest->last, newest->prev, epoch);
	else
		db_run(st, "UPDATE ledger SET acked=? WHERE epoch=?", "ii", seq, epoch);
}

void store_rejected(struct store *st, int64_t epoch, int64_t seq, struct slice reason)
{
	db_run(st, "INSERT OR REPLACE INTO reject VALUES (?,?,?)", "iit", epoch, seq, reason);
}

bool store_reject_listed(struct store *st, struct reject_row *ret_row)
{
	sqlite3_stmt *row = db_query(st,
				     "SELECT r.epoch, r.seq, coalesce(j.type, ''), r.reason"
				     " FROM reject r LEFT JOIN ledger l ON l.epoch=r.epoch"
				     " LEFT JOIN journal j ON j.n=l.base+r.seq"
				     " WHERE (r.epoch, r.seq) < (?, ?)"
				     " ORDER BY r.epoch DESC, r.seq DESC LIMIT 1",
				     "ii", ret_row->epoch, ret_row->seq);

	if (!row)
		return false;
	ret_row->epoch = db_int(row, 0);
	ret_row->seq = db_int(row, 1);
	slice_copy(db_text(row, 2), ret_row->type, sizeof(ret_row->type));
	slice_copy(db_text(row, 3), ret_row->reason, sizeof(ret_row->reason));
	db_done(row);
	return true;
}

int64_t store_ledger_next(struct store *st, int64_t epoch)
{
	return db_number(st, 0, "SELECT min(epoch) FROM ledger WHERE epoch>?", "i", epoch);
}

bool store_reject_drop(struct store *st, int64_t epoch, int64_t seq)
{
	return db_run(st, "DELETE FROM reject WHERE epoch=? AND seq=?", "ii", epoch, seq) > 0;
}

int64_t store_event_oldest(struct store *st, int64_t epoch)
{
	return db_number(st, 1,
			 "SELECT coalesce((SELECT min(j.n) FROM journal j WHERE j.n > l.base"
			 " AND j.n <= l.base + l.last) - l.base, l.last + 1)"
			 " FROM ledger_now l WHERE l.epoch=?",
			 "i", epoch);
}

#define BATCH "batch" /* what kind of pointer an SQL function is given */

struct batch {
	struct buf *to;
	size_t max_bytes;
	int64_t last; /* n of the last one taken, 0 none */
};

/* batch_full(batch, n, e, person): takes this event into the batch, or says that it is full. As a
 * condition of the query: a row that is handed out to be taken costs a fifth more. */
static void batch_full(sqlite3_context *ctx, int argc, sqlite3_value **arg)
{
	struct batch *batch = sqlite3_value_pointer(arg[0], BATCH);
	const struct slice e = { sqlite3_value_blob(arg[2]), (size_t)sqlite3_value_bytes(arg[2]) };
	const struct slice person = { sqlite3_value_blob(arg[3]),
				      (size_t)sqlite3_value_bytes(arg[3]) };
	struct buf *to = batch->to;

	(void)argc;
	/* One event always fits a message alone; two may not. */
	if (batch->last && to->len + e.n + person.n + 32 > batch->max_bytes) {
		sqlite3_result_int(ctx, 1);
		return;
	}
	buf_text(to, batch->last ? ",{\"e\":" : "{\"e\":");
	buf_slice(to, e);
	if (person.n) {
		buf_text(to, ",\"person\":");
		buf_slice(to, person);
	}
	buf_byte(to, '}');
	batch->last = sqlite3_value_int64(arg[1]);
	sqlite3_result_int(ctx, 0);
}

int journal_functions(sqlite3 *db)
{
	return sqlite3_create_function_v2(db, "batch_full", 4, SQLITE_UTF8 | SQLITE_DIRECTONLY,
					  NULL, batch_full, NULL, NULL, NULL);
}

int64_t store_batch(struct store *st, int64_t epoch, int64_t after, size_t max_bytes, struct buf *b)
{
	struct batch batch = { b, max_bytes, 0 };
	sqlite3_stmt *row =
		db_query(st, "SELECT base, base+last FROM ledger_now WHERE epoch=?", "i", epoch);
	int64_t base, end;

	if (!row)
		return after;
	base = db_int(row, 0);
	end = db_int(row, 1);
	db_done(row);
	row = db_query(st,
		       "SELECT 1 FROM journal WHERE n>? AND n<=? AND batch_full(?, n, e, person)"
		       " ORDER BY n LIMIT 1",
		       "iip", base + after, end, &batch, BATCH);
	if (row)
		db_done(row);
	return batch.last ? batch.last - base : after;
}
