// SPDX-License-Identifier: Apache-2.0
/*
 * Reading ahead: a layer under SQLite for the database file. Pages are small, so that a handover
 * writes little; who walks a table, as sending a day's events does, would pay a system call for
 * each. So reads that follow one another fetch a block, and further ones are served from it.
 * Every write and every transaction's start forgets the block: another program may have written.
 *
 * Owner: db.c. Files other than a main database pass through.
 */
#ifndef LADA_STORE_AHEAD_H
#define LADA_STORE_AHEAD_H

#define AHEAD_VFS "lada-ahead"

/* Makes the layer known to SQLite, once a process. NULL when it cannot: use the default then. */
const char *ahead_vfs(void);

#endif
