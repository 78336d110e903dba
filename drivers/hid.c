// SPDX-License-Identifier: Apache-2.0
#include "drivers/hid.h"

#include <errno.h>
#include <string.h>

/* Short items: size in bits 0..1, type in 2..3, tag in 4..7 of the first byte. */
#define ITEM_LONG 0xfe

enum item_type { ITEM_MAIN, ITEM_GLOBAL, ITEM_LOCAL, ITEM_RESERVED };

#define MAIN_INPUT	8
#define MAIN_OUTPUT	9
#define MAIN_COLLECTION 10
#define MAIN_FEATURE	11
#define MAIN_END	12

#define GLOBAL_PAGE	   0
#define GLOBAL_LOGICAL_MIN 1
#define GLOBAL_BITS	   7
#define GLOBAL_ID	   8
#define GLOBAL_COUNT	   9
#define GLOBAL_PUSH	   10
#define GLOBAL_POP	   11

#define LOCAL_USAGE	0
#define LOCAL_MIN	1
#define LOCAL_MAX	2
#define LOCAL_DELIMITER 10

#define COLLECTION_APPLICATION 1

struct item {
	enum item_type type;
	int tag;
	int bytes; /* of data */
	uint32_t value;
};

struct globals {
	uint16_t page;
	int32_t logical_min;
	uint32_t bits, count;
	uint8_t id;
};

struct run {
	uint16_t page, min, max;
	bool paged; /* the item named its page itself */
};

struct parser {
	struct hid_layout *layout;
	struct globals now, stack[HID_STACK_MAX];
	size_t stacked;
	struct hid_usage collections[HID_DEPTH_MAX];
	size_t depth;
	struct run runs[HID_RUNS_MAX];
	size_t run_count;
	struct run min; /* a range waiting for its maximum */
	bool min_open, delimited, delimited_taken;
	bool without_id; /* some report was declared without an id */
	uint32_t report_bits[HID_REPORTS_MAX];
};

/* ---- items ---- */

/* 1 and the item, 0 at the end, -EBADMSG cut short. Long items are passed over. */
static int next_item(struct slice *rest, struct item *ret)
{
	static const uint8_t sizes[] = { 0, 1, 2, 4 };
	const uint8_t *p = (const uint8_t *)rest->p;
	size_t n;

	while (rest->n > 0 && *(const uint8_t *)rest->p == ITEM_LONG) {
		p = (const uint8_t *)rest->p;
		n = rest->n >= 3 ? 3 + (size_t)p[1] : SIZE_MAX;
		if (n > rest->n)
			return -EBADMSG;
		rest->p += n;
		rest->n -= n;
	}
	if (rest->n == 0)
		return 0;
	p = (const uint8_t *)rest->p;
	n = sizes[p[0] & 3];
	if (n + 1 > rest->n)
		return -EBADMSG;
	*ret = (struct item){ .type = p[0] >> 2 & 3, .tag = p[0] >> 4, .bytes = (int)n };
	for (size_t i = 0; i < n; i++)
		ret->value |= (uint32_t)p[1 + i] << (8 * i);
	rest->p += n + 1;
	rest->n -= n + 1;
	return 1;
}

static int32_t item_signed(const struct item *item)
{
	switch (item->bytes) {
	case 1:
		return (int8_t)item->value;
	case 2:
		return (int16_t)item->value;
	default:
		return (int32_t)item->value;
	}
}

/* ---- usages ---- */

static int add_run(struct parser *p, struct run run)
{
	if (p->delimited && p->delimited_taken)
		return 0;
	p->delimited_taken = p->delimited;
	if (p->run_count == HID_RUNS_MAX)
		return -EBADMSG;
	p->runs[p->run_count++] = run;
	return 0;
}

static struct run run_of(const struct parser *p, const struct item *item)
{
	const bool paged = item->bytes == 4;

	return (struct run){ .page = paged ? (uint16_t)(item->value >> 16) : p->now.page,
			     .min = (uint16_t)item->value,
			     .max = (uint16_t)item->value,
			     .paged = paged };
}

static int local_item(struct parser *p, const struct item *item)
{
	struct run run = run_of(p, item);

	switch (item->tag) {
	case LOCAL_USAGE:
		return add_run(p, run);
	case LOCAL_MIN:
		p->min = run;
		p->min_open = true;
		return 0;
	case LOCAL_MAX:
		if (!p->min_open || p->min.min > run.max)
			return 0;
		run.min = p->min.min;
		p->min_open = false;
		return add_run(p, run);
	case LOCAL_DELIMITER:
		p->delimited = item->value == 1;
		p->delimited_taken = false;
		return 0;
	default:
		return 0;
	}
}

/* A Usage Page item behind the usages is theirs too. */
static void settle_pages(struct parser *p)
{
	for (size_t i = p->run_count; i > 0; i--) {
		if (p->runs[i - 1].paged)
			continue;
		if (p->runs[i - 1].page == p->now.page)
			break;
		p->runs[i - 1].page = p->now.page;
	}
}

