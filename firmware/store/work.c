// SPDX-License-Identifier: Apache-2.0
/* Work under way: desks, sessions, wrong tries, presses, print jobs, customers who are here. */
#include "firmware/store/db.h"
#include "firmware/store/store.h"
#include "firmware/store/till.h"

bool store_desk(struct store *st, enum desk desk, struct desk_row *ret_row)
{
	struct desk_row r = { 0 };
	sqlite3_stmt *row = db_query(st,
				     "SELECT mode, id, method, how, rev FROM work WHERE desk=?"
				     " AND line=''",
				     "i", (int64_t)desk);

	if (!row)
		return false;
	slice_copy(db_text(row, 0), r.mode, sizeof(r.mode));
	slice_copy(db_text(row, 1), r.order, sizeof(r.order));
	slice_copy(db_text(row, 2), r.method, sizeof(r.method));
	slice_copy(db_text(row, 3), r.how, sizeof(r.how));
	r.rev = db_int(row, 4);
	db_done(row);
	*ret_row = r;
	return true;
}

void store_desk_set(struct store *st, enum desk desk, const struct desk_row *row)
{
	db_run(st,
	       "INSERT INTO work (desk, line, checked, short, reason, mode, id, method, how, rev)"
	       " VALUES (?,'',0,0,'',?,?,?,?,?) ON CONFLICT (desk, line) DO UPDATE SET"
	       " mode=excluded.mode, id=excluded.id, method=excluded.method, how=excluded.how,"
	       " rev=excluded.rev",
	       "issssi", (int64_t)desk, row->mode, row->order, row->method, row->how, row->rev);
}

void store_desk_clear(struct store *st, enum desk desk)
{
	db_run(st, "DELETE FROM work WHERE desk=?", "i", (int64_t)desk);
}

struct check store_check(struct store *st, enum desk desk, struct slice line)
{
	struct check c = { 0 };
	sqlite3_stmt *row = db_query(st, "SELECT checked, short FROM work WHERE desk=? AND line=?",
				     "it", (int64_t)desk, line);

	if (!row)
		return c;
	c.checked = db_int(row, 0);
	c.short_ = db_int(row, 1);
	db_done(row);
	return c;
}

void store_check_set(struct store *st, enum desk desk, struct slice line, struct check c,
		     struct slice reason)
{
	db_run(st,
	       "INSERT INTO work (desk, line, checked, short, reason) VALUES (?,?,?,?,?)"
	       " ON CONFLICT (desk, line) DO UPDATE SET checked=excluded.checked,"
	       " short=excluded.short, reason=excluded.reason",
	       "itiit", (int64_t)desk, line, c.checked, c.short_, reason);
}

bool store_work_extra(struct store *st, enum desk desk, struct slice line, char *dst, size_t cap)
{
	sqlite3_stmt *row = db_query(st, "SELECT extra FROM work WHERE desk=? AND line=?", "it",
				     (int64_t)desk, line);
	bool fits;

	if (!row)
		return false;
	fits = slice_copy(db_text(row, 0), dst, cap) == 0 && dst[0];
	db_done(row);
	return fits;
}

void store_work_extra_set(struct store *st, enum desk desk, struct slice line, struct slice json)
{
	db_run(st,
	       "INSERT INTO work (desk, line, checked, short, reason, extra) VALUES (?,?,0,0,'',?)"
	       " ON CONFLICT (desk, line) DO UPDATE SET extra=excluded.extra",
	       "itt", (int64_t)desk, line, json);
}

void store_work_drop(struct store *st, enum desk desk, struct slice line)
{
	db_run(st, "DELETE FROM work WHERE desk=? AND line=?", "it", (int64_t)desk, line);
}

bool store_work_next(struct store *st, enum desk desk, char line[WORK_LINE_MAX])
{
	sqlite3_stmt *row =
		db_query(st, "SELECT line FROM work WHERE desk=? AND line>? ORDER BY line LIMIT 1",
			 "is", (int64_t)desk, line);

	if (!row)
		return false;
	slice_copy(db_text(row, 0), line, WORK_LINE_MAX);
	db_done(row);
	return true;
}

void store_session_add(struct store *st, const char *token_hash, const struct session_row *s,
		       int64_t at_ms)
{
	db_run(st, "INSERT OR REPLACE INTO session VALUES (?,?,?,?,?)", "siisi", token_hash,
	       (int64_t)s->desk, (int64_t)s->role, s->staff, at_ms);
}

void store_session_drop(struct store *st, const char *token_hash)
{
	db_run(st, "DELETE FROM session WHERE token=?", "s", token_hash);
}

