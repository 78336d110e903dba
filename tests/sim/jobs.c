// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/jobs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static unsigned int job_number(const char *name)
{
	const size_t digits = strspn(name, "0123456789");
	const char *suffix = name + digits;

	if (digits < 3 || digits > 9)
		return 0;
	if (strcmp(suffix, ".txt") && strcmp(suffix, ".png") && strcmp(suffix, ".bin"))
		return 0;
	return (unsigned int)strtoul(name, NULL, 10);
}

int jobs_open(struct jobs *jobs, const char *dir)
{
	struct dirent *entry;
	DIR *d;

	if (snprintf(jobs->dir, sizeof(jobs->dir), "%s", dir) >= (int)sizeof(jobs->dir))
		return -ENAMETOOLONG;
	jobs->last = 0;
	if (mkdir(dir, 0777) < 0 && errno != EEXIST)
		return -errno;
	d = opendir(dir);
	if (!d)
		return -errno;
	while ((entry = readdir(d)))
		if (job_number(entry->d_name) > jobs->last)
			jobs->last = job_number(entry->d_name);
	closedir(d);
	return 0;
}

static int jobs_append(const struct jobs *jobs, const char *name, const struct sim_buf *line)
{
	char path[PATH_MAX];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "%s/%s", jobs->dir, name);
	fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
	if (fd < 0)
		return -errno;
	n = write(fd, line->bytes, line->len);
	close(fd);
	return n == (ssize_t)line->len ? 0 : -EIO;
}

static int job_write_png(const struct jobs *jobs, unsigned int number, const struct paper *paper)
{
	char temporary[PATH_MAX];
	char path[PATH_MAX];
	/* A picture needs at least one row. */
	struct bitmap blank = { 0 };
	int r;

	snprintf(path, sizeof(path), "%s/%03u.png", jobs->dir, number);
	snprintf(temporary, sizeof(temporary), "%s/%03u.png.tmp", jobs->dir, number);
	bitmap_init(&blank, paper->dots, 1);
	r = png_write(temporary, paper->dots_out.height ? &paper->dots_out : &blank, PAPER_DPI);
	bitmap_free(&blank);
	if (!r && rename(temporary, path) < 0)
		r = -errno;
	if (r)
		unlink(temporary);
	return r;
}

static int job_write_text(const struct jobs *jobs, unsigned int number,
			  const struct device_job *job)
{
	struct sim_buf text = { 0 };
	char path[PATH_MAX];
	int r;

	snprintf(path, sizeof(path), "%s/%03u.txt", jobs->dir, number);
	sim_buf_add(&text, job->paper->text.bytes, job->paper->text.len);
	if (job->cut)
		sim_buf_text(&text, "[CUT]\n");
	r = sim_write_file(path, text.bytes, text.len);
	sim_buf_free(&text);
	return r;
}

static int job_write_line(const struct jobs *jobs, unsigned int number,
			  const struct device_job *job)
{
	const struct sim_buf *qr = &job->paper->qr_json;
	struct sim_buf line = { 0 };
	char at[SIM_UTC_BYTES];
	int r;

	sim_utc(at);
	sim_buf_format(&line, "{\"job\":%u,\"bytes\":%zu,\"unknown\":%" PRIu64, number, job->raw_len,
		       job->unknown);
	sim_buf_format(&line, ",\"cut\":%s,\"drawer\":%u,\"qr\":[", job->cut ? "true" : "false",
		       job->drawer);
	sim_buf_add(&line, qr->bytes, qr->len);
	sim_buf_format(&line, "],\"at\":\"%s\",\"ignored\":%" PRIu64 ",\"stray\":%" PRIu64 "}\n", at,
		       job->ignored, job->stray);
	r = jobs_append(jobs, "jobs.jsonl", &line);
	sim_buf_free(&line);
	return r;
}

int jobs_write(struct jobs *jobs, const struct device_job *job)
{
	const unsigned int number = ++jobs->last;
	char path[PATH_MAX];
	int r;

	snprintf(path, sizeof(path), "%s/%03u.bin", jobs->dir, number);
	r = sim_write_file(path, job->raw, job->raw_len);
	if (!r)
		r = job_write_png(jobs, number, job->paper);
	if (!r)
		r = job_write_text(jobs, number, job);
	if (!r)
		r = job_write_line(jobs, number, job);
	return r;
}

int jobs_write_drawer(const struct jobs *jobs, int pin, int on_ms, bool realtime)
{
	struct sim_buf line = { 0 };
	char at[SIM_UTC_BYTES];
	int r;

	sim_utc(at);
	sim_buf_format(&line, "{\"pin\":%d,\"on_ms\":%d,\"realtime\":%s,\"at\":\"%s\"}\n", pin, on_ms,
		       realtime ? "true" : "false", at);
	r = jobs_append(jobs, "drawer.jsonl", &line);
	sim_buf_free(&line);
	return r;
}
