// SPDX-License-Identifier: Apache-2.0
#include "firmware/files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "firmware/base/log.h"

static int make_dirs(const char *path)
{
	char part[PATH_MAX];

	for (const char *p = path + 1;; p++) {
		if (*p != '/' && *p != '\0')
			continue;
		if (text_fmt(part, sizeof(part), "%.*s", (int)(p - path), path) < 0)
			return -ENAMETOOLONG;
		if (mkdir(part, 0700) < 0 && errno != EEXIST)
			return -errno;
		if (*p == '\0')
			return 0;
	}
}

int files_lock(const char *data, char *ret_message, size_t cap)
{
	char path[PATH_MAX];
	int fd, err = make_dirs(data);

	if (err < 0) {
		text_fmt(ret_message, cap, "%s: cannot be made: %s", data, strerror(-err));
		return -EIO;
	}
	text_fmt(path, sizeof(path), "%s/lock", data);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0) {
		text_fmt(ret_message, cap, "%s: %s", path, strerror(errno));
		return -EIO;
	}
	if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		text_fmt(ret_message, cap, "%s is in use: another ladad serves this station", data);
		close(fd);
		return -EBUSY;
	}
	return fd;
}

/* Writes a whole file under a temporary name and renames it, so half a file is never seen. */
static int write_file(const char *path, const char *text)
{
	char temporary[PATH_MAX];
	size_t n = strlen(text);
	int fd, err = 0;

	text_fmt(temporary, sizeof(temporary), "%s.new", path);
	fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	errno = ENOSPC; /* why a file takes less than all */
	if (write(fd, text, n) != (ssize_t)n || fsync(fd) < 0)
		err = -errno;
	close(fd);
	if (err == 0 && rename(temporary, path) < 0)
		err = -errno;
	if (err < 0)
		(void)unlink(temporary);
	return err;
}

static ssize_t read_file(const char *path, char *dst, size_t cap)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = read(fd, dst, cap);
	close(fd);
	return n < 0 ? -EIO : n;
}

int files_identity(const char *data, const struct clock *clock, struct trust_pair *ret_pair,
		   char *ret_message, size_t cap)
{
	uint8_t seed[TRUST_SEED_BYTES];
	char path[PATH_MAX], text[2 * TRUST_SEED_BYTES + 2];
	ssize_t n;
	int err = 0;

	text_fmt(path, sizeof(path), "%s/identity", data);
	n = read_file(path, text, sizeof(text));
	if (n == -ENOENT) {
		clock->random(clock->ctx, seed, sizeof(seed));
		hex_encode(seed, sizeof(seed), text);
		err = write_file(path, text);
		if (err < 0)
			text_fmt(ret_message, cap, "%s: cannot be written: %s", path,
				 strerror(-err));
	} else if (n < (ssize_t)(2 * TRUST_SEED_BYTES) ||
		   hex_decode((struct slice){ text, 2 * TRUST_SEED_BYTES }, seed, sizeof(seed)) <
			   0) {
		text_fmt(ret_message, cap,
			 "%s: is no identity key; restore it from a backup, or move it away and "
			 "have HQ accept a new one",
			 path);
		err = -EBADMSG;
	}
	if (err == 0)
		trust_pair_from_seed(seed, ret_pair);
	explicit_bzero(seed, sizeof(seed));
	explicit_bzero(text, sizeof(text));
	return err;
}

int files_operator_token(const char *data, const struct clock *clock,
			 char ret_token[TOKEN_TEXT_MAX], char *ret_message, size_t cap)
{
	char path[PATH_MAX];
	uint8_t random[32];
	int err;

	clock->random(clock->ctx, random, sizeof(random));
	hex_encode(random, sizeof(random), ret_token);
	text_fmt(path, sizeof(path), "%s/operator-token", data);
	err = write_file(path, ret_token);
	if (err < 0)
		text_fmt(ret_message, cap, "%s: cannot be written: %s", path, strerror(-err));
	return err;
}

