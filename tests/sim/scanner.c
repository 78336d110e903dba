// SPDX-License-Identifier: Apache-2.0
/*
 * The scanner: a pseudo-terminal on which each line of standard input is typed as one scan,
 * framed as a serial scanner frames it, or sent in packets that the station must acknowledge.
 */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/sim/commands.h"
#include "tests/sim/ssi.h"
#include "tests/sim/terminal.h"

#define CHUNK_MAX     65536
#define GAP_MAX_MS    60000
#define LINGER_MAX_MS 600000
#define SSI_TRIES     3

static const char program[] = "lada-sim scanner";

static const char help[] =
	"Usage: lada-sim scanner --link PATH [options]\n"
	"\n"
	"Makes a pseudo-terminal with a stable symbolic link PATH and types each line of\n"
	"standard input on it as one scan. For each it prints a line on standard output:\n"
	"{\"typed\":N,\"bytes\":N,\"at_ns\":T}, T = CLOCK_MONOTONIC just after the last byte.\n"
	"\n"
	"  --link PATH       the device name to give to the station\n"
	"  --suffix KIND     cr (default), lf, crlf, tab, none; etx = framed STX...ETX\n"
	"  --prefix TEXT     before each scan, such as the AIM id ]Q1\n"
	"  --escapes         \\xNN \\r \\n \\t \\\\ in lines and prefix stand for bytes\n"
	"  --protocol KIND   line (default), or ssi: Zebra's packets, sent again until "
	"acknowledged\n"
	"  --ack-ms N        ssi: wait so long for an acknowledgement (default 2000)\n"
	"  --fault KIND      ssi: lose-ack = of each packet the first answer gets lost,\n"
	"                    garble = each packet is broken when first sent\n"
	"  --chunk N         write N bytes at a time\n"
	"  --gap-ms N        wait between the pieces\n"
	"  --linger-ms N     at the end wait so long for the station to read (default 2000)\n"
	"  --stay            stay after the end of input, until SIGTERM\n";

struct suffix {
	const char *name;
	const char *before;
	const char *after;
};

static const struct suffix suffixes[] = {
	{ "cr", "", "\r" },  { "lf", "", "\n" },	{ "crlf", "", "\r\n" },
	{ "tab", "", "\t" }, { "etx", "\x02", "\x03" }, { "none", "", "" },
};

struct scanner {
	const struct suffix *suffix;
	const char *prefix;
	bool escapes;
	bool ssi, lose_ack, garble;
	long ack_ms;
	long chunk; /* 0 = all at once */
	long gap_ms;
	long linger_ms;

	struct terminal terminal;
	struct sim_buf heard; /* ssi: from the station */
	bool packets;	      /* the station asked for them */
	uint8_t answer;	      /* SSI_ACK, SSI_NAK or 0 */
	uint64_t typed;
	bool failed;
};

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Appends text with its escapes undone; -EINVAL at an unknown one. */
static int add_escaped(struct sim_buf *out, const char *text, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		uint8_t byte = (uint8_t)text[i];

		if (byte == '\\') {
			const char c = ++i < n ? text[i] : '\0';
			const int high = c == 'x' && i + 2 < n ? hex_digit(text[i + 1]) : -1;
			const int low = high >= 0 ? hex_digit(text[i + 2]) : -1;

			if (low >= 0) {
				byte = (uint8_t)(high * 16 + low);
				i += 2;
			} else if (c == 'r' || c == 'n' || c == 't' || c == '\\') {
				byte = c == 'r' ? '\r' : c == 'n' ? '\n' : c == 't' ? '\t' : '\\';
			} else {
				return -EINVAL;
			}
		}
		sim_buf_add(out, &byte, 1);
	}
	return 0;
}

static int scan_bytes(const struct scanner *s, const char *line, size_t n, struct sim_buf *out)
{
	int r = 0;

	sim_buf_text(out, s->suffix->before);
	if (s->escapes) {
		r = add_escaped(out, s->prefix, strlen(s->prefix));
		if (!r)
			r = add_escaped(out, line, n);
	} else {
		sim_buf_text(out, s->prefix);
		sim_buf_add(out, line, n);
	}
	sim_buf_text(out, s->suffix->after);
	return r;
}

static int scanner_type(struct scanner *s, const uint8_t *bytes, size_t n)
{
	const size_t chunk = s->chunk ? (size_t)s->chunk : n;
	size_t at = 0;

	while (at < n) {
		const size_t piece = n - at < chunk ? n - at : chunk;
		ssize_t w = write(s->terminal.pty.master, bytes + at, piece);

		if (w < 0 && errno != EAGAIN && errno != EINTR)
			return -errno;
		if (w < 0) {
			if (terminal_wait(&s->terminal, POLLOUT, -1))
				return 0;
			continue;
		}
		at += (size_t)w;
		if (at < n && s->gap_ms && terminal_wait(&s->terminal, 0, (int)s->gap_ms))
			return 0;
	}
	return 0;
}

