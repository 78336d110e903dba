// SPDX-License-Identifier: Apache-2.0
/*
 * HQ of the simulation: the parts of sync/hq behind its MQTT link, on a database in memory, turned
 * as `lada-hq serve` turns them. Names inside HQ and inside a station are the same words for
 * different things, so this header is all that either side sees of the other, and the objects
 * behind it are linked by themselves first (Makefile).
 */
#ifndef LADA_TESTS_FAULTS_CENTRE_H
#define LADA_TESTS_FAULTS_CENTRE_H

#include <sqlite3.h>
#include <stdbool.h>

#include "firmware/base/bytes.h"
#include "firmware/base/clock.h"

struct centre;

struct centre_pipe {
	void (*publish)(void *ctx, const char *topic, struct slice payload, bool retain);
	void *ctx;
};

/* Where a turn ends when HQ dies in it. */
enum centre_end {
	CENTRE_WHOLE,
	CENTRE_BEFORE_COMMIT,
	CENTRE_AFTER_COMMIT, /* nothing published */
	CENTRE_MIDWAY,	     /* some of it published */
};

/* `path` is unique to the process; NULL when it cannot be opened. */
struct centre *centre_open(const char *path, const struct clock *clock,
			   const struct centre_pipe *pipe);
void centre_close(struct centre *c);
sqlite3 *centre_db(const struct centre *c);
/* Starts as a program starts, on what the database holds. */
void centre_boot(struct centre *c);
/* What is not committed is gone. */
void centre_kill(struct centre *c);
void centre_link(struct centre *c, bool connected);
void centre_message(struct centre *c, const char *topic, struct slice payload, bool retained);
/* One turn of serve: commit, then publish. False when the database failed. */
bool centre_turn(struct centre *c, enum centre_end end);
/* JSON lines, as another program would import them: in its own transaction. Refused: false. */
bool centre_import(struct centre *c, struct slice element);
/* A record that no check has seen. */
void centre_force(struct centre *c, const char *store, const char *type, const char *id,
		  struct slice body);

#endif
