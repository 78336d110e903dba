// SPDX-License-Identifier: Apache-2.0
/* Commands of HQ that were taken, what HQ has set, what it has to say to staff. */
#include "firmware/store/db.h"
#include "firmware/store/store.h"

#define COMMANDS_KEEP 4096 /* so many ids are remembered, whatever the clock says */

bool store_command_known(struct store *st, const char *id)
{
	return db_number(st, 0, "SELECT 1 FROM command WHERE id=?", "s", id) == 1;
}

void store_command_add(struct store *st, const char *id, int64_t expires_ms, bool ok,
		       struct slice detail)
{
	db_run(st, "INSERT INTO command (id, expires, ok, detail) VALUES (?,?,?,?)", "siit", id,
	       expires_ms, (int64_t)ok, detail);
	db_run(st, "DELETE FROM command WHERE n <= (SELECT max(n) - ? FROM command)", "i",
	       (int64_t)COMMANDS_KEEP);
}

bool store_setting(struct store *st, const char *key, char *dst, size_t cap)
{
	sqlite3_stmt *row = db_query(st, "SELECT value FROM setting WHERE key=?", "s", key);
	bool fits;

	if (!row)
		return false;
	fits = slice_copy(db_text(row, 0), dst, cap) == 0;
	db_done(row);
	return fits;
}

void store_setting_set(struct store *st, const char *key, const char *value)
{
	db_run(st, "DELETE FROM setting WHERE key=?", "s", key);
	if (value)
		db_run(st, "INSERT INTO setting VALUES (?,?)", "ss", key, value);
}

bool store_message_add(struct store *st, const char *id, struct slice text, int64_t level)
{
	if (db_number(st, 0, "SELECT count(*) FROM message", "") >= STORE_MESSAGES_MAX)
		return false;
	/* Its command may be forgotten and come again while it still stands. */
	db_run(st, "INSERT OR IGNORE INTO message (id, text, level) VALUES (?,?,?)", "sti", id,
	       text, level);
	return true;
}

bool store_message_next(struct store *st, struct message_row *row)
{
	sqlite3_stmt *q =
		db_query(st, "SELECT n, id, text, level FROM message WHERE n>? ORDER BY n LIMIT 1",
			 "i", row->n);

	if (!q)
		return false;
	row->n = db_int(q, 0);
	slice_copy(db_text(q, 1), row->id, sizeof(row->id));
	slice_copy(db_text(q, 2), row->text, sizeof(row->text));
	row->level = db_int(q, 3);
	db_done(q);
	return true;
}

bool store_message_drop(struct store *st, const char *id)
{
	return db_run(st, "DELETE FROM message WHERE id=?", "s", id) > 0;
}
