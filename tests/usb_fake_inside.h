// SPDX-License-Identifier: Apache-2.0
/*
 * Inside of the faked USB bus: only tests/usb_fake*.c see it. The device's fields are guarded by
 * its lock; the ioctls come on a thread of umockdev's.
 */
#ifndef LADA_TESTS_USB_FAKE_INSIDE_H
#define LADA_TESTS_USB_FAKE_INSIDE_H

#include <pthread.h>
#include <umockdev.h>

#include "tests/usb_fake.h"

#define USB_FAKE_DEVICES_MAX 64
#define USB_FAKE_URBS_MAX    32
#define USB_FAKE_PACKETS_MAX 512
#define USB_FAKE_PACKET_MAX  1024
#define USB_FAKE_PIPE_BYTES  4096
#define USB_FAKE_ENDPOINTS   256

struct urb {
	UMockdevIoctlClient *client; /* who opened the node: usbfs keeps these apart */
	UMockdevIoctlData *data, *buffer;
	size_t moved; /* of an OUT transfer */
	bool discarded;
};

struct packet {
	uint8_t bytes[USB_FAKE_PACKET_MAX];
	size_t n;
};

struct usb_fake_device {
	struct usb_fake *fake;
	struct usb_fake_setup setup;
	char node[64], real[256], syspath[128];
	int fifo, address;
	int hung; /* the writing end of its serial number, 0: none */
	bool ready, gone;
	pthread_mutex_t lock;

	struct urb urbs[USB_FAKE_URBS_MAX];
	size_t urb_count;
	struct packet packets[USB_FAKE_PACKETS_MAX];
	size_t packet_first, packet_count;
	uint8_t got[USB_FAKE_OUT_MAX];
	size_t got_n;
	struct usb_fake_asked asked[USB_FAKE_ASKED_MAX];
	size_t asked_n;

	size_t credit, piece;
	int stalls[USB_FAKE_ENDPOINTS], fails[USB_FAKE_ENDPOINTS];
	bool halted[USB_FAKE_ENDPOINTS];
	bool deaf, no_request[256];
	int in_order; /* GS r it still answers */
	int busy, status;
	int claims, attached, clears, resets, discards, setting;
};

struct usb_fake {
	UMockdevTestbed *testbed;
	struct usb_fake_device *devices[USB_FAKE_DEVICES_MAX];
	size_t count;
	int last_address;
	int lines_taken; /* TIOCEXCL, of all ttys */
};

void usb_fake_add(struct usb_fake *fake, const char *text);    /* in umockdev's form */
UMockdevIoctlBase *usb_fake_object(struct usb_fake_device *d); /* answers for it; unreference */
void usb_fake_update(struct usb_fake_device *d);	       /* its node, after any change */

#endif
