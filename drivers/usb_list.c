// SPDX-License-Identifier: Apache-2.0
/*
 * What is plugged in: descriptors as libusb has them cached, texts and report descriptors from
 * sysfs. Nothing is opened, so no device is disturbed; a read of sysfs waits while the kernel is
 * busy with that device, so a worker reads. A HID device whose kernel driver is gone has no report
 * descriptor in sysfs; one that is open here is asked of its line, on the loop's thread; one that
 * nobody has is given back to the kernel at the start.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/usbdevice_fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "drivers/port_usb.h"
#include "firmware/base/text.h"

#define USB_PORTS_MAX	7  /* of a path, USB 3.1 section 8.9 */
#define HID_ENTRIES_MAX 32 /* of an interface's folder, looked at for its report descriptor */
#define SYSFS		"/sys/bus/usb/devices/"

static size_t read_file(const char *path, void *p, size_t cap)
{
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t n = 0;
	ssize_t r;

	if (fd < 0)
		return 0;
	while (n < cap && (r = read(fd, (char *)p + n, cap - n)) > 0)
		n += (size_t)r;
	close(fd);
	return n;
}

/* What a device says of itself, cut to what is shown; anything but clean text is nothing. */
static void read_text(const char *usb_path, const char *name, char *dst, size_t cap)
{
	char path[128], text[256];
	struct slice s = { text, 0 };

	dst[0] = '\0';
	if (text_fmt(path, sizeof(path), SYSFS "%s/%s", usb_path, name) < 0)
		return;
	s.n = read_file(path, text, sizeof(text));
	while (s.n > 0 && (s.p[s.n - 1] == '\n' || s.p[s.n - 1] == ' '))
		s.n--;
	if (!utf8_valid(s) || text_has_control(s))
		return;
	while (s.n >= cap)
		s = utf8_cut(s, utf8_count(s) - 1);
	(void)slice_copy(s, dst, cap);
}

static bool usb_path_of(struct libusb_device *device, char *dst, size_t cap)
{
	uint8_t ports[USB_PORTS_MAX];
	const int n = libusb_get_port_numbers(device, ports, USB_PORTS_MAX);
	struct buf b;

	buf_init(&b, dst, cap);
	for (int i = 0; i < n; i++)
		if (i == 0)
			buf_fmt(&b, "%u-%u", libusb_get_bus_number(device), ports[i]);
		else
			buf_fmt(&b, ".%u", ports[i]);
	return n > 0 && buf_str(&b) != NULL; /* a root hub has no ports above it */
}

/* By the report descriptor in a folder below the interface, named like 0003:0C2E:0B61.0001. */
static enum seen_look look_in_sysfs(const char *interface_path)
{
	enum seen_look look = SEEN_HID;
	uint8_t descriptor[USB_DESCRIPTOR_BYTES];
	struct hid_layout layout;
	char path[160], file[512];
	struct dirent *e;
	DIR *dir;

	if (text_fmt(path, sizeof(path), SYSFS "%s", interface_path) < 0)
		return look;
	dir = opendir(path);
	if (!dir)
		return look;
	for (int i = 0; look == SEEN_HID && i < HID_ENTRIES_MAX && (e = readdir(dir)); i++) {
		size_t n;

		if (e->d_name[0] == '.' ||
		    text_fmt(file, sizeof(file), "%s/%s/report_descriptor", path, e->d_name) < 0)
			continue;
		n = read_file(file, descriptor, sizeof(descriptor));
		if (n > 0 && hid_parse((struct slice){ (char *)descriptor, n }, &layout) == 0)
			look = hid_look(&layout);
	}
	closedir(dir);
	return look;
}

static enum seen_look look_of(const struct libusb_interface *interface, const char *path)
{
	const struct libusb_interface_descriptor *first = interface->altsetting;
	enum seen_look look;

	for (int i = 0; i < interface->num_altsetting; i++)
		if (first[i].bInterfaceClass == LIBUSB_CLASS_PRINTER &&
		    first[i].bInterfaceSubClass == 1)
			return SEEN_PRINTER;
	if (first->bInterfaceClass != LIBUSB_CLASS_HID)
		return SEEN_OTHER;
	look = look_in_sysfs(path);
	if (look == SEEN_HID && first->bInterfaceSubClass == 1 && first->bInterfaceProtocol == 1)
		look = SEEN_KEYBOARD;
	return look;
}

static bool node_of(struct libusb_device *device, char *dst, size_t cap)
{
	return text_fmt(dst, cap, "/dev/bus/usb/%03u/%03u", libusb_get_bus_number(device),
			libusb_get_device_address(device)) >= 0;
}

static bool no_rights(struct libusb_device *device)
{
	char node[64];

	return !node_of(device, node, sizeof(node)) || access(node, R_OK | W_OK) < 0;
}

