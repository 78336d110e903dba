// SPDX-License-Identifier: Apache-2.0
/* The customer panel: a Nextion on a pseudo-terminal; prints what it shows. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/sim/commands.h"
#include "tests/sim/nextion_parse.h"
#include "tests/sim/terminal.h"

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
	bool without_qr;
	long text_max;
	struct terminal terminal;
	struct panel panel;
	struct sim_buf shown;
};

static void show_answer(void *ctx, const uint8_t *bytes, size_t n)
{
	struct show *s = ctx;

	terminal_send(&s->terminal, bytes, n);
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

static void show_line(void *ctx, const char *line, size_t n)
{
	struct show *s = ctx;

	if (!strcmp(line, "power off") || !strcmp(line, "power on"))
		panel_power(&s->panel, line[7] == 'n');
	else if (!strcmp(line, "touch"))
		panel_touch(&s->panel, 1, true);
	else if (n)
		fprintf(stderr, "%s: power off, power on or touch, not: %s\n", program, line);
	show_print(s);
}

static void show_heard(void *ctx, const uint8_t *bytes, size_t n)
{
	struct show *s = ctx;

	for (size_t i = 0; i < n; i++) {
		panel_feed(&s->panel, bytes[i]);
		if (bytes[i] == 0xFF)
			show_print(s);
	}
}

static int show_option(void *ctx, int option)
{
	struct show *s = ctx;

	if (option == 'l')
		s->terminal.link = optarg;
	else if (option == 'w')
		s->without_qr = true;
	else if (sim_number(optarg, 1, TEXT_BYTES_MAX, &s->text_max))
		return sim_usage(program, "--text-max is 1 to %d bytes", TEXT_BYTES_MAX);
	return 0;
}

/* Returns -1 to go on, or an exit status. */
static int show_options(struct show *s, int argc, char **argv)
{
	static const struct option options[] = {
		{ "link", required_argument, NULL, 'l' },
		{ "without-qr", no_argument, NULL, 'w' },
		{ "text-max", required_argument, NULL, 't' },
		SIM_OPTIONS_END,
	};
	const struct sim_command command = { program, help, options, show_option };
	const int r = sim_options(&command, s, argc, argv);

	if (r < 0 && !s->terminal.link)
		return sim_usage(program, "say where the device goes: --link PATH");
	return r;
}

static int show_run(struct show *s)
{
	if (terminal_open(&s->terminal))
		return 1;
	panel_init(&s->panel, !s->without_qr, (size_t)s->text_max, show_answer, s);
	panel_power(&s->panel, true);
	show_print(s);
	terminal_loop(&s->terminal);
	terminal_close(&s->terminal);
	sim_buf_free(&s->shown);
	return 0;
}

int nextion_main(int argc, char **argv)
{
	struct show *s = sim_alloc(NULL, sizeof(*s));
	int r;

	memset(s, 0, sizeof(*s));
	s->text_max = TEXT_BYTES;
	s->terminal.program = program;
	s->terminal.ctx = s;
	s->terminal.heard = show_heard;
	s->terminal.told = show_line;
	r = show_options(s, argc, argv);
	if (r < 0)
		r = show_run(s);
	free(s);
	return r;
}