static bool read_session(sqlite3_stmt *row, struct session_row *ret_session)
{
	if (!row)
		return false;
	ret_session->desk = (enum desk)db_int(row, 0);
	ret_session->role = (enum role)db_int(row, 1);
	slice_copy(db_text(row, 2), ret_session->staff, sizeof(ret_session->staff));
	ret_session->at_ms = db_int(row, 3);
	db_done(row);
	return true;
}

bool store_session(struct store *st, const char *token_hash, struct session_row *ret_session)
{
	return read_session(db_query(st, "SELECT desk, role, staff, at FROM session WHERE token=?",
				     "s", token_hash),
			    ret_session);
}

bool store_session_nth(struct store *st, int64_t n, char ret_token_hash[33],
		       struct session_row *ret_session)
{
	sqlite3_stmt *row = db_query(st,
				     "SELECT desk, role, staff, at, token FROM session"
				     " ORDER BY at DESC, token LIMIT 1 OFFSET ?",
				     "i", n);

	if (!row)
		return false;
	slice_copy(db_text(row, 4), ret_token_hash, 33);
	return read_session(row, ret_session);
}

bool store_session_next(struct store *st, char token_hash[33], struct session_row *ret_session)
{
	sqlite3_stmt *row = db_query(st,
				     "SELECT desk, role, staff, at, token FROM session"
				     " WHERE token>? ORDER BY token LIMIT 1",
				     "s", token_hash);

	if (!row)
		return false;
	slice_copy(db_text(row, 4), token_hash, 33);
	return read_session(row, ret_session);
}

bool store_session_at(struct store *st, enum desk desk, char ret_token_hash[33],
		      struct session_row *ret_session)
{
	sqlite3_stmt *row = db_query(st,
				     "SELECT desk, role, staff, at, token FROM session WHERE desk=?"
				     " ORDER BY at DESC, token LIMIT 1",
				     "i", (int64_t)desk);

	if (!row)
		return false;
	slice_copy(db_text(row, 4), ret_token_hash, 33);
	return read_session(row, ret_session);
}

struct tries store_tries(struct store *st, const char *subject)
{
	struct tries t = { 0 };
	sqlite3_stmt *row =
		db_query(st, "SELECT count, until FROM tries WHERE subject=?", "s", subject);

	if (!row)
		return t;
	t.count = db_int(row, 0);
	t.until_ms = db_int(row, 1);
	db_done(row);
	return t;
}

void store_tries_set(struct store *st, const char *subject, struct tries t)
{
	if (t.count == 0 && t.until_ms == 0)
		db_run(st, "DELETE FROM tries WHERE subject=?", "s", subject);
	else
		db_run(st, "INSERT OR REPLACE INTO tries VALUES (?,?,?)", "sii", subject, t.count,
		       t.until_ms);
}

bool store_press(struct store *st, const char *key, int64_t *ret_status, struct slice *ret_body,
		 struct slice *ret_asked)
{
	sqlite3_stmt *row =
		db_query(st,
			 "SELECT status, body, asked FROM passing WHERE n = (SELECT n FROM "
			 "temp.press_key WHERE key=?)",
			 "s", key);

	if (!row)
		return false;
	*ret_status = db_int(row, 0);
	*ret_body = db_text(row, 1);
	*ret_asked = db_text(row, 2);
	return true;
}

void store_press_add(struct store *st, const char *key, const char *asked, int64_t status,
		     struct slice body, int64_t at_ms)
{
	db_run(st, "INSERT INTO passing (key, asked, status, body, at) VALUES (?,?,?,?,?)", "ssiti",
	       key, asked, status, body, at_ms);
}

void store_press_prune(struct store *st, int64_t before_ms)
{
	db_run(st, "DELETE FROM passing WHERE key NOT NULL AND at<?", "i", before_ms);
}

const char *job_status_name(enum job_status s)
{
	switch (s) {
	case JOB_QUEUED:
		return "queued";
	case JOB_PRINTING:
		return "printing";
	case JOB_DONE:
		return "done";
	case JOB_UNKNOWN:
		return "unknown";
	case JOB_FAILED:
		return "failed";
	case JOB_DROPPED:
		return "dropped";
	}
	return "?";
}

int64_t store_job_add(struct store *st, const char *printer, const char *kind, struct slice doc,
		      int64_t at_ms)
{
	db_run(st,
	       "INSERT INTO job (job, printer, kind, status, doc, at)"
	       " VALUES (coalesce((SELECT max(job) FROM job), ?) + 1,?,?,?,?,?)",
	       "issiti", db_first(st), printer, kind, (int64_t)JOB_QUEUED, doc, at_ms);
	return db_number(st, 0, "SELECT last_insert_rowid()", "");
}

