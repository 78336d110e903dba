// SPDX-License-Identifier: Apache-2.0
/*
 * The database as a file, for the operator's tool: copies, checks, reading the journal. None of
 * this runs in ladad. Readers open read-only, so they may look while ladad serves.
 */
#ifndef LADA_STORE_FILE_H
#define LADA_STORE_FILE_H

#include "firmware/base/bytes.h"

/* A consistent copy of a database that may be in use, written to `to` (mode 0600) only when it
 * is whole and sound. 0, -EBADMSG (not ours, damaged), -EIO, with a message. */
int file_copy(const char *from, const char *to, char *ret_message, size_t cap);
/* Moves a database's write-ahead log into it, as far as it can be read. */
void file_settle(const char *path);
/* Marks a copy as restored: its station opens a new epoch, above `floor`, at its next start. */
int file_mark_restored(const char *path, int64_t floor, char *ret_message, size_t cap);
/* The newest epoch a database knows, 0 when it cannot be read. */
int64_t file_epoch(const char *path);

struct file_event {
	int64_t epoch;
	int64_t seq;
	bool acked;
	struct slice type, e, person;
};
/* Every event in order, above number `after` (a count over all epochs). Stops when `each`
 * returns false. -EBADMSG or -EIO with a message. */
int file_journal(const char *path, int64_t after,
		 bool (*each)(void *ctx, int64_t number, const struct file_event *event), void *ctx,
		 char *ret_message, size_t cap);

/* What is still there of a journal: every epoch in order, oldest first. */
struct file_epoch {
	int64_t epoch;
	int64_t last; /* its newest event, kept or not */
	int64_t acked;
	char prev[33]; /* hash of event `noted` */
	int64_t noted;
};
int file_epochs(const char *path, bool (*each)(void *ctx, const struct file_epoch *epoch),
		void *ctx, char *ret_message, size_t cap);

/* Ops that could not be applied, and events HQ rejected: newest first. */
struct file_letter {
	int64_t n;
	int64_t stream; /* enum stream */
	int64_t epoch, seq, at_ms;
	struct slice id, reason, op;
};
int file_letters(const char *path, void (*each)(void *ctx, const struct file_letter *letter),
		 void *ctx, char *ret_message, size_t cap);
struct file_reject {
	int64_t epoch, seq;
	struct slice type, reason; /* type "" when the event is not kept any more */
};
int file_rejects(const char *path, void (*each)(void *ctx, const struct file_reject *reject),
		 void *ctx, char *ret_message, size_t cap);

/* A day's key figures, row by row (store/figure.h); false from `each` stops. */
struct file_figure {
	int hour;
	int64_t n, sum;
	struct slice lane, what, part;
};
int file_day(const char *path, int64_t day,
	     bool (*each)(void *ctx, const struct file_figure *row), void *ctx, char *ret_message,
	     size_t cap);

struct file_figures {
	int64_t records, events, waiting, letters, jobs_unfinished;
};
int file_figures(const char *path, struct file_figures *ret, char *ret_message, size_t cap);

#endif