/* ---- ssi ---- */

static void ssi_obey(struct scanner *s, const struct ssi_command *c)
{
	uint8_t packet[SSI_PACKET_MAX];

	if (c->opcode == SSI_ACK || c->opcode == SSI_NAK) {
		s->answer = c->opcode;
		return;
	}
	/* Parameters come as (beep, number, value). */
	if (c->opcode == SSI_PARAM && c->n == 3 && c->data[1] == 0xee)
		s->packets = c->data[2] == 1;
	if (c->opcode == SSI_BEEP && c->n == 1) {
		printf("{\"beep\":%d}\n", c->data[0]);
		fflush(stdout);
	}
	scanner_type(s, packet, ssi_packet(packet, SSI_ACK, 0, NULL, 0));
}

/* What comes for a scanner that has no commands is dropped. */
static void scanner_heard(void *ctx, const uint8_t *bytes, size_t n)
{
	struct scanner *s = ctx;
	struct ssi_command command;

	if (!s->ssi)
		return;
	sim_buf_add(&s->heard, bytes, n);
	while (ssi_take(s->heard.bytes, s->heard.len, &command)) {
		ssi_obey(s, &command);
		s->heard.len -= command.taken;
		memmove(s->heard.bytes, s->heard.bytes + command.taken, s->heard.len);
	}
}

/* The station's answer, 0 when none came in time. */
static uint8_t ssi_await(struct scanner *s, bool lose)
{
	const int64_t until_ms = sim_now_ms() + s->ack_ms;
	int64_t left_ms;

	s->answer = 0;
	while (!s->answer && (left_ms = until_ms - sim_now_ms()) > 0) {
		if (terminal_wait(&s->terminal, POLLIN, (int)left_ms))
			return 0;
		terminal_hear(&s->terminal);
		if (lose)
			s->answer = 0;
	}
	return s->answer;
}

/* One packet, again until it is acknowledged. */
static int ssi_send(struct scanner *s, uint8_t status, const uint8_t *data, size_t n)
{
	uint8_t packet[SSI_PACKET_MAX];
	int r = 0;

	for (int try = 0; try < SSI_TRIES && !s->terminal.stopped && r == 0; try++) {
		const size_t size = ssi_packet(packet, SSI_DECODE,
					       (uint8_t)(status | (try ? SSI_AGAIN : 0)), data, n);

		if (s->garble && try == 0)
			packet[size - 3] ^= 1;
		r = scanner_type(s, packet, size);
		if (r == 0 && ssi_await(s, s->lose_ack && try == 0) == SSI_ACK)
			return 0;
	}
	return r ? r : -ETIMEDOUT;
}

static int ssi_type(struct scanner *s, const uint8_t *text, size_t n)
{
	const uint8_t type = ssi_type_of(text, n);
	uint8_t data[SSI_DATA_MAX];
	int r = 0;

	for (size_t at = 0, part; at < n && r == 0; at += part) {
		part = n - at < SSI_DATA_MAX - 1 ? n - at : SSI_DATA_MAX - 1;
		data[0] = type;
		memcpy(data + 1, text + at, part);
		r = ssi_send(s, at + part < n ? SSI_MORE : 0, data, part + 1);
	}
	return r;
}

/* ---- scans ---- */

static void scanner_line(void *ctx, const char *line, size_t n)
{
	struct scanner *s = ctx;
	struct sim_buf bytes = { 0 };
	int r;

	if (scan_bytes(s, line, n, &bytes)) {
		fprintf(stderr, "%s: unknown escape in: %s\n", program, line);
		s->failed = true;
		sim_buf_free(&bytes);
		return;
	}
	r = s->packets ? ssi_type(s, bytes.bytes, bytes.len)
		       : scanner_type(s, bytes.bytes, bytes.len);
	if (r) {
		fprintf(stderr, "%s: typing failed: %s\n", program, strerror(-r));
		s->failed = true;
	} else if (!s->terminal.stopped) {
		printf("{\"typed\":%" PRIu64 ",\"bytes\":%zu,\"at_ns\":%" PRId64 "}\n", ++s->typed,
		       bytes.len, sim_now_ns());
		fflush(stdout);
	}
	sim_buf_free(&bytes);
}

