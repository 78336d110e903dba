// SPDX-License-Identifier: Apache-2.0
/*
 * SQLite, kept in one room. One connection per station, used by one thread.
 *
 * Every function here works inside the transaction that step.c opened. A database that fails
 * (I/O, full disk, corruption) is not something a shop rule can handle: the first failure is
 * kept in the store, everything after it does nothing, and db_commit() reports it; the caller
 * stops the process and the next start recovers. So callers need no error paths of their own.
 *
 * Statements are prepared once and found again by the address of their SQL text, which must be
 * a string literal.
 */
#ifndef LADA_STORE_DB_H
#define LADA_STORE_DB_H

#include <sqlite3.h>

#include "firmware/base/bytes.h"

struct store;

/* Arguments by `types`: i = int64_t, s = const char * (NULL = NULL), t = struct slice, p = void *
 * and its kind, a literal, for an SQL function of ours. */
int64_t db_run(struct store *st, const char *sql, const char *types, ...); /* rows changed */
/* First row or NULL; end with db_done(), also after reading one row only. Text columns are
 * valid until the next step of the same statement. */
sqlite3_stmt *db_query(struct store *st, const char *sql, const char *types, ...);
bool db_next(struct store *st, sqlite3_stmt *row);
void db_done(sqlite3_stmt *row);
int64_t db_int(sqlite3_stmt *row, int column);
struct slice db_text(sqlite3_stmt *row, int column);
/* One whole number, `otherwise` when there is no row. */
int64_t db_number(struct store *st, int64_t otherwise, const char *sql, const char *types, ...);

/* See store_practise(); NULL and 0 for a station's own. */
struct store *db_base(const struct store *st);
int64_t db_first(const struct store *st);

/* Makes journal.c's SQL functions known; what SQLite says. */
int journal_functions(sqlite3 *db);

/* See store_scrub(); outside a transaction. */
int db_scrub(sqlite3 *db, int64_t *page, int pages);

/* What a store keeps in memory is taken from its file again, as when it is opened: for a simulation
 * that puts another file under it. */
void store_remember(struct store *st);

#endif
