// SPDX-License-Identifier: Apache-2.0
/*
 * Which device a section has. A configured port is its section's from start to end; port = auto
 * takes what claims.c says, gives it back when its line goes down, and looks again: at once when
 * something is plugged in, and ever more rarely while it waits, for a tty appears a while after
 * its USB device.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "firmware/base/log.h"
#include "firmware/devices_inside.h"

/* ---- what is there ---- */

bool devices_know(struct devices *all, const struct seen *seen, enum device_kind kind,
		  const char *protocol, struct known *ret_known)
{
	const bool found = all->view.find
				   ? all->view.find(all->view.ctx, seen, kind, protocol, ret_known)
				   : known_find(all->known, seen, kind, protocol, ret_known);

	return found && driver_find(kind, slice_of(ret_known->protocol));
}

static bool fits(void *ctx, const struct seen *seen, enum device_kind kind, const char *protocol)
{
	struct known known;

	return !devices_refused(ctx, seen) && devices_know(ctx, seen, kind, protocol, &known);
}

void devices_look_at(struct devices *all, struct claim_section sections[DEVICES_MAX],
		     struct port_address named[DEVICES_MAX])
{
	for (int i = 0; i < all->count; i++) {
		const struct device *d = &all->list[i];

		device_resolve(&d->address, &named[i]);
		sections[i] = (struct claim_section){ .kind = d->config.kind,
						      .protocol = d->config.protocol,
						      .automatic = d->automatic,
						      .named = &named[i],
						      .has = d->claimed.path,
						      .avoid = d->avoid,
						      .own = d->own };
	}
}

/* ---- claims ---- */

static const char *kind_words(enum device_kind kind)
{
	switch (kind) {
	case DEVICE_SCANNER:
		return "scanner";
	case DEVICE_PRINTER:
		return "receipt printer";
	case DEVICE_DISPLAY:
		return "customer display";
	}
	return "device";
}

static int address_of(const struct device *d, struct port_address *ret_address)
{
	const char *line = d->known.line[0] ? d->known.line : d->driver->line, *what;
	char text[PORT_PATH_MAX + 8];

	if (d->claimed.port == PORT_SERIAL) {
		if (text_fmt(text, sizeof(text), "serial:%s", d->claimed.path) < 0)
			return -ENAMETOOLONG;
		return port_parse(text, line, ret_address, &what);
	}
	*ret_address = (struct port_address){ .kind = PORT_USB,
					      .usb_vendor = d->claimed.vendor,
					      .usb_product = d->claimed.product };
	return slice_copy(slice_of(d->claimed.path), ret_address->usb_path,
			  sizeof(ret_address->usb_path));
}

static void claim(struct device *d, const struct seen *seen)
{
	int r;

	if (!devices_know(d->all, seen, d->config.kind, d->config.protocol, &d->known))
		return;
	d->driver = driver_find(d->config.kind, slice_of(d->known.protocol));
	d->claimed = *seen;
	d->was_up = d->drawer_known = false;
	d->model[0] = '\0';
	r = address_of(d, &d->address);
	if (r == 0)
		r = device_open(d);
	if (r < 0) {
		memcpy(d->avoid, seen->path, sizeof(d->avoid));
		d->claimed.path[0] = '\0';
		device_status(d, DEVICE_OFFLINE, TROUBLE_UNSUPPORTED, "%s cannot be opened: %s",
			      seen->path, strerrordesc_np(-r));
		return;
	}
	log_notice("%s %s: takes %s %04x:%04x %s %s as %s", device_kind_name(d->config.kind),
		   d->config.name, seen->path, (unsigned)seen->vendor, (unsigned)seen->product,
		   seen->maker, seen->model, d->known.protocol);
}

static void say_nothing_found(struct device *d)
{
	if (strcmp(d->config.protocol, "auto") == 0)
		device_status(d, DEVICE_UNCLAIMED, TROUBLE_NOT_FOUND, "no %s is plugged in",
			      kind_words(d->config.kind));
	else
		device_status(d, DEVICE_UNCLAIMED, TROUBLE_NOT_FOUND,
			      "no %s that speaks %s is plugged in", kind_words(d->config.kind),
			      d->config.protocol);
}

