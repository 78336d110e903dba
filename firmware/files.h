// SPDX-License-Identifier: Apache-2.0
/*
 * The station's own files in its data directory: the lock that keeps a second process out, its
 * identity key, the operator's token, and how far the journal was. All are made with mode 0600
 * where they are missing.
 */
#ifndef LADA_FIRMWARE_FILES_H
#define LADA_FIRMWARE_FILES_H

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
/* Makes a new token at every start and leaves it in `operator-token` for `lada`. */
int files_operator_token(const char *data, const struct clock *clock,
			 char ret_token[TOKEN_TEXT_MAX], char *ret_message, size_t cap);

#endif
