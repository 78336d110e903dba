// SPDX-License-Identifier: Apache-2.0
#include "drivers/tty_list.h"

#include <libserialport.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "firmware/base/text.h"

/* The device wrote it, and people read it on a terminal. */
static void copy(const char *text, char *dst, size_t cap)
{
	const struct slice s = slice_of(text ? text : "");

	if (!utf8_valid(s) || text_has_control(s) || slice_copy(s, dst, cap) < 0)
		dst[0] = '\0';
}

/* "1-1.4" of …/usb1/1-1/1-1.4/1-1.4:1.0/tty/ttyACM0: what stands before the interface. */
static void usb_path_of(struct seen *s)
{
	const char *name = strrchr(s->path, '/');
	char link[PATH_MAX], real[PATH_MAX];
	const char *colon, *slash;

	if (!name || text_fmt(link, sizeof(link), "/sys/class/tty%s", name) < 0 ||
	    !realpath(link, real))
		return;
	colon = strrchr(real, ':');
	if (!colon)
		return;
	slash = memrchr(real, '/', (size_t)(colon - real));
	if (slash && slice_copy((struct slice){ slash + 1, (size_t)(colon - slash - 1) },
				s->usb_path, sizeof(s->usb_path)) < 0)
		s->usb_path[0] = '\0';
}

static bool see(struct sp_port *port, struct seen *s)
{
	const char *path = sp_get_port_name(port);

	*s = (struct seen){ .port = PORT_SERIAL, .look = SEEN_TTY };
	if (!path || slice_copy(slice_of(path), s->path, sizeof(s->path)) < 0)
		return false;
	s->no_rights = access(path, R_OK | W_OK) < 0;
	if (sp_get_port_transport(port) != SP_TRANSPORT_USB)
		return true;
	if (sp_get_port_usb_vid_pid(port, &s->vendor, &s->product) != SP_OK)
		s->vendor = s->product = 0;
	copy(sp_get_port_usb_serial(port), s->serial, sizeof(s->serial));
	copy(sp_get_port_usb_manufacturer(port), s->maker, sizeof(s->maker));
	copy(sp_get_port_usb_product(port), s->model, sizeof(s->model));
	usb_path_of(s);
	return true;
}

static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct seen *)a)->path, ((const struct seen *)b)->path);
}

size_t tty_list(struct seen *ret_seen, size_t cap)
{
	struct sp_port **list;
	size_t n = 0;

	if (sp_list_ports(&list) != SP_OK)
		return 0;
	for (size_t i = 0; list[i] && n < cap; i++)
		if (see(list[i], &ret_seen[n]))
			n++;
	sp_free_port_list(list);
	qsort(ret_seen, n, sizeof(*ret_seen), by_path);
	return n;
}
