// SPDX-License-Identifier: Apache-2.0
/*
 * Small words the simulator's files share: a growing byte buffer, clocks, signals as a file
 * descriptor, lines from a descriptor, files that appear whole.
 *
 * The simulator is a test tool: running out of memory ends it (sim_alloc), everything else
 * is reported as a negative errno. Buffers are owned by whoever declares them.
 */
#ifndef LADA_SIM_UTIL_H
#define LADA_SIM_UTIL_H

#include <getopt.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SIM_VERSION	   "0.1.0"
#define SIM_LINE_MAX_BYTES 65536
#define SIM_UTC_BYTES	   32

/* Zero-initialise; grows as needed up to 64 MiB, then what does not fit is dropped. */
struct sim_buf {
	uint8_t *bytes;
	size_t len;
	size_t cap;
};

/* Lines of a descriptor, read when the caller's poll says so. */
struct sim_lines {
	int fd;
	bool eof;
	bool skipping; /* inside a line longer than the maximum */
	size_t len;
	size_t taken;
	char bytes[SIM_LINE_MAX_BYTES];
};

void *sim_alloc(void *old, size_t bytes);

void sim_buf_add(struct sim_buf *buf, const void *bytes, size_t n);
void sim_buf_text(struct sim_buf *buf, const char *text);
void sim_buf_format(struct sim_buf *buf, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void sim_buf_utf8(struct sim_buf *buf, uint32_t codepoint);
/* A JSON string with its quotes; bytes that are not UTF-8 become \u00XX. */
void sim_buf_json(struct sim_buf *buf, const uint8_t *bytes, size_t n);
/* Text on one line: control characters and bytes that are not UTF-8 become \xXX. */
void sim_buf_visible(struct sim_buf *buf, const uint8_t *bytes, size_t n);
void sim_buf_free(struct sim_buf *buf);

/* Length of the UTF-8 sequence at the start of bytes, 0 if there is none. */
size_t sim_utf8_length(const uint8_t *bytes, size_t n);

int64_t sim_now_ns(void);
int64_t sim_now_ms(void);
void sim_utc(char ret_text[SIM_UTC_BYTES]);

/* A whole decimal number in [min, max]; -EINVAL otherwise. */
int sim_number(const char *text, long min, long max, long *ret_number);

/* Blocks SIGINT, SIGTERM and SIGHUP and returns a descriptor that becomes readable on them. */
int sim_signals_open(void);

void sim_lines_init(struct sim_lines *lines, int fd);
/* One read(); sets eof. Returns 0, or a negative errno. */
int sim_lines_fill(struct sim_lines *lines);
/* The next whole line without its end, valid until the next fill; NULL when there is none. */
char *sim_lines_next(struct sim_lines *lines, size_t *ret_len);

/* Writes to a temporary name beside path and renames, so nobody reads half a file. */
int sim_write_file(const char *path, const void *bytes, size_t n);

/* Says what is wrong with the command line and how to get help; returns 2. */
int sim_usage(const char *program, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A command line. `take` gets each option's letter, its value in optarg, and returns 0 or an exit
 * status. The table of options ends with SIM_OPTIONS_END. */
struct sim_command {
	const char *program;
	const char *help;
	const struct option *options;
	int (*take)(void *ctx, int option);
};

#define SIM_OPTIONS_END                                                                            \
	{ "help", no_argument, NULL, 'h' }, { "version", no_argument, NULL, 'v' },                 \
	{                                                                                          \
		NULL, 0, NULL, 0                                                                   \
	}

/* Returns -1 to go on, or an exit status: of --help and --version, and of what is wrong. */
int sim_options(const struct sim_command *command, void *ctx, int argc, char **argv);

#endif
