// SPDX-License-Identifier: Apache-2.0
#include "tests/usb_fake.h"

#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <linux/usbdevice_fs.h>
#include <umockdev.h>

#include <cmocka.h>

#define PRELOAD	      "libumockdev-preload.so.0"
#define DEVICES_MAX   64
#define URBS_MAX      32
#define PACKETS_MAX   512
#define PACKET_MAX    1024
#define PIPE_BYTES    4096
#define ENDPOINTS     256
#define STALLS_MAX    8
#define TEXT_MAX      8192
#define CONTROL_SETUP 8
#define NOBODY	      65534

struct urb {
	UMockdevIoctlClient *client; /* who opened the node: usbfs keeps these apart */
	UMockdevIoctlData *data, *buffer;
	size_t moved; /* of an OUT transfer */
	bool discarded;
};

struct packet {
	uint8_t bytes[PACKET_MAX];
	size_t n;
};

struct usb_fake_device {
	struct usb_fake *fake;
	struct usb_fake_setup setup;
	char node[64], real[256], syspath[128];
	int fifo, address;
	bool ready, gone;
	pthread_mutex_t lock;

	struct urb urbs[URBS_MAX];
	size_t urb_count;
	struct packet packets[PACKETS_MAX];
	size_t packet_first, packet_count;
	uint8_t got[USB_FAKE_OUT_MAX];
	size_t got_n;
	struct usb_fake_asked asked[USB_FAKE_ASKED_MAX];
	size_t asked_n;

	size_t credit, piece;
	int stalls[ENDPOINTS], fails[ENDPOINTS];
	bool halted[ENDPOINTS];
	bool deaf, no_request[256];
	int busy, status;
	int claims, attached, clears, resets, discards, setting;
};

struct usb_fake {
	UMockdevTestbed *testbed;
	struct usb_fake_device *devices[DEVICES_MAX];
	size_t count;
	int last_address;
};

/* ---- umockdev's object around a device ---- */

typedef struct {
	UMockdevIoctlBase parent;
	struct usb_fake_device *device;
} FakeUsb;
typedef struct {
	UMockdevIoctlBaseClass parent;
} FakeUsbClass;

GType fake_usb_get_type(void);
G_DEFINE_TYPE(FakeUsb, fake_usb, umockdev_ioctl_base_get_type())

static struct usbdevfs_urb *urb_of(const struct urb *u)
{
	return (struct usbdevfs_urb *)(void *)u->data->data;
}

/* ---- what an URB comes to ---- */

static void answer_control(struct usb_fake_device *d, const struct usb_fake_asked *a, uint8_t *p,
			   struct usbdevfs_urb *urb)
{
	const size_t room = (size_t)urb->buffer_length - CONTROL_SETUP;
	const struct usb_fake_interface *f = d->setup.interfaces;
	size_t n = 0;

	urb->status = 0;
	if (a->type == 0xa1 && a->request == 0 && d->setup.device_id) {
		n = strlen(d->setup.device_id);
		p[0] = (uint8_t)((n + 2) >> 8);
		p[1] = (uint8_t)(n + 2);
		memcpy(p + 2, d->setup.device_id, n);
		n += 2;
	} else if (a->type == 0x81 && a->request == 6 && a->value == 0x2200) {
		while (f->class && f->number != (a->index & 0xff))
			f++;
		n = f->report_n < room ? f->report_n : room;
		if (n > 0)
			memcpy(p, f->report, n);
		else
			urb->status = -EPIPE;
	} else if (a->type == 0x21) {
		n = a->length;
	} else {
		urb->status = -EPIPE;
	}
	if (d->no_request[a->request] || urb->status != 0) {
		urb->status = -EPIPE;
		n = 0;
	}
	urb->actual_length = (int)n;
}

static void end_control(struct usb_fake_device *d, struct urb *u)
{
	const uint8_t *p = u->buffer->data;
	struct usb_fake_asked a = { p[0],
				    p[1],
				    (uint16_t)(p[2] | p[3] << 8),
				    (uint16_t)(p[4] | p[5] << 8),
				    (uint16_t)(p[6] | p[7] << 8),
				    { 0 } };

	if (a.type == 0x21)
		memcpy(a.bytes, p + CONTROL_SETUP,
		       a.length < sizeof(a.bytes) ? a.length : sizeof(a.bytes));
	if (d->asked_n < USB_FAKE_ASKED_MAX)
		d->asked[d->asked_n++] = a;
	answer_control(d, &a, u->buffer->data + CONTROL_SETUP, urb_of(u));
}

