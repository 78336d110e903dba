// SPDX-License-Identifier: Apache-2.0
#include "sync/hq/blob.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool blob_name_valid(const char *sha256)
{
	return strlen(sha256) == BLOB_NAME_MAX - 1 &&
	       strspn(sha256, "0123456789abcdef") == BLOB_NAME_MAX - 1;
}

static int open_blob(const struct hq *hq, const char *name)
{
	char path[4096];
	struct stat st;
	int fd;

	if (!hq->blobs || text_fmt(path, sizeof(path), "%s/%s", hq->blobs, name) < 0)
		return -1;
	/* A pipe put there must not hold up everyone. */
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd >= 0 && (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))) {
		close(fd);
		fd = -1;
	}
	return fd;
}

static void add_bytes(struct buf *m, int fd, int64_t offset, int64_t length)
{
	size_t room = m->cap - m->len;

	if (length > BLOB_BLOCK_MAX)
		length = BLOB_BLOCK_MAX;
	if ((size_t)length > room)
		length = (int64_t)room;
	while (length > 0) {
		ssize_t got = pread(fd, m->p + m->len, (size_t)length, offset);

		if (got <= 0)
			return;
		m->len += (size_t)got;
		offset += got;
		length -= got;
	}
}

void blob_answer(struct hq *hq, const char *store, const char *lane, const char *ask,
		 const char *sha256, int64_t offset, int64_t length)
{
	struct buf *m = &hq->message;
	int fd = open_blob(hq, sha256);

	buf_reset(m);
	buf_text(m, ask);
	buf_byte(m, '\n');
	if (fd >= 0) {
		add_bytes(m, fd, offset, length);
		close(fd);
	}
	post_add(&hq->post, buf_read(m), "%s/%s/blob", store, lane);
}