static void take_choice(struct device *d, const struct claim_choice *choice,
			const struct seen *seen)
{
	switch (choice->answer) {
	case CLAIM_TAKE:
		claim(d, &seen[choice->seen]);
		break;
	case CLAIM_NO_RIGHTS:
		device_status(d, DEVICE_OFFLINE, TROUBLE_NO_RIGHTS,
			      "the station may not open %s: install the udev rules",
			      seen[choice->seen].path);
		break;
	case CLAIM_AWAY:
		device_status(d, DEVICE_OFFLINE, TROUBLE_UNPLUGGED, "it was unplugged");
		break;
	case CLAIM_NOTHING:
		say_nothing_found(d);
		break;
	}
}

static bool is_waiting(const struct device *d)
{
	return d->automatic && !d->claimed.path[0] && !d->has_port;
}

static bool is_due(const struct device *d)
{
	return is_waiting(d) && device_now_ms(d) >= d->not_before_ms;
}

void devices_looked(struct devices *all)
{
	struct claim_section sections[DEVICES_MAX];
	struct claim_choice choices[DEVICES_MAX];
	struct port_address named[DEVICES_MAX];

	devices_forget_refused(all);
	devices_look_at(all, sections, named);
	claims_decide(sections, (size_t)all->count, all->seen, all->seen_n, fits, all, choices);
	for (int i = 0; i < all->count; i++)
		if (is_due(&all->list[i]))
			take_choice(&all->list[i], &choices[i], all->seen);
}

static void give_back(struct device *d)
{
	d->give_up = false;
	d->claimed.path[0] = '\0';
	device_close(d);
}

static void look_again(struct devices *all)
{
	uint64_t ms = (uint64_t)LOOK_RETRY_MS << all->look_step;

	for (int i = 0; i < all->count; i++) {
		if (!is_waiting(&all->list[i]))
			continue;
		if (ms < LOOK_RETRY_MAX_MS)
			all->look_step++;
		else
			ms = LOOK_RETRY_MAX_MS;
		uv_timer_start(&all->look, on_look, ms, 0);
		return;
	}
	all->look_step = 0;
}

void on_look(uv_timer_t *timer)
{
	struct devices *all = timer->data;
	bool due = false;

	for (int i = 0; i < all->count; i++) {
		if (all->list[i].give_up)
			give_back(&all->list[i]);
		due = due || is_due(&all->list[i]);
	}
	if (due || all->news)
		devices_look(all, all->news);
	all->news = false;
	look_again(all);
}

void devices_changed(void *ctx)
{
	struct devices *all = ctx;

	for (int i = 0; i < all->count; i++) {
		struct device *d = &all->list[i];

		d->avoid[0] = '\0';
		d->fails = 0;
		d->not_before_ms = 0;
		if (d->has_port && !d->closing && !d->automatic)
			port_hurry(&d->port);
	}
	all->look_step = 0;
	all->news = true;
	if (!all->stopping)
		uv_timer_start(&all->look, on_look, 0, 0);
}

/* ---- up and down ---- */

void device_setup_up(struct device *d)
{
	struct driver_setup *s = &d->setup;

	*s = (struct driver_setup){ .profile = &d->profile,
				    .max_job_ms = DRIVER_MAX_JOB_MS,
				    .cut_off = d->cut_off,
				    .descriptor = port_descriptor(&d->port),
				    .vendor = d->claimed.vendor,
				    .product = d->claimed.product };
	(void)port_usb_ids(&d->port, &s->vendor, &s->product);
	slice_copy(slice_of(d->config.layout), s->layout, sizeof(s->layout));
	slice_copy(slice_of(d->config.dialect[0] ? d->config.dialect : "auto"), s->dialect,
		   sizeof(s->dialect));
	if (d->config.kind == DEVICE_DISPLAY && d->automatic && strcmp(s->dialect, "auto") == 0)
		slice_copy(slice_of(d->known.profile), s->dialect, sizeof(s->dialect));
	if (d->config.kind == DEVICE_PRINTER)
		device_choose_profile(d);
	if (d->automatic) {
		claim_remember(&d->claimed, &d->own);
		d->avoid[0] = '\0';
	}
}

static enum device_trouble trouble_of(const struct device *d, int error)
{
	const bool serial = d->address.kind == PORT_SERIAL;

	if (error == -EACCES || error == -EPERM)
		return TROUBLE_NO_RIGHTS;
	if (error == -EBUSY)
		return TROUBLE_TAKEN;
	if (error == -ENODEV || error == -ENXIO || error == -ENOENT ||
	    (serial && access(d->address.path, F_OK) < 0))
		return d->was_up ? TROUBLE_UNPLUGGED : TROUBLE_NOT_FOUND;
	return TROUBLE_LINE;
}