const char *store_job_goes(const struct job_row *job)
{
	return job->standin[0] ? job->standin : job->printer;
}

#define JOB_COLUMNS "job, printer, kind, status, standin, at, copy_of, document, "

static bool read_job(sqlite3_stmt *row, struct job_row *ret_row)
{
	if (!row)
		return false;
	ret_row->job = db_int(row, 0);
	slice_copy(db_text(row, 1), ret_row->printer, sizeof(ret_row->printer));
	slice_copy(db_text(row, 2), ret_row->kind, sizeof(ret_row->kind));
	ret_row->status = (enum job_status)db_int(row, 3);
	slice_copy(db_text(row, 4), ret_row->standin, sizeof(ret_row->standin));
	ret_row->at_ms = db_int(row, 5);
	ret_row->copy_of = db_int(row, 6);
	slice_copy(db_text(row, 7), ret_row->document, sizeof(ret_row->document));
	ret_row->doc = db_text(row, 8);
	return true;
}

bool store_job(struct store *st, int64_t job, struct job_row *ret_row)
{
	return read_job(db_query(st, "SELECT " JOB_COLUMNS "doc FROM job WHERE job=?", "i", job),
			ret_row);
}

bool store_job_of(struct store *st, const char *document, struct job_row *ret_row)
{
	return read_job(db_query(st,
				 "SELECT " JOB_COLUMNS "doc FROM job WHERE document=?"
				 " ORDER BY job LIMIT 1",
				 "s", document),
			ret_row);
}

void store_job_status(struct store *st, int64_t job, enum job_status status)
{
	db_run(st, "UPDATE job SET status=? WHERE job=?", "ii", (int64_t)status, job);
}

void store_job_is(struct store *st, int64_t job, const char *document, int64_t copy_of)
{
	db_run(st, "UPDATE job SET document=?, copy_of=? WHERE job=?", "sii", document, copy_of,
	       job);
}

#define JOB_GOES "CASE WHEN standin<>'' THEN standin ELSE printer END"

bool store_job_printing(struct store *st, const char *printer)
{
	return db_number(
		       st, 0,
		       "SELECT 1 FROM job WHERE job IN temp.waiting_job AND status=? AND " JOB_GOES
		       "=? LIMIT 1",
		       "is", (int64_t)JOB_PRINTING, printer) != 0;
}

bool store_job_next(struct store *st, const char *printer, struct job_row *ret_row)
{
	if (store_job_printing(st, printer))
		return false;
	return read_job(db_query(st,
				 "SELECT " JOB_COLUMNS
				 "doc FROM job WHERE job IN temp.waiting_job AND status=?"
				 " AND " JOB_GOES "=? ORDER BY job LIMIT 1",
				 "is", (int64_t)JOB_QUEUED, printer),
			ret_row);
}

int64_t store_jobs_stand_in(struct store *st, const char *printer, const char *standin)
{
	return db_run(st,
		      "UPDATE job SET standin=? WHERE job IN temp.waiting_job AND status=? AND "
		      "printer=? AND standin=''"
		      " AND kind NOT IN ('test', 'drawer')",
		      "sis", standin, (int64_t)JOB_QUEUED, printer);
}

int64_t store_jobs_home(struct store *st, const char *printer, const char *standin)
{
	return db_run(st,
		      "UPDATE job SET standin='' WHERE job IN temp.waiting_job AND status=? AND "
		      "printer=? AND standin=?",
		      "iss", (int64_t)JOB_QUEUED, printer, standin);
}

void store_job_send(struct store *st, int64_t job, const char *standin)
{
	db_run(st, "UPDATE job SET standin=? WHERE job=?", "si", standin, job);
}

bool store_job_queued(struct store *st, struct job_row *ret_row)
{
	sqlite3_stmt *row =
		db_query(st,
			 "SELECT " JOB_COLUMNS
			 "'' FROM job WHERE job IN temp.waiting_job AND status=? AND job>?"
			 " ORDER BY job LIMIT 1",
			 "ii", (int64_t)JOB_QUEUED, ret_row->job);

	if (!read_job(row, ret_row))
		return false;
	db_done(row);
	return true;
}