static void push(struct usb_fake_device *d, const void *p, size_t n)
{
	struct packet *k;

	if (d->packet_count == PACKETS_MAX || n > PACKET_MAX)
		abort();
	k = &d->packets[(d->packet_first + d->packet_count++) % PACKETS_MAX];
	memcpy(k->bytes, p, n);
	k->n = n;
}

static void answer_status(struct usb_fake_device *d, size_t from)
{
	const uint8_t byte = (uint8_t)d->status;

	for (size_t i = from > 2 ? from - 2 : 0; d->status >= 0 && i + 2 < d->got_n; i++)
		if (d->got[i] == 0x10 && d->got[i + 1] == 0x04)
			push(d, &byte, 1);
}

/* Takes what it has credit for; true when the transfer is over. */
static bool move_out(struct usb_fake_device *d, struct urb *u)
{
	struct usbdevfs_urb *urb = urb_of(u);
	const size_t all = (size_t)urb->buffer_length;
	const size_t end = d->piece > 0 && d->piece < all ? d->piece : all;
	size_t n = end - u->moved;
	const size_t before = d->got_n;

	if (n > d->credit)
		n = d->credit;
	if (n > USB_FAKE_OUT_MAX - d->got_n)
		abort();
	memcpy(d->got + d->got_n, u->buffer->data + u->moved, n);
	d->got_n += n;
	if (d->credit != USB_FAKE_ALL)
		d->credit -= n;
	u->moved += n;
	answer_status(d, before);
	if (u->moved < end)
		return false;
	urb->actual_length = (int)u->moved;
	urb->status = 0;
	return true;
}

static bool move_in(struct usb_fake_device *d, struct urb *u)
{
	struct usbdevfs_urb *urb = urb_of(u);
	const struct packet *k = &d->packets[d->packet_first];

	if (d->packet_count == 0)
		return false;
	urb->status = k->n > (size_t)urb->buffer_length ? -EOVERFLOW : 0;
	urb->actual_length = urb->status == 0 ? (int)k->n : 0;
	memcpy(u->buffer->data, k->bytes, (size_t)urb->actual_length);
	d->packet_first = (d->packet_first + 1) % PACKETS_MAX;
	d->packet_count--;
	return true;
}

static bool end_with(struct usbdevfs_urb *urb, int status, size_t moved)
{
	urb->status = status;
	urb->actual_length = (int)moved;
	return true;
}

/* Is it over? Then its status and length are set. */
static bool settle(struct usb_fake_device *d, struct urb *u)
{
	struct usbdevfs_urb *urb = urb_of(u);
	const uint8_t e = urb->endpoint;

	if (u->discarded)
		return end_with(urb, -ENOENT, u->moved);
	if (d->gone)
		return end_with(urb, -ESHUTDOWN, u->moved);
	if (urb->type == USBDEVFS_URB_TYPE_CONTROL) {
		if (d->deaf)
			return false;
		end_control(d, u);
		return true;
	}
	if (d->halted[e])
		return end_with(urb, -EPIPE, 0);
	if (d->stalls[e] > 0) {
		d->stalls[e]--;
		d->halted[e] = true;
		return end_with(urb, -EPIPE, 0);
	}
	if (d->fails[e] > 0) {
		d->fails[e]--;
		return end_with(urb, -EPROTO, 0);
	}
	return e & 0x80 ? move_in(d, u) : move_out(d, u);
}

/* Would one be over? Asked of each change, to wake who polls; only the reap settles. */
static bool would_end(const struct usb_fake_device *d, const struct urb *u)
{
	const struct usbdevfs_urb *urb = urb_of(u);
	const uint8_t e = urb->endpoint;

	if (u->discarded || d->gone)
		return true;
	if (urb->type == USBDEVFS_URB_TYPE_CONTROL)
		return !d->deaf;
	if (d->halted[e] || d->stalls[e] > 0 || d->fails[e] > 0)
		return true;
	return e & 0x80 ? d->packet_count > 0 : d->credit > 0;
}

