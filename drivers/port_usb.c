// SPDX-License-Identifier: Apache-2.0
/*
 * USB printers and HID scanners. Which interface, and which of its pipes, is always read from
 * the descriptors: the addresses differ from model to model. The kernel's driver is taken off
 * while the port is open and gets its interface back when it closes. A device is never reset:
 * that would cost a printer its state.
 *
 * A printer that is out of paper takes no more bytes, for hours if need be: one write of at most
 * USB_OUT_BYTES is out, comes back after USB_OUT_MS with what it has moved, and goes on from
 * there. Nothing that moved is ever sent again.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "drivers/port_usb.h"

#define HID_DESCRIPTOR	 0x21 /* HID 1.11, section 6.2.1: 9 bytes, the report's length in 7 and 8 */
#define HID_REPORT_CLASS 0x22
#define CLASS_OUT	 0x21
#define SET_REPORT	 0x09

/* ---- which one ---- */

static bool fits(const struct port_address *a, const struct usb_found *f)
{
	if (a->usb_path[0])
		return strcmp(a->usb_path, f->seen.path) == 0;
	return a->usb_vendor == f->seen.vendor && a->usb_product == f->seen.product &&
	       (!a->path[0] || strcmp(a->path, f->seen.serial) == 0 ||
		strcmp(a->path, f->seen.usb_path) == 0);
}

/* Of one device with several interfaces the likeliest first, where the address leaves it open. */
static const enum seen_look likely[] = { SEEN_PRINTER, SEEN_HIDPOS, SEEN_KEYBOARD, SEEN_HID,
					 SEEN_OTHER };

static bool taken(struct usb_bus *bus, const struct usb_found *f, bool *ret_closing)
{
	for (const struct port_usb *u = usb_bus_lines(bus); u; u = u->next) {
		if (strcmp(u->seen.path, f->seen.path) != 0 || !u->handle ||
		    libusb_get_device(u->handle) != f->device)
			continue;
		*ret_closing = !u->port;
		return true;
	}
	return false;
}

/* ---- its pipes ---- */

static void take_pipes(struct port_usb *usb, const struct libusb_interface_descriptor *d, int type)
{
	usb->in = usb->out = 0;
	usb->packet = 0;
	for (int i = 0; i < d->bNumEndpoints; i++) {
		const struct libusb_endpoint_descriptor *e = &d->endpoint[i];
		const bool in = e->bEndpointAddress & LIBUSB_ENDPOINT_IN;

		if ((e->bmAttributes & LIBUSB_TRANSFER_TYPE_MASK) != type)
			continue;
		if (in && !usb->in) {
			usb->in = e->bEndpointAddress;
			usb->packet = e->wMaxPacketSize & 0x7ff;
		} else if (!in && !usb->out) {
			usb->out = e->bEndpointAddress;
		}
	}
	usb->setting = d->bAlternateSetting;
}

/* Of a printer's settings: two ways before one way, and not IEEE 1284.4 packets. */
static void take_printer(struct port_usb *usb, const struct libusb_interface *all)
{
	static const uint8_t protocols[] = { 2, 1 };

	usb->class = USB_CLASS_OF_PRINTER;
	for (size_t p = 0; p < COUNT_OF(protocols) && !usb->out; p++)
		for (int i = 0; i < all->num_altsetting && !usb->out; i++)
			if (all->altsetting[i].bInterfaceClass == LIBUSB_CLASS_PRINTER &&
			    all->altsetting[i].bInterfaceProtocol == protocols[p])
				take_pipes(usb, &all->altsetting[i], LIBUSB_TRANSFER_TYPE_BULK);
}

static void take_hid(struct port_usb *usb, const struct libusb_interface_descriptor *d)
{
	usb->class = USB_CLASS_OF_HID;
	usb->boot_keyboard = d->bInterfaceSubClass == 1 && d->bInterfaceProtocol == 1;
	usb->descriptor_wanted = USB_DESCRIPTOR_BYTES;
	for (int at = 0; at + 9 <= d->extra_length && d->extra[at] >= 2; at += d->extra[at])
		if (d->extra[at] >= 9 && d->extra[at + 1] == HID_DESCRIPTOR &&
		    d->extra[at + 6] == HID_REPORT_CLASS)
			usb->descriptor_wanted = (size_t)(d->extra[at + 7] | d->extra[at + 8] << 8);
	take_pipes(usb, d, LIBUSB_TRANSFER_TYPE_INTERRUPT);
}

