// SPDX-License-Identifier: Apache-2.0
#include "firmware/store/file_person.h"

#include <errno.h>
#include <sqlite3.h>

/* Records of a stream, of the live generation and of one that is on its way in. */
#define RECORDS(stream)                                                                            \
	"SELECT id, 0, body, '' FROM record WHERE body<>'' AND gen IN (SELECT gen FROM cursor"     \
	" WHERE stream=" stream " UNION SELECT gen FROM shadow WHERE stream=" stream ")"

static const char *const queries[FILE_WHERE_COUNT] = {
	[FILE_ORDER] = RECORDS("0"),
	[FILE_GUEST] = "SELECT r.id, coalesce(g.at, 0), r.body, '' FROM record r LEFT JOIN guest g"
		       " ON g.id=r.id WHERE r.gen=0 AND r.body<>''",
	[FILE_MEMBER] = RECORDS("3"),
	[FILE_ENTRY] = RECORDS("5"),
	[FILE_ERASED] = "SELECT customer, at, member, '' FROM erased",
	[FILE_EVENT] = "SELECT epoch || '/' || seq || ' ' || type, 0, e, coalesce(person, '')"
		       " FROM journal ORDER BY n",
	[FILE_PRINT] = "SELECT job || ' ' || kind, at, doc, '' FROM job WHERE doc<>'[]'",
	[FILE_PRESS] = "SELECT n, at, body, '' FROM passing WHERE key NOT NULL",
	[FILE_LETTER] = "SELECT n || ' ' || id, at, op, '' FROM letter",
	[FILE_MESSAGE] = "SELECT id, 0, text, '' FROM message",
	[FILE_TILL] = "SELECT n, at, id || ' ' || reason, '' FROM till",
	[FILE_WORK] = "SELECT desk || ' ' || line, 0, coalesce(id, '') || ' ' || extra || ' ' ||"
		      " reason, '' FROM work",
	[FILE_PAPER] = "SELECT number, at, id || ' ' || doc || ' ' || body, '' FROM paper",
	[FILE_PAYMENT] =
		"SELECT payment, at, id || ' ' || tender || ' ' || amount, '' FROM payment",
	[FILE_RECEIPT] = "SELECT number, at, id || ' ' || total, '' FROM receipt",
	[FILE_HANDED] = "SELECT id, at, id || ' ' || status, '' FROM fact WHERE line=''",
	[FILE_POINTS] = "SELECT n, at, member || ' ' || points, '' FROM points",
	[FILE_STORY] = "SELECT event, 9999999999999 - back, customer || ' ' || kind || ' ' || doc"
		       " || ' ' || ord || ' ' || text, '' FROM story",
	[FILE_ASKED] = "SELECT customer, at, customer, '' FROM asked",
	[FILE_OFFERED] = "SELECT customer, at, customer || ' ' || offer, '' FROM offered",
	[FILE_CONSENT] = "SELECT customer, at, customer || ' ' || purpose || ' ' || given, ''"
			 " FROM consent",
};

static struct slice column(sqlite3_stmt *q, int i)
{
	const char *p = (const char *)sqlite3_column_text(q, i);

	return (struct slice){ p ? p : "", p ? (size_t)sqlite3_column_bytes(q, i) : 0 };
}

int file_people(const char *path, enum file_where where,
		void (*each)(void *ctx, const struct file_row *row), void *ctx, char *ret_message,
		size_t cap)
{
	sqlite3 *db = NULL;
	sqlite3_stmt *q = NULL;
	int code = sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL);

	sqlite3_busy_timeout(db, 2000);
	if (code == SQLITE_OK)
		code = sqlite3_prepare_v2(db, queries[where], -1, &q, NULL);
	while (code == SQLITE_OK && (code = sqlite3_step(q)) == SQLITE_ROW) {
		const struct file_row row = { where, column(q, 0), sqlite3_column_int64(q, 1),
					      column(q, 2), column(q, 3) };

		each(ctx, &row);
		code = SQLITE_OK;
	}
	if (code != SQLITE_DONE)
		text_fmt(ret_message, cap, "%s: %s", path, sqlite3_errmsg(db));
	sqlite3_finalize(q);
	sqlite3_close(db);
	return code == SQLITE_DONE ? 0 : -EIO;
}

void file_policy(const char *path, const char *id, char *dst, size_t cap)
{
	sqlite3 *db = NULL;
	sqlite3_stmt *q = NULL;

	text_fmt(dst, cap, "{}");
	if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK &&
	    sqlite3_prepare_v2(db,
			       "SELECT body FROM record WHERE id=? AND body<>'' AND gen=(SELECT gen"
			       " FROM cursor WHERE stream=4)",
			       -1, &q, NULL) == SQLITE_OK) {
		sqlite3_bind_text(q, 1, id, -1, SQLITE_STATIC);
		if (sqlite3_step(q) == SQLITE_ROW && slice_copy(column(q, 0), dst, cap) < 0)
			text_fmt(dst, cap, "{}");
	}
	sqlite3_finalize(q);
	sqlite3_close(db);
}
