// SPDX-License-Identifier: Apache-2.0
/*
 * Taking records in: JSON lines or one JSON array of
 * {"store","stream"?,"op":"put"|"del"|"reopen"|"erase" (put),"type","id","rev"?,"body"}.
 *
 * A `rev` above the stored one is taken as it is. Without one, or with one that is not above:
 * the same body changes nothing, another becomes rev + 1. So a system that knows no revs may
 * say everything again as often as it likes. `reopen` (of an order: "of", "why") and `erase` (of
 * a member: "customer") are the two ops of the contract that undo what stores own or hold.
 *
 * What is refused is said line by line on stderr; the rest goes in. A large text is taken in by
 * slices, each a transaction, so that a serve need not wait for the whole: after a failure what
 * went before is in, and the text may be imported again.
 */
#ifndef LADA_SYNC_HQ_IMPORT_H
#define LADA_SYNC_HQ_IMPORT_H

#include "sync/hq/hq.h"

#define IMPORT_FILE_MAX	     (1024L * 1024 * 1024)
#define IMPORT_SLICE_ROWS    5000 /* at most; and where a slice takes long, at least */
#define IMPORT_SLICE_ROWS_IN 100
#define IMPORT_SLICE_MS	     200
#define IMPORT_YIELD_MS	     10 /* between two, for others who wait for the file */

struct import_counts {
	long changed, unchanged, refused;
};

/* One element. NULL, or why it is refused (in ret_room or a constant); counts it. */
const char *import_one(struct hq *hq, struct json element, struct import_counts *counts,
		       char *ret_room, size_t cap);
/* A whole text, named `name` in messages. 0; -EBADMSG: an array that is no JSON; -EIO or -EAGAIN:
 * counts is of what went in before. */
int import_text(struct hq *hq, const char *name, struct slice text, struct import_counts *counts);
/* One record: an element as above, or the bare body of an order with `id` and `store`. 0 or
 * -EINVAL after a message on stderr; *ret_id, *ret_store and *ret_rev then say what stands. */
int import_order(struct hq *hq, const char *name, struct slice text, char ret_store[ID_MAX + 1],
		 char ret_id[ID_MAX + 1], int64_t *ret_rev);
/* Reads a file, "-" is standard input, into memory the caller frees. 0 or negative errno. */
int import_read(const char *path, struct slice *ret_text);

#endif