static int take_interface(struct port_usb *usb, struct libusb_device *device)
{
	struct libusb_config_descriptor *config;
	int r = libusb_get_active_config_descriptor(device, &config);

	if (r < 0)
		return usb_error(r);
	r = -ENOTSUP;
	for (int i = 0; i < config->bNumInterfaces; i++) {
		const struct libusb_interface *all = &config->interface[i];

		if (all->num_altsetting < 1 || all->altsetting->bInterfaceNumber != usb->interface)
			continue;
		if (usb->seen.look == SEEN_PRINTER) {
			take_printer(usb, all);
		} else if (all->altsetting->bInterfaceClass == LIBUSB_CLASS_HID) {
			take_hid(usb, all->altsetting);
		} else if (all->altsetting->bInterfaceClass == LIBUSB_CLASS_VENDOR_SPEC) {
			usb->class = USB_CLASS_OF_VENDOR;
			take_pipes(usb, all->altsetting, LIBUSB_TRANSFER_TYPE_BULK);
		}
		if (usb->class == USB_CLASS_OF_HID ? usb->in : usb->out)
			r = 0;
		if (usb->packet > USB_IN_BYTES || usb->descriptor_wanted > USB_DESCRIPTOR_BYTES)
			r = -ENOTSUP;
	}
	libusb_free_config_descriptor(config);
	return r;
}

/* ---- open and close ---- */

static bool take_transfers(struct port_usb *usb)
{
	struct usb_slot *const slots[] = { &usb->control, &usb->outgoing, &usb->incoming[0],
					   &usb->incoming[1] };

	for (size_t i = 0; i < COUNT_OF(slots); i++) {
		slots[i]->usb = usb;
		slots[i]->transfer = libusb_alloc_transfer(0);
		if (!slots[i]->transfer)
			return false;
	}
	return true;
}

static int claim(struct port_usb *usb, struct libusb_device *device)
{
	int r = take_interface(usb, device);

	if (r < 0)
		return r;
	r = libusb_open(device, &usb->handle);
	if (r < 0)
		return usb_error(r);
	libusb_set_auto_detach_kernel_driver(usb->handle, 1);
	r = libusb_claim_interface(usb->handle, usb->interface);
	usb->claimed = r == 0;
	return usb_error(r);
}

static int open_found(struct port *port, const struct usb_found *f)
{
	struct port_usb *usb = calloc(1, sizeof(*usb));
	int r = -ENOMEM;

	if (!usb)
		return r;
	usb->seen = f->seen;
	usb->interface = f->interface;
	if (take_transfers(usb))
		r = claim(usb, f->device);
	usb_bus_adopt(port->bus, usb);
	if (r < 0) {
		usb_bus_reap(port->bus);
		return r;
	}
	usb->port = port;
	port->usb = usb;
	return 0;
}

static int open_first(struct port *port, const struct usb_found *found, size_t n)
{
	bool closing;
	int r = -ENODEV;

	for (size_t i = 0; i < n * COUNT_OF(likely) && !port->usb; i++) {
		const struct usb_found *f = &found[i % n];

		if (f->seen.look != likely[i / n] || !fits(&port->address, f))
			continue;
		if (taken(port->bus, f, &closing))
			r = closing ? -EALREADY : -EBUSY;
		else
			r = open_found(port, f);
	}
	return r;
}

static int usb_open(struct port *port)
{
	struct usb_found *found;
	size_t n;
	int r;

	if (!port->bus)
		return -ENODEV;
	found = calloc(SEEN_MAX, sizeof(*found));
	if (!found)
		return -ENOMEM;
	n = usb_find(port->bus, found, SEEN_MAX);
	r = open_first(port, found, n);
	usb_forget(found, n);
	free(found);
	if (r < 0)
		return r;
	usb_prepare(port->usb);
	return -EINPROGRESS;
}