static void say_lost(struct device *d, const char *why)
{
	const int error = port_error(&d->port);
	const enum device_trouble trouble = trouble_of(d, error);
	const char *where = d->address.usb_path[0] ? d->address.usb_path : d->address.path;
	const struct device *rival = error == -EBUSY ? device_rival(d) : NULL;

	/* The manager's own doing, because of a trouble that it has told already. */
	if (error == 0 && d->status == DEVICE_OFFLINE && strcmp(why, d->detail) == 0)
		return;
	if (trouble == TROUBLE_NO_RIGHTS)
		device_status(d, DEVICE_OFFLINE, trouble,
			      "the station may not open %s: install the udev rules", where);
	else if (trouble == TROUBLE_UNPLUGGED)
		device_status(d, DEVICE_OFFLINE, trouble, "it was unplugged");
	else if (trouble == TROUBLE_TAKEN && rival)
		device_status(d, DEVICE_OFFLINE, trouble, "the section %s %s has it",
			      device_kind_name(rival->config.kind), rival->config.name);
	else if (trouble == TROUBLE_TAKEN)
		device_status(d, DEVICE_OFFLINE, trouble, "another program has it");
	else
		device_status(d, DEVICE_OFFLINE, trouble, "%s", why);
}

void device_lost(struct device *d, const char *why)
{
	const int64_t now_ms = device_now_ms(d);
	const bool steady = d->was_up && now_ms - d->up_ms >= PORT_STEADY_MS;

	say_lost(d, why);
	if (!d->automatic || d->all->stopping)
		return;
	if (!d->was_up)
		memcpy(d->avoid, d->claimed.path, sizeof(d->avoid));
	d->fails = steady ? 0 : d->fails;
	d->not_before_ms = steady ? 0 : now_ms + (LOOK_RETRY_MS << d->fails);
	if (LOOK_RETRY_MS << d->fails < LOOK_RETRY_MAX_MS)
		d->fails++;
	d->give_up = true;
	d->all->look_step = 0;
	uv_timer_start(&d->all->look, on_look, 0, 0);
}

/* ---- start ---- */

/* Why nothing here can serve it, or NULL. */
static const char *judge(struct device *d)
{
	const char *what;

	if (d->config.kind == DEVICE_PRINTER && !profile_find(slice_of(d->config.profile)))
		return "no such profile";
	if (d->automatic)
		return NULL;
	d->driver = driver_find(d->config.kind, slice_of(d->config.protocol));
	if (!d->driver)
		return "this version has no driver for its protocol";
	if (port_parse(d->config.port, d->driver->line, &d->address, &what) < 0)
		return what;
	return port_supported(&d->address) ? NULL : "this version cannot open its port";
}

static int reserve(struct device *d)
{
	d->state_size = d->automatic ? DRIVER_STATE_MAX : d->driver->state_size;
	d->state = calloc(1, d->state_size);
	if (d->config.kind == DEVICE_SCANNER)
		d->repeats = calloc(1, sizeof(*d->repeats));
	if (d->config.kind == DEVICE_PRINTER)
		d->bytes = malloc(DRIVER_JOB_BYTES_MAX);
	if (!d->state || (d->config.kind == DEVICE_SCANNER && !d->repeats) ||
	    (d->config.kind == DEVICE_PRINTER && !d->bytes))
		return -ENOMEM;
	return d->automatic ? 0 : device_open(d);
}

void device_prepare(struct device *d)
{
	const char *why;
	int r;

	slice_copy(slice_of("opening"), d->detail, sizeof(d->detail));
	d->status = DEVICE_OFFLINE;
	d->trouble = TROUBLE_LINE;
	d->automatic = strcmp(d->config.port, "auto") == 0;
	device_load_logo(d);
	why = judge(d);
	if (why) {
		d->automatic = false;
		device_status(d, DEVICE_UNCLAIMED, TROUBLE_UNSUPPORTED, "%s", why);
		return;
	}
	r = reserve(d);
	if (r < 0) {
		d->automatic = false;
		device_status(d, DEVICE_ERROR, TROUBLE_UNSUPPORTED, "it cannot be served: %s",
			      strerrordesc_np(-r));
	}
}
