// SPDX-License-Identifier: Apache-2.0
/*
 * What takes time for the lab's agent, several at once: running a shell command, and typing
 * reports or bytes into a device's far side. Each answers its request once, when it is over.
 *
 * A typed chunk counts when the device has taken it whole; the task is over when all have, when
 * the device refuses one (the cable is out), or at the deadline.
 * Owner: the agent's loop. Times are ms of the monotonic clock.
 */
#ifndef LADA_LAB_TASKS_H
#define LADA_LAB_TASKS_H

#include <poll.h>
#include <stdint.h>
#include <sys/types.h>

#include "tests/sim/util.h"

#define TASKS_MAX	8
#define TASK_CHUNKS_MAX 1024
#define TASK_ID_MAX	16

enum task_kind { TASK_NONE, TASK_RUN, TASK_TYPE };

struct task {
	enum task_kind kind;
	char id[TASK_ID_MAX];
	int fd;
	pid_t child;	      /* run */
	struct sim_buf bytes; /* run: what it said; type: the chunks */
	uint16_t sizes[TASK_CHUNKS_MAX];
	size_t count, done; /* chunks */
	size_t at;	    /* in bytes */
	size_t part;	    /* of the present chunk */
	int gap_ms;
	int64_t next_ms; /* no chunk before */
	int64_t deadline_ms;
};

struct tasks {
	struct task list[TASKS_MAX];
	int control;
};

void tasks_init(struct tasks *t, int control);
/* Both: 0, or a negative errno (nothing has begun then). */
int tasks_run(struct tasks *t, const char *id, const char *command);
/* `chunks`: hex, divided by blanks. */
int tasks_type(struct tasks *t, const char *id, const char *device, int gap_ms, int timeout_ms,
	       const char *chunks);

/* Fills fds[TASKS_MAX]; returns how long the loop may wait. */
int tasks_polls(struct tasks *t, struct pollfd *fds, int64_t now_ms);
void tasks_step(struct tasks *t, const struct pollfd *fds, int64_t now_ms);

/* One line to the host. */
void lab_say(int control, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
