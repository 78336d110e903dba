// SPDX-License-Identifier: Apache-2.0
#include "drivers/tty_list.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "firmware/base/text.h"

#define TTYS	      "/sys/class/tty"
#define TTYS_MAX      4096 /* entries looked at; there are 64 consoles and 32 of the 8250 alone */
#define USB_ABOVE_MAX 6	   /* folders between a tty and its USB device */

/* One line of sysfs; the device wrote it, and people read it on a terminal. */
static void read_line(const char *folder, const char *name, char *dst, size_t cap)
{
	char path[PATH_MAX], text[256];
	struct slice s = { text, 0 };
	ssize_t n = -1;
	int fd;

	dst[0] = '\0';
	if (text_fmt(path, sizeof(path), "%s/%s", folder, name) < 0)
		return;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		n = read(fd, text, sizeof(text));
		close(fd);
	}
	s.n = n > 0 ? (size_t)n : 0;
	while (s.n > 0 && (s.p[s.n - 1] == '\n' || s.p[s.n - 1] == ' '))
		s.n--;
	if (!utf8_valid(s) || text_has_control(s) || slice_copy(s, dst, cap) < 0)
		dst[0] = '\0';
}

static int read_id(const char *folder, const char *name)
{
	char text[8];
	uint8_t b[2];

	read_line(folder, name, text, sizeof(text));
	return hex_decode(slice_of(text), b, sizeof(b)) == 0 ? b[0] << 8 | b[1] : 0;
}

/* The first folder above …/usb1/1-1/1-1.4/1-1.4:1.0/tty/ttyACM0 that is a USB device. */
static void see_usb(char *folder, struct seen *s)
{
	for (int i = 0; i < USB_ABOVE_MAX; i++) {
		char *slash = strrchr(folder, '/');

		if (!slash || slash == folder)
			return;
		*slash = '\0';
		s->vendor = read_id(folder, "idVendor");
		if (s->vendor == 0)
			continue;
		s->product = read_id(folder, "idProduct");
		read_line(folder, "serial", s->serial, sizeof(s->serial));
		read_line(folder, "manufacturer", s->maker, sizeof(s->maker));
		read_line(folder, "product", s->model, sizeof(s->model));
		if (slice_copy(slice_of(strrchr(folder, '/') + 1), s->usb_path,
			       sizeof(s->usb_path)) < 0)
			s->usb_path[0] = '\0';
		return;
	}
}

/* Consoles and pseudo-terminals are no ports, nor are those of the 8250's that a board could have
 * and has not: they say type 0. */
static bool is_port(const char *folder)
{
	char type[8];

	if (strstr(folder, "/virtual/"))
		return false;
	read_line(folder, "type", type, sizeof(type));
	return strcmp(type, "0") != 0;
}

static bool see(const char *name, struct seen *s)
{
	char link[PATH_MAX], folder[PATH_MAX];

	*s = (struct seen){ .port = PORT_SERIAL, .look = SEEN_TTY };
	if (text_fmt(link, sizeof(link), TTYS "/%s", name) < 0 || !realpath(link, folder) ||
	    !is_port(folder) || text_fmt(s->path, sizeof(s->path), "/dev/%s", name) < 0)
		return false;
	s->no_rights = access(s->path, R_OK | W_OK) < 0;
	see_usb(folder, s);
	return true;
}

static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct seen *)a)->path, ((const struct seen *)b)->path);
}

size_t tty_list(struct seen *ret_seen, size_t cap)
{
	DIR *dir = opendir(TTYS);
	struct dirent *e;
	size_t n = 0;

	if (!dir)
		return 0;
	for (int i = 0; i < TTYS_MAX && n < cap && (e = readdir(dir)); i++)
		if (e->d_name[0] != '.' && see(e->d_name, &ret_seen[n]))
			n++;
	closedir(dir);
	qsort(ret_seen, n, sizeof(*ret_seen), by_path);
	return n;
}
