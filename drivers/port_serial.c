// SPDX-License-Identifier: Apache-2.0
/*
 * Serial lines. Real ones through libserialport; a pseudo-terminal through plain termios,
 * because libserialport 0.1.1 looks it up in /sys/class/tty and asks for its modem lines, and
 * it has neither. libserialport 0.1.1 also puts CRTSCTS into the wrong flag word and reports
 * success, so RTS/CTS is set on its handle here and read back for both.
 *
 * A device that hangs makes the kernel wait in open(), in the setting of the line and in close()
 * (cdc_acm: up to 5 s for each request to it), so all three are done by a worker.
 *
 * One program has a line at a time. Those that keep to it say so with flock(2), which also ends
 * with a killed program; real ports are closed to all others with TIOCEXCL, from which root is
 * exempt. A pseudo-terminal keeps that mark until its other side closes, so it gets none.
 */
#include <errno.h>
#include <fcntl.h>
#include <libserialport.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "drivers/port.h"

static const struct {
	int baud;
	speed_t speed;
} speeds[] = {
	{ 1200, B1200 },     { 2400, B2400 },	  { 4800, B4800 },     { 9600, B9600 },
	{ 19200, B19200 },   { 38400, B38400 },	  { 57600, B57600 },   { 115200, B115200 },
	{ 230400, B230400 }, { 460800, B460800 }, { 921600, B921600 },
};

static int library_error(enum sp_return r)
{
	switch (r) {
	case SP_OK:
		return 0;
	case SP_ERR_ARG:
		return -ENODEV;
	case SP_ERR_FAIL:
		return sp_last_error_code() > 0 ? -sp_last_error_code() : -EIO;
	case SP_ERR_MEM:
		return -ENOMEM;
	case SP_ERR_SUPP:
		return -ENOTSUP;
	}
	return -EIO;
}

static enum sp_parity parity_of(char parity)
{
	if (parity == 'e')
		return SP_PARITY_EVEN;
	return parity == 'o' ? SP_PARITY_ODD : SP_PARITY_NONE;
}

static enum sp_flowcontrol flow_of(enum port_flow flow)
{
	switch (flow) {
	case PORT_FLOW_NONE:
		return SP_FLOWCONTROL_NONE;
	case PORT_FLOW_RTSCTS:
		return SP_FLOWCONTROL_RTSCTS;
	case PORT_FLOW_XONXOFF:
		return SP_FLOWCONTROL_XONXOFF;
	}
	return SP_FLOWCONTROL_NONE;
}

static int set_library_line(struct sp_port *serial, const struct port_line *line)
{
	enum sp_return r = sp_set_baudrate(serial, line->baud);

	if (r == SP_OK)
		r = sp_set_bits(serial, line->bits);
	if (r == SP_OK)
		r = sp_set_parity(serial, parity_of(line->parity));
	if (r == SP_OK)
		r = sp_set_stopbits(serial, line->stop);
	if (r == SP_OK)
		r = sp_set_flowcontrol(serial, flow_of(line->flow));
	return library_error(r);
}

/* What libserialport gets wrong or leaves otherwise: RTS/CTS, and a read without data that is
 * EAGAIN and not an end of file. */
static int set_rest(int fd, const struct port_line *line)
{
	const tcflag_t wanted = line->flow == PORT_FLOW_RTSCTS ? CRTSCTS : 0;
	struct termios t;

	if (tcgetattr(fd, &t) < 0)
		return -errno;
	t.c_cflag = (t.c_cflag & ~(tcflag_t)CRTSCTS) | wanted;
	t.c_cc[VMIN] = 1;
	t.c_cc[VTIME] = 0;
	if (tcsetattr(fd, TCSANOW, &t) < 0 || tcgetattr(fd, &t) < 0)
		return -errno;
	return (t.c_cflag & CRTSCTS) == wanted ? 0 : -ENOTSUP;
}

static int take_lock(int fd)
{
	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		return 0;
	return errno == EWOULDBLOCK ? -EBUSY : -errno;
}

/* libserialport sets the line while it opens it, so the lock comes first. */
static int open_library(struct port_serial *serial, const char *path, const struct port_line *line)
{
	int r;

	serial->lock = open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	if (serial->lock < 0)
		return -errno;
	r = take_lock(serial->lock);
	if (r == 0)
		r = library_error(sp_get_port_by_name(path, &serial->line));
	if (r < 0)
		return r;
	r = library_error(sp_open(serial->line, SP_MODE_READ_WRITE));
	if (r == 0)
		r = library_error(sp_get_port_handle(serial->line, &serial->fd));
	if (r < 0)
		return r;
	if (fcntl(serial->fd, F_SETFD, FD_CLOEXEC) < 0 || ioctl(serial->fd, TIOCEXCL) < 0)
		return -errno;
	r = set_library_line(serial->line, line);
	return r < 0 ? r : set_rest(serial->fd, line);
}

