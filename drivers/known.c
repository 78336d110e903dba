// SPDX-License-Identifier: Apache-2.0
#include "drivers/known.h"

#include <errno.h>
#include <string.h>

/* The path is relative to the repository's top, where the compiler runs. */
__asm__(".section .rodata\n"
	"known_devices_start:\n"
	".incbin \"hw/devices.tsv\"\n"
	"known_devices_end:\n"
	".byte 0\n"
	".previous\n");
extern const char known_devices_start[];
extern const char known_devices_end[];

enum column { KIND, PROTOCOL, PROFILE, PORT, LINE, USB, MODELS, PROOF, COLUMN_COUNT };

static const char *const column_names[COLUMN_COUNT] = {
	"kind", "protocol", "profile", "port", "line", "usb", "models", "proof",
};

/* Takes what stands before `mark`; all that is left when there is none. */
static struct slice cut(struct slice *rest, char mark)
{
	const char *at = rest->n ? memchr(rest->p, mark, rest->n) : NULL;
	const size_t n = at ? (size_t)(at - rest->p) : rest->n;
	const struct slice head = { rest->p, n };

	rest->p += n + (at ? 1 : 0);
	rest->n -= n + (at ? 1 : 0);
	return head;
}

static bool split(struct slice line, struct slice columns[COLUMN_COUNT])
{
	for (size_t i = 0; i < COLUMN_COUNT; i++) {
		const size_t left = line.n;

		columns[i] = cut(&line, '\t');
		if (columns[i].n == 0 || (i + 1 < COLUMN_COUNT) != (columns[i].n < left))
			return false;
	}
	return true;
}

static bool is_header(const struct slice columns[COLUMN_COUNT])
{
	for (size_t i = 0; i < COLUMN_COUNT; i++)
		if (!slice_eq(columns[i], column_names[i]))
			return false;
	return true;
}

static bool read_kind(struct slice s, enum device_kind *ret_kind)
{
	static const enum device_kind kinds[] = { DEVICE_SCANNER, DEVICE_PRINTER, DEVICE_DISPLAY };

	for (size_t i = 0; i < COUNT_OF(kinds); i++) {
		if (slice_eq(s, device_kind_name(kinds[i]))) {
			*ret_kind = kinds[i];
			return true;
		}
	}
	return false;
}

static bool read_port(struct slice s, enum port_kind *ret_port)
{
	static const struct {
		const char *name;
		enum port_kind port;
	} ports[] = { { "serial", PORT_SERIAL }, { "usb", PORT_USB }, { "tcp", PORT_TCP } };

	for (size_t i = 0; i < COUNT_OF(ports); i++) {
		if (slice_eq(s, ports[i].name)) {
			*ret_port = ports[i].port;
			return true;
		}
	}
	return false;
}

static bool hex4(struct slice s, int *ret_value)
{
	uint8_t b[2];

	if (s.n != 4 || hex_decode(s, b, sizeof(b)) < 0)
		return false;
	*ret_value = b[0] << 8 | b[1];
	return true;
}

static bool read_id(struct slice s, struct known_id *ret_id)
{
	const struct slice vendor = cut(&s, ':');
	int v, p = 0;
	uint16_t mask = 0xffff;
	uint8_t low;

	if (!hex4(vendor, &v))
		return false;
	if (slice_eq(s, "*")) {
		mask = 0;
	} else if (slice_starts(s, "??")) {
		if (s.n != 4 || hex_decode((struct slice){ s.p + 2, 2 }, &low, 1) < 0)
			return false;
		mask = 0x00ff;
		p = low;
	} else if (!hex4(s, &p)) {
		return false;
	}
	*ret_id = (struct known_id){ (uint16_t)v, (uint16_t)p, mask };
	return true;
}

static int read_ids(struct slice list, struct known_table *t, struct known_row *row)
{
	row->first_id = t->id_count;
	if (slice_eq(list, "-"))
		return 0;
	row->any = slice_eq(list, "any");
	if (row->any)
		return 0;
	while (list.n > 0) {
		struct known_id id;

		if (!read_id(cut(&list, ','), &id))
			return -EBADMSG;
		if (t->id_count == KNOWN_IDS_MAX)
			return -ENOSPC;
		t->ids[t->id_count++] = id;
	}
	row->id_count = t->id_count - row->first_id;
	return 0;
}

static enum seen_look look_of(const struct known_row *row)
{
	if (row->port == PORT_SERIAL)
		return SEEN_TTY;
	if (row->port != PORT_USB)
		return SEEN_OTHER;
	if (row->known.kind == DEVICE_PRINTER)
		return SEEN_PRINTER;
	return strcmp(row->known.protocol, "keyboard") == 0 ? SEEN_KEYBOARD : SEEN_HIDPOS;
}

