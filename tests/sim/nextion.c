// SPDX-License-Identifier: Apache-2.0
/* The customer panel: a Nextion on a pseudo-terminal; prints what it shows. */
#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/sim/commands.h"
#include "tests/sim/nextion_parse.h"
#include "tests/sim/pty.h"

#define TEXT_BYTES     100 /* of t0 and t1, as drivers/README.md asks for */
#define TEXT_BYTES_MAX 255

static const char program[] = "lada-sim nextion";

static const char help[] =
	"Usage: lada-sim nextion --link PATH [options]\n"
	"\n"
	"A Nextion panel with text components t0 and t1 and a QR code qr0 on a pseudo-terminal "
	"with\n"
	"a stable symbolic link PATH. Prints a line at every change of what it shows:\n"
	"{\"t0\":\"...\",\"t1\":\"...\",\"qr\":\"...\" or null,\"unknown\":N}. Ends at SIGTERM.\n"
	"\n"
	"  --link PATH    the device name to give to the station\n"
	"  --without-qr   its project has no qr0\n"
	"  --text-max N   bytes t0 and t1 can hold (default 100)\n"
	"\n"
	"On standard input: power off, power on, touch.\n";

struct show {
	const char *link;
	bool without_qr;
	long text_max;
	int signals;
	struct pty pty;
	struct panel panel;
	struct sim_lines lines;
	struct sim_buf shown;
};

static void show_answer(void *ctx, const uint8_t *bytes, size_t n)
{
	const struct show *s = ctx;

	/* A terminal nobody reads fills up; so does a cable. */
	if (write(s->pty.master, bytes, n) < 0 && errno != EAGAIN)
		fprintf(stderr, "%s: %s\n", program, strerror(errno));
}

static void show_print(struct show *s)
{
	struct sim_buf line = { 0 };

	panel_json(&s->panel, &line);
	if (line.len != s->shown.len || memcmp(line.bytes, s->shown.bytes, line.len) != 0) {
		printf("%.*s\n", (int)line.len, (const char *)line.bytes);
		fflush(stdout);
		s->shown.len = 0;
		sim_buf_add(&s->shown, line.bytes, line.len);
	}
	sim_buf_free(&line);
}

static void show_line(struct show *s, const char *line)
{
	if (!strcmp(line, "power off") || !strcmp(line, "power on"))
		panel_power(&s->panel, line[7] == 'n');
	else if (!strcmp(line, "touch"))
		panel_touch(&s->panel, 1, true);
	else if (line[0])
		fprintf(stderr, "%s: power off, power on or touch, not: %s\n", program, line);
	show_print(s);
}

static void show_loop(struct show *s)
{
	uint8_t bytes[1024];
	char *line;
	size_t len;

	for (;;) {
		struct pollfd fds[3] = {
			{ .fd = s->signals, .events = POLLIN },
			{ .fd = s->pty.master, .events = POLLIN },
			{ .fd = s->lines.eof ? -1 : STDIN_FILENO, .events = POLLIN },
		};
		ssize_t n;

		if (poll(fds, 3, -1) < 0)
			continue;
		if (fds[0].revents)
			return;
		n = fds[1].revents ? read(s->pty.master, bytes, sizeof(bytes)) : 0;
		for (ssize_t i = 0; i < n; i++) {
			panel_feed(&s->panel, bytes[i]);
			if (bytes[i] == 0xFF)
				show_print(s);
		}
		if (fds[2].revents && sim_lines_fill(&s->lines) < 0)
			s->lines.eof = true;
		while ((line = sim_lines_next(&s->lines, &len)))
			show_line(s, line);
	}
}

/* Returns -1 to go on, or an exit status. */
static int show_options(struct show *s, int argc, char **argv)
{
	static const struct option options[] = {
		{ "link", required_argument, NULL, 'l' },
		{ "without-qr", no_argument, NULL, 'w' },
		{ "text-max", required_argument, NULL, 't' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'v' },
		{ NULL, 0, NULL, 0 },
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
		else if (option == 'w')
			s->without_qr = true;
		else if (option != 't')
			return sim_usage(program, "unknown option, or an option without its value");
		else if (sim_number(optarg, 1, TEXT_BYTES_MAX, &s->text_max))
			return sim_usage(program, "--text-max is 1 to %d bytes", TEXT_BYTES_MAX);
	}
	if (optind < argc)
		return sim_usage(program, "\"%s\" is too much", argv[optind]);
	if (!s->link)
		return sim_usage(program, "say where the device goes: --link PATH");
	return -1;
}

int nextion_main(int argc, char **argv)
{
	struct show *s = sim_alloc(NULL, sizeof(*s));
	int r;

	memset(s, 0, sizeof(*s));
	s->text_max = TEXT_BYTES;
	r = show_options(s, argc, argv);
	if (r >= 0)
		goto out;
	s->signals = sim_signals_open();
	r = s->signals < 0 ? s->signals : pty_open(&s->pty, s->link);
	if (r < 0) {
		fprintf(stderr, "%s: %s: %s\n", program, s->link, strerror(-r));
		r = 1;
		goto out;
	}
	sim_lines_init(&s->lines, STDIN_FILENO);
	panel_init(&s->panel, !s->without_qr, (size_t)s->text_max, show_answer, s);
	panel_power(&s->panel, true);
	show_print(s);
	show_loop(s);
	pty_close(&s->pty);
	sim_buf_free(&s->shown);
	r = 0;
out:
	free(s);
	return r;
}
