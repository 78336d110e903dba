// SPDX-License-Identifier: Apache-2.0
/*
 * lada.conf: strict. Whatever is unknown, out of range or unreadable is an error with its file
 * and line, and the station does not start (INTERFACES section 2).
 *
 * Where the contract is silent: an empty value means the default; a relative path counts from
 * the directory of the file it stands in; a key or section stands once in a file; a file of
 * lada.conf.d may say again what an earlier one said, and then counts. A device's name is
 * unique over all kinds.
 *
 * The struct holds a password and the store secret: it is not to be logged.
 */
#ifndef LADA_FIRMWARE_CONFIG_H
#define LADA_FIRMWARE_CONFIG_H

#include "firmware/base/bytes.h"
#include "firmware/base/device.h"
#include "firmware/base/money.h"
#include "firmware/base/text.h"
#include "firmware/trust/keys.h"

#define CONFIG_TEXT_MAX	   256
#define CONFIG_HOSTS_MAX   8
#define CONFIG_FILES_MAX   32 /* lada.conf and what lies in lada.conf.d */
#define CONFIG_PREFIX_MAX  200
#define CONFIG_COLUMNS_MIN 20
#define CONFIG_COLUMNS_MAX 96

struct config_device {
	enum device_kind kind;
	char name[DEVICE_NAME_MAX];
	char port[CONFIG_TEXT_MAX]; /* "auto", "serial:…", "usb:…", "tcp:…", "replay:…" */
	char protocol[DEVICE_PROTOCOL_MAX]; /* "auto": as what is found at port auto needs */
	enum desk desk;			    /* scanners, displays */
	char profile[32];		    /* printers: "auto" or a profile's name */
	int columns;			    /* printers: 0 = as the profile says */
	int drawer;			    /* printers: pin 0, 1 or 2 */
	char standin[DEVICE_NAME_MAX];	    /* printers: "" or another printer */
	char dialect[16];		    /* displays: "auto", "epson", "cd5220" */
	char layout[8];			    /* scanners: keyboard layout, "us", "pl", "de", "fr" */
	char logo[CONFIG_TEXT_MAX]; /* printers: a PBM picture for the top of slips, "" none */
	int drawer_open;	    /* printers: the contact's level with an open drawer: 1 high,
				     * 0 low, -1 to be learnt from the first kick */
};

struct config_screen {
	int width_mm;
	int distance_mm;
	char audio[CONFIG_TEXT_MAX]; /* an ALSA device or "none" */
};

struct config {
	char store[ID_MAX + 1];
	char lane[ID_MAX + 1];
	char name[CONFIG_TEXT_MAX];
	enum language language;
	char timezone[64];
	char data[CONFIG_TEXT_MAX];

	char url[CONFIG_TEXT_MAX];
	char host[CONFIG_TEXT_MAX]; /* of url */
	int port;
	bool tls;
	bool loopback; /* url's host is this machine */
	char prefix[CONFIG_TEXT_MAX];
	char ca[CONFIG_TEXT_MAX], cert[CONFIG_TEXT_MAX], key[CONFIG_TEXT_MAX];
	char user[CONFIG_TEXT_MAX], password[CONFIG_TEXT_MAX];
	bool sign;
	bool insecure;
	struct trust_keys keys; /* empty when no file is named */
	bool has_secret;
	uint8_t secret[TRUST_SECRET_BYTES];

	char listen_host[CONFIG_TEXT_MAX]; /* without brackets */
	int listen_port;
	char hosts[CONFIG_HOSTS_MAX][CONFIG_TEXT_MAX];
	int host_count;

	struct config_screen screens[DESK_COUNT];
	struct config_device devices[DEVICES_MAX];
	int device_count;
};

/* Reads path and the *.conf files of PATH.d (lada.conf.d beside lada.conf) in name order. On
 * failure -EINVAL and one message "FILE:LINE: what is wrong" in ret_message. */
int config_load(const char *path, struct config *ret_config, char *ret_message, size_t cap);

#endif
