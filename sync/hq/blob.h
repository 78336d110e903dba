// SPDX-License-Identifier: Apache-2.0
/*
 * Blocks of update files: `serve --blobs DIR` answers asks for the file of DIR that is named by
 * its SHA-256 in lower-case hex. The station checks the whole against that name.
 */
#ifndef LADA_SYNC_HQ_BLOB_H
#define LADA_SYNC_HQ_BLOB_H

#include "sync/hq/hq.h"

#define BLOB_BLOCK_MAX (256 * 1024) /* bytes an answer; who asks for more gets this much */
#define BLOB_NAME_MAX  65	    /* 64 hex digits and a NUL */

bool blob_name_valid(const char *sha256);
/* Posts the ask's id, LF and the bytes from `offset` on: fewer at the file's end, none behind it,
 * where there is no such file, and where no directory was given. */
void blob_answer(struct hq *hq, const char *store, const char *lane, const char *ask,
		 const char *sha256, int64_t offset, int64_t length);

#endif
