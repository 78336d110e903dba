// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <string.h>

#include "drivers/port_address.h"

static const int bauds[] = { 1200,  2400,   4800,   9600,   19200, 38400,
			     57600, 115200, 230400, 460800, 921600 };

static int wrong(const char **ret_what, const char *what)
{
	*ret_what = what;
	return -EINVAL;
}

/* Decimal, all of it, at most 7 digits; -1 otherwise. */
static int number(struct slice s)
{
	int n = 0;

	if (s.n == 0 || s.n > 7)
		return -1;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return -1;
		n = n * 10 + (s.p[i] - '0');
	}
	return n;
}

/* Takes what stands before `mark`; all that is left when there is none. */
static struct slice cut(struct slice *rest, char mark)
{
	const char *at = rest->n ? memchr(rest->p, mark, rest->n) : NULL;
	const size_t n = at ? (size_t)(at - rest->p) : rest->n;
	const struct slice head = { rest->p, n };

	rest->p += n + (at ? 1 : 0);
	rest->n -= n + (at ? 1 : 0);
	return head;
}

static bool set_baud(struct slice s, struct port_line *line)
{
	const int baud = number(s);

	for (size_t i = 0; i < COUNT_OF(bauds); i++) {
		if (bauds[i] == baud) {
			line->baud = baud;
			return true;
		}
	}
	return false;
}

static bool set_mode(struct slice s, struct port_line *line)
{
	if (s.n != 3 || (s.p[0] != '7' && s.p[0] != '8') || !strchr("neo", s.p[1]) ||
	    s.p[1] == '\0' || (s.p[2] != '1' && s.p[2] != '2'))
		return false;
	line->bits = s.p[0] - '0';
	line->parity = s.p[1];
	line->stop = s.p[2] - '0';
	return true;
}

static bool set_flow(struct slice s, struct port_line *line)
{
	if (slice_eq(s, "none"))
		line->flow = PORT_FLOW_NONE;
	else if (slice_eq(s, "rtscts"))
		line->flow = PORT_FLOW_RTSCTS;
	else if (slice_eq(s, "xonxoff"))
		line->flow = PORT_FLOW_XONXOFF;
	else
		return false;
	return true;
}

static int parse_option(struct slice option, struct port_line *line, const char **ret_what)
{
	const struct slice key = cut(&option, '=');

	if (slice_eq(key, "baud"))
		return set_baud(option, line) ? 0 : wrong(ret_what, "baud is no usual line speed");
	if (slice_eq(key, "mode"))
		return set_mode(option, line) ? 0 : wrong(ret_what, "mode is not like 8n1");
	if (slice_eq(key, "flow"))
		return set_flow(option, line)
			       ? 0
			       : wrong(ret_what, "flow is not none, rtscts or xonxoff");
	return wrong(ret_what, "a serial port's options are baud, mode and flow");
}

static void default_line(const char *text, struct port_line *line)
{
	struct slice rest = slice_of(text);

	*line = (struct port_line){ 9600, 8, 'n', 1, PORT_FLOW_NONE };
	set_baud(cut(&rest, ' '), line);
	set_mode(cut(&rest, ' '), line);
	set_flow(rest, line);
}

static int parse_serial(struct slice rest, struct port_address *a, const char **ret_what)
{
	const struct slice path = cut(&rest, '?');
	int r = 0;

	if (path.n == 0 || path.p[0] != '/')
		return wrong(ret_what, "a serial port needs an absolute path");
	if (slice_copy(path, a->path, sizeof(a->path)) < 0)
		return wrong(ret_what, "the path is too long");
	while (rest.n > 0 && r == 0)
		r = parse_option(cut(&rest, '&'), &a->line, ret_what);
	return r;
}

static int parse_tcp(struct slice rest, struct port_address *a, const char **ret_what)
{
	struct slice host;
	const char *colon = rest.n ? memrchr(rest.p, ':', rest.n) : NULL;

	if (!colon)
		return wrong(ret_what, "tcp needs HOST:PORT");
	host = (struct slice){ rest.p, (size_t)(colon - rest.p) };
	a->tcp_port = number((struct slice){ colon + 1, rest.n - host.n - 1 });
	if (host.n >= 2 && host.p[0] == '[' && host.p[host.n - 1] == ']')
		host = (struct slice){ host.p + 1, host.n - 2 };
	else if (memchr(host.p, ':', host.n))
		return wrong(ret_what, "an IPv6 address needs brackets: tcp:[::1]:9100");
	if (host.n == 0 || memchr(host.p, ' ', host.n))
		return wrong(ret_what, "tcp needs a host");
	if (slice_copy(host, a->path, sizeof(a->path)) < 0)
		return wrong(ret_what, "the host is too long");
	if (a->tcp_port < 1 || a->tcp_port > 65535)
		return wrong(ret_what, "the port number is not 1..65535");
	return 0;
}

static int hex4(struct slice s)
{
	uint8_t b[2];

	return s.n == 4 && hex_decode(s, b, sizeof(b)) == 0 ? b[0] << 8 | b[1] : -1;
}

static int parse_usb(struct slice rest, struct port_address *a, const char **ret_what)
{
	struct slice ids = cut(&rest, '@');
	const bool serial = rest.p[-1] == '@';

	a->usb_vendor = hex4(cut(&ids, ':'));
	a->usb_product = hex4(ids);
	if (a->usb_vendor < 0 || a->usb_product < 0)
		return wrong(ret_what, "usb needs VVVV:PPPP in hex");
	if (serial && rest.n == 0)
		return wrong(ret_what, "the serial number behind @ is empty");
	if (slice_copy(rest, a->path, sizeof(a->path)) < 0)
		return wrong(ret_what, "the serial number is too long");
	return 0;
}

static int parse_replay(struct slice rest, struct port_address *a, const char **ret_what)
{
	if (rest.n == 0)
		return wrong(ret_what, "replay needs a file");
	if (slice_copy(rest, a->path, sizeof(a->path)) < 0)
		return wrong(ret_what, "the path is too long");
	return 0;
}

int port_parse(const char *text, const char *line, struct port_address *ret_address,
	       const char **ret_what)
{
	static const struct {
		const char *prefix;
		enum port_kind kind;
		int (*parse)(struct slice rest, struct port_address *a, const char **ret_what);
	} forms[] = {
		{ "serial:", PORT_SERIAL, parse_serial },
		{ "tcp:", PORT_TCP, parse_tcp },
		{ "usb:", PORT_USB, parse_usb },
		{ "replay:", PORT_REPLAY, parse_replay },
	};
	const struct slice all = slice_of(text);
	struct port_address a = { .kind = PORT_AUTO };
	int r;

	default_line(line, &a.line);
	if (slice_eq(all, "auto")) {
		*ret_address = a;
		return 0;
	}
	for (size_t i = 0; i < COUNT_OF(forms); i++) {
		const size_t n = strlen(forms[i].prefix);

		if (!slice_starts(all, forms[i].prefix))
			continue;
		a.kind = forms[i].kind;
		r = forms[i].parse((struct slice){ all.p + n, all.n - n }, &a, ret_what);
		if (r == 0)
			*ret_address = a;
		return r;
	}
	return wrong(ret_what, "a port is serial:, usb:, tcp:, replay: or auto");
}

int port_check(const char *text, const char **ret_what)
{
	struct port_address a;

	return port_parse(text, "", &a, ret_what);
}
