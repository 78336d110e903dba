// SPDX-License-Identifier: Apache-2.0
/* The customer display: what the station writes to a pseudo-terminal, as two lines in a file. */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/sim/commands.h"
#include "tests/sim/pole_parse.h"
#include "tests/sim/pty.h"

static const char program[] = "lada-sim pole";

static const char help[] =
	"Usage: lada-sim pole --link PATH --out FILE [--dialect epson|cd5220]\n"
	"\n"
	"A 2x20 customer display (Epson DM-D and CD5220 commands) on a pseudo-terminal with a\n"
	"stable symbolic link PATH. FILE holds its two lines as UTF-8 text and is replaced at\n"
	"every change, and so is a line of JSON printed. With --dialect it knows the commands of\n"
	"one family only. Ends at SIGTERM.\n";

struct show {
	const char *link;
	const char *out;
	enum pole_dialect dialect;
	int signals;
	struct pty pty;
	struct pole pole;
	struct sim_buf shown;
};

/* {"lines":["…","…"],"unknown":N,"clears":N,"written":N} */
static void show_print(const struct show *s)
{
	const uint8_t *at = s->shown.bytes, *end = at + s->shown.len;
	struct sim_buf line = { 0 };

	sim_buf_text(&line, "{\"lines\":[");
	while (at < end) {
		const uint8_t *lf = memchr(at, '\n', (size_t)(end - at));

		if (at > s->shown.bytes)
			sim_buf_text(&line, ",");
		sim_buf_json(&line, at, (size_t)(lf - at));
		at = lf + 1;
	}
	printf("%.*s],\"unknown\":%" PRIu64 ",\"clears\":%" PRIu64 ",\"written\":%" PRIu64 "}\n",
	       (int)line.len, (const char *)line.bytes, s->pole.unknown, s->pole.clears,
	       s->pole.written);
	fflush(stdout);
	sim_buf_free(&line);
}

/* Writes the file if its text would change. */
static int show_write(struct show *s)
{
	struct sim_buf text = { 0 };
	int r = 0;

	pole_text(&s->pole, &text);
	if (text.len != s->shown.len || memcmp(text.bytes, s->shown.bytes, text.len) != 0) {
		r = sim_write_file(s->out, text.bytes, text.len);
		s->shown.len = 0;
		sim_buf_add(&s->shown, text.bytes, text.len);
		show_print(s);
	}
	sim_buf_free(&text);
	return r;
}

static int show_loop(struct show *s)
{
	uint8_t bytes[1024];
	int r = show_write(s);

	while (!r) {
		struct pollfd fds[2] = {
			{ .fd = s->signals, .events = POLLIN },
			{ .fd = s->pty.master, .events = POLLIN },
		};
		ssize_t n;

		if (poll(fds, 2, -1) < 0 && errno != EINTR)
			return -errno;
		if (fds[0].revents)
			return 0;
		n = read(s->pty.master, bytes, sizeof(bytes));
		for (ssize_t i = 0; i < n; i++)
			pole_feed(&s->pole, bytes[i]);
		r = show_write(s);
	}
	return r;
}

/* Returns -1 to go on, or an exit status. */
static int show_options(struct show *s, int argc, char **argv)
{
	static const struct option options[] = {
		{ "link", required_argument, NULL, 'l' }, { "out", required_argument, NULL, 'o' },
		{ "help", no_argument, NULL, 'h' },	  { "version", no_argument, NULL, 'v' },
		{ "dialect", required_argument, NULL, 'd' }, { NULL, 0, NULL, 0 },
	};
	int option;

	opterr = 0;
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'h' || option == 'v') {
			fputs(option == 'h' ? help : "lada-sim " SIM_VERSION "\n", stdout);
			return 0;
		}
		if (option == 'l')
			s->link = optarg;
		else if (option == 'o')
			s->out = optarg;
		else if (option == 'd' && !strcmp(optarg, "epson"))
			s->dialect = POLE_EPSON;
		else if (option == 'd' && !strcmp(optarg, "cd5220"))
			s->dialect = POLE_CD5220;
		else if (option == 'd')
			return sim_usage(program, "--dialect is epson or cd5220");
		else
			return sim_usage(program, "unknown option, or an option without its value");
	}
	if (optind < argc)
		return sim_usage(program, "\"%s\" is too much", argv[optind]);
	if (!s->link || !s->out)
		return sim_usage(program, "say where the device and its text go: --link PATH --out FILE");
	return -1;
}

int pole_main(int argc, char **argv)
{
	struct show *s = sim_alloc(NULL, sizeof(*s));
	int r;

	memset(s, 0, sizeof(*s));
	r = show_options(s, argc, argv);
	if (r >= 0)
		goto out;
	pole_init(&s->pole, s->dialect);
	s->signals = sim_signals_open();
	r = s->signals < 0 ? s->signals : pty_open(&s->pty, s->link);
	if (r < 0) {
		fprintf(stderr, "%s: %s: %s\n", program, s->link, strerror(-r));
		r = 1;
		goto out;
	}
	r = show_loop(s);
	if (r)
		fprintf(stderr, "%s: %s: %s\n", program, s->out, strerror(-r));
	r = r ? 1 : 0;
	pty_close(&s->pty);
	sim_buf_free(&s->shown);
out:
	free(s);
	return r;
}
