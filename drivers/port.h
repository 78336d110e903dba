// SPDX-License-Identifier: Apache-2.0
/*
 * A port: a line to a device that comes and goes. One state machine for every kind: it opens,
 * waits for a connection to be made, is up, goes down, and tries again after 0.25 s, then twice
 * as long each time up to 15 s, with jitter; a line that stayed up for 5 s begins again at
 * 0.25 s. A missing device is no error, only a `down` with its reason.
 *
 * A kind of port is a small table of functions (struct port_ops). Everything runs on the uv
 * loop and nothing blocks it. Output goes through a bounded buffer: port_room() says what fits.
 *
 * The owner gives the memory and keeps it until `stopped` has been called. Callbacks may call
 * port_write, port_flush and port_bounce, and nothing else here.
 */
#ifndef LADA_DRIVERS_PORT_H
#define LADA_DRIVERS_PORT_H

#include <sys/socket.h>
#include <sys/types.h>
#include <uv.h>

#include "drivers/port_address.h"
#include "firmware/base/bytes.h"
#include "firmware/base/clock.h"

#define PORT_OUT_MAX	  8192
#define PORT_IN_MAX	  4096
#define PORT_RETRY_MIN_MS 250
#define PORT_RETRY_MAX_MS 15000
#define PORT_STEADY_MS	  5000 /* up this long: the next retry is a quick one */
#define PORT_OPEN_MAX_MS  5000 /* a connection that takes longer has failed */
#define PORT_TARGETS_MAX  4

struct port;

struct port_ops {
	/* Begins. 0: the line is up. -EINPROGRESS: it is when `fd` becomes writable (then
	 * `finish` is asked) or when port_opened() is called. Else what failed. */
	int (*open)(struct port *port);
	int (*finish)(struct port *port); /* 0 up, -EINPROGRESS not yet, else what failed */
	/* Gives back `fd`, which has left the loop; called once for each open(), also for one that
	 * failed or is still in progress. */
	void (*close)(struct port *port);
	/* Like read(2) and write(2) with negative errno; 0 from read is the end of the line. */
	ssize_t (*read)(struct port *port, void *p, size_t n);
	ssize_t (*write)(struct port *port, const void *p, size_t n);
	void (*timer)(struct port *port); /* the timer that port_wait() set; may be NULL */
};

struct port_events {
	void (*up)(void *ctx);
	void (*down)(void *ctx, const char *why); /* also after each attempt that failed */
	void (*bytes)(void *ctx, const void *p, size_t n, int64_t read_ns);
	void (*room)(void *ctx); /* something has been sent */
	void *ctx;
	/* Asked before each attempt; may be NULL. True: another port of this program has the line
	 * or comes first, and this one finds it busy (-EBUSY). */
	bool (*taken)(void *ctx);
};

enum port_state { PORT_WAITING, PORT_OPENING, PORT_UP, PORT_STOPPED };

struct port_tcp {
	uv_getaddrinfo_t request;
	bool resolving; /* the request is out; it outlives a stop */
	struct sockaddr_storage targets[PORT_TARGETS_MAX];
	socklen_t target_sizes[PORT_TARGETS_MAX];
	size_t target_count;
	size_t next_target;
};

struct port_replay {
	char *text; /* the file; on the heap while open */
	size_t n;
	size_t at;
	int64_t began_ms;
	uint8_t record[PORT_IN_MAX];
	size_t record_n;
};

struct sp_port;

enum serial_work { SERIAL_IDLE, SERIAL_OPENING, SERIAL_CLOSING };

/* Opening and closing a tty may take as long as the device behind it likes, so a worker does it,
 * one thing at a time. `line`, `fd`, `lock` and `result` are the worker's while it works. */
struct port_serial {
	uv_work_t request;
	enum serial_work work; /* the request is out; it outlives a stop */
	bool wanted;	       /* the port still waits for what is being opened */
	struct sp_port *line;  /* libserialport's handle, for real serial ports */
	int fd, lock;	       /* the line; what holds its lock; -1 none */
	int result;
};

