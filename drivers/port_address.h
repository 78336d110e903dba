// SPDX-License-Identifier: Apache-2.0
/*
 * Where a device is plugged in, as lada.conf writes it (INTERFACES section 2):
 *
 *   serial:PATH[?baud=N&mode=8n1&flow=none|rtscts|xonxoff]
 *   usb:VVVV:PPPP[@SERIAL]     tcp:HOST:PORT ([…] around an IPv6 address)
 *   replay:FILE                auto
 *
 * No libraries behind it: the configuration uses it in programs that open no port.
 */
#ifndef LADA_DRIVERS_PORT_ADDRESS_H
#define LADA_DRIVERS_PORT_ADDRESS_H

#include "firmware/base/bytes.h"

#define PORT_PATH_MAX 256

enum port_kind { PORT_AUTO, PORT_SERIAL, PORT_USB, PORT_TCP, PORT_REPLAY };

enum port_flow { PORT_FLOW_NONE, PORT_FLOW_RTSCTS, PORT_FLOW_XONXOFF };

struct port_line {
	int baud;
	int bits;    /* 7 or 8 */
	char parity; /* 'n', 'e' or 'o' */
	int stop;    /* 1 or 2 */
	enum port_flow flow;
};

struct port_address {
	enum port_kind kind;
	char path[PORT_PATH_MAX]; /* serial path, host, file, or USB serial number */
	int tcp_port;
	int usb_vendor, usb_product;
	/* What a device manager that looked for itself fills in; port_parse leaves it empty. */
	char usb_path[PORT_PATH_MAX]; /* `path` of struct seen: exactly this interface */
	struct port_line line;
};

/* Is this text a well-formed port? 0, or -EINVAL and what is wrong with it, a constant. */
int port_check(const char *text, const char **ret_what);

/* The same, read. What a serial port's text leaves open is as in `line`, a driver's "9600 8n1
 * none" ("" means just that). */
int port_parse(const char *text, const char *line, struct port_address *ret_address,
	       const char **ret_what);

#endif