static int read_row(const struct slice columns[COLUMN_COUNT], struct known_table *t)
{
	struct known_row row = { 0 };
	const struct slice line = slice_eq(columns[LINE], "-") ? slice_of("") : columns[LINE];
	const struct slice profile =
		slice_eq(columns[PROFILE], "-") ? slice_of("auto") : columns[PROFILE];
	int r;

	if (t->row_count == KNOWN_ROWS_MAX)
		return -ENOSPC;
	if (!read_kind(columns[KIND], &row.known.kind) || !read_port(columns[PORT], &row.port) ||
	    slice_copy(columns[PROTOCOL], row.known.protocol, sizeof(row.known.protocol)) < 0 ||
	    slice_copy(profile, row.known.profile, sizeof(row.known.profile)) < 0 ||
	    slice_copy(line, row.known.line, sizeof(row.known.line)) < 0 ||
	    slice_copy(columns[MODELS], row.known.models, sizeof(row.known.models)) < 0)
		return -EBADMSG;
	r = read_ids(columns[USB], t, &row);
	if (r < 0)
		return r;
	row.look = look_of(&row);
	/* A keyboard that nobody knows may be the one people type on, a tty anything at all. */
	if (row.any && row.look != SEEN_HIDPOS && row.look != SEEN_PRINTER)
		return -EBADMSG;
	t->rows[t->row_count++] = row;
	return 0;
}

int known_parse(struct slice text, struct known_table *ret_table, int *ret_line)
{
	struct slice columns[COLUMN_COUNT];
	bool header = false;
	int r = 0;

	*ret_table = (struct known_table){ 0 };
	for (*ret_line = 1; text.n > 0; ++*ret_line) {
		const struct slice line = cut(&text, '\n');

		if (line.n == 0 || line.p[0] == '#')
			continue;
		if (!split(line, columns))
			return -EBADMSG;
		if (header)
			r = read_row(columns, ret_table);
		else
			r = is_header(columns) ? 0 : -EBADMSG;
		if (r < 0)
			return r;
		header = true;
	}
	return header ? 0 : -EBADMSG;
}

int known_load(struct known_table *ret_table)
{
	const struct slice all = { known_devices_start,
				   (size_t)(known_devices_end - known_devices_start) };
	int line;

	return known_parse(all, ret_table, &line);
}

/* Is there such a row above row n? */
static bool listed(const struct known_table *t, size_t n, enum device_kind kind, struct slice name)
{
	for (size_t i = 0; i < n; i++)
		if (t->rows[i].known.kind == kind && slice_eq(name, t->rows[i].known.protocol))
			return true;
	return false;
}

bool known_protocol(const struct known_table *table, enum device_kind kind, struct slice name)
{
	return listed(table, table->row_count, kind, name);
}

void known_protocols(const struct known_table *table, enum device_kind kind, struct buf *b)
{
	const size_t before = b->len;

	for (size_t i = 0; i < table->row_count; i++) {
		const struct known *k = &table->rows[i].known;

		if (k->kind == kind && !listed(table, i, kind, slice_of(k->protocol)))
			buf_fmt(b, "%s%s", b->len > before ? ", " : "", k->protocol);
	}
}

enum closeness { NOT_IT, BY_LOOK, BY_VENDOR, BY_ID };

static enum closeness by_ids(const struct known_table *t, const struct known_row *row,
			     const struct seen *s)
{
	enum closeness best = row->any ? BY_LOOK : NOT_IT;

	for (size_t i = row->first_id; i < row->first_id + row->id_count; i++) {
		const struct known_id *id = &t->ids[i];

		if (id->vendor != s->vendor || (s->product & id->mask) != id->product)
			continue;
		if (id->mask != 0)
			return BY_ID;
		best = BY_VENDOR;
	}
	return best;
}

static enum closeness closeness_of(const struct known_table *t, const struct known_row *row,
				   const struct seen *s)
{
	const enum closeness c = by_ids(t, row, s);

	if (row->port != s->port || row->look == SEEN_OTHER)
		return NOT_IT;
	if (s->look == row->look)
		return row->look == SEEN_KEYBOARD && c != BY_ID ? NOT_IT : c;
	/* Epson's boards can be switched to the vendor class; the pipes stay the same. */
	if (row->look == SEEN_PRINTER && s->look == SEEN_OTHER && c == BY_ID)
		return BY_ID;
	return NOT_IT;
}

bool known_find(const struct known_table *table, const struct seen *seen, enum device_kind kind,
		const char *protocol, struct known *ret_known)
{
	const bool all = strcmp(protocol, "auto") == 0;
	enum closeness best = NOT_IT;

	for (size_t i = 0; i < table->row_count; i++) {
		const struct known_row *row = &table->rows[i];
		enum closeness c;

		if (row->known.kind != kind || (!all && strcmp(row->known.protocol, protocol) != 0))
			continue;
		c = closeness_of(table, row, seen);
		if (c <= best)
			continue;
		best = c;
		*ret_known = row->known;
		ret_known->by_id = best == BY_ID;
	}
	return best != NOT_IT;
}
