// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/util.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#define BUF_MAX_BYTES (64u << 20)

void *sim_alloc(void *old, size_t bytes)
{
	void *p = realloc(old, bytes ? bytes : 1);

	if (!p) {
		fprintf(stderr, "lada-sim: out of memory (%zu bytes)\n", bytes);
		abort();
	}
	return p;
}

void sim_buf_add(struct sim_buf *buf, const void *bytes, size_t n)
{
	if (n > BUF_MAX_BYTES - buf->len)
		n = BUF_MAX_BYTES - buf->len;
	if (!n)
		return;
	if (buf->len + n > buf->cap) {
		buf->cap = (buf->len + n) * 2;
		buf->bytes = sim_alloc(buf->bytes, buf->cap);
	}
	memcpy(buf->bytes + buf->len, bytes, n);
	buf->len += n;
}

void sim_buf_text(struct sim_buf *buf, const char *text)
{
	sim_buf_add(buf, text, strlen(text));
}

void sim_buf_format(struct sim_buf *buf, const char *format, ...)
{
	char text[1024];
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (n > 0)
		sim_buf_add(buf, text, (size_t)n < sizeof(text) ? (size_t)n : sizeof(text) - 1);
}

void sim_buf_utf8(struct sim_buf *buf, uint32_t codepoint)
{
	uint8_t b[4];
	size_t n = 0;

	if (codepoint < 0x80) {
		b[n++] = (uint8_t)codepoint;
	} else if (codepoint < 0x800) {
		b[n++] = (uint8_t)(0xC0 | codepoint >> 6);
		b[n++] = (uint8_t)(0x80 | (codepoint & 0x3F));
	} else if (codepoint < 0x10000) {
		b[n++] = (uint8_t)(0xE0 | codepoint >> 12);
		b[n++] = (uint8_t)(0x80 | (codepoint >> 6 & 0x3F));
		b[n++] = (uint8_t)(0x80 | (codepoint & 0x3F));
	} else {
		b[n++] = (uint8_t)(0xF0 | codepoint >> 18);
		b[n++] = (uint8_t)(0x80 | (codepoint >> 12 & 0x3F));
		b[n++] = (uint8_t)(0x80 | (codepoint >> 6 & 0x3F));
		b[n++] = (uint8_t)(0x80 | (codepoint & 0x3F));
	}
	sim_buf_add(buf, b, n);
}

size_t sim_utf8_length(const uint8_t *bytes, size_t n)
{
	static const uint32_t least[5] = { 0, 0, 0x80, 0x800, 0x10000 };
	const uint8_t first = n ? bytes[0] : 0xFF;
	const size_t len = first < 0x80	  ? 1
			   : first < 0xC2 ? 0
			   : first < 0xE0 ? 2
			   : first < 0xF0 ? 3
			   : first < 0xF5 ? 4
					  : 0;
	uint32_t codepoint = len > 1 ? first & (0x7Fu >> len) : first;

	if (!len || len > n)
		return 0;
	for (size_t i = 1; i < len; i++) {
		if ((bytes[i] & 0xC0) != 0x80)
			return 0;
		codepoint = codepoint << 6 | (bytes[i] & 0x3F);
	}
	if (codepoint < least[len] || codepoint > 0x10FFFF || (codepoint >> 11) == 0x1B)
		return 0;
	return len;
}

void sim_buf_json(struct sim_buf *buf, const uint8_t *bytes, size_t n)
{
	sim_buf_text(buf, "\"");
	for (size_t i = 0; i < n;) {
		const size_t len = sim_utf8_length(bytes + i, n - i);

		if (!len || bytes[i] < 0x20 || bytes[i] == 0x7F) {
			sim_buf_format(buf, "\\u%04x", bytes[i]);
			i++;
			continue;
		}
		if (bytes[i] == '"' || bytes[i] == '\\')
			sim_buf_text(buf, "\\");
		sim_buf_add(buf, bytes + i, len);
		i += len;
	}
	sim_buf_text(buf, "\"");
}

void sim_buf_visible(struct sim_buf *buf, const uint8_t *bytes, size_t n)
{
	for (size_t i = 0; i < n;) {
		const size_t len = sim_utf8_length(bytes + i, n - i);

		if (!len || bytes[i] < 0x20 || bytes[i] == 0x7F) {
			sim_buf_format(buf, "\\x%02X", bytes[i]);
			i++;
			continue;
		}
		sim_buf_add(buf, bytes + i, len);
		i += len;
	}
}

