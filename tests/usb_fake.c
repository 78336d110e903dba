// SPDX-License-Identifier: Apache-2.0
/*
 * The faked bus: starting the program with umockdev, what sysfs shows, plugging in and out.
 */
#include <fcntl.h>
#include <link.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/usb_fake_inside.h"

#define PRELOAD	 "libumockdev-preload.so.0"
#define TEXT_MAX 8192
#define NOBODY	 65534
#define FDS_MAX	 1024 /* looked at for who waits */

/* ---- the program ---- */

static int find_asan(struct dl_phdr_info *info, size_t size, void *ctx)
{
	(void)size;
	if (!strstr(info->dlpi_name, "libasan"))
		return 0;
	snprintf(ctx, 256, "%s:", info->dlpi_name);
	return 1;
}

void usb_fake_begin(char **argv)
{
	const char *preload = getenv("LD_PRELOAD");
	char first[256] = "", all[512];

	if (preload && strstr(preload, PRELOAD))
		return;
	/* The sanitizer's library insists on being the first. */
	dl_iterate_phdr(find_asan, first);
	snprintf(all, sizeof(all), "%s%s%s%s", first, PRELOAD, preload ? ":" : "",
		 preload ? preload : "");
	setenv("LD_PRELOAD", all, 1);
	execv("/proc/self/exe", argv);
	perror("exec");
	exit(1);
}

void usb_fake_add(struct usb_fake *fake, const char *text)
{
	GError *error = NULL;

	if (!umockdev_testbed_add_from_string(fake->testbed, text, &error))
		fail_msg("%s: %s", text, error->message);
}

struct usb_fake *usb_fake_none(void)
{
	struct usb_fake *fake = calloc(1, sizeof(*fake));

	assert_non_null(fake);
	fake->testbed = umockdev_testbed_new();
	fake->last_address = 1;
	return fake;
}

void usb_fake_stranger(struct usb_fake *fake, bool stranger)
{
	gchar *root = umockdev_testbed_get_root_dir(fake->testbed);
	const uid_t uid = stranger ? NOBODY : 0;
	char socket[512];

	/* umockdev connects to its own socket before it looks whether the node may be opened. */
	for (size_t i = 0; stranger && i < fake->count; i++) {
		snprintf(socket, sizeof(socket), "%s/ioctl%s", root, fake->devices[i]->node);
		assert_int_equal(chmod(socket, 0777), 0);
	}
	if (stranger)
		assert_int_equal(chmod(root, 0755), 0);
	g_free(root);
	assert_int_equal(setresuid(uid, uid, 0), 0);
}

struct usb_fake *usb_fake_new(void)
{
	struct usb_fake *fake = usb_fake_none();

	usb_fake_add(
		fake,
		"P: /devices/usb1\nN: bus/usb/001/001\nE: DEVNAME=/dev/bus/usb/001/001\n"
		"E: DEVTYPE=usb_device\nE: SUBSYSTEM=usb\nE: BUSNUM=001\nE: DEVNUM=001\n"
		"A: busnum=1\\n\nA: devnum=1\\n\nA: speed=480\\n\nA: bConfigurationValue=1\\n\n"
		"A: bNumConfigurations=1\\n\nA: idVendor=1d6b\\n\nA: idProduct=0002\\n\n"
		"H: "
		"descriptors=12010002090001406b1d020001010302010109021900010100e00009040000010900"
		"00000705810304000c\n\n");
	return fake;
}

void usb_fake_free(struct usb_fake *fake)
{
	for (size_t i = 0; i < fake->count; i++) {
		struct usb_fake_device *d = fake->devices[i];

		umockdev_testbed_detach_ioctl(fake->testbed, d->node, NULL);
		close(d->fifo);
		usb_fake_hang(d, false);
		pthread_mutex_destroy(&d->lock);
		free(d);
	}
	g_object_unref(fake->testbed);
	free(fake);
}

/* ---- plugging ---- */

static void add_hex(struct buf *b, const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		buf_fmt(b, "%02x", p[i]);
}

