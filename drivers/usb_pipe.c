// SPDX-License-Identifier: Apache-2.0
/*
 * Bytes and reports through the pipes of an open interface. Reads are out at all times, so that
 * no report waits; a write is one at a time.
 *
 * A printer that is out of paper takes no more bytes, for hours if need be: one write of at most
 * USB_OUT_BYTES is out, comes back after USB_OUT_MS with what it has moved, and goes on from
 * there. Nothing that moved is ever sent again.
 */
#include <errno.h>
#include <string.h>

#include "drivers/port_usb.h"

#define CLASS_OUT      0x21
#define SET_REPORT     0x09
#define REPORT_OUTPUT  0x0200
#define REPORT_FEATURE 0x0300

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
			    (uint16_t)((type == HID_OUTPUT ? REPORT_OUTPUT : REPORT_FEATURE) | id),
			    usb->out_bytes, wanted);
	}
	if (r < 0)
		return r;
	usb->sending = true;
	return (ssize_t)(n < wanted ? n : wanted);
}

ssize_t usb_send(struct port_usb *usb, const void *p, size_t n)
{
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

void usb_read_again(struct port_usb *usb)
{
	int r = 0;

	for (size_t i = 0; i < USB_INS && r == 0 && !usb->in_halted; i++)
		if (usb->incoming[i].empty)
			r = submit_read(usb, i);
	if (r < 0)
		usb_break(usb, r, NULL);
}
