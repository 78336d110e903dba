// SPDX-License-Identifier: Apache-2.0
/* Who is to be forgotten: tombstones, and what is gathered about them while they are erased. */
#include "firmware/store/person.h"

#include "firmware/store/db.h"

bool store_erased(struct store *st, struct slice customer)
{
	return db_number(st, 0, "SELECT 1 FROM erased WHERE customer=?", "t", customer) == 1;
}

void store_erased_add(struct store *st, const struct tombstone *t)
{
	db_run(st,
	       "INSERT INTO erased (customer, member, at, todo, told) VALUES (?,?,?,1,?)"
	       " ON CONFLICT (customer) DO UPDATE SET todo=1,"
	       " member=CASE WHEN member='' THEN excluded.member ELSE member END",
	       "ssii", t->customer, t->member, t->at_ms, (int64_t)t->told);
}

bool store_erased_next(struct store *st, bool todo, struct tombstone *ret_tombstone)
{
	struct tombstone t = { .at_ms = 0 };
	sqlite3_stmt *row =
		todo ? db_query(st,
				"SELECT customer, member, at, todo, told FROM erased"
				" WHERE todo<>0 AND customer>? ORDER BY customer LIMIT 1",
				"s", ret_tombstone->customer)
		     : db_query(st,
				"SELECT customer, member, at, todo, told FROM erased"
				" WHERE customer>? ORDER BY customer LIMIT 1",
				"s", ret_tombstone->customer);

	if (!row)
		return false;
	slice_copy(db_text(row, 0), t.customer, sizeof(t.customer));
	slice_copy(db_text(row, 1), t.member, sizeof(t.member));
	t.at_ms = db_int(row, 2);
	t.todo = db_int(row, 3) != 0;
	t.told = db_int(row, 4) != 0;
	db_done(row);
	*ret_tombstone = t;
	return true;
}

void store_erased_done(struct store *st, const char *customer)
{
	db_run(st, "UPDATE erased SET todo=0, told=1 WHERE customer=?", "s", customer);
}

void store_erasing_add(struct store *st, enum erasing kind, struct slice text)
{
	if (text.n && text.n < ERASING_MAX)
		db_run(st, "INSERT OR IGNORE INTO erasing VALUES (?,?)", "it", (int64_t)kind, text);
}

bool store_erasing(struct store *st, enum erasing kind, struct slice text)
{
	return db_number(st, 0, "SELECT 1 FROM erasing WHERE kind=? AND text=?", "it",
			 (int64_t)kind, text) == 1;
}

bool store_erasing_next(struct store *st, enum erasing kind, char text[ERASING_MAX])
{
	sqlite3_stmt *row = db_query(
		st, "SELECT text FROM erasing WHERE kind=? AND text>? ORDER BY text LIMIT 1", "is",
		(int64_t)kind, text);

	if (!row)
		return false;
	slice_copy(db_text(row, 0), text, ERASING_MAX);
	db_done(row);
	return true;
}

void store_erasing_clear(struct store *st)
{
	db_run(st, "DELETE FROM erasing", "");
}

/* ---- records ---- */

/* Generations whose records are about people; guests are of none. */
#define PEOPLES                                                                                    \
	"(SELECT gen FROM cursor WHERE stream IN (0,3,5) UNION SELECT gen FROM shadow"             \
	" WHERE stream IN (0,3,5) UNION SELECT 0)"

static enum stream stream_of(struct store *st, int64_t gen)
{
	return (enum stream)db_number(st, STREAM_ORDERS,
				      "SELECT stream FROM cursor WHERE gen=?1 AND ?1<>0 UNION ALL"
				      " SELECT stream FROM shadow WHERE gen=?1 AND ?1<>0 LIMIT 1",
				      "i", gen);
}

bool store_person_record(struct store *st, int64_t until, struct person_record *ret_record)
{
	struct person_record r = { .n = 0 };
	sqlite3_stmt *row =
		db_query(st,
			 "SELECT n, gen, id, rev, state, body FROM record WHERE n>? AND n<=?"
			 " AND gen IN " PEOPLES " ORDER BY n LIMIT 1",
			 "ii", ret_record->n, until);

	if (!row)
		return false;
	r.n = db_int(row, 0);
	r.gen = db_int(row, 1);
	slice_copy(db_text(row, 2), r.id, sizeof(r.id));
	r.rev = db_int(row, 3);
	r.state = (enum record_state)db_int(row, 4);
	r.body = db_text(row, 5);
	r.stream = stream_of(st, r.gen);
	*ret_record = r;
	return true;
}