static int usb_finish(struct port *port)
{
	(void)port;
	return -EINPROGRESS; /* there is no descriptor here that would ask */
}

static void usb_close(struct port *port)
{
	struct port_usb *usb = port->usb;

	if (!usb)
		return;
	port->usb = NULL;
	usb->port = NULL;
	usb_cancel(usb);
	usb_bus_reap(usb->bus);
}

/* ---- in ---- */

static int submit_read(struct port_usb *usb, size_t i)
{
	struct usb_slot *slot = &usb->incoming[i];
	size_t n = usb->class == USB_CLASS_OF_HID ? usb->read_bytes : USB_IN_BYTES;

	slot->empty = false;
	if (usb->class == USB_CLASS_OF_HID)
		libusb_fill_interrupt_transfer(slot->transfer, usb->handle, usb->in,
					       usb->in_bytes[i], (int)n, NULL, NULL, 0);
	else
		libusb_fill_bulk_transfer(slot->transfer, usb->handle, usb->in, usb->in_bytes[i],
					  (int)n, NULL, NULL, 0);
	return usb_submit(slot);
}

/* Padded or cut to what the descriptor says, so that a driver can count on it. */
static void deliver_report(struct port_usb *usb, uint8_t *p, size_t n)
{
	const size_t wanted =
		hid_report_bytes(&usb->layout, HID_INPUT, usb->layout.has_ids ? p[0] : 0);

	if (wanted == 0 || wanted > USB_IN_BYTES) {
		usb->odd++;
		return;
	}
	if (n < wanted)
		memset(p + n, 0, wanted - n);
	port_deliver(usb->port, p, wanted);
}

/* Nothing may be out on an endpoint while its halt is cleared. */
static void clear_next(struct port_usb *usb)
{
	bool reading = false;
	int r;

	for (size_t i = 0; i < USB_INS; i++)
		reading = reading || usb->incoming[i].out;
	if (usb->working != USB_WORK_NONE)
		return;
	if (usb->in_halted && !reading)
		usb->work_endpoint = usb->in;
	else if (usb->out_halted)
		usb->work_endpoint = usb->out;
	else
		return;
	r = usb_work(usb, USB_WORK_CLEAR);
	if (r < 0)
		usb_break(usb, r, NULL);
}

static bool stalled(struct port_usb *usb)
{
	if (++usb->stalls <= USB_STALLS_MAX)
		return false;
	usb_break(usb, -EPIPE, "the device refuses its own pipe");
	return true;
}

static void halt_in(struct port_usb *usb)
{
	if (usb->in_halted || stalled(usb))
		return;
	usb->in_halted = true;
	for (size_t i = 0; i < USB_INS; i++)
		if (usb->incoming[i].out)
			libusb_cancel_transfer(usb->incoming[i].transfer);
}

static void take_bytes(struct port_usb *usb, struct usb_slot *slot)
{
	struct libusb_transfer *t = slot->transfer;

	usb->errors = 0;
	if (t->actual_length == 0) {
		slot->empty = true;
		port_wait(usb->port, USB_EMPTY_MS);
		return;
	}
	usb->stalls = 0;
	if (usb->class == USB_CLASS_OF_HID)
		deliver_report(usb, t->buffer, (size_t)t->actual_length);
	else
		port_deliver(usb->port, t->buffer, (size_t)t->actual_length);
}

static void on_read(struct usb_slot *slot)
{
	struct port_usb *usb = slot->usb;
	int r;

	switch (slot->transfer->status) {
	case LIBUSB_TRANSFER_COMPLETED:
		take_bytes(usb, slot);
		break;
	case LIBUSB_TRANSFER_STALL:
		halt_in(usb);
		break;
	case LIBUSB_TRANSFER_NO_DEVICE:
		usb_break(usb, -ENODEV, NULL);
		break;
	case LIBUSB_TRANSFER_ERROR:
	case LIBUSB_TRANSFER_OVERFLOW:
		if (++usb->errors > USB_ERRORS_MAX)
			usb_break(usb, -EIO, NULL);
		break;
	case LIBUSB_TRANSFER_CANCELLED:
	case LIBUSB_TRANSFER_TIMED_OUT:
		break;
	}
	if (!usb->port)
		return;
	if (usb->in_halted) {
		clear_next(usb);
		return;
	}
	r = slot->empty ? 0 : submit_read(usb, (size_t)(slot - usb->incoming));
	if (r < 0)
		usb_break(usb, r, NULL);
}

