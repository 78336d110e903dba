// SPDX-License-Identifier: Apache-2.0
/* Complaints: a case is opened with its number and the day it is answered by. Never refused. */
#include <assert.h>
#include <string.h>

#include "firmware/counter/calendar.h"
#include "firmware/counter/number.h"
#include "firmware/ledger.h"
#include "firmware/orders.h"
#include "firmware/printing.h"
#include "firmware/returns.h"
#include "firmware/store/till.h"
#include "firmware/story.h"
#include "firmware/survey.h"

#define PROOF_MAX 201
#define TEXT_MAX  1001 /* bytes of what the customer says */

struct complaint {
	char order[128]; /* as it was said, "" none */
	char id[ID_MAX + 1];
	char proof[PROOF_MAX], text[TEXT_MAX];
	char line[ORDER_LINE_ID_MAX + 1]; /* JSON, "" none */
	enum complaint_basis basis;
	enum complaint_demand demand;
	enum complaint_goods goods;
	bool known; /* st->order is it */
	int index;  /* of the line, -1 none */
	char doc[ULID_TEXT_MAX];
	char number[NUMBER_TEXT_MAX];
	int64_t answer_day;
	char answer_by[TIME_TEXT_MAX];
};

static bool text_or_none(struct json v, char *dst, size_t cap)
{
	dst[0] = '\0';
	return v.type == JSON_NONE || v.type == JSON_NULL || json_string(v, dst, cap) >= 0;
}

static bool read_complaint(struct station *st, struct json args, struct complaint *k)
{
	const struct json line = json_get(args, "line");

	*k = (struct complaint){ .index = -1 };
	if (!text_or_none(json_get(args, "order"), k->order, sizeof(k->order)) ||
	    !text_or_none(json_get(args, "proof"), k->proof, sizeof(k->proof)) ||
	    !text_or_none(json_get(args, "text"), k->text, sizeof(k->text)) ||
	    (line.type != JSON_NONE && line.type != JSON_NULL && line.type != JSON_NUMBER &&
	     line.type != JSON_STRING) ||
	    json_text(line).n > ORDER_LINE_ID_MAX)
		return false;
	if (line.type == JSON_NUMBER || line.type == JSON_STRING)
		slice_copy(json_text(line), k->line, sizeof(k->line));
	if (k->order[0] && !order_named(st, slice_of(k->order), k->id) &&
	    id_valid(slice_of(k->order)))
		slice_copy(slice_of(k->order), k->id, sizeof(k->id));
	k->known = k->id[0] && order_load(st, slice_of(k->id));
	if (k->known && k->line[0])
		k->index = order_line_find(&st->order, slice_of(k->line));
	return complaint_basis_read(json_get(args, "basis"), k->known ? &st->order : NULL,
				    &k->basis) &&
	       complaint_demand_read(json_get(args, "demand"), &k->demand) &&
	       complaint_goods_read(json_get(args, "goods"), &k->goods) &&
	       (k->order[0] || k->proof[0] || k->text[0]);
}

/* What the customer says and shows is theirs: beside the chain, so that it can be forgotten. */
static void write_person(struct station *st, const struct complaint *k, struct buf *b)
{
	uint8_t random[8];
	char salt[17];

	st->clock.random(st->clock.ctx, random, sizeof(random));
	hex_encode(random, sizeof(random), salt);
	jw_open(b, NULL, '{');
	jw_str(b, "salt", salt);
	jw_str(b, "text", k->text);
	if (k->proof[0])
		jw_str(b, "proof", k->proof);
	/* A number that names no order is only what somebody said. */
	if (k->order[0] && !k->id[0])
		jw_str(b, "order", k->order);
	jw_close(b, '}');
}

