// SPDX-License-Identifier: Apache-2.0
/*
 * Transfers and work of one open interface: what is out, how it is called back, how it ends.
 */
#include <errno.h>
#include <string.h>

#include "drivers/port_usb.h"

int usb_error(int r)
{
	switch ((enum libusb_error)r) {
	case LIBUSB_SUCCESS:
		return 0;
	case LIBUSB_ERROR_ACCESS:
		return -EACCES;
	case LIBUSB_ERROR_BUSY:
		return -EBUSY;
	case LIBUSB_ERROR_NO_DEVICE:
	case LIBUSB_ERROR_NOT_FOUND:
		return -ENODEV;
	case LIBUSB_ERROR_NO_MEM:
		return -ENOMEM;
	case LIBUSB_ERROR_NOT_SUPPORTED:
		return -ENOTSUP;
	case LIBUSB_ERROR_TIMEOUT:
		return -ETIMEDOUT;
	case LIBUSB_ERROR_PIPE:
		return -EPIPE;
	case LIBUSB_ERROR_IO:
	case LIBUSB_ERROR_INVALID_PARAM:
	case LIBUSB_ERROR_OVERFLOW:
	case LIBUSB_ERROR_INTERRUPTED:
	case LIBUSB_ERROR_OTHER:
		return -EIO;
	}
	return -EIO;
}

bool usb_done(const struct port_usb *usb)
{
	return usb->transfers_out == 0 && usb->working == USB_WORK_NONE;
}

void usb_break(struct port_usb *usb, int r, const char *why)
{
	if (usb->port)
		port_broken(usb->port, r, why);
}

static void LIBUSB_CALL on_transfer(struct libusb_transfer *transfer)
{
	struct usb_slot *slot = transfer->user_data;
	struct port_usb *usb = slot->usb;

	slot->out = false;
	usb->transfers_out--;
	if (usb->port)
		slot->done(slot);
	if (!usb->port && usb_done(usb))
		usb_bus_reap(usb->bus);
}

int usb_submit(struct usb_slot *slot)
{
	int r;

	slot->transfer->callback = on_transfer;
	slot->transfer->user_data = slot;
	r = libusb_submit_transfer(slot->transfer);
	if (r < 0)
		return usb_error(r);
	slot->out = true;
	slot->usb->transfers_out++;
	return 0;
}

void usb_cancel(struct port_usb *usb)
{
	struct usb_slot *const slots[] = { &usb->control, &usb->outgoing, &usb->incoming[0],
					   &usb->incoming[1] };

	_Static_assert(USB_INS == 2, "all slots are named here");
	for (size_t i = 0; i < COUNT_OF(slots); i++)
		if (slots[i]->out)
			libusb_cancel_transfer(slots[i]->transfer);
}

int usb_ask(struct port_usb *usb, uint8_t type, uint8_t request, uint16_t value, const void *p,
	    size_t n)
{
	uint8_t *bytes = usb->control_bytes;
	/* A printer wants the setting in the low byte, and all else the interface alone. */
	const uint16_t index = usb->class == USB_CLASS_OF_PRINTER
				       ? (uint16_t)(usb->interface << 8 | usb->setting)
				       : usb->interface;

	if (n > USB_DESCRIPTOR_BYTES)
		return -EMSGSIZE;
	libusb_fill_control_setup(bytes, type, request, value, index, (uint16_t)n);
	if (p)
		memcpy(bytes + LIBUSB_CONTROL_SETUP_SIZE, p, n);
	libusb_fill_control_transfer(usb->control.transfer, usb->handle, bytes, NULL, NULL,
				     USB_CONTROL_MS);
	return usb_submit(&usb->control);
}

/* ---- what may block ---- */

static void on_worker(uv_work_t *work)
{
	struct port_usb *usb = work->data;
	int r = 0;

	switch (usb->working) {
	case USB_WORK_NONE:
		break;
	case USB_WORK_FIND:
		usb->found_n = usb_find(usb_bus_library(usb->bus), usb->seen.vendor,
					usb->seen.product, usb->found, SEEN_MAX);
		break;
	case USB_WORK_ALT:
		r = libusb_set_interface_alt_setting(usb->handle, usb->interface, usb->setting);
		break;
	case USB_WORK_CLEAR:
		r = libusb_clear_halt(usb->handle, usb->work_endpoint);
		break;
	case USB_WORK_RELEASE:
		/* Gives the kernel's driver its interface back, which asks the device things. */
		r = libusb_release_interface(usb->handle, usb->interface);
		break;
	}
	usb->work_result = usb_error(r);
}

static void on_worked(uv_work_t *work, int status)
{
	struct port_usb *usb = work->data;

	if (status < 0)
		usb->work_result = status;
	if (usb->working == USB_WORK_RELEASE)
		usb->claimed = false;
	if (usb->port)
		usb_worked(usb);
	else
		usb->working = USB_WORK_NONE;
	if (!usb->port && usb_done(usb))
		usb_bus_reap(usb->bus);
}

int usb_work(struct port_usb *usb, enum usb_work what)
{
	int r;

	if (usb->working != USB_WORK_NONE)
		return -EBUSY;
	usb->working = what;
	usb->work.data = usb;
	r = uv_queue_work(usb_bus_loop(usb->bus), &usb->work, on_worker, on_worked);
	if (r < 0)
		usb->working = USB_WORK_NONE;
	return r;
}