static int read_all(struct port_usb *usb)
{
	int r = 0;

	for (size_t i = 0; i < USB_INS && r == 0; i++)
		if (!usb->incoming[i].out)
			r = submit_read(usb, i);
	return r;
}

/* One read takes one report: a whole number of packets, or a longer one could not come in, and
 * no more than the longest report needs, or short ones would wait for each other. */
int usb_read_start(struct port_usb *usb)
{
	size_t longest = 1;

	if (!usb->in)
		return 0;
	if (usb->packet == 0)
		return -EPROTO;
	for (size_t i = 0; i < usb->layout.report_count; i++)
		if (usb->layout.reports[i].type == HID_INPUT &&
		    usb->layout.reports[i].bytes > longest)
			longest = usb->layout.reports[i].bytes;
	usb->read_bytes = (longest + usb->packet - 1) / usb->packet * usb->packet;
	if (usb->read_bytes > USB_IN_BYTES)
		usb->read_bytes = USB_IN_BYTES / usb->packet * usb->packet;
	for (size_t i = 0; i < USB_INS; i++)
		usb->incoming[i].done = on_read;
	return read_all(usb);
}

/* ---- out ---- */

static void on_written(struct usb_slot *slot);

static int submit_write(struct port_usb *usb)
{
	uint8_t *p = usb->out_bytes + usb->out_at;
	const int n = (int)(usb->out_n - usb->out_at);
	struct libusb_transfer *t = usb->outgoing.transfer;

	usb->outgoing.done = on_written;
	if (usb->class == USB_CLASS_OF_HID)
		libusb_fill_interrupt_transfer(t, usb->handle, usb->out, p, n, NULL, NULL,
					       USB_OUT_MS);
	else
		libusb_fill_bulk_transfer(t, usb->handle, usb->out, p, n, NULL, NULL, USB_OUT_MS);
	return usb_submit(&usb->outgoing);
}

static void sent(struct port_usb *usb)
{
	usb->sending = false;
	port_writable(usb->port);
}

static void go_on(struct port_usb *usb)
{
	int r;

	if (usb->out_at >= usb->out_n) {
		sent(usb);
		return;
	}
	r = submit_write(usb);
	if (r < 0)
		usb_break(usb, r, NULL);
}

static void on_written(struct usb_slot *slot)
{
	struct port_usb *usb = slot->usb;
	const struct libusb_transfer *t = slot->transfer;

	usb->out_at += (size_t)t->actual_length;
	if (t->actual_length > 0)
		usb->stalls = 0;
	switch (t->status) {
	case LIBUSB_TRANSFER_COMPLETED:
	case LIBUSB_TRANSFER_TIMED_OUT:
		go_on(usb);
		break;
	case LIBUSB_TRANSFER_STALL:
		if (stalled(usb))
			break;
		usb->out_halted = true;
		clear_next(usb);
		break;
	case LIBUSB_TRANSFER_NO_DEVICE:
		usb_break(usb, -ENODEV, NULL);
		break;
	case LIBUSB_TRANSFER_ERROR:
	case LIBUSB_TRANSFER_OVERFLOW:
	case LIBUSB_TRANSFER_CANCELLED:
		/* Whether the packet got there nobody knows: sending it again might double it. */
		usb_break(usb, -EIO, NULL);
		break;
	}
}

void usb_cleared(struct port_usb *usb)
{
	int r = 0;

	if (usb->work_endpoint == usb->in) {
		usb->in_halted = false;
		r = read_all(usb);
	} else {
		usb->out_halted = false;
		go_on(usb);
	}
	if (r < 0)
		usb_break(usb, r, NULL);
	else if (usb->port)
		clear_next(usb);
}

