// SPDX-License-Identifier: Apache-2.0
/*
 * SQL as it is written here, in SQLite's words, turned into PostgreSQL's: `?` and `?N` become $n,
 * a comment that begins with PG is opened, and in the text of tables the types and the options
 * are PostgreSQL's own. Quoted text is left alone.
 */
#ifndef LADA_SYNC_HQ_DB_DIALECT_H
#define LADA_SYNC_HQ_DB_DIALECT_H

#include "firmware/base/bytes.h"

/* For DIALECT_MAX bytes of text; out->overflow when it does not fit. */
#define DIALECT_MAX 16384

void dialect_query(const char *text, struct buf *out);
void dialect_tables(const char *text, struct buf *out);

#endif