bool store_job_late(struct store *st, const char *kind, int64_t from_ms, int64_t until_ms,
		    struct job_row *ret_row)
{
	sqlite3_stmt *row =
		db_query(st,
			 "SELECT " JOB_COLUMNS
			 "'' FROM job WHERE job IN temp.waiting_job AND status=? AND kind=?"
			 " AND at NOT BETWEEN ? AND ? ORDER BY job LIMIT 1",
			 "isii", (int64_t)JOB_QUEUED, kind, from_ms, until_ms);

	if (!read_job(row, ret_row))
		return false;
	db_done(row);
	return true;
}

bool store_job_interrupted(struct store *st, struct job_row *ret_row)
{
	sqlite3_stmt *row = db_query(
		st,
		"SELECT " JOB_COLUMNS
		"'' FROM job WHERE job IN temp.waiting_job AND status=? ORDER BY job LIMIT 1",
		"i", (int64_t)JOB_PRINTING);

	if (!read_job(row, ret_row))
		return false;
	db_done(row);
	return true;
}

bool store_job_cut_off(struct store *st, const char *printer)
{
	const int64_t none = JOB_DONE;

	return db_number(st, none,
			 "SELECT status FROM job WHERE status<>? AND " JOB_GOES "=?"
			 " ORDER BY job DESC LIMIT 1",
			 "is", (int64_t)JOB_QUEUED, printer) != none;
}

void store_work_forget(struct store *st)
{
	db_run(st, "UPDATE job SET status=? WHERE status IN (?, ?) AND kind='drawer'", "iii",
	       (int64_t)JOB_DROPPED, (int64_t)JOB_QUEUED, (int64_t)JOB_PRINTING);
	db_run(st, "UPDATE job SET status=? WHERE status IN (?, ?)", "iii", (int64_t)JOB_UNKNOWN,
	       (int64_t)JOB_QUEUED, (int64_t)JOB_PRINTING);
	db_run(st, "DELETE FROM work", "");
	db_run(st, "DELETE FROM contact", "");
	db_run(st, "DELETE FROM here", "");
	db_run(st, "DELETE FROM session", "");
	store_shift_forget(st);
}

bool store_job_listed(struct store *st, struct job_row *ret_row)
{
	sqlite3_stmt *row = db_query(
		st,
		"SELECT " JOB_COLUMNS "'' FROM job WHERE job < ? AND"
		" (+status IN (0, 1, 3) OR job > (SELECT coalesce(max(job), 0) - 10 FROM job))"
		" ORDER BY job DESC LIMIT 1",
		"i", ret_row->job);

	if (!read_job(row, ret_row))
		return false;
	db_done(row);
	return true;
}

void store_jobs_prune(struct store *st, int64_t keep)
{
	db_run(st,
	       "DELETE FROM job WHERE status NOT IN (0, 1, 3)"
	       " AND job <= (SELECT max(job) - ? FROM job)",
	       "i", keep);
}

void store_here_add(struct store *st, struct slice order, int64_t at_ms)
{
	db_run(st,
	       "INSERT INTO here (id, at, shown) VALUES (?,?,1)"
	       " ON CONFLICT (id) DO UPDATE SET shown=1",
	       "ti", order, at_ms);
}

void store_here_check_in(struct store *st, struct slice order, int64_t at_ms)
{
	db_run(st, "INSERT OR IGNORE INTO here (id, at, shown) VALUES (?,?,0)", "ti", order, at_ms);
}

bool store_here_shown(struct store *st, struct slice order)
{
	return db_number(st, 0, "SELECT shown FROM here WHERE id=?", "t", order) == 1;
}

void store_here_drop(struct store *st, struct slice order)
{
	db_run(st, "DELETE FROM here WHERE id=?", "t", order);
}

bool store_here_next(struct store *st, char order[ID_MAX + 1], int64_t *at_ms)
{
	sqlite3_stmt *row = db_query(st,
				     "SELECT id, at FROM here WHERE (at, id) > (?, ?)"
				     " ORDER BY at, id LIMIT 1",
				     "is", *at_ms, order);

	if (!row)
		return false;
	slice_copy(db_text(row, 0), order, ID_MAX + 1);
	*at_ms = db_int(row, 1);
	db_done(row);
	return true;
}

void store_here_expire(struct store *st, int64_t before_ms)
{
	db_run(st, "DELETE FROM here WHERE at<?", "i", before_ms);
}

int64_t store_here_since(struct store *st, struct slice order)
{
	return db_number(st, 0, "SELECT at FROM here WHERE id=?", "t", order);
}

bool store_is_here(struct store *st, struct slice order)
{
	return db_number(st, 0, "SELECT 1 FROM here WHERE id=?", "t", order) == 1;
}
