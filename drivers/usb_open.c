// SPDX-License-Identifier: Apache-2.0
/*
 * What comes back from a worker, and from a claimed interface to a line that is up: a few
 * questions, one behind the other, none of which the loop waits for.
 *
 * Sources: USB Printing Devices 1.1, section 4.2 (GET_DEVICE_ID: two bytes of length, the high
 * one first, itself included; then KEY:value; of IEEE 1284); HID 1.11, sections 7.1 and 7.2,
 * appendix B.1 (the boot keyboard); what wakes Honeywell and Youjie scanners in HID POS mode is
 * from the code of a browser library that supports them.
 */
#include <errno.h>
#include <string.h>

#include "drivers/device_id.h"
#include "drivers/port_usb.h"
#include "firmware/base/text.h"

#define TO_HOST	  0x80
#define CLASS_IN  0xa1
#define CLASS_OUT 0x21

#define GET_DEVICE_ID  0x00
#define GET_DESCRIPTOR 0x06
#define SET_REPORT     0x09
#define SET_IDLE       0x0a
#define SET_PROTOCOL   0x0b

#define DESCRIPTOR_REPORT 0x2200
#define REPORT_FEATURE	  0x0300

static const uint8_t boot_keyboard[] = {
	0x05, 0x01, 0x09, 0x06, 0xa1, 0x01, 0x05, 0x07, 0x19, 0xe0, 0x29, 0xe7, 0x15,
	0x00, 0x25, 0x01, 0x75, 0x01, 0x95, 0x08, 0x81, 0x02, 0x95, 0x01, 0x75, 0x08,
	0x81, 0x01, 0x95, 0x05, 0x75, 0x01, 0x05, 0x08, 0x19, 0x01, 0x29, 0x05, 0x91,
	0x02, 0x95, 0x01, 0x75, 0x03, 0x91, 0x01, 0x95, 0x06, 0x75, 0x08, 0x15, 0x00,
	0x25, 0x65, 0x05, 0x07, 0x19, 0x00, 0x29, 0x65, 0x81, 0x00, 0xc0,
};

/* Nothing comes until this feature report is set. */
static const struct {
	uint16_t vendor;
	uint8_t report[2];
} wakes[] = { { 0x0c2e, { 0xfe, 0x01 } }, { 0x23d0, { 0xfe, 0x01 } } };

/* ---- the device id ---- */

static void take_device_id(struct port_usb *usb, const uint8_t *p, size_t n)
{
	const size_t said = n >= 2 ? (size_t)(p[0] << 8 | p[1]) : 0;
	struct slice id, maker, model;
	struct buf b;

	if (n < 2)
		return;
	/* Some boards send the length the other way round, or none. */
	id = (struct slice){ (const char *)p + 2, (said >= 2 && said <= n ? said : n) - 2 };
	maker = device_id_value(id, "MFG", "MANUFACTURER");
	model = device_id_value(id, "MDL", "MODEL");
	usb->language = device_id_language(id);
	buf_init(&b, usb->model, sizeof(usb->model));
	buf_slice(&b, maker);
	if (maker.n > 0 && model.n > 0)
		buf_byte(&b, ' ');
	buf_slice(&b, model);
	if (!buf_str(&b) || !utf8_valid(buf_read(&b)) || text_has_control(buf_read(&b)))
		usb->model[0] = '\0';
}

/* ---- the report descriptor ---- */

static int take_descriptor(struct port_usb *usb, const void *p, size_t n)
{
	if (n > sizeof(usb->descriptor) || hid_parse((struct slice){ p, n }, &usb->layout) < 0)
		return -EBADMSG;
	memcpy(usb->descriptor, p, n);
	usb->descriptor_n = n;
	usb->seen.look = hid_look(&usb->layout);
	return 0;
}

/* From here on it sends eight bytes of keys, whatever its own descriptor says. */
static void take_boot(struct port_usb *usb)
{
	usb->boot = take_descriptor(usb, boot_keyboard, sizeof(boot_keyboard)) == 0;
}

/* ---- the steps ---- */

static void next(struct port_usb *usb);

static const uint8_t *wake_of(const struct port_usb *usb)
{
	for (size_t i = 0; usb->seen.look == SEEN_HIDPOS && i < COUNT_OF(wakes); i++)
		if (wakes[i].vendor == usb->seen.vendor)
			return wakes[i].report;
	return NULL;
}