static void update(struct usb_fake_device *d)
{
	static const char fill[PIPE_BYTES];
	char drain[PIPE_BYTES];
	bool ready = false;

	for (size_t i = 0; i < d->urb_count; i++)
		ready = ready || would_end(d, &d->urbs[i]);
	if (ready == d->ready || d->fifo < 0)
		return;
	d->ready = ready;
	if (ready)
		while (read(d->fifo, drain, sizeof(drain)) > 0)
			;
	else
		while (write(d->fifo, fill, sizeof(fill)) > 0)
			;
}

/* ---- ioctls, on umockdev's thread ---- */

static int do_submit(struct usb_fake_device *d, UMockdevIoctlClient *client,
		     UMockdevIoctlData *data)
{
	const struct usbdevfs_urb *urb = (struct usbdevfs_urb *)(void *)data->data;
	struct urb *u = &d->urbs[d->urb_count];

	if (d->gone)
		return ENODEV;
	if (d->urb_count == URBS_MAX)
		abort();
	*u = (struct urb){ .client = client, .data = g_object_ref(data) };
	u->buffer = umockdev_ioctl_data_resolve(data, offsetof(struct usbdevfs_urb, buffer),
						(gsize)urb->buffer_length, NULL);
	d->urb_count++;
	return 0;
}

static int do_discard(struct usb_fake_device *d, UMockdevIoctlData *arg)
{
	gulong address;

	memcpy(&address, arg->data, sizeof(address));
	for (size_t i = 0; i < d->urb_count; i++) {
		if (d->urbs[i].data->client_addr != address)
			continue;
		d->urbs[i].discarded = true;
		d->discards++;
		return 0;
	}
	return EINVAL;
}

static int do_reap(struct usb_fake_device *d, UMockdevIoctlClient *client, UMockdevIoctlData *data)
{
	for (size_t i = 0; i < d->urb_count; i++) {
		struct urb u = d->urbs[i];

		if (u.client != client || !settle(d, &d->urbs[i]))
			continue;
		umockdev_ioctl_data_set_ptr(data, 0, u.data);
		memmove(&d->urbs[i], &d->urbs[i + 1], (d->urb_count - i - 1) * sizeof(d->urbs[0]));
		d->urb_count--;
		if (u.buffer)
			g_object_unref(u.buffer);
		g_object_unref(u.data);
		return 0;
	}
	return d->gone ? ENODEV : EAGAIN;
}

static int do_clear(struct usb_fake_device *d, UMockdevIoctlData *data)
{
	unsigned endpoint;

	memcpy(&endpoint, data->data, sizeof(endpoint));
	d->halted[endpoint & 0xff] = false;
	d->clears++;
	return 0;
}

static int do_plain(struct usb_fake_device *d, UMockdevIoctlData *data)
{
	const struct usbdevfs_ioctl *inner = (struct usbdevfs_ioctl *)(void *)data->data;

	if (inner->ioctl_code == (int)USBDEVFS_CONNECT)
		d->attached++;
	return 0;
}

static int do_claim(struct usb_fake_device *d)
{
	if (d->busy == 0)
		d->claims++;
	return d->busy;
}

static int answer(struct usb_fake_device *d, UMockdevIoctlClient *client, UMockdevIoctlData *arg,
		  UMockdevIoctlData *data)
{
	const gulong request = umockdev_ioctl_client_get_request(client);
	const guint32 able = USBDEVFS_CAP_ZERO_PACKET | USBDEVFS_CAP_BULK_CONTINUATION |
			     USBDEVFS_CAP_NO_PACKET_SIZE_LIM | USBDEVFS_CAP_REAP_AFTER_DISCONNECT;

	switch (request) {
	case USBDEVFS_REAPURB:
	case USBDEVFS_REAPURBNDELAY:
		return do_reap(d, client, data);
	case USBDEVFS_DISCARDURB:
		return do_discard(d, arg);
	}
	if (d->gone)
		return ENODEV;
	switch (request) {
	case USBDEVFS_GET_CAPABILITIES:
		memcpy(data->data, &able, sizeof(able));
		return 0;
	case USBDEVFS_SUBMITURB:
		return do_submit(d, client, data);
	case USBDEVFS_CLAIMINTERFACE:
	case USBDEVFS_DISCONNECT_CLAIM:
		return do_claim(d);
	case USBDEVFS_RELEASEINTERFACE:
		d->claims--;
		return 0;
	case USBDEVFS_CLEAR_HALT:
		return do_clear(d, data);
	case USBDEVFS_RESET:
		d->resets++;
		return 0;
	case USBDEVFS_IOCTL:
		return do_plain(d, data);
	case USBDEVFS_SETINTERFACE:
		d->setting = (int)((struct usbdevfs_setinterface *)(void *)data->data)->altsetting;
		return 0;
	case USBDEVFS_GETDRIVER:
		return ENODATA;
	}
	return ENOTTY;
}