int64_t store_person_records(struct store *st)
{
	return db_number(st, 0, "SELECT max(n) FROM record", "");
}

void store_person_record_set(struct store *st, int64_t n, enum record_state state,
			     struct slice body)
{
	db_run(st, "UPDATE record SET state=?, body=? WHERE n=?", "iti", (int64_t)state, body, n);
}

bool store_gens_discarded(struct store *st)
{
	return db_number(st, 0, "SELECT 1 FROM gen WHERE discarded=1 LIMIT 1", "") == 1;
}

/* ---- the journal ---- */

bool store_person_event(struct store *st, struct person_event *ret_event)
{
	struct person_event e = { .n = 0 };
	sqlite3_stmt *row = db_query(st,
				     "SELECT j.n, j.epoch, j.seq, j.seq <= l.acked, j.e, j.person"
				     " FROM journal j LEFT JOIN ledger l ON l.epoch=j.epoch"
				     " WHERE j.person IS NOT NULL AND j.n>? ORDER BY j.n LIMIT 1",
				     "i", ret_event->n);

	if (!row)
		return false;
	e.n = db_int(row, 0);
	e.epoch = db_int(row, 1);
	e.seq = db_int(row, 2);
	e.acked = db_int(row, 3) != 0;
	e.e = db_text(row, 4);
	e.person = db_text(row, 5);
	*ret_event = e;
	return true;
}

void store_person_event_purge(struct store *st, int64_t n)
{
	db_run(st, "UPDATE journal SET person=NULL WHERE n=?", "i", n);
}

#define PERSONS_SLICE 200

/* When an event was acknowledged is known to the day; see prune.c. */
int64_t store_persons_purge(struct store *st, int64_t before_ms)
{
	return db_run(st,
		      "UPDATE journal SET person=NULL WHERE n IN (SELECT j.n FROM journal j"
		      " JOIN ledger l ON l.epoch=j.epoch WHERE j.person IS NOT NULL AND j.seq <="
		      " (SELECT coalesce(max(m.seq), 0) FROM ack_mark m WHERE m.epoch=j.epoch"
		      " AND m.at<=?) LIMIT ?)",
		      "ii", before_ms, (int64_t)PERSONS_SLICE);
}

void store_points_forget(struct store *st, const char *member)
{
	db_run(st, "DELETE FROM points WHERE member=?", "s", member);
}

/* ---- consents ---- */

bool store_consent(struct store *st, const char *customer, const char *purpose,
		   struct consent *ret_consent)
{
	sqlite3_stmt *row = db_query(st,
				     "SELECT given, at, lane, epoch, seq FROM consent"
				     " WHERE customer=? AND purpose=?",
				     "ss", customer, purpose);

	if (!row)
		return false;
	*ret_consent = (struct consent){ .given = db_int(row, 0) != 0, .at_ms = db_int(row, 1) };
	slice_copy(db_text(row, 2), ret_consent->lane, sizeof(ret_consent->lane));
	ret_consent->epoch = db_int(row, 3);
	ret_consent->seq = db_int(row, 4);
	db_done(row);
	return true;
}

void store_consent_set(struct store *st, const char *customer, const char *purpose,
		       const struct consent *c)
{
	db_run(st, "INSERT OR REPLACE INTO consent VALUES (?,?,?,?,?,?,?)", "ssiisii", customer,
	       purpose, (int64_t)c->given, c->at_ms, c->lane, c->epoch, c->seq);
}

void store_consents_forget(struct store *st, const char *customer)
{
	db_run(st, "DELETE FROM consent WHERE customer=?", "s", customer);
}

int64_t store_consents_prune(struct store *st, int64_t before_ms)
{
	return db_run(
		st,
		"DELETE FROM consent WHERE (customer, purpose) IN (SELECT c.customer,"
		" c.purpose FROM consent c WHERE c.at<? AND EXISTS (SELECT 1 FROM upto u"
		" WHERE u.stream=3 AND u.lane=c.lane AND (u.epoch, u.seq) >= (c.epoch, c.seq))"
		" LIMIT ?)",
		"ii", before_ms, (int64_t)PERSONS_SLICE);
}
