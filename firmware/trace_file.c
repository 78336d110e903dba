// SPDX-License-Identifier: Apache-2.0
#include "firmware/trace_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

int trace_file_open(struct trace_file *f, const char *dir, const char *path)
{
	*f = (struct trace_file){ .fd = -1 };
	if (mkdir(dir, 0700) < 0 && errno != EEXIST)
		return -errno;
	f->fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	return f->fd < 0 ? -errno : 0;
}

/* In one call, which a kill does not divide; a file takes less than all only for want of room. */
static int put(struct trace_file *f, struct slice fresh, struct slice ending)
{
	const struct iovec parts[] = { { (void *)(uintptr_t)fresh.p, fresh.n },
				       { (void *)(uintptr_t)ending.p, ending.n } };
	const size_t all = fresh.n + ending.n;
	const ssize_t n = pwritev(f->fd, parts, 2, (off_t)f->written);

	if (n < 0)
		return -errno;
	if ((size_t)n < all)
		return -ENOSPC;
	return ftruncate(f->fd, (off_t)(f->written + all)) < 0 ? -errno : 0;
}

int trace_file_step(struct trace_file *f, struct slice text, struct slice ending)
{
	int err;

	if (f->fd < 0 || text.n == f->written)
		return 0;
	err = put(f, (struct slice){ text.p + f->written, text.n - f->written }, ending);
	if (err == 0)
		f->written = text.n;
	return err;
}

int trace_file_close(struct trace_file *f, struct slice ending)
{
	int err;

	if (f->fd < 0)
		return 0;
	err = put(f, (struct slice){ "", 0 }, ending);
	if (fsync(f->fd) < 0 && err == 0)
		err = -errno;
	if (close(f->fd) < 0 && err == 0)
		err = -errno;
	f->fd = -1;
	return err;
}
