// SPDX-License-Identifier: Apache-2.0
/*
 * A USB bus with scriptable devices, for the real libusb in the same process: umockdev shows it a
 * faked /sys and /dev, and answers the usbfs ioctls from here. A program that uses it starts main
 * with usb_fake_begin() and links with libumockdev.
 *
 * The device's node is a FIFO: full while no transfer has ended, so that poll(2) and epoll(7)
 * behave as with usbfs. The ioctls are answered by a thread of umockdev's; everything here may
 * be called from the test's thread at any time. All memory is the fake's.
 */
#ifndef LADA_TESTS_USB_FAKE_H
#define LADA_TESTS_USB_FAKE_H

#include "firmware/base/bytes.h"

#define USB_FAKE_ENDPOINTS_MAX	3
#define USB_FAKE_INTERFACES_MAX 4
#define USB_FAKE_OUT_MAX	262144
#define USB_FAKE_ASKED_MAX	64
#define USB_FAKE_ALL		SIZE_MAX

struct usb_fake_endpoint {
	uint8_t address, type; /* type: 2 bulk, 3 interrupt */
	uint16_t packet;
};

struct usb_fake_interface {
	uint8_t number, setting, class, subclass, protocol;
	struct usb_fake_endpoint endpoints[USB_FAKE_ENDPOINTS_MAX];
	const uint8_t *report; /* HID: the report descriptor */
	size_t report_n;
	bool unbound; /* no kernel driver: the descriptor is not in sysfs */
};

struct usb_fake_setup {
	const char *path; /* "1-1" */
	uint16_t vendor, product;
	const char *serial, *maker, *model; /* NULL: none */
	const char *device_id;		    /* printers; NULL: stalls the question */
	struct usb_fake_interface interfaces[USB_FAKE_INTERFACES_MAX]; /* class 0 ends them */
	bool quiet; /* no uevent: for what is there before the bus starts */
};

/* A control request as it came. */
struct usb_fake_asked {
	uint8_t type, request;
	uint16_t value, index, length;
	uint8_t bytes[8];
};

struct usb_fake;
struct usb_fake_device;

/* Starts the program again with umockdev before all other libraries, once. */
void usb_fake_begin(char **argv);

struct usb_fake *usb_fake_new(void);  /* a bus with its root hub */
struct usb_fake *usb_fake_none(void); /* a machine without USB */
/* Drops all rights but those of a stranger, and takes them back; the fake stays readable. */
void usb_fake_stranger(struct usb_fake *fake, bool stranger);
void usb_fake_free(struct usb_fake *fake);

struct usb_fake_device *usb_fake_plug(struct usb_fake *fake, const struct usb_fake_setup *setup);
void usb_fake_unplug(struct usb_fake_device *d);

/* A ttyACM behind a USB device; it answers as a real one when it is opened. */
void usb_fake_tty(struct usb_fake *fake, const char *path, uint16_t vendor, uint16_t product,
		  const char *serial, const char *tty);

/* A port of the 8250 driver; type 0: a place for one that is not there. */
void usb_fake_uart(struct usb_fake *fake, const char *tty, int type);
/* Who opens a tty, from now on. */
int usb_fake_watch(struct usb_fake *fake, const char *tty); /* a descriptor to be closed */
int usb_fake_opens(int watch);				    /* since it was asked last */
int usb_fake_lines_taken(struct usb_fake *fake);	    /* times a tty was closed to others */

/* What the device does. */
/* The kernel is busy with it: who reads its serial number waits. */
void usb_fake_hang(struct usb_fake_device *d, bool hang);
/* How many of this process wait for it now. */
int usb_fake_hung(const struct usb_fake_device *d);
void usb_fake_takes(struct usb_fake_device *d, size_t bytes); /* this much more, then it waits */
void usb_fake_piece(struct usb_fake_device *d, size_t bytes); /* ends each write after so much */
void usb_fake_stall(struct usb_fake_device *d, uint8_t endpoint, int times);
void usb_fake_fail(struct usb_fake_device *d, uint8_t endpoint, int times); /* -EPROTO */
void usb_fake_deaf(struct usb_fake_device *d, bool deaf); /* answers no control request */
void usb_fake_stall_control(struct usb_fake_device *d, uint8_t request);
void usb_fake_busy(struct usb_fake_device *d, int error);     /* what a claim is answered with */
void usb_fake_forbid(struct usb_fake_device *d, bool forbid); /* mode of its node */
/* Answers 10 04 n with this byte; -1: says nothing. */
void usb_fake_status(struct usb_fake_device *d, int byte);
void usb_fake_in_order(struct usb_fake_device *d, int times); /* answers GS r so often */

/* What it sends: one transfer each. */
void usb_fake_send(struct usb_fake_device *d, const void *p, size_t n);

/* What came; both are copies. */
size_t usb_fake_got(struct usb_fake_device *d, void *ret_bytes, size_t cap);
size_t usb_fake_asked(struct usb_fake_device *d, struct usb_fake_asked *ret_asked, size_t cap);
int usb_fake_claims(struct usb_fake_device *d);	  /* of its interfaces, less releases */
int usb_fake_attached(struct usb_fake_device *d); /* times the kernel's driver was let back */
int usb_fake_waiting(struct usb_fake_device *d, uint8_t endpoint); /* transfers now with it */
int usb_fake_clears(struct usb_fake_device *d);			   /* halts cleared */
int usb_fake_resets(struct usb_fake_device *d);
int usb_fake_discards(struct usb_fake_device *d); /* transfers taken back unfinished */
int usb_fake_setting(struct usb_fake_device *d);  /* the last that was chosen, else 0 */

#endif