static gboolean on_ioctl(UMockdevIoctlBase *base, UMockdevIoctlClient *client)
{
	struct usb_fake_device *d = ((FakeUsb *)base)->device;
	const gulong request = umockdev_ioctl_client_get_request(client);
	const gsize size = (request >> _IOC_SIZESHIFT) & _IOC_SIZEMASK;
	UMockdevIoctlData *arg = umockdev_ioctl_client_get_arg(client);
	UMockdevIoctlData *data = size ? umockdev_ioctl_data_resolve(arg, 0, size, NULL) : NULL;
	int error;

	pthread_mutex_lock(&d->lock);
	error = answer(d, client, arg, data);
	update(d);
	pthread_mutex_unlock(&d->lock);
	umockdev_ioctl_client_complete(client, error ? -1 : 0, error);
	if (data)
		g_object_unref(data);
	return TRUE;
}

static void fake_usb_init(FakeUsb *self)
{
	(void)self;
}

static void fake_usb_class_init(FakeUsbClass *class)
{
	((UMockdevIoctlBaseClass *)class)->handle_ioctl = on_ioctl;
}

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

static void add(struct usb_fake *fake, const char *text)
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

	add(fake,
	    "P: /devices/usb1\nN: bus/usb/001/001\nE: DEVNAME=/dev/bus/usb/001/001\n"
	    "E: DEVTYPE=usb_device\nE: SUBSYSTEM=usb\nE: BUSNUM=001\nE: DEVNUM=001\n"
	    "A: busnum=1\\n\nA: devnum=1\\n\nA: speed=480\\n\nA: bConfigurationValue=1\\n\n"
	    "A: bNumConfigurations=1\\n\nA: idVendor=1d6b\\n\nA: idProduct=0002\\n\n"
	    "H: descriptors=12010002090001406b1d020001010302010109021900010100e00009040000010900"
	    "00000705810304000c\n\n");
	return fake;
}

