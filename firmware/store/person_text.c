// SPDX-License-Identifier: Apache-2.0
/* Rows in which somebody's words may stand, and what goes when its time is over. */
#include "firmware/store/db.h"
#include "firmware/store/person.h"

#define SLICE_ROWS 200

const char *store_text_name(enum text_of of)
{
	static const char *const names[TEXT_OF_COUNT] = {
		"print", "press", "letter", "message", "till",
	};

	return names[of];
}

/* Statements are known by their address, so each stands by itself. */
static sqlite3_stmt *query_text(struct store *st, enum text_of of, int64_t after)
{
	switch (of) {
	case TEXT_PRINT:
		return db_query(st,
				"SELECT job, at, status, doc FROM job WHERE job>? ORDER BY job"
				" LIMIT 1",
				"i", after);
	case TEXT_PRESS:
		return db_query(st,
				"SELECT n, at, status, body FROM passing WHERE n>? AND key NOT NULL"
				" ORDER BY n LIMIT 1",
				"i", after);
	case TEXT_LETTER:
		return db_query(st, "SELECT n, at, 0, op FROM letter WHERE n>? ORDER BY n LIMIT 1",
				"i", after);
	case TEXT_MESSAGE:
		return db_query(st,
				"SELECT n, 0, 0, text FROM message WHERE n>? ORDER BY n LIMIT 1",
				"i", after);
	case TEXT_TILL:
		return db_query(st,
				"SELECT n, at, 0, reason FROM till WHERE n>? ORDER BY n LIMIT 1",
				"i", after);
	case TEXT_OF_COUNT:
		break;
	}
	return NULL;
}

bool store_text_next(struct store *st, enum text_of of, struct text_row *ret_row)
{
	sqlite3_stmt *row = query_text(st, of, ret_row->n);

	if (!row)
		return false;
	ret_row->n = db_int(row, 0);
	ret_row->at_ms = db_int(row, 1);
	ret_row->status = db_int(row, 2);
	ret_row->text = db_text(row, 3);
	return true;
}

/* What has not come out yet never will. The last jobs are kept, for their numbers. */
#define BLANK_PRINT                                                                                \
	"UPDATE job SET doc='[]', document='', status=CASE WHEN status IN (0,1,3) THEN 5"          \
	" ELSE status END"

void store_text_drop(struct store *st, enum text_of of, int64_t n)
{
	switch (of) {
	case TEXT_PRINT:
		db_run(st, BLANK_PRINT " WHERE job=?", "i", n);
		break;
	case TEXT_PRESS:
		/* Pressed again it is still the same press. */
		db_run(st,
		       "UPDATE passing SET body=CASE WHEN status=200 THEN '{\"ok\":true}' ELSE"
		       " '{\"ok\":false,\"error\":{\"code\":\"not_found\",\"message\":\"\"}}' END"
		       " WHERE n=?",
		       "i", n);
		break;
	case TEXT_LETTER:
		db_run(st, "UPDATE letter SET op='{}' WHERE n=?", "i", n);
		break;
	case TEXT_MESSAGE:
		db_run(st, "DELETE FROM message WHERE n=?", "i", n);
		break;
	case TEXT_TILL:
		db_run(st, "UPDATE till SET reason='' WHERE n=?", "i", n);
		break;
	case TEXT_OF_COUNT:
		break;
	}
}

bool store_work_text(struct store *st, int64_t *desk, char line[WORK_LINE_MAX],
		     struct slice *ret_extra)
{
	sqlite3_stmt *row =
		db_query(st,
			 "SELECT desk, line, extra || reason FROM work WHERE (desk, line) > (?, ?)"
			 " ORDER BY desk, line LIMIT 1",
			 "is", *desk, line);

	if (!row)
		return false;
	*desk = db_int(row, 0);
	slice_copy(db_text(row, 1), line, WORK_LINE_MAX);
	*ret_extra = db_text(row, 2);
	return true;
}

void store_work_text_drop(struct store *st, int64_t desk, const char *line)
{
	db_run(st, "UPDATE work SET extra='', reason='' WHERE desk=? AND line=?", "is", desk, line);
}

