// SPDX-License-Identifier: Apache-2.0
/*
 * The faked bus: ttys. umockdev gives each a pseudo-terminal for its node; what a real tty is
 * asked and a pseudo-terminal does not know is answered here.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/usb_fake_inside.h"

#define TEXT_MAX 8192

typedef struct {
	UMockdevIoctlBase parent;
	int *lines_taken;
} FakeTty;

typedef struct {
	UMockdevIoctlBaseClass parent;
} FakeTtyClass;

GType fake_tty_get_type(void);
G_DEFINE_TYPE(FakeTty, fake_tty, umockdev_ioctl_base_get_type())

/* Modem lines: ready, whatever is set. */
static gboolean on_ioctl(UMockdevIoctlBase *base, UMockdevIoctlClient *client)
{
	const gulong request = umockdev_ioctl_client_get_request(client);
	UMockdevIoctlData *arg = umockdev_ioctl_client_get_arg(client), *data;

	switch (request) {
	case TIOCMGET:
		data = umockdev_ioctl_data_resolve(arg, 0, sizeof(int), NULL);
		*(int *)(void *)data->data = TIOCM_CTS | TIOCM_DSR;
		g_object_unref(data);
		break;
	case TIOCMBIS:
	case TIOCMBIC:
	case TIOCMSET:
		break;
	case TIOCEXCL:
		__atomic_add_fetch(((FakeTty *)base)->lines_taken, 1, __ATOMIC_SEQ_CST);
		break;
	default:
		return FALSE;
	}
	umockdev_ioctl_client_complete(client, 0, 0);
	return TRUE;
}

static void fake_tty_init(FakeTty *self)
{
	(void)self;
}

static void fake_tty_class_init(FakeTtyClass *class)
{
	((UMockdevIoctlBaseClass *)class)->handle_ioctl = on_ioctl;
}

static void answer_for(struct usb_fake *fake, const char *tty)
{
	FakeTty *object = g_object_new(fake_tty_get_type(), NULL);
	GError *error = NULL;
	char node[64];

	object->lines_taken = &fake->lines_taken;
	snprintf(node, sizeof(node), "/dev/%s", tty);
	if (!umockdev_testbed_attach_ioctl(fake->testbed, node, (UMockdevIoctlBase *)object,
					   &error))
		fail_msg("%s", error->message);
	g_object_unref(object);
}

void usb_fake_tty(struct usb_fake *fake, const char *path, uint16_t vendor, uint16_t product,
		  const char *serial, const char *tty)
{
	char memory[TEXT_MAX];
	struct buf b;

	buf_init(&b, memory, sizeof(memory));
	buf_fmt(&b,
		"P: /devices/usb1/%s\nE: DEVTYPE=usb_device\nE: SUBSYSTEM=usb\nA: busnum=1\\n\n"
		"A: devnum=99\\n\nA: idVendor=%04x\\n\nA: idProduct=%04x\\n\nA: serial=%s\\n\n"
		"A: manufacturer=Honeywell\\n\nA: product=Scanner\\n\n\n",
		path, vendor, product, serial);
	buf_fmt(&b, "P: /devices/usb1/%s/%s:1.0\nE: SUBSYSTEM=usb\nE: DEVTYPE=usb_interface\n\n",
		path, path);
	buf_fmt(&b,
		"P: /devices/usb1/%s/%s:1.0/tty/%s\nN: %s\nE: DEVNAME=/dev/%s\n"
		"E: SUBSYSTEM=tty\nA: dev=166:0\\n\nL: device=../../../%s:1.0\n\n",
		path, path, tty, tty, tty, path);
	assert_non_null(buf_str(&b));
	usb_fake_add(fake, memory);
	answer_for(fake, tty);
}

void usb_fake_uart(struct usb_fake *fake, const char *tty, int type)
{
	char memory[TEXT_MAX];
	struct buf b;

	buf_init(&b, memory, sizeof(memory));
	buf_fmt(&b,
		"P: /devices/platform/serial8250/tty/%s\nN: %s\nE: DEVNAME=/dev/%s\n"
		"E: SUBSYSTEM=tty\nA: dev=4:65\\n\nA: type=%d\\n\nL: "
		"device=../../../serial8250\n\n",
		tty, tty, tty, type);
	assert_non_null(buf_str(&b));
	usb_fake_add(fake, memory);
}

int usb_fake_watch(struct usb_fake *fake, const char *tty)
{
	gchar *root = umockdev_testbed_get_root_dir(fake->testbed);
	const int watch = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	char path[512];

	snprintf(path, sizeof(path), "%s/dev/%s", root, tty);
	g_free(root);
	assert_true(watch >= 0 && inotify_add_watch(watch, path, IN_OPEN) >= 0);
	return watch;
}

int usb_fake_opens(int watch)
{
	struct inotify_event events[16];
	int opens = 0;
	ssize_t n;

	while ((n = read(watch, events, sizeof(events))) > 0)
		opens += (int)((size_t)n / sizeof(events[0]));
	return opens;
}

int usb_fake_lines_taken(struct usb_fake *fake)
{
	return __atomic_load_n(&fake->lines_taken, __ATOMIC_SEQ_CST);
}
