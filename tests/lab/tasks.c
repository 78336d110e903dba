// SPDX-License-Identifier: Apache-2.0
#include "tests/lab/tasks.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "firmware/base/bytes.h"

#define IDLE_MS		1000
#define CHUNK_MAX_BYTES 4096
#define READ_BYTES	4096

void lab_say(int control, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	if (vdprintf(control, format, args) < 0)
		perror("lab: the host is gone");
	va_end(args);
}

void tasks_init(struct tasks *t, int control)
{
	memset(t, 0, sizeof(*t));
	t->control = control;
	for (size_t i = 0; i < TASKS_MAX; i++)
		t->list[i].fd = -1;
}

static struct task *begin(struct tasks *t, const char *id)
{
	for (size_t i = 0; i < TASKS_MAX; i++) {
		struct task *task = &t->list[i];

		if (task->kind != TASK_NONE)
			continue;
		memset(task, 0, sizeof(*task));
		task->fd = -1;
		return text_fmt(task->id, sizeof(task->id), "%s", id) < 0 ? NULL : task;
	}
	return NULL;
}

static void end(struct task *task)
{
	if (task->fd >= 0)
		close(task->fd);
	sim_buf_free(&task->bytes);
	task->fd = -1;
	task->kind = TASK_NONE;
}

int tasks_run(struct tasks *t, const char *id, const char *command)
{
	struct task *task = begin(t, id);
	int ends[2];

	if (!task)
		return -EBUSY;
	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	task->child = fork();
	if (task->child == 0) {
		sigset_t none;

		sigemptyset(&none);
		sigprocmask(SIG_SETMASK, &none, NULL);
		dup2(ends[1], STDOUT_FILENO);
		dup2(ends[1], STDERR_FILENO);
		execl("/bin/sh", "sh", "-c", command, (char *)NULL);
		_exit(127);
	}
	close(ends[1]);
	if (task->child < 0) {
		close(ends[0]);
		return -EAGAIN;
	}
	task->fd = ends[0];
	task->kind = TASK_RUN;
	return 0;
}

static int take_chunks(struct task *task, const char *chunks)
{
	uint8_t bytes[CHUNK_MAX_BYTES];

	while (*chunks) {
		const size_t n = strcspn(chunks, " ");

		if (n == 0 || n % 2 || n / 2 > sizeof(bytes) || task->count == TASK_CHUNKS_MAX)
			return -EMSGSIZE;
		if (hex_decode((struct slice){ chunks, n }, bytes, n / 2) < 0)
			return -EBADMSG;
		sim_buf_add(&task->bytes, bytes, n / 2);
		task->sizes[task->count++] = (uint16_t)(n / 2);
		chunks += n + (chunks[n] == ' ');
	}
	return task->count ? 0 : -EINVAL;
}

int tasks_type(struct tasks *t, const char *id, const char *device, int gap_ms, int timeout_ms,
	       const char *chunks)
{
	struct task *task = begin(t, id);
	int r;

	if (!task)
		return -EBUSY;
	r = take_chunks(task, chunks);
	if (r == 0) {
		task->fd = open(device, O_RDWR | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
		r = task->fd < 0 ? -errno : 0;
	}
	if (r < 0) {
		end(task);
		return r;
	}
	task->gap_ms = gap_ms;
	task->next_ms = sim_now_ms();
	task->deadline_ms = task->next_ms + timeout_ms;
	task->kind = TASK_TYPE;
	return 0;
}

int tasks_polls(struct tasks *t, struct pollfd *fds, int64_t now_ms)
{
	int64_t wait_ms = IDLE_MS;

	for (size_t i = 0; i < TASKS_MAX; i++) {
		const struct task *task = &t->list[i];

		fds[i] = (struct pollfd){ .fd = -1 };
		if (task->kind == TASK_RUN)
			fds[i] = (struct pollfd){ .fd = task->fd, .events = POLLIN };
		if (task->kind != TASK_TYPE)
			continue;
		if (now_ms >= task->next_ms)
			fds[i] = (struct pollfd){ .fd = task->fd, .events = POLLOUT };
		else if (task->next_ms - now_ms < wait_ms)
			wait_ms = task->next_ms - now_ms;
		if (task->deadline_ms - now_ms < wait_ms)
			wait_ms = task->deadline_ms > now_ms ? task->deadline_ms - now_ms : 0;
	}
	return (int)wait_ms;
}

static void step_run(struct tasks *t, struct task *task)
{
	uint8_t bytes[READ_BYTES];
	const ssize_t n = read(task->fd, bytes, sizeof(bytes));
	int status = 0;
	char *hex;

	if (n > 0) {
		sim_buf_add(&task->bytes, bytes, (size_t)n);
		return;
	}
	waitpid(task->child, &status, 0);
	hex = sim_alloc(NULL, task->bytes.len * 2 + 1);
	hex_encode(task->bytes.bytes, task->bytes.len, hex);
	lab_say(t->control, "%s ok %d %s\n", task->id,
		WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), hex);
	free(hex);
	end(task);
}

static void typed(struct tasks *t, struct task *task, const char *why)
{
	lab_say(t->control, "%s ok %zu %s\n", task->id, task->done, why);
	end(task);
}

static void step_type(struct tasks *t, struct task *task, const struct pollfd *polled,
		      int64_t now_ms)
{
	ssize_t n;

	if (now_ms >= task->deadline_ms) {
		typed(t, task, "late");
		return;
	}
	if (polled->fd < 0 || !polled->revents)
		return;
	if (task->done == task->count) {
		typed(t, task, "all"); /* the device can take more, so it has taken the last */
		return;
	}
	n = write(task->fd, task->bytes.bytes + task->at, task->sizes[task->done] - task->part);
	if (n < 0 && errno != EAGAIN) {
		typed(t, task, strerrorname_np(errno));
		return;
	}
	if (n <= 0) {
		task->next_ms = now_ms + 1;
		return;
	}
	task->at += (size_t)n;
	task->part += (size_t)n;
	if (task->part < task->sizes[task->done])
		return;
	task->part = 0;
	task->done++;
	task->next_ms = now_ms + task->gap_ms;
}

void tasks_step(struct tasks *t, const struct pollfd *fds, int64_t now_ms)
{
	for (size_t i = 0; i < TASKS_MAX; i++) {
		struct task *task = &t->list[i];

		if (task->kind == TASK_RUN && fds[i].fd == task->fd && fds[i].revents)
			step_run(t, task);
		else if (task->kind == TASK_TYPE)
			step_type(t, task, &fds[i], now_ms);
	}
}