void store_paper_body_drop(struct store *st, const char *doc)
{
	db_run(st, "UPDATE paper SET body='{}' WHERE doc=?", "s", doc);
}

/* ---- retention ---- */

bool store_trace_next(struct store *st, char id[ID_MAX + 1])
{
	sqlite3_stmt *row = db_query(
		st,
		"SELECT min(id) FROM (SELECT min(id) id FROM fact WHERE id>?1"
		" UNION ALL SELECT min(id) FROM payment WHERE id>?1"
		" UNION ALL SELECT min(id) FROM receipt WHERE id>?1"
		" UNION ALL SELECT min(id) FROM fact_refund WHERE id>?1"
		" UNION ALL SELECT min(id) FROM order_points WHERE id>?1) HAVING min(id) NOT NULL",
		"s", id);

	if (!row)
		return false;
	slice_copy(db_text(row, 0), id, ID_MAX + 1);
	db_done(row);
	return true;
}

int64_t store_trace_ms(struct store *st, const char *order)
{
	return db_number(st, 0,
			 "SELECT max(coalesce((SELECT max(at) FROM fact WHERE id=?1), 0),"
			 " coalesce((SELECT max(at) FROM payment WHERE id=?1), 0),"
			 " coalesce((SELECT max(at) FROM receipt WHERE id=?1), 0),"
			 " coalesce((SELECT max(at) FROM paper WHERE id=?1), 0))",
			 "s", order);
}

void store_trace_drop(struct store *st, const char *order)
{
	db_run(st, "DELETE FROM fact WHERE id=?", "s", order);
	db_run(st, "DELETE FROM payment WHERE id=?", "s", order);
	db_run(st, "DELETE FROM receipt WHERE id=?", "s", order);
	db_run(st, "DELETE FROM fact_refund WHERE id=?", "s", order);
	db_run(st, "DELETE FROM order_points WHERE id=?", "s", order);
	db_run(st, "DELETE FROM conflict WHERE id=?", "s", order);
	db_run(st, "DELETE FROM over WHERE id=?", "s", order);
}

int64_t store_papers_forget(struct store *st, int64_t before_ms)
{
	return db_run(st,
		      "DELETE FROM paper WHERE doc IN (SELECT doc FROM paper WHERE at<? LIMIT ?)",
		      "ii", before_ms, (int64_t)SLICE_ROWS);
}

int64_t store_prints_forget(struct store *st, int64_t before_ms)
{
	return db_run(st,
		      BLANK_PRINT " WHERE job IN (SELECT job FROM job WHERE at<?"
				  " AND doc<>'[]' LIMIT ?)",
		      "ii", before_ms, (int64_t)SLICE_ROWS);
}

int64_t store_letters_forget(struct store *st, int64_t before_ms)
{
	return db_run(st,
		      "UPDATE letter SET op='{}' WHERE n IN (SELECT n FROM letter WHERE at<?"
		      " AND op<>'{}' LIMIT ?)",
		      "ii", before_ms, (int64_t)SLICE_ROWS);
}

int64_t store_guests_forget(struct store *st, int64_t before_ms)
{
	char id[ID_MAX + 1];
	int64_t gone = 0;

	for (; gone < SLICE_ROWS / 4; gone++) {
		sqlite3_stmt *row =
			db_query(st, "SELECT id FROM guest WHERE at<? LIMIT 1", "i", before_ms);

		if (!row)
			break;
		slice_copy(db_text(row, 0), id, sizeof(id));
		db_done(row);
		store_guest_drop(st, slice_of(id));
	}
	return gone;
}

/* The newest epoch goes on counting. */
int64_t store_numbers_forget(struct store *st)
{
	return db_run(st,
		      "DELETE FROM number WHERE epoch < (SELECT max(epoch) FROM ledger) AND NOT"
		      " EXISTS (SELECT 1 FROM ledger l JOIN journal j ON j.n > l.base AND"
		      " j.n <= l.base + l.last WHERE l.epoch=number.epoch)",
		      "");
}