static void add_interface(uint8_t *p, size_t *n, const struct usb_fake_interface *f)
{
	uint8_t *ends = p + *n + 4;
	const uint8_t d[] = {
		9, 4, f->number, f->setting, 0, f->class, f->subclass, f->protocol, 0
	};
	const uint8_t hid[] = {
		9, 0x21, 0x11, 1, 0, 1, 0x22, (uint8_t)f->report_n, (uint8_t)(f->report_n >> 8)
	};

	memcpy(p + *n, d, sizeof(d));
	*n += sizeof(d);
	if (f->report) {
		memcpy(p + *n, hid, sizeof(hid));
		*n += sizeof(hid);
	}
	for (size_t i = 0; i < USB_FAKE_ENDPOINTS_MAX && f->endpoints[i].address; i++) {
		const struct usb_fake_endpoint *e = &f->endpoints[i];
		const uint8_t ep[] = {
			7, 5, e->address, e->type, (uint8_t)e->packet, (uint8_t)(e->packet >> 8), 4
		};

		memcpy(p + *n, ep, sizeof(ep));
		*n += sizeof(ep);
		++*ends;
	}
}

static void add_descriptors(struct buf *b, const struct usb_fake_setup *s)
{
	const uint8_t device[] = { 18,
				   1,
				   0,
				   2,
				   0,
				   0,
				   0,
				   64,
				   (uint8_t)s->vendor,
				   (uint8_t)(s->vendor >> 8),
				   (uint8_t)s->product,
				   (uint8_t)(s->product >> 8),
				   0,
				   1,
				   1,
				   2,
				   3,
				   1 };
	uint8_t config[512] = { 9, 2, 0, 0, 0, 1, 0, 0xc0, 50 };
	uint8_t last = 0;
	size_t n = 9;

	for (size_t i = 0; i < USB_FAKE_INTERFACES_MAX && s->interfaces[i].class; i++) {
		add_interface(config, &n, &s->interfaces[i]);
		last = s->interfaces[i].number;
	}
	config[2] = (uint8_t)n;
	config[3] = (uint8_t)(n >> 8);
	config[4] = (uint8_t)(last + 1);
	buf_text(b, "H: descriptors=");
	add_hex(b, device, sizeof(device));
	add_hex(b, config, n);
	buf_text(b, "\n");
}

static void add_text(struct buf *b, const char *name, const char *value)
{
	if (value)
		buf_fmt(b, "A: %s=%s\\n\n", name, value);
}

static void add_device(struct usb_fake *fake, const struct usb_fake_setup *s, int address)
{
	char memory[TEXT_MAX];
	struct buf b;

	buf_init(&b, memory, sizeof(memory));
	buf_fmt(&b, "P: /devices/usb1/%s\nN: bus/usb/001/%03d\nE: DEVNAME=/dev/bus/usb/001/%03d\n",
		s->path, address, address);
	buf_fmt(&b, "E: DEVTYPE=usb_device\nE: SUBSYSTEM=usb\nE: BUSNUM=001\nE: DEVNUM=%03d\n",
		address);
	buf_fmt(&b, "A: busnum=1\\n\nA: devnum=%d\\n\nA: speed=480\\n\n", address);
	buf_text(&b, "A: bConfigurationValue=1\\n\nA: bNumConfigurations=1\\n\n");
	buf_fmt(&b, "A: idVendor=%04x\\n\nA: idProduct=%04x\\n\n", s->vendor, s->product);
	add_text(&b, "serial", s->serial);
	add_text(&b, "manufacturer", s->maker);
	add_text(&b, "product", s->model);
	add_descriptors(&b, s);
	buf_text(&b, "\n");
	assert_non_null(buf_str(&b));
	usb_fake_add(fake, memory);
}

static void add_hid(struct usb_fake *fake, const struct usb_fake_setup *s,
		    const struct usb_fake_interface *f, int address)
{
	char memory[TEXT_MAX];
	struct buf b;

	if (!f->report || f->unbound)
		return;
	buf_init(&b, memory, sizeof(memory));
	buf_fmt(&b, "P: /devices/usb1/%s/%s:1.%u\nE: SUBSYSTEM=usb\nE: DEVTYPE=usb_interface\n\n",
		s->path, s->path, f->number);
	buf_fmt(&b, "P: /devices/usb1/%s/%s:1.%u/0003:%04X:%04X.%04X\nE: SUBSYSTEM=hid\n", s->path,
		s->path, f->number, s->vendor, s->product, (unsigned)(address * 8 + f->number));
	buf_text(&b, "H: report_descriptor=");
	add_hex(&b, f->report, f->report_n);
	buf_text(&b, "\n\n");
	assert_non_null(buf_str(&b));
	usb_fake_add(fake, memory);
}

