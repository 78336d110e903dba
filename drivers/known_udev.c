// SPDX-License-Identifier: Apache-2.0
/*
 * Rules for udev(7), systemd 252. They run after 50-udev-default.rules, which imports usb_id:
 * ID_USB_INTERFACES is ":CCSSPP:CCSSPP:" of all interfaces. In one rule all of SUBSYSTEMS and
 * ATTRS must hold for the same parent. Names are made of what the device says of itself, cleaned
 * by udev of all but safe characters.
 */
#include "drivers/known.h"

#include <string.h>

static const char rights[] = "GROUP=\"lada\", MODE=\"0660\"";

static const char *interfaces_of(enum seen_look look)
{
	switch (look) {
	case SEEN_PRINTER:
		return "*:0701??:*";
	case SEEN_HIDPOS:
	case SEEN_HID:
	case SEEN_KEYBOARD:
		return "*:03????:*";
	case SEEN_OTHER:
	case SEEN_TTY:
		return "*";
	}
	return "*";
}

static void add_head(struct buf *b, const struct known_row *row)
{
	buf_fmt(b, "\n# %s: %s\n", device_kind_name(row->known.kind), row->known.models);
}

/* The node of a USB device, two names for it: what it is, and where it is plugged in. */
static void add_usb(struct buf *b, const struct known_row *row, const char *match)
{
	const char *kind = device_kind_name(row->known.kind);

	buf_fmt(b,
		"SUBSYSTEM==\"usb\", ENV{DEVTYPE}==\"usb_device\", %s, %s, "
		"SYMLINK+=\"lada/%s-%%s{idVendor}-%%s{idProduct}-at-%%k\"\n",
		match, rights, kind);
	buf_fmt(b,
		"SUBSYSTEM==\"usb\", ENV{DEVTYPE}==\"usb_device\", %s, ATTR{serial}==\"?*\", "
		"ATTR{serial}!=\"*/*\", "
		"SYMLINK+=\"lada/%s-%%s{idVendor}-%%s{idProduct}-%%s{serial}\"\n",
		match, kind);
}

/* As udev globs: "0e03", "??06", "*". */
static const char *product_of(const struct known_id *id, char text[8])
{
	if (id->mask == 0)
		return "*";
	(void)text_fmt(text, 8, id->mask == 0xffff ? "%04x" : "??%02x", id->product);
	return text;
}

static void add_usb_id(struct buf *b, const struct known_row *row, const struct known_id *id)
{
	char match[160], product[8];

	/* A vendor makes many things: only what has such an interface. A printer that is named
	 * exactly may be of the vendor class. */
	if (row->look == SEEN_PRINTER && id->mask != 0)
		(void)text_fmt(match, sizeof(match),
			       "ATTR{idVendor}==\"%04x\", ATTR{idProduct}==\"%s\"", id->vendor,
			       product_of(id, product));
	else
		(void)text_fmt(match, sizeof(match),
			       "ATTR{idVendor}==\"%04x\", ATTR{idProduct}==\"%s\", "
			       "ENV{ID_USB_INTERFACES}==\"%s\"",
			       id->vendor, product_of(id, product), interfaces_of(row->look));
	add_usb(b, row, match);
	/* Its keys are no typing: the desktop must not hear them, even before the station does. */
	if (row->look == SEEN_KEYBOARD)
		buf_fmt(b,
			"SUBSYSTEM==\"input\", SUBSYSTEMS==\"usb\", ATTRS{idVendor}==\"%04x\", "
			"ATTRS{idProduct}==\"%s\", ENV{LIBINPUT_IGNORE_DEVICE}=\"1\"\n",
			id->vendor, product_of(id, product));
}

static void add_tty_id(struct buf *b, const struct known_row *row, const struct known_id *id)
{
	const char *kind = device_kind_name(row->known.kind);
	char match[160], product[8];

	(void)text_fmt(match, sizeof(match),
		       "SUBSYSTEM==\"tty\", SUBSYSTEMS==\"usb\", ATTRS{idVendor}==\"%04x\", "
		       "ATTRS{idProduct}==\"%s\"",
		       id->vendor, product_of(id, product));
	/* Nor may a modem manager try its commands on it. */
	buf_fmt(b,
		"%s, %s, ENV{ID_MM_DEVICE_IGNORE}=\"1\", ENV{ID_MM_PORT_IGNORE}=\"1\", "
		"SYMLINK+=\"lada/%s-%%s{idVendor}-%%s{idProduct}-at-%%b\"\n",
		match, rights, kind);
	buf_fmt(b,
		"%s, ATTRS{serial}==\"?*\", ATTRS{serial}!=\"*/*\", "
		"SYMLINK+=\"lada/%s-%%s{idVendor}-%%s{idProduct}-%%s{serial}\"\n",
		match, kind);
}

static void add_row(const struct known_table *t, const struct known_row *row, struct buf *b)
{
	char match[64];

	if (row->port == PORT_TCP || (row->id_count == 0 && !row->any))
		return;
	add_head(b, row);
	for (size_t i = row->first_id; i < row->first_id + row->id_count; i++) {
		if (row->port == PORT_SERIAL)
			add_tty_id(b, row, &t->ids[i]);
		else
			add_usb_id(b, row, &t->ids[i]);
	}
	/* What a HID device is stands in its report descriptor, which udev cannot match. */
	if (!row->any || row->look != SEEN_PRINTER)
		return;
	(void)text_fmt(match, sizeof(match), "ENV{ID_USB_INTERFACES}==\"%s\"",
		       interfaces_of(row->look));
	add_usb(b, row, match);
}

void known_udev_rules(const struct known_table *table, struct buf *b)
{
	buf_text(b, "# Made by `lada devices --udev` from hw/devices.tsv: do not edit.\n"
		    "# Devices of a Lada station belong to group lada; others are left alone.\n\n"
		    "ACTION==\"remove\", GOTO=\"lada_end\"\n"
		    "SUBSYSTEM!=\"usb|tty|input\", GOTO=\"lada_end\"\n");
	for (size_t i = 0; i < table->row_count; i++)
		add_row(table, &table->rows[i], b);
	buf_text(b, "\nLABEL=\"lada_end\"\n");
}
