// SPDX-License-Identifier: Apache-2.0
/*
 * The station's own files in its data directory: the lock that keeps a second process out, its
 * identity key, the operator's token, and how far the journal was. All are made with mode 0600
 * where they are missing.
 */
#ifndef LADA_FIRMWARE_FILES_H
#define LADA_FIRMWARE_FILES_H

#include <stdio.h>

#include "firmware/base/clock.h"
#include "firmware/door.h"
#include "firmware/trust/keys.h"

/* Makes the directory (0700) and takes its lock for as long as the process lives. A descriptor,
 * -EBUSY (another process has it) or -EIO, with a message. */
int files_lock(const char *data, char *ret_message, size_t cap);
/* Reads or makes `identity` (seed as hex). 0, -EBADMSG, -EIO with a message. */
int files_identity(const char *data, const struct clock *clock, struct trust_pair *ret_pair,
		   char *ret_message, size_t cap);
/* How far the journal is, left in `journal-mark` at each start and stop: a database that is behind
 * it is a copy of before, whoever put it there and how. False: there is no mark. */
void files_mark(const char *data, int64_t epoch, int64_t last);
bool files_marked(const char *data, int64_t *ret_epoch, int64_t *ret_last);
/* Customers whom HQ has erased, in `erased`, a line each: "CUSTOMER MEMBER TIME". They are kept
 * apart from the database, of which an older copy may be put back. Reading passes over what is no
 * such line; writing takes the place of the file when all was written and synced. */
void files_erased(const char *data,
		  void (*each)(void *ctx, const char *customer, const char *member, int64_t at_ms),
		  void *ctx);
struct files_erased_out {
	FILE *file;
	char path[512];
};
bool files_erased_begin(struct files_erased_out *out, const char *data);
bool files_erased_add(struct files_erased_out *out, const char *customer, const char *member,
		      int64_t at_ms);
bool files_erased_end(struct files_erased_out *out, bool good);
/* Removes the files of a directory in `data` that were written last before then. */
void files_forget(const char *data, const char *name, int64_t before_ms);
/* Makes a new token at every start and leaves it in `operator-token` for `lada`. */
int files_operator_token(const char *data, const struct clock *clock,
			 char ret_token[TOKEN_TEXT_MAX], char *ret_message, size_t cap);

#endif