static void set_flags(struct termios *t, const struct port_line *line)
{
	t->c_cflag |= CREAD | CLOCAL;
	t->c_cflag &= ~(tcflag_t)(CSIZE | PARENB | PARODD | CSTOPB);
	t->c_cflag |= line->bits == 7 ? CS7 : CS8;
	if (line->parity != 'n')
		t->c_cflag |= PARENB;
	if (line->parity == 'o')
		t->c_cflag |= PARODD;
	if (line->stop == 2)
		t->c_cflag |= CSTOPB;
	t->c_iflag &= ~(tcflag_t)(IXON | IXOFF | IXANY);
	if (line->flow == PORT_FLOW_XONXOFF)
		t->c_iflag |= IXON | IXOFF;
}

static int open_pty(struct port_serial *serial, const char *path, const struct port_line *line)
{
	struct termios t;
	int r;

	serial->fd = open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	if (serial->fd < 0)
		return -errno;
	r = take_lock(serial->fd);
	if (r < 0)
		return r;
	if (tcgetattr(serial->fd, &t) < 0)
		return -errno;
	cfmakeraw(&t);
	set_flags(&t, line);
	for (size_t i = 0; i < COUNT_OF(speeds); i++)
		if (speeds[i].baud == line->baud)
			cfsetspeed(&t, speeds[i].speed);
	if (tcsetattr(serial->fd, TCSANOW, &t) < 0)
		return -errno;
	return set_rest(serial->fd, line);
}

/* ---- on a worker ---- */

/* The kernel waits in close() for half a minute until a line whose other side is stopped has taken
 * all that was written; so that is dropped first. What became of it nobody knows either way. */
static void close_line(struct port_serial *serial)
{
	if (serial->fd >= 0)
		(void)tcflush(serial->fd, TCOFLUSH);
	if (serial->line) {
		sp_close(serial->line);
		sp_free_port(serial->line);
	} else if (serial->fd >= 0) {
		close(serial->fd);
	}
	if (serial->lock >= 0)
		close(serial->lock);
	serial->line = NULL;
	serial->fd = serial->lock = -1;
}

static int open_line(struct port_serial *serial, const struct port_address *address)
{
	char path[PATH_MAX];

	if (!realpath(address->path, path))
		return -errno;
	if (strncmp(path, "/dev/pts/", 9) == 0)
		return open_pty(serial, path, &address->line);
	return open_library(serial, path, &address->line);
}

static void on_worker(uv_work_t *request)
{
	struct port *port = request->data;
	struct port_serial *serial = &port->serial;

	if (serial->work == SERIAL_OPENING)
		serial->result = open_line(serial, &port->address);
	if (serial->work == SERIAL_CLOSING || serial->result < 0)
		close_line(serial);
}

/* ---- on the loop ---- */

static void on_worked(uv_work_t *request, int status);

static int begin(struct port *port, enum serial_work work)
{
	struct port_serial *serial = &port->serial;
	int r;

	serial->work = work;
	serial->request.data = port;
	r = uv_queue_work(port->loop, &serial->request, on_worker, on_worked);
	if (r < 0)
		serial->work = SERIAL_IDLE;
	return r;
}

static void on_worked(uv_work_t *request, int status)
{
	struct port *port = request->data;
	struct port_serial *serial = &port->serial;
	const bool opened = serial->work == SERIAL_OPENING;

	serial->work = SERIAL_IDLE;
	if (status < 0)
		serial->result = status;
	if (opened && serial->wanted) {
		serial->wanted = false;
		port->fd = serial->fd;
		port_opened(port, serial->result);
		return;
	}
	/* It was opened for nobody. */
	if (serial->fd >= 0 && begin(port, SERIAL_CLOSING) == 0)
		return;
	port_settled(port);
}

static int serial_open(struct port *port)
{
	struct port_serial *serial = &port->serial;
	int r;

	serial->fd = serial->lock = -1;
	serial->result = 0;
	serial->wanted = true;
	r = begin(port, SERIAL_OPENING);
	return r < 0 ? r : -EINPROGRESS;
}

static int serial_finish(struct port *port)
{
	(void)port;
	return -EINPROGRESS; /* there is no descriptor yet that would ask */
}

static void serial_close(struct port *port)
{
	struct port_serial *serial = &port->serial;

	serial->wanted = false;
	if (serial->work == SERIAL_IDLE && serial->fd >= 0 && begin(port, SERIAL_CLOSING) < 0)
		close_line(serial);
}

static ssize_t serial_read(struct port *port, void *p, size_t n)
{
	const ssize_t got = read(port->fd, p, n);

	return got < 0 ? -errno : got;
}

static ssize_t serial_write(struct port *port, const void *p, size_t n)
{
	const ssize_t done = write(port->fd, p, n);

	return done < 0 ? -errno : done;
}

const struct port_ops port_serial_ops = {
	.open = serial_open,
	.finish = serial_finish,
	.close = serial_close,
	.read = serial_read,
	.write = serial_write,
};