static int wake(struct port_usb *usb)
{
	const uint8_t *report = wake_of(usb);
	size_t n = hid_report_bytes(&usb->layout, HID_FEATURE, report[0]);
	uint8_t bytes[HID_REPORT_BYTES_MAX] = { report[0], report[1] };

	if (n < 2 || n > sizeof(bytes))
		n = 2;
	return usb_ask(usb, CLASS_OUT, SET_REPORT, (uint16_t)(REPORT_FEATURE | report[0]), bytes,
		       n);
}

/* Is this step for this device? */
static bool wanted(const struct port_usb *usb, enum usb_step step)
{
	switch (step) {
	case USB_STEP_ALT:
		return usb->setting != 0;
	case USB_STEP_DEVICE_ID:
		return usb->class == USB_CLASS_OF_PRINTER;
	case USB_STEP_DESCRIPTOR:
		return usb->class == USB_CLASS_OF_HID;
	case USB_STEP_IDLE:
	case USB_STEP_PROTOCOL:
		return usb->boot_keyboard && usb->seen.look == SEEN_KEYBOARD;
	case USB_STEP_WAKE:
		return wake_of(usb) != NULL;
	case USB_STEP_UP:
		return true;
	}
	return false;
}

static void up(struct port_usb *usb)
{
	const int r = usb_read_start(usb);

	if (r < 0)
		usb_break(usb, r, NULL);
	else
		port_opened(usb->port, 0);
}

static int begin(struct port_usb *usb)
{
	switch (usb->step) {
	case USB_STEP_ALT:
		return usb_work(usb, USB_WORK_ALT);
	case USB_STEP_DEVICE_ID:
		return usb_ask(usb, CLASS_IN, GET_DEVICE_ID, 0, NULL, USB_DEVICE_ID_BYTES);
	case USB_STEP_DESCRIPTOR:
		return usb_ask(usb, TO_HOST | LIBUSB_RECIPIENT_INTERFACE, GET_DESCRIPTOR,
			       DESCRIPTOR_REPORT, NULL, usb->descriptor_wanted);
	case USB_STEP_IDLE:
		return usb_ask(usb, CLASS_OUT, SET_IDLE, 0, NULL, 0);
	case USB_STEP_PROTOCOL:
		return usb_ask(usb, CLASS_OUT, SET_PROTOCOL, 0, NULL, 0);
	case USB_STEP_WAKE:
		return wake(usb);
	case USB_STEP_UP:
		up(usb);
		return 0;
	}
	return -EINVAL;
}

static void run(struct port_usb *usb)
{
	int r;

	while (!wanted(usb, usb->step))
		usb->step++;
	r = begin(usb);
	if (r < 0)
		usb_break(usb, r, NULL);
}

static void next(struct port_usb *usb)
{
	usb->step++;
	run(usb);
}

/* What a device does not know of these it stalls, and is no worse for it: only a HID device
 * without a report descriptor cannot be understood. */
static void take_answer(struct port_usb *usb, const uint8_t *p, size_t n, bool well)
{
	switch (usb->step) {
	case USB_STEP_DEVICE_ID:
		if (well)
			take_device_id(usb, p, n);
		break;
	case USB_STEP_DESCRIPTOR:
		if (well && take_descriptor(usb, p, n) == 0)
			break;
		if (usb->boot_keyboard)
			take_boot(usb);
		else
			usb_break(usb, -EPROTO, "its HID report descriptor makes no sense");
		break;
	case USB_STEP_PROTOCOL:
		if (well)
			take_boot(usb);
		break;
	case USB_STEP_ALT:
	case USB_STEP_IDLE:
	case USB_STEP_WAKE:
	case USB_STEP_UP:
		break;
	}
}

static void on_answer(struct usb_slot *slot)
{
	struct port_usb *usb = slot->usb;
	const struct libusb_transfer *t = slot->transfer;

	if (t->status == LIBUSB_TRANSFER_NO_DEVICE) {
		usb_break(usb, -ENODEV, NULL);
		return;
	}
	take_answer(usb, libusb_control_transfer_get_data(slot->transfer),
		    (size_t)(t->actual_length > 0 ? t->actual_length : 0),
		    t->status == LIBUSB_TRANSFER_COMPLETED);
	if (usb->port)
		next(usb);
}

void usb_worked(struct port_usb *usb)
{
	const enum usb_work what = usb->working;

	usb->working = USB_WORK_NONE;
	if (usb->work_result < 0)
		usb_break(usb, usb->work_result, NULL);
	else if (what == USB_WORK_FIND)
		usb_choose(usb);
	else if (what == USB_WORK_ALT)
		next(usb);
	else if (what == USB_WORK_CLEAR)
		usb_cleared(usb);
}

void usb_prepare(struct port_usb *usb)
{
	usb->control.done = on_answer;
	usb->step = USB_STEP_ALT;
	run(usb);
}
