// SPDX-License-Identifier: Apache-2.0
/*
 * A recording (drivers/record.h) on disk while it is made. At any moment the file is a whole trace
 * that says in its last lines how it ended, so that one that broke off, with the process or on a
 * full disk, still plays and is not taken for all there was. Synced when it is finished.
 *
 * Each step writes what is new and an ending behind it; the next step writes over the ending. When
 * there is no room for a step, there is still the place of the last ending, and the ending that
 * says so goes there: so it may not be longer than the endings before.
 */
#ifndef LADA_TRACE_FILE_H
#define LADA_TRACE_FILE_H

#include "firmware/base/bytes.h"

struct trace_file {
	int fd;		/* -1: none */
	size_t written; /* of the text, whole lines */
};

/* Makes the directory if it is missing, and the file, which must not be there. Negative errno. */
int trace_file_open(struct trace_file *f, const char *dir, const char *path);
/* `text` is all there is so far, of which the file has the beginning. Negative errno: then only
 * trace_file_close() makes a trace of it again. */
int trace_file_step(struct trace_file *f, struct slice text, struct slice ending);
/* What the file has gets this ending in place of the last (n = 0: none, it is all there was), and
 * the file is closed. */
int trace_file_close(struct trace_file *f, struct slice ending);

#endif