static void forget_locals(struct parser *p)
{
	p->run_count = 0;
	p->min_open = p->delimited = p->delimited_taken = false;
}

/* ---- globals ---- */

static int stack_item(struct parser *p, bool push)
{
	if (push && p->stacked < HID_STACK_MAX)
		p->stack[p->stacked++] = p->now;
	else if (!push && p->stacked > 0)
		p->now = p->stack[--p->stacked];
	else
		return -EBADMSG;
	return 0;
}

static int global_item(struct parser *p, const struct item *item)
{
	switch (item->tag) {
	case GLOBAL_PAGE:
		p->now.page = (uint16_t)item->value;
		return 0;
	case GLOBAL_LOGICAL_MIN:
		p->now.logical_min = item_signed(item);
		return 0;
	case GLOBAL_BITS:
		p->now.bits = item->value;
		return 0;
	case GLOBAL_ID:
		if (item->value == 0 || item->value > UINT8_MAX)
			return -EBADMSG;
		p->now.id = (uint8_t)item->value;
		p->layout->has_ids = true;
		return 0;
	case GLOBAL_COUNT:
		p->now.count = item->value;
		return 0;
	case GLOBAL_PUSH:
	case GLOBAL_POP:
		return stack_item(p, item->tag == GLOBAL_PUSH);
	default:
		return 0;
	}
}

/* ---- collections and fields ---- */

static int open_collection(struct parser *p, uint32_t kind)
{
	struct hid_layout *l = p->layout;
	struct hid_usage usage = { p->now.page, 0 };

	if (p->run_count > 0)
		usage = (struct hid_usage){ p->runs[0].page, p->runs[0].min };
	if (p->depth == HID_DEPTH_MAX)
		return -EBADMSG;
	if (p->depth == 0 && kind == COLLECTION_APPLICATION) {
		if (l->top_count == HID_TOPS_MAX)
			return -EBADMSG;
		l->tops[l->top_count++] = usage;
	}
	p->collections[p->depth++] = usage;
	return 0;
}

static int report_index(struct parser *p, enum hid_type type, size_t *ret_index)
{
	struct hid_layout *l = p->layout;
	size_t i = 0;

	while (i < l->report_count && (l->reports[i].id != p->now.id || l->reports[i].type != type))
		i++;
	if (i == HID_REPORTS_MAX)
		return -EBADMSG;
	if (i == l->report_count) {
		l->reports[l->report_count++] =
			(struct hid_report){ .id = p->now.id, .type = type };
		p->report_bits[i] = 0;
	}
	p->without_id = p->without_id || p->now.id == 0;
	*ret_index = i;
	return 0;
}

static int add_field(struct parser *p, struct hid_field field, const struct run *run)
{
	struct hid_layout *l = p->layout;

	if (l->field_count == HID_FIELDS_MAX)
		return -EBADMSG;
	field.page = run->page;
	field.usage_min = run->min;
	field.usage_max = run->max;
	if (p->depth > 0) {
		field.top = p->collections[0];
		field.inner = p->collections[p->depth - 1];
	}
	l->fields[l->field_count++] = field;
	return 0;
}

/* Each usage or range takes as many values as it has usages, the last one all that are left.
 * Usages for which no value is left are none: who looked for one would read behind the field. */
static int add_variables(struct parser *p, struct hid_field field)
{
	uint32_t left = field.count, take, usages;
	int r = 0;

	for (size_t i = 0; i < p->run_count && left > 0 && r == 0; i++) {
		struct run run = p->runs[i];

		usages = (uint32_t)(run.max - run.min) + 1;
		take = usages > left || i + 1 == p->run_count ? left : usages;
		if (usages > take)
			run.max = (uint16_t)(run.min + take - 1);
		field.count = (uint16_t)take;
		r = add_field(p, field, &run);
		field.bit_offset += take * field.bits;
		left -= take;
	}
	return r;
}

static int add_arrays(struct parser *p, struct hid_field field)
{
	int r = 0;

	field.index_min = p->now.logical_min;
	for (size_t i = 0; i < p->run_count && r == 0; i++) {
		r = add_field(p, field, &p->runs[i]);
		if (__builtin_add_overflow(field.index_min,
					   (int32_t)(p->runs[i].max - p->runs[i].min) + 1,
					   &field.index_min))
			return -EBADMSG;
	}
	return r;
}