static void on_report_set(struct usb_slot *slot)
{
	struct port_usb *usb = slot->usb;

	/* A device that does not know the report stalls it; the next one may be known. */
	if (slot->transfer->status == LIBUSB_TRANSFER_NO_DEVICE)
		usb_break(usb, -ENODEV, NULL);
	else
		sent(usb);
}

/* One report, in whole, by the interrupt pipe or as a request. */
static ssize_t write_report(struct port_usb *usb, const uint8_t *p, size_t n)
{
	const uint8_t id = usb->layout.has_ids ? p[0] : 0;
	enum hid_type type = HID_OUTPUT;
	size_t wanted = hid_report_bytes(&usb->layout, type, id);
	int r;

	if (wanted == 0) {
		type = HID_FEATURE;
		wanted = hid_report_bytes(&usb->layout, type, id);
	}
	if (wanted == 0 || wanted > USB_OUT_BYTES) {
		usb->odd++;
		return (ssize_t)n; /* how long it is nobody knows, nor what comes behind it */
	}
	memset(usb->out_bytes, 0, wanted);
	memcpy(usb->out_bytes, p, n < wanted ? n : wanted);
	usb->out_at = 0;
	usb->out_n = wanted;
	if (type == HID_OUTPUT && usb->out) {
		r = submit_write(usb);
	} else {
		usb->control.done = on_report_set;
		r = usb_ask(usb, CLASS_OUT, SET_REPORT,
			    (uint16_t)((type == HID_OUTPUT ? 0x0200 : 0x0300) | id), usb->out_bytes,
			    wanted);
	}
	if (r < 0)
		return r;
	usb->sending = true;
	return (ssize_t)(n < wanted ? n : wanted);
}

static ssize_t usb_write(struct port *port, const void *p, size_t n)
{
	struct port_usb *usb = port->usb;
	int r;

	if (usb->sending)
		return -EAGAIN;
	if (usb->class == USB_CLASS_OF_HID)
		return write_report(usb, p, n);
	usb->out_at = 0;
	usb->out_n = n < USB_OUT_BYTES ? n : USB_OUT_BYTES;
	memcpy(usb->out_bytes, p, usb->out_n);
	r = submit_write(usb);
	if (r < 0)
		return r;
	usb->sending = true;
	return (ssize_t)usb->out_n;
}

static ssize_t usb_read(struct port *port, void *p, size_t n)
{
	(void)port;
	(void)p;
	(void)n;
	return -EAGAIN; /* reads come by themselves */
}

static void usb_timer(struct port *port)
{
	struct port_usb *usb = port->usb;
	int r = 0;

	for (size_t i = 0; i < USB_INS && r == 0 && !usb->in_halted; i++)
		if (usb->incoming[i].empty)
			r = submit_read(usb, i);
	if (r < 0)
		usb_break(usb, r, NULL);
}

const struct port_ops port_usb_ops = {
	.open = usb_open,
	.finish = usb_finish,
	.close = usb_close,
	.read = usb_read,
	.write = usb_write,
	.timer = usb_timer,
};

/* ---- what an open port knows ---- */

static const struct port_usb *usb_of(const struct port *port)
{
	return port->state == PORT_UP ? port->usb : NULL;
}

struct slice port_descriptor(const struct port *port)
{
	const struct port_usb *usb = usb_of(port);

	return usb ? (struct slice){ (const char *)usb->descriptor, usb->descriptor_n }
		   : slice_of("");
}

const char *port_model(const struct port *port)
{
	const struct port_usb *usb = usb_of(port);

	return usb ? usb->model : "";
}

int port_usb_ids(const struct port *port, int *ret_vendor, int *ret_product)
{
	const struct port_usb *usb = usb_of(port);

	if (!usb)
		return -ENOTCONN;
	*ret_vendor = usb->seen.vendor;
	*ret_product = usb->seen.product;
	return 0;
}

const char *port_usb_path(const struct port *port)
{
	const struct port_usb *usb = usb_of(port);

	return usb ? usb->seen.path : "";
}
