// SPDX-License-Identifier: Apache-2.0
/* The customer display: what the station writes to a pseudo-terminal, as two lines in a file. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/sim/commands.h"
#include "tests/sim/pole_parse.h"
#include "tests/sim/terminal.h"

static const char program[] = "lada-sim pole";

static const char help[] =
	"Usage: lada-sim pole --link PATH --out FILE [--dialect epson|cd5220]\n"
	"\n"
	"A 2x20 customer display (Epson DM-D and CD5220 commands) on a pseudo-terminal with a\n"
	"stable symbolic link PATH. FILE holds its two lines as UTF-8 text and is replaced at\n"
	"every change, and so is a line of JSON printed. With --dialect it knows the commands of\n"
	"one family only. Ends at SIGTERM.\n";

struct show {
	const char *out;
	enum pole_dialect dialect;
	struct terminal terminal;
	struct pole pole;
	struct sim_buf shown;
	bool failed;
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
static void show_write(struct show *s)
{
	struct sim_buf text = { 0 };

	pole_text(&s->pole, &text);
	if (text.len != s->shown.len || memcmp(text.bytes, s->shown.bytes, text.len) != 0) {
		const int r = sim_write_file(s->out, text.bytes, text.len);

		if (r) {
			fprintf(stderr, "%s: %s: %s\n", program, s->out, strerror(-r));
			s->failed = s->terminal.stopped = true;
		}
		s->shown.len = 0;
		sim_buf_add(&s->shown, text.bytes, text.len);
		show_print(s);
	}
	sim_buf_free(&text);
}

static void show_heard(void *ctx, const uint8_t *bytes, size_t n)
{
	struct show *s = ctx;

	for (size_t i = 0; i < n; i++)
		pole_feed(&s->pole, bytes[i]);
	show_write(s);
}

static int show_option(void *ctx, int option)
{
	struct show *s = ctx;

	if (option == 'l')
		s->terminal.link = optarg;
	else if (option == 'o')
		s->out = optarg;
	else if (!strcmp(optarg, "epson"))
		s->dialect = POLE_EPSON;
	else if (!strcmp(optarg, "cd5220"))
		s->dialect = POLE_CD5220;
	else
		return sim_usage(program, "--dialect is epson or cd5220");
	return 0;
}

/* Returns -1 to go on, or an exit status. */
static int show_options(struct show *s, int argc, char **argv)
{
	static const struct option options[] = {
		{ "link", required_argument, NULL, 'l' },
		{ "out", required_argument, NULL, 'o' },
		{ "dialect", required_argument, NULL, 'd' },
		SIM_OPTIONS_END,
	};
	const struct sim_command command = { program, help, options, show_option };
	const int r = sim_options(&command, s, argc, argv);

	if (r < 0 && (!s->terminal.link || !s->out))
		return sim_usage(program,
				 "say where the device and its text go: --link PATH --out FILE");
	return r;
}

static int show_run(struct show *s)
{
	if (terminal_open(&s->terminal))
		return 1;
	pole_init(&s->pole, s->dialect);
	show_write(s);
	terminal_loop(&s->terminal);
	terminal_close(&s->terminal);
	sim_buf_free(&s->shown);
	return s->failed ? 1 : 0;
}

int pole_main(int argc, char **argv)
{
	struct show *s = sim_alloc(NULL, sizeof(*s));
	int r;

	memset(s, 0, sizeof(*s));
	s->terminal.program = program;
	s->terminal.ctx = s;
	s->terminal.heard = show_heard;
	r = show_options(s, argc, argv);
	if (r < 0)
		r = show_run(s);
	free(s);
	return r;
}