struct usb_bus;	 /* drivers/usb_bus.h */
struct port_usb; /* drivers/port_usb.c */

struct port {
	const struct port_ops *ops;
	struct port_address address;
	struct port_events events;
	const struct clock *clock;
	uv_loop_t *loop;

	enum port_state state;
	int fd;	     /* -1: none to poll */
	bool opened; /* ops->close is owed */
	uv_poll_t poll;
	bool poll_open;	   /* the handle is in the loop */
	int watched;	   /* the events it waits for */
	bool poll_closing; /* its close callback is still to come */
	uv_timer_t timer;
	bool timer_closing;
	int retry_step;
	int error;	      /* see port_error() */
	uint64_t up_since_ms; /* uv_now() */
	void (*stopped)(void *ctx);

	uint8_t out[PORT_OUT_MAX];
	size_t out_n;
	uint64_t bytes_in, bytes_out;
	uint32_t opens; /* times the line came up */

	struct port_serial serial;
	struct usb_bus *bus;  /* USB: where it is looked for; NULL: this machine has none */
	struct port_usb *usb; /* on the heap while open */
	struct port_tcp tcp;
	struct port_replay replay;
};

/* False for auto: the device manager looks, and then names what it found. */
bool port_supported(const struct port_address *address);

/* 0 or -ENOTSUP. The first attempt is made from the loop, not from here. `bus` is borrowed until
 * `stopped`; NULL where there is no USB. */
int port_start(struct port *port, uv_loop_t *loop, const struct clock *clock, struct usb_bus *bus,
	       const struct port_address *address, const struct port_events *events);
/* Closes everything; `stopped` is called with the events' ctx when the memory is free again.
 * No other event comes any more. */
void port_stop(struct port *port, void (*stopped)(void *ctx));

size_t port_room(const struct port *port);		    /* 0 while the line is not up */
int port_write(struct port *port, const void *p, size_t n); /* -ENOBUFS beyond the room */
void port_flush(struct port *port);			    /* sends what the line takes now */
/* Drops the line and opens it again. */
void port_bounce(struct port *port, const char *why);
/* Something was plugged in: a port that waits tries at once, and quickly again after that. */
void port_hurry(struct port *port);

/* Of the last `down`: a negative errno (-ENODEV not plugged in, -EACCES no rights, -EBUSY taken),
 * 0 where it had no such reason. */
int port_error(const struct port *port);

/* While a USB port is up; nothing, "" and -ENOTCONN otherwise and for other kinds. The HID report
 * descriptor as the reports that come follow it; maker and model as a printer's device id has
 * them; a language for pages it speaks, where ESC/POS is not among them (drivers/device_id.h);
 * the ids; `path` of its struct seen. */
struct slice port_descriptor(const struct port *port);
const char *port_model(const struct port *port);
const char *port_language(const struct port *port);
int port_usb_ids(const struct port *port, int *ret_vendor, int *ret_product);
const char *port_usb_path(const struct port *port);
/* Is it one that this address names? */
bool port_is_at(const struct port *port, const struct port_address *address);

/* For the kinds. */
void port_opened(struct port *port, int r);	/* what open() left in progress is decided */
void port_settled(struct port *port);		/* a request that outlives a stop came back */
void port_poll(struct port *port);		/* `fd` is there now */
void port_wait(struct port *port, uint64_t ms); /* one shot, while up */
void port_deliver(struct port *port, const void *p, size_t n);
void port_writable(struct port *port);			     /* the line takes bytes again */
void port_broken(struct port *port, int r, const char *why); /* why NULL: as r says */

extern const struct port_ops port_usb_ops;
extern const struct port_ops port_serial_ops;
extern const struct port_ops port_tcp_ops;
extern const struct port_ops port_replay_ops;

#endif
