// SPDX-License-Identifier: Apache-2.0
/*
 * What is plugged in and configured, who has it, and why nobody has: for `lada devices`.
 */
#include <string.h>

#include "firmware/base/json.h"
#include "firmware/devices_inside.h"

#define FRESH_MS 1000 /* older than this, what is plugged in is looked at anew */

static const char *section_words(enum device_kind kind)
{
	switch (kind) {
	case DEVICE_SCANNER:
		return "no section of lada.conf wants a scanner here";
	case DEVICE_PRINTER:
		return "no section of lada.conf wants a receipt printer here";
	case DEVICE_DISPLAY:
		return "no section of lada.conf wants a customer display here";
	}
	return "";
}

/* The first driver that could speak to it. */
static bool know_any(struct devices *all, const struct seen *seen, struct known *ret_known)
{
	static const enum device_kind kinds[] = { DEVICE_SCANNER, DEVICE_PRINTER, DEVICE_DISPLAY };

	for (size_t i = 0; i < COUNT_OF(kinds); i++)
		if (devices_know(all, seen, kinds[i], "auto", ret_known))
			return true;
	return false;
}

static const char *stranger_words(enum seen_look look)
{
	switch (look) {
	case SEEN_PRINTER:
		return "no known printer: left alone";
	case SEEN_HIDPOS:
	case SEEN_KEYBOARD:
	case SEEN_HID:
		return "no known scanner: left alone";
	case SEEN_TTY:
		return "no known device: left alone; `port = serial:…` takes it";
	case SEEN_OTHER:
		return "nothing for a counter: left alone";
	}
	return "";
}

/* Why its section does not serve it now; "" when it does. */
static const char *section_trouble(const struct device *d)
{
	return d->started ? "" : d->detail;
}

/* A waiting section that has tried it in vain, and why. */
static int refused_by(const struct devices *all, const struct seen *seen)
{
	for (int i = 0; i < all->count; i++)
		if (all->list[i].automatic && !all->list[i].claimed.path[0] &&
		    strcmp(all->list[i].avoid, seen->path) == 0)
			return i;
	return -1;
}

static const char *why_free(struct devices *all, const struct seen *seen)
{
	const char *refused = devices_refused(all, seen);
	struct known known;

	if (refused)
		return refused;
	if (!know_any(all, seen, &known))
		return stranger_words(seen->look);
	if (seen->no_rights)
		return "no rights: the station may not open it; install the udev rules";
	return section_words(known.kind);
}

static void ids(struct buf *b, const struct seen *seen)
{
	char text[16];

	text_fmt(text, sizeof(text), "%04x:%04x", (unsigned)seen->vendor & 0xffff,
		 (unsigned)seen->product & 0xffff);
	jw_str(b, "usb", seen->vendor > 0 ? text : "");
}

static void list_seen(struct devices *all, struct buf *b, const struct seen *seen, int owner)
{
	const struct device *d = owner >= 0 ? &all->list[owner] : NULL;
	struct known known;

	jw_open(b, NULL, '{');
	jw_str(b, "path", seen->path);
	ids(b, seen);
	jw_str(b, "usb_path", seen->usb_path);
	jw_str(b, "maker", seen->maker);
	jw_str(b, "model", seen->model);
	jw_str(b, "serial", seen->serial);
	jw_str(b, "look", seen_look_name(seen->look));
	if (know_any(all, seen, &known)) {
		jw_str(b, "kind", device_kind_name(known.kind));
		jw_str(b, "protocol", known.protocol);
	}
	if (d)
		jw_str(b, "section", d->config.name);
	else
		jw_null(b, "section");
	jw_str(b, "why", d ? section_trouble(d) : why_free(all, seen));
	jw_close(b, '}');
}