static void tell_opened(struct station *st, const struct call *c, const struct complaint *k)
{
	char memory[8 * (TEXT_MAX + PROOF_MAX)];
	struct buf person, b;

	buf_init(&person, memory, sizeof(memory));
	write_person(st, k, &person);
	assert(!person.overflow);
	b = event_begin(st);
	jw_str(&b, "case", k->doc);
	jw_str(&b, "number", k->number);
	if (k->id[0])
		jw_str(&b, "order", k->id);
	if (k->line[0])
		jw_raw(&b, "line", slice_of(k->line));
	jw_str(&b, "basis", complaint_basis_name(k->basis));
	jw_str(&b, "demand", complaint_demand_name(k->demand));
	jw_str(&b, "goods", complaint_goods_name(k->goods));
	jw_str(&b, "answer_by", k->answer_by);
	jw_str(&b, "staff", c->session.row.staff);
	event_end(st, "complaint.opened", &b, buf_read(&person), NULL);
}

static void keep_paper(struct station *st, const struct complaint *k)
{
	struct paper p = { .kind = "complaint", .at_ms = station_now(st) };
	char memory[256];
	struct buf b;

	buf_init(&b, memory, sizeof(memory));
	jw_open(&b, NULL, '{');
	jw_str(&b, "basis", complaint_basis_name(k->basis));
	jw_str(&b, "demand", complaint_demand_name(k->demand));
	jw_str(&b, "answer_by", k->answer_by);
	jw_str(&b, "lane", st->config->lane);
	jw_close(&b, '}');
	text_fmt(p.doc, sizeof(p.doc), "%s", k->doc);
	slice_copy(slice_of(k->number), p.number, sizeof(p.number));
	text_fmt(p.order, sizeof(p.order), "%s", k->id);
	p.body = buf_read(&b);
	store_paper_add(st->store, &p);
}

static int64_t print(struct station *st, const struct call *c, const struct complaint *k)
{
	struct complaint_paper p = { .doc = k->doc, .number = k->number, .proof = k->proof };
	char staff[128];
	enum role role;

	if (!staff_name(st, c->session.row.staff, staff, sizeof(staff), &role))
		text_fmt(staff, sizeof(staff), "%s", c->session.row.staff);
	p.text = k->text;
	p.staff = staff;
	p.basis = k->basis;
	p.demand = k->demand;
	p.goods = k->goods;
	p.line = k->index;
	p.has_order = k->known;
	p.answer_day = k->answer_day;
	return complaint_slips_print(st, &p);
}

void verb_complaint_open(struct station *st, const struct call *c, struct json args)
{
	struct word_values v = words_none();
	char members[512], date[DATE_TEXT_MAX];
	struct complaint k;
	int64_t job;
	struct buf b;

	if (c->desk != DESK_COUNTER || !read_complaint(st, args, &k)) {
		answer_no(st, c, 400, REASON_BAD_REQUEST, &v);
		return;
	}
	if (k.known && k.line[0] && k.index < 0) {
		answer_no(st, c, 409, REASON_ITEM_UNKNOWN, &v);
		return;
	}
	ulid_make(&st->clock, k.doc);
	ledger_number(st, NUMBER_COMPLAINT, k.number);
	k.answer_day = complaint_answer_day(calendar_day_of(station_now(st)));
	time_format(calendar_end_ms(k.answer_day), k.answer_by);
	tell_opened(st, c, &k);
	story_complaint(st, c, k.doc, k.id, k.text);
	keep_paper(st, &k);
	job = print(st, c, &k);
	date_format(k.answer_day, date);
	v.order = k.number;
	v.time = date;
	if (job)
		notice_word(st, c->desk, NOTICE_GOOD, "complaint", WORD_COMPLAINT, WORD_COMPLAINT,
			    &v);
	else
		notice_word(st, c->desk, NOTICE_ATTENTION, "print_failed", WORD_COMPLAINT_UNPRINTED,
			    WORD_COMPLAINT, &v);
	buf_init(&b, members, sizeof(members));
	buf_fmt(&b, "\"case\":\"%s\"", k.doc);
	jw_str(&b, "number", k.number);
	jw_str(&b, "answer_by", k.answer_by);
	jw_int(&b, "job", job);
	survey_contact(st, &(struct contact){ AFTER_COMPLAINT, k.id, true, false });
	answer_ok(st, c, buf_str(&b));
}
