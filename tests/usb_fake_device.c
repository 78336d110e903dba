// SPDX-License-Identifier: Apache-2.0
/*
 * What a faked device does: usbfs's ioctls, and the script.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <linux/usbdevice_fs.h>

#include "tests/usb_fake_inside.h"

#define CONTROL_SETUP 8

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

	if (d->packet_count == USB_FAKE_PACKETS_MAX || n > USB_FAKE_PACKET_MAX)
		abort();
	k = &d->packets[(d->packet_first + d->packet_count++) % USB_FAKE_PACKETS_MAX];
	memcpy(k->bytes, p, n);
	k->n = n;
}

static void answer_status(struct usb_fake_device *d, size_t from)
{
	const uint8_t byte = (uint8_t)d->status, taken = 0;

	for (size_t i = from > 2 ? from - 2 : 0; d->status >= 0 && i + 2 < d->got_n; i++) {
		if (d->got[i] == 0x10 && d->got[i + 1] == 0x04)
			push(d, &byte, 1);
		if (d->got[i] == 0x1d && d->got[i + 1] == 'r' && d->in_order > 0) {
			d->in_order--;
			push(d, &taken, 1);
		}
	}
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
	d->packet_first = (d->packet_first + 1) % USB_FAKE_PACKETS_MAX;
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

void usb_fake_update(struct usb_fake_device *d)
{
	static const char fill[USB_FAKE_PIPE_BYTES];
	char drain[USB_FAKE_PIPE_BYTES];
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
	if (d->urb_count == USB_FAKE_URBS_MAX)
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
	usb_fake_update(d);
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

UMockdevIoctlBase *usb_fake_object(struct usb_fake_device *d)
{
	FakeUsb *object = g_object_new(fake_usb_get_type(), NULL);

	object->device = d;
	return (UMockdevIoctlBase *)object;
}

/* ---- the script ---- */

#define CHANGE(d, what)                                                                            \
	do {                                                                                       \
		pthread_mutex_lock(&(d)->lock);                                                    \
		what;                                                                              \
		usb_fake_update(d);                                                                \
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

void usb_fake_status(struct usb_fake_device *d, int byte)
{
	CHANGE(d, d->status = byte);
}

void usb_fake_in_order(struct usb_fake_device *d, int times)
{
	CHANGE(d, d->in_order = times);
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
