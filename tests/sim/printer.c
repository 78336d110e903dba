// SPDX-License-Identifier: Apache-2.0
/*
 * The printer's sockets: one connection at a time on TCP, commands on standard input, jobs
 * into a directory. The printer itself is device.c; nothing here knows ESC/POS.
 */
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/sim/commands.h"
#include "tests/sim/jobs.h"

#define READ_BYTES	  4096
#define ANSWERS_MAX_BYTES 65536
/* Small, so that the sender soon feels a full printer, as with a real one. */
#define SOCKET_BUFFER_BYTES 8192

static const char program[] = "lada-sim printer";

static const char help[] =
	"Usage: lada-sim printer --listen HOST:PORT --out DIR [options]\n"
	"\n"
	"An ESC/POS receipt printer on TCP that answers status requests like an Epson TM-T20II.\n"
	"Prints \"listening HOST:PORT\" when it is ready (port 0 = choose one). Each finished job\n"
	"becomes DIR/NNN.bin, NNN.png, NNN.txt and a line in DIR/jobs.jsonl; each drawer kick a\n"
	"line in DIR/drawer.jsonl.\n"
	"\n"
	"  --listen HOST:PORT  where to listen\n"
	"  --out DIR           where jobs go (made if it is missing)\n"
	"  --fault LIST        faults to start with, separated by commas:\n"
	"      paper-out       no paper: offline, keeps its buffer, prints the rest afterwards\n"
	"      paper-out@N     runs out of paper N bytes into a job\n"
	"      near-end        the roll is nearly used up\n"
	"      cover           the cover is open\n"
	"      cutter          cutter error; after its end DLE ENQ recovers\n"
	"      heat            the head is too hot; ends with the fault\n"
	"      no-process      does not answer GS ( H\n"
	"      no-status       does not answer GS r\n"
	"      no-identity     does not answer GS I\n"
	"      no-auto         has no automatic status\n"
	"      slow            prints 1000 bytes a second\n"
	"      crawl           takes one byte a second\n"
	"      deaf            prints, answers nothing\n"
	"      garbage         answers random bytes\n"
	"      drop@N          closes the connection once after N bytes\n"
	"      off             refuses connections\n"
	"  --dots N            width of the paper: 576 (default), 512 or 384\n"
	"  --buffer N          receive buffer in bytes (default 4096)\n"
	"  --drawer-ms N       an opened drawer closes after N ms (default 2000, 0 = stays open)\n"
	"  --maker TEXT        answer to GS I 66 (default EPSON)\n"
	"  --model TEXT        answer to GS I 67 (default TM-T20II); \"MAKER MODEL\" sets both\n"
	"  --drawer-open LEVEL the contact while the drawer is open: high (default) or low\n"
	"  --clone             takes bytes 80h.. as GB18030 until FS . like cheap boards\n"
	"  --font FILE         the font to draw with (default DejaVu Sans Mono)\n"
	"\n"
	"Lines on standard input while it runs: fault LIST, fault none, power off, power on, "
	"power\n"
	"cycle (the connection stays, the buffer is lost), drawer open, drawer close.\n";

struct printer {
	const char *listen;
	const char *out;
	const char *fault;
	const char *font_path;
	struct device_config config;
	char maker[64]; /* of --model "MAKER MODEL" */

	int signals;
	int listener;	/* -1 while refusing */
	int connection; /* -1 = none */
	struct sockaddr_storage address;
	socklen_t address_len;
	struct sim_lines commands;
	bool commands_open;
	struct sim_buf answers; /* waiting to be sent */
	struct jobs jobs;
	struct device device;
};

static void printer_answer(void *ctx, const uint8_t *bytes, size_t n)
{
	struct printer *p = ctx;

	/* Without a listener, and to one that never reads, answers are lost. */
	if (p->connection >= 0 && p->answers.len + n <= ANSWERS_MAX_BYTES)
		sim_buf_add(&p->answers, bytes, n);
}

static void printer_job(void *ctx, const struct device_job *job)
{
	struct printer *p = ctx;
	const int r = jobs_write(&p->jobs, job);

	if (r)
		fprintf(stderr, "%s: job %u: %s\n", program, p->jobs.last, strerror(-r));
}

