// SPDX-License-Identifier: Apache-2.0
/*
 * The tables of HQ's database, step by step, and the temporary ones of one connection. They are
 * written as SQLite takes them; db_dialect.h makes PostgreSQL's of them.
 */
#ifndef LADA_SYNC_HQ_SCHEMA_H
#define LADA_SYNC_HQ_SCHEMA_H

#define SCHEMA_VERSION 6

struct schema_step {
	const char *both;
	const char *postgres; /* more, for PostgreSQL alone, or NULL */
};

/* From version i to i + 1. A step that shipped is never edited. */
extern const struct schema_step schema_steps[SCHEMA_VERSION];
extern const char schema_session[];

#endif
