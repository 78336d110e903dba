// SPDX-License-Identifier: Apache-2.0
/*
 * Commands to lanes (INTERFACES section 4, "Commands"): kept until they are answered by event
 * `cmd.done` or have expired. `serve` says a new one at once and repeats all that wait; a lane
 * does each id once, so repeats do no harm, and the file outlives broker and serve.
 */
#ifndef LADA_SYNC_HQ_COMMAND_H
#define LADA_SYNC_HQ_COMMAND_H

#include <stdio.h>

#include "sync/hq/hq.h"

#define COMMAND_REPEAT_MS   5000
#define COMMAND_ARGS_MAX    4096 /* bytes of `args` as JSON */
#define COMMAND_DETAIL_MAX  1024 /* of an answer that are kept */
#define COMMAND_WAITING_MAX 64	 /* of one lane at once */

struct command {
	const char *store, *lane, *cmd;
	struct slice args;  /* a JSON object */
	int64_t expires_ms; /* wall */
};

/* resync, print-test, restart, diagnose, message or set. */
bool command_valid(const char *cmd);
/* Writes `k=v` (a text) and `k:=JSON` as a JSON object. -EINVAL: a word is neither; -E2BIG. */
int command_args(const char *const *words, int count, struct buf *out);
/* Puts it into the file and commits: 0; -EAGAIN: the lane has too many waiting; -EIO. */
int command_add(struct hq *hq, const struct command *c, char ret_id[ULID_TEXT_MAX]);
/* Posts what is new and, every COMMAND_REPEAT_MS, all that wait; ends what has expired. */
void command_tick(struct hq *hq);
/* A lane's answer; of a command this file does not know, or a second one: nothing. */
void command_answered(struct hq *hq, const char *store, const char *lane, const char *id, bool ok,
		      struct json detail);

/* Waits until it is answered or has expired, and prints what came: 0 done, -EPROTO the lane says
 * no, -ETIME expired, -ENOENT, -EIO. */
int command_wait(struct hq *hq, const char *id, FILE *out);
/* All that are kept, oldest first; `store` and `lane` may be NULL. 0 or -EIO. */
int command_list(struct hq *hq, const char *store, const char *lane, bool json, FILE *out);

#endif