static void printer_drawer(void *ctx, int pin, int on_ms, bool realtime)
{
	struct printer *p = ctx;
	const int r = jobs_write_drawer(&p->jobs, pin, on_ms, realtime);

	if (r)
		fprintf(stderr, "%s: drawer: %s\n", program, strerror(-r));
}

/* HOST:PORT, the host perhaps in brackets. */
static int printer_resolve(struct printer *p)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE };
	struct addrinfo *found;
	char host[256];
	const char *colon = strrchr(p->listen, ':');
	const char *start = p->listen;
	size_t len = colon ? (size_t)(colon - start) : 0;

	if (len >= 2 && start[0] == '[' && start[len - 1] == ']') {
		start++;
		len -= 2;
	}
	if (!len || len >= sizeof(host) || !colon[1])
		return -EINVAL;
	memcpy(host, start, len);
	host[len] = '\0';
	if (getaddrinfo(host, colon + 1, &hints, &found) != 0)
		return -EADDRNOTAVAIL;
	memcpy(&p->address, found->ai_addr, found->ai_addrlen);
	p->address_len = found->ai_addrlen;
	freeaddrinfo(found);
	return 0;
}

static int printer_open_listener(struct printer *p)
{
	const int one = 1;
	const int bytes = SOCKET_BUFFER_BYTES;
	int r;

	p->listener = socket(p->address.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (p->listener < 0)
		return -errno;
	setsockopt(p->listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	setsockopt(p->listener, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes));
	if (bind(p->listener, (struct sockaddr *)&p->address, p->address_len) < 0 ||
	    listen(p->listener, 4) < 0 ||
	    /* From now on the same port, also after "off" and "power off". */
	    getsockname(p->listener, (struct sockaddr *)&p->address, &p->address_len) < 0) {
		r = -errno;
		close(p->listener);
		p->listener = -1;
		return r;
	}
	return 0;
}

static void printer_say_listening(const struct printer *p)
{
	char host[NI_MAXHOST];
	char port[NI_MAXSERV];

	if (getnameinfo((const struct sockaddr *)&p->address, p->address_len, host, sizeof(host),
			port, sizeof(port), NI_NUMERICHOST | NI_NUMERICSERV) != 0)
		return;
	printf(strchr(host, ':') ? "listening [%s]:%s\n" : "listening %s:%s\n", host, port);
	fflush(stdout);
}

static void printer_hang_up(struct printer *p)
{
	if (p->connection < 0)
		return;
	close(p->connection);
	p->connection = -1;
	p->answers.len = 0;
	device_disconnected(&p->device, sim_now_ms());
}

static void printer_accept(struct printer *p)
{
	p->connection = accept4(p->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	p->answers.len = 0;
	if (p->connection >= 0 && device_drop_due(&p->device))
		printer_hang_up(p);
}

static void printer_receive(struct printer *p)
{
	uint8_t bytes[READ_BYTES];
	size_t room = device_room(&p->device);
	ssize_t n;

	if (!room)
		return;
	n = recv(p->connection, bytes, room < sizeof(bytes) ? room : sizeof(bytes), 0);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		printer_hang_up(p);
		return;
	}
	device_receive(&p->device, bytes, (size_t)n, sim_now_ms());
	if (device_drop_due(&p->device))
		printer_hang_up(p);
}

static void printer_send(struct printer *p)
{
	ssize_t n;

	if (p->connection < 0 || !p->answers.len)
		return;
	n = send(p->connection, p->answers.bytes, p->answers.len, MSG_NOSIGNAL);
	if (n < 0 && errno != EAGAIN && errno != EINTR) {
		printer_hang_up(p);
		return;
	}
	if (n > 0) {
		p->answers.len -= (size_t)n;
		memmove(p->answers.bytes, p->answers.bytes + n, p->answers.len);
	}
}

static void printer_command(struct printer *p, const char *line)
{
	struct device *device = &p->device;
	const int64_t now_ms = sim_now_ms();

	if (!strcmp(line, "power off") || !strcmp(line, "power on"))
		device_set_power(device, !strcmp(line, "power on"), now_ms);
	else if (!strcmp(line, "power cycle"))
		device_power_cycle(device, now_ms);
	else if (!strcmp(line, "drawer open") || !strcmp(line, "drawer close"))
		device_set_drawer(device, !strcmp(line, "drawer open"), now_ms);
	else if (strncmp(line, "fault ", 6) || device_set_faults(device, line + 6, now_ms))
		fprintf(stderr,
			"%s: \"%s\" is no command; say fault LIST, fault none, power off, "
			"power on, power cycle, drawer open or drawer close\n",
			program, line);
}

static void printer_commands(struct printer *p)
{
	char *line;
	size_t n;

	if (sim_lines_fill(&p->commands) < 0 || p->commands.eof)
		p->commands_open = false;
	while ((line = sim_lines_next(&p->commands, &n)))
		if (n)
			printer_command(p, line);
}

/* Opens and closes the door as the faults say. */
static void printer_follow_faults(struct printer *p)
{
	const bool accepting = device_accepting(&p->device);

	if (!accepting && p->listener >= 0) {
		close(p->listener);
		p->listener = -1;
	}
	if (!accepting)
		printer_hang_up(p);
	if (accepting && p->listener < 0) {
		const int r = printer_open_listener(p);

		if (r)
			fprintf(stderr, "%s: cannot listen again: %s\n", program, strerror(-r));
	}
}

static int printer_timeout_ms(const struct printer *p)
{
	const int timeout_ms = device_timeout_ms(&p->device, sim_now_ms());

	/* A port that was taken meanwhile is tried again. */
	if (device_accepting(&p->device) && p->listener < 0 && (timeout_ms < 0 || timeout_ms > 500))
		return 500;
	return timeout_ms;
}

static void printer_loop(struct printer *p)
{
	for (;;) {
		const bool room = device_room(&p->device) > 0;
		struct pollfd fds[4] = {
			{ .fd = p->signals, .events = POLLIN },
			{ .fd = p->commands_open ? STDIN_FILENO : -1, .events = POLLIN },
			{ .fd = p->connection < 0 ? p->listener : -1, .events = POLLIN },
			{ .fd = p->connection,
			  .events = (short)((room ? POLLIN : 0) | (p->answers.len ? POLLOUT : 0)) },
		};

		if (poll(fds, 4, printer_timeout_ms(p)) < 0 && errno != EINTR)
			return;
		if (fds[0].revents)
			return;
		/* Commands first: a test that sets a fault and then connects must find it set. */
		if (fds[1].revents)
			printer_commands(p);
		device_tick(&p->device, sim_now_ms());
		printer_follow_faults(p);
		if (fds[2].revents && p->listener >= 0)
			printer_accept(p);
		if (fds[3].revents & (POLLERR | POLLHUP) && !room)
			printer_hang_up(p);
		else if (fds[3].revents & ~POLLOUT && p->connection >= 0)
			printer_receive(p);
		printer_send(p);
	}
}

/* "EPSON TM-T20II", or the model alone. */
static int printer_model(struct printer *p, const char *text)
{
	const char *space = strchr(text, ' ');
	const size_t n = space ? (size_t)(space - text) : 0;

	p->config.model = text;
	if (!n)
		return 0;
	if (n >= sizeof(p->maker))
		return sim_usage(program, "--model has too long a maker");
	memcpy(p->maker, text, n);
	p->config.maker = p->maker;
	p->config.model = space + 1;
	return 0;
}

static int printer_option(void *ctx, int option)
{
	struct printer *p = ctx;
	long number = 0;

	switch (option) {
	case 'l':
		p->listen = optarg;
		return 0;
	case 'o':
		p->out = optarg;
		return 0;
	case 'f':
		p->fault = optarg;
		return 0;
	case 'F':
		p->font_path = optarg;
		return 0;
	case 'm':
		p->config.maker = optarg;
		return 0;
	case 'M':
		return printer_model(p, optarg);
	case 'O':
		p->config.drawer_low = !strcmp(optarg, "low");
		if (!p->config.drawer_low && strcmp(optarg, "high"))
			return sim_usage(program, "--drawer-open is high or low");
		return 0;
	case 'c':
		p->config.starts_wide = true;
		return 0;
	case 'd':
		if (sim_number(optarg, 1, 1000, &number) ||
		    (number != 576 && number != 512 && number != 384))
			return sim_usage(program, "--dots is 576, 512 or 384");
		p->config.dots = (int)number;
		return 0;
	case 'b':
		if (sim_number(optarg, 16, DEVICE_BUFFER_MAX_BYTES, &number))
			return sim_usage(program, "--buffer is 16 to %d bytes",
					 DEVICE_BUFFER_MAX_BYTES);
		p->config.buffer_bytes = (size_t)number;
		return 0;
	case 'D':
		if (sim_number(optarg, 0, 3600000, &number))
			return sim_usage(program, "--drawer-ms is 0 to 3600000");
		p->config.drawer_ms = (int)number;
		return 0;
	}
	return 0;
}

/* Returns -1 to go on, or an exit status. */
static int printer_options(struct printer *p, int argc, char **argv)
{
	static const struct option options[] = {
		{ "listen", required_argument, NULL, 'l' },
		{ "out", required_argument, NULL, 'o' },
		{ "fault", required_argument, NULL, 'f' },
		{ "dots", required_argument, NULL, 'd' },
		{ "buffer", required_argument, NULL, 'b' },
		{ "drawer-ms", required_argument, NULL, 'D' },
		{ "maker", required_argument, NULL, 'm' },
		{ "model", required_argument, NULL, 'M' },
		{ "drawer-open", required_argument, NULL, 'O' },
		{ "clone", no_argument, NULL, 'c' },
		{ "font", required_argument, NULL, 'F' },
		SIM_OPTIONS_END,
	};
	const struct sim_command command = { program, help, options, printer_option };
	const int r = sim_options(&command, p, argc, argv);

	if (r >= 0)
		return r;
	if (!p->listen || !p->out)
		return sim_usage(program, "say where to listen and where jobs go: "
					  "--listen HOST:PORT --out DIR");
	if (printer_resolve(p) == -EINVAL)
		return sim_usage(program, "--listen is HOST:PORT, such as 127.0.0.1:9100");
	return -1;
}

static int printer_fail(const char *what, int error)
{
	fprintf(stderr, "%s: %s: %s\n", program, what, strerror(-error));
	return 1;
}

/* Sets everything up and runs; returns an exit status. */
static int printer_run(struct printer *p)
{
	const struct device_sink sink = { p, printer_answer, printer_job, printer_drawer };
	int status = 1;
	int r;

	r = font_open(p->font_path, &p->config.font);
	if (r) {
		fprintf(stderr,
			"%s: cannot read the font %s; install fonts-dejavu-core or say "
			"--font FILE\n",
			program, p->font_path);
		return 1;
	}
	device_init(&p->device, &p->config, &sink, sim_now_ms());
	if (p->fault && device_set_faults(&p->device, p->fault, sim_now_ms())) {
		status = sim_usage(program, "--fault \"%s\" is unknown", p->fault);
		goto out;
	}
	p->signals = sim_signals_open();
	r = p->signals < 0 ? p->signals : jobs_open(&p->jobs, p->out);
	if (r < 0) {
		status = printer_fail(p->out, r);
		goto out;
	}
	/* Opened even when "off", so that the port is known. */
	r = p->address_len ? printer_open_listener(p) : -EADDRNOTAVAIL;
	if (r) {
		status = printer_fail(p->listen, r);
		goto out;
	}
	printer_follow_faults(p);
	printer_say_listening(p);
	sim_lines_init(&p->commands, STDIN_FILENO);
	p->commands_open = true;
	printer_loop(p);
	printer_hang_up(p);
	status = 0;
out:
	if (p->listener >= 0)
		close(p->listener);
	device_free(&p->device);
	font_close(p->config.font);
	sim_buf_free(&p->answers);
	return status;
}

int printer_main(int argc, char **argv)
{
	struct printer *p = sim_alloc(NULL, sizeof(*p));
	int r;

	memset(p, 0, sizeof(*p));
	p->listener = p->connection = -1;
	p->font_path = FONT_PATH;
	p->config = (struct device_config){
		.maker = "EPSON",
		.model = "TM-T20II",
		.dots = 576,
		.buffer_bytes = 4096,
		.drawer_ms = 2000,
	};
	r = printer_options(p, argc, argv);
	if (r < 0)
		r = printer_run(p);
	free(p);
	return r;
}