void usb_fake_free(struct usb_fake *fake)
{
	for (size_t i = 0; i < fake->count; i++) {
		struct usb_fake_device *d = fake->devices[i];

		umockdev_testbed_detach_ioctl(fake->testbed, d->node, NULL);
		close(d->fifo);
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
	add(fake, memory);
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
	add(fake, memory);
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
	fcntl(d->fifo, F_SETPIPE_SZ, PIPE_BYTES);
	d->ready = true;
	update(d);
}

struct usb_fake_device *usb_fake_plug(struct usb_fake *fake, const struct usb_fake_setup *setup)
{
	struct usb_fake_device *d = calloc(1, sizeof(*d));
	const int address = ++fake->last_address;
	GError *error = NULL;
	FakeUsb *object;

	assert_non_null(d);
	assert_true(fake->count < DEVICES_MAX);
	fake->devices[fake->count++] = d;
	d->fake = fake;
	d->setup = *setup;
	d->address = address;
	d->credit = USB_FAKE_ALL;
	d->status = -1;
	pthread_mutex_init(&d->lock, NULL);
	snprintf(d->node, sizeof(d->node), "/dev/bus/usb/001/%03d", address);
	snprintf(d->syspath, sizeof(d->syspath), "/sys/devices/usb1/%s", setup->path);
	object = g_object_new(fake_usb_get_type(), NULL);
	object->device = d;
	add_device(fake, setup, address);
	make_node(fake, d);
	if (!umockdev_testbed_attach_ioctl(fake->testbed, d->node, (UMockdevIoctlBase *)object,
					   &error))
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
	update(d);
	pthread_mutex_unlock(&d->lock);
	umockdev_testbed_uevent(d->fake->testbed, d->syspath, "remove");
	for (size_t i = 0; i < USB_FAKE_INTERFACES_MAX; i++)
		remove_hid(d, &d->setup.interfaces[i]);
	umockdev_testbed_remove_device(d->fake->testbed, d->syspath);
	unlink(d->real);
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
	add(fake, memory);
}

/* ---- the script ---- */

#define CHANGE(d, what)                                                                            \
	do {                                                                                       \
		pthread_mutex_lock(&(d)->lock);                                                    \
		what;                                                                              \
		update(d);                                                                         \
		pthread_mutex_unlock(&(d)->lock);                                                  \
	} while (0)

void usb_fake_takes(struct usb_fake_device *d, size_t bytes)
{
	CHANGE(d, d->credit = bytes);
}

void usb_fake_piece(struct usb_fake_device *d, size_t bytes)
{
	CHANGE(d, d->piece = bytes);
}

void usb_fake_stall(struct usb_fake_device *d, uint8_t endpoint, int times)
{
	CHANGE(d, d->stalls[endpoint] = times);
}

void usb_fake_fail(struct usb_fake_device *d, uint8_t endpoint, int times)
{
	CHANGE(d, d->fails[endpoint] = times);
}

void usb_fake_deaf(struct usb_fake_device *d, bool deaf)
{
	CHANGE(d, d->deaf = deaf);
}

void usb_fake_stall_control(struct usb_fake_device *d, uint8_t request)
{
	CHANGE(d, d->no_request[request] = true);
}

void usb_fake_busy(struct usb_fake_device *d, int error)
{
	CHANGE(d, d->busy = error);
}

void usb_fake_forbid(struct usb_fake_device *d, bool forbid)
{
	assert_int_equal(chmod(d->real, forbid ? 0600 : 0666), 0);
}

void usb_fake_status(struct usb_fake_device *d, int byte)
{
	CHANGE(d, d->status = byte);
}

void usb_fake_send(struct usb_fake_device *d, const void *p, size_t n)
{
	CHANGE(d, push(d, p, n));
}

size_t usb_fake_got(struct usb_fake_device *d, void *ret_bytes, size_t cap)
{
	size_t n;

	pthread_mutex_lock(&d->lock);
	n = d->got_n;
	if (ret_bytes)
		memcpy(ret_bytes, d->got, n < cap ? n : cap);
	pthread_mutex_unlock(&d->lock);
	return n;
}

size_t usb_fake_asked(struct usb_fake_device *d, struct usb_fake_asked *ret_asked, size_t cap)
{
	size_t n;

	pthread_mutex_lock(&d->lock);
	n = d->asked_n < cap ? d->asked_n : cap;
	memcpy(ret_asked, d->asked, n * sizeof(*ret_asked));
	pthread_mutex_unlock(&d->lock);
	return n;
}

static int read_int(struct usb_fake_device *d, const int *value)
{
	int n;

	pthread_mutex_lock(&d->lock);
	n = *value;
	pthread_mutex_unlock(&d->lock);
	return n;
}

int usb_fake_claims(struct usb_fake_device *d)
{
	return read_int(d, &d->claims);
}

int usb_fake_attached(struct usb_fake_device *d)
{
	return read_int(d, &d->attached);
}

int usb_fake_clears(struct usb_fake_device *d)
{
	return read_int(d, &d->clears);
}

int usb_fake_resets(struct usb_fake_device *d)
{
	return read_int(d, &d->resets);
}

int usb_fake_discards(struct usb_fake_device *d)
{
	return read_int(d, &d->discards);
}

int usb_fake_setting(struct usb_fake_device *d)
{
	return read_int(d, &d->setting);
}

int usb_fake_waiting(struct usb_fake_device *d, uint8_t endpoint)
{
	int n = 0;

	pthread_mutex_lock(&d->lock);
	for (size_t i = 0; i < d->urb_count; i++)
		n += urb_of(&d->urbs[i])->endpoint == endpoint;
	pthread_mutex_unlock(&d->lock);
	return n;
}