/* Closing the terminal would take unread scans away from a slow reader. */
static void scanner_linger(struct scanner *s)
{
	const int64_t until_ms = sim_now_ms() + s->linger_ms;

	while (!s->terminal.stopped && pty_unread(&s->terminal.pty) > 0 && sim_now_ms() < until_ms)
		terminal_wait(&s->terminal, 0, 5);
}

static int scanner_option(void *ctx, int option)
{
	struct scanner *s = ctx;

	switch (option) {
	case 'l':
		s->terminal.link = optarg;
		return 0;
	case 's':
		s->suffix = NULL;
		for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++)
			if (!strcmp(optarg, suffixes[i].name))
				s->suffix = &suffixes[i];
		return s->suffix ? 0
				 : sim_usage(program, "--suffix is cr, lf, crlf, tab, etx or none");
	case 'p':
		s->prefix = optarg;
		return 0;
	case 'e':
		s->escapes = true;
		return 0;
	case 't':
		s->terminal.until_eof = false;
		return 0;
	case 'c':
		return sim_number(optarg, 1, CHUNK_MAX, &s->chunk)
			       ? sim_usage(program, "--chunk is 1 to %d bytes", CHUNK_MAX)
			       : 0;
	case 'g':
		return sim_number(optarg, 0, GAP_MAX_MS, &s->gap_ms)
			       ? sim_usage(program, "--gap-ms is 0 to %d", GAP_MAX_MS)
			       : 0;
	case 'P':
		s->ssi = strcmp(optarg, "ssi") == 0;
		return s->ssi || strcmp(optarg, "line") == 0
			       ? 0
			       : sim_usage(program, "--protocol is line or ssi");
	case 'a':
		return sim_number(optarg, 1, GAP_MAX_MS, &s->ack_ms)
			       ? sim_usage(program, "--ack-ms is 1 to %d", GAP_MAX_MS)
			       : 0;
	case 'f':
		s->lose_ack = strcmp(optarg, "lose-ack") == 0;
		s->garble = strcmp(optarg, "garble") == 0;
		return s->lose_ack || s->garble
			       ? 0
			       : sim_usage(program, "--fault is lose-ack or garble");
	case 'w':
		return sim_number(optarg, 0, LINGER_MAX_MS, &s->linger_ms)
			       ? sim_usage(program, "--linger-ms is 0 to %d", LINGER_MAX_MS)
			       : 0;
	}
	return 0;
}

/* Returns -1 to go on, or an exit status. */
static int scanner_options(struct scanner *s, int argc, char **argv)
{
	static const struct option options[] = {
		{ "link", required_argument, NULL, 'l' },
		{ "suffix", required_argument, NULL, 's' },
		{ "prefix", required_argument, NULL, 'p' },
		{ "escapes", no_argument, NULL, 'e' },
		{ "chunk", required_argument, NULL, 'c' },
		{ "gap-ms", required_argument, NULL, 'g' },
		{ "stay", no_argument, NULL, 't' },
		{ "linger-ms", required_argument, NULL, 'w' },
		{ "protocol", required_argument, NULL, 'P' },
		{ "ack-ms", required_argument, NULL, 'a' },
		{ "fault", required_argument, NULL, 'f' },
		SIM_OPTIONS_END,
	};
	const struct sim_command command = { program, help, options, scanner_option };
	struct sim_buf prefix = { 0 };
	int r = sim_options(&command, s, argc, argv);

	if (r >= 0)
		return r;
	if (!s->terminal.link)
		return sim_usage(program, "say where the device goes: --link PATH");
	r = s->escapes ? add_escaped(&prefix, s->prefix, strlen(s->prefix)) : 0;
	sim_buf_free(&prefix);
	return r ? sim_usage(program, "--prefix has an unknown escape") : -1;
}

static int scanner_run(struct scanner *s)
{
	if (terminal_open(&s->terminal))
		return 1;
	terminal_loop(&s->terminal);
	scanner_linger(s);
	terminal_close(&s->terminal);
	sim_buf_free(&s->heard);
	return s->failed ? 1 : 0;
}

int scanner_main(int argc, char **argv)
{
	struct scanner *s = sim_alloc(NULL, sizeof(*s));
	int r;

	memset(s, 0, sizeof(*s));
	s->suffix = &suffixes[0];
	s->prefix = "";
	s->linger_ms = 2000;
	s->ack_ms = 2000;
	s->terminal.program = program;
	s->terminal.ctx = s;
	s->terminal.heard = scanner_heard;
	s->terminal.told = scanner_line;
	s->terminal.until_eof = true;
	r = scanner_options(s, argc, argv);
	if (r < 0)
		r = scanner_run(s);
	free(s);
	return r;
}
