// SPDX-License-Identifier: Apache-2.0
/*
 * SQLite files in memory, which become the default of this process: a database is one block of
 * bytes, so putting back an earlier state of it is one memcpy, and connections with all their
 * prepared statements stay open meanwhile (they see by the change counter of the file that what
 * they remember is old). Nothing of it reaches a disk. One thread.
 *
 * An image must come from the same template as the file it is put into: then the schema is the
 * same, and no statement has to be prepared again.
 */
#ifndef LADA_TESTS_FAULTS_MEMORY_H
#define LADA_TESTS_FAULTS_MEMORY_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MEMORY_NAME_MAX 128

struct image {
	uint8_t *p;
	size_t n, cap;
};

/* Before anything else touches SQLite. */
void memory_start(void);
/* The first connection that was opened to a file: its owner's. */
sqlite3 *memory_connection(const char *name);
/* What the file holds, as committed. The image is made larger when it has to be. */
void memory_save(const char *name, struct image *image);
/* Puts it back; what temporary tables held is gone too, as it is after a restart. */
void memory_load(const char *name, const struct image *image);
/* What a restart of the program would lose: its temporary tables. */
void memory_forget_temporary(const char *name);
void memory_remove(const char *name);
void image_free(struct image *image);

#endif