void sim_buf_free(struct sim_buf *buf)
{
	free(buf->bytes);
	*buf = (struct sim_buf){ 0 };
}

int64_t sim_now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

int64_t sim_now_ms(void)
{
	return sim_now_ns() / 1000000;
}

void sim_utc(char ret_text[SIM_UTC_BYTES])
{
	struct timespec t;
	struct tm tm;
	char seconds[24];

	clock_gettime(CLOCK_REALTIME, &t);
	gmtime_r(&t.tv_sec, &tm);
	strftime(seconds, sizeof(seconds), "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(ret_text, SIM_UTC_BYTES, "%s.%03dZ", seconds, (int)(t.tv_nsec / 1000000) % 1000);
}

int sim_number(const char *text, long min, long max, long *ret_number)
{
	char *end;
	long number;

	if (*text < '0' || *text > '9')
		return -EINVAL;
	errno = 0;
	number = strtol(text, &end, 10);
	if (errno || *end || number < min || number > max)
		return -EINVAL;
	*ret_number = number;
	return 0;
}

int sim_signals_open(void)
{
	const struct sigaction ignore = { .sa_handler = SIG_IGN };
	sigset_t set;
	int fd;

	sigaction(SIGPIPE, &ignore, NULL);
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
		return -errno;
	fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return fd < 0 ? -errno : fd;
}

void sim_lines_init(struct sim_lines *lines, int fd)
{
	memset(lines, 0, sizeof(*lines));
	lines->fd = fd;
}

int sim_lines_fill(struct sim_lines *lines)
{
	ssize_t n;

	memmove(lines->bytes, lines->bytes + lines->taken, lines->len - lines->taken);
	lines->len -= lines->taken;
	lines->taken = 0;
	if (lines->len == sizeof(lines->bytes)) {
		lines->skipping = true;
		lines->len = 0;
	}
	n = read(lines->fd, lines->bytes + lines->len, sizeof(lines->bytes) - lines->len);
	if (n < 0)
		return errno == EINTR || errno == EAGAIN ? 0 : -errno;
	lines->eof = n == 0;
	lines->len += (size_t)n;
	return 0;
}

char *sim_lines_next(struct sim_lines *lines, size_t *ret_len)
{
	for (;;) {
		char *start = lines->bytes + lines->taken;
		const size_t left = lines->len - lines->taken;
		char *end = left ? memchr(start, '\n', left) : NULL;
		size_t len = end ? (size_t)(end - start) : left;
		const bool skipped = lines->skipping;

		if (!end && !(lines->eof && left && left < sizeof(lines->bytes)))
			return NULL;
		lines->taken += end ? len + 1 : len;
		lines->skipping = false;
		if (skipped) {
			fprintf(stderr, "lada-sim: a line over %d bytes was left out\n",
				SIM_LINE_MAX_BYTES);
			continue;
		}
		start[len] = '\0';
		*ret_len = len;
		return start;
	}
}

int sim_write_file(const char *path, const void *bytes, size_t n)
{
	char temporary[PATH_MAX];
	FILE *f;
	int r = 0;

	if (snprintf(temporary, sizeof(temporary), "%s.tmp%d", path, (int)getpid()) >=
	    (int)sizeof(temporary))
		return -ENAMETOOLONG;
	f = fopen(temporary, "we");
	if (!f)
		return -errno;
	if (n && fwrite(bytes, 1, n, f) != n)
		r = -EIO;
	if (fclose(f) != 0 && !r)
		r = -errno;
	if (!r && rename(temporary, path) < 0)
		r = -errno;
	if (r)
		unlink(temporary);
	return r;
}

int sim_usage(const char *program, const char *format, ...)
{
	va_list args;

	fprintf(stderr, "%s: ", program);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fprintf(stderr, "\nTry: %s --help\n", program);
	return 2;
}

int sim_options(const struct sim_command *command, void *ctx, int argc, char **argv)
{
	int option, r;

	opterr = 0;
	while ((option = getopt_long(argc, argv, "", command->options, NULL)) != -1) {
		if (option == 'h' || option == 'v') {
			fputs(option == 'h' ? command->help : "lada-sim " SIM_VERSION "\n", stdout);
			return 0;
		}
		if (option == '?')
			return sim_usage(command->program,
					 "unknown option, or an option without its value");
		r = command->take(ctx, option);
		if (r)
			return r;
	}
	if (optind < argc)
		return sim_usage(command->program, "\"%s\" is too much", argv[optind]);
	return -1;
}