/* Devices that no list of this machine can show. */
static void list_afar(struct buf *b, const struct device *d)
{
	jw_open(b, NULL, '{');
	jw_str(b, "path", d->config.port);
	jw_str(b, "usb", "");
	jw_str(b, "usb_path", "");
	jw_str(b, "maker", "");
	jw_str(b, "model", d->model);
	jw_str(b, "serial", "");
	jw_str(b, "look",
	       d->address.kind == PORT_TCP	? "tcp"
	       : d->address.kind == PORT_REPLAY ? "replay"
						: "tty");
	jw_str(b, "kind", device_kind_name(d->config.kind));
	jw_str(b, "protocol", d->driver->name);
	jw_str(b, "section", d->config.name);
	jw_str(b, "why", section_trouble(d));
	jw_close(b, '}');
}

static void list_plugged(struct devices *all, struct buf *b)
{
	struct claim_section sections[DEVICES_MAX];
	struct port_address named[DEVICES_MAX];
	bool listed[DEVICES_MAX] = { false };

	devices_look_at(all, sections, named);
	jw_open(b, "plugged", '[');
	for (size_t i = 0; i < all->seen_n; i++) {
		int owner = claims_owner(sections, (size_t)all->count, &all->seen[i]);

		if (owner < 0 && !devices_refused(all, &all->seen[i]))
			owner = refused_by(all, &all->seen[i]);
		if (owner >= 0)
			listed[owner] = true;
		list_seen(all, b, &all->seen[i], owner);
	}
	for (int i = 0; i < all->count; i++)
		if (!listed[i] && !all->list[i].automatic && all->list[i].driver &&
		    (all->list[i].started || all->list[i].address.kind == PORT_TCP ||
		     all->list[i].address.kind == PORT_REPLAY))
			list_afar(b, &all->list[i]);
	jw_close(b, ']');
}

static void list_device(struct buf *b, const struct device *d)
{
	jw_open(b, NULL, '{');
	jw_str(b, "name", d->config.name);
	jw_str(b, "kind", device_kind_name(d->config.kind));
	jw_str(b, "port", d->config.port);
	jw_str(b, "at", d->claimed.path[0] ? d->claimed.path : d->automatic ? "" : d->config.port);
	jw_str(b, "protocol", d->driver ? d->driver->name : d->config.protocol);
	jw_str(b, "status", device_status_name(d->status));
	jw_str(b, "trouble", device_trouble_name(d->trouble));
	jw_str(b, "detail", d->detail);
	jw_str(b, "model", d->model);
	if (d->config.kind == DEVICE_PRINTER)
		jw_str(b, "profile", d->profile.name ? d->profile.name : "");
	jw_close(b, '}');
}

static void list_recording(const struct devices *all, struct buf *b)
{
	const struct recording *r = &all->recording;

	if (!r->name[0]) {
		jw_null(b, "recording");
		return;
	}
	jw_open(b, "recording", '{');
	jw_str(b, "name", r->name);
	jw_str(b, "file", r->file);
	jw_bool(b, "running", r->memory != NULL);
	jw_int(b, "events", (int64_t)(r->memory ? r->record->events : r->events));
	jw_int(b, "bytes", (int64_t)(r->memory ? r->record->text.len : r->bytes));
	jw_str(b, "trouble", r->trouble);
	jw_close(b, '}');
}

/* It tells what was seen when it was last looked, and how long ago that was; who asks again a
 * moment later gets news. */
static void list_age(struct devices *all, struct buf *b)
{
	const int64_t now_ms = all->clock->mono_ms(all->clock->ctx);

	jw_int(b, "age_ms", all->seen_ms ? now_ms - all->seen_ms : -1);
	if (now_ms - all->seen_ms > FRESH_MS && !all->stopping)
		devices_look(all, false);
}

void devices_inventory(struct devices *all, struct buf *b)
{
	jw_open(b, NULL, '{');
	jw_open(b, "devices", '[');
	for (int i = 0; i < all->count; i++)
		list_device(b, &all->list[i]);
	jw_close(b, ']');
	list_plugged(all, b);
	list_age(all, b);
	jw_bool(b, "usb", all->bus != NULL);
	jw_str(b, "no_usb", all->no_usb);
	list_recording(all, b);
	jw_close(b, '}');
}
