// SPDX-License-Identifier: Apache-2.0
/*
 * A PostgreSQL server of the test's own, in a temporary directory, on a socket there. It runs as
 * `nobody` when the test runs as root, which PostgreSQL refuses, and ends with the test.
 */
#ifndef LADA_TESTS_PG_SERVER_H
#define LADA_TESTS_PG_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct pg_server {
	char dir[64];
	char bin[128]; /* where initdb and postgres are */
	pid_t pid;
	int schemas; /* made so far */
};

bool pg_server_installed(void);
/* False, and nothing started, where the server's programs are not installed. */
bool pg_server_start(struct pg_server *s);
/* Again after pg_server_end(). */
void pg_server_run(struct pg_server *s);
/* SIGQUIT = at once, as after a crash. */
void pg_server_end(struct pg_server *s);
/* Ends it and removes what it wrote. */
void pg_server_remove(struct pg_server *s);
/* postgresql://… of a new schema, as good as a database of its own. */
void pg_server_url(struct pg_server *s, char *dst, size_t cap);
/* Where LADA_HQ_DB is "postgresql" the tests of lada-hq run on it instead of SQLite: a server, or
 * NULL. Without the programs all is skipped, which is said. */
struct pg_server *pg_server_wanted(void);

#endif
