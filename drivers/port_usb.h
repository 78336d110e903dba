// SPDX-License-Identifier: Apache-2.0
/*
 * Inside of the USB ports; only drivers/usb_*.c and port_usb.c see it.
 *
 * One `struct port_usb` is one open interface of one device. It belongs to its port until the
 * port closes it, and to the bus from then on: transfers that are out come back later, and only
 * the loop may take them. The bus frees it when the last has come back and the kernel's driver
 * has its interface again. All of it is touched on the loop's thread alone, but `handle` and what
 * was found by the one piece of work that may be out.
 */
#ifndef LADA_DRIVERS_PORT_USB_H
#define LADA_DRIVERS_PORT_USB_H

#include <libusb-1.0/libusb.h>

#include "drivers/hid.h"
#include "drivers/port.h"
#include "drivers/usb_bus.h"

#define USB_INS		     2	  /* reads that are out at any time */
#define USB_IN_BYTES	     1024 /* one read; a whole number of packets of any speed */
#define USB_OUT_BYTES	     4096 /* one write */
#define USB_OUT_MS	     5000
#define USB_CONTROL_MS	     1000 /* one question while opening: all fit in PORT_OPEN_MAX_MS */
#define USB_DESCRIPTOR_BYTES 4096 /* a HID report descriptor */
#define USB_DEVICE_ID_BYTES  1024
#define USB_MODEL_MAX	     64
#define USB_STALLS_MAX	     3	/* stalls without a byte between them */
#define USB_ERRORS_MAX	     3	/* bad reads without a good one between them */
#define USB_EMPTY_MS	     20 /* some printers answer every read at once with nothing */

enum usb_class { USB_CLASS_OF_PRINTER, USB_CLASS_OF_HID, USB_CLASS_OF_VENDOR };

enum usb_step {
	USB_STEP_ALT, /* another setting of the interface, on a worker */
	USB_STEP_DEVICE_ID,
	USB_STEP_DESCRIPTOR,
	USB_STEP_IDLE,
	USB_STEP_PROTOCOL,
	USB_STEP_WAKE,
	USB_STEP_UP,
};

/* What may block for as long as the device likes, and so is done by a worker. */
enum usb_work { USB_WORK_NONE, USB_WORK_FIND, USB_WORK_ALT, USB_WORK_CLEAR, USB_WORK_RELEASE };

struct port_usb;

struct usb_found {
	struct seen seen;
	struct libusb_device *device; /* referenced */
	uint8_t interface, configuration;
};

struct usb_slot {
	struct port_usb *usb;
	struct libusb_transfer *transfer;
	void (*done)(struct usb_slot *slot);
	bool out;   /* it is with libusb */
	bool empty; /* a read to be sent again after USB_EMPTY_MS */
};

struct port_usb {
	struct port_usb *next;
	struct usb_bus *bus;
	struct port *port;	 /* NULL: closed, the bus has it */
	struct usb_found *found; /* while it is being opened; on the heap */
	size_t found_n;
	struct seen seen;
	struct libusb_device_handle *handle;
	bool gone; /* it was pulled out */

	enum usb_class class;
	bool boot_keyboard, boot; /* it may speak the boot protocol; it does */
	bool claimed;
	uint8_t interface, setting;
	uint8_t in, out;   /* endpoints, 0: none */
	size_t packet;	   /* bytes of one, of `in` */
	size_t read_bytes; /* one read of a HID device */
	size_t descriptor_wanted;

	enum usb_step step;
	struct usb_slot control, outgoing, incoming[USB_INS];
	size_t transfers_out;
	size_t out_at, out_n; /* of out_bytes: moved, and all */
	bool sending;
	int stalls, errors;
	bool in_halted, out_halted;

	uv_work_t work;
	enum usb_work working;
	uint8_t work_endpoint;
	int work_result;

	struct hid_layout layout;
	size_t descriptor_n;
	char model[USB_MODEL_MAX];
	const char *language; /* for pages, a constant; NULL none known */
	uint64_t odd;	      /* reports of an id that the descriptor does not have */

	uint8_t descriptor[USB_DESCRIPTOR_BYTES];
	uint8_t in_bytes[USB_INS][USB_IN_BYTES];
	uint8_t out_bytes[USB_OUT_BYTES];
	uint8_t control_bytes[LIBUSB_CONTROL_SETUP_SIZE + USB_DESCRIPTOR_BYTES];
};

/* usb_bus.c */
struct libusb_context *usb_bus_library(struct usb_bus *bus);
struct port_usb *usb_bus_lines(struct usb_bus *bus);
void usb_bus_adopt(struct usb_bus *bus, struct port_usb *usb); /* from now on the bus frees it */
void usb_bus_reap(struct usb_bus *bus);			       /* soon: some line may have ended */
uv_loop_t *usb_bus_loop(struct usb_bus *bus);

/* usb_list.c; any thread. Reading sysfs may wait: not for the loop's. */
/* Sorted by path, at most `cap`; of this vendor and product alone, or of all (0, 0). What was
 * found is given back with usb_forget(). */
size_t usb_find(struct libusb_context *library, int vendor, int product,
		struct usb_found *ret_found, size_t cap);
void usb_forget(struct usb_found *found, size_t n);
/*
 * A station that was killed leaves its HID devices without the kernel's driver, and so without
 * a report descriptor in sysfs: nobody could tell any more what they are. They go back to the
 * kernel. Returns how many.
 */
size_t usb_return_orphans(struct libusb_context *library);

/* port_usb.c */
void usb_choose(struct port_usb *usb); /* among what was found */

/* usb_line.c: transfers and work. Negative errno. */
int usb_error(int r);
int usb_submit(struct usb_slot *slot);
void usb_cancel(struct port_usb *usb);
int usb_work(struct port_usb *usb, enum usb_work what);
bool usb_done(const struct port_usb *usb); /* nothing of it is out any more */
/* A control request; `slot->done` hears of it. `p` may be NULL for requests that read. */
int usb_ask(struct port_usb *usb, uint8_t type, uint8_t request, uint16_t value, const void *p,
	    size_t n);
void usb_break(struct port_usb *usb, int r, const char *why); /* the port goes down */

/* usb_open.c: from claimed to up. */
void usb_prepare(struct port_usb *usb);
void usb_worked(struct port_usb *usb); /* a piece of work came back */

/* usb_pipe.c: through the pipes. */
int usb_read_start(struct port_usb *usb);
void usb_read_again(struct port_usb *usb); /* the reads that came back with nothing */
void usb_cleared(struct port_usb *usb);	   /* a halt */
/* What was taken of it; -EAGAIN while a write is out. */
ssize_t usb_send(struct port_usb *usb, const void *p, size_t n);

#endif
