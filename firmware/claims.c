// SPDX-License-Identifier: Apache-2.0
#include "firmware/claims.h"

#include <string.h>

struct plan {
	const struct claim_section *sections;
	size_t section_count;
	const struct seen *seen;
	size_t seen_count;
	claim_fits *fits;
	void *ctx;
	struct claim_choice *choices;
};

static const char *place_of(const struct seen *seen)
{
	return seen->usb_path[0] ? seen->usb_path : seen->path;
}

static bool same_device(const struct seen *a, const struct seen *b)
{
	return strcmp(place_of(a), place_of(b)) == 0;
}

void claim_remember(const struct seen *seen, struct claim_own *ret_own)
{
	*ret_own = (struct claim_own){ .known = true,
				       .vendor = seen->vendor,
				       .product = seen->product };
	slice_copy(slice_of(seen->serial), ret_own->serial, sizeof(ret_own->serial));
	slice_copy(slice_of(place_of(seen)), ret_own->place, sizeof(ret_own->place));
}

static bool same_serial(const struct claim_own *a, int vendor, int product, const char *serial)
{
	return a->known && a->vendor == vendor && a->product == product &&
	       strcmp(a->serial, serial) == 0;
}

/* A serial number that two devices share, as cheap ones do, tells nothing. */
static bool serial_tells(const struct claim_section *sections, size_t section_count,
			 const struct seen *seen, size_t seen_count, const struct claim_own *own)
{
	const struct seen *first = NULL;
	int owners = 0;

	if (!own->serial[0])
		return false;
	for (size_t i = 0; i < section_count; i++) {
		const struct claim_own *other = &sections[i].own;

		owners += same_serial(other, own->vendor, own->product, own->serial) &&
			  strcmp(other->place, own->place) != 0;
	}
	for (size_t i = 0; i < seen_count; i++) {
		if (!same_serial(own, seen[i].vendor, seen[i].product, seen[i].serial))
			continue;
		if (first && !same_device(first, &seen[i]))
			return false;
		first = &seen[i];
	}
	return owners == 0;
}

static bool is_own(const struct plan *p, const struct claim_own *own, const struct seen *seen)
{
	if (!own->known || own->vendor != seen->vendor || own->product != seen->product)
		return false;
	if (serial_tells(p->sections, p->section_count, p->seen, p->seen_count, own))
		return strcmp(own->serial, seen->serial) == 0;
	return strcmp(own->place, place_of(seen)) == 0 && strcmp(own->serial, seen->serial) == 0;
}

static bool names(const struct claim_section *s, const struct seen *seen)
{
	const struct port_address *a = s->named;

	if (s->automatic || !a)
		return false;
	if (a->kind == PORT_SERIAL)
		return seen->port == PORT_SERIAL && strcmp(a->path, seen->path) == 0;
	return a->kind == PORT_USB && a->usb_vendor == seen->vendor &&
	       a->usb_product == seen->product &&
	       (!a->path[0] || strcmp(a->path, seen->serial) == 0 ||
		strcmp(a->path, seen->usb_path) == 0);
}

static bool waits(const struct claim_section *s)
{
	return s->automatic && !s->has[0];
}

/* Of the same device: the USB interfaces of a printer whose serial port is named are its too. */
static bool is_named(const struct plan *p, const struct seen *seen)
{
	for (size_t k = 0; k < p->seen_count; k++) {
		if (!same_device(&p->seen[k], seen))
			continue;
		for (size_t i = 0; i < p->section_count; i++)
			if (names(&p->sections[i], &p->seen[k]))
				return true;
	}
	return false;
}

/* Has a section, or gets one in this plan, this device: the very same interface, or one of it
 * for a device of the same kind? */
static bool is_taken(const struct plan *p, const struct seen *seen, enum device_kind kind)
{
	for (size_t i = 0; i < p->section_count; i++) {
		const struct claim_section *s = &p->sections[i];

		if (!s->automatic)
			continue;
		for (size_t k = 0; k < p->seen_count; k++) {
			const bool has = waits(s) ? p->choices[i].answer != CLAIM_NOTHING &&
							    p->choices[i].answer != CLAIM_AWAY &&
							    p->choices[i].seen == k
						  : strcmp(s->has, p->seen[k].path) == 0;

			if (has && (strcmp(p->seen[k].path, seen->path) == 0 ||
				    (s->kind == kind && same_device(&p->seen[k], seen))))
				return true;
		}
	}
	return false;
}

/* Left to a section that had it and could use it again. */
static bool is_anothers(const struct plan *p, size_t section, const struct seen *seen)
{
	for (size_t i = 0; i < p->section_count; i++) {
		const struct claim_section *s = &p->sections[i];

		if (i != section && waits(s) && is_own(p, &s->own, seen) &&
		    p->fits(p->ctx, seen, s->kind, s->protocol))
			return true;
	}
	return false;
}

/* The better of two devices for a section has the larger rank; 0: it does not fit. */
static int rank(const struct plan *p, size_t section, size_t at, bool own_only)
{
	const struct claim_section *s = &p->sections[section];
	const struct seen *seen = &p->seen[at];

	if (!p->fits(p->ctx, seen, s->kind, s->protocol) || is_own(p, &s->own, seen) != own_only ||
	    is_named(p, seen) || is_taken(p, seen, s->kind))
		return 0;
	if (!own_only && is_anothers(p, section, seen))
		return 0;
	if (seen->no_rights)
		return 1;
	return strcmp(s->avoid, seen->path) == 0 ? 2 : 3;
}

static void choose(const struct plan *p, size_t section, bool own_only)
{
	struct claim_choice *choice = &p->choices[section];
	int best = 0;

	if (!waits(&p->sections[section]) || choice->answer == CLAIM_TAKE ||
	    choice->answer == CLAIM_NO_RIGHTS)
		return;
	for (size_t i = 0; i < p->seen_count; i++) {
		const int r = rank(p, section, i, own_only);

		if (r <= best)
			continue;
		best = r;
		choice->answer = r == 1 ? CLAIM_NO_RIGHTS : CLAIM_TAKE;
		choice->seen = i;
	}
}

void claims_decide(const struct claim_section *sections, size_t section_count,
		   const struct seen *seen, size_t seen_count, claim_fits *fits, void *ctx,
		   struct claim_choice *ret_choices)
{
	const struct plan p = { sections, section_count, seen, seen_count, fits, ctx, ret_choices };

	for (size_t i = 0; i < section_count; i++)
		ret_choices[i].answer = sections[i].own.known ? CLAIM_AWAY : CLAIM_NOTHING;
	for (size_t i = 0; i < section_count; i++)
		choose(&p, i, true);
	for (size_t i = 0; i < section_count; i++)
		choose(&p, i, false);
}

int claims_owner(const struct claim_section *sections, size_t section_count,
		 const struct seen *seen)
{
	const struct plan p = { sections, section_count, seen, 1, NULL, NULL, NULL };

	for (size_t i = 0; i < section_count; i++)
		if (names(&sections[i], seen) ||
		    (sections[i].automatic && strcmp(sections[i].has, seen->path) == 0))
			return (int)i;
	for (size_t i = 0; i < section_count; i++)
		if (waits(&sections[i]) && is_own(&p, &sections[i].own, seen))
			return (int)i;
	return -1;
}