/* In place of the plain file that umockdev makes, which epoll does not take. */
static void make_node(struct usb_fake *fake, struct usb_fake_device *d)
{
	gchar *root = umockdev_testbed_get_root_dir(fake->testbed);

	snprintf(d->real, sizeof(d->real), "%s%s", root, d->node);
	g_free(root);
	unlink(d->real);
	assert_int_equal(mkfifo(d->real, 0666), 0);
	d->fifo = open(d->real, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	assert_true(d->fifo >= 0);
	fcntl(d->fifo, F_SETPIPE_SZ, USB_FAKE_PIPE_BYTES);
	d->ready = true;
	usb_fake_update(d);
}

struct usb_fake_device *usb_fake_plug(struct usb_fake *fake, const struct usb_fake_setup *setup)
{
	struct usb_fake_device *d = calloc(1, sizeof(*d));
	const int address = ++fake->last_address;
	GError *error = NULL;
	UMockdevIoctlBase *object;

	assert_non_null(d);
	assert_true(fake->count < USB_FAKE_DEVICES_MAX);
	fake->devices[fake->count++] = d;
	d->fake = fake;
	d->setup = *setup;
	d->address = address;
	d->credit = USB_FAKE_ALL;
	d->status = -1;
	pthread_mutex_init(&d->lock, NULL);
	snprintf(d->node, sizeof(d->node), "/dev/bus/usb/001/%03d", address);
	snprintf(d->syspath, sizeof(d->syspath), "/sys/devices/usb1/%s", setup->path);
	object = usb_fake_object(d);
	add_device(fake, setup, address);
	make_node(fake, d);
	if (!umockdev_testbed_attach_ioctl(fake->testbed, d->node, object, &error))
		fail_msg("%s", error->message);
	g_object_unref(object);
	for (size_t i = 0; i < USB_FAKE_INTERFACES_MAX && setup->interfaces[i].class; i++)
		add_hid(fake, setup, &setup->interfaces[i], address);
	return d;
}

static void remove_hid(struct usb_fake_device *d, const struct usb_fake_interface *f)
{
	const char *path = d->setup.path;
	char hid[256], interface[192];

	if (!f->report || f->unbound)
		return;
	snprintf(interface, sizeof(interface), "%s/%s:1.%u", d->syspath, path, f->number);
	snprintf(hid, sizeof(hid), "%s/0003:%04X:%04X.%04X", interface, d->setup.vendor,
		 d->setup.product, (unsigned)(d->address * 8 + f->number));
	umockdev_testbed_remove_device(d->fake->testbed, hid);
	umockdev_testbed_remove_device(d->fake->testbed, interface);
}

void usb_fake_unplug(struct usb_fake_device *d)
{
	pthread_mutex_lock(&d->lock);
	d->gone = true;
	usb_fake_update(d);
	pthread_mutex_unlock(&d->lock);
	umockdev_testbed_uevent(d->fake->testbed, d->syspath, "remove");
	for (size_t i = 0; i < USB_FAKE_INTERFACES_MAX; i++)
		remove_hid(d, &d->setup.interfaces[i]);
	umockdev_testbed_remove_device(d->fake->testbed, d->syspath);
	unlink(d->real);
}

static void write_serial(const struct usb_fake_device *d, int fd)
{
	const char *serial = d->setup.serial;

	assert_int_equal(write(fd, serial, strlen(serial)), (ssize_t)strlen(serial));
	close(fd);
}

void usb_fake_hang(struct usb_fake_device *d, bool hang)
{
	gchar *root = umockdev_testbed_get_root_dir(d->fake->testbed);
	char path[512];

	snprintf(path, sizeof(path), "%s%s/serial", root, d->syspath);
	g_free(root);
	if (hang == (d->hung > 0))
		return;
	unlink(path);
	if (hang) {
		assert_int_equal(mkfifo(path, 0666), 0);
		d->hung = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
		assert_true(d->hung > 0);
		return;
	}
	if (!d->gone)
		write_serial(d, open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0666));
	write_serial(d, d->hung); /* for who reads it now */
	d->hung = 0;
}

int usb_fake_hung(const struct usb_fake_device *d)
{
	struct stat hung, other;
	int waiting = 0;

	if (d->hung <= 0 || fstat(d->hung, &hung) < 0)
		return 0;
	for (int fd = 0; fd < FDS_MAX; fd++)
		waiting += fd != d->hung && fstat(fd, &other) == 0 && other.st_dev == hung.st_dev &&
			   other.st_ino == hung.st_ino;
	return waiting;
}

void usb_fake_forbid(struct usb_fake_device *d, bool forbid)
{
	assert_int_equal(chmod(d->real, forbid ? 0600 : 0666), 0);
}