/* Its ids come from libusb's memory: what is not wanted costs no file. */
static bool is_wanted(struct libusb_device *device, int vendor, int product, struct seen *s)
{
	struct libusb_device_descriptor d;

	if (libusb_get_device_descriptor(device, &d) < 0 || d.bDeviceClass == LIBUSB_CLASS_HUB)
		return false;
	s->vendor = d.idVendor;
	s->product = d.idProduct;
	return (vendor == 0 && product == 0) || (vendor == s->vendor && product == s->product);
}

static size_t find_in(struct libusb_device *device, int vendor, int product,
		      struct usb_found *found, size_t cap)
{
	struct libusb_config_descriptor *config;
	struct seen s = { .port = PORT_USB };
	size_t n = 0;

	if (!is_wanted(device, vendor, product, &s) ||
	    !usb_path_of(device, s.usb_path, sizeof(s.usb_path)) ||
	    libusb_get_active_config_descriptor(device, &config) < 0)
		return 0;
	s.no_rights = no_rights(device);
	read_text(s.usb_path, "serial", s.serial, sizeof(s.serial));
	read_text(s.usb_path, "manufacturer", s.maker, sizeof(s.maker));
	read_text(s.usb_path, "product", s.model, sizeof(s.model));
	for (int i = 0; i < config->bNumInterfaces && n < cap; i++) {
		const struct libusb_interface *interface = &config->interface[i];

		if (interface->num_altsetting < 1 ||
		    text_fmt(s.path, sizeof(s.path), "%s:%u.%u", s.usb_path,
			     config->bConfigurationValue,
			     interface->altsetting->bInterfaceNumber) < 0)
			continue;
		s.look = look_of(interface, s.path);
		found[n++] = (struct usb_found){ s, libusb_ref_device(device),
						 interface->altsetting->bInterfaceNumber,
						 config->bConfigurationValue };
	}
	libusb_free_config_descriptor(config);
	return n;
}

static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct usb_found *)a)->seen.path,
		      ((const struct usb_found *)b)->seen.path);
}

size_t usb_find(struct libusb_context *library, int vendor, int product,
		struct usb_found *ret_found, size_t cap)
{
	struct libusb_device **list;
	const ssize_t count = libusb_get_device_list(library, &list);
	size_t n = 0;

	if (count < 0)
		return 0;
	for (ssize_t i = 0; i < count; i++)
		n += find_in(list[i], vendor, product, ret_found + n, cap - n);
	libusb_free_device_list(list, 1);
	qsort(ret_found, n, sizeof(*ret_found), by_path);
	return n;
}

void usb_forget(struct usb_found *found, size_t n)
{
	for (size_t i = 0; i < n; i++)
		libusb_unref_device(found[i].device);
}

/* By the kernel's own request: libusb would put the node into the loop, from this thread. */
static bool return_orphan(const struct usb_found *found)
{
	struct usbdevfs_ioctl bind = { .ifno = found->interface, .ioctl_code = USBDEVFS_CONNECT };
	char driver[PORT_PATH_MAX + 64], node[64];
	bool bound;
	int fd;

	if (found->seen.look != SEEN_HID || found->seen.no_rights ||
	    text_fmt(driver, sizeof(driver), SYSFS "%s/driver", found->seen.path) < 0 ||
	    access(driver, F_OK) == 0 || !node_of(found->device, node, sizeof(node)))
		return false;
	fd = open(node, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return false;
	bound = ioctl(fd, USBDEVFS_IOCTL, &bind) >= 0;
	close(fd);
	return bound;
}

size_t usb_return_orphans(struct libusb_context *library)
{
	struct usb_found *found = calloc(SEEN_MAX, sizeof(*found));
	const size_t n = found ? usb_find(library, 0, 0, found, SEEN_MAX) : 0;
	size_t returned = 0;

	for (size_t i = 0; i < n; i++)
		returned += return_orphan(&found[i]);
	usb_forget(found, n);
	free(found);
	return returned;
}

size_t usb_bus_list(struct usb_bus *bus, struct seen *ret_seen, size_t cap)
{
	struct usb_found *found;
	size_t n;

	if (!bus)
		return 0;
	found = calloc(SEEN_MAX, sizeof(*found));
	if (!found)
		return 0;
	n = usb_find(usb_bus_library(bus), 0, 0, found, cap < SEEN_MAX ? cap : SEEN_MAX);
	for (size_t i = 0; i < n; i++)
		ret_seen[i] = found[i].seen;
	usb_forget(found, n);
	free(found);
	return n;
}

/* ---- on the loop's thread ---- */

static const struct port_usb *line_of(struct usb_bus *bus, const struct seen *seen)
{
	for (const struct port_usb *u = usb_bus_lines(bus); u; u = u->next)
		if (strcmp(u->seen.path, seen->path) == 0 && u->handle)
			return u;
	return NULL;
}

void usb_bus_complete(struct usb_bus *bus, struct seen *seen, size_t n)
{
	for (size_t i = 0; bus && i < n; i++) {
		const struct port_usb *line = NULL;

		if (seen[i].look == SEEN_HID || seen[i].look == SEEN_KEYBOARD)
			line = line_of(bus, &seen[i]);
		if (line && line->seen.look != SEEN_HID)
			seen[i].look = line->seen.look;
	}
}
