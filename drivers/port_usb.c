// SPDX-License-Identifier: Apache-2.0
/*
 * USB printers and HID scanners. Which interface, and which of its pipes, is always read from
 * the descriptors: the addresses differ from model to model. The kernel's driver is taken off
 * while the port is open and gets its interface back when it closes. A device is never reset:
 * that would cost a printer its state.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "drivers/port_usb.h"

#define HID_DESCRIPTOR	 0x21 /* HID 1.11, section 6.2.1: 9 bytes, the report's length in 7 and 8 */
#define HID_REPORT_CLASS 0x22

/* ---- which one ---- */

static bool fits(const struct port_address *a, const struct seen *seen)
{
	if (a->usb_path[0])
		return strcmp(a->usb_path, seen->path) == 0;
	return a->usb_vendor == seen->vendor && a->usb_product == seen->product &&
	       (!a->path[0] || strcmp(a->path, seen->serial) == 0 ||
		strcmp(a->path, seen->usb_path) == 0);
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

static int take_interface(struct port_usb *usb, const struct usb_found *f)
{
	struct libusb_config_descriptor *config;
	/* libusb has it in its memory; which one is active it would read from sysfs. */
	int r = libusb_get_config_descriptor_by_value(f->device, f->configuration, &config);

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

static int claim(struct port_usb *usb, const struct usb_found *f)
{
	int r;

	usb->seen = f->seen;
	usb->interface = f->interface;
	usb->in = usb->out = 0; /* what an attempt at another one left */
	usb->boot_keyboard = false;
	usb->descriptor_wanted = usb->packet = 0;
	r = take_interface(usb, f);
	if (r < 0)
		return r;
	r = libusb_open(f->device, &usb->handle);
	if (r < 0)
		return usb_error(r);
	libusb_set_auto_detach_kernel_driver(usb->handle, 1);
	r = libusb_claim_interface(usb->handle, usb->interface);
	usb->claimed = r == 0;
	if (r < 0) {
		libusb_close(usb->handle);
		usb->handle = NULL;
	}
	return usb_error(r);
}

static int claim_first(struct port_usb *usb)
{
	const size_t n = usb->found_n;
	bool closing;
	int r = -ENODEV;

	for (size_t i = 0; i < n * COUNT_OF(likely) && r < 0; i++) {
		const struct usb_found *f = &usb->found[i % n];

		if (f->seen.look != likely[i / n] || !fits(&usb->port->address, &f->seen))
			continue;
		if (taken(usb->bus, f, &closing))
			r = closing ? -EALREADY : -EBUSY;
		else
			r = claim(usb, f);
	}
	return r;
}

/* What was found has just been read from sysfs, so the kernel is done with looking at it. */
void usb_choose(struct port_usb *usb)
{
	int r;

	for (size_t i = 0; i < usb->found_n; i++)
		usb_bus_complete(usb->bus, &usb->found[i].seen, 1);
	r = claim_first(usb);
	usb_forget(usb->found, usb->found_n);
	free(usb->found);
	usb->found = NULL;
	usb->found_n = 0;
	if (r < 0)
		usb_break(usb, r, NULL);
	else
		usb_prepare(usb);
}

static int usb_open(struct port *port)
{
	struct port_usb *usb;
	int r = -ENOMEM;

	if (!port->bus)
		return -ENODEV;
	usb = calloc(1, sizeof(*usb));
	if (!usb)
		return r;
	usb->found = calloc(SEEN_MAX, sizeof(*usb->found));
	usb->seen.vendor = port->address.usb_vendor;
	usb->seen.product = port->address.usb_product;
	usb_bus_adopt(port->bus, usb);
	if (usb->found && take_transfers(usb))
		r = usb_work(usb, USB_WORK_FIND);
	if (r < 0) {
		usb_bus_reap(port->bus);
		return r;
	}
	usb->port = port;
	port->usb = usb;
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
	if (usb->working == USB_WORK_FIND)
		uv_cancel((uv_req_t *)&usb->work);
	usb_bus_reap(usb->bus);
}

/* ---- bytes ---- */

static ssize_t usb_read(struct port *port, void *p, size_t n)
{
	(void)port;
	(void)p;
	(void)n;
	return -EAGAIN; /* reads come by themselves */
}

static ssize_t usb_write(struct port *port, const void *p, size_t n)
{
	return usb_send(port->usb, p, n);
}

static void usb_timer(struct port *port)
{
	usb_read_again(port->usb);
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

const char *port_language(const struct port *port)
{
	const struct port_usb *usb = usb_of(port);

	return usb && usb->language ? usb->language : "";
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

bool port_is_at(const struct port *port, const struct port_address *address)
{
	const struct port_usb *usb = usb_of(port);

	return usb && fits(address, &usb->seen);
}