static int add_data(struct parser *p, enum hid_type type, uint32_t flags)
{
	const uint64_t bits = (uint64_t)p->now.bits * p->now.count;
	struct hid_field field = { .flags = (uint16_t)flags };
	size_t at;
	int r;

	if (bits == 0)
		return 0;
	r = report_index(p, type, &at);
	if (r < 0)
		return r;
	/* One byte is left for the id. */
	if (bits > (uint64_t)(HID_REPORT_BYTES_MAX - 1) * 8 - p->report_bits[at])
		return -EBADMSG;
	field.report = (uint8_t)at;
	field.bit_offset = p->report_bits[at];
	field.bits = (uint16_t)p->now.bits;
	field.count = (uint16_t)p->now.count;
	p->report_bits[at] += (uint32_t)bits;
	if (flags & HID_CONSTANT && p->run_count == 0)
		return 0;
	return flags & HID_VARIABLE ? add_variables(p, field) : add_arrays(p, field);
}

static int main_item(struct parser *p, const struct item *item)
{
	int r = 0;

	settle_pages(p);
	switch (item->tag) {
	case MAIN_INPUT:
		r = add_data(p, HID_INPUT, item->value);
		break;
	case MAIN_OUTPUT:
		r = add_data(p, HID_OUTPUT, item->value);
		break;
	case MAIN_FEATURE:
		r = add_data(p, HID_FEATURE, item->value);
		break;
	case MAIN_COLLECTION:
		r = open_collection(p, item->value);
		break;
	case MAIN_END:
		if (p->depth == 0)
			r = -EBADMSG;
		else
			p->depth--;
		break;
	default: /* reserved */
		break;
	}
	forget_locals(p);
	return r;
}

static int take_item(struct parser *p, const struct item *item)
{
	switch (item->type) {
	case ITEM_MAIN:
		return main_item(p, item);
	case ITEM_GLOBAL:
		return global_item(p, item);
	case ITEM_LOCAL:
		return local_item(p, item);
	case ITEM_RESERVED:
		return 0;
	}
	return -EBADMSG;
}

/* Sizes in bytes; with ids every report begins with a byte for it, which moves the fields. */
static void settle_sizes(struct parser *p)
{
	struct hid_layout *l = p->layout;
	const size_t id_bytes = l->has_ids ? 1 : 0;

	for (size_t i = 0; i < l->report_count; i++)
		l->reports[i].bytes = id_bytes + (p->report_bits[i] + 7) / 8;
	for (size_t i = 0; i < l->field_count; i++)
		l->fields[i].bit_offset += (uint32_t)id_bytes * 8;
}

int hid_parse(struct slice descriptor, struct hid_layout *ret_layout)
{
	struct hid_layout layout = { 0 };
	struct parser p = { .layout = &layout };
	struct item item;
	int r;

	while ((r = next_item(&descriptor, &item)) == 1) {
		r = take_item(&p, &item);
		if (r < 0)
			return r;
	}
	/* With ids, a report without one could not be told from the others. */
	if (r < 0 || p.depth > 0 || layout.top_count == 0 || (layout.has_ids && p.without_id))
		return -EBADMSG;
	settle_sizes(&p);
	*ret_layout = layout;
	return 0;
}

/* ---- questions ---- */

size_t hid_report_bytes(const struct hid_layout *layout, enum hid_type type, uint8_t id)
{
	for (size_t i = 0; i < layout->report_count; i++)
		if (layout->reports[i].type == type && layout->reports[i].id == id)
			return layout->reports[i].bytes;
	return 0;
}

static bool has_top(const struct hid_layout *layout, uint16_t page, uint16_t id)
{
	for (size_t i = 0; i < layout->top_count; i++)
		if (layout->tops[i].page == page && layout->tops[i].id == id)
			return true;
	return false;
}

enum seen_look hid_look(const struct hid_layout *layout)
{
	if (has_top(layout, HID_PAGE_BARCODE, 0x02))
		return SEEN_HIDPOS;
	return has_top(layout, HID_PAGE_DESKTOP, 0x06) ? SEEN_KEYBOARD : SEEN_HID;
}

const struct hid_field *hid_find(const struct hid_layout *layout, enum hid_type type, uint16_t page,
				 uint16_t usage)
{
	for (size_t i = 0; i < layout->field_count; i++) {
		const struct hid_field *f = &layout->fields[i];

		if (layout->reports[f->report].type == type && f->page == page &&
		    usage >= f->usage_min && usage <= f->usage_max)
			return f;
	}
	return NULL;
}

uint32_t hid_field_value(struct slice report, const struct hid_field *field, size_t index)
{
	const uint8_t *p = (const uint8_t *)report.p;
	const size_t from = field->bit_offset + index * field->bits;
	uint32_t value = 0;

	if (index >= field->count || field->bits > 32 || from + field->bits > report.n * 8)
		return 0;
	for (size_t i = 0; i < field->bits; i++)
		value |= (uint32_t)(p[(from + i) / 8] >> ((from + i) % 8) & 1) << i;
	return value;
}

uint16_t hid_array_usage(const struct hid_field *field, uint32_t value)
{
	const int64_t usage = field->usage_min + ((int64_t)value - field->index_min);

	return usage >= field->usage_min && usage <= field->usage_max ? (uint16_t)usage : 0;
}