void files_mark(const char *data, int64_t epoch, int64_t last)
{
	char path[PATH_MAX], text[64];
	int err;

	text_fmt(path, sizeof(path), "%s/journal-mark", data);
	text_fmt(text, sizeof(text), "%lld %lld\n", (long long)epoch, (long long)last);
	err = write_file(path, text);
	if (err < 0)
		log_warning("%s: cannot be written: %s", path, strerror(-err));
}

bool files_marked(const char *data, int64_t *ret_epoch, int64_t *ret_last)
{
	char path[PATH_MAX], text[64], *end;
	long long epoch, last;
	ssize_t n;

	text_fmt(path, sizeof(path), "%s/journal-mark", data);
	n = read_file(path, text, sizeof(text) - 1);
	if (n <= 0)
		return false;
	text[n] = '\0';
	epoch = strtoll(text, &end, 10);
	last = *end == ' ' ? strtoll(end + 1, &end, 10) : -1;
	if (epoch < 0 || last < 0 || *end != '\n')
		return false;
	*ret_epoch = epoch;
	*ret_last = last;
	return true;
}

/* ---- whom HQ has erased ---- */

#define ERASED_LINE_MAX (2 * ID_MAX + 32)

void files_erased(const char *data,
		  void (*each)(void *ctx, const char *customer, const char *member, int64_t at_ms),
		  void *ctx)
{
	char path[PATH_MAX], line[ERASED_LINE_MAX], *end;
	FILE *f;

	text_fmt(path, sizeof(path), "%s/erased", data);
	f = fopen(path, "re");
	while (f && fgets(line, sizeof(line), f)) {
		char *member = strchr(line, ' '), *at = member ? strchr(member + 1, ' ') : NULL;
		long long at_ms;

		if (!at)
			continue;
		*member++ = *at++ = '\0';
		at_ms = strtoll(at, &end, 10);
		if (*end != '\n' || !id_valid(slice_of(line)))
			continue;
		each(ctx, line, id_valid(slice_of(member)) ? member : "", at_ms);
	}
	if (f)
		fclose(f);
}

bool files_erased_begin(struct files_erased_out *out, const char *data)
{
	char path[sizeof(out->path) + 8];
	int fd;

	*out = (struct files_erased_out){ .file = NULL };
	if (text_fmt(out->path, sizeof(out->path), "%s/erased", data) < 0)
		return false;
	text_fmt(path, sizeof(path), "%s.new", out->path);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	out->file = fd < 0 ? NULL : fdopen(fd, "w");
	if (fd >= 0 && !out->file)
		close(fd);
	return out->file != NULL;
}

bool files_erased_add(struct files_erased_out *out, const char *customer, const char *member,
		      int64_t at_ms)
{
	return fprintf(out->file, "%s %s %lld\n", customer, member[0] ? member : "-",
		       (long long)at_ms) > 0;
}

bool files_erased_end(struct files_erased_out *out, bool good)
{
	char path[sizeof(out->path) + 8];

	if (!out->file)
		return false;
	text_fmt(path, sizeof(path), "%s.new", out->path);
	good = good && fflush(out->file) == 0 && fsync(fileno(out->file)) == 0;
	good = fclose(out->file) == 0 && good && rename(path, out->path) == 0;
	out->file = NULL;
	if (!good) {
		unlink(path);
		log_warning("%s: cannot be written: %s", out->path, strerror(errno));
	}
	return good;
}

void files_forget(const char *data, const char *name, int64_t before_ms)
{
	char path[PATH_MAX];
	struct dirent *entry;
	struct stat s;
	DIR *dir;

	text_fmt(path, sizeof(path), "%s/%s", data, name);
	dir = opendir(path);
	while (dir && (entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] == '.' ||
		    fstatat(dirfd(dir), entry->d_name, &s, AT_SYMLINK_NOFOLLOW) < 0 ||
		    !S_ISREG(s.st_mode) || (int64_t)s.st_mtime * 1000 >= before_ms)
			continue;
		unlinkat(dirfd(dir), entry->d_name, 0);
	}
	if (dir)
		closedir(dir);
}
